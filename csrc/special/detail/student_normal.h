// Student's t distribution of v >= 40 degrees of freedom for t^2 <= v, as a normal distribution. With a = v - 1/2 and
//
//   w^2 = a log(1 + t^2 / v),
//
// the density in w is proportional to e^(-w^2/2) q(w^2 / 2a), q(u) = sqrt(u / sinh u) = sum_n c_n u^2n: it is
// (e^(w^2/a))^(-(v+1)/2) dt with t^2 / v = e^(w^2/a) - 1 = e^(w^2/2a) 2 sinh(w^2/2a) (the variable is that of G. W.
// Hill, "Student's t-distribution", Comm. ACM 13 (1970) 617-619). So the tail is a sum over the normal distribution's
// tail moments, M_0 = Phi(-w), M_(m+2) = w^(m+1) phi(w) + (m+1) M_m, and so is the centre, from 0 to w, where the
// small corrections alone cancel. Nine terms are right to 1e-17. Derivatives in v do not cancel, for none of the terms
// is larger than they are.
#pragma once
#include "special/detail/gamma_peak.h"
#include "special/detail/normal_tail.h"
#include "special/erfcinv.h"

namespace sci {
namespace detail {

template <class S>
SCI_HD bool student_is_normal(S v, S t) {
  return v >= S(40) && t * t <= v && t * t > limits<S>::min * S(64);
}

/// w^2; its derivative in v would cancel as the formula stands.
SCI_HD double student_square(double v, double t) {
  double s = t * t / v;
  return s < 1e-17 ? t * t * (1 - 0.5 / v) : (v - 0.5) * log1p(s);
}
SCI_HD float student_square(float v, float t) {
  float s = t * t / v;
  return s < 1e-8f ? t * t * (1 - 0.5f / v) : (v - 0.5f) * log1p(s);
}
template <class T, class D>
SCI_HD dual<T, D> student_square(dual<T, D> v, scalar_of<T> t) {
  using S = scalar_of<T>;
  T s = T(t * t) / v.v, rest = T(S(1)) / (T(S(1)) + s);
  T slope = log1p_minus(s) + s * s * rest + s * rest * T(S(0.5)) / v.v;
  return {student_square(v.v, t), slope * v.d};
}

/// What the first moment makes of the tail of w, or of minus the centre, and the sum that it is divided by.
template <class T>
SCI_HD many<T, 2> student_series(T v, T q, T w, T moment) {
  using S = scalar_of<T>;
  constexpr int terms = is_same<S, float> ? 5 : 9;
  SCI_TABLE(double, c) = {1.0,
                          -1.0 / 12,
                          1.0 / 160,
                          -61.0 / 120960,
                          1261.0 / 29030400,
                          -79.0 / 20275200,
                          3.5833354634507906e-7,
                          -3.349747072060578e-8,
                          3.1675854343161146e-9};
  const T twice = v + v - T(S(1)), small = T(S(1)) / (twice * twice);
  T edge = w * exp(q * T(S(-0.5))) * T(S(0.39894228040143267794)), power = T(S(1)), sum = moment, whole = T(S(1));
  S mean = S(1);
  SCI_NO_UNROLL
  for (int n = 1; n < terms; ++n) {
    moment = edge + T(S(4 * n - 3)) * moment;
    edge = edge * q;
    moment = edge + T(S(4 * n - 1)) * moment;
    edge = edge * q;
    mean = mean * S((4 * n - 3) * (4 * n - 1));
    power = power * small;
    sum = sum + T(S(c[n])) * power * moment;
    whole = whole + T(S(c[n] * mean)) * power;
  }
  return {{sum, whole}};
}

/// The tail of t > 0, or that less 1/2.
template <class T>
SCI_HD T student_normal_tail(T v, scalar_of<T> t, bool centre) {
  T q = student_square(v, t), w = sqrt(q);
  many<T, 2> f = student_series(v, q, w, centre ? normal_centre(w) : normal_tail(w));
  return f[0] / f[1];
}

/// The t > 0 whose tail is p < 1/2, or NaN where that is beyond sqrt(v): two of Halley's steps in w from the quantile
/// of the normal distribution with its first correction.
template <class T>
SCI_HD T student_normal_inverse(T v, T p) {
  T a = v - T(0.5), z = -ndtri(p);
  if (!(v >= T(40)) || !(z * z < T(0.69) * a)) return limits<T>::nan;
  // Near p = 1/2 the centre is what has the digits.
  const bool centre = p > T(0.25);
  const T want = centre ? p - T(0.5) : p;
  T w = z - z * (z * z + T(3)) / (T(48) * a * a);
  for (int i = 0; i < 2; ++i) {
    T q = w * w, u = q / (T(2) * a);
    u = u * u;
    many<T, 2> f = student_series(v, q, w, centre ? normal_centre(w) : normal_tail(w));
    T density = exp(T(-0.5) * q) * T(0.39894228040143267794) * (T(1) - u * (T(1) / 12 - u * (T(1) / 160)));
    T step = (want * f[1] - f[0]) / density;
    w -= step / (T(1) + T(0.5) * w * step);
  }
  return sqrt(v) * sqrt(expm1(w * w / a));
}

}  // namespace detail
}  // namespace sci
