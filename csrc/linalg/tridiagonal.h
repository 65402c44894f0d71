// Eigenvalues and vectors of Hermitian matrices by way of tridiagonal ones, without branches on data: V is a number, or
// a number per lane (core/pack.h), and then matrices go side by side, each with the part and the shift that it is at.
//
// Form       Householder reflections from both sides ([1], 8.3.1); T is real also where A is complex.
// Vectors    Implicit QR steps with Wilkinson's shift ([1], 8.3.5); rotations gather in the vectors.
// Values     The same without square roots, on squares of the subdiagonal: the algorithm of Pal, Walker and Kahan ([2],
//            8.15). Its error is below n eps |T|, too.
// Deflation  Where e_k^2 <= eps^2 |d_k d_k+1|, or squares are near underflow: the largest entry is to be about 1.
// Failure    After 30 n steps the number of eigenvalues not found is returned. NaN in, NaN out.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Parlett: The Symmetric Eigenvalue Problem
//            (1998).
#pragma once
#include "linalg/reflector.h"

namespace sci {
namespace tridiagonal {

/// Squares below this have no digits left to make a rotation of; what is dropped with them is below eps^2, as entries
/// are 1 at most.
template <class R>
SCI_HD R least_square() {
  using T = single_of<R>;
  return R(limits<T>::min / (limits<T>::epsilon * limits<T>::epsilon));
}

/// The state of every lane: the part from..to that it is at, from = to - 1 = -1 where it has none; the first and the
/// last place that any lane is at; and those from `within` to before `until`, which are amid the parts of all lanes.
/// `split` is where the last part begins after a step, `before` the one before it.
template <class R>
struct Part {
  R from, to, split, before;
  int64_t first, last, within, until;
};

/// Lane l of number k.
template <class R>
SCI_HD single_of<R>& lane_of(R* x, int64_t k, int l) {
  return reinterpret_cast<single_of<R>*>(x + k)[l];
}
/// Entry `place` of x, a number per lane; the first where there is none.
template <class R>
SCI_HD R entry(const R* x, R place) {
  R found;
  for (int l = 0; l < int(sizeof(R) / sizeof(single_of<R>)); ++l) {
    const int64_t k = int64_t(lane_of(&place, 0, l));
    lane_of(&found, 0, l) = lane_of(const_cast<R*>(x), k < 0 ? 0 : k, l);
  }
  return found;
}

/// Whether an entry e, or its square, beside d and `next` is to be kept. Not if NaN: steps would not end.
template <bool squares, class R>
SCI_HD auto is_kept(R e, R d, R next) {
  using T = single_of<R>;
  return (squares ? e : e * e) > R(limits<T>::epsilon * limits<T>::epsilon) * abs(d * next) + least_square<R>();
}
/// In a step, lanes whose part falls apart before place k.
template <class R, class M>
SCI_HD void drop(R* e, int64_t k, M small, Part<R>& p) {
  using T = single_of<R>;
  e[k - 1] = choose(small, R(T(0)), e[k - 1]);
  p.before = choose(small, p.split, p.before);
  p.split = choose(small, R(T(k)), p.split);
}

/// All n places, nothing dropped of e yet; a step is to come.
template <bool squares, class R>
SCI_HD Part<R> whole_part(const R* d, R* e, int64_t n) {
  using T = single_of<R>;
  const R none = R(T(0)), unknown = R(T(-1));
  Part<R> p{none, R(T(n - 1)), none, unknown, 0, n - 1, 0, 0};
  for (int64_t k = 0; k + 1 < n; ++k) e[k] = choose(is_kept<squares>(e[k], d[k], d[k + 1]), e[k], none);
  for (int64_t k = 1; k + 1 < n; ++k) {
    auto apart = e[k - 1] == none;
    p.before = choose(apart, p.split, p.before);
    p.split = choose(apart, R(T(k)), p.split);
  }
  return p;
}

/// Moves every lane on to its last part of two or more after a step, past single eigenvalues; returns whether there are
/// any.
template <bool squares, class R>
SCI_HD bool next_part(const R* d0, R* e, Part<R>& p) {
  using T = single_of<R>;
  R* d = const_cast<R*>(d0);
  int64_t first = p.last;
  p.within = 0;
  p.until = p.last;
  p.last = -1;
  for (int l = 0; l < int(sizeof(R) / sizeof(T)); ++l) {
    int64_t to = int64_t(lane_of(&p.to, 0, l)), from = int64_t(lane_of(&p.split, 0, l)),
            before = int64_t(lane_of(&p.before, 0, l));
    if (to > 0) {
      T& beside = lane_of(e, to - 1, l);
      if (!is_kept<squares>(beside, lane_of(d, to - 1, l), lane_of(d, to, l))) {
        beside = T(0);
        before = from;
        from = to;
      }
    }
    while (from >= to && to >= 0) {
      to = from - 1;
      from = before;
      before = -1;
      if (from >= 0 && from < to) break;
      for (from = max<int64_t>(to, 0); from > 0 && lane_of(e, from - 1, l) != T(0);) --from;
    }
    lane_of(&p.from, 0, l) = lane_of(&p.split, 0, l) = T(from);
    lane_of(&p.to, 0, l) = T(to);
    lane_of(&p.before, 0, l) = T(-1);
    p.within = max(p.within, from + 1);
    p.until = min(p.until, to - 1);
    if (to < 1) continue;
    first = min(first, from);
    p.last = max(p.last, to);
  }
  p.first = first;
  return p.last >= 0;
}

/// Wilkinson's shift: the eigenvalue of the last 2 x 2 block of each part that is closer to its last entry.
template <bool squares, class R>
SCI_HD R shift_of(const R* d, const R* e, const Part<R>& p) {
  using T = single_of<R>;
  const R before = p.to - R(T(1)), low = entry(d, p.to), beside = entry(e, before);
  const R square = squares ? beside : beside * beside, half = R(T(0.5)) * (entry(d, before) - low);
  const R root = sqrt(half * half + square), sum = half + choose(half < R(T(0)), -root, root);
  return low - square / choose(sum == R(T(0)), R(T(1)), sum);
}

/// Rotation k of places first..last - 1 turns rows k and k + 1 of z, in `count` columns. What the next rotation needs
/// stays in registers.
template <int count, class V, class R>
SCI_HD void turn(V* z, int64_t row, int64_t first, int64_t last, const R* c, const R* s) {
  V x[count];
#pragma GCC unroll 4
  for (int i = 0; i < count; ++i) x[i] = z[first * row + i];
  for (int64_t k = first; k < last; ++k) {
    V *out = z + k * row, *in = out + row;
#pragma GCC unroll 4
    for (int i = 0; i < count; ++i) {
      const V y = in[i];
      out[i] = c[k] * x[i] + s[k] * y;
      x[i] = c[k] * y - s[k] * x[i];
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < count; ++i) z[last * row + i] = x[i];
}

/// Where in each lane's part of two or more a rotation is: the first, a later one, any, the last.
template <class M>
struct Place {
  M begin, inside, run, end;
};
template <class R>
SCI_HD auto place_of(const Part<R>& p, int64_t k) {
  using T = single_of<R>;
  const R place = R(T(k));
  auto begin = place == p.from, run = both(place > p.from - R(T(0.5)), place < p.to - R(T(0.5)));
  auto inside = both(run, opposite(begin)), end = both(run, place > p.to - R(T(1.5)));
  return Place<decltype(run)>{begin, inside, run, end};
}

/// One QR step of every lane that has a part of two or more; c and s of the rotations at places from p.first on.
template <class R>
SCI_HD void step(R* d, R* e, R* cs, R* sn, Part<R>& p) {
  using T = single_of<R>;
  const R none = R(T(0)), one = R(T(1)), shift = shift_of<false>(d, e, p);
  R c = one, s = one, moved = none, g = none;
  for (int64_t k = p.first; k < p.last; ++k) {
    auto [begin, inside, run, end] = place_of(p, k);
    g = choose(begin, d[k] - shift, g);
    c = choose(begin, one, c);
    s = choose(begin, one, s);
    moved = choose(begin, none, moved);
    const R f = s * e[k], b = c * e[k], square = f * f + g * g;
    auto plain = square < least_square<R>();  // nothing to turn
    const R size = sqrt(choose(plain, one, square)), inverse = one / size;
    c = choose(plain, one, g * inverse);
    s = choose(plain, none, f * inverse);
    // Many turns would add up what c^2 + s^2 is beside 1, to one side where they are alike.
    const R beside = R(T(0.5)) * (one - c * c - s * s);
    c += beside * c;
    s += beside * s;
    if (k > p.first) e[k - 1] = choose(inside, choose(plain, none, size), e[k - 1]);
    const R before = d[k] - moved, change = (d[k + 1] - before) * s + R(T(2)) * c * b;
    moved = s * change;
    d[k] = choose(run, before + moved, d[k]);
    if (k > p.first) drop(e, k, both(inside, opposite(is_kept<false>(e[k - 1], d[k - 1], d[k]))), p);
    g = c * change - b;
    d[k + 1] = choose(end, d[k + 1] - moved, d[k + 1]);
    e[k] = choose(end, g, e[k]);
    cs[k] = choose(run, c, one);
    sn[k] = choose(run, s, none);
  }
}

/// What rotation k of squares leaves for the next one.
template <class R>
struct Squares {
  R c, s, g, square;
};
/// Rotation k of a step on squares; `within` if it is amid every lane's part.
template <bool within, class R>
SCI_HD void rotate_squares(R* d, R* e, int64_t k, R shift, Squares<R>& x, Part<R>& p) {
  using T = single_of<R>;
  const R none = R(T(0)), one = R(T(1));
  auto [begin, inside, run, end] = place_of(p, k);
  if constexpr (!within) {
    x.g = choose(begin, d[k] - shift, x.g);
    x.square = choose(begin, x.g * x.g, x.square);
    x.c = choose(begin, one, x.c);
    x.s = choose(begin, none, x.s);
  }
  const R beside = e[k], sum = x.square + beside;
  auto plain = sum < least_square<R>();  // nothing to turn
  const R inverse = one / choose(plain, one, sum), c = x.c, g = x.g, next = d[k + 1];
  const R left = x.s * sum;
  x.c = choose(plain, one, x.square * inverse);
  x.s = choose(plain, none, beside * inverse);
  x.g = x.c * (next - shift) - x.s * g;
  const R found = g + (next - x.g);
  auto gone = x.c == none;
  x.square = choose(gone, c * beside, x.g * x.g / choose(gone, one, x.c));
  if constexpr (within) {
    d[k] = found;
    e[k - 1] = left;
    auto small = opposite(is_kept<true>(left, d[k - 1], found));
    if (some(small)) drop(e, k, small, p);
  } else {
    d[k] = choose(run, found, d[k]);
    if (k > p.first) {
      e[k - 1] = choose(inside, left, e[k - 1]);
      drop(e, k, both(inside, opposite(is_kept<true>(e[k - 1], d[k - 1], d[k]))), p);
    }
    e[k] = choose(end, x.s * x.square, e[k]);
    d[k + 1] = choose(end, shift + x.g, d[k + 1]);
  }
}
/// The same step on squares of the subdiagonal, for the values alone.
template <class R>
SCI_HD void step_of_squares(R* d, R* e, Part<R>& p) {
  const R none = R(single_of<R>(0)), shift = shift_of<true>(d, e, p);
  Squares<R> x{none, none, none, none};
  for (int64_t k = p.first; k < p.last; ++k) {
    if (k == p.within)
      for (; k < p.until; ++k) rotate_squares<true>(d, e, k, shift, x, p);
    rotate_squares<false>(d, e, k, shift, x, p);
  }
}

}  // namespace tridiagonal

/// Columns that are turned in one go: rows of z are to have a multiple of it.
constexpr int64_t turned_columns = 4;
SCI_HD int64_t tridiagonal_row(int64_t n) { return (n + turned_columns - 1) / turned_columns * turned_columns; }

/// d (n numbers) and e (n - 1) of a symmetric tridiagonal matrix become its eigenvalues, in any order, and zeros; n
/// rows of z, of `row` numbers each, turn with it: row k becomes vector k where rows were columns of the matrix that
/// led to T, of which complex numbers count twice. `work` has room for 2 n numbers. Returns how many eigenvalues were
/// not found.
template <class R>
SCI_HD R tridiagonal_eigenvectors(R* d, R* e, R* z, int64_t row, R* work, int64_t n) {
  using T = single_of<R>;
  tridiagonal::Part<R> p = tridiagonal::whole_part<false>(d, e, n);
  int64_t budget = 30 * n;
  while (tridiagonal::next_part<false>(d, e, p) && budget-- > 0) {
    tridiagonal::step(d, e, work, work + n, p);
    for (int64_t j = 0; j < row; j += turned_columns)
      tridiagonal::turn<turned_columns>(z + j, row, p.first, p.last, work, work + n);
  }
  return p.to + R(T(1));
}
/// The values alone; e becomes squares on the way.
template <class R>
SCI_HD R tridiagonal_eigenvalues(R* d, R* e, int64_t n) {
  using T = single_of<R>;
  for (int64_t k = 0; k + 1 < n; ++k) e[k] = e[k] * e[k];
  tridiagonal::Part<R> p = tridiagonal::whole_part<true>(d, e, n);
  int64_t budget = 30 * n;
  while (tridiagonal::next_part<true>(d, e, p) && budget-- > 0) tridiagonal::step_of_squares(d, e, p);
  return p.to + R(T(1));
}

/// The rows of the unit matrix.
template <class V>
SCI_HD void unit_rows(V* z, int64_t n) {
  using R = real_of<V>;
  const int64_t row = tridiagonal_row(n);
  for (int64_t k = 0; k < n * row; ++k) z[k] = V(R(single_of<V>(k % (row + 1) == 0 ? 1 : 0)));
}

/// A = Q T Q^H: of a (n x n, Hermitian) the lower triangle is read and used up. d and e become the diagonals of T, and
/// row k of z, if there is one, column k of Q
/// (tridiagonal_row(n) numbers apart). `work` has room for 2 n numbers.
template <class V>
SCI_HD void to_tridiagonal_form(V* a, real_of<V>* d, real_of<V>* e, V* z, V* work, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  V *tau = work, *p = work + n;
  const int64_t count = is_complex<V> ? n - 1 : n - 2;  // the last complex one only turns a phase
  for (int64_t k = 0; k + 1 < n; ++k) {
    V* v = a + (k + 1) * n + k;
    const int64_t m = n - k - 1;
    d[k] = real(a[k * (n + 1)]);
    if (k >= count) {
      e[k] = real(v[0]);
      break;
    }
    e[k] = real(make_reflection(v, n, m, tau + k));
    v[0] = V(R(T(1)));
    // p = tau A v, then p - (conj(tau) v^H p / 2) v.
    V* below = v + 1;
    for (int64_t i = 0; i < m; ++i) {
      const V *row = below + i * n, x = v[i * n];
      V sum = V(real(row[i])) * x;
      for (int64_t j = 0; j < i; ++j) {
        sum += row[j] * v[j * n];
        p[j] += conj(row[j]) * x;
      }
      p[i] = sum;
    }
    V product = V(R(T(0)));
    for (int64_t i = 0; i < m; ++i) {
      p[i] = tau[k] * p[i];
      product += conj(v[i * n]) * p[i];
    }
    const R half = R(T(0.5)) * real(conj(tau[k]) * product);
    for (int64_t i = 0; i < m; ++i) p[i] -= half * v[i * n];
    for (int64_t i = 0; i < m; ++i) {
      V* row = below + i * n;
      const V x = v[i * n], y = p[i];
      for (int64_t j = 0; j <= i; ++j) row[j] -= y * conj(v[j * n]) + x * conj(p[j]);
    }
  }
  if (n > 0) d[n - 1] = real(a[n * n - 1]);
  if (!z) return;
  const int64_t row = tridiagonal_row(n);
  unit_rows(z, n);
  for (int64_t k = count - 1; k >= 0; --k)
    reflect<false>(a + (k + 1) * n + k, n, tau[k], z + (k + 1) * (row + 1), row, 1, p, n - k - 1, n - k - 1);
}

}  // namespace sci
