#include "interpolate/band_lu.h"
#include "interpolate/banded.h"
#include "interpolate_shared.h"

#define KERNELS(W)                                                                    \
  SCI_KERNEL("interpolate/banded.h", sci::BandedFactor<float, W>)                     \
  SCI_KERNEL("interpolate/banded.h", sci::BandedFactor<double, W>)                    \
  SCI_KERNEL("interpolate/banded.h", sci::BandedSolve<float, float, W>)               \
  SCI_KERNEL("interpolate/banded.h", sci::BandedSolve<double, double, W>)             \
  SCI_KERNEL("interpolate/banded.h", sci::BandedSolve<float, sci::complex<float>, W>) \
  SCI_KERNEL("interpolate/banded.h", sci::BandedSolve<double, sci::complex<double>, W>)
KERNELS(1)
KERNELS(2)
KERNELS(4)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuFactor<float>)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuFactor<double>)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuSolve<float, float>)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuSolve<double, double>)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuSolve<float, sci::complex<float>>)
SCI_KERNEL("interpolate/band_lu.h", sci::BandLuSolve<double, sci::complex<double>>)

namespace {

using namespace sci;

template <int W>
void solve(const Tensor& band, const Tensor& b, Tensor& out, const Batch& batch) {
  int64_t n = band.size(-1), columns = b.size(-1), matrices = band.numel() / ((2 * W + 1) * n);
  dispatch_number(b, "spline_banded_solve", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    Tensor factor = torch::stable::empty_like(band);
    parallel_for(out, matrices, BandedFactor<T, W>{data<T>(band), data<T>(factor), n}, 1 + 4096 / n);
    int64_t block = block_for(out, 32), blocks = blocks_of(columns, block);
    parallel_for(out, batch.count() * blocks,
                 BandedSolve<T, V, W>{data<T>(std::as_const(factor)), data<V>(b), data<V>(out), batch.steps(band, 2),
                                      batch.steps(b, 2), n, columns, block, blocks},
                 1 + 4096 / (n * block));
  });
}

void solve_with_exchanges(const Tensor& band, const Tensor& b, Tensor& out, const Batch& batch) {
  int64_t n = band.size(-1), w = band.size(-2) / 2, columns = b.size(-1), matrices = band.numel() / ((2 * w + 1) * n);
  dispatch_number(b, "spline_banded_solve", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    std::vector<int64_t> shape;
    for (int64_t k = 0; k < band.dim() - 2; ++k) shape.push_back(band.size(k));
    shape.insert(shape.end(), {n, band_lu_width(w)});
    Tensor factor = empty_as(band, shape);
    parallel_for(out, matrices, BandLuFactor<T>{data<T>(band), data<T>(factor), n, w}, 1 + 4096 / n);
    int64_t block = block_for(out, 32), blocks = blocks_of(columns, block);
    parallel_for(out, batch.count() * blocks,
                 BandLuSolve<T, V>{data<T>(std::as_const(factor)), data<V>(b), data<V>(out), batch.steps(factor, 2),
                                   batch.steps(b, 2), n, w, columns, block, blocks},
                 1 + 4096 / (n * block));
  });
}

/// band (*, 2 w + 1, n), b (*, n, columns) -> x (*, n, columns), A x = b; `exchange` asks for partial pivoting
Tensor spline_banded_solve(const Tensor& band_, const Tensor& b_, bool exchange) {
  Tensor band = as_contiguous(band_), b = as_contiguous(b_);
  Batch batch;
  batch.add(band, 2, "spline_banded_solve");
  batch.add(b, 2, "spline_banded_solve");
  STD_TORCH_CHECK(band.size(-1) == b.size(-2), "spline_banded_solve: a matrix of ", band.size(-1),
                  " columns and a right-hand side of ", b.size(-2), " rows");
  Tensor out = empty_as(b, batch.shape({b.size(-2), b.size(-1)}));
  if (out.numel() == 0) return out;
  STD_TORCH_CHECK(band.size(-2) % 2 == 1, "spline_banded_solve: a band of ", band.size(-2), " diagonals");
  switch (exchange ? 0 : band.size(-2)) {
    case 3: solve<1>(band, b, out, batch); break;
    case 5: solve<2>(band, b, out, batch); break;
    case 9: solve<4>(band, b, out, batch); break;
    default: solve_with_exchanges(band, b, out, batch);
  }
  return out;
}

}  // namespace

SCI_OPERATOR("spline_banded_solve(Tensor band, Tensor b, bool exchange) -> Tensor", spline_banded_solve)
