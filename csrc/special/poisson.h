// The distribution functions that are incomplete gamma functions, and their inverses: chi-squared (v degrees of
// freedom), gamma (rate a, shape b) and Poisson (mean m),
//
//   chdtr(v, x) = P(v/2, x/2),    gdtr(a, b, x) = P(b, a x),    pdtr(k, m) = Q(floor(k) + 1, m).
//
// The inverses in the shape by detail/monotone_root.h, for P(s, x) decreases with s. pdtrik takes k as continuous.
#pragma once
#include "special/detail/monotone_root.h"
#include "special/gammaincinv.h"

namespace sci {
namespace detail {

/// The shape s with P(s, x) = p and Q(s, x) = q; x > 0 finite, p and q positive. The mean x of s is where it is sought.
template <class T>
SCI_HD T gamma_shape(T p, T q, T x) {
  T z = rough_normal_quantile(p, q), start = x - z * sqrt(x) + (z * z + 2) / 6;
  return monotone_root([=](T s) { return -cdf_gap(gammainc_parts(s, x), p, q); },
                       start > x / 4 ? start : T(x / (1 + x)));
}

/// The same with the edges: infinite for p = 0, zero for p = 1.
template <class T>
SCI_HD T gamma_shape_edges(T p, T x) {
  if (!(p >= T(0) && p <= T(1)) || !(x > T(0)) || isinf(x)) return limits<T>::nan;
  if (p == T(0)) return limits<T>::infinity;
  return p == T(1) ? T(0) : gamma_shape(p, 1 - p, x);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chdtr(T v, T x) {
  return gammainc(v / 2, x / 2);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chdtrc(T v, T x) {
  return gammaincc(v / 2, x / 2);
}
/// The x with chdtrc(v, x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chdtri(T v, T p) {
  return 2 * gammainccinv(v / 2, p);
}
/// The v with chdtr(v, x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chdtriv(T p, T x) {
  return 2 * detail::gamma_shape_edges(p, x / 2);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gdtr(T a, T b, T x) {
  return x >= T(0) ? gammainc(b, a * x) : limits<T>::nan;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gdtrc(T a, T b, T x) {
  return x >= T(0) ? gammaincc(b, a * x) : limits<T>::nan;
}
/// By the density of a x, which vanishes where that is infinite and may be infinite where it is 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> gdtr_pullback(T grad, T a, T b, T x, T) {
  const T inner = x >= T(0) ? a * x : limits<T>::nan, density = gamma_density(b, inner);
  const T by_a = x == T(0) && isinf(density) ? T(0) : min(x, limits<T>::max) * density;
  const T by_x = a == T(0) && isinf(density) ? T(0) : min(a, limits<T>::max) * density;
  return {{grad * by_a, grad * gammainc_da(b, inner), grad * by_x}};
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> gdtrc_pullback(T grad, T a, T b, T x, T) {
  return gdtr_pullback(-grad, a, b, x, T(0));
}
/// The a, b and x with gdtr(a, b, x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gdtria(T p, T b, T x) {
  return x > T(0) && b > T(0) && !isinf(b) ? gammaincinv(b, p) / x : limits<T>::nan;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gdtrib(T a, T p, T x) {
  if (!(a > T(0)) || isinf(a) || !(p >= T(0) && p <= T(1)) || !(x >= T(0))) return limits<T>::nan;
  return x == T(0) ? T(0) : detail::gamma_shape_edges(p, a * x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gdtrix(T a, T b, T p) {
  if ((!(b > T(0)) && (a == T(0) || isinf(a))) || isinf(b)) return limits<T>::nan;
  if constexpr (is_same<T, float>) return float(gammaincinv(double(b), double(p)) / double(a));  // may underflow before
  return gammaincinv(b, p) / a;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T pdtr(T k, T m) {
  if (!(k >= T(0)) || !(m >= T(0))) return limits<T>::nan;
  return isinf(k) ? (isinf(m) ? limits<T>::nan : T(1)) : gammaincc(floor(k) + 1, m);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T pdtrc(T k, T m) {
  if (!(k >= T(0)) || !(m >= T(0))) return limits<T>::nan;
  return isinf(k) ? (isinf(m) ? limits<T>::nan : T(0)) : gammainc(floor(k) + 1, m);
}
/// The m with pdtr(k, m) = y.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T pdtri(T k, T y) {
  return k >= T(0) ? gammainccinv(floor(k) + 1, y) : limits<T>::nan;
}
/// The k >= 0 with Q(k + 1, m) = p; 0 where p is less than at k = 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T pdtrik(T p, T m) {
  if (!(p >= T(0) && p <= T(1)) || !(m >= T(0)) || isinf(m)) return limits<T>::nan;
  if (p <= exp(-m)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  T s = detail::gamma_shape(1 - p, p, m);
  return max(T(0), s - 1);
}

}  // namespace sci
