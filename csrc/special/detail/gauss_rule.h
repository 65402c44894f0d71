// Rules of Gauss for the weights of Jacobi, Laguerre and Hermite, with any number of points: few by the matrix of the
// recurrence, more by the walk from zero to zero; and their derivatives in the parameters, by the walk.
#pragma once
#include "special/detail/gauss_few.h"
#include "special/detail/gauss_walk.h"

namespace sci {
namespace detail {

/// Variable x of a number with derivatives of several levels, varied in those after `from` up to `to`.
SCI_HD void gauss_vary(double x, int, int, double& out) { out = x; }
template <class T>
SCI_HD void gauss_vary(double x, int from, int to, dual<T>& out) {
  gauss_vary(x, from, to, out.v);
  const int level = derivative_order<dual<T>>;
  out.d = T(level > from && level <= to ? 1.0 : 0.0);
}
/// Its derivative in all levels after `from`.
SCI_HD double gauss_derivative(double x, int) { return x; }
template <class T>
SCI_HD double gauss_derivative(dual<T> x, int from) {
  return derivative_order<dual<T>> > from ? gauss_derivative(x.d, from) : gauss_derivative(x.v, from);
}

/// Doubles of scratch memory that a rule of n points takes, and its derivatives in numbers of `size` doubles.
SCI_HD int64_t gauss_scratch(int64_t n) { return 4 * (n + 2); }
SCI_HD int64_t gauss_slopes_scratch(int64_t n, int64_t size) { return gauss_scratch(n) + 2 * size * (n + 2); }

/// The zeros on one side or, of the other families, all or the positive ones: four arrays of `count` numbers.
struct gauss_side {
  double *place, *other, *root, *exponent;
  int64_t count;
  SCI_HD gauss_side(double* memory, int64_t many)
      : place(memory), other(memory + many), root(memory + 2 * many), exponent(memory + 3 * many), count(many) {}
  template <class Equation>
  SCI_HD void walk(const Equation& f) const {
    gauss_walk(f, count, place, other, root, exponent);
  }
};

}  // namespace detail

/// One rule of a batch: nodes in ascending order, and weights.
struct GaussRuleItem {
  const double *a, *b, *total;
  double *node, *weight, *scratch;
  int64_t n;
  int family;

  SCI_HD void operator()(int64_t i) const {
    double *x = node + i * n, *w = weight + i * n;
    if (n <= detail::gauss_few_most) {
      detail::gauss_few_rule rule;
      rule.n = int(n), rule.family = family;
      rule.set(a[i], b[i]);
      rule.run(total[i]);
      for (int k = 0; k < n; ++k) x[k] = rule.node[k], w[k] = rule.weight[k];
      return;
    }
    double* memory = scratch + i * detail::gauss_scratch(n);
    if (family == detail::gauss_few_laguerre)
      laguerre(a[i], x, w, memory);
    else if (family == detail::gauss_few_hermite)
      hermite(a[i], x, w, memory);
    else
      jacobi(a[i], b[i], x, w, memory);
    double sum = 0;
    for (int64_t k = 0; k < n; ++k) sum += w[k] * w[k];
    const double scale = total[i] / sum;
    for (int64_t k = 0; k < n; ++k) w[k] = w[k] * scale * w[k];
  }

  /// Square roots of weights with their powers of 2, the largest about 1.
  SCI_HD static double largest_power(const detail::gauss_side& side) {
    double most = -limits<double>::infinity;
    for (int64_t k = 0; k < side.count; ++k) {
      int twos;
      frexp(side.root[k], &twos);
      most = max(most, twos + side.exponent[k]);
    }
    return most;
  }
  SCI_HD static double scaled(const detail::gauss_side& side, int64_t k, double most) {
    return ldexp(side.root[k], int(max(-5000.0, min(5000.0, side.exponent[k] - most))));
  }

  SCI_HD void jacobi(double alpha, double beta, double* x, double* w, double* memory) const {
    const bool shifted = family == detail::gauss_few_shifted, even = alpha == beta;
    // From both ends; the last node from the left is the one after the last from the right.
    const int64_t low = n / 2, high = n - low;
    const detail::gauss_side right(memory, even ? high : high + 1), left(memory + 4 * right.count, low);
    right.walk(detail::gauss_jacobi<double>{alpha, beta, double(n)});
    const double most = largest_power(right);
    for (int64_t k = 0; k < high; ++k) {
      const int64_t j = n - 1 - k;
      x[j] = shifted ? 1 - right.place[k] : right.other[k], w[j] = scaled(right, k, most);
      if (even) x[k] = shifted ? right.place[k] : -right.other[k], w[k] = w[j];
    }
    if (even) {
      if (n % 2 != 0) x[low] = shifted ? 0.5 : 0;
      return;
    }
    left.walk(detail::gauss_jacobi<double>{beta, alpha, double(n)});
    const double ratio = right.root[high] / left.root[low - 1];
    const double twos = most - (right.exponent[high] - left.exponent[low - 1]);
    for (int64_t k = 0; k < low; ++k)
      x[k] = shifted ? left.place[k] : -left.other[k], w[k] = scaled(left, k, twos) * ratio;
  }
  SCI_HD void laguerre(double alpha, double* x, double* w, double* memory) const {
    const detail::gauss_side all(memory, n);
    all.walk(detail::gauss_laguerre<double>{alpha, double(n), false});
    const double most = largest_power(all);
    for (int64_t k = 0; k < n; ++k) x[k] = all.place[k], w[k] = scaled(all, k, most);
  }
  /// For the weight exp(-size x^2).
  SCI_HD void hermite(double size, double* x, double* w, double* memory) const {
    const int64_t half = n / 2;
    const bool odd = n % 2 != 0;
    const detail::gauss_side positive(memory, half);
    positive.walk(detail::gauss_laguerre<double>{odd ? 0.5 : -0.5, double(half), true});
    for (int64_t k = 0; k < half; ++k) {
      const double at = positive.other[k] / sqrt(size), root = scaled(positive, k, 0);
      x[half - 1 - k] = -at, x[n - half + k] = at;
      w[half - 1 - k] = w[n - half + k] = root;
    }
    if (odd) x[half] = 0, w[half] = 1;  // the slope there is 1 by the function's scale
  }
};

/// The derivative of one order in a and b of the nodes, and of half the logarithms of the weights up to one number; R
/// is the type of dual numbers of as many levels, or of more.
template <class R>
struct GaussSlopesItem {
  const double *a, *b;
  double *node, *half_log, *scratch;
  int64_t n;
  int family, in_a, in_b;

  SCI_HD void operator()(int64_t i) const {
    constexpr int levels = derivative_order<R>;
    const int first = levels - in_a - in_b;  // levels that nothing varies are the innermost
    R alpha, beta;
    detail::gauss_vary(a[i], first, first + in_a, alpha);
    detail::gauss_vary(b[i], first + in_a, levels, beta);
    double *x = node + i * n, *l = half_log + i * n;
    double* memory = scratch + i * detail::gauss_slopes_scratch(n, sizeof(R) / sizeof(double));
    R *place = reinterpret_cast<R*>(memory + detail::gauss_scratch(n)), *log_root = place + n + 2;
    if (family == detail::gauss_few_laguerre) {
      const detail::gauss_laguerre<double> plain{a[i], double(n), false};
      const detail::gauss_side all(memory, n);
      all.walk(plain);
      detail::gauss_walk_slopes(detail::gauss_laguerre<R>{alpha, double(n), false}, plain, n, all.other, place,
                                log_root);
      for (int64_t k = 0; k < n; ++k) {
        x[k] = detail::gauss_derivative(place[k] * place[k], first);
        l[k] = detail::gauss_derivative(log_root[k], first);
      }
      return;
    }
    const double unit = family == detail::gauss_few_shifted ? 1 : 2;
    for (int turn = 0; turn < 2; ++turn) {
      const bool left = turn == 1;
      const int64_t count = left ? n / 2 : n - n / 2;
      const detail::gauss_jacobi<double> plain{left ? b[i] : a[i], left ? a[i] : b[i], double(n)};
      const detail::gauss_jacobi<R> f{left ? beta : alpha, left ? alpha : beta, double(n)};
      const detail::gauss_side side(memory, count);
      side.walk(plain);
      detail::gauss_walk_slopes(f, plain, count, side.place, place, log_root);
      // The functions are P_n over its value at the end, DLMF 18.6.1.
      R front = R(0.0);
      for (int64_t k = 1; k <= n; ++k) front = front + log(f.a + R(double(k)));
      for (int64_t k = 0; k < count; ++k) {
        const int64_t j = left ? k : n - 1 - k;
        x[j] = (left ? unit : -unit) * detail::gauss_derivative(place[k], first);
        l[j] = detail::gauss_derivative(log_root[k] - front, first);
      }
    }
  }
};

}  // namespace sci
