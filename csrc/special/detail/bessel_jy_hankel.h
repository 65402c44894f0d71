// Hankel's expansion of J and Y for large argument (DLMF 10.17.3-4), with the phase x - v pi/2 - pi/4 never formed: the
// sine and cosine of x come from the elementary functions, which reduce it with all its digits, those of the rest from
// sinpi and cospi of an exactly reduced order, and the two are added as angles.
#pragma once
#include "special/detail/bessel_jy_common.h"

namespace sci {
namespace detail {

/// cos and sin of w = x - v pi/2 - pi/4.
template <class T>
SCI_HD_LARGE void bessel_jy_phase(T v, T x, T& cos_w, T& sin_w) {
  using S = scalar_of<T>;
  T reduced = v - T(S(4) * rint(primal(v) / S(4)));
  T turn = (reduced + T(S(0.5))) / T(2);
  T c = cospi(turn), s = sinpi(turn), cos_x = cos(x), sin_x = sin(x);
  cos_w = cos_x * c + sin_x * s;
  sin_w = sin_x * c - cos_x * s;
}

/// P = sum (-1)^k a_2k(v)/x^2k and Q = sum (-1)^k a_2k+1(v)/x^(2k+1), for v^2 <= 2 x and x >= limits::hankel.
template <class T>
SCI_HD_LARGE void bessel_jy_hankel_sums(T v, T x, T& p, T& q) {
  using S = scalar_of<T>;
  T four_v2 = T(4) * v * v, w = T(S(0.125)) / x, term = T(1);
  T lead = T(2) * v * (T(2) * v * w);
  bool huge =
      primal(v) > ldexp(S(1), limits<S>::max_exponent / 4);  // 4 v^2 may overflow, (2k-1)^2 is nothing beside it
  p = T(1);
  q = T(0);
  bool small = false;
  // The terms fall up to k = 2 x or so; there they are 1e-18 (double) and 1e-9 (float) of the first.
  constexpr int terms = is_same<S, float> ? 17 : 34;
  for (int k = 1; k <= terms; ++k) {
    term *= huge ? lead / T(S(k)) : (four_v2 - T(S((2 * k - 1) * (2 * k - 1)))) * (w / T(S(k)));
    if (k & 1) {
      q += k & 2 ? -term : term;
    } else {
      p += k & 2 ? -term : term;
    }
    bool now = negligible(term, p);
    if (now && small) break;
    small = now;
  }
}

template <class T>
SCI_HD bessel_jy_pair<T> bessel_jy_hankel(T v, T x) {
  using S = scalar_of<T>;
  T p, q, c, s;
  bessel_jy_hankel_sums(v, x, p, q);
  bessel_jy_phase(v, x, c, s);
  // Not sqrt(2/(pi x)): a subnormal quotient would lose digits.
  T amplitude = T(S(0.7978845608028653558798921198687637)) / sqrt(x);
  return {amplitude * (c * p - s * q), amplitude * (s * p + c * q), 0, 0};
}

/// The pairs of the orders mu and mu + 1, |mu| <= 1/2.
template <class T>
SCI_HD void bessel_jy_hankel_two(T mu, T x, bessel_jy_pair<T>& first, bessel_jy_pair<T>& second) {
  using S = scalar_of<T>;
  T p, q, p1, q1, c, s;
  bessel_jy_hankel_sums(mu, x, p, q);
  bessel_jy_hankel_sums(T(mu + T(1)), x, p1, q1);
  bessel_jy_phase(mu, x, c, s);
  T amplitude = T(S(0.7978845608028653558798921198687637)) / sqrt(x);
  first = {amplitude * (c * p - s * q), amplitude * (s * p + c * q), 0, 0};
  // One order more turns the phase by -pi/2: cosine -> sine, sine -> -cosine.
  second = {amplitude * (s * p1 + c * q1), amplitude * (s * q1 - c * p1), 0, 0};
}

}  // namespace detail
}  // namespace sci
