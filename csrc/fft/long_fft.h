// A single long complex transform on the CPU's vector lanes, divided among threads: in two steps, or as a convolution.
//
// n = C R goes in two steps [1]: the transforms of length R down the columns of the C-column matrix, the twiddles
// w_n^(l k), the transforms of length C along the rows, transposed. A length with a large prime factor becomes a
// convolution with b_j = exp(i pi j^2 / n), since 2 j k = j^2 + k^2 - (k - j)^2, of a length with small factors [2].
//
// A source gives and a sink takes numbers, L or fewer neighbours at a time:
//   source(j, count, re, im)   writes x_j ... x_(j + count - 1) to re[0], im[0], ...
//   sink(k, count, re, im)     is given X_k ... X_(k + count - 1); vectors are aligned where count = L
// All is read before anything is given, so that a sink may write where its source reads.
//
// Sources  [1] D. H. Bailey, "FFTs in external or hierarchical memory", J. Supercomputing 4 (1990)
//          [2] L. Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", IEEE
//              Trans. Audio Electroacoust. 18 (1970)
#pragma once
#include "fft/lanes_fft.h"

#if !SCI_DEVICE
namespace sci {

/// A vector of 32 bytes in memory, wherever it lies, and the orders in which numbers stand in one.
template <class T>
struct FftVector {
  static constexpr int L = 32 / sizeof(T);
  using W = lanes<T, L>;
  typedef T Loose __attribute__((vector_size(32), aligned(sizeof(T)), may_alias));
  static SCI_HD Loose& at(T* p) { return *reinterpret_cast<Loose*>(p); }
  static SCI_HD const Loose& at(const T* p) { return *reinterpret_cast<const Loose*>(p); }

  // Vectors go by value: a reference to one in memory would forget that it may lie anywhere.

  /// L pairs in memory order to first and second parts, and back.
  static SCI_HD void split(W a, W b, W& re, W& im) {
    if constexpr (L == 4) {
      re = __builtin_shufflevector(a, b, 0, 2, 4, 6);
      im = __builtin_shufflevector(a, b, 1, 3, 5, 7);
    } else {
      re = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
      im = __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15);
    }
  }
  static SCI_HD void join(W re, W im, W& a, W& b) {
    if constexpr (L == 4) {
      a = __builtin_shufflevector(re, im, 0, 4, 1, 5);
      b = __builtin_shufflevector(re, im, 2, 6, 3, 7);
    } else {
      a = __builtin_shufflevector(re, im, 0, 8, 1, 9, 2, 10, 3, 11);
      b = __builtin_shufflevector(re, im, 4, 12, 5, 13, 6, 14, 7, 15);
    }
  }
  static SCI_HD W reversed(W v) {
    if constexpr (L == 4)
      return __builtin_shufflevector(v, v, 3, 2, 1, 0);
    else
      return __builtin_shufflevector(v, v, 7, 6, 5, 4, 3, 2, 1, 0);
  }
  /// Number j of vector i to place i of vector j.
  static SCI_HD void transpose(W* v) {
    if constexpr (L == 4) {
      W a = __builtin_shufflevector(v[0], v[1], 0, 4, 2, 6), b = __builtin_shufflevector(v[0], v[1], 1, 5, 3, 7);
      W c = __builtin_shufflevector(v[2], v[3], 0, 4, 2, 6), d = __builtin_shufflevector(v[2], v[3], 1, 5, 3, 7);
      v[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
      v[1] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
      v[2] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
      v[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
    } else {
      W a[8], b[8];
      SCI_UNROLL for (int i = 0; i < 8; i += 2) {
        a[i] = __builtin_shufflevector(v[i], v[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        a[i + 1] = __builtin_shufflevector(v[i], v[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
      }
      SCI_UNROLL for (int i = 0; i < 8; i += 4) SCI_UNROLL for (int k = 0; k < 2; ++k) {
        b[i + 2 * k] = __builtin_shufflevector(a[i + k], a[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
        b[i + 2 * k + 1] = __builtin_shufflevector(a[i + k], a[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
      }
      SCI_UNROLL for (int i = 0; i < 4; ++i) {
        v[i] = __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        v[i + 4] = __builtin_shufflevector(b[i], b[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
      }
    }
  }
};

// ---- two steps ---------------------------------------------------------------------------------------------------

/// n = columns * rows; `rows_fft` runs down the columns, `columns_fft` along the rows. G vectors make one cache line.
template <class T>
struct FftLong : FftVector<T> {
  using FftVector<T>::L;
  using FftVector<T>::at;
  using W = typename FftVector<T>::W;
  static constexpr int G = 2, wide = L * G;
  int64_t n = 0, columns = 1, rows = 1, pitch = 0;  // pitch: the row length of the matrix between the steps
  FftPasses<T> columns_fft, rows_fft;
  // w_n^(l k) for k = block * high + low is the product of two entries, so that the tables of a long transform are
  // short: per group of `wide` columns l, `block` vectors w_n^(l low), then, if there are several, `blocks` vectors
  // w_n^(l block high), each as `wide` real and `wide` imaginary parts.
  const T* twiddles = nullptr;
  int64_t block = 0, blocks = 0;

  int64_t twiddles_per_group() const { return (block + (blocks > 1 ? blocks : 0)) * 2 * wide; }
  int64_t column_groups() const { return (columns + wide - 1) / wide; }
  int64_t row_groups() const { return (rows + wide - 1) / wide; }
  /// Numbers of T that a step needs for itself, and that the matrix between the steps takes.
  int64_t buffer() const { return 4 * wide * (max(columns, rows) + 1); }
  int64_t matrix() const { return 2 * rows * pitch; }

  /// Step 1 for a group of columns, to `matrix`.
  template <class Source>
  SCI_HD void step1(int64_t group, const Source& source, T* matrix, T* buffer) const {
    int64_t l0 = group * wide, valid = min(int64_t(wide), columns - l0), size = rows * L;
    T* part[G][4];
    for (int g = 0; g < G; ++g)
      for (int i = 0; i < 4; ++i) part[g][i] = buffer + (4 * g + i) * (size + L);
    for (int64_t t = 0; t < rows; ++t)
      for (int g = 0; g < G; ++g) {
        T *re = part[g][0] + t * L, *im = part[g][1] + t * L;
        const int64_t count = min(valid - g * L, int64_t(L));
        if (count > 0) source(columns * t + l0 + g * L, count, re, im);
        for (int64_t l = max(count, int64_t(0)); l < L; ++l) re[l] = im[l] = T(0);
      }
    bool moved = false;
    for (int g = 0; g < G; ++g) {
      W* p[4];
      for (int i = 0; i < 4; ++i) p[i] = reinterpret_cast<W*>(part[g][i]);
      if (g * L < valid) moved = fft_run<T, W>(rows_fft, p[0], p[1], p[2], p[3]);
    }
    const T *low = twiddles + group * twiddles_per_group(), *high = low + block * 2 * wide;
    for (int64_t b = 0; b < blocks; ++b, high += 2 * wide) {
      const int64_t end = min(rows, (b + 1) * block);
      for (int64_t k = b * block; k < end; ++k) {
        const T* w = low + (k - b * block) * 2 * wide;
        T *re = matrix + l0 + k * pitch, *im = re + rows * pitch;
        for (int g = 0; g < G; ++g) {
          const W zr = at(part[g][2 * moved] + k * L), zi = at(part[g][2 * moved + 1] + k * L);
          W wr = at(w + g * L), wi = at(w + wide + g * L);
          if (b > 0) {
            const W hr = at(high + g * L), hi = at(high + wide + g * L), r = wr * hr - wi * hi;
            wi = wr * hi + wi * hr;
            wr = r;
          }
          at(re + g * L) = zr * wr - zi * wi;
          at(im + g * L) = zr * wi + zi * wr;
        }
      }
    }
  }

  /// Step 2 for a group of rows, from `matrix`.
  template <class Sink>
  SCI_HD void step2(int64_t group, const T* matrix, const Sink& sink, T* buffer) const {
    int64_t k0 = group * wide, valid = min(int64_t(wide), rows - k0), size = columns * L;
    T* part[G][4];
    for (int g = 0; g < G; ++g)
      for (int i = 0; i < 4; ++i) part[g][i] = buffer + (4 * g + i) * (size + L);
    const int64_t whole = columns / L * L;
    for (int g = 0; g < G; ++g)
      for (int i = 0; i < 2; ++i) {
        const T* from = matrix + (i * rows + k0) * pitch;
        const T* line[L];
        for (int k = 0; k < L; ++k) line[k] = from + min(int64_t(g * L + k), valid - 1) * pitch;
        for (int64_t l = 0; l < whole; l += L) {
          W v[L];
          SCI_UNROLL for (int k = 0; k < L; ++k) v[k] = at(line[k] + l);
          this->transpose(v);
          SCI_UNROLL for (int k = 0; k < L; ++k) at(part[g][i] + (l + k) * L) = v[k];
        }
        for (int64_t l = whole; l < columns; ++l)
          for (int k = 0; k < L; ++k) part[g][i][l * L + k] = line[k][l];
      }
    bool moved = false;
    for (int g = 0; g < G; ++g) {
      W* p[4];
      for (int i = 0; i < 4; ++i) p[i] = reinterpret_cast<W*>(part[g][i]);
      if (g * L < valid) moved = fft_run<T, W>(columns_fft, p[0], p[1], p[2], p[3]);
    }
    for (int64_t c = 0; c < columns; ++c)
      for (int g = 0; g < G; ++g)
        if (g * L < valid)
          sink(c * rows + k0 + g * L, min(valid - g * L, int64_t(L)), part[g][2 * moved] + c * L,
               part[g][2 * moved + 1] + c * L);
  }
};

/// The two steps as tasks of the CPU's threads.
template <class T, class Source>
struct FftColumns {
  const FftLong<T>* fft;
  Source source;
  T* matrix;
  SCI_HD void operator()(int64_t group, T* buffer) const { fft->step1(group, source, matrix, buffer); }
};
template <class T, class Sink>
struct FftRows {
  const FftLong<T>* fft;
  const T* matrix;
  Sink sink;
  SCI_HD void operator()(int64_t group, T* buffer) const { fft->step2(group, matrix, sink, buffer); }
};

/// Real and imaginary parts in arrays of their own, as source and as sink.
template <class T>
struct FftParts : FftVector<T> {
  using FftVector<T>::at;
  T *re, *im;
  SCI_HD FftParts(T* re_, T* im_) : re(re_), im(im_) {}
  SCI_HD FftParts swapped() const { return {im, re}; }
};
template <class T>
struct FftPartsSource : FftParts<T> {
  using FftParts<T>::FftParts;
  SCI_HD void operator()(int64_t j, int64_t count, T* re, T* im) const {
    if (count == this->L) {
      this->at(re) = this->at(this->re + j);
      this->at(im) = this->at(this->im + j);
    } else {
      for (int64_t i = 0; i < count; ++i) re[i] = this->re[j + i], im[i] = this->im[j + i];
    }
  }
};
template <class T>
struct FftPartsSink : FftParts<T> {
  using FftParts<T>::FftParts;
  SCI_HD void operator()(int64_t k, int64_t count, const T* re, const T* im) const {
    if (count == this->L) {
      this->at(this->re + k) = this->at(re);
      this->at(this->im + k) = this->at(im);
    } else {
      for (int64_t i = 0; i < count; ++i) this->re[k + i] = re[i], this->im[k + i] = im[i];
    }
  }
};

// ---- convolution -------------------------------------------------------------------------------------------------

/// A transform of any length h as a convolution of a length n that has small factors:
/// Z_k = conj(b_k) sum_j (z_j conj(b_j)) b_(k-j). Arrays are filled up with zeros to whole vectors.
template <class T>
struct FftChirp {
  int64_t h = 0;
  const T *re = nullptr, *im = nullptr;                    // b_j, j < h
  const T *spectrum_re = nullptr, *spectrum_im = nullptr;  // the transform of b over n places, divided by n
};

/// z_j conj(b_j), then zeros.
template <class T, class Source>
struct FftChirpSource : FftVector<T> {
  Source source;
  FftChirp<T> chirp;
  SCI_HD FftChirpSource(const Source& source_, const FftChirp<T>& chirp_) : source(source_), chirp(chirp_) {}
  SCI_HD void operator()(int64_t j, int64_t count, T* re, T* im) const {
    using V = FftVector<T>;
    const int64_t there = max(min(count, chirp.h - j), int64_t(0));
    if (there > 0) source(j, there, re, im);
    for (int64_t i = there; i < count; ++i) re[i] = im[i] = T(0);
    if (there == V::L) {
      const typename V::W zr = V::at(re), zi = V::at(im), br = V::at(chirp.re + j), bi = V::at(chirp.im + j);
      V::at(re) = zr * br + zi * bi;
      V::at(im) = zi * br - zr * bi;
      return;
    }
    for (int64_t i = 0; i < there; ++i) {
      const T zr = re[i], zi = im[i], br = chirp.re[j + i], bi = chirp.im[j + i];
      re[i] = zr * br + zi * bi;
      im[i] = zi * br - zr * bi;
    }
  }
};
/// The product of the spectra, parts exchanged for the transform back.
template <class T>
struct FftChirpProduct : FftVector<T> {
  FftParts<T> z;
  FftChirp<T> chirp;
  SCI_HD FftChirpProduct(const FftParts<T>& z_, const FftChirp<T>& chirp_) : z(z_), chirp(chirp_) {}
  SCI_HD void operator()(int64_t j, int64_t count, T* to_im, T* to_re) const {
    using V = FftVector<T>;
    if (count == V::L) {
      const typename V::W zr = V::at(z.re + j), zi = V::at(z.im + j), br = V::at(chirp.spectrum_re + j),
                          bi = V::at(chirp.spectrum_im + j);
      V::at(to_re) = zr * br - zi * bi;
      V::at(to_im) = zr * bi + zi * br;
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      const T zr = z.re[j + i], zi = z.im[j + i], br = chirp.spectrum_re[j + i], bi = chirp.spectrum_im[j + i];
      to_re[i] = zr * br - zi * bi;
      to_im[i] = zr * bi + zi * br;
    }
  }
};
/// conj(b_k) times the convolution, for k < h.
template <class T, class Sink>
struct FftChirpSink : FftVector<T> {
  Sink sink;
  FftChirp<T> chirp;
  SCI_HD FftChirpSink(const Sink& sink_, const FftChirp<T>& chirp_) : sink(sink_), chirp(chirp_) {}
  SCI_HD void operator()(int64_t k, int64_t count, const T* im, const T* re) const {
    using V = FftVector<T>;
    const int64_t there = min(count, chirp.h - k);
    if (there <= 0) return;
    alignas(32) T zr[V::L], zi[V::L];
    for (int64_t i = 0; i < V::L; ++i) zr[i] = zi[i] = T(0);
    for (int64_t i = 0; i < there; ++i) {
      const T br = chirp.re[k + i], bi = chirp.im[k + i];
      zr[i] = re[i] * br + im[i] * bi;
      zi[i] = im[i] * br - re[i] * bi;
    }
    sink(k, there, zr, zi);
  }
};

}  // namespace sci
#endif
