#define SCI_LANE_BYTES 32
#include "ops/dct_lanes.h"

template <>
void sci::dct_in_lanes<double, 32>(const DctJob& job) {
  cosine<double>(job);
}
