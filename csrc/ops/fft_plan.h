// Plans of the CPU's Fourier transforms: factors, twiddle tables, the cache that keeps the latest; and how one long row
// goes by its plan.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "fft/long_fft.h"
#include "ops/fft_threads.h"

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

  static constexpr int64_t short_tables_from = 8192;  // from here on reading a full table costs more than a product

  explicit FftLongPlan(int64_t n) {
    constexpr int64_t wide = FftLong<T>::wide;
    const int64_t c = best_columns(n), r = n / c;
    columns = std::make_unique<FftPassesPlan<T>>(c);
    rows = std::make_unique<FftPassesPlan<T>>(r);
    fft.n = n;
    fft.columns = c;
    fft.rows = r;
    fft.columns_fft = columns->passes;
    fft.rows_fft = rows->passes;
    fft.pitch = fft.column_groups() * wide;
    if (fft.pitch % 64 == 0) fft.pitch += wide;  // rows a large power of 2 apart would share few cache sets
    fft.block = n < short_tables_from ? r : int64_t(std::ceil(std::sqrt(double(r))));
    fft.blocks = (r + fft.block - 1) / fft.block;
    const int64_t size = fft.twiddles_per_group();
    twiddles.resize(fft.column_groups() * size);
    FftRoots root(n, n);
    for (int64_t l = 0; l < c; ++l) {
      T* to = &twiddles[l / wide * size + l % wide];
      auto write = [&](int64_t k) {
        T value[2];
        root.write(l * k, value);
        to[0] = value[0];
        to[wide] = value[1];
        to += 2 * wide;
      };
      for (int64_t k = 0; k < fft.block; ++k) write(k);
      for (int64_t b = 0; fft.blocks > 1 && b < fft.blocks; ++b) write(b * fft.block);
    }
    fft.twiddles = twiddles.data();
  }

  /// The divisor of n nearest to its square root, unless lanes would stay empty.
  static int64_t best_columns(int64_t n) {
    constexpr int L = FftLong<T>::L;
    int64_t best = 1;
    double least = 1e300;
    auto consider = [&](int64_t c) {
      double r = double(n / c), full_c = double((c + L - 1) / L * L), full_r = std::ceil(r / L) * L;
      double cost = full_c / double(c) * (std::log2(r) + 3) + full_r / r * (std::log2(double(c)) + 3) +
                    std::abs(std::log2(double(c) / r)) / 2;
      if (cost < least) least = cost, best = c;
    };
    for (int64_t c = 1; c * c <= n; ++c)
      if (n % c == 0) consider(c), consider(n / c);
    return best;
  }
};

/// The tables of FftChirp for length h.
template <class T>
struct FftChirpPlan {
  FftChirp<T> chirp;
  std::vector<T> re, im, spectrum_re, spectrum_im;

  explicit FftChirpPlan(int64_t h, const FftLong<T>& fft)
      : re(h + 16), im(h + 16), spectrum_re(fft.n + 16), spectrum_im(fft.n + 16) {
    FftRoots root(2 * h, 2 * h);
    const int64_t n = fft.n;
    for (int64_t j = 0, square = 0; j < h; square = (square + 2 * j + 1) % (2 * h), ++j) {
      T b[2];
      root.write(square, b);
      re[j] = b[0];
      im[j] = -b[1];
      spectrum_re[j] = b[0] / T(n);
      spectrum_im[j] = -b[1] / T(n);
      if (j > 0) spectrum_re[n - j] = spectrum_re[j], spectrum_im[n - j] = spectrum_im[j];
    }
    struct alignas(32) Block {
      T numbers[FftLong<T>::L];
    };
    std::vector<Block> memory((fft.buffer() + fft.matrix()) / FftLong<T>::L + 2);
    T *buffer = reinterpret_cast<T*>(memory.data()), *matrix = buffer + fft.buffer();
    const FftPartsSource<T> source(spectrum_re.data(), spectrum_im.data());
    const FftPartsSink<T> sink(spectrum_re.data(), spectrum_im.data());
    for (int64_t g = 0; g < fft.column_groups(); ++g) fft.step1(g, source, matrix, buffer);
    for (int64_t g = 0; g < fft.row_groups(); ++g) fft.step2(g, matrix, sink, buffer);
    chirp = {h, re.data(), im.data(), spectrum_re.data(), spectrum_im.data()};
  }
};

/// A complex transform of a length.
template <class T>
struct FftPlan {
  int64_t h;
  std::unique_ptr<FftPassesPlan<T>> passes;  // for rows in lanes, and short ones
  std::unique_ptr<FftLongPlan<T>> split;     // for a single row, or the convolution of `chirp`
  std::unique_ptr<FftChirpPlan<T>> chirp;

  static constexpr int64_t long_from = 64;      // lengths from here on go in two steps, if the row is alone
  static constexpr int64_t lanes_up_to = 6144;  // up to here several rows go side by side

  explicit FftPlan(int64_t length) : h(length) {
    if (!fft_is_smooth(h)) {
      split = std::make_unique<FftLongPlan<T>>(fft_next_smooth(2 * h - 1));
      chirp = std::make_unique<FftChirpPlan<T>>(h, split->fft);
    } else {
      if (h <= lanes_up_to) passes = std::make_unique<FftPassesPlan<T>>(h);
      if (h >= long_from) split = std::make_unique<FftLongPlan<T>>(h);
    }
  }
  bool is(int64_t length) const { return h == length; }
  int64_t numbers() const {
    return int64_t((passes ? passes->table.size() : 0) + (split ? split->twiddles.size() : 0) +
                   (chirp ? 2 * (chirp->re.size() + chirp->spectrum_re.size()) : 0));
  }
};

/// Plans of a kind that were used last: up to 16, and no more than 2^25 numbers of their tables.
template <class Plan>
class PlanCache {
 public:
  template <class... Key>
  static std::shared_ptr<const Plan> get(const Key&... key) {
    static PlanCache& cache = *new PlanCache;
    {
      std::lock_guard<std::mutex> lock(cache.mutex_);
      for (auto at = cache.kept_.begin(); at != cache.kept_.end(); ++at)
        if ((*at)->is(key...)) {
          cache.kept_.splice(cache.kept_.begin(), cache.kept_, at);
          return cache.kept_.front();
        }
    }
    auto made = std::make_shared<const Plan>(key...);  // outside the lock: it can take long
    std::lock_guard<std::mutex> lock(cache.mutex_);
    cache.kept_.push_front(made);
    int64_t count = 0, numbers = 0;
    for (auto at = cache.kept_.begin(); at != cache.kept_.end();) {
      numbers += (*at)->numbers();
      at = ++count > 1 && (count > 16 || numbers > int64_t(1) << 25) ? cache.kept_.erase(at) : std::next(at);
    }
    return made;
  }

 private:
  std::mutex mutex_;
  std::list<std::shared_ptr<const Plan>> kept_;
};

/// Numbers of scratch memory that `fft_row` needs.
template <class T>
int64_t fft_row_scratch(const FftPlan<T>& plan) {
  const FftLong<T>& fft = plan.split->fft;
  return fft.matrix() + (plan.chirp ? 2 * (fft.n + 8) : 0);
}

/// One row of a plan that has a `split`, from `source` to `sink`, all threads working at it.
template <class T, class Source, class Sink>
void fft_row(const FftPlan<T>& plan, T* memory, const Source& source, const Sink& sink) {
  const FftLong<T>& fft = plan.split->fft;
  const int64_t grain = fft_work / (FftLong<T>::wide * max(fft.rows, fft.columns)) + 1;
  T* matrix = memory;
  auto columns = [&](const auto& from) {
    using From = std::decay_t<decltype(from)>;
    on_threads<T>(FftColumns<T, From>{&fft, from, matrix}, fft.column_groups(), grain, fft.buffer());
  };
  auto rows = [&](const auto& to) {
    using To = std::decay_t<decltype(to)>;
    on_threads<T>(FftRows<T, To>{&fft, matrix, to}, fft.row_groups(), grain, fft.buffer());
  };
  if (!plan.chirp) {
    columns(source);
    return rows(sink);
  }
  const FftChirp<T>& chirp = plan.chirp->chirp;
  const FftPartsSink<T> product(matrix + fft.matrix(), matrix + fft.matrix() + fft.n + 8);
  columns(FftChirpSource<T, Source>(source, chirp));
  rows(product);
  columns(FftChirpProduct<T>(product, chirp));
  rows(FftChirpSink<T, Sink>(sink, chirp));
}

}  // namespace sci
