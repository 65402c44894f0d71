// Inverses of the normal distribution function in its various forms: erfcinv(c) = erfinv(1 - c), ndtri(p), and
// ndtri_exp(y) = ndtri(exp(y)).
//
// With p the probability and q = 1 - p, w = -log(4 p q) and P the function of detail/erfcinv_tables.h,
//   ndtri(p) = sqrt 2 (p - q) P(w),
// whose tables go on to the smallest number; neither tail cancels since p and q come in apart. For ndtri_exp below
// y = -700, where exp(y) ends, log(erfc(s) / 2) = y by one Newton step in the logarithm of its asymptotic series.
//
// Error (measured): 3 ulp; ndtri and ndtri_exp beside their zeros at 1/2 and -log 2 as the conditioning allows.
#pragma once
#include "special/detail/erfcinv_tables.h"
#include "special/erfcx.h"

namespace sci {
namespace detail {

/// (high + low) x with high + low = row[n] + sum row[k] u^k.
template <int n, class T>
SCI_HD T erfcinv_row(const T* row, T u, T x) {
  return (row[n] + estrin<n>(row, u)) * x;
}

/// difference * P(w)
template <class T>
SCI_HD T erfinv_of_log(T w, T difference) {
  constexpr bool single = is_same<T, float>;
  if (w < T(8)) {
    constexpr int n = single ? 6 : 12;
    int row = int(max(w, T(0)));
    return erfcinv_row<n>(erfcinv_center(w) + row * (n + 1), T(2) * max(w, T(0)) - T(2 * row + 1), difference);
  }
  constexpr T start = single ? T(4.45) : T(6.1), width = single ? T(2) : T(2.7);
  T s = sqrt(w);
  if (s < start) {
    constexpr int n = single ? 7 : 15;
    T v = (s - T(2.8)) * T(1 / 0.825);
    int row = int(v);
    return erfcinv_row<n>(erfcinv_tail(w) + row * (n + 1), T(2) * v - T(2 * row + 1), difference);
  }
  constexpr int n = single ? 7 : 14, rows = single ? 3 : 8;
  T v = (s - start) * (T(1) / width);
  int row = min(int(v), rows - 1);
  return erfcinv_row<n>(erfcinv_far(w) + row * (n + 1), T(2) * v - T(2 * row + 1), difference);
}

/// s^2 with log(erfc(s) / 2) = -level, level >= 700 (float: 80): u = s^2 has u + log(4 pi u) / 2 - c(1/u) = level with
/// c the logarithm of the asymptotic series of DLMF 7.12.1. Of u = level - v the first guess is within 0.3 (v /
/// level)^2, and one of Newton's steps squares that.
template <class T>
SCI_HD T ndtri_exp_square(T level) {
  constexpr int terms = is_same<T, float> ? 4 : 9;
  SCI_TABLE(T, c) = {T(1) / 2, T(1) / 3, T(1) / 4, T(1) / 5, T(1) / 6, T(1) / 7, T(1) / 8, T(1) / 9, T(1) / 10};
  T inverse = T(1) / level, half = T(0.5) * (log(level) + (T(2) * numbers::ln2<T> + numbers::ln_pi<T>));
  T v = (half + T(0.5) * inverse) / (T(1) + T(0.5) * inverse), x = v * inverse;
  T h = inverse / (T(1) - x);  // 1 / u
  T series = h * (T(-0.5) + h * (T(0.625) + h * (T(-37) / T(24) + h * (T(353) / T(64) - h * (T(4081) / T(160))))));
  T gap = (v - half) + T(0.5) * x * (T(1) + x * estrin<terms>(c, x)) + series;
  return level - (v - gap / (T(1) + T(0.5) * h * (T(1) - h)));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T erfcinv(T c) {
  if (!(c > T(0) && c < T(2)))
    return c == T(0) ? limits<T>::infinity : c == T(2) ? -limits<T>::infinity : limits<T>::nan;
  return detail::erfinv_of_log(-log(c * (T(2) - c)), -(c - T(1)));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtri(T p) {
  if (!(p > T(0) && p < T(1)))
    return p == T(0) ? -limits<T>::infinity : p == T(1) ? limits<T>::infinity : limits<T>::nan;
  return detail::erfinv_of_log(-log(T(4) * p * (T(1) - p)), T(2) * p - T(1)) * numbers::sqrt2<T>;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtri_exp(T y) {
  if (!(y < T(0))) return y == T(0) ? limits<T>::infinity : limits<T>::nan;
  constexpr T end = is_same<T, float> ? T(-80) : T(-700);
  if (y < end) {
    return isinf(y) ? y : -(sqrt(detail::ndtri_exp_square(-y)) * numbers::sqrt2<T>);
  }
  T difference, w;
  if (y < T(-1.4)) {
    T p = exp(y);
    difference = T(2) * p - T(1);
    w = -(y + T(2) * numbers::ln2<T>)-log1p(-p);
  } else if (y < T(-0.28)) {
    // Beside the zero 2 e^y - 1 = expm1(y + log 2), the logarithm to twice the digits.
    constexpr T ln2_low = is_same<T, float> ? T(-1.9046542e-9) : T(2.3190468138462996e-17);
    difference = expm1((y + numbers::ln2<T>)+ln2_low);
    w = -log1p(-difference * difference);
  } else {
    T q = -expm1(y);
    difference = T(1) - T(2) * q;
    w = -log(T(4) * q * (T(1) - q));
  }
  return detail::erfinv_of_log(w, difference) * numbers::sqrt2<T>;
}

}  // namespace sci
