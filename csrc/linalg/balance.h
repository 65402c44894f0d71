// What is done to one matrix before its eigenvalues are computed: its entries come into a range where squares do not
// over- or underflow, and it is balanced.
//
// Method     Rows and columns that isolate an eigenvalue are permuted to the ends; the rest is scaled by powers of two
//            until the norms of rows and columns, with the diagonal [2], differ by less than 2, as Parlett and
//            Reinsch [1] do: 1-norms for eigenvalues, 2-norms where scales are what is asked for.
// Sources    [1] Parlett, Reinsch: Balancing a matrix for calculation of eigenvalues and eigenvectors, Numer. Math. 13
//            (1969) 293-304. [2] James, Langou, Lowery: On matrix balancing and eigenvector computation,
//            arXiv:1401.5766.
#pragma once
#include "linalg/blocks.h"

namespace sci {

/// Two factors that bring numbers of this size into range one after the other, and two that bring them back.
template <class R>
struct RangeFactors {
  R in[2] = {R(1), R(1)}, out[2] = {R(1), R(1)};
  bool finite;
  SCI_HD explicit RangeFactors(R size) : finite(isfinite(size)) {
    const R low = sqrt(limits<R>::min) / limits<R>::epsilon;
    if (!(size > R(0)) || !isfinite(size) || (size >= low && size <= R(1) / low)) return;
    int power = 0;
    frexp(size, &power);
    // In two steps, as 2^-power may overflow.
    in[0] = ldexp(R(1), -power / 2);
    in[1] = ldexp(R(1), -power + power / 2);
    out[0] = ldexp(R(1), power / 2);
    out[1] = ldexp(R(1), power - power / 2);
  }
  /// An entry in range, or 0 where a matrix is not finite.
  template <class T>
  SCI_HD T enter(T x) const {
    return finite ? x * in[0] * in[1] : T(0);
  }
  /// What was computed as an entry of the whole, or NaN.
  template <class T>
  SCI_HD T leave(T x) const {
    if (finite) return x * out[0] * out[1];
    if constexpr (is_complex<T>)
      return {limits<R>::nan, limits<R>::nan};
    else
      return limits<R>::nan;
  }
};

/// Exchanges rows and columns of `a` until those that isolate an eigenvalue are before `from` or from `to` on: first
/// rows, whose eigenvalues go to the end, then columns, to the start. Row i was row place[i].
template <class T>
SCI_HD void isolate_eigenvalues(T* a, int32_t* place, int64_t n, int64_t& from, int64_t& to) {
  bool zeros = false;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) zeros = zeros || (i != j && a[i * n + j] == T(0));
  for (int side = 0; side < 2 && zeros; ++side)
    for (bool found = true; found && from < to;) {
      found = false;
      for (int64_t k = to - from - 1; k >= 0 && from < to; --k) {
        const int64_t i = side == 0 ? from + k : to - 1 - k;
        if (i < from || i >= to) continue;
        bool alone = true;
        for (int64_t j = from; j < to && alone; ++j)
          alone = i == j || (side == 0 ? a[i * n + j] : a[j * n + i]) == T(0);
        if (!alone) continue;
        found = true;
        const int64_t end = side == 0 ? --to : from++;
        if (end == i) continue;
        for (int64_t j = 0; j < n; ++j) swap(a[j * n + i], a[j * n + end]);
        for (int64_t j = 0; j < n; ++j) swap(a[i * n + j], a[end * n + j]);
        swap(place[i], place[end]);
      }
    }
}

struct OneNorm {
  template <class T>
  SCI_HD real_of<T> operator()(const T* x, int64_t stride, int64_t n) const {
    real_of<T> sum = 0;
    for (int64_t j = 0; j < n; ++j) sum += abs1(x[j * stride]);
    return sum;
  }
};

/// Of numbers of any size.
struct TwoNorm {
  template <class T>
  SCI_HD real_of<T> operator()(const T* x, int64_t stride, int64_t n) const {
    using R = real_of<T>;
    R sum = 0;
    for (int64_t j = 0; j < n; ++j) sum += square(x[j * stride], R(1));
    if (sum > limits<R>::min / limits<R>::epsilon && isfinite(sum)) return sqrt(sum);
    R most = 0;  // squares are not in range
    for (int64_t j = 0; j < n; ++j) most = max(most, abs1(x[j * stride]));
    if (!(most > R(0))) return most;
    sum = 0;
    for (int64_t j = 0; j < n; ++j) sum += square(x[j * stride], most);
    return most * sqrt(sum);
  }
  template <class T>
  static SCI_HD real_of<T> square(T x, real_of<T> unit) {
    if constexpr (is_complex<T>) {
      const real_of<T> re = real(x) / unit, im = imag(x) / unit;
      return re * re + im * im;
    } else {
      return (x / unit) * (x / unit);
    }
  }
};

/// Scales rows and columns from `from` to `to` by powers of two; scale[i] takes what column i was multiplied with.
template <class T, class Norm>
SCI_HD void scale_rows_and_columns(T* a, real_of<T>* scale, int64_t n, int64_t from, int64_t to, Norm norm) {
  using R = real_of<T>;
  const R least = limits<R>::min / limits<R>::epsilon, most = R(1) / least;
  bool changed = to - from > 1;
  for (int sweep = 0; changed && sweep < 64; ++sweep) {
    changed = false;
    for (int64_t i = from; i < to; ++i) {
      R c = norm(a + from * n + i, n, to - from), r = norm(a + i * n + from, 1, to - from);
      if (c == R(0) || r == R(0) || (c >= r / R(2) && r >= c / R(2))) continue;
      R f = 1;
      const R before = c + r;
      // What the whole row and the whole column hold stays in range.
      R column = 0, row = 0;
      for (int64_t j = 0; j < to; ++j) column = max(column, abs(a[j * n + i]));
      for (int64_t j = from; j < n; ++j) row = max(row, abs(a[i * n + j]));
      while (c < r / R(2) && max(f, max(c, column)) < most / R(2) && min(r / R(2), row) > R(2) * least)
        f *= R(2), c *= R(2), column *= R(2), r /= R(2), row /= R(2);
      while (r <= c / R(2) && max(r, row) < most / R(2) && min(f, min(c / R(2), column)) > R(2) * least)
        f /= R(2), c /= R(2), column /= R(2), r *= R(2), row *= R(2);
      if (!(c + r < R(0.95) * before) || scale[i] * f < least || scale[i] * f > most) continue;
      changed = true;
      scale[i] *= f;
      for (int64_t j = 0; j < n; ++j) a[i * n + j] *= R(1) / f;
      for (int64_t j = 0; j < n; ++j) a[j * n + i] *= f;
    }
  }
}

/// a becomes D^-1 P^T A P D: entry i of P D x is scale[i] x[i] at place[i].
template <class T, class Norm = OneNorm>
SCI_HD void balance_matrix(T* a, real_of<T>* scale, int32_t* place, int64_t n, bool permuted = true, bool scaled = true,
                           Norm norm = {}) {
  int64_t from = 0, to = n;
  for (int64_t i = 0; i < n; ++i) {
    scale[i] = real_of<T>(1);
    place[i] = int32_t(i);
  }
  if (permuted) isolate_eigenvalues(a, place, n, from, to);
  if (scaled) scale_rows_and_columns(a, scale, n, from, to, norm);
}

/// One matrix of a batch, with 2-norms [2], as LAPACK balances.
template <class T>
struct BalanceItem {
  T* a;
  real_of<T>* scale;
  int32_t* place;
  int64_t n;
  bool permuted, scaled;
  SCI_HD void operator()(int64_t i) const {
    balance_matrix(a + i * n * n, scale + i * n, place + i * n, n, permuted, scaled, TwoNorm{});
  }
};

/// Factors that bring numbers to 1 at most and back.
template <class R>
SCI_HD RangeFactors<R> unit_range(R size) {
  RangeFactors<R> range(size);
  int power = 0;
  if (range.finite) frexp(size, &power);
  range.in[0] = ldexp(R(1), -power / 2);
  range.in[1] = ldexp(R(1), -power + power / 2);
  range.out[0] = ldexp(R(1), power / 2);
  range.out[1] = ldexp(R(1), power - power / 2);
  return range;
}

}  // namespace sci
