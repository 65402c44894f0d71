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
#if defined(__x86_64__)
#define SCI_LANES_PLAIN __attribute__((noinline))  // for old processors: one copy of what several callers share
#else
#define SCI_LANES_PLAIN __attribute__((flatten, noinline))
#endif
// Where SCI_LANES_ONLY_WIDE is defined, callers ask runs_lanes() first, and there is no form for x86 without AVX2.
#if !defined(SCI_LANES_WIDE) || (SCI_LANE_BYTES == 32 && !defined(SCI_LANES_ONLY_WIDE))
#define SCI_LANES_HAVE_PLAIN
#endif

// -O2 leaves short loops as loops, and what they index in memory.
#define SCI_UNROLL _Pragma("GCC unroll 16")

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

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

// A function of a unit with SCI_LANES_ONLY_WIDE that stays one: each caller would otherwise hold a copy.
#ifdef SCI_LANES_WIDE
#define SCI_LANES_APART SCI_LANES_WIDE
#else
#define SCI_LANES_APART SCI_LANES_PLAIN
#endif

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#else
#define SCI_LANES_NAMESPACE lanes_of_one
#define SCI_UNROLL _Pragma("unroll")
#endif
