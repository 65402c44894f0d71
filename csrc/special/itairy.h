// Integrals of the Airy functions: itairy(x) = int_0^x Ai(t), Bi(t), Ai(-t), Bi(-t) dt for real x.
//
//   |x| < 15 (float: 8.5)   Taylor series of y'' = s y about the nearest multiple of 1/2, integrated term by term, from
//   a
//                           table of the integrals there
//   beyond                  the expansions of DLMF 9.7 integrated, sum w_k/zeta^k with w_k = u_k + (k - 1/2) w_{k-1},
//   and
//                           int_0^inf Ai = 1/3, int_0^inf Ai(-t) dt = 2/3, int_0^inf Bi(-t) dt = 0 (DLMF 9.10.11-12)
//
// For negative x, int_0^x Ai(t) dt = -int_0^-x Ai(-t) dt and so on. Measured: 4 eps of the value, of the modulus beside
// the zeros of the last.
#pragma once
#include "special/airy.h"
#include "special/detail/narrowed.h"

namespace sci {
namespace detail {

/// int_0^s Ai and int_0^s Bi, |s| <= 15.25.
template <class T>
SCI_HD_LARGE many<T, 2> airy_integral_near(T s) {
  int k = int(rint(T(2) * s));
  T s0 = T(k) / T(2), h = s - s0, p = h * h * s0, q = h * h * h;
  const double* row = airy_tables::line + 6 * (k + 30);
  T a0 = T(0), a1 = T(row[0]), a2 = T(row[1]) * h, b0 = T(0), b1 = T(row[3]), b2 = T(row[4]) * h;
  T a = a1 + a2 / T(2), b = b1 + b2 / T(2);
  constexpr int terms = is_same<T, float> ? 9 : 18;
  SCI_NO_UNROLL for (int n = 0; n < terms; ++n) {
    T r = T(1) / T((n + 1) * (n + 2)), t = (p * a1 + q * a0) * r, u = (p * b1 + q * b0) * r;
    a += t / T(n + 3);
    b += u / T(n + 3);
    a0 = a1, a1 = a2, a2 = t;
    b0 = b1, b1 = b2, b2 = u;
  }
  return {{T(row[2]) + h * a, T(row[5]) + h * b}};
}

template <class T>
SCI_HD_LARGE many<T, 4> airy_integral_far(T x) {
  airy_pair<T> zeta = airy_zeta(x);
  T r = T(1) / zeta.high, even, odd, q = sqrt(sqrt(x)), amplitude = airy_half_inv_sqrt_pi<T> / (q * q * q);
  airy_sums(airy_tables::w, r, even, odd);
  many<T, 4> f;
  T up = zeta.high > T(-2) * limits<T>::log_min ? limits<T>::infinity : exp(zeta.high / T(2));
  f[0] = T(1) / T(3) - amplitude * (even - odd) / up / up;
  f[1] = T(2) * amplitude * (even + odd) * up * (up * (T(1) + zeta.low));
  airy_turned_sums(airy_tables::w, r, even, odd);
  complex<T> turn = airy_turn(zeta.high, zeta.low);
  T c1 = turn.re, s1 = turn.im;
  amplitude *= numbers::sqrt2<T>;
  f[2] = T(2) / T(3) + amplitude * ((s1 - c1) * even - (c1 + s1) * odd);
  f[3] = amplitude * ((c1 + s1) * even + (s1 - c1) * odd);
  return f;
}

template <class T>
SCI_HD many<T, 4> airy_integrals(T x) {
  const T end = is_same<T, float> ? T(8.5) : T(15);
  if (isnan(x)) return {{x, x, x, x}};
  if (isinf(x)) return {{T(1) / T(3), x, T(2) / T(3), T(0)}};
  if constexpr (is_same<T, float>) {
    if (x > T(1e3)) {  // as in airy_negative: the phase is large beside float's digits
      return narrowed<T>(airy_integrals(double(x)));
    }
  }
  if (x >= end) return airy_integral_far(x);
  many<T, 2> right = airy_integral_near(x), left = airy_integral_near(T(-x));
  return {{right[0], right[1], -left[0], -left[1]}};
}

}  // namespace detail

template <class T>
SCI_HD many<T, 4> itairy(T x) {
  if (!(x < T(0))) return detail::airy_integrals(x);
  many<T, 4> f = detail::airy_integrals(T(-x));
  return {{-f[2], -f[3], -f[0], -f[1]}};
}

}  // namespace sci
