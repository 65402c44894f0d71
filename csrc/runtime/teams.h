// Kernels in which teams of threads (core/team.h) work on one item each.
#pragma once
#include <vector>

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

/// Runs body.team for n items: by teams on CUDA, on the CPU with one lane and memory of its own for each thread.
template <class Body>
void teams_for(const Tensor& like, int64_t n, const Body& body, int64_t grain) {
  if (n <= 0) return;
  if (like.is_cuda()) return launch_cuda(kernel_of<Body>::kernel, like.get_device(), n, n * body.team_size, &body);
  torch::stable::parallel_for(0, n, grain, [&](int64_t begin, int64_t end) {
    std::vector<char> room(body.shared_bytes());
    for (int64_t i = begin; i < end; ++i) body.team(i, {0, 1}, room.data());
  });
}

/// For a body of each number type.
#define SCI_FOUR_TEAM_KERNELS(HEADER, BODY)               \
  SCI_TEAM_KERNEL(HEADER, sci::BODY<float>)               \
  SCI_TEAM_KERNEL(HEADER, sci::BODY<double>)              \
  SCI_TEAM_KERNEL(HEADER, sci::BODY<sci::complex<float>>) \
  SCI_TEAM_KERNEL(HEADER, sci::BODY<sci::complex<double>>)

/// Lanes for matrices of n columns or rows, a lane for each up to 32.
inline int64_t team_for(int64_t n) { return n <= 4 ? 4 : n <= 8 ? 8 : n <= 16 ? 16 : 32; }

}  // namespace sci
