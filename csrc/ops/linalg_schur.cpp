// The operators behind sci/linalg/_schur_form.py, _eig.py, _hessenberg.py and _sqrtm.py: one matrix of the batch per
// item, or matrices side by side.
#include <algorithm>
#include <atomic>

#include "core/cpu.h"
#include "linalg_quick.h"
#include "linalg_shared.h"
#include "runtime/teams.h"
#include "schur_jobs.h"
#pragma GCC optimize("O3")  // the row operations vectorise
#include "linalg/balance.h"
#include "linalg/eig.h"
#include "linalg/schur_reorder.h"
#include "linalg/triangular_logarithm.h"
#include "linalg/triangular_sqrt.h"
#include "linalg/triangular_sylvester.h"
// A GPU's kernel, which the CPU runs for tests alone: compiled in the shortest time.
#pragma GCC push_options
#pragma GCC optimize("O0")
#include "linalg/schur_gradient_teams.h"
#pragma GCC pop_options

SCI_FOUR_TEAM_KERNELS("linalg/eig.h", EigItem)
SCI_FOUR_TEAM_KERNELS("linalg/hessenberg.h", HessenbergItem)
SCI_FOUR_TEAM_KERNELS("linalg/schur.h", SchurItem)
SCI_FOUR_KERNELS("linalg/schur_reorder.h", ReorderItem)
SCI_FOUR_KERNELS("linalg/triangular_sqrt.h", TriangularSqrtItem)
SCI_FOUR_KERNELS("linalg/triangular_logarithm.h", LogarithmItem)
SCI_FOUR_KERNELS("linalg/balance.h", BalanceItem)
SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", SchurLowerItem)
SCI_FOUR_TEAM_KERNELS("linalg/schur_gradient_teams.h", SchurGradient)

namespace sci {
namespace {

/// Eigenvalues of one matrix; LAPACK's blocked code is faster beyond (measured).
constexpr int64_t one_eig_limit = 64;

/// Whether matrices go side by side on the CPU's lanes.
bool in_lanes(const Tensor& a, const Batch& b) {
  return a.is_cpu() && runs_lanes() && b.n > 0 && b.n <= 32 && b.count >= (b.n <= alone_limit ? 1 : 4);
}

/// (T, Z, info): info of every matrix is the number of eigenvalues that the QR algorithm did not find.
std::tuple<Tensor, Tensor, Tensor> schur_small(const Tensor& a) {
  Batch b = batch_of(a);
  const bool side = in_lanes(a, b);
  Tensor in = row_major(a), t = torch::stable::empty_like(in), z = torch::stable::empty_like(in),
         info = empty_as(in, b.size, ScalarType::Int);
  dispatch_number(in, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (side) {
      SchurJob<T> job{data<T>(in), data<T>(t), data<T>(z), data<int32_t>(info), b.n, b.count};
      return cpu_level() == 2 ? schur_in_lanes<T, 64>(job) : schur_in_lanes<T, 32>(job);
    }
    SchurItem<T> body{data<T>(std::as_const(in)), data<T>(t), data<T>(z), data<int32_t>(info), b.n, team_for(b.n)};
    Tensor memory = in;
    if (in.is_cuda() && body.shared_bytes() > shared_bytes_of_team(in.get_device())) {
      memory = empty_as(in, with_last(b.size, body.numbers()));
      body.memory = data<T>(memory);
    }
    teams_for(in, b.count, body, matrices_at_least(b.n));
  });
  return {t, z, info};
}

/// (H, Q) of a batch for which in_lanes is true or which is on a GPU; with `alone` as GPU threads have it.
std::tuple<Tensor, Tensor> hessenberg_small(const Tensor& a0, bool alone) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), h = torch::stable::empty_like(a), q = torch::stable::empty_like(a);
  dispatch_number(a, "hessenberg", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (alone || !a.is_cpu() || !runs_lanes()) {
      const T* in = data<T>(std::as_const(a));
      return teams_for(a, b.count, HessenbergItem<T>{in, data<T>(h), data<T>(q), b.n, team_for(b.n)},
                       matrices_at_least(b.n));
    }
    HessenbergJob<T> job{data<T>(a), data<T>(h), data<T>(q), b.n, b.count};
    cpu_level() == 2 ? hessenberg_in_lanes<T, 64>(job) : hessenberg_in_lanes<T, 32>(job);
  });
  return {h, q};
}

/// (w, V, info) of a batch for which in_lanes is true or which is on a GPU; V is empty unless `vectors`, and has those
/// from the left where `left`. With `alone` as GPU threads have it.
std::tuple<Tensor, Tensor, Tensor> eig_small(const Tensor& a0, bool vectors, bool left, bool alone) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), info = empty_as(a, b.size, ScalarType::Int);
  const ScalarType type =
      real_type(a.scalar_type()) == ScalarType::Double ? ScalarType::ComplexDouble : ScalarType::ComplexFloat;
  Tensor w = empty_as(a, with_last(b.size, b.n), type),
         v = empty_as(a, with_last(b.size, vectors ? b.n : 0, vectors ? b.n : 0), type);
  dispatch_number(a, "eig", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = complex<real_of<T>>;
    if (alone || !a.is_cpu() || !runs_lanes()) {
      EigItem<T> body{data<T>(std::as_const(a)),
                      data<C>(w),
                      vectors ? data<C>(v) : nullptr,
                      data<int32_t>(info),
                      b.n,
                      team_for(b.n),
                      left};
      // Each lane has a column of its own beside the matrix: fewer of them where a GPU has 64 KB.
      while (a.is_cuda() && body.team_size > 8 && body.shared_bytes() > shared_bytes_of_team(a.get_device()))
        body.team_size /= 2;
      return teams_for(a, b.count, body, matrices_at_least(b.n));
    }
    EigJob<T> job{data<T>(a), data<C>(w), vectors ? data<C>(v) : nullptr, data<int32_t>(info), b.n, b.count, left};
    cpu_level() == 2 ? eig_in_lanes<T, 64>(job) : eig_in_lanes<T, 32>(job);
  });
  return {w, v, info};
}

/// (w, V, code) of one matrix by itself.
std::tuple<Tensor, Tensor, int64_t> eig_quick(const Tensor& a0, bool vectors, bool check) {
  if (a0.dim() != 2 || !is_square(a0, one_eig_limit) || (check && !all_finite(a0))) return {a0, a0, look_again};
  // Vectors of small ones as in a batch.
  auto [w, v, info] = eig_small(a0, vectors, false, !vectors || a0.size(-1) > alone_limit);
  return {w, v, code_of(info)};
}

std::tuple<Tensor, Tensor, Tensor> schur_reorder(const Tensor& t0, const Tensor& z0, const Tensor& select) {
  Batch b = batch_of(t0);
  Tensor t = fresh_copy(t0), z = fresh_copy(z0), flags = fresh_copy(select),
         info = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(t, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    ReorderItem<T> body{data<T>(t), data<T>(z), data<int32_t>(flags), data<int32_t>(info), b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return {t, z, info};
}

/// (X, U, info); X, the root of a = z t z^H, only if `a` is given (else it is U: large products are left to torch).
std::tuple<Tensor, Tensor, Tensor> triangular_sqrt_of(const Tensor& t0, const Tensor& z0,
                                                      const std::optional<Tensor>& a0) {
  Batch b = batch_of(t0);
  const bool whole = a0.has_value();
  Tensor t = fresh_copy(t0), z = whole ? fresh_copy(z0) : t, a = whole ? row_major(*a0) : t;
  Tensor u = fresh_copy(t0), x = whole ? fresh_copy(t0) : u;
  Tensor work = empty_as(t, with_last(b.size, whole ? work_of_sqrt(b.n) : 0));
  Tensor info = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(t, "sqrtm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* vectors = whole ? data<T>(z) : nullptr;
    TriangularSqrtItem<T> body{data<T>(std::as_const(a)), data<T>(t), data<T>(u), vectors, data<T>(x), data<T>(work),
                               data<int32_t>(info),       b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return {x, u, info};
}

/// X, the logarithm of a = z t z^H; NaN where a real one has none that is real.
Tensor logarithm_of(const Tensor& a0, const Tensor& t0, const Tensor& z0) {
  const Batch b = batch_of(t0);
  Tensor a = row_major(a0), t = row_major(t0), z = row_major(z0), x = torch::stable::empty_like(t);
  Tensor work = empty_as(t, {b.count, work_of_logarithm(b.n)});
  dispatch_number(t, "logm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LogarithmItem<T> body{data<T>(std::as_const(a)),
                          data<T>(std::as_const(t)),
                          data<T>(std::as_const(z)),
                          data<T>(x),
                          data<T>(work),
                          b.n};
    parallel_for(t, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

std::tuple<Tensor, Tensor, int64_t> schur_quick(const Tensor& a, bool check) {
  if (!is_square(a, one_schur_limit) || (check && !all_finite(a))) return {a, a, look_again};
  auto [t, z, info] = schur_small(a);
  return {t, z, code_of(info)};
}

/// (X, the largest code) on the CPU, for matrices that nothing differentiates: 0, 1 to 3 of the triangle's root, or 4
/// where there is no Schur form.
std::tuple<Tensor, int64_t> sqrtm_small(const Tensor& a0) {
  if (!is_square(a0, one_sqrtm_limit)) return {a0, look_again};
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), x = torch::stable::empty_like(a);
  std::atomic<int64_t> worst{0};
  dispatch_number(a, "sqrtm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const int64_t n = b.n, size = n * n, grain = matrices_at_least(n);
    const T* in = data<T>(a);
    T* out = data<T>(x);
    auto run = [&](int64_t begin, int64_t end) {
      SchurItem<T> schur{in, nullptr, nullptr, nullptr, n, 1};
      std::vector<T> memory(3 * size + std::max(schur.numbers(), work_of_sqrt(n)));
      T *t = memory.data(), *z = t + size, *u = z + size, *work = u + size;
      int64_t bad = 0;
      for (int64_t i = begin; i < end; ++i) {
        int32_t info = 0;
        schur.a = in + i * size, schur.t = t, schur.z = z, schur.info = &info, schur.memory = work;
        schur.team(0, {0, 1}, nullptr);
        std::copy(t, t + size, u);
        const int64_t code = info ? 4 : sqrt_from_schur(in + i * size, t, z, u, out + i * size, work, n);
        bad = std::max(bad, code);
      }
      for (int64_t seen = worst; seen < bad && !worst.compare_exchange_weak(seen, bad);) {
      }
    };
    if (b.count <= grain)
      run(0, b.count);
    else
      torch::stable::parallel_for(0, b.count, grain, run);
  });
  return {x, worst.load()};
}

/// (factors, places) with which matrices are balanced.
std::tuple<Tensor, Tensor> balance(const Tensor& a0, bool permuted, bool scaled) {
  Tensor a = fresh_copy(a0);
  const Batch b = batch_of(a);
  Tensor factors = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type()));
  Tensor places = empty_as(a, with_last(b.size, b.n), ScalarType::Int);
  dispatch_number(a, "matrix_balance", [&](auto tag) {
    using T = typename decltype(tag)::type;
    BalanceItem<T> body{data<T>(a), data<real_of<T>>(factors), data<int32_t>(places), b.n, permuted, scaled};
    parallel_for(a, b.count, body, matrices_at_least(b.n));
  });
  return {factors, places};
}

Tensor schur_lower(const Tensor& t0, const Tensor& c, bool adjoint, bool coupled) {
  Batch b = batch_of(c);
  Tensor t = fresh_copy(t0), x = fresh_copy(c);
  dispatch_number(x, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    SchurLowerItem<T> body{data<T>(t), data<T>(x), b.n, adjoint, coupled};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

/// (gradient, 1 where a loss depends on phases) of (T, Z) and the gradients of either or both. With `alone` as a GPU's
/// teams have it.
std::tuple<Tensor, Tensor> schur_gradient(const Tensor& t0, const Tensor& z0, const std::optional<Tensor>& gt0,
                                          const std::optional<Tensor>& gz0, bool alone) {
  Batch b = batch_of(t0);
  Tensor t = row_major(t0), z = row_major(z0), out = torch::stable::empty_like(t);
  Tensor gt = gt0 ? row_major(*gt0) : t, gz = gz0 ? row_major(*gz0) : t;
  const bool teams = alone || t.is_cuda();
  Tensor work = empty_as(t, with_last(b.size, teams ? 0 : 3 * b.n, b.n)), flags = empty_as(t, b.size, ScalarType::Int);
  dispatch_number(t, "schur", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *left = gt0 ? data<T>(gt) : nullptr, *right = gz0 ? data<T>(gz) : nullptr;
    const int64_t grain = matrices_at_least(b.n);
    if (teams) {
      const GradientTeam<T> shared{data<T>(out), data<int32_t>(flags), b.n, team_for(b.n), false};
      return teams_for(t, b.count, SchurGradient<T>{shared, data<T>(t), data<T>(z), left, right}, grain);
    }
    const SchurGradientItem<T> body{data<T>(t),   data<T>(z),           left, right, data<T>(work),
                                    data<T>(out), data<int32_t>(flags), b.n};
    torch::stable::parallel_for(0, b.count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) body(i);
    });
  });
  return {out, flags};
}

SCI_OPERATOR("_schur_gradient(Tensor t, Tensor z, Tensor? gt, Tensor? gz, bool alone=False) -> (Tensor, Tensor)",
             schur_gradient)
SCI_OPERATOR("_schur_small(Tensor a) -> (Tensor, Tensor, Tensor)", schur_small)
SCI_OPERATOR("_hessenberg_small(Tensor a, bool alone=False) -> (Tensor, Tensor)", hessenberg_small)
SCI_OPERATOR("_eig_small(Tensor a, bool vectors, bool left=False, bool alone=False) -> (Tensor, Tensor, Tensor)",
             eig_small)
SCI_DIRECT_OPERATOR("_eig_quick(Tensor a, bool vectors, bool check) -> (Tensor, Tensor, int)", eig_quick)
SCI_OPERATOR("_schur_reorder(Tensor t, Tensor z, Tensor select) -> (Tensor, Tensor, Tensor)", schur_reorder)
SCI_OPERATOR("_triangular_sqrt(Tensor t, Tensor z, Tensor? a=None) -> (Tensor, Tensor, Tensor)", triangular_sqrt_of)
SCI_OPERATOR("_logarithm_from_schur(Tensor a, Tensor t, Tensor z) -> Tensor", logarithm_of)
SCI_DIRECT_OPERATOR("_schur_quick(Tensor a, bool check) -> (Tensor, Tensor, int)", schur_quick)
SCI_DIRECT_CPU_OPERATOR("_sqrtm_small(Tensor a) -> (Tensor, int)", sqrtm_small)
SCI_OPERATOR("_balance(Tensor a, bool permuted, bool scaled) -> (Tensor, Tensor)", balance)
SCI_OPERATOR("_schur_lower_solve(Tensor t, Tensor c, bool adjoint, bool coupled=False) -> Tensor", schur_lower)

}  // namespace
}  // namespace sci
