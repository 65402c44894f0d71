#define SCI_LANE_BYTES 64
#include "ops/schur_lanes.h"
SCI_SCHUR_LANES(sci::complex<float>)
SCI_SCHUR_LANES(sci::complex<double>)
