// The regularized incomplete beta function I_x(a, b), its complement I_(1-x)(b, a) (DLMF 8.17.2, 8.17.4), the density
// x^(a-1) (1-x)^(b-1) / B(a, b) between them, and derivatives in a and b by dual numbers in the same algorithms.
//
// The arguments are exchanged so that x <= a / (a + b), that is l = a y - b x >= 0 with y = 1 - x; r = a + b,
// m = a b / r, D = x^a y^b / B(a, b). With E = a log(x r / a) + b log(y r / b) = -m zeta^2 / 2 <= 0:
//   m >= 13, |zeta| <= 1    uniform expansion (DLMF 8.18.9), detail/uniform_expansion.h. Its Taylor coefficients come
//   of
//                           U' = f + (q - p) zeta - p q zeta U, U f = zeta, U = (x - p) / (p q), p = a / r = 1 - q.
//   a < 1, a < b, x <= 1/2, b x <= 1.1, (x b)^a > 1/2  1 - I = -expm1(u) - e^u a S with e^u = x^a / (a B) and
//                           S = sum_(n>=1) (1-b)_n x^n / (n! (a+n)) (DLMF 8.17.7); the mirror image for b.
//   x <= 1/2                I = D/a sum (r)_n / (a+1)_n x^n (DLMF 8.17.8), positive terms.
//   y <= 1/2, l <= sqrt(m)/4   the same for 1 - I, where I is not small: sqrt(m) is the standard deviation of l.
//   else                    the continued fraction of A. R. DiDonato and A. H. Morris, "Algorithm 708", ACM
//                           Trans. Math. Softw. 18 (1992) 360-373, eq. (9), in l instead of x, by Steed's algorithm
//                           with its steps as products.
// D comes of the values at the peak of gamma densities and of E, whose two terms have one sign (detail/gamma_peak.h),
// far away of powers.
//
// The error is a few ulp, or what a rounding of the arguments makes.
#pragma once
#include "special/beta.h"
#include "special/detail/partial.h"
#include "special/digamma_difference.h"
#include "special/gammainc.h"

namespace sci {
namespace detail {

/// a log(x r / a) + l, l = a y - b x: half of E.
template <class T>
SCI_HD_LARGE T betainc_half_exponent(T a, T r, T x, T l) {
  using S = scalar_of<T>;
  T t = -l / a;
  S v = primal(t);
  if (v > S(-0.5) && v < S(1)) return a * log1p_minus(t);
  T q = r / a;
  return a * (isinf(primal(q)) ? log(x) + log(r) - log(a) : log(x * q)) + l;
}

/// f / B(a, b), r = a + b < 13, corrected for the rounding of r.
template <class T>
SCI_HD_LARGE T betainc_over_beta(T f, T a, T b) {
  if (primal(b) < primal(a)) swap(a, b);
  // 1 / Gamma(a) / Gamma(b) may underflow where the product does not: the smaller factor last.
  const T r = a + b, g = f * (rgamma(b) * gamma(r)) * rgamma(a);
  return g + g * gamma_shift(r, sum_error(a, b, r));
}

/// D = x^a y^b / B(a, b).
template <class T>
SCI_HD_LARGE T betainc_factor(T a, T b, T x, T y, T l) {
  using S = scalar_of<T>;
  T r = a + b;
  if (primal(r) < S(13)) {
    // The larger one of x and y is the other's complement but for rounding.
    const S X = primal(x), Y = primal(y);
    const S lost = X < Y ? primal(b) * (((S(1) - Y) - X) / Y) : primal(a) * (((S(1) - X) - Y) / X);
    const T f = pow(x, a) * pow(y, b);
    return betainc_over_beta(f + T(lost) * f, a, b);
  }
  const T peaks = gamma_peak(a) * gamma_peak(b) / gamma_peak(r);
  if (primal(l) < S(0)) {
    swap(a, b);
    swap(x, y);
    l = -l;
  }
  if (primal(l) > S(0.5) * primal(a)) {
    // Far from the peak the power is more accurate than the exponential of its logarithm.
    T power = pow(x * (r / a), a);
    if (primal(power) > limits<S>::min) return peaks * (power * exp(b * log1p(l / b)));
  }
  return peaks * exp(betainc_half_exponent(a, r, x, l) + betainc_half_exponent(b, r, y, -l));
}

/// log x - psi(a) + psi(a + b), l = a y - b x, for large a, b without cancellation.
template <class T>
SCI_HD_LARGE T beta_log_slope_parts(T a, T b, T x, T y, T l) {
  if (!(a >= T(0)) || !(b >= T(0)) || !(x >= T(0)) || !(y >= T(0))) return limits<T>::nan;
  const T t = -l / a;
  if (t > T(-0.5) && t < T(1) && a >= T(13)) return log1p(t) + gamma_peak_slope(a) - gamma_peak_slope(a + b);
  return (x < T(0.5) ? log(x) : log1p(-y)) + digamma_difference(a, b);
}

/// The part of c' in the derivative of log D for c = a, t = -l/a, and for c = b, t = l/b, where l' stands for x'.
template <class T>
SCI_HD T beta_factor_slope(T c, T t, T r) {
  return log1p_minus(t) + t * t / (1 + t) + (gamma_peak_slope(c) - gamma_peak_slope(r));
}

/// First derivatives of D by its logarithm, where differences of psi come as such.
template <class T, class D, class = typename enable_if<is_hardware<T>>::type>
SCI_HD_LARGE dual<T, D> betainc_factor(dual<T, D> a, dual<T, D> b, dual<T, D> x, dual<T, D> y, dual<T, D> l) {
  const T f = betainc_factor(a.v, b.v, x.v, y.v, l.v);
  if (f == T(0)) return f;
  const T r = a.v + b.v, s = -l.v / a.v, t = l.v / b.v;
  if (s > T(-0.5) && s < T(1) && t > T(-0.5) && t < T(1) && a.v + b.v >= T(13)) {
    // In l instead of x, by a' y - b' x - r x' = l': nothing cancels where x and l come of a and b.
    const T by_a = beta_factor_slope(a.v, s, r), by_b = beta_factor_slope(b.v, t, r);
    return {f, f * (by_a * a.d + by_b * b.d - l.v / (r * x.v * y.v) * l.d)};
  }
  const T by_a = beta_log_slope_parts(a.v, b.v, x.v, y.v, l.v), by_b = beta_log_slope_parts(b.v, a.v, y.v, x.v, -l.v);
  return {f, f * (by_a * a.d + by_b * b.d + l.v * (x.d / max(x.v, limits<T>::min) / y.v))};
}

/// log Gamma(a + h) - log Gamma(a) + h log x for a > 0, 0 <= h <= 1, relatively accurate for small h.
template <class T>
SCI_HD T gammaln_step(T a, T h, T x = T(scalar_of<T>(1))) {
  using S = scalar_of<T>;
  T sum = T(S(0));
  for (int i = 0; i < 13 && primal(a) < S(13); ++i) {
    sum = sum - log1p(h / a);
    a = a + T(S(1));
  }
  // Stirling's series (DLMF 5.11.1) in differences: x^(1-2k) of c = a + h and a, step = 1/c - 1/a.
  T c = a + h, s = T(S(1)) / a, t = T(S(1)) / c, step = -h * s * t;
  // For tiny h / a that may be subnormal; the square counts in a second derivative.
  const bool tiny = primal(h) < limits<S>::epsilon * S(0.25) * primal(a);
  const T q = h / a, middle = a - T(S(0.5));
  sum =
      sum + (tiny ? (h - T(S(0.5)) * q) - middle * q * q * T(S(0.5)) : middle * log1p(q)) + h * (log(c * x) - T(S(1)));
  const double* b = gamma_tables::gammaln_bernoulli();
  // (t^n - s^n) / (t - s) = t^(n-1) + ... + s^(n-1) for n = 1, 3, 5, ...
  T powers = T(S(1)), edge = s, tail = T(S(0));
  for (int k = 0; k < (is_same<S, float> ? 4 : 9); ++k) {
    tail = tail + T(S(b[k])) * powers;
    powers = t * (t * powers + edge) + edge * s;
    edge = edge * s * s;
  }
  return sum + step * tail;
}

/// 1 - I for small a: see above.
template <class T>
SCI_HD_LARGE T betainc_small(T a, T b, T x) {
  using S = scalar_of<T>;
  T u = gammaln_step(b, a, x) - gammaln1p(a), power = T(S(1)), sum = T(S(0));
  SCI_NO_UNROLL
  for (int n = 1; n < 80; ++n) {
    power = power * ((T(S(n)) - b) * x * T(S(1) / S(n)));
    T term = power / (a + T(S(n)));
    sum = sum + term;
    if (negligible(term, sum)) break;
  }
  return -(expm1(u) + exp(u) * a * sum);
}

/// x (r + n) / (a + n + 1), r = a + b.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_ratio(T a, T r, T x, T, T n) {
  return x * (r + n) / (a + (n + 1));
}
/// r x = a - l: near the mean, where r' and x' may cancel, its derivative comes of that.
template <class T, class D>
SCI_HD dual<T, D> betainc_ratio(dual<T, D> a, dual<T, D> r, dual<T, D> x, dual<T, D> l, scalar_of<T> n) {
  using S = scalar_of<T>;
  const bool near = abs(primal(l)) < S(0.5) * primal(a);
  const T q = betainc_ratio(a.v, r.v, x.v, l.v, n);
  const D top = near ? D(a.d - l.d) : D(x.v * r.d + r.v * x.d);
  return {q, (top + T(n) * x.d - q * a.d) / (a.v + T(n + S(1)))};
}

/// I by its series of positive terms.
template <class T>
SCI_HD_LARGE T betainc_series(T a, T b, T x, T l, T factor) {
  using S = scalar_of<T>;
  T r = a + b, term = T(S(1)), sum = T(S(1));
  SCI_NO_UNROLL
  for (int n = 0; n < 400; ++n) {
    term = term * betainc_ratio(a, r, x, l, S(n));  // the division waits for nothing
    sum = sum + term;
    if (negligible(term, sum)) break;
  }
  return factor / a * sum;
}

/// I / D by the continued fraction.
template <class T>
SCI_HD T betainc_fraction(T a, T b, T x, T y, T l) {
  using S = scalar_of<T>;
  const T one = T(S(1));
  T d = (a + one) / (a * (l + one)), step = d, sum = d;
  SCI_NO_UNROLL
  for (int n = 1; n < 400; ++n) {
    // (a + k - 1) / odd and (r + k - 1) x / odd, r x = a - l, as what they lack of 1, so that derivatives do not
    // cancel.
    T k = T(S(n)), odd = a + T(S(2 * n - 1)), over = one / odd, bend = k * (b - k) * x;
    T above = (one - k * over) * (one - (l + k + (k - one) * y) * over) * bend;
    T below = k + bend * over + (one - (k + one) / (odd + T(S(2)))) * (l + one + k * (one + y));
    // The step as a product: it ends the fraction exactly where b is whole, and does not magnify rounding beyond.
    T next = one / (below + above * d);
    step = -(above * d * next) * step;
    d = next;
    sum = sum + step;
    if (negligible(step, sum)) break;
  }
  return sum;
}

/// a b / (a + b).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_mean(T a, T b) {
  return a * (b / (a + b));
}
template <class T, class D>
SCI_HD dual<T, D> betainc_mean(dual<T, D> a, dual<T, D> b) {
  const T p = a.v / (a.v + b.v), q = b.v / (a.v + b.v);
  return {betainc_mean(a.v, b.v), q * (q * a.d) + p * (p * b.d)};
}

/// f_0, ..., f_length of the uniform expansion, from its differential equation: see above. Times U it is that of U^2,
/// (U^2)' / 2 = zeta + (q - p) zeta U - p q zeta U^2, whose coefficients give those of U (u_0, ..., in f at first).
template <class T>
SCI_HD void betainc_coefficients(T a, T b, int length, T* f) {
  using S = scalar_of<T>;
  const T m = betainc_mean(a, b), p = m / b, q = m / a, skew = q - p, pq = p * q;
  T *u = f, before = T(S(0)), square = T(S(1));  // U^2 at zeta^n and zeta^(n + 1)
  u[0] = T(S(0));
  u[1] = T(S(1));
  SCI_NO_UNROLL
  for (int n = 1; n <= length; ++n) {
    // Half the products u_k u_(n + 2 - k), 2 <= k <= n, in two sums, neither of which waits for the other.
    T sum = T(S(0)), other = T(S(0));
    int k = 2;
    SCI_NO_UNROLL
    for (; 2 * k < n; k += 2) {
      sum = sum + u[k] * u[n + 2 - k];
      other = other + u[k + 1] * u[n + 1 - k];
    }
    if (2 * k < n + 2) sum = sum + u[k] * u[n + 2 - k];
    if (n % 2 == 0) other = other + u[n / 2 + 1] * (u[n / 2 + 1] * T(S(0.5)));
    const T next = (skew * u[n] - pq * before) * T(S(2) / S(n + 2));
    u[n + 1] = next * T(S(0.5)) - (sum + other);
    before = square;
    square = next;
  }
  T below = u[1];
  f[0] = T(S(1));
  f[1] = -u[2];
  SCI_NO_UNROLL
  for (int n = 2; n <= length; ++n) {
    const T here = u[n];
    f[n] = T(S(n + 1)) * u[n + 1] + pq * below;
    below = here;
  }
}

/// I and 1 - I for l >= 0, and D in `known` where it is needed for them.
template <class T>
SCI_HD many<T, 2> betainc_below(T a, T b, T x, T y, T l, T* known) {
  using S = scalar_of<T>;
  const T one = T(S(1));
  const S A = primal(a), B = primal(b), X = primal(x), Y = primal(y), L = primal(l);
  const T m = betainc_mean(a, b);
  const S M = primal(m);
  if (max(A, B) > S(1e6)) {
    // I <= exp(E), Chernoff's bound for gamma variates of a and b: factors may overflow before it underflows.
    const S r = A + B;
    if (betainc_half_exponent(A, r, X, L) + betainc_half_exponent(B, r, Y, -L) < S(2) * limits<S>::log_min)
      return {{T(S(0)), one}};
  }
  if (M >= S(13) && L < S(2) * M) {
    T slope = log1p_minus_ratio(-l / a) * (m / a) + log1p_minus_ratio(l / b) * (m / b);
    T zeta = -(l / m) * sqrt(slope);
    if (primal(zeta) >= S(-1)) {
      T f[uniform_terms<T> + 2], r = a + b;
      const int length = uniform_length(m, zeta);
      betainc_coefficients(a, b, length, f);
      return uniform_parts(f, length, m, zeta, betainc_half_exponent(a, r, x, l) + betainc_half_exponent(b, r, y, -l));
    }
  }
  if (A < S(1) && A < B && X <= S(0.5) && B * X <= S(1.1) && A * log(X * max(B, S(1))) > S(-0.7)) {
    T rest = betainc_small(a, b, x);
    return {{one - rest, rest}};
  }
  if (B < S(1) && Y <= S(0.5) && A * Y <= S(1.1) && B * log(Y * max(A, S(1))) > S(-0.7)) {
    T part = betainc_small(b, a, y);
    return {{part, one - part}};
  }
  T factor = betainc_factor(a, b, x, y, l);
  if (known) *known = factor;
  if (X <= S(0.5)) {
    T part = betainc_series(a, b, x, l, factor);
    return {{part, one - part}};
  }
  if (Y <= S(0.5) && L <= S(0.25) * sqrt(M)) {
    T rest = betainc_series(b, a, y, T(-l), factor);
    return {{one - rest, rest}};
  }
  T part = factor * betainc_fraction(a, b, x, y, l);
  return {{part, one - part}};
}

/// I_x(a, b) and its complement for a, b > 0 finite, x, y > 0, x + y = 1, l = a y - b x.
template <class T>
SCI_HD_LARGE many<T, 2> betainc_parts(T a, T b, T x, T y, T l, T* known = nullptr) {
  const bool above = primal(l) < scalar_of<T>(0);
  if (above) {
    swap(a, b);
    swap(x, y);
    l = -l;
  }
  many<T, 2> f = betainc_below(a, b, x, y, l, known);
  if (above) swap(f[0], f[1]);
  return f;
}

template <class T>
SCI_HD many<T, 2> betainc_parts(T a, T b, T x, T y) {
  return betainc_parts(a, b, x, y, T(a * y - b * x));
}

/// I and 1 - I for a y too small to be a number, from what they are at the smallest: 1 - I goes as its power b.
template <class T>
SCI_HD many<T, 2> betainc_beyond(many<T, 2> f, T fall) {
  return {{f[0] - f[1] * expm1(fall), f[1] * exp(fall)}};
}
template <class T>
SCI_HD T betainc_fall(T b, T log_y) {
  return b * (log_y - T(limits<scalar_of<T>>::log_min));
}

/// For all arguments: NaN outside the domain and where both parameters are 0 or infinite.
template <class T>
SCI_HD many<T, 2> betainc_pair(T a, T b, T x, T y) {
  const T nan = limits<T>::nan;
  if (!(a >= T(0)) || !(b >= T(0)) || !(x >= T(0)) || !(y >= T(0))) return {{nan, nan}};
  if ((a == T(0) && b == T(0)) || (isinf(a) && isinf(b))) return {{nan, nan}};
  if (x == T(0)) return {{T(0), T(1)}};
  if (y == T(0)) return {{T(1), T(0)}};
  if (a == T(0) || isinf(b)) return {{T(1), T(0)}};
  if (b == T(0) || isinf(a)) return {{T(0), T(1)}};
  if (a == T(1) && b == T(1)) return {{x, y}};
  if (a == b && x == y) return {{T(0.5), T(0.5)}};
  // Where the sum overflows, the result is 0, 1/2 or 1, and that of the halves.
  if (isinf(a + b)) return betainc_parts(T(a / T(2)), T(b / T(2)), x, y);
  return betainc_parts(a, b, x, y);
}

/// Where the derivatives in a and b are taken, and what they are multiplied by there.
template <class T>
struct betainc_place {
  T a, b;
  bool known;  // a, b >= 0, not both 0
  T scale, below_a, below_b;
};

/// Parameters that are 0 or tiny give way to a number whose squares do not underflow. As b falls, I_a goes like b and
/// I_b has a limit, the derivative from the right at 0, and vice versa; where both are tiny, I is a function of their
/// ratio.
template <class T>
SCI_HD betainc_place<T> betainc_inner(T a, T b) {
  constexpr T tiny = T(1e-20), least = is_same<T, float> ? T(1e-30) : T(1e-40);
  const T one = T(1);
  betainc_place<T> at = {a, b, a >= T(0) && b >= T(0) && max(a, b) > T(0), one, one, one};
  if (!at.known) return at;
  if (max(a, b) < tiny) at.scale = tiny / max(a, b), at.a = a * at.scale, at.b = b * at.scale;
  if (at.a < least) at.below_a = at.a / least, at.a = least;
  if (at.b < least) at.below_b = at.b / least, at.b = least;
  return at;
}

/// Derivative of I_x(a, b) in a (da = 1, db = 0) or b.
template <class T>
SCI_HD T betainc_slope(T a, T b, T x, T y, T da, T db) {
  const betainc_place<T> at = betainc_inner(a, b);
  if (!at.known || !(x >= T(0)) || !(y >= T(0))) return limits<T>::nan;
  if (x == T(0) || y == T(0) || isinf(a) || isinf(b)) return T(0);
  many<dual<T>, 2> f = betainc_parts(dual<T>{at.a, da}, dual<T>{at.b, db}, dual<T>(x), dual<T>(y));
  return (f[0].v < f[1].v ? f[0].d : -f[1].d) * at.scale * (da != T(0) ? at.below_b : at.below_a);
}

/// Second derivative of I_x(a, b), in a or b (da = 1, db = 0; or vice versa) and again (ea, eb).
template <class T>
SCI_HD T betainc_curvature(T a, T b, T x, T y, T da, T db, T ea, T eb) {
  const betainc_place<T> at = betainc_inner(a, b);
  if (!at.known || !(x >= T(0)) || !(y >= T(0))) return limits<T>::nan;
  if (x == T(0) || y == T(0) || isinf(a) || isinf(b)) return T(0);
  using D = dual<dual<T>>;
  many<D, 2> f = betainc_parts(D{{at.a, da}, {ea, T(0)}}, D{{at.b, db}, {eb, T(0)}}, D(x), D(y));
  const T found = f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d;
  return found * at.scale * at.scale * (da != ea ? T(1) : da != T(0) ? at.below_b : at.below_a);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc(T a, T b, T x) {
  return detail::betainc_pair(a, b, x, 1 - x)[0];
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betaincc(T a, T b, T x) {
  return detail::betainc_pair(a, b, x, 1 - x)[1];
}

/// x^(a-1) (1-x)^(b-1) / B(a, b)
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T beta_density(T a, T b, T x) {
  T y = 1 - x;
  if (!(a >= T(0)) || !(b >= T(0)) || !(x >= T(0)) || !(y >= T(0))) return limits<T>::nan;
  if (a == T(0) || b == T(0) || isinf(a) || isinf(b)) return T(0);
  if (x == T(0)) return a > T(1) ? T(0) : a == T(1) ? b : limits<T>::infinity;
  if (y == T(0)) return b > T(1) ? T(0) : b == T(1) ? a : limits<T>::infinity;
  if (a + b < T(13)) {
    // The factors may underflow where their product with 1/x does not.
    T power = a < T(1) ? pow(x, a) / x : pow(x, a - 1), other = b < T(1) ? pow(y, b) / y : pow(y, b - 1);
    return detail::betainc_over_beta(T(power * other), a, b);
  }
  return detail::betainc_factor(a, b, x, y, a * y - b * x) / x / y;
}

/// The logarithmic derivatives of the density in a and in b.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T beta_log_slope(T a, T b, T x) {
  return detail::beta_log_slope_parts(a, b, x, 1 - x, a * (1 - x) - b * x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T beta_log_coslope(T a, T b, T x) {
  return detail::beta_log_slope_parts(b, a, 1 - x, x, b * x - a * (1 - x));
}

namespace detail {

/// grad times the derivatives of I_x(a, b) in a, b and x.
template <class T>
SCI_HD many<T, 3> betainc_gradient(T grad, T a, T b, T x) {
  const T y = 1 - x, density = beta_density(a, b, x);
  const betainc_place<T> at = betainc_inner(a, b);
  const bool usable = at.known && x >= T(0) && y >= T(0);
  using D = dual<T, several<T, 2>>;
  several<T, 2> d(usable ? T(0) : limits<T>::nan);
  if (usable && x > T(0) && y > T(0) && !isinf(a) && !isinf(b))
    d = smaller_tail(betainc_parts(variable_of<2>(at.a, 0), variable_of<2>(at.b, 1), D(x), D(y)));
  d.at[0] *= at.scale * at.below_b;
  d.at[1] *= at.scale * at.below_a;
  return scaled_gradient(grad, d, density);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> betainc_pullback(T grad, T a, T b, T x, T) {
  return detail::betainc_gradient(grad, a, b, x);
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> betaincc_pullback(T grad, T a, T b, T x, T) {
  return detail::betainc_gradient(-grad, a, b, x);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_da(T a, T b, T x) {
  return detail::betainc_slope(a, b, x, 1 - x, T(1), T(0));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_db(T a, T b, T x) {
  return detail::betainc_slope(a, b, x, 1 - x, T(0), T(1));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_daa(T a, T b, T x) {
  return detail::betainc_curvature(a, b, x, 1 - x, T(1), T(0), T(1), T(0));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_dab(T a, T b, T x) {
  return detail::betainc_curvature(a, b, x, 1 - x, T(1), T(0), T(0), T(1));
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T betainc_dbb(T a, T b, T x) {
  return detail::betainc_curvature(a, b, x, 1 - x, T(0), T(1), T(0), T(1));
}

}  // namespace sci
