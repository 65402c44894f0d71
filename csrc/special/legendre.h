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
  T buffer[legendre_lanes * (13 + 6 * (legendre_orders + 1))];
  for (int64_t first = 0; first < count; first += legendre_lanes)
    table.run_last(first, min(legendre_lanes, count - first), buffer, m < 0);
}

}  // namespace detail

template <class T>
enable_hardware<T> legendre_derivative_rows(int64_t count, T* out, const int64_t* order, const int64_t* n,
                                            const int64_t* m, const int64_t* normal, const int64_t* branch_cut,
                                            const T* z) {
  const bool known = *order >= 0 && *order <= detail::legendre_orders && *n <= detail::legendre_most / (*order + 1) &&
                     *n >= 0 && *m <= *n && *m >= -*n && (*branch_cut == 2 || *branch_cut == 3);
  if (known) return detail::legendre_rows(count, out, int(*order), *n, *m, *normal != 0, *branch_cut == 3, false, z);
  for (int64_t i = 0; i < count; ++i) out[i] = legendre_derivative(*order, *n, *m, *normal, *branch_cut, z[i]);
}
template <class T>
enable_hardware<T> sph_legendre_rows(int64_t count, T* out, const int64_t* n, const int64_t* m, const T* theta) {
  if (*n >= 0 && *n <= detail::legendre_most && *m <= *n && *m >= -*n)
    return detail::legendre_rows(count, out, 0, *n, *m, true, false, true, theta);
  for (int64_t i = 0; i < count; ++i) out[i] = sph_legendre(*n, *m, theta[i]);
}

}  // namespace sci
#endif
