// What the operators on sparse patterns share.
#pragma once
#include "core/cpu.h"
#include "runtime/kept_tensor.h"

namespace sci {

/// `contiguous` goes through the dispatcher, which costs more than the product of a small matrix.
inline Tensor dense(const Tensor& x) { return x.is_contiguous() ? x : torch::stable::contiguous(x); }

inline void check_inside(bool holds, const char* where) {
  STD_TORCH_CHECK(holds, where,
                  ": an index lies outside of the array, or indptr decreases; it was changed after it was checked");
}

#ifdef SCI_AVX2
template <class Body>
SCI_AVX2 inline void run_wide(int64_t begin, int64_t end, const Body& body) {
  for (int64_t i = begin; i < end; ++i) body(i);
}
#endif

/// Items of a body, with the vector instructions that the CPU has.
template <class Body>
void run_items(int64_t begin, int64_t end, const Body& body) {
#ifdef SCI_AVX2
  if (cpu_level() >= 1) return run_wide(begin, end, body);
#endif
  for (int64_t i = begin; i < end; ++i) body(i);
}

/// Values that are moved and not computed with: one type per size.
struct bytes16 {
  uint64_t part[2];
};

template <class F>
auto dispatch_bytes(const Tensor& x, F&& f) {
  switch (x.element_size()) {
    case 1: return f(type_tag<uint8_t>{});
    case 2: return f(type_tag<uint16_t>{});
    case 4: return f(type_tag<uint32_t>{});
    case 8: return f(type_tag<uint64_t>{});
    default: return f(type_tag<bytes16>{});
  }
}

}  // namespace sci
