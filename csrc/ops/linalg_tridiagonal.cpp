// The operators behind sci/linalg/_tridiagonal.py: tridiagonal matrices of a batch side by side.
#include <algorithm>

#include "core/cpu.h"
#include "linalg_shared.h"
#include "tridiagonal_jobs.h"

namespace sci {
namespace {

/// d (*, n), e (*, n - 1) on the CPU -> (w, V^T, info); V^T is empty unless `vectors`. info of a matrix is the
/// number of eigenvalues not found, n where it is not finite or there are no lanes.
std::tuple<Tensor, Tensor, Tensor> tridiagonal_eigh(const Tensor& d0, const Tensor& e0, bool vectors) {
  Tensor d = row_major(d0), e = row_major(e0), w = torch::stable::empty_like(d);
  std::vector<int64_t> size(d.sizes().begin(), d.sizes().end() - 1);
  const int64_t n = d.size(-1), wanted = vectors ? n : 0;
  int64_t count = 1;
  for (int64_t k : size) count *= k;
  Tensor v = empty_as(d, with_last(size, wanted, n)), info = empty_as(d, size, ScalarType::Int);
  if (!runs_lanes()) {
    std::fill_n(data<int32_t>(info), count, int32_t(n));
    return {w, v, info};
  }
  dispatch_real(d, "eigh_tridiagonal", [&](auto tag) {
    using T = typename decltype(tag)::type;
    TridiagonalJob<T> job{data<T>(std::as_const(d)),
                          data<T>(std::as_const(e)),
                          data<T>(w),
                          vectors ? data<T>(v) : nullptr,
                          data<int32_t>(info),
                          n,
                          count};
    cpu_level() == 2 ? tridiagonal_in_lanes<T, 64>(job) : tridiagonal_in_lanes<T, 32>(job);
  });
  return {w, v, info};
}

SCI_OPERATOR("_tridiagonal_eigh(Tensor d, Tensor e, bool vectors) -> (Tensor, Tensor, Tensor)", tridiagonal_eigh)

}  // namespace
}  // namespace sci
