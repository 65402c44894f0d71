// J of complex argument, real order.
//
// In the first quadrant, v >= 0, in this order; numbers in brackets are float's:
//   |z|^2 <= 4 (v + 1), or |z| <= 20 and |z| - Im z <= 1   ascending series (DLMF 10.2.2): hardly any cancellation
//   v < 33 (14), |z| < 33 (14)    Miller's algorithm, normalised by a series for exp(-i z)
//   else                          the modified functions in the right half plane: with w = -i z, Re w = Im z >= 0,
//     J_v(z) = e^{i pi v/2} I_v(w)                                           DLMF 10.27.6
//     J_-v(z) = e^{-i pi v/2} (I_v(w) + (2/pi) sin(v pi) K_v(w))             DLMF 10.27.2
// The other quadrants by J_v(conj z) = conj J_v(z) and J_v(-z) = e^{-+i pi v} J_v(z) (10.11.1).
#pragma once
#include "special/detail/bessel_ik_core.h"
#include "special/detail/bessel_jy_common.h"

namespace sci {
namespace detail {

/// f e^g 2^n, where no factor alone need be in the range of the type.
template <class T>
SCI_HD_LARGE complex<T> bessel_jy_times_exp(complex<T> f, complex<T> g, int n = 0) {
  using S = scalar_of<T>;
  // Four equal factors reach from the smallest |f| to the largest and beyond; a quarter is exact.
  S real_part = primal(g.re);
  if (n == 0 && abs(real_part) < limits<S>::log_max * S(0.4)) return f * exp(g);
  if (n != 0) bessel_ik_take_twos(g.re, n);
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
  bessel_step<T, complex<T>> step(base, z);
  complex<T> above = T(0), f = T(S(single ? 1e-30 : 1e-250)), sum = T(0), wanted = T(0);
  for (; k >= 1; --k) {
    // f belongs to the order base + k.
    T order = base + T(S(k)), below = base + T(S(k - 1));
    if (k == n) wanted = f;
    sum = f - times_i(sum);
    T ratio = k == 1 ? T(2) * order : order * (below + base) / (below * T(S(k)));
    sum = sum * ratio;
    complex<T> next = step(k) * f - above;
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

/// J_v(z), or J_-v(z) if `negative`, for v >= 0 and z != 0 in the first quadrant, `turned` as above. Dual numbers use
/// the last region, which reaches everywhere: every region costs a GPU seconds of compilation.
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
