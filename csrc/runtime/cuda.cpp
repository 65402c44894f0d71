// Loading and launching kernels through the CUDA driver.
#include "runtime/cuda.h"

#include <torch/csrc/inductor/aoti_torch/c/shim.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <stdexcept>

#include "runtime/dynamic.h"
#include "runtime/teams.h"

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
constexpr int most_shared_bytes = 97;                                        // of a block that asks for them
constexpr int own_shared_bytes = 1, dynamic_shared_bytes = 8, carveout = 9;  // CUfunction_attribute

struct Device {
  std::atomic<void*> context = nullptr;  // set last
  std::string arch;
  int major = 0, shared_bytes = 0;  // major: of the compute capability
};

/// The primary context of a device, the one torch uses, and its architecture; asked for once.
const Device& device_info(int index) {
  static std::mutex mutex;
  static Device devices[max_devices];
  if (index < 0 || index >= max_devices) throw std::runtime_error("sci: no such device: cuda:" + std::to_string(index));
  Device& device = devices[index];
  if (device.context.load(std::memory_order_acquire)) return device;
  std::lock_guard<std::mutex> lock(mutex);
  if (!device.context) {
    int handle = 0, minor = 0;
    call<int*, int>(driver(), "cuDeviceGet", &handle, index);
    call<int*, int, int>(driver(), "cuDeviceGetAttribute", &device.major, compute_capability_major, handle);
    call<int*, int, int>(driver(), "cuDeviceGetAttribute", &minor, compute_capability_minor, handle);
    call<int*, int, int>(driver(), "cuDeviceGetAttribute", &device.shared_bytes, most_shared_bytes, handle);
    device.arch = "sm_" + std::to_string(10 * device.major + minor);
    void* context = nullptr;
    call<void**, int>(driver(), "cuDevicePrimaryCtxRetain", &context, handle);
    device.context.store(context, std::memory_order_release);
  }
  return device;
}

/// The device guard: makes a context current for one scope, where it is not. A launch may come from a thread that has
/// another device's, or none; mostly torch has made it current, and to ask is one call of the driver instead of two.
class ContextGuard {
 public:
  explicit ContextGuard(void* context) {
    static const LibraryFunction<void**> get(driver(), "cuCtxGetCurrent");
    void* current = nullptr;
    get(&current);
    if (current == context) return;
    static const LibraryFunction<void*> push(driver(), "cuCtxPushCurrent_v2");
    push(context);
    pushed_ = true;
  }
  ~ContextGuard() {
    if (!pushed_) return;
    static const LibraryFunction<void**> pop(driver(), "cuCtxPopCurrent_v2");
    void* popped;
    pop.status(&popped);  // a destructor does not throw
  }
  ContextGuard(const ContextGuard&) = delete;
  ContextGuard& operator=(const ContextGuard&) = delete;

 private:
  bool pushed_ = false;
};

bool is_team(const Kernel& kernel) { return std::strcmp(kernel.entry, "run_teams") == 0; }

void* load(Kernel& kernel, int index, const Device& device) {
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  if (void* function = kernel.loaded[index].load(std::memory_order_acquire)) return function;
  // Lanes of a warp that are in different teams go different ways, which older GPUs have no exchanges for.
  if (is_team(kernel) && device.major < 7)
    throw std::runtime_error("it needs a GPU of compute capability 7.0 or newer, and cuda:" + std::to_string(index) +
                             " is " + device.arch);
  Compiled code = compile_cached(kernel, device.arch);
  if (code.image.empty() || code.image.back() != '\0') code.image.push_back('\0');  // PTX is read as a C string
  void* module = nullptr;
  void* function = nullptr;
  call<void**, const void*>(driver(), "cuModuleLoadData", &module, code.image.data());
  call<void**, void*, const char*>(driver(), "cuModuleGetFunction", &function, module, code.symbol.c_str());
  if (is_team(kernel)) {  // as much shared memory as there is, and of L1 what is left
    int taken = 0;
    call<int*, int, void*>(driver(), "cuFuncGetAttribute", &taken, own_shared_bytes, function);
    call<void*, int, int>(driver(), "cuFuncSetAttribute", function, dynamic_shared_bytes, device.shared_bytes - taken);
    call<void*, int, int>(driver(), "cuFuncSetAttribute", function, carveout, 100);
  }
  kernel.loaded[index].store(function, std::memory_order_release);
  return function;
}

/// What the driver says of a status, and what helps.
std::string explained(int status) {
  constexpr int out_of_memory = 2, invalid_image = 200, no_binary = 209, unsupported_ptx = 222;
  std::string text;
  if (auto describe = reinterpret_cast<int (*)(int, const char**)>(dlsym(driver(), "cuGetErrorString"))) {
    const char* found = nullptr;
    if (describe(status, &found) == 0 && found) text = std::string(": ") + found;
  }
  if (status == out_of_memory)  // code and stacks of kernels are outside of torch's memory
    text += "; torch.cuda.empty_cache() gives back what torch keeps and does not use";
  if (status == invalid_image || status == no_binary || status == unsupported_ptx)
    text += "; NVRTC " + nvrtc_version() + " is newer than the driver: update this, or take the NVRTC of torch's CUDA";
  return text;
}

/// Blocks of 128 threads fill every GPU's SMs, which hold 1024 to 2048 threads in at most 16 to 32 blocks, and share
/// 65536 registers out better than larger ones: of kernels with 136 to 168 an SM holds 12 warps, 8 in blocks of 256.
struct Geometry {
  unsigned blocks, block = 128, shared = 0;
};
constexpr int64_t most_blocks = 0x7fffffff;  // of a grid

/// A team of more than a warp is a block. Others share one of at most 128 threads and, where smaller blocks are left,
/// 16 KB: an SM has 100 to 228 KB, of which whole blocks leave less than a sixth unused then, and holds 16 to 32 blocks
/// and 1536 or 2048 threads, which 64 threads or more per block can fill. Of teams that take `most` bytes a warp has
/// fewer than its lanes could be.
Geometry team_geometry(const TeamSize& team, int64_t n, int64_t most) {
  if (team.threads > 32)
    return {unsigned(std::min(n, most_blocks)), unsigned(team.threads),
            unsigned(Team::exchange_bytes + team.shared_bytes)};
  const int64_t bytes = (team.shared_bytes + 15) / 16 * 16;
  int64_t block = 128;
  while (block > team.threads && block / team.threads * bytes > (block > 32 ? 16384 : most)) block /= 2;
  const int64_t teams = block / team.threads;
  return {unsigned(std::min((n + teams - 1) / teams, most_blocks)), unsigned(block), unsigned(teams * bytes)};
}

}  // namespace

std::string device_arch(int index) { return device_info(index).arch; }

int64_t shared_bytes_of_team(int device) { return device_info(device).shared_bytes - Team::exchange_bytes; }

void launch_cuda(Kernel& kernel, int index, int64_t n, int64_t threads, const void* body) {
  launch_cuda(kernel, index, n, threads, body, 0);
}

void launch_cuda(Kernel& kernel, int index, int64_t n, int64_t threads, const void* body, int64_t shared) {
  if (n <= 0) return;  // a driver refuses an empty grid
  if (!aoti_torch_get_current_cuda_stream)
    throw std::runtime_error("sci: this torch has no CUDA support, or libtorch_cuda.so is not loaded");
  const Device& device = device_info(index);
  ContextGuard guard(device.context);
  try {
    void* function = kernel.loaded[index].load(std::memory_order_acquire);
    if (!function) function = load(kernel, index, device);
    void* stream = nullptr;
    if (aoti_torch_get_current_cuda_stream(index, &stream) != AOTI_TORCH_SUCCESS)
      throw std::runtime_error("torch has no current stream for cuda:" + std::to_string(index));
    Geometry g{unsigned(std::min((threads + 127) / 128, most_blocks)), 128, unsigned(shared)};
    if (is_team(kernel)) g = team_geometry(static_cast<TeamKernel&>(kernel).size(body), n, device.shared_bytes);
    if (int64_t(g.shared) > device.shared_bytes)
      throw std::runtime_error("a block needs " + std::to_string(g.shared) + " bytes of shared memory, and cuda:" +
                               std::to_string(index) + " has " + std::to_string(device.shared_bytes));
    const void* arguments[] = {body, &n};
    static const LibraryFunction<void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*,
                                 const void**, void**>
        launch(driver(), "cuLaunchKernel");
    launch(function, g.blocks, 1, 1, g.block, 1, 1, g.shared, stream, arguments, nullptr);
  } catch (const std::runtime_error& error) {
    std::string text = error.what();
    if (text.rfind("sci:", 0) == 0) throw;
    if (auto* failed = dynamic_cast<const FailedCall*>(&error); failed && text.rfind("cu", 0) == 0)
      text += explained(failed->status);
    throw std::runtime_error(std::string("sci: running the GPU kernel ") + kernel.body + ": " + text);
  }
}

}  // namespace sci
