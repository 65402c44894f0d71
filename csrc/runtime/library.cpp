// What Python asks the library about itself: operators without tensors, private to sci._core.runtime.
#include <algorithm>
#include <fstream>
#include <string>

#include "runtime/cuda.h"
#include "runtime/kept_memory.h"
#include "runtime/operator.h"

namespace sci {

KernelList kernel_list;

namespace {

std::vector<std::string> split(const std::string& text, char by) {
  std::vector<std::string> parts;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find(by, begin), text.size());
    if (end > begin) parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

void configure(std::string source, std::string cache, std::string nvrtc) {
  runtime_paths() = {source, cache, split(nvrtc, '\n')};
}

/// The names of all kernels, a line each.
std::string kernels() {
  std::string names;
  for (size_t i = 0; i < kernel_list.count; ++i)
    names += std::string(kernel_list.items[i]->entry) + "<" + kernel_list.items[i]->body + ">\n";
  return names;
}

/// What the kernels' sources include, a line each.
std::string kernel_sources() {
  std::string lines;
  for (size_t i = 0; i < kernel_list.count; ++i) {
    std::string source = kernel_list.items[i]->source;
    std::replace(source.begin(), source.end(), '\n', ' ');
    lines += source + "\n";
  }
  return lines;
}

const Kernel& kernel_at(int64_t index) {
  STD_TORCH_CHECK(index >= 0 && index < int64_t(kernel_list.count), "sci: no kernel number ", index);
  return *kernel_list.items[index];
}

/// Compile kernels as one program into a file ("" for none), and what the assembler tells of registers and spills into
/// another beside it, `path`.log; `indices` are numbers with commas between.
int64_t compile_kernels(std::string indices, std::string arch, bool fast, std::string path) {
  std::vector<const Kernel*> kernels;
  for (const std::string& index : split(indices, ',')) kernels.push_back(&kernel_at(std::stoll(index)));
  std::string usage;
  std::vector<char> image = compile_together(kernels, arch, fast, path.empty() ? nullptr : &usage);
  if (!path.empty()) {
    std::ofstream(path, std::ios::binary).write(image.data(), int64_t(image.size()));
    std::ofstream(path + ".log") << usage.c_str();
  }
  return int64_t(image.size());
}
int64_t cache_kernel(int64_t index, std::string arch) {
  return int64_t(compile_cached(kernel_at(index), arch).image.size());
}

std::string arch_of(int64_t device) { return device_arch(int(device)); }

/// For tests: compile a text that is no kernel of the library.
int64_t compile_text(std::string source, std::string body, std::string arch) {
  Kernel kernel{source.c_str(), body.c_str()};
  return int64_t(compile(kernel, arch).image.size());
}

STABLE_TORCH_LIBRARY_FRAGMENT(sci, m) {
  m.def("_configure(str source, str cache, str nvrtc) -> ()");
  m.def("_kernels() -> str");
  m.def("_kernel_sources() -> str");
  m.def("_compile_kernels(str indices, str arch, bool fast, str path) -> int");
  m.def("_cache_kernel(int index, str arch) -> int");
  m.def("_compile_text(str source, str body, str arch) -> int");
  m.def("_nvrtc_version() -> str");
  m.def("_cache_trouble() -> str");
  m.def("_device_arch(int device) -> str");
  m.def("_release_memory() -> ()");
}
STABLE_TORCH_LIBRARY_IMPL(sci, CompositeExplicitAutograd, m) {
  m.impl("_configure", TORCH_BOX(&configure));
  m.impl("_kernels", TORCH_BOX(&kernels));
  m.impl("_kernel_sources", TORCH_BOX(&kernel_sources));
  m.impl("_compile_kernels", TORCH_BOX(&compile_kernels));
  m.impl("_cache_kernel", TORCH_BOX(&cache_kernel));
  m.impl("_compile_text", TORCH_BOX(&compile_text));
  m.impl("_nvrtc_version", TORCH_BOX(&nvrtc_version));
  m.impl("_cache_trouble", TORCH_BOX(&cache_trouble));
  m.impl("_device_arch", TORCH_BOX(&arch_of));
  m.impl("_release_memory", TORCH_BOX(&release_memory));
}

}  // namespace
}  // namespace sci
