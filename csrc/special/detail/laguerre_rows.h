// Laguerre's functions of one real degree and one parameter at many arguments -2 < x < 32: the power series, whose
// coefficients are made once, at degrees where the terms lose no more digits than pairs of doubles have in reserve, and
// from there the recurrence of differences. Terms beyond the degree, of one sign for x > 0 and in all no larger than
// the function by more than some digits, are summed in double.
#pragma once
#include "special/jacobi_function.h"

#if !SCI_DEVICE
namespace sci {
namespace detail {

constexpr int laguerre_terms = 160, laguerre_paired = 32;
/// Arguments between which terms beyond the degree are harmless.
constexpr double laguerre_low = -2, laguerre_reach = 32;
constexpr int laguerre_lengths = 6;  // for |x| up to 1, 2, ..., 32
/// Arguments side by side.
constexpr int laguerre_at_once = 4;

struct laguerre_row {
  double alpha, base;
  int64_t steps;
  int pairs, length[laguerre_lengths];
  double_double front[2];
  pair head[2][laguerre_paired];
  double tail[2][laguerre_terms];

  /// False where the row is to be left to the function of one argument.
  bool set(double v, double alpha_) {
    alpha = alpha_;
    if (!(abs(v) <= double(orthogonal_most) && v > -8 && alpha > -0.95 && alpha < 64) || v == rint(v)) return false;
    steps = v > 14 ? int64_t(floor(v - 9)) : 0;
    base = v - double(steps);
    pairs = int(max(base, 0.0)) + 8;
    for (int i = 0; i < (steps > 0 ? 2 : 1); ++i) {
      double_double term = 1;
      const double_double a = double_double(-base) - double(i), c = double_double::sum(alpha, 1.0);
      for (int k = 0; k < laguerre_terms; ++k) {
        if (k < laguerre_paired) head[i][k] = term;
        tail[i][k] = term.hi;
        term = term * (a + double(k)) / ((c + double(k)) * double(k + 1));
      }
      front[i] = jacobi_front(base + i, alpha);
    }
    double reach = 1;
    for (int i = 0; i < laguerre_lengths; ++i, reach *= 2) {
      double power = 1;
      int n = 1;
      for (; n < laguerre_terms; ++n) {
        power *= reach;
        if (n > pairs && max(abs(tail[0][n]), steps > 0 ? abs(tail[1][n]) : 0.0) * power < 1e-21) break;
      }
      length[i] = n;
    }
    return true;
  }

  /// 1F1(-base - i; alpha + 1; x).
  template <int N>
  void series(int i, const double (&x)[N], int terms, pair (&sum)[N]) const {
    double rest[N] = {};
    for (int k = terms - 1; k >= pairs; --k)
      for (int l = 0; l < N; ++l) rest[l] = rest[l] * x[l] + tail[i][k];
    for (int l = 0; l < N; ++l) sum[l] = rest[l];
    for (int k = pairs - 1; k >= 0; --k)
      for (int l = 0; l < N; ++l) sum[l] = sum[l] * x[l] + head[i][k];
  }

  void operator()(double (&x)[laguerre_at_once]) const {
    constexpr int N = laguerre_at_once;
    double most = 0;
    for (int l = 0; l < N; ++l) most = max(most, abs(x[l]));
    int level = 0;
    for (double reach = 1; level + 1 < laguerre_lengths && most > reach; ++level) reach *= 2;
    pair first[N];
    series(0, x, length[level], first);
    double p[N], f[N];
    if (steps == 0) {
      for (int l = 0; l < N; ++l) x[l] = double(double_double(first[l]) * front[0]);
      return;
    }
    pair next[N];
    series(1, x, length[level], next);
    // L_{u+1} - (u + 1 + alpha)/(u + 1) L_u, which is 0 at x = 0.
    for (int l = 0; l < N; ++l) {
      f[l] = double((double_double(next[l]) - double_double(first[l])) * front[1]);
      p[l] = double(double_double(next[l]) * front[1]);
    }
    double k = base + 1;
    const laguerre_family<double> family{alpha};
    for (int64_t i = 1; i < steps; ++i, k += 1)
      for (int l = 0; l < N; ++l) family.step(k, true, x[l], p[l], f[l]);
    for (int l = 0; l < N; ++l) x[l] = p[l];
  }

  static bool inside(double x) { return laguerre_low < x && x < laguerre_reach; }

  template <class One>
  void run(int64_t count, double* out, const double* x, One one) const {
    for (int64_t i = 0; i < count; i += laguerre_at_once) {
      const int64_t n = min(count - i, int64_t(laguerre_at_once));
      double at[laguerre_at_once] = {};
      for (int64_t l = 0; l < n; ++l) at[l] = inside(x[i + l]) ? x[i + l] : 0.0;
      (*this)(at);
      for (int64_t l = 0; l < n; ++l) out[i + l] = inside(x[i + l]) && isfinite(at[l]) ? at[l] : one(x[i + l]);
    }
  }
};

}  // namespace detail
}  // namespace sci
#endif
