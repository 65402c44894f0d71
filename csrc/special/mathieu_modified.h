// The modified (radial) Mathieu functions Mc and Ms of the first and second kind with their derivatives in x, and the
// derivatives of both in q > 0.
//
// Series of products of Bessel functions (DLMF 28.24), u = sqrt(q) e^-x, v = sqrt(q) e^x, C = J or Y:
//
//   eps_s Mc_2j = (-1)^j sum_l (-1)^l A_2l / A_2s (J_(l-s)(u) C_(l+s)(v) + J_(l+s)(u) C_(l-s)(v))
//
// and its like, s a row with a large coefficient, so that nothing cancels (A. L. Van Buren and J. E. Boisvert, Quart.
// Appl. Math. 65 (2007) 1-23); of those the first, whose Bessel functions of the second kind are least. Negative x by
// the parts of the second kind that are even and odd. In double; derivatives in q on dual numbers, those of Bessel
// functions by their equation.
#pragma once
#include "special/bessel_jy.h"
#include "special/detail/mathieu_matrix.h"

namespace sci {
namespace detail {

/// f and f' at an argument with derivatives, from both in double; f of Bessel's equation of order n.
template <class R>
struct mathieu_lift {
  SCI_HD static many<R, 2> at(double, R, double f, double slope) { return {{f, slope}}; }
};
template <class D>
struct mathieu_lift<dual<D>> {
  SCI_HD static many<dual<D>, 2> at(double n, dual<D> u, double f, double slope) {
    const many<D, 2> g = mathieu_lift<D>::at(n, u.v, f, slope);
    const D second = (D(n * n) / (u.v * u.v) - D(1.0)) * g[0] - g[1] / u.v;
    return {{dual<D>{g[0], g[1] * u.d}, dual<D>{g[1], second * u.d}}};
  }
};

/// J or Y of whole orders that come one after another, at one argument.
template <class R>
struct mathieu_bessel {
  R argument;
  double u;
  bool second;
  int order;
  double value;

  SCI_HD mathieu_bessel(R argument, bool second)
      : argument(argument), u(primal(argument)), second(second), order(-2), value(0) {}
  SCI_HD double direct(int n) const {
    if (u == 0) return second ? -limits<double>::infinity : n == 0 ? 1 : 0;
    const bessel_jy_pair<double> f = bessel_jy_core(double(n), u, second);
    return second ? bessel_jy_scale(f.y, f.up) : bessel_jy_scale(f.j, -f.down);
  }
  /// The function and its derivative; n may be negative.
  SCI_HD_LARGE many<R, 2> at(int n) {
    const int k = n < 0 ? -n : n;
    const double now = k == order ? value : direct(k);
    // f_k' = k/u f_k - f_(k+1) = f_(k-1) - k/u f_k
    double slope;
    if (order == k - 1 && k > 0)
      slope = value - k / u * now;
    else
      slope = k / u * now - (order == k + 1 ? value : direct(k + 1));
    order = k, value = now;
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
    const double weight = (l % 2 != 0 ? -1 : 1) * (kind == 0 && l == 0 ? 0.7071067811865476 : 1);
    const bool good = isfinite(primal(sum)) && isfinite(primal(slope));
    value[0] = good || l == s ? sum * R(weight) : R(0.0);
    value[1] = good || l == s ? slope * R(weight) : R(0.0);
  }
};

/// The first row whose coefficient is large: at the inner edge of the support, where a - 2q = p^2, or three beyond.
SCI_HD_LARGE int mathieu_first_row(mathieu_case c, double a, double q) {
  const double edge = 0.5 * sqrt(max(a - 2 * q, 0.0)) - c.off / 2;
  const int first = min(max(int(rint(edge)), 0), c.size - 1);
  int best = c.row;
  double least = limits<double>::infinity;
  SCI_NO_UNROLL
  for (int k = first; k < first + 4 && k < c.size; ++k) {
    c.row = k;
    const double norm = mathieu_run<0>(c, a, q, mathieu_nothing()).norm;
    if (norm < 0.5 * least) least = norm, best = k;
  }
  return best;
}

/// Both kinds' building block for x >= 0, q > 0.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_radial(const mathieu_case& c, R a, R q, double x, bool second) {
  const R root = sqrt(q), u = root * R(exp(-x)), v = root * R(exp(x));
  mathieu_bessel<R> j_near(u, false), j_far(u, false), c_near(v, second), c_far(v, second);
  const mathieu_products<R> products = {c, j_near, j_far, c_near, c_far, u, v};
  const mathieu_pass<R, 2> f = mathieu_run<2>(c, a, q, products);
  // A_0 is 1/sqrt(2) of the vector's component and its eps_s is 2.
  double front = c.kind == 0 && c.row == 0 ? 0.7071067811865476 : 1;
  if (c.index % 2 != 0) front = -front;
  return {{f.sum[0] * R(front), f.sum[1] * R(front)}};
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
  many<R, 2> y = mathieu_radial(c, a, q, abs(x), second);
  if (!(x < 0)) return y;
  if (second) {
    // 2 Mc2(0) / Mc1(0) Mc1 - Mc2, and 2 Ms2'(0) / Ms1'(0) Ms1 - Ms2 with the sign of Ms2
    const int k = even ? 0 : 1;
    const R ratio = R(2.0) * mathieu_radial(c, a, q, 0.0, true)[k] / mathieu_radial(c, a, q, 0.0, false)[k];
    const many<R, 2> first = mathieu_radial(c, a, q, -x, false);
    y = {{ratio * first[0] - y[0], ratio * first[1] - y[1]}};
  }
  return even ? many<R, 2>{{y[0], -y[1]}} : many<R, 2>{{-y[0], y[1]}};
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
