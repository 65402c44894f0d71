// Hessenberg and Schur forms, eigenvalues and eigenvectors of general matrices side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "linalg/eig.h"
#include "linalg/schur.h"
#include "ops/schur_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct LanesHessenberg : HessenbergJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using HessenbergJob<T>::a, HessenbergJob<T>::h, HessenbergJob<T>::q, HessenbergJob<T>::n, HessenbergJob<T>::count;
  void operator()(int64_t item, real_of<T>* memory) const {
    V *x = reinterpret_cast<V*>(memory), *z = x + n * n, *work = z + n * n;
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      for (int64_t k = 0; k < n * n; ++k) lane.set(k, in[k]);
    }
    to_hessenberg_form(x, q ? z : nullptr, work, n, n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> form(x, l), vectors(z, l);
      const int64_t at = (item * L + l) * n * n;
      for (int64_t k = 0; k < n * n; ++k) h[at + k] = form.get(k);
      if (!q) continue;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) q[at + i * n + j] = vectors.get(j * n + i);
    }
  }
};

template <class T>
struct LanesSchur : SchurJob<T> {
  using V = typename lane_number<T>::type;
  using R = real_of<T>;
  static constexpr int L = lane_number<T>::L;
  using SchurJob<T>::a, SchurJob<T>::t, SchurJob<T>::z, SchurJob<T>::info, SchurJob<T>::n, SchurJob<T>::count;
  void operator()(int64_t item, R* memory) const {
    V *x = reinterpret_cast<V*>(memory), *y = x + n * n, *work = y + n * n;
    R sizes[L];
    T one[32 * 32];
    int32_t places[L][32];
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      sizes[l] = largest(in, n * n);
      const RangeFactors<R> range(sizes[l]);
      bool zeros = false;
      for (int64_t k = 0; k < n * n; ++k) {
        one[k] = range.enter(in[k]);
        zeros = zeros || one[k] == T(0);
        lane.set(k, one[k]);
      }
      for (int64_t k = 0; k < n; ++k) places[l][k] = int32_t(k);
      if (!zeros) continue;
      permute_for_schur(one, places[l], n, n);
      for (int64_t k = 0; k < n * n; ++k) lane.set(k, one[k]);
    }
    to_hessenberg_form(x, y, work, n, n);
    const real_of<V> missing = hessenberg_to_schur(x, y, n, n, true);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> form(x, l), vectors(y, l);
      const int64_t at = (item * L + l) * n * n;
      const RangeFactors<R> range(sizes[l]);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) {
          const int64_t k = i * n + j;
          t[at + k] = range.leave(form.get(k));
          z[at + places[l][i] * n + j] = range.finite ? vectors.get(j * n + i) : T(limits<R>::nan);
        }
      info[item * L + l] = range.finite ? int32_t(missing.v[l]) : int32_t(n);
    }
  }
};

template <class T>
struct LanesEig : EigJob<T> {
  using V = typename lane_number<T>::type;
  using R = real_of<T>;
  using C = complex<R>;
  static constexpr int L = lane_number<T>::L;
  using EigJob<T>::a, EigJob<T>::w, EigJob<T>::v, EigJob<T>::info, EigJob<T>::n, EigJob<T>::count, EigJob<T>::left;
  static int64_t vectors(int64_t n) { return n * (4 * n + 5); }

  void operator()(int64_t item, R* memory) const {
    using P = complex<real_of<V>>;
    V *x = reinterpret_cast<V*>(memory), *y = x + n * n, *work = y + n * n;
    P* out = reinterpret_cast<P*>(work + 2 * n);
    auto* scales = reinterpret_cast<real_of<V>*>(out + n * n + n);
    R sizes[L];
    T one[32 * 32];
    R scale[32];
    int32_t places[L][32];
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      sizes[l] = largest(in, n * n);
      const RangeFactors<R> range(sizes[l]);
      for (int64_t k = 0; k < n * n; ++k) one[k] = range.enter(in[k]);
      balance_matrix(one, scale, places[l], n, n);
      for (int64_t k = 0; k < n * n; ++k) lane.set(k, one[k]);
      for (int64_t k = 0; k < n; ++k) scales[k].v[l] = scale[k];
    }
    const real_of<V> missing =
        eig_of_balanced(x, v ? y : nullptr, work, out, out + n * n, out + n * n, scales, n, n, left);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<C> found(out, l);
      const int64_t at = item * L + l;
      const RangeFactors<R> range(sizes[l]);
      const C nan(limits<R>::nan, limits<R>::nan);
      for (int64_t k = 0; k < n; ++k) w[at * n + k] = range.leave(found.get(n * n + k));
      for (int64_t r = 0; r < n && v; ++r)
        for (int64_t k = 0; k < n; ++k) v[(at * n + places[l][r]) * n + k] = range.finite ? found.get(k * n + r) : nan;
      info[at] = range.finite ? int32_t(missing.v[l]) : int32_t(n);
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_SCHUR_LANES(T)                                                                                       \
  template <>                                                                                                    \
  void sci::hessenberg_in_lanes<T, SCI_LANE_BYTES>(const HessenbergJob<T>& job) {                                \
    run_side_by_side<T>(LanesHessenberg<T>{job}, job.count, 2 * job.n * (job.n + 1), 5 * job.n * job.n * job.n); \
  }                                                                                                              \
  template <>                                                                                                    \
  void sci::schur_in_lanes<T, SCI_LANE_BYTES>(const SchurJob<T>& job) {                                          \
    run_side_by_side<T>(LanesSchur<T>{job}, job.count, 2 * job.n * (job.n + 1), 25 * job.n * job.n * job.n);     \
  }                                                                                                              \
  template <>                                                                                                    \
  void sci::eig_in_lanes<T, SCI_LANE_BYTES>(const EigJob<T>& job) {                                              \
    run_side_by_side<T>(LanesEig<T>{job}, job.count, 5 * job.n * (job.n + 2), 30 * job.n * job.n * job.n);       \
  }
