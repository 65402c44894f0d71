// What the parts of the Bessel functions J and Y share: the pair of values with its binary exponent, and small pieces
// of arithmetic that must also hold for dual numbers.
#pragma once
#include "core/polynomial.h"
#include "special/gamma.h"

namespace sci {
namespace detail {

/// J = j 2^-down and Y = y 2^up. The exponents are zero but near the ends of the range.
template <class T>
struct bessel_jy_pair {
  T j, y;
  int down, up;
};

/// Lengths and thresholds that depend on the precision, not on the type around it.
template <class S>
struct bessel_jy_limits {
  static constexpr bool is_float = is_same<S, float>;
  // Hankel's expansion from here on: its smallest term is near exp(-2 x).
  static constexpr S hankel = is_float ? S(9) : S(20);
  // Debye's and Olver's expansions from this order on.
  static constexpr S large_order = is_float ? S(14) : S(33);
  // Debye's expansion where its exponent or phase is at least this: terms are near Gamma(k)/(2 pi (2 xi)^k).
  static constexpr S debye_phase = is_float ? S(10) : S(25);
  static constexpr int debye_terms = is_float ? 8 : 16;
};

/// The series of J in this type holds below this order: the gamma function is finite there (for float, in double).
template <class T>
constexpr scalar_of<T> bessel_jy_gamma_order = is_same<scalar_of<T>, float> && !is_same<T, float> ? 32 : 168;

/// log x; the derivative of log on dual numbers forms 1/x, which overflows for subnormal x.
template <class T>
SCI_HD T bessel_jy_log(T x) {
  if constexpr (is_hardware<T>) {
    return log(x);
  } else {
    return {bessel_jy_log(x.v), x.d / x.v};
  }
}

/// x^p for x > 0. Unlike pow on dual numbers it does not form x^p / x, which overflows for tiny x.
template <class T>
SCI_HD_LARGE T bessel_jy_power(T x, T p) {
  if constexpr (is_hardware<T>) {
    return pow(x, p);
  } else {
    auto y = bessel_jy_power(x.v, p.v);
    return {y, y * (bessel_jy_log(x.v) * p.d + p.v * (x.d / x.v))};
  }
}

/// cosh x, sinh(x)/x and exp x; the first two even in x for small x, so that derivatives do not cancel there.
template <class T>
SCI_HD void bessel_jy_cosh_sinhc(T x, T& c, T& s, T& e) {
  using S = scalar_of<T>;
  e = exp(x);
  if (abs(primal(x)) < S(1)) {
    T w = x * x;
    c = s = T(1);
    for (int k = is_same<S, float> ? 5 : 9; k >= 1; --k) {
      c = c * w * T(S(1) / S((2 * k - 1) * (2 * k))) + T(1);
      s = s * w * T(S(1) / S(2 * k * (2 * k + 1))) + T(1);
    }
    return;
  }
  T inverse = T(1) / e;
  c = (e + inverse) / T(2);
  s = (e - inverse) / (T(2) * x);
}

/// 1/Gamma(v + 1) for v >= 0, without rounding v + 1.
template <class T>
SCI_HD_LARGE T bessel_jy_rgamma1p(T v) {
  using S = scalar_of<T>;
  if (primal(v) > S(12)) return rgamma(v) / v;
  int n = int(rint(primal(v)));
  T mu = v - T(S(n)), product = T(1);
  for (int k = 1; k <= n; ++k) product *= mu + T(S(k));
  return rgamma1p(mu) / product;
}

/// (x/2)^v / Gamma(v + 1) for half = x/2 > 0.
template <class T>
SCI_HD_LARGE T bessel_jy_series_factor(T half, T v) {
  if constexpr (is_same<T, float>) {
    // Both factors would leave the range of float, or lose digits in exp(v log half - log Gamma) instead.
    if (v > 12.0f) return float(bessel_jy_series_factor(double(half), double(v)));
  }
  return bessel_jy_power(half, v) * bessel_jy_rgamma1p(v);
}

/// The n-th derivative in the order, n = 1, 2, of J_v(0) and I_v(0), limits of (x/2)^v / Gamma(v + 1) and its
/// log(x/2)^n.
template <class S>
SCI_HD S bessel_order_at_zero(int n, S v) {
  if (v > S(0)) return S(0);
  const S below = floor(v);  // 1/Gamma(v + 1) < 0 where this is even and v is not whole, falls there where v is whole
  const bool falls = (below == v) == (below == S(2) * rint(below / S(2)));
  return falls == (n == 1) ? -limits<S>::infinity : limits<S>::infinity;
}

/// t 2^n, for nothing in the usual case n = 0.
template <class T>
SCI_HD T bessel_jy_scale(T t, int n) {
  return n == 0 ? t : T(ldexp(t, n));
}

}  // namespace detail
}  // namespace sci
