// J of complex argument, real order.
//
// In the first quadrant, v >= 0, in this order; numbers in brackets are float's:
//   |z|^2 <= 4 (v + 1), or |z| <= 20 and |z| - Im z <= 1   ascending series (DLMF 10.2.2): hardly any cancellation
//   v < 33 (14), |z| < 33 (14)    Miller's algorithm, normalised by a series for exp(-i z)
//   v >= 150 (60), |xi| <= 25 (10)  Olver's expansion near the transition z = v
//   else                          the modified functions in the right half plane: with w = -i z, Re w = Im z >= 0,
//     J_v(z) = e^{i pi v/2} I_v(w)                                           DLMF 10.27.6
//     J_-v(z) = e^{-i pi v/2} (I_v(w) + (2/pi) sin(v pi) K_v(w))             DLMF 10.27.2
// The other quadrants by J_v(conj z) = conj J_v(z) and J_v(-z) = e^{-+i pi v} J_v(z) (10.11.1).
#pragma once
#include "special/detail/bessel_ik_core.h"
#include "special/detail/bessel_jy_common.h"
#include "special/detail/bessel_jy_olver.h"

namespace sci {
namespace detail {

/// f e^g 2^n, where no factor alone need be in the range of the type.
template <class T>
SCI_HD_LARGE complex<T> bessel_jy_times_exp(complex<T> f, complex<T> g, int n = 0) {
  using S = scalar_of<T>;
  // Four equal factors reach from the smallest |f| to the largest and beyond; a quarter is exact.
  S real_part = primal(g.re);
  if (n == 0 && abs(real_part) < limits<S>::log_max * S(0.4)) return f * exp(g);
  T fourth = exp(max(T(-limits<S>::log_max), min(T(limits<S>::log_max), T(g.re / T(4)))));
  complex<T> turned = f * complex<T>(cos(g.im), sin(g.im));
  SCI_NO_UNROLL for (int k = 4; k >= 1; --k) {
    int part = n / k;
    n -= part;
    turned = {ldexp(T(turned.re * fourth), part), ldexp(T(turned.im * fourth), part)};
  }
  return turned;
}

/// (z/2)^v / Gamma(v + 1) for z != 0, |arg z| <= pi; v log|z| loses digits for large v, so the modulus is a power.
template <class T>
SCI_HD_LARGE complex<T> bessel_j_plane_factor(T v, complex<T> z) {
  T modulus = bessel_jy_series_factor(T(abs(z) / T(2)), v), angle = v * arg(z);
  return {modulus * cos(angle), modulus * sin(angle)};
}

template <class T>
SCI_HD_LARGE complex<T> bessel_j_plane_series(T v, complex<T> z) {
  using S = scalar_of<T>;
  complex<T> half = z / T(2), square = -(half * half), term = T(1), sum = T(1);
  for (int k = 1; k < 60; ++k) {
    term = term * square * (T(1) / (T(S(k)) * (v + T(S(k)))));
    sum += term;
    if (negligible(term, sum)) break;
  }
  return bessel_j_plane_factor(v, z) * sum;
}

/// J_v(z) for v = n + base, 0 <= base < 1, Im z >= 0: backward recurrence, and
///   (z/2)^base e^{-iz} = Gamma(base + 1) sum c_k (-i)^k J_{base+k}(z), c_0 = 1,
///   c_k/c_{k-1} = (base + k)(2 base + k - 1)/((base + k - 1) k), 2 (base + 1) for k = 1   (DLMF 10.23.9 at angle 0).
/// All terms are of the size of e^{-iz}.
template <class T>
SCI_HD_LARGE complex<T> bessel_j_plane_miller(T base, int n, complex<T> z) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  S size = abs(primal(z));
  int k = int(single ? S(10) + S(1.5) * size : S(20) + S(2) * size);
  complex<T> two_over_z = T(2) / z, above = T(0), f = T(S(single ? 1e-30 : 1e-250)), sum = T(0), wanted = T(0);
  for (; k >= 1; --k) {
    // f belongs to the order base + k.
    T order = base + T(S(k)), below = base + T(S(k - 1));
    if (k == n) wanted = f;
    sum = f - times_i(sum);
    T ratio = k == 1 ? T(2) * order : order * (below + base) / (below * T(S(k)));
    sum = sum * ratio;
    complex<T> next = two_over_z * f * order - above;
    above = f;
    f = next;
  }
  if (n == 0) wanted = f;
  sum = f - times_i(sum);
  complex<T> factor = bessel_j_plane_factor(base, z) * exp(complex<T>(z.im, -z.re));
  return factor * (wanted / sum);
}

/// One copy of the modified functions' code.
template <class T>
SCI_HD_LARGE bessel_ik_pair<T> bessel_jy_modified_pair(T v, complex<T> w) {
  return bessel_ik_core(v, w);
}

/// J_v(z) and, if asked for, J_-v(z) from the modified functions; v >= 0, z != 0 in the first quadrant. With `turned`
/// each times exp(-i pi order). The phases are applied before the exponentials, which may overflow.
template <class T>
SCI_HD_LARGE void bessel_j_by_modified(T v, complex<T> z, bool want_minus, bool turned, complex<T>& plus,
                                       complex<T>& minus) {
  using S = scalar_of<T>;
  complex<T> w = {z.im, -z.re};
  bessel_ik_pair<T> f = bessel_jy_modified_pair(v, w);
  complex<T> up = {w.re - f.log_scale, w.im};
  T c = cospi(v / T(2)), s = sinpi(v / T(2));
  if (turned) s = -s;
  plus = bessel_jy_times_exp(complex<T>(c, s) * f.i, up, -f.shift);
  if (!want_minus) return;
  minus = bessel_jy_times_exp(complex<T>(c, -s) * f.i, up, -f.shift);
  T sine = sinpi(v);
  if (primal(sine) != S(0) || is_dual<T>)
    minus += bessel_jy_times_exp(complex<T>(c, -s) * f.k * (sine * T(S(2) * numbers::inv_pi<S>)), -up, f.shift);
}

/// Ai and Ai' of a complex argument of moderate size, with derivatives by Ai'' = s Ai: the Maclaurin series
/// (DLMF 9.4.1), K_{1/3} and K_{2/3} (9.6.2-3), or J of the orders +-1/3 and +-2/3 (9.6.6-7).
template <class T>
SCI_HD_LARGE void bessel_jy_airy_plane(complex<T> s, complex<T>& ai, complex<T>& ai1) {
  if constexpr (is_dual<T>) {
    using U = decltype(s.re.v);
    complex<U> value(s.re.v, s.im.v), slope(s.re.d, s.im.d), a, a1;
    bessel_jy_airy_plane(value, a, a1);
    complex<U> d = a1 * slope, d1 = value * a * slope;
    ai = {T(a.re, d.re), T(a.im, d.im)};
    ai1 = {T(a1.re, d1.re), T(a1.im, d1.im)};
  } else {
    const T third = T(1) / T(3);
    if (abs1(s) < T(0.75)) {
      const T c0 = T(0.3550280538878172392600631860041832), c1 = T(-0.2588194037928067984051835601892040);
      complex<T> cube = s * s * s, f = T(1), g = s, f1 = s * s / T(2), g1 = T(1), tf = f, tg = g;
      complex<T> tf1 = f1, tg1 = g1;
      for (int k = 1; k < 10; ++k) {
        T n = T(3 * k);
        tf = tf * cube / (n * (n - T(1)));
        tg = tg * cube / (n * (n + T(1)));
        tf1 = tf1 * cube / (n * (n + T(2)));
        tg1 = tg1 * cube / (n * (n - T(2)));
        f += tf, g += tg, f1 += tf1, g1 += tg1;
      }
      ai = f * c0 + g * c1;
      ai1 = f1 * c0 + g1 * c1;
      return;
    }
    const T sqrt3 = T(1.7320508075688772935274463415058724);
    if (s.re > T(0) && abs(s.im) <= sqrt3 * s.re) {
      complex<T> root = sqrt(s), xi = s * root * (T(2) * third);
      bessel_ik_pair<T> a = bessel_jy_modified_pair(third, xi), b = bessel_jy_modified_pair(T(T(2) * third), xi);
      complex<T> e = exp(-xi) * (numbers::inv_pi<T> / sqrt3);
      ai = root * a.k * e;
      ai1 = -(s * b.k * e);
      return;
    }
    complex<T> m = -s;
    bool lower = m.im < T(0);
    if (lower) m = conj(m);
    complex<T> root = sqrt(m), xi = m * root * (T(2) * third);
    // arg xi is in [0, pi]; J_v(xi) = e^{i pi v} conj J_v(-conj xi) in the second quadrant.
    bool left = xi.re < T(0);
    complex<T> q = {abs(xi.re), xi.im};
    complex<T> a, b, c, d;
    bessel_j_by_modified(third, q, true, false, a, b);
    bessel_j_by_modified(T(2) * third, q, true, false, c, d);
    if (left) {
      complex<T> turn(T(0.5), sqrt3 / T(2)), turn2(T(-0.5), sqrt3 / T(2));
      a = turn * conj(a);
      b = conj(turn * b);
      c = turn2 * conj(c);
      d = conj(turn2 * d);
    }
    ai = root * (a + b) * third;
    ai1 = m * (c - d) * third;
    if (lower) {
      ai = conj(ai);
      ai1 = conj(ai1);
    }
  }
}

/// Olver's expansion (DLMF 10.20.4) for |log(z/v)| < 0.35; false away from the transition.
template <class T>
SCI_HD_LARGE bool bessel_j_plane_olver(T v, complex<T> z, complex<T>& value) {
  using S = scalar_of<T>;
  complex<T> t = {(z.re - v) / v, z.im / v};
  if (abs1(primal(t)) > S(0.45)) return false;
  complex<T> u = log1p(t), zeta = -(u * bessel_jy_olver_coefficients<S>::zeta_ratio(u));
  S size = abs(primal(zeta));
  if (S(2) / S(3) * primal(v) * size * sqrt(size) > bessel_jy_limits<S>::debye_phase) return false;
  T c = cbrt(v), inverse = T(1) / v;
  complex<T> a, b, ai, ai1;
  bessel_jy_olver_coefficients<S>::sums(u, complex<T>(inverse * inverse), a, b);
  bessel_jy_airy_plane(complex<T>(zeta * (c * c)), ai, ai1);
  value = ai * a / c + ai1 * b * (inverse / (c * c));
  return true;
}

/// J_v(z), or J_-v(z) if `negative`, for v >= 0 and z != 0 in the first quadrant, `turned` as above. Dual numbers use
/// the last two regions, which reach everywhere: every region costs a GPU seconds of compilation.
template <class T>
SCI_HD complex<T> bessel_j_quadrant(T v, complex<T> z, bool negative, bool turned) {
  using S = scalar_of<T>;
  using L = bessel_jy_limits<S>;
  S order = primal(v);
  bool parity = negative && is_hardware<T> && order == rint(order);
  complex<T> value, minus;
  if (negative && !parity) {
    bessel_j_by_modified(v, z, true, turned, value, minus);
    return minus;
  }
  bool done = false;
  if constexpr (is_hardware<T>) {
    S size = abs(z);
    bool near_imaginary = size <= S(20) && size - z.im <= S(1);
    if (order < bessel_jy_gamma_order<T> && (size * size <= S(4) * (order + S(1)) || near_imaginary)) {
      value = bessel_j_plane_series(v, z);
      done = true;
    } else if (order < L::large_order && size < L::large_order) {
      int n = int(floor(order));
      value = bessel_j_plane_miller(v - S(n), n, z);
      done = true;
    }
  }
  if (!done && order >= S(L::is_float ? 60 : 150)) done = bessel_j_plane_olver(v, z, value);
  if (!done) {
    bessel_j_by_modified(v, z, false, turned, value, minus);
  } else if (turned) {
    value = complex<T>(cospi(v), -sinpi(v)) * value;
  }
  return parity && order - S(2) * rint(order / S(2)) != S(0) ? -value : value;
}

/// J_v(z) for real order v and complex z not on the real axis.
template <class T>
SCI_HD complex<T> bessel_j_plane(T v, complex<T> z) {
  bool lower = primal(z.im) < 0, left = primal(z.re) < 0, negative = primal(v) < 0;
  complex<T> q = {left ? -z.re : z.re, lower ? -z.im : z.im};
  // -conj(q) = q e^{i (pi - 2 arg q)}: J_v(-conj q) = e^{i pi v} conj J_v(q)
  complex<T> value = bessel_j_quadrant(negative ? -v : v, q, negative, left);
  return left != lower ? conj(value) : value;
}

}  // namespace detail
}  // namespace sci
