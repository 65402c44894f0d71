// parallel_for: runs body(i) for i in [0, n) on the device that holds `like`. CPU: torch's own threads. CUDA: the same
// type, compiled by NVRTC at first use for the GPU at hand, then one launch on torch's current stream.
#pragma once
#include <torch/csrc/stable/ops.h>
#include <torch/csrc/stable/tensor.h>

#include <cstdint>

#include "runtime/kernel.h"

namespace sci {

using torch::stable::Tensor;

/// Launch `kernel` on torch's current stream of `device`, `threads` GPU threads for n items of work.
void launch_cuda(Kernel& kernel, int device, int64_t n, int64_t threads, const void* body);

template <class Body>
struct kernel_of;  // SCI_KERNEL specialises it

/// Makes a body known to NVRTC: SCI_KERNEL("fft/dct.h", sci::DctBefore<double>), at global namespace scope.
#define SCI_KERNEL(HEADER, ...)                                                    \
  template <>                                                                      \
  struct sci::kernel_of<__VA_ARGS__> {                                             \
    inline static ::sci::Kernel kernel{"#include \"" HEADER "\"\n", #__VA_ARGS__}; \
    inline static const bool listed = ::sci::kernel_list.add(&kernel);             \
  };                                                                               \
  [[maybe_unused]] static const bool SCI_UNIQUE(sci_listed_) = sci::kernel_of<__VA_ARGS__>::listed;
/// The same for a body whose `warp(i, lane)` has the 32 threads of a warp work on item i; the CPU runs `operator()`.
#define SCI_WARP_KERNEL(HEADER, ...)                                                            \
  template <>                                                                                   \
  struct sci::kernel_of<__VA_ARGS__> {                                                          \
    inline static ::sci::Kernel kernel{"#include \"" HEADER "\"\n", #__VA_ARGS__, "run_warps"}; \
    inline static const bool listed = ::sci::kernel_list.add(&kernel);                          \
  };                                                                                            \
  [[maybe_unused]] static const bool SCI_UNIQUE(sci_listed_) = sci::kernel_of<__VA_ARGS__>::listed;
#define SCI_JOIN_(a, b) a##b
#define SCI_JOIN(a, b) SCI_JOIN_(a, b)
#define SCI_UNIQUE(name) SCI_JOIN(name, __COUNTER__)

/// `grain`: how many items a CPU thread takes at least; fewer for heavy items (a row, a matrix), 1 for very heavy ones.
template <class Body>
void parallel_for(const Tensor& like, int64_t n, const Body& body, int64_t grain = 2048) {
  if (n <= 0) return;
  if (like.is_cuda()) {
    Kernel& kernel = kernel_of<Body>::kernel;
    launch_cuda(kernel, like.get_device(), n, kernel.entry[3] ? 32 * n : n, &body);  // "run" or "run_warps"
    return;
  }
  if (n <= grain) {
    for (int64_t i = 0; i < n; ++i) body(i);
    return;
  }
  torch::stable::parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

}  // namespace sci
