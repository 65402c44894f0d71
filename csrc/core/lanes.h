// L numbers side by side, on which arithmetic is elementwise: the CPU's vectors.
// CPU only.
#pragma once
#include "core/platform.h"

#if !SCI_DEVICE
namespace sci {

template <class T, int L>
struct lanes_of {
  typedef T type __attribute__((vector_size(L * sizeof(T)), may_alias));
};
template <class T>
struct lanes_of<T, 1> {
  using type = T;
};
/// L numbers side by side.
template <class T, int L>
using lanes = typename lanes_of<T, L>::type;

}  // namespace sci
#endif
