// Trigonometric functions of angles in degrees, exact at multiples of 30 and 45 degrees, and angles in degrees, minutes
// and seconds as radians.
//
// x = 90 k + r with |r| <= 45: exact, since both x and 90 k are multiples of x's last place; from 2^digits on x = M 2^e
// is first taken mod 360, where powers of two repeat, 2^15 = 2^3. Sine and cosine of r pi / 180, whose rounding error
// the sine keeps, by the polynomials of sinc.h: all without calls or branches. r = +-30, +-45 have their values.
//
// Error (measured): 2 ulp.
#pragma once
#include "special/sinc.h"

namespace sci {
namespace detail {

/// A number congruent to x mod 360, |x| >= 2^digits; U has the bits of T.
template <class U, int digits, class T>
SCI_HD T degrees_wrap(T x) {
  constexpr U one = U(1) << digits, bias = digits + (digits == 52 ? 1023 : 127);
  U bits = __builtin_bit_cast(U, x), field = (bits >> digits) & (digits == 52 ? 2047 : 255);
  T whole = __builtin_bit_cast(T, U((bits & (one - 1)) | (bias << digits)));
  whole = whole - T(360) * rint(whole / T(360));
  T e = T(int32_t(field) - int32_t(bias)), turns = floor((e - T(3)) / T(12));
  e = e < T(3) ? e : e - T(12) * turns;
  T power = __builtin_bit_cast(T, U(U(int32_t(e) + int32_t(bias) - digits) << digits));
  return copysign(whole * power, x * whole);
}
SCI_HD double degrees_wrap(double x) { return degrees_wrap<uint64_t, 52>(x); }
SCI_HD float degrees_wrap(float x) { return degrees_wrap<uint32_t, 23>(x); }

/// The remainder r in [-45, 45], k mod 4, and sine and cosine of r degrees.
template <class T>
struct degrees_parts {
  T r, quarter, sine, cosine;
  SCI_HD explicit degrees_parts(T x) {
    constexpr bool single = is_same<T, float>;
    constexpr T degree = T(0.017453292519943295769), rest = single ? T(1.35199605279e-10) : T(2.94865227087e-19);
    T near = abs(x) < (single ? T(8388608) : T(4503599627370496)) ? x : degrees_wrap(x);
    T k = rint(near / T(90));
    quarter = k - T(4) * floor(k / T(4));
    r = near - T(90) * k;
    T t = rounded_product(r, degree), low = fma(r, degree, -t) + r * rest, s = r / T(180), z = s * s;
    sine = t + (t * (z * sinc_rest(z)) + low);
    sine = abs(r) == T(30) ? copysign(T(0.5), r) : sine;
    cosine = T(1) + z * sinc_cosine_rest(z);
  }
  SCI_HD bool odd() const { return quarter == T(1) || quarter == T(3); }
  SCI_HD bool back() const { return quarter >= T(2); }
};

}  // namespace detail

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T sindg(T x) {
  detail::degrees_parts<T> a(x);
  T value = a.odd() ? a.cosine : a.sine;
  value = a.back() ? -value : value;
  value = !a.odd() && a.r == T(0) ? copysign(T(0), x) : value;
  return isfinite(x) ? value : limits<T>::nan;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cosdg(T x) {
  detail::degrees_parts<T> a(x);
  T value = a.odd() ? -a.sine : a.cosine;
  value = a.back() ? -value : value;
  value = a.odd() && a.r == T(0) ? T(0) : value;
  return isfinite(x) ? value : limits<T>::nan;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tandg(T x) {
  detail::degrees_parts<T> a(x);
  T value = a.odd() ? -a.cosine / a.sine : a.sine / a.cosine;
  value = abs(a.r) == T(45) ? copysign(T(1), a.odd() ? -a.r : a.r) : value;
  value = a.r == T(0) ? (a.odd() ? limits<T>::infinity : copysign(T(0), x)) : value;
  return isfinite(x) ? value : limits<T>::nan;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cotdg(T x) {
  detail::degrees_parts<T> a(x);
  T value = a.odd() ? -a.sine / a.cosine : a.cosine / a.sine;
  value = abs(a.r) == T(45) ? copysign(T(1), a.odd() ? -a.r : a.r) : value;
  value = a.r == T(0) ? (a.odd() ? T(0) : limits<T>::infinity) : value;
  return isfinite(x) ? value : limits<T>::nan;
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T tandg_pullback(T grad, T, T out) {
  constexpr T degree = numbers::pi<T> / T(180);
  return grad * (degree * out * out + degree);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T cotdg_pullback(T grad, T x, T out) {
  return -tandg_pullback(grad, x, out);
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T radian(T d, T m, T s) {
  if constexpr (is_same<T, float>) return float(radian(double(d), double(m), double(s)));  // seconds may overflow
  return ((d * T(60) + m) * T(60) + s) * (numbers::pi<T> / T(648000));
}

template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD many<T, 3> radian_pullback(T grad, T, T, T, T) {
  constexpr T degree = numbers::pi<T> / T(180);
  return {{grad * degree, grad * (degree / T(60)), grad * (degree / T(3600))}};
}

/// To the nearest integer, halves to the even one.
template <class T, class = typename enable_if<is_hardware<T>>::type>
SCI_HD T round(T x) {
  return x == T(0) ? x : rint(x) + T(0);  // -0 to itself only, as in SciPy
}

}  // namespace sci
