// The Box-Cox transforms (x^lambda - 1) / lambda and their inverses, with no loss about lambda = 0 and x = 1.
//
// boxcox(x, lambda) = L exprel(lambda L) with L = log x (boxcox1p: log(1 + x)).
// inv_boxcox(y, lambda) = exp(y log1p(s) / s), s = lambda y (inv_boxcox1p: expm1); for small s the exponent is y + y
// (log1p(s) - s)/s with its rounding error.
//
// Error (measured): 3 ulp beyond what the conditioning explains.
#pragma once
#include "special/exponential.h"
#include "special/logarithm.h"

namespace sci {
namespace detail {

/// (e^(lambda log) - 1) / lambda.
template <class T>
SCI_HD T boxcox_of_log(T log, T lambda) {
  if (isnan(log) || isnan(lambda)) return limits<T>::nan;
  if (isinf(log)) {
    if (log < T(0)) return lambda > T(0) ? T(-1) / lambda : log;
    return lambda < T(0) ? T(-1) / lambda : log;
  }
  if (log == T(0)) return T(0);
  return log * exprel(lambda * log);
}

/// log(1 + lambda y) / lambda as the sum of the result and `low`, which counts where the exponential magnifies it.
template <class T>
SCI_HD T boxcox_inverse_log(T y, T lambda, T& low) {
  T s = lambda * y;
  low = T(0);
  if (lambda == T(0) || s == T(0)) return y;
  if (isinf(s)) return s < T(0) ? limits<T>::nan : (log(abs(lambda)) + log(abs(y))) / lambda;
  if (abs(s) < T(0.5)) {
    T change = y * (log1p_minus(s) / s), sum = y + change;
    low = (y - sum) + change;
    return sum;
  }
  return y * (log1p(s) / s);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T boxcox(T x, T lambda) {
  return detail::boxcox_of_log(log(x), lambda);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T boxcox1p(T x, T lambda) {
  return detail::boxcox_of_log(log1p(x), lambda);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T inv_boxcox(T y, T lambda) {
  T low, high = detail::boxcox_inverse_log(y, lambda, low), value = exp(high);
  return low == T(0) ? value : value + value * low;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T inv_boxcox1p(T y, T lambda) {
  T low, high = detail::boxcox_inverse_log(y, lambda, low), value = expm1(high);
  return low == T(0) ? value : value + (value + T(1)) * low;
}

}  // namespace sci
