// Y, the Hankel functions and scaled J of complex argument and real order, from one pair of functions.
//
// In the upper half plane, v >= 0, with w = -i z in the right half plane (bessel_ik_core.h):
//   J_v(z) = e^{i pi v/2} I_v(w)                      DLMF 10.27.6
//   H1_v(z) = 2/(pi i) e^{-i pi v/2} K_v(w)           DLMF 10.27.8
// and every function is a J + b H1 with the coefficients of bessel_cylinder_weights: H2 = 2 J - H1, Y = i (J - H1), and
// the reflections H1_-v = e^{i pi v} H1_v, H2_-v = e^{-i pi v} H2_v (10.4.6), Y_-v = sin(v pi) J_v + cos(v pi) Y_v,
// J_-v = cos(v pi) J_v - sin(v pi) Y_v (10.2.3, 10.4.5). J grows and H1 decays in that half plane, so that H1, the only
// recessive one, is never a difference. The lower half plane by conjugation, which changes H1 for H2 (10.11.9). On the
// positive real axis J and Y are the real ones, Y of whole and half orders below 33 by forward recurrence from the
// elementary ones and from Y_0, Y_1 (99% within 8 eps of the modulus, largest 11); the negative real axis belongs to
// the upper half plane.
//
// The scaled kinds have the holomorphic factor exp(-i z) (H1), exp(i z) (H2), or exp(i s z) with s the sign of Im z
// (J, Y). T is float, double or a dual of it (derivatives in the order and the argument).
#pragma once
#include "special/bessel_jy.h"
#include "special/bessel_order01.h"
#include "special/detail/bessel_ik_complex.h"

namespace sci {
namespace detail {

enum bessel_cylinder_kind {
  bessel_turned_i,  // exp(-s z) I_v(z), s the sign of Re z
  bessel_turned_j,
  bessel_turned_y,
  bessel_plain_y,
  bessel_plain_h1,
  bessel_plain_h2,
  bessel_scaled_h1,
  bessel_scaled_h2,
  bessel_cylinder_kinds
};

/// Y_v(0) as the limit x -> 0+, the sign of -cos(v pi) for negative v, 0 where that vanishes.
template <class S>
SCI_HD S bessel_y_at_zero(S v) {
  S sign = v >= S(0) ? S(1) : cospi(v);
  return sign == S(0) ? S(0) : sign > S(0) ? -limits<S>::infinity : limits<S>::infinity;
}

/// Y_v(x) for v = 0, 1/2, 1, 3/2, ... < limits::large_order and x > 0: upwards from orders that are cheap.
template <class S>
SCI_HD_LARGE S bessel_y_upward(S v, S x) {
  if (v == rint(v)) {
    S y0 = bessel_y01<0>(x);
    if (v == S(0)) return y0;
    int e;
    S g = x < limits<S>::epsilon ? -numbers::inv_pi<S> : bessel_y01<1>(x) * (x / S(2));
    S y = bessel_jy_forward(S(0), int(v), x, y0, g, e);
    return bessel_jy_scale(y, e);
  }
  int e;
  S size = S(0.7978845608028653558798921198687637) / sqrt(x);  // DLMF 10.16.1
  S y = bessel_jy_forward(S(-0.5), int(v + S(0.5)), x, S(size * sin(x)), S(-(size * cos(x)) * (x / S(2))), e);
  return bessel_jy_scale(y, e);
}

/// Y_v(x) for every real v and x.
template <class T>
SCI_HD_LARGE T bessel_y_real(T v, T x) {
  using S = scalar_of<T>;
  S order = primal(v), size = primal(x);
  if (isnan(order) || isnan(size) || isinf(order) || size < S(0)) return T(limits<S>::nan);
  if (isinf(size)) return T(0);
  if (size == S(0)) return T(bessel_y_at_zero(order));
  if constexpr (is_hardware<T>) {
    bool half = S(2) * order == rint(S(2) * order);
    if (half && order >= S(0) && order < bessel_jy_limits<S>::large_order) return bessel_y_upward(order, size);
  }
  if (order >= S(0)) {
    bessel_jy_pair<T> f = bessel_jy_core(v, x, true);
    return bessel_jy_scale(f.y, f.up);
  }
  bessel_jy_pair<T> f = bessel_jy_core(T(-v), x, true);
  // At half an odd number, where cos(v pi) is 0, an overflow of Y_-v must not make NaN of it.
  T c = cospi(v), y = primal(c) == S(0) && is_hardware<T> ? T(0) : bessel_jy_scale(T(c * f.y), f.up);
  return y - sinpi(v) * bessel_jy_scale(f.j, -f.down);
}

/// a and b of f_v = a J_|v| + b H1_|v|.
template <class T>
SCI_HD void bessel_cylinder_weights(bessel_cylinder_kind kind, T v, complex<T>& a, complex<T>& b) {
  using S = scalar_of<T>;
  const T zero = T(0), one = T(1);
  if (primal(v) >= S(0)) {
    bool y = kind == bessel_turned_y || kind == bessel_plain_y;
    if (kind == bessel_turned_j) {
      a = complex<T>(one), b = complex<T>(zero);
    } else if (y) {
      a = complex<T>(zero, one), b = complex<T>(zero, -one);
    } else {
      bool first = kind == bessel_plain_h1 || kind == bessel_scaled_h1;
      a = complex<T>(T(first ? 0 : 2)), b = complex<T>(T(first ? 1 : -1));
    }
    return;
  }
  T c = cospi(v), s = -sinpi(v);  // of |v|
  complex<T> back = {c, -s};
  if (kind == bessel_turned_j) {
    a = back, b = complex<T>(zero, s);
  } else if (kind == bessel_turned_y || kind == bessel_plain_y) {
    a = times_i(back), b = complex<T>(zero, -c);
  } else if (kind == bessel_plain_h1 || kind == bessel_scaled_h1) {
    a = complex<T>(zero), b = complex<T>(c, s);
  } else {
    a = back * T(2), b = -back;
  }
}

/// A product that is 0 where the weight is, whatever the other factor.
template <class T>
SCI_HD complex<T> bessel_cylinder_term(complex<T> weight, complex<T> f, complex<T> exponent, int shift) {
  if (largest(weight.re) == scalar_of<T>(0) && largest(weight.im) == scalar_of<T>(0)) return complex<T>(T(0));
  return bessel_ik_times_exp(complex<T>(weight * f), exponent, shift);
}

/// A function of the upper half plane, its cut included; z is neither 0 nor infinite nor NaN.
template <class T>
SCI_HD_LARGE complex<T> bessel_cylinder_upper(bessel_cylinder_kind kind, T v, complex<T> z) {
  using S = scalar_of<T>;
  complex<T> a, b, iz = times_i(z), scale = complex<T>(T(0));
  bessel_cylinder_weights(kind, v, a, b);
  if (kind == bessel_scaled_h1) scale = -iz;
  if (kind == bessel_scaled_h2 || kind == bessel_turned_j || kind == bessel_turned_y) scale = iz;
  T order = primal(v) < S(0) ? -v : v;
  bessel_ik_pair<T> p = bessel_jy_modified_pair(order, complex<T>(z.im, -z.re));
  complex<T> turn = {cospi(order / T(2)), sinpi(order / T(2))}, log_scale = complex<T>(p.log_scale);
  complex<T> j = turn * p.i, h = conj(turn) * p.k * T(S(2) * numbers::inv_pi<S>);
  h = {h.im, -h.re};
  return bessel_cylinder_term(a, j, complex<T>(scale - iz - log_scale), -p.shift) +
         bessel_cylinder_term(b, h, complex<T>(scale + iz + log_scale), p.shift);
}

/// The same on the positive real axis, from the real functions; the scale is put on afterwards.
template <class T>
SCI_HD_LARGE complex<T> bessel_cylinder_axis(bessel_cylinder_kind kind, T v, complex<T> z) {
  if (kind == bessel_plain_y) return {bessel_y_real(v, z.re), T(0)};
  bool only_j = kind == bessel_turned_j, only_y = kind == bessel_turned_y;
  bool first = kind == bessel_plain_h1 || kind == bessel_scaled_h1;
  T j = only_y ? T(0) : bessel_j_real(v, z.re), y = only_j ? T(0) : bessel_y_real(v, z.re);
  complex<T> f = only_j ? complex<T>(j) : only_y ? complex<T>(y) : complex<T>(j, first ? y : -y);
  if (kind == bessel_plain_h1 || kind == bessel_plain_h2) return f;
  T c = cos(z.re), s = sin(z.re);
  return kind == bessel_scaled_h1 ? f * complex<T>(c, -s) : f * complex<T>(c, s);
}

template <class T>
SCI_HD complex<T> bessel_cylinder(bessel_cylinder_kind kind, T v, complex<T> z) {
  using S = scalar_of<T>;
  const T nan = T(limits<S>::nan);
  if (kind == bessel_turned_i) {
    complex<T> f = bessel_i_complex(v, z, true);
    S angle = primal(z.re) < S(0) ? primal(z.im) : -primal(z.im);
    return angle == S(0) ? f : f * complex<T>(T(cos(angle)), T(sin(angle)));
  }
  if (!bessel_ik_usable(v, z)) {
    bool zero = primal(z.re) == S(0) && primal(z.im) == S(0) && isfinite(primal(v));
    if (zero && kind == bessel_turned_j) return bessel_j_complex(v, z);
    if (zero && kind == bessel_plain_y && isinf(bessel_y_at_zero(primal(v))))
      return {T(bessel_y_at_zero(primal(v))), T(0)};
    if (zero && kind == bessel_plain_h2 && primal(v) == S(0)) return {nan, T(limits<S>::infinity)};  // as SciPy
    return {nan, nan};
  }
  if (primal(z.im) == S(0) && primal(z.re) > S(0)) return bessel_cylinder_axis(kind, v, z);
  if (!(primal(z.im) < S(0))) return bessel_cylinder_upper(kind, v, z);
  if (kind >= bessel_plain_h1) {
    bool first = kind == bessel_plain_h1 || kind == bessel_scaled_h1;
    kind = bessel_cylinder_kind(int(kind) + (first ? 1 : -1));
  }
  return conj(bessel_cylinder_upper(kind, v, conj(z)));
}

}  // namespace detail
}  // namespace sci
