// The noncentral chi-squared distribution function with v degrees of freedom and noncentrality L,
//
//   F(x) = sum_j w_j P(v/2 + j, x/2),   w_j the Poisson weights of mean L/2 (detail/poisson_mixture.h),
//
// its derivative in v by dual numbers, those in x and L by sums of their own, and its inverses by bracketed roots
// (detail/monotone_root.h). In double for float.
#pragma once
#include "special/detail/monotone_root.h"
#include "special/detail/partial.h"
#include "special/detail/poisson_mixture.h"
#include "special/gammaincinv.h"

namespace sci {
namespace detail {

/// F and 1 - F for x, v > 0, L >= 0, all finite.
template <bool coarse = false, class T, class M>
SCI_HD_LARGE many<T, 2> chndtr_parts(T x, T v, M nc, mixture_slopes<scalar_of<T>>* slopes = nullptr) {
  const scalar_of<T> half = 0.5;
  return poisson_mixture(gamma_component<T, coarse>{v * T(half), x * T(half)}, M(nc * M(half)), slopes);
}

/// Neither degrees of freedom nor noncentrality: F is 1, with the derivatives from the right, as good as those of few.
template <class T>
SCI_HD bool chndtr_still(T x, T df, T nc) {
  return df == T(0) && nc == T(0) && x > T(0);
}

/// The derivatives in x, v and L, all positive and finite.
SCI_HD many<double, 3> chndtr_gradient(double x, double v, double l) {
  mixture_slopes<double> s;
  const double by_degrees = smaller_tail(chndtr_parts(dual<double>(x), variable(v), l, &s));
  return {{s.argument / x, by_degrees, -0.5 * s.mean}};
}

template <class T>
SCI_HD bool chndtr_usable(T x, T df, T nc) {
  return x >= T(0) && df > T(0) && nc >= T(0) && !(isinf(x) && (isinf(df) || isinf(nc)));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtr(T x, T df, T nc) {
  if (df == T(0) && nc == T(0) && x > T(0)) return T(1);  // nothing is spread: SciPy's chdtr
  if (!detail::chndtr_usable(x, df, nc)) return limits<T>::nan;
  if (x == T(0) || isinf(df) || isinf(nc)) return T(0);
  if (isinf(x)) return T(1);
  return T(detail::chndtr_parts<is_same<T, float>>(double(x), double(df), double(nc))[0]);
}

/// The derivative of F in argument i of (x, v, L).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtr_partial(int64_t i, T x, T df, T nc) {
  if (i >= 0 && i <= 2 && detail::chndtr_still(x, df, nc))
    return isinf(x) ? T(0) : T(detail::chndtr_gradient(x, 1e-300, 0)[int(i)]);
  if (!detail::chndtr_usable(x, df, nc) || i < 0 || i > 2) return limits<T>::nan;
  if (isinf(df) || isinf(nc) || isinf(x)) return T(0);
  if (x == T(0)) return i > 0 || df > T(2) ? T(0) : df == T(2) ? exp(-nc / 2) / 2 : limits<T>::infinity;
  if (i == 1) return T(detail::chndtr_gradient(double(x), double(df), double(nc))[1]);
  detail::mixture_slopes<double> s;
  detail::chndtr_parts(double(x), double(df), double(nc), &s);
  return T(i == 0 ? s.argument / double(x) : -0.5 * s.mean);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> chndtr_pullback(T grad, T x, T df, T nc, T) {
  if (!detail::chndtr_usable(x, df, nc) || x == T(0) || isinf(df) || isinf(nc) || isinf(x))
    return {{grad * chndtr_partial(0, x, df, nc), grad * chndtr_partial(1, x, df, nc),
             grad * chndtr_partial(2, x, df, nc)}};
  many<double, 3> d = detail::chndtr_gradient(double(x), double(df), double(nc));
  return {{grad * T(d[0]), grad * T(d[1]), grad * T(d[2])}};
}

/// The second derivative of F in arguments i and j, x > 0.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtr_second(int64_t i, int64_t j, T x, T df, T nc) {
  if (!detail::chndtr_usable(x, df, nc) || i < 0 || i > 2 || j < 0 || j > 2) return limits<T>::nan;
  if (isinf(df) || isinf(nc) || isinf(x)) return T(0);
  if (x == T(0)) return (i > 0 && j > 0) || df > T(4) ? T(0) : limits<T>::nan;
  using D = dual<dual<double>>;
  many<D, 2> f = detail::chndtr_parts(D{{double(x), double(i == 0)}, {double(j == 0), 0.0}},
                                      D{{double(df), double(i == 1)}, {double(j == 1), 0.0}},
                                      D{{double(nc), double(i == 2)}, {double(j == 2), 0.0}});
  return T(f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d);
}

namespace detail {

/// About the x with F(x) = p: the leading term of F (DLMF 8.7.1), or a power of x taken for normal (M. Sankaran,
/// Biometrika 50 (1963) 199-204).
SCI_HD double chndtrix_start(double v, double l, double p) {
  const double low = numbers::ln2<double> + (log(p) + l * 0.5 + gammaln(v * 0.5 + 1)) / (v * 0.5);
  const double mean = v + l, spread = (v + 2 * l) / (mean * mean), least = 0.2 * (v + 2) / (1 + l / (v + 2));
  if (low < log(least)) return exp(low);
  const double h = 1 - (2 * (v + 3 * l) / (3 * mean)) / (mean * spread);
  const double u = (h - 1) * spread + rough_normal_quantile(p, 1 - p) * sqrt(2 * spread);
  // With few degrees of freedom the power is the logarithm.
  const double power = abs(h) < 1e-8 ? u : h * u > -0.9 ? log1p(h * u) / h : 0;
  return max(least, mean * exp(power));
}

}  // namespace detail

/// The x with F(x) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtrix(T p, T df, T nc) {
  if (!(p >= T(0) && p <= T(1)) || !(df > T(0)) || !(nc >= T(0)) || isinf(df) || isinf(nc)) return limits<T>::nan;
  if (p == T(0)) return T(0);
  if (p == T(1)) return limits<T>::infinity;
  double v = df, l = nc, t = p;
  return T(detail::monotone_root(
      [=](double x) { return detail::cdf_gap(detail::chndtr_parts<is_same<T, float>>(x, v, l), t, 1 - t); },
      detail::chndtrix_start(v, l, t), detail::double_epsilon<T>));
}

/// The v with F(x) = p; F falls with it.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtridf(T x, T p, T nc) {
  if (!(p > T(0) && p < T(1)) || !(x > T(0)) || !(nc >= T(0)) || isinf(x) || isinf(nc)) return limits<T>::nan;
  double y = x, l = nc, t = p;
  double v = detail::monotone_root(
      [=](double df) { return -detail::cdf_gap(detail::chndtr_parts<is_same<T, float>>(y, df, l), t, 1 - t); },
      max(1.0, y - l), detail::double_epsilon<T>);
  return v > 1e-300 && v < 1e300 ? T(v) : limits<T>::nan;
}

/// The L with F(x) = p; F falls with it.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T chndtrinc(T x, T df, T p) {
  if (!(p > T(0) && p < T(1)) || !(x > T(0)) || !(df > T(0)) || isinf(x) || isinf(df)) return limits<T>::nan;
  double y = x, v = df, t = p, central = detail::cdf_gap(detail::chndtr_parts<is_same<T, float>>(y, v, 0.0), t, 1 - t);
  if (!(central > 0)) return central == 0 ? T(0) : limits<T>::nan;
  return T(detail::monotone_root(
      [=](double l) { return -detail::cdf_gap(detail::chndtr_parts<is_same<T, float>>(y, v, l), t, 1 - t); },
      max(1.0, y - v), detail::double_epsilon<T>));
}

}  // namespace sci
