// Factors of small matrices (linalg/factors.h) side by side.
#pragma once
#include "linalg/factors.h"
#include "ops/factors_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// The matrices of an item, whole, to the lanes of x and back.
template <class T>
void matrices_to_lanes(const T* in, int64_t item, int64_t count, int64_t size, typename lane_number<T>::type* x) {
  using R = real_of<T>;
  to_lanes(reinterpret_cast<const R*>(in), item * lane_number<T>::L, count, size * int64_t(sizeof(T) / sizeof(R)),
           reinterpret_cast<R*>(x));
}
template <class T>
void matrices_from_lanes(const typename lane_number<T>::type* x, int64_t item, int64_t count, int64_t size, T* out) {
  using R = real_of<T>;
  from_lanes(reinterpret_cast<const R*>(x), item * lane_number<T>::L, count, size * int64_t(sizeof(T) / sizeof(R)),
             reinterpret_cast<R*>(out));
}

/// One triangle of x becomes the adjoint of the other, or its transpose where the matrix is symmetric.
template <class V>
void complete(V* x, int64_t n, bool lower, bool hermitian) {
  for (int64_t i = 0; i < n; ++i) {
    if (hermitian) x[i * n + i] = V(real(x[i * n + i]));
    for (int64_t j = 0; j < i; ++j) {
      const V y = lower ? x[i * n + j] : x[j * n + i];
      (lower ? x[j * n + i] : x[i * n + j]) = hermitian ? conj(y) : y;
    }
  }
}

template <class T>
struct LanesCholesky : CholeskyJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using CholeskyJob<T>::a, CholeskyJob<T>::c, CholeskyJob<T>::info, CholeskyJob<T>::n, CholeskyJob<T>::count,
      CholeskyJob<T>::lower, CholeskyJob<T>::rcond, CholeskyJob<T>::b, CholeskyJob<T>::x, CholeskyJob<T>::m;

  /// The 1-norm of a Hermitian matrix, of which f holds the lower triangle; sums has room for n numbers.
  static real_of<V> norm1(const V* f, real_of<V>* sums, int64_t n) {
    real_of<V> large(real_of<T>(0));
    for (int64_t i = 0; i < n; ++i) sums[i] = real_of<V>(real_of<T>(0));
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j) {
        const real_of<V> size = modulus(f[i * n + j]);
        sums[i] += size;
        if (j < i) sums[j] += size;
      }
    for (int64_t i = 0; i < n; ++i) large = choose(sums[i] > large, sums[i], large);
    return large;
  }
  /// L, or L^H, with zeros in the other triangle.
  void store(int64_t item, V* f) const {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) {
        if (!lower) f[j * n + i] = conj(f[i * n + j]);
        (lower ? f[j * n + i] : f[i * n + j]) = V(real_of<V>(real_of<T>(0)));
      }
    matrices_from_lanes<T>(f, item, count, n * n, c);
  }
  void operator()(int64_t item, real_of<T>* memory) const {
    V* f = reinterpret_cast<V*>(memory);
    matrices_to_lanes(a, item, count, n * n, f);
    for (int64_t i = 0; i < n && !lower; ++i)
      for (int64_t j = 0; j < i; ++j) f[i * n + j] = conj(f[j * n + i]);
    V* work = f + n * n;
    auto* sums = reinterpret_cast<real_of<V>*>(work);
    const real_of<V> one(real_of<T>(1)), size = rcond ? norm1(f, sums, n) : one;
    const real_of<V> order = cholesky_factor(f, n, n);
    real_of<V> least = rcond ? one / size / cholesky_inverse_bound(f, sums, n) : one;
    if (some(!(least > real_of<V>(2 * limits<real_of<T>>::epsilon))))
      least = one / size / estimate_norm1(CholeskyInverse<V>{f, n}, work, n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      info[item * L + l] = int32_t(order.v[l]);
      if (rcond) rcond[item * L + l] = least.v[l];
    }
    if (c) return store(item, f);
    if (!x) return;
    V* y = work + n;
    matrices_to_lanes(b, item, count, n * m, y);
    cholesky_substitute(f, y, n, m);
    matrices_from_lanes<T>(y, item, count, n * m, x);
  }
};

/// rows[k] is the row of B that comes to place k.
template <class Exchange>
void order_rows(const Exchange* exchanges, int64_t step, int64_t n, int* rows) {
  for (int64_t k = 0; k < n; ++k) rows[k] = int(k);
  for (int64_t k = 0; k < n; ++k) swap(rows[k], rows[int(exchanges[k * step])]);
}

template <class T>
struct LanesLu : LuJob<T> {
  using V = typename lane_number<T>::type;
  using R = real_of<T>;
  static constexpr int L = lane_number<T>::L;
  using LuJob<T>::a, LuJob<T>::lu, LuJob<T>::det, LuJob<T>::pivots, LuJob<T>::info, LuJob<T>::rcond, LuJob<T>::n,
      LuJob<T>::count, LuJob<T>::b, LuJob<T>::x, LuJob<T>::m, LuJob<T>::read;

  /// The 1-norm of matrix l; NaN where an entry is not finite.
  static real_of<V> norm1(const V* f, int64_t n) {
    real_of<V> large(R(0)), all(R(0));
    for (int64_t j = 0; j < n; ++j) {
      real_of<V> sum(R(0));
      for (int64_t i = 0; i < n; ++i) sum += modulus(f[i * n + j]);
      large = choose(sum < large, large, sum);
      all += sum;
    }
    return large + (all - all) * real_of<V>(R(0));
  }
  void determinants(int64_t item, const V* f, const real_of<V>* swaps) const {
    V product(real_of<V>(R(1)));
    for (int64_t k = 0; k < n; ++k) {
      V d = f[k * n + k];
      product *= choose(swaps[k] == real_of<V>(R(k)), d, -d);
    }
    for (int l = 0; l < L && item * L + l < count; ++l) det[item * L + l] = Lane<T>(&product, l).get(0);
  }
  /// A^-1 B, or A^-1 where there is no B.
  void solve(int64_t item, const V* f, const real_of<V>* swaps, V* y) const {
    int rows[one_lu_limit];
    for (int64_t k = 0; k < n * m && !b; ++k) y[k] = V(real_of<V>(R(0)));
    for (int l = 0; l < L; ++l) {
      Lane<T> right(y, l);
      const T* in = b + min(item * L + l, count - 1) * n * m;
      order_rows(lane_of_reals<T>(swaps, l), L, n, rows);
      for (int64_t i = 0; i < n; ++i) {
        if (!b) right.set(i * m + rows[i], T(1));
        for (int64_t j = 0; j < m && b; ++j) right.set(i * m + j, in[rows[i] * m + j]);
      }
    }
    lu_substitute(f, y, n, m);
    matrices_from_lanes<T>(y, item, count, n * m, x);
  }
  void operator()(int64_t item, R* memory) const {
    V* f = reinterpret_cast<V*>(memory);
    auto *swaps = reinterpret_cast<real_of<V>*>(f + n * n), *vector = swaps + n;
    matrices_to_lanes(a, item, count, n * n, f);
    if (read != LuRead::whole)
      complete(f, n, read == LuRead::lower || read == LuRead::lower_hermitian,
               read == LuRead::lower_hermitian || read == LuRead::upper_hermitian);
    const real_of<V> size = rcond ? norm1(f, n) : real_of<V>(R(0));
    const real_of<V> order = lu_factors(f, swaps, n);
    if (det) return determinants(item, f, swaps);
    real_of<V> least = rcond ? real_of<V>(R(1)) / size / lu_inverse_bound(f, vector, n) : size;
    if (rcond && some(!(least > real_of<V>(R(2) * limits<R>::epsilon))))
      least = real_of<V>(R(1)) / size / estimate_norm1(LuInverse<V>{f, n}, reinterpret_cast<V*>(vector), n);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      const int64_t place = item * L + l;
      for (int64_t k = 0; k < n && pivots; ++k) pivots[place * n + k] = int32_t(swaps[k].v[l]);
      info[place] = int32_t(order.v[l]);
      if (rcond) rcond[place] = isnan(size.v[l]) ? limits<R>::nan : info[place] != 0 ? R(0) : least.v[l];
    }
    if (x) return solve(item, f, swaps, f + n * (n + 2));
    matrices_from_lanes<T>(f, item, count, n * n, lu);
  }
};

template <class T>
struct LanesLuSolve : LuSolveJob<T> {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  using LuSolveJob<T>::lu, LuSolveJob<T>::pivots, LuSolveJob<T>::b, LuSolveJob<T>::x, LuSolveJob<T>::n,
      LuSolveJob<T>::m, LuSolveJob<T>::count, LuSolveJob<T>::trans;

  void operator()(int64_t item, real_of<T>* memory) const {
    V *y = reinterpret_cast<V*>(memory), *f = y + n * m;
    int rows[one_lu_limit];
    matrices_to_lanes(lu, item, count, n * n, f);
    if constexpr (is_complex<T>)
      for (int64_t k = 0; k < n * n && trans == 2; ++k) f[k] = conj(f[k]);
    if (trans) {
      matrices_to_lanes(b, item, count, n * m, y);
      lu_substitute_transposed(f, y, n, m);
    }
    for (int l = 0; l < L && !trans; ++l) {
      Lane<T> right(y, l);
      const int64_t place = min(item * L + l, count - 1);
      order_rows(pivots + place * n, 1, n, rows);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < m; ++j) right.set(i * m + j, b[place * n * m + rows[i] * m + j]);
    }
    if (!trans) {
      lu_substitute(f, y, n, m);
      return matrices_from_lanes<T>(y, item, count, n * m, x);
    }
    for (int l = 0; l < L && item * L + l < count; ++l) {
      Lane<T> solution(y, l);
      const int64_t place = item * L + l;
      order_rows(pivots + place * n, 1, n, rows);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < m; ++j) x[place * n * m + rows[i] * m + j] = solution.get(i * m + j);
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
    qr_factor(x, tau, work, m, n, m);
    qr_form(x, tau, z, work, m, n, m);
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
    run_side_by_side<T>(LanesCholesky<T>{job}, job.count, job.n * (job.n + 1 + job.m),                              \
                        job.n * job.n * (job.n / 3 + 2 * job.m));                                                   \
  }                                                                                                                 \
  template <>                                                                                                       \
  void sci::lu_in_lanes<T, SCI_LANE_BYTES>(const LuJob<T>& job) {                                                   \
    run_side_by_side<T>(LanesLu<T>{job}, job.count, job.n * (job.n + 2 + job.m), job.n * job.n * (job.n + job.m));  \
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
