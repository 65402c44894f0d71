// Gradients of decompositions of small matrices, from their results and the gradients of these: V is a number, or a
// number per lane (core/pack.h), and then matrices go side by side. All matrices are row-major and n x n, n <= 32.
//
// Rules      Those of sci/linalg/_hermitian.py, _svd_operators.py, _eig.py, _cholesky.py, _qr_operator.py, _det.py,
//            _lu_operators.py and _packed_lu.py, with the same equations, the same divisions at equal values and the
//            same noise set to zero. There they are compositions of differentiable functions; here one matrix is read
//            and written once.
// Flags      A rule gives 0, or more where its matrix belongs to the composition: a loss depends on phases or, where
//            `judged`, perhaps on the basis of vectors of equal values; a triangle or a basis is singular to rounding
//            error; a determinant is near the ends of the range of numbers.
// Inverse    eig has that of its vectors by Gauss and Jordan's elimination, det its cofactors conj(det) A^-H by LU;
//            singular matrices are the composition's, which needs no inverse.
// Sources    Giles: An extended collection of matrix derivative results for forward and reverse mode algorithmic
//            differentiation, Oxford University Computing Laboratory, NA-08/01 (2008).
#pragma once
#include "linalg/products.h"

namespace sci {

enum class GradientKind { eigh, svd, eig, cholesky, qr, det, inverse, lu };

namespace detail {

/// At most, as where a composition has `<=`: NaN is not.
template <class R>
SCI_HD auto at_most(R x, R bound) {
  return either(x < bound, x == bound);
}
template <class V>
SCI_HD real_of<V> imaginary(V x) {
  if constexpr (is_complex<V>)
    return x.im;
  else
    return real_of<V>(0);
}
/// out = a^H.
template <class V>
SCI_HD void adjoint_of(const V* a, V* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) out[j * n + i] = conj(a[i * n + j]);
}
/// c = a b^H where that is Hermitian.
template <class V>
SCI_PRODUCTS_APART void hermitian_product(const V* a, const V* b, V* c, int64_t n) {
  constexpr int rows = is_complex<V> ? 2 : 4;
  int64_t i = 0;
  for (; i + rows <= n; i += rows) {
    int64_t j = 0;
    for (; j < i + rows && j + 4 <= n; j += 4) product_block<rows, 4, true>(a + i * n, b + j * n, c + i * n + j, n);
    for (; j < i + rows; ++j) product_block<rows, 1, true>(a + i * n, b + j * n, c + i * n + j, n);
  }
  for (; i < n; ++i) {
    int64_t j = 0;
    for (; j <= i && j + 4 <= n; j += 4) product_block<1, 4, true>(a + i * n, b + j * n, c + i * n + j, n);
    for (; j <= i; ++j) product_block<1, 1, true>(a + i * n, b + j * n, c + i * n + j, n);
  }
  for (i = 0; i < n; ++i) {
    c[i * n + i] = V(real(c[i * n + i]));
    for (int64_t j = 0; j < i; ++j) c[j * n + i] = conj(c[i * n + j]);
  }
}
/// x = a diag(d).
template <class V, class D>
SCI_HD void scale_columns(const V* a, const D* d, V* x, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) x[i * n + j] = d[j] * a[i * n + j];
}
/// Adds the lengths of the columns of `a` to `lengths`, or with `step` 1 those of the rows.
template <class V>
SCI_HD void add_lengths(const V* a, int64_t step, real_of<V>* lengths, int64_t n) {
  const int64_t next = step == 1 ? n : 1;
  for (int64_t j = 0; j < n; ++j) {
    real_of<V> sum = real_of<V>(0);
    for (int64_t k = 0; k < n; ++k) sum += norm(a[j * next + k * step]);
    lengths[j] += sqrt(sum);
  }
}
template <class V>
SCI_HD void clear(V* x, int64_t count) {
  for (int64_t k = 0; k < count; ++k) x[k] = V(real_of<V>(0));
}
/// 1 / x, and 0 where |x| is at most `least`.
template <class R>
SCI_HD R reciprocal(R x, R least) {
  auto small = at_most(R(abs(x)), least);
  return choose(small, R(0), R(1) / choose(small, R(1), x));
}
/// 0 where x is at most what rounding leaves of gradients of those lengths.
template <class V>
SCI_HD V without_noise(V x, real_of<V> lengths, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R noise = R(T(4) * sqrt(T(n)) * limits<T>::epsilon) * lengths;
  return choose(at_most(modulus(x), noise), V(R(0)), x);
}
/// 1 where the imaginary part of a diagonal entry says that a loss depends on a phase.
template <class V>
SCI_HD real_of<V> depends_on_phase(V entry, real_of<V> length) {
  using R = real_of<V>;
  using T = single_of<V>;
  if constexpr (is_complex<V>)
    return choose(abs(entry.im) > R(T(100) * sqrt(limits<T>::epsilon)) * length, R(1), R(0));
  else
    return R(0);
}
/// Above 0 where two values are equal and a loss turns their vectors, or depends on both values and vectors; the
/// composed rule judges what rounding may leave by sci/linalg/_gauges.py.
template <class V>
SCI_HD real_of<V> depends_on_basis(real_of<V> gap, real_of<V> least, V turn, real_of<V> lengths, real_of<V> rates) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R beyond = modulus(turn) - R(T(100) * sqrt(limits<T>::epsilon)) * lengths;
  return choose(at_most(R(abs(gap)), least), larger(larger(beyond, R(0)), R(rates * lengths)), R(0));
}
/// The largest |d_k|, times n eps: values that differ by less are equal.
template <class V>
SCI_HD real_of<V> tie(const V* d, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  R big = R(0);
  for (int64_t k = 0; k < n; ++k) big = larger(big, R(modulus(d[k])));
  return R(T(n) * limits<T>::epsilon) * big;
}
/// What becomes of K = V^H gV, or of P = U^H gU and Q = V^H gV, with values w, by pairs i > j of vectors;
/// `flag` gets theirs.
template <class V>
struct VectorTurns {
  using R = real_of<V>;
  using T = single_of<V>;
  const R *w, *gw, *lengths;  // the gradient of the values, or null; lengths of the columns of gradients of vectors
  R least;                    // values that differ by less are equal
  int64_t n;
  bool judged;

  SCI_HD R rates(int64_t i, int64_t j) const { return gw ? R(abs(gw[i]) + abs(gw[j])) : R(0); }
  /// Of K, `below` is entry (i, j) and `above` entry (j, i): they become E skew(K).
  SCI_HD void eigh(int64_t i, int64_t j, V& below, V& above, R& flag) const {
    const R gap = w[j] - w[i], size = lengths[i] + lengths[j];
    const V skew = without_noise(R(T(0.5)) * (below - conj(above)), size, n);
    below = reciprocal(gap, least) * skew;
    above = conj(below);
    if (judged) flag += depends_on_basis<V>(gap, least, skew, size, rates(i, j));
  }
  SCI_HD void eigh(int64_t i, V& entry, R& flag) const {
    flag += depends_on_phase(entry, lengths[i]);
    entry = gw ? V(gw[i]) : V(R(0));
  }
  /// The entries of P become those of E- skew(P + Q) + E+ skew(P - Q).
  SCI_HD void svd(int64_t i, int64_t j, V& below, V& above, const V& q_below, const V& q_above, R& flag) const {
    const R half = R(T(0.5)), size = lengths[i] + lengths[j];
    const V left = half * (below - conj(above)), right = half * (q_below - conj(q_above)), apart = left - right;
    const V sum = without_noise(left + right, size, n);
    const V turn = reciprocal(w[j] - w[i], least) * sum, other = reciprocal(w[j] + w[i], least) * apart;
    below = turn + other;
    above = conj(turn - other);
    if (!judged) return;
    flag += depends_on_basis<V>(w[j] - w[i], least, sum, size, rates(i, j));
    flag += depends_on_basis<V>(w[j] + w[i], least, apart, size, R(0));
  }
  SCI_HD void svd(int64_t i, V& entry, const V& q, R& flag) const {
    const R half = R(T(0.5)), twice = w[i] + w[i];
    const V left = half * (entry - conj(entry)), right = half * (q - conj(q)), apart = left - right;
    flag += depends_on_phase(left + right, lengths[i]);
    if (judged && is_complex<V>) flag += depends_on_basis<V>(twice, least, apart, R(T(2)) * lengths[i], R(0));
    entry = reciprocal(twice, least) * apart;
    if (gw) entry += V(gw[i]);
  }
};
/// The same of vectors that are not orthogonal, of K - V^H V D with D = Re diag(K), in which the diagonal is that of K:
/// it becomes diag(gw) + conj(E) (K - V^H V D).
template <class V>
struct GeneralTurns {
  using R = real_of<V>;
  const V *w, *gw;
  const R* lengths;
  R least;
  bool judged;
  SCI_HD void operator()(int64_t i, int64_t j, V& entry, R& flag) const {
    if (i == j) {
      flag += depends_on_phase(entry, lengths[j]);
      entry = gw ? gw[j] : V(R(0));
      return;
    }
    const V gap = w[j] - w[i], turn = entry;
    const auto equal = at_most(modulus(gap), least);
    if (judged) {
      const R rates = gw ? R(modulus(gw[i]) + modulus(gw[j])) : R(0);
      flag += depends_on_basis<V>(modulus(gap), least, turn, lengths[i] + lengths[j], rates);
      flag += choose(equal, rates, R(0));
    }
    const V inverse = Quotient<V>(choose(equal, V(R(1)), conj(gap)))(V(R(1)));
    entry = choose(equal, V(R(0)), inverse) * turn;
  }
};
/// Exchanges row k and row swaps[k] of x, from the last one on.
template <class V>
SCI_HD void exchange_back(V* x, const real_of<V>* swaps, int64_t n) {
  for (int64_t k = n - 1; k >= 0; --k)
    for (int64_t i = k + 1; i < n; ++i) {
      const auto mask = swaps[k] == real_of<V>(single_of<V>(i));
      if (!some(mask)) continue;
      for (int64_t j = 0; j < n; ++j) exchange(mask, x[k * n + j], x[i * n + j]);
    }
}
/// x, so many rows as far apart as those of `u`, becomes x U^-H; U (n x n) stands on and above the diagonal of `u`.
/// Above 0 where it has a zero on the diagonal, and then x has NaN.
template <class V>
SCI_HD real_of<V> divide_by_adjoint(V* x, const V* u, int64_t n, int64_t rows, int64_t step) {
  using R = real_of<V>;
  R singular = R(0);
  for (int64_t j = n - 1; j >= 0; --j) {
    subtract_product<true>(x + j, step, x + j + 1, step, 1, u + j * step + j + 1, 1, rows, n - 1 - j);
    const V d = conj(u[j * step + j]);
    auto zero = abs1(d) == R(0);
    singular += choose(zero, R(1), R(0));
    const Quotient<V> by(choose(zero, V(R(limits<single_of<V>>::nan)), d));
    for (int64_t i = 0; i < rows; ++i) x[i * step + j] = by(x[i * step + j]);
  }
  return singular;
}
/// The 1-norm.
template <class V>
SCI_HD real_of<V> largest_column(const V* a, int64_t n) {
  using R = real_of<V>;
  R best = R(0);
  for (int64_t j = 0; j < n; ++j) {
    R sum = R(0);
    for (int64_t i = 0; i < n; ++i) sum += abs1(a[i * n + j]);
    best = choose(sum < best, best, sum);
  }
  return best;
}

}  // namespace detail

/// w, V and their gradients, of which one may be null; work has room for n * (n + 1) numbers.
template <class V>
SCI_PRODUCTS_APART void eigh_gradient(const real_of<V>* w, const V* v, const real_of<V>* gw, const V* gv, V* out,
                                      V* work, int64_t n, bool judged, real_of<V>* flagged) {
  using R = real_of<V>;
  if (!gv) {
    detail::scale_columns(v, gw, work, n);
    detail::hermitian_product(work, v, out, n);
    *flagged = R(0);
    return;
  }
  R flag = R(0), *lengths = reinterpret_cast<R*>(work + n * n);
  detail::clear(lengths, n);
  detail::add_lengths(gv, n, lengths, n);
  detail::adjoint_of(v, work, n);
  detail::multiply(work, gv, out, n);
  const detail::VectorTurns<V> turns{w, gw, lengths, detail::tie(w, n), n, judged};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < i; ++j) turns.eigh(i, j, out[i * n + j], out[j * n + i], flag);
    turns.eigh(i, out[i * n + i], flag);
  }
  detail::multiply(v, out, work, n);
  detail::hermitian_product(work, v, out, n);
  *flagged = flag;
}

/// U, s, V^H and their gradients, of which any may be null; work has room for n * (3 n + 1) numbers.
template <class V>
SCI_PRODUCTS_APART void svd_gradient(const V* u, const real_of<V>* s, const V* vh, const V* gu, const real_of<V>* gs,
                                     const V* gvh, V* out, V* work, int64_t n, bool judged, real_of<V>* flagged) {
  using R = real_of<V>;
  if (!gu && !gvh) {
    detail::scale_columns(u, gs, work, n);
    detail::multiply(work, vh, out, n);
    *flagged = R(0);
    return;
  }
  V *p = work, *q = p + n * n, *moved = q + n * n;
  R flag = R(0), *lengths = reinterpret_cast<R*>(moved + n * n);
  detail::clear(lengths, n);
  if (gu) {
    detail::add_lengths(gu, n, lengths, n);
    detail::adjoint_of(u, moved, n);
    detail::multiply(moved, gu, p, n);
  } else {
    detail::clear(p, n * n);
  }
  if (gvh) {
    detail::add_lengths(gvh, 1, lengths, n);
    detail::multiply<true>(vh, gvh, q, n);
  } else {
    detail::clear(q, n * n);
  }
  const detail::VectorTurns<V> turns{s, gs, lengths, detail::tie(s, n), n, judged};
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < i; ++j) turns.svd(i, j, p[i * n + j], p[j * n + i], q[i * n + j], q[j * n + i], flag);
    turns.svd(i, p[i * n + i], q[i * n + i], flag);
  }
  detail::multiply(u, p, moved, n);
  detail::multiply(moved, vh, out, n);
  *flagged = flag;
}

/// w, V and their gradients, of which one may be null, all complex; work has room for n * (3 n + 2) numbers.
template <class V>
SCI_PRODUCTS_APART void eig_gradient(const V* w, const V* v, const V* gw, const V* gv, V* out, V* work, int64_t n,
                                     bool judged, real_of<V>* flagged) {
  using R = real_of<V>;
  using T = single_of<V>;
  V *left = work, *inner = left + n * n, *gram = inner + n * n, *spare = gram + n * n;
  R flag = R(0), *lengths = reinterpret_cast<R*>(spare + n);
  detail::adjoint_of(v, left, n);
  if (gv) {
    detail::clear(lengths, n);
    detail::add_lengths(gv, n, lengths, n);
    detail::multiply(left, gv, inner, n);
    detail::multiply(left, v, gram, n);
    const detail::GeneralTurns<V> turns{w, gw, lengths, detail::tie(w, n), judged};
    for (int64_t j = 0; j < n; ++j) {
      const R along = real(inner[j * n + j]);
      for (int64_t i = 0; i < n; ++i) {
        if (i != j) inner[i * n + j] -= along * gram[i * n + j];
        turns(i, j, inner[i * n + j], flag);
      }
    }
    detail::multiply<true>(inner, v, gram, n);
  } else {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) gram[i * n + j] = gw[i] * left[i * n + j];
  }
  const R size = detail::largest_column(left, n);
  detail::invert(left, spare, lengths, n);
  const R condition = size * detail::largest_column(left, n);
  flag += choose(condition < R(T(0.25) / limits<T>::epsilon), R(0), R(1));
  detail::multiply(left, gram, out, n);
  *flagged = flag;
}

/// L and its gradient, of which the lower triangles count; work has room for n * n numbers. The gradient is Hermitian.
template <class V>
SCI_PRODUCTS_APART void cholesky_gradient(const V* l, const V* g, V* out, V* work, int64_t n, real_of<V>* flagged) {
  using R = real_of<V>;
  using T = single_of<V>;
  // H = (Phi + Phi^H) / 2 of Phi(L^H G), then X = L^-H H by rows and X L^-1 by columns, from the last one on.
  for (int64_t i = 0; i < n; ++i) {
    detail::clear(work + i * n, i + 1);
    detail::subtract_product<true>(work + i * n, 1, g + i * n, 1, n, l + i * n + i, n, i + 1, n - i);
    for (int64_t j = 0; j < i; ++j) {
      work[i * n + j] = R(T(-0.5)) * work[i * n + j];
      work[j * n + i] = conj(work[i * n + j]);
    }
    work[i * n + i] = V(R(T(-0.5)) * real(work[i * n + i]));
  }
  for (int64_t i = n - 1; i >= 0; --i) {
    V* row = work + i * n;
    detail::subtract_product<true>(row, 1, row + n, 1, n, l + (i + 1) * n + i, n, n, n - 1 - i);
    const R inverse = R(1) / real(l[i * n + i]);
    for (int64_t j = 0; j < n; ++j) row[j] = inverse * row[j];
  }
  for (int64_t j = n - 1; j >= 0; --j) {
    const R inverse = R(1) / real(l[j * n + j]);
    V *below = out + (j + 1) * n, *row = out + j * n + j;
    for (int64_t i = j; i < n; ++i) out[i * n + j] = work[i * n + j];
    detail::subtract_product<false>(below + j, n, below + j + 1, n, 1, l + (j + 1) * n + j, n, n - 1 - j, n - 1 - j);
    for (int64_t i = j + 1; i < n; ++i) {
      out[i * n + j] = inverse * out[i * n + j];
      out[j * n + i] = conj(out[i * n + j]);
    }
    detail::subtract_product<false>(row, n, row + 1, n, 1, l + (j + 1) * n + j, n, 1, n - 1 - j);
    *row = V(inverse * real(*row));
  }
  *flagged = R(0);
}

/// Q, R and their gradients, of which one may be null; work has room for 3 n * n numbers.
template <class V>
SCI_PRODUCTS_APART void qr_gradient(const V* q, const V* r, const V* gq, const V* gr, V* out, V* work, int64_t n,
                                    real_of<V>* flagged) {
  using R = real_of<V>;
  V *inner = work, *g = inner + n * n, *spare = g + n * n;
  detail::clear(inner, n * n);
  detail::clear(g, n * n);
  if (gr) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) spare[i * n + j] = j < i ? V(R(0)) : gr[i * n + j];
    detail::multiply<true>(spare, r, inner, n);
  }
  if (gq) {
    detail::adjoint_of(q, spare, n);
    detail::multiply(spare, gq, g, n);
  }
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      const V skew = g[i * n + j] - inner[i * n + j] - conj(g[j * n + i] - inner[j * n + i]);
      spare[j * n + i] = inner[j * n + i];
      spare[i * n + j] = inner[i * n + j] + (i == j ? R(single_of<V>(0.5)) * skew : skew);
    }
  detail::multiply(q, spare, out, n);
  *flagged = detail::divide_by_adjoint(out, r, n, n, n);
}

/// What `lu_factors` returns and the gradient of the factors.
template <class V>
SCI_PRODUCTS_APART void lu_gradient(const V* lu, const V* g, const real_of<V>* swaps, V* out, int64_t n,
                                    real_of<V>* flagged) {
  // S = low(L^H G) + up(G U^H), L with ones on its diagonal; then X = L^-H S by rows, from the last one on, X U^-H by
  // columns, and the rows go back. All but for the sign.
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) out[i * n + j] = j < i ? -g[i * n + j] : V(real_of<V>(0));
  for (int64_t k = 0; k < n; ++k) {
    const int64_t rest = n - 1 - k;
    detail::subtract_product<true>(out + k * n, 1, g + (k + 1) * n, 1, n, lu + (k + 1) * n + k, n, k, rest);
    detail::subtract_product<true>(out + k, n, g + k, n, 1, lu + k * n + k, 1, k + 1, n - k);
  }
  for (int64_t i = n - 2; i >= 0; --i)
    detail::subtract_product<true>(out + i * n, 1, out + (i + 1) * n, 1, n, lu + (i + 1) * n + i, n, n, n - 1 - i);
  *flagged = detail::divide_by_adjoint(out, lu, n, n, n);
  detail::exchange_back(out, swaps, n);
  for (int64_t k = 0; k < n * n; ++k) out[k] = -out[k];
}

/// A and the gradient of its determinant; work has room for n * n numbers.
template <class V>
SCI_PRODUCTS_APART void det_gradient(const V* a, const V* g, V* out, V* work, int64_t n, real_of<V>* flagged) {
  using R = real_of<V>;
  using T = single_of<V>;
  R swaps[32];
  for (int64_t k = 0; k < n * n; ++k) work[k] = conj(a[k]);
  const R size = detail::largest_column(work, n);
  R flag = lu_factors(work, swaps, n);
  V det = V(R(1));
  R smallest = R(1);  // of the products on the way, which lose digits where they are near underflow
  for (int64_t k = 0; k < n; ++k) {
    const V d = work[k * n + k];
    det *= choose(swaps[k] == R(T(k)), d, -d);
    smallest = choose(abs1(det) < smallest, abs1(det), smallest);
  }
  for (int64_t k = 0; k < n * n; ++k) out[k] = V(R(k % (n + 1) == 0 ? 1 : 0));
  lu_substitute_transposed(work, out, n, n);
  detail::exchange_back(out, swaps, n);
  const R least = R(limits<T>::min / limits<T>::epsilon), most = R(limits<T>::max);
  const R condition = size * detail::largest_column(out, n);
  flag += choose(condition < R(sqrt(T(1) / limits<T>::epsilon)), R(0), R(1));
  const V factor = *g * det;
  const auto settled = either(abs1(factor) > least, abs1(*g) == R(0));
  flag += choose(both(smallest > least, both(settled, both(abs1(det) < most, abs1(factor) < most))), R(0), R(1));
  for (int64_t k = 0; k < n * n; ++k) out[k] = factor * out[k];
  *flagged = flag;
}

/// X = A^-1 and its gradient G: -X^H G X^H; work has room for 2 n * n numbers.
template <class V>
SCI_HD void inverse_gradient(const V* x, const V* g, V* out, V* work, int64_t n) {
  V* product = work + n * n;
  detail::adjoint_of(x, work, n);
  detail::multiply(work, g, product, n);
  detail::multiply(product, work, out, n);
  for (int64_t k = 0; k < n * n; ++k) out[k] = -out[k];
}

}  // namespace sci
