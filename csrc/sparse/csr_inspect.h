// What compressed rows look like, in one pass over the row starts and one over the indices: do the starts run from 0
// upwards, which are the extreme indices, are the rows in order and without duplicates.
#pragma once
#include "core/platform.h"

namespace sci {

struct CsrReport {
  int64_t begin, end, step, low, high, sorted, canonical;
};

/// Steps down, and steps down or level, between neighbours among `count` indices, and the extremes. Blocks of a length
/// whose counts fit the index type: then the loop is one of vectors.
template <class I>
inline void csr_steps(const I* x, int64_t count, int64_t& down, int64_t& level, I& low, I& high) {
  for (int64_t from = 1; from < count; from += 1 << 20) {
    int64_t stop = min(count, from + (1 << 20));
    I falls = 0, stays = 0, least = low, most = high;
    for (int64_t p = from; p < stop; ++p) {
      I a = x[p - 1], b = x[p];
      falls += I(b < a);
      stays += I(b <= a);
      least = b < least ? b : least;
      most = b > most ? b : most;
    }
    down += falls;
    level += stays;
    low = least;
    high = most;
  }
}

template <class I>
inline CsrReport csr_inspect(const I* indptr, const I* indices, int64_t rows, int64_t count) {
  CsrReport r{indptr[0], indptr[rows], 0, 0, -1, 1, 1};
  I step = 0;
  for (int64_t i = 0; i < rows; ++i) {
    // Unsigned: starts far apart must not overflow.
    I here = indptr[i + 1] < indptr[i] ? I(-1) : I(0);
    step = here < step ? here : step;
  }
  r.step = step;
  int64_t down = 0, level = 0;
  if (count > 0) {
    I low = indices[0], high = indices[0];
    csr_steps(indices, count, down, level, low, high);
    r.low = low;
    r.high = high;
  }
  if (r.step < 0 || r.begin != 0 || r.end > count) return r;
  // A step down from one row to the next is none of a row's, nor is one behind the last row.
  int64_t last = -1;
  for (int64_t i = 1; i <= rows; ++i) {
    int64_t p = indptr[i];
    if (p == last || p == 0 || p >= count) continue;
    down -= indices[p] < indices[p - 1];
    level -= indices[p] <= indices[p - 1];
    last = p;
  }
  for (int64_t p = r.end + 1; p < count; ++p) {
    down -= indices[p] < indices[p - 1];
    level -= indices[p] <= indices[p - 1];
  }
  r.sorted = down == 0;
  r.canonical = level == 0;
  return r;
}

}  // namespace sci
