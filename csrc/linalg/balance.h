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
#include "core/team.h"
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

/// Exchanges rows and columns of `a`, rows `row` numbers apart, until those that isolate an eigenvalue are before
/// `from` or from `to` on: first rows, whose eigenvalues go to the end, then columns, to the start. Row i was row
/// place[i]. Of a team one lane does, as most matrices have no zeros.
template <class T>
SCI_HD void isolate_eigenvalues(T* a, int32_t* place, int64_t n, int64_t row, int64_t& from, int64_t& to,
                                Team team = {0, 1}) {
  bool zeros = false;
  for_entries(team, n * n, n,
              [&](int64_t, int64_t i, int64_t j) { zeros = zeros || (i != j && a[i * row + j] == T(0)); });
  zeros = team.any(zeros);
  team.sync();
  if (!zeros) return;
  for (int side = 0; side < 2 && team.lane == 0; ++side)
    for (bool found = true; found && from < to;) {
      found = false;
      for (int64_t k = to - from - 1; k >= 0 && from < to; --k) {
        const int64_t i = side == 0 ? from + k : to - 1 - k;
        if (i < from || i >= to) continue;
        bool alone = true;
        for (int64_t j = from; j < to && alone; ++j)
          alone = i == j || (side == 0 ? a[i * row + j] : a[j * row + i]) == T(0);
        if (!alone) continue;
        found = true;
        const int64_t end = side == 0 ? --to : from++;
        if (end == i) continue;
        for (int64_t j = 0; j < n; ++j) swap(a[j * row + i], a[j * row + end]);
        for (int64_t j = 0; j < n; ++j) swap(a[i * row + j], a[end * row + j]);
        swap(place[i], place[end]);
      }
    }
  team.sync();
  from = team.broadcast(from, 0);
  to = team.broadcast(to, 0);
}

struct OneNorm {
  template <class T>
  SCI_HD real_of<T> operator()(const T* x, int64_t stride, int64_t n, Team team) const {
    real_of<T> sum = 0;
    for (int64_t j = team.lane; j < n; j += team.size) sum += abs1(x[j * stride]);
    return team.sum(sum);
  }
};

/// Of numbers of any size.
struct TwoNorm {
  template <class T>
  SCI_HD real_of<T> operator()(const T* x, int64_t stride, int64_t n, Team team) const {
    using R = real_of<T>;
    R sum = 0;
    for (int64_t j = team.lane; j < n; j += team.size) sum += square(x[j * stride], R(1));
    sum = team.sum(sum);
    if (sum > limits<R>::min / limits<R>::epsilon && isfinite(sum)) return sqrt(sum);
    R most = 0;  // squares are not in range
    for (int64_t j = team.lane; j < n; j += team.size) most = max(most, abs1(x[j * stride]));
    most = team.greatest(most);
    if (!(most > R(0))) return most;
    sum = 0;
    for (int64_t j = team.lane; j < n; j += team.size) sum += square(x[j * stride], most);
    return most * sqrt(team.sum(sum));
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
SCI_HD void scale_rows_and_columns(T* a, real_of<T>* scale, int64_t n, int64_t row, int64_t from, int64_t to, Norm norm,
                                   Team team) {
  using R = real_of<T>;
  const R least = limits<R>::min / limits<R>::epsilon, most = R(1) / least;
  bool changed = to - from > 1;
  for (int sweep = 0; changed && sweep < 64; ++sweep) {
    changed = false;
    for (int64_t i = from; i < to; ++i) {
      R c = norm(a + from * row + i, row, to - from, team), r = norm(a + i * row + from, 1, to - from, team);
      if (c == R(0) || r == R(0) || (c >= r / R(2) && r >= c / R(2))) continue;
      R f = 1;
      const R before = c + r, own = scale[i];
      // What the whole row and the whole column hold stays in range.
      R column = 0, line = 0;
      for (int64_t j = team.lane; j < to; j += team.size) column = max(column, abs(a[j * row + i]));
      for (int64_t j = from + team.lane; j < n; j += team.size) line = max(line, abs(a[i * row + j]));
      column = team.greatest(column);
      line = team.greatest(line);
      while (c < r / R(2) && max(f, max(c, column)) < most / R(2) && min(r / R(2), line) > R(2) * least)
        f *= R(2), c *= R(2), column *= R(2), r /= R(2), line /= R(2);
      while (r <= c / R(2) && max(r, line) < most / R(2) && min(f, min(c / R(2), column)) > R(2) * least)
        f /= R(2), c /= R(2), column /= R(2), r *= R(2), line *= R(2);
      if (!(c + r < R(0.95) * before) || own * f < least || own * f > most) continue;
      changed = true;
      team.sync();
      if (team.lane == 0) scale[i] = own * f;
      for (int64_t j = team.lane; j < n; j += team.size) {
        a[i * row + j] *= R(1) / f;
        a[j * row + i] *= f;
      }
      team.sync();
    }
  }
}

/// a becomes D^-1 P^T A P D: entry i of P D x is scale[i] x[i] at place[i]. Rows are `row` numbers apart.
template <class T, class Norm = OneNorm>
SCI_HD void balance_matrix(T* a, real_of<T>* scale, int32_t* place, int64_t n, int64_t row, bool permuted = true,
                           bool scaled = true, Norm norm = {}, Team team = {0, 1}) {
  int64_t from = 0, to = n;
  for (int64_t i = team.lane; i < n; i += team.size) {
    scale[i] = real_of<T>(1);
    place[i] = int32_t(i);
  }
  team.sync();
  if (permuted) isolate_eigenvalues(a, place, n, row, from, to, team);
  if (scaled) scale_rows_and_columns(a, scale, n, row, from, to, norm, team);
  team.sync();
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
    balance_matrix(a + i * n * n, scale + i * n, place + i * n, n, n, permuted, scaled, TwoNorm{});
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
