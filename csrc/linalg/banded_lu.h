// Banded systems with partial pivoting, P A = L U, one matrix per item; and Hermitian positive definite ones.
//
// Storage    ab (l + u + 1, n), ab[u + i - j, j] = A[i, j], as LAPACK has it. Inside, row i of the working array holds
// the
//            columns i - l ... i + u + l, of which the last l are filled by row exchanges, so inner loops run along
//            rows. The multipliers stay where they were made: exchanges are applied as the substitution goes
//            ([1], 4.3.3).
// Cholesky   A = L L^H, row i of the working array holds the columns i - w ... i of L ([1], 4.3.5).
// Failure    info = 1 + index of the first zero pivot, or the order of the leading minor that is not positive.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
#pragma once
#include "linalg/blocks.h"

namespace sci {

/// Item: one matrix. `ab` is read; `rows` (n x (2 l + u + 1)) and `pivots` (n) are written.
template <class T>
struct BandedLuItem {
  const T* ab;
  T* rows;
  int32_t* pivots;
  int32_t* info;
  int64_t n, l, u;
  SCI_HD void operator()(int64_t item) const {
    const int64_t width = 2 * l + u + 1;
    const T* from = ab + item * (l + u + 1) * n;
    T* w = rows + item * n * width;
    int32_t* p = pivots + item * n;
    int bad = 0;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t d = 0; d < width; ++d) {
        int64_t j = i + d - l;
        w[i * width + d] = j >= 0 && j < n && d <= l + u ? from[(u + i - j) * n + j] : T(0);
      }
    for (int64_t k = 0; k < n; ++k) {
      // Column k of row i lies at w[i width + k - i + l].
      int64_t best = k, end = k + l + 1 < n ? k + l + 1 : n;
      int64_t across = n - k < u + l + 1 ? n - k : u + l + 1;
      for (int64_t i = k + 1; i < end; ++i)
        if (abs1(w[i * width + k - i + l]) > abs1(w[best * width + k - best + l])) best = i;
      p[k] = int32_t(best);
      T *row = w + k * width + l, *other = w + best * width + k - best + l;
      if (best != k)
        for (int64_t j = 0; j < across; ++j) swap(row[j], other[j]);
      if (row[0] == T(0)) {
        if (bad == 0) bad = int(k + 1);
        continue;
      }
      for (int64_t i = k + 1; i < end; ++i) {
        T* below = w + i * width + k - i + l;
        T f = below[0] / row[0];
        below[0] = f;
        if (f != T(0)) add_row(below + 1, -f, row + 1, across - 1);
      }
    }
    info[item] = bad;
  }
};

/// Item: one matrix; x (n x m) holds B and becomes A^-1 B, or A^-H B.
template <class T>
struct BandedLuSolveItem {
  const T* rows;
  const int32_t* pivots;
  T* x;
  int64_t n, m, l, u;
  bool adjoint;
  SCI_HD void operator()(int64_t item) const {
    const int64_t width = 2 * l + u + 1;
    const T* w = rows + item * n * width;
    const int32_t* p = pivots + item * n;
    T* y = x + item * n * m;
    if (!adjoint) {
      for (int64_t k = 0; k < n; ++k) {
        if (p[k] != k)
          for (int64_t j = 0; j < m; ++j) swap(y[k * m + j], y[p[k] * m + j]);
        int64_t end = k + l + 1 < n ? k + l + 1 : n;
        for (int64_t i = k + 1; i < end; ++i) add_row(y + i * m, -w[i * width + k - i + l], y + k * m, m);
      }
      for (int64_t i = n - 1; i >= 0; --i) {
        const T* row = w + i * width + l;
        int64_t across = n - i < u + l + 1 ? n - i : u + l + 1;
        for (int64_t d = 1; d < across; ++d) add_row(y + i * m, -row[d], y + (i + d) * m, m);
        for (int64_t j = 0; j < m; ++j) y[i * m + j] /= row[0];
      }
      return;
    }
    for (int64_t i = 0; i < n; ++i) {
      const T* row = w + i * width + l;
      int64_t across = n - i < u + l + 1 ? n - i : u + l + 1;
      for (int64_t j = 0; j < m; ++j) y[i * m + j] /= conj(row[0]);
      for (int64_t d = 1; d < across; ++d) add_row(y + (i + d) * m, -conj(row[d]), y + i * m, m);
    }
    for (int64_t k = n - 1; k >= 0; --k) {
      int64_t end = k + l + 1 < n ? k + l + 1 : n;
      for (int64_t i = k + 1; i < end; ++i) add_row(y + k * m, -conj(w[i * width + k - i + l]), y + i * m, m);
      if (p[k] != k)
        for (int64_t j = 0; j < m; ++j) swap(y[k * m + j], y[p[k] * m + j]);
    }
  }
};

/// Item: one matrix. Lower form: ab[i - j, j] = A[i, j]. `rows` (n x (w + 1)): row i of L, its diagonal entry last.
template <class T>
struct BandedCholeskyItem {
  const T* ab;
  T* rows;
  int32_t* info;
  int64_t n, w;
  SCI_HD void operator()(int64_t item) const {
    using R = real_of<T>;
    const T* from = ab + item * (w + 1) * n;
    T* to = rows + item * n * (w + 1);
    int bad = 0;
    for (int64_t i = 0; i < n; ++i) {
      T* row = to + i * (w + 1);
      for (int64_t d = 0; d <= w; ++d) {
        int64_t j = i + d - w;
        row[d] = j >= 0 ? from[(i - j) * n + j] : T(0);
      }
      for (int64_t d = i < w ? w - i : 0; d < w; ++d) {  // L[i, j] of column j = i + d - w
        const T* above = to + (i + d - w) * (w + 1);
        row[d] = (row[d] - dot_row(row, above + w - d, d)) / real(above[w]);
      }
      R pivot = real(row[w]) - real(dot_row(row, row, w));
      if (bad == 0 && !(pivot > R(0))) bad = int(i + 1);
      row[w] = T(sqrt(pivot));
    }
    info[item] = bad;
  }
};

/// Item: one matrix; x (n x m) holds B and becomes (L L^H)^-1 B.
template <class T>
struct BandedCholeskySolveItem {
  const T* rows;
  T* x;
  int64_t n, m, w;
  SCI_HD void operator()(int64_t item) const {
    const T* low = rows + item * n * (w + 1);
    T* y = x + item * n * m;
    for (int64_t i = 0; i < n; ++i) {
      const T* row = low + i * (w + 1);
      for (int64_t d = i < w ? w - i : 0; d < w; ++d) add_row(y + i * m, -row[d], y + (i + d - w) * m, m);
      for (int64_t j = 0; j < m; ++j) y[i * m + j] /= row[w];
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      const T* row = low + i * (w + 1);
      for (int64_t j = 0; j < m; ++j) y[i * m + j] /= conj(row[w]);
      for (int64_t d = i < w ? w - i : 0; d < w; ++d) add_row(y + (i + d - w) * m, -conj(row[d]), y + i * m, m);
    }
  }
};

}  // namespace sci
