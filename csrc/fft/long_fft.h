// A single long complex transform on the CPU's vector lanes, divided among threads: in two steps, or as a convolution.
//
// n = C R goes in two steps [1]: the transforms of length R down the columns of the C-column matrix, the twiddles
// w_n^(l k), the transforms of length C along the rows, transposed. A length with a large prime factor becomes a
// convolution with b_j = exp(i pi j^2 / n), since 2 j k = j^2 + k^2 - (k - j)^2, of a length with small factors [2].
//
// A source gives and a sink takes numbers, L or fewer neighbours at a time:
//   source(j, count, re, im)   writes x_j ... x_(j + count - 1) to re[0], im[0], ...
//   sink(k, count, re, im)     is given X_k ... X_(k + count - 1); vectors are aligned where count = L
// Real numbers come and go without im.
// All is read before anything is given, so that a sink may write where its source reads.
//
// Sources  [1] D. H. Bailey, "FFTs in external or hierarchical memory", J. Supercomputing 4 (1990)
//          [2] L. Bluestein, "A linear filtering approach to the computation of discrete Fourier transform", IEEE
//              Trans. Audio Electroacoust. 18 (1970)
#pragma once
#include "fft/odd_fft.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

// ---- sources and sinks behind pointers: the steps are compiled once, not for each of them --------------------------

/// A transform of any length h as a convolution of a length n that has small factors:
/// Z_k = conj(b_k) sum_j (z_j conj(b_j)) b_(k-j). Arrays are filled up with zeros to whole vectors.
template <class T>
struct FftChirp {
  int64_t h = 0;
  const T *re = nullptr, *im = nullptr;                    // b_j, j < h
  const T *spectrum_re = nullptr, *spectrum_im = nullptr;  // the transform of b over n places, divided by n
};

/// Numbers j = first + t step, ..., j + count - 1 for t < rows; zeros from `limit` on.
struct FftSpan {
  int64_t first, step, rows, count, limit;
};
template <class T>
struct FftInput {
  const void* source;
  void (*read)(const void* source, const FftSpan& span, T* re, T* im);
  bool exchanged = false;  // parts, for the inverse transform
  const FftChirp<T>* chirp = nullptr;
};

/// To L places for each t; where the source is of real numbers, `im` may be null.
template <class T, bool real, class Source>
SCI_LANES_APART void fft_read(const void* source, const FftSpan& span, T* re, T* im) {
  using V = FftVector<T>;
  const Source& from = *static_cast<const Source*>(source);
  int64_t j = span.first;
  for (int64_t t = 0; t < span.rows; ++t, j += span.step, re += V::L) {
    const int64_t there = max(min(span.count, span.limit - j), int64_t(0));
    if constexpr (real) {
      if (there > 0) from(j, there, re);
    } else {
      if (there > 0) from(j, there, re, im);
      for (int64_t l = there; l < V::L; ++l) im[l] = T(0);
    }
    for (int64_t l = there; l < V::L; ++l) re[l] = T(0);
    if (real && im) V::at(im) = typename V::W{};
    if (im) im += V::L;
  }
}
template <class T, bool real = false, class Source>
FftInput<T> fft_input(const Source& source) {
  return {&source, &fft_read<T, real, Source>};
}

/// What step 2 has for its sink: numbers k = c rows + first + g L, ... for c < columns, g < used; none from `limit` on.
template <class T>
struct FftResults : FftVector<T> {
  static constexpr int G = 64 / FftVector<T>::bytes;
  T *re[G] = {}, *im[G] = {};
  int used;
  int64_t first, valid, rows, columns, limit;
  SCI_HD int64_t place(int64_t c, int g) const { return c * rows + first + g * FftVector<T>::L; }
  SCI_HD int64_t count(int64_t k, int g) const {
    return min(min(valid - g * FftVector<T>::L, int64_t(FftVector<T>::L)), limit - k);
  }
};
template <class T>
struct FftOutput {
  const void* sink;
  void (*write)(const void* sink, const FftResults<T>& results);
  bool exchanged = false;
  const FftChirp<T>* chirp = nullptr;
};

template <class T, bool real, class Sink>
SCI_LANES_APART void fft_write(const void* sink, const FftResults<T>& results) {
  constexpr int L = FftVector<T>::L;
  const Sink& to = *static_cast<const Sink*>(sink);
  for (int64_t c = 0; c < results.columns; ++c)
    for (int g = 0; g < results.used; ++g) {
      const int64_t k = results.place(c, g), count = results.count(k, g);
      if (count <= 0) continue;
      if constexpr (real)
        to(k, count, results.re[g] + c * L);
      else
        to(k, count, results.re[g] + c * L, results.im[g] + c * L);
    }
}
template <class T, bool real = false, class Sink>
FftOutput<T> fft_output(const Sink& sink) {
  return {&sink, &fft_write<T, real, Sink>};
}

// ---- two steps ---------------------------------------------------------------------------------------------------

/// What is transformed. Of a Hermitian transform of odd length only half of the inner results are needed: k < rows / 2
/// on the way to a half spectrum, l < columns / 2 on the way back.
enum class FftSide : int { complex = 0, to_half = 1, from_half = 2 };

/// n = columns * rows; `rows_fft` runs down the columns, `columns_fft` along the rows. G vectors make one cache line.
template <class T, FftSide Side = FftSide::complex>
struct FftLong : FftVector<T> {
  using FftVector<T>::L;
  using FftVector<T>::at;
  using W = typename FftVector<T>::W;
  static constexpr int G = 64 / FftVector<T>::bytes, wide = L * G;
  int64_t n = 0, columns = 1, rows = 1, pitch = 0;  // pitch: the row length of the matrix between the steps
  FftPasses<T> columns_fft, rows_fft;
  // w_n^(l k) for k = block * high + low is the product of two entries, so that the tables of a long transform are
  // short: per group of `wide` columns l, `block` vectors w_n^(l low), then, if there are several, `blocks` vectors
  // w_n^(l block high), each as `wide` real and `wide` imaginary parts.
  const T* twiddles = nullptr;
  int64_t block = 0, blocks = 0;

  int64_t columns_used() const { return Side == FftSide::from_half ? columns / 2 + 1 : columns; }
  int64_t rows_used() const { return Side == FftSide::to_half ? rows / 2 + 1 : rows; }
  int64_t twiddles_per_group() const { return (block + (blocks > 1 ? blocks : 0)) * 2 * wide; }
  int64_t column_groups() const { return (columns_used() + wide - 1) / wide; }
  int64_t row_groups() const { return (rows_used() + wide - 1) / wide; }
  /// Numbers of T that a step needs for itself, and that the matrix between the steps takes.
  int64_t buffer() const { return max(columns_fft.buffer(), rows_fft.buffer()) * wide; }
  int64_t matrix() const { return 2 * rows_used() * pitch; }

  /// Step 1 for a group of columns, to `matrix`.
  SCI_LANES_APART void step1(int64_t group, const FftInput<T>& input, T* matrix, T* buffer) const {
    const int64_t l0 = group * wide, valid = min(int64_t(wide), columns_used() - l0);
    const T *re[G] = {}, *im[G] = {};
    for (int g = 0; g < G && g * L < valid; ++g) {
      FftBuffer<T, L> b(rows_fft, buffer + g * rows_fft.buffer() * L);
      const FftSpan span{l0 + g * L, columns, rows, min(valid - g * L, int64_t(L)), input.chirp ? input.chirp->h : n};
      // A transform of real numbers reads no imaginary parts.
      T *xr = reinterpret_cast<T*>(b.xr), *xi = Side == FftSide::to_half ? nullptr : reinterpret_cast<T*>(b.xi);
      input.exchanged ? input.read(input.source, span, xi, xr) : input.read(input.source, span, xr, xi);
      if (input.chirp) chirp_before(*input.chirp, span, xr, xi);
      if constexpr (Side == FftSide::to_half)
        odd_run(rows_fft, b);
      else
        fft_run(rows_fft, b);
      re[g] = reinterpret_cast<T*>(b.xr);
      im[g] = reinterpret_cast<T*>(b.xi);
    }
    const int used = int((valid + L - 1) / L);
    const int64_t kept = rows_used();
    const T *low = twiddles + group * twiddles_per_group(), *high = low + block * 2 * wide;
    for (int64_t b = 0; b < blocks; ++b, high += 2 * wide) {
      const int64_t end = min(kept, (b + 1) * block);
      for (int64_t k = b * block; k < end; ++k) {
        const T* w = low + (k - b * block) * 2 * wide;
        T *to_re = matrix + l0 + k * pitch, *to_im = to_re + kept * pitch;
        for (int g = 0; g < used; ++g) {
          const W zr = at(re[g] + k * L), zi = at(im[g] + k * L);
          W wr = at(w + g * L), wi = at(w + wide + g * L);
          if (b > 0) {
            const W hr = at(high + g * L), hi = at(high + wide + g * L), r = wr * hr - wi * hi;
            wi = wr * hi + wi * hr;
            wr = r;
          }
          at(to_re + g * L) = zr * wr - zi * wi;
          at(to_im + g * L) = zr * wi + zi * wr;
        }
      }
    }
  }

  /// Step 2 for a group of rows, from `matrix`.
  SCI_LANES_APART void step2(int64_t group, const T* matrix, const FftOutput<T>& output, T* buffer) const {
    const int64_t k0 = group * wide, valid = min(int64_t(wide), rows_used() - k0);
    const int64_t there = columns_used(), whole = there / L * L;
    FftResults<T> results;
    for (int g = 0; g < G && g * L < valid; ++g) {
      FftBuffer<T, L> b(columns_fft, buffer + g * columns_fft.buffer() * L);
      for (int i = 0; i < 2; ++i) {
        const T* from = matrix + (i * rows_used() + k0) * pitch;
        W* to = (i == 1) != (Side == FftSide::from_half) ? b.xi : b.xr;
        const T* line[L];
        for (int k = 0; k < L; ++k) line[k] = from + min(int64_t(g * L + k), valid - 1) * pitch;
        for (int64_t l = 0; l < whole; l += L) {
          W v[L];
          SCI_UNROLL for (int k = 0; k < L; ++k) v[k] = at(line[k] + l);
          this->transpose(v);
          SCI_UNROLL for (int k = 0; k < L; ++k) to[l + k] = v[k];
        }
        for (int64_t l = whole; l < there; ++l)
          for (int k = 0; k < L; ++k) reinterpret_cast<T*>(to + l)[k] = line[k][l];
      }
      if constexpr (Side == FftSide::from_half)
        odd_run_back(columns_fft, b);
      else
        fft_run(columns_fft, b);
      results.re[g] = reinterpret_cast<T*>(output.exchanged ? b.xi : b.xr);
      results.im[g] = reinterpret_cast<T*>(output.exchanged ? b.xr : b.xi);
    }
    results.used = int((valid + L - 1) / L);
    results.first = k0;
    results.valid = valid;
    results.rows = rows;
    results.columns = columns;
    results.limit = output.chirp ? output.chirp->h : n;
    if (output.chirp) chirp_after(*output.chirp, results, output.exchanged);
    output.write(output.sink, results);
  }

 private:
  /// z_j conj(b_j); zeros from h on stay.
  static SCI_HD void chirp_before(const FftChirp<T>& chirp, const FftSpan& span, T* re, T* im) {
    int64_t j = span.first;
    for (int64_t t = 0; t < span.rows && j < chirp.h; ++t, j += span.step, re += L, im += L) {
      const W zr = at(re), zi = at(im), br = at(chirp.re + j), bi = at(chirp.im + j);
      at(re) = zr * br + zi * bi;
      at(im) = zi * br - zr * bi;
    }
  }
  /// conj(b_k) times the convolution, whose parts are exchanged.
  static SCI_HD void chirp_after(const FftChirp<T>& chirp, const FftResults<T>& results, bool exchanged) {
    for (int64_t c = 0; c < results.columns; ++c)
      for (int g = 0; g < results.used; ++g) {
        const int64_t k = results.place(c, g);
        if (k >= chirp.h) continue;
        T *first = results.re[g] + c * L, *second = results.im[g] + c * L;
        if (exchanged) swap(first, second);
        const W re = at(second), im = at(first), br = at(chirp.re + k), bi = at(chirp.im + k);
        at(first) = re * br + im * bi;
        at(second) = im * br - re * bi;
      }
  }
};

/// The two steps as tasks of the CPU's threads.
template <class T, FftSide Side>
struct FftColumns {
  const FftLong<T, Side>* fft;
  FftInput<T> input;
  T* matrix;
  SCI_HD void operator()(int64_t group, T* buffer) const { fft->step1(group, input, matrix, buffer); }
};
template <class T, FftSide Side>
struct FftRows {
  const FftLong<T, Side>* fft;
  const T* matrix;
  FftOutput<T> output;
  SCI_HD void operator()(int64_t group, T* buffer) const { fft->step2(group, matrix, output, buffer); }
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
  SCI_HD void operator()(int64_t k, int64_t count, const T* re) const {
    if (count == this->L) {
      this->at(this->re + k) = this->at(re);
    } else {
      for (int64_t i = 0; i < count; ++i) this->re[k + i] = re[i];
    }
  }
  SCI_HD void operator()(int64_t k, int64_t count, const T* re, const T* im) const {
    if (count == this->L) {
      this->at(this->re + k) = this->at(re);
      this->at(this->im + k) = this->at(im);
    } else {
      for (int64_t i = 0; i < count; ++i) this->re[k + i] = re[i], this->im[k + i] = im[i];
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
}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
