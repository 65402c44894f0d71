#include "runtime/kept_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <mutex>

namespace sci {
namespace {

constexpr size_t large_page = size_t(1) << 21, page = size_t(1) << 16;  // the least is a multiple of every system's

struct Block {
  void* memory;
  size_t size;
};

/// Blocks from the oldest on. A process that was forked while another thread held the lock does without.
struct Kept {
  std::mutex mutex;
  Block blocks[kept_blocks];
  int count = 0;
  size_t total = 0;

  Block remove(int i) {
    Block found = blocks[i];
    std::copy(blocks + i + 1, blocks + count, blocks + i);
    --count;
    total -= found.size;
    return found;
  }
};

Kept& kept() {
  static Kept& all = *new Kept;  // tensors are deleted as late as the process ends
  return all;
}

void* new_memory(size_t size) {
  // The system may put it anywhere: what lies before and behind the large pages goes back.
  void* found = mmap(nullptr, size + large_page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) return nullptr;
  char* begin = static_cast<char*>(found);
  size_t before = (large_page - reinterpret_cast<uintptr_t>(found) % large_page) % large_page;
  if (before > 0) munmap(begin, before);
  if (before < large_page) munmap(begin + before + size, large_page - before);
#ifdef MADV_HUGEPAGE
  madvise(begin + before, size, MADV_HUGEPAGE);
#endif
  return begin + before;
}

}  // namespace

void* take_memory(size_t size, size_t& given) {
  // The last large page is taken whole where that is not much more.
  size_t whole = (size + large_page - 1) / large_page * large_page;
  size = whole - size <= size / 3 ? whole : (size + page - 1) / page * page;
  std::unique_lock<std::mutex> lock(kept().mutex, std::try_to_lock);
  if (lock.owns_lock()) {
    Kept& all = kept();
    for (int i = all.count - 1; i >= 0; --i) {
      if (all.blocks[i].size < size || all.blocks[i].size - size > size / 8) continue;
      Block found = all.remove(i);
      given = found.size;
      return found.memory;
    }
  }
  given = size;
  return new_memory(size);
}

void keep_memory(void* memory, size_t given) {
#ifdef MADV_FREE
  std::unique_lock<std::mutex> lock(kept().mutex, std::try_to_lock);
  if (lock.owns_lock() && given <= kept_most && madvise(memory, given, MADV_FREE) == 0) {
    Kept& all = kept();
    while (all.count == kept_blocks || all.total + given > kept_most) {
      Block oldest = all.remove(0);
      munmap(oldest.memory, oldest.size);
    }
    all.blocks[all.count++] = {memory, given};
    all.total += given;
    return;
  }
#endif
  munmap(memory, given);
}

void release_memory() {
  std::lock_guard<std::mutex> lock(kept().mutex);
  Kept& all = kept();
  while (all.count > 0) {
    Block oldest = all.remove(0);
    munmap(oldest.memory, oldest.size);
  }
}

}  // namespace sci
