// Hermite polynomials of whole degree: eval_hermite of the physicists, eval_hermitenorm of the probabilists, real x;
// NaN for negative degrees.                                                            card: sci/special/_hermite.py
//
// Method     the recurrence of three terms, DLMF 18.9.1 (table 18.9.1), forward, with an exponent of its own: no step
//            overflows before the result does
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy eval_hermite
// Weak spot  n steps: time grows with the degree
#pragma once
#include "special/detail/orthogonal_rows.h"
#include "special/detail/orthogonal_short.h"

namespace sci {
namespace detail {

SCI_TABLE(double, hermite_short) = {1, 0, 0, 2, 0, 0, -2, 4, 0, -12, 8, 0, 12, -48, 16, 120, -160, 32};
SCI_TABLE(double, hermite_norm_short) = {1, 0, 0, 1, 0, 0, -1, 1, 0, -3, 1, 0, 3, -6, 1, 15, -10, 1};

/// |x| below which no step to degree n can overflow, by |H_n| <= (|c x| + (2 c n)^(1/2))^n.
template <class T>
SCI_HD T hermite_tame(int64_t n) {
  return is_same<T, float> ? T(n <= 20 ? 20 : 0) : T(n <= 64 ? 500 : n <= 140 ? 50 : 0);
}

/// H_{k+1} = c (x H_k - k H_{k-1}): c = 2 for H, 1 for He.
template <class T>
SCI_HD T hermite_recurrence(int64_t n, T x, T c) {
  if (n < 0 || isnan(x)) return limits<T>::nan;
  if (abs(x) < hermite_tame<T>(n)) {
    const T y = c * x, last = c * T(n);
    T before = T(1), now = n == 0 ? T(1) : y;
    SCI_NO_UNROLL
    for (T k = c; k < last; k += c) {
      const T late = k * before, next = y * now - late;
      before = now;
      now = next;
    }
    return now;
  }
  if (n == 0) return T(1);
  if (n == 1) return c * x;
  // x^2 alone is out of range.
  constexpr T far = T(is_same<T, float> ? 1e19 : 1e154);
  const T beyond = x < T(0) && n % 2 != 0 ? -limits<T>::infinity : limits<T>::infinity;
  if (abs(x) > far) return beyond;
  constexpr int step = is_same<T, float> ? 50 : 400;
  const T big = ldexp(T(1), step), small = ldexp(T(1), -step);
  T before = T(1), now = c * x;
  int exponent = 0;
  SCI_NO_UNROLL
  for (int64_t k = 1; k < n; ++k) {
    T next = c * (x * now - T(k) * before);
    before = now;
    now = next;
    if (!(abs(now) <= limits<T>::max)) return beyond;  // x is far beyond the zeros: all that follow are larger
    if (abs(now) > big || abs(before) > big) {
      now *= small;
      before *= small;
      exponent += step;
    }
    if (exponent > 1000000) break;  // infinite by far
  }
  return exponent > 0 ? ldexp(now, exponent) : now;
}

}  // namespace detail

template <class T>
SCI_HD T eval_hermite(int64_t n, T x) {
  if (detail::orthogonal_is_short(n, x)) return detail::orthogonal_short(detail::hermite_short, int(n), T(0), x);
  return detail::hermite_recurrence(n, x, T(2));
}
template <class T>
SCI_HD T eval_hermitenorm(int64_t n, T x) {
  if (detail::orthogonal_is_short(n, x)) return detail::orthogonal_short(detail::hermite_norm_short, int(n), T(0), x);
  return detail::hermite_recurrence(n, x, T(1));
}

#if !SCI_DEVICE
namespace detail {

/// The tame ones side by side.
template <class T, class One>
SCI_PACK void hermite_rows(int64_t count, T* out, int64_t n, const double* table, T c, const T* x, One one) {
  using P = RowPack<T>;
  if (orthogonal_is_short(n, T(0))) return orthogonal_short_rows(count, out, table, int(n), T(0), x, T(1), T(0), one);
  run_rows(
      count, out, x, n < 0 ? T(0) : hermite_tame<T>(n),
      [=](P(&at)[rows_at_once]) {
        P before[rows_at_once], now[rows_at_once];
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m) {
          before[m] = T(1);
          now[m] = at[m] = at[m] * c;
        }
        const T last = c * T(min(n, int64_t(140)));
        for (T k = c; k < last; k += c) {
#pragma GCC unroll 8
          for (int m = 0; m < rows_at_once; ++m) {
            const P late = before[m] * k, next = at[m] * now[m] - late;
            before[m] = now[m];
            now[m] = next;
          }
        }
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m) at[m] = now[m];
      },
      one);
}

}  // namespace detail

template <class T>
enable_hardware<T> eval_hermite_rows(int64_t count, T* out, const int64_t* n, const T* x) {
  const auto one = [n](T at) { return eval_hermite(*n, at); };
  detail::hermite_rows(count, out, *n, detail::hermite_short, T(2), x, one);
}
template <class T>
enable_hardware<T> eval_hermitenorm_rows(int64_t count, T* out, const int64_t* n, const T* x) {
  const auto one = [n](T at) { return eval_hermitenorm(*n, at); };
  detail::hermite_rows(count, out, *n, detail::hermite_norm_short, T(1), x, one);
}
#endif

}  // namespace sci
