// out[p] = sum_j u[i, j] v[indices[p], j] for every entry p of row i: the product u v^T, sampled on a pattern of
// compressed rows (SDDMM), which is the gradient of a sparse product with respect to the matrix's entries.
// An item is a row; the sum over j runs in four partial sums in a fixed order, so results repeat bit for bit.
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/batch.h"

namespace sci {

template <class T, class I>
struct CsrSample {
  const I* indptr;
  const I* indices;
  const T* u;
  const T* v;
  T* out;
  int64_t rows, columns, entries;  // columns of u and v
  SparseBatch batch;

  SCI_HD void operator()(int64_t item) const { row(item, 0, 1); }
#if SCI_DEVICE
  __device__ void warp(int64_t item, int lane) const { row(item, lane, 32); }
#endif

  SCI_HD void row(int64_t item, int first, int step) const {
    int64_t member = item / rows, i = item - member * rows;
    const T* left = u + batch.offset(0, member) + i * columns;
    const T* right = v + batch.offset(1, member);
    T* to = out + member * entries;
    I end = indptr[i + 1];
    if (columns == 1) {
      T scale = left[0];
      for (I p = indptr[i] + first; p < end; p += step) to[p] = scale * right[indices[p]];
      return;
    }
    for (I p = indptr[i] + first; p < end; p += step) to[p] = dot(left, right + int64_t(indices[p]) * columns);
  }

  SCI_HD T dot(const T* a, const T* b) const {
    constexpr int block = 4;
    T part[block] = {};
    int64_t j = 0;
    for (; j + block <= columns; j += block)
      for (int c = 0; c < block; ++c) part[c] += a[j + c] * b[j + c];
    for (; j < columns; ++j) part[0] += a[j] * b[j];
    return (part[0] + part[1]) + (part[2] + part[3]);
  }
};

}  // namespace sci
