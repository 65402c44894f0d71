// zeta = (2/3) z^(3/2), the exponent of the Airy functions, as a sum of two numbers: rounded once, it would cost
// exp(zeta) or cos(zeta) |zeta| eps.
//
// s = sqrt(z) is corrected by (z - s^2) / (2 s), and products keep their rounding errors (fma).
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

template <class T>
struct airy_pair {
  T high, low;
};

/// a + b = high + low exactly (Knuth's two-sum).
template <class T>
SCI_HD airy_pair<T> airy_sum(T a, T b) {
  T s = a + b, c = s - a;
  return {s, (a - (s - c)) + (b - c)};
}

/// a b + c d = high + low to about twice the digits.
template <class T>
SCI_HD airy_pair<T> airy_product_sum(T a, T b, T c, T d) {
  T p = rounded_product(a, b), q = rounded_product(c, d);
  airy_pair<T> s = airy_sum(p, q);
  return {s.high, s.low + (fma(a, b, -p) + fma(c, d, -q))};
}

/// 2/3 of a pair.
template <class T>
SCI_HD airy_pair<T> airy_two_thirds(T high, T low) {
  T q = T(2) * high / T(3);
  return {q, (fma(T(-3), q, T(2) * high) + T(2) * low) / T(3)};
}

/// zeta for x > 0.
template <class T>
SCI_HD airy_pair<T> airy_zeta(T x) {
  T s = sqrt(x), rest = fma(-s, s, x) / (T(2) * s), p = rounded_product(x, s);
  return airy_two_thirds(p, T(fma(x, s, -p) + x * rest));
}

/// zeta with the principal root; s is sqrt(z).
template <class T>
SCI_HD airy_pair<complex<T>> airy_zeta(complex<T> z, complex<T> s) {
  T a = s.re, b = s.im, p = rounded_product(a, a), q = rounded_product(b, b);
  airy_pair<T> t = airy_sum(z.re, T(-p));
  complex<T> rest = {((t.high + q) + t.low) + (fma(b, b, -q) - fma(a, a, -p)), fma(T(-2) * a, b, z.im)};
  if (s.re != T(0) || s.im != T(0)) rest = rest / (s * T(2));
  rest = z * rest;
  airy_pair<T> re = airy_product_sum(z.re, a, -z.im, b), im = airy_product_sum(z.re, b, z.im, a);
  re = airy_two_thirds(re.high, re.low + rest.re);
  im = airy_two_thirds(im.high, im.low + rest.im);
  return {{re.high, im.high}, {re.low, im.low}};
}

/// Beyond this phase its two parts do not have all digits of the cosine: NaN, where an amplitude is not 0.
template <class T>
constexpr T airy_phase_end = T(1) / limits<T>::epsilon;

/// exp(i (high + low)). The second part is small beside the first, but not beside 1 where that is large.
template <class T>
SCI_HD complex<T> airy_turn(T high, T low) {
  T c = cos(high), s = sin(high), c1 = T(1), s1 = low;
  if (!(abs(low) < T(is_same<T, float> ? 1e-4 : 1e-8))) c1 = cos(low), s1 = sin(low);
  return {c * c1 - s * s1, s * c1 + c * s1};
}

/// exp(high + low), overflowing and underflowing only where the result does; 0 for a real part of minus infinity.
template <class T>
SCI_HD complex<T> airy_exp(complex<T> high, complex<T> low) {
  if (high.re < T(2) * limits<T>::log_min) return complex<T>(T(0));
  T half = exp(high.re / T(2)), change = expm1(low.re);
  if (abs(high.im) > airy_phase_end<T> && half < limits<T>::max) return {limits<T>::nan, limits<T>::nan};
  complex<T> turn = airy_turn(high.im, low.im);
  return complex<T>(half * (turn.re + turn.re * change), half * (turn.im + turn.im * change)) * half;
}

}  // namespace detail
}  // namespace sci
