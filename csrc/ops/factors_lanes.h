// Factors of small matrices (linalg/factors.h) side by side.
#pragma once
#include "linalg/factors.h"
#include "linalg/lu.h"
#include "ops/factors_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct LanesCholesky : CholeskyJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using CholeskyJob<T>::a, CholeskyJob<T>::c, CholeskyJob<T>::info, CholeskyJob<T>::n, CholeskyJob<T>::count,
      CholeskyJob<T>::lower, CholeskyJob<T>::rcond;

  /// The 1-norm of a Hermitian matrix, of which x holds the lower triangle; sums has room for n numbers.
  static real_of<V> norm1(const V* x, real_of<V>* sums, int64_t n) {
    real_of<V> large(real_of<T>(0));
    for (int64_t i = 0; i < n; ++i) sums[i] = real_of<V>(real_of<T>(0));
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j) {
        const real_of<V> size = modulus(x[i * n + j]);
        sums[i] += size;
        if (j < i) sums[j] += size;
      }
    for (int64_t i = 0; i < n; ++i) large = choose(sums[i] > large, sums[i], large);
    return large;
  }
  void operator()(int64_t item, real_of<T>* memory) const {
    V* x = reinterpret_cast<V*>(memory);
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j) lane.set(i * n + j, lower ? in[i * n + j] : conj(in[j * n + i]));
    }
    V* work = x + n * n;
    auto* sums = reinterpret_cast<real_of<V>*>(work);
    const real_of<V> one(real_of<T>(1)), size = rcond ? norm1(x, sums, n) : one;
    const real_of<V> order = cholesky_factor(x, n);
    real_of<V> least = rcond ? one / size / cholesky_inverse_bound(x, sums, n) : one;
    if (some(!(least > real_of<V>(2 * limits<real_of<T>>::epsilon))))
      least = one / size / estimate_norm1(CholeskyInverse<V>{x, n}, work, n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> lane(x, l);
      T* out = c + (item * L + l) * n * n;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j)
          out[i * n + j] = (lower ? j > i : j < i) ? T(0) : lower ? lane.get(i * n + j) : conj(lane.get(j * n + i));
      info[item * L + l] = int32_t(order.v[l]);
      if (rcond) rcond[item * L + l] = least.v[l];
    }
  }
};

template <class T>
struct LanesLu : LuJob<T> {
  using V = typename lane_number<T>::type;
  using R = real_of<T>;
  static constexpr int L = lane_number<T>::L;
  using LuJob<T>::a, LuJob<T>::lu, LuJob<T>::det, LuJob<T>::pivots, LuJob<T>::info, LuJob<T>::rcond, LuJob<T>::n,
      LuJob<T>::count;

  /// The 1-norm of matrix l; NaN where an entry is not finite.
  static real_of<V> norm1(const V* x, int64_t n) {
    real_of<V> large(R(0)), all(R(0));
    for (int64_t j = 0; j < n; ++j) {
      real_of<V> sum(R(0));
      for (int64_t i = 0; i < n; ++i) sum += modulus(x[i * n + j]);
      large = choose(sum < large, large, sum);
      all += sum;
    }
    return large + (all - all) * real_of<V>(R(0));
  }
  void determinants(int64_t item, const V* x, const real_of<V>* swaps) const {
    V product(real_of<V>(R(1)));
    for (int64_t k = 0; k < n; ++k) {
      V d = x[k * n + k];
      product *= choose(swaps[k] == real_of<V>(R(k)), d, -d);
    }
    for (int l = 0; l < L && item * L + l < count; ++l) det[item * L + l] = Lane<T>(&product, l).get(0);
  }
  void operator()(int64_t item, R* memory) const {
    V* x = reinterpret_cast<V*>(memory);
    auto *swaps = reinterpret_cast<real_of<V>*>(x + n * n), *vector = swaps + n;
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      for (int64_t k = 0; k < n * n; ++k) lane.set(k, in[k]);
    }
    const real_of<V> size = rcond ? norm1(x, n) : real_of<V>(R(0));
    const real_of<V> order = lu_factors(x, swaps, n);
    if (det) return determinants(item, x, swaps);
    real_of<V> least = rcond ? real_of<V>(R(1)) / size / lu_inverse_bound(x, vector, n) : size;
    if (rcond && some(!(least > real_of<V>(R(2) * limits<R>::epsilon))))
      least = real_of<V>(R(1)) / size / estimate_norm1(LuInverse<V>{x, n}, reinterpret_cast<V*>(vector), n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> lane(x, l);
      const int64_t place = item * L + l;
      T* out = lu + place * n * n;
      for (int64_t k = 0; k < n * n; ++k) out[k] = lane.get(k);
      for (int64_t k = 0; k < n; ++k) pivots[place * n + k] = int32_t(swaps[k].v[l]);
      info[place] = int32_t(order.v[l]);
      if (rcond) rcond[place] = isnan(size.v[l]) ? limits<R>::nan : info[place] != 0 ? R(0) : least.v[l];
    }
  }
};

template <class T>
struct LanesLuSolve : LuSolveJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using LuSolveJob<T>::lu, LuSolveJob<T>::pivots, LuSolveJob<T>::b, LuSolveJob<T>::x, LuSolveJob<T>::n,
      LuSolveJob<T>::m, LuSolveJob<T>::count, LuSolveJob<T>::trans;

  /// rows[k] is the row of B that comes to place k.
  void order_rows(const int32_t* exchanges, int* rows) const {
    for (int64_t k = 0; k < n; ++k) rows[k] = int(k);
    for (int64_t k = 0; k < n; ++k) swap(rows[k], rows[exchanges[k]]);
  }
  void operator()(int64_t item, real_of<T>* memory) const {
    V *y = reinterpret_cast<V*>(memory), *f = y + n * m;
    int rows[one_lu_limit];
    for (int l = 0; l < L; ++l) {
      Lane<T> factor(f, l), right(y, l);
      const int64_t place = min(item * L + l, count - 1);
      for (int64_t k = 0; k < n * n; ++k) {
        T entry = lu[place * n * n + k];
        factor.set(k, trans == 2 ? conj(entry) : entry);
      }
      order_rows(pivots + place * n, rows);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < m; ++j) right.set(i * m + j, b[place * n * m + (trans ? i : rows[i]) * m + j]);
    }
    if (trans)
      lu_substitute_transposed(f, y, n, m);
    else
      lu_substitute(f, y, n, m);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> solution(y, l);
      const int64_t place = item * L + l;
      order_rows(pivots + place * n, rows);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < m; ++j) x[place * n * m + (trans ? rows[i] : i) * m + j] = solution.get(i * m + j);
    }
  }
};

template <class T>
struct LanesQr : QrJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using QrJob<T>::a, QrJob<T>::q, QrJob<T>::r, QrJob<T>::m, QrJob<T>::n, QrJob<T>::count;
  void operator()(int64_t item, real_of<T>* memory) const {
    V *x = reinterpret_cast<V*>(memory), *z = x + m * n, *tau = z + m * n, *work = tau + n;
    for (int l = 0; l < L; ++l) {
      Lane<T> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * m * n;
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) lane.set(j * m + i, in[i * n + j]);
    }
    qr_factor(x, tau, work, m, n);
    qr_form(x, tau, z, work, m, n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> upper(x, l), columns(z, l);
      T *out_q = q + (item * L + l) * m * n, *out_r = r + (item * L + l) * n * n;
      for (int64_t i = 0; i < m; ++i)
        for (int64_t j = 0; j < n; ++j) out_q[i * n + j] = columns.get(j * m + i);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) out_r[i * n + j] = j < i ? T(0) : upper.get(j * m + i);
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_FACTORS_LANES(T)                                                                                        \
  template <>                                                                                                       \
  void sci::cholesky_in_lanes<T, SCI_LANE_BYTES>(const CholeskyJob<T>& job) {                                       \
    run_side_by_side<T>(LanesCholesky<T>{job}, job.count, job.n * (job.n + 1), job.n * job.n * job.n / 3);          \
  }                                                                                                                 \
  template <>                                                                                                       \
  void sci::lu_in_lanes<T, SCI_LANE_BYTES>(const LuJob<T>& job) {                                                   \
    run_side_by_side<T>(LanesLu<T>{job}, job.count, job.n * (job.n + 2), job.n * job.n * job.n);                    \
  }                                                                                                                 \
  template <>                                                                                                       \
  void sci::lu_solve_in_lanes<T, SCI_LANE_BYTES>(const LuSolveJob<T>& job) {                                        \
    run_side_by_side<T>(LanesLuSolve<T>{job}, job.count, job.n * (job.n + job.m), job.n * (job.n + job.n * job.m)); \
  }                                                                                                                 \
  template <>                                                                                                       \
  void sci::qr_in_lanes<T, SCI_LANE_BYTES>(const QrJob<T>& job) {                                                   \
    run_side_by_side<T>(LanesQr<T>{job}, job.count, 2 * job.n * (job.m + 1), 3 * job.m * job.n * job.n);            \
  }
SCI_FACTORS_LANES(float)
SCI_FACTORS_LANES(double)
SCI_FACTORS_LANES(sci::complex<float>)
SCI_FACTORS_LANES(sci::complex<double>)
