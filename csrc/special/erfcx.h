// The scaled complementary error function erfcx(z) = exp(z^2) erfc(z) (w(i z) in DLMF 7.2.3), real and complex.
//
// Real: x >= -3/8: a polynomial in 1/(x + 2), one of ten, times 1/(x + 2) (detail/erfcx_real.h); below:
// 2 exp(x^2) - erfcx(-x), x^2 with its rounding error; overflow to inf at x = -26.63 (float: -9.38).
// Complex: |z| < 0.8: exp(z^2) (1 - erf(z)); beyond: A(z) + exp(z^2) (1 - t(z)), detail/faddeeva.h, and in the left
// half plane exp(z^2) (1 + t(-z)) - A(-z).
//
// Error (measured): real 2.7 ulp (float: 2.9), 2.3 ulp for x < -3/8; complex 5 eps of the modulus, but near a zero
// (z = -1.3548 + 1.9915i, ...) as the conditioning allows.
#pragma once
#include "special/detail/erfcx_real.h"
#include "special/erf.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfcx(T x) {
  if (x >= T(-0.375)) return detail::erfcx_right(x).value();
  constexpr T overflow = is_same<T, float> ? T(-9.4) : T(-26.7);
  if (!(x >= overflow)) return isnan(x) ? x : limits<T>::infinity;
  T square = rounded_product(x, x);
  T factor = T(2) + T(2) * detail::square_error(x, square);
  return exp(square) * factor - detail::erfcx_right(-x).value();
}

template <class T>
SCI_HD complex<T> erfcx(complex<T> z) {
  if (z.im == T(0)) return {erfcx(z.re), -z.im};
  complex<T> w(abs(z.re), abs(z.im)), out;
  if (w.re < T(1) && w.re * w.re + w.im * w.im < detail::erf_radius2<T>) {
    complex<T> square((z.re - z.im) * (z.re + z.im), T(2) * z.re * z.im);
    return exp(square) * (T(1) + -detail::erf_series(z));
  }
  if (!isfinite(w)) {
    bool vanishes = isinf(w.im) ? isfinite(w.re) || z.re > T(0) : z.re == limits<T>::infinity && !isnan(w.im);
    if (vanishes) return {copysign(T(0), z.re), copysign(T(0), -z.im)};
    return {limits<T>::nan, limits<T>::nan};
  }
  auto parts = detail::faddeeva(w);
  out = signbit(z.re) ? -parts.sum : parts.sum;
  complex<T> factor = signbit(z.re) ? T(1) + parts.tanh : parts.complement;
  bool vanishes = factor.re == T(0) || detail::faddeeva_vanishes(complex<T>(w.im, w.re));
  if (!vanishes) out += detail::gaussian_times(w, factor, T(1));
  return {out.re, signbit(z.re) != signbit(z.im) ? -out.im : out.im};
}

}  // namespace sci
