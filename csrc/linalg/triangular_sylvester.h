// Equations with upper triangular coefficients (quasi-triangular, with 2 x 2 diagonal blocks, for real T).
//
//   sylvester        R X + X S = C
//   sylvester^H      R^H X + X S^H = C
//   schur_lower      low(X T - T X) = low(C),      X strictly block lower triangular
//   schur_lower^H    low(X T^H - T^H X) = low(C),  X strictly block lower triangular
//
// low takes the strictly block lower triangle. The second pair is what the derivative of the Schur decomposition
// solves (sci/linalg/_schur_form.py), the first is that of the matrix square root (sci/linalg/_sqrtm.py).
//
// Method     Bartels and Stewart [1]: substitution, one diagonal block of T against another at a time, arranged so that
//            the inner loops run along rows.
// Singular   sylvester: by IEEE division. schur_lower: where two eigenvalues are closer than 4 n eps max|T|, X is 0
//            between them: of what does not depend on the basis of their vectors, that is the derivative. NaN where T
//            couples them (unless 0 is asked for, see sci/linalg/_schur_ties.py), and between equal 2 x 2 blocks.
// Sources    [1] Bartels, Stewart: Solution of the matrix equation AX + XB = C, Comm. ACM 15 (1972) 820-826.
#pragma once
#include "linalg/blocks.h"

namespace sci {

/// Sums of eigenvalues up to `sum` vanish; there a right-hand side up to `right` is rounding error, and X is 0. A
/// negative `sum` has no such place.
template <class R>
struct VanishingSums {
  R sum = R(-1), right = R(0);
};
/// small_sylvester, where it is not one of those.
template <class T>
SCI_HD void piece_of_sylvester(int p, int q, const Small<T>& a, const Small<T>& b, Small<T>& c,
                               VanishingSums<real_of<T>> vanishing) {
  T& x = c.at[0][0];
  if (p == 1 && q == 1 && abs1(a.at[0][0] + b.at[0][0]) <= vanishing.sum && abs1(x) <= vanishing.right)
    x = T(0);
  else
    small_sylvester(p, q, a, b, c, real_of<T>(0));
}

/// x (n x m) holds C and becomes X.
template <class T>
SCI_HD void solve_sylvester(const T* r, const T* s, T* x, int64_t n, int64_t m,
                            VanishingSums<real_of<T>> vanishing = {}) {
  for (int64_t end = n; end > 0;) {
    int p = block_ending_at(r, n, end - 1);
    int64_t i = end - p;
    for (int u = 0; u < p; ++u)
      for (int64_t k = end; k < n; ++k) add_row(x + (i + u) * m, -r[(i + u) * n + k], x + k * m, m);
    Small<T> a = diagonal_block(r, n, i, p, false, T(1));
    for (int64_t j = 0; j < m;) {
      int q = block_at(s, m, j);
      Small<T> c = take_piece(x, m, i, j, p, q);
      piece_of_sylvester(p, q, a, diagonal_block(s, m, j, q, false, T(1)), c, vanishing);
      put_piece(x, m, i, j, p, q, c);
      for (int u = 0; u < p; ++u)
        for (int v = 0; v < q; ++v) add_row(x + (i + u) * m + j + q, -c.at[u][v], s + (j + v) * m + j + q, m - j - q);
      j += q;
    }
    end = i;
  }
}

template <class T>
SCI_HD void solve_sylvester_adjoint(const T* r, const T* s, T* x, int64_t n, int64_t m,
                                    VanishingSums<real_of<T>> vanishing = {}) {
  for (int64_t i = 0; i < n;) {
    int p = block_at(r, n, i);
    for (int u = 0; u < p; ++u)
      for (int64_t k = 0; k < i; ++k) add_row(x + (i + u) * m, -conj(r[k * n + i + u]), x + k * m, m);
    Small<T> a = diagonal_block(r, n, i, p, true, T(1));
    for (int64_t end = m; end > 0;) {
      int q = block_ending_at(s, m, end - 1);
      int64_t j = end - q;
      Small<T> c = take_piece(x, m, i, j, p, q);
      for (int u = 0; u < p; ++u)
        for (int v = 0; v < q; ++v) c.at[u][v] -= dot_row(x + (i + u) * m + end, s + (j + v) * m + end, m - end);
      piece_of_sylvester(p, q, a, diagonal_block(s, m, j, q, true, T(1)), c, vanishing);
      put_piece(x, m, i, j, p, q, c);
      end = j;
    }
    i += p;
  }
}

/// How close eigenvalues of T are that count as equal.
template <class T>
SCI_HD real_of<T> schur_tie(const T* t, int64_t n) {
  using R = real_of<T>;
  return R(4) * R(n) * limits<R>::epsilon * largest(t, n * n);
}
/// small_sylvester between the blocks of T at i and at j < i, which a and b are made of; 0 where all that T has there
/// is a multiple of the identity, and with `coupled` at all equal eigenvalues that are in no 2 x 2 block.
template <class T>
SCI_HD void piece_of_schur_lower(const T* t, int64_t n, int64_t i, int64_t j, int p, int q, const Small<T>& a,
                                 const Small<T>& b, Small<T>& c, real_of<T> tie, bool coupled) {
  bool same = (p == 1 || max(abs1(a.at[0][1]), abs1(a.at[1][0])) <= tie) &&
              (q == 1 || max(abs1(b.at[0][1]), abs1(b.at[1][0])) <= tie);
  for (int u = 0; u < p; ++u)
    for (int v = 0; v < q; ++v)
      same = same && abs1(a.at[u][u] + b.at[v][v]) <= tie &&
             ((coupled && p == 1 && q == 1) || abs1(t[(j + v) * n + i + u]) <= tie);
  if (same)
    c = Small<T>{};
  else
    small_sylvester(p, q, a, b, c, tie);
}

/// x (n x n) holds C and becomes X; everything on and above the block diagonal is set to zero.
template <class T>
SCI_HD void solve_schur_lower(const T* t, T* x, int64_t n, bool coupled = false) {
  const auto tie = schur_tie(t, n);
  for (int64_t end = n; end > 0;) {
    int p = block_ending_at(t, n, end - 1);
    int64_t i = end - p;
    Small<T> a = diagonal_block(t, n, i, p, false, T(-1));
    for (int u = 0; u < p; ++u)
      for (int64_t k = end; k < n; ++k) add_row(x + (i + u) * n, t[(i + u) * n + k], x + k * n, i);
    for (int64_t j = 0; j < i;) {
      int q = block_at(t, n, j);
      Small<T> c = take_piece(x, n, i, j, p, q);
      piece_of_schur_lower(t, n, i, j, p, q, a, diagonal_block(t, n, j, q, false, T(1)), c, tie, coupled);
      put_piece(x, n, i, j, p, q, c);
      for (int u = 0; u < p; ++u)
        for (int v = 0; v < q; ++v) add_row(x + (i + u) * n + j + q, -c.at[u][v], t + (j + v) * n + j + q, i - j - q);
      j += q;
    }
    for (int u = 0; u < p; ++u)
      for (int64_t k = i; k < n; ++k) x[(i + u) * n + k] = T(0);
    end = i;
  }
}

template <class T>
SCI_HD void solve_schur_lower_adjoint(const T* t, T* x, int64_t n, bool coupled = false) {
  const auto tie = schur_tie(t, n);
  for (int64_t i = 0; i < n;) {
    int p = block_at(t, n, i);
    Small<T> a = diagonal_block(t, n, i, p, true, T(-1));
    for (int u = 0; u < p; ++u)
      for (int64_t k = 0; k < i; ++k) add_row(x + (i + u) * n, conj(t[k * n + i + u]), x + k * n, k);
    for (int64_t end = i; end > 0;) {
      int q = block_ending_at(t, n, end - 1);
      int64_t j = end - q;
      Small<T> c = take_piece(x, n, i, j, p, q);
      for (int u = 0; u < p; ++u)
        for (int v = 0; v < q; ++v) c.at[u][v] -= dot_row(x + (i + u) * n + end, t + (j + v) * n + end, i - end);
      piece_of_schur_lower(t, n, i, j, p, q, a, diagonal_block(t, n, j, q, true, T(1)), c, tie, coupled);
      put_piece(x, n, i, j, p, q, c);
      end = j;
    }
    for (int u = 0; u < p; ++u)
      for (int64_t k = i; k < n; ++k) x[(i + u) * n + k] = T(0);
    i += p;
  }
}

/// One pair of equations of a batch; `x` holds copies of C.
template <class T>
struct SylvesterItem {
  const T* r;
  const T* s;
  T* x;
  int64_t n, m;
  bool adjoint;
  SCI_HD void operator()(int64_t i) const {
    const T *ri = r + i * n * n, *si = s + i * m * m;
    if (adjoint)
      solve_sylvester_adjoint(ri, si, x + i * n * m, n, m);
    else
      solve_sylvester(ri, si, x + i * n * m, n, m);
  }
};

/// The same with R = S = U, a square root: where two of its eigenvalues vanish the part of X that the right-hand side
/// does not ask for is 0, so that X is finite where a function of a singular matrix has a derivative.
template <class T>
SCI_HD void solve_root_sylvester(const T* u, T* x, int64_t n, bool adjoint) {
  using R = real_of<T>;
  R size = 0;
  for (int64_t k = 0; k < n; ++k) size = max(size, abs1(u[k * (n + 1)]));
  const R eps = R(4) * R(n) * limits<R>::epsilon;
  const VanishingSums<R> vanishing{eps * size, R(256) * eps * largest(x, n * n)};
  if (adjoint)
    solve_sylvester_adjoint(u, u, x, n, n, vanishing);
  else
    solve_sylvester(u, u, x, n, n, vanishing);
}
template <class T>
struct RootSylvesterItem {
  const T* u;
  T* x;
  int64_t n;
  bool adjoint;
  SCI_HD void operator()(int64_t i) const { solve_root_sylvester(u + i * n * n, x + i * n * n, n, adjoint); }
};

template <class T>
struct SchurLowerItem {
  const T* t;
  T* x;
  int64_t n;
  bool adjoint, coupled;
  SCI_HD void operator()(int64_t i) const {
    if (adjoint)
      solve_schur_lower_adjoint(t + i * n * n, x + i * n * n, n, coupled);
    else
      solve_schur_lower(t + i * n * n, x + i * n * n, n, coupled);
  }
};

/// gR[p + 1, p + 1] of (5) in sci/linalg/_schur_form.py, of a block [a b; c a] with entry k of K; 0 where any rotation
/// will do, which it says.
template <class R>
SCI_HD R schur_rotation(R b, R c, R k, R tie, bool& arbitrary) {
  arbitrary = abs(b + c) <= max(tie, R(8) * limits<R>::epsilon * (abs(b) + abs(c)));
  return arbitrary ? R(0) : k / (R(2) * (b + c));
}

/// The gradient of a Schur decomposition on the CPU: (4) to (6) of sci/linalg/_schur_form.py for one matrix of a batch.
/// gt or gz may be null; `work` has room for 3 n * n numbers of each matrix. `flags` says where a loss depends on
/// phases, or may depend on an arbitrary basis since eigenvalues are equal.
template <class T>
struct SchurGradientItem {
  using R = real_of<T>;
  const T *t, *z, *gt, *gz;
  T *work, *out;
  int32_t* flags;
  int64_t n;

  SCI_HD static R length(const T* x, int64_t count) {
    R sum = 0;
    for (int64_t k = 0; k < count; ++k) sum += norm(x[k]);
    return sqrt(sum);
  }
  /// Whether entry (i + 1, i) lies in a 2 x 2 block.
  SCI_HD bool pair(const T* form, int64_t i) const { return block_at(form, n, i) == 2; }

  SCI_HD void operator()(int64_t item) const {
    const int64_t size = n * n;
    const T *form = t + item * size, *v = z + item * size;
    T *middle = work + 3 * item * size, *x = middle + size, *turn = x + size, *grad = out + item * size;
    R lengths = 0;
    for (int64_t k = 0; k < size; ++k) middle[k] = x[k] = T(0);
    if (gt) {
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = i; j < n; ++j) middle[i * n + j] = gt[item * size + i * n + j];
      for (int64_t i = 0; i + 1 < n; ++i)
        if (pair(form, i)) middle[(i + 1) * n + i] = gt[item * size + (i + 1) * n + i];
      for (int64_t i = 0; i < n; ++i) {
        for (int64_t k = 0; k <= i + 1 && k < n; ++k) add_row(x + i * n, conj(form[k * n + i]), middle + k * n, n);
        for (int64_t j = 0; j < n; ++j) {
          const int64_t from = max(int64_t(0), max(i, j) - 1);
          x[i * n + j] -= dot_row(middle + i * n + from, form + j * n + from, n - from);
        }
      }
      if constexpr (is_complex<T>) lengths += length(form, size) * length(middle, size);
    }
    if (gz) {
      const T* g = gz + item * size;
      for (int64_t k = 0; k < n; ++k)
        for (int64_t i = 0; i < n; ++i) add_row(x + i * n, conj(v[k * n + i]), g + k * n, n);
      if constexpr (is_complex<T>) lengths += length(g, size);
    }
    int32_t flag = 0;
    for (int64_t i = 0; i < n; ++i) {
      if (abs(imag(x[i * n + i])) > R(100) * sqrt(limits<R>::epsilon) * lengths) flag = 1;
      for (int64_t j = 0; j < i; ++j) x[i * n + j] -= conj(x[j * n + i]);
      turn[i] = T(0);
    }
    if constexpr (!is_complex<T>) flag = 0;
    const R tie = schur_tie(form, n);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j)
        if (abs1(form[i * n + i] - form[j * n + j]) <= tie && !(j + 1 == i && pair(form, j))) flag = 1;
    if constexpr (!is_complex<T>)
      for (int64_t i = 0; i + 1 < n; ++i) {
        if (!pair(form, i)) continue;
        bool arbitrary;
        const T b = form[i * n + i + 1], c = form[(i + 1) * n + i];
        const T w = schur_rotation(b, c, x[(i + 1) * n + i], tie, arbitrary);
        if (arbitrary) flag = 1;
        turn[i] -= w;
        turn[i + 1] += w;
      }
    flags[item] = flag;
    if constexpr (!is_complex<T>)
      for (int64_t i = 0; i < n; ++i) {
        middle[i * n + i] += turn[i];
        for (int64_t j = 0; j < i; ++j) x[i * n + j] -= form[j * n + i] * (turn[i] - turn[j]);
      }
    solve_schur_lower_adjoint(form, x, n);
    for (int64_t k = 0; k < size; ++k) {
      middle[k] += x[k];
      turn[k] = T(0);
    }
    for (int64_t i = 0; i < n; ++i)
      for (int64_t k = 0; k < n; ++k) add_row(turn + i * n, v[i * n + k], middle + k * n, n);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) grad[i * n + j] = dot_row(turn + i * n, v + j * n, n);
  }
};

}  // namespace sci
