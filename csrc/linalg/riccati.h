// Algebraic Riccati equations of small matrices by structured doubling and a Newton step: V is a number, or a number
// per lane (core/pack.h), and then matrices go side by side.
//
// Method     a^H x + x a - x g x + q = 0 becomes a discrete equation by a Cayley transform; x = a^H x (I + g x)^-1 a +
// q
//            is doubled ([1], section 2 and algorithm 3.1): sci/linalg/_riccati.py has the formulas. A Newton step is a
//            Lyapunov or Stein equation (linalg/products.h), which converges only for a stable closed loop.
// Sources    [1] Chu, Fan, Lin: Linear Algebra and its Applications 396 (2005) 55-80.
#pragma once
#include "linalg/products.h"

namespace sci {
namespace detail {

template <class V>
SCI_HD void adjoint_to(const V* x, V* y, int64_t n) {
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) y[i * n + j] = conj(x[j * n + i]);
}
/// x becomes factor (x + x^H) / 2.
template <class V>
SCI_HD void make_hermitian(V* x, real_of<V> factor, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R half = factor * R(T(0.5));
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j <= i; ++j) {
      const V mean = (x[i * n + j] + conj(x[j * n + i])) * half;
      x[i * n + j] = mean;
      x[j * n + i] = conj(mean);
    }
}
template <class V>
SCI_HD void add_to_diagonal(V* x, real_of<V> c, int64_t n) {
  for (int64_t i = 0; i < n; ++i) x[i * (n + 1)] += V(c);
}

/// The discrete equation of a continuous one: (a, g, h) from (a0, g0, q0); `work` has room for 4 n^2 + n numbers and n
/// real ones.
template <class V>
SCI_HD void riccati_cayley(const V* a0, const V* g0, const V* q0, V* a, V* g, V* h, V* work, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t size = n * n;
  V *back = work, *w = back + size, *y = w + size, *z = y + size, *column = z + size;
  R* pivots = reinterpret_cast<R*>(column + n);
  const R length = sqrt(square_norm(a0, n)) + sqrt(sqrt(square_norm(g0, n) * square_norm(q0, n)));
  const R gamma = length * R(T(1.1)) + R(limits<T>::min), twice = gamma + gamma;
  for (int64_t k = 0; k < size; ++k) back[k] = a0[k];
  add_to_diagonal(back, -gamma, n);
  adjoint_to(back, w, n);
  invert(back, column, pivots, n);
  multiply(q0, back, y, n);
  multiply<false, true>(y, g0, w, n);
  invert(w, column, pivots, n);
  multiply(back, g0, y, n);
  multiply(y, w, g, n);
  make_hermitian(g, twice, n);
  multiply(w, q0, y, n);
  multiply(y, back, h, n);
  make_hermitian(h, twice, n);
  adjoint_to(w, a, n);
  for (int64_t k = 0; k < size; ++k) a[k] = a[k] * twice;
  add_to_diagonal(a, R(T(1)), n);
}

/// h becomes the solution of the discrete equation; `a` and `g` are changed. `work` as above.
template <class V>
SCI_HD void riccati_doubling(V* a, V* g, V* h, V* work, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t size = n * n;
  V *w = work, *left = w + size, *y = left + size, *z = y + size, *column = z + size;
  R* pivots = reinterpret_cast<R*>(column + n);
  const R bound = R(T(16) * limits<T>::epsilon * limits<T>::epsilon);
  R active = R(T(1));
  for (int step = 0; step < newton_steps && some(active > R(T(0))); ++step) {
    multiply(g, h, w, n);
    add_to_diagonal(w, R(T(1)), n);
    invert(w, column, pivots, n);
    multiply(w, a, left, n);
    multiply(w, g, y, n);
    multiply(a, y, z, n);
    multiply<true, true>(z, a, g, n);  // g + a w^-1 g a^H
    make_hermitian(g, R(T(1)), n);
    multiply(h, left, y, n);
    adjoint_to(a, z, n);
    multiply(z, y, w, n);  // a^H h w^-1 a
    make_hermitian(w, R(T(1)), n);
    for (int64_t k = 0; k < size; ++k) h[k] += w[k];
    const R change = square_norm(w, n), length = square_norm(h, n);
    active = choose(change > bound * length, active, R(T(0)));  // NaN is not
    multiply(a, left, z, n);
    for (int64_t k = 0; k < size; ++k) a[k] = z[k];
  }
}

}  // namespace detail

/// x of the equation with Hermitian g and q; `work` has room for 10 n^2 + n numbers and n real ones. Returns 1 where
/// it is near enough for Newton's method and stabilising.
template <class V>
SCI_HD real_of<V> riccati_by_doubling(const V* a, const V* g, const V* q, V* x, V* work, int64_t n, bool continuous) {
  using namespace detail;
  using R = real_of<V>;
  using T = single_of<V>;
  const int64_t size = n * n;
  V *loop = work, *right = loop + size, *h = right + size, *rest = h + size;
  if (continuous) {
    riccati_cayley(a, g, q, loop, right, h, rest, n);
  } else {
    for (int64_t k = 0; k < size; ++k) {
      loop[k] = a[k];
      right[k] = g[k];
      h[k] = q[k];
    }
  }
  riccati_doubling(loop, right, h, rest, n);
  // The Newton step.
  R good;
  V *y = rest, *z = y + size, *inner = z + size;
  if (continuous) {
    multiply(h, g, y, n);
    multiply(y, h, right, n);  // h g h
    for (int64_t k = 0; k < size; ++k) right[k] = -q[k] - right[k];
    adjoint_to(a, loop, n);
    R trace = R(T(0));
    for (int64_t k = 0; k < size; ++k) loop[k] -= y[k];  // (a - g h)^H
    for (int64_t i = 0; i < n; ++i) trace += real(loop[i * (n + 1)]);
    adjoint_to(loop, rest, n);
    good = sylvester_by_products(loop, rest, right, x, rest + size, n, 2);
    good = choose(trace < R(T(0)), good, R(T(0)));
  } else {
    R* pivots = reinterpret_cast<R*>(inner + size + n);
    multiply(g, h, y, n);
    add_to_diagonal(y, R(T(1)), n);
    invert(y, inner + size, pivots, n);
    multiply(y, a, z, n);  // the closed loop f
    adjoint_to(z, loop, n);
    multiply(h, z, y, n);
    multiply(g, y, z, n);
    adjoint_to(y, inner, n);
    multiply(inner, z, right, n);  // (h f)^H g h f
    for (int64_t k = 0; k < size; ++k) right[k] += q[k];
    good = stein_by_products(loop, right, x, rest, n);
  }
  make_hermitian(x, R(T(1)), n);
  return good * within(square_distance(x, h, n), R(T(1e-6)) * square_norm(x, n));
}

}  // namespace sci
