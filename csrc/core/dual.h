// Dual numbers a + b e with e^2 = 0: an algorithm run on them gives its value and its exact derivative. They are how
// a derivative in a parameter is made where no closed form is practical (the order of a Bessel function).
// dual<dual<T>> gives the second derivative; complex<dual<T>> serves complex arguments. Comparisons look at the value
// only, so an algorithm takes the same branches as without derivatives; stopping rules should use `negligible`.
#pragma once
#include "core/complex.h"

namespace sci {

template <class T>
struct dual {
  T v, d;
  SCI_HD constexpr dual() : v(), d() {}
  SCI_HD constexpr dual(T value) : v(value), d(T(0)) {}
  SCI_HD constexpr dual(T value, T derivative) : v(value), d(derivative) {}
  // From any plain number, through the levels of nesting: dual<dual<double>>(2).
  template <class U, class = typename enable_if<!is_same<U, T> && (is_hardware<U> || is_same<U, int> ||
                                                                   is_same<U, long> || is_same<U, long long>)>::type>
  SCI_HD constexpr dual(U value) : v(T(scalar_of<T>(value))), d(T(0)) {}

  SCI_HD dual& operator+=(dual b) { return *this = *this + b; }
  SCI_HD dual& operator-=(dual b) { return *this = *this - b; }
  SCI_HD dual& operator*=(dual b) { return *this = *this * b; }
  SCI_HD dual& operator/=(dual b) { return *this = *this / b; }
  SCI_HD dual operator-() const { return {-v, -d}; }
  SCI_HD dual operator+() const { return *this; }
  friend SCI_HD dual operator+(dual a, dual b) { return {a.v + b.v, a.d + b.d}; }
  friend SCI_HD dual operator-(dual a, dual b) { return {a.v - b.v, a.d - b.d}; }
  friend SCI_HD dual operator*(dual a, dual b) { return {a.v * b.v, a.v * b.d + a.d * b.v}; }
  friend SCI_HD dual operator/(dual a, dual b) {
    T q = a.v / b.v;
    return {q, (a.d - q * b.d) / b.v};
  }
  friend SCI_HD bool operator==(dual a, dual b) { return a.v == b.v; }
  friend SCI_HD bool operator!=(dual a, dual b) { return a.v != b.v; }
  friend SCI_HD bool operator<(dual a, dual b) { return a.v < b.v; }
  friend SCI_HD bool operator>(dual a, dual b) { return a.v > b.v; }
  friend SCI_HD bool operator<=(dual a, dual b) { return a.v <= b.v; }
  friend SCI_HD bool operator>=(dual a, dual b) { return a.v >= b.v; }
};

template <class T>
struct scalar_of_<dual<T>> {
  using type = scalar_of<T>;
};
template <class T>
constexpr bool is_dual = false;
template <class T>
constexpr bool is_dual<dual<T>> = true;

template <class T>
SCI_HD scalar_of<T> primal(dual<T> x) {
  return primal(x.v);
}

/// The variable itself, ready to be differentiated once: x + e.
template <class T>
SCI_HD dual<T> variable(T x) {
  return {x, T(1)};
}
/// The same for the second derivative: read it off as f.d.d.
template <class T>
SCI_HD dual<dual<T>> variable2(T x) {
  return {{x, T(1)}, {T(1), T(0)}};
}

/// Is `term` too small to change `sum`, in the value and in every derivative? The derivatives are held against
/// the larger of themselves and the value, so that a derivative that is truly zero does not keep a series going.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD bool negligible(T term, T sum) {
  return abs(term) <= limits<T>::epsilon / T(4) * abs(sum);
}
template <class T>
SCI_HD scalar_of<T> largest(dual<T> x);
SCI_HD double largest(double x) { return abs(x); }
SCI_HD float largest(float x) { return abs(x); }
template <class T>
SCI_HD scalar_of<T> largest(dual<T> x) {
  return max(largest(x.v), largest(x.d));
}
template <class T>
SCI_HD bool negligible(dual<T> term, dual<T> sum) {
  using S = scalar_of<T>;
  return negligible(primal(term), primal(sum)) && largest(term.d) <= limits<S>::epsilon / S(4) * largest(sum);
}
template <class T>
SCI_HD bool negligible(complex<T> term, complex<T> sum) {
  using S = scalar_of<T>;
  if constexpr (is_dual<T>) {
    S size = max(largest(sum.re), largest(sum.im)) * (limits<S>::epsilon / S(4));
    return negligible(primal(term), primal(sum)) && largest(term.re.d) <= size && largest(term.im.d) <= size;
  } else {
    return abs1(term) <= limits<S>::epsilon / S(4) * abs1(sum);
  }
}

#define SCI_DUAL_UNARY(f, value, derivative) \
  template <class T>                         \
  SCI_HD dual<T> f(dual<T> x) {              \
    T y = value;                             \
    return {y, (derivative) * x.d};          \
  }
SCI_DUAL_UNARY(sqrt, sqrt(x.v), T(1) / (T(2) * y))
SCI_DUAL_UNARY(exp, exp(x.v), y)
SCI_DUAL_UNARY(expm1, expm1(x.v), exp(x.v))
SCI_DUAL_UNARY(log, log(x.v), T(1) / x.v)
SCI_DUAL_UNARY(log1p, log1p(x.v), T(1) / (T(1) + x.v))
SCI_DUAL_UNARY(sin, sin(x.v), cos(x.v))
SCI_DUAL_UNARY(cos, cos(x.v), -sin(x.v))
SCI_DUAL_UNARY(tan, tan(x.v), T(1) + y * y)
SCI_DUAL_UNARY(atan, atan(x.v), T(1) / (T(1) + x.v * x.v))
SCI_DUAL_UNARY(sinh, sinh(x.v), cosh(x.v))
SCI_DUAL_UNARY(cosh, cosh(x.v), sinh(x.v))
SCI_DUAL_UNARY(tanh, tanh(x.v), T(1) - y * y)
SCI_DUAL_UNARY(asinh, asinh(x.v), T(1) / sqrt(T(1) + x.v * x.v))
SCI_DUAL_UNARY(acosh, acosh(x.v), T(1) / sqrt((x.v - T(1)) * (x.v + T(1))))
SCI_DUAL_UNARY(cbrt, cbrt(x.v), T(1) / (T(3) * y * y))
SCI_DUAL_UNARY(sinpi, sinpi(x.v), T(numbers::pi<scalar_of<T>>) * cospi(x.v))
SCI_DUAL_UNARY(cospi, cospi(x.v), -(T(numbers::pi<scalar_of<T>>) * sinpi(x.v)))
#undef SCI_DUAL_UNARY

template <class T>
SCI_HD dual<T> pow(dual<T> x, dual<T> p) {
  T y = pow(x.v, p.v);
  // d x^p = p x^(p-1) dx + x^p log x dp; at x = 0 only the terms that exist.
  T by_base = primal(x.v) == 0 ? (primal(p.v) == 1 ? T(1) : p.v * pow(x.v, p.v - T(1))) : p.v * y / x.v;
  T by_power = primal(x.v) == 0 ? T(0) : y * log(x.v);
  return {y, by_base * x.d + by_power * p.d};
}
template <class T>
SCI_HD dual<T> hypot(dual<T> x, dual<T> y) {
  T h = hypot(x.v, y.v);
  if (primal(h) == 0) return {h, T(0)};
  return {h, x.v / h * x.d + y.v / h * y.d};
}
template <class T>
SCI_HD dual<T> atan2(dual<T> y, dual<T> x) {
  T h = hypot(x.v, y.v);
  return {atan2(y.v, x.v), (x.v / h * y.d - y.v / h * x.d) / h};
}
template <class T>
SCI_HD dual<T> abs(dual<T> x) {
  return primal(x) < 0 ? -x : x;
}
template <class T>
SCI_HD dual<T> copysign(dual<T> x, dual<T> y) {
  return signbit(primal(x)) == signbit(primal(y)) ? x : -x;
}
// Piecewise constant functions: values only.
template <class T>
SCI_HD dual<T> floor(dual<T> x) {
  return dual<T>(floor(primal(x)));
}
template <class T>
SCI_HD dual<T> rint(dual<T> x) {
  return dual<T>(rint(primal(x)));
}
template <class T>
SCI_HD dual<T> ldexp(dual<T> x, int n) {
  return {ldexp(x.v, n), ldexp(x.d, n)};
}
template <class T>
SCI_HD bool isnan(dual<T> x) {
  return isnan(primal(x));
}
template <class T>
SCI_HD bool isfinite(dual<T> x) {
  return isfinite(primal(x));
}
template <class T>
SCI_HD bool isinf(dual<T> x) {
  return isinf(primal(x));
}
template <class T>
SCI_HD bool signbit(dual<T> x) {
  return signbit(primal(x));
}
template <class T>
SCI_HD dual<T> real(dual<T> x) {
  return x;
}
template <class T>
SCI_HD dual<T> conj(dual<T> x) {
  return x;
}
template <class T>
SCI_HD dual<T> abs1(dual<T> x) {
  return abs(x);
}

}  // namespace sci
