// The operators behind sci/linalg/_hermitian.py and sci/linalg/_svd_operators.py for batches of small matrices.
#include "core/cpu.h"
#include "jacobi_jobs.h"
#include "linalg/jacobi.h"
#include "linalg_shared.h"
#include "tridiagonal_jobs.h"

SCI_FOUR_KERNELS("linalg/jacobi.h", JacobiEighItem)
SCI_FOUR_KERNELS("linalg/jacobi.h", JacobiSvdItem)

namespace sci {
namespace {

/// (w, V, info) of Hermitian matrices, of which one triangle is read; info is not 0 where the method did not converge,
/// or the matrix is not finite. V is empty unless `vectors`; on the CPU's lanes, `by_rotations` asks for Jacobi's
/// method.
std::tuple<Tensor, Tensor, Tensor> eigh_small(const Tensor& a0, bool lower, bool vectors, bool by_rotations) {
  Batch b = batch_of(a0);
  const bool side = a0.is_cpu() && runs_lanes();
  Tensor a = side ? row_major(a0) : fresh_copy(a0);
  const bool values = side && !vectors;
  Tensor v = values ? empty_as(a, with_last(b.size, 0, 0)) : torch::stable::empty_like(a);
  Tensor w = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type())),
         info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "eigh", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    if (side) {
      EighJob<T> job{data<T>(a), values ? nullptr : data<T>(v), data<R>(w), data<int32_t>(info), b.n, b.count, lower};
      if (values || !by_rotations)
        return cpu_level() == 2 ? hermitian_in_lanes<T, 64>(job) : hermitian_in_lanes<T, 32>(job);
      return cpu_level() == 2 ? eigh_in_lanes<T, 64>(job) : eigh_in_lanes<T, 32>(job);
    }
    Tensor work = torch::stable::empty_like(a);
    JacobiEighItem<T> body{data<T>(a), data<T>(work), data<T>(v), data<R>(w), data<int32_t>(info), b.n, lower};
    parallel_for(a, b.count, body, matrices_at_least(b.n));
  });
  return {w, v, info};
}

/// (U, s, V^H, info) of square matrices; info is 1 where a singular value is too small for a left vector. On the CPU
/// matrices go side by side, but with `alone` one after the other as GPU threads have them.
std::tuple<Tensor, Tensor, Tensor, Tensor> svd_small(const Tensor& a0, bool alone) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), u = torch::stable::empty_like(a), vh = torch::stable::empty_like(a);
  Tensor s = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type()));
  Tensor info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "svd", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    if (alone || !a.is_cpu() || !runs_lanes()) {
      Tensor work = empty_as(a, with_last(b.size, 2 * b.n, b.n));
      JacobiSvdItem<T> body{data<T>(a), data<T>(work), data<T>(u), data<T>(vh), data<R>(s), data<int32_t>(info), b.n};
      return parallel_for(a, b.count, body, matrices_at_least(b.n));
    }
    SvdJob<T> job{data<T>(a), data<T>(u), data<T>(vh), data<R>(s), data<int32_t>(info), b.n, b.count};
    cpu_level() == 2 ? svd_in_lanes<T, 64>(job) : svd_in_lanes<T, 32>(job);
  });
  return {u, s, vh, info};
}

SCI_OPERATOR("_eigh_small(Tensor a, bool lower, bool vectors=True, bool by_rotations=True) -> (Tensor, Tensor, Tensor)",
             eigh_small)
SCI_OPERATOR("_svd_small(Tensor a, bool alone=False) -> (Tensor, Tensor, Tensor, Tensor)", svd_small)

}  // namespace
}  // namespace sci
