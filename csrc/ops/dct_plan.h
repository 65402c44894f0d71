// Plans of the CPU's cosine and sine transforms: that of the complex transform in their middle, and their twiddles.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "fft/dct_long.h"
#include "ops/fft_plan.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Everything a transform of a kind (dct_rows.h) and length needs. `own`: by our own complex transform, else a table
/// for the steps of dct.h.
template <class T, bool own>
struct DctPlan {
  int kind;
  bool odd;
  int64_t n, h, part = 0;
  std::vector<T> table;
  std::shared_ptr<const FftPlan<T>> fft;

  static constexpr int64_t sweep_from = 4096;  // from here on a `before` that reads tables is a sweep of its own

  DctPlan(int kind_, bool odd_, int64_t n_)
      : kind(kind_),
        odd(odd_),
        n(n_),
        h(kind == 1   ? (odd ? n + 1 : n - 1)
          : kind < 20 ? n / 2
                      : n) {
    const int64_t count = kind == 4 ? h : (kind < 20 && own ? h : n) / 2 + 1;
    part = count;
    if (kind == 4) {
      fill(16 * n, 8, 1, count, 0);
    } else if (own && kind == 1) {
      fill(2 * h, 1, 0, count, 0);
    } else if (kind % 20 == 2) {
      fill(4 * n, 1, 0, count, 0);
      if (own && kind == 2) fill(4 * n, 5, 0, count, 2);
    }
    if constexpr (own) fft = PlanCache<FftPlan<T>>::get(h);
  }
  /// exp(-2 pi i (a k + b) / period) for k < count: two columns of their own, or interleaved for the steps of dct.h.
  void fill(int64_t period, int64_t a, int64_t b, int64_t count, int column) {
    FftRoots root(period, a * count + b);
    table.resize((column + 2) * count);
    for (int64_t k = 0; k < count; ++k) {
      T value[2];
      root.write(a * k + b, value);
      table[own ? column * count + k : 2 * k] = value[0];
      table[own ? (column + 1) * count + k : 2 * k + 1] = value[1];
    }
  }
  bool is(int kind_, bool odd_, int64_t n_) const { return n == n_ && kind == kind_ && odd == odd_; }
  int64_t numbers() const {
    if constexpr (own) return int64_t(table.size()) + fft->numbers();
    return int64_t(table.size());
  }
};

template <class T, bool own>
std::shared_ptr<const DctPlan<T, own>> dct_plan(int kind, bool odd, int64_t n) {
  // Types 2 and 3 share a table.
  return PlanCache<DctPlan<T, own>>::get(kind % 20 == 3 ? kind - 1 : kind, odd, n);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
