// Even and odd polynomials of degree 0 to 5 at a real x: a + (b + c s) s, s = x^2 - centre, for odd degrees times x.
// With the centre in the middle of their zeros the rounding error stays a few ulp of what conditioning allows, and no
// branch depends on x. Three coefficients per degree in the tables.
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

constexpr int orthogonal_short_most = 5;

/// May the table be used? Far out the square could overflow.
template <class T>
SCI_HD bool orthogonal_is_short(int64_t n, T x) {
  return uint64_t(n) <= uint64_t(orthogonal_short_most) && abs(x) < T(1e9);
}
template <class T>
SCI_HD T orthogonal_short(const double* table, int n, T centre, T x) {
  const double* c = table + 3 * n;
  using S = scalar_of<T>;
  const T s = x * x - centre, even = (T(S(c[2])) * s + T(S(c[1]))) * s + T(S(c[0]));
  return n % 2 != 0 ? x * even : even;
}

}  // namespace detail
}  // namespace sci
