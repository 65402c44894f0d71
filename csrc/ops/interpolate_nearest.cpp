#include "interpolate/nearest.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/nearest.h", sci::NearestPoint<float>)
SCI_KERNEL("interpolate/nearest.h", sci::NearestPoint<double>)

namespace {

using namespace sci;

/// points (n, d) sorted by cell, order (n,), starts (cells^d + 1,), low (d,), scale (d,), query (count, d) -> (count,)
Tensor nearest_point(const Tensor& points_, const Tensor& order_, const Tensor& starts_, const Tensor& low_,
                     const Tensor& scale_, const Tensor& query_, int64_t cells) {
  Tensor points = as_contiguous(points_), order = as_contiguous(order_), starts = as_contiguous(starts_);
  Tensor low = as_contiguous(low_), scale = as_contiguous(scale_), query = as_contiguous(query_);
  int64_t n = points.size(0), d = points.size(1), count = query.size(0), all = 1;
  STD_TORCH_CHECK(d >= 1 && d <= NearestPoint<double>::max_dims && query.size(1) == d && low.size(0) == d &&
                      scale.size(0) == d && points.scalar_type() == query.scalar_type(),
                  "nearest_point: expected points and queries of one dtype in 1 to 4 dimensions");
  for (int64_t k = 0; k < d; ++k) all *= cells;
  STD_TORCH_CHECK(order.size(0) == n && starts.size(0) == all + 1, "nearest_point: cells and points do not fit");
  Tensor out = empty_as(query, {count}, ScalarType::Long);
  dispatch_real(query, "nearest_point", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(
        out, count,
        NearestPoint<T>{data<T>(std::as_const(points)), data<int64_t>(std::as_const(order)),
                        data<int64_t>(std::as_const(starts)), data<T>(std::as_const(low)),
                        data<T>(std::as_const(scale)), data<T>(std::as_const(query)), data<int64_t>(out), n, d, cells},
        256);
  });
  return out;
}

}  // namespace

SCI_OPERATOR(
    "nearest_point(Tensor points, Tensor order, Tensor starts, Tensor low, Tensor scale, Tensor query, int cells) -> "
    "Tensor",
    nearest_point)
