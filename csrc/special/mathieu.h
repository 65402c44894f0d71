// Mathieu functions ce_m(x, q), se_m(x, q) with their derivatives in x, their characteristic values a_m(q), b_m(q), and
// the derivatives of all in q.
//
// Fourier series (DLMF 28.4) with the coefficients of detail/mathieu_matrix.h. q < 0 by x -> pi/2 - x (28.2.34-37). For
// q > 0 the functions are exponentially small about x = 0 where 2q cos(2x) > a: there by Taylor steps of the equation
// from 0 to x and on to the turning point, where the series gives the scale, so that small values keep their digits.
// In double; derivatives in q on dual numbers.
//
// NaN for orders beyond 9000 (of characteristic values 30000) and |q| beyond 1e7, where the work has no bound.
#pragma once
#include "special/degrees.h"
#include "special/detail/mathieu_matrix.h"
#include "special/detail/mathieu_walk.h"

namespace sci {
namespace detail {

/// Is there such a function?
SCI_HD bool mathieu_known(bool even, int64_t m, double q, int64_t largest = mathieu_largest_order) {
  return m >= (even ? 0 : 1) && m <= largest && abs(q) <= mathieu_largest_q;
}

/// a_m or b_m; of q < 0 that of the other family for odd m (DLMF 28.2.26-29).
template <class R>
SCI_HD_LARGE R mathieu_characteristic(bool even, int64_t m, R q) {
  if (!mathieu_known(even, m, primal(q), mathieu_largest_characteristic)) return R(limits<double>::nan) * q;
  if (primal(q) < 0) {
    q = -q;
    if (m % 2 != 0) even = !even;
  }
  mathieu_case c = mathieu_which(even, int(m), primal(q));
  const double a = mathieu_eigenvalue(c, primal(q));
  return mathieu_lifted(c, a, q);
}

/// The values of the rows of the Fourier series and its derivative at x, and of what gives the sign. From row to row by
/// a rotation, the largest and every sixteenth by itself.
struct mathieu_fourier {
  mathieu_case which;
  double x;  // or pi/2 - x
  bool beyond;
  double step_cos, step_sin, c = 1, s = 0;
  int row = -10;

  SCI_HD mathieu_fourier(const mathieu_case& which, double x, bool beyond)
      : which(which), x(x), beyond(beyond), step_cos(cos(2 * x)), step_sin(sin(2 * x)) {}
  SCI_HD void turn_to(int k) {
    if (k % 16 == 0 || k == which.row || (k != row + 1 && k != row - 1)) {
      c = cos(which.p(k) * x), s = sin(which.p(k) * x);
    } else {
      const double by = k > row ? step_sin : -step_sin, t = c;
      c = c * step_cos - s * by, s = s * step_cos + t * by;
    }
    row = k;
  }
  template <class R>
  SCI_HD void operator()(int k, R* value) {
    turn_to(k);
    const double p = which.p(k);
    double a = c, b = s;
    if (beyond) {
      const bool turned = int(p) % 2 != 0;
      const double sign = int(p) / 2 % 2 != 0 ? -1 : 1;
      a = sign * (turned ? s : c), b = sign * (turned ? c : -s);
    }
    const bool even = which.kind < 2;
    value[0] = R(even ? a : b);
    value[1] = R(even ? -p * b : p * a);
    value[2] = R((k % 2 == 0 ? 1 : -1) * (which.kind % 2 != 0 ? p : 1));
  }
};

/// y and y' at 0 <= x <= pi/2 (x is what is missing to pi/2 if `beyond`) by the series; q >= 0.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_by_series(const mathieu_case& c, R a, R q, double x, bool beyond) {
  const mathieu_pass<R, 3> f = mathieu_run<3>(c, c.size, a, q, mathieu_fourier(c, x, beyond));
  R front = R(1.0) / sqrt(f.norm);
  // ce_m(pi/2) or its derivative has the sign of its number of zeros.
  if ((primal(f.sum[2]) < 0) != (c.index % 2 != 0)) front = -front;
  return {{f.sum[0] * front, f.sum[1] * front}};
}

/// At 0 <= degrees <= 90 from 0, or (`beyond`) back from 90; q >= 0.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_quarter(bool even, int m, R q, double degrees, bool beyond) {
  constexpr double unit = numbers::pi<double> / 180;
  if (degrees > 45) degrees = 90 - degrees, beyond = !beyond;  // exact, so that zeros at a right angle are
  const double Q = primal(q), x = degrees * unit;
  mathieu_case c = mathieu_which(even, m, Q);
  const double A = mathieu_eigenvalue(c, Q);
  const R a = mathieu_lifted(c, A, q);
  const double wave = cos(2 * x), barrier = 2 * Q * (beyond ? -wave : wave) - A;
  if (barrier > 0 && Q > 1) {
    const double turn = 0.5 * acos(max(A / (2 * Q), -1.0)), from = beyond ? (90 - degrees) * unit : x;
    if (sqrt(barrier) * (turn - from) > 1) {
      mathieu_state<R> w = {R(even ? 1.0 : 0.0), R(even ? 0.0 : 1.0), 0};
      mathieu_walk<false>(a, q, 0.0, from, w);
      mathieu_state<R> end = w;
      mathieu_walk<false>(a, q, from, turn, end);
      const R scale = mathieu_by_series(c, a, q, turn, false)[0] / end.y;
      const int twos = w.twos - end.twos;
      return {{ldexp(w.y * scale, twos), ldexp(w.slope * scale, twos)}};
    }
  }
  return mathieu_by_series(c, a, q, x, beyond);
}

/// ce_m or se_m and the derivative in x; x in degrees.
template <class R>
SCI_HD_LARGE many<R, 2> mathieu_angular(bool even, int64_t m, R q, double degrees) {
  const R unknown = R(limits<double>::nan) * q;
  if (!even && m == 0 && !isnan(primal(q)) && isfinite(degrees)) return {{R(0.0), R(0.0)}};  // se_0, as SciPy has it
  if (!mathieu_known(even, m, primal(q)) || !isfinite(degrees)) return {{unknown, unknown}};
  const bool odd = m % 2 != 0;
  // To a quarter period: the parity about 0 and about 90 degrees is known.
  double x = fmod(abs(degrees), 360.0), sign = 1, slope = 1;  // of the function and of its derivative
  if (degrees < 0) (even ? slope : sign) *= -1;
  if (x > 180) {
    x = 360 - x;  // the period is 360
    (even ? slope : sign) *= -1;
  }
  if (x > 90) {
    x = 180 - x;
    ((even != odd) ? slope : sign) *= -1;
  }
  const bool beyond = primal(q) < 0;
  if (beyond) {  // x to 90 - x, with (-1)^n
    const int64_t n = even || odd ? m / 2 : m / 2 - 1;
    if (n % 2 != 0) sign = -sign, slope = -slope;
    slope = -slope;
    q = -q;
    if (odd) even = !even;
  }
  many<R, 2> y = mathieu_quarter(even, int(m), q, x, beyond);
  return {{y[0] * R(sign), y[1] * R(slope)}};
}

/// Row `row` of the vector, and what gives the sign.
struct mathieu_one_row {
  mathieu_case which;
  int row;
  template <class R>
  SCI_HD void operator()(int k, R* value) const {
    value[0] = R(k == row ? 1.0 : 0.0);
    value[1] = R((k % 2 == 0 ? 1 : -1) * (which.kind % 2 != 0 ? which.p(k) : 1));
  }
};

/// q >= 0.
template <class R>
SCI_HD_LARGE R mathieu_coefficient_of(bool even, int64_t m, int64_t k, R q) {
  if (!mathieu_known(even, m, primal(q)) || !(primal(q) >= 0) || k < 0) return R(limits<double>::nan) * q;
  mathieu_case c = mathieu_which(even, int(m), primal(q));
  const double a = mathieu_eigenvalue(c, primal(q));
  if (k > 2 * mathieu_largest_order) return R(0.0);
  c.size = max(c.size, int(k) + 18);
  const mathieu_pass<R, 2> f = mathieu_run<2>(c, c.size, mathieu_lifted(c, a, q), q, mathieu_one_row{c, int(k)});
  const R front = R(1.0) / sqrt(f.norm);
  return f.sum[0] * ((primal(f.sum[1]) < 0) != (c.index % 2 != 0) ? -front : front);
}

}  // namespace detail

template <class T>
SCI_HD T mathieu_a(int64_t m, T q) {
  return T(detail::mathieu_characteristic(true, m, double(q)));
}
template <class T>
SCI_HD T mathieu_b(int64_t m, T q) {
  return T(detail::mathieu_characteristic(false, m, double(q)));
}
/// The first and the second derivative of a_m (even != 0) or b_m in q.
template <class T>
SCI_HD T mathieu_characteristic_q(int64_t even, int64_t m, T q) {
  return T(detail::mathieu_characteristic(even != 0, m, variable(double(q))).d);
}
template <class T>
SCI_HD T mathieu_characteristic_q2(int64_t even, int64_t m, T q) {
  return T(detail::mathieu_characteristic(even != 0, m, variable2(double(q))).d.d);
}

/// The Fourier coefficient of row k of ce_m (even != 0) or se_m, and its derivatives in q.
template <class T>
SCI_HD T mathieu_coefficient(int64_t even, int64_t m, int64_t k, T q) {
  return T(detail::mathieu_coefficient_of(even != 0, m, k, double(q)));
}
template <class T>
SCI_HD T mathieu_coefficient_q(int64_t even, int64_t m, int64_t k, T q) {
  return T(detail::mathieu_coefficient_of(even != 0, m, k, variable(double(q))).d);
}
template <class T>
SCI_HD T mathieu_coefficient_q2(int64_t even, int64_t m, int64_t k, T q) {
  return T(detail::mathieu_coefficient_of(even != 0, m, k, variable2(double(q))).d.d);
}

template <class T>
SCI_HD many<T, 2> mathieu_cem(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_angular(true, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
template <class T>
SCI_HD many<T, 2> mathieu_sem(int64_t m, T q, T x) {
  const many<double, 2> y = detail::mathieu_angular(false, m, double(q), double(x));
  return {{T(y[0]), T(y[1])}};
}
/// The derivatives in q of ce_m (even != 0) or se_m and of its derivative in x, and the second ones.
template <class T>
SCI_HD many<T, 2> mathieu_by_q(int64_t even, int64_t m, T q, T x) {
  const many<dual<double>, 2> y = detail::mathieu_angular(even != 0, m, variable(double(q)), double(x));
  return {{T(y[0].d), T(y[1].d)}};
}
template <class T>
SCI_HD many<T, 2> mathieu_by_q2(int64_t even, int64_t m, T q, T x) {
  const many<dual<dual<double>>, 2> y = detail::mathieu_angular(even != 0, m, variable2(double(q)), double(x));
  return {{T(y[0].d.d), T(y[1].d.d)}};
}

}  // namespace sci
