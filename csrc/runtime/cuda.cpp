// Loading and launching kernels through the CUDA driver.
#include "runtime/cuda.h"

#include <torch/csrc/inductor/aoti_torch/c/shim.h>

#include <algorithm>
#include <cstdint>
#include <mutex>
#include <stdexcept>

#include "runtime/dynamic.h"
#include "runtime/parallel.h"

// Weak: absent in a CPU-only torch, so one build of this library serves both. In a CUDA torch it lives in
// libtorch_cuda.so, which only libtorch.so pulls in: hence -Wl,--no-as-needed -ltorch in the link line.
extern "C" __attribute__((weak)) AOTITorchError aoti_torch_get_current_cuda_stream(int32_t device, void** stream);

namespace sci {
namespace {

void* driver() {
  static void* library = open_library({"libcuda.so.1"}, "the NVIDIA driver");
  return library;
}

constexpr int compute_capability_major = 75, compute_capability_minor = 76;  // CUdevice_attribute

struct Device {
  void* context = nullptr;
  std::string arch;
};

/// The primary context of a device, the one torch uses, and its architecture; asked for once.
const Device& device_info(int index) {
  static std::mutex mutex;
  static Device devices[max_devices];
  if (index < 0 || index >= max_devices) throw std::runtime_error("sci: no such device: cuda:" + std::to_string(index));
  std::lock_guard<std::mutex> lock(mutex);
  Device& device = devices[index];
  if (!device.context) {
    int handle = 0, major = 0, minor = 0;
    call<int*, int>(driver(), "cuDeviceGet", &handle, index);
    call<int*, int, int>(driver(), "cuDeviceGetAttribute", &major, compute_capability_major, handle);
    call<int*, int, int>(driver(), "cuDeviceGetAttribute", &minor, compute_capability_minor, handle);
    device.arch = "sm_" + std::to_string(10 * major + minor);
    call<void**, int>(driver(), "cuDevicePrimaryCtxRetain", &device.context, handle);
  }
  return device;
}

/// The device guard: makes a context current for one scope. A launch may come from a thread that has another device's,
/// or none.
class ContextGuard {
 public:
  explicit ContextGuard(void* context) {
    static const LibraryFunction<void*> push(driver(), "cuCtxPushCurrent_v2");
    push(context);
  }
  ~ContextGuard() {
    static const LibraryFunction<void**> pop(driver(), "cuCtxPopCurrent_v2");
    void* popped;
    pop.status(&popped);  // a destructor does not throw
  }
  ContextGuard(const ContextGuard&) = delete;
  ContextGuard& operator=(const ContextGuard&) = delete;
};

void* load(Kernel& kernel, int index, const Device& device) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  if (void* function = kernel.loaded[index].load(std::memory_order_acquire)) return function;
  Compiled code = compile_cached(kernel, device.arch);
  if (code.image.empty() || code.image.back() != '\0') code.image.push_back('\0');  // PTX is read as a C string
  void* module = nullptr;
  void* function = nullptr;
  call<void**, const void*>(driver(), "cuModuleLoadData", &module, code.image.data());
  call<void**, void*, const char*>(driver(), "cuModuleGetFunction", &function, module, code.symbol.c_str());
  kernel.loaded[index].store(function, std::memory_order_release);
  return function;
}

}  // namespace

std::string device_arch(int index) { return device_info(index).arch; }

void launch_cuda(Kernel& kernel, int index, int64_t n, int64_t threads, const void* body) {
  if (!aoti_torch_get_current_cuda_stream)
    throw std::runtime_error("sci: this torch has no CUDA support, or libtorch_cuda.so is not loaded");
  const Device& device = device_info(index);
  ContextGuard guard(device.context);
  try {
    void* function = kernel.loaded[index].load(std::memory_order_acquire);
    if (!function) function = load(kernel, index, device);
    void* stream = nullptr;
    aoti_torch_get_current_cuda_stream(index, &stream);
    constexpr int64_t block = 256, most_blocks = int64_t(1) << 20;
    unsigned blocks = unsigned(std::min((threads + block - 1) / block, most_blocks));
    const void* arguments[] = {body, &n};
    static const LibraryFunction<void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                                 const void**, void**>
        launch(driver(), "cuLaunchKernel");
    launch(function, blocks, 1, 1, unsigned(block), 1, 1, 0, stream, arguments, nullptr);
  } catch (const std::runtime_error& error) {
    std::string text = error.what();
    if (text.rfind("sci:", 0) == 0) throw;
    throw std::runtime_error(std::string("sci: running the GPU kernel ") + kernel.body + ": " + text);
  }
}

}  // namespace sci
