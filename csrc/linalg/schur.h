// Schur decomposition A = Z T Z^H of small matrices, one matrix per item: T upper triangular (complex), or
// quasi-triangular with standardised 2 x 2 blocks [a b; c a], b c < 0 (real), as LAPACK's gees gives.
//
// Method     The Hessenberg form (linalg/hessenberg.h) and the QR algorithm (linalg/shifted_qr.h), on plain numbers.
// Scaling    By a power of two where the largest entry would over- or underflow when squared.
// Failure    info = number of eigenvalues not found after 30 n steps (at least 300); NaN or infinity in A gives NaN.
// Range      For n up to some 100; larger ones belong to LAPACK's blocked code.
#pragma once
#include "linalg/balance.h"
#include "linalg/hessenberg.h"
#include "linalg/shifted_qr.h"

namespace sci {

/// A plane rotation [c s; -conj(s) c].
template <class T>
struct Rotation {
  real_of<T> c;
  T s;
};

/// The rotation that turns (f, g) into (r, 0).
template <class T>
SCI_HD Rotation<T> rotation_to_first(T f, T g) {
  using R = real_of<T>;
  R size_f = abs(f), size_g = abs(g), r = hypot(size_f, size_g);
  if (r == R(0)) return {R(1), T(0)};
  if (size_f == R(0)) return {R(0), conj(g) / size_g};
  return {size_f / r, (f / size_f) * (conj(g) / r)};
}

/// Rows i and j of x, columns from..to, from the left.
template <class T>
SCI_HD void rotate_rows(T* x, int64_t n, int64_t i, int64_t j, int64_t from, int64_t to, Rotation<T> g) {
  T *a = x + i * n, *b = x + j * n;
  for (int64_t k = from; k < to; ++k) {
    T u = a[k], v = b[k];
    a[k] = u * g.c + g.s * v;
    b[k] = v * g.c - conj(g.s) * u;
  }
}

/// Columns i and j of x, rows 0..to, from the right by the rotation's adjoint.
template <class T>
SCI_HD void rotate_columns(T* x, int64_t n, int64_t i, int64_t j, int64_t to, Rotation<T> g) {
  for (int64_t k = 0; k < to; ++k) {
    T &a = x[k * n + i], &b = x[k * n + j];
    T u = a, v = b;
    a = u * g.c + conj(g.s) * v;
    b = v * g.c - g.s * u;
  }
}

/// The reflector I - tau v v^H, v[0] = 1, whose adjoint turns x into beta e_1 with real beta; v overwrites x.
template <class T>
struct Reflector {
  T tau;
  T beta;
};
template <class T>
SCI_HD Reflector<T> make_reflector(T* x, int64_t n) {
  using R = real_of<T>;
  R size = 0;
  for (int64_t k = 1; k < n; ++k) size = hypot(size, abs(x[k]));
  T alpha = x[0];
  if (size == R(0) && imag(alpha) == R(0)) {
    x[0] = T(1);
    return {T(0), alpha};
  }
  R beta = -copysign(hypot(abs(alpha), size), real(alpha));
  T scale = T(1) / (alpha - T(beta));
  for (int64_t k = 1; k < n; ++k) x[k] *= scale;
  x[0] = T(1);
  return {(T(beta) - alpha) / beta, T(beta)};
}

/// Standardise the block at (k, k) of the quasi-triangular h, and apply its rotation to the rest of h and to z.
template <class T>
SCI_HD void standardize_block(T* h, T* z, int64_t n, int64_t k) {
  T* here = h + k * (n + 1);
  const auto turn = qr_steps::standard_form(here[0], here[1], here[n], here[n + 1]);
  const Rotation<T> g{turn.c, turn.s};
  rotate_rows(h, n, k, k + 1, k + 2, n, g);
  rotate_columns(h, n, k, k + 1, k, g);
  rotate_columns(z, n, k, k + 1, n, g);
}

/// The largest matrices that are permuted first.
constexpr int64_t schur_permuted = 128;

/// Exchanges rows and columns so that what is triangular in some order is so without a rotation, and the rest has no
/// part in isolated eigenvalues, as LAPACK does. Row i was row place[i].
template <class T>
SCI_HD void permute_for_schur(T* a, int32_t* place, int64_t n, int64_t row, Team team = {0, 1}) {
  int64_t from = 0, to = n;
  for (int64_t i = team.lane; i < n; i += team.size) place[i] = int32_t(i);
  team.sync();
  if (n <= schur_permuted) isolate_eigenvalues(a, place, n, row, from, to, team);
}

/// A matrix per team, in its shared memory, or in `memory` where that has too little: numbers() of each matrix.
template <class T>
struct SchurItem {
  using R = real_of<T>;
  const T* a;
  T *t, *z;
  int32_t* info;
  int64_t n, team_size;
  T* memory;
  SCI_HD int64_t row() const { return n | 1; }  // odd: rows and columns meet different banks of shared memory
  SCI_HD int64_t numbers() const { return 2 * n * (row() + 1) + n; }
  SCI_HD int64_t shared_bytes() const {
    return memory ? 0 : room_beside(numbers() * int64_t(sizeof(T)), team_size, sizeof(T));
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t row = this->row(), first = item * n * n;
    T *x = memory ? memory + item * numbers() : reinterpret_cast<T*>(shared), *y = x + n * row, *work = y + n * row;
    int32_t* place = reinterpret_cast<int32_t*>(work + 2 * n);
    const RangeFactors<R> range(largest(a + first, n * n, team));
    for_entries(team, n * n, n, [&](int64_t k, int64_t r, int64_t c) { x[r * row + c] = range.enter(a[first + k]); });
    team.sync();
    permute_for_schur(x, place, n, row, team);
    to_hessenberg_form(x, y, work, n, row, team);
    const R missing = hessenberg_to_schur(x, y, n, row, true, team);
    for_entries(team, n * n, n, [&](int64_t k, int64_t r, int64_t c) {
      t[first + k] = range.leave(x[r * row + c]);
      z[first + place[r] * n + c] = range.finite ? y[c * row + r] : T(limits<R>::nan);
    });
    if (team.lane == 0) info[item] = range.finite ? int32_t(missing) : int32_t(n);
  }
};

}  // namespace sci
