// Relatives of the exponential function: exprel, cosm1, and the moments of exp that are exprel's derivatives.
//
// cosm1(x) = cos x - 1 = -2 sin^2(x/2).
// exprel(x) = (e^x - 1) / x; from the overflow of e^x on in two factors.
// exprel_moment(n, x) = int_0^1 t^n e^(x t) dt, the n-th derivative of exprel = exprel_moment(0, .), by
//   x < 2n, -x < 2n (or |x| < 2): a series of positive terms, sum x^k / (k! (n+k+1)), for x < 0 Kummer's transform of
//   it, e^x sum (-x)^k / ((n+1) ... (n+k+1)) (DLMF 13.2.39);
//   beyond: the recurrence I_n = (e^x - n I_(n-1)) / x of integration by parts, stable since n / |x| <= 1/2.
//
// Error (measured): cosm1 2 ulp, exprel 2 ulp, exprel_moment 4 ulp.
#pragma once
#include "core/complex.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cosm1(T x) {
  T s = sin(x / T(2));
  return T(0) - T(2) * s * s;  // 0, not -0, at 0
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T exprel(T x) {
  if (x == T(0)) return T(1);
  if (x > limits<T>::log_max - T(1)) {
    if (isinf(x)) return x;
    T half = exp(min(x, T(2) * limits<T>::log_max) / T(2));
    return half / x * half;
  }
  return expm1(x) / x;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T exprel_moment(int64_t order, T x) {
  if (order < 0 || order > 64 || isnan(x)) return limits<T>::nan;
  int n = int(order);
  if (isinf(x)) return x > T(0) ? x : T(0);
  T size = abs(x);
  if (size < T(2) || size < T(2 * n)) {
    T sum = T(0), term = x > T(0) ? T(1) : T(1) / T(n + 1);
    SCI_NO_UNROLL
    for (int k = 0; k < 600; ++k) {
      T add = x > T(0) ? term / T(n + k + 1) : term;
      sum += add;
      if (add <= limits<T>::epsilon / T(8) * sum) break;
      term *= x > T(0) ? size / T(k + 1) : size / T(n + k + 2);
    }
    return x > T(0) ? sum : exp(x) * sum;
  }
  if (x < T(0)) {
    T edge = exp(x), value = expm1(x) / x;
    for (int k = 1; k <= n; ++k) value = (edge - T(k) * value) / x;
    return value;
  }
  T value = -expm1(-x) / x;  // e^-x times the integral
  for (int k = 1; k <= n; ++k) value = (T(1) - T(k) * value) / x;
  T half = exp(min(x, T(2) * limits<T>::log_max) / T(2));
  return half * value * half;
}

}  // namespace sci
