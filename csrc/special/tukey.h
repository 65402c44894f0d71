// The distribution function of Tukey's lambda distribution, which is defined by its quantiles,
//
//   Q(p) = (p^s - (1-p)^s) / s,    s = 0: log(p / (1-p)).
//
// With p = 1/(1 + e^-t), t >= 0 by symmetry, h = |s| t and L = log(1 + e^-t) it is
//
//   Q = t E(h) e^(-s L) for s >= 0,    t E(h) e^(|s| (t + L)) for s < 0,    E(h) = (1 - e^-h) / h,
//
// where nothing cancels for small s; Q is solved for t by detail/monotone_root.h, and the tail is e^-t / (1 + e^-t).
// Directional derivatives in (x, s): Newton's step on dual numbers, one per order, from the root on hardware numbers.
#pragma once
#include "core/dual.h"
#include "special/detail/monotone_root.h"

namespace sci {
namespace detail {

/// (1 - e^-h) / h, h >= 0.
template <class T>
SCI_HD T tukey_ratio(T h) {
  using S = scalar_of<T>;
  if (primal(h) > S(1)) return -expm1(-h) / h;
  T sum = T(S(1));
  for (int n = is_same<S, float> ? 11 : 20; n >= 1; --n) sum = T(S(1)) - h * sum * T(S(1) / S(n + 1));
  return sum;
}

template <class T>
SCI_HD T tukey_quantile(T t, T s) {
  T scale = log1p(exp(-t));
  if (primal(s) < scalar_of<T>(0)) return t * tukey_ratio(T(-s * t)) * exp(-s * (t + scale));
  return t * tukey_ratio(T(s * t)) * exp(-s * scale);
}

/// t with Q = x > 0, infinite at the end of the support (s > 0).
template <class T>
SCI_HD_LARGE T tukey_logit(T x, T s) {
  if (s > T(0) && s * x >= T(1)) return limits<T>::infinity;
  T h = s * x, start = abs(h) < T(1e-8) ? x : -log1p(-h) / s;
  return monotone_root([=](T t) { return tail_gap(tukey_quantile(t, s), x); }, start);
}

/// The distribution function by the logit of |x|.
template <class T>
SCI_HD T tukey_side(T t, bool left) {
  T e = exp(-t), one = T(scalar_of<T>(1));
  return left ? e / (one + e) : one / (one + e);
}

/// The same with derivatives: x and s dual numbers, x not 0 inside the support.
template <class T>
SCI_HD T tukey_dual(T x, T s) {
  using S = scalar_of<T>;
  const bool left = primal(x) < S(0);
  if (left) x = -x;
  S t0 = tukey_logit(primal(x), primal(s));
  if (isinf(t0) || !(t0 > S(0))) return T(S(0));
  // dQ/dt = q p^s + p q^s; one Newton step per order of derivative.
  T t = T(t0);
  for (int i = 0; i < 2; ++i) {
    T e = exp(-t), one = T(S(1)), p = one / (one + e), q = e * p, scale = log1p(e);
    T slope = q * exp(-s * scale) + p * exp(-s * (t + scale));
    T rest = tukey_quantile(t, s) - x;
    t = t - (rest - T(primal(rest))) / slope;
  }
  return tukey_side(t, left);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tklmbda(T x, T lmbda) {
  if (isnan(x) || isnan(lmbda)) return limits<T>::nan;
  const bool left = x < T(0);
  T y = abs(x);
  if (y == T(0)) return T(0.5);
  if (isinf(y) || lmbda == limits<T>::infinity) return left ? T(0) : T(1);
  if (isinf(lmbda)) return T(0.5);
  return detail::tukey_side(detail::tukey_logit(y, lmbda), left);
}

/// The derivative along (u, v) in (x, lmbda).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tklmbda_slope(T x, T lmbda, T u, T v) {
  if (isnan(x) || isnan(lmbda) || isnan(u) || isnan(v)) return limits<T>::nan;
  if (isinf(x) || isinf(lmbda)) return T(0);
  if (x == T(0)) return u == T(0) ? u : u * exp2(lmbda - 2);
  return detail::tukey_dual(dual<T>{x, u}, dual<T>{lmbda, v}).d;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> tklmbda_pullback(T grad, T x, T lmbda, T) {
  if (!isfinite(x) || !isfinite(lmbda) || x == T(0))
    return {{grad * tklmbda_slope(x, lmbda, T(1), T(0)), grad * tklmbda_slope(x, lmbda, T(0), T(1))}};
  several<T, 2> d = detail::tukey_dual(variable_of<2>(x, 0), variable_of<2>(lmbda, 1)).d;
  return {{grad * d.at[0], grad * d.at[1]}};
}

/// The second derivative along (u, v) and (r, s).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tklmbda_curvature(T x, T lmbda, T u, T v, T r, T s) {
  if (isnan(x) || isnan(lmbda) || isnan(u) || isnan(v) || isnan(r) || isnan(s)) return limits<T>::nan;
  if (isinf(x) || isinf(lmbda)) return T(0);
  if (x == T(0)) {
    const T mixed = u * s + v * r;
    return mixed == T(0) ? mixed : mixed * numbers::ln2<T> * exp2(lmbda - 2);
  }
  using D = dual<dual<T>>;
  return detail::tukey_dual(D{{x, u}, {r, T(0)}}, D{{lmbda, v}, {s, T(0)}}).d.d;
}

}  // namespace sci
