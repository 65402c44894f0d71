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

/// d ndtri(p) / dp = sqrt(2 pi) e^(z^2/2) at z = ndtri(p).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> nrdtrimn_pullback(T grad, T p, T std, T, T mean) {
  T z = ndtri(p), grown = z * z / T(2);
  T slope = numbers::sqrt2<T> * numbers::sqrt_pi<T> * exp(grown), in = isnan(mean) ? limits<T>::nan : grad;
  return {{-in * std * slope, -in * z, in}};
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> nrdtrisd_pullback(T grad, T, T p, T, T std) {
  T z = ndtri(p), grown = z * z / T(2);
  T slope = numbers::sqrt2<T> * numbers::sqrt_pi<T> * exp(grown), in = isnan(std) ? limits<T>::nan : grad / z;
  return {{-in, std == T(0) ? std : -in * std * slope, in}};
}

}  // namespace sci
