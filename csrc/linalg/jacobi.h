// Jacobi's methods for small matrices: eigenvalues of Hermitian ones, and singular values. V is a number, or a number
// per lane (core/pack.h): then matrices go side by side, and what one has no use for is a rotation by zero. Teams of
// threads have loops of their own (linalg/jacobi_teams.h).
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

// On a GPU loops are of 2 to 4 columns (linalg/jacobi_registers.h), and what they index stays in registers.
#if SCI_DEVICE
#define SCI_JACOBI_UNROLL _Pragma("unroll")
#else
#define SCI_JACOBI_UNROLL
#endif

namespace sci {
namespace detail {

constexpr int jacobi_sweeps = 40;

template <class V>
SCI_HD V jacobi_cell(bool one) {
  return one ? V(real_of<V>(1)) : V(real_of<V>(0));
}

/// What brings numbers of which the largest is `big` to 1; nothing, 1, for those of ordinary size.
template <class R>
SCI_HD R jacobi_factor(R big) {
  using T = single_of<R>;
  const T low = sizeof(T) == 8 ? T(1e-70) : T(1e-8), high = sizeof(T) == 8 ? T(1e70) : T(1e8);
  R safe = choose(big < R(limits<T>::min), R(limits<T>::min), big);
  R factor = choose(big > R(high), R(1) / safe, choose(big < R(low), R(1) / safe, R(1)));
  return choose(big == R(0), R(1), factor);
}
template <class V>
SCI_HD real_of<V> jacobi_largest(const V* a, int64_t count, real_of<V> big) {
  for (int64_t k = 0; k < count; ++k) big = choose(abs1(a[k]) > big, abs1(a[k]), big);
  return big;
}

/// A rotation by c = 1 - g and s u, |u| = 1. What it changes is small where the angle is, and added as a whole:
/// products with a rounded c would wear off the lengths of vectors.
template <class V>
struct JacobiRotation {
  real_of<V> g;
  V su;
  SCI_HD bool idle() const { return su == V(real_of<V>(0)); }
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

/// The rotation that takes away the entry u m of [[alpha, u m], [conj(u) m, beta]], from beta - alpha; returned is what
/// goes from alpha to beta. Where `mask` is false it is the identity. With d = |beta - alpha|, h^2 = d^2 + 4 m^2 and
/// w^-2 = 2 h (h + d): c = (h + d) w, s = 2 m w, and s^2 h goes over: of [1], 8.5.2, with a quotient and three roots.
template <class V, class M>
SCI_HD real_of<V> jacobi_angle(real_of<V> difference, V entry, real_of<V> m, M mask, JacobiRotation<V>& rotation) {
  using R = real_of<V>;
  const R d = choose(mask, abs(difference), R(0)), twice = choose(mask, m + m, R(1));
  const R h = sqrt(d * d + twice * twice), sum = h + d;
  const R w = R(1) / sqrt((h + h) * sum), s = choose(mask, twice * w, R(0)), square = s * s;
  const R sign = choose(difference < R(0), R(-1), R(1));
  rotation.g = square / (R(1) + sum * w);
  rotation.su = choose(mask, sign * (w + w) * entry, V(R(0)));
  return sign * square * h;
}

/// Squares of the lengths of two columns, and their product.
template <class V>
struct ColumnProducts {
  real_of<V> alpha, beta;
  V product;
  SCI_HD ColumnProducts operator+(ColumnProducts other) const {
    return {alpha + other.alpha, beta + other.beta, product + other.product};
  }
};
template <class V>
SCI_HD ColumnProducts<V> column_products(const V* x, const V* y, int64_t length) {
  using R = real_of<V>;
  ColumnProducts<V> found{R(0), R(0), V(R(0))};
  for (int64_t r = 0; r < length; ++r) {
    found.alpha += norm(x[r]);
    found.beta += norm(y[r]);
    found.product += conj(x[r]) * y[r];
  }
  return found;
}

/// Sweeps end where all products of columns of m numbers are below `end`, relative to their lengths. What the last one
/// finds beyond `fine` is turned as well, so that the angles of many columns do not add up.
template <class R>
struct JacobiBounds {
  R end, fine;
  SCI_HD explicit JacobiBounds(int64_t m) {
    using T = single_of<R>;
    end = R(limits<T>::epsilon * sqrt(T(2 * m)));
    fine = R(limits<T>::epsilon * max(T(2), sqrt(T(2 * m)) / T(4)));
  }
};
/// The rotation that makes two columns orthogonal. Returns whether there is something to turn; `far` becomes true where
/// that is above the bound for the end, of columns whose products are in range.
template <class V>
SCI_HD bool jacobi_column_angle(ColumnProducts<V> found, JacobiBounds<real_of<V>> bounds, bool& far,
                                JacobiRotation<V>& turn) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R size = modulus(found.product), lengths = sqrt(found.alpha) * sqrt(found.beta);
  const auto mask = size > bounds.fine * lengths;
  if (!some(mask)) return false;
  const R longer = choose(found.alpha < found.beta, found.beta, found.alpha);
  const R shorter = choose(found.alpha < found.beta, found.alpha, found.beta);
  const auto known = shorter > R(limits<T>::min / limits<T>::epsilon / limits<T>::epsilon);
  if (some(both(size > bounds.end * lengths, known))) far = true;
  // In units of the longer column's square, which may be near the end of the range.
  const R inverse = R(1) / choose(longer < R(limits<T>::min), R(limits<T>::min), longer);
  jacobi_angle(inverse * (found.beta - found.alpha), inverse * found.product, inverse * size, mask, turn);
  return true;
}

/// Brings a column to length 1, unless it vanishes, and returns the length.
template <class V>
SCI_HD real_of<V> jacobi_unit(V* x, int64_t m) {
  using R = real_of<V>;
  R length = R(0);
  for (int64_t r = 0; r < m; ++r) length += norm(x[r]);
  length = sqrt(length);
  const R inverse = R(1) / choose(length == R(0), R(1), length);
  for (int64_t r = 0; r < m; ++r) x[r] = inverse * x[r];
  return length;
}

}  // namespace detail

/// a (n x n, Hermitian, both triangles) becomes diagonal; row k of z becomes vector k. Returns whether it converged.
template <class V>
SCI_HD bool jacobi_eigh(V* a, V* z, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R factor = detail::jacobi_factor(detail::jacobi_largest(a, n * n, R(0)));
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
    SCI_JACOBI_UNROLL
    for (int64_t p = 0; p < n; ++p) SCI_JACOBI_UNROLL
    for (int64_t q = p + 1; q < n; ++q) {
      V entry = a[p * n + q];
      R m = modulus(entry);
      auto mask = m > least;
      if (!some(mask)) continue;
      done = false;
      detail::JacobiRotation<V> turn;
      R moved = detail::jacobi_angle(real(a[q * n + q]) - real(a[p * n + p]), entry, m, mask, turn);
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
  const R factor = detail::jacobi_factor(detail::jacobi_largest(w, m * n, R(0)));
  for (int64_t k = 0; k < m * n; ++k) w[k] = factor * w[k];
  for (int64_t k = 0; k < n * n; ++k) z[k] = detail::jacobi_cell<V>(k % (n + 1) == 0);
  const detail::JacobiBounds<R> bounds(m);
  bool done = n < 2;
  for (int sweep = 0; sweep < detail::jacobi_sweeps && !done; ++sweep) {
    bool far = false;
    SCI_JACOBI_UNROLL
    for (int64_t p = 0; p < n; ++p) SCI_JACOBI_UNROLL
    for (int64_t q = p + 1; q < n; ++q) {
      V *x = w + p * m, *y = w + q * m;
      detail::JacobiRotation<V> turn;
      if (!detail::jacobi_column_angle(detail::column_products(x, y, m), bounds, far, turn)) continue;
      detail::jacobi_rotate(x, y, m, turn);
      detail::jacobi_rotate(z + p * n, z + q * n, n, turn);
    }
    done = !far;
  }
  R small = R(limits<T>::infinity), sum = R(0);
  for (int64_t k = 0; k < n; ++k) {
    const R length = detail::jacobi_unit(w + k * m, m);
    small = choose(length < small, length, small);
    sum += length;
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

}  // namespace sci
