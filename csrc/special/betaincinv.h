// The inverses in x of the regularized incomplete beta functions: x with I_x(a, b) = p or 1 - I_x(a, b) = p.
//
// Newton's and Halley's steps for the logarithm of the smaller one of the two values in the logit t = log(x / y), y = 1
// - x, kept in a bracket: log I is monotone and concave in t, with slope D / I, D = x^a y^b / B(a, b) (the reversed
// hazard rate of the logistic-beta distribution decreases). x and y are both updated, so that either may be tiny.
// Starting values: the leading term x^a / (a B) (DLMF 8.17.7) where it gives a small x, else a normal quantile for t
// (mean log(a / b), variance 1/a + 1/b).
#pragma once
#include "special/betainc.h"
#include "special/detail/narrowed.h"
#include "special/gammaincinv.h"

namespace sci {
namespace detail {

/// Has float too few digits or too small a range, the former for x beside large shapes?
SCI_HD bool betaincinv_wide(float a, float b, float p, float q) { return near_end_of_float(p, q) || max(a, b) > 1e10f; }

/// x (value[0]) and y = 1 - x with I = p and 1 - I = q, p + q = 1, both positive; a, b > 0. `start` is a known
/// approximation of the logit, or NaN.
template <class T>
SCI_HD_LARGE many<T, 2> betaincinv_solve(T a, T b, T p, T q, T start = limits<T>::nan) {
  constexpr bool single = is_same<T, float>;
  if constexpr (single) {
    if (betaincinv_wide(a, b, p, q)) {
      return narrowed<T>(betaincinv_solve(double(a), double(b), double(p), double(q), double(start)));
    }
  }
  const bool lower = p <= q;
  const T big = single ? T(85) : T(700);
  T log_beta = betaln(a, b), z = rough_normal_quantile(p, q);
  // Logarithms of x and of y by the leading terms at both ends.
  T left = (log(p) + log(a) + log_beta) / a, right = (log(q) + log(b) + log_beta) / b;
  T t = log(a / b) + z * sqrt(1 / a + 1 / b) + (1 / b - 1 / a) / 2;
  if (lower ? left < T(-1.5) - log(1 + max(b, T(0)) / (a + 1)) : false) t = left;
  if (!lower && right < T(-1.5) - log(1 + max(a, T(0)) / (b + 1))) t = -right;
  if (t < -big && lower && left < -big) return {{exp(left), T(1)}};
  if (t > big && !lower && right < -big) return {{T(1), exp(right)}};
  if (!isnan(start)) t = start;
  T low = -limits<T>::infinity, high = limits<T>::infinity;
  t = max(-big, min(big, t));
  T x = t < T(0) ? exp(t) / (1 + exp(t)) : 1 / (1 + exp(-t)), y = t < T(0) ? 1 / (1 + exp(t)) : exp(-t) / (1 + exp(-t));
  SCI_NO_UNROLL
  for (int i = 0; i < 60; ++i) {
    T l = a * y - b * x, factor = limits<T>::nan;
    many<T, 2> f = betainc_parts(a, b, x, y, l, &factor);
    if (isnan(factor)) factor = betainc_factor(a, b, x, y, l);
    T value = lower ? f[0] : f[1], want = lower ? p : q, slope = (lower ? factor : -factor) / value;
    T ratio = (value - want) / want, gap = abs(ratio) < T(0.5) ? log1p(ratio) : log(value) - log(want);
    ((value > want) == lower ? high : low) = t;
    T step = -gap / slope, bend = l - slope, c = T(1) + step * bend / 2;
    if (c > T(0.5) && c < T(2)) step = step / c;
    T next = t + step;
    if (!(next >= low && next <= high)) {
      // Halve the bracket, or go on where it is open.
      next = isinf(low) ? t - 2 - abs(t) : isinf(high) ? t + 2 + abs(t) : (low + high) / 2;
      step = next - t;
    }
    next = max(-big, min(big, next));
    t = next;
    // d log x = y dt, d log y = -x dt: small steps keep their digits this way.
    if (abs(step) < T(0.1)) {
      T grow = expm1(step), scale = 1 / (1 + x * grow);
      y = y * scale;
      x = x * (1 + grow) * scale;
    } else {
      x = t < T(0) ? exp(t) / (1 + exp(t)) : 1 / (1 + exp(-t));
      y = t < T(0) ? 1 / (1 + exp(t)) : exp(-t) / (1 + exp(-t));
    }
    if (abs(step) < T(single ? 1e-3 : 1e-6) && abs(step * bend) < T(single ? 1e-2 : 1e-4)) break;
    if (gap == T(0) || low >= high) break;
  }
  return {{x, y}};
}

/// x by the leading term of I = p for tiny x (DLMF 8.17.7), q = 1 - p.
template <class T>
SCI_HD T betaincinv_leading(T a, T b, T p, T q) {
  const T scale = a < T(1) ? gammaln1p(a) - gammaln_step(b, a) : log(a) + betaln(a, b);
  return exp(((p < q ? log(p) : log1p(-q)) + scale) / a);
}

/// x and 1 - x also near and beyond the ends of the range of t, where `betaincinv_solve` stops.
template <class T>
SCI_HD many<T, 2> betaincinv_ends(T a, T b, T p, T q) {
  if constexpr (is_same<T, float>) {
    if (betaincinv_wide(a, b, p, q)) {
      return narrowed<T>(betaincinv_ends(double(a), double(b), double(p), double(q)));
    }
  }
  constexpr T tiny = limits<T>::min * 16384;
  many<T, 2> w = betaincinv_solve(a, b, p, q);
  if (w[0] < tiny) w[0] = betaincinv_leading(a, b, p, q);
  if (w[1] < tiny) w[1] = betaincinv_leading(b, a, q, p);
  return w;
}

/// The edges, as SciPy has them.
template <class T>
SCI_HD T betaincinv_edges(T a, T b, T p, T q) {
  if (!(a > T(0)) || !(b > T(0)) || !(p >= T(0)) || !(q >= T(0)) || (isinf(a) && isinf(b))) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (q == T(0)) return T(1);
  if (isinf(a)) return T(1);
  if (isinf(b)) return T(0);
  // Powers: I_x(a, 1) = x^a and I_x(1, b) = 1 - (1-x)^b.
  if (b == T(1)) return a == T(1) ? p : p <= q ? pow(p, 1 / a) : exp(log1p(-q) / a);
  if (a == T(1)) return -expm1((p <= q ? log1p(-p) : log(q)) / b);
  return betaincinv_ends(a, b, p, q)[0];
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betaincinv(T a, T b, T p) {
  return detail::betaincinv_edges(a, b, p, 1 - p);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainccinv(T a, T b, T p) {
  return detail::betaincinv_edges(a, b, 1 - p, p);
}

namespace detail {

/// grad times the derivatives of the inverse x in a, b and the value of I (1 - I: sign = -1). Beyond 1/2 those of
/// `rest`, 1 - x with its digits, of the mirror image. None in a and b at the ends.
template <class T>
SCI_HD many<T, 3> betaincinv_gradient(T grad, T a, T b, T x, T rest, T sign) {
  const bool beyond = x > T(0.5);
  if (beyond) {
    swap(a, b);
    x = rest;
  }
  if (!(x > T(0) && x < T(1))) return {{T(0), T(0), grad * sign / beta_density(a, b, x)}};
  many<T, 3> d = betainc_gradient(T(1), a, b, x);
  T scale = (beyond ? grad : -grad) / d[2], by_a = scale * d[0], by_b = scale * d[1];
  if (beyond) swap(by_a, by_b);
  return {{by_a, by_b, grad * sign / d[2]}};
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> betaincinv_pullback(T grad, T a, T b, T p, T x) {
  return detail::betaincinv_gradient(grad, a, b, x, x > T(0.5) ? betainccinv(b, a, p) : x, T(1));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> betainccinv_pullback(T grad, T a, T b, T p, T x) {
  return detail::betaincinv_gradient(grad, a, b, x, x > T(0.5) ? betaincinv(b, a, p) : x, T(-1));
}

}  // namespace sci
