// Dawson's integral D(z) = exp(-z^2) int_0^z exp(t^2) dt (DLMF 7.2.5) and its derivatives, real and complex.
//
// Real: |x| < 1/2: x P(x^2); [1/2, 8): one of 16 polynomials (detail/octaves.h); beyond: P(1/x^2) / (2 x). D' alike,
// since 1 - 2 x D(x) cancels for large x; D'' = -2 D - 2 x D', |x| < 2.
// Complex: with v = -i z and the parts of detail/faddeeva.h, f_n(v) = S_n(v) + Q_n(v) exp(v^2) (1 - t(v)) being the
// scaled integrals of erfc (ierfcx.h),
//   D(z) = (sqrt(pi) / 2) (-i) g_0(v),   g_n(v) = S_n(v) - Q_n(v) exp(v^2) t(v),   g_n' = -2 (n + 1) g_(n+1),
// which holds exp(-z^2) and the odd sum S_0 without cancellation, |z| >= 0.8; below, exp(-z^2) erf(i z) / i by
// Maclaurin's series of erf. D^(n) = (sqrt(pi)/2) (-i) (2 i)^n n! g_n(v).
//
// Error (measured): real 1.5 ulp, the derivative as its zero at 0.924 allows; complex 5 eps of the modulus.
#pragma once
#include "special/detail/dawsn_tables.h"
#include "special/detail/octaves.h"
#include "special/ierfcx.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD T dawsn_derivative_real(T x) {
  T a = abs(x), square = a * a;
  if (a < T(0.5)) return T(1) - square * estrin<dawsn_slope_near_length<T>>(dawsn_slope_near_powers(x), square);
  if (a < T(8)) return octave_row<dawsn_slope_length<T>, 2, -1>(dawsn_slope_rows(x), a).value();
  T w = T(1) / a;
  return T(-0.5) * w * (w * estrin<dawsn_slope_far_length<T>>(dawsn_slope_far_powers(x), w * w));
}

/// g_n(v) without its Gaussian part, and t(v), for v in the first quadrant, |v| >= 0.8 or n > 0.
template <class T>
SCI_HD_LARGE complex<T> dawsn_plane(int n, complex<T> v) {
  constexpr bool single = is_same<T, float>;
  complex<T> w(abs(v.re), abs(v.im)), sum, factor;
  if (!isfinite(w)) {
    // The Gaussian exp(v^2) decides: it vanishes where Im v is larger.
    if (isnan(w)) return {limits<T>::nan, limits<T>::nan};
    return isinf(w.re) ? (isinf(w.im) || w.im != T(0) ? complex<T>(limits<T>::nan, limits<T>::nan)
                                                      : complex<T>(limits<T>::infinity, w.im))
                       : complex<T>(T(0));
  }
  T size = max(w.re, w.im);
  if (n == 0) {
    auto parts = faddeeva(w);
    sum = parts.sum;
    factor = parts.tanh;
  } else {
    constexpr T radius = single ? T(6) : T(8.5);
    if (size < radius && w.re * w.re + w.im * w.im < radius * radius) {
      constexpr int count = single ? 13 : 20;
      constexpr T step = single ? T(0.5) : T(0.4);
      faddeeva_parts<T> parts;
      bool midpoint;
      faddeeva_pole(w, step, parts, midpoint);
      const T* table = ierfcx_trapezoid(T(0)) + (midpoint ? 0 : 2 * count);
      sum = ierfcx_quadrature(n, w, table, count, midpoint ? T(0) : step * numbers::inv_pi<T>);
      factor = parts.tanh;
    } else {
      factor = complex<T>(w.re < T(0.01) ? T(0) : T(1));
      sum = size > (single ? T(1e4) : T(1e8)) ? ierfcx_power(T(0.5) / w, n + 1) * (T(2) * numbers::inv_sqrt_pi<T>)
                                              : ierfcx_asymptotic(n, w);
    }
  }
  if ((factor.re != T(0) || factor.im != T(0)) && !faddeeva_vanishes(complex<T>(w.im, w.re)))
    sum += gaussian_times(w, -(factor * ierfcx_pole_factor(n, w)), T(1));
  // g_n is even or odd with n + 1, and real on the real axis.
  if (signbit(v.re) != signbit(v.im)) sum.im = -sum.im;
  if (signbit(v.re) && !(n & 1)) sum = -sum;
  return sum;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T dawsn(T x) {
  T a = abs(x);
  if (a < T(0.5)) return x * detail::estrin<detail::dawsn_near_length<T>>(detail::dawsn_near_powers(x), x * x);
  if (a < T(8))
    return copysign(detail::octave_row<detail::dawsn_length<T>, 2, -1>(detail::dawsn_rows(x), a).value(), x);
  T w = T(1) / x;
  return T(0.5) * w * detail::estrin<detail::dawsn_far_length<T>>(detail::dawsn_far_powers(x), w * w);
}

template <class T>
SCI_HD complex<T> dawsn(complex<T> z) {
  if (z.im == T(0)) return {dawsn(z.re), z.im * detail::dawsn_derivative_real(z.re)};
  complex<T> v(z.im, -z.re), value;
  constexpr T half = T(0.5) * numbers::sqrt_pi<T>;
  if (abs(v.re) < T(1) && v.re * v.re + v.im * v.im < detail::erf_radius2<T>)
    value = -(exp(complex<T>((v.re - v.im) * (v.re + v.im), T(2) * v.re * v.im)) * detail::erf_series(v));
  else
    value = detail::dawsn_plane(0, v);
  return {half * value.im, -half * value.re};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T dawsn_derivative(int64_t n, T x) {
  if (n < 0 || n > detail::ierfcx_largest_order || isnan(x)) return limits<T>::nan;
  if (n == 0) return dawsn(x);
  if (n == 1) return detail::dawsn_derivative_real(x);
  if (isinf(x)) return n & 1 ? T(-0.0) : copysign(T(0), x);
  if (n == 2 && abs(x) < T(2)) return T(-2) * (dawsn(x) + x * detail::dawsn_derivative_real(x));
  complex<T> value = detail::dawsn_plane(int(n), complex<T>(T(0), -x));
  T scale = T(0.5) * numbers::sqrt_pi<T>;
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) scale *= T(2 * k);
  // (-i) i^n g_n: g_n(v) is imaginary for even n on the imaginary axis, real for odd.
  T part = n & 1 ? value.re : value.im;
  return ((n / 2) & 1) ? -scale * part : scale * part;
}

template <class T>
SCI_HD complex<T> dawsn_derivative(int64_t n, complex<T> z) {
  if (n < 0 || n > detail::ierfcx_largest_order || isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (n == 0) return dawsn(z);
  if (n == 1 && z.im == T(0)) return {detail::dawsn_derivative_real(z.re), -z.im};
  complex<T> value = detail::dawsn_plane(int(n), complex<T>(z.im, -z.re));
  T scale = T(0.5) * numbers::sqrt_pi<T>;
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) scale *= T(2 * k);
  value = value * scale;
  switch ((n + 3) & 3) {  // i^(n-1)
    case 0: return value;
    case 1: return {-value.im, value.re};
    case 2: return -value;
    default: return {value.im, -value.re};
  }
}

}  // namespace sci
