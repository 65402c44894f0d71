// Least squares with rows that come sorted: a triangular factor in band storage, made row by row with plane rotations.
//
// Columns 0 .. inner-1 have a band of `width` entries to the right of the diagonal and `border` more columns, the last
// ones, which every row may reach (the wrapped part of periodic problems). Rows come in the order of their first column
// in the band; then a row is eliminated within its own window, and the work is rows * width^2.
//
// Sources  W. M. Gentleman, Least squares computations by Givens transformations without square roots, IMA J. Appl.
//          Math. 12 (1973) 329; M. G. Cox, The least squares solution of overdetermined linear equations having band or
//          augmented band structure, IMA J. Numer. Anal. 1 (1981) 3.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace sci {

class BandRotations {
 public:
  int64_t inner, width, border, columns;

  BandRotations(int64_t inner, int64_t width, int64_t border, int64_t columns)
      : inner(inner),
        width(width),
        border(border),
        columns(columns),
        length_(width + border + columns),
        band_(size_t(inner * length_)),
        corner_(size_t(border * (border + columns))) {}

  int64_t size() const { return inner + border; }
  int64_t length() const { return length_; }
  const double* row(int64_t i) const { return &band_[size_t(i * length_)]; }
  const double* corner_row(int64_t i) const { return &corner_[size_t(i * (border + columns))]; }
  double diagonal(int64_t i) const { return i < inner ? row(i)[0] : corner_row(i - inner)[i - inner]; }

  /// Rotates a row in: `row` has width entries from column `first` on, the border's, and the right sides; it is used
  /// up, and what is left of its right sides is their part of the residual. Returns the sum of its squares.
  double add(int64_t first, double* row) {
    for (int64_t i = first; i < inner && i < first + width; ++i) {
      int64_t at = i - first;
      if (row[at] == 0) continue;
      double* mine = &band_[size_t(i * length_)];
      double c, s;
      rotation(mine[0], row[at], c, s);
      int64_t last = width - at;
      for (int64_t j = 1; j < last; ++j) rotate(c, s, mine[j], row[at + j]);
      for (int64_t j = width; j < length_; ++j) rotate(c, s, mine[j], row[j]);
    }
    double* rest = row + width;
    for (int64_t i = 0; i < border; ++i) {
      if (rest[i] == 0) continue;
      double* mine = &corner_[size_t(i * (border + columns))];
      double c, s;
      rotation(mine[i], rest[i], c, s);
      for (int64_t j = i + 1; j < border + columns; ++j) rotate(c, s, mine[j], rest[j]);
    }
    double left = 0;
    for (int64_t j = 0; j < columns; ++j) left += rest[border + j] * rest[border + j];
    return left;
  }

  /// The solution (size, columns), row-major. A column whose diagonal is zero gets zero.
  void solve(double* c) const {
    for (int64_t i = size() - 1; i >= 0; --i) {
      double* to = c + i * columns;
      const bool in_band = i < inner;
      const double* r = in_band ? row(i) : corner_row(i - inner);
      const double* right = in_band ? r + width + border : r + border;
      for (int64_t j = 0; j < columns; ++j) to[j] = right[j];
      if (in_band) {
        for (int64_t j = 1; j < width && i + j < inner; ++j) subtract(to, r[j], c + (i + j) * columns);
        for (int64_t j = 0; j < border; ++j) subtract(to, r[width + j], c + (inner + j) * columns);
      } else {
        for (int64_t j = i - inner + 1; j < border; ++j) subtract(to, r[j], c + (inner + j) * columns);
      }
      double pivot = diagonal(i);
      for (int64_t j = 0; j < columns; ++j) to[j] = pivot == 0 ? 0 : to[j] / pivot;
    }
  }

 private:
  int64_t length_;
  std::vector<double> band_, corner_;

  static void rotation(double& pivot, double& below, double& c, double& s) {
    double r = std::sqrt(pivot * pivot + below * below);
    if (!(r > 1e-140 && r < 1e140)) r = std::hypot(pivot, below);
    c = pivot / r;
    s = below / r;
    pivot = r;
    below = 0;
  }
  static void rotate(double c, double s, double& a, double& b) {
    double old = a;
    a = c * old + s * b;
    b = c * b - s * old;
  }
  void subtract(double* to, double factor, const double* from) const {
    if (factor == 0) return;
    for (int64_t j = 0; j < columns; ++j) to[j] -= factor * from[j];
  }
};

/// The p > 0 at which a falling function F(p) is zero, by the rational interpolation of P. Dierckx (Curve and Surface
/// Fitting with Splines, 1993, section 5.2.4): F is (u p + v) / (p + w) through three points.
class ParameterSearch {
 public:
  double p;
  ParameterSearch(double start, double at_zero, double at_infinity, double accept)
      : p(start), f1_(at_zero), f3_(at_infinity), accept_(accept) {}

  enum State { again, found, stuck };
  /// Takes F at p, and moves p.
  State next(double f2) {
    if (std::fabs(f2) < accept_) return found;
    double p2 = p;
    if (!below_) {
      if (f2 - f3_ <= accept_) {  // so large that F is that of infinity
        p3_ = p2;
        f3_ = f2;
        p *= 0.04;
        if (p <= p1_) p = 0.9 * p1_ + 0.1 * p2;
        return again;
      }
      below_ = f2 < 0;
    }
    if (!above_) {
      if (f1_ - f2 <= accept_) {  // so small that F is that of zero
        p1_ = p2;
        f1_ = f2;
        p /= 0.04;
        if (p3_ >= 0 && p >= p3_) p = 0.1 * p2 + 0.9 * p3_;
        return again;
      }
      above_ = f2 > 0;
    }
    if (f2 >= f1_ || f2 <= f3_) return stuck;
    double h1 = f1_ * (f2 - f3_), h2 = f2 * (f3_ - f1_), h3 = f3_ * (f1_ - f2);
    if (p3_ < 0)
      p = (p1_ * (f1_ - f3_) * f2 - p2 * (f2 - f3_) * f1_) / h3;
    else
      p = -(p1_ * p2 * h3 + p2 * p3_ * h1 + p3_ * p1_ * h2) / (p1_ * h1 + p2 * h2 + p3_ * h3);
    if (f2 < 0) {
      p3_ = p2;
      f3_ = f2;
    } else {
      p1_ = p2;
      f1_ = f2;
    }
    return again;
  }

 private:
  double p1_ = 0, p3_ = -1, f1_, f3_, accept_;
  bool below_ = false, above_ = false;
};

}  // namespace sci
