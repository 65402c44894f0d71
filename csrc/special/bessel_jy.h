// Bessel functions J and Y of real order.
//
// Real axis, v >= 0, x > 0 (bessel_jy_core), in this order; numbers in brackets are float's:
//   v = 0, 1                       polynomials, or Hankel's expansion by polynomials (bessel_jy_order01.h)
//   x^2 <= 4 (v + 1)               ascending series of J (DLMF 10.2.2)
//   v^2 <= 2 x, x >= 20 (9)        Hankel's expansion (10.17)
//   v >= 33 (14)                   Olver's expansion near the transition x = v (10.20), Debye's elsewhere (10.19)
//   x >= 33 (14)                   Hankel's expansion for |mu| <= 1/2, then forward recurrence, stable for v < x
//   else                           Miller's algorithm; Y by Temme's series or Steed's continued fraction
// Negative orders by J_-v = cos(v pi) J_v - sin(v pi) Y_v (DLMF 10.2.3). The same code on dual numbers gives the
// derivatives in the order (jv_dv, jv_dv2). Complex arguments: detail/bessel_jy_complex.h.
//
// Measured against ball arithmetic (|v| up to 1e5, |z| from 1e-300 to 1e8, the transition z = v), errors in eps of the
// value, or of sqrt(J^2 + Y^2) where the functions oscillate: median 1, 99% below 5.5, largest 14, real and complex:
// exponents and phases of large order are found to twice the digits (bessel_jy_phase.h, bessel_ik_exponential.h), and
// recurrences put back the rounding of their factors (bessel_step.h). Derivatives in the order: first 50, second 100 as
// a rule, relative error below 1e-11 at their zeros.
//
// Conventions are SciPy's: for x < 0 parity at whole orders and NaN else, +-inf for negative v at x = 0 with the sign
// of 1/Gamma(v + 1), NaN for a complex 0 there and for infinite complex z; only J_v(+-inf) is the limit 0 here.
#pragma once
#include "special/detail/bessel_jy_complex.h"
#include "special/detail/bessel_jy_debye.h"
#include "special/detail/bessel_jy_hankel.h"
#include "special/detail/bessel_jy_moderate.h"
#include "special/detail/bessel_jy_olver.h"
#include "special/detail/bessel_jy_order01.h"
#include "special/detail/bessel_jy_phase.h"

namespace sci {
namespace detail {

/// J_v(x) for x^2 <= 4 (v + 1): the terms fall from the second on, and lose a digit at most by cancellation.
template <class T>
SCI_HD_LARGE T bessel_j_series(T v, T x) {
  using S = scalar_of<T>;
  T half = x / T(2), square = -(half * half), term = T(1), sum = T(1);
  for (int k = 1; k < 40; ++k) {
    term *= square / (T(S(k)) * (v + T(S(k))));
    sum += term;
    if (negligible(term, sum)) break;
  }
  return bessel_jy_series_factor(half, v) * sum;
}

/// J and Y for v >= limits::large_order, v^2 > 2 x.
template <class T>
SCI_HD_LARGE bessel_jy_pair<T> bessel_jy_large(T v, T x) {
  using S = scalar_of<T>;
  T t = (x - v) / v;
  const S phase = bessel_jy_limits<S>::debye_phase;
  if (primal(t) > S(-0.65) && primal(t) < S(1.886)) {  // |log(x/v)| where Olver's coefficients are known
    T u = log1p(t), zeta = -(u * bessel_jy_olver_coefficients<S>::zeta_ratio(u));
    S size = abs(primal(zeta));
    // (2/3) v |zeta|^(3/2) is the exponent or phase of Debye's expansion, free of cancellation.
    if (S(2) / S(3) * primal(v) * size * sqrt(size) < phase) {
      T c = cbrt(v), s = c * c * zeta;
      return bessel_jy_olver(v, u, c, s, bessel_jy_airy_rest(primal(v), primal(x), primal(s)));
    }
    if (primal(t) < S(0)) {
      T xi = v * (abs(zeta) * sqrt(abs(zeta))) * T(S(2) / S(3));
      return bessel_jy_debye_decaying(v, x, xi, T(-t));
    }
  }
  if (primal(t) < S(0)) {
    T q = sqrt(-t * (T(1) + x / v));
    return bessel_jy_debye_decaying(v, x, T(v * (log((T(1) + q) * (v / x)) - q)), T(-t));
  }
  // xi = x - v pi/2 + delta: x and v pi/2 are reduced with all their digits, delta is about v^2/(2 x).
  T r = v * sqrt(t * (T(1) + x / v)), delta = v * (atan(v / r) - v / T(2) / (x / T(2) + r / T(2)));
  T c, s, cos_delta, sin_delta;
  bessel_jy_turn(delta, bessel_jy_delay(double(primal(v)), double(primal(x))), cos_delta, sin_delta);
  bessel_jy_phase(v, x, c, s);
  return bessel_jy_debye_oscillating(v, x, t, T(c * cos_delta - s * sin_delta), T(s * cos_delta + c * sin_delta));
}

/// Y_v(x) 2^-up for v < limits::large_order, x < limits::large_order.
template <class T>
SCI_HD_LARGE T bessel_y_moderate(T v, T x, int& up) {
  using S = scalar_of<T>;
  int n = int(rint(primal(v)));
  T mu = v - T(S(n)), y0, y1;
  if (primal(x) <= S(2)) {
    bessel_jy_temme(mu, x, y0, y1);
  } else {
    // J' + i Y' = (p + i q)(J + i Y)
    T j0, j1, jn, p, q;
    bessel_jy_miller(mu, 0, x, j0, j1, jn);
    bessel_jy_steed(mu, x, p, q);
    T slope = mu / x;
    y0 = ((p - slope) * j0 + j1) / q;
    y1 = ((slope - p) * y0 - q * j0) * x / T(2);
  }
  return bessel_jy_forward(mu, n, x, y0, y1, up);
}

/// J_v(x) and, if asked for, Y_v(x); v >= 0, 0 < x < infinity.
template <class T>
SCI_HD_LARGE bessel_jy_pair<T> bessel_jy_core(T v, T x, bool want_y) {
  using S = scalar_of<T>;
  using L = bessel_jy_limits<S>;
  S order = primal(v), size = primal(x);
  if constexpr (is_hardware<T>) {
    if (!want_y && order == S(0)) return {bessel_j01<0>(x), S(0), 0, 0};
    if (!want_y && order == S(1)) return {bessel_j01<1>(x), S(0), 0, 0};
  }
  bool series = size * size <= S(4) * (order + S(1)) && order < bessel_jy_gamma_order<T>;
  bessel_jy_pair<T> out = {T(0), T(0), 0, 0};
  if (series) {
    out.j = bessel_j_series(v, x);
    if (!want_y) return out;
  }
  if (size >= L::hankel && order * (order / S(2)) <= size) return bessel_jy_hankel(v, x);
  if (order >= L::large_order) {
    bessel_jy_pair<T> large = bessel_jy_large(v, x);
    if (!series) return large;
    out.y = large.y;
    out.up = large.up;
    return out;
  }
  int n = int(rint(order));
  T mu = v - T(S(n));
  if (size >= L::large_order) {
    bessel_jy_pair<T> first, second;
    bessel_jy_hankel_two(mu, x, first, second);
    T half_x = x / T(2);
    out.j = bessel_jy_forward(mu, n, x, first.j, T(second.j * half_x), out.down);
    if (want_y) out.y = bessel_jy_forward(mu, n, x, first.y, T(second.y * half_x), out.up);
    return out;
  }
  if (!series) {
    T j0, j1;
    bessel_jy_miller(mu, n, x, j0, j1, out.j);
  }
  if (want_y) out.y = bessel_y_moderate(v, x, out.up);
  return out;
}

/// J_v(0) as the limit x -> 0+.
template <class S>
SCI_HD S bessel_j_at_zero(S v) {
  if (v == S(0)) return S(1);
  if (v > S(0) || v == rint(v)) return S(0);
  // 1/Gamma(v + 1) has the sign of -sin(v pi) there; past 2^53 all orders are integers.
  return sinpi(v) < S(0) ? limits<S>::infinity : -limits<S>::infinity;
}

/// J_v(x) for every real v and x.
template <class T>
SCI_HD_LARGE T bessel_j_real(T v, T x) {
  using S = scalar_of<T>;
  S order = primal(v), size = primal(x);
  if (isnan(order) || isnan(size)) return T(limits<S>::nan);
  bool integer = order == rint(order), odd = integer && abs(order - S(2) * rint(order / S(2))) == S(1);
  if (isinf(order)) return order > S(0) && isfinite(size) ? T(0) : T(limits<S>::nan);
  bool flip = false;
  if (size < S(0)) {
    if (!integer) return T(limits<S>::nan);
    x = -x;
    flip = odd;
  }
  if (isinf(size)) return T(0);
  T value;
  if (size == S(0)) {
    value = T(bessel_j_at_zero(order));
  } else if (order >= S(0)) {
    bessel_jy_pair<T> f = bessel_jy_core(v, x, false);
    value = bessel_jy_scale(f.j, -f.down);
  } else {
    bool parity = integer && is_hardware<T>;
    bessel_jy_pair<T> f = bessel_jy_core(T(-v), x, !parity);
    if (parity) {
      value = bessel_jy_scale(f.j, -f.down);
      if (odd) value = -value;
    } else {
      value = bessel_jy_scale(T(cospi(v) * f.j), -f.down) + bessel_jy_scale(T(sinpi(v) * f.y), f.up);
    }
  }
  return flip ? -value : value;
}

/// The n-th derivative in the order, n = 1, 2, for x <= 0 or what is not finite: J_v is 0 for all v at x = infinity,
/// and for all x at v = infinity.
template <class S>
SCI_HD S bessel_j_order_at_edge(int n, S v, S x) {
  if (isnan(v) || !(x >= S(0)) || v == -limits<S>::infinity || (isinf(v) && isinf(x))) return limits<S>::nan;
  return isinf(x) || isinf(v) ? S(0) : bessel_order_at_zero(n, v);
}
template <class S>
SCI_HD bool bessel_j_at_edge(S v, complex<S> z) {
  return !isfinite(v) || !isfinite(z.re) || !isfinite(z.im) || (z.re == S(0) && z.im == S(0));
}
template <class S>
SCI_HD complex<S> bessel_j_order_at_edge(S v, complex<S> z) {
  bool zero = z.re == S(0) && z.im == S(0) && v > S(0) && isfinite(v);
  return zero ? complex<S>(S(0)) : complex<S>(limits<S>::nan, limits<S>::nan);
}

/// J_v(z) for real v and complex z; the cut along the negative real axis belongs to the upper half plane.
template <class T>
SCI_HD complex<T> bessel_j_complex(T v, complex<T> z) {
  using S = scalar_of<T>;
  const T nan = T(limits<S>::nan);
  S order = primal(v), x = primal(z.re), y = primal(z.im);
  if (isnan(order) || isnan(x) || isnan(y) || isinf(order) || (isinf(x) && y != S(0)) || isinf(y)) return {nan, nan};
  if (y != S(0) || (is_dual<T> && x != S(0))) return bessel_j_plane(v, z);
  if constexpr (is_hardware<T>) {
    if (x > S(0)) return {bessel_j_real(v, x), T(0)};
    if (x < S(0)) {
      T value = bessel_j_real(v, -x);
      return {cospi(v) * value, sinpi(v) * value};
    }
  }
  T value = T(bessel_j_at_zero(order));
  return isfinite(primal(value)) ? complex<T>(value, T(0)) : complex<T>(nan, nan);
}

}  // namespace detail

/// The Bessel function of the first kind, J_v(x).
template <class T>
SCI_HD T jv(T v, T x) {
  return detail::bessel_j_real(v, x);
}
template <class T>
SCI_HD complex<T> jv(T v, complex<T> z) {
  return detail::bessel_j_complex(v, z);
}

/// dJ_v/dv and d^2J_v/dv^2. On the negative real axis they are complex at whole orders, too: NaN for real arguments.
template <class T>
SCI_HD T jv_dv(T v, T x) {
  if (!(x > T(0)) || isinf(x) || isnan(v) || isinf(v)) return detail::bessel_j_order_at_edge(1, v, x);
  return detail::bessel_j_real(variable(v), dual<T>(x)).d;
}
template <class T>
SCI_HD T jv_dv2(T v, T x) {
  if (!(x > T(0)) || isinf(x) || isnan(v) || isinf(v)) return detail::bessel_j_order_at_edge(2, v, x);
  return detail::bessel_j_real(variable2(v), dual<dual<T>>(dual<T>(x))).d.d;
}
template <class T>
SCI_HD complex<T> jv_dv(T v, complex<T> z) {
  if (detail::bessel_j_at_edge(v, z)) return detail::bessel_j_order_at_edge(v, z);
  auto f = detail::bessel_j_complex(variable(v), complex<dual<T>>(dual<T>(z.re), dual<T>(z.im)));
  return {f.re.d, f.im.d};
}
template <class T>
SCI_HD complex<T> jv_dv2(T v, complex<T> z) {
  if (detail::bessel_j_at_edge(v, z)) return detail::bessel_j_order_at_edge(v, z);
  using D = dual<dual<T>>;
  auto f = detail::bessel_j_complex(variable2(v), complex<D>(D(dual<T>(z.re)), D(dual<T>(z.im))));
  return {f.re.d.d, f.im.d.d};
}

}  // namespace sci
