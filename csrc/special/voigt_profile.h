// The Voigt profile V(x, s, g) = Re w(z) / (s sqrt(2 pi)), z = (x + i g) / (s sqrt 2) (DLMF 7.19), the convolution of a
// normal density of standard deviation s with a Lorentzian of half width g; and
//   G_n(x, s, g) = f_n(v) / (s sqrt 2)^(n+1), v = (g - i x) / (s sqrt 2), f_n = exp(v^2) i^n erfc(v) (ierfcx.h),
// of which it and its derivatives consist: V = Re G_0 / sqrt(pi), dG_n/dg = -2 (n+1) G_(n+1), dG_n/dx = 2 i (n+1)
// G_(n+1), and by the heat equation dV/ds = s d2V/dx2, dG_n/ds = -4 s (n+1)(n+2) G_(n+2).
//
// Beyond |v| = 1e8 (float: 1e4) and for s = 0 the first term of the asymptotic series, 2/sqrt(pi) (2 (g - i x))^(-n-1),
// which is the Lorentzian. g = 0: the normal density.
//
// Error (measured): 5 eps, Re w being accurate by itself near the real axis; beside the conditioning of exp(-x^2/2s^2).
#pragma once
#include "special/ierfcx.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD complex<T> voigt_term(int64_t n, T x, T s, T g) {
  if (isnan(x) || isnan(s) || isnan(g) || n < 0 || n > detail::ierfcx_largest_order)
    return {limits<T>::nan, limits<T>::nan};
  if (isinf(x) || isinf(s) || isinf(g)) return {T(0), T(0)};
  constexpr T far = is_same<T, float> ? T(1e4) : T(1e8);
  T width = s * numbers::sqrt2<T>, size = max(abs(x), abs(g));
  if (size > far * abs(width) && (g >= T(0) || width == T(0))) {
    complex<T> q = T(0.5) / complex<T>(g, -x);
    return detail::ierfcx_power(q, int(n) + 1) * (T(2) * numbers::inv_sqrt_pi<T>);
  }
  T q = T(1) / width;
  complex<T> f = ierfcx(n, complex<T>(g * q, -x * q));
  SCI_NO_UNROLL
  for (int k = 0; k <= n; ++k) f = f * q;
  return f;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T voigt_profile(T x, T sigma, T gamma) {
  if (isnan(x) || isnan(sigma) || isnan(gamma)) return limits<T>::nan;
  constexpr T far = is_same<T, float> ? T(1e4) : T(1e8);
  T width = sigma * numbers::sqrt2<T>, size = max(abs(x), abs(gamma));
  if (sigma == T(0) && gamma == T(0)) return x == T(0) ? limits<T>::infinity : T(0);
  if (gamma == T(0)) return gaussian(x / width) / (width * numbers::sqrt_pi<T>);
  if (size > far * abs(width)) {
    // gamma / (pi (x^2 + gamma^2)), without overflow.
    if (isinf(size)) return T(0);
    T a = x / size, b = gamma / size;
    T lorentzian = b / (a * a + b * b) / size * numbers::inv_pi<T>;
    if (gamma > T(0) || width == T(0)) return lorentzian;
  }
  if (isinf(sigma)) return T(0);
  return erfcx(complex<T>(gamma / width, -x / width)).re / (width * numbers::sqrt_pi<T>);
}

/// V = Re G_0 / sqrt(pi), whose derivatives are those of G_n above.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> voigt_profile_pullback(T grad, T x, T sigma, T gamma, T) {
  if (isnan(x) || isnan(sigma) || isnan(gamma)) return {{limits<T>::nan, limits<T>::nan, limits<T>::nan}};
  if (isinf(x) || isinf(sigma) || isinf(gamma)) return {{T(0), T(0), T(0)}};
  constexpr T far = is_same<T, float> ? T(1e4) : T(1e8);
  T scale = T(-2) * numbers::inv_sqrt_pi<T> * grad, width = sigma * numbers::sqrt2<T>, q = T(1) / width;
  complex<T> v(gamma / width, -x / width), first, second;  // of these, G_1 and sigma G_2
  const T square = v.re * v.re + v.im * v.im;
  if (square < T(0.5) && v.re >= T(0)) {
    // Both from f_0 by DLMF 7.18.7, which hardly cancels here.
    complex<T> f = erfcx(v), slope = complex<T>(numbers::inv_sqrt_pi<T>) - v * f;
    first = slope * q * q;
    second = (f - T(2) * (v * slope)) * T(0.125) * numbers::sqrt2<T> * q * q;
  } else if (max(abs(x), abs(gamma)) > far * abs(width) && (gamma >= T(0) || width == T(0))) {
    complex<T> inverse = T(0.5) / complex<T>(gamma, -x);
    first = inverse * inverse * (T(2) * numbers::inv_sqrt_pi<T>);
    second = first * inverse * sigma;
  } else if (v.re >= T(0) && isfinite(width)) {
    auto both = detail::ierfcx_first_two(v);
    first = both[0] * q * q;
    second = both[1] * T(0.5) * numbers::sqrt2<T> * q * q;
  } else {
    first = voigt_term(1, x, sigma, gamma);
    second = voigt_term(2, x, sigma, gamma) * sigma;
  }
  return {{scale * first.im, scale * (T(4) * second.re), scale * first.re}};
}

}  // namespace sci
