// What is asked of csrc/ops/linalg_lanes_schur_*.cpp: forms and eigenvalues of batches of small matrices on the CPU's
// lanes.
#pragma once
#include "core/complex.h"

namespace sci {

/// q or z may be null, and so may v. info is the number of eigenvalues not found; not finite matrices have NaN.
template <class T>
struct HessenbergJob {
  const T* a;
  T *h, *q;
  int64_t n, count;
};
template <class T>
struct SchurJob {
  const T* a;
  T *t, *z;
  int32_t* info;
  int64_t n, count;
};
template <class T>
struct EigJob {
  const T* a;
  complex<real_of<T>>*w, *v;
  int32_t* info;
  int64_t n, count;
  bool left;  // v are the left vectors
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2.
template <class T, int bytes>
void hessenberg_in_lanes(const HessenbergJob<T>& job);
template <class T, int bytes>
void schur_in_lanes(const SchurJob<T>& job);
template <class T, int bytes>
void eig_in_lanes(const EigJob<T>& job);

}  // namespace sci
