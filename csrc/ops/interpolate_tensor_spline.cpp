#include "interpolate/multilinear.h"
#include "interpolate/tensor_spline.h"
#include "interpolate_shared.h"

#define KERNELS(T, V, K)                                                  \
  SCI_KERNEL("interpolate/tensor_spline.h", sci::TensorEvaluate<T, V, K>) \
  SCI_KERNEL("interpolate/tensor_spline.h", sci::TensorGather<T, V, K>)
#define KERNELS_OF_DEGREE(K)                                           \
  KERNELS(float, float, K)                                             \
  KERNELS(double, double, K)                                           \
  KERNELS(float, sci::complex<float>, K)                               \
  KERNELS(double, sci::complex<double>, K)                             \
  SCI_KERNEL("interpolate/tensor_spline.h", sci::TensorCell<float, K>) \
  SCI_KERNEL("interpolate/tensor_spline.h", sci::TensorCell<double, K>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplinePowers<float, float>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplinePowers<double, double>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplinePowers<float, sci::complex<float>>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplinePowers<double, sci::complex<double>>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineFromPowers<float, float>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineFromPowers<double, double>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineFromPowers<float, sci::complex<float>>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineFromPowers<double, sci::complex<double>>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::KnotInterval<float>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::KnotInterval<double>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineRows<float>)
SCI_KERNEL("interpolate/tensor_spline.h", sci::SplineRows<double>)
KERNELS_OF_DEGREE(0)
KERNELS_OF_DEGREE(1)
KERNELS_OF_DEGREE(3)
KERNELS_OF_DEGREE(5)
#define MULTILINEAR(T, D)                                                 \
  SCI_KERNEL("interpolate/multilinear.h", sci::MultilinearEvaluate<T, D>) \
  SCI_KERNEL("interpolate/multilinear.h", sci::MultilinearSlopes<T, D>)
MULTILINEAR(float, 2)
MULTILINEAR(float, 3)
MULTILINEAR(double, 2)
MULTILINEAR(double, 3)

namespace {

using namespace sci;

/// Calls f with the degree as a constant: that of all dimensions if there is a kernel for it, else 0.
template <class F>
void dispatch_degree(const TensorGrid& grid, F&& f) {
  int same = grid.degree[0];
  for (int k = 1; k < grid.dims; ++k)
    if (grid.degree[k] != same) same = 0;
  switch (same) {
    case 1: f(std::integral_constant<int, 1>{}); break;
    case 3: f(std::integral_constant<int, 3>{}); break;
    case 5: f(std::integral_constant<int, 5>{}); break;
    default: f(std::integral_constant<int, 0>{});
  }
}

TensorGrid grid_of(const std::vector<int64_t>& sizes, const std::vector<int64_t>& orders,
                   const std::vector<int64_t>& degrees, const Tensor& knots, const Tensor& query) {
  TensorGrid grid;
  STD_TORCH_CHECK(!sizes.empty() && sizes.size() <= size_t(TensorGrid::max_dims) && sizes.size() == orders.size() &&
                      sizes.size() == degrees.size() && query.size(-1) == int64_t(sizes.size()),
                  "tensor_spline: 1 to ", int(TensorGrid::max_dims), " dimensions are possible, got ", sizes.size(),
                  " with queries of ", query.size(-1));
  grid.dims = int(sizes.size());
  int64_t step = 1, at = 0, weights = 0;
  for (int k = grid.dims - 1; k >= 0; --k) {
    grid.size[k] = sizes[size_t(k)];
    grid.step[k] = step;
    grid.order[k] = int(orders[size_t(k)]);
    step *= grid.size[k];
  }
  for (int k = 0; k < grid.dims; ++k) {
    int64_t degree = degrees[size_t(k)];
    STD_TORCH_CHECK(degree >= 0 && grid.size[k] > degree, "tensor_spline: ", grid.size[k], " coefficients for degree ",
                    degree);
    grid.knots[k] = at;
    at += grid.size[k] + degree + 1;
    grid.degree[k] = int(degree);
    grid.weights[k] = int(weights);
    weights += degree + 1;
    STD_TORCH_CHECK(weights <= TensorGrid::max_weights,
                    "tensor_spline: degrees too high, their sum plus the number of "
                    "dimensions must not exceed ",
                    int(TensorGrid::max_weights));
  }
  STD_TORCH_CHECK(knots.size(-1) == at, "tensor_spline: expected ", at, " knots in all, got ", knots.size(-1));
  STD_TORCH_CHECK(knots.scalar_type() == query.scalar_type(), "tensor_spline: knots and queries differ in dtype");
  return grid;
}

/// Calls f with number of dimensions and dtype where multilinear.h has what is asked for, and says whether it did.
template <class F>
bool dispatch_multilinear(const TensorGrid& grid, const Tensor& values, int64_t columns, F&& f) {
  for (int k = 0; k < grid.dims; ++k)
    if (grid.degree[k] != 1) return false;
  const bool wide = values.scalar_type() == ScalarType::Double;
  if (columns != 1 || (grid.dims != 2 && grid.dims != 3) || (!wide && values.scalar_type() != ScalarType::Float))
    return false;
  dispatch_real(values, "tensor_spline", [&](auto tag) {
    if (grid.dims == 2)
      f(tag, std::integral_constant<int, 2>{});
    else
      f(tag, std::integral_constant<int, 3>{});
  });
  return true;
}

int64_t product(const std::vector<int64_t>& sizes) {
  int64_t n = 1;
  for (int64_t s : sizes) n *= s;
  return n;
}

/// c (*, size, columns), knots (*, all), query (*, n, d) -> (*, n, columns)
Tensor tensor_spline_evaluate(const Tensor& c_, const Tensor& knots_, const Tensor& query_, std::vector<int64_t> sizes,
                              std::vector<int64_t> orders, std::vector<int64_t> degrees) {
  Tensor c = as_contiguous(c_), knots = as_contiguous(knots_), query = as_contiguous(query_);
  TensorGrid grid = grid_of(sizes, orders, degrees, knots, query);
  Batch batch;
  batch.add(c, 2, "tensor_spline_evaluate");
  batch.add(knots, 1, "tensor_spline_evaluate");
  batch.add(query, 2, "tensor_spline_evaluate");
  int64_t columns = c.size(-1), count = query.size(-2);
  STD_TORCH_CHECK(c.size(-2) == product(sizes), "tensor_spline_evaluate: ", c.size(-2), " coefficients on a grid of ",
                  product(sizes));
  Tensor out = empty_as(c, batch.shape({count, columns}));
  if (out.numel() == 0) return out;
  int64_t block = block_for(c, search_block), blocks = blocks_of(count, block);
  int64_t m = grid.size[0] - grid.degree[0], powers = grid.degree[0] + 1 - grid.order[0];
  // Many queries of one spline: its polynomials first, which costs little then, and no division per query.
  const bool by_powers = grid.dims == 1 && columns == 1 && batch.count() == 1 && count >= 8 * m && powers >= 1;
  MultilinearItem items{batch.steps(c, 2), batch.steps(knots, 1), batch.steps(query, 2), count, block, blocks};
  if (dispatch_multilinear(grid, c, columns, [&](auto tag, auto dims) {
        using T = typename decltype(tag)::type;
        parallel_for(
            out, batch.count() * blocks,
            MultilinearEvaluate<T, decltype(dims)::value>{data<T>(std::as_const(c)), data<T>(std::as_const(knots)),
                                                          data<T>(std::as_const(query)), data<T>(out), grid, items},
            1 + 1024 / block);
      }))
    return out;
  dispatch_number(c, "tensor_spline_evaluate", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    if (by_powers) {
      Tensor table = empty_as(c, {m, powers});
      const T* t = data<T>(std::as_const(knots));
      parallel_for(
          out, m,
          SplinePowers<T, V>{data<V>(std::as_const(c)), t, data<V>(table), grid.degree[0], powers, grid.order[0]}, 256);
      parallel_for(out, blocks,
                   SplineFromPowers<T, V>{data<V>(std::as_const(table)), t + grid.degree[0],
                                          data<T>(std::as_const(query)), data<V>(out), m, powers, count, block},
                   1 + 1024 / block);
      return;
    }
    dispatch_degree(grid, [&](auto k) {
      const int part_bits = part_bits_for(c, columns);
      parallel_for(out, (batch.count() * blocks) << part_bits,
                   TensorEvaluate<T, V, decltype(k)::value>{
                       data<V>(std::as_const(c)), data<T>(std::as_const(knots)), data<T>(std::as_const(query)),
                       data<V>(out), batch.steps(c, 2), batch.steps(knots, 1), batch.steps(query, 2), grid, columns,
                       count, block, blocks, part_bits},
                   1 + 1024 / (block * columns));
    });
  });
  return out;
}

/// The adjoint in c: grad (*, n, columns) -> (*, size, columns)
Tensor tensor_spline_scatter(const Tensor& grad_, const Tensor& knots_, const Tensor& query_,
                             std::vector<int64_t> sizes, std::vector<int64_t> orders, std::vector<int64_t> degrees) {
  Tensor grad = as_contiguous(grad_), knots = as_contiguous(knots_), query = as_contiguous(query_);
  TensorGrid grid = grid_of(sizes, orders, degrees, knots, query);
  Batch batch;
  batch.add(grad, 2, "tensor_spline_scatter");
  batch.add(knots, 1, "tensor_spline_scatter");
  batch.add(query, 2, "tensor_spline_scatter");
  int64_t columns = grad.size(-1), count = query.size(-2), total = product(sizes);
  STD_TORCH_CHECK(grad.size(-2) == count, "tensor_spline_scatter: ", grad.size(-2), " gradients for ", count,
                  " queries");
  Tensor out = empty_as(grad, batch.shape({total, columns}));
  if (out.numel() == 0) return out;
  BatchSteps grad_at = batch.steps(grad, 2), knots_at = batch.steps(knots, 1), query_at = batch.steps(query, 2);
  MultilinearItem items{grad_at, knots_at, query_at, count, count, 1};
  if (!out.is_cuda() && dispatch_multilinear(grid, grad, columns, [&](auto tag, auto dims) {
        using T = typename decltype(tag)::type;
        torch::stable::zero_(out);
        MultilinearScatter<T, decltype(dims)::value> body{data<T>(std::as_const(grad)),
                                                          data<T>(std::as_const(knots)),
                                                          data<T>(std::as_const(query)),
                                                          data<T>(out),
                                                          grid,
                                                          items,
                                                          total};
        parallel_on_cpu(batch.count(), body);
      }))
    return out;
  dispatch_number(grad, "tensor_spline_scatter", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    const V* g = data<V>(std::as_const(grad));
    const T* t = data<T>(std::as_const(knots));
    const T* q = data<T>(std::as_const(query));
    const int64_t m = grid.size[0] - grid.degree[0], powers = grid.degree[0] + 1 - grid.order[0];
    if (!out.is_cuda() && grid.dims == 1 && columns == 1 && batch.count() == 1 && count >= 8 * m && powers >= 1) {
      Tensor table = empty_as(out, {m, powers});
      torch::stable::zero_(table);
      torch::stable::zero_(out);
      SplinePowersAdjoint<T, V>{g,    t, q, data<V>(table), data<V>(out), grid.degree[0], m, powers, grid.order[0],
                                count}();
      return;
    }
    dispatch_degree(grid, [&](auto tag) {
      constexpr int K = decltype(tag)::value;
      if (!out.is_cuda()) {
        torch::stable::zero_(out);
        int64_t block = 16, blocks = blocks_of(columns, block);
        parallel_on_cpu(batch.count() * blocks,
                        TensorScatter<T, V, K>{g, t, q, data<V>(out), grad_at, knots_at, query_at, grid, columns, count,
                                               total, block, blocks});
        return;
      }
      Tensor cells = empty_as(knots, batch.shape({count}), ScalarType::Long);
      parallel_for(out, batch.count() * count,
                   TensorCell<T, K>{t, q, data<int64_t>(cells), knots_at, query_at, grid, count});
      auto [sorted, order] = stable_sort(cells);
      parallel_for(
          out, out.numel(),
          TensorGather<T, V, K>{g, t, q, data<int64_t>(std::as_const(sorted)), data<int64_t>(std::as_const(order)),
                                data<V>(out), grad_at, knots_at, query_at, grid, columns, count, total});
    });
  });
  return out;
}

/// The derivatives in all coordinates, each of one order more than `orders`; of one column of real values and degree 1.
/// c (*, size, 1), knots (*, all), query (*, n, d) -> (*, n, d)
Tensor multilinear_slopes(const Tensor& c_, const Tensor& knots_, const Tensor& query_, std::vector<int64_t> sizes,
                          std::vector<int64_t> orders) {
  Tensor c = as_contiguous(c_), knots = as_contiguous(knots_), query = as_contiguous(query_);
  TensorGrid grid = grid_of(sizes, orders, std::vector<int64_t>(sizes.size(), 1), knots, query);
  Batch batch;
  batch.add(c, 2, "multilinear_slopes");
  batch.add(knots, 1, "multilinear_slopes");
  batch.add(query, 2, "multilinear_slopes");
  int64_t columns = c.size(-1), count = query.size(-2);
  STD_TORCH_CHECK(c.size(-2) == product(sizes), "multilinear_slopes: ", c.size(-2), " coefficients on a grid of ",
                  product(sizes));
  Tensor out = empty_as(c, batch.shape({count, grid.dims}));
  if (out.numel() == 0) return out;
  int64_t block = block_for(c, search_block), blocks = blocks_of(count, block);
  MultilinearItem items{batch.steps(c, 2), batch.steps(knots, 1), batch.steps(query, 2), count, block, blocks};
  bool done = dispatch_multilinear(grid, c, columns, [&](auto tag, auto dims) {
    using T = typename decltype(tag)::type;
    parallel_for(out, batch.count() * blocks,
                 MultilinearSlopes<T, decltype(dims)::value>{data<T>(std::as_const(c)), data<T>(std::as_const(knots)),
                                                             data<T>(std::as_const(query)), data<T>(out), grid, items},
                 1 + 1024 / block);
  });
  STD_TORCH_CHECK(done, "multilinear_slopes: expected one column of real values in 2 or 3 dimensions");
  return out;
}

/// t (*, size + degree + 1), query (*, n) -> (*, n) of int64
Tensor spline_interval(const Tensor& t_, const Tensor& query_, int64_t degree) {
  Tensor t = as_contiguous(t_), query = as_contiguous(query_);
  Batch batch;
  batch.add(t, 1, "spline_interval");
  batch.add(query, 1, "spline_interval");
  int64_t count = query.size(-1), m = t.size(-1) - 2 * degree - 1;
  STD_TORCH_CHECK(degree >= 0 && m >= 1, "spline_interval: ", t.size(-1), " knots for degree ", degree);
  STD_TORCH_CHECK(t.scalar_type() == query.scalar_type(), "spline_interval: knots and queries differ in dtype");
  Tensor out = empty_as(t, batch.shape({count}), ScalarType::Long);
  int64_t block = block_for(t, search_block), blocks = blocks_of(count, block);
  dispatch_real(t, "spline_interval", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(out, batch.count() * blocks,
                 KnotInterval<T>{data<T>(std::as_const(t)), data<T>(std::as_const(query)), data<int64_t>(out),
                                 batch.steps(t, 1), batch.steps(query, 1), degree, m, count, block, blocks},
                 1 + 512 / block);
  });
  return out;
}

/// t (size + degree + 1,), query (n,) -> intervals (n,), and the B-splines there, differentiated (n, degree + 1)
std::tuple<Tensor, Tensor> spline_rows(const Tensor& t_, const Tensor& query_, int64_t degree, int64_t order) {
  Tensor t = as_contiguous(t_), query = as_contiguous(query_);
  STD_TORCH_CHECK(t.dim() == 1 && query.dim() == 1 && order >= 0, "spline_rows: expected vectors");
  Tensor interval = spline_interval(t, query, degree), out = empty_as(t, {query.size(0), degree + 1});
  dispatch_real(t, "spline_rows", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(out, query.size(0),
                 SplineRows<T>{data<T>(std::as_const(t)), data<T>(std::as_const(query)),
                               data<int64_t>(std::as_const(interval)), data<T>(out), degree, order});
  });
  return {interval, out};
}

}  // namespace

SCI_OPERATOR("spline_rows(Tensor t, Tensor query, int degree, int order) -> (Tensor, Tensor)", spline_rows)
SCI_OPERATOR("multilinear_slopes(Tensor c, Tensor knots, Tensor query, int[] sizes, int[] orders) -> Tensor",
             multilinear_slopes)
SCI_OPERATOR("spline_interval(Tensor t, Tensor query, int degree) -> Tensor", spline_interval)
SCI_OPERATOR(
    "tensor_spline_evaluate(Tensor c, Tensor knots, Tensor query, int[] sizes, int[] orders, int[] degrees) -> Tensor",
    tensor_spline_evaluate)
SCI_OPERATOR(
    "tensor_spline_scatter(Tensor grad, Tensor knots, Tensor query, int[] sizes, int[] orders, int[] degrees) -> "
    "Tensor",
    tensor_spline_scatter)
