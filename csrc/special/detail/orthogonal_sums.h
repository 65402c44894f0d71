// Polynomials of Jacobi, Gegenbauer and Laguerre where a parameter is -1 or less (-1/2 of Gegenbauer). There the
// recurrence of three terms may run along a falling solution, which loses every digit, or divide by k + alpha + beta +
// 1 or 2 k + alpha + beta next to 0. Jacobi's is one of three finite sums,
//
//   sum_s C(n + alpha, n - s) C(n + beta, s) u^s v^(n - s),   u = (x - 1)/2, v = (x + 1)/2          DLMF 18.5.8
//   sum_s C(n + alpha, n - s) C(n + alpha + beta + s, s) u^s                                       DLMF 18.5.7
//
// and the second one of -x with alpha and beta exchanged, times (-1)^n: that whose terms are the smallest by their
// absolute sum. Laguerre's is sum_s C(n + alpha, n - s) (-x)^s / s! (DLMF 18.5.12), Gegenbauer's one of Jacobi's of
// half the degree at 2 x^2 - 1 (DLMF 18.7.15, 18.7.16). All in double-double by Horner's rule from s = n down; no
// divisor has a parameter in it.
//
// Where the terms still cancel by more than some 2^40 (waves of large degrees), the sums give two neighbouring degrees
// from -(alpha + beta) or -alpha on, where no divisor vanishes any more, and the recurrence in double-double the
// others, unless it leaves the bound of the sum's error. What has no digits by that is NaN; the sums go up to the
// degree 1000.
#pragma once
#include "special/detail/hyper_path.h"
#include "special/detail/orthogonal_steps.h"

namespace sci {
namespace detail {

/// A number of the same kind (dual, complex) made of S: with_scalar<complex<dual<float>>, double> and so on.
template <class T, class S>
struct with_scalar_ {
  using type = S;
};
template <class T, class S>
struct with_scalar_<dual<T>, S> {
  using type = dual<typename with_scalar_<T, S>::type>;
};
template <class T, class S>
struct with_scalar_<complex<T>, S> {
  using type = complex<typename with_scalar_<T, S>::type>;
};
template <class T, class S>
using with_scalar = typename with_scalar_<T, S>::type;

/// Are the sums taken?
template <class T>
SCI_HD bool jacobi_by_sums(int64_t n, T alpha, T beta) {
  return n > 1 && (min(alpha, beta) <= T(-1) || alpha + beta < T(-1.9375));
}
template <class T>
SCI_HD bool gegenbauer_by_sums(int64_t n, T twice) {
  return n > 1 && twice <= T(-1);
}
template <class T>
SCI_HD bool laguerre_by_sums(int64_t n, T alpha) {
  return n > 1 && alpha <= T(-1);
}

template <class R>
SCI_HD R finite_number(double x) {
  return hyper_lift<R>(double_double(x));
}
template <class Z>
SCI_HD double finite_modulus(const Z& x) {
  return abs(hyper_leading(x));
}
/// 1 / m in double-double.
SCI_HD double_double finite_inverse(double m) {
  const double q = 1 / m;
  return {q, fused(-q, m, 1.0) * q};
}

/// S_0 of W_(s-1) = W_s v (a + s) / (n - s + 1) and S_(s-1) = W_(s-1) + S_s u (g + way s) / s, W_n = S_n = 1.
template <class R, class Z>
struct finite_sum {
  R a, g;
  Z u, v;
  int way;

  SCI_HD_LARGE Z value(int64_t n) const {
    Z w = finite_number<Z>(1), sum = w;
    SCI_NO_UNROLL
    for (int64_t s = n; s > 0; --s) {
      const R up = (a + finite_number<R>(double(s))) * hyper_lift<R>(finite_inverse(double(n - s + 1)));
      const R across = (g + finite_number<R>(double(way) * double(s))) * hyper_lift<R>(finite_inverse(double(s)));
      w = w * v * up;
      sum = w + sum * u * across;
    }
    return sum;
  }
  /// The absolute sum of the terms.
  SCI_HD_LARGE double size(int64_t n) const {
    const double from = hyper_leading(a), at = hyper_leading(g), p = finite_modulus(u), q = finite_modulus(v);
    double w = 1, sum = 1;
    SCI_NO_UNROLL
    for (int64_t s = n; s > 0; --s) {
      w *= q * abs(from + double(s)) / double(n - s + 1);
      sum = w + sum * p * abs(at + double(way) * double(s)) / double(s);
    }
    return sum;
  }
};

/// Jacobi's, of R = double_double or dual numbers over it.
template <class R, class Z>
struct jacobi_sums {
  using number = Z;
  R alpha, beta;
  Z u, v;

  /// Kind 0: about both ends; 1: about 1; 2: about -1, to be multiplied by (-1)^n.
  SCI_HD finite_sum<R, Z> form(int kind, double n) const {
    if (kind == 0) return {alpha, beta + finite_number<R>(n + 1), u, v, -1};
    const R g = alpha + beta + finite_number<R>(n);
    return {kind == 1 ? alpha : beta, g, kind == 1 ? u : -v, finite_number<Z>(1), 1};
  }
  SCI_HD_LARGE Z sum(int64_t n, double& size) const {
    int best = 0;
    size = limits<double>::infinity;
    SCI_NO_UNROLL
    for (int kind = 0; kind < 3; ++kind) {
      const double found = form(kind, double(n)).size(n);
      if (!(found < size)) continue;
      size = found;
      best = kind;
    }
    const Z value = form(best, double(n)).value(n);
    return best == 2 && n % 2 != 0 ? -value : value;
  }
  /// The degree from which no divisor vanishes.
  SCI_HD double start() const { return ceil(-hyper_leading(alpha + beta)); }
  /// P_n from P_(k-1) and P_k (DLMF 18.9.2).
  SCI_HD_LARGE Z climbed(int64_t k, int64_t n, Z before, Z p) const {
    const R one = finite_number<R>(1), total = alpha + beta, middle = (alpha - beta) * total;
    const Z x = u + v;
    SCI_NO_UNROLL
    for (; k < n && hyper_size(p) < limits<double>::max; ++k) {
      const R at = finite_number<R>(double(k)), twice = at + at + total, up = twice + one + one;
      const R divisor = (at + one) * (at + total + one) * twice;
      const R odd = (twice + one) * finite_number<R>(0.5), late = (at + alpha) * (at + beta) * up;
      const Z next = (p * ((x * (up * twice) + middle) * odd) - before * late) * (one / divisor);
      before = p;
      p = next;
    }
    return p;
  }
};

/// Laguerre's.
template <class R, class Z>
struct laguerre_sums {
  using number = Z;
  R alpha;
  Z x;

  SCI_HD_LARGE Z sum(int64_t n, double& size) const {
    const finite_sum<R, Z> form = {alpha, finite_number<R>(1), -x, finite_number<Z>(1), 0};
    size = form.size(n);
    return form.value(n);
  }
  SCI_HD double start() const { return ceil(-hyper_leading(alpha)); }
  SCI_HD_LARGE Z climbed(int64_t k, int64_t n, Z before, Z p) const {
    SCI_NO_UNROLL
    for (; k < n && hyper_size(p) < limits<double>::max; ++k) {
      const R late = alpha + finite_number<R>(double(k));
      const Z front = late + finite_number<R>(double(k) + 1) - x;
      const Z next = (p * front - before * late) * hyper_lift<R>(finite_inverse(double(k) + 1));
      before = p;
      p = next;
    }
    return p;
  }
};

/// P_n of a family by what the head says; false where the terms overflow or are too many.
template <class Family, class Z>
SCI_HD_LARGE bool orthogonal_summed(int64_t n, const Family& family, Z& p) {
  constexpr int64_t most = 1000;
  constexpr double unit = 0x1p-101;
  double error = limits<double>::infinity, size = error, below;
  if (n <= most) {
    p = family.sum(n, size);
    error = double(n) * unit * size;
  }
  const double start = max(1.0, family.start());
  if (!(error < 0x1p-60 * finite_modulus(p)) && start < double(min(n, most))) {
    const int64_t k = int64_t(start);
    const Z before = family.sum(k - 1, below), first = family.sum(k, size);
    const Z climbed = family.climbed(k, n, before, first);
    // The error of the steps is not known; where it is less than that of the sum, they agree.
    if (size < limits<double>::infinity && (n > most || finite_modulus(climbed - p) <= error)) {
      p = climbed;
      error = 0;
    }
  }
  if (!(error < limits<double>::infinity)) return false;
  const bool lost = error > finite_modulus(p) && hyper_size(p) != 0;
  if (lost) p = p * finite_number<Z>(limits<double>::nan);  // its derivatives, too
  return true;
}

/// From double-double to the numbers of a call.
template <class Z, class W>
SCI_HD Z finite_rounded(const W& x) {
  return hyper_lift<Z>(hyper_lift<with_scalar<Z, double>>(x));
}

/// P_n^(alpha, beta) of Jacobi.
template <class R, class Z>
SCI_HD_LARGE Z jacobi_steps(int64_t n, R alpha, R beta, const orthogonal_argument<Z>& at) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  if (at.left) swap(alpha, beta);
  const bool odd = at.left && n % 2 != 0;
  if (jacobi_by_sums(n, T(primal(alpha)), T(primal(beta)))) {
    using A = with_scalar<R, double_double>;
    using W = with_scalar<Z, double_double>;
    const W one = finite_number<W>(1), half = finite_number<W>(0.5);
    const W u = (at.exact ? hyper_lift<W>(at.rest) : hyper_lift<W>(at.x) - one) * half;
    const jacobi_sums<A, W> sums = {hyper_lift<A>(alpha), hyper_lift<A>(beta), u, u + one};
    W p = one;
    if (orthogonal_summed(n, sums, p)) return finite_rounded<Z>(odd ? -p : p);
  }
  const jacobi_family<R, R> family{alpha, beta, alpha + beta};
  const Z p = orthogonal_run(n, family, !orthogonal_middle(at.x), at.x, at.rest);
  return odd ? -p : p;
}

/// C_n^(lambda) of Gegenbauer.
template <class R, class Z>
SCI_HD_LARGE Z gegenbauer_steps(int64_t n, R lambda, Z x) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  if (gegenbauer_by_sums(n, T(primal(lambda + lambda)))) {
    using A = with_scalar<R, double_double>;
    using W = with_scalar<Z, double_double>;
    const int64_t odd = n % 2, half = n / 2;
    const A order = hyper_lift<A>(lambda), shift = finite_number<A>(0.5);
    const W one = finite_number<W>(1), y = hyper_lift<W>(x);
    const jacobi_sums<A, W> sums = {order - shift, finite_number<A>(double(odd) - 0.5), (y - one) * (y + one), y * y};
    W p = odd ? y : one, q = one;
    if (orthogonal_summed(half, sums, q)) {
      SCI_NO_UNROLL
      for (int64_t i = 0; i < half + odd; ++i)
        p = p * ((order + finite_number<A>(double(i))) * hyper_lift<A>(finite_inverse(double(i) + 0.5)));
      return finite_rounded<Z>(p * q);
    }
  }
  const orthogonal_argument<Z> at = orthogonal_at(x);
  const Z p = orthogonal_run(n, gegenbauer_family<R>{lambda + lambda}, !orthogonal_middle(at.x), at.x, at.rest);
  return at.left && n % 2 != 0 ? -p : p;
}

/// L_n^(alpha) of Laguerre.
template <class R, class Z>
SCI_HD_LARGE Z laguerre_steps(int64_t n, R alpha, Z x) {
  using T = scalar_of<Z>;
  if (n < 0) return Z(T(0));
  if (n == 0) return Z(T(1));
  if (laguerre_by_sums(n, T(primal(alpha)))) {
    using A = with_scalar<R, double_double>;
    using W = with_scalar<Z, double_double>;
    W p = finite_number<W>(1);
    if (orthogonal_summed(n, laguerre_sums<A, W>{hyper_lift<A>(alpha), hyper_lift<W>(x)}, p))
      return finite_rounded<Z>(p);
  }
  int64_t reached;
  const Z p = orthogonal_run(n, laguerre_family<R>{alpha}, true, x, x, reached);
  // Far beyond the zeros the signs alternate.
  return !orthogonal_finite(p) && !orthogonal_left(x) && (n - reached) % 2 != 0 ? -p : p;
}

}  // namespace detail
}  // namespace sci
