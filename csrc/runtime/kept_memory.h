// Memory of long results on the CPU, given out again after the tensor before is gone. The system takes longer to give
// new pages, which it fills with zeros, than a kernel that is bound by memory takes for its work. What is kept stays
// the system's to take: pages are marked as free (MADV_FREE), and taken from here when memory is short.
#pragma once
#include <cstddef>

namespace sci {

/// Bytes from which on results are kept, the most that are kept together, and how often.
constexpr size_t kept_from = size_t(3) << 19, kept_most = size_t(1) << 30;
constexpr int kept_blocks = 32;

/// Memory in large pages for an array of `size` bytes, null where there is none; `given` is how much there is.
void* take_memory(size_t size, size_t& given);
/// Takes such memory back; `given` is what `take_memory` said.
void keep_memory(void* memory, size_t given);
/// Returns to the system what is kept.
void release_memory();

}  // namespace sci
