// The noncentral F distribution function with m and n degrees of freedom and noncentrality L,
//
//   F(x) = sum_j w_j I_y(m/2 + j, n/2),   y = m x / (m x + n),   w_j the Poisson weights of mean L/2
//
// (detail/poisson_mixture.h), its derivatives in m and n by dual numbers, those in L and x by sums of their own, and
// its inverses by bracketed roots (detail/monotone_root.h). In double for float.
#pragma once
#include "special/detail/monotone_root.h"
#include "special/detail/partial.h"
#include "special/detail/poisson_mixture.h"

namespace sci {
namespace detail {

/// F and 1 - F for m, n, x > 0, L >= 0, all finite.
template <bool coarse = false, class T, class M>
SCI_HD_LARGE many<T, 2> ncfdtr_parts(T m, T n, M nc, T f, mixture_slopes<scalar_of<T>>* slopes = nullptr) {
  using S = scalar_of<T>;
  const T one = T(S(1)), half = T(S(0.5));
  T q = m / n * f, x = primal(q) < S(1) ? q / (one + q) : one / (one + one / q);
  T y = primal(q) < S(1) ? one / (one + q) : (one / q) / (one + one / q);
  if (!(primal(x) > S(0))) return {{T(S(0)), one}};
  // a y - b x = a (1 - f) y: the distance from the mean, before anything cancels.
  T a = m * half, b = n * half;
  const M mean = nc * M(S(0.5));
  if (primal(y) >= limits<S>::min)
    return poisson_mixture(beta_component<T, coarse>{a, b, x, y, a * (one - f) * y}, mean, slopes);
  const T least = T(limits<S>::min), fall = betainc_fall(b, T(log(n) - log(m) - log(f)));
  many<T, 2> r = poisson_mixture(beta_component<T, coarse>{a, b, x, least, a * least - b}, mean, slopes);
  if (slopes) {
    slopes->mean *= exp(primal(fall));
    slopes->argument *= exp(primal(fall));
  }
  return betainc_beyond(r, fall);
}

/// The derivatives in m, n, L and x, all positive and finite.
SCI_HD many<double, 4> ncfdtr_gradient(double m, double n, double l, double x) {
  mixture_slopes<double> s;
  several<double, 2> d =
      smaller_tail(ncfdtr_parts(variable_of<2>(m, 0), variable_of<2>(n, 1), l, variable_of<2>(x, -1), &s));
  return {{d.at[0], d.at[1], -0.5 * s.mean, s.argument / x}};
}

template <class T>
SCI_HD bool ncfdtr_usable(T dfn, T dfd, T nc, T f) {
  return dfn > T(0) && dfd > T(0) && nc >= T(0) && f >= T(0) && !isinf(dfn) && !isinf(dfd) && !isinf(nc);
}
template <class T>
SCI_HD bool ncfdtr_inner(T p, T f) {
  return p > T(0) && p < T(1) && f > T(0) && !isinf(f);
}
template <class T>
SCI_HD double ncfdtr_gap(double m, double n, double nc, double f, double p) {
  return cdf_gap(ncfdtr_parts<is_same<T, float>>(m, n, nc, f), p, 1 - p);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtr(T dfn, T dfd, T nc, T f) {
  if (!detail::ncfdtr_usable(dfn, dfd, nc, f)) return limits<T>::nan;
  if (f == T(0)) return T(0);
  if (isinf(f)) return T(1);
  return T(detail::ncfdtr_parts<is_same<T, float>>(double(dfn), double(dfd), double(nc), double(f))[0]);
}

/// The derivative of F in argument i of (m, n, L, x).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtr_partial(int64_t i, T dfn, T dfd, T nc, T f) {
  if (!detail::ncfdtr_usable(dfn, dfd, nc, f) || i < 0 || i > 3) return limits<T>::nan;
  if (isinf(f)) return T(0);
  if (f == T(0)) return i < 3 || dfn > T(2) ? T(0) : dfn == T(2) ? exp(-nc / 2) : limits<T>::infinity;
  if (i < 2) return T(detail::ncfdtr_gradient(double(dfn), double(dfd), double(nc), double(f))[int(i)]);
  detail::mixture_slopes<double> s;
  detail::ncfdtr_parts(double(dfn), double(dfd), double(nc), double(f), &s);
  return T(i == 2 ? -0.5 * s.mean : s.argument / double(f));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 4> ncfdtr_pullback(T grad, T dfn, T dfd, T nc, T f, T) {
  if (!detail::ncfdtr_usable(dfn, dfd, nc, f) || f == T(0) || isinf(f)) {
    many<T, 4> edge;
    for (int i = 0; i < 4; ++i) edge[i] = grad * ncfdtr_partial(i, dfn, dfd, nc, f);
    return edge;
  }
  many<double, 4> d = detail::ncfdtr_gradient(double(dfn), double(dfd), double(nc), double(f));
  return {{grad * T(d[0]), grad * T(d[1]), grad * T(d[2]), grad * T(d[3])}};
}

/// The second derivative of F in arguments i and j, x > 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtr_second(int64_t i, int64_t j, T dfn, T dfd, T nc, T f) {
  if (!detail::ncfdtr_usable(dfn, dfd, nc, f) || i < 0 || i > 3 || j < 0 || j > 3) return limits<T>::nan;
  if (isinf(f)) return T(0);
  if (f == T(0)) return (i < 3 && j < 3) || dfn > T(4) ? T(0) : limits<T>::nan;
  using D = dual<dual<double>>;
  many<D, 2> r = detail::ncfdtr_parts(
      D{{double(dfn), double(i == 0)}, {double(j == 0), 0.0}}, D{{double(dfd), double(i == 1)}, {double(j == 1), 0.0}},
      D{{double(nc), double(i == 2)}, {double(j == 2), 0.0}}, D{{double(f), double(i == 3)}, {double(j == 3), 0.0}});
  return T(r[0].v.v < r[1].v.v ? r[0].d.d : -r[1].d.d);
}

/// The x with F(x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtri(T dfn, T dfd, T nc, T p) {
  if (!detail::ncfdtr_usable(dfn, dfd, nc, p) || p > T(1)) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  double m = dfn, n = dfd, l = nc, t = p;
  return T(detail::monotone_root([=](double f) { return detail::ncfdtr_gap<T>(m, n, l, f, t); }, 1 + l / m,
                                 detail::double_epsilon<T>));
}

/// The m with F(x) = p, if there is one: that from m = 5 upwards where F is too large there, else downwards, or
/// else the other way.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtridfn(T p, T dfd, T nc, T f) {
  if (!detail::ncfdtr_usable(T(1), dfd, nc, f) || !detail::ncfdtr_inner(p, f)) return limits<T>::nan;
  double n = dfd, l = nc, x = f, t = p;
  return T(detail::nearest_root([=](double m) { return -detail::ncfdtr_gap<T>(m, n, l, x, t); }, 5.0,
                                detail::double_epsilon<T>));
}

/// The n with F(x) = p, if there is one: that from n = 5 upwards where F is too small there, else downwards, or
/// else the other way.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtridfd(T dfn, T p, T nc, T f) {
  if (!detail::ncfdtr_usable(dfn, T(1), nc, f) || !detail::ncfdtr_inner(p, f)) return limits<T>::nan;
  double m = dfn, l = nc, x = f, t = p;
  return T(detail::nearest_root([=](double n) { return detail::ncfdtr_gap<T>(m, n, l, x, t); }, 5.0,
                                detail::double_epsilon<T>));
}

/// The L with F(x) = p; F falls with it.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T ncfdtrinc(T dfn, T dfd, T p, T f) {
  if (!detail::ncfdtr_usable(dfn, dfd, T(0), f) || !detail::ncfdtr_inner(p, f)) return limits<T>::nan;
  double m = dfn, n = dfd, x = f, t = p, central = detail::ncfdtr_gap<T>(m, n, 0.0, x, t);
  if (!(central > 0)) return central == 0 ? T(0) : limits<T>::nan;
  return T(detail::monotone_root([=](double l) { return -detail::ncfdtr_gap<T>(m, n, l, x, t); }, max(1.0, m * (x - 1)),
                                 detail::double_epsilon<T>));
}

}  // namespace sci
