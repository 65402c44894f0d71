// What is asked of csrc/ops/linalg_lanes_exponential_*.cpp.
#pragma once
#include "linalg/exponential.h"

namespace sci {

/// With vectors of so many bytes: 64 only where cpu_level() is 2, 32 where it is 1 or this is no x86.
template <class T, int bytes>
void exponential_in_lanes(const ExponentialJob<T>& job);

}  // namespace sci
