// Inverses of the normal distribution function in its various forms: erfcinv(c) = erfinv(1 - c), ndtri(p), and
// ndtri_exp(y) = ndtri(exp(y)).
//
// With p the probability and q = 1 - p, w = -log(4 p q) and P the function of detail/erfcinv_tables.h,
//   ndtri(p) = sqrt 2 (p - q) P(w),
// whose tables go on to the smallest number; neither tail cancels since p and q come in apart. For |p - q| < 3/4 P is
// taken as a function of (p - q)^2, without the logarithm. For ndtri_exp below y = -700, where exp(y) ends,
// log(erfc(s) / 2) = y by one Newton step in the logarithm of its asymptotic series.
//
// Error (measured): 3 ulp; ndtri and ndtri_exp beside their zeros at 1/2 and -log 2 as the conditioning allows.
#pragma once
#include "special/detail/erfcinv_tables.h"
#include "special/erfcx.h"
#include "special/erfinv.h"

namespace sci {
namespace detail {

/// The row's polynomial: row[n] + sum row[k] u^k.
template <int n, class T>
SCI_HD T erfcinv_row(const T* row, T u) {
  return row[n] + estrin<n>(row, u);
}

/// erfinv(x), |x| < 3/4.
template <class T>
SCI_HD T erfinv_middle(T x) {
  constexpr int n = is_same<T, float> ? 5 : 9, rows = is_same<T, float> ? 8 : 16;
  T v = x * x * T(rows / 0.5625);
  int k = int(v);
  return x * erfcinv_row<n>(erfcinv_middle(x) + k * (n + 1), T(2) * v - T(2 * k + 1));
}

/// x P(w). No branch tells the parts of the table from one another, as each is mispredicted where probabilities vary.
template <class T>
SCI_HD T erfinv_of_log(T w, T x) {
  constexpr bool single = is_same<T, float>;
  constexpr int n = single ? 7 : 15;
  constexpr T far = single ? T(4.45) : T(6.1);
  SCI_TABLE(T, start) = {T(0), T(2.8), far};
  SCI_TABLE(T, scale) = {T(1), T(1 / 0.825), T(1) / (single ? T(2) : T(2.7))};
  SCI_TABLE(int, first) = {0, 8, single ? 10 : 12, single ? 13 : 20};
  w = max(w, T(0));
  const T s = sqrt(w);
  const int part = int(w >= T(8)) + int(s >= far);
  const T v = ((part ? s : w) - start[part]) * scale[part];
  const int row = min(first[part] + int(v), first[part + 1] - 1);
  return x * erfcinv_row<n>(erfcinv_table(w) + row * (n + 1), T(2) * v - T(2 * (row - first[part]) + 1));
}

/// erfinv(x) from x and 1 - x^2; NaN where that is none of a probability. Vector loops take the polynomials of
/// special/erfinv.h, which need no table looked up.
template <class T>
SCI_HD T erfinv_of_product(T x, T product) {
#ifdef SCI_WIDE
  T value = x * erfinv_over_x_tails(-log(product));
  return product == T(0) ? copysign(limits<T>::infinity, x) : value;
#else
  if (!(product > T(0))) return product == T(0) ? copysign(limits<T>::infinity, x) : limits<T>::nan;
  return abs(x) < T(0.75) ? erfinv_middle(x) : erfinv_of_log(-log(product), x);
#endif
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
  return detail::erfinv_of_product(-(c - T(1)), c * (T(2) - c));  // -0 for 1, as in SciPy
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtri(T p) {
  return detail::erfinv_of_product(T(2) * p - T(1), T(4) * p * (T(1) - p)) * numbers::sqrt2<T>;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ndtri_exp(T y) {
  if (!(y < T(0))) return y == T(0) ? limits<T>::infinity : limits<T>::nan;
  constexpr T end = is_same<T, float> ? T(-80) : T(-700);
  if (y < end) {
    return isinf(y) ? y : -(sqrt(detail::ndtri_exp_square(-y)) * numbers::sqrt2<T>);
  }
  if (y < T(-1.4)) {
    T p = exp(y);
    return detail::erfinv_of_log(-(y + T(2) * numbers::ln2<T>)-log1p(-p), T(2) * p - T(1)) * numbers::sqrt2<T>;
  }
  if (y < T(-0.28)) {
    // Beside the zero 2 e^y - 1 = expm1(y + log 2), the logarithm to twice the digits.
    constexpr T ln2_low = is_same<T, float> ? T(-1.9046542e-9) : T(2.3190468138462996e-17);
    return detail::erfinv_middle(expm1((y + numbers::ln2<T>)+ln2_low)) * numbers::sqrt2<T>;
  }
  T q = -expm1(y);
  return detail::erfinv_of_log(-log(T(4) * q * (T(1) - q)), T(1) - T(2) * q) * numbers::sqrt2<T>;
}

}  // namespace sci
