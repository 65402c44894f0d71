// out[p] = sum_j u[i, j] v[indices[p], j] for every entry p of row i: the product u v^T, sampled on a pattern of
// compressed rows (SDDMM), which is the gradient of a sparse product with respect to the matrix's entries.
// An item is a row; the sum over j runs in four partial sums in a fixed order, so results repeat bit for bit.
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/batch.h"
#include "sparse/csr_guard.h"
#include "sparse/csr_long_rows.h"

namespace sci {

template <class T, class I>
struct CsrSample {
  static constexpr int piece_length = 512;
  const I* indptr;
  const I* indices;
  const T* u;
  const T* v;
  T* out;
  int64_t rows, columns, entries;  // columns of u and v
  SparseBatch batch;
  CsrGuard<I> guard;
  int64_t members;
  int lanes;        // CUDA: a power of two
  CsrPieces split;  // of rows that are left to CsrSamplePieces

  SCI_HD void operator()(int64_t item) const { row(item, 0, 1); }
#if SCI_DEVICE
  /// An item is as many rows as a warp has room for, `lanes` threads each.
  __device__ void warp(int64_t item, int lane) const {
    const int64_t own = item * (32 / lanes) + lane / lanes;
    if (own < members * rows) row(own, lane & (lanes - 1), lanes);
  }
#endif

  SCI_HD void row(int64_t item, int first, int step) const {
    const int64_t member = item / rows, i = item - member * rows;
    const I begin = indptr[i], end = indptr[i + 1];
    if (guard.row(begin, end) && !split.is_long(begin, end)) some(member, i, begin, end, first, step);
  }

  SCI_HD void some(int64_t member, int64_t i, I begin, I end, int first, int step) const {
    const T* left = u + batch.offset(0, member) + i * columns;
    const T* right = v + batch.offset(1, member);
    T* to = out + member * entries;
    using U = typename csr_unsigned<I>::type;  // does not overflow behind the last entry
    for (U p = U(begin) + first; p < U(end); p += step) {
      I j = indices[p];
      if (!guard.column(j)) return;
      to[p] = columns == 1 ? left[0] * right[j] : dot(left, right + int64_t(j) * columns);
    }
  }

  SCI_HD T dot(const T* a, const T* b) const {
    T s0 = T(0), s1 = T(0), s2 = T(0), s3 = T(0);
    int64_t j = 0;
    for (; j + 4 <= columns; j += 4) {
      s0 += a[j] * b[j];
      s1 += a[j + 1] * b[j + 1];
      s2 += a[j + 2] * b[j + 2];
      s3 += a[j + 3] * b[j + 3];
    }
    for (; j < columns; ++j) s0 += a[j] * b[j];
    return (s0 + s1) + (s2 + s3);
  }
};

/// Pieces of long rows (csr_long_rows.h); an item is one of a member of a batch (CUDA).
template <class T, class I>
struct CsrSamplePieces : CsrSample<T, I> {
#if SCI_DEVICE
  __device__ void warp(int64_t item, int lane) const {
    const int64_t member = item / this->split.count;
    const auto part = this->split.part(item - member * this->split.count, this->indptr, this->rows, Team{lane, 32});
    if (part.row >= 0) this->some(member, part.row, part.begin, part.end, lane, 32);
  }
#endif
};

}  // namespace sci
