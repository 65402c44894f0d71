// log|Gamma(x)| for real x.
//
//   x >= 8 (float: 4)  Stirling's formula as (x - 1/2)(log x - 1) + (log(2 pi) - 1)/2 + mu(x), mu Binet's function
//                      (DLMF 5.11.1) by a near-minimax polynomial; so arranged that no large terms cancel.
//   1/2 < x < 8        log Gamma(1 + u) = u (u - 1) R(u), R near minimax on [0, 1], plus the logarithm of the
//                      recurrence's product, whose factors x - 1, x - 2, ... are exact: relatively accurate beside
//                      the zeros 1 and 2.
//   |x + 2.6| < 0.2    log Gamma(x + 4) by R and a logarithm of nearly 1: these are the first two zeros.
//   -13 < x <= 1/2     else: -log|1/Gamma(x)|, the product of special/gamma.h.
//   x <= -13           reflection (DLMF 5.5.3).
//
// Measured: 2.4 ulp (float: 3.6) for x > -2.3 and beyond -13. Beside the zeros in x < -2 (two between each pair of
// negative integers) the absolute error is about an ulp of 1, less than an ulp in x makes. gammaln(0) = gammaln(-n) =
// inf; gammaln(-inf) = -inf as SciPy has it. Vector loops take detail/gammaln_wide.h: the same without branches.
#pragma once
#include "special/detail/gammaln_wide.h"
#include "special/digamma.h"
#include "special/gamma.h"

namespace sci {
namespace detail {

/// log Gamma(1 + u) for 0 <= u <= 1, relatively accurate at both zeros.
template <class T>
SCI_HD T gammaln_unit(T u) {
  if constexpr (is_same<T, float>)
    return u * (u - T(1)) * gamma_polynomial<10>(gamma_tables::gammaln_fitf(), u);
  else
    return u * (u - T(1)) * gamma_polynomial<7>(gamma_tables::gammaln_fit_p(), u) /
           gamma_polynomial<7>(gamma_tables::gammaln_fit_q(), u);
}

/// mu(1/t), Binet's function, for t <= 1/8 (float: 1/4).
template <class T>
SCI_HD T gammaln_tail(T t) {
  if constexpr (is_same<T, float>)
    return t * gamma_polynomial<3>(gamma_tables::gammaln_tailf(), t * t);
  else
    return t * gamma_polynomial<7>(gamma_tables::gammaln_tail(), t * t);
}

/// log Gamma(x) for x >= 8 (float: 4).
template <class T>
SCI_HD T gammaln_stirling(T x) {
  return (x - T(0.5)) * (log(x) - 1) + (gammaln_tail(1 / x) + T(0.4189385332046727417803297364056176398613));
}

template <class T>
SCI_HD T hardware_gammaln(T x) {
  if (x >= T(is_same<T, float> ? 4 : 8)) return gammaln_stirling(x);
  if (x > T(0.5)) {
    if (x < T(1)) return gammaln_unit(x) - log(x);
    int n = int(x);
    T u = x - T(n);
    if (n == 1) return gammaln_unit(u) + T(0);  // +0 at x = 1
    return gammaln_unit(u) + log(gamma_factors(x, n));
  }
  if (x > T(-13)) {
    int n = gamma_nearest(x);
    T w = x - T(n);
    if (w == T(0)) return limits<T>::infinity;
    if (abs(x + T(2.6)) < T(0.2)) {
      // About the first two zeros: the product of x, ..., x + 3 is 1 less the square of a small number.
      T v = x + T(1.5), t = v * v - T(1.25);
      return gammaln_unit(x + 3) - log1p(-(t * t));
    }
    return -log(abs(gamma_factors(x, n)) * rgamma1p(w));
  }
  if (isnan(x) || isinf(x)) return x;
  T y = -x, s = abs(sinpi(y));
  if (s == T(0)) return limits<T>::infinity;
  return log(numbers::pi<T> / (y * s)) - gammaln_stirling(y);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammaln(T x) {
#ifdef SCI_WIDE
  return detail::gammaln_wide(x);
#else
  return detail::hardware_gammaln(x);
#endif
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammaln_pullback(T grad, T x, T) {
  return grad * digamma(x);
}

template <class T, class D>
SCI_HD dual<T, D> gammaln(dual<T, D> x) {
  return {gammaln(x.v), digamma(x.v) * x.d};
}

}  // namespace sci
