#define SCI_LANE_BYTES 32
#include "ops/fourier_lanes.h"

template <>
void sci::fourier_in_lanes<double, 32>(const FourierJob& job) {
  fourier<double>(job);
}
