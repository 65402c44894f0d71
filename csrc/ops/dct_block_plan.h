// Plans of the cosine and sine transforms in one kernel (fft/dct_block.h): passes, tables on the device, what an item
// is.
#pragma once
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <tuple>

#include "fft/dct_block.h"
#include "ops/fft_plan.h"
#include "runtime/operator.h"
#include "runtime/teams.h"

namespace sci {

/// A plan and the memory of its tables.
template <class T>
struct DctBlockTables {
  DctBlockPlan<T> plan;
  Tensor memory;
};

/// The radices of passes of n numbers, or none where n has a prime factor without a butterfly.
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
  return n == 1 ? radices : std::vector<int>();
}

template <class T>
class DctBlockMaker {
 public:
  DctBlockMaker(int type, bool odd, int64_t n) {
    plan_.type = type;
    plan_.n = int32_t(n);
    plan_.whole = type > 1 && n % 2;
    plan_.odd = odd;
    plan_.N = int32_t(length(type, odd, n));
    while (plan_.whole && plan_.eighth * 8 % n != 1 % n) ++plan_.eighth;
  }
  static int64_t length(int type, bool odd, int64_t n) { return type == 1 ? (odd ? n + 1 : n - 1) : n % 2 ? n : n / 2; }
  DctBlockTables<T> make(const Tensor& like) {
    add_passes();
    const size_t factors = numbers_.size();
    if (plan_.type == 4) {
      if (!plan_.whole) add(16 * plan_.n, plan_.N, 8, 1);
    } else if (plan_.type == 1) {
      add(2 * plan_.N, plan_.N / 2 + 1, 1, 0);
    } else {
      add(4 * plan_.n, plan_.N / 2 + 1, 1, 0);
      if (!plan_.whole) add(4 * plan_.n, plan_.N / 2 + 1, 5, 0);
    }
    const size_t bytes = numbers_.size() * sizeof(DctPair<T>);
    std::vector<char> memory(bytes + places_.size() * sizeof(uint16_t));
    std::memcpy(memory.data(), numbers_.data(), bytes);
    std::memcpy(memory.data() + bytes, places_.data(), memory.size() - bytes);
    const int64_t size = int64_t(memory.size()), stride = 1;
    const torch::stable::Device host(torch::headeronly::DeviceType::CPU);
    Tensor there = empty_as(like, {size}, ScalarType::Byte);
    torch::stable::copy_(there,
                         torch::stable::from_blob(memory.data(), {&size, 1}, {&stride, 1}, host, ScalarType::Byte));
    plan_.table = static_cast<const DctPair<T>*>(std::as_const(there).const_data_ptr());
    plan_.factors = plan_.table + factors;
    plan_.places = reinterpret_cast<const uint16_t*>(plan_.table + numbers_.size());
    return {plan_, there};
  }

 private:
  void add_passes() {
    places_.assign(plan_.N, 0);
    int64_t left = plan_.N, stride = 1;
    for (int r : dct_block_radices(plan_.N)) {
      const int32_t m = int32_t(left / r);
      plan_.pass[plan_.count++] = {r, m, int32_t(numbers_.size()), divisor(m)};
      FftRoots root(left, left);
      for (int64_t k = 0; k < r; ++k)
        for (int64_t p = 0; p < m; ++p) write(root, p * k);
      for (int64_t k = 0; k < plan_.N; ++k) places_[k] += uint16_t(k / stride % r * m);
      left = m;
      stride *= r;
    }
  }
  /// exp(-2 pi i (a k + b) / period), k < count
  void add(int64_t period, int64_t count, int64_t a, int64_t b) {
    FftRoots root(period, a * count + b);
    for (int64_t k = 0; k < count; ++k) write(root, a * k + b);
  }
  void write(const FftRoots& root, int64_t e) {
    T value[2];
    root.write(e, value);
    numbers_.push_back({value[0], value[1]});
  }

 public:
  static DctDivisor divisor(int64_t d) { return {int32_t(d), uint32_t(((int64_t(1) << 31) + d - 1) / d)}; }

 private:
  DctBlockPlan<T> plan_;
  std::vector<DctPair<T>> numbers_;
  std::vector<uint16_t> places_;
};

/// Tables are kept for as long as the process lives, as kernels of any stream and captured graphs may read them; beyond
/// this many bytes they are made anew in each call.
constexpr int64_t dct_block_kept = int64_t(1) << 28;

template <class T>
DctBlockTables<T> dct_block_tables(const Tensor& like, int type, bool odd, int64_t n) {
  static std::mutex& mutex = *new std::mutex;
  static auto& kept = *new std::map<std::tuple<int, int, bool, int64_t>, DctBlockTables<T>>;
  static int64_t bytes = 0;
  const std::tuple<int, int, bool, int64_t> key(like.is_cuda() ? like.get_device() : -1, type, odd, n);
  {
    std::lock_guard<std::mutex> lock(mutex);
    const auto found = kept.find(key);
    if (found != kept.end()) return found->second;
  }
  DctBlockTables<T> made = DctBlockMaker<T>(type, odd, n).make(like);
  std::lock_guard<std::mutex> lock(mutex);
  if (bytes < dct_block_kept) bytes += made.memory.numel(), kept.emplace(key, made);
  return made;
}

/// A transform in one kernel, of so many items; `memory` holds its tables.
template <class T>
struct DctBlockCall {
  DctColumns<T> columns;
  bool large;
  int64_t items;
  Tensor memory;
};

/// The transform along the middle axis of an array (outers, n, inner), with at most `limit` bytes of shared memory;
/// none where n is too long or has too large a prime factor.
template <class T>
std::optional<DctBlockCall<T>> dct_block(const Tensor& like, int type, bool odd, int64_t outers, int64_t n,
                                         int64_t inner, int64_t limit) {
  constexpr int64_t sector = 32, busy = 528;  // bytes of memory read at once; items: 4 for each of 132 multiprocessors
  const int64_t N = DctBlockMaker<T>::length(type, odd, n);
  if (N > 32767 || inner > int64_t(1) << 24 || (N > 1 && dct_block_radices(N).empty())) return {};
  DctColumns<T> a{};
  a.plan.N = int32_t(N);
  a.outers = outers;
  a.inner = int32_t(inner);
  a.bundled = inner * int64_t(sizeof(T)) < sector;
  a.log_columns = 5;
  auto columns = [&] { return int64_t(1) << a.log_columns; };
  if (a.bundled) {  // enough for a few warps, but not at the cost of items
    while (columns() / 2 >= inner && (N * columns() > 512 || outers * inner < busy * columns())) --a.log_columns;
  } else {  // whole sectors, and half ones before there is no room
    while (columns() / 2 >= inner || (columns() * int64_t(sizeof(T)) > sector && a.shared_bytes() > limit / 4))
      --a.log_columns;
    while (columns() * int64_t(sizeof(T)) > sector / 2 && a.shared_bytes() > limit) --a.log_columns;
  }
  if (a.shared_bytes() > limit) return {};
  a.bundle = a.bundled ? int32_t(max(int64_t(1), columns() / inner)) : 1;
  a.tiles = a.bundled ? 1 : (inner + columns() - 1) / columns();
  a.team_size = 32;
  while (a.team_size < 256 && a.team_size * 8 < N * columns()) a.team_size *= 2;
  const DctBlockTables<T> tables = dct_block_tables<T>(like, type, odd, n);
  a.plan = tables.plan;
  a.by_inner = DctBlockMaker<T>::divisor(inner);
  a.by_reads = DctBlockMaker<T>::divisor(a.reads() * inner);
  a.by_writes = DctBlockMaker<T>::divisor(a.writes() * inner);
  return DctBlockCall<T>{a, a.plan.pass[0].radix > 8, a.bundled ? (outers + a.bundle - 1) / a.bundle : outers * a.tiles,
                         tables.memory};
}

}  // namespace sci
