// B(a, b) = Gamma(a) Gamma(b) / Gamma(a + b) and log |B(a, b)|, for hardware and dual numbers (DLMF 5.12.1).
//
// a, b > 0, r = a + b:
//   r < 13   the three gamma functions, that of r corrected for the rounding of r: it would be psi(r) r ulp.
//   r >= 13  B = peak(r) / (peak(a) peak(b)) (a/r)^a (b/r)^b with peak of special/detail/gamma_peak.h, the
//            power of the larger one by log1p: the error is that of the exponent, the condition number.
// An argument below 0: reflection (DLMF 5.5.3) of those of the three gamma functions whose argument is negative, the
// remaining factors gathered into a beta function of positive arguments.
//
// Conventions are SciPy's: inf at 0 and at negative integers, but for B(-n, m) = (-1)^m B(m, n - m + 1) with an integer
// 0 < m <= n, the limit for fixed m; 0 where a + b is a pole of the denominator alone.
#pragma once
#include "special/detail/gamma_peak.h"
#include "special/digamma_difference.h"
#ifdef SCI_WIDE
#include "special/detail/beta_wide.h"
#endif

namespace sci {
namespace detail {

/// B(a, b) = value[0] exp(value[1]) for a, b > 0.
template <class T>
SCI_HD_LARGE many<T, 2> beta_positive(T a, T b) {
  using S = scalar_of<T>;
  if (primal(b) < primal(a)) swap(a, b);
  T r = a + b;
  if (primal(r) < S(13)) {
    T f = gamma(a) * (gamma(b) * rgamma(r));
    if (isinf(primal(f))) return {{T(S(1)) + a / b, -log(a)}};  // 1/a + 1/b (1 + O(b))
    return {{f - f * gamma_shift(r, sum_error(a, b, r)), T(S(0))}};
  }
  if (isinf(primal(b))) return {{T(S(0)), T(S(0))}};
  const bool beyond = isinf(primal(r));  // there the exponent is all
  const T half = T(S(0.5));
  T p = beyond ? half * a / (half * a + half * b) : a / r;
  T quotient = beyond ? T(S(1)) : gamma_peak(r) / gamma_peak(b) / gamma_peak(a), power = pow(p, a);
  // The power is more accurate than the exponential of its logarithm.
  if (primal(power) > limits<S>::min) return {{quotient * power, b * log1p(-p)}};
  return {{quotient, a * (primal(p) > limits<S>::min ? log(p) : log(a) - log(r)) + b * log1p(-p)}};
}

template <class T>
SCI_HD bool beta_whole(T x) {
  auto v = primal(x);
  return v == floor(v);
}

/// -1 to a whole number.
template <class T>
SCI_HD T beta_sign(T m) {
  return m == T(2) * floor(m / T(2)) ? T(1) : T(-1);
}

/// B(a, b) = value[0] exp(value[1]).
template <class T>
SCI_HD_LARGE many<T, 2> beta_parts(T a, T b) {
  using S = scalar_of<T>;
  const T one = T(S(1)), zero = T(S(0)), pi = T(numbers::pi<S>);
  if (primal(b) < primal(a)) swap(a, b);
  S lo = primal(a), hi = primal(b);
  if (lo > S(0)) return beta_positive(a, b);
  if (isnan(lo) || isnan(hi)) return {{T(limits<S>::nan), zero}};
  if (isinf(lo)) return {{T(limits<S>::infinity), zero}};
  if (isinf(hi) && lo < S(0)) {  // Gamma(a) b^-a
    const bool negative = !beta_whole(a) && beta_sign(floor(lo)) < S(0);
    return {{T(negative ? -limits<S>::infinity : limits<S>::infinity), zero}};
  }
  T r = a + b;
  if (beta_whole(a)) {
    if (lo < S(0) && hi > S(0) && beta_whole(b) && hi <= -lo) {
      many<T, 2> f = beta_positive(b, one - r);
      return {{f[0] * T(beta_sign(hi)), f[1]}};
    }
    return {{T(limits<S>::infinity), zero}};
  }
  if (hi > S(0)) {
    if (primal(r) > S(0)) {
      many<T, 2> f = beta_positive(one - a, r);
      // b f[0] may overflow for a large b, the first quotient for a small one.
      const T q = pi / sinpi(a);
      return {{hi < S(1) ? q / (b * f[0]) : q / b / f[0], -f[1]}};
    }
    const T sine = sinpi_sum(r, sum_error(a, b, r));
    if (is_hardware<T> && sine == zero) return {{sine, zero}};  // whatever overflows beside it
    many<T, 2> f = beta_positive(b, one - r);
    return {{sine / sinpi(a) * f[0], f[1]}};
  }
  if (beta_whole(b)) return {{T(limits<S>::infinity), zero}};
  const T sine = sinpi_sum(r, sum_error(a, b, r));
  if (is_hardware<T> && sine == zero) return {{sine, zero}};
  many<T, 2> f = beta_positive(one - a, one - b);
  // The sines are not multiplied by each other: both may be tiny.
  return {{sine / sinpi(a) * (pi / sinpi(b)) / (one - r) / f[0], -f[1]}};
}

}  // namespace detail

template <class T>
SCI_HD T beta(T a, T b) {
  many<T, 2> f = detail::beta_parts(a, b);
  if (primal(f[1]) == 0) return f[0];
  if (!(primal(f[1]) > limits<scalar_of<T>>::log_max)) return f[0] * exp(f[1]);
  T half = exp(f[1] * T(scalar_of<T>(0.5)));  // the product may be a number where the exponential is none
  return f[0] * half * half;
}

/// dB/da = -B (psi(a + b) - psi(a)); at the zeros, where psi is infinite, by dual numbers.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> beta_pullback(T grad, T a, T b, T out) {
  if (out == T(0) && a + b <= T(0) && isfinite(a) && isfinite(b)) {
    dual<T, several<T, 2>> f = beta(variable_of<2>(a, 0), variable_of<2>(b, 1));
    return {{grad * f.d.at[0], grad * f.d.at[1]}};
  }
  if (out == T(0) && (isinf(a) || isinf(b))) return {{T(0), T(0)}};
  return {{-grad * out * digamma_difference(a, b), -grad * out * digamma_difference(b, a)}};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betaln(T a, T b) {
  T lo = min(a, b), hi = max(a, b);
  if (isinf(hi) && lo > T(0)) return -limits<T>::infinity;
  // 1/B = lo (1 + O(lo)): the quotient may overflow.
  const T least = abs(lo);
  if (lo != T(0) && least < T(1e-30) && hi > T(0) && (lo > T(0) || hi > T(2) * least))
    return hi < T(1) ? log1p(lo / hi) - log(least) : -log(least);
  many<T, 2> f = detail::beta_parts(a, b);
  return log(abs(f[0])) + f[1];
}

#ifdef SCI_WIDE
template <class T>
SCI_HD Trial<T> beta_trial(T a, T b) {
  return detail::beta_wide(a, b);
}
template <class T>
SCI_HD Trial<T> betaln_trial(T a, T b) {
  return detail::betaln_wide(a, b);
}
#endif

}  // namespace sci
