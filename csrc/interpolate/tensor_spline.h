// Tensor-product B-splines on a rectilinear grid, any number of dimensions.
// operator: sci/interpolate/_tensor_spline.py
//
// f(x) = sum c[i1, ..., id] B_i1(x_1) ... B_id(x_d), or a partial derivative of it. Degree 1 with the grid points as
// knots (the first and last one twice) is multilinear interpolation, and c the values; one dimension is a plain spline.
//
// Method     Per dimension: interval search (interval.h), the k + 1 B-splines that are not zero by the recurrence of de
//            Boor and Cox [1, X (BSPLVB)], derivatives by the difference rule of B-splines [1, X (16)] in the last nu
//            steps of that recurrence; then the products. Outside the grid the edge polynomials continue.
//            The adjoint in c as in piecewise.h: always in the order of the queries.
// Degrees    The template parameter K is the degree of all dimensions (1, 3, 5), known to the compiler; K = 0 reads the
//            degrees, any and different ones, from the grid.
// Edges      Repeated knots are fine: an empty interval is never chosen, that of the last knot is the last that is not
//            empty.
// Error      A few ulp of sum |c| B B ...
// Weak spot  CUDA adjoint: each of the cells around a coefficient computes its queries' B-splines again.
// Sources    [1] C. de Boor, A Practical Guide to Splines, revised edition, Springer 2001
#pragma once
#include "core/complex.h"
#include "interpolate/piecewise.h"

namespace sci {

/// The grid: per dimension the number of coefficients, where its knots start, and the order of differentiation.
struct TensorGrid {
  static constexpr int max_dims = 10;
  /// The most B-splines that are not zero at a point, all dimensions added, where degrees are not known to the
  /// compiler.
  static constexpr int max_weights = 64;
  int dims = 0;
  int64_t size[max_dims] = {}, step[max_dims] = {}, knots[max_dims] = {};
  int order[max_dims] = {}, degree[max_dims] = {}, weights[max_dims] = {};
};

/// The degree + 1 B-splines, or derivatives of them, that are not zero in [t[i], t[i + 1]).
template <class T>
SCI_HD void bspline_basis(const T* t, int64_t i, T x, int order, int K, T* b) {
  b[0] = T(1);
  SCI_NO_UNROLL
  for (int degree = 1; degree <= K; ++degree) {
    T carry = T(0);
    bool differentiate = degree > K - order;
    SCI_NO_UNROLL
    for (int j = 0; j < degree; ++j) {
      T left = t[i + 1 - degree + j], right = t[i + 1 + j];
      if (differentiate) {
        T slope = T(degree) * b[j] / (right - left);
        b[j] = carry - slope;
        carry = slope;
      } else {
        T part = b[j] / (right - left);
        b[j] = carry + (right - x) * part;
        carry = (x - left) * part;
      }
    }
    b[degree] = carry;
  }
  if (order > K)
    for (int j = 0; j <= K; ++j) b[j] = T(0);
}

/// The same as a function of its own where the compiler shall not repeat it.
template <class T, int K>
SCI_HD_LARGE void bspline_basis_of(const T* t, int64_t i, T x, int order, int degree, T* b) {
  bspline_basis(t, i, x, order, K > 0 ? K : degree, b);
}

/// The interval of x among the m of the knots t. Where the degree makes it matter, never an empty one; steps (degree 0)
/// have as their last value that of an empty interval.
template <class T>
SCI_HD int64_t find_knot_interval(const T* t, int64_t m, T x, int64_t last, int64_t degree) {
  int64_t i = find_interval_near(t, m, T(m) / (t[m] - t[0]), x, last);
  if (degree == 0) return i;
  SCI_NO_UNROLL
  while (i > 0 && t[i] == t[i + 1]) --i;
  SCI_NO_UNROLL
  while (i + 1 < m && t[i] == t[i + 1]) ++i;
  return i;
}

/// Item: a block of queries. The l with t[l] <= x < t[l + 1] among the knots t of a spline, the nearest one outside.
template <class T>
struct KnotInterval {
  const T* t;
  const T* query;
  int64_t* out;
  BatchSteps t_at, query_at;
  int64_t degree, m, count, block, blocks;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / blocks, first = item % blocks * block;
    int64_t size = first + block < count ? block : count - first;
    const T* own = t + t_at(batch) + degree;
    const T* x = query + query_at(batch) + first;
    int64_t* to = out + batch * count + first;
    find_intervals(own, m, x, size, int64_t(1), to);
    SCI_NO_UNROLL
    for (int64_t q = 0; q < size; ++q) {
      int64_t i = to[q];
      if (degree != 0) {
        SCI_NO_UNROLL
        while (i > 0 && own[i] == own[i + 1]) --i;
        SCI_NO_UNROLL
        while (i + 1 < m && own[i] == own[i + 1]) ++i;
      }
      to[q] = degree + i;
    }
  }
};

/// Item: a query. The B-splines that are not zero there, of the interval already found (n, degree + 1).
template <class T>
struct SplineRows {
  const T* t;
  const T* query;
  const int64_t* interval;
  T* out;
  int64_t degree, order;

  SCI_HD void operator()(int64_t item) const {
    bspline_basis(t, interval[item], query[item], int(order), int(degree), out + item * (degree + 1));
  }
};

/// Item: an interval of a spline of one variable. Its polynomial in powers of the distance from its left knot, divided
/// as the derivative wanted has them: `powers` of them per interval, the highest first.
template <class T, class V>
struct SplinePowers {
  const V* c;
  const T* t;
  V* out;
  int64_t degree, powers, order;

  SCI_HD void operator()(int64_t i) const {
    T basis[TensorGrid::max_weights];
    V* to = out + i * powers;
    T factorial = T(1);
    for (int64_t p = 0; p < powers; ++p) {
      V sum = V(T(0));
      if (t[i + degree] < t[i + degree + 1]) {
        bspline_basis(t, i + degree, t[i + degree], int(order + p), int(degree), basis);
        for (int64_t j = 0; j <= degree; ++j) sum += c[i + j] * basis[j];
      }
      to[powers - 1 - p] = sum / factorial;
      factorial *= T(p + 1);
    }
  }
};

/// Item: a block of queries of a spline whose polynomials are known.
template <class T, class V>
struct SplineFromPowers {
  const V* table;
  const T* t;  // the knots of the base interval
  const T* query;
  V* out;
  int64_t m, powers, count, block;

  SCI_HD void operator()(int64_t item) const {
    int64_t first = item * block, size = first + block < count ? block : count - first;
    int64_t intervals[search_block];
    find_intervals(t, m, query + first, size, int64_t(1), intervals);
    for (int64_t q = 0; q < size; ++q) {
      int64_t i = intervals[q];
      while (i > 0 && t[i] == t[i + 1]) --i;
      while (i + 1 < m && t[i] == t[i + 1]) ++i;
      T s = query[first + q] - t[i];
      const V* a = table + i * powers;
      V sum = a[0];
      for (int64_t p = 1; p < powers; ++p) sum = sum * s + a[p];
      out[first + q] = isnan(s) ? V(limits<T>::nan) : sum;
    }
  }
};

/// The adjoint of both, on the CPU: gradients of queries, in their order, to powers, and these to coefficients. `table`
/// (m, powers) and `out` start as zero.
template <class T, class V>
struct SplinePowersAdjoint {
  const V* grad;
  const T* t;  // all knots
  const T* query;
  V* table;
  V* out;
  int64_t degree, m, powers, order, count;

  SCI_HD void operator()() const {
    const T* own = t + degree;
    int64_t intervals[search_block];
    for (int64_t first = 0; first < count; first += search_block) {
      const int64_t size = count - first < search_block ? count - first : search_block;
      find_intervals(own, m, query + first, size, int64_t(1), intervals);
      for (int64_t q = 0; q < size; ++q) {
        int64_t i = intervals[q];
        while (i > 0 && own[i] == own[i + 1]) --i;
        while (i + 1 < m && own[i] == own[i + 1]) ++i;
        T s = query[first + q] - own[i];
        if (isnan(s)) continue;
        V sent = grad[first + q];
        V* to = table + i * powers;
        for (int64_t p = powers - 1; p >= 0; --p) {
          to[p] += sent;
          sent = sent * s;
        }
      }
    }
    T basis[TensorGrid::max_weights];
    for (int64_t i = 0; i < m; ++i) {
      if (!(own[i] < own[i + 1])) continue;
      T factorial = T(1);
      for (int64_t p = 0; p < powers; ++p) {
        bspline_basis(t, i + degree, own[i], int(order + p), int(degree), basis);
        V sent = table[i * powers + powers - 1 - p] / factorial;
        for (int64_t j = 0; j <= degree; ++j) out[i + j] += sent * basis[j];
        factorial *= T(p + 1);
      }
    }
  }
};

/// One query: the cell it is in, and the B-splines there.
template <class T, int K>
struct TensorQuery {
  T all_weights[K > 0 ? TensorGrid::max_dims * (K + 1) : TensorGrid::max_weights];
  int64_t cell[TensorGrid::max_dims];  // the first of the coefficients that count, per dimension

  SCI_HD static int degree(const TensorGrid& grid, int k) { return K > 0 ? K : grid.degree[k]; }
  SCI_HD T* weight(const TensorGrid& grid, int k) { return all_weights + (K > 0 ? k * (K + 1) : grid.weights[k]); }
  SCI_HD const T* weight(const TensorGrid& grid, int k) const {
    return all_weights + (K > 0 ? k * (K + 1) : grid.weights[k]);
  }
  SCI_HD void start(const TensorGrid& grid) {
    SCI_NO_UNROLL
    for (int k = 0; k < grid.dims; ++k) cell[k] = 0;
  }
  /// Looks near the cells that are set. False where a coordinate is NaN.
  SCI_HD bool locate(const TensorGrid& grid, const T* knots, const T* x) {
    SCI_NO_UNROLL
    for (int k = 0; k < grid.dims; ++k) {
      if (isnan(x[k])) return false;
      cell[k] = find_knot_interval(knots + grid.knots[k] + degree(grid, k), grid.size[k] - degree(grid, k), x[k],
                                   cell[k], degree(grid, k));
    }
    return true;
  }
  SCI_HD void weigh(const TensorGrid& grid, const T* knots, const T* x) {
    SCI_NO_UNROLL
    for (int k = 0; k < grid.dims; ++k)
      bspline_basis_of<T, K>(knots + grid.knots[k], cell[k] + degree(grid, k), x[k], grid.order[k], degree(grid, k),
                             weight(grid, k));
  }

  /// Calls visit(offset, product) for each run of coefficients along the last dimension.
  template <class Visit>
  SCI_HD void runs(const TensorGrid& grid, const Visit& visit) const {
    const int last = grid.dims - 1;
    int digit[TensorGrid::max_dims] = {};
    T product[TensorGrid::max_dims + 1];
    int64_t offset[TensorGrid::max_dims + 1];
    product[0] = T(1);
    offset[0] = 0;
    SCI_NO_UNROLL
    for (int k = 0; k <= last; ++k) offset[0] += cell[k] * grid.step[k];
    int k = 0;
    SCI_NO_UNROLL
    for (;;) {
      SCI_NO_UNROLL
      for (; k < last; ++k) {
        product[k + 1] = product[k] * weight(grid, k)[digit[k]];
        offset[k + 1] = offset[k] + digit[k] * grid.step[k];
      }
      visit(offset[last], product[last]);
      SCI_NO_UNROLL
      for (--k; k >= 0 && ++digit[k] > degree(grid, k); --k) digit[k] = 0;
      if (k < 0) return;
    }
  }
};

/// Item: a block of queries of one batch element, and of their columns every 2^part_bits-th. The grid's steps count
/// rows of `columns` values.
template <class T, class V, int K>
struct TensorEvaluate {
  const V* c;
  const T* knots;
  const T* query;
  V* out;
  BatchSteps c_at, knots_at, query_at;
  TensorGrid grid;
  int64_t columns, count, block, blocks;
  int part_bits;

  SCI_HD void operator()(int64_t item) const {
    const int64_t parts = int64_t(1) << part_bits, part = item & (parts - 1);
    item >>= part_bits;
    const int64_t batch = item < blocks ? 0 : item / blocks, first = (item - batch * blocks) * block;
    int64_t end = first + block < count ? first + block : count;
    const V* coefficients = c + c_at(batch);
    const T* t = knots + knots_at(batch);
    const T* x = query + query_at(batch) + first * grid.dims;
    V* to = out + (batch * count + first) * columns;
    TensorQuery<T, K> here;
    here.start(grid);
    const int run = TensorQuery<T, K>::degree(grid, grid.dims - 1);
    SCI_NO_UNROLL
    for (int64_t q = first; q < end; ++q, x += grid.dims, to += columns) {
      if (!here.locate(grid, t, x)) {
        SCI_NO_UNROLL
        for (int64_t j = part; j < columns; j += parts) to[j] = V(limits<T>::nan);
        continue;
      }
      here.weigh(grid, t, x);
      const T* weight = here.weight(grid, grid.dims - 1);
      if (columns == 1 && grid.dims == 1) {
        const V* from = coefficients + here.cell[0];
        V sum = from[0] * weight[0];
        for (int j = 1; j <= run; ++j) sum += from[j] * weight[j];
        to[0] = sum;
      } else if (columns == 1 && grid.dims == 2) {
        V sum = V(T(0));
        const T* outer = here.weight(grid, 0);
        const V* from = coefficients + here.cell[0] * grid.step[0] + here.cell[1];
        for (int i = 0; i <= TensorQuery<T, K>::degree(grid, 0); ++i, from += grid.step[0]) {
          V part = from[0] * weight[0];
          for (int j = 1; j <= run; ++j) part += from[j] * weight[j];
          sum += part * outer[i];
        }
        to[0] = sum;
      } else if (columns == 1) {
        V sum = V(T(0));
        here.runs(grid, [&](int64_t offset, T product) {
          const V* from = coefficients + offset;
          V part = from[0] * weight[0];
          for (int j = 1; j <= run; ++j) part += from[j] * weight[j];
          sum += part * product;
        });
        to[0] = sum;
      } else if (parts > 1) {
        SCI_NO_UNROLL
        for (int64_t j = part; j < columns; j += parts) {
          V sum = V(T(0));
          here.runs(grid, [&](int64_t offset, T product) {
            const V* from = coefficients + offset * columns + j;
            V run_sum = from[0] * weight[0];
            for (int i = 1; i <= run; ++i) run_sum += from[i * columns] * weight[i];
            sum += run_sum * product;
          });
          to[j] = sum;
        }
      } else {
        SCI_NO_UNROLL
        for (int64_t j = 0; j < columns; ++j) to[j] = V(T(0));
        here.runs(grid, [&](int64_t offset, T product) {
          const V* from = coefficients + offset * columns;
          for (int i = 0; i <= run; ++i, from += columns) {
            T factor = product * weight[i];
            SCI_NO_UNROLL
            for (int64_t j = 0; j < columns; ++j) to[j] += from[j] * factor;
          }
        });
      }
    }
  }
};

/// The adjoint on the CPU. Item: a block of columns of one batch element; `out` starts as zero.
template <class T, class V, int K>
struct TensorScatter {
  const V* grad;
  const T* knots;
  const T* query;
  V* out;
  BatchSteps grad_at, knots_at, query_at;
  TensorGrid grid;
  int64_t columns, count, total, block, blocks;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / blocks, first = item % blocks * block;
    int64_t end = first + block < columns ? first + block : columns;
    const V* from = grad + grad_at(batch);
    const T* t = knots + knots_at(batch);
    const T* x = query + query_at(batch);
    V* coefficients = out + batch * total * columns;
    TensorQuery<T, K> here;
    here.start(grid);
    const int run = TensorQuery<T, K>::degree(grid, grid.dims - 1);
    int64_t intervals[search_block];
    const int64_t cells = grid.size[0] - run;  // of a spline of one variable
    SCI_NO_UNROLL
    for (int64_t q = 0; q < count; ++q, x += grid.dims, from += columns) {
      if (grid.dims == 1) {
        if (q % search_block == 0)
          find_intervals(t + run, cells, x, count - q < search_block ? count - q : search_block, int64_t(1), intervals);
        here.cell[0] = intervals[q % search_block];  // `locate` below looks there first
      }
      if (!here.locate(grid, t, x)) continue;
      here.weigh(grid, t, x);
      const T* weight = here.weight(grid, grid.dims - 1);
      here.runs(grid, [&](int64_t offset, T product) {
        V* to = coefficients + offset * columns;
        for (int i = 0; i <= run; ++i, to += columns) {
          T factor = product * weight[i];
          SCI_NO_UNROLL
          for (int64_t j = first; j < end; ++j) to[j] += from[j] * factor;
        }
      });
    }
  }
};

/// Item: a query. The number of its cell among all cells, or -1 where it has none.
template <class T, int K>
struct TensorCell {
  const T* knots;
  const T* query;
  int64_t* out;
  BatchSteps knots_at, query_at;
  TensorGrid grid;
  int64_t count;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / count;
    TensorQuery<T, K> here;
    here.start(grid);
    int64_t cell = -1;
    if (here.locate(grid, knots + knots_at(batch), query + query_at(batch) + item % count * grid.dims)) {
      cell = 0;
      SCI_NO_UNROLL
      for (int k = 0; k < grid.dims; ++k) cell = cell * (grid.size[k] - here.degree(grid, k)) + here.cell[k];
    }
    out[item] = cell;
  }
};

/// The adjoint on CUDA, with the queries sorted by cell. Item: one coefficient of one batch element.
template <class T, class V, int K>
struct TensorGather {
  const V* grad;
  const T* knots;
  const T* query;
  const int64_t* cells;  // sorted
  const int64_t* order;  // the query in each place
  V* out;
  BatchSteps grad_at, knots_at, query_at;
  TensorGrid grid;
  int64_t columns, count, total;

  SCI_HD void operator()(int64_t item) const {
    int64_t column = item % columns, place = item / columns % total, batch = item / columns / total;
    const int64_t* sorted = cells + batch * count;
    const V* from = grad + grad_at(batch) + column;
    const T* t = knots + knots_at(batch);
    const T* queries = query + query_at(batch);
    int64_t index[TensorGrid::max_dims];
    SCI_NO_UNROLL
    for (int k = 0; k < grid.dims; ++k) {
      index[k] = place / grid.step[k];
      place -= index[k] * grid.step[k];
    }
    // All cells that reach this coefficient: it is number digit[k] of the K + 1 in dimension k.
    int digit[TensorGrid::max_dims] = {};
    V sum = V(T(0));
    for (;;) {
      int64_t cell = 0;
      bool exists = true;
      SCI_NO_UNROLL
      for (int k = 0; k < grid.dims; ++k) {
        int64_t c = index[k] - digit[k];
        int64_t intervals = grid.size[k] - TensorQuery<T, K>::degree(grid, k);
        exists = exists && c >= 0 && c < intervals;
        cell = cell * intervals + c;
      }
      if (exists) {
        SCI_NO_UNROLL
        for (int64_t at = first_not_below(sorted, count, cell); at < count && sorted[at] == cell; ++at) {
          int64_t q = order[batch * count + at];
          const T* x = queries + q * grid.dims;
          T product = T(1);
          SCI_NO_UNROLL
          for (int k = 0; k < grid.dims; ++k) {
            T weight[K > 0 ? K + 1 : TensorGrid::max_weights];
            int degree = TensorQuery<T, K>::degree(grid, k);
            bspline_basis_of<T, K>(t + grid.knots[k], index[k] - digit[k] + degree, x[k], grid.order[k], degree,
                                   weight);
            product *= weight[digit[k]];
          }
          sum += from[q * columns] * product;
        }
      }
      int k = grid.dims - 1;
      SCI_NO_UNROLL
      for (; k >= 0 && ++digit[k] > TensorQuery<T, K>::degree(grid, k); --k) digit[k] = 0;
      if (k < 0) break;
    }
    out[item] = sum;
  }
};

}  // namespace sci
