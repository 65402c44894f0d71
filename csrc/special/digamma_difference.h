// psi(x + h) - psi(x), relatively accurate for small h where the difference cancels: the derivative of log Beta and of
// Pochhammer's symbol.
//
// For x, x + h > 0, the smaller one as x and h > 0:
//   x >= 16 (float: 8)  log(1 + h/x) + h / (2 x (x + h)) + the series of DLMF 5.11.2 in differences:
//                       (x+h)^-2k - x^-2k = (b - a) (b^(k-1) + ... + a^(k-1)), a = x^-2, b = (x+h)^-2.
//   x smaller           up to there by the recurrence (DLMF 5.5.2), whose terms h / ((x+i)(x+i+h)) have one sign.
// Both negative, |h| < 1/2: pi [cot(pi x) - cot(pi (x + h))] = pi sin(pi h) / (sin(pi x) sin(pi (x + h))) and the
// difference at 1 - x - h (DLMF 5.5.4), of which the latter remains at a whole distance h. As written where
// they are farther apart, or have different signs; what rounding takes from x + h is made good beside its poles.
#pragma once
#include "special/detail/gamma_peak.h"

namespace sci {
namespace detail {

/// psi(y + e), e lost by rounding: it counts where -1/w, w the distance to a pole, is the largest term.
template <class T>
SCI_HD T digamma_sum(T y, T e) {
  const T w = y - rint(y);
  if (!(y < T(0.5)) || e == T(0)) return digamma(y);
  return w == T(0) ? T(-1) / e : digamma(y) + e / (w * (w + e));
}

/// psi(x + h) - psi(x) for x > 0 and x + h > 0.
template <class T>
SCI_HD T digamma_difference_right(T x, T h) {
  constexpr bool single = is_same<T, float>;
  const bool back = h < T(0);
  if (back) {
    x += h;
    h = -h;
  }
  T sum = 0;
  for (int i = 0; i < 16 && x < T(single ? 8 : 16); ++i) {
    sum += h / (x * (x + h));
    x += 1;
  }
  T y = x + h, a = 1 / (x * x), b = 1 / (y * y);
  // -(b^k - a^k) B_2k / 2k with b - a = -h (x + y) / (x y)^2; `powers` is b^(k-1) + ... + a^(k-1).
  T step = h * (x + y) * a * b, powers = 1, ak = 1, tail = 0;
  const double* c = gamma_tables::digamma_bernoulli();
  for (int k = 0; k < (single ? 5 : 9); ++k) {
    tail += T(c[k]) * powers;
    ak *= a;
    powers = powers * b + ak;
  }
  sum += log1p(h / x) + h / (2 * x * y) + step * tail;
  return back ? -sum : sum;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T digamma_difference(T x, T h) {
  if (isinf(x) && x > T(0) && isfinite(h)) return T(0);
  T y = x + h;
  if (x > T(0) && isinf(y)) return log1p(h / x);  // finite where the sum overflows
  if (x > T(0) && y > T(0)) return detail::digamma_difference_right(x, h);
  // At and beside two poles at a whole distance, which cancel: sum 1 / (x + i), i = 0 ... h - 1.
  if (x <= T(0) && y <= T(0) && h == floor(h) && isfinite(x) && isfinite(h))
    return -detail::digamma_difference_right(1 - y, h);
  const T lost = isfinite(y) ? detail::sum_error(x, h, y) : T(0);
  if (x < T(0) && y < T(0) && abs(h) < T(0.5)) {
    T s = sinpi(x) * detail::sinpi_sum(y, lost);
    if (s == T(0)) return limits<T>::nan;
    return numbers::pi<T> * sinpi(h) / s - detail::digamma_difference_right(1 - y, h);
  }
  return detail::digamma_sum(y, lost) - digamma(x);
}

}  // namespace sci
