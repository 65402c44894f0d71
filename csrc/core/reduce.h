// Reductions over rows: one result per row of a strided matrix, pairwise on the CPU, a warp per row on CUDA.
#pragma once
#include "core/platform.h"

namespace sci {

/// out[i] = F::join over j of F::load(x[i, j]); F has `zero()`, `load(x)` and an associative `join(a, b)`.
template <class F, class In, class Out>
struct RowReduce {
  const In* x;
  Out* out;
  int64_t columns, row_stride, column_stride;  // in elements

  SCI_HD void operator()(int64_t i) const { out[i] = part(x + i * row_stride, columns); }

  // Blocks of 128 in sequence, block sums in a binary counter: rounding errors grow like log(columns).
  SCI_HD Out part(const In* row, int64_t n) const {
    Out level[48];
    int used = 0;
    int64_t block = 0;
    for (int64_t begin = 0; begin < n; begin += 128, ++block) {
      int64_t end = min(begin + 128, n);
      Out sum = F::zero();
      for (int64_t j = begin; j < end; ++j) sum = F::join(sum, F::load(row[j * column_stride]));
      for (int64_t bits = block; bits & 1; bits >>= 1) sum = F::join(level[--used], sum);
      level[used++] = sum;
    }
    Out total = F::zero();
    while (used > 0) total = F::join(level[--used], total);
    return total;
  }

#if SCI_DEVICE
  __device__ void warp(int64_t i, int lane) const {
    const In* row = x + i * row_stride;
    Out sum = F::zero();
    for (int64_t j = lane; j < columns; j += 32) sum = F::join(sum, F::load(row[j * column_stride]));
    for (int shift = 16; shift > 0; shift >>= 1) sum = F::join(sum, __shfl_down_sync(0xffffffffu, sum, shift));
    if (lane == 0) out[i] = sum;
  }
#endif
};

/// 1 where a value is inf or NaN: what check_finite asks.
struct CountNonfinite {
  static SCI_HD int64_t zero() { return 0; }
  template <class T>
  static SCI_HD int64_t load(T x) {
    return isfinite(x) ? 0 : 1;
  }
  static SCI_HD int64_t join(int64_t a, int64_t b) { return a + b; }
};

}  // namespace sci
