#include "interpolate/band_trace.h"
#include "interpolate_shared.h"

SCI_KERNEL("interpolate/band_trace.h", sci::BandInverseTrace<float>)
SCI_KERNEL("interpolate/band_trace.h", sci::BandInverseTrace<double>)

namespace {

using namespace sci;

/// m (*, 3, n), b (*, 3, n) -> trace of m^-1 b (*,), by parts of `rows` rows, or as a whole for 0.
Tensor spline_band_trace(const Tensor& m_, const Tensor& b_, int64_t rows) {
  Tensor m = as_contiguous(m_), b = as_contiguous(b_);
  Batch batch;
  batch.add(m, 2, "spline_band_trace");
  batch.add(b, 2, "spline_band_trace");
  const int64_t n = m.size(-1), members = batch.count();
  STD_TORCH_CHECK(m.size(-2) == 3 && b.size(-2) == 3 && b.size(-1) == n && n > 0 && m.scalar_type() == b.scalar_type(),
                  "spline_band_trace: expected two tensors (*, 3, n) of one dtype");
  STD_TORCH_CHECK(rows == 0 || rows >= 4, "spline_band_trace: a part has at least 4 rows");
  Tensor out = empty_as(m, batch.shape({}));
  dispatch_real(m, "spline_band_trace", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Block = BandTraceBlock<T>;
    BandInverseTrace<T> body{data<T>(std::as_const(m)),
                             data<T>(std::as_const(b)),
                             batch.steps(m, 2),
                             batch.steps(b, 2),
                             nullptr,
                             nullptr,
                             data<T>(out),
                             n,
                             (n + 1) / 2,
                             (n + 1) / 2};
    Tensor kept;
    for (bool more = true; more;) {
      body.length = rows > 0 && body.count > rows ? rows / 2 : body.count;  // the last round takes up to `rows` blocks
      const int64_t parts = body.parts();
      Tensor next = empty_as(m, {members, parts > 1 ? parts : 0, int64_t(sizeof(Block) / sizeof(T))});
      body.left = reinterpret_cast<Block*>(data<T>(next));
      parallel_for(out, members * parts, body, 1 + 1024 / (body.length + 1));
      body.blocks = body.left;
      body.count = parts;
      kept = next;
      more = parts > 1;
    }
  });
  return out;
}

}  // namespace

SCI_OPERATOR("spline_band_trace(Tensor m, Tensor b, int rows) -> Tensor", spline_band_trace)
