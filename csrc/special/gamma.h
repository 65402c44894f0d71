// Gamma(x) and 1/Gamma(x), real and complex.
//
// Real, float and double (x the argument, n the integer nearest to it, w = x - n):
//   |x| < 13  1/Gamma(1 + w) by a near-minimax polynomial, times the factors of the recurrence
//                   (DLMF 5.5.1). x - 1, x - 2, ... are exact, so that it is relatively accurate beside the poles.
//   x larger        Stirling's formula Gamma(x) = x^(x-1/2) e^-x S(1/x) (DLMF 5.11.3), S a near-minimax polynomial;
//                   the power is taken as a square where it would overflow before Gamma does.
//   x smaller       reflection, Gamma(x) = -pi / (y sin(pi y) Gamma(y)) with y = -x (DLMF 5.5.3), sin(pi y) exact at
//                   integers, and the two halves of the power divided one after the other: gradual underflow.
// Dual numbers use the same recurrence and reflection on the Taylor series of the entire function 1/Gamma, whose
// derivatives are finite at the poles, and Gamma' = psi Gamma for large x.
// Complex: the Taylor series and recurrence for |Re z| <= 8.5, |Im z| <= 2; elsewhere Stirling's formula for
// |z| >= 9, after a shift to the right, and reflection for Re z < 0, with the large exponentials put together before
// exp is taken.
//
// Conventions are SciPy's: Gamma(+-0) = +-inf, NaN at negative integers and -inf, complex poles NaN; 1/Gamma is 0
// at all of them.
//
// Vector loops take detail/gamma_wide.h: the same without branches, the product of the recurrence in two parts.
//
// Measured: real 7.5 ulp in |x| < 13, where up to 13 factors are multiplied (99.9 % within 4.2), 6 beyond; in vector
// loops 4 everywhere (float: 4.3); complex 6 ulp where the Taylor series serves, 13 for |z| < 28, 110 for |z| < 250.
// Tables: tools/coefficients/gamma.py.
#pragma once
#include "core/dual.h"
#include "special/detail/temme_gamma.h"
#ifdef SCI_WIDE
#include "special/detail/gamma_wide.h"
#endif

namespace sci {
namespace detail {

/// Where the recurrence ends and Stirling's formula takes over.
template <class T>
constexpr T gamma_recurrence_end = T(13);

/// The integer nearest to |x| < 14, without a call of rint.
template <class T>
SCI_HD int gamma_nearest(T x) {
  return int(x + T(14.5)) - 14;
}

/// (x - 1)(x - 2)...(x - n + 1) for n >= 1; else x (x + 1)...(x - n). All terms are exact for floating-point x.
template <class T>
SCI_HD T gamma_factors(T x, int n) {
  using R = real_of<T>;
  if (n >= 1) {
    T product(R(1));
    for (int i = 1; i < n; ++i) product = product * (x - R(i));
    return product;
  }
  T product = x;
  for (int i = 1; i <= -n; ++i) product = product * (x + R(i));
  return product;
}

/// Gamma(x) e^x x^(1/2 - x) for x >= gamma_recurrence_end.
template <class T>
SCI_HD T gamma_scaled(T x) {
  const T t = 1 / x;
  if constexpr (is_same<T, float>)
    return gamma_polynomial<5>(gamma_tables::scaled_fitf(), t);
  else
    // The first coefficient, sqrt(2 pi), is 0.4 ulp of its rounding off.
    return gamma_tables::scaled_fit()[0] +
           (t * gamma_polynomial<9>(gamma_tables::scaled_fit() + 1, t) - 1.8328579980459168e-16);
}

template <class T>
SCI_HD T hardware_gamma(T x) {
  constexpr bool single = is_same<T, float>;
  if (abs(x) < gamma_recurrence_end<T>) {
    int n = gamma_nearest(x);
    T w = x - T(n);
    if (w == T(0) && n <= 0) return x == T(0) ? copysign(limits<T>::infinity, x) : limits<T>::nan;
    T r = rgamma1p(w), p = gamma_factors(x, n);
    return n >= 1 ? p / r : 1 / (p * r);
  }
  if (x > T(0)) {
    if (x > T(single ? 36 : 172)) return limits<T>::infinity;
    T rest = exp(-x) * gamma_scaled(x);
    if (x < T(single ? 26 : 143)) return pow(x, x - T(0.5)) * rest;
    T half = pow(x, x / 2 - T(0.25));
    return half * rest * half;
  }
  T y = -x, s = sinpi(y);
  if (!(s != T(0)) || isnan(s)) return limits<T>::nan;  // poles, -inf, NaN
  // Beyond, the nearest neighbours of the poles underflow as well.
  if (y > T(single ? 50 : 190)) return copysign(T(0), -s);
  T half = pow(y, y / 2 - T(0.25));
  return -numbers::pi<T> / (y * s * exp(-y) * gamma_scaled(y)) / half / half;
}

template <class T>
SCI_HD T hardware_rgamma(T x) {
  constexpr bool single = is_same<T, float>;
  if (abs(x) < gamma_recurrence_end<T>) {
    int n = gamma_nearest(x);
    T w = x - T(n);
    if (w == T(0) && n < 0) return T(0);
    T r = rgamma1p(w), p = gamma_factors(x, n);
    return n >= 1 ? r / p : r * p;
  }
  if (x > T(0)) {
    if (x > T(single ? 50 : 190)) return T(0);
    T half = pow(x, x / 2 - T(0.25));
    return 1 / (exp(-x) * gamma_scaled(x)) / half / half;
  }
  if (isnan(x)) return x;
  T y = -x;
  if (isinf(y)) return T(0);
  T s = sinpi(y);
  if (s == T(0)) return T(0);
  if (y > T(single ? 50 : 190)) return copysign(limits<T>::infinity, -s);
  T half = pow(y, y / 2 - T(0.25));
  return -(y * s * exp(-y) * gamma_scaled(y) * numbers::inv_pi<T> * half) * half;
}

/// psi(x) by its asymptotic series (DLMF 5.11.2), for dual numbers with x > 12.
template <class T>
SCI_HD T digamma_series(T x) {
  T s = T(1) / (x * x);
  return log(x) - T(0.5) / x - s * gamma_polynomial<10>(gamma_tables::digamma_bernoulli(), s);
}

}  // namespace detail

#ifdef SCI_WIDE
SCI_HD double gamma(double x) { return detail::gamma_wide(x); }
SCI_HD float gamma(float x) { return detail::gamma_wide(x); }
SCI_HD double rgamma(double x) { return detail::rgamma_wide(x); }
SCI_HD float rgamma(float x) { return detail::rgamma_wide(x); }
#else
SCI_HD double gamma(double x) { return detail::hardware_gamma(x); }
SCI_HD float gamma(float x) { return detail::hardware_gamma(x); }
SCI_HD double rgamma(double x) { return detail::hardware_rgamma(x); }
SCI_HD float rgamma(float x) { return detail::hardware_rgamma(x); }
#endif

// ---- dual numbers ----------------------------------------------------------------------------------------------

namespace detail {
/// Gamma(x) for x > 12; apart from gamma itself, so that nothing calls itself.
SCI_HD double gamma_large(double x) { return hardware_gamma(x); }
SCI_HD float gamma_large(float x) { return hardware_gamma(x); }
template <class T, class D>
SCI_HD dual<T, D> gamma_large(dual<T, D> x) {
  T f = gamma_large(x.v);
  return {f, f * digamma_series(x.v) * x.d};
}
SCI_HD double rgamma_large(double x) { return hardware_rgamma(x); }
SCI_HD float rgamma_large(float x) { return hardware_rgamma(x); }
template <class T, class D>
SCI_HD dual<T, D> rgamma_large(dual<T, D> x) {
  T f = rgamma_large(x.v);
  return {f, -(f * digamma_series(x.v) * x.d)};
}
}  // namespace detail

template <class T, class D>
SCI_HD dual<T, D> rgamma(dual<T, D> x) {
  using S = scalar_of<T>;
  S p = primal(x);
  if (abs(p) < S(12.5)) {
    S n = rint(p);
    dual<T, D> r = detail::rgamma1p(x - dual<T, D>(n)), f = detail::gamma_factors(x, int(n));
    return n >= S(1) ? r / f : r * f;
  }
  if (p > S(0)) return detail::rgamma_large(x);
  return x * sinpi(-x) * detail::gamma_large(-x) * dual<T, D>(numbers::inv_pi<S>);
}

template <class T, class D>
SCI_HD dual<T, D> gamma(dual<T, D> x) {
  using S = scalar_of<T>;
  if (primal(x) >= S(12.5)) return detail::gamma_large(x);
  return dual<T, D>(1) / rgamma(x);
}

}  // namespace sci

#include "special/detail/gamma_complex.h"
