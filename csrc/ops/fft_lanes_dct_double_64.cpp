#define SCI_LANE_BYTES 64
#include "ops/dct_lanes.h"

template <>
void sci::dct_in_lanes<double, 64>(const DctJob& job) {
  cosine<double>(job);
}
