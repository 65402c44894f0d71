// Derivatives of the entire function 1/Gamma(z), real and complex: special/gamma.h on dual numbers, whose Taylor
// series and reflection are finite at the zeros 0, -1, -2, ..., where -psi(z)/Gamma(z) is infinity times zero. Real
// x > 1/2: that product, since digamma is relatively accurate at its root 1.46...
#pragma once
#include "special/digamma.h"

namespace sci {

/// (1/Gamma)'
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T rgamma_slope(T x) {
  if (isinf(x)) return x > T(0) ? T(0) : limits<T>::nan;
  return x > T(0.5) ? -digamma(x) * rgamma(x) : rgamma(variable(x)).d;
}
template <class T>
SCI_HD complex<T> rgamma_slope(complex<T> z) {
  if (z.re != z.re || z.im != z.im) return {limits<T>::nan, limits<T>::nan};
  complex<dual<T>> f = rgamma(complex<dual<T>>{{z.re, T(1)}, {z.im, T(0)}});
  return {f.re.d, f.im.d};
}

/// (1/Gamma)''
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T rgamma_curvature(T x) {
  if (isinf(x)) return x > T(0) ? T(0) : limits<T>::nan;
  return rgamma(variable2(x)).d.d;
}
template <class T>
SCI_HD complex<T> rgamma_curvature(complex<T> z) {
  if (z.re != z.re || z.im != z.im) return {limits<T>::nan, limits<T>::nan};
  complex<dual<dual<T>>> f = rgamma(complex<dual<dual<T>>>{{{z.re, T(1)}, {T(1), T(0)}}, {{z.im, T(0)}, {T(0), T(0)}}});
  return {f.re.d.d, f.im.d.d};
}

}  // namespace sci
