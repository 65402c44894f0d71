// Legendre's functions of the second kind of whole degree n and order m: those of Ferrers for |z| <= 1, else those with
// a cut on [-1, 1], as SciPy's lqn and lqmn have them.                              card: sci/special/_legendre_q.py
//
//   |z| <= 1   Q_0 = artanh z, forward recurrence DLMF 14.10.3; Q_n^m = (-1)^m (1 - z^2)^(m/2) d^m Q_n / dz^m
//   |z| > 1    Q_0 = artanh 1/z, ratios Q_k / Q_{k-1} by the recurrence backward, from a degree so high that its start
//              does not matter; Q_n^m = (z^2 - 1)^(m/2) d^m Q_n / dz^m
// The order by the recurrence upward, DLMF 14.10.1 and 14.10.6, from 0 and 1. Infinite at z = +-1.
//
// Weak spot  outside, within 1e-8 of 1, degrees of thousands: the backward steps are bounded
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

constexpr int64_t legendre_q_most = 100000;

/// artanh z = log((1 + z) / (1 - z)) / 2.
template <class Z>
SCI_HD Z legendre_q_artanh(Z z) {
  using T = scalar_of<Z>;
  return (log1p(z) - log1p(-z)) / T(2);
}
/// artanh 1/z for |z| > 1, real z of either sign.
template <class T>
SCI_HD T legendre_q_outside(T z) {
  const T a = abs(z);
  return copysign(log1p(T(2) / (a - T(1))) / T(2), z);
}
template <class T>
SCI_HD complex<T> legendre_q_outside(complex<T> z) {
  return legendre_q_artanh(T(1) / z);
}

/// Q_n and Q_{n-1}, n > 0.
template <class Z>
SCI_HD void legendre_q_pair(int64_t n, Z z, bool outside, Z& now, Z& before) {
  using T = scalar_of<Z>;
  if (!outside) {
    before = legendre_q_artanh(z);
    now = z * before - T(1);
    SCI_NO_UNROLL
    for (int64_t k = 1; k < n; ++k) {
      const Z next = (z * now * T(2 * k + 1) - before * T(k)) / T(k + 1);
      before = now;
      now = next;
    }
    return;
  }
  // The larger of z +- (z^2 - 1)^(1/2), whose square is the ratio by which solutions part in a step.
  const Z root = sqrt(z - T(1)) * sqrt(z + T(1));
  const Z sum = z + root, difference = z - root, large = abs(sum) > abs(difference) ? sum : difference;
  const T apart = log(T(abs(large)));
  const T steps = T(20) / max(apart, T(2e-4));
  Z ratio = T(1) / large;
  now = legendre_q_outside(z);
  before = now;
  SCI_NO_UNROLL
  for (int64_t k = n + int64_t(steps) + 8; k >= 1; --k) {
    ratio = T(k) / (z * T(2 * k + 1) - ratio * T(k + 1));
    if (k <= n) now = now * ratio;
    if (k < n) before = before * ratio;
  }
}
/// sqrt of z - 1 for real z < -1 has no place here: by parity.
template <class T>
SCI_HD void legendre_q_start(int64_t n, T z, bool outside, T& now, T& before) {
  const bool left = outside && z < T(0);
  legendre_q_pair(n, left ? -z : z, outside, now, before);
  if (left && n % 2 == 0) now = -now;
  if (left && n % 2 != 0) before = -before;
}
template <class T>
SCI_HD void legendre_q_start(int64_t n, complex<T> z, bool outside, complex<T>& now, complex<T>& before) {
  legendre_q_pair(n, z, outside, now, before);
}

template <class T>
SCI_HD T legendre_q_end(T z, int64_t n, int64_t m) {
  return (z < T(0) && (n + m) % 2 == 0) || m % 2 != 0 ? -limits<T>::infinity : limits<T>::infinity;
}
template <class T>
SCI_HD complex<T> legendre_q_end(complex<T>, int64_t, int64_t) {
  return {limits<T>::infinity, T(0)};
}

}  // namespace detail

template <class Z>
SCI_HD Z legendre_q(int64_t n, int64_t m, Z z) {
  using T = scalar_of<Z>;
  if (isnan(z) || n < 0 || m < 0 || n > detail::legendre_q_most || m > detail::legendre_q_most)
    return Z(limits<T>::nan);
  if (isinf(z)) return Z(T(0));
  if (z == Z(T(1)) || z == Z(T(-1))) return detail::legendre_q_end(z, n, m);
  const bool outside = abs(z) > T(1);
  const T side = outside ? T(-1) : T(1);
  Z now, before;
  if (n == 0) {
    now = outside ? detail::legendre_q_outside(z) : detail::legendre_q_artanh(z);
    before = now;
  } else {
    detail::legendre_q_start(n, z, outside, now, before);
  }
  if (m == 0) return now;
  const Z square = (Z(T(1)) - z) * (Z(T(1)) + z) * side, root = sqrt(square);
  // (1 - z^2) Q_n' = n (Q_{n-1} - z Q_n), 1 for n = 0.
  const Z slope = n == 0 ? Z(T(1)) : (before - z * now) * T(n);
  Z low = now, high = -slope / root;
  SCI_NO_UNROLL
  for (int64_t k = 0; k + 1 < m; ++k) {
    const Z next = -(z / root * high * T(2 * (k + 1))) - low * (side * T(n - k) * T(n + k + 1));
    low = high;
    high = next;
    if (!isfinite(high)) break;
  }
  return high;
}

}  // namespace sci
