#define SCI_LANE_BYTES 32
#include "ops/tridiagonal_lanes.h"
