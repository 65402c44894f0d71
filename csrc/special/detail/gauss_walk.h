// Zeros of classical orthogonal polynomials in O(n): from one zero to the next by Taylor series of the equation, after
// A. Glaser, X. Liu, V. Rokhlin, "A fast algorithm for the calculation of the roots of special functions", SIAM J. Sci.
// Comput. 29 (2007) 1420-1438. The first stretch from the singular end is its power series.
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

/// The Taylor coefficients about a point in units of a step, as many as matter.
struct gauss_taylor {
  double_double c[gauss_terms];
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
  SCI_HD void at(double h, double_double& y, double_double& slope) const {
    y = c[count - 1], slope = 0;
    SCI_NO_UNROLL
    for (int m = count - 2; m >= 0; --m) {
      slope = slope * h + y;
      y = y * h + c[m];
    }
  }
  /// Coefficient m = -next / (m (m - 1)); whether it was the last one.
  SCI_HD bool put(int m, double_double next) {
    const double by = -m * (m - 1.0), q = next.hi / by;
    c[m] = double_double::ordered_sum(q, (fma(-q, by, next.hi) + next.lo) / by);
    count = m + 1;
    return m > 6 && abs(c[m].hi) + abs(c[m - 1].hi) + abs(c[m - 2].hi) < 1e-19 * (abs(c[0].hi) + abs(c[1].hi));
  }
};

struct gauss_jacobi {
  double a, b, n;
  /// The equation without a first derivative has this factor of u.
  SCI_HD double rate(double t) const {
    return (1 - a * a) / (4 * t * t) + (1 - b * b) / (4 * (1 - t) * (1 - t)) +
           (n * (n + a + b + 1) + (a + 1) * (b + 1) / 2) / (t * (1 - t));
  }
  SCI_HD double reach(double t) const { return min(min(t, 1 - t) * 0.4, t * (1 - t) * 2 / (a + b + 2)); }
  SCI_HD void expand(double t, double, double step, gauss_taylor& f) const {
    const double T = t * (1 - t), r = step / T, r2 = step * r, d = a + b + 2;
    const double e = (1 - 2 * t) * r, p = ((a + 1) - d * t) * r, g = n * (n + a + b + 1) * r2;
    SCI_NO_UNROLL
    for (int m = 0; m + 2 < gauss_terms; ++m) {
      double_double next = f.c[m + 1] * ((e * m + p) * (m + 1)) + f.c[m] * g;
      next = next - f.c[m] * (r2 * m * (m - 1 + d));
      if (f.put(m + 2, next)) break;
    }
  }
  SCI_HD double start(double& y, double& slope) const {
    const double t = 0.25 * min((a + 1) / (n * (n + a + b + 1)), 1.0);
    double term = 1;
    y = 1, slope = 0;
    SCI_NO_UNROLL
    for (int k = 0; k < 40 && k < n; ++k) {
      term *= (k - n) * (n + a + b + 1 + k) / ((a + 1 + k) * (k + 1)) * t;
      y += term, slope += (k + 1) * term;
    }
    slope /= t;
    return t;
  }
  SCI_HD double place(double t, double) const { return t; }
  SCI_HD double other(double t, double lo) const { return (1 - 2 * t) - 2 * lo; }
  SCI_HD double root_weight(double t, double, double slope) const { return 1 / (sqrt(t * (1 - t)) * abs(slope)); }
};

struct gauss_laguerre {
  double a, n;
  bool hermite;
  SCI_HD double rate(double s) const { return (4 * n + 2 * a + 2) - s * s + (0.25 - a * a) / (s * s); }
  SCI_HD double reach(double s) const { return s * min(0.4, 6 / (abs(a) + 1)); }
  SCI_HD void expand(double s, double lo, double step, gauss_taylor& f) const {
    const double v = 4 * n + 2 * a + 2, s2 = s * s, rest = (v - s2) - (fma(s, s, -s2) + 2 * s * lo);
    const double r = step / s, r2 = r * r, s4 = s2 * s2;
    const double g[5] = {r2 * (s2 * rest + (0.25 - a * a)), r2 * r * 2 * s2 * (rest - s2), r2 * r2 * s2 * (v - 6 * s2),
                         -4 * r2 * r2 * r * s4, -r2 * r2 * r2 * s4};
    SCI_NO_UNROLL
    for (int m = 0; m + 2 < gauss_terms; ++m) {
      double_double next = f.c[m + 1] * (2 * r * (m + 1) * m) + f.c[m] * (r2 * m * (m - 1));
      for (int j = 0; j < 5 && j <= m; ++j) next = next + f.c[m - j] * g[j];
      if (f.put(m + 2, next)) break;
    }
  }
  SCI_HD double start(double& u, double& slope) const {
    const double x = 0.25 * (a + 1) / n, s = sqrt(x);
    double term = 1, y = 1, rise = 0;
    SCI_NO_UNROLL
    for (int k = 0; k < 40 && k < n; ++k) {
      term *= (k - n) * x / ((a + 1 + k) * (k + 1));
      y += term, rise += (k + 1) * term;
    }
    const double front = hermite ? (a > 0 ? s : 1) * exp(-x / 2) : 1;
    u = y * front, slope = (2 * rise + (a + 0.5 - x) * y) / s * front;
    return s;
  }
  SCI_HD double place(double s, double lo) const { return s * s + (fma(s, s, -(s * s)) + 2 * s * lo); }
  SCI_HD double other(double s, double) const { return s; }
  SCI_HD double root_weight(double s, double lo, double slope) const {
    const double peak = hermite || a < 0.5 ? 0 : a + 0.5, p = s * s, low = fma(s, s, -p) + 2 * s * lo;
    const double front = hermite ? 1 : pow(s / (peak > 0 ? sqrt(peak) : 1.0), a + 0.5) * (1 + (a + 0.5) * lo / s);
    return front * exp(-(p - peak) / 2) * (1 - low / 2) / abs(slope);
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
  gauss_taylor series;
  double first, rise, lo = 0, places = 0;
  double at = f.start(first, rise);
  double_double y = first, slope = rise;
  bool node = false;
  int64_t found = 0;
  for (int64_t tries = 0; found < count && tries < 40 * count + 20000; ++tries) {
    const double step = gauss_step(f, at, node);
    series.c[0] = y, series.c[1] = slope * step;
    f.expand(at, lo, step, series);
    double end, h = 1;
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
      series.at(h, y, slope);
      h -= y.hi / slope.hi;
      y = 0;
      node = true;
    } else {
      series.at(1.0, y, slope);
      node = false;
    }
    const double_double sum = double_double::sum(at, step * h);
    const double_double moved = double_double::ordered_sum(sum.hi, sum.lo + lo);
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

}  // namespace detail

/// One rule of a batch. Families: 0 Jacobi, 1 Laguerre, 2 Hermite by Laguerre's polynomials.
struct GaussWalkItem {
  const double *a, *b;
  double *x, *other, *root_weight, *exponent;
  int64_t n, count;
  int family;
  SCI_HD void operator()(int64_t i) const {
    const int64_t j = i * count;
    if (family == 0)
      detail::gauss_walk(detail::gauss_jacobi{a[i], b[i], double(n)}, count, x + j, other + j, root_weight + j,
                         exponent + j);
    else
      detail::gauss_walk(detail::gauss_laguerre{a[i], double(n), family == 2}, count, x + j, other + j, root_weight + j,
                         exponent + j);
  }
};

}  // namespace sci
