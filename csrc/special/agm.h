// The arithmetic-geometric mean M(a, b) (DLMF 19.8(i)) and its derivatives in a.
//
// M(a, b) = pi a / (2 K) with the complete elliptic integral K of 1 - m = (b / a)^2 (DLMF 19.8.5), b < a, by
// special/ellipk.h; K = log(4 a / b) for tiny quotients. agm_derivative(n, a, b) = d^n M / da^n, n <= 3, is the
// iteration itself on dual numbers, all of whose terms have one sign for n = 1, of numbers scaled by a power of two; it
// stops when they agree to half the digits, and one more mean, (a + b)/2 - (a - b)^2 / (16 a), gives the others.
// Derivatives in b follow from symmetry and from M_n being homogeneous of degree 1 - n:
// b dM_n/db = (1 - n) M_n - a M_(n+1).
//
// M(-a, -b) = -M(a, b); opposite signs give NaN, 0 and finite 0, 0 and infinity NaN.
// Error (measured): 2 ulp, derivatives 6 ulp.
#pragma once
#include "core/dual.h"
#include "special/ellipk.h"

namespace sci {
namespace detail {

/// M(a, b) for positive numbers of moderate size.
template <class T>
SCI_HD T agm_iterate(T a, T b) {
  using S = scalar_of<T>;
  constexpr S close = is_same<S, float> ? S(1e-3) : S(1e-7);
  SCI_NO_UNROLL
  for (int k = 0; k < 40; ++k) {
    if (abs(primal(a) - primal(b)) <= close * primal(a)) break;
    T mean = (a + b) * T(S(0.5));
    b = sqrt(a * b);
    a = mean;
  }
  if constexpr (is_dual<T> && !is_same<T, dual<S>> && !is_same<T, dual<S, several<S, 2>>>) {
    // The rest is of the fourth order in a - b, whose higher derivatives converge a step later.
    T mean = (a + b) * T(S(0.5));
    b = sqrt(a * b);
    a = mean;
  }
  T difference = a - b;
  return (a + b) * T(S(0.5)) - difference * difference / (T(S(16)) * a);
}

/// d^n M / da^n where one number is nothing beside the other: M = pi/2 big / log(4 big / small) (DLMF 19.12.1).
template <class T>
SCI_HD T agm_derivative_apart(int n, T a, T b) {
  T r = T(1) / (abs(log(a) - log(b)) + T(2) * numbers::ln2<T>), c = T(0.5) * numbers::pi<T>;
  if (a > b) {
    if (n == 1) return c * (r * (T(1) - r));
    return n == 2 ? -(c / a * (r * r * (T(1) - T(2) * r))) : c / a / a * (r * r * (T(1) - T(6) * r * r));
  }
  T first = c * (b / a) * (r * r);
  if (n == 1) return first;
  return n == 2 ? -(first * (T(1) - T(2) * r) / a) : first * (T(2) - r * (T(6) - T(6) * r)) / a / a;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T agm(T a, T b) {
  if (isnan(a) || isnan(b)) return limits<T>::nan;
  if ((a < T(0) && b > T(0)) || (a > T(0) && b < T(0))) return limits<T>::nan;
  if ((isinf(a) || isinf(b)) && (a == T(0) || b == T(0))) return limits<T>::nan;
  if (a == T(0) || b == T(0)) return T(0);
  T sign = a < T(0) ? T(-1) : T(1), x = max(abs(a), abs(b)), y = min(abs(a), abs(b)), ratio = y / x;
  if (isinf(x)) return sign * x;
  // The square would lose digits below the square root of the smallest number.
  constexpr T least = is_same<T, float> ? T(1e-15) : T(1e-140);
  T k = ratio > least ? ellipkm1(ratio * ratio) : T(2) * numbers::ln2<T> - (log(y) - log(x));
  return sign * x * (T(0.5) * numbers::pi<T> / k);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T agm_derivative(int64_t n, T a, T b) {
  if (n == 0) return agm(a, b);
  if (!(n > 0 && n <= 3) || isnan(a) || isnan(b)) return limits<T>::nan;
  if (isinf(a) || isinf(b)) return limits<T>::nan;
  if (n == 1 && (a == T(0) || b == T(0))) return a == T(0) && b != T(0) ? limits<T>::infinity : T(0);
  if (!(a > T(0) && b > T(0)) && !(a < T(0) && b < T(0))) return limits<T>::nan;
  T x = abs(a), y = abs(b), sign = a < T(0) && n == 2 ? T(-1) : T(1);
  constexpr T apart = is_same<T, float> ? T(1e5) : T(1e10);
  if (x / y > apart || y / x > apart) return sign * detail::agm_derivative_apart(int(n), x, y);
  int e;
  frexp(x, &e);
  T p = ldexp(x, -e), q = ldexp(y, -e), value;  // M_n is homogeneous of degree 1 - n
  if (n == 1)
    value = detail::agm_iterate(variable(p), dual<T>(q)).d;
  else if (n == 2)
    value = detail::agm_iterate(variable2(p), dual<dual<T>>(dual<T>(q))).d.d;
  else {
    using D = dual<dual<T>>;
    value = detail::agm_iterate(dual<D>(variable2(p), D(T(1))), dual<D>(D(dual<T>(q)))).d.d.d;
  }
  return sign * (n == 1 ? value : ldexp(value, n == 2 ? -e : -2 * e));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> agm_pullback(T grad, T a, T b, T) {
  T x = abs(a), y = abs(b);
  const bool same = (a > T(0) && b > T(0)) || (a < T(0) && b < T(0));
  if (!same || isinf(a) || isinf(b) || x > T(1e4) * y || y > T(1e4) * x)
    return {{grad * agm_derivative(1, a, b), grad * agm_derivative(1, b, a)}};
  int e;
  frexp(x, &e);
  several<T, 2> d = detail::agm_iterate(variable_of<2>(ldexp(x, -e), 0), variable_of<2>(ldexp(y, -e), 1)).d;
  return {{grad * d.at[0], grad * d.at[1]}};
}

}  // namespace sci
