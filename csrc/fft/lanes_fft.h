// Complex Fourier transforms on the CPU's vector lanes: Stockham's autosort passes on separate real and imaginary
// parts.
//
// W is a number or a vector of L numbers; lane by lane an own transform is computed, so no pass ever moves data between
// lanes. A pass of radix r on n = r m values with stride s is the identity (decimation in frequency, [1])
//
//   y[q + s (r p + k)] = w_n^(p k) sum_j w_r^(j k) x[q + s (p + m j)],   p < m, q < s, w_n = exp(-2 pi i / n)
//
// and leaves r s transforms of length m. Radices 2, 3, 4, 5, 7, 8, 11, 13 have own butterflies (butterflies.h), other
// primes below fft_rader_from a general one, which takes r operations per value. A larger prime's transforms become
// convolutions over the powers of a primitive root g [2]:
//
//   X_0 = x_0 + sum_j a_j,  X_(g^-q) = x_0 + sum_j a_j b_(q-j),  a_j = x_(g^j),  b_j = w_r^(g^-j),  q, j < r - 1
//
// by four steps among the passes: gather a, passes of a length M for all m s transforms at once, product with the
// spectrum of b, passes back, scatter. M is r - 1, or if that has a large factor a length that holds the convolution
// without wrapping.
// The inverse is the forward transform with real and imaginary parts exchanged on both sides. Single long transforms:
// long_fft.h; real ones of odd length: odd_fft.h.
//
// Sources  [1] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, section 1.7
//          [2] C. M. Rader, "Discrete Fourier transforms when the number of data samples is prime", Proc. IEEE 56
//          (1968)
// CPU only: on CUDA the transforms are cuFFT's.
#pragma once
#include "fft/butterflies.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

// Below 200 sums are more exact than convolutions, though slower.
constexpr int fft_max_passes = 72, fft_rader_from = 200, fft_max_prime = 4096;

enum class FftStep : int { pass, gather, multiply, scatter };

struct FftPass {
  FftStep step;
  int64_t radix, m, s;
  int64_t twiddles;     // offset of w_n^(p k), (re, im) for p < m, 1 <= k < radix, in the table
  int64_t roots;        // offset of r cosines and r sines of 2 pi j / r of a general radix, or of the spectrum of b / M
  int64_t places;       // offset of the r - 1 powers of g (gather) or of 1 / g (scatter)
  int64_t convolution;  // M
};

/// How a transform of length n goes; the tables belong to the plan that made it.
template <class T>
struct FftPasses {
  int64_t n = 1;
  int64_t room = 1, kept = 0;  // vectors of each of an FftBuffer's arrays; of x_0 and of X_0 of large primes
  int count = 0;
  FftPass pass[fft_max_passes];
  const T* table = nullptr;
  const T* roots = nullptr;
  const int32_t* places = nullptr;

  /// Vectors of an FftBuffer.
  int64_t buffer() const { return 4 * (room + gap) + 4 * kept; }
  static constexpr int64_t gap = 8;  // keeps the arrays in different cache sets
};

/// Two arrays of complex numbers, between which passes go to and fro.
template <class T, int L>
struct FftBuffer {
  using W = lanes<T, L>;
  W *xr, *xi, *yr, *yi, *kept;
  SCI_HD FftBuffer(const FftPasses<T>& f, T* memory)
      : xr(reinterpret_cast<W*>(memory)),
        xi(xr + f.room + f.gap),
        yr(xi + f.room + f.gap),
        yi(yr + f.room + f.gap),
        kept(yi + f.room + f.gap) {}
  SCI_HD void swap_parts() {
    swap(xr, xi);
    swap(yr, yi);
  }
  SCI_HD void swap_arrays() {
    swap(xr, yr);
    swap(xi, yi);
  }
};

// ---- passes -----------------------------------------------------------------------------------------------------

template <int R, class T, class W>
SCI_HD void fft_pass(const FftPass& pass, const T* table, const W* __restrict xr, const W* __restrict xi,
                     W* __restrict yr, W* __restrict yi) {
  const int64_t m = pass.m, s = pass.s;
  W re[R], im[R];
  for (int64_t q = 0; q < s; ++q) {  // p = 0: no twiddles
    SCI_UNROLL for (int k = 0; k < R; ++k) re[k] = xr[q + s * m * k], im[k] = xi[q + s * m * k];
    FftButterfly<R, T, W>::run(re, im);
    SCI_UNROLL for (int k = 0; k < R; ++k) yr[q + s * k] = re[k], yi[q + s * k] = im[k];
  }
  const T* w = table + pass.twiddles;
  for (int64_t p = 1; p < m; ++p) {
    w += 2 * (R - 1);
    W wr[R], wi[R];
    SCI_UNROLL for (int k = 1; k < R; ++k) wr[k] = W{} + w[2 * k - 2], wi[k] = W{} + w[2 * k - 1];
    for (int64_t q = 0; q < s; ++q) {
      SCI_UNROLL for (int k = 0; k < R; ++k) re[k] = xr[q + s * (p + m * k)], im[k] = xi[q + s * (p + m * k)];
      FftButterfly<R, T, W>::run(re, im);
      yr[q + s * R * p] = re[0];
      yi[q + s * R * p] = im[0];
      SCI_UNROLL for (int k = 1; k < R; ++k) {
        yr[q + s * (R * p + k)] = re[k] * wr[k] - im[k] * wi[k];
        yi[q + s * (R * p + k)] = re[k] * wi[k] + im[k] * wr[k];
      }
    }
  }
}

/// Any odd radix: the pairs j, r - j share cosines and sines, as do the results k, r - k.
template <class T, class W>
SCI_HD void fft_general_pass(const FftPass& pass, const T* table, const T* roots, const W* __restrict xr,
                             const W* __restrict xi, W* __restrict yr, W* __restrict yi) {
  const int64_t m = pass.m, s = pass.s, r = pass.radix, half = r / 2;
  const T *c = roots + pass.roots, *d = c + r;
  W pr[fft_rader_from / 2 + 1], pi[fft_rader_from / 2 + 1], mr[fft_rader_from / 2 + 1], mi[fft_rader_from / 2 + 1];
  for (int64_t p = 0; p < m; ++p) {
    const T* w = table + pass.twiddles + 2 * (r - 1) * p;
    for (int64_t q = 0; q < s; ++q) {
      const W *ar = xr + q + s * p, *ai = xi + q + s * p;
      W r0 = ar[0], i0 = ai[0], sr = r0, si = i0;
      for (int64_t j = 1; j <= half; ++j) {
        W br = ar[s * m * j], cr = ar[s * m * (r - j)], bi = ai[s * m * j], ci = ai[s * m * (r - j)];
        pr[j] = br + cr;
        pi[j] = bi + ci;
        mr[j] = br - cr;
        mi[j] = bi - ci;
        sr += pr[j];
        si += pi[j];
      }
      W *zr = yr + q + s * r * p, *zi = yi + q + s * r * p;
      zr[0] = sr;
      zi[0] = si;
      for (int64_t k = 1; k <= half; ++k) {
        // Two partial sums of each: half the terms in a row, of which each adds a rounding.
        W cr[2] = {r0, W{} + T(0)}, ci[2] = {i0, W{} + T(0)}, dr[2] = {cr[1], cr[1]}, di[2] = {cr[1], cr[1]};
        for (int64_t j = 1, a = k; j <= half; j += 2) {
          SCI_UNROLL for (int i = 0; i < 2; ++i) {
            if (j + i > half) break;
            cr[i] += pr[j + i] * c[a];
            ci[i] += pi[j + i] * c[a];
            dr[i] += mr[j + i] * d[a];
            di[i] += mi[j + i] * d[a];
            a += k;
            if (a >= r) a -= r;
          }
        }
        const W er = cr[0] + cr[1], ei = ci[0] + ci[1], fr = dr[0] + dr[1], fi = di[0] + di[1];
        W ur = er + fi, ui = ei - fr, vr = er - fi, vi = ei + fr;
        const T *wu = w + 2 * k - 2, *wv = w + 2 * (r - k) - 2;
        zr[s * k] = ur * wu[0] - ui * wu[1];
        zi[s * k] = ur * wu[1] + ui * wu[0];
        zr[s * (r - k)] = vr * wv[0] - vi * wv[1];
        zi[s * (r - k)] = vr * wv[1] + vi * wv[0];
      }
    }
  }
}

/// a of a prime radix to y, and x_0 aside.
template <class T, int L>
SCI_HD void fft_gather(const FftPass& pass, const int32_t* places, const FftBuffer<T, L>& b) {
  const int64_t columns = pass.m * pass.s;
  const int32_t* at = places + pass.places;
  for (int64_t c = 0; c < columns; ++c) b.kept[c] = b.xr[c], b.kept[columns + c] = b.xi[c];
  for (int64_t j = 0; j < pass.radix - 1; ++j)
    for (int64_t c = 0; c < columns; ++c) {
      b.yr[j * columns + c] = b.xr[at[j] * columns + c];
      b.yi[j * columns + c] = b.xi[at[j] * columns + c];
    }
  for (int64_t i = (pass.radix - 1) * columns; i < pass.convolution * columns; ++i) b.yr[i] = b.yi[i] = lanes<T, L>{};
}

/// The product with the spectrum of b, parts exchanged; x_0 in the constant term is in every X_k, and X_0 goes aside.
template <class T, int L>
SCI_HD void fft_multiply(const FftPass& pass, const T* roots, const FftBuffer<T, L>& b) {
  const int64_t columns = pass.m * pass.s;
  const T* spectrum = roots + pass.roots;
  for (int64_t k = 0; k < pass.convolution; ++k) {
    const T wr = spectrum[2 * k], wi = spectrum[2 * k + 1];
    for (int64_t i = k * columns; i < (k + 1) * columns; ++i) {
      b.yi[i] = b.xr[i] * wr - b.xi[i] * wi;
      b.yr[i] = b.xr[i] * wi + b.xi[i] * wr;
    }
  }
  lanes<T, L>*first = b.kept, *sum = first + 2 * columns;
  for (int64_t c = 0; c < columns; ++c) {
    sum[c] = first[c] + b.xr[c];
    sum[columns + c] = first[columns + c] + b.xi[c];
    b.yi[c] += first[c];
    b.yr[c] += first[columns + c];
  }
}

/// X of a prime radix from the convolution, parts exchanged, times the twiddles.
template <class T, int L>
SCI_HD void fft_scatter(const FftPass& pass, const T* table, const int32_t* places, const FftBuffer<T, L>& b) {
  const int64_t m = pass.m, s = pass.s, r = pass.radix, columns = m * s;
  const int32_t* at = places + pass.places;
  const lanes<T, L>* sum = b.kept + 2 * columns;
  for (int64_t p = 0; p < m; ++p) {
    for (int64_t q = 0; q < s; ++q) {
      b.yr[q + s * r * p] = sum[q + s * p];
      b.yi[q + s * r * p] = sum[columns + q + s * p];
    }
    const T* w = table + pass.twiddles + 2 * (r - 1) * p;
    for (int64_t j = 0; j < r - 1; ++j) {
      const int64_t k = at[j];
      const T wr = w[2 * k - 2], wi = w[2 * k - 1];
      for (int64_t q = 0; q < s; ++q) {
        const lanes<T, L> zr = b.xi[j * columns + p * s + q], zi = b.xr[j * columns + p * s + q];
        b.yr[q + s * (r * p + k)] = zr * wr - zi * wi;
        b.yi[q + s * (r * p + k)] = zr * wi + zi * wr;
      }
    }
  }
}

template <class T, int L>
SCI_HD void fft_steps(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  for (int i = 0; i < f.count; ++i) {
    const FftPass& pass = f.pass[i];
    if (pass.step == FftStep::gather) {
      fft_gather(pass, f.places, b);
    } else if (pass.step == FftStep::multiply) {
      fft_multiply(pass, f.roots, b);
    } else if (pass.step == FftStep::scatter) {
      fft_scatter(pass, f.table, f.places, b);
    } else {
      switch (pass.radix) {
        case 2: fft_pass<2>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 3: fft_pass<3>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 4: fft_pass<4>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 5: fft_pass<5>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 7: fft_pass<7>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 8: fft_pass<8>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 11: fft_pass<11>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        case 13: fft_pass<13>(pass, f.table, b.xr, b.xi, b.yr, b.yi); break;
        default: fft_general_pass(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi);
      }
    }
    b.swap_arrays();
  }
}

/// fft_run(f, b): a transform in each lane of the buffer's x, where the result is.
template <class T, int L>
SCI_LANES_APART void fft_run(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  fft_steps(f, b);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
