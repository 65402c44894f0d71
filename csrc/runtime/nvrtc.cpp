// Compiling kernels: NVRTC, opened by name at first use.
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <mutex>
#include <set>
#include <stdexcept>

#include "runtime/cuda.h"
#include "runtime/dynamic.h"

namespace sci {

RuntimePaths& runtime_paths() {
  static RuntimePaths paths;
  return paths;
}

namespace {

/// Load the built-in functions that lie beside a package's NVRTC: not every version of it looks for them in its own
/// folder.
void open_builtins() {
  for (const std::string& path : runtime_paths().nvrtc) {
    std::error_code missing;
    for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path(), missing)) {
      if (file.path().filename().string().rfind("libnvrtc-builtins.so", 0) == 0)
        dlopen(file.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    }
  }
}

void* nvrtc() {
  static std::mutex mutex;
  static void* library = nullptr;
  std::lock_guard<std::mutex> lock(mutex);
  if (!library) {
    // A CUDA build of torch may have NVRTC loaded; else it has NVIDIA's package, which a CPU build can use, too. Names
    // of torch's release come first, and end with one that is no path: another release is another library's, as CuPy's.
    std::vector<std::string> names = runtime_paths().nvrtc;
    names.push_back("libnvrtc.so");
    for (const std::string& name : names) {
      if ((library = dlopen(name.c_str(), RTLD_NOW | RTLD_NOLOAD))) return library;
      if (name.find('/') == std::string::npos) break;
    }
    open_builtins();
    library = open_library(names, "NVRTC, which compiles sci's GPU kernels; `pip install nvidia-cuda-nvrtc` has it");
  }
  return library;
}

/// An NVRTC program that destroys itself.
struct Program {
  void* handle = nullptr;
  ~Program() {
    if (handle) call<void**>(nvrtc(), "nvrtcDestroyProgram", &handle);
  }
};

std::string log_of(void* program) {
  size_t size = 0;
  call<void*, size_t*>(nvrtc(), "nvrtcGetProgramLogSize", program, &size);
  std::string log(size, '\0');
  if (size) call<void*, char*>(nvrtc(), "nvrtcGetProgramLog", program, log.data());
  return log;
}

}  // namespace

std::string nvrtc_version() {
  int major = 0, minor = 0;
  try {
    call<int*, int*>(nvrtc(), "nvrtcVersion", &major, &minor);
  } catch (const std::runtime_error&) {
    return "";
  }
  return std::to_string(major) + "." + std::to_string(minor);
}

namespace {

/// The architectures that this NVRTC knows, as 90 for sm_90.
std::vector<int> known_architectures() {
  int count = 0;
  call<int*>(nvrtc(), "nvrtcGetNumSupportedArchs", &count);
  std::vector<int> known(count);
  call<int*>(nvrtc(), "nvrtcGetSupportedArchs", known.data());
  return known;
}

/// Does this NVRTC make machine code for the architecture?
bool supports(const std::string& arch) {
  for (int known : known_architectures())
    if ("sm_" + std::to_string(known) == arch) return true;
  return false;
}

/// The newest virtual architecture that NVRTC knows and the GPU has: the driver's compiler takes its PTX. The last one
/// may be too new: CUDA 12.8 knows 100 and 120, and a GPU of 103 takes the former alone.
std::string nearest_virtual(const std::string& arch) {
  const std::vector<int> known = known_architectures();  // in their order
  const int number = arch.rfind("sm_", 0) == 0 ? std::atoi(arch.c_str() + 3) : known.back();
  const auto above = std::upper_bound(known.begin(), known.end(), number);
  if (above == known.begin())
    throw std::runtime_error("sci: NVRTC " + nvrtc_version() + " compiles for sm_" + std::to_string(known.front()) +
                             " and newer GPUs, not for " + arch + ": take a torch that was built with an older CUDA");
  return "compute_" + std::to_string(above[-1]);
}

std::string expression_of(const Kernel& kernel) {
  return std::string("sci::") + kernel.entry + "<" + kernel.body + ">";
}

/// Compile several kernels as one program; the text of a shared header is read once.
void compile_program(Program& program, const std::vector<const Kernel*>& kernels, const std::string& arch, bool direct,
                     bool fast, bool usage = false) {
  std::string source = "#include \"core/launch.h\"\n", names;
  std::set<std::string> seen;
  for (const Kernel* kernel : kernels) {
    if (is_sorted(*kernel) && seen.insert(sorted_entry).second) source += "#include \"core/sorted.h\"\n";
    if (seen.insert(kernel->source).second) source += kernel->source;
    names += (names.empty() ? "" : ", ") + expression_of(*kernel);
  }
  call<void**, const char*, const char*, int, const char* const*, const char* const*>(
      nvrtc(), "nvrtcCreateProgram", &program.handle, source.c_str(), "sci_kernel.cu", 0, nullptr, nullptr);
  for (const Kernel* kernel : kernels)
    call<void*, const char*>(nvrtc(), "nvrtcAddNameExpression", program.handle, expression_of(*kernel).c_str());
  std::string gpu = "--gpu-architecture=" + (direct ? arch : nearest_virtual(arch));
  std::string include = "-I" + runtime_paths().source;
  std::vector<const char*> options{gpu.c_str(), include.c_str(), "-std=c++17"};
  if (fast) options.push_back("--Ofast-compile=max");
  if (usage && direct) options.push_back("--ptxas-options=-v");  // the log then tells registers and spills
  try {
    call<void*, int, const char* const*>(nvrtc(), "nvrtcCompileProgram", program.handle, int(options.size()),
                                         options.data());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error("sci: compiling the GPU kernel " + names + " for " + arch + " failed (" + error.what() +
                             "):\n" + log_of(program.handle));
  }
}

size_t image_size(void* program, bool direct) {
  size_t size = 0;
  call<void*, size_t*>(nvrtc(), direct ? "nvrtcGetCUBINSize" : "nvrtcGetPTXSize", program, &size);
  return size;
}

}  // namespace

Compiled compile(const Kernel& kernel, const std::string& arch, bool fast) {
  Program program;
  bool direct = supports(arch);
  compile_program(program, {&kernel}, arch, direct, fast);
  Compiled result;
  const char* lowered = nullptr;
  call<void*, const char*, const char**>(nvrtc(), "nvrtcGetLoweredName", program.handle, expression_of(kernel).c_str(),
                                         &lowered);
  result.symbol = lowered;
  result.image.resize(image_size(program.handle, direct));
  call<void*, char*>(nvrtc(), direct ? "nvrtcGetCUBIN" : "nvrtcGetPTX", program.handle, result.image.data());
  return result;
}

std::vector<char> compile_together(const std::vector<const Kernel*>& kernels, const std::string& arch, bool fast,
                                   std::string* usage) {
  Program program;
  bool direct = supports(arch);
  compile_program(program, kernels, arch, direct, fast, usage);
  if (usage) *usage = log_of(program.handle);
  std::vector<char> image(image_size(program.handle, direct));
  call<void*, char*>(nvrtc(), direct ? "nvrtcGetCUBIN" : "nvrtcGetPTX", program.handle, image.data());
  return image;
}

}  // namespace sci
