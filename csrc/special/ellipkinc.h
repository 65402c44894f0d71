// Incomplete elliptic integrals of the amplitude phi and the parameter m, real:      card: sci/special/_ellipkinc.py
//
//   ellipkinc = F = int_0^phi 1/D,  ellipeinc = E = int_0^phi D,  D = sqrt(1 - m sin^2 t) (DLMF 19.2.4-5),
//   and what their derivatives are made of:
//   ellip_slope(phi, m) = dF/dm = (1/2) int sin^2/D^3,  ellip_slope_dm its derivative in m, (3/4) int sin^4/D^5,
//   ellipdinc(phi, m) = -2 dE/dm = int sin^2/D,  ellipdinc_dm its derivative in m, (1/2) int sin^4/D^3
//
// Method     |phi| <= pi/2   Carlson's integrals of cos^2, D^2, 1 in forms whose terms are all positive:
//                            F = s R_F(c^2, D^2, 1) [1] 19.25.5, E for m < 0 by 19.25.9, for m >= 0 by 19.25.10,
//                            int sin^2/D = s^3/3 R_D(c^2, D^2, 1), int sin^2/D^3 = s^3/3 R_D(c^2, 1, D^2)
//            beyond          phi = n pi + r: F = 2 n K + F(r), with sin r and cos r from phi itself, so that nothing is
//                            lost in r
// Domain     m <= 1 (NaN beyond, as in SciPy)
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy ellipkinc
// Sources    [1] DLMF, chapter 19
#pragma once
#include "special/detail/carlson_duplication.h"
#include "special/ellipk.h"

namespace sci {
namespace detail {

/// phi = n pi + r with |r| <= pi/2, and of r the sine and the cosine, which is not negative.
template <class T>
struct amplitude {
  T turns, sin, cos;
  SCI_HD explicit amplitude(T phi) : turns(rint(phi * numbers::inv_pi<T>)), sin(sci::sin(phi)), cos(sci::cos(phi)) {
    bool odd = T(2) * floor(turns / T(2)) != turns;
    if (odd) {
      sin = -sin;
      cos = -cos;
    }
    if (cos < T(0)) {  // phi / pi was rounded to the other side of n + 1/2
      turns += sin > T(0) ? T(1) : T(-1);
      sin = -sin;
      cos = -cos;
    }
  }
};

template <class T>
SCI_HD T ellip_delta2(T sin, T cos, T m) {
  return m > T(0) ? cos * cos + (T(1) - m) * (sin * sin) : T(1) - m * (sin * sin);
}

// The integrals over [0, r] as functions of sin r, cos r >= 0, and m.
struct ellip_first {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    return s * carlson_f(c * c, ellip_delta2(s, c, m), T(1));
  }
  template <class T>
  static SCI_HD T complete(T m) {
    return ellipk(m);
  }
};
struct ellip_second {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    T d2 = ellip_delta2(s, c, m), cc = c * c, third = m * s * s / T(3);
    if (m < T(0)) return s * (carlson_f(cc, d2, T(1)) - third * carlson_d(cc, d2, T(1)));
    if (m == T(0)) return atan2(s, c);
    if (m == T(1)) return s;
    return s * ((T(1) - m) * (carlson_f(cc, d2, T(1)) + third * carlson_d(cc, T(1), d2)) + m * c / sqrt(d2));
  }
  template <class T>
  static SCI_HD T complete(T m) {
    return ellipe(m);
  }
};
struct ellip_sin2 {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    return s * s * s / T(3) * carlson_d(c * c, ellip_delta2(s, c, m), T(1));
  }
  template <class T>
  static SCI_HD T complete(T m) {
    return ellip_d(T(1) - m);
  }
};
struct ellip_sin2_delta3 {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    return s * s * s / T(6) * carlson_d(c * c, T(1), ellip_delta2(s, c, m));
  }
  template <class T>
  static SCI_HD T complete(T m) {
    return ellip_b(T(1) - m) / (T(2) * (T(1) - m));
  }
};
// Their derivatives in m: D^2 = 1 - m s^2 is a dual number that varies as -s^2.
struct ellip_sin2_dm {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    dual<T> d2 = {ellip_delta2(s, c, m), -(s * s)}, cc = c * c, one = T(1);
    return s * s * s / T(3) * carlson_d(cc, d2, one).d;
  }
  template <class T>
  static SCI_HD T complete(T m) {
    return (ellip_d(T(1) - m) - ellip_s(T(1) - m)) / (T(2) * (T(1) - m));
  }
};
struct ellip_sin2_delta3_dm {
  template <class T>
  static SCI_HD T part(T s, T c, T m) {
    dual<T> d2 = {ellip_delta2(s, c, m), -(s * s)}, cc = c * c, one = T(1);
    return s * s * s / T(6) * carlson_d(cc, one, d2).d;
  }
  template <class T>
  static SCI_HD T complete(T m) {
    T p = T(1) - m;
    return (ellip_s(p) / T(2) + ellip_b(p) / p) / (T(2) * p);
  }
};

// `Leading` is the power of phi of the integral at 0. At m = -inf only E is not 0.
template <class I, int Leading, class T>
SCI_HD T ellip_incomplete(T phi, T m) {
  if (isnan(phi) || isnan(m) || m > T(1)) return limits<T>::nan;
  if (isinf(m)) {
    if (is_same<I, ellip_second>) return phi == T(0) ? phi : copysign(limits<T>::infinity, phi);
    return isinf(phi) ? limits<T>::nan : copysign(T(0), phi);
  }
  if (isinf(phi)) return phi;
  if (Leading == 1 && abs(phi) < limits<T>::min) return phi;
  amplitude<T> at(phi);
  T value = I::part(at.sin, at.cos, m);
  return at.turns == T(0) ? value : T(2) * at.turns * I::complete(m) + value;
}

}  // namespace detail

template <class T>
SCI_HD T ellipkinc(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_first, 1>(phi, m);
}
template <class T>
SCI_HD T ellipeinc(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_second, 1>(phi, m);
}
template <class T>
SCI_HD T ellipdinc(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_sin2, 3>(phi, m);
}
template <class T>
SCI_HD T ellipdinc_dm(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_sin2_dm, 3>(phi, m);
}
template <class T>
SCI_HD T ellip_slope(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_sin2_delta3, 3>(phi, m);
}
template <class T>
SCI_HD T ellip_slope_dm(T phi, T m) {
  return detail::ellip_incomplete<detail::ellip_sin2_delta3_dm, 3>(phi, m);
}

}  // namespace sci
