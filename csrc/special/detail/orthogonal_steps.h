// Recurrences of the classical orthogonal polynomials, for numbers and dual numbers R in the parameters and an argument
// Z, R or complex<R>.
//
// With g_k = P_k(e) / P_{k-1}(e) at the end e of the interval (1, for Laguerre 0) and D_k = P_k - g_k P_{k-1} the
// recurrence of three terms (DLMF 18.9.1) becomes one of two: D_{k+1} from (x - e) P_k and D_k, P_{k+1} = g_{k+1} P_k +
// D_{k+1}. It keeps the digits of x - e, has sums of positive terms outside, and no norm that could overflow. The left
// half-plane comes by reflection; about 0 the three terms keep the digits of x itself.
#pragma once
#include "core/complex.h"
#include "core/dual.h"

namespace sci {
namespace detail {

/// Degrees beyond give NaN: a bound of the steps.
constexpr int64_t orthogonal_most = 1000000;

template <class R>
SCI_HD bool orthogonal_left(R x) {
  return primal(real(x)) < 0;
}
/// Can the recurrence go on? Where it cannot (overflow) all that follows is infinite too.
template <class Z>
SCI_HD bool orthogonal_finite(Z p) {
  return primal(abs1(p)) <= limits<scalar_of<Z>>::max;
}
/// Is |x| < 1/2, where three terms are taken?
template <class Z>
SCI_HD bool orthogonal_middle(Z x) {
  return primal(abs1(x)) < scalar_of<Z>(0.5);
}

/// An argument reflected to the right half-plane: x, x - 1, and whether it was on the left.
template <class Z>
struct orthogonal_argument {
  Z x, rest;
  bool left;
};
template <class Z>
SCI_HD orthogonal_argument<Z> orthogonal_at(Z x) {
  using T = scalar_of<Z>;
  const bool left = orthogonal_left(x);
  if (left) x = -x;
  return {x, x - Z(T(1)), left};
}
/// The same of 2 x - 1, whose distance from the nearer end is exact.
template <class Z>
SCI_HD orthogonal_argument<Z> orthogonal_shifted(Z x) {
  using T = scalar_of<Z>;
  const bool left = primal(real(x)) < T(0.5);
  const Z rest = (left ? -x : x - Z(T(1))) * T(2);
  return {rest + Z(T(1)), rest, left};
}

/// P_n of Legendre.
template <class Z>
SCI_HD_LARGE Z legendre_steps(int64_t n, const orthogonal_argument<Z>& at) {
  using T = scalar_of<Z>;
  if (n < 0) n = -n - 1;
  if (n == 0) return Z(T(1));
  const Z x = at.x, rest = at.rest;
  Z p = x, d = rest, before = Z(T(1));
  T k = T(1);
  if (orthogonal_middle(x)) {
    SCI_NO_UNROLL
    for (int64_t i = 1; i < n; ++i, k += T(1)) {
      const T inverse = T(1) / (k + T(1));
      const Z next = x * (p * ((T(2) * k + T(1)) * inverse)) - before * (k * inverse);
      before = p;
      p = next;
    }
  } else {
    SCI_NO_UNROLL
    for (int64_t i = 1; i < n; ++i, k += T(1)) {
      const T inverse = T(1) / (k + T(1));
      d = p * (rest * ((T(2) * k + T(1)) * inverse)) + d * (k * inverse);
      p = p + d;
      if (!orthogonal_finite(p)) break;
    }
  }
  return at.left && n % 2 != 0 ? -p : p;
}

/// C_n^(lambda) of Gegenbauer.
template <class R, class Z>
SCI_HD_LARGE Z gegenbauer_steps(int64_t n, R lambda, Z x) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  const bool left = orthogonal_left(x);
  if (left) x = -x;
  const R twice = lambda + lambda;
  Z p = x * twice, before = Z(T(1));
  T k = T(1);
  if (orthogonal_middle(x)) {
    SCI_NO_UNROLL
    for (int64_t i = 1; i < n; ++i, k += T(1)) {
      const T inverse = T(1) / (k + T(1));
      const Z next = x * (p * ((R(T(2) * k) + twice) * R(inverse))) - before * ((R(k - T(1)) + twice) * R(inverse));
      before = p;
      p = next;
    }
  } else {
    const Z rest = x - Z(T(1));
    Z d = rest * twice;
    SCI_NO_UNROLL
    for (int64_t i = 1; i < n; ++i, k += T(1)) {
      const T inverse = T(1) / (k + T(1));
      d = p * (rest * ((R(T(2) * k) + twice) * R(inverse))) + d * R(k * inverse);
      p = p * ((R(k) + twice) * R(inverse)) + d;
      if (!orthogonal_finite(p)) break;
    }
  }
  return left && n % 2 != 0 ? -p : p;
}

/// P_n^(alpha, beta) of Jacobi as a sum, DLMF 18.5.7, which has no pole in alpha and beta.
template <class R, class Z>
SCI_HD_LARGE Z jacobi_sum(int64_t n, R alpha, R beta, Z x) {
  using T = scalar_of<Z>;
  if (n > 300) return Z(limits<T>::nan);
  const Z half = (x - Z(T(1))) * R(T(0.5));
  Z sum = Z(T(0)), power = Z(T(1));
  SCI_NO_UNROLL
  for (int64_t l = 0; l <= n; ++l) {
    R c = R(T(1));
    SCI_NO_UNROLL
    for (int64_t i = 0; i < l; ++i) c = c * (alpha + beta + R(T(n + 1 + i))) / R(T(i + 1));
    SCI_NO_UNROLL
    for (int64_t i = l; i < n; ++i) c = c * (alpha + R(T(i + 1))) / R(T(i - l + 1));
    sum = sum + power * c;
    power = power * half;
  }
  return sum;
}

/// P_n^(alpha, beta) of Jacobi from P_first (p) and P_{first + 1} (q), by steps forward; `shift` + k is the degree.
template <class R, class Z>
SCI_HD_LARGE Z jacobi_three_terms(int64_t steps, R degree, R alpha, R beta, Z before, Z p, Z x) {
  using T = scalar_of<Z>;
  const R sum = alpha + beta, squares = (alpha - beta) * sum;
  R k = degree;
  SCI_NO_UNROLL
  for (int64_t i = 0; i < steps; ++i, k = k + R(T(1))) {
    const R t = k + k + sum, up = t + R(T(2)), odd = t + R(T(1));
    const R inverse = R(T(1)) / ((k + R(T(1))) * (k + sum + R(T(1))) * t);
    const Z next = p * ((x * (up * t) + Z(squares)) * (odd * R(T(0.5)) * inverse)) -
                   before * ((k + alpha) * (k + beta) * up * inverse);
    before = p;
    p = next;
    if (!orthogonal_finite(p)) break;
  }
  return p;
}

/// P_n^(alpha, beta) of Jacobi.
template <class R, class Z>
SCI_HD_LARGE Z jacobi_steps(int64_t n, R alpha, R beta, const orthogonal_argument<Z>& at) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  if (at.left) swap(alpha, beta);
  const Z x = at.x, rest = at.rest;
  const R sum = alpha + beta;
  const T whole = primal(sum);
  Z d = rest * ((sum + R(T(2))) * R(T(0.5))), p = d + Z(alpha + R(T(1)));
  if (orthogonal_middle(x)) p = (x * (sum + R(T(2))) + Z(alpha - beta)) * R(T(0.5));
  if (whole <= T(-2) && (n <= 20 || (whole == floor(whole) && whole > T(-2 * n)))) {  // a divisor is 0 or nearly so
    p = jacobi_sum(n, alpha, beta, x);
  } else if (orthogonal_middle(x)) {
    p = jacobi_three_terms(n - 1, R(T(1)), alpha, beta, Z(T(1)), p, x);
  } else {
    T k = T(1);
    SCI_NO_UNROLL
    for (int64_t i = 1; i < n; ++i, k += T(1)) {
      const R t = R(T(2) * k) + sum, next = R(k + T(1)) + sum, inverse = R(T(1)) / (next * t * R(k + T(1)));
      d = (p * (rest * ((t + R(T(1))) * t * R(T(0.5)))) + d * ((R(k) + beta) * R(k))) * ((t + R(T(2))) * inverse);
      p = p + p * (alpha * R(T(1) / (k + T(1)))) + d;  // not from `inverse`: its derivative would not cancel
      if (!orthogonal_finite(p)) break;
    }
  }
  return at.left && n % 2 != 0 ? -p : p;
}

/// L_n^(alpha) of Laguerre.
template <class R, class Z>
SCI_HD_LARGE Z laguerre_steps(int64_t n, R alpha, Z x) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  Z d = -x, p = d + Z(alpha + R(T(1)));
  T k = T(1);
  SCI_NO_UNROLL
  for (int64_t i = 1; i < n; ++i, k += T(1)) {
    const T inverse = T(1) / (k + T(1));
    d = d * R(k * inverse) - x * (p * R(inverse));
    p = p + p * (alpha * R(inverse)) + d;
    // Far beyond the zeros the signs alternate.
    if (!orthogonal_finite(p)) return orthogonal_left(x) || (n - i) % 2 != 0 ? p : -p;
  }
  return p;
}

/// The degree is out of the range of the steps, or an argument unknown.
template <class Z>
SCI_HD bool orthogonal_refused(int64_t n, Z x) {
  return isnan(x) || n > orthogonal_most || n < -orthogonal_most;
}

/// The limit at infinity of a polynomial of degree n > 0 with positive leading coefficient.
template <class T>
SCI_HD T orthogonal_limit(int64_t n, T x) {
  return x < T(0) && n % 2 != 0 ? -limits<T>::infinity : limits<T>::infinity;
}
template <class T>
SCI_HD complex<T> orthogonal_limit(int64_t, complex<T>) {
  return {limits<T>::nan, limits<T>::nan};
}

}  // namespace detail
}  // namespace sci
