// Tricomi's confluent function U(a, b, x) for real x >= 0, and its derivatives in a and b.
//
// By three ways, each with an estimate of its error, in double and, where that says that more than some 16 eps may be
// lost, in double-double:
//   far    x^-a sum (a)_n (a-b+1)_n / n! (-x)^-n                                                         DLMF 13.7.3
//   near   Gamma(1-b) / Gamma(a-b+1) M(a, b, x) + Gamma(b-1) / Gamma(a) x^(1-b) M(a-b+1, 2-b, x)         DLMF 13.2.42
//          for whole b, where both terms have poles, interpolated between points to either side as in
//          detail/hyper_gauss.h
//   path   the asymptotic series at a point where it serves, and Taylor steps of the differential equation from there
//          towards 0 (detail/hyper_path.h)
// Derivatives: dual numbers over double-double in the same algorithms.
//
// NaN for x < 0, as SciPy has it.
#pragma once
#include "special/detail/hyper_kummer.h"

namespace sci {
namespace detail {

/// U and, over it, the factor x^-a apart.
template <class R>
SCI_HD hyper_value<R> hyper_tricomi_far(R a, R b, hyper_base<R> x) {
  using B = hyper_base<R>;
  const R one = hyper_lift<R>(double_double(1));
  const hyper_value<R> s = hyper_divergent<R, R>(a, a - b + one, B(-1.0) / x);
  const R power = hyper_scaled(-a, sci::log(x)), front = hyper_exp(power);
  return {front * s.w, (4 + hyper_size(power)) * hyper_size(front) * s.size};
}

/// How many eps of Gamma(x) beside a pole its argument's rounding makes, of x = exact in double.
SCI_HD double hyper_tricomi_rounding(double x, double_double exact) {
  const double error = abs((exact - double_double(x)).hi);
  return error > 0 && x < 0.5 ? error / (limits<double>::epsilon * abs(x - rint(x))) : 0;
}

template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_near(R a, R b, hyper_base<R> x) {
  using B = hyper_base<R>;
  const R one = hyper_lift<R>(double_double(1)), down = a - b + one;
  const B log_x = sci::log(x);
  hyper_value<R> sum = {hyper_lift<R>(double_double(0)), 0};
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    const hyper_rgamma<R> g = hyper_reciprocal_gamma(k == 0 ? down : a),
                          h = hyper_reciprocal_gamma(k == 0 ? one - b : b - one);
    if (hyper_size(g.p) == 0) continue;
    hyper_value<R> s = hyper_series<R, R>({1, k == 0 ? a : down, b, k == 0 ? b : one + one - b}, x);
    const R turn = k == 0 ? hyper_lift<R>(double_double(0)) : hyper_scaled(one - b, log_x);
    const R power = turn + h.log - g.log;
    const R front =
        hyper_exp(power + hyper_lift<R>(double_double(g.twos - h.twos) * double_double_ln2())) * (g.p / h.p);
    double parts = 4 + hyper_size(turn) + abs(hyper_leading(h.log)) + abs(hyper_leading(g.log)) +
                   hyper_turn(k == 0 ? down : a) + hyper_turn(b);
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
SCI_HD_LARGE hyper_value<R> hyper_tricomi_wide(R a, R b, hyper_base<R> x) {
  return hyper_interpolated<R, R>(hyper_plain(b), [&](R shift) { return hyper_tricomi_near<R>(a, b + shift, x); });
}

/// By Taylor steps from a point where the asymptotic series serves, scaled by x0^-a until the end.
template <class R>
SCI_HD_LARGE R hyper_tricomi_path(R a, R b, double x) {
  using B = hyper_base<R>;
  const R one = hyper_lift<R>(double_double(1));
  double from = max(2 * x, is_same<B, double> ? 20.0 : 40.0);
  hyper_value<R> s;
  SCI_NO_UNROLL
  for (int i = 0; i < 40; ++i) {
    s = hyper_divergent<R, R>(a, a - b + one, B(-1.0) / B(from));
    if (s.size <= 1e4 * hyper_size(s.w) || from > 1e7) break;
    from *= 1.5;
  }
  // U' = -a U(a + 1, b + 1, x), DLMF 13.3.22
  const R ahead = hyper_divergent<R, R>(a + one, a - b + one, B(-1.0) / B(from)).w;
  const hyper_state<R> start = {s.w, -a * hyper_scaled(ahead, B(1.0) / B(from))};
  const hyper_state<R> end = hyper_walk<R, R>(hyper_equation<R>{1, a, a, b}, from, x, start);
  // x0^-a may be beyond the range of doubles where U is not.
  const R half = hyper_exp(hyper_scaled(-a, sci::log(B(from)) * B(0.5)));
  return end.w * half * half;
}

template <class R>
SCI_HD_LARGE hyper_value<R> hyper_tricomi_best(R a, R b, hyper_base<R> x, double accepted) {
  hyper_value<R> best = {hyper_lift<R>(double_double(limits<double>::nan)), limits<double>::infinity};
  const double at = hyper_leading(x);
  if (at > 4 || hyper_pole(hyper_leading(a)) || hyper_pole(hyper_leading(a) - hyper_leading(b) + 1))
    if (hyper_better(hyper_tricomi_far<R>(a, b, x), best, accepted)) return best;
  if constexpr (is_same<R, double>) {
    if (at < 10) hyper_better(hyper_tricomi_near<R>(a, b, x), best, accepted);
  } else {
    if (at < 40) hyper_better(hyper_tricomi_wide<R>(a, b, x), best, accepted);
  }
  return best;
}

template <class R>
SCI_HD_LARGE R hyper_tricomi_slow(R a, R b, double x) {
  const hyper_value<R> best = hyper_tricomi_best<R>(a, b, double_double(x), 1e14);
  if (best.size < 1e16) return best.w;
  const double rough = hyper_tricomi_path<double>(hyper_leading(a), hyper_leading(b), x);
  if (!isfinite(rough)) return hyper_trusted(best);
  const R w = hyper_tricomi_path<R>(a, b, x);
  const double fine = hyper_leading(w);
  const double lost = abs(rough - fine) / abs(fine);
  return lost < 0.5 && 1 + lost * 1e17 < best.size ? w : hyper_trusted(best);
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
    if (b < 1) return rgamma(a - b + 1) / rgamma(1 - b);
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
  return hyper_d(hyper_tricomi_slow<R>(a, b, x));
}

}  // namespace detail

template <class T>
SCI_HD T hyperu(T a, T b, T x) {
  bool known;
  const double special = detail::hyper_tricomi_special(a, b, x, known);
  if (known) return T(special);
  const double accepted = is_same<T, float> ? 1e7 : 48;
  const detail::hyper_value<double> f = detail::hyper_tricomi_best<double>(a, b, x, accepted);
  if (f.size <= accepted) return T(f.w);
  return T(detail::hyper_finite_or(
      double(detail::hyper_tricomi_slow<double_double>(double_double(a), double_double(b), double(x))), f.w));
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
  return T(detail::hyper_tricomi_dual(detail::hyper_seed(a, i > 0, i == 2), detail::hyper_seed(b, j == 2, j > 0), x));
}

}  // namespace sci
