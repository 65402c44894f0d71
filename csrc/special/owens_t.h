// Owen's T function T(h, a) = (1 / 2 pi) int_0^a exp(-h^2 (1 + x^2) / 2) / (1 + x^2) dx (Owen, Ann. Math. Statist. 27
// (1956), 1075-1090).
//
// T is even in h and odd in a. a > 1: T(h, a) = (Q(h) + Q(a h)) / 2 - Q(h) Q(a h) - T(a h, 1/a), Q the upper tail of
// the normal distribution, for h > 0 (the leading term is Q(h) / 2, nothing large cancels). a <= 1: 1 / (1 + x^2) as a
// polynomial in x^2 of which moments m_i = int_0^a x^(2i) exp(-h^2 x^2 / 2) dx are taken (the idea of method T3 of
// Patefield and Tandy, J. Stat. Softw. 5 (2000), no. 5): positive numbers that fall with i.
//   a h < 6: down the recurrence (2i + 1) m_i = h^2 m_(i+1) + a^(2i+1) exp(-h^2 a^2 / 2) from a Kummer series, all
//   terms positive; beyond: up from m_0, where h^2 a^2 exceeds 2i + 1 for every i that counts.
//
// Error (measured): 6 eps.
#pragma once
#include "special/detail/owens_t_tables.h"
#include "special/ndtr.h"

namespace sci {
namespace detail {

/// 1 / (2i + 1)
template <class T>
SCI_HD T owens_t_inverse(int i) {
  SCI_TABLE(T, c) = {T(1),      T(1) / 3,  T(1) / 5,  T(1) / 7,  T(1) / 9,  T(1) / 11, T(1) / 13, T(1) / 15,
                     T(1) / 17, T(1) / 19, T(1) / 21, T(1) / 23, T(1) / 25, T(1) / 27, T(1) / 29, T(1) / 31,
                     T(1) / 33, T(1) / 35, T(1) / 37, T(1) / 39, T(1) / 41, T(1) / 43, T(1) / 45};
  return c[i];
}

/// 2 pi T(h, a) exp(h^2 / 2) for h >= 0, 0 <= a <= 1.
template <class T>
SCI_HD_LARGE T owens_t_scaled(T h, T a) {
  constexpr int all = owens_t_length<T>;
  const T* c = owens_t_powers(h);
  const T aa = a * a;
  T ha = h * a, square = ha * ha, power = aa * aa;
  int count = aa < T(0.15) ? 2 : all;  // high powers of a small a do not count
  SCI_NO_UNROLL
  for (; count < all && (power > limits<T>::epsilon / T(8) || T(2 * count) < square); count += 2) power *= aa * aa;
  count = min(count, all);
  T edge = exp_minus_half_square(ha, T(1)), sum;
  // With m_i = a^(2i+1) n_i: (2i + 1) n_i = (h a)^2 n_(i+1) + edge.
  if (ha < T(6)) {
    T term = edge / T(2 * count - 1), n = term;
    SCI_NO_UNROLL
    for (int k = 0; k < 120; ++k) {
      term *= square / T(2 * count + 1 + 2 * k);
      n += term;
      if (term <= n * (limits<T>::epsilon / T(8))) break;
    }
    sum = c[count - 1] * n;
    SCI_NO_UNROLL
    for (int i = count - 2; i >= 0; --i) {
      n = (square * n + edge) * owens_t_inverse<T>(i);
      sum = c[i] * n + aa * sum;
    }
    return sum * a;
  }
  // int_0^a exp(-h^2 x^2 / 2) dx = sqrt(pi / 2) erf(h a / sqrt 2) / h
  T m = numbers::sqrt_pi<T> * half_sqrt2<T> / h * (T(1) - T(2) * ndtr(-ha));
  T inverse = T(1) / (h * h);
  power = a * edge;
  sum = c[0] * m;
  SCI_NO_UNROLL
  for (int i = 1; i < all; ++i) {
    m = (T(2 * i - 1) * m - power) * inverse;
    power *= aa;
    sum += c[i] * m;
    if (m * T(8) <= sum * limits<T>::epsilon) break;
  }
  return sum;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T owens_t(T h, T a) {
  if (isnan(h) || isnan(a)) return limits<T>::nan;
  T x = abs(h), b = abs(a), value;
  constexpr T inv_2pi = T(0.5) * numbers::inv_pi<T>;
  if (isinf(x)) {
    value = T(0);
  } else if (isinf(b)) {
    value = T(0.5) * ndtr(-x);
  } else if (x * max(x, x * b) < limits<T>::epsilon / T(4)) {
    value = atan(b) * inv_2pi;  // the next term is h^2 a / 2
  } else if (b <= T(1)) {
    value = detail::exp_minus_half_square(x, detail::owens_t_scaled(x, b) * inv_2pi);
  } else {
    T p = ndtr(-x), xb = x * b, q = ndtr(-xb);
    T rest = isinf(xb) ? T(0) : detail::exp_minus_half_square(xb, detail::owens_t_scaled(xb, T(1) / b) * inv_2pi);
    value = T(0.5) * p + ((T(0.5) * q - p * q) - rest);
  }
  return copysign(value, a);
}

}  // namespace sci
