// Wright's generalised Bessel function Phi(a, b; x) = sum x^k / (k! Gamma(a k + b)) for a, b, x >= 0, its logarithm,
// and derivatives in b, of which those in a follow: dPhi/da = x d/db Phi(a, a + b; x).
//
//   wright_bessel, log_wright_bessel                    Phi and log Phi
//   wright_bessel_db, wright_bessel_db2                 dPhi/db, d^2Phi/db^2
//   wright_bessel_ratio, wright_bessel_ratio2           these over Phi, where they overflow too
//
// The saddle point s0 = a x s0^-a + b of exp(s + x s^-a) s^-b gives the size k0 = x s0^-a of the index that counts:
//   b <= 150 and k0 <= 6, or s0 < 2 and k0 < 1000    the series; its terms are positive, and 1/Gamma(b) a number
//   else     Hankel's integral 1/(2 pi i) int exp(s + x s^-a) s^-b ds (E. M. Wright, J. London Math. Soc. 8 (1933) 71)
//            along the parabola s = s0 (1 + i t)^2 through it by the trapezoidal rule, which converges exponentially;
//            the exponent is taken as its difference from the saddle point's, without cancellation
//
// log Phi beside Phi = 1 keeps its digits as x or b - 1, b - 2 vanish.
// Measured against sums of the series in ball arithmetic: 8 eps and the conditioning.
#pragma once
#include "special/gammaln.h"
#include "special/rgamma.h"

namespace sci {
namespace detail {

/// Phi, dPhi/db, d^2Phi/db^2, all times exp(-log_scale).
struct wright_sums {
  double f[3];
  double log_scale;
};

/// s = a x s^-a + b by Newton's method, which climbs to the root of this concave function.
SCI_HD double wright_saddle(double a, double b, double x) {
  double s = max(b, pow(a * x, 1 / (1 + a)));
  if (!(s > 0)) return 0;
  for (int i = 0; i < 12; ++i) {
    double g = a * x * pow(s, -a), step = (s - b - g) / (1 + a * g / s);
    s -= step;
    if (abs(step) < 1e-8 * s) break;
  }
  return s;
}

/// The sum from k = 0 or 1 on.
template <int N>
SCI_HD_LARGE wright_sums wright_series(double a, double b, double x, double k0, int from = 0) {
  wright_sums sums = {{0, 0, 0}, 0};
  double power = from == 0 ? 1 : x;
  for (int k = from; k < 1400; ++k) {
    double z = a * k + b, f[3] = {0, 0, 0};
    if constexpr (N == 0) {
      f[0] = rgamma(z);
    } else if constexpr (N == 1) {
      dual<double> g = rgamma(variable(z));
      f[0] = g.v, f[1] = g.d;
    } else {
      dual<dual<double>> g = rgamma(variable2(z));
      f[0] = g.v.v, f[1] = g.v.d, f[2] = g.d.d;
    }
    bool small = k > 2 + k0;  // the terms fall from k0 on
    for (int n = 0; n <= N; ++n) {
      double term = power * f[n];
      sums.f[n] += term;
      small = small && abs(term) <= 1e-17 * abs(sums.f[n]);
    }
    if (small || power == 0) break;
    power *= x / (k + 1);
    // Terms rise to exp(x) at most where a is tiny.
    if (power > 1e250) {
      power *= 1e-250;
      for (double& y : sums.f) y *= 1e-250;
      sums.log_scale += 575.646273248511421;  // log 1e250
    }
  }
  return sums;
}

template <int N>
SCI_HD_LARGE wright_sums wright_integral(double a, double b, double x, double s0) {
  double k0 = s0 > 0 ? x * pow(s0, -a) : x, log_s0 = log(s0);
  // exp(-(t/width)^2/2) near the saddle point; the pole of s^-a at t = i bounds the step too.
  double width = 0.5 / sqrt((1 + a) * (s0 - b) + b), h = min(0.16, 0.45 * width);
  double f[3] = {0, 0, 0};
  for (int j = 0; j < 4000; ++j) {
    double t = h * j, re = log1p(t * t), im = 2 * atan(t);
    complex<double> turned = expm1(complex<double>(-a * re, -a * im));
    complex<double> e =
        exp(complex<double>(-s0 * t * t + k0 * turned.re - b * re, 2 * s0 * t + k0 * turned.im - b * im));
    e = e * complex<double>(1, t) * (j == 0 ? 0.5 : 1.0);
    complex<double> minus_log = {-(log_s0 + re), -im};
    double size = abs1(e);
    f[0] += e.re;
    if constexpr (N > 0) {
      complex<double> g = e * minus_log;
      f[1] += g.re;
      if constexpr (N > 1) f[2] += (g * minus_log).re;
    }
    if (size < 1e-19 * abs(f[0])) break;
  }
  double front = 2 * h * s0 * numbers::inv_pi<double>;
  return {{front * f[0], front * f[1], front * f[2]}, s0 + k0 - b * log_s0};
}

SCI_HD bool wright_outside(double a, double b, double x) { return !(a >= 0) || !(b >= 0) || !(x >= 0); }

template <int N>
SCI_HD wright_sums wright_any(double a, double b, double x) {
  double nan = limits<double>::nan, inf = limits<double>::infinity;
  if (wright_outside(a, b, x) || isinf(a) || isinf(b)) return {{nan, nan, nan}, 0};
  if (isinf(x)) return {{1, 1, 1}, inf};
  const bool far = b > 150;  // 1/Gamma(b) leaves the range
  if (a == 0 && !far) {      // e^x / Gamma(b)
    wright_sums first = wright_series<N>(a, b, 0, 0);
    first.log_scale = x;
    return first;
  }
  double s0 = wright_saddle(a, b, x), k0 = s0 > 0 ? x * pow(s0, -a) : x;
  if (!far && (k0 <= 6 || (s0 < 2 && k0 < 1000))) return wright_series<N>(a, b, x, k0);
  return wright_integral<N>(a, b, x, s0);
}

/// exp(log_scale) f, where only one of the factors may be out of range.
SCI_HD double wright_scaled(double f, double log_scale) {
  double half = exp(log_scale / 2);
  return f == 0 ? 0 : f * half * half;
}

}  // namespace detail

template <class T>
SCI_HD T wright_bessel(T a, T b, T x) {
  detail::wright_sums s = detail::wright_any<0>(double(a), double(b), double(x));
  return T(detail::wright_scaled(s.f[0], s.log_scale));
}
template <class T>
SCI_HD T wright_bessel_db(T a, T b, T x) {
  detail::wright_sums s = detail::wright_any<1>(double(a), double(b), double(x));
  return T(detail::wright_scaled(s.f[1], s.log_scale));
}
template <class T>
SCI_HD T wright_bessel_db2(T a, T b, T x) {
  detail::wright_sums s = detail::wright_any<2>(double(a), double(b), double(x));
  return T(detail::wright_scaled(s.f[2], s.log_scale));
}
template <class T>
SCI_HD T log_wright_bessel(T a, T b, T x) {
  const double first = double(b);
  detail::wright_sums s = detail::wright_any<0>(double(a), first, double(x));
  // Beside 1 the sum has no digits left for its logarithm: that of the first term, and of what the others add to it.
  if (abs(s.f[0] - 1) < 0.25 && s.log_scale == 0 && first > 0.5) {
    const double others = detail::wright_series<0>(double(a), first, double(x), 6, 1).f[0], log_gamma = gammaln(first);
    return T(log1p(others * exp(log_gamma)) - log_gamma);
  }
  return T(s.log_scale + log(s.f[0]));
}
template <class T>
SCI_HD T wright_bessel_ratio(T a, T b, T x) {
  detail::wright_sums s = detail::wright_any<1>(double(a), double(b), double(x));
  return T(s.f[1] / s.f[0]);
}
template <class T>
SCI_HD T wright_bessel_ratio2(T a, T b, T x) {
  detail::wright_sums s = detail::wright_any<2>(double(a), double(b), double(x));
  return T(s.f[2] / s.f[0]);
}

}  // namespace sci
