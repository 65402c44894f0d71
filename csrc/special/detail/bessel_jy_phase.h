// Exponent and phase of J and Y of large order with the digits that a number of their size would cost:
//   x < v:  xi = v log((v + r)/x) - r, r = sqrt(v^2 - x^2);      x > v:  xi = r - v atan(r/v), r = sqrt(x^2 - v^2)
// (DLMF 10.19.3 and 10.19.6). An error of xi is a relative one of the functions, or one of their modulus.
#pragma once
#include "special/detail/bessel_jy_common.h"
#include "special/detail/phase.h"

namespace sci {
namespace detail {

/// sqrt|v^2 - x^2|; with `unit` the squares stay in range.
SCI_HD double_double bessel_jy_radius(double v, double x) {
  return sqrt(abs(double_double::sum(x, -v) * double_double::sum(x, v)));
}

/// xi > 0.
SCI_HD_LARGE double_double bessel_jy_exponent(double v, double x) {
  double_double r = bessel_jy_radius(v, x);
  if (x > v) return r - phase_angle(r, double_double(v)) * v;
  return (phase_log((r + double_double(v)) / double_double(x))) * v - r;
}

/// xi - x + v pi/2 for x > v: small where x is large, and x and v pi/2 can be reduced exactly on their own.
SCI_HD_LARGE double_double bessel_jy_delay(double v, double x) {
  double unit = x > 1e150 ? 0x1p-600 : 1.0;
  double_double r = bessel_jy_radius(v * unit, x * unit);
  return phase_angle(double_double(v * unit), r) * v + (r - double_double(x * unit)) * (1 / unit);
}

/// cos and sin of an angle whose value is `exact` and whose derivatives are those of `angle`.
template <class T>
SCI_HD void bessel_jy_turn(T angle, double_double exact, T& c, T& s) {
  using S = scalar_of<T>;
  double c0 = cos(exact.hi), s0 = sin(exact.hi);
  S c1 = S(c0 - s0 * exact.lo), s1 = S(s0 + c0 * exact.lo);
  if constexpr (is_hardware<T>) {
    c = c1, s = s1;
  } else {
    T rest = angle - T(primal(angle)), c2 = cos(rest), s2 = sin(rest);
    c = c2 * T(c1) - s2 * T(s1);
    s = s2 * T(c1) + c2 * T(s1);
  }
}

/// What s = v^(2/3) zeta, rounded on its way, lacks: xi = (2/3) |s|^(3/2). Nothing where |s| < 1 forgives errors.
template <class S>
SCI_HD S bessel_jy_airy_rest(S v, S x, S s) {
  double a = double(abs(s));
  if (a < 1.0) return S(0);
  double_double root = sqrt(double_double(a));
  double_double rest = bessel_jy_exponent(double(v), double(x)) - root * a * (double_double(2.0) / double_double(3.0));
  double low = rest.hi / root.hi;
  return S(s < S(0) ? -low : low);
}

}  // namespace detail
}  // namespace sci
