// The operators behind sci/linalg/_banded.py and sci/linalg/_toeplitz.py: one system of the batch per item, or on the
// CPU's lanes. What they say of a matrix in `info` the headers have under "Failure".
#include "banded_jobs.h"
#include "linalg/banded_cholesky_team.h"
#include "linalg/levinson_team.h"
#include "linalg_shared.h"
#include "runtime/teams.h"

SCI_FOUR_KERNELS("linalg/banded_lu.h", BandedSolveItem)
SCI_FOUR_KERNELS("linalg/banded_cholesky.h", PositiveBandedItem)
SCI_FOUR_TEAM_KERNELS("linalg/banded_cholesky_team.h", BandedCholeskyTeam)
SCI_FOUR_TEAM_KERNELS("linalg/levinson_team.h", LevinsonTeam)

namespace sci {
namespace {

/// Systems per CPU thread, from the operations that one is.
int64_t systems_at_least(int64_t work) { return std::max<int64_t>(1, 32768 / (work + 1)); }

/// One small system goes the way of a batch, so that it has the same result in one.
constexpr int64_t small = 64;
bool side_by_side(const Tensor& x, const Batch& b) {
  return x.is_cpu() && (b.count > 1 || b.n <= small) && runs_lanes();
}

/// ab (*, l + u + 1, n), b (*, n, m) -> (x, info): A^-1 b or A^-H b. On CUDA x is not written where `done` (*) holds.
std::tuple<Tensor, Tensor> banded_solve(const Tensor& ab0, const Tensor& b0, int64_t l, int64_t u, bool adjoint,
                                        const std::optional<Tensor>& done) {
  Tensor ab = row_major(ab0), rhs = row_major(b0), x = torch::stable::empty_like(rhs);
  Batch b = batch_of(ab);
  if (adjoint) std::swap(l, u);
  const int64_t width = 2 * l + u + 1, m = x.size(-1);
  Tensor info = empty_as(ab, b.size, ScalarType::Int);
  const bool lanes = side_by_side(x, b);
  STD_TORCH_CHECK(!done || (x.is_cuda() && done->scalar_type() == ScalarType::Bool && done->is_contiguous() &&
                            done->numel() == b.count),
                  "solve_banded: expected a truth for each system, on CUDA");
  const bool* skip = done ? data<bool>(*done) : nullptr;
  Tensor work = empty_as(ab, with_last(b.size, lanes ? 0 : b.n, width));
  dispatch_number(x, "solve_banded", [&](auto tag) {
    using T = typename decltype(tag)::type;
    BandedSolveItem<T> item{data<T>(std::as_const(ab)),
                            data<T>(std::as_const(rhs)),
                            data<T>(x),
                            data<T>(work),
                            data<int32_t>(info),
                            b.n,
                            m,
                            l,
                            u,
                            adjoint,
                            skip};
    if (lanes) return banded_solve_in_lanes(item, b.count);
    parallel_for(x, b.count, item, systems_at_least(b.n * width * (l + 1 + m)));
  });
  return {x, info};
}

/// ab (*, w + 1, n) in either form, b (*, n, m). Each result may be left out.
Tensor positive(const Tensor& ab0, const Tensor* b0, Tensor* factor, Tensor* x, bool lower, bool factored) {
  Tensor ab = row_major(ab0), rhs = b0 ? row_major(*b0) : ab;
  Batch b = batch_of(ab);
  const int64_t w = ab.size(-2) - 1, m = b0 ? rhs.size(-1) : 0;
  Tensor info = empty_as(ab, b.size, ScalarType::Int);
  const bool lanes = side_by_side(ab, b);
  // A team for a factor: narrower bands leave it little to share, of wider ones the window takes too much memory.
  const int64_t window = (w + 1) * (w + 1) * int64_t(ab.element_size());
  const bool teams = ab.is_cuda() && !x && w >= 2 && w <= BandedCholeskyTeam<float>::most_width &&
                     window <= shared_bytes_of_team(ab.get_device());
  Tensor work = empty_as(ab, with_last(b.size, lanes || teams ? 0 : b.n, w + 1));
  if (factor) *factor = torch::stable::empty_like(ab);
  if (x) *x = torch::stable::empty_like(rhs);
  dispatch_number(ab, "cholesky_banded", [&](auto tag) {
    using T = typename decltype(tag)::type;
    PositiveBandedItem<T> item{data<T>(std::as_const(ab)),
                               data<T>(std::as_const(rhs)),
                               factor ? data<T>(*factor) : nullptr,
                               x ? data<T>(*x) : nullptr,
                               data<T>(work),
                               data<int32_t>(info),
                               b.n,
                               m,
                               w,
                               lower,
                               factored};
    if (lanes) return positive_banded_in_lanes(item, b.count);
    if (teams) {
      const auto team = BandedCholeskyTeam<T>::of(item);
      return launch_cuda(kernel_of<BandedCholeskyTeam<T>>::kernel, ab.get_device(), b.count, b.count * team.team_size,
                         &team);
    }
    parallel_for(ab, b.count, item, systems_at_least(b.n * (w + 1) * (w + 1 + m)));
  });
  return info;
}

/// -> (factor, info)
std::tuple<Tensor, Tensor> banded_cholesky(const Tensor& ab, bool lower) {
  Tensor factor, info = positive(ab, nullptr, &factor, nullptr, lower, false);
  return {factor, info};
}

/// -> (x, info); with `factored` ab holds Cholesky factors.
std::tuple<Tensor, Tensor> positive_solve(const Tensor& ab, const Tensor& b, bool lower, bool factored) {
  Tensor x, info = positive(ab, &b, nullptr, &x, lower, factored);
  return {x, info};
}

/// c (*, 2 n - 1), b (*, m, n) -> (x (*, m, n), info)
std::tuple<Tensor, Tensor> levinson_solve(const Tensor& c0, const Tensor& b0) {
  Tensor c = row_major(c0), rhs = row_major(b0);
  Batch b = batch_of(rhs);
  int64_t n = rhs.size(-1), m = rhs.size(-2);
  Tensor x = torch::stable::empty_like(rhs), info = empty_as(rhs, b.size, ScalarType::Int);
  const bool lanes = x.is_cpu() && runs_lanes();
  Tensor work = empty_as(rhs, with_last(b.size, lanes ? 0 : 4 * n));
  dispatch_number(x, "solve_toeplitz", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LevinsonItem<T> item{
        data<T>(std::as_const(c)), data<T>(std::as_const(rhs)), data<T>(x), data<T>(work), data<int32_t>(info), n, m};
    if (lanes && cpu_level() == 2) return levinson_in_lanes<T, 64>(item, b.count);
    if (lanes) return levinson_in_lanes<T, 32>(item, b.count);
    parallel_for(x, b.count, LevinsonTeam<T>::of(item), systems_at_least(n * n * (m + 2)));
  });
  return {x, info};
}

SCI_OPERATOR("_banded_solve(Tensor ab, Tensor b, int l, int u, bool adjoint, Tensor? done) -> (Tensor, Tensor)",
             banded_solve)
SCI_OPERATOR("_banded_cholesky(Tensor ab, bool lower) -> (Tensor, Tensor)", banded_cholesky)
SCI_OPERATOR("_banded_positive_solve(Tensor ab, Tensor b, bool lower, bool factored) -> (Tensor, Tensor)",
             positive_solve)
SCI_OPERATOR("_levinson(Tensor c, Tensor b) -> (Tensor, Tensor)", levinson_solve)

}  // namespace
}  // namespace sci
