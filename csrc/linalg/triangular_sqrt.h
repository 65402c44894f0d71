// The square root U of an upper triangular T, quasi-triangular for real T: U U = T, Re(eigenvalues of U) >= 0.
//
// Method     Complex: Bjoerck and Hammarling [1]. Real: Higham [2], with the square root of a 2 x 2 block with
//            eigenvalues theta +- i mu in closed form ([2], eq. (4.8)): alpha I + (T_ii - theta I) / (2 alpha),
//            alpha = sqrt((|lambda| + theta) / 2).
//            Row by row from below; the off-diagonal blocks solve U_ii X + X U_jj = right-hand side.
// Refined    Up to n = 16 by one step of Newton's method, U Y + Y U = Z^H (A - X X) Z, with a residual of twice the
//            digits: the errors of the Schur form and of the products with Z go.
// Singular   A zero eigenvalue divides by zero; 0 / 0 counts as 0, which is right where a square root exists, and so
//            does what rounding leaves there, up to n eps of the largest entry.
// Info       0; 1: an eigenvalue is zero; 2: the eigenvalues differ by more than 1 / eps; 3: real T has a negative
//            eigenvalue, so no real square root that is a polynomial in T exists: the result is NaN.
// Sources    [1] Bjoerck, Hammarling: A Schur method for the square root of a matrix, Lin. Alg. Appl. 52/53 (1983) 127.
//            [2] Higham: Computing real square roots of a real matrix, Lin. Alg. Appl. 88/89 (1987) 405-430.
#pragma once
#include "linalg/product_residual.h"
#include "linalg/triangular_sylvester.h"

namespace sci {

/// u holds T (with zeros below the block diagonal) and becomes U.
template <class T>
SCI_HD int triangular_sqrt(const T* t, T* u, int64_t n) {
  using R = real_of<T>;
  R smallest = limits<R>::infinity, greatest = R(0);
  const R rounding = R(n) * limits<R>::epsilon * largest(t, n * n);
  int info = 0;
  for (int64_t end = n; end > 0;) {
    int p = block_ending_at(t, n, end - 1);
    int64_t i = end - p;
    Small<T> a;
    R size;
    if (p == 1) {
      T d = t[i * n + i];
      size = abs1(d);
      if constexpr (!is_complex<T>) {
        if (d < R(0)) info = 3;
      }
      a.at[0][0] = sqrt(d);
    } else {
      a = diagonal_block(t, n, i, 2, false, T(1));
      if constexpr (!is_complex<T>) {
        T theta = a.at[0][0];
        T mu = sqrt(abs(a.at[0][1])) * sqrt(abs(a.at[1][0]));
        size = hypot(theta, mu);
        T alpha = theta > T(0) ? sqrt((size + theta) / T(2)) : mu / sqrt(T(2) * (size - theta));
        a.at[0][0] = a.at[1][1] = alpha;
        a.at[0][1] /= T(2) * alpha;
        a.at[1][0] /= T(2) * alpha;
      } else {
        size = R(0);
      }
    }
    smallest = min(smallest, size);
    greatest = max(greatest, size);
    put_piece(u, n, i, i, p, p, a);
    for (int64_t j = end; j < n;) {
      int q = block_at(t, n, j);
      Small<T> c = take_piece(u, n, i, j, p, q);
      if (p == 1 && q == 1 && a.at[0][0] == T(0) && u[j * n + j] == T(0) && abs1(c.at[0][0]) <= rounding)
        c.at[0][0] = T(0);
      small_sylvester(p, q, a, diagonal_block(u, n, j, q, false, T(1)), c, R(-1));
      put_piece(u, n, i, j, p, q, c);
      for (int r = 0; r < p; ++r)
        for (int s = 0; s < q; ++s) {
          // A zero times the infinity of a singular row must stay zero.
          if (c.at[r][s] != T(0)) add_row(u + (i + r) * n + j + q, -c.at[r][s], u + (j + s) * n + j + q, n - j - q);
        }
      j += q;
    }
    end = i;
  }
  if (info == 3) {
    for (int64_t k = 0; k < n * n; ++k) u[k] = T(limits<R>::nan);
    return info;
  }
  return n == 0 ? 0 : smallest == R(0) ? 1 : smallest < limits<R>::epsilon * greatest ? 2 : 0;
}

/// x = z u z^H. If `careful`, zeros of z cancel infinities of u, as a singular triangular A with z = I needs it.
template <class T>
SCI_HD void back_from_schur(const T* u, const T* z, T* x, T* work, int64_t n, bool careful) {
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) {  // work = u z^H, a row of it
      if (careful) {
        work[j] = T(0);
        for (int64_t k = 0; k < n; ++k)
          if (z[j * n + k] != T(0) && u[i * n + k] != T(0)) work[j] += u[i * n + k] * conj(z[j * n + k]);
      } else {
        int64_t from = i > 0 ? i - 1 : 0;
        work[j] = dot_row(u + i * n + from, z + j * n + from, n - from);
      }
    }
    for (int64_t k = 0; k < n; ++k) {
      T f = z[k * n + i];
      T* row = x + k * n;
      if (i == 0)
        for (int64_t j = 0; j < n; ++j) row[j] = T(0);
      if (!careful || f != T(0)) add_row(row, f, work, n);
    }
  }
}

/// The numbers of `work` for the root of an n x n matrix.
SCI_HD int64_t work_of_sqrt(int64_t n) { return n <= 16 ? (n + 1) * n : n; }

/// Improves x = z u z^H, the root of `a`. Not where Newton's step is no small correction: that is no rounding error.
template <class T>
SCI_HD void refine_sqrt(const T* a, const T* u, const T* z, T* x, T* work, int64_t n) {
  using R = real_of<T>;
  T *c = work, *row = work + n * n;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) c[i * n + j] = residual_of_product(a[i * n + j], x + i * n, x + j, n, n);
  for (int64_t i = 0; i < n; ++i) {  // c z
    for (int64_t j = 0; j < n; ++j) row[j] = T(0);
    for (int64_t k = 0; k < n; ++k) add_row(row, c[i * n + k], z + k * n, n);
    for (int64_t j = 0; j < n; ++j) c[i * n + j] = row[j];
  }
  for (int64_t j = 0; j < n; ++j) {  // z^H c
    for (int64_t i = 0; i < n; ++i) row[i] = T(0);
    for (int64_t k = 0; k < n; ++k)
      for (int64_t i = 0; i < n; ++i) row[i] += conj(z[k * n + i]) * c[k * n + j];
    for (int64_t i = 0; i < n; ++i) c[i * n + j] = row[i];
  }
  solve_sylvester(u, u, c, n, n);
  if (!(largest(c, n * n) <= sqrt(limits<R>::epsilon) * largest(x, n * n))) return;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < n; ++j) row[j] = dot_row(c + i * n, z + j * n, n);
    for (int64_t k = 0; k < n; ++k) add_row(x + k * n, z[k * n + i], row, n);
  }
}

/// x, the root of a = z t z^H; u holds t and becomes its root. Returns triangular_sqrt's code.
template <class T>
SCI_HD int sqrt_from_schur(const T* a, const T* t, const T* z, T* u, T* x, T* work, int64_t n) {
  const int info = triangular_sqrt(t, u, n);
  back_from_schur(u, z, x, work, n, info == 1);
  if (work_of_sqrt(n) > n && (info == 0 || info == 2)) refine_sqrt(a, u, z, x, work, n);
  return info;
}

/// One matrix of a batch; with z the root of A = z T z^H as well.
template <class T>
struct TriangularSqrtItem {
  const T *a, *t;
  T* u;  // holds copies of T
  const T* z;
  T* x;
  T* work;
  int32_t* info;
  int64_t n;
  SCI_HD void operator()(int64_t i) const {
    int64_t at = i * n * n;
    info[i] = z ? sqrt_from_schur(a + at, t + at, z + at, u + at, x + at, work + i * work_of_sqrt(n), n)
                : triangular_sqrt(t + at, u + at, n);
  }
};

}  // namespace sci
