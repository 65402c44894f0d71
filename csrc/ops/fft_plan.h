// Plans of the CPU's cosine and sine transforms: factors, twiddle tables, and the cache that keeps the latest.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "fft/dct_long.h"

namespace sci {

/// exp(-2 pi i e / n), e up to `last`, rounded once: products of two entries of short tables in long double.
class FftRoots {
 public:
  FftRoots(int64_t n, int64_t last) : bits_(1) {
    while ((int64_t(1) << 2 * bits_) <= last) ++bits_;
    for (int64_t e = 0; e < int64_t(1) << bits_; ++e) low_.push_back(exact(e, n));
    for (int64_t e = 0; e <= last; e += int64_t(1) << bits_) high_.push_back(exact(e, n));
  }
  template <class T>
  void write(int64_t e, T* to) const {
    const Pair &a = high_[e >> bits_], &b = low_[e & ((int64_t(1) << bits_) - 1)];
    to[0] = T(a.re * b.re - a.im * b.im);
    to[1] = T(a.re * b.im + a.im * b.re);
  }

 private:
  struct Pair {
    long double re, im;
  };
  // The angle is reduced to an eighth of the circle in integers, so that no error of pi is magnified.
  static Pair exact(int64_t e, int64_t n) {
    int64_t x = 8 * (e % n), octant = x / n, rest = x - octant * n;
    if (octant % 2) rest = n - rest;
    long double angle = 0.7853981633974483096156608458198757210493L * (static_cast<long double>(rest) / n);
    long double c = std::cos(angle), s = std::sin(angle);
    if ((octant + 1) / 2 % 2) std::swap(c, s);  // octants 1, 2, 5, 6
    if (octant >= 2 && octant < 6) c = -c;
    return {c, octant < 4 ? -s : s};
  }
  int bits_;
  std::vector<Pair> low_, high_;
};

/// The factors of n up to fft_max_prime, fours first; empty for n with a larger prime factor, and for 1.
inline std::vector<int64_t> fft_factors(int64_t n) {
  std::vector<int64_t> factors;
  for (; n % 4 == 0; n /= 4) factors.push_back(4);
  for (int64_t f = 2; f <= fft_max_prime && n > 1; ++f)
    for (; n % f == 0; n /= f) factors.push_back(f);
  return n == 1 ? factors : std::vector<int64_t>();
}

/// The least 5-smooth number from n on.
inline int64_t fft_next_smooth(int64_t n) {
  int64_t best = 1;
  while (best < n) best *= 2;
  for (int64_t five = 1; five < best; five *= 5)
    for (int64_t three = five; three < best; three *= 3) {
      int64_t f = three;
      while (f < n) f *= 2;
      best = min(best, f);
    }
  return best;
}

inline bool fft_is_smooth(int64_t n) { return n == 1 || !fft_factors(n).empty(); }

template <class T>
struct FftPassesPlan {
  FftPasses<T> passes;
  std::vector<T> table, roots;

  explicit FftPassesPlan(int64_t n) {
    passes.n = n;
    int64_t left = n, stride = 1;
    for (int64_t r : fft_factors(n)) {
      int64_t m = left / r, at = int64_t(table.size());
      passes.pass[passes.count++] = {r, m, stride, at, int64_t(roots.size())};
      table.resize(table.size() + 2 * (r - 1) * m);
      FftRoots root(left, left);
      for (int64_t p = 0; p < m; ++p)
        for (int64_t k = 1; k < r; ++k) root.write(p * k, &table[at + 2 * ((r - 1) * p + k - 1)]);
      if (r > 5) {
        FftRoots unit(r, r);
        roots.resize(roots.size() + 2 * r);
        T* to = &roots[roots.size() - 2 * r];
        for (int64_t j = 0; j < r; ++j) {
          T value[2];
          unit.write(j, value);
          to[j] = value[0];
          to[r + j] = -value[1];
        }
      }
      left = m;
      stride *= r;
    }
    passes.table = table.data();
    passes.roots = roots.data();
  }
  FftPassesPlan(const FftPassesPlan&) = delete;
};

template <class T>
struct FftLongPlan {
  std::unique_ptr<FftPassesPlan<T>> columns, rows;
  FftLong<T> fft;
  std::vector<T> twiddles;

  explicit FftLongPlan(int64_t n) {
    constexpr int64_t wide = FftLong<T>::wide;
    int64_t c = best_columns(n), r = n / c;
    columns = std::make_unique<FftPassesPlan<T>>(c);
    rows = std::make_unique<FftPassesPlan<T>>(r);
    fft.n = n;
    fft.columns = c;
    fft.rows = r;
    fft.columns_fft = columns->passes;
    fft.rows_fft = rows->passes;
    fft.pitch = fft.column_groups() * wide;
    if (fft.pitch % 64 == 0) fft.pitch += wide;  // rows a large power of 2 apart would share few cache sets
    twiddles.resize(fft.column_groups() * r * 2 * wide);
    FftRoots root(n, n);
    for (int64_t l = 0; l < c; ++l)
      for (int64_t k = 0; k < r; ++k) {
        T value[2], *to = &twiddles[(l / wide * r + k) * 2 * wide + l % wide];
        root.write(l * k, value);
        to[0] = value[0];
        to[wide] = value[1];
      }
    fft.twiddles = twiddles.data();
  }

  /// The divisor of n nearest to its square root, unless lanes would stay empty.
  static int64_t best_columns(int64_t n) {
    constexpr int L = FftLong<T>::L;
    int64_t best = 1;
    double least = 1e300;
    for (int64_t c = 1; c <= n; ++c) {
      if (n % c) continue;
      double r = double(n / c), full_c = double((c + L - 1) / L * L), full_r = std::ceil(r / L) * L;
      double cost = full_c / double(c) * (std::log2(r) + 3) + full_r / r * (std::log2(double(c)) + 3) +
                    std::abs(std::log2(double(c) / r)) / 2;
      if (cost < least) least = cost, best = c;
    }
    return best;
  }
};

/// The tables of FftChirp for length h.
template <class T>
struct FftChirpPlan {
  FftChirp<T> chirp;
  std::vector<T> table, spectrum;

  /// `transform(re, im)` transforms n numbers in place, the length of the convolution.
  template <class Transform>
  FftChirpPlan(int64_t h, int64_t n, const Transform& transform) : table(2 * h), spectrum(2 * n) {
    FftRoots root(2 * h, 2 * h);
    std::vector<T> re(n, T(0)), im(n, T(0));
    for (int64_t j = 0, square = 0; j < h; square = (square + 2 * j + 1) % (2 * h), ++j) {
      T* b = &table[2 * j];
      root.write(square, b);
      b[1] = -b[1];
      re[j] = b[0] / T(n);
      im[j] = b[1] / T(n);
      if (j > 0) re[n - j] = re[j], im[n - j] = im[j];
    }
    transform(re.data(), im.data());
    for (int64_t k = 0; k < n; ++k) spectrum[2 * k] = re[k], spectrum[2 * k + 1] = im[k];
    chirp = {h, table.data(), spectrum.data()};
  }
};

/// A whole transform by an FftLong, on one thread: of `re` and `im`, in place.
template <class T>
void fft_long_transform(const FftLong<T>& fft, T* re, T* im) {
  struct alignas(32) Block {
    T numbers[FftLong<T>::L];
  };
  std::vector<Block> memory((fft.buffer() + fft.matrix()) / FftLong<T>::L + 2);
  T *buffer = reinterpret_cast<T*>(memory.data()), *matrix = buffer + fft.buffer();
  auto source = [&](int64_t j, int64_t count, T* to_re, T* to_im) {
    std::copy_n(re + j, count, to_re);
    std::copy_n(im + j, count, to_im);
  };
  for (int64_t g = 0; g < fft.column_groups(); ++g) fft.step1(g, source, matrix, buffer);
  for (int64_t g = 0; g < fft.row_groups(); ++g) fft.step2(g, matrix, re, im, buffer);
}

/// Everything a transform of a kind (dct_rows.h) and length needs. `own`: by our own complex transform, else a table
/// for the steps of dct.h.
template <class T>
struct DctPlan {
  int kind;
  bool odd, own;
  int64_t n, h, part = 0;
  std::vector<T> table;
  std::unique_ptr<FftPassesPlan<T>> passes;  // for rows in lanes
  std::unique_ptr<FftLongPlan<T>> split;     // for a single row, or the convolution of `chirp`
  std::unique_ptr<FftChirpPlan<T>> chirp;

  static constexpr int64_t long_from = 64;      // complex lengths from here on go in two steps, if the row is alone
  static constexpr int64_t lanes_up_to = 6144;  // up to here several rows go side by side
  static constexpr int64_t sweep_from = 4096;   // from here on a `before` that reads tables is a sweep of its own

  DctPlan(int kind_, bool odd_, bool own_, int64_t n_)
      : kind(kind_),
        odd(odd_),
        own(own_),
        n(n_),
        h(kind == 1   ? (odd ? n + 1 : n - 1)
          : kind < 20 ? n / 2
                      : n) {
    const int64_t count = kind == 4 ? h : (kind < 20 && own ? h : n) / 2 + 1;
    part = count;
    if (kind == 4) {
      fill(16 * n, 8, 1, count, 0);
    } else if (own && kind == 1) {
      fill(2 * h, 1, 0, count, 0);
    } else if (kind % 20 == 2) {
      fill(4 * n, 1, 0, count, 0);
      if (own && kind == 2) fill(4 * n, 5, 0, count, 2);
    }
    if (!own) return;
    if (!fft_is_smooth(h)) {
      split = std::make_unique<FftLongPlan<T>>(fft_next_smooth(2 * h - 1));
      const FftLong<T>& fft = split->fft;
      chirp = std::make_unique<FftChirpPlan<T>>(h, fft.n, [&](T* re, T* im) { fft_long_transform(fft, re, im); });
    } else {
      if (h <= lanes_up_to) passes = std::make_unique<FftPassesPlan<T>>(h);
      if (h >= long_from) split = std::make_unique<FftLongPlan<T>>(h);
    }
  }
  /// exp(-2 pi i (a k + b) / period) for k < count: two columns of their own, or interleaved for the steps of dct.h.
  void fill(int64_t period, int64_t a, int64_t b, int64_t count, int column) {
    FftRoots root(period, a * count + b);
    table.resize((column + 2) * count);
    for (int64_t k = 0; k < count; ++k) {
      T value[2];
      root.write(a * k + b, value);
      table[own ? column * count + k : 2 * k] = value[0];
      table[own ? (column + 1) * count + k : 2 * k + 1] = value[1];
    }
  }
  int64_t numbers() const {
    return int64_t(table.size() + (split ? split->twiddles.size() : 0) + (chirp ? chirp->spectrum.size() : 0));
  }
};

/// The plan for these arguments; the latest 16 are kept, and no more than 2^25 numbers of their tables.
template <class T>
std::shared_ptr<const DctPlan<T>> dct_plan(int kind, bool odd, bool own, int64_t n) {
  static std::mutex mutex;
  static std::list<std::shared_ptr<const DctPlan<T>>>& kept = *new std::list<std::shared_ptr<const DctPlan<T>>>;
  if (kind % 20 == 3) --kind;  // one table serves both
  auto find = [&]() -> std::shared_ptr<const DctPlan<T>> {
    for (auto at = kept.begin(); at != kept.end(); ++at)
      if ((*at)->n == n && (*at)->kind == kind && (*at)->odd == odd && (*at)->own == own) {
        kept.splice(kept.begin(), kept, at);
        return kept.front();
      }
    return nullptr;
  };
  {
    std::lock_guard<std::mutex> lock(mutex);
    if (auto found = find()) return found;
  }
  auto made = std::make_shared<const DctPlan<T>>(kind, odd, own, n);  // outside the lock: it can take long
  std::lock_guard<std::mutex> lock(mutex);
  kept.push_front(made);
  int64_t count = 0, numbers = 0;
  for (auto at = kept.begin(); at != kept.end();) {
    numbers += (*at)->numbers();
    at = ++count > 1 && (count > 16 || numbers > int64_t(1) << 25) ? kept.erase(at) : std::next(at);
  }
  return made;
}

}  // namespace sci
