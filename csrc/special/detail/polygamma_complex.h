// psi^(n)(z) for complex z over float or double; the method is in special/polygamma.h.
#pragma once
#include "special/polygamma.h"

namespace sci {
namespace detail {

/// n! / z^(n + more) a, more = 0 or 1 (for 0: (n - 1)! / z^n); the large factor last, and no 0 * inf.
template <class T>
SCI_HD complex<T> polygamma_scaled(int64_t n, complex<T> z, int more, complex<T> a) {
  T size = abs(z), lead = polygamma_leading(n, size, more);
  complex<T> turn = polygamma_power(complex<T>{z.re / size, -(z.im / size)}, n + more);
  a = turn * a / abs(turn);  // of the turn's errors only those of the angle remain
  return {a.re == T(0) ? a.re : lead * a.re, a.im == T(0) ? a.im : lead * a.im};
}

/// -pi d^n/dz^n cot(pi z) = (2 pi i)^(n + 1) sum_{k >= 1} k^n e^(2 pi i k z), Im z > 0, n >= 1.
template <class T>
SCI_HD complex<T> polygamma_cotangent(int64_t n, complex<T> z) {
  constexpr T twopi = T(2) * numbers::pi<T>;
  T r = z.re - rint(z.re), y = twopi * z.im;
  complex<T> sum;
  for (int k = 1; k <= 64; ++k) {
    T size = exp(T(n) * log(twopi * T(k)) - T(k) * y), angle = T(2) * T(k) * r;
    sum += complex<T>{size * cospi(angle), size * sinpi(angle)};
    // Terms grow up to k = n / y.
    if (T(k) * y > T(n) && size <= limits<T>::epsilon / 8 * abs1(sum)) break;
    if (size == T(0)) break;
  }
  sum = sum * twopi;
  switch ((n + 1) & 3) {
    case 0: return sum;
    case 1: return times_i(sum);
    case 2: return -sum;
    default: return -times_i(sum);
  }
}

/// psi^(n)(z) for Re z > 0, without its sign (-1)^(n + 1).
template <class T>
SCI_HD complex<T> polygamma_right(int64_t n, complex<T> z) {
  const T far = (is_same<T, float> ? T(6) : T(12)) + T(0.7) * T(n + 1);
  if (abs(z) >= far) return polygamma_scaled(n, z, 0, polygamma_sum(n + 1, z) * (T(n) / z));
  return polygamma_scaled(n, z, 1, polygamma_sum(n + 1, z));
}

}  // namespace detail

template <class T>
SCI_HD complex<T> polygamma(int64_t n, complex<T> z) {
  if (n == 0) return digamma(z);
  if (n < 0 || isnan(z)) return detail::gamma_complex_nan<T>();
  if (!isfinite(z)) return isinf(z.re) && z.re < T(0) ? detail::gamma_complex_nan<T>() : complex<T>();
  if (detail::gamma_complex_pole(z)) return detail::gamma_complex_nan<T>();
  const bool odd = n & 1;
  if (!signbit(z.re)) {
    complex<T> value = detail::polygamma_right(n, z);
    return odd ? value : -value;
  }
  const bool down = signbit(z.im);
  const complex<T> v = down ? conj(z) : z;
  complex<T> value;
  if (v.im > T(0.4) + T(0.14) * T(n)) {
    // (-1)^n psi^(n)(1 - z) = -|...|
    value = detail::polygamma_cotangent(n, v) - detail::polygamma_right(n, T(1) - v);
  } else {
    const int64_t s = n + 1;
    complex<T> r{v.re - rint(v.re), v.im};
    complex<T> above = detail::polygamma_power(r / (T(1) + r), s) * detail::polygamma_sum(s, T(1) + r);
    complex<T> below = detail::polygamma_power(r / (T(1) - r), s) * detail::polygamma_sum(s, T(1) - r);
    complex<T> away = detail::polygamma_power(r / (T(1) - v), s) * detail::polygamma_sum(s, T(1) - v);
    complex<T> sum = T(1) + above + (odd ? below - away : away - below);
    value = detail::polygamma_scaled(n, r, 1, odd ? sum : -sum);
  }
  return down ? conj(value) : value;
}

}  // namespace sci
