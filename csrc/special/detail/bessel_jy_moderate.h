// J and Y for moderate argument and order: Miller's backward recurrence for J, Temme's series (x < 2) or Steed's
// continued fraction (x >= 2) for Y.
#pragma once
#include "special/detail/bessel_jy_common.h"
#include "special/detail/bessel_step.h"
#include "special/detail/temme_gamma.h"

namespace sci {
namespace detail {

/// J_mu, J_{mu+1} and J_{mu+n} for |mu| <= 1/2, mu + n >= 0, 2 <= x <= limits::large_order, n < x^2/4 or n = 0.
/// Normalised by the Neumann series (x/2)^mu = sum (mu+2k) Gamma(mu+k)/k! J_{mu+2k}(x) (DLMF 10.23.15), summed in
/// nested form so that its weights need no gamma function: their ratio is (mu+k)/(k+1).
template <class T>
SCI_HD_LARGE void bessel_jy_miller(T mu, int n, T x, T& j0, T& j1, T& jn) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  S size = primal(x);
  // Starts, at an even order, where J is below eps^1 times its size for small orders and n < start.
  int k = int(single ? S(10) + S(1.5) * size : S(18) + S(2) * size) / 2;
  bessel_step<T, T> step(mu, x);
  T above = T(0), f = T(S(single ? 1e-30 : 1e-280)), sum = T(0), wanted = T(0);
  for (; k >= 1; --k) {
    // f belongs to the order mu + 2k.
    T order = mu + T(S(2 * k));
    sum = order * f + sum * ((mu + T(S(k))) / T(S(k + 1)));
    T odd = step(2 * k) * f - above;
    T even = step(2 * k - 1) * odd - f;
    if (2 * k == n) wanted = f;
    if (2 * k - 1 == n) wanted = odd;
    above = odd;
    f = even;
  }
  if (n == 0) wanted = f;
  sum += f;
  T scale = bessel_jy_power(T(x / T(2)), mu) * rgamma1p(mu) / sum;
  j0 = f * scale;
  j1 = above * scale;
  jn = wanted * scale;
}

/// p + i q = H'/H of the Hankel function of the first kind, x >= 2, |mu| <= 1/2: Steed's continued fraction
/// (A. R. Barnett, D. H. Feng, J. W. Steed, L. J. B. Goldfarb, Comput. Phys. Commun. 8 (1974) 377)
///   p + i q = -1/(2x) + i + (i/x) a_1/(b_1 + a_2/(b_2 + ...)), a_k = (k - 1/2)^2 - mu^2, b_k = 2 (x + i k),
/// from the tail. Its error falls like exp(-4 sqrt(x n)).
template <class T>
SCI_HD void bessel_jy_steed(T mu, T x, T& p, T& q) {
  using S = scalar_of<T>;
  int n = int((is_same<S, float> ? S(24) : S(110)) / primal(x)) + 4;
  T w = mu * mu, re = T(0), im = T(0);
  T two_x = T(2) * x;
  for (; n >= 1; --n) {
    // (re, im) = a_n / (b_n + (re, im))
    T half = T(S(n) - S(0.5));
    T a = half * half - w, c = two_x + re, d = T(S(2 * n)) + im;
    T scale = a / (c * c + d * d);
    re = c * scale;
    im = -(d * scale);
  }
  p = -(T(S(0.5)) + im) / x;
  q = T(1) + re / x;
}

/// Y_mu = y0 and Y_{mu+1} = y1 2/x for |mu| <= 1/2 and 0 < x <= 2: N. M. Temme, J. Comput. Phys. 21 (1976) 343. His f_k
/// is even in mu and has no singularity at mu = 0, so integer orders are not special.
template <class T>
SCI_HD_LARGE void bessel_jy_temme(T mu, T x, T& y0, T& y1) {
  using S = scalar_of<T>;
  T w = mu * mu, gamma1 = temme_gamma1(mu), gamma2 = temme_gamma2(mu), c, sc, e;
  T log_2_x = T(numbers::ln2<S>) - bessel_jy_log(x);
  T exponent = log_2_x * mu;
  if (abs(primal(exponent)) < S(4)) {
    bessel_jy_cosh_sinhc(exponent, c, sc, e);
  } else {  // a power keeps the digits that a large exponent would lose
    e = bessel_jy_power(T(S(2)), mu) / bessel_jy_power(x, mu);
    T inverse = T(1) / e;
    c = (e + inverse) / T(2);
    sc = (e - inverse) / (T(2) * exponent);
  }
  // 1/Gamma(1 + mu) and 1/Gamma(1 - mu)
  T plus = gamma2 - mu * gamma1, minus = gamma2 + mu * gamma1;
  T f = T(2) * T(numbers::inv_pi<S>) * (c * gamma1 + sc * log_2_x * gamma2) / (plus * minus);
  T p = T(numbers::inv_pi<S>) * e / plus, q = T(numbers::inv_pi<S>) / (e * minus);
  // 2/mu sin^2(mu pi/2), by sin(t)/t at t = mu pi/2 as a series in t^2 <= (pi/4)^2.
  const S quarter_pi2 = S(2.467401100272339654708622749969038);
  T t2 = w * T(quarter_pi2), sinc = T(1);
  for (int k = is_same<S, float> ? 5 : 9; k >= 1; --k) sinc = T(1) - sinc * t2 * T(S(1) / S(2 * k * (2 * k + 1)));
  T tilt = mu * T(S(2) * quarter_pi2) * sinc * sinc;
  T square = -(x * x) * T(S(0.25)), power = T(1), g = f + tilt * q;
  y0 = g;
  y1 = p;
  for (int k = 1; k < 30; ++k) {
    T n = T(S(k));
    f = (f * n + p + q) / (n * n - w);
    p = p / (n - mu);
    q = q / (n + mu);
    power *= square * T(S(1) / S(k));
    g = f + tilt * q;
    T t0 = power * g, t1 = power * (p - g * n);
    y0 += t0;
    y1 += t1;
    if (negligible(t0, y0) && negligible(t1, y1)) break;
  }
  y0 = -y0;
  y1 = -y1;
}

/// Y_{mu+n} 2^-e by forward recurrence (DLMF 10.6.1), stable for Y, from Y_mu = f0 and Y_{mu+1} = g 2/x; e keeps the
/// numbers in range, also where 2/x overflows.
template <class T>
SCI_HD T bessel_jy_forward(T mu, int n, T x, T f0, T g, int& e) {
  using S = scalar_of<T>;
  e = 0;
  if (n == 0) return f0;
  constexpr int step = limits<S>::max_exponent / 2;
  const S big = ldexp(S(1), step - 12);
  bool tiny = primal(x) < S(1) / big;
  if (tiny) {
    // Y_{k-1} is below the rounding error of 2 k/x Y_k; each step is taken with x 2^step.
    x = ldexp(x, step);
    f0 = T(0);
    e = step;
  }
  bessel_step<T, T> step_up(mu, x);
  T f1 = g * step_up.two_over_z;
  for (int k = 1; k < n; ++k) {
    if (abs(primal(f1)) > big) {
      f0 = ldexp(f0, -step);
      f1 = ldexp(f1, -step);
      e += step;
    }
    T next = step_up(k) * f1 - f0;
    f0 = tiny ? T(0) : f1;
    f1 = next;
    if (tiny) e += step;
  }
  return f1;
}

}  // namespace detail
}  // namespace sci
