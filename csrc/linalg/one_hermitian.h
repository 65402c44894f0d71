// Eigenvalues and vectors of one Hermitian matrix, with the CPU's vectors along its rows: the algorithms of
// linalg/tridiagonal.h. Both triangles are kept up to date, which is twice the work of one, in whole vectors.
// CPU only.
#pragma once
#include "linalg/balance.h"
#include "linalg/jacobi.h"
#include "linalg/one_planes.h"
#include "ops/jacobi_jobs.h"
#include "ops/matrix_sizes.h"

#if !SCI_DEVICE
namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct OneHermitian : EighJob<T> {
  using R = real_of<T>;
  using M = Planes<T>;
  using EighJob<T>::a, EighJob<T>::v, EighJob<T>::w, EighJob<T>::info, EighJob<T>::n, EighJob<T>::lower;

  static int64_t numbers(int64_t n) {
    return 3 * M::numbers(n, n) + M::P * (n * n + 4 * n) + 3 * M::numbers(1, n) + 4 * n;
  }

  /// m becomes what is left of A = Q T Q^H, with vectors of the reflections in the rows of `vs`.
  static void to_tridiagonal(const M& m, R* d, R* e, T* vs, T* tau, T* p, T* f, R* rows, int64_t n) {
    R *cv = rows, *cp = rows + M::P * m.part, *q = cp + M::P * m.part;
    const M conj_v(cv, n), conj_p(cp, n), sums(q, n);
    for (int64_t k = 0; k + 1 < n; ++k) {
      T* v = vs + k * n;
      for (int64_t i = 0; i <= k; ++i) v[i] = p[i] = T(0);
      for (int64_t i = k + 1; i < n; ++i) v[i] = conj(m.get(k, i));
      d[k] = m.row(k)[k];
      e[k] = real(make_reflection(v + k + 1, 1, n - k - 1, tau + k));
      // p = tau A v, then p - (conj(tau) v^H p / 2) v; the sums of rows are conj(A v).
      for (int64_t i = k + 1; i < n; ++i) f[i] = conj(v[i]);
      m.combine(f, k + 1, n, k + 1, q);
      T product = T(0);
      for (int64_t i = k + 1; i < n; ++i) {
        p[i] = tau[k] * conj(sums.get(0, i));
        product += f[i] * p[i];
      }
      const R half = R(0.5) * real(conj(tau[k]) * product);
      for (int64_t i = k + 1; i < n; ++i) p[i] -= half * v[i];
      const int64_t first = (k + 1) / M::L * M::L;
      conj_v.clear(1);
      conj_p.clear(1);
      for (int64_t i = k + 1; i < n; ++i) {
        conj_v.set(0, i, f[i]);
        conj_p.set(0, i, conj(p[i]));
      }
      for (int64_t i = k + 1; i < n; ++i) {
        R* here = m.row(i);
        const R re_p = -real(p[i]), im_p = -imag(p[i]), re_v = -real(v[i]), im_v = -imag(v[i]);
        for (int64_t j = first; j < m.part; j += M::L) {
          typename M::W sum[M::P];
          SCI_UNROLL for (int c = 0; c < M::P; ++c) sum[c] = M::F::at(here + c * m.part + j);
          M::add_product(sum, re_p, im_p, cv + j, m.part);
          M::add_product(sum, re_v, im_v, cp + j, m.part);
          SCI_UNROLL for (int c = 0; c < M::P; ++c) M::F::at(here + c * m.part + j) = sum[c];
        }
      }
    }
    d[n - 1] = m.row(n - 1)[n - 1];
  }

  /// As tridiagonal_eigenvectors.
  static R find(R* d, R* e, const M& z, R* work, int64_t n) {
    tridiagonal::Part<R> p = tridiagonal::whole_part<false>(d, e, n);
    int64_t budget = 30 * n;
    while (tridiagonal::next_part<false>(d, e, p) && budget-- > 0) {
      tridiagonal::step(d, e, work, work + n, p);
      RowTurns<T>::turn(z, p.first, p.last, work, work + n);
    }
    return p.to + R(1);
  }

  void operator()(int64_t item, R* memory) const {
    const int64_t size = M::numbers(n, n);
    const M m(memory, n), q(memory + size, n), z(memory + 2 * size, n);
    R* rows = memory + 3 * size;
    T *vs = reinterpret_cast<T*>(rows + 3 * M::numbers(1, n)), *tau = vs + n * n, *p = tau + n, *f = p + n;
    R *d = reinterpret_cast<R*>(f + n), *e = d + n, *work = e + n;
    const T* in = a + item * n * n;
    R most = 0;
    for (int64_t i = 0; i < n; ++i) {
      const R part = lower ? largest(in + i * n, i + 1) : largest(in + i * n + i, n - i);
      if (!(part <= most)) most = part;
      if (isnan(most)) break;
    }
    const RangeFactors<R> range = unit_range(most);
    m.clear(n);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j <= i; ++j) {
        const T x = range.enter(lower ? in[i * n + j] : conj(in[j * n + i]));
        m.set(j, i, i == j ? T(real(x)) : conj(x));
        m.set(i, j, i == j ? T(real(x)) : x);
      }
    to_tridiagonal(m, d, e, vs, tau, p, f, rows, n);
    R missing;
    if (v) {
      q.set_product(vs, tau, n - 1, 1, n, f, rows);
      z.set_transpose(q, n, n);
      missing = find(d, e, z, work, n);
    } else {
      missing = tridiagonal_eigenvalues(d, e, n);
    }
    int order[one_planes_limit];
    jacobi_order(d, 1, n, false, order);
    info[item] = range.finite ? int32_t(missing) : int32_t(n);
    for (int64_t k = 0; k < n; ++k) w[item * n + k] = range.leave(d[order[k]]);
    T* out = v + item * n * n;
    for (int64_t k = 0; k < n && v; ++k)
      for (int64_t r = 0; r < n; ++r) out[r * n + k] = range.finite ? z.get(order[k], r) : T(limits<R>::nan);
  }
};

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
#endif
