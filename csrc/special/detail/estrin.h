// Polynomials by Estrin's scheme: short chains of dependent operations.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

/// c[0] + c[1] u + ... + c[n-1] u^(n-1) in pairs, pairs of pairs, ...; `power` is u, u^2, u^4, u^8.
template <int n, class T>
SCI_HD T estrin_powers(const T* c, const T* power) {
  if constexpr (n == 1) {
    return c[0];
  } else {
    constexpr int k = n > 8 ? 3 : n > 4 ? 2 : n > 2 ? 1 : 0;
    return estrin_powers<(1 << k)>(c, power) + power[k] * estrin_powers<n - (1 << k)>(c + (1 << k), power);
  }
}

/// The polynomial with the n <= 16 coefficients c, in ascending order.
template <int n, class T>
SCI_HD T estrin(const T* c, T u) {
  T u2 = u * u, u4 = u2 * u2;
  const T power[4] = {u, u2, u4, u4 * u4};
  return estrin_powers<n>(c, power);
}

/// The same for any n.
template <int n, class T>
SCI_HD T polynomial(const T* c, T u) {
  if constexpr (n <= 16) {
    return estrin<n>(c, u);
  } else {
    T u2 = u * u, u4 = u2 * u2, u16 = u4 * u4;
    u16 *= u16;
    return estrin<16>(c, u) + u16 * polynomial<n - 16>(c + 16, u);
  }
}

}  // namespace detail
}  // namespace sci
