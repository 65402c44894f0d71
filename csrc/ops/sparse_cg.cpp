// Conjugate gradients on the CPU, with compressed rows for matrix and preconditioner: the whole iteration in one call.
// Elsewhere the iteration is written over tensors (sci/sparse/linalg/_iterate.py), with the same stopping rule.
#include <cmath>

#include "ops/sparse_diagonals.h"
#include "sparse/csr_cg.h"

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
  STD_TORCH_CHECK(!b.is_cuda() && b.dim() == 2 && data.dim() == 1,
                  "csr_cg: expected right-hand sides (k, n) on the CPU");
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

SCI_OPERATOR(
    "csr_cg(Tensor data, Tensor indptr, Tensor indices, Tensor? m_data, Tensor? m_indptr, Tensor? m_indices, Tensor b, "
    "Tensor x0, float rtol, float atol, int maxiter) -> (Tensor, Tensor)",
    csr_cg)

}  // namespace
}  // namespace sci
