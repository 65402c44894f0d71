// log|Gamma(x)| without branches, for loops that become vector instructions: the formulas of special/gammaln.h, each
// for all x, of which the right one is chosen. One logarithm is that of |x|, for Stirling's formula; the other one's
// argument is the recurrence's product, for x <= -13 that of the reflection,
//
//   |Gamma(x) Gamma(y)| = 1 / (y |w| rgamma1p(w) rgamma1p(-w)),   y = -x, w = x less the nearest integer,
//
// since 1 / (Gamma(1 + w) Gamma(1 - w)) = sin(pi w) / (pi w) (DLMF 5.5.3).
#pragma once
#include "special/gamma.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD T gammaln_unit(T u);
template <class T>
SCI_HD T gammaln_tail(T t);

template <class T>
SCI_HD T gammaln_wide(T x) {
  // One comparison per choice: the compiler makes no vectors of logic on several.
  constexpr T end = T(is_same<T, float> ? 4 : 8), half = T(0.5), one = T(1), low = T(-13);
  const T size = abs(x), nearest = rint(x), down = floor(x), beside = abs(x + T(2.6));
  const T n = x <= half ? nearest : down, w = x - n, centre = x <= half ? w : T(0), last = x <= half ? -n : -one;
  T product = one;
#pragma GCC unroll 8
  for (int i = 1; i < int(end) - 1; ++i) {
    const T factor = x - T(i);
    product = product * (T(i) < n ? factor : one);
  }
#pragma GCC unroll 16
  for (int i = 0; i <= 13; ++i) {
    const T factor = x + T(i);
    product = product * (T(i) <= last ? factor : one);
  }
  const T r = rgamma1p(centre), mirror = rgamma1p(T(-centre)), reflected = size * abs(centre) * r * mirror;
  // About the first two zeros: see special/gammaln.h.
  const T v = x + T(1.5), t = v * v - T(1.25), square = t * t, near = one - square,
          error = ((one - near) - square) / near;
  T argument = product < T(0) ? -product : product;
  argument = argument * r;  // r = 1 for x > 1/2
  const T inside = x > half ? x : argument;
  argument = x < one ? inside : argument;  // in (1/2, 1) the product is 1 / x
  argument = x <= low ? reflected : argument;
  argument = beside < T(0.2) ? near : argument;
  const T found = log(argument), correction = beside < T(0.2) ? error : T(0);
  const T from = x < one ? x : w, place = beside < T(0.2) ? x + T(3) : from, rest = gammaln_unit(place);
  const T far = size >= end ? size : end;
  const T stirling = (far - half) * (log(far) - one) + (gammaln_tail(T(one / far)) + T(0.41893853320467274178));
  T value = x < one ? rest - found : rest + found;
  value = x <= half ? -found : value;
  value = beside < T(0.2) ? rest - (found + correction) : value;
  const T mirrored = -found - stirling;
  value = x <= low ? mirrored : value;
  value = x >= end ? stirling : value;
  const T pole = x <= half ? limits<T>::infinity : value;
  value = w == T(0) ? pole : value;
  return size <= limits<T>::max ? value : x;  // NaN, and both infinities as SciPy has them
}

}  // namespace detail
}  // namespace sci
