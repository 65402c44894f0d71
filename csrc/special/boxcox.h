// The Box-Cox transforms (x^lambda - 1) / lambda and their inverses, with no loss about lambda = 0 and x = 1.
//
// boxcox(x, lambda) = L exprel(lambda L) with L = log x (boxcox1p: log(1 + x)).
// inv_boxcox(y, lambda) = exp(y log1p(s) / s), s = lambda y (inv_boxcox1p: expm1); for small s the exponent is y + y
// (log1p(s) - s)/s with its rounding error.
// boxcox_moment(n, L, lambda) = int_0^L t^n e^(lambda t) dt = L^(n + 1) exprel^(n)(lambda L), the n-th derivative in
// lambda, whose derivative in L is the integrand.
//
// Error (measured): 3 ulp beyond what the conditioning explains.
#pragma once
#include "special/exponential.h"
#include "special/logarithm.h"

namespace sci {
namespace detail {

/// Above, exprel(s) = s/4 exprel(s/2)^2 and exprel'(s) = (s - 1) / 4 (s exprel'(s/2) / (s - 2))^2 up to e^(-s/2), as
/// they may overflow where the results do not.
template <class T>
constexpr T boxcox_large = is_same<T, float> ? T(85) : T(700);

/// (e^(lambda log) - 1) / lambda.
template <class T>
SCI_HD T boxcox_of_log(T log, T lambda) {
  if (isnan(log) || isnan(lambda)) return limits<T>::nan;
  if (isinf(log)) {
    if (log < T(0)) return lambda > T(0) ? T(-1) / lambda : log;
    return lambda < T(0) ? T(-1) / lambda : log;
  }
  if (log == T(0)) return T(0);
  const T s = lambda * log;
  const bool large = s > boxcox_large<T>;
  const T e = exprel(large ? T(0.5) * s : s);
  return large ? log * e * (T(0.25) * s * e) : log * e;
}

/// log(1 + lambda y) / lambda as the sum of the result and `low`, which counts where the exponential magnifies it.
template <class T>
SCI_HD T boxcox_inverse_log(T y, T lambda, T& low) {
  T s = lambda * y;
  low = T(0);
  if (lambda == T(0) || s == T(0)) return y;
  if (isinf(s)) return s < T(0) ? limits<T>::nan : (log(abs(lambda)) + log(abs(y))) / lambda;
  if (abs(s) < T(0.5)) {
    T change = y * (log1p_minus(s) / s), sum = y + change;
    low = (y - sum) + change;
    return sum;
  }
  return y * (log1p(s) / s);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T boxcox(T x, T lambda) {
  return detail::boxcox_of_log(log(x), lambda);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T boxcox1p(T x, T lambda) {
  return detail::boxcox_of_log(log1p(x), lambda);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T inv_boxcox(T y, T lambda) {
  T low, high = detail::boxcox_inverse_log(y, lambda, low), value = exp(high);
  return low == T(0) || isinf(value) ? value : value + value * low;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T inv_boxcox1p(T y, T lambda) {
  T low, high = detail::boxcox_inverse_log(y, lambda, low), value = expm1(high);
  return low == T(0) || isinf(value) ? value : value + (value + T(1)) * low;
}

namespace detail {

/// The derivative in lambda, L^2 exprel'(lambda L); 1 / lambda^2 at L = -infinity.
template <class T>
SCI_HD T boxcox_slope(T log, T lambda) {
  const bool edge = isinf(log) && lambda != T(0);
  T safe = edge ? T(1) : log, s = lambda * safe;
  const bool large = s > boxcox_large<T>;
  T f = safe * exprel_slope(large ? T(0.5) * s : s), ratio = T(1) + T(2) / (s - T(2));
  T inside = large ? f * (T(0.25) * (s - T(1)) * ratio * ratio * f) : safe * f;
  return edge ? (log * lambda > T(0) ? abs(log) : T(1) / lambda / lambda) : inside;
}

/// The derivatives at x = e^l.
template <class T>
SCI_HD many<T, 2> boxcox_gradient(T grad, T x, T l, T lambda) {
  lambda = l == T(0) && isinf(lambda) ? T(0) : lambda;  // at x = 1 all are one
  T power = exp(lambda * l), less = lambda - T(1);
  // x^(lambda - 1) by x^lambda, since rounding lambda - 1 would cost digits, where that is a normal number.
  T beside = less == T(0) ? T(1) : exp(less * l);
  T by_x = power >= limits<T>::min && power <= limits<T>::max && x > T(0) ? power / x : beside;
  return {{grad * by_x, grad * boxcox_slope(l, lambda)}};
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T boxcox_moment(int64_t n, T log, T lambda) {
  if (n < 0 || n > 64 || isnan(log) || isnan(lambda)) return limits<T>::nan;
  if (n == 0) return detail::boxcox_of_log(log, lambda);
  if (n == 1) return detail::boxcox_slope(log, lambda);
  const bool odd = n & 1;
  if (isinf(log)) {
    if (!(log * lambda < T(0))) return log > T(0) || odd ? limits<T>::infinity : log;
    T edge = T(1) / abs(lambda);  // n! / |lambda|^(n + 1)
    for (int k = 1; k <= int(n); ++k) edge *= T(k) / abs(lambda);
    return log > T(0) || odd ? edge : -edge;
  }
  T value = log * exprel_moment(n, lambda * log);
  for (int k = 0; k < int(n); ++k) value *= log;
  return value;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> boxcox_pullback(T grad, T x, T lambda, T) {
  return detail::boxcox_gradient(grad, x, log(x), lambda);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> boxcox1p_pullback(T grad, T x, T lambda, T) {
  return detail::boxcox_gradient(grad, T(1) + x, log1p(x), lambda);
}

/// With x = exp(y G_0(s)), s = lambda y: dx/dy = x / (1 + s), dx/dlambda = -x y^2 G_1(s), G_k = log1p_moment(k, .);
/// where 1 + s = 0 what (1 + s)^(1/lambda - 1) makes of them.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> inv_boxcox_pullback(T grad, T y, T lambda, T) {
  T x = grad * inv_boxcox(y, lambda), s = lambda * y;
  if (y == -limits<T>::infinity && lambda <= T(0)) return {{T(0), T(0)}};
  const bool edge = s == T(-1);
  T by_y = edge ? grad * (lambda == T(1)                   ? T(1)
                          : lambda > T(0) && lambda < T(1) ? T(0)
                                                           : limits<T>::infinity)
                : x / (T(1) + s);
  return {{by_y, edge ? (by_y == T(0) ? T(0) : by_y * y / lambda) : -x * y * (y * detail::log1p_first_moment(s))}};
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> inv_boxcox1p_pullback(T grad, T y, T lambda, T) {
  return inv_boxcox_pullback(grad, y, lambda, T(0));
}

}  // namespace sci
