// Gauss rules of few points from the recurrence of monic orthogonal polynomials, P_{k+1} = (x - c_k) P_k - s_k P_{k-1}
// (DLMF 18.9.2): eigenvalues of the tridiagonal matrix of c and s^(1/2) (G. H. Golub and J. H. Welsch, Math. Comp. 23
// (1969) 221-230) by QL steps in double, then Newton's steps on P_n in double-double, and weights total / K,
// K = sum_{k<n} P_k^2 / (s_1 ... s_k). O(n^2), but there is no series to set up as in gauss_walk.h.
#pragma once
#include "core/double_double.h"

namespace sci {
namespace detail {

constexpr int gauss_few_most = 32;
enum { gauss_few_jacobi, gauss_few_shifted, gauss_few_laguerre, gauss_few_hermite };

struct gauss_few_rule {
  int n, family, places;
  bool even;  // symmetric about 0
  double_double centre[gauss_few_most], square[gauss_few_most];
  double node[gauss_few_most], weight[gauss_few_most];

  /// a and b are Jacobi's parameters, or a Laguerre's, or that of Hermite's weight exp(-a x^2). All in units of
  /// 2^places, in which nothing overflows.
  SCI_HD void set(double a, double b) {
    even = family == gauss_few_hermite || (family != gauss_few_laguerre && a == b);
    const double_double A = a, B = b, sum = A + B, difference = B - A;
    for (int i = 0; i < n; ++i) {
      const double k = i;
      const double_double t = sum + 2 * k;
      if (family == gauss_few_laguerre) {
        centre[i] = A + (2 * k + 1), square[i] = (A + k) * k;
      } else if (family == gauss_few_hermite) {
        centre[i] = 0, square[i] = double_double(k) / (A * 2.0);
      } else {
        centre[i] = i == 0 ? difference / (sum + 2.0) : difference * sum / (t * (t + 2.0));
        const double_double front = (A + k) * (B + k) * (4 * k) / (t * t * (t + 1.0));
        square[i] = i == 1 ? front : front * (sum + k) / (t - 1.0);
      }
    }
    double size = 1e-300;
    for (int i = 0; i < n; ++i) size = max(size, abs(centre[i].hi) + 2 * sqrt(square[i].hi));
    frexp(size, &places);
    for (int i = 0; i < n; ++i) {
      centre[i] = even ? double_double(0) : ldexp(centre[i], -places);
      square[i] = ldexp(square[i], -2 * places);
    }
  }

  /// Eigenvalues in ascending order, to the rounding error of the largest: QL steps with Wilkinson's shift.
  SCI_HD void eigenvalues() {
    double e[gauss_few_most];
    for (int i = 0; i < n; ++i) node[i] = centre[i].hi, e[i] = i + 1 < n ? sqrt(square[i + 1].hi) : 0;
    for (int l = 0; l < n; ++l) {
      for (int tries = 0; tries < 60; ++tries) {
        int m = l;
        while (m + 1 < n && abs(e[m]) > 1e-16 * (abs(node[m]) + abs(node[m + 1]))) ++m;
        if (m == l) break;
        const double half = (node[l + 1] - node[l]) / (2 * e[l]);
        double g = node[m] - node[l] + e[l] / (half + copysign(sqrt(half * half + 1), half));
        double s = 1, c = 1, p = 0;
        int i = m - 1;
        for (; i >= l; --i) {
          const double f = s * e[i], next = c * e[i], r = sqrt(f * f + g * g);
          e[i + 1] = r;
          if (r == 0) {
            node[i + 1] -= p;
            e[m] = 0;
            break;
          }
          s = f / r, c = g / r;
          g = node[i + 1] - p;
          const double turn = (node[i] - g) * s + 2 * c * next;
          p = s * turn;
          node[i + 1] = g + p;
          g = c * turn - next;
        }
        if (i >= l) continue;
        node[l] -= p, e[l] = g, e[m] = 0;
      }
    }
    for (int i = 1; i < n; ++i)
      for (int j = i; j > 0 && node[j] < node[j - 1]; --j) swap(node[j], node[j - 1]);
  }

  /// Newton's steps on P_n at node i, and 1 / K at its last place but one.
  SCI_HD_LARGE void polish(int i) {
    double_double x = node[i];
    double norm = 1;
    double moved = 1;
    for (int tries = 0; tries < 4; ++tries) {
      const bool last = moved < 1e-9;
      double_double before = 0, now = 1;
      double slope_before = 0, slope = 0, size = 1;
      norm = 0;
      for (int k = 0; k < n; ++k) {
        const double_double away = x - centre[k], s = square[k];
        if (k > 0) size *= s.hi;
        norm += now.hi * (now.hi / size);
        const double_double next = k > 0 ? away * now - s * before : away * now;
        const double rise = now.hi + away.hi * slope - (k > 0 ? s.hi * slope_before : 0);
        before = now, now = next;
        slope_before = slope, slope = rise;
      }
      const double_double step = now / double_double(slope);
      moved = abs(step.hi / x.hi);
      x = x - step;
      if (last) break;
    }
    if (family == gauss_few_shifted) x = (x + ldexp(1.0, -places)) * 0.5;
    node[i] = ldexp(double(x), places), weight[i] = 1 / norm;
  }

  SCI_HD void run(double total) {
    eigenvalues();
    const int first = even ? n / 2 : 0;
    double sum = 0;
    for (int i = n - 1; i >= first; --i) {
      if (even && 2 * i + 1 == n) node[i] = 0;
      polish(i);
      if (even && 2 * i + 1 == n) node[i] = family == gauss_few_shifted ? 0.5 : 0;
      const bool twice = even && 2 * i + 1 != n;
      sum += twice ? 2 * weight[i] : weight[i];
      if (twice) {
        const int j = n - 1 - i;
        weight[j] = weight[i];
        if (family != gauss_few_shifted)
          node[j] = -node[i];
        else
          polish(j);  // beside 0 it has digits of its own
      }
    }
    for (int i = 0; i < n; ++i) weight[i] = weight[i] * (total / sum);
  }
};

}  // namespace detail
}  // namespace sci
