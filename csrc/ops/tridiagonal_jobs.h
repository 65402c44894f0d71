// What is asked of csrc/ops/linalg_lanes_tridiagonal_*.cpp: eigenvalues and vectors of batches of tridiagonal and of
// Hermitian matrices on the CPU's lanes.
#pragma once
#include "ops/jacobi_jobs.h"

namespace sci {

/// d (count x n), e (count x n - 1) -> w, and v unless it is null: row k of a matrix is vector k. info is the number of
/// eigenvalues not found; not finite matrices have NaN.
template <class R>
struct TridiagonalJob {
  const R *d, *e;
  R *w, *v;
  int32_t* info;
  int64_t n, count;
};

/// Of the same matrices, whose eigenvalues w are known to some rounding errors and get better: v as above. info is 1
/// where the vectors have to come from elsewhere: values are close or equal, numbers not finite, n < 16.
struct TwistedJob {
  const double *d, *e;
  double *w, *v;
  int32_t* info;
  int64_t n, count;
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2.
template <class R, int bytes>
void tridiagonal_in_lanes(const TridiagonalJob<R>& job);
template <int bytes>
void twisted_in_lanes(const TwistedJob& job);
/// v may be null.
template <class T, int bytes>
void hermitian_in_lanes(const EighJob<T>& job);

}  // namespace sci
