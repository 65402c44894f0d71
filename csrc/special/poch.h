// Pochhammer's symbol (z)_m = Gamma(z + m) / Gamma(z) for real z and m (DLMF 5.2.5), and its partial derivatives.
//
//   m = -200 ... 200, whole   the product z (z + 1)...(z + m - 1), or 1 / ((z - 1)...(z + m)), where it does not
//                           overflow; in derivatives for m = -20 ... 20.
//   z and z + m within 13 of 0   the two gamma functions, that of z + m corrected for its rounding.
//   z >= 13, z + m > 0      peak(z) / peak(z + m) exp(m log z + z [(1 + t) log(1 + t) - t]), t = m / z, peak of
//                           special/detail/gamma_peak.h, the bracket by log(1 + t) - t, since it begins with t^2 / 2.
//   0 < z < 13              Gamma(z + m) by Stirling's formula, its large power in two halves.
//   both negative           reflection (DLMF 5.5.3): (1 - z - m)_m sin(pi z) / sin(pi (z + m)).
// The derivatives are these (the first only for those in z) on dual numbers: finite at the zeros. In z, for z, z + m >
// 0, it is the symbol times psi(z + m) - psi(z), special/digamma_difference.h, which does not cancel for small m.
#pragma once
#include "special/beta.h"
#include "special/detail/partial.h"
#include "special/digamma_difference.h"

namespace sci {
namespace detail {

/// (z)_m for z > 0 and z + m > 0, one of them large.
template <class T>
SCI_HD_LARGE T poch_large(T z, T m) {
  using S = scalar_of<T>;
  T s = z + m;
  const T one = T(S(1));
  // Beyond, the exponential below would vanish before the result does.
  const S far = is_same<S, float> ? S(90) : S(700);
  if (primal(z) < S(13) && primal(s) > far) return T(limits<S>::infinity);
  if (primal(s) < S(13) && primal(z) > far) return T(S(0));
  // Gamma of the large one by the fourth root of its power: it may overflow where the quotient does not.
  if (primal(z) < S(13)) {
    T root = pow(s, s * T(S(0.25)) - T(S(0.125)));
    T f = rgamma(z) * root * root * (exp(-s) * gamma_scaled(s)) * root * root;
    if (isinf(primal(f))) return f;
    return f + f * gamma_shift(s, sum_error(z, m, s));
  }
  if (primal(s) < S(13)) {
    T root = pow(z, T(S(0.125)) - z * T(S(0.25)));
    T f = gamma(s) * root * root * (exp(z) / gamma_scaled(z)) * root * root;
    return f + f * gamma_shift(s, sum_error(z, m, s));
  }
  T t = m / z;
  T bracket = abs(primal(t)) < S(0.5) ? (one + t) * log1p_minus(t) + t * t : (one + t) * log(one + t) - t;
  T quotient = gamma_peak(z) / gamma_peak(s);
  S power = abs(primal(m) * log(primal(z))), rest = abs(primal(z) * primal(bracket));
  if (power < limits<S>::log_max && rest < limits<S>::log_max - power) return quotient * pow(z, m) * exp(z * bracket);
  return quotient * exp(m * log(z) + z * bracket);
}

template <class T>
SCI_HD_LARGE T poch_smooth(T z, T m) {
  using S = scalar_of<T>;
  const S near = S(13);
  T s = z + m, lost = sum_error(z, m, s);
  S Z = primal(z), E = primal(s);
  const bool whole = primal(m) == floor(primal(m));
  if (E <= S(0) && beta_whole(s)) {
    if (Z <= S(0) && !whole && beta_whole(z)) return T(S(0));  // s is whole by rounding alone
    if (!(Z <= S(0) && whole)) return T(limits<S>::infinity);
  } else if (abs(Z) < near && abs(E) < near) {
    T f = gamma(s) * rgamma(z);
    return f + f * gamma_shift(s, lost);
  }
  const bool both = (Z < S(0) && E < S(0)) || (E <= S(0) && beta_whole(s));
  if (both) {
    T up = T(S(1)) - s, f = abs(Z) < near && abs(E) < near ? gamma(T(S(1)) - z) * rgamma(up) : poch_large(up, m);
    return whole && is_hardware<T> ? f * T(beta_sign(primal(m))) : f * sinpi(z) / sinpi_sum(s, lost);
  }
  if (Z > S(0) && E > S(0)) return poch_large(z, m);
  const T above = rgamma(z);
  return is_hardware<T> && above == T(S(0)) ? above : gamma(s) * above;
}

/// Is the product m factors long, few enough?
template <class T>
SCI_HD bool poch_short(T m) {
  return m == floor(m) && abs(m) <= T(20);
}

/// (z)_m as a product, |m| <= 200.
template <class T>
SCI_HD T poch_product(T z, int m) {
  using S = scalar_of<T>;
  T product = T(S(1));
  for (int i = 0; i < abs(m); ++i) product = product * (z + T(S(m > 0 ? i : -i - 1)));
  return m < 0 ? T(S(1)) / product : product;
}

struct poch_functor {
  template <class T>
  SCI_HD T operator()(T z, T m) const {
    return poch_smooth(z, m);
  }
};

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T poch(T z, T m) {
  if (isnan(z) || isnan(m)) return limits<T>::nan;
  if (m == T(0)) return T(1);
  if (isinf(z) || isinf(m)) {
    if (m < T(0)) return isinf(z) && isfinite(m) ? T(0) : limits<T>::nan;
    return z > T(0) ? limits<T>::infinity : limits<T>::nan;
  }
  if (detail::poch_short(m)) {
    T f = detail::poch_product(z, int(m));
    return isinf(f) && m < T(0) ? limits<T>::infinity : f + T(0);
  }
  if (m == floor(m) && abs(m) <= T(200)) {
    T f = detail::poch_product(z, int(m));
    if (m > T(0) || (f != T(0) && !isinf(f))) return f + T(0);
  }
  // In double, where z + m is no whole number that z + m in float is.
  if constexpr (is_same<T, float>) return float(detail::poch_smooth(double(z), double(m)));
  return detail::poch_smooth(z, m);
}

/// d(z)_m/dz for i = 1, j = 0, d(z)_m/dm for i = 0, j = 1.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T poch_first(int64_t i, int64_t j, T z, T m) {
  if (isinf(z) && isfinite(m) && (j ? m < T(0) : m <= T(0)) && i >= 0 && j >= 0 && i + j == 1)
    return T(0);  // z^m vanishes, or is 1
  if (!isfinite(z) || !isfinite(m) || i < 0 || j < 0 || i + j != 1) return limits<T>::nan;
  if (i == 1 && detail::poch_short(m)) return detail::poch_product(variable(z), int(m)).d;
  if (z > T(0) && z + m > T(0)) return poch(z, m) * (i == 1 ? digamma_difference(z, m) : digamma(z + m));
  return detail::first_partial(detail::poch_functor(), i, j, z, m);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 2> poch_pullback(T grad, T z, T m, T out) {
  if (z > T(0) && z + m > T(0) && isfinite(z) && isfinite(m)) {
    T by_z = detail::poch_short(m) ? poch_first(1, 0, z, m) : out * digamma_difference(z, m);
    return {{grad * by_z, grad * (out * digamma(z + m))}};
  }
  return {{grad * poch_first(1, 0, z, m), grad * poch_first(0, 1, z, m)}};
}

/// d^2 (z)_m / dz^i dm^j, i + j = 2.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T poch_second(int64_t i, int64_t j, T z, T m) {
  if (!isfinite(z) || !isfinite(m)) return limits<T>::nan;
  if (i == 2 && detail::poch_short(m)) return detail::poch_product(variable2(z), int(m)).d.d;
  return detail::second_partial(detail::poch_functor(), i, j, z, m);
}

}  // namespace sci
