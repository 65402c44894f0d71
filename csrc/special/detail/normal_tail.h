// The tail Phi(-z) of the normal distribution and Phi(-z) - 1/2, with their derivatives.
#pragma once
#include "core/dual.h"
#include "special/ndtr.h"

namespace sci {
namespace detail {

SCI_HD double normal_tail(double z) { return ndtr(-z); }
SCI_HD float normal_tail(float z) { return ndtr(-z); }
SCI_HD double normal_centre(double z) { return -0.5 * erf(z * half_sqrt2<double>); }
SCI_HD float normal_centre(float z) { return -0.5f * erf(z * half_sqrt2<float>); }

template <class T, class D>
SCI_HD dual<T, D> normal_tail(dual<T, D> z) {
  using S = scalar_of<T>;
  return {normal_tail(z.v), exp(z.v * z.v * T(S(-0.5))) * T(S(-0.39894228040143267794)) * z.d};
}
template <class T, class D>
SCI_HD dual<T, D> normal_centre(dual<T, D> z) {
  return {normal_centre(z.v), normal_tail(z).d};
}

}  // namespace detail
}  // namespace sci
