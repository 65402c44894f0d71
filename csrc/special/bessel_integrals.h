// Integrals of Bessel and Struve functions of order 0, for real x.
//
//   itj0y0     int_0^x J_0, int_0^x Y_0            it2j0y0    int_0^x (1 - J_0)/t, int_x^inf Y_0/t
//   iti0k0     int_0^x I_0, int_0^x K_0            it2i0k0    int_0^x (I_0 - 1)/t, int_x^inf K_0/t
//   itstruve0  int_0^x H_0    it2struve0  int_x^inf H_0/t    itmodstruve0  int_0^x L_0
//   j0_deficit, i0_excess   (1 - J_0)/x and (I_0 - 1)/x without cancellation
//
// One method for all:
//   x < 1.5   the ascending series (DLMF 10.2.2, 10.8.2, 10.31.2, 11.2.1-2), integrated term by term
//   x < 48  Taylor series about the nearest whole number, from the values and integrals there
//             (detail/bessel_integral_tables.h) and the differential equation x y'' + y' +- x y = 0, or 2/pi for
//             Struve's functions (11.2.7, 11.2.9)
//   beyond    the asymptotic expansions integrated (10.17.3-4, 10.40.1-2, 11.6.1-2): sum w_k/t^k with
//             w_k = p_k + (k -+ 1/2) w_{k-1}
// Below zero by parity; NaN for the integrals of Y_0 and K_0. Measured against sums of the series in ball arithmetic: 6
// eps of the value or of its modulus.
#pragma once
#include "special/bessel_order01.h"
#include "special/detail/bessel_integral_tables.h"
#include "special/detail/bessel_jy_hankel.h"

namespace sci {
namespace detail {

/// The integrals of the first and the second solution and of Struve's function (f, g, h), and those over t (f2, g2,
/// h2).
template <class T>
struct bessel_integral_set {
  T f, g, h, f2, g2, h2;
};

/// x < 1.5. sign is -1 for J_0, Y_0, H_0 and 1 for I_0, K_0, L_0.
template <class T>
SCI_HD_LARGE bessel_integral_set<T> bessel_integral_series(T x, T sign) {
  const T c = T(2) / numbers::pi<T>;
  T half = x / T(2), q = sign * half * half, log_half = log(half) + numbers::egamma<T>;
  T term = T(1), harmonic = T(0), f = T(1), g = log_half - T(1), f2 = T(0), g2 = T(0);
  T odd = x, h = x * half, h2 = x;
  for (int k = 1; k < 13; ++k) {
    T n = T(2 * k), next = T(1) / (n + T(1));
    term *= q / T(k * k);
    harmonic += T(1) / T(k);
    f += term * next;
    g += term * next * (log_half - next - harmonic);
    f2 += term / n;
    g2 += term / n * (log_half - harmonic - T(1) / n);
    odd *= sign * x * x * next * next;
    h += odd * x / (n + T(2));
    h2 += odd * next;
  }
  const T square = T(0.822467033424113218236207583323012595);  // pi^2/12
  T logs = log_half * log_half / T(2) + g2;
  if (sign > T(0)) return {x * f, -x * g, c * h, f2, logs + square / T(2), T(0)};
  return {x * f, c * x * g, c * h, -f2, -c * (logs - square), numbers::pi<T> / T(2) - c * h2};
}

/// 1.5 <= x < 48. The Taylor coefficients c_n of a solution about x0:
///   x0 (n+1)(n+2) c_{n+2} = [source] - (n+1)^2 c_{n+1} + sign (x0 c_n + c_{n-1}), and those of y/t: x0 d_n = c_n -
///   d_{n-1}.
template <bool Over, class T>
SCI_HD void bessel_integral_step(T x0, T h, T sign, T y, T slope, T source, T& plain, T& over) {
  T r = T(1) / x0, t = h * r, q = sign * h * h;
  T c0 = T(0), c1 = y, c2 = slope * h, d = y * r;
  plain = c1 + c2 / T(2);
  over = T(0);
  if constexpr (Over) {
    over = d;
    d = (c2 - d * h) * r;
    over += d / T(2);
  }
  source *= h * h * r;
  // The terms fall like (h/x0)^n and h^n/n!, |h| <= 1/2.
  int terms = x0 >= T(10) ? 16 : x0 >= T(4) ? 20 : 27;
  if (is_same<T, float>) terms = x0 >= T(4) ? 9 : 12;
  SCI_NO_UNROLL for (int n = 0; n < terms; ++n) {
    T c = (q * (c1 + t * c0) + source) / T((n + 1) * (n + 2)) - t * c2 * (T(n + 1) / T(n + 2));
    source = T(0);
    T weight = T(1) / T(n + 3);
    plain += c * weight;
    if constexpr (Over) {
      d = (c - d * h) * r;
      over += d * weight;
    }
    c0 = c1, c1 = c2, c2 = c;
  }
  plain *= h;
  over *= h;
}

template <bool Over, class T>
SCI_HD_LARGE bessel_integral_set<T> bessel_integral_near(T x, T sign, bool struve) {
  const T c = T(2) / numbers::pi<T>;
  int n = int(rint(x));
  T x0 = T(n), h = x - x0, a, b, none = T(0);
  const double* row =
      (sign > T(0) ? bessel_integral_tables::modified : bessel_integral_tables::ordinary) + 12 * (n - 2);
  bessel_integral_set<T> s = {T(row[6]), T(row[7]), T(row[8]), T(row[9]), T(row[10]), T(row[11])};
  if (struve) {
    bessel_integral_step<Over>(x0, h, sign, T(row[4]), T(row[5]), c, a, b);
    s.h += a;
    s.h2 -= b;
    return s;
  }
  bessel_integral_step<Over>(x0, h, sign, T(row[0]), T(row[1]), none, a, b);
  s.f += a;
  // (1 - J_0)/t and (I_0 - 1)/t
  if constexpr (Over) s.f2 += sign * (b - log1p(h / x0));
  bessel_integral_step<Over>(x0, h, sign, T(row[2]), T(row[3]), none, a, b);
  s.g += a;
  s.g2 -= b;
  return s;
}

/// sum c_k r^k, its even and its odd part; with the signs of r -> i r where `turned`.
template <class T>
SCI_HD void bessel_integral_sums(const double* c, T r, bool turned, T& even, T& odd) {
  constexpr int terms = is_same<T, float> ? 24 : 48;
  T power = r, sign = turned ? -r : r;
  even = T(1);
  odd = r * T(c[1]);
  SCI_NO_UNROLL for (int k = 2; k < terms; k += 2) {
    power *= sign;
    T a = power * T(c[k]);
    even += a;
    power *= r;
    odd += power * T(c[k + 1]);
    if (negligible(a, even)) break;
  }
}

/// sum_{k >= 1} sign^k ((2k-1)!!)^2 / (2k x^2k) and sum_{k >= 0} sign^k ((2k-1)!!)^2 / ((2k+1) x^(2k+1)).
template <class T>
SCI_HD void bessel_integral_algebraic(T x, T sign, T& even, T& odd) {
  T r = T(1) / x, term = T(1);
  even = T(0);
  odd = T(1);
  SCI_NO_UNROLL for (int k = 1; k < 20; ++k) {
    T n = T(2 * k);
    term *= sign * ((n - T(1)) * r) * ((n - T(1)) * r);
    even += term / n;
    odd += term / (n + T(1));
    if (negligible(term, odd)) break;
  }
  odd *= r;
}

/// x >= 48.
template <class T>
SCI_HD_LARGE bessel_integral_set<T> bessel_integral_far(T x, T sign) {
  const T c = T(2) / numbers::pi<T>;
  T r = T(1) / x, even, odd, even2, odd2, algebraic, algebraic2, root = sqrt(x);
  bool turned = sign < T(0);
  bessel_integral_sums(bessel_integral_tables::w, r, turned, even, odd);
  bessel_integral_sums(bessel_integral_tables::w2, r, turned, even2, odd2);
  bessel_integral_algebraic(x, sign, algebraic, algebraic2);
  T log_half = log(x) - numbers::ln2<T> + numbers::egamma<T>, log_double = log_half + T(2) * numbers::ln2<T>;
  bessel_integral_set<T> s;
  if (turned) {
    // -i exp(i w) (even - i odd): the tails from x on of J_0 + i Y_0, with the other sign
    T cosine, sine, amplitude = T(0.7978845608028653558798921198687637) / root;
    bessel_jy_phase(T(0), x, cosine, sine);
    s.f = T(1) + amplitude * (sine * even - cosine * odd);
    s.g = -amplitude * (cosine * even + sine * odd);
    amplitude *= r;
    s.f2 = log_half - amplitude * (sine * even2 - cosine * odd2);
    s.g2 = amplitude * (cosine * even2 + sine * odd2);
    s.h = s.g + c * (log_double - algebraic);
    s.h2 = s.g2 + c * algebraic2;
    return s;
  }
  T amplitude = T(0.3989422804014326779399460599343819) / root, up = exp(min(x, T(4) * limits<T>::log_max) / T(2));
  s.f = amplitude * (even + odd) * up * up;
  s.f2 = amplitude * (even2 + odd2) * up * (r * up) - log_half;
  s.h = s.f - c * (log_double + algebraic);
  T down = numbers::pi<T> * amplitude / up;
  s.g = numbers::pi<T> / T(2) - down * (even - odd) / up;
  s.g2 = down * r * (even2 - odd2) / up;
  s.h2 = T(0);
  return s;
}

/// x > 0; the integrals over t only where they are wanted.
template <bool Over, class T>
SCI_HD bessel_integral_set<T> bessel_integral(T x, T sign, bool struve) {
  if (x < T(1.5)) return bessel_integral_series(x, sign);
  return x < T(48) ? bessel_integral_near<Over>(x, sign, struve) : bessel_integral_far(x, sign);
}

}  // namespace detail

template <class T>
SCI_HD many<T, 2> itj0y0(T x) {
  const T nan = limits<T>::nan;
  if (isnan(x)) return {{nan, nan}};
  if (x == T(0)) return {{x, T(0)}};
  if (isinf(x)) return {{copysign(T(1), x), x > T(0) ? T(0) : nan}};
  auto s = detail::bessel_integral<false>(T(abs(x)), T(-1), false);
  return {{x < T(0) ? -s.f : s.f, x < T(0) ? nan : s.g}};
}
template <class T>
SCI_HD many<T, 2> iti0k0(T x) {
  const T nan = limits<T>::nan;
  if (isnan(x)) return {{nan, nan}};
  if (x == T(0)) return {{x, T(0)}};
  if (isinf(x)) return {{x, x > T(0) ? numbers::pi<T> / T(2) : nan}};
  auto s = detail::bessel_integral<false>(T(abs(x)), T(1), false);
  return {{x < T(0) ? -s.f : s.f, x < T(0) ? nan : s.g}};
}
template <class T>
SCI_HD many<T, 2> it2j0y0(T x) {
  const T nan = limits<T>::nan, inf = limits<T>::infinity;
  if (isnan(x)) return {{nan, nan}};
  if (x == T(0)) return {{T(0), -inf}};
  if (isinf(x)) return {{inf, x > T(0) ? T(0) : nan}};
  auto s = detail::bessel_integral<true>(T(abs(x)), T(-1), false);
  return {{s.f2, x < T(0) ? nan : s.g2}};
}
template <class T>
SCI_HD many<T, 2> it2i0k0(T x) {
  const T nan = limits<T>::nan, inf = limits<T>::infinity;
  if (isnan(x)) return {{nan, nan}};
  if (x == T(0)) return {{T(0), inf}};
  if (isinf(x)) return {{inf, x > T(0) ? T(0) : nan}};
  auto s = detail::bessel_integral<true>(T(abs(x)), T(1), false);
  return {{s.f2, x < T(0) ? nan : s.g2}};
}
template <class T>
SCI_HD T itstruve0(T x) {
  if (x == T(0) || isnan(x)) return abs(x);
  return isinf(x) ? limits<T>::infinity : detail::bessel_integral<false>(T(abs(x)), T(-1), true).h;
}
template <class T>
SCI_HD T it2struve0(T x) {
  const T half = numbers::pi<T> / T(2);
  if (x == T(0) || isnan(x)) return x == T(0) ? half : x;
  if (isinf(x)) return x > T(0) ? T(0) : T(2) * half;
  T tail = detail::bessel_integral<true>(T(abs(x)), T(-1), true).h2;
  return x < T(0) ? T(2) * half - tail : tail;
}
template <class T>
SCI_HD T itmodstruve0(T x) {
  if (x == T(0) || isnan(x)) return abs(x);
  return isinf(x) ? limits<T>::infinity : detail::bessel_integral<false>(T(abs(x)), T(1), true).h;
}

namespace detail {

/// (1 - J_0)/x or (I_0 - 1)/x: x/4 sum_{k >= 1} q^(k-1)/(k!)^2 for |x| < 2.5, as written beyond.
template <class T>
SCI_HD T bessel_deficit(T x, T sign, T value) {
  if (!(abs(x) < T(2.5))) return isinf(x) && sign < T(0) ? T(0) : sign * (value - T(1)) / x;
  T q = sign * x * x / T(4), term = T(1), sum = T(1);
  for (int k = 2; k < 16; ++k) {
    term *= q / T(k * k);
    sum += term;
  }
  return x / T(4) * sum;
}

}  // namespace detail

template <class T>
SCI_HD T j0_deficit(T x) {
  return detail::bessel_deficit(x, T(-1), j0(x));
}
template <class T>
SCI_HD T i0_excess(T x) {
  return detail::bessel_deficit(x, T(1), i0(x));
}

}  // namespace sci
