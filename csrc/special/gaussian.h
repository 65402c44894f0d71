// The Gaussian function exp(-z^2), real and complex, with full relative accuracy into its tails.
//
// exp(-x * x) as written loses 2 x^2 times the relative error of the product: 700 ulp before it underflows. Here the
// rounding error e of p = x^2 is kept (Dekker, Numer. Math. 18 (1971), 224-242), and
//   exp(-x^2) = exp(-p - e),  |e| <= 2^-53 p.
// Complex: exp(-z^2) = exp(y^2 - x^2) (cos 2xy - i sin 2xy) with both exponents as sums of two numbers.
//
// Error (measured): 1.2 ulp real, 2 ulp of the modulus complex, float and double alike.
#pragma once
#include "core/complex.h"
#include "special/detail/estrin.h"

namespace sci {
namespace detail {

/// The upper half of a number's digits: products of two of them are exact. A mask, so that no compiler undoes it.
SCI_HD double upper_half(double x) {
  return __builtin_bit_cast(double, __builtin_bit_cast(uint64_t, x) & 0xfffffffff8000000ull);
}
SCI_HD float upper_half(float x) { return __builtin_bit_cast(float, __builtin_bit_cast(uint32_t, x) & 0xfffff000u); }

/// x y = product + the result, exactly but for underflow; |x|, |y| below the square root of the largest number.
template <class T>
SCI_HD T product_error(T x, T y, T product) {
  T a = upper_half(x), b = upper_half(y);
  T c = x - a, d = y - b;
  return ((a * b - product) + a * d + c * b) + c * d;
}

/// x^2 = square + the result.
template <class T>
SCI_HD T square_error(T x, T square) {
  T a = upper_half(x), c = x - a;
  return ((a * a - square) + T(2) * a * c) + c * c;
}

/// factor exp(-square - rest), 0 <= square < 930 (float: 145). exp is written out: with square = k log 2 + r the rest
/// joins the reduced argument, and a loop over elements has no call in it.
template <class T>
SCI_HD T exp_minus(T square, T rest, T factor) {
  constexpr bool single = is_same<T, float>;
  // Adding 1.5 2^(digits - 1) rounds to an integer, which stands in the low bits.
  constexpr T shift = single ? T(12582912) : T(6755399441055744);
  T shifted = square * T(1.44269504088896340736) + shift, k = shifted - shift;
  T high = square - k * (single ? T(0.693115234375) : T(0.69314718036912381649));
  T r = -(high - k * (single ? T(3.1946184945309417e-5) : T(1.9082149292705877e-10)) + rest);
  T tail;
  if constexpr (single) {
    SCI_TABLE(float, c) = {0.5f, 0.166665770f, 0.0416665546f, 8.36317906e-3f, 1.39261836e-3f};
    tail = estrin<5>(c, r);
  } else {
    SCI_TABLE(double, c) = {0.50000000000000010221,   0.16666666666666667453,   0.041666666666624127873,
                            0.0083333333333300618325, 0.0013888888917213716901, 0.00019841269863053616878,
                            2.4801521295954375131e-5, 2.7557268459997064772e-6, 2.7620088445409748161e-7,
                            2.5100385495510319078e-8};
    tail = estrin<10>(c, r);
  }
  T value = factor + factor * (r + r * r * tail);
  // 2^-k in two steps, since k goes beyond the exponents; the second rounds a subnormal value.
  if constexpr (single) {
    int bits = __builtin_bit_cast(int, shifted), n = bits - 0x4b400000, half = n >> 1;
    return value * __builtin_bit_cast(float, (127 - half) << 23) * __builtin_bit_cast(float, (127 - (n - half)) << 23);
  } else {
    int64_t bits = __builtin_bit_cast(int64_t, shifted), n = bits - 0x4338000000000000, half = n >> 1;
    return value * __builtin_bit_cast(double, (1023 - half) << 52) *
           __builtin_bit_cast(double, (1023 - (n - half)) << 52);
  }
}

/// factor exp(-a^2) for a >= 0, with a^2 to twice the digits.
template <class T>
SCI_HD T exp_minus_square(T a, T factor) {
  // Beyond, the result is 0 whatever the (moderate) factor is; NaN stays NaN.
  a = min(a, is_same<T, float> ? T(12) : T(30));
  T square = rounded_product(a, a);
  return exp_minus(square, square_error(a, square), factor);
}

/// factor exp(-a^2 / 2) likewise.
template <class T>
SCI_HD T exp_minus_half_square(T a, T factor) {
  a = min(a, is_same<T, float> ? T(17) : T(43));
  T square = rounded_product(a, a);
  return exp_minus(T(0.5) * square, T(0.5) * square_error(a, square), factor);
}

/// exp(high + low) w, where neither overflows before the product does; |w| above the square root of the smallest
/// number, or high so large that the product overflows for every other w but 0.
template <class T>
SCI_HD complex<T> exp_times(T high, T low, complex<T> w) {
  T once = T(1) + low;
  if (high > limits<T>::log_max - T(2)) {
    T half = exp(high / T(2));
    return {w.re == T(0) ? w.re : w.re * half * once * half, w.im == T(0) ? w.im : w.im * half * once * half};
  }
  T size = exp(high) * once;
  return {w.re * size, w.im * size};
}

/// exp(-z^2) w, or exp(z^2) w for sign = 1; w is of moderate size.
template <class T>
SCI_HD_LARGE complex<T> gaussian_times(complex<T> z, complex<T> w, T sign = T(-1)) {
  T x = abs(z.re), y = abs(z.im);
  // Beyond, squares overflow and x - y decides all.
  constexpr T huge = is_same<T, float> ? T(1e15) : T(1e150);
  if (!(x <= huge && y <= huge)) {
    T gap = sign * (x - y);
    if (isnan(gap) || isnan(z.re) || isnan(z.im)) return {limits<T>::nan, limits<T>::nan};
    if (gap == T(0)) return w;
    if (gap < T(0)) return {T(0), T(0)};
    T phase = x == T(0) || y == T(0) ? T(0) : T(2) * z.re * z.im;
    return exp_times(limits<T>::max, T(0), w * complex<T>(cos(phase), sign * sin(phase)));
  }
  T xx = rounded_product(x, x), yy = rounded_product(y, y);
  T high = xx - yy;
  T back = xx - high;  // two-sum of xx and -yy
  T low = ((xx - (high + back)) + (back - yy)) + (square_error(x, xx) - square_error(y, yy));
  T sum = high + low;
  low = abs(sum) < T(2000) ? low - (sum - high) : T(0);  // beyond, the value is 0 or infinite anyway
  T product = rounded_product(z.re, z.im), phase = T(2) * product, rest = T(2) * product_error(z.re, z.im, product);
  T c = cos(phase), s = sin(phase);
  if (abs(rest) < (is_same<T, float> ? T(1e-4) : T(1e-8))) {
    T turned = c - rest * s;
    s += rest * c;
    c = turned;
  } else {
    T u = cos(rest), v = sin(rest);
    T turned = c * u - s * v;
    s = s * u + c * v;
    c = turned;
  }
  return exp_times(sign * sum, sign * low, w * complex<T>(c, sign * s));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T gaussian(T x) {
  return detail::exp_minus_square(abs(x), T(1));
}

template <class T>
SCI_HD complex<T> gaussian(complex<T> z) {
  if (z.im == T(0)) return {gaussian(z.re), z.re == T(0) ? T(0) : -copysign(T(0), z.re) * copysign(T(1), z.im)};
  return detail::gaussian_times(z, complex<T>(T(1)));
}

}  // namespace sci
