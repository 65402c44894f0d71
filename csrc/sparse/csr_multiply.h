// C = A B of compressed rows, for one CPU thread (Gustavson, ACM TOMS 4, 1978): row i of C is the sum of the rows of B
// that row i of A names. place[j] is where column j stands in C; a place before the row's first entry is of an earlier
// row, so nothing is ever cleared, and values are added up where they stay. Entries of a row come out in the order they
// are met in. The entries are counted first, in a pass that checks the indices, too.
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/csr_guard.h"
#include "sparse/csr_matmul.h"

namespace sci {

template <class I>
struct CsrPair {
  const I* pa;
  const I* ia;
  const I* pb;
  const I* ib;
  int64_t rows, inner, columns, count_a, count_b;

  /// Fills `starts` and returns the number of entries: -1 for indices outside, -2 for more than I counts. `row_of` has
  /// a number per column, -1 at first.
  int64_t count(I* starts, I* row_of) const {
    int32_t failed = 0;
    auto left = CsrGuard<I>::of(inner, count_a, &failed), right = CsrGuard<I>::of(columns, count_b, &failed);
    if (!right.block(ib, 0, I(count_b))) return -1;
    int64_t total = 0;
    starts[0] = 0;
    for (int64_t i = 0; i < rows; ++i) {
      if (!left.row(pa[i], pa[i + 1])) return -1;
      for (I p = pa[i]; p < pa[i + 1]; ++p) {
        I k = ia[p];
        if (!left.column(k) || !right.row(pb[k], pb[k + 1])) return -1;
        for (I q = pb[k], stop = pb[k + 1]; q < stop; ++q) {
          I j = ib[q];
          if (row_of[j] != I(i)) {
            row_of[j] = I(i);
            ++total;
          }
        }
      }
      starts[i + 1] = I(total);
      if (int64_t(starts[i + 1]) != total) return -2;
    }
    return total;
  }

  /// `place` has a number per column, -1 at first.
  template <class T>
  void multiply(const T* a, const T* b, I* place, I* found, T* out) const {
    const I *rows_b = pb, *columns_b = ib;
    I last = 0;
    for (int64_t i = 0; i < rows; ++i) {
      I first = last, end = pa[i + 1];
      for (I p = pa[i]; p < end; ++p) {
        T scale = a[p];
        I k = ia[p], stop = rows_b[k + 1];
        for (I q = rows_b[k]; q < stop; ++q) {
          I j = columns_b[q], at = place[j];
          if (at < first) {
            place[j] = last;
            found[last] = j;
            out[last++] = scale * b[q];
          } else {
            csr_add(out[at], scale, b[q]);
          }
        }
      }
    }
  }
};

}  // namespace sci
