// The sine and cosine integrals Si, Ci and the hyperbolic ones Shi, Chi (DLMF 6.2.9 to 6.2.16), real and complex.
//
// Real |x| < 1: power series (DLMF 6.6.5, 6.6.6); beyond Si = pi/2 - f cos x - g sin x, Ci = f sin x - g cos x (DLMF
// 6.2.19, 6.2.20) with f and g one of 24 polynomials up to 64 and one in 1/x^2 from there (detail/octaves.h). Shi and
// Chi are the series for |x| < 1, and (Ei(x) +- E_1(x)) / 2. Ci and Chi of negative x are those of |x|, as in SciPy.
// Complex |z| < 2.5: power series; else Shi(z), Chi(z) = (+-E_1(z) - E_1(-z)) / 2 + i pi/2 sign(Im z), and Si(z) =
// -i Shi(i z), Ci(z) = Chi(i z) - i pi/2 for Re z >= 0, in the left half plane by symmetry, Ci(z) = Ci(-z) +- i pi.
//
// Error (measured): real 2 ulp, beside the zeros of Ci and Chi as the conditioning allows; complex 8 eps.
#pragma once
#include "core/polynomial.h"
#include "special/expint.h"

namespace sci {
namespace detail {

/// The sums over odd and even powers: Shi(z) and Chi(z) - gamma - log z for sign = 1, Si and Ci for sign = -1.
template <class Z>
SCI_HD_LARGE many<Z, 2> sici_series(Z z, int sign) {
  using R = real_of<Z>;
  Z square = z * z * R(sign), term = z, odd = z, even(R(0));
  SCI_NO_UNROLL
  for (int k = 1; k < 30; ++k) {
    Z add = term * (R(1) / R(2 * k));  // z^(2k) / (2k)!, without its z
    even += add * (R(1) / R(2 * k));
    term = term * square * (R(1) / R(2 * k * (2 * k + 1)));
    odd += term * (R(1) / R(2 * k + 1));
    if (negligible(term, odd)) break;
  }
  return {{odd, even * z * R(sign)}};
}

/// The same for 0 <= x < 1 by as many terms as count there; `square` is sign x^2.
template <class T>
SCI_HD many<T, 2> sici_short(T x, T square) {
  SCI_TABLE(T, odd) = {T(1),
                       T(1. / 18),
                       T(1. / 600),
                       T(1. / 35280),
                       T(1. / 3265920),
                       T(1. / 439084800),
                       T(1. / 80951270400.),
                       T(1. / 19615115520000.),
                       T(1. / 6046686277632000.)};
  SCI_TABLE(T, even) = {T(1. / 4),
                        T(1. / 96),
                        T(1. / 4320),
                        T(1. / 322560),
                        T(1. / 36288000),
                        T(1. / 5748019200.),
                        T(1. / 1220496076800.),
                        T(1. / 334764638208000.),
                        T(1. / 115242726703104000.)};
  return {{x * horner(odd, square), square * horner(even, square)}};
}

/// Shi(z) and Chi(z) for large z but for i pi/2 sign(Im z).
template <class T>
SCI_HD many<complex<T>, 2> shichi_waves(complex<T> z) {
  complex<T> right = exp1(z), left = exp1(-z);
  return {{(right - left) * T(0.5), (right + left) * T(-0.5)}};
}

template <class T>
SCI_HD many<complex<T>, 2> shichi_plane(complex<T> z) {
  if (max(abs(z.re), abs(z.im)) < T(2.5) && norm(z) < T(6.25)) {
    auto out = sici_series(z, 1);
    out[1] = out[1] + numbers::egamma<T> + log(z);
    return out;
  }
  auto out = shichi_waves(z);
  complex<T> turn(T(0), copysign(T(0.5) * numbers::pi<T>, z.im));
  return {{out[0] + turn, out[1] + turn}};
}

/// The n-th derivative of sin(z) / z (sign = -1) or sinh(z) / z (sign = 1): |z| < n + 1/2 the series
/// sum sign^k z^(2k-n) / ((2k-n)! (2k+1)), beyond Leibniz's rule, z q_n + n q_(n-1) = (d/dz)^n sin z.
template <class Z>
SCI_HD Z wave_quotient(int64_t order, Z z, int sign) {
  using R = real_of<Z>;
  if (order < 0 || order > 16) return Z(limits<R>::nan);
  int n = int(order);
  if (abs1(z) < R(n) + R(0.5)) {
    int first = (n + 1) / 2, power = 2 * first - n;
    Z square = z * z * R(sign), term = power ? z : Z(R(1)), sum(R(0));
    if (sign < 0 && (first & 1)) term = -term;
    SCI_NO_UNROLL
    for (int k = first; k < first + 60; ++k) {
      Z add = term * (R(1) / R(2 * k + 1));
      sum = sum + add;
      if (negligible(add, sum)) break;
      power += 2;
      term = term * square * (R(1) / R(power * (power - 1)));
    }
    return sum;
  }
  Z even, odd;
  if constexpr (is_complex<Z>) {
    Z turned = sign < 0 ? times_i(z) : z, up = exp(turned), down = exp(-turned);
    even = (up + down) * R(0.5);
    odd = (up - down) * R(0.5);
    if (sign < 0) odd = -times_i(odd);
  } else {
    even = sign < 0 ? cos(z) : cosh(z);
    odd = sign < 0 ? sin(z) : sinh(z);
  }
  Z value = odd / z;
  for (int k = 1; k <= n; ++k) {
    Z wave = k & 1 ? even : odd;
    if (sign < 0 && (k & 2)) wave = -wave;
    value = (wave - value * R(k)) / z;
  }
  return value;
}

}  // namespace detail

/// The n-th derivative of sin(z) / z, 0 at infinity.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sine_quotient(int64_t n, T x) {
  return isinf(x) ? T(0) : detail::wave_quotient(n, x, -1);
}
template <class T>
SCI_HD complex<T> sine_quotient(int64_t n, complex<T> z) {
  return detail::wave_quotient(n, z, -1);
}
/// The n-th derivative of sinh(z) / z.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sinh_quotient(int64_t n, T x) {
  return isinf(x) ? (n & 1 ? x : abs(x)) : detail::wave_quotient(n, x, 1);
}
template <class T>
SCI_HD complex<T> sinh_quotient(int64_t n, complex<T> z) {
  return detail::wave_quotient(n, z, 1);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> sici(T x) {
  T a = abs(x);
  if (a < T(1)) {
    auto out = detail::sici_short(a, -a * a);
    return {{copysign(out[0], x), a == T(0) ? -limits<T>::infinity : (numbers::egamma<T> + log(a)) + out[1]}};
  }
  if (isnan(x)) return {{x, x}};
  T half = T(0.5) * numbers::pi<T>;
  if (isinf(x)) return {{copysign(half, x), x > T(0) ? T(0) : limits<T>::nan}};
  T f, g, w = T(1) / a, s = sin(a), c = cos(a);
  if (a < T(64)) {
    f = detail::octave_row<detail::sici_f_length<T>, 2, 0>(detail::sici_f_rows(x), a).value();
    g = detail::octave_row<detail::sici_g_length<T>, 2, 0>(detail::sici_g_rows(x), a).value();
  } else {
    f = detail::estrin<detail::sici_f_far_length<T>>(detail::sici_f_far_powers(x), w * w);
    g = detail::estrin<detail::sici_g_far_length<T>>(detail::sici_g_far_powers(x), w * w);
  }
  f *= w;
  g *= w * w;
  return {{copysign(half - (f * c + g * s), x), f * s - g * c}};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> shichi(T x) {
  T a = abs(x);
  if (a < T(1)) {
    auto out = detail::sici_short(a, a * a);
    return {{copysign(out[0], x), a == T(0) ? -limits<T>::infinity : (numbers::egamma<T> + log(a)) + out[1]}};
  }
  if (isnan(x)) return {{x, x}};
  constexpr T end = is_same<T, float> ? T(12) : T(24);  // E_1 is below an ulp
  T up = T(0.5);
  if (a > limits<T>::log_max - T(6)) {  // the half goes in before the overflow
    T value = isinf(a) ? a : detail::exp_over(a, detail::expi_scaled(a) * up, a);
    return {{copysign(value, x), value}};
  }
  T rise = up * detail::expi_positive(a), fall = a < end ? up * detail::exp1_positive(a) : T(0);
  return {{copysign(rise + fall, x), rise - fall}};
}

template <class T>
SCI_HD many<complex<T>, 2> shichi(complex<T> z) {
  complex<T> nothing(limits<T>::nan, limits<T>::nan);
  if (isnan(z)) return {{nothing, nothing}};
  if (z.im == T(0)) {
    auto out = shichi(z.re);
    T side = z.re < T(0) ? numbers::pi<T> : T(0);
    return {{complex<T>(out[0], z.im), complex<T>(out[1], z.re == T(0) ? limits<T>::nan : side)}};
  }
  if (!isfinite(z)) {
    if (isinf(z.im) && z.re == T(0)) {
      T half = copysign(T(0.5) * numbers::pi<T>, z.im);
      return {{complex<T>(z.re, half), complex<T>(T(0), half)}};
    }
    return {{nothing, nothing}};
  }
  return detail::shichi_plane(z);
}

template <class T>
SCI_HD many<complex<T>, 2> sici(complex<T> z) {
  complex<T> nothing(limits<T>::nan, limits<T>::nan);
  if (isnan(z)) return {{nothing, nothing}};
  if (z.im == T(0)) {
    auto out = sici(z.re);
    if (z.re < T(0) && isinf(z.re)) out[1] = T(0);
    T side = z.re < T(0) ? numbers::pi<T> : T(0);
    return {{complex<T>(out[0], z.im), complex<T>(out[1], z.re == T(0) ? limits<T>::nan : side)}};
  }
  if (!isfinite(z)) {
    if (isinf(z.im) && z.re == T(0))
      return {{complex<T>(z.re, z.im), complex<T>(limits<T>::infinity, copysign(T(0.5) * numbers::pi<T>, z.im))}};
    return {{nothing, nothing}};
  }
  bool left = signbit(z.re);
  complex<T> w = left ? -z : z;
  complex<T> si, ci;
  if (max(abs(z.re), abs(z.im)) < T(2.5) && norm(z) < T(6.25)) {
    auto out = detail::sici_series(w, -1);
    si = out[0];
    ci = out[1] + numbers::egamma<T> + log(w);
  } else {
    auto out = detail::shichi_waves(complex<T>(-w.im, w.re));
    si = complex<T>(out[0].im + T(0.5) * numbers::pi<T>, -out[0].re);
    ci = out[1];  // i pi/2 is what it differs by from Chi
  }
  if (left) {
    si = -si;
    ci.im += copysign(numbers::pi<T>, z.im);
  }
  return {{si, ci}};
}

}  // namespace sci
