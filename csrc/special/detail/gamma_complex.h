// Gamma(z) and 1/Gamma(z) for complex z over float, double or dual numbers; regions as in special/gamma.h. The error of
// Stirling's formula is that of its exponent, about |z log z| / 2 ulp, less than what an ulp in z does.
#pragma once
#include "special/gamma.h"

namespace sci {
namespace detail {

/// Is z where the Taylor series of 1/Gamma and the recurrence serve?
template <class T>
SCI_HD bool gamma_complex_near(complex<T> z) {
  using S = scalar_of<T>;
  return abs(primal(z.im)) <= S(2) && abs(primal(z.re)) <= S(8.5);
}

/// How far z with Re z >= 0 must go to the right for Stirling's formula.
template <class T>
SCI_HD int gamma_complex_shift(complex<T> z) {
  using S = scalar_of<T>;
  constexpr S radius = is_same<S, float> ? 5 : 9;
  S x = primal(z.re), y = abs(primal(z.im));
  if (!(x < radius) || !(y < radius)) return 0;
  S gap = sqrt(radius * radius - y * y) - x;
  return gap > S(0) ? int(ceil(gap)) : 0;
}

/// log z for |z| > 4, where log|z| is not near its zero and |z|^2 serves.
template <class T>
SCI_HD complex<T> gamma_complex_log(complex<T> z) {
  using S = scalar_of<T>;
  constexpr S large = is_same<S, float> ? S(1e15) : S(1e100);
  if (abs(primal(z.re)) > large || abs(primal(z.im)) > large) return log(z);
  return {log(z.re * z.re + z.im * z.im) / T(2), arg(z)};
}

/// May the exponent of Stirling's formula overflow?
template <class T>
SCI_HD bool gamma_complex_huge(complex<T> z) {
  return abs1(primal(z)) > limits<scalar_of<T>>::max / scalar_of<T>(4096);
}

/// log Gamma(z) by Stirling's series (DLMF 5.11.1), Re z >= 0 and |z| >= 9 (float: 5).
template <class T>
SCI_HD complex<T> gamma_complex_stirling(complex<T> z) {
  using S = scalar_of<T>;
  constexpr int n = is_same<S, float> ? 5 : 11;
  complex<T> t = T(1) / z;
  complex<T> tail = gamma_polynomial<n>(gamma_tables::gammaln_bernoulli(), t * t) * t;
  constexpr S c = S(0.4189385332046727417803297364056176398613);  // log(2 pi) / 2 - 1/2
  if (gamma_complex_huge(z)) {
    // The product may overflow: to infinities, not to their difference.
    complex<T> e = z * T(S(1) / S(4096)) * (log(z) - T(S(1)));
    return e * T(S(4096));
  }
  return (z - T(S(0.5))) * (gamma_complex_log(z) - T(1)) + (tail + T(c));
}

/// z (z + 1)...(z + n - 1)
template <class T>
SCI_HD complex<T> gamma_complex_rising(complex<T> z, int n) {
  complex<T> product(T(1));
  for (int i = 0; i < n; ++i) product = product * (z + T(scalar_of<T>(i)));
  return product;
}

/// 1 - exp(2 pi i z) for Im z >= 0; relatively accurate at its zeros, the integers, and real where it ought to be.
template <class T>
SCI_HD complex<T> gamma_complex_factor(complex<T> z) {
  using S = scalar_of<T>;
  T r = z.re - rint(z.re), y = z.im * T(S(-2) * numbers::pi<S>), e = exp(y), s = sinpi(r);
  return {T(2) * e * s * s - expm1(y), -(e * sinpi(T(2) * r))};
}

/// exp(i pi x), exact where it is +-1 or +-i.
template <class T>
SCI_HD complex<T> gamma_complex_turn(T x) {
  return {cospi(x), sinpi(x)};
}

/// A NaN for points where the value is none.
template <class T>
SCI_HD complex<T> gamma_complex_nan() {
  return {T(limits<scalar_of<T>>::nan), T(limits<scalar_of<T>>::nan)};
}

/// a exp(e), through two exponentials where one overflows or underflows before the product does.
template <class T>
SCI_HD complex<T> gamma_complex_exp(complex<T> a, complex<T> e) {
  using S = scalar_of<T>;
  S x = primal(e.re);
  if (x > limits<S>::log_max || x < limits<S>::log_min) {
    // Beyond, no factor brings the product back into the range.
    T re = x > S(3) * limits<S>::log_max   ? T(S(3) * limits<S>::log_max)
           : x < S(3) * limits<S>::log_min ? T(S(3) * limits<S>::log_min)
                                           : e.re;
    if (!isfinite(primal(e.im))) return x > S(0) ? complex<T>{exp(re), T(limits<S>::nan)} : complex<T>(T(S(0)));
    complex<T> turn{cos(e.im), sin(e.im)};
    T part = exp(re / T(3));
    return a * turn * part * part * part;
  }
  return a * exp(e);
}

/// Is z = 0, -1, -2, ...?
template <class T>
SCI_HD bool gamma_complex_pole(complex<T> z) {
  auto x = primal(z.re);
  return primal(z.im) == 0 && x <= 0 && x == floor(x);
}

}  // namespace detail

template <class T>
SCI_HD complex<T> gamma(complex<T> z) {
  using S = scalar_of<T>;
  if (!isfinite(z)) {
    S x = primal(z.re), y = primal(z.im);
    if (x > S(0) && y == S(0)) return z;
    if (isinf(y) && isfinite(x)) return complex<T>(T(0));
    return detail::gamma_complex_nan<T>();
  }
  if (detail::gamma_complex_pole(z)) return detail::gamma_complex_nan<T>();
  if (detail::gamma_complex_near(z)) {
    S n = rint(primal(z.re));
    complex<T> r = detail::rgamma1p(z - T(n)), p = detail::gamma_factors(z, int(n));
    return n >= S(1) ? p / r : T(1) / (p * r);
  }
  bool left = signbit(primal(z.re));
  if (left && detail::gamma_complex_huge(z)) return complex<T>(T(S(0)));
  complex<T> w = left ? -z : z;
  int n = detail::gamma_complex_shift(w);
  complex<T> e = detail::gamma_complex_stirling(w + T(S(n))), p = detail::gamma_complex_rising(w, n);
  if (!left) return detail::gamma_complex_exp(T(1) / p, e);
  // Gamma(z) = -pi / (z sin(pi z) Gamma(-z)), sin(pi z) = (i/2) e^(-i pi z) (1 - e^(2 pi i z)), above the axis.
  bool below = signbit(primal(z.im));
  complex<T> v = below ? conj(z) : z;
  complex<T> a = times_i(detail::gamma_complex_turn(v.re)) / (v * detail::gamma_complex_factor(v));
  if (below) a = conj(a);
  return detail::gamma_complex_exp(a * p * T(S(2) * numbers::pi<S>), complex<T>{-(v.im * T(numbers::pi<S>)), T(0)} - e);
}

template <class T>
SCI_HD complex<T> rgamma(complex<T> z) {
  using S = scalar_of<T>;
  if (!isfinite(z)) {
    S x = primal(z.re), y = primal(z.im);
    if (isinf(x) && y == S(0)) return complex<T>(T(0));
    return detail::gamma_complex_nan<T>();
  }
  if (detail::gamma_complex_near(z)) {
    S n = rint(primal(z.re));
    complex<T> r = detail::rgamma1p(z - T(n)), p = detail::gamma_factors(z, int(n));
    return n >= S(1) ? r / p : r * p;
  }
  bool left = signbit(primal(z.re));
  if (left && detail::gamma_complex_huge(z)) {
    if (detail::gamma_complex_pole(z)) return complex<T>(T(S(0)));
    return {T(limits<S>::infinity), T(limits<S>::nan)};
  }
  complex<T> w = left ? -z : z;
  int n = detail::gamma_complex_shift(w);
  complex<T> e = detail::gamma_complex_stirling(w + T(S(n))), p = detail::gamma_complex_rising(w, n);
  if (!left) return detail::gamma_complex_exp(p, -e);
  bool below = signbit(primal(z.im));
  complex<T> v = below ? conj(z) : z;
  complex<T> a = -times_i(detail::gamma_complex_turn(-v.re)) * v * detail::gamma_complex_factor(v);
  if (below) a = conj(a);
  constexpr S c = S(0.1591549430918953357688837633725143620345);  // 1 / (2 pi)
  return detail::gamma_complex_exp(a / p * T(c), e + complex<T>{v.im * T(numbers::pi<S>), T(0)});
}

}  // namespace sci
