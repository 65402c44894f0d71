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
#include "core/polynomial.h"

namespace sci {
namespace detail {

/// exprel'(x) = sum x^k / (k! (k + 2)) = (1 + (x - 1) e^x) / x^2, without calls or branches.
SCI_HD double exprel_slope_series(double x) {
  SCI_TABLE(double, c) = {0.5,
                          1. / 3,
                          1. / 8,
                          1. / 30,
                          1. / 144,
                          1. / 840,
                          1. / 5760,
                          1. / 45360,
                          1. / 403200,
                          1. / 3991680,
                          1. / 43545600,
                          1. / 518918400,
                          1. / 6706022400.,
                          1. / 93405312000.,
                          1. / 1394852659200.,
                          1. / 22230464256000.,
                          1. / 376610217984000.,
                          1. / 6758061133824000.};
  return horner(c, x);
}
SCI_HD float exprel_slope_series(float x) {
  SCI_TABLE(float, c) = {0.5f,       1.f / 3,     1.f / 8,      1.f / 30,      1.f / 144,     1.f / 840,
                         1.f / 5760, 1.f / 45360, 1.f / 403200, 1.f / 3991680, 1.f / 43545600};
  return horner(c, x);
}
template <class T>
SCI_HD T exprel_slope(T x) {
  const bool near = abs(x) < T(1);
  T series = exprel_slope_series(near ? x : T(0));
  T value = (T(1) + (x - T(1)) * exp(x)) / x / x;
  // In two factors where e^x overflows.
  T half = exp(min(x, T(2) * limits<T>::log_max) / T(2));
  value = x > limits<T>::log_max - T(10) ? half * ((x - T(1)) / x) * (half / x) : value;
  value = x < -limits<T>::max ? T(0) : value;
  return near ? series : x > limits<T>::max ? x : value;
}

}  // namespace detail

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
SCI_HD T exprel_pullback(T grad, T x, T) {
  return grad * detail::exprel_slope(x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T exp2_pullback(T grad, T, T out) {
  return grad * out * numbers::ln2<T>;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T exp10_pullback(T grad, T, T out) {
  return grad * out * T(2.3025850929940456840);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T expm1_pullback(T grad, T x, T) {
  return grad * exp(x);
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
