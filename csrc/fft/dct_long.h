// A single long row of a cosine or sine transform on the CPU, around FftLong: as DctLanes in dct_rows.h, whose formulas
// these are, but L neighbouring values at a time where a row's numbers lie side by side.
#pragma once
#include "fft/dct_rows.h"
#include "fft/long_fft.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct DctRow : DctLanes<T, 1> {
  using Base = DctLanes<T, 1>;
  static constexpr int L = FftLong<T>::L;
  using V = lanes<T, L>;
  using Base::in, Base::out, Base::rule, Base::step_in, Base::step_out;

  SCI_HD DctRow(const DctRule<T>& rule_, const T* x, T* y, int64_t r, int64_t rows) : Base(rule_, x, y, r, rows) {}

  // ---- L neighbours ----

  static SCI_HD void reverse(V& v) { v = FftVector<T>::reversed(v); }
  static SCI_HD V read(const T* p) { return FftLong<T>::at(p); }
  static SCI_HD V read_back(const T* p) {  // p[0], p[-1], ...
    V v = FftLong<T>::at(p - (L - 1));
    reverse(v);
    return v;
  }
  SCI_HD bool dense() const { return abs(step_in) == 1 && abs(step_out) == 1; }

  /// Elements m, m + 1, ... of the row.
  SCI_HD V up(int64_t m) const {
    V v = step_in == 1 ? read(in[0] + m) : read_back(in[0] - m);
    return rule.before == DctOrder::alternating ? FftVector<T>::alternated(m % 2 ? -v : v) : v;
  }
  /// Elements m, m - 1, ...
  SCI_HD V down(int64_t m) const {
    V v = up(m - (L - 1));
    reverse(v);
    return v;
  }
  SCI_HD void put_up(int64_t k, V v, T factor) const {
    v *= factor;
    if (rule.after == DctOrder::alternating) v = FftVector<T>::alternated(k % 2 ? -v : v);
    if (step_out == 1) {
      FftLong<T>::at(out[0] + k) = v;
    } else {
      reverse(v);
      FftLong<T>::at(out[0] - k - (L - 1)) = v;
    }
  }
  SCI_HD void put_down(int64_t k, V v, T factor) const {
    reverse(v);
    put_up(k - (L - 1), v, factor);
  }
  SCI_HD V entries(int column, int64_t k) const { return read(rule.table + column * rule.part + k); }

  // ---- before ----

  /// z_j for j0 <= j < j0 + count, count <= L.
  template <int Kind>
  SCI_HD void fill(int64_t j0, int64_t count, T* re, T* im) const {
    if (count == L && fill_fast<Kind>(j0, re, im)) return;
    if constexpr (Kind == 24) {  // as `before`, with one division for all
      const int64_t n = rule.n;
      for (int64_t i = 0, rest = 8 * j0 % n; i < count; ++i) {
        const int64_t a = dct_odd_number(rest, n);
        re[i] = in[0][a / 2 * step_in] * dct_sign_cos<T>(a);
        im[i] = T(0);
        for (rest += 8; rest >= n;) rest -= n;
      }
      return;
    }
    for (int64_t i = 0; i < count; ++i) this->template before<Kind>(j0 + i, re[i], im[i]);
  }

  template <int Kind>
  SCI_HD bool fill_fast(int64_t j0, T* re, T* im) const {
    const int64_t n = rule.n, h = rule.h, j1 = j0 + L - 1, s = step_in;
    if constexpr (Kind == 1) {
      const T* x = in[0] - (rule.odd ? s : 0);
      if (j0 > 0 && 2 * j1 + 1 < h) {
        SCI_UNROLL for (int i = 0; i < L; ++i) re[i] = x[2 * (j0 + i) * s], im[i] = x[(2 * (j0 + i) + 1) * s];
        return true;
      }
      if (2 * j0 > h) {
        const T sign = rule.odd ? T(-1) : T(1);
        x += 2 * h * s;
        SCI_UNROLL for (int i = 0; i < L; ++i) {
          re[i] = sign * x[-2 * (j0 + i) * s];
          im[i] = sign * x[-(2 * (j0 + i) + 1) * s];
        }
        return true;
      }
    } else if constexpr (Kind == 2) {
      const T* x = in[0];
      if (2 * j1 + 1 < h) {  // even places: no signs
        SCI_UNROLL for (int i = 0; i < L; ++i) re[i] = x[4 * (j0 + i) * s], im[i] = x[(4 * (j0 + i) + 2) * s];
        return true;
      }
      if (2 * j0 >= h) {  // odd places
        const T sign = rule.before == DctOrder::alternating ? T(-1) : T(1);
        x += (2 * n - 1) * s;
        SCI_UNROLL for (int i = 0; i < L; ++i) {
          re[i] = sign * x[-4 * (j0 + i) * s];
          im[i] = sign * x[-(4 * (j0 + i) + 2) * s];
        }
        return true;
      }
    } else if constexpr (Kind == 3) {
      constexpr T r = T(0.7071067811865475244008443621048490392848L);
      const bool mirrored = 2 * j0 > h;
      const int64_t k = mirrored ? h - j1 : j0;
      if (abs(s) != 1 || k == 0 || 2 * (k + L - 1) > h) return false;
      V ar = up(k), ai = -down(n - k), ups = up(h + k), downs = down(h - k);
      V br = (downs + ups) * r, bi = (ups - downs) * r;
      V sr = ar + br, si = ai + bi, dr = ar - br, di = ai - bi;
      V tr = entries(0, k), ti = entries(1, k), wr = entries(2, k), wi = entries(3, k);
      V fr = sr * tr + si * ti, fi = si * tr - sr * ti, gr = dr * wi - di * wr, gi = dr * wr + di * wi;
      V zr = fr + gr, zi = fi + gi;
      if (mirrored) {
        zr = fr - gr;
        zi = gi - fi;
        reverse(zr);
        reverse(zi);
      }
      FftLong<T>::at(re) = zr;
      FftLong<T>::at(im) = zi;
      return true;
    } else if constexpr (Kind == 4) {
      const T *x = in[0] + 2 * j0 * s, *y = in[0] + (n - 1 - 2 * j0) * s;
      V a, b, cr = entries(0, j0), ci = entries(1, j0);
      SCI_UNROLL for (int i = 0; i < L; ++i) a[i] = x[2 * i * s], b[i] = y[-2 * i * s];
      FftLong<T>::at(re) = a * cr - b * ci;
      FftLong<T>::at(im) = a * ci + b * cr;
      return true;
    } else if constexpr (Kind == 22) {
      const T* x = in[0];
      T sign = T(1);
      int64_t step = 2 * s;
      if (2 * j0 > n) {
        sign = rule.before == DctOrder::alternating ? T(-1) : T(1);
        x += (2 * n - 1) * s;
        step = -step;
      } else if (2 * j1 > n) {
        return false;
      }
      SCI_UNROLL for (int i = 0; i < L; ++i) re[i] = sign * x[step * (j0 + i)], im[i] = T(0);
      return true;
    } else if constexpr (Kind == 23) {
      if (abs(s) != 1 || j0 == 0 || 2 * j1 > n) return false;
      V a = up(j0), b = down(n - j0), tr = entries(0, j0), ti = entries(1, j0);
      FftLong<T>::at(re) = a * tr - b * ti;
      FftLong<T>::at(im) = -(a * ti + b * tr);
      return true;
    } else {
      // As in `before`: between two wraps modulo n, a changes by 8 and its characters stay.
      const int64_t rest = 8 * j0 % n;
      if (rest + 8 * (L - 1) >= n) return false;
      const int64_t a = dct_odd_number(rest, n), step = (dct_odd_number(rest + 8, n) - a) / 2 * s;
      const T* x = in[0] + a / 2 * s;
      V v;
      SCI_UNROLL for (int i = 0; i < L; ++i) v[i] = x[step * i];
      FftLong<T>::at(re) = v * dct_sign_cos<T>(a);
      FftLong<T>::at(im) = V{};
      return true;
    }
    return false;
  }

  // ---- after ----

  /// The steps k0 <= k < k1 of `after`.
  template <int Kind>
  SCI_HD void finish(int64_t k0, int64_t k1, const T* zr, const T* zi) const {
    int64_t k = k0;
    if constexpr (Kind == 24) {
      if (dense()) return finish_odd(k0, k1, zr, zi);
    } else if (dense()) {
      if (k == 0 && k < k1) this->template after<Kind>(k++, zr, zi);  // where ends are weighted and partners missing
      // The vectors of the last steps would reach beyond the middle, where one partner meets the other.
      for (int64_t end = min(k1, this->template steps<Kind>() - 1) - L; k <= end; k += L) finish_fast<Kind>(k, zr, zi);
    }
    for (; k < k1; ++k) this->template after<Kind>(k, zr, zi);
  }

  /// Type 4 of odd n: neighbours' places are 2 apart, upwards or, in the mirrored half, downwards.
  SCI_HD void finish_odd(int64_t k0, int64_t k1, const T* zr, const T* zi) const {
    const int64_t n = rule.n, half = n / 2;
    V cosines, sines;  // the characters repeat after 4 places
    SCI_UNROLL for (int i = 0; i < L; ++i) {
      const int64_t ub = n % 8 * (2 * (k0 + i) + 1);
      cosines[i] = dct_sign_cos<T>(ub), sines[i] = dct_sign_sin<T>(ub);
    }
    int64_t k = k0;
    while (k < k1) {
      const int64_t b = 2 * k + 1, m = b < n ? b : b - n, last = m + 2 * (L - 1);
      const bool same = (k - k0) % 4 == 0 && k + L <= k1, up = last <= half, back = m > half && last < n;
      if (!same || (!up && !back)) {
        this->template after<24>(k++, zr, zi);
        continue;
      }
      V re, im, others;
      if (up) {
        FftVector<T>::split(read(zr + m), read(zr + m + L), re, others);
        FftVector<T>::split(read(zi + m), read(zi + m + L), im, others);
      } else {
        const int64_t at = n - m - 2 * L + 1;
        FftVector<T>::split(read(zr + at), read(zr + at + L), others, re);
        FftVector<T>::split(read(zi + at), read(zi + at + L), others, im);
        reverse(re);
        reverse(im);
        im = -im;
      }
      put_up(k, re * cosines + im * sines, numbers::sqrt2<T> * rule.scale);
      k += L;
    }
  }

  template <int Kind>
  SCI_HD void finish_fast(int64_t k, const T* zr, const T* zi) const {
    const int64_t n = rule.n, h = rule.h;
    const T scale = rule.scale;
    constexpr T r = T(0.7071067811865475244008443621048490392848L);
    if constexpr (Kind <= 2) {
      const V ar = read(zr + k), ai = read(zi + k), br = read_back(zr + h - k), bi = read_back(zi + h - k);
      const V er = ar + br, ei = ai - bi, qr = ai + bi, qi = br - ar;
      const V t0 = entries(0, k), t1 = entries(1, k);
      if constexpr (Kind == 1) {
        const T half = scale / T(2);
        if (rule.odd) {
          const V i = qr * t1 + qi * t0;
          put_up(k - 1, ei + i, -half);
          put_down(h - k - 1, ei - i, half);
        } else {
          const V p = qr * t0 - qi * t1;
          put_up(k, er + p, half);
          put_down(h - k, er - p, half);
        }
      } else {
        const V w0 = entries(2, k), w1 = entries(3, k);
        const V fr = er * t0 - ei * t1, fi = er * t1 + ei * t0, gr = qr * w0 - qi * w1, gi = qr * w1 + qi * w0;
        const V dr = fr - gr, di = fi - gi;
        put_up(k, fr + gr, scale);
        put_down(n - k, fi + gi, -scale);
        put_down(h - k, dr - di, scale * r);
        put_up(h + k, dr + di, scale * r);
      }
    } else if constexpr (Kind == 22) {
      const V ar = read(zr + k), ai = read(zi + k), t0 = entries(0, k), t1 = entries(1, k);
      put_up(k, ar * t0 - ai * t1, T(2) * scale);
      put_down(n - k, ar * t1 + ai * t0, T(-2) * scale);
    } else if constexpr (Kind == 4) {
      const V ar = read(zr + k), ai = read(zi + k), t0 = entries(0, k), t1 = entries(1, k);
      const V a = (ar * t0 - ai * t1) * (T(2) * scale);
      // Odd places (n is even), which alternation makes negative.
      const V b = (ar * t1 + ai * t0) * (rule.after == DctOrder::alternating ? T(2) * scale : T(-2) * scale);
      T *y = out[0] + 2 * k * step_out, *z = out[0] + (n - 1 - 2 * k) * step_out;
      SCI_UNROLL for (int i = 0; i < L; ++i) y[2 * i * step_out] = a[i], z[-2 * i * step_out] = b[i];
    } else if constexpr (Kind == 3) {
      const V a = read(zr + k) * scale, b = read_back(zi + h - 1 - k), c = read(zi + k) * scale,
              d = read_back(zr + h - 1 - k);
      const T sign = rule.after == DctOrder::alternating ? -scale : scale;
      const V p = b * sign, q = d * sign;
      T* y = out[0] + 4 * k * step_out;
      SCI_UNROLL for (int i = 0; i < L; ++i) {
        T* to = y + 4 * i * step_out;
        to[0] = a[i];
        to[step_out] = p[i];
        to[2 * step_out] = c[i];
        to[3 * step_out] = q[i];
      }
    } else {
      static_assert(Kind == 23, "types of odd length");
      V a, b;
      FftVector<T>::join(read(zr + k), read_back(zr + n - 1 - k), a, b);
      put_up(2 * k, a, scale);
      put_up(2 * k + L, b, scale);
    }
  }
};

/// z_j as the source of a long transform (long_fft.h). Without im: of a real transform.
template <class T, int Kind>
struct DctLongSource {
  DctRow<T> row;
  SCI_HD void operator()(int64_t j, int64_t count, T* re, T* im) const {
    constexpr bool exchanged = Kind == 3;  // for the inverse
    row.template fill<Kind>(j, count, exchanged ? im : re, exchanged ? re : im);
  }
  SCI_HD void operator()(int64_t j, int64_t count, T* re) const {
    T im[FftVector<T>::L];
    row.template fill<Kind>(j, count, re, im);
  }
};
/// For very long rows all z_j in a first sweep: the columns' steps through memory would reach each number and table
/// entry by a cache line and an address translation of its own.
template <class T, int Kind>
struct DctLongBefore {
  static constexpr int64_t chunk = 1024;
  DctRow<T> row;
  T *re, *im;
  int64_t count() const { return Kind == 23 ? row.rule.h / 2 + 1 : row.rule.h; }
  SCI_HD void operator()(int64_t item, T*) const {
    const DctLongSource<T, Kind> source{row};
    for (int64_t j = item * chunk, end = min(j + chunk, count()); j < end; j += row.L)
      source(j, min(int64_t(row.L), end - j), re + j, im + j);
  }
};
template <class T, int Kind>
struct DctLongAfter {
  static constexpr bool exchanged = Kind == 3;
  static constexpr int64_t chunk = 1024;
  DctRow<T> row;
  const T *re, *im;
  SCI_HD void operator()(int64_t item, T*) const {
    int64_t end = min((item + 1) * chunk, row.template steps<Kind>());
    row.template finish<Kind>(item * chunk, end, exchanged ? im : re, exchanged ? re : im);
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
