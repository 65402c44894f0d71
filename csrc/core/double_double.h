// Double-double arithmetic: a number as the unevaluated sum of two doubles, about 32 digits. For the few places where
// cancellation in double loses everything; dual.h and complex.h work on top of it.
//
// Sources: T. J. Dekker, "A floating-point technique for extending the available precision", Numer. Math. 18 (1971)
// 224-242; M. Joldes, J.-M. Muller, V. Popescu, "Tight and rigorous error bounds for basic building blocks of
// double-word arithmetic", ACM Trans. Math. Softw. 44 (2017) 15res: the sloppy sum is not used, errors are a few
// 2^-106. M. Lange, S. M. Rump, "Faithfully rounded floating-point computations", ACM Trans. Math. Softw. 46 (2020)
// 21:1-21:20.
#pragma once
#include "core/dual.h"

namespace sci {

/// x y + z rounded once. The C library's function costs a call, about which every register is spilled, around the one
/// instruction that almost every processor has.
#if SCI_DEVICE || !defined __x86_64__ || defined __FMA__
SCI_HD double fused(double x, double y, double z) { return fma(x, y, z); }
#else
SCI_HD double fused(double x, double y, double z) {
  if (!__builtin_cpu_supports("fma")) return fma(x, y, z);
  asm("vfmadd231sd %2, %1, %0" : "+x"(z) : "x"(x), "x"(y));
  return z;
}
#endif

struct double_double {
  double hi, lo;
  SCI_HD constexpr double_double() : hi(0), lo(0) {}
  SCI_HD constexpr double_double(double x) : hi(x), lo(0) {}
  SCI_HD constexpr double_double(double high, double low) : hi(high), lo(low) {}
  SCI_HD explicit operator double() const { return hi + lo; }
  SCI_HD double_double operator-() const { return {-hi, -lo}; }

  /// s + e = a + b exactly, |a| >= |b| or a = 0.
  static SCI_HD double_double ordered_sum(double a, double b) {
    double s = a + b;
    return {s, b - (s - a)};
  }
  /// s + e = a + b exactly.
  static SCI_HD double_double sum(double a, double b) {
    double s = a + b, v = s - a;
    return {s, (a - (s - v)) + (b - v)};
  }
  static SCI_HD double_double product(double a, double b) {
    double p = rounded_product(a, b);
    return {p, fused(a, b, -p)};
  }

  friend SCI_HD double_double operator+(double_double a, double_double b) {
    double_double s = sum(a.hi, b.hi), t = sum(a.lo, b.lo);
    s = ordered_sum(s.hi, s.lo + t.hi);
    return ordered_sum(s.hi, s.lo + t.lo);
  }
  friend SCI_HD double_double operator-(double_double a, double_double b) { return a + (-b); }
  friend SCI_HD double_double operator*(double_double a, double_double b) {
    double_double p = product(a.hi, b.hi);
    return ordered_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
  }
  friend SCI_HD double_double operator*(double_double a, double b) {
    double_double p = product(a.hi, b);
    return ordered_sum(p.hi, p.lo + a.lo * b);
  }
  friend SCI_HD double_double operator/(double_double a, double_double b) {
    double q = a.hi / b.hi;
    double_double r = a - b * q;
    double q2 = r.hi / b.hi;
    r = r - b * q2;
    double_double s = ordered_sum(q, q2);
    return s + double_double(r.hi / b.hi);
  }
  friend SCI_HD bool operator==(double_double a, double_double b) { return a.hi == b.hi && a.lo == b.lo; }
  friend SCI_HD bool operator!=(double_double a, double_double b) { return !(a == b); }
  friend SCI_HD bool operator<(double_double a, double_double b) {
    return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
  }
  friend SCI_HD bool operator>(double_double a, double_double b) { return b < a; }
  friend SCI_HD bool operator<=(double_double a, double_double b) { return !(b < a); }
  friend SCI_HD bool operator>=(double_double a, double_double b) { return !(a < b); }
};

/// Pair arithmetic (Lange and Rump): double_double without its renormalisation. hi is what doubles alone would give, lo
/// gathers what they lose. It costs a third and holds some 30 digits over thousands of operations; but after
/// cancellation lo may be no smaller than hi. For inner loops, which start from double_double and end in it.
struct pair {
  double hi, lo;
  SCI_HD constexpr pair() : hi(0), lo(0) {}
  SCI_HD constexpr pair(double x) : hi(x), lo(0) {}
  SCI_HD constexpr pair(double high, double low) : hi(high), lo(low) {}
  SCI_HD constexpr pair(double_double x) : hi(x.hi), lo(x.lo) {}
  SCI_HD explicit operator double() const { return hi + lo; }
  SCI_HD explicit operator double_double() const { return double_double::sum(hi, lo); }
  SCI_HD pair operator-() const { return {-hi, -lo}; }

  friend SCI_HD pair operator+(pair a, pair b) {
    const double_double s = double_double::sum(a.hi, b.hi);
    return {s.hi, s.lo + (a.lo + b.lo)};
  }
  friend SCI_HD pair operator-(pair a, pair b) { return a + (-b); }
  friend SCI_HD pair operator*(pair a, pair b) {
    const double_double p = double_double::product(a.hi, b.hi);
    return {p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi)};
  }
  friend SCI_HD pair operator*(pair a, double b) {
    const double_double p = double_double::product(a.hi, b);
    return {p.hi, p.lo + a.lo * b};
  }
  friend SCI_HD pair operator/(pair a, pair b) {
    const double q = a.hi / b.hi;  // exact where the quotient is
    return {q, (fused(-q, b.hi, a.hi) + (a.lo - q * b.lo)) / b.hi};
  }
  friend SCI_HD bool operator==(pair a, pair b) { return a.hi == b.hi && a.lo == b.lo; }
};

/// The leading double; a double-double number counts as plain in dual numbers.
SCI_HD double primal(double_double x) { return x.hi; }
SCI_HD double primal(pair x) { return x.hi + x.lo; }
SCI_HD double_double abs(double_double x) { return x.hi < 0 ? -x : x; }
SCI_HD bool isfinite(double_double x) { return isfinite(x.hi); }
SCI_HD double_double ldexp(double_double x, int n) { return {ldexp(x.hi, n), ldexp(x.lo, n)}; }
/// x >= 0: a step of Newton's method from the double's root.
SCI_HD double_double sqrt(double_double x) {
  double r = sqrt(x.hi);
  if (r == 0.0) return double_double(r);
  double_double rest = x - double_double::product(r, r);
  return double_double::ordered_sum(r, rest.hi / (2.0 * r));
}

namespace detail {

SCI_HD double_double double_double_ln2() { return {0.6931471805599453, 2.3190468138462996e-17}; }
/// exp(z) - 1 for |z| < 1, P = pair or complex<pair> and D its leading part: the series at z / 64, what doubles hold of
/// it in double, and e^(2 z) - 1 = (e^z - 1)(e^z + 1).
template <class P, class D>
SCI_HD P double_double_expm1(P z, D leading) {
  // 1/n!
  SCI_TABLE(pair, first) = {{1.0, 0.0},
                            {0.5, 0.0},
                            {0.16666666666666666, 9.25185853854297e-18},
                            {0.041666666666666664, 2.3129646346357427e-18},
                            {0.008333333333333333, 1.1564823173178714e-19},
                            {0.001388888888888889, -5.300543954373577e-20},
                            {0.0001984126984126984, 1.7209558293420705e-22}};
  SCI_TABLE(double, other) = {2.48015873015873e-05,  2.7557319223985893e-06, 2.755731922398589e-07,
                              2.505210838544172e-08, 2.08767569878681e-09,   1.6059043836821613e-10,
                              1.1470745597729725e-11};
  z = z * P(pair(1.0 / 64)), leading = leading * D(1.0 / 64);
  D small = D(other[6]);
  SCI_NO_UNROLL
  for (int n = 5; n >= 0; --n) small = small * leading + D(other[n]);
  P sum = P(small);
  SCI_NO_UNROLL
  for (int n = 6; n >= 0; --n) sum = sum * z + P(first[n]);
  sum = sum * z;
  SCI_NO_UNROLL
  for (int i = 0; i < 6; ++i) sum = sum * (sum + P(pair(2)));
  return sum;
}
/// x - n c, and n = x / c to the nearest integer, |n| < 2^30.
SCI_HD double double_double_reduce(double_double& x, double_double c) {
  double n = rint(max(-1e9, min(1e9, x.hi / c.hi)));
  x = x - c * n;
  return n;
}

}  // namespace detail

SCI_HD double_double exp(double_double x) {
  if (!(abs(x.hi) < 1e4)) return exp(x.hi);
  double n = detail::double_double_reduce(x, detail::double_double_ln2());
  return ldexp(double_double(detail::double_double_expm1(pair(x), x.hi)) + double_double(1), int(n));
}
SCI_HD_LARGE complex<double_double> exp(complex<double_double> z) {
  if (z.re.hi < -1e4) return {double_double(0), double_double(0)};
  double n = detail::double_double_reduce(z.re, detail::double_double_ln2());
  double q = detail::double_double_reduce(z.im, {1.5707963267948966, 6.123233995736766e-17});
  const complex<pair> f = detail::double_double_expm1(complex<pair>(z), complex<double>(z.re.hi, z.im.hi));
  complex<double_double> e = {double_double(f.re) + double_double(1), double_double(f.im)};
  int quarter = int(q - 4 * floor(q / 4)), twos = int(max(-4000.0, min(4000.0, n)));
  if (quarter & 1) e = times_i(e);
  if (quarter & 2) e = -e;
  return {ldexp(e.re, twos), ldexp(e.im, twos)};
}
/// log x, x > 0: Newton's method from the double.
SCI_HD double_double log(double_double x) {
  double_double y = log(x.hi);
  if (!isfinite(y.hi)) return y;
  int n = 0;
  frexp(x.hi, &n);
  double_double e = ldexp(x, -n) * exp(double_double(n) * detail::double_double_ln2() - y) - 1.0;
  return y + (e - e * e * 0.5);
}
/// log z; where the imaginary part is 0 the sign of `side` tells the side of the cut.
SCI_HD complex<double_double> log(complex<double_double> z, double side) {
  complex<double> y = log(complex<double>(z.re.hi, z.im.hi == 0 ? copysign(0.0, side) : z.im.hi));
  if (!isfinite(y)) return {double_double(y.re), double_double(y.im)};
  int n = 0;
  frexp(max(abs(z.re.hi), abs(z.im.hi)), &n);
  complex<double_double> e =
      exp(complex<double_double>{double_double(n) * detail::double_double_ln2() - y.re, double_double(-y.im)});
  e = complex<double_double>{ldexp(z.re, -n), ldexp(z.im, -n)} * e - double_double(1);
  e = e - e * e * double_double(0.5);
  return {e.re + y.re, e.im + y.im};
}

}  // namespace sci
