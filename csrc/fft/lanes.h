// Vectors of the CPU's Fourier transforms. A unit that includes this header works with vectors of SCI_LANE_BYTES, 32 or
// 64, and everything made of them lives in a namespace of that width: units of both widths go into one library.
#pragma once
#include "core/cpu.h"
#include "core/lanes.h"

#if !SCI_DEVICE
#ifndef SCI_LANE_BYTES
#define SCI_LANE_BYTES 32
#endif
#if SCI_LANE_BYTES == 64
#define SCI_LANES_NAMESPACE lanes_of_64_bytes
#else
#define SCI_LANES_NAMESPACE lanes_of_32_bytes
#endif

// Code for vectors of that width: with `flatten` a function takes what it calls along into its instruction set.
#if defined(__x86_64__) && SCI_LANE_BYTES == 64
#define SCI_LANES_WIDE __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"), flatten, noinline))
#elif defined(__x86_64__)
#define SCI_LANES_WIDE __attribute__((target("avx2,fma"), flatten, noinline))
#endif
#define SCI_LANES_PLAIN __attribute__((flatten, noinline))

// -O2 leaves short loops as loops, and what they index in memory.
#define SCI_UNROLL _Pragma("GCC unroll 16")

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Does this processor run SCI_LANES_WIDE code? Vectors of 64 bytes are asked for only where it does.
inline bool lanes_wide() {
#ifdef SCI_LANES_WIDE
  return SCI_LANE_BYTES == 64 || cpu_level() >= 1;
#else
  return false;
#endif
}

/// The numbers 0, 1, ... as parameters of a template.
template <int... I>
struct places {};
template <int N, int... I>
struct places_up_to {
  using type = typename places_up_to<N - 1, N - 1, I...>::type;
};
template <int... I>
struct places_up_to<0, I...> {
  using type = places<I...>;
};

/// A vector in memory, wherever it lies, and the orders in which numbers stand in one.
template <class T>
struct FftVector {
  static constexpr int bytes = SCI_LANE_BYTES, L = bytes / sizeof(T);
  using W = lanes<T, L>;
  using Places = typename places_up_to<L>::type;
  typedef T Loose __attribute__((vector_size(bytes), aligned(sizeof(T)), may_alias));
  static SCI_HD Loose& at(T* p) { return *reinterpret_cast<Loose*>(p); }
  static SCI_HD const Loose& at(const T* p) { return *reinterpret_cast<const Loose*>(p); }

  // Vectors go by value: a reference to one in memory would forget that it may lie anywhere.

  /// L pairs in memory order to first and second parts, and back.
  static SCI_HD void split(W a, W b, W& re, W& im) { split(a, b, re, im, Places()); }
  static SCI_HD void join(W re, W im, W& a, W& b) { join(re, im, a, b, Places()); }
  static SCI_HD W reversed(W v) { return reversed(v, Places()); }
  /// v_0, -v_1, v_2, ...
  static SCI_HD W alternated(W v) { return alternated(v, Places()); }
  /// Number j of vector i to place i of vector j: blocks of D by D exchange their off-diagonal halves.
  static SCI_HD void transpose(W* v) { transpose_from<1>(v); }

 private:
  template <int... I>
  static SCI_HD void split(W a, W b, W& re, W& im, places<I...>) {
    re = __builtin_shufflevector(a, b, (2 * I)...);
    im = __builtin_shufflevector(a, b, (2 * I + 1)...);
  }
  template <int... I>
  static SCI_HD void join(W re, W im, W& a, W& b, places<I...>) {
    a = __builtin_shufflevector(re, im, (I / 2 + I % 2 * L)...);
    b = __builtin_shufflevector(re, im, (L / 2 + I / 2 + I % 2 * L)...);
  }
  template <int... I>
  static SCI_HD W reversed(W v, places<I...>) {
    return __builtin_shufflevector(v, v, (L - 1 - I)...);
  }
  template <int... I>
  static SCI_HD W alternated(W v, places<I...>) {
    return __builtin_shufflevector(v, -v, (I + I % 2 * L)...);
  }
  template <int D, int... I>
  static SCI_HD void exchange(W& a, W& b, places<I...>) {
    const W first = __builtin_shufflevector(a, b, (I & D ? L + I - D : I)...);
    b = __builtin_shufflevector(a, b, (I & D ? L + I : I + D)...);
    a = first;
  }
  template <int D>
  static SCI_HD void transpose_from(W* v) {
    if constexpr (D < L) {
      SCI_UNROLL for (int i = 0; i < L; ++i) {
        if (!(i & D)) exchange<D>(v[i], v[i + D], Places());
      }
      transpose_from<2 * D>(v);
    }
  }
};

// Defines NAME(f, b) as a function of its own, in both instruction sets: each caller would otherwise hold a copy.
#ifdef SCI_LANES_WIDE
#define SCI_RUN_WIDE(NAME, STEPS)                                              \
  template <class T, int L>                                                    \
  SCI_LANES_WIDE void NAME##_wide(const FftPasses<T>& f, FftBuffer<T, L>& b) { \
    STEPS(f, b);                                                               \
  }
#define SCI_RUN_IF_WIDE(NAME) \
  if (lanes_wide()) return NAME##_wide(f, b);
#else
#define SCI_RUN_WIDE(NAME, STEPS)
#define SCI_RUN_IF_WIDE(NAME)
#endif
#define SCI_RUN(NAME, STEPS)                                                     \
  SCI_RUN_WIDE(NAME, STEPS)                                                      \
  template <class T, int L>                                                      \
  SCI_LANES_PLAIN void NAME##_plain(const FftPasses<T>& f, FftBuffer<T, L>& b) { \
    STEPS(f, b);                                                                 \
  }                                                                              \
  template <class T, int L>                                                      \
  SCI_HD void NAME(const FftPasses<T>& f, FftBuffer<T, L>& b) {                  \
    SCI_RUN_IF_WIDE(NAME)                                                        \
    NAME##_plain(f, b);                                                          \
  }

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
