// Functions of small matrices and matrix equations by products and inverses (linalg/products_job.h) side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE                 // before fft/lanes.h
#define SCI_PRODUCTS_APART SCI_LANES_APART  // before linalg/products.h
#include "fft/lanes.h"
#include "linalg/products_job.h"
#include "ops/products_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct LanesProducts {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  ProductsJob<T> job;
  SCI_PRODUCTS_APART void operator()(int64_t item, real_of<T>* memory) const {
    const int64_t first = item * L, size = job.n * job.n * int64_t(sizeof(T) / sizeof(real_of<T>));
    move_in(job.a, first, size, memory);
    if (job.has_b()) move_in(job.b, first, size, memory + size * L);
    if (job.has_c()) move_in(job.c, first, size, memory + 2 * size * L);
    const real_of<V> good = job.run(reinterpret_cast<V*>(memory));
    from_lanes(memory + 3 * size * L, first, job.count, size, reinterpret_cast<real_of<T>*>(job.x));
    for (int l = 0; l < L && first + l < job.count; ++l) job.good[first + l] = good.v[l] > 0;
  }
  void move_in(const T* in, int64_t first, int64_t size, real_of<T>* to) const {
    to_lanes(reinterpret_cast<const real_of<T>*>(in), first, job.count, size, to);
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_PRODUCTS_LANES(T)                                                                        \
  template <>                                                                                        \
  void sci::products_in_lanes<T, SCI_LANE_BYTES>(const ProductsJob<T>& job) {                        \
    run_side_by_side<T>(LanesProducts<T>{job}, job.count, job.memory(), 16 * job.n * job.n * job.n); \
  }
SCI_PRODUCTS_LANES(float)
SCI_PRODUCTS_LANES(double)
SCI_PRODUCTS_LANES(sci::complex<float>)
SCI_PRODUCTS_LANES(sci::complex<double>)
