// The exponential, and cosines with sines, circular or hyperbolic, of small matrices and their Frechet derivatives, by
// products alone: V is a number, or a number per lane (core/pack.h), and then matrices go side by side.
//
// Derivative   A matrix and its derivative in one direction, X and L, are the upper blocks of [X L; 0 X] ([1], (3.16)):
//              the product of two is X Y and X M + L Y, three products for one. `order` says how many blocks there are.
//              Directions have a size of their own, since L is linear in them: here that of A.
// Exponential  Scaling and squaring with the Taylor polynomial of degree 16 in six products, as linalg/lanes_expm.h.
// Cosines      With B = A^2, cos and sin / A are polynomials of degree 8 in B: powers up to B^4 and a product for each.
//              Then cos 2X = cos^2 X - sin^2 X and sin 2X = 2 sin X cos X, which is the square of exp(i X) ([3]).
//              theta is the largest norm at which x^17 / 18! is below unit roundoff.
// Scaling      A power of two for each matrix, by max(|A^p|^(1/p), |A^q|^(1/q)) in place of |A| ([2], theorem 4.2),
//              unless powers of abs(A) are far larger ([2], (5.1)).
// Sources      [1] Higham: Functions of Matrices (2008). [2] Al-Mohy, Higham: SIAM J. Matrix Anal. Appl. 31 (2009)
//              970-989. [3] Al-Mohy, Higham, Relton: SIAM J. Sci. Comput. 37 (2015) A456-A487.
// On the CPU; on CUDA these functions are made of torch's batched products.
#pragma once
#include "linalg/products.h"

#if !SCI_DEVICE
namespace sci {
namespace detail {

/// The numbers of lanes, one by one.
template <class T>
T lane_of(T x, int) {
  return x;
}
template <class T>
void set_lane(T& x, int, T value) {
  x = value;
}
template <class T, int L>
T lane_of(Pack<T, L> x, int l) {
  return x.v[l];
}
template <class T, int L>
void set_lane(Pack<T, L>& x, int l, T value) {
  x.v[l] = value;
}
template <class R>
constexpr int lanes_of = int(sizeof(R) / sizeof(single_of<R>));

/// How often 1 is to be doubled to reach the ratio.
template <class T>
int doublings(T ratio) {
  return ratio > T(1) ? int(ceil(log2(double(ratio)))) : 0;
}

/// Matrices with their derivatives: `order` blocks of n x n, the values first.
template <int order, class V>
struct Expansion {
  using R = real_of<V>;
  using T = single_of<V>;
  static constexpr int L = lanes_of<R>;
  int64_t n;
  int64_t block() const { return n * n; }
  int64_t size() const { return order * block(); }

  /// c = a b
  void times(const V* a, const V* b, V* c) const {
    multiply(a, b, c, n);
    if constexpr (order == 2) {
      multiply(a, b + block(), c + block(), n);
      multiply<false, true>(a + block(), b, c + block(), n);
    }
  }
  void scale(V* x, R factor) const {
    for (int64_t k = 0; k < size(); ++k) x[k] = x[k] * factor;
  }
  void add_to_diagonal(V* x, R c) const {
    for (int64_t i = 0; i < n; ++i) x[i * (n + 1)] += V(c);
  }
  /// x (times 0 if `fresh`) + sum c[k] terms[k]
  template <int count, bool fresh>
  void combine(V* x, const V* const (&terms)[count], const double* c) const {
    for (int64_t k = 0; k < size(); ++k) {
      V sum = terms[0][k] * R(T(c[0]));
      for (int m = 1; m < count; ++m) sum += terms[m][k] * R(T(c[m]));
      x[k] = fresh ? sum : x[k] + sum;
    }
  }
  /// x becomes y where steps > k.
  void take(V* x, const V* y, R steps, int k) const {
    const auto mask = steps > R(T(k));
    for (int64_t m = 0; m < size(); ++m) x[m] = choose(mask, y[m], x[m]);
  }
  /// The 1-norm, of [X L; 0 X].
  R norm(const V* x) const {
    R large = R(T(0));
    for (int64_t j = 0; j < n; ++j) {
      R sum = R(T(0));
      for (int64_t i = 0; i < order * n; ++i) sum += modulus(x[i * n + j]);
      large = choose(sum > large, sum, choose(sum == sum, large, sum));
    }
    return large;
  }
  /// log2 of the largest column sum of abs([X L; 0 X])^power; `vectors` has room for 4 n real numbers.
  R log2_of_power(const V* x, R factor, int power, R* vectors) const {
    R *u = vectors, *next = u + 2 * n, total = R(T(0)), before = total;
    for (int64_t j = 0; j < order * n; ++j) u[j] = R(T(1));
    for (int step = 1; step <= power; ++step) {
      for (int64_t j = 0; j < order * n; ++j) next[j] = R(T(0));
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) {
          const R size = modulus(x[i * n + j]) * factor;
          next[j] += u[i] * size;
          if constexpr (order == 2) next[n + j] += u[n + i] * size + u[i] * (modulus(x[block() + i * n + j]) * factor);
        }
      R most = R(limits<T>::min), growth = most;
      for (int64_t j = 0; j < order * n; ++j) most = larger(most, next[j]);
      bool steady = true;  // from then on every power grows by as much
      for (int l = 0; l < L; ++l) {
        const T g = log2(lane_of(most, l));
        set_lane(growth, l, g);
        steady = steady && abs(g - lane_of(before, l)) < T(0.01);
      }
      total += growth;
      if (steady) return total + growth * R(T(power - step));
      before = growth;
      for (int64_t j = 0; j < order * n; ++j) u[j] = next[j] / most;
    }
    return total;
  }

  /// The power of two, as its exponent, by which A is to be divided: a polynomial of this degree has the error of
  /// roundoff for norms up to theta, and powers p and q of A have the norms `one` and `other`.
  R halvings(const V* a, R size, double theta, int degree, R one, int p, R other, int q, R* vectors) const {
    R wanted, taken, factor;
    bool fewer = false;
    for (int l = 0; l < L; ++l) {
      const int most = doublings(lane_of(size, l) / theta);
      const double root = max(pow(double(lane_of(one, l)), 1.0 / p), pow(double(lane_of(other, l)), 1.0 / q));
      const int least = min(most, doublings(root / theta));
      fewer = fewer || least < most;
      set_lane(wanted, l, T(most));
      set_lane(taken, l, T(least));
      set_lane(factor, l, ldexp(T(1), -least));
    }
    if (!fewer) return taken;
    double factorial = 0;  // its log2
    for (int k = 2; k <= degree + 1; ++k) factorial += log2(double(k));
    const R power = log2_of_power(a, factor, degree + 1, vectors);
    for (int l = 0; l < L; ++l) {
      const double scaled = max(double(lane_of(size, l)) * double(lane_of(factor, l)), double(limits<T>::min));
      const double excess = double(lane_of(power, l)) - factorial - log2(scaled) - log2(double(limits<T>::epsilon) / 2);
      const double more = excess > 0 ? min(ceil(excess / degree), 60.0) : 0.0;
      set_lane(taken, l, T(min(double(lane_of(wanted, l)), double(lane_of(taken, l)) + more)));
    }
    return taken;
  }
  static R power_of_two(R exponent) {
    for (int l = 0; l < L; ++l) set_lane(exponent, l, ldexp(T(1), int(lane_of(exponent, l))));
    return exponent;
  }

  /// x = exp(2^before a); `a` is changed. `work` has room for 4 size() numbers, `vectors` for 4 n real ones.
  void exponential(V* a, R before, V* x, V* work, R* vectors) const {
    constexpr double theta = sizeof(T) == 8 ? 0.78028742566265743 : 2.4782808775219714;
    V *a2 = work, *a3 = a2 + size(), *a4 = a3 + size(), *y = a4 + size();
    times(a, a, a2);
    times(a2, a, a3);
    times(a2, a2, a4);
    const R taken = halvings(a, norm(a), theta, 16, norm(a3), 3, norm(a4), 4, vectors);
    const R f = power_of_two(-taken), f2 = f * f;
    scale(a, f);
    scale(a2, f2);
    scale(a3, f2 * f);
    scale(a4, f2 * f2);
    double c[17] = {1.0};
    for (int k = 1; k < 17; ++k) c[k] = c[k - 1] / k;
    const V* const terms[4] = {a, a2, a3, a4};
    combine<4, true>(x, terms, c + 13);
    add_to_diagonal(x, R(T(c[12])));
    const V* const low[3] = {a, a2, a3};
    for (int k = 8; k >= 0; k -= 4) {
      times(x, a4, y);
      for (int64_t m = 0; m < size(); ++m) x[m] = y[m];
      combine<3, false>(x, low, c + k + 1);
      add_to_diagonal(x, R(T(c[k])));
    }
    const R steps = taken + before;
    for (int k = 0; k < most_steps && some(steps > R(T(k))); ++k) {
      times(x, x, y);
      take(x, y, steps, k);
    }
  }

  /// Cosines x and sines y of 2^before a, with `sign` -1, or hyperbolic ones, with 1; `a` is changed. `work` has room
  /// for 6 size() numbers, `vectors` for 4 n real ones.
  void cosines(V* a, R before, double sign, V* x, V* y, V* work, R* vectors) const {
    constexpr double theta = sizeof(T) == 8 ? 0.97 : 2.0;
    V *b = work, *b2 = b + size(), *b3 = b2 + size(), *b4 = b3 + size(), *t = b4 + size(), *u = t + size();
    times(a, a, b);
    times(b, b, b2);
    times(b2, b, b3);
    const R taken = halvings(a, norm(a), theta, 17, norm(b2), 4, norm(b3), 6, vectors);
    const R f = power_of_two(-taken), f2 = f * f;
    scale(a, f);
    scale(b, f2);
    scale(b2, f2 * f2);
    scale(b3, f2 * f2 * f2);
    times(b2, b2, b4);
    double even[9] = {1.0}, odd[9] = {1.0};
    for (int k = 1; k < 9; ++k) {
      even[k] = sign * even[k - 1] / ((2 * k - 1) * (2 * k));
      odd[k] = sign * odd[k - 1] / ((2 * k) * (2 * k + 1));
    }
    polynomial(b, b2, b3, b4, even, t, x);
    polynomial(b, b2, b3, b4, odd, t, u);
    times(a, u, y);
    const R steps = taken + before;
    V *square = b, *product = b2;
    for (int k = 0; k < most_steps && some(steps > R(T(k))); ++k) {
      times(y, y, t);
      times(x, x, square);
      times(y, x, product);
      const V* const both_squares[1] = {t};
      combine<1, false>(square, both_squares, &sign);
      for (int64_t m = 0; m < size(); ++m) product[m] += product[m];
      take(x, square, steps, k);
      take(y, product, steps, k);
    }
  }

  /// x = sum c[k] b^k up to 8; t is memory.
  void polynomial(const V* b, const V* b2, const V* b3, const V* b4, const double* c, V* t, V* x) const {
    const V *const high[4] = {b, b2, b3, b4}, *const low[3] = {b, b2, b3};
    combine<4, true>(t, high, c + 5);
    add_to_diagonal(t, R(T(c[4])));
    times(b4, t, x);
    combine<3, false>(x, low, c + 1);
    add_to_diagonal(x, R(T(c[0])));
  }

  static constexpr int most_steps = 1100;  // more than any finite norm asks for
};

}  // namespace detail

enum class ExponentialKind { exponential, circular, hyperbolic };

/// The exponentials x of matrices `a`, or their cosines x and sines y; with directions `e` the derivatives in place of
/// the values.
template <class T>
struct ExponentialJob {
  const T *a, *e;  // e may be null
  T *x, *y;        // y is not asked for with exponentials
  int64_t n, count;
  ExponentialKind kind;

  int functions() const { return kind == ExponentialKind::exponential ? 1 : 2; }
  /// Numbers of memory that run() takes: the matrices, the results, work.
  int64_t memory() const { return 9 * (e ? 2 : 1) * n * n + 4 * n; }

  /// The matrices, with directions, at `m`; behind them come the results with their derivatives.
  template <int order, class V>
  void run(V* m) const {
    using R = real_of<V>;
    using S = single_of<V>;
    constexpr int L = detail::lanes_of<R>;
    const detail::Expansion<order, V> expansion{n};
    const int64_t size = expansion.size(), block = n * n;
    V *x = m + size, *y = x + size, *work = m + (1 + functions()) * size;
    R* vectors = reinterpret_cast<R*>(m + 9 * size);
    const detail::Expansion<1, V> single{n};
    R length = single.norm(m), length_e = order == 2 ? single.norm(m + block) : R(S(0));
    R factor, factor_e = R(S(1)), unit, before;
    for (int l = 0; l < L; ++l) {
      const S size_a = detail::lane_of(length, l), size_e = detail::lane_of(length_e, l);
      const bool finite = isfinite(size_a) && isfinite(size_e);
      // Not finite: NaN, by a factor at the end. Very large: scaled before powers are taken.
      const int steps = finite && size_a > S(1024) ? int(ceil(log2(double(size_a)))) - 10 : 0;
      detail::set_lane(unit, l, finite ? S(1) : limits<S>::nan);
      detail::set_lane(before, l, S(steps));
      detail::set_lane(factor, l, ldexp(S(1), -steps));
      if (order == 1) continue;
      const S smallest = ldexp(S(1), -26), like = size_a > smallest && finite ? size_a : smallest;
      const S scale = detail::power_above(like, false) / detail::power_above(finite ? size_e : S(0), false);
      detail::set_lane(factor_e, l, scale);
    }
    const auto usable = unit == unit;
    for (int64_t k = 0; k < block; ++k) {
      m[k] = choose(usable, m[k], V(R(S(0)))) * factor;
      if (order == 2) m[block + k] = choose(usable, m[block + k], V(R(S(0)))) * factor_e * factor;
    }
    if (kind == ExponentialKind::exponential)
      expansion.exponential(m, before, x, work, vectors);
    else
      expansion.cosines(m, before, kind == ExponentialKind::circular ? -1.0 : 1.0, x, y, work, vectors);
    const R back = unit / factor_e;
    for (int64_t part = 0; part < functions(); ++part)
      for (int64_t k = 0; k < block; ++k) {
        x[part * size + k] = x[part * size + k] * unit;
        if (order == 2) x[part * size + block + k] = x[part * size + block + k] * back;
      }
  }
};

}  // namespace sci
#endif
