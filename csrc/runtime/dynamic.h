// Calling C functions of libraries that are opened at run time.
#pragma once
#include <dlfcn.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace sci {

/// Open the first of the named libraries that is there; `what` tells the user what is missing otherwise. Its symbols
/// are for those who ask this handle: another release that torch or CuPy loads later keeps its own.
inline void* open_library(const std::vector<std::string>& names, const std::string& what) {
  std::string reasons;
  for (const std::string& name : names) {
    if (void* library = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) return library;
    if (const char* reason = dlerror()) reasons += std::string("\n  ") + reason;
  }
  throw std::runtime_error("sci: cannot load " + what + reasons);
}

/// What a function of a library returned that was no success.
struct FailedCall : std::runtime_error {
  int status;
  FailedCall(const char* function, int found)
      : std::runtime_error(std::string(function) + " returned status " + std::to_string(found)), status(found) {}
};

/// A function of a library that returns a status, 0 for success; a call throws FailedCall else.
template <class... Args>
class LibraryFunction {
 public:
  LibraryFunction(void* library, const char* name)
      : name_(name), pointer_(reinterpret_cast<int (*)(Args...)>(dlsym(library, name))) {
    if (!pointer_) throw std::runtime_error(std::string("no symbol ") + name);
  }
  int status(Args... args) const { return pointer_(args...); }
  void operator()(Args... args) const {
    if (int found = status(args...)) throw FailedCall(name_, found);
  }

 private:
  const char* name_;
  int (*pointer_)(Args...);
};

/// The same for functions that are not called often: they are looked up each time.
template <class... Args>
void call(void* library, const char* function, Args... args) {
  LibraryFunction<Args...>(library, function)(args...);
}

}  // namespace sci
