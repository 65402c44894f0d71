// The Kolmogorov distribution's survival function, its inverse and derivatives:
//
//   K(x) = 2 sum_(k>=1) (-1)^(k-1) e^(-2 k^2 x^2)                                  x > 0.82
//        = 1 - sqrt(2 pi) / x sum_(k>=1) e^(-(2k-1)^2 pi^2 / (8 x^2))              x <= 0.82
//
// (Jacobi's theta function and its transformation, DLMF 20.2.1 and 20.7.32; W. Feller, Ann. Math. Statist. 19 (1948)
// 177-189). The second form gives 1 - K relatively accurate where that is small, and the derivatives in both. Five
// terms and three reach the rounding error, of two derivatives as well. The inverse by Newton's method for log K, or
// log(1 - K), in log x.
#pragma once
#include "core/dual.h"
#include "special/detail/monotone_root.h"
#include "special/detail/narrowed.h"

namespace sci {
namespace detail {

/// K is 0 beyond.
constexpr double kolmogorov_end = 40;

/// e^(-2 n^2), keeping the digits that n^2 rounds away: Dekker's product.
template <class T>
SCI_HD T exp_minus_twice_square(T x) {
  if constexpr (is_hardware<T>) {
    T s = rounded_product(x, x), rest = fma(x, x, -s);
    return exp(-2 * s) * (1 - 2 * rest);
  } else {
    return exp(T(scalar_of<T>(-2)) * x * x);
  }
}

/// K and 1 - K for x > 0.
template <class T>
SCI_HD many<T, 2> kolmogorov_parts(T x) {
  using S = scalar_of<T>;
  const T one = T(S(1));
  if (primal(x) > S(0.82)) {
    T q = exp_minus_twice_square(x);
    // Powers that do not count may be subnormal, which takes long.
    T r = primal(q) < S(is_same<S, float> ? 1e-4 : 1e-8) ? T(S(0)) : q, s = r * r, q3 = s * r, q5 = q3 * s, q7 = q5 * s,
      q9 = q7 * s;
    T k = T(S(2)) * q * (one - q3 * (one - q5 * (one - q7 * (one - q9))));
    return {{k, one - k}};
  }
  // The exponent is large: its two factors apart, so that the product does not underflow first.
  T u = T(S(numbers::pi<S> * numbers::pi<S> / 8)) / (x * x), half = exp(u * T(S(-0.5)));
  T q8 = primal(half) < S(is_same<S, float> ? 0.15 : 0.05) ? T(S(0)) : half * half;  // as above
  q8 = q8 * q8;
  q8 = q8 * q8;
  q8 = q8 * q8;  // e^(-8 u)
  T f = T(S(2.506628274631000502415765284811045)) * half / x * half * (one + q8 * (one + q8 * q8));
  return {{one - f, f}};
}

template <class T>
SCI_HD T kolmogorov_derivative(T x) {
  if (!(x > T(0)) || x > T(kolmogorov_end)) return isnan(x) ? limits<T>::nan : T(0);
  many<dual<T>, 2> f = kolmogorov_parts(variable(x));
  return f[0].v < f[1].v ? f[0].d : -f[1].d;
}

/// x with K = p, 1 - K = q, both positive.
template <class T>
SCI_HD_LARGE T kolmogorov_solve(T p, T q) {
  if constexpr (is_same<T, float>) {
    if (near_end_of_float(p, q)) return float(kolmogorov_solve(double(p), double(q)));
  }
  const bool upper = p <= q;
  T x = upper ? sqrt(log(2 / p) / 2) : T(0.6);
  if (!upper) {
    // 1 - K ~ sqrt(2 pi) / x e^(-pi^2 / (8 x^2)), by fixed points.
    const T c = T(1.2337005501361698);
    for (int i = 0; i < 3; ++i) x = sqrt(c / (log(T(2.5066282746310005) / x) - log(q)));
  }
  for (int i = 0; i < 12; ++i) {
    many<dual<T>, 2> f = kolmogorov_parts(variable(x));
    dual<T> g = upper ? f[0] : f[1];
    T step = -tail_gap(g.v, upper ? p : q) * g.v / (g.d * x);
    if (!isfinite(step)) break;
    step = max(T(-0.5), min(T(0.5), step));
    x += x * step;
    if (abs(step) < T(is_same<T, float> ? 1e-4 : 1e-9)) break;
  }
  return x;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T kolmogorov(T x) {
  if (isnan(x)) return x;
  if (!(x > T(0))) return T(1);
  return x > T(detail::kolmogorov_end) ? T(0) : detail::kolmogorov_parts(x)[0];
}
/// dK/dx
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T kolmogorov_dx(T x) {
  return detail::kolmogorov_derivative(x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T kolmogorov_dx2(T x) {
  if (!(x > T(0)) || x > T(detail::kolmogorov_end)) return isnan(x) ? limits<T>::nan : T(0);
  many<dual<dual<T>>, 2> f = detail::kolmogorov_parts(variable2(x));
  return f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T kolmogi(T p) {
  if (!(p >= T(0) && p <= T(1))) return limits<T>::nan;
  if (p == T(0)) return limits<T>::infinity;
  return p == T(1) ? T(0) : detail::kolmogorov_solve(p, 1 - p);
}

}  // namespace sci
