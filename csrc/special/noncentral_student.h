// The noncentral t distribution function with v degrees of freedom and noncentrality d: of T = (Z + d) / sqrt(V/v), Z
// normal, V chi-squared. With y = t^2 / (v + t^2) and the Poisson weights w(j) of mean d^2/2 (D. Benton and K.
// Krishnamoorthy, Comput. Stat. Data Anal. 43 (2003) 249-267), for t > 0 and d >= 0
//
//   F(t) = Phi(-d) + 1/2 sum_(j = 0, 1/2, 1, ...) w(j) I_y(j + 1/2, v/2)
//
// and 1 - F with 1 - I: positive terms (detail/poisson_mixture.h). For t >= 0 and d < 0 these cancel, but
//
//   1 - F(t) = int Phi(d - t u) g(u) du,   g the density of sqrt(V/v),
//
// has a smooth, positive integrand: the trapezoidal rule in w with log u = const + w - e^-w, about the integrand's
// peak, some 100 points. F(t; d) = 1 - F(-t; -d) gives the rest. In double for float; inverses by bracketed roots.
// The derivative in v by dual numbers; those in d and t come along in plain numbers, by positive terms: of the integral
// dF/dd = -int phi(d - t u) g(u) du and dF/dt = int u phi(d - t u) g(u) du, of the sums, D(j) being the difference of
// neighbouring I_y,
//
//   dF/dd = -phi(d) (1 - y)^(v/2) - d/2 sum w(j) D(j),      t dF/dt = sum w(j) D(j) (j + 1/2).
#pragma once
#include "special/detail/exponential_nodes.h"
#include "special/detail/monotone_root.h"
#include "special/detail/normal_tail.h"
#include "special/detail/partial.h"
#include "special/detail/poisson_mixture.h"
#include "special/gammaincinv.h"

namespace sci {
namespace detail {

/// Does Phi(-d - t u) hardly bend within the reach of u?
SCI_HD bool nctdtr_straight(double v, double d, double t) { return abs(t) * (1 + abs(d + t)) < 0.5 * sqrt(v); }

/// [Phi(-c) - Phi(-c - s)] / phi(c) - s - bend for small s (1 + |c|): sum_(n>=1) (-1)^n He_n(c) s^(n+1) / (n+1)!.
template <class T>
SCI_HD T normal_tail_rest(T c, T s, T bend) {
  T before = s, term = -s * s * c, sum = term * T(0.5) - bend;
  SCI_NO_UNROLL
  for (int n = 2; n < 40; ++n) {
    // term = (-1)^n He_n(c) s^(n+1) / n!
    T next = -s * (c * term + s * before) * T(1.0 / n);
    before = term;
    term = next;
    sum = sum + term * T(1.0 / (n + 1));
    if (negligible(term, sum) && negligible(before, sum)) break;
  }
  return sum;
}

SCI_HD double normal_density(double z) { return exp(-0.5 * z * z) * 0.39894228040143267794; }

/// exp(exponent) Phi(-z) and exp(exponent - z^2/2), with one exponential where the rounding of z^2/2 is small.
template <class T>
SCI_HD many<T, 2> damped_tail(T exponent, double z) {
  const double square = 0.5 * z * z;
  if (z < 1.5 || z > 8) {
    T factor = exp(exponent);
    return {{factor * T(normal_tail(z)), factor * T(exp(-square))}};
  }
  T both = exp(exponent - T(square));
  return {{both * T(ndtr_scaled(z)), both}};
}
template <class T, class V, class D>
SCI_HD many<T, 2> damped_tail(T exponent, dual<V, D> z) {
  return {{exp(exponent) * T(normal_tail(z)), T(0)}};
}

/// dF/dd and dF/dt.
struct nctdtr_slopes {
  double d = 0, t = 0;
};

/// int Phi(-d - t u) g(u) du, d and t >= 0, or where it is nearly constant; d and t may be plain numbers (U) where v is
/// none.
template <class T, class U>
SCI_HD_LARGE T nctdtr_integral(T v, U d, U t, nctdtr_slopes* slopes) {
  const double V = primal(v), D = abs(primal(d)), X = abs(primal(t)), flat = max(1.0, V);
  // There its linear part in u^2, whose mean is 1, is taken out, and for few degrees of freedom its value at 0, where
  // nearly all u are: the rest is of the size of the derivative in v, which is lost in the whole.
  if (primal(t) >= 0 && primal(d) > 39) return T(0);
  const bool straight = nctdtr_straight(V, primal(d), primal(t));
  const U centre = d + t;
  // The peak u in log u, or where a flat top ends: v u^2 + t u h(d + t u) = v with the normal distribution's hazard
  // rate h(z), about z + 0.8 / (1 + z); there w = 0.
  const double shift = straight ? 0 : X * (D + 0.8 / (1 + D)), scale = hypot(sqrt(V), straight ? 0 : X);
  const double u = 2 * flat / (shift + hypot(shift, 2 * sqrt(flat) * scale)), origin = log(u);
  const bool low = !straight && V * origin > -0.3;
  const double h = min(0.06, 0.32 / sqrt(2 * (scale * u) * (scale * u) + shift * u));
  const int reach = h == 0.06 ? exponential_nodes_reach : -1;
  const T a = v * T(0.5), peak = gamma_peak(a);
  const U start = straight ? normal_tail(centre) : low ? normal_tail(d) : U(0);
  const U about = straight ? centre : d, fall = exp(about * about * U(-0.5)) * U(-0.39894228040143267794);
  T sum = T(0);
  double by_d = 0, by_t = 0;
  // The sum is nearly all to the left where v is small: the right first, for its own digits.
  for (int side = 1; side >= -1; side -= 2) {
    SCI_NO_UNROLL
    for (int k = side < 0 ? 1 : 0; k < 15000; ++k) {
      const double w = side * k * h;
      double log_u, point, spread;  // spread is d log u / dw
      if (k <= reach) {
        const double* node = exponential_nodes() + 2 * (exponential_nodes_reach + side * k);
        log_u = origin + node[0];
        point = u * node[1];
        spread = 2 + (w - node[0]);
      } else {
        spread = 1 + exp(-w);
        log_u = origin + (w - (spread - 2));
        point = exp(log_u);
      }
      if (isinf(point * point)) break;
      double ahead = point - 1, exponent = 1 + 2 * log_u - point * point;
      if (abs(log_u) < 0.3) {
        ahead = expm1(log_u);
        exponent = log1p_minus(ahead * (2 + ahead));
      }
      T term;
      double flow = 0;  // the normal density times the other one
      if (straight || low) {
        T density = exp(a * T(exponent));
        U step = t * U(point), value;
        if (straight) {
          value = fall * normal_tail_rest(centre, U(t * U(ahead)), U(t * U(ahead * ahead / 2)));
        } else {
          value = abs(primal(step)) * (1 + D) < 0.5 ? fall * normal_tail_rest(d, step, U(-step))
                                                    : normal_tail(U(d + step)) - start;
        }
        term = density * T(value);
        if (slopes) flow = primal(density) * exp(-0.5 * sqr(primal(d) + primal(step)));
      } else {
        many<T, 2> both = damped_tail(T(a * T(exponent)), U(d + t * U(point)));
        term = both[0];
        flow = primal(both[1]);
      }
      term = term * T(spread);
      sum = sum + term;
      bool last = k > 0 && negligible(T(term * T(1e-2)), sum);  // the straight part leaves nothing at u = 1
      if (slopes) {
        flow *= spread;
        by_d += flow;
        by_t += flow * point;
        last = last && negligible(flow, by_d) && negligible(flow * point, by_t);
      }
      if (last) break;
    }
  }
  const T factor = peak * T(2 * h);
  const double slope_factor = primal(factor) * 0.39894228040143267794;
  if (slopes) *slopes = {-by_d * slope_factor, by_t * slope_factor};
  return start + sum * factor;
}

/// F and 1 - F for t > 0, d >= 0.
template <class T, class U>
SCI_HD_LARGE many<T, 2> nctdtr_same(T v, U d, U t, nctdtr_slopes* slopes) {
  const T one = T(1), half = T(0.5);
  T q = t / sqrt(v), s = q * q;
  const bool small = primal(s) < 1;
  T inverse = one / s;
  T x = small ? s / (one + s) : one / (one + inverse), y = small ? one / (one + s) : inverse / (one + inverse);
  const U below = normal_tail(d);
  if (primal(x) <= limits<double>::min) return {{T(below), one - below}};
  if (!(primal(y) > limits<double>::min)) return {{one, T(0)}};
  // t^2 y = v x
  const T l = isinf(primal(t * t)) ? (y - v * x) * half : T((one - t * t) * half * y);
  beta_component<T> f{half, v * half, x, y, l};
  const U mean = d * d * U(0.5);
  mixture_slopes<double> slope, *wanted = slopes ? &slope : nullptr;
  bool upper = f.above(primal(mean));
  many<double, 2> saddle = f.saddle(primal(mean));
  T sum = T(0);
  // With few degrees of freedom F may be small far above the mean: then the other one.
  for (int turn = 0; turn < 2; ++turn) {
    slope = {};
    const bool smooth = saddle[0] > beta_component<T>::smooth;
    if (smooth) {
      sum = mixture_integral(f, mean, upper, saddle, wanted);
    } else {
      sum = mixture_sum(f, mean, 0.0, U(1), upper, saddle, wanted);
      sum = half * (sum + mixture_sum(f, mean, 0.5, U(d * U(0.79788456080286535588)), upper, saddle, wanted));
    }
    if (slopes) {
      const double each = smooth ? 1 : 0.5, D = primal(d);
      *slopes = {-normal_density(D) * exp(-0.5 * primal(v) * (small ? log1p(primal(s)) : -log(primal(y)))) -
                     D * slope.mean * each,
                 2 / primal(t) * slope.argument * each};
    }
    if (!upper) sum = sum + below;
    if (primal(sum) < 0.75) break;
    upper = !upper;
  }
  return upper ? many<T, 2>{{one - sum, sum}} : many<T, 2>{{sum, one - sum}};
}

/// F and 1 - F for t >= 0.
template <class T, class U>
SCI_HD_LARGE many<T, 2> nctdtr_parts_right(T v, U d, U t, nctdtr_slopes* slopes) {
  // Where the sum's terms are positive, only a derivative in v needs the integral, or one at t = 0.
  const bool straight = nctdtr_straight(primal(v), primal(d), -primal(t)) &&
                        (!is_same<T, double> || primal(d) < 0 || (slopes && primal(t * t) <= 1e-300 * primal(v)));
  if (straight || (primal(d) < 0 && primal(d) > -39)) {
    const bool upper = primal(d) < primal(t);
    T part = nctdtr_integral(v, upper ? U(-d) : d, upper ? t : U(-t), slopes);
    return upper ? many<T, 2>{{T(1) - part, part}} : many<T, 2>{{part, T(1) - part}};
  }
  if (primal(d) < 0) return {{T(1), T(0)}};
  if (primal(d) < 1e15) return nctdtr_same(v, d, t, slopes);
  // Z is nothing beside d.
  T half = v * T(0.5), q = d / t, x = half * q * q;
  if (!(primal(x) > limits<double>::min)) return {{T(1), T(0)}};
  if (isinf(primal(x))) return {{T(0), T(1)}};
  many<T, 2> f = gammainc_parts(half, x);
  if (slopes) {
    const double fall = 2 * gammainc_factor(primal(half), primal(x));
    *slopes = {-fall / primal(d), fall / primal(t)};
  }
  return {{f[1], f[0]}};
}

/// F and 1 - F for v > 0, finite d and t, and the slopes if wanted.
template <class T, class U>
SCI_HD_LARGE many<T, 2> nctdtr_parts(T v, U d, U t, nctdtr_slopes* slopes = nullptr) {
  // V/v is 1 to all digits; far beyond t / sqrt(v) would underflow.
  if (isinf(primal(v)) || (primal(v) > 1e50 && abs(primal(t)) < 1e8)) {
    const double density = normal_density(primal(d) - primal(t));
    if (slopes) *slopes = {-density, density};
    return {{T(normal_tail(U(d - t))), T(normal_tail(U(t - d)))}};
  }
  const bool negative = primal(t) < 0;
  if (negative) {
    d = -d;
    t = -t;
  }
  // Far out 1 - F is a multiple of t^-v.
  const double far = 1e60 * sqrt(primal(v)) * (1 + abs(primal(d)));
  many<T, 2> f = nctdtr_parts_right(v, d, primal(t) > far ? U(far) : t, slopes);
  if (primal(t) > far) {
    T fall = v * (T(log(far)) - log(t));
    f = {{f[0] - f[1] * expm1(fall), f[1] * exp(fall)}};
    if (slopes) *slopes = {slopes->d * exp(primal(fall)), primal(v) / primal(t) * primal(f[1])};
  }
  if (negative) swap(f[0], f[1]);
  return f;
}

SCI_HD double nctdtr_gap(double v, double d, double t, double p) { return cdf_gap(nctdtr_parts(v, d, t), p, 1 - p); }

template <class T>
SCI_HD bool nctdtr_inner(T df, T p) {
  return df > T(0) && p > T(0) && p < T(1);
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtr(T df, T nc, T t) {
  if (!(df > T(0)) || !isfinite(nc) || isnan(t)) return limits<T>::nan;
  if (isinf(t)) return t > T(0) ? T(1) : T(0);
  return T(detail::nctdtr_parts(double(df), double(nc), double(t))[0]);
}

/// The derivative of F in argument i of (v, d, t).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtr_partial(int64_t i, T df, T nc, T t) {
  if (!(df > T(0)) || !isfinite(nc) || isnan(t) || i < 0 || i > 2) return limits<T>::nan;
  if (isinf(t)) return T(0);
  detail::nctdtr_slopes s;
  if (i == 0) return T(detail::smaller_tail(detail::nctdtr_parts(variable(double(df)), double(nc), double(t))));
  detail::nctdtr_parts(double(df), double(nc), double(t), &s);
  return T(i == 1 ? s.d : s.t);
}

namespace detail {

/// The derivatives of F in v, d and t, for v > 0, finite d and t.
SCI_HD many<double, 3> nctdtr_gradient(double v, double d, double t) {
  nctdtr_slopes s;
  const double by_v = smaller_tail(nctdtr_parts(variable(v), d, t, &s));
  return {{by_v, s.d, s.t}};
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> nctdtr_pullback(T grad, T df, T nc, T t, T) {
  if (!(df > T(0)) || !isfinite(nc) || !isfinite(t))
    return {{grad * nctdtr_partial(0, df, nc, t), grad * nctdtr_partial(1, df, nc, t),
             grad * nctdtr_partial(2, df, nc, t)}};
  many<double, 3> f = detail::nctdtr_gradient(double(df), double(nc), double(t));
  return {{grad * T(f[0]), grad * T(f[1]), grad * T(f[2])}};
}

/// The second derivative of F in arguments i and j.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtr_second(int64_t i, int64_t j, T df, T nc, T t) {
  if (!(df > T(0)) || !isfinite(nc) || isnan(t) || i < 0 || i > 2 || j < 0 || j > 2) return limits<T>::nan;
  if (isinf(t)) return T(0);
  using D = dual<dual<double>>;
  many<D, 2> f = detail::nctdtr_parts(D{{double(df), double(i == 0)}, {double(j == 0), 0.0}},
                                      D{{double(nc), double(i == 1)}, {double(j == 1), 0.0}},
                                      D{{double(t), double(i == 2)}, {double(j == 2), 0.0}});
  return T(f[0].v.v < f[1].v.v ? f[0].d.d : -f[1].d.d);
}

/// The t with F(t) = p: its sign is that of p - Phi(-d).
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtrit(T df, T nc, T p) {
  if (!(df > T(0)) || !isfinite(nc) || !(p >= T(0) && p <= T(1))) return limits<T>::nan;
  if (p == T(0)) return -limits<T>::infinity;
  if (p == T(1)) return limits<T>::infinity;
  double v = df, d = nc, q = p, below = detail::normal_tail(d), gap = detail::cdf_gap({{below, 1 - below}}, q, 1 - q);
  if (gap == 0) return T(0);
  const double sign = gap < 0 ? 1 : -1;
  // The normal approximation of M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.10, solved
  // for t.
  const double z = detail::rough_normal_quantile(q, 1 - q), c = 1 - 0.25 / v, below_2v = 0.5 / v,
               e = c * c - z * z * below_2v;
  const double near = sign * (c * d + z * sqrt(max(0.0, c * c + (d * d - z * z) * below_2v))) / e;
  return T(sign * detail::monotone_root([=](double t) { return sign * detail::nctdtr_gap(v, d, sign * t, q); },
                                        v > 1 && e > 0.1 && near > 0.01 ? near : max(1.0, sign * d),
                                        detail::double_epsilon<T>));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> nctdtrit_pullback(T grad, T df, T nc, T, T t) {
  const T edge = isnan(t) ? t : T(0);
  if (!isfinite(t)) return {{edge, edge, edge}};
  many<double, 3> f = detail::nctdtr_gradient(double(df), double(nc), double(t));
  return {{grad * T(-f[0] / f[2]), grad * T(-f[1] / f[2]), grad * T(1 / f[2])}};
}

/// The d with F(t) = p; F falls with it. Without noncentrality it tells the sign.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtrinc(T df, T p, T t) {
  if (!detail::nctdtr_inner(df, p) || !isfinite(t)) return limits<T>::nan;
  double v = df, x = t, q = p, gap = detail::nctdtr_gap(v, 0.0, x, q);
  if (gap == 0) return T(0);
  const double sign = gap > 0 ? 1 : -1;
  return T(sign * detail::monotone_root([=](double d) { return -sign * detail::nctdtr_gap(v, sign * d, x, q); },
                                        max(1.0, sign * x), detail::double_epsilon<T>));
}

/// The v with F(t) = p, if there is one: for t > 0 that from v = 5 upwards where F is too small there,
/// else downwards, or else the other way.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T nctdtridf(T p, T nc, T t) {
  if (!detail::nctdtr_inner(T(1), p) || !isfinite(nc) || !isfinite(t) || t == T(0)) return limits<T>::nan;
  double d = nc, x = t, q = p, sign = x > 0 ? 1 : -1;
  return T(detail::nearest_root([=](double df) { return sign * detail::nctdtr_gap(df, d, x, q); }, 5.0,
                                detail::double_epsilon<T>));
}

}  // namespace sci
