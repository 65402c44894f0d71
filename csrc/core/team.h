// A team: the threads that work on one item together, on CUDA a part of a warp (4, 8, 16 or 32) or a block, on the CPU
// one. An algorithm for teams shares its loops out by lane, `for (j = team.lane; j < n; j += team.size)`, and calls
// sync() between what a lane writes and what another reads, or the other way round. All lanes of a team make the calls
// below together, and each gets the same result. They exchange values, but order nothing that lies in memory: only
// sync() does.
#pragma once
#include "core/complex.h"

namespace sci {

/// A value and whose it is.
template <class R>
struct Largest {
  R value;
  int index;
};

}  // namespace sci

#if SCI_DEVICE
#include "core/team_device.h"
#else
namespace sci {

/// One lane, which costs nothing: its loops are the plain ones. Values may be packs (core/pack.h).
struct Team {
  static constexpr int exchange_bytes = 512, lane = 0, size = 1;
  constexpr Team(int = 0, int = 1) {}
  void sync() const {}
  template <class T>
  T broadcast(T x, int) const {
    return x;
  }
  bool any(bool x) const { return x; }
  template <class T>
  T sum(T x) const {
    return x;
  }
  template <class T>
  T product(T x) const {
    return x;
  }
  template <class R>
  R greatest(R x) const {
    return x;
  }
  template <class R>
  Largest<R> largest(R value, int index) const {
    return {isnan(value) ? -limits<R>::infinity : value, index};
  }
};

}  // namespace sci
#endif

namespace sci {

/// Copies numbers, neighbours by neighbouring lanes.
template <class T>
SCI_HD void copy(Team team, const T* from, T* to, int64_t count) {
  for (int64_t k = team.lane; k < count; k += team.size) to[k] = from[k];
}

/// f(k, row, column) for the entries k of a row-major matrix, neighbours by neighbouring lanes; without divisions.
template <class I, class F>
SCI_HD void for_entries(Team team, I count, I columns, F f) {
  I row = 0, column = team.lane;
  for (I k = team.lane; k < count; k += team.size, column += team.size) {
    for (; column >= columns; column -= columns) ++row;
    f(k, row, column);
  }
}

/// The next larger room than `bytes` with which teams of one warp, whose lanes read numbers of `number` bytes beside
/// each other, meet different banks of shared memory (128 bytes at a time).
SCI_HD int64_t room_beside(int64_t bytes, int team, int number) {
  const int64_t wave = int64_t(team) * number % 128;
  return (bytes - wave + 127) / 128 * 128 + wave;
}

}  // namespace sci
