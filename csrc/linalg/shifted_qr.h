// The QR algorithm on Hessenberg matrices without branches on data: V is a number, or a number per lane (core/pack.h),
// and then matrices go side by side, each with the part and the shifts that it is at. A team of threads shares the
// columns that a step turns from the left and the rows that it turns from the right; all of its lanes decide alike.
//
// Method     Implicit steps on the last irreducible part: Francis's double shift for real matrices ([1], 7.5), started
//            at two consecutive small subdiagonals; Wilkinson's single shift by plane rotations for complex ones.
//            Subdiagonals are dropped by the criterion of Ahues and Tisseur [2], or between equal eigenvalues where
//            they are below rounding. After 10 and 20 steps without a deflation exceptional shifts break cycles. 2 x 2
//            blocks are standardised as Bai and Demmel [3] do.
// Failure    After 30 n steps (at least 300) the number of eigenvalues not found is returned.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Ahues, Tisseur: A new deflation criterion
//            for the QR algorithm, LAPACK Working Note 122 (1997). [3] Bai, Demmel: On swapping diagonal blocks in real
//            Schur form, Lin. Alg. Appl. 186 (1993) 73-95.
#pragma once
#include "core/pack.h"
#include "core/team.h"

namespace sci {
namespace qr_steps {

template <class R>
SCI_HD R larger(R x, R y) {
  return choose(x < y, y, x);
}
template <class R>
SCI_HD R smaller(R x, R y) {
  return choose(x < y, x, y);
}
template <class R>
SCI_HD R with_sign(R size, R x) {
  return choose(x < R(0), -size, size);
}
/// x where it is not zero, else 1.
template <class R>
SCI_HD R divisor(R x) {
  return choose(x == R(0), R(1), x);
}
/// sqrt(x^2 + y^2), also where squares are out of range.
template <class R>
SCI_HD R length(R x, R y) {
  return modulus(complex<R>{x, y});
}

/// Whether the subdiagonal entry of row l is negligible [2].
template <class V>
SCI_HD auto negligible(const V* h, int64_t n, int64_t row, int64_t l, real_of<V> to) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R eps = limits<T>::epsilon, tiny = limits<T>::min * T(n) / limits<T>::epsilon;
  const V *above = h + (l - 1) * (row + 1), *here = above + row;
  const R low = abs1(here[0]), d0 = abs1(above[0]), d1 = abs1(here[1]);
  R around = d0 + d1;
  if (some(around == R(0))) {
    R beside = R(0);
    if (l >= 2) beside += abs1(above[-1]);
    if (l + 1 < n) beside += abs1(here[row + 1]);
    around = choose(around == R(0), beside, around);
  }
  auto inside = R(T(l)) < to + R(T(0.5));
  auto small = both(inside, opposite(low > larger(tiny, eps * around)));
  if (!some(small)) return small;
  const R up = abs1(above[1]), gap = abs1(above[0] - here[1]);
  const R ab = larger(low, up), ba = smaller(low, up), aa = larger(d1, gap), bb = smaller(d1, gap);
  const R s = divisor(aa + ab);
  const auto by_gap = opposite(both(low > tiny, ba * (ab / s) > larger(tiny, eps * (bb * (aa / s)))));
  // Equal entries of the diagonal have no gap. Dropping `low` moves their eigenvalues by sqrt(low up) at most, and
  // where that is lost beside them, the shift is d itself, and a step only exchanges low and up.
  const R lost = eps * smaller(d0, d1);
  return both(small, either(by_gap, opposite(ba > lost * (lost / divisor(ab)))));
}

/// Sets negligible subdiagonals up to `to` to zero; returns where the last part without any begins.
template <class V>
SCI_HD real_of<V> drop_subdiagonals(V* h, int64_t n, int64_t row, int64_t last, real_of<V> to, Team team) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R eps = limits<T>::epsilon, tiny = limits<T>::min * T(n) / limits<T>::epsilon;
  R from = R(0);
  const auto none = from > R(0);
  auto any = none;
  for (int64_t l = 1 + team.lane; l <= last; l += team.size) {  // mostly there is none
    const V *above = h + (l - 1) * (row + 1), *here = above + row;
    R around = abs1(above[0]) + abs1(here[1]);
    if (l >= 2) around += abs1(above[-1]);
    if (l + 1 < n) around += abs1(here[row + 1]);
    any = either(any, both(R(T(l)) < to + R(T(0.5)), opposite(abs1(here[0]) > larger(tiny, eps * around))));
  }
  if (!team.any(some(any))) return from;
  for (int64_t first = 1; first <= last; first += team.size) {
    const int64_t l = first + team.lane;
    auto small = none;
    if (l <= last) small = negligible(h, n, row, l, to);
    team.sync();
    if (some(small)) {
      V& here = h[l * row + l - 1];
      here = choose(small, V(R(0)), here);
      from = choose(small, R(T(l)), from);
    }
    team.sync();
  }
  return team.greatest(from);
}

/// The state of every lane: the part from..to, steps since the last deflation, and the last place that any lane is at.
template <class R>
struct QrPart {
  R from, to, steps;
  int64_t last;
};

/// Moves on past parts of at most `size` eigenvalues; returns whether a lane has steps to do.
template <class V>
SCI_HD bool next_part(V* h, int64_t n, int64_t row, int size, QrPart<real_of<V>>& p, Team team) {
  using R = real_of<V>;
  using T = single_of<V>;
  for (;;) {
    p.from = drop_subdiagonals(h, n, row, p.last, p.to, team);
    auto found = both(p.to - p.from<R(T(size - 0.5)), p.to> R(T(-0.5)));
    if (!some(found)) break;
    p.to = choose(found, p.from - R(1), p.to);
    p.steps = choose(found, R(0), p.steps);
  }
  while (p.last >= 0 && !some(p.to > R(T(p.last - 0.5)))) --p.last;
  p.steps = choose(p.steps == R(20), R(1), p.steps + R(1));
  return p.last >= 0;
}

/// The entry `offset` numbers beyond the diagonal entry at `place`, which is a number per lane.
template <class V>
SCI_HD V entry_at(const V* h, int64_t row, real_of<V> place, int64_t first, int64_t last, int64_t offset) {
  using R = real_of<V>;
  V x = V(R(0));
  if constexpr (is_hardware<R>) {
    if (place >= R(first) && place <= R(last)) x = h[int64_t(place) * (row + 1) + offset];
  } else {
    for (int64_t k = first; k <= last; ++k) x = choose(place == R(single_of<V>(k)), h[k * (row + 1) + offset], x);
  }
  return x;
}

/// The shifts of a real double step: re1 +- i im, or re1 and re2 = re1.
template <class R>
struct DoubleShift {
  R re, im;
};
template <class R>
SCI_HD DoubleShift<R> double_shift(const R* h, int64_t row, const QrPart<R>& p) {
  using T = single_of<R>;
  R a = entry_at(h, row, p.to, 1, p.last, -row - 1), b = entry_at(h, row, p.to, 1, p.last, -row),
    c = entry_at(h, row, p.to, 1, p.last, -1), d = entry_at(h, row, p.to, 1, p.last, 0);
  auto below = p.steps == R(10), above = p.steps == R(20), now = either(below, above);
  if (some(now)) {
    const R at = choose(below, p.from, p.to - R(2));
    R s = abs(entry_at(h, row, at, 0, p.last - 2, row)) + abs(entry_at(h, row, at + R(1), 0, p.last - 1, row));
    R middle = R(T(0.75)) * s + choose(below, entry_at(h, row, at, 0, p.last - 2, 0), d);
    a = choose(now, middle, a);
    d = choose(now, middle, d);
    b = choose(now, R(T(-0.4375)) * s, b);
    c = choose(now, s, c);
  }
  R mean = R(T(0.5)) * (a + d), det = (a - mean) * (d - mean) - b * c, root = sqrt(abs(det));
  auto pair = opposite(det < R(0));  // else the one closer to d, twice
  R near = choose(abs(mean + root - d) < abs(mean - root - d), mean + root, mean - root);
  return {choose(pair, mean, near), choose(pair, root, R(0))};
}

/// The first column of (H - s1)(H - s2) for a part that starts at k, about as large as the entries of H.
template <class R>
SCI_HD void first_column(const R* h, int64_t row, int64_t k, DoubleShift<R> shift, R* v) {
  const R *r0 = h + k * (row + 1), *r1 = r0 + row;
  const R s = R(1) / divisor(abs(r0[0] - shift.re) + abs(shift.im) + abs(r1[0]));
  const R low = r1[0] * s;
  v[0] = low * r0[1] + (r0[0] - shift.re) * ((r0[0] - shift.re) * s) + shift.im * (shift.im * s);
  v[1] = low * (r0[0] + r1[1] - R(2) * shift.re);
  v[2] = low * r1[row + 1];
}

/// v[0:3] becomes the vector of a reflection, v[0] = 1; returns tau, and in beta what the reflection leaves.
template <class R>
SCI_HD R small_reflection(R* v, R* beta) {
  using T = single_of<R>;
  const R below = abs(v[1]) + abs(v[2]);
  auto plain = below == R(0);
  R x = v[0], y = v[1], z = v[2], size = R(1), square = x * x + y * y + z * z;
  auto small = both(opposite(plain), square < R(limits<T>::min / limits<T>::epsilon));
  if (some(small)) {  // rarely: squares that underflow, of a size that has a reciprocal
    size = choose(small, larger(abs(x) + below, R(limits<T>::min)), size);
    const R s = R(1) / size;
    x *= s, y *= s, z *= s;
    square = x * x + y * y + z * z;
  }
  const R norm = choose(plain, R(1), sqrt(square));
  const R b = with_sign(norm, -x);
  const R f = choose(plain, R(0), R(1) / choose(plain, R(1), x - b));
  *beta = choose(plain, v[0], b * size);
  v[1] = y * f;
  v[2] = z * f;
  // From the rounded vector, so that the reflection is orthogonal to rounding error.
  return choose(plain, R(0), R(2) / (R(1) + v[1] * v[1] + v[2] * v[2]));
}

/// Applies a reflection of `three` entries or two to lines from..to: `x` is their first number, entries `step` apart.
template <bool three, class R>
SCI_HD void reflect_lines(const R* v, R tau, R* x, int64_t line, int64_t step, int64_t from, int64_t to, Team team) {
  const R t1 = tau * v[1], t2 = tau * v[2];
  for (int64_t j = from + team.lane; j < to; j += team.size) {
    R* y = x + j * line;
    R s = y[0] + v[1] * y[step];
    if (three) s += v[2] * y[2 * step];
    y[0] -= s * tau;
    y[step] -= s * t1;
    if (three) y[2 * step] -= s * t2;
  }
}

/// One double step in every lane that has a part of three or more.
template <class R>
SCI_HD void double_step(R* h, R* z, int64_t n, int64_t row, const QrPart<R>& p, bool whole, Team team) {
  using T = single_of<R>;
  const DoubleShift<R> shift = double_shift(h, row, p);
  auto active = p.to > R(T(0.5));
  R start = p.from, v0 = R(0), v1 = R(0), v2 = R(0), v[3];
  int64_t first = p.last;
  auto open = active;
  for (int64_t k = p.last - 2; k >= 0 && some(open); --k) {
    const R place = R(T(k));
    auto inside = both(open, place < p.to - R(T(1.5)));
    auto here = both(inside, place == p.from);
    if (k > 0) {  // cheap, and rarely true: two small subdiagonals
      const R *r0 = h + k * (row + 1), *r1 = r0 + row;
      const R around = abs(r0[-row - 1]) + abs(r0[0]) + abs(r1[1]);
      auto perhaps = both(inside, opposite(abs(r0[-1]) * abs(r1[0]) > R(sqrt(limits<T>::epsilon)) * around * around));
      if (!some(either(here, perhaps))) continue;
      first_column(h, row, k, shift, v);
      auto large = abs(r0[-1]) * (abs(v[1]) + abs(v[2])) > R(limits<T>::epsilon) * abs(v[0]) * around;
      here = either(here, both(perhaps, opposite(large)));
    } else {
      first_column(h, row, k, shift, v);
    }
    if (!some(here)) continue;
    start = choose(here, place, start);
    v0 = choose(here, v[0], v0);
    v1 = choose(here, v[1], v1);
    v2 = choose(here, v[2], v2);
    open = both(open, opposite(here));
    first = k;
  }
  team.sync();  // what follows writes
  int64_t top = 0;
  while (!whole && top < first && !some(both(active, p.from == R(T(top))))) ++top;
  for (int64_t k = first; k < p.last; ++k) {
    const R place = R(T(k));
    auto begin = both(active, place == start);
    auto run = both(active, both(place > start, place < p.to));
    const bool three = k + 2 < n;
    R* here = h + k * (row + 1);
    v[0] = choose(begin, v0, R(0));
    v[1] = choose(begin, v1, R(0));
    v[2] = choose(begin, v2, R(0));
    if (k > first) {
      v[0] = choose(run, here[-1], v[0]);
      v[1] = choose(run, here[row - 1], v[1]);
      if (three) v[2] = choose(run, here[2 * row - 1], v[2]);
    }
    R beta, tau = small_reflection(v, &beta);
    const int64_t right = whole ? n : p.last + 1, bottom = k + 4 < p.last + 1 ? k + 4 : p.last + 1;
    if (three) {
      reflect_lines<true>(v, tau, h + k * row, 1, row, k, right, team);
      if (z) reflect_lines<true>(v, tau, z + k * row, 1, row, 0, n, team);
    } else {
      reflect_lines<false>(v, tau, h + k * row, 1, row, k, right, team);
      if (z) reflect_lines<false>(v, tau, z + k * row, 1, row, 0, n, team);
    }
    team.sync();
    if (k > 0 && team.lane == 0) {
      here[-1] = choose(run, beta, choose(begin, here[-1] * (R(1) - tau), here[-1]));
      here[row - 1] = choose(run, R(0), here[row - 1]);
      if (three) here[2 * row - 1] = choose(run, R(0), here[2 * row - 1]);
    }
    if (three)
      reflect_lines<true>(v, tau, h + k, row, 1, top, bottom, team);
    else
      reflect_lines<false>(v, tau, h + k, row, 1, top, bottom, team);
    team.sync();
  }
}

/// A plane rotation [c s; -conj(s) c].
template <class V>
struct PlaneRotation {
  real_of<V> c;
  V s;
};

/// Rows k and k + 1 of x, `row` numbers apart, from the left, columns from..to.
template <class V>
SCI_HD void turn_rows(V* x, int64_t row, int64_t k, int64_t from, int64_t to, PlaneRotation<V> g, Team team = {0, 1}) {
  V *a = x + k * row, *b = a + row;
  for (int64_t j = from + team.lane; j < to; j += team.size) {
    V u = a[j], v = b[j];
    a[j] = g.c * u + g.s * v;
    b[j] = g.c * v - conj(g.s) * u;
  }
}
/// Columns k and k + 1, rows from..to, `row` numbers apart, from the right by the rotation's adjoint. With steps of a
/// row and rows of 1 the matrix is transposed.
template <class V>
SCI_HD void turn_columns(V* x, int64_t row, int64_t step, int64_t k, int64_t from, int64_t to, PlaneRotation<V> g,
                         Team team) {
  for (int64_t i = from + team.lane; i < to; i += team.size) {
    V *a = x + i * row + k * step, u = a[0], v = a[step];
    a[0] = g.c * u + conj(g.s) * v;
    a[step] = g.c * v - g.s * u;
  }
}

/// The rotation that turns (f, g) into (r, 0). An f whose square loses bits beside g's counts as zero: what it leaves
/// below r is far under rounding, where its direction would be that of a number of a few bits, and no unit.
template <class R>
SCI_HD PlaneRotation<complex<R>> rotation_of(complex<R> f, complex<R> g) {
  using C = complex<R>;
  using T = single_of<R>;
  const R big = larger(abs1(f), abs1(g)), scale = R(1) / larger(big, R(limits<T>::min));
  f = scale * f;
  g = scale * g;
  const R ff = norm(f), r = sqrt(ff + norm(g)), inverse = R(1) / divisor(r);
  auto no_f = ff < R(limits<T>::min / limits<T>::epsilon);
  const R size_f = choose(no_f, R(0), sqrt(ff));
  const R per_f = R(1) / choose(no_f, R(1), size_f);
  const C unit = choose(no_f, C{R(1), R(0)}, C{f.re * per_f, f.im * per_f});
  return {choose(big == R(0), R(1), size_f * inverse), inverse * (unit * conj(g))};
}

/// The principal square root.
template <class R>
SCI_HD complex<R> root_of(complex<R> x) {
  using T = single_of<R>;
  const R t = sqrt(R(T(0.5)) * (modulus(x) + abs(x.re))), u = abs(x.im) / divisor(R(2) * t);
  return {choose(x.re < R(0), u, t), choose(x.re < R(0), with_sign(t, x.im), with_sign(u, x.im))};
}

template <class R>
SCI_HD complex<R> single_shift(const complex<R>* h, int64_t row, const QrPart<R>& p) {
  using C = complex<R>;
  using T = single_of<R>;
  const C d = entry_at(h, row, p.to, 1, p.last, 0), a = entry_at(h, row, p.to, 1, p.last, -row - 1),
          bc = entry_at(h, row, p.to, 1, p.last, -row) * entry_at(h, row, p.to, 1, p.last, -1);
  // Wilkinson's: the eigenvalue of the last 2 x 2 block that is closer to its last entry.
  const C half = R(T(0.5)) * (a - d);
  C root = root_of(half * half + bc);
  root = choose(half.re * root.re + half.im * root.im < R(0), -root, root);
  const C sum = half + root;
  const R size = abs1(sum), scale = R(1) / divisor(size);
  const C unit = scale * sum;
  const C part = (scale / divisor(norm(unit))) * (bc * conj(unit));
  C shift = choose(size == R(0), d, d - part);
  auto below = p.steps == R(10), above = p.steps == R(20);
  if (some(either(below, above))) {
    const R low = abs1(entry_at(h, row, p.from, 0, p.last - 1, row)), up = abs1(entry_at(h, row, p.to, 1, p.last, -1));
    const C first = entry_at(h, row, p.from, 0, p.last - 1, 0);
    shift = choose(below, first + C(R(T(0.75)) * low), choose(above, d + C(R(T(0.75)) * up), shift));
  }
  return shift;
}

/// One single step in every lane that has a part of two or more.
template <class R>
SCI_HD void single_step(complex<R>* h, complex<R>* z, int64_t n, int64_t row, const QrPart<R>& p, bool whole,
                        Team team) {
  using C = complex<R>;
  using T = single_of<R>;
  const C shift = single_shift(h, row, p);
  auto active = p.to > R(T(0.5));
  int64_t first = 0;
  while (first < p.last && !some(both(active, p.from == R(T(first))))) ++first;
  for (int64_t k = first; k < p.last; ++k) {
    const R place = R(T(k));
    auto begin = both(active, place == p.from);
    auto run = both(active, both(place > p.from, place < p.to));
    C* here = h + k * (row + 1);
    C x = choose(begin, here[0] - shift, C{R(1), R(0)}), y = choose(begin, here[row], C{R(0), R(0)});
    if (k > first) {
      x = choose(run, here[-1], x);
      y = choose(run, here[row - 1], y);
    }
    const PlaneRotation<C> g = rotation_of(x, y);
    if (k == first) team.sync();  // what follows writes
    const int64_t right = whole ? n : p.last + 1, bottom = k + 3 < p.last + 1 ? k + 3 : p.last + 1;
    turn_rows(h, row, k, k, right, g, team);
    if (z) turn_columns(z, 1, row, k, 0, n, g, team);
    team.sync();
    if (k > first && team.lane == 0) {
      turn_rows(h, row, k, k - 1, k, g);
      here[row - 1] = choose(run, C{R(0), R(0)}, here[row - 1]);
    }
    turn_columns(h, row, 1, k, whole ? 0 : first, bottom, g, team);
    team.sync();
  }
}

template <class R>
SCI_HD auto opposite_signs(R x, R y) {
  return either(both(x<R(0), y> R(0)), both(x > R(0), y < R(0)));
}

/// Brings the real block [a b; c d] to standard form [3]: c = 0, or a = d and b c < 0, and of the two such forms the
/// one with |b| >= |c|, so that T and Z are smooth functions of the matrix.
template <class R>
SCI_HD PlaneRotation<R> standard_form(R& a, R& b, R& c, R& d) {
  using T = single_of<R>;
  auto triangular = c == R(0), flipped = b == R(0);
  auto done = either(triangular, both(both(a == d, opposite_signs(b, c)), opposite(abs(b) < abs(c))));
  const R half = R(T(0.5)) * (a - d), sizes_b = abs(b), sizes_c = abs(c), large = larger(sizes_b, sizes_c);
  const R small = choose(opposite_signs(b, c), -smaller(sizes_b, sizes_c), smaller(sizes_b, sizes_c));
  const R scale = divisor(larger(abs(half), large));
  const R disc = half / scale * half + large / scale * small;
  // Two real eigenvalues, well apart.
  auto apart = opposite(disc < R(T(4) * limits<T>::epsilon));
  const R z = half + with_sign(sqrt(scale) * sqrt(choose(apart, disc, R(1))), half), r = divisor(length(c, z));
  // A complex pair, or nearly equal real eigenvalues: the diagonal is made equal.
  // Of numbers of any size, subnormal ones of a few bits among them.
  const R total = b + c, unit = divisor(larger(abs(total), abs(a - d))), sum = total / unit, gap = (a - d) / unit;
  const R turned = divisor(length(sum, gap));
  const R cs = sqrt(R(T(0.5)) * (R(1) + abs(sum) / turned)), sn = -with_sign(R(T(0.5)) * gap / (turned * cs), sum);
  const R a1 = a * cs + b * sn, b1 = b * cs - a * sn, c1 = c * cs + d * sn, d1 = d * cs - c * sn;
  const R mean = R(T(0.5)) * ((a1 * cs + c1 * sn) + (d1 * cs - b1 * sn));
  const R b2 = b1 * cs + d1 * sn, c2 = c1 * cs - a1 * sn;
  auto swapped = abs(b2) < abs(c2);
  auto split = opposite_signs(b2, -c2);  // real after all
  const R sb = sqrt(abs(b2)), sc = sqrt(abs(c2)), p = with_sign(sb * sc, c2), t = R(1) / sqrt(divisor(abs(b2 + c2)));
  const R cs2 = choose(split, sb * t, choose(swapped, R(0), R(1))),
          sn2 = choose(split, sc * t, choose(swapped, R(1), R(0)));
  const R c3 = choose(split, R(0), choose(swapped, R(0) - b2, c2)),
          b3 = choose(split, b2 - c2, choose(swapped, -c2, b2));
  PlaneRotation<R> g{choose(apart, z / r, cs * cs2 - sn * sn2), choose(apart, c / r, cs * sn2 + sn * cs2)};
  const R upper = choose(apart, d + z, choose(split, mean + p, mean)),
          lower = choose(apart, d - large / divisor(z) * small, choose(split, mean - p, mean)),
          right = choose(apart, b - c, b3), left = choose(apart, R(0), c3);
  g.c = choose(done, R(1), choose(flipped, R(0), g.c));
  g.s = choose(done, R(0), choose(flipped, R(1), g.s));
  const R keep_a = a, keep_b = b, keep_c = c;
  a = choose(done, a, choose(flipped, d, upper));
  b = choose(done, keep_b, choose(flipped, -keep_c, right));
  c = choose(done, keep_c, choose(flipped, R(0), left));
  d = choose(done, d, choose(flipped, keep_a, lower));
  return g;
}

}  // namespace qr_steps

/// h (Hessenberg, rows `row` numbers apart) becomes the Schur form, or without `whole` only its diagonal blocks do;
/// rows of z, if there is one, turn with it: row k becomes Schur vector k where rows were columns of the matrix that
/// led to h. Returns how many eigenvalues were not found.
template <class R>
SCI_HD R hessenberg_to_schur(R* h, R* z, int64_t n, int64_t row, bool whole, Team team = {0, 1}) {
  using T = single_of<R>;
  qr_steps::QrPart<R> p{R(0), R(T(n - 1)), R(0), n - 1};
  int64_t budget = 30 * (n > 10 ? n : 10);
  while (qr_steps::next_part(h, n, row, 2, p, team) && budget-- > 0)
    qr_steps::double_step(h, z, n, row, p, whole, team);
  for (int64_t k = 0; k + 1 < n; ++k) {
    R* here = h + k * (row + 1);
    if (!some(opposite(here[row] == R(0)))) continue;
    R a = here[0], b = here[1], c = here[row], d = here[row + 1];
    const qr_steps::PlaneRotation<R> g = qr_steps::standard_form(a, b, c, d);
    team.sync();
    if (team.lane == 0) {
      here[0] = a;
      here[1] = b;
      here[row] = c;
      here[row + 1] = d;
    }
    if (whole) {
      qr_steps::turn_rows(h, row, k, k + 2, n, g, team);
      qr_steps::turn_columns(h, row, 1, k, 0, k, g, team);
    }
    if (z) qr_steps::turn_columns(z, 1, row, k, 0, n, g, team);
    team.sync();
  }
  return p.to + R(1);
}
template <class R>
SCI_HD R hessenberg_to_schur(complex<R>* h, complex<R>* z, int64_t n, int64_t row, bool whole, Team team = {0, 1}) {
  using T = single_of<R>;
  qr_steps::QrPart<R> p{R(0), R(T(n - 1)), R(0), n - 1};
  int64_t budget = 30 * (n > 10 ? n : 10);
  while (qr_steps::next_part(h, n, row, 1, p, team) && budget-- > 0)
    qr_steps::single_step(h, z, n, row, p, whole, team);
  return p.to + R(1);
}

}  // namespace sci
