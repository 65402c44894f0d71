// The confluent functions 1F1(a; b; z), U(a, b, x) and 0F1(; b; z): power series, asymptotic series and Taylor steps of
// the differential equation, each with an estimate of its error, in double, in double-double and on dual numbers.
#pragma once
#include "special/detail/hyper_series.h"

namespace sci {
namespace detail {

// ---- 1F1
// -------------------------------------------------------------------------------------------------------------

/// M(a, b, z), or, turned, e^z M(b - a, b, -z) (DLMF 13.2.39).
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_kummer_series(bool turned, hyper_passed<R> a, hyper_passed<R> b, hyper_base<Z> z) {
  if (turned && (!is_same<R, double> || hyper_size(z) > 500)) {  // large factors may be beyond the range
    int twos = 0;
    const hyper_value<Z> f = hyper_series<R, Z>({1, b - a, b, b}, -z, &twos);
    const hyper_base<Z> front = hyper_exp(z + hyper_lift<hyper_base<Z>>(double_double_ln2() * double(twos)));
    return {hyper_scaled(f.w, front), (4 + hyper_size(z)) * hyper_size(front) * f.size};
  }
  if constexpr (is_same<R, double>) {
    const auto x = hyper_exact(turned ? -z : z);
    const double_double first = turned ? double_double::sum(b, -a) : double_double(a);
    const hyper_value<Z> f = hyper_value_series({1, first, first, double_double(b)}, x);
    if constexpr (!is_complex<Z>) {
      if (!turned && !isfinite(f.w) && a > 0 && b > 0 && z > 0) return {limits<double>::infinity, 0};
    }
    if (!turned) return f;
    const Z front = hyper_exp(z);
    return {f.w * front, hyper_size(front) * (f.size + 4 * hyper_size(f.w))};
  } else {
    return hyper_series<R, Z>({1, a, a, b}, z);
  }
}

/// Gamma(b) [e^z z^(a-b) / Gamma(a) sum (b-a)_n (1-a)_n / n! z^-n + (-z)^-a / Gamma(b-a) sum (a)_n (a-b+1)_n / n!
/// (-z)^-n] (DLMF 13.7.2).
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_kummer_far(hyper_passed<R> a, hyper_passed<R> b, hyper_base<Z> z, double side) {
  const R one = hyper_lift<R>(double_double(1));
  const hyper_base<Z> u = hyper_lift<hyper_base<Z>>(double_double(1)) / z;
  const hyper_rgamma<R> top = hyper_reciprocal_gamma(b);
  hyper_value<Z> sum = {hyper_lift<Z>(double_double(0)), 0};
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    const hyper_rgamma<R> g = hyper_reciprocal_gamma(k == 0 ? a : b - a);
    if (hyper_size(g.p) == 0) continue;
    const hyper_value<Z> s =
        k == 0 ? hyper_divergent<R, Z>(b - a, one - a, u) : hyper_divergent<R, Z>(a, a - b + one, -u);
    const Z turn = k == 0 ? hyper_scaled(Z(a - b), hyper_log(z, side)) : hyper_scaled(Z(-a), hyper_log(-z, -side));
    Z power = Z(top.log - g.log) + turn + hyper_lift<Z>(double_double(g.twos - top.twos) * double_double_ln2());
    const double parts = 4 + hyper_size(turn) + abs(hyper_leading(top.log)) + abs(hyper_leading(g.log));
    Z wave = hyper_lift<Z>(double_double(1));
    if (k == 0) {
      if constexpr (is_same<R, double>)  // the phase alone, as a large one would round the others'
        power.re = power.re + z.re, wave = {cos(z.im), sin(z.im)};
      else
        power = power + hyper_lift<Z>(z);  // whose error is what an ulp of z would make
    }
    const Z front = hyper_exp(power) * wave * (g.p / top.p);
    sum = {sum.w + front * s.w, sum.size + parts * hyper_size(front) * s.size};
  }
  return sum;
}

template <class Z>
SCI_HD complex<Z> hyper_complex(Z x) {
  return complex<Z>(x);
}
template <class T>
SCI_HD complex<T> hyper_complex(complex<T> z) {
  return z;
}
/// Of a complex result what the argument's kind has.
template <class Z, class T>
SCI_HD hyper_value<Z> hyper_as(hyper_value<complex<T>> f) {
  if constexpr (is_complex<Z>)
    return f;
  else
    return {f.w.re, f.size};
}
/// The asymptotic form also for real z, where the mean over both sides of the cut is real.
template <class R, class Z>
SCI_HD hyper_value<Z> hyper_kummer_far_any(hyper_passed<R> a, hyper_passed<R> b, hyper_base<Z> z, double side) {
  return hyper_as<Z>(hyper_kummer_far<R, complex<R>>(a, b, hyper_complex(z), side));
}

/// x / (b + k), k whole, with one rounding, where that of b + k would be the same in many steps.
SCI_HD double hyper_over(double x, double b, double k) {
  const double at = b + k, lost = b - (at - k), over = 1 / at, q = x * over;
  return q + (fused(-q, at, x) - q * lost) * over;
}

/// M(a, b, x), a < 0 < x, from a larger b, where it oscillates less: the series in pairs for M and M' there, down from
/// which, with d(b) = M(b) - M(b + 1) = x M'(b + 1) / b (DLMF 13.3.18), by d(b - 1) = x (d(b) + a / b M(b + 1)) / (b -
/// 1) (13.3.2). M is nowhere recessive that way, so that rounding makes no more than an ulp of the arguments would;
/// `size` is relative to the value, of the start alone.
SCI_HD_LARGE hyper_value<double> hyper_kummer_down(double_double a, double b, double x) {
  const hyper_value<double> unknown = {limits<double>::nan, limits<double>::infinity};
  const double steps = ceil(max(-a.hi * x / 14 - b, 0.0));
  if (!(steps <= 600)) return unknown;
  const hyper_ramp<pair> up{pair(a)}, low{pair(double_double::sum(b, steps + 1))};
  pair term = pair(1.0), sum = term, moment = pair(0.0);
  double size = 1;
  int n = 0;
  SCI_NO_UNROLL
  for (; n < 1000; ++n) {
    term = term * (hyper_scaled(up(n), x) / hyper_scaled(low(n), n + 1.0));
    sum = sum + term;
    moment = moment + hyper_scaled(term, n + 1.0);
    if ((n & hyper_rest) == 0) hyper_settle(term), hyper_settle(sum), hyper_settle(moment);
    const double t = hyper_size(term);
    size += t;
    if (t * (n + 2) <= 1e-20 * hyper_size(sum) && n > -a.hi) break;
  }
  if (n == 1000) return unknown;
  double above = primal(sum), d = primal(moment) / (b + steps), m = above + d;
  const double start = 1 + 0x1p-48 * size / min(abs(m), abs(above));
  SCI_NO_UNROLL
  for (double k = steps; k > 0; --k) {
    d = (d + above * hyper_over(a.hi, b, k)) * hyper_over(x, b, k - 1);
    above = m;
    m += d;
  }
  return {m, isfinite(m) ? start : limits<double>::infinity};
}

/// The best of the two series and the asymptotic form; `size` is relative to the value.
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_kummer_best(hyper_passed<R> a, hyper_passed<R> b, hyper_base<Z> z, double side,
                                              double accepted) {
  const complex<double> at = hyper_complex(hyper_leading(z));
  const double A = hyper_leading(a), B = hyper_leading(b), size = double(abs(at));
  // Beside a large b terms fall from the first.
  const double near = max(is_same<R, double> ? 80.0 : 150.0, min(abs(B), 3000.0));
  // In the left half plane the terms of the turned series are of one sign, but for the first, unless the parameters
  // turn it again.
  const bool turned = at.re < 0, positive = at.im == 0 && B > 0 && (turned ? B - A : A) > -1;
  hyper_value<Z> best = {hyper_lift<Z>(double_double(limits<double>::nan)), limits<double>::infinity};
  const bool far = size > 40, pole = hyper_pole(B);  // there the polynomials that end before it
  const bool series = pole || size < (positive ? 8000 : near), other = !pole && series && size < near;
  // The asymptotic form first or last, between the two series; each of them is called at one place.
  const bool taken[] = {!pole && far, series, other, !pole && !far && size > 10};
  SCI_NO_UNROLL
  for (int k = 0; k < 4; ++k) {
    if (!taken[k]) continue;
    const bool wide = k == 0 || k == 3;
    const hyper_value<Z> f = wide ? hyper_kummer_far_any<R, Z>(a, b, z, side)
                                  : hyper_kummer_series<R, Z>(!pole && turned == (k == 1), a, b, z);
    if (hyper_better(f, best, accepted)) break;
  }
  return best;
}

/// M(a, b, z) by series or by a path; `brief` for a value in double for which pairs did not suffice.
template <class R, class Z, class P>
SCI_HD_LARGE hyper_value<Z> hyper_kummer_direct(hyper_passed<R> a, hyper_passed<R> b, P z, double side, bool brief) {
  hyper_value<Z> best = {hyper_lift<Z>(double_double(limits<double>::nan)), limits<double>::infinity};
  const double reach = 0.5 * double(abs(z)), A = hyper_leading(a);
  if (brief && reach > 20 && abs(A) < reach && abs(A - hyper_leading(b)) < reach)
    if (hyper_better(hyper_kummer_far_any<R, Z>(a, b, hyper_exact(z), side), best, 1e16)) return best;
  double size = limits<double>::infinity;
  SCI_NO_UNROLL
  for (int turn = 0; turn < 2; ++turn) {
    if ((turn == 0) == brief) {
      const Z w = hyper_path_checked<R, Z>(hyper_equation<R>{1, a, a, b}, z, size, brief);
      if (size < best.size) best = {w, size};
    } else {
      const hyper_value<Z> f = hyper_kummer_best<R, Z>(a, b, hyper_exact(z), side, 1e14);
      if (f.size < best.size) best = f;
    }
    if (best.size < 1e16) break;
  }
  return best;
}

/// M(a, b, z) in double-double or above.
template <class R, class Z, class P>
SCI_HD_LARGE Z hyper_kummer_slow(hyper_passed<R> a, hyper_passed<R> b, P z, double side) {
  hyper_value<Z> best = hyper_kummer_direct<R, Z>(a, b, z, side, is_same<R, double_double>);
  // In the left half plane M is what dies away along the diagonal, elsewhere rather along b.
  SCI_NO_UNROLL
  for (int i = 0; i < 2 && !(best.size < 1e16); ++i) {
    const bool diagonal = (hyper_complex(hyper_leading(z)).re < 0) == (i == 0);
    const hyper_value<Z> down = hyper_from_above<R, Z>({1, a, a, b}, hyper_exact(z), diagonal,
                                                       [&](hyper_passed<R> first, hyper_passed<R> above) {
                                                         return hyper_kummer_direct<R, Z>(first, above, z, side, false);
                                                       });
    if (down.size < best.size) best = down;
  }
  return hyper_trusted(best);
}

// ---- 0F1
// -------------------------------------------------------------------------------------------------------------

SCI_HD complex<double_double> hyper_sqrt(complex<double_double> z) {
  const complex<double_double> s = hyper_exact(sqrt(hyper_leading(z)));
  return hyper_scaled(s + z / s, 0.5);
}

SCI_HD complex<double_double> hyper_exact_complex(complex<double> z) { return hyper_exact(z); }
SCI_HD complex<double_double> hyper_exact_complex(complex<double_double> z) { return z; }
template <class Z>
SCI_HD Z hyper_rounded_to(complex<double_double> z) {
  if constexpr (is_same<Z, complex<double>>)
    return hyper_leading(z);
  else
    return z;
}

/// Gamma(b) / (2 sqrt(pi)) r^(1/2-b) [e^(2r) S(1/(4r)) + e^(-2r +- i pi (b-1/2)) S(-1/(4r))], r = sqrt(z), S the sum of
/// (b-1/2)_n (3/2-b)_n / n! u^n (DLMF 10.40.5 with 10.39.9).
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_limit_far(hyper_passed<R> b, hyper_base<Z> z) {
  using B = double_double;
  const auto exact = hyper_sqrt(hyper_exact_complex(z));
  const hyper_base<Z> r = hyper_rounded_to<hyper_base<Z>>(exact), u = hyper_lift<hyper_base<Z>>(B(0.25)) / r;
  [[maybe_unused]] const complex<double> low = {exact.re.lo, exact.im.lo};
  const R half = hyper_lift<R>(B(0.5)), p = b - half, q = half - p;
  const hyper_rgamma<R> top = hyper_reciprocal_gamma(b);
  const Z turn = hyper_scaled(Z(-p), hyper_log(r, 1.0));
  const bool below = signbit(hyper_leading(r).im);
  hyper_value<Z> sum = {hyper_lift<Z>(B(0)), 0};
  double amplitude = 0;
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    const hyper_value<Z> s = hyper_divergent<R, Z>(p, half + q, k == 0 ? u : -u);
    Z others = Z(top.log) + turn + hyper_lift<Z>(B(-top.twos) * double_double_ln2());
    if (k == 1)
      others.im = others.im + hyper_scaled(p, B(below ? -3.141592653589793 : 3.141592653589793,
                                                below ? -1.2246467991473532e-16 : 1.2246467991473532e-16));
    const Z power = hyper_lift<Z>(hyper_scaled(r, k == 0 ? 2.0 : -2.0)) + others;
    Z front = hyper_exp(power) / top.p;
    if constexpr (is_same<R, double>) {
      // The rounding of 2r, which is large beside what it is added to.
      const Z rest = (power - hyper_scaled(r, k == 0 ? 2.0 : -2.0)) - others;
      front = front * (Z(1.0) + (hyper_scaled(low, k == 0 ? 2.0 : -2.0) - rest));
    }
    sum = {sum.w + front * s.w,
           sum.size + (4 + hyper_size(turn) + abs(hyper_leading(top.log))) * hyper_size(front) * s.size};
    amplitude += hyper_size(front * s.w);
  }
  // Beside zeros the phase's ulp of z is larger than the error of the terms.
  if constexpr (is_same<R, double>) {
    const double left = hyper_size(sum.w), moved = hyper_size(r) * 0.5 * (amplitude - 1.5 * left);
    if (moved > 0 && left > 0) sum.size = max(sum.size - moved, left);
  }
  const B scale = B(0.28209479177387814, 3.83386490329147e-18);  // 1 / (2 sqrt(pi))
  return {hyper_scaled(sum.w, scale), sum.size * scale.hi};
}

/// The better of the power series, for doubles with `brief` not in pairs, and the asymptotic form.
template <class R, class Z>
SCI_HD_LARGE hyper_value<Z> hyper_limit_best(hyper_passed<R> b, hyper_base<Z> z, double accepted, bool brief = false) {
  const double size = double(abs(hyper_complex(hyper_leading(z)))), B = abs(hyper_leading(b));
  hyper_value<Z> best = {hyper_lift<Z>(double_double(limits<double>::nan)), limits<double>::infinity};
  if (size < max(1e4, max(700 * B, min(1e7, B * B)))) {
    hyper_value<Z> f;
    if constexpr (is_same<R, double>)
      f = hyper_value_series({0, double_double(b), double_double(b), double_double(b)}, hyper_exact(z), brief);
    else
      f = hyper_series<R, Z>({0, b, b, b}, z);
    if (hyper_better(f, best, accepted)) return best;
  }
  if (size > 20) hyper_better(hyper_as<Z>(hyper_limit_far<R, complex<R>>(b, hyper_complex(z))), best, accepted);
  return best;
}

/// 0F1(; b; z) by series or by a path.
template <class R, class Z, class P>
SCI_HD_LARGE hyper_value<Z> hyper_limit_direct(hyper_passed<R> b, P z, bool brief) {
  const hyper_value<Z> best = hyper_limit_best<R, Z>(b, hyper_exact(z), 1e14);
  if (best.size < 1e16) return best;
  double size;
  const Z w = hyper_path_checked<R, Z>(hyper_equation<R>{0, b, b, b}, z, size, brief);
  return best.size <= size ? best : hyper_value<Z>{w, size};
}

/// 0F1(; b; z) in double-double or above.
template <class R, class Z, class P>
SCI_HD_LARGE Z hyper_limit_slow(hyper_passed<R> b, P z) {
  const hyper_value<Z> f = hyper_limit_direct<R, Z>(b, z, is_same<R, double_double>);
  if (f.size < 1e16) return f.w;
  const hyper_value<Z> down = hyper_from_above<R, Z>(
      {0, b, b, b}, hyper_exact(z), false,
      [&](hyper_passed<R>, hyper_passed<R> above) { return hyper_limit_direct<R, Z>(above, z, false); });
  return hyper_trusted(down.size < f.size ? down : f);
}

}  // namespace detail
}  // namespace sci
