// The Airy functions for large argument (DLMF 9.7): with zeta = (2/3) z^(3/2),
//   M = exp(-zeta) z^(-1/4)/(2 sqrt(pi)) sum (-1)^k u_k/zeta^k,   P the same with +zeta and without the signs,
// and M', P' with v_k. In the upper half plane Ai = M where arg z <= 2 pi/3, Ai = M + i P beyond, Bi = i M + 2 P and
// i M + P: P is Ai rotated by DLMF 9.2.11, whose own expansion holds in the whole half plane.
//
// Terms near k = 2 |zeta| are about exp(-2 |zeta|) / (2 pi): |zeta| >= 18.5 for double, 8.6 for float.
#pragma once
#include "special/detail/airy_nodes.h"

namespace sci {
namespace detail {

template <class T>
constexpr T airy_large = is_same<T, float> ? T(5.6) : T(9.2);

/// 1/(2 sqrt(pi))
template <class T>
constexpr T airy_half_inv_sqrt_pi = T(0.28209479177387814347403972578038629292);

/// The even and the odd part of sum c_k r^k, r = 1/zeta.
template <class T>
SCI_HD_LARGE void airy_sums(const double* c, T r, T& even, T& odd) {
  using S = scalar_of<T>;
  constexpr int terms = is_same<S, float> ? 16 : 36;
  even = T(S(1));
  odd = r * T(S(c[1]));
  T power = r;
  SCI_NO_UNROLL for (int k = 2; k <= terms; k += 2) {
    T second = power * r, third = second * r, a = second * T(S(c[k])), b = third * T(S(k < terms ? c[k + 1] : 0));
    even += a;
    odd += b;
    power = third;
    if (negligible(a, even)) break;
  }
}

/// sum (-1)^k c_2k r^2k and sum (-1)^k c_2k+1 r^(2k+1): the parts of the sum at i r.
template <class T>
SCI_HD_LARGE void airy_turned_sums(const double* c, T r, T& even, T& odd) {
  constexpr int terms = is_same<T, float> ? 16 : 36;
  even = T(1);
  odd = r * T(c[1]);
  T power = r;
  SCI_NO_UNROLL for (int k = 2; k < terms; k += 2) {
    power *= -r;
    T a = power * T(c[k]);
    even += a;
    power *= r;
    odd += power * T(c[k + 1]);
    if (negligible(a, even)) break;
  }
}

/// exp(zeta) Ai, exp(zeta) Ai', exp(-zeta) Bi/2, exp(-zeta) Bi'/2 for z > 0: what is left is algebraic.
template <class T>
struct airy_factors {
  T m, m1, p, p1;
};

/// M without exp(-zeta) and P without exp(zeta), from root = sqrt(z) and r = 1/zeta; half = 1/(2 sqrt(pi)).
template <class T, class S>
SCI_HD_LARGE airy_factors<T> airy_amplitudes(T root, T r, S half) {
  T even, odd, even1, odd1, q = sqrt(root);
  airy_sums(airy_tables::u, r, even, odd);
  airy_sums(airy_tables::v, r, even1, odd1);
  T low = T(half) / q, high = T(half) * q;
  return {low * (even - odd), -(high * (even1 - odd1)), low * (even + odd), high * (even1 + odd1)};
}

}  // namespace detail
}  // namespace sci
