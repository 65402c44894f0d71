// Polynomials with constant coefficients.
#pragma once
#include "core/platform.h"

namespace sci {

/// sum c[k] x^k, constant term first: even and odd powers in two chains, half as long as one.
template <class S, int N, class T>
SCI_HD T horner(const S (&c)[N], T x) {
  constexpr int last_even = (N - 1) & ~1, last_odd = (N - 2) | 1;
  T square = x * x, even = T(c[last_even]), odd = T(c[last_odd]);
  SCI_NO_UNROLL for (int k = last_even - 2; k >= 0; k -= 2) even = even * square + T(c[k]);
  SCI_NO_UNROLL for (int k = last_odd - 2; k >= 1; k -= 2) odd = odd * square + T(c[k]);
  return even + x * odd;
}

}  // namespace sci
