// A function of a triangular matrix from its Taylor series at the centres of its eigenvalues' clusters, and the adjoint
// of that map. Card: sci/linalg/_funm.py
//
// Method     The eigenvalues on T's diagonal take the nearest centre; T is reordered by rotations so that each cluster
//            is one diagonal block (Davies and Higham [1]). A block is its Taylor polynomial in N = T_block - centre,
//            by Horner's scheme; the rest follows from F T = T F (Parlett [2], Higham [3] section 9.1), entry by entry:
//              F_ij (T_ii - T_jj) = T_ij (F_ii - F_jj) + sum_{i<k<j} (F_ik T_kj - T_ik F_kj),
//            which with whole diagonal blocks at hand is the block recurrence with its Sylvester equations ([3], 9.3).
// Adjoint    F is linear in the coefficients; the same loops backward.
// Clusters   Two eigenvalues are together if nearer than the smaller of their reaches, and whatever that connects.
// Sources    [1] P. I. Davies, N. J. Higham: A Schur-Parlett algorithm for computing matrix functions, SIAM J. Matrix
//            Anal. Appl. 25 (2003) 464-485. [2] B. N. Parlett: A recurrence among the elements of functions of
//            triangular matrices, Lin. Alg. Appl. 14 (1976) 117-121. [3] N. J. Higham: Functions of Matrices (2008).
#pragma once
#include "linalg/schur_reorder.h"

namespace sci {

/// One matrix of a batch; the centre and the radius of the cluster that each of its eigenvalues belongs to.
template <class T>
struct SpectrumClustersItem {
  const T* w;
  const real_of<T>* reach;
  T* centers;
  real_of<T>* radii;
  int32_t* work;  // 2 n
  int64_t n;
  SCI_HD void operator()(int64_t item) const {
    using R = real_of<T>;
    const T* x = w + item * n;
    const R* r = reach + item * n;
    int32_t *label = work + item * 2 * n, *queue = label + n;
    for (int64_t i = 0; i < n; ++i) label[i] = -1;
    for (int64_t first = 0; first < n; ++first) {
      if (label[first] >= 0) continue;
      int64_t head = 0, tail = 0;
      label[first] = int32_t(first);
      queue[tail++] = int32_t(first);
      T sum = T(0);
      while (head < tail) {
        int64_t i = queue[head++];
        sum += x[i];
        for (int64_t j = 0; j < n; ++j)
          if (label[j] < 0 && (x[i] == x[j] || abs(x[i] - x[j]) < min(r[i], r[j]))) {
            label[j] = int32_t(first);
            queue[tail++] = int32_t(j);
          }
      }
      T center = tail == 1 ? x[first] : sum / R(tail);
      R radius = R(0);
      for (int64_t k = 0; k < tail; ++k) radius = max(radius, abs(x[queue[k]] - center));
      for (int64_t k = 0; k < tail; ++k) {
        centers[item * n + queue[k]] = center;
        radii[item * n + queue[k]] = radius;
      }
    }
  }
};

/// The block of size m at i: F = sum_k c[k] N^k with N = T_block - center.
template <class T>
SCI_HD void taylor_block(const T* t, T* f, int64_t n, int64_t i, int64_t m, T center, const T* c, int64_t terms) {
  while (terms > 1 && c[terms - 1] == T(0)) --terms;
  for (int64_t r = i; r < i + m; ++r)
    for (int64_t s = r; s < i + m; ++s) f[r * n + s] = r == s ? c[terms - 1] : T(0);
  for (int64_t k = terms - 2; k >= 0; --k)
    for (int64_t r = i; r < i + m; ++r)
      for (int64_t s = i + m - 1; s >= r; --s) {
        T sum = f[r * n + s] * (t[s * n + s] - center);
        for (int64_t q = r; q < s; ++q) sum += f[r * n + q] * t[q * n + s];
        f[r * n + s] = r == s ? sum + c[k] : sum;
      }
}

/// g[k] = sum_ij conj(N^k)_ij G_ij for the same block; `power` is n x n.
template <class T>
SCI_HD void taylor_block_adjoint(const T* t, const T* grad, T* power, int64_t n, int64_t i, int64_t m, T center, T* c,
                                 int64_t terms) {
  for (int64_t r = i; r < i + m; ++r)
    for (int64_t s = r; s < i + m; ++s) power[r * n + s] = T(r == s ? 1 : 0);
  for (int64_t k = 0; k < terms; ++k) {
    T total = T(0);
    for (int64_t r = i; r < i + m; ++r)
      for (int64_t s = i + m - 1; s >= r; --s) {
        total += conj(power[r * n + s]) * grad[r * n + s];
        T sum = power[r * n + s] * (t[s * n + s] - center);
        for (int64_t q = r; q < s; ++q) sum += power[r * n + q] * t[q * n + s];
        power[r * n + s] = sum;
      }
    c[k] = total;
  }
}

/// One matrix of a batch.
template <class T>
struct SchurParlettItem {
  T* t;              // (n, n), is reordered
  T* z;              // (n, n), the same rotations
  const T* centers;  // (count)
  T* coefficients;   // (count, terms); with `adjoint` the result
  T* f;              // (n, n), the result; with `adjoint` the gradient in the order of the given t and z
  T* work;           // 2 n^2
  int32_t* labels;   // n
  int64_t n, count, terms;
  bool adjoint;

  /// Give each eigenvalue its centre and bring equal ones together.
  SCI_HD void arrange(T* a, T* v, T* g, const T* c, int32_t* label) const {
    for (int64_t i = 0; i < n; ++i) {
      int64_t best = 0;
      for (int64_t k = 1; k < count; ++k)
        if (abs(a[i * n + i] - c[k]) < abs(a[i * n + i] - c[best])) best = k;
      label[i] = int32_t(best);
    }
    for (int64_t i = 1; i < n; ++i) {
      int64_t to = -1;
      for (int64_t k = 0; k < i; ++k)
        if (label[k] == label[i]) to = k + 1;
      if (to < 0) continue;
      for (int64_t k = i; k > to; --k) {
        Rotation<T> turn = rotation_to_first(a[(k - 1) * n + k], a[k * n + k] - a[(k - 1) * n + k - 1]);
        swap_eigenvalues(a, v, n, k - 1);
        if (g) {
          rotate_rows(g, n, k - 1, k, 0, n, turn);
          rotate_columns(g, n, k - 1, k, n, turn);
        }
        swap(label[k - 1], label[k]);
      }
    }
  }
  SCI_HD void operator()(int64_t item) const {
    T *a = t + item * n * n, *v = z + item * n * n, *x = f + item * n * n;
    const T* c = centers + item * count;
    T *coef = coefficients + item * count * terms, *at = work + item * 2 * n * n, *xt = at + n * n;
    int32_t* label = labels + item * n;
    arrange(a, v, adjoint ? x : nullptr, c, label);
    if (adjoint) {
      for (int64_t j = n - 1; j > 0; --j)
        for (int64_t i = 0; i < j; ++i) {
          if (label[i] == label[j]) continue;
          T h = x[i * n + j] / conj(a[i * n + i] - a[j * n + j]);
          x[i * n + i] += conj(a[i * n + j]) * h;
          x[j * n + j] -= conj(a[i * n + j]) * h;
          for (int64_t k = i + 1; k < j; ++k) {
            x[i * n + k] += conj(a[k * n + j]) * h;
            x[k * n + j] -= conj(a[i * n + k]) * h;
          }
        }
      for (int64_t k = 0; k < count * terms; ++k) coef[k] = T(0);
    } else {
      for (int64_t k = 0; k < n * n; ++k) x[k] = T(0);
    }
    for (int64_t i = 0; i < n;) {
      int64_t m = 1;
      while (i + m < n && label[i + m] == label[i]) ++m;
      T* row = coef + label[i] * terms;
      if (adjoint)
        taylor_block_adjoint(a, x, at, n, i, m, c[label[i]], row, terms);
      else
        taylor_block(a, x, n, i, m, c[label[i]], row, terms);
      i += m;
    }
    if (adjoint) return;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = i; j < n; ++j) {  // columns of T and F as rows
        at[j * n + i] = a[i * n + j];
        xt[j * n + i] = x[i * n + j];
      }
    for (int64_t j = 1; j < n; ++j)
      for (int64_t i = j - 1; i >= 0; --i) {
        if (label[i] == label[j]) continue;
        T sum = a[i * n + j] * (x[i * n + i] - x[j * n + j]);
        sum += sum_of_products(x + i * n + i + 1, at + j * n + i + 1, j - i - 1);
        sum -= sum_of_products(a + i * n + i + 1, xt + j * n + i + 1, j - i - 1);
        x[i * n + j] = xt[j * n + i] = sum / (a[i * n + i] - a[j * n + j]);
      }
  }
};

}  // namespace sci
