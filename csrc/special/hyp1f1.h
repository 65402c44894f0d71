// Kummer's function 1F1(a; b; z), real and complex z, and its derivatives in the parameters.
//
// In double by the power series, plain or times e^z at -z, in pairs where it cancels, or the asymptotic series
// (detail/hyper_kummer.h), each with an estimate of its error; where the real function oscillates, by recurrence down
// from a b at which the series cancels less. Where the estimate says that more than some 16 eps may be lost the same in
// double-double, or Taylor steps of the differential equation from 0; where those lose too much and b < -2,
// by recurrence down from b > 0. Derivatives: dual numbers over double-double in the same algorithms.
//
// Conventions are SciPy's: infinite where b is a pole and no polynomial ends before it.
#pragma once
#include "special/detail/hyper_kummer.h"

namespace sci {
namespace detail {

/// What needs no series: NaN, infinities, poles.
template <class Z>
SCI_HD Z hyper_kummer_special(double a, double b, Z z, bool& known) {
  const double inf = limits<double>::infinity;
  known = true;
  if (isnan(a) || isnan(b) || isnan(z)) return Z(limits<double>::nan);
  if (isinf(a)) return Z(limits<double>::nan);
  if (isinf(b)) return isfinite(z) ? Z(1.0) : Z(limits<double>::nan);
  if (hyper_pole(b) && !(hyper_pole(a) && a >= b && a < 0)) return Z(inf);
  if (z == Z(0.0) || a == 0) return Z(1.0);
  if constexpr (!is_complex<Z>) {
    if (z == inf) {
      if (!hyper_pole(a)) return Z(rgamma(a) * rgamma(b) < 0 ? -inf : inf);
      return Z((a == 2 * rint(a / 2)) == (rgamma(b) > 0) ? inf : -inf);
    }
    if (z == -inf) return a > 0 || hyper_pole(b - a) ? Z(0.0) : Z(rgamma(b) * rgamma(b - a) < 0 ? -inf : inf);
  } else if (!isfinite(z)) {
    return {limits<double>::nan, limits<double>::nan};
  }
  known = false;
  return z;
}

/// The real function where it oscillates, so that its series cancels more than pairs hold, within `accepted` epsilon:
/// terms grow to about e^(2 sqrt(-a z)) / e^(z/2) of the value.
SCI_HD_LARGE hyper_value<double> hyper_kummer_waves(double a, double b, double z, double accepted) {
  const hyper_value<double> unknown = {limits<double>::nan, limits<double>::infinity};
  const bool turned = z < 0;
  const double_double first = turned ? double_double::sum(b, -a) : double_double(a);
  const double x = abs(z), p = first.hi;
  if (!(p < 0 && x < -4 * p && b > 0 && 2 * sqrt(-p * x) - 0.5 * x > 36 + sci::log(accepted))) return unknown;
  const hyper_value<double> f = hyper_kummer_down(first, b, x);
  const double front = turned ? exp(z) : 1;
  return {front * f.w, f.size};
}
SCI_HD hyper_value<complex<double>> hyper_kummer_waves(double, double, complex<double>, double) {
  return {complex<double>(limits<double>::nan), limits<double>::infinity};
}

template <class Z>
SCI_HD_SHARED Z hyper_kummer_value(double a, double b, Z z, double accepted) {
  using W = decltype(hyper_exact(z));
  bool known;
  const Z special = hyper_kummer_special(a, b, z, known);
  if (known) return special;
  const double side = hyper_side(z);
  if (a == b && !hyper_pole(b)) return hyper_exp(z);
  hyper_value<Z> f = hyper_kummer_waves(a, b, z, accepted);
  if (!(f.size <= accepted)) f = hyper_kummer_best<double, Z>(a, b, z, side, accepted);
  if (f.size <= accepted) return f.w;
  const Z w = hyper_rounded(hyper_kummer_slow<double_double, W>(a, b, z, side));
  // Nothing better than some thousand eps: e^z of huge z, say, whose phase double-double does not reduce.
  if (isnan(w) && f.size < 1e4) return f.w;
  return hyper_finite_or(w, f.w);
}

template <class R, class Z>
SCI_HD_SHARED hyper_dual<Z, R> hyper_kummer_dual(R a, R b, Z z) {
  using D = hyper_dual<Z, R>;
  bool known;
  const Z value = hyper_kummer_special(hyper_leading(a), hyper_leading(b), z, known);
  if ((z == Z(0.0) || isinf(hyper_leading(b))) && isfinite(value)) return D(hyper_lift<R>(double_double(1)));
  if (known && hyper_leading(a) != 0) return D(hyper_lift<R>(double_double(limits<double>::nan)) * a);
  return hyper_kummer_slow<R, D>(a, b, z, hyper_side(z));
}

/// dM/da where M is a polynomial and e^z overflows: Gamma(b) d/da 1/Gamma(a) e^z z^(a-b), DLMF 13.7.1; NaN elsewhere.
SCI_HD double hyper_kummer_overflow(double a, double b, double z) {
  const double inf = limits<double>::infinity;
  if (z == -inf && a == 0) return -inf;
  if (!(hyper_pole(a) && z > 4 * (abs(a) + abs(b)) + 800)) return limits<double>::nan;
  return (a == 2 * rint(a / 2)) == (b > 0 || floor(b) == 2 * rint(floor(b) / 2)) ? inf : -inf;
}
SCI_HD complex<double> hyper_kummer_overflow(double, double, complex<double>) { return {limits<double>::nan, 0.0}; }

template <class Z>
SCI_HD_LARGE Z hyper_kummer_first(int64_t i, int64_t j, double a, double b, Z z) {
  if (i < 0 || j < 0 || i + j != 1) return Z(limits<double>::nan);
  if (j == 1 && a == 0 && !isnan(b) && !hyper_pole(b) && !isnan(z)) return Z(0.0);  // M is 1 for all b
  if (i == 1 && !hyper_pole(b) && isfinite(b)) {
    const Z far = hyper_kummer_overflow(a, b, z);
    if (!isnan(far)) return far;
  }
  return hyper_d(hyper_kummer_dual(hyper_seed(a, i), hyper_seed(b, j), z));
}
template <class Z>
SCI_HD_LARGE Z hyper_kummer_second(int64_t i, int64_t j, double a, double b, Z z) {
  if (i < 0 || j < 0 || i + j != 2) return Z(limits<double>::nan);
  return hyper_d(hyper_kummer_dual(hyper_seed(a, i > 0, i == 2), hyper_seed(b, j == 2, j > 0), z));
}

#ifdef TORCH_TARGET_VERSION  // in the library; elsewhere the header is enough
#define SCI_KUMMER_SHARED(prefix, Z)                                                                        \
  prefix template Z hyper_kummer_value<Z>(double, double, Z, double);                                       \
  prefix template hyper_dual<Z, dual<double_double>> hyper_kummer_dual<dual<double_double>, Z>(             \
      dual<double_double>, dual<double_double>, Z);                                                         \
  prefix template hyper_dual<Z, dual<dual<double_double>>> hyper_kummer_dual<dual<dual<double_double>>, Z>( \
      dual<dual<double_double>>, dual<dual<double_double>>, Z);
SCI_KUMMER_SHARED(extern, double)
SCI_KUMMER_SHARED(extern, complex<double>)
#endif

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp1f1(T a, T b, T z) {
  return T(detail::hyper_kummer_value<double>(a, b, z, is_same<T, float> ? 1e7 : 48));
}
template <class T>
SCI_HD complex<T> hyp1f1(T a, T b, complex<T> z) {
  return complex<T>(detail::hyper_kummer_value(a, b, complex<double>(z), is_same<T, float> ? 1e7 : 48));
}

/// dM/da for i = 1, dM/db for j = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp1f1_first(int64_t i, int64_t j, T a, T b, T z) {
  return T(detail::hyper_kummer_first<double>(i, j, a, b, z));
}
template <class T>
SCI_HD complex<T> hyp1f1_first(int64_t i, int64_t j, T a, T b, complex<T> z) {
  return complex<T>(detail::hyper_kummer_first(i, j, a, b, complex<double>(z)));
}
/// d^2 M / da^i db^j, i + j = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp1f1_second(int64_t i, int64_t j, T a, T b, T z) {
  return T(detail::hyper_kummer_second<double>(i, j, a, b, z));
}
template <class T>
SCI_HD complex<T> hyp1f1_second(int64_t i, int64_t j, T a, T b, complex<T> z) {
  return complex<T>(detail::hyper_kummer_second(i, j, a, b, complex<double>(z)));
}

}  // namespace sci
