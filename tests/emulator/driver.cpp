// The functions of the CUDA driver that the library opens, for kernels that compiler.cpp has made. Statuses are those
// of the driver; what it would not tell (a pointer to the host's memory) ends the launch with a status and a line.
#include <dlfcn.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "emulator.h"

namespace {

constexpr int invalid_value = 1, invalid_context = 201, not_found = 500, failed = 719, illegal_address = 700,
              invalid_device = 101, capture_unsupported = 900;
constexpr int devices = 2;
thread_local std::vector<int> contexts;  // current ones of this thread

struct Function {
  int (*launch)(const unsigned* grid, const unsigned* block, void** arguments);
  size_t (*parameters)();
  int device;
  std::string name;
  unsigned shared = 48 * 1024;  // that a launch may have
};

std::string launches;
const Function* launched = nullptr;
EmulatorBlock touched[4];  // blocks that it has touched
int wrong = 0;             // accesses of the running kernel to what is not its device's

/// What warps ask of global memory: sectors of 32 bytes, of which one that several lanes touch in the same step counts
/// once. The lanes' k-th accesses from one place in the code are one step.
struct Traffic {
  static constexpr size_t sector = 32;
  struct Place {
    unsigned done[32] = {};
    std::vector<std::vector<size_t>> steps;
  };
  bool counting = false;
  int64_t sectors = 0;
  unsigned block = 0;
  std::map<std::pair<unsigned, const void*>, Place> places;  // of each warp of the block

  void add(const void* at, size_t bytes, const void* site, unsigned of_block, unsigned thread) {
    if (of_block != block) flush();
    block = of_block;
    Place& place = places[{thread / 32, site}];
    const unsigned step = place.done[thread % 32]++;
    if (step >= place.steps.size()) place.steps.resize(step + 1);
    const auto first = reinterpret_cast<size_t>(at);
    for (size_t s = first / sector; s <= (first + bytes - 1) / sector; ++s) place.steps[step].push_back(s);
  }
  void flush() {
    for (auto& [site, place] : places)
      for (auto& step : place.steps) {
        std::sort(step.begin(), step.end());
        sectors += std::unique(step.begin(), step.end()) - step.begin();
      }
    places.clear();
  }
} traffic;

int64_t driver_calls = 0;  // of contexts and launches: those of a warm call

int complain(int status, const std::string& text) {
  std::fprintf(stderr, "emulator: %s\n", text.c_str());
  return status;
}

}  // namespace

extern "C" {

/// Kernels are compiled with a call of this before each access to memory that is not plainly their own.
void emulator_access(const void* at, size_t bytes, bool write, const void* site, unsigned block, unsigned thread) {
  if (!launched || emulator_shared(at, bytes, write)) return;
  if (traffic.counting) traffic.add(at, bytes, site, block, thread);
  const char *begin = static_cast<const char*>(at), *end = begin + bytes;
  static unsigned turn;
  for (const EmulatorBlock& memory : touched)
    if (begin >= memory.begin && end <= memory.end) return;
  EmulatorBlock memory;
  if (emulator_device_of(at) == launched->device && emulator_block(at, &memory) && end <= memory.end) {
    touched[turn++ % 4] = memory;
    return;
  }
  if (wrong++ == 0)
    complain(0, launched->name + " touches " + std::to_string(bytes) + " bytes that are " +
                    (emulator_device_of(at) < 0 ? "the host's" : "outside of what was allocated"));
}

int64_t emulator_traffic(bool on) {
  const int64_t bytes = traffic.sectors * int64_t(Traffic::sector);
  traffic.counting = on;
  traffic.sectors = 0;
  return bytes;
}

const char* emulator_launches() {
  static std::string text;
  text.swap(launches);
  launches.clear();
  return text.c_str();
}

/// Of an H200, or what the environment says of another GPU.
static int number_of_gpu(const char* name, int own) {
  const char* of_another = std::getenv(name);
  return of_another ? std::atoi(of_another) : own;
}
/// Of a block (A100 166912, RTX 101376, T4 65536).
static int most_shared() { return number_of_gpu("SCI_EMULATED_SHARED", int(emulator_most_shared)); }

int cuDeviceGet(int* device, int ordinal) {
  *device = ordinal;
  return ordinal < 0 || ordinal >= devices ? invalid_device : 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  if (attribute != 75 && attribute != 76 && attribute != 97) return invalid_value;
  const int capability = number_of_gpu("SCI_EMULATED_CAPABILITY", 90);
  *value = attribute == 75 ? capability / 10 : attribute == 76 ? capability % 10 : most_shared();
  return 0;
}
int cuFuncGetAttribute(int* value, int attribute, void*) {
  *value = 0;
  return attribute == 1 ? 0 : invalid_value;
}
int cuFuncSetAttribute(void* function, int attribute, int value) {
  if (attribute == 8 && value >= 0 && value <= most_shared())
    static_cast<Function*>(function)->shared = unsigned(value);
  else if (attribute != 9 || value < -1 || value > 100)
    return invalid_value;
  return 0;
}
int cuDevicePrimaryCtxRetain(void** context, int device) {
  *context = reinterpret_cast<void*>(uintptr_t(device) + 1);
  return 0;
}
int64_t emulator_driver_calls() { return std::exchange(driver_calls, 0); }

int cuCtxGetCurrent(void** context) {
  ++driver_calls;
  *context = reinterpret_cast<void*>(contexts.empty() ? 0 : uintptr_t(contexts.back()) + 1);
  return 0;
}
int cuCtxPushCurrent_v2(void* context) {
  ++driver_calls;
  contexts.push_back(int(reinterpret_cast<uintptr_t>(context)) - 1);
  return 0;
}
int cuCtxPopCurrent_v2(void** context) {
  ++driver_calls;
  if (contexts.empty()) return invalid_context;
  *context = reinterpret_cast<void*>(uintptr_t(contexts.back()) + 1);
  contexts.pop_back();
  return 0;
}

int cuModuleLoadData(void** module, const void* image) {
  if (contexts.empty()) return invalid_context;
  if (emulator_capturing()) return capture_unsupported;
  void* library = dlopen(static_cast<const char*>(image), RTLD_NOW | RTLD_LOCAL);  // compiler.cpp gives its path
  if (!library) return complain(200, dlerror());                                   // invalid image
  *module = library;
  return 0;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  if (contexts.empty()) return invalid_context;
  auto* made = new Function;
  made->launch = reinterpret_cast<decltype(made->launch)>(dlsym(module, name));
  const std::string number = std::strrchr(name, '_');
  made->parameters =
      reinterpret_cast<decltype(made->parameters)>(dlsym(module, ("emulated_parameters" + number).c_str()));
  auto* text = static_cast<const char**>(dlsym(module, ("emulated_name" + number).c_str()));
  if (!made->launch || !made->parameters || !text) return not_found;
  made->device = contexts.back();
  made->name = *text;
  *function = made;
  return 0;
}

int cuLaunchKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared, void* stream, void** arguments, void** extra) {
  ++driver_calls;
  auto* function = static_cast<Function*>(f);
  if (!gx || !gy || !gz || !bx || !by || !bz || gx > 0x7fffffffu || gy > 65535 || gz > 65535) return invalid_value;
  if (bx > 1024 || by > 1024 || bz > 64 || bx * by * bz > 1024 || shared > function->shared || extra)
    return invalid_value;
  if (contexts.empty() || contexts.back() != function->device) return invalid_context;
  auto handle = reinterpret_cast<uintptr_t>(stream);
  if (int(handle >> 32) - 1 != function->device) return complain(400, "the stream is another device's");
  if (function->parameters() > 4096)
    return complain(invalid_value, "more than 4096 bytes of parameters: " + function->name);
  int64_t n;
  std::memcpy(&n, arguments[1], sizeof n);
  launches += function->name + " grid " + std::to_string(gx) + " block " + std::to_string(bx) + " n " +
              std::to_string(n) + " device " + std::to_string(function->device) + " stream " +
              std::to_string(handle & 0xffffffff) + "\n";
  if (emulator_capturing() && n > int64_t(1) << 31) return 0;  // nobody waits so long
  unsigned grid[3] = {gx, gy, gz}, block[3] = {bx, by, bz};
  emulator_enter();
  launched = function;
  wrong = 0;
  for (EmulatorBlock& block : touched) block = {};
  emulator_begin(shared);
  int status = function->launch(grid, block, arguments);
  launched = nullptr;
  traffic.flush();
  emulator_leave();
  if (const char* mistake = emulator_mistake()) status = complain(failed, function->name + ": " + mistake);
  return wrong ? illegal_address : status;
}
}
