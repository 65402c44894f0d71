// The operators behind sci/linalg/_cholesky.py and _qr_operator.py for small matrices.
#include "core/cpu.h"
#include "factors_jobs.h"
#include "linalg/factors.h"
#include "linalg_quick.h"
#include "linalg_shared.h"
#include "orthogonal_jobs.h"
#include "runtime/teams.h"

SCI_FOUR_TEAM_KERNELS("linalg/factors.h", QrItem)
SCI_FOUR_TEAM_KERNELS("linalg/factors.h", CholeskyItem)

namespace sci {
namespace {

/// (factor, order of the failing minor or 0); of `a` one triangle is read. `alone` as for QR.
std::tuple<Tensor, Tensor> cholesky_small(const Tensor& a0, bool lower, bool alone) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), c = torch::stable::empty_like(a), info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "cholesky", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (alone || !a.is_cpu()) {
      CholeskyItem<T> body{data<T>(a), data<T>(c), data<int32_t>(info), b.n, team_for(b.n), lower};
      return teams_for(a, b.count, body, matrices_at_least(b.n));
    }
    CholeskyJob<T> job{data<T>(a), data<T>(c), data<int32_t>(info), b.n, b.count, lower};
    if constexpr (!is_complex<T>)
      if (factors_alone(b.n, b.count)) return cholesky_alone(job);
    cpu_level() == 2 ? cholesky_in_lanes<T, 64>(job) : cholesky_in_lanes<T, 32>(job);
  });
  return {c, info};
}

/// The reciprocal condition of positive definite matrices, on the CPU's lanes: at least, or an estimate where they
/// might be ill-conditioned.
Tensor cholesky_condition(const Tensor& a0, bool lower) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), info = empty_as(a, b.size, ScalarType::Int),
         rcond = empty_as(a, b.size, real_type(a.scalar_type()));
  dispatch_number(a, "cholesky", [&](auto tag) {
    using T = typename decltype(tag)::type;
    CholeskyJob<T> job{data<T>(a), nullptr, data<int32_t>(info), b.n, b.count, lower, data<real_of<T>>(rcond)};
    cpu_level() == 2 ? cholesky_in_lanes<T, 64>(job) : cholesky_in_lanes<T, 32>(job);
  });
  return rcond;
}

/// (Q, R) in the economic form; there are at least as many rows as columns. On the CPU matrices go side by side, but
/// with `alone` one after the other as a GPU's teams have them.
std::tuple<Tensor, Tensor> qr_small(const Tensor& a0, bool alone) {
  Batch b = batch_of(a0);
  const int64_t m = a0.size(-2);
  Tensor a = row_major(a0), q = torch::stable::empty_like(a), r = empty_as(a, with_last(b.size, b.n, b.n));
  dispatch_number(a, "qr", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (alone || !a.is_cpu()) {
      QrItem<T> body{data<T>(a), data<T>(q), data<T>(r), m, b.n, team_for(b.n)};
      return teams_for(a, b.count, body, matrices_at_least(b.n));
    }
    QrJob<T> job{data<T>(a), data<T>(q), data<T>(r), m, b.n, b.count};
    cpu_level() == 2 ? qr_in_lanes<T, 64>(job) : qr_in_lanes<T, 32>(job);
  });
  return {q, r};
}

// ---- the shortest way ----------------------------------------------------------------------------------------------

std::tuple<Tensor, int64_t> cholesky_quick(const Tensor& a, bool lower, bool check) {
  const bool fits = is_square(a, is_complex_type(a.scalar_type()) ? alone_limit : one_cholesky_limit);
  if (!fits || (check && !all_finite(a))) return {a, look_again};
  auto [c, info] = cholesky_small(a, lower, false);
  return {c, code_of(info)};
}

/// (X, code) of A X = B with positive definite matrices that go side by side.
std::tuple<Tensor, int64_t> solve_positive_quick(const Tensor& a0, const Tensor& b0, bool lower, bool check) {
  const bool fits =
      is_square(a0, one_lu_limit) && fits_beside(a0, b0) && !factors_alone(a0.size(-1), batch_of(a0).count);
  const int64_t m = b0.dim() == 1 ? 1 : b0.size(-1);
  if (!fits || m > columns_side_by_side || (check && !(all_finite(a0) && all_finite(b0)))) return {a0, look_again};
  const Tensor a = row_major(a0), b = row_major(b0);
  Tensor x = torch::stable::empty_like(b);
  const Batch batch = batch_of(a);
  Tensor info = empty_as(a, batch.size, ScalarType::Int), rcond = empty_as(a, batch.size, real_type(a.scalar_type()));
  dispatch_number(a, "cholesky", [&](auto tag) {
    using T = typename decltype(tag)::type;
    CholeskyJob<T> job{data<T>(a),  nullptr, data<int32_t>(info),     batch.n,
                       batch.count, lower,   data<real_of<T>>(rcond), data<T>(b),
                       data<T>(x),  m};
    cpu_level() == 2 ? cholesky_in_lanes<T, 64>(job) : cholesky_in_lanes<T, 32>(job);
  });
  return {x, code_of(info) == 0 && well_conditioned(rcond) ? 0 : look_again};
}

std::tuple<int64_t, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t> matrix_sizes() {
  return {one_cholesky_limit,
          one_lu_limit,
          one_schur_limit,
          one_sqrtm_limit,
          eigh_batch_limit(),
          lower_cholesky_from(),
          runs_lanes() ? one_vectors_limit : 0};
}

STABLE_TORCH_LIBRARY_FRAGMENT(sci, m) { m.def("_matrix_sizes() -> (int, int, int, int, int, int, int)"); }
STABLE_TORCH_LIBRARY_IMPL(sci, CompositeExplicitAutograd, m) { m.impl("_matrix_sizes", TORCH_BOX(&matrix_sizes)); }
SCI_DIRECT_OPERATOR("_cholesky_quick(Tensor a, bool lower, bool check) -> (Tensor, int)", cholesky_quick)
SCI_DIRECT_CPU_OPERATOR("_solve_positive_quick(Tensor a, Tensor b, bool lower, bool check) -> (Tensor, int)",
                        solve_positive_quick)
SCI_OPERATOR("_cholesky_small(Tensor a, bool lower, bool alone=False) -> (Tensor, Tensor)", cholesky_small)
SCI_CPU_OPERATOR("_cholesky_condition(Tensor a, bool lower) -> Tensor", cholesky_condition)
SCI_OPERATOR("_qr_small(Tensor a, bool alone=False) -> (Tensor, Tensor)", qr_small)

}  // namespace
}  // namespace sci
