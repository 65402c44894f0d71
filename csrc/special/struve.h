// Struve functions H_v(x) and L_v(x) of real order and argument, and their derivatives in the order.
//
// H_v, x > 0:
//   x^2/4 <= 2.5 + 0.75 abs(v)       ascending series (DLMF 11.2.1)
//   x > v                           Y_v + K_v: the algebraic expansion (11.6.1) for x >= 36, else quadrature of
//                                   int_0^inf e^-xt (1 + t^2)^(v-1/2) dt (11.5.2), whose integrand decreases
//   else                            (11.5.1), from 0 up the imaginary axis to the saddle point of e^ixt (1 - t^2)^v
//                                   and from there straight to 1, both by quadrature; the algebraic expansion alone
//                                   for v >= 120, x^2 >= 160 v, where the saddle point counts for nothing
// L_v, x > 0:
//   v >= -1/2                       ascending series (11.2.2), without cancellation, where it has at most some 100
//                                   terms; beyond, I_v less the algebraic expansion (11.6.2)
//   v < -1/2                        the series for x^2/4 <= 2.5 + 3 abs(v), else I_-v less (11.5.6) along the ray
//                                   exp(i pi/4)
// x < 0: parity at whole orders, NaN else. Derivatives in the order by the same code on dual numbers.
//
// Measured against sums in 60 digits, orders from -316 to 300: 99% within 8 eps (H relative to the modulus for x > v);
// largest 40 (H) and 1200 (L of orders below -100 where I_-v and the integral cancel); d/dv within 1e-13 of the scale
// (1 + |v log(x/2v)|) times the value.
#pragma once
#include "special/bessel_cylinder.h"
#include "special/bessel_ik.h"
#include "special/detail/struve_tables.h"

namespace sci {
namespace detail {

/// (x/2)^v / Gamma(v + 1/2) without overflow of either: beyond |v| = 20 by Stirling's series, DLMF 5.11.8.
template <class T>
SCI_HD_LARGE T struve_factor(T v, T x) {
  using S = scalar_of<T>;
  T half = x / T(2), u = primal(v) < S(0) ? -v : v;
  if (!(primal(u) > S(20))) return bessel_jy_power(half, v) * rgamma(v + T(S(0.5)));
  T r = T(1) / u, w = r * r;
  T correction =
      r * (T(S(-1.0 / 24)) +
           w * (T(S(7.0 / 2880)) + w * (T(S(-31.0 / 40320)) + w * (T(S(127.0 / 215040)) - w * T(S(511.0 / 608256))))));
  T power = u * (bessel_jy_log(T(half / u)) + T(1));  // log of (x/2)^u u^-u e^u
  S low = S(0);
  if (primal(half) > limits<S>::min) {  // to twice the digits
    double_double order = double_double(double(primal(u)));
    double_double exact = (phase_log(double_double(double(primal(half))) / order) + double_double(1.0)) * order;
    power = (power - T(primal(power))) + T(S(exact.hi));
    low = S(exact.lo);
  }
  const S root = S(2.506628274631000502415765284811045253);
  if (primal(v) > S(0)) return exp(power) * (exp(-correction) * T((S(1) + low) / root));
  return exp(-power) * (exp(correction) * cospi(u) * T(root * (S(1) - low) / numbers::pi<S>));
}

/// The ascending series, sign -1 for H and 1 for L: (x/2)^(v+1) sum (sign x^2/4)^k / (Gamma(k + 3/2) Gamma(k + v +
/// 3/2)).
template <class T>
SCI_HD_LARGE T struve_series(T v, T x, scalar_of<T> sign) {
  using S = scalar_of<T>;
  T half = x / T(2), q = half * half * T(sign), term = T(1), sum = T(1), base = v + T(S(0.5));
  int start = 0;
  // 1/Gamma(k + v + 3/2) from the first k at which v + k + 1/2 > 0; terms before it by the recurrence downwards.
  if (primal(base) < S(-99999)) return T(limits<S>::nan);
  if (primal(base) <= S(0.5)) start = int(S(1) - floor(primal(base)));
  if (start == 0) {
    for (int k = 0; k < 400; ++k) {
      term *= q / ((T(S(k)) + T(S(1.5))) * (base + T(S(k + 1))));
      sum += term;
      if (negligible(term, sum)) break;
    }
    // rgamma(v + 3/2) = rgamma(v + 1/2) / (v + 1/2); Gamma(3/2) = sqrt(pi)/2
    return struve_factor(v, x) * half / base * T(S(2) * numbers::inv_sqrt_pi<S>) * sum;
  }
  // Backwards: S = sum_{k >= start} and then S_k = g_k + ..., with g the reciprocal gamma function growing downwards.
  T top = base + T(S(start)), g = rgamma(top);  // 1/Gamma(v + start + 1/2)
  T tail = T(0), t = T(1) / top;
  for (int k = start; k < start + 400; ++k) {  // relative to q^start g / (3/2)_start
    tail += t;
    t *= q / ((T(S(k)) + T(S(1.5))) * (base + T(S(k + 1))));
    if (negligible(t, tail)) break;
  }
  sum = tail * g;
  int scaled = 0;
  for (int k = start - 1; k >= 0; --k) {
    sum = sum * q / T(S(k) + S(1.5));
    // 1/Gamma(k + v + 3/2) = rgamma(base + k + 1)
    if (k + 1 < start) g = g * (base + T(S(k + 1)));
    sum += g;
    if (abs(primal(g)) > S(0x1p500)) {
      g *= T(S(0x1p-500));
      sum *= T(S(0x1p-500));
      ++scaled;
    }
  }
  T front = half * sum * T(S(2) * numbers::inv_sqrt_pi<S>);  // v + 1 would be rounded
  if (scaled == 0) {
    const T power = bessel_jy_power(half, v);
    if (!isinf(primal(power))) return power * front;
    const T root = bessel_jy_power(half, T(v * T(S(0.5))));  // times half it may be in range
    return root * front * root;
  }
  T plain = v * bessel_jy_log(half);
  double_double exact =
      phase_log(double_double(double(primal(half)))) * double(primal(v)) + double_double_ln2() * double(500 * scaled);
  return exp(plain - T(primal(plain)) + T(S(exact.hi))) * (front * T(S(1 + exact.lo)));
}

/// The sum of 1/pi sum sign^k Gamma(k + 1/2) (x/2)^(v-2k-1) / Gamma(v + 1/2 - k) over its first term; false where its
/// terms do not get small.
template <class T>
SCI_HD_LARGE bool struve_algebraic_sum(T v, T x, scalar_of<T> sign, T& sum) {
  using S = scalar_of<T>;
  T r = T(2) / x, q = r * r * T(sign), term = T(1);
  sum = T(1);
  for (int k = 0; k < 60; ++k) {
    T next = term * q * (T(S(k) + S(0.5)) * (v - T(S(0.5)) - T(S(k))));
    if (abs(primal(next)) > abs(primal(term)) && k > 2) break;
    term = next;
    sum += term;
    if (negligible(term, sum)) return true;
  }
  return abs(primal(term)) < S(8) * limits<S>::epsilon * abs(primal(sum));
}
template <class T>
SCI_HD T struve_algebraic(T v, T x, T sum) {
  return struve_factor(v, x) * (T(2) / x) * T(numbers::inv_sqrt_pi<scalar_of<T>>) * sum;
}

/// K_v = H_v - Y_v = 2 (x/2)^v / (sqrt(pi) Gamma(v + 1/2)) int_0^inf e^-xt (1 + t^2)^(v - 1/2) dt.
template <class T>
SCI_HD_LARGE T struve_k_quadrature(T v, T x) {
  using S = scalar_of<T>;
  T power = v - T(S(0.5)), r = T(1) / x, sum = T(0);
  SCI_NO_UNROLL for (int i = 0; i < struve_tables::half_line_size; ++i) {
    S u = S(struve_tables::half_line[2 * i]), weight = S(struve_tables::half_line[2 * i + 1]);
    T t = r * T(u);
    sum += T(weight) * exp(power * log1p(t * t) - T(u));
  }
  return struve_factor(v, x) * T(S(2) * numbers::inv_sqrt_pi<S>) * r * sum;
}

/// H_v for 1/2 < v, x <= v, through the saddle point i s0.
template <class T>
SCI_HD_LARGE T struve_saddle(T v, T x) {
  using S = scalar_of<T>;
  S order = primal(v), size = primal(x), ratio = size / order,
    s0 = ratio / (S(1) + sqrt((S(1) - ratio) * (S(1) + ratio)));
  T power = v - T(S(0.5)), up = T(0), across = T(0);
  // Along the line the integrand falls like exp(-v (a r^2 + r^3/3)): it ends where that is exp(-40).
  S a = (S(1) - s0 * s0) / (S(1) + s0 * s0), length = min(S(1), min(sqrt(S(40) / (a * order)), cbrt(S(120) / order)));
  SCI_NO_UNROLL for (int i = 0; i < struve_tables::interval_size; ++i) {
    S node = S(struve_tables::interval[2 * i]), weight = S(struve_tables::interval[2 * i + 1]);
    S s = s0 * node;
    up += T(weight) * exp(power * T(log1p(s * s)) - x * T(s));
    // 1 - node is a node as well: no difference that vanishes at t = 1.
    S rest = S(struve_tables::interval[2 * (struve_tables::interval_size - 1 - i)]);
    rest = (S(1) - length) + length * rest;
    node *= length;
    weight *= length;
    complex<S> t = {node, s0 * rest}, w = log(complex<S>(rest, -s0 * rest) * complex<S>(S(1) + node, s0 * rest));
    complex<T> e = exp(complex<T>(power * T(w.re) - x * T(t.im), power * T(w.im) + x * T(t.re)));
    across += T(weight) * (e.im - T(s0) * e.re);  // the imaginary part of e (1 - i s0)
  }
  return struve_factor(v, x) * T(S(2) * numbers::inv_sqrt_pi<S>) * (T(s0) * up + across);
}

/// I_v - L_v = 2 (x/2)^v / (sqrt(pi) Gamma(v + 1/2)) int_0^(pi/2) exp(-x sin u) cos^2v u du for v > -1/2 (DLMF 11.5.4).
template <class T>
SCI_HD_LARGE T struve_m_quadrature(T v, T x) {
  using S = scalar_of<T>;
  const S half_pi = numbers::pi<S> / S(2);
  T sum = T(0);
  SCI_NO_UNROLL for (int i = 0; i < struve_tables::interval_size; ++i) {
    S t = S(struve_tables::interval[2 * i]), weight = S(struve_tables::interval[2 * i + 1]);
    S rest = S(struve_tables::interval[2 * (struve_tables::interval_size - 1 - i)]);
    S cosine = t < rest ? cos(half_pi * t) : sin(half_pi * rest);
    sum += T(weight) * exp(T(S(2)) * v * T(log(cosine)) - x * T(sin(half_pi * t)));
  }
  return struve_factor(v, x) * T(S(2) * numbers::inv_sqrt_pi<S> * half_pi) * sum;
}

/// int_0^inf (1 + t^2)^(v-1/2) sin(x t) dt for v < 1/2, along the ray exp(i pi/4), or exp(i pi/8) where the power falls
/// like a Gaussian, of which the former makes an oscillation.
template <class T>
SCI_HD_LARGE T struve_l_quadrature(T v, T x) {
  using S = scalar_of<T>;
  bool steep = primal(v) < S(-12);
  const S c = steep ? S(0.9238795325112867561281831893967883) : S(0.7071067811865475244008443621048490);
  const S s1 = steep ? S(0.3826834323650897717284599840303989) : c, c2 = steep ? S(0.7071067811865475244) : S(0);
  const S s2 = steep ? c2 : S(1);
  T power = v - T(S(0.5)), r = T(S(1) / s1) / x, sum = T(0);
  SCI_NO_UNROLL for (int i = 0; i < struve_tables::half_line_size; ++i) {
    S u = S(struve_tables::half_line[2 * i]), weight = S(struve_tables::half_line[2 * i + 1]);
    T s = r * T(u), square = s * s;
    complex<T> w = log1p(complex<T>(square * T(c2), square * T(s2)));
    complex<T> e = exp(complex<T>(power * w.re - T(u), power * w.im + T(u * (c / s1))));
    sum += T(weight) * (e.re * T(s1) + e.im * T(c));
  }
  return struve_factor(v, x) * T(S(2) * numbers::inv_sqrt_pi<S>) * r * sum;
}

template <class T>
SCI_HD_LARGE T struve_h_positive(T v, T x) {
  using S = scalar_of<T>;
  S order = primal(v), size = primal(x), q = size * size / S(4);
  if (q <= S(2.5) + S(0.75) * abs(order)) return struve_series(v, x, S(-1));
  bool beyond = size > order;
  T sum;
  if (beyond ? size >= S(36) : order >= S(120) && q >= S(40) * order) {
    if (struve_algebraic_sum(v, x, S(1), sum)) {
      T k = struve_algebraic(v, x, sum);
      return beyond ? bessel_y_real(v, x) + k : k;
    }
  }
  return beyond ? bessel_y_real(v, x) + struve_k_quadrature(v, x) : struve_saddle(v, x);
}

template <class T>
SCI_HD_LARGE T struve_l_positive(T v, T x) {
  using S = scalar_of<T>;
  S order = primal(v), size = primal(x), q = size * size / S(4);
  if (order < S(-0.5)) {
    if (q <= S(2.5) - S(3) * order) return struve_series(v, x, S(1));
    return bessel_i_any(T(-v), x, false) - struve_l_quadrature(v, x);
  }
  // The derivative in the order is much smaller than L_v near v = 0, as that of I_v is, which bessel_i_any knows.
  if (is_dual<T> && order > S(-0.45) && order < max(S(1.5), size / S(2)) && size > S(2) && size < S(600) &&
      size + S(77) * order > S(-1.5))
    return bessel_i_any(v, x, false) - struve_m_quadrature(v, x);
  // The largest term is near k (k + v) = x^2/4.
  S root = sqrt(order * order + S(4) * q), k = order < S(0) ? (root - order) / S(2) : S(2) * q / (order + root);
  if (!(k > S(30))) return struve_series(v, x, S(1));  // 0/0 for v = 0 where q underflows
  T i = bessel_i_any(v, x, false), sum;
  if (isinf(primal(i))) return i;
  struve_algebraic_sum(v, x, S(-1), sum);
  return i - struve_algebraic(v, x, sum);
}

/// For x >= 0; the sign -1 is H, 1 is L.
template <class T>
SCI_HD T struve_right(T v, T x, scalar_of<T> sign) {
  using S = scalar_of<T>;
  const S order = primal(v), size = primal(x);
  if (size > S(0) && size < S(1e-3) && order <= S(-1.5) && order + S(0.5) == rint(order + S(0.5))) {
    // 1/Gamma(v + 3/2) = 0: a Bessel function of -v (DLMF 11.4.3, 11.4.4), where the series' first terms vanish.
    if constexpr (is_hardware<T>) {
      const S value = sign > S(0) ? bessel_i_any(-v, x, false) : bessel_j_real(-v, x);
      const S n = -order - S(0.5);
      return sign > S(0) || n == S(2) * rint(n / S(2)) ? value : -value;
    }
  }
  if (size == S(0)) {
    if (order > S(-1)) return T(0);
    if (order == S(-1)) return T(S(2) * numbers::inv_pi<S>);
    S g = sinpi(order + S(0.5));  // the sign of Gamma(v + 3/2); where it has a pole the function is a Bessel function
    if (g == S(0)) return T(0);
    return T(g < S(0) ? limits<S>::infinity : -limits<S>::infinity);
  }
  if (isinf(size)) {
    if (sign > S(0)) return T(limits<S>::infinity);
    return order < S(1) ? T(0) : order == S(1) ? T(S(2) * numbers::inv_pi<S>) : T(limits<S>::infinity);
  }
  return sign > S(0) ? struve_l_positive(v, x) : struve_h_positive(v, x);
}

/// No function may call itself: a GPU could not tell how much stack the kernel needs.
template <class T>
SCI_HD T struve_any(T v, T x, scalar_of<T> sign) {
  using S = scalar_of<T>;
  // Gamma functions and powers leave float's range, and their products do not: in double.
  if constexpr (is_same<T, float>) return float(struve_any(double(v), double(x), double(sign)));
  const S order = primal(v), size = primal(x);
  if (isnan(order) || isnan(size) || isinf(order)) return T(limits<S>::nan);
  if (!(size < S(0))) return struve_right(v, x, sign);
  if (order != rint(order)) return T(limits<S>::nan);
  const T y = struve_right(v, T(-x), sign);
  return order == S(2) * rint(order / S(2)) ? -y : y;
}

/// The n-th derivative in v, n = 1, 2, at x = 0, where the function is (x/2)^(v+1) / Gamma(v + 3/2) / Gamma(3/2), and
/// at infinity, where the larger part of H_v is (x/2)^(v-1) / Gamma(v + 1/2) / sqrt(pi).
template <class T>
SCI_HD T struve_order_at_edge(int n, T v, T x, double sign) {
  const T inf = limits<T>::infinity, first = x == T(0) ? -inf : inf;  // the sign of log x
  if (isinf(x)) return sign > 0.0 ? (n == 1 ? -inf : inf) : v < T(1) ? T(0) : inf;
  if (v > T(-1)) return T(0);
  const T value = struve_right(v, x, T(sign));
  if (value != T(0)) return (value > T(0)) == (n == 2) ? inf : first;
  // Between poles of the gamma function; at -3/2, -7/2, ... its reciprocal rises.
  return (sinpi(v) > T(0)) == (n == 1) ? inf : first;
}

/// d/dv and d^2/dv^2 for x >= 0, NaN elsewhere. Double carries float's: the parts cancel in float's range.
template <class T>
SCI_HD T struve_order(int n, T v, T x, double sign) {
  if (!(x >= T(0)) || !isfinite(v)) return limits<T>::nan;
  if (x == T(0) || isinf(x)) return struve_order_at_edge(n, v, x, sign);
  if (isinf(struve_any(double(v), double(x), sign)))  // like (x/2)^v / Gamma(v), or exp(x - v^2/(2x))
    return n == 2 || (v < x / T(2) && sign < 0.0) ? limits<T>::infinity : -limits<T>::infinity;
  if (n == 1) return T(struve_any(variable(double(v)), dual<double>(double(x)), sign).d);
  return T(struve_any(variable2(double(v)), dual<dual<double>>(dual<double>(double(x))), sign).d.d);
}

}  // namespace detail

template <class T>
SCI_HD T struve(T v, T x) {
  return detail::struve_any(v, x, T(-1));
}
template <class T>
SCI_HD T modstruve(T v, T x) {
  return detail::struve_any(v, x, T(1));
}
template <class T>
SCI_HD T struve_dv(T v, T x) {
  return detail::struve_order(1, v, x, -1.0);
}
template <class T>
SCI_HD T struve_dv2(T v, T x) {
  return detail::struve_order(2, v, x, -1.0);
}
template <class T>
SCI_HD T modstruve_dv(T v, T x) {
  return detail::struve_order(1, v, x, 1.0);
}
template <class T>
SCI_HD T modstruve_dv2(T v, T x) {
  return detail::struve_order(2, v, x, 1.0);
}
/// d^2/dv dx: near v = 0 much smaller than what the derivatives of neighbouring orders are.
template <class T>
SCI_HD T modstruve_dvdx(T v, T x) {
  if (!(x > T(0)) || isinf(x) || !isfinite(v)) return limits<T>::nan;
  using D = dual<dual<double>>;
  D order = detail::bessel_ik_seed(double(v), true, false), at = detail::bessel_ik_seed(double(x), false, true);
  D y = detail::struve_any(order, at, 1.0);
  return T(isinf(primal(y)) ? -limits<double>::infinity : y.d.d);
}

}  // namespace sci
