// I_v(x) and K_v(x) for real x > 0 and v >= 0. T is float, double or a dual of it, for derivatives in the order; x is
// a plain number. Regions, s = sqrt(v^2 + x^2), edge = 32 (float: 12):
//   s >= edge, v^2 <= 2x    Hankel's expansions, DLMF 10.40
//   s >= edge               Debye's expansions, DLMF 10.41, in powers of 1/s: one expansion for large v and large x
//   K, x < 0.5              Temme's series, then forward in the order
//   K, x >= 0.5             trapezoidal rule, then forward in the order
//   I                       ascending series for x <= 12, else backward recurrence
#pragma once
#include "special/detail/bessel_ik_asymptotic.h"
#include "special/detail/bessel_ik_quadrature.h"
#include "special/detail/bessel_ik_recurrence.h"
#include "special/detail/bessel_ik_series.h"

namespace sci {
namespace detail {

template <class S>
constexpr S bessel_ik_edge = is_same<S, float> ? S(12) : S(32);

/// y e^a where neither factor alone need be in range.
template <class T>
SCI_HD T bessel_ik_times_exp(T y, scalar_of<T> a) {
  using S = scalar_of<T>;
  if (abs(a) < limits<S>::log_max * S(0.95)) return y * T(exp(a));
  T half = T(exp(max(min(a, S(4) * limits<S>::log_max), S(-4) * limits<S>::log_max) * S(0.5)));
  return (y * half) * half;
}

/// E = ((v + s)/x)^v e^a = exp(v asinh(v/x) + a), a = -s, or x - s if scaled, as root^(2^squarings), so that no part of
/// it leaves the range where the whole does not. The rounding errors of s, of the base and of the exponent, which would
/// grow with v, are put back. `relative` is E(v)/E as a function of the order: 1 and its derivatives.
template <class T>
struct bessel_ik_debye_factor {
  T relative, s;
  scalar_of<T> root;
  int squarings;

  /// y E, or y / E
  SCI_HD T times(T y, bool inverse) const {
    using S = scalar_of<T>;
    S r = inverse ? S(1) / root : root;
    y = inverse ? y / relative : y * relative;
    if (squarings == 0) return y * T(r);
    for (int k = 1; k < squarings; ++k) r *= r;
    return (y * T(r)) * T(r);
  }
};
template <class T>
SCI_HD bessel_ik_debye_factor<T> bessel_ik_debye_prefactor(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  const S far = S(1) / (limits<S>::epsilon * limits<S>::epsilon);
  S n = primal(v), unit = max(n, x) > far ? sqrt(limits<S>::min) / S(16) : S(1);  // no overflow of the squares
  n *= unit;
  x *= unit;
  S nn = n * n, nn_low = fma(n, n, -nn), xx = x * x, xx_low = fma(x, x, -xx);
  S s = sqrt(nn + xx), ss = s * s;
  S s_low = ((n > x ? (nn - ss) + xx : (xx - ss) + nn) + (nn_low + xx_low - fma(s, s, -ss))) / (S(2) * s);
  S sum = s + n, sum_low = (n - (sum - s)) + s_low;
  S base = sum / x, base_low = (fma(-base, x, sum) + sum_low) / sum;  // the latter relative
  // n/x (1 + n/(s + x)) = base - 1
  S above = s + x, theta = base < S(2) ? log1p(n / x * (S(1) + n / above)) : log(base);
  S a = -s, a_low = -s_low;
  if (scaled) {
    S above_low = (x < s ? x - (above - s) : s - (above - x)) + s_low;
    a = -nn / above;
    a_low = (-fma(a, above, nn) - nn_low - a * above_low) / above;
  }
  S order = primal(v), growth = order * theta;
  a /= unit;
  s /= unit;
  bessel_ik_debye_factor<T> out;
  out.relative = bessel_ik_compose(v, S(1), theta, theta * theta + S(1) / s);
  out.s = bessel_ik_compose(v, s, order / s, sqr(x / unit / s) / s);
  S size = max(growth, -a) / (limits<S>::log_max * S(0.85)), part = S(1);
  out.squarings = 0;
  for (int k = 0; k < 40 && size > S(1); ++k) {
    size *= S(0.5);
    part *= S(0.5);
    ++out.squarings;
  }
  if (size <= S(1)) {
    S low = order * base_low + a_low / unit;
    out.root = pow(base, order * part) * exp(a * part);
    out.root += out.root * (low * part);
  } else {  // far out of range, or nothing left of the precision
    out.root = exp(max(min((growth + a) * part, limits<S>::log_max), limits<S>::log_min));
  }
  return out;
}

/// e^x K_v(x), or K_v(x), for s >= edge.
template <class T>
SCI_HD T bessel_k_large(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v);
  T sum_k, sum_i;
  if (order * order <= S(2) * x) {
    bessel_ik_hankel(v, T(x), sum_k, sum_i);
    T y = sum_k * T(sqrt(numbers::pi<S> / S(2) / x));
    return scaled ? y : bessel_ik_times_exp(y, -x);
  }
  bessel_ik_debye_factor<T> e = bessel_ik_debye_prefactor(v, x, scaled);
  bessel_ik_debye_sums(v / e.s, e.s, bessel_ik_debye_terms(primal(e.s)), sum_k, sum_i);
  return e.times(sum_k * sqrt(T(numbers::pi<S> / S(2)) / e.s), false);
}

/// K_{n + v} from K_v and K_{v+1}, DLMF 10.29.1: all terms positive.
template <class T>
SCI_HD T bessel_k_forward(T v, int n, scalar_of<T> x, T k0, T k1) {
  using S = scalar_of<T>;
  if (n == 0) return k0;
  S r = S(2) / x, r_low = fma(-r, x, S(2)) / x;
  for (int k = 1; k < n; ++k) {
    T order = v + T(S(k));
    T k2;
    if constexpr (is_hardware<T>) {
      k2 = fma(fma(order, r, order * r_low), k1, k0);
    } else {
      k2 = order * T(r) * k1 + k0;
    }
    k0 = k1;
    k1 = k2;
  }
  return k1;
}

/// Gamma(v) for 1/2 <= v = n + mu, |mu| <= 1/2, moderate n.
template <class T>
SCI_HD T bessel_ik_gamma(T mu, int n) {
  using S = scalar_of<T>;
  T even, odd;
  bessel_ik_rgamma_parts(T(mu * mu), even, odd);
  T gamma = T(S(1)) / (even + mu * odd);
  for (int k = 1; k < n; ++k) gamma = gamma * (mu + T(S(k)));
  return gamma;
}

/// K_v(x), times e^x if scaled, for s < edge.
template <class T>
SCI_HD T bessel_k_moderate(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  S order = primal(v);
  if (x < S(0.5)) {
    int n = int(floor(order + S(0.5)));
    T mu = v - T(S(n));
    if (x < (single ? S(1e-10) : S(1e-20)) && order >= S(0.5)) {
      // DLMF 10.30.2; the next term is (x/2)^(2v) or x^2 smaller
      return (bessel_ik_gamma(mu, n) * T(S(0.5)) * bessel_ik_power(S(2), v)) / bessel_ik_power(x, v);
    }
    T k0, k1;
    bool half = false;
    if constexpr (is_hardware<T>) half = abs(mu) == S(0.5);
    if (half) {  // elementary, DLMF 10.39.2
      k0 = k1 = T(sqrt(numbers::pi<S> / S(2) / x) * exp(-x));
      if (mu > S(0)) k1 += k0 / T(x);
    } else {
      S log_2_x = numbers::ln2<S> - log(x);
      // A power, not the exponential of a product, which would lose digits for extreme x.
      T e = abs(primal(mu)) * log_2_x < S(4) ? exp(mu * T(log_2_x)) : bessel_ik_power(S(2), mu) / bessel_ik_power(x, mu);
      bessel_k_temme(mu, T(x), T(log_2_x), e, k0, k1);
    }
    T y = bessel_k_forward(mu, n, x, k0, k1);
    return scaled ? y * T(exp(x)) : y;
  }
  int n = int(order);
  T mu = v - T(S(n));
  T k0, k1;
  bool half = false;
  if constexpr (is_hardware<T>) half = mu == S(0.5);
  if (half) {
    k0 = T(sqrt(numbers::pi<S> / S(2) / x));
    k1 = k0 + k0 / T(x);
  } else {
    bessel_k_quadrature(mu, x, k0, k1);
  }
  T y = bessel_k_forward(mu, n, x, k0, k1);
  return scaled ? y : y * T(exp(-x));
}

/// K_v(x), times e^x if scaled, for v >= 0 and 0 < x < inf.
template <class T>
SCI_HD T bessel_k_real(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v);
  return order * order + x * x >= sqr(bessel_ik_edge<S>) ? bessel_k_large(v, x, scaled)
                                                        : bessel_k_moderate(v, x, scaled);
}

/// e^-x I_v(x), or I_v(x), for s >= edge.
template <class T>
SCI_HD T bessel_i_large(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v);
  T sum_k, sum_i;
  if (order * order <= S(2) * x) {
    bessel_ik_hankel(v, T(x), sum_k, sum_i);
    S root = S(1) / sqrt(S(2) * numbers::pi<S> * x);
    T y = sum_i * T(root);
    // Counts only for the derivative at v = 0, where that of the sum vanishes: -K_0.
    if constexpr (!is_hardware<T>) y = y - sinpi(v) * sum_k * T(root * exp(S(-2) * x));
    return scaled ? y : bessel_ik_times_exp(y, x);
  }
  bessel_ik_debye_factor<T> e = bessel_ik_debye_prefactor(v, x, scaled);
  bessel_ik_debye_sums(v / e.s, e.s, bessel_ik_debye_terms(primal(e.s)), sum_k, sum_i);
  return e.times(sum_i / sqrt(T(S(2) * numbers::pi<S>) * e.s), true);
}

/// (x/2)^v / Gamma(v + 1), v = n + mu, |mu| <= 1/2.
template <class T>
SCI_HD T bessel_i_leading(T v, T mu, int n, scalar_of<T> x) {
  using S = scalar_of<T>;
  T even, odd, product = T(S(1));
  bessel_ik_rgamma_parts(T(mu * mu), even, odd);
  for (int k = 1; k <= n; ++k) product = product * (mu + T(S(k)));
  T power = x < limits<S>::min * S(4) ? bessel_ik_power(x, v) / bessel_ik_power(S(2), v) : bessel_ik_power(x * S(0.5), v);
  return power * (even + mu * odd) / product;
}

/// I_v(x), times e^-x if scaled, for s < edge and v >= 0 (v >= -1/2 serves the derivatives of negative orders).
template <class T>
SCI_HD T bessel_i_moderate(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  int n = int(floor(primal(v) + S(0.5)));
  T mu = v - T(S(n));
  if constexpr (!is_hardware<T>) {
    if (x > S(2)) {
      // The base order from the part even in it and K, so that nothing of the size of I cancels in the derivative; then
      // upwards by the ratio I_{mu+n}/I_mu, a product of ratios all of which decrease with the order.
      S log_2_x = numbers::ln2<S> - log(x);
      T k0, k1, down = abs(mu);
      bessel_k_quadrature(down, x, k0, k1);
      T base = bessel_i_even_series(mu, T(x), T(log_2_x), exp(mu * T(log_2_x))) * T(exp(-x)) -
               sinpi(mu) * k0 * T(numbers::inv_pi<S> * exp(S(-2) * x));
      if (n > 0) base = base * bessel_i_ratio(mu, n, x);
      return scaled ? base : base * T(exp(x));
    }
  }
  if (x <= (single ? S(6) : S(12)) || primal(v) < S(0)) {
    T y = bessel_i_leading(v, mu, n, x) * bessel_i_series(v, T(x));
    return scaled ? y * T(exp(-x)) : y;
  }
  T base = mu;
  if (primal(mu) < S(0)) {
    base = mu + T(S(1));
    --n;
  }
  T y = bessel_i_miller(base, n, T(x), bessel_i_leading(base, primal(mu) < S(0) ? mu : base, primal(mu) < S(0) ? 1 : 0, x));
  return scaled ? y : y * T(exp(x));
}

/// I_v(x), times e^-x if scaled, for v >= 0 and 0 < x < inf.
template <class T>
SCI_HD T bessel_i_real(T v, scalar_of<T> x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v);
  return order * order + x * x >= sqr(bessel_ik_edge<S>) ? bessel_i_large(v, x, scaled)
                                                        : bessel_i_moderate(v, x, scaled);
}

}  // namespace detail
}  // namespace sci
