// Jacobi's elliptic functions sn, cn, dn of the argument u and the parameter m, 0 <= m <= 1, and the amplitude am,
// real.                                                                               card: sci/special/_ellipj.py
//
// Method     |u| < 1e-3      Maclaurin's series, next terms below u^6/20                        [1] 22.10.1-3
//            m = 0, m = 1    circular and hyperbolic functions                                  [1] 22.5(ii)
//            else            Gauss's transformation down to circular functions and back in the cotangent c = cn/sn and
//                            dn [2]: no step subtracts, so small cn and dn beside m = 1 keep their digits
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy ellipj
// Weak spot  large u: a rounding of u moves it by u eps, as the condition number says
// Sources    [1] DLMF, chapter 22   [2] R. Bulirsch, Numerical calculation of elliptic integrals and elliptic
// functions,
//            Numer. Math. 7 (1965), 78-90
#pragma once
#include "special/ellipkinc.h"

namespace sci {

/// sn, cn, dn, am.
template <class T>
SCI_HD many<T, 4> ellipj(T u, T m) {
  if (!isfinite(u) || !(m >= T(0) && m <= T(1)))
    return {{limits<T>::nan, limits<T>::nan, limits<T>::nan, limits<T>::nan}};
  if (abs(u) < T(1e-3)) {
    T w = u * u, w24 = w / T(24);
    T sn = u - u * w * ((T(1) + m) / T(6) - w * (T(1) + m * (T(14) + m)) / T(120));
    T am = u - u * w * m * (T(1) / T(6) - w * (T(4) + m) / T(120));
    return {{sn, T(1) - (w / T(2) - w * w24 * (T(1) + T(4) * m)), T(1) - m * (w / T(2) - w * w24 * (T(4) + m)), am}};
  }
  if (m == T(0)) return {{sin(u), cos(u), T(1), u}};
  if (m == T(1)) {
    T sech = T(1) / cosh(u);
    return {{tanh(u), sech, sech, atan(sinh(u))}};
  }
  constexpr int levels = 8;  // from m = 1 - eps; each squares the difference of the two means
  T larger[levels], smaller[levels], a = T(1), b = sqrt(T(1) - m), c = T(1);
  int level = 0;
  for (; level < levels; ++level) {
    larger[level] = a;
    smaller[level] = b;
    c = (a + b) / T(2);
    if (abs(a - b) <= sqrt(limits<T>::epsilon) * a) break;
    b = sqrt(a * b);
    a = c;
  }
  level = level < levels ? level : levels - 1;
  T angle = u * c, s = sin(angle), dn = T(1), cotangent = cos(angle) / s;
  c *= cotangent;
  for (int i = level; i >= 0; --i) {
    cotangent *= c;
    c *= dn;
    dn = (smaller[i] + cotangent) / (larger[i] + cotangent);
    cotangent = c / larger[i];
  }
  T sn = copysign(T(1) / sqrt(c * c + T(1)), s), cn = c * sn;
  detail::amplitude<T> turns(angle);
  bool odd = T(2) * floor(turns.turns / T(2)) != turns.turns;
  T am = turns.turns * numbers::pi<T> + atan2(odd ? -sn : sn, odd ? -cn : cn);
  return {{sn, cn, dn, am}};
}

namespace detail {
// sin, cos >= 0 and half turns of an amplitude, from sn and cn: am itself has lost cn's digits beside pi/2.
template <class I, class T>
SCI_HD T ellipj_integral(const many<T, 4>& at, T m) {
  T turns = rint(at[3] * numbers::inv_pi<T>), cn = abs(at[1]), sn = signbit(at[1]) ? -at[0] : at[0];
  T part = I::part(sn, cn, m);
  return turns == T(0) ? part : part + T(2) * turns * I::complete(m);
}
}  // namespace detail

/// The derivative of am in m, -dn dF/dm at am.
template <class T>
SCI_HD T ellipj_slope(T u, T m) {
  if (m == T(1) && abs(u) > T(1) && isfinite(u)) return (u / cosh(u) - sinh(u)) / T(4);  // the integral may overflow
  many<T, 4> at = ellipj(u, m);
  return isnan(at[2]) ? at[2] : -at[2] * detail::ellipj_integral<detail::ellip_sin2_delta3>(at, m);
}

/// The second derivative of am in m: F(am(m), m) = u differentiated twice.
template <class T>
SCI_HD T ellipj_curvature(T u, T m) {
  many<T, 4> at = ellipj(u, m);
  if (isnan(at[2])) return at[2];
  T sn = at[0], dn = at[2], slope = -dn * detail::ellipj_integral<detail::ellip_sin2_delta3>(at, m);
  T mixed = sn * (sn + m * at[1] * slope) / (dn * dn) * (slope / dn);
  return -dn * (detail::ellipj_integral<detail::ellip_sin2_delta3_dm>(at, m) + mixed);
}

}  // namespace sci
