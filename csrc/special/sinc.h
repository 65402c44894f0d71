// sinc(x) = sin(pi x) / (pi x) with its derivatives, and Dirichlet's kernel, diric(x, n) = sin(n x/2) / (n sin(x/2)).
//
// With D_n(z) the n-th derivative of sin z / z (D_0 = j_0, D_1 = -j_1 of DLMF 10.49), sinc's is pi^n D_n(pi x).
//   |z| < n + 1/2: the series sum_k (-1)^k z^(2k-n) / ((2k-n)! (2k+1)), 2k >= n;
//   beyond: z D_n = sin(z + n pi/2) - n D_(n-1), Leibniz's rule on z D_0 = sin z; n/z is about 1 at most.
// sinc itself of real x: with the nearest integer n and r = x - n, which is exact, (-1)^n sinc(r) r/x, sinc(r) by a
//   polynomial in r^2 (tools/coefficients/elementary.py).
// diric: x/2 = k pi + h, for |x| > pi with h = atan(tan(x/2)) from sine and cosine, which the hardware library reduces
// exactly; then
//   diric = (-1)^(k (n-1)) D_0(n h) / D_0(h), and d/dx = (n D_1(n h) - D_0(n h) D_1(h) / D_0(h)) / (2 D_0(h)) with the
//   same sign, in which the terms are as n^2 to 1 near h = 0.
//
// Error (measured): sinc 2.3 ulp, its derivatives and diric 4 ulp beyond what the conditioning explains.
#pragma once
#include "core/complex.h"
#include "core/polynomial.h"

namespace sci {
namespace detail {

/// D_n(z), given s = sin z and c = cos z; T may be complex.
template <class T, class R = real_of<T>>
SCI_HD T sinc_derivative_at(int n, T z, T s, T c) {
  if (abs1(z) < R(n) + R(0.5)) {
    int first = (n + 1) / 2, power = 2 * first - n;
    T square = z * z, term = power ? z : T(R(1)), sum = T(R(0));
    if (first & 1) term = -term;
    SCI_NO_UNROLL
    for (int k = first; k < first + 60; ++k) {
      T add = term * (R(1) / R(2 * k + 1));
      sum = sum + add;
      if (abs1(add) <= limits<R>::epsilon / R(8) * abs1(sum)) break;
      power += 2;
      term = -(term * square) * (R(1) / R(power * (power - 1)));
    }
    return sum;
  }
  T value = s / z;
  for (int k = 1; k <= n; ++k) {
    T wave = k & 1 ? c : s;
    if (k & 2) wave = -wave;
    value = (wave - value * R(k)) / z;
  }
  return value;
}

template <class T>
SCI_HD T sinc_scaled(int64_t order, T x) {
  using R = real_of<T>;
  if (order < 0 || order > 32) return T(limits<R>::nan);
  int n = int(order);
  T value = sinc_derivative_at(n, x * numbers::pi<R>, sinpi(x), cospi(x));
  for (int k = 0; k < n; ++k) value = value * numbers::pi<R>;
  return value;
}

/// (sinc r - 1) / r^2 for |r| <= 1/2, in powers of r^2.
SCI_HD double sinc_rest(double z) {
  SCI_TABLE(double, c) = {-1.6449340668482264331,    0.81174242528335194243,    -0.19075182412194127915,
                          0.026147847813078807228,   -0.0023460809634923996102, 0.0001484281781669361754,
                          -6.9729605555642203765e-6, 2.45918038481593938e-7};
  return horner(c, z);
}
SCI_HD float sinc_rest(float z) {
  SCI_TABLE(float, c) = {-1.6449340666f, 0.81174237029f, -0.19075006209f, 0.026128058859f, -0.0022550628169f};
  return horner(c, z);
}

/// (cos(pi r) - 1) / r^2 for |r| <= 1/2, and the derivative of sinc r over r, in powers of z = r^2: Taylor's series.
SCI_HD double sinc_cosine_rest(double z) {
  SCI_TABLE(double, c) = {-4.9348022005446793094,     4.0587121264167682182,     -1.3352627688545894959,
                          0.23533063035889320454,     -0.025806891390014060013,  0.0019295743094039230479,
                          -0.00010463810492484570712, 4.3030695870329470073e-6,  -1.3878952462213772114e-7,
                          3.6047307974625009339e-9,   -7.7007071306013533798e-11};
  return horner(c, z);
}
SCI_HD float sinc_cosine_rest(float z) {
  SCI_TABLE(float, c) = {-4.9348022005f, 4.0587121264f,   -1.3352627689f,  0.23533063036f,
                         -0.0258068914f, 0.001929574309f, -0.000104638105f};
  return horner(c, z);
}
SCI_HD double sinc_slope(double z) {
  SCI_TABLE(double, c) = {-3.2898681336964528729,    3.2469697011334145745,     -1.1445109447325052822,
                          0.20918278254123840404,    -0.023460810354558236375,  0.0017811455163728520442,
                          -9.7662231263189326643e-5, 4.0499478466192442422e-6,  -1.3148481279991994635e-7,
                          3.4330769499642866037e-9,  -7.3658937770969467111e-11};
  return horner(c, z);
}
SCI_HD float sinc_slope(float z) {
  SCI_TABLE(float, c) = {-3.2898681337f, 3.2469697011f, -1.1445109447f, 0.20918278254f,
                         -0.0234608104f, 0.0017811455f, -9.766222e-5f};
  return horner(c, z);
}

/// Reduced half angle h of x and whether k is odd; the sign of diric.
template <class T>
SCI_HD T diric_reduce(T x, T n, T& h) {
  if (abs(x) <= numbers::pi<T>) {
    h = x / T(2);
    return T(1);
  }
  T s = sin(x / T(2)), c = cos(x / T(2));
  h = atan(s / c);
  bool odd = c < T(0), even_order = n / T(2) == rint(n / T(2));
  return odd && even_order ? T(-1) : T(1);
}

template <class T>
SCI_HD T diric_ratio(int n, T z) {
  return sinc_derivative_at(n, z, sin(z), cos(z));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sinc(T x) {
  T n = rint(x), r = x - n, square = r * r, half = T(0.5) * n;
  T value = (T(1) + square * detail::sinc_rest(square)) * (n == T(0) ? T(1) : r / x);
  return half == rint(half) ? value + T(0) : T(0) - value;  // +0 at whole numbers
}
/// grad sinc'(x) without calls: with s = sinc r and its slope, that of s r / x is (s + r s' - s r / x) / x.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sinc_pullback(T grad, T x, T) {
  T n = rint(x), r = x - n, square = r * r, half = T(0.5) * n;
  T value = T(1) + square * detail::sinc_rest(square), bend = detail::sinc_slope(square);
  T slope = n == T(0) ? r * bend : (square * bend + value * (n / x)) / x;
  return grad * (half == rint(half) ? slope : -slope);
}
template <class T>
SCI_HD complex<T> sinc(complex<T> x) {
  if (x == complex<T>(T(0))) return complex<T>(T(1));
  if constexpr (is_same<T, float>) return complex<T>(sinc(complex<double>(x)));  // sin pi x may overflow, sinc may not
  return sinpi(x) / (x * numbers::pi<T>);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sinc_derivative(int64_t n, T x) {
  return detail::sinc_scaled(n, x);
}
template <class T>
SCI_HD complex<T> sinc_derivative(int64_t n, complex<T> x) {
  return detail::sinc_scaled(n, x);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T diric(T x, T n) {
  if (!(n > T(0)) || rint(n) != n || isinf(n) || !isfinite(x)) return limits<T>::nan;
  if constexpr (is_same<T, float>) {
    if (n > T(64)) return float(diric(double(x), double(n)));  // n h is a large phase
  }
  T h, sign = detail::diric_reduce(x, n, h);
  return h == T(0) ? sign : sign * sin(n * h) / (n * sin(h));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T diric_dx(T x, T n) {
  if (!(n > T(0)) || rint(n) != n || isinf(n) || !isfinite(x)) return limits<T>::nan;
  if (n == T(1)) return T(0);
  if constexpr (is_same<T, float>) {
    if (n > T(64)) return float(diric_dx(double(x), double(n)));
  }
  T h, sign = detail::diric_reduce(x, n, h);
  T below = detail::diric_ratio(0, h);
  T value = n * detail::diric_ratio(1, n * h) - detail::diric_ratio(0, n * h) * (detail::diric_ratio(1, h) / below);
  return sign * value / (T(2) * below);
}

}  // namespace sci
