// Polynomials of one degree and one set of parameters at many arguments, side by side: the steps of orthogonal_steps.h
// and the short ones of orthogonal_short.h over vectors of the CPU.
#pragma once
#include "core/rows.h"
#include "special/detail/orthogonal_short.h"
#include "special/detail/orthogonal_steps.h"

#if !SCI_DEVICE
namespace sci {
namespace detail {

/// What a step of a family is in packs: the family itself, or, where parameters change places on the left, another.
template <class Family>
struct rows_family {
  Family family;
  template <class M>
  SCI_PACK Family of(M) const {
    return family;
  }
};
template <class T>
struct jacobi_rows_family {
  T alpha, beta;
};
template <class T>
struct rows_family<jacobi_rows_family<T>> {
  jacobi_rows_family<T> family;
  template <class M>
  SCI_PACK jacobi_family<RowPack<T>, T> of(M left) const {
    const RowPack<T> a = family.alpha, b = family.beta;
    return {choose(left, b, a), choose(left, a, b), family.alpha + family.beta};
  }
};

/// A family's polynomial of degree n at x, with `shifted` at 2 x - 1. Negative degrees are left to `one`, as is what is
/// not finite: it may be a limit.
template <bool shifted, class T, class Family, class One>
SCI_PACK void orthogonal_rows(int64_t count, T* out, int64_t n, const Family& family, const T* x, One one) {
  if (n < 1 || n > orthogonal_most) {
    for (int64_t i = 0; i < count; ++i) out[i] = one(x[i]);
    return;
  }
  using P = RowPack<T>;
  using M = decltype(P() < P());
  const rows_family<Family> each{family};
  using F = decltype(each.of(M()));
  constexpr bool reflected = !is_same<F, laguerre_family<T>>;
  run_rows(
      count, out, x, limits<T>::infinity,
      [n, &each](P(&at)[rows_at_once]) {
        F f[rows_at_once];
        P q[rows_at_once], p[rows_at_once], d[rows_at_once];
        M close[rows_at_once], left[rows_at_once];
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m) {
          P y = at[m], rest;
          if constexpr (shifted) {
            left[m] = y < P(T(0.5));
            rest = choose(left[m], -y, y - P(T(1))) * P(T(2));
            y = rest + P(T(1));
          } else {
            left[m] = y < P(T(0));
            if (reflected) y = abs(y);
            rest = y - P(T(1));
          }
          close[m] = opposite(abs(y) < P(T(0.5)));
          f[m] = each.of(left[m]);
          f[m].start(close[m], y, rest, q[m], p[m], d[m]);
        }
        T k = T(1);
        for (int64_t i = 1; i < n; ++i, k += T(1)) {
#pragma GCC unroll 8
          for (int m = 0; m < rows_at_once; ++m) f[m].step(k, close[m], q[m], p[m], d[m]);
        }
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m) at[m] = reflected && n % 2 != 0 ? choose(left[m], -p[m], p[m]) : p[m];
      },
      one);
}

/// The table's polynomial of degree n at scale x + shift.
template <class T, class One>
SCI_PACK void orthogonal_short_rows(int64_t count, T* out, const double* table, int n, T centre, const T* x, T scale,
                                    T shift, One one) {
  using P = RowPack<T>;
  run_rows(
      count, out, x, T(1e9),
      [=](P(&at)[rows_at_once]) {
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m)
          at[m] = orthogonal_short<P>(table, n, P(centre), at[m] * P(scale) + P(shift));
      },
      one);
}

}  // namespace detail
}  // namespace sci
#endif
