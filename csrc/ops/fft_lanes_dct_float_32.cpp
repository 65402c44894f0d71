#define SCI_LANE_BYTES 32
#include "ops/dct_lanes.h"

template <>
void sci::dct_in_lanes<float, 32>(const DctJob& job) {
  cosine<float>(job);
}
