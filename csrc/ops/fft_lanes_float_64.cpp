#define SCI_LANE_BYTES 64
#include "ops/dct_lanes.h"
#include "ops/fourier_lanes.h"

// Both in one unit: most of their code is the passes that they share.
template <>
void sci::dct_in_lanes<float, 64>(const DctJob& job) {
  cosine<float>(job);
}

template <>
void sci::fourier_in_lanes<float, 64>(const FourierJob& job) {
  fourier<float>(job);
}
