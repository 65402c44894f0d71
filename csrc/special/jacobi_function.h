// P_v^(alpha, beta)(x) of Jacobi for real degree v, real and complex x, and its derivatives in v, alpha, beta.
//
//   Gamma(v + alpha + 1) / (Gamma(v + 1) Gamma(alpha + 1)) 2F1(-v, v + alpha + beta + 1; alpha + 1; (1 - x)/2)
//                                                                                           DLMF 18.5.7, 15.9.1
//
// Rows of one degree and set of parameters     detail/jacobi_rows.h
// Whole degrees     special/orthogonal.h; in derivatives the general way
// Small degrees     the definition by hyp2f1
// Large degrees     hyp2f1 at two degrees between 1 and 3, from there the recurrence of three terms, DLMF 18.9.2, which
//                   holds for every v and along which this solution is not recessive
// v below -(alpha + beta + 1)/2     2F1 is the same at -v - alpha - beta - 1
// Derivatives       dual numbers, in hyp2f1 over double-double
//
// x beside -1       (1 + x)^-beta falls to waves as the degree grows, in which the recurrence would lose digits: for
//                   beta >= 2 two functions of 0 <= beta < 2, from there steps in beta, along which it grows; where the
//                   waves of complex x grow or shrink by about as much, hyp2f1 alone up to degree 300
// Infinite for real x < -1 and v that is not whole, as hyp2f1 on its cut; NaN for |v| > 10^6.
#pragma once
#include "special/detail/jacobi_rows.h"
#include "special/hyp2f1.h"
#include "special/orthogonal.h"
#include "special/poch.h"

namespace sci {
namespace detail {

/// The same number in double: dual<double_double> -> dual<double>.
template <class T>
using hyper_narrowed = with_scalar<T, double>;
template <class T>
SCI_HD hyper_narrowed<T> hyper_narrow(const T& x) {
  return hyper_lift<hyper_narrowed<T>>(x);
}

template <class Z>
SCI_HD_LARGE Z jacobi_series(double a, double b, double c, Z z) {
  return hyper_gauss_value<Z>(a, b, c, z, 48);
}
template <class T, class Z>
SCI_HD_LARGE auto jacobi_series(dual<T> a, dual<T> b, dual<T> c, Z z) {
  return hyper_narrow(hyper_gauss_dual(a, b, c, z));
}

/// psi(x + h) - psi(x), x > 0, x + h > 0.
SCI_HD_LARGE double jacobi_front_slope(double x, double h) { return digamma_difference_right(x, h); }
SCI_HD_LARGE dual<double> jacobi_front_slope(dual<double> x, dual<double> h) {
  const double far = polygamma(1, x.v + h.v);
  return {digamma_difference_right(x.v, h.v), (far - polygamma(1, x.v)) * x.d + far * h.d};
}
/// binom(v + alpha, v), the shorter way, which does not overflow before it does. Its logarithm's derivatives are
/// differences of digamma functions, which those of gamma functions in a product would leave to cancel: at v = 0 it is
/// 1 for all alpha. Where Gamma(alpha + 1) alone is reflected, Gamma(v + alpha + 1) Gamma(-alpha) / Gamma(v + 1) may
/// be far from the range of its quotients.
template <class T>
SCI_HD_LARGE T jacobi_front_reflected(T v, T alpha) {
  return sinpi(alpha) * T(-numbers::inv_pi<double>) * beta(v + alpha + T(1.0), -alpha);
}
SCI_HD_LARGE double jacobi_front(double v, double alpha) {
  if (alpha < -1 && v + alpha > -1) return jacobi_front_reflected(v, alpha);
  return abs(v) < abs(alpha) ? poch(alpha + 1, v) * rgamma(v + 1) : poch(v + 1, alpha) * rgamma(alpha + 1);
}
template <class T>
SCI_HD_LARGE dual<T> jacobi_front(dual<T> v, dual<T> alpha) {
  const dual<T> one(T(1.0));
  const double n = primal(v), a = primal(alpha);
  if (a < -1 && n + a > -1) return jacobi_front_reflected(v, alpha);
  if (!(n > -1 && a > -1 && n + a > -1))
    return abs(n) < abs(a) ? poch_smooth(alpha + one, v) * rgamma(v + one)
                           : poch_smooth(v + one, alpha) * rgamma(alpha + one);
  const T value = jacobi_front(v.v, alpha.v);
  const T by_v = jacobi_front_slope(v.v + one.v, alpha.v), by_alpha = jacobi_front_slope(alpha.v + one.v, v.v);
  return {value, value * (by_v * v.d + by_alpha * alpha.d)};
}

/// Does one of the two waves of P grow with the degree like exp(grows) as the other shrinks, while along beta the other
/// one grows by about as much? Then steps in either direction lose digits, and hyp2f1 serves alone.
/// So it does right of 0 up to the zero of P_1 where (1 + x)^-beta falls by more than some digits.
SCI_HD bool jacobi_stepless(double degree, double alpha, double beta, double x) {
  return x >= 0 && degree <= 300 && beta * (1 - x) > 16 && (alpha + beta + 2) * x < beta - alpha;
}
SCI_HD bool jacobi_stepless(double degree, double alpha, double beta, complex<double> x) {
  if (!orthogonal_left(x)) return jacobi_stepless(degree, alpha, beta, x.re);
  if (beta < 2 || degree > 300) return false;
  // x = cos(theta): |x - 1| + |x + 1| = 2 cosh(Im theta).
  const double over = 0.5 * (abs(x - complex<double>(1.0)) + abs(x + complex<double>(1.0))) - 1;
  const double grows = (degree + 0.5 * (alpha + beta + 1)) * sqrt(2 * max(0.0, over));
  return grows > 0.5 && grows < 2 * beta + 8;
}

/// The function of degree > -(alpha + beta + 1)/2 for numbers H: double, or dual numbers over double-double.
template <class H, class Z>
SCI_HD_LARGE auto jacobi_by_degree(hyper_passed<H> degree, hyper_passed<H> alpha, hyper_passed<H> beta, Z x,
                                   int64_t steps) {
  const auto lift = [](double k) { return hyper_lift<H>(double_double(k)); };
  const H s = alpha + beta + lift(1), base = degree - lift(double(steps));
  const Z z = (Z(1.0) - x) * 0.5;
  using R = hyper_narrowed<H>;
  const R narrow = hyper_narrow(base), a = hyper_narrow(alpha), b = hyper_narrow(beta);
  auto p = jacobi_series(-base, base + s, alpha + lift(1), z) * jacobi_front(narrow, a);
  if (steps > 0) {
    const H next = base + lift(1);
    const auto before = p;
    p = jacobi_series(-next, next + s, alpha + lift(1), z) * jacobi_front(narrow + R(1.0), a);
    const auto at = decltype(p)(orthogonal_lift<R>(x));
    p = jacobi_three_terms(steps - 1, narrow + R(1.0), a, b, before, p, at, at - decltype(p)(R(1.0)));
  }
  return p;
}

/// The function for dual numbers H about alpha = -m, where 2F1 is infinite and what stands before it 0: of 2F1 over
/// Gamma(c), c = alpha + 1, down from c + m and c + m + 1 by DLMF 15.5.18, which has no pole in c; NaN for m > 1000.
template <class H, class Z>
SCI_HD_LARGE auto jacobi_about_whole(hyper_passed<H> v, hyper_passed<H> alpha, hyper_passed<H> beta, Z x) {
  const auto lift = [](double k) { return hyper_lift<H>(double_double(k)); };
  const double m = -rint(hyper_leading(alpha));
  const auto argument = (Z(1.0) - x) * 0.5;
  const auto z = hyper_exact(argument), front = hyper_exact(Z(1.0)) / (hyper_exact(Z(1.0)) - z);
  const H a = -v, b = v + alpha + beta + lift(1), first = alpha + lift(1 + m);
  H c = first;
  auto lo = hyper_gauss_dual(a, b, c, argument), hi = hyper_gauss_dual(a, b, c + lift(1), argument) * (lift(1) / c);
  if (m > 1000) lo = lo * lift(limits<double>::nan);
  SCI_NO_UNROLL
  for (double i = 0; i < min(m, 1000.0); ++i) {
    const H below = c - lift(1);
    const auto change = hi * ((c - a) * (c - b)) - lo * (c + below - a - b);
    const auto next = hyper_scaled(lo * below + hyper_scaled(change, z), front);
    hi = lo, lo = next, c = below;
  }
  const auto one = hyper_narrow(lift(1));
  return hyper_narrow(lo) * (poch_smooth(hyper_narrow(v) + one, hyper_narrow(alpha)) * rgamma(hyper_narrow(first)));
}

/// The function for numbers H, from beta less the raises where there are some.
template <class H, class Z>
SCI_HD_LARGE auto jacobi_general(hyper_passed<H> v, hyper_passed<H> alpha, hyper_passed<H> beta, Z x) {
  const auto lift = [](double k) { return hyper_lift<H>(double_double(k)); };
  const H s = alpha + beta + lift(1);
  bool mirrored = hyper_leading(v) + hyper_leading(v) < -hyper_leading(s);
  H degree = mirrored ? -v - s : v;
  const double n = hyper_leading(degree), first = hyper_leading(alpha), second = hyper_leading(beta);
  // Below -s/2 the function falls where the other solution rises with the degree; beside the zeros of its front factor,
  // which alpha < -1 has, either may.
  const bool falls = (first < -1 || first + second < -2) && min(n, abs(hyper_leading(v))) < 2000;
  const bool stepless = falls || jacobi_stepless(n, first, second, x);
  if (mirrored && stepless) mirrored = false, degree = v;  // hyp2f1 alone is the same, binom(n + alpha, n) may overflow
  const int64_t steps = stepless ? 0 : orthogonal_steps_above(n, 1);
  const int64_t raises = !stepless && jacobi_in_waves(x) ? jacobi_raises(n, first, second) : 0;
  H low = beta - lift(double(raises));
  auto p = jacobi_by_degree<H, Z>(degree, alpha, low, x, steps);
  if (raises > 0) {
    low = low + lift(1);
    const auto before = p;
    p = jacobi_by_degree<H, Z>(degree, alpha, low, x, steps);
    p = jacobi_raised(raises - 1, hyper_narrow(degree), hyper_narrow(alpha), hyper_narrow(low), before, p,
                      decltype(p)(orthogonal_lift<hyper_narrowed<H>>(x)));
  }
  const auto a = hyper_narrow(alpha);
  if (mirrored) p = p * (jacobi_front(hyper_narrow(v), a) / jacobi_front(hyper_narrow(degree), a));
  return p;
}

template <class Z>
SCI_HD bool jacobi_refused(double v, double alpha, double beta, Z x) {
  return isnan(v) || isnan(x) || !isfinite(alpha + beta) || abs(v) > double(orthogonal_most);
}

/// v not whole, alpha = -m: the limit, where 2F1 is infinite and what stands before it 0 (DLMF 15.2.3_5),
/// binom(v + beta, m) ((x - 1)/2)^m 2F1(m - v, v + beta + 1; m + 1; (1 - x)/2); NaN for m > 1000.
template <class Z>
SCI_HD_LARGE Z jacobi_whole(double v, double m, double beta, Z x) {
  if (m > 1000) return Z(limits<double>::nan);
  const Z z = (Z(1.0) - x) * 0.5;
  Z front = Z(1.0);
  SCI_NO_UNROLL
  for (double i = 1; i <= m; ++i) front = front * (-z) * ((v + beta - m + i) / i);
  return front * jacobi_series(m - v, v + beta + 1, m + 1, z);
}

template <class Z>
SCI_HD_LARGE Z jacobi_function_value(double v, double alpha, double beta, Z x) {
  if (jacobi_refused(v, alpha, beta, x)) return Z(limits<double>::nan);
  if (v < 0 && alpha == 0 && beta == 0) v = -v - 1;  // Legendre's
  if (v == rint(v)) return jacobi_polynomial(int64_t(v), alpha, beta, x);
  if (alpha < 0 && alpha == rint(alpha)) return jacobi_whole(v, -alpha, beta, x);
  return jacobi_general<double, Z>(v, alpha, beta, x);
}
/// The same for dual numbers.
template <class H, class Z>
SCI_HD_LARGE auto jacobi_general_dual(const H& v, const H& alpha, const H& beta, Z x) {
  const double n = hyper_leading(v), a = hyper_leading(alpha), m = -rint(a);
  const bool ends = n >= 0 && n < m && n == rint(n);  // the polynomial, before the pole
  if (m > 0 && abs(a + m) < 0.125 && !ends) return jacobi_about_whole<H, Z>(v, alpha, beta, x);
  return jacobi_general<H, Z>(v, alpha, beta, x);
}
template <class Z>
SCI_HD_LARGE Z jacobi_function_first_value(int64_t i, int64_t j, int64_t k, double v, double alpha, double beta, Z x) {
  if (jacobi_refused(v, alpha, beta, x) || i < 0 || j < 0 || k < 0 || i + j + k != 1) return Z(limits<double>::nan);
  return orthogonal_derivative(jacobi_general_dual(hyper_seed(v, i), hyper_seed(alpha, j), hyper_seed(beta, k), x));
}
template <class Z>
SCI_HD_LARGE Z jacobi_function_second_value(int64_t i, int64_t j, int64_t k, double v, double alpha, double beta, Z x) {
  if (jacobi_refused(v, alpha, beta, x) || i < 0 || j < 0 || k < 0 || i + j + k != 2) return Z(limits<double>::nan);
  const bool first_b = i == 0 && j > 0, first_c = i == 0 && j == 0, other_b = k == 0 && j > 0, other_a = i == 2;
  return orthogonal_derivative(orthogonal_derivative(jacobi_general_dual(
      hyper_seed(v, i > 0, other_a), hyper_seed(alpha, first_b, other_b), hyper_seed(beta, first_c, k > 0), x)));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T jacobi_function(T v, T alpha, T beta, T x) {
  return T(detail::jacobi_function_value<double>(v, alpha, beta, x));
}
template <class T>
SCI_HD complex<T> jacobi_function(T v, T alpha, T beta, complex<T> x) {
  return complex<T>(detail::jacobi_function_value(v, alpha, beta, complex<double>(x)));
}
/// The derivative in v for i = 1, in alpha for j = 1, in beta for k = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T jacobi_function_first(int64_t i, int64_t j, int64_t k, T v, T alpha, T beta, T x) {
  return T(detail::jacobi_function_first_value<double>(i, j, k, v, alpha, beta, x));
}
template <class T>
SCI_HD complex<T> jacobi_function_first(int64_t i, int64_t j, int64_t k, T v, T alpha, T beta, complex<T> x) {
  return complex<T>(detail::jacobi_function_first_value(i, j, k, v, alpha, beta, complex<double>(x)));
}
/// i + j + k = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T jacobi_function_second(int64_t i, int64_t j, int64_t k, T v, T alpha, T beta, T x) {
  return T(detail::jacobi_function_second_value<double>(i, j, k, v, alpha, beta, x));
}
template <class T>
SCI_HD complex<T> jacobi_function_second(int64_t i, int64_t j, int64_t k, T v, T alpha, T beta, complex<T> x) {
  return complex<T>(detail::jacobi_function_second_value(i, j, k, v, alpha, beta, complex<double>(x)));
}

#if !SCI_DEVICE
template <class T>
enable_hardware<T> jacobi_function_rows(int64_t count, T* out, const T* v, const T* alpha, const T* beta, const T* x) {
  const double n = *v, a = *alpha, b = *beta;
  const auto one = [=](double at) { return jacobi_function(n, a, b, at); };
  detail::jacobi_raised_row row;
  if (count < detail::jacobi_short_row || !row.set(n, a, b)) {
    for (int64_t i = 0; i < count; ++i) out[i] = T(one(double(x[i])));
    return;
  }
  detail::rows_in_double(count, out, x,
                         [&](int64_t m, double* to, const double* from) { run_rows(m, to, from, 2.0, row, one); });
}
#endif

}  // namespace sci
