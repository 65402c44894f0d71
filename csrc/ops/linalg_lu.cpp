// The operators behind sci/linalg/_lu_operators.py, _solve.py and _det.py for small matrices.
#include "core/cpu.h"
#include "factors_jobs.h"
#include "linalg/systems.h"
#include "linalg_quick.h"
#include "linalg_shared.h"
#include "runtime/teams.h"

SCI_FOUR_TEAM_KERNELS("linalg/lu.h", LuItem)
SCI_FOUR_TEAM_KERNELS("linalg/systems.h", LuSolveItem)
SCI_FOUR_TEAM_KERNELS("linalg/systems.h", TriangleItem)
SCI_FOUR_TEAM_KERNELS("linalg/systems.h", TriangleGradient)

#define SCI_SYSTEM_KERNELS(T)                                        \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::SystemItem<T, false>)     \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::SystemItem<T, true>)      \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::ConditionItem<T, false>)  \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::ConditionItem<T, true>)   \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::SystemGradient<T, false>) \
  SCI_TEAM_KERNEL("linalg/systems.h", sci::SystemGradient<T, true>)

SCI_SYSTEM_KERNELS(float)
SCI_SYSTEM_KERNELS(double)
SCI_SYSTEM_KERNELS(sci::complex<float>)
SCI_SYSTEM_KERNELS(sci::complex<double>)

namespace sci {
namespace {

template <class T>
void factor(const LuJob<T>& job) {
  if (factors_alone(job.n, job.count)) return lu_alone(job);
  cpu_level() == 2 ? lu_in_lanes<T, 64>(job) : lu_in_lanes<T, 32>(job);
}

/// (LU, pivots counted from 0, rcond, info). With `alone` the CPU takes them as a GPU's teams have them, and rcond is
/// at least that: `_condition_small` knows better.
std::tuple<Tensor, Tensor, Tensor, Tensor> lu_small(const Tensor& a, bool alone) {
  Batch b = batch_of(a);
  Tensor in = row_major(a), lu = torch::stable::empty_like(in),
         pivots = empty_as(in, with_last(b.size, b.n), ScalarType::Int);
  Tensor info = empty_as(in, b.size, ScalarType::Int), rcond = empty_as(in, b.size, real_type(a.scalar_type()));
  dispatch_number(a, "lu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (a.is_cpu() && a.numel() > 0 && !alone)
      return factor(LuJob<T>{data<T>(in), data<T>(lu), nullptr, data<int32_t>(pivots), data<int32_t>(info),
                             data<real_of<T>>(rcond), b.n, b.count});
    LuItem<T> body{data<T>(in),         data<T>(lu), nullptr,      data<int32_t>(pivots), data<real_of<T>>(rcond),
                   data<int32_t>(info), b.n,         team_for(b.n)};
    teams_for(in, b.count, body, matrices_at_least(b.n));
  });
  return {lu, pivots, rcond, info};
}

/// (LU, pivots counted from 0, info) as LAPACK has them, by a GPU's teams; on the CPU one matrix after the other.
std::tuple<Tensor, Tensor, Tensor> lu_teams(const Tensor& a0) {
  const Batch b = batch_of(a0);
  Tensor a = row_major(a0), lu = torch::stable::empty_like(a), info = empty_as(a, b.size, ScalarType::Int),
         pivots = empty_as(a, with_last(b.size, b.n), ScalarType::Int);
  dispatch_number(a, "lu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LuItem<T> body{data<T>(a), data<T>(lu),         nullptr, data<int32_t>(pivots),
                   nullptr,    data<int32_t>(info), b.n,     team_for(b.n)};
    teams_for(a, b.count, body, matrices_at_least(b.n));
  });
  return {lu, pivots, info};
}

/// Row-major right-hand sides of m columns, on the CPU.
void solve_on_cpu(const Tensor& lu, const Tensor& pivots, const Tensor& b, Tensor& x, int64_t m, int64_t trans) {
  const int64_t n = lu.size(-1), count = b.numel() / (n * m);
  dispatch_number(x, "lu_solve", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LuSolveJob<T> job{data<T>(lu), data<int32_t>(pivots), data<T>(b), data<T>(x), n, m, count, int(trans)};
    if (factors_alone(m > 64 ? m : n, count)) return lu_solve_alone(job);
    cpu_level() == 2 ? lu_solve_in_lanes<T, 64>(job) : lu_solve_in_lanes<T, 32>(job);
  });
}

Tensor det_small(const Tensor& a0, bool alone) {
  Batch b = batch_of(a0);
  Tensor a = row_major(a0), det = empty_as(a, b.size);
  dispatch_number(a, "det", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (!a.is_cpu() || alone) {
      LuItem<T> body{data<T>(a), nullptr, data<T>(det), nullptr, nullptr, nullptr, b.n, team_for(b.n)};
      return teams_for(a, b.count, body, matrices_at_least(b.n));
    }
    factor(LuJob<T>{data<T>(a), nullptr, data<T>(det), nullptr, nullptr, nullptr, b.n, b.count});
  });
  return det;
}

// ---- systems by a GPU's teams; on the CPU one matrix after the other ------------------------------------------------

/// A batch as a kernel reads it, copied where it is not row-major; one matrix for all items stays one.
template <class T>
MatrixBatch<T> matrices_of(const Tensor& x, std::vector<Tensor>& kept) {
  bool one = x.dim() > 2 && x.stride(x.dim() - 1) == 1 && x.stride(x.dim() - 2) == x.size(-1);
  for (int64_t d = 0; d < x.dim() - 2; ++d) one = one && x.stride(d) == 0;
  kept.push_back(one ? x : row_major(x));
  return {static_cast<const T*>(kept.back().data_ptr()), one ? 0 : x.size(-2) * x.size(-1)};
}

/// Runs a kernel on matrices `a` and right-hand sides `b`, both of the same batch; make(columns) adds what it needs of
/// its own. Flags come back where they are wanted.
template <class F>
std::tuple<Tensor, Tensor> solve_columns(const Tensor& a, const Tensor& b, bool flagged, F make) {
  const Batch batch = batch_of(b);
  const int64_t n = b.size(-2), m = b.size(-1), team = team_for(n);
  std::vector<Tensor> kept;
  Tensor x = empty_as(b, with_last(batch.size, n, m)), flags;
  dispatch_number(b, "solve", [&](auto tag) {
    using T = typename decltype(tag)::type;
    ColumnsItem<T> columns{matrices_of<T>(a, kept), matrices_of<T>(b, kept), data<T>(x), nullptr, n, m, team};
    flags = empty_as(b, {flagged ? batch.count * columns.pieces() : 0}, ScalarType::Int);
    if (flagged) columns.flags = data<int32_t>(flags);
    teams_for(x, batch.count * columns.pieces(), make(columns), matrices_at_least(n));
  });
  return {x, flags};
}

/// (op(LU)^-1 B, flags as LuSolveItem has them where they are wanted), by teams.
std::tuple<Tensor, Tensor> lu_solve_teams(const Tensor& lu, const Tensor& pivots0, const Tensor& b, int64_t trans,
                                          bool flagged) {
  const Tensor pivots = row_major(pivots0);
  return solve_columns(lu, b, flagged, [&](auto columns) {
    return LuSolveItem<typename decltype(columns)::Number>{columns, data<int32_t>(pivots), int(trans)};
  });
}

Tensor lu_solve_small(const Tensor& lu, const Tensor& pivots, const Tensor& b0, int64_t trans, bool alone) {
  if (!b0.is_cpu() || b0.numel() == 0 || alone) return std::get<0>(lu_solve_teams(lu, pivots, b0, trans, false));
  Tensor b = row_major(b0), x = torch::stable::empty_like(b);
  solve_on_cpu(row_major(lu), row_major(pivots), b, x, b.size(-1), trans);
  return x;
}

/// (X, flags as TriangleItem has them where they are wanted) of op(A) X = B with triangles; `trans` 1 is A^T, 2 is A^H.
std::tuple<Tensor, Tensor> triangle_small(const Tensor& a, const Tensor& b, int64_t trans, bool lower, bool unit,
                                          bool twice, bool flagged) {
  return solve_columns(a, b, flagged, [&](auto columns) {
    return TriangleItem<typename decltype(columns)::Number>{columns, lower, trans != 0, trans == 2, unit, twice};
  });
}

/// Calls f(tag, flag), the number type and whether a positive definite matrix is meant.
template <class F>
void dispatch_system(const Tensor& a, int64_t kind, F f) {
  dispatch_number(a, "solve", [&](auto tag) {
    if (kind >= int64_t(SystemKind::lower)) return f(tag, std::true_type());
    f(tag, std::false_type());
  });
}

/// (op(A)^-1 B, rcond, info), or the inverse without B; `kind` is a SystemKind. Without `judge` there is no condition,
/// and with `look` that of a system with a number that is not finite is NaN.
std::tuple<Tensor, Tensor, Tensor> solve_small(const Tensor& a, const std::optional<Tensor>& b, int64_t kind,
                                               bool judge, bool look) {
  const Batch batch = batch_of(a);
  const int64_t m = b ? b->size(-1) : batch.n;
  std::vector<Tensor> kept;
  Tensor x = empty_as(a, with_last(batch.size, batch.n, m)), info = empty_as(a, batch.size, ScalarType::Int);
  Tensor rcond = empty_as(a, batch.size, real_type(a.scalar_type()));
  dispatch_system(a, kind, [&](auto tag, auto positive) {
    using T = typename decltype(tag)::type;
    SystemItem<T, positive> body{matrices_of<T>(a, kept),
                                 b ? matrices_of<T>(*b, kept) : MatrixBatch<T>{nullptr, 0},
                                 data<T>(x),
                                 judge ? data<real_of<T>>(rcond) : nullptr,
                                 data<int32_t>(info),
                                 batch.n,
                                 m,
                                 team_for(batch.n),
                                 SystemKind(kind),
                                 look};
    teams_for(x, batch.count, body, matrices_at_least(batch.n));
  });
  return {x, rcond, info};
}

/// `rcond`, with estimates where what is there does not say that a matrix is regular.
Tensor condition_small(const Tensor& a, const Tensor& rcond, const Tensor& info, int64_t kind) {
  const Batch batch = batch_of(a);
  std::vector<Tensor> kept;
  Tensor found = fresh_copy(rcond);
  dispatch_system(a, kind, [&](auto tag, auto positive) {
    using T = typename decltype(tag)::type;
    ConditionItem<T, positive> body{matrices_of<T>(a, kept), data<int32_t>(info), data<real_of<T>>(found), batch.n,
                                    team_for(batch.n),       SystemKind(kind)};
    teams_for(found, batch.count, body, matrices_at_least(batch.n));
  });
  return found;
}

/// The gradients of A and B, from A, the solution and its gradient.
std::tuple<Tensor, Tensor> solve_small_gradient(const Tensor& a0, const Tensor& x0, const Tensor& g0, int64_t kind) {
  const Tensor a = row_major(a0), x = row_major(x0), g = row_major(g0);
  const Batch batch = batch_of(a);
  Tensor to_a = torch::stable::empty_like(a), to_b = torch::stable::empty_like(x);
  dispatch_system(a, kind, [&](auto tag, auto positive) {
    using T = typename decltype(tag)::type;
    SystemGradient<T, positive> body{data<T>(a), data<T>(x), data<T>(g),        data<T>(to_a),   data<T>(to_b),
                                     batch.n,    x.size(-1), team_for(batch.n), SystemKind(kind)};
    teams_for(a, batch.count, body, matrices_at_least(batch.n));
  });
  return {to_a, to_b};
}

/// The gradients of A and B of what `triangle_small` solves, from A, the solution and its gradient.
std::tuple<Tensor, Tensor> triangle_small_gradient(const Tensor& a0, const Tensor& x0, const Tensor& g0, int64_t trans,
                                                   bool lower, bool unit, bool twice) {
  STD_TORCH_CHECK(!twice || lower == (trans == 0), "_triangle_small_gradient: expected a factor L or U^H");
  const Tensor a = row_major(a0), x = row_major(x0), g = row_major(g0);
  const Batch batch = batch_of(a);
  Tensor to_a = torch::stable::empty_like(a), to_b = torch::stable::empty_like(x);
  dispatch_number(a, "solve_triangular", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const TriangleGradient<T> body{data<T>(a), data<T>(x),        data<T>(g), data<T>(to_a), data<T>(to_b), batch.n,
                                   x.size(-1), team_for(batch.n), lower,      trans != 0,    trans == 2,    unit,
                                   twice};
    teams_for(a, batch.count, body, matrices_at_least(batch.n));
  });
  return {to_a, to_b};
}

// ---- the shortest way ----------------------------------------------------------------------------------------------

/// (LU, pivots, code), of other than lower triangular matrices, of which LAPACK exchanges rows.
std::tuple<Tensor, Tensor, int64_t> lu_quick(const Tensor& a0, bool check) {
  if (!is_square(a0, one_lu_limit)) return {a0, a0, look_again};
  Tensor a = row_major(a0), lu = torch::stable::empty_like(a);
  const Batch b = batch_of(a);
  if (check && !all_finite(a)) return {a0, a0, look_again};
  Tensor pivots = empty_as(a, with_last(b.size, b.n), ScalarType::Int), info = empty_as(a, b.size, ScalarType::Int);
  const bool lower = dispatch_number(a, "lu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T* x = data<T>(a);
    for (int64_t k = 0; k < b.count && b.n > 1; ++k)
      if (lu_keeps_rows(x + k * b.n * b.n, b.n, b.n)) return true;
    factor(LuJob<T>{x, data<T>(lu), nullptr, data<int32_t>(pivots), data<int32_t>(info), nullptr, b.n, b.count});
    return false;
  });
  if (lower) return {a0, a0, look_again};
  return {lu, pivots, code_of(info)};
}

/// What stands first beside L and U: P itself, the row of L that comes to each row of A, or nothing, and the rows of L
/// stand there.
enum Permutation : int64_t { matrix_p, places_p, applied_p };

/// Takes the factors of one matrix apart.
template <class T>
struct LuParts {
  const T* lu;
  const int32_t* pivots;
  real_of<T>* p;
  int64_t* places;
  T *lower, *upper;
  int64_t n;

  void operator()(int64_t item) const {
    const int64_t square = n * n;
    const T* in = lu + item * square;
    int64_t rows[one_lu_limit];  // row k of L belongs to row rows[k] of A
    for (int64_t k = 0; k < n; ++k) rows[k] = k;
    for (int64_t k = 0; k < n; ++k) std::swap(rows[k], rows[pivots[item * n + k]]);
    T *up = upper + item * square, *low = lower + item * square;
    if (p) std::fill_n(p + item * square, square, real_of<T>(0));
    for (int64_t k = 0; k < n; ++k, in += n, up += n) {
      if (p) p[item * square + rows[k] * n + k] = real_of<T>(1);
      if (places) places[item * n + rows[k]] = k;
      T* row = low + (p || places ? k : rows[k]) * n;
      for (int64_t j = 0; j < n; ++j) {
        row[j] = j < k ? in[j] : T(j == k ? 1 : 0);
        up[j] = j < k ? T(0) : in[j];
      }
    }
  }
};

/// (P, places or nothing, L, U, code)
std::tuple<Tensor, Tensor, Tensor, int64_t> lu_parts(const Tensor& a, bool check, int64_t permutation) {
  auto [lu, pivots, code] = lu_quick(a, check);
  if (code) return {a, a, a, code};
  const Batch b = batch_of(lu);
  Tensor low = torch::stable::empty_like(lu), up = torch::stable::empty_like(lu);
  Tensor first = permutation == matrix_p   ? empty_as(lu, with_last(b.size, b.n, b.n), real_type(lu.scalar_type()))
                 : permutation == places_p ? empty_as(lu, with_last(b.size, b.n), ScalarType::Long)
                                           : empty_as(lu, {0});
  dispatch_number(lu, "lu", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LuParts<T> body{data<T>(lu), data<int32_t>(pivots), nullptr, nullptr, data<T>(low), data<T>(up), b.n};
    if (permutation == matrix_p) body.p = data<real_of<T>>(first);
    if (permutation == places_p) body.places = data<int64_t>(first);
    torch::stable::parallel_for(0, b.count, 1 + 32768 / (b.n * b.n), [&](int64_t begin, int64_t end) {
      for (int64_t k = begin; k < end; ++k) body(k);
    });
  });
  return {first, low, up, 0};
}

/// (X, code) of A X = B, or the inverse where `b` is null, of matrices that go side by side: factors stay in the lanes.
std::tuple<Tensor, int64_t> solved_side_by_side(const Tensor& a0, const Tensor* b0, int64_t m, LuRead read) {
  const Tensor a = row_major(a0), b = b0 ? row_major(*b0) : a;
  Tensor x = torch::stable::empty_like(b);
  const Batch batch = batch_of(a);
  Tensor info = empty_as(a, batch.size, ScalarType::Int), rcond = empty_as(a, batch.size, real_type(a.scalar_type()));
  dispatch_number(a, "solve", [&](auto tag) {
    using T = typename decltype(tag)::type;
    LuJob<T> job{data<T>(a), nullptr,    nullptr, nullptr, data<int32_t>(info), data<real_of<T>>(rcond),
                 batch.n,    batch.count};
    job.b = b0 ? data<T>(b) : nullptr;
    job.x = data<T>(x);
    job.m = m;
    job.read = read;
    factor(job);
  });
  return {x, well_conditioned(rcond) ? 0 : look_again};
}

std::tuple<Tensor, int64_t> inverse_quick(const Tensor& a, bool check) {
  if (!is_square(a, one_lu_limit) || (check && !all_finite(a))) return {a, look_again};
  const Batch b = batch_of(a);
  if (!factors_alone(b.n, b.count)) return solved_side_by_side(a, nullptr, b.n, LuRead::whole);
  auto [lu, pivots, rcond, info] = lu_small(a, false);
  if (!well_conditioned(rcond)) return {a, look_again};
  Tensor eye = torch::stable::empty_like(lu);
  dispatch_number(eye, "inv", [&](auto tag) {
    using T = typename decltype(tag)::type;
    T* x = data<T>(eye);
    for (int64_t k = 0; k < b.count * b.n * b.n; ++k) x[k] = T(k % (b.n * b.n) % (b.n + 1) == 0 ? 1 : 0);
  });
  return {lu_solve_small(lu, pivots, eye, 0, false), 0};
}

/// `read` is one of LuRead.
std::tuple<Tensor, int64_t> solve_quick(const Tensor& a, const Tensor& b0, int64_t read, bool check) {
  if (!is_square(a, one_lu_limit) || !fits_beside(a, b0)) return {a, look_again};
  if (check && !(all_finite(a) && all_finite(b0))) return {a, look_again};
  const int64_t m = b0.dim() == 1 ? 1 : b0.size(-1);
  if (!factors_alone(a.size(-1), batch_of(a).count) && m <= columns_side_by_side)
    return solved_side_by_side(a, &b0, m, LuRead(read));
  if (LuRead(read) != LuRead::whole) return {a, look_again};
  auto [lu, pivots, rcond, info] = lu_small(a, false);
  if (!well_conditioned(rcond)) return {a, look_again};
  Tensor b = row_major(b0), x = torch::stable::empty_like(b);
  solve_on_cpu(lu, pivots, b, x, m, 0);
  return {x, 0};
}

std::tuple<Tensor, int64_t> lu_solve_quick(const Tensor& lu, const Tensor& b, const Tensor& pivots, int64_t trans,
                                           bool check) {
  if (!is_square(lu, one_lu_limit) || !fits_beside(lu, b) || pivots.scalar_type() != ScalarType::Int ||
      !pivots.is_cpu() || !pivots.is_contiguous() || pivots.numel() != lu.numel() / lu.size(-1))
    return {lu, look_again};
  const int32_t* places = data<int32_t>(pivots);
  const auto within = [&](int32_t k) { return k >= 0 && k < lu.size(-1); };
  if (!std::all_of(places, places + pivots.numel(), within)) return {lu, look_again};
  if (check && !(all_finite(lu) && all_finite(b))) return {lu, look_again};
  Tensor factors = row_major(lu), right = row_major(b), x = torch::stable::empty_like(right);
  solve_on_cpu(factors, pivots, right, x, b.dim() == 1 ? 1 : b.size(-1), trans);
  return {x, 0};
}

std::tuple<Tensor, int64_t> det_quick(const Tensor& a, bool check) {
  if (!is_square(a, one_lu_limit) || (check && !all_finite(a))) return {a, look_again};
  return {det_small(a, false), 0};
}

SCI_OPERATOR("_lu_small(Tensor a, bool alone=False) -> (Tensor, Tensor, Tensor, Tensor)", lu_small)
SCI_OPERATOR("_lu_teams(Tensor a) -> (Tensor, Tensor, Tensor)", lu_teams)
SCI_OPERATOR("_lu_solve_small(Tensor lu, Tensor pivots, Tensor b, int trans, bool alone=False) -> Tensor",
             lu_solve_small)
SCI_OPERATOR("_lu_solve_teams(Tensor lu, Tensor pivots, Tensor b, int trans, bool flagged) -> (Tensor, Tensor)",
             lu_solve_teams)
SCI_OPERATOR(
    "_triangle_small(Tensor a, Tensor b, int trans, bool lower, bool unit, bool twice, bool flagged) -> (Tensor, "
    "Tensor)",
    triangle_small)
SCI_OPERATOR("_det_small(Tensor a, bool alone=False) -> Tensor", det_small)
SCI_OPERATOR("_solve_small(Tensor a, Tensor? b, int kind, bool judge, bool look) -> (Tensor, Tensor, Tensor)",
             solve_small)
SCI_OPERATOR("_condition_small(Tensor a, Tensor rcond, Tensor info, int kind) -> Tensor", condition_small)
SCI_OPERATOR("_solve_small_gradient(Tensor a, Tensor x, Tensor g, int kind) -> (Tensor, Tensor)", solve_small_gradient)
SCI_OPERATOR(
    "_triangle_small_gradient(Tensor a, Tensor x, Tensor g, int trans, bool lower, bool unit, bool twice) -> (Tensor, "
    "Tensor)",
    triangle_small_gradient)
SCI_DIRECT_CPU_OPERATOR("_lu_quick(Tensor a, bool check) -> (Tensor, Tensor, int)", lu_quick)
SCI_DIRECT_CPU_OPERATOR("_lu_parts(Tensor a, bool check, int permutation) -> (Tensor, Tensor, Tensor, int)", lu_parts)
SCI_DIRECT_OPERATOR("_inverse_quick(Tensor a, bool check) -> (Tensor, int)", inverse_quick)
SCI_DIRECT_OPERATOR("_solve_quick(Tensor a, Tensor b, int read, bool check) -> (Tensor, int)", solve_quick)
SCI_DIRECT_CPU_OPERATOR("_lu_solve_quick(Tensor lu, Tensor b, Tensor pivots, int trans, bool check) -> (Tensor, int)",
                        lu_solve_quick)
SCI_DIRECT_OPERATOR("_det_quick(Tensor a, bool check) -> (Tensor, int)", det_quick)

}  // namespace
}  // namespace sci
