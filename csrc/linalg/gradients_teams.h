// Gradients of decompositions (linalg/gradients.h) of small matrices by teams: a GPU's form, which one lane runs as
// well.
//
// Memory     Results and their gradients come to shared memory once, and the gradient leaves it once. Rows are an odd
//            number of numbers apart, so that neighbours along rows and along columns lie in different banks.
// Products   A lane has tiles of 4 x 4 entries, or up to n = 8, where that would leave lanes idle, of 2 x 2. The rows
// of
//            a tile are as many apart as there are tiles in a column, and so its columns: what lanes read together lies
//            side by side. A product of 16 entries takes 8 numbers from shared memory.
#pragma once
#include "core/team.h"
#include "linalg/gradients.h"
#include "linalg/lu.h"

namespace sci {
namespace detail {

/// out(i, j, entry) for the entries of A B in tiles, each matrix or its adjoint.
template <int tile, bool a_adjoint, bool b_adjoint, class T, class Out>
SCI_HD void product_by_tiles(const T* a, const T* b, int n, int step, Team team, const Out& out) {
  const int each = (n + tile - 1) / tile;
  for (int t = team.lane; t < each * each; t += team.size) {
    const int row = t / each, column = t % each;
    T sum[tile][tile];
    int left[tile], right[tile];
    for (int r = 0; r < tile; ++r) {
      left[r] = min(row + r * each, n - 1) * (a_adjoint ? 1 : step);
      right[r] = min(column + r * each, n - 1) * (b_adjoint ? step : 1);
      for (int c = 0; c < tile; ++c) sum[r][c] = T(real_of<T>(0));
    }
    for (int k = 0; k < n; ++k) {
      const T *x = a + k * (a_adjoint ? step : 1), *y = b + k * (b_adjoint ? 1 : step);
      T from[tile];
      for (int c = 0; c < tile; ++c) from[c] = b_adjoint ? conj(y[right[c]]) : y[right[c]];
      for (int r = 0; r < tile; ++r) {
        const T factor = a_adjoint ? conj(x[left[r]]) : x[left[r]];
        for (int c = 0; c < tile; ++c) sum[r][c] += factor * from[c];
      }
    }
    for (int r = 0; r < tile; ++r)
      for (int c = 0; c < tile; ++c)
        if (row + r * each < n && column + c * each < n) out(row + r * each, column + c * each, sum[r][c]);
  }
}
template <bool a_adjoint, bool b_adjoint, class T, class Out>
SCI_HD void product(const T* a, const T* b, int n, int step, Team team, const Out& out) {
  if (n <= 8)
    product_by_tiles<2, a_adjoint, b_adjoint>(a, b, n, step, team, out);
  else
    product_by_tiles<4, a_adjoint, b_adjoint>(a, b, n, step, team, out);
}

}  // namespace detail

/// What the rules share: a gradient and a flag per team, and matrices in shared memory.
template <class T>
struct GradientTeam {
  using R = real_of<T>;
  T* out;
  int32_t* flags;
  int64_t n, team_size;
  bool judged;

  SCI_HD int step() const { return int(n) | 1; }
  /// Room for matrices, and real numbers for each of their columns.
  SCI_HD int64_t room(int matrices, int reals) const {
    const int64_t bytes = n * (matrices * step() * int64_t(sizeof(T)) + reals * int64_t(sizeof(R)));
    return room_beside(bytes, int(team_size), sizeof(T));
  }
  /// f(place, row, column) for the entries of a matrix in shared memory.
  template <class F>
  SCI_HD void entries(Team team, const F& f) const {
    const int size = int(n), next = step();
    for_entries(team, size * size, size, [&](int, int r, int c) { f(r * next + c, r, c); });
  }
  SCI_HD void load(Team team, const T* in, int64_t item, T* to) const {
    const int size = int(n), next = step();
    const T* from = in + item * n * n;
    for_entries(team, size * size, size, [&](int k, int r, int c) { to[r * next + c] = from[k]; });
  }
  /// f(place, row, column) are the entries of the gradient, which may be real where the results are not.
  template <class F>
  SCI_HD void store(Team team, int64_t item, R flag, const F& f) const {
    const int size = int(n), next = step();
    auto* to = reinterpret_cast<decltype(f(0, 0, 0))*>(out) + item * n * n;
    for_entries(team, size * size, size, [&](int k, int r, int c) { to[k] = f(r * next + c, r, c); });
    const bool flagged = team.any(flag > R(0));
    if (team.lane == 0) flags[item] = flagged;
  }
  /// Adds the lengths of the columns of x to those there, or with `rows` of its rows.
  SCI_HD void add_lengths(Team team, const T* x, bool rows, R* lengths) const {
    for (int j = team.lane; j < int(n); j += team.size) {
      R sum = R(0);
      for (int k = 0; k < int(n); ++k) sum += norm(rows ? x[j * step() + k] : x[k * step() + j]);
      lengths[j] += sqrt(sum);
    }
  }
};

/// The rule of eigh.
template <class T>
struct EighGradient : GradientTeam<T> {
  using R = real_of<T>;
  const R* w;
  const T* v;
  const R* gw;
  const T* gv;  // one of the gradients may be null

  SCI_HD int64_t shared_bytes() const { return this->room(3, 3); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *x = reinterpret_cast<T*>(shared), *y = x + room, *z = y + room;
    R *values = reinterpret_cast<R*>(z + room), *rates = values + size, *lengths = rates + size, flag = R(0);
    this->load(team, v, item, x);
    copy(team, w + item * size, values, size);
    if (gw) copy(team, gw + item * size, rates, size);
    if (gv) this->load(team, gv, item, y);
    for (int k = team.lane; k < size; k += team.size) lengths[k] = R(0);
    team.sync();
    if (gv) {
      this->add_lengths(team, y, false, lengths);
      detail::product<true, false>(x, y, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
      team.sync();
      const detail::VectorTurns<T> turns{values, gw ? rates : nullptr, lengths, detail::tie(values, size),
                                         size,   this->judged};
      this->entries(team, [&](int k, int i, int j) {
        if (j < i) turns.eigh(i, j, z[k], z[j * step + i], flag);
        if (j == i) turns.eigh(i, z[k], flag);
      });
      team.sync();
      detail::product<false, false>(x, z, size, step, team, [&](int i, int j, T entry) { y[i * step + j] = entry; });
    } else {
      this->entries(team, [&](int k, int, int j) { y[k] = rates[j] * x[k]; });
    }
    team.sync();
    detail::product<false, true>(y, x, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
    team.sync();
    this->store(team, item, flag, [&](int k, int i, int j) {
      return i == j ? T(real(z[k])) : i > j ? z[k] : conj(z[j * step + i]);
    });
  }
};

/// The rule of svd.
template <class T>
struct SvdGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T* u;
  const R* s;
  const T *vh, *gu;
  const R* gs;
  const T* gvh;  // not all of the gradients are null

  SCI_HD int64_t shared_bytes() const { return this->room(5, 3); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *x = reinterpret_cast<T*>(shared), *y = x + room, *p = y + room, *q = p + room, *z = q + room;
    R *values = reinterpret_cast<R*>(z + room), *rates = values + size, *lengths = rates + size, flag = R(0);
    this->load(team, u, item, x);
    this->load(team, vh, item, y);
    copy(team, s + item * size, values, size);
    if (gs) copy(team, gs + item * size, rates, size);
    if (gu) this->load(team, gu, item, z);
    for (int k = team.lane; k < size; k += team.size) lengths[k] = R(0);
    this->entries(team, [&](int k, int, int) { p[k] = q[k] = T(R(0)); });
    team.sync();
    if (gu) {
      this->add_lengths(team, z, false, lengths);
      detail::product<true, false>(x, z, size, step, team, [&](int i, int j, T entry) { p[i * step + j] = entry; });
      team.sync();
    }
    if (gvh) {
      this->load(team, gvh, item, z);
      team.sync();
      this->add_lengths(team, z, true, lengths);
      detail::product<false, true>(y, z, size, step, team, [&](int i, int j, T entry) { q[i * step + j] = entry; });
      team.sync();
    }
    if (gu || gvh) {
      const detail::VectorTurns<T> turns{values, gs ? rates : nullptr, lengths, detail::tie(values, size),
                                         size,   this->judged};
      this->entries(team, [&](int k, int i, int j) {
        const int across = j * step + i;
        if (j < i) turns.svd(i, j, p[k], p[across], q[k], q[across], flag);
        if (j == i) turns.svd(i, p[k], q[k], flag);
      });
      team.sync();
      detail::product<false, false>(x, p, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
    } else {
      this->entries(team, [&](int k, int, int j) { z[k] = rates[j] * x[k]; });
    }
    team.sync();
    detail::product<false, false>(z, y, size, step, team, [&](int i, int j, T entry) { p[i * step + j] = entry; });
    team.sync();
    this->store(team, item, flag, [&](int k, int, int) { return p[k]; });
  }
};

/// The rule of qr.
template <class T>
struct QrGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *q, *r, *gq, *gr;  // one of the gradients may be null

  SCI_HD int64_t shared_bytes() const { return this->room(4, 0); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *x = reinterpret_cast<T*>(shared), *y = x + room, *z = y + room, *m = z + room;
    this->load(team, q, item, x);
    this->load(team, r, item, y);
    if (gq) this->load(team, gq, item, z);
    this->entries(team, [&](int k, int, int) { m[k] = T(R(0)); });
    team.sync();
    if (gq) {  // low(K - K^H) and i Im diag(K)
      detail::product<true, false>(x, z, size, step, team, [&](int i, int j, T entry) { m[i * step + j] = entry; });
      team.sync();
      this->entries(team, [&](int k, int i, int j) {
        if (j > i) return;
        T& across = m[j * step + i];
        const T skew = m[k] - conj(across);
        across = T(R(0));
        m[k] = i == j ? R(0.5) * skew : skew;
      });
    }
    if (gr) {  // and of U = gR R^H, of which `moved` is the upper triangle, that and low(U^H) - i Im diag(U)
      this->load(team, gr, item, z);
      team.sync();
      this->entries(team, [&](int k, int i, int j) {
        if (j < i) z[k] = T(R(0));
      });
      team.sync();
      detail::product<false, true>(z, y, size, step, team, [&](int i, int j, T moved) {
        if (i > j) return;
        m[i * step + j] += i == j ? T(real(moved)) : moved;
        if (i < j) m[j * step + i] += conj(moved);
      });
    }
    team.sync();
    detail::product<false, false>(x, m, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
    team.sync();
    R flag = R(0);
    for (int i = team.lane; i < size; i += team.size) flag += detail::divide_by_adjoint(z + i * step, y, size, 1, step);
    team.sync();
    this->store(team, item, flag, [&](int k, int, int) { return z[k]; });
  }
};

/// The rule of eig, T complex.
template <class T>
struct EigGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *w, *v, *gw, *gv;  // one of the gradients may be null
  bool of_real;              // matrices, and so are gradients

  SCI_HD int64_t shared_bytes() const { return this->room(3, 11); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *x = reinterpret_cast<T*>(shared), *y = x + room, *z = y + room, *values = z + room, *rates = values + size,
      *work = rates + size;
    R *lengths = reinterpret_cast<R*>(work + size), *along = lengths + size, flag = R(0);
    auto* swaps = reinterpret_cast<int32_t*>(along + size);
    this->load(team, v, item, x);
    copy(team, w + item * size, values, size);
    if (gw) copy(team, gw + item * size, rates, size);
    if (gv) this->load(team, gv, item, y);
    for (int k = team.lane; k < size; k += team.size) lengths[k] = R(0);
    team.sync();
    if (gv) {
      this->add_lengths(team, y, false, lengths);
      detail::product<true, false>(x, y, size, step, team, [&](int i, int j, T entry) { z[i * step + j] = entry; });
      team.sync();
      for (int k = team.lane; k < size; k += team.size) along[k] = real(z[k * (step + 1)]);
      team.sync();
      detail::product<true, false>(x, x, size, step, team, [&](int i, int j, T gram) {
        if (i != j) z[i * step + j] -= along[j] * gram;
      });
      team.sync();
      const detail::GeneralTurns<T> turns{values, gw ? rates : nullptr, lengths, detail::tie(values, size),
                                          this->judged};
      this->entries(team, [&](int k, int i, int j) { turns(i, j, z[k], flag); });
      team.sync();
      detail::product<false, true>(z, x, size, step, team, [&](int i, int j, T entry) { y[i * step + j] = entry; });
      team.sync();
    } else {
      this->entries(team, [&](int k, int i, int j) { y[k] = rates[i] * conj(x[j * step + i]); });
    }
    this->entries(team, [&](int k, int i, int j) { z[k] = conj(x[j * step + i]); });
    team.sync();
    const R norm = norm1_of_matrix(z, step, size, team), doubt = R(4) * limits<R>::epsilon;
    team.sync();
    const int failed = lu_factor(z, swaps, size, step, team);
    team.sync();
    if (this->judged) {
      R condition = least_condition(z, step, true, norm, failed != 0, work, size, team);
      if (!(condition > doubt) && !failed)
        condition = R(1) / norm / estimate_inverse_norm1(z, step, swaps, work, size, team);
      if (!(condition > doubt)) flag = R(1);
      team.sync();
    }
    lu_solve(z, step, swaps, y, step, size, size, 0, team);
    if (of_real)
      this->store(team, item, flag, [&](int k, int, int) { return y[k].re; });
    else
      this->store(team, item, flag, [&](int k, int, int) { return y[k]; });
  }
};

}  // namespace sci
