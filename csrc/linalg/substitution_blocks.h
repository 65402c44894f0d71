// Batches of triangular systems in blocks that stay in the CPU's vector registers: with many right-hand sides along
// their rows, with few of them L matrices at a time.
//
// Many       A strip of columns, two vectors wide, meets four rows of A at a time: the products with the rows that are
//            done, then the four by four block on the diagonal.
// Few        Of L real matrices the blocks on the diagonal go side by side, a matrix per lane, so that quotients are
//            not waited for one by one; products with the rest run along the rows of each. Rows are filled up with
//            those of the unit matrix to a multiple of L.
// Singular   As in linalg/substitution.h, by IEEE division.
// CPU only: on CUDA teams have small ones (linalg/systems.h), others are torch's.
#pragma once
#include "linalg/substitution.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// What is asked: op(A) X = B as `substitute` has it, then with `twice` op(A)^H X = that. Of each matrix `finite`,
/// where it is not null, gets whether the sum of A's entries is, or of those that X may not show: all but the triangle
/// that is read, and its diagonal.
template <class T>
struct SubstitutionJob {
  const T *a, *b;
  T* x;
  int64_t n, columns, count;
  bool lower, turned, conjugate, unit, twice;
  bool* finite;
  void look(int64_t item) const {
    if (!finite) return;
    const real_of<T> sum = lanes_sum(a + item * n * n, n * n);
    finite[item] = sum - sum == 0;
  }
};

/// Part of a row of B.
template <class T>
struct Strip {
  using R = real_of<T>;
  using F = FftVector<R>;
  using W = typename F::W;
  static constexpr int L = F::L, width = 2 * L * sizeof(R) / sizeof(T);
  W x[2];

  static SCI_HD Strip at(const R* p) { return {{F::at(p), F::at(p + L)}}; }
  SCI_HD void store(R* p) const {
    F::at(p) = x[0];
    F::at(p + L) = x[1];
  }
  /// i times this, where numbers are complex.
  SCI_HD Strip turned() const {
    if constexpr (!is_complex<T>) return *this;
    const typename F::Places places;
    return {{-F::alternated(exchanged_parts(x[0], places)), -F::alternated(exchanged_parts(x[1], places))}};
  }
  SCI_HD void subtract(T f, const Strip& y, const Strip& turned_y) {
    for (int h = 0; h < 2; ++h) {
      if constexpr (is_complex<T>) {
        x[h] -= f.re * y.x[h];
        x[h] -= f.im * turned_y.x[h];
      } else {
        x[h] -= f * y.x[h];
      }
    }
  }
  SCI_HD void divide(T f) {
    if constexpr (!is_complex<T>) {
      x[0] /= f;
      x[1] /= f;
      return;
    }
    const T inverse = T(R(1)) / f;
    const R size = abs1(inverse);
    if (size >= limits<R>::min && size <= limits<R>::max) {
      const Strip old = *this, turn = turned();
      x[0] = x[1] = W{};
      return subtract(-inverse, old, turn);
    }
    T parts[width];
    store(reinterpret_cast<R*>(parts));
    for (T& part : parts) part = part / f;
    *this = at(reinterpret_cast<const R*>(parts));
  }
};

template <class T>
struct SubstitutionOfStrips : SubstitutionJob<T> {
  using R = real_of<T>;
  using S = Strip<T>;
  static constexpr int width = S::width, step = 2 * S::L;
  using SubstitutionJob<T>::a, SubstitutionJob<T>::b, SubstitutionJob<T>::x, SubstitutionJob<T>::n,
      SubstitutionJob<T>::columns, SubstitutionJob<T>::lower, SubstitutionJob<T>::turned, SubstitutionJob<T>::conjugate,
      SubstitutionJob<T>::unit, SubstitutionJob<T>::twice;

  /// op(A), entry by entry.
  struct Entries {
    const T* a;
    int64_t row, column;
    bool conjugate;
    SCI_HD T operator()(int64_t i, int64_t k) const {
      const T f = a[i * row + k * column];
      return conjugate ? conj(f) : f;
    }
  };
  /// `rows` rows of the solution, from `first` on; those from `from` to before `to` are done.
  template <int rows, bool forward>
  static SCI_HD void solve(const Entries& entry, R* y, int64_t first, int64_t from, int64_t to, bool unit) {
    S out[rows];
    SCI_UNROLL for (int r = 0; r < rows; ++r) out[r] = S::at(y + (first + r) * step);
    for (int64_t k = from; k < to; ++k) {
      const S done = S::at(y + k * step), turned = done.turned();
      SCI_UNROLL for (int r = 0; r < rows; ++r) out[r].subtract(entry(first + r, k), done, turned);
    }
    SCI_UNROLL for (int q = 0; q < rows; ++q) {
      const int r = forward ? q : rows - 1 - q;
      if (!unit) out[r].divide(entry(first + r, first + r));
      const S turned = out[r].turned();
      SCI_UNROLL for (int p = q + 1; p < rows; ++p) {
        const int s = forward ? p : rows - 1 - p;
        out[s].subtract(entry(first + s, first + r), out[r], turned);
      }
      out[r].store(y + (first + r) * step);
    }
  }
  static SCI_HD void solve_strip(const Entries& entry, R* y, int64_t n, bool forward, bool unit) {
    int64_t done = 0;
    for (; done + 4 <= n; done += 4)
      forward ? solve<4, true>(entry, y, done, 0, done, unit)
              : solve<4, false>(entry, y, n - done - 4, n - done, n, unit);
    for (; done < n; ++done)
      forward ? solve<1, true>(entry, y, done, 0, done, unit)
              : solve<1, false>(entry, y, n - done - 1, n - done, n, unit);
  }
  void operator()(int64_t item, R* y) const {
    this->look(item);
    const T *matrix = a + item * n * n, *right = b + item * n * columns;
    T *out = x + item * n * columns, *strip = reinterpret_cast<T*>(y);
    const bool adjoint = is_complex<T> && !conjugate;
    for (int64_t j = 0; j < columns; j += width) {
      const int64_t here = min<int64_t>(width, columns - j);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t k = 0; k < width; ++k) strip[i * width + k] = k < here ? right[i * columns + j + k] : T(0);
      solve_strip({matrix, turned ? 1 : n, turned ? n : 1, conjugate}, y, n, lower != turned, unit);
      if (twice) solve_strip({matrix, turned ? n : 1, turned ? 1 : n, adjoint}, y, n, lower == turned, unit);
      for (int64_t i = 0; i < n; ++i)
        for (int64_t k = 0; k < here; ++k) out[i * columns + j + k] = strip[i * width + k];
    }
  }
};

/// Complex or very small matrices with few right-hand sides: a few of them take each step together.
template <class T>
struct SubstitutionByRows : SubstitutionJob<T> {
  static constexpr int64_t together = 4;
  using SubstitutionJob<T>::a, SubstitutionJob<T>::b, SubstitutionJob<T>::x, SubstitutionJob<T>::n,
      SubstitutionJob<T>::columns, SubstitutionJob<T>::count, SubstitutionJob<T>::lower, SubstitutionJob<T>::turned,
      SubstitutionJob<T>::conjugate, SubstitutionJob<T>::unit, SubstitutionJob<T>::twice;
  void operator()(int64_t item, T* solutions) const {
    const int64_t first = item * together, many = min(together, count - first);
    const T *matrix = a + first * n * n, *right = b + first * n * columns;
    T* out = x + first * n * columns;
    for (int64_t m = 0; m < many; ++m) this->look(first + m);
    for (int64_t j = 0; j < columns; ++j) {
      for (int64_t i = 0; i < n * many; ++i) solutions[i] = right[i * columns + j];
      substitute(matrix, solutions, n, lower, turned, conjugate, unit, many);
      if (twice) substitute(matrix, solutions, n, lower, !turned, is_complex<T> && !conjugate, unit, many);
      for (int64_t i = 0; i < n * many; ++i) out[i * columns + j] = solutions[i];
    }
  }
};

/// Real matrices with few right-hand sides.
template <class T>
struct SubstitutionTogether : SubstitutionJob<T> {
  using F = FftVector<T>;
  using W = typename F::W;
  static constexpr int L = F::L;
  using SubstitutionJob<T>::a, SubstitutionJob<T>::b, SubstitutionJob<T>::x, SubstitutionJob<T>::n,
      SubstitutionJob<T>::columns, SubstitutionJob<T>::count, SubstitutionJob<T>::lower, SubstitutionJob<T>::turned,
      SubstitutionJob<T>::unit, SubstitutionJob<T>::twice;

  static int64_t filled(int64_t n) { return (n + L - 1) / L * L; }
  static int64_t numbers(int64_t n) { return L * filled(n) * (1 + (n % L ? filled(n) : 0)); }

  /// Looks at the diagonal blocks and what is not read beside them.
  SCI_HD void look_beside(int64_t item) const {
    const T* matrix = a + item * n * n;
    W sums = {};
    for (int64_t i = 0; i < n; ++i)
      for (int64_t k = lower ? i / L * L : 0; k < (lower ? n : i / L * L + L); k += L)
        sums += F::at(matrix + i * n + k);
    const T all = lanes_sum(reinterpret_cast<const T*>(&sums), L);
    this->finite[item] = all - all == 0;
  }
  static SCI_HD W sum(W* v) {
    F::transpose(v);
    for (int half = L / 2; half > 0; half /= 2)
      for (int l = 0; l < half; ++l) v[l] += v[l + half];
    return v[0];
  }
  /// The blocks of rows and columns from `first` on, a matrix per lane.
  SCI_HD void solve_diagonal(const T* const* matrices, T* const* y, int64_t size, int64_t first, bool turn) const {
    W u[L], d[L][L];
    SCI_UNROLL for (int l = 0; l < L; ++l) u[l] = F::at(y[l] + first);
    F::transpose(u);
    for (int r = 0; r < L; ++r) {
      SCI_UNROLL for (int l = 0; l < L; ++l) d[r][l] = F::at(matrices[l] + (first + r) * size + first);
      F::transpose(d[r]);
    }
    const bool forward = lower != turn;
    for (int q = 0; q < L; ++q) {
      const int r = forward ? q : L - 1 - q;
      if (!unit) u[r] /= d[r][r];
      for (int s = forward ? r + 1 : 0; s < (forward ? L : r); ++s) u[s] -= (turn ? d[r][s] : d[s][r]) * u[r];
    }
    F::transpose(u);
    SCI_UNROLL for (int l = 0; l < L; ++l) F::at(y[l] + first) = u[l];
  }
  SCI_HD void solve(const T* const* matrices, T* const* y, int64_t size, bool turn) const {
    const bool forward = lower != turn;
    for (int64_t step = 0; step < size; step += L) {
      const int64_t first = forward ? step : size - L - step, from = lower ? 0 : first + L, to = lower ? first : size;
      for (int l = 0; l < L && !turn; ++l) {
        const T* rows = matrices[l] + first * size;
        W products[L] = {};
        for (int64_t k = from; k < to; k += L) {
          const W v = F::at(y[l] + k);
          SCI_UNROLL for (int r = 0; r < L; ++r) products[r] += F::at(rows + r * size + k) * v;
        }
        F::at(y[l] + first) -= sum(products);
      }
      solve_diagonal(matrices, y, size, first, turn);
      for (int l = 0; l < L && turn; ++l) {
        const T* rows = matrices[l] + first * size;
        const W u = F::at(y[l] + first);
        for (int64_t k = from; k < to; k += L) {
          W v = F::at(y[l] + k);
          SCI_UNROLL for (int r = 0; r < L; ++r) v -= u[r] * F::at(rows + r * size + k);
          F::at(y[l] + k) = v;
        }
      }
    }
  }
  void operator()(int64_t item, T* memory) const {
    const int64_t size = filled(n), first = item * L, many = min<int64_t>(L, count - first);
    const T* matrices[L];
    T *y[L], *copies = memory + L * size;
    for (int l = 0; l < L; ++l) {
      if (l < many && this->finite) size == n ? look_beside(first + l) : this->look(first + l);
      const T* in = matrices[l] = a + (first + min<int64_t>(l, many - 1)) * n * n;
      y[l] = memory + l * size;
      if (size == n) continue;
      T* copy = copies + l * size * size;
      for (int64_t i = 0; i < size; ++i)
        for (int64_t k = 0; k < size; ++k) copy[i * size + k] = i < n && k < n ? in[i * n + k] : T(i == k);
      matrices[l] = copy;
    }
    for (int64_t j = 0; j < columns; ++j) {
      for (int l = 0; l < L; ++l)
        for (int64_t i = 0; i < size; ++i)
          y[l][i] = i < n ? b[((first + min<int64_t>(l, many - 1)) * n + i) * columns + j] : T(0);
      solve(matrices, y, size, turned);
      if (twice) solve(matrices, y, size, !turned);
      for (int l = 0; l < many; ++l)
        for (int64_t i = 0; i < n; ++i) x[((first + l) * n + i) * columns + j] = y[l][i];
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
