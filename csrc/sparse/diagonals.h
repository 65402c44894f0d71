// y = A x and y = A^H x for a matrix given by its diagonals, in blocks of rows: values[places[block, d] + i] is the
// entry of row i of the block on diagonal d, 0 where A has none. Where these are all the same, as they mostly are for
// operators with constant coefficients, the place is -1 and constants[block, d] stands for them. Where diagonals are
// full, as for stencils on grids, this takes two thirds of the memory of compressed rows with int32 indices and less,
// and all of it is read in order. An item is a block of y. Summed in the order of the diagonals.
#pragma once
#include "sparse/csr_matmul.h"
#include "sparse/vector_lanes.h"

namespace sci {

template <class T>
struct Diagonals {
  static constexpr int64_t length = 1024;
  const T* values = nullptr;
  const int64_t* places = nullptr;  // (blocks, count)
  const T* constants = nullptr;     // (blocks, count)
  const int64_t* offsets = nullptr;
  int64_t count = 0, rows = 0, columns = 0;

  /// Elements [begin, end) of y = A x.
  void product(int64_t begin, int64_t end, const T* x, T* y) const {
    for (int64_t i = begin; i < end; ++i) y[i] = T(0);
    for (int64_t row = begin, stop; row < end; row = stop) {
      int64_t block = row / length;
      stop = min(end, (block + 1) * length);
      for (int64_t d = 0; d < count; ++d) {
        int64_t low = max(row, -offsets[d]), high = min(stop, columns - offsets[d]), at = block * count + d;
        if (low >= high) continue;
        if (places[at] >= 0)
          add(values + places[at] + low - block * length, x + low + offsets[d], y + low, high - low);
        else if (constants[at] != T(0))
          vector_add(y + low, constants[at], x + low + offsets[d], y + low, high - low);
      }
    }
  }
  /// Elements [begin, end) of y = A^H x.
  void adjoint(int64_t begin, int64_t end, const T* x, T* y) const {
    for (int64_t j = begin; j < end; ++j) y[j] = T(0);
    for (int64_t d = count - 1; d >= 0; --d) {
      int64_t last = min(end - offsets[d], rows);
      for (int64_t row = max(begin - offsets[d], int64_t(0)), stop; row < last; row = stop) {
        int64_t block = row / length, at = block * count + d, j = row + offsets[d];
        stop = min(last, (block + 1) * length);
        if (places[at] >= 0)
          add_conj(values + places[at] + row - block * length, x + row, y + j, stop - row);
        else if (constants[at] != T(0))
          vector_add(y + j, T(conj(constants[at])), x + row, y + j, stop - row);
      }
    }
  }

  template <class R>
  static void add(const R* v, const R* x, R* y, int64_t n) {
    vector_add_products(v, x, y, n);
  }
  template <class R>
  static void add(const complex<R>* v, const complex<R>* x, complex<R>* y, int64_t n) {
    for (int64_t i = 0; i < n; ++i) csr_add(y[i], v[i], x[i]);
  }
  template <class R>
  static void add_conj(const R* v, const R* x, R* y, int64_t n) {
    vector_add_products(v, x, y, n);
  }
  template <class R>
  static void add_conj(const complex<R>* v, const complex<R>* x, complex<R>* y, int64_t n) {
    for (int64_t i = 0; i < n; ++i) csr_add(y[i], conj(v[i]), x[i]);
  }
};

/// Products with vectors x (members, columns): each block of the matrix is read once for all members.
template <class T>
struct DiagonalsProduct : Diagonals<T> {
  const T* x;
  T* y;
  int64_t members;
  bool adjoint_;

  void operator()(int64_t item) const {
    int64_t across = adjoint_ ? this->rows : this->columns, down = adjoint_ ? this->columns : this->rows;
    int64_t begin = item * this->length, end = min(begin + this->length, down);
    for (int64_t m = 0; m < members; ++m)
      if (adjoint_)
        this->adjoint(begin, end, x + m * across, y + m * down);
      else
        this->product(begin, end, x + m * across, y + m * down);
  }
};

}  // namespace sci
