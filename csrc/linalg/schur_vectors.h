// Eigenvalues and eigenvectors of Schur forms without branches on data: V is a number, or a number per lane
// (core/pack.h). A real form has standardised blocks [a b; c a], b c < 0.
//
// Method     Back substitution in (T - w) x = 0 ([1], 7.6.4) with diagonal entries of at least eps |w|, as LAPACK's
//            trevc has it; x is scaled down before it leaves the range of numbers. In a block scaled to [a s; -s a] the
//            system has the vectors (1, i) and (1, -i), so it falls apart into two equations. Vectors of real
//            eigenvalues are real, and those of pairs conjugate, exactly.
// Gauge      Norm 1; the largest component of complex vectors is real, as LAPACK has it.
// Source     [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013).
#pragma once
#include "linalg/shifted_qr.h"

namespace sci {
namespace qr_steps {

/// Numbers above this are scaled down while a vector is computed.
template <class T>
SCI_HD T vector_limit() {
  return sizeof(T) == 8 ? T(1e100) : T(1e10);
}

/// 1 / d for a d that is not smaller than the smallest normal number.
template <class R>
SCI_HD complex<R> inverse_of(complex<R> d) {
  const R scale = R(1) / abs1(d);
  const complex<R> unit = scale * d;
  return (scale / norm(unit)) * conj(unit);
}

/// d, or `least` where it is smaller.
template <class R>
SCI_HD complex<R> at_least(complex<R> d, R least) {
  return choose(abs1(d) < least, complex<R>{least, R(0)}, d);
}

/// A factor that brings x, of size `large`, below the limit before it is divided by d.
template <class R>
SCI_HD R shrinking(R large, complex<R> d) {
  const R most = R(vector_limit<single_of<R>>()) * smaller(abs1(d), R(1));
  return choose(large > most, most / divisor(large), R(1));
}

/// Scales x[from:to] by f, where that is not 1 in every lane.
template <class R>
SCI_HD void shrink(R f, complex<R>* x, int64_t from, int64_t to) {
  if (!some(f < R(1))) return;
  for (int64_t j = from; j < to; ++j) x[j] = f * x[j];
}

/// -sum t[j] x[j], j from..to, for real or complex t.
template <class V, class R>
SCI_HD complex<R> minus_product(const V* t, const complex<R>* x, int64_t from, int64_t to) {
  complex<R> even{R(0), R(0)}, odd = even;
  int64_t j = from;
  for (; j + 1 < to; j += 2) {
    even += t[j] * x[j];
    odd += t[j + 1] * x[j + 1];
  }
  if (j < to) even += t[j] * x[j];
  return -(even + odd);
}

/// v (n) = sum_j x[j] z[j, :], divided by its norm, of rows `row` numbers apart; with `turn` its largest component
/// becomes real.
template <class V, class R, class M>
SCI_HD void combine(const V* z, int64_t row, const complex<R>* x, complex<R>* v, int64_t n, int64_t count, M turn) {
  using C = complex<R>;
  using T = single_of<R>;
  R large = R(0);
  for (int64_t r = 0; r < n; ++r) {
    C sum = x[0] * z[r];
    for (int64_t j = 1; j < count; ++j) sum += x[j] * z[j * row + r];
    v[r] = sum;
    large = larger(large, abs1(sum));
  }
  const R scale = R(1) / divisor(large);
  R square = R(0), best = R(-1), place = R(0);
  C lead{R(1), R(0)};
  for (int64_t r = 0; r < n; ++r) {
    v[r] = scale * v[r];
    const R size = norm(v[r]);
    square += size;
    auto more = size > best;
    best = choose(more, size, best);
    place = choose(more, R(T(r)), place);
    lead = choose(more, v[r], lead);
  }
  const R inverse = R(1) / sqrt(divisor(square));
  const C unit = (R(1) / sqrt(divisor(best))) * conj(lead);
  const C factor = inverse * choose(turn, unit, C{R(1), R(0)});
  for (int64_t r = 0; r < n; ++r) {
    v[r] = factor * v[r];
    v[r].im = choose(both(turn, place == R(T(r))), R(0), v[r].im);
  }
}

/// The eigenvalue at k of a real form: of a pair the one above the axis comes first.
template <class R>
SCI_HD complex<R> schur_value(const R* t, int64_t n, int64_t row, int64_t k) {
  const R* here = t + k * (row + 1);
  R im = R(0);
  if (k + 1 < n) im = choose(here[row] == R(0), im, sqrt(abs(here[1])) * sqrt(abs(here[row])));
  if (k > 0) im = choose(here[-1] == R(0), im, -(sqrt(abs(here[-row])) * sqrt(abs(here[-1]))));
  return {here[0], im};
}
template <class R>
SCI_HD complex<R> schur_value(const complex<R>* t, int64_t, int64_t row, int64_t k) {
  return t[k * (row + 1)];
}

/// The vector of one eigenvalue of a real form, in row k of v; returns where it is the second of a pair, and has the
/// vector of the first, whose imaginary part is positive.
template <class R>
SCI_HD auto schur_vector(const R* t, const R* z, complex<R>* v, complex<R>* x, int64_t n, int64_t row, int64_t k) {
  using C = complex<R>;
  using T = single_of<R>;
  const R eps = limits<T>::epsilon, tiny = limits<T>::min * T(n) / limits<T>::epsilon, half = T(0.5);
  const R* here = t + k * (row + 1);
  const auto none = R(0) > R(0);
  auto pair = none;
  if (k > 0) pair = opposite(here[-1] == R(0));
  C w = schur_value(t, n, row, k);
  w.im = choose(pair, -w.im, R(0));
  const R least = larger(eps * abs1(w), tiny);
  x[k] = C{R(1), R(0)};
  C first{R(0), R(0)};
  if (k > 0) {
    const R b = here[-row], c = here[-1];
    auto wide = opposite(abs(b) < abs(c));
    first = C{choose(wide, R(1), -w.im / divisor(c)), R(0)};
    C second{R(0), choose(wide, w.im / divisor(b), R(1))};
    x[k] = choose(pair, second, x[k]);
  }
  C hold{R(0), R(0)};
  for (int64_t i = k - 1; i >= 0; --i) {
    const R* line = t + i * row;
    auto given = i == k - 1 ? pair : none;
    const C sum = minus_product(line, x, i + 1, k + 1);
    const C alpha{line[i] - w.re, -w.im};
    const C d = at_least(alpha, least);
    R f = choose(given, R(1), shrinking(abs1(sum), d));
    auto block = none;
    auto second = none;
    if (i + 1 < k) block = opposite(line[row + i] == R(0));
    if (i > 0) second = opposite(line[i - 1] == R(0));
    C up{R(0), R(0)}, low = up;
    if (some(block)) {
      const R root_b = sqrt(abs(line[i + 1])), root_c = sqrt(abs(line[row + i])),
              s = with_sign(root_b * root_c, line[i + 1]);
      const C plus = at_least(C{alpha.re, alpha.im + s}, least), minus = at_least(C{alpha.re, alpha.im - s}, least);
      const R per_b = R(1) / divisor(root_b), per_c = R(1) / divisor(root_c);
      const C r0 = per_b * sum, r1 = per_c * hold;
      const C p = {half * (r0.re + r1.im), half * (r0.im - r1.re)},
              q = {half * (r0.re - r1.im), half * (r0.im + r1.re)};
      const R reach = larger(root_b, root_c);
      const R bound = larger(R(1), reach) * (abs1(p) + abs1(q));
      const C nearer = choose(abs1(plus) < abs1(minus), plus, minus);
      f = choose(block, shrinking(bound, nearer), f);
      const C one = f * p * inverse_of(plus), two = f * q * inverse_of(minus);
      // The lower rows of the scaled vectors are i and -i.
      up = root_b * (one + two);
      low = root_c * C{two.im - one.im, one.re - two.re};
    }
    f = choose(second, R(1), f);
    shrink(f, x, i + 1, k + 1);
    C value = choose(block, up, f * sum * inverse_of(d));
    if (some(block)) x[i + 1] = choose(block, low, x[i + 1]);
    hold = sum;
    value = choose(second, C{R(0), R(0)}, value);
    x[i] = choose(given, first, value);
  }
  combine(z, row, x, v + k * row, n, k + 1, pair);
  return pair;
}

}  // namespace qr_steps

/// Row k of v becomes the vector of the eigenvalue at k of Z T Z^H, where row j of z is column j of Z; rows are `row`
/// numbers apart. x has room for n numbers, and for a row for each lane of a team.
template <class R>
SCI_HD void schur_vectors(const complex<R>* t, const complex<R>* z, complex<R>* v, complex<R>* x, int64_t n,
                          int64_t row, Team team = {0, 1}) {
  using C = complex<R>;
  using T = single_of<R>;
  const R eps = limits<T>::epsilon, tiny = limits<T>::min * T(n) / limits<T>::epsilon;
  x += team.lane * row;
  for (int64_t k = team.lane; k < n; k += team.size) {
    const C w = t[k * (row + 1)];
    const R least = qr_steps::larger(eps * abs1(w), tiny);
    x[k] = C{R(1), R(0)};
    for (int64_t i = k - 1; i >= 0; --i) {
      const C sum = qr_steps::minus_product(t + i * row, x, i + 1, k + 1);
      const C d = qr_steps::at_least(t[i * (row + 1)] - w, least);
      const R f = qr_steps::shrinking(abs1(sum), d);
      qr_steps::shrink(f, x, i + 1, k + 1);
      x[i] = f * sum * qr_steps::inverse_of(d);
    }
    qr_steps::combine(z, row, x, v + k * row, n, k + 1, R(0) == R(0));
  }
}
template <class R>
SCI_HD void schur_vectors(const R* t, const R* z, complex<R>* v, complex<R>* x, int64_t n, int64_t row,
                          Team team = {0, 1}) {
  using C = complex<R>;
  const auto none = R(0) > R(0);
  x += team.lane * row;
  for (int64_t start = 0; start < n; start += team.size) {
    const int64_t k = start + team.lane;
    auto pair = none;
    if (k < n) pair = qr_steps::schur_vector(t, z, v, x, n, row, k);
    team.sync();
    if (some(pair))
      for (int64_t r = 0; r < n; ++r) {
        C &out = v[k * row + r], &before = v[(k - 1) * row + r];
        before = choose(pair, out, before);
        out = choose(pair, conj(out), out);
      }
    team.sync();
  }
}

}  // namespace sci
