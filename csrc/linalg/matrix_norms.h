// Norms of many vectors or matrices on the CPU's vector lanes, one after the other in memory.
//
// Frobenius  The root of the sum of squares, which is made in double precision for float too: long sums keep their
//            digits, and of float no square leaves the range.
// Sums       Largest column or row sum of moduli; those of complex numbers are roots of sums of squares.
// Unsure     Where an entry is not finite, or squares may have left the range, an item says so.
// CPU only: on CUDA norms are torch's.
#pragma once
#include "core/complex.h"
#include "fft/lanes.h"

#if !SCI_DEVICE
namespace sci {
enum class NormKind { frobenius, columns, rows };

inline namespace SCI_LANES_NAMESPACE {

template <class R>
SCI_HD double lanes_squares(const R* x, int64_t n) {
  using W = typename FftVector<double>::W;
  constexpr int L = FftVector<double>::L;
  typedef R Loose __attribute__((vector_size(L * sizeof(R)), aligned(sizeof(R)), may_alias));
  W s[4] = {};
  int64_t k = 0;
  for (; k + 4 * L <= n; k += 4 * L) SCI_UNROLL for (int q = 0; q < 4; ++q) {
      const W v = __builtin_convertvector(*reinterpret_cast<const Loose*>(x + k + q * L), W);
      s[q] += v * v;
    }
  for (; k + L <= n; k += L) {
    const W v = __builtin_convertvector(*reinterpret_cast<const Loose*>(x + k), W);
    s[0] += v * v;
  }
  s[0] += s[1] + (s[2] + s[3]);
  double sum = 0;
  for (; k < n; ++k) sum += double(x[k]) * double(x[k]);
  for (int l = 0; l < L; ++l) sum += s[0][l];
  return sum;
}

/// |z|, where no square leaves the range.
template <class T>
SCI_HD real_of<T> short_modulus(T z) {
  if constexpr (is_complex<T>)
    return sqrt(z.re * z.re + z.im * z.im);
  else
    return abs(z);
}
template <class R>
SCI_HD R lanes_moduli(const complex<R>* x, int64_t n) {
  R even = R(0), odd = R(0);
  int64_t k = 0;
  for (; k + 2 <= n; k += 2) {
    even += short_modulus(x[k]);
    odd += short_modulus(x[k + 1]);
  }
  return k < n ? even + odd + short_modulus(x[k]) : even + odd;
}
template <class R>
SCI_HD R lanes_moduli(const R* x, int64_t n) {
  using F = FftVector<R>;
  typename F::W s = {};
  int64_t k = 0;
  for (; k + F::L <= n; k += F::L) {
    const typename F::W v = F::at(x + k);
    s += v < R(0) ? -v : v;
  }
  R sum = R(0);
  for (; k < n; ++k) sum += abs(x[k]);
  for (int l = 0; l < F::L; ++l) sum += s[l];
  return sum;
}

/// Of each m x n matrix the norm, and whether it is sure; `room` has n numbers.
template <class T>
struct LanesNorm {
  using R = real_of<T>;
  const T* x;
  R* norms;
  bool* sure;
  int64_t m, n;
  NormKind kind;

  void operator()(int64_t item, R* room) const {
    const T* a = x + item * m * n;
    if (kind == NormKind::frobenius) {
      const double least = sizeof(R) == sizeof(double) ? 0x1p-960 : 0;
      const double sum = lanes_squares(reinterpret_cast<const R*>(a), m * n * int64_t(sizeof(T) / sizeof(R)));
      norms[item] = R(sqrt(sum));
      sure[item] = sum >= least && sum < limits<double>::infinity;
      return;
    }
    const bool by_columns = kind == NormKind::columns;
    for (int64_t j = 0; j < n && by_columns; ++j) room[j] = short_modulus(a[j]);
    for (int64_t i = 1; i < m && by_columns; ++i)
      for (int64_t j = 0; j < n; ++j) room[j] += short_modulus(a[i * n + j]);
    R best = R(0), all = R(0);
    for (int64_t k = 0; k < (by_columns ? n : m); ++k) {
      const R sum = by_columns ? room[k] : lanes_moduli(a + k * n, n);
      all += sum;
      best = sum > best ? sum : best;
    }
    norms[item] = best;
    // Of smaller sums lost squares would be more than rounding error.
    const R least = is_complex<T> ? R(0x1p40) * sqrt(limits<R>::min) : R(0);
    sure[item] = all - all == R(0) && best >= least;
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
