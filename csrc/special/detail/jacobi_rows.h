// Jacobi's functions of one real degree and one set of parameters at many arguments: power series about both ends of
// [-1, 1], whose coefficients are made once, at two small degrees, and from there the recurrence of orthogonal_steps.h
// over vectors of the CPU.
//
//   x >= 0   F(-u, u + s; alpha + 1; (1 - x)/2), s = alpha + beta + 1; from x = 1/2 the recurrence of
//            differences, which starts from the difference of the two series
//   x < 0    with w = (1 + x)/2: the two series of DLMF 15.8.4, where beta is not whole nor close to it; of whole beta,
//            after (1 - w)^(-beta) (15.8.1), those of 15.8.10, with log w; for beta >= 2 from lower ones, as in
//            special/jacobi_function.h
//
// Parameters for which series at w = 1/2 cancel, or do not agree there, are left to the function of one argument.
#pragma once
#include "core/rows.h"
#include "special/detail/orthogonal_steps.h"
#include "special/digamma.h"
#include "special/poch.h"

#if !SCI_DEVICE
namespace sci {
namespace detail {

constexpr int jacobi_terms = 96;
/// Rows of fewer arguments take these one by one.
constexpr int jacobi_short_row = 12;

/// c[k] = first (a)_k (b)_k / ((c)_k (d)_k) up to the last that counts at 1/2; returns how many, and adds to `mass` the
/// sum of their sizes there.
inline int jacobi_coefficients(double first, double a, double b, double c, double d, double* out, double& mass) {
  double term = first, scale = 1, sum = 0;
  int k = 0;
  for (; k < jacobi_terms; ++k, scale *= 0.5) {
    out[k] = term;
    sum += abs(term) * scale;
    if (k > 8 && abs(term) * scale < 1e-18 * sum) break;
    term *= (a + k) * (b + k) / ((c + k) * (d + k));
  }
  mass += sum;
  return k + 1;
}

/// The series of one degree u: right(t) at t = (1 - x)/2, and f left(w) + g other(w).
struct jacobi_series_pair {
  double right[jacobi_terms + 16], left[jacobi_terms + 16], other[jacobi_terms + 16];
  double mass;
  int count;

  void set(double u, double alpha, double beta) {
    const double s = alpha + beta + 1, top = poch(u + 1, alpha);
    for (int k = 0; k < jacobi_terms + 16; ++k) right[k] = left[k] = other[k] = 0;
    double mass_right = 0, mass_left = 0, mass_other = 0;
    count = jacobi_coefficients(top * rgamma(alpha + 1), -u, u + s, alpha + 1, 1, right, mass_right);
    int more;
    if (beta == rint(beta)) {
      const int m = int(beta);
      double factorial = 1;
      for (int k = 2; k <= m; ++k) factorial *= k;
      // The finite sum, from (m - 1)!.
      double term = top * rgamma(-u) * rgamma(u + s) * (m > 0 ? factorial / m : 0), scale = 1;
      for (int k = 0; k < m; ++k, scale *= 0.5) {
        left[k] = term;
        mass_left += abs(term) * scale;
        if (k + 1 < m) term *= -(k - u - m) * (u + alpha + 1 + k) / ((k + 1.0) * (m - k - 1.0));
      }
      const double first = (m % 2 ? 1 : -1) * top * rgamma(-u - m) * rgamma(u + alpha + 1) / factorial;
      more = jacobi_coefficients(first, -u, u + s, 1, m + 1.0, other, mass_other);
      double h = digamma(-u) + digamma(u + s) - digamma(1.0) - digamma(m + 1.0);
      for (int k = 0; k < more; ++k, scale *= 0.5) {
        left[m + k] = other[k] * h;
        mass_left += abs(left[m + k]) * scale;
        h += 1 / (k - u) + 1 / (u + s + k) - 1 / (k + 1.0) - 1 / (k + m + 1.0);
      }
      count = max(count, more + m);
      for (int k = 0; k < m; ++k) mass_left *= 2;
      mass_other *= 0.6931471805599453;
    } else {
      const double b = beta;
      more = jacobi_coefficients(gamma(-b) * rgamma(u + 1) * rgamma(-u - b), -u, u + s, b + 1, 1, left, mass_left);
      count = max(count, more);
      const double first = top * gamma(b) * rgamma(-u) * rgamma(u + s);
      more = jacobi_coefficients(first, alpha + 1 + u, -u - b, 1 - b, 1, other, mass_other);
      mass_other *= pow(2.0, b);
    }
    count = max(count, more);
    mass = max(mass_right, mass_left + mass_other);
  }
};

/// w^n.
SCI_HD double jacobi_power(double w, int n) {
  double power = 1;
  for (int k = 0; k < n; ++k) power *= w;
  return power;
}

struct jacobi_row {
  using P = RowPack<double>;
  double alpha, beta, base, scale;
  int64_t steps;
  int count;
  bool logarithmic;
  jacobi_series_pair at[2];
  double difference[jacobi_terms + 16];

  /// False where the row is to be left to the function of one argument.
  bool set(double v, double alpha_, double beta_) {
    alpha = alpha_, beta = beta_;
    const double s = alpha + beta + 1, apart = abs(beta - rint(beta));
    logarithmic = apart == 0;
    if (!(alpha > -0.95 && alpha < 9 && beta > -0.95 && beta < 9) || (!logarithmic && apart < 0.1)) return false;
    if (!(abs(v) <= double(orthogonal_most)) || v == rint(v)) return false;
    const bool mirrored = v + v < -s;
    const double degree = mirrored ? -v - s : v;
    if (degree == rint(degree)) return false;
    scale = mirrored ? poch(v + 1, alpha) / poch(degree + 1, alpha) : 1;
    steps = degree > 3 ? int64_t(floor(degree - 1)) : 0;
    base = degree - double(steps);
    at[0].set(base, alpha, beta), at[1].set(base + 1, alpha, beta);
    count = max(at[0].count, at[1].count);
    // P_{u+1} - (u + 1 + alpha)/(u + 1) P_u, which is 0 at x = 1.
    const double end = (base + 1 + alpha) / (base + 1);
    difference[0] = 0;
    for (int k = 1; k < count; ++k) difference[k] = at[1].right[k] - end * at[0].right[k];
    // Both sides at x = 0.
    double right[2], left[2];
    const double f = logarithmic ? jacobi_power(2, int(beta)) : 1;
    const double g = logarithmic ? -0.6931471805599453 : pow(2.0, beta);
    for (int i = 0; i < 2; ++i) {
      double sum[3] = {};
      for (int k = count - 1; k >= 0; --k) {
        sum[0] = sum[0] * 0.5 + at[i].right[k];
        sum[1] = sum[1] * 0.5 + at[i].left[k];
        sum[2] = sum[2] * 0.5 + at[i].other[k];
      }
      right[i] = sum[0], left[i] = sum[1] * f + sum[2] * g;
    }
    const double size = abs(right[0]) + abs(right[1]);
    for (int i = 0; i < 2; ++i)
      if (!(at[i].mass < 64 * size && abs(right[i] - left[i]) < 32 * limits<double>::epsilon * size)) return false;
    return isfinite(scale);
  }

  SCI_PACK void operator()(P (&x)[rows_at_once]) const {
    using M = decltype(P() < P());
    const jacobi_family<P, double> family{P(alpha), P(beta), alpha + beta};
    P t[rows_at_once], p[rows_at_once], f[rows_at_once], first[rows_at_once], next[rows_at_once];
    P other[rows_at_once], last[rows_at_once];
    M left[rows_at_once], close[rows_at_once];
    for (int m = 0; m < rows_at_once; ++m) {
      left[m] = x[m] < P(0.0);
      close[m] = opposite(x[m] < P(0.5));
      t[m] = (P(1.0) - choose(left[m], -x[m], x[m])) * P(0.5);
      first[m] = next[m] = other[m] = last[m] = P(0.0);
    }
    SCI_NO_UNROLL
    for (int k = count - 1; k >= 0; --k) {
#pragma GCC unroll 8
      for (int m = 0; m < rows_at_once; ++m) {
        first[m] = first[m] * t[m] + choose(left[m], P(at[0].left[k]), P(at[0].right[k]));
        other[m] = other[m] * t[m] + P(at[0].other[k]);
      }
    }
    if (steps > 0) {
      SCI_NO_UNROLL
      for (int k = count - 1; k >= 0; --k) {
#pragma GCC unroll 8
        for (int m = 0; m < rows_at_once; ++m) {
          next[m] = next[m] * t[m] + choose(left[m], P(at[1].left[k]), P(difference[k]));
          last[m] = last[m] * t[m] + P(at[1].other[k]);
        }
      }
    }
    const double end = (base + 1 + alpha) / (base + 1);
    for (int m = 0; m < rows_at_once; ++m) {
      P power = P(1.0), second = P(0.0);
      for (int l = 0; l < row_lanes<double>; ++l) {
        if (!(x[m].v[l] < 0)) continue;
        const double w = t[m].v[l];
        second.v[l] = logarithmic ? log(w) : pow(w, -beta);
        if (logarithmic) power.v[l] = 1 / jacobi_power(w, int(beta));
      }
      first[m] = first[m] * power + other[m] * second;
      next[m] = next[m] * power + last[m] * second;
      // On the right `next` is the difference so far.
      const P above = choose(left[m], next[m], first[m] * P(end) + next[m]);
      f[m] = choose(close[m], next[m], -first[m]);
      p[m] = steps > 0 ? above : first[m];
    }
    P q[rows_at_once];
    for (int m = 0; m < rows_at_once; ++m) q[m] = choose(close[m], x[m] - P(1.0), x[m]);
    double k = base + 1;
    for (int64_t i = 1; i < steps; ++i, k += 1) {
#pragma GCC unroll 8
      for (int m = 0; m < rows_at_once; ++m) family.step(k, close[m], q[m], p[m], f[m]);
    }
    for (int m = 0; m < rows_at_once; ++m) x[m] = p[m] * P(scale);
  }
};

/// The row with its left part by steps in beta, where there are some.
struct jacobi_raised_row {
  using P = RowPack<double>;
  jacobi_row whole, low[2];
  int64_t raises;

  bool set(double v, double alpha, double beta) {
    if (!whole.set(v, alpha, beta)) return false;
    const double degree = whole.base + double(whole.steps);
    raises = jacobi_raises(degree, alpha, beta);
    for (int i = 0; i < 2 && raises > 0; ++i)
      if (!low[i].set(degree, alpha, beta - double(raises - i))) return false;
    return true;
  }

  SCI_PACK void operator()(P (&x)[rows_at_once]) const {
    bool any = false;
    for (int m = 0; m < rows_at_once; ++m)
      for (int l = 0; l < row_lanes<double>; ++l) any = any || x[m].v[l] < 0;
    if (raises == 0 || !any) return whole(x);
    P at[rows_at_once], before[rows_at_once], p[rows_at_once];
    for (int m = 0; m < rows_at_once; ++m) at[m] = before[m] = p[m] = x[m];
    whole(x);
    low[0](before);
    low[1](p);
    for (int m = 0; m < rows_at_once; ++m) {
      const P left =
          jacobi_raised(raises - 1, whole.base + double(whole.steps), whole.alpha, low[1].beta, before[m], p[m], at[m]);
      x[m] = choose(at[m] < P(0.0), left * P(whole.scale), x[m]);
    }
  }
};

/// rows(count, out, x) of double for rows of float.
template <class Rows>
void rows_in_double(int64_t count, float* out, const float* x, Rows rows) {
  double in[256], found[256];
  for (int64_t i = 0; i < count; i += 256) {
    const int64_t n = min(count - i, int64_t(256));
    for (int64_t l = 0; l < n; ++l) in[l] = x[i + l];
    rows(n, found, in);
    for (int64_t l = 0; l < n; ++l) out[i + l] = float(found[l]);
  }
}
template <class Rows>
void rows_in_double(int64_t count, double* out, const double* x, Rows rows) {
  rows(count, out, x);
}

}  // namespace detail
}  // namespace sci
#endif
