// Complex transforms of columns in shared memory by a team: what the cosine and sine transforms of dct_block.h and
// dct_two.h are made around.                                                      operator: csrc/ops/fft_dct.cpp
//
// The passes work in place: one of radix r on blocks of r m numbers,
//
//   z_(p + m k) := w_(r m)^(p k) sum_j w_r^(j k) z_(p + m j),   p < m
//
// leaves Z_k at a place with the digits of k reversed, which a table has; the transposes in reverse order take it from
// there [1, sections 1.3, 1.4 and 1.8]. A place is read and written by the same lane, so a pass needs one sync and a
// number no second place in shared memory.
//
// A length with a large prime factor is a convolution: with b_j = exp(-i pi j^2 / n), j k = (j^2 + k^2 - (k - j)^2) / 2
// makes Z_k = b_k sum_j (b_j z_j) conj(b_(k-j)), which transforms of a length N >= 2 n - 1 do: one, and the transpose
// of it, with the order of the digits between them [2].
//
// Columns lie beside each other. A gap follows 128 bytes and eight times as many, so that the lanes of a warp meet few
// banks twice: a pass at 64, 8 or 1, and the digits reversed, take 1 to 2 times the accesses without conflicts (8 and
// 16 times without gaps).
//
// Sources  [1] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992
//          [2] L. I. Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", IEEE
//              Trans. Audio and Electroacoustics 18 (1970)
#pragma once
#include "core/complex.h"
#include "core/team.h"
#include "fft/butterflies.h"

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
  int32_t radix = 0, m = 0, twiddles = 0;  // w_(r m)^(p k) stands at twiddles + k m + p
  DctDivisor by_m;
  int32_t roots = 0;  // of a radix above 13, w_r^a at roots + a; `by_rest` divides by N / r
  DctDivisor by_rest;
};

/// A transform of N numbers.
template <class T>
struct DctPassPlan {
  static constexpr int max_passes = 16;
  int32_t N = 0, count = 0;
  DctPass pass[max_passes];
  const DctPair<T>* table = nullptr;
  const unsigned short* places = nullptr;  // where Z_k is left
  // A transform of fewer numbers by a convolution of N: how many, b_j, and the transform of conj(b) over N in the order
  // in which passes leave it.
  int32_t convolved = 0;
  bool spare = false;  // a radix above 13 needs a second place for each number
  const DctPair<T>*chirp = nullptr, *spectrum = nullptr;
};

/// 2^log_columns columns in shared memory, of which `columns` are there; or a `single` one.
template <class T, bool single>
struct DctPasses {
  const DctPassPlan<T>& plan;
  Team team;
  DctPair<T>* z;
  int log_columns, columns;
  bool forth = false;  // at the second places

  SCI_HD static int64_t bytes(const DctPassPlan<T>& plan, int log_columns) {
    return bytes(plan.N << log_columns) * (plan.spare ? 2 : 1);
  }
  SCI_HD static int spread(int at) {
    constexpr int wave = sizeof(T) == 4 ? 4 : 3;
    return at + (at >> wave) + (at >> (wave + 3));
  }
  SCI_HD static int64_t bytes(int count) { return (spread(count) + 1) * int64_t(sizeof(DctPair<T>)); }
  SCI_HD int shift() const { return single ? 0 : log_columns; }
  SCI_HD DctPair<T>& at(int i, int c) const { return z[spread(i << shift()) + (single ? 0 : c)]; }
  SCI_HD DctPair<T>& placed(int k, int c) const { return at(plan.places[k], c); }

  /// The pass of radix R, or with `transposed` its transpose.
  template <int R>
  SCI_HD void run(const DctPass& pass, bool transposed) const {
    const int m = pass.m, total = plan.N / R << shift();
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
        const DctPair<T> f = plan.table[w + uint32_t(j * m)];
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
  /// The pass of any odd radix r, to the other places: a lane makes results k and r - k of one transform of r numbers,
  /// neighbours those of neighbouring transforms. Before its transpose numbers are turned in a sweep of their own.
  SCI_HD void run_any(const DctPass& pass, bool transposed) {
    const int r = pass.radix, m = pass.m, rest = plan.N / r, total = (r / 2 + 1) * rest << shift();
    if (transposed) turn_any(pass);
    DctPair<T>* const from = z;
    z = reinterpret_cast<DctPair<T>*>(reinterpret_cast<char*>(from) + (forth ? -1 : 1) * bytes(plan.N << shift()));
    forth = !forth;
    const DctPair<T>* roots = plan.table + pass.roots;
    for (int t = team.lane; t < total; t += team.size) {
      const int u = t >> shift(), c = t & ((1 << shift()) - 1);
      if (!single && c >= columns) continue;
      const int k = pass.by_rest.of(u), s = u - k * rest, block = pass.by_m.of(s), p = s - block * m;
      const int start = block * r * m + p;
      const DctPair<T>* twiddles = plan.table + pass.twiddles + p;
      auto number = [&](int j) -> complex<T> {
        const DctPair<T> x = from[spread((start + m * j) << shift()) + (single ? 0 : c)];
        return {x.re, x.im};
      };
      complex<T> even = number(0), odd{};
      for (int j = 1, a = k; j <= r / 2; ++j) {
        const complex<T> x = number(j), y = number(r - j), plus = x + y, minus = x - y;
        const DctPair<T> w = roots[a];
        even.re += plus.re * w.re;
        even.im += plus.im * w.re;
        odd.re -= minus.im * w.im;
        odd.im += minus.re * w.im;
        a += k;
        if (a >= r) a -= r;
      }
      auto put = [&](int to, complex<T> value) {
        if (!transposed) {
          const DctPair<T> w = twiddles[m * to];
          value = value * complex<T>{w.re, w.im};
        }
        at(start + m * to, c) = {value.re, value.im};
      };
      put(k, even + odd);
      if (k > 0) put(r - k, even - odd);
    }
  }
  SCI_HD void turn_any(const DctPass& pass) const {
    const int m = pass.m, size = pass.radix * m, total = plan.N << shift();
    for (int t = team.lane; t < total; t += team.size) {
      const int i = t >> shift(), c = t & ((1 << shift()) - 1);
      if (!single && c >= columns) continue;
      DctPair<T>& value = at(i, c);
      const DctPair<T> z = value, w = plan.table[pass.twiddles + i % size];
      value = {z.re * w.re - z.im * w.im, z.re * w.im + z.im * w.re};
    }
    team.sync();
  }
  /// From numbers in order to digits reversed, or transposed the other way round; of a convolution both in order.
  template <bool large>
  SCI_HD void transform(bool transposed) {
    const bool convolved = plan.convolved > 0;
    for (int round = 0; round <= int(convolved); ++round) {
      if (convolved && round == 0)
        multiply(plan.chirp, plan.convolved, false, false);
      else if (convolved)
        multiply(plan.spectrum, plan.N, false, true);
      passes<large>(convolved ? round == 1 : transposed);
    }
    if (convolved) multiply(plan.chirp, plan.convolved, true, false);
  }
  /// z_i f_i, 0 from `count` on; before it or behind it real and imaginary parts change places.
  SCI_HD void multiply(const DctPair<T>* factors, int count, bool exchange, bool exchange_after) const {
    const int total = plan.N << shift();
    for (int t = team.lane; t < total; t += team.size) {
      const int i = t >> shift(), c = t & ((1 << shift()) - 1);
      if (!single && c >= columns) continue;
      DctPair<T>& value = at(i, c);
      if (i >= count) {
        value = {T(0), T(0)};
        continue;
      }
      const DctPair<T> z = value, f = factors[i];
      const complex<T> product = complex<T>{f.re, f.im} * (exchange ? complex<T>{z.im, z.re} : complex<T>{z.re, z.im});
      value = exchange_after ? DctPair<T>{product.im, product.re} : DctPair<T>{product.re, product.im};
    }
    team.sync();
  }
  template <bool large>
  SCI_HD void passes(bool transposed) {
    for (int i = 0; i < plan.count; ++i) {
      const DctPass& pass = plan.pass[transposed ? plan.count - 1 - i : i];
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
            else if (pass.radix == 13)
              run<13>(pass, transposed);
            else
              run_any(pass, transposed);
          }
      }
      team.sync();
    }
  }
};

}  // namespace sci
