// Calling C functions of libraries that are opened at run time.
#pragma once
#include <dlfcn.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace sci {

/// Open the first of the named libraries that is there; `what` tells the user what is missing otherwise.
inline void* open_library(const std::vector<std::string>& names, const std::string& what) {
  std::string reasons;
  for (const std::string& name : names) {
    if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_GLOBAL)) return library;
    if (const char* reason = dlerror()) reasons += std::string("\n  ") + reason;
  }
  throw std::runtime_error("sci: cannot load " + what + reasons);
}

/// Call a function that returns a status, 0 for success; throws std::runtime_error with its name and status else.
template <class... Args>
void call(void* library, const char* function, Args... args) {
  auto pointer = reinterpret_cast<int (*)(Args...)>(dlsym(library, function));
  if (!pointer) throw std::runtime_error(std::string("no symbol ") + function);
  if (int status = pointer(args...))
    throw std::runtime_error(std::string(function) + " returned status " + std::to_string(status));
}

}  // namespace sci
