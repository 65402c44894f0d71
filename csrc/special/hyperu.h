// Tricomi's confluent function U(a, b, x) for real x >= 0, and its derivatives in a and b.
//
// By three ways, each with an estimate of its error, in double and, where that says that more than some 16 eps may be
// lost, in double-double:
//   far    x^-a sum (a)_n (a-b+1)_n / n! (-x)^-n                                                         DLMF 13.7.3
//   near   Gamma(1-b) / Gamma(a-b+1) M(a, b, x) + Gamma(b-1) / Gamma(a) x^(1-b) M(a-b+1, 2-b, x)         DLMF 13.2.42
//          for whole b, where both terms have poles, interpolated between points to either side as in
//          detail/hyper_gauss.h
//   any    for a >= 1 an integral, below recurrence in a, both scaled (detail/hyper_tricomi.h)
// Derivatives: dual numbers over double-double in the same algorithms.
//
// NaN for x < 0, as SciPy has it.
#pragma once
#include "special/detail/hyper_tricomi.h"
#include "special/poch.h"

namespace sci {
namespace detail {

/// The exponent of two to take out of e^power, none where that is not near the ends of the range.
SCI_HD double hyper_twos(double power) { return abs(power) < 500 ? 0 : rint(power * 1.4426950408889634); }
template <class R>
SCI_HD R hyper_without(R power, double twos) {
  return twos == 0 ? power : power - hyper_lift<R>(double_double_ln2() * twos);
}

template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_far(hyper_passed<R> a, hyper_passed<R> b, hyper_base<R> x, double& twos) {
  using B = hyper_base<R>;
  const R one = hyper_lift<R>(double_double(1));
  const hyper_value<R> s = hyper_divergent<R, R>(a, a - b + one, B(-1.0) / x);
  const R power = hyper_scaled(-a, sci::log(x));
  twos = hyper_twos(hyper_leading(power));
  const R front = hyper_exp(hyper_without(power, twos));
  return {front * s.w, (4 + hyper_size(power)) * hyper_size(front) * s.size};
}

/// How many eps of Gamma(x) beside a pole its argument's rounding makes, of x = exact in double.
SCI_HD double hyper_tricomi_rounding(double x, double_double exact) {
  const double error = abs((exact - double_double(x)).hi);
  return error > 0 && x < 0.5 ? error / (limits<double>::epsilon * abs(x - rint(x))) : 0;
}

/// The two terms' factors: e^power p.
template <class R>
struct hyper_tricomi_front {
  R power, p, turn;
  double parts;  // logarithms of gamma functions
};
template <class R>
SCI_HD_LARGE hyper_tricomi_front<R> hyper_tricomi_factor(int k, hyper_passed<R> a, hyper_passed<R> b,
                                                         hyper_base<R> log_x) {
  const R one = hyper_lift<R>(double_double(1));
  const hyper_rgamma<R> g = hyper_reciprocal_gamma(k == 0 ? a - b + one : a),
                        h = hyper_reciprocal_gamma(k == 0 ? one - b : b - one);
  const R turn = k == 0 ? hyper_lift<R>(double_double(0)) : hyper_scaled(one - b, log_x);
  return {turn + h.log - g.log + hyper_lift<R>(double_double(g.twos - h.twos) * double_double_ln2()), g.p / h.p, turn,
          abs(hyper_leading(h.log)) + abs(hyper_leading(g.log))};
}

/// The sum over 2^twos; `twos` is found where it is NaN.
template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_near(hyper_passed<R> a, hyper_passed<R> b, hyper_base<R> x, double& twos) {
  const R one = hyper_lift<R>(double_double(1)), down = a - b + one;
  const hyper_base<R> log_x = sci::log(x);
  hyper_tricomi_front<R> f[2];
  double most = -limits<double>::infinity;
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    f[k] = hyper_tricomi_factor<R>(k, a, b, log_x);
    if (hyper_size(f[k].p) != 0) most = max(most, hyper_leading(f[k].power));
  }
  if (isnan(twos)) twos = hyper_twos(most);
  hyper_value<R> sum = {hyper_lift<R>(double_double(0)), 0};
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    const R power = hyper_without(f[k].power, twos);
    if (hyper_size(f[k].p) == 0 || hyper_leading(power) < -700) continue;
    const hyper_value<R> s = hyper_series<R, R>({1, k == 0 ? a : down, b, k == 0 ? b : one + one - b}, x);
    const R front = hyper_exp(power) * f[k].p;
    double parts = 4 + hyper_size(f[k].turn) + f[k].parts + hyper_turn(k == 0 ? down : a) + hyper_turn(b);
    if constexpr (is_same<R, double>)
      parts += k == 0 ? hyper_tricomi_rounding(down, double_double(a) - double_double(b) + double_double(1.0)) +
                            hyper_tricomi_rounding(1 - b, double_double(1.0) - double_double(b))
                      : hyper_tricomi_rounding(b - 1, double_double(b) - double_double(1.0));
    sum = {sum.w + front * s.w, sum.size + parts * hyper_size(front) * s.size};
  }
  return sum;
}

/// The same in double-double or above it, also for whole b.
template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_wide(hyper_passed<R> a, hyper_passed<R> b, hyper_base<R> x, double& twos) {
  return hyper_interpolated<R, R>(hyper_plain(b),
                                  [&](hyper_passed<R> shift) { return hyper_tricomi_near<R>(a, b + shift, x, twos); });
}

/// The better of the two; `size` is relative to the value, which is w 2^twos.
template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_best(hyper_passed<R> a, hyper_passed<R> b, hyper_base<R> x, double accepted,
                                               double& twos) {
  hyper_value<R> best = {hyper_lift<R>(double_double(limits<double>::nan)), limits<double>::infinity};
  const double at = hyper_leading(x);
  if (at > 4 || hyper_pole(hyper_leading(a)) || hyper_pole(hyper_leading(a) - hyper_leading(b) + 1))
    if (hyper_better(hyper_tricomi_far<R>(a, b, x, twos), best, accepted)) return best;
  if (at >= (is_same<R, double> ? 10 : 40)) return best;
  const double before = best.size;
  double other = limits<double>::nan;
  if constexpr (is_same<R, double>)
    hyper_better(hyper_tricomi_near<R>(a, b, x, other), best, accepted);
  else
    hyper_better(hyper_tricomi_wide<R>(a, b, x, other), best, accepted);
  if (best.size < before) twos = other;
  return best;
}

template <class R>
SCI_HD_LARGE hyper_wide<R> hyper_tricomi_slow(hyper_passed<R> a, hyper_passed<R> b, double x) {
  double twos = 0;
  const hyper_value<R> best = hyper_tricomi_best<R>(a, b, double_double(x), 1e14, twos);
  return best.size < 1e16 ? hyper_wide<R>{best.w, twos} : hyper_tricomi_any<R>(a, b, x);
}

/// What needs no series: NaN, infinities, the value at 0.
SCI_HD double hyper_tricomi_special(double a, double b, double x, bool& known) {
  const double inf = limits<double>::infinity;
  known = true;
  if (isnan(a) || isnan(b) || isnan(x) || x < 0 || isinf(a) || isinf(b)) return limits<double>::nan;
  if (a == 0) return 1;
  if (x == inf) return a > 0 ? 0 : inf;
  if (x == 0) {
    // Gamma(1-b) / Gamma(a-b+1) for b < 1, the polynomial's (-1)^n (b)_n (DLMF 13.2.7)
    if (b < 1) return 1 / poch(1 - b, a);
    if (!hyper_pole(a) || a < -170) return inf;
    double product = 1;
    for (int i = 0; i < -a; ++i) product *= -(b + i);
    return product;
  }
  known = false;
  return x;
}

template <class R>
SCI_HD_LARGE double hyper_tricomi_dual(R a, R b, double x) {
  bool known;
  hyper_tricomi_special(hyper_leading(a), hyper_leading(b), x, known);
  if (known && !(hyper_leading(a) == 0 && x > 0 && isfinite(x))) return limits<double>::nan;
  const hyper_wide<R> u = hyper_tricomi_slow<R>(a, b, x);
  return hyper_stretched(hyper_d(u.w), u.twos);
}

}  // namespace detail

template <class T>
SCI_HD T hyperu(T a, T b, T x) {
  bool known;
  const double special = detail::hyper_tricomi_special(a, b, x, known);
  if (known) return T(special);
  const double accepted = is_same<T, float> ? 1e7 : 48;
  double twos = 0;
  const detail::hyper_value<double> f = detail::hyper_tricomi_best<double>(a, b, x, accepted, twos);
  if (f.size <= accepted) return T(detail::hyper_stretched(f.w, twos));
  const auto u = detail::hyper_tricomi_slow<double_double>(double_double(a), double_double(b), double(x));
  return T(detail::hyper_stretched(double(u.w), u.twos));
}

namespace detail {
/// dU/da or (by_b) dU/db at x = 0 and infinity, from hyper_tricomi_special; NaN where U is infinite.
SCI_HD_LARGE double hyper_tricomi_at_edge(bool by_b, double a, double b, double x) {
  const double inf = limits<double>::infinity;
  if (isinf(x)) return a > 0 || (a == 0 && by_b) ? 0 : a == 0 ? -inf : limits<double>::nan;  // x^-a
  if (b < 1) {
    if (a == 0 && by_b) return 0;
    const dual<double> g =
        rgamma(dual<double>(a - b + 1, by_b ? -1.0 : 1.0)) / rgamma(dual<double>(1 - b, by_b ? -1.0 : 0.0));
    return g.d;
  }
  bool known;
  const double value = hyper_tricomi_special(a, b, x, known);
  if (isinf(value)) return limits<double>::nan;
  double sum = 0;
  for (int i = 0; i < -a; ++i) sum += 1 / (b + i);
  if (by_b) return value * sum;
  return a == 2 * rint(a / 2) ? inf : -inf;  // like Gamma(b-1) x^(1-b) / Gamma(a) beside the polynomial
}
/// Second derivatives there, for b < 1, and for x^-a.
SCI_HD_LARGE double hyper_tricomi_at_edge_twice(int64_t i, int64_t j, double a, double b, double x) {
  if (isinf(x)) return a > 0 || (a == 0 && i == 0) ? 0 : limits<double>::nan;
  if (!(b < 1)) return limits<double>::nan;
  if (i == 0 && a == 0) return 0;
  using D = dual<dual<double>>;
  const D p({a, i > 0 ? 1.0 : 0.0}, {i == 2 ? 1.0 : 0.0, 0.0}), q({b, j == 2 ? 1.0 : 0.0}, {j > 0 ? 1.0 : 0.0, 0.0});
  const D one(1.0);
  return (rgamma(p - q + one) / rgamma(one - q)).d.d;
}
}  // namespace detail

/// dU/da for i = 1, dU/db for j = 1.
template <class T>
SCI_HD T hyperu_first(int64_t i, int64_t j, T a, T b, T x) {
  if (i < 0 || j < 0 || i + j != 1) return limits<T>::nan;
  if ((x == T(0) || x == limits<T>::infinity) && isfinite(a) && isfinite(b))
    return T(detail::hyper_tricomi_at_edge(j == 1, a, b, x));
  if (j == 1 && a == T(0) && x > T(0) && isfinite(b)) return T(0);  // U is 1 for all b
  // The term Gamma(b-1) x^(1-b) / Gamma(a) overflows, but at its zeros.
  if (i == 1 && detail::hyper_pole(a) && b > T(1e4) && b > 4 * (x - a) && x > T(0))
    return a == 2 * rint(a / 2) ? limits<T>::infinity : -limits<T>::infinity;
  return T(detail::hyper_tricomi_dual(detail::hyper_seed(a, i), detail::hyper_seed(b, j), x));
}
/// d^2 U / da^i db^j, i + j = 2.
template <class T>
SCI_HD T hyperu_second(int64_t i, int64_t j, T a, T b, T x) {
  if (i < 0 || j < 0 || i + j != 2) return limits<T>::nan;
  if ((x == T(0) || x == limits<T>::infinity) && isfinite(a) && isfinite(b))
    return T(detail::hyper_tricomi_at_edge_twice(i, j, a, b, x));
  return T(detail::hyper_tricomi_dual(detail::hyper_seed(a, i > 0, i == 2), detail::hyper_seed(b, j == 2, j > 0), x));
}

}  // namespace sci
