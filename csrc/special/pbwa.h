// The parabolic cylinder function W(a, x), its derivative in x, and the derivatives of both in a.
//
// By the Liouville-Green series of detail/parabolic.h for U(ia, x e^(-i pi/4)) (DLMF 12.14.4), H = x^2/4 - a:
//   X = e^(i(pi/4 + phi/2)) (4H)^(-1/4) e^(i(x sqrt(H)/2 + a/2 - a log(x/2 + sqrt(H)))) S(x/(2 sqrt(H)), i/...)
//   W(a, x) = sqrt(2k) Re X,  W(a, -x) = sqrt(2/k) Im X for x > 0, H > 0,    W(a, x) = sqrt(2k) X for H < 0
// with k = sqrt(1 + e^(2 pi a)) - e^(pi a), phi = arg Gamma(1/2 + ia) (DLMF 12.14.5-7). Elsewhere by Taylor steps of
// the equation towards the left, in which direction W does not die away, from x = 0 or a point where the series serves.
// In double; derivatives in a on dual numbers.
#pragma once
#include "special/detail/parabolic.h"

namespace sci {
namespace detail {

/// log k / 2 + pi a / 2 for a > 0.
template <class R>
SCI_HD R parabolic_rest_of_k(R a) {
  return R(-0.5) * sci::log(R(1.0) + sqrt(R(1.0) + exp(a * R(-2 * numbers::pi<double>))));
}
/// log k / 2.
template <class R>
SCI_HD R parabolic_half_log_k(R a) {
  const R grown = a * R(numbers::pi<double>);
  if (primal(a) < 0) return R(-0.5) * asinh(exp(grown));
  return parabolic_rest_of_k(a) - R(0.5) * grown;
}

/// Im of Stirling's tail at 10.5 + ia.
template <class R>
SCI_HD_LARGE R parabolic_gamma_stirling(R a) {
  SCI_TABLE(double, stirling) = {1. / 12,   -1. / 360,        1. / 1260,  -1. / 1680,
                                 1. / 1188, -691. / 360360.0, 1. / 156.0, -3617. / 122400};
  const complex<R> z = {R(10.5), a}, over = complex<R>(R(1.0)) / z, square = over * over;
  complex<R> tail = complex<R>(R(0.0));
  SCI_NO_UNROLL
  for (int k = 7; k >= 0; --k) tail = tail * square + complex<R>(R(stirling[k]));
  return (tail * over).im;
}
/// arg Gamma(1/2 + ia), continuous and odd in a: the recurrence to 1/2 + 10, then Stirling's series (DLMF 5.11.1).
template <class R>
SCI_HD_LARGE R parabolic_gamma_angle(R a) {
  R angle = R(0.0);
  SCI_NO_UNROLL
  for (int k = 0; k < 10; ++k) angle = angle - atan2(a, R(k + 0.5));
  const R modulus = hypot(R(10.5), a);
  return angle + R(10.0) * atan2(a, R(10.5)) + a * (sci::log(modulus) - R(1.0)) + parabolic_gamma_stirling(a);
}

/// The same less a (log|a| - 1), |a| >= 2: with atan(a / c) = +-pi/2 - atan(c / a) nothing cancels.
template <class R>
SCI_HD_LARGE R parabolic_gamma_tail(R a) {
  if (abs(primal(a)) < 2) return parabolic_gamma_angle(a) - a * (sci::log(abs(a)) - R(1.0));
  R angle = R(0.0);
  SCI_NO_UNROLL
  for (int k = 0; k < 10; ++k) angle = angle + atan(R(k + 0.5) / a);
  const R c = R(10.5) / a;
  return angle - R(10.0) * atan(c) + a * R(0.5) * log1p(c * c) + parabolic_gamma_stirling(a);
}

/// W(a, 0) and W'(a, 0) (DLMF 12.14.2-3): the quotient of gamma functions by its recurrence to z = 12 + ia/2, there
/// Gamma(z + 1/4) / Gamma(z + 3/4) = z^(-1/2) exp(-sum 2 B_k(1/4) / (k (k - 1)) z^(1 - k)), k = 3, 5, ...; DLMF 5.11.8.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_w_zero(R a) {
  SCI_TABLE(double, tail) = {-0.015625,
                             0.00244140625,
                             -0.0012410481770833333,
                             0.0013208389282226562,
                             -0.0024090290069580078,
                             0.0067123894890149434};
  const R y = a * R(0.5), square = y * y;
  R product = R(1.0);
  SCI_NO_UNROLL
  for (int k = 0; k < 12; ++k)
    product = product * ((square + R((k + 0.75) * (k + 0.75))) / (square + R((k + 0.25) * (k + 0.25))));
  const complex<R> z = {R(12.0), y}, over = complex<R>(R(1.0)) / (z * z);
  complex<R> sum = complex<R>(R(0.0));
  SCI_NO_UNROLL
  for (int k = 5; k >= 0; --k) sum = (sum + complex<R>(R(tail[k]))) * over;
  const R root = sqrt(sqrt(product / sqrt(square + R(144.0)))) * exp(sum.re * R(0.5));
  return {root * R(0.5946035575013605), R(-0.8408964152537145) / root, R(0.0)};
}

/// The least |H| from which the series may serve.
constexpr double parabolic_least = 18;

/// Beyond the turning points, x > 0: W(a, x) and W(a, -x), the latter with its derivative in x.
template <class R>
SCI_HD_LARGE bool parabolic_waves(R a, double x, parabolic_state<R>& right, parabolic_state<R>& left) {
  const R H = R(x * x / 4) - a, half = R(x / 2);
  if (!(primal(H) > parabolic_least)) return false;
  const R h = sqrt(H), q = h + half, tau = half / h;
  const parabolic_series<complex<R>> f =
      parabolic_sum(complex<R>(tau), tau * tau, complex<R>{R(0.0), R(1.0) / (h * q)});
  if (!f.reached) return false;
  // The large part of the phase apart, with what rounding took from it; where a is large, without what would cancel the
  // gamma function's.
  const bool apart = abs(primal(a)) >= 2;
  const R large = half * h - a * (apart ? R(0.5) * sci::log(q * q / abs(a)) : sci::log(q) - R(0.5));
  const R small = R(numbers::pi<double> / 4 + parabolic_rest(-primal(a), x, primal(large), apart)) +
                  (apart ? parabolic_gamma_tail(a) : parabolic_gamma_angle(a)) * R(0.5);
  const complex<R> wave = complex<R>{cos(large), sin(large)} * complex<R>{cos(small), sin(small)};
  const complex<R> inner = f.s - f.ds, b = f.s * wave;
  const complex<R> d = (complex<R>{-inner.im, inner.re} - f.s * (tau / (R(4.0) * H))) * wave;
  const R front = sqrt(h), k = parabolic_half_log_k(a);  // (4H)^(-1/4) sqrt(2) = 1 / front
  right = {b.re / front, d.re * front, k};
  left = {b.im / front, d.im * front, -k};
  return true;
}

/// Between them.
template <class R>
SCI_HD_LARGE bool parabolic_barrier(R a, double x, parabolic_state<R>& out) {
  const R F = a - R(x * x / 4), half = R(x / 2);
  if (!(primal(F) > parabolic_least)) return false;
  const R f = sqrt(F);
  const complex<R> tau = {R(0.0), -half / f};
  const parabolic_series<complex<R>> g =
      parabolic_sum(tau, -(tau.im * tau.im), complex<R>(R(1.0)) / complex<R>{half * f, F});
  if (!g.reached) return false;
  const R turn = parabolic_gamma_tail(a) * R(0.5);
  const complex<R> phase = {cos(turn), sin(turn)};
  const R front = sqrt(f);
  // i f (i S - i ds - tau / (4H) S), H = -F
  const complex<R> part = tau * g.s / (R(4.0) * F);
  const complex<R> d = complex<R>{g.ds.re - g.s.re - part.im, g.ds.im - g.s.im + part.re} * phase;
  // a (atan2(f, x/2) - pi/2) of the exponent, the rest of which would cancel log k / 2
  out = {(g.s * phase).re / front, d.re * front, parabolic_rest_of_k(a) - a * atan2(half, f) - half * f};
  return true;
}

template <class R>
SCI_HD_LARGE many<R, 2> parabolic_w(R a, double x) {
  const R unknown = R(limits<double>::nan) * a;  // in its derivatives too
  const double A = primal(a);
  if (!isfinite(A) || isnan(x)) return {{unknown, unknown}};
  parabolic_state<R> right, left;
  if (x * x / 4 > A) {
    if (parabolic_waves(a, abs(x), right, left)) {
      if (x < 0) left.slope = -left.slope;
      return parabolic_finished(x < 0 ? left : right);
    }
  } else if (parabolic_barrier(a, x, right)) {
    return parabolic_finished(right);
  }
  // From x = 0 where W does not die away on the way.
  if (abs(A) < 25 && (A > 0.3 ? x < 0.5 / sqrt(A) : true)) {
    right = parabolic_w_zero(a);
    parabolic_walk(a, -1.0, 0.0, x, right);
    return parabolic_finished(right);
  }
  const double turn = A > 0 ? 2 * sqrt(A) : 0;
  // The first point to the right of x where a series serves.
  for (int i = 0; i < parabolic_tries && x < 0; ++i) {
    const double from = parabolic_away(turn, i) - turn;
    if (from < 0 && from > x && parabolic_barrier(a, from, right)) {
      parabolic_walk(a, -1.0, from, x, right);
      return parabolic_finished(right);
    }
  }
  for (int i = -1; i < parabolic_tries; ++i) {
    const double from = i < 0 ? sqrt(140 + 8 * max(A, 0.0)) : turn + parabolic_away(turn, i);  // mostly the first
    if (from > x && parabolic_waves(a, from, right, left)) {
      parabolic_walk(a, -1.0, from, x, right);
      if (x < 0 || x > turn) return parabolic_finished(right);
      // On to 0, where the value is known.
      left = right;
      parabolic_walk(a, -1.0, x, 0.0, left);
      const R scale = parabolic_w_zero(a).y / left.y;
      return parabolic_finished(parabolic_state<R>{right.y * scale, right.slope * scale, R(0.0)});
    }
  }
  return {{unknown, unknown}};
}

struct parabolic_w_at {
  double x;
  template <class R>
  SCI_HD many<R, 2> operator()(R a) const {
    return parabolic_w(a, x);
  }
};

}  // namespace detail

/// W(a, x) and W'(a, x).
template <class T>
SCI_HD many<T, 2> pbwa(T a, T x) {
  const many<double, 2> y = detail::parabolic_w(double(a), double(x));
  return {{T(y[0]), T(y[1])}};
}
/// The derivatives of both in a, and the second ones.
template <class T>
SCI_HD many<T, 2> pbwa_by_a(T a, T x) {
  const many<double, 2> y = detail::parabolic_derivative<1>(detail::parabolic_w_at{double(x)}, double(a));
  return {{T(y[0]), T(y[1])}};
}
template <class T>
SCI_HD many<T, 2> pbwa_by_a2(T a, T x) {
  const many<double, 2> y = detail::parabolic_derivative<2>(detail::parabolic_w_at{double(x)}, double(a));
  return {{T(y[0]), T(y[1])}};
}

}  // namespace sci
