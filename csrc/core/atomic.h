// Atomic operations on integers in memory that many threads share, for both compilers, and real numbers as integers in
// the same order, so that their minimum is one of these operations.
#pragma once
#include "core/platform.h"

namespace sci {

template <int bytes>
struct atomic_word;
template <>
struct atomic_word<4> {
  using type = int32_t;
};
template <>
struct atomic_word<8> {
  using type = int64_t;
};

/// The integer that stands for a real number: integers of numbers are ordered as the numbers are, with -0 below 0.
template <class T>
using order_key = typename atomic_word<sizeof(T)>::type;

template <class T>
SCI_HD order_key<T> to_order(T x) {
  using K = order_key<T>;
  K bits = __builtin_bit_cast(K, x);
  return bits ^ (bits >> (8 * sizeof(K) - 1) & ~(K(1) << (8 * sizeof(K) - 1)));
}
template <class T>
SCI_HD T from_order(order_key<T> key) {
  using K = order_key<T>;
  return __builtin_bit_cast(T, K(key ^ (key >> (8 * sizeof(K) - 1) & ~(K(1) << (8 * sizeof(K) - 1)))));
}

#if SCI_DEVICE

template <class I>
SCI_HD I atomic_load(const I* place) {
  return *static_cast<const volatile I*>(place);
}
SCI_HD int32_t atomic_exchange(int32_t* place, int32_t value) {
  int32_t before = atomicExch(place, value);
  __threadfence();
  return before;
}
/// Stores the smaller of both and returns what was there.
SCI_HD int32_t atomic_min(int32_t* place, int32_t value) { return atomicMin(place, value); }
SCI_HD int64_t atomic_min(int64_t* place, int64_t value) { return atomicMin(place, value); }
/// Stores `value` where `expected` was, and returns what was there.
SCI_HD int32_t atomic_replace(int32_t* place, int32_t expected, int32_t value) {
  return atomicCAS(place, expected, value);
}
SCI_HD int64_t atomic_replace(int64_t* place, int64_t expected, int64_t value) {
  return int64_t(atomicCAS(reinterpret_cast<unsigned long long*>(place), static_cast<unsigned long long>(expected),
                           static_cast<unsigned long long>(value)));
}
/// Adds and returns what was there.
SCI_HD int32_t atomic_add(int32_t* place, int32_t value) { return atomicAdd(place, value); }
/// Everything written before is seen before what is written after.
SCI_HD void memory_fence() { __threadfence(); }

#else

template <class I>
SCI_HD I atomic_load(const I* place) {
  return __atomic_load_n(place, __ATOMIC_RELAXED);
}
SCI_HD int32_t atomic_exchange(int32_t* place, int32_t value) {
  return __atomic_exchange_n(place, value, __ATOMIC_SEQ_CST);
}
template <class I>
SCI_HD I atomic_replace(I* place, I expected, I value) {
  __atomic_compare_exchange_n(place, &expected, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  return expected;
}
template <class I>
SCI_HD I atomic_min(I* place, I value) {
  I seen = __atomic_load_n(place, __ATOMIC_RELAXED);
  // What is seen falls from round to round: this ends.
  while (value < seen && !__atomic_compare_exchange_n(place, &seen, value, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
  }
  return seen;
}
SCI_HD void memory_fence() { __atomic_thread_fence(__ATOMIC_SEQ_CST); }

#endif

}  // namespace sci
