// What is asked of batches of small matrices by products (linalg/products.h, linalg/riccati.h), and how their numbers
// come to sizes around 1.
#pragma once
#include "linalg/riccati.h"

namespace sci {

/// What is asked of a batch, and how its matrices come to numbers around 1.
enum class ProductsKind {
  square_root,
  sign,
  sylvester,
  sylvester_same,
  lyapunov,
  stein,
  continuous_riccati,
  discrete_riccati
};

template <class T>
struct ProductsJob {
  using R = real_of<T>;
  const T *a, *b, *c;  // b and c are read where the kind has them
  T* x;
  int32_t* good;
  int64_t n, count;
  ProductsKind kind;

  SCI_HD bool is_riccati() const { return kind >= ProductsKind::continuous_riccati; }
  /// Numbers of memory that run() takes: a, b, c, x, and work.
  SCI_HD int64_t memory() const { return (is_riccati() ? 14 : 10) * n * n + 2 * n; }

  SCI_HD bool has_b() const { return kind == ProductsKind::sylvester || is_riccati(); }
  SCI_HD bool has_c() const { return kind != ProductsKind::square_root && kind != ProductsKind::sign; }

  /// The matrices at `m` have come as they are; they are brought to sizes around 1, and the result is brought back.
  template <class V>
  SCI_HD real_of<V> run(V* m) const {
    using S = real_of<V>;
    const int64_t size = n * n;
    V *other = m + size, *right = other + size, *out = right + size, *work = out + size;
    if (is_riccati())
      return riccati_by_doubling(m, other, right, out, work, n, kind == ProductsKind::continuous_riccati);
    if (kind == ProductsKind::lyapunov)
      for (int64_t i = 0; i < n; ++i)
        for (int64_t j = 0; j < n; ++j) other[i * n + j] = conj(m[j * n + i]);
    if (kind == ProductsKind::sylvester_same)
      for (int64_t k = 0; k < size; ++k) other[k] = m[k];
    S large = S(R(0)), large_c = S(R(0));
    for (int64_t k = 0; k < size; ++k) large = detail::larger(large, abs1(m[k]));
    if (has_b())
      for (int64_t k = 0; k < size; ++k) large = detail::larger(large, abs1(other[k]));
    if (has_c())
      for (int64_t k = 0; k < size; ++k) large_c = detail::larger(large_c, abs1(right[k]));
    const bool root = kind == ProductsKind::square_root;
    if (kind == ProductsKind::stein) large = S(R(0.5));
    // A root of the number of a power of 2 is one, too.
    const S unit = detail::power_above(large, root), unit_c = has_c() ? detail::power_above(large_c, false) : S(R(1));
    const S scale = S(R(1)) / (root ? unit * unit : unit), scale_c = S(R(1)) / unit_c;
    for (int64_t k = 0; k < size; ++k) {
      m[k] = m[k] * scale;
      if (kind != ProductsKind::square_root) other[k] = other[k] * scale;
      if (has_c()) right[k] = right[k] * scale_c;
    }
    S good, back = root ? unit : kind == ProductsKind::sign ? S(R(1)) : unit_c * scale;
    switch (kind) {
      case ProductsKind::square_root: good = square_root_by_products(m, out, work, n); break;
      case ProductsKind::sign: good = sign_by_products(m, out, work, n); break;
      case ProductsKind::stein: good = stein_by_products(m, right, out, work, n); break;
      default:
        good = sylvester_by_products(m, other, right, out, work, n,
                                     kind == ProductsKind::sylvester        ? 0
                                     : kind == ProductsKind::sylvester_same ? 1
                                                                            : 2);
    }
    for (int64_t k = 0; k < size; ++k) out[k] = out[k] * back;
    return good;
  }
};

/// One matrix of a batch per thread; `work` has room for memory() numbers per matrix.
template <class T>
struct ProductsItem {
  ProductsJob<T> job;
  T* work;
  SCI_HD void operator()(int64_t i) const {
    const int64_t size = job.n * job.n;
    T* own = work + i * job.memory();
    for (int64_t k = 0; k < size; ++k) {
      own[k] = job.a[i * size + k];
      if (job.has_b()) own[size + k] = job.b[i * size + k];
      if (job.has_c()) own[2 * size + k] = job.c[i * size + k];
    }
    job.good[i] = job.run(own) > real_of<T>(0) ? 1 : 0;
    for (int64_t k = 0; k < size; ++k) job.x[i * size + k] = own[3 * size + k];
  }
};

}  // namespace sci
