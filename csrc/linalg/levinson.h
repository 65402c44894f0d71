// Toeplitz systems T x = b by the Levinson recursion, one system (all its right-hand sides) per item.
//
// Method     [1], 4.7.3, for a matrix without symmetry: with f and g the solutions of T_k f = e_1 and T_k g = e_k, the
// next
//            pair comes of two numbers, and x_k of another; O(n^2) in all, inner loops along contiguous vectors.
// Storage    c (2 n - 1): T[i, j] = c[n - 1 + i - j].
// Failure    info = 1 + index of the first leading minor that vanishes (exactly): the recursion needs all of them, also
//            where T itself is nonsingular.
// Weak spot  Not backward stable for indefinite T with ill-conditioned leading minors, as in SciPy.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013); N. Levinson, J. Math. Phys. 25 (1946) 261.
#pragma once
#include "linalg/blocks.h"

namespace sci {

template <class T>
struct LevinsonItem {
  const T* c;
  const T* b;  // (m, n): one right-hand side per row
  T* x;        // (m, n)
  T* work;     // 2 n
  int32_t* info;
  int64_t n, m;
  SCI_HD void operator()(int64_t item) const {
    const T* t = c + item * (2 * n - 1) + n - 1;
    T *f = work + item * 3 * n, *g = f + n,
      *turned = g + n;  // turned: the entries t[k], t[k - 1], ..., t[1] read forward
    info[item] = 0;
    if (n == 0) return;
    if (t[0] == T(0)) {
      info[item] = 1;
      return;
    }
    f[0] = g[0] = T(1) / t[0];
    for (int64_t r = 0; r < m; ++r) x[(item * m + r) * n] = b[(item * m + r) * n] / t[0];
    // f is kept forward, g forward; T[i, j] = t[i - j]: last row of T_{k+1} is t[k], ..., t[1], t[0], the first t[0],
    // t[-1], ...
    for (int64_t i = 0; i < n; ++i) turned[n - 1 - i] = t[i];
    for (int64_t k = 1; k < n; ++k) {
      const T* last = turned + n - 1 - k;  // last[i] = t[k - i]
      T ef = sum_of_products(last, f, k);  // what T_{k+1} (f, 0) has in its last place
      T eg = T(0);                         // what T_{k+1} (0, g) has in its first place
      for (int64_t i = 0; i < k; ++i) eg += t[-(i + 1)] * g[i];
      T d = T(1) - ef * eg;
      if (d == T(0)) {
        info[item] = int32_t(k + 1);
        return;
      }
      T s = T(1) / d, p = -ef * s, q = -eg * s;
      // (f, 0) s + (0, g) p  and  (f, 0) q + (0, g) s, from the back so that g's shift is in place
      f[k] = T(0);
      g[k] = T(0);
      for (int64_t i = k; i > 0; --i) {
        T u = f[i], v = g[i - 1];
        f[i] = u * s + v * p;
        g[i] = u * q + v * s;
      }
      T u = f[0];
      f[0] = u * s;
      g[0] = u * q;
      for (int64_t r = 0; r < m; ++r) {
        T* y = x + (item * m + r) * n;
        T e = b[(item * m + r) * n + k] - sum_of_products(last, y, k);
        y[k] = T(0);
        add_row(y, e, g, k + 1);
      }
    }
  }
};

}  // namespace sci
