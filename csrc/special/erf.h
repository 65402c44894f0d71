// The error function erf(z) = 2/sqrt(pi) int_0^z exp(-t^2) dt (DLMF 7.2.1), real and complex.
//
// Real: |x| < 1: x + x P(x^2), P a polynomial (tools/coefficients/erf.py); beyond: 1 - exp(-x^2) erfcx(x), erfcx a
// polynomial in 1/(x + 3) for 1 <= x <= 6.
// Complex: |z| < 0.8: Maclaurin's series (DLMF 7.6.1); beyond: t(z) - exp(-z^2) A(z), detail/faddeeva.h, where both
// terms are odd and neither is large where erf is small: real and imaginary part are accurate each by itself near both
// axes. Symmetries bring everything to the first quadrant.
//
// Error (measured): real 1.1 ulp; complex 5 eps of the modulus, but near a zero (z = 1.4506 + 1.8809i, ...) as the
// conditioning allows.
#pragma once
#include "special/detail/erf_tables.h"
#include "special/detail/estrin.h"
#include "special/detail/faddeeva.h"
#include "special/gaussian.h"

namespace sci {
namespace detail {

/// erf(x) / x - 1 for |x| <= 1.
template <class T>
SCI_HD T erf_small_rest(T x) {
  return estrin<is_same<T, float> ? 7 : 12>(erf_near_zero(x), x * x);
}

/// erf for |x| <= 1.
template <class T>
SCI_HD T erf_small(T x) {
  return x + x * erf_small_rest(x);
}

template <class T>
constexpr T erf_radius2 = T(0.64);  // |z|^2 up to which the series is used

/// erf for |z| < 0.8: the polynomial in z^2 by the recurrence for real coefficients (Knuth, TAOCP 2, 4.6.4, eq. (3)).
template <class T>
SCI_HD complex<T> erf_series(complex<T> z) {
  constexpr int count = is_same<T, float> ? 9 : 16;
  const T* c = erf_maclaurin(T(0));
  T re = (z.re - z.im) * (z.re + z.im), im = T(2) * z.re * z.im;
  T s = T(2) * re, n = re * re + im * im;
  T b = c[count - 1], a = c[count - 2];
  for (int k = count - 3; k >= 0; --k) {
    T next = a + s * b;
    a = c[k] - n * b;
    b = next;
  }
  return z * complex<T>(re * b + a, im * b);
}

}  // namespace detail

// Both pieces, then a choice: so that a loop over elements has no branch in it.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erf(T x) {
  T a = abs(x) < T(6) ? abs(x) : T(6);  // erf rounds to 1 from 5.93 (float: 3.92) on
  T u = T(14.4) / (a + T(3)) - T(2.6);
  T rest = exp(-a * a) * detail::estrin<is_same<T, float> ? 8 : 15>(detail::erfcx_beyond_1(x), u);
  T value = abs(x) < T(1) ? detail::erf_small(x) : copysign(T(1) - rest, x);
  return isnan(x) ? x : value;
}

template <class T>
SCI_HD complex<T> erf(complex<T> z) {
  // On the real axis erf'(x) times the zero.
  if (z.im == T(0)) return {erf(z.re), z.im};
  complex<T> w(abs(z.re), abs(z.im)), out;
  if (w.re < T(1) && w.re * w.re + w.im * w.im < detail::erf_radius2<T>) return detail::erf_series(z);
  if (!isfinite(w)) {
    if (isinf(w.re) && isfinite(w.im)) return {copysign(T(1), z.re), copysign(T(0), z.im)};
    if (w.re == T(0)) return z;  // i inf, or NaN
    return {limits<T>::nan, limits<T>::nan};
  }
  if (detail::faddeeva_vanishes(w)) return {copysign(T(1), z.re), copysign(T(0), z.im)};
  auto parts = detail::faddeeva(w);
  out = parts.tanh - detail::gaussian_times(w, parts.sum);
  return {signbit(z.re) ? -out.re : out.re, signbit(z.im) ? -out.im : out.im};
}

}  // namespace sci
