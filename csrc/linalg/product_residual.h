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

/// c - sum x[k] y[k stride], of one row and column after the other, rounded once.
template <class T>
struct ProductResidual {
  using R = real_of<T>;
  using P = typename detail::TwiceTheDigits<R>::type;
  P re, im;

  SCI_HD explicit ProductResidual(T c) : re(real(c)), im(imag(c)) {}
  /// `sign` is 1, or -1 to add.
  SCI_HD void subtract(const T* x, const T* y, int64_t stride, int64_t n, int sign = 1) {
    for (int64_t k = 0; k < n; ++k) {
      const P xr(R(sign) * real(x[k]));
      const R yr = real(y[k * stride]);
      if constexpr (is_complex<T>) {
        const P xi(R(sign) * imag(x[k]));
        const R yi = imag(y[k * stride]);
        re = re - xr * yr + xi * yi;
        im = im - xr * yi - xi * yr;
      } else {
        re = re - xr * yr;
      }
    }
  }
  SCI_HD T value() const {
    if constexpr (is_complex<T>)
      return T(R(double(re)), R(double(im)));
    else
      return T(double(re));
  }
};
template <class T>
SCI_HD T residual_of_product(T c, const T* x, const T* y, int64_t stride, int64_t n) {
  ProductResidual<T> sum(c);
  sum.subtract(x, y, stride, n);
  return sum.value();
}

}  // namespace sci
