// The operator behind sci/linalg/_solve_triangular.py and _cholesky.py for few right-hand sides on the CPU.
// What matters of -O3, which takes twice as long to compile.
#pragma GCC optimize("tree-loop-vectorize", "tree-slp-vectorize", "vect-cost-model=dynamic")
#pragma GCC optimize("inline-functions", "peel-loops")
#include "fft_threads.h"
#include "linalg/substitution_blocks.h"
#include "linalg_quick.h"
#include "linalg_shared.h"

namespace sci {

bool all_finite(const Tensor& x0) {
  Tensor x = row_major(x0);
  return dispatch_number(x, "check_finite", [&](auto tag) {
    using T = typename decltype(tag)::type;
    constexpr int64_t piece = 65536;
    const int64_t pieces = (x.numel() + piece - 1) / piece;
    std::vector<real_of<T>> sums(pieces);
    on_threads<T>(LanesSum<T>{data<T>(std::as_const(x)), sums.data(), x.numel(), piece}, pieces, 1, 0);
    return std::all_of(sums.begin(), sums.end(), [](real_of<T> sum) { return sum - sum == 0; });
  });
}

namespace {

constexpr int64_t no_a = 1, no_x = 2;                                    // not finite: the matrices, the solution
constexpr int64_t few_rows = 512, few_columns = 8, rows_of_strips = 64;  // as in sci/linalg/_solve_triangular.py

template <class T>
void substitute_all(const SubstitutionJob<T>& job) {
  const int64_t work = job.n * job.n * job.columns + 1, n = job.n;
  const auto grain = [&](int64_t matrices) { return std::max<int64_t>(1, 65536 / (matrices * work)); };
  if (job.columns >= Strip<T>::width / 2 && n <= rows_of_strips)
    return on_threads<real_of<T>>(SubstitutionOfStrips<T>{job}, job.count, grain(1), 2 * Strip<T>::L * n);
  if constexpr (!is_complex<T>) {
    using Task = SubstitutionTogether<T>;
    if (n >= Task::L)
      return on_threads<T>(Task{job}, (job.count + Task::L - 1) / Task::L, grain(Task::L), Task::numbers(n));
  }
  constexpr int64_t many = SubstitutionByRows<T>::together;
  on_threads<T>(SubstitutionByRows<T>{job}, (job.count + many - 1) / many, grain(many), many * n);
}

/// (X, code) of op(A) X = B (or of one vector), and with `twice` of op(A) op(A)^H X = B; `trans` 1 is A^T, 2 is A^H.
std::tuple<Tensor, int64_t> substitution(const Tensor& a0, const Tensor& b0, int64_t trans, bool lower, bool unit,
                                         bool twice, bool check) {
  // A column-major matrix is the transpose of a row-major one.
  const bool flipped = !a0.is_contiguous() && a0.dim() == 2 && a0.stride(0) == 1 && a0.stride(1) == a0.size(0);
  Tensor a = flipped ? a0 : row_major(a0), b = row_major(b0), x = torch::stable::empty_like(b);
  const int64_t n = a.size(-1), columns = b.dim() == 1 ? 1 : b.size(-1),
                count = n > 0 && columns > 0 ? b.numel() / (n * columns) : 0;
  int64_t code = 0;
  std::unique_ptr<bool[]> finite(check ? new bool[count] : nullptr);
  dispatch_number(b, "solve_triangular", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const SubstitutionJob<T> job{
        data<T>(a), data<T>(b), data<T>(x), n,           columns, count, lower != flipped, (trans != 0) != flipped,
        trans == 2, unit,       twice,      finite.get()};
    if (count) substitute_all(job);
  });
  if (check) {
    const bool fine =
        count ? std::all_of(finite.get(), finite.get() + count, [](bool y) { return y; }) : all_finite(a0);
    code = (fine ? 0 : no_a) + (all_finite(x) ? 0 : no_x);
  }
  return {x, code};
}

/// The shortest way, for B of the shape of A but for its last dimension, or of one dimension.
std::tuple<Tensor, int64_t> substitution_quick(const Tensor& a, const Tensor& b, int64_t trans, bool lower, bool unit,
                                               bool twice, bool check) {
  const auto allowed = [&] { return b.dim() == 1 || b.size(-1) <= few_columns ? few_rows : rows_of_strips; };
  const bool fits = is_square(a, few_rows) && fits_beside(a, b) && a.size(-1) <= allowed();
  if (!fits) return {b, look_again};
  return substitution(a, b, trans, lower, unit, twice, check);
}

SCI_DIRECT_CPU_OPERATOR(
    "_substitution_quick(Tensor a, Tensor b, int trans, bool lower, bool unit, bool twice, bool check) -> (Tensor, "
    "int)",
    substitution_quick)
SCI_CPU_OPERATOR(
    "_substitution(Tensor a, Tensor b, int trans, bool lower, bool unit, bool twice, bool check) -> (Tensor, int)",
    substitution)

}  // namespace
}  // namespace sci
