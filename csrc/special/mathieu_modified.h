// The modified (radial) Mathieu functions Mc and Ms of the first and second kind with their derivatives in x, and the
// derivatives of both in q > 0.
//
// Series of products of Bessel functions (DLMF 28.24), u = sqrt(q) e^-x, v = sqrt(q) e^x, C = J or Y:
//
//   eps_s Mc_2j = (-1)^j sum_l (-1)^l A_2l / A_2s (J_(l-s)(u) C_(l+s)(v) + J_(l+s)(u) C_(l-s)(v))
//
// and its like, s a row with a large coefficient, so that nothing cancels (A. L. Van Buren and J. E. Boisvert, Quart.
// Appl. Math. 65 (2007) 1-23); of those the first, whose Bessel functions of the second kind are least. Bessel
// functions of one argument are a table by recurrence; where it would be long, one by one. The first kind beside x = 0
// by its Taylor series, the second there by its even and odd parts, of which one may be tiny (mathieu_second_at_zero);
// both where large q leave them small by steps along the equation. Negative x by the parts of the second kind that are
// even and odd. In double; derivatives in q on dual numbers, those of Bessel functions by their equation.
#pragma once
#include "core/double_double.h"
#include "special/bessel_jy.h"
#include "special/bessel_order01.h"
#include "special/detail/mathieu_matrix.h"
#include "special/detail/mathieu_walk.h"

namespace sci {
namespace detail {

/// f and f' at an argument with derivatives, from both in double; f of Bessel's equation of order n, or the modified
/// one.
template <class R, bool Modified = false>
struct mathieu_lift {
  SCI_HD static many<R, 2> at(double, R, double f, double slope) { return {{f, slope}}; }
};
template <class D, bool Modified>
struct mathieu_lift<dual<D>, Modified> {
  SCI_HD static many<dual<D>, 2> at(double n, dual<D> u, double f, double slope) {
    const many<D, 2> g = mathieu_lift<D, Modified>::at(n, u.v, f, slope);
    const D second = (D(n * n) / (u.v * u.v) + D(Modified ? 1.0 : -1.0)) * g[0] - g[1] / u.v;
    return {{dual<D>{g[0], g[1] * u.d}, dual<D>{g[1], second * u.d}}};
  }
};

/// J or Y of the orders 0 to `last`, by the recurrence in the direction in which it is stable (DLMF 10.6.1, 3.6(v)).
struct mathieu_bessel_table {
  static constexpr int room = 128;
  double value[room];

  SCI_HD_LARGE void fill(bool second, double u, int last) {
    const double zero = second ? y0(u) : j0(u), one = second ? y1(u) : j1(u);
    if (second || u > last) {
      value[0] = zero, value[1] = one;
      SCI_NO_UNROLL
      for (int n = 1; n < last; ++n) value[n + 1] = 2 * n / u * value[n] - value[n - 1];
      return;
    }
    double above = 0, now = 1e-290;
    SCI_NO_UNROLL
    for (int n = last + 24; n >= 0; --n) {
      if (n <= last) value[n] = now;
      const double next = 2 * n / u * now - above;
      above = now, now = next;
      if (abs(now) > 1e140) {  // what is less than that by the product of two such is nothing
        above *= 1e-290, now *= 1e-290;
        for (int k = max(n, 0); k <= last; ++k) value[k] *= 1e-290;
      }
    }
    const double scale = abs(zero) > abs(one) ? zero / value[0] : one / value[1];
    for (int n = 0; n <= last; ++n) value[n] *= scale;
  }
};

/// J or Y of whole orders, from a table if there is one, else of orders that come one after another.
template <class R>
struct mathieu_bessel {
  R argument;
  double u, rest;  // what the argument lacks to its double, which large orders notice
  bool second;
  const mathieu_bessel_table* table;
  int order;
  double value;

  SCI_HD mathieu_bessel(R argument, double rest, bool second, const mathieu_bessel_table* table)
      : argument(argument), u(primal(argument)), rest(rest), second(second), table(table), order(-2), value(0) {}
  SCI_HD double direct(int n) const {
    if (u == 0) return second ? -limits<double>::infinity : n == 0 ? 1 : 0;
    const bessel_jy_pair<double> f = bessel_jy_core(double(n), u, second);
    return second ? bessel_jy_scale(f.y, f.up) : bessel_jy_scale(f.j, -f.down);
  }
  /// The function and its derivative; n may be negative.
  SCI_HD_LARGE many<R, 2> at(int n) {
    const int k = n < 0 ? -n : n;
    double now, slope;
    // f_k' = k/u f_k - f_(k+1) = f_(k-1) - k/u f_k
    if (table != nullptr) {
      now = table->value[k];
      slope = k / u * now - table->value[k + 1];
    } else {
      now = k == order ? value : direct(k);
      if (order == k - 1 && k > 0)
        slope = value - k / u * now;
      else
        slope = k / u * now - (order == k + 1 ? value : direct(k + 1));
      order = k, value = now;
    }
    const double curved = (k / u * (k / u) - 1) * now - slope / u;
    if (rest != 0 && isfinite(curved)) now += rest * slope, slope += rest * curved;
    const double sign = n < 0 && k % 2 != 0 ? -1 : 1;
    return mathieu_lift<R>::at(k, argument, sign * now, sign * slope);
  }
};

template <class R>
struct mathieu_products {
  mathieu_case which;
  mathieu_bessel<R>&j_near, &j_far, &c_near, &c_far;
  R u, v;

  /// The row's product and its derivative in x; 0 where a factor overflows, whose coefficient is nothing.
  SCI_HD void operator()(int l, R* value) const {
    const int s = which.row, off = int(which.off), kind = which.kind;
    const many<R, 2> p = j_near.at(l - s), q = j_far.at(l + s + off), f = c_near.at(l - s), g = c_far.at(l + s + off);
    const double turn = kind < 2 ? 1 : -1;
    const R sum = p[0] * g[0] + R(turn) * q[0] * f[0];
    const R slope = v * (p[0] * g[1] + R(turn) * q[0] * f[1]) - u * (p[1] * g[0] + R(turn) * q[1] * f[0]);
    const double weight = l % 2 != 0 ? -1 : 1;
    const bool good = isfinite(largest(sum)) && isfinite(largest(slope));
    value[0] = good || l == s ? sum * R(weight) : R(0.0);
    value[1] = good || l == s ? slope * R(weight) : R(0.0);
  }
};

/// The first row whose coefficient is large: at the inner edge of the support, where a - 2q = p^2, or three beyond.
SCI_HD_LARGE int mathieu_first_row(mathieu_case c, double a, double q) {
  const double edge = 0.5 * sqrt(max(a - 2 * q, 0.0)) - c.off / 2;
  const int first = min(max(int(rint(edge)), 0), c.short_size - 1);
  int best = c.row;
  double least = limits<double>::infinity;
  SCI_NO_UNROLL
  for (int k = first; k < first + 4 && k < c.short_size; ++k) {
    c.row = k;
    const double norm = mathieu_run<0>(c, c.short_size, a, q, mathieu_nothing()).norm / c.weight(k);
    if (norm < 0.5 * least) least = norm, best = k;
  }
  return best;
}

/// exp(x), x >= 0, with a relative error of some 1e-19, where orders of hundreds still have all digits: by three
/// squarings.
SCI_HD double_double mathieu_exp(double x) {
  double_double rest = x;
  const double twos = double_double_reduce(rest, double_double_ln2());
  const double_double z = ldexp(rest, -3);
  const double s = z.hi;
  double tail = 0;  // s^3 / 3! + ...
  for (int n = 10; n > 2; --n) tail = (tail + s * s) * (n > 3 ? s / n : s / 6);
  double_double p = z + z * z * 0.5 + tail;
  for (int i = 0; i < 3; ++i) p = p * (p + 2.0);
  return ldexp(p + 1.0, int(twos));
}

/// Both kinds' building block for x >= 0, q > 0.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_radial(const mathieu_case& c, R a, R q, double x, bool second) {
  const double_double exact = sqrt(double_double(primal(q)));
  double_double near = exact.hi * exp(-x), far = exact.hi * exp(x);
  if (x < 690 && near.hi > 1e-100) {
    const double_double grow = mathieu_exp(x);
    near = exact / grow, far = exact * grow;
  }
  const R root = sqrt(q) / R(exact.hi), u = root * R(near.hi), v = root * R(far.hi);
  const int last = c.size + c.row + int(c.off);
  const bool few = last < mathieu_bessel_table::room && primal(u) > 1e-100;
  mathieu_bessel_table j, y;
  if (few) {
    j.fill(false, primal(u), last);
    y.fill(second, primal(v), last);
  }
  const mathieu_bessel_table *js = few ? &j : nullptr, *ys = few ? &y : nullptr;
  mathieu_bessel<R> j_near(u, near.lo, false, js), j_far(u, near.lo, false, js);
  mathieu_bessel<R> c_near(v, far.lo, second, ys), c_far(v, far.lo, second, ys);
  const mathieu_products<R> products = {c, j_near, j_far, c_near, c_far, u, v};
  const mathieu_pass<R, 2> f = mathieu_run<2>(c, c.size, a, q, products);
  double front = c.kind == 0 && c.row == 0 ? 0.5 : 1;  // 1 / eps_s
  if (c.index % 2 != 0) front = -front;
  return {{f.sum[0] * R(front), f.sum[1] * R(front)}};
}

/// The first kind from its value (even functions) or slope (odd ones) at 0, x sqrt(|a| + 2q + 1) < 1/2, by its Taylor
/// series: what vanishes at 0 is a difference in the sum.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_beside_zero(bool even, R start, R a, R q, double x) {
  constexpr int terms = 10;
  R c[terms];       // of x^(2k), or of x^(2k + 1), without an x
  double g[terms];  // of cosh(2x)
  const double square = x * x;
  c[0] = start, g[0] = 1;
  R sum = start, slope = even ? R(0.0) : start;
  SCI_NO_UNROLL
  for (int k = 0; k + 1 < terms; ++k) {
    R product = R(0.0);
    for (int j = 0; j <= k; ++j) product = product + c[k - j] * R(g[j]);
    const double n = 2 * k + (even ? 2 : 3);
    const R next = (a * c[k] - q * R(2.0) * product) * R(1 / (n * (n - 1)));
    c[k + 1] = next * R(square), g[k + 1] = g[k] * 4 * square / ((2 * k + 1.0) * (2 * k + 2.0));
    sum = sum + c[k + 1], slope = slope + (even ? next : c[k + 1]) * R(n);
  }
  return even ? many<R, 2>{{sum, slope * R(x)}} : many<R, 2>{{sum * R(x), slope}};
}

/// A row of sums of K_p(z), z = 2 sqrt(q) cosh(t), of their derivatives in t, and of what these expansions stand over;
/// K_p in double, whose derivatives follow from the equation.
template <class R>
struct mathieu_recessive {
  const mathieu_case& which;
  const double* k;
  R z, dz;

  SCI_HD void operator()(int l, R* value) const {
    const int n = int(which.p(l));
    const double weight = (l % 2 != 0 ? -1.0 : 1.0) * (which.kind % 2 != 0 ? n : 1);
    const double slope = -(k[n == 0 ? 1 : n - 1] + n / primal(z) * k[n]);  // DLMF 10.29.2
    const many<R, 2> f = mathieu_lift<R, true>::at(n, z, k[n], slope);
    value[0] = f[0] * R(weight);
    value[1] = f[1] * dz * R(weight);
    value[2] = R(weight);
  }
};

/// The second kind at 0 if the first is even, else its slope: what is exp(-4 sqrt(q)) where a < 2q, and the difference
/// of large terms in the sum. At x = i pi/2 + t the third kind is recessive, so that it is real or imaginary for all t,
/// as ce or se is there: with the first kind A ce(i x) its imaginary part is that of the second, and as ce(0) is to
/// ce(pi/2), so is the second kind at 0. By DLMF 28.23.7-13 at t = 2.2, where they converge quickly with all terms of
/// one sign, and the equation from there to t = 0, in which direction it grows; ce likewise from 0 to pi/2.
template <class R>
SCI_HD_LARGE R mathieu_second_at_zero(const mathieu_case& c, R a, R q) {
  constexpr double t = 2.2, sinh_t = 4.457105170535894, tanh_t = 0.9757431300314515, sech2_t = 0.04792534419642587;
  constexpr int room = 640;
  const int last = int(c.p(c.size - 1));
  if (primal(q) > 4e4 || last >= room) return R(0.0);  // below the least number
  const double_double root = sqrt(double_double(primal(q))), two_cosh = {9.135816657796456, 7.068078417229657e-16};
  const double_double exact = root * two_cosh;
  const R h = sqrt(q) / R(root.hi), z = h * R(exact.hi);
  double k[room];
  k[0] = k0e(exact.hi), k[1] = k1e(exact.hi);
  SCI_NO_UNROLL
  for (int n = 1; n < last; ++n) k[n + 1] = k[n - 1] + 2.0 * n / exact.hi * k[n];
  const mathieu_recessive<R> terms = {c, k, z, h * R(2 * root.hi * sinh_t)};
  const mathieu_pass<R, 3> f = mathieu_run<3>(c, c.size, a, q, terms);
  const R sum = f.sum[0] / f.sum[2], slope = f.sum[1] / f.sum[2];
  const bool sine = c.kind % 2 != 0;  // the expansion has coth(x) in front
  mathieu_state<R> far = {sum, slope, 0}, middle = {R(c.kind < 2 ? 1.0 : 0.0), R(c.kind < 2 ? 0.0 : 1.0), 0};
  if (sine) far.y = sum * R(tanh_t), far.slope = sum * R(sech2_t) + slope * R(tanh_t);
  mathieu_walk<true>(a, R(0.0) - q, t, 0.0, far);
  mathieu_walk<false>(a, q, 0.0, 0.5 * numbers::pi<double>, middle);
  double_double rest = exact;
  const double twos = double_double_reduce(rest, double_double_ln2());
  const bool negative = (c.index % 2 != 0) != (c.kind < 2);
  const double front = (negative ? -2 : 2) / numbers::pi<double> * (exp(-rest.hi) * (1 - rest.lo));
  return ldexp((sine ? far.slope / middle.slope : far.y / middle.y) * R(front), far.twos - middle.twos - int(twos));
}

/// Both kinds for x >= 0, q > 0. Where the first has died away from the turning point inwards, the sum of large q
/// cancels: there by steps along the equation, the first kind outwards from 0, or from where a solution that grows is
/// it to all digits, the second inwards.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_half(const mathieu_case& c, bool even, R a, R q, double x, bool second) {
  const double A = primal(a), Q = primal(q), barrier = A - 2 * Q * cosh(2 * x);
  if (barrier > 0) {
    const double turn = 0.5 * acosh(A / (2 * Q)), rate = sqrt(barrier), phase = rate * (turn - x);
    if (phase > 300 || (Q > 200 && phase > 8)) {
      const many<R, 2> edge = mathieu_radial(c, a, q, turn, second);
      // The phase is 2/3 of that at least, as the barrier is concave.
      if (phase > 3000) {
        const R limit = edge[0] * R(second ? limits<double>::infinity : 0.0);
        return {{limit, second ? -limit : limit}};
      }
      if (second) {
        mathieu_state<R> w = {edge[0], edge[1], 0};
        mathieu_walk<true>(a, q, turn, x, w);
        return {{ldexp(w.y, w.twos), ldexp(w.slope, w.twos)}};
      }
      const double start = x - 20 / rate;
      mathieu_state<R> w = {R(even ? 1.0 : 0.0), R(even ? 0.0 : 1.0), 0};
      if (start > 0) w.y = R(1.0), w.slope = sqrt(a - R(2.0) * q * R(cosh(2 * start)));
      mathieu_walk<true>(a, q, max(start, 0.0), x, w);
      mathieu_state<R> end = w;
      mathieu_walk<true>(a, q, x, turn, end);
      const R scale = edge[0] / end.y;
      const int twos = w.twos - end.twos;
      return {{ldexp(w.y * scale, twos), ldexp(w.slope * scale, twos)}};
    }
  }
  if (x * sqrt(abs(A) + 2 * Q + 1) >= 0.5 || (second && !(Q >= 1 && A < 2 * Q)))
    return mathieu_radial(c, a, q, x, second);
  const R first = mathieu_radial(c, a, q, 0.0, false)[even ? 0 : 1];
  if (!second) return mathieu_beside_zero(even, first, a, q, x);
  // By its even and odd parts: of the larger the Wronskian, 2 / pi, tells the start.
  const R small = mathieu_second_at_zero(c, a, q), large = R(2 / numbers::pi<double>) / first;
  const many<R, 2> cosine = mathieu_beside_zero(true, even ? small : R(0.0) - large, a, q, x);
  const many<R, 2> sine = mathieu_beside_zero(false, even ? large : small, a, q, x);
  return {{cosine[0] + sine[0], cosine[1] + sine[1]}};
}

template <class R>
SCI_HD_LARGE many<R, 2> mathieu_modified(bool even, bool second, int64_t m, R q, double x) {
  const double Q = primal(q);
  const R unknown = R(limits<double>::nan) * q;
  if (m < (even ? 0 : 1) || m > mathieu_largest_order || !(Q >= 0 && Q <= mathieu_largest_q) || isnan(x))
    return {{unknown, unknown}};
  if (Q == 0) {  // the limit of J_m
    if (second || is_dual<R>) return {{unknown, unknown}};
    return {{R(m == 0 ? 1.0 : 0.0), R(0.0)}};
  }
  mathieu_case c = mathieu_which(even, int(m), Q);
  const double A = mathieu_eigenvalue(c, Q);
  const R a = mathieu_lifted(c, A, q);
  c.row = mathieu_first_row(c, A, Q);
  // J_(l-s)(u) Y_(l+s)(v) A_l falls no faster than (q/4)^(l-s) / (l-s)!^2 where u and v are alike.
  if (second) c.size = max(c.size, c.row + int(11 + 1.55 * sqrt(Q)));
  many<R, 2> y = mathieu_half(c, even, a, q, abs(x), second);
  if (!(x < 0)) return y;
  if (second) {
    // 2 Mc2(0) / Mc1(0) Mc1 - Mc2, and 2 Ms2'(0) / Ms1'(0) Ms1 - Ms2 with the sign of Ms2
    const int k = even ? 0 : 1;
    const R top = mathieu_half(c, even, a, q, 0.0, true)[k];
    const R ratio = R(2.0) * top / mathieu_half(c, even, a, q, 0.0, false)[k];
    const many<R, 2> first = mathieu_half(c, even, a, q, -x, false);
    const R infinite = top * R(limits<double>::infinity);
    if (isfinite(primal(ratio)))
      y = {{ratio * first[0] - y[0], ratio * first[1] - y[1]}};
    else
      y = {{infinite, infinite}};
  }
  return even ? many<R, 2>{{y[0], -y[1]}} : many<R, 2>{{-y[0], y[1]}};
}

/// The derivatives in q at q = 0 of the first kind, which is J_m(u) J_0(v) +- J_0(u) J_m(v) there, and of its slope.
SCI_HD many<double, 2> mathieu_from_zero(bool even, int64_t m, double x) {
  const double inf = limits<double>::infinity, sides = x == 0 ? 0 : copysign(inf, x);
  const double c = cosh(2 * x), s = sinh(2 * x);
  if (m == 0) return {{-0.5 * c, -s}};
  if (m == 1) return even ? many<double, 2>{{inf, sides}} : many<double, 2>{{sides, inf}};
  if (m > 2) return {{0, 0}};
  return even ? many<double, 2>{{0.25 * c, 0.5 * s}} : many<double, 2>{{0.25 * s, 0.5 * c}};
}

}  // namespace detail

template <class T>
SCI_HD many<T, 2> mathieu_modcem1(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_modified(true, false, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
template <class T>
SCI_HD many<T, 2> mathieu_modcem2(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_modified(true, true, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
template <class T>
SCI_HD many<T, 2> mathieu_modsem1(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_modified(false, false, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
template <class T>
SCI_HD many<T, 2> mathieu_modsem2(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_modified(false, true, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
/// The derivatives in q of Mc (even != 0) or Ms, of the first kind or (second != 0) the second, and of its derivative
/// in x; and the second derivatives.
template <class T>
SCI_HD many<T, 2> mathieu_modified_by_q(int64_t even, int64_t second, int64_t m, T q, T x) {
  if (q == T(0) && second == 0 && m >= (even != 0 ? 0 : 1) && m <= detail::mathieu_largest_order && !isnan(x)) {
    const many<double, 2> y = detail::mathieu_from_zero(even != 0, m, double(x));
    return {{T(y[0]), T(y[1])}};
  }
  const many<dual<double>, 2> y = detail::mathieu_modified(even != 0, second != 0, m, variable(double(q)), double(x));
  return {{T(y[0].d), T(y[1].d)}};
}
template <class T>
SCI_HD many<T, 2> mathieu_modified_by_q2(int64_t even, int64_t second, int64_t m, T q, T x) {
  const many<dual<dual<double>>, 2> y =
      detail::mathieu_modified(even != 0, second != 0, m, variable2(double(q)), double(x));
  return {{T(y[0].d.d), T(y[1].d.d)}};
}

}  // namespace sci
