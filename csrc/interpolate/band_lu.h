// Banded systems with row exchanges: A x = b with w diagonals on either side    operator: sci/interpolate/_banded.py
//
// Method     LU factors with partial pivoting, for collocation matrices whose rows are no longer totally positive
//            (derivative conditions, smoothing) and for any bandwidth; interpolate/banded.h has the ones that need no
//            exchanges. Rows that are still to be eliminated are kept shifted, so that their first entry is that of the
//            column being eliminated: an exchange then swaps whole rows [1, section 4.3.5].
// Error      that of Gaussian elimination with partial pivoting (tests/interpolate/test_banded.py measures the
// residual)
// Edges      a singular matrix divides by zero and gives infinities or NaN
// Weak spot  sequential along the diagonal, as banded.h
// Sources    [1] G. H. Golub, C. F. Van Loan, Matrix Computations, 4th edition, 2013
//
// Storage: band (2 w + 1, n) as LAPACK has it, band[w + i - j, j] = A[i, j]. Factors: per row the 2 w + 1 entries of U,
// the first one as its reciprocal, the w multipliers of that column, and how many rows below the pivot row was.
#pragma once
#include "core/complex.h"
#include "interpolate/interval.h"

namespace sci {

/// How many numbers the factors have per row.
SCI_HD int64_t band_lu_width(int64_t w) { return 3 * w + 2; }

/// Item: one matrix.
template <class T>
struct BandLuFactor {
  const T* band;
  T* out;
  int64_t n, w;

  SCI_HD void load(const T* from, T* to, int64_t row) const {
    int64_t start = row > w ? row - w : 0;
    for (int64_t e = 0; e <= 2 * w; ++e) {
      int64_t j = start + e;
      to[e] = j < n && j <= row + w ? from[(w + row - j) * n + j] : T(0);
    }
  }
  SCI_HD void operator()(int64_t item) const {
    const int64_t width = band_lu_width(w);
    const T* from = band + item * (2 * w + 1) * n;
    T* all = out + item * n * width;
    for (int64_t i = 0; i < n && i < w; ++i) load(from, all + i * width, i);
    for (int64_t i = 0; i < n; ++i) {
      if (i + w < n) load(from, all + (i + w) * width, i + w);
      T* row = all + i * width;
      int64_t below = n - 1 - i < w ? n - 1 - i : w, best = 0;
      T largest = abs(row[0]);
      for (int64_t r = 1; r <= below; ++r) {
        T candidate = abs(row[r * width]);
        if (candidate > largest) {
          largest = candidate;
          best = r;
        }
      }
      if (best)
        for (int64_t e = 0; e <= 2 * w; ++e) {
          T kept = row[e];
          row[e] = row[best * width + e];
          row[best * width + e] = kept;
        }
      row[0] = T(1) / row[0];
      row[3 * w + 1] = T(best);
      for (int64_t r = 1; r <= below; ++r) {
        T* other = row + r * width;
        T factor = other[0] * row[0];
        row[2 * w + r] = factor;
        for (int64_t e = 1; e <= 2 * w; ++e) other[e - 1] = other[e] - factor * row[e];
        other[2 * w] = T(0);
      }
    }
  }
};

/// Item: a block of columns of one batch element.
template <class T, class V>
struct BandLuSolve {
  const T* factor;
  const V* b;
  V* out;
  BatchSteps factor_at, b_at;
  int64_t n, w, columns, block, blocks;

  SCI_HD void operator()(int64_t item) const {
    const int64_t width = band_lu_width(w);
    int64_t batch = item / blocks, first = item % blocks * block;
    int64_t size = first + block < columns ? block : columns - first;
    const T* lu = factor + factor_at(batch);
    const V* from = b + b_at(batch) + first;
    V* to = out + batch * n * columns + first;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < size; ++j) to[i * columns + j] = from[i * columns + j];
    for (int64_t i = 0; i < n; ++i) {
      const T* row = lu + i * width;
      V* here = to + i * columns;
      int64_t best = int64_t(row[3 * w + 1]), below = n - 1 - i < w ? n - 1 - i : w;
      if (best)
        for (int64_t j = 0; j < size; ++j) {
          V kept = here[j];
          here[j] = here[best * columns + j];
          here[best * columns + j] = kept;
        }
      for (int64_t r = 1; r <= below; ++r)
        for (int64_t j = 0; j < size; ++j) here[r * columns + j] -= here[j] * row[2 * w + r];
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      const T* row = lu + i * width;
      V* here = to + i * columns;
      int64_t right = n - 1 - i < 2 * w ? n - 1 - i : 2 * w;
      for (int64_t e = 1; e <= right; ++e)
        for (int64_t j = 0; j < size; ++j) here[j] -= here[e * columns + j] * row[e];
      for (int64_t j = 0; j < size; ++j) here[j] *= row[0];
    }
  }
};

}  // namespace sci
