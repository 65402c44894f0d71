// The parabolic cylinder functions D_v(x) = U(a, x) and V_v(x) = V(a, x), a = -v - 1/2, with their derivatives in x,
// and the derivatives of both in v.
//
// For x >= 0 each by the Liouville-Green series (detail/parabolic.h), or from a point where it serves, or from x = 0
// (DLMF 12.2.6-9), by Taylor steps in the direction in which the function does not die away. For x < 0 by connection:
//   U(a, -x) = -sin(pi a) U(a, x) + cos(pi a) Gamma(1/2 - a) V(a, x)                            DLMF 12.2.15, a < 0
//   V(a, -x) = cos(pi a) / Gamma(1/2 - a) U(a, x) + sin(pi a) V(a, x)                           DLMF 12.2.16, a < 0
//   V(a, x) = Gamma(1/2 + a) / pi (sin(pi a) U(a, x) + U(a, -x))                                DLMF 12.2.20, a >= 0
// All of them take v, which -v - 1/2 may round away: that of what vanishes at whole v is relative to the distance.
// In double; derivatives in v on dual numbers.
#pragma once
#include "special/detail/parabolic.h"

namespace sci {
namespace detail {

/// log Gamma(1/2 + x), x >= 0, and a factor beside 1.
template <class R>
SCI_HD R parabolic_log_gamma(R x) {
  const hyper_rgamma<R> g = hyper_reciprocal_gamma(x + R(0.5));
  return g.log - sci::log(g.p) - R(g.twos * numbers::ln2<double>);
}
/// Divides by Gamma(1/2 + x): the scale of an oscillating function cancels x (log x - 1) of its logarithm (DLMF 5.11.8,
/// h = 1/2).
template <class R>
SCI_HD_LARGE void parabolic_less_gamma(parabolic_state<R>& v, R x) {
  if (primal(x) < 12) {
    v.log = v.log - parabolic_log_gamma(x);
    return;
  }
  SCI_TABLE(double, tail) = {-1. / 24, 7. / 2880, -31. / 40320, 127. / 215040, -511. / 608256, 1414477. / 738017280};
  const R over = R(1.0) / x, square = over * over;
  R sum = R(0.0);
  for (int k = 5; k >= 0; --k) sum = sum * square + R(tail[k]);
  const R factor =
      exp(-(sum * over)) * R(0.3989422804014327 * (1 - 2 * parabolic_scale_rest(primal(x))));  // 1/sqrt(2 pi)
  v = {v.y * factor, v.slope * factor, v.log - R(2.0) * parabolic_scale(x)};
}
template <class R>
SCI_HD R parabolic_rgamma(R x) {
  const hyper_rgamma<R> g = hyper_reciprocal_gamma(x);
  return ldexp(g.p, g.twos) * exp(-g.log);
}

/// U(a, 0) and U'(a, 0), |a| not large.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_u_zero(R v) {
  const R power = exp(v * R(0.5 * numbers::ln2<double>)) * R(1.7724538509055160273);  // 2^(v/2) sqrt(pi)
  const R half = R(0.0) - v * R(0.5);                                                 // 0 of v = 0, not -0
  return {power * parabolic_rgamma(half + R(0.5)), -power * R(numbers::sqrt2<double>) * parabolic_rgamma(half), R(0.0)};
}
/// V(a, 0) and V'(a, 0).
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_v_zero(R v) {
  const R power = exp(v * R(-0.5 * numbers::ln2<double>)), half = v * R(0.5);  // 2^(a/2 + 1/4)
  return {-power * sinpi(half) * parabolic_rgamma(half + R(1.0)),
          power * R(numbers::sqrt2<double>) * cospi(half) * parabolic_rgamma(half + R(0.5)), R(0.0)};
}

template <class R>
SCI_HD R parabolic_a(R order) {
  return -order - R(0.5);
}
SCI_HD double parabolic_turn(double a) { return a < 0 ? 2 * sqrt(-a) : 0; }

/// a < 0: may either function be taken from 0 to +-x, since neither has died away or grown there?
SCI_HD bool parabolic_level(double a, double x) { return a > -8 && x * x / 4 + a < 0.5; }

/// U(a, x), x >= 0.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_u(R order, double x) {
  const R a = parabolic_a(order);
  parabolic_state<R> u, v;
  const double A = primal(a), turn = parabolic_turn(A);
  if (x == 0 && abs(A) < 280) return parabolic_u_zero(order);  // zeros are exact
  if (parabolic_real(-1.0, a, x, u) || parabolic_oscillating(a, x, u, v)) return u;
  if (abs(A) < 15 && sqrt(abs(A)) * x + x * x / 4 < 0.5) {
    u = parabolic_u_zero(order);
    parabolic_walk(a, 1.0, 0.0, x, u);
    return u;
  }
  for (int i = 0; i < parabolic_tries; ++i) {
    const double from = turn + parabolic_away(turn, i);
    if (from > x && parabolic_real(-1.0, a, from, u)) {
      parabolic_walk(a, 1.0, from, x, u);
      return u;
    }
  }
  return {R(limits<double>::nan), R(limits<double>::nan), a};
}

/// Gamma(1/2 - a) V(a, x), a < 0, x >= 0.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_v_right(R order, double x) {
  const R a = parabolic_a(order);
  parabolic_state<R> u, v;
  if (parabolic_oscillating(a, x, u, v)) return v;
  const double A = primal(a), turn = parabolic_turn(A);
  if (parabolic_real(1.0, a, x, v)) {
    v.y = v.y * R(0.7978845608028654), v.slope = v.slope * R(0.7978845608028654);
    v.log = v.log + parabolic_log_gamma(-a);
    return v;
  }
  for (int i = 0; i < parabolic_tries; ++i) {
    const double from = turn - parabolic_away(turn, i);
    if (from <= 0) break;
    if (from < x && parabolic_oscillating(a, from, u, v)) {
      parabolic_walk(a, 1.0, from, x, v);
      return v;
    }
  }
  v = parabolic_v_zero(order);
  parabolic_walk(a, 1.0, 0.0, x, v);
  v.log = v.log + parabolic_log_gamma(-a);
  return v;
}

/// U(a, -x), x >= 0; for a < 0 with the slope of a function of x.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_u_left(R order, double x) {
  const R a = parabolic_a(order);
  parabolic_state<R> u;
  if (primal(a) < 0) {
    if (!parabolic_level(primal(a), x))
      return parabolic_joined(cospi(order), parabolic_u(order, x), -sinpi(order), parabolic_v_right(order, x));
    u = parabolic_u_zero(order);
    parabolic_walk(a, 1.0, 0.0, -x, u);
    u.slope = -u.slope;
    return u;
  }
  if (parabolic_real(-1.0, a, -x, u)) return u;
  // The growing solution beyond where it has outgrown the other: pi / Gamma(1/2 + a) V.
  if (sqrt(primal(a)) * x + x * x / 4 > 20 && parabolic_real(1.0, a, x, u)) {
    u.y = u.y * R(2.5066282746310002), u.slope = u.slope * R(-2.5066282746310002);
    u.log = u.log - parabolic_log_gamma(a);
    return u;
  }
  u = parabolic_u_zero(order);
  parabolic_walk(a, 1.0, 0.0, -x, u);
  return u;
}

/// V(a, x), a >= 0 and of any sign x.
template <class R>
SCI_HD_LARGE parabolic_state<R> parabolic_v_positive(R order, double x) {
  const R a = parabolic_a(order);
  parabolic_state<R> v;
  const double size = abs(x), A = primal(a), grown = sqrt(A) * size + x * x / 4;
  if (x > 0 && grown > 20 && parabolic_real(1.0, a, x, v)) {
    v.y = v.y * R(0.7978845608028654), v.slope = v.slope * R(0.7978845608028654);
    return v;
  }
  if ((A < 15 && x > 0) || (A < 280 && grown < 1)) {
    v = parabolic_v_zero(order);
    parabolic_walk(a, 1.0, 0.0, x, v);
    return v;
  }
  // Gamma(1/2 + a) / pi U(a, +-x) as growing solutions, which need no gamma function, if they can.
  parabolic_state<R> right, left;
  const bool grows = parabolic_real(1.0, a, -size, right) && parabolic_real(1.0, a, size, left);
  if (grows) {
    right.slope = -right.slope;
  } else {
    right = parabolic_u(order, size), left = parabolic_u_left(order, size);
    left.slope = -left.slope;
  }
  // Both are functions of |x| now.
  const R s = -cospi(order), front = R(grows ? 0.7978845608028654 : 1.0);
  v = x >= 0 ? parabolic_joined(s * front, right, front, left) : parabolic_joined(front, right, s * front, left);
  if (x < 0) v.slope = -v.slope;
  if (!grows) v.log = v.log + parabolic_log_gamma(a) - R(1.1447298858494002);  // log(pi)
  return v;
}

/// An argument whose square is finite.
SCI_HD double parabolic_argument(double x) { return min(max(x, -1e140), 1e140); }

template <class R>
SCI_HD_LARGE many<R, 2> parabolic_d(R order, double x) {
  const R a = parabolic_a(order);
  if (!isfinite(primal(a)) || isnan(x)) return {{R(limits<double>::nan) * a, R(limits<double>::nan) * a}};
  x = parabolic_argument(x);
  if (x >= 0) return parabolic_finished(parabolic_u(order, x));
  parabolic_state<R> u = parabolic_u_left(order, -x);
  if (primal(a) < 0) u.slope = -u.slope;  // joined as a function of |x|
  return parabolic_finished(u);
}
template <class R>
SCI_HD_LARGE many<R, 2> parabolic_v(R order, double x) {
  const R a = parabolic_a(order);
  if (!isfinite(primal(a)) || isnan(x)) return {{R(limits<double>::nan) * a, R(limits<double>::nan) * a}};
  x = parabolic_argument(x);
  if (primal(a) >= 0) return parabolic_finished(parabolic_v_positive(order, x));
  if (x < 0 && parabolic_level(primal(a), x)) {
    parabolic_state<R> near = parabolic_v_zero(order);
    parabolic_walk(a, 1.0, 0.0, x, near);
    return parabolic_finished(near);
  }
  parabolic_state<R> v = parabolic_v_right(order, abs(x));
  if (x < 0) {
    v = parabolic_joined(-sinpi(order), parabolic_u(order, -x), -cospi(order), v);
    v.slope = -v.slope;
  }
  parabolic_less_gamma(v, -a);
  return parabolic_finished(v);
}

// D and V as functions of the order; NVRTC takes no generic lambdas.
struct parabolic_d_at {
  double x;
  template <class R>
  SCI_HD many<R, 2> operator()(R v) const {
    return parabolic_d(v, x);
  }
};
struct parabolic_v_at {
  double x;
  template <class R>
  SCI_HD many<R, 2> operator()(R v) const {
    return parabolic_v(v, x);
  }
};

template <class T, int n, class F>
SCI_HD many<T, 2> parabolic_by_v(F f, T v) {
  const many<double, 2> y = parabolic_derivative<n>(f, double(v));
  return {{T(y[0]), T(y[1])}};
}

/// Far beyond the turning points on the left.
template <class T>
SCI_HD bool parabolic_overflows(T v, T x) {
  return x < T(0) && isfinite(v) && x * x > T(8) * (abs(v) + T(400));
}

}  // namespace detail

/// D_v(x) and D_v'(x).
template <class T>
SCI_HD many<T, 2> pbdv(T v, T x) {
  const many<double, 2> y = detail::parabolic_d(double(v), double(x));
  return {{T(y[0]), T(y[1])}};
}
/// V_v(x) and V_v'(x).
template <class T>
SCI_HD many<T, 2> pbvv(T v, T x) {
  const many<double, 2> y = detail::parabolic_v(double(v), double(x));
  return {{T(y[0]), T(y[1])}};
}
/// The derivatives of both in v, and the second ones. What grows like exp(x^2/4) for x < 0 has the factor
/// 1/Gamma(-v) in D, and cos(v pi) in V: where that is 0 and the exponential overflows, infinity with the sign of the
/// change.
template <class T>
SCI_HD many<T, 2> pbdv_by_v(T v, T x) {
  const many<T, 2> y = detail::parabolic_by_v<T, 1>(detail::parabolic_d_at{double(x)}, v);
  if (!(isnan(y[0]) && detail::parabolic_overflows(v, x) && v >= T(0) && v == rint(v))) return y;
  const T rises = cospi(v) < T(0) ? limits<T>::infinity : -limits<T>::infinity;
  return {{rises, -rises}};
}
template <class T>
SCI_HD many<T, 2> pbdv_by_v2(T v, T x) {
  return detail::parabolic_by_v<T, 2>(detail::parabolic_d_at{double(x)}, v);
}
template <class T>
SCI_HD many<T, 2> pbvv_by_v(T v, T x) {
  const many<T, 2> y = detail::parabolic_by_v<T, 1>(detail::parabolic_v_at{double(x)}, v);
  if (!(isnan(y[0]) && detail::parabolic_overflows(v, x) && cospi(v) == T(0))) return y;
  const T rises = sinpi(v) > T(0) ? limits<T>::infinity : -limits<T>::infinity;
  return {{rises, -rises}};
}
template <class T>
SCI_HD many<T, 2> pbvv_by_v2(T v, T x) {
  return detail::parabolic_by_v<T, 2>(detail::parabolic_v_at{double(x)}, v);
}

}  // namespace sci
