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
// read together, and short rows are bundled. Places are spread by 1 / 7 against bank conflicts: steps of 8, 64 and 512
// places become odd.
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

/// Quotients u / d of numbers with u d < 2^31, by a product: factor = 2^31 / d rounded up.
struct DctDivisor {
  int32_t d = 1;
  uint32_t factor = 1u << 31;
  SCI_HD int of(int u) const { return int(uint64_t(uint32_t(u)) * factor >> 31); }
};

struct DctPass {
  int32_t radix, m, twiddles;  // w_(r m)^(p k) stands at twiddles + (k - 1) m + p
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
  int64_t tiles;
  DctDivisor by_inner, by_reads, by_writes;

  SCI_HD int reads() const {
    return plan.type == 3 ? pairs() : plan.type == 4 && !plan.whole ? (plan.N + 1) / 2 : plan.n;
  }
  SCI_HD int writes() const {
    if (plan.type == 3 || (plan.type == 4 && plan.whole)) return plan.n;
    return plan.type == 4 ? (plan.N + 1) / 2 : pairs();
  }
  SCI_HD int pairs() const { return plan.N / 2 + 1; }
  SCI_HD static int64_t spread(int64_t at) { return at + (at * 73 >> 9); }
  SCI_HD int64_t shared_bytes() const { return (spread(int64_t(plan.N) << log_columns) + 1) * sizeof(DctPair<T>); }

  /// The work of one team: columns of an item and where they are.
  struct Tile {
    const DctColumns& a;
    Team team;
    DctPair<T>* z;
    int64_t base;
    int outers, columns;

    SCI_HD DctPair<T>& at(int i, int c) const {
      const int place = i << a.log_columns;
      return z[place + (place * 73 >> 9) + c];
    }
    SCI_HD T& real(int i, int c) const { return reinterpret_cast<T*>(&at(i >> 1, c))[i & 1]; }

    /// f(i, c, start) for i < count and all columns c, whose first number is x[base + start], in the order of memory.
    template <class F>
    SCI_HD void each(int count, DctDivisor by_count, const F& f) const {
      const int total = a.bundled ? outers * count * a.inner : count << a.log_columns;
      for (int t = team.lane; t < total; t += team.size) {
        if (a.bundled) {
          const int k = a.bundle > 1 ? by_count.of(t) : 0, rest = t - k * count * a.inner;
          const int i = a.inner > 1 ? a.by_inner.of(rest) : rest, j = rest - i * a.inner;
          f(i, k * a.inner + j, int64_t(k) * a.plan.n * a.inner + j);
        } else {
          const int c = t & ((1 << a.log_columns) - 1);
          if (c < columns) f(t >> a.log_columns, c, int64_t(c));
        }
      }
    }

    SCI_HD T read(int m, int64_t start) const {
      const T value = a.x[base + start + int64_t(dct_place(m, a.plan.n, a.before)) * a.inner];
      return a.before == DctOrder::alternating && m % 2 ? -value : value;
    }
    SCI_HD void write(int k, int64_t start, T value) const {
      value *= a.after == DctOrder::alternating && k % 2 ? -a.scale : a.scale;
      a.y[base + start + int64_t(dct_place(k, a.plan.n, a.after)) * a.inner] = value;
    }

    // ---- before the transform --------------------------------------------------------------------------------

    SCI_HD void put(int m, int c, T value) const {
      const DctBlockPlan<T>& p = a.plan;
      if (p.type == 2) {
        const int place = m % 2 ? p.n - (m + 1) / 2 : m / 2;
        if (p.whole)
          at(place, c) = {value, T(0)};
        else
          real(place, c) = value;
      } else if (p.type == 4) {
        const int number = m % 2 ? 2 * (p.n - m) - 1 : 2 * m + 1;
        at(p.eighth * number % p.n, c) = {dct_sign_cos<T>(2 * m + 1) * value, T(0)};
      } else if (p.odd) {
        real(m + 1, c) = value;
        real(2 * p.N - 1 - m, c) = -value;
        if (m == 0) real(0, c) = real(p.N, c) = T(0);
      } else {
        const bool end = m == 0 || m == p.N;
        real(m, c) = end ? value * a.end_in : value;
        if (!end) real(2 * p.N - m, c) = value;
      }
    }
    /// Type 3: Z_k and Z_(N-k), parts exchanged.
    SCI_HD void put_pair(int k, int c, int64_t start) const {
      const DctBlockPlan<T>& p = a.plan;
      const complex<T> first{k == 0 ? a.end_in * read(0, start) : read(k, start),
                             k == 0 ? T(0) : -read(p.n - k, start)};
      const complex<T> t = factor(k);
      DctPair<T>&to = at(p.places[k], c), &mirrored = at(p.places[k == 0 ? 0 : p.N - k], c);
      if (p.whole) {
        const complex<T> v = conj(t) * first;
        to = {v.im, v.re};
        if (k > 0) mirrored = {-v.im, v.re};
        return;
      }
      const T u = read(p.N - k, start), v = k == 0 ? u : read(p.N + k, start), r = half_root();
      const complex<T> second{(u + v) * r, (v - u) * r};
      const complex<T> sum = conj(t) * (first + second), difference = conj(factor(pairs() + k)) * (first - second);
      to = {sum.im + difference.re, sum.re - difference.im};
      if (k > 0 && 2 * k != p.N) mirrored = {difference.re - sum.im, sum.re + difference.im};
    }
    /// Type 4: z_j and z_(N-1-j).
    SCI_HD void put_quarter(int j, int c, int64_t start) const {
      const int n = a.plan.n, other = a.plan.N - 1 - j;
      const T p = read(2 * j, start), q = read(2 * j + 1, start), r = read(n - 2 - 2 * j, start),
              s = read(n - 1 - 2 * j, start);
      const complex<T> z = factor(j) * complex<T>{p, s}, y = factor(other) * complex<T>{r, q};
      at(j, c) = {z.re, z.im};
      at(other, c) = {y.re, y.im};
    }

    // ---- after it --------------------------------------------------------------------------------------------

    SCI_HD void take(int k, int c, int64_t start) const {
      const DctBlockPlan<T>& p = a.plan;
      if (p.type == 3) {  // parts exchanged
        const int place = k % 2 ? p.n - (k + 1) / 2 : k / 2;
        write(k, start, p.whole ? at(place, c).im : real(place ^ 1, c));
        return;
      }
      const int b = 2 * k + 1, ub = p.n % 8 * (b % 8);
      const DctPair<T> value = at(p.places[b < p.n ? b : b - p.n], c);
      write(k, start, numbers::sqrt2<T> * (dct_sign_cos<T>(ub) * value.re + dct_sign_sin<T>(ub) * value.im));
    }
    SCI_HD void take_pair(int k, int c, int64_t start) const {
      const DctBlockPlan<T>& p = a.plan;
      const complex<T> z = transformed(k, c);
      const T end = k == 0 ? a.end_out : T(1);
      if (p.whole) {
        const complex<T> v = T(2) * (factor(k) * z);
        write(k, start, v.re * end);
        if (k > 0) write(p.n - k, start, -v.im);
        return;
      }
      const complex<T> other = conj(transformed(k == 0 ? 0 : p.N - k, c));
      const complex<T> even = p.type == 1 ? z + other : factor(k) * (z + other);
      const complex<T> o = factor(p.type == 1 ? k : pairs() + k) * (z - other), turned{-o.im, o.re};
      const complex<T> v = even - turned, w = even + turned;
      const bool two = 2 * k != p.N;
      if (p.type == 2) {
        write(k, start, v.re * end);
        if (k > 0) write(p.n - k, start, -v.im);
        if (two) write(p.N - k, start, (w.re - w.im) * half_root());
        if (two && k > 0) write(p.N + k, start, (w.re + w.im) * half_root());
      } else if (p.odd) {
        if (k > 0) write(k - 1, start, T(-0.5) * v.im);
        if (two && k > 0) write(p.N - k - 1, start, T(0.5) * w.im);
      } else {
        write(k, start, T(0.5) * v.re * end);
        if (two) write(p.N - k, start, T(0.5) * w.re * end);
      }
    }
    SCI_HD void take_quarter(int k, int c, int64_t start) const {
      const int n = a.plan.n, other = a.plan.N - 1 - k;
      const complex<T> v = factor(k) * transformed(k, c), w = factor(other) * transformed(other, c);
      write(2 * k, start, T(2) * v.re);
      write(n - 1 - 2 * k, start, T(-2) * v.im);
      if (other == k) return;
      write(2 * k + 1, start, T(-2) * w.im);
      write(n - 2 - 2 * k, start, T(2) * w.re);
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
      const int m = pass.m, total = a.plan.N / R << a.log_columns;
      for (int t = team.lane; t < total; t += team.size) {
        const int u = t >> a.log_columns, c = t & ((1 << a.log_columns) - 1);
        if (c >= columns) continue;
        const int block = pass.by_m.of(u), p = u - block * m, from = block * R * m + p;
        const DctPair<T>* w = a.plan.table + pass.twiddles + p;
        T re[R], im[R], wr[R], wi[R];
        SCI_UNROLL for (int j = 0; j < R; ++j) {
          const DctPair<T> value = at(from + m * j, c);
          re[j] = value.re;
          im[j] = value.im;
          wr[j] = T(1);
          wi[j] = T(0);
          if (j > 0 && m > 1) {
            const DctPair<T> f = w[(j - 1) * m];
            wr[j] = f.re;
            wi[j] = f.im;
          }
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

  template <bool large>
  SCI_HD void run(int64_t item, Team team, char* shared) const {
    const int64_t outer = bundled ? item * bundle : item / tiles, column = bundled ? 0 : item % tiles << log_columns;
    const int many = bundled ? int(min(int64_t(bundle), outers - outer)) : 1;
    const int columns = bundled ? many * inner : min(1 << log_columns, inner - int(column));
    const Tile tile{*this, team, reinterpret_cast<DctPair<T>*>(shared), outer * plan.n * inner + column, many, columns};
    if (plan.type == 3)
      tile.each(reads(), by_reads, [&](int k, int c, int64_t start) { tile.put_pair(k, c, start); });
    else if (plan.type == 4 && !plan.whole)
      tile.each(reads(), by_reads, [&](int k, int c, int64_t start) { tile.put_quarter(k, c, start); });
    else
      tile.each(reads(), by_reads, [&](int m, int c, int64_t start) {
        m = int(dct_place(m, plan.n, before));
        tile.put(m, c, tile.read(m, start));
      });
    team.sync();
    tile.template transform<large>();
    if (plan.type == 3 || (plan.type == 4 && plan.whole))
      tile.each(writes(), by_writes,
                [&](int k, int c, int64_t start) { tile.take(int(dct_place(k, plan.n, after)), c, start); });
    else if (plan.type == 4)
      tile.each(writes(), by_writes, [&](int k, int c, int64_t start) { tile.take_quarter(k, c, start); });
    else
      tile.each(writes(), by_writes, [&](int k, int c, int64_t start) { tile.take_pair(k, c, start); });
  }
};

/// `large`: with the radices 11 and 13, which take twice the registers of the others.
template <class T, bool large>
struct DctBlock : DctColumns<T> {
  SCI_HD void team(int64_t item, Team team, char* shared) const { this->template run<large>(item, team, shared); }
  SCI_HD void operator()(int64_t item) const { team(item, Team{0, 1}, this->room); }
};

}  // namespace sci
