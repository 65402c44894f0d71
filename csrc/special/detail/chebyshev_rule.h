// Nodes and weights of Gauss-Chebyshev quadrature, closed expressions for any number of points: one node per item.
// All are sines of the angle to the nearer of the middle and the ends, where they keep their digits.
#pragma once
#include "core/platform.h"

namespace sci {

/// `scale` times the zeros of T_n or, with `second`, U_n, ascending, or these moved to [0, 1]; weights sum to `total`.
template <class T>
struct ChebyshevRuleItem {
  T *node, *weight;
  int64_t n;
  bool second, shifted;
  double scale, total;

  SCI_HD void operator()(int64_t i) const {
    const double steps = double(second ? n + 1 : n), step = 1.5707963267948966192 / steps;
    const bool left = 2 * i < n;
    const double end = double(left ? i : n - 1 - i);  // nodes between this one and its end
    const double half = sin((end + (second ? 1.0 : 0.5)) * step), low = half * half;
    node[i] = T(shifted ? (left ? low : 1.0 - low) : scale * sin(double(2 * i + 1 - n) * step));
    const double side = second ? sin((end + 1.0) * (2.0 * step)) : 1.0;
    weight[i] = T(second ? 2.0 * total / steps * (side * side) : total / steps);
  }
};

}  // namespace sci
