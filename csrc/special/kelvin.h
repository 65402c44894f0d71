// Kelvin functions of real x with their slopes: ber, bei of either sign, ker, kei of x >= 0.
//                                                                                          card: sci/special/_kelvin.py
//
// w = ber x + i bei x = I_0(z) and k = ker x + i kei x = K_0(z) on the ray z = x e^(pi i/4), [1] 10.61.
//   first    x < 6    power series in x^4, [1] 10.65.1
//            beyond   x^(-1/2) e^z f(1/x) + (i/pi) k, [1] 10.67.3; f is smooth, k is left out where it is below an ulp
//   second   x < 1    -(log(x/2) + gamma + pi i/4) w and a power series, [1] 10.65.3-4
//            beyond   x^(-1/2) e^(-z) g(1/x), g on [1/3, 1], [1/8, 1/3] and [0, 1/8]
// Exponent and phase x/sqrt(2) have a second word: the error does not grow with x. Tables: tools/coefficients/kelvin.py
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy kelvin_first kelvin_second
// Sources    [1] DLMF, 10.61-10.67
#pragma once
#include "special/detail/kelvin_tables.h"

namespace sci {
namespace detail {

/// A function on the ray and its derivative in x.
template <class T>
struct kelvin_pair {
  complex<T> value, slope;
};

template <class T>
SCI_HD kelvin_pair<T> kelvin_first_near(T x) {
  const T h = x / T(2), h2 = h * h, u = h2 * h2 / T(81);
  return {{kelvin_ber(u), h2 * kelvin_bei(u)}, {T(0) - h2 * h * kelvin_berp(u), h * kelvin_beip(u)}};
}

template <class T>
SCI_HD kelvin_pair<T> kelvin_second_near(T x) {
  const T h = x / T(2), h2 = h * h, q = h2 * h2, u = q * T(16), quarter = numbers::pi<T> / T(4);
  const T l = -(log(h) + T(0.57721566490153286061));
  const kelvin_pair<T> w = kelvin_first_near(x);
  const complex<T> a = w.value, b = w.slope;
  // bei/x without a quotient of what may be subnormal
  const T over = h / T(2) * kelvin_bei(q / T(81));
  return {{l * a.re + quarter * a.im - q * kelvin_ker(u), l * a.im - quarter * a.re + h2 * kelvin_kei(u)},
          {l * b.re + quarter * b.im - a.re / x - h2 * h * kelvin_kerp(u),
           l * b.im - quarter * b.re - over + h * kelvin_keip(u)}};
}

/// x^(-1/2) times the unit e^(i phase), and a factor e^(x/(2 sqrt 2)) or its reciprocal to be applied twice.
template <class T>
struct kelvin_wave {
  complex<T> turn;
  T half;
};

/// The wave e^(+-z): phase and exponent are +-x/sqrt(2) in two words.
template <class T>
SCI_HD kelvin_wave<T> kelvin_exponential(T x, bool grows) {
  const T root = T(0.70710678118654752440), rest = is_same<T, float> ? T(1.2101617e-8) : T(-4.8336466567264567e-17);
  const T high = rounded_product(x, root);
  T low = fma(x, rest, fma(x, root, -high));
  if (!(high < T(1e5))) low = T(0);  // no digit of the value is left to keep
  const T c = cos(high), s = sin(high), scale = (grows ? T(1) + low : T(1) - low) / sqrt(x);
  const complex<T> turn = {(c - low * s) * scale, (s + low * c) * scale};
  return {grows ? turn : conj(turn), exp(grows ? high / T(2) : -high / T(2))};
}

template <class T>
SCI_HD kelvin_pair<T> kelvin_times(const kelvin_wave<T>& wave, complex<T> f, complex<T> g) {
  const complex<T> a = wave.turn * f, b = wave.turn * g;
  return {{a.re * wave.half * wave.half, a.im * wave.half * wave.half},
          {b.re * wave.half * wave.half, b.im * wave.half * wave.half}};
}

template <class T>
SCI_HD kelvin_pair<T> kelvin_second_far(T x) {
  const T t = T(1) / x;
  complex<T> f, g;
  if (x < T(3)) {
    const T u = T(3) * t - T(2);
    f = {kelvin_k0_low_re(u), kelvin_k0_low_im(u)};
    g = {kelvin_k1_low_re(u), kelvin_k1_low_im(u)};
  } else if (x < T(8)) {
    const T u = (T(48) * t - T(11)) / T(5);
    f = {kelvin_k0_middle_re(u), kelvin_k0_middle_im(u)};
    g = {kelvin_k1_middle_re(u), kelvin_k1_middle_im(u)};
  } else {
    const T u = T(16) * t - T(1);
    f = {kelvin_k0_far_re(u), kelvin_k0_far_im(u)};
    g = {kelvin_k1_far_re(u), kelvin_k1_far_im(u)};
  }
  return kelvin_times(kelvin_exponential(x, false), f, g);
}

template <class T>
SCI_HD kelvin_pair<T> kelvin_first_far(T x) {
  const T t = T(1) / x;
  complex<T> f, g;
  if (x < T(18)) {
    const T u = T(18) * t - T(2);
    f = {kelvin_i0_middle_re(u), kelvin_i0_middle_im(u)};
    g = {kelvin_i1_middle_re(u), kelvin_i1_middle_im(u)};
  } else {
    const T u = T(36) * t - T(1);
    f = {kelvin_i0_far_re(u), kelvin_i0_far_im(u)};
    g = {kelvin_i1_far_re(u), kelvin_i1_far_im(u)};
  }
  kelvin_pair<T> w = kelvin_times(kelvin_exponential(x, true), f, g);
  if (x < (is_same<T, float> ? T(14) : T(28))) {
    const kelvin_pair<T> k = kelvin_second_far(x);
    w.value = w.value + complex<T>(-k.value.im, k.value.re) * numbers::inv_pi<T>;
    w.slope = w.slope + complex<T>(-k.slope.im, k.slope.re) * numbers::inv_pi<T>;
  }
  return w;
}

}  // namespace detail

/// ber x, bei x, ber' x, bei' x.
template <class T>
SCI_HD many<T, 4> kelvin_first(T x) {
  const T size = abs(x), nan = limits<T>::nan;
  if (!(size <= limits<T>::max)) return {{nan, nan, nan, nan}};
  const detail::kelvin_pair<T> w = size < T(6) ? detail::kelvin_first_near(size) : detail::kelvin_first_far(size);
  const T sign = copysign(T(1), x);
  return {{w.value.re, w.value.im, sign * w.slope.re, sign * w.slope.im}};
}

/// ker x, kei x, ker' x, kei' x.
template <class T>
SCI_HD many<T, 4> kelvin_second(T x) {
  const T nan = limits<T>::nan, infinity = limits<T>::infinity;
  if (isnan(x) || x < T(0)) return {{nan, nan, nan, nan}};
  if (x == T(0)) return {{infinity, -numbers::pi<T> / T(4), -infinity, T(0)}};
  if (isinf(x)) return {{T(0), T(0), T(0), T(0)}};
  const detail::kelvin_pair<T> k = x < T(1) ? detail::kelvin_second_near(x) : detail::kelvin_second_far(x);
  return {{k.value.re, k.value.im, k.slope.re, k.slope.im}};
}

}  // namespace sci
