// The one-sided Kolmogorov-Smirnov statistic of n points, its survival function (Z. W. Birnbaum, F. H. Tingey, Ann.
// Math. Statist. 22 (1951) 592-596)
//
//   S(n, d) = sum_(0 <= j <= n (1-d)) C(n, j) d (d + j/n)^(j-1) (1 - d - j/n)^(n-j),
//
// all of whose terms are positive: each is d / p times the probability of j successes in n trials of probability
// p = d + j/n, by C. Loader's form (special/detail/gamma_peak.h) with the exponent j f(n d / j) + (n - j) f(-n d /
// (n - j)), f(t) = log(1 + t) - t, whose terms have one sign. Over all j they sum to 1 (Abel): for n d <= 1, where only
// j = n is left out, S = 1 - d (1 + d)^(n-1). Derivatives in d by dual numbers. n is rounded down.
//
// The work grows with n. Beyond n = 2^17 the limit form exp(-(6 n d + 1)^2 / (18 n)) (relative error about 1/n) is
// taken. The inverse by detail/monotone_root.h.
#pragma once
#include "special/detail/gamma_peak.h"
#include "special/detail/monotone_root.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD_LARGE T smirnov_sum(scalar_of<T> n, T d) {
  using S = scalar_of<T>;
  const T one = T(S(1));
  T shift = d * T(n);
  if (primal(shift) <= S(1)) return one - d * exp(T(n - S(1)) * log1p(d));
  if (n > S(131072)) {
    T c = T(S(6)) * shift + one;
    return exp(-(c * c) / T(S(18) * n));
  }
  // j = 0, (1 - d)^n; j = n is there for d = 0 only.
  T sum = exp(T(n) * log1p(-d));
  S last = n - primal(shift), peak = S(1) / gamma_peak(n);
  SCI_NO_UNROLL
  for (int i = 1; i < 131072 && S(i) < last && S(i) < n; ++i) {
    S j = S(i), k = n - j, weight = gamma_peak(j) * gamma_peak(k) * peak * n / (j * k);
    T e = T(j) * log1p_minus(T(shift / T(j))) + T(k) * log1p_minus(T(-shift / T(k)));
    sum = sum + shift / (shift + T(j)) * exp(e) * T(weight);
  }
  return sum;
}

template <class T>
SCI_HD bool smirnov_usable(T n, T d) {
  return n >= T(1) && !isinf(n) && d >= T(0) && d <= T(1);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T smirnov(T n, T d) {
  if (!detail::smirnov_usable(n, d)) return limits<T>::nan;
  if (d == T(0) || d == T(1)) return 1 - d;
  return min(T(1), detail::smirnov_sum(floor(n), d));
}

/// dS/dd and the second derivative; 0 at d = 1 (n > 1), and from the right at d = 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T smirnov_dd(T n, T d) {
  if (!detail::smirnov_usable(n, d)) return limits<T>::nan;
  if (floor(n) == T(1) || d == T(0)) return T(-1);
  return d == T(1) ? T(0) : detail::smirnov_sum(floor(n), variable(d)).d;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T smirnov_dd2(T n, T d) {
  if (!detail::smirnov_usable(n, d)) return limits<T>::nan;
  if (floor(n) == T(1) || d == T(1)) return T(0);
  return detail::smirnov_sum(floor(n), variable2(max(d, limits<T>::min))).d.d;
}

/// The d with S(n, d) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T smirnovi(T n, T p) {
  if (!detail::smirnov_usable(n, p)) return limits<T>::nan;
  if (p == T(0) || p == T(1) || floor(n) == T(1)) return 1 - p;
  n = floor(n);
  // S falls with d; e^(-2 n d^2) is near it.
  T start = min(T(0.9), sqrt(-log(p) / (2 * n)));
  const double count = n, value = p;  // in double: its own rounding moves the root
  return T(detail::monotone_root(
      [=](double d) {
        return d >= 1 ? limits<double>::infinity : -detail::tail_gap(detail::smirnov_sum(count, d), value);
      },
      double(start), detail::double_epsilon<T>));
}

}  // namespace sci
