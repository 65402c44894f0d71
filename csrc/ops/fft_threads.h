// How the CPU's transforms run: on torch's threads, compiled for AVX-512 or for AVX2 and without, with memory that
// threads keep.
#pragma once
#include <cstdlib>

#include "fft/lanes.h"
#include "runtime/large_pages.h"
#include "runtime/operator.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Memory that a thread keeps between calls, up to 64 MiB: the system takes longer to give new memory than it takes to
/// fill it.
template <class T>
class Scratch {
 public:
  explicit Scratch(int which, int64_t count) : slot_(slots()[which]) {
    size_t size = (size_t(count) * sizeof(T) + 127) / 64 * 64;
    if (slot_.size < size) {
      std::free(slot_.memory);
      slot_.memory = std::aligned_alloc(64, size);
      slot_.size = slot_.memory ? size : 0;
      STD_TORCH_CHECK(slot_.memory, "sci: out of memory for a transform");
      want_large_pages(slot_.memory, size);
    }
  }
  ~Scratch() {
    if (slot_.size > (size_t(1) << 26)) slot_.release();
  }
  T* get() const { return static_cast<T*>(slot_.memory); }

 private:
  struct Slot {
    void* memory = nullptr;
    size_t size = 0;
    void release() {
      std::free(memory);
      memory = nullptr;
      size = 0;
    }
    ~Slot() { release(); }
  };
  static Slot* slots() {
    static thread_local Slot all[3];
    return all;
  }
  Slot& slot_;
};

#ifdef SCI_LANES_HAVE_PLAIN
template <class Task, class T>
SCI_LANES_PLAIN void run_plain(const Task& task, int64_t begin, int64_t end, T* buffer) {
  for (int64_t i = begin; i < end; ++i) task(i, buffer);
}
#endif

#ifdef SCI_LANES_WIDE
template <class Task, class T>
SCI_LANES_WIDE void run_wide(const Task& task, int64_t begin, int64_t end, T* buffer) {
  for (int64_t i = begin; i < end; ++i) task(i, buffer);
}
#endif

template <class Task, class T>
void run_items(const Task& task, int64_t begin, int64_t end, T* buffer) {
#if !defined(SCI_LANES_WIDE)
  run_plain(task, begin, end, buffer);
#elif defined(SCI_LANES_HAVE_PLAIN)
  cpu_level() >= 1 ? run_wide(task, begin, end, buffer) : run_plain(task, begin, end, buffer);
#else
  run_wide(task, begin, end, buffer);
#endif
}

/// Runs task(item, buffer) for all items; each thread has a buffer of `size` numbers.
template <class T, class Task>
void on_threads(const Task& task, int64_t items, int64_t grain, int64_t size) {
  if (items <= grain) {
    Scratch<T> scratch(1, size);
    return run_items(task, 0, items, scratch.get());
  }
  torch::stable::parallel_for(0, items, grain, [&](int64_t begin, int64_t end) {
    Scratch<T> scratch(1, size);
    run_items(task, begin, end, scratch.get());
  });
}

constexpr int64_t fft_work = 32768;  // numbers that a thread takes at least

/// The same for a sweep over `count` values, `task.chunk` per item.
template <class T, class Task>
void sweep(const Task& task, int64_t count) {
  on_threads<T>(task, (count + task.chunk - 1) / task.chunk, fft_work / task.chunk, 0);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
