// The inverses in x of the regularized incomplete gamma functions: x with P(a, x) = p or Q(a, x) = q.
//
// Halley's iteration for log P(a, e^y) = log p where p <= 1/2, else for log Q = log q. Both are concave and monotone in
// y = log x (x times the hazard rate of the gamma distribution increases), so that Newton's step never passes the root
// twice; the second-order term is used where it is moderate. Starting values:
//   (p Gamma(a + 1))^(1/a) (1 + ...)    where that is below 0.2 (a + 1) (DLMF 8.7.1);
//   a [1 - 1/(9a) + z / (3 sqrt(a))]^3  for a >= 1/2, z the normal quantile by Abramowitz and Stegun 26.2.23
//                                       (E. B. Wilson, M. M. Hilferty, 1931);
//   the leading term of DLMF 8.11.2     for smaller a and small q.
// Three or four evaluations of P and Q; the result is as accurate as these and the condition allow.
#pragma once
#include "special/detail/narrowed.h"
#include "special/gammainc.h"

namespace sci {
namespace detail {

/// The normal quantile of the smaller one of p and q = 1 - p, to 5e-4 (Abramowitz and Stegun 26.2.23).
template <class T>
SCI_HD T rough_normal_quantile(T p, T q) {
  T t = sqrt(T(-2) * log(min(p, q)));
  T z = t - (T(2.515517) + t * (T(0.802853) + t * T(0.010328))) /
                (T(1) + t * (T(1.432788) + t * (T(0.189269) + t * T(0.001308))));
  return p < q ? -z : z;
}

template <class T>
SCI_HD T gammaincinv_start(T a, T p, T q) {
  T low = (log(p) + gammaln(a + 1)) / a;  // log x
  if (low < log(T(0.2) * (a + 1))) {
    T x = exp(low);
    return x * exp(x / (a + 1));
  }
  if (a >= T(0.5)) {
    T w = T(1) - T(1) / (9 * a) + rough_normal_quantile(p, q) / (3 * sqrt(a));
    return a * w * w * w;
  }
  T u = -(log(q) + gammaln(a));
  return u > T(2) ? u + (a - 1) * log(u) : min(exp(low), T(1));
}

/// x with P = p and Q = q, p + q = 1, both positive; a > 0.
template <class T>
SCI_HD_LARGE T gammaincinv_solve(T a, T p, T q) {
  constexpr bool single = is_same<T, float>;
  if constexpr (single) {
    if (near_end_of_float(p, q)) return float(gammaincinv_solve(double(a), double(p), double(q)));
  }
  const bool lower = p <= q;
  T x = gammaincinv_start(a, p, q);
  // Underflow, with P's leading term exact; so large a shape that the first digits of the normal quantile suffice.
  if (x < limits<T>::min || a > T(single ? 1e8 : 1e27)) return x;
  SCI_NO_UNROLL
  for (int i = 0; i < 40; ++i) {
    many<T, 2> f = gammainc_parts(a, x);
    T value = lower ? f[0] : f[1], want = lower ? p : q, density = gammainc_factor(a, x);
    T slope = (lower ? density : -density) / value;
    T ratio = (value - want) / want;
    T gap = abs(ratio) < T(0.5) ? log1p(ratio) : log(value) - log(want);
    T step = -gap / slope, bend = a - x - slope, c = T(1) + step * bend / 2;
    // The value underflowed, or is 1: about a standard deviation.
    if (!isfinite(step)) step = ((value > want) == lower ? T(-1) : T(1)) / max(T(1), sqrt(a));
    if (c > T(0.5) && c < T(2)) step = step / c;
    step = max(T(-30), min(T(30), step));
    x = abs(step) < T(0.5) ? x + x * expm1(step) : x * exp(step);
    if (!(x > T(0)) || isinf(x)) return x;
    if (abs(step) < T(single ? 1e-3 : 1e-6) && abs(step * bend) < T(single ? 1e-2 : 1e-4)) break;
  }
  return x;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammaincinv(T a, T p) {
  if (!(a >= T(0)) || !(p >= T(0)) || !(p <= T(1))) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  return a == T(0) || isinf(a) ? limits<T>::nan : detail::gammaincinv_solve(a, p, 1 - p);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammainccinv(T a, T q) {
  if (!(a >= T(0)) || !(q >= T(0)) || !(q <= T(1))) return limits<T>::nan;
  if (q == T(0)) return limits<T>::infinity;
  if (q == T(1)) return T(0);
  return a == T(0) || isinf(a) ? limits<T>::nan : detail::gammaincinv_solve(a, 1 - q, q);
}

}  // namespace sci
