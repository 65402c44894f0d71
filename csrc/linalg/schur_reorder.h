// Reorder a Schur form: bring the selected eigenvalues to the top left, keeping their order, T = Q^H T Q, Z = Z Q.
//
// Method     Adjacent diagonal blocks are exchanged: two 1 x 1 blocks by one rotation, others directly by the
//            orthogonal factor of [-X; I] where A11 X - X A22 = A12, Bai and Demmel [1].
// Failure    info = n + 1 if two blocks are too close to be exchanged stably; T and Z are then a valid Schur form
// still. Sources    [1] Bai, Demmel: On swapping diagonal blocks in real Schur form, Lin. Alg. Appl. 186 (1993) 73-95.
#pragma once
#include "linalg/schur.h"

namespace sci {

/// Exchange the 1 x 1 blocks at k and k + 1.
template <class T>
SCI_HD void swap_eigenvalues(T* t, T* z, int64_t n, int64_t k) {
  T first = t[k * n + k], second = t[(k + 1) * n + k + 1];
  Rotation<T> g = rotation_to_first(t[k * n + k + 1], second - first);
  rotate_rows(t, n, k, k + 1, k, n, g);
  rotate_columns(t, n, k, k + 1, k + 2, g);
  rotate_columns(z, n, k, k + 1, n, g);
  t[k * n + k] = second;
  t[(k + 1) * n + k + 1] = first;
  t[(k + 1) * n + k] = T(0);
}

/// Exchange the real blocks of sizes p and q that begin at k and k + p; false, with t and z unchanged, if that fails.
template <class T>
SCI_HD bool swap_blocks(T* t, T* z, int64_t n, int64_t k, int p, int q) {
  if (p == 1 && q == 1) {
    swap_eigenvalues(t, z, n, k);
    return true;
  }
  int m = p + q;
  Small<T> x = take_piece(t, n, k, k + p, p, q);
  Small<T> a = diagonal_block(t, n, k, p, false, T(1)), b = diagonal_block(t, n, k + p, q, false, T(-1));
  small_sylvester(p, q, a, b, x, T(0));
  // Reflectors of the QR decomposition of the (p + q) x q matrix [-X; I].
  T f[2][4], tau[2];
  for (int c = 0; c < q; ++c)
    for (int r = 0; r < m; ++r) f[c][r] = r < p ? -x.at[r][c] : T(r - p == c ? 1 : 0);
  for (int c = 0; c < q; ++c) {
    tau[c] = make_reflector(f[c] + c, m - c).tau;
    for (int e = c + 1; e < q; ++e) {
      T s = 0;
      for (int r = c; r < m; ++r) s += f[c][r] * f[e][r];
      for (int r = c; r < m; ++r) f[e][r] -= tau[c] * s * f[c][r];
    }
  }
  // Try it on a copy of the two blocks first.
  T d[4][4], scale = 0;
  for (int r = 0; r < m; ++r)
    for (int c = 0; c < m; ++c) {
      d[r][c] = t[(k + r) * n + k + c];
      scale = max(scale, abs(d[r][c]));
    }
  for (int c = 0; c < q; ++c) {
    for (int e = 0; e < m; ++e) {
      T s = 0;
      for (int r = c; r < m; ++r) s += f[c][r] * d[r][e];
      for (int r = c; r < m; ++r) d[r][e] -= tau[c] * s * f[c][r];
    }
    for (int e = 0; e < m; ++e) {
      T s = 0;
      for (int r = c; r < m; ++r) s += d[e][r] * f[c][r];
      for (int r = c; r < m; ++r) d[e][r] -= tau[c] * s * f[c][r];
    }
  }
  T left = 0;
  for (int r = q; r < m; ++r)
    for (int c = 0; c < q; ++c) left = max(left, abs(d[r][c]));
  if (!(left <= T(20) * limits<T>::epsilon * scale)) return false;
  for (int c = 0; c < q; ++c) {
    for (int64_t e = k; e < n; ++e) {
      T s = 0;
      for (int r = c; r < m; ++r) s += f[c][r] * t[(k + r) * n + e];
      for (int r = c; r < m; ++r) t[(k + r) * n + e] -= tau[c] * s * f[c][r];
    }
    for (int side = 0; side < 2; ++side) {
      T* y = side == 0 ? t : z;
      for (int64_t e = 0; e < (side == 0 ? k + m : n); ++e) {
        T s = 0;
        for (int r = c; r < m; ++r) s += y[e * n + k + r] * f[c][r];
        for (int r = c; r < m; ++r) y[e * n + k + r] -= tau[c] * s * f[c][r];
      }
    }
  }
  for (int r = q; r < m; ++r)
    for (int c = 0; c < q; ++c) t[(k + r) * n + k + c] = T(0);
  if (q == 2) standardize_block(t, z, n, k);
  if (p == 2) standardize_block(t, z, n, k + q);
  return true;
}
/// Complex forms have 1 x 1 blocks only.
template <class R>
SCI_HD bool swap_blocks(complex<R>* t, complex<R>* z, int64_t n, int64_t k, int, int) {
  swap_eigenvalues(t, z, n, k);
  return true;
}

/// Move the block at `at` up to `target`; a pair that splits into two real eigenvalues on its way goes on as two.
template <class T>
SCI_HD bool move_up(T* t, T* z, int64_t n, int64_t at, int64_t target) {
  int waiting = 0;  // a second eigenvalue, at `second`, that has to follow
  int64_t second = 0;
  for (;;) {
    while (at > target) {
      int q = block_at(t, n, at), p = block_ending_at(t, n, at - 1);
      if (!swap_blocks(t, z, n, at - p, p, q)) return false;
      at -= p;
      if (q == 2 && block_at(t, n, at) == 1) {
        waiting = 1;
        second = at + 1;
      }
    }
    if (waiting == 0) return true;
    waiting = 0;
    at = second;
    ++target;
  }
}

/// `select` has one flag per eigenvalue; a complex pair moves if either of its two flags is set.
template <class T>
SCI_HD int reorder_schur(T* t, T* z, const int32_t* select, int64_t n) {
  int64_t target = 0;
  for (int64_t k = 0; k < n;) {
    int p = block_at(t, n, k);
    if (select[k] || (p == 2 && select[k + 1])) {
      if (!move_up(t, z, n, k, target)) return int(n) + 1;
      target += p;
    }
    k += p;
  }
  return 0;
}

/// One Schur form of a batch; t and z hold copies.
template <class T>
struct ReorderItem {
  T* t;
  T* z;
  const int32_t* select;
  int32_t* info;
  int64_t n;
  SCI_HD void operator()(int64_t i) const { info[i] = reorder_schur(t + i * n * n, z + i * n * n, select + i * n, n); }
};

}  // namespace sci
