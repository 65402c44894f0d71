// Trace of M^-1 B for symmetric matrices with two diagonals on either side        operator: sci/interpolate/_reinsch.py
//
// Method   M = L D L^T, then the central diagonals of the inverse backwards from the last one: of L^T M^-1 = D^-1 L^-1
//          only they are needed for one another [1]. 20 n operations, no pivoting: M is positive definite.
// Source   [1] M. F. Hutchinson, F. R. de Hoog, Smoothing noisy data with spline functions, Numer. Math. 47 (1985) 99.
#pragma once
#include "core/platform.h"
#include "interpolate/interval.h"

namespace sci {

/// Item: a batch element. Diagonals 0, 1, 2 below the main one, (3, n): row d, place j is entry [j + d, j]; `work` has
/// room for (3, n) per element.
template <class T>
struct BandInverseTrace {
  const T* m;
  const T* b;
  T* work;
  T* out;
  BatchSteps m_at, b_at;
  int64_t n;

  SCI_HD void operator()(int64_t item) const {
    const T* a = m + m_at(item);
    const T* right = b + b_at(item);
    T* d = work + item * 3 * n;
    T* first = d + n;
    T* second = first + n;
    SCI_NO_UNROLL
    for (int64_t j = 0; j < n; ++j) {
      T pivot = a[j], below = j + 1 < n ? a[n + j] : T(0);
      if (j >= 1) {
        pivot -= first[j - 1] * first[j - 1] * d[j - 1];
        below -= second[j - 1] * first[j - 1] * d[j - 1];
      }
      if (j >= 2) pivot -= second[j - 2] * second[j - 2] * d[j - 2];
      d[j] = pivot;
      first[j] = below / pivot;
      second[j] = j + 2 < n ? a[2 * n + j] / pivot : T(0);
    }
    // Entries [j, j], [j + 1, j], [j + 2, j] of the inverse, and those of the column to the right.
    T right0 = T(0), right1 = T(0), after0 = T(0), sum = T(0);
    SCI_NO_UNROLL
    for (int64_t j = n - 1; j >= 0; --j) {
      T l1 = j + 1 < n ? first[j] : T(0), l2 = second[j];
      T s1 = -l1 * right0 - l2 * right1;
      T s2 = -l1 * right1 - l2 * after0;
      T s0 = T(1) / d[j] - l1 * s1 - l2 * s2;
      sum += s0 * right[j];
      if (j + 1 < n) sum += T(2) * s1 * right[n + j];
      if (j + 2 < n) sum += T(2) * s2 * right[2 * n + j];
      after0 = right0;
      right0 = s0;
      right1 = s1;
    }
    out[item] = sum;
  }
};

}  // namespace sci
