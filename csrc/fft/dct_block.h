// Cosine and sine transforms in one kernel: a team reads its columns once, transforms them in shared memory and writes
// them once.                                                                      operator: csrc/ops/fft_dct.cpp
//
// The formulas are those of dct.h around a complex transform. Where dct.h has a transform of n real numbers v and n is
// even, v is packed as N = n / 2 complex numbers z_j = v_(2j) + i v_(2j+1). With w_k = exp(-2 pi i k / n),
// E = Z_k + conj(Z_(N-k)) and O = Z_k - conj(Z_(N-k)) [1]
//
//   2 V_k = E - i w_k O,   2 conj(V_(N-k)) = E + i w_k O
//
// The factors of types 2 and 3 obey t_(N-k) = exp(-i pi / 4) conj(t_k), so a pair k, N - k takes two products, with
// t_k and u_k = t_k w_k = t_(5k), and makes four results. Type 3 is the adjoint: from x_k, x_(n-k), x_(N-k), x_(N+k)
// with A = x_k - i x_(n-k) and B = exp(-i pi / 4) (x_(N-k) + i x_(N+k)),
//
//   S = conj(t_k) (A + B),  R = i conj(u_k) (A - B),   Z_k = S + R,  Z_(N-k) = conj(S - R)
//
// before an inverse transform, which is the forward one with real and imaginary parts exchanged. Odd n takes N = n with
// imaginary parts 0 (twice the work, the same bytes), and type 1 N = n -+ 1 for the extension of length 2 N.
//
// The passes work in place: one of radix r on blocks of r m numbers,
//
//   z_(p + m k) := w_(r m)^(p k) sum_j w_r^(j k) z_(p + m j),   p < m
//
// leaves Z_k at a place with the digits of k reversed, which a table has; the transposes in reverse order take it from
// there [2, sections 1.3, 1.4 and 1.8]. A place is read and written by the same lane, so a pass needs one sync and a
// number no second place in shared memory.
//
// Columns lie beside each other in shared memory: where other axes follow the transformed one, neighbours in memory are
// read together, and short rows are bundled. In shared memory a gap follows 128 bytes and eight times as many, so that
// the lanes of a warp meet few banks twice: a pass at 64, 8 or 1, and the digits reversed, take 1 to 2 times the
// accesses without conflicts (8 and 16 times without gaps).
//
// Sources  [1] J. W. Cooley, P. A. W. Lewis, P. D. Welch, "The fast Fourier transform algorithm: programming
//              considerations in the calculation of sine, cosine and Laplace transforms", J. Sound Vib. 12 (1970)
//          [2] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992
#pragma once
#include "core/team.h"
#include "fft/butterflies.h"
#include "fft/dct.h"

namespace sci {

/// A complex number that is read and written at once.
template <class T>
struct alignas(2 * sizeof(T)) DctPair {
  T re, im;
};

/// Four real numbers that follow each other.
template <class T>
struct alignas(16) DctQuad {
  T value[4];
};

/// Quotients u / d of numbers with u d < 2^31, by a product: factor = 2^31 / d rounded up.
struct DctDivisor {
  int32_t d = 1;
  uint32_t factor = 1u << 31;
  SCI_HD int of(int u) const { return int(uint64_t(uint32_t(u)) * factor >> 31); }
};

struct DctPass {
  int32_t radix, m, twiddles;  // w_(r m)^(p k) stands at twiddles + k m + p
  DctDivisor by_m;
};

/// What there is to do, the same for all columns. n: the length, N: that of the complex transform.
template <class T>
struct DctBlockPlan {
  static constexpr int max_passes = 16;
  int32_t type = 0, n = 0, N = 0;
  bool whole = false, odd = false;  // N = n for odd n; a sine transform of type 1
  int32_t count = 0, eighth = 0;
  DctPass pass[max_passes];
  const DctPair<T>*table = nullptr, *factors = nullptr;
  const unsigned short* places = nullptr;
};

/// The columns of an array and what is done to them.
template <class T>
struct DctColumns {
  DctBlockPlan<T> plan;
  const T* x;
  T* y;
  DctOrder before, after;
  T scale, end_in, end_out;
  char* room;  // of the CPU's one lane

  // An array (outers, n, inner). An item is a bundle of whole `outers`, or where `inner` is long, of 2^log_columns
  // columns of one.
  int64_t outers;
  int32_t inner, bundle, log_columns, team_size;
  bool bundled;
  bool aligned;  // rows are DctQuads
  int64_t tiles;
  DctDivisor by_inner, by_reads, by_writes;

  SCI_HD int reads() const { return plan.type == 3 ? pairs() : plan.type == 1 || plan.whole ? plan.n : quads(); }
  SCI_HD int writes() const {
    if (plan.type > 2) return plan.whole ? plan.n : quads();
    return pairs();
  }
  SCI_HD int quads() const { return (plan.N + 1) / 2; }
  SCI_HD int pairs() const { return plan.N / 2 + 1; }
  SCI_HD static int spread(int at) {
    constexpr int wave = sizeof(T) == 4 ? 4 : 3;
    return at + (at >> wave) + (at >> (wave + 3));
  }
  SCI_HD int64_t shared_bytes() const { return (spread(plan.N << log_columns) + 1) * int64_t(sizeof(DctPair<T>)); }

  /// The work of one team: columns of an item, or a `single` row.
  template <bool single>
  struct Tile {
    const DctColumns& a;
    Team team;
    DctPair<T>* z;
    const char* from;
    char* to;
    int32_t from_step, to_step;  // in bytes, of numbers 0, 1, ... of a column, which begin at from and to
    bool from_alternates, to_alternates;
    int outers, columns;

    SCI_HD int shift() const { return single ? 0 : a.log_columns; }
    SCI_HD DctPair<T>& at(int i, int c) const { return z[spread(i << shift()) + (single ? 0 : c)]; }
    SCI_HD T& real(int i, int c) const { return reinterpret_cast<T*>(&at(i >> 1, c))[i & 1]; }

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
        start = (int64_t(k) * a.plan.n * a.inner + j) * int64_t(sizeof(T));
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

    SCI_HD T read(int m, int64_t start) const {
      return *reinterpret_cast<const T*>(from + int64_t(m) * from_step + start);
    }
    SCI_HD void write(int k, int64_t start, T value) const { write_scaled(k, start, value * a.scale); }
    SCI_HD void write_signed(int k, int64_t start, T value) const { write_scaled(k, start, value * signed_scale(k)); }
    SCI_HD T signed_scale(int k) const { return to_alternates && k % 2 ? -a.scale : a.scale; }
    SCI_HD void write_scaled(int k, int64_t start, T value) const {
      *reinterpret_cast<T*>(to + int64_t(k) * to_step + start) = value;
    }

    // ---- before the transform --------------------------------------------------------------------------------

    /// Type 2 of even n: x_(4p) to x_(4p+3), of which z_p and z_(N-1-p) are made.
    SCI_HD DctQuad<T> read_quad(int p, int64_t start) const {
      if (a.aligned) return reinterpret_cast<const DctQuad<T>*>(from + start)[p];
      const int last = a.plan.n - 1;  // for odd N the one in the middle is x_(n-2) + i x_(n-1)
      return {read(4 * p, start), read(4 * p + 1, start), read(min(4 * p + 2, last), start),
              read(min(4 * p + 3, last), start)};
    }
    SCI_HD void put_quad(int p, int c, DctQuad<T> x) const {
      const int other = a.plan.N - 1 - p;
      const T* v = x.value;
      const bool middle = p == other;
      at(p, c) = {v[0], from_alternates && middle ? -v[2] : v[2]};
      if (!middle) at(other, c) = {from_alternates ? -v[3] : v[3], from_alternates ? -v[1] : v[1]};
    }
    /// Type 2 of odd n.
    SCI_HD void put_whole(int m, int c, T value) const {
      at(int(dct_unpermuted(m, a.plan.n)), c) = {from_alternates && m % 2 ? -value : value, T(0)};
    }
    /// Type 4 of odd n.
    SCI_HD void put_signed(int m, int c, T value) const {
      const int n = a.plan.n, number = m % 2 ? 2 * (n - m) - 1 : 2 * m + 1;
      at(a.plan.eighth * number % n, c) = {dct_sign_cos<T>(2 * m + 1) * value, T(0)};
    }
    /// Type 1.
    SCI_HD void put_extended(int m, int c, T value) const {
      const int N = a.plan.N;
      if (a.plan.odd) {
        real(m + 1, c) = value;
        real(2 * N - 1 - m, c) = -value;
        if (m == 0) real(0, c) = real(N, c) = T(0);
      } else {
        const bool end = m == 0 || m == N;
        real(m, c) = end ? value * a.end_in : value;
        if (!end) real(2 * N - m, c) = value;
      }
    }
    /// Type 3: x_k, x_(n-k), x_(N-k), x_(N+k); what is not needed repeats one of the others.
    SCI_HD DctQuad<T> read_pair(int k, int64_t start) const {
      const int n = a.plan.n, N = a.plan.whole ? k : a.plan.N;
      return {read(k, start), read(k == 0 ? 0 : n - k, start), read(N - k, start),
              read(a.plan.whole ? k : N + k, start)};
    }
    /// Z_k and Z_(N-k), parts exchanged.
    SCI_HD void put_pair(int k, int c, DctQuad<T> quad) const {
      const DctBlockPlan<T>& p = a.plan;
      const T* x = quad.value;
      const complex<T> first{k == 0 ? a.end_in * x[0] : x[0], k == 0 ? T(0) : -x[1]};
      const complex<T> t = factor(k);
      DctPair<T>&to = at(p.places[k], c), &mirrored = at(p.places[k == 0 ? 0 : p.N - k], c);
      if (p.whole) {
        const complex<T> v = conj(t) * first;
        to = {v.im, v.re};
        if (k > 0) mirrored = {-v.im, v.re};
        return;
      }
      const complex<T> second{(x[2] + x[3]) * half_root(), (x[3] - x[2]) * half_root()};
      const complex<T> sum = conj(t) * (first + second), difference = conj(factor(pairs() + k)) * (first - second);
      to = {sum.im + difference.re, sum.re - difference.im};
      if (k > 0 && 2 * k != p.N) mirrored = {difference.re - sum.im, sum.re + difference.im};
    }
    /// Type 4: x_(2j), x_(2j+1), x_(n-2-2j), x_(n-1-2j), of which z_j and z_(N-1-j) are made.
    SCI_HD DctQuad<T> read_quarter(int j, int64_t start) const {
      const int n = a.plan.n, other = a.plan.N - 1 - j;
      if (a.aligned) {
        auto* row = reinterpret_cast<const DctPair<T>*>(from + start + (from_step < 0 ? (n - 1) * from_step : 0));
        const DctPair<T> p = row[j], q = row[other];
        if (from_step < 0) return {q.im, q.re, p.im, p.re};
        return {p.re, p.im, q.re, q.im};
      }
      return {read(2 * j, start), read(2 * j + 1, start), read(n - 2 - 2 * j, start), read(n - 1 - 2 * j, start)};
    }
    SCI_HD void put_quarter(int j, int c, DctQuad<T> quad) const {
      const int other = a.plan.N - 1 - j;
      const T* x = quad.value;
      const complex<T> z = factor(j) * complex<T>{x[0], x[3]}, y = factor(other) * complex<T>{x[2], x[1]};
      at(j, c) = {z.re, z.im};
      at(other, c) = {y.re, y.im};
    }

    // ---- after it --------------------------------------------------------------------------------------------

    /// Type 3 of even n, parts exchanged: as read_quad.
    SCI_HD void take_quad(int p, int c, int64_t start) const {
      const int other = a.plan.N - 1 - p;
      const DctPair<T> z = at(p, c), y = at(other, c);
      const T even = a.scale, odd = signed_scale(1);
      if (a.aligned) {
        reinterpret_cast<DctQuad<T>*>(to + start)[p] = {z.im * even, y.re * odd, z.re * even, y.im * odd};
        return;
      }
      write_signed(4 * p, start, z.im);
      write_signed(4 * p + 1, start, p == other ? z.re : y.re);
      if (p == other) return;
      write_signed(4 * p + 2, start, z.re);
      write_signed(4 * p + 3, start, y.im);
    }
    /// Types 3 and 4 of odd n.
    SCI_HD void take_whole(int k, int c, int64_t start) const {
      const DctBlockPlan<T>& p = a.plan;
      if (p.type == 3) return write_signed(k, start, at(int(dct_unpermuted(k, p.n)), c).im);
      const int b = 2 * k + 1, ub = p.n % 8 * (b % 8);
      const DctPair<T> value = at(p.places[b < p.n ? b : b - p.n], c);
      write_signed(k, start, numbers::sqrt2<T> * (dct_sign_cos<T>(ub) * value.re + dct_sign_sin<T>(ub) * value.im));
    }
    /// Type 2 of odd n.
    SCI_HD void take_conjugates(int k, int c, int64_t start) const {
      const complex<T> v = T(2) * (factor(k) * transformed(k, c));
      write(k, start, k == 0 ? v.re * a.end_out : v.re);
      if (k > 0) write(a.plan.n - k, start, -v.im);
    }
    /// Type 2 of even n.
    SCI_HD void take_pair(int k, int c, int64_t start) const {
      const int n = a.plan.n, N = a.plan.N;
      const complex<T> z = transformed(k, c), other = conj(transformed(k == 0 ? 0 : N - k, c));
      const complex<T> even = factor(k) * (z + other), odd = factor(pairs() + k) * (z - other);
      const complex<T> v{even.re + odd.im, even.im - odd.re}, w{even.re - odd.im, even.im + odd.re};
      write(k, start, k == 0 ? v.re * a.end_out : v.re);
      if (2 * k != N) write(N - k, start, (w.re - w.im) * half_root());
      if (k == 0) return;
      write(n - k, start, -v.im);
      if (2 * k != N) write(N + k, start, (w.re + w.im) * half_root());
    }
    /// Type 1: the halves of real parts, or for sines of imaginary ones.
    SCI_HD void take_extended(int k, int c, int64_t start) const {
      const int N = a.plan.N;
      const complex<T> z = transformed(k, c), other = conj(transformed(k == 0 ? 0 : N - k, c));
      const complex<T> even = z + other, odd = factor(k) * (z - other);
      const bool two = 2 * k != N;
      if (!a.plan.odd) {
        const T half = k == 0 ? a.end_out / 2 : T(0.5);
        write(k, start, half * (even.re + odd.im));
        if (two) write(N - k, start, half * (even.re - odd.im));
      } else if (k > 0) {
        write(k - 1, start, T(-0.5) * (even.im - odd.re));
        if (two) write(N - k - 1, start, T(0.5) * (even.im + odd.re));
      }
    }
    SCI_HD void take_quarter(int k, int c, int64_t start) const {
      const int n = a.plan.n, other = a.plan.N - 1 - k;
      const complex<T> v = factor(k) * transformed(k, c), w = factor(other) * transformed(other, c);
      write_two(2 * k, start, T(2) * v.re, T(-2) * w.im);
      if (other != k) write_two(n - 2 - 2 * k, start, T(2) * w.re, T(-2) * v.im);
    }
    /// Numbers k and k + 1 of a column, k even.
    SCI_HD void write_two(int k, int64_t start, T first, T second) const {
      if (a.aligned) {
        reinterpret_cast<DctPair<T>*>(to + start)[k / 2] = {first * a.scale, second * signed_scale(1)};
      } else {
        write_signed(k, start, first);
        write_signed(k + 1, start, second);
      }
    }

    // ---- the transform ---------------------------------------------------------------------------------------

    SCI_HD int pairs() const { return a.pairs(); }
    SCI_HD static T half_root() { return T(0.7071067811865475244008443621048490392848L); }
    SCI_HD complex<T> factor(int k) const {
      const DctPair<T> f = a.plan.factors[k];
      return {f.re, f.im};
    }
    SCI_HD complex<T> transformed(int k, int c) const {
      const DctPair<T> f = at(a.plan.places[k], c);
      return {f.re, f.im};
    }

    /// The pass of radix R, or with `transposed` its transpose.
    template <int R>
    SCI_HD void run(const DctPass& pass, bool transposed) const {
      const int m = pass.m, total = a.plan.N / R << shift();
      for (int t = team.lane; t < total; t += team.size) {
        const int u = t >> shift(), c = t & ((1 << shift()) - 1);
        if (!single && c >= columns) continue;
        const int block = pass.by_m.of(u), p = u - block * m, from = block * R * m + p;
        const uint32_t w = uint32_t(pass.twiddles + p);
        T re[R], im[R], wr[R], wi[R];
        SCI_UNROLL for (int j = 0; j < R; ++j) {
          const DctPair<T> value = at(from + m * j, c);
          re[j] = value.re;
          im[j] = value.im;
          const DctPair<T> f = a.plan.table[w + uint32_t(j * m)];
          wr[j] = f.re;
          wi[j] = f.im;
        }
        if (transposed && m > 1) turn<R>(re, im, wr, wi);
        FftButterfly<R, T, T>::run(re, im);
        if (!transposed && m > 1) turn<R>(re, im, wr, wi);
        SCI_UNROLL for (int j = 0; j < R; ++j) at(from + m * j, c) = {re[j], im[j]};
      }
    }
    template <int R>
    SCI_HD static void turn(T* re, T* im, const T* wr, const T* wi) {
      SCI_UNROLL for (int k = 1; k < R; ++k) {
        const T x = re[k];
        re[k] = x * wr[k] - im[k] * wi[k];
        im[k] = x * wi[k] + im[k] * wr[k];
      }
    }
    template <bool large>
    SCI_HD void transform() const {
      const bool transposed = a.plan.type == 3;
      for (int i = 0; i < a.plan.count; ++i) {
        const DctPass& pass = a.plan.pass[transposed ? a.plan.count - 1 - i : i];
        switch (pass.radix) {
          case 2: run<2>(pass, transposed); break;
          case 3: run<3>(pass, transposed); break;
          case 4: run<4>(pass, transposed); break;
          case 5: run<5>(pass, transposed); break;
          case 7: run<7>(pass, transposed); break;
          case 8: run<8>(pass, transposed); break;
          default:
            if constexpr (large) {
              if (pass.radix == 11)
                run<11>(pass, transposed);
              else
                run<13>(pass, transposed);
            }
        }
        team.sync();
      }
    }
  };

  template <bool large, bool single>
  SCI_HD void run(int64_t item, Team team, char* shared) const {
    const int64_t outer = bundled ? item * bundle : item / tiles, column = bundled ? 0 : item % tiles << log_columns;
    const int many = bundled ? int(min(int64_t(bundle), outers - outer)) : 1;
    const int64_t base = outer * plan.n * inner + column, last = int64_t(plan.n - 1) * inner;
    const bool down_from = before == DctOrder::reversed, down_to = after == DctOrder::reversed;
    const Tile<single> tile{*this,
                            team,
                            reinterpret_cast<DctPair<T>*>(shared),
                            reinterpret_cast<const char*>(x + base + (down_from ? last : 0)),
                            reinterpret_cast<char*>(y + base + (down_to ? last : 0)),
                            (down_from ? -inner : inner) * int(sizeof(T)),
                            (down_to ? -inner : inner) * int(sizeof(T)),
                            before == DctOrder::alternating,
                            after == DctOrder::alternating,
                            many,
                            bundled ? many * inner : min(1 << log_columns, inner - int(column))};
    constexpr int reads_at_once = 64 / sizeof(T);
    auto read = [&](int m, int64_t start) { return tile.read(m, start); };
    if (plan.type == 3)
      tile.template load<reads_at_once / 4>([&](int k, int64_t start) { return tile.read_pair(k, start); },
                                            [&](int k, int c, DctQuad<T> q) { tile.put_pair(k, c, q); });
    else if (plan.type == 1)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_extended(m, c, value); });
    else if (plan.whole && plan.type == 2)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_whole(m, c, value); });
    else if (plan.whole)
      tile.template load<reads_at_once>(read, [&](int m, int c, T value) { tile.put_signed(m, c, value); });
    else if (plan.type == 2)
      tile.template load<reads_at_once / 4>([&](int p, int64_t start) { return tile.read_quad(p, start); },
                                            [&](int p, int c, DctQuad<T> q) { tile.put_quad(p, c, q); });
    else
      tile.template load<reads_at_once / 4>([&](int j, int64_t start) { return tile.read_quarter(j, start); },
                                            [&](int j, int c, DctQuad<T> q) { tile.put_quarter(j, c, q); });
    team.sync();
    tile.template transform<large>();
    if (plan.type == 1)
      tile.store([&](int k, int c, int64_t start) { tile.take_extended(k, c, start); });
    else if (plan.type == 2 && plan.whole)
      tile.store([&](int k, int c, int64_t start) { tile.take_conjugates(k, c, start); });
    else if (plan.type == 2)
      tile.store([&](int k, int c, int64_t start) { tile.take_pair(k, c, start); });
    else if (plan.whole)
      tile.store([&](int k, int c, int64_t start) { tile.take_whole(k, c, start); });
    else if (plan.type == 3)
      tile.store([&](int p, int c, int64_t start) { tile.take_quad(p, c, start); });
    else
      tile.store([&](int k, int c, int64_t start) { tile.take_quarter(k, c, start); });
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
