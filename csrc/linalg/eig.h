// Eigenvalues and eigenvectors of small general matrices: balancing (linalg/balance.h), the Hessenberg form, the QR
// algorithm, and vectors of the Schur form. V is a number, or a number per lane (core/pack.h).
#pragma once
#include "linalg/balance.h"
#include "linalg/hessenberg.h"
#include "linalg/schur_vectors.h"

namespace sci {

/// x (n x n) is balanced, with `scales` for the rows of vectors, and is used up. Row k of `out` becomes vector k, and
/// its last n numbers the values. y, which may be null where no vectors are wanted, has room for n * n numbers, `work`
/// for 2 n. Returns how many eigenvalues were not found.
template <class V>
SCI_HD real_of<V> eig_of_balanced(V* x, V* y, V* work, complex<real_of<V>>* out, const real_of<V>* scales, int64_t n) {
  to_hessenberg_form(x, y, work, n);
  const real_of<V> missing = hessenberg_to_schur(x, y, n, y != nullptr);
  if (y) {
    for (int64_t j = 0; j < n; ++j)
      for (int64_t r = 0; r < n; ++r) y[j * n + r] = scales[r] * y[j * n + r];
    schur_vectors(x, y, out, out + n * n, n);
  }
  for (int64_t k = 0; k < n; ++k) out[n * n + k] = qr_steps::schur_value(x, n, k);
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
  SCI_HD void operator()(int64_t item) const {
    T *a = x + item * n * n, *spare = work + item * n * (n + 2);
    complex<R>* found = out + item * n * (n + 1);
    R scales[32];
    int32_t places[32];
    const RangeFactors<R> range(largest(a, n * n));
    for (int64_t k = 0; k < n * n; ++k) a[k] = range.enter(a[k]);
    balance_matrix(a, scales, places, n);
    const R missing = eig_of_balanced(a, v ? spare + 2 * n : nullptr, spare, found, scales, n);
    for (int64_t k = 0; k < n; ++k) w[item * n + k] = range.leave(found[n * n + k]);
    for (int64_t r = 0; r < n && v; ++r)
      for (int64_t k = 0; k < n; ++k)
        v[(item * n + places[r]) * n + k] =
            range.finite ? found[k * n + r] : complex<R>(limits<R>::nan, limits<R>::nan);
    info[item] = range.finite ? int32_t(missing) : int32_t(n);
  }
};

}  // namespace sci
