// Spheroidal functions along the axis by Taylor series. With S = |1 - t x^2|^(mu/2) w, mu = +-m, all four equations
// (angular, radial; prolate, oblate) are
//
//   (1 - t x^2) w'' - 2 (mu + 1) t x w' + (q - gamma x^2) w = 0,
//
// whose coefficients have a recurrence of five terms. t = 1, q = lambda - m (m + 1), gamma = +-c^2 for the angular and
// the prolate radial function; t = -1, q = m (m + 1) - lambda, gamma = -c^2 for the oblate radial one,
// [1] 30.2.1, 30.11.
//
// Source     [1] DLMF, chapter 30
#pragma once
#include "special/detail/spheroidal_series.h"

namespace sci {
namespace detail {

template <class T>
struct spheroidal_equation {
  int t, mu;
  T q, gamma;
  SCI_HD static spheroidal_equation angular(const spheroidal_mode& mode, T c, T lambda, int mu) {
    return {1, mu, lambda - T(double(mu) * (mu + 1)), mode.square(c)};
  }
  SCI_HD static spheroidal_equation oblate_radial(T c, T lambda, int mu) {
    return {-1, mu, T(double(mu) * (mu + 1)) - lambda, -(c * c)};
  }
};

/// A place: x and, beside 1, its distance x - 1, which x itself may have lost.
struct spheroidal_place {
  double x, from_one;
  SCI_HD static spheroidal_place at(double x) { return {x, x - 1}; }
  SCI_HD spheroidal_place moved(double h) const {
    // Beside 0 x, beside 1 the distance has the digits.
    return abs(x) < 0.5 ? spheroidal_place{x + h, (x + h) - 1} : spheroidal_place{1 + (from_one + h), from_one + h};
  }
  SCI_HD double until(const spheroidal_place& to) const {
    return abs(x) < 0.5 || abs(to.x) < 0.5 ? to.x - x : to.from_one - from_one;
  }
  /// 1 - t x^2
  SCI_HD double form(int t) const {
    if (t < 0) return 1 + x * x;
    return abs(x) < 0.5 ? 1 - x * x : -from_one * (2 + from_one);
  }
};

/// w and w' times 2^exponent at a place.
template <class T>
struct spheroidal_state {
  spheroidal_place place;
  T w, dw;
  int exponent;
  SCI_HD void fit() {
    double size = max(spheroidal_size(w), spheroidal_size(dw));
    if ((size > 1e-30 && size < 1e30) || !(size > 0) || !isfinite(size)) return;
    int shift;
    frexp(size, &shift);
    w = ldexp(w, -shift);
    dw = ldexp(dw, -shift);
    exponent += shift;
  }
  /// Takes from the derivatives of w and w' what a factor of both would make, 1 but for its derivatives: of w, or of w'
  /// where that is larger after a step h.
  SCI_HD void divide(double h) {
    if constexpr (is_dual<T>) {
      const T by = spheroidal_size(w) > abs(h) * spheroidal_size(dw) ? w : dw, factor = by / T(primal(by));
      w = w / factor;
      dw = dw / factor;
    }
  }
};

/// One step h by the series about the place, whose terms behave like (h / radius)^k.
template <class T>
SCI_HD_LARGE void spheroidal_step(const spheroidal_equation<T>& e, spheroidal_state<T>& s, double h) {
  double x = s.place.x, form = s.place.form(e.t), mu = e.mu;
  double scale = h * h / form;
  T a0 = T(0), a1 = T(0), a2 = s.w, a3 = s.dw * T(h);  // terms k - 2 to k + 1
  T constant = (e.q - e.gamma * T(x * x)) * T(scale), by_x = e.gamma * T(2 * x * h * scale),
    by_xx = e.gamma * T(h * h * scale);
  double first = 2 * e.t * x * h / form, second = e.t * scale;
  T w = a2 + a3, dw = a3;
  SCI_NO_UNROLL
  for (int k = 0; k < 90; ++k) {
    double inverse = 1.0 / ((k + 1.0) * (k + 2.0));
    T a4 = a3 * T(first * (k + 1 + mu) / (k + 2.0)) + a2 * T(second * k * (k + 2 * mu + 1) * inverse) -
           (constant * a2 - by_x * a1 - by_xx * a0) * T(inverse);
    w = w + a4;
    dw = dw + a4 * T(k + 2.0);
    a0 = a1;
    a1 = a2;
    a2 = a3;
    a3 = a4;
    double left = (largest(a2) + largest(a3)) * (k + 2), size = max(largest(w), largest(dw));
    if (k > 3 && left <= 1e-17 * size) break;
  }
  s.w = w;
  s.dw = dw * T(1 / h);
  s.place = s.place.moved(h);
  s.fit();
}

/// The step that a place allows: half of the way to the next singular place, and a phase of about 1.5.
template <class T>
SCI_HD double spheroidal_stride(const spheroidal_equation<T>& e, const spheroidal_place& at) {
  double form = abs(at.form(e.t)), radius = e.t < 0 ? sqrt(form) : abs(abs(at.x) < 0.5 ? 1 - abs(at.x) : at.from_one);
  double rate = sqrt(abs(primal(e.q) - primal(e.gamma) * at.x * at.x) / form) + abs(e.mu + 1) * abs(at.x) / form;
  return min(0.5 * radius, 1.5 / (rate + 1e-300));
}

/// From the state's place to another, which is not beyond a singular place; `free`: up to a factor of derivatives.
template <class T>
SCI_HD void spheroidal_follow(const spheroidal_equation<T>& e, spheroidal_state<T>& s, const spheroidal_place& to,
                              bool free = false) {
  SCI_NO_UNROLL
  for (int i = 0; i < 20000; ++i) {
    double h = s.place.until(to), most = spheroidal_stride(e, s.place);
    // The last two of equal length.
    double step = abs(h) <= most ? h : copysign(abs(h) < 2 * most ? abs(h) / 2 : most, h);
    if (h == 0) break;
    // To a number, whose rounding is no error; the angular functions have digits to spare.
    if (e.t < 0 && step != h) step = s.place.until(s.place.moved(step));
    spheroidal_step(e, s, step);
    if (free) s.divide(step);
    if (step == h) {
      s.place = to;
      break;
    }
  }
}

/// The solution that is finite at x = 1, w(1) = 1, by its series in 1 - x at a place that is at most `distance` before.
template <class T>
SCI_HD_LARGE spheroidal_state<T> spheroidal_from_one(const spheroidal_equation<T>& e, double distance) {
  double m = e.mu, size = abs(primal(e.q) - primal(e.gamma)) + 2 * sqrt(abs(primal(e.gamma)));
  double h = min(distance, min(0.5, 4 * (m + 1) / (size + 1e-300)));
  T a0 = T(0), a1 = T(0), a2 = T(1), w = a2, dw = T(0), constant = (e.q - e.gamma) * T(h),
    once = e.gamma * T(2 * h * h), twice = e.gamma * T(h * h * h);
  SCI_NO_UNROLL
  for (int k = 0; k < 90; ++k) {
    T a3 = (a2 * T(h * (k * (k - 1.0) + 2 * (m + 1) * k)) - constant * a2 - once * a1 + twice * a0) *
           T(1 / (2 * (k + 1.0) * (k + m + 1)));
    w = w + a3;
    dw = dw + a3 * T(k + 1.0);
    a0 = a1;
    a1 = a2;
    a2 = a3;
    if (k > 3 && (largest(a1) + largest(a2)) * (k + 1) <= 1e-17 * max(largest(w), largest(dw))) break;
  }
  spheroidal_state<T> s = {{1 - h, -h}, w, dw * T(-1 / h), 0};
  s.fit();
  return s;
}

/// Where the solutions from both ends are joined: Q = (lambda - gamma x^2) (1 - x^2) - m^2, the square of the phase's
/// slope times (1 - x^2)^2, is positive in between. Both in steps, so that what is joined for a lambda that is no
/// characteristic value has derivatives of all orders in c and lambda.
struct spheroidal_join {
  double x, q;
};
SCI_HD spheroidal_join spheroidal_middle(double m, double gamma, double lambda) {
  double y;
  if (gamma < 0 && lambda + gamma < 0) {
    y = min(0.5 * (1 + lambda / gamma), 0.95);  // the peak of Q
  } else {
    // 0.8 of the way to where it becomes 0.
    double half = 0.5 * (lambda + gamma), c = lambda - m * m, root = sqrt(max(half * half - gamma * c, 0.0));
    y = 0.64 * max(min(c / (half + root + 1e-300), 1.0), 0.0);
  }
  const double q = max((lambda - gamma * y) * (1 - y) - m * m, 1.0);
  return {rint(256 * sqrt(y)) / 256, ldexp(1.0, int(rint(log2(q))))};
}

/// w(0) = 1, or w'(0) = 1 of an odd function.
template <class T>
SCI_HD spheroidal_state<T> spheroidal_from_zero(bool odd) {
  return {{0, -1}, T(odd ? 0 : 1), T(odd ? 1 : 0), 0};
}

/// The factor that makes the solution which is finite at 1, w(1) = 1, that with w or w' = 1 at 0: least squares of
/// value and slope, this over the slope of the phase, at the join. `found` is the former at `to`, between the join
/// and 1.
template <class T>
SCI_HD_LARGE spheroidal_scaled<T> spheroidal_from_both(const spheroidal_equation<T>& e, bool odd,
                                                       const spheroidal_join& join, const spheroidal_place& to,
                                                       spheroidal_state<T>& found) {
  spheroidal_place middle = spheroidal_place::at(join.x);
  spheroidal_state<T> s = spheroidal_from_zero<T>(odd), end = spheroidal_from_one(e, -to.from_one);
  spheroidal_follow(e, s, middle);
  // What derivatives gather on the way from 1 to `to` would cancel in `found` times the factor. At the join the factor
  // itself is asked for.
  const bool free = to.x > middle.x;
  if (free) end.divide(end.place.from_one);
  spheroidal_follow(e, end, to, free);
  found = end;
  spheroidal_follow(e, end, middle);
  double form = middle.form(1);
  T weight = T(form * form / join.q);
  return {(s.w * end.w + s.dw * end.dw * weight) / (end.w * end.w + end.dw * end.dw * weight),
          s.exponent - end.exponent};
}

}  // namespace detail
}  // namespace sci
