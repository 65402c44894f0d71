// Stable counting sort of keys in [0, buckets): order lists the positions key by key, offsets[b] is where the keys
// equal to b begin. Two passes over the keys; what a transposition of compressed rows and a conversion from
// coordinates are made of. A CPU body with one item; on CUDA the callers take torch's stable sort.
#pragma once
#include "core/platform.h"
#include "sparse/csr_guard.h"

namespace sci {

template <class I>
struct BucketSort {
  const I* keys;
  I* offsets;  // buckets + 1
  I* order;
  int64_t count, buckets;
  CsrGuard<I> guard;

  SCI_HD void operator()(int64_t) const {
    for (int64_t b = 0; b <= buckets; ++b) offsets[b] = 0;
    for (int64_t p = 0; p < count; ++p) {
      if (!guard.column(keys[p])) return;
      ++offsets[keys[p] + 1];
    }
    for (int64_t b = 0; b < buckets; ++b) offsets[b + 1] += offsets[b];
    // offsets[b] walks through bucket b and ends where bucket b + 1 begins, so one shift restores it.
    for (int64_t p = 0; p < count; ++p) order[offsets[keys[p]]++] = I(p);
    for (int64_t b = buckets; b > 0; --b) offsets[b] = offsets[b - 1];
    offsets[0] = 0;
  }
};

}  // namespace sci
