// Between a half spectrum and the complex transform of n real numbers, n odd, as sources and sinks of long_fft.h.
#pragma once
#include "fft/long_fft.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Takes values of a Hermitian transform anywhere and gives those of its half: with `mirror`, each value for its
/// conjugate's place too, else the other half is left out.
template <class T, class Sink>
struct FftHalfSink {
  int64_t n;
  bool mirror;
  Sink sink;
  SCI_HD void operator()(int64_t k, int64_t count, const T* re, const T* im) const {
    using V = FftVector<T>;
    const int64_t lower = min(count, n / 2 + 1 - k);
    if (lower > 0) sink(k, lower, re, im);
    const int64_t first = max(lower, int64_t(0)), upper = count - first;
    if (!mirror || upper == 0) return;
    alignas(V::bytes) T zr[V::L], zi[V::L];
    if (upper == V::L) {
      V::at(zr) = V::reversed(V::at(re));
      V::at(zi) = -V::reversed(V::at(im));
    } else {
      for (int64_t i = 0; i < upper; ++i) zr[i] = re[count - 1 - i], zi[i] = -im[count - 1 - i];
    }
    sink(n - k - count + 1, upper, zr, zi);
  }
};
/// Gives values of a Hermitian transform anywhere, from a source of its half.
template <class T, class Source>
struct FftHalfSource {
  int64_t n;
  Source source;
  SCI_HD void operator()(int64_t k, int64_t count, T* re, T* im) const {
    using V = FftVector<T>;
    const int64_t lower = max(min(count, n / 2 + 1 - k), int64_t(0)), upper = count - lower;
    if (lower > 0) source(k, lower, re, im);
    if (upper == 0) return;
    T zr[V::L], zi[V::L];
    source(n - k - count + 1, upper, zr, zi);
    for (int64_t i = 0; i < upper; ++i) re[count - 1 - i] = zr[i], im[count - 1 - i] = -zi[i];
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
