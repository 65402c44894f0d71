// Modified Bessel functions: the power series. For |z| <~ 2 and every order between -1/2 and 1/2 Temme's series for
// K_v and K_{v+1} (N. M. Temme, J. Comput. Phys. 19 (1975) 324-337), and the ascending series of I_v, DLMF 10.25.2.
// T is the type of the order, a hardware number or a dual of it; Z is T or complex<T>.
#pragma once
#include "core/dual.h"
#include "special/detail/bessel_ik_tables.h"

namespace sci {
namespace detail {

/// exp(x) divided by its value: 1 and the derivatives. For factors whose value is found in a better way.
template <class S, class = typename enable_if<is_hardware<S>>::type>
SCI_HD S bessel_ik_relative_exp(S) {
  return S(1);
}
template <class T>
SCI_HD dual<T> bessel_ik_relative_exp(dual<T> x) {
  return exp(x - dual<T>(primal(x)));
}

/// log(x) without the 0 * inf that a reciprocal makes of a subnormal x.
template <class S, class = typename enable_if<is_hardware<S>>::type>
SCI_HD S bessel_ik_log(S x) {
  return log(x);
}
template <class T>
SCI_HD dual<T> bessel_ik_log(dual<T> x) {
  return {bessel_ik_log(x.v), x.d / x.v};
}

/// x^p for x > 0. A power of the hardware, not the exponential of a product, which loses digits for extreme x.
template <class T>
SCI_HD_LARGE T bessel_ik_power(T x, T p) {
  using S = scalar_of<T>;
  S y = pow(primal(x), primal(p));
  if constexpr (is_hardware<T>) {
    return y;
  } else {
    return bessel_ik_relative_exp(T(p * bessel_ik_log(x))) * T(y);
  }
}

/// (2/x)^mu for |mu| <= 1/2; log_2_x = log(2/x).
template <class T>
SCI_HD T bessel_ik_two_over(T x, T log_2_x, T mu) {
  using S = scalar_of<T>;
  if (abs(primal(mu) * primal(log_2_x)) < S(4)) return exp(mu * log_2_x);
  return bessel_ik_power(T(S(2)), mu) / bessel_ik_power(x, mu);
}
template <class T>
SCI_HD complex<T> bessel_ik_two_over(complex<T> z, complex<T> log_2_z, T mu) {
  T modulus = bessel_ik_two_over(abs(z), log_2_z.re, mu), angle = mu * log_2_z.im;
  return {modulus * cos(angle), modulus * sin(angle)};
}

/// The even and the odd part of 1/Gamma(1 + x) in x, as functions of w = x^2 <= 1/4. Temme's Gamma_2 is the even
/// part, his Gamma_1 the negative of the odd one. Polynomials in w: derivatives keep their relative accuracy at 0.
template <class T>
SCI_HD_LARGE void bessel_ik_rgamma_parts(T w, T& even, T& odd) {
  constexpr int last = is_same<scalar_of<T>, float> ? 6 : 10;
  even = T(bessel_ik_rgamma_even(last));
  odd = T(bessel_ik_rgamma_odd(last));
  SCI_NO_UNROLL
  for (int k = last - 1; k >= 0; --k) {
    even = even * w + T(bessel_ik_rgamma_even(k));
    odd = odd * w + T(bessel_ik_rgamma_odd(k));
  }
}

/// cosh(x) and sinh(x)/x, in a form even in x for small x, so that derivatives do not cancel there; e = exp(x).
template <class Z>
SCI_HD_LARGE void bessel_ik_cosh_sinhc(Z x, Z e, Z& c, Z& s) {
  using T = real_of<Z>;
  using S = scalar_of<Z>;
  if (abs1(primal(x)) < S(1)) {
    constexpr int last = is_same<S, float> ? 5 : 9;
    Z u = x * x;
    c = s = Z(T(1));
    SCI_NO_UNROLL
    for (int k = last; k >= 1; --k) {
      c = c * u * T(S(1) / S((2 * k - 1) * (2 * k))) + T(1);
      s = s * u * T(S(1) / S(2 * k * (2 * k + 1))) + T(1);
    }
    return;
  }
  Z r = T(1) / e;
  c = (e + r) * T(S(0.5));
  s = (e - r) * T(S(0.5)) / x;
}

/// K_v(z) and K_{v+1}(z) for |v| <= 1/2 and |z| <= 2, z != 0, |arg z| <= pi, log_2_z = log(2/z), p = (2/z)^v.
/// Temme's f_k equals (p_k - q_k)/v, so f and s = p + q, both even in v, give K_v without a loss near v = 0:
///   f_k = (k f_{k-1} + s_{k-1})/(k^2 - v^2),  s_k = (k s_{k-1} + v^2 f_{k-1})/(k^2 - v^2),  p_k = p_{k-1}/(k - v).
template <class T, class Z>
SCI_HD_LARGE void bessel_k_temme(T v, Z z, Z log_2_z, Z p, Z& k0, Z& k1) {
  using S = scalar_of<T>;
  T w = v * v, even, odd;
  bessel_ik_rgamma_parts(w, even, odd);
  Z c, sc;
  bessel_ik_cosh_sinhc(Z(log_2_z * v), p, c, sc);
  sc = sc * log_2_z;
  p = p * (T(S(0.5)) / (even + v * odd));
  // Gamma(1 + v) Gamma(1 - v) = v pi/sin(v pi)
  T scale = T(1) / (even * even - w * odd * odd);
  Z f = (sc * even - c * odd) * scale;
  Z s = (c * even - sc * (w * odd)) * scale;
  Z q = z * z * T(S(0.25)), power = Z(T(1));
  Z sum0 = f, sum1 = p;
  SCI_NO_UNROLL
  for (int k = 1; k < 40; ++k) {
    T n = T(S(k)), left = T(1) / (n - v), den = T(1) / (n * n - w);
    Z f_next = (f * n + s) * den;
    s = (s * n + f * w) * den;
    f = f_next;
    p = p * left;
    power = power * q * T(S(1) / S(k));
    Z t0 = power * f, t1 = power * (p - f * n);
    sum0 = sum0 + t0;
    sum1 = sum1 + t1;
    if (negligible(t0, sum0) && negligible(t1, sum1)) break;
  }
  k0 = sum0;
  k1 = sum1 * T(2) / z;
}

/// Sum over k of (z^2/4)^k / (k! (v+1)_k): the ascending series of I_v without its factor, DLMF 10.25.2; v > -1.
template <class T, class Z>
SCI_HD_LARGE Z bessel_i_series(T v, Z z) {
  using S = scalar_of<T>;
  Z q = z * z * T(S(0.25)), term = Z(T(1)), sum = term;
  SCI_NO_UNROLL
  for (int k = 1; k < 120; ++k) {
    T n = T(S(k));
    term = term * q * (T(1) / (n * (n + v)));
    sum = sum + term;
    if (negligible(term, sum)) break;
  }
  return sum;
}

/// (I_v(z) + I_{-v}(z))/2 for |v| <= 1/2, e = (2/z)^v: the sum of the p_k + q_k of bessel_k_temme. Its derivative in
/// the order vanishes at v = 0 and has no rounding error of the size of I_v: that of I_v itself is K_v(z) there.
template <class T, class Z>
SCI_HD_LARGE Z bessel_i_even_series(T v, Z z, Z log_2_z, Z e) {
  using S = scalar_of<T>;
  T w = v * v, even, odd;
  bessel_ik_rgamma_parts(w, even, odd);
  Z c, sc;
  bessel_ik_cosh_sinhc(Z(log_2_z * v), e, c, sc);
  sc = sc * log_2_z;
  Z f = sc * even - c * odd, s = c * even - sc * (w * odd);
  Z q = z * z * T(S(0.25)), sum = s;
  SCI_NO_UNROLL
  for (int k = 1; k < 120; ++k) {
    T n = T(S(k)), den = T(1) / (n * (n * n - w));
    Z f_next = q * (f * n + s) * den;
    s = q * (s * n + f * w) * den;
    f = f_next;
    sum = sum + s;
    if (negligible(s, sum)) break;
  }
  return sum;
}

}  // namespace detail
}  // namespace sci
