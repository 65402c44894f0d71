#define SCI_LANE_BYTES 64
#include "ops/fourier_lanes.h"

template <>
void sci::fourier_in_lanes<double, 64>(const FourierJob& job) {
  fourier<double>(job);
}
