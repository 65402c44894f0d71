// The operator behind the derivatives in sci/linalg/_sqrtm.py.
#include "linalg/triangular_sylvester.h"
#include "linalg_shared.h"

SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", RootSylvesterItem)

namespace sci {
namespace {

/// X of U X + X U = C, or of U^H X + X U^H = C, for square roots U of one batch with C.
Tensor root_sylvester(const Tensor& u0, const Tensor& c, bool adjoint) {
  Tensor u = row_major(u0), x = fresh_copy(c);
  const Batch b = batch_of(x);
  dispatch_number(x, "sqrtm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    RootSylvesterItem<T> body{data<T>(std::as_const(u)), data<T>(x), b.n, adjoint};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

SCI_OPERATOR("_root_sylvester(Tensor u, Tensor c, bool adjoint) -> Tensor", root_sylvester)

}  // namespace
}  // namespace sci
