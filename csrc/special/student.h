// Student's t distribution (DLMF 8.17 by the incomplete beta function): with x = v / (v + t^2), v degrees of freedom,
//
//   F(t) = I_x(v/2, 1/2) / 2 for t <= 0, 1 - that of -t for t > 0,
//   density (1 + t^2/v)^(-(v+1)/2) / (sqrt(v) B(v/2, 1/2)),
//
// and the inverses in t (by betaincinv.h) and in v (monotone for fixed t). v = inf is the normal distribution, and for
// v >= 40, t^2 <= v all comes of that one (detail/student_normal.h). The derivatives in v by dual numbers.
#pragma once
#include "special/betaincinv.h"
#include "special/detail/monotone_root.h"
#include "special/detail/student_normal.h"
#include "special/erfc.h"
#include "special/erfcinv.h"

namespace sci {
namespace detail {

/// I and 1 - I for a finite v > 0 and a finite t other than 0.
template <class T>
SCI_HD many<T, 2> student_parts(T v, T t) {
  using S = scalar_of<T>;
  const T one = T(S(1)), half = T(S(0.5));
  // u = t / sqrt(v) may be huge or tiny, its square out of range: the leading term (DLMF 8.17.7) for small x.
  T u = t / sqrt(v), s = u * u;
  if (primal(s) > S(1) / (limits<S>::epsilon * limits<S>::epsilon)) {
    T a = v * half;
    // a B(a, 1/2), which is 1 + 2 log(2) a beside 0.
    T front = primal(a) < S(1e-30) ? one + T(S(2) * numbers::ln2<S>) * a : a * beta(a, half);
    T part = pow(one / abs(u), v) / front;
    return {{part, one - part}};
  }
  T x = one / (one + s), y = s * x;
  if (primal(y) == S(0)) return {{one, T(S(0))}};
  return betainc_parts(T(v * half), half, x, y, T((t - one) * (t * x + x) * half));
}

template <class T>
SCI_HD T student_cdf(T v, T t) {
  if (isnan(v) || isnan(t) || !(v > T(0))) return limits<T>::nan;
  if (isinf(t)) return t < T(0) ? T(0) : T(1);
  if (t == T(0)) return T(0.5);
  if (isinf(v)) return erfc(-t / numbers::sqrt2<T>) / 2;
  T tail = student_is_normal(v, t) ? student_normal_tail(v, abs(t), false) : student_parts(v, t)[0] / 2;
  return t < T(0) ? tail : 1 - tail;
}

/// The tail, but for a constant, for its derivatives.
template <class T>
SCI_HD T student_tail(T v, scalar_of<T> t) {
  if (student_is_normal(primal(v), t)) return student_normal_tail(v, abs(t), abs(t) < scalar_of<T>(1));
  many<T, 2> f = student_parts(v, T(t));
  T half = T(scalar_of<T>(0.5));
  return primal(f[0]) < primal(f[1]) ? half * f[0] : -half * f[1];
}

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T stdtr(T df, T t) {
  return detail::student_cdf(df, t);
}

/// The density times sqrt(1 + t^2/v): where t is large the density underflows long before the tail does, this does not.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T student_bell(T df, T t) {
  if (isnan(df) || isnan(t) || !(df > T(0))) return limits<T>::nan;
  if (isinf(t)) return T(0);
  if (isinf(df)) return exp(-t * t / 2) * T(0.3989422804014326779399460599343819);
  T s = t * t / df, power = -df / 2;
  T beta_root = df < T(1e-30) ? 2 / sqrt(df) : sqrt(df) * beta(df / 2, T(0.5));
  if (isinf(s)) return pow(abs(t / sqrt(df)), -df) / beta_root;
  return (s < T(1) ? exp(power * log1p(s)) : pow(1 + s, power)) / beta_root;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T student_density(T df, T t) {
  const T bell = student_bell(df, t), s = t * t / df;
  if (isinf(t)) return bell;
  return bell / (isinf(s) ? abs(t / sqrt(df)) : sqrt(1 + s));
}

/// dF/dv, and the second derivative: even and odd in t like the tail.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T stdtr_ddf(T df, T t) {
  if (isnan(df) || isnan(t) || !(df > T(0))) return limits<T>::nan;
  if (t == T(0) || isinf(t) || isinf(df)) return T(0);
  T slope = detail::student_tail(variable(df), t).d;
  return t < T(0) ? slope : -slope;
}
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T stdtr_ddf2(T df, T t) {
  if (isnan(df) || isnan(t) || !(df > T(0))) return limits<T>::nan;
  if (t == T(0) || isinf(t) || isinf(df)) return T(0);
  // In double: it is what remains of terms df^2 times as large.
  T bend = T(detail::student_tail(variable2(double(df)), double(t)).d.d);
  return t < T(0) ? bend : -bend;
}

namespace detail {

/// The logit log(v / t^2) of x for the t beyond which `tail` is left, by an expansion about the normal quantile (M.
/// Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 26.7.5); NaN for few degrees of freedom.
template <class T>
SCI_HD T stdtrit_start(T v, T tail) {
  T z = -rough_normal_quantile(tail, 1 - tail), s = z * z;
  if (!(s + 1 < 2 * v) || !(z > T(0.01))) return limits<T>::nan;
  T first = (s + 1) / 4, second = ((5 * s + 16) * s + 3) / 96, third = (((3 * s + 19) * s + 17) * s - 15) / 384;
  T t = z * (1 + (first + (second + third / v) / v) / v);
  return log(v / (t * t));
}

}  // namespace detail

/// The t with F(t) = p.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T stdtrit(T df, T p) {
  if (!(df > T(0)) || !(p >= T(0) && p <= T(1))) return limits<T>::nan;
  if (p == T(0)) return -limits<T>::infinity;
  if (p == T(1)) return limits<T>::infinity;
  if (p == T(0.5)) return T(0);
  if (isinf(df)) return ndtri(p);
  T tail = min(p, 1 - p), near = detail::student_normal_inverse(df, tail);
  if (!isnan(near)) return p < T(0.5) ? -near : near;
  many<T, 2> w = detail::betaincinv_solve(df / 2, T(0.5), 2 * tail, 1 - 2 * tail, detail::stdtrit_start(df, tail));
  T t = sqrt(df) * (sqrt(w[1]) / sqrt(w[0]));
  // Where x underflows or ends its range, its leading term (DLMF 8.17.7).
  if (w[0] < limits<T>::min * 16384) {
    const T scale = df < T(1e-30) ? T(2) : df * beta(df / 2, T(0.5));
    t = sqrt(df) * pow(tail * scale, -1 / df);
  }
  return p < T(0.5) ? -t : t;
}

/// The v with F(t) = p: between its values for v = 0 and v = inf, 1/2 and the normal distribution's, F is monotone.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T stdtridf(T p, T t) {
  if (!(p > T(0) && p < T(1)) || !isfinite(t) || (p < T(0.5)) != (t < T(0)) || t == T(0) || p == T(0.5))
    return limits<T>::nan;
  // In double: the root is where the function is less sensitive than its own rounding.
  double tail = min(p, 1 - p), left = -abs(t);
  T v = T(detail::monotone_root([=](double df) { return -detail::tail_gap(detail::student_cdf(df, left), tail); }, 2.0,
                                detail::double_epsilon<T>));
  return v > T(0) && isfinite(v) ? v : limits<T>::nan;
}

}  // namespace sci
