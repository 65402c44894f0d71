// Cholesky and LU factors of one matrix at a time, with the CPU's vectors along its rows: for matrices that are alone,
// or too large to go side by side (ops/side_by_side.h).
//
// Method     Cholesky: four rows of U at a time, less the products with all rows above, which stay in registers until
//            they are solved with the four by four block on the diagonal ([1], 4.2.9). LU: linalg/lu.h, whose row
//            operations the compiler turns into vectors here.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
// CPU only.
#pragma once
#include "core/pack.h"
#include "linalg/lu.h"
#include "linalg/substitution.h"
#include "ops/factors_jobs.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Of real matrices.
template <class T>
struct OneCholesky : CholeskyJob<T> {
  using F = FftVector<T>;
  using W = typename F::W;
  static constexpr int L = F::L, B = 4;
  using CholeskyJob<T>::a, CholeskyJob<T>::c, CholeskyJob<T>::info, CholeskyJob<T>::n, CholeskyJob<T>::lower;

  static int64_t stride(int64_t n) { return n + 2 * L; }  // vectors run over the end of a row
  static int64_t numbers(int64_t n) { return (n + B - 1) / B * B * stride(n); }

  /// The transpose.
  static void turn(const T* in, int64_t in_stride, T* out, int64_t out_stride, int64_t n) {
    for (int64_t i = 0; i < n; i += L)
      for (int64_t j = 0; j < n; j += L) {
        if (i + L <= n && j + L <= n) {
          W block[L];
          SCI_UNROLL for (int l = 0; l < L; ++l) block[l] = F::at(in + (i + l) * in_stride + j);
          F::transpose(block);
          SCI_UNROLL for (int l = 0; l < L; ++l) F::at(out + (j + l) * out_stride + i) = block[l];
          continue;
        }
        for (int64_t r = i; r < min(n, i + L); ++r)
          for (int64_t s = j; s < min(n, j + L); ++s) out[s * out_stride + r] = in[r * in_stride + s];
      }
  }
  /// Two vectors of the rows k to k + 3, from column j on, less the products with the rows above.
  static void subtract_rows_above(const T* u, int64_t k, int64_t j, int64_t ld, W (*x)[2]) {
    SCI_UNROLL for (int r = 0; r < B; ++r) {
      x[r][0] = F::at(u + (k + r) * ld + j);
      x[r][1] = F::at(u + (k + r) * ld + j + L);
    }
    for (int64_t i = 0; i < k; ++i) {
      const T* row = u + i * ld;
      const W y0 = F::at(row + j), y1 = F::at(row + j + L);
      SCI_UNROLL for (int r = 0; r < B; ++r) {
        x[r][0] -= row[k + r] * y0;
        x[r][1] -= row[k + r] * y1;
      }
    }
  }
  static void store(T* u, int64_t k, int64_t j, int64_t ld, const W (*x)[2]) {
    SCI_UNROLL for (int r = 0; r < B; ++r) {
      F::at(u + (k + r) * ld + j) = x[r][0];
      F::at(u + (k + r) * ld + j + L) = x[r][1];
    }
  }
  /// The upper triangle of u becomes U; returns the order of the first leading minor that is not positive, or 0.
  static int64_t factor(T* u, int64_t n, int64_t ld) {
    for (int64_t k = 0; k < n; k += B) {
      T block[B][B], roots[B], inverse[B];
      W x[B][2];
      for (int64_t j = k; j < n; j += 2 * L) {
        subtract_rows_above(u, k, j, ld, x);
        if (j == k) {
          store(u, k, j, ld, x);
          for (int r = 0; r < B; ++r)
            for (int s = r; s < B; ++s) {
              T sum = u[(k + r) * ld + k + s];
              for (int t = 0; t < r; ++t) sum -= block[t][r] * block[t][s];
              if (s > r) {
                block[r][s] = sum * inverse[r];
                continue;
              }
              if (k + r >= n) sum = T(1);  // rows of zeros fill the last block
              if (!(sum > T(0))) return k + r + 1;
              roots[r] = sqrt(sum);
              inverse[r] = T(1) / roots[r];
            }
        }
        SCI_UNROLL for (int r = 0; r < B; ++r) {
          SCI_UNROLL for (int s = 0; s < r; ++s) {
            x[r][0] -= block[s][r] * x[s][0];
            x[r][1] -= block[s][r] * x[s][1];
          }
          x[r][0] *= inverse[r];
          x[r][1] *= inverse[r];
        }
        store(u, k, j, ld, x);
      }
      for (int64_t r = k; r < min(n, k + B); ++r) u[r * ld + r] = roots[r - k];
    }
    return 0;
  }
  void operator()(int64_t item, T* u) const {
    const int64_t ld = stride(n);
    const T* in = a + item * n * n;
    T* out = c + item * n * n;
    for (int64_t k = 0; k < numbers(n); ++k) u[k] = T(0);
    if (lower)
      turn(in, n, u, ld, n);
    else
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = i; j < n; ++j) u[i * ld + j] = in[i * n + j];
    info[item] = int32_t(factor(u, n, ld));
    for (int64_t i = 1; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) u[i * ld + j] = T(0);
    if (lower)
      turn(u, ld, out, n, n);
    else
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) out[i * n + j] = u[i * ld + j];
  }
};

template <class T>
struct OneLu : LuJob<T> {
  using R = real_of<T>;
  using LuJob<T>::a, LuJob<T>::lu, LuJob<T>::det, LuJob<T>::pivots, LuJob<T>::info, LuJob<T>::rcond, LuJob<T>::n;

  void operator()(int64_t item, R* memory) const {
    const T* in = a + item * n * n;
    T *work = reinterpret_cast<T*>(memory), *x = det ? work + n : lu + item * n * n;
    R* sums = memory;
    R norm = 0;
    if (rcond) {
      for (int64_t j = 0; j < n; ++j) sums[j] = R(0);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) sums[j] += modulus(in[i * n + j]);
      R all = 0;
      for (int64_t j = 0; j < n; ++j) {
        norm = norm < sums[j] ? sums[j] : norm;
        all += sums[j];
      }
      norm += (all - all) * R(0);  // NaN where a number is not finite
    }
    for (int64_t k = 0; k < n * n; ++k) x[k] = in[k];
    int32_t own[one_lu_limit];
    int32_t* swaps = det ? own : pivots + item * n;
    const int failed = lu_factor(x, swaps, n, n);
    if (det) {
      T product = T(1);
      for (int64_t k = 0; k < n; ++k) product *= swaps[k] == k ? x[k * n + k] : -x[k * n + k];
      det[item] = product;
      return;
    }
    info[item] = failed;
    if (!rcond) return;
    R least = R(0);
    if (!failed) least = R(1) / norm / inverse_bound_by_rows(x, n, sums, n);
    if (isnan(norm))
      least = limits<R>::nan;
    else if (!failed && !(least > R(2) * limits<R>::epsilon))
      least = R(1) / norm / estimate_inverse_norm1(x, n, swaps, work, n);
    rcond[item] = least;
  }
};

template <class T>
struct OneLuSolve : LuSolveJob<T> {
  static constexpr int few = 4;  // columns, which are solved one by one
  using LuSolveJob<T>::lu, LuSolveJob<T>::pivots, LuSolveJob<T>::b, LuSolveJob<T>::x, LuSolveJob<T>::n,
      LuSolveJob<T>::m, LuSolveJob<T>::trans;
  void operator()(int64_t item, real_of<T>* memory) const {
    const T *factors = lu + item * n * n, *right = b + item * n * m;
    const int32_t* swaps = pivots + item * n;
    T* out = x + item * n * m;
    if (m > few || trans) {
      for (int64_t k = 0; k < n * m; ++k) out[k] = right[k];
      return lu_solve(factors, n, swaps, out, m, n, m, trans);
    }
    T* column = reinterpret_cast<T*>(memory);
    for (int64_t j = 0; j < m; ++j) {
      for (int64_t i = 0; i < n; ++i) column[i] = right[i * m + j];
      for (int64_t i = 0; i < n; ++i) swap(column[i], column[swaps[i]]);
      substitute(factors, column, n, true, false, false, true);
      substitute(factors, column, n, false, false, false, false);
      for (int64_t i = 0; i < n; ++i) out[i * m + j] = column[i];
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
