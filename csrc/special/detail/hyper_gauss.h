// 2F1(a, b; c; z) from its power series at z = 0, 1 and infinity, each in its four forms by Kummer's transformations,
// with an estimate of the error: in double, in double-double, and on dual numbers over it.
//
//   0          F(a, b; c; z)                                                                        DLMF 15.8.1
//   1          G(c) G(c-a-b) / (G(c-a) G(c-b)) F(a, b; a+b-c+1; 1-z)
//              + (1-z)^(c-a-b) G(c) G(a+b-c) / (G(a) G(b)) F(c-a, c-b; c-a-b+1; 1-z)                DLMF 15.8.4
//   infinity   G(c) G(b-a) / (G(b) G(c-a)) (-z)^-a F(a, a-c+1; a-b+1; 1/z), and a, b exchanged      DLMF 15.8.2
//
// Where c-a-b (a-b) is whole or nearly so, the two terms have poles that cancel. In double-double they are taken at a
// to either side, 1e-10 from there, and the function, smooth in a, is interpolated: neither the cancellation, ten of
// 32 digits, nor the curvature, 1e-20, is seen in a double. On dual numbers, whose poles are stronger, the function is
// interpolated between four points 1e-5 about.
#pragma once
#include "special/detail/hyper_series.h"

namespace sci {
namespace detail {

/// log of the sum of |terms| of the series of F(a, b; c; u), |u| = r, and whether it converges in time.
SCI_HD double hyper_mass(double a, double b, double c, double r) {
  const double last = hyper_equation<double>{2, a, b, c}.last_turn();
  double term = 1, sum = 1, shift = 0;
  SCI_NO_UNROLL
  for (int n = 0; n < hyper_long; ++n) {
    if (c + n == 0) return limits<double>::infinity;
    double ratio = abs((a + n) * (b + n) / ((c + n) * (n + 1))) * r;
    term *= ratio;
    sum += term;
    if (sum > 1e200) sum *= 1e-200, term *= 1e-200, shift += 460.517018598809137;
    if (term == 0 || (term < 1e-17 * sum && ratio < 1 && n > last)) return sci::log(sum) + shift;
  }
  return limits<double>::infinity;
}

/// Is z on the real cut?
SCI_HD bool hyper_beyond(double z) { return z > 1; }
SCI_HD bool hyper_beyond(complex<double>) { return false; }

/// The four forms of F(a, b; c; u): which one, and the real part of the logarithm of its factor and terms.
struct hyper_form {
  int kind;
  double mass;
};
SCI_HD_LARGE hyper_form hyper_pick(double a, double b, double c, bool exact, complex<double> u, complex<double> v,
                                   complex<double> log_v) {
  const double r = abs(u), s = r / abs(v), inf = limits<double>::infinity;
  hyper_form best = {0, inf};
  const bool ends = exact && (hyper_pole(a) || hyper_pole(b));
  if (r < 0.95 || ends) best.mass = hyper_mass(a, b, c, r);
  // Terms of one sign or nearly so cannot be bettered by much.
  if (best.mass < 1) return best;
  if (r < 0.95) {
    double mass = hyper_mass(c - a, c - b, c, r) + (c - a - b) * log_v.re;
    if (mass < best.mass) best = {1, mass};
  }
  if (s < 0.95 || ends) {
    const bool by_a = s < 0.95 || hyper_pole(a), by_b = s < 0.95 || hyper_pole(b);
    double mass = by_a ? hyper_mass(a, c - b, c, s) - a * log_v.re : inf;
    if (mass < best.mass) best = {2, mass};
    mass = by_b ? hyper_mass(b, c - a, c, s) - b * log_v.re : inf;
    if (mass < best.mass) best = {3, mass};
  }
  return best;
}

/// Everything of the argument that the terms need: u, 1 - u and log(1 - u) of the series' variable.
template <class W>
struct hyper_variable {
  W u, v, log_v;
};

/// e^log_front p 2^twos F(a, b; c; u) by the best form.
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_term(hyper_passed<R> a, hyper_passed<R> b, hyper_passed<R> c,
                                       const hyper_variable<hyper_base<Z>>& x, hyper_passed<R> p,
                                       hyper_passed<Z> log_front, int twos, double parts) {
  if (hyper_size(p) == 0) return {hyper_lift<Z>(double_double(0)), 0};
  const double A = hyper_leading(a), b0 = hyper_leading(b), C = hyper_leading(c);
  const hyper_form form =
      hyper_pick(A, b0, C, is_same<R, hyper_base<R>>, hyper_leading(x.u), hyper_leading(x.v), hyper_leading(x.log_v));
  hyper_value<Z> s;
  R power = hyper_lift<R>(double_double(0));
  if (!(form.mass < limits<double>::infinity)) return {hyper_lift<Z>(double_double(0)), limits<double>::infinity};
  if (form.kind == 0) s = hyper_series<R, Z>({2, a, b, c}, x.u, &twos);
  if (form.kind == 1) s = hyper_series<R, Z>({2, c - a, c - b, c}, x.u, &twos), power = c - a - b;
  if (form.kind == 2) s = hyper_series<R, Z>({2, a, c - b, c}, -x.u / x.v, &twos), power = -a;
  if (form.kind == 3) s = hyper_series<R, Z>({2, b, c - a, c}, -x.u / x.v, &twos), power = -b;
  const Z turn = form.kind == 0 ? hyper_lift<Z>(double_double(0)) : hyper_scaled(Z(power), x.log_v);
  const Z front = hyper_exp(log_front + turn + hyper_lift<Z>(double_double(twos) * double_double_ln2())) * p;
  const double mass = parts + hyper_size(turn);
  const Z w = front * s.w;
  return {w, (4 + mass) * hyper_size(front) * s.size + 2 * hyper_size(w)};
}

/// F(a, b; c; z) by the series about 0 (where = 0), 1 (1) or infinity (2).
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_at(int where, hyper_passed<R> a, hyper_passed<R> b, hyper_passed<R> c,
                                           hyper_base<Z> z, double side) {
  using W = hyper_base<Z>;
  const W one = hyper_lift<W>(double_double(1)), other = one - z;
  const R unit = hyper_lift<R>(double_double(1));
  const Z nothing = hyper_lift<Z>(double_double(0));
  if (where == 0) return hyper_term<R, Z>(a, b, c, {z, other, hyper_log(other, -side)}, unit, nothing, 0, 0);
  hyper_value<Z> sum = {nothing, 0};
  const hyper_rgamma<R> top = hyper_reciprocal_gamma(c);
  hyper_variable<W> x;
  const W log_front = hyper_log(where == 1 ? other : -z, -side);
  if (where == 1)
    x = {other, z, hyper_log(z, side)};
  else
    x = {one / z, (z - one) / z, hyper_log((z - one) / z, 0.0)};
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    // Gamma(c) Gamma(gap) / (Gamma(g) Gamma(h)) front^power F(f...)
    const R gap = where == 1 ? (k == 0 ? c - a - b : a + b - c) : (k == 0 ? b - a : a - b);
    const R g = where == 1 ? (k == 0 ? c - a : a) : (k == 0 ? b : a);
    const R h = where == 1 ? (k == 0 ? c - b : b) : (k == 0 ? c - a : c - b);
    const R f1 = where == 1 ? (k == 0 ? a : c - a) : (k == 0 ? a : b);
    const R f2 = where == 1 ? (k == 0 ? b : c - b) : f1 - c + unit;
    const hyper_rgamma<R> G = hyper_reciprocal_gamma(gap);
    const R below = top.p * G.p;
    R l = top.log + G.log;
    const hyper_rgamma<R> g1 = hyper_reciprocal_gamma(g);
    l = l - g1.log;
    const hyper_rgamma<R> g2 = hyper_reciprocal_gamma(h);
    l = l - g2.log;
    const R p = g1.p * g2.p / below;
    Z front = Z(l);
    // What the rounding of the differences makes of the gamma functions, and of their logarithms.
    double parts = hyper_turn(gap) + hyper_turn(g) + hyper_turn(h) + abs(hyper_leading(top.log)) +
                   abs(hyper_leading(G.log)) + abs(hyper_leading(g1.log)) + abs(hyper_leading(g2.log));
    if (where == 2 || k == 1) {
      const Z turn = hyper_scaled(Z(where == 1 ? c - a - b : -f1), log_front);
      front = front + turn;
      parts += hyper_size(turn);
    }
    const hyper_value<Z> t =
        hyper_term<R, Z>(f1, f2, unit - gap, x, p, front, g1.twos + g2.twos - top.twos - G.twos, parts);
    sum = {sum.w + t.w, sum.size + t.size};
  }
  return sum;
}

/// The same in double-double or above it, also for whole differences.
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_wide(int where, hyper_passed<R> a, hyper_passed<R> b, hyper_passed<R> c,
                                             hyper_base<Z> z, double side) {
  const double_double gap = hyper_plain(where == 1 ? a + b - c : a - b);
  return hyper_interpolated<R, Z>(where == 0 ? double_double(0.5) : gap, [&](hyper_passed<R> shift) {
    return hyper_gauss_at<R, Z>(where, a + shift, b, c, z, side);
  });
}

/// The points 0, 1, infinity (0, 1, 2) in the order of what their series cost at z, with the ratios at which these
/// converge; for a polynomial the series about 0 is the first.
template <class Z>
SCI_HD void hyper_gauss_order(Z z, bool ends, int* order, double* ratio) {
  const double size = double(abs(z)), other = double(abs(Z(1.0) - z));
  ratio[0] = min(size, size / other), ratio[1] = min(other, other / size), ratio[2] = min(1 / size, 1 / other);
  if constexpr (!is_complex<Z>) {
    if (z <= 0) ratio[1] = 2;
    if (z > -0.5) ratio[2] = 2;
  }
  if (ends) {
    ratio[0] = 0;
    if (hyper_beyond(z)) ratio[1] = ratio[2] = 2;
  }
  // That about 0 is one series where the others are two, with gamma functions.
  double cost[3] = {3.1 * (ratio[0] - 0.64), ratio[1], ratio[2]};
  for (int i = 0; i < 3; ++i) order[i] = i;
  for (int i = 0; i < 2; ++i)
    for (int k = 0; k < 2; ++k)
      if (cost[order[k + 1]] < cost[order[k]]) swap(order[k], order[k + 1]);
}

/// F(a, b; c; 1) for c - a - b > 0 (DLMF 15.4.20).
template <class R>
SCI_HD R hyper_gauss_one(R a, R b, R c) {
  const hyper_rgamma<R> p = hyper_reciprocal_gamma(c), q = hyper_reciprocal_gamma(c - a - b),
                        r = hyper_reciprocal_gamma(c - a), s = hyper_reciprocal_gamma(c - b);
  const R twos = hyper_lift<R>(double_double(r.twos + s.twos - p.twos - q.twos) * double_double_ln2());
  return hyper_exp(p.log + q.log - r.log - s.log + twos) * (r.p * s.p / (p.p * q.p));
}

/// F(a, b; c; z) by the best of the three series by their estimates or by a path: that first about exp(+-i pi/3), where
/// no series converges fast.
template <class R, class Z, class P>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_direct(hyper_passed<R> a, hyper_passed<R> b, hyper_passed<R> c, P z,
                                               double side, bool ends, bool brief) {
  int order[3];
  double ratio[3];
  hyper_gauss_order(z, ends, order, ratio);
  hyper_value<Z> best = {hyper_lift<Z>(double_double(limits<double>::nan)), limits<double>::infinity};
  const bool corner = min(ratio[0], min(ratio[1], ratio[2])) > 0.75 && !hyper_beyond(z);
  SCI_NO_UNROLL
  for (int turn = 0; turn < 2; ++turn) {
    if ((turn == 0) == corner) {
      if (hyper_beyond(z)) continue;
      double size;
      const Z w = hyper_path_checked<R, Z>(hyper_equation<R>{2, a, b, c}, z, size, brief);
      if (size < best.size) best = {w, size};
      if (best.size < 1e16) return best;
    } else {
      SCI_NO_UNROLL
      for (int i = 0; i < 3; ++i) {
        if (!(ratio[order[i]] < 0.95)) continue;
        if (hyper_better(hyper_gauss_wide<R, Z>(order[i], a, b, c, hyper_exact(z), side), best, 1e14)) return best;
      }
      if (best.size < 1e16) return best;
    }
  }
  return best;
}

/// F(a, b; c; z) in double-double or above.
template <class R, class Z, class P>
SCI_HD_LARGE Z hyper_gauss_slow(hyper_passed<R> a, hyper_passed<R> b, hyper_passed<R> c, P z, double side, bool ends) {
  const hyper_value<Z> f = hyper_gauss_direct<R, Z>(a, b, c, z, side, ends, is_same<R, double_double>);
  if (f.size < 1e16) return f.w;
  const hyper_value<Z> down =
      hyper_from_above<R, Z>({2, a, b, c}, hyper_exact(z), false, [&](hyper_passed<R> first, hyper_passed<R> above) {
        return hyper_gauss_direct<R, Z>(first, b, above, z, side, ends, false);
      });
  return hyper_trusted(down.size < f.size ? down : f);
}

}  // namespace detail
}  // namespace sci
