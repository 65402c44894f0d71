// Cholesky, LU and QR factors of small matrices without branches on data: V is a number, or a number per lane
// (core/pack.h), and then matrices go side by side. All are row-major, but for the columns of QR.
//
// Method     Cholesky by columns ([1], 4.2.5) and LU by columns and rows in turn (Crout's order, [1], 3.2.9) with
//            partial pivoting: sums of products into an entry are made in one go. Rows are exchanged under masks.
//            QR by Householder reflections (linalg/reflector.h).
// Condition  An upper bound of |A^-1|_1 from comparison matrices ([2], section 8.3): |T^-1| <= M(T)^-1, where M(T) has
//            the moduli on the diagonal and minus them beside it. Two substitutions; often far above the norm, so it
//            can only say that a matrix is well-conditioned. Where it cannot, an estimate ([2], algorithm 15.1).
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Higham: Accuracy and Stability of Numerical
//            Algorithms, 2nd ed. (2002).
#pragma once
#include "linalg/reflector.h"

namespace sci {

/// The lower triangle of `a` (n x n, rows `row` numbers apart) becomes L; the imaginary parts of the diagonal are not
/// read. Returns the order of the first leading minor that is not positive, or 0.
template <class V>
SCI_HD real_of<V> cholesky_factor(V* a, int64_t n, int64_t row, Team team = {0, 1}) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(0);
  for (int64_t j = 0; j < n; ++j) {
    V *line = a + j * row, *column = line + j;
    if (team.lane == 0) column[0] = V(real(column[0]));
    detail::subtract_product<true>(column, row, line, row, 1, line, 1, n - j, j, team);
    R square = team.broadcast(team.lane == 0 ? real(column[0]) : R(0), 0);
    auto good = square > R(0);
    order = choose(good, order, choose(order > R(0), order, R(T(j + 1))));
    R d = sqrt(choose(good, square, R(1)));
    if (team.lane == 0) column[0] = V(choose(good, d, square));
    R inverse = R(1) / d;
    for (int64_t i = team.lane == 0 ? team.size : team.lane; i < n - j; i += team.size)
      column[i * row] = inverse * column[i * row];
    team.sync();
  }
  return order;
}

/// Whether rows stay (1) or not (0) as lu_keeps_rows (linalg/lu.h) has it.
template <class V>
SCI_HD real_of<V> factors_keep_rows(const V* a, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  const R widest = R(sqrt(limits<T>::max));
  R keep = R(1);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i + 1; j < n; ++j) {
      keep = choose(abs1(a[i * n + j]) == R(0), keep, R(0));
      keep = choose(widest * abs1(a[i * n + i]) < abs1(a[j * n + i]), R(0), keep);
      if (!some(keep > R(0))) return keep;
    }
  return keep;
}

/// a (n x n) becomes L below and U on and above the diagonal; row k was exchanged with row pivots[k] >= k. Returns 1 +
/// the index of the first pivot that is zero, or 0.
template <class V>
SCI_HD real_of<V> lu_factors(V* a, real_of<V>* pivots, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  R order = R(0);
  auto free = factors_keep_rows(a, n) < R(T(0.5));
  for (int64_t k = 0; k < n; ++k) {
    detail::subtract_product<false>(a + k * n + k, n, a + k * n, n, 1, a + k, n, n - k, k);
    R best = R(T(k)), large = abs1(a[k * n + k]);
    for (int64_t i = k + 1; i < n; ++i) {
      R size = abs1(a[i * n + k]);
      R taken = choose(size > large, R(T(i)), best);
      large = choose(size > large, size, large);
      best = choose(free, taken, best);
    }
    pivots[k] = best;
    for (int64_t i = k + 1; i < n; ++i) {
      auto mask = best == R(T(i));
      if (!some(mask)) continue;
      for (int64_t j = 0; j < n; ++j) exchange(mask, a[k * n + j], a[i * n + j]);
    }
    detail::subtract_product<false>(a + k * n + k + 1, 1, a + k + 1, 1, n, a + k * n, 1, n - k - 1, k);
    auto zero = abs1(a[k * n + k]) == R(0);
    order = choose(zero, choose(order > R(0), order, R(T(k + 1))), order);
    detail::Quotient<V> by(choose(zero, V(R(1)), a[k * n + k]));
    for (int64_t i = k + 1; i < n; ++i) a[i * n + k] = by(a[i * n + k]);
  }
  return order;
}

/// x (n x m) becomes (L U)^-1 x; the rows have been exchanged.
template <class V>
SCI_HD void lu_substitute(const V* lu, V* x, int64_t n, int64_t m) {
  for (int64_t i = 1; i < n; ++i) detail::subtract_product<false>(x + i * m, 1, x, 1, m, lu + i * n, 1, m, i);
  for (int64_t i = n - 1; i >= 0; --i) {
    detail::subtract_product<false>(x + i * m, 1, x + (i + 1) * m, 1, m, lu + i * n + i + 1, 1, m, n - 1 - i);
    detail::Quotient<V> by(lu[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = by(x[i * m + j]);
  }
}
/// x becomes (L U)^-T x; the rows are exchanged afterwards.
template <class V>
SCI_HD void lu_substitute_transposed(const V* lu, V* x, int64_t n, int64_t m) {
  for (int64_t i = 0; i < n; ++i) {
    detail::subtract_product<false>(x + i * m, 1, x, 1, m, lu + i, n, m, i);
    detail::Quotient<V> by(lu[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = by(x[i * m + j]);
  }
  for (int64_t i = n - 2; i >= 0; --i)
    detail::subtract_product<false>(x + i * m, 1, x + (i + 1) * m, 1, m, lu + (i + 1) * n + i, n, m, n - 1 - i);
}

/// An upper bound of |(L U)^-1|_1; x has room for n numbers.
template <class V>
SCI_HD real_of<V> lu_inverse_bound(const V* lu, real_of<V>* x, int64_t n) {
  using R = real_of<V>;
  for (int64_t i = 0; i < n; ++i) {
    R s = R(1);
    for (int64_t k = 0; k < i; ++k) s += abs1(lu[k * n + i]) * x[k];
    x[i] = s / modulus(lu[i * n + i]);
  }
  R bound = R(0);
  for (int64_t i = n - 1; i >= 0; --i) {
    for (int64_t k = i + 1; k < n; ++k) x[i] += abs1(lu[k * n + i]) * x[k];
    bound = choose(x[i] < bound, bound, x[i]);
  }
  return bound;
}

/// The same of (L L^H)^-1.
template <class V>
SCI_HD real_of<V> cholesky_inverse_bound(const V* low, real_of<V>* x, int64_t n) {
  using R = real_of<V>;
  for (int64_t i = 0; i < n; ++i) {
    R s = R(1);
    for (int64_t k = 0; k < i; ++k) s += abs1(low[i * n + k]) * x[k];
    x[i] = s / real(low[i * n + i]);
  }
  R bound = R(0);
  for (int64_t i = n - 1; i >= 0; --i) {
    for (int64_t k = i + 1; k < n; ++k) x[i] += abs1(low[k * n + i]) * x[k];
    x[i] = x[i] / real(low[i * n + i]);
    bound = choose(x[i] < bound, bound, x[i]);
  }
  return bound;
}

/// x becomes (L U)^-1 x, or (L U)^-H x.
template <class V>
struct LuInverse {
  const V* lu;
  int64_t n;
  SCI_HD void operator()(V* x, bool adjoint) const {
    if (!adjoint) return lu_substitute(lu, x, n, 1);
    for (int64_t i = 0; i < n; ++i) x[i] = conj(x[i]);
    lu_substitute_transposed(lu, x, n, 1);
    for (int64_t i = 0; i < n; ++i) x[i] = conj(x[i]);
  }
};
/// x (n x m) becomes (L L^H)^-1 x.
template <class V>
SCI_HD void cholesky_substitute(const V* low, V* x, int64_t n, int64_t m) {
  for (int64_t i = 0; i < n; ++i) {
    detail::subtract_product<false>(x + i * m, 1, x, 1, m, low + i * n, 1, m, i);
    const real_of<V> inverse = real_of<V>(1) / real(low[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = inverse * x[i * m + j];
  }
  for (int64_t i = n - 1; i >= 0; --i) {
    detail::subtract_product<true>(x + i * m, 1, x + (i + 1) * m, 1, m, low + (i + 1) * n + i, n, m, n - 1 - i);
    const real_of<V> inverse = real_of<V>(1) / real(low[i * n + i]);
    for (int64_t j = 0; j < m; ++j) x[i * m + j] = inverse * x[i * m + j];
  }
}
template <class V>
struct CholeskyInverse {
  const V* low;
  int64_t n;
  SCI_HD void operator()(V* x, bool) const { cholesky_substitute(low, x, n, 1); }
};

/// An estimate of the 1-norm of an inverse from below, for lanes that take their steps together: one whose estimate has
/// settled keeps it. x has room for n numbers.
template <class V, class Inverse>
SCI_HD real_of<V> estimate_norm1(const Inverse& inverse, V* x, int64_t n) {
  using R = real_of<V>;
  using T = single_of<V>;
  R best = R(0);
  const auto grows = [&](R factor) {
    inverse(x, false);
    R size = R(0);
    for (int64_t i = 0; i < n; ++i) size += modulus(x[i]);
    const auto larger = size * factor > best;
    best = choose(larger, size * factor, best);
    return some(larger);
  };
  for (int64_t i = 0; i < n; ++i) x[i] = V(R(T(1) / T(n)));
  for (int step = 0; step < 5 && grows(R(1)) && n > 1; ++step) {
    for (int64_t i = 0; i < n; ++i) {
      const R size = modulus(x[i]);
      const auto none = size == R(0);
      x[i] = choose(none, V(R(1)), (R(1) / choose(none, R(1), size)) * x[i]);
    }
    inverse(x, true);
    R largest = R(-1), place = R(0);
    for (int64_t i = 0; i < n; ++i) {
      const R size = modulus(x[i]);
      place = choose(size > largest, R(T(i)), place);
      largest = choose(size > largest, size, largest);
    }
    for (int64_t i = 0; i < n; ++i) x[i] = V(choose(place == R(T(i)), R(1), R(0)));
  }
  for (int64_t i = 0; i < n && n > 1; ++i) x[i] = V(R((i % 2 ? T(-1) : T(1)) * (T(1) + T(i) / T(n - 1))));
  if (n > 1) grows(R(T(2) / T(3 * n)));
  return best;
}

/// The rows of `a` (n, of m numbers and `row` numbers apart) are the columns of an m x n matrix, m >= n: they become
/// R^T on and below the diagonal, and right of it the vectors v of the reflections I - tau v v^H, whose first entry
/// is 1. As LAPACK has it, their adjoints are applied, and the diagonal of R is real. `work` has room for n numbers.
template <class V>
SCI_HD void qr_factor(V* a, V* tau, V* work, int64_t m, int64_t n, int64_t row, Team team = {0, 1}) {
  for (int64_t k = 0; k < n; ++k) {
    V *x = a + k * row + k, t;
    const int64_t length = m - k;
    const V left = make_reflection(x, 1, length, &t, team);
    team.sync();
    reflect<false>(x, 1, conj(t), x + row, row, 1, work, length, n - k - 1, team);
    team.sync();
    if (team.lane > 0) continue;
    tau[k] = t;
    x[0] = left;
  }
  team.sync();
}

/// The rows of q (n, of m numbers) become the first n columns of the product of the reflections in `a`.
template <class V>
SCI_HD void qr_form(V* a, const V* tau, V* q, V* work, int64_t m, int64_t n, int64_t row, Team team = {0, 1}) {
  using R = real_of<V>;
  for (int64_t k = 0; k < n; ++k)
    for (int64_t i = team.lane; i < m; i += team.size) q[k * row + i] = V(R(i == k ? 1 : 0));
  for (int64_t k = n - 1; k >= 0; --k) {
    V *x = a + k * row + k, keep = x[0];
    team.sync();
    if (team.lane == 0) x[0] = V(R(1));
    team.sync();
    reflect<false>(x, 1, tau[k], q + k * row + k, row, 1, work, m - k, n - k, team);
    team.sync();
    if (team.lane == 0) x[0] = keep;
  }
  team.sync();
}

/// An m x n matrix per team, economic.
template <class T>
struct QrItem {
  const T* a;
  T *q, *r;
  int64_t m, n, team_size;

  SCI_HD int64_t row() const { return m | 1; }  // odd: columns meet different banks of shared memory
  SCI_HD int64_t shared_bytes() const {
    return room_beside(n * (2 * row() + 2) * int64_t(sizeof(T)), team_size, sizeof(T));
  }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    const int64_t row = this->row();
    T *x = reinterpret_cast<T*>(shared), *z = x + n * row, *tau = z + n * row, *sums = tau + n;
    const T* in = a + i * m * n;
    T *unitary = q + i * m * n, *upper = r + i * n * n;
    for_entries(team, m * n, n, [&](int64_t k, int64_t at, int64_t column) { x[column * row + at] = in[k]; });
    team.sync();
    qr_factor(x, tau, sums, m, n, row, team);
    for_entries(team, n * n, n,
                [&](int64_t k, int64_t at, int64_t column) { upper[k] = column < at ? T(0) : x[column * row + at]; });
    qr_form(x, tau, z, sums, m, n, row, team);
    for_entries(team, m * n, n, [&](int64_t k, int64_t at, int64_t column) { unitary[k] = z[column * row + at]; });
  }
};

/// L of a Hermitian matrix per team, or L^H, with zeros in the other triangle, which is not read either.
template <class T>
struct CholeskyItem {
  const T* a;
  T* c;
  int32_t* info;
  int64_t n, team_size;
  bool lower;

  SCI_HD int64_t row() const { return n | 1; }
  SCI_HD int64_t shared_bytes() const { return room_beside(n * row() * int64_t(sizeof(T)), team_size, sizeof(T)); }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t row = this->row();
    T* f = reinterpret_cast<T*>(shared);
    const T* in = a + item * n * n;
    T* out = c + item * n * n;
    for_entries(team, n * n, n, [&](int64_t k, int64_t i, int64_t j) {
      const T x = (lower ? j > i : j < i) ? T(0) : in[k];
      f[lower ? i * row + j : j * row + i] = lower ? x : conj(x);
    });
    team.sync();
    const real_of<T> order = cholesky_factor(f, n, row, team);
    if (team.lane == 0) info[item] = int32_t(order);
    for_entries(team, n * n, n, [&](int64_t k, int64_t i, int64_t j) {
      const T x = f[lower ? i * row + j : j * row + i];
      out[k] = lower ? x : conj(x);
    });
  }
};

}  // namespace sci
