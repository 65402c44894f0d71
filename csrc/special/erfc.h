// The complementary error function erfc(z) = 1 - erf(z) (DLMF 7.2.2), real and complex, relatively accurate into its
// tail and down to subnormal values.
//
// Real: |x| < 1/2: 1 - erf(x); [1/2, 6): a polynomial, one of 88 (tools/coefficients/erf.py): the exponential would
// cost more than the table; x >= 6: exp(-x^2) erfcx(x), x^2 with its rounding error; x <= -1/2: 2 - erfc(-x). Complex:
// |z| < 0.8: 1 - erf(z), where |erf(z)| < 0.9; beyond: 1 - t(z) + exp(-z^2) A(z), detail/faddeeva.h.
//
// Error (measured): real 2 ulp; complex 5 eps of the modulus, but near a zero (z = -1.3548 + 1.9915i,
// ...) as the conditioning allows.
#pragma once
#include "special/detail/erfc_tables.h"
#include "special/erf.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfc(T x) {
  T a = abs(x);
  if (a < T(0.5)) return T(1) - detail::erf_small(x);
  if (isnan(x)) return x;
  T value;
  if (a < T(6)) {
    constexpr int n = is_same<T, float> ? 7 : 12;
    int row = int(T(16) * a);
    const T* c = detail::erfc_middle(a) + (row - 8) * (n + 1);
    value = c[n] + detail::estrin<n>(c, T(32) * a - T(2 * row + 1));
  } else {
    value = detail::exp_minus_square(a, detail::erfcx_right(min(a, T(30))).value());  // erfc(30) underflows
  }
  T sign = copysign(T(1), x);  // without a branch: 2 - value for x < 0
  return (T(1) - sign) + sign * value;
}

template <class T>
SCI_HD complex<T> erfc(complex<T> z) {
  if (z.im == T(0)) return {erfc(z.re), -z.im};
  complex<T> w(abs(z.re), abs(z.im)), out;
  if (w.re < T(1) && w.re * w.re + w.im * w.im < detail::erf_radius2<T>) return T(1) + -detail::erf_series(z);
  if (!isfinite(w)) {
    if (isinf(w.re) && isfinite(w.im)) return {signbit(z.re) ? T(2) : T(0), copysign(T(0), -z.im)};
    if (w.re == T(0)) return {T(1), -z.im};
    return {limits<T>::nan, limits<T>::nan};
  }
  if (detail::faddeeva_vanishes(w)) return {signbit(z.re) ? T(2) : T(0), copysign(T(0), -z.im)};
  auto parts = detail::faddeeva(w);
  complex<T> rest = detail::gaussian_times(w, parts.sum);
  // erfc(-w) = 2 - erfc(w), and 2 - (1 - t) = 1 + t.
  out = signbit(z.re) ? T(1) + parts.tanh - rest : parts.complement + rest;
  return {out.re, signbit(z.re) != signbit(z.im) ? -out.im : out.im};
}

}  // namespace sci
