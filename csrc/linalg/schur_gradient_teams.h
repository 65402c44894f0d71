// The gradient of a Schur decomposition (linalg/triangular_sylvester.h) of small matrices by teams: a GPU's form, which
// one lane runs as well.
//
// Equation   low(Y T^H - T^H Y) = gL: the piece of Y at blocks i > j takes those between them, so that all with one
//            distance i - j are found at once, one by each lane, in as many steps as there are blocks.
#pragma once
#include "linalg/gradients_teams.h"
#include "linalg/triangular_sylvester.h"

namespace sci {

template <class T>
struct SchurGradient : GradientTeam<T> {
  using R = real_of<T>;
  const T *t, *z, *gt, *gz;  // one of the gradients may be null

  SCI_HD int64_t shared_bytes() const { return this->room(5, 3); }
  /// Whether entry (i, j) is in a 2 x 2 block below the diagonal.
  SCI_HD bool paired(const T* form, int i, int j) const {
    return !is_complex<T> && i == j + 1 && form[i * this->step() + j] != T(0);
  }
  /// The square of the norm.
  SCI_HD R square(Team team, const T* x) const {
    R sum = R(0);
    this->entries(team, [&](int k, int, int) { sum += norm(x[k]); });
    return team.sum(sum);
  }
  /// x holds gL, and becomes Y below the blocks of the diagonal; `starts` are where these begin, and the end.
  SCI_HD void solve(Team team, const T* form, T* x, const int32_t* starts, int blocks, R tie) const {
    const int step = this->step();
    for (int distance = 1; distance < blocks; ++distance) {
      for (int block = distance + team.lane; block < blocks; block += team.size) {
        const int32_t *one = starts + block, *other = one - distance;
        const int i = one[0], j = other[0], p = one[1] - i, q = other[1] - j;
        Small<T> c = take_piece(x, step, i, j, p, q);
        for (int u = 0; u < p; ++u)
          for (int v = 0; v < q; ++v)
            for (int k = j + q; k < i; ++k)
              c.at[u][v] += conj(form[k * step + i + u]) * x[k * step + j + v] -
                            x[(i + u) * step + k] * conj(form[(j + v) * step + k]);
        piece_of_schur_lower(form, step, i, j, p, q, diagonal_block(form, step, i, p, true, T(-1)),
                             diagonal_block(form, step, j, q, true, T(1)), c, tie, false);
        put_piece(x, step, i, j, p, q, c);
      }
      team.sync();
    }
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(this->n), step = this->step(), room = size * step;
    T *form = reinterpret_cast<T*>(shared), *v = form + room, *middle = v + room, *x = middle + room, *g = x + room;
    R *turn = reinterpret_cast<R*>(g + room), lengths = R(0), flag = R(0), big = R(0);
    auto* starts = reinterpret_cast<int32_t*>(turn + size);
    this->load(team, t, item, form);
    this->load(team, z, item, v);
    if (gt) this->load(team, gt, item, middle);
    if (gz) this->load(team, gz, item, g);
    for (int k = team.lane; k < size; k += team.size) turn[k] = R(0);
    team.sync();
    int blocks = 0;  // each lane counts them, and one writes
    for (int i = 0; i < size; ++blocks) {
      if (team.lane == 0) starts[blocks] = i;
      i += i + 1 < size && paired(form, i + 1, i) ? 2 : 1;
    }
    if (team.lane == 0) starts[blocks] = size;
    this->entries(team, [&](int k, int i, int j) {
      if (!gt || (j < i && !paired(form, i, j))) middle[k] = T(R(0));
      x[k] = T(R(0));
      const R entry = abs1(form[k]);
      if (!(entry <= big)) big = entry;
    });
    const R tie = R(4) * R(size) * limits<R>::epsilon * team.greatest(big);
    team.sync();
    if (gt) {
      const auto add = [&](int i, int j, T entry) { x[i * step + j] += entry; };
      detail::product<true, false>(form, middle, size, step, team, add);
      detail::product<false, true>(middle, form, size, step, team, [&](int i, int j, T entry) { add(i, j, -entry); });
      if (is_complex<T>) lengths += sqrt(square(team, form)) * sqrt(square(team, middle));
    }
    if (gz) {
      detail::product<true, false>(v, g, size, step, team, [&](int i, int j, T entry) { x[i * step + j] += entry; });
      if (is_complex<T>) lengths += sqrt(square(team, g));
    }
    team.sync();
    this->entries(team, [&](int k, int i, int j) {
      if (j < i) {
        x[k] -= conj(x[j * step + i]);
        if (abs1(form[i * (step + 1)] - form[j * (step + 1)]) <= tie && !paired(form, i, j)) flag = R(1);
        if constexpr (!is_complex<T>)
          if (paired(form, i, j)) {
            bool arbitrary;
            turn[i] = schur_rotation(form[j * step + i], form[k], x[k], tie, arbitrary);
            turn[j] = -turn[i];
            if (arbitrary) flag = R(1);
          }
      } else if (is_complex<T> && j == i && abs(imag(x[k])) > R(100) * sqrt(limits<R>::epsilon) * lengths) {
        flag = R(1);
      }
    });
    team.sync();
    if constexpr (!is_complex<T>) {
      this->entries(team, [&](int k, int i, int j) {
        if (j < i) x[k] -= form[j * step + i] * (turn[i] - turn[j]);
        if (j == i) middle[k] += turn[i];
      });
      team.sync();
    }
    solve(team, form, x, starts, blocks, tie);
    this->entries(team, [&](int k, int i, int j) {
      if (j < i && !paired(form, i, j)) middle[k] += x[k];
    });
    team.sync();
    detail::product<false, false>(v, middle, size, step, team, [&](int i, int j, T entry) { g[i * step + j] = entry; });
    team.sync();
    detail::product<false, true>(g, v, size, step, team, [&](int i, int j, T entry) { x[i * step + j] = entry; });
    team.sync();
    this->store(team, item, flag, [&](int k, int, int) { return x[k]; });
  }
};

}  // namespace sci
