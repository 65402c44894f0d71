// The binomial coefficient C(n, k) = Gamma(n + 1) / (Gamma(k + 1) Gamma(n - k + 1)) of real arguments, and its partial
// derivatives.
//
//   k = 0 ... 20 (or n - k, for whole n)  the product (n - k + 1)...n / k!, dividing at every step: whole numbers stay
//                                         exact while they are below 2^53.
//   n + 1, k + 1, n - k + 1 within 13 of 0   the three gamma functions, corrected for the rounding of these sums;
//                                            1/Gamma makes the zeros.
//   beyond           1 / ((n + 1) B(k + 1, n - k + 1)), and reflection (DLMF 5.5.3) for those arguments that are
//                    negative.
// The derivatives are the last two on dual numbers, finite at the zeros; of first order and for n + 1, k + 1,
// n - k + 1 > 0 C(n, k) times a difference of digamma functions. NaN for negative whole n, as SciPy has it.
#pragma once
#include "special/beta.h"
#include "special/detail/partial.h"
#include "special/digamma_difference.h"

namespace sci {
namespace detail {

/// C(n, k), n no negative integer, all three finite.
template <class T>
SCI_HD_LARGE T binom_smooth(T n, T k) {
  using S = scalar_of<T>;
  const T one = T(S(1));
  const S near = S(13);
  T j = n - k, lost = sum_error(n, -k, j);
  const bool swapped = primal(j) > primal(k);
  if (primal(j) > primal(k)) swap(j, k);  // j <= k
  S N = primal(n) + S(1), K = primal(k) + S(1), J = primal(j) + S(1);
  if (abs(N) < near && abs(K) < near && abs(J) < near) {
    T up = n + one, down = k + one, j1 = j + one, f = gamma(up) * rgamma(down) * rgamma(j1);
    T to_down = sum_error(k, one, down) + (swapped ? lost : T(S(0)));
    T to_j1 = sum_error(j, one, j1) + (swapped ? T(S(0)) : lost);
    T p = gamma_shift(up, sum_error(n, one, up)), s = gamma_shift(down, to_down), t = gamma_shift(j1, to_j1);
    T q = s + t + s * t;
    return f + f * ((p - q) / (one + q));
  }
  if (J > S(0)) {
    many<T, 2> f = beta_parts(T(k + one), T(j + one));  // the function itself may be subnormal
    T half = exp(f[1] * T(S(-0.5)));
    return half / (n + one) / f[0] * half;  // (n + 1) times the first factor may overflow
  }
  // What n - k lost is that of k where they are swapped.
  T sine = swapped ? sinpi(j) : sinpi_sum(j, lost);
  if (N > S(0)) return beta(n + one, -j) * -sine * T(numbers::inv_pi<S>);
  if (K > S(0)) return sine / sinpi(n) / (-j * beta(-n, k + one));
  return (swapped ? sinpi_sum(k, lost) : sinpi(k)) * sine / -sinpi(n) * T(numbers::inv_pi<S>) * beta(-k, -j);
}

/// Both partial derivatives, where `binom_smooth` serves.
template <class T>
SCI_HD_LARGE many<T, 2> binom_gradient(T n, T k) {
  several<T, 2> d = binom_smooth(variable_of<2>(n, 0), variable_of<2>(k, 1)).d;
  return {{d.at[0], d.at[1]}};
}

struct binom_functor {
  template <class T>
  SCI_HD T operator()(T n, T k) const {
    return binom_smooth(n, k);
  }
};

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T binom(T n, T k) {
  if (isnan(n) || isnan(k) || isinf(k) || (n < T(0) && n == floor(n))) return limits<T>::nan;
  if (isinf(n)) return k == T(0) ? T(1) : k > T(0) ? limits<T>::infinity : T(0);
  if (k == floor(k)) {
    T m = n > T(0) && n == floor(n) && n - k < k ? n - k : k;
    if (m < T(0) && (m == k || m == n - k)) {
      if (n == floor(n)) return T(0);
    }
    if (k < T(0)) return T(0);
    if (m >= T(0) && m <= T(20)) {
      T product = 1;
      for (int i = 1; i <= int(m); ++i) product = product * (n - (m - T(i))) / T(i);
      return product;
    }
  }
  return detail::binom_smooth(n, k);
}

/// dC/dn for i = 1, j = 0, dC/dk for i = 0, j = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T binom_first(int64_t i, int64_t j, T n, T k) {
  if (isinf(n) && isfinite(k) && (j ? k < T(0) : k <= T(0)) && i >= 0 && j >= 0 && i + j == 1)
    return T(0);  // n^k vanishes, or is 1
  if (!isfinite(n) || !isfinite(k) || (n < T(0) && n == floor(n)) || i < 0 || j < 0 || i + j != 1)
    return limits<T>::nan;
  if (n > T(-1) && k > T(-1) && n - k > T(-1))
    return binom(n, k) * (i == 1 ? digamma_difference(n - k + 1, k) : digamma_difference(k + 1, (n - k) - k));
  return detail::binom_gradient(n, k)[i == 1 ? 0 : 1];
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> binom_pullback(T grad, T n, T k, T out) {
  if (n > T(-1) && k > T(-1) && n - k > T(-1) && isfinite(n) && isfinite(k))
    return {{grad * (out * digamma_difference(n - k + 1, k)), grad * (out * digamma_difference(k + 1, (n - k) - k))}};
  if (!isfinite(n) || !isfinite(k) || (n < T(0) && n == floor(n)))
    return {{grad * binom_first(1, 0, n, k), grad * binom_first(0, 1, n, k)}};
  many<T, 2> d = detail::binom_gradient(n, k);
  return {{grad * d[0], grad * d[1]}};
}

/// d^2 C / dn^i dk^j, i + j = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T binom_second(int64_t i, int64_t j, T n, T k) {
  if (!isfinite(n) || !isfinite(k) || (n < T(0) && n == floor(n))) return limits<T>::nan;
  return detail::second_partial(detail::binom_functor(), i, j, n, k);
}

}  // namespace sci
