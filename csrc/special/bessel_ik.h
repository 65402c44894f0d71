// The modified Bessel functions I_v(z) and K_v(z) of real order v, their scaled forms and derivatives.
//
//   iv(v, z) = I_v(z)    ive = exp(-|Re z|) I_v(z)    kv(v, z) = K_v(z)    kve = exp(z) K_v(z)
//
// Methods: bessel_ik_real.h, bessel_ik_core.h (right half plane) and bessel_ik_complex.h, below detail/. Any real
// order; thousands or millions cost no more than a few. Conventions as in SciPy: for real x < 0, I_v is real for whole
// v and NaN else, K_v is NaN; K_v(0) is inf; complex infinities and K_v(0 + 0i) give NaN. Other than SciPy, real
// infinities give the limits, and I_v(0) for negative v that is not whole has the sign of 1/Gamma(v + 1).
//
// NAME_dv, NAME_dz, NAME_dv2, NAME_dvdz, NAME_dz2 are derivatives in the order and the argument, made by running the
// same algorithms on dual numbers, with care that no term cancels that the derivative itself does not have: even and
// odd parts in the order are kept apart near v = 0, and the trapezoidal rule has integrals of its own for the
// derivatives.
//
// Measured against ball arithmetic as in bessel_jy.h: values within 10 eps (real), 13 (complex; of sqrt(I^2 + K^2/pi^2)
// near the zeros of I), 99% within 5; d/dv of K 12, of I 500 (where I' is 1e-3 I or less).
#pragma once
#include "special/detail/bessel_ik_complex.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD T bessel_k_any(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v), at = primal(x);
  if (isnan(order) || isnan(at) || at < S(0)) return T(limits<S>::nan);
  v = abs(v);
  order = abs(order);
  if (isinf(at)) return T(isinf(order) ? limits<S>::nan : S(0));
  if (at == S(0) || isinf(order)) return T(limits<S>::infinity);
  return bessel_k_real(v, x, scaled);
}

template <class T>
SCI_HD T bessel_i_any(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v), at = abs(primal(x));
  if (isnan(order) || isnan(at)) return T(limits<S>::nan);
  bool whole = order == rint(order), negative = primal(x) < S(0);
  if (negative && !whole) return T(limits<S>::nan);
  if (isinf(order)) return T(isinf(at) ? limits<S>::nan : S(0));
  T y = T(S(0));
  if (at == S(0)) {
    if (order == S(0)) y = T(S(1));
    S below = floor(order);  // 1/Gamma(v + 1) < 0 for -2 < v < -1, -4 < v < -3, ...
    if (order < S(0) && !whole)
      y = T(below == S(2) * rint(below * S(0.5)) ? -limits<S>::infinity : limits<S>::infinity);
  } else if (isinf(at)) {
    if (!scaled) y = T(limits<S>::infinity);
  } else {
    T size = abs(v);
    x = abs(x);
    y = bessel_i_real(size, x, scaled);
    if (order < S(0) && !(whole && largest(v - T(order)) == S(0))) {  // DLMF 10.27.2
      T k = scaled ? bessel_k_damped(size, x) : bessel_k_real(size, x, false);
      y = y + k * (sinpi(size) * T(S(2) * numbers::inv_pi<S>));
    }
  }
  bool odd = whole && order != S(2) * rint(order * S(0.5));
  return negative && odd ? -y : y;
}

enum bessel_ik_kind { bessel_ik_i, bessel_ik_ie, bessel_ik_k, bessel_ik_ke };

template <bessel_ik_kind Kind, class T>
SCI_HD T bessel_ik_function(T v, T x) {
  constexpr bool scaled = Kind == bessel_ik_ie || Kind == bessel_ik_ke;
  if constexpr (Kind == bessel_ik_i || Kind == bessel_ik_ie) {
    return bessel_i_any(v, x, scaled);
  } else {
    return bessel_k_any(v, x, scaled);
  }
}
template <bessel_ik_kind Kind, class T>
SCI_HD complex<T> bessel_ik_function(T v, complex<T> z) {
  constexpr bool scaled = Kind == bessel_ik_ie || Kind == bessel_ik_ke;
  if constexpr (Kind == bessel_ik_i || Kind == bessel_ik_ie) {
    return bessel_i_complex(v, z, scaled);
  } else {
    return bessel_k_complex(v, z, scaled);
  }
}

/// x as the variable of `first` of the first and of `second` of the second derivative.
template <class T>
SCI_HD dual<dual<T>> bessel_ik_seed(T x, bool first, bool second) {
  return {{x, T(first ? 1 : 0)}, {T(second ? 1 : 0), T(0)}};
}

/// d^V/dv^V d^Z/dz^Z, 1 <= V + Z <= 2, for real arguments.
template <bessel_ik_kind Kind, int V, int Z, class T>
SCI_HD T bessel_ik_derivative(T v, T x) {
  constexpr bool is_k = Kind == bessel_ik_k || Kind == bessel_ik_ke;
  if constexpr (!is_k &&
                is_same<T, float>) {  // where the derivative of I is a small part of I, float has too few digits
    return T(bessel_ik_derivative<Kind, V, Z>(double(v), double(x)));
  }
  if (!is_k && v == limits<T>::infinity && x >= T(0) && !isinf(x)) return T(0);
  if (isnan(v) || isnan(x) || isinf(v)) return limits<T>::nan;
  if (x < T(0) && (is_k || V > 0)) return limits<T>::nan;  // real only at isolated orders
  if (isinf(x))
    return T(Kind == bessel_ik_i ? (V == 1 ? -copysign(limits<T>::infinity, v) : limits<T>::infinity) : T(0));
  T value, d;
  if constexpr (V + Z == 1) {
    dual<T> y = bessel_ik_function<Kind>(dual<T>(v, T(V)), dual<T>(x, T(Z)));
    value = y.v;
    d = y.d;
  } else {
    dual<dual<T>> y = bessel_ik_function<Kind>(bessel_ik_seed(v, V >= 1, V == 2), bessel_ik_seed(x, Z == 2, Z >= 1));
    value = y.v.v;
    d = y.d.d;
  }
  if (is_k && (isinf(value) || isnan(d))) {
    if (V == 1 && v == T(0)) return T(0);
    return (V == 1 && v < T(0)) != (Z == 1) ? -limits<T>::infinity : limits<T>::infinity;
  }
  if (!is_k && (x == T(0) || (Z > 0 && abs(x) < limits<T>::min))) {
    if constexpr (V == 0 && Z == 1) {
      return (bessel_i_any(v - T(1), x, false) + bessel_i_any(v + T(1), x, false)) * T(0.5);
    } else if constexpr (V == 0) {
      return bessel_i_any(v - T(2), x, false) * T(0.25) + bessel_i_any(v, x, false) * T(0.5) +
             bessel_i_any(v + T(2), x, false) * T(0.25);
    } else if constexpr (Z == 0) {
      return bessel_order_at_zero(V, v);
    } else {
      return v > T(1) ? T(0) : v > T(0) ? limits<T>::infinity : limits<T>::nan;
    }
  }
  if (!is_k && v < T(0) && (isinf(value) || isnan(value) || isnan(d))) {
    // Overflow of the part sin(v pi) K_v, which behaves like sin(u pi) exp(u asinh(u/x)) with u = -v.
    const T pi = numbers::pi<T>;
    T rate = asinh(v / x), sine = -sinpi(v),
      slope = V == 0   ? sine
              : V == 1 ? pi * cospi(v) - rate * sine
                       : (rate * rate - pi * pi) * sine - T(2) * pi * rate * cospi(v);
    return (slope < T(0)) != ((V + Z) % 2 == 1) ? -limits<T>::infinity : limits<T>::infinity;
  }
  if (!is_k && isnan(d) && bessel_ik_function<Kind>(v, x) == T(0)) return T(0);  // underflow
  if (!is_k && isinf(value)) return V == 1 ? -copysign(limits<T>::infinity, v) : limits<T>::infinity;
  return d;
}
/// The same for complex arguments.
template <bessel_ik_kind Kind, int V, int Z, class T>
SCI_HD complex<T> bessel_ik_derivative(T v, complex<T> z) {
  constexpr bool is_k = Kind == bessel_ik_k || Kind == bessel_ik_ke;
  if (isnan(v) || isnan(z) || (is_k && !bessel_ik_usable(v, z))) return {limits<T>::nan, limits<T>::nan};
  if (V == 1 && v == T(0) && bessel_ik_usable(v, z)) {
    if (is_k) return complex<T>(T(0));  // even in the order
    if (Kind == bessel_ik_i) {          // DLMF 10.38.4 and its derivative: digits of this size are not left in I
      return Z == 0 ? -bessel_k_complex(T(0), z, false) : bessel_k_complex(T(1), z, false);
    }
  }
  if constexpr (V + Z == 1) {
    using D = dual<T>;
    complex<D> y = bessel_ik_function<Kind>(D(v, T(V)), complex<D>(D(z.re, T(Z)), D(z.im)));
    return {y.re.d, y.im.d};
  } else {
    using D = dual<dual<T>>;
    complex<D> y = bessel_ik_function<Kind>(bessel_ik_seed(v, V >= 1, V == 2),
                                            complex<D>(bessel_ik_seed(z.re, Z == 2, Z >= 1), D(z.im)));
    return {y.re.d.d, y.im.d.d};
  }
}

}  // namespace detail

#define SCI_BESSEL_IK(name, kind)                          \
  template <class T>                                       \
  SCI_HD T name(T v, T z) {                                \
    return detail::bessel_ik_function<detail::kind>(v, z); \
  }                                                        \
  template <class T>                                       \
  SCI_HD complex<T> name(T v, complex<T> z) {              \
    return detail::bessel_ik_function<detail::kind>(v, z); \
  }
SCI_BESSEL_IK(iv, bessel_ik_i)
SCI_BESSEL_IK(ive, bessel_ik_ie)
SCI_BESSEL_IK(kv, bessel_ik_k)
SCI_BESSEL_IK(kve, bessel_ik_ke)
#undef SCI_BESSEL_IK

#define SCI_BESSEL_IK(name, kind, order, argument)                            \
  template <class T>                                                          \
  SCI_HD T name(T v, T z) {                                                   \
    return detail::bessel_ik_derivative<detail::kind, order, argument>(v, z); \
  }                                                                           \
  template <class T>                                                          \
  SCI_HD complex<T> name(T v, complex<T> z) {                                 \
    return detail::bessel_ik_derivative<detail::kind, order, argument>(v, z); \
  }
SCI_BESSEL_IK(iv_dv, bessel_ik_i, 1, 0)
SCI_BESSEL_IK(iv_dv2, bessel_ik_i, 2, 0)
SCI_BESSEL_IK(iv_dvdz, bessel_ik_i, 1, 1)
SCI_BESSEL_IK(kv_dv, bessel_ik_k, 1, 0)
SCI_BESSEL_IK(kv_dv2, bessel_ik_k, 2, 0)
SCI_BESSEL_IK(kv_dvdz, bessel_ik_k, 1, 1)
SCI_BESSEL_IK(kve_dv, bessel_ik_ke, 1, 0)
SCI_BESSEL_IK(kve_dz, bessel_ik_ke, 0, 1)
SCI_BESSEL_IK(kve_dv2, bessel_ik_ke, 2, 0)
SCI_BESSEL_IK(kve_dvdz, bessel_ik_ke, 1, 1)
SCI_BESSEL_IK(kve_dz2, bessel_ik_ke, 0, 2)
// The factor exp(-|Re z|) of ive is not holomorphic: these are for real z.
SCI_BESSEL_IK(ive_dv, bessel_ik_ie, 1, 0)
SCI_BESSEL_IK(ive_dz, bessel_ik_ie, 0, 1)
SCI_BESSEL_IK(ive_dv2, bessel_ik_ie, 2, 0)
SCI_BESSEL_IK(ive_dvdz, bessel_ik_ie, 1, 1)
SCI_BESSEL_IK(ive_dz2, bessel_ik_ie, 0, 2)
#undef SCI_BESSEL_IK

}  // namespace sci
