#define SCI_LANE_BYTES 32
#pragma GCC optimize("O3")
#include "ops/tridiagonal_lanes.h"
