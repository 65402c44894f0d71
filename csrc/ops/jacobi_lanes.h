// Jacobi's methods (linalg/jacobi.h) on matrices side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "linalg/jacobi.h"
#include "ops/jacobi_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct LanesEigh : EighJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using EighJob<T>::a, EighJob<T>::v, EighJob<T>::w, EighJob<T>::info, EighJob<T>::n, EighJob<T>::count,
      EighJob<T>::lower;
  void operator()(int64_t item, real_of<T>* memory) const {
    V *x = reinterpret_cast<V*>(memory), *z = x + n * n;
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j) {
          T y = lower ? in[i * n + j] : conj(in[j * n + i]);
          lane.set(i * n + j, y);
          lane.set(j * n + i, i == j ? T(real(y)) : conj(y));
        }
    }
    int failed = jacobi_eigh(x, z, n) ? 0 : 1;
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> values(x, l), vectors(z, l);
      T* out = v ? v + (item * L + l) * n * n : nullptr;
      int order[32];
      const real_of<T>* diagonal = values.x;
      jacobi_order(diagonal, (n + 1) * int64_t(sizeof(V) / sizeof(real_of<T>)), n, false, order);
      for (int64_t k = 0; k < n; ++k) {
        w[(item * L + l) * n + k] = real(values.get(order[k] * (n + 1)));
        for (int64_t r = 0; r < n && out; ++r) out[r * n + k] = vectors.get(order[k] * n + r);
      }
      info[item * L + l] = failed || isnan(w[(item * L + l) * n]) ? 1 : 0;
    }
  }
};

template <class T>
struct LanesSvd : SvdJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using SvdJob<T>::a, SvdJob<T>::u, SvdJob<T>::vh, SvdJob<T>::s, SvdJob<T>::info, SvdJob<T>::n, SvdJob<T>::count;
  void operator()(int64_t item, real_of<T>* memory) const {
    V *x = reinterpret_cast<V*>(memory), *z = x + n * n;
    auto* lengths = reinterpret_cast<real_of<V>*>(z + n * n);
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) lane.set(j * n + i, in[i * n + j]);
    }
    real_of<V> least;
    const bool done = jacobi_svd(x, z, lengths, n, n, &least);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> left(x, l), right(z, l);
      const int64_t k0 = item * L + l;
      const real_of<T>* found = lane_of_reals<T>(lengths, l);
      int order[32];
      jacobi_order(found, L, n, true, order);
      for (int64_t k = 0; k < n; ++k) {
        s[k0 * n + k] = found[order[k] * L];
        for (int64_t r = 0; r < n; ++r) {
          u[k0 * n * n + r * n + k] = left.get(order[k] * n + r);
          vh[k0 * n * n + k * n + r] = conj(right.get(order[k] * n + r));
        }
      }
      info[k0] = done && least.v[l] > jacobi_least<real_of<T>>() ? 0 : 1;
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_JACOBI_LANES(T)                                                                                  \
  template <>                                                                                                \
  void sci::eigh_in_lanes<T, SCI_LANE_BYTES>(const EighJob<T>& job) {                                        \
    run_side_by_side<T>(LanesEigh<T>{job}, job.count, 2 * job.n * job.n, 8 * job.n * job.n * job.n);         \
  }                                                                                                          \
  template <>                                                                                                \
  void sci::svd_in_lanes<T, SCI_LANE_BYTES>(const SvdJob<T>& job) {                                          \
    run_side_by_side<T>(LanesSvd<T>{job}, job.count, 2 * job.n * job.n + job.n, 16 * job.n * job.n * job.n); \
  }
SCI_JACOBI_LANES(float)
SCI_JACOBI_LANES(double)
SCI_JACOBI_LANES(sci::complex<float>)
SCI_JACOBI_LANES(sci::complex<double>)
