// Cosine and sine transforms in one kernel: a team reads its columns once, transforms them in shared memory and writes
// them once.                                                                      operator: csrc/ops/fft_dct.cpp
//
// Passes are those of block_passes.h, formulas those of dct_ends.h. Where other axes follow the transformed one,
// neighbours in memory are read together, as columns of one transform, and short rows are bundled.
#pragma once
#include "fft/dct_ends.h"

namespace sci {

/// The columns of an array and what is done to them.
template <class T>
struct DctColumns {
  DctForm<T> form;
  DctPassPlan<T> passes;
  const DctPair<T>* factors;  // t_k and then u_k, or what there is
  const T* x;
  T* y;
  char* room;  // of the CPU's one lane

  // An array (outers, n, inner). An item is a bundle of whole `outers`, or where `inner` is long, of 2^log_columns
  // columns of one.
  int64_t outers;
  int32_t inner, bundle, log_columns, team_size;
  bool bundled;
  int64_t tiles;
  DctDivisor by_inner, by_reads, by_writes;

  SCI_HD int reads() const {
    return form.type == 3 ? form.pairs() : form.type == 1 || form.whole ? form.n : form.quads();
  }
  SCI_HD int writes() const {
    if (form.type > 2) return form.whole ? form.n : form.quads();
    return form.pairs();
  }
  SCI_HD int64_t shared_bytes() const { return DctPasses<T, false>::bytes(passes, log_columns); }

  /// The work of one team: columns of an item, or a `single` row.
  template <bool single>
  struct Tile : DctPasses<T, single>, DctEnds<T> {
    using DctPasses<T, single>::at, DctPasses<T, single>::placed, DctPasses<T, single>::team;
    using DctPasses<T, single>::columns;
    using DctEnds<T>::from_alternates, DctEnds<T>::write, DctEnds<T>::write_signed;
    const DctColumns& a;
    int outers;

    SCI_HD Tile(const DctColumns& all, Team team_, char* shared, int64_t base, int outers_, int columns_)
        : DctPasses<T, single>{all.passes, team_, reinterpret_cast<DctPair<T>*>(shared), all.log_columns, columns_},
          DctEnds<T>(all.form, all.x + base, all.y + base, all.inner),
          a(all),
          outers(outers_) {}
    SCI_HD T& real(int i, int c) const { return reinterpret_cast<T*>(&at(i >> 1, c))[i & 1]; }
    SCI_HD complex<T> factor(int k) const {
      const DctPair<T> f = a.factors[k];
      return {f.re, f.im};
    }
    SCI_HD complex<T> second_factor(int k) const { return factor(a.form.pairs() + k); }
    SCI_HD complex<T> transformed(int k, int c) const {
      const DctPair<T> f = placed(k, c);
      return {f.re, f.im};
    }
    SCI_HD int mirrored(int k) const { return k == 0 ? 0 : a.form.N - k; }

    SCI_HD int spots(int count) const {
      return single ? count : a.bundled ? outers * count * a.inner : count << a.log_columns;
    }
    /// Number i < count of column c, which begins `start` bytes after the first, in the order of memory. False where a
    /// tile is not full.
    SCI_HD bool spot(int t, int count, DctDivisor by_count, int& i, int& c, int64_t& start) const {
      if (single) {
        i = t;
        c = 0;
        start = 0;
        return true;
      }
      if (a.bundled) {
        const int k = a.bundle > 1 ? by_count.of(t) : 0, rest = t - k * count * a.inner;
        i = a.inner > 1 ? a.by_inner.of(rest) : rest;
        const int j = rest - i * a.inner;
        c = k * a.inner + j;
        start = (int64_t(k) * a.form.n * a.inner + j) * int64_t(sizeof(T));
        return true;
      }
      i = t >> a.log_columns;
      c = t & ((1 << a.log_columns) - 1);
      const bool in = c < columns;
      start = in ? c * int(sizeof(T)) : 0;
      return in;
    }
    /// put(i, c, read(i, start)) for all spots, `Many` reads at a time on their way to a lane.
    template <int Many, class Read, class Put>
    SCI_HD void load(const Read& read, const Put& put) const {
      const int count = a.reads(), total = spots(count);
      for (int first = team.lane; first < total; first += Many * team.size) {
        decltype(read(0, int64_t(0))) values[Many];
        int i, c;
        int64_t start;
        SCI_UNROLL for (int u = 0; u < Many; ++u) {
          spot(min(first + u * team.size, total - 1), count, a.by_reads, i, c, start);
          values[u] = read(i, start);
        }
        SCI_UNROLL for (int u = 0; u < Many; ++u) {
          const int t = first + u * team.size;
          if (t < total && spot(t, count, a.by_reads, i, c, start)) put(i, c, values[u]);
        }
      }
    }
    /// take(i, c, start) for all spots.
    template <class Take>
    SCI_HD void store(const Take& take) const {
      const int count = a.writes(), total = spots(count);
      for (int t = team.lane; t < total; t += team.size) {
        int i, c;
        int64_t start;
        if (spot(t, count, a.by_writes, i, c, start)) take(i, c, start);
      }
    }

    // ---- odd lengths and type 1 ------------------------------------------------------------------------------

    /// Type 2 of odd n.
    SCI_HD void put_whole(int m, int c, T value) const {
      at(int(dct_unpermuted(m, a.form.n)), c) = {from_alternates() && m % 2 ? -value : value, T(0)};
    }
    /// Type 4 of odd n.
    SCI_HD void put_signed(int m, int c, T value) const {
      const int n = a.form.n, number = m % 2 ? 2 * (n - m) - 1 : 2 * m + 1;
      at(a.form.eighth * number % n, c) = {dct_sign_cos<T>(2 * m + 1) * value, T(0)};
    }
    /// Type 1.
    SCI_HD void put_extended(int m, int c, T value) const {
      const int N = a.form.N;
      if (a.form.odd) {
        real(m + 1, c) = value;
        real(2 * N - 1 - m, c) = -value;
        if (m == 0) real(0, c) = real(N, c) = T(0);
      } else {
        const bool end = m == 0 || m == N;
        real(m, c) = end ? value * a.form.end_in : value;
        if (!end) real(2 * N - m, c) = value;
      }
    }
    /// Types 3 and 4 of odd n.
    SCI_HD void take_whole(int k, int c, int64_t start) const {
      const int n = a.form.n;
      if (a.form.type == 3) return write_signed(k, start, at(int(dct_unpermuted(k, n)), c).im);
      const int b = 2 * k + 1, ub = n % 8 * (b % 8);
      const DctPair<T> value = placed(b < n ? b : b - n, c);
      write_signed(k, start, numbers::sqrt2<T> * (dct_sign_cos<T>(ub) * value.re + dct_sign_sin<T>(ub) * value.im));
    }
    /// Type 2 of odd n.
    SCI_HD void take_conjugates(int k, int c, int64_t start) const {
      const complex<T> v = T(2) * (factor(k) * transformed(k, c));
      write(k, start, k == 0 ? v.re * a.form.end_out : v.re);
      if (k > 0) write(a.form.n - k, start, -v.im);
    }
  };

  template <bool large, bool single>
  SCI_HD void run(int64_t item, Team team, char* shared) const {
    const int64_t outer = bundled ? item * bundle : item / tiles, column = bundled ? 0 : item % tiles << log_columns;
    const int many = bundled ? int(min(int64_t(bundle), outers - outer)) : 1;
    Tile<single> tile(*this, team, shared, outer * form.n * inner + column, many,
                      bundled ? many * inner : min(1 << log_columns, inner - int(column)));
    const int last = form.N - 1;
    constexpr int reads_at_once = 64 / sizeof(T);
    auto read = [&](int m, int64_t start) { return tile.read(m, start); };
    if (form.type == 3)
      tile.template load<reads_at_once / 4>([&](int k, int64_t start) { return tile.read_pair(k, start); },
                                            [&](int k, int c, DctQuad<T> q) {
                                              const complex<T> u = form.whole ? complex<T>{} : tile.second_factor(k);
                                              tile.put_pair(k, q, tile.factor(k), u, tile.placed(k, c),
                                                            tile.placed(tile.mirrored(k), c));
                                            });
    else if (form.type == 1)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_extended(m, c, value); });
    else if (form.whole && form.type == 2)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_whole(m, c, value); });
    else if (form.whole)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_signed(m, c, value); });
    else if (form.type == 2)
      tile.template load<reads_at_once / 4>(
          [&](int p, int64_t start) { return tile.read_quad(p, start); },
          [&](int p, int c, DctQuad<T> q) { tile.put_quad(p, q, tile.at(p, c), tile.at(last - p, c)); });
    else
      tile.template load<reads_at_once / 4>([&](int j, int64_t start) { return tile.read_quarter(j, start); },
                                            [&](int j, int c, DctQuad<T> q) {
                                              tile.put_quarter(q, tile.factor(j), tile.factor(last - j), tile.at(j, c),
                                                               tile.at(last - j, c));
                                            });
    team.sync();
    tile.template transform<large>(form.type == 3);
    if (form.type == 1)
      tile.store([&](int k, int c, int64_t start) {
        tile.take_extended(k, start, tile.transformed(k, c), tile.transformed(tile.mirrored(k), c), tile.factor(k));
      });
    else if (form.type == 2 && form.whole)
      tile.store([&](int k, int c, int64_t start) { tile.take_conjugates(k, c, start); });
    else if (form.type == 2)
      tile.store([&](int k, int c, int64_t start) {
        tile.take_pair(k, start, tile.transformed(k, c), tile.transformed(tile.mirrored(k), c), tile.factor(k),
                       tile.second_factor(k));
      });
    else if (form.whole)
      tile.store([&](int k, int c, int64_t start) { tile.take_whole(k, c, start); });
    else if (form.type == 3)
      tile.store([&](int p, int c, int64_t start) { tile.take_quad(p, start, tile.at(p, c), tile.at(last - p, c)); });
    else
      tile.store([&](int k, int c, int64_t start) {
        tile.take_quarter(k, start, tile.transformed(k, c), tile.transformed(last - k, c), tile.factor(k),
                          tile.factor(last - k));
      });
  }
};

/// `large`: with the radices 11 and 13, which take twice the registers of the others; `single`: an item is a row.
template <class T, bool large, bool single>
struct DctBlock : DctColumns<T> {
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    this->template run<large, single>(item, team, shared);
  }
  SCI_HD void operator()(int64_t item) const { team(item, Team{0, 1}, this->room); }
};

}  // namespace sci
