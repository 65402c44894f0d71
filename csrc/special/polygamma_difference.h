// psi^(n)(x + h) - psi^(n)(x), relatively accurate for small h where the difference cancels: the derivatives of
// special/digamma_difference.h, which is n = 0.
//
// With s = n + 1 it is (-1)^n n! sum_j [(x + j)^-s - (x + j + h)^-s], j >= 0 (DLMF 5.15.1), whose terms
// -y^-s expm1(-s log(1 + h/y)), y = x + j, do not cancel. The terms up to where the asymptotic series (DLMF 5.15.9)
// serves, of which each power is differenced in the same way, or to where nothing more is added. All terms have one
// sign for x, x + h > 0; below 0 the same sum starts left of the poles. As the difference of two polygamma functions
// where h is not small, and where x is below -300.
#pragma once
#include "special/digamma_difference.h"
#include "special/polygamma.h"

namespace sci {
namespace detail {

/// y^-p - (y + h)^-p in units of y^-p.
template <class T>
SCI_HD T power_difference(T y, T h, T p) {
  return -expm1(-p * log1p(h / y));
}

/// sum_j [(x / (x + j))^s - (x / (x + j + h))^s] for |h| < |x + j| / 2 for all j.
template <class T>
SCI_HD_LARGE T polygamma_difference_sum(int64_t s, T x, T h) {
  constexpr bool single = is_same<T, float>;
  const T order = T(s), far = T(single ? 4 : 8) + T(0.5) * order;
  T sum = 0, end = x, power = 1;
  for (int j = 0; j < 800; ++j) {
    if (end >= far) break;
    const T add = power * power_difference(end, h, order);
    sum += add;
    if (end > T(1) && abs(add) * (end + 1) < limits<T>::epsilon / 8 * abs(sum)) return sum;
    end = x + T(j + 1);
    power = polygamma_power(x / end, s);
  }
  // end / (s - 1) + 1/2 + sum_k B_2k / (2k)! s (s + 1)...(s + 2k - 2) end^(1 - 2k), each times end^-s.
  T tail = end / (order - 1) * power_difference(end, h, order - 1) + power_difference(end, h, order) / 2;
  const T t = 1 / end;
  T factor = t * order;
  const double* b = gamma_tables::bernoulli_over_factorial();
  for (int k = 0; k < 16; ++k) {
    const T add = factor * T(b[k]) * power_difference(end, h, order + T(2 * k + 1));
    tail += add;
    if (negligible(add, tail)) break;
    const T a = order + T(2 * k + 1);
    factor *= t * t * a * (a + 1);
  }
  return sum + power * tail;
}

/// The difference for n > 0, but for poles of both.
template <class T>
SCI_HD_LARGE T polygamma_difference_between(int64_t n, T x, T h) {
  if (h == T(0) && isfinite(x) && !(x <= T(0) && x == floor(x))) return T(0);
  const T nearest = x < T(0.5) ? abs(x - rint(x)) : x;  // the smallest |x + j|
  if (!(x > T(-300)) || isinf(x) || !(abs(h) < nearest / 2)) return polygamma(n, x + h) - polygamma(n, x);
  const T size = polygamma_leading(n, abs(x), 1) * polygamma_difference_sum(n + 1, x, h);
  return ((n & 1) != 0) != (x < T(0) && (n & 1) == 0) ? -size : size;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T polygamma_difference(int64_t n, T x, T h) {
  if (n == 0) return digamma_difference(x, h);
  const T y = x + h;
  if (n < 0 || isnan(y)) return limits<T>::nan;
  // At and beside poles a whole distance apart, which cancel, the terms between them are those of 1 - x - h (DLMF
  // 5.15.6): the derivatives of the cotangent at both ends are the same.
  const bool mirrored = x <= T(0) && y <= T(0) && h == floor(h) && isfinite(x) && isfinite(h);
  const T found = detail::polygamma_difference_between(n, mirrored ? T(1) - y : x, h);
  return mirrored && !(n & 1) ? -found : found;
}

}  // namespace sci
