// P A = L U of small matrices with partial pivoting, and an estimate of the condition, one matrix per item.
//
// Method     Row-oriented outer products ([1], 3.2.10 and 3.4.4): the inner loop runs along a row. The reciprocal
// condition
//            number in the 1-norm is Hager's estimate as Higham [2] has it (algorithm 4.1): at most five products with
//            the inverse and its adjoint, and the alternating vector as a second guess; never more than the true
//            |A^-1|_1.
// Failure    info = 1 + index of the first exactly zero pivot; rcond is 0 there, NaN if A holds NaN.
// Range      For n up to some 64; larger matrices belong to LAPACK's blocked code.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Higham: FORTRAN codes for estimating the
//            one-norm of a real or complex matrix, ACM TOMS 14 (1988) 381-396.
#pragma once
#include "linalg/blocks.h"

namespace sci {

/// Whether `a` is lower triangular with diagonal entries that divide their columns without overflow: then no rows are
/// exchanged, and L D is substitution, whose error is small component by component.
template <class T>
SCI_HD bool lu_keeps_rows(const T* a, int64_t n) {
  const real_of<T> widest = sqrt(limits<real_of<T>>::max);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i + 1; j < n; ++j)
      if (a[i * n + j] != T(0) || !(abs1(a[j * n + i]) <= widest * abs1(a[i * n + i]))) return false;
  return true;
}

/// a (n x n) becomes L below and U on and above the diagonal; row k was exchanged with row pivots[k] >= k.
template <class T>
SCI_HD int lu_factor(T* a, int32_t* pivots, int64_t n) {
  int info = 0;
  const bool in_place = lu_keeps_rows(a, n);
  for (int64_t k = 0; k < n; ++k) {
    int64_t best = k;
    for (int64_t i = k + 1; i < n && !in_place; ++i)
      if (abs1(a[i * n + k]) > abs1(a[best * n + k])) best = i;
    pivots[k] = int32_t(best);
    if (best != k)
      for (int64_t j = 0; j < n; ++j) swap(a[k * n + j], a[best * n + j]);
    T pivot = a[k * n + k];
    if (pivot == T(0)) {
      if (info == 0) info = int(k + 1);
      continue;
    }
    for (int64_t i = k + 1; i < n; ++i) {
      T f = a[i * n + k] / pivot;
      a[i * n + k] = f;
      if (f != T(0)) add_row(a + i * n + k + 1, -f, a + k * n + k + 1, n - k - 1);
    }
  }
  return info;
}

/// x (n x m) becomes op(A)^-1 x, op by `trans`: 0 A, 1 A^T, 2 A^H.
template <class T>
SCI_HD void lu_solve(const T* lu, const int32_t* pivots, T* x, int64_t n, int64_t m, int trans) {
  if (trans == 0) {
    for (int64_t k = 0; k < n; ++k)
      if (pivots[k] != k)
        for (int64_t j = 0; j < m; ++j) swap(x[k * m + j], x[pivots[k] * m + j]);
    for (int64_t i = 1; i < n; ++i)
      for (int64_t k = 0; k < i; ++k) add_row(x + i * m, -lu[i * n + k], x + k * m, m);
    for (int64_t i = n - 1; i >= 0; --i) {
      for (int64_t k = i + 1; k < n; ++k) add_row(x + i * m, -lu[i * n + k], x + k * m, m);
      for (int64_t j = 0; j < m; ++j) x[i * m + j] /= lu[i * n + i];
    }
    return;
  }
  for (int64_t i = 0; i < n; ++i) {  // op(U), row by row of U
    T d = trans == 2 ? conj(lu[i * n + i]) : lu[i * n + i];
    for (int64_t j = 0; j < m; ++j) x[i * m + j] /= d;
    for (int64_t k = i + 1; k < n; ++k) {
      T f = trans == 2 ? conj(lu[i * n + k]) : lu[i * n + k];
      add_row(x + k * m, -f, x + i * m, m);
    }
  }
  for (int64_t i = n - 1; i > 0; --i)
    for (int64_t k = 0; k < i; ++k) {
      T f = trans == 2 ? conj(lu[i * n + k]) : lu[i * n + k];
      add_row(x + k * m, -f, x + i * m, m);
    }
  for (int64_t k = n - 1; k >= 0; --k)
    if (pivots[k] != k)
      for (int64_t j = 0; j < m; ++j) swap(x[k * m + j], x[pivots[k] * m + j]);
}

template <class T>
SCI_HD real_of<T> norm1_of_vector(const T* x, int64_t n) {
  real_of<T> sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += abs(x[i]);
  return sum;
}

/// The estimate of |A^-1|_1 [2]; x has room for n numbers.
template <class T>
SCI_HD real_of<T> estimate_inverse_norm1(const T* lu, const int32_t* pivots, T* x, int64_t n) {
  using R = real_of<T>;
  for (int64_t i = 0; i < n; ++i) x[i] = T(R(1) / R(n));
  lu_solve(lu, pivots, x, n, 1, 0);
  R best = norm1_of_vector(x, n);
  int64_t last = -1;
  for (int step = 0; step < 5 && n > 1; ++step) {
    for (int64_t i = 0; i < n; ++i) {
      R size = abs(x[i]);
      x[i] = size == R(0) ? T(1) : x[i] / size;
    }
    lu_solve(lu, pivots, x, n, 1, 2);
    int64_t place = 0;
    for (int64_t i = 1; i < n; ++i)
      if (abs(x[i]) > abs(x[place])) place = i;
    if (place == last) break;
    last = place;
    for (int64_t i = 0; i < n; ++i) x[i] = T(i == place ? 1 : 0);
    lu_solve(lu, pivots, x, n, 1, 0);
    R size = norm1_of_vector(x, n);
    if (!(size > best)) break;
    best = size;
  }
  if (n > 1) {
    for (int64_t i = 0; i < n; ++i) {
      R size = R(1) + R(i) / R(n - 1);
      x[i] = T(i % 2 == 0 ? size : -size);
    }
    lu_solve(lu, pivots, x, n, 1, 0);
    best = max(best, R(2) * norm1_of_vector(x, n) / (R(3) * R(n)));
  }
  return best;
}

/// lu holds A on entry; work has room for n numbers per matrix.
template <class T>
struct LuItem {
  T* lu;
  int32_t* pivots;
  T* work;
  real_of<T>* rcond;
  int32_t* info;
  int64_t n;
  SCI_HD void operator()(int64_t i) const {
    using R = real_of<T>;
    T *a = lu + i * n * n, *w = work + i * n;
    R norm = 0;
    bool bad = false;
    for (int64_t c = 0; c < n; ++c) {
      R sum = 0;
      for (int64_t r = 0; r < n; ++r) sum += abs(a[r * n + c]);
      bad = bad || !isfinite(sum);
      norm = max(norm, sum);
    }
    info[i] = lu_factor(a, pivots + i * n, n);
    if (bad)
      rcond[i] = limits<R>::nan;
    else if (info[i] != 0)
      rcond[i] = R(0);
    else
      rcond[i] = n == 0 ? R(1) : R(1) / norm / estimate_inverse_norm1(a, pivots + i * n, w, n);
  }
};

/// x holds B on entry.
template <class T>
struct LuSolveItem {
  const T* lu;
  const int32_t* pivots;
  T* x;
  int64_t n, m;
  int trans;
  SCI_HD void operator()(int64_t i) const { lu_solve(lu + i * n * n, pivots + i * n, x + i * n * m, n, m, trans); }
};

}  // namespace sci
