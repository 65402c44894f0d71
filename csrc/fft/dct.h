// Cosine and sine transforms of types 1 to 4 around one Fourier transform: the steps before it and after it.
//                                                                                          operator:
//                                                                                          csrc/ops/fft_dct.cpp
//
// With SciPy's unnormalised definitions, theta = pi / (2 n), every transform of n real numbers x -> y is
//
//   type 2  v = x permuted (even places upwards, then odd places downwards), V = rfft(v),
//           y_k = 2 Re(t_k V_k), y_{n-k} = -2 Im(t_k V_k), t_k = exp(-i theta k)                               [1]
//   type 3  the steps of type 2 undone: V_k = conj(t_k) (x_k - i x_{n-k}), c2r, permuted back                    [1]
//   type 4  n even: z_j = c_j (x_{2j} + i x_{n-1-2j}), Z = fft(z) of n/2 complex numbers,
//           y_{2k} = 2 Re(c_k Z_k), y_{n-1-2k} = -2 Im(c_k Z_k), c_j = exp(-i theta (2j + 1/4))                  [2]
//           n odd: cos(2 pi a b / (8 n)) with odd a, b splits by the Chinese remainder theorem, 1 / (8 n) = u / 8 + v /
//           n modulo 1, into signs (a b mod 8) and a real transform of length n: permutation and signs alone       [3]
//   type 1  the even extension of length 2 (n - 1), of which V = rfft is real. A real transform of half that length
//           would do, but every known way loses sqrt(n) in accuracy [4]: this type is the exception to "one transform
//           of the length n". On the CPU long rows of even n - 1 go by halves instead (dct_halves.h).
//
// Sine transforms are the cosine ones with the input or output reversed or with alternating signs; type 1 has its own
// odd extension, of length 2 (n + 1). Each map is linear, and its adjoint is again one of them (sci/fft/_cosine.py).
//
// Accuracy: twiddles by sinpi/cospi or from a table made in long double, one rounding each.
//
// Sources  [1] J. Makhoul, "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28 (1980)
//          [2] M. Puschel, J. Moura, "Algebraic signal processing theory", IEEE Trans. SP 56 (2008), section on DCT-4
//          [3] the idea: S. C. Chan, K. L. Ho, "Fast algorithms for computing the discrete cosine transform", IEEE
//              Trans. CAS II 39 (1992); the form here follows from the two characters modulo 8
//          [4] M. Frigo, S. G. Johnson, FFTW manual, "Real even/odd DFTs"
#pragma once
#include "core/complex.h"
#include "core/platform.h"
#include "fft/kinds.h"

namespace sci {

/// Where element m of the cosine transform stands among n.
SCI_HD int64_t dct_place(int64_t m, int64_t n, DctOrder order) { return order == DctOrder::reversed ? n - 1 - m : m; }

/// Where v_m of types 2 and 3 comes from: even places upwards, then odd places downwards.
SCI_HD int64_t dct_permuted(int64_t m, int64_t n) { return m < (n + 1) / 2 ? 2 * m : 2 * n - 1 - 2 * m; }

/// And where x_i goes. The steps below go along x or y, so that neighbouring lanes meet whole sectors there, and two
/// ascending or descending runs in v.
SCI_HD int64_t dct_unpermuted(int64_t i, int64_t n) { return i % 2 ? n - (i + 1) / 2 : i / 2; }

/// exp(-i pi p / q): an entry of the table, where there is one (on the CPU), or computed.
template <class T>
SCI_HD complex<T> dct_twiddle(const complex<T>* table, int64_t k, T angle) {
  return table ? table[k] : complex<T>{cospi(angle), -sinpi(angle)};
}

/// Contiguous rows of n real numbers that are read, `end` being a factor of the first (type 1: first and last).
template <class T>
struct DctSource {
  const T* x;
  int64_t n;
  DctOrder order;
  T end;

  SCI_HD T operator()(int64_t row, int64_t m) const {
    T value = x[row * n + dct_place(m, n, order)];
    return order == DctOrder::alternating && m % 2 ? -value : value;
  }
};

/// Contiguous rows of n real numbers that are written, scaled; `end` as in DctSource.
template <class T>
struct DctSink {
  T* y;
  int64_t n;
  DctOrder order;
  T scale, end;

  SCI_HD void operator()(int64_t row, int64_t k, T value) const {
    value *= order == DctOrder::alternating && k % 2 ? -scale : scale;
    y[row * n + dct_place(k, n, order)] = value;
  }
};

/// Type 2, before: x_i to its place.
template <class T>
struct DctPermute {
  DctSource<T> source;
  T* v;
  SCI_HD void operator()(int64_t row, int64_t i) const {
    v[row * source.n + dct_unpermuted(i, source.n)] = source(row, i);
  }
};

/// Type 2, after: two values from V_k, k = 0 .. n/2.
template <class T>
struct DctFromHalf {
  const complex<T>* half;
  const complex<T>* table;
  DctSink<T> sink;
  SCI_HD void operator()(int64_t row, int64_t k) const {
    int64_t n = sink.n;
    complex<T> p = dct_twiddle(table, k, T(k) / T(2 * n)) * half[row * (n / 2 + 1) + k];
    sink(row, k, T(2) * p.re * (k == 0 ? sink.end : T(1)));
    if (k > 0 && 2 * k != n) sink(row, n - k, T(-2) * p.im);
  }
};

/// Type 3, before: V_k, k = 0 .. n/2.
template <class T>
struct DctToHalf {
  DctSource<T> source;
  complex<T>* half;
  const complex<T>* table;
  SCI_HD void operator()(int64_t row, int64_t k) const {
    int64_t n = source.n;
    complex<T> value = source(row, k);
    if (k == 0) {
      value *= complex<T>(source.end);
    } else {
      value.im = -source(row, n - k);
      value = conj(dct_twiddle(table, k, T(k) / T(2 * n))) * value;
    }
    if (2 * k == n) value.im = T(0);  // what rounding leaves there would be read by some c2r transforms
    half[row * (n / 2 + 1) + k] = value;
  }
};

/// Type 3, after: y_i from its place.
template <class T>
struct DctUnpermute {
  const T* v;
  DctSink<T> sink;
  SCI_HD void operator()(int64_t row, int64_t i) const { sink(row, i, v[row * sink.n + dct_unpermuted(i, sink.n)]); }
};

/// Type 4 of even n, before: z_j and z_(n/2-1-j), j <= n/4, which take the same four numbers.
template <class T>
struct DctPack {
  DctSource<T> source;
  complex<T>* z;
  const complex<T>* table;
  SCI_HD void operator()(int64_t row, int64_t j) const {
    int64_t n = source.n, other = n / 2 - 1 - j;
    complex<T> first{source(row, 2 * j), source(row, n - 1 - 2 * j)};
    complex<T> second{source(row, n - 2 - 2 * j), source(row, 2 * j + 1)};
    z[row * (n / 2) + j] = dct_twiddle(table, j, T(8 * j + 1) / T(8 * n)) * first;
    z[row * (n / 2) + other] = dct_twiddle(table, other, T(8 * other + 1) / T(8 * n)) * second;
  }
};

/// Type 4 of even n, after: four values from Z_k and Z_(n/2-1-k), k <= n/4.
template <class T>
struct DctUnpack {
  const complex<T>* z;
  const complex<T>* table;
  DctSink<T> sink;
  SCI_HD void operator()(int64_t row, int64_t k) const {
    int64_t n = sink.n, other = n / 2 - 1 - k;
    complex<T> p = dct_twiddle(table, k, T(8 * k + 1) / T(8 * n)) * z[row * (n / 2) + k];
    complex<T> q = dct_twiddle(table, other, T(8 * other + 1) / T(8 * n)) * z[row * (n / 2) + other];
    sink(row, 2 * k, T(2) * p.re);
    sink(row, 2 * k + 1, T(-2) * q.im);
    sink(row, n - 2 - 2 * k, T(2) * q.re);
    sink(row, n - 1 - 2 * k, T(-2) * p.im);
  }
};

/// The quadratic character (2 / a) of odd a: 1 for a = 1, 7 modulo 8, else -1. cos(pi a / 4) is it times sqrt(1/2).
template <class T>
SCI_HD T dct_sign_cos(int64_t a) {
  return a % 8 == 1 || a % 8 == 7 ? T(1) : T(-1);
}
/// The character (-2 / a) of odd a: 1 for a = 1, 3 modulo 8, else -1. sin(pi a / 4) is it times sqrt(1/2).
template <class T>
SCI_HD T dct_sign_sin(int64_t a) {
  return a % 8 == 1 || a % 8 == 3 ? T(1) : T(-1);
}

/// Type 4 of odd n: the number a = 2 i + 1 whose element i fills the place p, of rest = 8 p modulo n.
SCI_HD int64_t dct_odd_number(int64_t rest, int64_t n) {
  int64_t a = rest % 2 ? rest : rest + n;
  return a / 2 % 2 ? 2 * n - a : a;
}

/// Type 4 of odd n, before: the element a = 2 i + 1 with a / 8 = p modulo n goes to place p. The even part of the
/// sequence must carry the signs of the cosine and its odd part those of the sine; since (-1)^i is the same at a and
/// 2 n - a, one of the two elements fills each place alone.
template <class T>
struct DctSigned {
  DctSource<T> source;
  T* v;
  SCI_HD void operator()(int64_t row, int64_t p) const {
    int64_t n = source.n, a = dct_odd_number(8 * p % n, n);
    v[row * n + p] = dct_sign_cos<T>(a) * source(row, a / 2);
  }
};

/// Type 4 of odd n, after: y_k from the transform at b = 2 k + 1.
template <class T>
struct DctUnsigned {
  const complex<T>* half;
  DctSink<T> sink;
  SCI_HD void operator()(int64_t row, int64_t k) const {
    int64_t n = sink.n, b = 2 * k + 1, m = b % n, ub = n % 8 * b;  // u = 1 / n = n modulo 8
    bool mirrored = m > n / 2;
    complex<T> value = half[row * (n / 2 + 1) + (mirrored ? n - m : m)];
    if (mirrored) value.im = -value.im;
    sink(row, k, numbers::sqrt2<T> * (dct_sign_cos<T>(ub) * value.re + dct_sign_sin<T>(ub) * value.im));
  }
};

/// Type 1, before: the even extension of length 2 (n - 1), or the odd one of length 2 (n + 1).
template <class T>
struct DctExtend {
  DctSource<T> source;
  T* v;
  bool odd;
  SCI_HD void operator()(int64_t row, int64_t m) const {
    int64_t n = source.n, half = odd ? n + 1 : n - 1, place = m > half ? 2 * half - m : m;
    T value;
    if (odd)
      value = m % half == 0 ? T(0) : m > half ? -source(row, place - 1) : source(row, place - 1);
    else
      value = source(row, place) * (place % half == 0 ? source.end : T(1));
    v[row * 2 * half + m] = value;
  }
};

/// Type 1, after: the real parts, or of a sine transform the imaginary ones.
template <class T>
struct DctRestrict {
  const complex<T>* half;
  DctSink<T> sink;
  bool odd;
  SCI_HD void operator()(int64_t row, int64_t k) const {
    int64_t n = sink.n;
    if (odd)
      sink(row, k, -half[row * (n + 2) + k + 1].im);
    else
      sink(row, k, half[row * n + k].re * (k == 0 || k == n - 1 ? sink.end : T(1)));
  }
};

/// A step as a body of parallel_for. An item is a stretch of `chunk` of the `count` elements of a row, which spares the
/// inner loop the division; on CUDA a warp works on it.
template <class Step>
struct DctRows {
  Step step;
  int64_t count, chunk, chunks;

  SCI_HD void operator()(int64_t i) const {
    int64_t row = i / chunks, begin = i % chunks * chunk, end = min(begin + chunk, count);
    for (int64_t k = begin; k < end; ++k) step(row, k);
  }
  SCI_HD void warp(int64_t i, int lane) const {
    int64_t row = i / chunks, begin = i % chunks * chunk, end = min(begin + chunk, count);
    for (int64_t k = begin + lane; k < end; k += 32) step(row, k);
  }
};

}  // namespace sci
