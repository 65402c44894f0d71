// Functions of float by those of double, where float has too few digits or too small a range.
#pragma once
#include "core/complex.h"

namespace sci {
namespace detail {

/// Results in double, each of them rounded.
template <class T, class Wide, int N>
SCI_HD many<T, N> narrowed(const many<Wide, N>& wide) {
  many<T, N> out;
  for (int i = 0; i < N; ++i) out[i] = T(wide[i]);
  return out;
}

}  // namespace detail
}  // namespace sci
