// The polynomial through data, at many points: barycentric and Newton's form        used by: _polynomials.py
//
// Method   The second barycentric formula, a node's own value where a point meets it; Horner's rule for Newton's form.
// Error    A few ulp times the Lebesgue constant (N. J. Higham, The numerical stability of barycentric Lagrange
//          interpolation, IMA J. Numer. Anal. 24 (2004) 547); of Newton's form: n ulp of the sum of absolute terms.
#pragma once
#include "core/complex.h"

namespace sci {

/// Item: a point. y (n, columns), out (count, columns).
template <class T, class V>
struct BarycentricValues {
  const T* nodes;
  const T* weights;
  const V* y;
  const T* x;
  V* out;
  int64_t n, columns;

  SCI_HD void operator()(int64_t item) const {
    V* to = out + item * columns;
    T below = T(0);
    SCI_NO_UNROLL
    for (int64_t j = 0; j < columns; ++j) to[j] = V(T(0));
    SCI_NO_UNROLL
    for (int64_t i = 0; i < n; ++i) {
      T gap = x[item] - nodes[i];
      T part = weights[i] / gap;
      if (gap == T(0) || (isinf(part) && !isinf(weights[i]))) {  // at a node, or as near as can be
        SCI_NO_UNROLL
        for (int64_t j = 0; j < columns; ++j) to[j] = y[i * columns + j];
        return;
      }
      below += part;
      SCI_NO_UNROLL
      for (int64_t j = 0; j < columns; ++j) to[j] += y[i * columns + j] * part;
    }
    SCI_NO_UNROLL
    for (int64_t j = 0; j < columns; ++j) to[j] = to[j] / below;
  }
};

/// Item: a point. c (n, columns), out (count, columns).
template <class T, class V>
struct NewtonValues {
  const T* nodes;
  const V* c;
  const T* x;
  V* out;
  int64_t n, columns;

  SCI_HD void operator()(int64_t item) const {
    V* to = out + item * columns;
    SCI_NO_UNROLL
    for (int64_t j = 0; j < columns; ++j) {
      V sum = c[(n - 1) * columns + j];
      SCI_NO_UNROLL
      for (int64_t i = n - 2; i >= 0; --i) sum = sum * (x[item] - nodes[i]) + c[i * columns + j];
      to[j] = sum;
    }
  }
};

}  // namespace sci
