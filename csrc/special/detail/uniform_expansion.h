// The remainder of the uniform asymptotic expansions of the incomplete gamma and beta functions, for hardware and dual
// numbers. Both have the form (DLMF 8.12.3, 8.12.4; 8.18.9)
//
//   lower part = erfc(-eta sqrt(m/2)) / 2 - R,    upper part = erfc(eta sqrt(m/2)) / 2 + R,
//   R = exp(-m eta^2 / 2) / sqrt(2 pi m) S(eta),
//
// and the upper part's derivative in eta is -sqrt(m / (2 pi)) exp(-m eta^2 / 2) f(eta) / G with f(0) = 1, G a constant,
// so that m eta S - S' = m (f / G - 1). The Taylor coefficients of S = (1/G) sum beta_n eta^n therefore obey
//
//   beta_(n-1) = f_n + (n + 1) / m beta_(n+1),    G = 1 + beta_1 / m
//
// (for the gamma function N. M. Temme, "On the computation of the incomplete gamma functions for large values of the
// parameters", 1987, and A. Gil, J. Segura, N. M. Temme, SIAM J. Sci. Comput. 34 (2012) A2965, section 4). Run
// downwards this needs no table but f_n, and holds for all m >= 13 as well as for large ones, since f_n falls like (2
// sqrt(pi))^-n.
#pragma once
#include "special/detail/gamma_peak.h"
#include "special/erfcx.h"
#include "special/ierfcx.h"

namespace sci {
namespace detail {

/// Terms for |eta| <= 1 and m >= 13: (2 sqrt(pi))^-34 < 3e-19, (2 sqrt(pi))^-16 < 2e-9.
template <class T>
constexpr int uniform_terms = is_same<scalar_of<T>, float> ? 16 : 34;

/// How many of them count, an even number: fitted to what is left of the tail's 2e-17 (float: 1e-8) for m from 13 on;
/// four more for each derivative.
template <class T>
SCI_HD int uniform_length(T m, T eta) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  const S e = primal(eta), size = sqrt(e * e + S(single ? 2.5 : 10.2) / primal(m));
  const int half = int(S(single ? 3 : 5) + S(single ? 5 : 10.25) * size);
  return min(2 * half + 4 * derivative_order<T>, uniform_terms<T>);
}

/// S(eta) from f_1, ..., f_length (of hardware numbers, or of T).
template <class T, class C>
SCI_HD T uniform_sum(const C* f, int length, T m, T eta) {
  using S = scalar_of<T>;
  T over = T(S(1)) / m, odd = T(S(0)), even = T(S(0)), sum = T(S(0));
  // Two chains, beta_(n+1) from beta_(n+3) and so on: the length is even, so even n makes odd beta.
  SCI_NO_UNROLL
  for (int n = length; n > 0; n -= 2) {
    odd = T(f[n]) + T(S(n + 1)) * over * odd;    // beta_(n-1)
    even = T(f[n - 1]) + T(S(n)) * over * even;  // beta_(n-2)
    sum = (sum * eta + odd) * eta + even;
  }
  return sum / (T(S(1)) + odd * over);
}

template <class T>
SCI_HD T uniform_erfcx(T x);

/// erfcx and its derivative's -1/2, ierfcx(x) = 1/sqrt(pi) - x erfcx(x), of hardware and of dual numbers.
template <class T>
SCI_HD T uniform_ierfcx(T x) {
  if constexpr (is_hardware<T>) {
    return ierfcx(1, x);
  } else {
    auto v = x.v, f = uniform_ierfcx(v);
    return {f, (v * f + v * f - uniform_erfcx(v)) * x.d};
  }
}
template <class T>
SCI_HD T uniform_erfcx(T x) {
  if constexpr (is_hardware<T>) {
    return erfcx(x);
  } else {
    auto v = x.v, f = uniform_ierfcx(v);
    return {uniform_erfcx(v), -(f + f) * x.d};
  }
}

/// The lower and the upper part; `exponent` is -m eta^2 / 2, computed without eta: its error becomes that of the tails.
template <class T, class C>
SCI_HD many<T, 2> uniform_parts(const C* f, int length, T m, T eta, T exponent) {
  using S = scalar_of<T>;
  const T half = T(S(0.5));
  const bool lower = primal(eta) < S(0);
  T z = eta * sqrt(m * half), r = T(S(0.3989422804014326779399460599343819)) * uniform_sum(f, length, m, eta) / sqrt(m);
  T tail = half * uniform_erfcx(lower ? -z : z);  // 1/sqrt(2 pi) above
  T small = exp(exponent) * (lower ? tail - r : tail + r), large = T(S(1)) - small;
  return lower ? many<T, 2>{{small, large}} : many<T, 2>{{large, small}};
}

}  // namespace detail
}  // namespace sci
