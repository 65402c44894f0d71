// The operators behind sci/linalg/_banded.py and sci/linalg/_toeplitz.py: one system of the batch per item.
#include "linalg_shared.h"
#pragma GCC optimize("O3")  // the row operations vectorise
#include "linalg/banded_lu.h"
#include "linalg/levinson.h"

SCI_FOUR_KERNELS("linalg/banded_lu.h", BandedLuItem)
SCI_FOUR_KERNELS("linalg/banded_lu.h", BandedLuSolveItem)
SCI_FOUR_KERNELS("linalg/banded_lu.h", BandedCholeskyItem)
SCI_FOUR_KERNELS("linalg/banded_lu.h", BandedCholeskySolveItem)
SCI_FOUR_KERNELS("linalg/levinson.h", LevinsonItem)

namespace sci {
namespace {

/// Systems per CPU thread, from the operations that one is.
int64_t systems_at_least(int64_t work) { return std::max<int64_t>(1, 32768 / (work + 1)); }

/// ab (*, l + u + 1, n), b (*, n, m) -> (x, info): A^-1 b or A^-H b.
std::tuple<Tensor, Tensor> banded_solve(const Tensor& ab0, const Tensor& b0, int64_t l, int64_t u, bool adjoint) {
  Tensor ab = row_major(ab0), x = fresh_copy(b0);
  Batch b = batch_of(ab);
  int64_t width = 2 * l + u + 1;
  Tensor rows = empty_as(ab, with_last(b.size, b.n, width)),
         pivots = empty_as(ab, with_last(b.size, b.n), ScalarType::Int);
  Tensor info = empty_as(ab, b.size, ScalarType::Int);
  dispatch_number(x, "solve_banded", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(x, b.count,
                 BandedLuItem<T>{data<T>(std::as_const(ab)), data<T>(rows), data<int32_t>(pivots), data<int32_t>(info),
                                 b.n, l, u},
                 systems_at_least(b.n * (l + 1) * (l + u + 1)));
    parallel_for(x, b.count,
                 BandedLuSolveItem<T>{data<T>(rows), data<int32_t>(pivots), data<T>(x), b.n, x.size(-1), l, u, adjoint},
                 systems_at_least(b.n * (2 * l + u + 1) * x.size(-1)));
  });
  return {x, info};
}

/// ab (*, w + 1, n) in lower form -> (rows of L, info).
std::tuple<Tensor, Tensor> banded_cholesky(const Tensor& ab0) {
  Tensor ab = row_major(ab0);
  Batch b = batch_of(ab);
  int64_t w = ab.size(-2) - 1;
  Tensor rows = empty_as(ab, with_last(b.size, b.n, w + 1)), info = empty_as(ab, b.size, ScalarType::Int);
  dispatch_number(ab, "cholesky_banded", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(ab, b.count,
                 BandedCholeskyItem<T>{data<T>(std::as_const(ab)), data<T>(rows), data<int32_t>(info), b.n, w},
                 systems_at_least(b.n * (w + 1) * (w + 1)));
  });
  return {rows, info};
}

Tensor banded_cholesky_solve(const Tensor& rows0, const Tensor& b0) {
  Tensor rows = row_major(rows0), x = fresh_copy(b0);
  Batch b = batch_of(x);
  int64_t n = x.size(-2), w = rows.size(-1) - 1;
  dispatch_number(x, "cho_solve_banded", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(x, b.count, BandedCholeskySolveItem<T>{data<T>(std::as_const(rows)), data<T>(x), n, x.size(-1), w},
                 systems_at_least(2 * n * (w + 1) * x.size(-1)));
  });
  return x;
}

/// c (*, 2 n - 1), b (*, m, n) -> (x (*, m, n), info)
std::tuple<Tensor, Tensor> levinson(const Tensor& c0, const Tensor& b0) {
  Tensor c = row_major(c0), rhs = row_major(b0);
  Batch b = batch_of(rhs);
  int64_t n = rhs.size(-1), m = rhs.size(-2);
  Tensor x = torch::stable::empty_like(rhs), info = empty_as(rhs, b.size, ScalarType::Int);
  Tensor work = empty_as(rhs, with_last(b.size, 3 * n));
  dispatch_number(x, "solve_toeplitz", [&](auto tag) {
    using T = typename decltype(tag)::type;
    parallel_for(x, b.count,
                 LevinsonItem<T>{data<T>(std::as_const(c)), data<T>(std::as_const(rhs)), data<T>(x), data<T>(work),
                                 data<int32_t>(info), n, m},
                 systems_at_least(n * n * (m + 2)));
  });
  return {x, info};
}

SCI_OPERATOR("_banded_solve(Tensor ab, Tensor b, int l, int u, bool adjoint) -> (Tensor, Tensor)", banded_solve)
SCI_OPERATOR("_banded_cholesky(Tensor ab) -> (Tensor, Tensor)", banded_cholesky)
SCI_OPERATOR("_banded_cholesky_solve(Tensor rows, Tensor b) -> Tensor", banded_cholesky_solve)
SCI_OPERATOR("_levinson(Tensor c, Tensor b) -> (Tensor, Tensor)", levinson)

}  // namespace
}  // namespace sci
