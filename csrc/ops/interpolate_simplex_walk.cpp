#include "interpolate/simplex_walk.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/simplex_walk.h", sci::SimplexWalk<float>)
SCI_KERNEL("interpolate/simplex_walk.h", sci::SimplexWalk<double>)

namespace {

using namespace sci;

/// inverse (s, d, d), origin (s, d), neighbors (s, d + 1), low (d,), scale (d,), starts (cells^d,), x (n, d) -> simplex
/// (n,) and barycentric coordinates (n, d + 1)
std::tuple<Tensor, Tensor> simplex_walk(const Tensor& inverse_, const Tensor& origin_, const Tensor& neighbors_,
                                        const Tensor& low_, const Tensor& scale_, const Tensor& starts_,
                                        const Tensor& x_, int64_t cells) {
  Tensor inverse = as_contiguous(inverse_), origin = as_contiguous(origin_), neighbors = as_contiguous(neighbors_);
  Tensor low = as_contiguous(low_), scale = as_contiguous(scale_), starts = as_contiguous(starts_);
  Tensor x = as_contiguous(x_);
  int64_t n = x.size(0), d = x.size(1);
  STD_TORCH_CHECK(d >= 1 && d <= SimplexWalk<double>::max_dims && inverse.size(1) == d && neighbors.size(1) == d + 1,
                  "simplex_walk: 1 to 8 dimensions are possible, got ", d);
  Tensor found = empty_as(x, {n}, ScalarType::Long), weights = empty_as(x, {n, d + 1});
  dispatch_real(x, "simplex_walk", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(x, n,
                 SimplexWalk<T>{data<T>(std::as_const(inverse)), data<T>(std::as_const(origin)),
                                data<int64_t>(std::as_const(neighbors)), data<T>(std::as_const(low)),
                                data<T>(std::as_const(scale)), data<int64_t>(std::as_const(starts)),
                                data<T>(std::as_const(x)), data<int64_t>(found), data<T>(weights), d, cells,
                                inverse.size(0) + 8, T(100) * limits<T>::epsilon},
                 512);
  });
  return {found, weights};
}

}  // namespace

SCI_OPERATOR(
    "simplex_walk(Tensor inverse, Tensor origin, Tensor neighbors, Tensor low, Tensor scale, Tensor starts, Tensor x, "
    "int cells) -> (Tensor, Tensor)",
    simplex_walk)
