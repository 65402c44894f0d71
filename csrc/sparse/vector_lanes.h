// Updates and inner products of stretches of vectors, in vector registers on the CPU. A vector of complex numbers is
// one of twice as many real ones wherever factors are real. Sums run in sixteen parts, whatever the processor: results
// do not depend on it.
#pragma once
#include "core/complex.h"
#include "core/platform.h"

#if !SCI_DEVICE
namespace sci {

/// Four numbers in a register.
template <class R>
using VectorLanes __attribute__((vector_size(4 * sizeof(R)), aligned(sizeof(R)), may_alias)) = R;

/// The inner product of n real numbers.
template <class R>
inline R vector_inner(const R* a, const R* b, int64_t n) {
  using Lanes = VectorLanes<R>;
  Lanes s0 = {}, s1 = {}, s2 = {}, s3 = {};
  auto at = [](const R* x) { return *reinterpret_cast<const Lanes*>(x); };
  int64_t i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 += at(a + i) * at(b + i);
    s1 += at(a + i + 4) * at(b + i + 4);
    s2 += at(a + i + 8) * at(b + i + 8);
    s3 += at(a + i + 12) * at(b + i + 12);
  }
  s0 = (s0 + s1) + (s2 + s3);
  R sum = (s0[0] + s0[1]) + (s0[2] + s0[3]);
  for (; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

/// a^H b.
template <class R>
inline complex<R> vector_inner(const complex<R>* a, const complex<R>* b, int64_t n) {
  R re = vector_inner(reinterpret_cast<const R*>(a), reinterpret_cast<const R*>(b), 2 * n), im[4] = {};
  for (int64_t i = 0; i < n; ++i) im[i & 3] += a[i].re * b[i].im - a[i].im * b[i].re;
  return {re, (im[0] + im[1]) + (im[2] + im[3])};
}

/// to = x + factor y for n real numbers; `to` may be x or y.
template <class R>
inline void vector_add(const R* x, R factor, const R* y, R* to, int64_t n) {
  using Lanes = VectorLanes<R>;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    *reinterpret_cast<Lanes*>(to + i) =
        *reinterpret_cast<const Lanes*>(x + i) + *reinterpret_cast<const Lanes*>(y + i) * factor;
  for (; i < n; ++i) to[i] = x[i] + y[i] * factor;
}
template <class R>
inline void vector_add(const complex<R>* x, complex<R> factor, const complex<R>* y, complex<R>* to, int64_t n) {
  if (factor.im == 0)
    return vector_add(reinterpret_cast<const R*>(x), factor.re, reinterpret_cast<const R*>(y), reinterpret_cast<R*>(to),
                      2 * n);
  for (int64_t i = 0; i < n; ++i) to[i] = x[i] + factor * y[i];
}

/// to = factor y.
template <class T>
inline void vector_scale(T factor, const T* y, T* to, int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = factor * y[i];
}

/// to = a x + b y.
template <class R>
inline void vector_combine(R a, const R* x, R b, const R* y, R* to, int64_t n) {
  using Lanes = VectorLanes<R>;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    *reinterpret_cast<Lanes*>(to + i) =
        *reinterpret_cast<const Lanes*>(x + i) * a + *reinterpret_cast<const Lanes*>(y + i) * b;
  for (; i < n; ++i) to[i] = x[i] * a + y[i] * b;
}
template <class R>
inline void vector_combine(complex<R> a, const complex<R>* x, complex<R> b, const complex<R>* y, complex<R>* to,
                           int64_t n) {
  for (int64_t i = 0; i < n; ++i) to[i] = a * x[i] + b * y[i];
}

/// to += x y, number by number.
template <class R>
inline void vector_add_products(const R* x, const R* y, R* to, int64_t n) {
  using Lanes = VectorLanes<R>;
  int64_t i = 0;
  for (; i + 4 <= n; i += 4)
    *reinterpret_cast<Lanes*>(to + i) +=
        *reinterpret_cast<const Lanes*>(x + i) * *reinterpret_cast<const Lanes*>(y + i);
  for (; i < n; ++i) to[i] += x[i] * y[i];
}

}  // namespace sci
#endif
