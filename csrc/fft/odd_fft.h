// Real Fourier transforms of odd length on the CPU's vector lanes: to half spectra and back, with half the work of the
// complex ones.
//
// Real numbers x_(a + S t) with one a < S and t < l, l S = n, have a Hermitian transform, of which the half k < l / 2
// is kept, at place k S + a. A pass of radix r makes of the transforms Y_j of length l, j < r, S = r S', that of length
// l r:
//
//   X_(k + l q) = sum_j w_r^(j q) w_(l r)^(j k) Y_j[k]
//
// For k = 0 the Y_j are real. For k > 0 a complex butterfly gives r values, of which those with k + l q > l r / 2 are
// the conjugates of what stands at l r - k - l q. The way back, unnormalised, is the passes' transposes in reverse
// order [1, the transposition of algorithms]. An FftPass holds l as m and S' as s.
//
// Source  [1] C. Van Loan, "Computational frameworks for the fast Fourier transform", SIAM 1992, sections 1.8 and 4.3
#pragma once
#include "fft/lanes_fft.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

constexpr int fft_odd_below = 40;  // radices of real transforms

/// Any odd radix, of which cosines and sines are given: a := DFT of a.
template <class T, class W>
SCI_HD void fft_butterfly(int64_t r, const T* roots, W* re, W* im) {
  const int64_t half = r / 2;
  const T *c = roots, *d = roots + r;
  W pr[fft_odd_below / 2 + 1], pi[fft_odd_below / 2 + 1], mr[fft_odd_below / 2 + 1], mi[fft_odd_below / 2 + 1];
  const W r0 = re[0], i0 = im[0];
  for (int64_t j = 1; j <= half; ++j) {
    pr[j] = re[j] + re[r - j];
    pi[j] = im[j] + im[r - j];
    mr[j] = re[j] - re[r - j];
    mi[j] = im[j] - im[r - j];
    re[0] += pr[j];
    im[0] += pi[j];
  }
  for (int64_t k = 1; k <= half; ++k) {
    W cr = r0, ci = i0, dr = W{}, di = W{};
    for (int64_t j = 1, a = k; j <= half; ++j) {
      cr += pr[j] * c[a];
      ci += pi[j] * c[a];
      dr += mr[j] * d[a];
      di += mi[j] * d[a];
      a += k;
      if (a >= r) a -= r;
    }
    re[k] = cr + di;
    im[k] = ci - dr;
    re[r - k] = cr - di;
    im[r - k] = ci + dr;
  }
}

/// R: the radix, or 0 for any.
template <int R, class T, class W>
SCI_HD void odd_butterfly(int64_t r, const T* roots, W* re, W* im) {
  if constexpr (R > 0)
    FftButterfly<R, T, W>::run(re, im);
  else
    fft_butterfly<T, W>(r, roots, re, im);
}

/// f(i) for begin <= i < end, unrolled where the radix is known.
template <int R, class F>
SCI_HD void odd_each(int64_t begin, int64_t end, const F& f) {
  if constexpr (R > 0) {
    SCI_UNROLL for (int i = 0; i < R; ++i) {
      if (i >= begin && i < end) f(i);
    }
  } else {
    for (int64_t i = begin; i < end; ++i) f(i);
  }
}

template <int R, class T, class W>
SCI_HD void odd_pass(const FftPass& pass, const T* table, const T* roots, const W* __restrict xr,
                     const W* __restrict xi, W* __restrict yr, W* __restrict yi) {
  const int64_t l = pass.m, s = pass.s, r = R > 0 ? R : pass.radix, half = r / 2;
  const T *c = roots + pass.roots, *d = c + r;
  constexpr int size = R > 0 ? R : fft_odd_below;
  W re[size], im[size];
  for (int64_t a = 0; a < s; ++a) {
    const W first = xr[a];
    W sum = first;
    odd_each<R>(1, half + 1, [&](int64_t j) {
      const W u = xr[a + s * j], v = xr[a + s * (r - j)];
      re[j] = u + v;
      im[j] = v - u;
      sum += re[j];
    });
    yr[a] = sum;
    yi[a] = W{};
    odd_each<R>(1, half + 1, [&](int64_t q) {
      W p = first, m = W{};
      odd_each<R>(1, half + 1, [&](int64_t j) {
        p += re[j] * c[q * j % r];
        m += im[j] * d[q * j % r];
      });
      yr[l * q * s + a] = p;
      yi[l * q * s + a] = m;
    });
  }
  const T* w = table + pass.twiddles;
  for (int64_t k = 1; 2 * k < l; ++k) {
    w += 2 * (r - 1);
    for (int64_t a = 0; a < s; ++a) {
      const int64_t from = k * s * r + a;
      re[0] = xr[from];
      im[0] = xi[from];
      odd_each<R>(1, r, [&](int64_t j) {
        const W zr = xr[from + s * j], zi = xi[from + s * j];
        re[j] = zr * w[2 * j - 2] - zi * w[2 * j - 1];
        im[j] = zr * w[2 * j - 1] + zi * w[2 * j - 2];
      });
      odd_butterfly<R, T, W>(r, c, re, im);
      odd_each<R>(0, half + 1, [&](int64_t q) {
        yr[(k + l * q) * s + a] = re[q];
        yi[(k + l * q) * s + a] = im[q];
      });
      odd_each<R>(half + 1, r, [&](int64_t q) {
        const int64_t to = (l * (r - q) - k) * s + a;
        yr[to] = re[q];
        yi[to] = -im[q];
      });
    }
  }
}

template <int R, class T, class W>
SCI_HD void odd_pass_back(const FftPass& pass, const T* table, const T* roots, const W* __restrict xr,
                          const W* __restrict xi, W* __restrict yr, W* __restrict yi) {
  const int64_t l = pass.m, s = pass.s, r = R > 0 ? R : pass.radix, half = r / 2;
  const T *c = roots + pass.roots, *d = c + r;
  constexpr int size = R > 0 ? R : fft_odd_below;
  W re[size], im[size];
  for (int64_t a = 0; a < s; ++a) {
    const W first = xr[a];
    W sum = first;
    odd_each<R>(1, half + 1, [&](int64_t q) {
      re[q] = xr[l * q * s + a] * T(2);
      im[q] = xi[l * q * s + a] * T(2);
      sum += re[q];
    });
    yr[a] = sum;
    odd_each<R>(1, half + 1, [&](int64_t j) {
      W p = first, m = W{};
      odd_each<R>(1, half + 1, [&](int64_t q) {
        p += re[q] * c[q * j % r];
        m += im[q] * d[q * j % r];
      });
      yr[a + s * j] = p - m;
      yr[a + s * (r - j)] = p + m;
    });
  }
  const T* w = table + pass.twiddles;
  for (int64_t k = 1; 2 * k < l; ++k) {
    w += 2 * (r - 1);
    for (int64_t a = 0; a < s; ++a) {
      odd_each<R>(0, half + 1, [&](int64_t q) {
        re[q] = xr[(k + l * q) * s + a];
        im[q] = xi[(k + l * q) * s + a];
      });
      odd_each<R>(half + 1, r, [&](int64_t q) {
        const int64_t from = (l * (r - q) - k) * s + a;
        re[q] = xr[from];
        im[q] = -xi[from];
      });
      odd_butterfly<R, T, W>(r, c, im, re);  // parts exchanged: the inverse
      const int64_t to = k * s * r + a;
      yr[to] = re[0];
      yi[to] = im[0];
      odd_each<R>(1, r, [&](int64_t j) {
        yr[to + s * j] = re[j] * w[2 * j - 2] + im[j] * w[2 * j - 1];
        yi[to + s * j] = im[j] * w[2 * j - 2] - re[j] * w[2 * j - 1];
      });
    }
  }
}

template <class T, int L>
SCI_HD void odd_steps(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  for (int i = 0; i < f.count; ++i) {
    const FftPass& pass = f.pass[i];
    switch (pass.radix) {
      case 3: odd_pass<3>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      case 5: odd_pass<5>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      case 7: odd_pass<7>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      default: odd_pass<0>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi);
    }
    b.swap_arrays();
  }
}

template <class T, int L>
SCI_HD void odd_steps_back(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  for (int i = f.count; i-- > 0;) {
    const FftPass& pass = f.pass[i];
    switch (pass.radix) {
      case 3: odd_pass_back<3>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      case 5: odd_pass_back<5>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      case 7: odd_pass_back<7>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi); break;
      default: odd_pass_back<0>(pass, f.table, f.roots, b.xr, b.xi, b.yr, b.yi);
    }
    b.swap_arrays();
  }
}

/// odd_run(f, b): from n real numbers in xr to their half spectrum in x.
template <class T, int L>
SCI_LANES_APART void odd_run(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  odd_steps(f, b);
}
/// odd_run_back(f, b): from a half spectrum in x to n real numbers in xr. The imaginary part of X_0 is not read.
template <class T, int L>
SCI_LANES_APART void odd_run_back(const FftPasses<T>& f, FftBuffer<T, L>& b) {
  odd_steps_back(f, b);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
