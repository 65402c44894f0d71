// Partial derivatives of the first and second order of a function of two arguments, by dual numbers; and those of a
// distribution function from F and 1 - F.
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

/// df/dx for i = 1, j = 0 and df/dy for i = 0, j = 1. `f` is called with dual numbers.
template <class F, class T>
SCI_HD T first_partial(F f, int64_t i, int64_t j, T x, T y) {
  if (i < 0 || j < 0 || i + j != 1) return limits<T>::nan;
  return f(dual<T>{x, T(i)}, dual<T>{y, T(j)}).d;
}

/// d^2 f / dx^i dy^j, i + j = 2. The inner numbers take one derivative, the outer ones the other.
template <class F, class T>
SCI_HD T second_partial(F f, int64_t i, int64_t j, T x, T y) {
  if (i < 0 || j < 0 || i + j != 2) return limits<T>::nan;
  T one_x = i > 0 ? T(1) : T(0), other_x = i == 2 ? T(1) : T(0);
  T one_y = T(1) - one_x, other_y = T(1) - other_x;
  return f(dual<dual<T>>{{x, one_x}, {other_x, T(0)}}, dual<dual<T>>{{y, one_y}, {other_y, T(0)}}).d.d;
}

/// The derivatives of F = f[0] = 1 - f[1], from the smaller one of both.
template <class T, class D>
SCI_HD D smaller_tail(many<dual<T, D>, 2> f) {
  return primal(f[0]) < primal(f[1]) ? f[0].d : -f[1].d;
}

/// grad times derivatives in two parameters and the one in x.
template <class T>
SCI_HD many<T, 3> scaled_gradient(T grad, several<T, 2> d, T density) {
  return {{grad * d.at[0], grad * d.at[1], grad * density}};
}

}  // namespace detail
}  // namespace sci
