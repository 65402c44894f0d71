// The regularized incomplete gamma functions P(a, x) = gamma(a, x) / Gamma(a), Q(a, x) = 1 - P(a, x) (DLMF 8.2.4), the
// density x^(a-1) e^-x / Gamma(a) between them, and their derivatives in a, by dual numbers in the same algorithms.
//
// With D = x^a e^-x / Gamma(a), lambda = x / a, eta^2 / 2 = lambda - 1 - log lambda, sign(eta) = sign(lambda - 1):
//   a >= 13, |eta| <= 1 (lambda in 0.30 ... 2.36)   uniform expansion, detail/uniform_expansion.h: the same short sum
//                            for a = 13 and 1e300.
//   a < 1, x <= 1.1, x^a > 1/2   Q = -expm1(u) - e^u a S with u = a log x - log Gamma(1 + a) and
//                            S = sum_(n>=1) (-x)^n / (n! (a + n)) (DLMF 8.7.1): right for tiny Q, a = 0 included.
//   x <= max(a, 1.1)         P = D / a (1 + x/(a+1) + x^2/((a+1)(a+2)) + ...) (DLMF 8.7.1 with Kummer's
//                            transformation): positive terms.
//   else                     Q = D times the even part of the continued fraction DLMF 8.9.2, by Steed's algorithm.
// The other one of P and Q is the difference from 1; it is at least 1/4 or so then, but for tiny x, where it is 1.
// D comes of peak(a) exp(a [log(1 + t) - t]), t = (x - a) / a (detail/gamma_peak.h), for a < 13 as written.
//
// The error is a few ulp, or what a rounding of the arguments makes.
#pragma once
#include "special/detail/gammainc_tables.h"
#include "special/detail/uniform_expansion.h"
#include "special/gammaln.h"

namespace sci {
namespace detail {

/// a log(x / a) - (x - a), not positive.
template <class T>
SCI_HD_LARGE T gammainc_exponent(T a, T x) {
  using S = scalar_of<T>;
  S v = primal(a), w = primal(x);
  T d = x - a;
  if (w > S(0.5) * v && w < S(2) * v) return a * log1p_minus(d / a);
  return (a * log(x / a) - d) - sum_error(x, -a, d);
}

/// D = x^a e^-x / Gamma(a), x > 0 finite.
template <class T>
SCI_HD_LARGE T gammainc_factor(T a, T x) {
  using S = scalar_of<T>;
  if (primal(a) < S(13)) {
    if (primal(x) > S(is_same<S, float> ? 250 : 900)) return T(S(0));  // and the power may overflow
    T half = exp(x * T(S(-0.5)));  // the exponential alone would be subnormal before the product is
    return pow(x, a) * rgamma(a) * half * half;
  }
  T ratio = x / a;
  if (!(primal(ratio) > S(0.5) && primal(ratio) < S(2))) {
    // Far from the peak the power is more accurate than the exponential of its logarithm.
    T power = pow(ratio, a), d = x - a, fall = exp(-d);
    if (primal(power) > limits<S>::min && primal(power) < limits<S>::max && primal(fall) > limits<S>::min)
      return gamma_peak(a) * (power * (fall - fall * sum_error(x, -a, d)));
  }
  return gamma_peak(a) * exp(gammainc_exponent(a, x));
}

/// -2 (log(1 + t) - t) / t^2, smooth at 0.
template <class T>
SCI_HD T log1p_minus_ratio(T t) {
  using S = scalar_of<T>;
  S v = primal(t);
  if (v < S(-0.5) || v > S(1)) return T(S(-2)) * log1p_minus(t) / (t * t);
  T inverse = T(S(1)) / (T(S(2)) + t), r = t * inverse;
  return T(S(2)) * inverse * (T(S(1)) - T(S(2)) * r * inverse * artanh_rest(T(r * r)));
}

/// log Gamma(1 + a), 0 <= a <= 1, relatively accurate for small a.
template <class T>
SCI_HD T gammaln1p(T a) {
  if constexpr (is_hardware<T>) {
    return gammaln_unit(a);
  } else {
    auto v = a.v;
    return {gammaln1p(v), digamma(decltype(v)(scalar_of<T>(1)) + v) * a.d};
  }
}

/// Q for small a: see above.
template <class T>
SCI_HD T gammainc_small(T a, T x) {
  using S = scalar_of<T>;
  T u = a * log(x) - gammaln1p(a), power = T(S(1)), sum = T(S(0));
  for (int n = 1; n < 40; ++n) {
    power = power * x * T(S(-1) / S(n));
    T term = power / (a + T(S(n)));
    sum = sum + term;
    if (negligible(term, sum)) break;
  }
  return -(expm1(u) + exp(u) * a * sum);
}

/// P by its series, terms x^n / ((a + 1)...(a + n)).
template <class T>
SCI_HD T gammainc_series(T a, T x) {
  using S = scalar_of<T>;
  T term = T(S(1)), sum = T(S(1));
  SCI_NO_UNROLL
  for (int n = 1; n < 256; ++n) {
    term = term * (x / (a + T(S(n))));  // the division waits for nothing
    sum = sum + term;
    if (negligible(term, sum)) break;
  }
  return gammainc_factor(a, x) / a * sum;
}

/// Q by 1/(x + 1 - a -) 1 (1 - a)/(x + 3 - a -) 2 (2 - a)/(x + 5 - a -) ...
template <class T>
SCI_HD T gammainc_fraction(T a, T x) {
  using S = scalar_of<T>;
  T b = x + T(S(1)) - a, d = T(S(1)) / b, step = d, sum = d;
  SCI_NO_UNROLL
  for (int n = 1; n < 400; ++n) {
    T c = T(S(n)) * (a - T(S(n)));
    b = b + T(S(2));
    d = T(S(1)) / (b + c * d);
    step = (b * d - T(S(1))) * step;
    sum = sum + step;
    if (negligible(step, sum)) break;
  }
  return gammainc_factor(a, x) * sum;
}

/// P and Q for a >= 0, 0 < x < inf.
template <class T>
SCI_HD_LARGE many<T, 2> gammainc_parts(T a, T x) {
  using S = scalar_of<T>;
  S v = primal(a), w = primal(x);
  const T one = T(S(1));
  if (v >= S(13) && w > S(0.2) * v && w < S(3) * v) {
    T t = (x - a) / a, eta = t * sqrt(log1p_minus_ratio(t));
    if (abs(primal(eta)) <= S(1)) {
      const int length = uniform_length(a, eta);
      if constexpr (is_same<S, float>) {
        float f[uniform_terms<float> + 1];
        for (int n = 0; n <= length; ++n) f[n] = float(gammainc_tables::uniform_taylor()[n]);
        return uniform_parts(f, length, a, eta, gammainc_exponent(a, x));
      } else {
        return uniform_parts(gammainc_tables::uniform_taylor(), length, a, eta, gammainc_exponent(a, x));
      }
    }
  }
  if (v < S(1) && w <= S(1.1) && v * log(w) > S(-0.7)) {
    T q = gammainc_small(a, x);
    return {{one - q, q}};
  }
  if (w <= max(v, S(1.1))) {
    T p = gammainc_series(a, x);
    return {{p, one - p}};
  }
  T q = gammainc_fraction(a, x);
  return {{one - q, q}};
}

/// Whether P is 0 or 1 to the smallest number, as are its derivatives: P < exp(-0.19 a) at a/2, Q < exp(-0.3 a) at 2 a.
template <class T>
SCI_HD bool gammainc_is_step(T a, T x) {
  return a > T(1e4) && !(x > T(0.5) * a && x < T(2) * a);
}

/// P and Q for all arguments, as SciPy has the edges: NaN for negative ones and where both are 0 or infinite.
template <class T>
SCI_HD many<T, 2> gammainc_pair(T a, T x) {
  const T nan = limits<T>::nan;
  if (!(a >= T(0)) || !(x >= T(0))) return {{nan, nan}};
  if (x == T(0)) return a == T(0) ? many<T, 2>{{nan, nan}} : many<T, 2>{{T(0), T(1)}};
  if (isinf(x)) return isinf(a) ? many<T, 2>{{nan, nan}} : many<T, 2>{{T(1), T(0)}};
  if (isinf(a)) return {{T(0), T(1)}};
  if (a == T(0)) return {{T(1), T(0)}};
  return gammainc_parts(a, x);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammainc(T a, T x) {
  return detail::gammainc_pair(a, x)[0];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammaincc(T a, T x) {
  return detail::gammainc_pair(a, x)[1];
}

/// x^(a-1) e^-x / Gamma(a), x >= 0, by continuation for a < 0; 0 for a = 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gamma_density(T a, T x) {
  if (isnan(a) || isnan(x) || x < T(0)) return limits<T>::nan;
  if (a == T(0) || isinf(x) || isinf(a)) return T(0);
  if (x == T(0)) return a > T(1) ? T(0) : a == T(1) ? T(1) : copysign(limits<T>::infinity, rgamma(a));
  // The factors may underflow where their product does not.
  if (a < T(1)) return pow(x, a) / x * (exp(-x) * rgamma(a));
  if (a < T(13)) {
    if (x > T(is_same<T, float> ? 250 : 900)) return T(0);
    T half = exp(x / -2);
    return pow(x, a - 1) * rgamma(a) * half * half;
  }
  T half = exp(detail::gammainc_exponent(a, x) / 2);
  return detail::gamma_peak(a) * half / x * half;
}

/// log x - psi(a), the derivative of the density's logarithm in -a, without cancellation at large a; x >= 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_minus_digamma(T a, T x) {
  if (a > T(0) && x > a / 2 && x < 2 * a) return log1p((x - a) / a) + detail::gamma_peak_slope(a);
  return log(x) - digamma(a);
}

/// dP/da; at a = 0 it is -E_1(x).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammainc_da(T a, T x) {
  if (!(a >= T(0)) || !(x >= T(0))) return limits<T>::nan;
  if (x == T(0)) return a == T(0) ? -limits<T>::infinity : T(0);
  if (isinf(x) || detail::gammainc_is_step(a, x)) return T(0);
  many<dual<T>, 2> f = detail::gammainc_parts(variable(a), dual<T>(x));
  // The smaller of P and Q is what was computed.
  return f[0].v < f[1].v ? f[0].d : -f[1].d;
}

/// d^2 P / da^2
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gammainc_daa(T a, T x) {
  if (!(a >= T(0)) || !(x >= T(0))) return limits<T>::nan;
  if (x == T(0)) return a == T(0) ? limits<T>::infinity : T(0);
  if (isinf(x) || detail::gammainc_is_step(a, x)) return T(0);
  many<dual<dual<T>>, 2> f = detail::gammainc_parts(variable2(a), dual<dual<T>>(x));
  return f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d;
}

}  // namespace sci
