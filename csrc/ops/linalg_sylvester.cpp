// The operators behind sci/linalg/_sylvester.py and the derivatives in sci/linalg/_sqrtm.py.
#include <atomic>
#include <vector>

#include "linalg_quick.h"
#include "linalg_shared.h"
#pragma GCC optimize("O3")  // the row operations vectorise
#include "linalg/schur.h"
#include "linalg/triangular_sylvester.h"

SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", RootSylvesterItem)
SCI_FOUR_KERNELS("linalg/triangular_sylvester.h", SylvesterItem)

namespace sci {
namespace {

/// X of R X + X S = C, or of R^H X + X S^H = C, for (quasi-)triangular R and S.
Tensor sylvester_triangular(const Tensor& r0, const Tensor& s0, const Tensor& c, bool adjoint) {
  Tensor r = row_major(r0), s = row_major(s0), x = fresh_copy(c);
  const Batch b = batch_of(x);
  dispatch_number(x, "sylvester", [&](auto tag) {
    using T = typename decltype(tag)::type;
    SylvesterItem<T> body{
        data<T>(std::as_const(r)), data<T>(std::as_const(s)), data<T>(x), r.size(-1), s.size(-1), adjoint};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

/// X of U X + X U = C, or of U^H X + X U^H = C, for square roots U of one batch with C.
Tensor root_sylvester(const Tensor& u0, const Tensor& c, bool adjoint) {
  Tensor u = row_major(u0), x = fresh_copy(c);
  const Batch b = batch_of(x);
  dispatch_number(x, "sqrtm", [&](auto tag) {
    using T = typename decltype(tag)::type;
    RootSylvesterItem<T> body{data<T>(std::as_const(u)), data<T>(x), b.n, adjoint};
    parallel_for(x, b.count, body, matrices_at_least(b.n));
  });
  return x;
}

/// Bartels and Stewart's method for one equation after the other, with room for it. B = A^H if b is null.
template <class T>
class OneSylvester {
 public:
  OneSylvester(int64_t m, int64_t n) : m(m), n(n) {
    const int64_t both = m > n ? m : n;
    memory.resize(2 * (m * m + n * n + m * n) + SchurItem<T>{nullptr, nullptr, nullptr, nullptr, both, 1}.numbers());
    r = memory.data(), u = r + m * m, s = u + m * m, v = s + n * n;
    inner = v + n * n, half = inner + m * n, work = half + m * n;
  }
  /// Whether both have Schur forms.
  bool operator()(const T* a, const T* b, const T* q, T* x, bool adjoint) {
    if (!form(a, r, u, m)) return false;
    if (b) {
      if (!form(b, s, v, n)) return false;
    } else {  // A^H = U R^H U^H, and backward in both dimensions R^H is an upper triangle
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) {
          s[i * n + j] = conj(r[(n - 1 - j) * n + n - 1 - i]);
          v[i * n + j] = u[i * n + n - 1 - j];
        }
    }
    const int64_t size = m * n;
    std::fill(inner, inner + 2 * size, T(0));
    for (int64_t k = 0; k < m; ++k)
      for (int64_t i = 0; i < m; ++i) add_row(half + i * n, conj(u[k * m + i]), q + k * n, n);
    for (int64_t i = 0; i < m; ++i)
      for (int64_t k = 0; k < n; ++k) add_row(inner + i * n, half[i * n + k], v + k * n, n);
    if (adjoint)
      solve_sylvester_adjoint(r, s, inner, m, n);
    else
      solve_sylvester(r, s, inner, m, n);
    std::fill(half, half + size, T(0));
    for (int64_t i = 0; i < m; ++i) {
      for (int64_t k = 0; k < m; ++k) add_row(half + i * n, u[i * m + k], inner + k * n, n);
      for (int64_t j = 0; j < n; ++j) x[i * n + j] = dot_row(half + i * n, v + j * n, n);
    }
    return true;
  }

 private:
  bool form(const T* a, T* t, T* z, int64_t size) {
    int32_t info = 0;
    SchurItem<T>{a, t, z, &info, size, 1, work}.team(0, {0, 1}, nullptr);
    return info == 0;
  }
  int64_t m, n;
  std::vector<T> memory;
  T *r, *u, *s, *v, *inner, *half, *work;
};

/// (X, 0) of A X + X B = Q or A^H X + X B^H = Q on the CPU, with B = A^H if there is none; (_, look_again) for what is
/// not finite or has no Schur form.
std::tuple<Tensor, int64_t> sylvester_small(const Tensor& a0, const std::optional<Tensor>& b0, const Tensor& q0,
                                            bool adjoint) {
  Tensor a = row_major(a0), b = b0 ? row_major(*b0) : a, q = row_major(q0), x = torch::stable::empty_like(q);
  if (!all_finite(a) || !all_finite(q) || (b0 && !all_finite(b))) return {x, look_again};
  const Batch batch = batch_of(q);
  const int64_t m = q.size(-2), n = q.size(-1);
  std::atomic<bool> good{true};
  dispatch_number(q, "sylvester", [&](auto tag) {
    using T = typename decltype(tag)::type;
    const T *left = data<T>(std::as_const(a)), *right = b0 ? data<T>(std::as_const(b)) : nullptr;
    const T* in = data<T>(std::as_const(q));
    T* out = data<T>(x);
    auto run = [&](int64_t begin, int64_t end) {
      OneSylvester<T> solve(m, n);
      for (int64_t i = begin; i < end; ++i)
        if (!solve(left + i * m * m, right ? right + i * n * n : nullptr, in + i * m * n, out + i * m * n, adjoint))
          good = false;
    };
    const int64_t grain = matrices_at_least(m > n ? m : n);
    if (batch.count <= grain)
      run(0, batch.count);
    else
      torch::stable::parallel_for(0, batch.count, grain, run);
  });
  return {x, good ? 0 : look_again};
}

SCI_OPERATOR("_sylvester_triangular(Tensor r, Tensor s, Tensor c, bool adjoint) -> Tensor", sylvester_triangular)
SCI_OPERATOR("_root_sylvester(Tensor u, Tensor c, bool adjoint) -> Tensor", root_sylvester)
SCI_CPU_OPERATOR("_sylvester_small(Tensor a, Tensor? b, Tensor q, bool adjoint) -> (Tensor, int)", sylvester_small)

}  // namespace
}  // namespace sci
