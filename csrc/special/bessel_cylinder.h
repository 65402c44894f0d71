// Hankel functions, Y_v, and scaled functions of complex argument; methods in detail/bessel_cylinder.h.
//
//   yv = Y_v    hankel1 = H1_v    hankel1e = exp(-i z) H1_v    hankel2 = H2_v    hankel2e = exp(i z) H2_v
//   cylinder(kind, v, z)          the holomorphic kinds of bessel_cylinder_kind, which ive, jve and yve are made of
//   cylinder_dv, _dz, _dv2        their derivatives, by dual numbers
//
// Measured: as J (bessel_jy.h).
#pragma once
#include "special/detail/bessel_cylinder.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD complex<T> bessel_cylinder_checked(int64_t kind, T v, complex<T> z) {
  using S = scalar_of<T>;
  if (kind < 0 || kind >= int64_t(bessel_cylinder_kinds)) return {T(limits<S>::nan), T(limits<S>::nan)};
  return bessel_cylinder(bessel_cylinder_kind(kind), v, z);
}

}  // namespace detail

template <class T>
SCI_HD T yv(T v, T x) {
  return detail::bessel_y_real(v, x);
}
template <class T>
SCI_HD complex<T> yv(T v, complex<T> z) {
  return detail::bessel_cylinder(detail::bessel_plain_y, v, z);
}
template <class T>
SCI_HD complex<T> hankel1(T v, complex<T> z) {
  return detail::bessel_cylinder(detail::bessel_plain_h1, v, z);
}
template <class T>
SCI_HD complex<T> hankel2(T v, complex<T> z) {
  return detail::bessel_cylinder(detail::bessel_plain_h2, v, z);
}
template <class T>
SCI_HD complex<T> hankel1e(T v, complex<T> z) {
  return detail::bessel_cylinder(detail::bessel_scaled_h1, v, z);
}
template <class T>
SCI_HD complex<T> hankel2e(T v, complex<T> z) {
  return detail::bessel_cylinder(detail::bessel_scaled_h2, v, z);
}
template <class T>
SCI_HD complex<T> cylinder(int64_t kind, T v, complex<T> z) {
  return detail::bessel_cylinder_checked(kind, v, z);
}

namespace detail {

/// A derivative, NaN where the value is.
template <class T, class V>
SCI_HD complex<T> cylinder_derivative(V value, double re, double im) {
  if (isnan(value.re) || isnan(value.im)) return {limits<T>::nan, limits<T>::nan};
  return {T(re), T(im)};
}

}  // namespace detail

/// d/dv, d/dz and d^2/dv^2. In float's range double carries the derivatives: it needs no code of its own for them.
template <class T>
SCI_HD complex<T> cylinder_dv(int64_t kind, T v, complex<T> z) {
  using D = dual<double>;
  auto f = detail::bessel_cylinder_checked(kind, D(double(v), 1.0), complex<D>(D(double(z.re)), D(double(z.im))));
  return detail::cylinder_derivative<T>(primal(f), f.re.d, f.im.d);
}
template <class T>
SCI_HD complex<T> cylinder_dz(int64_t kind, T v, complex<T> z) {
  using D = dual<double>;
  auto f = detail::bessel_cylinder_checked(kind, D(double(v)), complex<D>(D(double(z.re), 1.0), D(double(z.im))));
  return detail::cylinder_derivative<T>(primal(f), f.re.d, f.im.d);
}
template <class T>
SCI_HD complex<T> cylinder_dv2(int64_t kind, T v, complex<T> z) {
  using D = dual<dual<double>>;
  D order = variable2(double(v));
  auto f = detail::bessel_cylinder_checked(kind, order,
                                           complex<D>(D(dual<double>(double(z.re))), D(dual<double>(double(z.im)))));
  return detail::cylinder_derivative<T>(primal(f), f.re.d.d, f.im.d.d);
}

namespace detail {
/// The n-th derivative of Y_v in v, n = 1, 2, for what is not 0 < x < infinity: Y_v(infinity) is 0 for all v, and where
/// Y_v(0) is 0, v = -1/2, -3/2, ..., it is J_v cot(v pi), an infinite factor and one that falls through 0.
template <class T>
SCI_HD T bessel_y_order_at_edge(int n, T v, T x) {
  if (!isfinite(v) || !(x >= T(0))) return limits<T>::nan;
  if (isinf(x)) return T(0);
  const T j = bessel_j_at_zero(v);
  return bessel_y_at_zero(v) != T(0) ? limits<T>::nan : n == 1 ? -j : j;
}
}  // namespace detail

/// dY_v/dv and d^2Y_v/dv^2 for real x; NaN for x < 0.
template <class T>
SCI_HD T yv_dv(T v, T x) {
  if (!(x > T(0)) || isinf(x) || !isfinite(v)) return detail::bessel_y_order_at_edge(1, v, x);
  return detail::bessel_y_real(variable(v), dual<T>(x)).d;
}
template <class T>
SCI_HD T yv_dv2(T v, T x) {
  if (!(x > T(0)) || isinf(x) || !isfinite(v)) return detail::bessel_y_order_at_edge(2, v, x);
  return detail::bessel_y_real(variable2(v), dual<dual<T>>(dual<T>(x))).d.d;
}
template <class T>
SCI_HD complex<T> yv_dv(T v, complex<T> z) {
  return cylinder_dv(int64_t(detail::bessel_plain_y), v, z);
}
template <class T>
SCI_HD complex<T> yv_dv2(T v, complex<T> z) {
  return cylinder_dv2(int64_t(detail::bessel_plain_y), v, z);
}

}  // namespace sci
