#include "interpolate/band_trace.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/band_trace.h", sci::BandInverseTrace<float>)
SCI_KERNEL("interpolate/band_trace.h", sci::BandInverseTrace<double>)

namespace {

using namespace sci;

/// m (*, 3, n), b (*, 3, n) -> trace of m^-1 b (*,)
Tensor spline_band_trace(const Tensor& m_, const Tensor& b_) {
  Tensor m = as_contiguous(m_), b = as_contiguous(b_);
  Batch batch;
  batch.add(m, 2, "spline_band_trace");
  batch.add(b, 2, "spline_band_trace");
  int64_t n = m.size(-1);
  STD_TORCH_CHECK(m.size(-2) == 3 && b.size(-2) == 3 && b.size(-1) == n && m.scalar_type() == b.scalar_type(),
                  "spline_band_trace: expected two tensors (*, 3, n) of one dtype");
  Tensor out = empty_as(m, batch.shape({}));
  Tensor work = empty_as(m, {batch.count(), 3, n});
  dispatch_real(m, "spline_band_trace", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(out, batch.count(),
                 BandInverseTrace<T>{data<T>(std::as_const(m)), data<T>(std::as_const(b)), data<T>(work), data<T>(out),
                                     batch.steps(m, 2), batch.steps(b, 2), n},
                 1 + 1024 / (n + 1));
  });
  return out;
}

}  // namespace

SCI_OPERATOR("spline_band_trace(Tensor m, Tensor b) -> Tensor", spline_band_trace)
