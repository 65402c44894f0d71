// Polynomials of the gamma family. Four coefficients at a time: a chain a quarter as long as Horner's, and short enough
// that the rounding errors stay those of the last group.
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

/// c[0] + c[1] x + ... + c[N-1] x^(N-1).
template <int N, class T, class C>
SCI_HD T gamma_polynomial(const C* c, T x) {
  if constexpr (is_complex<T>) {
    T sum{real_of<T>(c[N - 1])};
    for (int i = N - 2; i >= 0; --i) sum = sum * x + real_of<T>(c[i]);
    return sum;
  } else {
    constexpr int top = (N - 1) / 4 * 4, rest = N - top;
    T square = x * x, fourth = square * square;
    T sum = T(c[top]);
    if constexpr (rest > 1) sum = sum + T(c[top + 1]) * x;
    if constexpr (rest == 3) sum = sum + T(c[top + 2]) * square;
    if constexpr (rest == 4) sum = sum + (T(c[top + 2]) + T(c[top + 3]) * x) * square;
    for (int i = top - 4; i >= 0; i -= 4)
      sum = ((T(c[i]) + T(c[i + 1]) * x) + (T(c[i + 2]) + T(c[i + 3]) * x) * square) + sum * fourth;
    return sum;
  }
}

}  // namespace detail
}  // namespace sci
