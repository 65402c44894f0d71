// The imaginary error function erfi(z) = -i erf(i z) = 2/sqrt(pi) exp(z^2) D(z), real and complex; the Faddeeva
// function w(z) = exp(-z^2) erfc(-i z) = erfcx(-i z) (DLMF 7.2.3).
//
// Real erfi: |x| < 1/2: 2 x / sqrt(pi) exp(x^2) times D(x) / x, beyond as written, exp(x^2) with the rounding error of
// the square and in two steps near its overflow. Complex: erf's kernel. w(x) of real x: exp(-x^2) + i 2/sqrt(pi) D(x).
//
// Error (measured): real 3 ulp; complex 5 eps of the modulus.
#pragma once
#include "special/dawsn.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfi(T x) {
  constexpr T overflow = is_same<T, float> ? T(9.6) : T(26.8);
  T a = abs(x);
  if (a > overflow) return copysign(limits<T>::infinity, x);
  T square = rounded_product(a, a), d = T(2) * numbers::inv_sqrt_pi<T> * dawsn(x);
  // Half of the exponent twice, since exp(x^2) overflows before the product does.
  if (square > limits<T>::log_max) {
    T half = exp(square / T(2));
    return half * (d + d * detail::square_error(a, square)) * half;
  }
  return exp(square) * (d + d * detail::square_error(a, square));
}

template <class T>
SCI_HD complex<T> erfi(complex<T> z) {
  if (z.im == T(0)) {
    T slope = T(2) * numbers::inv_sqrt_pi<T> * exp(z.re * z.re);
    return {erfi(z.re), isinf(slope) ? z.im : z.im * slope};
  }
  complex<T> value = erf(complex<T>(-z.im, z.re));
  return {value.im, -value.re};
}

template <class T>
SCI_HD complex<T> wofz(complex<T> z) {
  if (z.im == T(0)) {
    if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
    return {gaussian(z.re), T(2) * numbers::inv_sqrt_pi<T> * dawsn(z.re)};
  }
  return erfcx(complex<T>(z.im, -z.re));
}

}  // namespace sci
