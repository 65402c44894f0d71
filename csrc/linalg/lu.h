// P A = L U of small matrices with partial pivoting, and an estimate of the condition, by teams (core/team.h) or on the
// CPU alone.
//
// Method     Row-oriented outer products ([1], 3.2.10 and 3.4.4): the inner loop runs along a row, of which each lane
//            has its columns. A bound of |A^-1|_1 from comparison matrices ([3], section 8.3) says that most matrices
//            are well-conditioned. Where it cannot, the reciprocal condition number in the 1-norm is Hager's estimate
//            as Higham [2] has it (algorithm 4.1): at most five products with the inverse and its adjoint, and the
//            alternating vector as a second guess; never more than the true |A^-1|_1.
// Failure    info = 1 + index of the first exactly zero pivot; rcond is 0 there, NaN if A holds NaN.
// Range      For n up to some 64; larger matrices belong to LAPACK's blocked code.
// Sources    [1] Golub, Van Loan: Matrix Computations, 4th ed. (2013). [2] Higham: FORTRAN codes for estimating the
//            one-norm of a real or complex matrix, ACM TOMS 14 (1988) 381-396. [3] Higham: Accuracy and Stability of
//            Numerical Algorithms, 2nd ed. (2002).
#pragma once
#include "core/team.h"
#include "linalg/blocks.h"
#include "linalg/reflector.h"

namespace sci {

/// Whether `a` (n x n, rows `row` numbers apart) is lower triangular with diagonal entries that divide their columns
/// without overflow: then no rows are exchanged, and L D is substitution, whose error is small component by component.
template <class T>
SCI_HD bool lu_keeps_rows(const T* a, int64_t n, int64_t row, Team team = {0, 1}) {
  const real_of<T> widest = sqrt(limits<real_of<T>>::max);
  bool moves = false;
  for (int64_t i = team.lane; i < n && !moves; i += team.size)
    for (int64_t j = i + 1; j < n && !moves; ++j)
      moves = a[i * row + j] != T(0) || !(abs1(a[j * row + i]) <= widest * abs1(a[i * row + i]));
  return !team.any(moves);
}

/// a[i, j] -= f[i] x[j] for so many rows and columns, f conjugated where asked. A lane has columns, or where there are
/// few of them rows.
template <class T>
SCI_HD void subtract_outer(T* a, int64_t row, const T* f, int64_t f_step, const T* x, int64_t rows, int64_t columns,
                           Team team, bool conjugate = false) {
#if SCI_DEVICE
  if (2 * columns < team.size) {
    for (int64_t i = team.lane; i < rows; i += team.size) {
      const T y = conjugate ? conj(f[i * f_step]) : f[i * f_step];
      for (int64_t j = 0; j < columns; ++j) a[i * row + j] -= y * x[j];
    }
    return;
  }
  for (int64_t j = team.lane; j < columns; j += team.size) {
    const T y = x[j];
    for (int64_t i = 0; i < rows; ++i) a[i * row + j] -= (conjugate ? conj(f[i * f_step]) : f[i * f_step]) * y;
  }
#else
  for (int64_t i = 0; i < rows; ++i)
    add_row(a + i * row, -(conjugate ? conj(f[i * f_step]) : f[i * f_step]), x, columns);
#endif
}

/// The first of so many entries of each row of `a` become factors of x, which they take away from the others.
template <class T>
SCI_HD void eliminate_below(T* a, int64_t row, const T* x, int64_t rest, Team team) {
  const T pivot = x[0];
#if SCI_DEVICE
  for (int64_t i = team.lane; i < rest; i += team.size) a[i * row] /= pivot;
  team.sync();
  subtract_outer(a + 1, row, a, row, x + 1, rest, rest, team);
#else
  for (int64_t i = 0; i < rest; ++i, a += row)
    if (const T f = a[0] = a[0] / pivot; f != T(0)) add_row(a + 1, -f, x + 1, rest);
#endif
}

/// a (n x n) becomes L below and U on and above the diagonal; row k was exchanged with row pivots[k] >= k. With `keeps`
/// no rows of a lower triangular matrix are.
template <class T>
SCI_HD int lu_factor(T* a, int32_t* pivots, int64_t n, int64_t row, Team team = {0, 1}, bool keeps = true) {
  int info = 0;
  const bool in_place = keeps && lu_keeps_rows(a, n, row, team);
  team.sync();
  for (int64_t k = 0; k < n; ++k) {
    T *top = a + k * row, *column = a + k;
    int64_t best = k;
    if (!in_place) {
      best = k + team.lane;
      for (int64_t i = best + team.size; i < n; i += team.size)
        if (abs1(column[i * row]) > abs1(column[best * row])) best = i;
      best = team.largest(best < n ? abs1(column[best * row]) : -limits<real_of<T>>::infinity, int(best)).index;
    }
    if (team.lane == 0) pivots[k] = int32_t(best);
    team.sync();
    if (best != k) {
      for (int64_t j = team.lane; j < n; j += team.size) swap(top[j], a[best * row + j]);
      team.sync();
    }
    if (top[k] == T(0)) {
      if (info == 0) info = int(k + 1);
      continue;
    }
    eliminate_below(top + row + k, row, top + k, n - k - 1, team);
    team.sync();
  }
  return info;
}

/// Exchanges the rows of x (n x m, `row` numbers apart) as the pivots say, or back.
template <class T>
SCI_HD void exchange_rows(T* x, int64_t row, const int32_t* pivots, int64_t n, int64_t m, bool back, Team team) {
  for (int64_t step = 0; step < n; ++step) {
    const int64_t k = back ? n - 1 - step : step, other = pivots[k];
    if (other == k) continue;
    for (int64_t j = team.lane; j < m; j += team.size) swap(x[k * row + j], x[other * row + j]);
  }
}

/// x (n x m) becomes T^-1 x, with entry (i, k) of T at a[i * row + k * step], conjugated where asked; `forward`: T is
/// lower triangular. All that is read has been written before a sync.
template <class T>
SCI_HD void substitute_triangle(const T* a, int64_t row, int64_t step, T* x, int64_t x_row, int64_t n, int64_t m,
                                bool forward, bool unit, bool conjugate, Team team) {
  for (int64_t at = 0; at < n; ++at) {
    const int64_t k = forward ? at : n - 1 - at, first = forward ? k + 1 : 0;
    const T* column = a + k * step;
    T* y = x + k * x_row;
    team.sync();
    if (!unit) {
      const T d = conjugate ? conj(column[k * row]) : column[k * row];
      for (int64_t j = team.lane; j < m; j += team.size) y[j] /= d;
      team.sync();
    }
    subtract_outer(x + first * x_row, x_row, column + first * row, row, y, n - 1 - at, m, team, conjugate);
  }
  team.sync();
}

/// x (n x m) becomes op(A)^-1 x, op by `trans`: 0 A, 1 A^T, 2 A^H. Without `pivots` the factors are Cholesky's, L and
/// L^H. All that is read has been written before a sync.
template <class T>
SCI_HD void lu_solve(const T* lu, int64_t row, const int32_t* pivots, T* x, int64_t x_row, int64_t n, int64_t m,
                     int trans, Team team = {0, 1}) {
  const bool turned = trans != 0, unit = pivots;
  const int64_t down = turned ? 1 : row, across = turned ? row : 1;
  if (pivots && !turned) exchange_rows(x, x_row, pivots, n, m, false, team);
  substitute_triangle(lu, down, across, x, x_row, n, m, true, unit && !turned, trans == 2, team);
  substitute_triangle(lu, down, across, x, x_row, n, m, false, unit && turned, trans == 2, team);
  if (!pivots || !turned) return;
  exchange_rows(x, x_row, pivots, n, m, true, team);
  team.sync();
}

/// An upper bound of |(L U)^-1|_1, or of |(L L^H)^-1|_1, of which each lane keeps its numbers of x (room for n).
template <class T>
SCI_HD real_of<T> inverse_bound_by_rows(const T* lu, int64_t row, real_of<T>* x, int64_t n, Team team = {0, 1},
                                        bool unit = true) {
  using R = real_of<T>;
  for (int64_t i = team.lane; i < n; i += team.size) x[i] = R(1);
  for (int64_t k = 0; k < n; ++k) {
    const int owner = int(k & (team.size - 1));
    if (team.lane == owner) x[k] = x[k] / modulus(lu[k * row + k]);
    const R y = team.broadcast(team.lane == owner ? x[k] : R(0), owner);
    for (int64_t i = k + 1 + ((team.lane - owner - 1) & (team.size - 1)); i < n; i += team.size)
      x[i] += abs1(lu[k * row + i]) * y;
  }
  R bound = R(0);
  for (int64_t k = n - 1; k >= 0; --k) {
    const int owner = int(k & (team.size - 1));
    if (!unit && team.lane == owner) x[k] = x[k] / modulus(lu[k * row + k]);
    const R y = team.broadcast(team.lane == owner ? x[k] : R(0), owner);
    bound = y < bound ? bound : y;
    for (int64_t i = team.lane; i < k; i += team.size) x[i] += abs1(lu[k * row + i]) * y;
  }
  return bound;
}

template <class T>
SCI_HD real_of<T> norm1_of_vector(const T* x, int64_t n, Team team) {
  real_of<T> sum = 0;
  for (int64_t i = team.lane; i < n; i += team.size) sum += abs(x[i]);
  return team.sum(sum);
}

/// The estimate of |A^-1|_1 [2]; x has room for n numbers.
template <class T>
SCI_HD_LARGE real_of<T> estimate_inverse_norm1(const T* lu, int64_t row, const int32_t* pivots, T* x, int64_t n,
                                               Team team = {0, 1}) {
  using R = real_of<T>;
  team.sync();
  for (int64_t i = team.lane; i < n; i += team.size) x[i] = T(R(1) / R(n));
  team.sync();
  lu_solve(lu, row, pivots, x, 1, n, 1, 0, team);
  R best = norm1_of_vector(x, n, team);
  int64_t last = -1;
  for (int step = 0; step < 5 && n > 1; ++step) {
    for (int64_t i = team.lane; i < n; i += team.size) {
      R size = abs(x[i]);
      x[i] = size == R(0) ? T(1) : x[i] / size;
    }
    team.sync();
    lu_solve(lu, row, pivots, x, 1, n, 1, 2, team);
    int64_t place = team.lane;
    for (int64_t i = place + team.size; i < n; i += team.size)
      if (abs(x[i]) > abs(x[place])) place = i;
    place = team.largest(place < n ? abs(x[place]) : -limits<R>::infinity, int(place)).index;
    if (place == last) break;
    last = place;
    for (int64_t i = team.lane; i < n; i += team.size) x[i] = T(i == place ? 1 : 0);
    team.sync();
    lu_solve(lu, row, pivots, x, 1, n, 1, 0, team);
    R size = norm1_of_vector(x, n, team);
    if (!(size > best)) break;
    best = size;
  }
  if (n > 1) {
    for (int64_t i = team.lane; i < n; i += team.size) {
      R size = R(1) + R(i) / R(n - 1);
      x[i] = T(i % 2 == 0 ? size : -size);
    }
    team.sync();
    lu_solve(lu, row, pivots, x, 1, n, 1, 0, team);
    best = max(best, R(2) * norm1_of_vector(x, n, team) / (R(3) * R(n)));
  }
  return best;
}

/// |A|_1 of n x n numbers, NaN where one is not finite.
template <class T>
SCI_HD real_of<T> norm1_of_matrix(const T* a, int64_t row, int64_t n, Team team) {
  using R = real_of<T>;
  R norm = 0;
  for (int64_t j = team.lane; j < n; j += team.size) {
    R sum = 0;
    for (int64_t i = 0; i < n; ++i) sum += modulus(a[i * row + j]);
    norm = norm < sum ? sum : norm;
    norm += (sum - sum) * R(0);
  }
  return team.greatest(norm);
}

/// The reciprocal condition of a matrix of that norm, from its factors: at least. It says that most matrices are
/// well-conditioned; 0 where the matrix is singular, NaN where the norm is. x has room for n numbers.
template <class T>
SCI_HD real_of<T> least_condition(const T* lu, int64_t row, bool unit, real_of<T> norm, bool singular, T* x, int64_t n,
                                  Team team) {
  using R = real_of<T>;
  if (n == 0) return R(1);
  if (isnan(norm)) return limits<R>::nan;
  if (singular) return R(0);
  return R(1) / norm / inverse_bound_by_rows(lu, row, reinterpret_cast<R*>(x), n, team, unit);
}

/// The factors of a matrix per team; where `det` is there, only that. Without `rcond` they are LAPACK's, which
/// exchanges rows of lower triangular matrices.
template <class T>
struct LuItem {
  using R = real_of<T>;
  const T* a;
  T *lu, *det;
  int32_t* pivots;
  R* rcond;
  int32_t* info;
  int64_t n, team_size;

  SCI_HD int64_t row() const { return n | 1; }
  SCI_HD int64_t shared_bytes() const {
    return room_beside(n * (row() + 1) * int64_t(sizeof(T)) + n * int64_t(sizeof(int32_t)), team_size, sizeof(T));
  }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    const int64_t row = this->row();
    T *f = reinterpret_cast<T*>(shared), *work = f + n * row;
    auto* swaps = reinterpret_cast<int32_t*>(work + n);
    const T* in = a + i * n * n;
    for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) { f[at * row + j] = in[k]; });
    team.sync();
    const R norm = rcond ? norm1_of_matrix(f, row, n, team) : R(0);
    team.sync();
    const int failed = lu_factor(f, swaps, n, row, team, rcond || det);
    team.sync();
    if (det) {
      T product = T(1);
      for (int64_t k = team.lane; k < n; k += team.size) product *= swaps[k] == k ? f[k * row + k] : -f[k * row + k];
      product = team.product(product);
      if (team.lane == 0) det[i] = product;
      return;
    }
    if (rcond) {
      const R condition = least_condition(f, row, true, norm, failed != 0, work, n, team);
      if (team.lane == 0) rcond[i] = condition;
    }
    if (team.lane == 0) info[i] = failed;
    for (int64_t k = team.lane; k < n; k += team.size) pivots[i * n + k] = swaps[k];
    T* out = lu + i * n * n;
    for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) { out[k] = f[at * row + j]; });
  }
};

}  // namespace sci
