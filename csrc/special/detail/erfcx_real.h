// exp(x^2) i^n erfc(x) for real x >= -3/8 and n = 0 (erfcx), 1 (ierfcx), with i^n erfc the repeated integrals of erfc
// (DLMF 7.18).
//
// With t = 1/(x + 2) the function is t^(n+1) times a smooth function of t in [0, 8/13], which is a polynomial on each
// of ten intervals of length 1/16 (tools/coefficients/erfcx.py; Shepherd and Laframboise, Math. Comp. 36 (1981),
// 249-253, do erfc like that in one piece). One table row, no branch, the same work for every x up to infinity.
#pragma once
#include "special/detail/erfcx_tables.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// The function as (high + low) factor, not yet rounded to one number, so that a caller can put in its own corrections.
template <class T>
struct erfcx_unrounded {
  T high, low, factor;
  SCI_HD T value() const { return (high + low) * factor; }
};

template <int n, class T>
SCI_HD erfcx_unrounded<T> erfcx_row_sum(const T* rows, T x) {
  T sum = x + T(2), t = T(1) / sum;
  int row = int(t * T(16));
  const T* c = rows + row * (n + 1);
  return {c[n], estrin<n>(c, t * T(32) - T(2 * row + 1)), t};
}

/// The rounding error of x + 2, relative to it.
template <class T>
SCI_HD T erfcx_shift_error(T x, T t) {
  T sum = x + T(2), back = sum - x;
  T error = (x - (sum - back)) + (T(2) - back);
  return x < T(1) / limits<T>::epsilon ? error * t : T(0);
}

/// erfcx for x >= -3/8; not for NaN.
template <class T>
SCI_HD erfcx_unrounded<T> erfcx_right(T x) {
  constexpr int n = is_same<T, float> ? 6 : 11;
  auto out = erfcx_row_sum<n>(erfcx_rows(x), x);
  out.low -= (out.high + out.low) * erfcx_shift_error(x, out.factor);
  return out;
}

/// ierfcx for x >= 0; not for NaN.
template <class T>
SCI_HD T ierfcx_right(T x) {
  constexpr int n = is_same<T, float> ? 6 : 12;
  auto out = erfcx_row_sum<n>(ierfcx_rows(x), x);
  out.low -= T(2) * (out.high + out.low) * erfcx_shift_error(x, out.factor);
  return out.value() * out.factor;
}

}  // namespace detail
}  // namespace sci
