// A = Q H Q^H with zeros below the first subdiagonal of H, which is real, and Q e_1 = e_1. V is a number, or a number
// per lane (core/pack.h).
//
// Source: Golub, Van Loan: Matrix Computations, 4th ed. (2013), 7.4.2.
#pragma once
#include "linalg/reflector.h"

namespace sci {

/// h (n x n, row-major) holds A and becomes H; row k of z, if there is one, becomes column k of Q. `work` has room for
/// 2 n numbers.
template <class V>
SCI_HD void to_hessenberg_form(V* h, V* z, V* work, int64_t n) {
  using R = real_of<V>;
  V *tau = work, *sums = work + n;
  const int64_t count = is_complex<V> ? n - 1 : n - 2;  // the last complex one only turns a phase
  for (int64_t k = 0; k < count; ++k) {
    V* v = h + (k + 1) * n + k;
    const int64_t m = n - k - 1;
    const V left = make_reflection(v, n, m, tau + k);
    reflect<false>(v, n, conj(tau[k]), v + 1, 1, n, sums, m, m);
    reflect<true>(v, n, tau[k], h + k + 1, n, 1, sums, m, n);
    v[0] = left;
  }
  if (z) {
    for (int64_t k = 0; k < n * n; ++k) z[k] = V(R(k % (n + 1) == 0 ? 1 : 0));
    for (int64_t k = count - 1; k >= 0; --k) {
      V *v = h + (k + 1) * n + k, keep = v[0];
      v[0] = V(R(1));
      reflect<false>(v, n, tau[k], z + (k + 1) * (n + 1), n, 1, sums, n - k - 1, n - k - 1);
      v[0] = keep;
    }
  }
  for (int64_t i = 2; i < n; ++i)
    for (int64_t j = 0; j < i - 1; ++j) h[i * n + j] = V(R(0));
}

/// One matrix per thread: h holds copies of A, `work` has room for n * (n + 2) numbers of each.
template <class T>
struct HessenbergItem {
  T *h, *q, *work;
  int64_t n;
  SCI_HD void operator()(int64_t i) const {
    T *z = work + i * n * (n + 2), *to = q + i * n * n;
    to_hessenberg_form(h + i * n * n, z, z + n * n, n);
    for (int64_t r = 0; r < n; ++r)
      for (int64_t k = 0; k < n; ++k) to[r * n + k] = z[k * n + r];
  }
};

}  // namespace sci
