// Complex numbers for both compilers (NVRTC has no <complex>), over float, double or a dual number. The layout is
// that of std::complex and of torch's. Products are the plain ones: no recovery of infinities from NaNs.
#pragma once
#include "core/platform.h"

namespace sci {

template <class T>
struct complex {
  T re, im;
  SCI_HD constexpr complex() : re(), im() {}
  SCI_HD constexpr complex(T real) : re(real), im(T(0)) {}
  SCI_HD constexpr complex(T real, T imag) : re(real), im(imag) {}
  template <class U>
  explicit SCI_HD constexpr complex(complex<U> z) : re(T(z.re)), im(T(z.im)) {}

  SCI_HD complex& operator+=(complex z) { return *this = *this + z; }
  SCI_HD complex& operator-=(complex z) { return *this = *this - z; }
  SCI_HD complex& operator*=(complex z) { return *this = *this * z; }
  SCI_HD complex& operator/=(complex z) { return *this = *this / z; }
  SCI_HD complex operator-() const { return {-re, -im}; }
  SCI_HD complex operator+() const { return *this; }

  // Friends, so that a real number on either side converts without templates having to deduce it.
  friend SCI_HD complex operator+(complex a, complex b) { return {a.re + b.re, a.im + b.im}; }
  friend SCI_HD complex operator-(complex a, complex b) { return {a.re - b.re, a.im - b.im}; }
  friend SCI_HD complex operator*(complex a, complex b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend SCI_HD complex operator+(complex a, T b) { return {a.re + b, a.im}; }
  friend SCI_HD complex operator+(T a, complex b) { return {a + b.re, b.im}; }
  friend SCI_HD complex operator-(complex a, T b) { return {a.re - b, a.im}; }
  friend SCI_HD complex operator-(T a, complex b) { return {a - b.re, -b.im}; }
  friend SCI_HD complex operator*(complex a, T b) { return {a.re * b, a.im * b}; }
  friend SCI_HD complex operator*(T a, complex b) { return {a * b.re, a * b.im}; }
  friend SCI_HD complex operator/(complex a, T b) { return {a.re / b, a.im / b}; }
  // Smith's division (Comm. ACM 5, 1962): no overflow of |b|^2.
  friend SCI_HD complex operator/(complex a, complex b) {
    if (abs(primal(b.re)) >= abs(primal(b.im))) {
      if (primal(b.re) == 0 && primal(b.im) == 0) return {a.re / b.re, a.im / b.re};
      T r = b.im / b.re, d = b.re + b.im * r;
      return {(a.re + a.im * r) / d, (a.im - a.re * r) / d};
    }
    T r = b.re / b.im, d = b.re * r + b.im;
    return {(a.re * r + a.im) / d, (a.im * r - a.re) / d};
  }
  friend SCI_HD complex operator/(T a, complex b) { return complex(a) / b; }
  friend SCI_HD bool operator==(complex a, complex b) { return a.re == b.re && a.im == b.im; }
  friend SCI_HD bool operator!=(complex a, complex b) { return !(a == b); }
};

template <class T>
struct scalar_of_<complex<T>> {
  using type = scalar_of<T>;
};
template <class T>
constexpr bool is_complex = false;
template <class T>
constexpr bool is_complex<complex<T>> = true;

/// The real type of a number, complex or not.
template <class T>
struct real_of_ {
  using type = T;
};
template <class T>
struct real_of_<complex<T>> {
  using type = T;
};
template <class T>
using real_of = typename real_of_<T>::type;

template <class T>
SCI_HD auto primal(complex<T> z) -> complex<decltype(primal(z.re))> {
  return {primal(z.re), primal(z.im)};
}

template <class T>
SCI_HD T real(complex<T> z) {
  return z.re;
}
template <class T>
SCI_HD T imag(complex<T> z) {
  return z.im;
}
SCI_HD double real(double x) { return x; }
SCI_HD float real(float x) { return x; }
SCI_HD double imag(double) { return 0; }
SCI_HD float imag(float) { return 0; }
template <class T>
SCI_HD complex<T> conj(complex<T> z) {
  return {z.re, -z.im};
}
SCI_HD double conj(double x) { return x; }
SCI_HD float conj(float x) { return x; }
template <class T>
SCI_HD T abs(complex<T> z) {
  return hypot(z.re, z.im);
}
/// |re| + |im|: a cheap size for stopping rules, within sqrt(2) of the modulus.
template <class T>
SCI_HD T abs1(complex<T> z) {
  return abs(z.re) + abs(z.im);
}
SCI_HD double abs1(double x) { return abs(x); }
SCI_HD float abs1(float x) { return abs(x); }
template <class T>
SCI_HD T arg(complex<T> z) {
  return atan2(z.im, z.re);
}
template <class T>
SCI_HD T norm(complex<T> z) {
  return z.re * z.re + z.im * z.im;
}
SCI_HD double norm(double x) { return x * x; }
SCI_HD float norm(float x) { return x * x; }
template <class T>
SCI_HD bool isnan(complex<T> z) {
  return isnan(z.re) || isnan(z.im);
}
template <class T>
SCI_HD bool isfinite(complex<T> z) {
  return isfinite(z.re) && isfinite(z.im);
}
template <class T>
SCI_HD bool isinf(complex<T> z) {
  return isinf(z.re) || isinf(z.im);
}
template <class T>
SCI_HD complex<T> times_i(complex<T> z) {
  return {-z.im, z.re};
}

template <class T>
SCI_HD complex<T> polar(T modulus, T angle) {
  return {modulus * cos(angle), modulus * sin(angle)};
}

template <class T>
SCI_HD complex<T> exp(complex<T> z) {
  T modulus = exp(z.re);
  if constexpr (is_hardware<T>) {           // a dual number's derivatives need the sine and cosine
    if (z.im == 0) return {modulus, z.im};  // keeps the sign of a zero, also at modulus = inf
  }
  // exp(re) may overflow where exp(re) cos(im) does not.
  if (!isfinite(primal(modulus)) && isfinite(primal(z.re))) {
    T half = exp(z.re / T(2));
    return {half * cos(z.im) * half, half * sin(z.im) * half};
  }
  return {modulus * cos(z.im), modulus * sin(z.im)};
}

// log|z| without the loss that log(hypot) has near |z| = 1.
template <class T>
SCI_HD T log_abs(complex<T> z) {
  T x = abs(z.re), y = abs(z.im);
  if (primal(x) < primal(y)) swap(x, y);
  auto big = primal(x);
  if (big > 0.5 && big < 2) {
    // |z|^2 - 1 = (x - 1)(x + 1) + y^2
    return log1p((x - T(1)) * (x + T(1)) + y * y) / T(2);
  }
  if (big == 0 || !isfinite(big)) return log(big == 0 ? x : T(hypot(x, y)));
  T q = y / x;
  return log(x) + log1p(q * q) / T(2);
}

template <class T>
SCI_HD complex<T> log(complex<T> z) {
  return {log_abs(z), arg(z)};
}

template <class T>
SCI_HD complex<T> sqrt(complex<T> z) {
  if (primal(z.re) == 0 && primal(z.im) == 0) return {sqrt(abs(z.re)), z.im};
  if (isinf(primal(z.im))) return {abs(z.im), z.im};
  // Scaled by an even power of two, so that |z| + |re| neither overflows nor is subnormal.
  using S = scalar_of<T>;
  S big = max(abs(primal(z.re)), abs(primal(z.im)));
  T scale = T(1), back = T(1);
  if (big > limits<S>::max / S(8)) {
    scale = T(S(1) / S(16));
    back = T(S(4));
  } else if (big < limits<S>::min * S(16)) {
    int k = limits<S>::digits + (limits<S>::digits & 1);
    scale = T(ldexp(S(1), 2 * k));
    back = T(ldexp(S(1), -k));
  }
  z = {z.re * scale, z.im * scale};
  T t = sqrt((abs(z) + abs(z.re)) / T(2));
  if (primal(z.re) >= 0) return {t * back, z.im / (T(2) * t) * back};
  T re = abs(z.im) / (T(2) * t) * back, im = t * back;
  return {re, signbit(primal(z.im)) ? -im : im};
}

template <class T>
SCI_HD complex<T> pow(complex<T> z, complex<T> w) {
  if (primal(z.re) == 0 && primal(z.im) == 0)
    return primal(w.re) == 0 && primal(w.im) == 0 ? complex<T>(T(1)) : complex<T>(T(0));
  return exp(w * log(z));
}
template <class T>
SCI_HD complex<T> pow(complex<T> z, T p) {
  if (primal(z.re) == 0 && primal(z.im) == 0) return complex<T>(pow(abs(z.re), p));
  return polar(T(exp(p * log_abs(z))), T(p * arg(z)));
}

template <class T>
SCI_HD complex<T> sin(complex<T> z) {
  return {sin(z.re) * cosh(z.im), cos(z.re) * sinh(z.im)};
}
template <class T>
SCI_HD complex<T> cos(complex<T> z) {
  return {cos(z.re) * cosh(z.im), -(sin(z.re) * sinh(z.im))};
}
template <class T>
SCI_HD complex<T> sinh(complex<T> z) {
  return {sinh(z.re) * cos(z.im), cosh(z.re) * sin(z.im)};
}
template <class T>
SCI_HD complex<T> cosh(complex<T> z) {
  return {cosh(z.re) * cos(z.im), sinh(z.re) * sin(z.im)};
}
template <class T>
SCI_HD complex<T> sinpi(complex<T> z) {
  T y = numbers::pi<scalar_of<T>> * z.im;
  return {sinpi(z.re) * cosh(y), cospi(z.re) * sinh(y)};
}
template <class T>
SCI_HD complex<T> cospi(complex<T> z) {
  T y = numbers::pi<scalar_of<T>> * z.im;
  return {cospi(z.re) * cosh(y), -(sinpi(z.re) * sinh(y))};
}

/// exp(z) - 1 without cancellation: e^x cos y - 1 = expm1(x) cos y - 2 sin^2(y/2).
template <class T>
SCI_HD complex<T> expm1(complex<T> z) {
  if (isinf(primal(z.re)) && !isfinite(primal(z.im)))  // as C's cexp has it
    return primal(z.re) > 0 ? complex<T>{z.re, T(limits<scalar_of<T>>::nan)} : complex<T>{T(-1), T(0)};
  if (primal(z.re) > 40) return exp(z);  // which knows what to do where e^x overflows; 1 is nothing beside it
  if (is_hardware<T> && primal(z.im) == 0) return {expm1(z.re), z.im};
  T s = sin(z.im / T(2));
  return {expm1(z.re) * cos(z.im) - T(2) * s * s, exp(z.re) * sin(z.im)};
}
/// log(1 + z) without cancellation near z = 0.
template <class T>
SCI_HD complex<T> log1p(complex<T> z) {
  if (abs(primal(z.re)) > 0.5 || abs(primal(z.im)) > 0.5) return log(z + T(1));
  return {log1p(z.re * (z.re + T(2)) + z.im * z.im) / T(2), atan2(z.im, z.re + T(1))};
}

}  // namespace sci
