// The confluent limit function 0F1(; b; z), real and complex z, and its derivatives in b.
//
// By J_(b-1) where z < 0 and that oscillates; in double by the power series, in pairs where it cancels, or the
// asymptotic form of Bessel functions (detail/hyper_kummer.h), each with an estimate of its error; for large complex z
// where both cancel by J_(b-1), for b far below 0 by uniform expansions; where more than some 16 eps may be lost the
// same in double-double, Taylor steps of the differential equation from 0, or recurrence down from b > 0.
// Derivatives: dual numbers over double-double in the same algorithms.
//
// Conventions are SciPy's: NaN where b is 0, -1, -2, ... and at infinity.
#pragma once
#include "special/bessel_jy.h"
#include "special/detail/hyper_kummer.h"
#include "special/gammaln.h"
#include "special/gammasgn.h"

namespace sci {
namespace detail {

template <class Z>
SCI_HD Z hyper_limit_special(double b, Z z, bool& known) {
  known = true;
  if (isnan(b) || !isfinite(z) || hyper_pole(b)) return Z(limits<double>::nan);
  if (isinf(b)) return b > 0 ? Z(1.0) : Z(limits<double>::nan);
  if (z == Z(0.0)) return Z(1.0);
  known = false;
  return z;
}

/// Gamma(b) r^(1-b) J_(b-1)(2 r), r = sqrt(-z), z < 0 (DLMF 10.16.9), the power in halves, as it may leave the range
/// of doubles where the product does not.
SCI_HD_LARGE double hyper_limit_bessel(double b, double z) {
  const double r = sqrt(-z), rest = fma(-r, r, -z) / (2 * r);  // r + rest is the root
  double j = jv(b - 1, 2 * r);
  if (j * j * r < 0.02 && abs(rest) < 0.1)
    j += 2 * rest * ((b - 1) / (2 * r) * j - jv(b, 2 * r));  // beside a zero (DLMF 10.6.2)
  const double half = pow(r, 0.5 * (1 - b));
  return gamma(b) * half * (1 + (1 - b) * rest / r) * j * half;
}

/// Is the value for z > 0 beyond the range of doubles? It is Gamma(b) r^(1-b) I_(b-1)(2 r), r = sqrt(z) (DLMF 10.39.9),
/// I by its leading term for a large order or argument (DLMF 10.41.3); for z < b^2 it is above e^(z/(2b)).
SCI_HD bool hyper_limit_overflows(double b, double z) {
  if (b > 0 && z < b * b && z > 1500 * b) return true;
  const double r = sqrt(z), order = abs(b - 1), s = hypot(order, 2 * r), front = gammaln(b);
  const double power = s - order * sci::log((order + s) / (2 * r));
  return power > 30 && front + (1 - b) * sci::log(r) + power - 0.5 * sci::log(6.3 * s) > 712 + 1e-14 * abs(front);
}

/// The same for complex z; 0 where a factor leaves the range of doubles, or b - 1 would lose what is left beside a
/// pole.
SCI_HD_LARGE complex<double> hyper_limit_bessel(double b, complex<double> z) {
  const double_double power = double_double::sum(1, -b);
  if (power.lo != 0 && abs(b - rint(b)) < 0.1) return {0.0, 0.0};
  const complex<double_double> r = hyper_sqrt(hyper_exact(-z));
  complex<double_double> log = hyper_scaled(sci::log(r, 1.0), power);
  double front;
  int twos;
  if (abs(b) < 140) {
    front = frexp(rgamma(b), &twos);
  } else {
    const hyper_rgamma<double_double> g = hyper_reciprocal_gamma(double_double(b));
    front = double(g.p), twos = g.twos;
    log.re = log.re + g.log;
  }
  log.re = log.re - double_double(twos) * double_double_ln2();
  const complex<double> f = hyper_exp(hyper_leading(log)), j = jv(b - 1, 2.0 * hyper_rounded(r));
  const complex<double> w = (f + f * complex<double>{log.re.lo, log.im.lo}) * j * (1 / front);
  const double least = min(double(abs(f)), double(abs(j)));
  return isfinite(w) && least > 1e-290 ? w : complex<double>{0.0, 0.0};
}

/// b far below 0 and z above where it oscillates, to either side of which its series cancels. With v = 1 - b, 0F1 =
/// 2 r^v / Gamma(v) [K_v(2 r) + pi / (2 sin pi v) I_v(2 r)], r = sqrt(z) (DLMF 10.39.9, 10.27.2, 5.5.3); by Debye's and
/// Stirling's expansions (10.41.3, 10.41.4, 5.11.1), s = sqrt(1 + 4 z / v^2), the powers of v are gone:
///   s^(-1/2) [e^(v (log((1 + s) / 2) + 1 - s)) sum (-1)^k U_k(1/s) / v^k
///             + e^(v (log((s - 1) / 2) + 1 + s)) / (2 sin pi v) sum U_k(1/s) / v^k] (1 - 1/(12 v) + ...).
/// For z < 0, where I and K are J and -pi/2 Y, the second has |s - 1| and the factor cos pi v (10.19.3). NaN beside the
/// turning point s = 0.
SCI_HD_LARGE double hyper_limit_debye(double b, double z) {
  if (!(b < -60 && b > -1e15)) return limits<double>::nan;
  const double_double v = double_double::sum(1, -b), t = double_double(4 * z) / (v * v), square = t + 1.0;
  if (!(square.hi > 0.25)) return limits<double>::nan;
  const double_double s = sqrt(square), rise = t / (s + 1.0);  // s - 1
  double sum_k, sum_i;
  if (!bessel_ik_debye_try(1 / s.hi, v.hi * s.hi, sum_k, sum_i)) return limits<double>::nan;
  const double_double fall = v * (sci::log(rise * 0.5 + 1.0) - rise);
  const double_double grow = v * (sci::log((z < 0 ? -rise : rise) * 0.5) + s + 1.0);
  const double turn = (z < 0 ? -cospi(b) : 1.0) / (2 * sinpi(b));
  const double first = exp(fall.hi) * (1 + fall.lo) * sum_k, second = exp(grow.hi) * (1 + grow.lo) * turn * sum_i;
  return (first + second) * exp(-gammaln_tail(1 / v.hi)) / sqrt(s.hi);
}

template <class Z>
SCI_HD_LARGE Z hyper_limit_value(double b, Z z, double accepted) {
  using W = decltype(hyper_exact(z));
  bool known;
  const Z special = hyper_limit_special(b, z, known);
  if (known) return special;
  if constexpr (!is_complex<Z>) {
    if (z < -30 && abs(b) < 150 && (b - 1) * (b - 1) < -4 * z) return hyper_limit_bessel(b, z);
    if (z > 1e3 && hyper_limit_overflows(b, z)) return gammasgn(b) * limits<double>::infinity;
  }
  const bool bessel = is_complex<Z> && double(abs(z)) > 100;
  const hyper_value<Z> f = hyper_limit_best<double, Z>(b, z, accepted, bessel);
  if (f.size <= accepted) return f.w;
  if constexpr (is_complex<Z>) {
    const Z w = bessel ? hyper_limit_bessel(b, z) : Z(0.0);
    if (w != Z(0.0)) return w;
  } else {
    const double w = hyper_limit_debye(b, z);
    if (!isnan(w)) return w;
  }
  return hyper_finite_or(hyper_rounded(hyper_limit_slow<double_double, W>(b, z)), f.w);
}

/// The same where z / b may be beyond the range: F - 1 is z / b (1 + O(z)) (1 + O(b)).
template <class Z>
SCI_HD Z hyper_limit_any(double b, Z z, double accepted) {
  const double least = 1e-250, near = copysign(least, b);
  if (!(abs(b) < least) || b == 0) return hyper_limit_value(b, z, accepted);
  const bool small = double(abs(z)) < 1e-20;
  return Z(1.0) + (small ? z / b : (hyper_limit_value(near, z, accepted) - Z(1.0)) * (near / b));
}

template <class R, class Z>
SCI_HD_LARGE auto hyper_limit_dual(R b, Z z) {
  using D = hyper_dual<Z, R>;
  bool known;
  const Z value = hyper_limit_special(hyper_leading(b), z, known);
  if (known && isfinite(value)) return D(hyper_lift<R>(double_double(1)));  // 1 for all b beside this one
  if (known) return D(hyper_lift<R>(double_double(limits<double>::nan)) * b);
  return hyper_limit_slow<R, D>(b, z);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp0f1(T b, T z) {
  return T(detail::hyper_limit_any<double>(b, z, is_same<T, float> ? 1e7 : 48));
}
template <class T>
SCI_HD complex<T> hyp0f1(T b, complex<T> z) {
  return complex<T>(detail::hyper_limit_any(b, complex<double>(z), is_same<T, float> ? 1e7 : 48));
}

/// dF/db
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp0f1_db(T b, T z) {
  return T(detail::hyper_d(detail::hyper_limit_dual(detail::hyper_seed(b, 1), double(z))));
}
template <class T>
SCI_HD complex<T> hyp0f1_db(T b, complex<T> z) {
  return complex<T>(detail::hyper_d(detail::hyper_limit_dual(detail::hyper_seed(b, 1), complex<double>(z))));
}
/// d^2F/db^2
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp0f1_db2(T b, T z) {
  return T(detail::hyper_d(detail::hyper_limit_dual(detail::hyper_seed(b, true, true), double(z))));
}
template <class T>
SCI_HD complex<T> hyp0f1_db2(T b, complex<T> z) {
  return complex<T>(detail::hyper_d(detail::hyper_limit_dual(detail::hyper_seed(b, true, true), complex<double>(z))));
}

}  // namespace sci
