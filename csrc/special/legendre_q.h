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

/// How many degrees above the last to start from, and with which ratio.
template <class Z>
SCI_HD int64_t legendre_q_above(Z z, Z& ratio) {
  using T = scalar_of<Z>;
  // The larger of z +- (z^2 - 1)^(1/2), whose square is the ratio by which solutions part in a step.
  Z root;
  if constexpr (is_complex<Z>)
    root = sqrt(z - T(1)) * sqrt(z + T(1));
  else
    root = sqrt(abs(z) - T(1)) * sqrt(abs(z) + T(1));
  const Z sum = z + root, difference = z - root, large = abs(sum) > abs(difference) ? sum : difference;
  ratio = T(1) / large;
  return int64_t(T(20) / max(T(log(T(abs(large)))), T(2e-4))) + 8;
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
  Z ratio;
  now = legendre_q_outside(z);
  before = now;
  SCI_NO_UNROLL
  for (int64_t k = n + legendre_q_above(z, ratio); k >= 1; --k) {
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
  return (z < T(0) ? n % 2 == 0 : m % 2 != 0) ? -limits<T>::infinity : limits<T>::infinity;
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

namespace detail {

template <class T>
SCI_HD T legendre_q_over(T k, T x) {
  return k / x;
}
/// Without the care of a quotient in general where none is needed.
template <class T>
SCI_HD complex<T> legendre_q_over(T k, complex<T> z) {
  const T size = z.re * z.re + z.im * z.im, least = ldexp(T(1), limits<T>::min_exponent / 2);
  if (!(size > least && size < T(1) / least)) return k / z;
  const T part = k / size;
  return {z.re * part, -(z.im * part)};
}

/// Tables of one argument per item: Q and its derivative in z for orders 0..m and degrees 0..n, (2, m + 1, n + 1,
/// batch).
template <class Z>
struct LegendreQTable {
  using T = scalar_of<Z>;
  const Z* z;
  Z* out;
  int64_t batch, n, m;

  SCI_HD Z& at(int64_t i, int which, int64_t order, int64_t degree) const {
    return out[((which * (m + 1) + order) * (n + 1) + degree) * batch + i];
  }

  SCI_HD void operator()(int64_t i) const {
    const Z x = z[i];
    const bool end = x == Z(T(1)) || x == Z(T(-1)), outside = abs(x) > T(1);
    if (isnan(x) || isinf(x)) return fill(i, Z(isnan(x) ? limits<T>::nan : T(0)));
    if (!end) degrees(i, x, outside);
    const T side = outside ? T(-1) : T(1);
    const Z square = (Z(T(1)) - x) * (Z(T(1)) + x) * side, root = sqrt(square), over = T(1) / root;
    const Z turn = x * over, again = x / square;
    Z before = end ? Z(T(0)) : at(i, 0, 0, 0);
    SCI_NO_UNROLL
    for (int64_t k = 0; k <= n; ++k) {
      Z low = end ? legendre_q_end(x, k, 0) : at(i, 0, 0, k), zero = low;
      Z high = end ? legendre_q_end(x, k, 1) : -(k == 0 ? Z(T(1)) : (before - x * low) * T(k)) * over;
      SCI_NO_UNROLL
      for (int64_t j = 0;; ++j) {
        at(i, 0, j, k) = low;
        at(i, 1, j, k) = (high * over + (j == 0 ? Z(T(0)) : again * T(j) * low)) * -side;
        if (j == m) break;
        Z next = high;
        if (end)
          next = legendre_q_end(x, k, j + 2);
        else if (isfinite(high))
          next = -(turn * high * T(2 * (j + 1))) - low * (side * T(k - j) * T(k + j + 1));
        low = high;
        high = next;
      }
      before = zero;
    }
  }

 private:
  SCI_HD void fill(int64_t i, Z value) const {
    for (int which = 0; which < 2; ++which)
      for (int64_t j = 0; j <= m; ++j)
        for (int64_t k = 0; k <= n; ++k) at(i, which, j, k) = value;
  }
  /// Order 0.
  SCI_HD void degrees(int64_t i, Z x, bool outside) const {
    if (!outside) {
      Z before = legendre_q_artanh(x), now = x * before - T(1);
      at(i, 0, 0, 0) = before;
      SCI_NO_UNROLL
      for (int64_t k = 1; k <= n; ++k) {
        at(i, 0, 0, k) = now;
        const T down = T(1) / T(k + 1);
        const Z next = x * now * (T(2 * k + 1) * down) - before * (T(k) * down);
        before = now;
        now = next;
      }
      return;
    }
    Z ratio, now = legendre_q_outside(x);
    SCI_NO_UNROLL
    for (int64_t k = n + legendre_q_above(x, ratio); k >= 1; --k) {
      ratio = legendre_q_over(T(k), x * T(2 * k + 1) - ratio * T(k + 1));
      if (k <= n) at(i, 0, 0, k) = ratio;
    }
    at(i, 0, 0, 0) = now;
    SCI_NO_UNROLL
    for (int64_t k = 1; k <= n; ++k) {
      now = now * at(i, 0, 0, k);
      at(i, 0, 0, k) = now;
    }
  }
};

}  // namespace detail
}  // namespace sci
