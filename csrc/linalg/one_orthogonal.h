// QR and singular values of one matrix, with the CPU's vectors along its rows.
//
// QR         Householder reflections ([1], 5.2.2) with LAPACK's conventions.
// Values     The bidiagonal form ([1], 5.4.8) and implicit QR steps ([1], 8.6.3). An entry beside the diagonal is
//            dropped where it is below eps times its neighbours; where one of the diagonal is, steps have no shift, and
//            leave a zero at the end ([2], section 3).
// Failure    After 30 n steps info is 1.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Demmel, Kahan: Accurate singular values of
//            bidiagonal matrices, SIAM J. Sci. Stat. Comput. 11 (1990) 873-912.
// CPU only.
#pragma once
#include "linalg/balance.h"
#include "linalg/jacobi.h"
#include "linalg/one_planes.h"
#include "ops/matrix_sizes.h"
#include "ops/orthogonal_jobs.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct OneQr : OneQrJob<T> {
  using R = real_of<T>;
  using M = Planes<T>;
  using OneQrJob<T>::a, OneQrJob<T>::q, OneQrJob<T>::r, OneQrJob<T>::m, OneQrJob<T>::n, OneQrJob<T>::full,
      OneQrJob<T>::rows;

  static int64_t numbers(int64_t m, int64_t n, bool full) {
    const int64_t k = min(m, n);
    return M::numbers(m, n) + M::numbers(m, full ? m : k) + M::P * ((m + 1) * k + m) + M::numbers(1, max(m, n));
  }

  void operator()(int64_t item, R* memory) const {
    const T* in = a + item * m * n;
    const int64_t count = min(m, n), columns = full ? m : count;
    const M x(memory, n), z(memory + M::numbers(m, n), columns);
    R* w = z.x + M::numbers(m, columns);
    T *vs = reinterpret_cast<T*>(w + M::numbers(1, max(m, n))), *tau = vs + m * count, *f = tau + count;
    const RangeFactors<R> range(largest(in, m * n));
    if (n % M::L) x.clear(m);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) x.set(i, j, range.enter(in[i * n + j]));
    for (int64_t k = 0; k < count; ++k) {
      T* v = vs + k * m;
      for (int64_t i = k; i < m; ++i) v[i] = x.get(i, k);
      const T left = make_reflection(v + k, 1, m - k, tau + k);
      x.reflect(v, conj(tau[k]), k, m, k + 1, f, w);
      x.set(k, k, left);
    }
    T* out = r + item * rows * n;
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t j = 0; j < n; ++j) out[i * n + j] = j < i ? T(0) : range.leave(x.get(i, j));
    if (!q) return;
    out = q + item * m * columns;
    z.set_product(vs, tau, count, 0, m, f, w);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < columns; ++j) out[i * columns + j] = range.finite ? z.get(i, j) : T(limits<R>::nan);
  }
};

/// A plane rotation that turns (f, g) into (size, 0), `exact` where vectors turn with it.
template <class R>
struct TurnToFirst {
  R c, s, size;
  TurnToFirst(R f, R g, bool exact) {
    R scale = R(1), square = f * f + g * g;
    if (!(square > tridiagonal::least_square<R>())) {
      scale = limits<R>::epsilon / limits<R>::min;
      f *= scale;
      g *= scale;
      square = f * f + g * g;
    }
    const R root = sqrt(square), inverse = R(1) / root;
    size = root / scale;
    c = square > R(0) ? f * inverse : R(1);
    s = square > R(0) ? g * inverse : R(0);
    if (!exact) return;
    // Many turns would add up what c^2 + s^2 is beside 1, to one side where they are alike.
    const R beside = R(0.5) * (R(1) - c * c - s * s);
    c += beside * c;
    s += beside * s;
  }
};

/// The bidiagonal matrix with diagonal d and e above it, and the rotations of a step from the right (c, s) and from the
/// left.
template <class R>
struct Bidiagonal {
  R *d, *e, *c, *s, *c_left, *s_left;

  /// The square of the shift over the size of the first entry, so that a step starts with (d - shift, e).
  R start(int64_t from, int64_t to, bool shifted) const {
    if (!shifted || d[from] == R(0)) return d[from];
    const R low = d[to], up = d[to - 1], beside = e[to - 1], above = to - 1 > from ? e[to - 2] : R(0);
    // The eigenvalue of the last block of B^H B that is closer to its last entry.
    const R first = up * up + above * above, last = low * low + beside * beside, off = up * beside;
    const R half = R(0.5) * (first - last), root = sqrt(half * half + off * off);
    const R sum = half < R(0) ? half - root : half + root;
    const R shift = last - (sum == R(0) ? R(0) : off * (off / sum));
    return d[from] - shift / d[from];
  }
  void step(int64_t from, int64_t to, bool shifted, bool exact) const {
    R f = start(from, to, shifted), g = e[from];
    for (int64_t k = from; k < to; ++k) {
      const TurnToFirst<R> right(f, g, exact);
      if (k > from) e[k - 1] = right.size;
      f = right.c * d[k] + right.s * e[k];
      const R beside = right.c * e[k] - right.s * d[k];
      g = right.s * d[k + 1];
      const R next = right.c * d[k + 1];
      const TurnToFirst<R> left(f, g, exact);
      d[k] = left.size;
      f = left.c * beside + left.s * next;
      d[k + 1] = left.c * next - left.s * beside;
      if (k + 1 < to) {
        g = left.s * e[k + 1];
        e[k + 1] = left.c * e[k + 1];
      }
      c[k] = right.c;
      s[k] = right.s;
      c_left[k] = left.c;
      s_left[k] = left.s;
    }
    e[to - 1] = f;
  }
};

template <class T>
struct OneSvd : OneSvdJob<T> {
  using R = real_of<T>;
  using M = Planes<T>;
  using OneSvdJob<T>::a, OneSvdJob<T>::u, OneSvdJob<T>::vh, OneSvdJob<T>::s, OneSvdJob<T>::info, OneSvdJob<T>::m,
      OneSvdJob<T>::n, OneSvdJob<T>::full, OneSvdJob<T>::vectors, OneSvdJob<T>::atol, OneSvdJob<T>::rtol,
      OneSvdJob<T>::rank, OneSvdJob<T>::inverse, OneSvdJob<T>::b, OneSvdJob<T>::solution, OneSvdJob<T>::residues,
      OneSvdJob<T>::columns;

  static int64_t numbers(int64_t m0, int64_t n0, bool full) {
    const int64_t m = max(m0, n0), n = min(m0, n0), wanted = full ? m : n;
    return M::numbers(m, n) + M::numbers(m, wanted) + M::numbers(wanted, m) + M::numbers(n, n) +
           M::P * (n * (m + n) + 2 * n + m) + M::numbers(1, m) + 6 * n;
  }

  /// A = Q B P^H of m >= n rows, with the vectors of both sides.
  static void to_bidiagonal(const M& x, const Bidiagonal<R>& b, T* left, T* tau_left, T* right, T* tau_right, T* f,
                            R* w, int64_t m, int64_t n) {
    const M row(w, n);
    for (int64_t k = 0; k < n; ++k) {
      T* v = left + k * m;
      for (int64_t i = k; i < m; ++i) v[i] = x.get(i, k);
      b.d[k] = real(make_reflection(v + k, 1, m - k, tau_left + k));
      if (k + 1 == n) break;
      x.reflect(v, conj(tau_left[k]), k, m, k + 1, f, w);
      T* u = right + k * n;
      for (int64_t j = k + 1; j < n; ++j) u[j] = conj(x.get(k, j));
      b.e[k] = real(make_reflection(u + k + 1, 1, n - k - 1, tau_right + k));
      row.clear(1);
      row.set_row(0, u, k + 1, n);
      x.sums(w, k + 1, m, k + 1, f);
      for (int64_t i = k + 1; i < m; ++i) f[i] = tau_right[k] * f[i];
      for (int64_t j = k + 1; j < n; ++j) row.set(0, j, conj(u[j]));
      x.subtract(f, w, k + 1, m, k + 1);
    }
  }

  /// Rows of `left` and `right`, which may be null, turn with B; returns whether it became diagonal.
  static bool diagonalise(const Bidiagonal<R>& b, const M* left, const M* right, int64_t n) {
    const R eps = limits<R>::epsilon;
    int64_t budget = 30 * n;
    for (int64_t to = n - 1; to > 0;) {
      int64_t from = to;
      R least = abs(b.d[to]), most = least;
      for (; from > 0; --from) {
        const R size = abs(b.d[from - 1]), beside = abs(b.e[from - 1]);
        if (beside <= eps * (size + abs(b.d[from])) || beside <= limits<R>::min) {
          b.e[from - 1] = R(0);
          break;
        }
        least = min(least, size);
        most = max(most, max(size, beside));
      }
      if (from == to) {
        --to;
        continue;
      }
      if (budget-- == 0) return false;
      b.step(from, to, least > eps * most, right != nullptr);
      if (right) RowTurns<T>::turn(*right, from, to, b.c, b.s);
      if (left) RowTurns<T>::turn(*left, from, to, b.c_left, b.s_left);
    }
    return true;
  }

  void operator()(int64_t item, R* memory) const {
    const bool wide = m < n;  // then of A^H
    const int64_t rows = max(m, n), k = min(m, n), wanted = full ? rows : k;
    const T* in = a + item * m * n;
    const M x(memory, k), q(memory + M::numbers(rows, k), wanted), z(q.x + M::numbers(rows, wanted), rows),
        y(z.x + M::numbers(wanted, rows), k);
    R* w = y.x + M::numbers(k, k);
    T *left = reinterpret_cast<T*>(w + M::numbers(1, rows)), *right = left + k * rows, *tau_left = right + k * k,
      *tau_right = tau_left + k, *f = tau_right + k;
    R* more = reinterpret_cast<R*>(f + rows);
    const Bidiagonal<R> form{more, more + k, more + 2 * k, more + 3 * k, more + 4 * k, more + 5 * k};
    const RangeFactors<R> range = unit_range(largest(in, m * n));
    x.clear(rows);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        const T value = range.enter(in[i * n + j]);
        wide ? x.set(j, i, conj(value)) : x.set(i, j, value);
      }
    to_bidiagonal(x, form, left, tau_left, right, tau_right, f, w, rows, k);
    if (vectors) {
      q.set_product(left, tau_left, k, 0, rows, f, w);
      z.clear(wanted);
      z.set_transpose(q, rows, wanted);
      const M p(q.x, k);
      p.set_product(right, tau_right, k - 1, 1, k, f, w);
      y.clear(k);
      y.set_transpose(p, k, k);
    }
    const bool found = diagonalise(form, vectors ? &z : nullptr, vectors ? &y : nullptr, k);
    info[item] = found && range.finite ? 0 : 1;
    if (info[item]) return;
    for (int64_t i = 0; i < k; ++i) {
      const bool turned = form.d[i] < R(0);
      form.d[i] = abs(form.d[i]);
      for (int64_t j = 0; turned && vectors && j < M::P * y.part; ++j) y.row(i)[j] = -y.row(i)[j];
    }
    int order[one_planes_limit];
    jacobi_order(form.d, 1, k, true, order);
    for (int64_t i = 0; i < k; ++i) s[item * k + i] = range.leave(form.d[order[i]]);
    if (!vectors) return;
    const M &zu = wide ? y : z, &zv = wide ? z : y;
    if (u) {
      const int64_t wide_u = full ? m : k;
      T* out = u + item * m * wide_u;
      for (int64_t c = 0; c < wide_u; ++c)
        for (int64_t i = 0; i < m; ++i) out[i * wide_u + c] = zu.get(c < k ? order[c] : c, i);
    }
    if (vh) {
      T* out = vh + item * n * (full ? n : k);
      for (int64_t c = 0; c < (full ? n : k); ++c)
        for (int64_t i = 0; i < n; ++i) out[c * n + i] = conj(zv.get(c < k ? order[c] : c, i));
    }
    if (rank) invert(item, zu, zv, order, range, form.e, f, w, k);
  }

  void invert(int64_t item, const M& zu, const M& zv, const int* order, const RangeFactors<R>& range, R* over, T* f,
              R* w, int64_t k) const {
    const R cut = atol + rtol * s[item * k];
    int64_t counted = 0;
    for (int64_t c = 0; c < k; ++c) {
      const bool counts = s[item * k + c] > cut;
      counted += counts;
      over[order[c]] = counts ? R(1) / (s[item * k + c] * range.in[0] * range.in[1]) : R(0);
    }
    rank[item] = counted;
    const M row(w, m);
    for (int64_t i = 0; i < n && inverse; ++i) {
      T* out = inverse + (item * n + i) * m;
      for (int64_t c = 0; c < k; ++c) f[c] = over[c] * conj(zv.get(c, i));
      zu.combine(f, 0, k, 0, w);
      for (int64_t j = 0; j < m; ++j) out[j] = range.enter(conj(row.get(0, j)));
    }
    for (int64_t j = 0; j < columns && solution; ++j) {
      const T *right = b + item * m * columns + j, *in = a + item * m * n;
      T* out = solution + item * n * columns + j;
      for (int64_t i = 0; i < n; ++i) out[i * columns] = T(0);
      for (int pass = 0; pass < 3; ++pass) {  // the solution, the one for what is left, and what is left then
        R square = R(0);
        for (int64_t i = 0; i < m; ++i) {
          f[i] = right[i * columns];
          for (int64_t c = 0; c < n && pass; ++c) f[i] -= in[i * n + c] * out[c * columns];
          square += norm(f[i]);
        }
        if (pass == 2)
          residues[item * columns + j] = square;
        else if (pass == 0 || isfinite(square))
          add_solution(zu, zv, range, over, f, out, k);
      }
    }
  }
  /// x, `columns` apart, gets the least-squares solution for the right-hand side y.
  void add_solution(const M& zu, const M& zv, const RangeFactors<R>& range, const R* over, const T* y, T* x,
                    int64_t k) const {
    for (int64_t c = 0; c < k; ++c) {
      T sum = T(0);
      for (int64_t i = 0; i < m; ++i) sum += conj(zu.get(c, i)) * y[i];
      sum = range.enter(over[c] * sum);
      for (int64_t i = 0; i < n; ++i) x[i * columns] += zv.get(c, i) * sum;
    }
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
