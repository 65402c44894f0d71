// Lambert's W, the solutions of w e^w = z, all branches (DLMF 4.13), and Wright's omega, the solution of w + log w = z.
//
// Both are W_k with L = w + log w = log z + 2 pi i k at hand. Starting values: beside the branch point w = -1 the
// series in p = +-sqrt(2 (e z + 1)) (Corless et al., Adv. Comput. Math. 5 (1996), 329-359, eq. (4.22)); on the branch
// through 0, |z| small, log(1 + z) (1 - log(1 + log(1 + z)) / (2 + log(1 + z))) (Iacono and Boyd, Adv. Comput. Math. 43
// (2017), 1403-1436, eq. (12)); elsewhere L - log L. Then Halley's steps, which treble the digits: for w - z e^-w where
// |w| < 2, for w + log w - L elsewhere, which neither overflows. The lower half plane by conjugation, W_k(z) = conj
// W_-k(conj z).
//
// Error (measured): 4 eps of the modulus, beside the branch point as the conditioning, |1 / (1 + w)|, allows.
#pragma once
#include "core/complex.h"
#include "special/gaussian.h"

namespace sci {
namespace detail {

/// The branch point's series in p, relatively accurate in 1 + w; p^12 1e-4 is left out.
template <class Z>
SCI_HD Z lambertw_near_branch(Z p) {
  using R = real_of<Z>;
  SCI_TABLE(double, c) = {-1.0,
                          1.0,
                          -0.33333333333333333333,
                          0.15277777777777777778,
                          -0.079629629629629629630,
                          0.044502314814814814815,
                          -0.025984714873603762493,
                          0.015635632532333921223,
                          -0.0096168920242994317068,
                          0.0060145432529561178610,
                          -0.0038112980348919992267,
                          0.0024408779911439826659};
  Z sum = Z(R(c[11]));
  for (int k = 10; k >= 0; --k) sum = sum * p + R(c[k]);
  return sum;
}

/// e x + 1 with e to twice the digits.
template <class T>
SCI_HD T lambertw_offset(T x) {
  constexpr T high = numbers::e<T>;
  constexpr T low = is_same<T, float> ? T(8.2548404e-8) : T(1.4456468917292502e-16);
  T product = rounded_product(high, x);
  return (T(1) + product) + (product_error(high, x, product) + low * x);
}

/// Halley's steps from w; z = e^L is used where |w| < 2. With `turned` the level is that of w + log(-w), which is
/// smooth across the negative axis.
template <class T>
SCI_HD_LARGE complex<T> lambertw_refine(complex<T> w, complex<T> level, complex<T> z, bool turned = false) {
  constexpr T close = is_same<T, float> ? T(1e-3) : T(2e-6);
  SCI_NO_UNROLL
  for (int k = 0; k < 20; ++k) {
    complex<T> step;
    if (!turned && max(abs(w.re), abs(w.im)) < T(2)) {
      complex<T> e = z * exp(-w), f = w - e, slope = T(1) + e;
      step = f / (slope + f * e / (slope * T(2)));
    } else {
      complex<T> g = w + log(turned ? -w : w) - level, slope = T(1) + w;
      step = g * w / (slope + g / (slope * T(2)));
    }
    w = w - step;
    if (!(abs1(step) > close * abs1(w))) break;
  }
  return w;
}

/// W_-1(x) for -1/e < x < 0: w + log(-w) = log(-x).
template <class T>
SCI_HD T lambertw_lower_real(T x) {
  T q = lambertw_offset(x);
  if (q <= T(0)) return q > T(-4) * limits<T>::epsilon ? T(-1) : limits<T>::nan;
  T p = sqrt(T(2) * q);
  if (p < (is_same<T, float> ? T(0.2) : T(0.05))) return lambertw_near_branch(-p);
  T level = log(-x), w = p < T(0.8) ? lambertw_near_branch(-p) : level - log(-level);
  constexpr T close = is_same<T, float> ? T(1e-3) : T(2e-6);
  for (int k = 0; k < 20; ++k) {
    T g = w + log(-w) - level, slope = T(1) + w, step = g * w / (slope + g / (T(2) * slope));
    w -= step;
    if (!(abs(step) > close * abs(w))) break;
  }
  return w;
}

/// W_k(z) for Im z >= 0.
template <class T>
SCI_HD_LARGE complex<T> lambertw_upper(complex<T> z, int64_t k) {
  if (k == -1 && z.im == T(0) && z.re < T(0)) {
    T w = lambertw_lower_real(z.re);
    if (!isnan(w)) return {w, T(0)};
  }
  complex<T> level = log(z);
  level.im += T(2) * numbers::pi<T> * T(k);
  if (k == 0 || k == -1) {
    complex<T> q(lambertw_offset(z.re), numbers::e<T> * z.im);
    if (max(abs(q.re), abs(q.im)) < T(0.7)) {
      complex<T> p = sqrt(q * T(2));
      if (k == -1) p = -p;
      complex<T> w = lambertw_near_branch(p);
      if (abs1(p) < (is_same<T, float> ? T(0.2) : T(0.05))) return w;
      if (k == -1 && z.re < T(0)) return lambertw_refine(w, log(-z), z, true);
      return lambertw_refine(w, level, z);
    }
  }
  if (k == -1 && z.re < T(0)) {
    complex<T> turned = log(-z);
    return lambertw_refine(turned - log(-turned), turned, z, true);
  }
  complex<T> w;
  if (k == 0 && max(abs(z.re), abs(z.im)) < T(2.5) && z.re > T(-0.3)) {
    complex<T> l = log1p(z);
    w = l * (T(1) - log1p(l) / (l + T(2)));
  } else {
    w = level - log(level);
  }
  return lambertw_refine(w, level, z);
}

}  // namespace detail

/// W_k(z)
template <class T>
SCI_HD complex<T> lambert_w(complex<T> z, int64_t k) {
  if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.re == T(0) && z.im == T(0)) return k == 0 ? z : complex<T>(-limits<T>::infinity);
  if (isinf(z)) {
    // log z + 2 pi i k, beside which log w is nothing
    return {limits<T>::infinity, arg(z) + T(2) * numbers::pi<T> * T(k)};
  }
  if (z.im == T(0) && z.re >= T(0) && k == 0) return {detail::lambertw_upper(z, 0).re, z.im};
  // On the cut from -1/e to 0 both of W_-1 and W_1 (there Im z = -0) are real, as in SciPy.
  if (signbit(z.im) && !(k == -1 && z.im == T(0) && z.re < T(0) && detail::lambertw_offset(z.re) > T(0)))
    return conj(detail::lambertw_upper(conj(z), -k));
  z.im = abs(z.im);
  return detail::lambertw_upper(z, k);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T wrightomega(T x) {
  if (isnan(x)) return x;
  constexpr T close = is_same<T, float> ? T(1e-3) : T(2e-6);
  if (x < T(1)) {
    T z = exp(x), w = z / (T(1) + z);
    if (z < limits<T>::epsilon / T(4)) return z;
    for (int k = 0; k < 10; ++k) {
      T e = z * exp(-w), f = w - e, slope = T(1) + e, step = f / (slope + f * e / (T(2) * slope));
      w -= step;
      if (!(abs(step) > close * w)) break;
    }
    return w;
  }
  if (x > T(1) / limits<T>::epsilon * T(1024)) return x;
  T w = x > T(3) ? x - log(x) : T(0.5) + T(0.5) * x;
  for (int k = 0; k < 10; ++k) {
    T g = (w - x) + log(w), slope = T(1) + w, step = g * w / (slope + g / (T(2) * slope));
    w -= step;
    if (!(abs(step) > close * w)) break;
  }
  return w;
}

template <class T>
SCI_HD complex<T> wrightomega(complex<T> z) {
  constexpr T pi = numbers::pi<T>;
  if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.im == T(0)) return {wrightomega(z.re), z.im};
  if (isinf(z)) {
    if (isinf(z.re) && z.re < T(0) && abs(z.im) <= pi)
      return {abs(z.im) <= pi / T(2) ? T(0) : T(-0.0), copysign(T(0), z.im)};
    return z;
  }
  // In the upper half plane, and from pi on, which is not a number of the type: the cuts lie between numbers.
  constexpr T pi_low = is_same<T, float> ? T(-8.742278e-8) : T(1.2246467991473532e-16);
  constexpr T small = is_same<T, float> ? T(0.2) : T(0.05);
  bool down = signbit(z.im);
  complex<T> v(z.re, abs(z.im)), level(z.re, (v.im - pi) - pi_low), turned = level + T(1), w;
  bool inside = level.im <= T(0);
  complex<T> q = turned.re < T(1) ? -expm1(turned) : complex<T>(T(1));  // e^(z + 1) + 1
  if (norm(q) < T(0.8)) {
    complex<T> p = sqrt(q * T(2));
    w = detail::lambertw_near_branch(inside ? p : -p);
    if (abs1(p) < small) return down ? conj(w) : w;
  } else if (!inside) {
    w = v.re < T(-1) ? level - log(-level) : v - log(v);
  } else {
    complex<T> e = exp(complex<T>(min(v.re, T(1)), v.im));
    if (abs1(e) < limits<T>::epsilon / T(8)) return down ? conj(e) : e;
    if (v.re >= T(1) || (abs1(e) >= T(0.3) && e.re < T(-0.2)))
      w = v - log(v);
    else
      w = abs1(e) < T(0.3) ? e / (T(1) + e) : log1p(e) * (T(1) - log1p(log1p(e)) / (log1p(e) + T(2)));
  }
  if (max(abs(v.re), v.im) > T(16) / (limits<T>::epsilon * limits<T>::epsilon))  // one step changes nothing
    return down ? conj(v - log(v)) : v - log(v);
  // Outside Im w > 0, and log w = log(-w) + i pi.
  if (inside)
    w = detail::lambertw_refine(w, v, v.re < T(80) ? exp(v) : complex<T>(T(0)));
  else
    w = detail::lambertw_refine(w, level, level, true);
  return down ? conj(w) : w;
}

}  // namespace sci
