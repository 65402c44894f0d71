// A team on CUDA (core/team.h): exchanges by shuffles within a warp, by shared memory between warps.
#pragma once
#include "core/team.h"

#if SCI_DEVICE
namespace sci {
namespace detail {
struct Sum {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a + b;
  }
};
struct Product {
  template <class T>
  __device__ T operator()(T a, T b) const {
    return a * b;
  }
};
/// NaN where one is NaN.
struct Greatest {
  template <class R>
  __device__ R operator()(R a, R b) const {
    return b > a || isnan(b) ? b : a;
  }
};
/// Of equal values the one with the least index.
struct FirstLargest {
  template <class R>
  __device__ Largest<R> operator()(Largest<R> a, Largest<R> b) const {
    return b.value > a.value || (b.value == a.value && b.index < a.index) ? b : a;
  }
};

/// What lane `from` of the warp has.
template <class T>
__device__ inline T from_lane(unsigned lanes, T x, int from) {
  return __shfl_sync(lanes, x, from);
}
template <class T>
__device__ inline complex<T> from_lane(unsigned lanes, complex<T> x, int from) {
  return {from_lane(lanes, x.re, from), from_lane(lanes, x.im, from)};
}
template <class R>
__device__ inline Largest<R> from_lane(unsigned lanes, Largest<R> x, int from) {
  return {from_lane(lanes, x.value, from), from_lane(lanes, x.index, from)};
}
}  // namespace detail

struct Team {
  static constexpr int exchange_bytes = 512;  // a number of 16 bytes for each of 32 warps
  int lane, size;
  char* exchange = nullptr;  // shared memory of a team of several warps

  __device__ void sync() const {
    if (size > 32)
      __syncthreads();
    else
      __syncwarp(lanes());
  }
  /// What lane `from` has.
  template <class T>
  __device__ T broadcast(T x, int from) const {
    if (size <= 32) return detail::from_lane(lanes(), x, first() + from);
    T* room = reinterpret_cast<T*>(exchange);
    if (lane == from) room[0] = x;
    __syncthreads();
    x = room[0];
    __syncthreads();
    return x;
  }
  __device__ bool any(bool x) const { return size > 32 ? __syncthreads_or(x) : __any_sync(lanes(), x); }
  template <class T>
  __device__ T sum(T x) const {
    return joined(x, detail::Sum());
  }
  template <class T>
  __device__ T product(T x) const {
    return joined(x, detail::Product());
  }
  /// The greatest value, NaN where one is NaN.
  template <class R>
  __device__ R greatest(R x) const {
    return joined(x, detail::Greatest());
  }
  /// The largest value and the least index that has it; NaN counts as -infinity.
  template <class R>
  __device__ Largest<R> largest(R value, int index) const {
    return joined(Largest<R>{isnan(value) ? -limits<R>::infinity : value, index}, detail::FirstLargest());
  }

 private:
  __device__ int first() const { return int(threadIdx.x & 31) & ~(size - 1); }
  __device__ unsigned lanes() const { return size < 32 ? ((1u << size) - 1) << first() : 0xffffffffu; }

  /// In pairs: the lanes that meet at a step add the same numbers, so that all have the same bits.
  template <class T, class Join>
  __device__ T joined(T x, Join join) const {
    const int own = int(threadIdx.x & 31);
    for (int shift = (size < 32 ? size : 32) / 2; shift > 0; shift /= 2)
      x = join(x, detail::from_lane(lanes(), x, own ^ shift));
    if (size <= 32) return x;
    T* room = reinterpret_cast<T*>(exchange);
    if (own == 0) room[lane / 32] = x;
    __syncthreads();
    x = room[0];
    for (int warp = 1; warp < size / 32; ++warp) x = join(x, room[warp]);
    __syncthreads();
    return x;
  }
};

}  // namespace sci
#endif
