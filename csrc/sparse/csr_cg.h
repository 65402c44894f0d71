// The passes of an iteration of conjugate gradients (Hestenes and Stiefel 1952; Saad, Iterative Methods for
// Sparse Linear Systems, 2nd ed., algorithm 6.18) on compressed rows, each fused with the inner product that follows
// it. An item is a block of rows: its part of an inner product goes to parts[item], and the parts are added up in
// order, so the result depends on the block length alone, not on the number of threads.
//
//   CgPrecondition  z = M r,                     parts = r^H z   (without M, z is r)
//   CgDirection   p = z + beta p
//   CgProduct     q = A p,                      parts = p^H q
//   CgUpdate      x = x + alpha p, r = r - alpha q,  parts = r^H r
//   CgResidual    r = b - A x,                  parts = r^H r
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/csr_matmul.h"

namespace sci {

constexpr int64_t cg_block = 2048;

/// Re(conj(a) b).
template <class T>
SCI_HD T cg_product(T a, T b) {
  return a * b;
}
template <class T>
SCI_HD T cg_product(complex<T> a, complex<T> b) {
  return a.re * b.re + a.im * b.im;
}

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
  T* z;
  real_of<T>* parts;
  int64_t n;
  bool longer;      // rows have eight entries and more on average
  const T* m_data;  // the preconditioner, or null
  const I* m_indptr;
  const I* m_indices;
  CsrGuard<I> guard, m_guard;

  SCI_HD int64_t end(int64_t item) const { return min((item + 1) * cg_block, n); }
  SCI_HD T row_times(int64_t row, const T* v) const { return times(data, indptr, indices, row, v, guard); }
  SCI_HD static T times(const T* data, const I* indptr, const I* indices, int64_t row, const T* v,
                        const CsrGuard<I>& guard) {
    I begin = indptr[row], end = indptr[row + 1];
    return guard.row(begin, end) && guard.block(indices, begin, end) ? csr_dot(data, indices, begin, end, v) : T(0);
  }
};

template <class T, class I>
struct CgPrecondition : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    real_of<T> sum = 0;  // M is Hermitian, too
    for (int64_t i = item * cg_block; i < this->end(item); ++i) {
      T y = this->times(this->m_data, this->m_indptr, this->m_indices, i, this->r, this->m_guard);
      this->z[i] = y;
      sum += cg_product(this->r[i], y);
    }
    this->parts[item] = sum;
  }
};

template <class T, class I>
struct CgDirection : CgState<T, I> {
  real_of<T> beta;
  SCI_HD void operator()(int64_t item) const {
    T* p = this->p;
    const T* z = this->z;
    for (int64_t i = item * cg_block; i < this->end(item); ++i) p[i] = z[i] + p[i] * beta;
  }
};

template <class T, class I>
struct CgProduct : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    int64_t begin = item * cg_block, end = this->end(item);
    const T* p = this->p;
    T* q = this->q;
    csr_rows(this->data, this->indptr, this->indices, begin, end, this->longer, p, q, this->guard);
    // A is Hermitian: the imaginary part vanishes.
    real_of<T> s0 = 0, s1 = 0;
    int64_t i = begin;
    for (; i + 2 <= end; i += 2) {
      s0 += cg_product(p[i], q[i]);
      s1 += cg_product(p[i + 1], q[i + 1]);
    }
    for (; i < end; ++i) s0 += cg_product(p[i], q[i]);
    this->parts[item] = s0 + s1;
  }
};

template <class T, class I>
struct CgUpdate : CgState<T, I> {
  real_of<T> alpha;
  SCI_HD void operator()(int64_t item) const {
    T *x = this->x, *r = this->r;
    const T *p = this->p, *q = this->q;
    // Two independent sums: an addition need not wait for the one before.
    real_of<T> s0 = 0, s1 = 0;
    int64_t i = item * cg_block, stop = this->end(item);
    for (; i + 2 <= stop; i += 2) {
      x[i] += p[i] * alpha;
      x[i + 1] += p[i + 1] * alpha;
      T a = r[i] - q[i] * alpha, b = r[i + 1] - q[i + 1] * alpha;
      r[i] = a;
      r[i + 1] = b;
      s0 += cg_product(a, a);
      s1 += cg_product(b, b);
    }
    for (; i < stop; ++i) {
      x[i] += p[i] * alpha;
      r[i] -= q[i] * alpha;
      s0 += cg_product(r[i], r[i]);
    }
    this->parts[item] = s0 + s1;
  }
};

template <class T, class I>
struct CgResidual : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    real_of<T> sum = 0;
    for (int64_t i = item * cg_block; i < this->end(item); ++i) {
      T y = this->b[i] - this->row_times(i, this->x);
      this->r[i] = y;
      sum += cg_product(y, y);
    }
    this->parts[item] = sum;
  }
};

}  // namespace sci
