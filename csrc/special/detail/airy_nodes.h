// Ai and Ai' in the sector |arg w| <= 2 pi/3 for moderate w, by one Taylor step from a grid of nodes 3/4 apart.
//
// y'' = w y: with t_n = c_n h^n, (n+1)(n+2) t_{n+2} = h^2 w0 t_n + h^3 t_{n-1}. A step to the left goes with the growth
// of Ai in this sector, so nodes lie to the right of the argument rather than to its left: the step's real part is in
// [-9/16, 3/16]. The argument comes as high + low, since a rotation by 2 pi/3 that rounds would cost |w|^(3/2) eps.
#pragma once
#include "special/detail/airy_tables.h"
#include "special/detail/airy_zeta.h"

namespace sci {
namespace detail {

template <class T>
struct airy_value {
  T y, slope;
};

template <class T>
SCI_HD airy_value<complex<T>> airy_conj(airy_value<complex<T>> f) {
  return {conj(f.y), conj(f.slope)};
}

template <class T>
SCI_HD_LARGE airy_value<complex<T>> airy_near(airy_pair<complex<T>> w) {
  bool below = w.high.im < T(0);
  if (below) w = {conj(w.high), conj(w.low)};
  const T step = T(0.75);
  int i = int(rint(w.high.re / step + T(0.25))), j = int(rint(w.high.im / step));
  complex<T> w0 = {T(i) * step, T(j) * step};
  complex<T> h = (w.high - w0) + w.low, h2 = h * h, hw = h * w0;
  const double* node = airy_tables::nodes + 4 * (i + 7 + 21 * j);
  complex<T> t0 = complex<T>(T(0)), t1 = {T(node[0]), T(node[1])}, y1 = {T(node[2]), T(node[3])}, t2 = y1 * h;
  complex<T> y = t1 + t2, slope = y1;
  SCI_NO_UNROLL for (int n = 0; n < 28; ++n) {
    complex<T> p = (hw * t1 + h2 * t0) * (T(1) / T(n + 1));
    slope += p;
    complex<T> t = h * p * (T(1) / T(n + 2));
    y += t;
    if (negligible(t, y) && negligible(p, slope) && negligible(t2, y)) break;
    t0 = t1, t1 = t2, t2 = t;
  }
  airy_value<complex<T>> f = {y, slope};
  return below ? airy_conj(f) : f;
}

/// z exp(sign 2 pi i/3) as high + low.
template <class T>
SCI_HD airy_pair<complex<T>> airy_rotate(complex<T> z, T sign) {
  // sqrt(3)/2 in two parts
  const T high = is_same<T, float> ? T(0.8660253882408142) : T(0.8660254037844386);
  const T low = is_same<T, float> ? T(1.5543619991e-8) : T(5.017542110902477e-17);
  T y = sign * z.im, x = sign * z.re;
  airy_pair<T> re = airy_product_sum(z.re, T(-0.5), y, -high), im = airy_product_sum(z.im, T(-0.5), x, high);
  return {{re.high, im.high}, {re.low - y * low, im.low + x * low}};
}

}  // namespace detail
}  // namespace sci
