// The operator behind sci/linalg/_small_gradients.py. What this unit computes itself is for tests and for processors
// without lanes: it is compiled in the shortest time.
#pragma GCC optimize("O1")
#include "core/cpu.h"
#include "gradients_jobs.h"
#include "linalg/factor_gradients_teams.h"
#include "linalg_shared.h"
#include "runtime/teams.h"

SCI_FOUR_TEAM_KERNELS("linalg/gradients_teams.h", EighGradient)
SCI_FOUR_TEAM_KERNELS("linalg/gradients_teams.h", SvdGradient)
SCI_FOUR_TEAM_KERNELS("linalg/gradients_teams.h", QrGradient)
SCI_FOUR_TEAM_KERNELS("linalg/factor_gradients_teams.h", InverseGradient)
SCI_FOUR_TEAM_KERNELS("linalg/factor_gradients_teams.h", CholeskyGradient)
SCI_FOUR_TEAM_KERNELS("linalg/factor_gradients_teams.h", LuGradient)
SCI_FOUR_TEAM_KERNELS("linalg/factor_gradients_teams.h", DetGradient)
SCI_FOUR_TEAM_KERNELS("linalg/factor_gradients_teams.h", PinvGradient)
#define SCI_EIG_GRADIENT(T)                                        \
  SCI_TEAM_KERNEL("linalg/gradients_teams.h", sci::EigGradient<T>) \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::eig, T>)
#define SCI_GRADIENT_LANES(T)                                                                   \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::eigh, T>)     \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::svd, T>)      \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::qr, T>)       \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::inverse, T>)  \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::cholesky, T>) \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::lu, T>)       \
  SCI_TEAM_KERNEL("linalg/gradients_job.h", sci::GradientLanes<sci::GradientKind::det, T>)
SCI_EIG_GRADIENT(sci::complex<float>)
SCI_EIG_GRADIENT(sci::complex<double>)
SCI_GRADIENT_LANES(float)
SCI_GRADIENT_LANES(double)
SCI_GRADIENT_LANES(sci::complex<float>)
SCI_GRADIENT_LANES(sci::complex<double>)

namespace sci {
namespace {

using Part = std::optional<Tensor>;

template <class T>
void by_one(GradientJob<T> job) {
  const int64_t n = job.n, memory = job.memory(), grain = std::max<int64_t>(1, 4096 / (n * n * n + 1));
  torch::stable::parallel_for(0, job.count, grain, [&](int64_t begin, int64_t end) {
    using R = real_of<T>;
    std::vector<T> room(memory);
    for (int64_t i = begin; i < end; ++i) {
      R *to = reinterpret_cast<R*>(room.data()), *found;
      for (int k = 0; k < 6; to += job.size[k++])
        if (job.in[k]) std::copy(job.in[k] + i * job.size[k], job.in[k] + (i + 1) * job.size[k], to);
      job.flags[i] = job.template run<T>(job.kind, reinterpret_cast<R*>(room.data()), &found) > 0;
      std::copy(found, found + job.out_size(), job.out + i * job.out_size());
    }
  });
}

template <GradientKind what, class T, class Body>
void on_teams(const Tensor& like, const GradientJob<T>& job, const Body& body) {
  using Apart = GradientLanes<what, T>;
  const Apart apart{job};
  const int64_t groups = (job.count + 31) / 32;
  if (like.is_cuda() && job.n <= 4 && apart.shared_bytes() <= shared_bytes_of_team(like.get_device()))
    return launch_cuda(kernel_of<Apart>::kernel, like.get_device(), groups, groups * apart.team_size, &apart);
  teams_for(like, job.count, body, matrices_at_least(job.n));
}
template <class T>
void by_teams(const Tensor& like, const GradientJob<T>& job) {
  const auto number = [&](int k) { return reinterpret_cast<const T*>(job.in[k]); };
  const GradientTeam<T> shared{reinterpret_cast<T*>(job.out), job.flags, job.n, team_for(job.n), job.judged};
  switch (job.kind) {
    case GradientKind::eigh:
      return on_teams<GradientKind::eigh>(like, job,
                                          EighGradient<T>{shared, job.in[0], number(1), job.in[2], number(3)});
    case GradientKind::svd:
      return on_teams<GradientKind::svd>(
          like, job, SvdGradient<T>{shared, number(0), job.in[1], number(2), number(3), job.in[4], number(5)});
    case GradientKind::qr:
      return on_teams<GradientKind::qr>(like, job, QrGradient<T>{shared, number(0), number(1), number(2), number(3)});
    case GradientKind::eig:
      if constexpr (is_complex<T>)
        return on_teams<GradientKind::eig>(
            like, job, EigGradient<T>{shared, number(0), number(1), number(2), number(3), job.option});
      throw std::invalid_argument("the rule of eig is for complex matrices");
    case GradientKind::inverse:
      return on_teams<GradientKind::inverse>(like, job, InverseGradient<T>{shared, number(0), number(1)});
    case GradientKind::cholesky:
      return on_teams<GradientKind::cholesky>(like, job, CholeskyGradient<T>{shared, number(0), number(1), job.option});
    case GradientKind::lu:
      return on_teams<GradientKind::lu>(like, job, LuGradient<T>{shared, number(0), number(1), job.in[2]});
    case GradientKind::det: return on_teams<GradientKind::det>(like, job, DetGradient<T>{shared, number(0), number(1)});
  }
}

/// (gradient, 1 where a matrix belongs to the composed rule), from what GradientKind `kind` reads. On the CPU matrices
/// go side by side, but with `alone` one after the other as a GPU's teams have them.
std::tuple<Tensor, Tensor> gradient_small(int64_t kind, const Part& p0, const Part& p1, const Part& p2, const Part& p3,
                                          const Part& p4, const Part& p5, bool option, bool judged, bool alone) {
  const auto what = GradientKind(kind);
  const bool values_first = what == GradientKind::eigh || what == GradientKind::eig;
  const Part* given[6] = {&p0, &p1, &p2, &p3, &p4, &p5};
  std::vector<Tensor> kept;
  const Tensor& matrix = **given[values_first ? 1 : 0];
  const Batch b = batch_of(matrix);
  const bool real = what == GradientKind::eig && option;
  Tensor out =
      empty_as(matrix, with_last(b.size, b.n, b.n), real ? real_type(matrix.scalar_type()) : matrix.scalar_type());
  Tensor flags = empty_as(matrix, b.size, ScalarType::Int);
  dispatch_number(matrix, "gradient", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    GradientJob<T> job;
    for (int k = 0; k < 6; ++k) {
      if (!given[k]->has_value()) continue;
      kept.push_back(row_major(**given[k]));
      const Tensor& x = kept.back();
      const bool complex_part = real_type(x.scalar_type()) != x.scalar_type();
      job.in[k] = static_cast<const R*>(x.data_ptr());
      job.size[k] = x.numel() / b.count * (complex_part ? 2 : 1);
    }
    job.out = static_cast<R*>(out.data_ptr());
    job.flags = data<int32_t>(flags);
    job.n = b.n;
    job.count = b.count;
    job.kind = what;
    job.option = option;
    job.judged = judged;
    if (alone || matrix.is_cuda()) return by_teams(matrix, job);
    if (cpu_level() == 2) return gradients_in_lanes<T, 64>(job);
    if (runs_lanes()) return gradients_in_lanes<T, 32>(job);
    by_one(job);
  });
  return {out, flags};
}

/// The gradient of A (*, rows, columns), from its pseudoinverse, the gradient of that and the rank, a real number.
Tensor pinv_gradient(const Tensor& a0, const Tensor& p0, const Tensor& g0, const Tensor& rank0) {
  const Tensor a = row_major(a0), p = row_major(p0), g = row_major(g0), rank = row_major(rank0);
  Tensor out = torch::stable::empty_like(a);
  const int64_t rows = a.size(-2), columns = a.size(-1), n = std::max(rows, columns);
  STD_TORCH_CHECK(p.numel() == a.numel() && g.numel() == a.numel() && p.size(-1) == rows && g.size(-1) == rows &&
                      rank.numel() * rows * columns == a.numel() && rank.scalar_type() == real_type(a.scalar_type()),
                  "_pinv_gradient: shapes do not fit");
  if (a.numel() == 0) return out;
  dispatch_number(a, "pinv", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const GradientTeam<T> shared{data<T>(out), nullptr, n, team_for(n), false};
    const PinvGradient<T> body{shared, data<T>(a), data<T>(p), data<T>(g), data<real_of<T>>(rank), rows, columns};
    teams_for(a, a.numel() / (rows * columns), body, matrices_at_least(n));
  });
  return out;
}

SCI_OPERATOR("_pinv_gradient(Tensor a, Tensor p, Tensor g, Tensor rank) -> Tensor", pinv_gradient)
SCI_OPERATOR(
    "_gradient_small(int kind, Tensor? p0, Tensor? p1, Tensor? p2, Tensor? p3, Tensor? p4, Tensor? p5, bool option, "
    "bool judged, bool alone=False) -> (Tensor, Tensor)",
    gradient_small)

}  // namespace
}  // namespace sci
