// Associated Legendre functions of whole degree n and order m, with or without norm, their derivatives in z of any
// order up to 8, and the spherical ones of an angle.                                     card: sci/special/_legendre.py
//
// P_n^m(z) = (-1)^m (1 - z^2)^(m/2) G(z), G = d^m P_n / dz^m: a Gegenbauer polynomial with lambda = m + 1/2
// [1] 14.3.21, 18.7. It is carried as S_k = C_k(z) / C_k(1), k = n - m, |S| <= 1 on the cut, with an exponent of its
// own:
//   |1 - z| < 1/4   F_{k+1} = (k F_k - (2k + 2m + 1)(1 - z) S_k) / (k + 2m + 1), S_{k+1} = S_k + F_{k+1}, which keeps
//   the
//                   digits of 1 - z (for an angle 2 sin^2(theta/2))
//   else            the recurrence of three terms, [1] 18.9.1
//   Re z < 0        by parity
// and so is the power of 1 - z^2; binomials are products with a second word for their error. Nothing overflows before
// the result does. Derivatives: Taylor coefficients of both factors, G' being that of order m + 1, and those of (1 -
// z^2)^(m/2) as sums over binom(m/2, r), exact at z = +-1, where a result may be infinite. Cut (branch_cut)  2: |z| >
// 1, (1 - z^2)^(1/2);  3: |z| < 1, (z - 1)^(1/2) (z + 1)^(1/2), and no sign (-1)^m Error      worst ulp (mean) per
// region and dtype: python -m tools.accuracy legendre_derivative Weak spot  steps are n - |m|: time grows with the
// degree Sources    [1] DLMF, chapters 14 and 18
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

/// |1 - z| below which the recurrence has the form of differences.
constexpr double legendre_close = 0.25;
/// Degrees beyond give NaN, those of derivative k beyond a (k + 1)-th of it: a bound of the steps.
constexpr int64_t legendre_most = 1000000;

/// value 2^exponent.
template <class Z>
struct legendre_scaled {
  Z value;
  int exponent;
};

template <class T>
SCI_HD T legendre_ldexp(T x, int n) {
  // In two steps: half of a product of exponents beyond the range must not end it.
  int half = n / 2;
  return ldexp(ldexp(x, half), n - half);
}
template <class T>
SCI_HD complex<T> legendre_ldexp(complex<T> z, int n) {
  return {legendre_ldexp(z.re, n), legendre_ldexp(z.im, n)};
}

/// A product of positive numbers: high + low, times a power of 2.
template <class T>
struct legendre_product {
  T high = T(1), low = T(0);
  int exponent = 0;
  SCI_HD void times(T a, T a_low = T(0)) {
    T p = rounded_product(high, a);
    low = fma(low, a, fma(high, a_low, fma(high, a, -p)));
    high = p;
    fit();
  }
  SCI_HD void over(T a) {
    T q = high / a;
    low = (low + fma(-q, a, high)) / a;
    high = q;
    fit();
  }
  SCI_HD void fit() {
    int n;
    if (high < T(1e15) && high > T(1e-15)) return;
    high = frexp(high, &n);
    low = ldexp(low, -n);
    exponent += n;
  }
  /// The square root.
  SCI_HD legendre_scaled<T> root() const {
    bool odd = exponent % 2 != 0;
    T x = odd ? T(2) * (high + low) : high + low;
    return {sqrt(x), (odd ? exponent - 1 : exponent) / 2};
  }
};

/// sqrt(binom(2m, m) / 4^m) = (Gamma(m + 1/2) / (sqrt(pi) m!))^(1/2), [1] 5.11.8.
template <class T>
SCI_HD T legendre_central(int64_t m) {
  if (m < 24) {  // below, the first term left out is up to 70 ulp
    T g = T(1);
    for (int64_t k = 1; k <= m; ++k) g *= T(2 * k - 1) / T(2 * k);
    return sqrt(g);
  }
  T w = T(m) + T(0.25), q = T(1) / (w * w);
  T series = T(-1) / T(64) + q * (T(5) / T(2048) + q * (T(-61) / T(49152) + q * (T(1385) / T(1048576))));
  return sqrt(exp(q * series) / sqrt(numbers::pi<T> * w));
}

/// What an argument has to say: z in the right half-plane (after parity), 1 - z, and (1 - z^2)^(1/2) in two words.
template <class Z>
struct legendre_argument {
  Z z, rest, root, root_low;
  bool left;  // parity was used
};

/// (G_n^m at z in the right half-plane) times the norm of order m, without the power of 1 - z^2; 0 <= m <= n. `bare`
/// without the norm.
template <class Z, class T>
SCI_HD_LARGE legendre_scaled<Z> legendre_polynomial(const legendre_argument<Z>& at, int64_t n, int64_t m,
                                                    bool bare = false) {
  constexpr int step = is_same<T, float> ? 60 : 400;
  const T big = ldexp(T(1), step), small = ldexp(T(1), -step);
  int64_t count = n - m;
  bool close = abs1(at.rest) < T(legendre_close);
  Z s = Z(T(1)), f = Z(T(0));  // f: the difference, or the one before
  int exponent = 0;
  SCI_NO_UNROLL
  for (int64_t k = 0; k < count; ++k) {
    T inverse = T(1) / T(k + 2 * m + 1), twice = T(2 * k + 2 * m + 1);
    if (close) {
      f = (f * T(k) - at.rest * s * twice) * inverse;
      s = s + f;
    } else {
      Z next = (at.z * s * twice - f * T(k)) * inverse;
      f = s;
      s = next;
    }
    T size = abs1(s) + abs1(f);
    if (size > big || size < small) {
      if (!(size > T(0)) || !(size <= limits<T>::max)) break;
      int shift = size > big ? -step : step;
      s = legendre_ldexp(s, shift);
      f = legendre_ldexp(f, shift);
      exponent -= shift;
    }
  }
  if (bare) return {at.left && count % 2 != 0 ? -s : s, exponent};
  legendre_product<T> binomial;  // binom(n + m, 2m) (2n + 1) / 2
  int64_t top = n + m, least = min(count, 2 * m);
  SCI_NO_UNROLL
  for (int64_t k = 1; k <= least; ++k) {
    binomial.times(T(top - least + k));
    binomial.over(T(k));
  }
  binomial.times(T(n) + T(0.5));
  legendre_scaled<T> norm = binomial.root();
  if (at.left && count % 2 != 0) s = -s;
  return {s * (norm.value * legendre_central<T>(m)), exponent + norm.exponent};
}

SCI_HD bool legendre_is_zero(double x) { return x == 0; }
SCI_HD bool legendre_is_zero(float x) { return x == 0; }
template <class T>
SCI_HD bool legendre_is_zero(complex<T> z) {
  return z.re == T(0) && z.im == T(0);
}

/// (high + low) (b + c), high being the rounded sum; complex numbers have no second word.
template <class T>
SCI_HD void legendre_times(T& high, T& low, T b, T c) {
  const T p = rounded_product(high, b), e = fma(high, b, -p) + fma(high, c, low * b);
  high = p + e;
  low = e - (high - p);
}
template <class T>
SCI_HD void legendre_times(complex<T>& high, complex<T>& low, complex<T> b, complex<T>) {
  high = high * b;
  low = complex<T>(T(0));
}

/// (root + low)^m with an exponent, by squares.
template <class Z>
SCI_HD legendre_scaled<Z> legendre_power(Z root, Z low, int64_t m) {
  using T = scalar_of<Z>;
  const T most = ldexp(T(1), limits<T>::max_exponent / 4), least = T(1) / most;
  Z high = Z(T(1)), rest = Z(T(0));
  int exponent = 0, square = 0;
  SCI_NO_UNROLL
  for (int64_t bits = m; bits > 0; bits >>= 1) {
    const T size = abs1(root);
    if (size > T(0) && size <= limits<T>::max && (size > most || size < least)) {
      int shift;
      frexp(size, &shift);
      root = legendre_ldexp(root, -shift);
      low = legendre_ldexp(low, -shift);
      square += shift;
    }
    if (bits & 1) {
      legendre_times(high, rest, root, low);
      exponent += square;
      const T now = abs1(high);
      if (now > T(0) && now <= limits<T>::max && (now > most || now < least)) {
        int shift;
        frexp(now, &shift);
        high = legendre_ldexp(high, -shift);
        rest = legendre_ldexp(rest, -shift);
        exponent += shift;
      }
    }
    legendre_times(root, low, Z(root), Z(low));
    square *= 2;
  }
  return {high, exponent};
}

/// What (rest (1 + z))^(1/2) lacks as a rounded number.
template <class T>
SCI_HD T legendre_root_low(T rest, T rest_low, T z, T root) {
  const T sum = T(1) + z, sum_low = z > T(1) ? T(1) - (sum - z) : z - (sum - T(1));
  const T square = rounded_product(rest, sum), low = fma(rest, sum, -square) + rest * sum_low + rest_low * sum;
  const T side = rest < T(0) ? T(-1) : T(1);
  return root == T(0) || !isfinite(root) ? T(0) : side * (fma(-root * side, root, square) + low) / (root + root);
}

template <class T>
SCI_HD legendre_argument<T> legendre_prepare(T z, bool outside) {
  T a = abs(z), rest = T(1) - a, w = rest * (T(1) + a);
  T root = outside ? copysign(sqrt(-w), z) : sqrt(w);
  const T rest_low = a > T(1) ? T(1) - (rest + a) : (T(1) - rest) - a;
  return {a, rest, root, legendre_root_low(rest, rest_low, a, root), z < T(0)};
}
template <class T>
SCI_HD legendre_argument<complex<T>> legendre_prepare(complex<T> z, bool outside) {
  using Z = complex<T>;
  bool left = z.re < T(0);
  Z a = left ? -z : z, rest = T(1) - a, root;
  if (outside) {
    root = sqrt(z - T(1)) * sqrt(z + T(1));
  } else if (z.im == T(0) && abs(z.re) > T(1)) {
    root = Z(T(0), sqrt((abs(z.re) - T(1)) * (abs(z.re) + T(1))));  // on the cut, from one side for both signs of 0
  } else {
    root = sqrt(T(1) - z) * sqrt(T(1) + z);
  }
  return {a, rest, root, Z(T(0)), left};
}

/// binom(m/2, r) binom(r, j) (-1)^j
template <class T>
SCI_HD T legendre_trinomial(int64_t m, int r, int j) {
  T c = T(1);
  for (int q = 0; q < r; ++q) c *= (T(m) / T(2) - T(q)) / T(q + 1);
  for (int q = 0; q < j; ++q) c *= T(-(r - q)) / T(q + 1);
  return c;
}

/// Taylor coefficient k of (1 - z^2)^(m/2) at z, over that power: sum over r = k - j of
/// binom(m/2, r) binom(r, j) (-2 z)^(r - j) (-1)^j w^-r, w = 1 - z^2.
template <class Z, class T>
SCI_HD Z legendre_power_series(Z z, Z w, int64_t m, int k) {
  Z sum = Z(T(0));
  for (int j = 0; 2 * j <= k; ++j) {
    int r = k - j;
    if (m % 2 == 0 && 2 * r > m) continue;
    Z term = Z(legendre_trinomial<T>(m, r, j));
    for (int q = 0; q < r - j; ++q) term = term * z * T(-2);
    for (int q = 0; q < r; ++q) term = term / w;
    sum = sum + term;
  }
  return sum;
}

/// The same times the power at z = +-1 (power of order m), where only one r counts. Infinite where m is odd, m < 2k.
template <class T>
SCI_HD T legendre_power_series_end(T z, int64_t m, int k, bool outside) {
  const bool left = z < T(0);
  if (m % 2 != 0) {
    if (m > 2 * k) return T(0);
    const T c = legendre_trinomial<T>(m, k, 0);
    // (-+2z)^k, and beyond the root that has the sign of z
    const bool turned = outside ? left && k % 2 == 0 : !left && k % 2 != 0;
    return turned ? -c : c;
  }
  int r = int(m / 2), j = k - r;
  if (j < 0 || j > r) return T(0);
  const bool turned = ((r - j) % 2 != 0 && !left) != (outside && r % 2 != 0);
  return legendre_trinomial<T>(m, r, j) * ldexp(turned ? T(-1) : T(1), r - j);
}

template <class Z, class T>
SCI_HD_LARGE Z legendre_any(int64_t order, int64_t n, int64_t m, bool normal, bool outside, Z z) {
  bool negative = m < 0;
  if (m > n || m < -n || n < 0) return isnan(z) ? Z(limits<T>::nan) : Z(T(0));
  if (order < 0 || order > 8 || n > legendre_most / (order + 1)) return Z(limits<T>::nan);
  m = abs(m);
  legendre_argument<Z> at = legendre_prepare(z, outside);
  if (!normal && m == 0 && order == 0) {  // P_n has no norm that would round: P_n(1) = 1
    const legendre_scaled<Z> value = legendre_polynomial<Z, T>(at, n, 0, true);
    return legendre_ldexp(value.value, value.exponent);
  }
  Z w = at.rest * (T(1) + at.z), sum = Z(T(0));
  bool end = m > 0 && order > 0 && legendre_is_zero(w);
  legendre_scaled<Z> power = legendre_power(at.root, at.root_low, m);
  // Without norm: (n + m)! / (n - m)!, over itself for negative orders.
  legendre_product<T> plain;
  if (!normal) {
    SCI_NO_UNROLL
    for (int64_t q = n - m + 1; q <= n + m; ++q) negative ? plain.over(T(q)) : plain.times(T(q));
    plain.over(T(n) + T(0.5));
  }
  legendre_scaled<T> scale = plain.root();
  T ladder = T(1);
  for (int64_t i = 0; i <= order && m + i <= n; ++i) {
    if (i > 0) ladder *= sqrt(T(n - m - i + 1)) * sqrt(T(n + m + i)) / T(i);
    int k = int(order - i);
    if (m == 0 && k > 0) continue;
    legendre_scaled<Z> part = legendre_polynomial<Z, T>(at, n, m + i);
    Z factor = power.value;
    int exponent = power.exponent;
    if (end) {
      factor = Z(legendre_power_series_end<T>(real(z), m, k, outside));
      exponent = 0;
      if (m % 2 != 0 && m < 2 * k) {  // the first term is infinite of the highest power
        sum = part.value * factor * limits<T>::infinity;
        break;
      }
    } else if (k > 0) {
      factor = factor * legendre_power_series<Z, T>(z, w, m, k);
    }
    sum = sum +
          legendre_ldexp(Z(part.value * factor * (ladder * scale.value)), part.exponent + exponent + scale.exponent);
  }
  for (int64_t i = 2; i <= order; ++i) sum = sum * T(i);
  return m % 2 != 0 && !negative && !outside ? -sum : sum;
}

}  // namespace detail

/// The derivative of some order of P_n^m in z. Real z: NaN on the cut.
template <class T>
SCI_HD T legendre_derivative(int64_t order, int64_t n, int64_t m, int64_t normal, int64_t branch_cut, T z) {
  bool outside = branch_cut == 3;
  if (branch_cut != 2 && branch_cut != 3) return limits<T>::nan;
  if (isnan(z) || (m != 0 && abs(m) <= n && (outside ? abs(z) < T(1) : abs(z) > T(1)))) return limits<T>::nan;
  return detail::legendre_any<T, T>(order, n, m, normal != 0, outside, z);
}
template <class T>
SCI_HD complex<T> legendre_derivative(int64_t order, int64_t n, int64_t m, int64_t normal, int64_t branch_cut,
                                      complex<T> z) {
  if (branch_cut != 2 && branch_cut != 3) return {limits<T>::nan, limits<T>::nan};
  return detail::legendre_any<complex<T>, T>(order, n, m, normal != 0, branch_cut == 3, z);
}

namespace detail {
/// The argument cos theta. One variable for all, 1 - |z| or |z|, so that its rounding moves the angle and nothing else.
template <class T>
SCI_HD legendre_argument<T> legendre_angle(T theta) {
  const T c = cos(theta), half = c < T(0) ? cos(theta / T(2)) : sin(theta / T(2));
  const T rest = T(2) * half * half, a = rest < T(legendre_close) ? T(1) - rest : abs(c);
  const bool close = rest < T(legendre_close);
  const T s = close ? T(2) * abs(half) * sqrt(T(1) - half * half) : sqrt((T(1) - a) * (T(1) + a));
  const T exact = close ? rest : T(1) - a, other = close ? T(1) - rest : a;
  // Squares that are subnormal, or were rounded to 0, say nothing of the root's error.
  const T low =
      rest > T(4) * limits<T>::min ? legendre_root_low(exact, close ? T(0) : (T(1) - exact) - a, other, s) : T(0);
  return {a, rest, s, low, c < T(0)};
}
}  // namespace detail

/// The function of norm 1 on the sphere, times exp(-i m phi): P_n^m(cos theta) with its norm over sqrt(2 pi),
/// and |sin theta| for the root.
template <class T>
SCI_HD T sph_legendre(int64_t n, int64_t m, T theta) {
  bool negative = m < 0;
  if (isnan(theta) || isinf(theta)) return limits<T>::nan;
  if (m > n || m < -n || n < 0) return T(0);
  if (n > detail::legendre_most) return limits<T>::nan;
  m = abs(m);
  const detail::legendre_argument<T> at = detail::legendre_angle(theta);
  detail::legendre_scaled<T> part = detail::legendre_polynomial<T, T>(at, n, m);
  detail::legendre_scaled<T> power = detail::legendre_power(at.root, at.root_low, m);
  T value = part.value * power.value * T(0.39894228040143267794);  // 1 / sqrt(2 pi)
  value = detail::legendre_ldexp(value, part.exponent + power.exponent);
  return m % 2 != 0 && !negative ? -value : value;
}

}  // namespace sci
