// Relatives of the logarithm: powm1, xlogy, xlog1py, and what their derivatives and those of the entropies, the Box-Cox
// transforms and the dilogarithm are made of.
//
// powm1(x, y) = x^y - 1 = expm1(y log x) where |y log x| < 1, so that nothing cancels; pow beyond.
// log_ratio(x, y) = log(x / y): log1p((x - y) / y) for x/y in [1/2, 2], where x - y is exact; otherwise log of the
//   quotient, or, where that is not a normal number, the difference of the logarithms.
// log_times_e(x) = 1 + log x, accurate about its zero 1/e: log(e x) with what rounds off of e x.
// log1p_minus(u) = log(1 + u) - u: with r = u / (2 + u), log(1 + u) = 2 artanh r (DLMF 4.6.4 with 4.37.24), so the
//   difference is 2 r^3 (1/3 + r^2/5 + ...) - u r, of which the second term is the larger for small r; -0.6 < u < 0.9.
// log1p_moment(k, s) = int_0^1 v^k / (1 + s v)^(k+1) dv, so that log1p(s) / s = log1p_moment(0, s) and
//   d/ds log1p_moment(k, s) = -(k + 1) log1p_moment(k + 1, s). With q = s / (1 + s) it is
//   s^-(k+1) (log1p(s) - sum_{j<=k} q^j / j), and for |q| < 0.6, where that cancels,
//   (1 + s)^-(k+1) sum_i q^i / (k + 1 + i).
//
// Error (measured): 3 ulp; log1p_moment 8 ulp for k <= 3.
#pragma once
#include "core/complex.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// 1/3 + s/5 + s^2/7 + ... for s = r^2, |r| <= 0.43: artanh r = r + r^3 times it.
template <class T>
SCI_HD T artanh_tail(T s) {
  constexpr int count = is_same<T, float> ? 10 : 23;
  SCI_TABLE(T, c) = {T(1) / 3,  T(1) / 5,  T(1) / 7,  T(1) / 9,  T(1) / 11, T(1) / 13, T(1) / 15, T(1) / 17,
                     T(1) / 19, T(1) / 21, T(1) / 23, T(1) / 25, T(1) / 27, T(1) / 29, T(1) / 31, T(1) / 33,
                     T(1) / 35, T(1) / 37, T(1) / 39, T(1) / 41, T(1) / 43, T(1) / 45, T(1) / 47};
  return polynomial<count>(c, s);
}

/// log(1 + u) - u for -0.6 <= u <= 0.9.
template <class T>
SCI_HD T log1p_minus(T u) {
  T r = u / (T(2) + u), square = r * r;
  return r * (T(2) * square * artanh_tail(square) - u);
}

/// int_0^1 v / (1 + s v)^2 dv = 1 / (1 + s) + (log(1 + s) - s) / s^2, without calls or branches.
template <class T>
SCI_HD T log1p_first_moment(T s) {
  const bool small = s > T(-0.6) && s < T(0.9);
  T u = small ? s : T(0), k = T(1) / (T(2) + u), edge = T(1) / (T(1) + s);
  T near = edge + k * (T(2) * u * k * k * artanh_tail(u * u * k * k) - T(1));
  return small ? near : ((log1p(s) / s) - edge) / s;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T powm1(T x, T y) {
#ifdef SCI_WIDE
  if constexpr (is_same<T, float>) {
    // Double has the digits, and no branches.
    double size = abs(x), t = double(y) * log(size), half = 0.5 * double(y);
    const bool whole = rint(y) == y, even = half == rint(half);
    t = y == T(0) || size == 1 ? 0.0 : t;
    float value = float(x < T(0) && !even ? -exp(t) - 1 : expm1(t));
    value = x < T(0) && (isinf(y) || !whole) ? limits<float>::nan : value;
    return isnan(x) || isnan(y) ? limits<float>::nan : value;
  }
#endif
  if (isnan(x) || isnan(y) || (x < T(0) && (isinf(y) || rint(y) != y))) return limits<T>::nan;
  T size = abs(x), t = y * log(size);
  if (abs(t) < T(1)) {
    if (x > T(0)) return expm1(t);
    // An even exponent takes the sign away.
    return y / T(2) == rint(y / T(2)) ? expm1(t) : -exp(t) - T(1);
  }
  return pow(x, y) - T(1);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T xlogy(T x, T y) {
  if (x == T(0) && !isnan(y)) return T(0);
  return x * log(y);
}
template <class T>
SCI_HD complex<T> xlogy(complex<T> x, complex<T> y) {
  if (x == complex<T>(T(0)) && !isnan(y)) return complex<T>(T(0));
  return x * log(y);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T xlog1py(T x, T y) {
  if (x == T(0) && !isnan(y)) return T(0);
  return x * log1p(y);
}
/// Where x and the logarithm's argument both vanish, the derivatives are 0, as the value is.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> xlogy_pullback(T grad, T x, T y, T) {
  const bool lost = x == T(0) && y == T(0);
  return {{grad * (lost ? T(0) : log(y)), grad * (lost ? T(0) : x / y)}};
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> xlog1py_pullback(T grad, T x, T y, T) {
  const bool lost = x == T(0) && y == T(-1);
  return {{grad * (lost ? T(0) : log1p(y)), grad * (lost ? T(0) : x / (T(1) + y))}};
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log1p_pullback(T grad, T x, T) {
  return grad / (T(1) + x);
}

template <class T>
SCI_HD complex<T> xlog1py(complex<T> x, complex<T> y) {
  if (x == complex<T>(T(0)) && !isnan(y)) return complex<T>(T(0));
  return x * log1p(y);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_ratio(T x, T y) {
  T q = x / y;
  if (q > T(0.5) && q < T(2)) return log1p((x - y) / y);
  if (q >= limits<T>::min && q <= limits<T>::max) return log(q);
  return log(x) - log(y);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log_times_e(T x) {
  // e rounded, and the rest.
  constexpr T high = numbers::e<T>, low = is_same<T, float> ? T(8.2548404e-8) : T(1.4456468917292502e-16);
  T p = rounded_product(x, high), rest = fma(x, high, -p) + x * low;
  const bool inner = x > (is_same<T, float> ? T(1e-30) : T(1e-280)) && x < limits<T>::max / T(8);
  return log(inner ? p : x) + (inner ? rest / p : T(1));
}

namespace detail {

template <class T>
SCI_HD T log1p_moment(int64_t order, T s) {
  using R = real_of<T>;
  if (order < 0 || order > 16 || isnan(s)) return T(limits<R>::nan);
  int k = int(order);
  if (s == T(R(0))) return T(R(1) / R(k + 1));
  if (k == 0) return log1p(s) / s;
  T r = R(1) / (R(1) + s), q = s * r;
  if (abs1(q) < R(0.6)) {
    T sum = T(R(1) / R(k + 1)), power = T(R(1));
    for (int i = 1; i < 90; ++i) {
      power = power * q;
      T term = power * (R(1) / R(k + 1 + i));
      sum = sum + term;
      if (abs1(term) < limits<R>::epsilon / R(8)) break;
    }
    for (int i = 0; i <= k; ++i) sum = sum * r;
    return sum;
  }
  T value = log1p(s), power = T(R(1));
  for (int j = 1; j <= k; ++j) {
    power = power * q;
    value = value - power * (R(1) / R(j));
  }
  for (int i = 0; i <= k; ++i) value = value / s;
  return value;
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T log1p_moment(int64_t k, T s) {
  return detail::log1p_moment(k, s);
}
template <class T>
SCI_HD complex<T> log1p_moment(int64_t k, complex<T> s) {
  return detail::log1p_moment(k, s);
}

}  // namespace sci
