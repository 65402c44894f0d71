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

  template <int... I>
  SCI_HD static void row(char* const* at, const int64_t* step, int64_t n, index_list<I...>) {
    if (N == 1 && step[0] == int64_t(sizeof(Out)) && (... && (step[N + I] == int64_t(sizeof(In))))) {
      Out* out = reinterpret_cast<Out*>(at[0]);
      if constexpr (N == 1)
        for (int64_t i = 0; i < n; ++i) out[i] = F::apply(reinterpret_cast<const In*>(at[N + I])[i]...);
      return;
    }
    char* p[operands];
    for (int k = 0; k < operands; ++k) p[k] = at[k];
    for (int64_t i = 0; i < n; ++i) {
      element(p, index_list<I...>());
      for (int k = 0; k < operands; ++k) p[k] += step[k];
    }
  }
};

}  // namespace sci
