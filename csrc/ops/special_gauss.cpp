// The operator behind sci/special/_gauss.py: one quadrature rule of the batch per item.
#include "runtime/operator.h"
#include "special/detail/gauss_walk.h"

SCI_KERNEL("special/detail/gauss_walk.h", sci::GaussWalkItem)

namespace sci {
namespace {

Tensor row_major(const Tensor& x) {
  if (x.is_contiguous()) return x;
  Tensor out = empty_as(x, {x.sizes().begin(), x.sizes().end()});
  torch::stable::copy_(out, x);
  return out;
}

/// a, b (*) -> zeros in two forms, square roots of their weights, powers of 2 that these lack, each (*, count).
std::tuple<Tensor, Tensor, Tensor, Tensor> gauss_walk(const Tensor& a0, const Tensor& b0, int64_t n, int64_t count,
                                                      int64_t family) {
  STD_TORCH_CHECK(a0.scalar_type() == ScalarType::Double && b0.scalar_type() == ScalarType::Double &&
                      a0.numel() == b0.numel() && n >= 0 && count >= 0,
                  "gauss_walk: expected two float64 tensors of one shape");
  Tensor a = row_major(a0), b = row_major(b0);
  std::vector<int64_t> size{a.sizes().begin(), a.sizes().end()};
  size.push_back(count);
  Tensor x = empty_as(a, size), other = empty_as(a, size), root_weight = empty_as(a, size),
         exponent = empty_as(a, size);
  if (x.numel() != 0)
    parallel_for(
        x, a.numel(),
        GaussWalkItem{data<double>(std::as_const(a)), data<double>(std::as_const(b)), data<double>(x),
                      data<double>(other), data<double>(root_weight), data<double>(exponent), n, count, int(family)},
        1 + 1024 / count);
  return {x, other, root_weight, exponent};
}

SCI_OPERATOR("gauss_walk(Tensor a, Tensor b, int n, int count, int family) -> (Tensor, Tensor, Tensor, Tensor)",
             gauss_walk)

}  // namespace
}  // namespace sci
