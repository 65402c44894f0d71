// Huber's loss and the pseudo-Huber loss.
//
// pseudo_huber = delta^2 (sqrt(1 + (r/delta)^2) - 1) = delta r^2 / (delta + hypot(delta, r)): no cancellation for small
// r and no overflow for large.
//
// Error (measured): 1 ulp and 3 ulp.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T huber(T delta, T r) {
  if (isnan(delta) || isnan(r)) return limits<T>::nan;
  if (delta < T(0)) return limits<T>::infinity;
  T size = abs(r);
  return size <= delta ? r * r / T(2) : delta * (size - delta / T(2));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> huber_pullback(T grad, T delta, T r, T) {
  T size = abs(r), sign = r > T(0) ? T(1) : r < T(0) ? T(-1) : T(0);
  const bool far = size > delta;
  return {{grad * (far ? size - delta : T(0)), grad * (far ? delta * sign : r)}};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T pseudo_huber(T delta, T r) {
  if (isnan(delta) || isnan(r)) return limits<T>::nan;
  if (delta < T(0)) return limits<T>::infinity;
  if (delta == T(0) || r == T(0)) return T(0);
  if (isinf(delta)) return r * r / T(2);
  if (isinf(r)) return limits<T>::infinity;
  return r * (delta * (r / (delta + hypot(delta, r))));
}

}  // namespace sci
