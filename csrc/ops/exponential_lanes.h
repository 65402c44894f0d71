// The exponential, cosines and sines of small matrices with their derivatives (linalg/exponential.h) side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE                 // before fft/lanes.h
#define SCI_PRODUCTS_APART SCI_LANES_APART  // before linalg/products.h
#include "fft/lanes.h"
#include "linalg/exponential.h"
#include "ops/exponential_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T, int order>
struct LanesExponential {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  ExponentialJob<T> job;
  SCI_PRODUCTS_APART void operator()(int64_t item, real_of<T>* memory) const {
    const int64_t first = item * L, size = job.n * job.n * int64_t(sizeof(T) / sizeof(real_of<T>));
    to_lanes(reinterpret_cast<const real_of<T>*>(job.a), first, job.count, size, memory);
    if (order == 2) to_lanes(reinterpret_cast<const real_of<T>*>(job.e), first, job.count, size, memory + size * L);
    job.template run<order>(reinterpret_cast<V*>(memory));
    T* const results[2] = {job.x, job.y};
    for (int part = 0; part < job.functions(); ++part)
      from_lanes(memory + (2 * order - 1 + order * part) * size * L, first, job.count, size,
                 reinterpret_cast<real_of<T>*>(results[part]));
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_EXPONENTIAL_LANES(T)                                                           \
  template <>                                                                              \
  void sci::exponential_in_lanes<T, SCI_LANE_BYTES>(const ExponentialJob<T>& job) {        \
    const int64_t work = 12 * job.n * job.n * job.n;                                       \
    if (job.e)                                                                             \
      run_side_by_side<T>(LanesExponential<T, 2>{job}, job.count, job.memory(), 3 * work); \
    else                                                                                   \
      run_side_by_side<T>(LanesExponential<T, 1>{job}, job.count, job.memory(), work);     \
  }
SCI_EXPONENTIAL_LANES(float)
SCI_EXPONENTIAL_LANES(double)
SCI_EXPONENTIAL_LANES(sci::complex<float>)
SCI_EXPONENTIAL_LANES(sci::complex<double>)
