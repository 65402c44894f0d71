// Polynomials of Legendre, Gegenbauer, Jacobi and Laguerre of whole degree, real and complex x, and their derivatives
// in the parameters, by dual numbers.                                             card: sci/special/_orthogonal.py
//
// Method     detail/orthogonal_steps.h
// Degrees    negative ones: P_{-n-1} = P_n of Legendre, 0 of the others (1 / Gamma(n + 1)); NaN beyond 10^6
// Error      worst ulp (mean) per region and dtype: python -m tools.accuracy jacobi_polynomial
// Weak spot  time grows with the degree; parameters of -1 or less: detail/orthogonal_sums.h
#pragma once
#include "special/detail/orthogonal_rows.h"
#include "special/detail/orthogonal_short.h"
#include "special/detail/orthogonal_steps.h"
#include "special/detail/orthogonal_sums.h"

namespace sci {
namespace detail {

/// What needs no steps: an argument that is unknown or infinite.
template <class T, class Z>
SCI_HD bool orthogonal_known(int64_t n, T parameter, Z x, Z& value) {
  value = Z(limits<T>::nan);
  if (orthogonal_refused(n, x) || !isfinite(parameter)) return true;
  if (!isinf(x) || n == 0) return false;
  value = n < 0 ? Z(T(0)) : orthogonal_limit(n, x);
  return true;
}

/// dual<T>, or complex<dual<T>>, from an argument that is not varied.
template <class R, class T>
SCI_HD R orthogonal_lift(T x) {
  return R(x);
}
template <class R, class T>
SCI_HD complex<R> orthogonal_lift(complex<T> z) {
  return {R(z.re), R(z.im)};
}
template <class T>
SCI_HD T orthogonal_derivative(dual<T> x) {
  return x.d;
}
template <class T>
SCI_HD complex<T> orthogonal_derivative(complex<dual<T>> z) {
  return {z.re.d, z.im.d};
}

/// A derivative of order i, j in two parameters, i + j = 1 or 2.
template <class T, class Z, class F>
SCI_HD Z orthogonal_first(F f, int64_t i, int64_t j, T a, T b, Z x) {
  if (i < 0 || j < 0 || i + j != 1) return Z(limits<T>::nan);
  return orthogonal_derivative(f(dual<T>{a, T(i)}, dual<T>{b, T(j)}, orthogonal_lift<dual<T>>(x)));
}
template <class T, class Z, class F>
SCI_HD Z orthogonal_second(F f, int64_t i, int64_t j, T a, T b, Z x) {
  using D = dual<dual<T>>;
  if (i < 0 || j < 0 || i + j != 2) return Z(limits<T>::nan);
  const T one_a = i > 0 ? T(1) : T(0), other_a = i == 2 ? T(1) : T(0);
  const D u = {{a, one_a}, {other_a, T(0)}}, v = {{b, T(1) - one_a}, {T(1) - other_a, T(0)}};
  return orthogonal_derivative(orthogonal_derivative(f(u, v, orthogonal_lift<D>(x))));
}

struct jacobi_functor {
  int64_t n;
  template <class R, class Z>
  SCI_HD Z operator()(R alpha, R beta, Z x) const {
    return jacobi_steps(n, alpha, beta, orthogonal_at(x));
  }
};
struct sh_jacobi_functor {
  int64_t n;
  template <class R, class Z>
  SCI_HD Z operator()(R alpha, R beta, Z x) const {
    return jacobi_steps(n, alpha, beta, orthogonal_shifted(x));
  }
};
struct gegenbauer_functor {
  int64_t n;
  template <class R, class Z>
  SCI_HD Z operator()(R lambda, R, Z x) const {
    return gegenbauer_steps(n, lambda, x);
  }
};
struct laguerre_functor {
  int64_t n;
  template <class R, class Z>
  SCI_HD Z operator()(R alpha, R, Z x) const {
    return laguerre_steps(n, alpha, x);
  }
};

SCI_TABLE(double, legendre_short) = {1,     0,   0, 1,        0,     0,     0.25,     1.5,    0,
                                     -0.25, 2.5, 0, -0.40625, 0.625, 4.375, -0.53125, -0.875, 7.875};

/// Gegenbauer's polynomial of degree 1 to 5 (DLMF 18.5.10), real.
template <class T>
SCI_HD T gegenbauer_short(int64_t n, T l, T x) {
  const T t = x * x;
  const T one = n < 4 ? T(2. / 3) * (l + T(2)) : T(2) * (l + T(2)), three = l + T(3);
  switch (n) {
    case 1: return T(2) * l * x;
    case 2: return l * (T(2) * (l + T(1)) * t - T(1));
    case 3: return T(2) * l * (l + T(1)) * x * (one * t - T(1));
    case 4: return l * (l + T(1)) * ((one * three * T(1. / 3) * t - one) * t + T(0.5));
  }
  return l * (l + T(1)) * one * x * ((three * (l + T(4)) * T(2. / 15) * t - three * T(2. / 3)) * t + T(0.5));
}

/// Jacobi's polynomial of degree 1 or 2, real. The square is completed, about the middle of the two zeros, which lie
/// close together beside an end of [-1, 1] where one parameter is much the larger: the sum of powers of x loses as many
/// digits there as d^2 exceeds the value.
template <class T>
SCI_HD T jacobi_short(int64_t n, T alpha, T beta, T x) {
  const T slope = alpha * (x + T(1)) - beta * (T(1) - x);  // (alpha + beta) x + alpha - beta, exact steps at the ends
  if (n == 1) return T(0.5) * slope + x;
  const T three = alpha + beta + T(3), four = three + T(1), s = slope + T(4) * x;
  return (three * s * s - T(4) * (alpha + T(2)) * (beta + T(2))) / (T(8) * four);
}
/// Do they do? Not where parameters or arguments are so large that something might overflow.
template <class T>
SCI_HD bool orthogonal_tame(T alpha, T beta, T x) {
  return abs(x) + abs(alpha) + abs(beta) < T(1e5);
}

}  // namespace detail

template <class Z>
SCI_HD Z legendre_polynomial(int64_t n, Z x) {
  if constexpr (!is_complex<Z>) {
    if (detail::orthogonal_is_short(n, x)) return detail::orthogonal_short(detail::legendre_short, int(n), Z(0.5), x);
  }
  Z value;
  if (detail::orthogonal_known(n < 0 ? -(n + 1) : n, scalar_of<Z>(0), x, value)) return value;
  return detail::legendre_steps(n, detail::orthogonal_at(x));
}
/// At 2 x - 1, near 0 to every digit.
template <class Z>
SCI_HD Z sh_legendre_polynomial(int64_t n, Z x) {
  if constexpr (!is_complex<Z>) {
    if (detail::orthogonal_is_short(n, x))
      return detail::orthogonal_short(detail::legendre_short, int(n), Z(0.5), x + x - Z(1));
  }
  Z value;
  if (detail::orthogonal_known(n < 0 ? -(n + 1) : n, scalar_of<Z>(0), x, value)) return value;
  return detail::legendre_steps(n, detail::orthogonal_shifted(x));
}

template <class T, class Z>
SCI_HD Z gegenbauer_polynomial(int64_t n, T lambda, Z x) {
  if constexpr (!is_complex<Z>) {
    if (n > 0 && n <= 5 && lambda != T(0) && detail::orthogonal_tame(lambda, T(0), x))
      return detail::gegenbauer_short(n, lambda, x);
  }
  Z value;
  if (lambda != T(0) && detail::orthogonal_known(n, lambda, x, value)) return lambda < T(0) ? -value : value;
  if (lambda == T(0)) return isnan(x) ? x : Z(T(n == 0));
  return detail::gegenbauer_steps(n, lambda, x);
}
/// The derivative in lambda.
template <class T, class Z>
SCI_HD Z gegenbauer_polynomial_first(int64_t n, T lambda, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(lambda)) return Z(limits<T>::nan);
  return detail::orthogonal_first(detail::gegenbauer_functor{n}, 1, 0, lambda, T(0), x);
}
template <class T, class Z>
SCI_HD Z gegenbauer_polynomial_second(int64_t n, T lambda, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(lambda)) return Z(limits<T>::nan);
  return detail::orthogonal_second(detail::gegenbauer_functor{n}, 2, 0, lambda, T(0), x);
}

template <class T, class Z>
SCI_HD Z jacobi_polynomial(int64_t n, T alpha, T beta, Z x) {
  if constexpr (!is_complex<Z>) {
    const bool brief = n == 1 || (n == 2 && !detail::jacobi_by_sums(n, alpha, beta));
    if (brief && detail::orthogonal_tame(alpha, beta, x)) return detail::jacobi_short(n, alpha, beta, x);
  }
  Z value;
  if (detail::orthogonal_known(n, alpha + beta, x, value)) return value;
  return detail::jacobi_steps(n, alpha, beta, detail::orthogonal_at(x));
}
/// At 2 x - 1.
template <class T, class Z>
SCI_HD Z sh_jacobi_polynomial(int64_t n, T alpha, T beta, Z x) {
  Z value;
  if (detail::orthogonal_known(n, alpha + beta, x, value)) return value;
  return detail::jacobi_steps(n, alpha, beta, detail::orthogonal_shifted(x));
}
/// The derivative in alpha for i = 1, in beta for j = 1.
template <class T, class Z>
SCI_HD Z jacobi_polynomial_first(int64_t i, int64_t j, int64_t n, T alpha, T beta, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha + beta)) return Z(limits<T>::nan);
  return detail::orthogonal_first(detail::jacobi_functor{n}, i, j, alpha, beta, x);
}
/// i + j = 2.
template <class T, class Z>
SCI_HD Z jacobi_polynomial_second(int64_t i, int64_t j, int64_t n, T alpha, T beta, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha + beta)) return Z(limits<T>::nan);
  return detail::orthogonal_second(detail::jacobi_functor{n}, i, j, alpha, beta, x);
}

template <class T, class Z>
SCI_HD Z sh_jacobi_polynomial_first(int64_t i, int64_t j, int64_t n, T alpha, T beta, Z x) {
  if constexpr (is_same<T, float>) {  // the terms of the derivative cancel beside its zeros
    if constexpr (is_complex<Z>) {
      return Z(sh_jacobi_polynomial_first(i, j, n, double(alpha), double(beta), complex<double>(x)));
    } else {
      return Z(sh_jacobi_polynomial_first(i, j, n, double(alpha), double(beta), double(x)));
    }
  }
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha + beta)) return Z(limits<T>::nan);
  return detail::orthogonal_first(detail::sh_jacobi_functor{n}, i, j, alpha, beta, x);
}
template <class T, class Z>
SCI_HD Z sh_jacobi_polynomial_second(int64_t i, int64_t j, int64_t n, T alpha, T beta, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha + beta)) return Z(limits<T>::nan);
  return detail::orthogonal_second(detail::sh_jacobi_functor{n}, i, j, alpha, beta, x);
}

template <class T, class Z>
SCI_HD Z laguerre_polynomial(int64_t n, T alpha, Z x) {
  Z value;
  if (detail::orthogonal_known(n, alpha, x, value)) return n > 0 && n % 2 != 0 ? -value : value;
  return detail::laguerre_steps(n, alpha, x);
}
/// The derivative in alpha.
template <class T, class Z>
SCI_HD Z laguerre_polynomial_first(int64_t n, T alpha, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha)) return Z(limits<T>::nan);
  return detail::orthogonal_first(detail::laguerre_functor{n}, 1, 0, alpha, T(0), x);
}
template <class T, class Z>
SCI_HD Z laguerre_polynomial_second(int64_t n, T alpha, Z x) {
  if (detail::orthogonal_refused(n, x) || !isfinite(alpha)) return Z(limits<T>::nan);
  return detail::orthogonal_second(detail::laguerre_functor{n}, 2, 0, alpha, T(0), x);
}

#if !SCI_DEVICE
// Rows of one degree and one set of parameters, side by side.

template <class T>
enable_hardware<T> legendre_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* x) {
  const auto one = [n](T at) { return legendre_polynomial(*n, at); };
  if (detail::orthogonal_is_short(*n, T(0)))
    return detail::orthogonal_short_rows(count, out, detail::legendre_short, int(*n), T(0.5), x, T(1), T(0), one);
  detail::orthogonal_rows<false>(count, out, *n < 0 ? -*n - 1 : *n, detail::legendre_family{}, x, one);
}
template <class T>
enable_hardware<T> sh_legendre_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* x) {
  const auto one = [n](T at) { return sh_legendre_polynomial(*n, at); };
  if (detail::orthogonal_is_short(*n, T(0)))
    return detail::orthogonal_short_rows(count, out, detail::legendre_short, int(*n), T(0.5), x, T(2), T(-1), one);
  detail::orthogonal_rows<true>(count, out, *n < 0 ? -*n - 1 : *n, detail::legendre_family{}, x, one);
}
template <class T>
enable_hardware<T> gegenbauer_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* lambda, const T* x) {
  const auto one = [n, lambda](T at) { return gegenbauer_polynomial(*n, *lambda, at); };
  const T twice = *lambda + *lambda;
  const bool single = twice == T(0) || (*n > 0 && *n <= 5) || detail::gegenbauer_by_sums(*n, twice);
  const int64_t degree = single ? -1 : *n;
  detail::orthogonal_rows<false>(count, out, degree, detail::gegenbauer_family<T>{twice}, x, one);
}
template <class T>
enable_hardware<T> jacobi_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* alpha, const T* beta,
                                          const T* x) {
  const auto one = [n, alpha, beta](T at) { return jacobi_polynomial(*n, *alpha, *beta, at); };
  const int64_t degree = *n == 1 || *n == 2 || detail::jacobi_by_sums(*n, *alpha, *beta) ? -1 : *n;
  detail::orthogonal_rows<false>(count, out, degree, detail::jacobi_rows_family<T>{*alpha, *beta}, x, one);
}
template <class T>
enable_hardware<T> sh_jacobi_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* alpha, const T* beta,
                                             const T* x) {
  const auto one = [n, alpha, beta](T at) { return sh_jacobi_polynomial(*n, *alpha, *beta, at); };
  const int64_t degree = detail::jacobi_by_sums(*n, *alpha, *beta) ? -1 : *n;
  detail::orthogonal_rows<true>(count, out, degree, detail::jacobi_rows_family<T>{*alpha, *beta}, x, one);
}
template <class T>
enable_hardware<T> laguerre_polynomial_rows(int64_t count, T* out, const int64_t* n, const T* alpha, const T* x) {
  const auto one = [n, alpha](T at) { return laguerre_polynomial(*n, *alpha, at); };
  const int64_t degree = detail::laguerre_by_sums(*n, *alpha) ? -1 : *n;
  detail::orthogonal_rows<false>(count, out, degree, detail::laguerre_family<T>{*alpha}, x, one);
}
#endif

}  // namespace sci
