// The exponential of Debye's expansions in the complex plane, with the digits that an exponent of its size would cost.
//
//   e^(z - zeta) = ((v + s)/z)^v e^(z - s),  s = sqrt(v^2 + z^2)  (DLMF 10.41.7, times v)
//
// The rounding errors of s, of the quotient and of the exponent are found by products with fma and put back as factors;
// the modulus of the power is the hardware's pow, its angle that of phase.h.
#pragma once
#include "special/detail/bessel_step.h"
#include "special/detail/phase.h"

namespace sci {
namespace detail {

/// e^a 2^n with a below log 2: a power of two of the exponential joins n, from which it may differ by little.
template <class T>
SCI_HD void bessel_ik_take_twos(T& a, int& n) {
  using S = scalar_of<T>;
  const S twos = rint(max(S(-1e9), min(S(1e9), primal(a) / numbers::ln2<S>)));
  const S ln2_rest = is_same<S, float> ? S(-1.904654299957768e-9) : S(2.3190468138462996e-17);
  const S reduced = fma(-twos, numbers::ln2<S>, primal(a)) - twos * ln2_rest;
  a = (a - T(primal(a))) + T(reduced);
  n += int(twos);
}

/// e^(z - zeta) 2^-shift for v and |z| below 1e150 (float is served by double); real_part is Re (z - zeta), and beyond
/// `keep` in size the shift makes the modulus a number near 1.
template <class S>
SCI_HD_LARGE complex<S> bessel_ik_debye_exponential(S v, complex<S> z, complex<S> s, S real_part, S keep, int& shift) {
  S a = z.re, b = z.im, p = s.re, q = s.im;
  bessel_exact_sum<S> re, im;
  re.add_product(v, v);
  re.add_product(a, a);
  re.add_product(b, -b);
  re.add_product(p, -p);
  re.add_product(q, q);
  im.add_product(a, b);
  im.add_product(p, -q);
  complex<S> s_low = complex<S>(re.value() * S(0.5), im.value()) / s;
  // top = v + s; base = top/z; `rest` is what base lacks, relative to it.
  S top = v + p, c = top - v, top_low = (v - (top - c)) + (p - c);
  complex<S> base = complex<S>(top, q) / z;
  bessel_exact_sum<S> left, right;
  left.add(top);
  left.add_product(base.re, -a);
  left.add_product(base.im, b);
  right.add(q);
  right.add_product(base.re, -b);
  right.add_product(base.im, -a);
  complex<S> rest = complex<S>(left.value() + top_low + s_low.re, right.value() + s_low.im) / complex<S>(top, q);
  // A huge quotient (v/z)^v: its binary exponent is taken out, and times v is a whole number and a rest.
  S twos = S(0), fraction = S(0);
  if (abs1(base) > S(1e100)) {
    int k;
    frexp(abs1(base), &k);
    base = {ldexp(base.re, -k), ldexp(base.im, -k)};
    twos = rint(S(k) * v);
    fraction = fma(S(k), v, -twos);
  }
  bessel_exact_sum<S> norm2, exponent_re, exponent_im;
  norm2.add_product(base.re, base.re);
  norm2.add_product(base.im, base.im);
  exponent_re.add(a);
  exponent_re.add(-p);
  exponent_im.add(b);
  exponent_im.add(-q);
  S e_re = exponent_re.high, correction = v * (norm2.low / norm2.high * S(0.5) + rest.re) + exponent_re.low - s_low.re;
  double_double angle = phase_angle(double_double(double(base.im)), double_double(double(base.re)));
  S turn = rounded_product(v, S(angle.hi));
  S turn_low = fma(v, S(angle.hi), -turn) + v * (S(angle.lo) + rest.im) + exponent_im.low - s_low.im;
  // Both factors in range, squared `squarings` times.
  S part = S(1), left_part = real_part - twos * numbers::ln2<S>;
  S largest_exponent = max(abs(left_part), abs(left_part - e_re)) + S(20);
  int squarings = 0, e = 0;
  SCI_NO_UNROLL while (largest_exponent * part > S(0.9) * limits<S>::log_max && squarings < 40) {
    part *= S(0.5);
    ++squarings;
  }
  S modulus = pow(norm2.high, v * S(0.5) * part) * exp(e_re * part) * (S(1) + correction * part);
  if (fraction != S(0)) modulus *= exp2(fraction * part);
  shift = 0;
  if (squarings > 0 || twos != S(0) || abs(real_part) > keep) {
    modulus = frexp(modulus, &shift);
    SCI_NO_UNROLL for (int k = 0; k < squarings; ++k) {
      modulus = frexp(modulus * modulus, &e);
      shift = 2 * shift + e;
    }
    shift += int(twos);
  }
  S cosine = cos(turn), sine = sin(turn), c1 = cos(exponent_im.high), s1 = sin(exponent_im.high);
  complex<S> direction = complex<S>(cosine - sine * turn_low, sine + cosine * turn_low) * complex<S>(c1, s1);
  return direction * modulus;
}

}  // namespace detail
}  // namespace sci
