// Eigenvectors of tridiagonal matrices with known eigenvalues (linalg/twisted.h), one matrix after the other.
#pragma once
#include "linalg/twisted.h"
#include "ops/tridiagonal_lanes.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Vectors of eigenvalues that are near to each other keep small components along each other, about eps |T| over the
/// gap, which are taken off one vector after the other. For gaps beyond `reach` they are left, as large as those of
/// LAPACK's vectors. Where components are not small they are taken off twice; two vectors that are nearly one are a
/// failure, of close eigenvalues.
struct LanesTwisted : TwistedJob {
  using F = FftVector<double>;
  using W = F::W;
  using V = twin_number<double>::type;
  static constexpr int L = F::L, lanes = twin_number<double>::L;
  static constexpr double reach = 0.02, small = 1e-8, alike = 0.5;

  /// The products of x with rows[0..L].
  static W products(const double* x, const double* const* rows, int64_t n) {
    W sums[L] = {};
    int64_t i = 0;
    for (; i + L <= n; i += L) {
      const W y = F::at(x + i);
      SCI_UNROLL for (int q = 0; q < L; ++q) sums[q] += y * F::at(rows[q] + i);
    }
    F::transpose(sums);
    W all = sums[0];
    SCI_UNROLL for (int q = 1; q < L; ++q) all += sums[q];
    for (; i < n; ++i)
      for (int q = 0; q < L; ++q) all[q] += x[i] * rows[q][i];
    return all;
  }
  /// Takes off x its components along `count` rows; returns the largest of them.
  static double take_off(double* x, const double* rows, int64_t count, int64_t n) {
    double largest = 0;
    for (int64_t j = 0; j < count; j += L) {
      const int64_t m = min<int64_t>(L, count - j);
      const double* some[L];
      for (int q = 0; q < L; ++q) some[q] = rows + (j + min<int64_t>(q, m - 1)) * n;
      W c = products(x, some, n);
      for (int q = 0; q < L; ++q) {
        if (q >= m) c[q] = 0;
        if (!(abs(c[q]) <= largest)) largest = abs(c[q]);
      }
      int64_t i = 0;
      for (; i + L <= n; i += L) {
        W y = F::at(x + i);
        SCI_UNROLL for (int q = 0; q < L; ++q) y -= c[q] * F::at(some[q] + i);
        F::at(x + i) = y;
      }
      for (; i < n; ++i)
        for (int q = 0; q < L; ++q) x[i] -= c[q] * some[q][i];
    }
    return largest;
  }
  /// Makes row k of `rows` orthogonal to those from `from` on; returns whether it is a vector of its own.
  static bool separate(double* rows, int64_t from, int64_t k, int64_t n) {
    double* x = rows + k * n;
    const double largest = take_off(x, rows + from * n, k - from, n);
    if (largest < small) return true;
    if (!(largest < alike)) return false;
    double square = 0;
    for (int64_t i = 0; i < n; ++i) square += x[i] * x[i];
    const double scale = 1 / sqrt(square);
    for (int64_t i = 0; i < n; ++i) x[i] *= scale;
    return take_off(x, rows + from * n, k - from, n) < small;
  }

  /// Gives out z, a number per lane, as rows.
  static void give_rows(const V* z, V scale, double* rows, int64_t n) {
    const double *in = reinterpret_cast<const double*>(z), *scales = reinterpret_cast<const double*>(&scale);
    for (int h = 0; h < lanes; h += L) {
      const W f = F::at(scales + h);
      int64_t i = 0;
      for (; i + L <= n; i += L) {
        W block[L];
        SCI_UNROLL for (int q = 0; q < L; ++q) block[q] = F::at(in + (i + q) * lanes + h) * f;
        F::transpose(block);
        SCI_UNROLL for (int q = 0; q < L; ++q) F::at(rows + (h + q) * n + i) = block[q];
      }
      for (; i < n; ++i)
        for (int q = h; q < h + L; ++q) rows[q * n + i] = in[i * lanes + q] * scales[q];
    }
  }

  void operator()(int64_t item, double* memory) const {
    V *z = reinterpret_cast<V*>(memory), *work = z + n;
    double *diagonal = reinterpret_cast<double*>(work + 4 * n), *beside = diagonal + n;
    double *values = w + item * n, *rows = v + item * n * n;
    const double *in = d + item * n, *off = e + item * (n - 1), size = largest(in, n), other = largest(off, n - 1);
    const RangeFactors<double> range = unit_range(size < other || isnan(other) ? other : size);
    bool failed = !range.finite || n < lanes;
    for (int64_t k = 0; k < n; ++k) {
      diagonal[k] = range.enter(in[k]);
      if (k + 1 < n) beside[k] = range.enter(off[k]);
      values[k] = range.enter(values[k]);
    }
    for (int64_t k = 0; k < n && !failed; k += lanes) {
      const int64_t first = min(k, n - lanes);
      V x;
      std::copy_n(values + first, lanes, reinterpret_cast<double*>(&x));
      const V square = twisted::refine(diagonal, beside, x, z, work, n, failed);
      std::copy_n(reinterpret_cast<const double*>(&x), lanes, values + first);
      give_rows(z, V(1.0) / sqrt(square), rows + first * n, n);
    }
    int64_t from = 0;
    for (int64_t k = 1; k < n && !failed; ++k) {
      while (values[k] - values[from] > reach) ++from;
      failed = values[k] < values[k - 1] || !separate(rows, from, k, n);
    }
    for (int64_t k = 0; k < n; ++k) values[k] = range.leave(values[k]);
    info[item] = failed;
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci

template <>
void sci::twisted_in_lanes<SCI_LANE_BYTES>(const TwistedJob& job) {
  using V = twin_number<double>::type;
  const int64_t n = job.n, numbers = (5 * n + 1) * int64_t(sizeof(V) / sizeof(double)) + 2 * n;
  on_threads<double>(LanesTwisted{job}, job.count, 1 + 16384 / (n * n), numbers);
}
