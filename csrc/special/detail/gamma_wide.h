// Gamma(x) and 1/Gamma(x) without branches, for loops that become vector instructions: the formulas of special/gamma.h
// for all x, of which the right one is chosen, as quotient e^exponent with one division at the end.
//
// |x| < 13: with the nearest integer n, w = x - n and v = w or -w as n >= 1 or not, the factors of the recurrence are
//   v + 1, v + 2, ..., exact and positive, and for n <= 0 w.
// x >= 13: x^(x - 1/2) e^-x = e^((x - 1/2) log x - x), the logarithm and the exponent in two parts.
// x <= -13: reflection, sin(pi x) = (-1)^n pi w sinc w.
#pragma once
#include "core/wide_power.h"
#include "special/detail/temme_gamma.h"
#include "special/sinc.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD T gamma_scaled(T x);

/// Gamma(x) = value[0] / value[1] for |x| < 13.
template <class T>
SCI_HD many<T, 2> gamma_near_parts(T x) {
  constexpr T one = T(1), half = T(0.5);
  const T n = floor(x + half), w = n == T(0) ? x : x - n;
  const bool right = n >= one;
  const T v = right ? w : -w, last = right ? n - one : -n;
  T product = right ? one : w, lost = T(0);
#pragma GCC unroll 16
  for (int i = 1; i <= 13; ++i) {
    const T next = v + T(i), factor = T(i) <= last ? next : one, before = product;
    product = rounded_product(before, factor);
    lost = fma(lost, factor, fma(before, factor, -product));
  }
  product = copysign(product + lost, product);  // -0 stays -0
  const T turn = half * n, sign = turn == floor(turn) ? one : -one;
  product = right ? product : product * sign;  // w (w - 1) (w - 2) ...
  const T reciprocal = rgamma1p(w), below = product * reciprocal;
  return {{right ? product : one, right ? reciprocal : below}};
}

/// Gamma(x) = value[0] / value[1] e^(value[2] + value[3]), value[3] small; for |x| < 13 without the power.
template <class T>
SCI_HD many<T, 4> gamma_parts(T x) {
  constexpr T one = T(1), half = T(0.5), last_power = T(is_same<T, float> ? 50 : 190);
  const T size = abs(x), n = floor(x + half), w = x - n, turn = half * n, sign = turn == floor(turn) ? one : -one;
  const bool inside = size < T(13);
  const many<T, 2> near = gamma_near_parts(x);

  // From here on the next powers are beyond the range, as are the neighbours of the poles.
  T y = inside ? T(13) : size;
  y = y < last_power ? y : last_power;
  const many<T, 2> logarithm = wide::log_in_parts(y);
  const T order = y - half, power = rounded_product(order, logarithm[0]), head = power - y;
  T low = fma(order, logarithm[0], -power);
  low = fma(order, logarithm[1], low) + ((power - head) - y);
  const T exponent = head + low;
  low = (head - exponent) + low;
  const T scaled = gamma_scaled(y), z = w * w, reflected = y * sign * w * fma(z, sinc_rest(z), one) * scaled;
  const bool positive = x > T(0);
  const T far_above = positive ? scaled : one, far_below = positive ? one : reflected;
  const T far_exponent = positive ? exponent : -exponent, far_low = positive ? low : -low;
  return {{inside ? near[0] : far_above, inside ? near[1] : far_below, far_exponent, far_low}};
}

template <class T>
SCI_HD T gamma_wide(T x) {
  const many<T, 4> parts = gamma_parts(x);
  const T quotient = parts[0] / parts[1], far = wide::times_exp(quotient, parts[2], parts[3]);
  const T value = abs(x) < T(13) ? quotient : far, pole = x < T(0) ? limits<T>::nan : value;
  return x == rint(x) ? pole : value;
}

template <class T>
SCI_HD T rgamma_wide(T x) {
  const many<T, 4> parts = gamma_parts(x);
  const T quotient = parts[1] / parts[0], far = wide::times_exp(quotient, -parts[2], -parts[3]);
  const T value = abs(x) < T(13) ? quotient : far, zero = x < T(0) ? T(0) : value;
  return x == rint(x) ? zero : value;
}

}  // namespace detail
}  // namespace sci
