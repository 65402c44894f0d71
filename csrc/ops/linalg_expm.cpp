// The operator behind sci/linalg/_expm.py for small matrices on the CPU.
#include "core/cpu.h"
#include "linalg_shared.h"
#include "ops/expm_jobs.h"
#include "runtime/cpu_operator.h"

namespace sci {
namespace {

template <class T>
void run(const ExpmJob<T>& job) {
  // One small matrix does not fill wide vectors.
  cpu_level() == 2 && (job.many || job.n > 8) ? expm_in_lanes<T, 64>(job) : expm_in_lanes<T, 32>(job);
}

Tensor expm_small(const Tensor& a0) {
  Tensor a = row_major(a0), x = torch::stable::empty_like(a);
  Batch b = batch_of(a);
  bool complex_ = a.scalar_type() == ScalarType::ComplexDouble || a.scalar_type() == ScalarType::ComplexFloat;
  bool wide = real_type(a.scalar_type()) == ScalarType::Double;
  int64_t n = complex_ ? 2 * b.n : b.n;
  bool many = b.count > 1 && n <= 32;  // more would not stay in the cache
  if (wide)
    run(ExpmJob<double>{data<double>(a), data<double>(x), n, b.count, complex_, many});
  else
    run(ExpmJob<float>{data<float>(a), data<float>(x), n, b.count, complex_, many});
  return x;
}

SCI_CPU_OPERATOR("_expm_small(Tensor a) -> Tensor", expm_small)

}  // namespace
}  // namespace sci
