// Trigonometric functions of angles in degrees, exact at multiples of 30 and 45 degrees, and angles in degrees, minutes
// and seconds as radians.
//
// x = 90 k + r with |r| <= 45: exact, since both x and 90 k are multiples of x's last place; from 2^digits on, where 90
// k might not be a number, fmod first. r pi / 180 is then within one rounding, and r = +-30, +-45 have their values.
//
// Error (measured): 2 ulp.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

/// The remainder r in [-45, 45]; `quarter` is k mod 4.
template <class T>
SCI_HD T degrees_reduce(T x, int& quarter) {
  if (abs(x) >= (is_same<T, float> ? T(4194304) : T(2251799813685248))) x = fmod(x, T(360));
  T k = rint(x / T(90));
  quarter = int(k - T(4) * floor(k / T(4)));
  return x - T(90) * k;
}

template <class T>
SCI_HD T degrees_sine(T r) {
  return abs(r) == T(30) ? copysign(T(0.5), r) : sin(r * (numbers::pi<T> / T(180)));
}
template <class T>
SCI_HD T degrees_cosine(T r) {
  return cos(r * (numbers::pi<T> / T(180)));
}
template <class T>
SCI_HD T degrees_tangent(T r) {
  return abs(r) == T(45) ? copysign(T(1), r) : tan(r * (numbers::pi<T> / T(180)));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sindg(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  int k;
  T r = detail::degrees_reduce(x, k), value = k & 1 ? detail::degrees_cosine(r) : detail::degrees_sine(r);
  if (!(k & 1) && r == T(0)) return copysign(T(0), x);
  return k & 2 ? -value : value;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cosdg(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  int k;
  T r = detail::degrees_reduce(x, k), value = k & 1 ? -detail::degrees_sine(r) : detail::degrees_cosine(r);
  if ((k & 1) && r == T(0)) return T(0);
  return k & 2 ? -value : value;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tandg(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  int k;
  T r = detail::degrees_reduce(x, k);
  if (r == T(0)) return k & 1 ? limits<T>::infinity : copysign(T(0), x);
  return k & 1 ? T(-1) / detail::degrees_tangent(r) : detail::degrees_tangent(r);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cotdg(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  int k;
  T r = detail::degrees_reduce(x, k);
  if (r == T(0)) return k & 1 ? T(0) : limits<T>::infinity;
  return k & 1 ? -detail::degrees_tangent(r) : T(1) / detail::degrees_tangent(r);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T radian(T d, T m, T s) {
  return ((d * T(60) + m) * T(60) + s) * (numbers::pi<T> / T(648000));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> radian_pullback(T grad, T, T, T) {
  constexpr T degree = numbers::pi<T> / T(180);
  return {{grad * degree, grad * (degree / T(60)), grad * (degree / T(3600))}};
}

/// To the nearest integer, halves to the even one.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T round(T x) {
  return rint(x);
}

}  // namespace sci
