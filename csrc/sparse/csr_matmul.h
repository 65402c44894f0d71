// y = A x for a matrix A in compressed rows and a dense x of shape (n, k), and y = A^T x where the pattern of A^T is
// given, or is not. Row i of A holds data[p] at column indices[p] for indptr[i] <= p < indptr[i + 1]; duplicates add
// up. Where `order` is given, entry p is data[order[p]]: the rows of A^T over A's own data. Every sum runs in the order
// of the entries, by one thread (or by one warp in a fixed tree), so results repeat bit for bit.
//
//   CsrMatvec         an item is a row, k = 1 (CPU)
//   CsrMatvecBlock    one matrix, one vector: an item is a block of rows (CPU)
//   CsrMatvecWarp     CUDA, k = 1: as many threads share a row as its length is worth, and read it coalesced
//   CsrMatvecPieces   CUDA: very long rows, by several warps (csr_long_rows.h)
//   CsrMatmul         an item is a row; up to four columns at a time are summed in registers (CPU)
//   CsrMatmulTeam     CUDA: columns of a row (csr_matmul_team.h)
//   CsrMatvecGradients  the gradients of a vector's product in one pass
//   CsrScatter        y = A^T x without the pattern of A^T: an item is a whole matrix (CPU, where sorting costs more)
//
// Error of each: |fl(y) - y| <= nnz(row) eps |A| |x| (Higham, Accuracy and Stability, 2nd ed., eq. 3.11).
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "sparse/batch.h"
#include "sparse/csr_guard.h"
#include "sparse/csr_long_rows.h"

namespace sci {

/// sum + a b, in fields: compilers keep two numbers in registers, but not always a struct of them.
template <class T>
SCI_HD void csr_add(T& sum, T a, T b) {
  sum += a * b;
}
template <class T>
SCI_HD void csr_add(complex<T>& sum, complex<T> a, complex<T> b) {
  sum.re += a.re * b.re - a.im * b.im;
  sum.im += a.re * b.im + a.im * b.re;
}

/// Rows whose indices are checked at a time: few, so that the check does not hold up the stream of values; of short
/// rows more, since x may be read anywhere then, and the end of a piece holds that up.
constexpr int64_t csr_piece = 64;

/// One row times a vector.
template <class T, class I>
SCI_HD T csr_dot(const T* values, const I* indices, I p, I end, const T* x) {
  T s0 = T(0);
  if (end - p >= 8) {  // independent sums: an addition need not wait for the one before
    T s1 = T(0), s2 = T(0), s3 = T(0);
    for (; p + 4 <= end; p += 4) {
      csr_add(s0, values[p], x[indices[p]]);
      csr_add(s1, values[p + 1], x[indices[p + 1]]);
      csr_add(s2, values[p + 2], x[indices[p + 2]]);
      csr_add(s3, values[p + 3], x[indices[p + 3]]);
    }
    s0 = (s0 + s1) + (s2 + s3);
  }
  for (; p < end; ++p) csr_add(s0, values[p], x[indices[p]]);
  return s0;
}

/// Rows [row, stop) times a vector, without `order`. Short rows have no use for independent sums.
template <class T, class I>
SCI_HD void csr_rows(const T* values, const I* indptr, const I* indices, int64_t row, int64_t stop, bool longer,
                     const T* x, T* y, const CsrGuard<I>& guard) {
  I p = indptr[row], last = indptr[stop];
  if (!guard.row(p, last) || !guard.block(indices, p, last)) return;
  for (; row < stop; ++row) {
    I end = indptr[row + 1];
    if (end < p || end > last) {
      guard.fail();
      return;
    }
    T sum = T(0);
    if (longer) {
      sum = csr_dot(values, indices, p, end, x);
      p = end;
    }
    for (; p < end; ++p) csr_add(sum, values[p], x[indices[p]]);
    y[row] = sum;
  }
}

/// Adds rows [row, stop), each times its element of x, to y; false where an index lies outside.
template <class T, class I>
SCI_HD bool csr_scatter_rows(const T* values, const I* indptr, const I* indices, int64_t row, int64_t stop, const T* x,
                             T* y, const CsrGuard<I>& guard) {
  I p = indptr[row], last = indptr[stop];
  if (!guard.row(p, last) || !guard.block(indices, p, last)) return false;
  for (; row < stop; ++row) {
    I end = indptr[row + 1];
    if (end < p || end > last) return guard.fail();
    T scale = x[row];
    for (; p < end; ++p) csr_add(y[indices[p]], values[p], scale);
  }
  return true;
}

/// y = A x for one matrix and one vector: an item is a block of rows (CPU).
template <class T, class I>
struct CsrMatvecBlock {
  static constexpr int64_t length = 1024;
  const T* data;
  const I* indptr;
  const I* indices;
  const T* x;
  T* y;
  int64_t rows;
  bool longer;  // rows have some entries and more on average
  CsrGuard<I> guard;

  SCI_HD void operator()(int64_t item) const {
    const int64_t stop = min((item + 1) * length, rows), piece = longer ? csr_piece : 8 * csr_piece;
    for (int64_t row = item * length; row < stop; row += piece)
      csr_rows(data, indptr, indices, row, min(row + piece, stop), longer, x, y, guard);
  }
};

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
  CsrGuard<I> guard;

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
    if (!guard.row(begin, end) || !guard.block(indices, begin, end)) return;
    T sum = T(0);
    if (order) {
      for (I p = begin; p < end; ++p) csr_add(sum, values[order[p]], from[indices[p]]);
    } else {
      sum = csr_dot(values, indices, begin, end, from);
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

/// How many threads share a row of `mean` entries: two entries each, so that short rows leave few threads idle.
SCI_HD int csr_lanes(int64_t entries, int64_t rows) {
  int lanes = 1;
  while (lanes < 32 && 2 * lanes * rows < entries) lanes *= 2;
  return lanes;
}

/// An item is a few rows: `lanes` threads share one, and each thread has two entries of four rows in flight, since it
/// waits for memory three times (row starts; columns and values; x). Rows that are longer than the others go to the
/// whole warp, eight entries per thread, and the longest to several (CsrMatvecPieces).
template <class T, class I>
struct CsrMatvecWarp : CsrMatvec<T, I> {
  static constexpr int rows_each = 4, loads = 2 * rows_each, long_steps = 64, piece_length = 2048;
  using U = typename csr_unsigned<I>::type;  // does not overflow behind the last entry
  int lanes;                                 // a power of two
  int64_t pieces;                            // items per member
  CsrPieces split = {};                      // of rows that are left to others

  /// For a matrix with at least one entry.
  SCI_HD static CsrMatvecWarp of(const CsrMatvec<T, I>& body, int64_t entries) {
    const int lanes = csr_lanes(entries, body.rows);
    const int64_t each = int64_t(32 / lanes) * rows_each;
    return {body, lanes, (body.rows + each - 1) / each};
  }

#if SCI_DEVICE
  __device__ void warp(int64_t item, int lane) const {
    const int64_t member = this->batch.rank > 0 ? item / pieces : 0;
    T* to = this->y + member * this->rows;
    some_rows(item - member * pieces, lane, this->data + this->batch.offset(0, member),
              this->x + this->batch.offset(1, member), [to](int64_t row, T value) { to[row] = value; });
  }

  /// Calls store(row, value) for the rows of a piece, each by one thread.
  template <class Store>
  __device__ void some_rows(int64_t piece, int lane, const T* values, const T* from, const Store& store) const {
    const int groups = 32 / lanes, within = lane & (lanes - 1);
    const int64_t rows = this->rows, begin = piece * groups * rows_each, first = begin + lane / lanes;
    U p[rows_each], end[rows_each];
    T sum[rows_each];
    bool whole[rows_each], any_long = false;
#pragma unroll
    for (int k = 0; k < rows_each; ++k) {
      const int64_t row = first + k * groups;
      p[k] = row < rows ? U(this->indptr[row]) : U(0);
      end[k] = row < rows ? U(this->indptr[row + 1]) : U(0);
      if (end[k] == 0) p[k] = end[k] = 1;  // nothing, behind an entry that there is
      sum[k] = T(0);
    }
#pragma unroll
    for (int k = 0; k < rows_each; ++k) {
      whole[k] = end[k] - p[k] > U(long_steps * lanes);
      any_long = any_long || whole[k];
      p[k] = whole[k] ? end[k] : p[k] + within;
    }
    SCI_NO_UNROLL
    for (bool more = true; more;) {
      add(p, end, lanes, values, from, sum);
      more = false;
#pragma unroll
      for (int k = 0; k < rows_each; ++k) {
        p[k] += 2 * lanes;
        more = more || p[k] < end[k];
      }
      more = __ballot_sync(0xffffffffu, more);
    }
    SCI_NO_UNROLL
    for (int by = lanes / 2; by > 0; by >>= 1)
#pragma unroll
      for (int k = 0; k < rows_each; ++k) sum[k] += csr_shift_down(sum[k], by);
#pragma unroll
    for (int k = 0; k < rows_each; ++k)
      if (within == 0 && first + k * groups < rows && !whole[k]) store(first + k * groups, sum[k]);
    if (!__ballot_sync(0xffffffffu, any_long)) return;
    SCI_NO_UNROLL
    for (int64_t row = begin; row < begin + groups * rows_each && row < rows; ++row)
      if (const I p = this->indptr[row], end = this->indptr[row + 1];
          end - p > long_steps * lanes && !split.is_long(p, end)) {
        const T sum = long_row(p, end, lane, values, from);
        if (lane == 0) store(row, sum);
      }
  }

  /// Adds entries p[k] and p[k] + step where they lie before their ends; all are asked for before one is waited for.
  __device__ void add(const U* p, const U* end, U step, const T* values, const T* from, T* sum) const {
    this->order ? add<true>(p, end, step, values, from, sum) : add<false>(p, end, step, values, from, sum);
  }
  template <bool ordered>
  __device__ void add(const U* p, const U* end, U step, const T* values, const T* from, T* sum) const {
    I column[loads], place[loads];
    T a[loads], b[loads];
    // A thread without an entry reads the row's last one, which costs less than not to.
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      const U at = min(p[k % rows_each] + (k < rows_each ? U(0) : step), end[k % rows_each] - 1);
      column[k] = this->indices[at];
      if constexpr (ordered)
        place[k] = this->order[at];
      else
        a[k] = values[at];
    }
    __syncwarp();  // all of these are asked for before the first is waited for
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      if constexpr (ordered) a[k] = values[place[k]];
      b[k] = from[column[k]];
    }
    __syncwarp();
#pragma unroll
    for (int k = 0; k < loads; ++k) {
      T more = sum[k % rows_each];
      csr_add(more, a[k], b[k]);
      if (p[k % rows_each] + (k < rows_each ? U(0) : step) < end[k % rows_each]) sum[k % rows_each] = more;
    }
  }

  /// The sum over entries of one row, by a warp.
  __device__ T long_row(I begin, I stop, int lane, const T* values, const T* from) const {
    U p[rows_each], end[rows_each];
    T sum[rows_each];
#pragma unroll
    for (int k = 0; k < rows_each; ++k) {
      p[k] = U(begin) + lane + 64 * k;
      end[k] = U(stop);
      sum[k] = T(0);
    }
    SCI_NO_UNROLL
    while (p[0] - lane < U(stop)) {
      add(p, end, 32, values, from, sum);
#pragma unroll
      for (int k = 0; k < rows_each; ++k) p[k] += 32 * loads;
    }
    T total = (sum[0] + sum[1]) + (sum[2] + sum[3]);
    for (int by = 16; by > 0; by >>= 1) total += csr_shift_down(total, by);
    return total;
  }
#endif
};

/// Pieces of long rows; an item is a piece of one member of a batch.
template <class T, class I>
struct CsrMatvecPieces : CsrMatvecWarp<T, I> {
  T* parts;  // as in CsrLongTotal
  I* owners;

#if SCI_DEVICE
  __device__ void warp(int64_t item, int lane) const {
    const CsrPieces& split = this->split;
    const int64_t member = item / split.count, piece = item - member * split.count;
    const auto part = split.part(piece, this->indptr, this->rows, Team{lane, 32}, member == 0 ? owners : nullptr);
    if (part.row < 0) return;
    const T sum = this->long_row(part.begin, part.end, lane, this->data + this->batch.offset(0, member),
                                 this->x + this->batch.offset(1, member));
    if (lane == 0) parts[item] = sum;
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
  CsrGuard<I> guard;

  SCI_HD void operator()(int64_t item) const {
    int64_t member = item / rows, row = item - member * rows;
    const T* values = data + batch.offset(0, member);
    const T* from = x + batch.offset(1, member);
    T* to = y + item * columns;
    if (!guard.row(indptr[row], indptr[row + 1])) return;
    int64_t j = 0;
    for (; j + 4 <= columns; j += 4) some<4>(row, values, from + j, to + j);
    if (j + 2 <= columns) {
      some<2>(row, values, from + j, to + j);
      j += 2;
    }
    if (j < columns) some<1>(row, values, from + j, to + j);
  }

  // A constant number of columns, so that the compiler keeps the sums in vector registers.
  template <int count>
  SCI_HD void some(int64_t row, const T* values, const T* from, T* to) const {
    T sum[count] = {};
    for (I p = indptr[row]; p < indptr[row + 1]; ++p) {
      if (!guard.column(indices[p])) return;
      T a = values[order ? order[p] : p];
      const T* source = from + int64_t(indices[p]) * columns;
      for (int c = 0; c < count; ++c) csr_add(sum[c], a, source[c]);
    }
    for (int c = 0; c < count; ++c) to[c] = sum[c];
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
  CsrGuard<I> guard;

  SCI_HD void operator()(int64_t member) const {
    const T* values = data + batch.offset(0, member);
    const T* from = x + batch.offset(1, member);
    T* to = y + member * out_rows * columns;
    for (int64_t i = 0; i < out_rows * columns; ++i) to[i] = T(0);
    if (columns == 1) {
      for (int64_t row = 0; row < rows; row += csr_piece)
        if (!csr_scatter_rows(values, indptr, indices, row, min(row + csr_piece, rows), from, to, guard)) return;
      return;
    }
    for (int64_t row = 0; row < rows; ++row) {
      if (!guard.row(indptr[row], indptr[row + 1])) return;
      for (I p = indptr[row]; p < indptr[row + 1]; ++p) {
        if (!guard.column(indices[p])) return;
        T a = values[p];
        T* target = to + int64_t(indices[p]) * columns;
        for (int64_t j = 0; j < columns; ++j) csr_add(target[j], a, from[row * columns + j]);
      }
    }
  }
};

/// Both gradients of y = A x for one vector, in one pass over the indices: of A's entries, g_i conj(x_j), and of x,
/// A^H g. An item is a range of rows; those behind the first one have sums of their own (CPU).
template <class T, class I>
struct CsrMatvecGradients {
  const T* data;
  const I* indptr;
  const I* indices;
  const T* x;
  const T* g;
  T* to_data;
  T* to_x;
  T* others;  // (parts - 1, columns)
  int64_t rows, columns, parts;
  CsrGuard<I> guard;

  /// The first row of a range: ranges hold about as many entries each.
  SCI_HD int64_t begin(int64_t part) const {
    if (part == 0 || part == parts) return part == 0 ? 0 : rows;
    int64_t low = 0, high = rows, entry = int64_t(indptr[rows]) / parts * part;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      if (int64_t(indptr[middle]) < entry)
        low = middle + 1;
      else
        high = middle;
    }
    return low;
  }
  SCI_HD void operator()(int64_t part) const {
    T* to = part == 0 ? to_x : others + (part - 1) * columns;
    for (int64_t j = 0; j < columns; ++j) to[j] = T(0);
    for (int64_t i = begin(part), stop = begin(part + 1); i < stop; i += csr_piece)
      if (!some(i, min(i + csr_piece, stop), to)) return;
  }
  SCI_HD bool some(int64_t i, int64_t stop, T* to) const {
    // Results are new memory: the compiler may know that.
    T* __restrict out = to_data, * __restrict sums = to;
    const T* __restrict from = x, * __restrict values = data;
    const I* __restrict places = indices;
    I p = indptr[i], last = indptr[stop];
    if (!guard.row(p, last) || !guard.block(indices, p, last)) return false;
    for (; i < stop; ++i) {
      I end = indptr[i + 1];
      if (end < p || end > last) return guard.fail();
      T scale = g[i];
      for (; p < end; ++p) {
        I j = places[p];
        out[p] = scale * conj(from[j]);
        csr_add(sums[j], scale, conj(values[p]));
      }
    }
    return true;
  }
};

}  // namespace sci
