// The operator behind the balancing in sci/linalg/_riccati.py.
#include "linalg/riccati_scales.h"
#include "linalg_shared.h"

SCI_FOUR_KERNELS("linalg/riccati_scales.h", RiccatiScalesItem)

namespace sci {
namespace {

/// a, q (*, n, n), b, s (*, n, m), r (*, m, m) -> (*, n)
Tensor riccati_scales(const Tensor& a0, const Tensor& b0, const Tensor& q0, const Tensor& r0, const Tensor& s0) {
  Tensor a = row_major(a0), b = row_major(b0), q = row_major(q0), r = row_major(r0), s = row_major(s0);
  const Batch batch = batch_of(a);
  const int64_t n = batch.n, m = b.size(-1), size = 2 * n + m;
  Tensor scales = empty_as(a, with_last(batch.size, n), real_type(a.scalar_type()));
  Tensor work = empty_as(a, {batch.count, size * size + size}, real_type(a.scalar_type()));
  dispatch_number(a, "riccati", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    RiccatiScalesItem<T> body{data<T>(std::as_const(a)),
                              data<T>(std::as_const(b)),
                              data<T>(std::as_const(q)),
                              data<T>(std::as_const(r)),
                              data<T>(std::as_const(s)),
                              data<R>(scales),
                              data<R>(work),
                              n,
                              m};
    parallel_for(scales, batch.count, body, std::max<int64_t>(1, 8192 / (size * size + 1)));
  });
  return scales;
}

SCI_OPERATOR("_riccati_scales(Tensor a, Tensor b, Tensor q, Tensor r, Tensor s) -> Tensor", riccati_scales)

}  // namespace
}  // namespace sci
