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

/// P(w) up to what 1 - |x| leaves.
template <class T>
SCI_HD T erfinv_over_x(T w) {
  constexpr bool single = is_same<T, float>;
  if (w < T(6.25)) return erfinv_ratio<single ? 13 : 25>(erfinv_center(w), w * T(0.32) - T(1));
  T s = sqrt(w);
  if constexpr (single)
    return erfinv_ratio<10>(erfinv_tail(w), (s - T(3.3)) / T(0.8));
  else if (s < T(4))
    return erfinv_ratio<21>(erfinv_tail(w), (s - T(3.25)) / T(0.75));
  else
    return erfinv_ratio<19>(erfinv_end(w), (s - T(5.035)) / T(1.035));
}

/// The same for all w, those of the least probabilities (special/erfcinv.h), too; without branches.
template <class T>
SCI_HD T erfinv_over_x_tails(T w) {
  T s = sqrt(w), value;
  if constexpr (is_same<T, float>) {
    value = erfinv_ratio<11>(erfinv_low(w), (s - T(7.1)) / T(3.1));
    value = s < T(4.1) ? erfinv_over_x(w) : value;
  } else {
    value = erfinv_ratio<22>(erfinv_lowest(w), (s - T(19.9)) / T(7.4));
    const T low = erfinv_ratio<22>(erfinv_low(w), (s - T(9.25)) / T(3.25));
    value = s < T(12.5) ? low : value;
    value = s < T(6.05) ? erfinv_over_x(w) : value;
  }
  return value;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfinv(T x) {
  T value = x * detail::erfinv_over_x(-log((T(1) - x) * (T(1) + x)));
  return abs(x) == T(1) ? copysign(limits<T>::infinity, x) : value;
}

}  // namespace sci
