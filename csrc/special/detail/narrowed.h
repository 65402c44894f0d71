// Functions of float by those of double, where float has too few digits or too small a range.
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

/// Is a probability, or what is left of 1, so near the end of float's range that what is made of it has few digits?
SCI_HD bool near_end_of_float(float p, float q) { return min(p, q) < 1e-30f; }

/// Results in double, each of them rounded.
template <class T, class Wide, int N>
SCI_HD many<T, N> narrowed(const many<Wide, N>& wide) {
  many<T, N> out;
  for (int i = 0; i < N; ++i) out[i] = T(wide[i]);
  return out;
}

}  // namespace detail
}  // namespace sci
