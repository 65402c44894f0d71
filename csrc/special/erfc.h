// The complementary error function erfc(z) = 1 - erf(z) (DLMF 7.2.2), real and complex, relatively accurate into its
// tail and down to subnormal values.
//
// Real: |x| < 1: (1 - x) - (erf(x) - x), of which the first is exact where it matters; beyond: exp(-x^2) erfcx(x), x^2
// with its rounding error and erfcx(x) a polynomial in 1/(x + 3), times that (tools/coefficients/erf.py; Shepherd and
// Laframboise, Math. Comp. 36 (1981), 249-253, do it in another variable); x <= -1: 2 - erfc(-x). No table is looked
// up, so a loop becomes vector instructions. Complex: |z| < 0.8: 1 - erf(z), where |erf(z)| < 0.9; beyond: 1 - t(z) +
// exp(-z^2) A(z), detail/faddeeva.h.
//
// Error (measured): real 3.2 ulp; complex 5 eps of the modulus, but near a zero (z = -1.3548 + 1.9915i,
// ...) as the conditioning allows.
#pragma once
#include "special/erf.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfc(T x) {
  T a = abs(x);
  if (a < T(1)) return (T(1) - x) - x * detail::erf_small_rest(x);
  a = min(a, T(28));  // erfc underflows; NaN stays
  T sum = a + T(3), error = (a - (sum - T(3))), t = T(1) / sum;
  t -= error * t * t;
  T u = t * T(248.0 / 27) - T(35.0 / 27);
  const T* c = detail::erfc_right(x);
  T scaled = c[0] + u * detail::polynomial<is_same<T, float> ? 10 : 19>(c + 1, u);
  T value = detail::exp_minus_square(a, scaled * t);
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
