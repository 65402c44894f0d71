// The sign of Gamma(x): 1 for x > 0, (-1)^ceil(-x) between the poles; of +-0 that of the infinity there. NaN at the
// poles -1, -2, ... and at -inf, where there is none.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammasgn(T x) {
  T below = floor(x), sign = below == T(2) * floor(below / T(2)) ? T(1) : T(-1);
  sign = below == x ? limits<T>::nan : sign;  // every number beyond 2^52 is one, -inf too
  sign = x > T(0) ? T(1) : sign;
  sign = x == T(0) ? copysign(T(1), x) : sign;
  return isnan(x) ? x : sign;
}

}  // namespace sci
