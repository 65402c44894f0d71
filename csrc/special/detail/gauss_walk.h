// Zeros of classical orthogonal polynomials in O(n): from one zero to the next by Taylor series of the equation, after
// A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions", SIAM J. Sci.
// Comput. 29 (2007) 1420-1438. The first stretch from the singular end is its power series. Dual numbers in the
// parameters take the same way, along known zeros.
//
// Jacobi:   y = 2F1(-n, n + a + b + 1; a + 1; t), t = (1 - x)/2: t(1-t) y'' + (a+1 - (a+b+2) t) y' + n(n+a+b+1) y = 0,
//           w ~ 1 / (t (1-t) y'^2)                                                            DLMF 15.10.1, 18.5.7
// Laguerre: u = s^(a+1/2) e^(-s^2/2) L_n^a(s^2): u'' + (4n + 2a + 2 - s^2 + (1/4 - a^2)/s^2) u = 0,
//           w ~ s^(2a+1) e^(-s^2) / u'^2; with a = -1/2, 1/2 the zeros s are those of Hermite's polynomials of degree
//           2n, 2n + 1, with w ~ e^(-s^2) / u'^2                                              DLMF 18.8.1, 18.7.19-20
// A zero depends on the one before alone, not on the slope there, and its place has a low part: errors of places do not
// grow with n; those of slopes, of which the weights are made, are kept down by double-double sums.
#pragma once
#include "core/double_double.h"

namespace sci {
namespace detail {

constexpr int gauss_terms = 60;

/// next / by, with 1 / by made before next is known.
SCI_HD pair gauss_over(pair next, double by, double inverse) {
  const double q = next.hi * inverse;
  return {q, (fused(-q, by, next.hi) + next.lo) * inverse};
}
template <class T>
SCI_HD dual<T> gauss_over(dual<T> next, double, double inverse) {
  return next * dual<T>(inverse);
}
SCI_HD double gauss_size(pair x) { return abs(x.hi); }
template <class T>
SCI_HD double gauss_size(dual<T> x) {
  return largest(x);
}

/// The Taylor coefficients about a point in units of a step, as many as matter: pairs, or dual numbers.
template <class C>
struct gauss_taylor {
  C c[gauss_terms];
  int count;

  /// Value and derivative, for Newton's method.
  SCI_HD void at(double h, double& y, double& slope) const {
    y = c[count - 1].hi, slope = 0;
    SCI_NO_UNROLL
    for (int m = count - 2; m >= 0; --m) {
      slope = slope * h + y;
      y = y * h + c[m].hi;
    }
  }
  /// The same of all digits, or with all derivatives.
  template <class H>
  SCI_HD void at(H h, C& y, C& slope) const {
    y = c[count - 1], slope = C(0.0);
    SCI_NO_UNROLL
    for (int m = count - 2; m >= 0; --m) {
      slope = slope * h + y;
      y = y * h + c[m];
    }
  }
  /// Coefficient m = -next / (m (m - 1)); whether it was the last one.
  SCI_HD bool put(int m, C next) {
    const double by = -m * (m - 1.0);
    c[m] = gauss_over(next, by, 1 / by);
    count = m + 1;
    return m > 6 && gauss_size(c[m]) + gauss_size(c[m - 1]) + gauss_size(c[m - 2]) <
                        1e-19 * (gauss_size(c[0]) + gauss_size(c[1]));
  }
};

// Equations with parameters R: double, or dual numbers. Of three levels these take 16 registers each on a GPU, where
// series are therefore functions of their own.

template <class R>
struct gauss_jacobi {
  R a, b;
  double n;
  /// The equation without a first derivative has this factor of u.
  SCI_HD double rate(double t) const {
    return (1 - a * a) / (4 * t * t) + (1 - b * b) / (4 * (1 - t) * (1 - t)) +
           (n * (n + a + b + 1) + (a + 1) * (b + 1) / 2) / (t * (1 - t));
  }
  SCI_HD double reach(double t) const { return min(min(t, 1 - t) * 0.4, t * (1 - t) * 2 / (a + b + 2)); }
  /// step^2 n (n + a + b + 1) / (t (1 - t)), which sets the distance to the next zero: in pairs, as its errors add up.
  SCI_HD pair waves(double t, double lo, double step) const {
    const double_double rest = double_double::sum(1.0, -t), size = double_double::sum(a, b) + double_double(n + 1);
    const pair place = pair(double_double::product(t, rest.hi)) + pair(t * rest.lo + lo * (rest.hi - t));
    return pair(double_double::product(step, step)) / place * pair(size * n);
  }
  template <class T>
  SCI_HD dual<T> waves(dual<T> t, double, double step) const {
    return R(step) / (t * (R(1.0) - t)) * R(step) * ((a + b + R(n + 1)) * R(n));
  }
  template <class C>
  SCI_HD_LARGE void expand(R t, double lo, double step, gauss_taylor<C>& f) const {
    const R T = t * (R(1.0) - t), r = R(step) / T, r2 = r * R(step), d = a + b + R(2.0);
    const R e = (R(1.0) - t - t) * r, p = ((a + R(1.0)) - d * t) * r;
    const C g = waves(t, lo, step);
    SCI_NO_UNROLL
    for (int m = 0; m + 2 < gauss_terms; ++m) {
      const R one = (e * R(double(m)) + p) * R(m + 1.0), few = (d + R(m - 1.0)) * (r2 * R(double(m)));
      if (f.put(m + 2, f.c[m + 1] * one + f.c[m] * (g - C(few)))) break;
    }
  }
  SCI_HD_LARGE double start(R& y, R& slope) const {
    const double t = 0.25 * min((primal(a) + 1) / (n * (n + primal(a) + primal(b) + 1)), 1.0);
    R term = R(1.0);
    y = term, slope = R(0.0);
    SCI_NO_UNROLL
    for (int k = 0; k < 40 && k < n; ++k) {
      term = term * ((a + b + R(n + 1 + k)) * R((k - n) * t) / ((a + R(k + 1.0)) * R(k + 1.0)));
      y = y + term, slope = slope + term * R(k + 1.0);
    }
    slope = slope / R(t);
    return t;
  }
  SCI_HD double place(double t, double) const { return t; }
  SCI_HD double other(double t, double lo) const { return (1 - 2 * t) - 2 * lo; }
  SCI_HD double root_weight(double t, double, double slope) const { return 1 / (sqrt(t * (1 - t)) * abs(slope)); }
  SCI_HD_LARGE R log_root_weight(R t, R slope) const { return -(log(t * (R(1.0) - t) * slope * slope) * R(0.5)); }
};

template <class R>
struct gauss_laguerre {
  R a;
  double n;
  bool hermite;
  SCI_HD double rate(double s) const { return (4 * n + 2 * a + 2) - s * s + (0.25 - a * a) / (s * s); }
  SCI_HD double reach(double s) const { return s * min(0.4, 6 / (abs(a) + 1)); }
  template <class C>
  SCI_HD_LARGE void expand(R s, double lo, double step, gauss_taylor<C>& f) const {
    const R v = a + a + R(4 * n + 2), s2 = rounded_product(s, s);
    const double at = primal(s), low = fused(at, at, -primal(s2)) + 2 * at * lo;
    const R rest = (v - s2) - R(low);
    const R r = R(step) / s, r2 = r * r, s4 = s2 * s2, r4 = r2 * r2;
    const R g[5] = {r2 * (s2 * rest + (R(0.25) - a * a)), r2 * r * s2 * (rest - s2) * R(2.0),
                    r4 * s2 * (v - s2 * R(6.0)), r4 * r * s4 * R(-4.0), -(r4 * r2 * s4)};
    SCI_NO_UNROLL
    for (int m = 0; m + 2 < gauss_terms; ++m) {
      C next = f.c[m] * (r2 * R(m * (m - 1.0)) + g[0]);
      for (int j = 1; j < 5 && j <= m; ++j) next = next + f.c[m - j] * g[j];
      if (f.put(m + 2, f.c[m + 1] * (r * R(2.0 * (m + 1) * m)) + next)) break;
    }
  }
  SCI_HD_LARGE double start(R& u, R& slope) const {
    const double x = 0.25 * (primal(a) + 1) / n, s = sqrt(x);
    R term = R(1.0), y = term, rise = R(0.0);
    SCI_NO_UNROLL
    for (int k = 0; k < 40 && k < n; ++k) {
      term = term * (R((k - n) * x) / ((a + R(k + 1.0)) * R(k + 1.0)));
      y = y + term, rise = rise + term * R(k + 1.0);
    }
    const double front = hermite ? (primal(a) > 0 ? s : 1) * exp(-x / 2) : 1;
    u = y * R(front), slope = (rise * R(2.0) + (a + R(0.5 - x)) * y) * R(front / s);
    return s;
  }
  SCI_HD double place(double s, double lo) const {
    const double p = rounded_product(s, s);
    return p + (fused(s, s, -p) + 2 * s * lo);
  }
  SCI_HD double other(double s, double) const { return s; }
  SCI_HD double root_weight(double s, double lo, double slope) const {
    const double peak = hermite || a < 0.5 ? 0 : a + 0.5, p = rounded_product(s, s), low = fused(s, s, -p) + 2 * s * lo;
    const double front = hermite ? 1 : pow(s / (peak > 0 ? sqrt(peak) : 1.0), a + 0.5) * (1 + (a + 0.5) * lo / s);
    return front * exp(-(p - peak) / 2) * (1 - low / 2) / abs(slope);
  }
  SCI_HD_LARGE R log_root_weight(R s, R slope) const {
    return log(s) * (a + R(0.5)) - (s * s + log(slope * slope)) * R(0.5);
  }
};

/// A step that passes at most one zero (by Sturm's comparison) and within which the series converges fast: from a zero,
/// where the rate changes little, to beyond the next one.
template <class Equation>
SCI_HD double gauss_step(const Equation& f, double at, bool node) {
  const double here = f.rate(at);
  double step = f.reach(at);
  if (node && here > 0) {
    const double far = min(step, 3.5 / sqrt(here)), most = max(f.rate(at + far), f.rate(at + far / 2));
    if (most < 1.1 * here) return min(far, 3.5 / sqrt(max(here, most)));
  }
  if (here > 0) step = min(step, 2 / sqrt(here));
  const double most = max(f.rate(at + step), f.rate(at + step / 2));
  return most > 0 ? min(step, 2 / sqrt(most)) : step;
}

/// The first `count` zeros t or s^2 from the end on, these as 1 - 2t or s, the square roots of their weights, and the
/// powers of 2 that these lack.
template <class Equation>
SCI_HD_LARGE void gauss_walk(const Equation& f, int64_t count, double* x, double* other, double* root_weight,
                             double* exponent) {
  gauss_taylor<pair> series;
  double first, rise, lo = 0, places = 0;
  double at = f.start(first, rise);
  double_double y = first, slope = rise;
  bool node = false;
  int64_t found = 0;
  for (int64_t tries = 0; found < count && tries < 40 * count + 20000; ++tries) {
    const double step = gauss_step(f, at, node);
    series.c[0] = y, series.c[1] = slope * step;
    f.expand(at, lo, step, series);
    pair wide, wide_rise;
    double end, h = 1, h_lo = 0;
    series.at(1.0, end, rise);
    const bool falls = (node ? slope : y).hi > 0;
    if (falls ? end <= 0 : end >= 0) {
      // Newton's steps between bounds.
      double low = 0, high = 1;
      h = node ? min(0.95, numbers::pi<double> / (step * sqrt(f.rate(at)))) : y.hi / (y.hi - end);
      for (int i = 0; i < 40; ++i) {
        series.at(h, end, rise);
        if ((end > 0) == falls)
          low = h;
        else
          high = h;
        double to = h - end / rise;
        if (!(to > low && to < high)) to = abs(to - h) < 1e-15 ? h : (low + high) / 2;
        const double moved = abs(to - h);
        h = to;
        if (moved < 1e-9) break;
      }
      series.at(h, wide, wide_rise);
      slope = double_double(wide_rise);
      const double_double to = double_double::sum(h, -(double(wide) / slope.hi));
      h = to.hi, h_lo = to.lo;
      y = 0;
      node = true;
    } else {
      series.at(1.0, wide, wide_rise);
      y = double_double(wide), slope = double_double(wide_rise);
      node = false;
    }
    const double_double moved = double_double(at, lo) + double_double(h, h_lo) * step;
    at = moved.hi, lo = moved.lo;
    slope = slope / double_double(step);
    const double size = abs(y.hi) + abs(slope.hi) * step;
    if (size > 1e60 || size < 1e-60) {
      int twos = 0;
      frexp(size, &twos);
      y = ldexp(y, -twos), slope = ldexp(slope, -twos), places += twos;
    }
    if (node) {
      x[found] = f.place(at, lo), other[found] = f.other(at, lo);
      root_weight[found] = f.root_weight(at, lo, slope.hi), exponent[found] = -places;
      ++found;
    }
  }
  for (; found < count; ++found) x[found] = other[found] = root_weight[found] = exponent[found] = limits<double>::nan;
}

/// The zeros at `known`, one after the other, and the logarithms of the square roots of their weights up to one number,
/// with the derivatives of R: its equation `f`, and `plain` without them. A zero moves by -y / y', y's derivative in
/// the parameters at the place of the step before taken along the Taylor series.
template <class R, class Equation, class Plain>
SCI_HD_LARGE void gauss_walk_slopes(const Equation& f, const Plain& plain, int64_t count, const double* known, R* place,
                                    R* log_root_weight) {
  gauss_taylor<R> series;
  R y, slope;
  R at = R(f.start(y, slope));
  bool node = false;
  int64_t found = 0;
  for (int64_t tries = 0; found < count && tries < 40 * count + 20000; ++tries) {
    const double here = primal(at), whole = gauss_step(plain, here, node), rest = known[found] - here;
    if (!(rest > 0)) break;
    node = rest <= whole;
    const double step = node ? rest : whole;
    series.c[0] = y, series.c[1] = slope * R(step);
    f.expand(at, 0, step, series);
    R h = R(1.0);
    for (int order = 0; node && order < derivative_order<R>; ++order) {
      series.at(h, y, slope);
      h = h - y / slope;
    }
    series.at(h, y, slope);
    at = at + h * R(step), slope = slope / R(step);
    if (node) y = R(0.0);
    const double size = abs(primal(y)) + abs(primal(slope)) * step;
    if (size > 1e60 || size < 1e-60) {
      int twos = 0;
      frexp(size, &twos);
      y = ldexp(y, -twos), slope = ldexp(slope, -twos);
    }
    if (!node) continue;
    place[found] = at, log_root_weight[found] = f.log_root_weight(at, slope);
    ++found;
  }
  for (; found < count; ++found) place[found] = log_root_weight[found] = R(limits<double>::nan);
}

}  // namespace detail
}  // namespace sci
