// y = A x for a matrix A in compressed rows and a dense x of shape (n, k), and y = A^T x where the pattern of A^T is
// given, or is not. Row i of A holds data[p] at column indices[p] for indptr[i] <= p < indptr[i + 1]; duplicates add up.
// Where `order` is given, entry p is data[order[p]]: the rows of A^T over A's own data. Every sum runs in the order of
// the entries, by one thread (or by one warp in a fixed tree), so results repeat bit for bit.
//
//   CsrMatvec         an item is a row, k = 1
//   CsrMatvecWarp     CUDA, rows of more than a few entries: 32 threads share a row and read it coalesced
//   CsrMatmul         an item is a row; eight columns at a time are summed in registers (CPU)
//   CsrMatmulElement  CUDA: an item is an element of y, so that neighbouring threads read neighbouring x
//   CsrScatter        y = A^T x without the pattern of A^T: an item is a whole matrix (CPU, where sorting costs more)
//
// Error of each: |fl(y) - y| <= nnz(row) eps |A| |x| (Higham, Accuracy and Stability, 2nd ed., eq. 3.11).
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/batch.h"

namespace sci {

template <class T, class I>
struct CsrMatvec {
  const T* data;
  const I* indptr;
  const I* indices;
  const I* order;  // or null
  const T* x;
  T* y;
  int64_t rows;
  SparseBatch batch;

  SCI_HD void operator()(int64_t item) const {
    const T* values = data;
    const T* from = x;
    int64_t row = item;
    if (batch.rank > 0) {
      int64_t member = item / rows;
      row = item - member * rows;
      values += batch.offset(0, member);
      from += batch.offset(1, member);
    }
    I begin = indptr[row], end = indptr[row + 1];
    T sum = T(0);
    if (order) {
      for (I p = begin; p < end; ++p) sum += values[order[p]] * from[indices[p]];
    } else {
      for (I p = begin; p < end; ++p) sum += values[p] * from[indices[p]];
    }
    y[item] = sum;
  }
};

#if SCI_DEVICE
__device__ inline double csr_shift_down(double x, int by) { return __shfl_down_sync(0xffffffffu, x, by); }
__device__ inline float csr_shift_down(float x, int by) { return __shfl_down_sync(0xffffffffu, x, by); }
template <class T>
__device__ inline complex<T> csr_shift_down(complex<T> x, int by) {
  return {csr_shift_down(x.re, by), csr_shift_down(x.im, by)};
}
#endif

template <class T, class I>
struct CsrMatvecWarp : CsrMatvec<T, I> {
#if SCI_DEVICE
  __device__ void warp(int64_t item, int lane) const {
    int64_t member = item / this->rows, row = item - member * this->rows;
    const T* values = this->data + this->batch.offset(0, member);
    const T* from = this->x + this->batch.offset(1, member);
    I end = this->indptr[row + 1];
    T sum = T(0);
    for (I p = this->indptr[row] + lane; p < end; p += 32)
      sum += values[this->order ? this->order[p] : p] * from[this->indices[p]];
    for (int by = 16; by > 0; by >>= 1) sum += csr_shift_down(sum, by);
    if (lane == 0) this->y[item] = sum;
  }
#endif
};

template <class T, class I>
struct CsrMatmul {
  const T* data;
  const I* indptr;
  const I* indices;
  const I* order;  // or null
  const T* x;
  T* y;
  int64_t rows, columns;  // columns of x and y
  SparseBatch batch;

  SCI_HD void operator()(int64_t item) const {
    constexpr int block = 8;  // a constant count, so that the compiler keeps the sums in vector registers
    int64_t member = item / rows, row = item - member * rows;
    const T* values = data + batch.offset(0, member);
    const T* from = x + batch.offset(1, member);
    T* to = y + item * columns;
    I begin = indptr[row], end = indptr[row + 1];
    int64_t j = 0;
    for (; j + block <= columns; j += block) {
      T sum[block] = {};
      for (I p = begin; p < end; ++p) {
        T a = values[order ? order[p] : p];
        const T* source = from + int64_t(indices[p]) * columns + j;
        for (int c = 0; c < block; ++c) sum[c] += a * source[c];
      }
      for (int c = 0; c < block; ++c) to[j + c] = sum[c];
    }
    for (; j < columns; ++j) {
      T sum = T(0);
      for (I p = begin; p < end; ++p) sum += values[order ? order[p] : p] * from[int64_t(indices[p]) * columns + j];
      to[j] = sum;
    }
  }
};

template <class T, class I>
struct CsrMatmulElement : CsrMatmul<T, I> {
  SCI_HD void operator()(int64_t item) const {
    int64_t line = item / this->columns, j = item - line * this->columns;
    int64_t member = line / this->rows, row = line - member * this->rows;
    const T* values = this->data + this->batch.offset(0, member);
    const T* from = this->x + this->batch.offset(1, member) + j;
    I end = this->indptr[row + 1];
    T sum = T(0);
    for (I p = this->indptr[row]; p < end; ++p)
      sum += values[this->order ? this->order[p] : p] * from[int64_t(this->indices[p]) * this->columns];
    this->y[item] = sum;
  }
};

template <class T, class I>
struct CsrScatter {
  const T* data;
  const I* indptr;
  const I* indices;
  const T* x;
  T* y;
  int64_t rows, out_rows, columns;
  SparseBatch batch;

  SCI_HD void operator()(int64_t member) const {
    const T* values = data + batch.offset(0, member);
    const T* from = x + batch.offset(1, member);
    T* to = y + member * out_rows * columns;
    for (int64_t i = 0; i < out_rows * columns; ++i) to[i] = T(0);
    for (int64_t row = 0; row < rows; ++row)
      for (I p = indptr[row]; p < indptr[row + 1]; ++p) {
        T a = values[p];
        T* target = to + int64_t(indices[p]) * columns;
        for (int64_t j = 0; j < columns; ++j) target[j] += a * from[row * columns + j];
      }
  }
};

}  // namespace sci
