// y = A x for many columns of x on the CPU: a block of columns of one row of y stays in vector registers while the row
// of A is read once. The vectors are g++'s; CUDA has CsrMatmulTeam.
#pragma once
#include "sparse/csr_matmul.h"

namespace sci {

template <class T, class I>
struct CsrMatmulBlock : CsrMatmul<T, I> {
  typedef T Vector __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));
  static constexpr int lanes = 32 / sizeof(T);

  void operator()(int64_t item) const {
    int64_t member = item / this->rows, row = item - member * this->rows, j = 0, k = this->columns;
    const T* values = this->data + this->batch.offset(0, member);
    const T* from = this->x + this->batch.offset(1, member);
    T* to = this->y + item * k;
    if (!this->guard.row(this->indptr[row], this->indptr[row + 1])) return;
    for (; j + 8 * lanes <= k; j += 8 * lanes) block<8>(row, values, from + j, to + j);
    if (j + 4 * lanes <= k) {
      block<4>(row, values, from + j, to + j);
      j += 4 * lanes;
    }
    if (j + 2 * lanes <= k) {
      block<2>(row, values, from + j, to + j);
      j += 2 * lanes;
    }
    for (; j + lanes <= k; j += lanes) block<1>(row, values, from + j, to + j);
    for (; j < k; ++j) this->template some<1>(row, values, from + j, to + j);
  }

  template <int vectors>
  void block(int64_t row, const T* values, const T* from, T* to) const {
    Vector sum[vectors] = {};
    for (I p = this->indptr[row]; p < this->indptr[row + 1]; ++p) {
      I j = this->indices[p];
      if (!this->guard.column(j)) return;
      T a = values[this->order ? this->order[p] : p];
      const T* source = from + int64_t(j) * this->columns;
#pragma GCC unroll 8
      for (int v = 0; v < vectors; ++v) sum[v] += a * *reinterpret_cast<const Vector*>(source + v * lanes);
    }
#pragma GCC unroll 8
    for (int v = 0; v < vectors; ++v) *reinterpret_cast<Vector*>(to + v * lanes) = sum[v];
  }
};

}  // namespace sci
