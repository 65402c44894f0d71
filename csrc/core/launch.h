// The CUDA side of parallel_for: a grid-stride loop over a body. NVRTC reads it; the CPU compiler sees nothing.
#pragma once
#include "core/platform.h"

#if SCI_DEVICE
namespace sci {

template <class Body>
__global__ void run(Body body, int64_t n) {
  for (int64_t i = blockIdx.x * int64_t(blockDim.x) + threadIdx.x; i < n; i += int64_t(gridDim.x) * blockDim.x) body(i);
}

/// For bodies in which a whole warp works on one item: body.warp(item, lane).
template <class Body>
__global__ void run_warps(Body body, int64_t n) {
  int64_t warps = int64_t(gridDim.x) * blockDim.x / 32;
  for (int64_t i = (blockIdx.x * int64_t(blockDim.x) + threadIdx.x) / 32; i < n; i += warps)
    body.warp(i, int(threadIdx.x % 32));
}

}  // namespace sci
#endif
