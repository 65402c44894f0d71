// Modified Bessel functions of a complex argument in the right half plane, scaled; I, K, J, Y and the Hankel
// functions are made of these. T is float, double or a dual of it (derivatives in the order).
//
// Regions, r = |z|, s = sqrt(v^2 + z^2):
//   r < tiny and v >= 1/2       leading terms
//   v^2 <= r, r >= 20           Hankel's expansions
//   v >= 33, near +-iv          Olver's expansion (bessel_jy_transition.h)
//   |s| >= 32, away from +-iv   Debye's expansions; behind the turning point I_v gets its K_v part, DLMF 10.34.3
//   else                        K: Temme's series (r <= 1.5) or Temme's backward recurrence, then forward in the order
//                               I: ascending series (r^2 <= 6(v + 1)) or Miller's algorithm, derivatives by ratios
#pragma once
#include "special/detail/bessel_ik_asymptotic.h"
#include "special/detail/bessel_ik_exponential.h"
#include "special/detail/bessel_ik_recurrence.h"
#include "special/detail/bessel_ik_series.h"
#include "special/detail/bessel_jy_transition.h"

namespace sci {
namespace detail {

/// What a caller wants of the pair; the rest may be left zero.
enum bessel_ik_want { bessel_ik_both, bessel_ik_only_i, bessel_ik_only_k };

/// I_v(z) = i exp(z - log_scale) 2^-shift and K_v(z) = k exp(-z + log_scale) 2^shift. Both scales are zero unless i or
/// k would leave the range of the type.
template <class T>
struct bessel_ik_pair {
  complex<T> i, k;
  T log_scale;
  int shift = 0;
};

/// e^{i pi v} with the exact zeros of sinpi and cospi.
template <class T>
SCI_HD complex<T> bessel_ik_rotation(T v) {
  return {cospi(v), sinpi(v)};
}

template <class T>
SCI_HD_LARGE bessel_ik_pair<T> bessel_ik_large_argument(T v, complex<T> z) {
  using S = scalar_of<T>;
  complex<T> sum_k, sum_i;
  bessel_ik_hankel(v, z, sum_k, sum_i);
  complex<T> root = sqrt(z);
  bessel_ik_pair<T> out;
  out.k = sum_k / root * T(sqrt(numbers::pi<S> / S(2)));
  out.i = sum_i / root * T(numbers::inv_sqrt_pi<S> / numbers::sqrt2<S>);
  out.log_scale = T(S(0));
  S x = primal(z.re);
  // DLMF 10.40.5; 2x large: below rounding
  if (x < S(-0.3) * limits<S>::log_min / S(2) * S(0.2) + S(20) && primal(z.im) != S(0)) {
    complex<T> turn = bessel_ik_rotation(v);
    if (primal(z.im) < S(0)) turn = conj(turn);
    complex<T> tail = turn * exp(z * T(S(-2))) * out.k * T(numbers::inv_pi<S>);
    out.i = out.i + (primal(z.im) < S(0) ? -times_i(tail) : times_i(tail));
  }
  return out;
}

/// z - zeta with zeta = s - v asinh(v/z), DLMF 10.41.7 times v, free of the large z. Its absolute error is the relative
/// one of the result, so float computes it in double.
template <class T>
SCI_HD complex<T> bessel_ik_phase(T v, complex<T> z, complex<T> s) {
  using S = scalar_of<T>;
  if constexpr (is_same<T, float>) {
    complex<double> w = complex<double>(z), iv = complex<double>(0.0, double(v));
    return complex<T>(bessel_ik_phase(double(v), w, sqrt(w + iv) * sqrt(w - iv)));
  } else {
    complex<T> top = complex<T>(v) / (s + z);
    return log1p(complex<T>(v) / z * (top + T(S(1)))) * v - top * v;
  }
}

/// Near the turning points z = +-iv, from J and H1 (DLMF 10.27.6, 10.27.8).
template <class T>
SCI_HD_LARGE bool bessel_ik_transition(T v, complex<T> z, bessel_ik_pair<T>& out) {
  using S = scalar_of<T>;
  bool upper = primal(z.im) > S(0);
  T y = upper ? -z.im : z.im;
  complex<T> j, h;
  if (!bessel_jy_transition(v, complex<T>(-y, z.re), j, h)) return false;
  complex<T> turn = {cospi(v / T(2)), sinpi(v / T(2))}, phase = {cos(y), sin(y)};
  out.i = conj(turn * phase) * j;
  out.k = times_i(turn * phase * h) * T(numbers::pi<S> / S(2));
  if (upper) {
    out.i = conj(out.i);
    out.k = conj(out.k);
  }
  out.log_scale = z.re;
  return true;
}

template <class T>
SCI_HD_LARGE bool bessel_ik_large_order(T v, complex<T> z, bessel_ik_pair<T>& out) {
  using S = scalar_of<T>;
  complex<T> iv = complex<T>(T(S(0)), v);
  complex<T> s = sqrt(z + iv) * sqrt(z - iv);
  complex<T> sum_k, sum_i;
  if (!bessel_ik_debye_try(complex<T>(v) / s, s, sum_k, sum_i)) return false;
  // zeta = s - v asinh(v/z), DLMF 10.41.7 with both sides times v; here z - zeta, free of the large z.
  complex<T> zeta = bessel_ik_phase(v, z, s);
  S real_part = primal(zeta.re);
  out.log_scale = T(S(0));
  complex<T> e;
  if (max(primal(v), max(abs(primal(z.re)), abs(primal(z.im)))) < S(1e18) && abs(real_part) < S(1e7)) {
    // In double: float's exponents are large for its digits, and so is the rounding error of its s.
    complex<double> z_wide = complex<double>(primal(z)), s_wide = complex<double>(primal(s));
    if constexpr (is_same<S, float>) {
      complex<double> i_order = complex<double>(0.0, double(primal(v)));
      s_wide = sqrt(z_wide + i_order) * sqrt(z_wide - i_order);
    }
    complex<double> value = bessel_ik_debye_exponential(double(primal(v)), z_wide, s_wide, double(real_part),
                                                        double(limits<S>::log_max * S(0.45)), out.shift);
    if constexpr (is_hardware<T>) {
      e = complex<T>(value);
    } else {
      e = exp(complex<T>(zeta.re - T(real_part), zeta.im - T(primal(zeta.im)))) *
          complex<T>(T(S(value.re)), T(S(value.im)));
    }
  } else {
    out.log_scale = zeta.re;
    e = exp(complex<T>(T(S(0)), zeta.im));
  }
  complex<T> root = sqrt(s);
  out.k = sum_k * e / root * T(sqrt(numbers::pi<S> / S(2)));
  out.i = sum_i / (e * root) * T(numbers::inv_sqrt_pi<S> / numbers::sqrt2<S>);
  // Behind the Stokes line through the turning point +-iv, where |Im (z - zeta)| > v pi/2.
  S x = primal(z.re) - real_part;
  if (x > S(-1) && x < S(20) && abs(primal(z.im) - primal(zeta.im)) > primal(v) * numbers::pi<S> / S(2)) {
    complex<T> turn = bessel_ik_rotation(v);
    if (primal(z.im) < S(0)) turn = conj(turn);
    complex<T> power = (out.log_scale - z) * T(S(2));
    power.re += T(S(2 * out.shift) * numbers::ln2<S>);
    complex<T> tail = turn * exp(power) * out.k * T(numbers::inv_pi<S>);
    out.i = out.i + (primal(z.im) < S(0) ? -times_i(tail) : times_i(tail));
  }
  return true;
}

/// (z/2)^v / Gamma(v + 1) times 2^(-shift * count), as small or large as it comes; v = n + mu, |mu| <= 1/2.
template <class T>
SCI_HD_LARGE complex<T> bessel_i_factor(T mu, int n, complex<T> z, complex<T> log_2_z, int& count, scalar_of<T> down) {
  using S = scalar_of<T>;
  T even, odd;
  bessel_ik_rgamma_parts(T(mu * mu), even, odd);
  complex<T> factor = bessel_ik_two_over(z, log_2_z, T(-mu)) * (even + mu * odd);
  complex<T> half = z * T(S(0.5));
  count = 0;
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) {
    factor = factor * half / (mu + T(S(k)));
    if (abs1(primal(factor)) < down) {
      factor = factor * T(S(1) / down);
      ++count;
    }
  }
  return factor;
}

/// 2^-60 for float and 2^-256 for double: the step in which recurrences are scaled.
template <class S>
constexpr S bessel_ik_down = is_same<S, float> ? S(8.6736173798840355e-19) : S(8.6361685550944446e-78);

/// e^z K_{mu+n}(z) by recurrence in the order, DLMF 10.29.1; the result times 2^(256 count), 2^(60 count) for float.
template <class T>
SCI_HD_LARGE complex<T> bessel_k_upward(T mu, int n, complex<T> z, complex<T> k0, complex<T> k1, int& count) {
  using S = scalar_of<T>;
  const S down = bessel_ik_down<S>;
  bessel_step<T, complex<T>> step(mu, z);
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) {
    complex<T> k2 = k0 + step(k) * k1;
    k0 = k1;
    k1 = k2;
    if (abs1(primal(k1)) > S(1) / down) {
      k0 = k0 * T(down);
      k1 = k1 * T(down);
      ++count;
    }
  }
  return k0;
}

/// The leading terms for |z| << 1 and v = n + mu >= 1/2, DLMF 10.30.1-2. 2/z may overflow.
template <class T>
SCI_HD_LARGE bessel_ik_pair<T> bessel_ik_tiny(T v, T mu, int n, complex<T> z, complex<T> log_2_z) {
  using S = scalar_of<T>;
  bessel_ik_pair<T> out;
  T even, odd;
  bessel_ik_rgamma_parts(T(mu * mu), even, odd);
  T gamma = T(S(1)) / (even + mu * odd);
  SCI_NO_UNROLL
  for (int k = 1; k < n; ++k) gamma = gamma * (mu + T(S(k)));
  // (2/|z|)^v with |z| = m 2^e: the binary exponent (1 - e) v is an integer, held exactly, and a rest.
  int e;
  S m = frexp(hypot(primal(z.re), primal(z.im)), &e), order = primal(v), twos = rint(S(1 - e) * order);
  S modulus = exp2(fma(S(1 - e), order, -twos)) / pow(m, order);
  T angle = log_2_z.im * v;
  complex<T> power = complex<T>(cos(angle), sin(angle)) * (T(modulus) * bessel_ik_relative_exp(T(log_2_z.re * v)));
  out.log_scale = T(S(0));
  out.shift = int(twos);
  out.k = power * gamma * T(S(0.5));
  out.i = T(S(1)) / (power * gamma * v);
  return out;
}

template <bessel_ik_want Want, class T>
SCI_HD_LARGE bessel_ik_pair<T> bessel_ik_moderate(T v, complex<T> z, scalar_of<T> size) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  const S down = bessel_ik_down<S>;
  int n = int(floor(primal(v) + S(0.5)));
  T mu = v - T(S(n));
  complex<T> log_2_z = -(log(z) - T(numbers::ln2<S>));
  if (size < (single ? S(1e-12) : S(1e-20)) && primal(v) >= S(0.5)) return bessel_ik_tiny(v, mu, n, z, log_2_z);
  bessel_ik_pair<T> out;
  int count = 0, up_count = 0;
  // Near the imaginary axis Miller's algorithm for I, whose terms do not decay, loses digits: I from K_v(z) and
  // K_v(-z), DLMF 10.34.3, which are of one size there.
  bool series = size * size <= S(6) * (primal(v) + S(1));
  bool near_axis = !series && size > S(7) && primal(z.re) < S(0.35) * size && primal(v) < size &&
                   sqr(primal(v) / size) * primal(z.re) < S(2);  // else I falls as the order grows
  // For derivatives in a small order, of the size of (v/z) I and K, I is made of parts even in the order and of K:
  // nothing of the size of I cancels then. Temme's recurrence reaches so far behind the imaginary axis.
  bool even = !is_hardware<T> && !series && n == 0;
  if (even && size - primal(z.re) > S(2.6)) near_axis = true;
  if (Want != bessel_ik_only_i || near_axis) {
    complex<T> k0, k1;
    if (is_hardware<T> && primal(mu) == S(-0.5)) {
      k0 = k1 = T(sqrt(numbers::pi<S> / S(2))) / sqrt(z);  // elementary, DLMF 10.39.2
    } else if (size <= S(1.5)) {
      bessel_k_temme(mu, z, log_2_z, bessel_ik_two_over(z, log_2_z, mu), k0, k1);
      complex<T> e = exp(z);
      k0 = k0 * e;
      k1 = k1 * e;
    } else {
      bessel_k_miller(mu, z, k0, k1);
    }
    out.k = bessel_k_upward(mu, n, z, k0, k1, up_count);
  }
  if constexpr (Want != bessel_ik_only_k) {
    if (near_axis) {
      complex<T> k0, k1;
      bessel_k_miller(mu, -z, k0, k1);
      complex<T> behind = bessel_k_upward(mu, n, -z, k0, k1, count), turn = bessel_ik_rotation(v);
      SCI_NO_UNROLL
      for (; count < up_count; ++count) behind = behind * T(down);
      SCI_NO_UNROLL
      for (; up_count < count; ++up_count) out.k = out.k * T(down);
      if (primal(z.im) < S(0)) turn = conj(turn);
      complex<T> i = (behind - turn * exp(z * T(S(-2))) * out.k) * T(numbers::inv_pi<S>);
      out.i = primal(z.im) < S(0) ? times_i(i) : -times_i(i);
      SCI_NO_UNROLL
      for (int k = 0; k < count; ++k) out.i = out.i * T(S(1) / (down * down));  // I has the other scale
    } else if (series) {
      out.i = bessel_i_factor(mu, n, z, log_2_z, count, down) * bessel_i_series(v, z) * exp(-z);
    } else if (even) {
      // Terms of the series reach exp(|z|), the sum exp(Re z).
      complex<T> k0 = out.k, k1;
      if (Want == bessel_ik_only_i) bessel_k_miller(v, z, k0, k1);
      out.i = bessel_i_even_series(v, z, log_2_z, bessel_ik_two_over(z, log_2_z, v)) * exp(-z) -
              exp(z * T(S(-2))) * k0 * (sinpi(v) * T(numbers::inv_pi<S>));
    } else if constexpr (!is_hardware<T>) {
      out.i = bessel_i_by_ratios(mu, n, z);
    } else {
      int up = primal(mu) < S(0) ? 1 : 0;  // the base order in [0, 1)
      complex<T> factor = bessel_i_factor(mu, up, z, log_2_z, count, down);
      out.i = bessel_i_miller(T(mu + T(S(up))), n - up, z, factor);
      count = 0;
    }
  }
  // One scale for both; the product i k is about 1/(2 |s|), so the counts hardly differ.
  if (Want == bessel_ik_only_k) count = up_count;
  if (Want == bessel_ik_only_i) up_count = count;
  SCI_NO_UNROLL
  for (; count < up_count; ++count) out.i = out.i * T(S(1) / down);
  SCI_NO_UNROLL
  for (; up_count < count; ++up_count) out.k = out.k * T(down);
  out.log_scale = T(S(0));
  out.shift = (single ? 60 : 256) * count;
  return out;
}

/// The scaled functions for Re z >= 0, z != 0, v >= 0; NaN or infinite arguments give NaN.
template <bessel_ik_want Want, class T>
SCI_HD_LARGE bessel_ik_pair<T> bessel_ik_core_part(T v, complex<T> z) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  const S edge = single ? S(12) : S(32);
  S order = primal(v), size = hypot(primal(z.re), primal(z.im));
  if (!(order <= limits<S>::max) || !(size <= limits<S>::max)) {
    T nan = T(limits<S>::nan);
    return {complex<T>(nan, nan), complex<T>(nan, nan), T(S(0)), 0};
  }
  if (size >= (single ? S(10) : S(20)) && order * order <= size) return bessel_ik_large_argument(v, z);
  bessel_ik_pair<T> out;
  if (order >= bessel_jy_limits<S>::large_order && bessel_ik_transition(v, z, out)) return out;
  // Where v / z would overflow I is 0 and K infinite, in the directions of a larger z.
  if (size < (single ? S(1e-30) : S(1e-290)) && order >= edge) z = z * T(single ? S(0x1p60) : S(0x1p200));
  if (order + size >= edge && bessel_ik_large_order(v, z, out)) return out;
  if (order > S(1e6)) {  // a recurrence of as many steps; only within about 14 v^(1/3) of the turning points
    T nan = T(limits<S>::nan);
    return {complex<T>(nan, nan), complex<T>(nan, nan), T(S(0)), 0};
  }
  return bessel_ik_moderate<Want>(v, z, size);
}

template <class T>
SCI_HD bessel_ik_pair<T> bessel_ik_core(T v, complex<T> z) {
  return bessel_ik_core_part<bessel_ik_both>(v, z);
}

}  // namespace detail
}  // namespace sci
