// Spherical Bessel functions of the second kind and their slopes, of whole order and real argument (DLMF 10.47.4,
// 10.51.2): sqrt(pi/(2x)) times Y of half an odd order, which bessel_jy.h computes, by parity for x < 0.
//
// The error is that of Y, relative to the modulus of J + i Y.
#pragma once
#include "special/bessel_cylinder.h"

namespace sci {
namespace detail {

/// +1 or -1: (-1)^n of a whole n.
template <class T>
SCI_HD T spherical_parity(T n) {
  T half = n * T(0.5);
  return floor(half) == half ? T(1) : T(-1);
}

template <class T>
SCI_HD T spherical_root(T x) {
  return T(1.2533141373155002512078826424055226) / sqrt(x);  // sqrt(pi/2)
}

}  // namespace detail

/// y_n(x).
template <class T>
SCI_HD T spherical_y(T n, T x) {
  T w = abs(x), sign = x < T(0) ? -detail::spherical_parity(n) : T(1);
  if (w == T(0)) return -limits<T>::infinity;
  if (isinf(w)) return T(0);
  return sign * detail::spherical_root(w) * yv(n + T(0.5), w);
}

/// y_n'(x) = y_(n-1) - (n + 1)/x y_n, of which the first is the smaller where both have one sign, and y_0' = -y_1.
template <class T>
SCI_HD T spherical_y_slope(T n, T x) {
  T w = abs(x), sign = x < T(0) ? detail::spherical_parity(n) : T(1);
  if (w == T(0)) return limits<T>::infinity;
  if (isinf(w)) return T(0);
  sign *= detail::spherical_root(w);
  if (n == T(0)) return -sign * yv(T(1.5), w);
  return sign * (yv(n - T(0.5), w) - yv(n + T(0.5), w) * ((n + T(1)) / w));
}

}  // namespace sci
