// The rows of the spheroidal eigenvalue problem: (1 - x^2) S'' - 2x S' + (lambda - gamma x^2 - m^2 / (1 - x^2)) S = 0,
// gamma = c^2 (prolate) or -c^2 (oblate), in Legendre functions of degree l = m + r, r = 0, 2, 4, ... or 1, 3, 5, ...,
// which gives a symmetric tridiagonal matrix: l (l + 1) + gamma times that of x^2, [1] 30.8.
//
// Source     [1] DLMF, chapter 30
#pragma once
#include "core/double_double.h"

namespace sci {
namespace detail {

/// Limits beyond which results are NaN: of m and n - m, and of |c|.
constexpr int spheroidal_most_order = 1000;
constexpr double spheroidal_most_c = 1e4;
/// A bound of the rows, which these limits do not reach.
constexpr int spheroidal_most_rows = 8192;

/// Order, degree and kind.
struct spheroidal_mode {
  int m, n;
  bool oblate;
  SCI_HD int parity() const { return (n - m) % 2; }
  SCI_HD int degree(int row) const { return m + parity() + 2 * row; }
  SCI_HD int row() const { return (n - m) / 2; }
  /// gamma
  template <class T>
  SCI_HD T square(T c) const {
    return oblate ? -(c * c) : c * c;
  }
};

/// Whole numbers 0 <= m <= n within the limits.
SCI_HD bool spheroidal_valid(double m, double n, double c) {
  return m >= 0 && m <= n && m <= spheroidal_most_order && n - m <= spheroidal_most_order && m == floor(m) &&
         n == floor(n) && abs(c) <= spheroidal_most_c;
}

/// <l| x^2 |l>, which is a quotient of whole numbers below 2^53.
template <class T>
SCI_HD T spheroidal_mean(int m, int degree) {
  double l = degree;
  return T(2 * l * (l + 1) - 2.0 * m * m - 1) / T((2 * l - 1) * (2 * l + 3));
}
/// top <l| x^2 |l + 2>^2 / below, with one division.
template <class T>
SCI_HD T spheroidal_coupling(int m, int degree, T top, T below) {
  double l = degree, a = (l + 2 - m) * (l + 2 + m), b = (l + 1 - m) * (l + 1 + m), d = 2 * l + 3;
  return top * (T(a) * T(b)) / (below * (T((2 * l + 1) * d) * T(d * (2 * l + 5))));
}
template <class T>
SCI_HD T spheroidal_coupling(int m, int degree) {
  return spheroidal_coupling(m, degree, T(1), T(1));
}

/// l (l + 1) where the components of an eigenvector begin to fall: for large l the diagonal is l^2 + gamma q / 2, twice
/// the side diagonal gamma q / 2, q = 1 - m^2 / l^2, and lambda between both their sum and difference before, so that
/// l^2 = lambda, or l^2 - c^2 q = lambda. Rows before it are stable upwards, rows behind it downwards, and its own
/// component is never small.
SCI_HD double spheroidal_turn(const spheroidal_mode& mode, double c, double lambda) {
  if (!mode.oblate) return lambda;
  double sum = lambda + c * c, product = c * mode.m;
  return 0.5 * (sum + sqrt(max(sum * sum - 4 * product * product, 0.0)));
}
SCI_HD int spheroidal_pivot(const spheroidal_mode& mode, double c, double lambda) {
  double turn = spheroidal_turn(mode, c, lambda), l = sqrt(max(turn, 0.0) + 0.25) - 0.5;
  return int(min(max(rint((l - mode.degree(0)) / 2), 0.0), spheroidal_most_rows / 2.0));
}
/// Rows until the components have fallen to 1e-20 of that of the pivot: each is exp(-t) times the one before, 2 cosh(t)
/// being the diagonal less lambda over the side diagonal.
SCI_HD int spheroidal_last(const spheroidal_mode& mode, double c, double lambda, int pivot) {
  double size = 1, gamma = mode.square(c), inverse = 0.5 / max(c * c, 1e-300);
  int row = pivot;
  while (row < spheroidal_most_rows && size > 1e-20) {
    ++row;
    int l = mode.degree(row);
    double side = sqrt(spheroidal_coupling<double>(mode.m, l));
    double cosine = (double(l) * (l + 1) - lambda + gamma * spheroidal_mean<double>(mode.m, l)) * inverse / side;
    if (cosine > 1) size /= cosine + sqrt(cosine * cosine - 1);
  }
  return row;
}

/// The pivot of the factorisation of T - lambda twisted at a row, which is 0 at an eigenvalue, how many of all pivots
/// are negative: the eigenvalues below lambda, and what the other rows add to the pivot, with its size.
template <class T>
struct spheroidal_twisted {
  T pivot;
  int negative;
  double others, size;
};
template <class T>
SCI_HD_LARGE spheroidal_twisted<T> spheroidal_factor(const spheroidal_mode& mode, T gamma, T lambda, int middle,
                                                     int last) {
  T square = gamma * gamma, centre = T(0);
  int negative = 0;
  double others = 0, size = 0;
  for (int side = 0; side < 2; ++side) {
    int step = side == 0 ? 1 : -1, row = side == 0 ? 0 : last;
    T q = T(0);
    bool first = true;
    SCI_NO_UNROLL
    for (;; row += step) {
      int l = mode.degree(row);
      T next = first ? T(0) : -spheroidal_coupling(mode.m, side == 0 ? l - 2 : l, square, q);
      if (row == middle) others += double(primal(next)), size += abs(double(primal(next)));
      if (row == middle && side == 1) {
        q = next;
        break;
      }
      q = next + (T(double(l) * (l + 1)) - lambda + gamma * spheroidal_mean<T>(mode.m, l));
      first = false;
      if (row == middle) break;
      if (primal(q) == 0) q = q + T(1e-290);
      negative += primal(q) < 0;
    }
    centre = centre + q;
  }
  return {centre, negative + (primal(centre) < 0), others, size};
}

/// A number with twice the digits and back, with its derivatives.
template <class T>
struct spheroidal_digits {
  using type = double_double;
  static SCI_HD double_double twice(double x) { return x; }
  static SCI_HD double once(double_double x) { return double(x); }
};
template <class T>
struct spheroidal_digits<dual<T>> {
  using inner = spheroidal_digits<T>;
  using type = dual<typename inner::type>;
  static SCI_HD type twice(dual<T> x) { return {inner::twice(x.v), inner::twice(x.d)}; }
  static SCI_HD dual<T> once(type x) { return {inner::once(x.v), inner::once(x.d)}; }
};

/// lambda by perturbation to the second order in gamma, for |gamma| below the distance of the diagonal's entries.
SCI_HD double spheroidal_guess(const spheroidal_mode& mode, double gamma) {
  const int m = mode.m, l = mode.n;
  const double mean = spheroidal_mean<double>(m, l), up = 2 * (2.0 * l + 3), down = 2 * (2.0 * l - 1);
  double second = -spheroidal_coupling<double>(m, l) / (up + gamma * (spheroidal_mean<double>(m, l + 2) - mean));
  if (l - 2 >= m)
    second += spheroidal_coupling<double>(m, l - 2) / (down + gamma * (mean - spheroidal_mean<double>(m, l - 2)));
  return double(l) * (l + 1) + gamma * (mean + gamma * second);
}

/// lambda for c >= 0, with its derivatives where c has some. Bisection by the count of negative pivots until the
/// eigenvalue is alone, then Newton's method for the twisted pivot within the bracket; steps with a residual of twice
/// the digits at last, since the entries cancel where c is large, of which each makes one more derivative right.
template <class T>
SCI_HD_LARGE T spheroidal_lambda(const spheroidal_mode& mode, T c) {
  double size = primal(c), gamma = mode.square(size), start = double(mode.n) * (mode.n + 1);
  double low = start + min(gamma, 0.0), high = start + max(gamma, 0.0), lambda = low + (high - low) / 2, slope = -1;
  const bool small = size * size < 4 * mode.n + 6;
  if (small) lambda = min(max(spheroidal_guess(mode, gamma), low), high);
  int index = mode.row(), pivot = 0, last = 0;
  double seen = limits<double>::infinity;  // the lambda of pivot and last
  spheroidal_twisted<dual<double>> at;
  double step = 0;
  SCI_NO_UNROLL
  for (int i = 0; i < 100; ++i) {
    if (!(abs(lambda - seen) < 0.5)) {
      seen = lambda;
      pivot = spheroidal_pivot(mode, size, lambda);
      last = max(spheroidal_last(mode, size, lambda, pivot), index + 2);
    }
    at = spheroidal_factor(mode, dual<double>(gamma), variable(lambda), pivot, last);
    slope = at.pivot.d;
    double newton = lambda - at.pivot.v / slope, before = lambda;
    bool alone = at.negative == index || at.negative == index + 1;
    (at.negative > index ? high : low) = lambda;
    lambda = alone && newton >= low && newton <= high ? newton : low + (high - low) / 2;
    step = lambda - before;
    // What is left is of the order of the step's square over the distance of eigenvalues.
    if (abs(step) <= (small ? 1e-10 : 1e-12) * (abs(lambda) + abs(gamma))) break;
  }
  if constexpr (!is_dual<T>) {
    // Where the pivot is its own entry but for a little, that alone needs the digits.
    if (small && at.size < 0.25 * abs(lambda)) {
      const int l = mode.degree(pivot);
      const double_double entry = double_double(double(l) * (l + 1)) - double_double(lambda) +
                                  mode.square(double_double(c)) * spheroidal_mean<double_double>(mode.m, l);
      return lambda - (double(entry) + at.others + (slope + 1) * step) / slope;
    }
  }
  using digits = spheroidal_digits<T>;
  auto square = mode.square(digits::twice(c));
  T result = T(lambda);
  SCI_NO_UNROLL
  for (int i = 0; i < (is_dual<T> ? 3 : 1); ++i) {
    const auto exact = spheroidal_factor(mode, square, digits::twice(result), pivot, last);
    result = result - digits::once(exact.pivot) / T(slope);
  }
  return result;
}

/// The same of any arguments; NaN beyond the limits.
template <class T>
SCI_HD T spheroidal_lambda_at(bool oblate, double m, double n, T c) {
  if (!spheroidal_valid(m, n, primal(c))) return T(limits<double>::nan);
  return spheroidal_lambda(spheroidal_mode{int(m), int(n), oblate}, abs(c));
}

}  // namespace detail
}  // namespace sci
