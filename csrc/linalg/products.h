// Functions of small matrices and matrix equations by products and inverses: V is a number, or a number per lane
// (core/pack.h), and then matrices go side by side. Every result comes with a flag that says whether its residual is
// rounding error; other matrices belong to methods with a Schur form.
//
// Inverse    Gauss and Jordan's elimination in place, with partial pivoting under masks ([1], 14.4).
// Root       Denman and Beavers' iteration in product form, X -> A^(1/2) and M -> I ([2], (6.29)), scaled so that M and
//            M^-1 have one Frobenius norm. Where |M - I| is below sqrt(eps), X (3 I - M) / 2 ends it.
// Sign       Newton's iteration X -> (X + X^-1) / 2, scaled in the same way ([2], section 5.5), and at the end
//            X (3 I - X^2) / 2.
// Sylvester  A X + X B = C for spectra on one side of the imaginary axis: the sign of [A C; 0 -B] is [I 2X; 0 -I],
//            whose iteration works on the blocks ([3]).
// Stein      X = A X A^H + C for spectral radii below 1: the sum of A^k C (A^H)^k, doubled in length with every step
//            ([4]).
// Sources    [1] Higham: Accuracy and Stability of Numerical Algorithms, 2nd ed. (2002). [2] Higham: Functions of
//            Matrices (2008). [3] Roberts: Int. J. Control 32 (1980) 677-687. [4] Smith: SIAM J. Appl. Math. 16 (1968)
//            198-201.
#pragma once
#include "linalg/factors.h"

// What is called from many places stays a function; units for wide vectors say what for.
#ifndef SCI_PRODUCTS_APART
#define SCI_PRODUCTS_APART SCI_HD_LARGE
#endif

namespace sci {
namespace detail {

constexpr int newton_steps = 30;
constexpr int sign_steps = 20;  // more are for eigenvalues near the imaginary axis

template <int R, int C, bool adjoint, bool add = false, class V>
SCI_HD void product_block(const V* a, const V* b, V* c, int64_t n) {
  V sum[R][C];
  for (int r = 0; r < R; ++r)
    for (int q = 0; q < C; ++q) sum[r][q] = add ? c[r * n + q] : V(real_of<V>(0));
  for (int64_t k = 0; k < n; ++k) {
    V x[C];
    for (int q = 0; q < C; ++q) x[q] = adjoint ? conj(b[q * n + k]) : b[k * n + q];
    for (int r = 0; r < R; ++r) {
      const V y = a[r * n + k];
      for (int q = 0; q < C; ++q) sum[r][q] += y * x[q];
    }
  }
  for (int r = 0; r < R; ++r)
    for (int q = 0; q < C; ++q) c[r * n + q] = sum[r][q];
}

/// c = a b, or a b^H (n x n), or c + a b with `add`; c is neither of them.
template <bool adjoint = false, bool add = false, class V>
SCI_PRODUCTS_APART void multiply(const V* a, const V* b, V* c, int64_t n) {
  constexpr int rows = is_complex<V> ? 2 : 4;
  int64_t i = 0;
  for (; i + rows <= n; i += rows) {
    int64_t j = 0;
    for (; j + 4 <= n; j += 4)
      product_block<rows, 4, adjoint, add>(a + i * n, b + (adjoint ? j * n : j), c + i * n + j, n);
    for (; j < n; ++j) product_block<rows, 1, adjoint, add>(a + i * n, b + (adjoint ? j * n : j), c + i * n + j, n);
  }
  for (; i < n; ++i) {
    int64_t j = 0;
    for (; j + 4 <= n; j += 4)
      product_block<1, 4, adjoint, add>(a + i * n, b + (adjoint ? j * n : j), c + i * n + j, n);
    for (; j < n; ++j) product_block<1, 1, adjoint, add>(a + i * n, b + (adjoint ? j * n : j), c + i * n + j, n);
  }
}

/// Takes factor[i] times row k from the others, in C columns.
template <int C, class V>
SCI_HD void eliminate(V* a, const V* factor, V inverse, int64_t k, int64_t n) {
  V row[C];
  for (int q = 0; q < C; ++q) a[k * n + q] = row[q] = inverse * a[k * n + q];
  for (int64_t i = 0; i < n; ++i) {
    if (i == k) continue;
    const V f = factor[i];
    for (int q = 0; q < C; ++q) a[i * n + q] -= f * row[q];
  }
}

/// `a` (n x n) becomes its inverse, not finite where it is singular. `work` has room for n numbers, `pivots` as well.
template <class V>
SCI_PRODUCTS_APART void invert(V* a, V* work, real_of<V>* pivots, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  for (int64_t k = 0; k < n; ++k) {
    R best = R(T(k)), large = abs1(a[k * n + k]);
    for (int64_t i = k + 1; i < n; ++i) {
      const R size = abs1(a[i * n + k]);
      best = choose(size > large, R(T(i)), best);
      large = choose(size > large, size, large);
    }
    pivots[k] = best;
    if (some(best > R(T(k))))
      for (int64_t i = k + 1; i < n; ++i) {
        const auto mask = best == R(T(i));
        if (!some(mask)) continue;
        for (int64_t j = 0; j < n; ++j) exchange(mask, a[k * n + j], a[i * n + j]);
      }
    const V inverse = Quotient<V>(a[k * n + k])(V(R(1)));
    for (int64_t i = 0; i < n; ++i) {
      work[i] = a[i * n + k];
      a[i * n + k] = V(R(i == k ? 1 : 0));
    }
    int64_t j = 0;
    for (; j + 4 <= n; j += 4) eliminate<4>(a + j, work, inverse, k, n);
    for (; j < n; ++j) eliminate<1>(a + j, work, inverse, k, n);
  }
  for (int64_t k = n - 1; k >= 0; --k) {
    if (!some(pivots[k] > R(T(k)))) continue;
    for (int64_t i = k + 1; i < n; ++i) {
      const auto mask = pivots[k] == R(T(i));
      if (!some(mask)) continue;
      for (int64_t r = 0; r < n; ++r) exchange(mask, a[r * n + k], a[r * n + i]);
    }
  }
}

/// The squares of the Frobenius norms of x, and of x - I.
template <class V>
SCI_HD_LARGE real_of<V> square_norm(const V* x, int64_t n) {
  real_of<V> sum = real_of<V>(0), others = sum;
  int64_t k = 0;
  for (; k + 1 < n * n; k += 2) {
    sum += norm(x[k]);
    others += norm(x[k + 1]);
  }
  if (k < n * n) sum += norm(x[k]);
  return sum + others;
}
template <class V>
SCI_HD real_of<V> square_from_identity(const V* x, int64_t n) {
  real_of<V> sum = real_of<V>(0), others = sum;
  for (int64_t i = 0; i < n; ++i) {
    for (int64_t j = 0; j < i; ++j) sum += norm(x[i * n + j]);
    for (int64_t j = i + 1; j < n; ++j) others += norm(x[i * n + j]);
    sum += norm(x[i * n + i] - V(real_of<V>(1)));
  }
  return sum + others;
}
template <class V>
SCI_HD real_of<V> square_distance(const V* x, const V* y, int64_t n) {
  real_of<V> sum = real_of<V>(0);
  for (int64_t k = 0; k < n * n; ++k) sum += norm(x[k] - y[k]);
  return sum;
}
/// 1 where r <= bound and both are finite, else 0: of squares that overflow nothing is known.
template <class R>
SCI_HD R within(R r, R bound) {
  const R sum = r + bound;
  return choose(r > bound, R(0), choose(sum - sum == R(0), R(1), R(0)));
}

template <class R>
SCI_HD R larger(R x, R y) {
  return choose(x < y, y, x);
}
/// A power of 2 near x, within what has a reciprocal; of its square root with `root`. 1 where there is none.
template <class T>
SCI_HD T power_above_number(T x, bool root) {
  int power = 0;
  if (x > T(0) && isfinite(x)) frexp(x, &power);
  power = max(-limits<T>::max_exponent + 4, min(power, limits<T>::max_exponent - 4));
  return ldexp(T(1), root ? power / 2 : power);
}
SCI_HD double power_above(double x, bool root) { return power_above_number(x, root); }
SCI_HD float power_above(float x, bool root) { return power_above_number(x, root); }
#if !SCI_DEVICE
template <class T, int L>
Pack<T, L> power_above(Pack<T, L> x, bool root) {
  for (int l = 0; l < L; ++l) x.v[l] = power_above_number(x.v[l], root);
  return x;
}
#endif

/// Which lanes still work, and whether they are scaled, from the square of the distance to the limit.
template <class R>
struct NewtonState {
  using T = single_of<R>;
  R active = R(1), scaled = R(1), distance = R(limits<T>::infinity);
  SCI_HD void look(R square) {
    // Without scaling the distance is squared every time, until it is rounding error.
    R stuck = choose(scaled > R(0), R(0), choose(square > distance * R(T(0.25)), R(1), R(0)));
    distance = choose(active > R(0), square, distance);
    scaled = choose(square < R(T(1e-4)), R(0), scaled);
    R ready = choose(square < R(limits<T>::epsilon / 4), R(1), stuck);
    active = choose(ready > R(0), R(0), choose(square < R(limits<T>::infinity), active, R(0)));
  }
};

}  // namespace detail

/// Residuals up to this many eps are rounding error of products.
template <class T>
constexpr T products_slack = T(8);

/// x = a^(1/2) for entries of `a` around 1; `work` has room for 3 n^2 + n numbers and n real ones. Returns 1 where it
/// is good, else 0: also for upper triangles, whose Schur method is exact in other ways.
template <class V>
SCI_HD_LARGE real_of<V> square_root_by_products(const V* a, V* x, V* work, int64_t n) {
  using namespace detail;
  using R = real_of<V>;
  using T = single_of<V>;
  V *m = work, *b = m + n * n, *y = b + n * n, *column = y + n * n;
  R* pivots = reinterpret_cast<R*>(column + n);
  NewtonState<R> state;
  R condition = R(0), below = R(0);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < i; ++j) below += abs1(a[i * n + j]);
  for (int64_t k = 0; k < n * n; ++k) m[k] = x[k] = a[k];
  for (int step = 0; step < newton_steps && some(state.active > R(0)); ++step) {
    for (int64_t k = 0; k < n * n; ++k) b[k] = m[k];
    invert(b, column, pivots, n);
    const R size = square_norm(m, n), size_back = square_norm(b, n);
    if (step == 0) condition = size * size_back;
    const R mu2 = choose(state.scaled > R(0), sqrt(sqrt(size_back / size)), R(1)), mu = sqrt(mu2);
    const R half = mu * R(T(0.5)), back = R(1) / mu2, quarter = mu2 * R(T(0.25)), rest = back * R(T(0.25));
    if (step > 0) multiply(x, b, y, n);
    const auto active = state.active > R(0);
    if (step == 0)  // x is m, and its product with b the identity
      for (int64_t k = 0; k < n * n; ++k) y[k] = V(R(0));
    for (int64_t i = 0; i < n && step == 0; ++i) y[i * (n + 1)] = V(R(1));
    for (int64_t k = 0; k < n * n; ++k) {
      x[k] = choose(active, (x[k] + y[k] * back) * half, x[k]);
      m[k] = choose(active, m[k] * quarter + b[k] * rest, m[k]);
    }
    for (int64_t i = 0; i < n; ++i) {
      V* d = m + i * (n + 1);
      *d = choose(active, *d + V(R(T(0.5))), *d);
    }
    state.look(square_from_identity(m, n));
  }
  multiply(x, m, y, n);
  for (int64_t k = 0; k < n * n; ++k) x[k] = x[k] * R(T(1.5)) - y[k] * R(T(0.5));
  multiply(x, x, y, n);
  const R slack = R(products_slack<T> * limits<T>::epsilon) * square_norm(x, n);
  R good = within(square_distance(y, a, n), slack * slack);
  good = good * within(state.distance, R(T(1e-6)));
  good = good * within(condition, R(T(1e-4) / limits<T>::epsilon / limits<T>::epsilon));
  return choose(below > R(0), good, R(0));
}

/// x = sign(a), which is not changed; `work` has room for 2 n^2 + n numbers and n real ones. Returns 1 where it is
/// good.
template <class V>
SCI_HD_LARGE real_of<V> sign_by_products(const V* a, V* x, V* work, int64_t n) {
  using namespace detail;
  using R = real_of<V>;
  using T = single_of<V>;
  V *b = work, *y = b + n * n, *column = y + n * n;
  R* pivots = reinterpret_cast<R*>(column + n);
  NewtonState<R> state;
  R condition = R(0);
  for (int64_t k = 0; k < n * n; ++k) x[k] = a[k];
  for (int step = 0; step < sign_steps && some(state.active > R(0)); ++step) {
    for (int64_t k = 0; k < n * n; ++k) b[k] = x[k];
    invert(b, column, pivots, n);
    const R size = square_norm(x, n), size_back = square_norm(b, n);
    if (step == 0) condition = size * size_back;
    const R mu = choose(state.scaled > R(0), sqrt(sqrt(size_back / size)), R(1));
    const R half = mu * R(T(0.5)), back = R(T(0.5)) / mu;
    const auto active = state.active > R(0);
    R change = R(0), all = R(0);
    for (int64_t k = 0; k < n * n; ++k) {
      const V next = x[k] * half + b[k] * back;
      change += norm(next - x[k]);
      all += norm(next);
      x[k] = choose(active, next, x[k]);
    }
    // The distance of x^2 from I is at most the square of this.
    state.look(change / all);
  }
  multiply(x, x, y, n);
  const R size = square_norm(x, n);
  R good = within(square_from_identity(y, n), R(T(1e-6)) * size);
  multiply(x, y, b, n);
  for (int64_t k = 0; k < n * n; ++k) x[k] = x[k] * R(T(1.5)) - b[k] * R(T(0.5));
  multiply(x, x, y, n);
  const R slack = R(products_slack<T> * limits<T>::epsilon) * square_norm(x, n);
  good = good * within(square_from_identity(y, n), slack * slack);
  return good * within(condition, R(T(1e-4) / limits<T>::epsilon / limits<T>::epsilon));
}

/// x of a x + x b = c, all n x n, with b = a (`same` 1), b = a^H (2) or its own (0). `work` has room for 6 n^2 + n
/// numbers and n real ones. Returns 1 where it is good.
template <class V>
SCI_HD_LARGE real_of<V> sylvester_by_products(const V* a, const V* b, const V* c, V* x, V* work, int64_t n, int same) {
  using namespace detail;
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t size = n * n;
  V *r = work, *s = r + size, *p = s + size, *q = p + size, *y = q + size, *z = y + size, *column = z + size;
  R* pivots = reinterpret_cast<R*>(column + n);
  R trace = R(0);
  for (int64_t i = 0; i < n; ++i) trace += real(a[i * (n + 1)]) + real(b[i * (n + 1)]);
  const R side = choose(trace < R(0), R(-1), R(1));
  for (int64_t k = 0; k < size; ++k) {
    r[k] = a[k] * side;
    s[k] = b[k] * side;
    x[k] = c[k] * side;
  }
  NewtonState<R> state;
  for (int step = 0; step < newton_steps && some(state.active > R(0)); ++step) {
    for (int64_t k = 0; k < size; ++k) p[k] = r[k];
    invert(p, column, pivots, n);
    if (same == 0) {
      for (int64_t k = 0; k < size; ++k) q[k] = s[k];
      invert(q, column, pivots, n);
    } else {
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) q[i * n + j] = same == 1 ? p[i * n + j] : conj(p[j * n + i]);
    }
    const R length = square_norm(r, n) + square_norm(s, n);
    const R length_back = square_norm(p, n) + square_norm(q, n);
    const R mu = choose(state.scaled > R(0), sqrt(sqrt(length_back / length)), R(1));
    const R half = mu * R(T(0.5)), back = R(T(0.5)) / mu;
    multiply(p, x, y, n);
    multiply(y, q, z, n);
    const auto active = state.active > R(0);
    for (int64_t k = 0; k < size; ++k) {
      x[k] = choose(active, x[k] * half + z[k] * back, x[k]);
      r[k] = choose(active, r[k] * half + p[k] * back, r[k]);
      s[k] = choose(active, s[k] * half + q[k] * back, s[k]);
    }
    state.look(square_from_identity(r, n) + square_from_identity(s, n));
  }
  // With r = I + e, s = I + f the last step is x - (e x + x f) / 2 up to squares of e and f.
  multiply(r, x, y, n);
  multiply(x, s, z, n);
  for (int64_t k = 0; k < size; ++k) x[k] = x[k] - (y[k] + z[k]) * R(T(0.25));
  multiply(a, x, y, n);
  multiply(x, b, z, n);
  for (int64_t k = 0; k < size; ++k) y[k] += z[k];
  const R large = sqrt(square_norm(a, n)) + sqrt(square_norm(b, n));
  const R slack = R(products_slack<T> * limits<T>::epsilon) * large;
  const R good = within(square_distance(y, c, n), slack * slack * square_norm(x, n));
  return good * within(state.distance, R(T(1e-6)));
}

/// x = a x a^H + c; `work` has room for 4 n^2 numbers. Returns 1 where it is good.
template <class V>
SCI_HD_LARGE real_of<V> stein_by_products(const V* a, const V* c, V* x, V* work, int64_t n) {
  using namespace detail;
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t size = n * n;
  V *power = work, *y = power + size, *z = y + size, *square = z + size;
  for (int64_t k = 0; k < size; ++k) {
    power[k] = a[k];
    x[k] = c[k];
  }
  R active = R(1);
  for (int step = 0; step < newton_steps && some(active > R(0)); ++step) {
    multiply(power, x, y, n);
    multiply<true>(y, power, z, n);
    multiply(power, power, square, n);
    const auto open = active > R(0);
    for (int64_t k = 0; k < size; ++k) {
      x[k] = choose(open, x[k] + z[k], x[k]);
      power[k] = choose(open, square[k], power[k]);
    }
    const R length = square_norm(power, n);
    active = choose(length < R(limits<T>::epsilon / 4), R(0), active);
    active = choose(length < R(T(1e30)), active, R(0));  // powers this large belong to a spectral radius above 1
  }
  multiply(a, x, y, n);
  multiply<true>(y, a, z, n);
  for (int64_t k = 0; k < size; ++k) z[k] += c[k];
  const R slack = R(products_slack<T> * limits<T>::epsilon) * (square_norm(a, n) + R(1));
  return within(square_distance(z, x, n), slack * slack * square_norm(x, n));
}

}  // namespace sci
