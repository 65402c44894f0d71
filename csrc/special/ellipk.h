// Complete elliptic integrals of the parameter m, real, m <= 1:                      card: sci/special/_ellipk.py
//
//   ellipk(m) = K = int 1/D,  ellipe(m) = E = int D,  D = sqrt(1 - m sin^2 t) over 0 <= t <= pi/2 (DLMF 19.2.8),
//   ellipkm1(p) = K(1 - p), and what their derivatives are made of, as functions of p = 1 - m:
//   ellip_b = int cos^2 t/D,  ellip_d = int sin^2 t/D,  ellip_s = (ellip_d - ellip_b)/m = (pi/16) 2F1(3/2, 3/2; 3; m)
//
// Method     0 <= m <= 1     P(p) - log(p) Q(p), p = 1 - m, polynomials fitted together (detail/ellipk_tables.h)
//            m < 0           reciprocal-modulus form m -> -m/(1 - m) [1] 19.7.5: sin and cos change places
// Constants  tools/coefficients/ellipk.py
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy ellipk
// Sources    [1] DLMF, chapter 19   [2] T. Fukushima, Fast computation of complete elliptic integrals and Jacobian
//            elliptic functions, Celest. Mech. Dyn. Astron. 105 (2009), 305-328 (the integrals B, D and S)
#pragma once
#include "special/detail/ellipk_tables.h"

namespace sci {
namespace detail {

// One integral by its letter, as a function of p = 1 - m in [0, 1].
#define SCI_ELLIP(letter)                                               \
  struct ellip_##letter##_fit {                                         \
    template <class T>                                                  \
    static SCI_HD T apply(T p) {                                        \
      T value = ellip_##letter##_p(p) - log(p) * ellip_##letter##_q(p); \
      return p == T(0) ? T(ellip_##letter##_at_0) : value;              \
    }                                                                   \
  };
constexpr double ellip_k_at_0 = limits<double>::infinity, ellip_d_at_0 = limits<double>::infinity;
constexpr double ellip_s_at_0 = limits<double>::infinity, ellip_e_at_0 = 1, ellip_b_at_0 = 1;
SCI_ELLIP(k)
SCI_ELLIP(e)
SCI_ELLIP(b)
SCI_ELLIP(d)
SCI_ELLIP(s)
#undef SCI_ELLIP

// Fit for p in [0, 1]; for p > 1, a negative m, `Mirror` of 1/p times p^(Power/2). Without branches: vector code.
template <class Fit, class Mirror, int Power, class T>
SCI_HD T ellip_complete(T p) {
  bool mirrored = p > T(1);
  T inner = mirrored ? T(1) / p : p, value = Fit::apply(inner);
  if constexpr (!is_same<Fit, Mirror>) value = mirrored ? Mirror::apply(inner) : value;
  T root = sqrt(p), scaled = Power == 1 ? value * root : Power == -1 ? value / root : value / p / root;
  scaled = isinf(p) ? (Power > 0 ? limits<T>::infinity : T(0)) : scaled;
  value = mirrored ? scaled : value;
  return p >= T(0) ? value : limits<T>::nan;
}

}  // namespace detail

template <class T>
SCI_HD T ellipkm1(T p) {
  return detail::ellip_complete<detail::ellip_k_fit, detail::ellip_k_fit, -1>(p);
}
template <class T>
SCI_HD T ellipk(T m) {
  return ellipkm1(T(1) - m);
}
template <class T>
SCI_HD T ellipe(T m) {
  return detail::ellip_complete<detail::ellip_e_fit, detail::ellip_e_fit, 1>(T(1) - m);
}
template <class T>
SCI_HD T ellip_b(T p) {
  return detail::ellip_complete<detail::ellip_b_fit, detail::ellip_d_fit, -1>(p);
}
template <class T>
SCI_HD T ellip_d(T p) {
  return detail::ellip_complete<detail::ellip_d_fit, detail::ellip_b_fit, -1>(p);
}
template <class T>
SCI_HD T ellip_s(T p) {
  return detail::ellip_complete<detail::ellip_s_fit, detail::ellip_s_fit, -3>(p);
}

}  // namespace sci
