// The operators behind sci/linalg/_solve.py: one small matrix of the batch per item.
#include "core/cpu.h"
#include "factors_jobs.h"
#include "linalg_shared.h"
#pragma GCC optimize("O3")  // the row operations vectorise
#include "linalg/lu.h"

SCI_FOUR_KERNELS("linalg/lu.h", LuItem)
SCI_FOUR_KERNELS("linalg/lu.h", LuSolveItem)

namespace sci {
namespace {

/// Whether matrices go side by side on the CPU's lanes.
bool in_lanes(const Tensor& a, int64_t n, int64_t count) {
  return a.is_cpu() && n > 0 && n <= 32 && count >= (n <= 8 ? 1 : 4);
}

/// (LU, pivots counted from 0, rcond, info)
std::tuple<Tensor, Tensor, Tensor, Tensor> lu_small(const Tensor& a) {
  Batch b = batch_of(a);
  const bool side = in_lanes(a, b.n, b.count);
  Tensor in = row_major(a), lu = side ? torch::stable::empty_like(in) : fresh_copy(a),
         pivots = empty_as(lu, with_last(b.size, b.n), ScalarType::Int);
  Tensor work = empty_as(lu, with_last(b.size, b.n)), info = empty_as(lu, b.size, ScalarType::Int);
  Tensor rcond = empty_as(lu, b.size, real_type(a.scalar_type()));
  dispatch_number(a, "lu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (side) {
      LuJob<T> job{data<T>(in),
                   data<T>(lu),
                   data<T>(work),
                   nullptr,
                   data<int32_t>(pivots),
                   data<int32_t>(info),
                   data<real_of<T>>(rcond),
                   b.n,
                   b.count};
      return cpu_level() == 2 ? lu_in_lanes<T, 64>(job) : lu_in_lanes<T, 32>(job);
    }
    LuItem<T> body{data<T>(lu), data<int32_t>(pivots), data<T>(work), data<real_of<T>>(rcond), data<int32_t>(info),
                   b.n};
    parallel_for(lu, b.count, body, matrices_at_least(b.n));
  });
  return {lu, pivots, rcond, info};
}

Tensor lu_solve_small(const Tensor& lu0, const Tensor& pivots0, const Tensor& b0, int64_t trans) {
  Batch b = batch_of(b0);
  const int64_t n = b0.size(-2), m = b0.size(-1);
  const bool side = in_lanes(b0, n, b.count) && m > 0 && m <= 64;
  Tensor lu = row_major(lu0), pivots = row_major(pivots0), right = row_major(b0);
  Tensor x = side ? torch::stable::empty_like(right) : fresh_copy(b0);
  dispatch_number(x, "lu_solve", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (side) {
      LuSolveJob<T> job{data<T>(lu), data<int32_t>(pivots), data<T>(right), data<T>(x), n, m, b.count, int(trans)};
      return cpu_level() == 2 ? lu_solve_in_lanes<T, 64>(job) : lu_solve_in_lanes<T, 32>(job);
    }
    LuSolveItem<T> body{data<T>(lu), data<int32_t>(pivots), data<T>(x), x.size(-2), x.size(-1), int(trans)};
    parallel_for(x, b.count, body, matrices_at_least(x.size(-2)));
  });
  return x;
}

SCI_OPERATOR("_lu_small(Tensor a) -> (Tensor, Tensor, Tensor, Tensor)", lu_small)
SCI_OPERATOR("_lu_solve_small(Tensor lu, Tensor pivots, Tensor b, int trans) -> Tensor", lu_solve_small)

}  // namespace
}  // namespace sci
