// The mean and the standard deviation of the normal distribution whose distribution function is p at x:
// x = mn + std ndtri(p).
#pragma once
#include "special/erfcinv.h"

namespace sci {

/// NaN unless 0 < p < 1 and std > 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nrdtrimn(T p, T std, T x) {
  if (!(p > T(0) && p < T(1)) || !(std > T(0))) return limits<T>::nan;
  return x - std * ndtri(p);
}

/// Negative where x is on the other side of mn than p of 1/2; NaN unless 0 < p < 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nrdtrisd(T mn, T p, T x) {
  if (!(p > T(0) && p < T(1))) return limits<T>::nan;
  return x == mn ? T(0) : (x - mn) / ndtri(p);
}

}  // namespace sci
