// Modified Bessel functions: asymptotic expansions for large arguments (Hankel, DLMF 10.40) and for large
// sqrt(v^2 + z^2) (Debye and Olver, DLMF 10.41). T is the type of the order, a hardware number or a dual of it; Z is T
// or complex<T>.
#pragma once
#include "core/dual.h"
#include "special/detail/bessel_ik_tables.h"

namespace sci {
namespace detail {

/// Sums of a_k(v)/z^k and (-1)^k a_k(v)/z^k, DLMF 10.40.1-2: the first belongs to sqrt(2z/pi) e^z K_v(z), the second
/// to sqrt(2 pi z) e^-z I_v(z).
template <class T, class Z>
SCI_HD_LARGE void bessel_ik_hankel(T v, Z z, Z& sum_k, Z& sum_i) {
  using S = scalar_of<T>;
  T w = v * v * T(4);
  Z r = T(S(0.125)) / z, term = Z(T(1)), even = term, odd = Z(T(0));
  SCI_NO_UNROLL
  for (int k = 1; k < 100; k += 2) {
    S m = S(2 * k - 1);
    term = term * r * ((w - T(m * m)) * T(S(1) / S(k)));
    odd = odd + term;
    m += S(2);
    Z next = term * r * ((w - T(m * m)) * T(S(1) / S(k + 1)));
    even = even + next;
    if (negligible(term, even) && negligible(next, even)) break;
    term = next;
  }
  sum_k = even + odd;
  sum_i = even - odd;
}

/// Sums over k of (-1)^k U_k(p)/v^k and U_k(p)/v^k with p = v/s, s = sqrt(v^2 + z^2): DLMF 10.41.3-4 and 10.41.9.
/// U_k(p)/v^k = P_k(p^2)/s^k, so that v = 0 is no exception. `terms` <= 16, even.
template <class Z>
SCI_HD_LARGE void bessel_ik_debye_sums(Z p, Z s, int terms, Z& sum_k, Z& sum_i) {
  using T = real_of<Z>;
  using S = scalar_of<Z>;
  Z w = p * p, r = T(1) / s, r2 = r * r, even = Z(T(0)), odd = Z(T(0));
  SCI_NO_UNROLL
  for (int k = terms; k >= 1; --k) {
    int at = (k - 1) * (k + 2) / 2;
    Z poly = Z(T(S(bessel_ik_debye(at))));
    SCI_NO_UNROLL
    for (int j = 1; j <= k; ++j) poly = poly * w + T(S(bessel_ik_debye(at + j)));
    if (k & 1) {
      odd = odd * r2 + poly;
    } else {
      even = (even + poly) * r2;
    }
  }
  odd = odd * r;
  sum_k = (even - odd) + T(1);
  sum_i = (even + odd) + T(1);
}

/// The same for a complex s, ascending: false if the terms do not reach the rounding error, as near the turning points.
template <class Z>
SCI_HD_LARGE bool bessel_ik_debye_try(Z p, Z s, Z& sum_k, Z& sum_i) {
  using T = real_of<Z>;
  using S = scalar_of<Z>;
  constexpr int last = is_same<S, float> ? 10 : 16;
  Z w = p * p, r = T(1) / s, power = Z(T(1)), even = power, odd = Z(T(0));
  S before = limits<S>::infinity;
  SCI_NO_UNROLL
  for (int k = 1; k <= last; ++k) {
    int at = (k - 1) * (k + 2) / 2;
    Z poly = Z(T(S(bessel_ik_debye(at))));
    SCI_NO_UNROLL
    for (int j = 1; j <= k; ++j) poly = poly * w + T(S(bessel_ik_debye(at + j)));
    power = power * r;
    Z term = poly * power;
    (k & 1 ? odd : even) += term;
    S size = abs1(primal(term));
    if (max(size, before) < limits<S>::epsilon / S(2)) {
      sum_k = even - odd;
      sum_i = even + odd;
      return true;
    }
    before = k == 1 ? S(1) : size;  // two in turn: a zero of one polynomial is no convergence
  }
  return false;
}

/// How many terms of the Debye sums reach the rounding error, for |s| as large as `size`.
template <class S>
SCI_HD int bessel_ik_debye_terms(S size) {
  if constexpr (is_same<S, float>) {
    return size < S(25) ? 8 : size < S(80) ? 6 : 4;
  } else {
    return size < S(38) ? 16 : size < S(51) ? 14 : size < S(81) ? 12 : size < S(170) ? 10 : size < S(640) ? 8 : 6;
  }
}

}  // namespace detail
}  // namespace sci
