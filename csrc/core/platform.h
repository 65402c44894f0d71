// The only file that asks which compiler this is. g++ compiles the library for the CPU; NVRTC compiles the same
// headers for CUDA, without any standard header. Everything else in csrc/ uses the names in namespace sci.
#pragma once

#ifdef __CUDACC_RTC__
#define SCI_HD __host__ __device__ inline
#define SCI_HD_LARGE __host__ __device__ __noinline__
#define SCI_NO_UNROLL _Pragma("unroll 1")
#define SCI_DEVICE 1
using int64_t = long long;
using uint64_t = unsigned long long;
using int32_t = int;
using uint32_t = unsigned int;
#else
#include <cmath>
#include <cstdint>
#include <cstring>
#define SCI_HD inline
#define SCI_HD_LARGE inline
#define SCI_NO_UNROLL
#define SCI_DEVICE 0
#endif
// Units that hold only inner loops are compiled again for AVX2 (SCI_WIDE v3) and AVX-512 (v4), where the elementary
// functions are those of core/wide.h. SCI_FLATTEN marks the loop into which everything is to be inlined.
#ifdef SCI_WIDE
#define SCI_FLATTEN __attribute__((flatten))
#else
#define SCI_FLATTEN
#endif
// SCI_HD_LARGE marks a function template too large to be copied into each of its callers, SCI_NO_UNROLL stands before a
// loop that should stay one: NVRTC inlines and unrolls without measure, and then compiles for minutes.

// A table of constants inside a function: `SCI_TABLE(double, name) = {...};`. On the GPU it becomes constant data.
#define SCI_TABLE(T, name) static constexpr T name[]

namespace sci {

// ---- type traits that <type_traits> would give, were it there under NVRTC --------------------------------------

template <bool Condition, class T = void>
struct enable_if {};
template <class T>
struct enable_if<true, T> {
  using type = T;
};
template <class A, class B>
constexpr bool is_same = false;
template <class A>
constexpr bool is_same<A, A> = true;

/// float or double: the numbers that the hardware has.
template <class T>
constexpr bool is_hardware = is_same<T, float> || is_same<T, double>;

// ---- limits ----------------------------------------------------------------------------------------------------

template <class T>
struct limits;

template <>
struct limits<float> {
  static constexpr int digits = 24;
  static constexpr int max_exponent = 128;
  static constexpr int min_exponent = -125;
  static constexpr float epsilon = 1.1920928955078125e-07f;  // 2^-23
  static constexpr float min = 1.1754943508222875e-38f;      // smallest normal number
  static constexpr float max = 3.4028234663852886e+38f;
  static constexpr float infinity = __builtin_bit_cast(float, 0x7f800000u);
  static constexpr float nan = __builtin_bit_cast(float, 0x7fc00000u);
  static constexpr float log_max = 88.72283905206835f;
  static constexpr float log_min = -87.33654475055310f;
};

template <>
struct limits<double> {
  static constexpr int digits = 53;
  static constexpr int max_exponent = 1024;
  static constexpr int min_exponent = -1021;
  static constexpr double epsilon = 2.2204460492503131e-16;  // 2^-52
  static constexpr double min = 2.2250738585072014e-308;
  static constexpr double max = 1.7976931348623157e+308;
  static constexpr double infinity = __builtin_bit_cast(double, 0x7ff0000000000000ull);
  static constexpr double nan = __builtin_bit_cast(double, 0x7ff8000000000000ull);
  static constexpr double log_max = 709.782712893383996732;
  static constexpr double log_min = -708.396418532264106224;
};

// ---- constants, 40 digits --------------------------------------------------------------------------------------

namespace numbers {
template <class T>
constexpr T pi = T(3.1415926535897932384626433832795028841972L);
template <class T>
constexpr T e = T(2.7182818284590452353602874713526624977572L);
template <class T>
constexpr T ln2 = T(0.6931471805599453094172321214581765680755L);
template <class T>
constexpr T ln_pi = T(1.1447298858494001741434273513530587116473L);
template <class T>
constexpr T egamma = T(0.5772156649015328606065120900824024310422L);
template <class T>
constexpr T sqrt2 = T(1.4142135623730950488016887242096980785697L);
template <class T>
constexpr T sqrt_pi = T(1.7724538509055160272981674833411451827975L);
template <class T>
constexpr T inv_pi = T(0.3183098861837906715377675267450287240689L);
template <class T>
constexpr T inv_sqrt_pi = T(0.5641895835477562869480794515607725858441L);
}  // namespace numbers

// ---- elementary functions on float and double, under our own names ---------------------------------------------
// One list: both compilers have these as overloads (std:: on the host, the global namespace on the device).

#if SCI_DEVICE
#define SCI_FROM(f) ::f
#define SCI_FROM_F(name) ::name##f
#else
#define SCI_FROM(f) std::f
#define SCI_FROM_F(f) std::f
#endif
#define SCI_UNARY(f)                                   \
  SCI_HD double f(double x) { return SCI_FROM(f)(x); } \
  SCI_HD float f(float x) { return SCI_FROM_F(f)(x); }
#define SCI_BINARY(f)                                               \
  SCI_HD double f(double x, double y) { return SCI_FROM(f)(x, y); } \
  SCI_HD float f(float x, float y) { return SCI_FROM_F(f)(x, y); }
#ifndef SCI_WIDE
SCI_UNARY(exp)
SCI_UNARY(exp2)
SCI_UNARY(expm1)
SCI_UNARY(log)
SCI_UNARY(log1p)
#endif
SCI_UNARY(sqrt)
SCI_UNARY(cbrt)
SCI_UNARY(log2)
SCI_UNARY(log10)
SCI_UNARY(sin)
SCI_UNARY(cos)
SCI_UNARY(tan)
SCI_UNARY(asin)
SCI_UNARY(acos)
SCI_UNARY(atan)
SCI_UNARY(sinh)
SCI_UNARY(cosh)
SCI_UNARY(tanh)
SCI_UNARY(asinh)
SCI_UNARY(acosh)
SCI_UNARY(atanh)
SCI_UNARY(floor)
SCI_UNARY(ceil)
SCI_UNARY(trunc)
SCI_UNARY(rint)
SCI_BINARY(pow)
SCI_BINARY(atan2)
SCI_BINARY(hypot)
SCI_BINARY(fmod)
SCI_BINARY(copysign)
SCI_BINARY(nextafter)
#undef SCI_BINARY

SCI_HD double fma(double x, double y, double z) { return SCI_FROM(fma)(x, y, z); }
SCI_HD float fma(float x, float y, float z) { return SCI_FROM_F(fma)(x, y, z); }
/// x y as a number of its own, whose rounding error is looked at: a GPU's compiler fuses other products with the sums
/// they stand in, which then do not have the error.
template <class T>
SCI_HD T rounded_product(T x, T y) {
  return x * y;
}
#if SCI_DEVICE
SCI_HD double rounded_product(double x, double y) { return __dmul_rn(x, y); }
SCI_HD float rounded_product(float x, float y) { return __fmul_rn(x, y); }
#endif
SCI_HD double ldexp(double x, int n) { return SCI_FROM(ldexp)(x, n); }
SCI_HD float ldexp(float x, int n) { return SCI_FROM_F(ldexp)(x, n); }
SCI_HD double frexp(double x, int* n) { return SCI_FROM(frexp)(x, n); }
SCI_HD float frexp(float x, int* n) { return SCI_FROM_F(frexp)(x, n); }
SCI_HD double abs(double x) { return SCI_FROM(fabs)(x); }
SCI_HD float abs(float x) { return SCI_FROM_F(fabs)(x); }
#if SCI_DEVICE
SCI_UNARY(exp10)
#elif !defined SCI_WIDE
SCI_HD double exp10(double x) { return std::pow(10.0, x); }  // exact where it can be, unlike exp10 of some C libraries
SCI_HD float exp10(float x) { return std::pow(10.0f, x); }
#endif
#undef SCI_UNARY
#undef SCI_FROM
#undef SCI_FROM_F

#ifdef SCI_WIDE
}  // namespace sci
#include "core/wide.h"
namespace sci {
#define SCI_UNARY(f)                               \
  SCI_HD double f(double x) { return wide::f(x); } \
  SCI_HD float f(float x) { return wide::f(x); }
SCI_UNARY(exp)
SCI_UNARY(exp2)
SCI_UNARY(exp10)
SCI_UNARY(expm1)
SCI_UNARY(log)
SCI_UNARY(log1p)
#undef SCI_UNARY
#endif

SCI_HD int abs(int x) { return x < 0 ? -x : x; }
SCI_HD int64_t abs(int64_t x) { return x < 0 ? -x : x; }

template <class T>
SCI_HD bool isnan(T x) {
  return x != x;
}
SCI_HD bool isinf(double x) { return abs(x) > limits<double>::max; }
SCI_HD bool isinf(float x) { return abs(x) > limits<float>::max; }
SCI_HD bool isfinite(double x) { return abs(x) <= limits<double>::max; }
SCI_HD bool isfinite(float x) { return abs(x) <= limits<float>::max; }

#if SCI_DEVICE
SCI_HD bool signbit(double x) { return __double_as_longlong(x) < 0; }
SCI_HD bool signbit(float x) { return __float_as_int(x) < 0; }
#else
SCI_HD bool signbit(double x) { return std::signbit(x); }
SCI_HD bool signbit(float x) { return std::signbit(x); }
#endif

template <class T>
SCI_HD T min(T a, T b) {
  return b < a ? b : a;
}
template <class T>
SCI_HD T max(T a, T b) {
  return a < b ? b : a;
}
template <class T>
SCI_HD void swap(T& a, T& b) {
  T c = a;
  a = b;
  b = c;
}
template <class T>
SCI_HD T sqr(T x) {
  return x * x;
}

// ---- sin(pi x), cos(pi x): exact at multiples of 1/2, right for large x ----------------------------------------

template <class T>
SCI_HD T sinpi(T x);
template <class T>
SCI_HD T cospi(T x);

namespace detail {
// x = 2 k + r exactly, with |r| <= 1.
template <class T>
SCI_HD T reduce_mod2(T x) {
  return x - T(2) * rint(x / T(2));
}
template <class T>
SCI_HD T hardware_sinpi(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  T r = reduce_mod2(x);
  if (r == T(0) || abs(r) == T(1)) return copysign(T(0), x);
  if (r > T(0.5)) r = T(1) - r;
  if (r < T(-0.5)) r = T(-1) - r;
  T a = abs(r);
  T s = a <= T(0.25) ? sin(numbers::pi<T> * a) : cos(numbers::pi<T> * (T(0.5) - a));
  return r < T(0) ? -s : s;
}
template <class T>
SCI_HD T hardware_cospi(T x) {
  if (!isfinite(x)) return limits<T>::nan;
  T r = abs(reduce_mod2(x));
  if (r == T(0.5)) return T(0);
  if (r <= T(0.25)) return cos(numbers::pi<T> * r);
  if (r < T(0.75)) return sin(numbers::pi<T> * (T(0.5) - r));
  return -cos(numbers::pi<T> * (T(1) - r));
}
}  // namespace detail
template <>
SCI_HD double sinpi(double x) {
  return detail::hardware_sinpi(x);
}
template <>
SCI_HD float sinpi(float x) {
  return detail::hardware_sinpi(x);
}
template <>
SCI_HD double cospi(double x) {
  return detail::hardware_cospi(x);
}
template <>
SCI_HD float cospi(float x) {
  return detail::hardware_cospi(x);
}

// ---- several outputs of one type: what a kernel with N results returns -----------------------------------------

template <class T, int N>
struct many {
  T value[N];
  SCI_HD T& operator[](int i) { return value[i]; }
  SCI_HD const T& operator[](int i) const { return value[i]; }
};

// ---- the number under a wrapper (dual.h, complex.h specialise these) -------------------------------------------

/// The hardware type a number is made of: scalar_of<complex<dual<double>>> is double.
template <class T>
struct scalar_of_ {
  using type = T;
};
template <class T>
using scalar_of = typename scalar_of_<T>::type;

/// The value without its derivatives; a number that has none is its own.
SCI_HD double primal(double x) { return x; }
SCI_HD float primal(float x) { return x; }

}  // namespace sci

#if SCI_DEVICE
namespace sci {
/// CUDA's own: without the array in local memory by which its sine and cosine reduce any argument.
SCI_HD double sinpi(double x) { return ::sinpi(x); }
SCI_HD float sinpi(float x) { return ::sinpif(x); }
SCI_HD double cospi(double x) { return ::cospi(x); }
SCI_HD float cospi(float x) { return ::cospif(x); }
}  // namespace sci
#endif
