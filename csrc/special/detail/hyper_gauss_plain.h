// 2F1(a, b; c; z) in double from the series of detail/hyper_gauss.h about 0, 1 and infinity: factors in double, sums in
// double or, where they cancel, in pairs; with an estimate of the error, by which the caller takes the value or goes to
// double-double. Where the parameters' difference is whole, the series with a logarithm.
#pragma once
#include "special/detail/hyper_gauss.h"
#include "special/digamma.h"

namespace sci {
namespace detail {

/// base^power, and by how many ulp it may be off.
SCI_HD double hyper_power(double_double base, double_double power, double, double& parts) {
  parts += 1;
  const double rest = power.hi * base.lo / base.hi + (power.lo == 0 ? 0 : power.lo * sci::log(base.hi));
  return pow(base.hi, power.hi) * (1 + rest);
}
SCI_HD_LARGE complex<double> hyper_power(complex<double_double> base, double_double power, double side, double& parts) {
  const complex<double> turn = power.hi * hyper_log(hyper_leading(base), side);
  if (hyper_size(turn) < 40) {
    parts += 1 + 0.4 * hyper_size(turn);
    return hyper_exp(turn);
  }
  // The rounding of the logarithm would be that many ulp.
  parts += 2;
  const complex<double_double> exact = hyper_scaled(hyper_log(base, side), power);
  const complex<double> f = hyper_exp(hyper_leading(exact));
  return f + f * complex<double>{exact.re.lo, exact.im.lo};
}
/// 1/Gamma(x), and in `parts` how many ulp it may be off; what a double does not hold of x is seen where x is large or
/// beside a pole.
SCI_HD_LARGE hyper_rgamma<double> hyper_reciprocal_gamma(double_double x, double& parts) {
  hyper_rgamma<double> g = hyper_reciprocal_gamma(x.hi);
  const double size = abs(x.hi), rest = abs(x.lo) * 0x1p52;
  double lost = rest * (size > 2 ? sci::log(size) : 1);
  if (x.hi < 0.5) lost += rest / abs(x.hi - rint(x.hi));
  if (lost > 4 && g.p != 0) {
    g.p -= g.p * (x.lo * digamma(x.hi));
    lost = 1;
  }
  parts += lost + abs(g.log);
  return g;
}
/// p 2^twos e^log.
SCI_HD double hyper_assembled(double p, int twos, double log) {
  const double n = rint(max(-1e6, min(1e6, log * 1.4426950408889634)));
  return ldexp(p * exp((log - n * 0x1.62e42fefa3800p-1) - n * 0x1.ef35793c76730p-45), twos + int(n));
}

/// F(a, b; c; u), v = 1 - u, by its series or, where that converges faster, (1-u)^-a F(a, c-b; c; u/(u-1)).
template <class W>
SCI_HD_LARGE auto hyper_gauss_series(double_double a, double_double b, double_double c, W u, W v, double side,
                                     bool brief = false) -> hyper_value<decltype(hyper_rounded(u))> {
  const double size = double(abs(hyper_rounded(u))), other = double(abs(hyper_rounded(v)));
  const bool ends = (hyper_pole(a.hi) && a.lo == 0) || (hyper_pole(b.hi) && b.lo == 0);
  if (ends || size < 0.2 || (other < 1.2 && size < 0.95)) return hyper_value_series<W>({2, a, b, c}, u, brief);
  if (abs(b.hi) < abs(a.hi)) swap(a, b);
  const auto s = hyper_value_series<W>({2, a, c - b, c}, -u / v, brief);
  double parts = 0;
  const auto front = hyper_power(v, -a, side, parts);
  return {front * s.w, hyper_size(front) * (s.size + parts * hyper_size(s.w))};
}

/// Gamma(c) / (Gamma(a) Gamma(b)) and by how many ulp it may be off.
SCI_HD double hyper_gauss_front(double c, double a, double b, double& parts) {
  const hyper_rgamma<double> top = hyper_reciprocal_gamma(c), g = hyper_reciprocal_gamma(a),
                             h = hyper_reciprocal_gamma(b);
  parts = 1 + abs(top.log) + abs(g.log) + abs(h.log);
  return hyper_assembled(g.p * h.p / top.p, g.twos + h.twos - top.twos, top.log - g.log - h.log);
}

/// F(a, b; a + b + m; 1 - u), m >= 0 whole, in powers of u and with its logarithm (DLMF 15.8.10).
template <class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_logarithmic(double a, double b, int m, double c, Z u, Z log_u) {
  double parts;
  hyper_value<Z> sum = {Z(0.0), 0};
  Z power = Z(1.0);
  if (m > 0) {
    Z term = Z(1 / rgamma(double(m)));
    hyper_value<Z> s = {Z(0.0), 0};
    SCI_NO_UNROLL
    for (int k = 0; k < m; ++k) {
      s = {s.w + term, s.size + (1 + k) * hyper_size(term)};
      if (k < m - 1) term = term * (-u) * ((a + k) * (b + k) / ((m - k - 1.0) * (k + 1)));
      power = power * (-u) * (1 / (k + 1.0));
    }
    const double front = hyper_gauss_front(c, a + m, b + m, parts);
    sum = {s.w * front, abs(front) * (s.size + parts * hyper_size(s.w))};
  }
  const double front = hyper_gauss_front(c, a, b, parts);
  if (front == 0) return sum;
  a += m, b += m;
  const double up = digamma(a), other = digamma(b), down = digamma(m + 1.0) - numbers::egamma<double>;
  double known = hyper_size(log_u) + abs(up) + abs(other) + abs(down);
  Z log = log_u + Z((up + other) - down);
  hyper_value<Z> s = {Z(0.0), 0};
  const double last = max(-a, -b);
  int k = 0;
  SCI_NO_UNROLL
  for (; k < 2000; ++k) {
    const Z term = power * log;
    s = {s.w + term, s.size + hyper_size(power) * (known + 0.2 * k * hyper_size(log))};
    if (k > last && hyper_size(power) * known < 1e-17 * hyper_size(s.w)) break;
    log = log + Z((1 / (a + k) + 1 / (b + k)) - (1 / (k + 1.0) + 1 / (k + m + 1.0)));
    power = power * u * ((a + k) * (b + k) / ((k + 1.0) * (k + m + 1)));
  }
  if (k == 2000) s.size = limits<double>::infinity;  // no limit yet: |u| is nearly 1
  return {sum.w - s.w * front, sum.size + abs(front) * (s.size + parts * hyper_size(s.w))};
}

/// The series about 1 or infinity where the difference of the parameters there is a whole number m.
template <class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_whole(int where, double a, double b, double c, int m, Z z, double side) {
  const Z other = Z(1.0) - z, log = hyper_log(other, -side);
  const double ca = c - a, cb = c - b;
  if (where == 1 && m >= 0) return hyper_gauss_logarithmic(a, b, m, c, other, log);
  // (1-z)^(c-a-b) F(c-a, c-b; c; z) and (1-z)^-a F(a, c-b; c; z/(z-1)), a the lesser (DLMF 15.8.1)
  const double lesser = min(a, b), greater = max(a, b), power = where == 1 ? m : -lesser;
  const hyper_value<Z> f = where == 1 ? hyper_gauss_logarithmic(ca, cb, -m, c, other, log)
                                      : hyper_gauss_logarithmic(lesser, c - greater, abs(m), c, Z(1.0) / other, -log);
  const Z front = hyper_exp(power * log);
  return {front * f.w, hyper_size(front) * (f.size + abs(power) * hyper_size(log) * hyper_size(f.w))};
}

/// F(a, b; c; z) by the series about 0 (where = 0), 1 (1) or infinity (2).
template <class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_plain(int where, double a, double b, double c, Z z, double side) {
  using B = double_double;
  using W = decltype(hyper_exact(z));
  const W one = hyper_lift<W>(B(1)), x = hyper_exact(z), other = one - x;
  if (where == 0) return hyper_gauss_series<W>(a, b, c, x, other, -side);
  const B ca = B::sum(c, -a), cb = B::sum(c, -b), ba = B::sum(b, -a), gap = where == 1 ? ca - B(b) : ba;
  if (gap.hi == rint(gap.hi) && gap.lo == 0 && abs(gap.hi) < 100)
    return hyper_gauss_whole<Z>(where, a, b, c, int(gap.hi), z, side);
  if (abs(gap.hi - rint(gap.hi)) < 0.01) return {Z(limits<double>::nan), limits<double>::infinity};
  const hyper_rgamma<double> top = hyper_reciprocal_gamma(c);
  const W base = where == 1 ? other : -x, u = where == 1 ? other : one / x, v = where == 1 ? x : (x - one) / x;
  hyper_value<Z> sum = {Z(0.0), 0};
  SCI_NO_UNROLL
  for (int k = 0; k < 2; ++k) {
    const B g = where == 1 ? (k == 0 ? ca : B(a)) : B(k == 0 ? b : a), h = where == 1 ? (k == 0 ? cb : B(b))
                                                                           : k == 0   ? ca
                                                                                      : cb;
    const B f1 = where == 1 ? (k == 0 ? B(a) : ca) : B(k == 0 ? a : b),
            f2 = where == 1 ? (k == 0 ? B(b) : cb) : B(1) - (k == 0 ? ca : cb);
    const B turn = k == 0 ? gap : -gap;
    double parts = 1 + abs(top.log);
    const hyper_rgamma<double> G = hyper_reciprocal_gamma(turn, parts), g1 = hyper_reciprocal_gamma(g, parts),
                               g2 = hyper_reciprocal_gamma(h, parts);
    if (g1.p * g2.p == 0) continue;
    const double p = hyper_assembled(g1.p * g2.p / (top.p * G.p), g1.twos + g2.twos - top.twos - G.twos,
                                     top.log + G.log - g1.log - g2.log);
    if (!(abs(p) > 1e-280 && abs(p) < 1e280)) return {Z(limits<double>::nan), limits<double>::infinity};
    Z front = Z(p);
    if (where == 2 || k == 1) front = front * hyper_power(base, where == 1 ? gap : -f1, -side, parts);
    const hyper_value<Z> s = hyper_gauss_series<W>(f1, f2, B(1) - turn, u, v, where == 1 ? side : 0.0);
    sum = {sum.w + front * s.w, sum.size + hyper_size(front) * (s.size + parts * hyper_size(s.w))};
  }
  return sum;
}

/// F(a, b; c; z) = (1 - z/2)^-a sum (a)_n / n! F(-n, b; c; 2) (z/(z-2))^n, Re z < 1, by the recurrence of its
/// polynomials (J. L. Lopez and N. M. Temme, "New series expansions of the Gauss hypergeometric function", Adv. Comput.
/// Math. 39 (2013), 349-365): one series, without gamma functions, also beside exp(+-i pi/3) and for whole differences.
template <class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_middle(double a, double b, double c, Z z, double side) {
  if (b < a) swap(a, b);
  const Z u = z / (z - Z(2.0));
  const double slope = c - 2 * b, steep = abs(slope);
  // Beyond |b| and |c| terms are about n^(a - 1) (n^-b + (-1)^n n^(b - c)) u^n, which rise at first.
  const double last = max(max(abs(c), abs(b)), max(a - b, a + b - c) / (1 - double(abs(u))));
  double before = 1, polynomial = 1 - 2 * b / c;
  // What rounding makes of the polynomials, carried along; a fifth of that bound is seen.
  double error_before = 0, error = 0.2 * (1 + abs(2 * b / c));
  Z term = u * a, sum = Z(1.0) + term * polynomial;
  double size = 1 + hyper_size(term) * (abs(polynomial) + error);
  int n = 1;
  SCI_NO_UNROLL
  for (; n < 300; ++n) {
    const double low = c + n, over = 1 / (low * (n + 1)), by = (n + 1) * over;
    const double next = (slope * polynomial + n * before) * by;
    const double next_error = (steep * error + n * error_before) * abs(by) + 0.2 * abs(next);
    before = polynomial, error_before = error;
    polynomial = next, error = next_error;
    term = term * (u * ((a + n) * (low * over)));
    sum = sum + term * polynomial;
    const double t = hyper_size(term);
    size += t * error;
    if (t * (abs(polynomial) + abs(before)) <= 1e-17 * hyper_size(sum) && n > last) break;
  }
  if (n == 300) return {Z(limits<double>::nan), limits<double>::infinity};
  double parts = 0;
  const Z front = hyper_power(hyper_exact(Z(1.0) - z * 0.5), double_double(-a), side, parts);
  return {front * sum, hyper_size(front) * (size + parts * hyper_size(sum))};
}

/// F(a, b; c; z) in double, by the first of the series that gives it within `accepted` epsilon, else the best.
template <class Z>
SCI_HD_LARGE hyper_value<Z> hyper_gauss_fast(double a, double b, double c, Z z, double side, bool ends,
                                             double accepted) {
  int order[3];
  double ratio[3];
  hyper_gauss_order(z, ends, order, ratio);
  hyper_value<Z> best = {Z(limits<double>::nan), limits<double>::infinity};
  // The series about 0 in its other form: first where it converges faster than two with gamma functions, else before
  // sums in pairs.
  const double middle = ends || hyper_beyond(z) ? 1 : double(abs(z) / abs(z - Z(2.0)));
  const bool first = middle < 0.62 && ratio[order[0]] > 0.4 && max(abs(a), max(abs(b), abs(c))) < 8;
  if (!first && order[0] == 0) {
    const auto u = hyper_exact(z);
    if (hyper_better(hyper_gauss_series(a, b, c, u, hyper_exact(Z(1.0)) - u, -side, true), best, accepted)) return best;
  }
  const bool early = first || (middle < 0.66 && c > 0);
  if (early && hyper_better(hyper_gauss_middle(a, b, c, z, -side), best, accepted)) return best;
  for (int i = 0; i < 3; ++i) {
    if (ratio[order[i]] < 0.75 && hyper_better(hyper_gauss_plain<Z>(order[i], a, b, c, z, side), best, accepted))
      return best;
  }
  if (!early && middle < 0.8 && c > 0) hyper_better(hyper_gauss_middle(a, b, c, z, -side), best, accepted);
  return best;
}

}  // namespace detail
}  // namespace sci
