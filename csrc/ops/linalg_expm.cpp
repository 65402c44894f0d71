// The operators behind sci/linalg/_expm.py for small matrices: on the CPU's lanes, and by teams.
#include "core/cpu.h"
#include "linalg/expm_team.h"
#include "linalg_shared.h"
#include "ops/expm_jobs.h"
#include "runtime/teams.h"

SCI_FOUR_TEAM_KERNELS("linalg/expm_team.h", ExpmTeam)

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

/// A GPU's form, of matrices that fit a team's memory.
Tensor expm_team(const Tensor& a0) {
  Tensor a = row_major(a0), x = torch::stable::empty_like(a);
  const Batch b = batch_of(a);
  dispatch_number(a, "expm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    ExpmTeam<T> body{data<T>(std::as_const(a)), data<T>(x), b.n, team_for(b.n)};
    teams_for(a, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

SCI_OPERATOR("_expm_team(Tensor a) -> Tensor", expm_team)
SCI_CPU_OPERATOR("_expm_small(Tensor a) -> Tensor", expm_small)

}  // namespace
}  // namespace sci
