// Cosine and sine transforms of whole rows on the CPU, around a complex transform of half the length (lanes_fft.h).
//                                                                                          operator:
//                                                                                          csrc/ops/fft_dct.cpp
// The steps are those of dct.h, put together with the step from h = n/2 complex numbers z_j = v_2j + i v_{2j+1} to the
// transform V of n real ones (type 1: of h = n -+ 1 to 2 h): with E = (Z_k + conj Z_{h-k}) / 2,
// O = (Z_k - conj Z_{h-k}) / 2i, w = exp(-2 pi i k / n):  V_k = E + w O,  V_{h-k} = conj(E - w O).
// Since t_{h-k} = exp(-i pi/4) conj(t_k), the pair k, h-k of type 2 costs two complex products, with t_k and t_k w_k:
//   F = t_k E, G = t_k w_k O:  y_k = 2 Re(F+G), y_{n-k} = -2 Im(F+G), y_{h-k}, y_{h+k} = sqrt2 (Re -+ Im)(F-G)
// and type 3 runs this backwards:
//   A = x_k - i x_{n-k}, B = ((x_{h-k} + x_{h+k}) + i (x_{h+k} - x_{h-k})) / sqrt2,
//   F = conj(t_k) (A + B), G = i conj(t_k w_k) (A - B):  Z_k = F + G, Z_{h-k} = conj(F - G), inverse transform.
#pragma once
#include "fft/dct.h"
#include "fft/odd_long.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// One transform's numbers, for all rows. A `Kind` is the type 1 to 4, or for odd n, where the complex transform has
/// the length n and the steps are those of dct.h, the type and 20. `table` is made of columns of `part` numbers, real
/// and imaginary: 1: w_k; 2, 3: t_k, t_k w_k; 4: c_j; 22, 23: t_k.
template <class T>
struct DctRule {
  int64_t n, h, stride;  // h: the length of the complex transform
  bool odd;              // the sine transform of type 1
  DctOrder before, after;
  T scale, end_in, end_out;
  const T* table;
  int64_t part;

  SCI_HD T entry(int column, int64_t k) const { return table[column * part + k]; }
};

/// L rows of which `valid` are there (the others repeat one of them and are not written).
template <class T, int L>
struct DctLanes {
  using W = lanes<T, L>;
  typedef T Loose __attribute__((vector_size(L * sizeof(T)), aligned(sizeof(T)), may_alias));
  DctRule<T> rule;
  const T* in[L];  // the first place of the cosine transform: the last of a row in reversed order
  T* out[L];
  int64_t step_in, step_out;
  int valid;
  bool adjacent;  // row i is i numbers behind row 0

  /// Rows r0, r0 + 1, ... of `rows`; row r starts at r / inner * n * inner + r % inner.
  SCI_HD DctLanes(const DctRule<T>& rule_, const T* x, T* y, int64_t r0, int64_t rows) : rule(rule_) {
    const int64_t n = rule.n, inner = rule.stride;
    const bool back_in = rule.before == DctOrder::reversed, back_out = rule.after == DctOrder::reversed;
    valid = int(min(int64_t(L), rows - r0));
    for (int i = 0; i < L; ++i) {
      int64_t r = r0 + min(i, valid - 1), at = r / inner * n * inner + r % inner;
      in[i] = x + at + (back_in ? (n - 1) * inner : 0);
      out[i] = y + at + (back_out ? (n - 1) * inner : 0);
    }
    step_in = back_in ? -inner : inner;
    step_out = back_out ? -inner : inner;
    adjacent = L > 1 && valid == L && r0 % inner + L <= inner;
  }

  SCI_HD W load(int64_t m) const {
    const int64_t at = m * step_in;
    W w;
    if constexpr (L == 1) {
      w = in[0][at];
    } else if (adjacent) {
      w = *reinterpret_cast<const Loose*>(in[0] + at);
    } else if (valid == 1) {
      const T one = in[0][at];
      SCI_UNROLL for (int i = 0; i < L; ++i) w[i] = one;
    } else {
      SCI_UNROLL for (int i = 0; i < L; ++i) w[i] = in[i][at];
    }
    return rule.before == DctOrder::alternating && m % 2 ? -w : w;
  }
  SCI_HD void store(int64_t k, const W& given, T factor) const {
    const int64_t at = k * step_out;
    const W value = given * (rule.after == DctOrder::alternating && k % 2 ? -factor : factor);
    if constexpr (L == 1) {
      out[0][at] = value;
    } else if (adjacent) {
      *reinterpret_cast<Loose*>(out[0] + at) = value;
    } else if (valid == L) {
      SCI_UNROLL for (int i = 0; i < L; ++i) out[i][at] = value[i];
    } else {
      for (int i = 0; i < valid; ++i) out[i][at] = value[i];
    }
  }
  SCI_HD W extended(int64_t m) const {
    int64_t h = rule.h, place = m > h ? 2 * h - m : m;
    if (rule.odd) {
      if (place % h == 0) return W{};
      W w = load(place - 1);
      return m > h ? -w : w;
    }
    W w = load(place);
    return place % h == 0 ? w * rule.end_in : w;
  }

  /// z_j
  template <int Kind>
  SCI_HD void before(int64_t j, W& zr, W& zi) const {
    const int64_t n = rule.n, h = rule.h;
    if constexpr (Kind == 1) {
      zr = extended(2 * j);
      zi = extended(2 * j + 1);
    } else if constexpr (Kind == 2) {
      zr = load(dct_permuted(2 * j, n));
      zi = load(dct_permuted(2 * j + 1, n));
    } else if constexpr (Kind == 3) {
      constexpr T r = T(0.7071067811865475244008443621048490392848L);
      const bool mirrored = 2 * j > h;
      const int64_t k = mirrored ? h - j : j;
      const T t[2] = {rule.entry(0, k), rule.entry(1, k)}, tw[2] = {rule.entry(2, k), rule.entry(3, k)};
      W ar = load(k), ai = W{}, up = load(h + k), down = load(h - k);
      if (k == 0)
        ar = ar * rule.end_in;
      else
        ai = -load(n - k);
      W br = (down + up) * r, bi = (up - down) * r;
      W sr = ar + br, si = ai + bi, dr = ar - br, di = ai - bi;
      W fr = sr * t[0] + si * t[1], fi = si * t[0] - sr * t[1];      // conj(t) S
      W gr = dr * tw[1] - di * tw[0], gi = dr * tw[0] + di * tw[1];  // i conj(tw) D
      zr = mirrored ? W(fr - gr) : W(fr + gr);
      zi = mirrored ? W(gi - fi) : W(fi + gi);
    } else if constexpr (Kind == 4) {
      const T c[2] = {rule.entry(0, j), rule.entry(1, j)};
      W a = load(2 * j), b = load(n - 1 - 2 * j);
      zr = a * c[0] - b * c[1];
      zi = a * c[1] + b * c[0];
    } else if constexpr (Kind == 22) {
      zr = load(dct_permuted(j, n));
      zi = W{};
    } else if constexpr (Kind == 23) {
      const bool mirrored = 2 * j > n;
      const int64_t k = mirrored ? n - j : j;
      const T t[2] = {rule.entry(0, k), rule.entry(1, k)};
      if (k == 0) {
        zr = load(0) * rule.end_in;
        zi = W{};
      } else {
        W a = load(k), b = load(n - k), i = a * -t[1] - b * t[0];  // conj(t) (a - i b)
        zr = a * t[0] - b * t[1];
        zi = mirrored ? W(-i) : i;
      }
    } else {
      const int64_t a = dct_odd_number(8 * j % n, n);  // see DctSigned
      zr = load(a / 2) * dct_sign_cos<T>(a);
      zi = W{};
    }
  }

  /// How many steps `after` takes: pairs k, h - k, or single values.
  template <int Kind>
  SCI_HD int64_t steps() const {
    return Kind <= 2 || Kind == 22 ? rule.h / 2 + 1 : Kind == 4 || Kind == 24 ? rule.h : (rule.h + 1) / 2;
  }

  template <int Kind>
  SCI_HD void after(int64_t k, const W* zr, const W* zi) const {
    const int64_t n = rule.n, h = rule.h;
    const T scale = rule.scale;
    if constexpr (Kind <= 2) {
      const int64_t l = k == 0 ? 0 : h - k;
      W er = zr[k] + zr[l], ei = zi[k] - zi[l], qr = zi[k] + zi[l], qi = zr[l] - zr[k];  // 2 E, 2 O
      if constexpr (Kind == 1) {
        const T half = scale / T(2), w[2] = {rule.entry(0, k), rule.entry(1, k)};
        if (rule.odd) {
          W i = qr * w[1] + qi * w[0];
          if (k > 0) store(k - 1, ei + i, -half);
          if (k > 0) store(h - k - 1, ei - i, half);
        } else {
          W r = qr * w[0] - qi * w[1];
          T factor = k == 0 ? half * rule.end_out : half;
          store(k, er + r, factor);
          store(h - k, er - r, factor);
        }
      } else {
        const T t[2] = {rule.entry(0, k), rule.entry(1, k)}, tw[2] = {rule.entry(2, k), rule.entry(3, k)};
        W fr = er * t[0] - ei * t[1], fi = er * t[1] + ei * t[0];
        W gr = qr * tw[0] - qi * tw[1], gi = qr * tw[1] + qi * tw[0];
        W dr = fr - gr, di = fi - gi;
        constexpr T r = T(0.7071067811865475244008443621048490392848L);
        store(k, fr + gr, k == 0 ? scale * rule.end_out : scale);
        if (k > 0) store(n - k, fi + gi, -scale);
        store(h - k, dr - di, scale * r);
        if (k > 0) store(h + k, dr + di, scale * r);
      }
    } else if constexpr (Kind == 3) {
      const int64_t l = h - 1 - k;  // four places in a row: v_2k, v_{2l+1}, v_{2k+1}, v_2l
      store(4 * k, zr[k], scale);
      store(4 * k + 1, zi[l], scale);
      if (k < l) store(4 * k + 2, zi[k], scale);
      if (k < l) store(4 * k + 3, zr[l], scale);
    } else if constexpr (Kind == 4) {
      const T c[2] = {rule.entry(0, k), rule.entry(1, k)};
      store(2 * k, zr[k] * c[0] - zi[k] * c[1], T(2) * scale);
      store(n - 1 - 2 * k, zr[k] * c[1] + zi[k] * c[0], T(-2) * scale);
    } else if constexpr (Kind == 22) {
      const T t[2] = {rule.entry(0, k), rule.entry(1, k)};
      store(k, zr[k] * t[0] - zi[k] * t[1], T(2) * (k == 0 ? scale * rule.end_out : scale));
      if (k > 0) store(n - k, zr[k] * t[1] + zi[k] * t[0], T(-2) * scale);
    } else if constexpr (Kind == 23) {
      store(2 * k, zr[k], scale);
      if (2 * k + 1 < n) store(2 * k + 1, zr[n - 1 - k], scale);
    } else {
      int64_t b = 2 * k + 1, m = b < n ? b : b - n, ub = n % 8 * b;  // see DctUnsigned
      const bool mirrored = m > n / 2;
      if (mirrored) m = n - m;
      const T sine = mirrored ? -dct_sign_sin<T>(ub) : dct_sign_sin<T>(ub);
      store(k, zr[m] * dct_sign_cos<T>(ub) + zi[m] * sine, numbers::sqrt2<T> * scale);
    }
  }

  /// The whole transform of short rows; `buffer` holds fft.buffer() vectors. `odd`: by the passes of odd_fft.h.
  template <int Kind>
  SCI_HD void run(const FftPasses<T>& fft, bool odd, T* buffer) const {
    constexpr bool inverse = Kind % 10 == 3;
    FftBuffer<T, L> b(fft, buffer);
    if (inverse && !odd) b.swap_parts();
    for (int64_t j = 0, end = inverse && odd ? rule.h / 2 + 1 : rule.h; j < end; ++j) before<Kind>(j, b.xr[j], b.xi[j]);
    if (inverse && !odd) b.swap_parts();
    if (!odd)
      fft_run(fft, b);
    else if (inverse)
      odd_run_back(fft, b);
    else
      odd_run(fft, b);
    if (inverse && !odd) b.swap_parts();
    for (int64_t k = 0, end = steps<Kind>(); k < end; ++k) after<Kind>(k, b.xr, b.xi);
  }
};

// ---- the tasks of the CPU's threads ------------------------------------------------------------------------------

/// L rows of n numbers to n vectors, and back: a step that jumps about in rows would reach each of its numbers by a
/// cache line of its own, in rows a power of 2 apart all of one cache set.
template <class T>
SCI_HD void rows_to_lanes(const T* rows, int64_t n, T* to) {
  using V = FftVector<T>;
  constexpr int L = V::L;
  int64_t m = 0;
  for (; m + L <= n; m += L) {
    typename V::W v[L];
    SCI_UNROLL for (int i = 0; i < L; ++i) v[i] = V::at(rows + i * n + m);
    V::transpose(v);
    SCI_UNROLL for (int i = 0; i < L; ++i) V::at(to + (m + i) * L) = v[i];
  }
  for (; m < n; ++m)
    for (int i = 0; i < L; ++i) to[m * L + i] = rows[i * n + m];
}
template <class T>
SCI_HD void lanes_to_rows(const T* from, int64_t n, T* rows) {
  using V = FftVector<T>;
  constexpr int L = V::L;
  int64_t m = 0;
  for (; m + L <= n; m += L) {
    typename V::W v[L];
    SCI_UNROLL for (int i = 0; i < L; ++i) v[i] = V::at(from + (m + i) * L);
    V::transpose(v);
    SCI_UNROLL for (int i = 0; i < L; ++i) V::at(rows + i * n + m) = v[i];
  }
  for (; m < n; ++m)
    for (int i = 0; i < L; ++i) rows[i * n + m] = from[m * L + i];
}

/// Short rows, L at a time, in the lanes.
template <class T, int Kind>
struct DctShortRows {
  static constexpr int L = FftVector<T>::L;
  /// Numbers of the buffer.
  int64_t size() const { return L * (fft->buffer() + rule.n); }
  DctRule<T> rule;
  const FftPasses<T>* fft;
  bool odd_passes;
  const T* in;
  T* out;
  int64_t rows;
  SCI_HD void operator()(int64_t item, T* buffer) const {
    const bool columns_first = rule.stride == 1 && (item + 1) * L <= rows;
    T* columns = buffer + L * fft->buffer();
    DctRule<T> of_rows = rule;
    if (columns_first) {
      of_rows.stride = L;
      rows_to_lanes(in + item * L * rule.n, rule.n, columns);
    }
    const DctLanes<T, L> of_lanes(of_rows, columns_first ? columns : in, columns_first ? columns : out,
                                  columns_first ? 0 : item * L, columns_first ? L : rows);
    of_lanes.template run<Kind>(*fft, odd_passes, buffer);
    if (columns_first) lanes_to_rows(columns, rule.n, out + item * L * rule.n);
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
