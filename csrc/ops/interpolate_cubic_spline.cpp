#include "interpolate/cubic_spline.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineFactor<float>)
SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineFactor<double>)
SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineColumns<float, float>)
SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineColumns<double, double>)
SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineColumns<float, sci::complex<float>>)
SCI_KERNEL("interpolate/cubic_spline.h", sci::CubicSplineColumns<double, sci::complex<double>>)

namespace {

using namespace sci;

/// x (n,), y (n, columns), boundary (2, columns) or empty -> coefficients (4, n - 1, columns); n >= 4
Tensor cubic_spline_build(const Tensor& x_, const Tensor& y_, const Tensor& boundary_, int64_t start, int64_t end,
                          bool periodic) {
  Tensor x = as_contiguous(x_), y = as_contiguous(y_), boundary = as_contiguous(boundary_);
  STD_TORCH_CHECK(x.dim() == 1 && y.dim() == 2 && x.size(0) == y.size(0) && x.size(0) >= 4,
                  "cubic_spline_build: expected x (n,) and y (n, columns) with n >= 4");
  int64_t n = x.size(0), columns = y.size(1);
  STD_TORCH_CHECK(boundary.numel() == 2 * columns || periodic || (start == 0 && end == 0),
                  "cubic_spline_build: no boundary values");
  Tensor out = empty_as(y, {4, n - 1, columns});
  if (out.numel() == 0) return out;
  dispatch_number(y, "cubic_spline_build", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    Tensor factor = empty_as(x, {4, n}), tail = empty_as(y, {columns});
    const T* knots = data<T>(std::as_const(x));
    parallel_for(out, 1, CubicSplineFactor<T>{knots, data<T>(factor), n, int(start), int(end), periodic});
    int64_t block = block_for(out, 64);
    parallel_for(out, blocks_of(columns, block),
                 CubicSplineColumns<T, V>{knots, data<V>(std::as_const(y)), data<V>(std::as_const(boundary)),
                                          data<T>(std::as_const(factor)), data<V>(out), data<V>(tail), n, columns,
                                          block, int(start), int(end), periodic},
                 1 + 4096 / (n * block));
  });
  return out;
}

}  // namespace

SCI_OPERATOR("cubic_spline_build(Tensor x, Tensor y, Tensor boundary, int start, int end, bool periodic) -> Tensor",
             cubic_spline_build)
