// The operators behind sci/linalg/_cholesky.py, _det.py and _qr_operator.py for batches of small matrices on the CPU.
#include "core/cpu.h"
#include "factors_jobs.h"
#include "linalg/factors.h"
#include "linalg_shared.h"

SCI_FOUR_KERNELS("linalg/factors.h", QrItem)

namespace sci {
namespace {

/// (factor, order of the failing minor or 0); of `a` one triangle is read.
std::tuple<Tensor, Tensor> cholesky_small(const Tensor& a0, bool lower) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), c = torch::stable::empty_like(a), info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "cholesky", [&](auto tag) {
    using T = typename decltype(tag)::type;
    CholeskyJob<T> job{data<T>(a), data<T>(c), data<int32_t>(info), b.n, b.count, lower};
    cpu_level() == 2 ? cholesky_in_lanes<T, 64>(job) : cholesky_in_lanes<T, 32>(job);
  });
  return {c, info};
}

Tensor det_small(const Tensor& a0) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), det = empty_as(a, b.size);
  dispatch_number(a, "det", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LuJob<T> job{data<T>(a), nullptr, nullptr, data<T>(det), nullptr, nullptr, nullptr, b.n, b.count};
    cpu_level() == 2 ? lu_in_lanes<T, 64>(job) : lu_in_lanes<T, 32>(job);
  });
  return det;
}

/// (Q, R) in the economic form; there are at least as many rows as columns. On the CPU matrices go side by side, but
/// with `alone` one after the other as GPU threads have them.
std::tuple<Tensor, Tensor> qr_small(const Tensor& a0, bool alone) {
  Batch b = batch_of(a0);
  const int64_t m = a0.size(-2);
  Tensor a = row_major(a0), q = torch::stable::empty_like(a), r = empty_as(a, with_last(b.size, b.n, b.n));
  dispatch_number(a, "qr", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (alone || !a.is_cpu()) {
      Tensor work = empty_as(a, with_last(b.size, 2 * m + 2, b.n));
      QrItem<T> body{data<T>(a), data<T>(q), data<T>(r), data<T>(work), m, b.n};
      return parallel_for(a, b.count, body, matrices_at_least(b.n));
    }
    QrJob<T> job{data<T>(a), data<T>(q), data<T>(r), m, b.n, b.count};
    cpu_level() == 2 ? qr_in_lanes<T, 64>(job) : qr_in_lanes<T, 32>(job);
  });
  return {q, r};
}

SCI_OPERATOR("_cholesky_small(Tensor a, bool lower) -> (Tensor, Tensor)", cholesky_small)
SCI_OPERATOR("_det_small(Tensor a) -> Tensor", det_small)
SCI_OPERATOR("_qr_small(Tensor a, bool alone=False) -> (Tensor, Tensor)", qr_small)

}  // namespace
}  // namespace sci
