// The positive root of a monotone function, for the inverses of distribution functions in their parameters.
//
// `gap` is a function object: gap(k) <= 0 below the root, >= 0 above it (it may be infinite, but not NaN), for 0 < k <
// infinity, the logarithm of a ratio to what is wanted: epsilon of it is as good as 0. From the starting value outwards
// by factors of at most 5/4, then 5/4, then twice by what the last two points suggest, then each the square of the
// last, until the root is between two points; while these differ by more than a factor 4 their geometric mean is taken,
// then the secant's root, then T. R. Chandrupatla's method (Adv. Eng. Softw. 28 (1997) 145-149: inverse quadratic
// interpolation where three points are nearly monotone enough for it, else bisection), until it would move by less than
// half a unit of the last place, or half of `epsilon`, a larger one for a root in double that becomes a float, or the
// value is hardly more than rounding. At most 40 + 100 evaluations; six or so in practice.
#pragma once
#include "core/platform.h"

namespace sci {
namespace detail {

/// The error that a result of type T allows in double.
template <class T>
constexpr double double_epsilon = is_same<T, float> ? 2e-9 : limits<double>::epsilon;

template <class T, class F>
SCI_HD_LARGE T monotone_root(const F& gap, T start, T epsilon = limits<T>::epsilon) {
  const T least = limits<T>::min, most = limits<T>::max / 4;
  T a = max(least, min(most, start)), fa = gap(a), b = a, fb = fa;
  // A small gap, the logarithm of a ratio, is a near root: a first step by less.
  T factor = T(1) + min(T(0.25), max(4 * abs(fa), epsilon * 1024));
  if (fa == T(0)) return a;
  const bool up = fa < T(0);
  for (int i = 0; i < 40; ++i) {
    if ((fb > T(0)) == up) break;
    // So many steps like the last one are still to go, if the function is straight in log k.
    const T steps = i == 1 || i == 2 ? T(1.1) * fb / (fa - fb) + T(0.1) : T(0);
    if (i > 0) factor = steps > T(0) ? pow(factor, min(T(8), steps)) : max(T(1.25), min(factor * factor, T(1e18)));
    a = b;
    fa = fb;
    b = up ? (b > most / factor ? most : b * factor) : (b < least * factor ? least : b / factor);
    fb = gap(b);
    if (fb == T(0)) return b;
    if (b == least || b == most) break;
    // Flat over the longest of steps: it has its limit.
    if (factor == T(1e18) && abs(fb - fa) <= epsilon * abs(fb)) break;
  }
  if ((fb > T(0)) != up) return up ? limits<T>::infinity : T(0);
  T c = a, fc = fa;
  bool halve = !(isfinite(fa) && isfinite(fb));
  T part = halve ? T(0.5) : fa / (fa - fb);
  SCI_NO_UNROLL
  for (int i = 0; i < 100; ++i) {
    // The root is between a and b; c is the point before.
    T lo = min(a, b), hi = max(a, b);
    if (hi > 4 * lo) {
      part = (sqrt(lo) * sqrt(hi) - a) / (b - a);
    } else if (halve) {
      part = T(0.5);
    }
    T least_part = epsilon * T(0.75) * hi / (hi - lo);
    if (least_part > T(0.5) || (!halve && i > 1 && part < least_part * T(0.6))) break;
    part = max(least_part, min(1 - least_part, part));
    T x = a + part * (b - a), fx = gap(x);
    if (abs(fx) <= epsilon) return x;
    // Hardly more than the rounding of `gap` is left: the secant of the last two points, without asking again.
    if (abs(fx) <= 64 * epsilon && abs(fa) < T(0.01) && abs(fa) > 64 * abs(fx)) return x + (a - x) * (fx / (fx - fa));
    if ((fx > T(0)) == (fa > T(0))) {
      c = a;
      fc = fa;
    } else {
      c = b;
      fc = fb;
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    T xi = (a - b) / (c - b), phi = (fa - fb) / (fc - fb);
    halve = !(isfinite(fa) && isfinite(fb) && isfinite(fc) && phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi);
    if (!halve) part = fa / (fb - fa) * (fc / (fb - fc)) + (c - a) / (b - a) * (fa / (fc - fa)) * (fb / (fc - fb));
  }
  return abs(fa) < abs(fb) ? a : b;
}

/// The same where the function may turn: if there is no root on the side where it should be, one on the other side, or
/// else the first between points at a distance of a factor 5/4, far away 2, on either side; NaN if there is none
/// either.
template <class T, class F>
SCI_HD_LARGE T nearest_root(const F& gap, T start, T epsilon = limits<T>::epsilon) {
  T x = monotone_root(gap, start, epsilon);
  if (x > T(0) && isfinite(x)) return x;
  // monotone_root's growing steps may pass over a pair of roots.
  const bool above = gap(start) > T(0);
  bool up = above, found = false;
  T low = start, high = start;
  SCI_NO_UNROLL
  for (int i = 0; i < 34 && !found; ++i) {
    const T factor = i < 20 ? T(1.25) : T(2);
    low = low / factor;
    high = high * factor;
    up = (gap(low) > T(0)) == above;
    found = !up || (gap(high) > T(0)) != above;
  }
  if (found) start = up ? high : low;
  const T sign = found && up != above ? T(1) : T(-1);
  x = monotone_root([&](T k) { return sign * gap(k); }, start, epsilon);
  return x > T(0) && isfinite(x) ? x : limits<T>::nan;
}

/// log(value / want) of a tail probability; small differences keep their digits.
template <class T>
SCI_HD T tail_gap(T value, T want) {
  T ratio = (value - want) / want;
  return abs(ratio) < T(0.5) ? log1p(ratio) : log(value) - log(want);
}

/// For `monotone_root`: how far a distribution function f[0] = 1 - f[1] is above p = 1 - q, by the smaller tail.
template <class T>
SCI_HD T cdf_gap(many<T, 2> f, T p, T q) {
  return p <= q ? tail_gap(f[0], p) : -tail_gap(f[1], q);
}

}  // namespace detail
}  // namespace sci
