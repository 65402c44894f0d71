// The modified Fresnel integrals F(x) = int_x^inf exp(+-i t^2) dt and K(x) = exp(-+i (x^2 + pi/4)) F(x) / sqrt(pi), of
// real x (upper signs: modfresnelp, lower: modfresnelm, its conjugate).
//
// With t = exp(i pi/4) s: K(x) = erfcx(exp(-i pi/4) x) / 2 and F(x) = sqrt(pi) exp(i (x^2 + pi/4)) K(x), x >= 0; on the
// left F(x) = sqrt(pi) exp(i pi/4) - F(-x), K(x) = exp(-i x^2) - K(-x). x^2 has its rounding error in the phases, which
// are right for every x.
//
// Error (measured): 5 eps of the modulus.
#pragma once
#include "special/detail/narrowed.h"
#include "special/erfcx.h"

namespace sci {
namespace detail {

/// exp(i x^2)
template <class T>
SCI_HD complex<T> turn_by_square(T x) {
  constexpr T huge = is_same<T, float> ? T(1e18) : T(1e150);
  T square = rounded_product(x, x);
  T error = abs(x) < huge ? square_error(x, square) : T(0);
  T s = sin(square), c = cos(square);
  if (abs(error) < (is_same<T, float> ? T(1e-4) : T(1e-8))) return {c - error * s, s + error * c};
  return complex<T>(c, s) * complex<T>(cos(error), sin(error));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<complex<T>, 2> modfresnelp(T x) {
  if (isnan(x)) return {{complex<T>(x, x), complex<T>(x, x)}};
  if constexpr (is_same<T, float>) {  // where the square overflows
    if (abs(x) > T(1e9) && !isinf(x)) {
      return detail::narrowed<complex<T>>(modfresnelp(double(x)));
    }
  }
  constexpr T root = T(0.70710678118654752440);
  const complex<T> all(numbers::sqrt_pi<T> * root, numbers::sqrt_pi<T> * root);
  T a = abs(x);
  if (isinf(x)) {
    if (x > T(0)) return {{complex<T>(T(0)), complex<T>(T(0))}};
    return {{all, complex<T>(limits<T>::nan, limits<T>::nan)}};  // K goes round the unit circle
  }
  complex<T> k = erfcx(complex<T>(root * a, -root * a)) * T(0.5), turn = detail::turn_by_square(a);
  complex<T> f = all * (turn * k);
  if (x >= T(0)) return {{f, k}};
  return {{all - f, conj(turn) - k}};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<complex<T>, 2> modfresnelm(T x) {
  many<complex<T>, 2> plus = modfresnelp(x);
  return {{conj(plus[0]), conj(plus[1])}};
}

}  // namespace sci
