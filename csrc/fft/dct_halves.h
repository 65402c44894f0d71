// Type 1 on the CPU by halves. With N = n - 1 even, the terms of odd and of even places of
//   y_k = x_0 + (-1)^k x_N + 2 sum_{0 < j < N} x_j cos(pi j k / N)
// are O_k, a transform of type 2 of N / 2 numbers, and E_k, one of type 1 of N / 2 + 1 numbers:
//   y_k = E_k + O_k,  y_{N-k} = E_k - O_k,  y_{N/2} = E_{N/2}
// and for the sine transform, N = n + 1, of type 2 of N / 2 and of type 1 of N / 2 - 1 numbers
//   y_k = O_k + E_k,  y_{N-k} = O_k - E_k,  y_{N/2} = O_{N/2}        (k from 1 on, stored at k - 1)
// and so on with E, as long as halves are even and not short. Together this costs about one transform of type 2 of N
// numbers, where the even extension takes a real transform of 2 N. The sums are those of a step of a fast transform and
// as harmless (the ways that lose sqrt(N) in accuracy, dct.h, divide by sines).
//
// Source   W.-H. Chen, C. Smith, S. Fralick, "A fast computational algorithm for the discrete cosine transform", IEEE
//          Trans. Communications 25 (1977), where type 2 splits so
#pragma once
#include "core/platform.h"
#include "fft/lanes.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// Rows of n places, each (n, inner), parted: places 0, 2, ... to `first`, places 1, 3, ... to `second`.
template <class T>
struct DctPart {
  using V = FftVector<T>;
  static constexpr int64_t chunk = 1024;
  const T* x;
  T *first, *second;
  int64_t n, inner;

  int64_t pieces() const { return n / (2 * chunk) + 1; }
  SCI_HD void operator()(int64_t item, T*) const {
    const int64_t row = item / pieces(), begin = item % pieces() * chunk, ones = (n + 1) / 2, others = n / 2;
    const T* from = x + row * n * inner;
    T *a = first + row * ones * inner, *b = second + row * others * inner;
    if (inner == 1) {
      int64_t m = begin;
      const int64_t end = min(begin + chunk, others);
      for (; m + V::L <= end; m += V::L) {
        typename V::W even, odd;
        V::split(V::at(from + 2 * m), V::at(from + 2 * m + V::L), even, odd);
        V::at(a + m) = even;
        V::at(b + m) = odd;
      }
      for (; m < end; ++m) a[m] = from[2 * m], b[m] = from[2 * m + 1];
      if (ones > others && begin <= others && others < begin + chunk) a[others] = from[2 * others];
      return;
    }
    for (int64_t m = 2 * begin, end = min(m + 2 * chunk, n); m < end; ++m) {
      T* to = (m % 2 ? b : a) + m / 2 * inner;
      for (int64_t i = 0; i < inner; ++i) to[i] = from[m * inner + i];
    }
  }
};

/// y_k and y_{N-k} from E_k, in rows of `pitch` places, and O_k. E may be where y is.
template <class T>
struct DctMerge {
  using V = FftVector<T>;
  static constexpr int64_t chunk = 1024;
  const T *even, *odd;
  T* y;
  int64_t half, n, pitch, inner;  // half: N / 2; n: places of a row of y
  bool sine;
  T end;  // factor of y_0 and y_N

  int64_t pieces() const { return half / chunk + 1; }
  SCI_HD void operator()(int64_t item, T*) const {
    const int64_t row = item / pieces(), shift = sine ? 1 : 0;
    const int64_t begin = item % pieces() * chunk, from = max(begin, int64_t(1)), end_k = min(begin + chunk, half);
    const T *e = even + (row * pitch - shift) * inner, *o = odd + (row * half - shift) * inner;
    T* to = y + (row * n - shift) * inner;
    // First the steps between 0 and N / 2, then these two.
    if (inner == 1) {
      run(e + from, o + from, to + from, to + 2 * half - from, end_k - from);
    } else {
      for (int64_t k = from; k < end_k; ++k) {
        T *low = to + k * inner, *high = to + (2 * half - k) * inner;
        for (int64_t i = 0; i < inner; ++i) {
          const T a = e[k * inner + i], b = o[k * inner + i];
          low[i] = a + b;
          high[i] = sine ? b - a : a - b;
        }
      }
    }
    if (begin == 0 && !sine)
      for (int64_t i = 0; i < inner; ++i) {
        const T a = e[i], b = o[i];
        to[i] = (a + b) * end;
        to[2 * half * inner + i] = (a - b) * end;
      }
    if (half < begin + chunk)
      for (int64_t i = 0; i < inner; ++i) to[half * inner + i] = sine ? o[half * inner + i] : e[half * inner + i];
  }
  /// The same for neighbours. No vector reaches across N / 2, so none of low's is one of high's.
  SCI_HD void run(const T* e, const T* o, T* low, T* high, int64_t count) const {
    const T sign = sine ? T(-1) : T(1);
    int64_t k = 0;
    for (; k + V::L <= count; k += V::L) {
      const typename V::W a = V::at(e + k), b = V::at(o + k);
      V::at(low + k) = a + b;
      V::at(high - k - (V::L - 1)) = V::reversed((a - b) * sign);
    }
    for (; k < count; ++k) {
      const T a = e[k], b = o[k];
      low[k] = a + b;
      high[-k] = (a - b) * sign;
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
