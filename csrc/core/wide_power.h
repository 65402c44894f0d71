// Logarithm and exponential of powers x^y for vector loops, without branches or calls: log x in two parts, so that y
// log x is as accurate as its exponential needs, and the exponential of two parts.
//
// log: that of core/wide.h with s = f / (2 + f) in two parts, and k log 2 + 2 s rounded once with its error kept; the
//   cubic term's error is what is left (measured: 2e-18 for x up to 200).
#pragma once
#include "core/wide.h"

namespace sci {
namespace wide {

/// log x = value[0] + value[1] for x >= 2, to some 2^-60.
template <class T>
SCI_HD many<T, 2> log_in_parts(T x) {
  using F = format<T>;
  using I = typename F::integer;
  const I bits = to_bits(x), exponent = (bits - to_bits(T(0.70710678118654752440))) >> F::digits;
  const T m = __builtin_bit_cast(T, bits - (exponent << F::digits));
  const T k = __builtin_bit_cast(T, exponent + to_bits(F::magic)) - F::magic;
  const T f = m - T(1), d = T(2) + f, d_low = f - (d - T(2)), reciprocal = T(1) / d;
  const T s = f * reciprocal, s_low = fma(-s, d_low, fma(-s, d, f)) * reciprocal, z = s * s;
  const T head = T(2) * s, whole = k * F::ln2_high, high = whole + head;  // whole is exact
  const T rest = fma(T(2) * s * z, log_rest(z), fma(k, F::ln2_low, T(2) * s_low));
  return {{high, ((whole - high) + head) + rest}};
}

/// x e^(exponent + low).
template <class T>
SCI_HD T times_exp(T x, T exponent, T low) {
  using F = format<T>;
  const T shifted = fma(exponent, T(1.44269504088896340736), exp_magic<T>), k = shifted - exp_magic<T>;
  const T high = fma(k, -F::ln2_high, exponent), rest = k * F::ln2_low, near = high - rest;
  const T correction = ((high - near) - rest) + low, r = near + correction;
  const T y = exp_minus_1(r, (near - r) + correction);
  const power_of_2<T> scale(shifted);
  return fma(x, y, x) * scale.first * scale.second;
}

}  // namespace wide
}  // namespace sci
