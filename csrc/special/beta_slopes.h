// dB/da and d^2B/dadb of the beta function. The latter is B (d_a d_b - psi'(s)) with s = a + b, d_a = psi(a) - psi(s)
// and d_b = psi(b) - psi(s): of small a and b, where the result is near 2 zeta(3), terms of the size of B^3 that
// cancel.
//
// a, b, s > -1/2: with the poles at 0 taken out of psi, whose terms in 1/a, 1/b and 1/s are gone altogether,
//   d^2B/dadb = R (D(1 + s, a) + D(1 + s, b)) + B e_a e_b,  R = B a b / s,
//   e_a = psi(1 + a) - psi(1 + s), e_b likewise, D(x, h) = -psi[x, x, x - h], a divided difference (DLMF 3.3(iii)):
// for a, b > 0 a sum of positive terms. Elsewhere as written at the top.
#pragma once
#include "special/beta.h"
#include "special/polygamma.h"

namespace sci {
namespace detail {

/// -f[x, x, x - h] of f = log at x = 1, h = r < 1: -(log(1 - r) + r) / r^2.
SCI_HD double beta_log_bend(double r) {
  if (abs(r) > 0.01) return -log1p_minus(-r) / (r * r);
  double sum = 0.0;
  for (int k = 9; k >= 2; --k) sum = sum * r + 1.0 / double(k);
  return sum;
}

/// -psi[x, x, y] = sum_{k >= 0} 1 / ((x + k)^2 (y + k)) for x, y > 0 and h = x - y: by the recurrence up to 16, the
/// rest by the series of DLMF 5.11.2 in divided differences, in which those of t^-m are
/// sum_{l=1}^m (m + 1 - l) x^-(m+2-l) y^-l.
SCI_HD double digamma_bend(double x, double y, double h) {
  double sum = 0.0;
  for (int k = 0; k < 17 && min(x, y) < 16.0; ++k) {
    sum += 1.0 / x / (x * y);
    x += 1.0;
    y += 1.0;
  }
  const double u = 1.0 / x, w = 1.0 / y, *c = gamma_tables::digamma_bernoulli();
  double inner = 1.0, power = 1.0, tail = 0.5;  // sum_{i+j=q} (i + 1) u^i w^j and u^q, of q = 0
  for (int k = 0, q = 1; k < 9; ++k, q += 2) {
    power *= u;
    inner = inner * w + double(q + 1) * power;
    tail += c[k] * inner;
    power *= u;
    inner = inner * w + double(q + 2) * power;
  }
  return sum + u * u * (beta_log_bend(h * u) + w * tail);
}

}  // namespace detail

template <class T>
SCI_HD T beta_da(T a, T b) {
  return -beta(a, b) * digamma_difference(a, b);
}

/// In double for float, whose results are in range where B or its cofactors are not.
template <class T>
SCI_HD T beta_dadb(T a, T b) {
  const double x = double(a), y = double(b), s = x + y, f = beta(x, y);
  if (!(x > -0.5 && y > -0.5 && s > -0.5) || x == 0.0 || y == 0.0 || s == 0.0 || isinf(s))
    return T(f * (digamma_difference(x, y) * digamma_difference(y, x) - polygamma(1, s)));
  const double bends = detail::digamma_bend(1.0 + s, 1.0 + y, x) + detail::digamma_bend(1.0 + s, 1.0 + x, y);
  return T(f * (x * (y / s)) * bends + f * digamma_difference(1.0 + x, y) * digamma_difference(1.0 + y, x));
}

}  // namespace sci
