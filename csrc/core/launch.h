// The CUDA side of parallel_for: a grid-stride loop over a body. NVRTC reads it; the CPU compiler sees nothing.
#pragma once
#include "core/platform.h"
#include "core/team.h"

#if SCI_DEVICE
namespace sci {

/// What one thread does of n items. Elementwise bodies have their own (core/elementwise.h).
template <class Body>
__device__ void run_thread(const Body& body, int64_t n) {
  for (int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; i < n; i += int64_t(gridDim.x) * blockDim.x) body(i);
}

template <class Body>
__global__ void run(Body body, int64_t n) {
  run_thread(body, n);
}

/// For bodies in which a whole warp works on one item: body.warp(item, lane).
template <class Body>
__global__ void run_warps(Body body, int64_t n) {
  int64_t warps = int64_t(gridDim.x) * blockDim.x / 32;
  for (int64_t i = (blockIdx.x * int64_t(blockDim.x) + threadIdx.x) / 32; i < n; i += warps)
    body.warp(i, int(threadIdx.x % 32));
}

extern __shared__ __align__(16) char shared_memory[];

/// For bodies in which a team works on one item: body.team(item, team, its shared memory). Teams of a warp's size or
/// less share a block, and each of them goes its own way; a larger one is the block.
template <class Body>
__global__ void run_teams(Body body, int64_t n) {
  const int size = body.team_size, teams = size > 32 ? 1 : int(blockDim.x) / size;
  const int own = int(threadIdx.x) / size;
  Team team{int(threadIdx.x) % size, size};
  char* shared = shared_memory;
  if (size > 32)
    team.exchange = shared_memory, shared += Team::exchange_bytes;
  else
    shared += own * ((body.shared_bytes() + 15) / 16 * 16);
  for (int64_t i = int64_t(blockIdx.x) * teams + own; i < n; i += int64_t(gridDim.x) * teams) {
    body.team(i, team, shared);
    team.sync();  // before the next item takes the memory
  }
}

}  // namespace sci
#endif
