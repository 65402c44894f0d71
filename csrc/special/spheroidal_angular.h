// Spheroidal angular functions of the first kind S_mn(c, x), prolate and oblate, their derivatives in x, and the
// derivatives of both in c and in the characteristic value.               card: sci/special/_spheroidal_angular.py
//
// Normalised as Flammer does: at x = 0 S, or for odd n - m its derivative, is that of P_n^m, without the sign (-1)^m.
//
// Method     Taylor series of the equation (detail/spheroidal_path.h): from x = 0, where value and slope are given, to
//            a place where the function oscillates, and the solution that is finite at 1 from there inwards to the same
//            place, where both are joined. Each runs where it grows or oscillates, so that values which are
//            exponentially small, or large beside those at 0 for large c, keep their digits; sums of Legendre functions
//            lose them all. Derivatives in c and lambda: the same on dual numbers.
// Other      lambda: where it is no characteristic value the two pieces remain, joined to least squares of value and
//            slope; derivatives in lambda are those of this continuation.
// Limits     those of spheroidal_cv.h
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy pro_ang1 obl_ang1
// Source     DLMF, chapter 30; C. Flammer, Spheroidal Wave Functions, Stanford University Press 1957
#pragma once
#include "special/detail/legendre_one.h"
#include "special/detail/spheroidal_path.h"

namespace sci {
namespace detail {

/// P_n^m(0) for even, its derivative for odd n - m, without the sign (-1)^m; exponent apart.
SCI_HD spheroidal_scaled<double> spheroidal_at_zero(const spheroidal_mode& mode) {
  int parity = mode.parity(), count = mode.row();
  legendre_product<double> p;
  SCI_NO_UNROLL
  for (int k = 1; k <= mode.m + parity; ++k) p.times(2 * k - 1);
  SCI_NO_UNROLL
  for (int k = 1; k <= count; ++k) {
    p.times(2 * (k + mode.m + parity) - 1);
    p.over(2 * k);
  }
  spheroidal_scaled<double> result;
  result.value = count % 2 != 0 ? -(p.high + p.low) : p.high + p.low;
  result.exponent = p.exponent;
  return result;
}

/// The angular function and its derivative, -1 < x < 1.
template <class T>
SCI_HD_LARGE many<T, 2> spheroidal_angular(const spheroidal_mode& mode, T c, T lambda, double x) {
  auto equation = spheroidal_equation<T>::angular(mode, c, lambda, mode.m);
  spheroidal_join join = spheroidal_middle(mode.m, primal(equation.gamma), primal(lambda));
  spheroidal_place to = spheroidal_place::at(abs(x));
  bool odd = mode.parity() != 0;
  spheroidal_state<T> s = spheroidal_from_zero<T>(odd);
  if (to.x <= join.x) {
    spheroidal_follow(equation, s, to);
  } else {
    spheroidal_scaled<T> scale = spheroidal_from_both(equation, odd, join, to, s);
    s.w = s.w * scale.value;
    s.dw = s.dw * scale.value;
    s.exponent += scale.exponent;
  }
  spheroidal_scaled<double> zero = spheroidal_at_zero(mode);
  double form = to.form(1);
  spheroidal_scaled<double> power = spheroidal_power(form, 0.5 * mode.m);
  T front = T(zero.value * power.value);
  int exponent = zero.exponent + power.exponent + s.exponent;
  spheroidal_scaled<T> value = {s.w * front, exponent};
  spheroidal_scaled<T> slope = {(s.dw - s.w * T(mode.m * to.x / form)) * front, exponent};
  T a = value.plain(), b = slope.plain();
  if (x < 0) (odd ? a : b) = odd ? -a : -b;
  return {{a, b}};
}

/// Both results with the derivatives that c and lambda carry; the sign of c does not count.
template <class T>
SCI_HD many<T, 2> spheroidal_angular_at(bool oblate, double m, double n, T c, T lambda, double x) {
  T nan = c * T(limits<double>::nan);  // in the derivatives too
  if (!spheroidal_valid(m, n, primal(c)) || !isfinite(primal(lambda)) || !(abs(x) < 1)) return {{nan, nan}};
  return spheroidal_angular(spheroidal_mode{int(m), int(n), oblate}, abs(c), lambda, x);
}
template <class T>
SCI_HD many<T, 2> spheroidal_ang1(bool oblate, T m, T n, T c, T x) {
  double lambda = spheroidal_lambda_at(oblate, m, n, double(c));
  many<double, 2> s = spheroidal_angular_at(oblate, m, n, double(c), lambda, x);
  return {{T(s[0]), T(s[1])}};
}
template <class T>
SCI_HD many<T, 2> spheroidal_ang1_cv(bool oblate, T m, T n, T c, T cv, T x) {
  many<double, 2> s = spheroidal_angular_at(oblate, m, n, double(c), double(cv), x);
  return {{T(s[0]), T(s[1])}};
}

}  // namespace detail

template <class T>
SCI_HD many<T, 2> pro_ang1(T m, T n, T c, T x) {
  return detail::spheroidal_ang1(false, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> obl_ang1(T m, T n, T c, T x) {
  return detail::spheroidal_ang1(true, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> pro_ang1_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_ang1_cv(false, m, n, c, cv, x);
}
template <class T>
SCI_HD many<T, 2> obl_ang1_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_ang1_cv(true, m, n, c, cv, x);
}

/// The derivative of both results in c, lambda being that of c.
template <class T>
SCI_HD many<T, 2> spheroidal_ang1_dc(int64_t oblate, T m, T n, T c, T x) {
  dual<double> v = variable(double(c)), lambda = detail::spheroidal_lambda_at(oblate != 0, m, n, v);
  many<dual<double>, 2> s = detail::spheroidal_angular_at(oblate != 0, m, n, v, lambda, x);
  return {{T(s[0].d), T(s[1].d)}};
}
template <class T>
SCI_HD many<T, 2> spheroidal_ang1_dc2(int64_t oblate, T m, T n, T c, T x) {
  dual<dual<double>> v = variable2(double(c)), lambda = detail::spheroidal_lambda_at(oblate != 0, m, n, v);
  many<dual<dual<double>>, 2> s = detail::spheroidal_angular_at(oblate != 0, m, n, v, lambda, x);
  return {{T(s[0].d.d), T(s[1].d.d)}};
}
/// The derivative of both results in c or (by_cv = 1) the characteristic value, the other being fixed.
template <class T>
SCI_HD many<T, 2> spheroidal_ang1_cv_d(int64_t oblate, int64_t by_cv, T m, T n, T c, T cv, T x) {
  dual<double> v(double(c), by_cv == 0), lambda(double(cv), by_cv != 0);
  many<dual<double>, 2> s = detail::spheroidal_angular_at(oblate != 0, m, n, v, lambda, x);
  return {{T(s[0].d), T(s[1].d)}};
}
/// The second derivatives of both results in c and the characteristic value, each being independent: of as many of the
/// two in the latter as by_cv says.
template <class T>
SCI_HD many<T, 2> spheroidal_ang1_cv_d2(int64_t oblate, int64_t by_cv, T m, T n, T c, T cv, T x) {
  using D = dual<double>;
  dual<D> v(D(double(c), by_cv < 2), D(by_cv < 1)), lambda(D(double(cv), by_cv > 1), D(by_cv > 0));
  many<dual<D>, 2> s = detail::spheroidal_angular_at(oblate != 0, m, n, v, lambda, x);
  return {{T(s[0].d.d), T(s[1].d.d)}};
}

}  // namespace sci
