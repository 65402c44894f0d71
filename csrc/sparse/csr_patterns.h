// Work on patterns of compressed rows, for one CPU thread: what conversions, sums and products of sparse matrices need
// before and beside the values. Row i has the columns indices[indptr[i]] ... indices[indptr[i + 1] - 1].
//
//   csr_inspect   first and last row start, smallest step of row starts, extreme indices, order: one pass each
//   csr_bucket    coordinates by row, stable, the columns of a row in the order they came in
//   csr_union     two patterns without duplicates, in order, merged row by row, and where each entry comes from
//   csr_sum       the same with the values: a + sign b, without the detour over places
//   csr_triples   the trilinear form sum_{i,k,j} a_ik b_kj c_ij of the product C = A B on its patterns, of which each
//                 derivative with respect to one operand is a mode (Gustavson, ACM TOMS 4, 1978, for mode 2)
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/csr_matmul.h"

namespace sci {

struct CsrReport {
  int64_t begin, end, step, low, high, sorted, canonical;
};

template <class I>
inline CsrReport csr_inspect(const I* indptr, const I* indices, int64_t rows, int64_t count) {
  CsrReport r{indptr[0], indptr[rows], 0, 0, -1, 1, 1};
  for (int64_t i = 0; i < rows; ++i) {
    int64_t step = int64_t(indptr[i + 1]) - int64_t(indptr[i]);
    if (step < r.step) r.step = step;
  }
  if (count > 0) {
    I low = indices[0], high = indices[0];
    for (int64_t p = 1; p < count; ++p) {
      low = indices[p] < low ? indices[p] : low;
      high = indices[p] > high ? indices[p] : high;
    }
    r.low = low;
    r.high = high;
  }
  if (r.step < 0 || r.begin != 0 || r.end > count) return r;
  for (int64_t i = 0; i < rows && r.sorted; ++i)
    for (I p = indptr[i] + 1; p < indptr[i + 1]; ++p) {
      if (indices[p] <= indices[p - 1]) r.canonical = 0;
      if (indices[p] < indices[p - 1]) {
        r.sorted = 0;
        break;
      }
    }
  return r;
}

/// indptr has rows + 1 elements; order lists the positions row by row, indices their columns.
template <class I>
inline void csr_bucket(const I* row, const I* column, int64_t count, int64_t rows, I* indptr, I* indices, I* order) {
  for (int64_t i = 0; i <= rows; ++i) indptr[i] = 0;
  for (int64_t p = 0; p < count; ++p) ++indptr[row[p] + 1];
  for (int64_t i = 0; i < rows; ++i) indptr[i + 1] += indptr[i];
  for (int64_t p = 0; p < count; ++p) {
    I to = indptr[row[p]]++;
    indices[to] = column[p];
    order[to] = I(p);
  }
  for (int64_t i = rows; i > 0; --i) indptr[i] = indptr[i - 1];
  indptr[0] = 0;
}

/// Short rows by insertion, which is stable; returns false for a row that is too long for it and not in order.
template <class I>
inline bool csr_order_row(I* indices, I* order, int64_t length) {
  constexpr int64_t most = 48;
  for (int64_t p = 1; p < length; ++p) {
    if (indices[p] >= indices[p - 1]) continue;
    if (length > most) return false;
    I key = indices[p], place = order[p];
    int64_t q = p;
    for (; q > 0 && indices[q - 1] > key; --q) {
      indices[q] = indices[q - 1];
      order[q] = order[q - 1];
    }
    indices[q] = key;
    order[q] = place;
  }
  return true;
}

/// Outputs have room for both counts; from_a[t] is the entry of A at entry t of the union, or count_a for none.
template <class I>
inline int64_t csr_union(const I* pa, const I* ia, const I* pb, const I* ib, int64_t rows, I* indptr, I* indices,
                         I* from_a, I* from_b) {
  I none_a = pa[rows], none_b = pb[rows];
  int64_t t = 0;
  indptr[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
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
inline int64_t csr_sum(const T* a, const I* pa, const I* ia, const T* b, const I* pb, const I* ib, int64_t rows, T sign,
                       T* out, I* indptr, I* indices) {
  int64_t t = 0;
  indptr[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    I p = pa[i], q = pb[i], end_p = pa[i + 1], end_q = pb[i + 1];
    while (p < end_p && q < end_q) {
      I u = ia[p], v = ib[q];
      T value = T(0);
      if (u <= v) value = a[p++];
      if (v <= u) value += sign * b[q++];
      indices[t] = u < v ? u : v;
      out[t++] = value;
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

/// mode 0, 1, 2: the derivative with respect to the values of A, B, C; `place` has a number per column of C.
template <class T, class I>
inline void csr_triples(int64_t mode, const T* x, const T* y, const I* pa, const I* ia, const I* pb, const I* ib,
                        const I* pc, const I* ic, int64_t rows, I* place, T* out) {
  for (int64_t i = 0; i < rows; ++i) {
    for (I t = pc[i]; t < pc[i + 1]; ++t) place[ic[t]] = t;
    for (I p = pa[i]; p < pa[i + 1]; ++p) {
      I k = ia[p], end = pb[k + 1];
      if (mode == 2) {
        T a = x[p];
        for (I q = pb[k]; q < end; ++q) csr_add(out[place[ib[q]]], a, y[q]);
      } else if (mode == 0) {
        T sum = T(0);
        for (I q = pb[k]; q < end; ++q) csr_add(sum, x[q], y[place[ib[q]]]);
        out[p] = sum;
      } else {
        T a = x[p];
        for (I q = pb[k]; q < end; ++q) csr_add(out[q], a, y[place[ib[q]]]);
      }
    }
  }
}

}  // namespace sci
