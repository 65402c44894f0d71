// Modified Bessel functions: backward recurrence (Miller's algorithm), for moderate |z| in the right half plane.
// T is the type of the order, a hardware number or a dual of it; Z is T or complex<T>.
#pragma once
#include "special/detail/bessel_step.h"

namespace sci {
namespace detail {

/// exp(z) K_v(z) and exp(z) K_{v+1}(z) for |v| <= 1/2, |z| > 1, Re z >= 0.
/// Temme (J. Comput. Phys. 19 (1975)): e^z K_v(z) = sqrt(pi) (2z)^v U_0 with the Kummer functions
/// U_n = U(v + 1/2 + n, 2v + 1, 2z), DLMF 13.6.10. By DLMF 13.3.7
///   U_{n-1} = 2 (n + z) U_n - ((n + 1/2)^2 - v^2) U_{n+1},
/// of which U_n is the minimal solution, and sum (1/2+v)_n (1/2-v)_n U_n / n! = (2z)^(-v-1/2), from the integral
/// DLMF 13.4.4 and the binomial series. Here g_n = n! U_n; the terms fall like exp(-2 sqrt(2 z n)).
template <class T, class Z>
SCI_HD_LARGE void bessel_k_miller(T v, Z z, Z& k0, Z& k1) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  auto pz = primal(z);
  S size = abs(pz);
  // Re sqrt(2 z n) >= 19.2 (double) or 9.3 (float): (2 Re sqrt z)^2 = 2 (|z| + Re z).
  S need = single ? S(180) : S(760);
  int n = int(min(need / (size + real(pz)), S(900))) + 3;
  T w = v * v;
  Z g_above = Z(T(0)), g = Z(T(limits<S>::min / limits<S>::epsilon)), sum = g, first = Z(T(0));
  SCI_NO_UNROLL
  for (; n >= 1; --n) {
    S r = S(1) / S(n);
    T half_below = T(S(n) - S(0.5)), half_above = T(S(n) + S(0.5));
    Z below = (z * T(r) + T(1)) * g * T(2) - g_above * ((half_above * half_above - w) * T(r / S(n + 1)));
    T ratio = (half_below * half_below - w) * T(r * r);
    if (n == 1) first = sum * T(0) + g;
    sum = sum * ratio + below;
    g_above = g;
    g = below;
  }
  const T quarter = T(S(0.25));
  // w_1/w_0 = (1/4 - v^2) U_1/U_0
  Z h = first / g * (quarter - w);
  k0 = sqrt(T(numbers::pi<S> / S(2)) / z) * (g / sum);
  k1 = k0 * (z - h + (v + T(S(0.5)))) / z;
}

/// exp(-z) I_v(z) for v = n + base, 0 <= base < 1, Re z >= 0, moderate |z| and v. Normalised by DLMF 10.23.9 at
/// angle 0, rotated: (z/2)^base e^z = sum c_k I_{base+k}(z), c_k = Gamma(base) (base+k) Gamma(2 base + k)/(Gamma(2
/// base) k!), whose terms do not cancel in the right half plane. factor = (z/2)^base / Gamma(base + 1).
template <class T, class Z>
SCI_HD_LARGE Z bessel_i_miller(T base, int order, Z z, Z factor) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  S size = abs(primal(z));
  // Starts where J_n(|z|) is below the rounding error.
  int start = int(max(S(single ? 12 : 20) + S(single ? 1.5 : 1.7) * size, S(order + (single ? 10 : 16))));
  start = min(start, 4000000);
  bessel_step<T, Z> step(base, z);
  Z above = Z(T(0)), y = Z(T(limits<S>::min / limits<S>::epsilon)), wanted = Z(T(0)), sum = y;
  const S big = single ? S(1e15) : S(1e150);
  SCI_NO_UNROLL
  for (int n = start; n >= 1; --n) {
    if (n == order) wanted = y;
    Z below = step(n) * y + above;
    above = y;
    y = below;
    // c_n/c_{n-1}; c_1/c_0 = 2 (base + 1)
    S m = S(n - 1);
    T ratio = n == 1 ? T(2) * (base + T(1)) : (base + T(S(n))) * (base * T(2) + T(m)) / ((base + T(m)) * T(S(n)));
    sum = sum * ratio + y;
    if (abs1(primal(sum)) > big) {
      T down = T(S(1) / big);
      sum = sum * down;
      y = y * down;
      above = above * down;
      wanted = wanted * down;
    }
  }
  if (order == 0) wanted = y;
  return factor * (wanted / sum);
}

/// The same for v = mu + n, |mu| <= 1/2, by the ratios I_{k+1}/I_k and the Wronskian with K, DLMF 10.28.2. Their
/// logarithms' derivatives in the order are as small as that of I itself, of the size of v/z; those of the factor and
/// the sum above are as log(z/2), and cancel.
template <class T, class Z>
SCI_HD_LARGE Z bessel_i_by_ratios(T mu, int order, Z z) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  const S size = abs(primal(z));
  const int start = int(max(S(single ? 12 : 20) + S(single ? 1.5 : 1.7) * size, S(order + (single ? 10 : 16))));
  const bessel_step<T, Z> step(mu, z);
  Z ratio = Z(T(0)), product = Z(T(1)), k0, k1;
  SCI_NO_UNROLL
  for (int k = min(start, 4000000); k >= 1; --k) {
    ratio = T(1) / (step(k) + ratio);
    if (k <= order) product = product * ratio;
  }
  bessel_k_miller(mu, z, k0, k1);
  return product / (z * (k1 + ratio * k0));
}

/// I_{v+n}(x)/I_v(x) for v >= -1/2, x > 0: backward recurrence, all terms positive.
template <class T>
SCI_HD_LARGE T bessel_i_ratio(T v, int n, T x) {
  using S = scalar_of<T>;
  constexpr bool single = is_same<S, float>;
  // The error falls like exp(-(start^2 - n^2)/x) at first and faster than geometrically later.
  int start = n + 4 + int(min(sqrt((single ? S(18) : S(40)) * primal(x)), (single ? S(10) : S(18)) + primal(x)));
  bessel_step<T, T> step(v, x);
  T above = T(S(0)), y = T(limits<S>::min / limits<S>::epsilon), wanted = y;
  const S big = single ? S(1e15) : S(1e150);
  SCI_NO_UNROLL
  for (int k = start; k >= 1; --k) {
    if (k == n) wanted = y;
    T below = step(k) * y + above;
    above = y;
    y = below;
    if (primal(y) > big) {
      T down = T(S(1) / big);
      y = y * down;
      above = above * down;
      wanted = wanted * down;
    }
  }
  return wanted / y;
}

}  // namespace detail
}  // namespace sci
