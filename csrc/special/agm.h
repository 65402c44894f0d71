// The arithmetic-geometric mean M(a, b) (DLMF 19.8(i)) and its derivatives in a.
//
// M(a, b) = pi a / (2 K) with the complete elliptic integral K of 1 - m = (b / a)^2 (DLMF 19.8.5), b < a, by
// special/ellipk.h; K = log(4 a / b) for tiny quotients. agm_derivative(n, a, b) = d^n M / da^n, n <= 3, is the
// iteration itself, for n > 1 on dual numbers, of numbers scaled by a power of two; it stops when they agree to half
// the digits, and one more mean, (a + b)/2 - (a - b)^2 / (16 a), gives the others. For n = 1 it carries b dM/db of the
// smaller number along, all of whose terms are positive, until a series takes over; a dM/da is what that lacks to M.
// Derivatives in b follow from symmetry and from M_n being homogeneous of degree 1 - n: b dM_n/db = (1 - n) M_n -
// a M_(n+1).
//
// M(-a, -b) = -M(a, b); opposite signs give NaN, 0 and finite 0, 0 and infinity NaN.
// Error (measured): 2 ulp, derivatives 6 ulp.
#pragma once
#include "core/dual.h"
#include "special/detail/estrin.h"
#include "special/ellipk.h"

namespace sci {
namespace detail {

/// M(a, b) for positive numbers of moderate size with second or third derivatives.
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
  // The rest is of the fourth order in a - b, whose higher derivatives converge a step later.
  T mean = (a + b) * T(S(0.5));
  b = sqrt(a * b);
  a = mean;
  T difference = a - b;
  return (a + b) * T(S(0.5)) - difference * difference / (T(S(16)) * a);
}

/// M(1 + x, 1 - x) = R(x^2), |x| < 1/7, and R', by the powers of 1 / F(1/2, 1/2; 1; x^2) (DLMF 19.8.5).
template <class T>
SCI_HD many<T, 2> agm_close(T square) {
  SCI_TABLE(T, c) = {T(1),
                     T(-1) / 4,
                     T(-5) / 64,
                     T(-11) / 256,
                     T(-469) / 16384,
                     T(-1379) / 65536,
                     T(-17223) / 1048576,
                     T(-56001) / 4194304,
                     T(-0.011174817569553852081)};
  SCI_TABLE(T, slope) = {T(-1) / 4,
                         T(-5) / 32,
                         T(-33) / 256,
                         T(-469) / 4096,
                         T(-6895) / 65536,
                         T(-51669) / 524288,
                         T(-392007) / 4194304,
                         T(-0.089398540556430816650),
                         T(-0.086050350917440397724)};
  constexpr int terms = is_same<T, float> ? 5 : 9;
  return {{estrin<terms>(c, square), estrin<terms>(slope, square)}};
}

/// 1 / log(4 big / small), of which M = pi/2 big / log(4 big / small) consists where b is nothing beside a
/// (DLMF 19.12.1).
template <class T>
SCI_HD T agm_apart(T a, T b) {
  return T(1) / (abs(log(a) - log(b)) + T(2) * numbers::ln2<T>);
}
template <class T>
constexpr T agm_far = is_same<T, float> ? T(1e-5) : T(1e-10);

/// dM/da and dM/db, a >= b > 0. As the numbers go on, `by_a` and `by_b` are the logarithmic derivatives in b/a of both.
template <class T>
SCI_HD many<T, 2> agm_slopes(T big, T small) {
  const T ratio = small / big;
  if (ratio < agm_far<T>) {
    T r = agm_apart(big, small), c = T(0.5) * numbers::pi<T>;
    return {{c * (r * (T(1) - r)), c * (big / small) * (r * r)}};
  }
  T a = T(1), b = ratio, by_a = T(0), by_b = T(1), sum = a + b, x = (a - b) / sum;
  SCI_NO_UNROLL
  for (int k = 0; k < 2 || (k < 8 && x * x > T(0.02)); ++k) {  // hardly ever more than 2: predicted
    T both = T(0.5) * (by_a + by_b);
    by_a = (a * by_a + b * by_b) / sum;
    by_b = both;
    b = sqrt(a * b);
    a = T(0.5) * sum;
    sum = a + b;
    x = (a - b) / sum;
  }
  // M = (a + b)/2 R(x^2), x = (a - b) / (a + b)
  auto f = agm_close(x * x);
  T turn = (T(1) - x * x) * T(0.5) * (by_a - by_b);
  T by_ratio = T(0.5) * (a * by_a + b * by_b) * f[0] + sum * x * f[1] * turn;
  return {{T(0.5) * sum * f[0] - by_ratio, by_ratio / ratio}};
}

/// d^n M / da^n, n = 2, 3, where one number is nothing beside the other.
template <class T>
SCI_HD T agm_derivative_apart(int n, T a, T b) {
  T r = agm_apart(a, b), c = T(0.5) * numbers::pi<T>;
  if (a > b) return n == 2 ? -(c / a * (r * r * (T(1) - T(2) * r))) : c / a / a * (r * r * (T(1) - T(6) * r * r));
  T first = c * (b / a) * (r * r);
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
  if (n == 1) return x >= y ? detail::agm_slopes(x, y)[0] : detail::agm_slopes(y, x)[1];
  if (min(x, y) < detail::agm_far<T> * max(x, y)) return sign * detail::agm_derivative_apart(int(n), x, y);
  int e;
  frexp(x, &e);
  T p = ldexp(x, -e), q = ldexp(y, -e), value;  // M_n is homogeneous of degree 1 - n
  if (n == 2)
    value = detail::agm_iterate(variable2(p), dual<dual<T>>(dual<T>(q))).d.d;
  else {
    using D = dual<dual<T>>;
    value = detail::agm_iterate(dual<D>(variable2(p), D(T(1))), dual<D>(D(dual<T>(q)))).d.d.d;
  }
  return sign * ldexp(value, n == 2 ? -e : -2 * e);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> agm_pullback(T grad, T a, T b, T) {
  T x = abs(a), y = abs(b);
  const bool same = (a > T(0) && b > T(0)) || (a < T(0) && b < T(0));
  if (!same || isinf(a) || isinf(b)) return {{grad * agm_derivative(1, a, b), grad * agm_derivative(1, b, a)}};
  const bool turned = x < y;
  many<T, 2> d = turned ? detail::agm_slopes(y, x) : detail::agm_slopes(x, y);
  return {{grad * d[turned], grad * d[1 - turned]}};
}

}  // namespace sci
