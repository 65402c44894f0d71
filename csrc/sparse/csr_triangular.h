// Triangles in compressed rows: A x = b and A^T x = b by substitution, in place of b. Columns of a row may come in any
// order and more than once; entries on the diagonal add up, and are ignored where it is taken for ones.
//
//   CsrTriangle       an item is a member of a batch (CPU): rows one after another; for A^T the entries of a solved
//                     row are moved to the right-hand side, so that the pattern of A^T is not needed
//   CsrTriangleLevel  CUDA: an item is an element of x in a row of one level; rows of a level depend on earlier levels
//                     alone (Anderson and Saad, Int. J. High Speed Computing 1, 1989)
//   CsrTriangleLevels CUDA: levels of few rows that follow each other, in one launch; an item is some columns of a
//                     member, and its team, a block, waits for all its lanes after each level
//   csr_levels        the levels, by a pass over the rows
//
// Backward error of each: |dA| <= nnz(row) eps |A| (Higham, Accuracy and Stability, 2nd ed., theorem 8.5).
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "core/team.h"
#include "sparse/csr_guard.h"

namespace sci {

template <class T, class I>
struct CsrTriangle {
  const T* data;
  const I* indptr;
  const I* indices;
  T* x;                  // (members, n, k), the right-hand sides before
  int64_t n, k, stride;  // of data, from member to member
  bool forward;          // rows in order of their numbers
  bool unit, transposed;
  CsrGuard<I> guard;

  SCI_HD void operator()(int64_t member) const {
    const T* values = data + member * stride;
    T* to = x + member * n * k;
    for (int64_t step = 0; step < n; ++step) {
      int64_t i = forward ? step : n - 1 - step;
      if (!guard.row(indptr[i], indptr[i + 1])) return;
      if (!(transposed ? scatter(i, values, to) : k == 1 ? gather(i, values, to) : gather_columns(i, values, to)))
        return;
    }
  }

  SCI_HD bool gather(int64_t i, const T* values, T* to) const {
    T sum = to[i], diagonal = T(0);
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      I j = indices[p];
      if (!guard.column(j)) return false;
      if (j == i)
        diagonal += values[p];
      else
        sum -= values[p] * to[j];
    }
    to[i] = unit ? sum : sum / diagonal;
    return true;
  }

  SCI_HD bool gather_columns(int64_t i, const T* values, T* to) const {
    T diagonal = T(0);
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      I j = indices[p];
      if (!guard.column(j)) return false;
      if (j == i)
        diagonal += values[p];
      else
        subtract(to + i * k, values[p], to + int64_t(j) * k);
    }
    divide(to + i * k, diagonal);
    return true;
  }

  SCI_HD bool scatter(int64_t i, const T* values, T* to) const {
    T diagonal = T(0);
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      if (!guard.column(indices[p])) return false;
      if (indices[p] == i) diagonal += values[p];
    }
    divide(to + i * k, diagonal);
    for (I p = indptr[i]; p < indptr[i + 1]; ++p)
      if (indices[p] != i) subtract(to + int64_t(indices[p]) * k, values[p], to + i * k);
    return true;
  }

  SCI_HD void subtract(T* to, T a, const T* from) const {
    for (int64_t c = 0; c < k; ++c) to[c] -= a * from[c];
  }
  SCI_HD void divide(T* to, T diagonal) const {
    if (unit) return;
    for (int64_t c = 0; c < k; ++c) to[c] = to[c] / diagonal;
  }
};

template <class T, class I>
struct CsrTriangleLevel {
  const T* data;
  const I* indptr;
  const I* indices;
  const I* order;  // entry p is data[order[p]], or null
  const I* rows;   // of all levels, in the order of these
  T* x;
  int64_t first, count;  // rows of this level
  int64_t n, k, stride;
  bool unit;

  SCI_HD void operator()(int64_t item) const {
    const int64_t rest = item / k, member = rest / count;
    element(rows[first + rest % count], member, item % k);
  }

  SCI_HD void element(int64_t i, int64_t member, int64_t column) const {
    const T* values = data + member * stride;
    T* to = x + member * n * k + column;
    T sum = to[i * k], diagonal = T(0);
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      T a = values[order ? order[p] : p];
      if (indices[p] == i)
        diagonal += a;
      else
        sum -= a * to[int64_t(indices[p]) * k];
    }
    to[i * k] = unit ? sum : sum / diagonal;
  }
};

template <class T, class I>
struct CsrTriangleLevels : CsrTriangleLevel<T, I> {
  static constexpr int team_size = 512;
  static constexpr int64_t most = 2 * team_size;  // elements of a level
  const I* starts;                                // of the levels in `rows`, and the end
  int64_t begin, end;                             // levels

  SCI_HD int64_t shared_bytes() const { return 0; }
  /// Columns of a team: a sector of memory or two, as far as there are so many.
  SCI_HD static int64_t width(int64_t k) { return min(k, int64_t(4)); }
  SCI_HD static int64_t parts(int64_t k) { return (k + width(k) - 1) / width(k); }

  SCI_HD void team(int64_t item, Team team, char*) const {
    const int64_t k = this->k, member = item / parts(k), column = item % parts(k) * width(k);
    const int64_t columns = min(width(k), k - column);
    I from = starts[begin];
    for (int64_t level = begin; level < end; ++level) {
      const I to = starts[level + 1];
      for (int64_t e = team.lane; e < (to - from) * columns; e += team.size)
        this->element(this->rows[from + e / columns], member, column + e % columns);
      from = to;
      team.sync();
    }
  }
};

/// The level of each row: 0, or one more than the highest of the rows that it takes from. Also the number of levels, or
/// -1 where indices do not hold.
template <class I>
SCI_HD int64_t csr_levels(const I* indptr, const I* indices, int64_t n, int64_t entries, bool lower, I* level) {
  int32_t failed = 0;
  auto guard = CsrGuard<I>::of(n, entries, &failed);
  int64_t count = 0;
  for (int64_t i = 0; i < n; ++i) level[i] = I(0);
  for (int64_t step = 0; step < n; ++step) {
    int64_t i = lower ? step : n - 1 - step;
    if (!guard.row(indptr[i], indptr[i + 1])) return -1;
    I here = 0;
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      I j = indices[p];
      if (!guard.column(j)) return -1;
      if (lower ? j < i : j > i) here = max(here, I(level[j] + 1));
    }
    level[i] = here;
    count = max(count, int64_t(here) + 1);
  }
  return count;
}

}  // namespace sci
