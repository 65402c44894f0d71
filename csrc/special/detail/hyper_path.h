// Hypergeometric functions where series and asymptotic forms cancel: the power series beside 0, then Taylor steps of
// the differential equation along a path to the argument, in double-double or any other ring of numbers.
//
//   z (1 - s z) w'' + (g - d z) w' - e w = 0
//   2F1(a, b; c; z)   s = 1, g = c, d = a + b + 1, e = a b        (DLMF 15.10.1)
//   1F1(a; b; z), U   s = 0, g = b, d = 1, e = a                  (DLMF 13.2.1)
//   0F1(; b; z)       s = 0, g = b, d = 0, e = 1                  (DLMF 16.8.3 with 16.8.6)
//
// The local Taylor coefficients obey a recurrence of three terms. Run on dual numbers it gives derivatives in the
// parameters, which are exact derivatives of the same algorithm. Steps are at most half the distance to the next
// singular point, and short enough that no local series cancels more than about e^20; the path passes z = 1 on the
// side of the argument. What remains is the conditioning of the initial value problem: it loses digits where the
// solution is recessive along the path, for which double-double holds 16 digits in reserve.
#pragma once
#include "core/double_double.h"

namespace sci {
namespace detail {

// ---- numbers: R a ring of parameters, Z = R or complex<R> of values, W = base or complex<base> of arguments ---------

template <class T>
struct hyper_base_ {
  using type = T;
};
template <class T>
struct hyper_base_<dual<T>> {
  using type = typename hyper_base_<T>::type;
};
template <class T>
struct hyper_base_<complex<T>> {
  using type = complex<typename hyper_base_<T>::type>;
};
/// The number without derivatives: complex<dual<double_double>> -> complex<double_double>.
template <class T>
using hyper_base = typename hyper_base_<T>::type;

/// The product with a number without derivatives.
SCI_HD double hyper_scaled(double x, double k) { return x * k; }
SCI_HD complex<double> hyper_scaled(double x, complex<double> k) { return {x * k.re, x * k.im}; }
SCI_HD double hyper_scaled(double x, double_double k) { return x * k.hi; }
SCI_HD double_double hyper_scaled(double_double x, double_double k) { return x * k; }
SCI_HD double_double hyper_scaled(double_double x, double k) { return x * k; }
SCI_HD pair hyper_scaled(pair x, pair k) { return x * k; }
SCI_HD pair hyper_scaled(pair x, double k) { return x * k; }
SCI_HD complex<pair> hyper_scaled(pair x, complex<pair> k) { return {x * k.re, x * k.im}; }
template <class T, class K>
SCI_HD dual<T> hyper_scaled(dual<T> x, K k) {
  return {hyper_scaled(x.v, k), hyper_scaled(x.d, k)};
}
template <class T, class K>
SCI_HD complex<T> hyper_scaled(complex<T> x, K k) {
  return {hyper_scaled(x.re, k), hyper_scaled(x.im, k)};
}
template <class T, class K>
SCI_HD complex<T> hyper_scaled(complex<T> x, complex<K> k) {
  return {hyper_scaled(x.re, k.re) - hyper_scaled(x.im, k.im), hyper_scaled(x.re, k.im) + hyper_scaled(x.im, k.re)};
}
template <class T, class K>
SCI_HD complex<dual<T>> hyper_scaled(dual<T> x, complex<K> k) {
  return {hyper_scaled(x, k.re), hyper_scaled(x, k.im)};
}
SCI_HD complex<double_double> hyper_scaled(double_double x, complex<double_double> k) { return {x * k.re, x * k.im}; }

/// A number as one of R or Z: without derivatives, or with them into the inner loops' numbers and back.
template <class T>
struct hyper_lift_ {
  template <class K>
  SCI_HD static T from(K x) {
    return T(x);
  }
};
template <class T>
struct hyper_lift_<dual<T>> {
  template <class K>
  SCI_HD static dual<T> from(K x) {
    return dual<T>(hyper_lift_<T>::from(x));
  }
  template <class K>
  SCI_HD static dual<T> from(dual<K> x) {
    return {hyper_lift_<T>::from(x.v), hyper_lift_<T>::from(x.d)};
  }
};
template <class T>
struct hyper_lift_<complex<T>> {
  template <class K>
  SCI_HD static complex<T> from(K x) {
    return complex<T>(hyper_lift_<T>::from(x));
  }
  template <class K>
  SCI_HD static complex<T> from(complex<K> x) {
    return {hyper_lift_<T>::from(x.re), hyper_lift_<T>::from(x.im)};
  }
};
template <class T, class K>
SCI_HD T hyper_lift(K x) {
  return hyper_lift_<T>::from(x);
}

/// How a chain of calls hands numbers on: those with derivatives, 4 to 32 doubles, by reference. By value every level
/// would keep its own copy of the parameters across its calls, in registers that a GPU does not have.
template <class T>
struct hyper_passed_ {
  using type = T;
};
template <class T>
struct hyper_passed_<dual<T>> {
  using type = const dual<T>&;
};
template <class T>
struct hyper_passed_<complex<dual<T>>> {
  using type = const complex<dual<T>>&;
};
template <class T>
using hyper_passed = typename hyper_passed_<T>::type;

/// The numbers of inner loops: pairs for double-double.
template <class T>
struct hyper_quick_ {
  using type = T;
};
template <>
struct hyper_quick_<double_double> {
  using type = pair;
};
template <class T>
struct hyper_quick_<dual<T>> {
  using type = dual<typename hyper_quick_<T>::type>;
};
template <class T>
struct hyper_quick_<complex<T>> {
  using type = complex<typename hyper_quick_<T>::type>;
};
template <class T>
using hyper_quick = typename hyper_quick_<T>::type;

/// The sum of the absolute components, derivatives included; NaN where one is.
SCI_HD double hyper_size(double x) { return abs(x); }
SCI_HD double hyper_size(double_double x) { return abs(x.hi); }
SCI_HD double hyper_size(pair x) { return abs(x.hi); }
template <class T>
SCI_HD double hyper_size(dual<T> x) {
  return hyper_size(x.v) + hyper_size(x.d);
}
template <class T>
SCI_HD double hyper_size(complex<T> x) {
  return hyper_size(x.re) + hyper_size(x.im);
}
/// The number without derivatives.
SCI_HD double_double hyper_plain(double_double x) { return x; }
template <class T>
SCI_HD auto hyper_plain(dual<T> x) {
  return hyper_plain(x.v);
}
/// The leading double of a value or argument.
SCI_HD double hyper_leading(double x) { return x; }
SCI_HD double hyper_leading(double_double x) { return x.hi; }
SCI_HD double hyper_leading(pair x) { return x.hi; }
template <class T>
SCI_HD double hyper_leading(dual<T> x) {
  return hyper_leading(x.v);
}
template <class T>
SCI_HD complex<double> hyper_leading(complex<T> x) {
  return {hyper_leading(x.re), hyper_leading(x.im)};
}
SCI_HD double_double hyper_exact(double x) { return x; }
SCI_HD complex<double_double> hyper_exact(complex<double> z) { return {double_double(z.re), double_double(z.im)}; }

/// x + n for n = 0, 1, ...; in pairs about the whole number next to x, so that the lower part is small where that and n
/// cancel.
template <class T>
struct hyper_ramp {
  T x;
  SCI_HD explicit hyper_ramp(T start) : x(start) {}
  SCI_HD T operator()(double n) const { return x + n; }
};
template <>
struct hyper_ramp<pair> {
  double whole;
  double_double rest;
  SCI_HD explicit hyper_ramp(pair x) : whole(rint(x.hi)), rest(double_double::sum(x.hi - whole, x.lo)) {}
  SCI_HD pair operator()(double n) const {
    const double_double s = double_double::ordered_sum(whole + n, rest.hi);
    return {s.hi, s.lo + rest.lo};
  }
};
template <class T>
struct hyper_ramp<dual<T>> {
  hyper_ramp<T> v;
  T d;
  SCI_HD explicit hyper_ramp(dual<T> x) : v(x.v), d(x.d) {}
  SCI_HD dual<T> operator()(double n) const { return {v(n), d}; }
};

/// Every few terms pairs are made short again, or the rounding of their lower parts would grow with the terms' number.
constexpr int hyper_rest = 7;
SCI_HD void hyper_settle(double&) {}
SCI_HD void hyper_settle(pair& x) { x = double_double::sum(x.hi, x.lo); }
template <class T>
SCI_HD void hyper_settle(dual<T>& x) {
  hyper_settle(x.v);
  hyper_settle(x.d);
}
template <class T>
SCI_HD void hyper_settle(complex<T>& x) {
  hyper_settle(x.re);
  hyper_settle(x.im);
}

/// 1 / k of a whole number.
template <class T>
SCI_HD T hyper_inverse(double k) {
  const double q = 1 / k;
  if constexpr (is_same<T, double>)
    return q;
  else
    return T(q, fused(-q, k, 1.0) * q);
}

/// The relative size of what counts as nothing in a sum of such numbers.
template <class B>
constexpr double hyper_tiny = is_same<B, double> ? 1e-17 : 1e-33;
constexpr int hyper_terms = 1500, hyper_long = 12000, hyper_steps = 600;

// ---- the equation
// ----------------------------------------------------------------------------------------------------

/// What the coefficients of the power series take of the parameters at each index.
template <class Q>
struct hyper_factors {
  int order;
  hyper_ramp<Q> a, b, c;

  /// (a + n)(b + n), a + n, or 1: the ratio of two coefficients of the power series, times (c + n)(n + 1).
  SCI_HD Q numerator(double n) const {
    return order == 2 ? a(n) * b(n) : order == 1 ? a(n) : hyper_lift<Q>(double_double(1));
  }
};

/// order 2: 2F1(a, b; c); order 1: 1F1(a; c), b unused; order 0: 0F1(; c), a and b unused.
template <class R>
struct hyper_equation {
  int order;
  R a, b, c;

  /// The index beyond which small terms stay small: where a + n, b + n or c + n is near 0 they may rise again.
  SCI_HD double last_turn() const {
    double low = hyper_leading(c);
    if (order > 0) low = min(low, hyper_leading(a));
    if (order == 2) low = min(low, hyper_leading(b));
    return min(-low, 0.75 * hyper_long);
  }
  SCI_HD R slope() const {
    const R one = hyper_lift<R>(double_double(1));
    return order == 2 ? a + b + one : order == 1 ? one : hyper_lift<R>(double_double(0));
  }
  SCI_HD hyper_factors<hyper_quick<R>> factors() const {
    using Q = hyper_quick<R>;
    return {order, hyper_ramp<Q>(hyper_lift<Q>(a)), hyper_ramp<Q>(hyper_lift<Q>(b)), hyper_ramp<Q>(hyper_lift<Q>(c))};
  }
  SCI_HD double product() const {
    return order == 2 ? hyper_leading(a) * hyper_leading(b) : order == 1 ? hyper_leading(a) : 1;
  }
};

/// w and w' at a point of the path.
template <class Z>
struct hyper_state {
  Z w, slope;
};

/// The power series about 0. A factor c + n = 0 stops it, for the polynomials that end before.
template <class R, class Z>
SCI_HD_LARGE hyper_state<Z> hyper_start(const hyper_equation<R>& f, hyper_base<Z> argument, double tiny) {
  using Q = hyper_quick<R>;
  using C = hyper_quick<Z>;
  const hyper_factors<Q> factors = f.factors();
  const hyper_base<C> z = hyper_lift<hyper_base<C>>(argument);
  C term = C(hyper_lift<Q>(double_double(1))), w = term, slope = C(hyper_lift<Q>(double_double(0)));
  const double last = f.last_turn();
  int quiet = 0;
  SCI_NO_UNROLL
  for (int n = 0; n < hyper_terms && quiet < 3 && hyper_size(w) < limits<double>::infinity; ++n) {
    const Q below = factors.c(n);
    if (hyper_leading(below) == 0) break;
    const Q ratio = factors.numerator(n) / hyper_scaled(below, double(n + 1));
    const C next = term * ratio;
    slope = slope + hyper_scaled(next, double(n + 1));
    term = hyper_scaled(next, z);
    w = w + term;
    if ((n & hyper_rest) == 0) hyper_settle(term), hyper_settle(w), hyper_settle(slope);
    quiet = n > last && hyper_size(term) * (n + 2) <= tiny * hyper_size(w) ? quiet + 1 : 0;
  }
  return {hyper_lift<Z>(w), hyper_lift<Z>(slope)};
}

/// One Taylor step from z to z + h.
template <class R, class Z>
SCI_HD_LARGE hyper_state<Z> hyper_step(const hyper_equation<R>& f, hyper_base<Z> z, hyper_base<Z> h, hyper_state<Z> at,
                                       double tiny) {
  using Q = hyper_quick<R>;
  using C = hyper_quick<Z>;
  using W = hyper_base<Z>;
  using V = hyper_base<C>;
  const W one = hyper_lift<W>(double_double(1));
  const bool gauss = f.order == 2;
  const W s = h / (gauss ? z * (one - z) : z), sloped = gauss ? s * (one - hyper_scaled(z, 2.0)) : s;
  const Z exact_first = hyper_scaled(Z(f.c), s) - hyper_scaled(hyper_scaled(Z(f.slope()), z), s);
  const hyper_factors<Q> factors = f.factors();
  const V turn = hyper_lift<V>(sloped), square = hyper_lift<V>(h * s);
  C middle = hyper_lift<C>(exact_first);
  C u = hyper_lift<C>(at.w), v = hyper_lift<C>(hyper_scaled(at.slope, h)), w = u + v, slope = v;
  int quiet = 0;
  SCI_NO_UNROLL
  for (int n = 0; n < hyper_terms && quiet < 3 && hyper_size(w) < limits<double>::infinity; ++n) {
    C next = hyper_scaled(u * factors.numerator(n), square) - hyper_scaled(middle * v, double(n + 1));
    next = hyper_scaled(next, hyper_inverse<hyper_base<Q>>(double(n + 1) * (n + 2)));
    middle = middle + hyper_lift<C>(turn);
    w = w + next;
    slope = slope + hyper_scaled(next, double(n + 2));
    u = v;
    v = next;
    if ((n & hyper_rest) == 0) hyper_settle(u), hyper_settle(v), hyper_settle(w), hyper_settle(slope);
    quiet = hyper_size(next) * (n + 2) <= tiny * hyper_size(w) ? quiet + 1 : 0;
  }
  return {hyper_lift<Z>(w), hyper_scaled(hyper_lift<Z>(slope), one / h)};
}

/// How far one step from z may go.
template <class R, class P>
SCI_HD double hyper_reach(const hyper_equation<R>& f, P z) {
  const double gap = double(abs(z)), far = f.order == 2 ? double(abs(P(1.0) - z)) : gap;
  const double q = f.order == 2 ? gap * far : gap, size = gap * abs(hyper_leading(f.slope())) + abs(hyper_leading(f.c));
  const double rate = size / q + sqrt(abs(f.product()) / q);
  return min(0.5 * min(gap, far), 20 / rate);
}

/// w and w' at `to`, from w and w' at `from`: straight, with steps as long as may be, times `part`; series are cut
/// where terms are `tiny`.
template <class R, class Z, class P>
SCI_HD hyper_state<Z> hyper_walk(const hyper_equation<R>& f, P from, P to, hyper_state<Z> at,
                                 double tiny = hyper_tiny<hyper_base<R>>, double part = 1) {
  using W = hyper_base<Z>;
  for (int i = 0; i < hyper_steps && from != to && hyper_size(at.w) < limits<double>::infinity; ++i) {
    const double left = double(abs(to - from)), reach = part * hyper_reach(f, from);
    P next = left <= reach ? to : from + (to - from) * (reach / left);
    if (next == from) next = to;
    at = hyper_step<R, Z>(f, hyper_lift<W>(from), hyper_lift<W>(next) - hyper_lift<W>(from), at, tiny);
    from = next;
  }
  if (from != to) at.w = at.slope = hyper_lift<Z>(double_double(limits<double>::nan));
  return at;
}

/// The function that is 1 at 0, and its derivative, at z; real z < 1 for order 2.
template <class R, class Z, class P>
SCI_HD hyper_state<Z> hyper_path(const hyper_equation<R>& f, P z, double tiny = hyper_tiny<hyper_base<R>>,
                                 double part = 1) {
  // Beyond 1 by way of a point above or below, as the sign of the imaginary part says, also of a zero.
  bool around = false;
  P corner = z;
  if constexpr (is_complex<P>) {
    around = f.order == 2 && z.re > 1;
    if (around) corner = {0.5, signbit(z.im) ? -0.5 : 0.5};
  }
  const double steep = abs(f.product()) / (1 + abs(hyper_leading(f.c)));
  const double most = part * min(f.order == 2 ? 0.5 : 1.0, 20 / (1 + steep)), size = double(abs(corner));
  const P first = size <= most ? corner : corner * (most / size);
  hyper_state<Z> at = hyper_start<R, Z>(f, hyper_lift<hyper_base<Z>>(first), tiny);
  at = hyper_walk<R, Z>(f, first, corner, at, tiny, part);
  return around ? hyper_walk<R, Z>(f, corner, z, at, tiny, part) : at;
}

/// The same with an estimate of the error relative to the value, over that of a sum in double-double: the part that is
/// lost is the same in double, where the difference shows it. Where all of double's digits are lost, a path of other
/// steps tells; infinite where that differs too. With `brief`, for a value in double, series are cut at 22 digits
/// unless the path loses many.
template <class R, class Z, class P>
SCI_HD_LARGE Z hyper_path_checked(const hyper_equation<R>& f, P z, double& size, bool brief) {
  const hyper_equation<double> plain = {f.order, hyper_leading(f.a), hyper_leading(f.b), hyper_leading(f.c)};
  const P rough = hyper_path<double, P>(plain, z).w;
  size = limits<double>::infinity;
  if (!isfinite(rough)) return hyper_lift<Z>(double_double(limits<double>::nan));  // nor is there a path in more digits
  if (brief) {
    const Z w = hyper_path<R, Z>(f, z, 1e-22).w;
    const P fine = hyper_leading(w);
    const double lost = double(abs(rough - fine)) / double(abs(fine));
    size = 1e10 + lost * 1e26;
    if (size < 1e16) return w;
  }
  const Z w = hyper_path<R, Z>(f, z).w;
  const P fine = hyper_leading(w);
  const double lost = double(abs(rough - fine)) / double(abs(fine));
  size = limits<double>::infinity;
  if (lost < 0.5) {
    size = 1 + lost * 1e17;
  } else if (isfinite(fine)) {
    const Z other = hyper_path<R, Z>(f, z, hyper_tiny<hyper_base<R>>, 0.7).w;
    const double apart = hyper_size(w - other) / hyper_size(w);
    const double plain_apart = double(abs(hyper_leading(w - other)) / abs(fine));
    if (max(apart, plain_apart) < 1e-11) size = max(max(apart, plain_apart) * 1e32, 1e17);
  }
  return w;
}

}  // namespace detail
}  // namespace sci
