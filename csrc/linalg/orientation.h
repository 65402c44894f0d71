// Signs and phases of singular vectors and of those of Hermitian matrices, of which any will do: with these a matrix
// has the same vectors from every algorithm, alone and in a batch.
//
// Rule       The first entry of at least .6 times the largest modulus of a vector becomes real and positive. The
//            largest itself is no mark: often it is one of several (1 and -1 over the root of 2), in rounding's order.
#pragma once
#include "core/complex.h"

namespace sci {

/// Columns of u, and rows of vh with the conjugate factors, which may be null. Matrices u are rows x columns, of which
/// the first `count` have singular values, and vh has `height` rows of `width` numbers.
template <class T>
struct OrientItem {
  using R = real_of<T>;
  static constexpr int at_once = SCI_DEVICE ? 1 : 8;  // columns of an item
  T *u, *vh;
  int64_t rows, columns, count, height, width;

  static constexpr SCI_HD int64_t groups(int64_t count, int at_once) { return (count + at_once - 1) / at_once; }
  /// What makes a number, which is not 0, real and positive.
  SCI_HD static T turn_of(T x) {
    if constexpr (is_complex<T>) {
      const R size = sqrt(norm(x));
      return {x.re / size, -x.im / size};
    } else {
      return x < R(0) ? R(-1) : R(1);
    }
  }
  SCI_HD void operator()(int64_t item) const {
    const int64_t all = groups(count, at_once), matrix = item / all, first = item % all * at_once;
    if (count - first >= at_once)
      turn<true>(matrix, first);
    else
      turn<false>(matrix, first);
  }
  /// All columns of an item, whose loops become vectors, or some.
  template <bool whole>
  SCI_HD void turn(int64_t matrix, int64_t first) const {
    const int some = whole ? at_once : int(count - first);
    T *x = u + matrix * rows * columns + first, factor[at_once];
    R most[at_once];
    for (int c = 0; c < some; ++c) {
      most[c] = R(0);
      factor[c] = T(R(1));
    }
    for (int64_t i = 0; i < rows; ++i)
      for (int c = 0; c < some; ++c) {
        const R size = norm(x[i * columns + c]);
        most[c] = most[c] < size ? size : most[c];
      }
    for (int64_t i = rows - 1; i >= 0; --i)
      for (int c = 0; c < some; ++c) {
        const T y = x[i * columns + c];
        if (norm(y) >= R(0.37) * most[c]) factor[c] = y;
      }
    for (int c = 0; c < some; ++c) factor[c] = most[c] > R(0) ? turn_of(factor[c]) : T(R(1));
    for (int64_t i = 0; i < rows; ++i)
      for (int c = 0; c < some; ++c) x[i * columns + c] = factor[c] * x[i * columns + c];
    for (int c = 0; c < some && vh; ++c) {
      T* y = vh + (matrix * height + first + c) * width;
      for (int64_t j = 0; j < width; ++j) y[j] = conj(factor[c]) * y[j];
    }
  }
};

}  // namespace sci
