// Compressed rows to diagonals, where that saves memory.
#pragma once
#include <algorithm>
#include <atomic>
#include <vector>

#include "ops/sparse_shared.h"
#include "sparse/csr_guard.h"
#include "sparse/diagonals.h"

namespace sci {

/// The diagonals that rows 0, step, 2 step, ... have entries on, in order; none if there are more than `most`.
template <class I>
std::vector<int64_t> diagonal_offsets(const I* indptr, const I* indices, int64_t rows, int64_t step, int64_t most,
                                      const CsrGuard<I>& guard) {
  std::vector<int64_t> found;
  for (int64_t i = 0; i < rows; i += step) {
    if (!guard.row(indptr[i], indptr[i + 1])) return {};
    size_t at = 0;
    for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
      if (!guard.column(indices[p])) return {};
      int64_t offset = int64_t(indices[p]) - i;
      while (at < found.size() && found[at] != offset) ++at;
      if (at == found.size()) at = size_t(std::find(found.begin(), found.end(), offset) - found.begin());
      if (at < found.size()) continue;
      if (int64_t(found.size()) >= most) return {};
      found.push_back(offset);
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A matrix's diagonals as `Diagonals` takes them; no offsets where compressed rows take less memory.
struct GatheredDiagonals {
  std::vector<int64_t> offsets;
  Tensor places, constants, values;

  template <class T>
  Diagonals<T> view(int64_t rows, int64_t columns) const {
    return {data<T>(values), data<int64_t>(places), data<T>(constants), offsets.data(), int64_t(offsets.size()), rows,
            columns};
  }
};

/// Fills places, constants and values; false where an entry lies on none of the diagonals.
template <class T, class I>
bool fill_diagonals(const T* from, const I* indptr, const I* indices, int64_t rows, int64_t columns,
                    GatheredDiagonals& found, const CsrGuard<I>& guard) {
  constexpr int64_t length = Diagonals<T>::length;
  const std::vector<int64_t>& offsets = found.offsets;
  int64_t count = int64_t(offsets.size()), *places = data<int64_t>(found.places);
  T *constants = data<T>(found.constants), *values = data<T>(found.values);
  std::atomic<bool> all{true};
  std::atomic<int64_t> used{0};
  torch::stable::parallel_for(0, (rows + length - 1) / length, 8, [&](int64_t from_block, int64_t to_block) {
    std::vector<T> some(size_t(count * length));
    for (int64_t block = from_block; block < to_block && all; ++block) {
      int64_t begin = block * length, end = min(begin + length, rows);
      std::fill(some.begin(), some.end(), T(0));
      for (int64_t i = begin; i < end; ++i) {
        if (!guard.row(indptr[i], indptr[i + 1])) {
          all = false;
          return;
        }
        int64_t d = 0;  // entries mostly are in order
        for (I p = indptr[i]; p < indptr[i + 1]; ++p) {
          int64_t offset = int64_t(indices[p]) - i;
          while (d < count && offsets[d] < offset) ++d;
          if (d == count || offsets[d] != offset)
            d = std::lower_bound(offsets.begin(), offsets.end(), offset) - offsets.begin();
          if (d == count || offsets[d] != offset || !guard.column(indices[p])) {
            all = false;
            return;
          }
          some[d * length + i - begin] += from[p];
        }
      }
      for (int64_t d = 0; d < count; ++d) {
        const T* piece = &some[d * length];
        int64_t low = max(begin, -offsets[d]) - begin, high = min(end, columns - offsets[d]) - begin, i = low;
        while (i < high && piece[i] == piece[low]) ++i;
        constants[block * count + d] = low < high ? piece[low] : T(0);
        places[block * count + d] = i >= high ? -1 : length * used.fetch_add(1);
        if (i < high) std::copy(piece, piece + length, values + places[block * count + d]);
      }
    }
  });
  return all;
}

/// A few rows mostly have entries on all diagonals; all rows are looked at where they had not.
template <class T, class I>
GatheredDiagonals gather_diagonals(const Tensor& data_, const Tensor& indptr_, const Tensor& indices_,
                                   int64_t columns) {
  const I *indptr = data<I>(indptr_), *indices = data<I>(indices_);
  int64_t rows = indptr_.size(0) - 1, entries = indices_.size(0);
  GatheredDiagonals found{{}, empty_as(data_, {0}, ScalarType::Long), empty_as(data_, {0}), empty_as(data_, {0})};
  if (rows == 0 || entries == 0) return found;
  int32_t failed = 0;
  auto guard = CsrGuard<I>::of(columns, entries, &failed);
  int64_t most = min(int64_t(1.4 * double(entries) / double(rows)), int64_t(64));
  for (int64_t step : {int64_t(97), int64_t(1)}) {
    found.offsets = diagonal_offsets(indptr, indices, rows, step, most, guard);
    check_inside(!failed, "csr_diagonals");
    if (found.offsets.empty()) continue;
    int64_t pieces = (rows + Diagonals<T>::length - 1) / Diagonals<T>::length * int64_t(found.offsets.size());
    found.places = empty_as(data_, {pieces}, ScalarType::Long);
    found.constants = empty_as(data_, {pieces});
    found.values = room_as(data_, {pieces * Diagonals<T>::length});
    if (fill_diagonals(data<T>(data_), indptr, indices, rows, columns, found, guard)) return found;
    check_inside(!failed, "csr_diagonals");
  }
  found.offsets.clear();
  return found;
}

}  // namespace sci
