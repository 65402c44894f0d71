// The three passes of an iteration of conjugate gradients (Hestenes and Stiefel 1952; Saad, Iterative Methods for
// Sparse Linear Systems, 2nd ed., algorithm 6.18) on compressed rows, each fused with the inner product that follows it.
// An item is a block of rows: its part of an inner product goes to parts[item], and the parts are added up in order, so
// the result depends on the block length alone, not on the number of threads.
//
//   CgDirection   p = r + beta p
//   CgProduct     q = A p,                      parts = p^H q
//   CgUpdate      x = x + alpha p, r = r - alpha q,  parts = r^H r
//   CgResidual    r = b - A x,                  parts = r^H r
#pragma once
#include "core/complex.h"
#include "core/platform.h"

namespace sci {

constexpr int64_t cg_block = 2048;

template <class T, class I>
struct CgState {
  const T* data;
  const I* indptr;
  const I* indices;
  const T* b;
  T* x;
  T* r;
  T* p;
  T* q;
  real_of<T>* parts;
  int64_t n;

  SCI_HD int64_t end(int64_t item) const { return min((item + 1) * cg_block, n); }
  SCI_HD T row_times(int64_t row, const T* v) const {
    T sum = T(0);
    for (I k = indptr[row]; k < indptr[row + 1]; ++k) sum += data[k] * v[indices[k]];
    return sum;
  }
};

template <class T, class I>
struct CgDirection : CgState<T, I> {
  real_of<T> beta;
  SCI_HD void operator()(int64_t item) const {
    T* p = this->p;
    const T* r = this->r;
    for (int64_t i = item * cg_block; i < this->end(item); ++i) p[i] = r[i] + p[i] * beta;
  }
};

template <class T, class I>
struct CgProduct : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    real_of<T> sum = 0;  // A is Hermitian: the imaginary part vanishes
    for (int64_t i = item * cg_block; i < this->end(item); ++i) {
      T y = this->row_times(i, this->p);
      this->q[i] = y;
      sum += real(conj(this->p[i]) * y);
    }
    this->parts[item] = sum;
  }
};

template <class T, class I>
struct CgUpdate : CgState<T, I> {
  real_of<T> alpha;
  SCI_HD void operator()(int64_t item) const {
    constexpr int lanes = 4;  // independent sums, so that additions need not wait for each other
    real_of<T> sum[lanes] = {};
    T *x = this->x, *r = this->r;
    const T *p = this->p, *q = this->q;
    int64_t i = item * cg_block, stop = this->end(item);
    for (; i + lanes <= stop; i += lanes)
      for (int c = 0; c < lanes; ++c) {
        x[i + c] += p[i + c] * alpha;
        T y = r[i + c] - q[i + c] * alpha;
        r[i + c] = y;
        sum[c] += real(conj(y) * y);
      }
    for (; i < stop; ++i) {
      x[i] += p[i] * alpha;
      T y = r[i] - q[i] * alpha;
      r[i] = y;
      sum[0] += real(conj(y) * y);
    }
    this->parts[item] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  }
};

template <class T, class I>
struct CgResidual : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    real_of<T> sum = 0;
    for (int64_t i = item * cg_block; i < this->end(item); ++i) {
      T y = this->b[i] - this->row_times(i, this->x);
      this->r[i] = y;
      sum += real(conj(y) * y);
    }
    this->parts[item] = sum;
  }
};

}  // namespace sci
