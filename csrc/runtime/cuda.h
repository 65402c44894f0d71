// CUDA without a toolkit: NVRTC and the driver are opened when first needed.
#pragma once
#include <string>
#include <vector>

#include "core/sorted.h"
#include "runtime/kernel.h"

namespace sci {

struct RuntimePaths {
  std::string source;              // the folder of the headers
  std::string cache;               // the folder of compiled kernels
  std::vector<std::string> nvrtc;  // where to look for NVRTC, where none of these is loaded already
};
RuntimePaths& runtime_paths();

struct Compiled {
  std::string symbol;
  std::vector<char> image;  // a cubin, or PTX for an architecture this NVRTC does not know
};

/// Does an elementwise kernel sort its elements where it has more of them than threads?
inline bool is_sorted(const Kernel& kernel) {
  return kernel.entry == sorted_entry || kernel.entry == sorted_pullback_entry;
}

/// Compile a kernel for "sm_90" or the like; throws std::runtime_error with NVRTC's log, naming the kernel. `fast`:
/// with little optimisation, to see whether it compiles at all.
Compiled compile(const Kernel& kernel, const std::string& arch, bool fast = false);

/// Compile several kernels as one program, which reads their headers once.
std::vector<char> compile_together(const std::vector<const Kernel*>& kernels, const std::string& arch, bool fast,
                                   std::string* usage);

/// The same through the cache on disk.
Compiled compile_cached(const Kernel& kernel, const std::string& arch);

/// NVRTC's version as "13.0", or "" where there is none.
std::string nvrtc_version();

/// A launch (runtime/parallel.h) with so many bytes of shared memory a block.
void launch_cuda(Kernel& kernel, int device, int64_t n, int64_t threads, const void* body, int64_t shared);

/// The architecture of a CUDA device, as "sm_90"; throws where there is no driver or no such device.
std::string device_arch(int index);

/// What became of the cache so far: "" if it works, else why not.
std::string cache_trouble();

}  // namespace sci
