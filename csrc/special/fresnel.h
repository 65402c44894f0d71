// The Fresnel integrals S(z) = int_0^z sin(pi t^2 / 2) dt and C(z) (DLMF 7.2.7, 7.2.8), real and complex, and their
// integrands.
//
// Real: |x| < 1: x C~(x^4), x^3 S~(x^4); beyond, with the auxiliary functions f and g of DLMF 7.5.3, 7.5.4,
//   C = 1/2 + f sin(pi x^2/2) - g cos(pi x^2/2),   S = 1/2 - f cos(pi x^2/2) - g sin(pi x^2/2),
// which are one of 16 polynomials for x < 16 and one in 1/x^4 beyond (detail/octaves.h). pi x^2/2 is reduced with the
// rounding error of the square, so the phase is right for every x.
// Complex: |z| < 1 Maclaurin's series (DLMF 7.6.4, 7.6.6); beyond C +- i S = (1 +- i)/2 erf(sqrt(pi)/2 (1 -+ i) z)
// (DLMF 7.5.8); from 64 on with f and g, so that the phase is right there, too. Float in double.
//
// Error (measured): real 2 ulp; complex 6 eps of the modulus beside the conditioning, about |z|^2 eps, up to 64.
#pragma once
#include "special/detail/fresnel_tables.h"
#include "special/detail/narrowed.h"
#include "special/detail/octaves.h"
#include "special/erf.h"

namespace sci {
namespace detail {

/// sin(pi x^2 / 2) and cos(pi x^2 / 2) for every x.
template <class T>
SCI_HD void chirp_real(T x, T& s, T& c) {
  constexpr T huge = is_same<T, float> ? T(1e10) : T(1e100);  // multiples of 4, as are their squares
  if (abs(x) > huge) {
    s = T(0);
    c = isinf(x) ? limits<T>::nan : T(1);
    return;
  }
  // Products of halves stay normal; a square of more digits than the type has is a multiple of 4.
  T square = rounded_product(x, x),
    error = square > T(4) / limits<T>::epsilon * T(4) / limits<T>::epsilon ? T(0) : square_error(x, square);
  T r = square - T(4) * rint(square / T(4)), e = error - T(4) * rint(error / T(4));
  T p = r / T(2), q = e / T(2);  // phase in units of pi
  T sp = sinpi(p), cp = cospi(p);
  if (abs(q) < (is_same<T, float> ? T(1e-4) : T(1e-8))) {
    T turn = numbers::pi<T> * q;
    s = sp + turn * cp;
    c = cp - turn * sp;
  } else {
    T sq = sinpi(q), cq = cospi(q);
    s = sp * cq + cp * sq;
    c = cp * cq - sp * sq;
  }
}

}  // namespace detail

/// (sin(pi x^2 / 2), cos(pi x^2 / 2)), the integrands.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> chirp(T x) {
  if (isnan(x)) return {{x, x}};
  many<T, 2> out;
  detail::chirp_real(x, out[0], out[1]);
  if (isinf(x)) out[0] = limits<T>::nan;
  return out;
}

namespace detail {

/// sin and cos of the real part of pi z^2 / 2.
template <class T>
SCI_HD void chirp_phase(complex<T> z, T& s, T& c) {
  T sx, cx, sy, cy;
  chirp_real(z.re, sx, cx);
  chirp_real(z.im, sy, cy);
  s = sx * cy - cx * sy;
  c = cx * cy + sx * sy;
}

/// sin(pi z^2 / 2) and cos(pi z^2 / 2) over `scale`, with which they may overflow.
template <class T>
SCI_HD many<complex<T>, 2> chirp_scaled(complex<T> z, T& scale) {
  // e^(+-i w), w = pi z^2 / 2 = pi (x^2 - y^2) / 2 + i pi x y.
  T s, c;
  chirp_phase(z, s, c);
  scale = T(1);
  if (z.im == T(0)) return {{complex<T>(s, z.im * c), complex<T>(c, -z.im * s)}};
  T product = rounded_product(z.re, z.im), b = numbers::pi<T> * product, e = exp(abs(b) / T(2));
  T size = abs(b) < T(1) ? T(1) : e, rest = T(1) / size;  // cosh and sinh, overflowing as late as their products
  T up = abs(b) < T(1) ? cosh(b) : T(0.5) * (size + rest * rest * rest);
  T across = abs(b) < T(1) ? sinh(b) : copysign(T(0.5) * (size - rest * rest * rest), b);
  // The square of the exponent's half: rounding error of the product x y.
  T error = abs(b) < T(1) ? T(0) : copysign(numbers::pi<T> * product_error(z.re, z.im, product), b);
  if (!(abs(error) < T(0.1))) error = T(0);
  scale = size + size * (b < T(0) ? -error : error);
  return {{complex<T>(s * up, c * across), complex<T>(c * up, -(s * across))}};
}

}  // namespace detail

template <class T>
SCI_HD many<complex<T>, 2> chirp(complex<T> z) {
  // Phases are large beside float's digits.
  if constexpr (is_same<T, float>) {
    return detail::narrowed<complex<T>>(chirp(complex<double>(z)));
  } else {
    T scale;
    const many<complex<T>, 2> wave = detail::chirp_scaled(z, scale);
    return {{wave[0] * scale, wave[1] * scale}};
  }
}

/// sin(pi z^2 / 2 + n pi / 2)
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chirp(int64_t n, T x) {
  T value = chirp(x)[n & 1];
  return n & 2 ? -value : value;
}
template <class T>
SCI_HD complex<T> chirp(int64_t n, complex<T> z) {
  complex<T> value = chirp(z)[n & 1];
  return n & 2 ? -value : value;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> fresnel(T x) {
  T a = abs(x);
  if (a < T(1)) {
    T square = x * x, w = square * square;
    return {{x * square * detail::estrin<detail::fresnel_s_near_length<T>>(detail::fresnel_s_near_powers(x), w),
             x * detail::estrin<detail::fresnel_c_near_length<T>>(detail::fresnel_c_near_powers(x), w)}};
  }
  if (isnan(x)) return {{x, x}};
  constexpr T flat = is_same<T, float> ? T(1e9) : T(1e18);
  if (a > flat) return {{copysign(T(0.5), x), copysign(T(0.5), x)}};
  T f, g, s, c, w = T(1) / a, square = w * w;
  if (a < T(16)) {
    f = detail::octave_row<detail::fresnel_f_length<T>, 2, 0>(detail::fresnel_f_rows(x), a).value();
    g = detail::octave_row<detail::fresnel_g_length<T>, 2, 0>(detail::fresnel_g_rows(x), a).value();
  } else {
    T fourth = square * square;
    f = detail::estrin<detail::fresnel_f_far_length<T>>(detail::fresnel_f_far_powers(x), fourth);
    g = detail::estrin<detail::fresnel_g_far_length<T>>(detail::fresnel_g_far_powers(x), fourth);
  }
  f *= w * numbers::inv_pi<T>;
  g *= w * square * (numbers::inv_pi<T> * numbers::inv_pi<T>);
  detail::chirp_real(a, s, c);
  T si = T(0.5) - (f * c + g * s), ci = T(0.5) + (f * s - g * c);
  return {{copysign(si, x), copysign(ci, x)}};
}

namespace detail {

template <class T>
SCI_HD_LARGE many<complex<T>, 2> fresnel_series(complex<T> z) {
  complex<T> square = z * z, w = square * square, c(T(0)), s(T(0));
  constexpr int count = is_same<T, float> ? 7 : 12;
  const T q = numbers::pi<T> * numbers::pi<T> / T(4);
  // Terms (-1)^k (pi/2)^(2k) z^(4k) / (2k)!, each over 4k + 1, and the same of odd index.
  complex<T> even(T(1)), odd(numbers::pi<T> / T(2));
  SCI_NO_UNROLL
  for (int k = 0; k < count; ++k) {
    c += even * (T(1) / T(4 * k + 1));
    s += odd * (T(1) / T(4 * k + 3));
    even = -(even * w) * (q / T((2 * k + 1) * (2 * k + 2)));
    odd = -(odd * w) * (q / T((2 * k + 2) * (2 * k + 3)));
  }
  return {{z * square * s, z * c}};
}

/// Infinities for what overflows, by the signs of S = -q / (2 pi |z|^2), C = side i q / (2 pi |z|^2), q = conj(z)
/// e^(-side i pi z^2 / 2), side the sign of Re z Im z (DLMF 7.12.2, 7.12.3).
template <class T>
SCI_HD void fresnel_overflow(complex<T> z, many<complex<T>, 2>& f) {
  const T side = (z.re > T(0)) == (z.im > T(0)) ? T(1) : T(-1);
  T s, c;
  chirp_phase(z, s, c);
  const complex<T> q = complex<T>(c, -side * s) * complex<T>(z.re, -z.im);
  const T ahead[4] = {-q.re, -q.im, -side * q.im, side * q.re};
  T* at[4] = {&f[0].re, &f[0].im, &f[1].re, &f[1].im};
  for (int i = 0; i < 4; ++i)
    if (!isfinite(*at[i])) *at[i] = ahead[i] == T(0) ? T(0) : copysign(limits<T>::infinity, ahead[i]);
}

/// |z| >= 64, the phase reduced as for real z: by the auxiliary functions' expansions (DLMF 7.12.2, 7.12.3) in |ph z|
/// <= pi/4, where the exponential that they leave out is smallest; elsewhere S(iz) = -i S(z), C(iz) = i C(z), both odd.
template <class T>
SCI_HD_LARGE many<complex<T>, 2> fresnel_far(complex<T> z) {
  const bool turned = abs(z.im) > abs(z.re);
  complex<T> w = turned ? complex<T>(z.im, -z.re) : z;  // z = i w
  const bool left = w.re < T(0);
  if (left) w = -w;
  const complex<T> r = T(numbers::inv_pi<T>) / w, q = r / w, square = q * q;
  const complex<T> f = r * (T(1) - square * (T(3) - square * T(105)));
  const complex<T> g = r * q * (T(1) - square * (T(15) - square * T(945)));
  T scale;
  const many<complex<T>, 2> wave = chirp_scaled(w, scale);
  complex<T> s = complex<T>(T(0.5)) - (f * wave[1] + g * wave[0]) * scale;
  complex<T> c = complex<T>(T(0.5)) + (f * wave[0] - g * wave[1]) * scale;
  if (left) s = -s, c = -c;
  if (turned) s = complex<T>(s.im, -s.re), c = times_i(c);
  return {{s, c}};
}

}  // namespace detail

template <class T>
SCI_HD many<complex<T>, 2> fresnel(complex<T> z) {
  if constexpr (is_same<T, float>) {  // the waves' phase and size are large beside its digits
    return detail::narrowed<complex<T>>(fresnel(complex<double>(z)));
  }
  if (z.im == T(0) && !isnan(z.re)) {
    many<T, 2> value = fresnel(z.re), slope = isfinite(z.re) ? chirp(z.re) : many<T, 2>{{T(0), T(0)}};
    return {{complex<T>(value[0], z.im * slope[0]), complex<T>(value[1], z.im * slope[1])}};
  }
  if (abs(z.re) < T(1) && norm(z) < T(1)) return detail::fresnel_series(z);
  if (isinf(z) && z.re == T(0)) {
    T half = copysign(T(0.5), z.im);  // S(i z) = -i S(z), C(i z) = i C(z)
    return {{complex<T>(T(0), -half), complex<T>(T(0), half)}};
  }
  if (isfinite(z) && max(abs(z.re), abs(z.im)) > T(64)) {
    many<complex<T>, 2> f = detail::fresnel_far(z);
    if (!(isfinite(f[0]) && isfinite(f[1]))) detail::fresnel_overflow(z, f);
    return f;
  }
  constexpr T half = T(0.5) * numbers::sqrt_pi<T>;
  // C + i S and C - i S.
  complex<T> plus = erf(complex<T>(half * (z.re + z.im), half * (z.im - z.re)));
  complex<T> minus = erf(complex<T>(half * (z.re - z.im), half * (z.im + z.re)));
  complex<T> p(plus.re - plus.im, plus.re + plus.im), m(minus.re + minus.im, minus.im - minus.re);
  complex<T> c = (p + m) * T(0.25), d = (p - m) * T(0.25);
  many<complex<T>, 2> f = {{complex<T>(d.im, -d.re), c}};
  if (isfinite(z) && !(isfinite(c) && isfinite(d))) detail::fresnel_overflow(z, f);
  return f;
}

}  // namespace sci
