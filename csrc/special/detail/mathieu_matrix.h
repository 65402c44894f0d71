// Fourier coefficients of Mathieu functions: eigenvectors of four tridiagonal matrices (DLMF 28.4, 28.2(vi)),
//
//   kind 0  ce_2j      A_2k    p = 2k       diagonal p^2, beside it q (of the second row twice that on the first)
//   kind 1  ce_2j+1    A_2k+1  p = 2k + 1   first of the diagonal 1 + q
//   kind 2  se_2j+1    B_2k+1  p = 2k + 1   first 1 - q
//   kind 3  se_2j+2    B_2k+2  p = 2k + 2
//
// by the recurrence of the rows from both ends to a row r in which the vector is large, the direction in which it
// grows: no array is kept, and small coefficients keep their digits. What is carried is q^k times the coefficient, so
// that there are no divisions and q may be 0. The mismatch in row r gives Rayleigh's quotient, and the signs of
// neighbours count the eigenvalues below, which brackets the wanted one (Sturm; I. S. Dhillon and B. N. Parlett, Linear
// Algebra Appl. 387 (2004) 1-28, for vectors twisted in a row). q >= 0; derivatives in q on dual numbers.
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

constexpr int64_t mathieu_largest_order = 9000, mathieu_largest_characteristic = 30000;
constexpr double mathieu_largest_q = 1e7;

/// Which function: its kind, its index among those, the row and the size of the matrix, for vectors and for
/// eigenvalues, which the square of what is left out changes; and what the eigenvalue lacks to its double, which
/// vectors of large eigenvalues notice.
struct mathieu_case {
  int kind, index, row, size, short_size;
  double off;  // p of the first row
  double rest;
  SCI_HD double p(int k) const { return 2.0 * k + off; }
  /// Of the square of a coefficient in the norm, which is 1 (28.4.9-12).
  SCI_HD double weight(int k) const { return kind == 0 && k == 0 ? 2 : 1; }
};

/// Order m of ce (even) or se, at the size of q. Beyond the edge, where p^2 = a + 2q, coefficients fall like Airy's
/// function.
SCI_HD mathieu_case mathieu_which(bool even, int m, double q) {
  mathieu_case c;
  const bool odd = m % 2 != 0;
  c.kind = even ? (odd ? 1 : 0) : odd ? 2 : 3;
  c.off = c.kind == 0 ? 0 : c.kind == 3 ? 2 : 1;
  c.index = (m - int(c.off)) / 2;
  const double edge = 0.5 * sqrt(double(m) * m + 4 * q), scale = cbrt(q / (8 * edge + 8));
  c.size = int(edge + 6 + 17 * scale);
  c.short_size = int(edge + 4 + 11 * scale);
  c.row = 0, c.rest = 0;
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
  SCI_HD void operator()(int, R*) {}
};

/// One end's way to the row.
template <class R, int N>
struct mathieu_way {
  R now = R(1.0), before = R(0.0), norm = R(0.0), sum[N > 0 ? N : 1];
  int below = 0;

  SCI_HD mathieu_way() {
    for (int i = 0; i < N; ++i) sum[i] = R(0.0);
  }
  /// From a row on to `next`; the sums take the row's values.
  SCI_HD void step(R next, R q, R square, double weight, const R* value) {
    norm = norm * square + now * now * square * R(weight);
    for (int i = 0; i < N; ++i) sum[i] = (sum[i] + value[i] * now) * q;
    below += (primal(next) > 0) == (primal(now) > 0);
    before = now, now = next;
    const double size = abs(primal(now));
    if (size == 0) now = before * R(primal(square) * -1e-30 - 1e-280);
    if (size > 0x1p300) {
      constexpr double less = 0x1p-300;
      before = before * R(less), now = now * R(less), norm = norm * R(less * less);
      for (int i = 0; i < N; ++i) sum[i] = sum[i] * R(less);
    }
  }
};

/// f(k, values) sets N values of row k: of neighbours one after another.
template <int N, class R, class F>
SCI_HD_LARGE mathieu_pass<R, N> mathieu_run(const mathieu_case& c, int size, R a, R q, F f) {
  mathieu_pass<R, N> out;
  R value[N > 0 ? N : 1];
  const R square = q * q;
  const R first = c.kind == 1 ? R(1.0) + q : c.kind == 2 ? R(1.0) - q : R(c.off * c.off);
  const bool doubled = c.kind == 0;

  mathieu_way<R, N> up;
  SCI_NO_UNROLL
  for (int k = 0; k < c.row; ++k) {
    const R at = (k == 0 ? a - first : a - R(c.p(k) * c.p(k))) + R(c.rest);
    R other = square * up.before;
    if (k == 1 && doubled) other = other + other;
    f(k, value);
    up.step(at * up.now - other, q, square, k == 0 ? c.weight(0) : 1, value);
  }
  mathieu_way<R, N> down;
  SCI_NO_UNROLL
  for (int k = size - 1; k > c.row; --k) {
    f(k, value);
    R next = (a - R(c.p(k) * c.p(k)) + R(c.rest)) * down.now - square * down.before;
    if (k == 1 && doubled) next = next * R(0.5);
    down.step(next, q, square, 1, value);
  }
  f(c.row, value);
  const R one_up = R(1.0) / up.now, one_down = R(1.0) / down.now;
  for (int i = 0; i < N; ++i) out.sum[i] = value[i] + up.sum[i] * one_up + down.sum[i] * one_down;
  out.norm = R(c.weight(c.row)) + up.norm * one_up * one_up + down.norm * one_down * one_down;
  const R from_below = square * up.before * one_up;
  out.mismatch = (c.row == 0 ? first : R(c.p(c.row) * c.p(c.row))) - a - R(c.rest) + square * down.before * one_down +
                 (c.row == 1 && doubled ? from_below + from_below : from_below);
  out.below = up.below + down.below + (primal(out.mismatch) < 0);
  return out;
}

/// What Rayleigh's quotient adds to a.
template <class R, int N>
SCI_HD R mathieu_correction(const mathieu_case& c, const mathieu_pass<R, N>& f) {
  return f.mismatch * R(c.weight(c.row)) / f.norm;
}

/// The row where the vector of the eigenvalue a is large: its last maximum before the edge of its support, half an Airy
/// unit inside.
SCI_HD int mathieu_row(const mathieu_case& c, double a, double q) {
  const double edge = 0.5 * sqrt(max(a + 2 * q, 0.0)), scale = cbrt(q / (8 * edge + 8));
  return min(max(int(rint(edge - c.off / 2 - scale)), 0), c.short_size - 1);
}

/// DLMF 28.6.14 and 28.8.1 where they hold, or something between.
SCI_HD double mathieu_guess(const mathieu_case& c, double q) {
  const double m = 2.0 * c.index + c.off, square = m * m;
  const double s = 2 * m + (c.kind < 2 ? 1 : -1), root = sqrt(q);  // s = 2m + 1 for ce, 2m - 1 for se
  if (s * s < 8 * root) return -2 * q + 2 * s * root - (s * s + 1) / 8 - s * (s * s + 3) / (128 * root);
  return square + q * q / (2 * max(square - 1, 1.0));
}

/// The eigenvalue, in double; sets the row and the rest.
SCI_HD_LARGE double mathieu_eigenvalue(mathieu_case& c, double q) {
  const double m = 2.0 * c.index + c.off;
  c.row = min(c.index, c.short_size - 1);
  if (q == 0) return m * m;
  double low = -2 * q - 1, high = m * m + 2 * q + 1;
  double a = mathieu_guess(c, q);
  if (!(a > low && a < high)) a = 0.5 * (low + high);
  double before = high - low;
  int slow = 0;
  SCI_NO_UNROLL
  for (int i = 0; i < 120; ++i) {
    c.row = mathieu_row(c, a, q);
    const mathieu_pass<double, 0> f = mathieu_run<0>(c, c.short_size, a, q, mathieu_nothing());
    if (f.below > c.index)
      high = a;
    else
      low = a;
    const double step = mathieu_correction(c, f), next = a + step;
    const bool right = f.below == c.index || f.below == c.index + 1;
    // The quotient, once this is the eigenvalue next to a and the bracket shrinks; else halve. What it leaves is less
    // than the square of the step times the norm over the distance of the eigenvalues, which is at least 4.
    slow = high - low > 0.6 * before ? slow + 1 : 0;
    before = high - low;
    if (right && step * step * f.norm <= 4e-17 * (abs(a) + 2 * q)) {
      c.rest = step - (next - a);
      return next;
    }
    if (right && next > low && next < high && slow < 6) {
      a = next;
    } else {
      a = 0.5 * (low + high), slow = 0;
    }
    if (!(high - low > 2e-16 * (abs(a) + q))) return a;
  }
  return a;
}

/// The eigenvalue with its derivatives in q: Rayleigh's quotient makes one more derivative exact each time.
template <class R>
SCI_HD_LARGE R mathieu_lifted(const mathieu_case& c, double a, R q) {
  R value = R(a);
  if constexpr (is_dual<R>) {
    SCI_NO_UNROLL
    for (int i = 0; i < 2; ++i)
      value = value + mathieu_correction(c, mathieu_run<0>(c, c.size, value, q, mathieu_nothing()));
  }
  return value;
}

}  // namespace detail
}  // namespace sci
