// 1/Gamma(1 + w) near w = 0 and the two auxiliary functions of N. M. Temme, "On the numerical evaluation of the
// modified Bessel function of the third kind", J. Comput. Phys. 19 (1975) 324-337, for T float, double or a dual number
// over them:
//
//   Gamma_1(mu) = [1/Gamma(1 - mu) - 1/Gamma(1 + mu)] / (2 mu)
//   Gamma_2(mu) = [1/Gamma(1 - mu) + 1/Gamma(1 + mu)] / 2          |mu| <= 1/2
//
// All come of the Taylor series of the entire function 1/Gamma (DLMF 5.7.1), odd and even terms apart, so nothing
// cancels at mu = 0 and the series differentiates on dual numbers. Measured: 1 ulp; two derivatives to 2 ulp.
#pragma once
#include "core/dual.h"
#include "special/detail/gamma_polynomial.h"
#include "special/detail/gamma_tables.h"

namespace sci {
namespace detail {

/// Sum of c[from] + c[from + 2] s + ..., N terms, s = w^2.
template <int N, class T>
SCI_HD T rgamma1p_alternate(int from, T s) {
  const double* c = gamma_tables::rgamma1p_taylor() + from;
  using R = real_of<T>;
  T sum = T(R(c[2 * N - 2]));
  for (int i = N - 2; i >= 0; --i) sum = sum * s + R(c[2 * i]);
  return sum;
}

/// 1/Gamma(1 + w): real w in [-1/2, 1/2], complex w with |Re w| <= 1/2 and |Im w| <= 2.
template <class T>
SCI_HD T rgamma1p(T w) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  if constexpr (is_same<T, float>) {
    return gamma_polynomial<8>(gamma_tables::rgamma1p_fitf(), w);
  } else if constexpr (is_same<T, double>) {
    return gamma_polynomial<16>(gamma_tables::rgamma1p_fit(), w);
  } else {
    T v = w * w;
    if constexpr (is_complex<T>) {
      // 1.12^30 a_30 < 1e-18, 2.1^40 a_40 < 1e-17.
      if (abs(primal(w.im)) > S(1)) {
        constexpr int n = single ? 12 : 20;
        return rgamma1p_alternate<n>(0, v) + w * rgamma1p_alternate<n>(1, v);
      }
    }
    constexpr int n = is_complex<T> ? (single ? 9 : 15) : (single ? 6 : 12);  // real: 2^-24 a_24 < 1e-21
    return rgamma1p_alternate<n>(0, v) + w * rgamma1p_alternate<n>(1, v);
  }
}

}  // namespace detail

/// Temme's Gamma_1 for |mu| <= 1/2.
template <class T>
SCI_HD T temme_gamma1(T mu) {
  return -detail::rgamma1p_alternate<is_same<scalar_of<T>, float> ? 6 : 12>(1, T(mu * mu));
}
/// Temme's Gamma_2 for |mu| <= 1/2.
template <class T>
SCI_HD T temme_gamma2(T mu) {
  return detail::rgamma1p_alternate<is_same<scalar_of<T>, float> ? 6 : 12>(0, T(mu * mu));
}

}  // namespace sci
