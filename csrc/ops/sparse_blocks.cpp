// Patterns of blocks and of diagonals into compressed rows and back, on the CPU: each counts, makes room and fills, so
// that nothing is sorted and little more than the result is allocated. Elsewhere the callers take torch's sorts.
#include <algorithm>
#include <vector>

#include "ops/sparse_shared.h"
#include "sparse/csr_guard.h"

namespace sci {
namespace {

using Parts = std::tuple<Tensor, Tensor, Tensor>;

/// Rows of blocks to rows of entries: row starts, columns, and which value of the blocks each entry is.
Parts blocks_to_csr(const Tensor& indptr_, const Tensor& indices_, int64_t height, int64_t width) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  STD_TORCH_CHECK(height > 0 && width > 0, "blocks_to_csr: blocks must have rows and columns");
  int64_t down = indptr.size(0) - 1, blocks = indices.size(0), total = blocks * height * width;
  Tensor starts = room_as(indptr, {down * height + 1}), columns = room_as(indptr, {total});
  Tensor order = room_as(indptr, {total});
  dispatch_index(indptr, "blocks_to_csr", [&](auto index) {
    using I = typename decltype(index)::type;
    const I *from = data<I>(indptr), *places = data<I>(indices);
    I *begin = data<I>(starts), *column = data<I>(columns), *source = data<I>(order);
    int32_t failed = 0;
    auto guard = CsrGuard<I>::of(0, blocks, &failed);
    int64_t q = 0;
    for (int64_t i = 0; i < down; ++i) {
      check_inside(guard.row(from[i], from[i + 1]) && from[i] * height * width == q, "blocks_to_csr");
      for (int64_t r = 0; r < height; ++r) {
        begin[i * height + r] = I(q);
        for (int64_t p = from[i]; p < from[i + 1]; ++p)
          for (int64_t c = 0; c < width; ++c, ++q) {
            column[q] = I(places[p] * width + c);
            source[q] = I((p * height + r) * width + c);
          }
      }
    }
    begin[down * height] = I(q);
    total = q;
  });
  return {starts, torch::stable::narrow(columns, 0, 0, total), torch::stable::narrow(order, 0, 0, total)};
}

/// Rows of entries to rows of blocks, in order: block row starts, block columns, and where in the blocks' values each
/// entry goes.
Parts csr_to_blocks(const Tensor& indptr_, const Tensor& indices_, int64_t columns, int64_t height, int64_t width) {
  const Tensor indptr = dense(indptr_), indices = dense(indices_);
  int64_t rows = indptr.size(0) - 1, count = indices.size(0);
  STD_TORCH_CHECK(height > 0 && width > 0 && rows % height == 0 && columns % width == 0,
                  "csr_to_blocks: the blocks must divide the shape");
  int64_t down = rows / height, across = columns / width;
  Tensor starts = room_as(indptr, {down + 1}), target = room_as(indptr, {count}), places = room_as(indptr, {0});
  dispatch_index(indptr, "csr_to_blocks", [&](auto index) {
    using I = typename decltype(index)::type;
    const I *from = data<I>(indptr), *column = data<I>(indices);
    int32_t failed = 0;
    auto guard = CsrGuard<I>::of(columns, count, &failed);
    std::vector<I> seen(across, I(-1));  // the last block row in which a block column was met
    I* begin = data<I>(starts);
    int64_t total = 0;
    for (int64_t i = 0; i < down; ++i) {
      begin[i] = I(total);
      for (int64_t r = i * height; r < (i + 1) * height; ++r) {
        check_inside(guard.row(from[r], from[r + 1]), "csr_to_blocks");
        for (int64_t p = from[r]; p < from[r + 1]; ++p) {
          check_inside(guard.column(column[p]), "csr_to_blocks");
          I block = I(column[p] / width);
          if (seen[block] != I(i)) seen[block] = I(i), ++total;
        }
      }
    }
    begin[down] = I(total);
    places = room_as(indptr, {total});
    I *block_column = data<I>(places), *to = data<I>(target);
    std::fill(seen.begin(), seen.end(), I(-1));  // now where a block column's block lies, if in this row
    for (int64_t i = 0; i < down; ++i) {
      I end = begin[i];
      for (int64_t p = from[i * height]; p < from[(i + 1) * height]; ++p) {
        I block = I(column[p] / width);
        if (seen[block] < begin[i]) block_column[seen[block] = end++] = block;
      }
      std::sort(block_column + begin[i], block_column + end);
      for (I b = begin[i]; b < end; ++b) seen[block_column[b]] = b;
      for (int64_t r = 0; r < height; ++r)
        for (int64_t p = from[i * height + r]; p < from[i * height + r + 1]; ++p)
          to[p] = I((seen[column[p] / width] * height + r) * width + column[p] % width);
    }
  });
  return {starts, places, target};
}

/// Diagonals to rows: row starts, columns, and which of the (diagonals, width) values each entry is.
Parts diagonals_to_csr(const Tensor& offsets_, int64_t rows, int64_t columns, int64_t width, int64_t total) {
  const Tensor offsets = dense(offsets_);
  int64_t diagonals = offsets.size(0);
  Tensor starts = room_as(offsets, {rows + 1}), places = room_as(offsets, {total}), order = room_as(offsets, {total});
  dispatch_index(offsets, "diagonals_to_csr", [&](auto index) {
    using I = typename decltype(index)::type;
    const I* shift = data<I>(offsets);
    std::vector<int64_t> sorted(diagonals);
    for (int64_t d = 0; d < diagonals; ++d) sorted[d] = d;
    std::sort(sorted.begin(), sorted.end(), [&](int64_t a, int64_t b) { return shift[a] < shift[b]; });
    I *begin = data<I>(starts), *column = data<I>(places), *source = data<I>(order);
    int64_t q = 0, end = min(columns, width);
    for (int64_t i = 0; i < rows; ++i) {
      begin[i] = I(q);
      for (int64_t d : sorted) {
        int64_t j = i + shift[d];
        if (j < 0 || j >= end) continue;
        check_inside(q < total, "diagonals_to_csr");
        column[q] = I(j);
        source[q++] = I(d * width + j);
      }
    }
    begin[rows] = I(q);
    check_inside(q == total, "diagonals_to_csr");
  });
  return {starts, places, order};
}

SCI_CPU_OPERATOR("blocks_to_csr(Tensor indptr, Tensor indices, int height, int width) -> (Tensor, Tensor, Tensor)",
                 blocks_to_csr)
SCI_CPU_OPERATOR(
    "csr_to_blocks(Tensor indptr, Tensor indices, int columns, int height, int width) -> (Tensor, Tensor, Tensor)",
    csr_to_blocks)
SCI_CPU_OPERATOR(
    "diagonals_to_csr(Tensor offsets, int rows, int columns, int width, int total) -> (Tensor, Tensor, Tensor)",
    diagonals_to_csr)

}  // namespace
}  // namespace sci
