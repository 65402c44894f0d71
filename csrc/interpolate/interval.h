// Which interval of a sorted sequence holds x                                        used by: interpolate/*.h
//
// Method     A guess (linear interpolation between the ends, exact on uniform knots), then doubling steps away from it
//            until x is bracketed, then bisection: O(1) on near-uniform knots, O(log n) on any.
// Edges      Knots may rise or fall. Intervals hold their first knot, the last interval also its second one; outside,
//            the nearest interval is the answer, and 0 for NaN.
#pragma once
#include "core/platform.h"

namespace sci {

/// Offset of batch element b of a tensor whose leading dimensions broadcast (step 0) with others.
struct BatchSteps {
  static constexpr int max_dims = 6;
  int dims = 0;
  int64_t size[max_dims] = {}, step[max_dims] = {};
  SCI_HD int64_t operator()(int64_t b) const {
    int64_t at = 0;
    for (int k = dims - 1; k >= 0; --k) {
      at += b % size[k] * step[k];
      b /= size[k];
    }
    return at;
  }
};

/// The interval i in [0, m) of the m + 1 knots t, near `guess` if the guess is good.
template <class T>
SCI_HD_LARGE int64_t find_interval(const T* t, int64_t m, T x, int64_t guess) {
  bool up = t[0] <= t[m];
  // at(i): x lies at or beyond knot i in the direction of the knots.
  auto at = [&](int64_t i) { return up ? t[i] <= x : t[i] >= x; };
  int64_t low = guess < 0 ? 0 : guess < m ? guess : m - 1, high = low + 1;
  if (at(low)) {
    if (high >= m || !at(high)) return low;
    for (int64_t step = 1; high < m && at(high); step *= 2) {
      low = high;
      high = high + step < m ? high + step : m;
    }
  } else {
    for (int64_t step = 1; low > 0 && !at(low); step *= 2) {
      high = low;
      low = low > step ? low - step : 0;
    }
  }
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (at(middle))
      low = middle;
    else
      high = middle;
  }
  return low;
}

/// Where x would be, were the knots uniform; `scale` is m / (t[m] - t[0]).
template <class T>
SCI_HD int64_t guess_interval(const T* t, int64_t m, T scale, T x) {
  T place = (x - t[0]) * scale;
  if (!(place > T(0))) return 0;
  return place < T(m) ? int64_t(place) : m - 1;
}

/// The interval of x: that of the query before, `last`, or its neighbour if x is there (sorted queries), or a search.
template <class T>
SCI_HD int64_t find_interval_near(const T* t, int64_t m, T scale, T x, int64_t last) {
  if (t[last] <= x) {
    if (x < t[last + 1]) return last;
    if (last + 2 <= m && x < t[last + 2]) return last + 1;
  }
  return find_interval(t, m, x, guess_interval(t, m, scale, x));
}

/// How many queries one item of work searches together: one on the GPU, where each has a thread of its own.
constexpr int64_t search_block = SCI_DEVICE ? 1 : 64;

/// The intervals of `count` queries, at most search_block, among rising knots. Queries that rise, and uniform knots, go
/// the short ways above; others are bisected in step, without branches that a processor would guess wrong.
template <class T>
SCI_HD void find_intervals(const T* t, int64_t m, const T* x, int64_t count, int64_t step, int64_t* out) {
  T scale = T(m) / (t[m] - t[0]);
  bool together = count > 1 && t[0] < t[m];
  if (together) {
    bool rising = true;
    for (int64_t q = 1; q < count; ++q) rising &= x[(q - 1) * step] <= x[q * step];
    together = !rising;
  }
  if (together && m > 64) {
    bool exact = true;
    for (int64_t q = 0; q < count; ++q) {
      int64_t i = guess_interval(t, m, scale, x[q * step]);
      out[q] = i;
      exact &= (t[i] <= x[q * step]) & (x[q * step] < t[i + 1]);
    }
    if (exact) return;
    together = m < 4096;
  }
  if (!together) {
    int64_t i = 0;
    SCI_NO_UNROLL
    for (int64_t q = 0; q < count; ++q) {
      if (isnan(x[q * step])) {
        out[q] = 0;
        continue;
      }
      i = find_interval_near(t, m, scale, x[q * step], i);
      out[q] = i;
    }
    return;
  }
  for (int64_t q = 0; q < count; ++q) out[q] = 0;
  for (int64_t left = m; left > 1;) {
    int64_t half = left / 2;
    for (int64_t q = 0; q < count; ++q) out[q] += t[out[q] + half] <= x[q * step] ? half : 0;
    left -= half;
  }
}

}  // namespace sci
