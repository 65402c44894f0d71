// Fourier coefficients of Mathieu functions: eigenvectors of four symmetric tridiagonal matrices (DLMF 28.4, 28.2(vi)),
//
//   kind 0  ce_2j      A_2k    p = 2k       diagonal p^2, beside it q (between the first two sqrt(2) q)
//   kind 1  ce_2j+1    A_2k+1  p = 2k + 1   first of the diagonal 1 + q
//   kind 2  se_2j+1    B_2k+1  p = 2k + 1   first 1 - q
//   kind 3  se_2j+2    B_2k+2  p = 2k + 2
//
// by ratios of neighbours from both ends to a row r in which the vector is large: no array is kept, and small
// coefficients keep their digits. The mismatch in row r is Newton's function for the eigenvalue, and the signs of the
// pivots count the eigenvalues below, which brackets the wanted one (Sturm; I. S. Dhillon and B. N. Parlett, Linear
// Algebra Appl. 387 (2004) 1-28, for the twisted factorisation). q >= 0; derivatives in q on dual numbers.
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

constexpr int64_t mathieu_largest_order = 9000, mathieu_largest_characteristic = 30000;
constexpr double mathieu_largest_q = 1e7;

/// Which function: its kind, its index among those, and the size of the matrix.
struct mathieu_case {
  int kind, index, size, row;
  double off;  // p of the first row
  SCI_HD double p(int k) const { return 2.0 * k + off; }
};

/// Order m of ce (even) or se, at the size of q.
SCI_HD mathieu_case mathieu_which(bool even, int m, double q) {
  mathieu_case c;
  const bool odd = m % 2 != 0;
  c.kind = even ? (odd ? 1 : 0) : odd ? 2 : 3;
  c.off = c.kind == 0 ? 0 : c.kind == 3 ? 2 : 1;
  c.index = (m - int(c.off)) / 2;
  const double edge = 0.5 * sqrt(double(m) * m + 4 * q), scale = cbrt(q / (8 * edge + 8));
  c.size = int(edge + 18 + 16 * scale);
  c.row = 0;
  return c;
}

/// What a pass over the matrix gives, for the vector with 1 in the row: N sums over it, its squared norm, the mismatch
/// in the row and how many eigenvalues are below.
template <class R, int N>
struct mathieu_pass {
  R sum[N > 0 ? N : 1];
  R norm, mismatch;
  int below;
};

struct mathieu_nothing {
  template <class R>
  SCI_HD void operator()(int, R*) const {}
};

template <class R>
SCI_HD R mathieu_pivot(R d, double q) {
  const double least = 1e-30 * (1 + q);
  return abs(primal(d)) < least ? R(least) : d;
}

/// f(k, values) sets N values of row k.
template <int N, class R, class F>
SCI_HD_LARGE mathieu_pass<R, N> mathieu_run(const mathieu_case& c, R a, R q, const F& f) {
  mathieu_pass<R, N> out;
  const double size = primal(q);
  R value[N > 0 ? N : 1], down[N > 0 ? N : 1];
  for (int i = 0; i < N; ++i) out.sum[i] = down[i] = R(0.0);
  R first = R(c.off * c.off) - a, norm = R(0.0), below_norm = R(0.0);
  if (c.kind == 1) first = first + q;
  if (c.kind == 2) first = first - q;
  out.below = 0;
  const R wide = q * R(1.4142135623730951);
  R pivot = first;
  SCI_NO_UNROLL
  for (int k = 0; k < c.row; ++k) {
    pivot = mathieu_pivot(pivot, size);
    out.below += primal(pivot) < 0;
    const R beside = c.kind == 0 && k == 0 ? wide : q, ratio = -beside / pivot;
    norm = (norm + R(1.0)) * ratio * ratio;
    f(k, value);
    for (int i = 0; i < N; ++i) out.sum[i] = (out.sum[i] + value[i]) * ratio;
    pivot = R(c.p(k + 1) * c.p(k + 1)) - a + beside * ratio;
  }
  R under = R(0.0);
  SCI_NO_UNROLL
  for (int k = c.size - 1; k > c.row; --k) {
    const R at = mathieu_pivot(R(c.p(k) * c.p(k)) - a + under, size);
    out.below += primal(at) < 0;
    const R beside = c.kind == 0 && k == 1 ? wide : q, ratio = -beside / at;
    below_norm = (below_norm + R(1.0)) * ratio * ratio;
    f(k, value);
    for (int i = 0; i < N; ++i) down[i] = (down[i] + value[i]) * ratio;
    under = beside * ratio;
  }
  f(c.row, value);
  for (int i = 0; i < N; ++i) out.sum[i] = out.sum[i] + value[i] + down[i];
  out.norm = R(1.0) + norm + below_norm;
  out.mismatch = pivot + under;
  out.below += primal(out.mismatch) < 0;
  return out;
}

/// The row where the vector of the eigenvalue a is large: its last maximum before the edge of its support, half an Airy
/// unit inside.
SCI_HD int mathieu_row(const mathieu_case& c, double a, double q) {
  const double edge = 0.5 * sqrt(max(a + 2 * q, 0.0)), scale = cbrt(q / (8 * edge + 8));
  return min(max(int(rint(edge - c.off / 2 - scale)), 0), c.size - 1);
}

/// The eigenvalue, in double; sets the row.
SCI_HD_LARGE double mathieu_eigenvalue(mathieu_case& c, double q) {
  const double m = 2.0 * c.index + c.off;
  c.row = min(c.index, c.size - 1);
  if (q == 0) return m * m;
  double low = -2 * q - 1, high = m * m + 2 * q + 1;
  // DLMF 28.6.14 for small q, 28.8.1 for large: s = 2m + 1 for ce, 2m - 1 for se.
  const double s = 2 * m + (c.kind < 2 ? 1 : -1), root = sqrt(q);
  double a = s * s < 4 * root ? -2 * q + 2 * s * root - (s * s + 1) / 8 : m * m + q * q / (2 * max(m * m - 1, 1.0));
  if (!(a > low && a < high)) a = 0.5 * (low + high);
  double before = high - low;
  int slow = 0;
  SCI_NO_UNROLL
  for (int i = 0; i < 120; ++i) {
    c.row = mathieu_row(c, a, q);
    const mathieu_pass<double, 0> f = mathieu_run<0>(c, a, q, mathieu_nothing());
    if (f.below > c.index)
      high = a;
    else
      low = a;
    const double step = f.mismatch / f.norm, next = a + step;
    const bool right = f.below == c.index || f.below == c.index + 1;
    // Newton's step once this is the eigenvalue next to a and the bracket shrinks; else halve.
    slow = high - low > 0.6 * before ? slow + 1 : 0;
    before = high - low;
    const bool small = abs(step) <= 4e-16 * (abs(a) + 2 * q);
    if (right && small) return next;
    if (right && next > low && next < high && slow < 6) {
      a = next;
    } else {
      a = 0.5 * (low + high), slow = 0;
    }
    if (!(high - low > 2e-16 * (abs(a) + q))) return a;
  }
  return a;
}

/// The eigenvalue with its derivatives in q: Newton's steps, each of which makes one more derivative exact.
template <class R>
SCI_HD_LARGE R mathieu_lifted(const mathieu_case& c, double a, R q) {
  R value = R(a);
  if constexpr (is_dual<R>) {
    SCI_NO_UNROLL
    for (int i = 0; i < 2; ++i) {
      const mathieu_pass<R, 0> f = mathieu_run<0>(c, value, q, mathieu_nothing());
      value = value + f.mismatch / f.norm;
    }
  }
  return value;
}

}  // namespace detail
}  // namespace sci
