// Dual numbers a + b e with e^2 = 0: an algorithm run on them gives its value and its exact derivative. They are how
// a derivative in a parameter is made where no closed form is practical (the order of a Bessel function).
// dual<dual<T>> gives the second derivative; complex<dual<T>> serves complex arguments. Comparisons look at the value
// only, so an algorithm takes the same branches as without derivatives; stopping rules should use `negligible`.
#pragma once
#include "core/complex.h"
#include "core/lanes.h"

namespace sci {

namespace detail {
#if SCI_DEVICE
/// Numbers in registers, with the arithmetic of the CPU's vectors.
template <class T, int N>
struct several_numbers {
  T x[N];
  SCI_HD T& operator[](int i) { return x[i]; }
  SCI_HD const T& operator[](int i) const { return x[i]; }
  SCI_HD several_numbers& operator+=(T y) {
    for (int i = 0; i < N; ++i) x[i] += y;
    return *this;
  }
  SCI_HD several_numbers operator-() const { return T(-1) * *this; }
  friend SCI_HD several_numbers operator+(several_numbers a, several_numbers b) {
    for (int i = 0; i < N; ++i) a[i] += b[i];
    return a;
  }
  friend SCI_HD several_numbers operator-(several_numbers a, several_numbers b) { return a + -b; }
  friend SCI_HD several_numbers operator*(T y, several_numbers a) {
    for (int i = 0; i < N; ++i) a[i] *= y;
    return a;
  }
  friend SCI_HD several_numbers operator*(several_numbers a, T y) { return y * a; }
  friend SCI_HD several_numbers operator/(several_numbers a, T y) { return T(1) / y * a; }
};
#else
template <class T, int N>
using several_numbers = lanes<T, N <= 2 ? 2 : 4>;
#endif
}  // namespace detail

/// N derivatives side by side, so that an algorithm on dual<T, several<T, N>> runs once for all.
template <class T, int N>
struct several {
  detail::several_numbers<T, N> at;
  SCI_HD several() : at() {}
  SCI_HD several(T x) : at() { at += x; }
  SCI_HD several operator-() const { return of(-at); }
  friend SCI_HD several operator+(several a, several b) { return of(a.at + b.at); }
  friend SCI_HD several operator-(several a, several b) { return of(a.at - b.at); }
  friend SCI_HD several operator*(T x, several a) { return of(x * a.at); }
  friend SCI_HD several operator*(several a, T x) { return of(a.at * x); }
  friend SCI_HD several operator/(several a, T x) { return of(a.at / x); }

 private:
  template <class V>
  SCI_HD static several of(V v) {
    several made;
    made.at = v;
    return made;
  }
};

template <class T, class D = T>
struct dual {
  T v;
  D d;
  SCI_HD constexpr dual() : v(), d() {}
  SCI_HD constexpr dual(T value) : v(value), d(T(0)) {}
  SCI_HD constexpr dual(T value, D derivative) : v(value), d(derivative) {}
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

template <class T, class D>
struct scalar_of_<dual<T, D>> {
  using type = scalar_of<T>;
};
template <class T>
constexpr bool is_dual = false;
template <class T, class D>
constexpr bool is_dual<dual<T, D>> = true;

/// How many derivatives deep a number is.
template <class T>
constexpr int derivative_order = 0;
template <class T, class D>
constexpr int derivative_order<dual<T, D>> = 1 + derivative_order<T>;

template <class T, class D>
SCI_HD scalar_of<T> primal(dual<T, D> x) {
  return primal(x.v);
}

/// The variable itself, ready to be differentiated once: x + e.
template <class T>
SCI_HD dual<T> variable(T x) {
  return {x, T(1)};
}
/// Variable number i of N (none for i < 0), for `several` derivatives.
template <int N, class T>
SCI_HD dual<T, several<T, N>> variable_of(T x, int i) {
  dual<T, several<T, N>> y(x);
  if (i >= 0) y.d.at[i] = T(1);
  return y;
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
template <class T, class D>
SCI_HD scalar_of<T> largest(dual<T, D> x);
SCI_HD double largest(double x) { return abs(x); }
SCI_HD float largest(float x) { return abs(x); }
template <class T, int N>
SCI_HD T largest(several<T, N> x) {
  T size = abs(x.at[0]);
  for (int i = 1; i < N; ++i) size = max(size, abs(x.at[i]));
  return size;
}
template <class T, class D>
SCI_HD scalar_of<T> largest(dual<T, D> x) {
  return max(largest(x.v), largest(x.d));
}
template <class T, class D>
SCI_HD bool negligible(dual<T, D> term, dual<T, D> sum) {
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
  template <class T, class D>                \
  SCI_HD dual<T, D> f(dual<T, D> x) {        \
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

template <class T, class D>
SCI_HD dual<T, D> pow(dual<T, D> x, dual<T, D> p) {
  T y = pow(x.v, p.v);
  // d x^p = p x^(p-1) dx + x^p log x dp; at x = 0 only the terms that exist.
  T by_base = primal(x.v) == 0 ? (primal(p.v) == 1 ? T(1) : p.v * pow(x.v, p.v - T(1))) : p.v * y / x.v;
  T by_power = primal(x.v) == 0 ? T(0) : y * log(x.v);
  return {y, by_base * x.d + by_power * p.d};
}
template <class T, class D>
SCI_HD dual<T, D> hypot(dual<T, D> x, dual<T, D> y) {
  T h = hypot(x.v, y.v);
  if (primal(h) == 0) return {h, T(0)};
  return {h, x.v / h * x.d + y.v / h * y.d};
}
template <class T, class D>
SCI_HD dual<T, D> atan2(dual<T, D> y, dual<T, D> x) {
  T h = hypot(x.v, y.v);
  return {atan2(y.v, x.v), (x.v / h * y.d - y.v / h * x.d) / h};
}
template <class T, class D>
SCI_HD dual<T, D> abs(dual<T, D> x) {
  return primal(x) < 0 ? -x : x;
}
template <class T, class D>
SCI_HD dual<T, D> copysign(dual<T, D> x, dual<T, D> y) {
  return signbit(primal(x)) == signbit(primal(y)) ? x : -x;
}
// Piecewise constant functions: values only.
template <class T, class D>
SCI_HD dual<T, D> floor(dual<T, D> x) {
  return dual<T, D>(floor(primal(x)));
}
template <class T, class D>
SCI_HD dual<T, D> rint(dual<T, D> x) {
  return dual<T, D>(rint(primal(x)));
}
template <class T, class D>
SCI_HD dual<T, D> ldexp(dual<T, D> x, int n) {
  return {ldexp(x.v, n), ldexp(x.d, n)};
}
template <class T, class D>
SCI_HD bool isnan(dual<T, D> x) {
  return isnan(primal(x));
}
template <class T, class D>
SCI_HD bool isfinite(dual<T, D> x) {
  return isfinite(primal(x));
}
template <class T, class D>
SCI_HD bool isinf(dual<T, D> x) {
  return isinf(primal(x));
}
template <class T, class D>
SCI_HD bool signbit(dual<T, D> x) {
  return signbit(primal(x));
}
template <class T, class D>
SCI_HD dual<T, D> real(dual<T, D> x) {
  return x;
}
template <class T, class D>
SCI_HD dual<T, D> conj(dual<T, D> x) {
  return x;
}
template <class T, class D>
SCI_HD dual<T, D> abs1(dual<T, D> x) {
  return abs(x);
}

}  // namespace sci
