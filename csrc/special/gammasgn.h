// The sign of Gamma(x): 1 for x > 0, (-1)^ceil(-x) between the poles; of +-0 that of the infinity there. NaN at the
// poles -1, -2, ... and at -inf, where there is none.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammasgn(T x) {
  if (isnan(x) || x > T(0)) return isnan(x) ? x : T(1);
  if (x == T(0)) return copysign(T(1), x);
  T below = floor(x);
  if (below == x) return limits<T>::nan;  // every number beyond 2^52 is one, -inf too
  return below == T(2) * floor(below / T(2)) ? T(1) : T(-1);
}

}  // namespace sci
