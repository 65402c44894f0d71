// psi^(n)(x), n = 0, 1, 2, ..., real and complex.
//
// n = 1, real: asymptotic form with a near-minimax tail for x >= 8 (float: 4), the recurrence below, and
// pi^2 / sin^2(pi x) - psi'(1 - x) for x < 0 (DLMF 5.15.6).
// Else, with s = n + 1, from psi^(n)(x) = (-1)^(n+1) n! x^-s Z(x), Z(x) = sum_j (x / (x + j))^s (DLMF 5.15.1):
//   Re x > 0   the terms of Z up to where the asymptotic series (DLMF 5.15.9) serves at the end of the sum, or nothing
//              more is added. Z neither overflows nor underflows, and n! / x^s is made of powers that do not either.
//   Re x < 0   with r = x - (nearest integer), exact, since cot^(n)(pi x) has period 1 (DLMF 5.15.6 used at x and r):
//              psi^(n)(x) = (-1)^(n+1) n! r^-s [1 + sums Z at 1 + r, 1 - r, 1 - x]. Where Im x is not small, the
//              derivative of the cotangent by its Fourier series instead (polygamma_complex.h).
// The error is about the condition number, n + 1 ulp for n > 4, less below.
//
// At 0, -1, -2, ... the value is +inf for odd n (the limit), and for even n, where both sides differ, -inf: the limit
// from the right, as SciPy has it; at -0 the limit from the left, +inf. NaN at -inf, for n < 0, and at complex poles.
#pragma once
#include "special/digamma.h"

namespace sci {
namespace detail {

/// z^n, n >= 0.
template <class T>
SCI_HD T polygamma_power(T z, int64_t n) {
  T result(real_of<T>(1));
  for (; n > 0; n >>= 1) {
    if (n & 1) result = result * z;
    if (n > 1) z = z * z;
  }
  return result;
}

/// n! / x^(n + more), more = 0 or 1 (for 0: (n - 1)! / x^n), x > 0.
template <class T>
SCI_HD_LARGE T polygamma_leading(int64_t n, T x, int more) {
  constexpr bool single = is_same<T, float>;
  if (n <= (single ? 33 : 170)) {
    T f = gamma(T(n + more)), s = T(n + more), p = pow(x, s);
    if (p >= limits<T>::min && p <= limits<T>::max) return f / p;
    p = pow(x, s / 4);
    return f / p / p / p / p;
  }
  // Gamma(n) = n^(n - 1/2) e^-n S(1/n), n! = n Gamma(n).
  T N = T(n), q = N / x * T(0.3678794411714423215955237701614608674458);
  T root = sqrt(N);
  return pow(q, N) * gamma_scaled(N) * (more ? root / x : 1 / root);
}

/// Z(z) = sum_{j >= 0} (z / (z + j))^s for Re z > 0, s >= 2.
template <class T>
SCI_HD_LARGE T polygamma_sum(int64_t s, T z) {
  using R = real_of<T>;
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  const S order = S(s);
  // In the right half plane the series loses a factor up to 2^(k + s/2) towards the imaginary axis.
  const S far = is_complex<T> ? S(single ? 6 : 12) + S(0.7) * order : S(single ? 4 : 8) + S(0.5) * order;
  T sum(R(S(0))), end = z, power(R(S(1)));
  for (int j = 0; j < 400; ++j) {
    if (abs(primal(end)) >= far) break;
    sum = sum + power;
    if (abs1(primal(power)) * (abs1(primal(end)) + S(1)) < limits<S>::epsilon / S(8) * abs1(primal(sum))) return sum;
    end = z + R(S(j + 1));
    power = polygamma_power(z / end, s);
  }
  // end / (s - 1) + 1/2 + sum_k B_2k / (2k)! s (s + 1)...(s + 2k - 2) end^(1 - 2k)
  T t = R(S(1)) / end, square = t * t, term = t * R(order);
  T tail = end * R(S(1) / (order - S(1))) + R(S(0.5));
  const double* b = gamma_tables::bernoulli_over_factorial();
  for (int k = 0; k < 16; ++k) {
    T add = term * R(S(b[k]));
    tail = tail + add;
    if (negligible(add, tail)) break;
    S a = order + S(2 * k + 1);
    term = term * square * R(a) * R(a + S(1));
  }
  return sum + power * tail;
}

/// psi'(x)
template <class T>
SCI_HD T trigamma_positive(T x) {
  constexpr bool single = is_same<T, float>;
  if (x >= T(single ? 4 : 8)) {
    T t = 1 / x, s = t * t, tail;
    if constexpr (single)
      tail = gamma_polynomial<4>(gamma_tables::trigamma_tailf(), s);
    else
      tail = gamma_polynomial<8>(gamma_tables::trigamma_tail(), s);
    return t + (s / 2 + t * s * tail);
  }
  // psi'(x) = 1/x^2 + psi'(x + 1), the middle of the sum as one fraction.
  T q = 1 / x, y = x + 1, above = 0, below = 1;
  while (y < T(single ? 4 : 8)) {
    T square = y * y;
    above = above * square + below;
    below *= square;
    y += 1;
  }
  T t = 1 / y, s = t * t, tail;
  if constexpr (single)
    tail = gamma_polynomial<4>(gamma_tables::trigamma_tailf(), s);
  else
    tail = gamma_polynomial<8>(gamma_tables::trigamma_tail(), s);
  return q * q + (above / below + (t + (s / 2 + t * s * tail)));
}

template <class T>
SCI_HD T hardware_trigamma(T x) {
  if (x > T(0)) return trigamma_positive(x);
  T s = sinpi(x);
  if (s == T(0)) return limits<T>::infinity;
  T q = numbers::pi<T> / s;
  return q * q - trigamma_positive(1 - x);
}

/// n + 1; of the largest whole number a neighbour as even, and as large but for rounding.
SCI_HD int64_t polygamma_above(int64_t n) { return n < 0x7fffffffffffffff ? n + 1 : n - 1; }

/// |psi^(n)(x)|, x > 0, n >= 2.
template <class T>
SCI_HD T polygamma_positive(int64_t n, T x) {
  if (isinf(x)) return T(0);
  const int64_t s = polygamma_above(n);
  if (x >= T(is_same<T, float> ? 4 : 8) + T(0.5) * T(s))
    return polygamma_leading(n, x, 0) * (polygamma_sum(s, x) * (T(n) / x));
  return polygamma_leading(n, x, 1) * polygamma_sum(s, x);
}

/// zeta(s, x) |r|^s for whole s and x < 0, r = x - (nearest integer) != 0 (see above).
template <class T>
SCI_HD T polygamma_bracket(int64_t s, T x, T r) {
  T size = abs(r);
  T above = polygamma_power(size / (1 + r), s) * polygamma_sum(s, 1 + r);
  T below = polygamma_power(size / (1 - r), s) * polygamma_sum(s, 1 - r);
  T away = polygamma_power(size / (1 - x), s) * polygamma_sum(s, 1 - x);
  if (!(s & 1)) return 1 + above + (below - away);
  return (r < T(0) ? T(-1) : T(1)) + above - (below - away);
}

/// psi^(n)(x), n >= 2.
template <class T>
SCI_HD T hardware_polygamma(int64_t n, T x) {
  const int64_t s = polygamma_above(n);
  const bool odd = n & 1;
  if (x > T(0)) return odd ? polygamma_positive(n, x) : -polygamma_positive(n, x);
  if (!isfinite(x)) return limits<T>::nan;
  T r = x - rint(x), size = abs(r);
  if (r == T(0)) return odd || (x == T(0) && signbit(x)) ? limits<T>::infinity : -limits<T>::infinity;
  if (!odd && size == T(0.5)) return -polygamma_positive(n, 1 - x);  // the cotangent's derivative is 0
  T lead = polygamma_leading(n, size, 1), sum = polygamma_bracket(s, x, r);
  return odd || sum == T(0) ? lead * sum : -(lead * sum);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T polygamma(int64_t n, T x) {
  if (isnan(x)) return x;
  if (n >= 2) return detail::hardware_polygamma(n, x);
  if (n == 1) return isinf(x) && x < T(0) ? limits<T>::nan : detail::hardware_trigamma(x);
  return n == 0 ? digamma(x) : limits<T>::nan;
}

template <class T, class D>
SCI_HD dual<T, D> polygamma(int64_t n, dual<T, D> x) {
  return {polygamma(n, x.v), polygamma(detail::polygamma_above(n), x.v) * x.d};
}
template <class T, class D>
SCI_HD dual<T, D> digamma(dual<T, D> x) {
  return {digamma(x.v), polygamma(1, x.v) * x.d};
}

}  // namespace sci

#include "special/detail/polygamma_complex.h"
