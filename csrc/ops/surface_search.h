// Knots and smoothing parameter of smoothing splines of two variables on a rectangle, for scattered data.
//
// Method   As smoothing_search.h, knots one by one: in that interval of x or y whose residuals are the largest, at
// their
//          weighted mean. Coefficients in rows of one x, so that a point's row has kx + 1 runs within a band, and
//          points sorted by panel come in the order that band_rotations.h asks for.
// Limits   Where the points do not determine the coefficients, `determined` is false and nothing else holds.
// Sources  P. Dierckx, Curve and Surface Fitting with Splines, Oxford University Press, 1993, chapter 7.
#pragma once
#include <array>
#include <numeric>

#include "band_rotations.h"
#include "interpolate/tensor_spline.h"
#include "spline_jumps.h"

namespace sci {

/// Scattered data: m places (x, y), values z, weights w; per dimension the ends, the degree and the most inner knots.
struct SurfaceData {
  std::array<const double*, 2> at;
  const double *z, *w;
  int64_t m;
  std::array<double, 2> low, high;
  std::array<int64_t, 2> k, most;
  double s;
};

class SurfaceSearch {
 public:
  std::array<std::vector<double>, 2> inner;
  std::vector<double> c;
  double fp = 0, q = -1;
  int64_t ier = 0;
  bool determined = true;

  explicit SurfaceSearch(const SurfaceData& data) : data_(data) {}

  void run() {
    const double accept = tolerance * data_.s;
    double polynomial = 0;
    for (int64_t round = 0; round <= data_.m; ++round) {
      fit();
      if (!determined) return;
      if (round == 0) polynomial = fp;
      const double excess = fp - data_.s;
      if (std::fabs(excess) <= accept) return;
      if (excess < 0) {
        ier = round == 0 ? -2 : 0;
        break;
      }
      if (unknowns() > data_.m) ier = 4;
      if (ier == 0) ier = add_knot();
      if (ier != 0) return;
    }
    if (ier == 0 && polynomial > data_.s) ier = find_parameter(polynomial - data_.s, accept);
  }

 private:
  static constexpr double tolerance = 0.001, singular = 1e-7;
  static constexpr int iterations = 20;
  SurfaceData data_;
  std::array<std::vector<double>, 2> knots_, basis_;  // of each point (m, k + 1)
  std::array<std::vector<int64_t>, 2> cell_;
  std::vector<double> square_;  // residuals
  std::vector<int64_t> order_;  // of the points, by panel
  BandRotations factor_{0, 0, 0, 0};

  int64_t count(int axis) const { return int64_t(inner[size_t(axis)].size()) + data_.k[size_t(axis)] + 1; }
  int64_t unknowns() const { return count(0) * count(1); }

  void lay_knots(size_t axis) {
    const int64_t k = data_.k[axis], m = data_.m;
    std::vector<double>& t = knots_[axis];
    t.assign(size_t(k + 1), data_.low[axis]);
    t.insert(t.end(), inner[axis].begin(), inner[axis].end());
    t.insert(t.end(), size_t(k + 1), data_.high[axis]);
    const int64_t cells = int64_t(inner[axis].size()) + 1;
    basis_[axis].resize(size_t(m * (k + 1)));
    cell_[axis].resize(size_t(m));
    for (int64_t i = 0; i < m; ++i) {
      const double x = data_.at[axis][i];
      int64_t cell = std::upper_bound(t.begin() + k + 1, t.begin() + k + cells, x) - t.begin() - k - 1;
      cell_[axis][size_t(i)] = cell;
      bspline_basis(t.data(), k + cell, x, 0, int(k), &basis_[axis][size_t(i * (k + 1))]);
    }
  }

  int64_t first_of(int64_t point) const { return cell_[0][size_t(point)] * count(1) + cell_[1][size_t(point)]; }

  /// Least squares on the inner knots: factor, coefficients, residuals, F.
  void fit() {
    lay_knots(0);
    lay_knots(1);
    const int64_t kx = data_.k[0], ky = data_.k[1], ny = count(1), n = unknowns();
    order_.resize(size_t(data_.m));
    std::iota(order_.begin(), order_.end(), int64_t(0));
    std::sort(order_.begin(), order_.end(), [&](int64_t a, int64_t b) {
      const int64_t fa = first_of(a), fb = first_of(b);
      return fa < fb || (fa == fb && a < b);
    });
    factor_ = BandRotations(n, kx * ny + ky + 1, 0, 1);
    std::vector<double> row(size_t(factor_.length()));
    fp = 0;
    for (int64_t i : order_) {
      std::fill(row.begin(), row.end(), 0.0);
      const double* bx = &basis_[0][size_t(i * (kx + 1))];
      const double* by = &basis_[1][size_t(i * (ky + 1))];
      for (int64_t a = 0; a <= kx; ++a)
        for (int64_t b = 0; b <= ky; ++b) row[size_t(a * ny + b)] = data_.w[i] * bx[a] * by[b];
      row[size_t(factor_.width)] = data_.w[i] * data_.z[i];
      fp += factor_.add(first_of(i), row.data());
    }
    if (!well(factor_)) return;
    c.assign(size_t(n), 0.0);
    factor_.solve(c.data());
    measure();
  }

  bool well(const BandRotations& factor) {
    double least = std::fabs(factor.diagonal(0)), largest = least;
    for (int64_t i = 1; i < factor.size(); ++i) {
      const double d = std::fabs(factor.diagonal(i));
      least = std::min(least, d);
      largest = std::max(largest, d);
    }
    determined = least > singular * largest;
    return determined;
  }

  /// The squares of the residuals, and their sum.
  double measure() {
    const int64_t kx = data_.k[0], ky = data_.k[1], ny = count(1);
    square_.resize(size_t(data_.m));
    double total = 0;
    for (int64_t i = 0; i < data_.m; ++i) {
      const double* bx = &basis_[0][size_t(i * (kx + 1))];
      const double* by = &basis_[1][size_t(i * (ky + 1))];
      const double* from = &c[size_t(first_of(i))];
      double value = 0;
      for (int64_t a = 0; a <= kx; ++a)
        for (int64_t b = 0; b <= ky; ++b) value += from[a * ny + b] * bx[a] * by[b];
      const double d = data_.w[i] * (data_.z[i] - value);
      square_[size_t(i)] = d * d;
      total += d * d;
    }
    return total;
  }

  /// Returns 1 where there is no room for a knot, 5 where the places for one are too near to others.
  int64_t add_knot() {
    struct Candidate {
      double part, place, low, high;
      size_t axis;
    };
    std::vector<Candidate> all;
    for (size_t axis = 0; axis < 2; ++axis) {
      if (int64_t(inner[axis].size()) >= data_.most[axis]) continue;
      const size_t cells = inner[axis].size() + 1;
      std::vector<double> total(cells, 0.0), moment(cells, 0.0);
      for (size_t i = 0; i < size_t(data_.m); ++i) {
        const size_t cell = size_t(cell_[axis][i]);
        total[cell] += square_[i];
        moment[cell] += square_[i] * data_.at[axis][i];
      }
      const double* t = &knots_[axis][size_t(data_.k[axis])];
      for (size_t j = 0; j < cells; ++j)
        if (total[j] > 0) all.push_back({total[j], moment[j] / total[j], t[j], t[j + 1], axis});
    }
    // The largest first, of equal ones the first.
    std::vector<size_t> by_part(all.size());
    std::iota(by_part.begin(), by_part.end(), size_t(0));
    std::stable_sort(by_part.begin(), by_part.end(), [&](size_t a, size_t b) { return all[a].part > all[b].part; });
    for (size_t i : by_part) {
      const Candidate& one = all[i];
      const double left = one.place - one.low, right = one.high - one.place;
      if (left > 0 && right > 0 && left <= 10 * right && right <= 10 * left) {
        std::vector<double>& t = inner[one.axis];
        t.insert(std::upper_bound(t.begin(), t.end(), one.place), one.place);
        return 0;
      }
    }
    return all.empty() ? 1 : 5;
  }

  int64_t find_parameter(double at_zero, double accept) {
    const int64_t kx = data_.k[0], ky = data_.k[1], ny = count(1), n = unknowns();
    const int64_t ix = int64_t(inner[0].size()), iy = int64_t(inner[1].size());
    std::vector<double> dx(size_t(ix * (kx + 2))), dy(size_t(iy * (ky + 2)));
    for (int64_t i = 0; i < ix; ++i) spline_jumps(knots_[0].data(), ix, kx, i, &dx[size_t(i * (kx + 2))]);
    for (int64_t i = 0; i < iy; ++i) spline_jumps(knots_[1].data(), iy, ky, i, &dy[size_t(i * (ky + 2))]);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += std::fabs(factor_.diagonal(i));
    ParameterSearch search(double(n) / sum, at_zero, fp - data_.s, accept);
    const int64_t width = std::max(factor_.width, ix > 0 ? (kx + 1) * ny + 1 : ky + 2);
    std::vector<double> row;
    for (int round = 0; round < iterations; ++round) {
      BandRotations both(n, width, 0, 1);
      for (int64_t i = 0; i < n; ++i) {  // rows that begin in column i
        const double* r = factor_.row(i);
        row.assign(size_t(both.length()), 0.0);
        std::copy(r, r + factor_.width, row.begin());
        row[size_t(width)] = r[factor_.width];
        both.add(i, row.data());
        const int64_t a = i / ny, b = i % ny;
        if (a < ix) {
          row.assign(size_t(both.length()), 0.0);
          for (int64_t j = 0; j < kx + 2; ++j) row[size_t(j * ny)] = dx[size_t(a * (kx + 2) + j)] / search.p;
          both.add(i, row.data());
        }
        if (b < iy) {
          row.assign(size_t(both.length()), 0.0);
          for (int64_t j = 0; j < ky + 2; ++j) row[size_t(j)] = dy[size_t(b * (ky + 2) + j)] / search.p;
          both.add(i, row.data());
        }
      }
      if (!well(both)) return 0;
      both.solve(c.data());
      fp = measure();
      q = 1 / (search.p * search.p);
      switch (search.next(fp - data_.s)) {
        case ParameterSearch::found: return 0;
        case ParameterSearch::stuck: return 2;
        default: break;
      }
    }
    return 3;
  }
};

}  // namespace sci
