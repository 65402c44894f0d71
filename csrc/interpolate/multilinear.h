// Multilinear interpolation in two or three dimensions: values, all slopes, the adjoint    operator: _tensor_spline.py
//
// The case of tensor_spline.h that is asked for most, degree 1 and one column of real values, with the dimensions known
// to the compiler and queries in blocks: their intervals are searched together, and the weights have no branches.
//
// Weights    (right - x) / (right - left) and (x - left) / (right - left): exact at both ends. Of a first derivative
//            -1 / (right - left) and 1 / (right - left), of a higher one 0.
// Edges      As tensor_spline.h: no empty interval is chosen, the edge's polynomial continues, NaN gives NaN.
#pragma once
#include "interpolate/tensor_spline.h"

namespace sci {

/// A block of queries (count, D): the first coefficient of the cell of each, and its two weights per dimension.
template <class T, int D>
struct MultilinearBlock {
  int64_t first[search_block];
  T low[D][search_block], high[D][search_block];

  SCI_HD void locate(const TensorGrid& grid, const T* knots, const T* x, int64_t count) {
    int64_t cell[search_block];
    for (int64_t q = 0; q < count; ++q) first[q] = 0;
    for (int k = 0; k < D; ++k) {
      const T* t = knots + grid.knots[k] + 1;
      const int64_t m = grid.size[k] - 1;
      const int order = grid.order[k];
      find_intervals(t, m, x + k, count, int64_t(D), cell);
      SCI_NO_UNROLL
      for (int64_t q = 0; q < count; ++q) {
        int64_t i = cell[q];
        while (i > 0 && t[i] == t[i + 1]) --i;
        while (i + 1 < m && t[i] == t[i + 1]) ++i;
        first[q] += i * grid.step[k];
        T at = x[q * D + k], width = t[i + 1] - t[i];
        if (order == 0) {
          low[k][q] = (t[i + 1] - at) / width;
          high[k][q] = (at - t[i]) / width;
        } else {
          T slope = isnan(at) ? limits<T>::nan : order == 1 ? T(1) / width : T(0);
          low[k][q] = -slope;
          high[k][q] = slope;
        }
      }
    }
  }

  /// Calls visit(offset, weight) for the corners of the cell of query q.
  template <class Visit>
  SCI_HD void corners(const TensorGrid& grid, int64_t q, const Visit& visit) const {
    if constexpr (D == 2) {
      for (int i = 0; i < 2; ++i) {
        T a = i ? high[0][q] : low[0][q];
        int64_t from = first[q] + i * grid.step[0];
        visit(from, a * low[1][q]);
        visit(from + 1, a * high[1][q]);
      }
    } else {
      for (int i = 0; i < 4; ++i) {
        T a = (i & 2 ? high[0][q] : low[0][q]) * (i & 1 ? high[1][q] : low[1][q]);
        int64_t from = first[q] + (i >> 1) * grid.step[0] + (i & 1) * grid.step[1];
        visit(from, a * low[2][q]);
        visit(from + 1, a * high[2][q]);
      }
    }
  }
};

/// Where an item's block of queries is.
struct MultilinearItem {
  BatchSteps c_at, knots_at, query_at;
  int64_t count, block, blocks;

  SCI_HD int64_t batch(int64_t item) const { return item < blocks ? 0 : item / blocks; }
  SCI_HD int64_t first(int64_t item) const { return (item - batch(item) * blocks) * block; }
  SCI_HD int64_t size(int64_t item) const {
    int64_t left = count - first(item);
    return left < block ? left : block;
  }
};

/// Item: a block of queries. out (*, n).
template <class T, int D>
struct MultilinearEvaluate {
  const T* c;
  const T* knots;
  const T* query;
  T* out;
  TensorGrid grid;
  MultilinearItem items;

  SCI_HD void operator()(int64_t item) const {
    const int64_t batch = items.batch(item), size = items.size(item);
    const T* from = c + items.c_at(batch);
    T* to = out + batch * items.count + items.first(item);
    MultilinearBlock<T, D> here;
    here.locate(grid, knots + items.knots_at(batch), query + items.query_at(batch) + items.first(item) * D, size);
    SCI_NO_UNROLL
    for (int64_t q = 0; q < size; ++q) {
      T sum = T(0);
      here.corners(grid, q, [&](int64_t at, T weight) { sum += from[at] * weight; });
      to[q] = sum;
    }
  }
};

/// Item: a block of queries. The derivatives in all coordinates, each of one order more than the grid says: (*, n, D).
template <class T, int D>
struct MultilinearSlopes {
  const T* c;
  const T* knots;
  const T* query;
  T* out;
  TensorGrid grid;
  MultilinearItem items;

  SCI_HD void operator()(int64_t item) const {
    const int64_t batch = items.batch(item), size = items.size(item);
    const T* from = c + items.c_at(batch);
    T* to = out + (batch * items.count + items.first(item)) * D;
    MultilinearBlock<T, D> here, steep;
    const T* t = knots + items.knots_at(batch);
    const T* x = query + items.query_at(batch) + items.first(item) * D;
    here.locate(grid, t, x, size);
    TensorGrid raised = grid;
    for (int k = 0; k < D; ++k) ++raised.order[k];
    steep.locate(raised, t, x, size);
    SCI_NO_UNROLL
    for (int64_t q = 0; q < size; ++q) {
      // Of the last dimension first: the value and the slope of each run along it, then of the runs.
      T value[D == 3 ? 4 : 2], slope[D == 3 ? 4 : 2];
      for (int i = 0; i < (D == 3 ? 4 : 2); ++i) {
        int64_t at = here.first[q];
        if constexpr (D == 3)
          at += (i >> 1) * grid.step[0] + (i & 1) * grid.step[1];
        else
          at += i * grid.step[0];
        value[i] = from[at] * here.low[D - 1][q] + from[at + 1] * here.high[D - 1][q];
        slope[i] = from[at] * steep.low[D - 1][q] + from[at + 1] * steep.high[D - 1][q];
      }
      T a = here.low[0][q], b = here.high[0][q];
      if constexpr (D == 3) {
        T low = here.low[1][q], high = here.high[1][q];
        T front = value[0] * low + value[1] * high, back = value[2] * low + value[3] * high;
        to[q * D] = front * steep.low[0][q] + back * steep.high[0][q];
        to[q * D + 1] =
            (value[0] * a + value[2] * b) * steep.low[1][q] + (value[1] * a + value[3] * b) * steep.high[1][q];
        to[q * D + 2] = (slope[0] * low + slope[1] * high) * a + (slope[2] * low + slope[3] * high) * b;
      } else {
        to[q * D] = value[0] * steep.low[0][q] + value[1] * steep.high[0][q];
        to[q * D + 1] = slope[0] * a + slope[1] * b;
      }
    }
  }
};

/// The adjoint on the CPU. Item: a batch element, whose queries go in their order; `out` starts as zero.
template <class T, int D>
struct MultilinearScatter {
  const T* grad;
  const T* knots;
  const T* query;
  T* out;
  TensorGrid grid;
  MultilinearItem items;  // `c_at` is that of the gradients
  int64_t total;

  SCI_HD void operator()(int64_t batch) const {
    const T* from = grad + items.c_at(batch);
    const T* x = query + items.query_at(batch);
    T* to = out + batch * total;
    MultilinearBlock<T, D> here;
    SCI_NO_UNROLL
    for (int64_t first = 0; first < items.count; first += search_block) {
      int64_t left = items.count - first, size = left < search_block ? left : search_block;
      here.locate(grid, knots + items.knots_at(batch), x + first * D, size);
      SCI_NO_UNROLL
      for (int64_t q = 0; q < size; ++q) {
        bool known = true;
        for (int k = 0; k < D; ++k) known = known && !isnan(x[(first + q) * D + k]);
        if (!known) continue;
        here.corners(grid, q, [&](int64_t at, T weight) { to[at] += from[first + q] * weight; });
      }
    }
  }
};

}  // namespace sci
