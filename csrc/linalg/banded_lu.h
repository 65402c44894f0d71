// Banded systems by LU with partial pivoting, one system per item. V is a number, or a number per lane (core/pack.h),
// and then systems go side by side.
//
// Storage    ab (l + u + 1, n), ab[u + i - j, j] = A[i, j], as LAPACK has it. Inside, column j stands together
//            with room for the l diagonals that row exchanges fill: A[i, j] = a[j (2 l + u + 1) + l + u + i - j].
// Method     The right-hand sides are eliminated along with the matrix, so neither multipliers nor exchanges are kept
//            ([1], 4.3.3). A row that has a larger entry below the pivot comes up as it is met, under a mask.
//            A tridiagonal matrix and one right-hand side stay in registers; rows are divided by their pivots as they
//            are made, which keeps divisions out of the recurrence of the back substitution.
// Failure    1 + index of the first zero pivot, or -1 where a pivot or the solution is not finite.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
#pragma once
#include "linalg/reflector.h"

namespace sci {
namespace detail {

/// Zero if x is finite, NaN otherwise.
template <class V>
SCI_HD real_of<V> banded_probe(V x) {
  if constexpr (is_complex<V>)
    return (x.re - x.re) + (x.im - x.im);
  else
    return x - x;
}
/// What is reported of a place that failed, or 0, and the sum of probes.
template <class R>
SCI_HD R banded_outcome(R order, R probes) {
  using T = single_of<R>;
  return choose(order > R(T(0)), order, choose(probes == R(T(0)), R(T(0)), R(T(-1))));
}
template <class M, class R>
SCI_HD R banded_first(R order, M failed, int64_t place) {
  using T = single_of<R>;
  return choose(failed, choose(order > R(T(0)), order, R(T(place + 1))), order);
}

}  // namespace detail

/// x (n x m) holds B and becomes A^-1 B; a is overwritten.
template <class V>
SCI_HD real_of<V> banded_lu_solve(V* a, V* x, int64_t n, int64_t m, int64_t l, int64_t u) {
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t width = 2 * l + u + 1, step = width - 1;  // A[i, j + 1] stands `step` behind A[i, j]
  R order = R(T(0)), probes = R(T(0));
  int64_t reach = 0;  // the last column with an entry in the rows so far
  bool exchanged = false;
  for (int64_t k = 0; k < n; ++k) {
    V *pivot = a + k * width + l + u, *right = x + k * m;
    const int64_t rows = min(l, n - 1 - k);
    reach = max(reach, min(k + u, n - 1));
    for (int64_t i = 1; i <= rows; ++i) {
      auto larger = abs1(pivot[i]) > abs1(pivot[0]);
      if (!some(larger)) continue;
      exchanged = true;
      reach = max(reach, min(k + i + u, n - 1));
      for (int64_t t = 0; t <= reach - k; ++t) exchange(larger, pivot[t * step], pivot[t * step + i]);
      for (int64_t j = 0; j < m; ++j) exchange(larger, right[j], right[i * m + j]);
    }
    order = detail::banded_first(order, abs1(pivot[0]) == R(T(0)), k);
    probes += detail::banded_probe(pivot[0]);
    detail::Quotient<V> by(pivot[0]);
    for (int64_t i = 1; i <= rows; ++i) {
      const V f = by(pivot[i]);
      for (int64_t t = 1; t <= reach - k; ++t) pivot[t * step + i] -= f * pivot[t * step];
      for (int64_t j = 0; j < m; ++j) right[i * m + j] -= f * right[j];
    }
  }
  for (int64_t k = n - 1; k >= 0; --k) {
    const V* pivot = a + k * width + l + u;
    V* right = x + k * m;
    const int64_t across = min(exchanged ? l + u : u, n - 1 - k);
    for (int64_t t = 1; t <= across; ++t)
      for (int64_t j = 0; j < m; ++j) right[j] -= pivot[t * step] * right[t * m + j];
    detail::Quotient<V> by(pivot[0]);
    for (int64_t j = 0; j < m; ++j) {
      right[j] = by(right[j]);
      probes += detail::banded_probe(right[j]);
    }
  }
  return detail::banded_outcome(order, probes);
}

/// The same of a tridiagonal matrix and one right-hand side; ab is read, and with `adjoint` stands for A^H. `work` has
/// room for 2 n numbers. Where intermediate results leave the range, so may this one.
template <class T>
SCI_HD real_of<T> tridiagonal_solve(const T* ab, T* x, T* work, int64_t n, bool adjoint) {
  using R = real_of<T>;
  const T *main = ab + n, *above = adjoint ? ab + 2 * n - 1 : ab, *below = adjoint ? ab + 1 : ab + 2 * n;
  auto at = [adjoint](T value) { return adjoint ? conj(value) : value; };
  R order = R(0), probes = R(0);
  T p = at(main[0]), q = n > 1 ? at(above[1]) : T(0), c = x[0];  // of the row at hand: two entries, right-hand side
  for (int64_t k = 0; k + 1 < n; ++k) {
    T e = at(below[k]), d = at(main[k + 1]), r = k + 2 < n ? at(above[k + 2]) : T(0), v = x[k + 1], s = T(0);
    T other = d, rest = r, value = v;
    if (abs1(e) > abs1(p)) {
      swap(e, p);
      other = q, rest = T(0), value = c;
      q = d, s = r, c = v;
    }
    if (p == T(0)) order = detail::banded_first(order, true, k);
    probes += detail::banded_probe(p);
    detail::Quotient<T> by(p);
    const T f = by(e);
    work[2 * k] = by(q);
    work[2 * k + 1] = by(s);
    x[k] = by(c);
    p = other - f * q;
    q = rest - f * s;
    c = value - f * c;
  }
  if (p == T(0)) order = detail::banded_first(order, true, n - 1);
  probes += detail::banded_probe(p);
  T next = detail::Quotient<T>(p)(c), after = T(0);
  x[n - 1] = next;
  probes += detail::banded_probe(next);
  for (int64_t k = n - 2; k >= 0; --k) {
    const T y = (x[k] - work[2 * k + 1] * after) - work[2 * k] * next;
    after = next;
    next = x[k] = y;
    probes += detail::banded_probe(y);
  }
  return detail::banded_outcome(order, probes);
}

/// Item: one system. `l` and `u` are those of the matrix that is to be solved with, which is A^H with `adjoint`.
/// `work`: n (2 l + u + 1) numbers.
template <class T>
struct BandedSolveItem {
  const T *ab, *b;
  T *x, *work;
  int32_t* info;
  int64_t n, m, l, u;
  bool adjoint;
  const bool* done;  // systems that have a solution already are left alone; or null
  SCI_HD void operator()(int64_t item) const {
    if (done && done[item]) {
      info[item] = 0;
      return;
    }
    const int64_t width = 2 * l + u + 1;
    const T *from = ab + item * (l + u + 1) * n, *right = b + item * n * m;
    T *a = work + item * n * width, *y = x + item * n * m;
    for (int64_t k = 0; k < n * m; ++k) y[k] = right[k];
    if (l == 1 && u == 1 && m == 1 && n > 0) {
      const real_of<T> outcome = tridiagonal_solve(from, y, a, n, adjoint);
      info[item] = int32_t(outcome);
      if (outcome == real_of<T>(0)) return;
      for (int64_t k = 0; k < n; ++k) y[k] = right[k];
    }
    for (int64_t k = 0; k < n * width; ++k) a[k] = T(0);
    for (int64_t r = 0; r < l + u + 1; ++r)
      for (int64_t j = max(u - r, int64_t(0)); j < min(n, n + u - r); ++j)
        a[j * width + l + r] = adjoint ? conj(from[(l + u - r) * n + j + r - u]) : from[r * n + j];
    info[item] = int32_t(banded_lu_solve(a, y, n, m, l, u));
  }
};

}  // namespace sci
