#define SCI_LANE_BYTES 64
#include "ops/twisted_lanes.h"
