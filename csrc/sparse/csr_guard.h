// Checks of compressed rows where they are read. Index tensors share memory with NumPy's arrays, so they may have been
// written to since they were checked; a kernel on the CPU must find that, not crash. Where a loop does much per entry,
// a check is a comparison per entry; products with a vector check some thousand indices ahead, in vector registers,
// which costs a tenth of the product and fetches them into the cache.
#pragma once
#include "core/platform.h"

namespace sci {

template <class I>
struct csr_unsigned {
  using type = uint32_t;
};
template <>
struct csr_unsigned<int64_t> {
  using type = uint64_t;
};

/// Notes rows whose ends or columns lie outside; on CUDA, where nobody writes unseen, it notes nothing.
template <class I>
struct CsrGuard {
  using U = typename csr_unsigned<I>::type;
  U columns = 0, entries = 0;
  int32_t* failed = nullptr;

  static SCI_HD CsrGuard of(int64_t columns, int64_t entries, int32_t* failed) {
    int64_t most = sizeof(I) == 4 ? int64_t(1) << 31 : columns;
    return {U(columns < most ? columns : most), U(entries), failed};
  }
  SCI_HD bool row(I begin, I end) const {
#if SCI_DEVICE
    return true;
#else
    return (U(begin) <= U(end) && U(end) <= entries) || fail();
#endif
  }
  SCI_HD bool column(I j) const {
#if SCI_DEVICE
    return true;
#else
    return U(j) < columns || fail();
#endif
  }
  /// All of x[p], ..., x[end - 1].
  SCI_HD bool block(const I* x, I p, I end) const {
#if SCI_DEVICE
    return true;
#else
    // The sign of j | (last - j) tells of j < 0 and of j > last.
    typedef U Vector __attribute__((vector_size(32), aligned(sizeof(I)), may_alias));
    constexpr int lanes = 32 / sizeof(I);
    if (p >= end) return true;
    U last = columns - 1, signs = 0;
    Vector one = {}, two = {}, most = Vector{} + last;
    for (; p + 2 * lanes <= end; p += 2 * lanes) {
      Vector a = *reinterpret_cast<const Vector*>(x + p), b = *reinterpret_cast<const Vector*>(x + p + lanes);
      one |= a | (most - a);
      two |= b | (most - b);
    }
    one |= two;
    for (int lane = 0; lane < lanes; ++lane) signs |= one[lane];
    for (; p < end; ++p) signs |= U(x[p]) | (last - U(x[p]));
    return (columns > 0 && signs >> (8 * sizeof(I) - 1) == 0) || fail();
#endif
  }
  SCI_HD bool fail() const {
    *failed = 1;
    return false;
  }
};

}  // namespace sci
