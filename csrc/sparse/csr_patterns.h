// Work on patterns of compressed rows, for one CPU thread: what conversions, sums and products of sparse matrices need
// before and beside the values. Row i has the columns indices[indptr[i]] ... indices[indptr[i + 1] - 1].
//
//   csr_union     two patterns without duplicates, in order, merged row by row, and where each entry comes from
//   csr_sum       the same with the values: a + sign b, without the detour over places
//   csr_triples   the trilinear form sum_{i,k,j} a_ik b_kj c_ij of the product C = A B on its patterns, of which each
//                 derivative with respect to one operand is a mode (Gustavson, ACM TOMS 4, 1978, for mode 2)
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/csr_matmul.h"

namespace sci {

/// Do the row starts of both run upwards within their entries?
template <class I>
inline bool csr_rows_hold(const I* pa, int64_t count_a, const I* pb, int64_t count_b, int64_t i) {
  int32_t failed = 0;
  auto left = CsrGuard<I>::of(0, count_a, &failed), right = CsrGuard<I>::of(0, count_b, &failed);
  return left.row(pa[i], pa[i + 1]) && right.row(pb[i], pb[i + 1]);
}

/// Outputs have room for both counts; from_a[t] is the entry of A at entry t of the union, or count_a for none.
/// Returns -1 where row starts decrease or lie outside.
template <class I>
inline int64_t csr_union(const I* pa, const I* ia, int64_t count_a, const I* pb, const I* ib, int64_t count_b,
                         int64_t rows, I* indptr, I* indices, I* from_a, I* from_b) {
  I none_a = I(count_a), none_b = I(count_b);
  int64_t t = 0;
  indptr[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (!csr_rows_hold(pa, count_a, pb, count_b, i)) return -1;
    I p = pa[i], q = pb[i];
    while (p < pa[i + 1] || q < pb[i + 1]) {
      bool left = q >= pb[i + 1] || (p < pa[i + 1] && ia[p] <= ib[q]);
      bool right = p >= pa[i + 1] || (q < pb[i + 1] && ib[q] <= ia[p]);
      indices[t] = left ? ia[p] : ib[q];
      from_a[t] = left ? p++ : none_a;
      from_b[t] = right ? q++ : none_b;
      ++t;
    }
    indptr[i + 1] = I(t);
  }
  return t;
}

template <class T, class I>
inline int64_t csr_sum(const T* a, const I* pa, const I* ia, int64_t count_a, const T* b, const I* pb, const I* ib,
                       int64_t count_b, int64_t rows, T sign, T* out, I* indptr, I* indices) {
  int64_t t = 0;
  indptr[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    if (!csr_rows_hold(pa, count_a, pb, count_b, i)) return -1;
    I p = pa[i], q = pb[i], end_p = pa[i + 1], end_q = pb[i + 1];
    while (p < end_p && q < end_q) {
      I u = ia[p], v = ib[q];
      if (u == v) {
        indices[t] = u;
        out[t++] = a[p++] + sign * b[q++];
      } else if (u < v) {
        indices[t] = u;
        out[t++] = a[p++];
      } else {
        indices[t] = v;
        out[t++] = sign * b[q++];
      }
    }
    for (; p < end_p; ++p) {
      indices[t] = ia[p];
      out[t++] = a[p];
    }
    for (; q < end_q; ++q) {
      indices[t] = ib[q];
      out[t++] = sign * b[q];
    }
    indptr[i + 1] = I(t);
  }
  return t;
}

/// mode 0, 1, 2: the derivative with respect to the values of A, B, C; `place` has a number per column of C, 0 at
/// first. Returns false for indices outside.
template <class T, class I>
struct CsrTriples {
  const T* x;
  const T* y;
  const I* pa;
  const I* ia;
  const I* pb;
  const I* ib;
  const I* pc;
  const I* ic;
  int64_t rows;
  CsrGuard<I> a, b, c;  // the columns of A, B and C, and how many entries each has
  I* place;
  T* out;

  template <int mode>
  bool run() const {
    for (int64_t i = 0; i < rows; ++i) {
      if (!a.row(pa[i], pa[i + 1]) || !c.row(pc[i], pc[i + 1])) return false;
      for (I t = pc[i]; t < pc[i + 1]; ++t) {
        if (!c.column(ic[t])) return false;
        place[ic[t]] = t;
      }
      for (I p = pa[i]; p < pa[i + 1]; ++p) {
        I k = ia[p];
        if (!a.column(k) || !b.row(pb[k], pb[k + 1])) return false;
        if (!pair<mode>(p, pb[k], pb[k + 1])) return false;
      }
    }
    return true;
  }

  template <int mode>
  bool pair(I p, I q, I end) const {
    T sum = T(0);
    for (; q < end; ++q) {
      if (!b.column(ib[q])) return false;
      I t = place[ib[q]];
      if (mode == 2) {
        csr_add(out[t], x[p], y[q]);
      } else if (mode == 0) {
        csr_add(sum, x[q], y[t]);
      } else {
        csr_add(out[q], x[p], y[t]);
      }
    }
    if (mode == 0) out[p] = sum;
    return true;
  }
};

}  // namespace sci
