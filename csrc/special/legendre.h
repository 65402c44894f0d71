// Associated Legendre functions of whole degree and order and their derivatives (detail/legendre_one.h); along rows of
// one degree and order by the columns of detail/legendre_table.h, side by side.         card: sci/special/_legendre.py
#pragma once
#include "special/detail/legendre_one.h"
#if !SCI_DEVICE
#include "core/rows.h"
#include "special/detail/legendre_table.h"

namespace sci {
namespace detail {

/// Arguments that take their steps together: what they need stays in the first cache.
constexpr int64_t legendre_lanes = 64;

/// One derivative of one function along a row; m of any sign.
template <class T>
void legendre_rows(int64_t count, T* out, int order, int64_t n, int64_t m, bool normal, bool outside, bool sphere,
                   const T* z) {
  LegendreTable<T> table{z, out, count, n, abs(m), order, 1, false, normal, outside, sphere, legendre_lanes};
  T buffer[LegendreTable<T>::memory_of(legendre_lanes, legendre_orders + 1, legendre_orders + 1)];
  for (int64_t first = 0; first < count; first += legendre_lanes)
    table.run_last(first, min(legendre_lanes, count - first), buffer, m < 0);
}

/// Is P_n^m short, a power of the root times a polynomial of at most 3 degrees?
SCI_HD bool legendre_has_few_powers(int64_t n, int64_t m) { return abs(m) <= 3 && n - abs(m) <= 3; }

/// The leading coefficient of the polynomial in a short P_n^m.
inline double legendre_short_scale(int n, int m, bool normal) {
  const int size = m < 0 ? -m : m, k = n - size;
  double scale = size % 2 != 0 && m >= 0 ? -1 : 1, ratio = 1;  // (n - size)! / (n + size)!
  for (int i = 1; i <= n; ++i) scale *= (n + i) / 2.0;         // (2 n)! / (2^n n!)
  for (int i = 2; i <= k; ++i) scale /= i;
  for (int i = k + 1; i <= n + size; ++i) ratio /= i;
  return normal ? scale * sqrt((n + 0.5) * ratio) : m < 0 ? scale * ratio : scale;
}
/// What is taken from the square of its variable, for 2 and 3 degrees.
inline double legendre_short_lower(int k, int size) { return k == 2 ? 1.0 / (2 * size + 3) : 3.0 / (2 * size + 5); }

/// P_n^m on the cut for n - |m| <= 3, |m| <= 3: (1 - z^2)^(|m|/2) times a monic Gegenbauer polynomial, DLMF 18.5.10,
/// times `scale`.
template <class T, class One>
void legendre_short_rows(int64_t count, T* out, int n, int m, bool normal, const T* z, One one) {
  const int size = m < 0 ? -m : m, k = n - size;
  using P = RowPack<T>;
  const P lower = T(legendre_short_lower(k, size)), factor = T(legendre_short_scale(n, m, normal));
  run_rows(
      count, out, z, T(1),
      [=](P(&at)[rows_at_once]) {
#pragma GCC unroll 8
        for (int i = 0; i < rows_at_once; ++i) {
          const P x = at[i], w = (P(T(1)) - x) * (P(T(1)) + x);
          P value = k == 0 ? factor : k % 2 != 0 ? x * factor : factor;
          if (k >= 2) value = value * (x * x - lower);
          if (size >= 2) value = value * w;
          at[i] = size % 2 != 0 ? value * sqrt(w) : value;
        }
      },
      one);
}

/// The same on the sphere, in the angle.
template <class T>
void sph_legendre_short_rows(int64_t count, T* out, int n, int m, const T* theta) {
  const int size = m < 0 ? -m : m, k = n - size;
  const T lower = T(legendre_short_lower(k, size));
  const T factor = T(legendre_short_scale(n, m, true) * 0.39894228040143267794);  // 1 / sqrt(2 pi)
  for (int64_t i = 0; i < count; ++i) {
    const T x = cos(theta[i]), root = size > 0 ? abs(sin(theta[i])) : T(1);
    T value = k % 2 != 0 ? x * factor : factor;
    if (k >= 2) value *= x * x - lower;
    for (int j = 0; j < size; ++j) value *= root;
    out[i] = isnan(x) ? x : value;
  }
}

}  // namespace detail

template <class T>
enable_hardware<T> legendre_derivative_rows(int64_t count, T* out, const int64_t* order, const int64_t* n,
                                            const int64_t* m, const int64_t* normal, const int64_t* branch_cut,
                                            const T* z) {
  const bool known = *order >= 0 && *order <= detail::legendre_orders && *n <= detail::legendre_most / (*order + 1) &&
                     *n >= 0 && *m <= *n && *m >= -*n && (*branch_cut == 2 || *branch_cut == 3);
  if (known && *order == 0 && *branch_cut == 2 && *m != 0 && detail::legendre_has_few_powers(*n, *m))
    return detail::legendre_short_rows(count, out, int(*n), int(*m), *normal != 0, z, [=](T x) {
      return legendre_derivative(*order, *n, *m, *normal, *branch_cut, x);
    });
  if (known) return detail::legendre_rows(count, out, int(*order), *n, *m, *normal != 0, *branch_cut == 3, false, z);
  for (int64_t i = 0; i < count; ++i) out[i] = legendre_derivative(*order, *n, *m, *normal, *branch_cut, z[i]);
}
template <class T>
enable_hardware<T> sph_legendre_rows(int64_t count, T* out, const int64_t* n, const int64_t* m, const T* theta) {
  if (*n >= 0 && *n <= detail::legendre_most && *m <= *n && *m >= -*n)
    return detail::legendre_has_few_powers(*n, *m)
               ? detail::sph_legendre_short_rows(count, out, int(*n), int(*m), theta)
               : detail::legendre_rows(count, out, 0, *n, *m, true, false, true, theta);
  for (int64_t i = 0; i < count; ++i) out[i] = sph_legendre(*n, *m, theta[i]);
}

}  // namespace sci
#endif
