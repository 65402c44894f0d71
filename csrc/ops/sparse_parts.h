// Rearrangements and parts of compressed rows, for one CPU thread. Values are carried along or, where they are
// differentiated, their order is found instead (entry t of the result is entry order[t]): a `Move` is either.
//
//   csr_turn      the transpose: a counting sort by column (Gustavson, ACM TOMS 4, 1978, algorithm HALFPERM)
//   CsrRows       rows by list or by range, all columns or those from `low` to `high`
//   CsrColumns    columns by list, in any order and repeated
//
// Functions return false where indices lie outside or row starts decrease: nothing is trusted (csr_guard.h).
#pragma once
#include <cstring>
#include <vector>

#include "core/platform.h"
#include "sparse/csr_guard.h"

namespace sci {

/// A row's worth: most are short, and a call takes longer than a few elements.
template <class V>
inline void csr_copy(V* to, const V* from, int64_t count) {
  constexpr int64_t piece = 32 / sizeof(V);
  for (; count >= piece; count -= piece, to += piece, from += piece) std::memcpy(to, from, sizeof(V) * piece);
  for (int64_t t = 0; t < count; ++t) to[t] = from[t];
}

template <class V>
struct Carry {
  const V* from;
  V* to;
  void operator()(int64_t t, int64_t p) const { to[t] = from[p]; }
  void run(int64_t t, int64_t p, int64_t count) const { csr_copy(to + t, from + p, count); }
  void fetch(int64_t p) const { __builtin_prefetch(from + p); }
  void room(int64_t t) const { __builtin_prefetch(to + t, 1); }
};

template <class I>
struct Order {
  I* to;
  void operator()(int64_t t, int64_t p) const { to[t] = I(p); }
  void run(int64_t t, int64_t p, int64_t count) const {
    for (int64_t k = 0; k < count; ++k) to[t + k] = I(p + k);
  }
  void fetch(int64_t) const {}
  void room(int64_t t) const { __builtin_prefetch(to + t, 1); }
};

/// Do the rows of a long pattern lead anywhere, and not to places near those of the row before? Some rows tell.
template <class I>
bool csr_scattered(const I* indptr, const I* indices, int64_t rows, int64_t count) {
  using U = typename csr_unsigned<I>::type;
  constexpr int64_t samples = 64, near = 1024;
  if (count < (int64_t(1) << 17) || rows <= samples) return false;
  int64_t apart = 0;
  for (int64_t k = 1; k <= samples; ++k) {
    const int64_t i = (rows - 1) / samples * k;
    const U p = U(indptr[i - 1]), q = U(indptr[i]);
    if (p < U(count) && q < U(count)) apart += U(indices[q]) - U(indices[p]) + near > U(2 * near);
  }
  return 2 * apart > samples;
}

/// `starts` has columns + 1 elements; rows of a column come out in order. Where `scattered`, memory is fetched ahead.
template <bool scattered, class I, class Move>
bool csr_turn(const I* indptr, const I* indices, int64_t rows, int64_t count, int64_t columns, I* starts, I* turned,
              const Move move) {
  using U = typename csr_unsigned<I>::type;
  constexpr I ahead = 24;
  int32_t failed = 0;
  auto guard = CsrGuard<I>::of(columns, count, &failed);
  I end = indptr[rows], p = 0;
  if (indptr[0] != 0 || !guard.row(0, end)) return false;
  const I most = end - 2 * ahead;
  for (int64_t j = 0; j <= columns; ++j) starts[j] = 0;
  for (I q = 0; q < end; ++q) {
    I j = indices[q];
    if (!guard.column(j)) return false;
    if (scattered && q < most) __builtin_prefetch(starts + U(indices[q + 2 * ahead]), 1);
    ++starts[j + 1];
  }
  for (int64_t j = 0; j < columns; ++j) starts[j + 1] += starts[j];
  for (int64_t i = 0; i < rows; ++i) {
    const I stop = indptr[i + 1];
    if (stop < p || stop > end) return false;
    for (; p < stop; ++p) {
      if (scattered && p < most) {
        __builtin_prefetch(starts + indices[p + 2 * ahead], 1);
        const I t = starts[indices[p + ahead]];
        __builtin_prefetch(turned + t, 1);
        move.room(t);
      }
      const I t = starts[indices[p]]++;
      turned[t] = I(i);
      move(t, p);
    }
  }
  // starts[j] has walked through column j and stands where column j + 1 begins.
  std::memmove(starts + 1, starts, columns * sizeof(I));
  starts[0] = 0;
  return true;
}

template <class I, class Move>
bool csr_turn(const I* indptr, const I* indices, int64_t rows, int64_t count, int64_t columns, I* starts, I* turned,
              const Move move) {
  if (csr_scattered(indptr, indices, rows, count))
    return csr_turn<true>(indptr, indices, rows, count, columns, starts, turned, move);
  return csr_turn<false>(indptr, indices, rows, count, columns, starts, turned, move);
}

/// Which rows: `list`, or first, first + step, ...
struct CsrWanted {
  const int64_t* list;
  int64_t first, step, count;
  int64_t operator()(int64_t k, int64_t rows) const {
    if (!list) return first + k * step;
    return list[k] < 0 ? list[k] + rows : list[k];  // counted from the end
  }
};

/// How many of x[p], ..., x[end - 1] lie in [low, low + width).
template <class I>
int64_t csr_count(const I* x, I p, I end, I low, typename csr_unsigned<I>::type width) {
  using U = typename csr_unsigned<I>::type;
  typedef U Vector __attribute__((vector_size(32), aligned(sizeof(I)), may_alias));
  constexpr int lanes = 32 / sizeof(I);
  int64_t total = 0;
  if (end - p < 2 * lanes) {
    for (; p < end; ++p) total += U(x[p]) - U(low) < width;
    return total;
  }
  Vector found = {}, first = Vector{} + U(low), size = Vector{} + width;
  for (; p + lanes <= end; p += lanes)
    found -= Vector(*reinterpret_cast<const Vector*>(x + p) - first < size);  // true is -1
  for (int lane = 0; lane < lanes; ++lane) total += found[lane];
  for (; p < end; ++p) total += U(x[p]) - U(low) < width;
  return total;
}

template <class I>
struct CsrRows {
  using U = typename csr_unsigned<I>::type;
  static constexpr int64_t long_row = 64;  // long rows in order are searched for the columns
  const I* indptr;
  const I* indices;
  int64_t rows, entries;
  CsrWanted wanted;
  bool all;       // all columns
  bool in_order;  // every row is
  I low;
  U width;

  bool row(int64_t k, I& begin, I& end) const {
    int64_t i = wanted(k, rows);
    if (uint64_t(i) >= uint64_t(rows)) return false;
    begin = indptr[i];
    end = indptr[i + 1];
    return begin >= 0 && begin <= end && end <= entries;
  }
  bool window(I& begin, I& end) const {
    if (!in_order || end - begin <= long_row) return false;
    begin = below(begin, end, U(low));
    end = below(begin, end, U(low) + width);
    return true;
  }
  I below(I p, I q, U bound) const {
    while (p < q) {
      I middle = p + (q - p) / 2;
      if (U(indices[middle]) < bound)
        p = middle + 1;
      else
        q = middle;
    }
    return p;
  }

  /// Fills the row starts and returns how many entries there are, or -1.
  int64_t count(I* starts) const {
    int64_t total = 0;
    starts[0] = 0;
    for (int64_t k = 0; k < wanted.count; ++k) {
      I begin = 0, end = 0;
      if (!row(k, begin, end)) return -1;
      total += all || window(begin, end) ? end - begin : csr_count(indices, begin, end, low, width);
      starts[k + 1] = I(total);
    }
    return int64_t(I(total)) == total ? total : -1;
  }

  /// All columns of a list of rows. Where a row lies says nothing of the next one, so their ends are fetched ahead;
  /// what lies between, the processor finds.
  template <class Move>
  void whole(const I* starts, I* to, const Move move) const {
    constexpr int64_t ahead = 8;
    for (int64_t k = 0; k < wanted.count; ++k) {
      if (k + ahead < wanted.count) {
        int64_t next = wanted(k + ahead, rows);
        I first = indptr[next], last = indptr[next + 1] - 1;
        __builtin_prefetch(indices + first);
        __builtin_prefetch(indices + last);
        move.fetch(first);
        move.fetch(first + 8);
        move.fetch(last);
      }
      int64_t begin = indptr[wanted(k, rows)], t = starts[k], count = starts[k + 1] - t;
      csr_copy(to + t, indices + begin, count);
      move.run(t, begin, count);
    }
  }

  /// Has room for one entry more than there are: whether one is wanted is not asked before it is written.
  template <class Move>
  void fill(const I* starts, I* to, const Move move) const {
    if (all && !wanted.list && wanted.step == 1 && wanted.count > 0) {
      I begin = indptr[wanted.first], end = indptr[wanted.first + wanted.count];
      std::memcpy(to, indices + begin, (end - begin) * sizeof(I));
      move.run(0, begin, end - begin);
      return;
    }
    if (all) return whole(starts, to, move);
    for (int64_t k = 0; k < wanted.count; ++k) {
      I begin = 0, end = 0;
      row(k, begin, end);
      if (!all) window(begin, end);
      I t = starts[k], found = starts[k + 1] - t;
      if (found == end - begin) {  // many rows lie inside altogether, or outside
        const I least = low;
        for (I p = begin; p < end; ++p, ++t) {
          to[t] = I(indices[p] - least);
          move(t, p);
        }
      } else if (found > 0) {
        const U least = U(low), size = width;  // registers: what is written could be a member, for all g++ knows
        for (I p = begin; p < end; ++p) {
          U j = U(indices[p]) - least;
          to[t] = I(j);
          move(t, p);
          t += j < size;
        }
      }
    }
  }
};

/// first[j] is the first place in the list that asks for column j, next[k] the following one after place k; or -1.
/// Few entries are wanted as a rule, and which ones nobody can guess: a walk over all of them, without branches, notes
/// those, and only they are looked at again.
template <class I>
struct CsrColumns {
  static constexpr int64_t length = 2048;
  const I* indptr;
  const I* indices;
  int64_t rows, entries, columns;
  std::vector<I> first, next;
  std::vector<I> times;          // how often a column is asked for
  mutable std::vector<I> found;  // the entries that are

  bool prepare(const int64_t* list, int64_t count) {
    first.assign(columns, I(-1));
    times.assign(columns, I(0));
    next.resize(count);
    for (int64_t k = count; k-- > 0;) {
      int64_t j = list[k] < 0 ? list[k] + columns : list[k];
      if (uint64_t(j) >= uint64_t(columns)) return false;
      next[k] = first[j];
      first[j] = I(k);
      ++times[j];
    }
    return true;
  }

  int64_t count(I* starts) const {
    int32_t failed = 0;
    auto guard = CsrGuard<I>::of(columns, entries, &failed);
    if (!guard.block(indices, 0, I(entries))) return -1;
    I before[length], hits[length];  // what the block's entries before each one give
    int64_t total = 0, row = 0;
    const I begin = indptr[0], end = indptr[rows];
    if (!guard.row(begin, end)) return -1;
    starts[0] = 0;
    for (int64_t base = begin; base < end; base += length) {
      const int64_t size = min(int64_t(end) - base, length);
      I* hit = hits;
      int64_t sum = 0;
      for (int64_t k = 0; k < size; ++k) {
        const I asked = times[indices[base + k]];
        before[k] = I(sum);
        *hit = I(base + k);
        hit += asked > 0;
        sum += asked;
      }
      for (; row < rows && indptr[row + 1] < base + size; ++row) {
        if (indptr[row + 1] < indptr[row]) return -1;
        starts[row + 1] = I(total + before[indptr[row + 1] - base]);
      }
      found.insert(found.end(), hits, hit);
      total += sum;
      if (int64_t(I(total)) != total) return -1;
    }
    for (; row < rows; ++row) {
      if (indptr[row + 1] != end) return -1;
      starts[row + 1] = I(total);
    }
    return total;
  }

  template <class Move>
  void fill(const I*, I* to, const Move move) const {
    int64_t t = 0;
    for (I p : found) {
      for (I k = first[indices[p]]; k >= 0; k = next[k]) {
        to[t] = k;
        move(t++, p);
      }
    }
  }
};

}  // namespace sci
