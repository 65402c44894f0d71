// Gradients of Cholesky and LU factors, inverses, pseudoinverses and determinants (linalg/gradients.h) by teams, as
// linalg/gradients_teams.h has those of decompositions with vectors.
#pragma once
#include "linalg/gradients_teams.h"

namespace sci {

/// The rule of the inverse.
template <class T>
struct InverseGradient : GradientTeam<T> {
  const T *x, *g;

  SCI_HD int64_t shared_bytes() const { return this->room(3, 0); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *p = reinterpret_cast<T*>(shared), *q = p + room, *z = q + room;
    this->load(team, x, item, p);
    this->load(team, g, item, q);
    team.sync();
    detail::product<true, false>(p, q, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
    team.sync();
    detail::product<false, true>(z, p, size, step, team, [&](int i, int j, T entry) { q[i * step + j] = -entry; });
    team.sync();
    this->store(team, item, real_of<T>(0), [&](int k, int, int) { return q[k]; });
  }
};

/// The rule of Cholesky's factor, with U = L^H: of H, half the Hermitian part of Phi(U gU^H), U^-1 H U^-H.
template <class T>
struct CholeskyGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *c, *g;
  bool upper;

  /// The wanted triangle as an upper one, with zeros below.
  SCI_HD void load_upper(Team team, const T* in, int64_t item, T* to) const {
    const int size = int(this->n), step = this->step();
    const T* from = in + item * size * size;
    for_entries(team, size * size, size, [&](int k, int i, int j) {
      const T x = from[k];
      const bool kept = upper ? i <= j : i >= j;
      to[upper ? i * step + j : j * step + i] = !kept ? T(R(0)) : upper ? x : conj(x);
    });
  }
  SCI_HD int64_t shared_bytes() const { return this->room(3, 0); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *u = reinterpret_cast<T*>(shared), *y = u + room, *z = y + room;
    load_upper(team, c, item, u);
    load_upper(team, g, item, y);
    team.sync();
    detail::product<false, true>(u, y, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
    team.sync();
    this->entries(team, [&](int k, int i, int j) {
      if (j > i) return;
      const T half = R(0.5) * (i == j ? T(real(z[k])) : z[k]);
      z[k] = half;
      z[j * step + i] = conj(half);
    });
    substitute_triangle(u, step, 1, z, step, size, size, false, false, false, team);
    for (int i = team.lane; i < size; i += team.size) detail::divide_by_adjoint(z + i * step, u, size, 1, step);
    team.sync();
    this->store(team, item, R(0), [&](int k, int i, int j) {
      return i == j ? T(real(z[k])) : i > j ? z[k] : conj(z[j * step + i]);
    });
  }
};

/// The rule of LU, of which `swaps` are the pivots.
template <class T>
struct LuGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *lu, *g;
  const R* swaps;

  SCI_HD int64_t shared_bytes() const { return this->room(3, 1); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *f = reinterpret_cast<T*>(shared), *y = f + room, *z = y + room;
    auto* pivots = reinterpret_cast<int32_t*>(z + room);
    this->load(team, lu, item, f);
    this->load(team, g, item, y);
    for (int k = team.lane; k < size; k += team.size) pivots[k] = int32_t(swaps[item * size + k]);
    team.sync();
    this->entries(team, [&](int k, int i, int j) {  // low(L^H G) + up(G U^H)
      T sum = i > j ? y[k] : T(R(0));
      if (i > j)
        for (int m = i + 1; m < size; ++m) sum += conj(f[m * step + i]) * y[m * step + j];
      else
        for (int m = j; m < size; ++m) sum += y[i * step + m] * conj(f[j * step + m]);
      z[k] = sum;
    });
    substitute_triangle(f, 1, step, z, step, size, size, false, true, true, team);
    R flag = R(0);
    for (int i = team.lane; i < size; i += team.size) flag += detail::divide_by_adjoint(z + i * step, f, size, 1, step);
    team.sync();
    exchange_rows(z, step, pivots, size, size, true, team);
    team.sync();
    this->store(team, item, flag, [&](int k, int, int) { return z[k]; });
  }
};

/// The rule of the pseudoinverse P of A (rows x columns): of P's gradient G, with Q = P G^H,
/// ((G^H - A Q) P - P^H G) P^H + P^H (Q - Q P A). Matrices stand in squares of n, the larger size, with zeros beside.
/// Of full rank (I - A P) G^H or Q (I - P A) is 0 and left out: computed, it is the rounding error of the product.
template <class T>
struct PinvGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *a, *p, *g;
  const R* rank;
  int64_t rows, columns;

  SCI_HD void load(Team team, const T* in, int64_t item, int64_t high, int64_t wide, T* to) const {
    const T* from = in + item * high * wide;
    const int next = this->step();
    for_entries(team, int(high * wide), int(wide), [&](int k, int r, int c) { to[r * next + c] = from[k]; });
  }
  /// to += sign x y, each matrix or its adjoint. A function of its own, as there are eight.
  template <bool x_adjoint, bool y_adjoint>
  SCI_HD_LARGE static void add_product(const T* x, const T* y, R sign, T* to, int size, int step, Team team) {
    detail::product<x_adjoint, y_adjoint>(x, y, size, step, team,
                                          [&](int i, int j, T entry) { to[i * step + j] += sign * entry; });
    team.sync();
  }
  SCI_HD int64_t shared_bytes() const { return this->room(6, 0); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    const R one = R(1);
    T *x = reinterpret_cast<T*>(shared), *y = x + room, *h = y + room, *q = h + room, *w = q + room, *z = w + room;
    this->entries(team, [&](int k, int, int) { x[k] = y[k] = h[k] = q[k] = z[k] = T(R(0)); });
    team.sync();
    load(team, a, item, rows, columns, x);
    load(team, p, item, columns, rows, y);
    load(team, g, item, columns, rows, h);
    team.sync();
    const bool below = rank[item] < R(rows), beside = rank[item] < R(columns);
    add_product<false, true>(y, h, one, q, size, step, team);
    if (below) {
      this->entries(team, [&](int k, int i, int j) { w[k] = conj(h[j * step + i]); });
      team.sync();
      add_product<false, false>(x, q, -one, w, size, step, team);
      add_product<false, false>(w, y, one, z, size, step, team);
    }
    add_product<true, false>(y, h, -one, z, size, step, team);
    this->entries(team, [&](int k, int, int) {
      h[k] = q[k];
      w[k] = T(R(0));
    });
    team.sync();
    if (beside) {
      add_product<false, false>(q, y, one, w, size, step, team);
      add_product<false, false>(w, x, -one, h, size, step, team);
      this->entries(team, [&](int k, int, int) { w[k] = T(R(0)); });
      team.sync();
    }
    add_product<false, true>(z, y, one, w, size, step, team);
    if (beside) add_product<true, false>(y, h, one, w, size, step, team);
    T* to = this->out + item * rows * columns;
    for_entries(team, int(rows * columns), int(columns), [&](int k, int r, int c) { to[k] = w[r * step + c]; });
  }
};

/// The rule of the determinant.
template <class T>
struct DetGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *a, *g;

  /// |x|_1, of the parts' absolute values.
  SCI_HD R largest_column(Team team, const T* x) const {
    R most = R(0);
    for (int j = team.lane; j < int(this->n); j += team.size) {
      R sum = R(0);
      for (int i = 0; i < int(this->n); ++i) sum += abs1(x[i * this->step() + j]);
      most = sum < most ? most : sum;
    }
    return team.greatest(most);
  }
  SCI_HD int64_t shared_bytes() const { return this->room(2, 1); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *f = reinterpret_cast<T*>(shared), *y = f + room;
    auto* pivots = reinterpret_cast<int32_t*>(y + room);
    this->load(team, a, item, f);
    this->entries(team, [&](int k, int i, int j) { y[k] = T(R(i == j ? 1 : 0)); });
    team.sync();
    const R norm = largest_column(team, f);
    team.sync();
    const int failed = lu_factor(f, pivots, size, step, team);
    team.sync();
    T det = T(R(1));
    R smallest = R(1);  // of the products on the way, which lose digits where they are near underflow
    for (int k = 0; k < size; ++k) {
      const T d = conj(f[k * step + k]);
      det *= pivots[k] == k ? d : -d;
      smallest = abs1(det) < smallest ? abs1(det) : smallest;
    }
    lu_solve(f, step, pivots, y, step, size, size, 2, team);
    const R least = limits<R>::min / limits<R>::epsilon, condition = norm * largest_column(team, y);
    const T by = g[item], factor = by * det;
    const bool good = !failed && condition < sqrt(R(1) / limits<R>::epsilon) && smallest > least &&
                      (abs1(factor) > least || abs1(by) == R(0)) && abs1(det) < limits<R>::max &&
                      abs1(factor) < limits<R>::max;
    this->store(team, item, good ? R(0) : R(1), [&](int k, int, int) { return factor * y[k]; });
  }
};

}  // namespace sci
