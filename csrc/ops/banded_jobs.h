// What is asked of csrc/ops/banded_lanes.h: banded and Toeplitz systems of a batch on the CPU's lanes. The
// items are those of one system per thread; their `work` is not used.
#pragma once
#include "linalg/banded_cholesky.h"
#include "linalg/levinson.h"

namespace sci {

template <class T>
void banded_solve_in_lanes(const BandedSolveItem<T>& job, int64_t count);
template <class T>
void positive_banded_in_lanes(const PositiveBandedItem<T>& job, int64_t count);
/// Of one system the numbers of each sum are side by side. With vectors of so many bytes: 64 only where cpu_level()
/// is 2.
template <class T, int bytes>
void levinson_in_lanes(const LevinsonItem<T>& job, int64_t count);

}  // namespace sci
