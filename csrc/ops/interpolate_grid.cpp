#include "interpolate/grid.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/grid.h", sci::GridPlaces<float>)
SCI_KERNEL("interpolate/grid.h", sci::GridPlaces<double>)
SCI_KERNEL("interpolate/grid.h", sci::GridNearest<float>)
SCI_KERNEL("interpolate/grid.h", sci::GridNearest<double>)

namespace {

using namespace sci;

/// query (*, n, d), ends (*, 2, d) -> (*, n) of uint8, see GridPlaces
Tensor grid_places(const Tensor& query_, const Tensor& ends_) {
  Tensor query = as_contiguous(query_), ends = as_contiguous(ends_);
  Batch batch;
  batch.add(query, 2, "grid_places");
  batch.add(ends, 2, "grid_places");
  int64_t dims = query.size(-1), count = query.size(-2);
  STD_TORCH_CHECK(ends.size(-1) == dims && ends.size(-2) == 2 && ends.scalar_type() == query.scalar_type(),
                  "grid_places: queries and ends do not fit");
  Tensor out = empty_as(query, batch.shape({count}), ScalarType::Byte);
  dispatch_real(query, "grid_places", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(out, out.numel(),
                 GridPlaces<T>{data<T>(std::as_const(query)), data<T>(std::as_const(ends)), data<unsigned char>(out),
                               batch.steps(query, 2), batch.steps(ends, 2), dims, count});
  });
  return out;
}

/// points (*, sum of sizes), query (*, n, d) -> (*, n) of int64
Tensor grid_nearest(const Tensor& points_, const Tensor& query_, std::vector<int64_t> sizes) {
  Tensor points = as_contiguous(points_), query = as_contiguous(query_);
  Batch batch;
  batch.add(points, 1, "grid_nearest");
  batch.add(query, 2, "grid_nearest");
  int64_t count = query.size(-2);
  STD_TORCH_CHECK(sizes.size() <= size_t(TensorGrid::max_dims) && query.size(-1) == int64_t(sizes.size()),
                  "grid_nearest: at most ", int(TensorGrid::max_dims), " dimensions are possible, got ", sizes.size());
  TensorGrid grid;
  grid.dims = int(sizes.size());
  int64_t step = 1, at = 0;
  for (int k = grid.dims - 1; k >= 0; --k) {
    grid.size[k] = sizes[size_t(k)];
    grid.step[k] = step;
    step *= grid.size[k];
  }
  for (int k = 0; k < grid.dims; ++k) {
    grid.knots[k] = at;
    at += grid.size[k];
  }
  STD_TORCH_CHECK(points.size(-1) == at && points.scalar_type() == query.scalar_type(),
                  "grid_nearest: points and queries do not fit");
  Tensor out = empty_as(query, batch.shape({count}), ScalarType::Long);
  dispatch_real(query, "grid_nearest", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(out, out.numel(),
                 GridNearest<T>{data<T>(std::as_const(points)), data<T>(std::as_const(query)), data<int64_t>(out),
                                batch.steps(points, 1), batch.steps(query, 2), grid, count},
                 512);
  });
  return out;
}

/// The points of each dimension -> the knots of degree 1, the first and last points (2, d), and whether all points
/// ascend, all in one call: making an interpolant of a small grid costs what its calls cost.
std::tuple<Tensor, Tensor, bool> grid_linear(std::vector<Tensor> points) {
  STD_TORCH_CHECK(!points.empty(), "grid_linear: expected at least one dimension");
  const int64_t dims = int64_t(points.size());
  int64_t total = 0;
  for (Tensor& x : points) {
    STD_TORCH_CHECK(!x.is_cuda(), "grid_linear: the points of a grid are looked at on the CPU alone");
    STD_TORCH_CHECK(x.dim() == 1 && x.size(0) >= 2 && x.scalar_type() == points[0].scalar_type(),
                    "grid_linear: expected at least 2 points in each dimension, of one dtype");
    x = as_contiguous(x);
    total += x.size(0);
  }
  Tensor knots = empty_as(points[0], {total + 2 * dims}), ends = empty_as(points[0], {2, dims});
  bool ascending = true;
  dispatch_real(knots, "grid_linear", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *to = data<T>(knots), *edge = data<T>(ends);
    for (int64_t k = 0; k < dims; ++k) {
      const T* x = data<T>(std::as_const(points[size_t(k)]));
      const int64_t n = points[size_t(k)].size(0);
      edge[k] = *to++ = x[0];
      for (int64_t i = 0; i < n; ++i) *to++ = x[i];
      edge[dims + k] = *to++ = x[n - 1];
      for (int64_t i = 1; i < n; ++i) ascending &= x[i] - x[i - 1] > T(0);  // NaN is no step upwards
    }
  });
  return {knots, ends, ascending};
}

}  // namespace

SCI_CPU_OPERATOR("grid_linear(Tensor[] points) -> (Tensor, Tensor, bool)", grid_linear)
SCI_OPERATOR("grid_places(Tensor query, Tensor ends) -> Tensor", grid_places)
SCI_OPERATOR("grid_nearest(Tensor points, Tensor query, int[] sizes) -> Tensor", grid_nearest)
