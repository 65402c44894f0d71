// Spence's function Li_2(1 - z) (DLMF 25.12), real and complex, and the derivatives of log(z) / (z - 1), that of which
// it is the integral.
//
// Debye's series D(u) = Li_2(1 - e^-u) = u - u^2/4 + sum B_2k u^(2k+1) / ((2k+1) (2k)!), |u| < 2 pi, is taken at
// |u| <= pi/3, to which reflection and inversion bring everything (DLMF 25.12.4, 25.12.6):
//   Re w <= 1/2, |w| <= 1, w = 1 - z: D(-log z); Re w > 1/2: pi^2/6 - log w log z - D(-log w);
//   |w| > 1: -Li_2(1/w) - pi^2/6 - log(-w)^2 / 2.
// log_quotient(n, z), the n-th derivative of log(z) / (z - 1) = int_0^1 dt / (1 + t w), w = z - 1: its Taylor series
// for |w| < 0.7 (real n = 0: the quotient); else the recurrence w q_n + n q_(n-1) = (d/dz)^n log z.
//
// Error (measured): real 2 ulp, complex 4 eps of the modulus; log_quotient 8 eps for n <= 3.
#pragma once
#include "core/dual.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

SCI_HD const double* debye_powers(double) {
  // B_2k / ((2k + 1) (2k)!), k = 1, 2, ...
  SCI_TABLE(double, table) = {0.027777777777777777778,    -0.00027777777777777777778, 4.7241118669690098262e-6,
                              -9.1857730746619635509e-8,  1.8978869988970999072e-9,   -4.0647616451442255268e-11,
                              8.9216910204564525552e-13,  -1.9939295860721075687e-14, 4.5189800296199181917e-16,
                              -1.0356517612181247014e-17, 2.3952186210261867457e-19};
  return table;
}
SCI_HD const float* debye_powers(float) {
  SCI_TABLE(float, table) = {0.027777778f, -0.00027777778f, 4.7241119e-6f, -9.1857731e-8f, 1.8978870e-9f};
  return table;
}

template <class T>
SCI_HD T debye(T u) {
  T square = u * u;
  return u - square * (T(0.25) - u * estrin<is_same<T, float> ? 4 : 8>(debye_powers(u), square));  // |u| <= 0.7
}
template <class T>
SCI_HD complex<T> debye(complex<T> u) {
  constexpr int count = is_same<T, float> ? 5 : 11;
  const T* c = debye_powers(T(0));
  complex<T> square = u * u, sum(c[count - 1]);
  for (int k = count - 2; k >= 0; --k) sum = sum * square + c[k];
  return u - square * (T(0.25) - u * sum);
}

template <class T>
constexpr T pi2_6 = T(1.6449340668482264364724151666460251892189);

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T spence(T x) {
  if (!(x >= T(0))) return limits<T>::nan;
  if (x > T(2)) {
    if (isinf(x)) return -x;
    T w = x - T(1), l = log(w);
    return -(detail::debye(-log1p(T(1) / w)) + detail::pi2_6<T> + T(0.5) * l * l);
  }
  if (x < T(0.5)) {
    T l = log1p(-x);
    return detail::pi2_6<T> - ((x == T(0) ? T(0) : log(x) * l) + detail::debye(-l));
  }
  return detail::debye(T(0) - log(x));
}

template <class T>
SCI_HD complex<T> spence(complex<T> z) {
  if (!isfinite(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.im == T(0) && z.re >= T(0)) return {spence(z.re), T(0) - z.im};
  complex<T> w = T(1) - z;
  if (max(abs(w.re), abs(w.im)) > T(2) || norm(w) > T(1)) {
    complex<T> l = log(-w), v = T(1) / w, inner;
    if (v.re > T(0.5))
      inner = detail::pi2_6<T> - log(v) * log1p(-v) - detail::debye(-log(v));
    else
      inner = detail::debye(-log1p(-v));
    return -(inner + detail::pi2_6<T> + l * l * T(0.5));
  }
  if (w.re > T(0.5)) {
    complex<T> l = log1p(-z);
    return detail::pi2_6<T> - log(z) * l - detail::debye(-l);
  }
  return detail::debye(-log(z));
}

namespace detail {

template <class Z>
SCI_HD Z log_quotient(int64_t n, Z z) {
  using R = real_of<Z>;
  if (n < 0 || n > 16) return Z(limits<R>::nan);
  Z w = z - R(1);
  R sign = n & 1 ? R(-1) : R(1), factorial = R(1);
  if (abs1(w) < R(0.7)) {
    // sum_k (-1)^(n+k) (n + k)! / k! w^k / (n + k + 1)
    Z power(R(1)), sum(R(0));
    for (int k = 2; k <= n; ++k) factorial *= R(k);
    SCI_NO_UNROLL
    for (int k = 0; k < 120; ++k) {
      Z add = power * (R(1) / R(n + k + 1));
      sum += add;
      if (negligible(add, sum)) break;
      power = -(power * w) * (R(n + k + 1) / R(k + 1));
    }
    return sum * (sign * factorial);
  }
  Z value = log(z) / w, inverse = R(1) / z, power = inverse;
  for (int k = 1; k <= n; ++k) {
    value = (power - value * R(k)) / w;
    power = -(power * inverse) * R(k);
  }
  return value;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_quotient(int64_t n, T x) {
  if (isinf(x)) return x > T(0) ? (n & 1 ? T(-0.0) : T(0)) : limits<T>::nan;
  if (n == 0) return x == T(1) ? T(1) : log(x) / (x - T(1));  // x - 1 is exact beside 1
  return detail::log_quotient(n, x);
}
template <class T>
SCI_HD complex<T> log_quotient(int64_t n, complex<T> z) {
  return detail::log_quotient(n, z);
}

}  // namespace sci
