// The exponential of small matrices on the CPU's vector lanes.
//
// Method     Scaling and squaring with the Taylor polynomial of degree 16: six products by Paterson and Stockmeyer's
//            scheme and no linear system, so that matrices can go side by side. Many matrices: one per lane, with a
//            scaling for each. One matrix: its columns on the lanes, and from n = 17 on degree 18 in five products
//            ([3]; tools/coefficients/expm_taylor.py), where max(|A^2|^(1/2), |A^3|^(1/3)) decides. theta is the
//            largest norm at which the backward error is below unit roundoff (the series of log(exp(-x) T_16(x)), as
//            [1] (3.3) has it for Pade approximants); instead of the norm, max(|A^3|^(1/3), |A^4|^(1/4)) decides ([1],
//            theorem 4.2), unless powers of abs(A) are far larger ([1], (5.1)).
// Triangles  Of a real upper or lower triangular matrix the diagonal and the next one are made exactly after every
//            squaring ([1], code fragment 2.1).
// Complex    n x n as real 2 n x 2 n [re -im; im re].
// Sources    [1] Al-Mohy, Higham: A new scaling and squaring algorithm for the matrix exponential, SIAM J. Matrix
//            Anal. Appl. 31 (2009) 970-989. [2] Paterson, Stockmeyer, SIAM J. Comput. 2 (1973) 60-66.
//            [3] Bader, Blanes, Casas: Mathematics 7 (2019) 1174.
// CPU only: on CUDA teams have small ones (linalg/expm_team.h), others are made of torch's batched products.
#pragma once
#include "core/complex.h"
#include "fft/lanes.h"
#include "linalg/expm_polynomial.h"

#if !SCI_DEVICE
namespace sci {

/// The matrices of a batch, `L` of them per item with `side_by_side`, else one per item.
template <class T, int L, bool side_by_side>
struct LanesExpm {
  using V = lanes<T, L>;
  static constexpr int columns = side_by_side ? 4 : 2;  // vectors of a block of a product, and its rows
  static constexpr int block = sizeof(V) == 64 ? 4 : 2;
  static constexpr int per_item = side_by_side ? L : 1;
  const T* in;  // complex as pairs of numbers
  T* out;
  int64_t n;      // of the real form
  int64_t count;  // matrices
  bool is_complex;

  int64_t rows() const { return (n + block - 1) / block * block; }
  /// Vectors in a row.
  int64_t width() const {
    int64_t vectors = side_by_side ? n : (n + L - 1) / L;
    return (vectors + columns - 1) / columns * columns;
  }
  /// Degree 18 in five products in place of degree 16 in six.
  bool high() const { return !side_by_side && n > 16; }
  int64_t buffer() const { return ((high() ? 7 : 6) * rows() * width() + n * columns) * L; }
  int64_t items() const { return (count + per_item - 1) / per_item; }
  int64_t place(int64_t i, int64_t j, int l) const {
    return side_by_side ? (i * width() + j) * L + l : i * width() * L + j;
  }

  /// `height` rows of a product and `columns` vectors, of b in rows of `step` vectors.
  template <int height>
  void product_block(const T* a0, int64_t i, const V* b, int64_t step, V* c) const {
    const int64_t w = width();
    const V* a = reinterpret_cast<const V*>(a0);
    V sum[height][columns] = {};
    for (int64_t k = 0; k < n; ++k) {
      V x[columns];
#pragma GCC unroll 4
      for (int v = 0; v < columns; ++v) x[v] = b[k * step + v];
#pragma GCC unroll 8
      for (int r = 0; r < height; ++r) {
        V p;
        if constexpr (side_by_side)
          p = a[(i + r) * w + k];
        else
          p = a0[(i + r) * w * L + k] - V{};
#pragma GCC unroll 4
        for (int v = 0; v < columns; ++v) sum[r][v] += p * x[v];
      }
    }
#pragma GCC unroll 8
    for (int r = 0; r < height; ++r)
#pragma GCC unroll 4
      for (int v = 0; v < columns; ++v) c[(i + r) * w + v] = sum[r][v];
  }
  /// c = a b. Of a large matrix some rows of a stay in the cache, and columns of b are gathered in `panel`.
  void product(const T* a0, const T* b0, T* c0, T* panel0) const {
    constexpr int tall = side_by_side ? block : 2 * block;
    constexpr int64_t gathered = 64, kept = 96;
    const V* b = reinterpret_cast<const V*>(b0);
    V *c = reinterpret_cast<V*>(c0), *panel = reinterpret_cast<V*>(panel0);
    const int64_t w = width(), share = n > 2 * kept ? kept : n;
    if constexpr (side_by_side) {
      for (int64_t i = 0; i < n; i += block)
        for (int64_t j = 0; j < w; j += columns) product_block<block>(a0, i, b + j, w, c + j);
      return;
    }
    for (int64_t first = 0; first < n; first += share)
      for (int64_t j = 0; j < w; j += columns) {
        const bool gather = n >= gathered;
        if (gather)
          for (int64_t k = 0; k < n; ++k)
#pragma GCC unroll 4
            for (int v = 0; v < columns; ++v) panel[k * columns + v] = b[k * w + j + v];
        const V* from = gather ? panel : b + j;
        const int64_t step = gather ? columns : w, end = min(first + share, n);
        int64_t i = first;
        for (; i + tall <= end; i += tall) product_block<tall>(a0, i, from, step, c + j);
        for (; i < end; i += block) product_block<block>(a0, i, from, step, c + j);
      }
  }
  /// Largest column sums; NaN if there is one.
  void norms(const T* x, T* size) const {
    for (int l = 0; l < per_item; ++l) size[l] = T(0);
    for (int64_t j = 0; j < n; ++j) {
      T sum[per_item] = {};
      for (int64_t i = 0; i < n; ++i)
        for (int l = 0; l < per_item; ++l) sum[l] += abs(x[place(i, j, l)]);
      for (int l = 0; l < per_item; ++l)
        if (!(sum[l] <= size[l]) && !isnan(size[l])) size[l] = sum[l];  // NaN stays
    }
  }
  void scale(T* x, const T* factor) const {
    if constexpr (side_by_side) {
      V f;
      for (int l = 0; l < L; ++l) f[l] = factor[l];
      V* y = reinterpret_cast<V*>(x);
      for (int64_t k = 0; k < rows() * width(); ++k) y[k] *= f;
    } else {
      for (int64_t k = 0; k < rows() * width() * L; ++k) x[k] *= factor[0];
    }
  }
  /// x = x times `old` + c[1] A + c[2] A^2 + c[3] A^3 + c[4] A^6 + c[0] I
  void combine(T* x0, T old, const T* a0, const T* a2, const T* a3, const T* a6, const double* c) const {
    V* x = reinterpret_cast<V*>(x0);
    const V *p = reinterpret_cast<const V*>(a0), *q = reinterpret_cast<const V*>(a2),
            *r = reinterpret_cast<const V*>(a3), *s = reinterpret_cast<const V*>(a6);
    const T c1 = T(c[1]), c2 = T(c[2]), c3 = T(c[3]), c4 = T(c[4]);
    if (old == T(0))
      for (int64_t k = 0; k < rows() * width(); ++k) x[k] = c1 * p[k] + c2 * q[k] + c3 * r[k] + c4 * s[k];
    else
      for (int64_t k = 0; k < rows() * width(); ++k) x[k] += c1 * p[k] + c2 * q[k] + c3 * r[k] + c4 * s[k];
    if (c[0] != 0)
      for (int64_t i = 0; i < n; ++i)
        for (int l = 0; l < per_item; ++l) x0[place(i, i, l)] += T(c[0]);
  }
  /// x becomes the polynomial of degree 18: a + (b + c) c with c = p(A) (A^6 + q(A)) + e(A); y, z and a6 are memory.
  void degree_18(const T* a, const T* a2, const T* a3, T* a6, T* x, T* y, T* z, T* panel) const {
    product(a3, a3, a6, panel);
    combine(y, T(0), a, a2, a3, a6, expm_weights(3));
    combine(z, T(0), a, a2, a3, a6, expm_weights(4));
    product(y, z, x, panel);
    combine(x, T(1), a, a2, a3, a6, expm_weights(2));
    combine(y, T(0), a, a2, a3, a6, expm_weights(1));
    for (int64_t k = 0; k < rows() * width() * L; ++k) y[k] += x[k];
    product(y, x, z, panel);
    combine(z, T(1), a, a2, a3, a6, expm_weights(0));
    for (int64_t k = 0; k < rows() * width() * L; ++k) x[k] = z[k];
  }
  /// x += c[0] I + c[1] A + c[2] A^2 + c[3] A^3
  void add_terms(T* x0, const T* a0, const T* a2, const T* a3, const T* c) const {
    V* x = reinterpret_cast<V*>(x0);
    const V *p = reinterpret_cast<const V*>(a0), *q = reinterpret_cast<const V*>(a2),
            *r = reinterpret_cast<const V*>(a3);
    for (int64_t k = 0; k < rows() * width(); ++k) x[k] += c[1] * p[k] + c[2] * q[k] + c[3] * r[k];
    for (int64_t i = 0; i < n; ++i)
      for (int l = 0; l < per_item; ++l) x0[place(i, i, l)] += c[0];
  }
  /// How many numbers of each matrix go to their lanes as blocks of L by L.
  int64_t whole_blocks(int64_t item) const {
    return side_by_side && !is_complex && (item + 1) * per_item <= count ? n * n / L * L : 0;
  }
  void load(int64_t item, T* a) const {
    for (int64_t k = 0; k < rows() * width() * L; ++k) a[k] = T(0);
    int64_t m = is_complex ? n / 2 : n, moved = whole_blocks(item);
    for (int64_t e = 0; e < moved; e += L) {
      V block_of[L];
      for (int l = 0; l < L; ++l) block_of[l] = FftVector<T>::at(in + (item * L + l) * n * n + e);
      FftVector<T>::transpose(block_of);
      for (int q = 0; q < L; ++q) reinterpret_cast<V*>(a)[(e + q) / n * width() + (e + q) % n] = block_of[q];
    }
    for (int l = 0; l < per_item && item * per_item + l < count; ++l) {
      const T* x = in + (item * per_item + l) * m * m * (is_complex ? 2 : 1);
      for (int64_t i = moved / m; i < m; ++i)
        for (int64_t j = i == moved / m ? moved % m : 0; j < m; ++j) {
          if (is_complex) {
            T re = x[2 * (i * m + j)], im = x[2 * (i * m + j) + 1];
            a[place(i, j, l)] = a[place(m + i, m + j, l)] = re;
            a[place(m + i, j, l)] = im;
            a[place(i, m + j, l)] = -im;
          } else {
            a[place(i, j, l)] = x[i * m + j];
          }
        }
    }
  }
  void store(int64_t item, const T* a, const T* factor) const {
    int64_t m = is_complex ? n / 2 : n, moved = whole_blocks(item);
    V f = {};
    if constexpr (side_by_side)
      for (int l = 0; l < L; ++l) f[l] = factor[l];
    for (int64_t e = 0; e < moved; e += L) {
      V block_of[L];
      for (int q = 0; q < L; ++q) block_of[q] = reinterpret_cast<const V*>(a)[(e + q) / n * width() + (e + q) % n] * f;
      FftVector<T>::transpose(block_of);
      for (int l = 0; l < L; ++l) FftVector<T>::at(out + (item * L + l) * n * n + e) = block_of[l];
    }
    for (int l = 0; l < per_item && item * per_item + l < count; ++l) {
      T* x = out + (item * per_item + l) * m * m * (is_complex ? 2 : 1);
      for (int64_t i = moved / m; i < m; ++i)
        for (int64_t j = i == moved / m ? moved % m : 0; j < m; ++j) {
          if (is_complex) {
            x[2 * (i * m + j)] = a[place(i, j, l)] * factor[l];
            x[2 * (i * m + j) + 1] = a[place(m + i, j, l)] * factor[l];
          } else {
            x[i * m + j] = a[place(i, j, l)] * factor[l];
          }
        }
    }
  }
  /// 1: upper triangular, 2: lower, 0: neither.
  int triangle(const T* a, int l) const {
    bool upper = true, lower = true;
    for (int64_t i = 0; i < n && (upper || lower); ++i)
      for (int64_t j = 0; j < i; ++j) {
        upper = upper && a[place(i, j, l)] == T(0);
        lower = lower && a[place(j, i, l)] == T(0);
      }
    return upper ? 1 : lower ? 2 : 0;
  }
  void mend_triangle(T* x, const T* a, int l, int kind, T times) const {
    for (int64_t i = 0; i < n; ++i) {
      T d = a[place(i, i, l)] * times;
      x[place(i, i, l)] = exp(d);
      if (i + 1 == n) break;
      int64_t p = kind == 1 ? i : i + 1, q = kind == 1 ? i + 1 : i;
      x[place(p, q, l)] = a[place(p, q, l)] * times * triangle_exp(d, a[place(i + 1, i + 1, l)] * times);
    }
  }
  /// Column sums of (abs(A) factor)^power, the largest one; `vectors` has room for 2 n vectors or numbers.
  void norm_of_power(const T* a0, const T* factor, int power, T* vectors, T* size) const {
    using U = lanes<T, per_item>;
    U f = U{}, *u = reinterpret_cast<U*>(vectors), *v = u + n;
    if constexpr (side_by_side)
      for (int l = 0; l < L; ++l) f[l] = factor[l];
    else
      f = factor[0];
    for (int64_t j = 0; j < n; ++j) u[j] = f * T(0) + T(1);
    T growth[per_item];
    for (int l = 0; l < per_item; ++l) size[l] = growth[l] = T(1);
    for (int step = 0; step < power; ++step) {
      for (int64_t j = 0; j < n; ++j) v[j] = U{};
      for (int64_t i = 0; i < n; ++i) {
        const U* row = reinterpret_cast<const U*>(a0 + place(i, 0, 0));
        const U w = u[i] * f;
        for (int64_t j = 0; j < n; ++j) v[j] += w * (row[j] < T(0) ? -row[j] : row[j]);
      }
      U* keep = u;
      u = v;
      v = keep;
      U most = u[0];
      for (int64_t j = 1; j < n; ++j) most = most < u[j] ? u[j] : most;
      bool steady = true;  // from then on every power grows by as much
      for (int l = 0; l < per_item; ++l) {
        const T before = growth[l], sum = reinterpret_cast<const T*>(&most)[l];
        growth[l] = sum / size[l];
        steady = steady && abs(growth[l] - before) <= T(0.01) * before;
        size[l] = sum;
      }
      if (!steady) continue;
      for (int k = step + 1; k < power; ++k)
        for (int l = 0; l < per_item; ++l) size[l] *= growth[l];
      return;
    }
  }
  /// The extra scalings that powers of abs(A) ask for.
  int against_underscaling(T size, T norm) const {
    const double degree = high() ? 18 : 16, factorial = high() ? 121645100408832000.0 : 355687428096000.0;
    double excess = double(size) / factorial / double(norm) / (double(limits<T>::epsilon) / 2);
    if (!(excess > 1)) return 0;
    return int(min(ceil(log2(excess) / degree), 60.0));
  }
  void operator()(int64_t item, T* memory) const {
    const double theta = high() ? expm_theta<T> : sizeof(T) == 8 ? 0.78028742566265743 : 2.4782808775219714;
    static constexpr double inverse_factorials[] = {1.0,
                                                    1.0,
                                                    1.0 / 2,
                                                    1.0 / 6,
                                                    1.0 / 24,
                                                    1.0 / 120,
                                                    1.0 / 720,
                                                    1.0 / 5040,
                                                    1.0 / 40320,
                                                    1.0 / 362880,
                                                    1.0 / 3628800,
                                                    1.0 / 39916800,
                                                    1.0 / 479001600,
                                                    1.0 / 6227020800.0,
                                                    1.0 / 87178291200.0,
                                                    1.0 / 1307674368000.0,
                                                    1.0 / 20922789888000.0};
    T c[17];
    for (int k = 0; k < 17; ++k) c[k] = T(inverse_factorials[k]);
    const int64_t size = rows() * width() * L;
    T *a = memory, *a2 = a + size, *a3 = a2 + size, *a4 = a3 + size, *x = a4 + size, *y = x + size, *panel = y + size;
    load(item, a);
    T norm[per_item], factor[per_item], lower[per_item], upper[per_item], unit[per_item];
    int steps[per_item], kind[per_item], most = 0, least = 1 << 20;
    norms(a, norm);
    for (int l = 0; l < per_item; ++l) {
      // Not finite: NaN, by a factor at the end. Very large: scaled before powers are taken.
      unit[l] = isfinite(norm[l]) ? T(1) : limits<T>::nan;
      steps[l] = isfinite(norm[l]) && norm[l] > T(1024) ? int(ceil(log2(norm[l]))) - 10 : 0;
      factor[l] = isfinite(norm[l]) ? ldexp(T(1), -steps[l]) : T(0);
      norm[l] = isfinite(norm[l]) ? norm[l] * factor[l] : T(0);
      kind[l] = is_complex ? 0 : triangle(a, l);
    }
    for (int64_t k = 0; k < size; ++k)
      if (!isfinite(a[k])) a[k] = T(0);
    scale(a, factor);
    product(a, a, a2, panel);
    product(a2, a, a3, panel);
    if (!high()) product(a2, a2, a4, panel);
    norms(high() ? a2 : a3, lower);
    norms(high() ? a3 : a4, upper);
    T squares[per_item], cubes[per_item], fourths[per_item], powers[per_item] = {};
    int wanted[per_item], taken[per_item];
    bool fewer = false;
    for (int l = 0; l < per_item; ++l) {
      wanted[l] = halvings(norm[l] / theta);
      taken[l] = wanted[l];
      while (taken[l] > 0 && within(lower[l], upper[l], ldexp(theta, taken[l] - 1))) --taken[l];
      fewer = fewer || taken[l] < wanted[l];
      factor[l] = ldexp(T(1), -taken[l]);
    }
    if (fewer) norm_of_power(a, factor, high() ? 19 : 17, x, powers);
    for (int l = 0; l < per_item; ++l) {
      if (taken[l] < wanted[l])
        taken[l] = min(wanted[l], taken[l] + against_underscaling(powers[l], norm[l] * factor[l]));
      factor[l] = ldexp(T(1), -taken[l]);
      squares[l] = factor[l] * factor[l];
      cubes[l] = squares[l] * factor[l];
      fourths[l] = squares[l] * squares[l];
      steps[l] += taken[l];
      most = max(most, steps[l]);
      least = min(least, steps[l]);
    }
    scale(a, factor);
    scale(a2, squares);
    scale(a3, cubes);
    if (high()) {
      degree_18(a, a2, a3, a4, x, y, panel + n * columns * L, panel);
    } else {
      scale(a4, fourths);
      for (int64_t k = 0; k < size; ++k) x[k] = c[16] * a4[k];
      add_terms(x, a, a2, a3, c + 12);
      for (int k = 8; k >= 0; k -= 4) {
        product(x, a4, y, panel);
        T* keep = x;
        x = y;
        y = keep;
        add_terms(x, a, a2, a3, c + k);
      }
    }
    for (int l = 0; l < per_item; ++l)
      if (kind[l]) mend_triangle(x, a, l, kind[l], T(1));
    for (int k = 0; k < most; ++k) {
      product(x, x, y, panel);
      if (k >= least)  // some lanes are ready
        for (int64_t p = 0; p < rows() * width(); ++p)
          for (int l = 0; l < per_item; ++l)
            if (k >= steps[l]) y[p * L + l] = x[p * L + l];
      T* keep = x;
      x = y;
      y = keep;
      for (int l = 0; l < per_item; ++l)
        if (kind[l] && k < steps[l]) mend_triangle(x, a, l, kind[l], ldexp(T(1), k + 1));
    }
    store(item, x, unit);
  }
  /// The least k >= 0 with ratio <= 2^k.
  static int halvings(double ratio) { return ratio > 1 ? int(ceil(log2(ratio))) : 0; }
  /// max(|A^p|^(1/p), |A^(p + 1)|^(1 / (p + 1))) <= bound, for p = 2 or 3.
  bool within(T lower, T upper, double bound) const {
    double power = high() ? bound * bound : bound * bound * bound;
    return double(lower) <= power && double(upper) <= power * bound;
  }
};

}  // namespace sci
#endif
