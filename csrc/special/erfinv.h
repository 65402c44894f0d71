// The inverse error function: erf(erfinv(x)) = x, real.
//
// erfinv(x) = x P(w), w = -log((1 - x)(1 + x)) (Giles, GPU Computing Gems 2 (2011), chapter 10): w is exact to an
// absolute ulp for small x and to a relative one near 1, and P is smooth. P is a polynomial in w on intervals of length
// 1 up to w = 8 (|x| < 0.99983), and in sqrt(w) on intervals of length 0.825 from there to the last number below 1,
// w = 36.1 (float: 15.95); tools/coefficients/erfinv.py.
//
// Error (measured): 2.4 ulp, float 2 ulp. erfinv(+-1) = +-inf, NaN beyond.
#pragma once
#include "special/detail/erfinv_tables.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// (high + low) x with high + low = row[n] + sum row[k] u^k.
template <int n, class T>
SCI_HD T erfinv_row(const T* row, T u, T x) {
  return (row[n] + estrin<n>(row, u)) * x;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfinv(T x) {
  constexpr bool single = is_same<T, float>;
  if (!(abs(x) < T(1))) return abs(x) == T(1) ? copysign(limits<T>::infinity, x) : limits<T>::nan;
  T w = -log((T(1) - x) * (T(1) + x));
  if (w < T(8)) {
    constexpr int n = single ? 6 : 12;
    int row = int(w);
    return detail::erfinv_row<n>(detail::erfinv_center(x) + row * (n + 1), T(2) * w - T(2 * row + 1), x);
  }
  constexpr int n = single ? 7 : 15;
  T v = (sqrt(w) - T(2.8)) * T(1 / 0.825);
  int row = int(v);
  return detail::erfinv_row<n>(detail::erfinv_tail(x) + row * (n + 1), T(2) * v - T(2 * row + 1), x);
}

}  // namespace sci
