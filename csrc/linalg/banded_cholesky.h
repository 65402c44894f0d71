// Hermitian positive definite banded systems, one per item. V is a number, or a number per lane (core/pack.h), and then
// systems go side by side.
//
// Storage    Lower form ab[i - j, j] = A[i, j], or upper form ab[w + i - j, j] = A[i, j]. Inside, column j of the lower
//            triangle stands together: A[j + r, j] = c[j (w + 1) + r].
// Method     A = L D L^H by outer products of columns ([1], 4.3.5 and 4.3.6), with one division in the recurrence and
//            no root; the Cholesky factor is L D^(1/2). A tridiagonal matrix and one right-hand side are eliminated
//            from both ends, in registers.
// Failure    The order of the first leading minor that is not positive, or -1 where D or the solution is not finite.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
#pragma once
#include "linalg/banded_lu.h"

namespace sci {

/// Where diagonal r of the lower triangle begins in a form, and whether conjugated: row, first column.
struct BandForm {
  int64_t n, w;
  bool lower;
  SCI_HD int64_t start(int64_t r) const { return lower ? r * n : (w - r) * n + r; }
  SCI_HD int64_t length(int64_t r) const { return max(n - r, int64_t(0)); }
  /// The corner of that diagonal's row, which lies outside the matrix.
  SCI_HD int64_t corner(int64_t r) const { return lower ? r * n + length(r) : (w - r) * n; }
};

namespace detail {

/// D at place j; NaN from a minor on that is not positive.
template <class R>
SCI_HD R banded_pivot(R d, int64_t j, R& order, R& probes) {
  using T = single_of<R>;
  auto good = d > R(T(0));
  order = banded_first(order, opposite(good), j);
  probes += banded_probe(d);
  return choose(good, d, R(limits<T>::nan));
}

}  // namespace detail

/// c becomes D in the places of the diagonal, and L below.
template <class V>
SCI_HD real_of<V> banded_ldl(V* c, int64_t n, int64_t w) {
  using R = real_of<V>;
  R order = R(single_of<V>(0)), probes = order;
  for (int64_t j = 0; j < n; ++j) {
    V* column = c + j * (w + 1);
    const R d = detail::banded_pivot(real(column[0]), j, order, probes);
    column[0] = V(d);
    const int64_t rows = min(w, n - 1 - j);
    for (int64_t s = 1; s <= rows; ++s) {
      const V f = conj(column[s] / d);
      V* next = column + s * w;  // next[r] = A[j + r, j + s]
      for (int64_t r = s; r <= rows; ++r) next[r] -= column[r] * f;
      column[s] = conj(f);
    }
  }
  return detail::banded_outcome(order, probes);
}

template <class V>
SCI_HD void cholesky_of_ldl(V* c, int64_t n, int64_t w) {
  for (int64_t j = 0; j < n; ++j) {
    V* column = c + j * (w + 1);
    const real_of<V> root = sqrt(real(column[0]));
    column[0] = V(root);
    for (int64_t r = 1; r <= min(w, n - 1 - j); ++r) column[r] = root * column[r];
  }
}

/// x (n x m) becomes (L D L^H)^-1 x, or with `cholesky` (L L^H)^-1 x. Returns the sum of probes.
template <class V>
SCI_HD real_of<V> banded_substitute(const V* c, V* x, int64_t n, int64_t m, int64_t w, bool cholesky) {
  real_of<V> probes = real_of<V>(single_of<V>(0));
  for (int64_t j = 0; j < n; ++j) {
    const V* column = c + j * (w + 1);
    V* y = x + j * m;
    if (cholesky) {
      detail::Quotient<V> by(column[0]);
      for (int64_t k = 0; k < m; ++k) y[k] = by(y[k]);
    }
    for (int64_t r = 1; r <= min(w, n - 1 - j); ++r)
      for (int64_t k = 0; k < m; ++k) y[r * m + k] -= column[r] * y[k];
  }
  for (int64_t j = n - 1; j >= 0; --j) {
    const V* column = c + j * (w + 1);
    V* y = x + j * m;
    detail::Quotient<V> by(conj(column[0]));
    if (!cholesky)
      for (int64_t k = 0; k < m; ++k) y[k] = y[k] / real(column[0]);
    for (int64_t r = 1; r <= min(w, n - 1 - j); ++r)
      for (int64_t k = 0; k < m; ++k) y[k] -= conj(column[r]) * y[r * m + k];
    for (int64_t k = 0; k < m; ++k) {
      if (cholesky) y[k] = by(y[k]);
      probes += detail::banded_probe(y[k]);
    }
  }
  return probes;
}

/// x holds b and becomes A^-1 b for a tridiagonal A, eliminated from both ends at once: two recurrences of half the
/// length ([1], 4.5). `work` has room for n numbers. Returns 0, or another number where a pivot is not positive or
/// something is not finite.
template <class T>
SCI_HD real_of<T> positive_tridiagonal_solve(const T* ab, T* x, T* work, BandForm form) {
  using R = real_of<T>;
  const T *main = ab + form.start(0), *beside = ab + form.start(1);
  const int64_t n = form.n, half = (n - 1) / 2;
  R least = real(main[0]), probes = R(0);
  R d = least, d_end = real(main[n - 1]);
  T c = x[0], c_end = x[n - 1];
  // Rows k and n - 1 - k are divided by their pivots; work: what they have beside the diagonal then.
  for (int64_t k = 0; k < half; ++k) {
    const int64_t low = n - 2 - k;
    const T e = form.lower ? beside[k] : conj(beside[k]), e_end = form.lower ? conj(beside[low]) : beside[low];
    const T f = e / d, f_end = e_end / d_end;
    least = min(least, min(d, d_end));
    probes += (d - d) + (d_end - d_end);
    x[k] = c / d;
    x[low + 1] = c_end / d_end;
    work[k] = conj(f);
    work[low + 1] = conj(f_end);
    c = x[k + 1] - f * c;
    c_end = x[low] - f_end * c_end;
    d = real(main[k + 1]) - real(e * conj(f));
    d_end = real(main[low]) - real(e_end * conj(f_end));
  }
  if (n % 2 == 0) {  // two rows are left
    const T e = form.lower ? beside[half] : conj(beside[half]), f = e / d;
    least = min(least, d);
    probes += d - d;
    x[half] = c / d;
    work[half] = conj(f);
    d = d_end - real(e * conj(f));
    c = c_end - f * c;
  } else if (n > 1) {  // both recurrences end in one row, whose entries each has counted
    d += d_end - real(main[half]);
    c += c_end - x[half];
  }
  probes += d - d;
  const int64_t middle = n / 2;
  T y = x[middle] = c / d, y_end = y;
  if (n % 2 == 0) y = x[half] -= work[half] * y;
  probes += detail::banded_probe(y) + detail::banded_probe(y_end);
  for (int64_t k = half - 1; k >= 0; --k) {
    y = x[k] -= work[k] * y;
    y_end = x[n - 1 - k] -= work[n - 1 - k] * y_end;
    probes += detail::banded_probe(y) + detail::banded_probe(y_end);
  }
  return min(least, d) > R(0) ? probes : R(1);
}

/// Item: one matrix. With `factored` ab holds Cholesky factors. `factor` and `x` are wanted where they are not null.
/// `work`: n (w + 1) numbers.
template <class T>
struct PositiveBandedItem {
  const T *ab, *b;
  T *factor, *x, *work;
  int32_t* info;
  int64_t n, m, w;
  bool lower, factored;
  SCI_HD void operator()(int64_t item) const {
    using R = real_of<T>;
    const BandForm form{n, w, lower};
    const T* from = ab + item * (w + 1) * n;
    T *c = work + item * (w + 1) * n, *y = x + item * n * m;
    if (x)
      for (int64_t k = 0; k < n * m; ++k) y[k] = b[item * n * m + k];
    if (x && m == 1 && w == 1 && n > 0 && !factored) {
      info[item] = 0;
      if (positive_tridiagonal_solve(from, y, c, form) == R(0)) return;
      for (int64_t k = 0; k < n; ++k) y[k] = b[item * n + k];
    }
    for (int64_t r = 0; r <= w; ++r)
      for (int64_t j = 0; j < form.length(r); ++j) {
        const T entry = from[form.start(r) + j];
        c[j * (w + 1) + r] = lower ? entry : conj(entry);
      }
    R outcome = factored ? R(0) : banded_ldl(c, n, w);
    if (factor) {
      T* out = factor + item * (w + 1) * n;
      cholesky_of_ldl(c, n, w);
      for (int64_t r = 0; r <= w; ++r) {
        for (int64_t j = 0; j < min(r, n); ++j) out[form.corner(r) + j] = T(0);
        for (int64_t j = 0; j < form.length(r); ++j) {
          const T entry = c[j * (w + 1) + r];
          out[form.start(r) + j] = lower || r == 0 ? entry : conj(entry);
        }
      }
    }
    if (x) {
      const R probes = banded_substitute(c, y, n, m, w, factored);
      if (outcome == R(0)) outcome = detail::banded_outcome(R(0), probes);
    }
    info[item] = int32_t(outcome);
  }
};

}  // namespace sci
