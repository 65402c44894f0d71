// Elementwise kernels: one function applied over strided, broadcast operands. The CPU runs `row` on rows of the
// iteration space; CUDA runs the body itself, one call per flat index.
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

/// F::apply(In...) gives one Out, or many<Out, N>. Operands are counted outputs first; strides are in bytes.
template <class F, class Out, int N, class... In>
struct Elementwise {
  static constexpr int operands = N + int(sizeof...(In));

  char* data[operands];
  int dims;
  int64_t size[max_dims];
  int64_t stride[operands][max_dims];

  SCI_HD void operator()(int64_t i) const {
    int64_t offset[operands] = {};
    for (int d = dims - 1; d >= 0; --d) {
      int64_t next = d == 0 ? 0 : i / size[d], index = i - next * size[d];
      for (int k = 0; k < operands; ++k) offset[k] += index * stride[k][d];
      i = next;
    }
    char* at[operands];
    for (int k = 0; k < operands; ++k) at[k] = data[k] + offset[k];
    element(at, make_index_list<int(sizeof...(In))>());
  }

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
  SCI_HD static void dense(char* const* at, int64_t n, index_list<I...>) {
    Out* __restrict out = reinterpret_cast<Out*>(at[0]);
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
