// The factor 2 (mu + k)/z of the recurrences in the order (DLMF 10.6.1, 10.29.1).
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

/// A sum that keeps what rounding takes from it (T. J. Dekker, D. E. Knuth).
template <class S>
struct bessel_exact_sum {
  S high = S(0), low = S(0);
  SCI_HD void add(S x) {
    S sum = high + x, c = sum - high;
    low += (high - (sum - c)) + (x - c);
    high = sum;
  }
  SCI_HD void add_product(S x, S y) {
    S p = rounded_product(x, y);
    add(p);
    low += fma(x, y, -p);
  }
  SCI_HD S value() const { return high + low; }
};

/// 2 - y z, exact but for the last rounding.
template <class S, class = typename enable_if<is_hardware<S>>::type>
SCI_HD S bessel_step_rest(S y, S z) {
  return fma(-y, z, S(2));
}
template <class S>
SCI_HD complex<S> bessel_step_rest(complex<S> y, complex<S> z) {
  bessel_exact_sum<S> re, im;
  re.add(S(2));
  re.add_product(y.re, -z.re);
  re.add_product(y.im, z.im);
  im.add_product(y.re, -z.im);
  im.add_product(y.im, -z.re);
  return {re.value(), im.value()};
}

/// 2 (mu + k)/z for k >= 1 and -1/2 <= mu <= 1. The rounding errors of 2/z and of mu + k, which n steps would add up to
/// about n eps, are put back; derivatives do without.
template <class T, class Z>
struct bessel_step {
  T mu;
  Z two_over_z, rest;
  SCI_HD bessel_step(T order, Z z) : mu(order), two_over_z(T(2) / z), rest(T(0)) {
    if constexpr (is_hardware<T>) {
      rest = bessel_step_rest(two_over_z, z) / z;
      if (!(abs1(rest) <= abs1(two_over_z))) rest = Z(T(0));  // 2/z overflows
    }
  }
  SCI_HD Z operator()(int k) const {
    T n = T(scalar_of<T>(k)), order = mu + n;
    if constexpr (is_hardware<T>) return two_over_z * order + (rest * order + two_over_z * (mu - (order - n)));
    return two_over_z * order;
  }
};

}  // namespace detail
}  // namespace sci
