// Complex Fourier transforms on the CPU's vector lanes: Stockham's autosort passes on separate real and imaginary
// parts.
//
// W is a number or a vector of L numbers; lane by lane an own transform is computed, so no pass ever moves data between
// lanes. A pass of radix r on n = r m values with stride s is the identity (decimation in frequency, [1])
//
//   y[q + s (r p + k)] = w_n^(p k) sum_j w_r^(j k) x[q + s (p + m j)],   p < m, q < s, w_n = exp(-2 pi i / n)
//
// and leaves r s transforms of length m. Radices 2, 3, 4, 5 have own butterflies, the other primes a general one, which
// takes r operations per value: a length with a prime factor above fft_max_prime becomes a convolution (long_fft.h).
// The inverse is the forward transform with real and imaginary parts exchanged on both sides. Single long transforms:
// long_fft.h.
//
// Sources  [1] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, section 1.7
// CPU only: on CUDA the transforms are cuFFT's.
#pragma once
#include "core/lanes.h"

#if !SCI_DEVICE
namespace sci {

constexpr int fft_max_passes = 40, fft_max_prime = 199;

// -O2 leaves short loops as loops, and what they index in memory.
#define SCI_UNROLL _Pragma("GCC unroll 16")

struct FftPass {
  int64_t radix, m, s;
  int64_t twiddles;  // offset of w_n^(p k), (re, im) for p < m, 1 <= k < radix, in the table
  int64_t roots;     // offset of r cosines and r sines of 2 pi j / r, for radices above 5
};

/// How a transform of length n goes; the tables belong to the plan that made it.
template <class T>
struct FftPasses {
  int64_t n = 1;
  int count = 0;
  FftPass pass[fft_max_passes];
  const T* table = nullptr;
  const T* roots = nullptr;  // cos(2 pi j / r), sin(2 pi j / r) of the general radix; see `roots` of a pass
};

// ---- butterflies: a := DFT of a, in place -----------------------------------------------------------------------

template <int R, class T, class W>
struct FftButterfly;

template <class T, class W>
struct FftButterfly<2, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    W r = re[0] - re[1], i = im[0] - im[1];
    re[0] += re[1];
    im[0] += im[1];
    re[1] = r;
    im[1] = i;
  }
};

template <class T, class W>
struct FftButterfly<3, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    constexpr T s = T(0.8660254037844386467637231707529361834714L), half = T(0.5);
    W pr = re[1] + re[2], pi = im[1] + im[2], mr = (re[1] - re[2]) * s, mi = (im[1] - im[2]) * s;
    W cr = re[0] - pr * half, ci = im[0] - pi * half;
    re[0] += pr;
    im[0] += pi;
    re[1] = cr + mi;
    im[1] = ci - mr;
    re[2] = cr - mi;
    im[2] = ci + mr;
  }
};

template <class T, class W>
struct FftButterfly<4, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    W ar = re[0] + re[2], ai = im[0] + im[2], br = re[0] - re[2], bi = im[0] - im[2];
    W cr = re[1] + re[3], ci = im[1] + im[3], dr = re[1] - re[3], di = im[1] - im[3];
    re[0] = ar + cr;
    im[0] = ai + ci;
    re[1] = br + di;
    im[1] = bi - dr;
    re[2] = ar - cr;
    im[2] = ai - ci;
    re[3] = br - di;
    im[3] = bi + dr;
  }
};

template <class T, class W>
struct FftButterfly<5, T, W> {
  static SCI_HD void run(W* __restrict re, W* __restrict im) {
    constexpr T c1 = T(0.3090169943749474241022934171828190588602L),
                c2 = T(-0.8090169943749474241022934171828190588602L),
                s1 = T(0.9510565162951535721164393333793821434057L),
                s2 = T(0.5877852522924731291687059546390727685977L);
    W p1r = re[1] + re[4], p1i = im[1] + im[4], m1r = re[1] - re[4], m1i = im[1] - im[4];
    W p2r = re[2] + re[3], p2i = im[2] + im[3], m2r = re[2] - re[3], m2i = im[2] - im[3];
    W c1r = re[0] + p1r * c1 + p2r * c2, c1i = im[0] + p1i * c1 + p2i * c2;
    W c2r = re[0] + p1r * c2 + p2r * c1, c2i = im[0] + p1i * c2 + p2i * c1;
    W s1r = m1r * s1 + m2r * s2, s1i = m1i * s1 + m2i * s2, s2r = m1r * s2 - m2r * s1, s2i = m1i * s2 - m2i * s1;
    re[0] += p1r + p2r;
    im[0] += p1i + p2i;
    re[1] = c1r + s1i;
    im[1] = c1i - s1r;
    re[4] = c1r - s1i;
    im[4] = c1i + s1r;
    re[2] = c2r + s2i;
    im[2] = c2i - s2r;
    re[3] = c2r - s2i;
    im[3] = c2i + s2r;
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
  W pr[fft_max_prime / 2 + 1], pi[fft_max_prime / 2 + 1], mr[fft_max_prime / 2 + 1], mi[fft_max_prime / 2 + 1];
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

/// A transform in each lane, between two buffers of n values each; true if the result is in the second (y).
template <class T, class W>
SCI_HD bool fft_run(const FftPasses<T>& f, W* xr, W* xi, W* yr, W* yi) {
  for (int i = 0; i < f.count; ++i) {
    const FftPass& pass = f.pass[i];
    switch (pass.radix) {
      case 2: fft_pass<2>(pass, f.table, xr, xi, yr, yi); break;
      case 3: fft_pass<3>(pass, f.table, xr, xi, yr, yi); break;
      case 4: fft_pass<4>(pass, f.table, xr, xi, yr, yi); break;
      case 5: fft_pass<5>(pass, f.table, xr, xi, yr, yi); break;
      default: fft_general_pass(pass, f.table, f.roots, xr, xi, yr, yi);
    }
    swap(xr, yr);
    swap(xi, yi);
  }
  return f.count % 2;
}

}  // namespace sci
#endif
