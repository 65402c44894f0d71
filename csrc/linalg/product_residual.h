// C - A B with products and sums of twice the digits, rounded once: what is left of results that are good to working
// precision, which corrects them. n k m products of some 20 operations each, so for small matrices.
#pragma once
#include "core/double_double.h"
#include "linalg/blocks.h"

namespace sci {

namespace detail {

template <class R>
struct TwiceTheDigits {
  using type = pair;
};
template <>
struct TwiceTheDigits<float> {
  using type = double;
};

}  // namespace detail

/// c - sum x[k] y[k stride], rounded once.
template <class T>
SCI_HD T residual_of_product(T c, const T* x, const T* y, int64_t stride, int64_t n) {
  using R = real_of<T>;
  using P = typename detail::TwiceTheDigits<R>::type;
  if constexpr (is_complex<T>) {
    P re(real(c)), im(imag(c));
    for (int64_t k = 0; k < n; ++k) {
      const P xr(real(x[k])), xi(imag(x[k]));
      const R yr = real(y[k * stride]), yi = imag(y[k * stride]);
      re = re - xr * yr + xi * yi;
      im = im - xr * yi - xi * yr;
    }
    return T(R(double(re)), R(double(im)));
  } else {
    P sum(c);
    for (int64_t k = 0; k < n; ++k) sum = sum - P(x[k]) * y[k * stride];
    return T(double(sum));
  }
}

/// One of a batch: c (n x m) becomes c - a b, with a of n x k and b of k x m.
template <class T>
struct ProductResidualItem {
  const T *a, *b;
  T* c;
  int64_t n, k, m;
  SCI_HD void operator()(int64_t item) const {
    const T *x = a + item * n * k, *y = b + item * k * m;
    T* z = c + item * n * m;
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < m; ++j) z[i * m + j] = residual_of_product(z[i * m + j], x + i * k, y + j, m, k);
  }
};

}  // namespace sci
