// The operators behind sci/linalg/_hermitian.py, _tridiagonal.py and _svd_operators.py for batches of small matrices.
#include <algorithm>

#include "core/cpu.h"
#include "jacobi_jobs.h"
#include "linalg/jacobi_registers.h"
#include "linalg/jacobi_teams.h"
#include "linalg/orientation.h"
#include "linalg_quick.h"
#include "linalg_shared.h"
#include "orthogonal_jobs.h"
#include "runtime/kept_tensor.h"
#include "runtime/teams.h"
#include "tridiagonal_jobs.h"

#define SCI_JACOBI_KERNELS_OF(T)                                                        \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiEigh<T>, 4>)      \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiEigh<T>, 8>)      \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiEigh<T>, 32>)     \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiSvd<T>, 4>)       \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiSvd<T>, 8>)       \
  SCI_TEAM_KERNEL("linalg/jacobi_teams.h", sci::JacobiTeam<sci::JacobiSvd<T>, 32>)      \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiEigh<T>, 2>) \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiEigh<T>, 3>) \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiEigh<T>, 4>) \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiSvd<T>, 2>)  \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiSvd<T>, 3>)  \
  SCI_TEAM_KERNEL("linalg/jacobi_registers.h", sci::JacobiLanes<sci::JacobiSvd<T>, 4>)
SCI_JACOBI_KERNELS_OF(float)
SCI_JACOBI_KERNELS_OF(double)
SCI_JACOBI_KERNELS_OF(sci::complex<float>)
SCI_JACOBI_KERNELS_OF(sci::complex<double>)
SCI_FOUR_KERNELS("linalg/orientation.h", OrientItem)

namespace sci {

void orient(Tensor& u, Tensor* vh) {
  const int64_t rows = u.size(-2), columns = u.size(-1), width = vh ? vh->size(-1) : rows;
  const int64_t count = vh ? std::min(rows, width) : columns;
  if (u.numel() == 0 || count == 0 || std::max(rows, width) <= one_way_limit) return;
  const int64_t matrices = u.numel() / (rows * columns), height = vh ? vh->size(-2) : 0;
  dispatch_number(u, "orient", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using Item = OrientItem<T>;
    const Item item{data<T>(u), vh ? data<T>(*vh) : nullptr, rows, columns, count, height, width};
    parallel_for(u, matrices * Item::groups(count, u.is_cuda() ? 1 : Item::at_once), item, 1 + 1024 / rows);
  });
}

namespace {

/// On lanes, Jacobi's rotations up to this size, beyond by way of the tridiagonal form. Measured.
constexpr int64_t most_by_rotations = one_way_limit, values_by_rotations = 2;

/// `count` matrices by Jacobi's method in the form that their size needs on a GPU.
template <class Method>
void run_jacobi(const Tensor& like, int64_t count, const Method& method) {
  const int64_t n = method.n;
  const auto in_registers = [&](auto size) {
    const JacobiLanes<Method, decltype(size)::value> body{{method, count}};
    const int64_t warps = (count + 31) / 32;
    launch_cuda(kernel_of<JacobiLanes<Method, decltype(size)::value>>::kernel, like.get_device(), warps, 32 * warps,
                &body);
  };
  if (like.is_cuda() && n > 1 && n <= 4 && count > 0)
    n == 2   ? in_registers(std::integral_constant<int, 2>())
    : n == 3 ? in_registers(std::integral_constant<int, 3>())
             : in_registers(std::integral_constant<int, 4>());
  else if (n <= 8)
    teams_for(like, count, JacobiTeam<Method, 4>{method}, matrices_at_least(n));
  else if (n <= 16)
    teams_for(like, count, JacobiTeam<Method, 8>{method}, matrices_at_least(n));
  else
    teams_for(like, count, JacobiTeam<Method, 32>{method}, matrices_at_least(n));
}

/// (w, V, info) of Hermitian matrices, of which one triangle is read; info is not 0 where the method did not converge,
/// or the matrix is not finite. V is empty unless `vectors`.
std::tuple<Tensor, Tensor, Tensor> eigh_small(const Tensor& a0, bool lower, bool vectors) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0);
  Tensor v = vectors ? torch::stable::empty_like(a) : empty_as(a, with_last(b.size, 0, 0));
  Tensor w = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type())),
         info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "eigh", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    T* left = vectors ? data<T>(v) : nullptr;
    if (!a.is_cpu() || !runs_lanes())
      return run_jacobi(a, b.count,
                        JacobiEigh<T>{data<T>(std::as_const(a)), left, data<R>(w), data<int32_t>(info), b.n, lower});
    EighJob<T> job{data<T>(a), left, data<R>(w), data<int32_t>(info), b.n, b.count, lower};
    if (b.count < least_batch && b.n > (vectors ? alone_limit : one_way_limit) && b.n <= one_planes_limit)
      return hermitian_alone(job);
    if (b.n > (vectors ? most_by_rotations : values_by_rotations))
      return cpu_level() == 2 ? hermitian_in_lanes<T, 64>(job) : hermitian_in_lanes<T, 32>(job);
    cpu_level() == 2 ? eigh_in_lanes<T, 64>(job) : eigh_in_lanes<T, 32>(job);
  });
  if (vectors && a.is_cpu()) orient(v, nullptr);
  return {w, v, info};
}

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

/// (eigenvalues, V^T, info) of float64 matrices with known eigenvalues.
std::tuple<Tensor, Tensor, Tensor> tridiagonal_vectors(const Tensor& d0, const Tensor& e0, const Tensor& w0) {
  Tensor d = row_major(d0), e = row_major(e0), w = fresh_copy(w0);
  std::vector<int64_t> size(d.sizes().begin(), d.sizes().end() - 1);
  const int64_t n = d.size(-1), count = d.numel() / n;
  Tensor v = room_as(d, with_last(size, n, n)), info = empty_as(d, size, ScalarType::Int);
  const TwistedJob job{data<double>(std::as_const(d)),
                       data<double>(std::as_const(e)),
                       data<double>(w),
                       data<double>(v),
                       data<int32_t>(info),
                       n,
                       count};
  if (!runs_lanes())
    std::fill_n(job.info, count, 1);
  else
    cpu_level() == 2 ? twisted_in_lanes<64>(job) : twisted_in_lanes<32>(job);
  return {w, v, info};
}

/// (U, s, V^H, info) of square matrices; info is 1 where a singular value is too small for a left vector. Without
/// `vectors` U and V^H are empty. On the CPU matrices go side by side, but with `alone`, and without vectors, one after
/// the other as a GPU's teams have them.
std::tuple<Tensor, Tensor, Tensor, Tensor> svd_small(const Tensor& a0, bool alone, bool vectors) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), u = empty_as(a, with_last(b.size, vectors ? b.n : 0, vectors ? b.n : 0)),
         vh = torch::stable::empty_like(u);
  Tensor s = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type()));
  Tensor info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "svd", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    if (alone || !vectors || !a.is_cpu() || !runs_lanes()) {
      T *left = vectors ? data<T>(u) : nullptr, *right = vectors ? data<T>(vh) : nullptr;
      return run_jacobi(a, b.count, JacobiSvd<T>{data<T>(a), left, right, data<R>(s), data<int32_t>(info), b.n});
    }
    SvdJob<T> job{data<T>(a), data<T>(u), data<T>(vh), data<R>(s), data<int32_t>(info), b.n, b.count};
    cpu_level() == 2 ? svd_in_lanes<T, 64>(job) : svd_in_lanes<T, 32>(job);
  });
  return {u, s, vh, info};
}

/// vh is empty where eigenvectors are oriented.
void orient_in_place(Tensor u, Tensor vh) { orient(u, vh.numel() == 0 ? nullptr : &vh); }

// ---- the shortest way ----------------------------------------------------------------------------------------------

std::tuple<Tensor, Tensor, int64_t> eigh_quick(const Tensor& a, bool lower, bool vectors, bool check) {
  const bool few = batch_of(a).count < least_batch;
  const int64_t most = !runs_lanes() ? alone_limit : few && !vectors ? one_planes_limit : one_vectors_limit;
  if (!is_square(a, most) || (check && !all_finite(a))) return {a, a, look_again};
  auto [w, v, info] = eigh_small(a, lower, vectors);
  return {w, v, code_of(info)};
}

SCI_DIRECT_OPERATOR("_eigh_quick(Tensor a, bool lower, bool vectors, bool check) -> (Tensor, Tensor, int)", eigh_quick)
SCI_OPERATOR("_orient(Tensor(a!) u, Tensor(b!) vh) -> ()", orient_in_place)
SCI_OPERATOR("_eigh_small(Tensor a, bool lower, bool vectors=True) -> (Tensor, Tensor, Tensor)", eigh_small)
SCI_CPU_OPERATOR("_tridiagonal_eigh(Tensor d, Tensor e, bool vectors) -> (Tensor, Tensor, Tensor)", tridiagonal_eigh)
SCI_CPU_OPERATOR("_tridiagonal_vectors(Tensor d, Tensor e, Tensor w) -> (Tensor, Tensor, Tensor)", tridiagonal_vectors)
SCI_OPERATOR("_svd_small(Tensor a, bool alone=False, bool vectors=True) -> (Tensor, Tensor, Tensor, Tensor)", svd_small)

}  // namespace
}  // namespace sci
