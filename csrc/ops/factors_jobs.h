// What is asked of csrc/ops/linalg_lanes_factors_*.cpp: factors of batches of small matrices on the CPU's lanes.
#pragma once
#include "core/complex.h"
#include "core/cpu.h"
#include "matrix_sizes.h"

namespace sci {

/// The wanted triangle of `a` is read, and that of `c` holds the factor; info is the order of the failing minor, or 0.
/// rcond, where it is wanted, is as that of LU. Matrices go side by side for it, and for x, the solutions of systems
/// with m columns b, where `c` may be null.
template <class T>
struct CholeskyJob {
  const T* a;
  T* c;
  int32_t* info;
  int64_t n, count;
  bool lower;
  real_of<T>* rcond = nullptr;
  const T* b = nullptr;
  T* x = nullptr;
  int64_t m = 0;
};
/// What is read of a matrix: all, or a triangle of a symmetric or Hermitian one.
enum class LuRead { whole, lower, upper, lower_hermitian, upper_hermitian };

/// rcond is at least that, or an estimate where the matrix might be ill-conditioned; it may be null, and all but `a`
/// and `det` where `det` is not. Where x is there it becomes the solutions with m columns b, or the inverse (m = n)
/// without b, and not the factors but rcond and info are returned; so matrices only go side by side.
template <class T>
struct LuJob {
  const T* a;
  T *lu, *det;
  int32_t *pivots, *info;
  real_of<T>* rcond;
  int64_t n, count;
  const T* b = nullptr;
  T* x = nullptr;
  int64_t m = 0;
  LuRead read = LuRead::whole;
};
template <class T>
struct LuSolveJob {
  const T* lu;
  const int32_t* pivots;
  const T* b;
  T* x;
  int64_t n, m, count;
  int trans;
};
template <class T>
struct QrJob {
  const T* a;
  T *q, *r;
  int64_t m, n, count;
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2.
template <class T, int bytes>
void cholesky_in_lanes(const CholeskyJob<T>& job);
template <class T, int bytes>
void lu_in_lanes(const LuJob<T>& job);
template <class T, int bytes>
void lu_solve_in_lanes(const LuSolveJob<T>& job);
template <class T, int bytes>
void qr_in_lanes(const QrJob<T>& job);

/// One matrix after the other, with at most as many rows as csrc/ops/matrix_sizes.h says. Cholesky is there for real
/// ones.
template <class T>
void cholesky_alone(const CholeskyJob<T>& job);
template <class T>
void lu_alone(const LuJob<T>& job);
template <class T>
void lu_solve_alone(const LuSolveJob<T>& job);

/// Whether so many matrices are factored one after the other on the CPU, and not side by side.
inline bool factors_alone(int64_t n, int64_t count) { return runs_lanes() && n > (count < 4 ? alone_limit : 32); }

}  // namespace sci
