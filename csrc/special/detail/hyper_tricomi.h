// Tricomi's U(a, b, x) for x > 0 of any size, as w 2^twos, in double-double and on dual numbers over it: where series
// cancel, or what they are made of is beyond the range of doubles.
//
//   a >= 1   U = 1 / Gamma(a) int exp(a s + (b - a - 1) log(1 + e^s) - x e^s) ds over the real line (DLMF 13.4.4 with
//            t = e^s), whose integrand is positive and has one peak: the trapezoidal rule about it.
//   a < 1    the recurrence down in a from there (DLMF 13.3.7), in which U is what grows.
#pragma once
#include "special/detail/hyper_series.h"

namespace sci {
namespace detail {

template <class R>
struct hyper_wide {
  R w;
  double twos;
};
SCI_HD double hyper_stretched(double w, double twos) { return ldexp(w, int(max(-5000.0, min(twos, 5000.0)))); }

/// a >= 1. Of a narrow peak of width sigma the rule's error is about e^(-2 (pi sigma / h)^2), more where it is skew, of
/// a wide one e^(-pi^2 / h), as the integrand is analytic for |Im s| < pi / 2 at least; recurrences lose some of it.
template <class R>
SCI_HD_LARGE hyper_wide<R> hyper_tricomi_integral(hyper_passed<R> a, hyper_passed<R> b, double x) {
  using B = double_double;
  const hyper_wide<R> unknown = {hyper_lift<R>(B(limits<double>::nan)), 0};
  const R c = b - a - hyper_lift<R>(B(1));
  const double A = hyper_leading(a), C = hyper_leading(c), p = x - A - C, root = sqrt(p * p + 4 * A * x);
  const double t = p > 0 ? 2 * A / (p + root) : (root - p) / (2 * x);  // the peak
  if (!(t > 0 && t < 1e300)) return unknown;
  const double curvature = x * t - C * t / ((1 + t) * (1 + t));
  const double h = float(min(0.12, 0.4 / sqrt(curvature)));  // whose multiples are exact
  const B above = B(1.0) + B(t);
  R sum = hyper_lift<R>(B(1));
  SCI_NO_UNROLL
  for (int side = -1; side <= 1; side += 2) {
    int k = 1;
    SCI_NO_UNROLL
    for (; k < 20000; ++k) {
      const B u = side * h * k, grown = exp(u) * t;  // the distance from the peak, e^s
      const R power =
          hyper_scaled(a, u) + hyper_scaled(c, sci::log((B(1.0) + grown) / above)) + hyper_lift<R>((B(t) - grown) * x);
      if (!(hyper_leading(power) > -60)) break;
      sum = sum + hyper_exp(power);
    }
    if (k == 20000) return unknown;
  }
  const hyper_rgamma<R> g = hyper_reciprocal_gamma(a);
  const R peak = hyper_scaled(a, sci::log(B(t))) + hyper_scaled(c, sci::log(above)) - hyper_lift<R>(B(t) * x) - g.log;
  const double twos = rint(hyper_leading(peak) * 1.4426950408889634);
  const R front = hyper_exp(peak - hyper_lift<R>(double_double_ln2() * twos));
  return {hyper_scaled(front * sum * g.p, h), twos + g.twos};
}

/// U(a - steps) from lo = U(a), hi = U(a + 1); both are scaled alike, by what is added to `twos`.
template <class R>
SCI_HD_LARGE R hyper_tricomi_down(R a, hyper_passed<R> b, double x, R lo, R hi, int steps, double& twos) {
  const R one = hyper_lift<R>(double_double(1)), from = b - hyper_lift<R>(double_double(x));
  SCI_NO_UNROLL
  for (int i = 0; i < steps; ++i, a = a - one) {
    const R below = (a + a - from) * lo - a * (a - b + one) * hi;
    hi = lo;
    lo = below;
    if (hyper_size(lo) > 0x1p300) {
      lo = hyper_scaled(lo, 0x1p-300), hi = hyper_scaled(hi, 0x1p-300);
      twos += 300;
    }
  }
  return lo;
}

template <class R>
SCI_HD_LARGE hyper_wide<R> hyper_tricomi_any(hyper_passed<R> a, hyper_passed<R> b, double x) {
  using B = double_double;
  const hyper_wide<R> unknown = {hyper_lift<R>(B(limits<double>::nan)), 0};
  const double A = hyper_leading(a);
  if (!(abs(A) < 20000 && abs(hyper_leading(b)) < 1e8 && x < 1e8)) return unknown;
  if (A >= 1) return hyper_tricomi_integral<R>(a, b, x);
  // Polynomials from U(0, b, x) = 1: beside that their neighbours in a may be too large.
  const bool polynomial = is_same<R, B> && hyper_pole(A);
  const int steps = int(ceil((polynomial ? 0 : 1) - A));
  const R one = hyper_lift<R>(B(1)), first = a + hyper_lift<R>(B(steps));
  hyper_wide<R> lo = {one, 0}, hi = {hyper_lift<R>(B(0)), 0};
  if (!polynomial) lo = hyper_tricomi_integral<R>(first, b, x), hi = hyper_tricomi_integral<R>(first + one, b, x);
  hi.w = hyper_scaled(hi.w, ldexp(1.0, int(max(-1000.0, min(hi.twos - lo.twos, 1000.0)))));
  double rough_twos = lo.twos, twos = lo.twos;
  const double rough = hyper_tricomi_down<double>(hyper_leading(first), hyper_leading(b), x, hyper_leading(lo.w),
                                                  hyper_leading(hi.w), steps, rough_twos);
  const R w = hyper_tricomi_down<R>(first, b, x, lo.w, hi.w, steps, twos);
  const double fine = hyper_leading(w), scale = ldexp(1.0, int(max(-600.0, min(rough_twos - twos, 600.0))));
  // What is lost in double shows that double-double holds it.
  return abs(rough * scale - fine) < 0.5 * abs(fine) ? hyper_wide<R>{w, twos} : unknown;
}

}  // namespace detail
}  // namespace sci
