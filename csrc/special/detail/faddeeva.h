// The Faddeeva function in the right half plane, taken apart so that erf, erfc and erfcx come out of it without
// cancellation. For Re z >= 0
//   erfcx(z) = A(z) + exp(z^2) (1 - t(z)),    erfc(z) = 1 - t(z) + exp(-z^2) A(z),    erf(z) = t(z) - exp(-z^2) A(z)
// with A odd and t = tanh(pi z / h) or coth(pi z / h).
//
// |z| < 7 (float: 5): the trapezoidal rule of step h for erfcx(z) = (2 z / pi) int_0^inf exp(-t^2) / (z^2 + t^2) dt
//   (DLMF 7.7.1), whose error is the pole at t = i z: exp(z^2) (1 - t(z)) to all digits, since the next term is smaller
//   by exp(-(pi/h)^2) (Chiarella and Reichel, Math. Comp. 22 (1968), 137-143; Matta and Reichel, Math. Comp. 25 (1971),
//   339-344). A node close to the pole would cancel with it, so the rule with nodes (k + 1/2) h (and tanh) or k h (and
//   coth) is taken, whichever has its nodes farther from Im z: at least h/4 (Hunter and Regan, Math. Comp. 26 (1972),
//   539-541; al Azah and Chandler-Wilde, SIAM J. Numer. Anal. 59 (2021), 2346-2367, with bounds of the error).
//   With b = Im z, m the integer nearest to 2 b / h, d = 2 b / h - m: both are tanh(pi Re z / h + i pi d / 2), m even
//   belongs to the midpoint rule.
// 7 <= |z|: Gauss-Hermite quadrature of the same integral, that is a convergent of Laplace's continued fraction
//   (DLMF 7.9.1), 16 nodes (10 from |z| = 12, 6 from 30 on; float: 8, and 4 from 12 on); relative error 1e-17, float
//   7e-9. There exp(z^2) (1 - t) is below one ulp of A: t = 1, but t = 0 near the imaginary axis, where real parts are
//   exponentially small.
// 1e8 < |z|: A = 1 / (sqrt(pi) z).
#pragma once
#include "core/complex.h"
#include "special/detail/faddeeva_tables.h"

namespace sci {
namespace detail {

template <class T>
struct faddeeva_parts {
  complex<T> sum;         // A
  complex<T> tanh;        // t
  complex<T> complement;  // 1 - t
};

template <class T>
constexpr T faddeeva_radius = is_same<T, float> ? T(5) : T(7);

/// sum_k weight_k / (z2 + square_k), two terms to a division.
template <class T>
SCI_HD_LARGE complex<T> faddeeva_partial_fractions(complex<T> z2, const T* square, const T* weight, int count) {
  T re = T(0), im = T(0), bb = z2.im * z2.im;
  SCI_NO_UNROLL
  for (int k = 0; k + 1 < count; k += 2) {
    T a = z2.re + square[k], c = z2.re + square[k + 1];
    T d = a * a + bb, e = c * c + bb;
    T u = weight[k] * e, v = weight[k + 1] * d, r = T(1) / (d * e);
    re += (u * a + v * c) * r;
    im += (u + v) * r;
  }
  if (count & 1) {
    T a = z2.re + square[count - 1];
    T r = weight[count - 1] / (a * a + bb);
    re += a * r;
    im += r;
  }
  return {re, -z2.im * im};
}

/// tanh(pi z / h) and 1 - tanh, or coth (see above), for Re z >= 0; `midpoint` says which.
template <class T>
SCI_HD void faddeeva_pole(complex<T> z, T step, faddeeva_parts<T>& parts, bool& midpoint) {
  T twice = T(2) * z.im / step, nearest = rint(twice);
  T angle = numbers::pi<T> * (twice - nearest), exponent = T(2) * numbers::pi<T> / step * z.re;
  midpoint = (int(nearest) & 1) == 0;
  T e = exp(-exponent), c = cos(angle), s = sin(angle);
  T r = T(1) / (T(1) + e * (e + T(2) * c));
  T im = T(2) * e * s * r;
  // tanh's real part vanishes on the imaginary axis, 1 - tanh's far away from it.
  bool axis = e > T(0.5);
  T re = (axis ? -expm1(T(-2) * exponent) : T(1) - e * e) * r;
  parts.tanh = {re, im};
  parts.complement = {axis ? T(1) - re : T(2) * e * (e + c) * r, -im};
}

/// Whether exp(-z^2) A(z) underflows.
template <class T>
SCI_HD bool faddeeva_vanishes(complex<T> z) {
  return (z.re - z.im) * (z.re + z.im) > (is_same<T, float> ? T(110) : T(760));
}

template <class T>
SCI_HD_LARGE faddeeva_parts<T> faddeeva(complex<T> z) {
  constexpr bool single = is_same<T, float>;
  constexpr T radius = faddeeva_radius<T>;
  faddeeva_parts<T> parts;
  T x = z.re, y = z.im, size = max(x, abs(y));
  if (size < radius && x * x + y * y < radius * radius) {
    constexpr int count = single ? 7 : 12;
    constexpr T step = single ? T(0.66992455361607790) : T(0.51166335397324427);  // sqrt(pi / 7), sqrt(pi / 12)
    bool midpoint;
    faddeeva_pole(z, step, parts, midpoint);
    // The pole is crossed only where Re z < pi / h.
    if (x > numbers::pi<T> / step) parts.complement = complex<T>(T(0));
    const T* table = faddeeva_trapezoid(T(0)) + (midpoint ? 0 : 2 * count);
    complex<T> z2((x - y) * (x + y), T(2) * x * y);
    parts.sum = faddeeva_partial_fractions(z2, table, table + count, count);
    if (!midpoint) {
      T r = step * numbers::inv_pi<T> / (z2.re * z2.re + z2.im * z2.im);
      parts.sum += complex<T>(z2.re * r, -z2.im * r);  // the node t = 0, with half its weight
    }
    parts.sum = parts.sum * z;
    return parts;
  }
  bool axis = x < T(0.01);
  parts.tanh = complex<T>(axis ? T(0) : T(1));
  parts.complement = complex<T>(axis ? T(1) : T(0));
  if (size > (single ? T(1e4) : T(1e8))) {
    parts.sum = (T(1) / z) * numbers::inv_sqrt_pi<T>;
    return parts;
  }
  complex<T> z2((x - y) * (x + y), T(2) * x * y);
  const T* table = faddeeva_hermite(T(0));
  if constexpr (single) {
    parts.sum = size > T(12) ? faddeeva_partial_fractions(z2, table + 8, table + 10, 2)
                             : faddeeva_partial_fractions(z2, table, table + 4, 4);
  } else if (size > T(30)) {
    parts.sum = faddeeva_partial_fractions(z2, table + 26, table + 29, 3);
  } else if (size > T(12)) {
    parts.sum = faddeeva_partial_fractions(z2, table + 16, table + 21, 5);
  } else {
    parts.sum = faddeeva_partial_fractions(z2, table, table + 8, 8);
  }
  parts.sum = parts.sum * z;
  return parts;
}

}  // namespace detail
}  // namespace sci
