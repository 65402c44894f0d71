// Toeplitz systems T x = b by the Levinson recursion, one system (all its right-hand sides) per item. V is a number, or
// a number per lane (core/pack.h), and then systems go side by side.
//
// Method     [1], 4.7.3, for a matrix without symmetry: with f and g the solutions of T_k f = e_1 and T_k g = e_k, the
//            next pair comes of two numbers, and x_k of another; O(n^2) in all. Of every array that a step reads the
//            entries stand in the order of the sum: g moves to the front of its memory by one place a step. Of a
//            Hermitian matrix g is f turned and conjugated, which is half the work.
// Storage    c (2 n - 1): T[i, j] = c[n - 1 + i - j].
// Failure    1 + index of the first leading minor that vanishes (exactly): the recursion needs all of them, also
//            where T itself is nonsingular. -1 where the solution is not finite.
// Weak spot  Not backward stable for indefinite T with ill-conditioned leading minors, as in SciPy.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013); N. Levinson, J. Math. Phys. 25 (1946) 261.
#pragma once
#include "linalg/banded_lu.h"
#include "linalg/blocks.h"

namespace sci {

/// The sums of a step, of k terms: two that share a factor are made in one pass.
struct PlainSums {
  static constexpr bool turns = true;  // whether arrays may as well be read backwards
  template <class V>
  SCI_HD static V of(const V* x, const V* y, int64_t k) {
    return sum_of_products(x, y, k);
  }
  template <class V>
  SCI_HD static void of(const V* last, const V* f, const V* x, int64_t k, V& ef, V& ex) {
    const V nothing = V(real_of<V>(single_of<V>(0)));
    V f0 = nothing, f1 = nothing, x0 = nothing, x1 = nothing;
    for (int64_t i = 0; i + 1 < k; i += 2) {
      f0 += last[i] * f[i];
      f1 += last[i + 1] * f[i + 1];
      x0 += last[i] * x[i];
      x1 += last[i + 1] * x[i + 1];
    }
    if (k % 2) {
      f0 += last[k - 1] * f[k - 1];
      x0 += last[k - 1] * x[k - 1];
    }
    ef = f0 + f1, ex = x0 + x1;
  }
};

namespace detail {

/// Whether T is Hermitian, of all that stand side by side.
template <class V>
SCI_HD bool levinson_hermitian(const V* c, int64_t n) {
  using R = real_of<V>;
  R apart = R(single_of<V>(0));
  for (int64_t i = 0; i < n; ++i) apart += abs1(c[n - 1 + i] - conj(c[n - 1 - i]));
  return !some(opposite(apart == R(single_of<V>(0))));
}

/// (f, 0) s + (0, g) p in the place of f, where g is f turned and conjugated, and as much of it turned as e says to x.
template <class V>
SCI_HD void levinson_turn(V* f, V* x, int64_t k, V s, V p, V e) {
  for (int64_t i = 0; 2 * i <= k; ++i) {
    const V u = f[i], v = f[k - i], low = u * s + conj(v) * p, high = v * s + conj(u) * p;
    f[i] = low;
    f[k - i] = high;
    x[i] += e * conj(high);
    if (2 * i < k) x[k - i] += e * conj(low);
  }
}

/// (f, 0) s + (0, g) p  and  (f, 0) q + (0, g) s, where g has its shift; e times the latter to x.
template <class V>
SCI_HD void levinson_step(V* __restrict__ f, V* __restrict__ g, V* __restrict__ x, int64_t k, V s, V p, V q, V e) {
  for (int64_t i = 0; i <= k; ++i) {
    const V u = f[i], v = g[i], w = u * q + v * s;
    f[i] = u * s + v * p;
    g[i] = w;
    x[i] += e * w;
  }
}

}  // namespace detail

/// b and x: m right-hand sides of n numbers. `work` has room for 4 n numbers.
template <class V, class Sums>
SCI_HD real_of<V> levinson(const V* c, const V* b, V* x, V* work, int64_t n, int64_t m) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(T(0)), probes = R(T(0));
  const V nothing = V(R(T(0)));
  if (n == 0 || m == 0) return order;
  // last[i] = t[k - i] of step k stands at turned + n - 1 - k + i, first[i] = t[-1 - i] at first + i.
  V *turned = work, *first = work + n, *f = work + 2 * n, *g_end = work + 4 * n;
  for (int64_t i = 0; i < n; ++i) turned[i] = c[2 * n - 2 - i];
  for (int64_t i = 0; i + 1 < n; ++i) first[i] = c[n - 2 - i];
  const V t = c[n - 1];
  order = detail::banded_first(order, abs1(t) == R(T(0)), 0);
  detail::Quotient<V> by(t);
  f[0] = g_end[-1] = by(V(R(T(1))));
  for (int64_t r = 0; r < m; ++r) x[r * n] = by(b[r * n]);
  const bool hermitian = Sums::turns && detail::levinson_hermitian(c, n);
  for (int64_t k = 1; k < n; ++k) {
    const V* last = turned + n - 1 - k;
    V* g = g_end - k - 1;  // the new g; the old one, shifted by one place
    V ef, ex;              // what T_{k+1} (f, 0) and (x, 0) have in their last places
    Sums::of(last, f, x, k, ef, ex);
    const V eg = hermitian ? conj(ef) : Sums::of(first, g + 1, k);  // what T_{k+1} (0, g) has in its first place
    const V d = V(R(T(1))) - ef * eg;
    order = detail::banded_first(order, abs1(d) == R(T(0)), k);
    const V s = detail::Quotient<V>(d)(V(R(T(1)))), p = -ef * s, q = -eg * s;
    f[k] = g[0] = nothing;
    const V e = b[k] - ex;
    x[k] = nothing;
    if (hermitian)
      detail::levinson_turn(f, x, k, s, p, e);
    else
      detail::levinson_step(f, g, x, k, s, p, q, e);
    for (int64_t r = 1; r < m; ++r) {
      V* y = x + r * n;
      const V step = b[r * n + k] - Sums::of(last, y, k);
      y[k] = nothing;
      for (int64_t i = 0; i <= k; ++i) y[i] += step * (hermitian ? conj(f[k - i]) : g[i]);
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
