// What is asked of csrc/ops/linalg_lanes_expm_*.cpp.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T>
struct ExpmJob {
  const T* a;
  T* x;
  int64_t n, count;  // of the real form, matrices
  bool complex, many;
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2.
template <class T, int bytes>
void expm_in_lanes(const ExpmJob<T>& job);

}  // namespace sci
