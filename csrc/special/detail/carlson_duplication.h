// The duplication behind Carlson's elliptic integrals (special/carlson.h), on real, complex and dual numbers.
//
// Method     duplication until the arguments agree to about eps^(1/8), then the series of degree 7 in elementary
//            symmetric functions of what differs [1], [2] 19.36; dual numbers go one doubling further, since the series
//            loses a degree under differentiation. R_J's terms R_C(1, 1 + e) are made from 1 + e = 2 beta/(alpha +
//            beta), which does not cancel for small p.
// Length     each doubling brings the arguments' ratios nearer to 1 by a factor of at least 4, but for one dominating
//            argument, whose ratio to the others falls by 4: at most some 550 doublings for double, five for arguments
//            of like size.
// Weak spot  arguments more than 1e280 apart: derivatives may overflow or vanish; R_J with p < 0 beside its own zeros:
// a difference of terms of the size of R_F Sources    [1] B. C. Carlson, Numerical computation of real or complex
// elliptic integrals, Numer. Algorithms 10
//            (1995), 13-26   [2] DLMF, chapter 19   [3] B. C. Carlson, J. FitzSimons, Reduction theorems for elliptic
//            integrands with the square root of two quadratic factors, J. Comput. Appl. Math. 118 (2000), 71-85
#pragma once
#include "core/dual.h"

namespace sci {
namespace detail {

constexpr int carlson_doublings = 640;

// The hardware number under duals: carlson_value(dual<dual<complex<T>>>) is the complex<T>.
template <class U>
struct carlson_value_ {
  using type = U;
  static SCI_HD U get(U x) { return x; }
};
template <class U>
struct carlson_value_<dual<U>> {
  using type = typename carlson_value_<U>::type;
  static SCI_HD type get(dual<U> x) { return carlson_value_<U>::get(x.v); }
};
template <class U>
SCI_HD typename carlson_value_<U>::type carlson_value(U x) {
  return carlson_value_<U>::get(x);
}
template <class U>
SCI_HD bool carlson_zero(U x) {
  return x == U(0);
}
template <class U>
SCI_HD bool carlson_zero(dual<U> x) {
  return carlson_zero(x.v) && carlson_zero(x.d);
}

// The principal root. At 0 the derivative counts only in an argument that varies: elsewhere 0/0 would spoil the rest.
template <class U>
SCI_HD U carlson_root(U x) {
  return sqrt(x);
}
template <class U>
SCI_HD dual<U> carlson_root(dual<U> x) {
  U y = carlson_root(x.v);
  return {y, carlson_zero(x.d) ? U(0) : x.d / (y + y)};
}

// Is x on the negative real axis? Real: is it negative?
template <class T>
SCI_HD bool carlson_on_cut(T x) {
  return x < T(0);
}
template <class T>
SCI_HD bool carlson_on_cut(complex<T> x) {
  return x.im == T(0) && x.re < T(0);
}

// eps^(1/8) with the constants of the truncated series; duals keep one degree less.
template <class T, bool Dual>
constexpr T carlson_radius = is_same<T, float> ? (Dual ? T(0.035) : T(0.08)) : (Dual ? T(2e-3) : T(6.5e-3));

/// The series that R_D and R_J share, DLMF 19.36.2, with its terms of degree 6 and 7.
template <class U>
SCI_HD U carlson_series(U e2, U e3, U e4, U e5) {
  using S = scalar_of<typename carlson_value_<U>::type>;
  auto n = [](double value) { return U(S(value)); };
  U low = e2 * (n(-3.0 / 14) + e2 * (n(9.0 / 88) - e2 * n(1.0 / 16)) - e3 * n(9.0 / 52));
  U mid = e3 * (n(1.0 / 6) + e3 * n(3.0 / 40) + e2 * e2 * n(45.0 / 272) - e4 * n(9.0 / 68));
  U high = e4 * (e2 * n(3.0 / 20) - n(3.0 / 22)) + e5 * (n(3.0 / 26) - e2 * n(9.0 / 68));
  return n(1) + (low + (mid + high));
}

/// R_C by duplication, y off the negative axis: for complex and dual numbers, and beside x = y.
template <class U>
SCI_HD_LARGE U carlson_c(U x, U y) {
  using S = scalar_of<typename carlson_value_<U>::type>;
  auto n = [](double value) { return U(S(value)); };
  U mean = (x + y + y) / n(3), difference = y - mean;
  S size = abs1(carlson_value(difference)) / (carlson_radius<S, true>), power = S(1);
  SCI_NO_UNROLL
  for (int k = 0; k < carlson_doublings && !(size * power < abs1(carlson_value(mean))); ++k) {
    U root = carlson_root(x) * carlson_root(y), shift = root + root + y;
    x = (x + shift) / n(4);
    y = (y + shift) / n(4);
    mean = (mean + shift) / n(4);
    power /= S(4);
  }
  U s = difference * U(power) / mean;
  U tail = n(3.0 / 8) + s * (n(9.0 / 22) + s * (n(159.0 / 208) + s * n(9.0 / 8)));
  return (n(1) + s * s * (n(3.0 / 10) + s * (n(1.0 / 7) + s * tail))) / carlson_root(mean);
}

template <class U>
SCI_HD_LARGE U carlson_f(U x, U y, U z) {
  using V = typename carlson_value_<U>::type;
  using S = scalar_of<V>;
  auto n = [](double value) { return U(S(value)); };
  U mean = (x + y + z) / n(3), dx = mean - x, dy = mean - y;
  S size = max(max(abs1(carlson_value(dx)), abs1(carlson_value(dy))), abs1(carlson_value(mean - z)));
  size /= carlson_radius<S, !is_same<U, V>>;
  S power = S(1);
  SCI_NO_UNROLL
  for (int k = 0; k < carlson_doublings && !(size * power < abs1(carlson_value(mean))); ++k) {
    U rx = carlson_root(x), ry = carlson_root(y), rz = carlson_root(z), shift = rx * (ry + rz) + ry * rz;
    x = (x + shift) / n(4);
    y = (y + shift) / n(4);
    z = (z + shift) / n(4);
    mean = (mean + shift) / n(4);
    power *= S(0.25);
  }
  U a = dx * U(power) / mean, b = dy * U(power) / mean, c = -(a + b), e2 = a * b - c * c, e3 = a * b * c;
  U quadratic = n(1.0 / 24) - e2 * n(5.0 / 208) + e3 * n(1.0 / 16);
  U bracket = e2 * (e2 * quadratic - n(0.1) - e3 * n(3.0 / 44)) + e3 * (n(1.0 / 14) + e3 * n(3.0 / 104));
  return (n(1) + bracket) / carlson_root(mean);
}

template <class U>
SCI_HD_LARGE U carlson_d(U x, U y, U z) {
  using V = typename carlson_value_<U>::type;
  using S = scalar_of<V>;
  auto n = [](double value) { return U(S(value)); };
  U mean = (x + y + n(3) * z) / n(5), dx = mean - x, dy = mean - y, sum = n(0);
  S size = max(max(abs1(carlson_value(dx)), abs1(carlson_value(dy))), abs1(carlson_value(mean - z)));
  size /= carlson_radius<S, !is_same<U, V>>;
  S power = S(1);
  SCI_NO_UNROLL
  for (int k = 0; k < carlson_doublings && !(size * power < abs1(carlson_value(mean))); ++k) {
    U rx = carlson_root(x), ry = carlson_root(y), rz = carlson_root(z), shift = rx * (ry + rz) + ry * rz;
    // A dual's product would overflow where arguments are far apart.
    sum = sum + (is_same<U, V> ? U(power) / (rz * (z + shift)) : U(power) / rz / (z + shift));
    x = (x + shift) / n(4);
    y = (y + shift) / n(4);
    z = (z + shift) / n(4);
    mean = (mean + shift) / n(4);
    power *= S(0.25);
  }
  U a = dx * U(power) / mean, b = dy * U(power) / mean, c = -(a + b) / n(3), ab = a * b, cc = c * c;
  U series = carlson_series(ab - n(6) * cc, (n(3) * ab - n(8) * cc) * c, n(3) * (ab - cc) * cc, ab * cc * c);
  return n(3) * sum + U(power) * series / (mean * carlson_root(mean));
}

template <class U>
SCI_HD_LARGE U carlson_j(U x, U y, U z, U p) {
  using V = typename carlson_value_<U>::type;
  using S = scalar_of<V>;
  auto n = [](double value) { return U(S(value)); };
  U mean = (x + y + z + p + p) / n(5), dx = mean - x, dy = mean - y, dz = mean - z, sum = n(0);
  S size = max(abs1(carlson_value(dx)), max(abs1(carlson_value(dy)), abs1(carlson_value(dz))));
  size = max(size, abs1(carlson_value(mean - p))) / carlson_radius<S, !is_same<U, V>>;
  S power = S(1);
  SCI_NO_UNROLL
  for (int k = 0; k < carlson_doublings && !(size * power < abs1(carlson_value(mean))); ++k) {
    U rx = carlson_root(x), ry = carlson_root(y), rz = carlson_root(z), rp = carlson_root(p);
    U shift = rx * (ry + rz) + ry * rz, beta = rp * (p + shift);
    U d = beta + (p * (rx + ry + rz) + rx * ry * rz);
    sum = sum + U(power) / d * carlson_c(n(1), (beta + beta) / d);
    x = (x + shift) / n(4);
    y = (y + shift) / n(4);
    z = (z + shift) / n(4);
    p = (p + shift) / n(4);
    mean = (mean + shift) / n(4);
    power *= S(0.25);
  }
  U a = dx * U(power) / mean, b = dy * U(power) / mean, c = dz * U(power) / mean, q = -(a + b + c) / n(2), qq = q * q;
  U abc = a * b * c, e2 = a * b + a * c + b * c - n(3) * qq;
  U e4 = (n(2) * abc + (e2 + n(3) * qq) * q) * q;
  U series = carlson_series(e2, abc + (n(2) * e2 + n(4) * qq) * q, e4, abc * qq);
  return n(6) * sum + U(power) * series / (mean * carlson_root(mean));
}

/// R_J(x, y, z, -q), q > 0, real x, y, z >= 0: Cauchy's principal value, DLMF 19.20.14.
template <class U>
SCI_HD U carlson_j_principal(U x, U y, U z, U q) {
  using S = scalar_of<U>;
  if (z < y) swap(y, z);
  if (y < x) swap(x, y);
  if (z < y) swap(y, z);
  U xy = x * y, r = (z * (x + y + q) - xy) / (z + q), rq = r * q, three = U(S(3));
  U circular = carlson_zero(xy) ? U(S(0)) : carlson_root(xy * z / (xy + rq)) * carlson_c(xy + rq, rq);
  U regular = (z - x) * ((z - y) / (z + q)) * carlson_j(x, y, z, r);
  return (three * (circular - carlson_f(x, y, z)) - regular) / (z + q);
}

// ---- domains and scales ------------------------------------------------------------------------------------------

template <class S>
struct carlson_factor {
  S square, root;  // root^2 = square, a power of 4
};
/// Brings the largest argument into the range where sums (`Degree` 1), or products of three roots and results of degree
/// -3/2 (2), or products of two arguments with those (3), neither overflow nor are subnormal; no further, since small
/// arguments beside large ones count. To 1 for `Degree` 4.
template <int Degree, class S>
SCI_HD carlson_factor<S> carlson_scale(S largest) {
  constexpr int most = limits<S>::max_exponent;
  constexpr int limit = Degree == 1 ? most - 12 : Degree == 2 ? most * 5 / 8 : Degree == 3 ? most / 4 : 1;
  int k = 0;
  frexp(largest, &k);
  k = (k > limit ? limit - k : k < -limit ? -limit - k : 0) / 2;
  return {ldexp(S(1), 2 * k), ldexp(S(1), k)};
}

/// Has an argument, x before, lost digits to its scale?
template <class V>
SCI_HD bool carlson_lost(V x, V scaled) {
  return x != V(scalar_of<V>(0)) && abs1(scaled) < limits<scalar_of<V>>::min;
}

template <class V>
SCI_HD int carlson_zeros(V x, V y, V z) {
  return int(x == V(0)) + int(y == V(0)) + int(z == V(0));
}

// What is known of an integral before it is computed. `regular` ones are computed.
enum class carlson_case { regular, principal, undefined, infinite, zero };

template <class V>
SCI_HD carlson_case carlson_case_of(V x, V y, V z) {
  if (isnan(x) || isnan(y) || isnan(z)) return carlson_case::undefined;
  if (carlson_on_cut(x) || carlson_on_cut(y) || carlson_on_cut(z)) return carlson_case::undefined;
  if (isinf(x) || isinf(y) || isinf(z)) return carlson_case::zero;
  return carlson_zeros(x, y, z) > 1 ? carlson_case::infinite : carlson_case::regular;
}

// Where the duplication gives R_J: proved in [1], [3] but for real x, y, z, where quadrature agrees for every p.
template <class T>
SCI_HD bool carlson_j_holds(T, T, T, T) {
  return true;
}
template <class T>
SCI_HD bool carlson_j_holds(complex<T> x, complex<T> y, complex<T> z, complex<T> p) {
  if (x.re >= T(0) && y.re >= T(0) && z.re >= T(0) && p.re > T(0)) return true;
  if (x.im == T(0) && y.im == T(0) && z.im == T(0)) return true;
  auto pair = [](complex<T> r, complex<T> a, complex<T> b) { return r.im == T(0) && a.re == b.re && a.im == -b.im; };
  return pair(x, y, z) || pair(y, z, x) || pair(z, x, y);
}

template <class V>
SCI_HD carlson_case carlson_j_case(V x, V y, V z, V p) {
  if (isnan(p) || p == V(0)) return carlson_case::undefined;
  carlson_case others = carlson_case_of(x, y, z);
  if (others != carlson_case::regular) return others;
  if (isinf(p)) return carlson_case::zero;
  if (carlson_on_cut(p)) {
    bool all_real = imag(x) == 0 && imag(y) == 0 && imag(z) == 0;
    return all_real ? carlson_case::principal : carlson_case::undefined;
  }
  return carlson_j_holds(x, y, z, p) ? carlson_case::regular : carlson_case::undefined;
}

template <class T>
SCI_HD T carlson_undefined(T) {
  return limits<T>::nan;
}
template <class T>
SCI_HD complex<T> carlson_undefined(complex<T>) {
  return {limits<T>::nan, limits<T>::nan};
}
template <class V>
SCI_HD V carlson_constant(carlson_case which) {
  using S = scalar_of<V>;
  if (which == carlson_case::zero) return V(S(0));
  if (which == carlson_case::infinite) return V(limits<S>::infinity);
  return carlson_undefined(V(S(0)));
}

// ---- derivatives of an integral of N arguments of degree -3/2 ------------------------------------------------------

struct carlson_integral_d {
  static constexpr int arguments = 3;
  template <class U>
  static SCI_HD U apply(const U* a) {
    return carlson_d(a[0], a[1], a[2]);
  }
};
struct carlson_integral_j {
  static constexpr int arguments = 4;
  template <class U>
  static SCI_HD U apply(const U* a) {
    return carlson_j(a[0], a[1], a[2], a[3]);
  }
};
struct carlson_integral_j_principal {
  static constexpr int arguments = 4;
  template <class U>
  static SCI_HD U apply(const U* a) {
    return carlson_j_principal(a[0], a[1], a[2], -a[3]);
  }
};

template <class F, class V>
SCI_HD_LARGE void carlson_gradient(const V* at, V* out) {
  constexpr int N = F::arguments;
  SCI_NO_UNROLL
  for (int i = 0; i < N; ++i) {
    dual<V> a[N];
    for (int j = 0; j < N; ++j) a[j] = dual<V>(at[j], V(scalar_of<V>(i == j)));
    out[i] = F::apply(a).d;
  }
}
// Rows of the upper triangle, one after the other.
template <class F, class V>
SCI_HD_LARGE void carlson_hessian(const V* at, V* out) {
  constexpr int N = F::arguments;
  using S = scalar_of<V>;
  int place = 0;
  SCI_NO_UNROLL
  for (int i = 0; i < N; ++i) {
    SCI_NO_UNROLL
    for (int k = i; k < N; ++k) {
      dual<dual<V>> a[N];
      for (int j = 0; j < N; ++j) a[j] = {dual<V>(at[j], V(S(j == k))), dual<V>(V(S(j == i)), V(S(0)))};
      out[place++] = F::apply(a).d.d;
    }
  }
}

}  // namespace detail
}  // namespace sci
