// Eigenvectors of symmetric tridiagonal matrices from their eigenvalues in O(n^2) but for neighbours: V is a number per
// lane (core/pack.h), and every lane has an eigenvalue of the same matrix, the largest entry of which is about 1.
//
// Method     T - w is factored from above and from below. Where the two meet with the least remainder gamma_r, the
//            vector with (T - w) z = gamma_r e_r is read off ([1], section 3: twisted factorizations). The Rayleigh
//            quotient w + gamma_r / |z|^2 replaces w, and z follows to the first order; what is left of the residual
//            is rounding error if the change is below sqrt(eps), else the step is repeated. Lanes in which a pivot is
//            zero go on beside that w.
// Sources    [1] Dhillon, Parlett: Orthogonal eigenvectors and relative gaps, SIAM J. Matrix Anal. Appl. 25 (2003)
//            858-899.
#pragma once
#include "core/pack.h"

namespace sci {
namespace twisted {

/// The multipliers of both factorizations: from above those of row k on row k + 1, from below those of row k + 1 on row
/// k.
template <class V, class T>
SCI_HD void factor(const T* d, const T* e, V w, V* above, V* below, int64_t n) {
  V s = V(d[0]) - w, p = V(d[n - 1]) - w;
  for (int64_t k = 0, j = n - 2; j >= 0; ++k, --j) {
    above[k] = V(e[k]) / s;
    below[j] = V(e[j]) / p;
    s = (V(d[k + 1]) - w) - V(e[k]) * above[k];
    p = (V(d[j]) - w) - V(e[j]) * below[j];
  }
}

template <class V>
struct Remainder {
  V gamma, place;
};
template <class V, class T>
SCI_HD Remainder<V> least_remainder(const T* d, const T* e, V w, const V* above, const V* below, int64_t n) {
  V least = V(limits<T>::max), from_above = V(T(0));
  Remainder<V> found{from_above, from_above};
  for (int64_t k = 0; k < n; ++k) {
    V gamma = (V(d[k]) - w) - from_above;
    if (k + 1 < n) {
      gamma -= V(e[k]) * below[k];
      from_above = V(e[k]) * above[k];
    }
    const V size = gamma * gamma;
    auto less = size < least;
    least = choose(less, size, least);
    found = {choose(less, gamma, found.gamma), choose(less, V(T(k)), found.place)};
  }
  return found;
}

/// z, with 1 at `place`; returns |z|^2.
template <class V>
SCI_HD V vector_of(V place, const V* above, const V* below, V* z, int64_t n) {
  using T = single_of<V>;
  const V none = V(T(0)), one = V(T(1));
  V down = choose(place == none, one, none);
  z[0] = down;
  for (int64_t k = 1; k < n; ++k) z[k] = down = choose(place == V(T(k)), one, -below[k - 1] * down);
  V up = choose(place == V(T(n - 1)), one, none), square = down * down;
  for (int64_t k = n - 2; k >= 0; --k) {
    const V next = -above[k] * up;
    z[k] += next;
    square += z[k] * z[k];
    up = choose(place == V(T(k)), one, next);
  }
  return square;
}

/// z += shift c, where (T - w) c = z but in row `place`, and c = 0 there: with the shift of the Rayleigh quotient that
/// is a step of inverse iteration, up to the square of the change, of which the square of the size is returned.
/// `pivots` and `quotients` have room for n numbers.
template <class V, class T>
SCI_HD V follow_shift(const T* d, const T* e, V w, V place, V shift, const V* above, const V* below, V* z, V& square,
                      V* pivots, V* quotients, int64_t n) {
  const V none = V(T(0));
  V s = V(d[0]) - w, t = z[0];
  for (int64_t k = 0;; ++k) {
    pivots[k] = s;
    quotients[k] = t;
    if (k == n - 1) break;
    s = (V(d[k + 1]) - w) - V(e[k]) * above[k];
    t = z[k + 1] - above[k] * t;
  }
  V p = V(d[n - 1]) - w, u = z[n - 1], c = none, sum = none, product = none;
  for (int64_t k = n - 1;; --k) {
    auto before = V(T(k)) < place;
    const V q = choose(before, quotients[k], u) / choose(before, pivots[k], p);
    quotients[k] = q;
    c = choose(before, q - (k + 1 < n ? above[k] * c : none), none);
    sum += c * c;
    product += c * z[k];
    z[k] += shift * c;
    if (k == 0) break;
    p = (V(d[k - 1]) - w) - V(e[k - 1]) * below[k - 1];
    u = z[k - 1] - below[k - 1] * u;
  }
  c = none;
  for (int64_t k = 1; k < n; ++k) {
    c = choose(V(T(k)) > place, quotients[k] - below[k - 1] * c, none);
    sum += c * c;
    product += c * z[k];
    z[k] += shift * c;
  }
  const V change = shift * shift * sum;
  square += V(T(2)) * shift * product + change;
  return change;
}

/// w becomes eigenvalues and z vectors, of which the squares are returned; `work` has room for 4 n numbers. `failed` is
/// set where w does not come to rest.
template <class V, class T>
SCI_HD V refine(const T* d, const T* e, V& w, V* z, V* work, int64_t n, bool& failed) {
  V square = V(T(1)), *above = work, *below = work + n;
  for (int step = 0; step < 4; ++step) {
    factor(d, e, w, above, below, n);
    const Remainder<V> r = least_remainder(d, e, w, above, below, n);
    square = vector_of(r.place, above, below, z, n);
    auto usable = square < V(limits<T>::max);  // no NaN from zero pivots
    const V shift = choose(usable, r.gamma / square, V(limits<T>::epsilon));
    const V change = follow_shift(d, e, w, r.place, shift, above, below, z, square, work + 2 * n, work + 3 * n, n);
    auto rest = change < V(limits<T>::epsilon / T(4)) * square;
    const V next = w + shift;
    if (!some(opposite(rest))) {
      w = next;
      return square;
    }
    w = choose(rest, w, next);  // lanes at rest have the same vector once more
  }
  failed = true;
  return square;
}

}  // namespace twisted
}  // namespace sci
