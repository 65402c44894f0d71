// A number per lane as one number: arithmetic, comparisons that give masks, and choices by mask, so that an algorithm
// without branches on data runs on many matrices side by side. The same algorithm takes plain numbers, of which a mask
// is a bool; that is what CUDA compiles, one matrix per thread.
#pragma once
#include "core/complex.h"
#include "core/lanes.h"
#if !SCI_DEVICE
#include "fft/lanes.h"
#endif

namespace sci {

SCI_HD bool some(bool m) { return m; }
SCI_HD bool both(bool m, bool n) { return m && n; }
SCI_HD bool either(bool m, bool n) { return m || n; }
SCI_HD bool opposite(bool m) { return !m; }
SCI_HD double choose(bool m, double x, double y) { return m ? x : y; }
SCI_HD float choose(bool m, float x, float y) { return m ? x : y; }

template <class T>
struct single_of_ {
  using type = T;
};

#if !SCI_DEVICE
// The compiler breaks what a function's instruction set lacks, comparisons above all, into single numbers before it
// takes the function along into another (SCI_LANES_WIDE). Vectors of 64 bytes occur only where AVX-512 does.
#if defined(SCI_LANES_WIDE) && SCI_LANE_BYTES == 64
#define SCI_PACK __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma"))) inline
#else
#define SCI_PACK inline
#endif

template <class T, int L>
struct Pack {
  using V = lanes<T, L>;
  V v;
  Pack() = default;
  SCI_PACK Pack(T x) : v(x - V{}) {}
  SCI_PACK explicit Pack(V x) : v(x) {}
  SCI_PACK Pack operator-() const { return Pack(-v); }
  friend SCI_PACK Pack operator+(Pack a, Pack b) { return Pack(a.v + b.v); }
  friend SCI_PACK Pack operator-(Pack a, Pack b) { return Pack(a.v - b.v); }
  friend SCI_PACK Pack operator*(Pack a, Pack b) { return Pack(a.v * b.v); }
  friend SCI_PACK Pack operator/(Pack a, Pack b) { return Pack(a.v / b.v); }
  SCI_PACK Pack& operator+=(Pack b) { return *this = *this + b; }
  SCI_PACK Pack& operator-=(Pack b) { return *this = *this - b; }
  SCI_PACK Pack& operator*=(Pack b) { return *this = *this * b; }
  friend SCI_PACK auto operator<(Pack a, Pack b) { return a.v < b.v; }
  friend SCI_PACK auto operator>(Pack a, Pack b) { return a.v > b.v; }
  friend SCI_PACK auto operator==(Pack a, Pack b) { return a.v == b.v; }
};

/// The two halves of a vector of `bytes`, joined by or.
template <unsigned bytes>
struct joined_halves {
  typedef int64_t type __attribute__((vector_size(bytes / 2), may_alias));
  template <class M>
  SCI_PACK static type of(M m) {
    type low, high;
    __builtin_memcpy(&low, &m, bytes / 2);
    __builtin_memcpy(&high, reinterpret_cast<const char*>(&m) + bytes / 2, bytes / 2);
    return low | high;
  }
};
template <class M>
SCI_PACK auto some(M m) -> decltype(m[0] != 0) {
  if constexpr (sizeof(M) > 16) {
    return some(joined_halves<sizeof(M)>::of(m));
  } else if constexpr (sizeof(M) == 16) {
    int64_t words[2];
    __builtin_memcpy(words, &m, 16);
    return (words[0] | words[1]) != 0;
  } else {
    return m[0] != 0;
  }
}
template <class M>
SCI_PACK auto both(M m, M n) -> decltype(m[0], m& n) {
  return m & n;
}
template <class M>
SCI_PACK auto either(M m, M n) -> decltype(m[0], m | n) {
  return m | n;
}
template <class M>
SCI_PACK auto opposite(M m) -> decltype(m[0], ~m) {
  return ~m;
}
template <class M, class T, int L>
SCI_PACK Pack<T, L> choose(M m, Pack<T, L> x, Pack<T, L> y) {
  return Pack<T, L>(m ? x.v : y.v);
}
template <class T, int L>
SCI_PACK Pack<T, L> sqrt(Pack<T, L> x) {
  for (int l = 0; l < L; ++l) x.v[l] = sqrt(x.v[l]);
  return x;
}
template <class T, int L>
SCI_PACK Pack<T, L> abs(Pack<T, L> x) {
  return Pack<T, L>(x.v < 0 ? -x.v : x.v);
}
template <class T, int L>
SCI_PACK Pack<T, L> abs1(Pack<T, L> x) {
  return abs(x);
}
template <class T, int L>
SCI_PACK Pack<T, L> norm(Pack<T, L> x) {
  return x * x;
}
template <class T, int L>
SCI_PACK Pack<T, L> real(Pack<T, L> x) {
  return x;
}
template <class T, int L>
SCI_PACK Pack<T, L> conj(Pack<T, L> x) {
  return x;
}
template <class T, int L>
struct single_of_<Pack<T, L>> {
  using type = T;
};

/// Two packs as one number, for algorithms that are a chain of roots and quotients: while the processor waits for those
/// of one pack it computes the other.
template <class M>
struct TwinMask {
  M a, b;
  friend SCI_PACK bool some(TwinMask m) { return some(m.a | m.b); }
  friend SCI_PACK TwinMask both(TwinMask m, TwinMask n) { return {m.a & n.a, m.b & n.b}; }
  friend SCI_PACK TwinMask either(TwinMask m, TwinMask n) { return {m.a | n.a, m.b | n.b}; }
  friend SCI_PACK TwinMask opposite(TwinMask m) { return {~m.a, ~m.b}; }
};
template <class P>
struct Twin {
  using T = typename single_of_<P>::type;
  using M = TwinMask<decltype(P().v < P().v)>;
  P a, b;
  Twin() = default;
  SCI_PACK Twin(T x) : a(x), b(x) {}
  SCI_PACK Twin(P x, P y) : a(x), b(y) {}
  SCI_PACK Twin operator-() const { return {-a, -b}; }
  friend SCI_PACK Twin operator+(Twin x, Twin y) { return {x.a + y.a, x.b + y.b}; }
  friend SCI_PACK Twin operator-(Twin x, Twin y) { return {x.a - y.a, x.b - y.b}; }
  friend SCI_PACK Twin operator*(Twin x, Twin y) { return {x.a * y.a, x.b * y.b}; }
  friend SCI_PACK Twin operator/(Twin x, Twin y) { return {x.a / y.a, x.b / y.b}; }
  SCI_PACK Twin& operator+=(Twin y) { return *this = *this + y; }
  SCI_PACK Twin& operator-=(Twin y) { return *this = *this - y; }
  SCI_PACK Twin& operator*=(Twin y) { return *this = *this * y; }
  friend SCI_PACK M operator<(Twin x, Twin y) { return {x.a.v < y.a.v, x.b.v < y.b.v}; }
  friend SCI_PACK M operator>(Twin x, Twin y) { return {x.a.v > y.a.v, x.b.v > y.b.v}; }
  friend SCI_PACK M operator==(Twin x, Twin y) { return {x.a.v == y.a.v, x.b.v == y.b.v}; }
  friend SCI_PACK Twin choose(M m, Twin x, Twin y) { return {choose(m.a, x.a, y.a), choose(m.b, x.b, y.b)}; }
  friend SCI_PACK Twin sqrt(Twin x) { return {sqrt(x.a), sqrt(x.b)}; }
  friend SCI_PACK Twin abs(Twin x) { return {abs(x.a), abs(x.b)}; }
  friend SCI_PACK Twin abs1(Twin x) { return abs(x); }
  friend SCI_PACK Twin norm(Twin x) { return x * x; }
  friend SCI_PACK Twin real(Twin x) { return x; }
  friend SCI_PACK Twin conj(Twin x) { return x; }
};
template <class P>
struct single_of_<Twin<P>> {
  using type = typename single_of_<P>::type;
};
#endif

/// The plain real number that a lane of V holds.
template <class V>
using single_of = typename single_of_<real_of<V>>::type;

template <class M, class R>
SCI_HD complex<R> choose(M m, complex<R> x, complex<R> y) {
  return {choose(m, x.re, y.re), choose(m, x.im, y.im)};
}
/// Exchanges x and y in the lanes of m.
template <class M, class V>
SCI_HD void exchange(M m, V& x, V& y) {
  const V before = x;
  x = choose(m, y, before);
  y = choose(m, before, y);
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
