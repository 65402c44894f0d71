// A kernel by name: the text NVRTC needs to compile it, and the functions it has become, one per device. Static data
// without constructors, so that the tables the build generates cost nothing at load time.
#pragma once
#include <atomic>
#include <cstddef>

namespace sci {

constexpr int max_devices = 64;

struct Kernel {
  const char* source;  // includes and definitions
  const char* body;    // the type of the body, such as "sci::Elementwise<sci::call_erfcx, double, 1, double>"
  const char* entry = "run";
  std::atomic<void*> loaded[max_devices] = {};
};

/// All kernels of the library: `SCI_KERNEL` and the generated tables add theirs.
struct KernelList {
  static constexpr size_t capacity = 8192;
  Kernel* items[capacity];
  size_t count;
  bool add(Kernel* kernel) {
    if (count < capacity) items[count++] = kernel;
    return true;
  }
};
extern KernelList kernel_list;

}  // namespace sci
