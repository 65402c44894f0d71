// Sums of spherical Bessel functions for the spheroidal radial functions. From the expansion of their product with the
// angular function in spherical waves, sum of i^(l-n) d_l P_l^m(cos Theta) f_l(k R), [1], at a place eta that is free:
//
//   prolate   eta = 0    R = sum A_l f_l(c s), s = (x^2 - 1)^(1/2), A_l from d_l P_l^m(0), or (x/s) sum and the
//                        derivatives of P_l^m at 0 for odd n - m
//   oblate    eta = 1    R = (1 + 1/x^2)^(m/2) sum A_l f_l(c x), A_l from d_l (l + m)! / (l - m)!, [2] 30.11.3
//
// with f = j for the first and y for the second kind. There the angular function is largest for small n, and for large
// n the terms of the first kind have one sign, so nothing cancels for any c. Those of the second kind fall like s^-l or
// x^-l; for large n they alternate, and hardly cancel if s or x is beyond a bound (spheroidal_outer).
//
// Sources    [1] A. L. Van Buren, J. E. Boisvert, Quart. Appl. Math. 60 (2002) 589-599   [2] DLMF, chapter 30
#pragma once
#include "special/detail/spheroidal_rows.h"

namespace sci {
namespace detail {

template <class T>
SCI_HD double spheroidal_size(T x) {
  return abs(primal(x));
}

/// value 2^exponent, which holds what neither overflows nor underflows yet.
template <class T>
struct spheroidal_scaled {
  T value = T(0);
  int exponent = 0;
  SCI_HD void fit() {
    double size = spheroidal_size(value);
    if (size > 1e-30 && size < 1e30) return;
    if (!(size > 0) || !isfinite(size)) return;
    int shift;
    frexp(size, &shift);
    value = ldexp(value, -shift);
    exponent += shift;
  }
  SCI_HD void add(T x, int e) {
    int shift = e - exponent;
    if (shift > 128 || spheroidal_size(value) == 0) {
      value = ldexp(value, max(-shift, -2200)) + x;
      exponent = e;
    } else {
      value = value + ldexp(x, max(shift, -2200));
    }
    fit();
  }
  SCI_HD T plain() const {
    int half = max(-3000, min(3000, exponent)) / 2;
    return ldexp(ldexp(value, half), max(-3000, min(3000, exponent)) - half);
  }
};

/// base^power, base > 0, power a whole number or a half.
SCI_HD spheroidal_scaled<double> spheroidal_power(double base, double power) {
  int e;
  double f = frexp(base, &e);
  if (f < 0.70710678118654752) f *= 2, --e;
  double total = e * power, whole = floor(total);
  spheroidal_scaled<double> result;
  result.value = pow(f, power) * (total > whole ? numbers::sqrt2<double> : 1);
  result.exponent = int(whole);
  return result;
}

/// (c / primal(c))^n: 1 with the derivatives of c^n over it.
template <class T>
SCI_HD T spheroidal_varying(T c, int n) {
  T result = T(1);
  if constexpr (is_dual<T>) {
    T square = c / T(primal(c));
    SCI_NO_UNROLL
    for (; n > 0; n /= 2) {
      if (n % 2 != 0) result = result * square;
      square = square * square;
    }
  }
  return result;
}

/// A_l, l = degree(row), as value 2^exponent; 0 rows where there is no room for all.
constexpr int spheroidal_rows = 512;
template <class T>
struct spheroidal_series {
  int rows;
  T value[spheroidal_rows];
  int exponent[spheroidal_rows];
};

/// The weight of row + 1 over that of `row`.
SCI_HD double spheroidal_weight(const spheroidal_mode& mode, int degree) {
  double l = degree, m = mode.m;
  if (mode.oblate) return (l + m + 1) * (l + m + 2) / ((l - m + 1) * (l - m + 2));
  return mode.parity() == 0 ? -(l + m + 1) / (l - m + 2) : -(l + m + 2) / (l - m + 1);
}

/// The expansion: A_l = i^(l-n) t_l / sum t, t = d_l times the weight, whose recurrence of three terms, [2] 30.8.4,
/// goes upwards to the pivot and downwards to it. With a power of c^2 for each row nothing small is lost.
template <class T>
SCI_HD_LARGE void spheroidal_expand(const spheroidal_mode& mode, T c, T lambda, bool second,
                                    spheroidal_series<T>& out) {
  double size = primal(c), sign = mode.oblate ? -1 : 1;
  int pivot = spheroidal_pivot(mode, size, primal(lambda));
  int last = max(spheroidal_last(mode, size, primal(lambda), pivot), mode.row() + 2);
  // The weights grow like l^m; the terms of the second kind fall like those of a Legendre function's series.
  last += mode.m / 2;
  if (second) last += 40 + mode.degree(pivot) / 4;
  out.rows = last < spheroidal_rows ? last + 1 : 0;
  if (out.rows == 0) return;
  T gamma = mode.square(c), square = gamma * gamma;
  double m2 = 2.0 * mode.m;
  for (int side = 0; side < 2; ++side) {
    int step = side == 0 ? 1 : -1, row = side == 0 ? 0 : last, exponent = 0;
    T before = T(0), now = T(1);
    SCI_NO_UNROLL
    for (; row != pivot; row += step) {
      out.value[row] = now;
      out.exponent[row] = exponent;
      double l = mode.degree(row), r = l - mode.m, to = spheroidal_weight(mode, int(l));
      double from = r < 2 ? 1 : spheroidal_weight(mode, int(l) - 2);
      double up = (m2 + r + 2) * (m2 + r + 1) / ((2 * l + 3) * (2 * l + 5)) / to;
      double down = r * (r - 1) / ((2 * l - 3) * (2 * l - 1)) * from;
      T centre = T(l * (l + 1)) - lambda + gamma * T(spheroidal_mean<double>(mode.m, int(l)));
      double ahead = side == 0 ? up : down, behind = side == 0 ? down : up;
      T next = -(centre * T(sign / ahead) * now + square * T(behind / ahead) * before);
      before = now;
      now = next;
      double most = max(spheroidal_size(now), spheroidal_size(before));
      if (most > 1e60 || (most < 1e-60 && most > 0)) {
        int shift;
        frexp(most, &shift);
        now = ldexp(now, -shift);
        before = ldexp(before, -shift);
        exponent += shift;
      }
    }
    // Relative to the pivot, times |gamma|^(rows between).
    spheroidal_scaled<T> power = {T(1) / now, -exponent};
    int fall;
    frexp(size, &fall);
    T small = ldexp(c, -fall);
    SCI_NO_UNROLL
    for (row = pivot - step; row >= 0 && row <= last; row -= step) {
      power.value = power.value * small * small;  // the rounding of a square would be one's power
      power.exponent += 2 * fall;
      power.fit();
      spheroidal_scaled<T> t = {out.value[row] * power.value, out.exponent[row] + power.exponent};
      t.fit();
      out.value[row] = t.value;
      out.exponent[row] = t.exponent;
    }
  }
  out.value[pivot] = T(1);
  out.exponent[pivot] = 0;
  T sum = T(0);
  SCI_NO_UNROLL
  for (int row = last; row >= 0; --row) sum = sum + ldexp(out.value[row], max(out.exponent[row], -2200));
  T inverse = T(1) / sum;
  SCI_NO_UNROLL
  for (int row = 0; row <= last; ++row)
    out.value[row] = out.value[row] * ((row - mode.row()) % 2 != 0 ? -inverse : inverse);
}

/// sum A_l f_l(z) and sum A_l ((p + q (l - l0)) f_l(z) + r f_(l+1)(z) or, for y, f_(l-1)(z)), l0 the least l.
struct spheroidal_slope {
  double p, q;
};
template <class T>
struct spheroidal_pair {
  spheroidal_scaled<T> value, slope;
};

/// z = mantissa 2^fall, fall being 0 unless z is so small that powers of 1/z would overflow at once; sin(z) / z and
/// cos(z).
template <class T>
struct spheroidal_argument {
  T mantissa, sinc, cosine;
  int fall;
  double size;
};
template <class T>
SCI_HD spheroidal_argument<T> spheroidal_product(T c, double s) {
  spheroidal_argument<T> z = {c * T(s), T(1), T(1), 0, primal(c) * s};
  if (z.size > 1e-30) {
    z.sinc = sin(z.mantissa) / z.mantissa;
    z.cosine = cos(z.mantissa);
    return z;
  }
  int of_c, of_s;
  frexp(primal(c), &of_c);
  double rest = frexp(s, &of_s);
  z.sinc = T(1) - z.mantissa * z.mantissa * T(1.0 / 6);
  z.cosine = T(1) - z.mantissa * z.mantissa * T(0.5);
  z.mantissa = ldexp(c, -of_c) * T(rest);
  z.fall = of_c + of_s;
  return z;
}

/// f_l and one of its neighbours, times 2^exponent.
template <class T>
struct spheroidal_neighbours {
  T now, other;
  int exponent;
  /// From f_l and f_(l +- 1) to f_(l -+ 1) and f_l: f_(l-1) + f_(l+1) = (2l + 1) f_l / z, 1/z = inverse 2^-fall.
  SCI_HD void next(int l, T inverse, int fall) {
    T old = now;
    now = T(2 * l + 1) * inverse * now;
    if (fall == 0) {
      now = now - other;
      other = old;
    } else {
      now = now - ldexp(other, max(fall, -2200));
      other = ldexp(old, max(fall, -2200));
      exponent -= fall;
    }
    double found = max(spheroidal_size(now), spheroidal_size(other));
    if (found > 1e60) {
      int shift;
      frexp(found, &shift);
      now = ldexp(now, -shift);
      other = ldexp(other, -shift);
      exponent += shift;
    }
  }
};

/// The term of a row joins the sums.
template <class T>
SCI_HD void spheroidal_term(const spheroidal_series<T>& a, int row, const spheroidal_neighbours<T>& f,
                            const spheroidal_slope& s, T r, spheroidal_pair<T>& sums) {
  sums.value.add(a.value[row] * f.now, a.exponent[row] + f.exponent);
  sums.slope.add(a.value[row] * (T(s.p + 2 * s.q * row) * f.now + r * f.other), a.exponent[row] + f.exponent);
}

/// f = j: upwards where z is beyond all orders, else downwards.
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_sum_j(const spheroidal_mode& mode, const spheroidal_series<T>& a,
                                                 const spheroidal_argument<T>& z, spheroidal_slope s, T r) {
  spheroidal_pair<T> sums;
  int least = mode.degree(0), most = mode.degree(a.rows - 1);
  T inverse = T(1) / z.mantissa;
  if (z.size > most + 2) {
    spheroidal_neighbours<T> f = {z.sinc, z.cosine * inverse, 0};  // j_0 and j_-1
    SCI_NO_UNROLL
    for (int l = 0; l <= most; ++l) {
      T now = f.now;
      f.next(l, inverse, 0);
      if (l >= least && (l - least) % 2 == 0) spheroidal_term(a, (l - least) / 2, {now, f.now, 0}, s, r, sums);
    }
    return sums;
  }
  int start = max(most, int(z.size)) + 30 + int(12 * cbrt(z.size));
  // With the derivatives of z^start: what f lacks to j hardly depends on z then, else much cancels in f times `norm`.
  spheroidal_neighbours<T> f = {spheroidal_varying(z.mantissa, start), T(0), 0};
  SCI_NO_UNROLL
  for (int l = start; l >= 0; --l) {
    if (l <= most && l >= least && (l - least) % 2 == 0) spheroidal_term(a, (l - least) / 2, f, s, r, sums);
    if (l > 0) f.next(l, inverse, z.fall);
  }
  // f ~ j_0, j_1
  T norm =
      spheroidal_size(f.now) >= spheroidal_size(f.other) ? z.sinc / f.now : (z.sinc - z.cosine) * inverse / f.other;
  sums.value.value = sums.value.value * norm;
  sums.slope.value = sums.slope.value * norm;
  sums.value.exponent -= f.exponent;
  sums.slope.exponent -= f.exponent;
  return sums;
}

/// f = y, upwards, with y_(l-1) in the slope.
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_sum_y(const spheroidal_mode& mode, const spheroidal_series<T>& a,
                                                 const spheroidal_argument<T>& z, spheroidal_slope s, T r) {
  spheroidal_pair<T> sums;
  int least = mode.degree(0), most = mode.degree(a.rows - 1);
  T inverse = T(1) / z.mantissa;
  spheroidal_neighbours<T> f = {-z.cosine * inverse, ldexp(z.sinc, max(z.fall, -2200)), -z.fall};  // y_0 and y_-1
  SCI_NO_UNROLL
  for (int l = 0; l <= most; ++l) {
    if (l >= least && (l - least) % 2 == 0) spheroidal_term(a, (l - least) / 2, f, s, r, sums);
    f.next(l, inverse, z.fall);
  }
  return sums;
}

/// The radial function of the first or second kind by these sums, x > 1 (prolate) or x > 0, c > 0.
template <class T>
SCI_HD_LARGE spheroidal_pair<T> spheroidal_radial_series(const spheroidal_mode& mode, const spheroidal_series<T>& a,
                                                         T c, double x, bool second) {
  int m = mode.m, least = mode.degree(0), parity = mode.parity();
  // The argument of f_l over c, its derivative, and what stands before the sum.
  double z = x, ratio = 1, front = 1;
  spheroidal_scaled<double> power;
  power.value = 1;
  spheroidal_slope s;
  if (mode.oblate) {
    double form = 1 + x * x;
    s = second ? spheroidal_slope{-(least + 1) / x - m / x / form, -1 / x}
               : spheroidal_slope{(m * x * x / form + parity) / x, 1 / x};
    power = spheroidal_power(x > 1 ? 1 + 1 / x / x : form, 0.5 * m);
    if (x <= 1) {
      spheroidal_scaled<double> q = spheroidal_power(x, -double(m));
      power.value *= q.value;
      power.exponent += q.exponent;
    }
  } else {
    z = sqrt(x - 1) * sqrt(x + 1);
    ratio = x / z;
    s = second ? spheroidal_slope{-(least + 1) * ratio / z, -ratio / z}
               : spheroidal_slope{least * ratio / z, ratio / z};
    if (parity != 0) {
      // x / z before the sum has the slope -1 / z^3; together with l / z, l = m + 1, nothing is left to cancel.
      double own = 1 / z / z;
      front = ratio;
      s.p = second ? s.p - own / x : (m + 1 + m * own) / x;
    }
  }
  T step = c * T(second ? ratio : -ratio);
  spheroidal_argument<T> argument = spheroidal_product(c, z);
  spheroidal_pair<T> sums =
      second ? spheroidal_sum_y(mode, a, argument, s, step) : spheroidal_sum_j(mode, a, argument, s, step);
  T scale = T(front * power.value);
  return {{sums.value.value * scale, sums.value.exponent + power.exponent},
          {sums.slope.value * scale, sums.slope.exponent + power.exponent}};
}

}  // namespace detail
}  // namespace sci
