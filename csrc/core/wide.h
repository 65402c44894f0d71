// Elementary functions without branches or calls, so that a loop over elements becomes vector instructions: what
// core/platform.h takes instead of the C library's in units that are compiled for AVX2 or AVX-512 (SCI_WIDE).
//
// exp, exp10, expm1: x = k log 2 + r, |r| <= log(2)/2, e^r = 1 + r + r^2 P(r), and 2^k in two factors, since k goes
//   beyond the exponents; the second factor rounds subnormal results. exp2 the same with x = k + d, 2^d = 1 + d log 2
//   + d^2 P(d).
// log, log1p: x = 2^k (1 + f), 1 + f in [sqrt(1/2), sqrt(2)); with s = f / (2 + f), log(1 + f) = 2 artanh s
//   = f - f^2/2 + s (f^2/2 + 2 s^2 P(s^2)) (DLMF 4.6.1, 4.37.24), so that f, which is exact, carries the result. log1p
//   adds the rounding error of 1 + x.
// expit: 1 / (1 + e^-x), the two factors of the power in numerator and denominator.
// The polynomials are of tools/coefficients/elementary.py.
//
// Error (measured on 10^6 points each): 1 ulp; expm1 1.4 ulp.
#pragma once
#include "core/platform.h"

namespace sci {
namespace wide {

template <class T>
struct format;
template <>
struct format<double> {
  using integer = int64_t;
  using natural = uint64_t;
  static constexpr int digits = 52, bias = 1023;
  static constexpr double magic = 6755399441055744;  // 1.5 2^52: adding it rounds to an integer, in the low bits
  static constexpr double ln2_high = 0.69314718036912381649, ln2_low = 1.9082149292705877e-10;  // 32 bits, the rest
  static constexpr double log10_2_high = 0.30102999554947018623, log10_2_low = 1.1451100898021838e-10;
  static constexpr double ln2_rest = 2.3190468138462995584e-17, ln10_rest = -2.1707562233822493508e-16;
  static constexpr double exp_low = -746, exp_high = 710, exp_most = 760, exp2_most = 1100;
};
template <>
struct format<float> {
  using integer = int32_t;
  using natural = uint32_t;
  static constexpr int digits = 23, bias = 127;
  static constexpr float magic = 12582912;
  static constexpr float ln2_high = 0.693115234375f, ln2_low = 3.1946184945309417e-5f;
  static constexpr float log10_2_high = 0.301025390625f, log10_2_low = 4.605038981195214e-6f;
  static constexpr float ln2_rest = -1.9046542121259336e-9f, ln10_rest = -3.1975436520e-8f;
  static constexpr float exp_low = -104.5f, exp_high = 89, exp_most = 130, exp2_most = 200;
};

template <class T>
SCI_HD typename format<T>::integer to_bits(T x) {
  return __builtin_bit_cast(typename format<T>::integer, x);
}

/// c[0] + c[1] x + ... + c[n-1] x^(n-1), even and odd powers apart.
template <int n, class T>
SCI_HD T polynomial(const T (&c)[n], T x) {
  T square = x * x, even = c[(n - 1) / 2 * 2], odd = c[n / 2 * 2 - 1];
#pragma GCC unroll 8
  for (int k = (n - 1) / 2 * 2 - 2; k >= 0; k -= 2) even = fma(even, square, c[k]);
#pragma GCC unroll 8
  for (int k = n / 2 * 2 - 3; k >= 0; k -= 2) odd = fma(odd, square, c[k]);
  return fma(odd, x, even);
}

/// (e^r - 1 - r) / r^2 for |r| <= log(2)/2.
SCI_HD double exp_rest(double r) {
  constexpr double c[] = {0.5,
                          0.16666666666666670991,
                          0.041666666666669755,
                          0.0083333333333261351258,
                          0.0013888888888883748305,
                          0.00019841269874820625271,
                          0.000024801587325547741216,
                          2.755725540020642443e-6,
                          2.7557273643110295328e-7,
                          2.5105217004720745164e-8,
                          2.0914686968086877233e-9};
  return polynomial(c, r);
}
SCI_HD float exp_rest(float r) {
  constexpr float c[] = {0.50000000135f,   0.16666666682f,   0.041666464925f,
                         0.0083333109255f, 0.0013933649996f, 0.00019890990825f};
  return polynomial(c, r);
}

/// (2^d - 1 - d log 2) / d^2 for |d| <= 1/2.
SCI_HD double exp2_rest(double d) {
  constexpr double c[] = {0.24022650695910076144,   0.055504108664821582571,   0.0096181291076186577153,
                          0.0013333558146423208934, 0.00015403530424795379095, 0.000015252733820805851662,
                          1.3215451619146606496e-6, 1.017806725994698942e-7,   7.0709810833657682536e-9,
                          4.4541051252934160798e-10};
  return polynomial(c, d);
}
SCI_HD float exp2_rest(float d) {
  constexpr float c[] = {0.24022650696f, 0.055503810018f, 0.0096181032427f, 0.0013381312103f, 0.00015444892235f};
  return polynomial(c, d);
}

/// (log(1 + f) - 2 s) / (2 s^3) with s = f / (2 + f), in powers of s^2.
SCI_HD double log_rest(double z) {
  constexpr double c[] = {0.33333333333333333232,  0.20000000000000438491, 0.14285714285401805905,
                          0.11111111195856958721,  0.09090897820066453138, 0.076931198514073290942,
                          0.066343865693284425923, 0.06543313073920051069};
  return polynomial(c, z);
}
SCI_HD float log_rest(float z) {
  constexpr float c[] = {0.33333333277f, 0.2000006092f, 0.14275410408f, 0.11665233608f};
  return polynomial(c, z);
}

/// Adding it rounds to an integer k and leaves k + 2 bias in the low bits.
template <class T>
constexpr T exp_magic = format<T>::magic + T(2 * format<T>::bias);

/// 2^k as a product, from k + exp_magic.
template <class T>
struct power_of_2 {
  T first, second, inverse_second;
  SCI_HD explicit power_of_2(T shifted) {
    using U = typename format<T>::natural;
    constexpr U twice = 2 * format<T>::bias;
    // Halves of k + 2 bias, with bits above that are shifted out.
    U n = U(to_bits(shifted)), half = n >> 1, rest = n - half;
    first = __builtin_bit_cast(T, half << format<T>::digits);
    second = __builtin_bit_cast(T, rest << format<T>::digits);
    inverse_second = __builtin_bit_cast(T, (twice - rest) << format<T>::digits);
  }
};

/// x with |x| at most `size`, in half of the instructions that two bounds take; NaN stays NaN.
template <class T>
SCI_HD T clamp(T x, T size) {
  T a = abs(x);
  return copysign(a > size ? size : a, x);
}
/// NaN stays NaN.
template <class T>
SCI_HD T clamp(T x, T low, T high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

/// e^(r + low) - 1 for small low.
template <class T>
SCI_HD T exp_minus_1(T r, T low) {
  return r + fma(r * r, exp_rest(r), low);
}

/// 2^k (1 + y), k from its shifted form.
template <class T>
SCI_HD T scaled(T shifted, T y) {
  power_of_2<T> scale(shifted);
  return fma(y, scale.first, scale.first) * scale.second;
}

template <class T>
SCI_HD T exp(T x) {
  using F = format<T>;
  x = clamp(x, F::exp_most);
  T shifted = fma(x, T(1.44269504088896340736), exp_magic<T>), k = shifted - exp_magic<T>;
  T high = fma(k, -F::ln2_high, x), low = k * F::ln2_low, r = high - low;
  return scaled(shifted, exp_minus_1(r, (high - r) - low));
}

/// 1 / (1 + e^-x), by e^-|x| = first second: a quotient of first and 1 / second, which are in range.
template <class T>
SCI_HD T expit(T x) {
  using F = format<T>;
  T a = x < T(0) ? x : -x;
  a = a < F::exp_low ? F::exp_low : a;
  a = a > T(-1e-20) ? T(0) : a;  // its square would underflow, which takes long
  T shifted = fma(a, T(1.44269504088896340736), exp_magic<T>), k = shifted - exp_magic<T>;
  T high = fma(k, -F::ln2_high, a), low = k * F::ln2_low, r = high - low;
  const bool subnormal = x < limits<T>::log_min;
  T y = exp_minus_1(r, (high - r) - low);
  power_of_2<T> scale(subnormal ? exp_magic<T> : shifted);
  T e = fma(y, scale.first, scale.first);
  T value = (x < T(0) ? e : scale.inverse_second) / (e + scale.inverse_second);
  // A subnormal value is a whole number of the smallest ones, whose bits it has: no arithmetic that takes long.
  using U = typename F::natural;
  constexpr T round = T(U(1) << F::digits);
  T unit = __builtin_bit_cast(T, U(U(to_bits(shifted)) + U(F::digits - 1)) << F::digits);
  U whole = U(to_bits(T(fma(y, unit, unit) + round))) - U(to_bits(round));
  return subnormal ? __builtin_bit_cast(T, whole) : value;
}

template <class T>
SCI_HD T exp2(T x) {
  using F = format<T>;
  x = clamp(x, F::exp2_most);
  T shifted = x + exp_magic<T>, d = x - (shifted - exp_magic<T>);
  d = abs(d) < T(1e-18) ? T(0) : d;  // its square would underflow, which takes long
  return scaled(shifted, fma(d, numbers::ln2<T>, d * fma(d, exp2_rest(d), F::ln2_rest)));
}

template <class T>
SCI_HD T exp10(T x) {
  using F = format<T>;
  constexpr T log2_10 = T(3.3219280948873623479), ln10 = T(2.3025850929940456840);
  x = clamp(x, F::exp2_most * T(0.3010299956639812));
  T shifted = fma(x, log2_10, exp_magic<T>), k = shifted - exp_magic<T>;
  T high = fma(k, -F::log10_2_high, x), low = k * F::log10_2_low, d = high - low;
  T r = d * ln10;
  return scaled(shifted, exp_minus_1(r, fma((high - d) - low, ln10, fma(d, F::ln10_rest, fma(d, ln10, -r)))));
}

template <class T>
SCI_HD T expm1(T x) {
  using F = format<T>;
  T a = clamp(x, T(-60), F::exp_high);
  T shifted = fma(a, T(1.44269504088896340736), exp_magic<T>), k = shifted - exp_magic<T>;
  T high = fma(k, -F::ln2_high, a), low = k * F::ln2_low, r = high - low;
  power_of_2<T> scale(shifted);
  // r before the small terms: for x about 1/2 and -1/2 it cancels exactly.
  T rest = fma(r * r, exp_rest(r), (high - r) - low);
  T value = fma(rest, scale.first, fma(r, scale.first, scale.first - scale.inverse_second)) * scale.second;
  return x == T(0) ? x : value;
}

/// log(x) + low, for x > 0; low is small beside 1.
template <class T>
SCI_HD T log_of_parts(T x, T low) {
  using F = format<T>;
  using I = typename F::integer;
  constexpr T to_normal = T(I(1) << (F::digits + 1));
  bool subnormal = x < limits<T>::min;
  I bits = to_bits(subnormal ? x * to_normal : x);
  I from_root = bits - to_bits(T(0.70710678118654752440));
  I n = from_root >> F::digits;
  T m = __builtin_bit_cast(T, bits - (n << F::digits));
  T k = __builtin_bit_cast(T, n + to_bits(F::magic)) - F::magic - (subnormal ? T(F::digits + 1) : T(0));
  T f = m - T(1), s = f / (T(2) + f), z = s * s, half = T(0.5) * f * f;
  T rest = s * fma(T(2) * z, log_rest(z), half) + fma(k, F::ln2_low, low);
  return fma(k, F::ln2_high, f - (half - rest));
}

/// log(x (1 + low)), low less than some ulp.
template <class T>
SCI_HD T log_with(T x, T low) {
  T value = log_of_parts(x, low);
  value = x <= limits<T>::max ? value : x;  // infinity, NaN
  value = x > T(0) ? value : limits<T>::nan;
  value = x == T(0) ? -limits<T>::infinity : value;
  return x != x ? x : value;
}

template <class T>
SCI_HD T log(T x) {
  return log_with(x, T(0));
}

/// log(p / (1 - p)) by one logarithm: what rounding takes from 1 - p and from the quotient counts about p = 1/2, where
/// it is divided by.
template <class T>
SCI_HD T logit(T p) {
  T q = T(1) - p, lost = (T(1) - q) - p, odds = p / q;
  return log_with(odds, T(2) * (fma(-odds, q, p) - odds * lost));
}

template <class T>
SCI_HD T log1p(T x) {
  T u = T(1) + x, back = u - T(1);
  T error = (x - back) + (T(1) - (u - back));
  T value = log_of_parts(u, error / u);
  value = x <= limits<T>::max ? value : x;
  value = u > T(0) ? value : u == T(0) ? -limits<T>::infinity : limits<T>::nan;
  value = x == T(0) ? x : value;
  return x != x ? x : value;
}

}  // namespace wide
}  // namespace sci
