// Polynomials over octaves: x in [2^first, 2^last), each octave in 2^bits intervals of equal length, a row of
// coefficients for each (tools/coefficients/octaves.py). The leading bits of x are the row, the others the variable.
#pragma once
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// The value (high + low) of a row, not yet rounded to one number.
template <class T>
struct octave_value {
  T high, low;
  SCI_HD T value() const { return high + low; }
};

/// The row of x, with rows of n + 1 numbers.
template <int n, int bits, int first>
SCI_HD octave_value<double> octave_row(const double* rows, double x) {
  uint64_t b = __builtin_bit_cast(uint64_t, x);
  int row = int(b >> (52 - bits)) - ((1023 + first) << bits);
  double f = __builtin_bit_cast(double, ((b << bits) & 0xfffffffffffffull) | 0x3ff0000000000000ull);
  const double* c = rows + row * (n + 1);
  return {c[n], estrin<n>(c, 2 * f - 3)};
}
template <int n, int bits, int first>
SCI_HD octave_value<float> octave_row(const float* rows, float x) {
  uint32_t b = __builtin_bit_cast(uint32_t, x);
  int row = int(b >> (23 - bits)) - ((127 + first) << bits);
  float f = __builtin_bit_cast(float, ((b << bits) & 0x7fffffu) | 0x3f800000u);
  const float* c = rows + row * (n + 1);
  return {c[n], estrin<n>(c, 2 * f - 3)};
}

}  // namespace detail
}  // namespace sci
