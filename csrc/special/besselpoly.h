// besselpoly(a, lmb, nu) = int_0^1 x^lmb J_nu(2 a x) dx for real lmb + nu > -1, and its derivatives in lmb and nu.
//
//   a <= 20, or nu > 1.4 a          the series of J_nu integrated (DLMF 10.2.2),
//                                   a^nu sum (-a^2)^k / (k! Gamma(nu + k + 1) (nu + lmb + 1 + 2k)), whose terms reach
//                                   exp(2 a): in numbers of twice the digits
//   (lmb + 1)^2 > nu^2 + (2a)^2     the same combination of J_nu and J_{nu-1} with Lommel's other functions (11.9.3)
//   else    (2a)^(-lmb-1) (int_0^inf - int_2a^inf) t^lmb J_nu(t) dt: the first is 2^lmb Gamma((1 + nu + lmb)/2) /
//                                   Gamma((1 + nu - lmb)/2) (10.22.43), the second a combination of J_nu and J_{nu-1}
//                                   with Lommel functions (G. N. Watson, 1944, 10.74), by their expansion (11.9.9)
// a < 0 by parity for whole nu, NaN else.
//
// Measured against the series in ball arithmetic: 10 eps of the value, or of sqrt(2/(pi a))/(2 a), the size of the
// oscillating part; with the conditioning beyond a = 20. Weak spot: nu near 2 a beyond 150.
#pragma once
#include "special/bessel_jy.h"
#include "special/digamma.h"
#include "special/poch.h"
#include "special/rgamma.h"

namespace sci {
namespace detail {

/// A number of twice the digits: high + low (T. J. Dekker, Numer. Math. 18 (1971) 224).
struct besselpoly_double {
  double high = 0, low = 0;
};
SCI_HD besselpoly_double besselpoly_normal(double a, double b) {
  double s = a + b;
  return {s, b - (s - a)};
}
SCI_HD besselpoly_double operator+(besselpoly_double x, besselpoly_double y) {
  double s = x.high + y.high, c = s - x.high, e = (x.high - (s - c)) + (y.high - c);
  return besselpoly_normal(s, e + (x.low + y.low));
}
SCI_HD besselpoly_double operator*(besselpoly_double x, besselpoly_double y) {
  double p = rounded_product(x.high, y.high), e = fma(x.high, y.high, -p);
  return besselpoly_normal(p, e + (x.high * y.low + x.low * y.high));
}
SCI_HD besselpoly_double besselpoly_inverse(besselpoly_double x) {
  double q = 1 / x.high, r = fma(-q, x.high, 1.0) - q * x.low;
  return besselpoly_normal(q, q * r);
}
SCI_HD besselpoly_double besselpoly_exact_sum(double a, double b) {
  double s = a + b, c = s - a;
  return {s, (a - (s - c)) + (b - c)};
}

/// The function (0), its derivative in lmb (1) or in nu (2), a > 0. With `mirrored` the derivative in nu at -nu, but
/// for the sign (-1)^nu and its first terms: those where 1/Gamma(nu + k + 1) is not 0, psi(k + 1) for psi(nu + k + 1).
SCI_HD_LARGE double besselpoly_series(int which, double a, double lmb, double nu, bool mirrored = false) {
  double p = rounded_product(a, a);
  besselpoly_double q = {-p, -fma(a, a, -p)}, term = {1, 0}, one = {1, 0}, sum, tilted, harmonic;
  besselpoly_double base = besselpoly_exact_sum(nu, lmb) + one;
  for (int k = 0; k < 400; ++k) {
    besselpoly_double r = besselpoly_inverse(base + besselpoly_double{2.0 * k, 0}), t = term * r;
    sum = sum + t;
    besselpoly_double u = t * (which == 1 ? r : harmonic + r);
    tilted = tilted + u;
    double n = k + 1;
    bool falling = n * abs(nu + n) > p && nu + n > 0;
    if (falling && abs(t.high) < 1e-19 * abs(sum.high) && abs(u.high) < 1e-19 * abs(tilted.high)) break;
    besselpoly_double next = besselpoly_inverse(besselpoly_exact_sum(nu, n));
    harmonic = harmonic + (mirrored ? besselpoly_inverse(besselpoly_double{n, 0}) : next);
    term = term * q * next * besselpoly_inverse(besselpoly_double{n, 0});
  }
  // a^nu / Gamma(nu + 1), by Stirling's formula (DLMF 5.11.1) where its factors leave the range
  double factor, slope;
  if (nu > 100) {
    double r = 1 / nu;
    factor = pow(a * r * numbers::e<double>, nu) * sqrt(r) * 0.39894228040143267794 * exp(r * (r * r / 360 - 1.0 / 12));
    slope = factor * (log(a) - digamma(nu + 1));
  } else {
    double power = pow(a, nu), g = rgamma(nu + 1);
    factor = power * g;
    slope = power * (log(a) * g + rgamma_slope(nu + 1));
  }
  if (which == 0) return factor * sum.high;
  if (which == 1) return -(factor * tilted.high);
  if (mirrored) slope = factor * (log(a) + numbers::egamma<double>);
  return slope * sum.high - factor * tilted.high;
}

/// S_{mu,nu}(x) x^(1-mu) by DLMF 11.9.9, whose terms fall from the first where |mu^2 - nu^2| < x^2, in at most some 5
/// sqrt(x) steps.
constexpr int besselpoly_most = 5000;
template <class T>
SCI_HD T besselpoly_lommel(T mu, T nu, double x) {
  T sum = T(1), term = T(1);
  SCI_NO_UNROLL
  for (int k = 1; k < besselpoly_most; ++k) {
    T m = mu - T(double(2 * k - 1)), next = -term * ((m - nu) * (m + nu)) / T(x * x);
    if (k > 3 && abs(primal(next)) > abs(primal(term))) return sum;
    term = next;
    sum += term;
    if (negligible(term, sum)) return sum;
  }
  return T(limits<double>::nan);
}
/// s_{mu,nu}(x) ((mu + 1)^2 - nu^2) x^(-mu-1) by DLMF 11.9.3, where that falls so.
template <class T>
SCI_HD T besselpoly_lommel_rising(T mu, T nu, double x) {
  T sum = T(1), term = T(1);
  SCI_NO_UNROLL
  for (int k = 1; k < besselpoly_most; ++k) {
    T m = mu + T(double(2 * k + 1));
    term = -term * T(x * x) / ((m - nu) * (m + nu));
    sum += term;
    if (negligible(term, sum)) return sum;
  }
  return T(limits<double>::nan);
}

template <class T>
SCI_HD_LARGE T besselpoly_far(double a, T lmb, T nu) {
  double x = 2 * a;
  // int t^lmb J_nu = x ((lmb + nu - 1) J_nu S_{lmb-1,nu-1} - J_{nu-1} S_{lmb,nu}), of which the tail is the negative
  T j = bessel_j_real(nu, T(x)), below = bessel_j_real(T(nu - T(1)), T(x));
  const double L = primal(lmb) + 1, N = primal(nu);
  if (L > 0 && L * L - N * N > x * x) {
    T high = (lmb + T(1) - nu) * (lmb + T(1) + nu);
    return j * besselpoly_lommel_rising(T(lmb - T(1)), T(nu - T(1)), x) / (lmb + T(1) - nu) -
           T(x) * below * besselpoly_lommel_rising(lmb, nu, x) / high;
  }
  T tail = below * besselpoly_lommel(lmb, nu, x) -
           (lmb + nu - T(1)) * T(1 / x) * j * besselpoly_lommel(T(lmb - T(1)), T(nu - T(1)), x);
  T half = (T(1) + nu + lmb) / T(2), lower = (T(1) + nu - lmb) / T(2);
  // Where these powers overflow the first integral is below 1e-17 of the other, as half < 1.92 a.
  if (primal(lmb) * log(primal(half)) > 700) return -tail / T(x);
  T quotient = primal(half) > 170 ? poch_smooth(lower, lmb) : gamma(half) * rgamma(lower);
  return quotient * exp(-lmb * T(log(a))) / T(x) - tail / T(x);
}

/// The derivative in the order at the order -n, n >= 1, where the integral is finite about it too.
SCI_HD_LARGE double besselpoly_dnu_mirrored(double a, double lmb, double n) {
  const bool odd = n != 2 * rint(n / 2);
  const double nan = limits<double>::nan, inf = limits<double>::infinity, first = lmb + 1 - n;
  if (!(a >= 0 && first > 0)) return nan;
  if (a == 0 || (a <= 20 && n > 400)) return odd ? inf : -inf;  // a^-n (n - 1)!
  using D = dual<double>;
  if (a > 20) return n > 1.4 * a ? nan : besselpoly_far(a, D(lmb), D(-n, 1.0)).d;
  // The first n terms, in which the derivative of 1/Gamma(k + 1 - n) is (-1)^(n-1-k) (n - 1 - k)!.
  double term = 1 / a, sum = 0;
  SCI_NO_UNROLL
  for (int k = 1; k < int(n); ++k) term *= k / a;
  SCI_NO_UNROLL
  for (int k = 0; k < int(n); ++k) {
    sum += term / (first + 2 * k);
    if (k + 1 < int(n)) term *= a * a / ((k + 1.0) * (n - 1 - k));
  }
  const double rest = besselpoly_series(2, a, lmb, n, true), value = odd ? sum - rest : rest - sum;
  return abs(value) < 1e-4 * sum ? nan : value;  // both in double
}

SCI_HD double besselpoly_any(int which, double a, double lmb, double nu) {
  double nan = limits<double>::nan, sign = 1;
  if (isnan(a) || isnan(lmb) || isnan(nu) || isinf(a) || isinf(lmb) || isinf(nu)) return nan;
  if (nu < 0 && nu == rint(nu)) {  // J_-n = (-1)^n J_n, for which the derivative in the order has no such rule
    if (which == 2) return besselpoly_dnu_mirrored(a, lmb, -nu);
    sign = nu == 2 * rint(nu / 2) ? 1 : -1;
    nu = -nu;
  }
  if (!(lmb + nu > -1)) return nan;
  if (a < 0) {
    if (nu != rint(nu) || which == 2) return nan;
    if (nu != 2 * rint(nu / 2)) sign = -sign;
    a = -a;
  }
  if (a == 0) {
    if (which == 2) return bessel_order_at_zero(1, nu);
    double v = nu == 0 ? 1 / (lmb + 1) : 0.0;
    if (nu < 0) return limits<double>::infinity * rgamma(nu + 1);
    return sign * (which == 0 ? v : -v * v);
  }
  if (a <= 20 || nu > 1.4 * a) return sign * besselpoly_series(which, a, lmb, nu);
  if (which == 0) return sign * besselpoly_far(a, lmb, nu);
  using D = dual<double>;
  return sign * besselpoly_far(a, D(lmb, which == 1), D(nu, which == 2)).d;
}

}  // namespace detail

template <class T>
SCI_HD T besselpoly(T a, T lmb, T nu) {
  return T(detail::besselpoly_any(0, double(a), double(lmb), double(nu)));
}
template <class T>
SCI_HD T besselpoly_dlmb(T a, T lmb, T nu) {
  return T(detail::besselpoly_any(1, double(a), double(lmb), double(nu)));
}
template <class T>
SCI_HD T besselpoly_dnu(T a, T lmb, T nu) {
  return T(detail::besselpoly_any(2, double(a), double(lmb), double(nu)));
}

}  // namespace sci
