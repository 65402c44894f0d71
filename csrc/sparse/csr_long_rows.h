// Rows that are much longer than the others, on CUDA: the entries of the matrix are cut into pieces of one length, and
// a row of more than two pieces, which has at least one for itself, is made by the teams of its pieces. Which row that
// is they find by a search among the row starts. Each stores its part of the sums, and CsrLongTotal, a second launch,
// adds up the parts of a row, always in the same order.
#pragma once
#include "core/team.h"

namespace sci {

/// A part of a long row: its entries.
template <class I>
struct CsrPart {
  int64_t row;  // -1: the piece lies in no long row
  I begin, end;
};

struct CsrPieces {
  int64_t length = 0, count = 0;  // of entries; no pieces: all rows are left whole

  /// `longest`: entries of the longest row, or -1 where nobody knows.
  SCI_HD static CsrPieces of(int64_t length, int64_t entries, int64_t longest) {
    const bool any = (longest < 0 ? entries : longest) > 2 * length;
    return {length, any ? entries / length : 0};
  }
  template <class I>
  SCI_HD bool is_long(I begin, I end) const {
    return count > 0 && int64_t(end) - int64_t(begin) > 2 * length;
  }

#if SCI_DEVICE
  /// What a team does of a piece, whose row is noted in `owners`, if there are any. The first one of a row begins, and
  /// the last one ends with the row.
  template <class I>
  __device__ CsrPart<I> part(int64_t piece, const I* indptr, int64_t rows, Team team, I* owners = nullptr) const {
    const int64_t from = piece * length, to = from + length;
    int64_t low = 0, high = rows;  // the row that entry `from` is in, one of [low, high)
    SCI_NO_UNROLL
    while (high - low > 1) {
      const int64_t step = (high - low + team.size) / (team.size + 1), at = low + (team.lane + 1) * step;
      const int64_t passed = team.sum(at < high && int64_t(indptr[at]) <= from ? 1 : 0);
      high = min(low + (passed + 1) * step, high);
      low += passed * step;
    }
    const I begin = indptr[low], end = indptr[low + 1];
    const bool found = is_long(begin, end) && int64_t(begin) <= from && int64_t(end) >= to;
    if (owners && team.lane == 0) owners[piece] = found ? I(low) : I(-1);
    if (!found) return {-1, I(0), I(0)};
    return {low, int64_t(begin) > from - length ? begin : I(from), int64_t(end) < to + length ? end : I(to)};
  }
#endif
};

/// y of long rows from the parts of their pieces. An item is `each` pieces of one member of a batch; the team makes the
/// rows that begin there.
template <class T, class I>
struct CsrLongTotal {
  static constexpr int team_size = 256, each = 8;
  CsrPieces pieces;
  const I* indptr;
  const I* owners;  // the rows of pieces, or -1
  const T* parts;   // (members, pieces, columns)
  T* y;             // (members, rows, columns)
  int64_t rows, columns;

  SCI_HD int64_t shared_bytes() const { return team_size * int64_t(sizeof(T)); }
  SCI_HD int64_t items() const { return (pieces.count + each - 1) / each; }  // of a member

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char* shared) const {
    const int64_t member = item / items(), begin = (item - member * items()) * each;
    SCI_NO_UNROLL
    for (int64_t piece = begin; piece < begin + each && piece < pieces.count; ++piece) {
      const I row = owners[piece];
      if (row < 0 || (piece > 0 && owners[piece - 1] == row)) continue;
      const int64_t stop = int64_t(indptr[row + 1]) / pieces.length;
      total(parts + member * pieces.count * columns, piece, stop, y + (member * rows + row) * columns, team,
            reinterpret_cast<T*>(shared));
    }
  }

  /// As many lanes as there are columns take neighbours; groups of such lanes share out the pieces.
  __device__ void total(const T* from, int64_t begin, int64_t stop, T* to, Team team, T* sums) const {
    int wide = 1;
    while (wide < team.size && wide < columns) wide *= 2;
    const int group = team.lane / wide, groups = team.size / wide;
    SCI_NO_UNROLL
    for (int64_t first = 0; first < columns; first += wide) {
      const int64_t column = first + team.lane % wide;
      T sum[4] = {};
      if (column < columns) {
        SCI_NO_UNROLL
        for (int64_t piece = begin + group; piece < stop; piece += 4 * groups)
#pragma unroll
          for (int k = 0; k < 4; ++k)
            if (piece + k * groups < stop) sum[k] += from[(piece + k * groups) * columns + column];
      }
      sums[team.lane] = (sum[0] + sum[1]) + (sum[2] + sum[3]);
      team.sync();
      SCI_NO_UNROLL
      for (int half = groups / 2; half > 0; half /= 2) {
        if (group < half) sums[team.lane] += sums[team.lane + half * wide];
        team.sync();
      }
      if (group == 0 && column < columns) to[column] = sums[team.lane];
      team.sync();
    }
  }
#endif
};

}  // namespace sci
