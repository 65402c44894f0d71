// Operators of one matrix at a time, and of few, behind sci/linalg/_quick.py and the operators on which derivatives
// stand: QR, singular values, and what comes of them.
#include "factors_jobs.h"
#include "linalg_quick.h"
#include "linalg_shared.h"
#include "orthogonal_jobs.h"

namespace sci {
namespace {

/// Whether these are matrices of as many numbers at most as a square one with so many rows, for the kernels here.
bool goes_alone(const Tensor& a, int64_t most) {
  if (!a.is_cpu() || !runs_lanes() || a.dim() < 2 || a.numel() == 0) return false;
  const int64_t m = a.size(-2), n = a.size(-1);
  return std::max(m, n) <= 4 * most && m * n <= most * most;
}

/// (Q, R) of matrices of any shape; Q is empty unless wanted, R has min(m, n) rows or m where `full_r`.
std::tuple<Tensor, Tensor> qr_alone_of(const Tensor& a0, bool full, bool wanted, bool full_r) {
  const Batch b = batch_of(a0);
  const Tensor a = row_major(a0);
  const int64_t m = a.size(-2), least = std::min(m, b.n), k = full ? m : least, rows = full_r ? m : least;
  Tensor q = empty_as(a, with_last(b.size, wanted ? m : 0, k)), r = empty_as(a, with_last(b.size, rows, b.n));
  dispatch_number(a, "qr", [&](auto tag) {
    using T = typename decltype(tag)::type;
    qr_alone(OneQrJob<T>{data<T>(a), wanted ? data<T>(q) : nullptr, data<T>(r), m, b.n, b.count, rows, full});
  });
  return {q, r};
}

/// (U, s, V^H, info); without `vectors` U and V^H are empty.
std::tuple<Tensor, Tensor, Tensor, Tensor> svd_alone_of(const Tensor& a0, bool full, bool vectors) {
  const Batch b = batch_of(a0);
  const Tensor a = row_major(a0);
  const int64_t m = a.size(-2), n = b.n, k = std::min(m, n);
  Tensor u = empty_as(a, with_last(b.size, vectors ? m : 0, full ? m : k)),
         vh = empty_as(a, with_last(b.size, vectors ? (full ? n : k) : 0, n)),
         s = empty_as(a, with_last(b.size, k), real_type(a.scalar_type())), info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "svd", [&](auto tag) {
    using T = typename decltype(tag)::type;
    svd_alone(OneSvdJob<T>{data<T>(a), vectors ? data<T>(u) : nullptr, vectors ? data<T>(vh) : nullptr,
                           data<real_of<T>>(s), data<int32_t>(info), m, n, b.count, full, vectors});
  });
  return {u, s, vh, info};
}

// ---- the shortest way ----------------------------------------------------------------------------------------------

/// Tall matrices go side by side where they are few and small or many, if only n columns of Q are wanted.
std::tuple<Tensor, Tensor, int64_t> qr_quick(const Tensor& a0, bool full, bool wanted, bool check) {
  if (!goes_alone(a0, one_planes_limit) || (check && !all_finite(a0))) return {a0, a0, look_again};
  const Batch b = batch_of(a0);
  const int64_t m = a0.size(-2);
  if (m < b.n || (m > b.n && full) || m > (b.count < least_batch ? alone_limit : qr_batch_limit)) {
    auto [q, r] = qr_alone_of(a0, full, wanted, full);
    return {q, r, 0};
  }
  const Tensor a = row_major(a0);
  Tensor q = torch::stable::empty_like(a), r = empty_as(a, with_last(b.size, b.n, b.n));
  dispatch_number(a, "qr", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const QrJob<T> job{data<T>(a), data<T>(q), data<T>(r), m, b.n, b.count};
    cpu_level() == 2 ? qr_in_lanes<T, 64>(job) : qr_in_lanes<T, 32>(job);
  });
  return {q, r, 0};
}

/// Square matrices go side by side where they are many or very small.
std::tuple<Tensor, Tensor, Tensor, int64_t> svd_quick(const Tensor& a0, bool full, bool vectors, bool check) {
  if (!goes_alone(a0, vectors ? one_vectors_limit : one_planes_limit) || (check && !all_finite(a0)))
    return {a0, a0, a0, look_again};
  const Batch b = batch_of(a0);
  const int64_t many = !vectors                                ? values_batch_limit
                       : a0.scalar_type() == ScalarType::Float ? svd_float_limit
                                                               : svd_batch_limit;
  const int64_t most = b.count < least_batch ? one_way_limit : many;
  Tensor u, vh, s, info;
  if (a0.size(-2) == b.n && b.n <= most) {
    const Tensor a = row_major(a0);
    u = torch::stable::empty_like(a);
    vh = torch::stable::empty_like(a);
    s = empty_as(a, with_last(b.size, b.n), real_type(a.scalar_type()));
    info = empty_as(a, b.size, ScalarType::Int);
    dispatch_number(a, "svd", [&](auto tag) {
      using T = typename decltype(tag)::type;
      const SvdJob<T> job{data<T>(a), data<T>(u), data<T>(vh), data<real_of<T>>(s), data<int32_t>(info), b.n, b.count};
      cpu_level() == 2 ? svd_in_lanes<T, 64>(job) : svd_in_lanes<T, 32>(job);
    });
  } else {
    std::tie(u, s, vh, info) = svd_alone_of(a0, full, vectors);
  }
  if (vectors) orient(u, &vh);
  return {u, s, vh, code_of(info)};
}

/// Whether singular values of matrices are found alone where more is made of them than U and V.
bool goes_alone_with_more(const Tensor& a) {
  return goes_alone(a, one_vectors_limit) && (a.dim() == 2 || std::min(a.size(-2), a.size(-1)) > alone_limit);
}

/// (pseudoinverse, rank, code); by default rtol is max(m, n) eps.
std::tuple<Tensor, Tensor, int64_t> pinv_quick(const Tensor& a0, double atol, double rtol, bool check) {
  if (!goes_alone_with_more(a0) || (check && !all_finite(a0))) return {a0, a0, look_again};
  const Batch b = batch_of(a0);
  const Tensor a = row_major(a0);
  const int64_t m = a.size(-2), n = b.n;
  const ScalarType real = real_type(a.scalar_type());
  Tensor p = empty_as(a, with_last(b.size, n, m)), s = empty_as(a, with_last(b.size, std::min(m, n)), real),
         rank = empty_as(a, b.size, ScalarType::Long), info = empty_as(a, b.size, ScalarType::Int);
  dispatch_number(a, "pinv", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    OneSvdJob<T> job{data<T>(a), nullptr, nullptr, data<R>(s), data<int32_t>(info), m, n, b.count, false, true};
    job.atol = R(atol);
    job.rtol = rtol < 0 ? R(std::max(m, n)) * limits<R>::epsilon : R(rtol);
    job.rank = data<int64_t>(rank);
    job.inverse = data<T>(p);
    svd_alone(job);
  });
  return {p, rank, code_of(info)};
}

/// (x, residues, rank, s, code) of least-squares problems, b of the batch shape of a; by default rtol is eps. There are
/// residues where all matrices have full rank and more rows than columns.
std::tuple<Tensor, Tensor, Tensor, Tensor, int64_t> lstsq_quick(const Tensor& a0, const Tensor& b0, double rtol,
                                                                bool check) {
  if (!goes_alone_with_more(a0) || !fits_beside(a0, b0) || (check && !(all_finite(a0) && all_finite(b0))))
    return {a0, a0, a0, a0, look_again};
  const Batch batch = batch_of(a0);
  const Tensor a = row_major(a0), b = row_major(b0);
  const int64_t m = a.size(-2), n = batch.n, columns = b.dim() == 1 ? 1 : b.size(-1);
  const ScalarType real = real_type(a.scalar_type());
  std::vector<int64_t> shape(b.sizes().begin(), b.sizes().end());
  shape[batch.size.size()] = n;
  Tensor x = empty_as(b, shape), s = empty_as(a, with_last(batch.size, std::min(m, n)), real),
         rank = empty_as(a, batch.size, ScalarType::Long), info = empty_as(a, batch.size, ScalarType::Int);
  shape.erase(shape.begin() + batch.size.size());
  Tensor residues = empty_as(a, shape, real);
  dispatch_number(a, "lstsq", [&](auto tag) {
    using T = typename decltype(tag)::type;
    using R = real_of<T>;
    OneSvdJob<T> job{data<T>(a), nullptr, nullptr, data<R>(s), data<int32_t>(info), m, n, batch.count, false, true};
    job.rtol = rtol < 0 ? limits<R>::epsilon : R(rtol);
    job.rank = data<int64_t>(rank);
    job.b = data<T>(b);
    job.solution = data<T>(x);
    job.residues = data<R>(residues);
    job.columns = columns;
    svd_alone(job);
  });
  const int64_t code = code_of(info), *ranks = data<int64_t>(std::as_const(rank));
  if (m <= n || (code == 0 && !std::all_of(ranks, ranks + batch.count, [&](int64_t k) { return k == n; })))
    residues = empty_as(a, with_last(batch.size, 0), real);
  return {x, residues, rank, s, code};
}

SCI_DIRECT_CPU_OPERATOR("_qr_quick(Tensor a, bool full, bool wanted, bool check) -> (Tensor, Tensor, int)", qr_quick)
SCI_DIRECT_CPU_OPERATOR("_svd_quick(Tensor a, bool full, bool vectors, bool check) -> (Tensor, Tensor, Tensor, int)",
                        svd_quick)
SCI_DIRECT_CPU_OPERATOR("_pinv_quick(Tensor a, float atol, float rtol, bool check) -> (Tensor, Tensor, int)",
                        pinv_quick)
SCI_DIRECT_CPU_OPERATOR(
    "_lstsq_quick(Tensor a, Tensor b, float rtol, bool check) -> (Tensor, Tensor, Tensor, Tensor, int)", lstsq_quick)

}  // namespace
}  // namespace sci
