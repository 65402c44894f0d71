// The logarithm of an upper triangular T, quasi-triangular for real T, and of A = Z T Z^H.
//
// Method     Inverse scaling and squaring [1], algorithm 11.9: square roots until I + X, X of 1-norm up to theta, then
//            the diagonal Pade approximant of degree 7 of log(I + X) as the Gauss-Legendre rule of
//            int_0^1 X (I + s X)^-1 ds ([1], theorem 11.7). Diagonal blocks of X are d^(1/2^k) - 1 without
//            cancellation, and those of the logarithm are exact.
// Refined    Up to n = 16. With D = I - Z^H Z and E = Z^-1 (A Z - Z T), log(A) = Z (log(T) + L(T, E)) (I + D) Z^H to
//            first order; D and A Z - Z T are residuals of twice the digits. Not where that is no small correction.
// NaN        Everywhere, for a real T with a negative eigenvalue: its principal logarithm is complex.
// Sources    [1] N. J. Higham, "Functions of Matrices", SIAM 2008, chapter 11.
#pragma once
#include "linalg/products.h"
#include "linalg/triangular_sqrt.h"

namespace sci {
namespace detail {

/// The degree-7 approximant is exact to double's roundoff for 1-norms up to this ([1], table 11.1).
constexpr double logarithm_theta = 2.64e-1;
constexpr int logarithm_points = 7, logarithm_roots = 64;  // halving the exponent this often brings any double to 1

/// Nodes in (0, 1) and weights of the rule.
SCI_HD const double* logarithm_rule(int point) {
  SCI_TABLE(double, rule) = {0.025446043828620737737,
                             0.064742483084434846635,
                             0.12923440720030278007,
                             0.13985269574463833395,
                             0.29707742431130141655,
                             0.19091502525255947248,
                             0.5,
                             0.20897959183673469388,
                             0.70292257568869858345,
                             0.19091502525255947248,
                             0.87076559279969721993,
                             0.13985269574463833395,
                             0.97455395617137926226,
                             0.064742483084434846635};
  return rule + 2 * point;
}

/// The 1-norm of X - I for a matrix that is 0 below its first subdiagonal.
template <class T>
SCI_HD real_of<T> distance_from_identity(const T* x, int64_t n) {
  using R = real_of<T>;
  R best = R(0);
  for (int64_t j = 0; j < n; ++j) {
    R sum = R(0);
    for (int64_t i = 0; i < n && i <= j + 1; ++i) sum += abs(i == j ? x[i * n + j] - T(1) : x[i * n + j]);
    if (!(sum <= best)) best = sum;
  }
  return best;
}

/// Of the block [a b; c a] of T at i, with eigenvalues a +- i mu, or [d], both of these functions: the logarithm, and
/// d^(1/2^k) - 1, with scale = 2^k.
template <class T>
SCI_HD void logarithms_of_block(const T* t, int64_t n, int64_t i, int p, real_of<T> scale, Small<T>& log_block,
                                Small<T>& power) {
  using R = real_of<T>;
  if constexpr (is_complex<T>) {
    log_block.at[0][0] = log(t[i * (n + 1)]);
    power.at[0][0] = expm1(log_block.at[0][0] / scale);
  } else {
    if (p == 1) {
      log_block.at[0][0] = log(t[i * (n + 1)]);
      power.at[0][0] = expm1(log_block.at[0][0] / scale);
      return;
    }
    const R up = t[i * n + i + 1], low = t[(i + 1) * n + i];
    const R mu = sqrt(max(R(0), -up * low)), divisor = mu > R(0) ? mu : R(1);
    const complex<R> logarithm = log(complex<R>(t[i * (n + 1)], mu)), root = expm1(logarithm / scale);
    log_block.at[0][0] = log_block.at[1][1] = real(logarithm);
    power.at[0][0] = power.at[1][1] = real(root);
    // A function of a block has these multiples of Im f(a + i mu) beside its diagonal.
    log_block.at[0][1] = up / divisor * imag(logarithm);
    log_block.at[1][0] = low / divisor * imag(logarithm);
    power.at[0][1] = up / divisor * imag(root);
    power.at[1][0] = low / divisor * imag(root);
  }
}

/// The inverse of I + s a, for the block of X at i.
template <class T>
SCI_HD Small<T> inverse_block(const T* x, int64_t n, int64_t i, int p, real_of<T> s) {
  Small<T> a = diagonal_block(x, n, i, p, false, T(s));
  for (int r = 0; r < p; ++r) a.at[r][r] += T(1);
  if (p == 1) {
    a.at[0][0] = T(1) / a.at[0][0];
    return a;
  }
  const T det = a.at[0][0] * a.at[1][1] - a.at[0][1] * a.at[1][0];
  swap(a.at[0][0], a.at[1][1]);
  a.at[0][1] = -a.at[0][1];
  a.at[1][0] = -a.at[1][0];
  for (int r = 0; r < 2; ++r)
    for (int c = 0; c < 2; ++c) a.at[r][c] /= det;
  return a;
}

/// y becomes (I + s X)^-1 y; the rows of y from the block of row i on begin at that block if `triangular`.
template <class T>
SCI_HD void shifted_solve(const T* x, T* y, int64_t n, real_of<T> s, bool triangular) {
  for (int64_t end = n; end > 0;) {
    const int p = block_ending_at(x, n, end - 1);
    const int64_t i = end - p, from = triangular ? i : 0;
    for (int r = 0; r < p; ++r)
      for (int64_t k = end; k < n; ++k) {
        const int64_t start = triangular ? k - (block_ending_at(x, n, k) - 1) : 0;
        add_row(y + (i + r) * n + start, -s * x[(i + r) * n + k], y + k * n + start, n - start);
      }
    const Small<T> b = inverse_block(x, n, i, p, s);
    for (int64_t j = from; j < n; ++j) {
      const T first = y[i * n + j];
      if (p == 1) {
        y[i * n + j] = b.at[0][0] * first;
      } else {
        const T second = y[(i + 1) * n + j];
        y[i * n + j] = b.at[0][0] * first + b.at[0][1] * second;
        y[(i + 1) * n + j] = b.at[1][0] * first + b.at[1][1] * second;
      }
    }
    end = i;
  }
}

/// y becomes y (I + s X)^-1.
template <class T>
SCI_HD void shifted_solve_right(const T* x, T* y, int64_t n, real_of<T> s) {
  for (int64_t j = 0; j < n;) {
    const int q = block_at(x, n, j);
    const Small<T> b = inverse_block(x, n, j, q, s);
    for (int64_t i = 0; i < n; ++i) {
      T* row = y + i * n;
      const T first = row[j], second = q == 2 ? row[j + 1] : T(0);
      row[j] = first * b.at[0][0] + second * b.at[1][0];
      if (q == 2) row[j + 1] = first * b.at[0][1] + second * b.at[1][1];
      for (int c = 0; c < q; ++c) add_row(row + j + q, -s * row[j + c], x + (j + c) * n + j + q, n - j - q);
    }
    j += q;
  }
}

}  // namespace detail

/// The numbers of `work` for the logarithm of an n x n triangle.
SCI_HD int64_t work_of_triangular_logarithm(int64_t n) { return 3 * n * n; }

/// x becomes log T; `e` becomes L(T, e), to some digits, unless it is null. T is 0 below its blocks.
template <class T>
SCI_HD void triangular_logarithm(const T* t, T* x, T* e, T* work, int64_t n) {
  using namespace detail;
  using R = real_of<T>;
  const int64_t size = n * n;
  T *u = work, *y = work + size, *sum = y + size;
  if constexpr (!is_complex<T>) {
    bool cut = false;
    for (int64_t i = 0; i < n; i += block_at(t, n, i)) cut = cut || (block_at(t, n, i) == 1 && t[i * (n + 1)] < T(0));
    if (cut) {
      for (int64_t k = 0; k < size; ++k) x[k] = T(limits<R>::nan);
      return;
    }
  }
  for (int64_t k = 0; k < size; ++k) u[k] = t[k];
  R scale = R(1);
  for (int roots = 0; roots < logarithm_roots && distance_from_identity(u, n) > R(logarithm_theta); ++roots) {
    for (int64_t k = 0; k < size; ++k) y[k] = u[k];
    triangular_sqrt(y, u, n);
    if (e) solve_root_sylvester(u, e, n, false);
    scale *= R(2);
  }
  // Here u becomes X, and x keeps the blocks of the logarithm.
  for (int64_t k = 0; k < size; ++k) x[k] = T(0);
  for (int64_t i = 0; i < n;) {
    const int p = block_at(t, n, i);
    Small<T> logarithm, power;
    logarithms_of_block(t, n, i, p, scale, logarithm, power);
    put_piece(x, n, i, i, p, p, logarithm);
    put_piece(u, n, i, i, p, p, power);
    i += p;
  }
  for (int64_t k = 0; k < size; ++k) sum[k] = T(0);
  for (int point = 0; point < logarithm_points; ++point) {
    const R s = R(logarithm_rule(point)[0]), weight = R(logarithm_rule(point)[1]);
    for (int64_t k = 0; k < size; ++k) y[k] = u[k];
    shifted_solve(u, y, n, s, true);
    for (int64_t k = 0; k < size; ++k) sum[k] += weight * y[k];
  }
  for (int64_t i = 0; i < n;) {
    const int p = block_at(t, n, i);
    for (int r = 0; r < p; ++r)
      for (int64_t j = i + p; j < n; ++j) x[(i + r) * n + j] = scale * sum[(i + r) * n + j];
    i += p;
  }
  if (!e) return;
  for (int64_t k = 0; k < size; ++k) sum[k] = T(0);
  for (int point = 0; point < logarithm_points; ++point) {
    const R s = R(logarithm_rule(point)[0]), weight = R(logarithm_rule(point)[1]);
    for (int64_t k = 0; k < size; ++k) y[k] = e[k];
    shifted_solve(u, y, n, s, false);
    shifted_solve_right(u, y, n, s);
    for (int64_t k = 0; k < size; ++k) sum[k] += weight * y[k];
  }
  for (int64_t k = 0; k < size; ++k) e[k] = scale * sum[k];
}

/// Up to which n the error of the Schur form is taken off.
constexpr int64_t refined_logarithm = 16;
SCI_HD int64_t work_of_logarithm(int64_t n) { return (n <= refined_logarithm ? 7 : 4) * n * n + n; }

namespace detail {

/// What rounding errors of the Schur form did to log T, to first order: L(T, E) + log(T) D, in `change`; `work` has
/// room for 5 n^2 numbers.
template <class T>
SCI_HD void logarithm_with_change(const T* a, const T* t, const T* z, T* logarithm, T* change, T* work, int64_t n) {
  const int64_t size = n * n;
  T *adjoint = work, *off = work + size;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) adjoint[i * n + j] = conj(z[j * n + i]);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) {
      ProductResidual<T> sum(T(0));
      sum.subtract(a + i * n, z + j, n, n, -1);
      sum.subtract(z + i * n, t + j, n, n);
      off[i * n + j] = sum.value();
    }
  multiply(adjoint, off, change, n);
  triangular_logarithm(t, logarithm, change, off, n);
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = 0; j < n; ++j) off[i * n + j] = residual_of_product(T(i == j), adjoint + i * n, z + j, n, n);
  multiply<false, true>(logarithm, off, change, n);
}

}  // namespace detail

/// x = log A of A = z t z^H.
template <class T>
SCI_HD void logarithm_from_schur(const T* a, const T* t, const T* z, T* x, T* work, int64_t n) {
  using R = real_of<T>;
  const int64_t size = n * n;
  T *logarithm = work, *rest = work + size;
  if (n > refined_logarithm || n < 2) {
    T* none = nullptr;
    triangular_logarithm(t, logarithm, none, rest, n);
    back_from_schur(logarithm, z, x, rest, n, false);
    return;
  }
  T *change = rest, *product = change + size;
  detail::logarithm_with_change(a, t, z, logarithm, change, product, n);
  if (largest(change, size) <= sqrt(sqrt(limits<R>::epsilon)) * largest(logarithm, size))  // NaN is not
    for (int64_t k = 0; k < size; ++k) logarithm[k] += change[k];
  detail::multiply(z, logarithm, product, n);
  detail::multiply<true>(product, z, x, n);
}

/// One matrix of a batch.
template <class T>
struct LogarithmItem {
  const T *a, *t, *z;
  T *x, *work;
  int64_t n;
  SCI_HD void operator()(int64_t i) const {
    const int64_t at = i * n * n;
    logarithm_from_schur(a + at, t + at, z + at, x + at, work + i * work_of_logarithm(n), n);
  }
};

}  // namespace sci
