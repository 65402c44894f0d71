// Knots and smoothing parameter of smoothing splines of one variable, open or periodic.
//
// Method   P. Dierckx's search. Least squares splines are given more and more knots, each a site in the middle of the
//          interval with the largest residual, until the residual F falls below s; on these knots the minimum of
//          F + |D c|^2 / p^2, D the jumps of the k-th derivative at the knots, has an F that falls with p, and the p
//          with F = s is sought. Everything is by plane rotations, band_rotations.h: rows * (k + 2)^2 per fit.
// Sources  P. Dierckx, Curve and Surface Fitting with Splines, Oxford University Press, 1993, chapters 4 to 6; An
//          algorithm for smoothing, differentiation and integration of experimental data using spline functions, J.
//          Comp. Appl. Math. 1 (1975) 165.
#pragma once
#include "band_rotations.h"
#include "interpolate/tensor_spline.h"
#include "spline_jumps.h"

namespace sci {

/// The data: m sites x, rising, values y (m, columns), weights w; the base interval [low, high].
struct SmoothingData {
  const double *x, *y, *w;
  int64_t m, columns, k;
  double low, high, s;
  bool periodic;
  int64_t most;   // knots
  int64_t pause;  // a number of knots at which the least squares spline is looked at, whatever was to be added; 0: none

  /// Sites that count: the last one of a periodic curve is the first one again.
  int64_t sites() const { return periodic ? m - 1 : m; }
};

class SmoothingSearch {
 public:
  std::vector<int64_t> order;  // sites that became inner knots, in the order in which they did
  std::vector<int64_t> stages;
  std::vector<double> knots, c;
  double fp = 0, q = -1;
  int64_t ier = 0;
  bool interpolates = false;

  explicit SmoothingSearch(const SmoothingData& data) : data_(data) {}

  /// Least squares on these inner knots.
  void fit_on(std::vector<double> inner) {
    inner_knots_ = std::move(inner);
    fit();
  }

  /// Knots and parameter.
  void run() {
    const double accept = tolerance * data_.s;
    grow(accept);
    if (ier != 0 || std::fabs(fp - data_.s) < accept) return;
    ier = find_parameter(accept);
  }

  /// The parameter on these inner knots.
  void smooth_on(std::vector<double> inner) {
    const double accept = tolerance * data_.s;
    if (data_.periodic) {
      constant_fit();
    } else {
      fit();
    }
    constant_ = fp;
    inner_knots_ = std::move(inner);
    if (inner_knots_.empty() && !data_.periodic) return;
    fit();
    if (fp - data_.s > accept) ier = 1;
    if (fp - data_.s > -accept || constant_ <= data_.s || inner_knots_.empty()) return;
    ier = find_parameter(accept);
  }

 private:
  static constexpr double tolerance = 0.001;
  static constexpr int iterations = 20;
  SmoothingData data_;
  std::vector<double> inner_knots_, residual_;
  std::vector<int64_t> interval_;  // of each site, counted from 0
  std::vector<double> basis_;      // (sites, k + 1)
  double constant_ = 0;            // F of the polynomial, or of the constant
  BandRotations factor_{0, 0, 0, 0};

  int64_t unknowns() const { return int64_t(inner_knots_.size()) + (data_.periodic ? 1 : data_.k + 1); }
  int64_t most_inner() const { return data_.periodic ? data_.m - 2 : data_.m - data_.k - 1; }

  void lay_knots() {
    const int64_t k = data_.k, n = int64_t(inner_knots_.size());
    knots.assign(size_t(n + 2 * k + 2), 0.0);
    std::copy(inner_knots_.begin(), inner_knots_.end(), knots.begin() + k + 1);
    double* t = knots.data();
    t[k] = data_.low;
    t[n + k + 1] = data_.high;
    const double period = data_.high - data_.low;
    const int64_t turn = n + 1;
    for (int64_t j = 1; j <= k; ++j) {
      t[k - j] = data_.periodic ? t[k - j + turn] - period : data_.low;
      t[n + k + 1 + j] = data_.periodic ? t[n + k + 1 + j - turn] + period : data_.high;
    }
  }

  BandRotations empty_factor(int64_t width) const {
    const int64_t n = unknowns(), border = data_.periodic ? std::min(n, data_.k + 1) : 0;
    return BandRotations(n - border, width, border, data_.columns);
  }

  /// Puts entries at columns first, first + 1, ... (cyclic if periodic) into a row; returns its first band column.
  static int64_t place(const BandRotations& to, int64_t first, const double* values, int64_t count, bool cyclic,
                       std::vector<double>& row) {
    row.assign(size_t(to.length()), 0.0);
    const int64_t n = to.size();
    int64_t start = to.inner;
    for (int64_t j = 0; j < count; ++j) {
      int64_t column = cyclic ? (first + j) % n : first + j;
      if (column < to.inner) start = std::min(start, column);
    }
    for (int64_t j = 0; j < count; ++j) {
      int64_t column = cyclic ? (first + j) % n : first + j;
      row[size_t(column < to.inner ? column - start : to.width + column - to.inner)] += values[j];
    }
    return start;
  }

  /// Visits rows in the order of their first band column: those that wrap come first.
  template <class First, class Add>
  void in_order(int64_t count, const BandRotations& to, int64_t entries, const First& first, const Add& add) const {
    int64_t wrapped = count;
    if (data_.periodic)
      while (wrapped > 0 && first(wrapped - 1) + entries > to.size()) --wrapped;
    for (int64_t i = wrapped; i < count; ++i) add(i);
    for (int64_t i = 0; i < wrapped; ++i) add(i);
  }

  /// The least squares spline on the inner knots: basis, factor, coefficients, residuals of the sites, F.
  void fit() {
    lay_knots();
    const int64_t k = data_.k, width = k + 1, sites = data_.sites(), columns = data_.columns, n = unknowns();
    const int64_t cells = int64_t(inner_knots_.size()) + 1;
    interval_.resize(size_t(sites));
    basis_.resize(size_t(sites * width));
    int64_t cell = 0;
    for (int64_t i = 0; i < sites; ++i) {
      while (cell + 1 < cells && data_.x[i] >= knots[size_t(k + cell + 1)]) ++cell;
      interval_[size_t(i)] = cell;
      bspline_basis(knots.data(), k + cell, data_.x[i], 0, int(k), &basis_[size_t(i * width)]);
    }
    factor_ = empty_factor(width);
    fp = 0;
    std::vector<double> row, values(static_cast<size_t>(width));
    in_order(
        sites, factor_, width, [&](int64_t i) { return interval_[size_t(i)]; },
        [&](int64_t i) {
          for (int64_t j = 0; j < width; ++j) values[size_t(j)] = data_.w[i] * basis_[size_t(i * width + j)];
          int64_t start = place(factor_, interval_[size_t(i)], values.data(), width, data_.periodic, row);
          double* right = row.data() + width + factor_.border;
          for (int64_t j = 0; j < columns; ++j) right[j] = data_.w[i] * data_.y[i * columns + j];
          fp += factor_.add(start, row.data());
        });
    c.assign(size_t(n * columns), 0.0);
    factor_.solve(c.data());
    measure();  // of each site; F itself is what the rotations left over, exactly zero where the spline interpolates
  }

  /// F and its parts, for the coefficients at hand.
  double measure() {
    const int64_t width = data_.k + 1, sites = data_.sites(), columns = data_.columns, n = unknowns();
    residual_.resize(size_t(sites));
    double total = 0;
    for (int64_t i = 0; i < sites; ++i) {
      double sum = 0;
      for (int64_t col = 0; col < columns; ++col) {
        double value = 0;
        for (int64_t j = 0; j < width; ++j)
          value += basis_[size_t(i * width + j)] * c[size_t((interval_[size_t(i)] + j) % n * columns + col)];
        double d = data_.w[i] * (data_.y[i * columns + col] - value);
        sum += d * d;
      }
      residual_[size_t(i)] = sum;
      total += sum;
    }
    return total;
  }

  /// Adds knots until F is below s. Sets ier: 0 to go on with the parameter, else the answer.
  void grow(double accept) {
    const int64_t m = data_.m, k = data_.k, end = most_inner();
    const double s = data_.s;
    std::vector<int64_t> inner;
    std::vector<int64_t> between{m - 2};  // how many sites lie strictly inside of each interval
    std::vector<double> parts;
    double old = 0;
    int64_t plus = 0;
    if (data_.periodic) {
      constant_ = constant_fit();
      if (constant_ - s < accept || end <= 0) {
        ier = -2;
        return;
      }
      old = constant_;
      insert(inner, between, 0, (m - 1) / 2);
      plus = 1;
    }
    for (int64_t round = 0; round < 2 * m + 2; ++round) {
      stages.push_back(int64_t(inner.size()));
      set_inner(inner);
      fit();
      if (!data_.periodic && inner.empty()) constant_ = fp;
      double excess = fp - s;
      bool full = int64_t(knots.size()) >= data_.most;
      if (std::fabs(excess) < accept || excess < 0) {
        if (!data_.periodic && inner.empty()) ier = -2;
        return;
      }
      if (int64_t(inner.size()) >= end || interpolates) {
        ier = -1;
        return;
      }
      if (full) {
        ier = 1;
        return;
      }
      if (plus == 0 || int64_t(knots.size()) == data_.pause) {
        plus = 1;
      } else {
        double wanted = 2.0 * double(plus);
        if (old - fp > accept) wanted = double(plus) * excess / (old - fp);
        int64_t next = wanted < double(2 * plus) ? int64_t(wanted) : 2 * plus;
        plus = std::min(2 * plus, std::max({next, plus / 2, int64_t(1)}));
      }
      old = fp;
      sum_parts(inner, parts);
      for (int64_t added = 0; added < plus; ++added) {
        int64_t best = -1;
        double largest = 0;
        for (size_t j = 0; j < parts.size(); ++j)
          if (between[j] && parts[j] > largest) {
            best = int64_t(j);
            largest = parts[j];
          }
        if (best < 0) break;
        int64_t sites = between[size_t(best)], left = sites / 2, right = sites - left - 1;
        int64_t start = best == 0 ? 0 : inner[size_t(best - 1)];
        insert(inner, between, best, start + left + 1);
        parts.insert(parts.begin() + best, 0.0);
        parts[size_t(best)] = largest * double(left) / double(sites);
        parts[size_t(best + 1)] = largest * double(right) / double(sites);
        if (int64_t(inner.size()) == end) {
          interpolates = true;
          break;
        }
        const int64_t count = int64_t(inner.size()) + 2 * k + 2;
        if (count == data_.most || count == data_.pause) break;
      }
    }
    ier = 1;
  }

  void insert(std::vector<int64_t>& inner, std::vector<int64_t>& between, int64_t at, int64_t site) {
    int64_t start = at == 0 ? 0 : inner[size_t(at - 1)], sites = between[size_t(at)];
    inner.insert(inner.begin() + at, site);
    order.push_back(site);
    between[size_t(at)] = site - start - 1;
    between.insert(between.begin() + at + 1, sites - (site - start));
  }

  void set_inner(const std::vector<int64_t>& inner) {
    inner_knots_.clear();
    if (!interpolates) {
      for (int64_t i : inner) inner_knots_.push_back(data_.x[i]);
      return;
    }
    // Knots of interpolation: sites for odd degrees, the middles between them for even ones.
    const int64_t k = data_.k, m = data_.m;
    const bool odd = k % 2;
    if (data_.periodic) {
      for (int64_t i = 1; i + 1 < m; ++i) inner_knots_.push_back(odd ? data_.x[i] : (data_.x[i] + data_.x[i - 1]) / 2);
      return;
    }
    const int64_t skip = (k + 1) / 2;
    for (int64_t i = 0; i < m - k - 1; ++i)
      inner_knots_.push_back(odd ? data_.x[i + skip] : (data_.x[i + skip] + data_.x[i + skip + 1]) / 2);
  }

  /// Sums the residuals over each interval; that of a site which is a knot goes to both sides, half each.
  void sum_parts(const std::vector<int64_t>& inner, std::vector<double>& parts) const {
    parts.clear();
    double part = 0;
    size_t next = 0;
    for (int64_t i = 0; i < data_.sites(); ++i) {
      if (next < inner.size() && i == inner[next]) {
        double half = residual_[size_t(i)] / 2;
        parts.push_back(part + half);
        part = half;
        ++next;
      } else {
        part += residual_[size_t(i)];
      }
    }
    parts.push_back(part);
    if (data_.periodic) {  // the first site is the knot at the seam
      parts.front() -= residual_.front() / 2;
      parts.back() += residual_.front() / 2;
    }
  }

  /// F of the constant that is nearest, whose coefficients are set with no inner knot.
  double constant_fit() {
    const int64_t columns = data_.columns, sites = data_.sites();
    std::vector<double> mean(static_cast<size_t>(columns), 0.0);
    double weight = 0;
    for (int64_t i = 0; i < sites; ++i) {
      double square = data_.w[i] * data_.w[i];
      weight += square;
      for (int64_t j = 0; j < columns; ++j) mean[size_t(j)] += square * data_.y[i * columns + j];
    }
    double sum = 0;
    for (int64_t j = 0; j < columns; ++j) mean[size_t(j)] /= weight;
    for (int64_t i = 0; i < sites; ++i)
      for (int64_t j = 0; j < columns; ++j) {
        double d = data_.w[i] * (data_.y[i * columns + j] - mean[size_t(j)]);
        sum += d * d;
      }
    lay_knots();
    c = mean;
    fp = sum;
    return sum;
  }

  int64_t find_parameter(double accept) {
    const int64_t k = data_.k, columns = data_.columns, n = unknowns();
    const int64_t inner = int64_t(inner_knots_.size());
    std::vector<double> penalty(size_t(inner * (k + 2))), row;
    for (int64_t i = 0; i < inner; ++i) spline_jumps(knots.data(), inner, k, i, &penalty[size_t(i * (k + 2))]);
    double sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += factor_.diagonal(i);
    ParameterSearch search(double(n) / sum, constant_ - data_.s, fp - data_.s, accept);
    std::vector<double> values(size_t(k + 2));
    for (int round = 0; round < iterations; ++round) {
      BandRotations both = empty_factor(k + 2);
      auto add_penalty = [&](int64_t i) {
        for (int64_t j = 0; j < k + 2; ++j) values[size_t(j)] = penalty[size_t(i * (k + 2) + j)] / search.p;
        int64_t start = place(both, i, values.data(), k + 2, data_.periodic, row);
        both.add(start, row.data());
      };
      int64_t plain = inner;  // those rows of D that do not wrap
      if (data_.periodic)
        while (plain > 0 && plain - 1 + k + 2 > n) --plain;
      for (int64_t i = plain; i < inner; ++i) add_penalty(i);
      for (int64_t i = 0; i < n; ++i) {
        row.assign(size_t(both.length()), 0.0);
        if (i < factor_.inner) {
          const double* r = factor_.row(i);
          std::copy(r, r + factor_.width, row.begin());
          std::copy(r + factor_.width, r + factor_.length(), row.begin() + both.width);
        } else {
          const double* r = factor_.corner_row(i - factor_.inner);
          std::copy(r, r + factor_.border + columns, row.begin() + both.width);
        }
        both.add(std::min(i, both.inner), row.data());
        if (i < plain) add_penalty(i);
      }
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
