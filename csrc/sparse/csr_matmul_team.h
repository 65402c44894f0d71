// Products of compressed rows with several columns on CUDA. An item is up to 4 columns a lane of one row. The lanes of
// a team read the row's entries as neighbours, once for all these columns, and pass them on by exchanges; neighbouring
// lanes take neighbouring columns of x and y, so that these move in whole sectors. Sums run in the order of the
// entries, as in CsrMatmul (csr_matmul.h), but those of very long rows, which are made in pieces (csr_long_rows.h).
#pragma once
#include "core/team.h"
#include "sparse/csr_matmul.h"

namespace sci {

template <class T, class I>
struct CsrMatmulTeam : CsrMatmul<T, I> {
  static constexpr int most_each = 4, together = 4;  // columns of a lane; entries of which x is asked for at a time
  static constexpr int piece_length = 512;
  int64_t team_size, groups;  // of columns
  CsrPieces split = {};       // of rows that are left to CsrMatmulPieces

  SCI_HD static CsrMatmulTeam of(const CsrMatmul<T, I>& body) {
    int64_t lanes = 4;
    while (lanes < 32 && lanes < body.columns) lanes *= 2;
    return {body, lanes, (body.columns + most_each * lanes - 1) / (most_each * lanes)};
  }
  SCI_HD int64_t shared_bytes() const { return 0; }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char*) const {
    const int64_t line = groups == 1 ? item : item / groups, first = (item - line * groups) * most_each * team.size;
    const int64_t member = line / this->rows, row = line - member * this->rows;
    const I begin = this->indptr[row], end = this->indptr[row + 1];
    if (!split.is_long(begin, end)) some(begin, end, member, first, this->y + line * this->columns, team);
  }

  /// Columns from `first` on of the sum over some entries.
  __device__ void some(I begin, I end, int64_t member, int64_t first, T* to, Team team) const {
    if (this->columns - first <= team.size)
      some<1>(begin, end, member, first, to, team);
    else
      some<most_each>(begin, end, member, first, to, team);
  }

  template <int each>
  __device__ void some(I begin, I end, int64_t member, int64_t first, T* to, Team team) const {
    const int64_t columns = this->columns;
    const T* values = this->data + this->batch.offset(0, member);
    const T* from = this->x + this->batch.offset(1, member) + first + team.lane;
    T sum[each];
    bool here[each];
#pragma unroll
    for (int c = 0; c < each; ++c) {
      sum[c] = T(0);
      here[c] = first + team.lane + c * team.size < columns;
    }
    using U = typename csr_unsigned<I>::type;  // does not overflow behind the last entry
    SCI_NO_UNROLL
    for (U p = begin; p < U(end); p += team.size) {
      const int count = int(min(U(end) - p, U(team.size)));
      // A lane without an entry reads the last one.
      const U at = p + U(min(team.lane, count - 1));
      const I own_column = this->indices[at];
      const T own_value = values[this->order ? this->order[at] : at];
      SCI_NO_UNROLL
      for (int t = 0; t < count; t += together) {
        T value[together], taken[together][each];
#pragma unroll
        for (int u = 0; u < together; ++u) {
          const int entry = min(t + u, team.size - 1);
          value[u] = team.broadcast(own_value, entry);
          const T* source = from + int64_t(team.broadcast(own_column, entry)) * columns;
#pragma unroll
          for (int c = 0; c < each; ++c) taken[u][c] = here[c] && t + u < count ? source[c * team.size] : T(0);
        }
#pragma unroll
        for (int u = 0; u < together; ++u)
#pragma unroll
          for (int c = 0; c < each; ++c)
            if (t + u < count) csr_add(sum[c], value[u], taken[u][c]);
      }
    }
#pragma unroll
    for (int c = 0; c < each; ++c)
      if (here[c]) to[first + team.lane + c * team.size] = sum[c];
  }
#endif
};

/// Pieces of long rows; an item is up to 4 columns a lane of one.
template <class T, class I>
struct CsrMatmulPieces : CsrMatmulTeam<T, I> {
  T* parts;  // as in CsrLongTotal
  I* owners;

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char*) const {
    const CsrPieces& split = this->split;
    const int64_t line = item / this->groups, member = line / split.count, piece = line - member * split.count;
    const int64_t first = (item - line * this->groups) * this->most_each * team.size;
    const auto part = split.part(piece, this->indptr, this->rows, team, member + first == 0 ? owners : nullptr);
    if (part.row >= 0) this->some(part.begin, part.end, member, first, parts + line * this->columns, team);
  }
#endif
};

}  // namespace sci
