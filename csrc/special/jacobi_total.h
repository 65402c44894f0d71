// The integral of Jacobi's weight (1 - x)^alpha (1 + x)^beta over [-1, 1], 2^(alpha + beta + 1) B(alpha + 1, beta + 1)
// (DLMF 18.3.1).                                                                   card: sci/special/_jacobi_total.py
//
// Method     the power in two factors: it may overflow where the product does not; where the beta function underflows,
//            or nearly so, all by logarithms
// Domain     alpha, beta > -1; NaN elsewhere
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy jacobi_total
#pragma once
#include "special/beta.h"

namespace sci {

template <class T>
SCI_HD T jacobi_total(T alpha, T beta_) {
  if (!(alpha > T(-1) && beta_ > T(-1))) return limits<T>::nan;
  const T a = alpha + T(1), b = beta_ + T(1), power = alpha + b, size = beta(a, b);
  if (size < limits<T>::min * T(1e9)) return exp(betaln(a, b) + power * T(0.69314718055994530942));
  const T half = exp2(power * T(0.5));
  return half * size * half;
}

}  // namespace sci
