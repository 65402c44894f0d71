// Gauss's hypergeometric function 2F1(a, b; c; z), real and complex z, and its derivatives in the parameters.
//
// First in double by the series about 0, 1 or infinity, also where c - a - b or a - b is whole, with sums in pairs
// where they cancel, or by that of Lopez and Temme in powers of z/(z-2), and an estimate of the error
// (detail/hyper_gauss_plain.h). Where it says that more than some 16 eps may be lost the same series with all factors
// in double-double, the best of twelve forms by its estimate; where none converges fast (about exp(+-i pi/3)) Taylor
// steps of the differential equation (detail/hyper_path.h); where those lose too much and c < -2, by recurrence down
// from c > 0. Derivatives: dual numbers over double-double, in the same algorithms, no fast way first.
//
// Conventions are SciPy's: the cut is z > 1, continuous from below where the imaginary part is -0; infinite for real
// z > 1, and where c is a pole and no polynomial ends before it; (1 - z)^-b where a = c, for whole b beyond 1 as well,
// but the polynomial of degree m where a = c = -m (DLMF 15.2.5).
//
// Measured against Arb for |a|, |b|, |c| <= 100: tools/hypergeometric.py.
#pragma once
#include "special/detail/hyper_gauss_plain.h"

namespace sci {
namespace detail {

/// The power p of F(a, b; c; z) = (1 - z)^p, if it is one and `c` no pole; else NaN.
SCI_HD double hyper_gauss_power(double a, double b, double c) {
  return hyper_pole(c) ? limits<double>::nan : a == c ? -b : b == c ? -a : limits<double>::nan;
}

/// What needs no series: NaN, infinities, poles. `known` says whether the value is it.
template <class Z>
SCI_HD Z hyper_gauss_special(double a, double b, double c, Z z, bool& known) {
  const double inf = limits<double>::infinity;
  known = true;
  if (isnan(a) || isnan(b) || isnan(c) || isnan(z)) return Z(limits<double>::nan);
  if (z == Z(0.0)) return Z(1.0);
  if (isinf(a) || isinf(b)) return Z(limits<double>::nan);
  if (isinf(c)) return isfinite(z) ? Z(1.0) : Z(limits<double>::nan);
  const bool ends = hyper_ends(a, c) || hyper_ends(b, c);
  const double power = hyper_gauss_power(a, b, c);
  if (hyper_beyond(z) && !ends && power != rint(power)) return Z(inf);
  if (!isfinite(z)) return Z(limits<double>::nan);
  if (hyper_pole(c) && !ends) return Z(inf);
  if (z == Z(1.0) && !ends && double_double::sum(c, -a).hi - b <= 0) return Z(inf);
  known = false;
  return z;
}

/// The polynomial where `c` is a pole beyond its end, by its terms, since the linear transformations do not hold there;
/// NaN for degrees over 10^4 and where it cancels to fewer than 13 digits.
template <class Z>
SCI_HD Z hyper_gauss_polynomial(double a, double b, double c, Z z) {
  double degree = 1e4 + 1;
  if (hyper_ends(a, c)) degree = min(degree, -a);
  if (hyper_ends(b, c)) degree = min(degree, -b);
  if (degree > 1e4) return Z(limits<double>::nan);
  const auto exact = hyper_exact(z);
  auto term = hyper_exact(Z(1.0)), sum = term;
  double largest = 1;
  SCI_NO_UNROLL
  for (int n = 0; n < int(degree); ++n) {
    // A parameter that is c leaves 1, also at the zero of both.
    if (a == c || b == c)
      term = term * double_double::sum(a == c ? b : a, n);
    else
      term = term * (double_double::sum(a, n) * double_double::sum(b, n) / double_double(c + n));
    term = term * exact * (double_double(1) / double_double(n + 1));
    sum = sum + term;
    largest = max(largest, double(abs(hyper_rounded(term))));
  }
  const Z value = hyper_rounded(sum);
  return largest * 1e-31 > abs(value) * 1e-13 ? Z(limits<double>::nan) : value;
}

template <class Z>
SCI_HD_SHARED Z hyper_gauss_value(double a, double b, double c, Z z, double accepted) {
  using W = decltype(hyper_exact(z));
  bool known;
  const Z special = hyper_gauss_special(a, b, c, z, known);
  if (known) return special;
  const double side = hyper_side(z);
  const double power = hyper_gauss_power(a, b, c);
  if (!isnan(power)) {
    const bool beyond = hyper_beyond(z), odd = abs(power) < 1e15 && power * 0.5 != rint(power * 0.5);
    const Z other = beyond ? z - Z(1.0) : Z(1.0) - z, f = hyper_exp(power * hyper_log(other, -side));
    return beyond && odd ? -f : f;
  }
  if (hyper_pole(c)) return hyper_gauss_polynomial(a, b, c, z);
  const bool ends = hyper_ends(a, c) || hyper_ends(b, c);
  if (z == Z(1.0) && !ends) return Z(double(hyper_gauss_one<double_double>(a, b, c)));
  const hyper_value<Z> f = hyper_gauss_fast<Z>(a, b, c, z, side, ends, accepted);
  if (f.size <= accepted) return f.w;
  return hyper_finite_or(hyper_rounded(hyper_gauss_slow<double_double, W>(a, b, c, z, side, ends)), f.w);
}

/// The value with what the derivatives of a dual number R need.
template <class R, class Z>
SCI_HD_SHARED hyper_dual<Z, R> hyper_gauss_dual(R a, R b, R c, Z z) {
  using D = hyper_dual<Z, R>;
  bool known;
  const Z value = hyper_gauss_special(hyper_leading(a), hyper_leading(b), hyper_leading(c), z, known);
  if ((z == Z(0.0) || isinf(hyper_leading(c))) && !isnan(value)) return D(hyper_lift<R>(double_double(1)));
  const bool beyond = hyper_beyond(z) && !hyper_ends(hyper_leading(a), hyper_leading(c)) &&
                      !hyper_ends(hyper_leading(b), hyper_leading(c));
  const bool cut =
      hyper_pole(hyper_leading(c)) && (hyper_leading(a) == hyper_leading(c) || hyper_leading(b) == hyper_leading(c));
  if (known || beyond || cut) return D(hyper_lift<R>(double_double(limits<double>::nan)) * a);  // the derivatives too
  if (z == Z(1.0)) return D(hyper_gauss_one<R>(a, b, c));
  return hyper_gauss_slow<R, D>(a, b, c, z, hyper_side(z), false);
}

/// Is dF/da at a = 0, the sum of (b)_n / (c)_n z^n / n, beyond the range of doubles? As (1 - z)^(c-b), DLMF 15.8.1.
SCI_HD bool hyper_gauss_overflows(double b, double c, double z) {
  return c > 0 && z > 0 && z < 1 && b > 4 * c + 1e3 && -log1p(-z) * (b - c) > 3e3;
}
SCI_HD bool hyper_gauss_overflows(double, double, complex<double>) { return false; }

template <class Z>
SCI_HD_LARGE Z hyper_gauss_first(int64_t i, int64_t j, int64_t k, double a, double b, double c, Z z) {
  if (i < 0 || j < 0 || k < 0 || i + j + k != 1) return Z(limits<double>::nan);
  if (((a == 0 && i == 0) || (b == 0 && j == 0)) && isfinite(a) && isfinite(b) && isfinite(c) && !hyper_pole(c))
    return isfinite(z) ? Z(0.0) : Z(limits<double>::nan);  // F is 1 for all of the others
  if ((a == 0 && i == 1 && hyper_gauss_overflows(b, c, z)) || (b == 0 && j == 1 && hyper_gauss_overflows(a, c, z)))
    return Z(limits<double>::infinity);
  return hyper_d(hyper_gauss_dual(hyper_seed(a, i), hyper_seed(b, j), hyper_seed(c, k), z));
}
template <class Z>
SCI_HD_LARGE Z hyper_gauss_second(int64_t i, int64_t j, int64_t k, double a, double b, double c, Z z) {
  if (i < 0 || j < 0 || k < 0 || i + j + k != 2) return Z(limits<double>::nan);
  // The first direction goes to the first parameter that is differentiated, the other to the last.
  const bool first_b = i == 0 && j > 0, first_c = i == 0 && j == 0, other_b = k == 0 && j > 0, other_a = i == 2;
  return hyper_d(hyper_gauss_dual(hyper_seed(a, i > 0, other_a), hyper_seed(b, first_b, other_b),
                                  hyper_seed(c, first_c, k > 0), z));
}

#ifdef TORCH_TARGET_VERSION  // in the library; elsewhere the header is enough
#define SCI_GAUSS_SHARED(prefix, Z)                                                                        \
  prefix template Z hyper_gauss_value<Z>(double, double, double, Z, double);                               \
  prefix template hyper_dual<Z, dual<double_double>> hyper_gauss_dual<dual<double_double>, Z>(             \
      dual<double_double>, dual<double_double>, dual<double_double>, Z);                                   \
  prefix template hyper_dual<Z, dual<dual<double_double>>> hyper_gauss_dual<dual<dual<double_double>>, Z>( \
      dual<dual<double_double>>, dual<dual<double_double>>, dual<dual<double_double>>, Z);
SCI_GAUSS_SHARED(extern, double)
SCI_GAUSS_SHARED(extern, complex<double>)
#endif

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp2f1(T a, T b, T c, T z) {
  return T(detail::hyper_gauss_value<double>(a, b, c, z, is_same<T, float> ? 1e7 : 48));
}
template <class T>
SCI_HD complex<T> hyp2f1(T a, T b, T c, complex<T> z) {
  return complex<T>(detail::hyper_gauss_value(a, b, c, complex<double>(z), is_same<T, float> ? 1e7 : 80));
}

/// dF/da for i = 1, dF/db for j = 1, dF/dc for k = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp2f1_first(int64_t i, int64_t j, int64_t k, T a, T b, T c, T z) {
  return T(detail::hyper_gauss_first<double>(i, j, k, a, b, c, z));
}
template <class T>
SCI_HD complex<T> hyp2f1_first(int64_t i, int64_t j, int64_t k, T a, T b, T c, complex<T> z) {
  return complex<T>(detail::hyper_gauss_first(i, j, k, a, b, c, complex<double>(z)));
}
/// d^2 F / da^i db^j dc^k, i + j + k = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T hyp2f1_second(int64_t i, int64_t j, int64_t k, T a, T b, T c, T z) {
  return T(detail::hyper_gauss_second<double>(i, j, k, a, b, c, z));
}
template <class T>
SCI_HD complex<T> hyp2f1_second(int64_t i, int64_t j, int64_t k, T a, T b, T c, complex<T> z) {
  return complex<T>(detail::hyper_gauss_second(i, j, k, a, b, c, complex<double>(z)));
}

}  // namespace sci
