// The operators behind sci/special/_gauss.py: one quadrature rule of the batch per item.
#include "runtime/operator.h"
#include "special/detail/gauss_few.h"
#include "special/detail/gauss_walk.h"

SCI_KERNEL("special/detail/gauss_few.h", sci::GaussFewItem)
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

/// a, b, total (*) -> nodes, weights (*, n).
std::tuple<Tensor, Tensor> gauss_few(const Tensor& a0, const Tensor& b0, const Tensor& total0, int64_t n,
                                     int64_t family) {
  STD_TORCH_CHECK(a0.scalar_type() == ScalarType::Double && b0.scalar_type() == ScalarType::Double &&
                      total0.scalar_type() == ScalarType::Double && a0.numel() == b0.numel() &&
                      a0.numel() == total0.numel() && n >= 1 && n <= detail::gauss_few_most,
                  "gauss_few: expected three float64 tensors of one shape, and 1 to 32 points");
  Tensor a = row_major(a0), b = row_major(b0), total = row_major(total0);
  std::vector<int64_t> size{a.sizes().begin(), a.sizes().end()};
  size.push_back(n);
  Tensor x = empty_as(a, size), w = empty_as(a, size);
  if (x.numel() != 0)
    parallel_for(
        x, a.numel(),
        GaussFewItem{data<double>(std::as_const(a)), data<double>(std::as_const(b)), data<double>(std::as_const(total)),
                     data<double>(x), data<double>(w), int(n), int(family)},
        64);
  return {x, w};
}

SCI_OPERATOR("gauss_few(Tensor a, Tensor b, Tensor total, int n, int family) -> (Tensor, Tensor)", gauss_few)
SCI_OPERATOR("gauss_walk(Tensor a, Tensor b, int n, int count, int family) -> (Tensor, Tensor, Tensor, Tensor)",
             gauss_walk)

}  // namespace
}  // namespace sci
