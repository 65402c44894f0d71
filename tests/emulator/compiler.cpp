// The functions of NVRTC that the library opens: g++ compiles the device's side of a kernel's source, with products and
// sums fused as NVRTC does it, into a shared library that driver.cpp loads. Libraries are kept by their preprocessed
// text, so that a change of one header leaves the kernels that do not read it.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Program {
  std::string source, name, options;
  std::string key, image, symbol, log;  // image: where the library is
};

const std::string store = EMULATOR_FOLDER "/../../build/emulator/kernels";
bool putting_off = false;
std::vector<Program> put_off;

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

Program& program_of(void* handle) { return *static_cast<Program*>(handle); }

constexpr int compilation_error = 6;

/// -O1 fuses products and sums with -fexpensive-optimizations only, and then costs less than without.
const std::string flags =
    "-std=gnu++17 -w -O1 -fexpensive-optimizations -shared -fPIC -fno-gnu-unique -fno-math-errno -fno-trapping-math "
#ifdef __x86_64__
    "-march=x86-64-v3 -ffp-contract=fast "
#endif
    // A call before each access to memory, which looks whether it is the device's.
    "-fsanitize=kernel-address --param asan-instrumentation-with-call-threshold=0 --param asan-stack=0 "
    "--param asan-globals=0 ";

/// The unit of several kernels, whose entries bear their numbers.
std::string text_of(const std::vector<Program>& programs) {
  std::string text = "#include \"" EMULATOR_FOLDER "/kernel.h\"\n", entries;
  std::set<std::string> seen;
  for (size_t i = 0; i < programs.size(); ++i) {
    if (programs[i].name.rfind("sci::run_sorted", 0) == 0 && seen.insert("atomics.h").second)
      text += "#include \"" EMULATOR_FOLDER "/atomics.h\"\n";
    if (seen.insert(programs[i].source).second) text += programs[i].source;
    entries += "EMULATED_KERNEL(_" + std::to_string(i) + ", " + programs[i].name + ")\n";
  }
  return text + entries;
}

struct Folder {
  std::string path = store + "/made_XXXXXX";
  bool is_made = (mkdir(store.c_str(), 0777), mkdtemp(path.data()));
  ~Folder() {
    if (is_made && std::system(("rm -rf '" + path + "'").c_str()) != 0) std::perror("emulator");
  }
  bool gpp(const std::string& text, const std::string& options) const {
    std::ofstream(path + "/kernel.cpp") << text;
    return is_made && std::system(("cd '" + path + "' && g++ " + options + " kernel.cpp 2> log").c_str()) == 0;
  }
};

/// Name a program by what its preprocessed text and the flags come to.
bool name(Program& program) {
  Folder folder;
  const bool done = folder.gpp(text_of({program}), flags + program.options + "-E -P -o text");
  program.log = contents(folder.path + "/log");
  std::ostringstream key;
  key << std::hex << std::hash<std::string>{}(flags + contents(folder.path + "/text"));
  program.key = key.str();
  return done;
}

bool find(Program& program) {
  int number;
  std::ifstream entry(store + "/" + program.key);
  if (!(entry >> number) || !std::getline(entry >> std::ws, program.image) || access(program.image.c_str(), R_OK) != 0)
    return false;
  program.symbol = "emulated_launch_" + std::to_string(number);
  return true;
}

/// Compile kernels into one library.
bool make(const std::vector<Program>& programs, std::string* log) {
  Folder folder;
  const bool done = folder.gpp(text_of(programs), flags + programs[0].options + "-o kernel.so");
  *log = contents(folder.path + "/log");
  const std::string image = folder.path + ".so", part = folder.path + "/entry";
  if (!done || std::rename((folder.path + "/kernel.so").c_str(), image.c_str()) != 0) return false;
  for (size_t i = 0; i < programs.size(); ++i) {
    std::ofstream(part) << i << " " << image << "\n";
    if (std::rename(part.c_str(), (store + "/" + programs[i].key).c_str()) != 0) return false;
  }
  return true;
}

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
  *handle = new Program{source};
  return 0;
}
int nvrtcDestroyProgram(void** handle) {
  delete static_cast<Program*>(*handle);
  return 0;
}
int nvrtcAddNameExpression(void* handle, const char* name) {
  Program& program = program_of(handle);
  if (!program.name.empty()) return 3;  // an invalid input: the emulator takes one kernel a program
  program.name = name;
  return 0;
}

int nvrtcCompileProgram(void* handle, int count, const char* const* options) {
  Program& program = program_of(handle);
  for (int i = 0; i < count; ++i)
    if (std::string(options[i]).rfind("-I", 0) == 0) program.options = "'" + std::string(options[i]) + "' ";
  if (!name(program)) return compilation_error;
  if (find(program)) return 0;
  if (putting_off) {
    put_off.push_back(program);
    return compilation_error;
  }
  return make({program}, &program.log) && find(program) ? 0 : compilation_error;
}

/// Kernels that are not there fail to compile until they are made together, which takes a quarter of the time.
void emulator_put_off() { putting_off = true; }
int emulator_make_together() {
  std::vector<Program> programs;
  programs.swap(put_off);
  putting_off = false;
  std::string log;
  if (programs.empty() || make(programs, &log)) return 0;
  std::fprintf(stderr, "emulator: kernels do not compile together:\n%s\n", log.c_str());
  return compilation_error;
}

int nvrtcGetProgramLogSize(void* handle, size_t* size) {
  *size = program_of(handle).log.size() + 1;
  return 0;
}
int nvrtcGetProgramLog(void* handle, char* log) {
  program_of(handle).log.copy(log, std::string::npos);
  log[program_of(handle).log.size()] = '\0';
  return 0;
}
int nvrtcGetLoweredName(void* handle, const char*, const char** lowered) {
  *lowered = program_of(handle).symbol.c_str();
  return 0;
}
int nvrtcGetCUBINSize(void* handle, size_t* size) {
  *size = program_of(handle).image.size() + 1;
  return 0;
}
int nvrtcGetCUBIN(void* handle, char* image) {
  program_of(handle).image.copy(image, std::string::npos);
  image[program_of(handle).image.size()] = '\0';
  return 0;
}
int nvrtcGetPTXSize(void* handle, size_t* size) { return nvrtcGetCUBINSize(handle, size); }
int nvrtcGetPTX(void* handle, char* image) { return nvrtcGetCUBIN(handle, image); }
}
