// Triangular systems with few right-hand sides by substitution, on the CPU's vector lanes.
//
// Method     op(A) x = b, A, A^T or A^H, for one column x at a time. A row of A meets x as a sum of products (op(A) =
// A)
//            or as a multiple to subtract (A^T, A^H), so that memory is read along rows either way.
// Singular   By IEEE division. Entries of the other triangle are not read, with `unit` nor those of the diagonal.
// CPU only: on CUDA teams have small ones (linalg/systems.h), others are torch's.
#pragma once
#include "core/complex.h"
#include "fft/lanes.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// With `late` the first numbers of y have just been written, else the last: those are read one by one, since a vector
/// that holds a number on its way to memory waits for it.
template <class T>
SCI_HD T lanes_dot(const T* x, const T* y, int64_t n, bool late = false) {
  using F = FftVector<T>;
  constexpr int L = F::L;
  typename F::W s0 = {}, s1 = {};
  T sum = T(0);
  int64_t k = 0;
  if (late)
    for (; k < n % L; ++k) sum += x[k] * y[k];
  for (; k + 2 * L <= n; k += 2 * L) {
    s0 += F::at(x + k) * F::at(y + k);
    s1 += F::at(x + k + L) * F::at(y + k + L);
  }
  if (k + L <= n) {
    s0 += F::at(x + k) * F::at(y + k);
    k += L;
  }
  s0 += s1;
  for (int half = L / 2; half > 0; half /= 2)  // in pairs, since sums one after the other wait for each other
    for (int l = 0; l < half; ++l) s0[l] += s0[l + half];
  for (; k < n; ++k) sum += x[k] * y[k];
  return sum + s0[0];
}
/// A vector of complex numbers with real and imaginary parts exchanged.
template <class W, int... I>
SCI_HD W exchanged_parts(W v, places<I...>) {
  return __builtin_shufflevector(v, v, (I ^ 1)...);
}
template <class R>
SCI_HD complex<R> lanes_dot(const complex<R>* x, const complex<R>* y, int64_t n, bool late = false) {
  using F = FftVector<R>;
  constexpr int L = F::L, H = L / 2;
  typename F::W same = {}, cross = {};
  complex<R> sum = R(0);
  int64_t k = 0;
  if (late)
    for (; k < n % H; ++k) sum += x[k] * y[k];
  for (; k + H <= n; k += H) {
    const typename F::W p = F::at(reinterpret_cast<const R*>(x + k)), q = F::at(reinterpret_cast<const R*>(y + k));
    same += p * q;
    cross += p * exchanged_parts(q, typename F::Places());
  }
  for (int half = H; half > 1; half /= 2)
    for (int l = 0; l < half; ++l) {
      same[l] += same[l + half];
      cross[l] += cross[l + half];
    }
  for (; k < n; ++k) sum += x[k] * y[k];
  return sum + complex<R>{same[0] - same[1], cross[0] + cross[1]};
}

/// A number that is finite if all of x is: their sum (that of finite numbers may overflow).
template <class R>
SCI_HD R lanes_sum(const R* x, int64_t n) {
  using F = FftVector<R>;
  constexpr int L = F::L;
  typename F::W s0 = {}, s1 = {};
  int64_t k = 0;
  for (; k + 2 * L <= n; k += 2 * L) {
    s0 += F::at(x + k);
    s1 += F::at(x + k + L);
  }
  s0 += s1;
  R sum = R(0);
  for (; k < n; ++k) sum += x[k];
  for (int l = 0; l < L; ++l) sum += s0[l];
  return sum;
}
template <class R>
SCI_HD R lanes_sum(const complex<R>* x, int64_t n) {
  return lanes_sum(reinterpret_cast<const R*>(x), 2 * n);
}

/// x holds b and becomes the solution. `turned`: op(A) is A^T, or A^H with `conjugate` (which alone means conj(A)).
/// `many` matrices and columns, one after the other in memory, take each step together: while the processor waits for
/// the quotient of one it goes on with the next.
template <class T>
SCI_HD void substitute(const T* a, T* x, int64_t n, bool lower, bool turned, bool conjugate, bool unit,
                       int64_t many = 1) {
  if constexpr (is_complex<T>)
    if (conjugate)  // conj(op(A)) conj(x) = conj(b)
      for (int64_t k = 0; k < n * many; ++k) x[k] = conj(x[k]);
  const bool forward = lower != turned;
  for (int64_t step = 0; step < n; ++step) {
    const int64_t i = forward ? step : n - 1 - step, from = lower ? 0 : i + 1, to = lower ? i : n;
    for (int64_t m = 0; m < many; ++m) {
      const T* row = a + (m * n + i) * n;
      T* y = x + m * n;
      if (!turned) y[i] -= lanes_dot(row + from, y + from, to - from, !forward);
      if (!unit) y[i] = y[i] / row[i];
      if (turned) {
        const T f = y[i];
        for (int64_t k = from; k < to; ++k) y[k] -= row[k] * f;
      }
    }
  }
  if constexpr (is_complex<T>)
    if (conjugate)
      for (int64_t k = 0; k < n * many; ++k) x[k] = conj(x[k]);
}

/// The sum of a piece of an array per item.
template <class T>
struct LanesSum {
  const T* x;
  real_of<T>* sums;
  int64_t n, piece;
  void operator()(int64_t item, T*) const { sums[item] = lanes_sum(x + item * piece, min(piece, n - item * piece)); }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
