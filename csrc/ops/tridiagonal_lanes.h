// Eigenvalues and vectors of tridiagonal and of Hermitian matrices (linalg/tridiagonal.h) side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "linalg/balance.h"
#include "linalg/jacobi.h"
#include "linalg/tridiagonal.h"
#include "ops/side_by_side.h"
#include "ops/tridiagonal_jobs.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Finds the eigenvalues d of L matrices, and their vectors in the rows of z, which may be null; `work` has room for 2
/// n numbers. `missing` becomes how many of each matrix were not found. One copy for all that come here.
template <class R>
SCI_LANES_APART void find_eigenvalues(typename twin_number<R>::type* d, typename twin_number<R>::type* e,
                                      typename twin_number<R>::type* z, int64_t row,
                                      typename twin_number<R>::type* work, int64_t n, R* missing) {
  *reinterpret_cast<typename twin_number<R>::type*>(missing) =
      z ? tridiagonal_eigenvectors(d, e, z, row, work, n) : tridiagonal_eigenvalues(d, e, n);
}

/// Gives out the sorted eigenvalues of one matrix, the L-th numbers from d on, and their order.
template <class R>
void give_values(const R* d, int64_t n, const RangeFactors<R>& range, R* w, int* order) {
  constexpr int L = twin_number<R>::L;
  jacobi_order(d, L, n, false, order);
  for (int64_t k = 0; k < n; ++k) w[k] = range.leave(d[order[k] * L]);
}

template <class R>
struct LanesTridiagonal : TridiagonalJob<R> {
  using V = typename twin_number<R>::type;
  static constexpr int L = twin_number<R>::L;
  using TridiagonalJob<R>::d, TridiagonalJob<R>::e, TridiagonalJob<R>::w, TridiagonalJob<R>::v, TridiagonalJob<R>::info,
      TridiagonalJob<R>::n, TridiagonalJob<R>::count;
  void operator()(int64_t item, R* memory) const {
    V *x = reinterpret_cast<V*>(memory), *y = x + n, *work = y + n, *z = v ? work + 2 * n + 1 : nullptr;
    const int64_t row = tridiagonal_row(n);
    R sizes[L], *missing = reinterpret_cast<R*>(work + 2 * n);
    bool turned[L];
    for (int l = 0; l < L; ++l) {
      Lane<R, twin_number<R>> diagonal(x, l), beside(y, l);
      const int64_t at = min(item * L + l, count - 1);
      const R *in = d + at * n, *off = e + at * (n - 1), size = largest(in, n), other = largest(off, n - 1);
      sizes[l] = size < other || isnan(other) ? other : size;
      const RangeFactors<R> range = unit_range(sizes[l]);
      // Steps find eigenvalues at the end first, and small ones of a graded matrix have to be there.
      turned[l] = abs(in[0]) < abs(in[n - 1]);
      for (int64_t k = 0; k < n; ++k) diagonal.set(turned[l] ? n - 1 - k : k, range.enter(in[k]));
      for (int64_t k = 0; k + 1 < n; ++k) beside.set(turned[l] ? n - 2 - k : k, range.enter(off[k]));
    }
    if (z) unit_rows(z, n);
    find_eigenvalues(x, y, z, row, work, n, missing);
    int* order = reinterpret_cast<int*>(work);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      const int64_t at = item * L + l;
      const RangeFactors<R> range = unit_range(sizes[l]);
      give_values(reinterpret_cast<const R*>(x) + l, n, range, w + at * n, order);
      info[at] = range.finite ? int32_t(missing[l]) : int32_t(n);
      const Lane<R, twin_number<R>> vectors(z, l);
      for (int64_t k = 0; k < n && z; ++k) {
        R* out = v + (at * n + k) * n;
        for (int64_t r = 0; r < n; ++r)
          out[turned[l] ? n - 1 - r : r] = range.finite ? vectors.get(order[k] * row + r) : limits<R>::nan;
      }
    }
  }
};

template <class T>
struct LanesHermitian : EighJob<T> {
  using V = typename twin_number<T>::type;
  using R = real_of<T>;
  static constexpr int L = twin_number<T>::L;
  using EighJob<T>::a, EighJob<T>::v, EighJob<T>::w, EighJob<T>::info, EighJob<T>::n, EighJob<T>::count,
      EighJob<T>::lower;
  void operator()(int64_t item, R* memory) const {
    V *x = reinterpret_cast<V*>(memory), *work = x + n * n, *z = v ? work + 2 * n : nullptr;
    const int64_t row = tridiagonal_row(n);
    auto* d = reinterpret_cast<real_of<V>*>(work + 2 * n + (v ? n * row : 0));
    auto *e = d + n, *rotations = reinterpret_cast<real_of<V>*>(work);
    R sizes[L], *missing = reinterpret_cast<R*>(e + n);
    for (int l = 0; l < L; ++l) {
      Lane<T, twin_number<T>> lane(x, l);
      const T* in = a + min(item * L + l, count - 1) * n * n;
      R size = 0;
      for (int64_t i = 0; i < n; ++i) {
        const R part = lower ? largest(in + i * n, i + 1) : largest(in + i * n + i, n - i);
        if (!(part <= size)) size = part;
        if (isnan(size)) break;
      }
      sizes[l] = size;
      const RangeFactors<R> range = unit_range(size);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j <= i; ++j) lane.set(i * n + j, range.enter(lower ? in[i * n + j] : conj(in[j * n + i])));
    }
    to_tridiagonal_form(x, d, e, z, work, n);
    constexpr int64_t parts = is_complex<T> ? 2 : 1;
    find_eigenvalues(d, e, reinterpret_cast<real_of<V>*>(z), parts * row, rotations, n, missing);
    int* order = reinterpret_cast<int*>(work);
    for (int l = 0; l < L && item * L + l < count; ++l) {
      const int64_t at = item * L + l;
      const RangeFactors<R> range = unit_range(sizes[l]);
      give_values(reinterpret_cast<const R*>(d) + l, n, range, w + at * n, order);
      info[at] = range.finite ? int32_t(missing[l]) : int32_t(n);
      if (!z) continue;
      const Lane<T, twin_number<T>> vectors(z, l);
      T* out = v + at * n * n;
      for (int64_t k = 0; k < n; ++k)
        for (int64_t r = 0; r < n; ++r)
          out[r * n + k] = range.finite ? vectors.get(order[k] * row + r) : T(limits<R>::nan);
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

#define SCI_TRIDIAGONAL_LANES(R)                                                                 \
  template <>                                                                                    \
  void sci::tridiagonal_in_lanes<R, SCI_LANE_BYTES>(const TridiagonalJob<R>& job) {              \
    const int64_t n = job.n, square = job.v ? n * sci::tridiagonal_row(n) : 0;                   \
    run_side_by_side<R, twin_number<R>>(LanesTridiagonal<R>{job}, job.count, square + 4 * n + 1, \
                                        5 * n * square + 20 * n * n);                            \
  }
#define SCI_HERMITIAN_LANES(T)                                                                                        \
  template <>                                                                                                         \
  void sci::hermitian_in_lanes<T, SCI_LANE_BYTES>(const EighJob<T>& job) {                                            \
    const int64_t n = job.n;                                                                                          \
    run_side_by_side<T, twin_number<T>>(LanesHermitian<T>{job}, job.count, n * (n + sci::tridiagonal_row(n) + 4) + 1, \
                                        10 * n * n * n);                                                              \
  }
SCI_TRIDIAGONAL_LANES(float)
SCI_TRIDIAGONAL_LANES(double)
SCI_HERMITIAN_LANES(float)
SCI_HERMITIAN_LANES(double)
SCI_HERMITIAN_LANES(sci::complex<float>)
SCI_HERMITIAN_LANES(sci::complex<double>)
