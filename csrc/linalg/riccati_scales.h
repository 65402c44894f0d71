// Powers of two for the states of a Riccati equation, so that the rows and columns of its pencil are alike.
//
// Method     Parlett and Reinsch's balancing ([1]) of the moduli of [a 0 b; q a^H s; s^H b^H r] without the diagonal,
// by
//            1-norms; states and costates then share the factors' geometric mean, which keeps the structure ([2]).
// Sources    [1] Parlett, Reinsch: Balancing a matrix for calculation of eigenvalues and eigenvectors, Numer. Math. 13
//            (1969) 293-304. [2] Benner: Symplectic balancing of Hamiltonian matrices, SIAM J. Sci. Comput. 22 (2001)
//            1885-1904.
#pragma once
#include "core/complex.h"

namespace sci {

/// One equation of a batch per thread, with n states and m inputs; `work` has room for (2 n + m)^2 + 2 n + m numbers.
template <class T>
struct RiccatiScalesItem {
  using R = real_of<T>;
  const T *a, *b, *q, *r, *s;
  R *scales, *work;
  int64_t n, m;

  SCI_HD static R size_of(T x) {
    if constexpr (is_complex<T>)
      return hypot(x.re, x.im);
    else
      return abs(x);
  }
  SCI_HD void operator()(int64_t item) const {
    const int64_t size = 2 * n + m;
    R *pencil = work + item * (size * size + size), *factor = pencil + size * size;
    form(item, pencil, size);
    balance(pencil, factor, size);
    for (int64_t i = 0; i < n; ++i) {
      int one = 0, other = 0;  // factors are powers of two
      frexp(factor[n + i], &one);
      frexp(factor[i], &other);
      const int difference = one - other;
      scales[item * n + i] = ldexp(R(1), difference >= 0 ? (difference + 1) / 2 : -((1 - difference) / 2));
    }
  }
  SCI_HD void form(int64_t item, R* p, int64_t size) const {
    const T *a0 = a + item * n * n, *q0 = q + item * n * n, *b0 = b + item * n * m, *s0 = s + item * n * m;
    const T* r0 = r + item * m * m;
    for (int64_t k = 0; k < size * size; ++k) p[k] = R(0);
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t j = 0; j < n; ++j) {
        p[i * size + j] = p[(n + j) * size + n + i] = size_of(a0[i * n + j]);
        p[(n + i) * size + j] = size_of(q0[i * n + j]);
      }
      for (int64_t k = 0; k < m; ++k) {
        p[i * size + 2 * n + k] = p[(2 * n + k) * size + n + i] = size_of(b0[i * m + k]);
        p[(n + i) * size + 2 * n + k] = p[(2 * n + k) * size + i] = size_of(s0[i * m + k]);
      }
    }
    for (int64_t i = 0; i < m; ++i)
      for (int64_t k = 0; k < m; ++k) p[(2 * n + i) * size + 2 * n + k] = size_of(r0[i * m + k]);
    for (int64_t i = 0; i < size; ++i) p[i * (size + 1)] = R(0);
  }
  SCI_HD static void balance(R* p, R* factor, int64_t size) {
    const R least = limits<R>::min / limits<R>::epsilon, most = R(1) / least;
    for (int64_t i = 0; i < size; ++i) factor[i] = R(1);
    bool changed = true;
    for (int sweep = 0; changed && sweep < 32; ++sweep) {
      changed = false;
      for (int64_t i = 0; i < size; ++i) {
        R column = 0, row = 0;
        for (int64_t j = 0; j < size; ++j) {
          column += p[j * size + i];
          row += p[i * size + j];
        }
        // The power of four nearest to row / column.
        if (!(column > R(0)) || !(row > R(0)) || !isfinite(column) || !isfinite(row)) continue;
        int power = 0;
        const R part = frexp(row / column, &power);
        power = (power - (part < R(0.70710678118654752) ? 1 : 0));
        const int half = power >= 0 ? (power + 1) / 2 : -((1 - power) / 2);
        const R f = ldexp(R(1), half);
        if (!(column * f + row / f < R(0.95) * (column + row))) continue;
        if (!(factor[i] * f > least) || !(factor[i] * f < most)) continue;
        changed = true;
        factor[i] *= f;
        for (int64_t j = 0; j < size; ++j) {
          p[j * size + i] *= f;
          p[i * size + j] *= R(1) / f;
        }
      }
    }
  }
};

}  // namespace sci
