// Elementwise kernels on CUDA of functions with many regions: a block sorts its elements by their arguments, so that
// the lanes of a warp have like ones and go the same way. Regions are mostly ranges of the arguments: sign, exponent
// and leading bits ask no function for its own. Cards say which functions gain (`sorted`), docs/gpu-kernels.md by how
// much.
//
// Counting sort in shared memory: each bin's elements are counted, a running sum has the bins' places, elements go to
// the next place of theirs, and threads take what lies at their own. The order within a bin is that of the atomic
// operations; results are written where they belong, each the same as without sorting.
#pragma once
#include "core/elementwise.h"
#include "core/launch.h"

namespace sci {

/// Elements a thread at most, and threads of a block.
constexpr int sorted_each = 8, sorted_threads = 128;
/// Entries of kernels that sort by all arguments, and by those between a gradient and a value.
inline constexpr char sorted_entry[] = "run_sorted", sorted_pullback_entry[] = "run_sorted_pullback";

namespace detail {

/// Bins of a real number: by sign and by size, up to 2^9.
struct NumberBins {
  int shift, least, most;  // of a float's bits, without the sign
  SCI_HD constexpr int count() const { return 2 * most + 1; }
  /// Bins of elements with so many.
  SCI_HD constexpr int count(int numbers) const { return numbers == 0 ? 1 : count() * count(numbers - 1); }
};
/// In eighths of an octave from 2^-8 where there is one number an element, in octaves from there for two, in four
/// octaves from 2^-7 for three and from 2 for four; of more above and below 2.
SCI_HD constexpr NumberBins number_bins(int numbers) {
  const int shift = numbers == 1 ? 20 : numbers == 2 ? 23 : 25, first = numbers <= 2 ? 119 : numbers == 3 ? 120 : 128;
  const int least = (first << 23 >> shift) - 1, end = 136 << 23 >> shift;
  return {shift, least, numbers <= 4 ? end - least : 1};
}

}  // namespace detail

/// Shared memory of a block whose elements have so many real numbers, and of one that does not sort.
constexpr int64_t unsorted_bytes = 8 * 2 * sorted_threads;
SCI_HD constexpr int64_t sorted_bytes(int numbers) {
  return 8 * (sorted_each + 1) * sorted_threads +
         4 * (sorted_each * sorted_threads + 4 + (detail::number_bins(numbers).count(numbers) + 1) / 2 * 2);
}

}  // namespace sci

#if SCI_DEVICE
namespace sci {
namespace detail {

template <class T>
constexpr int numbers_in = 1;
template <class T>
constexpr int numbers_in<complex<T>> = 2;

/// The bins of elements by all their arguments, or without the first and the last.
template <bool Inner, class... In>
struct Bins {
  static constexpr int numbers = Inner ? int(sizeof...(In)) - 2 : (numbers_in<In> + ...);
  static constexpr NumberBins one = number_bins(numbers);
  static constexpr int count = one.count(numbers);

  __device__ static int apply(In... x) {
    int bin = 0, k = 0;
    ((bin = Inner && (k == 0 || k == numbers + 1) ? bin : bin * one.count(numbers_in<In>) + of(x), ++k), ...);
    return bin;
  }

 private:
  template <class T>
  __device__ static int of(T x) {
    const int bits = __float_as_int(float(x));
    const int size = min(max(((bits & 0x7fffffff) >> one.shift) - one.least, 0), int(one.most));
    return one.most + (bits < 0 ? -size : size);
  }
  template <class T>
  __device__ static int of(complex<T> z) {
    return of(z.re) * one.count() + of(z.im);
  }
};

/// Puts elements in the order of their bins: `found` has an element's bin, and its place in it.
template <int Count>
struct CountingSort {
  int64_t order[(sorted_each + 1) * sorted_threads];  // with an end for each thread
  int found[sorted_each * sorted_threads], warps[sorted_threads / 32], counts[Count];

  __device__ void clear() {
    for (int b = threadIdx.x; b < Count; b += sorted_threads) counts[b] = 0;
    __syncthreads();
  }
  __device__ void add(int element, int bin) { found[element] = bin | atomicAdd(&counts[bin], 1) << 16; }
  /// Elements from `first` on, beyond them `end`.
  __device__ void sort(int64_t first, int elements, int64_t end) {
    __syncthreads();
    first_places();
    __syncthreads();
    int k = threadIdx.x;
    for (; k < elements; k += sorted_threads) order[counts[found[k] & 0xffff] + (found[k] >> 16)] = first + k;
    order[k] = end;
    __syncthreads();
  }

 private:
  /// Replace counts by the sum of those before: a thread adds neighbours, a warp its lanes' sums, all the warps'.
  __device__ void first_places() {
    constexpr int each = (Count + sorted_threads - 1) / sorted_threads;
    const int begin = min(int(threadIdx.x) * each, Count), end = min(begin + each, Count);
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    int sum = 0;
    for (int b = begin; b < end; ++b) sum += counts[b];
    int place = sum;
    for (int distance = 1; distance < 32; distance *= 2) {
      const int before = __shfl_sync(0xffffffffu, place, max(lane - distance, 0));
      if (lane >= distance) place += before;
    }
    if (lane == 31) warps[warp] = place;
    __syncthreads();
    place -= sum;
    for (int w = 0; w < warp; ++w) place += warps[w];
    for (int b = begin; b < end; ++b) {
      const int count = counts[b];
      counts[b] = place;
      place += count;
    }
  }
};

}  // namespace detail

/// A block has as many elements a thread as the host has launched too few threads for, and sorts them; where a thread
/// has one, it takes its own. Outputs are dense. Around the function a thread keeps its place in the order alone, as
/// each register more is one for all threads.
template <bool Inner, class F, class Out, int N, class... In>
__device__ void run_sorted_thread(const Elementwise<F, Out, N, In...>& body, int64_t n) {
  using Bins = detail::Bins<Inner, In...>;
  auto& sorting = *reinterpret_cast<detail::CountingSort<Bins::count>*>(shared_memory);
  static_assert(sizeof sorting <= sorted_bytes(Bins::numbers), "what the host asks for");
  static_assert(sorted_bytes(Bins::numbers) <= 48 << 10, "more than a launch has without a call of its own");
  const int64_t threads = int64_t(uint64_t(gridDim.x) * sorted_threads), each = (n + threads - 1) / threads;
  const int64_t tile = each * sorted_threads, first = blockIdx.x * tile;
  const int elements = int(min(n - first, tile));
  Loaded<1, make_index_list<int(sizeof...(In))>, In...> in;
  if (each > 1) {
    sorting.clear();
    for (int k = threadIdx.x; k < elements; k += sorted_threads) {
      in.load(body, first + k, 1);
      sorting.add(k, in.template apply<Bins>());
    }
    sorting.sort(first, elements, n);
  } else {
    sorting.order[threadIdx.x] = first + threadIdx.x;  // from n on there is none
    sorting.order[threadIdx.x + sorted_threads] = n;
  }
  const volatile int64_t* own = sorting.order + threadIdx.x;
  SCI_NO_UNROLL
  for (int64_t i = *own; i < n; i = *own) {
    in.load(body, i, 1);
    auto result = in.template apply<F>();
    i = *own;
    if constexpr (N == 1) {
      reinterpret_cast<Out*>(body.data[0])[i] = result;
    } else {
      for (int o = 0; o < N; ++o) reinterpret_cast<Out*>(body.data[o])[i] = result[o];
    }
    own += sorted_threads;
  }
}

template <class Body>
__global__ void run_sorted(Body body, int64_t n) {
  run_sorted_thread<false>(body, n);
}
template <class Body>
__global__ void run_sorted_pullback(Body body, int64_t n) {
  run_sorted_thread<true>(body, n);
}

}  // namespace sci
#endif
