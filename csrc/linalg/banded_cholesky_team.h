// Cholesky factors of banded matrices (linalg/banded_cholesky.h) on CUDA, a team for each. The w + 1 columns that a
// step changes lie in shared memory, each in the place of the one that left; a lane has a row of the column that comes
// and of the one that goes, and the team shares out the entries between. Bands are read and written once.
#pragma once
#include "core/team.h"
#include "linalg/banded_cholesky.h"

namespace sci {

/// Item: one matrix; no `work`, no right-hand sides.
template <class T>
struct BandedCholeskyTeam : PositiveBandedItem<T> {
  int64_t team_size;

  static constexpr int64_t most_width = 255;
  /// A lane for each of the w + 1 rows of a column.
  SCI_HD static BandedCholeskyTeam of(const PositiveBandedItem<T>& item) {
    int64_t lanes = 4;
    while (lanes < item.w + 1) lanes *= 2;
    return {item, lanes <= 32 ? lanes : 256};
  }
  SCI_HD int64_t shared_bytes() const { return (this->w + 1) * (this->w + 1) * int64_t(sizeof(T)); }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char* shared) const {
    using R = real_of<T>;
    const int64_t n = this->n;
    const int w = int(this->w), places = w + 1, row = team.lane;
    const BandForm form{n, w, this->lower};
    const T* from = this->ab + item * places * n + (row <= w ? form.start(row) : 0);
    T* out = this->factor + item * places * n + (row <= w ? form.start(row) : 0);
    T* window = reinterpret_cast<T*>(shared);
    const bool turned = !this->lower;
    // This lane's entry of a column.
    auto entry = [=](int64_t j) {
      if (row > w || j + row >= n) return T(0);
      return turned ? conj(from[j]) : from[j];
    };
    if (row <= w)
      for (int j = 0; j <= w; ++j) window[j * places + row] = entry(j);
    team.sync();
    R order = R(0), probes = R(0);
    int first = 0;  // the place of column j
    SCI_NO_UNROLL
    for (int64_t j = 0; j < n; ++j) {
      const T next = entry(j + places);
      T* own = window + first * places;
      const R d = detail::banded_pivot(real(own[0]), j, order, probes);
      const int rows = int(min(int64_t(w), n - 1 - j));
      for_entries(team, rows * rows, rows, [=](int, int s, int r) {
        if (r < s) return;
        int place = first + 1 + s;
        if (place >= places) place -= places;
        window[place * places + r - s] -= own[r + 1] * conj(own[s + 1] / d);
      });
      team.sync();
      if (row <= w) {
        const R root = sqrt(d);
        const T value = row == 0 ? T(root) : root * (own[row] / d);
        if (j + row < n) out[j] = turned && row > 0 ? conj(value) : value;
        own[row] = next;
      }
      first = first < w ? first + 1 : 0;
      team.sync();
    }
    if (row <= w)
      for (int64_t k = 0; k < min(int64_t(row), n); ++k) this->factor[item * places * n + form.corner(row) + k] = T(0);
    if (row == 0) this->info[item] = int32_t(detail::banded_outcome(order, probes));
  }
#endif
};

}  // namespace sci
