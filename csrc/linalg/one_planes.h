// What decompositions of one matrix at a time share: matrices in rows that the CPU's vectors run along, of which
// complex ones have all real parts of a row before its imaginary parts, and Householder reflections applied to them.
//
// Where a reflection comes from the left, the sums that it needs are sums of rows; from the right, where they run along
// rows, four rows share a pass.
// CPU only.
#pragma once
#include "core/pack.h"
#include "linalg/tridiagonal.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct Planes {
  using R = real_of<T>;
  using F = FftVector<R>;
  using W = typename F::W;
  static constexpr int L = F::L, P = is_complex<T> ? 2 : 1, C = 4;

  R* x;
  int64_t part;  // numbers of a row, or of its imaginary parts: a multiple of L

  static int64_t padded(int64_t n) { return (n + L - 1) / L * L; }
  /// How many numbers a matrix takes.
  static int64_t numbers(int64_t rows, int64_t columns) { return rows * P * padded(columns); }
  Planes(R* memory, int64_t columns) : x(memory), part(padded(columns)) {}

  R* row(int64_t i) const { return x + i * P * part; }
  T get(int64_t i, int64_t j) const {
    if constexpr (is_complex<T>)
      return {row(i)[j], row(i)[part + j]};
    else
      return row(i)[j];
  }
  void set(int64_t i, int64_t j, T value) const {
    row(i)[j] = real(value);
    if constexpr (is_complex<T>) row(i)[part + j] = value.im;
  }
  void clear(int64_t rows) const {
    for (int64_t k = 0; k < rows * P * part; k += L) F::at(x + k) = W{};
  }
  void set_unit(int64_t rows) const {
    clear(rows);
    for (int64_t i = 0; i < rows && i < part; ++i) row(i)[i] = R(1);
  }
  /// Row i from numbers in memory.
  void set_row(int64_t i, const T* in, int64_t from, int64_t to) const {
    for (int64_t j = from; j < to; ++j) set(i, j, in[j]);
  }

  static void add_product(W* sum, R re, R im, const R* in, int64_t part) {
    const W a = F::at(in);
    if constexpr (is_complex<T>) {
      const W b = F::at(in + part);
      sum[0] += re * a;
      sum[1] += re * b;
      sum[0] -= im * b;
      sum[1] += im * a;
    } else {
      sum[0] += re * a;
    }
  }

  template <int count>
  void combine_some(const T* f, int64_t from, int64_t to, int64_t j, R* out) const {
    W sum[count][P];
    SCI_UNROLL for (int c = 0; c < count; ++c) SCI_UNROLL for (int p = 0; p < P; ++p) sum[c][p] = W{};
    const R* in = row(from) + j;
    for (int64_t i = from; i < to; ++i, in += P * part) {
      const R re = real(f[i]), im = imag(f[i]);
      SCI_UNROLL for (int c = 0; c < count; ++c) add_product(sum[c], re, im, in + c * L, part);
    }
    SCI_UNROLL for (int c = 0; c < count; ++c) {
      SCI_UNROLL for (int p = 0; p < P; ++p) F::at(out + p * part + j + c * L) = sum[c][p];
    }
  }
  /// The row `out` becomes the sum of f[i] times row i for rows from..to, from column `first` on or a few before.
  void combine(const T* f, int64_t from, int64_t to, int64_t first, R* out) const {
    int64_t j = first / L * L;
    for (; j + C * L <= part; j += C * L) combine_some<C>(f, from, to, j, out);
    for (; j < part; j += L) combine_some<1>(f, from, to, j, out);
  }
  /// Rows from..to less f[i] times the row w.
  void subtract(const T* f, const R* w, int64_t from, int64_t to, int64_t first) const {
    for (int64_t i = from; i < to; ++i) {
      const R re = -real(f[i]), im = -imag(f[i]);
      R* here = row(i);
      for (int64_t j = first / L * L; j < part; j += L) {
        W sum[P];
        SCI_UNROLL for (int p = 0; p < P; ++p) sum[p] = F::at(here + p * part + j);
        add_product(sum, re, im, w + j, part);
        SCI_UNROLL for (int p = 0; p < P; ++p) F::at(here + p * part + j) = sum[p];
      }
    }
  }

  template <int count>
  void sums_of_some(const R* u, int64_t i, int64_t first, T* out) const {
    W sum[count][P];
    SCI_UNROLL for (int c = 0; c < count; ++c) SCI_UNROLL for (int p = 0; p < P; ++p) sum[c][p] = W{};
    for (int64_t j = first / L * L; j < part; j += L) {
      const W re = F::at(u + j), im = F::at(u + (P - 1) * part + j);
      SCI_UNROLL for (int c = 0; c < count; ++c) {
        const W a = F::at(row(i + c) + j);
        sum[c][0] += re * a;
        if constexpr (is_complex<T>) {
          const W b = F::at(row(i + c) + part + j);
          sum[c][0] -= im * b;
          sum[c][P - 1] += re * b;
          sum[c][P - 1] += im * a;
        }
      }
    }
    SCI_UNROLL for (int c = 0; c < count; ++c) {
      R total[2] = {R(0), R(0)};
      SCI_UNROLL for (int p = 0; p < P; ++p) { SCI_UNROLL for (int l = 0; l < L; ++l) total[p] += sum[c][p][l]; }
      if constexpr (is_complex<T>)
        out[i + c] = {total[0], total[1]};
      else
        out[i + c] = total[0];
    }
  }
  /// out[i] becomes the sum of the products of row i and the row u, which is 0 in the first columns of its vectors.
  SCI_LANES_APART void sums(const R* u, int64_t from, int64_t to, int64_t first, T* out) const {
    int64_t i = from;
    for (; i + 4 <= to; i += 4) sums_of_some<4>(u, i, first, out);
    for (; i < to; ++i) sums_of_some<1>(u, i, first, out);
  }

  /// Applies I - tau v v^H, v of the places from..to, to the columns from `first` on; `f` has room for `to` numbers and
  /// w for a row.
  SCI_LANES_APART void reflect(const T* v, T tau, int64_t from, int64_t to, int64_t first, T* f, R* w) const {
    for (int64_t i = from; i < to; ++i) f[i] = conj(v[i]);
    combine(f, from, to, first, w);
    for (int64_t i = from; i < to; ++i) f[i] = tau * v[i];
    subtract(f, w, from, to, first);
  }
  /// The product H_0 H_1 ... of `count` reflections, in so many rows; row k of v, `rows` numbers long, has that of H_k,
  /// from place k + shift on.
  SCI_LANES_APART void set_product(const T* v, const T* tau, int64_t count, int64_t shift, int64_t rows, T* f,
                                   R* w) const {
    set_unit(rows);
    for (int64_t k = count - 1; k >= 0; --k) reflect(v + k * rows, tau[k], k + shift, rows, k + shift, f, w);
  }
  /// Rows from..from + count of the transpose of `m`, whose rows are as long as this has rows.
  SCI_LANES_APART void set_transpose(const Planes& m, int64_t rows, int64_t columns) const {
    for (int p = 0; p < P; ++p)
      for (int64_t i = 0; i < rows; i += L)
        for (int64_t j = 0; j < columns; j += L) {
          if (i + L <= rows && j + L <= m.part) {
            W block[L];
            SCI_UNROLL for (int l = 0; l < L; ++l) block[l] = F::at(m.row(i + l) + p * m.part + j);
            F::transpose(block);
            for (int l = 0; l < L && j + l < columns; ++l) F::at(row(j + l) + p * part + i) = block[l];
            continue;
          }
          for (int64_t r = i; r < min(rows, i + L); ++r)
            for (int64_t s = j; s < min(columns, j + L); ++s) row(s)[p * part + r] = m.row(r)[p * m.part + s];
        }
  }
};

/// Turns rows of z, of `packs` vectors each: rotation k turns rows k and k + 1 (linalg/tridiagonal.h).
template <class T>
struct RowTurns {
  using R = real_of<T>;
  using V = Pack<R, Planes<T>::L>;
  SCI_LANES_APART static void turn(const Planes<T>& z, int64_t first, int64_t last, const R* c, const R* s) {
    V* x = reinterpret_cast<V*>(z.x);
    const int64_t packs = Planes<T>::P * z.part / Planes<T>::L;
    int64_t j = 0;
    for (; j + 4 <= packs; j += 4) tridiagonal::turn<4>(x + j, packs, first, last, c, s);
    for (; j < packs; ++j) tridiagonal::turn<1>(x + j, packs, first, last, c, s);
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
