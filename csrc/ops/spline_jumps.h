// The jumps of a spline's k-th derivative at its inner knots: what smoothing makes small
#pragma once
#include <cstdint>

namespace sci {

/// Row i of D: the jumps at inner knot i of the k-th derivative of k + 2 B-splines from number i on, lengths in units
/// of the mean interval. The B-spline is a divided difference of truncated powers.
inline void spline_jumps(const double* t, int64_t inner, int64_t k, int64_t i, double* row) {
  const double scale = double(inner + 1) / (t[inner + k + 1] - t[k]), at = t[i + k + 1];
  for (int64_t j = 0; j < k + 2; ++j) {
    double product = 1;
    for (int64_t l = i + j; l <= i + j + k + 1; ++l)
      if (l != i + k + 1) product *= (at - t[l]) * scale;
    row[j] = (t[i + j + k + 1] - t[i + j]) * scale / product;
  }
}

}  // namespace sci
