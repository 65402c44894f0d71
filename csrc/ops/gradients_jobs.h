// What is asked of csrc/ops/linalg_lanes_gradients_*.cpp.
#pragma once
#include "linalg/gradients_job.h"

namespace sci {

/// With vectors of so many bytes: 64 only where cpu_level() is 2, 32 where it is 1 or this is no x86.
template <class T, int bytes>
void gradients_in_lanes(const GradientJob<T>& job);

}  // namespace sci
