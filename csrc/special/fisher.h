// Fisher's F distribution: with a = m/2, b = n/2 for m and n degrees of freedom, r = m x / n,
//
//   F(x) = I_w(a, b), w = r / (1 + r), 1 - w = y = 1 / (1 + r),    density w^a y^b / (B(a, b) x),
//
// the inverses in x (by betaincinv.h) and in n, and directional derivatives in (m, n) by dual numbers. The distance
// from the mean, l = a y - b w = (m / 2) (1 - x) y, is formed before anything cancels.
#pragma once
#include "special/betaincinv.h"
#include "special/detail/monotone_root.h"

namespace sci {
namespace detail {

/// w, y and l for finite m, n > 0 and 0 < x < inf.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> fisher_place(T m, T n, T x) {
  const T odds = m / n, r = odds >= limits<T>::min && !isinf(odds) ? odds * x : m * x / n, y = 1 / (1 + r);
  return {{r > T(1) ? 1 / (1 + 1 / r) : r * y, y, m / 2 * y * (1 - x)}};
}
/// The derivatives in closed form: the terms that the formulas above would make of them cancel where m or n is large.
template <class T, class D>
SCI_HD many<dual<T, D>, 3> fisher_place(dual<T, D> m, dual<T, D> n, scalar_of<T> x) {
  using S = scalar_of<T>;
  const many<T, 3> f = fisher_place(m.v, n.v, x);
  const T w = f[0], y = f[1], part = T(S(0.5) * (S(1) - x));
  const D slope = w * (y * (m.d / m.v - n.d / n.v));
  return {{{w, slope}, {y, -slope}, {f[2], part * (y * (y * m.d) + w / T(x) * (w * n.d))}}};
}

/// F and 1 - F for finite m, n > 0 and 0 < x < inf.
template <class T>
SCI_HD many<T, 2> fisher_parts(T m, T n, scalar_of<T> x) {
  using S = scalar_of<T>;
  const T half = T(S(0.5));
  const many<T, 3> f = fisher_place(m, n, x);
  const bool low = !(primal(f[0]) >= limits<S>::min);
  if (!low && primal(f[1]) >= limits<S>::min) return betainc_parts(T(m * half), T(n * half), f[0], f[1], f[2]);
  if (low) swap(m, n);
  const T a = m * half, b = n * half, least = T(limits<S>::min), log_x = T(log(x));
  many<T, 2> g = betainc_beyond(betainc_parts(a, b, T(S(1)), least, T(a * least - b)),
                                betainc_fall(b, T(log(n) - log(m) + (low ? log_x : -log_x))));
  if (low) swap(g[0], g[1]);
  return g;
}

template <class T>
SCI_HD bool fisher_usable(T m, T n, T x) {
  return m > T(0) && n > T(0) && x >= T(0) && !isinf(m) && !isinf(n);
}

template <class T>
SCI_HD many<T, 2> fisher_pair(T m, T n, T x) {
  if (!fisher_usable(m, n, x)) return {{limits<T>::nan, limits<T>::nan}};
  if (x == T(0)) return {{T(0), T(1)}};
  if (isinf(x)) return {{T(1), T(0)}};
  return fisher_parts(m, n, x);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtr(T dfn, T dfd, T x) {
  return detail::fisher_pair(dfn, dfd, x)[0];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtrc(T dfn, T dfd, T x) {
  return detail::fisher_pair(dfn, dfd, x)[1];
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fisher_density(T dfn, T dfd, T x) {
  if (!detail::fisher_usable(dfn, dfd, x)) return limits<T>::nan;
  if (isinf(x)) return T(0);
  if (x == T(0)) return dfn > T(2) ? T(0) : dfn == T(2) ? T(1) : limits<T>::infinity;
  const many<T, 3> f = detail::fisher_place(dfn, dfd, x);
  const T a = dfn / 2, b = dfd / 2, w = f[0], y = f[1], l = f[2];
  if (!(y > T(0))) return T(0);
  if (!(w >= limits<T>::min)) {
    // D goes as its power a.
    const T fall = detail::betainc_fall(a, log(dfn) - log(dfd) + log(x)), least = limits<T>::min;
    return detail::betainc_factor(a, b, least, T(1), a - b * least) * exp(fall) / x;
  }
  // The same by shapes a - 1, b + 1: for small x the quotient may be a number where D is none.
  if (x < T(1e-3) && a > T(2)) return a / (a - 1) * detail::betainc_factor(a - 1, b + 1, w, y, l - 1);
  return detail::betainc_factor(a, b, w, y, l) / x;
}

/// The derivative of F along (u, v) in (dfn, dfd).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtr_slope(T dfn, T dfd, T x, T u, T v) {
  if (!detail::fisher_usable(dfn, dfd, x) || isnan(u) || isnan(v)) return limits<T>::nan;
  if (x == T(0) || isinf(x)) return T(0);
  return detail::smaller_tail(detail::fisher_parts(dual<T>{dfn, u}, dual<T>{dfd, v}, x));
}

namespace detail {

/// grad times the derivatives of F in m, n and x.
template <class T>
SCI_HD many<T, 3> fisher_gradient(T grad, T m, T n, T x) {
  several<T, 2> d(fisher_usable(m, n, x) ? T(0) : limits<T>::nan);
  if (fisher_usable(m, n, x) && x > T(0) && !isinf(x))
    d = smaller_tail(fisher_parts(variable_of<2>(m, 0), variable_of<2>(n, 1), x));
  return scaled_gradient(grad, d, fisher_density(m, n, x));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> fdtr_pullback(T grad, T dfn, T dfd, T x, T) {
  return detail::fisher_gradient(grad, dfn, dfd, x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> fdtrc_pullback(T grad, T dfn, T dfd, T x, T) {
  return detail::fisher_gradient(-grad, dfn, dfd, x);
}

/// The second derivative of F along (u, v) and (s, t).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtr_curvature(T dfn, T dfd, T x, T u, T v, T s, T t) {
  if (!detail::fisher_usable(dfn, dfd, x) || isnan(u) || isnan(v) || isnan(s) || isnan(t)) return limits<T>::nan;
  if (x == T(0) || isinf(x)) return T(0);
  using D = dual<dual<T>>;
  many<D, 2> f = detail::fisher_parts(D{{dfn, u}, {s, T(0)}}, D{{dfd, v}, {t, T(0)}}, x);
  return f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d;
}

/// The x with F(x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtri(T dfn, T dfd, T p) {
  if (!detail::fisher_usable(dfn, dfd, p) || !(p <= T(1))) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  many<T, 2> w = detail::betaincinv_ends(dfn / 2, dfd / 2, p, 1 - p);
  const T odds = w[0] / w[1];
  return odds > T(0) && !isinf(odds) ? dfd / dfn * odds : odds;
}

/// The n with F(x) = p, if there is one. F increases with n for x >= 1; for smaller x it falls again far out, and the
/// root sought is that from n = 5 upwards where F is too small there, else downwards, as in SciPy.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T fdtridfd(T dfn, T p, T x) {
  if (!(dfn > T(0)) || isinf(dfn) || !(p > T(0) && p < T(1)) || !(x > T(0)) || isinf(x)) return limits<T>::nan;
  const double m = dfn, f = x, value = p;  // in double: its own rounding moves the root
  T n = T(detail::monotone_root(
      [=](double dfd) { return detail::cdf_gap(detail::fisher_parts(m, dfd, f), value, 1 - value); }, 5.0,
      detail::double_epsilon<T>));
  return n > T(0) && isfinite(n) ? n : limits<T>::nan;
}

}  // namespace sci
