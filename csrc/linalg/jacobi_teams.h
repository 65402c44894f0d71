// Jacobi's methods (linalg/jacobi.h) of small matrices by teams: a GPU's form, which one lane runs as well.
//
// Order      In a sweep all pairs of columns meet in even(n) - 1 rounds of n / 2 disjoint pairs, as players of a
//            tournament do: one stays, the others move round a ring ([1]; it converges as the cyclic order does). An
//            odd n has a column more, which no rotation reaches.
// Hermitian  A round is two steps. A lane finds the rotation of its pair. Then that of pair i turns the rows and that
//            of pair j the columns of four entries, for all i < j at once: each entry belongs to one such block, so
//            both sides are done in registers and in place. Of A the lower triangle is kept.
// SVD        A round is one step: a lane, or two of which each has half of the rows, makes the products of two columns
//            and turns them.
// Memory     In shared memory A has rows of even(n) numbers and vectors have rows of an odd number of them. What lanes
//            read together then lies in different banks: of A entries beside each other along diagonals, which are
//            even(n) +- 1 numbers apart, of neighbouring vectors numbers of the same index.
// Sources    [1] Brent, Luk: The solution of singular-value and symmetric eigenvalue problems on multiprocessor arrays,
//            SIAM J. Sci. Stat. Comput. 6 (1985), 69-84.
#pragma once
#include "core/team.h"
#include "linalg/jacobi.h"

namespace sci {
namespace detail {

SCI_HD int even_above(int n) { return n + n % 2; }
SCI_HD int odd_above(int n) { return n | 1; }

struct JacobiPair {
  int p, q;  // p < q
};
/// Pair i of a round.
SCI_HD JacobiPair jacobi_pair(int players, int round, int i) {
  const int ring = players - 1;
  int p = round + i, q = i == 0 ? ring : round - i;
  if (p >= ring) p -= ring;
  if (q < 0) q += ring;
  return p < q ? JacobiPair{p, q} : JacobiPair{q, p};
}

/// Which pairs, and which part of their rows, a lane has: teams have at most 16 lanes for pairs, 32 twice as many.
struct JacobiShare {
  int first, step, part, parts;
  SCI_HD explicit JacobiShare(Team team) {
    parts = team.size > 16 ? 2 : 1;
    step = team.size / parts;
    first = team.lane % step;
    part = team.lane / step;
  }
  SCI_HD int begin(int n) const { return part * ((n + parts - 1) / parts); }
  SCI_HD int end(int n) const { return part + 1 == parts ? n : begin(n) + (n + parts - 1) / parts; }
};

/// A Hermitian matrix in its lower triangle.
template <class T>
struct LowerTriangle {
  T* a;
  int step;
  SCI_HD T get(int r, int c) const { return r > c ? a[r * step + c] : conj(a[c * step + r]); }
  SCI_HD void set(int r, int c, T x) const {
    if (r > c)
      a[r * step + c] = x;
    else
      a[c * step + r] = conj(x);
  }
  /// `rows` turns rows p and q of one pair, `columns` the columns of another.
  SCI_HD void turn(JacobiPair r, JacobiRotation<T> rows, JacobiPair c, JacobiRotation<T> columns) const {
    T pp = get(r.p, c.p), pq = get(r.p, c.q), qp = get(r.q, c.p), qq = get(r.q, c.q);
    columns(pp, pq);
    columns(qp, qq);
    rows.su = conj(rows.su);
    rows(pp, qp);
    rows(pq, qq);
    set(r.p, c.p, pp);
    set(r.p, c.q, pq);
    set(r.q, c.p, qp);
    set(r.q, c.q, qq);
  }
};

/// order[k] is the place of the k-th of n values; NaN counts as the largest number. The call ends before others see it.
template <class R>
SCI_HD void jacobi_order(const R* values, int n, bool descending, int* order, Team team) {
  for (int k = team.lane; k < n; k += team.size) {
    const R own = isnan(values[k]) ? limits<R>::infinity : values[k];
    int rank = 0;
    for (int j = 0; j < n; ++j) {
      const R other = isnan(values[j]) ? limits<R>::infinity : values[j];
      rank += (descending ? other > own : other < own) || (other == own && j < k);
    }
    order[rank] = k;
  }
}

}  // namespace detail

/// The Hermitian matrix in the lower triangle of `a`, n x n with rows of even(n) numbers, becomes diagonal; row k of z,
/// odd(n) numbers apart, becomes vector k, if there is a z. `turns` has room for even(n) / 2. Returns whether it
/// converged; `total` is the square of the norm.
template <class T>
SCI_HD bool jacobi_eigh(T* a, T* z, detail::JacobiRotation<T>* turns, int n, real_of<T> total, Team team) {
  using R = real_of<T>;
  const int players = detail::even_above(n), pairs = players / 2, step = detail::odd_above(n);
  const detail::JacobiShare share(team);
  const detail::LowerTriangle<T> matrix{a, players};
  const R least = sqrt(total) * (limits<R>::epsilon / R(2 * n));
  bool turned = n > 1;
  for (int sweep = 0; sweep < detail::jacobi_sweeps && turned; ++sweep) {
    turned = false;
    for (int round = 0; round + 1 < players; ++round) {
      for (int i = share.first; i < pairs && share.part == 0; i += share.step) {
        const detail::JacobiPair own = detail::jacobi_pair(players, round, i);
        T *p = a + own.p * (players + 1), *q = a + own.q * (players + 1);
        T &below = a[own.q * players + own.p], entry = conj(below);
        const R m = modulus(entry);
        detail::JacobiRotation<T> turn{R(0), T(R(0))};
        if (m > least) {
          turned = true;
          const R moved = detail::jacobi_angle(real(*q) - real(*p), entry, m, true, turn);
          *p = T(real(*p) - moved);
          *q = T(real(*q) + moved);
          below = T(R(0));
        }
        turns[i] = turn;
      }
      team.sync();
      for (int i = share.first; i < pairs; i += share.step) {
        const detail::JacobiPair own = detail::jacobi_pair(players, round, i);
        const detail::JacobiRotation<T> turn = turns[i];
        // All i and the next half of a ring of pairs after each; those opposite to each other once.
        for (int d = 1 + share.part; 2 * d <= pairs && (2 * d < pairs || i < d); d += share.parts) {
          const int j = i + d < pairs ? i + d : i + d - pairs;
          if (!turn.idle() || !turns[j].idle())
            matrix.turn(own, turn, detail::jacobi_pair(players, round, j), turns[j]);
        }
        if (z && !turn.idle())
          for (int k = share.begin(n); k < share.end(n); ++k) turn(z[own.p * step + k], z[own.q * step + k]);
      }
      team.sync();
    }
    turned = team.any(turned);
  }
  return !turned;
}

/// The rows of w, n of odd(n) numbers, are the columns of an n x n matrix. They become U^T with lengths s, and the rows
/// of z, if there is one, right vectors: A = U diag(s) z^*. `room` is for a ColumnProducts of each lane of 32. Returns
/// whether it converged; `least` is the smallest length after scaling.
template <class T>
SCI_HD bool jacobi_svd(T* w, T* z, real_of<T>* s, detail::ColumnProducts<T>* room, int n, real_of<T>* least,
                       Team team) {
  using R = real_of<T>;
  const int players = detail::even_above(n), pairs = players / 2, step = detail::odd_above(n);
  const detail::JacobiShare share(team);
  const int begin = share.begin(n), length = share.end(n) - begin;
  R big = R(0);
  for (int k = team.lane; k < n; k += team.size) big = detail::jacobi_largest(w + k * step, n, big);
  const R factor = detail::jacobi_factor(team.greatest(big));
  for (int k = team.lane; k < n; k += team.size)
    for (int r = 0; r < n; ++r) {
      w[k * step + r] = factor * w[k * step + r];
      if (z) z[k * step + r] = T(R(k == r ? 1 : 0));
    }
  team.sync();
  const detail::JacobiBounds<R> bounds(n);
  bool done = n < 2;
  for (int sweep = 0; sweep < detail::jacobi_sweeps && !done; ++sweep) {
    bool far = false;
    for (int round = 0; round + 1 < players; ++round) {
      for (int first = 0; first < pairs; first += share.step) {
        const int i = first + share.first;
        const detail::JacobiPair own = detail::jacobi_pair(players, round, i < pairs ? i : 0);
        const bool plays = i < pairs && own.q < n;
        T *x = w + own.p * step + begin, *y = w + own.q * step + begin;
        detail::ColumnProducts<T> found{R(0), R(0), T(R(0))};
        if (plays) found = detail::column_products(x, y, length);
        if (share.parts == 2) {
          room[team.lane] = found;
          team.sync();
          found = room[share.first] + room[share.first + share.step];
        }
        detail::JacobiRotation<T> turn{R(0), T(R(0))};
        if (plays && detail::jacobi_column_angle(found, bounds, far, turn)) {
          detail::jacobi_rotate(x, y, length, turn);
          if (z) detail::jacobi_rotate(z + own.p * step + begin, z + own.q * step + begin, length, turn);
        }
      }
      team.sync();
    }
    done = !team.any(far);
  }
  R small = limits<R>::infinity, sum = R(0);
  for (int k = team.lane; k < n; k += team.size) {
    const R length = detail::jacobi_unit(w + k * step, n);
    small = min(length, small);
    sum += length;
    s[k] = length / factor;
  }
  sum = team.sum(sum);
  *least = -team.greatest(-small) + (sum - sum);  // NaN where an entry is not finite
  team.sync();
  return done;
}

/// A team's Hermitian matrix: a holds A, of which one triangle is read; vectors in columns, or v is null.
template <class T>
struct JacobiEigh {
  using R = real_of<T>;
  const T* a;
  T* v;
  R* w;
  int32_t* info;
  int64_t n;
  bool lower;
  SCI_HD int64_t bytes() const {
    const int even = detail::even_above(int(n)), vectors = v ? int(n) * detail::odd_above(int(n)) : 0;
    return (even * even + vectors) * sizeof(T) + even / 2 * sizeof(detail::JacobiRotation<T>) +
           n * (sizeof(R) + sizeof(int));
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(n), even = detail::even_above(size), step = detail::odd_above(size);
    T *x = reinterpret_cast<T*>(shared), *z = v ? x + even * even : nullptr;
    auto* turns = reinterpret_cast<detail::JacobiRotation<T>*>(x + even * even + (v ? size * step : 0));
    R* values = reinterpret_cast<R*>(turns + even / 2);
    int* order = reinterpret_cast<int*>(values + size);
    const T* in = a + item * n * n;
    R big = R(0);
    for_entries(team, size * size, size, [&](int k, int r, int c) {
      if (lower ? c > r : c < r) return;
      const T entry = r == c ? T(real(in[k])) : in[k];
      if (lower)
        x[r * even + c] = entry;
      else
        x[c * even + r] = conj(entry);
      big = detail::jacobi_largest(&entry, 1, big);
    });
    for (int k = team.lane; k < even && even > size; k += team.size) x[size * even + k] = T(R(0));
    team.sync();
    const R factor = detail::jacobi_factor(team.greatest(big));
    R total = R(0);
    for_entries(team, size * size, size, [&](int, int r, int c) {
      if (z) z[r * step + c] = T(R(r == c ? 1 : 0));
      if (c > r) return;
      T& entry = x[r * even + c];
      entry = factor * entry;
      total += norm(entry) * R(r == c ? 1 : 2);
    });
    total = team.sum(total);
    team.sync();
    const bool done = jacobi_eigh(x, z, turns, size, total, team);
    const R spoiled = total - total;  // 0, or NaN where an entry is not finite
    for (int k = team.lane; k < size; k += team.size) values[k] = R(1) / factor * real(x[k * (even + 1)]) + spoiled;
    team.sync();
    detail::jacobi_order(values, size, false, order, team);
    team.sync();
    for (int k = team.lane; k < size; k += team.size) w[item * n + k] = values[order[k]];
    if (team.lane == 0) info[item] = done && !isnan(spoiled) ? 0 : 1;
    if (!z) return;
    T* out = v + item * n * n;
    for_entries(team, size * size, size, [&](int k, int r, int c) { out[k] = z[order[c] * step + r]; });
  }
};

/// A team's square matrix: A = U diag(s) V^H, or u and vh are null. info is 1 where a singular value is too small for a
/// left vector, and for values alone only where they are not found.
template <class T>
struct JacobiSvd {
  using R = real_of<T>;
  const T* a;
  T *u, *vh;
  R* s;
  int32_t* info;
  int64_t n;
  SCI_HD int64_t bytes() const {
    return (u ? 2 : 1) * n * detail::odd_above(int(n)) * sizeof(T) + n * (sizeof(R) + sizeof(int)) +
           (n > 16 ? 32 : 0) * sizeof(detail::ColumnProducts<T>);
  }
  /// Whether the least length says so, NaN of a matrix that is not finite.
  SCI_HD bool found(R least) const { return u ? least > jacobi_least<R>() : !isnan(least); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int size = int(n), step = detail::odd_above(size);
    T *x = reinterpret_cast<T*>(shared), *z = u ? x + size * step : nullptr;
    auto* room = reinterpret_cast<detail::ColumnProducts<T>*>(x + (u ? 2 : 1) * size * step);
    R* lengths = reinterpret_cast<R*>(room + (n > 16 ? 32 : 0));
    int* order = reinterpret_cast<int*>(lengths + size);
    const T* in = a + item * n * n;
    for_entries(team, size * size, size, [&](int k, int r, int c) { x[c * step + r] = in[k]; });
    team.sync();
    R least;
    const bool done = jacobi_svd(x, z, lengths, room, size, &least, team);
    detail::jacobi_order(lengths, size, true, order, team);
    team.sync();
    for (int k = team.lane; k < size; k += team.size) s[item * n + k] = lengths[order[k]];
    if (team.lane == 0) info[item] = done && found(least) ? 0 : 1;
    if (!u) return;
    T *left = u + item * n * n, *right = vh + item * n * n;
    for_entries(team, size * size, size, [&](int k, int r, int c) {
      left[k] = x[order[c] * step + r];
      right[k] = conj(z[order[r] * step + c]);
    });
  }
};

/// Either of them: a matrix of at most 2 `lanes` columns by so many lanes, or of 32 by 32.
template <class Method, int lanes>
struct JacobiTeam : Method {
  static constexpr int team_size = lanes;
  SCI_HD int64_t shared_bytes() const { return room_beside(this->bytes(), lanes, sizeof(*this->a)); }
};

}  // namespace sci
