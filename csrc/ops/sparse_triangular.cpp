// Operators of triangles in compressed rows: substitution, and the levels in which rows can be worked on at once.
#include "ops/sparse_shared.h"
#include "runtime/teams.h"
#include "sparse/csr_triangular.h"

#define SCI_TRIANGULAR_KERNELS(T)                                                \
  SCI_KERNEL("sparse/csr_triangular.h", sci::CsrTriangleLevel<T, int32_t>)       \
  SCI_KERNEL("sparse/csr_triangular.h", sci::CsrTriangleLevel<T, int64_t>)       \
  SCI_TEAM_KERNEL("sparse/csr_triangular.h", sci::CsrTriangleLevels<T, int32_t>) \
  SCI_TEAM_KERNEL("sparse/csr_triangular.h", sci::CsrTriangleLevels<T, int64_t>)
SCI_TRIANGULAR_KERNELS(float)
SCI_TRIANGULAR_KERNELS(double)
SCI_TRIANGULAR_KERNELS(sci::complex<float>)
SCI_TRIANGULAR_KERNELS(sci::complex<double>)

namespace sci {
namespace {

/// Levels one after another: those of few elements that follow each other in one launch, where a block goes through
/// them, others in a launch each.
template <class T, class I>
void solve_by_levels(const Tensor& x, CsrTriangleLevel<T, I> body, int64_t members, const int64_t* at, int64_t levels) {
  using Together = CsrTriangleLevels<T, I>;
  const int64_t width = Together::width(body.k);
  auto small = [&](int64_t level) { return (at[level + 1] - at[level]) * width <= Together::most; };
  for (int64_t level = 0; level < levels;) {
    int64_t end = level + 1;
    while (small(level) && end < levels && small(end)) ++end;
    if (end - level > 1) {
      Together together{body, body.rows + body.n, level, end};
      const int64_t items = members * Together::parts(body.k);
      launch_cuda(kernel_of<Together>::kernel, x.get_device(), items, items * Together::team_size, &together);
    } else {
      body.first = at[level];
      body.count = at[end] - at[level];
      parallel_for(x, members * body.count * body.k, body);
    }
    level = end;
  }
}

/// `data` has shape (members or 1, entries), b (members, n, k). On CUDA, `rows` are in the order of their levels, and
/// behind them is where each level begins in this order; level_starts says so on the CPU; `order` says where the
/// entries of the rows are in `data`.
Tensor csr_triangular_solve(const Tensor& data_, const Tensor& b_, const Tensor& indptr_, const Tensor& indices_,
                            const std::optional<Tensor>& order_, const std::optional<Tensor>& rows_,
                            const std::optional<Tensor>& level_starts, bool lower, bool unit, bool transposed) {
  using torch::stable::contiguous;
  const Tensor data = contiguous(data_), indptr = contiguous(indptr_), indices = contiguous(indices_);
  STD_TORCH_CHECK(data.dim() == 2 && b_.dim() == 3 && data.scalar_type() == b_.scalar_type(),
                  "csr_triangular_solve: ranks or dtypes do not fit");
  int64_t members = b_.size(0), n = b_.size(1), k = b_.size(2), entries = indices.size(0);
  STD_TORCH_CHECK(indptr.size(0) == n + 1 && data.size(1) >= entries && (data.size(0) == members || data.size(0) == 1),
                  "csr_triangular_solve: shapes do not fit");
  STD_TORCH_CHECK(!b_.is_cuda() || (!transposed && rows_.has_value() && level_starts.has_value()),
                  "csr_triangular_solve: on CUDA levels are needed");
  Tensor x = torch::stable::clone(contiguous(b_));
  if (members * n * k == 0) return x;
  int64_t stride = data.size(0) == 1 ? 0 : data.size(1);
  int32_t failed = 0;
  dispatch_number(x, "csr_triangular_solve", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_triangular_solve", [&](auto index) {
      using I = typename decltype(index)::type;
      const T* values = sci::data<T>(data);
      const I *starts = sci::data<I>(indptr), *places = sci::data<I>(indices);
      if (!x.is_cuda()) {
        auto guard = CsrGuard<I>::of(n, entries, &failed);
        CsrTriangle<T, I> body{values, starts,     places, sci::data<T>(x), n, k, stride, lower != transposed,
                               unit,   transposed, guard};
        if (members == 1) return run_items(0, 1, body);
        torch::stable::parallel_for(0, members, 1, [&](int64_t begin, int64_t end) { run_items(begin, end, body); });
        return;
      }
      const Tensor rows = contiguous(*rows_), levels = contiguous(*level_starts);
      const I* order = order_.has_value() ? sci::data<I>(static_cast<const Tensor&>(*order_)) : nullptr;
      const int64_t count = levels.size(0) - 1;
      STD_TORCH_CHECK(rows.size(0) == n + count + 1, "csr_triangular_solve: levels do not fit");
      const CsrTriangleLevel<T, I> body{values, starts, places, order, sci::data<I>(rows), sci::data<T>(x), 0, 0,
                                        n,      k,      stride, unit};
      solve_by_levels(x, body, members, sci::data<int64_t>(levels), count);
    });
  });
  check_inside(!failed, "csr_triangular_solve");
  return x;
}

/// The rows of a triangle in the order of their levels, and where in this order each level begins (int64).
std::tuple<Tensor, Tensor> csr_triangular_levels(const Tensor& indptr_, const Tensor& indices_, bool lower) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  int64_t n = indptr.size(0) - 1;
  Tensor level = room_as(indices, {n}), rows = room_as(indices, {n});
  int64_t count = 0;
  dispatch_index(indices, "csr_triangular_levels", [&](auto index) {
    using I = typename decltype(index)::type;
    count = csr_levels<I>(sci::data<I>(indptr), sci::data<I>(indices), n, indices.size(0), lower, sci::data<I>(level));
  });
  check_inside(count >= 0, "csr_triangular_levels");
  Tensor starts = empty_as(indices, {count + 1}, ScalarType::Long);
  int64_t* at = sci::data<int64_t>(starts);
  dispatch_index(indices, "csr_triangular_levels", [&](auto index) {
    using I = typename decltype(index)::type;
    const I* of = sci::data<I>(static_cast<const Tensor&>(level));
    I* to = sci::data<I>(rows);
    for (int64_t l = 0; l <= count; ++l) at[l] = 0;
    for (int64_t i = 0; i < n; ++i) ++at[of[i] + 1];
    for (int64_t l = 0; l < count; ++l) at[l + 1] += at[l];
    for (int64_t i = 0; i < n; ++i) to[at[of[i]]++] = I(i);
    for (int64_t l = count; l > 0; --l) at[l] = at[l - 1];
    at[0] = 0;
  });
  return {rows, starts};
}

SCI_OPERATOR(
    "csr_triangular_solve(Tensor data, Tensor b, Tensor indptr, Tensor indices, Tensor? order, Tensor? rows, "
    "Tensor? level_starts, bool lower, bool unit, bool transposed) -> Tensor",
    csr_triangular_solve)
SCI_CPU_OPERATOR("csr_triangular_levels(Tensor indptr, Tensor indices, bool lower) -> (Tensor, Tensor)",
                 csr_triangular_levels)

}  // namespace
}  // namespace sci
