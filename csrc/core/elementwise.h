// Elementwise kernels: one function applied over strided, broadcast operands. The CPU runs `row` on rows of the
// iteration space; CUDA runs `run_thread` at the end of this file, a few elements per thread.
#pragma once
#include "core/complex.h"

namespace sci {

template <int... I>
struct index_list {};
template <int N, int... I>
struct make_index_list_ : make_index_list_<N - 1, N - 1, I...> {};
template <int... I>
struct make_index_list_<0, I...> {
  using type = index_list<I...>;
};
template <int N>
using make_index_list = typename make_index_list_<N>::type;

constexpr int max_dims = 8;

/// A function F may inherit this where it has F::trial(In...) beside F::apply: a formula without branches for most
/// arguments. Vector loops take it, and F::apply for those that it does not cover.
struct Tried {};
template <class Out>
struct Trial {
  Out value;
  bool covers;
};

/// F::apply(In...) gives one Out, or many<Out, N>. Operands are counted outputs first; strides are in bytes.
template <class F, class Out, int N, class... In>
struct Elementwise {
  static constexpr int operands = N + int(sizeof...(In));

  char* data[operands];
  int dims;
  int64_t size[max_dims];
  int64_t stride[operands][max_dims];

  /// n elements from `at`, `step` bytes apart: the CPU's inner loop.
  SCI_FLATTEN SCI_HD static void row(char* const* at, const int64_t* step, int64_t n) {
    row(at, step, n, make_index_list<int(sizeof...(In))>());
  }

 private:
  template <int... I>
  SCI_HD static void element(char* const* at, index_list<I...>) {
    auto result = F::apply(*reinterpret_cast<const In*>(at[N + I])...);
    if constexpr (N == 1) {
      *reinterpret_cast<Out*>(at[0]) = result;
    } else {
      for (int k = 0; k < N; ++k) *reinterpret_cast<Out*>(at[k]) = result[k];
    }
  }

  /// Contiguous operands: a loop that the compiler makes vector instructions of, where the mathematics lets it.
  template <int... I>
#ifdef SCI_WIDE
  __attribute__((noinline, flatten))  // one for whole rows and for blocks
#endif
  SCI_HD static void dense(char* const* at, int64_t n, index_list<I...>) {
    Out* __restrict out = reinterpret_cast<Out*>(at[0]);
#ifdef SCI_WIDE
    if constexpr (__is_base_of(Tried, F)) return trials(at, n, index_list<I...>());
#endif
    if constexpr (N == 1) {
      for (int64_t i = 0; i < n; ++i) out[i] = F::apply(reinterpret_cast<const In*>(at[N + I])[i]...);
    } else {
      Out* __restrict second = reinterpret_cast<Out*>(at[1]);
      Out* __restrict third = reinterpret_cast<Out*>(at[N - 1]);
      for (int64_t i = 0; i < n; ++i) {
        many<Out, N> result = F::apply(reinterpret_cast<const In*>(at[N + I])[i]...);
        out[i] = result[0];
        second[i] = result[1];
        if constexpr (N == 3) third[i] = result[2];
      }
    }
  }

  template <int... I>
  SCI_HD static void row(char* const* at, const int64_t* step, int64_t n, index_list<I...> indices) {
    constexpr int64_t in_size[] = {int64_t(sizeof(In))...};
    char* p[operands];
    bool contiguous = N <= 3, fits[operands];
    for (int k = 0; k < operands; ++k) {
      p[k] = at[k];
      fits[k] = step[k] == (k < N ? int64_t(sizeof(Out)) : in_size[k - N]);
      contiguous = contiguous && fits[k];
    }
    if constexpr (N <= 3) {
      if (contiguous) return dense(at, n, indices);
    }
#ifdef SCI_WIDE
    // Operands with other strides, broadcast numbers above all, go through a buffer.
    constexpr int64_t block = 256;
    alignas(64) char buffer[operands][block * 8];
    for (bool first = true; n > 0; first = false) {
      const int64_t m = n < block ? n : block;
      char* q[operands];
      for (int k = 0; k < operands; ++k) q[k] = fits[k] ? p[k] : buffer[k];
      for (int k = N; k < operands; ++k)
        if (!fits[k] && (step[k] || first)) copy(buffer[k], in_size[k - N], p[k], step[k], m, in_size[k - N]);
      dense(q, m, indices);
      for (int k = 0; k < N; ++k)
        if (!fits[k]) copy(p[k], step[k], buffer[k], int64_t(sizeof(Out)), m, int64_t(sizeof(Out)));
      for (int k = 0; k < operands; ++k) p[k] += m * step[k];
      n -= m;
    }
#else
    for (int64_t i = 0; i < n; ++i) {
      element(p, index_list<I...>());
      for (int k = 0; k < operands; ++k) p[k] += step[k];
    }
#endif
  }

#ifdef SCI_WIDE
  static constexpr int64_t trial_block = 128, trial_lanes = 16;

  __attribute__((noinline)) static auto whole(In... x) { return F::apply(x...); }

  /// `dense` by F::trial. What does not fill vectors is put into some that are filled up, so that a value's last bit
  /// does not depend on its place.
  template <int... I>
  static void trials(char* const* at, int64_t n, index_list<I...> indices) {
    const int64_t full = n - n % trial_lanes;
    for (int64_t i = 0; i < full; i += trial_block) {
      const int64_t m = min(full - i, trial_block);
      tried(at, i, m, m, indices);
    }
    if (full == n) return;
    constexpr int64_t in_size[] = {int64_t(sizeof(In))...};
    alignas(64) char last[operands][trial_lanes * 8];
    char* p[operands];
    for (int k = 0; k < operands; ++k) {
      p[k] = k < N ? at[k] + full * int64_t(sizeof(Out)) : last[k];
      if (k < N) continue;
      const int64_t size = in_size[k - N];
      copy(last[k], size, at[k] + full * size, size, n - full, size);
      copy(last[k] + (n - full) * size, size, last[k], 0, trial_lanes - (n - full), size);
    }
    tried(p, 0, trial_lanes, n - full, indices);
  }

  /// Elements first ... first + n - 1 of `dense`, of which only `count` are wanted; n is a multiple of trial_lanes.
  /// Outputs are written when all inputs have been read.
  template <int... I>
  static void tried(char* const* at, int64_t first, int64_t n, int64_t count, index_list<I...>) {
    using Mask = typename wide::format<Out>::integer;  // as wide as the numbers
    alignas(64) Out found[N][trial_block];
    alignas(64) Mask missed[trial_block], any = 0;
    for (int64_t i = 0; i < n; ++i) {
      auto trial = F::trial(reinterpret_cast<const In*>(at[N + I])[first + i]...);
      missed[i] = trial.covers ? 0 : 1;
      any |= missed[i];
      if constexpr (N == 1) {
        found[0][i] = trial.value;
      } else {
#pragma GCC unroll 4
        for (int k = 0; k < N; ++k) found[k][i] = trial.value[k];
      }
    }
    for (int64_t i = 0; any && i < count; ++i) {
      if (!missed[i]) continue;
      auto result = whole(reinterpret_cast<const In*>(at[N + I])[first + i]...);
      if constexpr (N == 1) {
        found[0][i] = result;
      } else {
        for (int k = 0; k < N; ++k) found[k][i] = result[k];
      }
    }
    for (int k = 0; k < N; ++k) __builtin_memcpy(reinterpret_cast<Out*>(at[k]) + first, found[k], count * sizeof(Out));
  }

  /// n numbers of 4 or 8 bytes from one stride to another.
  static void copy(char* to, int64_t to_step, const char* from, int64_t from_step, int64_t n, int64_t size) {
    for (int64_t i = 0; i < n; ++i, to += to_step, from += from_step) {
      if (size == 4)
        __builtin_memcpy(to, from, 4);
      else
        __builtin_memcpy(to, from, 8);
    }
  }
#endif
};

}  // namespace sci

#if SCI_DEVICE
namespace sci {

/// What a thread has loaded of operand I and not used yet, the next number first.
template <int I, class T, int Ahead>
struct LoadedOperand {
  T value[Ahead];

  __device__ void load(const char* at) { value[0] = *reinterpret_cast<const T*>(at); }
  __device__ void load(const char* data, int64_t stride, int64_t i, int left) {
    if (stride == int64_t(sizeof(T))) {  // the distances are constants of the load instructions then
      auto at = reinterpret_cast<const T*>(data) + i;
#pragma unroll
      for (int u = 0; u < Ahead; ++u)
        if (left > 32 * u) value[u] = at[32 * u];
    } else {
      data += i * stride;
#pragma unroll
      for (int u = 0; u < Ahead; ++u)
        if (left > 32 * u) value[u] = *reinterpret_cast<const T*>(data + 32 * u * stride);
    }
  }
  __device__ void next() {  // moves between registers: an index would put the array into memory
#pragma unroll
    for (int u = 1; u < Ahead; ++u) value[u - 1] = value[u];
  }
};

template <int Ahead, class Indices, class... In>
struct Loaded;
template <int Ahead, int... I, class... In>
struct Loaded<Ahead, index_list<I...>, In...> : LoadedOperand<I, In, Ahead>... {
  template <class F>
  __device__ auto apply() const {
    return F::apply(LoadedOperand<I, In, Ahead>::value[0]...);
  }
  __device__ void next() { (LoadedOperand<I, In, Ahead>::next(), ...); }

  /// Elements i, i + 32, ...: those at less than `left` from i; of more than one dimension, element i.
  template <class Body>
  __device__ void load(const Body& body, int64_t i, int left) {
    constexpr int first = Body::operands - int(sizeof...(In));
    if (body.dims == 1) {
      (LoadedOperand<I, In, Ahead>::load(body.data[first + I], body.stride[first + I][0], i, left), ...);
      return;
    }
    int64_t offset[] = {(0 * I)...};
    uint64_t rest = i;
    SCI_NO_UNROLL
    for (int d = body.dims - 1; d > 0; --d) {
      const uint64_t size = body.size[d], next = rest / size;
      const int64_t index = rest - next * size;
      ((offset[I] += index * body.stride[first + I][d]), ...);
      rest = next;
    }
    ((offset[I] += int64_t(rest) * body.stride[first + I][0]), ...);
    (LoadedOperand<I, In, Ahead>::load(body.data[first + I] + offset[I]), ...);
  }
};

/// Memory is kept busy by bytes under way: a thread loads up to 16 of them before it computes, where the host has
/// launched fewer threads than elements. The lanes of a warp have neighbours, a thread every 32nd. Outputs are dense.
template <class F, class Out, int N, class... In>
__device__ void run_thread(const Elementwise<F, Out, N, In...>& body, int64_t n) {
  constexpr int bytes = (int(sizeof(In)) + ...), ahead = bytes <= 16 ? 16 / bytes : 1;
  const int each = int64_t(uint64_t(gridDim.x) * blockDim.x) < n ? ahead : 1, lane = threadIdx.x % 32,
            own = (int(threadIdx.x) - lane) * each + lane;
  const int64_t tile = blockDim.x * each, first = uint64_t(blockIdx.x) * uint64_t(tile), i = first + own;
  const int left = min(int(min(n - first, tile)) - own, 32 * each);
  if (left <= 0) return;
  Loaded<ahead, make_index_list<int(sizeof...(In))>, In...> in;
  in.load(body, i, left);
  // No word on unrolling: the compiler copies light functions, which takes the moves away, and keeps one of others.
  for (int u = 0; u < ahead; ++u) {
    if (left > 32 * u) {
      auto result = in.template apply<F>();
      in.next();
      if constexpr (N == 1) {
        reinterpret_cast<Out*>(body.data[0])[i + 32 * u] = result;
      } else {
        for (int k = 0; k < N; ++k) reinterpret_cast<Out*>(body.data[k])[i + 32 * u] = result[k];
      }
    }
  }
}

}  // namespace sci
#endif
