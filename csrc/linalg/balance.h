// What is done to one matrix before its eigenvalues are computed: its entries come into a range where squares do not
// over- or underflow, and it is balanced.
//
// Method     Rows and columns that isolate an eigenvalue are permuted to the ends; the rest is scaled by powers of two
//            until the 1-norms of rows and columns, with the diagonal [2], differ by less than 2, as Parlett and
//            Reinsch [1] do.
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

/// a becomes D^-1 P^T A P D: entry i of P D x is scale[i] x[i] at place[i].
template <class T>
SCI_HD void balance_matrix(T* a, real_of<T>* scale, int32_t* place, int64_t n) {
  using R = real_of<T>;
  int64_t from = 0, to = n;
  bool zeros = false;
  for (int64_t i = 0; i < n; ++i) {
    scale[i] = R(1);
    place[i] = int32_t(i);
    for (int64_t j = 0; j < n; ++j) zeros = zeros || (i != j && a[i * n + j] == T(0));
  }
  // First rows, whose eigenvalues go to the end, then columns, to the start.
  for (int side = 0; side < 2 && zeros; ++side)
    for (bool found = true; found && from < to;) {
      found = false;
      for (int64_t i = to - 1; i >= from && !found; --i) {
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
  const R least = limits<R>::min / limits<R>::epsilon, most = R(1) / least;
  bool changed = to - from > 1;
  for (int sweep = 0; changed && sweep < 64; ++sweep) {
    changed = false;
    for (int64_t i = from; i < to; ++i) {
      R c = 0, r = 0;
      for (int64_t j = from; j < to; ++j) {
        c += abs1(a[j * n + i]);
        r += abs1(a[i * n + j]);
      }
      if (c == R(0) || r == R(0) || (c >= r / R(2) && r >= c / R(2))) continue;
      R f = 1;
      const R before = c + r;
      for (; c < r / R(2) && f < most; f *= R(2)) c *= R(2), r /= R(2);
      for (; r < c / R(2) && f > least; f /= R(2)) c /= R(2), r *= R(2);
      if (!(c + r < R(0.95) * before) || scale[i] * f < least || scale[i] * f > most) continue;
      changed = true;
      scale[i] *= f;
      for (int64_t j = 0; j < n; ++j) a[i * n + j] *= R(1) / f;
      for (int64_t j = 0; j < n; ++j) a[j * n + i] *= f;
    }
  }
}

}  // namespace sci
