#include "interpolate/piecewise.h"
#include "interpolate_shared.h"

#define KERNELS(T, V)                                                 \
  SCI_KERNEL("interpolate/piecewise.h", sci::PiecewiseEvaluate<T, V>) \
  SCI_KERNEL("interpolate/piecewise.h", sci::PiecewiseGather<T, V>)
KERNELS(float, float)
KERNELS(double, double)
KERNELS(float, sci::complex<float>)
KERNELS(double, sci::complex<double>)
SCI_KERNEL("interpolate/piecewise.h", sci::PiecewiseInterval<float>)
SCI_KERNEL("interpolate/piecewise.h", sci::PiecewiseInterval<double>)

namespace {

using namespace sci;

/// c (*, k, m, columns), x (*, m + 1), query (*, n) -> (*, n, columns)
Tensor ppoly_evaluate(const Tensor& c_, const Tensor& x_, const Tensor& query_, int64_t nu, bool extrapolate) {
  Tensor c = as_contiguous(c_), x = as_contiguous(x_), query = as_contiguous(query_);
  Batch batch;
  batch.add(c, 3, "ppoly_evaluate");
  batch.add(x, 1, "ppoly_evaluate");
  batch.add(query, 1, "ppoly_evaluate");
  int64_t k = c.size(-3), m = c.size(-2), columns = c.size(-1), count = query.size(-1);
  STD_TORCH_CHECK(m >= 1 && x.size(-1) == m + 1, "ppoly_evaluate: ", x.size(-1), " breakpoints for ", m, " intervals");
  STD_TORCH_CHECK(x.scalar_type() == query.scalar_type(), "ppoly_evaluate: breakpoints and queries differ in dtype");
  Tensor out = empty_as(c, batch.shape({count, columns}));
  int64_t block = block_for(c, search_block), blocks = blocks_of(count, block);
  const int part_bits = part_bits_for(c, columns);
  if (out.numel() == 0) return out;
  dispatch_number(c, "ppoly_evaluate", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    parallel_for(
        out, (batch.count() * blocks) << part_bits,
        PiecewiseEvaluate<T, V>{data<V>(std::as_const(c)), data<T>(std::as_const(x)), data<T>(std::as_const(query)),
                                data<V>(out), batch.steps(c, 3), batch.steps(x, 1), batch.steps(query, 1), k, m,
                                columns, count, block, blocks, nu, extrapolate, part_bits},
        1 + 4096 / (block * columns));
  });
  return out;
}

/// The adjoint in c: grad (*, n, columns) -> (*, k, m, columns)
Tensor ppoly_scatter(const Tensor& grad_, const Tensor& x_, const Tensor& query_, int64_t k, int64_t nu,
                     bool extrapolate) {
  Tensor grad = as_contiguous(grad_), x = as_contiguous(x_), query = as_contiguous(query_);
  Batch batch;
  batch.add(grad, 2, "ppoly_scatter");
  batch.add(x, 1, "ppoly_scatter");
  batch.add(query, 1, "ppoly_scatter");
  int64_t m = x.size(-1) - 1, columns = grad.size(-1), count = query.size(-1);
  STD_TORCH_CHECK(grad.size(-2) == count, "ppoly_scatter: ", grad.size(-2), " gradients for ", count, " queries");
  Tensor out = empty_as(grad, batch.shape({k, m, columns}));
  if (out.numel() == 0) return out;
  dispatch_number(grad, "ppoly_scatter", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    BatchSteps grad_at = batch.steps(grad, 2), x_at = batch.steps(x, 1), query_at = batch.steps(query, 1);
    const V* g = data<V>(std::as_const(grad));
    const T* t = data<T>(std::as_const(x));
    const T* q = data<T>(std::as_const(query));
    if (!out.is_cuda()) {
      torch::stable::zero_(out);
      int64_t block = 16, blocks = blocks_of(columns, block);
      parallel_on_cpu(batch.count() * blocks,
                      PiecewiseScatter<T, V>{g, t, q, data<V>(out), grad_at, x_at, query_at, k, m, columns, count,
                                             block, blocks, nu, extrapolate});
      return;
    }
    Tensor interval = empty_as(x, batch.shape({count}), ScalarType::Long);
    parallel_for(out, batch.count() * count,
                 PiecewiseInterval<T>{t, q, data<int64_t>(interval), x_at, query_at, m, count, extrapolate});
    auto [places, order] = stable_sort(interval);
    parallel_for(
        out, out.numel(),
        PiecewiseGather<T, V>{g, t, q, data<int64_t>(std::as_const(places)), data<int64_t>(std::as_const(order)),
                              data<V>(out), grad_at, x_at, query_at, k, m, columns, count, nu});
  });
  return out;
}

}  // namespace

SCI_OPERATOR("ppoly_evaluate(Tensor c, Tensor x, Tensor query, int nu, bool extrapolate) -> Tensor", ppoly_evaluate)
SCI_OPERATOR("ppoly_scatter(Tensor grad, Tensor x, Tensor query, int k, int nu, bool extrapolate) -> Tensor",
             ppoly_scatter)
