// The operator behind sci/linalg/_trigonometric.py, and behind the derivatives in sci/linalg/_expm.py, for batches of
// small matrices on the CPU.
#include "linalg_shared.h"
#include "ops/exponential_jobs.h"

namespace sci {
namespace {

/// One matrix after the other, where the lanes' code does not run.
template <int order, class T>
void in_turn(const ExponentialJob<T>& job) {
  const int64_t size = job.n * job.n;
  std::vector<T> memory(job.memory());
  T* const results[2] = {job.x, job.y};
  for (int64_t i = 0; i < job.count; ++i) {
    std::copy_n(job.a + i * size, size, memory.data());
    if (order == 2) std::copy_n(job.e + i * size, size, memory.data() + size);
    job.template run<order>(memory.data());
    for (int part = 0; part < job.functions(); ++part)
      std::copy_n(memory.data() + (2 * order - 1 + order * part) * size, size, results[part] + i * size);
  }
}

/// exp(a) and nothing, or the cosine and the sine, as `kind` counts ExponentialKind; where `e` is not empty their
/// derivatives in these directions.
std::tuple<Tensor, Tensor> exponential_small(const Tensor& a0, const Tensor& e0, int64_t kind) {
  Tensor a = row_major(a0), e = row_major(e0), x = torch::stable::empty_like(a);
  Tensor y = ExponentialKind(kind) == ExponentialKind::exponential ? empty_as(a, {0}) : torch::stable::empty_like(a);
  Batch b = batch_of(a);
  dispatch_number(a, "exponential", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* direction = e.numel() > 0 ? data<T>(std::as_const(e)) : nullptr;
    ExponentialJob<T> job{data<T>(std::as_const(a)), direction, data<T>(x), data<T>(y), b.n, b.count,
                          ExponentialKind(kind)};
    if (!runs_lanes())
      direction ? in_turn<2>(job) : in_turn<1>(job);
    else
      cpu_level() == 2 ? exponential_in_lanes<T, 64>(job) : exponential_in_lanes<T, 32>(job);
  });
  return {x, y};
}

SCI_CPU_OPERATOR("_exponential_small(Tensor a, Tensor e, int kind) -> (Tensor, Tensor)", exponential_small)

}  // namespace
}  // namespace sci
