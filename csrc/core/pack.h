// A number per lane as one number: arithmetic, comparisons that give masks, and choices by mask, so that an algorithm
// without branches on data runs on many matrices side by side. The same algorithm takes plain numbers, of which a mask
// is a bool; that is what CUDA compiles, one matrix per thread.
#pragma once
#include "core/complex.h"
#include "core/lanes.h"

namespace sci {

SCI_HD bool some(bool m) { return m; }
SCI_HD double choose(bool m, double x, double y) { return m ? x : y; }
SCI_HD float choose(bool m, float x, float y) { return m ? x : y; }

template <class T>
struct single_of_ {
  using type = T;
};

#if !SCI_DEVICE
template <class T, int L>
struct Pack {
  using V = lanes<T, L>;
  V v;
  Pack() = default;
  Pack(T x) : v(x - V{}) {}
  explicit Pack(V x) : v(x) {}
  Pack operator-() const { return Pack(-v); }
  friend Pack operator+(Pack a, Pack b) { return Pack(a.v + b.v); }
  friend Pack operator-(Pack a, Pack b) { return Pack(a.v - b.v); }
  friend Pack operator*(Pack a, Pack b) { return Pack(a.v * b.v); }
  friend Pack operator/(Pack a, Pack b) { return Pack(a.v / b.v); }
  Pack& operator+=(Pack b) { return *this = *this + b; }
  Pack& operator-=(Pack b) { return *this = *this - b; }
  Pack& operator*=(Pack b) { return *this = *this * b; }
  friend auto operator<(Pack a, Pack b) { return a.v < b.v; }
  friend auto operator>(Pack a, Pack b) { return a.v > b.v; }
  friend auto operator==(Pack a, Pack b) { return a.v == b.v; }
};

template <class M>
auto some(M m) -> decltype(m[0] != 0) {
  auto any = m[0];
  for (unsigned l = 1; l < sizeof(M) / sizeof(m[0]); ++l) any |= m[l];
  return any != 0;
}
template <class M, class T, int L>
Pack<T, L> choose(M m, Pack<T, L> x, Pack<T, L> y) {
  return Pack<T, L>(m ? x.v : y.v);
}
template <class T, int L>
Pack<T, L> sqrt(Pack<T, L> x) {
  for (int l = 0; l < L; ++l) x.v[l] = sqrt(x.v[l]);
  return x;
}
template <class T, int L>
Pack<T, L> abs(Pack<T, L> x) {
  return Pack<T, L>(x.v < 0 ? -x.v : x.v);
}
template <class T, int L>
Pack<T, L> abs1(Pack<T, L> x) {
  return abs(x);
}
template <class T, int L>
Pack<T, L> norm(Pack<T, L> x) {
  return x * x;
}
template <class T, int L>
Pack<T, L> real(Pack<T, L> x) {
  return x;
}
template <class T, int L>
Pack<T, L> conj(Pack<T, L> x) {
  return x;
}
template <class T, int L>
struct single_of_<Pack<T, L>> {
  using type = T;
};
#endif

/// The plain real number that a lane of V holds.
template <class V>
using single_of = typename single_of_<real_of<V>>::type;

template <class M, class R>
SCI_HD complex<R> choose(M m, complex<R> x, complex<R> y) {
  return {choose(m, x.re, y.re), choose(m, x.im, y.im)};
}
/// |x|, also where its square is out of range.
template <class V>
SCI_HD real_of<V> modulus(V x) {
  if constexpr (is_complex<V>) {
    using R = real_of<V>;
    R re = abs(x.re), im = abs(x.im), large = choose(re < im, im, re), small = choose(re < im, re, im);
    R ratio = small / choose(large == R(0), R(1), large);
    return large * sqrt(R(1) + ratio * ratio);
  } else {
    return abs(x);
  }
}
}  // namespace sci
