// L_v^(alpha)(x) of Laguerre for real degree v, real and complex x, and its derivatives in v and alpha.
//
//   Gamma(v + alpha + 1) / (Gamma(v + 1) Gamma(alpha + 1)) 1F1(-v; alpha + 1; x)              DLMF 18.11.2, 13.6.19
//
// Rows of one degree and parameter     detail/laguerre_rows.h
// Whole degrees     special/orthogonal.h; in derivatives the general way
// Small degrees     (v < |x| / 4 + 3) the definition by hyp1f1
// Large degrees     hyp1f1 at two degrees there, then the recurrence of three terms, DLMF 18.9.2. From below |x| / 4,
//                   where this solution falls beside the other, it would lose digits.
// alpha < -1        no steps up to the degree 2000: below -alpha this solution falls beside the other, too
// alpha = -m        a pole of hyp1f1: the limit; derivatives about it by steps down in alpha from beside 0, those in
//                   alpha of whole degrees by special/orthogonal.h
// Derivatives       dual numbers, in hyp1f1 over double-double
//
// NaN for |v| > 10^6, and where hyp1f1 is.
#pragma once
#include "special/detail/laguerre_rows.h"
#include "special/hyp1f1.h"
#include "special/jacobi_function.h"

namespace sci {
namespace detail {

template <class Z>
SCI_HD_LARGE Z laguerre_series(double a, double b, Z z) {
  return hyper_kummer_value<Z>(a, b, z, 48);
}
template <class T, class Z>
SCI_HD_LARGE auto laguerre_series(dual<T> a, dual<T> b, Z z) {
  return hyper_narrow(hyper_kummer_dual(a, b, z));
}

/// From degrees `degree` - 1 (before) and `degree` (p) by steps forward.
template <class R, class Z>
SCI_HD_LARGE Z laguerre_three_terms(int64_t steps, R degree, R alpha, Z before, Z p, Z x) {
  const laguerre_family<R> family{alpha};
  Z f = p - before * ((degree + alpha) / degree);
  R k = degree;
  SCI_NO_UNROLL
  for (int64_t i = 0; i < steps && orthogonal_finite(p); ++i, k = k + R(1.0)) family.step(k, true, x, p, f);
  return p;
}

template <class H, class Z>
SCI_HD_LARGE auto laguerre_general(hyper_passed<H> v, hyper_passed<H> alpha, Z x) {
  const auto lift = [](double k) { return hyper_lift<H>(double_double(k)); };
  const double turn = ceil(double(abs1(x)) / 4) + 1;
  const double degree = hyper_leading(v);
  // Up to the degree -alpha the function falls where the other solution rises.
  const bool falls = hyper_leading(alpha) < -1 && degree < 2000;
  const int64_t steps = !falls && turn < double(orthogonal_most) ? orthogonal_steps_above(degree, turn) : 0;
  const H base = v - lift(double(steps)), c = alpha + lift(1);
  using R = hyper_narrowed<H>;
  const R narrow = hyper_narrow(base), a = hyper_narrow(alpha);
  auto p = laguerre_series(-base, c, x) * jacobi_front(narrow, a);
  if (steps > 0) {
    const auto before = p;
    p = laguerre_series(-(base + lift(1)), c, x) * jacobi_front(narrow + R(1.0), a);
    p = laguerre_three_terms(steps - 1, narrow + R(1.0), a, before, p, decltype(p)(orthogonal_lift<R>(x)));
  }
  return p;
}

/// The function for dual numbers H about alpha = -m, where 1F1 is infinite and what stands before it 0: of 1F1 over
/// Gamma(c), c = alpha + 1, down from c + m and c + m + 1 by DLMF 13.3.2, which has no pole in c then; NaN for m >
/// 1000.
template <class H, class Z>
SCI_HD_LARGE auto laguerre_about_whole(hyper_passed<H> v, hyper_passed<H> alpha, Z x) {
  const auto lift = [](double k) { return hyper_lift<H>(double_double(k)); };
  const double m = -rint(hyper_leading(alpha));
  const auto z = hyper_exact(x);
  const H a = -v, first = alpha + lift(1 + m);
  H c = first;
  auto lo = hyper_kummer_dual(a, c, x), hi = hyper_kummer_dual(a, c + lift(1), x) * (lift(1) / c);
  if (m > 1000) lo = lo * lift(limits<double>::nan);
  SCI_NO_UNROLL
  for (double i = 0; i < min(m, 1000.0); ++i) {
    const H below = c - lift(1);
    const auto next = lo * below + hyper_scaled(lo - hi * (c - a), z);
    hi = lo, lo = next, c = below;
  }
  const auto one = hyper_narrow(lift(1));
  return hyper_narrow(lo) * (poch_smooth(hyper_narrow(v) + one, hyper_narrow(alpha)) * rgamma(hyper_narrow(first)));
}

/// v not whole, alpha = -m: the limit (-x)^m / m! 1F1(m - v; m + 1; x) (DLMF 13.2.5); NaN for m > 1000.
template <class Z>
SCI_HD_LARGE Z laguerre_at_whole(double v, double m, Z x) {
  if (m > 1000) return Z(limits<double>::nan);
  Z front = Z(1.0);
  SCI_NO_UNROLL
  for (double i = 1; i <= m; ++i) front = front * (-x) * (1 / i);
  return front * laguerre_series(m - v, m + 1, x);
}

template <class Z>
SCI_HD_LARGE Z laguerre_function_value(double v, double alpha, Z x) {
  if (jacobi_refused(v, alpha, 0.0, x)) return Z(limits<double>::nan);
  if (v == rint(v)) return laguerre_polynomial(int64_t(v), alpha, x);
  if (alpha < 0 && alpha == rint(alpha)) return laguerre_at_whole(v, -alpha, x);
  return laguerre_general<double, Z>(v, alpha, x);
}
/// The same for dual numbers.
template <class H, class Z>
SCI_HD_LARGE auto laguerre_general_dual(const H& v, const H& alpha, Z x) {
  const double n = hyper_leading(v), a = hyper_leading(alpha), m = -rint(a);
  const bool ends = n >= 0 && n < m && n == rint(n);  // the polynomial, before the pole
  if (m > 0 && abs(a + m) < 0.125 && !ends) return laguerre_about_whole<H, Z>(v, alpha, x);
  return laguerre_general<H, Z>(v, alpha, x);
}
/// Is 1F1 at a pole whose polynomial has slopes in alpha?
SCI_HD bool laguerre_whole(double v, double alpha) { return v == rint(v) && alpha < 0 && alpha == rint(alpha); }

template <class Z>
SCI_HD_LARGE Z laguerre_function_first_value(int64_t i, int64_t j, double v, double alpha, Z x) {
  if (jacobi_refused(v, alpha, 0.0, x) || i < 0 || j < 0 || i + j != 1) return Z(limits<double>::nan);
  if (j == 1 && laguerre_whole(v, alpha)) return laguerre_polynomial_first(int64_t(v), alpha, x);
  return orthogonal_derivative(laguerre_general_dual(hyper_seed(v, i), hyper_seed(alpha, j), x));
}
template <class Z>
SCI_HD_LARGE Z laguerre_function_second_value(int64_t i, int64_t j, double v, double alpha, Z x) {
  if (jacobi_refused(v, alpha, 0.0, x) || i < 0 || j < 0 || i + j != 2) return Z(limits<double>::nan);
  if (j == 2 && laguerre_whole(v, alpha)) return laguerre_polynomial_second(int64_t(v), alpha, x);
  return orthogonal_derivative(
      orthogonal_derivative(laguerre_general_dual(hyper_seed(v, i > 0, i == 2), hyper_seed(alpha, i == 0, j > 0), x)));
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T laguerre_function(T v, T alpha, T x) {
  return T(detail::laguerre_function_value<double>(v, alpha, x));
}
template <class T>
SCI_HD complex<T> laguerre_function(T v, T alpha, complex<T> x) {
  return complex<T>(detail::laguerre_function_value(v, alpha, complex<double>(x)));
}
/// The derivative in v for i = 1, in alpha for j = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T laguerre_function_first(int64_t i, int64_t j, T v, T alpha, T x) {
  return T(detail::laguerre_function_first_value<double>(i, j, v, alpha, x));
}
template <class T>
SCI_HD complex<T> laguerre_function_first(int64_t i, int64_t j, T v, T alpha, complex<T> x) {
  return complex<T>(detail::laguerre_function_first_value(i, j, v, alpha, complex<double>(x)));
}
/// i + j = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T laguerre_function_second(int64_t i, int64_t j, T v, T alpha, T x) {
  return T(detail::laguerre_function_second_value<double>(i, j, v, alpha, x));
}
template <class T>
SCI_HD complex<T> laguerre_function_second(int64_t i, int64_t j, T v, T alpha, complex<T> x) {
  return complex<T>(detail::laguerre_function_second_value(i, j, v, alpha, complex<double>(x)));
}

#if !SCI_DEVICE
template <class T>
enable_hardware<T> laguerre_function_rows(int64_t count, T* out, const T* v, const T* alpha, const T* x) {
  const double n = *v, a = *alpha;
  const auto one = [=](double at) { return laguerre_function(n, a, at); };
  detail::laguerre_row row;
  if (count < detail::jacobi_short_row || !row.set(n, a)) {
    for (int64_t i = 0; i < count; ++i) out[i] = T(one(double(x[i])));
    return;
  }
  detail::rows_in_double(count, out, x, [&](int64_t m, double* to, const double* from) { row.run(m, to, from, one); });
}
#endif

}  // namespace sci
