// Eigenvalues and eigenvectors of small general matrices: balancing (linalg/balance.h), the Hessenberg form, the QR
// algorithm, and vectors of the Schur form. V is a number, or a number per lane (core/pack.h).
#pragma once
#include "linalg/balance.h"
#include "linalg/hessenberg.h"
#include "linalg/schur_vectors.h"

namespace sci {

/// Puts the n lines x, of n numbers each and `row` numbers apart, into the opposite order.
template <class V>
SCI_HD void reverse_lines(V* x, int64_t n, int64_t row, Team team) {
  for (int64_t i = 0; 2 * i + 1 < n; ++i)
    for (int64_t j = team.lane; j < n; j += team.size) swap(x[i * row + j], x[(n - 1 - i) * row + j]);
  team.sync();
}

/// x becomes J x^H J, where J turns the order around: with T, a Schur form, of the same blocks.
template <class V>
SCI_HD void turn_about_antidiagonal(V* x, int64_t n, int64_t row, Team team) {
  for (int64_t i = team.lane; i < n; i += team.size)
    for (int64_t j = 0; i + j < n; ++j) {
      V &here = x[i * row + j], &there = x[(n - 1 - j) * row + n - 1 - i], keep = conj(here);
      here = conj(there);
      there = keep;
    }
  team.sync();
}

/// x (n x n, rows `row` numbers apart) is balanced, with `scales` for the rows of vectors, and is used up. Row k of
/// `out` becomes vector k, a left one where `left`, and `values` the values. y, which may be null where no vectors are
/// wanted, has the size of x, `work` room for 2 n numbers, and `spare`, which may be `values`, for n, or for a row for
/// each lane of a team. Returns how many eigenvalues were not found.
///
/// Left vectors, y^H A = w y^H, are those of A^H = (Z J) (J T^H J) (Z J)^H, a Schur form with conj(w) in opposite
/// order.
template <class V>
SCI_HD real_of<V> eig_of_balanced(V* x, V* y, V* work, complex<real_of<V>>* out, complex<real_of<V>>* values,
                                  complex<real_of<V>>* spare, const real_of<V>* scales, int64_t n, int64_t row,
                                  bool left, Team team = {0, 1}) {
  using R = real_of<V>;
  to_hessenberg_form(x, y, work, n, row, team);
  const R missing = hessenberg_to_schur(x, y, n, row, y != nullptr, team);
  if (y) {
    for (int64_t r = team.lane; r < n; r += team.size) {
      const R scale = left ? R(1) / scales[r] : scales[r];
      for (int64_t j = 0; j < n; ++j) y[j * row + r] = scale * y[j * row + r];
    }
    team.sync();
    if (left) {
      turn_about_antidiagonal(x, n, row, team);
      reverse_lines(y, n, row, team);
    }
    schur_vectors(x, y, out, spare, n, row, team);
    team.sync();
    if (left) {
      reverse_lines(out, n, row, team);
      turn_about_antidiagonal(x, n, row, team);
    }
  }
  for (int64_t k = team.lane; k < n; k += team.size) values[k] = qr_steps::schur_value(x, n, row, k);
  team.sync();
  return missing;
}

/// A matrix per team; v is null where no vectors are wanted.
template <class T>
struct EigItem {
  using R = real_of<T>;
  using C = complex<R>;
  const T* a;
  C *w, *v;
  int32_t* info;
  int64_t n, team_size;
  bool left;
  SCI_HD int64_t row() const { return n | 1; }  // odd: rows and columns meet different banks of shared memory
  SCI_HD int64_t shared_bytes() const {
    const int64_t size = n * row();
    return room_beside((v ? 2 : 1) * size * int64_t(sizeof(T)) + 2 * n * int64_t(sizeof(T)) +
                           (v ? size + team_size * row() + n : n) * int64_t(sizeof(C)) + n * int64_t(sizeof(R) + 4),
                       team_size, sizeof(T));
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t row = this->row(), size = n * row, first = item * n * n;
    C *values = reinterpret_cast<C*>(shared), *out = values + n, *spare = out + size;
    T *x = reinterpret_cast<T*>(v ? spare + team_size * row : out), *work = x + size, *y = v ? work + 2 * n : nullptr;
    R* scales = reinterpret_cast<R*>(work + 2 * n + (v ? size : 0));
    int32_t* places = reinterpret_cast<int32_t*>(scales + n);
    const RangeFactors<R> range(largest(a + first, n * n, team));
    for_entries(team, n * n, n, [&](int64_t k, int64_t r, int64_t c) { x[r * row + c] = range.enter(a[first + k]); });
    team.sync();
    balance_matrix(x, scales, places, n, row, true, true, OneNorm{}, team);
    const R missing = eig_of_balanced(x, y, work, out, values, spare, scales, n, row, left, team);
    for (int64_t k = team.lane; k < n; k += team.size) w[item * n + k] = range.leave(values[k]);
    if (v)
      for_entries(team, n * n, n, [&](int64_t, int64_t r, int64_t c) {
        v[first + places[r] * n + c] = range.finite ? out[c * row + r] : C(limits<R>::nan, limits<R>::nan);
      });
    if (team.lane == 0) info[item] = range.finite ? int32_t(missing) : int32_t(n);
  }
};

}  // namespace sci
