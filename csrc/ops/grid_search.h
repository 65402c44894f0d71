// Knots and smoothing parameter of smoothing splines of two variables, for data on a rectangular grid.
//
// Method   The C that minimises |[Ax; sqrt(q) Dx] C [Ay; sqrt(q) Dy]^T - [Z 0; 0 0]| is two problems of one variable,
// for
//          the columns of Z and then for the rows of what comes of it: plane rotations, band_rotations.h. Knots are
//          added in x or y, whichever promises more, at grid points in the middle of the intervals with the largest
//          residuals; as many as interpolation has are those of interpolation.
// Sources  P. Dierckx, A fast algorithm for smoothing data on a rectangular grid while using spline functions, SIAM J.
//          Numer. Anal. 19 (1982) 1286.
#pragma once
#include <array>

#include "band_rotations.h"
#include "interpolate/tensor_spline.h"
#include "spline_jumps.h"

namespace sci {

/// One dimension: m sites x, ends, degree; which sites are inner knots and how many lie between, B-splines at the
/// sites.
struct GridSide {
  const double* x;
  int64_t m, k;
  double low, high;
  std::vector<int64_t> inner, between;
  int64_t plus = 0;
  double gain = 0;
  std::vector<double> knots, basis, jumps;
  std::vector<int64_t> cell;

  GridSide(const double* x, int64_t m, int64_t k, double low, double high)
      : x(x), m(m), k(k), low(low), high(high), between{m - 2} {}

  int64_t most() const { return m - k - 1; }
  bool full() const { return int64_t(inner.size()) >= most(); }
  int64_t count() const { return int64_t(inner.size()) + k + 1; }

  void lay_knots() {
    const int64_t n = int64_t(inner.size());
    knots.assign(size_t(k + 1), low);
    const int64_t skip = (k + 1) / 2;
    for (int64_t j = 0; j < n; ++j) {
      if (!full())
        knots.push_back(x[inner[size_t(j)]]);
      else
        knots.push_back(k % 2 ? x[j + skip] : (x[j + skip] + x[j + skip + 1]) / 2);
    }
    knots.insert(knots.end(), size_t(k + 1), high);
    basis.resize(size_t(m * (k + 1)));
    cell.resize(size_t(m));
    int64_t at = 0;
    for (int64_t i = 0; i < m; ++i) {
      while (at < n && x[i] >= knots[size_t(k + at + 1)]) ++at;
      cell[size_t(i)] = at;
      bspline_basis(knots.data(), k + at, x[i], 0, int(k), &basis[size_t(i * (k + 1))]);
    }
    jumps.resize(size_t(n * (k + 2)));
    for (int64_t i = 0; i < n; ++i) spline_jumps(knots.data(), n, k, i, &jumps[size_t(i * (k + 2))]);
  }

  /// Inserts `plus` knots for residuals that are summed over the other dimension.
  void add(const std::vector<double>& square) {
    std::vector<double> parts;
    double part = 0;
    size_t next = 0;
    for (size_t i = 0; i < square.size(); ++i) {
      if (next < inner.size() && int64_t(i) == inner[next]) {
        parts.push_back(part + square[i] / 2);
        part = square[i] / 2;
        ++next;
      } else {
        part += square[i];
      }
    }
    parts.push_back(part);
    for (int64_t added = 0; added < plus && !full(); ++added) {
      int64_t best = -1;
      for (size_t j = 0; j < parts.size(); ++j)
        if (between[j] > 0 && parts[j] > 0 && (best < 0 || parts[j] > parts[size_t(best)])) best = int64_t(j);
      if (best < 0) return;
      const int64_t sites = between[size_t(best)], left = sites / 2, right = sites - left - 1;
      const int64_t start = best == 0 ? 0 : inner[size_t(best - 1)];
      const double largest = parts[size_t(best)];
      inner.insert(inner.begin() + best, start + left + 1);
      between[size_t(best)] = left;
      between.insert(between.begin() + best + 1, right);
      parts[size_t(best)] = largest * double(left) / double(sites);
      parts.insert(parts.begin() + best + 1, largest * double(right) / double(sites));
    }
  }

  /// How many knots to add, by what the last ones brought.
  int64_t wanted(double excess, double accept) const {
    if (inner.empty()) return 1;
    double next = 2.0 * double(plus);
    if (gain > accept) next = double(plus) * excess / gain;
    next = std::min(next, 2.0 * double(plus));
    return std::max({int64_t(next), plus / 2, int64_t(1)});
  }

  /// The coefficients (count, columns) for values z (m, columns), with q times the jumps.
  std::vector<double> solve(const std::vector<double>& z, int64_t columns, double q) const {
    const int64_t n = count(), width = q > 0 ? k + 2 : k + 1, root = int64_t(inner.size());
    BandRotations factor(n, width, 0, columns);
    std::vector<double> row(size_t(factor.length()));
    int64_t penalty = 0;
    auto add_penalty = [&](int64_t until) {  // the rows that begin before this column
      for (; q > 0 && penalty < root && penalty < until; ++penalty) {
        std::fill(row.begin(), row.end(), 0.0);
        for (int64_t j = 0; j < k + 2; ++j) row[size_t(j)] = std::sqrt(q) * jumps[size_t(penalty * (k + 2) + j)];
        factor.add(penalty, row.data());
      }
    };
    for (int64_t i = 0; i < m; ++i) {
      add_penalty(cell[size_t(i)]);
      std::copy_n(&basis[size_t(i * (k + 1))], k + 1, row.begin());
      std::fill(row.begin() + k + 1, row.begin() + width, 0.0);
      std::copy_n(&z[size_t(i * columns)], columns, row.begin() + width);
      factor.add(cell[size_t(i)], row.data());
    }
    add_penalty(root);
    std::vector<double> c(size_t(n * columns));
    factor.solve(c.data());
    return c;
  }

  /// B-splines times coefficients: (m, columns).
  std::vector<double> values(const std::vector<double>& c, int64_t columns) const {
    std::vector<double> out(size_t(m * columns), 0.0);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j <= k; ++j) {
        const double factor = basis[size_t(i * (k + 1) + j)];
        const double* from = &c[size_t((cell[size_t(i)] + j) * columns)];
        for (int64_t col = 0; col < columns; ++col) out[size_t(i * columns + col)] += factor * from[col];
      }
    return out;
  }
};

class GridSearch {
 public:
  std::array<GridSide, 2> sides;
  std::vector<double> c;  // (nx, ny)
  double fp = 0, q = -1;
  int64_t ier = 0;

  GridSearch(const GridSide& x, const GridSide& y, const double* z, double s, int64_t rounds)
      : sides{x, y}, z_(z, z + x.m * y.m), s_(s), rounds_(rounds) {}

  void run() {
    const double accept = tolerance * s_;
    double polynomial = 0, old = 0;
    GridSide* last = nullptr;
    for (int64_t round = 0; round < sides[0].m + sides[1].m; ++round) {
      for (GridSide& side : sides) side.lay_knots();
      fit(0);
      if (round == 0) polynomial = fp;
      const double excess = fp - s_;
      if (std::fabs(excess) < accept || excess < 0) {
        ier = round == 0 && excess < 0 ? -2 : 0;
        break;
      }
      if (sides[0].full() && sides[1].full()) {
        ier = -1;
        break;
      }
      if (last) last->gain = old - fp;
      old = fp;
      const int64_t counts[2] = {sides[0].wanted(excess, accept), sides[1].wanted(excess, accept)};
      int axis = counts[1] < counts[0] || (counts[0] == counts[1] && last == &sides[0]) ? 1 : 0;
      if (sides[size_t(axis)].full()) axis = 1 - axis;
      last = &sides[size_t(axis)];
      const size_t before = last->inner.size();
      last->plus = counts[axis];
      last->add(summed(axis));
      if (last->inner.size() == before) {
        ier = 1;
        break;
      }
    }
    if (ier == 0 && fp - s_ < -accept) ier = find_parameter(polynomial - s_, accept);
  }

 private:
  static constexpr double tolerance = 0.001;
  std::vector<double> z_, square_;
  double s_;
  int64_t rounds_;

  static std::vector<double> turned(const std::vector<double>& a, int64_t rows, int64_t columns) {
    std::vector<double> out(a.size());
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < columns; ++j) out[size_t(j * rows + i)] = a[size_t(i * columns + j)];
    return out;
  }

  /// Coefficients, squares of the residuals, F.
  void fit(double weight) {
    const GridSide &x = sides[0], &y = sides[1];
    std::vector<double> along = turned(x.solve(z_, y.m, weight), x.count(), y.m);  // (my, nx)
    std::vector<double> other = y.solve(along, x.count(), weight);                 // (ny, nx)
    c = turned(other, y.count(), x.count());
    std::vector<double> rows = turned(y.values(other, x.count()), y.m, x.count());  // (nx, my)
    square_ = x.values(rows, y.m);
    fp = 0;
    for (size_t i = 0; i < square_.size(); ++i) {
      const double d = z_[i] - square_[i];
      square_[i] = d * d;
      fp += d * d;
    }
  }

  /// The squares summed over the other dimension.
  std::vector<double> summed(int axis) const {
    const int64_t m = sides[1].m;
    std::vector<double> out(size_t(sides[size_t(axis)].m), 0.0);
    for (size_t i = 0; i < square_.size(); ++i) {
      const int64_t at = int64_t(i);
      out[size_t(axis == 0 ? at / m : at % m)] += square_[i];
    }
    return out;
  }

  int64_t find_parameter(double at_zero, double accept) {
    ParameterSearch search(1.0, at_zero, fp - s_, accept);
    for (int64_t round = 0; round < rounds_; ++round) {
      q = 1 / (search.p * search.p);
      fit(q);
      switch (search.next(fp - s_)) {
        case ParameterSearch::found: return 0;
        case ParameterSearch::stuck: return 2;
        default: break;
      }
    }
    return 3;
  }
};

}  // namespace sci
