// Piecewise polynomials of several variables at many points                             used by: _ndppoly.py
//
// Method   Interval search per dimension (interval.h), then Horner's rule in the last dimension, whose results are the
//          coefficients of the dimension before, and so on.
// Error    a few ulp of the sum of absolute terms.
// Edges    NaN for NaN and, without extrapolation, outside; a point on a breakpoint belongs to the interval on its
// right.
#pragma once
#include "core/complex.h"
#include "interpolate/interval.h"

namespace sci {

/// Item: a block of queries (n, dims). The steps say where coefficients are: per power, per interval, per column.
template <class T, class V>
struct NdPolynomial {
  static constexpr int max_dims = 10;
  const V* c;
  const T* breaks;  // of all dimensions, one after the other
  const T* query;
  V* out;
  int dims;
  int64_t powers[max_dims], cells[max_dims], order[max_dims], power_step[max_dims], cell_step[max_dims];
  int64_t columns, column_step, count, block;
  bool extrapolate;

  SCI_HD void operator()(int64_t item) const {
    const int64_t begin = item * block, size = begin + block < count ? block : count - begin;
    const T* x = query + begin * dims;
    int64_t cell[max_dims][search_block];
    const T* t = breaks;
    for (int k = 0; k < dims; t += cells[k] + 1, ++k) find_intervals(t, cells[k], x + k, size, int64_t(dims), cell[k]);
    SCI_NO_UNROLL
    for (int64_t q = 0; q < size; ++q, x += dims) {
      T step[max_dims];
      int64_t first = 0;
      bool known = true;
      t = breaks;
      SCI_NO_UNROLL
      for (int k = 0; k < dims; t += cells[k] + 1, ++k) {
        step[k] = x[k] - t[cell[k][q]];
        first += cell[k][q] * cell_step[k];
        known = known && !isnan(x[k]) && (extrapolate || (x[k] >= t[0] && x[k] <= t[cells[k]]));
      }
      V* to = out + (begin + q) * columns;
      SCI_NO_UNROLL
      for (int64_t j = 0; j < columns; ++j)
        to[j] = known ? value(c + first + j * column_step, step) : V(limits<T>::nan);
    }
  }

 private:
  SCI_HD V value(const V* from, const T* step) const {
    const int last = dims - 1;
    V sum[max_dims];
    int64_t digit[max_dims];
    for (int k = 0; k < dims; ++k) {
      sum[k] = V(T(0));
      digit[k] = 0;
      if (powers[k] <= order[k]) return V(T(0));
    }
    SCI_NO_UNROLL
    for (;;) {
      V part = V(T(0));
      SCI_NO_UNROLL
      for (int64_t j = 0; j < powers[last] - order[last]; ++j)
        part = part * step[last] + from[j * power_step[last]] * factor(last, j);
      int k = last - 1;
      SCI_NO_UNROLL
      for (; k >= 0; --k) {
        sum[k] = sum[k] * step[k] + part * factor(k, digit[k]);
        from += power_step[k];
        if (++digit[k] < powers[k] - order[k]) break;
        from -= digit[k] * power_step[k];
        digit[k] = 0;
        part = sum[k];
        sum[k] = V(T(0));
      }
      if (k < 0) return part;
    }
  }

  /// What differentiation makes of the coefficient number j of dimension k: p (p - 1) ... of its power p.
  SCI_HD T factor(int k, int64_t j) const {
    T made = T(1);
    SCI_NO_UNROLL
    for (int64_t i = 0; i < order[k]; ++i) made *= T(powers[k] - 1 - j - i);
    return made;
  }
};

}  // namespace sci
