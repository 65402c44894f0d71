// Jacobi's methods (linalg/jacobi.h) of matrices of 2 to 4 columns on a GPU, one in the registers of each lane.
//
// A pair's angle is most of the work of so small a rotation, and of a team's lanes as many as there are pairs would
// find one: here all lanes of a warp do, and none waits for another. Loads and stores of 32 matrices go by way of
// shared memory, where they are an odd number of words apart, so that neighbours in global memory are read by
// neighbours.
#pragma once
#include "linalg/jacobi_teams.h"

#if SCI_DEVICE
#define SCI_UNROLL _Pragma("unroll")
#endif

namespace sci {
namespace detail {

/// Room for `numbers` of each lane.
template <int numbers>
constexpr int lane_room = numbers | 1;
template <int numbers, class T>
SCI_HD void load_lanes(Team team, const T* in, T* room, int items) {
  for (int k = team.lane; k < numbers * items; k += team.size)
    room[k / numbers * lane_room<numbers> + k % numbers] = in[k];
  team.sync();
}
/// After a lane has left its numbers in `room`.
template <int numbers, class T>
SCI_HD void store_lanes(Team team, T* out, const T* room, int items) {
  team.sync();
  for (int k = team.lane; k < numbers * items; k += team.size)
    out[k] = room[k / numbers * lane_room<numbers> + k % numbers];
  team.sync();
}

/// Sorts rows of x and z, n values with them, by exchanges in fixed places.
template <int n, class T>
SCI_HD void sort_rows(real_of<T>* values, bool descending, T* x, T* z) {
  SCI_UNROLL
  for (int last = n - 1; last > 0; --last) SCI_UNROLL
  for (int k = 0; k < last; ++k) {
    const bool turn = descending ? values[k] < values[k + 1] : values[k] > values[k + 1];
    exchange(turn, values[k], values[k + 1]);
    SCI_UNROLL
    for (int r = 0; r < n; ++r) {
      exchange(turn, x[k * n + r], x[(k + 1) * n + r]);
      exchange(turn, z[k * n + r], z[(k + 1) * n + r]);
    }
  }
}

}  // namespace detail

/// A method for matrices of n columns; an item is 32 of `count` matrices, each of which a lane has in registers and, to
/// load and store it beside its neighbours, in shared memory.
template <class Method, int n>
struct JacobiLanes;

template <class Method, class T, int n>
struct JacobiLanesOf : Method {
  static constexpr int team_size = 32, entries = n * n;
  int64_t count;
  SCI_HD int64_t shared_bytes() const { return 32 * detail::lane_room<entries> * sizeof(T); }
  SCI_HD int items_from(int64_t first) const { return int(min(count - first, int64_t(32))); }
};

template <class T, int n>
struct JacobiLanes<JacobiEigh<T>, n> : JacobiLanesOf<JacobiEigh<T>, T, n> {
  using R = real_of<T>;
  static constexpr int entries = n * n;
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t first = 32 * item;
    const int items = this->items_from(first);
    const bool has = team.lane < items;
    T *room = reinterpret_cast<T*>(shared), *own = room + team.lane * detail::lane_room<entries>;
    R *values = reinterpret_cast<R*>(shared), found[n];
    detail::load_lanes<entries>(team, this->a + first * entries, room, items);
    T x[entries], z[entries];
    if (has) {
      SCI_UNROLL
      for (int k = 0; k < entries; ++k) {
        const int r = max(k / n, k % n), c = min(k / n, k % n);
        const T entry = this->lower ? own[r * n + c] : conj(own[c * n + r]);
        x[k] = r == c ? T(real(entry)) : k / n == r ? entry : conj(entry);
      }
      const bool done = jacobi_eigh(x, z, n);
      SCI_UNROLL
      for (int k = 0; k < n; ++k) found[k] = real(x[k * (n + 1)]);
      detail::sort_rows<n>(found, false, x, z);
      this->info[first + team.lane] = done && !isnan(found[0]) ? 0 : 1;
      SCI_UNROLL
      for (int k = 0; k < entries; ++k) own[k] = z[k % n * n + k / n];
    }
    if (this->v) detail::store_lanes<entries>(team, this->v + first * entries, room, items);
    team.sync();
    SCI_UNROLL
    for (int k = 0; k < n && has; ++k) values[team.lane * detail::lane_room<n> + k] = found[k];
    detail::store_lanes<n>(team, this->w + first * n, values, items);
  }
};

template <class T, int n>
struct JacobiLanes<JacobiSvd<T>, n> : JacobiLanesOf<JacobiSvd<T>, T, n> {
  using R = real_of<T>;
  static constexpr int entries = n * n;
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t first = 32 * item;
    const int items = this->items_from(first);
    const bool has = team.lane < items;
    T *room = reinterpret_cast<T*>(shared), *own = room + team.lane * detail::lane_room<entries>;
    R *values = reinterpret_cast<R*>(shared), found[n];
    detail::load_lanes<entries>(team, this->a + first * entries, room, items);
    T x[entries], z[entries];
    if (has) {
      SCI_UNROLL
      for (int k = 0; k < entries; ++k) x[k] = own[k % n * n + k / n];
      R least;
      const bool done = jacobi_svd(x, z, found, n, n, &least);
      this->info[first + team.lane] = done && this->found(least) ? 0 : 1;
      detail::sort_rows<n>(found, true, x, z);
      SCI_UNROLL
      for (int k = 0; k < entries; ++k) own[k] = x[k % n * n + k / n];
    }
    if (this->u) {
      detail::store_lanes<entries>(team, this->u + first * entries, room, items);
      SCI_UNROLL
      for (int k = 0; k < entries && has; ++k) own[k] = conj(z[k]);
      detail::store_lanes<entries>(team, this->vh + first * entries, room, items);
    }
    team.sync();
    SCI_UNROLL
    for (int k = 0; k < n && has; ++k) values[team.lane * detail::lane_room<n> + k] = found[k];
    detail::store_lanes<n>(team, this->s + first * n, values, items);
  }
};

}  // namespace sci
