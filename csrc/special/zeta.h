// Riemann's zeta function zeta(x), real and complex, zetac(x) = zeta(x) - 1, Hurwitz's zeta(s, q) (DLMF 25.2, 25.11),
// and their derivatives in the exponent.
//
// Real: (x - 1) (zeta(x) - 1) 2^x and, for x < 2, (x - 1) zeta(x), and (x - 1)^2 zeta'(x) 2^x are polynomials over
// octaves of x + 2 (detail/octaves.h); x < -1: zeta(x) = 2 (2 pi)^-t sin(pi x / 2) Gamma(t) zeta(t), t = 1 - x
// (DLMF 25.4.1). Hurwitz, s > 1, q > 0: Euler-Maclaurin's formula (DLMF 25.11.28) from a = q + N >= 8 + s/2 on, with
// B_28 the last; the sum before ends where the rest is less than an ulp. q < 0: whole s only, by the reflection formula
// of the polygamma functions (polygamma.h). s = 1, and q = 0, -1, ...: infinity; other s < 1 or q < 0: NaN, as in
// SciPy. Complex zeta: the same sum with q = 1 for Re z >= 0, |Im z| <= 1e7 (float: 1e5, beyond NaN), and reflection by
// log Gamma. Derivatives in s, n <= 4: Taylor coefficients in s are carried through the same formulas (a^-(s + e) is
// a^-s exp(-e log a), every other factor is s + j + e); of real x beside 1 from n = 2 on by Laurent's series.
//
// Error (measured): real zeta 3 ulp (x < -1: as x (log x) allows), Hurwitz 4 ulp; complex and derivatives some
// |Im z| eps.
#pragma once
#include "special/detail/octaves.h"
#include "special/detail/zeta_tables.h"
#include "special/loggamma.h"
#include "special/polygamma.h"

namespace sci {
namespace detail {

constexpr int zeta_largest_order = 4;
/// Beyond, single precision has no digits left, and double takes seconds.
template <class T>
constexpr T zeta_largest_imaginary = T(is_same<T, float> ? 1e5 : 1e7);

/// Taylor coefficients f(s) + f'(s) e + ... up to e^4, of which the first n + 1 are computed.
template <class Z>
struct taylor {
  Z c[zeta_largest_order + 1];
};

/// f (s + e) scale, in place.
template <class Z, class T>
SCI_HD void taylor_times_linear(taylor<Z>& f, Z s, T scale, int n) {
  for (int k = n; k > 0; --k) f.c[k] = (f.c[k] * s + f.c[k - 1]) * scale;
  f.c[0] = f.c[0] * s * scale;
}

template <class Z>
SCI_HD taylor<Z> taylor_product(const taylor<Z>& f, const taylor<Z>& g, int n) {
  taylor<Z> h;
  for (int k = 0; k <= n; ++k) {
    h.c[k] = f.c[0] * g.c[k];
    for (int j = 1; j <= k; ++j) h.c[k] = h.c[k] + f.c[j] * g.c[k - j];
  }
  return h;
}

/// a^-s
template <class T>
SCI_HD T zeta_power(T a, T log_a, T s) {
  return pow(a, -s);
}
template <class T>
SCI_HD complex<T> zeta_power(T a, T log_a, complex<T> s) {
  return exp(-(s * log_a));
}

/// value exp(-e log a), added to f.
template <class Z, class T>
SCI_HD void taylor_add_power(taylor<Z>& f, Z value, T log_a, int n) {
  f.c[0] = f.c[0] + value;
  for (int k = 1; k <= n; ++k) {
    value = value * (-log_a / T(k));
    f.c[k] = f.c[k] + value;
  }
}

/// zeta(s, q) and its first n Taylor coefficients in s; Re s > -1/2, q > 0, pole = s - 1 without its rounding.
template <class Z, class T>
SCI_HD_LARGE taylor<Z> hurwitz_taylor(Z s, Z pole, T q, int n) {
  constexpr int terms = is_same<T, float> ? 8 : 14;
  taylor<Z> sum;
  for (int k = 0; k <= n; ++k) sum.c[k] = Z(T(0));
  T size = abs(s), start = T(is_same<T, float> ? 5 : 8) + T(0.5) * size, a = q;
  const T order = real(s);  // what is left after a term is about a^(1-s) / (s - 1)
  // 2^23 terms serve |Im s| up to 1e7; with real s > 1 the early end comes within some 100.
  SCI_NO_UNROLL
  for (int k = 0; k < (1 << 23) && a < start; ++k) {
    T log_a = n == 0 && !is_complex<Z> ? T(0) : log(a);
    Z power = zeta_power(a, log_a, s);
    taylor_add_power(sum, power, log_a, n);
    a = q + T(k + 1);
    T size_left = abs1(power) * (a / (order - T(1)) + T(1));
    if (n == 0 && order > T(2) && size_left < limits<T>::epsilon / T(16) * abs1(sum.c[0])) return sum;
    if (abs1(power) == T(0)) return sum;
  }
  T log_a = log(a), inverse = T(1) / a;
  Z power = zeta_power(a, log_a, s);
  // The rest over a^-s: a / (s - 1 + e) + 1/2 + sum_j B_2j / (2j)! (s + e) ... (s + 2j - 2 + e) a^(1-2j).
  taylor<Z> rest, term;
  rest.c[0] = Z(a) / pole;
  for (int k = 1; k <= n; ++k) rest.c[k] = -(rest.c[k - 1] / pole);
  rest.c[0] = rest.c[0] + T(0.5);
  for (int k = 0; k <= n; ++k) term.c[k] = Z(T(0));
  term.c[0] = s * inverse;
  if (n > 0) term.c[1] = Z(inverse);
  const double* b = gamma_tables::bernoulli_over_factorial();
  SCI_NO_UNROLL
  for (int j = 1; j <= terms; ++j) {
    for (int k = 0; k <= n; ++k) rest.c[k] = rest.c[k] + term.c[k] * T(b[j - 1]);
    if (n == 0 && abs1(term.c[0]) * abs(T(b[j - 1])) < limits<T>::epsilon / T(16) * abs1(rest.c[0])) break;
    taylor_times_linear(term, s + Z(T(2 * j - 1)), inverse, n);
    taylor_times_linear(term, s + Z(T(2 * j)), inverse, n);
  }
  // The power underflows before its product with a / (s - 1) does.
  if (abs1(power) < limits<T>::min / limits<T>::epsilon) {
    power = zeta_power(a, log_a, s * T(0.5));
    for (int k = 0; k <= n; ++k) rest.c[k] = rest.c[k] * power;
  }
  taylor<Z> decay;
  for (int k = 0; k <= n; ++k) decay.c[k] = Z(T(0));
  taylor_add_power(decay, power, log_a, n);
  rest = taylor_product(rest, decay, n);
  for (int k = 0; k <= n; ++k) sum.c[k] = sum.c[k] + rest.c[k];
  return sum;
}

/// 2 (2 pi)^-t Gamma(t) factor, t > 1.
template <class T>
SCI_HD T zeta_reflection_factor(T t, T factor = T(1)) {
  if (t < T(is_same<T, float> ? 30 : 150)) return T(2) * gamma(t) * pow(T(2) * numbers::pi<T>, -t) * factor;
  T root = pow(t * T(0.058549831524319168), T(0.5) * t);  // (t / (2 pi e))^(t/2)
  return root * (T(2) * gamma_scaled(t) / sqrt(t) * factor) * root;
}

/// sin(pi s / 2) and its Taylor coefficients, over exp(pi |Im s| / 2).
template <class T>
SCI_HD taylor<T> zeta_sine(T s, int n) {
  taylor<T> out;
  T wave[2] = {sinpi(s / T(2)), cospi(s / T(2))}, scale = T(1);
  for (int k = 0; k <= n; ++k) {
    out.c[k] = (k & 2 ? -scale : scale) * wave[k & 1];
    scale *= T(0.5) * numbers::pi<T> / T(k + 1);
  }
  return out;
}
template <class T>
SCI_HD taylor<complex<T>> zeta_sine(complex<T> s, int n) {
  taylor<complex<T>> out;
  T e = T(-1) * numbers::pi<T> * abs(s.im), ch = T(0.5) * (T(1) + exp(e)), sh = copysign(T(-0.5) * expm1(e), s.im);
  T sine = sinpi(s.re / T(2)), cosine = cospi(s.re / T(2)), scale = T(1);
  complex<T> wave[2] = {{sine * ch, cosine * sh}, {cosine * ch, -(sine * sh)}};
  for (int k = 0; k <= n; ++k) {
    out.c[k] = wave[k & 1] * (k & 2 ? -scale : scale);
    scale *= T(0.5) * numbers::pi<T> / T(k + 1);
  }
  return out;
}

template <class T>
SCI_HD T zeta_reflection_size(T s) {
  return zeta_reflection_factor(T(1) - s);
}
template <class T>
SCI_HD complex<T> zeta_reflection_size(complex<T> s) {
  complex<T> t = T(1) - s, l = loggamma(t) - t * (numbers::ln2<T> + numbers::ln_pi<T>);
  return exp(complex<T>(l.re + T(0.5) * numbers::pi<T> * abs(s.im), l.im)) * T(2);
}

/// zeta and its first n Taylor coefficients.
template <class Z>
SCI_HD_LARGE taylor<Z> riemann_taylor(Z s, int n) {
  using T = real_of<Z>;
  if (real(s) > T(-0.1)) return hurwitz_taylor(s, s - Z(T(1)), T(1), n);
  Z t = Z(T(1)) - s;
  taylor<Z> mirrored = hurwitz_taylor(t, -s, T(1), n), factor, logarithm;
  for (int k = 1; k <= n; k += 2) mirrored.c[k] = -mirrored.c[k];
  // (2 pi)^e Gamma(t - e) / Gamma(t) from the logarithm's coefficients, g' = l' g.
  factor.c[0] = zeta_reflection_size(s);
  T factorial = T(1);
  for (int k = 1; k <= n; ++k) {
    factorial *= T(k);
    Z psi = polygamma(k - 1, t) * (T(1) / factorial);
    logarithm.c[k] = k & 1 ? -psi : psi;
    if (k == 1) logarithm.c[1] = logarithm.c[1] + (numbers::ln2<T> + numbers::ln_pi<T>);
    Z sum(T(0));
    for (int j = 1; j <= k; ++j) sum = sum + logarithm.c[j] * factor.c[k - j] * T(j);
    factor.c[k] = sum * (T(1) / T(k));
  }
  return taylor_product(taylor_product(zeta_sine(s, n), mirrored, n), factor, n);
}

/// zeta(x) - 1 for x >= -1.
template <class T>
SCI_HD T zetac_right(T x) {
  T size = exp2(-x);
  if (x + T(2) < (is_same<T, float> ? T(32) : T(64)))
    return octave_row<zetac_length<T>, 2, 0>(zetac_rows(x), x + T(2)).value() * size / (x - T(1));
  // From x = 30 (float), 62 on the next terms are below an ulp of the first: (2/3)^30 = 5e-6 wants one more.
  return size + pow(T(3), -x);
}

}  // namespace detail

namespace detail {

/// zeta'(x) for x >= -1.
template <class T>
SCI_HD T zeta_slope_right(T x) {
  T size = exp2(-x), w = x - T(1);
  if (x + T(2) < (is_same<T, float> ? T(32) : T(64)))
    return -(octave_row<zeta_slope_length<T>, 2, 0>(zeta_slope_rows(x), x + T(2)).value() / w * size / w);
  return -(numbers::ln2<T> * size + T(1.0986122886681098) * pow(T(3), -x));
}

/// zeta'(x) for x < -1: the reflection formula differentiated.
template <class T>
SCI_HD T zeta_slope_left(T x) {
  const T t = T(1) - x, mirrored = T(1) + zetac_right(t), wave = sinpi(T(0.5) * x), other = cospi(T(0.5) * x);
  const T growth = numbers::ln2<T> + numbers::ln_pi<T> - digamma(t);
  return zeta_reflection_factor(
      t, T(0.5) * numbers::pi<T> * other * mirrored + wave * (growth * mirrored - zeta_slope_right(t)));
}

/// The n-th derivative of zeta(x), 2 <= n <= 4, beside x = 1 by Laurent's series (DLMF 25.2.4): what converges quickly
/// is small beside the pole's part, while the sum and the integral of Euler and Maclaurin cancel. (-1)^k gamma_k, k
/// = 2...24, by mpmath.stieltjes.
template <class T>
SCI_HD T riemann_beside_pole(int n, T x) {
  SCI_TABLE(double, stieltjes) = {
      -0.00969036319287232,    -0.002053834420303346,  0.0023253700654673,      -0.0007933238173010627,
      -0.0002387693454301996,  0.000527289567057751,   -0.0003521233538030395,  3.439477441808805e-05,
      0.0002053328149090648,   -0.0002701844395439035, 0.0001672729121051402,   2.7463806603760158e-05,
      -0.00020920926205929996, 0.0002834686553202414,  -0.00019969685830896976, -2.6277037109918338e-05,
      0.0003073684081492528,   -0.0005036054530473557, 0.00046634356151155945,  -0.00010443776975600011,
      -0.0005415995822039977,  0.0012439620904082457,  -0.0015885112789035616};
  constexpr int terms = 18;  // 1.2^18 / 18! of a number below 1e-2
  const T w = x - T(1);
  const double* c = stieltjes + n - 2;
  T sum = T(c[terms]), pole = T(1) / w;
  SCI_NO_UNROLL
  for (int k = terms; k > 0; --k) sum = T(c[k - 1]) + sum * w / T(k);
  SCI_NO_UNROLL
  for (int k = 1; k <= n; ++k) pole *= T(-k) / w;
  return pole + sum;
}

}  // namespace detail

/// zeta(x) for one argument.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T riemann_zeta(T x) {
  if (x + T(2) >= T(4)) return T(1) + detail::zetac_right(x);
  if (x >= T(-1)) {
    if (x == T(1)) return limits<T>::infinity;
    return detail::octave_row<detail::zeta_length<T>, 2, 0>(detail::zeta_rows(x), x + T(2)).value() / (x - T(1));
  }
  if (!isfinite(x)) return limits<T>::nan;
  T wave = sinpi(T(0.5) * x);
  if (wave == T(0)) return T(0);
  T t = T(1) - x;
  return detail::zeta_reflection_factor(t, wave * (T(1) + detail::zetac_right(t)));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T zetac(T x) {
  if (x == T(1)) return limits<T>::infinity;
  if (x >= T(-1)) return detail::zetac_right(x);
  return riemann_zeta(x) - T(1);
}

template <class T>
SCI_HD complex<T> riemann_zeta(complex<T> z) {
  if (z.im == T(0)) return {riemann_zeta(z.re), z.im};
  if (isnan(z) || (!(abs(z.im) <= detail::zeta_largest_imaginary<T>) && !(z.re > T(16))))
    return {limits<T>::nan, limits<T>::nan};
  if (z.re > T(64)) return {T(1), T(0)};
  if (!(z.re > T(-1e5))) return {limits<T>::nan, limits<T>::nan};
  return detail::riemann_taylor(z, 0).c[0];
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hurwitz_zeta(T s, T q) {
  if (isnan(s) || isnan(q) || s < T(1)) return limits<T>::nan;
  if (s == T(1)) return limits<T>::infinity;
  if (!(q > T(0))) {
    const T r = q - rint(q);
    if (r == T(0)) return limits<T>::infinity;
    if (s != rint(s) || !(s < T(1e9)) || isinf(q)) return limits<T>::nan;
    const int64_t order = int64_t(s);
    if (!(order & 1) || abs(r) != T(0.5)) {
      const T lead = T(1) / detail::polygamma_power(abs(r), order);
      return lead * detail::polygamma_bracket(order, q, r);
    }
    q = T(1) - q;  // the cotangent's derivative is 0
  }
  if (isinf(q)) return T(0);
  if (isinf(s)) return q < T(1) ? s : q == T(1) ? T(1) : T(0);
  return detail::hurwitz_taylor(s, s - T(1), q, 0).c[0];
}

/// The n-th derivative of zeta(x).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T riemann_derivative(int64_t n, T x) {
  if (n == 0) return riemann_zeta(x);
  if (n < 0 || n > detail::zeta_largest_order || isnan(x) || x == T(1)) return limits<T>::nan;
  if (isinf(x)) return x > T(0) ? (n & 1 ? T(-0.0) : T(0)) : limits<T>::nan;
  if (x < T(-1e4)) return limits<T>::nan;
  if (n == 1) return x >= T(-1) ? detail::zeta_slope_right(x) : detail::zeta_slope_left(x);
  if (abs(x - T(1)) < T(1.2)) return detail::riemann_beside_pole(int(n), x);
  T value = detail::riemann_taylor(x, int(n)).c[n];
  for (int k = 2; k <= n; ++k) value *= T(k);
  return value;
}
template <class T>
SCI_HD complex<T> riemann_derivative(int64_t n, complex<T> z) {
  const complex<T> nothing(limits<T>::nan, limits<T>::nan);
  if (n == 0) return riemann_zeta(z);
  if (n < 0 || n > detail::zeta_largest_order || isnan(z)) return nothing;
  if (z.im == T(0)) return {riemann_derivative(n, z.re), z.im};
  if (!(abs(z.im) <= detail::zeta_largest_imaginary<T>) || !(z.re > T(-1e4))) return nothing;
  complex<T> value = detail::riemann_taylor(z, int(n)).c[n];
  for (int k = 2; k <= n; ++k) value = value * T(k);
  return value;
}

/// The n-th derivative of zeta(s, q) in s, s > 1, q > 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hurwitz_derivative(int64_t n, T s, T q) {
  if (n == 0) return hurwitz_zeta(s, q);
  if (n < 0 || n > detail::zeta_largest_order || !(s > T(1)) || !(q > T(0)) || isinf(s)) return limits<T>::nan;
  if (isinf(q)) return n & 1 ? T(-0.0) : T(0);
  T value = detail::hurwitz_taylor(s, s - T(1), q, int(n)).c[n];
  for (int k = 2; k <= n; ++k) value *= T(k);
  return value;
}

}  // namespace sci
