// The principal branch of log Gamma(z), analytic but for a cut along the negative real axis; on it the sign of Im z =
// +-0 tells the side. Real x: log Gamma(x) for x >= 0, NaN below.
//
//   |z - 1|, |z - 2| <= 0.6   Taylor series about 2 (DLMF 5.7.3) and recurrence: relatively accurate at both zeros.
//   0 <= Re z <= 8.5, |Im z| <= 2  -log(1/Gamma(1 + w)) and the product of the recurrence (DLMF 5.5.1).
//   Re z >= 0 else            Stirling's series (DLMF 5.11.1) after a shift to |z| >= 9; of the product of the
//                             recurrence the turns about zero are counted (D. E. G. Hare, "Computing the principal
//                             branch of log-Gamma", J. Algorithms 25 (1997) 221-236).
//   Re z < 0                  log Gamma(z) = log(2 pi) + i pi (z - 1/2) - log(1 - e^(2 pi i z)) - log Gamma(1 - z)
//   above
//                             the axis (DLMF 5.5.3 with that branch of log sin that is analytic there), conjugate
//                             below.
// Measured: 5 ulp of the modulus, 3 about the zeros.
#pragma once
#include "special/gammaln.h"

namespace sci {
namespace detail {

/// log Gamma(2 + w), |w| <= 0.6.
template <class T>
SCI_HD complex<T> loggamma_taylor(complex<T> w) {
  using S = scalar_of<T>;
  constexpr int n = is_same<S, float> ? 14 : 30;
  complex<T> sum = gamma_polynomial<n>(gamma_tables::zeta_minus_1(), w);
  return w * (sum * w + T(S(1) - numbers::egamma<S>));
}

/// log z + log(z + 1) + ... + log(z + n - 1), n >= 1, Re z >= 0: one logarithm, and the turns about zero counted.
template <class T>
SCI_HD_LARGE complex<T> loggamma_factors(complex<T> z, int n) {
  using S = scalar_of<T>;
  complex<T> product = z;
  int turns = 0;
  bool below = signbit(primal(z.im)), side = below;
  for (int i = 1; i < n; ++i) {
    product = product * (z + T(S(i)));
    bool now = signbit(primal(product.im));
    if (now != side && side == below) ++turns;  // the principal argument leaps
    side = now;
  }
  S turn = S(2) * numbers::pi<S> * S(turns);
  return log(product) + complex<T>{T(S(0)), T(below ? -turn : turn)};
}

/// log Gamma(z) for Re z >= 0, z not 0.
template <class T>
SCI_HD_LARGE complex<T> loggamma_right(complex<T> z) {
  using S = scalar_of<T>;
  complex<T> w = z - T(S(2));
  S x = primal(w.re), y = primal(w.im);
  if (x * x + y * y <= S(0.36)) return loggamma_taylor(w);
  w = z - T(S(1));
  x = primal(w.re);
  if (x * x + y * y <= S(0.36)) return loggamma_taylor(w) - log1p(w);
  if (gamma_complex_near(z)) {
    int n = int(rint(primal(z.re)));
    complex<T> r = log(rgamma1p(z - T(S(n))));  // its argument is less than 1.3
    if (n == 0) return -(r + log(z));
    return n == 1 ? -r : loggamma_factors(z - T(S(n - 1)), n - 1) - r;
  }
  int n = gamma_complex_shift(z);
  complex<T> e = gamma_complex_stirling(z + T(S(n)));
  return n == 0 ? e : e - loggamma_factors(z, n);
}

}  // namespace detail

template <class T>
SCI_HD complex<T> loggamma(complex<T> z) {
  using S = scalar_of<T>;
  if (!isfinite(z)) {
    if (primal(z.re) > S(0) && primal(z.im) == S(0)) return z;
    return detail::gamma_complex_nan<T>();
  }
  if (detail::gamma_complex_pole(z)) return detail::gamma_complex_nan<T>();
  if (!signbit(primal(z.re))) return detail::loggamma_right(z);
  if (detail::gamma_complex_huge(z)) return detail::gamma_complex_stirling(z);  // the cut's jump is less than an ulp
  bool below = signbit(primal(z.im));
  complex<T> v = below ? conj(z) : z;
  constexpr S c = S(1.837877066409345483560659472811235279723);  // log(2 pi)
  complex<T> a{T(c) - v.im * T(numbers::pi<S>), (v.re - T(S(0.5))) * T(numbers::pi<S>)};
  a = a - log(detail::gamma_complex_factor(v)) - detail::loggamma_right(T(S(1)) - v);
  return below ? conj(a) : a;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T loggamma(T x) {
  return x < T(0) ? limits<T>::nan : gammaln(x);
}

}  // namespace sci
