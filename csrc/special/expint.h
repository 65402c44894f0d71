// The exponential integrals E_1(z), Ei(z) (DLMF 6.2) and E_n(x), n = 0, 1, ..., x >= 0 (DLMF 8.19).
//
// Real: |x| < 1: Ei(x) = gamma + log|x| + x P(x); beyond e^x / x times one of 48 (E_1: 24) polynomials up to 64 and one
// in 1/x from there (detail/octaves.h), the exponential in two factors where it overflows or ends before the product.
// Complex E_1, with q = |z| (1 + cos(arg z)) / 2, which is what the series cancels, e^(2 q):
//   q < 3/4: -gamma - log z - sum (-z)^k / (k k!) (DLMF 6.6.2), or from |z| = 43 on (float: 22) the asymptotic
//            series (DLMF 6.12.1), there at its most accurate beside the negative axis;
//   else     the contracted continued fraction DLMF 6.9.1 from its end; after n steps its error is exp(-4 sqrt(n q)),
//   so
//            90 / q steps (float: 20 / q).
// Ei(z) = -E_1(-z) +- i pi, the sign that of Im z.
// E_n: x <= 1 the power series DLMF 8.19.8; beyond the continued fraction DLMF 8.19.17 in the same form.
//
// Error (measured): real 3 ulp (Ei beside its zero 0.3725 as the conditioning allows); complex 8 eps; E_n 6 ulp.
#pragma once
#include "special/detail/expint_tables.h"
#include "special/detail/octaves.h"
#include "special/detail/sici_tables.h"
#include "special/digamma.h"

namespace sci {
namespace detail {

/// x e^(-x) Ei(x), x >= 1
template <class T>
SCI_HD T expi_scaled(T x) {
  if (x < T(64)) return octave_row<expi_length<T>, 3, 0>(expi_rows(x), x).value();
  return estrin<expi_far_length<T>>(expi_far_powers(x), T(1) / x);
}
/// x e^x E_1(x), x >= 1
template <class T>
SCI_HD T exp1_scaled(T x) {
  if (x < T(64)) return octave_row<exp1_length<T>, 2, 0>(exp1_rows(x), x).value();
  return estrin<exp1_far_length<T>>(exp1_far_powers(x), T(1) / x);
}
/// e^x factor / x, where e^x alone may overflow or be subnormal.
template <class T>
SCI_HD T exp_over(T x, T factor, T size) {
  if (abs(x) < limits<T>::log_max - T(4)) return exp(x) * (factor / size);
  T half = exp(T(0.5) * x);
  return half * (factor / size) * half;
}

template <class T>
SCI_HD T exp1_positive(T x) {
  if (x < T(1)) {
    T entire = x * estrin<expi_near_length<T>>(expi_near_powers(x), -x);
    return entire - (numbers::egamma<T> + log(x));
  }
  if (isinf(x)) return T(0);
  return exp_over(-x, exp1_scaled(x), x);
}
template <class T>
SCI_HD T expi_positive(T x) {
  if (x < T(1)) return (numbers::egamma<T> + log(x)) + x * estrin<expi_near_length<T>>(expi_near_powers(x), x);
  if (isinf(x)) return x;
  return exp_over(x, expi_scaled(x), x);
}

/// The sum (-z)^k / (k k!) from k = 1, with the sign of -z turned: Ein(z) = -sum.
template <class T>
SCI_HD_LARGE complex<T> expint_series(complex<T> z) {
  complex<T> term = z, sum = z;
  SCI_NO_UNROLL
  for (int k = 2; k < 200; ++k) {
    term = -(term * z) * (T(1) / T(k));
    complex<T> add = term * (T(1) / T(k));
    sum += add;
    if (negligible(add, sum)) break;
  }
  return sum;
}

/// z e^z E_1(z) by its asymptotic series, |z| >= 43.
template <class T>
SCI_HD_LARGE complex<T> exp1_asymptotic(complex<T> z) {
  complex<T> q = T(-1) / z, term(T(1)), sum(T(1));
  T size = abs(q), least = T(1);
  SCI_NO_UNROLL
  for (int k = 1; k < 60; ++k) {
    least *= size * T(k);
    term = term * q * T(k);
    sum += term;
    if (least < limits<T>::epsilon / T(8) || size * T(k + 1) >= T(1)) break;
  }
  return sum;
}

/// 1 / z for numbers whose squares do not overflow.
template <class T>
SCI_HD complex<T> expint_inverse(complex<T> z) {
  T r = T(1) / (z.re * z.re + z.im * z.im);
  return {z.re * r, -(z.im * r)};
}
SCI_HD double expint_inverse(double x) { return 1 / x; }
SCI_HD float expint_inverse(float x) { return 1 / x; }

/// e^z E_n(z) by `steps` steps of the continued fraction, from its end: b_k = z + n + 2 k, a_k = k (n + k - 1).
template <class T, class Z>
SCI_HD_LARGE Z expint_fraction(T order, Z z, int steps) {
  Z tail = z + (order + T(2 * steps));
  SCI_NO_UNROLL
  for (int k = steps; k >= 1; --k) {
    T a = T(k) * (order + T(k - 1));
    tail = z + (order + T(2 * (k - 1))) - expint_inverse(tail) * a;
  }
  return expint_inverse(tail);
}

/// Ei's or E_1's part in the plane: E_1(z), principal value, for finite z with Im z != 0.
template <class T>
SCI_HD_LARGE complex<T> exp1_plane(complex<T> z) {
  constexpr bool single = is_same<T, float>;
  T size = abs(z);
  // |z| (1 + cos) / 2 without cancellation beside the negative axis.
  T q = z.re >= T(0) ? T(0.5) * (size + z.re) : T(0.5) * z.im * (z.im / (size - z.re));
  if (size < (single ? T(22) : T(43)) && (q < T(0.75) || size < T(1)))
    return (expint_series(z) - numbers::egamma<T>)-log(z);
  complex<T> scaled;
  if (size >= (single ? T(22) : T(43))) {
    scaled = exp1_asymptotic(z) / z;
    // Half of the exponentially small term on its Stokes line, the negative axis, is the principal value's.
    // It is below one ulp there.
  } else {
    int steps = int((single ? T(20) : T(90)) / q) + (single ? 4 : 9);
    scaled = expint_fraction(T(1), z, steps);
  }
  if (abs(z.re) > limits<T>::log_max - T(6)) {
    complex<T> half = exp(-z * T(0.5));
    return half * scaled * half;
  }
  return exp(-z) * scaled;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T exp1(T x) {
  if (x > T(0)) return detail::exp1_positive(x);
  if (x == T(0)) return limits<T>::infinity;
  return limits<T>::nan;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T expi(T x) {
  if (x > T(0)) return detail::expi_positive(x);
  if (x == T(0)) return -limits<T>::infinity;
  if (isnan(x)) return x;
  return -detail::exp1_positive(-x);
}

template <class T>
SCI_HD complex<T> exp1(complex<T> z) {
  if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.im == T(0)) {
    if (z.re > T(0)) return {exp1(z.re), -z.im};
    if (z.re == T(0)) return {limits<T>::infinity, copysign(T(0), -z.im)};
    return {-detail::expi_positive(-z.re), copysign(numbers::pi<T>, -z.im)};  // the sides of the cut
  }
  if (!isfinite(z)) {
    if (isinf(z.re) && z.re < T(0))
      return isinf(z.im) ? complex<T>(limits<T>::nan, limits<T>::nan)
                         : complex<T>(-limits<T>::infinity * cos(z.im), limits<T>::infinity * sin(z.im));
    return complex<T>(T(0));
  }
  return detail::exp1_plane(z);
}

template <class T>
SCI_HD complex<T> expi(complex<T> z) {
  if (isnan(z)) return {limits<T>::nan, limits<T>::nan};
  if (z.im == T(0)) return {expi(z.re), z.im};  // on the cut the mean of its sides
  complex<T> value = -exp1(-z);
  return {value.re, value.im + copysign(numbers::pi<T>, z.im)};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T expn(int64_t n, T x) {
  if (n < 0 || !(x >= T(0))) return limits<T>::nan;
  if (x == T(0)) return n < 2 ? limits<T>::infinity : T(1) / T(n - 1);
  if (isinf(x)) return T(0);
  if (n == 0) return detail::exp_over(-x, T(1), x);
  if (n == 1) return detail::exp1_positive(x);
  if (x <= T(1) && n < 40) {
    // -sum' (-x)^k / (k! (k - n + 1)) + (-x)^(n-1) / (n-1)! (psi(n) - log x)
    T term = T(1), sum = T(0), power = T(0);
    SCI_NO_UNROLL
    for (int k = 0; k < 60; ++k) {
      if (k == n - 1)
        power = term;
      else {
        T add = term / T(n - 1 - k);
        sum += add;
        if (k >= n && abs(add) < limits<T>::epsilon / T(8) * abs(sum)) break;
      }
      term *= -x / T(k + 1);
    }
    return power * (digamma(T(n)) - log(x)) + sum;
  }
  // The error is exp(-4 sqrt(x steps)), and for larger n about (1 + 2 steps / (n + x))^-n.
  constexpr T digits = is_same<T, float> ? T(18) : T(38);
  T order = T(n), count = digits * digits / (T(16) * x);
  if (order > T(8)) count = min(count, T(0.5) * (order + x) * expm1(digits / order));
  T scaled = detail::expint_fraction(order, x, int(min(count, T(120))) + (is_same<T, float> ? 4 : 9));
  return detail::exp_over(-x, scaled, T(1));
}

}  // namespace sci
