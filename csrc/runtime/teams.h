// Kernels in which teams of threads (core/team.h) work on one item each.
#pragma once
#include "core/team.h"
#include "runtime/parallel.h"

namespace sci {

struct TeamSize {
  int64_t threads, shared_bytes;  // of one team
};
/// Its entry is "run_teams".
struct TeamKernel : Kernel {
  TeamSize (*size)(const void* body);
};
template <class Body>
TeamSize size_of_team(const void* body) {
  auto* one = static_cast<const Body*>(body);
  return {one->team_size, one->shared_bytes()};
}

/// As SCI_KERNEL, for a body with `team_size` (a constant or a member), `shared_bytes()` and `team(i, team, shared)`,
/// by which a team of 1 to 32 threads (a power of two) or of whole warps works on item i; the CPU runs `operator()`,
/// which may call `team` with one lane.
#define SCI_TEAM_KERNEL(HEADER, ...)                                                                 \
  template <>                                                                                        \
  struct sci::kernel_of<__VA_ARGS__> {                                                               \
    inline static ::sci::TeamKernel kernel{{"#include \"" HEADER "\"\n", #__VA_ARGS__, "run_teams"}, \
                                           &::sci::size_of_team<__VA_ARGS__>};                       \
    inline static const bool listed = ::sci::kernel_list.add(&kernel);                               \
  };                                                                                                 \
  [[maybe_unused]] static const bool SCI_UNIQUE(sci_listed_) = sci::kernel_of<__VA_ARGS__>::listed;

/// The most that a team can have on a CUDA device.
int64_t shared_bytes_of_team(int device);

}  // namespace sci
