// Eigenvalues and eigenvectors of small general matrices: balancing (linalg/balance.h), the Hessenberg form, the QR
// algorithm, and vectors of the Schur form. V is a number, or a number per lane (core/pack.h).
#pragma once
#include "linalg/balance.h"
#include "linalg/hessenberg.h"
#include "linalg/schur_vectors.h"

namespace sci {

/// Puts the n lines x, of n numbers each, into the opposite order.
template <class V>
SCI_HD void reverse_lines(V* x, int64_t n) {
  for (int64_t i = 0; 2 * i + 1 < n; ++i)
    for (int64_t j = 0; j < n; ++j) swap(x[i * n + j], x[(n - 1 - i) * n + j]);
}

/// x becomes J x^H J, where J turns the order around: with T, a Schur form, of the same blocks.
template <class V>
SCI_HD void turn_about_antidiagonal(V* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; i + j < n; ++j) {
      V &here = x[i * n + j], &there = x[(n - 1 - j) * n + n - 1 - i], keep = conj(here);
      here = conj(there);
      there = keep;
    }
}

/// x (n x n) is balanced, with `scales` for the rows of vectors, and is used up. Row k of `out` becomes vector k, a
/// left one where `left`, and its last n numbers the values. y, which may be null where no vectors are wanted, has room
/// for n * n numbers, `work` for 2 n. Returns how many eigenvalues were not found.
///
/// Left vectors, y^H A = w y^H, are those of A^H = (Z J) (J T^H J) (Z J)^H, a Schur form with conj(w) in opposite
/// order.
template <class V>
SCI_HD real_of<V> eig_of_balanced(V* x, V* y, V* work, complex<real_of<V>>* out, const real_of<V>* scales, int64_t n,
                                  bool left) {
  using R = real_of<V>;
  to_hessenberg_form(x, y, work, n);
  const R missing = hessenberg_to_schur(x, y, n, y != nullptr);
  complex<R>* values = out + n * n;
  if (y) {
    for (int64_t r = 0; r < n; ++r) {
      const R scale = left ? R(1) / scales[r] : scales[r];
      for (int64_t j = 0; j < n; ++j) y[j * n + r] = scale * y[j * n + r];
    }
    if (left) {
      turn_about_antidiagonal(x, n);
      reverse_lines(y, n);
    }
    schur_vectors(x, y, out, values, n);
    if (left) {
      reverse_lines(out, n);
      turn_about_antidiagonal(x, n);
    }
  }
  for (int64_t k = 0; k < n; ++k) values[k] = qr_steps::schur_value(x, n, k);
  return missing;
}

/// One matrix per thread: x holds copies of A, `work` has room for n * (n + 2) numbers of each matrix and `out` for
/// n * (n + 1); v is null where no vectors are wanted.
template <class T>
struct EigItem {
  using R = real_of<T>;
  T *x, *work;
  complex<R>*out, *w, *v;
  int32_t* info;
  int64_t n;
  bool left;
  SCI_HD void operator()(int64_t item) const {
    T *a = x + item * n * n, *spare = work + item * n * (n + 2);
    complex<R>* found = out + item * n * (n + 1);
    R scales[32];
    int32_t places[32];
    const RangeFactors<R> range(largest(a, n * n));
    for (int64_t k = 0; k < n * n; ++k) a[k] = range.enter(a[k]);
    balance_matrix(a, scales, places, n);
    const R missing = eig_of_balanced(a, v ? spare + 2 * n : nullptr, spare, found, scales, n, left);
    for (int64_t k = 0; k < n; ++k) w[item * n + k] = range.leave(found[n * n + k]);
    for (int64_t r = 0; r < n && v; ++r)
      for (int64_t k = 0; k < n; ++k)
        v[(item * n + places[r]) * n + k] =
            range.finite ? found[k * n + r] : complex<R>(limits<R>::nan, limits<R>::nan);
    info[item] = range.finite ? int32_t(missing) : int32_t(n);
  }
};

}  // namespace sci
