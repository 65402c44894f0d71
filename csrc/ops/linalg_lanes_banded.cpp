#pragma GCC optimize("O3")
#include "ops/banded_lanes.h"

namespace sci {

#define SCI_BANDED_LANES(T)                                                                \
  template <>                                                                              \
  void banded_solve_in_lanes<T>(const BandedSolveItem<T>& job, int64_t count) {            \
    const int64_t width = 2 * job.l + job.u + 1;                                           \
    run_lanes<T>(LanesBandedSolve<T>{job, {count}}, count, job.n * (width + job.m),        \
                 job.n * (width * (job.l + 1) + width * job.m));                           \
  }                                                                                        \
  template <>                                                                              \
  void positive_banded_in_lanes<T>(const PositiveBandedItem<T>& job, int64_t count) {      \
    run_lanes<T>(LanesPositiveBanded<T>{job, {count}}, count, job.n * (job.w + 1 + job.m), \
                 job.n * (job.w + 1) * (job.w + 1 + job.m));                               \
  }
SCI_BANDED_LANES(float)
SCI_BANDED_LANES(double)
SCI_BANDED_LANES(complex<float>)
SCI_BANDED_LANES(complex<double>)

}  // namespace sci
