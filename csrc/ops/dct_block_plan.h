// Plans of the cosine and sine transforms in one kernel (fft/dct_block.h) and in two (fft/dct_two.h): passes, tables on
// the device, what an item is.
#pragma once
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "fft/dct_block.h"
#include "fft/dct_two.h"
#include "ops/fft_plan.h"
#include "runtime/operator.h"
#include "runtime/teams.h"

namespace sci {

/// The sum of prime factors above 13 up to which passes of these radices, 7 instructions a number and unit, take less
/// than a convolution, of about 490.
constexpr int64_t dct_most_direct = 73;

/// The radices of passes of n numbers, descending but for twos; none where n should be a convolution.
inline std::vector<int> dct_block_radices(int64_t n) {
  std::vector<int> radices;
  for (int r : {13, 11, 7, 5, 3})
    for (; n % r == 0; n /= r) radices.push_back(r);
  int twos = 0;
  for (; n % 2 == 0; n /= 2) ++twos;
  int eights = twos / 3, rest = twos - 3 * eights;
  if (rest == 1 && eights > 0) --eights, rest += 3;
  for (; rest > 1; rest -= 2) radices.push_back(4);
  if (rest == 1) radices.push_back(2);
  radices.insert(radices.end(), eights, 8);
  for (int64_t f = 17, left = dct_most_direct; n > 1; f += 2) {
    if (f > left) return {};
    for (; n % f == 0 && f <= left; n /= f, left -= f) radices.insert(radices.begin(), int(f));
  }
  return radices;
}

/// Whether the passes of n numbers take none of the radices that need many registers.
inline bool dct_small_radices(int64_t n) {
  const std::vector<int> radices = dct_block_radices(n);
  return !radices.empty() && radices[0] <= 8;
}

/// Of how many numbers the passes of a transform of N are: or of the convolution that it is.
inline int64_t dct_passes_length(int64_t N) {
  return N == 1 || !dct_block_radices(N).empty() ? N : fft_next_smooth(2 * N - 1);
}

constexpr int64_t dct_sector = 32;  // bytes of memory read at once
constexpr int64_t dct_busy = 528;   // items: 4 for each of 132 multiprocessors

inline DctDivisor dct_divisor(int64_t d) { return {int32_t(d), uint32_t(((int64_t(1) << 31) + d - 1) / d)}; }

/// Of the complex transform.
inline int64_t dct_length(int type, bool odd, int64_t n) {
  return type == 1 ? (odd ? n + 1 : n - 1) : n % 2 ? n : n / 2;
}

template <class T>
DctForm<T> dct_form(int type, bool odd, int64_t n) {
  DctForm<T> form;
  form.type = type;
  form.n = int32_t(n);
  form.whole = type > 1 && n % 2;
  form.odd = odd;
  form.N = int32_t(dct_length(type, odd, n));
  while (form.whole && form.eighth * 8 % n != 1 % n) ++form.eighth;
  return form;
}

/// Tables on their way to a device.
template <class T>
class DctTableMaker {
 public:
  /// The passes of N numbers. What they read is filled in by `upload`.
  void add_passes(int64_t N, DctPassPlan<T>& plan) {
    plan.N = int32_t(N);
    const size_t start = places_.size();
    places_.resize(start + N, 0);
    int64_t left = N, stride = 1;
    for (int r : dct_block_radices(N)) {
      const int32_t m = int32_t(left / r);
      DctPass& pass = plan.pass[plan.count++];
      pass = {r, m, int32_t(numbers_.size()), dct_divisor(m), 0, dct_divisor(N / r)};
      FftRoots root(left, left);
      for (int64_t k = 0; k < r; ++k)
        for (int64_t p = 0; p < m; ++p) write(root, p * k);
      if (r > 13) pass.roots = int32_t(add(r, r, 1, 0)), plan.spare = true;
      for (int64_t k = 0; k < N; ++k) places_[start + k] += uint16_t(k / stride % r * m);
      left = m;
      stride *= r;
    }
    plans_.push_back({&plan, start});
  }
  /// A transform of n numbers as a convolution of N.
  void add_convolution(int64_t n, int64_t N, DctPassPlan<T>& plan) {
    add_passes(N, plan);
    plan.convolved = int32_t(n);
    std::vector<long double> re(N), im(N);
    FftRoots root(2 * n, 2 * n);
    chirp_ = numbers_.size();
    for (int64_t j = 0, square = 0; j < n; square = (square + 2 * j + 1) % (2 * n), ++j) {
      write(root, square);
      long double b[2];
      root.write(square, b);
      re[j] = b[0], im[j] = -b[1];
      if (j > 0) re[N - j] = re[j], im[N - j] = im[j];
    }
    exact_transform(re, im);
    spectrum_ = numbers_.size();
    numbers_.resize(spectrum_ + N);
    const size_t start = places_.size() - N;
    for (int64_t k = 0; k < N; ++k) {
      numbers_[spectrum_ + places_[start + k]] = {T(re[k] / N), T(im[k] / N)};
      places_[start + k] = uint16_t(k);  // results are in order
    }
  }
  /// exp(-2 pi i (a k + b) / period), k < count; returns where they begin.
  size_t add(int64_t period, int64_t count, int64_t a, int64_t b) {
    const size_t start = numbers_.size();
    FftRoots root(period, a * count + b);
    for (int64_t k = 0; k < count; ++k) write(root, a * k + b);
    return start;
  }
  Tensor upload(const Tensor& like) {
    const size_t bytes = numbers_.size() * sizeof(DctPair<T>);
    std::vector<char> memory(bytes + places_.size() * sizeof(uint16_t));
    std::memcpy(memory.data(), numbers_.data(), bytes);
    std::memcpy(memory.data() + bytes, places_.data(), memory.size() - bytes);
    const int64_t size = int64_t(memory.size()), stride = 1;
    const torch::stable::Device host(torch::headeronly::DeviceType::CPU);
    Tensor there = empty_as(like, {size}, ScalarType::Byte);
    torch::stable::copy_(there,
                         torch::stable::from_blob(memory.data(), {&size, 1}, {&stride, 1}, host, ScalarType::Byte));
    there_ = static_cast<const DctPair<T>*>(std::as_const(there).const_data_ptr());
    for (const auto& [plan, start] : plans_) {
      plan->table = there_;
      plan->places = reinterpret_cast<const uint16_t*>(there_ + numbers_.size()) + start;
      if (plan->convolved > 0) plan->chirp = there_ + chirp_, plan->spectrum = there_ + spectrum_;
    }
    return there;
  }
  const DctPair<T>* at(size_t start) const { return there_ + start; }

 private:
  void write(const FftRoots& root, int64_t e) {
    T value[2];
    root.write(e, value);
    numbers_.push_back({value[0], value[1]});
  }
  std::vector<DctPair<T>> numbers_;
  std::vector<uint16_t> places_;
  size_t chirp_ = 0, spectrum_ = 0;
  std::vector<std::pair<DctPassPlan<T>*, size_t>> plans_;
  const DctPair<T>* there_ = nullptr;
};

/// Of a transform in one kernel.
template <class T>
struct DctBlockTables {
  DctForm<T> form;
  DctPassPlan<T> passes;
  const DctPair<T>* factors;
  Tensor memory;

  DctBlockTables(const Tensor& like, int type, bool odd, int64_t n) : form(dct_form<T>(type, odd, n)) {
    DctTableMaker<T> maker;
    const int64_t N = form.N;
    if (dct_passes_length(N) == N)
      maker.add_passes(N, passes);
    else
      maker.add_convolution(N, dct_passes_length(N), passes);
    size_t start = 0;
    if (type == 4) {
      if (!form.whole) start = maker.add(16 * n, N, 8, 1);
    } else if (type == 1) {
      start = maker.add(2 * N, N / 2 + 1, 1, 0);
    } else {
      start = maker.add(4 * n, N / 2 + 1, 1, 0);
      if (!form.whole) maker.add(4 * n, N / 2 + 1, 5, 0);
    }
    memory = maker.upload(like);
    factors = maker.at(start);
  }
};

/// Of a transform in two: `first` numbers of the N = first second in a column of the first kernel.
template <class T>
struct DctTwoTables {
  DctForm<T> form;
  DctPassPlan<T> first, second;
  DctRoots<T> roots{};
  Tensor memory;

  DctTwoTables(const Tensor& like, int type, bool odd, int64_t n, int64_t rows) : form(dct_form<T>(type, odd, n)) {
    DctTableMaker<T> maker;
    const int64_t N = form.N, period = type == 1 ? 2 * N : type == 4 ? 16 * n : 4 * n;
    maker.add_passes(rows, first);
    maker.add_passes(N / rows, second);
    roots.first = type == 4 ? 1 : 0;
    roots.step = type == 4 ? 8 : 1;
    roots.second_step = 5;
    roots.turn = int32_t(period / N);
    while (int64_t(1) << 2 * roots.bits < period) ++roots.bits;
    const size_t low = maker.add(period, int64_t(1) << roots.bits, 1, 0);
    const size_t high = maker.add(period, int64_t(1) << roots.bits, int64_t(1) << roots.bits, 0);
    memory = maker.upload(like);
    roots.low = maker.at(low);
    roots.high = maker.at(high);
  }
};

/// Tables are kept for as long as the process lives, as kernels of any stream and captured graphs may read them; beyond
/// this many bytes of a kind they are made anew in each call.
constexpr int64_t dct_tables_kept = int64_t(1) << 28;

template <class Tables, class... Key>
std::shared_ptr<const Tables> dct_tables(const Tensor& like, Key... key) {
  static std::mutex& mutex = *new std::mutex;
  static auto& kept = *new std::map<std::tuple<int, Key...>, std::shared_ptr<const Tables>>;
  static int64_t bytes = 0;
  const std::tuple<int, Key...> place(like.is_cuda() ? like.get_device() : -1, key...);
  {
    std::lock_guard<std::mutex> lock(mutex);
    const auto found = kept.find(place);
    if (found != kept.end()) return found->second;
  }
  auto made = std::make_shared<const Tables>(like, key...);
  std::lock_guard<std::mutex> lock(mutex);
  if (bytes < dct_tables_kept) bytes += made->memory.numel(), kept.emplace(place, made);
  return made;
}

/// A transform in one kernel, of so many items.
template <class T>
struct DctBlockCall {
  DctColumns<T> columns;
  bool large;
  int64_t items;
  std::shared_ptr<const DctBlockTables<T>> tables;
};

/// The transform along the middle axis of an array (outers, n, inner), with at most `limit` bytes of shared memory;
/// none where n is too long or has too large a prime factor.
template <class T>
std::optional<DctBlockCall<T>> dct_block(const Tensor& like, int type, bool odd, int64_t outers, int64_t n,
                                         int64_t inner, int64_t limit) {
  const int64_t N = dct_length(type, odd, n) > 32767 ? 32768 : dct_passes_length(dct_length(type, odd, n));
  if (N > 32767 || inner > int64_t(1) << 24) return {};
  DctColumns<T> a{};
  a.passes.N = int32_t(N);
  a.passes.spare = N > 1 && dct_block_radices(N)[0] > 13;
  a.outers = outers;
  a.inner = int32_t(inner);
  a.bundled = inner * int64_t(sizeof(T)) < dct_sector;
  a.log_columns = 5;
  auto columns = [&] { return int64_t(1) << a.log_columns; };
  if (a.bundled) {  // enough for a few warps, but not at the cost of items
    while (columns() / 2 >= inner && (N * columns() > 512 || outers * inner < dct_busy * columns())) --a.log_columns;
  } else {  // whole sectors, and half ones before there is no room
    while (columns() / 2 >= inner || (columns() * int64_t(sizeof(T)) > dct_sector && a.shared_bytes() > limit / 4))
      --a.log_columns;
    while (columns() * int64_t(sizeof(T)) > dct_sector / 2 && a.shared_bytes() > limit) --a.log_columns;
  }
  if (a.shared_bytes() > limit) return {};
  a.bundle = a.bundled ? int32_t(max(int64_t(1), columns() / inner)) : 1;
  a.tiles = a.bundled ? 1 : (inner + columns() - 1) / columns();
  a.team_size = 32;
  while (a.team_size < 256 && a.team_size * 8 < N * columns()) a.team_size *= 2;
  const auto tables = dct_tables<DctBlockTables<T>>(like, type, odd, n);
  a.form = tables->form;
  a.passes = tables->passes;
  a.factors = tables->factors;
  a.by_inner = dct_divisor(inner);
  a.by_reads = dct_divisor(a.reads() * inner);
  a.by_writes = dct_divisor(a.writes() * inner);
  return DctBlockCall<T>{a, a.passes.pass[0].radix > 8,
                         a.bundled ? (outers + a.bundle - 1) / a.bundle : outers * a.tiles, tables};
}

/// A transform in two kernels.
template <class T>
struct DctTwoCall {
  DctFirstHalf<T> first;
  DctSecondHalf<T> second;
  std::shared_ptr<const DctTwoTables<T>> tables;
};

/// A kernel's columns: as many as make runs of `wide` columns, fewer where they have no room or there are few rows;
/// false where even one does not fit.
template <class Half>
bool dct_share(Half& half, int64_t own, int64_t other, int opposite, int wide, int64_t rows, int64_t limit) {
  half.own = int32_t(own);
  half.other = int32_t(other);
  half.opposite = opposite;
  half.by_own = dct_divisor(own);
  half.log_units = 0;
  while (1 << half.log_units < wide) ++half.log_units;
  auto tiles = [&] { return ((half.units() - 1) >> half.log_units) + 1; };
  while (half.log_units > 0 && half.shared_bytes() > limit) --half.log_units;
  while (2 << half.log_units > wide && half.log_units > 0 && rows * tiles() < dct_busy) --half.log_units;
  half.tiles = int32_t(tiles());
  half.team_size = 256;
  return half.shared_bytes() <= limit;
}

/// The transform of rows of even n, or of type 1, in two kernels; none where the length has too large a prime factor
/// or is too long even for that.
template <class T>
std::optional<DctTwoCall<T>> dct_two(const Tensor& like, int type, bool odd, int64_t rows, int64_t n, int64_t limit) {
  const int64_t N = dct_length(type, odd, n);
  if ((type > 1 && n % 2) || N < 64 || N > int64_t(1) << 25) return {};
  // Columns whose runs in memory fill a sector: pairs go with quads of numbers, halves of them, or single ones.
  constexpr int sector = int(dct_sector / sizeof(T));
  const int wide[2] = {type == 2 ? sector / 4 : type == 3 ? sector : sector / 2, type > 2 ? sector / 2 : sector};
  auto fits = [&](int64_t own) {  // two columns, and the factors of the first kernel
    return DctPasses<T, false>::bytes(int(2 * own + 2 * (own / 64 + 65))) <= limit;
  };
  int64_t best = 0, least = 0;
  for (int64_t d = 2; d <= N / 2 && d < 16384; ++d) {
    if (N % d || !fits(max(d, N / d)) || !dct_small_radices(d) || !dct_small_radices(N / d)) continue;
    const int64_t room = max(wide[0] * d, wide[1] * (N / d));
    if (best == 0 || room < least) best = d, least = room;
  }
  DctTwoCall<T> call{};
  if (best == 0 || !dct_share(call.first, best, N / best, type != 3, wide[0], rows, limit) ||
      !dct_share(call.second, N / best, best, type > 2, wide[1], rows, limit))
    return {};
  call.tables = dct_tables<DctTwoTables<T>>(like, type, odd, n, best);
  call.first.passes = call.tables->first;
  call.second.passes = call.tables->second;
  for (DctHalfway<T>* half : {static_cast<DctHalfway<T>*>(&call.first), static_cast<DctHalfway<T>*>(&call.second)}) {
    half->form = call.tables->form;
    half->roots = call.tables->roots;
  }
  return call;
}

}  // namespace sci
