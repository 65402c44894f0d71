// The exponential of small matrices (linalg/lanes_expm.h), with vectors of SCI_LANE_BYTES.
#pragma once
#include "fft_threads.h"
#include "linalg/lanes_expm.h"
#include "ops/expm_jobs.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T, bool side_by_side>
void run_expm(const ExpmJob<T>& job) {
  LanesExpm<T, SCI_LANE_BYTES / sizeof(T), side_by_side> task{job.a, job.x, job.n, job.count, job.complex};
  on_threads<T>(task, task.items(), std::max<int64_t>(1, 4096 / (job.n * job.n * job.n + 1)), task.buffer());
}

}  // namespace SCI_LANES_NAMESPACE

template <class T, int bytes>
void expm_in_lanes(const ExpmJob<T>& job) {
  job.many ? run_expm<T, true>(job) : run_expm<T, false>(job);
}
template void expm_in_lanes<float, SCI_LANE_BYTES>(const ExpmJob<float>&);
template void expm_in_lanes<double, SCI_LANE_BYTES>(const ExpmJob<double>&);

}  // namespace sci
