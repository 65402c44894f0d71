// Banded systems without pivoting: A x = b with W diagonals on either side     operator: sci/interpolate/_banded.py
//
// Method     LU factors without row exchanges, then the two substitutions; a factor serves all columns of b. Stable
//            where it is used: the tridiagonal systems of cubic splines are diagonally dominant (but for the first and
//            last row of not-a-knot, whose elimination leaves a dominant system), and collocation matrices of B-splines
//            are totally positive, for which elimination without pivoting has the smallest growth there is [1].
// Error      residual within a few ulp of |A| |x| (tests/interpolate/test_banded.py measures it)
// Weak spot  one long system is sequential: on a GPU it is cut into parts first (sci/linalg/_band_parts.py)
// Sources    [1] C. de Boor, A. Pinkus, Backward error analysis for totally positive linear systems,
//                Numer. Math. 27 (1977) 485
//
// Storage: band (2 W + 1, n) as LAPACK has it, band[W + i - j, j] = A[i, j]; factors (n, 2 W + 1), row by row, with the
// reciprocal of the pivot in the middle.
#pragma once
#include "core/complex.h"
#include "interpolate/interval.h"

namespace sci {

/// Item: one matrix.
template <class T, int W>
struct BandedFactor {
  const T* band;
  T* out;
  int64_t n;

  SCI_HD void operator()(int64_t item) const {
    constexpr int width = 2 * W + 1;
    const T* from = band + item * width * n;
    T* to = out + item * width * n;
    for (int64_t i = 0; i < n; ++i) {
      T row[width];
      for (int d = 0; d < width; ++d) {
        int64_t j = i + d - W;
        row[d] = j >= 0 && j < n ? from[(2 * W - d) * n + j] : T(0);
      }
      for (int d = 0; d < W; ++d) {  // eliminate column i + d - W with the row that has its pivot
        int64_t j = i + d - W;
        if (j < 0) continue;
        const T* pivot_row = to + j * width;
        row[d] *= pivot_row[W];
        for (int e = 1; e <= W; ++e) row[d + e] -= row[d] * pivot_row[W + e];
      }
      row[W] = T(1) / row[W];
      for (int d = 0; d < width; ++d) to[i * width + d] = row[d];
    }
  }
};

/// Item: a block of columns of one batch element.
template <class T, class V, int W>
struct BandedSolve {
  const T* factor;
  const V* b;
  V* out;
  BatchSteps factor_at, b_at;
  int64_t n, columns, block, blocks;

  SCI_HD void operator()(int64_t item) const {
    constexpr int width = 2 * W + 1;
    int64_t batch = item / blocks, first = item % blocks * block;
    int64_t size = first + block < columns ? block : columns - first;
    const T* lu = factor + factor_at(batch);
    const V* from = b + b_at(batch) + first;
    V* to = out + batch * n * columns + first;
    for (int64_t i = 0; i < n; ++i) {
      V* row = to + i * columns;
      for (int64_t j = 0; j < size; ++j) {
        V sum = from[i * columns + j];
        for (int d = 0; d < W; ++d)
          if (i + d >= W) sum -= lu[i * width + d] * row[(d - W) * columns + j];
        row[j] = sum;
      }
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      V* row = to + i * columns;
      T pivot = lu[i * width + W];
      for (int64_t j = 0; j < size; ++j) {
        V sum = row[j];
        for (int e = 1; e <= W; ++e)
          if (i + e < n) sum -= lu[i * width + W + e] * row[e * columns + j];
        row[j] = sum * pivot;
      }
    }
  }
};

}  // namespace sci
