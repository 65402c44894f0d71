// Pieces that the (quasi-)triangular algorithms share: the 1 x 1 and 2 x 2 diagonal blocks of a real Schur form, the
// small Sylvester equations between two of them, and row operations. Matrices are row-major.
#pragma once
#include "core/team.h"

namespace sci {

/// y[0:n] += f x[0:n], for rows that do not overlap.
template <class T>
SCI_HD void add_row(T* __restrict__ y, T f, const T* __restrict__ x, int64_t n) {
  for (int64_t k = 0; k < n; ++k) y[k] += f * x[k];
}

/// sum x[k] y[k], as dot_row without the conjugate.
template <class T>
SCI_HD T sum_of_products(const T* x, const T* y, int64_t n) {
  T s0 = T(0), s1 = T(0), s2 = T(0), s3 = T(0);
  int64_t k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 += x[k] * y[k];
    s1 += x[k + 1] * y[k + 1];
    s2 += x[k + 2] * y[k + 2];
    s3 += x[k + 3] * y[k + 3];
  }
  for (; k < n; ++k) s0 += x[k] * y[k];
  return (s0 + s1) + (s2 + s3);
}

/// sum x[k] conj(y[k]). Four partial sums, so that the compiler may keep them in flight.
template <class T>
SCI_HD T dot_row(const T* x, const T* y, int64_t n) {
  T s0 = T(0), s1 = T(0), s2 = T(0), s3 = T(0);
  int64_t k = 0;
  for (; k + 4 <= n; k += 4) {
    s0 += x[k] * conj(y[k]);
    s1 += x[k + 1] * conj(y[k + 1]);
    s2 += x[k + 2] * conj(y[k + 2]);
    s3 += x[k + 3] * conj(y[k + 3]);
  }
  for (; k < n; ++k) s0 += x[k] * conj(y[k]);
  return (s0 + s1) + (s2 + s3);
}

/// Size, 1 or 2, of the diagonal block of the (quasi-)triangular t that begins at i; complex forms have none of size 2.
template <class T>
SCI_HD int block_at(const T* t, int64_t n, int64_t i) {
  if constexpr (is_complex<T>) return 1;
  return i + 1 < n && t[(i + 1) * n + i] != T(0) ? 2 : 1;
}

/// Size of the diagonal block that ends at i.
template <class T>
SCI_HD int block_ending_at(const T* t, int64_t n, int64_t i) {
  if constexpr (is_complex<T>) return 1;
  return i > 0 && t[i * n + i - 1] != T(0) ? 2 : 1;
}

/// A p x q piece, p and q at most 2.
template <class T>
struct Small {
  T at[2][2];
};

/// The diagonal block of size p that begins at i; its conjugate transpose if `adjoint`; times `sign`.
template <class T>
SCI_HD Small<T> diagonal_block(const T* t, int64_t n, int64_t i, int p, bool adjoint, T sign) {
  Small<T> a{};
  for (int r = 0; r < p; ++r)
    for (int c = 0; c < p; ++c) a.at[r][c] = sign * (adjoint ? conj(t[(i + c) * n + i + r]) : t[(i + r) * n + i + c]);
  return a;
}

/// Solve a x + x b = c for the p x q x, written over c; a is p x p and b q x q. Where the equation is singular up to
/// `tie` (an absolute size) the solution is NaN; with tie < 0 division by zero gives 0, infinity or NaN.
template <class T>
SCI_HD void small_sylvester(int p, int q, const Small<T>& a, const Small<T>& b, Small<T>& c, real_of<T> tie) {
  using R = real_of<T>;
  if (p == 1 && q == 1) {
    T d = a.at[0][0] + b.at[0][0];
    T& x = c.at[0][0];
    if (tie >= R(0)) {
      x = abs1(d) <= tie ? T(limits<R>::nan) : x / d;
    } else if (d == T(0)) {
      // Nonzero / 0 is infinite where it first occurs; what would be computed from that infinity is unknown.
      x = x == T(0) ? x : isfinite(x) ? T(limits<R>::infinity * (real(x) < R(0) ? R(-1) : R(1))) : T(limits<R>::nan);
    } else {
      x /= d;
    }
    return;
  }
  if constexpr (!is_complex<T>) {
    // As one system of size p q by Kronecker products, Gaussian elimination with row pivoting.
    int m = p * q;
    T k[4][4], f[4];
    for (int r = 0; r < p; ++r)
      for (int s = 0; s < q; ++s) {
        T* row = k[r * q + s];
        for (int u = 0; u < m; ++u) row[u] = T(0);
        for (int u = 0; u < p; ++u) row[u * q + s] += a.at[r][u];
        for (int u = 0; u < q; ++u) row[r * q + u] += b.at[u][s];
        f[r * q + s] = c.at[r][s];
      }
    bool singular = false;
    for (int u = 0; u < m; ++u) {
      int best = u;
      for (int r = u + 1; r < m; ++r)
        if (abs(k[r][u]) > abs(k[best][u])) best = r;
      if (best != u) {
        for (int s = 0; s < m; ++s) swap(k[u][s], k[best][s]);
        swap(f[u], f[best]);
      }
      if (tie >= R(0) && abs(k[u][u]) <= tie) singular = true;
      for (int r = u + 1; r < m; ++r) {
        T g = k[r][u] / k[u][u];
        for (int s = u + 1; s < m; ++s) k[r][s] -= g * k[u][s];
        f[r] -= g * f[u];
      }
    }
    for (int u = m - 1; u >= 0; --u) {
      for (int s = u + 1; s < m; ++s) f[u] -= k[u][s] * f[s];
      f[u] = singular ? limits<T>::nan : f[u] / k[u][u];
    }
    for (int r = 0; r < p; ++r)
      for (int s = 0; s < q; ++s) c.at[r][s] = f[r * q + s];
  }
}

/// The p x q piece of x (row length n) at (i, j), and back.
template <class T>
SCI_HD Small<T> take_piece(const T* x, int64_t n, int64_t i, int64_t j, int p, int q) {
  Small<T> c{};
  for (int r = 0; r < p; ++r)
    for (int s = 0; s < q; ++s) c.at[r][s] = x[(i + r) * n + j + s];
  return c;
}
template <class T>
SCI_HD void put_piece(T* x, int64_t n, int64_t i, int64_t j, int p, int q, const Small<T>& c) {
  for (int r = 0; r < p; ++r)
    for (int s = 0; s < q; ++s) x[(i + r) * n + j + s] = c.at[r][s];
}

/// The largest |re| + |im| of n numbers; NaN if one is NaN.
template <class T>
SCI_HD real_of<T> largest(const T* x, int64_t n, Team team = {0, 1}) {
  real_of<T> best = 0;
  for (int64_t k = team.lane; k < n && !isnan(best); k += team.size) {
    real_of<T> size = abs1(x[k]);
    if (!(size <= best)) best = size;
  }
  return team.greatest(best);
}

}  // namespace sci
