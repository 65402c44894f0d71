// Gradients of decompositions (linalg/gradients.h) of matrices side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE                 // before fft/lanes.h
#define SCI_PRODUCTS_APART SCI_LANES_APART  // before linalg/products.h
#include "fft/lanes.h"
#include "ops/gradients_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct LanesGradient {
  using V = typename lane_number<T>::type;
  using R = real_of<T>;
  static constexpr int L = lane_number<T>::L;
  GradientJob<T> job;
  SCI_PRODUCTS_APART void operator()(int64_t item, R* memory) const {
    const int64_t first = item * L;
    R* to = memory;
    for (int k = 0; k < 6; ++k) {
      if (job.in[k]) to_lanes(job.in[k], first, job.count, job.size[k], to);
      to += job.size[k] * L;
    }
    real_of<V>* found;
    const real_of<V> flag = job.template run<V>(job.kind, reinterpret_cast<real_of<V>*>(memory), &found);
    from_lanes(reinterpret_cast<R*>(found), first, job.count, job.out_size(), job.out);
    for (int l = 0; l < L && first + l < job.count; ++l) job.flags[first + l] = flag.v[l] > 0;
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_GRADIENTS_LANES(T)                                                                            \
  template <>                                                                                             \
  void sci::gradients_in_lanes<T, SCI_LANE_BYTES>(const GradientJob<T>& job) {                            \
    run_side_by_side<T>(LanesGradient<T>{job}, job.count, job.memory(), 6 * job.n * job.n * (job.n + 6)); \
  }
SCI_GRADIENTS_LANES(float)
SCI_GRADIENTS_LANES(double)
SCI_GRADIENTS_LANES(sci::complex<float>)
SCI_GRADIENTS_LANES(sci::complex<double>)
