#include "interpolate/polynomial_forms.h"
#include "interpolate_shared.h"

#define KERNELS(T, V)                                                        \
  SCI_KERNEL("interpolate/polynomial_forms.h", sci::BarycentricValues<T, V>) \
  SCI_KERNEL("interpolate/polynomial_forms.h", sci::NewtonValues<T, V>)
KERNELS(float, float)
KERNELS(double, double)
KERNELS(float, sci::complex<float>)
KERNELS(double, sci::complex<double>)

namespace {

using namespace sci;

/// nodes (n,), weights (n,) or empty for Newton's form, values or coefficients y (n, columns), x (count,)
Tensor polynomial_values(const Tensor& nodes_, const Tensor& weights_, const Tensor& y_, const Tensor& x_) {
  Tensor nodes = as_contiguous(nodes_), weights = as_contiguous(weights_), y = as_contiguous(y_), x = as_contiguous(x_);
  int64_t n = nodes.size(0), columns = y.size(1), count = x.size(0);
  STD_TORCH_CHECK(y.size(0) == n && n >= 1 && nodes.scalar_type() == x.scalar_type(),
                  "polynomial_values: expected nodes (n,), values (n, columns), points in the precision of the nodes");
  Tensor out = empty_as(y, {count, columns});
  if (out.numel() == 0) return out;
  dispatch_number(y, "polynomial_values", [&](auto tag) {
    using V = typename decltype(tag)::type;
    using T = real_of<V>;
    const T* t = data<T>(std::as_const(nodes));
    const T* at = data<T>(std::as_const(x));
    const V* values = data<V>(std::as_const(y));
    int64_t grain = 1 + 16384 / (n * columns);
    if (weights.numel() != 0)
      parallel_for(out, count,
                   BarycentricValues<T, V>{t, data<T>(std::as_const(weights)), values, at, data<V>(out), n, columns},
                   grain);
    else
      parallel_for(out, count, NewtonValues<T, V>{t, values, at, data<V>(out), n, columns}, grain);
  });
  return out;
}

}  // namespace

SCI_OPERATOR("polynomial_values(Tensor nodes, Tensor weights, Tensor y, Tensor x) -> Tensor", polynomial_values)
