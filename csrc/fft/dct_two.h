// Cosine and sine transforms of rows too long for the shared memory of a team, in two kernels that read and write every
// number once each.                                                               operator: csrc/ops/fft_dct.cpp
//
// The complex transform of dct_ends.h has N = A B numbers. With j = B j1 + j2 and k = k1 + A k2
//
//   Z_k = sum_j2 w_B^(j2 k2) [ w_N^(j2 k1) sum_j1 w_A^(j1 k1) z_j ]
//
// so the first kernel makes z from the row, transforms columns of A numbers B apart and multiplies them by w_N^(j2 k1),
// and the second transforms columns of B numbers A apart and makes the result [1]. Numbers k and N - k (or j and
// N - 1 - j) are made of the same ones of the row, so a tile has columns c, c + 1, ... and those opposite them: in
// memory these are runs of neighbours, whole sectors where there is room.
//
// The factors of the ends are products of two entries of tables, rounded twice. Those between the kernels,
// w_N^(j2 (64 a + b)), are products of two such ones in shared memory, where neighbours meet different banks.
//
// Source  [1] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, section 3.3: the
//             four-step framework
#pragma once
#include "fft/dct_ends.h"

namespace sci {

/// exp(-2 pi i e / period) from two tables.
template <class T>
struct DctRoots {
  const DctPair<T>*low, *high;  // of 2^bits entries each
  int32_t bits;
  int32_t first, step, second_step;  // t_k = root(first + step k), u_k = root(second_step k)
  int32_t turn;                      // w_N = root(turn)

  SCI_HD complex<T> operator()(int64_t e) const {
    const DctPair<T> a = high[e >> bits], b = low[e & ((int64_t(1) << bits) - 1)];
    return complex<T>{a.re, a.im} * complex<T>{b.re, b.im};
  }
  SCI_HD complex<T> factor(int k) const { return (*this)(first + int64_t(step) * k); }
  SCI_HD complex<T> second_factor(int k) const { return (*this)(int64_t(second_step) * k); }
};

/// One of the two kernels' work on rows: columns of `own` numbers, `other` of them. Number i of column c is number
/// other i + c of the row's N.
template <class T>
struct DctHalfway {
  static constexpr int turns = 64;

  DctForm<T> form;
  DctPassPlan<T> passes;
  DctRoots<T> roots;
  const T* x;
  T* y;
  DctPair<T>* between;  // Z before the second kernel: number k1 of column j2 at A j2 + k1
  char* room;           // of the CPU's one lane
  int32_t own, other;
  int32_t opposite;   // number p goes with N - p (0), or N - 1 - p (1)
  int32_t log_units;  // a tile has 2^log_units columns and those opposite them
  int32_t tiles, team_size;
  DctDivisor by_own;

  SCI_HD int units() const { return opposite ? (other + 1) / 2 : other / 2 + 1; }
  SCI_HD int facing(int p, int count) const { return opposite ? count - 1 - p : p == 0 ? 0 : count - p; }
  SCI_HD int columns() const { return 2 << log_units; }
  SCI_HD int turn_count() const { return min(turns, own) + (own + turns - 1) / turns; }
  SCI_HD int64_t column_bytes() const { return DctPasses<T, false>::bytes(own * columns()); }

  /// Columns `first` to `first + valid - 1` of a row, at even places, and those opposite them, at odd ones. A column
  /// that is its own opposite leaves the other place 0.
  struct Tile : DctPasses<T, false>, DctEnds<T> {
    using DctPasses<T, false>::at, DctPasses<T, false>::placed, DctPasses<T, false>::team;
    const DctHalfway& a;
    int64_t row;
    int first, valid;

    SCI_HD Tile(const DctHalfway& all, int64_t item, Team team_, char* shared)
        : DctPasses<T, false>{all.passes, team_, reinterpret_cast<DctPair<T>*>(shared), all.log_units + 1, 0},
          DctEnds<T>(all.form, all.x + item / all.tiles * all.form.n, all.y + item / all.tiles * all.form.n, 1),
          a(all),
          row(item / all.tiles),
          first(int(item % all.tiles) << all.log_units),
          valid(min(1 << all.log_units, all.units() - first)) {
      this->columns = 2 * valid;
    }
    SCI_HD int column(int place) const {
      const int c = first + place / 2;
      return place % 2 ? a.facing(c, a.other) : c;
    }
    SCI_HD bool lone(int unit) const { return a.facing(first + unit, a.other) == first + unit; }

    /// A number and the one that goes with it, p <= q, and their places.
    struct Pair {
      int p, p_row, p_place, q_row, q_place;
    };
    /// Pair t of the tile, neighbours first; false where there is none, or another t has it.
    SCI_HD bool pair(int t, Pair& pair) const {
      const int u = min(t & ((1 << a.log_units) - 1), valid - 1), i = t >> a.log_units, c = first + u;
      const int p = a.other * i + c, q = a.facing(p, a.form.N);
      const int j = a.opposite || c > 0 ? a.own - 1 - i : a.facing(i, a.own);
      const int opposite = lone(u) ? 2 * u : 2 * u + 1;
      pair = p <= q ? Pair{p, i, 2 * u, j, opposite} : Pair{q, j, opposite, i, 2 * u};
      return u == (t & ((1 << a.log_units) - 1)) && (p <= q || opposite % 2);
    }
    SCI_HD int pairs() const { return a.own << a.log_units; }
    /// put(z, other, p, read(p)) for all pairs, `Many` reads at a time on their way to a lane.
    template <int Many, class Read, class Put>
    SCI_HD void load(const Read& read, const Put& put) const {
      const int total = pairs();
      for (int t0 = team.lane; t0 < total; t0 += Many * team.size) {
        DctQuad<T> values[Many];
        Pair at_pair;
        SCI_UNROLL for (int i = 0; i < Many; ++i) {
          pair(min(t0 + i * team.size, total - 1), at_pair);
          values[i] = read(at_pair.p);
        }
        SCI_UNROLL for (int i = 0; i < Many; ++i) {
          const int t = t0 + i * team.size;
          if (t >= total || !pair(t, at_pair)) continue;
          put(at_pair.p, values[i], at(at_pair.p_row, at_pair.p_place), at(at_pair.q_row, at_pair.q_place));
        }
      }
      for (int u = 0; u < valid; ++u) {
        if (!lone(u)) continue;
        for (int i = team.lane; i < a.own; i += team.size) at(i, 2 * u + 1) = {T(0), T(0)};
      }
    }
    /// take(p, z, other) for all pairs.
    template <class Take>
    SCI_HD void store(const Take& take) const {
      Pair at_pair;
      for (int t = team.lane; t < pairs(); t += team.size)
        if (pair(t, at_pair))
          take(at_pair.p, result(at_pair.p_row, at_pair.p_place), result(at_pair.q_row, at_pair.q_place));
    }
    SCI_HD complex<T> result(int k, int place) const {
      const DctPair<T> z = placed(k, place);
      return {z.re, z.im};
    }

    /// Type 1: number m of the extension, of which z_j has the numbers 2 j and 2 j + 1.
    SCI_HD T extended(int m) const {
      const int N = a.form.N, place = m > N ? 2 * N - m : m;
      const bool end = place == 0 || place == N;
      if (!a.form.odd) return this->read(place, 0) * (end ? a.form.end_in : T(1));
      if (end) return T(0);
      return m > N ? -this->read(place - 1, 0) : this->read(place - 1, 0);
    }
    SCI_HD DctQuad<T> read_extended(int p) const {
      const int q = a.facing(p, a.form.N);
      return {extended(2 * p), extended(2 * p + 1), extended(2 * q), extended(2 * q + 1)};
    }
  };

  /// The first kernel.
  SCI_HD void columns_of_row(int64_t item, Team team, char* shared) const {
    Tile tile(*this, item, team, shared);
    constexpr int reads_at_once = 16 / sizeof(T);
    using Place = DctPair<T>;
    if (form.type == 1)
      tile.template load<reads_at_once>([&](int p) { return tile.read_extended(p); },
                                        [&](int, DctQuad<T> v, Place& z, Place& other) {
                                          z = {v.value[0], v.value[1]};
                                          other = {v.value[2], v.value[3]};
                                        });
    else if (form.type == 2)
      tile.template load<reads_at_once>(
          [&](int p) { return tile.read_quad(p, 0); },
          [&](int p, DctQuad<T> v, Place& z, Place& other) { tile.put_quad(p, v, z, other); });
    else if (form.type == 3)
      tile.template load<reads_at_once>([&](int k) { return tile.read_pair(k, 0); },
                                        [&](int k, DctQuad<T> v, Place& z, Place& other) {
                                          tile.put_pair(k, v, roots.factor(k), roots.second_factor(k), z, other);
                                        });
    else
      tile.template load<reads_at_once>([&](int j) { return tile.read_quarter(j, 0); },
                                        [&](int j, DctQuad<T> v, Place& z, Place& other) {
                                          tile.put_quarter(v, roots.factor(j), roots.factor(form.N - 1 - j), z, other);
                                        });
    // w_N^(c b), b < 64, and behind them w_N^(c 64 a), of each column c.
    const int near = min(turns, own), steps = turn_count();
    DctPair<T>* table = reinterpret_cast<DctPair<T>*>(shared + column_bytes());
    for (int place = 0; place < tile.columns; ++place)
      for (int i = team.lane; i < steps; i += team.size) {
        const int64_t k = i < near ? i : int64_t(turns) * (i - near);
        const complex<T> w = roots(roots.turn * (k * tile.column(place)));
        table[place * steps + i] = {w.re, w.im};
      }
    team.sync();
    tile.template passes<false>(false);
    const int total = tile.columns * own;
    for (int t = team.lane; t < total; t += team.size) {
      const int place = by_own.of(t), k = t - place * own;
      if (place % 2 && tile.lone(place / 2)) continue;
      const DctPair<T> b = table[place * steps + k % turns], c = table[place * steps + near + k / turns];
      const complex<T> z = tile.result(k, place) * (complex<T>{b.re, b.im} * complex<T>{c.re, c.im});
      between[tile.row * form.N + int64_t(tile.column(place)) * own + k] = {z.re, z.im};
    }
  }

  /// The second one.
  SCI_HD void results_of_row(int64_t item, Team team, char* shared) const {
    Tile tile(*this, item, team, shared);
    const int units = 1 << log_units, total = own * 2 * units;
    constexpr int many = 32 / sizeof(T);
    const DctPair<T>* z = between + tile.row * form.N;
    for (int t0 = team.lane; t0 < total; t0 += many * team.size) {
      DctPair<T> values[many];
      SCI_UNROLL for (int i = 0; i < many; ++i) {
        const int t = min(t0 + i * team.size, total - 1), side = t >> log_units & 1, u = t & (units - 1);
        values[i] = z[int64_t(other) * (t >> (log_units + 1)) + tile.column(2 * min(u, tile.valid - 1) + side)];
      }
      SCI_UNROLL for (int i = 0; i < many; ++i) {
        const int t = t0 + i * team.size, side = t >> log_units & 1, u = t & (units - 1);
        if (t < total && u < tile.valid) tile.at(t >> (log_units + 1), 2 * u + side) = values[i];
      }
    }
    team.sync();
    tile.template passes<false>(false);
    using Value = complex<T>;
    if (form.type == 1)
      tile.store([&](int k, Value v, Value w) { tile.take_extended(k, 0, v, w, roots.factor(k)); });
    else if (form.type == 2)
      tile.store([&](int k, Value v, Value w) { tile.take_pair(k, 0, v, w, roots.factor(k), roots.second_factor(k)); });
    else if (form.type == 3)
      tile.store([&](int p, Value v, Value w) { tile.take_quad(p, 0, {v.re, v.im}, {w.re, w.im}); });
    else
      tile.store([&](int k, Value v, Value w) {
        tile.take_quarter(k, 0, v, w, roots.factor(k), roots.factor(form.N - 1 - k));
      });
  }
};

template <class T>
struct DctFirstHalf : DctHalfway<T> {
  SCI_HD int64_t shared_bytes() const {
    return this->column_bytes() + this->columns() * this->turn_count() * int64_t(sizeof(DctPair<T>));
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const { this->columns_of_row(item, team, shared); }
  SCI_HD void operator()(int64_t item) const { team(item, Team{0, 1}, this->room); }
};
template <class T>
struct DctSecondHalf : DctHalfway<T> {
  SCI_HD int64_t shared_bytes() const { return this->column_bytes(); }
  SCI_HD void team(int64_t item, Team team, char* shared) const { this->results_of_row(item, team, shared); }
  SCI_HD void operator()(int64_t item) const { team(item, Team{0, 1}, this->room); }
};

}  // namespace sci
