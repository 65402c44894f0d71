// The inverse error function: erf(erfinv(x)) = x, real.
//
// erfinv(x) = x P(w), w = -log((1 - x)(1 + x)) (Giles, GPU Computing Gems 2 (2011), chapter 10): w is exact to an
// absolute ulp for small x and to a relative one near 1, and P is smooth. P is a polynomial in w up to 6.25 (|x| <
// 0.99903), and beyond it in sqrt(w), on two intervals up to the last number below 1, w = 36.1 (float: one, 15.95);
// tools/coefficients/erfinv.py.
//
// Error (measured): 2.6 ulp, float 2 ulp. erfinv(+-1) = +-inf, NaN beyond.
#pragma once
#include "special/detail/erfinv_tables.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// The constant is added last, so that its rounding is all there is.
template <int n, class T>
SCI_HD T erfinv_ratio(const T* c, T u) {
  return c[0] + u * polynomial<n - 1>(c + 1, u);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfinv(T x) {
  constexpr bool single = is_same<T, float>;
  T w = -log((T(1) - x) * (T(1) + x)), ratio;
  if (w < T(6.25)) {
    ratio = detail::erfinv_ratio<single ? 13 : 25>(detail::erfinv_center(x), w * T(0.32) - T(1));
  } else if constexpr (single) {
    ratio = detail::erfinv_ratio<10>(detail::erfinv_tail(x), (sqrt(w) - T(3.3)) / T(0.8));
  } else {
    T s = sqrt(w);
    if (s < T(4))
      ratio = detail::erfinv_ratio<21>(detail::erfinv_tail(x), (s - T(3.25)) / T(0.75));
    else
      ratio = detail::erfinv_ratio<19>(detail::erfinv_end(x), (s - T(5.035)) / T(1.035));
  }
  T value = x * ratio;
  return abs(x) == T(1) ? copysign(limits<T>::infinity, x) : value;
}

}  // namespace sci
