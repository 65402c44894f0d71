// What densities of the gamma and beta families are made of: log(1 + t) - t, and the value at its peak of a gamma
// density,
//
//   peak(a) = a^a e^-a / Gamma(a),    x^a e^-x / Gamma(a) = peak(a) exp(a [log(1 + t) - t]),  t = (x - a) / a,
//
// after C. Loader, "Fast and accurate computation of binomial probabilities" (2000): the large powers never appear, so
// the relative error grows with the exponent of the result alone. peak(a)^2 ~ a / (2 pi) for large a.
//
//   log(1 + t) - t   |t + 1/4| <= 3/4: with r = t / (2 + t), log(1 + t) = 2 artanh r (DLMF 4.6.6 in r), so that
//                    log(1 + t) - t = r (2 r^2 (1/3 + r^2/5 + ...) - t), |r| <= 1/3; else as written.
//   peak(a)          a >= 13: Stirling's formula (DLMF 5.11.3); else as written. Dual numbers: its logarithmic
//   derivative
//                    log a - psi(a), by the asymptotic series (DLMF 5.11.2) for a >= 13.
#pragma once
#include "special/digamma.h"
#include "special/gamma.h"

namespace sci {
namespace detail {

/// 1/3 + s/5 + s^2/7 + ..., so that artanh r = r + r^3 times it, s = r^2 <= 1/9.
template <class T>
SCI_HD T artanh_rest(T s) {
  SCI_TABLE(double, c) = {1. / 3,  1. / 5,  1. / 7,  1. / 9,  1. / 11, 1. / 13, 1. / 15, 1. / 17,
                          1. / 19, 1. / 21, 1. / 23, 1. / 25, 1. / 27, 1. / 29, 1. / 31, 1. / 33};
  constexpr int terms = is_same<scalar_of<T>, float> ? 7 : 16;  // 9^-16 / 35 < 2e-17
  if constexpr (is_hardware<T>) {
    return gamma_polynomial<terms>(c, s);
  } else {
    T sum = T(scalar_of<T>(c[terms - 1]));
    for (int k = terms - 2; k >= 0; --k) sum = sum * s + T(scalar_of<T>(c[k]));
    return sum;
  }
}

template <class T>
SCI_HD T log1p_minus_series(T t) {
  T r = t / (T(2) + t), s = r * r;
  return r * (T(2) * s * artanh_rest(s) - t);
}

}  // namespace detail

/// log(1 + t) - t, t > -1.
SCI_HD double log1p_minus(double t) { return t >= -0.5 && t <= 1 ? detail::log1p_minus_series(t) : log1p(t) - t; }
SCI_HD float log1p_minus(float t) { return t >= -0.5f && t <= 1 ? detail::log1p_minus_series(t) : log1p(t) - t; }
template <class T, class D>
SCI_HD dual<T, D> log1p_minus(dual<T, D> t) {
  return {log1p_minus(t.v), -(t.v / (T(1) + t.v)) * t.d};
}

namespace detail {

/// log a - psi(a) for a > 0.
template <class T>
SCI_HD_LARGE T gamma_peak_slope(T a) {
  using S = scalar_of<T>;
  if (primal(a) >= S(13)) {
    T t = T(1) / a, s = t * t;
    return t * T(S(0.5)) + s * gamma_polynomial<10>(gamma_tables::digamma_bernoulli(), s);
  }
  return log(a) - digamma(a);
}

template <class T>
SCI_HD_LARGE T hardware_gamma_peak(T a) {
  if (a >= gamma_recurrence_end<T>) return sqrt(a) / gamma_scaled(a);
  return pow(a, a) * exp(-a) * rgamma(a);
}
SCI_HD double gamma_peak(double a) { return hardware_gamma_peak(a); }
SCI_HD float gamma_peak(float a) { return hardware_gamma_peak(a); }
template <class T, class D>
SCI_HD dual<T, D> gamma_peak(dual<T, D> a) {
  T h = gamma_peak(a.v);
  return {h, h * gamma_peak_slope(a.v) * a.d};
}

/// What rounding took from a + b: a + b = sum + the result, exactly (D. E. Knuth's two-sum). Of dual numbers, that of
/// their values: the rounding of derivatives is not magnified.
template <class T>
SCI_HD T sum_error(T a, T b, T sum) {
  scalar_of<T> x = primal(a), y = primal(b), s = primal(sum), c = s - x;
  return T((x - (s - c)) + (y - c));
}

/// Gamma(x + e) / Gamma(x) - 1, e lost by rounding: psi(x) e, psi(x) ~ log|x| - 1/(2x). For x < 1/2 less pi cot(pi w) ~
/// 1/w - pi^2 w/3 (DLMF 5.5.4), w the distance to the next pole: beside it e counts, and the quotient is w / (w + e).
template <class T>
SCI_HD T gamma_shift(T x, T e) {
  using S = scalar_of<T>;
  const S v = primal(x), size = abs(v), n = rint(v);
  T shift = T(size > S(2) ? primal(e) * (log(size) - S(0.5) / v) : S(0));
  if (!(v < S(0.5)) || v == n) return shift;
  T w = x - T(n);
  return shift + e * w * T(S(3.28986813369645)) - e / (w + e);
}

/// sin(pi (x + e)), e below an ulp of x.
template <class T>
SCI_HD T sinpi_sum(T x, T e) {
  using S = scalar_of<T>;
  const S n = rint(primal(x));
  T sine = sinpi((x - T(n)) + e);  // e counts beside a whole number: that is taken away first
  return n == S(2) * rint(n / S(2)) ? sine : -sine;
}

}  // namespace detail
}  // namespace sci
