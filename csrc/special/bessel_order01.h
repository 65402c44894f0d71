// Bessel functions of the orders 0 and 1 for real arguments: J, Y, I, K and the scaled exp(-|x|) I, exp(x) K.
//
//   J   bessel_jy_order01.h
//   Y   x < 8: (2/pi) log(x) J_n(x) - (2/pi) n/x + even polynomial (DLMF 10.8.1-2); beyond: Hankel's sums of J
//   I   x < 8: ascending series (10.25.2); beyond: exp(x)/sqrt(x) times a polynomial in 1/x
//   K   x < 1: n/x +- log(x) I_n(x) + even polynomial (10.31.1-2); beyond: exp(-x)/sqrt(x) times polynomials in 1/x
//
// Constants: tools/coefficients/bessel_order01.py. Error (measured): I, K and the scaled ones 4 ulp, J below 8 as well,
// Y 6 ulp of the modulus.
#pragma once
#include "special/detail/bessel_jy_order01.h"
#include "special/detail/bessel_order01_tables.h"
#ifdef SCI_WIDE
#include "core/elementwise.h"
#include "core/wide_waves.h"
#endif

namespace sci {
namespace detail {

/// Y_n(x), n = Order, for 0 < x < 8, given log x.
template <int Order, class S>
SCI_HD S bessel_y01_near(S x, S logarithm) {
  S w = x * x, j = bessel_j01_coefficients<Order, S>::near(x), smooth;
  if (x < S(4)) {
    S u = (w - S(8)) / S(8);
    smooth = Order == 0 ? bessel_y0_low(u) : bessel_y1_low(u);
  } else {
    S u = (w - S(40)) / S(24);
    smooth = Order == 0 ? bessel_y0_high(u) : bessel_y1_high(u);
  }
  const S two_over_pi = S(2) * numbers::inv_pi<S>;
  S singular = two_over_pi * logarithm * j;
  if (Order == 0) return singular + smooth;
  return x * (singular + smooth) - two_over_pi / x;
}

template <int Order, class S>
SCI_HD S bessel_y01(S x) {
  if (isnan(x) || x < S(0)) return limits<S>::nan;
  if (x == S(0)) return -limits<S>::infinity;
  if (isinf(x)) return S(0);
  if (x < S(8)) return bessel_y01_near<Order>(x, log(x));
  return bessel_jy01_far<Order>(x, cos(x), sin(x))[1];
}

template <int Order, class S>
SCI_HD S bessel_j01_any(S x) {
  S size = abs(x);
  if (!(size <= limits<S>::max)) return isnan(x) ? limits<S>::nan : S(0);
  S y = bessel_j01<Order>(size);
  return Order == 1 && signbit(x) ? -y : y;
}

template <int Order, class S>
SCI_HD S bessel_i01(S x, bool scaled) {
  S size = abs(x), y;
  if (size < S(8)) {
    S u = size * size * S(1.0 / 64);
    y = Order == 0 ? bessel_i0_near(u) : size * bessel_i1_near(u);
    if (scaled) y *= exp(-size);
  } else if (isinf(size)) {
    y = scaled ? S(0) : size;
  } else {
    S u = S(16) / size - S(1);
    y = (Order == 0 ? bessel_i0_far(u) : bessel_i1_far(u)) / sqrt(size);
    if (!scaled) {
      S half = exp(size / S(2));  // exp(size) overflows before I does
      y = y * half * half;
    }
  }
  return Order == 1 && signbit(x) ? -y : y;
}

template <int Order, class S>
SCI_HD S bessel_k01(S x, bool scaled) {
  if (isnan(x) || x < S(0)) return limits<S>::nan;
  if (x == S(0)) return limits<S>::infinity;
  if (isinf(x)) return S(0);
  if (x < S(1)) {
    S w = x * x, t = log(x), y;
    if (Order == 0) {
      y = bessel_k0_near(S(2) * w - S(1)) - t * bessel_i0_near(w * S(1.0 / 64));
    } else {
      y = S(1) / x + x * (t * bessel_i1_near(w * S(1.0 / 64)) + bessel_k1_near(S(2) * w - S(1)));
    }
    return scaled ? y * exp(x) : y;
  }
  S t = S(1) / x, y;
  if (x < S(3)) {
    S u = S(3) * t - S(2);
    y = Order == 0 ? bessel_k0_low(u) : bessel_k1_low(u);
  } else if (x < S(8)) {
    S u = (S(48) * t - S(11)) / S(5);
    y = Order == 0 ? bessel_k0_middle(u) : bessel_k1_middle(u);
  } else {
    S u = S(16) * t - S(1);
    y = Order == 0 ? bessel_k0_far(u) : bessel_k1_far(u);
  }
  y /= sqrt(x);
  if (scaled) return y;
  S half = exp(-x / S(2));  // exp(-x) is subnormal before K is
  return y * half * half;
}

}  // namespace detail

#define SCI_BESSEL_01(name, ...) \
  template <class T>             \
  SCI_HD T name(T x) {           \
    return detail::__VA_ARGS__;  \
  }
SCI_BESSEL_01(j0, bessel_j01_any<0>(x))
SCI_BESSEL_01(j1, bessel_j01_any<1>(x))
SCI_BESSEL_01(y0, bessel_y01<0>(x))
SCI_BESSEL_01(y1, bessel_y01<1>(x))
SCI_BESSEL_01(i0, bessel_i01<0>(x, false))
SCI_BESSEL_01(i0e, bessel_i01<0>(x, true))
SCI_BESSEL_01(i1, bessel_i01<1>(x, false))
SCI_BESSEL_01(i1e, bessel_i01<1>(x, true))
SCI_BESSEL_01(k0, bessel_k01<0>(x, false))
SCI_BESSEL_01(k0e, bessel_k01<0>(x, true))
SCI_BESSEL_01(k1, bessel_k01<1>(x, false))
SCI_BESSEL_01(k1e, bessel_k01<1>(x, true))
#undef SCI_BESSEL_01

#ifdef SCI_WIDE
namespace detail {

/// Both pieces, of which one is chosen.
template <int Order, class S>
SCI_HD Trial<S> bessel_j01_trial(S x) {
  const S size = abs(x), within = size < wide::most_waves<S> ? size : S(0);
  const many<S, 2> wave = wide::waves(within);
  const S near = bessel_j01_near<Order>(size < S(8) ? size : S(0));
  const S far = bessel_jy01_far<Order>(size < S(8) ? S(8) : size, wave[0], wave[1])[0];
  const S y = size < S(8) ? near : far;
  return {Order == 0 ? y : copysign(S(1), x) * y, size < wide::most_waves<S>};
}
template <int Order, class S>
SCI_HD Trial<S> bessel_y01_trial(S x) {
  const S positive = x > S(0) ? x : S(1), within = positive < wide::most_waves<S> ? positive : S(1);
  const many<S, 2> wave = wide::waves(within);
  const S logarithm = log(within), near = bessel_y01_near<Order>(within < S(8) ? within : S(1), logarithm);
  const S far = bessel_jy01_far<Order>(within < S(8) ? S(8) : within, wave[0], wave[1])[1];
  const S y = within < S(8) ? near : far;
  return {x < S(0) ? limits<S>::nan : y, x < S(0) ? true : within == x};
}

}  // namespace detail

template <class T>
SCI_HD Trial<T> j0_trial(T x) {
  return detail::bessel_j01_trial<0>(x);
}
template <class T>
SCI_HD Trial<T> j1_trial(T x) {
  return detail::bessel_j01_trial<1>(x);
}
template <class T>
SCI_HD Trial<T> y0_trial(T x) {
  return detail::bessel_y01_trial<0>(x);
}
template <class T>
SCI_HD Trial<T> y1_trial(T x) {
  return detail::bessel_y01_trial<1>(x);
}
#endif

/// J_1(x)/x and I_1(x)/x
template <class T>
SCI_HD T j1_over(T x) {
  return x == T(0) ? T(0.5) : j1(x) / x;
}
template <class T>
SCI_HD T i1_over(T x) {
  if (isinf(x)) return limits<T>::infinity;
  return x == T(0) ? T(0.5) : i1(x) / x;
}

}  // namespace sci
