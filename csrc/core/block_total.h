// Sums over all blocks of a launch, whose last block to arrive has them (CUDA).
#pragma once
#include "core/atomic.h"
#include "core/team.h"

#if SCI_DEVICE
namespace sci {

namespace detail {
/// A number that another block has written in this launch.
template <class T>
__device__ T written(const T* place) {
  return *static_cast<const volatile T*>(place);
}
template <class T>
__device__ complex<T> written(const complex<T>* place) {
  return {written(&place->re), written(&place->im)};
}
}  // namespace detail

/// True for the block that is the last to arrive, which sees what the others have written before; sets `arrived` to 0
/// again.
__device__ inline bool last_block(Team team, int64_t blocks, int32_t* arrived) {
  memory_fence();
  team.sync();
  int last = 0;
  if (team.lane == 0) last = atomic_add(arrived, 1) == blocks - 1;
  if (!team.broadcast(last, 0)) return false;
  memory_fence();
  if (team.lane == 0) *arrived = 0;
  return true;
}

/// Stores this block's sums in parts (blocks, count); true, with the totals in `sums`, for all lanes of the block that
/// is the last to arrive. It adds the parts in the order of the blocks.
template <class T, int most>
__device__ bool block_total(Team team, T (&sums)[most], int count, T* parts, int64_t block, int64_t blocks,
                            int32_t* arrived) {
#pragma unroll
  for (int k = 0; k < most; ++k)
    if (k < count) sums[k] = team.sum(sums[k]);
  if (team.lane == 0) {
#pragma unroll
    for (int k = 0; k < most; ++k)
      if (k < count) parts[block * count + k] = sums[k];
  }
  if (!last_block(team, blocks, arrived)) return false;
#pragma unroll
  for (int k = 0; k < most; ++k) {
    if (k >= count) continue;
    T sum = T(0);
    for (int64_t i = team.lane; i < blocks; i += team.size) sum += detail::written(parts + i * count + k);
    sums[k] = team.sum(sum);
  }
  return true;
}

}  // namespace sci
#endif
