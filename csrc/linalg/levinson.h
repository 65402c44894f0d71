// Toeplitz systems T x = b by the Levinson recursion, one system (all its right-hand sides) per item. V is a number, or
// a number per lane (core/pack.h), and then systems go side by side.
//
// Method     [1], 4.7.3, for a matrix without symmetry: with f and g the solutions of T_k f = e_1 and T_k g = e_k, the
//            next pair comes of two numbers, and x_k of another; O(n^2) in all. Of every array that a step reads the
//            entries stand in the order of the sum: g moves to the front of its memory by one place a step.
// Storage    c (2 n - 1): T[i, j] = c[n - 1 + i - j].
// Failure    1 + index of the first leading minor that vanishes (exactly): the recursion needs all of them, also where
// T
//            itself is nonsingular. -1 where the solution is not finite.
// Weak spot  Not backward stable for indefinite T with ill-conditioned leading minors, as in SciPy.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013); N. Levinson, J. Math. Phys. 25 (1946) 261.
#pragma once
#include "linalg/banded_lu.h"
#include "linalg/blocks.h"

namespace sci {

/// Sums of products as the recursion takes them.
struct PlainSums {
  template <class V>
  SCI_HD static V of(const V* x, const V* y, int64_t n) {
    return sum_of_products(x, y, n);
  }
};

/// b and x: m right-hand sides of n numbers. `work` has room for 4 n numbers.
template <class V, class Sums>
SCI_HD real_of<V> levinson(const V* c, const V* b, V* x, V* work, int64_t n, int64_t m) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(T(0)), probes = R(T(0));
  if (n == 0) return order;
  // last[i] = t[k - i] of step k stands at turned + n - 1 - k + i, first[i] = t[-1 - i] at first + i.
  V *turned = work, *first = work + n, *f = work + 2 * n, *g_end = work + 4 * n;
  for (int64_t i = 0; i < n; ++i) turned[i] = c[2 * n - 2 - i];
  for (int64_t i = 0; i + 1 < n; ++i) first[i] = c[n - 2 - i];
  const V t = c[n - 1];
  order = detail::banded_first(order, abs1(t) == R(T(0)), 0);
  detail::Quotient<V> by(t);
  f[0] = g_end[-1] = by(V(R(T(1))));
  for (int64_t r = 0; r < m; ++r) x[r * n] = by(b[r * n]);
  for (int64_t k = 1; k < n; ++k) {
    const V* last = turned + n - 1 - k;
    V* g = g_end - k - 1;                    // the new g; the old one, shifted by one place
    const V ef = Sums::of(last, f, k);       // what T_{k+1} (f, 0) has in its last place
    const V eg = Sums::of(first, g + 1, k);  // what T_{k+1} (0, g) has in its first place
    const V d = V(R(T(1))) - ef * eg;
    order = detail::banded_first(order, abs1(d) == R(T(0)), k);
    const V s = detail::Quotient<V>(d)(V(R(T(1)))), p = -ef * s, q = -eg * s;
    f[k] = g[0] = V(R(T(0)));
    for (int64_t r = 0; r < m; ++r) x[r * n + k] = b[r * n + k] - Sums::of(last, x + r * n, k);
    const V e = m > 0 ? x[k] : V(R(T(0)));
    if (m > 0) x[k] = V(R(T(0)));
    V* __restrict__ to_f = f, * __restrict__ to_g = g, * __restrict__ to_x = x;
    for (int64_t i = 0; i <= k; ++i) {  // (f, 0) s + (0, g) p  and  (f, 0) q + (0, g) s
      const V u = to_f[i], v = to_g[i], w = u * q + v * s;
      to_f[i] = u * s + v * p;
      to_g[i] = w;
      if (m > 0) to_x[i] += e * w;
    }
    for (int64_t r = 1; r < m; ++r) {
      V* y = x + r * n;
      const V step = y[k];
      y[k] = V(R(T(0)));
      for (int64_t i = 0; i <= k; ++i) y[i] += step * g[i];
    }
  }
  for (int64_t i = 0; i < n * m; ++i) probes += detail::banded_probe(x[i]);
  return detail::banded_outcome(order, probes);
}

/// Item: one matrix. `work`: 4 n numbers.
template <class T>
struct LevinsonItem {
  const T *c, *b;
  T *x, *work;
  int32_t* info;
  int64_t n, m;
  SCI_HD void operator()(int64_t item) const {
    const int64_t size = item * n * m;
    info[item] = int32_t(levinson<T, PlainSums>(c + item * (2 * n - 1), b + size, x + size, work + item * 4 * n, n, m));
  }
};

}  // namespace sci
