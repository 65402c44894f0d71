// psi(x) = Gamma'(x) / Gamma(x), real and complex.
//
// Real:
//   x >= 8 (float: 4)  log x - 1/(2x) - tail (DLMF 5.11.2), the tail a near-minimax polynomial in 1/x^2.
//   0 < x < 8          (x - x0) R(x) on [1, 2], x0 = 1.46... the positive root in two parts, and the recurrence
//                      (DLMF 5.5.2), its sum kept as one fraction: a single division.
//   -1 < x < 0         Taylor series within 0.03 of the root -0.504...; else the recurrence over both poles.
//   x <= -1            reflection psi(-y) = psi(y) + 1/y + pi cot(pi y) (DLMF 5.5.4), y reduced exactly.
// Vector loops take the same without branches, for x <= -1 the reflection from 1 - x.
// Complex: Taylor series within 1/2 of x0 and 0.06 of the root -0.504...; the asymptotic series for |z| >= 9 after a
// shift to the right; reflection for Re z < 0, where pi cot(pi z) is written with 1 - e^(2 pi i z).
// Beside the other negative roots the absolute error is a few ulp of 1, less than an ulp in x makes.
//
// Measured away from the other negative roots: real 2.4 ulp, both roots included; complex 14 ulp about the
// negative root (float: 6), 4 elsewhere.
//
// psi(+-0) = -+inf; NaN at negative integers and at -inf; complex poles NaN.
#pragma once
#include "special/gamma.h"
#include "special/sinc.h"

namespace sci {
namespace detail {

/// psi(1 + u) = value[0] / value[1] for 0 <= u <= 1, value[1] > 0; the numerator relatively accurate at its root.
template <class T>
SCI_HD many<T, 2> digamma_unit(T u) {
  namespace t = gamma_tables;
  if constexpr (is_same<T, float>) {
    constexpr float head = 0.46163215f;  // root - 1 in two parts
    constexpr float low = float(t::digamma_root - 1 - double(head));
    return {{((u - head) - low) * gamma_polynomial<10>(t::digamma_fitf(), u), 1.0f}};
  } else {
    constexpr double head = t::digamma_root - 1;  // exact
    return {{((u - head) - t::digamma_root_low) * gamma_polynomial<6>(t::digamma_fit_p(), u),
             gamma_polynomial<7>(t::digamma_fit_q(), u)}};
  }
}

/// psi(x) for x >= 8 (float: 4).
template <class T>
SCI_HD T digamma_tail(T x) {
  T t = 1 / x, s = t * t;
  if constexpr (is_same<T, float>)
    return log(x) - t / 2 - s * gamma_polynomial<3>(gamma_tables::digamma_tailf(), s);
  else
    return log(x) - t / 2 - s * gamma_polynomial<7>(gamma_tables::digamma_tail(), s);
}

/// psi(x), x > 0.
template <class T>
SCI_HD T digamma_positive(T x) {
  if (x >= T(is_same<T, float> ? 4 : 8)) return digamma_tail(x);
  int n = int(x);
  many<T, 2> r = digamma_unit(x - T(n));
  if (n == 0) return (r[0] * x - r[1]) / (r[1] * x);
  // 1/(x - 1) + ... + 1/(x - n + 1)
  T above = 0, below = 1;
  for (int i = 1; i < n; ++i) {
    T y = x - T(i);
    above = above * y + below;
    below *= y;
  }
  return (r[0] * below + above * r[1]) / (r[1] * below);
}

/// psi(root + w), |w| <= 0.03, root = -0.504...
template <class T>
SCI_HD T digamma_negative_root(T x) {
  constexpr T head = T(gamma_tables::digamma_negative_root);
  constexpr T low = T(gamma_tables::digamma_negative_root - double(head) + gamma_tables::digamma_negative_root_low);
  T w = (x - head) - low;
  return w * gamma_polynomial<is_same<T, float> ? 6 : 13>(gamma_tables::digamma_negative_root_taylor(), w);
}

template <class T>
SCI_HD T hardware_digamma(T x) {
  if (x > T(0)) return digamma_positive(x);
  if (x > T(-1)) {
    if (x == T(0)) return -copysign(limits<T>::infinity, x);
    if (abs(x + T(0.504)) < T(0.03)) return digamma_negative_root(x);
    // psi(x + 2) - 1/x - 1/(x + 1)
    many<T, 2> r = digamma_unit(x + 1);
    return r[0] / r[1] - (1 + 2 * x) / (x * (1 + x));
  }
  T y = -x, r = y - rint(y);
  if (r == T(0) || !isfinite(x)) return limits<T>::nan;
  return digamma_positive(y) + 1 / y + numbers::pi<T> / tan(numbers::pi<T> * r);
}

/// psi(x) without branches, for loops that become vector instructions.
template <class T>
SCI_HD T digamma_wide(T x) {
  constexpr int end = is_same<T, float> ? 4 : 8;
  const bool right = x > T(0);
  const T from = x > T(-1) ? T(1) : T(1) - x;  // of (-1, 0] the recurrence over both poles takes x + 1
  T y = right ? x : from, near = y < T(end) ? y : T(1), n = floor(near), above = T(0), below = T(1), u = near - n;
  const T after = x > T(-1) ? x + T(1) : u;
  u = right ? u : after;
  many<T, 2> unit = digamma_unit(u);
  for (int i = 1; i < end - 1; ++i) {
    T factor = near - T(i), next = above * factor + below, product = below * factor;
    above = T(i) < n ? next : above;
    below = T(i) < n ? product : below;
  }
  above = n == T(0) ? T(-1) : above;
  below = n == T(0) ? near : below;
  T value = (unit[0] * below + above * unit[1]) / (unit[1] * below);
  value = y < T(end) ? value : digamma_tail(y);
  // Reflection (DLMF 5.5.4), pi cot(pi r) = cos(pi r) / (r sinc r).
  T r = x - rint(x), z = r * r;
  T mirrored = value - (T(1) + z * sinc_cosine_rest(z)) / (r * (T(1) + z * sinc_rest(z)));
  const T two_poles = value - (T(1) + T(2) * x) / (x * (T(1) + x));
  mirrored = x > T(-1) ? two_poles : mirrored;
  mirrored = r == T(0) ? limits<T>::nan : mirrored;
  mirrored = x == T(0) ? -copysign(limits<T>::infinity, x) : mirrored;
  mirrored = abs(x + T(0.504)) < T(0.03) ? digamma_negative_root(x) : mirrored;
  return right ? value : mirrored;
}

/// psi(z), Re z >= 0, away from the root: asymptotic series (DLMF 5.11.2) at |z| >= 9 (float: 5).
template <class T>
SCI_HD complex<T> digamma_right(complex<T> z) {
  using S = scalar_of<T>;
  constexpr int terms = is_same<S, float> ? 5 : 11;
  const int n = gamma_complex_shift(z);
  complex<T> sum(T(S(0)));
  if (n > 0) {
    // 1/(z + n - 1) + ... + 1/z, the small ones first; all but the last by conjugates, which cannot overflow here.
    for (int i = n - 1; i > 0; --i) {
      T x = z.re + T(S(i)), q = T(S(1)) / (x * x + z.im * z.im);
      sum = sum + complex<T>{x * q, -(z.im * q)};
    }
    sum = sum + T(S(1)) / z;
    z = z + T(S(n));
  }
  complex<T> t = T(S(1)) / z, s = t * t;
  complex<T> tail = t * T(S(0.5)) + s * gamma_polynomial<terms>(gamma_tables::digamma_bernoulli(), s);
  return gamma_complex_log(z) - (tail + sum);
}

}  // namespace detail

#ifdef SCI_WIDE
SCI_HD double digamma(double x) { return detail::digamma_wide(x); }
SCI_HD float digamma(float x) { return detail::digamma_wide(x); }
#else
SCI_HD double digamma(double x) { return detail::hardware_digamma(x); }
SCI_HD float digamma(float x) { return detail::hardware_digamma(x); }
#endif

template <class T>
SCI_HD complex<T> digamma(complex<T> z) {
  using S = scalar_of<T>;
  namespace t = detail::gamma_tables;
  S x = primal(z.re), y = primal(z.im);
  if (!isfinite(z)) {
    if (isnan(x) || isnan(y) || (x < S(0) && y == S(0))) return detail::gamma_complex_nan<T>();
    return log(z);
  }
  if (detail::gamma_complex_pole(z)) return detail::gamma_complex_nan<T>();
  if (abs(y) < S(0.5)) {
    constexpr bool single = is_same<S, float>;
    complex<T> w =
        (z - T(S(t::digamma_root))) - T(S(t::digamma_root - double(S(t::digamma_root)) + t::digamma_root_low));
    S u = primal(w.re);
    if (u * u + y * y < S(0.25)) return w * detail::gamma_polynomial<single ? 17 : 36>(t::digamma_root_taylor(), w);
    constexpr double root = t::digamma_negative_root;
    w = (z - T(S(root))) - T(S(root - double(S(root)) + t::digamma_negative_root_low));
    u = primal(w.re);
    if (u * u + y * y < S(0.0036))
      return w * detail::gamma_polynomial<single ? 8 : 18>(t::digamma_negative_root_taylor(), w);
  }
  if (!signbit(x)) return detail::digamma_right(z);
  // pi cot(pi z) = -i pi (2 / (1 - q) - 1), q = e^(2 pi i z), above the axis.
  bool below = signbit(y);
  complex<T> v = below ? conj(z) : z;
  complex<T> c = times_i(T(S(2)) / detail::gamma_complex_factor(v) - T(S(1))) * T(numbers::pi<S>);
  if (below) c = conj(c);
  return detail::digamma_right(-z) - T(S(1)) / z + c;
}

}  // namespace sci

#include "special/polygamma.h"  // the derivatives: digamma of dual numbers
