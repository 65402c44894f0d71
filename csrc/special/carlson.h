// Carlson's symmetric elliptic integrals R_C, R_F, R_D, R_G, R_J (DLMF 19.16), real and complex, and the gradients and
// Hessians of R_D and R_J.                                                          cards: sci/special/_carlson.py
//
// Method     R_F R_D R_J     duplication, detail/carlson_duplication.h
//            R_C, real       inverse circular and hyperbolic functions in forms that do not cancel  [2] 19.2.18-19
//            R_C, complex    duplication
//            R_G             the middle argument singled out, all terms positive (real)      [2] 19.21.10
//                            the symmetric sum of R_D (complex)                              [2] 19.21.11
//            y or p < 0      Cauchy principal values                                         [2] 19.2.20, 19.20.14
//            gradients       the same duplication on dual numbers
// Domain     x, y, z off the negative axis, at most one of them 0 (two: inf; R_G is finite). R_J of complex arguments
//            where the duplication is right: Re x, y, z >= 0 and Re p > 0, or x, y, z real, or one real and two
//            conjugate; NaN elsewhere.
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy elliprf
// Sources    [1] B. C. Carlson, Numer. Algorithms 10 (1995), 13-26   [2] DLMF, chapter 19
#pragma once
#include "special/detail/carlson_duplication.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T elliprc(T x, T y) {
  if (isnan(x) || isnan(y) || x < T(0) || y == T(0)) return limits<T>::nan;
  if (isinf(x) || isinf(y)) return T(0);
  // Cauchy's principal value for y < 0 is sqrt(x/(x - y)) R_C(x - y, -y).
  if (y < T(0)) {
    T quarter = x / T(4) - y / T(4);  // x - y may overflow
    return asinh(sqrt(x) / sqrt(-y)) / (T(2) * sqrt(quarter));
  }
  T half = abs(x / T(2) - y / T(2)), root = sqrt(half) * numbers::sqrt2<T>;
  if (root < T(0.05) * sqrt(y)) return detail::carlson_c(x, y);
  // abs: x may be -0
  return (x < y ? atan(root / sqrt(abs(x))) : asinh(root / sqrt(y))) / root;
}
template <class T>
SCI_HD complex<T> elliprc(complex<T> x, complex<T> y) {
  using C = complex<T>;
  if (isnan(x) || isnan(y) || detail::carlson_on_cut(x) || y == C(T(0))) return detail::carlson_undefined(x);
  if (isinf(x) || isinf(y)) return C(T(0));
  auto scale = detail::carlson_scale<1>(max(abs1(x) / T(4), abs1(y) / T(4)));
  x = x * scale.square;
  y = y * scale.square;
  if (detail::carlson_on_cut(y)) return sqrt(x / (x - y)) * detail::carlson_c(x - y, -y) * scale.root;
  return detail::carlson_c(x, y) * scale.root;
}

template <class V>
SCI_HD V elliprf(V x, V y, V z) {
  using S = scalar_of<V>;
  auto which = detail::carlson_case_of(x, y, z);
  if (which != detail::carlson_case::regular) return detail::carlson_constant<V>(which);
  auto scale = detail::carlson_scale<1>(max(abs1(x), max(abs1(y), abs1(z))) / S(4));
  return detail::carlson_f(x * scale.square, y * scale.square, z * scale.square) * scale.root;
}

template <class V>
SCI_HD V elliprd(V x, V y, V z) {
  using S = scalar_of<V>;
  auto which = detail::carlson_case_of(x, y, z);
  if (which == detail::carlson_case::regular && z == V(S(0))) which = detail::carlson_case::infinite;
  if (which != detail::carlson_case::regular) return detail::carlson_constant<V>(which);
  auto scale = detail::carlson_scale<2>(max(abs1(x), max(abs1(y), abs1(z))) / S(4));
  V a = x * scale.square, b = y * scale.square, c = z * scale.square, first = V(S(0));
  S power = S(1);
  if (detail::carlson_lost(x, a) || detail::carlson_lost(y, b) || detail::carlson_lost(z, c)) {
    // The first doubling from roots, which keep what the scaled arguments have lost.
    V rx = sqrt(x) * scale.root, ry = sqrt(y) * scale.root, rz = sqrt(z) * scale.root, shift = rx * (ry + rz) + ry * rz;
    first = V(S(3) * scale.root) / rz * (V(scale.square) / (c + shift));
    a = (a + shift) / S(4);
    b = (b + shift) / S(4);
    c = (c + shift) / S(4);
    power = S(0.25);
  }
  return first + detail::carlson_d(a, b, c) * power * scale.root * scale.root * scale.root;
}

template <class V>
SCI_HD V elliprj(V x, V y, V z, V p) {
  using S = scalar_of<V>;
  auto which = detail::carlson_j_case(x, y, z, p);
  bool principal = which == detail::carlson_case::principal;
  if (!principal && which != detail::carlson_case::regular) return detail::carlson_constant<V>(which);
  const S most = max(abs1(x), max(abs1(y), abs1(z)));
  if (most <= limits<S>::epsilon * limits<S>::epsilon * abs1(p)) {  // [2] 19.27.11: duplication would take long
    const V rest = principal ? V(S(0)) : V(numbers::pi<S> / S(2)) / sqrt(p);
    return V(S(3)) / p * (elliprf(x, y, z) - rest);
  }
  auto scale = detail::carlson_scale<2>(max(most / S(4), abs1(p) / S(4)));
  S s = scale.square, power = S(1);
  V a = x * s, b = y * s, c = z * s, q = p * s, first = V(S(0));
  if (principal) return V(detail::carlson_j_principal(real(a), real(b), real(c), -real(q))) * s * scale.root;
  if (detail::carlson_lost(x, a) || detail::carlson_lost(y, b) || detail::carlson_lost(z, c) ||
      detail::carlson_lost(p, q)) {  // as in R_D
    V rx = sqrt(x) * scale.root, ry = sqrt(y) * scale.root, rz = sqrt(z) * scale.root, rp = sqrt(p) * scale.root;
    V shift = rx * (ry + rz) + ry * rz, beta = rp * (q + shift), d = (rp + rx) * (rp + ry) * (rp + rz);
    first = V(S(6) * scale.root) / d * s * detail::carlson_c(V(S(1)), (beta + beta) / d);
    a = (a + shift) / S(4);
    b = (b + shift) / S(4);
    c = (c + shift) / S(4);
    q = (q + shift) / S(4);
    power = S(0.25);
  }
  return first + detail::carlson_j(a, b, c, q) * power * scale.root * scale.root * scale.root;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T elliprg(T x, T y, T z) {
  auto which = detail::carlson_case_of(x, y, z);
  if (which == detail::carlson_case::undefined) return limits<T>::nan;
  if (which == detail::carlson_case::zero) return limits<T>::infinity;
  if (which == detail::carlson_case::infinite) return sqrt(max(x, max(y, z))) / T(2);
  auto scale = detail::carlson_scale<3>(max(x, max(y, z)));
  x *= scale.square;
  y *= scale.square;
  z *= scale.square;
  // z becomes the middle one: all terms positive.
  if (x < y) swap(x, y);
  if (z < y) swap(z, y);
  if (x < z) swap(x, z);
  // What is left out of the series in z / x is z / x log(x / z); products of z would underflow.
  if (z <= limits<T>::epsilon * limits<T>::epsilon * x) return sqrt(x) / T(2) / scale.root;
  T mixed = (x - z) * (z - y);
  T twice = z * detail::carlson_f(x, y, z) + (mixed == T(0) ? T(0) : mixed * detail::carlson_d(x, y, z) / T(3));
  return (twice + sqrt(x) * sqrt(y) / sqrt(z)) / T(2) / scale.root;
}
template <class T>
SCI_HD complex<T> elliprg(complex<T> x, complex<T> y, complex<T> z) {
  using C = complex<T>;
  auto which = detail::carlson_case_of(x, y, z);
  if (which == detail::carlson_case::undefined) return detail::carlson_undefined(x);
  if (which == detail::carlson_case::zero) return C(limits<T>::infinity);
  if (which == detail::carlson_case::infinite) return sqrt(x + y + z) / T(2);
  auto scale = detail::carlson_scale<3>(max(abs1(x), max(abs1(y), abs1(z))) / T(4));
  C a[3] = {x * scale.square, y * scale.square, z * scale.square}, sum = C(T(0));
  T size[3] = {abs1(a[0]), abs1(a[1]), abs1(a[2])}, most = max(size[0], max(size[1], size[2]));
  T beside = size[0] + size[1] + size[2] - most;
  if (beside <= limits<T>::epsilon * limits<T>::epsilon * most) return sqrt(a[0] + a[1] + a[2]) / T(2) / scale.root;
  SCI_NO_UNROLL
  for (int i = 0; i < 3; ++i) {
    C u = a[(i + 1) % 3], v = a[(i + 2) % 3];
    if (a[i] != C(T(0))) sum += a[i] * (u + v) * detail::carlson_d(u, v, a[i]);
  }
  return sum / T(6) / scale.root;
}

namespace detail {
/// Beside 0 R_D and R_J fall like the root of the argument; a complex argument has no slope there.
template <class T>
SCI_HD bool carlson_steep(T x) {
  return x == T(0);
}
template <class T>
SCI_HD bool carlson_steep(complex<T>) {
  return false;
}
}  // namespace detail

/// The derivatives of R_D(x, y, z) in its three arguments.
template <class V>
SCI_HD many<V, 3> elliprd_gradient(V x, V y, V z) {
  using S = scalar_of<V>;
  many<V, 3> out;
  auto which = detail::carlson_case_of(x, y, z);
  if (which == detail::carlson_case::zero) return {{V(S(0)), V(S(0)), V(S(0))}};
  if (which != detail::carlson_case::regular || z == V(S(0)))
    return {{detail::carlson_undefined(x), detail::carlson_undefined(x), detail::carlson_undefined(x)}};
  auto scale = detail::carlson_scale<2>(max(abs1(x), max(abs1(y), abs1(z))) / S(4));
  const V given[3] = {x, y, z};
  V at[3] = {x * scale.square, y * scale.square, z * scale.square};
  detail::carlson_gradient<detail::carlson_integral_d>(at, out.value);
  for (int i = 0; i < 3; ++i) {
    out[i] = out[i] * scale.square * (scale.root * scale.root) * scale.root;
    if (detail::carlson_steep(given[i])) out[i] = V(-limits<S>::infinity);
  }
  return out;
}
/// Second derivatives: xx, xy, xz, yy, yz, zz.
template <class V>
SCI_HD many<V, 6> elliprd_hessian(V x, V y, V z) {
  using S = scalar_of<V>;
  many<V, 6> out;
  auto which = detail::carlson_case_of(x, y, z);
  bool regular = which == detail::carlson_case::regular && z != V(S(0));
  auto scale = detail::carlson_scale<2>(max(abs1(x), max(abs1(y), abs1(z))) / S(4));
  V at[3] = {x * scale.square, y * scale.square, z * scale.square};
  if (regular) detail::carlson_hessian<detail::carlson_integral_d>(at, out.value);
  for (int i = 0; i < 6; ++i)
    out[i] = regular ? out[i] * scale.square * scale.square * (scale.root * scale.root) * scale.root
                     : (which == detail::carlson_case::zero ? V(S(0)) : detail::carlson_undefined(x));
  return out;
}

namespace detail {
// Gradient (Order 1, 4 results) or Hessian (Order 2, 10) of R_J.
template <int Order, int Results, class V>
SCI_HD many<V, Results> carlson_j_derivatives(V x, V y, V z, V p) {
  using S = scalar_of<V>;
  many<V, Results> out;
  auto which = carlson_j_case(x, y, z, p);
  auto scale = carlson_scale<2>(max(max(abs1(x), abs1(y)), max(abs1(z), abs1(p))) / S(4));
  S s = scale.square, factor = scale.square * (scale.root * scale.root) * scale.root;
  if (Order == 2) factor *= scale.square;
  if (which == carlson_case::principal) {
    S at[4] = {real(x) * s, real(y) * s, real(z) * s, real(p) * s};
    many<S, Results> found;
    if constexpr (Order == 1)
      carlson_gradient<carlson_integral_j_principal>(at, found.value);
    else
      carlson_hessian<carlson_integral_j_principal>(at, found.value);
    for (int i = 0; i < Results; ++i) out[i] = V(found[i] * factor);
  } else if (which == carlson_case::regular) {
    const V given[3] = {x, y, z};
    V at[4] = {x * s, y * s, z * s, p * s};
    if constexpr (Order == 1)
      carlson_gradient<carlson_integral_j>(at, out.value);
    else
      carlson_hessian<carlson_integral_j>(at, out.value);
    for (int i = 0; i < Results; ++i) {
      out[i] = out[i] * factor;
      if (Order == 1 && i < 3 && carlson_steep(given[i])) out[i] = V(-limits<S>::infinity);
    }
  } else {
    for (int i = 0; i < Results; ++i) out[i] = which == carlson_case::zero ? V(S(0)) : carlson_undefined(x);
  }
  return out;
}
}  // namespace detail

/// The derivatives of R_J(x, y, z, p) in its four arguments.
template <class V>
SCI_HD many<V, 4> elliprj_gradient(V x, V y, V z, V p) {
  return detail::carlson_j_derivatives<1, 4>(x, y, z, p);
}
/// Second derivatives: xx, xy, xz, xp, yy, yz, yp, zz, zp, pp.
template <class V>
SCI_HD many<V, 10> elliprj_hessian(V x, V y, V z, V p) {
  return detail::carlson_j_derivatives<2, 10>(x, y, z, p);
}

/// dR_G/dx = [y R_D(z, x, y) + z R_D(x, y, z)] / 12: all terms positive; where y and z are 0, R_G = sqrt(x)/2.
template <class V>
SCI_HD V elliprg_slope(V x, V y, V z) {
  using S = scalar_of<V>;
  const V zero = V(S(0));
  auto scale = detail::carlson_scale<4>(max(abs1(x), max(abs1(y), abs1(z))));  // R_D alone may overflow
  x = x * scale.square;
  y = y * scale.square;
  z = z * scale.square;
  if (y == zero && z == zero) return V(scale.root) / (S(4) * sqrt(x));
  const V first = y == zero ? zero : y * elliprd(z, x, y), second = z == zero ? zero : z * elliprd(x, y, z);
  return (first + second) / S(12) * scale.root;
}

}  // namespace sci
