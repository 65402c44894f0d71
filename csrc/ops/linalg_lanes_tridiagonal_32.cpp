#define SCI_LANE_BYTES 32
#include "ops/twisted_lanes.h"
