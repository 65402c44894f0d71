// The k-th positive zero of J_v, Y_v, J_v', Y_v' (bessel_j_zero, _y_, _jp_, _yp_zero) for real v >= 0 and k >= 1; NaN
// elsewhere. The zero of J_0' at 0 is not counted, as in SciPy.
//
// First approximation by McMahon's expansion (DLMF 10.21.19-20) for v < 1, by the leading term of Olver's, uniform in k
// (10.21.41, 10.21.43, with the zeros of Airy functions 9.9.6-18) else; it lies within a fraction of the distance to
// the neighbouring zeros, so that no index is skipped. Then Halley's method, in which w'' = -w'/x - (1 - v^2/x^2) w,
// with steps bounded by half of that distance.
//
// Measured: within one ulp (v < 2e4, k < 1e5; in order and interlaced up to v = 1e6).
#pragma once
#include "special/detail/bessel_cylinder.h"

namespace sci {
namespace detail {

enum bessel_zero_kind { bessel_zero_j, bessel_zero_y, bessel_zero_j1, bessel_zero_y1, bessel_zero_kinds };

/// The k-th zero of Ai, Bi (odd parts of t), Ai', Bi', with the sign changed.
template <class T>
SCI_HD T bessel_zero_airy(bessel_zero_kind kind, T k) {
  bool slope = kind >= bessel_zero_j1, first = kind == bessel_zero_j || kind == bessel_zero_y1;
  if (!first && k < T(1.5)) return slope ? T(1.018792971647471) : T(1.173713222709127951);
  T t = T(0.375) * numbers::pi<T> * (T(4) * k - (first ? T(1) : T(3))), w = T(1) / (t * t), root = cbrt(t);
  T sum = slope ? T(1) - w * (T(7) / T(48) - w * T(35) / T(288)) : T(1) + w * (T(5) / T(48) - w * T(5) / T(36));
  return root * root * sum;
}

/// tan(b) from tan(b) - b = w > 0: z = sqrt(1 + tan^2 b) solves (2/3) (-zeta)^(3/2) = sqrt(z^2 - 1) - arcsec z.
template <class T>
SCI_HD T bessel_zero_tangent(T w) {
  T t = w < T(1) ? cbrt(T(3) * w) * (T(1) + T(0.2) * cbrt(T(9) * w * w)) : w + T(1.5);
  for (int i = 0; i < 4; ++i) {
    T square = t * t;
    T f = t < T(0.05) ? t * square * (T(1) / T(3) - square * (T(0.2) - square / T(7))) : t - atan(t);
    t -= (f - w) * (T(1) + square) / square;
  }
  return t;
}

template <class T>
SCI_HD T bessel_zero_guess(bessel_zero_kind kind, T v, T k) {
  bool slope = kind >= bessel_zero_j1;
  if (v < T(1)) {
    if (kind == bessel_zero_j1 && k < T(1.5)) return sqrt(T(4) * v * (v + T(1)) / (v + T(2)));  // from the series
    T shift = kind == bessel_zero_j || kind == bessel_zero_y1 ? T(0.25) : T(0.75), mu = T(4) * v * v;
    T b = (k + v / T(2) - shift) * numbers::pi<T>, e = T(1) / (T(8) * b);
    if (slope) return b - (mu + T(3)) * e;
    return b - (mu - T(1)) * e * (T(1) + T(4) * (T(7) * mu - T(31)) * e * e / T(3));
  }
  T a = bessel_zero_airy(kind, k);
  T t = bessel_zero_tangent(T(T(2) / T(3) * a * sqrt(a) / v));
  return v * sqrt(T(1) + t * t);
}

/// C_v and C_v' at x for C = J or Y, times one power of 2.
template <class T>
SCI_HD void bessel_zero_pair(bool second, T v, T x, T& value, T& slope) {
  bessel_jy_pair<T> f = bessel_jy_core(v, x, second), above = bessel_jy_core(T(v + T(1)), x, second);
  value = second ? f.y : f.j;
  T next = second ? bessel_jy_scale(above.y, above.up - f.up) : bessel_jy_scale(above.j, f.down - above.down);
  slope = v / x * value - next;
}

template <class T>
SCI_HD_LARGE T bessel_zero_refined(bessel_zero_kind kind, T v, T k) {
  bool second = kind == bessel_zero_y || kind == bessel_zero_y1, slope = kind >= bessel_zero_j1;
  T x = bessel_zero_guess(kind, v, k);
  for (int i = 0; i < 12; ++i) {
    T c, c1;
    bessel_zero_pair(second, v, x, c, c1);
    T q = (T(1) - v / x) * (T(1) + v / x), c2 = -(c1 / x + q * c), step;
    if (slope) {
      T c3 = c1 / (x * x) - c2 / x - q * c1 - T(2) * v / x * (v / x) / x * c;
      step = c1 / c2 / (T(1) - c1 * c3 / (T(2) * c2 * c2));
    } else {
      step = c / c1 / (T(1) - c * c2 / (T(2) * c1 * c1));
    }
    // Half the distance of zeros, pi / sqrt(1 - v^2/x^2), at the turning point of the order of v^(1/3).
    T bound = T(1.5) / sqrt(max(abs(q), T(1) / cbrt(T(1) + v * v)));
    bound = min(bound, x / T(2));
    if (isnan(step)) return step;
    x -= max(-bound, min(bound, step));
    if (abs(step) <= T(4) * limits<T>::epsilon * x) break;
  }
  return x;
}

template <class T>
SCI_HD T bessel_zero_checked(bessel_zero_kind kind, T v, int64_t k) {
  if (k < 1 || !(v >= T(0)) || isinf(v)) return limits<T>::nan;
  if (kind == bessel_zero_j1 && v == T(0)) return bessel_zero_refined(bessel_zero_j, T(1), T(k));  // J_0' = -J_1
  return bessel_zero_refined(kind, v, T(k));
}

}  // namespace detail

template <class T>
SCI_HD T bessel_j_zero(T v, int64_t k) {
  return detail::bessel_zero_checked(detail::bessel_zero_j, v, k);
}
template <class T>
SCI_HD T bessel_y_zero(T v, int64_t k) {
  return detail::bessel_zero_checked(detail::bessel_zero_y, v, k);
}
template <class T>
SCI_HD T bessel_jp_zero(T v, int64_t k) {
  return detail::bessel_zero_checked(detail::bessel_zero_j1, v, k);
}
template <class T>
SCI_HD T bessel_yp_zero(T v, int64_t k) {
  return detail::bessel_zero_checked(detail::bessel_zero_y1, v, k);
}

}  // namespace sci
