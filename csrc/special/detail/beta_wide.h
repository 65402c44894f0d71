// The beta function of positive arguments for vector loops, without branches: with a <= b, r = a + b, t = a / b and
// Gamma(x) = gs(x) x^(x - 1/2) e^-x, gs = gamma_scaled (DLMF 5.11.3),
//
//   r < 13             Gamma(a) Gamma(b) / Gamma(r), corrected for the rounding of r as in special/beta.h
//   r >= 13, b < 13    Gamma(a) Gamma(b) / gs(r) r^-(r - 1/2) e^r
//   b >= 13, a < 13    Gamma(a) gs(b) / gs(r) (1 + t)^(1/2) r^-a e^(b [t - log(1 + t)])
//   a >= 13            gs(a) gs(b) / gs(r) ((1 + t) / a)^(1/2) (r / a)^-a e^(b [t - log(1 + t)] - a)
//
// The large part of the exponent, that with the logarithm, is in two parts, and what the roundings of r, r / a and t
// change in it is added. Error (measured): 4 ulp for b < 13, else 4 + |log B| / 2 (special/beta.h: 10, as much more).
#pragma once
#include "core/elementwise.h"
#include "special/detail/gamma_peak.h"
#include "special/detail/gamma_wide.h"

namespace sci {
namespace detail {

/// B(x, y) = value[0] e^(value[1] + value[2]), value[2] small, for x and y from beta_least<T> to 1 / beta_least<T>.
template <class T>
SCI_HD many<T, 3> beta_wide_parts(T x, T y) {
  constexpr T one = T(1), end = T(13), half = T(0.5);
  const T a = x < y ? x : y, b = x < y ? y : x, r = a + b, lost = a - (r - b);
  const bool near = r < end, both = b < end, small = a < end;
  const many<T, 2> of_a = gamma_near_parts(small ? a : one), of_b = gamma_near_parts(both ? b : one),
                   of_r = gamma_near_parts(near ? r : one);
  const T divisor = small ? one : a, base = r / divisor, base_lost = fma(-base, divisor, r) + lost;
  const many<T, 2> logarithm = wide::log_in_parts(base < T(2) ? T(2) : base);
  // Gamma(r + lost) = Gamma(r) (1 + psi(r) lost), psi(r) ~ log r - 1 / (2 r).
  const T shift = r > T(2) ? lost * (logarithm[0] - half / r) : T(0);

  const T t = a / b, t_lost = fma(-t, b, a), sum = one + t, root = sqrt(sum / divisor);
  const T peak = (small ? T(0) : -a) - b * log1p_minus_series(t), peak_lost = t / sum * t_lost - a * (base_lost / r);
  const T order = both ? r - half : a, rest = both ? r : peak, power = rounded_product(order, logarithm[0]);
  T low = fma(order, -logarithm[0], power) - order * logarithm[1] + (both ? -shift : peak_lost);
  const T exponent = rest - power;
  low = sum_error(rest, -power, exponent) + low;

  const T scaled_a = gamma_scaled(small ? end : a), scaled_b = gamma_scaled(both ? end : b) * root,
          scaled_r = gamma_scaled(near ? end : r);
  const T to_r = near ? of_r[1] * (one - shift) : one, from_r = near ? of_r[0] : scaled_r;
  const T above = (both ? of_b[0] : scaled_b) * to_r, below = (both ? of_b[1] : one) * from_r;
  const T value = above / below * (small ? of_a[0] : scaled_a) / (small ? of_a[1] : one);
  return {{value, near ? T(0) : exponent, near ? T(0) : low}};
}

template <class T>
constexpr T beta_least = T(is_same<T, float> ? 1e-35 : 1e-290);

template <class T>
SCI_HD bool beta_wide_covers(T a, T b) {
  const T low = a < b ? a : b, high = a < b ? b : a;
  return (low > beta_least<T> ? high : limits<T>::infinity) < T(1) / beta_least<T>;
}

template <class T>
SCI_HD Trial<T> beta_wide(T a, T b) {
  const many<T, 3> f = beta_wide_parts(a, b);
  constexpr T least = -wide::format<T>::exp_most;  // e^least is 0
  const bool vanishes = f[1] < least;
  return {wide::times_exp(f[0], vanishes ? least : f[1], vanishes ? T(0) : f[2]), beta_wide_covers(a, b)};
}

template <class T>
SCI_HD Trial<T> betaln_wide(T a, T b) {
  const many<T, 3> f = beta_wide_parts(a, b);
  // Below 13 the logarithm of the factor and the exponent would cancel.
  const bool both = (a < b ? b : a) < T(13);
  const T value = wide::times_exp(f[0], both ? f[1] : T(0), both ? f[2] : T(0));
  const T low = both ? T(0) : f[2], exponent = both ? T(0) : f[1];
  return {log(value) + low + exponent, beta_wide_covers(a, b)};
}

}  // namespace detail
}  // namespace sci
