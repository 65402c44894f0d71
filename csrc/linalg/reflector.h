// Householder reflections I - tau v v^H of vectors in memory. V is a number, or a number per lane (core/pack.h).
//
// Vectors are scaled by their largest entry, so that squares stay in range. Source: Golub, Van Loan: Matrix
// Computations, 4th ed. (2013), 5.1.3, with LAPACK's conventions: v[0] = 1, and the adjoint is applied to a column.
#pragma once
#include "core/pack.h"
#include "core/team.h"

namespace sci {
namespace detail {

/// out[q] -= sum_k m[q, k] v[k] for `items` numbers, shared out by lane; v is conjugated where asked. Four sums at a
/// time, of even and odd terms: half the way for rounding errors and for the processor.
template <bool conjugate, class V>
SCI_HD void subtract_product(V* out, int64_t out_step, const V* m, int64_t m_item, int64_t m_step, const V* v,
                             int64_t v_step, int64_t items, int64_t length, Team team = {0, 1}) {
  int64_t q = team.lane;
  for (; q + 3 * team.size < items; q += 4 * team.size) {
    const int64_t item = team.size * m_item, step = team.size * out_step;
    const V *m0 = m + q * m_item, *m1 = m0 + item, *m2 = m1 + item, *m3 = m2 + item;
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
    x[step] -= s1 + t1;
    x[2 * step] -= s2 + t2;
    x[3 * step] -= s3 + t3;
  }
  for (; q < items; q += team.size) {
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

/// Turns the n numbers x, `step` apart, into v, and gives tau and the real number that the reflection leaves of them.
template <class V>
SCI_HD V make_reflection(V* x, int64_t step, int64_t n, V* tau, Team team = {0, 1}) {
  using R = real_of<V>;
  using T = single_of<V>;
  const V alpha = team.broadcast(team.lane == 0 ? x[0] : V(R(0)), 0);
  const int64_t first = team.lane == 0 ? team.size : team.lane;  // of a lane, below x[0]
  R large = abs1(alpha), below = R(0), square = R(0);
  for (int64_t i = first; i < n; i += team.size) below = choose(abs1(x[i * step]) < below, below, abs1(x[i * step]));
  below = team.greatest(below);
  large = choose(large < below, below, large);
  R unit = choose(large > R(0), large, R(1));
  R shrink = R(1) / choose(unit < R(limits<T>::min), R(limits<T>::min), unit);
  for (int64_t i = team.lane; i < n; i += team.size) square += norm(shrink * x[i * step]);
  square = team.sum(square);
  // Without anything to take away the reflection is the identity, unless alpha has to become real.
  R aside = below;
  if constexpr (is_complex<V>) aside += abs(alpha.im);
  auto plain = aside == R(0);
  V lead = shrink * alpha;
  R beta = sqrt(square);
  beta = choose(plain, R(1), choose(real(alpha) < R(0), beta, -beta));
  *tau = choose(plain, V(R(0)), V(R(1)) - detail::Quotient<V>(V(beta))(lead));
  detail::Quotient<V> by(choose(plain, V(R(1)), lead - V(beta)));
  for (int64_t i = first; i < n; i += team.size) x[i * step] = by(shrink * x[i * step]);
  if (team.lane == 0) x[0] = V(R(1));
  return choose(plain, alpha, V(beta / shrink));
}

/// Applies I - tau v v^H, whose v has `length` entries `v_step` apart, to `count` lines of them, `line` numbers apart
/// and with steps of `step`: columns from the left, or rows from the right. `work` has room for a number of each. A
/// line is a lane's own, and so is its number in `work`.
template <bool rows, class V>
SCI_HD void reflect(const V* v, int64_t v_step, V tau, V* x, int64_t line, int64_t step, V* work, int64_t length,
                    int64_t count, Team team = {0, 1}) {
  for (int64_t j = team.lane; j < count; j += team.size) work[j] = V(real_of<V>(0));
  detail::subtract_product<!rows>(work, 1, x, line, step, v, v_step, count, length, team);
  for (int64_t j = team.lane; j < count; j += team.size) {
    const V f = tau * work[j];
    for (int64_t i = 0; i < length; ++i) x[j * line + i * step] += f * (rows ? conj(v[i * v_step]) : v[i * v_step]);
  }
}

}  // namespace sci
