// Logarithms and angles with more digits than a double has: exponents v log r and phases v arg z of large order, whose
// absolute error is the relative one of a Bessel function. Tables of 65 values and the series about them; absolute
// error below 1e-22 (log: beside that of the argument), and a small angle has a relative error below 1e-20.
#pragma once
#include "core/double_double.h"
#include "special/detail/phase_tables.h"

namespace sci {
namespace detail {

/// The sum over odd n of sign^((n-1)/2) u^n/n for |u| <= 1/127: atan (sign -1) or atanh.
SCI_HD double_double phase_series(double_double u, double sign) {
  double w = sign * u.hi * u.hi;
  double rest = u.hi * w * (1.0 / 3 + w * (1.0 / 5 + w * (1.0 / 7 + w * (1.0 / 9 + w / 11))));
  double_double s = double_double::ordered_sum(u.hi, rest);
  return double_double::ordered_sum(s.hi, s.lo + u.lo);
}

/// The angle of (x, y) in [-pi, pi], not both zero; neither x^2 nor y^2 need be in range.
SCI_HD_LARGE double_double phase_angle(double_double y, double_double x) {
  double_double a = abs(x), b = abs(y);
  bool steep = b.hi > a.hi;
  double_double t = steep ? a / b : b / a;
  double k = rint(t.hi * 64.0), c = k * (1.0 / 64);
  double_double angle = double_double(phase_atan_table(2 * int(k)), phase_atan_table(2 * int(k) + 1)) +
                        phase_series((t - double_double(c)) / (t * c + double_double(1.0)), -1.0);
  const double_double half_pi = {1.5707963267948966, 6.123233995736766e-17};
  if (steep) angle = half_pi - angle;
  if (x.hi < 0) angle = half_pi * 2.0 - angle;
  return y.hi < 0 ? -angle : angle;
}

/// log x for normal x > 0.
SCI_HD_LARGE double_double phase_log(double_double x) {
  int n;
  frexp(x.hi, &n);
  double_double m = ldexp(x, 1 - n);  // in [1, 2)
  double k = rint((m.hi - 1.0) * 64.0), c = 1.0 + k * (1.0 / 64);
  double_double top = double_double(phase_log_table(2 * int(k)), phase_log_table(2 * int(k) + 1)) +
                      phase_series((m - double_double(c)) / (m + double_double(c)), 1.0) * 2.0;
  return double_double_ln2() * double(n - 1) + top;
}

}  // namespace detail
}  // namespace sci
