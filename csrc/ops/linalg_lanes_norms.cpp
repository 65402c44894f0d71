// The shortest way of sci/linalg/_norm.py, on the CPU.
#pragma GCC optimize("tree-loop-vectorize", "tree-slp-vectorize", "vect-cost-model=dynamic")
#include "fft_threads.h"
#include "linalg/matrix_norms.h"
#include "linalg_quick.h"
#include "linalg_shared.h"

namespace sci {
namespace {

constexpr int64_t longest = 1 << 20;  // numbers of one norm, which one thread adds

/// (norms, code) over the last `dims` dimensions; `kind` is one of NormKind, other than the first for matrices alone.
std::tuple<Tensor, int64_t> norms_quick(const Tensor& a0, int64_t dims, int64_t kind) {
  const int64_t batch_dims = a0.dim() - dims;
  std::vector<int64_t> batch;
  int64_t count = 1;
  for (int64_t d = 0; d < batch_dims; ++d) {
    batch.push_back(a0.size(d));
    count *= batch.back();
  }
  if (a0.numel() == 0 || a0.numel() / count > longest) return {a0, look_again};
  const Tensor a = row_major(a0);
  const int64_t n = dims == 2 ? a.size(-1) : a.numel() / count, m = a.numel() / count / n;
  Tensor norms = empty_as(a, batch, real_type(a.scalar_type()));
  std::unique_ptr<bool[]> sure(new bool[count]);
  dispatch_number(a, "norm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    const LanesNorm<T> task{data<T>(a), data<R>(norms), sure.get(), m, n, NormKind(kind)};
    on_threads<R>(task, count, std::max<int64_t>(1, 65536 / (m * n)), n);
  });
  return {norms, std::all_of(sure.get(), sure.get() + count, [](bool x) { return x; }) ? 0 : look_again};
}

SCI_DIRECT_CPU_OPERATOR("_norms_quick(Tensor a, int dims, int kind) -> (Tensor, int)", norms_quick)

}  // namespace
}  // namespace sci
