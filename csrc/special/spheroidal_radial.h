// Spheroidal radial functions of the first and second kind R_mn(c, x), prolate (x > 1) and oblate (x >= 0), their
// derivatives in x, and the derivatives of both in c and in the characteristic value.
//                                                                           card: sci/special/_spheroidal_radial.py
//
// R^(1) ~ cos(c x - (n + 1) pi/2) / (c x) and R^(2) ~ sin(...) / (c x) as x grows.
//
// Method     first kind     the sum of spherical Bessel functions (detail/spheroidal_series.h); oblate, m > 0, at
//                           moderate x the equation from 0, where one term counts, outwards, since the sum cancels
//            second kind    beyond some x the sum with those of the second kind, nearer the equation from there
//                           inwards, in which direction it grows, by Taylor series (detail/spheroidal_path.h); oblate
//                           beside x = 0 the first kind and the solution of the other parity
//                           (spheroidal_second_beside_zero)
//            Derivatives in c and lambda: the same on dual numbers.
// Other      lambda: where it is no characteristic value the coefficients of the sum satisfy all equations but that of
//            one row (spheroidal_pivot); derivatives in lambda are those of this continuation.
// c < 0      R^(1) has the parity of n in c, R^(2) that of n + 1; c = 0: limits
// Limits     those of spheroidal_cv.h, and 512 rows: c or n up to some 600; beyond them NaN
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy pro_rad1 pro_rad2 obl_rad1 obl_rad2
// Source     DLMF, chapter 30; A. L. Van Buren, J. E. Boisvert, Quart. Appl. Math. 60 (2002) 589-599, 62 (2004) 493-507
#pragma once
#include "core/double_double.h"
#include "special/detail/spheroidal_path.h"

namespace sci {
namespace detail {

/// Beyond this x the sums of the second kind fall by a factor of 3 or more for each term and lose less than a digit and
/// a half to cancellation (measured over n <= 550, m <= 150, c <= 300): s or x is large beside that of the turning
/// point, or beside n^(1/2).
SCI_HD double spheroidal_outer(const spheroidal_mode& mode, double c, double lambda) {
  double turn = sqrt(max(spheroidal_turn(mode, c, lambda), 0.0)) / c, m = mode.m, n = mode.n;
  if (mode.oblate) return max(1.75, min(sqrt((n + 2 * m) / 4.5), 1.1 * turn + m / 15));
  double s = min(sqrt(n / 5.4), 1.05 * turn);
  return sqrt(1 + max(3.0, s * s));
}

/// The second kind nearer than `start`: from there inwards, in which direction it grows.
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_inwards(const spheroidal_mode& mode, T c, T lambda,
                                                   const spheroidal_pair<T>& from, double start, double x) {
  auto equation = mode.oblate ? spheroidal_equation<T>::oblate_radial(c, lambda, -mode.m)
                              : spheroidal_equation<T>::angular(mode, c, lambda, -mode.m);
  int t = equation.t;
  double m = mode.m;
  spheroidal_place outer = spheroidal_place::at(start), to = spheroidal_place::at(x);
  double form = abs(outer.form(t)), end = abs(to.form(t));
  // R = |form|^(-m/2) w
  spheroidal_state<T> s = {outer, from.value.value, from.slope.value, from.value.exponent};
  s.dw = ldexp(s.dw, max(-2200, min(2200, from.slope.exponent - s.exponent))) + s.w * T(m * outer.x / form);
  s.fit();
  spheroidal_follow(equation, s, to);
  spheroidal_scaled<double> power = spheroidal_power(form / end, 0.5 * m);
  return {{s.w * T(power.value), s.exponent + power.exponent},
          {(s.dw - s.w * T(m * to.x / end)) * T(power.value), s.exponent + power.exponent}};
}

/// The first kind of the oblate functions, or its slope, at 0, where A c^l x^(l - m) / (2l + 1)!!, l = m or m + 1,
/// counts alone.
template <class T>
SCI_HD_LARGE spheroidal_scaled<T> spheroidal_first_at_zero(const spheroidal_mode& mode, const spheroidal_series<T>& a,
                                                           T c) {
  double_double power = 1.0;  // of the number c, in twice the digits, as there may be many factors
  int exponent = a.exponent[0];
  const int least = mode.degree(0);
  SCI_NO_UNROLL
  for (int k = 1; k <= least; ++k) {
    power = power * primal(c) / double_double(2 * k + 1.0);
    int shift;
    frexp(power.hi, &shift);
    power = ldexp(power, -shift);
    exponent += shift;
  }
  spheroidal_scaled<T> front = {a.value[0] * spheroidal_varying(c, least) * T(power.hi), exponent};
  front.fit();
  return front;
}

/// An oblate radial function from 0 outwards: `front` at 0, or its slope if odd. The first kind grows in this
/// direction; its sum cancels for m > 0, since all of its terms are small at 0.
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_outwards(const spheroidal_mode& mode, spheroidal_scaled<T> front, bool odd,
                                                    T c, T lambda, double x) {
  auto equation = spheroidal_equation<T>::oblate_radial(c, lambda, mode.m);
  spheroidal_place to = spheroidal_place::at(x);
  double form = to.form(-1);
  spheroidal_state<T> s = spheroidal_from_zero<T>(odd);
  spheroidal_follow(equation, s, to);
  // R = form^(m/2) w
  spheroidal_scaled<double> power = spheroidal_power(form, 0.5 * mode.m);
  T scale = front.value * T(power.value);
  int exponent = front.exponent + power.exponent + s.exponent;
  return {{s.w * scale, exponent}, {(s.dw + s.w * T(mode.m * x / form)) * scale, exponent}};
}

/// Beside 0 the second oblate kind is alpha R^(1) + beta u, u of the other parity than R^(1), of which beta follows
/// from the Wronskian, and alpha, which is exp(-2c) for large c, from continuation along the real axis and along a
/// large arc above i: there R^(1) + i R^(2) is recessive and gets the factor (-1)^n. The paths differ by the logarithm
/// that the solutions have at i. With R^(1) = A (1 + x^2)^(m/2) w, w(i) = 1:
///   alpha = -pi / (2 c A^2),  m = 0;   pi k / (2 m c A^2),  m > 0, k the logarithm's coefficient
/// and A is i times real for odd functions.
template <class T>
SCI_HD_LARGE T spheroidal_logarithm(const spheroidal_equation<T>& e) {
  // (1 - z^2)^(-m/2) (1 + ... + k log(1 - z) (1 - z^2)^m w), e of order mu = -m; m > 0
  int m = -e.mu;
  T a0 = T(0), a1 = T(0), a2 = T(1);
  SCI_NO_UNROLL
  for (int k = 0;; ++k) {
    T right = a2 * T(k * (k - 1.0) + 2 * (1.0 - m) * k) - (e.q - e.gamma) * a2 - e.gamma * T(2) * a1 + e.gamma * a0;
    // Halves for 2^m
    if (k + 1 >= m) return right * T(0.25 / m);
    a0 = a1 * T(0.5);
    a1 = a2 * T(0.5);
    a2 = right * T(0.25 / ((k + 1.0) * (k + 1 - m)));
  }
}
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_second_beside_zero(const spheroidal_mode& mode, spheroidal_scaled<T> first,
                                                              T c, T lambda, double x) {
  bool odd = mode.parity() != 0;
  auto equation = spheroidal_equation<T>::angular(mode, c, lambda, mode.m);
  spheroidal_join join = spheroidal_middle(mode.m, primal(equation.gamma), primal(lambda));
  spheroidal_state<T> found;
  spheroidal_scaled<T> scale = spheroidal_from_both(equation, odd, join, spheroidal_place::at(join.x), found);
  // alpha times `first`, which is over A^2 = +-(first scale)^2
  T logarithm = mode.m == 0
                    ? T(-1)
                    : spheroidal_logarithm(spheroidal_equation<T>::angular(mode, c, lambda, -mode.m)) * T(1.0 / mode.m);
  int fall;
  frexp(primal(c), &fall);
  const T front = T(1) / (ldexp(c, -fall) * first.value);
  T alpha = logarithm * T((odd ? -0.5 : 0.5) * numbers::pi<double>) * front / (scale.value * scale.value);
  spheroidal_scaled<T> same = {alpha, -fall - first.exponent - 2 * scale.exponent};
  spheroidal_scaled<T> other = {odd ? -front : front, -fall - first.exponent};
  same.fit();
  other.fit();
  spheroidal_pair<T> a = spheroidal_outwards(mode, same, odd, c, lambda, x);
  spheroidal_pair<T> b = spheroidal_outwards(mode, other, !odd, c, lambda, x);
  a.value.add(b.value.value, b.value.exponent);
  a.slope.add(b.slope.value, b.slope.exponent);
  return a;
}

/// How a radial function is made at x; beyond `outer` all are sums.
enum class spheroidal_way { sum, inwards, outwards, beside_zero };
SCI_HD spheroidal_way spheroidal_way_at(const spheroidal_mode& mode, bool second, double lambda, double outer,
                                        double x) {
  if (!second) {
    const bool from_zero = mode.oblate && (x < 1e-3 || (mode.m > 0 && x < outer));
    return from_zero ? spheroidal_way::outwards : spheroidal_way::sum;
  }
  // Where the functions oscillate from 0 on, alpha is small and the phase is best counted from there.
  const double grows = lambda - double(mode.m) * mode.m;
  if (mode.oblate && (grows > 0 ? x * sqrt(grows) < 0.125 : x < 0.5)) return spheroidal_way::beside_zero;
  return x < outer ? spheroidal_way::inwards : spheroidal_way::sum;
}

/// The radial function of the first or second kind and its derivative; x > 1 (prolate), x >= 0 (oblate), c > 0.
template <class T>
SCI_HD_LARGE many<T, 2> spheroidal_radial(const spheroidal_mode& mode, bool second, T c, T lambda, double x) {
  spheroidal_series<T> a;
  spheroidal_expand(mode, c, lambda, second, a);
  if (a.rows == 0) return {{c * T(limits<double>::nan), c * T(limits<double>::nan)}};
  if (!(primal(c) * x <= limits<double>::max)) return {{T(0), T(0)}};
  double outer = spheroidal_outer(mode, primal(c), primal(lambda));
  spheroidal_pair<T> r;
  switch (spheroidal_way_at(mode, second, primal(lambda), outer, x)) {
    case spheroidal_way::beside_zero:
      r = spheroidal_second_beside_zero(mode, spheroidal_first_at_zero(mode, a, c), c, lambda, x);
      break;
    case spheroidal_way::outwards:
      r = spheroidal_outwards(mode, spheroidal_first_at_zero(mode, a, c), mode.parity() != 0, c, lambda, x);
      break;
    case spheroidal_way::inwards:
      r = spheroidal_radial_series(mode, a, c, outer, true);
      r = spheroidal_inwards(mode, c, lambda, r, outer, x);
      break;
    default: r = spheroidal_radial_series(mode, a, c, x, second);
  }
  return {{r.value.plain(), r.slope.plain()}};
}

/// What a sum adds to the second derivative that the equation gives, and the derivative of this in x: as the row of
/// the pivot lacks rho to its equation, which is 0 for characteristic values, the sum S satisfies the radial equation
/// but for rho times its term of that row (the equations in x and eta commute on spherical waves). What follows the
/// equation adds nothing.
template <class T>
SCI_HD_LARGE many<T, 2> spheroidal_excess(const spheroidal_mode& mode, bool second, T c, T lambda, double x) {
  const double outer = spheroidal_outer(mode, primal(c), primal(lambda));
  spheroidal_series<T> a;
  spheroidal_expand(mode, c, lambda, second, a);
  if (a.rows == 0) return {{c * T(limits<double>::nan), c * T(limits<double>::nan)}};
  if (spheroidal_way_at(mode, second, primal(lambda), outer, x) != spheroidal_way::sum ||
      !(primal(c) * x <= limits<double>::max))
    return {{T(0), T(0)}};
  const int pivot = spheroidal_pivot(mode, primal(c), primal(lambda));
  SCI_NO_UNROLL
  for (int row = 0; row < a.rows; ++row)
    if (row != pivot) a.value[row] = T(0);
  const spheroidal_pair<T> term = spheroidal_radial_series(mode, a, c, x, second);
  const double form = mode.oblate ? 1 + x * x : (x - 1) * (x + 1);
  const T rho = spheroidal_factor(mode, mode.square(c), lambda, pivot, a.rows - 1).pivot * T(1 / form);
  const T value = term.value.plain(), slope = term.slope.plain();
  return {{rho * value, rho * (slope - value * T(2 * x / form))}};
}

/// Both results with the derivatives that c and lambda carry.
template <class T>
SCI_HD many<T, 2> spheroidal_radial_at(bool oblate, bool second, double m, double n, T c, T lambda, double x) {
  T nan = c * T(limits<double>::nan);  // in the derivatives too
  if (!spheroidal_valid(m, n, primal(c)) || !isfinite(primal(lambda)) || !(oblate ? x >= 0 : x > 1))
    return {{nan, nan}};
  bool odd = primal(c) < 0 && (int(n) + int(second)) % 2 != 0;
  c = abs(c) + T(0);
  if (primal(c) == 0) {
    if (second) return {{T(-1) / c, T(1) / c}};
    if constexpr (!is_dual<T>) return {{T(n == 0), T(0)}};
  }
  // A derivative at 0 is that beside it.
  if constexpr (is_dual<T>)
    if (!second && primal(c) < 1e-60) c = c + T(1e-60);
  many<T, 2> r = spheroidal_radial(spheroidal_mode{int(m), int(n), oblate}, second, c, lambda, x);
  return odd ? many<T, 2>{{-r[0], -r[1]}} : r;
}
template <class T>
SCI_HD many<T, 2> spheroidal_excess_at(bool oblate, bool second, double m, double n, T c, T lambda, double x) {
  T nan = c * T(limits<double>::nan);
  if (!spheroidal_valid(m, n, primal(c)) || !isfinite(primal(lambda)) || !(oblate ? x >= 0 : x > 1))
    return {{nan, nan}};
  if (primal(c) == 0) return {{T(0), T(0)}};
  bool odd = primal(c) < 0 && (int(n) + int(second)) % 2 != 0;
  many<T, 2> e = spheroidal_excess(spheroidal_mode{int(m), int(n), oblate}, second, abs(c), lambda, x);
  return odd ? many<T, 2>{{-e[0], -e[1]}} : e;
}
template <class T>
SCI_HD many<T, 2> spheroidal_rad(bool oblate, bool second, T m, T n, T c, T x) {
  double lambda = spheroidal_lambda_at(oblate, m, n, double(c));
  many<double, 2> r = spheroidal_radial_at(oblate, second, m, n, double(c), lambda, x);
  return {{T(r[0]), T(r[1])}};
}
template <class T>
SCI_HD many<T, 2> spheroidal_rad_cv(bool oblate, bool second, T m, T n, T c, T cv, T x) {
  many<double, 2> r = spheroidal_radial_at(oblate, second, m, n, double(c), double(cv), x);
  return {{T(r[0]), T(r[1])}};
}

}  // namespace detail

template <class T>
SCI_HD many<T, 2> pro_rad1(T m, T n, T c, T x) {
  return detail::spheroidal_rad(false, false, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> pro_rad1_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_rad_cv(false, false, m, n, c, cv, x);
}
template <class T>
SCI_HD many<T, 2> obl_rad1(T m, T n, T c, T x) {
  return detail::spheroidal_rad(true, false, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> obl_rad1_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_rad_cv(true, false, m, n, c, cv, x);
}
template <class T>
SCI_HD many<T, 2> pro_rad2(T m, T n, T c, T x) {
  return detail::spheroidal_rad(false, true, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> pro_rad2_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_rad_cv(false, true, m, n, c, cv, x);
}
template <class T>
SCI_HD many<T, 2> obl_rad2(T m, T n, T c, T x) {
  return detail::spheroidal_rad(true, true, m, n, c, x);
}
template <class T>
SCI_HD many<T, 2> obl_rad2_cv(T m, T n, T c, T cv, T x) {
  return detail::spheroidal_rad_cv(true, true, m, n, c, cv, x);
}

/// The derivative of both results in c, lambda being that of c.
template <class T>
SCI_HD many<T, 2> spheroidal_rad_dc(int64_t oblate, int64_t second, T m, T n, T c, T x) {
  dual<double> v = variable(double(c)), lambda = detail::spheroidal_lambda_at(oblate != 0, m, n, v);
  auto r = detail::spheroidal_radial_at(oblate != 0, second != 0, m, n, v, lambda, x);
  return {{T(r[0].d), T(r[1].d)}};
}
template <class T>
SCI_HD many<T, 2> spheroidal_rad_dc2(int64_t oblate, int64_t second, T m, T n, T c, T x) {
  dual<dual<double>> v = variable2(double(c)), lambda = detail::spheroidal_lambda_at(oblate != 0, m, n, v);
  auto r = detail::spheroidal_radial_at(oblate != 0, second != 0, m, n, v, lambda, x);
  return {{T(r[0].d.d), T(r[1].d.d)}};
}
/// The derivative of both results in c or (by_cv = 1) the characteristic value, the other being fixed.
template <class T>
SCI_HD many<T, 2> spheroidal_rad_cv_d(int64_t oblate, int64_t second, int64_t by_cv, T m, T n, T c, T cv, T x) {
  dual<double> v(double(c), by_cv == 0), lambda(double(cv), by_cv != 0);
  auto r = detail::spheroidal_radial_at(oblate != 0, second != 0, m, n, v, lambda, x);
  return {{T(r[0].d), T(r[1].d)}};
}
/// The excess, and its derivatives in x, c and the characteristic value.
template <class T>
SCI_HD T spheroidal_rad_excess(int64_t oblate, int64_t second, T m, T n, T c, T cv, T x) {
  return T(detail::spheroidal_excess_at(oblate != 0, second != 0, m, n, double(c), double(cv), x)[0]);
}
template <class T>
SCI_HD many<T, 3> spheroidal_rad_excess_d(int64_t oblate, int64_t second, T m, T n, T c, T cv, T x) {
  many<T, 3> result;
  SCI_NO_UNROLL
  for (int by_cv = 0; by_cv < 2; ++by_cv) {
    dual<double> v(double(c), by_cv == 0), lambda(double(cv), by_cv != 0);
    auto e = detail::spheroidal_excess_at(oblate != 0, second != 0, m, n, v, lambda, x);
    result[0] = T(e[1].v);
    result[1 + by_cv] = T(e[0].d);
  }
  return result;
}
/// The second derivatives of both results in c and the characteristic value, each being independent: of as many of the
/// two in the latter as by_cv says.
template <class T>
SCI_HD many<T, 2> spheroidal_rad_cv_d2(int64_t oblate, int64_t second, int64_t by_cv, T m, T n, T c, T cv, T x) {
  using D = dual<double>;
  dual<D> v(D(double(c), by_cv < 2), D(by_cv < 1)), lambda(D(double(cv), by_cv > 1), D(by_cv > 0));
  auto r = detail::spheroidal_radial_at(oblate != 0, second != 0, m, n, v, lambda, x);
  return {{T(r[0].d.d), T(r[1].d.d)}};
}

}  // namespace sci
