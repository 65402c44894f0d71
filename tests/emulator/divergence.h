// How often each lane of a warp runs each basic block of an elementwise kernel: g++ calls the first function at the
// beginning of every block (-fsanitize-coverage=trace-pc).
#include "kernel.h"

// The device's side of them.
#include "core/sorted.h"

extern "C" {
extern char _etext __attribute__((visibility("hidden")));
void* calloc(unsigned long, unsigned long);
}

#define DIVERGENCE_APART __attribute__((no_sanitize_coverage, noinline))

namespace {

constexpr int width = 32, most_blocks = 1 << 16;
struct Block {
  long place;
  unsigned runs[width];
};
Block* blocks = static_cast<Block*>(calloc(most_blocks, sizeof(Block)));
/// Numbers of blocks, by the distance of their first call's return from the library's beginning; 0 for none.
int* numbers = static_cast<int*>(calloc(&_etext - &__ehdr_start, sizeof(int)));
/// Volatile, as the calls come into the code after the optimiser; beyond a warp: nothing is counted.
volatile int known = 0, lane = width;

}  // namespace

extern "C" DIVERGENCE_APART __attribute__((visibility("hidden"))) void __sanitizer_cov_trace_pc() {
  if (lane == width) return;
  const long place = static_cast<char*>(__builtin_return_address(0)) - &__ehdr_start;
  int& number = numbers[place];
  if (!number) {
    number = known + 1;
    if (number == most_blocks) __builtin_trap();
    known = number;
    blocks[number].place = place;
  }
  ++blocks[number].runs[lane];
}

/// One element, as `run_thread` of core/elementwise.h computes it.
template <class Body>
struct Element;
template <class F, class Out, int N, class... In>
struct Element<sci::Elementwise<F, Out, N, In...>> {
  template <int... I>
  static void run(char* const* data, long long i, sci::index_list<I...>) {
    const auto result = F::apply(reinterpret_cast<const In*>(data[N + I])[i]...);
    if constexpr (N == 1)
      reinterpret_cast<Out*>(data[0])[i] = result;
    else
      for (int k = 0; k < N; ++k) reinterpret_cast<Out*>(data[k])[i] = result[k];
  }
  static void run(char* const* data, long long i) { run(data, i, sci::make_index_list<int(sizeof...(In))>()); }

  template <bool Inner, int... I>
  static int bin(char* const* data, long long i, sci::index_list<I...>) {
    return sci::detail::Bins<Inner, In...>::apply(reinterpret_cast<const In*>(data[N + I])[i]...);
  }
  template <bool Inner>
  static int bin(char* const* data, long long i) {
    return bin<Inner>(data, i, sci::make_index_list<int(sizeof...(In))>());
  }
};

/// Warps of neighbours, lane by lane: the places in `data` are those of results and arguments, `weights` are of blocks
/// by their places. What each element needs and each warp runs.
template <class Body>
DIVERGENCE_APART void divergence_run(char* const* data, long long warps, const int* weights, long long* needed,
                                     long long* run) {
  for (long long w = 0; w < warps; ++w) {
    for (int l = 0; l < width; ++l) {
      lane = l;
      Element<Body>::run(data, width * w + l);
    }
    lane = width;
    for (int b = 1; b <= known; ++b) {
      const long long weight = weights[blocks[b].place];
      unsigned longest = 0;
      for (int l = 0; l < width; ++l) {
        const unsigned runs = blocks[b].runs[l];
        longest = longest < runs ? runs : longest;
        needed[width * w + l] += weight * runs;
        blocks[b].runs[l] = 0;
      }
      run[w] += weight * longest;
    }
  }
}

/// Where sorted kernels would put the elements, by all arguments, or without the first and the last.
template <bool Inner, class Body>
DIVERGENCE_APART void divergence_bins(char* const* data, long long elements, long long* bins) {
  for (long long i = 0; i < elements; ++i) bins[i] = Element<Body>::template bin<Inner>(data, i);
}
#define DIVERGENCE_KERNEL(INDEX, INNER, ...)                                                                        \
  extern "C" DIVERGENCE_APART void divergence_run##INDEX(char* const* data, long long warps, const int* weights,    \
                                                         long long* needed, long long* run) {                       \
    divergence_run<__VA_ARGS__>(data, warps, weights, needed, run);                                                 \
  }                                                                                                                 \
  extern "C" DIVERGENCE_APART void divergence_bins##INDEX(char* const* data, long long elements, long long* bins) { \
    divergence_bins<INNER, __VA_ARGS__>(data, elements, bins);                                                      \
  }
