// The passes of an iteration of conjugate gradients (Hestenes and Stiefel 1952; Saad, Iterative Methods for
// Sparse Linear Systems, 2nd ed., algorithm 6.18) on compressed rows, each fused with the inner product that follows
// it. An item is a block of rows: its part of an inner product goes to parts[item], and the parts are added up in
// order, so the result depends on the block length alone, not on the number of threads.
//
//   CgPrecondition  z = M r,                     parts = r^H z   (without M, z is r)
//   CgDirection   x = x + alpha p, p = z + beta p
//   CgProduct     q = A p,                      parts = p^H q
//   CgUpdate      r = r - alpha q,              parts = r^H r
//   CgAdvance     x = x + alpha p
//   CgResidual    r = b - A x,                  parts = r^H r
//
// x is one step behind: its update waits for the pass that reads p anyway.
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/cg_steps.h"
#include "sparse/diagonals.h"

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
  T* z;
  real_of<T>* parts;
  int64_t n;
  bool longer;      // rows have eight entries and more on average
  const T* m_data;  // the preconditioner, or null
  const I* m_indptr;
  const I* m_indices;
  CsrGuard<I> guard, m_guard;
  Diagonals<T> diagonals;  // of A, once they are known

  SCI_HD int64_t end(int64_t item) const { return min((item + 1) * cg_block, n); }
  /// A block of a vector as real numbers, and how many these are.
  SCI_HD real_of<T>* reals(T* v, int64_t item) const { return reinterpret_cast<real_of<T>*>(v + item * cg_block); }
  SCI_HD int64_t count(int64_t item) const {
    return (end(item) - item * cg_block) * int64_t(sizeof(T) / sizeof(real_of<T>));
  }
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
  using R = real_of<T>;
  R alpha, beta;
  SCI_HD void operator()(int64_t item) const {
    R *x = this->reals(this->x, item), *p = this->reals(this->p, item);
    int64_t n = this->count(item);
    vector_add(x, alpha, p, x, n);
    vector_add(this->reals(this->z, item), beta, p, p, n);
  }
};

template <class T, class I>
struct CgAdvance : CgState<T, I> {
  real_of<T> alpha;
  SCI_HD void operator()(int64_t item) const {
    auto* x = this->reals(this->x, item);
    vector_add(x, alpha, this->reals(this->p, item), x, this->count(item));
  }
};

template <class T, class I>
struct CgProduct : CgState<T, I> {
  SCI_HD void operator()(int64_t item) const {
    int64_t begin = item * cg_block, end = this->end(item);
    if (this->diagonals.count > 0)
      this->diagonals.product(begin, end, this->p, this->q);
    else
      csr_rows(this->data, this->indptr, this->indices, begin, end, this->longer, this->p, this->q, this->guard);
    // A is Hermitian: the imaginary part vanishes.
    this->parts[item] = vector_inner(this->reals(this->p, item), this->reals(this->q, item), this->count(item));
  }
};

template <class T, class I>
struct CgUpdate : CgState<T, I> {
  real_of<T> alpha;
  SCI_HD void operator()(int64_t item) const {
    auto* r = this->reals(this->r, item);
    int64_t n = this->count(item);
    vector_add(r, -alpha, this->reals(this->q, item), r, n);
    this->parts[item] = vector_inner(r, r, n);
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
