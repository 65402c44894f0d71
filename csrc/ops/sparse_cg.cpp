// Conjugate gradients with compressed rows for matrix and preconditioner: on the CPU the whole iteration in one call,
// on CUDA some of its steps (sci/sparse/linalg/_cg_steps.py). Elsewhere the iteration is written over tensors
// (sci/sparse/linalg/_iterate.py), with the same stopping rule.
#include <cmath>

#include "ops/sparse_diagonals.h"
#include "runtime/teams.h"
#include "sparse/cg_steps.h"
#include "sparse/csr_cg.h"

#define SCI_CG_KERNELS(T)                                        \
  SCI_TEAM_KERNEL("sparse/cg_steps.h", sci::CgTimes<T, int32_t>) \
  SCI_TEAM_KERNEL("sparse/cg_steps.h", sci::CgTimes<T, int64_t>) \
  SCI_TEAM_KERNEL("sparse/cg_steps.h", sci::CgReduce<T>)         \
  SCI_KERNEL("sparse/cg_steps.h", sci::CgAdvanceAll<T>)
SCI_CG_KERNELS(float)
SCI_CG_KERNELS(double)
SCI_CG_KERNELS(sci::complex<float>)
SCI_CG_KERNELS(sci::complex<double>)

namespace sci {
namespace {

template <class Body>
void on_blocks(int64_t blocks, const Body& body) {
  if (blocks <= 8) return run_items(0, blocks, body);
  torch::stable::parallel_for(0, blocks, 4, [&](int64_t begin, int64_t end) { run_items(begin, end, body); });
}

template <class R>
R total(const R* parts, int64_t blocks) {
  R sum = 0;
  for (int64_t i = 0; i < blocks; ++i) sum += parts[i];
  return sum;
}

// Returns 0, or the number of iterations after which the residual was still too large. `x` holds the start.
template <class T, class I, class Gather>
int64_t solve(CgState<T, I>& s, double rtol, double atol, int64_t maxiter, const Gather& gather) {
  using R = real_of<T>;
  int64_t blocks = (s.n + cg_block - 1) / cg_block;
  double bb = 0;
  bool zero = true;  // the start: no product is needed then
  for (int64_t i = 0; i < s.n; ++i) {
    bb += double(norm(complex<R>(s.b[i])));
    zero = zero && s.x[i] == T(0);
  }
  if (bb == 0) {
    for (int64_t i = 0; i < s.n; ++i) s.x[i] = T(0);
    return 0;
  }
  double tolerance = max(atol, rtol * std::sqrt(bb)), limit = tolerance * tolerance;
  auto residual = [&] {
    on_blocks(blocks, CgResidual<T, I>{s});
    return total(s.parts, blocks);
  };
  if (zero) std::copy(s.b, s.b + s.n, s.r);
  R rr = zero ? R(bb) : residual();
  double last = double(rr);  // the true residual when it was last computed
  if (double(rr) <= limit) return 0;
  bool fresh = true;
  for (int64_t i = 0; i < s.n; ++i) s.p[i] = T(0);
  R rz = 1, alpha = 0;  // alpha: of the step that x has not made yet
  int64_t k = 0;
  auto advance = [&] {
    if (alpha != 0) on_blocks(blocks, CgAdvance<T, I>{s, alpha});
    alpha = 0;
  };
  while (k < maxiter && std::isfinite(double(rr))) {
    R before = rz;
    rz = rr;
    if (s.m_data) {
      on_blocks(blocks, CgPrecondition<T, I>{s});
      rz = total(s.parts, blocks);
    }
    on_blocks(blocks, CgDirection<T, I>{s, alpha, fresh ? R(0) : rz / before});
    fresh = false;
    alpha = 0;
    if (k == 2 && s.diagonals.count == 0) gather(s);  // for fewer products it does not pay
    on_blocks(blocks, CgProduct<T, I>{s});
    R pq = total(s.parts, blocks);
    if (!(pq != 0)) break;
    alpha = rz / pq;
    on_blocks(blocks, CgUpdate<T, I>{s, alpha});
    rr = total(s.parts, blocks);
    ++k;
    if (double(rr) > limit) continue;
    // The recursive residual drifts away from b - A x: only the true one counts. If it is too large, start again from
    // it, as long as that helps.
    advance();
    rr = residual();
    if (double(rr) <= limit) return 0;
    if (!(double(rr) < 0.25 * last)) return k;
    last = double(rr);
    fresh = true;
  }
  advance();
  return double(residual()) <= limit ? 0 : max(k, int64_t(1));
}

std::tuple<Tensor, Tensor> csr_cg(const Tensor& data_, const Tensor& indptr_, const Tensor& indices_,
                                  const std::optional<Tensor>& m_data_, const std::optional<Tensor>& m_indptr_,
                                  const std::optional<Tensor>& m_indices_, const Tensor& b_, const Tensor& x0_,
                                  double rtol, double atol, int64_t maxiter) {
  using torch::stable::contiguous;
  const Tensor data = contiguous(data_), indptr = contiguous(indptr_), indices = contiguous(indices_),
               b = contiguous(b_);
  STD_TORCH_CHECK(b.dim() == 2 && data.dim() == 1, "csr_cg: expected right-hand sides (k, n)");
  STD_TORCH_CHECK(data.scalar_type() == b.scalar_type() && x0_.scalar_type() == b.scalar_type(),
                  "csr_cg: dtypes differ");
  int64_t members = b.size(0), n = b.size(1);
  STD_TORCH_CHECK(indptr.size(0) == n + 1 && x0_.size(0) == members && x0_.size(1) == n, "csr_cg: shapes do not fit");
  bool preconditioned = m_data_.has_value();
  const Tensor m_data = preconditioned ? contiguous(*m_data_) : data;
  const Tensor m_indptr = preconditioned ? contiguous(*m_indptr_) : indptr;
  const Tensor m_indices = preconditioned ? contiguous(*m_indices_) : indices;
  STD_TORCH_CHECK(m_data.scalar_type() == b.scalar_type() && m_indptr.size(0) == n + 1 &&
                      m_indices.scalar_type() == indices.scalar_type(),
                  "csr_cg: the preconditioner does not fit");
  Tensor x = torch::stable::clone(contiguous(x0_)), info = empty_as(b, {members}, ScalarType::Long);
  int32_t failed = 0;
  Tensor work = room_as(b, {4 * n}), parts = empty_as(b, {n / cg_block + 1});
  dispatch_number(b, "csr_cg", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(indices, "csr_cg", [&](auto index) {
      using I = typename decltype(index)::type;
      T* w = sci::data<T>(work);
      GatheredDiagonals found{{}, b, b, b};
      bool gathered = n < 4096;
      auto gather = [&](CgState<T, I>& state) {
        if (!gathered) found = gather_diagonals<T, I>(data, indptr, indices, n);
        gathered = true;
        if (!found.offsets.empty()) state.diagonals = found.view<T>(n, n);
      };
      for (int64_t m = 0; m < members; ++m) {
        CgState<T, I> state;
        state.data = sci::data<T>(data);
        state.indptr = sci::data<I>(indptr);
        state.indices = sci::data<I>(indices);
        state.b = sci::data<T>(b) + m * n;
        state.x = sci::data<T>(x) + m * n;
        state.r = w;
        state.p = w + n;
        state.q = w + 2 * n;
        state.z = preconditioned ? w + 3 * n : w;
        state.parts = reinterpret_cast<real_of<T>*>(sci::data<T>(parts));
        state.n = n;
        state.longer = indices.size(0) >= 8 * n;
        state.m_data = preconditioned ? sci::data<T>(m_data) : nullptr;
        state.m_indptr = sci::data<I>(m_indptr);
        state.m_indices = sci::data<I>(m_indices);
        state.guard = CsrGuard<I>::of(n, indices.size(0), &failed);
        state.m_guard = CsrGuard<I>::of(n, m_indices.size(0), &failed);
        sci::data<int64_t>(info)[m] = solve(state, rtol, atol, maxiter, gather);
      }
    });
  });
  check_inside(!failed, "csr_cg");
  return {x, info};
}

template <class Body>
void on_gpu(const Tensor& like, int64_t items, const Body& body) {
  launch_cuda(kernel_of<Body>::kernel, like.get_device(), items, items, &body);
}

template <class T, class I>
CsrMatvecWarp<T, I> matrix_of(const Tensor& values, const Tensor& indptr, const Tensor& indices) {
  CsrMatvec<T, I> body = {};
  body.data = data<T>(values);
  body.indptr = data<I>(indptr);
  body.indices = data<I>(indices);
  body.rows = indptr.size(0) - 1;
  return CsrMatvecWarp<T, I>::of(body, indices.size(0));
}

/// `steps` iterations (sparse/cg_steps.h) for vectors x, r, p, q, z (members, n); without a preconditioner z is r.
void csr_cg_steps(const Tensor& data_, const Tensor& indptr_, const Tensor& indices_,
                  const std::optional<Tensor>& m_data_, const std::optional<Tensor>& m_indptr_,
                  const std::optional<Tensor>& m_indices_, std::vector<Tensor> vectors, Tensor numbers,
                  const Tensor& limits, Tensor flags, int64_t steps, int64_t most) {
  using torch::stable::contiguous;
  const Tensor values = contiguous(data_), indptr = contiguous(indptr_), indices = contiguous(indices_);
  const bool second = m_data_.has_value();
  const Tensor m_values = second ? contiguous(*m_data_) : values;
  const Tensor m_indptr = second ? contiguous(*m_indptr_) : indptr;
  const Tensor m_indices = second ? contiguous(*m_indices_) : indices;
  STD_TORCH_CHECK(vectors.size() == 5 && vectors[0].is_cuda() && vectors[0].dim() == 2,
                  "csr_cg_steps: expected five tensors (members, n) on CUDA");
  const int64_t members = vectors[0].size(0), n = vectors[0].size(1);
  for (const Tensor& v : vectors)
    STD_TORCH_CHECK(
        v.is_contiguous() && v.scalar_type() == values.scalar_type() && v.size(0) == members && v.size(1) == n,
        "csr_cg_steps: vectors differ in shape or dtype");
  STD_TORCH_CHECK(indptr.size(0) == n + 1 && m_indptr.size(0) == n + 1 && indices.size(0) > 0 &&
                      m_indices.size(0) > 0 && m_indices.scalar_type() == indices.scalar_type() &&
                      m_values.scalar_type() == values.scalar_type() && numbers.numel() == members * cg_numbers &&
                      flags.numel() == members * cg_flags && limits.numel() == members,
                  "csr_cg_steps: shapes or dtypes do not fit");
  dispatch_number(values, "csr_cg_steps", [&](auto number) {
    dispatch_index(indices, "csr_cg_steps", [&](auto index) {
      using T = typename decltype(number)::type;
      using I = typename decltype(index)::type;
      using R = real_of<T>;
      CgSystems<T> all;
      all.x = data<T>(vectors[0]);
      all.r = data<T>(vectors[1]);
      all.p = data<T>(vectors[2]);
      all.q = data<T>(vectors[3]);
      all.z = data<T>(vectors[4]);
      all.numbers = data<R>(numbers);
      all.limits = data<double>(limits);
      all.flags = data<int32_t>(flags);
      all.n = n;
      all.most = int32_t(min(most, int64_t(0x7fffffff)));
      all.preconditioned = second;
      // As many blocks as there is work for: warps take a piece of rows each, threads four numbers.
      auto blocks = [&](int64_t units) { return max(int64_t(1), min((units + 7) / 8, all.most_blocks)); };
      CgTimes<T, I> times{all, matrix_of<T, I>(values, indptr, indices), false};
      CgTimes<T, I> precondition{all, matrix_of<T, I>(m_values, m_indptr, m_indices), true};
      times.blocks = blocks(times.matrix.pieces);
      precondition.blocks = blocks(precondition.matrix.pieces);
      CgReduce<T> reduce{all};
      reduce.blocks = blocks((n + 127) / 128);
      CgAdvanceAll<T> advance{all};
      const int64_t room = max(max(times.blocks, precondition.blocks), reduce.blocks);
      Tensor parts = empty_as(numbers, {members, room});
      for (CgSystems<T>* body : {static_cast<CgSystems<T>*>(&times), static_cast<CgSystems<T>*>(&precondition),
                                 static_cast<CgSystems<T>*>(&reduce)}) {
        body->parts = data<R>(parts);
        body->room = room;
      }
      for (int64_t k = 0; k < steps; ++k) {
        if (second) on_gpu(numbers, members * precondition.blocks, precondition);
        on_gpu(numbers, members * n, advance);
        on_gpu(numbers, members * times.blocks, times);
        on_gpu(numbers, members * reduce.blocks, reduce);
      }
    });
  });
}

SCI_OPERATOR(
    "csr_cg_steps(Tensor data, Tensor indptr, Tensor indices, Tensor? m_data, Tensor? m_indptr, Tensor? m_indices, "
    "Tensor(a!)[] vectors, Tensor(b!) numbers, Tensor limits, Tensor(c!) flags, int steps, int most) -> ()",
    csr_cg_steps)
SCI_CPU_OPERATOR(
    "csr_cg(Tensor data, Tensor indptr, Tensor indices, Tensor? m_data, Tensor? m_indptr, Tensor? m_indices, Tensor b, "
    "Tensor x0, float rtol, float atol, int maxiter) -> (Tensor, Tensor)",
    csr_cg)

}  // namespace
}  // namespace sci
