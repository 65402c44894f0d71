// The scaled repeated integrals of the complementary error function, f_n(z) = exp(z^2) i^n erfc(z) with
// i^n erfc(z) = int_z^inf i^(n-1) erfc (DLMF 7.18.2), -1 <= n <= 8, real and complex: f_-1 = 2/sqrt(pi), f_0 = erfcx.
// They are the derivatives of erfcx without the cancellation of 2 z erfcx(z) - 2/sqrt(pi): f_n' = -2 (n + 1) f_(n+1).
// The recurrence 2 n f_n = f_(n-2) - 2 z f_(n-1) (DLMF 7.18.7) is what cancels for Re z > 0, so each n is computed by
// itself.
//
// Real, n <= 1, x >= 0: polynomials in 1/(x + 2), detail/erfcx_real.h; n = 1, x < 0: f_1(x) = f_1(-x) - 2 x exp(x^2).
// Otherwise, for Re z >= 0:
// |z| < 8.5 (float: 6): from f_n(z) = (2/pi) int exp(-t^2) / (2 (z - i t))^(n+1) dt over the real line, by n partial
//   integrations (Rodrigues' formula, DLMF 18.5.5) and t^2 = (z^2 + t^2) - z^2,
//     f_n(z) = 2^(1-n) / (pi n!) z^(1-n) int_0^inf t^n H_n(t) exp(-t^2) / (z^2 + t^2) dt,
//   where no two terms cancel that did not cancel in int t^n H_n(t) exp(-t^2) = sqrt(pi) n!. For |z| < 1 with t^n
//   z^(1-n) replaced by +-z (n even) or +-t (n odd). Evaluated by the trapezoidal rules of detail/faddeeva.h with their
//   pole term Q_n(z) exp(z^2) (1 - t(z)), Q_0 = 1, Q_1 = -z, 2 n Q_n = Q_(n-2) - 2 z Q_(n-1); step 0.4 (float: 0.5).
// 8.5 <= |z|: the asymptotic series (DLMF 7.18.14); 1e8 < |z|: its first term.
// Left half plane: f_n(-z) = Q_n(-z) exp(z^2) (1 + t(z)) plus what is left of f_n(z), times (-1)^(n+1).
//
// Error (measured), n <= 4: real 3 ulp for n <= 1; otherwise within 15 eps of the modulus in the right half plane, in
// the left as the conditioning near the zeros allows. Weak spot: n from 5 on loses some 2^n eps around |z| = 1.
#pragma once
#include "special/erfcx.h"

namespace sci {
namespace detail {

constexpr int ierfcx_largest_order = 8;

/// Q_n(z), the coefficient of exp(z^2) in f_n's pole term.
template <class T>
SCI_HD complex<T> ierfcx_pole_factor(int n, complex<T> z) {
  complex<T> before(T(0)), now(T(1));
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) {
    complex<T> next = (before - T(2) * (z * now)) / T(2 * k);
    before = now;
    now = next;
  }
  return now;
}

/// z^n for n >= 0.
template <class T>
SCI_HD complex<T> ierfcx_power(complex<T> z, int n) {
  complex<T> out(T(1));
  SCI_NO_UNROLL
  for (int k = 0; k < n; ++k) out = out * z;
  return out;
}

/// The quadrature sum for f_n, n >= 1, |z| < 8.5: `node` holds the squared nodes, then the weights.
template <class T>
SCI_HD_LARGE complex<T> ierfcx_quadrature(int n, complex<T> z, const T* node, int count, T zero_weight) {
  T re = T(0), im = T(0), x = z.re, y = z.im;
  T zr = (x - y) * (x + y), zi = T(2) * x * y;
  bool near_zero = x * x + y * y < T(1);
  T sign = (n / 2) & 1 ? T(-1) : T(1);
  SCI_NO_UNROLL
  for (int k = 0; k < count; ++k) {
    T square = node[k], t = sqrt(square), before = T(1), hermite = t;  // H_n / 2^n, by recurrence
    SCI_NO_UNROLL
    for (int m = 1; m < n; ++m) {
      T next = t * hermite - T(m) / T(2) * before;
      before = hermite;
      hermite = next;
    }
    T power = near_zero ? (n & 1 ? sign * t : sign) : T(1);
    SCI_NO_UNROLL
    for (int m = 0; !near_zero && m < n; ++m) power *= t;
    T a = zr + square, r = node[count + k] * power * hermite / (a * a + zi * zi);
    re += a * r;
    im -= zi * r;
  }
  if (near_zero && !(n & 1) && zero_weight != T(0)) {  // the node t = 0: H_n(0) / 2^n = (-1/2)^(n/2) (n - 1)!!
    T hermite = T(1);
    SCI_NO_UNROLL
    for (int m = 1; m < n; m += 2) hermite *= T(m) / T(2);
    T r = zero_weight * hermite / (zr * zr + zi * zi);
    re += zr * r;
    im -= zi * r;
  }
  T factorial = T(1);
  SCI_NO_UNROLL
  for (int m = 2; m <= n; ++m) factorial *= T(m);
  complex<T> sum(re / factorial, im / factorial);
  if (near_zero) return n & 1 ? sum : sum * z;
  complex<T> inverse = T(1) / z;
  return sum * ierfcx_power(inverse, n - 1);
}

/// The asymptotic series of f_n (DLMF 7.18.14), |z| >= 8.5 (float: 6). A small real or imaginary part keeps its digits.
template <class T>
SCI_HD_LARGE complex<T> ierfcx_asymptotic(int n, complex<T> z) {
  complex<T> inverse = T(0.5) / z, q = -(inverse * inverse), term = ierfcx_power(inverse, n + 1), sum = term;
  SCI_NO_UNROLL
  for (int m = 0; m < 40; ++m) {
    term = term * q * (T((n + 2 * m + 1) * (n + 2 * m + 2)) / T(m + 1));
    sum += term;
    if (abs1(term) <= limits<T>::epsilon / T(8) * abs1(sum)) break;
  }
  return sum * (T(2) * numbers::inv_sqrt_pi<T>);
}

/// f_n for n >= 1.
template <class T>
SCI_HD_LARGE complex<T> ierfcx_plane(int n, complex<T> z) {
  constexpr bool single = is_same<T, float>;
  constexpr T radius = single ? T(6) : T(8.5);
  complex<T> w(abs(z.re), abs(z.im)), sum, factor;
  T size = max(w.re, w.im);
  bool left = signbit(z.re);
  if (!isfinite(w)) {
    bool vanishes = isinf(w.im) ? isfinite(w.re) || z.re > T(0) : z.re == limits<T>::infinity && !isnan(w.im);
    return vanishes ? complex<T>(T(0)) : complex<T>(limits<T>::nan, limits<T>::nan);
  }
  if (size < radius && w.re * w.re + w.im * w.im < radius * radius) {
    constexpr int count = single ? 13 : 20;
    constexpr T step = single ? T(0.5) : T(0.4);
    faddeeva_parts<T> parts;
    bool midpoint;
    faddeeva_pole(w, step, parts, midpoint);
    const T* table = ierfcx_trapezoid(T(0)) + (midpoint ? 0 : 2 * count);
    sum = ierfcx_quadrature(n, w, table, count, midpoint ? T(0) : step * numbers::inv_pi<T>);
    factor = left ? T(1) + parts.tanh : parts.complement;
  } else {
    bool axis = w.re < T(0.01);
    factor = complex<T>(left ? (axis ? T(1) : T(2)) : T(0));
    if (size > (single ? T(1e4) : T(1e8))) {
      sum = ierfcx_power(T(0.5) / w, n + 1) * (T(2) * numbers::inv_sqrt_pi<T>);
    } else {
      sum = ierfcx_asymptotic(n, w);
    }
  }
  if (left && !(n & 1)) sum = -sum;
  bool vanishes = factor.re == T(0) || faddeeva_vanishes(complex<T>(w.im, w.re));
  if (!vanishes) {
    // exp(z^2) last: it overflows or underflows before the rest does.
    sum += gaussian_times(w, factor * ierfcx_pole_factor(n, left ? -w : w), T(1));
  }
  return {sum.re, signbit(z.re) != signbit(z.im) ? -sum.im : sum.im};
}

/// f_1 and f_2 for Re z >= 0, |z| > 1/2, with the nodes, the pole and the terms that they share; two nodes to a
/// division.
template <class T>
SCI_HD_LARGE many<complex<T>, 2> ierfcx_first_two(complex<T> z) {
  constexpr bool single = is_same<T, float>;
  constexpr T radius = single ? T(6) : T(8.5);
  complex<T> w(abs(z.re), abs(z.im)), first, second, inverse = T(1) / w;
  if (max(w.re, w.im) < radius && norm(w) < radius * radius) {
    constexpr int length = single ? 13 : 20, count = single ? 12 : 18;  // the last ones' weights are nothing here
    constexpr T step = single ? T(0.5) : T(0.4);
    faddeeva_parts<T> parts;
    bool midpoint;
    faddeeva_pole(w, step, parts, midpoint);
    const T* node = ierfcx_trapezoid(T(0)) + (midpoint ? 0 : 2 * length);
    T zr = (w.re - w.im) * (w.re + w.im), zi = T(2) * w.re * w.im, r1 = T(0), i1 = T(0), r2 = T(0), i2 = T(0);
    SCI_NO_UNROLL
    for (int k = 0; k < count; k += 2) {
      T s = node[k], t = node[k + 1], a = zr + s, b = zr + t, d = a * a + zi * zi, e = b * b + zi * zi;
      T r = T(1) / (d * e), u = node[length + k] * s * e * r, v = node[length + k + 1] * t * d * r;
      r1 += a * u + b * v;
      i1 += u + v;
      u *= s - T(0.5);
      v *= t - T(0.5);
      r2 += a * u + b * v;
      i2 += u + v;
    }
    first = {r1, -zi * i1};
    second = T(0.5) * (complex<T>(r2, -zi * i2) * inverse);
    complex<T> pole = gaussian_times(w, parts.complement, T(1));
    first -= pole * w;
    second += pole * ((T(1) + T(2) * (w * w)) * T(0.25));
  } else {
    complex<T> half = T(0.5) * inverse, square = half * half, term = square;
    SCI_NO_UNROLL
    for (int m = 0; m < 40; ++m) {
      first += term;
      second += term * T(m + 1);
      if (abs1(term) * T(m + 1) <= limits<T>::epsilon / T(8) * abs1(first)) break;
      term = term * square * T(-2 * (2 * m + 3));
    }
    constexpr T scale = T(2) * numbers::inv_sqrt_pi<T>;
    first = first * scale;
    second = second * half * scale;
  }
  if (signbit(z.im)) {
    first.im = -first.im;
    second.im = -second.im;
  }
  return {{first, second}};
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ierfcx(int64_t n, T x) {
  if (n < -1 || n > detail::ierfcx_largest_order || isnan(x)) return limits<T>::nan;
  if (n == -1) return T(2) * numbers::inv_sqrt_pi<T>;
  if (n == 0) return erfcx(x);
  constexpr T overflow = is_same<T, float> ? T(-9.5) : T(-26.8);
  if (x < overflow) return limits<T>::infinity;
  if (n > 1) return x > limits<T>::max ? T(0) : detail::ierfcx_plane(int(n), complex<T>(x)).re;
  T a = abs(x), value = detail::ierfcx_right(a);
  if (x >= T(0)) return value;
  T square = rounded_product(a, a);
  return value + exp(square) * (T(2) * a * (T(1) + detail::square_error(a, square)));
}

template <class T>
SCI_HD complex<T> ierfcx(int64_t n, complex<T> z) {
  if (n < -1 || n > detail::ierfcx_largest_order || isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (n == -1) return complex<T>(T(2) * numbers::inv_sqrt_pi<T>);
  if (z.im == T(0)) return {ierfcx(n, z.re), -z.im};
  if (n == 0) return erfcx(z);
  return detail::ierfcx_plane(int(n), z);
}

}  // namespace sci
