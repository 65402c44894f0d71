// Chebyshev's polynomials T_v, U_v (eval_chebyt, eval_chebyu) of whole and real degree, real and complex x, those on
// [-2, 2] (eval_chebyc, eval_chebys) and on [0, 1] (eval_sh_chebyt, eval_sh_chebyu).             DLMF 18.5.1, 18.5.2
//
//   T_v(cos t) = cos(v t),  U_v(cos t) = sin((v + 1) t) / sin t
//
// The argument comes as x, |x| and (1 - |x|)/2, the last exact also on [0, 1]; the sign by parity for whole v, and as
// pi - t for others.
//   whole 0 <= v <= 5     real x: detail/orthogonal_short.h
//   whole |v| <= 32      recurrence over every second degree, as differences or sums, whichever keep the digits
//   |x| < 0.7            t = pi/2 - asin x, the quarters of a turn of whole degrees taken off: odd functions are exact
//                        at 0
//   |x| <= 1             t = 2 asin(((1 - |x|)/2)^(1/2))
//   |x| > 1              powers of y = x + (x^2 - 1)^(1/2)
//   complex              the same with the complex arcsine, about infinity powers by squaring
// T_{-v} = T_v, U_{-v} = -U_{v-2}. Infinite for real x < -1 and v that is not whole, as SciPy has it.
#pragma once
#include "special/detail/gamma_peak.h"
#include "special/detail/orthogonal_rows.h"
#include "special/detail/orthogonal_short.h"

namespace sci {
namespace detail {

/// The degree up to which recurrences are taken.
constexpr int chebyshev_short = 32;

/// An argument: itself, its modulus a (or that in the right half-plane), (1 - a)/2, and whether it lies to the left.
template <class Z>
struct chebyshev_argument {
  Z x, a, low;
  bool left;
};

/// That of two numbers whose real part is less, or the first: no branch for real ones.
template <class T>
SCI_HD T chebyshev_less(T x, T y) {
  return min(y, x);
}
template <class T>
SCI_HD complex<T> chebyshev_less(complex<T> x, complex<T> y) {
  return y.re < x.re ? y : x;
}

/// 1 where the first of two numbers has the greater real part or both the same, else -1.
template <class T>
SCI_HD T chebyshev_side(T x, T y) {
  return x < y ? T(-1) : T(1);
}
template <class T>
SCI_HD T chebyshev_side(complex<T> x, complex<T> y) {
  return chebyshev_side(x.re, y.re);
}

#if !SCI_DEVICE
template <class T, int L>
SCI_PACK Pack<T, L> chebyshev_less(Pack<T, L> x, Pack<T, L> y) {
  return choose(y < x, y, x);
}
template <class T, int L>
SCI_PACK Pack<T, L> chebyshev_side(Pack<T, L> x, Pack<T, L> y) {
  return choose(x < y, Pack<T, L>(T(-1)), Pack<T, L>(T(1)));
}
#endif

/// T_n or U_n of whole n, |n| <= 32, of either sign of x, without a branch on x.
/// With c = -T_2(x) where Re x^2 <= 1/2 and T_2(x) elsewhere, p_k = (-1)^k P or P of degree n mod 2 + 2 k has p_{k+1} =
/// 2 c p_k - p_{k-1} (from DLMF 18.5.1). In differences d_{k+1} = d_k + 2 (c - 1) p_k, p_{k+1} = p_k + d_{k+1} that
/// keeps the digits of (1 - c)/2 = x^2 or 1 - x^2.
template <class T, class Z>
SCI_HD Z chebyshev_steps(int n, bool second, const chebyshev_argument<Z>& at) {
  const bool negative = n < (second ? -1 : 0);
  if (negative) n = second ? -2 - n : -n;
  if (n < 0) return Z(T(0));
  const bool odd = n % 2 != 0;
  const int steps = n / 2;
  const Z square = at.x * at.x, other = at.low * T(2) * (T(1) + at.a);
  const auto side = chebyshev_side(other, square);       // 1 for c = -T_2, -1 for T_2
  const Z less = chebyshev_less(square, other) * T(-2);  // c - 1
  const Z rest = less + less;
  Z p = odd ? (second ? at.x * T(2) : at.x) : Z(T(1));
  // The signs first: a sum that is 0 keeps +0.
  if (second && negative) p = -p;
  if (steps == 0) return p;
  if (steps % 2 != 0) p = p * -side;
  // d_1, with p_{-1} of T_{-1} = T_1, T_{-2} = T_2, U_{-1} = 0, U_{-2} = -U_0.
  Z d = (!odd && !second ? less
         : odd && second ? rest + T(1)
         : second        ? rest + (T(1) - side)
                         : rest + (T(1) + side)) *
        p;
  p = p + d;
  SCI_NO_UNROLL
  for (int k = 1; k < steps; ++k) {
    d = d + rest * p;
    p = p + d;
  }
  return p;
}

/// (cos or sin)(v pi/2 - u) with v mod 4 taken off: 0 cos u, 1 sin u, 2 -cos u, 3 -sin u.
template <class T, class Z>
SCI_HD Z chebyshev_quarter(T v, Z u) {
  const T quarter = v - T(4) * floor(v / T(4));
  const Z f = quarter == T(1) || quarter == T(3) ? sin(u) : cos(u);
  return quarter >= T(2) ? -f : f;
}

/// sin or cos of w (base + u), base = pi or pi/2 with the digits that T has no room for.
template <class T>
SCI_HD T chebyshev_turned(T w, bool second, T base, T u) {
  const T rest =
      T(numbers::pi<double> - double(numbers::pi<T>)) + (is_same<T, float> ? T(0) : T(1.2246467991473532e-16));
  const T t = base + u, turn = rounded_product(w, t);
  const T low = fma(w, t, -turn) + w * (sum_error(base, u, t) + (base / numbers::pi<T>)*rest);
  return second ? sin(turn) + cos(turn) * low : cos(turn) - sin(turn) * low;
}

/// T_v (w = v) or U_v (w = v + 1 >= 0), whole or not, real.
template <class T>
SCI_HD_LARGE T chebyshev_value(T w, bool second, bool whole, const chebyshev_argument<T>& at) {
  const T pi = numbers::pi<T>;
  if (at.a <= T(1)) {
    if (at.low == T(0)) {
      if (!at.left || whole) return second ? w : T(1);
      return second ? copysign(limits<T>::infinity, sinpi(w)) : cospi(w);
    }
    const T sine = second ? sqrt(at.low * T(2) * (T(1) + at.a)) : T(1);
    if (at.a < T(0.7)) {
      const T u = asin(at.a);
      // Of sin: a quarter earlier, cos(w pi/2 - w u - pi/2).
      if (whole) return chebyshev_quarter(second ? w - T(1) : w, w * u) / sine;
      return chebyshev_turned(w, second, pi / T(2), at.left ? u : -u) / sine;
    }
    const T near = T(2) * asin(sqrt(at.low));
    if (!at.left || whole) return (second ? sin(w * near) : cos(w * near)) / sine;
    return chebyshev_turned(w, second, pi, -near) / sine;
  }
  if (at.left && !whole) return limits<T>::infinity;
  const T rest = sqrt(at.low * T(-2)) * sqrt(at.a + T(1)), y = at.a + rest;
  if (second) {
    const T turn = w * log1p(rest - T(2) * at.low);
    if (turn < T(1)) return sinh(turn) / rest;
  }
  const T half = pow(y, w / T(2)), small = T(1) / half;
  const T scale = second ? T(0.5) / rest : T(0.5);
  if (half > T(1e8)) return (half * scale) * half;
  const T power = pow(y, w);
  return second ? (power - T(1) / power) * scale : (power + small * small) * scale;
}

/// z^n, 0 <= n, by squaring.
template <class T>
SCI_HD complex<T> chebyshev_power(complex<T> z, T n) {
  complex<T> p(T(1));
  SCI_NO_UNROLL
  for (int i = 0; i < 60 && n >= T(1); ++i) {
    const T half = floor(n / T(2));
    if (n != half * T(2)) p = p * z;
    z = z * z;
    n = half;
  }
  return p;
}

template <class T>
SCI_HD complex<T> chebyshev_arcsine(complex<T> z) {
  const complex<T> p = sqrt(T(1) - z), q = sqrt(T(1) + z);
  return {atan2(z.re, p.re * q.re - p.im * q.im), asinh(p.re * q.im - p.im * q.re)};
}

template <class T>
SCI_HD_LARGE complex<T> chebyshev_value(T w, bool second, bool whole, const chebyshev_argument<complex<T>>& at) {
  using Z = complex<T>;
  const Z root = sqrt(at.low * T(2)) * sqrt(at.a + T(1));  // (1 - a^2)^(1/2)
  if (abs1(at.low) == T(0) && (whole || !at.left)) return Z(second ? w : T(1));
  if (whole && abs1(at.a) > T(1)) {
    const Z y = at.a + sqrt(at.low * T(-2)) * sqrt(at.a + T(1)), power = chebyshev_power(y, w);
    if (!second) return (power + T(1) / power) * T(0.5);
    return (power - T(1) / power) / (y - T(1) / y);
  }
  const Z sine = second ? root : Z(T(1));
  if (abs1(at.a) < T(0.7)) {
    const Z u = chebyshev_arcsine(at.a);
    if (whole) return chebyshev_quarter(second ? w - T(1) : w, u * w) / sine;
    const Z t = at.left ? u + numbers::pi<T> / T(2) : numbers::pi<T> / T(2) - u;
    return (second ? sin(t * w) : cos(t * w)) / sine;
  }
  const Z near = chebyshev_arcsine(sqrt(at.low)) * T(2), t = at.left && !whole ? numbers::pi<T> - near : near;
  if (second && abs1(t * w) == T(0)) return Z(w);
  return (second ? sin(t * w) : cos(t * w)) / sine;
}

SCI_TABLE(double, chebyshev_first_short) = {1, 0, 0, 1, 0, 0, 0, 2, 0, -1, 4, 0, -1, 0, 8, -1, -4, 16};
SCI_TABLE(double, chebyshev_second_short) = {1, 0, 0, 2, 0, 0, 1, 4, 0, 0, 8, 0, -1, 4, 16, -2, 0, 32};

/// Is v one of the degrees of those tables? Then the value.
template <class T>
SCI_HD bool chebyshev_table_value(T v, bool second, T x, T& value) {
  const int n = int(v);
  if (!orthogonal_is_short(n, x) || T(n) != v) return false;
  value = orthogonal_short(second ? chebyshev_second_short : chebyshev_first_short, n, T(0.5), x);
  return true;
}
template <class T>
SCI_HD bool chebyshev_table_value(T, bool, complex<T>, complex<T>&) {
  return false;
}

/// T_v or U_v.
template <class T, class Z>
SCI_HD Z chebyshev_any(T v, bool second, const chebyshev_argument<Z>& at) {
  if (isnan(at.a) || !isfinite(v)) return Z(limits<T>::nan);
  T w = second ? v + T(1) : v;
  const bool negative = w < T(0);
  w = abs(w);
  const bool whole = w == rint(w);
  if constexpr (is_complex<Z>) {
    if (!isfinite(at.a)) return Z(limits<T>::nan);
  } else {
    if (isinf(at.a)) return at.left && whole && (w != T(2) * floor(w / T(2))) != second ? -at.a : at.a;
  }
  Z value = chebyshev_value(w, second, whole, at);
  // Parity for whole degrees, that of w - 1 for U.
  const bool odd = whole && w != T(2) * floor(w / T(2));
  if (at.left && whole && odd != second) value = -value;
  return second && negative ? -value : value;
}

template <class T>
SCI_HD chebyshev_argument<T> chebyshev_at(T x) {
  const T a = abs(x);
  return {x, a, (T(1) - a) / T(2), x < T(0)};
}
template <class T>
SCI_HD chebyshev_argument<complex<T>> chebyshev_at(complex<T> x) {
  const bool left = x.re < T(0);
  const complex<T> a = left ? -x : x;
  return {x, a, (T(1) - a) / T(2), left};
}
/// 2 x - 1 for x of [0, 1]: (1 - |2 x - 1|)/2 is x or 1 - x.
template <class Z>
SCI_HD chebyshev_argument<Z> chebyshev_shifted(Z x) {
  using T = scalar_of<Z>;
  const bool left = real(x) < T(0.5);
  const Z low = chebyshev_less(Z(T(1)) - x, x);
  return {x + x - Z(T(1)), Z(T(1)) - low * T(2), low, left};
}

/// T_v or U_v at x or 2 x - 1: the table and the recurrence without a call, which costs as much as they do.
template <bool shifted, class T, class Z>
SCI_HD Z chebyshev_of(T v, bool second, Z x) {
  Z value;
  if (chebyshev_table_value(v, second, shifted ? x + x - Z(T(1)) : x, value)) return value;
  chebyshev_argument<Z> at;
  if constexpr (shifted) {
    at = chebyshev_shifted(x);
  } else {
    at = chebyshev_at(x);
  }
  const int n = int(v);
  if (abs(v) <= T(chebyshev_short) && T(n) == v && !isnan(at.a)) return chebyshev_steps<T>(n, second, at);
  return chebyshev_any(v, second, chebyshev_argument<Z>(at));
}

}  // namespace detail

template <class T, class Z>
SCI_HD Z eval_chebyt(T n, Z x) {
  return detail::chebyshev_of<false>(n, false, x);
}
template <class T, class Z>
SCI_HD Z eval_chebyu(T n, Z x) {
  return detail::chebyshev_of<false>(n, true, x);
}
template <class T, class Z>
SCI_HD Z eval_chebyc(T n, Z x) {
  return detail::chebyshev_of<false>(n, false, x / T(2)) * T(2);
}
template <class T, class Z>
SCI_HD Z eval_chebys(T n, Z x) {
  return detail::chebyshev_of<false>(n, true, x / T(2));
}
template <class T, class Z>
SCI_HD Z eval_sh_chebyt(T n, Z x) {
  return detail::chebyshev_of<true>(n, false, x);
}
template <class T, class Z>
SCI_HD Z eval_sh_chebyu(T n, Z x) {
  return detail::chebyshev_of<true>(n, true, x);
}

#if !SCI_DEVICE
namespace detail {

/// `factor` T_v or U_v at `scale` x, or 2 x - 1, of one degree: the table or the steps side by side.
template <bool shifted, class T>
SCI_PACK void chebyshev_rows(int64_t count, T* out, T v, bool second, const T* x, T scale, T factor) {
  using P = RowPack<T>;
  const auto one = [=](T at) { return chebyshev_of<shifted>(v, second, at * scale) * factor; };
  const int n = abs(v) <= T(chebyshev_short) ? int(v) : 0;
  if (T(n) != v) {
    for (int64_t i = 0; i < count; ++i) out[i] = one(x[i]);
  } else if (n >= 0 && n <= orthogonal_short_most) {
    double table[3 * (orthogonal_short_most + 1)];
    for (int i = 0; i < 3 * (orthogonal_short_most + 1); ++i)
      table[i] = (second ? chebyshev_second_short : chebyshev_first_short)[i] * double(factor);
    orthogonal_short_rows(count, out, table, n, T(0.5), x, shifted ? T(2) : scale, shifted ? T(-1) : T(0), one);
  } else {
    run_rows(
        count, out, x, limits<T>::infinity,
        [=](P(&at)[rows_at_once]) {
#pragma GCC unroll 8
          for (int m = 0; m < rows_at_once; ++m) {
            chebyshev_argument<P> y{};
            if constexpr (shifted) {
              y.low = chebyshev_less(P(T(1)) - at[m], at[m]);
              y.x = at[m] + at[m] - P(T(1));
              y.a = P(T(1)) - y.low * T(2);
            } else {
              y.x = at[m] * P(scale);
              y.a = abs(y.x);
              y.low = (P(T(1)) - y.a) * P(T(0.5));
            }
            at[m] = chebyshev_steps<T>(n, second, y) * P(factor);
          }
        },
        one);
  }
}

}  // namespace detail

template <class T>
enable_hardware<T> eval_chebyt_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<false>(count, out, *n, false, x, T(1), T(1));
}
template <class T>
enable_hardware<T> eval_chebyu_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<false>(count, out, *n, true, x, T(1), T(1));
}
template <class T>
enable_hardware<T> eval_chebyc_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<false>(count, out, *n, false, x, T(0.5), T(2));
}
template <class T>
enable_hardware<T> eval_chebys_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<false>(count, out, *n, true, x, T(0.5), T(1));
}
template <class T>
enable_hardware<T> eval_sh_chebyt_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<true>(count, out, *n, false, x, T(1), T(1));
}
template <class T>
enable_hardware<T> eval_sh_chebyu_rows(int64_t count, T* out, const T* n, const T* x) {
  detail::chebyshev_rows<true>(count, out, *n, true, x, T(1), T(1));
}
#endif

}  // namespace sci
