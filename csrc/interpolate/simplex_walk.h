// Which simplex of a triangulation holds a point, and its barycentric coordinates        used by: _scattered.py
//
// Method   A grid of cells knows a simplex near each place. From there the walk goes to the neighbour opposite to the
//          vertex with the most negative coordinate, until none is negative beyond rounding, or the hull is left (a
//          Delaunay triangulation has no cycles: H. Edelsbrunner, An acyclicity theorem for cell complexes in d
//          dimensions, Combinatorica 10 (1990) 251).
// Edges    -1 outside. -2 where a simplex without volume, or the limit of steps, stopped the walk.
#pragma once
#include "core/platform.h"

namespace sci {

/// Item: a point (d,). inverse (simplices, d, d) takes an offset from the last vertex to the first d coordinates.
template <class T>
struct SimplexWalk {
  static constexpr int max_dims = 8;
  const T* inverse;
  const T* origin;
  const int64_t* neighbors;
  const T* low;    // of the grid of cells
  const T* scale;  // cells per unit of length
  const int64_t* starts;
  const T* x;
  int64_t* found;
  T* weights;
  int64_t d, cells, limit;
  T tolerance;

  SCI_HD void operator()(int64_t item) const {
    const T* at = x + item * d;
    T* b = weights + item * (d + 1);
    int64_t cell = 0;
    bool fine = true;
    SCI_NO_UNROLL
    for (int64_t k = 0; k < d; ++k) {
      T place = (at[k] - low[k]) * scale[k];
      fine = fine && !isnan(place);
      int64_t i = place > T(0) ? (place < T(cells) ? int64_t(place) : cells - 1) : 0;
      cell = cell * cells + i;
    }
    int64_t s = fine ? starts[cell] : -1;
    if (fine && s < 0) s = 0;
    SCI_NO_UNROLL
    for (int64_t step = 0; s >= 0; ++step) {
      const T* m = inverse + s * d * d;
      const T* from = origin + s * d;
      T last = T(1), least = T(0);
      int64_t worst = -1;
      bool broken = false;
      SCI_NO_UNROLL
      for (int64_t i = 0; i < d; ++i) {
        T sum = T(0);
        SCI_NO_UNROLL
        for (int64_t k = 0; k < d; ++k) sum += m[i * d + k] * (at[k] - from[k]);
        b[i] = sum;
        last -= sum;
        broken = broken || !(sum - sum == T(0));
        if (sum < least) {
          least = sum;
          worst = i;
        }
      }
      b[d] = last;
      if (last < least) {
        least = last;
        worst = d;
      }
      if (broken || step >= limit) {
        s = -2;
      } else if (worst < 0 || least >= -tolerance) {
        break;
      } else {
        s = neighbors[s * (d + 1) + worst];
      }
    }
    found[item] = s;
  }
};

}  // namespace sci
