// Taylor steps along Mathieu's equation y'' = (2q cos(2x) - a) y and the modified one, y'' = (a - 2q cosh(2x)) y
// (DLMF 28.2.1, 28.20.1).
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

template <class R>
struct mathieu_state {
  R y, slope;
  int twos;
};

/// In either direction; at most 20000 steps.
template <bool modified, class R>
SCI_HD_LARGE void mathieu_walk(R a, R q, double from, double to, mathieu_state<R>& at) {
  constexpr int terms = 24;
  if (modified) a = R(0.0) - a, q = R(0.0) - q;
  SCI_NO_UNROLL
  for (int i = 0; i < 20000 && from != to; ++i) {
    const double c = modified ? cosh(2 * from) : cos(2 * from), s = modified ? sinh(2 * from) : sin(2 * from);
    const double rate = abs(2 * primal(q) * c - primal(a)) + 2 * abs(primal(q)) * (modified ? c : 1.0);
    const double reach = min(0.25, 1.5 / sqrt(rate + 1)), next = abs(to - from) <= reach ? to
                                                                 : to > from             ? from + reach
                                                                                         : from - reach;
    const double h = next - from;
    R y[terms];
    double g[terms];  // of cos(2x) or cosh(2x)
    double power = 1;
    for (int n = 0; n < terms; ++n) {
      const double wave = n % 2 == 0 ? c : modified ? s : -s;
      g[n] = power * (modified || n % 4 < 2 ? wave : -wave);
      power *= 2 * h / (n + 1);
    }
    y[0] = at.y, y[1] = at.slope * R(h);
    R sum = y[0] + y[1], slope = y[1];
    const R qh = q * R(2.0 * h * h), ah = a * R(h * h);
    SCI_NO_UNROLL
    for (int n = 0; n + 2 < terms; ++n) {
      R product = R(0.0);
      for (int k = 0; k <= n; ++k) product = product + y[k] * R(g[n - k]);
      y[n + 2] = (qh * product - ah * y[n]) * R(1.0 / ((n + 1.0) * (n + 2.0)));
      sum = sum + y[n + 2], slope = slope + y[n + 2] * R(n + 2.0);
    }
    at.y = sum, at.slope = slope * R(1 / h);
    if (abs(primal(at.y)) > 1e100) at.y = ldexp(at.y, -300), at.slope = ldexp(at.slope, -300), at.twos += 300;
    from = next;
  }
}

}  // namespace detail
}  // namespace sci
