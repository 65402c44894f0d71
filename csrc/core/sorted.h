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

/// Elements a thread at most, threads of a block, and its shared memory.
constexpr int sorted_each = 8, sorted_threads = 128, sorted_shared_bytes = 18432;
/// Entries of kernels that sort by all arguments, and by those between a gradient and a value.
inline constexpr char sorted_entry[] = "run_sorted", sorted_pullback_entry[] = "run_sorted_pullback";

}  // namespace sci

#if SCI_DEVICE
namespace sci {
namespace detail {

/// Bins of a real number, one of `Numbers` that sort an element: by sign and by size, up to 2^9, in eighths of an
/// octave where it is alone, else in octaves, four octaves, or above and below 2.
template <int Numbers>
struct NumberBins {
  static constexpr int shift = Numbers == 1 ? 20 : Numbers == 2 ? 23 : 25;
  static constexpr int least = ((Numbers <= 2 ? 119 : Numbers == 3 ? 120 : 128) << 23 >> shift) - 1;
  static constexpr int most = Numbers <= 4 ? ((136 << 23) >> shift) - least : 1, count = 2 * most + 1;

  template <class T>
  __device__ static int of(T x) {
    const int bits = __float_as_int(float(x)), size = min(max(((bits & 0x7fffffff) >> shift) - least, 0), most);
    return most + (bits < 0 ? -size : size);
  }
  template <class T>
  __device__ static int of(complex<T> z) {
    return of(z.re) * count + of(z.im);
  }
};

template <class T>
constexpr int numbers_in = 1;
template <class T>
constexpr int numbers_in<complex<T>> = 2;

SCI_HD constexpr int power(int base, int n) { return n == 0 ? 1 : base * power(base, n - 1); }

/// The bins of elements by all their arguments, or without the first and the last.
template <bool Inner, class... In>
struct Bins {
  static constexpr int numbers = Inner ? int(sizeof...(In)) - 2 : (numbers_in<In> + ...);
  using One = NumberBins<numbers>;
  static constexpr int count = power(One::count, numbers);

  __device__ static int apply(In... x) {
    int bin = 0, k = 0;
    ((bin = Inner && (k == 0 || k == numbers + 1) ? bin : bin * power(One::count, numbers_in<In>) + One::of(x), ++k),
     ...);
    return bin;
  }
};

/// Puts 0, 1, ... elements - 1 in the order of their bins: `found` has an element's bin, and its place in it.
template <int Count>
struct CountingSort {
  int counts[Count], warps[sorted_threads / 32], found[sorted_each * sorted_threads],
      order[sorted_each * sorted_threads];

  __device__ void clear() {
    for (int b = threadIdx.x; b < Count; b += blockDim.x) counts[b] = 0;
    __syncthreads();
  }
  __device__ void add(int element, int bin) { found[element] = bin | atomicAdd(&counts[bin], 1) << 16; }
  __device__ void sort(int elements) {
    __syncthreads();
    first_places();
    __syncthreads();
    for (int k = threadIdx.x; k < elements; k += blockDim.x) order[counts[found[k] & 0xffff] + (found[k] >> 16)] = k;
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
/// has one, it takes its own. Outputs are dense.
template <bool Inner, class F, class Out, int N, class... In>
__device__ void run_sorted_thread(const Elementwise<F, Out, N, In...>& body, int64_t n) {
  using Bins = detail::Bins<Inner, In...>;
  auto& sorting = *reinterpret_cast<detail::CountingSort<Bins::count>*>(shared_memory);
  static_assert(sizeof sorting <= sorted_shared_bytes, "what the host asks for");
  const int64_t threads = int64_t(uint64_t(gridDim.x) * blockDim.x), each = (n + threads - 1) / threads;
  const int64_t tile = each * blockDim.x, first = blockIdx.x * tile;
  const int elements = int(min(n - first, tile));
  Loaded<1, make_index_list<int(sizeof...(In))>, In...> in;
  if (each > 1) {
    sorting.clear();
    for (int k = threadIdx.x; k < elements; k += blockDim.x) {
      in.load(body, first + k, 1);
      sorting.add(k, in.template apply<Bins>());
    }
    sorting.sort(elements);
  }
  SCI_NO_UNROLL
  for (int k = threadIdx.x; k < elements; k += blockDim.x) {
    const int64_t i = first + (each > 1 ? sorting.order[k] : k);
    in.load(body, i, 1);
    auto result = in.template apply<F>();
    if constexpr (N == 1) {
      reinterpret_cast<Out*>(body.data[0])[i] = result;
    } else {
      for (int o = 0; o < N; ++o) reinterpret_cast<Out*>(body.data[o])[i] = result[o];
    }
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
