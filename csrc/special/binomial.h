// Binomial and negative binomial distributions, and the inverses of the beta distribution in its shapes. All of them
// are incomplete beta functions (DLMF 8.17.5 and 8.17.24):
//
//   sum_(j<=k) C(n, j) p^j (1-p)^(n-j)       = I_(1-p)(n - k, k + 1)
//   sum_(j<=k) C(n+j-1, j) p^n (1-p)^j       = I_p(n, k + 1)
//
// k is rounded down and n to a whole number towards 0 by the distribution functions and their inverses in p; the
// inverses in k and n take both as continuous. Roots by detail/monotone_root.h, in a variable that keeps k and n - k.
#pragma once
#include "special/betaincinv.h"
#include "special/detail/monotone_root.h"

namespace sci {
namespace detail {

/// P(X <= k) and P(X > k) of the binomial distribution, k and n whole.
template <class T>
SCI_HD many<T, 2> binomial_pair(T k, T n, T p) {
  const T nan = limits<T>::nan;
  k = floor(k);
  n = trunc(n);
  if (isnan(k) || !isfinite(n) || !(p >= T(0) && p <= T(1)) || k > n) return {{nan, nan}};
  if (k < T(0)) return {{nan, T(1)}};
  if (k == n) return {{T(1), T(0)}};
  return betainc_pair(T(n - k), T(k + 1), 1 - p, p);
}

/// P(X <= k) and P(X > k) of the negative binomial distribution.
template <class T>
SCI_HD many<T, 2> negative_binomial_pair(T k, T n, T p) {
  const T nan = limits<T>::nan;
  k = trunc(k);
  n = trunc(n);
  if (!(k >= T(0)) || !(n > T(0)) || isinf(n) || isinf(k) || !(p >= T(0) && p <= T(1))) return {{nan, nan}};
  return betainc_pair(n, T(k + 1), p, 1 - p);
}

/// How far the p = 1 - q quantile of a distribution on the integers, continued to real numbers, is from the mean: the
/// normal one with the first correction for the skewness (E. A. Cornish and R. A. Fisher, Rev. Inst. Int. Stat. 5
/// (1937) 307-320); `skew` is the third central moment over the variance.
template <class T>
SCI_HD T rough_discrete_quantile(T p, T q, T deviation, T skew) {
  T z = rough_normal_quantile(p, q);
  return z * deviation + (z * z - 1) * skew / 6 - T(0.5);
}

template <class T>
SCI_HD bool inner(T p) {
  return p > T(0) && p < T(1);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T bdtr(T k, T n, T p) {
  return detail::binomial_pair(k, n, p)[0];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T bdtrc(T k, T n, T p) {
  return detail::binomial_pair(k, n, p)[1];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nbdtr(T k, T n, T p) {
  return detail::negative_binomial_pair(k, n, p)[0];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nbdtrc(T k, T n, T p) {
  return detail::negative_binomial_pair(k, n, p)[1];
}

/// The p with bdtr(k, n, p) = y; 1 - p has the incomplete beta function.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T bdtri(T k, T n, T y) {
  k = floor(k);
  n = trunc(n);
  if (!(k >= T(0) && k < n) || isinf(n) || !(y >= T(0) && y <= T(1))) return limits<T>::nan;
  if (y == T(0) || y == T(1)) return 1 - y;
  return detail::betaincinv_solve(T(n - k), T(k + 1), y, 1 - y)[1];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nbdtri(T k, T n, T y) {
  k = trunc(k);
  n = trunc(n);
  if (!(k >= T(0) && n > T(0)) || isinf(n) || isinf(k) || !(y >= T(0) && y <= T(1))) return limits<T>::nan;
  if (y == T(0) || y == T(1)) return y;
  return detail::betaincinv_solve(n, T(k + 1), y, 1 - y)[0];
}

/// The k from 0 to n with bdtr(k, n, p) = y; 0 where y is less than at k = 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T bdtrik(T y, T n, T p) {
  if (!(y >= T(0) && y <= T(1)) || !(n > T(0)) || isinf(n) || !(p > T(0) && p <= T(1))) return limits<T>::nan;
  if (y == T(1) || p == T(1)) return n;
  const T q = 1 - p, z = 1 - y;
  if (y == T(0) || detail::betainc_pair(n, T(1), q, p)[0] >= y) return T(0);
  T mean = n * p, about = mean + detail::rough_discrete_quantile(y, z, sqrt(mean * q), q - p);
  T start = max(T(0.5) * min(T(1), n), about);
  start = min(start, n - T(0.25) * min(T(1), n));
  // In s = k / (n - k).
  T s = detail::monotone_root(
      [=](T s) { return detail::cdf_gap(detail::betainc_parts(T(n / (1 + s)), T(n * (s / (1 + s)) + 1), q, p), y, z); },
      T(start / (n - start)));
  return isinf(s) ? n : n * (s / (1 + s));
}

/// The n >= k with bdtr(k, n, p) = y.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T bdtrin(T k, T y, T p) {
  if (!(k >= T(0)) || isinf(k) || !(y >= T(0) && y <= T(1)) || !(p > T(0) && p <= T(1))) return limits<T>::nan;
  if (y == T(1) || p == T(1)) return k;
  if (y == T(0)) return limits<T>::infinity;
  const T q = 1 - p, z = 1 - y;
  return k +
         detail::monotone_root([=](T d) { return -detail::cdf_gap(detail::betainc_parts(d, T(k + 1), q, p), y, z); },
                               T((k + 1) * q / p));
}

/// The k >= 0 with nbdtr(k, n, p) = y; 0 where y is less than at k = 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nbdtrik(T y, T n, T p) {
  if (!(y >= T(0) && y <= T(1)) || !(n > T(0)) || isinf(n) || !(p >= T(0) && p <= T(1))) return limits<T>::nan;
  if (y == T(0) || p == T(1)) return T(0);
  if (y == T(1) || p == T(0)) return limits<T>::infinity;
  const T q = 1 - p, z = 1 - y;
  if (detail::betainc_pair(n, T(1), p, q)[0] >= y) return T(0);
  T mean = n * q / p, start = mean + detail::rough_discrete_quantile(y, z, sqrt(mean / p), (2 - p) / p);
  return detail::monotone_root([=](T k) { return detail::cdf_gap(detail::betainc_parts(n, T(k + 1), p, q), y, z); },
                               max(T(0.5), start));
}

namespace detail {

/// Where I_x(a, b) is far from 0 and 1 as a function of a, so that it is not flat from there to any root: about the
/// mean; where that is small, x^a alone counts; for small b, b / (a + b).
template <class T>
SCI_HD T beta_shape_start(T b, T x, T y) {
  const T mean = max(b, T(0.5)) * (x / y), middle = mean < T(0.3) ? 1 / (1 - log(mean)) : mean;
  return b < T(0.5) ? min(b, middle) : middle;
}

}  // namespace detail

/// The shapes of the beta distribution with I_x(a, b) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T btdtria(T p, T b, T x) {
  if (!(p >= T(0) && p <= T(1)) || !(b > T(0)) || isinf(b) || !detail::inner(x)) return limits<T>::nan;
  if (p == T(0)) return limits<T>::infinity;
  if (p == T(1)) return T(0);
  const T y = 1 - x, q = 1 - p;
  return detail::monotone_root([=](T a) { return -detail::cdf_gap(detail::betainc_parts(a, b, x, y), p, q); },
                               detail::beta_shape_start(b, x, y));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T btdtrib(T a, T p, T x) {
  if (!(p >= T(0) && p <= T(1)) || !(a > T(0)) || isinf(a) || !detail::inner(x)) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  const T y = 1 - x, q = 1 - p;
  return detail::monotone_root([=](T b) { return detail::cdf_gap(detail::betainc_parts(a, b, x, y), p, q); },
                               detail::beta_shape_start(a, y, x));
}

/// The n with nbdtr(k, n, p) = y: a shape of the beta distribution.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nbdtrin(T k, T y, T p) {
  if (!(k >= T(0)) || !(p >= T(0) && p <= T(1))) return limits<T>::nan;
  if (p == T(0) || p == T(1)) return !(y > T(0) && y < T(1)) ? limits<T>::nan : p == T(0) ? T(0) : limits<T>::infinity;
  return btdtria(y, T(k + 1), p);
}

}  // namespace sci
