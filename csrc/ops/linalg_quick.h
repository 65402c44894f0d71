// The shortest way of a function of sci.linalg (sci/linalg/_quick.py): one operator that looks at its matrices,
// computes, and returns beside the results a code, 0 or that the general way has to do it, which also knows what to
// say. For matrices that are few and small, on the CPU.
#pragma once
#include "linalg_shared.h"
#include "matrix_sizes.h"
#include "runtime/direct.h"

namespace sci {

constexpr int64_t look_again = 1;
constexpr int64_t columns_side_by_side = 64;  // of right-hand sides, while factors stay in the lanes

/// Whether all numbers are finite, by their sum; that of finite ones may overflow, which is left to the general way.
bool all_finite(const Tensor& x);

/// Whether this is one square matrix or a batch, with at most n rows, and not empty.
inline bool is_square(const Tensor& a, int64_t n) {
  return a.dim() >= 2 && a.size(-1) == a.size(-2) && a.size(-1) <= n && a.numel() > 0;
}

/// Whether `b` holds right-hand sides for `a`: of its type and shape but for the last dimension, or one vector.
inline bool fits_beside(const Tensor& a, const Tensor& b) {
  if (a.scalar_type() != b.scalar_type() || b.numel() == 0) return false;
  if (b.dim() == 1) return a.dim() == 2 && b.size(0) == a.size(0);
  if (a.dim() != b.dim()) return false;
  for (int64_t d = 0; d < a.dim() - 1; ++d)
    if (a.size(d) != b.size(d)) return false;
  return true;
}

/// Whether no matrix has a code of its own.
inline int64_t code_of(const Tensor& info) {
  const int32_t* x = data<int32_t>(info);
  return std::all_of(x, x + info.numel(), [](int32_t k) { return k == 0; }) ? 0 : look_again;
}

/// Whether all matrices are regular, beyond doubt.
inline bool well_conditioned(const Tensor& rcond) {
  return dispatch_real(rcond, "lu", [&](auto tag) {
    using R = typename decltype(tag)::type;
    const R* x = data<R>(rcond);
    return std::all_of(x, x + rcond.numel(), [](R r) { return r >= limits<R>::epsilon; });
  });
}

/// Orients vectors (linalg/orientation.h) of matrices that more than one algorithm is there for: the columns of `u`,
/// and those rows of `vh`, which may be null, that have singular values.
void orient(Tensor& u, Tensor* vh);

}  // namespace sci
