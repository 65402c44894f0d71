// Plans of the CPU's Fourier transforms: factors, twiddle tables, the cache that keeps the latest; and how one long row
// goes by its plan.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

#include "fft/odd_long.h"
#include "ops/fft_jobs.h"
#include "ops/fft_threads.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

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

/// The prime factors of n, ascending, twos as eights and fours; empty for 1 and where one is above fft_max_prime.
inline std::vector<int64_t> fft_factors(int64_t n) {
  std::vector<int64_t> factors;
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  // Eights need more registers than 16: fours are faster without AVX-512.
  int eights = SCI_LANE_BYTES == 64 ? twos / 3 : 0, rest = twos - 3 * eights;
  if (rest == 1 && eights > 0) --eights, rest += 3;
  for (int i = 0; i < eights; ++i) factors.push_back(8);
  for (; rest > 1; rest -= 2) factors.push_back(4);
  if (rest == 1) factors.push_back(2);
  for (int64_t f = 3; f <= fft_max_prime && n > 1; f += 2) {
    if (f * f > n && n <= fft_max_prime) f = n;
    for (; n % f == 0; n /= f) factors.push_back(f);
  }
  return n == 1 ? factors : std::vector<int64_t>();
}

inline int64_t fft_largest_factor(int64_t n) {
  const std::vector<int64_t> factors = fft_factors(n);
  return n == 1 ? 1 : factors.empty() ? n : *std::max_element(factors.begin(), factors.end());
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

/// The length of the convolution that a transform of prime length r becomes.
inline int64_t fft_convolution_length(int64_t r) {
  return fft_largest_factor(r - 1) <= 13 ? r - 1 : fft_next_smooth(2 * r - 3);
}

/// About how many operations a value takes in transforms of length n in lanes.
inline double fft_cost(int64_t n) {
  double cost = 0;
  for (int64_t r : fft_factors(n)) {
    if (r < 14)
      cost += 2 + 1.4 * std::log2(double(r)) + (r > 5 ? double(r) / 2 : 0);
    else if (r < fft_rader_from)
      cost += double(r) + 6;
    else
      cost += double(fft_convolution_length(r)) / double(r) * (2 * fft_cost(fft_convolution_length(r)) + 3) + 5;
  }
  return cost;
}

inline int64_t power_modulo(int64_t g, int64_t e, int64_t r) {
  int64_t p = 1;
  for (; e > 0; e /= 2, g = g * g % r)
    if (e % 2) p = p * g % r;
  return p;
}
/// The least primitive root of a prime.
inline int64_t primitive_root(int64_t r) {
  for (int64_t g = 2;; ++g) {
    bool primitive = true;
    for (int64_t f = 2, left = r - 1; left > 1; ++f) {
      if (left % f) continue;
      if (power_modulo(g, (r - 1) / f, r) == 1) primitive = false;
      while (left % f == 0) left /= f;
    }
    if (primitive) return g;
  }
}

template <class T>
struct FftPassesPlan {
  FftPasses<T> passes;
  std::vector<T> table, roots;
  std::vector<int32_t> places;

  /// Of complex transforms, or with `odd` of real ones (odd_fft.h).
  explicit FftPassesPlan(int64_t n, bool odd = false) {
    passes.n = passes.room = n;
    int64_t left = n, stride = 1;
    for (int64_t r : fft_factors(n)) {
      if (odd) {
        const int64_t s = left / r;
        add_pass(r, stride, s, stride * r, stride / 2 + 1);
        add_roots(r);
      } else if (r < fft_rader_from) {
        add_pass(r, left / r, stride, left, left / r);
        if (r > 5) add_roots(r);
      } else {
        add_prime(r, left / r, stride);
      }
      left /= r;
      stride *= r;
    }
    passes.table = table.data();
    passes.roots = roots.data();
    passes.places = places.data();
  }
  FftPassesPlan(const FftPassesPlan&) = delete;

 private:
  FftPass& add(FftStep step, int64_t radix, int64_t m, int64_t s) {
    return passes.pass[passes.count++] = {step, radix, m, s, int64_t(table.size()), int64_t(roots.size()), 0, 0};
  }
  /// With w_period^(p k) for p < count.
  FftPass& add_pass(int64_t r, int64_t m, int64_t s, int64_t period, int64_t count, FftStep step = FftStep::pass) {
    FftPass& pass = add(step, r, m, s);
    const int64_t at = pass.twiddles;
    table.resize(table.size() + 2 * (r - 1) * count);
    FftRoots root(period, period);
    for (int64_t p = 0; p < count; ++p)
      for (int64_t k = 1; k < r; ++k) root.write(p * k, &table[at + 2 * ((r - 1) * p + k - 1)]);
    return pass;
  }
  void add_roots(int64_t r) {
    FftRoots unit(r, r);
    const size_t at = roots.size();
    roots.resize(at + 2 * r);
    for (int64_t j = 0; j < r; ++j) {
      T value[2];
      unit.write(j, value);
      roots[at + j] = value[0];
      roots[at + r + j] = -value[1];
    }
  }
  void add_prime(int64_t r, int64_t m, int64_t s) {
    const int64_t length = fft_convolution_length(r), columns = m * s, g = primitive_root(r);
    passes.room = max(passes.room, length * columns);
    passes.kept = max(passes.kept, columns);
    std::vector<int32_t> powers(r - 1);
    for (int64_t j = 0, p = 1; j < r - 1; ++j, p = p * g % r) powers[j] = int32_t(p);
    FftPass& gather = add(FftStep::gather, r, m, s);
    gather.places = int64_t(places.size());
    gather.convolution = length;
    places.insert(places.end(), powers.begin(), powers.end());
    auto convolve = [&] {
      int64_t left = length, stride = columns;
      for (int64_t f : fft_factors(length)) {
        add_pass(f, left / f, stride, left, left / f);
        if (f > 5) add_roots(f);
        left /= f;
        stride *= f;
      }
    };
    convolve();
    FftPass& multiply = add(FftStep::multiply, r, m, s);
    multiply.convolution = length;
    add_spectrum(r, length, powers);
    convolve();
    FftPass& scatter = add_pass(r, m, s, r * m, m, FftStep::scatter);
    scatter.places = int64_t(places.size());
    places.push_back(1);
    places.insert(places.end(), powers.rbegin(), powers.rend() - 1);
  }
  /// The transform of b over `length` places, divided by it, in long double: once per plan.
  void add_spectrum(int64_t r, int64_t length, const std::vector<int32_t>& powers);
};

/// A transform of Wide numbers by definition along the factors: slow, and as exact as Wide.
inline void exact_transform(std::vector<long double>& re, std::vector<long double>& im) {
  const int64_t n = int64_t(re.size());
  FftRoots root(n, n);
  int64_t left = n, stride = 1;
  std::vector<long double> yr(n), yi(n);
  for (int64_t r : fft_factors(n)) {
    const int64_t m = left / r;
    for (int64_t p = 0; p < m; ++p)
      for (int64_t q = 0; q < stride; ++q)
        for (int64_t k = 0; k < r; ++k) {
          long double sr = 0, si = 0;
          for (int64_t j = 0; j < r; ++j) {
            long double w[2];  // w_r^(j k) w_left^(p k)
            root.write((j * k % r * m + p * k) % left * stride, w);
            const long double ar = re[q + stride * (p + m * j)], ai = im[q + stride * (p + m * j)];
            sr += ar * w[0] - ai * w[1];
            si += ar * w[1] + ai * w[0];
          }
          yr[q + stride * (r * p + k)] = sr;
          yi[q + stride * (r * p + k)] = si;
        }
    re.swap(yr);
    im.swap(yi);
    left = m;
    stride *= r;
  }
}

template <class T>
void FftPassesPlan<T>::add_spectrum(int64_t r, int64_t length, const std::vector<int32_t>& powers) {
  std::vector<long double> re(length), im(length);
  FftRoots unit(r, r);
  for (int64_t j = 0; j < r - 1; ++j) {
    long double b[2];
    unit.write(powers[(r - 1 - j) % (r - 1)], b);  // w^(g^-j)
    re[j] = b[0], im[j] = b[1];
    if (j > 0 && length > r - 1) {  // b_(q - j) for q < j
      re[length - (r - 1) + j] = b[0];
      im[length - (r - 1) + j] = b[1];
    }
  }
  exact_transform(re, im);
  for (int64_t k = 0; k < length; ++k) {
    roots.push_back(T(re[k] / length));
    roots.push_back(T(im[k] / length));
  }
}

template <class T, FftSide Side = FftSide::complex>
struct FftLongPlan {
  std::unique_ptr<FftPassesPlan<T>> columns, rows;
  FftLong<T, Side> fft;
  std::vector<T> twiddles;
  double cost = 0;  // as fft_cost, per value, with the lanes that stay empty

  static constexpr int64_t short_tables_from = 8192;  // from here on reading a full table costs more than a product

  explicit FftLongPlan(int64_t n) {
    constexpr int64_t wide = FftLong<T>::wide;
    const int64_t c = best_columns(n, cost), r = n / c;
    columns = std::make_unique<FftPassesPlan<T>>(c, Side == FftSide::from_half);
    rows = std::make_unique<FftPassesPlan<T>>(r, Side == FftSide::to_half);
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
    for (int64_t l = 0; l < fft.columns_used(); ++l) {
      T* to = &twiddles[l / wide * size + l % wide];
      auto write = [&](int64_t k) {
        T value[2];
        root.write(l * k % n, value);
        to[0] = value[0];
        to[wide] = value[1];
        to += 2 * wide;
      };
      for (int64_t k = 0; k < fft.block; ++k) write(k);
      for (int64_t b = 0; fft.blocks > 1 && b < fft.blocks; ++b) write(b * fft.block);
    }
    fft.twiddles = twiddles.data();
  }
  int64_t numbers() const { return int64_t(twiddles.size()); }

  /// The divisor of n with the least work, empty lanes counted, near the square root of n. Real transforms take no
  /// large factor on their real side.
  static int64_t best_columns(int64_t n, double& least) {
    constexpr int L = FftLong<T>::L;
    int64_t best = 1;
    least = 1e300;
    auto consider = [&](int64_t c) {
      const int64_t r = n / c, real = Side == FftSide::to_half ? r : Side == FftSide::from_half ? c : 1;
      if (fft_largest_factor(real) >= fft_odd_below || (Side != FftSide::complex && real == 1)) return;
      const double full_c = double((c + L - 1) / L * L), full_r = std::ceil(double(r) / L) * L;
      const double cost = full_c / double(c) * (fft_cost(r) + 4) + full_r / double(r) * (fft_cost(c) + 4) +
                          std::abs(std::log2(double(c) / double(r))) / 2;
      if (cost < least) least = cost, best = c;
    };
    for (int64_t c = 1; c * c <= n; ++c)
      if (n % c == 0) consider(c), consider(n / c);
    return best;
  }
  static bool possible(int64_t n) {
    double cost;
    best_columns(n, cost);
    return cost < 1e300;
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
    struct alignas(FftLong<T>::bytes) Block {
      T numbers[FftLong<T>::L];
    };
    std::vector<Block> memory((fft.buffer() + fft.matrix()) / FftLong<T>::L + 2);
    T *buffer = reinterpret_cast<T*>(memory.data()), *matrix = buffer + fft.buffer();
    const FftPartsSource<T> source(spectrum_re.data(), spectrum_im.data());
    const FftPartsSink<T> sink(spectrum_re.data(), spectrum_im.data());
    for (int64_t g = 0; g < fft.column_groups(); ++g) fft.step1(g, fft_input<T>(source), matrix, buffer);
    for (int64_t g = 0; g < fft.row_groups(); ++g) fft.step2(g, matrix, fft_output<T>(sink), buffer);
    chirp = {h, re.data(), im.data(), spectrum_re.data(), spectrum_im.data()};
  }
};

/// A complex transform of a length, and of odd lengths the real ones in lanes.
template <class T>
struct FftPlan {
  int64_t h;
  std::unique_ptr<FftPassesPlan<T>> passes, odd;  // for rows in lanes, and short ones
  std::unique_ptr<FftLongPlan<T>> split;          // for a single row, or the convolution of `chirp`
  std::unique_ptr<FftChirpPlan<T>> chirp;

  static constexpr int64_t long_from = 64;      // lengths from here on go in two steps, if the row is alone
  static constexpr int64_t lanes_up_to = 8192;  // up to here rows can go side by side
  static constexpr int64_t dense_up_to = 65536 / FftVector<T>::bytes * 2;  // up to here they should, if they lie apart

  static constexpr int64_t chirp_from = 256;  // a convolution is faster from less on, but less exact

  explicit FftPlan(int64_t length) : h(length) {
    if (fft_is_smooth(h)) {
      if (h <= lanes_up_to) passes = std::make_unique<FftPassesPlan<T>>(h);
      if (h >= long_from) split = std::make_unique<FftLongPlan<T>>(h);
      if (h % 2 && h <= lanes_up_to && fft_largest_factor(h) < fft_odd_below)
        odd = std::make_unique<FftPassesPlan<T>>(h, true);
    }
    if (h < long_from || (split && h < chirp_from)) return;
    const int64_t n = fft_next_smooth(2 * h - 1);
    auto convolution = std::make_unique<FftLongPlan<T>>(n);
    if (split && double(h) * split->cost <= double(n) * (2 * convolution->cost + 8)) return;
    split = std::move(convolution);
    chirp = std::make_unique<FftChirpPlan<T>>(h, split->fft);
  }
  bool is(int64_t length) const { return h == length; }
  /// How many of so many rows should go side by side; the others one by one.
  int64_t rows_beside(int64_t rows, bool dense) const {
    constexpr int L = FftVector<T>::L;
    if (!passes || (dense && h > dense_up_to)) return 0;
    if (!split) return rows;
    return rows % L > L / 2 ? rows : rows / L * L;
  }
  const FftPasses<T>* passes_of_rows(bool real) const {
    return real ? &odd->passes : passes ? &passes->passes : nullptr;
  }
  int64_t numbers() const {
    return int64_t((passes ? passes->table.size() : 0) + (split ? split->twiddles.size() : 0) +
                   (odd ? odd->table.size() : 0) + (chirp ? 2 * (chirp->re.size() + chirp->spectrum_re.size()) : 0));
  }
};

/// A real transform of an odd length in two steps, if its factors allow that.
template <class T, FftSide Side>
struct OddPlan {
  int64_t n;
  std::unique_ptr<FftLongPlan<T, Side>> split;
  explicit OddPlan(int64_t n_) : n(n_) {
    if (fft_is_smooth(n) && n >= FftPlan<T>::long_from && FftLongPlan<T, Side>::possible(n))
      split = std::make_unique<FftLongPlan<T, Side>>(n);
  }
  bool is(int64_t length) const { return n == length; }
  int64_t numbers() const { return split ? split->numbers() : 0; }
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

/// The two steps of a long transform, all threads working at each.
template <class T, FftSide Side>
void two_steps(const FftLong<T, Side>& fft, T* matrix, const FftInput<T>& input, const FftOutput<T>& output) {
  const int64_t columns = fft_work / (fft.wide * fft.rows) + 1, rows = fft_work / (fft.wide * fft.columns) + 1;
  on_threads<T>(FftColumns<T, Side>{&fft, input, matrix}, fft.column_groups(), columns, fft.buffer());
  on_threads<T>(FftRows<T, Side>{&fft, matrix, output}, fft.row_groups(), rows, fft.buffer());
}

/// Numbers of scratch memory that `fft_row` needs, or for odd lengths `odd_row` or `odd_row_back`.
template <class T>
int64_t fft_row_scratch(const FftPlan<T>& plan, FourierKind kind) {
  const FftLong<T>& fft = plan.split->fft;
  const int64_t whole = fft.matrix() + (plan.chirp ? 2 * (fft.n + 16) : 0);
  auto of_odd = [&](const auto& odd) { return odd.split ? max(odd.split->fft.matrix(), whole) : whole; };
  if (plan.h % 2 == 0 || kind == FourierKind::complex) return whole;
  return kind == FourierKind::to_half ? of_odd(*PlanCache<OddPlan<T, FftSide::to_half>>::get(plan.h))
                                      : of_odd(*PlanCache<OddPlan<T, FftSide::from_half>>::get(plan.h));
}

/// One row of a plan that has a `split`.
template <class T>
void fft_row(const FftPlan<T>& plan, T* memory, FftInput<T> input, FftOutput<T> output) {
  const FftLong<T>& fft = plan.split->fft;
  if (!plan.chirp) return two_steps(fft, memory, input, output);
  const FftChirp<T>& chirp = plan.chirp->chirp;
  input.chirp = output.chirp = &chirp;
  T* between = memory + fft.matrix();
  const FftPartsSink<T> spectrum(between, between + fft.n + 16);
  const FftChirpProduct<T> product(spectrum, chirp);
  two_steps(fft, memory, input, fft_output<T>(spectrum));
  two_steps(fft, memory, fft_input<T>(product), output);
}

/// A row of an odd number of real numbers to its half spectrum; fft_row_scratch is enough for it.
template <class T, class Source, class Sink>
void odd_row(const FftPlan<T>& plan, T* memory, const Source& source, const Sink& sink) {
  const auto odd = PlanCache<OddPlan<T, FftSide::to_half>>::get(plan.h);
  const FftHalfSink<T, Sink> half{plan.h, bool(odd->split), sink};
  const FftInput<T> input = fft_input<T, true>(source);
  const FftOutput<T> output = fft_output<T>(half);
  odd->split ? two_steps(odd->split->fft, memory, input, output) : fft_row(plan, memory, input, output);
}
/// And back.
template <class T, class Source, class Sink>
void odd_row_back(const FftPlan<T>& plan, T* memory, const Source& source, const Sink& sink) {
  const auto odd = PlanCache<OddPlan<T, FftSide::from_half>>::get(plan.h);
  const FftHalfSource<T, Source> whole{plan.h, source};
  FftInput<T> input = fft_input<T>(whole);
  FftOutput<T> output = fft_output<T, true>(sink);
  input.exchanged = true;
  if (odd->split) return two_steps(odd->split->fft, memory, input, output);
  output.exchanged = true;
  fft_row(plan, memory, input, output);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
