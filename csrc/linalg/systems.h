// Systems of small matrices, and their gradients, by teams (core/team.h): matrices and right-hand sides are read once,
// factored and solved in shared memory, and of the factors nothing is written. What follows needs them again factors
// again: that moves less than factors written once and read once.
//
// Method     linalg/lu.h, of which positive definite matrices take all but the factors themselves: L and L^H by
//            linalg/factors.h stand in the place of L and U.
// Gradients  Giles: An extended collection of matrix derivative results for forward and reverse mode algorithmic
//            differentiation, Oxford University Computing Laboratory, NA-08/01 (2008), section 2.3.1.
#pragma once
#include "linalg/factors.h"
#include "linalg/lu.h"

namespace sci {

/// Matrices one after the other, `step` numbers apart: 0 where all items have the same.
template <class T>
struct MatrixBatch {
  const T* at;
  int64_t step;
  SCI_HD const T* item(int64_t i) const { return at + i * step; }
};

/// What is solved with: a matrix (0), its transpose (1) or adjoint (2), a positive definite one of which the lower (3)
/// or upper (4) triangle is read.
enum class SystemKind : int { plain, transposed, adjoint, lower, upper };

/// A (n x n) as `kind` has it becomes f, complete. Whether all that was read is finite.
template <class T>
SCI_HD bool read_system(const T* a, T* f, int64_t row, int64_t n, SystemKind kind, Team team) {
  bool finite = true;
  for_entries(team, n * n, n, [&](int64_t k, int64_t i, int64_t j) {
    const T x = a[k];
    finite = finite && isfinite(x);
    if (kind == SystemKind::plain) {
      f[i * row + j] = x;
    } else if (kind == SystemKind::transposed) {
      f[j * row + i] = x;
    } else if (kind == SystemKind::adjoint) {
      f[j * row + i] = conj(x);
    } else if (i == j) {
      f[i * row + i] = T(real(x));
    } else if ((i > j) == (kind == SystemKind::lower)) {
      f[i * row + j] = x;
      f[j * row + i] = conj(x);
    }
  });
  team.sync();
  return !team.any(!finite);
}

/// f becomes L and U, or with `positive` L and L^H, which have no pivots. 1 + the index of the pivot that is zero or
/// not positive, or 0.
template <bool positive, class T>
SCI_HD int factor_system(T* f, int64_t row, int32_t* pivots, int64_t n, Team team) {
  int failed;
  if constexpr (positive) {
    failed = int(cholesky_factor(f, n, row, team));
    for_entries(team, n * n, n, [&](int64_t, int64_t i, int64_t j) {
      if (j > i) f[i * row + j] = conj(f[j * row + i]);
    });
  } else {
    failed = lu_factor(f, pivots, n, row, team);
  }
  team.sync();
  return failed;
}

/// `count` columns of b (n x m) from the `first` on become y. Whether all of a lane's are finite.
template <class T>
SCI_HD bool read_columns(const T* b, T* y, int64_t row, int64_t n, int64_t m, int64_t first, int64_t count, Team team) {
  bool finite = true;
  for_entries(team, n * count, count, [&](int64_t, int64_t i, int64_t j) {
    const T x = b[i * m + first + j];
    finite = finite && isfinite(x);
    y[i * row + j] = x;
  });
  return finite;
}

/// What stands in a team's memory: n rows of a matrix, so many columns beside it, and n whole numbers.
template <class T>
SCI_HD int64_t room_of_system(int64_t n, int64_t columns, int64_t team_size) {
  const int64_t numbers = n * ((n | 1) + columns);
  return room_beside(numbers * int64_t(sizeof(T)) + n * int64_t(sizeof(int32_t)), int(team_size), sizeof(T));
}

/// X = op(A)^-1 B per team, so many columns of B at a time as a team has lanes; without B the inverse.
template <class T, bool positive>
struct SystemItem {
  using R = real_of<T>;
  MatrixBatch<T> a, b;
  T* x;
  R* rcond;  // null where nobody asks for the condition; NaN where A, or with `look` B, is not finite
  int32_t* info;
  int64_t n, m, team_size;
  SystemKind kind;
  bool look;

  SCI_HD int64_t columns() const { return min(m, team_size); }
  SCI_HD int64_t shared_bytes() const { return room_of_system<T>(n, columns() | 1, team_size); }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    const int64_t row = n | 1, most = columns(), y_row = most | 1;
    T *f = reinterpret_cast<T*>(shared), *y = f + n * row;
    auto* swaps = reinterpret_cast<int32_t*>(y + n * y_row);
    const bool finite = read_system(a.item(i), f, row, n, kind, team);
    const R norm = rcond ? norm1_of_matrix(f, row, n, team) : R(0);
    team.sync();
    const int failed = factor_system<positive>(f, row, swaps, n, team);
    const int32_t* pivots = positive ? nullptr : swaps;
    R condition = R(1);
    if (rcond) condition = least_condition(f, row, !positive, norm, failed != 0, y, n, team);
    bool good = finite || !look;
    for (int64_t first = 0; first < m; first += most) {
      const int64_t count = min(most, m - first);
      T* out = x + i * n * m + first;
      team.sync();
      if (b.at) {
        good = (read_columns(b.item(i), y, y_row, n, m, first, count, team) || !look) && good;
      } else {
        for_entries(team, n * count, count,
                    [&](int64_t, int64_t at, int64_t j) { y[at * y_row + j] = T(first + j == at ? 1 : 0); });
      }
      team.sync();
      lu_solve(f, row, pivots, y, y_row, n, count, 0, team);
      for_entries(team, n * count, count, [&](int64_t, int64_t at, int64_t j) {
        out[at * m + j] = positive && failed ? T(limits<R>::nan) : y[at * y_row + j];
      });
    }
    if (!rcond) return;
    good = !team.any(!good);
    if (team.lane > 0) return;
    rcond[i] = good ? condition : limits<R>::nan;
    info[i] = failed;
  }
};

/// Estimates the reciprocal condition where what a kernel above has found does not say that a matrix is regular. Apart
/// from it, as few matrices need this and it takes twice the registers.
template <class T, bool positive>
struct ConditionItem {
  using R = real_of<T>;
  MatrixBatch<T> a;
  const int32_t* info;
  R* rcond;
  int64_t n, team_size;
  SystemKind kind;

  SCI_HD int64_t shared_bytes() const { return room_of_system<T>(n, 1, team_size); }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    if (info[i] != 0 || !(rcond[i] <= R(2) * limits<R>::epsilon)) return;
    const int64_t row = n | 1;
    T *f = reinterpret_cast<T*>(shared), *x = f + n * row;
    auto* swaps = reinterpret_cast<int32_t*>(x + n);
    read_system(a.item(i), f, row, n, kind, team);
    const R norm = norm1_of_matrix(f, row, n, team);
    team.sync();  // also before one lane writes what all have read above
    factor_system<positive>(f, row, swaps, n, team);
    const R estimate = R(1) / norm / estimate_inverse_norm1(f, row, positive ? nullptr : swaps, x, n, team);
    if (team.lane == 0) rcond[i] = estimate;
  }
};

/// Of X = op(A)^-1 B and the gradient G of X those of B, op(A)^-H G, and of A, -(that) X^H as `kind` has it; all
/// columns at once.
template <class T, bool positive>
struct SystemGradient {
  const T *a, *x, *g;
  T *to_a, *to_b;
  int64_t n, m, team_size;
  SystemKind kind;

  SCI_HD int64_t shared_bytes() const { return room_of_system<T>(n, 2 * (m | 1), team_size); }
  SCI_HD void team(int64_t i, Team team, char* shared) const {
    const int64_t row = n | 1, y_row = m | 1;
    T *f = reinterpret_cast<T*>(shared), *y = f + n * row, *z = y + n * y_row;
    auto* swaps = reinterpret_cast<int32_t*>(z + n * y_row);
    read_system(a + i * n * n, f, row, n, kind, team);
    for_entries(team, n * m, m, [&](int64_t k, int64_t at, int64_t j) {
      y[at * y_row + j] = g[i * n * m + k];
      z[at * y_row + j] = x[i * n * m + k];
    });
    team.sync();
    factor_system<positive>(f, row, swaps, n, team);
    lu_solve(f, row, positive ? nullptr : swaps, y, y_row, n, m, 2, team);
    for_entries(team, n * m, m, [&](int64_t k, int64_t at, int64_t j) { to_b[i * n * m + k] = y[at * y_row + j]; });
    const bool turned = kind == SystemKind::transposed || kind == SystemKind::adjoint;
    for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) {
      const T *p = y + (turned ? j : at) * y_row, *q = z + (turned ? at : j) * y_row;
      T sum = T(0);
      for (int64_t c = 0; c < m; ++c) sum += p[c] * conj(q[c]);
      if constexpr (positive) {
        const T *r = z + at * y_row, *s = y + j * y_row;
        for (int64_t c = 0; c < m; ++c) sum += r[c] * conj(s[c]);
        sum *= T(real_of<T>(0.5));
      }
      to_a[i * n * n + k] = -(kind == SystemKind::adjoint ? conj(sum) : sum);
    });
  }
};

/// What systems with factors that are there have in common: a team takes so many columns as it has lanes, the next team
/// the next columns.
template <class T>
struct ColumnsItem {
  using Number = T;
  MatrixBatch<T> a, b;
  T* x;
  int32_t* flags;  // where it is not null 1 where A is not finite, 2 where X is not, for each piece of columns
  int64_t n, m, team_size;

  SCI_HD int64_t columns() const { return min(m, team_size); }
  SCI_HD int64_t pieces() const { return m > team_size ? (m + team_size - 1) / team_size : 1; }
  SCI_HD int64_t shared_bytes() const { return room_of_system<T>(n, columns() | 1, team_size); }

  /// read(f, row, pivots, i), whether A is finite, and solve(f, row, pivots, y, y_row, count), between barriers.
  template <class Read, class Solve>
  SCI_HD void run(int64_t item, Team team, char* shared, const Read& read, const Solve& solve) const {
    const int64_t row = n | 1, most = columns(), y_row = most | 1, i = item / pieces(), first = item % pieces() * most,
                  count = min(most, m - first);
    T *f = reinterpret_cast<T*>(shared), *y = f + n * row, *out = x + i * n * m + first;
    auto* pivots = reinterpret_cast<int32_t*>(y + n * y_row);
    const bool good = read(f, row, pivots, i);
    bool found = true;
    read_columns(b.item(i), y, y_row, n, m, first, count, team);
    team.sync();
    solve(f, row, pivots, y, y_row, count);
    for_entries(team, n * count, count, [&](int64_t, int64_t at, int64_t j) {
      const T z = y[at * y_row + j];
      found = found && isfinite(z);
      out[at * m + j] = z;
    });
    if (!flags) return;
    const bool no_a = team.any(!good), no_x = team.any(!found);
    if (team.lane == 0) flags[item] = (no_a ? 1 : 0) + (no_x ? 2 : 0);
  }
};

/// op(A)^-1 B with factors, op by `trans` as in lu_solve; NaN for pivots that are none.
template <class T>
struct LuSolveItem : ColumnsItem<T> {
  const int32_t* pivots;
  int trans;

  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t n = this->n;
    bool bad = false;
    const auto read = [&](T* f, int64_t row, int32_t* swaps, int64_t i) {
      bool finite = true;
      const T* in = this->a.item(i);
      for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) {
        f[at * row + j] = in[k];
        finite = finite && isfinite(in[k]);
      });
      for (int64_t k = team.lane; k < n; k += team.size) {
        const int32_t other = pivots[i * n + k];
        const bool none = other < 0 || other >= n;
        bad = bad || none;
        swaps[k] = none ? int32_t(k) : other;
      }
      bad = team.any(bad);
      return finite;
    };
    const auto solve = [&](const T* f, int64_t row, const int32_t* swaps, T* y, int64_t y_row, int64_t count) {
      lu_solve(f, row, swaps, y, y_row, n, count, trans, team);
      if (!bad) return;
      for (int64_t k = team.lane; k < n * y_row; k += team.size) y[k] = T(limits<real_of<T>>::nan);
      team.sync();
    };
    this->run(item, team, shared, read, solve);
  }
};

/// The same of a triangle; with `twice` op(A) op(A)^H X = B. Of A no other entries are read, nor with `unit` the
/// diagonal, but where flags are wanted.
template <class T>
struct TriangleItem : ColumnsItem<T> {
  bool lower, turned, conjugate, unit, twice;

  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t n = this->n;
    const auto read = [&](T* f, int64_t row, int32_t*, int64_t i) {
      bool finite = true;
      const T* in = this->a.item(i);
      const auto wanted = [&](int64_t at, int64_t j) { return lower ? j <= at : j >= at; };
      const auto place = [&](int64_t at, int64_t j, T z) {
        f[turned ? j * row + at : at * row + j] = conjugate ? conj(z) : z;
      };
      if (this->flags) {
        for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) {
          const T z = in[k];
          finite = finite && isfinite(z);
          if (wanted(at, j)) place(at, j, z);
        });
      } else {
        for_entries(team, n * n, n, [&](int64_t k, int64_t at, int64_t j) {
          if (wanted(at, j)) place(at, j, in[k]);
        });
      }
      return finite;
    };
    const auto solve = [&](const T* f, int64_t row, const int32_t*, T* y, int64_t y_row, int64_t count) {
      const bool forward = lower != turned;
      substitute_triangle(f, row, 1, y, y_row, n, count, forward, unit, false, team);
      if (twice) substitute_triangle(f, 1, row, y, y_row, n, count, !forward, unit, true, team);
    };
    this->run(item, team, shared, read, solve);
  }
};

/// Of the X that TriangleItem has found and the gradient G of X those of B and A; all columns at once. With F = op(A)
/// and Y the gradient of B, that of F is the triangle of -Y X^H, or with `twice` (F lower) of -X W^H - Y (F^H X)^H,
/// W = F^-1 G.
template <class T>
struct TriangleGradient {
  const T *a, *x, *g;
  T *to_a, *to_b;
  int64_t n, m, team_size;
  bool lower, turned, conjugate, unit, twice;

  SCI_HD int64_t shared_bytes() const { return room_of_system<T>(n, (twice ? 4 : 2) * (m | 1), team_size); }
  SCI_HD bool wanted(int64_t i, int64_t j) const { return i == j ? !unit : (i > j) == lower; }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    const int64_t row = n | 1, y_row = m | 1;
    T *f = reinterpret_cast<T*>(shared), *y = f + n * row, *z = y + n * y_row, *w = z + n * y_row, *v = w + n * y_row;
    const auto place = [&](int64_t i, int64_t j) { return turned ? j * row + i : i * row + j; };
    for_entries(team, n * n, n, [&](int64_t k, int64_t i, int64_t j) {
      const T read = a[item * n * n + k], entry = wanted(i, j) ? read : T(i == j ? 1 : 0);
      f[place(i, j)] = conjugate ? conj(entry) : entry;
    });
    for_entries(team, n * m, m, [&](int64_t k, int64_t i, int64_t j) {
      y[i * y_row + j] = g[item * n * m + k];
      z[i * y_row + j] = x[item * n * m + k];
    });
    const bool forward = lower != turned;
    if (twice) {
      substitute_triangle(f, row, 1, y, y_row, n, m, true, unit, false, team);
      for_entries(team, n * m, m, [&](int64_t, int64_t i, int64_t j) {
        T sum = T(0);
        for (int64_t k = i; k < n; ++k) sum += conj(f[k * row + i]) * z[k * y_row + j];
        v[i * y_row + j] = sum;
        w[i * y_row + j] = y[i * y_row + j];
      });
    }
    substitute_triangle(f, 1, row, y, y_row, n, m, !forward, unit, true, team);
    for_entries(team, n * m, m, [&](int64_t k, int64_t i, int64_t j) { to_b[item * n * m + k] = y[i * y_row + j]; });
    for_entries(team, n * n, n, [&](int64_t k, int64_t i, int64_t j) {
      const int64_t at = (turned ? j : i) * y_row, other = (turned ? i : j) * y_row;
      T sum = T(0);
      for (int64_t c = 0; c < m && wanted(i, j); ++c)
        sum += twice ? z[at + c] * conj(w[other + c]) + y[at + c] * conj(v[other + c]) : y[at + c] * conj(z[other + c]);
      to_a[item * n * n + k] = -(conjugate ? conj(sum) : sum);
    });
  }
};

}  // namespace sci
