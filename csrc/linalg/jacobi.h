// Jacobi's methods for small matrices: eigenvalues of Hermitian ones, and singular values. V is a number, or a number
// per lane (core/pack.h): then matrices go side by side, and what one has no use for is a rotation by zero.
//
// Eigenvalues  Cyclic two-sided rotations ([1], 8.5.2-8.5.5), until no entry beside the diagonal is above eps |A| / 2n;
//              vectors are products of the rotations. Convergence is quadratic: 5 to 8 sweeps.
// Singular     One-sided rotations of the columns (Hestenes; [1], 8.6.4) until all pairs are orthogonal to rounding,
// values       relative to their own lengths, so that small singular values and their vectors are as good as large
//              ones. A column that vanishes has no left vector: info = 1, and the caller takes another way.
// Range        Matrices are scaled where their squares would leave the range of numbers.
// NaN          NaN in, NaN out, without rotations.
// Sources      [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
#pragma once
#include "core/pack.h"

namespace sci {
namespace detail {

constexpr int jacobi_sweeps = 40;

template <class V>
SCI_HD V jacobi_cell(bool one) {
  return one ? V(real_of<V>(1)) : V(real_of<V>(0));
}

/// The power of nothing, 1, for matrices of ordinary size; else what brings the largest entry to 1.
template <class V>
SCI_HD real_of<V> jacobi_scale(const V* a, int64_t count) {
  using R = real_of<V>;
  using T = single_of<V>;
  R big = R(0);
  for (int64_t k = 0; k < count; ++k) big = choose(abs1(a[k]) > big, abs1(a[k]), big);
  const T low = sizeof(T) == 8 ? T(1e-70) : T(1e-8), high = sizeof(T) == 8 ? T(1e70) : T(1e8);
  R safe = choose(big < R(limits<T>::min), R(limits<T>::min), big);
  R factor = choose(big > R(high), R(1) / safe, choose(big < R(low), R(1) / safe, R(1)));
  return choose(big == R(0), R(1), factor);
}

/// A rotation by c = 1 - g and s u, |u| = 1. What it changes is small where the angle is, and added as a whole:
/// products with a rounded c would wear off the lengths of vectors.
template <class V>
struct JacobiRotation {
  real_of<V> g;
  V su;
  /// x, y become c x - conj(s u) y and s u x + c y.
  SCI_HD void operator()(V& x, V& y) const {
    V down = g * x + conj(su) * y, up = su * x - g * y;
    x -= down;
    y += up;
  }
};
template <class V>
SCI_HD void jacobi_rotate(V* x, V* y, int64_t n, JacobiRotation<V> rotation) {
  for (int64_t r = 0; r < n; ++r) rotation(x[r], y[r]);
}

/// The rotation that takes away the entry u m of [[alpha, u m], [conj(u) m, beta]]; returned is what goes from alpha to
/// beta. Where `mask` is false it is the identity.
template <class V, class M>
SCI_HD real_of<V> jacobi_angle(real_of<V> alpha, real_of<V> beta, V entry, real_of<V> m, M mask,
                               JacobiRotation<V>& rotation) {
  using R = real_of<V>;
  R size = choose(mask, m, R(1));
  R tau = (beta - alpha) / (R(2) * size);
  R t = R(1) / (abs(tau) + sqrt(R(1) + tau * tau));
  t = choose(tau < R(0), -t, t);
  t = choose(mask, t, R(0));
  R c = R(1) / sqrt(R(1) + t * t), s = t * c;
  rotation.g = s * s / (R(1) + c);
  rotation.su = choose(mask, s / size * entry, V(R(0)));
  return t * size;
}

}  // namespace detail

/// a (n x n, Hermitian, both triangles) becomes diagonal; row k of z becomes vector k. Returns whether it converged.
template <class V>
SCI_HD bool jacobi_eigh(V* a, V* z, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R factor = detail::jacobi_scale(a, n * n);
  R total = R(0);
  for (int64_t k = 0; k < n * n; ++k) {
    a[k] = factor * a[k];
    total += norm(a[k]);
    z[k] = detail::jacobi_cell<V>(k % (n + 1) == 0);
  }
  const R least = sqrt(total) * R(limits<T>::epsilon / T(2 * n));
  bool done = n < 2;
  for (int sweep = 0; sweep < detail::jacobi_sweeps && !done; ++sweep) {
    done = true;
    for (int64_t p = 0; p < n; ++p)
      for (int64_t q = p + 1; q < n; ++q) {
        V entry = a[p * n + q];
        R m = modulus(entry);
        auto mask = m > least;
        if (!some(mask)) continue;
        done = false;
        detail::JacobiRotation<V> turn;
        R moved = detail::jacobi_angle(real(a[p * n + p]), real(a[q * n + q]), entry, m, mask, turn);
        for (int64_t r = 0; r < n; ++r) {
          if (r == p || r == q) continue;
          V x = a[r * n + p], y = a[r * n + q];
          turn(x, y);
          a[r * n + p] = x;
          a[r * n + q] = y;
          a[p * n + r] = conj(x);
          a[q * n + r] = conj(y);
        }
        a[p * n + p] = V(real(a[p * n + p]) - moved);
        a[q * n + q] = V(real(a[q * n + q]) + moved);
        a[p * n + q] = choose(mask, V(R(0)), entry);
        a[q * n + p] = conj(a[p * n + q]);
        detail::jacobi_rotate(z + p * n, z + q * n, n, turn);
      }
  }
  const R spoiled = total - total;  // 0, or NaN where an entry is not finite
  for (int64_t k = 0; k < n; ++k) a[k * n + k] = R(1) / factor * a[k * n + k] + V(spoiled);
  return done;
}

/// The rows of w are the columns (m numbers) of an m x n matrix, m >= n. They become U^T with lengths s, and the rows
/// of z right vectors: A = U diag(s) z^*. Returns whether it converged; `least` is the smallest length after scaling.
template <class V>
SCI_HD bool jacobi_svd(V* w, V* z, real_of<V>* s, int64_t m, int64_t n, real_of<V>* least) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R factor = detail::jacobi_scale(w, m * n);
  for (int64_t k = 0; k < m * n; ++k) w[k] = factor * w[k];
  for (int64_t k = 0; k < n * n; ++k) z[k] = detail::jacobi_cell<V>(k % (n + 1) == 0);
  // Sweeps end at the tolerance; what the last one finds beyond a part of it is rotated as well, so that the angles of
  // many columns do not add up.
  const R tolerance = R(limits<T>::epsilon * sqrt(T(2 * m)));
  const R fine = R(limits<T>::epsilon * max(T(2), sqrt(T(2 * m)) / T(4)));
  bool done = n < 2;
  for (int sweep = 0; sweep < detail::jacobi_sweeps && !done; ++sweep) {
    done = true;
    for (int64_t p = 0; p < n; ++p)
      for (int64_t q = p + 1; q < n; ++q) {
        V *x = w + p * m, *y = w + q * m, product = V(R(0));
        R alpha = R(0), beta = R(0);
        for (int64_t r = 0; r < m; ++r) {
          alpha += norm(x[r]);
          beta += norm(y[r]);
          product += conj(x[r]) * y[r];
        }
        R size = modulus(product);
        const R lengths = sqrt(alpha) * sqrt(beta);
        auto mask = size > fine * lengths;
        if (!some(mask)) continue;
        if (some(size > tolerance * lengths)) done = false;
        detail::JacobiRotation<V> turn;
        detail::jacobi_angle(alpha, beta, product, size, mask, turn);
        detail::jacobi_rotate(x, y, m, turn);
        detail::jacobi_rotate(z + p * n, z + q * n, n, turn);
      }
  }
  R small = R(limits<T>::infinity), sum = R(0);
  for (int64_t k = 0; k < n; ++k) {
    R length = R(0);
    for (int64_t r = 0; r < m; ++r) length += norm(w[k * m + r]);
    length = sqrt(length);
    small = choose(length < small, length, small);
    sum += length;
    R inverse = R(1) / choose(length == R(0), R(1), length);
    for (int64_t r = 0; r < m; ++r) w[k * m + r] = inverse * w[k * m + r];
    s[k] = length / factor;
  }
  *least = small + (sum - sum);  // NaN where an entry is not finite
  return done;
}

/// Lengths above this have products in the range of numbers.
template <class T>
SCI_HD T jacobi_least() {
  return sqrt(limits<T>::min) / limits<T>::epsilon;
}

/// Sorts n values of one matrix (`stride` numbers apart) by insertion; order[k] is the place of the k-th.
template <class T>
SCI_HD void jacobi_order(const T* values, int64_t stride, int64_t n, bool descending, int* order) {
  for (int64_t k = 0; k < n; ++k) {
    int64_t j = k;
    T x = values[k * stride];
    for (; j > 0; --j) {
      T y = values[order[j - 1] * stride];
      if (descending ? !(x > y) : !(x < y)) break;
      order[j] = order[j - 1];
    }
    order[j] = int(k);
  }
}

/// One matrix per GPU thread: a holds A, of which one triangle is read, and is used up; vectors in columns.
template <class T>
struct JacobiEighItem {
  T *a, *work, *v;
  real_of<T>* w;
  int32_t* info;
  int64_t n;
  bool lower;
  SCI_HD void operator()(int64_t i) const {
    for (int64_t r = 0; r < n; ++r) {
      T* b = a + i * n * n;
      b[r * n + r] = T(real(b[r * n + r]));
      for (int64_t c = 0; c < r; ++c) {
        if (lower)
          b[c * n + r] = conj(b[r * n + c]);
        else
          b[r * n + c] = conj(b[c * n + r]);
      }
    }
    T *x = a + i * n * n, *z = work + i * n * n, *out = v + i * n * n;
    real_of<T>* values = w + i * n;
    info[i] = jacobi_eigh(x, z, n) ? 0 : 1;
    int order[32];
    for (int64_t k = 0; k < n; ++k) values[k] = real(x[k * n + k]);
    jacobi_order(values, 1, n, false, order);
    for (int64_t k = 0; k < n; ++k) {
      values[k] = real(x[order[k] * (n + 1)]);
      if (isnan(values[k])) info[i] = 1;
    }
    for (int64_t k = 0; k < n; ++k)
      for (int64_t r = 0; r < n; ++r) out[r * n + k] = z[order[k] * n + r];
  }
};

/// One square matrix per thread: A = U diag(s) V^H; `work` has room for 2 n * n numbers of each. info is 1 where a
/// singular value is too small for a left vector.
template <class T>
struct JacobiSvdItem {
  using R = real_of<T>;
  const T* a;
  T *work, *u, *vh;
  R* s;
  int32_t* info;
  int64_t n;
  SCI_HD void operator()(int64_t i) const {
    const int64_t size = n * n;
    T *x = work + 2 * i * size, *z = x + size;
    for (int64_t r = 0; r < n; ++r)
      for (int64_t k = 0; k < n; ++k) x[k * n + r] = a[i * size + r * n + k];
    R least, lengths[32];
    const bool done = jacobi_svd(x, z, lengths, n, n, &least);
    int order[32];
    jacobi_order(lengths, 1, n, true, order);
    for (int64_t k = 0; k < n; ++k) {
      s[i * n + k] = lengths[order[k]];
      for (int64_t r = 0; r < n; ++r) {
        u[i * size + r * n + k] = x[order[k] * n + r];
        vh[i * size + k * n + r] = conj(z[order[k] * n + r]);
      }
    }
    info[i] = done && least > jacobi_least<R>() ? 0 : 1;
  }
};

}  // namespace sci
