// The operator behind sci/linalg/_products.py for batches of small matrices.
#include "linalg_shared.h"
#include "products_jobs.h"

SCI_FOUR_KERNELS("linalg/products_job.h", ProductsItem)

namespace sci {
namespace {

/// (X, 1 where it is good); `kind` counts ProductsKind, and `b` and `c` are read where it has them.
std::tuple<Tensor, Tensor> products_small(const Tensor& a0, const Tensor& b0, const Tensor& c0, int64_t kind) {
  const auto what = ProductsKind(kind);
  Batch size = batch_of(a0);
  Tensor a = row_major(a0), b = row_major(b0), c = row_major(c0);
  Tensor x = torch::stable::empty_like(a), good = empty_as(a, size.size, ScalarType::Int);
  const int64_t n = size.n, count = size.count;
  dispatch_number(a, "products", [&](auto tag) {
    using T = typename decltype(tag)::type;
    ProductsJob<T> job{data<T>(a), data<T>(b), data<T>(c), data<T>(x), data<int32_t>(good), n, count, what};
    if (a.is_cpu() && cpu_level() == 2) return products_in_lanes<T, 64>(job);
    if (a.is_cpu() && runs_lanes()) return products_in_lanes<T, 32>(job);
    Tensor work = empty_as(a, {count, job.memory()});
    parallel_for(x, count, ProductsItem<T>{job, data<T>(work)}, matrices_at_least(n));
  });
  return {x, good};
}

SCI_OPERATOR("_products_small(Tensor a, Tensor b, Tensor c, int kind) -> (Tensor, Tensor)", products_small)

}  // namespace
}  // namespace sci
