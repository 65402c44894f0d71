// Gamma(z) and 1/Gamma(z) for complex z over float, double or dual numbers; regions as in special/gamma.h. The exponent
// of Stirling's formula is kept in two parts, since its error becomes that of the result: 10 ulp at |z| = 20, 100 at
// 200, a tenth of what one ulp in z does. Dual numbers do without.
#pragma once
#include "special/gamma.h"

namespace sci {
namespace detail {

/// Is z where the Taylor series of 1/Gamma and the recurrence serve?
template <class T>
SCI_HD bool gamma_complex_near(complex<T> z) {
  using S = scalar_of<T>;
  return abs(primal(z.im)) <= S(2) && abs(primal(z.re)) <= S(8.5);
}

/// How far z with Re z >= 0 must go to the right for Stirling's formula.
template <class T>
SCI_HD int gamma_complex_shift(complex<T> z) {
  using S = scalar_of<T>;
  constexpr S radius = is_same<S, float> ? 5 : 9;
  S x = primal(z.re), y = abs(primal(z.im));
  if (!(x < radius) || !(y < radius)) return 0;
  S gap = sqrt(radius * radius - y * y) - x;
  return gap > S(0) ? int(ceil(gap)) : 0;
}

/// log z for |z| > 4, where log|z| is not near its zero and |z|^2 serves.
template <class T>
SCI_HD complex<T> gamma_complex_log(complex<T> z) {
  using S = scalar_of<T>;
  constexpr S large = is_same<S, float> ? S(1e15) : S(1e100);
  if (abs(primal(z.re)) > large || abs(primal(z.im)) > large) return log(z);
  return {log(z.re * z.re + z.im * z.im) / T(2), arg(z)};
}

/// May the exponent of Stirling's formula overflow?
template <class T>
SCI_HD bool gamma_complex_huge(complex<T> z) {
  return abs1(primal(z)) > limits<scalar_of<T>>::max / scalar_of<T>(4096);
}

/// log Gamma(z) - (z - 1/2)(log z - 1) by Stirling's series.
template <class T>
SCI_HD complex<T> gamma_complex_tail(complex<T> z) {
  using S = scalar_of<T>;
  constexpr int n = is_same<S, float> ? 5 : 11;
  constexpr S c = S(0.4189385332046727417803297364056176398613);  // log(2 pi) / 2 - 1/2
  complex<T> t = T(1) / z;
  return gamma_polynomial<n>(gamma_tables::gammaln_bernoulli(), t * t) * t + T(c);
}

/// log Gamma(z) by Stirling's series (DLMF 5.11.1), Re z >= 0 and |z| >= 9 (float: 5).
template <class T>
SCI_HD complex<T> gamma_complex_stirling(complex<T> z) {
  using S = scalar_of<T>;
  if (gamma_complex_huge(z)) {
    // The product may overflow: to infinities, not to their difference.
    complex<T> e = z * T(S(1) / S(4096)) * (log(z) - T(S(1)));
    return e * T(S(4096));
  }
  return (z - T(S(0.5))) * (gamma_complex_log(z) - T(1)) + gamma_complex_tail(z);
}

/// z (z + 1)...(z + n - 1)
template <class T>
SCI_HD complex<T> gamma_complex_rising(complex<T> z, int n) {
  complex<T> product(T(1));
  for (int i = 0; i < n; ++i) product = product * (z + T(scalar_of<T>(i)));
  return product;
}

/// 1 - exp(2 pi i z) for Im z >= 0; relatively accurate at its zeros, the integers, and real where it ought to be.
template <class T>
SCI_HD complex<T> gamma_complex_factor(complex<T> z) {
  using S = scalar_of<T>;
  T r = z.re - rint(z.re), y = z.im * T(S(-2) * numbers::pi<S>), e = exp(y), s = sinpi(r);
  return {T(2) * e * s * s - expm1(y), -(e * sinpi(T(2) * r))};
}

/// An exponent in two parts, head + rest: its rounding errors would be |z| times those of a small number.
template <class T>
struct gamma_exponent {
  complex<T> head, rest;
  SCI_HD gamma_exponent operator-() const { return {-head, -rest}; }
};

/// log|z| in two parts for |z| > 4: the exponent of |z|^2 times log 2, exactly, and the logarithm of a number near 1.
template <class T>
SCI_HD many<T, 2> gamma_complex_log_abs(complex<T> z) {
  constexpr bool single = is_same<T, float>;
  constexpr T head = T(single ? 0.693359375 : 0x1.62e42feep-1);  // log 2 to 10 and 32 bits
  constexpr T rest = T(single ? -2.121944400546905827679e-4 : 1.908214929270587700016e-10);
  T x = abs(z.re), y = abs(z.im);
  if (x < y) swap(x, y);
  if (x > (single ? T(1e15) : T(1e100))) return {{log_abs(z), T(0)}};
  T a = rounded_product(x, x), b = rounded_product(y, y), square = a + b;
  T low = (a - square) + b + (fma(x, x, -a) + fma(y, y, -b));
  int k;
  T m = frexp(square, &k);
  if (m < T(0.70710678)) {
    m *= 2;
    --k;
  }
  T big = T(k) * head, small = T(k) * rest + (log(m) + low / square), sum = big + small;
  return {{sum / 2, ((big - sum) + small) / 2}};
}

/// a b - c d, the factors b and d in two parts.
template <class T>
SCI_HD many<T, 2> gamma_complex_difference(T a, T b, T b_rest, T c, T d, T d_rest) {
  T p = rounded_product(a, b), q = rounded_product(c, d), sum = p - q, back = sum - p;
  T error = (p - (sum - back)) - (q + back);
  return {{sum, error + ((fma(a, b, -p) + a * b_rest) - (fma(c, d, -q) + c * d_rest))}};
}

/// log Gamma(z) as gamma_complex_stirling has it.
template <class T>
SCI_HD gamma_exponent<T> gamma_complex_right(complex<T> z) {
  if constexpr (is_hardware<T>) {
    if (!gamma_complex_huge(z)) {
      many<T, 2> l = gamma_complex_log_abs(z);
      T angle = arg(z), h = z.re - T(0.5), d = l[0] - T(1);
      many<T, 2> re = gamma_complex_difference(h, d, l[1], z.im, angle, T(0));
      many<T, 2> im = gamma_complex_difference(h, angle, T(0), -z.im, d, l[1]);
      complex<T> tail = gamma_complex_tail(z);
      return {{re[0], im[0]}, {re[1] + tail.re, im[1] + tail.im}};
    }
  }
  return {gamma_complex_stirling(z), complex<T>()};
}

/// Gamma(z) D(z) in Re z < 0, Im z >= 0 is exp of this: Stirling's formula with its imaginary part less pi (x - 1/2),
/// and D(z) = sin(pi x) (1 + p) + i cos(pi x) (1 - p), p = e^(-2 pi y) (DLMF 5.11.1 at -z and 5.5.3, the exponentials
/// of both put together: they would cancel).
template <class T>
SCI_HD gamma_exponent<T> gamma_complex_left(complex<T> z) {
  using S = scalar_of<T>;
  constexpr S pi_rest = is_same<S, float> ? S(-8.742277657347585773e-8) : S(1.224646799147353177226e-16);
  T half = T(S(0.5)), one = T(S(1)), h = z.re - half, pi = T(numbers::pi<S>);
  complex<T> tail = gamma_complex_tail(z);
  if constexpr (is_hardware<T>) {
    many<T, 2> l = gamma_complex_log_abs(z);
    T turned = atan2(z.im, -z.re), angle = pi - turned, d = l[0] - one;
    many<T, 2> re = gamma_complex_difference(h, d, l[1], z.im, angle, ((pi - angle) - turned) + pi_rest);
    many<T, 2> im = gamma_complex_difference(z.im, d, l[1], h, turned, T(0));
    T h_rest = (z.re - h) - half;  // h may round: |h| > |x|
    return {{re[0], im[0]}, {re[1] + (tail.re + h_rest * d), im[1] + (tail.im - h_rest * turned)}};
  } else {
    complex<T> l = gamma_complex_log(complex<T>{-z.re, z.im});
    T d = l.re - one;
    return {{h * d - z.im * (pi - l.im), z.im * d - h * l.im}, tail};
  }
}
template <class T>
SCI_HD complex<T> gamma_complex_reflection(complex<T> z) {
  using S = scalar_of<T>;
  T y = z.im * T(S(-2) * numbers::pi<S>);
  return {sinpi(z.re) * (T(S(1)) + exp(y)), -(cospi(z.re) * expm1(y))};
}

/// Is z so near to a pole that D = 2 pi i y cos(pi x) could be subnormal or its inverse overflow? y is taken last then.
template <class T>
SCI_HD bool gamma_complex_beside_pole(complex<T> z) {
  using S = scalar_of<T>;
  return abs(primal(z.im)) < limits<S>::min / limits<S>::epsilon && primal(z.re) == floor(primal(z.re));
}

/// A NaN for points where the value is none.
template <class T>
SCI_HD complex<T> gamma_complex_nan() {
  return {T(limits<scalar_of<T>>::nan), T(limits<scalar_of<T>>::nan)};
}

/// a exp(e), through its fourth root where one overflows or underflows before the product does.
template <class T>
SCI_HD complex<T> gamma_complex_exp(complex<T> a, gamma_exponent<T> e) {
  using S = scalar_of<T>;
  T re = e.head.re + e.rest.re, im = e.head.im + e.rest.im;
  S x = primal(re);
  if (!isfinite(primal(im)) || isnan(x))
    return x > S(0) ? complex<T>{T(limits<S>::infinity), T(limits<S>::nan)} : complex<T>(T(S(0)));
  complex<T> rest{(e.head.re - re) + e.rest.re, (e.head.im - im) + e.rest.im};  // less than an ulp of re, im
  if (abs1(primal(rest)) < S(0.01)) a = a + a * rest;
  a = a * complex<T>{cos(im), sin(im)};
  if (x > limits<S>::log_max || x < limits<S>::log_min) {
    // Beyond three times that, no factor brings the product back into the range.
    if (x > S(3) * limits<S>::log_max) re = T(S(3) * limits<S>::log_max);
    if (x < S(3) * limits<S>::log_min) re = T(S(3) * limits<S>::log_min);
    T part = exp(re / T(S(4)));  // an exact quarter
    return a * part * part * part * part;
  }
  return a * exp(re);
}

/// Is z = 0, -1, -2, ...?
template <class T>
SCI_HD bool gamma_complex_pole(complex<T> z) {
  auto x = primal(z.re);
  return primal(z.im) == 0 && x <= 0 && x == floor(x);
}

}  // namespace detail

template <class T>
SCI_HD complex<T> gamma(complex<T> z) {
  using S = scalar_of<T>;
  if (!isfinite(z)) {
    S x = primal(z.re), y = primal(z.im);
    if (x > S(0) && y == S(0)) return z;
    if (isinf(y) && isfinite(x)) return complex<T>(T(0));
    return detail::gamma_complex_nan<T>();
  }
  if (detail::gamma_complex_pole(z)) return detail::gamma_complex_nan<T>();
  if (detail::gamma_complex_near(z)) {
    S n = rint(primal(z.re));
    complex<T> r = detail::rgamma1p(z - T(n)), p = detail::gamma_factors(z, int(n));
    return n >= S(1) ? p / r : T(1) / (p * r);
  }
  if (!signbit(primal(z.re))) {
    int n = detail::gamma_complex_shift(z);
    return detail::gamma_complex_exp(T(1) / detail::gamma_complex_rising(z, n),
                                     detail::gamma_complex_right(z + T(S(n))));
  }
  if (detail::gamma_complex_huge(z)) return complex<T>(T(S(0)));
  bool below = signbit(primal(z.im));
  complex<T> v = below ? conj(z) : z;
  int n = detail::gamma_complex_shift(-v);
  complex<T> u = v - T(S(n)), p = detail::gamma_complex_rising(u, n);
  complex<T> f;
  if (detail::gamma_complex_beside_pole(u)) {
    complex<T> turn{T(S(0)), T(S(-0.5) * numbers::inv_pi<S>) * cospi(u.re)};
    f = detail::gamma_complex_exp(p * turn, detail::gamma_complex_left(u));
    f = {f.re / u.im, f.im / u.im};
  } else {
    f = detail::gamma_complex_exp(p / detail::gamma_complex_reflection(u), detail::gamma_complex_left(u));
  }
  return below ? conj(f) : f;
}

template <class T>
SCI_HD complex<T> rgamma(complex<T> z) {
  using S = scalar_of<T>;
  if (!isfinite(z)) {
    S x = primal(z.re), y = primal(z.im);
    if (isinf(x) && y == S(0)) return complex<T>(T(0));
    return detail::gamma_complex_nan<T>();
  }
  if constexpr (is_hardware<T>) {  // of dual numbers it is the derivative that counts
    if (detail::gamma_complex_pole(z)) return complex<T>(T(0));
  }
  if (detail::gamma_complex_near(z)) {
    S n = rint(primal(z.re));
    complex<T> r = detail::rgamma1p(z - T(n)), p = detail::gamma_factors(z, int(n));
    return n >= S(1) ? r / p : r * p;
  }
  if (!signbit(primal(z.re))) {
    int n = detail::gamma_complex_shift(z);
    return detail::gamma_complex_exp(detail::gamma_complex_rising(z, n), -detail::gamma_complex_right(z + T(S(n))));
  }
  if (detail::gamma_complex_huge(z)) {
    if (detail::gamma_complex_pole(z)) return complex<T>(T(S(0)));
    return {T(limits<S>::infinity), T(limits<S>::nan)};
  }
  bool below = signbit(primal(z.im));
  complex<T> v = below ? conj(z) : z;
  int n = detail::gamma_complex_shift(-v);
  complex<T> u = v - T(S(n)), p = detail::gamma_complex_rising(u, n);
  complex<T> f;
  if (detail::gamma_complex_beside_pole(u)) {
    complex<T> turn{T(S(0)), T(S(2) * numbers::pi<S>) * cospi(u.re)};
    f = detail::gamma_complex_exp(turn / p, -detail::gamma_complex_left(u)) * u.im;
  } else {
    f = detail::gamma_complex_exp(detail::gamma_complex_reflection(u) / p, -detail::gamma_complex_left(u));
  }
  return below ? conj(f) : f;
}

}  // namespace sci
