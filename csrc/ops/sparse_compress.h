// Coordinates to compressed rows, for one CPU thread: a counting sort by row in two steps, groups of rows and then the
// rows of a group, in which column and value travel together; then every row is put in order by itself, stably.
#pragma once
#include <algorithm>
#include <vector>

#include "core/platform.h"
#include "sparse/csr_guard.h"

namespace sci {

/// What travels with a column: the value, or the entry's number.
template <class I, class V>
struct CsrEntry {
  I column;
  V value;
};

template <class I, class V>
inline void swap(CsrEntry<I, V>& a, CsrEntry<I, V>& b) {  // std's and sci's own would both do
  CsrEntry<I, V> kept = a;
  a = b;
  b = kept;
}

/// Writes a row in order, stably; false where a column repeats. Short rows by the rank of each column among all, which
/// takes no branch that depends on them: their order is a toss of coins.
template <class I, class V>
inline bool csr_order_row(CsrEntry<I, V>* row, int64_t length, I* indices, V* out) {
  constexpr int64_t short_row = 24;
  bool rising = true, repeats = false;
  for (int64_t p = 1; p < length; ++p) rising &= row[p - 1].column < row[p].column;
  if (!rising && length <= short_row) {
    I columns[short_row];
    for (int64_t p = 0; p < length; ++p) columns[p] = row[p].column;
    for (int64_t p = 0; p < length; ++p) {
      I column = columns[p], rank = 0;
      for (int64_t q = 0; q < p; ++q) rank += columns[q] <= column;
      for (int64_t q = p + 1; q < length; ++q) rank += columns[q] < column;
      indices[rank] = column;
      out[rank] = row[p].value;
    }
  } else {
    auto before = [](const CsrEntry<I, V>& a, const CsrEntry<I, V>& b) { return a.column < b.column; };
    if (!rising) std::stable_sort(row, row + length, before);
    for (int64_t p = 0; p < length; ++p) {
      indices[p] = row[p].column;
      out[p] = row[p].value;
    }
  }
  if (!rising)
    for (int64_t p = 1; p < length; ++p) repeats |= indices[p - 1] == indices[p];
  return !repeats;
}

/// Entries on their way: first by groups of rows, few enough to write to all of them at once, each small enough that
/// the rows of a group are sorted within the cache.
template <class I, class V>
struct CsrTraveller {
  I row, column;
  V value;
};

struct CsrGroups {
  int shift = 0;  // rows of a group: 2^shift
  int64_t count = 1;

  static CsrGroups of(int64_t rows, int64_t entries) {
    constexpr int64_t size = 8192, most = 1024;
    int64_t wanted = min(most, entries / size + 1);
    CsrGroups groups;
    while (((rows - 1) >> groups.shift) + 1 > wanted) ++groups.shift;
    groups.count = ((rows - 1) >> groups.shift) + 1;
    return groups;
  }
};

/// Whether entries already stand in the order of compressed rows, each at a place of its own.
template <class I>
bool csr_rises(const I* row, const I* column, int64_t count) {
  int64_t p = 1;
  while (p < count && (row[p - 1] < row[p] || (row[p - 1] == row[p] && column[p - 1] < column[p]))) ++p;
  return p >= count;
}

/// `value(p)` gives what travels with entry p; `travel` and `work` have room for all entries. Returns 0 for rows
/// outside, 1 where places repeat, 2 where all differ.
template <class I, class V, class Value>
int csr_compress(const I* row, const I* column, int64_t count, int64_t rows, const Value& value,
                 CsrTraveller<I, V>* travel, std::vector<CsrEntry<I, V>>& work, I* starts, I* indices, V* out) {
  int32_t failed = 0;
  auto guard = CsrGuard<I>::of(rows, count, &failed);
  for (int64_t i = 0; i <= rows; ++i) starts[i] = 0;
  if (count == 0 || rows == 0) return count == 0 ? 2 : 0;
  if (!guard.block(row, 0, I(count))) return 0;
  if (csr_rises(row, column, count)) {
    int64_t next = 1;
    for (int64_t p = 0; p < count; ++p) {
      for (; next <= int64_t(row[p]); ++next) starts[next] = I(p);
      indices[p] = column[p];
      out[p] = value(p);
    }
    for (; next <= rows; ++next) starts[next] = I(count);
    return 2;
  }
  CsrGroups groups = CsrGroups::of(rows, count);
  const int shift = groups.shift;
  std::vector<int64_t> ends(groups.count + 1, 0);
  for (int64_t p = 0; p < count; ++p) ++ends[(row[p] >> shift) + 1];
  for (int64_t g = 0; g < groups.count; ++g) ends[g + 1] += ends[g];
  for (int64_t p = 0; p < count; ++p) travel[ends[row[p] >> shift]++] = {row[p], column[p], value(p)};
  // ends[g] is now where group g ends.
  bool distinct = true;
  int64_t begin = 0;
  for (int64_t g = 0; g < groups.count; ++g) {
    int64_t end = ends[g], first = g << shift, last = min((g + 1) << shift, rows);
    if (int64_t(work.size()) < end - begin) work.resize(end - begin);
    CsrEntry<I, V>* here = work.data();
    for (int64_t p = begin; p < end; ++p) ++starts[travel[p].row + 1];
    starts[first] = I(begin);
    for (int64_t i = first; i < last; ++i) starts[i + 1] += starts[i];
    for (int64_t p = begin; p < end; ++p) here[starts[travel[p].row]++ - begin] = {travel[p].column, travel[p].value};
    for (int64_t i = last; i > first; --i) starts[i] = starts[i - 1];
    starts[first] = I(begin);
    for (int64_t i = first; i < last; ++i) {
      I from = starts[i], to = i + 1 < last ? starts[i + 1] : I(end);
      distinct &= csr_order_row(here + (from - begin), to - from, indices + from, out + from);
    }
    starts[last] = 0;  // the next group counts into it, or it is set below
    begin = end;
  }
  starts[rows] = I(count);
  return distinct ? 2 : 1;
}

/// Adds up neighbours at one place, in the order they stand in; returns how many places there are.
template <class T, class I>
int64_t csr_merge(const T* data, const I* indptr, const I* indices, int64_t rows, T* out, I* starts, I* places) {
  int64_t t = 0;
  starts[0] = 0;
  for (int64_t i = 0; i < rows; ++i) {
    int64_t begin = t;
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      if (t > begin && places[t - 1] == indices[p]) {
        out[t - 1] += data[p];
        continue;
      }
      places[t] = indices[p];
      out[t++] = data[p];
    }
    starts[i + 1] = I(t);
  }
  return t;
}

}  // namespace sci
