// I_v and K_v of a complex argument from the scaled functions of the right half plane (bessel_ik_core.h): the other
// half plane by DLMF 10.34.1-2, negative orders by DLMF 10.27.2-3. On the cut, the negative real axis, the value is
// that from above, whatever the sign of the zero imaginary part. T is float, double or a dual of it.
#pragma once
#include "special/detail/bessel_ik_core.h"
#include "special/detail/bessel_ik_real.h"

namespace sci {
namespace detail {

/// y e^a 2^n where no factor alone need be in range; overflow gives infinite parts, never NaN.
template <class T>
SCI_HD_LARGE complex<T> bessel_ik_times_exp(complex<T> y, complex<T> a, int n = 0) {
  using S = scalar_of<T>;
  T c = T(S(1)), s = a.im;
  if (primal(a.im) != S(0) || !is_hardware<T>) {
    c = cos(a.im);
    s = sin(a.im);
  }
  y = complex<T>(y.re * c - y.im * s, y.re * s + y.im * c);
  bool moderate = abs(primal(a.re)) < limits<S>::log_max * S(0.95);
  if (n != 0) {
    if (!moderate) bessel_ik_take_twos(a.re, n);
    T half = exp(a.re / T(S(2)));
    y = {ldexp(T(y.re * half), n / 2) * half, ldexp(T(y.im * half), n / 2) * half};
    return {ldexp(y.re, n - n / 2), ldexp(y.im, n - n / 2)};
  }
  if (moderate) {
    T e = exp(a.re);
    return {y.re * e, y.im * e};
  }
  if (!isfinite(primal(y.re)) || !isfinite(primal(y.im))) return y;
  return {largest(y.re) == S(0) ? y.re : bessel_ik_times_exp(y.re, a.re),
          largest(y.im) == S(0) ? y.im : bessel_ik_times_exp(y.im, a.re)};
}

/// The sign m of the turn z = z' e^{m pi i} from the right half plane.
template <class T>
SCI_HD int bessel_ik_turn(complex<T> z) {
  return primal(z.im) < 0 ? -1 : 1;
}

template <class T>
SCI_HD bool bessel_ik_usable(T v, complex<T> z) {
  return isfinite(primal(v)) && isfinite(primal(z.re)) && isfinite(primal(z.im)) &&
         !(primal(z.re) == 0 && primal(z.im) == 0);
}

/// K_v(z), times e^z if scaled.
template <class T>
SCI_HD_LARGE complex<T> bessel_k_complex(T v, complex<T> z, bool scaled) {
  using S = scalar_of<T>;
  const T nan = T(limits<S>::nan), zero = T(S(0));
  if (!bessel_ik_usable(v, z)) return {nan, nan};
  v = abs(v);
  if (primal(z.re) > S(0) && largest(z.im) == S(0)) return {bessel_k_real(v, z.re, scaled), zero};
  if (!(primal(z.re) < S(0))) {
    bessel_ik_pair<T> p = bessel_ik_core_part<bessel_ik_only_k>(v, z);
    complex<T> a = scaled ? complex<T>(p.log_scale) : p.log_scale - z;
    return bessel_ik_times_exp(p.k, a, p.shift);
  }
  S size = hypot(primal(z.re), primal(z.im)), order = primal(v);
  if (!is_hardware<T> && size >= S(20) && order * order <= size) {
    // For derivatives: Hankel's expansion of K, right for |arg z| < 3 pi/2 up to terms e^(-2 |z|) smaller.
    complex<T> y = bessel_ik_large_argument(v, z).k;
    return scaled ? y : bessel_ik_times_exp(y, complex<T>(-z));
  }
  if (!is_hardware<T> && size <= S(2) && order < S(0.5)) {
    // Temme's series holds in both half planes and is even in v, so that derivatives near v = 0 do not cancel.
    complex<T> log_2_z = -(log(z) - T(numbers::ln2<S>)), k0, k1;
    bessel_k_temme(v, z, log_2_z, bessel_ik_two_over(z, log_2_z, v), k0, k1);
    return scaled ? k0 * exp(z) : k0;
  }
  if (size > S(2.5) && size < S(40) && size + primal(z.re) > S(2.5) && order < size &&
      -sqr(order / size) * primal(z.re) < S(2)) {
    // Temme's backward recurrence reaches into the left half plane; what continuation adds would cancel in derivatives.
    int n = int(floor(order + S(0.5))), count = 0;
    T mu = v - T(S(n));
    complex<T> k0, k1;
    bessel_k_miller(mu, z, k0, k1);
    complex<T> y = bessel_k_upward(mu, n, z, k0, k1, count);
    if (count == 0) return scaled ? y : bessel_ik_times_exp(y, complex<T>(-z));
  }
  int m = bessel_ik_turn(z);
  z = -z;
  bessel_ik_pair<T> p = bessel_ik_core(v, z);
  complex<T> turn = bessel_ik_rotation(v);
  if (m > 0) turn = conj(turn);
  T pi = T(m > 0 ? -numbers::pi<S> : numbers::pi<S>);
  complex<T> k = bessel_ik_times_exp(complex<T>(p.k * turn),
                                     complex<T>(p.log_scale - z - (scaled ? z : complex<T>(zero))), p.shift);
  complex<T> i =
      bessel_ik_times_exp(times_i(p.i * pi), complex<T>((scaled ? complex<T>(zero) : z) - p.log_scale), -p.shift);
  return k + i;
}

/// I_v(z), times exp(-|Re z|) if scaled.
template <class T>
SCI_HD_LARGE complex<T> bessel_i_complex(T v, complex<T> z, bool scaled) {
  using S = scalar_of<T>;
  const T nan = T(limits<S>::nan), zero = T(S(0));
  S order = primal(v);
  bool whole = order == rint(order);
  if (primal(z.re) == S(0) && primal(z.im) == S(0) && isfinite(order)) {
    if (order == S(0)) return {T(S(1)), zero};
    return order > S(0) || whole ? complex<T>(zero, zero) : complex<T>(nan, nan);
  }
  if (!bessel_ik_usable(v, z)) return {nan, nan};
  T size = abs(v);
  bool left = primal(z.re) < S(0);
  int m = bessel_ik_turn(z);
  if (left) z = -z;
  bool reflect = order < S(0) && !(whole && largest(v - T(order)) == S(0));
  T factor = sinpi(size) * T(S(2) * numbers::inv_pi<S>);
  complex<T> turn = complex<T>(T(S(1)));
  if (left) {
    turn = bessel_ik_rotation(v);
    if (m < 0) turn = conj(turn);
  }
  if (largest(z.im) == S(0)) {
    T value = bessel_i_real(size, z.re, scaled);
    if (reflect) {
      value = value + (scaled ? bessel_k_damped(size, z.re) : bessel_k_real(size, z.re, false)) * factor;
    }
    if (largest(turn.im) == S(0)) return {value * turn.re, zero};  // inf * 0 is NaN
    if (largest(turn.re) == S(0)) return {zero, value * turn.im};
    return {value * turn.re, value * turn.im};
  }
  bessel_ik_pair<T> p = reflect ? bessel_ik_core(size, z) : bessel_ik_core_part<bessel_ik_only_i>(size, z);
  complex<T> real_part = complex<T>(scaled ? z.re : zero);
  complex<T> y = bessel_ik_times_exp(complex<T>(p.i * turn), complex<T>(z - real_part - p.log_scale), -p.shift);
  if (reflect) {
    y = y + bessel_ik_times_exp(complex<T>(p.k * factor * turn), complex<T>(p.log_scale - z - real_part), p.shift);
  }
  return y;
}

}  // namespace detail
}  // namespace sci
