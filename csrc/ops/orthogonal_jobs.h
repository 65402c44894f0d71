// What is asked of csrc/ops/linalg_lanes_alone.cpp: decompositions of matrices with at most one_planes_limit rows or
// columns, one after the other, with the CPU's vectors along their rows. Callers ask runs_lanes() first.
#pragma once
#include "ops/jacobi_jobs.h"

namespace sci {

/// So many rows and columns where vectors are wanted; beyond, LAPACK's blocked code is faster (measured).
constexpr int64_t one_vectors_limit = 64;

/// Q has min(m, n) columns, or m where `full`, and R so many rows of min(m, n) to m; q may be null.
template <class T>
struct OneQrJob {
  const T* a;
  T *q, *r;
  int64_t m, n, count, rows;
  bool full;
};

/// A = U diag(s) V^H, where `full` with square factors; u and vh may be null, and then all that follows is. info is not
/// 0 where the method did not converge, or the matrix is not finite.
template <class T>
struct OneSvdJob {
  using R = real_of<T>;
  const T* a;
  T *u, *vh;
  R* s;
  int32_t* info;
  int64_t m, n, count;
  bool full, vectors;
  /// Of singular values above atol + rtol max(s), which `rank` counts: the pseudoinverse, and its product with b, of
  /// so many columns, with residues. Each may be null.
  R atol = 0, rtol = 0;
  int64_t* rank = nullptr;
  T* inverse = nullptr;
  const T* b = nullptr;
  T* solution = nullptr;
  R* residues = nullptr;  // squares of norms
  int64_t columns = 0;
};

/// v may be null.
template <class T>
void hermitian_alone(const EighJob<T>& job);
template <class T>
void qr_alone(const OneQrJob<T>& job);
template <class T>
void svd_alone(const OneSvdJob<T>& job);

}  // namespace sci
