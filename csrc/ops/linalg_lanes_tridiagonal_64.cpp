#define SCI_LANE_BYTES 64
#include "ops/tridiagonal_lanes.h"
