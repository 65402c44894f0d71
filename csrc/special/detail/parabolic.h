// What the parabolic cylinder functions U, V (y'' = (a + x^2/4) y) and W (y'' = (a - x^2/4) y) share: the
// Liouville-Green series, uniform in a and x, and Taylor steps of the equation from where that series serves to where
// it does not. On hardware and on dual numbers in a.
//
//   F = x^2/4 + a, r = sqrt(F), tau = x/(2r), w = 1/(r (r + x/2))
//   U(a, x) = (4F)^(-1/4) exp(-x r/2 + a/2 - a log(x/2 + r)) S(tau, w),    S = 1 + sum Q_s(tau) w^s
//
// normalised at infinity (tools/coefficients/pbdv.py; DLMF 12.10(ii)-(vi) are its cases), where it is DLMF 12.9.1. It
// is good beside no turning point: where |a|, or x, or the phase from x = 2 sqrt(-a), is some 18 or more.
#pragma once
#include "special/detail/hyper_series.h"
#include "special/detail/parabolic_tables.h"

namespace sci {
namespace detail {

/// y and y', both times e^log.
template <class R>
struct parabolic_state {
  R y, slope, log;
};

template <class C>
struct parabolic_series {
  C s, ds;  // S and its derivative by the exponent
  bool reached;
};

/// S(tau, w), and whether its terms fall below the rounding error. tau is real or imaginary, so `square` = tau^2 is
/// real: even and odd powers apart, nothing in the loops is complex.
template <class R, class C>
SCI_HD_LARGE parabolic_series<C> parabolic_sum(C tau, R square, C w) {
  const C one = C(1.0), turn = (one + tau) * (one + tau) * C(0.5), away = one - tau;
  parabolic_series<C> f = {one, C(0.0), false};
  C power = w;
  const double* q = parabolic_polynomials;
  double before = 1;
  SCI_NO_UNROLL
  for (int s = 1; s <= parabolic_terms && !f.reached; ++s) {
    // p = even + tau odd
    R even = R(q[2 * s]), odd = R(0.0), even_slope = R(0.0), odd_slope = R(0.0);
    SCI_NO_UNROLL
    for (int k = 2 * s - 2; k >= 0; k -= 2) {
      even_slope = even_slope * square + even;
      even = even * square + R(q[k]);
      odd_slope = odd_slope * square + odd;
      odd = odd * square + R(q[k + 1]);
    }
    const C p = tau * odd + even, dp = tau * (even_slope + even_slope) + (odd + (square + square) * odd_slope);
    q += 2 * s + 1;
    const C term = p * power;
    power = power * w;
    f.s = f.s + term;
    f.ds = f.ds + turn * power * (away * dp - p * C(double(s)));
    const double size = double(abs1(primal(term)));
    if (!(size < 1e3)) break;
    f.reached = size < 5e-17 && before < 5e-16;
    before = size;
  }
  return f;
}

/// What rounding has taken from an exponent, x r/2 - a/2 + a log(x/2 + r); with `apart` from the same without
/// a/2 (log|a| - 1).
SCI_HD double parabolic_rest(double a, double x, double rounded, bool apart = false) {
  const double_double A = a, half = x / 2, F = half * half + A, near = sqrt(F.hi);
  const double_double r = near + (F - near * near) / (near * 2.0), q = x < 0 ? A / (r - half) : r + half;
  const double_double log = apart ? sci::log(q * q / abs(A)) * 0.5 : sci::log(q) - 0.5;
  const double rest = (half * r + A * log - double_double(rounded)).hi;
  return abs(rest) < 1e-3 ? rest : 0;  // beyond all exponents that do not overflow
}

/// The solution that dies away (e = -1) or grows (e = 1) to the right, F > 0: to the leading form at infinity
/// e^(e x^2/4) x^(e a - 1/2). For a > 0 also x < 0.
template <class R>
SCI_HD_LARGE bool parabolic_real(double e, R a, double x, parabolic_state<R>& out) {
  const R F = a + R(x * x / 4);
  if (!(primal(F) > 0)) return false;
  const R r = sqrt(F), half = R(x / 2), q = x < 0 ? a / (r - half) : r + half, tau = half / r;
  const parabolic_series<R> f = parabolic_sum(tau, tau * tau, R(-e) / (r * q));
  if (!f.reached) return false;
  const R front = sqrt(r), turn = tau / (R(4.0) * F) * f.s;
  const R log = R(e) * (half * r - a * R(0.5) + a * sci::log(q));
  const R root = R(0.7071067811865476 * (1 + e * parabolic_rest(primal(a), x, e * primal(log))));
  out = {root * f.s / front, root * front * (R(e) * (f.s - f.ds) - turn), log};
  return true;
}

/// log of the size of U between the turning points for a = -x.
template <class R>
SCI_HD R parabolic_scale(R x) {
  return x * R(0.5) * (sci::log(x) - R(1.0));
}

/// What rounding has taken from it.
SCI_HD double parabolic_scale_rest(double x) {
  const double rest =
      (double_double(x) * 0.5 * (sci::log(double_double(x)) - 1.0) - double_double(parabolic_scale(x))).hi;
  return abs(rest) < 1e-3 ? rest : 0;
}

/// For a < 0, between the turning points: U and Gamma(1/2 - a) V.
template <class R>
SCI_HD_LARGE bool parabolic_oscillating(R a, double x, parabolic_state<R>& u, parabolic_state<R>& v) {
  const R G = -a - R(x * x / 4), half = R(x / 2);
  if (!(primal(G) > 0)) return false;
  const R g = sqrt(G);
  const complex<R> tau = {R(0.0), -half / g}, w = complex<R>(R(-1.0)) / complex<R>{G, -half * g};
  const parabolic_series<complex<R>> f = parabolic_sum(tau, -(tau.im * tau.im), w);
  if (!f.reached) return false;
  // The phase, in which the root's rounding does not count, with what rounding takes from its products and sum.
  const R turn = atan2(g, half), plain = half * g + a * turn, front = sqrt(g);
  const double_double exact = double_double::product(primal(half), primal(g)) +
                              double_double::product(primal(a), primal(turn)) +
                              double_double(0.7853981633974483, 3.061616997868383e-17);
  const R phase = (plain - R(primal(plain))) + R(exact.hi);
  const complex<R> wave = complex<R>{cos(phase), -sin(phase)} * complex<R>{R(1.0), R(-exact.lo)};
  const complex<R> b = f.s * wave, inner = f.ds - f.s + tau * f.s / (R(4.0) * G);
  const complex<R> d = complex<R>{-inner.im, inner.re} * wave;
  const R root = R(1.4142135623730951 * (1 + parabolic_scale_rest(-primal(a)))), log = parabolic_scale(-a);
  u = {root * b.re / front, root * front * d.re, log};
  v = {-root * b.im / front, -root * front * d.im, log};
  return true;
}

/// Taylor steps of y'' = (a + sigma x^2/4) y.
template <class R>
SCI_HD_LARGE void parabolic_walk(R a, double sigma, double from, double to, parabolic_state<R>& at) {
  SCI_NO_UNROLL
  for (int i = 0; i < 500 && from != to; ++i) {
    const double f = abs(primal(a) + sigma * from * from / 4);
    // Where the solutions oscillate the terms of a long step cancel.
    const double reach = (sigma < 0 ? 1.6 : 2.5) / sqrt(1 + max(f, abs(from) / 3));
    const double next = abs(to - from) <= reach ? to : to > from ? from + reach : from - reach;
    const double h = next - from;  // without rounding: the solution moves by y'/y times it
    const R zero = (a + R(sigma * from * from / 4)) * R(h * h);
    const double one = sigma * from / 2 * h * h * h, two = sigma / 4 * h * h * h * h;
    // c_n h^n, two at a time; e and o are the last ones of even and odd n, those before them below.
    R e = at.y, o = at.slope * R(h), below_e = R(0.0), below_o = R(0.0), y = e + o, slope = o;
    double before = limits<double>::infinity;
    SCI_NO_UNROLL
    for (int n = 2; n < 80; n += 2) {
      const double over = 1.0 / ((n - 1.0) * n * (n + 1.0));
      const R next_e = (zero * e + (R(one) * below_o + R(two) * below_e)) * R(over * (n + 1.0));
      const R next_o = (zero * o + (R(one) * e + R(two) * below_o)) * R(over * (n - 1.0));
      below_e = e, below_o = o, e = next_e, o = next_o;
      y = y + (e + o);
      slope = slope + (e * R(double(n)) + o * R(n + 1.0));
      const double size = (largest(e) + largest(o)) * (n + 1);
      const double most = max(largest(y), largest(slope));
      if (size <= 1e-16 * most && before <= 1e-12 * most) break;  // of the next ones nothing is seen
      before = size;
    }
    at.y = y, at.slope = slope * R(1 / h);
    from = next;
  }
}

/// x p + y q, at one scale. A factor that is 0 leaves its state out.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_joined(R p, const parabolic_state<R>& x, R q, const parabolic_state<R>& y) {
  if (largest(q) == 0) return {p * x.y, p * x.slope, x.log};
  if (largest(p) == 0) return {q * y.y, q * y.slope, y.log};
  if (primal(x.log) < primal(y.log)) {
    p = p * exp(x.log - y.log);
    return {p * x.y + q * y.y, p * x.slope + q * y.slope, y.log};
  }
  q = q * exp(y.log - x.log);
  return {p * x.y + q * y.y, p * x.slope + q * y.slope, x.log};
}

/// The points of a search for where the series serves, outwards from a turning point at `from`.
SCI_HD double parabolic_away(double from, int i) {
  const double airy = 30 / sqrt(1 + from / 2), scale = cbrt(airy);
  return scale * scale * (0.75 + 0.25 * i);
}
constexpr int parabolic_tries = 12;

template <class R>
SCI_HD many<R, 2> parabolic_finished(const parabolic_state<R>& at) {
  const R half = exp(at.log * R(0.5)), unknown = R(limits<double>::nan) * at.log;
  if (isnan(at.y)) return {{unknown, unknown}};  // in its derivatives too
  return {{at.y * half * half, at.slope * half * half}};
}

/// The n-th derivative in a of both results, n = 1, 2; f takes a.
template <int n, class F>
SCI_HD_LARGE many<double, 2> parabolic_derivative(F f, double a) {
  if constexpr (n == 1) {
    const many<dual<double>, 2> y = f(dual<double>{a, 1.0});
    return {{y[0].d, y[1].d}};
  } else {
    const many<dual<dual<double>>, 2> y = f(dual<dual<double>>{{a, 1.0}, {1.0, 0.0}});
    return {{y[0].d.d, y[1].d.d}};
  }
}

}  // namespace detail
}  // namespace sci
