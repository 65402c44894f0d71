// Queries on a rectilinear grid: whether they are inside, and the nearest grid point     used by:
// sci/interpolate/_rgi.py
//
// Method     comparisons with the ends; interval search (interval.h) in each dimension, and of the interval's two
// points
//            the nearer one, the lower one of two equally near
#pragma once
#include "interpolate/tensor_spline.h"

namespace sci {

/// What a query is: 0 inside, 1 outside in some dimension, 2 with a NaN (and inside in the others), 3 both.
/// Item: a query (n, d) of one batch element; ends (2, d).
template <class T>
struct GridPlaces {
  const T* query;
  const T* ends;
  unsigned char* out;
  BatchSteps query_at, ends_at;
  int64_t dims, count;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / count;
    const T* x = query + query_at(batch) + item % count * dims;
    const T* low = ends + ends_at(batch);
    int place = 0;
    for (int64_t k = 0; k < dims; ++k) {
      if (isnan(x[k])) place |= 2;
      if (x[k] < low[k] || x[k] > low[dims + k]) place |= 1;
    }
    out[item] = static_cast<unsigned char>(place);
  }
};

/// The number of the nearest grid point in row-major order; 0 where a coordinate is NaN. `grid` counts one column.
/// Item: a query.
template <class T>
struct GridNearest {
  const T* points;
  const T* query;
  int64_t* out;
  BatchSteps points_at, query_at;
  TensorGrid grid;
  int64_t count;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / count;
    const T* x = query + query_at(batch) + item % count * grid.dims;
    const T* all = points + points_at(batch);
    int64_t place = 0;
    for (int k = 0; k < grid.dims; ++k) {
      const T* t = all + grid.knots[k];
      int64_t m = grid.size[k] - 1;
      if (isnan(x[k])) {
        out[item] = 0;
        return;
      }
      if (m == 0) continue;
      int64_t i = find_interval(t, m, x[k], guess_interval(t, m, T(m) / (t[m] - t[0]), x[k]));
      place += (i + ((x[k] - t[i]) / (t[i + 1] - t[i]) > T(0.5))) * grid.step[k];
    }
    out[item] = place;
  }
};

}  // namespace sci
