// Code for processors with AVX2: `SCI_WIDE void f(...)` is compiled for them, with everything that it calls; `wide()`
// tells whether this processor is one.
#pragma once

#if defined(__x86_64__)
#define SCI_WIDE __attribute__((target("avx2"), flatten))
#endif

namespace sci {

inline bool wide() {
#ifdef SCI_WIDE
  static const bool found = __builtin_cpu_supports("avx2");
  return found;
#else
  return false;
#endif
}

}  // namespace sci
