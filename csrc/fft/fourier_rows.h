// Fourier transforms of whole rows on the CPU, between real and complex numbers, around lanes_fft.h and long_fft.h.
//                                                                                  operator: csrc/ops/fft_fourier.cpp
// A row of n real numbers, n even, is h = n / 2 complex ones z_j = x_2j + i x_{2j+1}. With
// E = (Z_k + conj Z_{h-k}) / 2, O = (Z_k - conj Z_{h-k}) / 2i, w = exp(-2 pi i k / n) [1]:
//   X_k = E + w O,  X_{h-k} = conj(E - w O)
// and backwards, with S = X_k + conj X_{h-k}, P = i conj(w) (X_k - conj X_{h-k}):  Z_k = S + P, Z_{h-k} = conj(S - P).
// For odd n see odd_fft.h; where that has no passes for a factor, the complex transform has the length n.
//
// Source  [1] W. H. Press et al., "Numerical Recipes", 3rd ed. 2007, section 12.3.2
#pragma once
#include "fft/kinds.h"
#include "fft/odd_long.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// One transform's numbers, for all rows: n of real or complex numbers, h the length of the complex transform.
template <class T>
struct FourierRule {
  int64_t n, h, inner;  // elements of a row are `inner` elements apart
  bool inverse;         // the sign of the exponent is +
  T scale, middle;      // a factor of the values of a half spectrum that stand for two
  const T *wr, *wi;     // exp(-2 pi i k / n), k <= h / 2, for even n

  bool even() const { return h != n; }
  int64_t half() const { return n / 2 + 1; }
};

/// L rows of which `valid` are there (the others repeat one of them and are not written).
template <class T, FourierKind Kind>
struct FourierLanes {
  using V = FftVector<T>;
  using W = typename V::W;
  static constexpr int L = V::L;
  static constexpr int unit_in = Kind == FourierKind::to_half ? 1 : 2,
                       unit_out = Kind == FourierKind::from_half ? 1 : 2;
  FourierRule<T> rule;
  const T* in[L];
  T* out[L];
  int valid;
  bool dense, adjacent;  // rows' elements lie side by side; row i is i elements behind row 0

  SCI_HD FourierLanes(const FourierRule<T>& rule_, const T* x, T* y, int64_t r0, int64_t rows) : rule(rule_) {
    const int64_t inner = rule.inner;
    const int64_t from = Kind == FourierKind::from_half ? rule.half() : rule.n;
    const int64_t to = Kind == FourierKind::to_half ? rule.half() : rule.n;
    valid = int(min(int64_t(L), rows - r0));
    for (int i = 0; i < L; ++i) {
      const int64_t r = r0 + min(i, valid - 1);
      in[i] = x + (r / inner * from * inner + r % inner) * unit_in;
      out[i] = y + (r / inner * to * inner + r % inner) * unit_out;
    }
    dense = valid == L && inner == 1;
    adjacent = valid == L && r0 % inner + L <= inner;
  }

  // ---- single elements ----

  SCI_HD W real(int64_t j) const {
    const int64_t at = j * rule.inner;
    W w;
    if (adjacent) {
      w = V::at(in[0] + at);
    } else if (valid == 1) {
      const T one = in[0][at];
      SCI_UNROLL for (int i = 0; i < L; ++i) w[i] = one;
    } else {
      SCI_UNROLL for (int i = 0; i < L; ++i) w[i] = in[i][at];
    }
    return w;
  }
  SCI_HD void complex(int64_t j, W& re, W& im) const {
    const int64_t at = 2 * j * rule.inner;
    if (adjacent) {
      V::split(V::at(in[0] + at), V::at(in[0] + at + L), re, im);
    } else if (valid == 1) {
      const T first = in[0][at], second = in[0][at + 1];
      SCI_UNROLL for (int i = 0; i < L; ++i) re[i] = first, im[i] = second;
    } else {
      SCI_UNROLL for (int i = 0; i < L; ++i) re[i] = in[i][at], im[i] = in[i][at + 1];
    }
  }
  SCI_HD void put(int64_t k, const W& re) const {
    const int64_t at = k * rule.inner;
    if (adjacent) {
      V::at(out[0] + at) = re;
    } else {
      for (int i = 0; i < valid; ++i) out[i][at] = re[i];
    }
  }
  SCI_HD void put(int64_t k, const W& re, const W& im) const {
    const int64_t at = 2 * k * rule.inner;
    if (adjacent) {
      W a, b;
      V::join(re, im, a, b);
      V::at(out[0] + at) = a;
      V::at(out[0] + at + L) = b;
    } else {
      for (int i = 0; i < valid; ++i) out[i][at] = re[i], out[i][at + 1] = im[i];
    }
  }

  // ---- whole rows ----

  /// `count` pairs of neighbours: complex numbers, or two real ones.
  SCI_HD void read_pairs(int64_t count, W* re, W* im) const {
    int64_t j = 0;
    if (dense)
      for (; j + L / 2 <= count; j += L / 2) {
        W v[L];
        SCI_UNROLL for (int i = 0; i < L; ++i) v[i] = V::at(in[i] + 2 * j);
        V::transpose(v);
        SCI_UNROLL for (int i = 0; i < L / 2; ++i) re[j + i] = v[2 * i], im[j + i] = v[2 * i + 1];
      }
    for (; j < count; ++j) {
      if constexpr (unit_in == 2)
        complex(j, re[j], im[j]);
      else
        re[j] = real(2 * j), im[j] = real(2 * j + 1);
    }
  }
  SCI_HD void write_pairs(int64_t count, const W* re, const W* im, T scale) const {
    int64_t k = 0;
    if (dense)
      for (; k + L / 2 <= count; k += L / 2) {
        W v[L];
        SCI_UNROLL for (int i = 0; i < L / 2; ++i) v[2 * i] = re[k + i] * scale, v[2 * i + 1] = im[k + i] * scale;
        V::transpose(v);
        SCI_UNROLL for (int i = 0; i < L; ++i) V::at(out[i] + 2 * k) = v[i];
      }
    for (; k < count; ++k) {
      if constexpr (unit_out == 2)
        put(k, re[k] * scale, im[k] * scale);
      else
        put(2 * k, re[k] * scale), put(2 * k + 1, im[k] * scale);
    }
  }

  /// The whole transform; `buffer` holds fft.buffer() vectors. `odd`: by the passes of odd_fft.h.
  SCI_HD void run(const FftPasses<T>& fft, bool odd, T* buffer) const {
    const int64_t h = rule.h;
    FftBuffer<T, L> b(fft, buffer);
    if constexpr (Kind == FourierKind::complex) {
      if (rule.inverse)
        read_pairs(h, b.xi, b.xr);
      else
        read_pairs(h, b.xr, b.xi);
      fft_run(fft, b);
      if (rule.inverse)
        write_pairs(h, b.xi, b.xr, rule.scale);
      else
        write_pairs(h, b.xr, b.xi, rule.scale);
    } else if constexpr (Kind == FourierKind::to_half) {
      if (rule.even()) {
        read_pairs(h, b.xr, b.xi);
      } else {
        for (int64_t j = 0; j < h; ++j) b.xr[j] = real(j), b.xi[j] = W{};
      }
      if (odd)
        odd_run(fft, b);
      else
        fft_run(fft, b);
      W *xr = b.xr, *xi = b.xi, *yr = b.yr, *yi = b.yi;
      const T sign = rule.inverse ? T(-1) : T(1);
      if (!rule.even()) {
        for (int64_t k = 1; k < rule.half(); ++k) xr[k] *= rule.middle, xi[k] *= sign * rule.middle;
        xi[0] = W{};
        return write_pairs(rule.half(), xr, xi, rule.scale);
      }
      const W first = xr[0] + xi[0], last = xr[0] - xi[0];
      const T half = rule.middle / T(2);
      for (int64_t k = 1; 2 * k <= h; ++k) {
        const int64_t l = h - k;
        const W er = xr[k] + xr[l], ei = xi[k] - xi[l], qr = xi[k] + xi[l], qi = xr[l] - xr[k];
        const T wr = rule.wr[k], wi = rule.wi[k];
        const W pr = qr * wr - qi * wi, pi = qr * wi + qi * wr;
        yr[k] = (er + pr) * half;
        yi[k] = (ei + pi) * (sign * half);
        yr[l] = (er - pr) * half;
        yi[l] = (pi - ei) * (sign * half);
      }
      yr[0] = first;
      yr[h] = last;
      yi[0] = yi[h] = W{};
      write_pairs(h + 1, yr, yi, rule.scale);
    } else {
      const int64_t count = rule.half();
      W *xr = b.xr, *xi = b.xi, *yr = b.yr, *yi = b.yi;
      if (odd) {
        read_pairs(count, xr, xi);
        const T re = rule.middle, im = rule.inverse ? re : -re;
        for (int64_t k = 1; k < count; ++k) xr[k] *= re, xi[k] *= im;
        odd_run_back(fft, b);
        for (int64_t j = 0; j < h; ++j) put(j, b.xr[j] * rule.scale);
        return;
      }
      read_pairs(count, yr, yi);
      const T middle = rule.middle, sign = rule.inverse ? T(1) : T(-1);  // of the imaginary parts of X
      if (rule.even()) {
        xr[0] = yr[0] + yr[h];
        xi[0] = yr[0] - yr[h];
        for (int64_t k = 1; 2 * k <= h; ++k) {
          const int64_t l = h - k;
          const W sr = (yr[k] + yr[l]) * middle, si = (yi[k] - yi[l]) * (sign * middle);
          const W dr = (yr[k] - yr[l]) * middle, di = (yi[k] + yi[l]) * (sign * middle);
          const T wr = rule.wr[k], wi = rule.wi[k];
          const W pr = dr * wi - di * wr, pi = dr * wr + di * wi;
          xr[k] = sr + pr;
          xi[k] = si + pi;
          xr[l] = sr - pr;
          xi[l] = pi - si;
        }
      } else {
        xr[0] = yr[0];
        xi[0] = W{};
        for (int64_t k = 1; k < count; ++k) {
          xr[k] = xr[h - k] = yr[k] * middle;
          xi[k] = yi[k] * (sign * middle);
          xi[h - k] = -xi[k];
        }
      }
      b.swap_parts();
      fft_run(fft, b);
      if (rule.even()) return write_pairs(h, b.xi, b.xr, rule.scale);
      for (int64_t k = 0; k < h; ++k) put(k, b.xi[k] * rule.scale);
    }
  }
};

/// Short rows, L at a time, in the lanes: a task of the CPU's threads.
template <class T, FourierKind Kind>
struct FourierShortRows {
  FourierRule<T> rule;
  const FftPasses<T>* fft;
  bool odd;
  const T* in;
  T* out;
  int64_t rows;
  SCI_HD void operator()(int64_t item, T* buffer) const {
    FourierLanes<T, Kind> of_rows(rule, in, out, item * FftVector<T>::L, rows);
    of_rows.run(*fft, odd, buffer);
  }
};

// ---- long rows: sources and sinks -----------------------------------------------------------------------------------

/// Pairs of numbers, `first` and `step` numbers apart: complex numbers, or neighbours in a real row.
template <class T>
struct FourierPairs {
  T* x;
  int64_t step, second;  // numbers from pair to pair, and from the first of a pair to the second
  bool swapped;          // second parts first, for the inverse transform
  T scale;
  bool dense() const { return step == 2 && second == 1; }
};
template <class T>
struct FourierPairsSource : FourierPairs<T> {
  SCI_HD explicit FourierPairsSource(const FourierPairs<T>& pairs) : FourierPairs<T>(pairs) {}
  SCI_HD void operator()(int64_t j, int64_t count, T* re, T* im) const {
    using V = FftVector<T>;
    if (this->swapped) swap(re, im);
    const T* from = this->x + j * this->step;
    if (count == V::L && this->dense()) {
      typename V::W a, b;
      V::split(V::at(from), V::at(from + V::L), a, b);
      V::at(re) = a;
      V::at(im) = b;
      return;
    }
    for (int64_t i = 0; i < count; ++i) re[i] = from[i * this->step], im[i] = from[i * this->step + this->second];
  }
};
template <class T>
struct FourierPairsSink : FourierPairs<T> {
  SCI_HD explicit FourierPairsSink(const FourierPairs<T>& pairs) : FourierPairs<T>(pairs) {}
  SCI_HD void operator()(int64_t k, int64_t count, const T* re, const T* im) const {
    using V = FftVector<T>;
    if (this->swapped) swap(re, im);
    T* to = this->x + k * this->step;
    const T scale = this->scale;
    if (count == V::L && this->dense()) {
      typename V::W a, b;
      V::join(V::at(re) * scale, V::at(im) * scale, a, b);
      V::at(to) = a;
      V::at(to + V::L) = b;
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      to[i * this->step] = re[i] * scale;
      to[i * this->step + this->second] = im[i] * scale;
    }
  }
};

/// An odd number of real numbers, and the half spectrum they are transformed to.
template <class T>
struct FourierRealSource {
  const T* x;
  int64_t step;
  SCI_HD void operator()(int64_t j, int64_t count, T* re) const {
    using V = FftVector<T>;
    if (count == V::L && step == 1) {
      V::at(re) = V::at(x + j);
      return;
    }
    for (int64_t i = 0; i < count; ++i) re[i] = x[(j + i) * step];
  }
};
template <class T>
struct FourierHalfSink {
  T* x;
  int64_t step;
  FourierRule<T> rule;
  SCI_HD void operator()(int64_t k, int64_t count, const T* re, const T* im) const {
    using V = FftVector<T>;
    const T middle = rule.scale * rule.middle, sign = rule.inverse ? -middle : middle;
    T* to = x + k * step;
    if (count == V::L && step == 2 && k > 0) {
      typename V::W a, b;
      V::join(V::at(re) * middle, V::at(im) * sign, a, b);
      V::at(to) = a;
      V::at(to + V::L) = b;
      return;
    }
    for (int64_t i = 0; i < count; ++i, to += step) {
      to[0] = re[i] * (k + i ? middle : rule.scale);
      to[1] = k + i ? im[i] * sign : T(0);
    }
  }
};
/// The same backwards.
template <class T>
struct FourierHalfSource {
  const T* x;
  int64_t step;
  FourierRule<T> rule;
  SCI_HD void operator()(int64_t k, int64_t count, T* re, T* im) const {
    using V = FftVector<T>;
    const T middle = rule.middle, sign = rule.inverse ? middle : -middle;
    const T* from = x + k * step;
    if (count == V::L && step == 2 && k > 0) {
      typename V::W a, b;
      V::split(V::at(from), V::at(from + V::L), a, b);
      V::at(re) = a * middle;
      V::at(im) = b * sign;
      return;
    }
    for (int64_t i = 0; i < count; ++i, from += step) {
      re[i] = from[0] * (k + i ? middle : T(1));
      im[i] = k + i ? from[1] * sign : T(0);
    }
  }
};
template <class T>
struct FourierRealSink {
  T* x;
  int64_t step;
  T scale;
  SCI_HD void operator()(int64_t k, int64_t count, const T* re) const {
    using V = FftVector<T>;
    if (count == V::L && step == 1) {
      V::at(x + k) = V::at(re) * scale;
      return;
    }
    for (int64_t i = 0; i < count; ++i) x[(k + i) * step] = re[i] * scale;
  }
};

/// The pairs k, h - k of an even row's half spectrum from those of Z, in place: k = 1 + item * chunk, ...
template <class T>
struct FourierAfter {
  static constexpr int64_t chunk = 1024;
  FourierRule<T> rule;
  T* z;
  int64_t step;  // numbers from complex number to complex number
  int64_t count() const { return rule.h / 2 + 1; }
  SCI_HD void operator()(int64_t item, T*) const {
    using V = FftVector<T>;
    using W = typename V::W;
    constexpr int L = V::L;
    const int64_t h = rule.h, end = min((item + 1) * chunk, count());
    const T half = rule.middle / T(2), sign = rule.inverse ? -half : half;
    int64_t k = item * chunk;
    if (k == 0) {  // `scale` is in Z
      const T re = z[0], im = z[1];
      z[0] = re + im;
      z[h * step] = re - im;
      z[1] = z[h * step + 1] = T(0);
      k = 1;
    }
    for (; step == 2 && k + L <= end && 2 * (k + L) <= h; k += L) {
      T *at_k = z + 2 * k, *at_l = z + 2 * (h - k - L + 1);
      W ar, ai, br, bi;
      V::split(V::at(at_k), V::at(at_k + L), ar, ai);
      V::split(V::at(at_l), V::at(at_l + L), br, bi);
      br = V::reversed(br);
      bi = V::reversed(bi);
      const W er = ar + br, ei = ai - bi, qr = ai + bi, qi = br - ar, wr = V::at(rule.wr + k), wi = V::at(rule.wi + k);
      const W pr = qr * wr - qi * wi, pi = qr * wi + qi * wr;
      W a, b;
      V::join((er + pr) * half, (ei + pi) * sign, a, b);
      V::at(at_k) = a;
      V::at(at_k + L) = b;
      V::join(V::reversed(W((er - pr) * half)), V::reversed(W((pi - ei) * sign)), a, b);
      V::at(at_l) = a;
      V::at(at_l + L) = b;
    }
    for (; k < end; ++k) {
      T *at_k = z + k * step, *at_l = z + (h - k) * step;
      const T er = at_k[0] + at_l[0], ei = at_k[1] - at_l[1], qr = at_k[1] + at_l[1], qi = at_l[0] - at_k[0];
      const T wr = rule.wr[k], wi = rule.wi[k], pr = qr * wr - qi * wi, pi = qr * wi + qi * wr;
      at_k[0] = (er + pr) * half;
      at_k[1] = (ei + pi) * sign;
      at_l[0] = (er - pr) * half;
      at_l[1] = (pi - ei) * sign;
    }
  }
};

/// Z from an even row's half spectrum, in separate parts.
template <class T>
struct FourierBefore {
  static constexpr int64_t chunk = 1024;
  FourierRule<T> rule;
  const T* x;
  int64_t step;
  T *re, *im;
  int64_t count() const { return rule.h / 2 + 1; }
  SCI_HD void operator()(int64_t item, T*) const {
    using V = FftVector<T>;
    using W = typename V::W;
    constexpr int L = V::L;
    const int64_t h = rule.h, end = min((item + 1) * chunk, count());
    const T middle = rule.middle, sign = rule.inverse ? middle : -middle;
    int64_t k = item * chunk;
    if (k == 0) {
      re[0] = x[0] + x[h * step];
      im[0] = x[0] - x[h * step];
      k = 1;
    }
    for (; step == 2 && k + L <= end && 2 * (k + L) <= h; k += L) {
      const T *at_k = x + 2 * k, *at_l = x + 2 * (h - k - L + 1);
      W ar, ai, br, bi;
      V::split(V::at(at_k), V::at(at_k + L), ar, ai);
      V::split(V::at(at_l), V::at(at_l + L), br, bi);
      br = V::reversed(br);
      bi = V::reversed(bi);
      const W sr = (ar + br) * middle, si = (ai - bi) * sign, dr = (ar - br) * middle, di = (ai + bi) * sign;
      const W wr = V::at(rule.wr + k), wi = V::at(rule.wi + k);
      const W pr = dr * wi - di * wr, pi = dr * wr + di * wi;
      V::at(re + k) = sr + pr;
      V::at(im + k) = si + pi;
      V::at(re + h - k - L + 1) = V::reversed(W(sr - pr));
      V::at(im + h - k - L + 1) = V::reversed(W(pi - si));
    }
    for (; k < end; ++k) {
      const T *at_k = x + k * step, *at_l = x + (h - k) * step;
      const T sr = (at_k[0] + at_l[0]) * middle, si = (at_k[1] - at_l[1]) * sign;
      const T dr = (at_k[0] - at_l[0]) * middle, di = (at_k[1] + at_l[1]) * sign;
      const T wr = rule.wr[k], wi = rule.wi[k], pr = dr * wi - di * wr, pi = dr * wr + di * wi;
      const int64_t l = h - k;
      re[k] = sr + pr;
      im[k] = si + pi;
      re[l] = sr - pr;
      im[l] = pi - si;
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
