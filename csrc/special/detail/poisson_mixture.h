// Mixtures of incomplete gamma or beta functions with the weights of a Poisson distribution,
//
//   sum_(j>=0) w(j) p(j),   w(j) = L^j e^-L / Gamma(j + 1),   p(j) = P(a + j, x) or I_x(a + j, b),
//
// and the same of q = 1 - p: the noncentral chi-squared, F and t distributions (D. Benton and K. Krishnamoorthy,
// "Computing discrete mixtures of continuous distributions", Comput. Stat. Data Anal. 43 (2003) 249-267). With
// D(j) = p(j) - p(j+1) all terms of
//
//   sum p w = sum_j D(j) [w(0) + ... + w(j)]        sum q w = sum_j w(j) [q(0) + D(0) + ... + D(j-1)]
//
// are positive, and their recurrences upwards do not cancel. The smaller one of both is summed, about the saddle point
// w'/w + D'/D = 0, out to e^-42 of its largest term. Beyond j = 200 the summand is as smooth as a normal density: the
// trapezoidal rule with steps of 0.6 standard deviations (error exp(-2 pi^2 / 0.6^2)) can replace the sum, about 45
// terms for all noncentralities. Each of its terms takes as long as some 30 (gamma) or 100 (beta) of the recurrences,
// so that it does so only from `smooth` on.
//
// Derivatives in L and x are sums of positive terms too, and come along in plain numbers: since w'(j) = w(j-1) - w(j),
//
//   d/dL sum p w = -sum w(j) D(j),      x d/dx sum P(a + j, x) w = sum w(j) D(j) (a + j),
//
// the latter also q d/dq of the mixture of I_x(a + j, b), x = q / (1 + q). Those in a and b need dual numbers.
#pragma once
#include "special/betainc.h"

namespace sci {
namespace detail {

/// sum w(j) D(j) and sum w(j) D(j) (a + j).
template <class S>
struct mixture_slopes {
  S mean = S(0), argument = S(0);
};

/// P(a + j, x), x > 0. `coarse`: in double for a float, which takes fewer terms.
template <class T, bool coarse = false>
struct gamma_component {
  using value = T;
  using S = scalar_of<T>;
  static constexpr S depth = S(coarse ? 22 : 42);
  static constexpr S smooth = S(2000);
  T a, x;
  SCI_HD many<T, 2> parts(S j) const { return gammainc_parts(T(a + T(j)), x); }
  SCI_HD T step(S j) const {
    T shape = a + T(j);
    return gammainc_factor(shape, x) / shape;
  }
  /// step(j + 1) / step(j), and its reciprocal.
  SCI_HD T ratio(S j) const { return x / (a + T(j + S(1))); }
  SCI_HD T inverse_ratio(S j) const { return (a + T(j + S(1))) / x; }
  SCI_HD bool above(S mean) const { return primal(x) >= primal(a) + mean; }
  /// The saddle point L x = j (a + j), and the variance about it.
  SCI_HD many<S, 2> saddle(S mean) const {
    S A = primal(a), r = sqrt(mean) * sqrt(primal(x)), j = r * (2 * r / (A + hypot(A, 2 * r)));
    return {{j, j > S(0) ? S(1) / (S(1) / j + S(1) / (A + j)) : S(0)}};
  }
};

/// I_x(a + j, b) with y = 1 - x, l = a y - b x; x, y > 0.
template <class T, bool coarse = false>
struct beta_component {
  using value = T;
  using S = scalar_of<T>;
  static constexpr S depth = S(coarse ? 22 : 42);
  static constexpr S smooth = S(10000);
  T a, b, x, y, l;
  SCI_HD many<T, 2> parts(S j) const { return betainc_parts(T(a + T(j)), b, x, y, T(l + T(j) * y)); }
  SCI_HD T step(S j) const {
    T shape = a + T(j);
    return betainc_factor(shape, b, x, y, T(l + T(j) * y)) / shape;
  }
  SCI_HD T ratio(S j) const { return x * (a + b + T(j)) / (a + T(j + S(1))); }
  SCI_HD T inverse_ratio(S j) const { return (a + T(j + S(1))) / (x * (a + b + T(j))); }
  SCI_HD bool above(S mean) const { return primal(l) + mean * primal(y) <= S(0); }
  /// The saddle point L x (a + b + j) = j (a + j), and the variance about it.
  SCI_HD many<S, 2> saddle(S mean) const {
    S A = primal(a), B = primal(b), m = mean * primal(x), h = A - m, r = 2 * sqrt(m) * sqrt(A + B), s = hypot(h, r);
    S j = h > S(0) ? r * (r / (h + s)) / 2 : (s - h) / 2;
    return {{j, j > S(0) ? S(1) / (S(1) / j + S(1) / (A + j) - S(1) / (A + B + j)) : S(0)}};
  }
};

/// How far from the saddle point j a term is e^-depth of the largest, by Bernstein's inequality with the variance j of
/// w alone, since p or q may be constant to one side.
template <class S>
SCI_HD S mixture_reach(S j, S depth) {
  return depth / S(3) + sqrt(depth * depth / S(9) + S(2) * depth * j);
}

/// The integral of w(j) p(j), or of w(j) q(j), over j; the slopes, if wanted, are added to `slopes`.
template <class F, class M, class T = typename F::value, class S = scalar_of<T>>
SCI_HD_LARGE T mixture_integral(const F& f, M mean, bool upper, many<S, 2> saddle, mixture_slopes<S>* slopes) {
  S h = S(0.6) * sqrt(saddle[1]);
  int n = int(mixture_reach(saddle[0], F::depth) / h) + 1;
  T sum = T(S(0));
  SCI_NO_UNROLL
  for (int k = -n; k <= n && n < 100; ++k) {
    S j = saddle[0] + h * S(k);
    M weight = gammainc_factor(M(j + S(1)), mean) / mean;
    if (!(primal(weight) > S(0))) continue;
    sum = sum + weight * f.parts(j)[upper];
    if (slopes) {
      const S both = primal(weight) * primal(f.step(j)) * h;
      slopes->mean += both;
      slopes->argument += both * (primal(f.a) + j);
    }
  }
  return sum * T(h);
}

/// The sum over j = o, o + 1, ... for o = 0 or 1/2 and a saddle point below `smooth`; w(o) = e^-L `front`.
template <class F, class M, class T = typename F::value, class S = scalar_of<T>>
SCI_HD_LARGE T mixture_sum(const F& f, M mean, S o, M front, bool upper, many<S, 2> saddle, mixture_slopes<S>* slopes) {
  const S spared = F::depth < S(42) ? S(1e-8) : S(1);  // what of a term does not count
  S reach = mixture_reach(saddle[0], F::depth);
  int first = saddle[0] > reach ? int(saddle[0] - reach) : 0, last = int(saddle[0] + reach) + 1;
  S j = S(first) + o;
  // Far out weight and step would have the rounding of large exponents: down from the saddle point, unless the weight
  // is too small there or that of j = 0, where the walk ends; the exponential in halves, since the sum may be a number
  // where it is none.
  const S L = primal(mean), middle = S(int(saddle[0])), drop = L - middle + middle * log(middle / L);
  const bool down = middle > S(30) && (first > 0 || (drop < S(600) && L < S(690)));
  S high = down ? middle + o : j;
  const M half = first == 0 && !down ? exp(mean * M(S(-0.5))) : M(S(1));
  M weight = first == 0 && !down ? half * front : gammainc_factor(M(high + S(1)), mean) / mean;
  T step = f.step(high);
  SCI_NO_UNROLL
  for (; high > j; high = high - S(1)) {
    weight = weight * (M(high) / mean);
    step = step * f.inverse_ratio(high - S(1));
  }
  T sum = T(S(0)), run = upper ? f.parts(j)[1] : T(first == 0 ? weight : gammainc_parts(M(j + S(1)), mean)[1]);
  mixture_slopes<S> slope;
  SCI_NO_UNROLL
  for (int i = first; i < last; ++i) {
    T term = upper ? run * weight : run * step;
    sum = sum + term;
    bool last_one = S(i) > saddle[0] && negligible(T(term * T(spared)), sum);
    if (slopes) {
      const S both = primal(weight) * primal(step);
      slope.mean += both;
      slope.argument += both * (primal(f.a) + j);
      last_one = last_one && negligible(both, slope.mean);
    }
    if (last_one) break;
    T next = step * f.ratio(j);
    j = j + S(1);
    weight = weight * (mean / M(j));
    run = upper ? run + step : run + weight;
    step = next;
  }
  if (!upper) sum = sum + run * f.parts(j)[0];
  if (slopes) {
    slopes->mean += slope.mean * primal(half);
    slopes->argument += slope.argument * primal(half);
  }
  return sum * half;
}

/// The sums of w p and of w q, L >= 0, and their slopes if wanted.
template <class F, class M, class T = typename F::value, class S = scalar_of<T>>
SCI_HD many<T, 2> poisson_mixture(const F& f, M mean, mixture_slopes<S>* slopes = nullptr) {
  bool upper = f.above(primal(mean));
  many<S, 2> saddle = f.saddle(primal(mean));
  T sum = T(S(0));
  // Far from the mean both may be on one side of 1/2 where b is small: then the other one.
  for (int turn = 0; turn < 2; ++turn) {
    if (slopes) *slopes = {};
    sum = saddle[0] > F::smooth ? mixture_integral(f, mean, upper, saddle, slopes)
                                : mixture_sum(f, mean, S(0), M(S(1)), upper, saddle, slopes);
    if (primal(sum) < S(0.75)) break;
    upper = !upper;
  }
  T rest = T(S(1)) - sum;
  return upper ? many<T, 2>{{rest, sum}} : many<T, 2>{{sum, rest}};
}

}  // namespace detail
}  // namespace sci
