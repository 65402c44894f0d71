// I_v(x) and K_v(x) for real x > 0 and v >= 0. T is float, double or a dual of it, for derivatives in the order and the
// argument. Regions, s = sqrt(v^2 + x^2), edge = 32 (float: 12):
//   s >= edge, v^2 <= 2x    Hankel's expansions, DLMF 10.40
//   s >= edge               Debye's expansions, DLMF 10.41, in powers of 1/s: one expansion for large v and large x
//   K, x < 0.5              Temme's series, then forward in the order
//   K, x >= 0.5             trapezoidal rule, then forward in the order
//   I                       ascending series for x <= 12 (float: 6), else Miller's algorithm
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
SCI_HD T bessel_ik_times_exp(T y, T a) {
  using S = scalar_of<T>;
  S size = primal(a);
  if (abs(size) < limits<S>::log_max * S(0.95)) return y * exp(a);
  S half = exp(max(min(size, S(4) * limits<S>::log_max), S(-4) * limits<S>::log_max) * S(0.5));
  return (y * bessel_ik_relative_exp(a) * T(half)) * T(half);
}

/// The factor of a modified Bessel function.
enum bessel_ik_scale { bessel_ik_plain, bessel_ik_grown /* e^x */, bessel_ik_damped /* e^-x */ };

/// E = ((v + s)/x)^v e^a = exp(v asinh(v/x) + a), a = -s, x - s or -x - s, as relative * root^(2^squarings), so that
/// no part of it leaves the range where the whole does not. The rounding errors of s, of the base and of the exponent,
/// which would grow with v, are put back. `relative` is 1 and carries the derivatives.
template <class T>
struct bessel_ik_debye_factor {
  T relative, s;
  scalar_of<T> root;
  int squarings;
  bool extreme;  // far beyond the range: the result is 0 or inf whatever it is multiplied by

  /// y E, or y / E
  SCI_HD T times(T y, bool inverse) const {
    using S = scalar_of<T>;
    S r = inverse ? S(1) / root : root;
    y = inverse ? y / relative : y * relative;
    if (squarings == 0) return y * T(r);
    SCI_NO_UNROLL
    for (int k = 1; k < squarings; ++k) r *= r;
    return (y * T(r)) * T(r);
  }
};

template <class T>
SCI_HD_LARGE bessel_ik_debye_factor<T> bessel_ik_debye_prefactor(T v, T x, bessel_ik_scale scale) {
  using S = scalar_of<T>;
  bessel_ik_debye_factor<T> out;
  const S far = S(1) / (limits<S>::epsilon * limits<S>::epsilon);
  S order = primal(v), n = order, m = primal(x);
  S unit = max(n, m) > far ? sqrt(limits<S>::min) / S(16) : S(1);  // no overflow of the squares
  n *= unit;
  m *= unit;
  S nn = rounded_product(n, n), nn_low = fma(n, n, -nn), mm = rounded_product(m, m), mm_low = fma(m, m, -mm);
  S s = sqrt(nn + mm), ss = rounded_product(s, s);
  S s_low = ((n > m ? (nn - ss) + mm : (mm - ss) + nn) + (nn_low + mm_low - fma(s, s, -ss))) / (S(2) * s);
  S sum = s + n, sum_low = (n - (sum - s)) + s_low;
  S base = sum / m, base_low = (fma(-base, m, sum) + sum_low) / sum;  // the latter relative
  S above = s + m, above_low = (m < s ? m - (above - s) : s - (above - m)) + s_low;
  S theta = base < S(2) ? log1p(n / m * (S(1) + n / above)) : log(base);
  S a = -s, a_low = -s_low;
  if (scale == bessel_ik_grown) {
    a = -nn / above;
    a_low = (-fma(a, above, nn) - nn_low - a * above_low) / above;
  } else if (scale == bessel_ik_damped) {
    a = -above;
    a_low = -above_low;
  }
  S growth = order * theta;
  a /= unit;
  s /= unit;
  if constexpr (is_hardware<T>) {
    out.s = s;
    out.relative = S(1);
  } else {
    T scaled_v = v * T(unit), scaled_x = x * T(unit);
    out.s = sqrt(scaled_v * scaled_v + scaled_x * scaled_x) / T(unit);
    T ratio = v / x, top = v / (out.s + x);
    T exponent = (m > n ? log1p(ratio * (T(S(1)) + top)) : log(ratio + out.s / x)) * v - v * top;
    if (scale != bessel_ik_grown) exponent = exponent - x;
    if (scale == bessel_ik_damped) exponent = exponent - x;
    out.relative = bessel_ik_relative_exp(exponent);
  }
  S size = max(growth, -a) / (limits<S>::log_max * S(0.85)), part = S(1);
  out.squarings = 0;
  out.extreme = is_hardware<T> && !(abs(growth + a) < S(2.5) * limits<S>::log_max);
  if (out.extreme) {
    out.root = growth + a < S(0) ? S(0) : limits<S>::infinity;
    return out;
  }
  SCI_NO_UNROLL
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

/// K_v(x) with the factor asked for, for s >= edge.
template <class T>
SCI_HD T bessel_k_large(T v, T x, bessel_ik_scale scale) {
  using S = scalar_of<T>;
  S order = primal(v);
  T sum_k, sum_i;
  if (order * (order / primal(x)) <= S(2)) {
    bessel_ik_hankel(v, x, sum_k, sum_i);
    T y = sum_k * sqrt(T(numbers::pi<S> / S(2)) / x);
    return scale == bessel_ik_grown ? y : bessel_ik_times_exp(y, scale == bessel_ik_plain ? -x : T(x * T(-2)));
  }
  bessel_ik_debye_factor<T> e = bessel_ik_debye_prefactor(v, x, scale);
  if (e.extreme) return e.times(T(S(1)), false);
  bessel_ik_debye_sums(v / e.s, e.s, bessel_ik_debye_terms(primal(e.s)), sum_k, sum_i);
  return e.times(sum_k * sqrt(T(numbers::pi<S> / S(2)) / e.s), false);
}

/// K_{n + v} from K_v and K_{v+1}, DLMF 10.29.1: all terms positive.
template <class T>
SCI_HD_LARGE T bessel_k_forward(T v, int n, T x, T k0, T k1) {
  if (n == 0) return k0;
  bessel_step<T, T> step(v, x);
  SCI_NO_UNROLL
  for (int k = 1; k < n; ++k) {
    T k2 = step(k) * k1 + k0;
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
  SCI_NO_UNROLL
  for (int k = 1; k < n; ++k) gamma = gamma * (mu + T(S(k)));
  return gamma;
}

/// K_v(x), times e^x if scaled, for s < edge.
template <class T>
SCI_HD T bessel_k_moderate(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  S order = primal(v), at = primal(x);
  T k0, k1;
  bool half = false;  // half an odd number: elementary, DLMF 10.39.2
  if (at < S(0.5)) {
    int n = int(floor(order + S(0.5)));
    T mu = v - T(S(n));
    if (at < (single ? S(1e-10) : S(1e-20)) && order >= S(0.5)) {
      // DLMF 10.30.2; the next term is (x/2)^(2v) or x^2 smaller
      return (bessel_ik_gamma(mu, n) * T(S(0.5)) * bessel_ik_power(T(S(2)), v)) / bessel_ik_power(x, v);
    }
    if constexpr (is_hardware<T>) half = abs(mu) == S(0.5);
    if (half) {
      k0 = k1 = sqrt(T(numbers::pi<S> / S(2)) / x) * exp(-x);
      if (primal(mu) > S(0)) k1 += k0 / x;
    } else {
      T log_2_x = T(numbers::ln2<S>) - bessel_ik_log(x);
      bessel_k_temme(mu, x, log_2_x, bessel_ik_two_over(x, log_2_x, mu), k0, k1);
    }
    T y = bessel_k_forward(mu, n, x, k0, k1);
    return scaled ? y * exp(x) : y;
  }
  int n = int(order);
  T mu = v - T(S(n));
  if constexpr (is_hardware<T>) half = mu == S(0.5);
  if (half) {
    k0 = sqrt(T(numbers::pi<S> / S(2)) / x);
    k1 = k0 + k0 / x;
  } else {
    bessel_k_quadrature(mu, x, k0, k1);
  }
  T y = bessel_k_forward(mu, n, x, k0, k1);
  return scaled ? y : y * exp(-x);
}

/// K_v(x), times e^x if scaled, for v >= 0 and 0 < x < inf.
template <class T>
SCI_HD_LARGE T bessel_k_real(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  return sqr(primal(v)) + sqr(primal(x)) >= sqr(bessel_ik_edge<S>)
             ? bessel_k_large(v, x, scaled ? bessel_ik_grown : bessel_ik_plain)
             : bessel_k_moderate(v, x, scaled);
}

/// e^-x K_v(x), in range also where K_v(x) is not.
template <class T>
SCI_HD_LARGE T bessel_k_damped(T v, T x) {
  bool large = sqr(primal(v)) + sqr(primal(x)) >= sqr(bessel_ik_edge<scalar_of<T>>);
  return large ? bessel_k_large(v, x, bessel_ik_damped) : bessel_k_moderate(v, x, false) * exp(-x);
}

/// e^-x I_v(x), or I_v(x), for s >= edge.
template <class T>
SCI_HD T bessel_i_large(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  S order = primal(v);
  T sum_k, sum_i;
  if (order * (order / primal(x)) <= S(2)) {
    bessel_ik_hankel(v, x, sum_k, sum_i);
    T y = sum_i;
    // Counts only for the derivative at v = 0, where that of the sum vanishes: -K_0.
    if constexpr (!is_hardware<T>) y = y - sinpi(v) * sum_k * exp(T(S(-2)) * x);
    y = y / sqrt(x) * T(numbers::inv_sqrt_pi<S> / numbers::sqrt2<S>);
    return scaled ? y : bessel_ik_times_exp(y, x);
  }
  bessel_ik_debye_factor<T> e = bessel_ik_debye_prefactor(v, x, scaled ? bessel_ik_grown : bessel_ik_plain);
  if (e.extreme) return e.times(T(S(1)), true);
  bessel_ik_debye_sums(v / e.s, e.s, bessel_ik_debye_terms(primal(e.s)), sum_k, sum_i);
  return e.times(sum_i / sqrt(e.s) * T(numbers::inv_sqrt_pi<S> / numbers::sqrt2<S>), true);
}

/// (x/2)^v / Gamma(v + 1), v = n + mu, |mu| <= 1/2.
template <class T>
SCI_HD_LARGE T bessel_i_leading(T v, T mu, int n, T x) {
  using S = scalar_of<T>;
  T even, odd, product = T(S(1));
  bessel_ik_rgamma_parts(T(mu * mu), even, odd);
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) product = product * (mu + T(S(k)));
  T power = primal(x) < limits<S>::min * S(4) ? bessel_ik_power(x, v) / bessel_ik_power(T(S(2)), v)
                                              : bessel_ik_power(T(x * T(S(0.5))), v);
  return power * (even + mu * odd) / product;
}

/// I_v(x), times e^-x if scaled, for s < edge and v >= 0.
template <class T>
SCI_HD T bessel_i_moderate(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  S at = primal(x);
  int n = int(floor(primal(v) + S(0.5)));
  T mu = v - T(S(n));
  if constexpr (!is_hardware<T>) {
    if (at > S(2)) {
      // The base order from the part even in it and K, so that nothing of the size of I cancels in the derivative in
      // the order; then upwards by the ratio I_{mu+n}/I_mu, a product of ratios all of which decrease with the order.
      T base;
      if (at > S(20)) {  // from 19 on the terms of second derivatives reach the rounding error
        base = bessel_i_large(mu, x, true);
      } else {
        T log_2_x = T(numbers::ln2<S>) - bessel_ik_log(x);
        T k0, k1, down = abs(mu);
        bessel_k_quadrature(down, x, k0, k1);
        base = bessel_i_even_series(mu, x, log_2_x, T(exp(mu * log_2_x))) * exp(-x) -
               sinpi(mu) * k0 * T(numbers::inv_pi<S>) * exp(T(S(-2)) * x);
      }
      if (n > 0) base = base * bessel_i_ratio(mu, n, x);
      return scaled ? base : base * exp(x);
    }
  }
  if (at <= (is_same<S, float> ? S(6) : S(12))) {
    T y = bessel_i_leading(v, mu, n, x) * bessel_i_series(v, x);
    return scaled ? y * exp(-x) : y;
  }
  int up = primal(mu) < S(0) ? 1 : 0;  // the base order in [0, 1)
  T base = mu + T(S(up));
  T y = bessel_i_miller(base, n - up, x, bessel_i_leading(base, mu, up, x));
  return scaled ? y : y * exp(x);
}

/// I_v(x), times e^-x if scaled, for v >= 0 and 0 < x < inf.
template <class T>
SCI_HD_LARGE T bessel_i_real(T v, T x, bool scaled) {
  using S = scalar_of<T>;
  return sqr(primal(v)) + sqr(primal(x)) >= sqr(bessel_ik_edge<S>) ? bessel_i_large(v, x, scaled)
                                                                   : bessel_i_moderate(v, x, scaled);
}

}  // namespace detail
}  // namespace sci
