// The functions of NVRTC that the library opens: g++ compiles the device's side of a kernel's source, with products and
// sums fused as NVRTC does it, into a shared library that driver.cpp loads.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Program {
  std::string source, image, log;
  std::vector<std::string> names;
};

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Program& program_of(void* handle) { return *static_cast<Program*>(handle); }

constexpr int compilation_error = 6;

}  // namespace

extern "C" {

int nvrtcVersion(int* major, int* minor) {
  *major = 0;  // no version of NVRTC's, so that its kernels and these never meet in one cache
  *minor = 1;
  return 0;
}
int nvrtcGetNumSupportedArchs(int* count) {
  *count = 2;
  return 0;
}
int nvrtcGetSupportedArchs(int* archs) {
  archs[0] = 80;
  archs[1] = 90;
  return 0;
}

int nvrtcCreateProgram(void** handle, const char* source, const char*, int, const char* const*, const char* const*) {
  *handle = new Program{source, {}, {}, {}};
  return 0;
}
int nvrtcDestroyProgram(void** handle) {
  delete static_cast<Program*>(*handle);
  return 0;
}
int nvrtcAddNameExpression(void* handle, const char* name) {
  program_of(handle).names.push_back(name);
  return 0;
}

int nvrtcCompileProgram(void* handle, int count, const char* const* options) {
  Program& program = program_of(handle);
  char folder[] = "/tmp/emulated_XXXXXX";
  if (!mkdtemp(folder)) return compilation_error;
  std::string base = folder, include;
  for (int i = 0; i < count; ++i)
    if (std::strncmp(options[i], "-I", 2) == 0) include = options[i] + 2;
  {
    std::ofstream out(base + "/kernel.cpp");
    out << "#include \"" << EMULATOR_FOLDER << "/kernel.h\"\n" << program.source;
    for (size_t i = 0; i < program.names.size(); ++i)
      out << "EMULATED_KERNEL(" << (i ? "_" + std::to_string(i) : "") << ", " << program.names[i] << ")\n";
  }
  std::string command = "g++ -std=gnu++17 -w -O1 -shared -fPIC -fno-gnu-unique -fno-math-errno -fno-trapping-math ";
#ifdef __x86_64__
  command += "-march=x86-64-v3 -ffp-contract=fast ";
#endif
  // A call before each access to memory, which looks whether it is the device's.
  command +=
      "-fsanitize=kernel-address --param asan-instrumentation-with-call-threshold=0 --param asan-stack=0 "
      "--param asan-globals=0 ";
  command += "-I'" + include + "' -o " + base + "/kernel.so " + base + "/kernel.cpp 2> " + base + "/log";
  int status = std::system(command.c_str());
  program.log = contents(base + "/log");
  program.image = contents(base + "/kernel.so");
  if (std::system(("rm -rf " + base).c_str()) != 0) status = 1;
  return status == 0 ? 0 : compilation_error;
}

int nvrtcGetProgramLogSize(void* handle, size_t* size) {
  *size = program_of(handle).log.size() + 1;
  return 0;
}
int nvrtcGetProgramLog(void* handle, char* log) {
  std::strcpy(log, program_of(handle).log.c_str());
  return 0;
}
int nvrtcGetLoweredName(void* handle, const char* name, const char** lowered) {
  auto& names = program_of(handle).names;
  static thread_local std::string found;
  for (size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) {
      found = "emulated_launch" + (i ? "_" + std::to_string(i) : std::string());
      *lowered = found.c_str();
      return 0;
    }
  return 10;
}
int nvrtcGetCUBINSize(void* handle, size_t* size) {
  *size = program_of(handle).image.size();
  return 0;
}
int nvrtcGetCUBIN(void* handle, char* image) {
  std::memcpy(image, program_of(handle).image.data(), program_of(handle).image.size());
  return 0;
}
int nvrtcGetPTXSize(void* handle, size_t* size) { return nvrtcGetCUBINSize(handle, size); }
int nvrtcGetPTX(void* handle, char* image) { return nvrtcGetCUBIN(handle, image); }
}
