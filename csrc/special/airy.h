// Airy functions Ai, Bi and their derivatives, plain and scaled, real and complex.
//
//   airy(z)         Ai, Ai', Bi, Bi'
//   airy_scaled(z)  exp(zeta) (Ai, Ai'), exp(-s zeta) (Bi, Bi'), zeta = (2/3) z^(3/2), s the sign of Re zeta; for real
//                   z < 0 NaN, NaN, Bi, Bi'
//   airy_scaled_slope, _curvature(z)   the first and second derivative of exp(zeta) Ai and exp(-s zeta) Bi
//   airy_phase(x, y)                   exp(i s Im zeta) at z = x + i y, the factor that makes exp(-|Re zeta|) of s zeta
//
// Real: Taylor series from a table for |x| < 9.2 (detail/bessel_jy_airy.h), asymptotic expansions beyond
// (detail/airy_asymptotic.h). Complex: one Taylor step from a grid of nodes for |z| < 9.2 (detail/airy_nodes.h), for Bi
// and near the negative axis by DLMF 9.2.10-14 from rotated arguments; asymptotic expansions beyond. zeta and the
// rotated arguments carry twice the digits, so that neither the phase for large z nor a scale costs any. (In brackets,
// float's: 5.6.)
//
// Measured against ball arithmetic: 5 eps of the value (real, where it has no zeros), of sqrt(Ai^2 + Bi^2) or of the
// modulus else. Derivatives of the scaled functions lose up to |z|^(3/2) eps below 9.2, none beyond.
#pragma once
#include "special/detail/airy_asymptotic.h"
#include "special/detail/bessel_jy_airy.h"
#include "special/detail/narrowed.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD many<T, 4> airy_negative(T x) {
  airy_pair<T> zeta = airy_zeta(x);
  if constexpr (is_same<T, float>) {
    if (zeta.high > T(1e3)) {
      return narrowed<T>(airy_negative(double(x)));
    }
  }
  const T nan = limits<T>::nan;
  if (!(zeta.high <= airy_phase_end<T>)) return {{nan, nan, nan, nan}};
  T r = T(1) / zeta.high, even, odd, even1, odd1;
  airy_turned_sums(airy_tables::u, r, even, odd);
  airy_turned_sums(airy_tables::v, r, even1, odd1);
  complex<T> turn = airy_turn(zeta.high, zeta.low);
  T minus = turn.im - turn.re, plus = turn.re + turn.im;  // sqrt(2) times sin and cos of zeta - pi/4
  T q = sqrt(sqrt(x)), low = T(0.39894228040143267793994605993438187) / q, high = low * q * q;
  return {{low * (plus * even + minus * odd), high * (minus * even1 - plus * odd1), low * (plus * odd - minus * even),
           high * (plus * even1 + minus * odd1)}};
}

template <class T>
SCI_HD many<T, 4> airy_far(T x, bool scaled) {
  airy_pair<T> zeta = airy_zeta(x);
  airy_factors<T> f = airy_amplitudes(sqrt(x), T(T(1) / zeta.high), airy_half_inv_sqrt_pi<T>);
  f.p *= T(2);
  f.p1 *= T(2);
  if (scaled) return {{f.m, f.m1, f.p, f.p1}};
  if (zeta.high > T(-2) * limits<T>::log_min) return {{T(0), T(-0.0), limits<T>::infinity, limits<T>::infinity}};
  // In two halves: exp(zeta) may overflow where Bi does not.
  T up = exp(zeta.high / T(2)), down = T(1) / up, change = T(1) + zeta.low;
  T down2 = down * (T(1) - zeta.low), up2 = up * change;
  return {{f.m * down * down2, f.m1 * down * down2, f.p * up * up2, f.p1 * up * up2}};
}

template <class T>
SCI_HD many<T, 4> airy_edge(T x, bool scaled) {
  const T nan = limits<T>::nan, inf = limits<T>::infinity;
  if (isnan(x)) return {{nan, nan, nan, nan}};
  if (x < T(0)) return {{scaled ? nan : T(0), nan, T(0), nan}};
  return scaled ? many<T, 4>{{T(0), -inf, T(0), inf}} : many<T, 4>{{T(0), T(-0.0), inf, inf}};
}

template <class T>
SCI_HD_LARGE many<T, 4> airy_real(T x, bool scaled) {
  if (!isfinite(x)) return airy_edge(x, scaled);
  many<T, 4> f;
  if (x <= -airy_large<T>) {
    f = airy_negative(T(-x));
  } else if (x >= airy_large<T>) {
    return airy_far(x, scaled);
  } else {
    bessel_jy_airy_values<T> near = bessel_jy_airy_taylor(x);
    f = {{near.ai, near.ai1, near.bi, near.bi1}};
    if (scaled && x > T(0)) {
      airy_pair<T> zeta = airy_zeta(x);
      T up = exp(zeta.high), down = T(1) / up;
      up *= T(1) + zeta.low;
      down *= T(1) - zeta.low;
      f = {{f[0] * up, f[1] * up, f[2] * down, f[3] * down}};
    }
  }
  if (scaled && x < T(0)) f[0] = f[1] = limits<T>::nan;
  return f;
}

/// Is arg z beyond 2 pi/3, in the upper half plane?
template <class T>
SCI_HD bool airy_beyond_stokes(complex<T> z) {
  T line = T(-1.7320508075688772) * z.re;
  return z.im < line;
}

/// Ai, Ai', Bi, Bi' in the upper half plane below `airy_large`, each pair times exp of its scale.
template <class T>
SCI_HD_LARGE many<complex<T>, 4> airy_upper_near(complex<T> z) {
  const complex<T> turn = {T(0.8660254037844386467637231707529362), T(0.5)}, i = {T(0), T(1)};  // exp(pi i/6)
  const complex<T> third = {T(0.5), T(0.8660254037844386467637231707529362)};                   // exp(pi i/3)
  airy_value<complex<T>> q = airy_near(airy_rotate(z, T(-1)));
  if (!airy_beyond_stokes(z)) {
    airy_value<complex<T>> a = airy_near(airy_pair<complex<T>>{z, complex<T>(T(0))});
    complex<T> b = i * a.y + T(2) * (conj(turn) * q.y);
    // d/dz of Ai(z exp(-2 pi i/3)) has the factor exp(-2 pi i/3) = -exp(pi i/3)
    complex<T> b1 = i * a.slope - T(2) * (turn * q.slope);
    return {{a.y, a.slope, b, b1}};
  }
  airy_value<complex<T>> r = airy_near(airy_rotate(z, T(1)));
  return {{third * q.y + conj(third) * r.y, conj(third) * q.slope + third * r.slope, conj(turn) * q.y + turn * r.y,
           -(turn * q.slope + conj(turn) * r.slope)}};
}

/// exp(f) times a pair of outputs.
template <class T>
SCI_HD void airy_scale(many<complex<T>, 4>& f, int first, complex<T> factor) {
  f[first] = f[first] * factor;
  f[first + 1] = f[first + 1] * factor;
}

/// Does z^(3/2) overflow? As an exponent its direction is all that counts then, and that of a smaller z does.
template <class T>
SCI_HD bool airy_huge(complex<T> z) {
  return max(abs(z.re), abs(z.im)) > (is_same<T, float> ? T(1e25) : T(1e200));
}
template <class T>
SCI_HD complex<T> airy_shrunk(complex<T> z) {
  return z * (is_same<T, float> ? T(0x1p-64) : T(0x1p-512));
}

/// z in the upper half plane, neither infinite nor NaN.
template <class T>
SCI_HD_LARGE many<complex<T>, 4> airy_upper(complex<T> z, bool scaled) {
  const complex<T> zero = complex<T>(T(0));
  complex<T> root = sqrt(z);
  if (abs(z) < airy_large<T>) {
    many<complex<T>, 4> f = airy_upper_near(z);
    if (scaled) {
      airy_pair<complex<T>> zeta = airy_zeta(z, root);
      airy_scale(f, 0, airy_exp(zeta.high, zeta.low));
      bool plus = zeta.high.re >= T(0);
      airy_scale(f, 2, plus ? airy_exp(-zeta.high, -zeta.low) : airy_exp(zeta.high, zeta.low));
    }
    return f;
  }
  const bool far = airy_beyond_stokes(z), shrunk = airy_huge(z);
  complex<T> w = shrunk ? airy_shrunk(z) : z;
  airy_pair<complex<T>> zeta = airy_zeta(w, shrunk ? sqrt(w) : root);
  airy_factors<complex<T>> f = airy_amplitudes(root, complex<T>(T(1)) / zeta.high, airy_half_inv_sqrt_pi<T>);
  complex<T> ma = zero, pa = zero, mb = zero, pb = zero;  // exponents of M and P in Ai and in Bi
  complex<T> ma1 = zero, pa1 = zero, mb1 = zero, pb1 = zero;
  if (!scaled) {
    ma = mb = -zeta.high, ma1 = mb1 = -zeta.low;
    pa = pb = zeta.high, pa1 = pb1 = zeta.low;
  } else {
    pa = zeta.high * T(2), pa1 = zeta.low * T(2);
    if (zeta.high.re >= T(0)) {
      mb = -pa, mb1 = -pa1;
    } else {
      pb = pa, pb1 = pa1;
    }
  }
  complex<T> em = airy_exp(ma, ma1), ep = far ? times_i(airy_exp(pa, pa1)) : zero;
  complex<T> fm = scaled ? airy_exp(mb, mb1) : em, fp = airy_exp(pb, pb1);
  fm = times_i(fm);
  if (!far) fp = fp * T(2);
  return {{em * f.m + ep * f.p, em * f.m1 + ep * f.p1, fm * f.m + fp * f.p, fm * f.m1 + fp * f.p1}};
}

template <class T>
SCI_HD_LARGE many<complex<T>, 4> airy_complex(complex<T> z, bool scaled) {
  if constexpr (is_same<T, float>) {
    // Phases and sizes are large beside float's digits and range.
    if (max(abs(z.re), abs(z.im)) > T(15)) {
      return narrowed<complex<T>>(airy_complex(complex<double>(z), scaled));
    }
  }
  if (!isfinite(z)) {
    complex<T> nan = {limits<T>::nan, limits<T>::nan};
    return {{nan, nan, nan, nan}};
  }
  if (z.im == T(0) && (z.re > T(0) || !scaled)) {
    many<T, 4> f = airy_real(z.re, scaled);
    return {{complex<T>(f[0]), complex<T>(f[1]), complex<T>(f[2]), complex<T>(f[3])}};
  }
  if (!(z.im < T(0))) return airy_upper(z, scaled);
  many<complex<T>, 4> f = airy_upper(conj(z), scaled);
  return {{conj(f[0]), conj(f[1]), conj(f[2]), conj(f[3])}};
}

/// f, f', f'' of exp(c zeta) f with algebraic f becomes the n-th derivative of the product, without its exponential.
template <int N, class T>
SCI_HD T airy_product_derivative(T c, T root, T f, T f1, T f2) {
  if constexpr (N == 1) return f1 + c * root * f;
  return f2 + T(2) * c * root * f1 + (c * c * root * root + c / (T(2) * root)) * f;
}

/// The variable of an N-th derivative, and the N-th derivative it leads to.
template <int N, class T>
struct airy_variable {
  using D = dual<T>;
  static SCI_HD D make(T x) { return variable(x); }
  static SCI_HD T first(D y) { return y.d; }
  static SCI_HD T last(D y) { return y.d; }
};
template <class T>
struct airy_variable<2, T> {
  using D = dual<dual<T>>;
  static SCI_HD D make(T x) { return variable2(x); }
  static SCI_HD T first(D y) { return y.v.d; }
  static SCI_HD T last(D y) { return y.d.d; }
};

/// f, f', f'' (f'' only for N = 2) of the algebraic parts M and P.
template <int N, class T>
SCI_HD_LARGE void airy_taylor(complex<T> z, complex<T> (&m)[3], complex<T> (&p)[3]) {
  using V = airy_variable<N, T>;
  using D = typename V::D;
  complex<D> w = {V::make(z.re), D(z.im)}, root = sqrt(w);
  airy_factors<complex<D>> f = airy_amplitudes(root, complex<D>(D(T(1.5))) / w / root, airy_half_inv_sqrt_pi<T>);
  m[1] = {V::first(f.m.re), V::first(f.m.im)}, p[1] = {V::first(f.p.re), V::first(f.p.im)};
  m[N] = {V::last(f.m.re), V::last(f.m.im)}, p[N] = {V::last(f.p.re), V::last(f.p.im)};
  complex<scalar_of<T>> m0 = primal(f.m), p0 = primal(f.p);
  m[0] = m0, p[0] = p0;
}
template <int N, class T>
SCI_HD_LARGE void airy_taylor(T x, T (&m)[3], T (&p)[3]) {
  using V = airy_variable<N, T>;
  using D = typename V::D;
  D w = V::make(x), root = sqrt(w);
  airy_factors<D> f = airy_amplitudes(root, D(D(T(1.5)) / w / root), airy_half_inv_sqrt_pi<T>);
  m[0] = primal(f.m), p[0] = primal(f.p);
  m[1] = V::first(f.m), p[1] = V::first(f.p);
  m[N] = V::last(f.m), p[N] = V::last(f.p);
}

/// The n-th derivatives, n = 1, 2, of exp(zeta) Ai and exp(-s zeta) Bi from the functions themselves.
template <int N, class V>
SCI_HD many<V, 2> airy_scaled_near(real_of<V> sign, V root, const many<V, 4>& f) {
  using T = real_of<V>;
  V a = f[1] + root * f[0], b = f[3] - sign * root * f[2];
  if (N == 1) return {{a, b}};
  return {{T(2) * root * a + f[0] / (T(2) * root), -sign * (T(2) * root * b + f[2] / (T(2) * root))}};
}

template <int N, class T>
SCI_HD many<T, 2> airy_scaled_derivative(T x) {
  if (!isfinite(x)) {
    T edge = x > T(0) ? T(0) : limits<T>::nan;
    return {{edge, edge}};
  }
  many<T, 4> f = airy_real(x, true);
  if (x <= T(0)) return {{x < T(0) ? limits<T>::nan : N == 1 ? f[1] : limits<T>::infinity, N == 1 ? f[3] : x * f[2]}};
  if (x < airy_large<T>) return airy_scaled_near<N>(T(1), sqrt(x), f);
  T m[3], p[3];
  airy_taylor<N>(x, m, p);
  return {{m[N], T(2) * p[N]}};
}

/// The same in the upper half plane.
template <int N, class T>
SCI_HD_LARGE many<complex<T>, 2> airy_scaled_derivative_upper(complex<T> z) {
  const complex<T> one = complex<T>(T(1));
  complex<T> root = sqrt(z);
  airy_pair<complex<T>> zeta = airy_zeta(z, root);
  bool plus = zeta.high.re >= T(0), far = airy_beyond_stokes(z);
  if (abs(z) < airy_large<T>) return airy_scaled_near<N>(T(plus ? 1 : -1), root, airy_upper(z, true));
  complex<T> m[3], p[3], up = airy_exp(zeta.high * T(2), zeta.low * T(2));
  airy_taylor<N>(z, m, p);
  complex<T> grown = times_i(up) * airy_product_derivative<N>(T(2) * one, root, p[0], p[1], p[2]);
  complex<T> a = far ? m[N] + grown : m[N], b;
  T weight = far ? T(1) : T(2);
  if (plus) {
    complex<T> down = airy_exp(zeta.high * T(-2), zeta.low * T(-2));
    b = weight * p[N] + times_i(down) * airy_product_derivative<N>(T(-2) * one, root, m[0], m[1], m[2]);
  } else {
    b = times_i(m[N]) - weight * times_i(grown);
  }
  return {{a, b}};
}

template <int N, class T>
SCI_HD many<complex<T>, 2> airy_scaled_derivative(complex<T> z) {
  if (!isfinite(z)) {
    complex<T> nan = {limits<T>::nan, limits<T>::nan};
    return {{nan, nan}};
  }
  if (z.im == T(0) && z.re >= T(0)) {
    many<T, 2> f = airy_scaled_derivative<N>(z.re);
    return {{complex<T>(f[0]), complex<T>(f[1])}};
  }
  if (!(z.im < T(0))) return airy_scaled_derivative_upper<N>(z);
  many<complex<T>, 2> f = airy_scaled_derivative_upper<N>(conj(z));
  return {{conj(f[0]), conj(f[1])}};
}

}  // namespace detail

template <class T>
SCI_HD many<T, 4> airy(T x) {
  return detail::airy_real(x, false);
}
template <class T>
SCI_HD many<complex<T>, 4> airy(complex<T> z) {
  return detail::airy_complex(z, false);
}
template <class T>
SCI_HD many<T, 4> airy_scaled(T x) {
  return detail::airy_real(x, true);
}
template <class T>
SCI_HD many<complex<T>, 4> airy_scaled(complex<T> z) {
  return detail::airy_complex(z, true);
}
template <class V>
SCI_HD many<V, 2> airy_scaled_slope(V z) {
  return detail::airy_scaled_derivative<1>(z);
}
template <class V>
SCI_HD many<V, 2> airy_scaled_curvature(V z) {
  return detail::airy_scaled_derivative<2>(z);
}

template <class T>
SCI_HD many<T, 2> airy_phase(T x, T y) {
  complex<T> z = {x, abs(y)};
  if (detail::airy_huge(z)) z = detail::airy_shrunk(z);
  detail::airy_pair<complex<T>> zeta = detail::airy_zeta(z, sqrt(z));
  bool plus = zeta.high.re >= T(0);
  complex<T> turn = detail::airy_turn(zeta.high.im, zeta.low.im);
  return {{turn.re, plus != (y < T(0)) ? turn.im : -turn.im}};
}

}  // namespace sci
