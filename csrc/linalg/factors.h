// Cholesky, LU and QR factors of small matrices without branches on data: V is a number, or a number per lane
// (core/pack.h), and then matrices go side by side. All are row-major, but for the columns of QR.
//
// Method     Cholesky by columns ([1], 4.2.5) and LU by columns and rows in turn (Crout's order, [1], 3.2.9) with
// partial
//            pivoting: sums of products into an entry are made in one go. Rows are exchanged under masks. Householder
//            reflections ([1], 5.1.3), of columns scaled by their largest entries, so that squares stay in range.
// Condition  An upper bound of |A^-1|_1 from comparison matrices ([2], section 8.3): |T^-1| <= M(T)^-1, where M(T) has
//            the moduli on the diagonal and minus them beside it. Two substitutions; often far above the norm, so it
//            can only say that a matrix is well-conditioned.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Higham: Accuracy and Stability of Numerical
//            Algorithms, 2nd ed. (2002).
#pragma once
#include "core/pack.h"

namespace sci {
namespace detail {

/// out[q] -= sum_k m[q, k] v[k] for `items` numbers; v is conjugated where asked. Four sums at a time, of even and odd
/// terms: half the way for rounding errors and for the processor.
template <bool conjugate, class V>
SCI_HD void subtract_product(V* out, int64_t out_step, const V* m, int64_t m_item, int64_t m_step, const V* v,
                             int64_t v_step, int64_t items, int64_t length) {
  int64_t q = 0;
  for (; q + 4 <= items; q += 4) {
    const V *m0 = m + q * m_item, *m1 = m0 + m_item, *m2 = m1 + m_item, *m3 = m2 + m_item;
    V s0 = V(real_of<V>(0)), s1 = s0, s2 = s0, s3 = s0, t0 = s0, t1 = s0, t2 = s0, t3 = s0;
    int64_t k = 0;
    for (; k + 2 <= length; k += 2) {
      V y = conjugate ? conj(v[k * v_step]) : v[k * v_step];
      s0 += m0[k * m_step] * y;
      s1 += m1[k * m_step] * y;
      s2 += m2[k * m_step] * y;
      s3 += m3[k * m_step] * y;
      y = conjugate ? conj(v[(k + 1) * v_step]) : v[(k + 1) * v_step];
      t0 += m0[(k + 1) * m_step] * y;
      t1 += m1[(k + 1) * m_step] * y;
      t2 += m2[(k + 1) * m_step] * y;
      t3 += m3[(k + 1) * m_step] * y;
    }
    if (k < length) {
      V y = conjugate ? conj(v[k * v_step]) : v[k * v_step];
      s0 += m0[k * m_step] * y;
      s1 += m1[k * m_step] * y;
      s2 += m2[k * m_step] * y;
      s3 += m3[k * m_step] * y;
    }
    V* x = out + q * out_step;
    x[0] -= s0 + t0;
    x[out_step] -= s1 + t1;
    x[2 * out_step] -= s2 + t2;
    x[3 * out_step] -= s3 + t3;
  }
  for (; q < items; ++q) {
    V s = V(real_of<V>(0)), t = s;
    for (int64_t k = 0; k < length; ++k) {
      V y = conjugate ? conj(v[k * v_step]) : v[k * v_step];
      y = m[q * m_item + k * m_step] * y;
      if (k % 2)
        t += y;
      else
        s += y;
    }
    out[q * out_step] -= s + t;
  }
}

/// Quotients by p, which is not zero, without squares out of range.
template <class V>
struct Quotient {
  real_of<V> size;
  V turn;
  SCI_HD explicit Quotient(V p) {
    if constexpr (is_complex<V>) {
      size = abs1(p);
      V unit = {p.re / size, p.im / size};
      real_of<V> square = norm(unit);
      turn = {unit.re / square, -unit.im / square};
    } else {
      size = p;
    }
  }
  SCI_HD V operator()(V x) const {
    if constexpr (is_complex<V>) {
      V y = x * turn;
      return {y.re / size, y.im / size};
    } else {
      return x / size;
    }
  }
};

}  // namespace detail

/// The lower triangle of `a` (n x n) becomes L; the imaginary parts of the diagonal are not read. Returns the order of
/// the first leading minor that is not positive, or 0.
template <class V>
SCI_HD real_of<V> cholesky_factor(V* a, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(0);
  for (int64_t j = 0; j < n; ++j) {
    V* column = a + j * n + j;
    column[0] = V(real(column[0]));
    detail::subtract_product<true>(column, n, a + j * n, n, 1, a + j * n, 1, n - j, j);
    R square = real(column[0]);
    auto good = square > R(0);
    order = choose(good, order, choose(order > R(0), order, R(T(j + 1))));
    R d = sqrt(choose(good, square, R(1)));
    column[0] = V(choose(good, d, square));
    R inverse = R(1) / d;
    for (int64_t i = 1; i < n - j; ++i) column[i * n] = inverse * column[i * n];
  }
  return order;
}

/// Whether rows stay (1) or not (0) as lu_keeps_rows (linalg/lu.h) has it.
template <class V>
SCI_HD real_of<V> factors_keep_rows(const V* a, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R widest = R(sqrt(limits<T>::max));
  R keep = R(1);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i + 1; j < n; ++j) {
      keep = choose(abs1(a[i * n + j]) == R(0), keep, R(0));
      keep = choose(widest * abs1(a[i * n + i]) < abs1(a[j * n + i]), R(0), keep);
      if (!some(keep > R(0))) return keep;
    }
  return keep;
}

/// a (n x n) becomes L below and U on and above the diagonal; row k was exchanged with row pivots[k] >= k. Returns 1 +
/// the index of the first pivot that is zero, or 0.
template <class V>
SCI_HD real_of<V> lu_factors(V* a, real_of<V>* pivots, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(0);
  auto free = factors_keep_rows(a, n) < R(T(0.5));
  for (int64_t k = 0; k < n; ++k) {
    detail::subtract_product<false>(a + k * n + k, n, a + k * n, n, 1, a + k, n, n - k, k);
    R best = R(T(k)), large = abs1(a[k * n + k]);
    for (int64_t i = k + 1; i < n; ++i) {
      R size = abs1(a[i * n + k]);
      R taken = choose(size > large, R(T(i)), best);
      large = choose(size > large, size, large);
      best = choose(free, taken, best);
    }
    pivots[k] = best;
    for (int64_t i = k + 1; i < n; ++i) {
      auto mask = best == R(T(i));
      if (!some(mask)) continue;
      for (int64_t j = 0; j < n; ++j) {
        V x = a[k * n + j], y = a[i * n + j];
        a[k * n + j] = choose(mask, y, x);
        a[i * n + j] = choose(mask, x, y);
      }
    }
    detail::subtract_product<false>(a + k * n + k + 1, 1, a + k + 1, 1, n, a + k * n, 1, n - k - 1, k);
    auto zero = abs1(a[k * n + k]) == R(0);
    order = choose(zero, choose(order > R(0), order, R(T(k + 1))), order);
    detail::Quotient<V> by(choose(zero, V(R(1)), a[k * n + k]));
    for (int64_t i = k + 1; i < n; ++i) a[i * n + k] = by(a[i * n + k]);
  }
  return order;
}

/// x (n x m) becomes (L U)^-1 x; the rows have been exchanged.
template <class V>
SCI_HD void lu_substitute(const V* lu, V* x, int64_t n, int64_t m) {
  for (int64_t i = 1; i < n; ++i) detail::subtract_product<false>(x + i * m, 1, x, 1, m, lu + i * n, 1, m, i);
  for (int64_t i = n - 1; i >= 0; --i) {
    detail::subtract_product<false>(x + i * m, 1, x + (i + 1) * m, 1, m, lu + i * n + i + 1, 1, m, n - 1 - i);
    detail::Quotient<V> by(lu[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = by(x[i * m + j]);
  }
}
/// x becomes (L U)^-T x; the rows are exchanged afterwards.
template <class V>
SCI_HD void lu_substitute_transposed(const V* lu, V* x, int64_t n, int64_t m) {
  for (int64_t i = 0; i < n; ++i) {
    detail::subtract_product<false>(x + i * m, 1, x, 1, m, lu + i, n, m, i);
    detail::Quotient<V> by(lu[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = by(x[i * m + j]);
  }
  for (int64_t i = n - 2; i >= 0; --i)
    detail::subtract_product<false>(x + i * m, 1, x + (i + 1) * m, 1, m, lu + (i + 1) * n + i, n, m, n - 1 - i);
}

/// An upper bound of |(L U)^-1|_1; x has room for n numbers.
template <class V>
SCI_HD real_of<V> lu_inverse_bound(const V* lu, real_of<V>* x, int64_t n) {
  using R = real_of<V>;
  for (int64_t i = 0; i < n; ++i) {
    R s = R(1);
    for (int64_t k = 0; k < i; ++k) s += abs1(lu[k * n + i]) * x[k];
    x[i] = s / modulus(lu[i * n + i]);
  }
  R bound = R(0);
  for (int64_t i = n - 1; i >= 0; --i) {
    for (int64_t k = i + 1; k < n; ++k) x[i] += abs1(lu[k * n + i]) * x[k];
    bound = choose(x[i] < bound, bound, x[i]);
  }
  return bound;
}

/// Applies I - tau v v^H to `count` columns, `step` numbers apart.
template <class V>
SCI_HD void reflect_columns(const V* v, V tau, V* columns, V* work, int64_t step, int64_t length, int64_t count) {
  for (int64_t j = 0; j < count; ++j) work[j] = V(real_of<V>(0));
  detail::subtract_product<true>(work, 1, columns, step, 1, v, 1, count, length);
  for (int64_t j = 0; j < count; ++j) {
    const V f = tau * work[j];
    for (int64_t i = 0; i < length; ++i) columns[j * step + i] += f * v[i];
  }
}

/// The rows of `a` (n, of m numbers) are the columns of an m x n matrix, m >= n: they become R^T on and below the
/// diagonal, and right of it the vectors v of the reflections I - tau v v^H, whose first entry is 1. As LAPACK has it,
/// their adjoints are applied, and the diagonal of R is real. `work` has room for n numbers.
template <class V>
SCI_HD void qr_factor(V* a, V* tau, V* work, int64_t m, int64_t n) {
  using R = real_of<V>;
  for (int64_t k = 0; k < n; ++k) {
    V *x = a + k * m + k, alpha = x[0];
    const int64_t length = m - k;
    R large = abs1(alpha), below = R(0), square = R(0);
    for (int64_t i = 1; i < length; ++i) below = choose(abs1(x[i]) < below, below, abs1(x[i]));
    large = choose(large < below, below, large);
    R unit = choose(large > R(0), large, R(1));
    R shrink = R(1) / choose(unit < R(limits<single_of<V>>::min), R(limits<single_of<V>>::min), unit);
    for (int64_t i = 0; i < length; ++i) square += norm(shrink * x[i]);
    // Without anything to take away the reflection is the identity, unless alpha has to become real.
    R aside = below;
    if constexpr (is_complex<V>) aside += abs(alpha.im);
    auto plain = aside == R(0);
    V lead = shrink * alpha;
    R beta = sqrt(square);
    beta = choose(plain, R(1), choose(real(alpha) < R(0), beta, -beta));
    tau[k] = choose(plain, V(R(0)), V(R(1)) - detail::Quotient<V>(V(beta))(lead));
    detail::Quotient<V> by(choose(plain, V(R(1)), lead - V(beta)));
    for (int64_t i = 1; i < length; ++i) x[i] = by(shrink * x[i]);
    x[0] = V(R(1));
    reflect_columns(x, conj(tau[k]), x + m, work, m, length, n - k - 1);
    x[0] = choose(plain, alpha, V(beta / shrink));
  }
}

/// The rows of q (n, of m numbers) become the first n columns of the product of the reflections in `a`.
template <class V>
SCI_HD void qr_form(V* a, const V* tau, V* q, V* work, int64_t m, int64_t n) {
  using R = real_of<V>;
  for (int64_t k = 0; k < n * m; ++k) q[k] = V(R(k % (m + 1) == 0 ? 1 : 0));
  for (int64_t k = n - 1; k >= 0; --k) {
    V *x = a + k * m + k, keep = x[0];
    x[0] = V(R(1));
    reflect_columns(x, tau[k], q + k * m + k, work, m, m - k, n - k);
    x[0] = keep;
  }
}

}  // namespace sci
