// The normal distribution function ndtr(x) = erfc(-x / sqrt 2) / 2, real and complex, and its logarithm.
//
// Real, |x| < sqrt 2: 1/2 + erf(x / sqrt 2) / 2; beyond: exp(-x^2/2) erfcx(|x| / sqrt 2) / 2, the square with its
// rounding error and erfcx the polynomial of erfc.h, or 1 minus that. log_ndtr: one logarithm for all, of 1 - ndtr(-x)
// with its rounding error for x > 0, of ndtr for x > -sqrt 2, of exp(x^2/2) ndtr(x) below, less x^2/2; no branch, so
// that a loop becomes vector instructions. Complex, with u = -z / sqrt 2: erfc(u) / 2; the principal logarithm is
// log1p(-erfc(-u)/2) where that is smaller than 1/2, and -u^2 + log(erfcx(u) / 2) with the imaginary part brought into
// (-pi, pi].
//
// Error (measured): real 2 ulp, also in the tails; complex as the conditioning, some |z|^2 eps, allows.
#pragma once
#include "special/erfc.h"
#include "special/erfcx.h"

namespace sci {
namespace detail {

template <class T>
constexpr T half_sqrt2 = T(0.70710678118654752440);

/// exp(a^2/2) ndtr(-a) for a >= sqrt 2, without a table looked up; NaN stays.
template <class T>
SCI_HD T ndtr_scaled(T a) {
  T t = T(1) / (a * half_sqrt2<T> + T(3)), u = t * T(248.0 / 27) - T(35.0 / 27);
  const T* c = erfc_right(a);
  T scaled = c[0] + u * polynomial<is_same<T, float> ? 10 : 19>(c + 1, u);
  return T(0.5) * (scaled * t);
}

/// The same for a >= 38, beyond the polynomial: DLMF 7.12.1 to the fifth term, which leaves 1.2e-15 of it.
template <class T>
SCI_HD T ndtr_scaled_far(T a) {
  T s = T(1) / (a * a);
  T sum = T(1) - s * (T(1) - T(3) * s * (T(1) - T(5) * s * (T(1) - T(7) * s * (T(1) - T(9) * s))));
  return T(0.39894228040143267794) / a * sum;
}

/// ndtr(-a) for a >= sqrt 2.
template <class T>
SCI_HD T ndtr_tail(T a) {
  a = min(a, T(43));
  return exp_minus_half_square(a, ndtr_scaled(a));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtr(T x) {
  T a = abs(x), z = x * detail::half_sqrt2<T>;
  if (abs(z) < T(1)) return T(0.5) * ((T(1) + z) + z * detail::erf_small_rest(z));
  T tail = detail::ndtr_tail(a), sign = copysign(T(0.5), x);
  return (T(0.5) + sign) - T(2) * sign * tail;  // without a branch
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_ndtr(T x) {
  T a = abs(x), z = a * detail::half_sqrt2<T>;
  bool right = x > T(0), near = z < T(1);
  T scaled = detail::ndtr_scaled(a);
  T middle = T(0.5) * ((T(1) - z) - z * detail::erf_small_rest(z));  // ndtr(-a)
  T tail = near ? middle : detail::exp_minus_half_square(a, scaled);
  T left = near ? middle : a < T(38) ? scaled : detail::ndtr_scaled_far(a);
  T sum = right ? T(1) - tail : left;
  T lost = right ? ((T(1) - sum) - tail) / sum : T(0);
  T value = log(sum) + lost;
  value = right || near ? value : value - T(0.5) * a * a;
  return isnan(x) ? x : -abs(value);  // -0 where the tail underflows
}

template <class T>
SCI_HD complex<T> ndtr(complex<T> z) {
  if (z.im == T(0)) return {ndtr(z.re), z.im * detail::exp_minus_half_square(abs(z.re), T(0.39894228040143267794))};
  return erfc(complex<T>(-detail::half_sqrt2<T> * z.re, -detail::half_sqrt2<T> * z.im)) * T(0.5);
}

template <class T>
SCI_HD complex<T> log_ndtr(complex<T> z) {
  if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.im == T(0)) return {log_ndtr(z.re), z.im};
  complex<T> u(-detail::half_sqrt2<T> * z.re, -detail::half_sqrt2<T> * z.im);
  if (u.re < T(0)) {
    complex<T> other = erfc(-u) * T(0.5);
    if (abs1(other) < T(0.5)) return log1p(-other);
  }
  complex<T> rest = log(erfcx(u) * T(0.5));
  T re = (u.im - u.re) * (u.im + u.re), im = T(-2) * u.re * u.im;
  im = im - T(2) * numbers::pi<T> * rint(im / (T(2) * numbers::pi<T>)) + rest.im;
  if (im > numbers::pi<T>) im -= T(2) * numbers::pi<T>;
  if (im <= -numbers::pi<T>) im += T(2) * numbers::pi<T>;
  return {re + rest.re, im};
}

}  // namespace sci
