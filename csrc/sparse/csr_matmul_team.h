// Products of compressed rows with several columns on CUDA. An item is up to 4 columns a lane of one row. The lanes of
// a team read the row's entries as neighbours, once for all these columns, and pass them on by exchanges; neighbouring
// lanes take neighbouring columns of x and y, so that these move in whole sectors. Sums run in the order of the
// entries, as in CsrMatmul (csr_matmul.h).
#pragma once
#include "core/team.h"
#include "sparse/csr_matmul.h"

namespace sci {

template <class T, class I>
struct CsrMatmulTeam : CsrMatmul<T, I> {
  static constexpr int most_each = 4, together = 4;  // columns of a lane; entries of which x is asked for at a time
  int64_t team_size, groups;                         // of columns

  SCI_HD static CsrMatmulTeam of(const CsrMatmul<T, I>& body) {
    int64_t lanes = 4;
    while (lanes < 32 && lanes < body.columns) lanes *= 2;
    return {body, lanes, (body.columns + most_each * lanes - 1) / (most_each * lanes)};
  }
  SCI_HD int64_t shared_bytes() const { return 0; }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char*) const {
    const int64_t line = groups == 1 ? item : item / groups, first = (item - line * groups) * most_each * team.size;
    if (this->columns - first <= team.size)
      some<1>(line, first, team);
    else
      some<most_each>(line, first, team);
  }

  template <int each>
  __device__ void some(int64_t line, int64_t first, Team team) const {
    const int64_t columns = this->columns, member = line / this->rows, row = line - member * this->rows;
    const T* values = this->data + this->batch.offset(0, member);
    const T* from = this->x + this->batch.offset(1, member) + first + team.lane;
    T sum[each];
    bool here[each];
#pragma unroll
    for (int c = 0; c < each; ++c) {
      sum[c] = T(0);
      here[c] = first + team.lane + c * team.size < columns;
    }
    const I end = this->indptr[row + 1];
    SCI_NO_UNROLL
    for (I p = this->indptr[row]; p < end; p += team.size) {
      const int count = int(min(end - p, I(team.size)));
      // A lane without an entry reads the last one.
      const I at = p + I(min(team.lane, count - 1)), own_column = this->indices[at];
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
      if (here[c]) this->y[line * columns + first + team.lane + c * team.size] = sum[c];
  }
#endif
};

}  // namespace sci
