// What this processor's vector instructions are, asked in one place: `cpu_level()`. `SCI_AVX2 void f(...)` is compiled
// for AVX2, with everything that it calls, and may be called from level 1 on.
#pragma once
#include "core/platform.h"

#if !SCI_DEVICE
#include <cstdlib>

#if defined(__x86_64__)
#define SCI_AVX2 __attribute__((target("avx2"), flatten))
#endif

// What a vector register holds, of the processor that this unit is compiled for.
#if defined(__AVX512F__)
#define SCI_REGISTER_BYTES 64
#elif defined(__AVX2__)
#define SCI_REGISTER_BYTES 32
#else
#define SCI_REGISTER_BYTES 16
#endif

namespace sci {

/// 2 for AVX-512, 1 for AVX2 with FMA, 0 for neither; the environment variable SCI_CPU, `baseline` or `avx2`, asks for
/// less.
inline int cpu_level() {
#if defined(__x86_64__)
  static const int level = [] {
    const char* asked = std::getenv("SCI_CPU");
    if (asked && std::strcmp(asked, "baseline") == 0) return 0;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") || !__builtin_cpu_supports("bmi2")) return 0;
    if (asked && std::strcmp(asked, "avx2") == 0) return 1;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512cd")
               ? 2
               : 1;
  }();
  return level;
#else
  return 0;
#endif
}

/// Whether code for vectors of 32 bytes runs that has no form for x86 processors of level 0.
inline bool runs_lanes() {
#if defined(__x86_64__)
  return cpu_level() >= 1;
#else
  return true;
#endif
}

}  // namespace sci
#endif
