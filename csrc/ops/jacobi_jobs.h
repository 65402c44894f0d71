// What is asked of csrc/ops/linalg_lanes_jacobi_*.cpp: decompositions of batches of small matrices on the CPU's lanes.
#pragma once
#include "core/complex.h"

namespace sci {

template <class T>
struct EighJob {
  const T* a;
  T* v;  // may be null
  real_of<T>* w;
  int32_t* info;
  int64_t n, count;
  bool lower;
};
template <class T>
struct SvdJob {
  const T* a;
  T *u, *vh;
  real_of<T>* s;
  int32_t* info;
  int64_t n, count;
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2.
template <class T, int bytes>
void eigh_in_lanes(const EighJob<T>& job);
template <class T, int bytes>
void svd_in_lanes(const SvdJob<T>& job);

}  // namespace sci
