// The normal distribution function ndtr(x) = erfc(-x / sqrt 2) / 2, real and complex, and its logarithm.
//
// Real, |x| < 1: 1/2 + erf(x / sqrt 2) / 2; beyond: exp(-x^2/2) erfcx(|x| / sqrt 2) / 2, the square with its rounding
// error, or 1 minus that. log_ndtr: log1p(-ndtr(-x)) for x > -1, -x^2/2 + log(erfcx(-x / sqrt 2) / 2) below.
// Complex, with u = -z / sqrt 2: erfc(u) / 2; the principal logarithm is log1p(-erfc(-u)/2) where that is smaller than
// 1/2, and -u^2 + log(erfcx(u) / 2) with the imaginary part brought into (-pi, pi].
//
// Error (measured): real 2 ulp, also in the tails; complex as the conditioning, some |z|^2 eps, allows.
#pragma once
#include "special/erfc.h"
#include "special/erfcx.h"

namespace sci {
namespace detail {

template <class T>
constexpr T half_sqrt2 = T(0.70710678118654752440);

/// exp(-a^2 / 2) factor for a >= 0, the square with its rounding error.
template <class T>
SCI_HD T exp_minus_half_square(T a, T factor) {
  constexpr T end = is_same<T, float> ? T(17) : T(42);
  if (!(a < end)) return isnan(a) ? a : T(0);
  // exp(-a^2/4) twice would round twice; here a^2/2 = b^2/2 + (a - b)(a + b)/2 with b^2 exact.
  T b = upper_half(a), low = (a - b) * (a + b) * T(0.5);
  T high = b * b * T(0.5);
  low =
      T(1) - low * (T(1) - low / T(2) * (T(1) - low / T(3) * (T(1) - low / T(4) * (T(1) - low / T(5)))));  // exp(-low)
  if (high > -limits<T>::log_min - T(2)) {  // subnormal results in two steps
    T half = exp(T(-0.5) * high);
    return half * (factor * low) * half;
  }
  return exp(-high) * (factor * low);
}

/// ndtr(-a) for a >= 1.
template <class T>
SCI_HD T ndtr_tail(T a) {
  return exp_minus_half_square(a, T(0.5) * erfcx_right(a * half_sqrt2<T>).value());
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtr(T x) {
  T a = abs(x);
  if (a < T(1)) return T(0.5) + T(0.5) * detail::erf_small(x * detail::half_sqrt2<T>);
  if (isnan(x)) return x;
  T tail = detail::ndtr_tail(a);
  return x < T(0) ? tail : T(1) - tail;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_ndtr(T x) {
  if (x > T(-1))
    return x < T(1) ? log1p(-(T(0.5) - T(0.5) * detail::erf_small(x * detail::half_sqrt2<T>)))
                    : log1p(-detail::ndtr_tail(x));
  if (isnan(x)) return x;
  T a = -x;
  if (isinf(a)) return x;
  return T(-0.5) * a * a + log(T(0.5) * detail::erfcx_right(a * detail::half_sqrt2<T>).value());
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
