// Memory in large pages: for long arrays the system takes longer to hand out small pages than a kernel takes to fill
// them, and walks in large steps miss the address cache.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

namespace sci {

/// Asks for large pages behind an array of 4 MiB or more, which nobody has written to.
inline void want_large_pages(void* memory, size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr size_t page = 4096;
  if (size < (size_t(1) << 22)) return;
  char* from = reinterpret_cast<char*>((reinterpret_cast<uintptr_t>(memory) + page - 1) / page * page);
  madvise(from, size - page, MADV_HUGEPAGE);
#endif
}

}  // namespace sci
