// Recurrences of the classical orthogonal polynomials, for numbers and dual numbers R in the parameters and an argument
// Z, R or complex<R>.
//
// With g_k = P_k(e) / P_{k-1}(e) at the end e of the interval (1, for Laguerre 0) and D_k = P_k - g_k P_{k-1} the
// recurrence of three terms (DLMF 18.9.1) becomes one of two: D_{k+1} from (x - e) P_k and D_k, P_{k+1} = g_{k+1} P_k +
// D_{k+1}. It keeps the digits of x - e, has sums of positive terms outside, and no norm that could overflow. The left
// half-plane comes by reflection; about 0 the three terms keep the digits of x itself.
#pragma once
#include "core/complex.h"
#include "core/dual.h"

namespace sci {
namespace detail {

/// Degrees beyond give NaN: a bound of the steps.
constexpr int64_t orthogonal_most = 1000000;

template <class R>
SCI_HD bool orthogonal_left(R x) {
  return primal(real(x)) < 0;
}
/// Can the recurrence go on? Where it cannot (overflow) all that follows is infinite too.
template <class Z>
SCI_HD bool orthogonal_finite(Z p) {
  return primal(abs1(p)) <= limits<scalar_of<Z>>::max;
}
/// Is |x| < 1/2, where three terms are taken?
template <class Z>
SCI_HD bool orthogonal_middle(Z x) {
  return primal(abs1(x)) < scalar_of<Z>(0.5);
}

/// An argument reflected to the right half-plane: x, x - 1, whether it was on the left, and whether x - 1 is exact,
/// else x is.
template <class Z>
struct orthogonal_argument {
  Z x, rest;
  bool left, exact;
};
template <class Z>
SCI_HD orthogonal_argument<Z> orthogonal_at(Z x) {
  using T = scalar_of<Z>;
  const bool left = orthogonal_left(x);
  if (left) x = -x;
  return {x, x - Z(T(1)), left, false};
}
/// The same of 2 x - 1, whose distance from the nearer end is exact.
template <class Z>
SCI_HD orthogonal_argument<Z> orthogonal_shifted(Z x) {
  using T = scalar_of<Z>;
  const bool left = primal(real(x)) < T(0.5);
  const Z rest = (left ? -x : x - Z(T(1))) * T(2);
  return {rest + Z(T(1)), rest, left, true};
}

/// x where the mask is set, else y: of numbers by a bool, of packs by lanes.
template <class M, class Z>
SCI_HD Z orthogonal_choose(M mask, Z x, Z y) {
  if constexpr (is_same<M, bool>) {
    return mask ? x : y;
  } else {
    return choose(mask, x, y);
  }
}

// Each family starts from degree 1 and steps from degree k to k + 1 in one of two forms: where `close`, q = x - e and
// f = D_k, else q = x and f = -P_{k-1}. Numbers and packs of them alike; k is whole or real. Of
// two products in a sum the late one is named, so that all compilers' fused steps are the same for numbers and packs.

/// P_n of Legendre.
struct legendre_family {
  template <class M, class Z>
  SCI_HD void start(M close, Z x, Z rest, Z& q, Z& p, Z& f) const {
    q = orthogonal_choose(close, rest, x);
    p = x;
    f = orthogonal_choose(close, rest, Z(scalar_of<Z>(-1)));
  }
  template <class K, class M, class Z>
  SCI_HD void step(K k, M close, Z q, Z& p, Z& f) const {
    const K inverse = K(1) / (k + K(1));  // k / (k + 1) and (2 k + 1) / (k + 1) with one rounding each
    const Z late = f * (K(1) - inverse), t = p * (q * (K(2) - inverse)) + late;
    const Z next = orthogonal_choose(close, p + t, t);
    f = orthogonal_choose(close, t, -p);
    p = next;
  }
};

/// C_n^(lambda) of Gegenbauer.
template <class R>
struct gegenbauer_family {
  R twice;  // 2 lambda
  template <class M, class Z>
  SCI_HD void start(M close, Z x, Z rest, Z& q, Z& p, Z& f) const {
    q = orthogonal_choose(close, rest, x);
    p = x * twice;
    f = orthogonal_choose(close, rest * twice, Z(scalar_of<Z>(-1)));
  }
  template <class K, class M, class Z>
  SCI_HD void step(K k, M close, Z q, Z& p, Z& f) const {
    const K inverse = K(1) / (k + K(1));
    const Z before = orthogonal_choose(close, f * R(k * inverse), f * ((R(k - K(1)) + twice) * R(inverse)));
    const Z t = p * (q * ((R(K(2) * k) + twice) * R(inverse))) + before;
    const Z next = orthogonal_choose(close, p * ((R(k) + twice) * R(inverse)) + t, t);
    f = orthogonal_choose(close, t, -p);
    p = next;
  }
};

/// P_n^(alpha, beta) of Jacobi; in packs the parameters change places lane by lane, and their sum S is a number.
template <class R, class S>
struct jacobi_family {
  R alpha, beta;
  S sum;
  template <class M, class Z>
  SCI_HD void start(M close, Z x, Z rest, Z& q, Z& p, Z& f) const {
    using T = scalar_of<Z>;
    const Z d = rest * ((sum + S(T(2))) * S(T(0.5)));
    q = orthogonal_choose(close, rest, x);
    p = orthogonal_choose(close, d + Z(alpha + R(T(1))), (x * (sum + S(T(2))) + Z(alpha - beta)) * S(T(0.5)));
    f = orthogonal_choose(close, d, Z(T(-1)));
  }
  template <class K, class M, class Z>
  SCI_HD void step(K k, M close, Z q, Z& p, Z& f) const {
    using T = scalar_of<Z>;
    const S t = S(k) + S(k) + sum, up = t + S(T(2)), odd = (t + S(T(1))) * S(T(0.5));
    const S inverse = S(T(1)) / ((S(k) + S(T(1))) * (S(k) + sum + S(T(1))) * t), scale = up * inverse;
    const R other = R(k) + beta;
    const Z middle = (q * (up * t) + Z((alpha - beta) * R(sum))) * (odd * inverse);
    const Z late = f * orthogonal_choose(close, other * R(k), other * (R(k) + alpha) * R(scale));
    const Z both = p * orthogonal_choose(close, q * (odd * t), middle) + late;
    const Z now = orthogonal_choose(close, both * scale, both);
    // Not from `inverse`: its derivative would not cancel.
    const Z next = orthogonal_choose(close, p + p * (alpha * R(K(1) / (k + K(1)))) + now, now);
    f = orthogonal_choose(close, now, -p);
    p = next;
  }
};

/// L_n^(alpha) of Laguerre, close for every x.
template <class R>
struct laguerre_family {
  R alpha;
  template <class M, class Z>
  SCI_HD void start(M, Z x, Z, Z& q, Z& p, Z& f) const {
    q = x;
    f = -x;
    p = f + Z(alpha + R(scalar_of<Z>(1)));
  }
  template <class K, class M, class Z>
  SCI_HD void step(K k, M, Z q, Z& p, Z& f) const {
    const K inverse = K(1) / (k + K(1));
    const Z late = f * R(k * inverse);
    f = late - q * (p * R(inverse));
    p = p + p * (alpha * R(inverse)) + f;
  }
};

/// P_n of a family, n > 0. `reached` is the degree at which a number was infinite, or n.
template <class Family, class Z>
SCI_HD Z orthogonal_run(int64_t n, const Family& family, bool close, Z x, Z rest, int64_t& reached) {
  using T = scalar_of<Z>;
  Z q, p, f;
  family.start(close, x, rest, q, p, f);
  T k = T(1);
  SCI_NO_UNROLL
  for (reached = 1; reached < n && orthogonal_finite(p); ++reached, k += T(1)) family.step(k, close, q, p, f);
  return p;
}
template <class Family, class Z>
SCI_HD Z orthogonal_run(int64_t n, const Family& family, bool close, Z x, Z rest) {
  int64_t reached;
  return orthogonal_run(n, family, close, x, rest, reached);
}

/// P_n of Legendre.
template <class Z>
SCI_HD_LARGE Z legendre_steps(int64_t n, const orthogonal_argument<Z>& at) {
  using T = scalar_of<Z>;
  if (n < 0) n = -n - 1;
  if (n == 0) return Z(T(1));
  const Z p = orthogonal_run(n, legendre_family{}, !orthogonal_middle(at.x), at.x, at.rest);
  return at.left && n % 2 != 0 ? -p : p;
}

/// P^(alpha, beta) of Jacobi at x = 1 + rest from degrees `degree` - 1 (before) and `degree` (p), real ones, by steps
/// forward.
template <class R, class Z>
SCI_HD_LARGE Z jacobi_three_terms(int64_t steps, R degree, R alpha, R beta, Z before, Z p, Z x, Z rest) {
  using T = scalar_of<Z>;
  const jacobi_family<R, R> family{alpha, beta, alpha + beta};
  const bool close = !orthogonal_left(x) && !orthogonal_middle(x);
  const Z q = close ? rest : x;
  Z f = close ? p - before * ((degree + alpha) / degree) : -before;
  R k = degree;
  SCI_NO_UNROLL
  for (int64_t i = 0; i < steps && orthogonal_finite(p); ++i, k = k + R(T(1))) family.step(k, close, q, p, f);
  return p;
}

/// How many degrees above the base a degree lies where recurrences start: 0 for small ones, and for those that no
/// int64_t holds.
SCI_HD int64_t orthogonal_steps_above(double v, double base) {
  return v > base + 2 && v - base < 0x1p63 ? int64_t(floor(v - base)) : 0;
}

/// How many steps in beta lead from below 1 to it, where the left half of [-1, 1] is reached by them; else 0.
SCI_HD int64_t jacobi_raises(double degree, double alpha, double beta) {
  const bool some = orthogonal_steps_above(degree, 1) > 0 && beta >= 2 && beta <= double(orthogonal_most);
  return some && degree + alpha > 0 ? int64_t(floor(beta)) : 0;
}
/// Is x where they serve: left of 0 and about the interval?
template <class Z>
SCI_HD bool jacobi_in_waves(Z x) {
  return orthogonal_left(x) && primal(abs1(x + Z(1.0))) < 1;
}
/// P_v^(alpha, beta) from beta - 1 (before) and beta (p), by steps of 1 in beta at one degree: DLMF 15.5.11 in the
/// second parameter.
template <class R, class Z>
SCI_HD Z jacobi_raised(int64_t steps, R v, R alpha, R beta, Z before, Z p, Z x) {
  const Z w = (x + Z(1.0)) * R(0.5);
  SCI_NO_UNROLL
  for (int64_t i = 0; i < steps; ++i, beta = beta + R(1.0)) {
    const R up = v + alpha + beta + R(1.0);
    const Z next = (p * (w * (v + up) + Z(beta)) - before * (v + beta)) / (w * up);
    before = p;
    p = next;
  }
  return p;
}

/// The degree is out of the range of the steps, or an argument unknown.
template <class Z>
SCI_HD bool orthogonal_refused(int64_t n, Z x) {
  return isnan(x) || n > orthogonal_most || n < -orthogonal_most;
}

/// The limit at infinity of a polynomial of degree n > 0 with positive leading coefficient.
template <class T>
SCI_HD T orthogonal_limit(int64_t n, T x) {
  return x < T(0) && n % 2 != 0 ? -limits<T>::infinity : limits<T>::infinity;
}
template <class T>
SCI_HD complex<T> orthogonal_limit(int64_t, complex<T>) {
  return {limits<T>::nan, limits<T>::nan};
}

}  // namespace detail
}  // namespace sci
