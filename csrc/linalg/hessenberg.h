// A = Q H Q^H with zeros below the first subdiagonal of H, which is real, and Q e_1 = e_1. V is a number, or a number
// per lane (core/pack.h).
//
// Source: Golub, Van Loan: Matrix Computations, 4th ed. (2013), 7.4.2.
#pragma once
#include "linalg/reflector.h"

namespace sci {

/// h (n x n, rows `row` numbers apart) holds A and becomes H; row k of z, if there is one, becomes column k of Q.
/// `work` has room for 2 n numbers.
template <class V>
SCI_HD void to_hessenberg_form(V* h, V* z, V* work, int64_t n, int64_t row, Team team = {0, 1}) {
  using R = real_of<V>;
  V *tau = work, *sums = work + n;
  const int64_t count = is_complex<V> ? n - 1 : n - 2;  // the last complex one only turns a phase
  for (int64_t k = 0; k < count; ++k) {
    V *v = h + (k + 1) * row + k, turn;
    const int64_t m = n - k - 1;
    const V left = make_reflection(v, row, m, &turn, team);
    team.sync();
    reflect<false>(v, row, conj(turn), v + 1, 1, row, sums, m, m, team);
    team.sync();
    reflect<true>(v, row, turn, h + k + 1, row, 1, sums, m, n, team);
    team.sync();
    if (team.lane > 0) continue;
    tau[k] = turn;
    v[0] = left;
  }
  if (z) {
    for (int64_t k = 0; k < n; ++k)
      for (int64_t i = team.lane; i < n; i += team.size) z[k * row + i] = V(R(i == k ? 1 : 0));
    team.sync();
    for (int64_t k = count - 1; k >= 0; --k) {
      V *v = h + (k + 1) * row + k, keep = v[0];
      team.sync();
      if (team.lane == 0) v[0] = V(R(1));
      team.sync();
      reflect<false>(v, row, tau[k], z + (k + 1) * (row + 1), row, 1, sums, n - k - 1, n - k - 1, team);
      team.sync();
      if (team.lane == 0) v[0] = keep;
    }
  }
  team.sync();
  for (int64_t i = 2 + team.lane; i < n; i += team.size)
    for (int64_t j = 0; j < i - 1; ++j) h[i * row + j] = V(R(0));
  team.sync();
}

/// A matrix per team.
template <class T>
struct HessenbergItem {
  const T* a;
  T *h, *q;
  int64_t n, team_size;
  SCI_HD int64_t row() const { return n | 1; }  // odd: rows and columns meet different banks of shared memory
  SCI_HD int64_t numbers() const { return 2 * n * (row() + 1); }
  SCI_HD int64_t shared_bytes() const { return room_beside(numbers() * int64_t(sizeof(T)), team_size, sizeof(T)); }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    const int64_t row = this->row(), first = i * n * n;
    T *x = reinterpret_cast<T*>(shared), *z = x + n * row;
    for_entries(team, n * n, n, [&](int64_t k, int64_t r, int64_t c) { x[r * row + c] = a[first + k]; });
    team.sync();
    to_hessenberg_form(x, z, z + n * row, n, row, team);
    for_entries(team, n * n, n, [&](int64_t k, int64_t r, int64_t c) {
      h[first + k] = x[r * row + c];
      q[first + k] = z[c * row + r];
    });
  }
};

}  // namespace sci
