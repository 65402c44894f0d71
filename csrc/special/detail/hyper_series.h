// What the hypergeometric functions share beside detail/hyper_path.h: powers, 1/Gamma, power series and divergent ones,
// each with the size of what was added up, in double, double-double and on dual numbers over it.
#pragma once
#include "special/detail/hyper_path.h"
#include "special/gammaln.h"

// Marks what is instantiated once for all units on the host (csrc/ops/special_hypergeometric.cpp): as `inline` it would
// be in each of them again.
#if SCI_DEVICE
#define SCI_HD_SHARED SCI_HD_LARGE
#else
#define SCI_HD_SHARED
#endif

namespace sci {
namespace detail {

/// Is 1/Gamma zero?
SCI_HD bool hyper_pole(double c) { return c <= 0 && c == rint(c); }

SCI_HD complex<double> hyper_log(complex<double> z, double side) {
  return sci::log(complex<double>{z.re, z.im == 0 ? copysign(0.0, side) : z.im});
}
SCI_HD double hyper_log(double x, double) { return sci::log(x); }
SCI_HD double_double hyper_log(double_double x, double) { return sci::log(x); }
SCI_HD complex<double_double> hyper_log(complex<double_double> z, double side) { return sci::log(z, side); }

SCI_HD double hyper_exp(double x) { return exp(x); }
SCI_HD double_double hyper_exp(double_double x) { return exp(x); }
template <class T>
SCI_HD dual<T> hyper_exp(dual<T> x) {
  return exp(x);
}
SCI_HD complex<double> hyper_exp(complex<double> z) { return exp(z); }
SCI_HD complex<double_double> hyper_exp(complex<double_double> z) { return exp(z); }
template <class T>
SCI_HD complex<dual<T>> hyper_exp(complex<dual<T>> z) {
  complex<T> e = hyper_exp(complex<T>{z.re.v, z.im.v}), d = e * complex<T>{z.re.d, z.im.d};
  return {{e.re, d.re}, {e.im, d.im}};
}

/// 1/Gamma(x) = p 2^twos e^-log: no factor overflows.
template <class R>
struct hyper_rgamma {
  R p, log;
  int twos;
};
SCI_HD_LARGE hyper_rgamma<double> hyper_reciprocal_gamma(double x) {
  if (abs(x) < 140) {
    int twos = 0;
    const double p = frexp(rgamma(x), &twos);
    return {p, 0, twos};
  }
  if (x > 0) return {1, gammaln(x), 0};
  return {sinpi(x) * numbers::inv_pi<double>, -gammaln(1 - x), 0};
}
/// The recurrence up to 30, then Stirling's series (DLMF 5.11.1).
template <class R>
SCI_HD_LARGE hyper_rgamma<R> hyper_reciprocal_gamma(R x) {
  using B = double_double;
  using Q = hyper_quick<R>;
  // B_2k / (2k (2k - 1))
  SCI_TABLE(pair, stirling) = {
      {0.08333333333333333, 4.625929269271485e-18},    {-0.002777777777777778, 1.0601087908747154e-19},
      {0.0007936507936507937, 6.883823317368282e-22},  {-0.0005952380952380953, 5.36938218754726e-20},
      {0.0008417508417508417, 3.6870174889237694e-20}, {-0.0019175269175269176, 1.0675702776872475e-19},
      {0.00641025641025641, 2.2240044563805217e-19},   {-0.029550653594771242, 4.861760957508855e-19},
      {0.17964437236883057, -6.401600482710946e-19},   {-1.3924322169059011, 1.5837056989230303e-17},
      {13.402864044168393, -6.154114101993966e-16},    {-156.84828462600203, 9.391823141715389e-15},
      {2193.1033333333335, -1.3339255626002948e-13},   {-36108.77125372499, 5.897583353514365e-13}};
  Q p = hyper_lift<Q>(B(1));
  const hyper_ramp<Q> low(hyper_lift<Q>(x));
  int twos = 0, up = 0;
  SCI_NO_UNROLL
  for (; up < 1000 && hyper_leading(x) + up < 30; ++up) {
    p = p * low(up);
    if (hyper_size(p) > 1e100) p = hyper_scaled(p, 0x1p-300), twos += 300;
    if (hyper_size(p) < 1e-100) p = hyper_scaled(p, 0x1p300), twos -= 300;
  }
  int last = 0;
  frexp(hyper_size(p), &last);
  p = hyper_scaled(p, ldexp(1.0, -last)), twos += last;
  x = x + hyper_lift<R>(B(up));
  const Q t = hyper_lift<Q>(B(1)) / hyper_lift<Q>(x), s = t * t;
  Q tail = hyper_lift<Q>(stirling[13]);
  SCI_NO_UNROLL
  for (int k = 12; k >= 0; --k) tail = tail * s + hyper_lift<Q>(stirling[k]);
  const R l =
      (x - hyper_lift<R>(B(0.5))) * sci::log(x) - x + hyper_lift<R>(B(0.9189385332046728, -3.8782941580672414e-17));
  return {hyper_lift<R>(p), l + hyper_lift<R>(t * tail), twos};
}

/// A value and the size of what was added up to it, rounding of factors included: times epsilon, its error.
template <class Z>
struct hyper_value {
  Z w;
  double size;
};

/// The power series about 0; with `twos` it is this sum times 2^twos, which cannot overflow.
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_series(const hyper_equation<R>& f, hyper_base<Z> argument, int* twos = nullptr,
                                         double tiny = hyper_tiny<hyper_base<R>>) {
  using Q = hyper_quick<R>;
  using C = hyper_quick<Z>;
  const hyper_factors<Q> factors = f.factors();
  const hyper_base<C> u = hyper_lift<hyper_base<C>>(argument);
  const double last = f.last_turn();
  C term = hyper_lift<C>(double_double(1)), w = term;
  double size = 1, moment = 0, before = 1;
  int n = 0;
  SCI_NO_UNROLL
  for (int quiet = 0; n < hyper_long && quiet < 2; ++n) {
    const Q above = factors.numerator(n);
    if (hyper_size(above) == 0) break;  // the end of a polynomial, before any pole
    term = term * hyper_scaled(above / hyper_scaled(factors.c(n), double(n + 1)), u);
    w = w + term;
    if ((n & hyper_rest) == 0) hyper_settle(term), hyper_settle(w);
    const double t = hyper_size(term);
    size += t;
    moment += t * n;
    if (twos && size > 0x1p800) {
      term = hyper_scaled(term, 0x1p-800), w = hyper_scaled(w, 0x1p-800);
      size *= 0x1p-800, moment *= 0x1p-800, before = t * 0x1p-800, *twos += 800;
      continue;
    }
    if (t > tiny * hyper_size(w)) {
      quiet = 0;
    } else {
      if (t == 0 || !(t < limits<double>::infinity)) break;
      quiet = t <= before && n > last ? quiet + 1 : 0;
    }
    before = t;
  }
  if (n == hyper_long) size = limits<double>::infinity;
  // The rounding of n products: about sqrt(n).
  return {hyper_lift<Z>(w), size + 0.8 * sqrt(size) * sqrt(moment)};
}

/// The value as a plain number of the argument's kind.
SCI_HD double hyper_rounded(double_double x) { return double(x); }
SCI_HD complex<double> hyper_rounded(complex<double_double> x) { return {double(x.re), double(x.im)}; }

/// The power series for a value in double, where it is accurate enough; else, unless `brief`, in pairs, which hold what
/// cancels. The double sum's error is at most an eighth of a large `size`; of order 1 it starts recurrences, too.
template <class W>
SCI_HD_LARGE auto hyper_value_series(const hyper_equation<double_double>& f, W u, bool brief = false)
    -> hyper_value<decltype(hyper_rounded(u))> {
  using Z = decltype(hyper_rounded(u));
  const hyper_value<Z> fast = hyper_series<double, Z>({f.order, f.a.hi, f.b.hi, f.c.hi}, hyper_rounded(u));
  const double size = hyper_size(fast.w);
  // An overflow of terms says nothing of the sum.
  if (brief && !isfinite(size)) return {Z(limits<double>::nan), limits<double>::infinity};
  if (brief || fast.size < (f.order == 1 ? 16 : 100) * size)
    return {fast.w, min(fast.size, 12 * size + 0.25 * fast.size)};
  const hyper_value<W> s = hyper_series<double_double, W>(f, u, nullptr, 1e-20);
  const Z w = hyper_rounded(s.w);
  return {w, hyper_size(w) + s.size * 0x1p-53};  // some 8 times what is seen
}

/// sum (p)_n (q)_n / n! u^n up to its smallest term, which is the error (DLMF 13.7.3).
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_divergent(hyper_passed<R> exact_p, hyper_passed<R> exact_q, hyper_base<Z> argument) {
  using Q = hyper_quick<R>;
  using C = hyper_quick<Z>;
  using B = hyper_base<Q>;
  const hyper_ramp<Q> p(hyper_lift<Q>(exact_p)), q(hyper_lift<Q>(exact_q));
  const double last = max(abs(hyper_leading(exact_p)), abs(hyper_leading(exact_q)));
  const hyper_base<C> u = hyper_lift<hyper_base<C>>(argument);
  const double tiny = hyper_tiny<B>;
  C term = hyper_lift<C>(double_double(1)), w = term;
  double size = 1, before = limits<double>::infinity;
  SCI_NO_UNROLL
  for (int n = 0; n < 400; ++n) {
    const Q ratio = hyper_scaled(p(n) * q(n), B(1.0) / B(double(n + 1)));
    const C next = term * hyper_scaled(ratio, u);
    const double t = hyper_size(next);
    // Terms may rise before they fall; only beyond |p| and |q| is a rise the end.
    if (t > before && n > last) break;
    term = next;
    before = t;
    w = w + term;
    size += t;
    if (!(size < limits<double>::infinity)) return {hyper_lift<Z>(double_double(limits<double>::nan)), size};
    if (t <= tiny * hyper_size(w)) {
      before = 0;
      break;
    }
  }
  return {hyper_lift<Z>(w), size + before / tiny};
}

/// Keep the better of two values in `best`, whose size is relative to it; is it accepted? A value that overflows or
/// underflows is kept until there is another.
template <class Z>
SCI_HD bool hyper_better(const hyper_value<Z>& f, hyper_value<Z>& best, double accepted) {
  const double size = hyper_size(f.w), inf = limits<double>::infinity, ratio = f.size / size;
  if (size == inf || (size == 0 && f.size == 0)) {
    if (best.size == inf) best = {f.w, 1e300};
  } else if (ratio < best.size) {
    best = {f.w, ratio};
  }
  return best.size <= accepted;
}

/// A value in double-double of which some ten digits are left, as the estimate is seldom less than ten times too large;
/// else NaN.
template <class Z>
SCI_HD Z hyper_trusted(const hyper_value<Z>& best) {
  if (best.size > 1e25 && best.size < 1e300) return hyper_lift<Z>(double_double(limits<double>::nan));
  return best.w;
}

/// F(c - steps) from lo = F(c) and hi = F(c + 1) (DLMF 13.3.2, 15.5.18; of order 0 10.29.1 with 10.39.9); with
/// `diagonal` a moves with c, order 1 (13.2.1 with 13.3.15).
template <class R, class Z>
SCI_HD_LARGE Z hyper_down(hyper_equation<R> f, hyper_base<Z> z, Z lo, Z hi, int steps, bool diagonal) {
  using W = hyper_base<Z>;
  const bool gauss = f.order == 2;
  const R one = hyper_lift<R>(double_double(1));
  const W unit = hyper_lift<W>(double_double(1)), front = gauss ? unit / (unit - z) : unit;
  SCI_NO_UNROLL
  for (int i = 0; i < steps; ++i) {
    const R next = f.c - one;
    const R p = gauss ? f.slope() - f.c - f.c : f.slope();
    const R q = gauss ? (f.c - f.a) * (f.c - f.b) : f.order == 1 ? f.a - f.c : one;
    const Z change = diagonal ? hi * (f.a / f.c) - lo : lo * p + hi * (q / f.c);
    const Z below = lo + hyper_scaled(change * (one / next), z);
    hi = lo;
    lo = hyper_scaled(below, front);
    f.c = next;
    if (diagonal) f.a = f.a - one;
  }
  return lo;
}

/// For c < -2, where terms grow large beside the poles of 1/(c)_n, by the recurrence down from 1 <= c < 3, at which
/// `at` gives the function of a and c. What the recurrence loses is the same in double, where the difference shows it.
template <class R, class Z, class F>
SCI_HD_LARGE hyper_value<Z> hyper_from_above(hyper_equation<R> f, hyper_base<Z> z, bool diagonal, F at) {
  const double c = hyper_leading(f.c);
  if (!(c < -2 && c > -1000) || hyper_pole(c))
    return {hyper_lift<Z>(double_double(limits<double>::nan)), limits<double>::infinity};
  const int steps = int(ceil(-c)) + 1;
  const R up = hyper_lift<R>(double_double(steps)), one = hyper_lift<R>(double_double(1));
  f.c = f.c + up;
  if (diagonal) f.a = f.a + up;
  const hyper_value<Z> lo = at(f.a, f.c), hi = at(diagonal ? f.a + one : f.a, f.c + one);
  const hyper_equation<double> plain = {f.order, hyper_leading(f.a), hyper_leading(f.b), hyper_leading(f.c)};
  using P = decltype(hyper_leading(z));
  const P rough =
      hyper_down<double, P>(plain, hyper_leading(z), hyper_leading(lo.w), hyper_leading(hi.w), steps, diagonal);
  const Z w = hyper_down<R, Z>(f, z, lo.w, hi.w, steps, diagonal);
  const P fine = hyper_leading(w);
  const double lost = double(abs(rough - fine)) / double(abs(fine));
  return {w, lost < 0.5 ? max(lo.size, hi.size) * (1 + lost * 1e17) : limits<double>::infinity};
}

/// How many ulp of Gamma(x) half an ulp of x makes, about.
template <class R>
SCI_HD double hyper_turn(R x) {
  const double size = abs(hyper_leading(x));
  return 0.5 * size * sci::log(2 + size);
}

/// f(0), f(shift) a function of a parameter to which `shift` is added, that loses all digits where `gap` + shift is
/// whole: from there interpolated between points to either side.
template <class R, class Z, class F>
SCI_HD hyper_value<Z> hyper_interpolated(double_double gap, F f) {
  constexpr bool plain = is_same<R, double_double>;
  constexpr double h = plain ? 1e-10 : 3e-5;
  constexpr int nodes = plain ? 2 : 6;
  // gap is whole less x h.
  const double_double x = (double_double(rint(gap.hi)) - gap) / double_double(h);
  const bool away = abs(x.hi) > nodes;
  hyper_value<Z> sum = {hyper_lift<Z>(double_double(0)), 0};
  Z apart = sum.w;
  SCI_NO_UNROLL
  for (int i = 0; i < nodes; ++i) {
    const double node = 2 * i + 1 - nodes;  // -1, 1 or -5, -3, ..., 5; Lagrange's interpolation to -x
    const hyper_value<Z> g = f(hyper_lift<R>(away ? double_double(0) : (x + double_double(node)) * h));
    if (away) return g;
    double_double weight = 1;
    for (int k = 0; k < nodes; ++k)
      if (k != i) weight = weight * (double_double(nodes - 1.0 - 2 * k) - x) * (0.5 / (i - k));
    sum = {sum.w + hyper_scaled(g.w, weight), sum.size + g.size};
    if (i == 0) apart = g.w;
    if (i == nodes - 1) apart = apart - g.w;
  }
  // The rest of the interpolation, were the function exponential in the parameter; the estimate cannot see it. It is
  // prod (x - node) / nodes! (change / (2 nodes - 2))^nodes: 1/8 change^2 between the two, 1.5e-5 change^6 at most near
  // the six.
  const double change = hyper_size(apart) / hyper_size(sum.w), square = change * change;
  sum.size += (plain ? square : 1e-4 * square * square * square) * hyper_size(sum.w) / hyper_tiny<double_double>;
  return sum;
}

// ---- the surface: doubles in, doubles out, and seeds of derivatives
// --------------------------------------------------

/// Does the series end before the factor c + n that is 0?
SCI_HD bool hyper_ends(double a, double c) { return hyper_pole(a) && !(hyper_pole(c) && c > a); }

/// Double-double arithmetic makes NaN of an overflow; in double it may be seen.
template <class Z>
SCI_HD Z hyper_finite_or(Z w, Z rough) {
  return isnan(w) && isinf(rough) ? rough : w;
}

/// The sign of the imaginary part, of a zero too.
SCI_HD double hyper_side(double) { return 1; }
SCI_HD double hyper_side(complex<double> z) { return signbit(z.im) ? -1 : 1; }

template <class T>
struct hyper_dual_ {
  template <class R>
  using over = R;
};
template <class T>
struct hyper_dual_<complex<T>> {
  template <class R>
  using over = complex<R>;
};
/// R or complex<R>, as Z is.
template <class Z, class R>
using hyper_dual = typename hyper_dual_<Z>::template over<R>;

/// The derivative that was asked for; NaN where the value is.
template <class T>
SCI_HD double hyper_d(dual<T> x) {
  return isnan(hyper_leading(x)) ? limits<double>::nan : double(x.d);
}
template <class T>
SCI_HD double hyper_d(dual<dual<T>> x) {
  return isnan(hyper_leading(x)) ? limits<double>::nan : double(x.d.d);
}
template <class T>
SCI_HD complex<double> hyper_d(complex<T> x) {
  return {hyper_d(x.re), hyper_d(x.im)};
}

/// The seeds of parameters: one derivative where i = 1.
SCI_HD dual<double_double> hyper_seed(double x, int64_t i) { return {double_double(x), double_double(double(i))}; }
/// Of the second derivative's two directions this parameter takes `first`, `other`, both or none.
SCI_HD dual<dual<double_double>> hyper_seed(double x, bool first, bool other) {
  return {{double_double(x), double_double(first ? 1.0 : 0.0)}, {double_double(other ? 1.0 : 0.0), double_double(0.0)}};
}

}  // namespace detail
}  // namespace sci
