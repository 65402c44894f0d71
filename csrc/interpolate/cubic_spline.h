// Coefficients of cubic splines from knots and values, in one pass forward and one back
//                                                                           used by: sci/interpolate/_spline_build.py
//
// Method     The tridiagonal system for the slopes s at the knots, as in sci/interpolate/_spline_slopes.py: h[i] =
//            x[i+1] - x[i], m[i] = (y[i+1] - y[i]) / h[i], and at inner knots
//              h[i] s[i-1] + 2 (h[i-1] + h[i]) s[i] + h[i-1] s[i+1] = 3 (h[i] m[i-1] + h[i-1] m[i]).
//            One item factors it (Thomas' algorithm; the systems are diagonally dominant, but for not-a-knot rows,
//            whose elimination leaves dominant ones). Then each item takes some columns of y forward, and on the way
//            back writes the four coefficients of each interval. Periodic: the cyclic corners by Sherman and Morrison,
//            as in _spline_slopes.py. Needs n >= 4.
// Use        where nothing differentiates; otherwise _spline_slopes.py says the same in differentiable operations, and
//            tests/interpolate/test_cubic_spline.py compares the two.
// Error      residual of the system within a few ulp
// Weak spot  sequential along x: on a GPU for short ones only
// Sources    C. de Boor, A Practical Guide to Splines, Springer 2001, chapter IV
#pragma once
#include "core/complex.h"

namespace sci {

/// What holds at an end.
enum SplineEnd : int { spline_not_a_knot = 0, spline_first_derivative = 1, spline_second_derivative = 2 };

/// Rows of the factor, each of length n: reciprocal pivots, multiplied upper diagonal, periodic correction, 1 / h.
enum SplineFactorRow : int { spline_pivot = 0, spline_upper = 1, spline_corner = 2, spline_inverse_step = 3 };

/// Item: the only one.
template <class T>
struct CubicSplineFactor {
  const T* x;
  T* out;  // (4, n)
  int64_t n;
  int start, end;
  bool periodic;

  SCI_HD void operator()(int64_t) const {
    T* pivot = out;
    T* upper = out + n;
    T* corner = out + 2 * n;
    T* inverse = out + 3 * n;
    int64_t m = n - 1, rows = periodic ? m : n;
    SCI_NO_UNROLL
    for (int64_t i = 0; i < m; ++i) inverse[i] = T(1) / (x[i + 1] - x[i]);
    T first = x[1] - x[0], before = x[n - 1] - x[n - 2];
    T g = T(-2) * (before + first);  // periodic: minus the first diagonal entry
    T carried = T(0), carried_corner = T(0);
    SCI_NO_UNROLL
    for (int64_t i = 0; i < rows; ++i) {
      T here = i < m ? x[i + 1] - x[i] : T(0);
      T low = here, diagonal = T(2) * (before + here), up = before, right = T(0);
      if (periodic) {
        if (i == 0) {
          low = T(0);
          diagonal -= g;
          right = g;
        } else if (i == m - 1) {
          diagonal -= before * first / g;
          up = T(0);
          right = before;
        }
      } else if (i == 0) {
        T next = x[2] - x[1];
        low = T(0);
        diagonal = start == spline_not_a_knot ? next : start == spline_first_derivative ? T(1) : T(2);
        up = start == spline_not_a_knot ? here + next : start == spline_first_derivative ? T(0) : T(1);
      } else if (i == m) {
        T previous = x[n - 2] - x[n - 3];
        low = end == spline_not_a_knot ? before + previous : end == spline_first_derivative ? T(0) : T(1);
        diagonal = end == spline_not_a_knot ? previous : end == spline_first_derivative ? T(1) : T(2);
        up = T(0);
      }
      T p = T(1) / (diagonal - low * carried);
      pivot[i] = p;
      carried = upper[i] = up * p;
      carried_corner = corner[i] = (right - low * carried_corner) * p;
      before = here;
    }
    if (!periodic) return;
    SCI_NO_UNROLL
    for (int64_t i = m - 2; i >= 0; --i) corner[i] -= upper[i] * corner[i + 1];
  }
};

/// Item: a block of columns.
template <class T, class V>
struct CubicSplineColumns {
  const T* x;
  const V* y;         // (n, columns)
  const V* boundary;  // (2, columns): derivatives at start and end, read where they are given
  const T* factor;
  V* out;   // (4, n - 1, columns)
  V* tail;  // (columns,): the last slope, or the periodic correction
  int64_t n, columns, block;
  int start, end;
  bool periodic;

  SCI_HD void operator()(int64_t item) const {
    int64_t begin = item * block, stop = begin + block < columns ? begin + block : columns;
    int64_t m = n - 1, rows = periodic ? m : n, plane = m * columns;
    const T* pivot = factor;
    const T* upper = factor + n;
    const T* corner = factor + 2 * n;
    const T* inverse = factor + 3 * n;
    V* difference = out + plane;  // m[i] until the way back, where the second coefficients belong
    V* slope = out + 2 * plane;
    T first = x[1] - x[0], before = x[n - 1] - x[n - 2];
    SCI_NO_UNROLL
    for (int64_t i = 0; i < rows; ++i) {
      const V* here = y + i * columns;
      V* right = i < m ? slope + i * columns : tail;
      const V* right_before = slope + (i - 1) * columns;
      V* d = difference + i * columns;
      const V* d_before = difference + (i - 1) * columns;
      T p = pivot[i], h = i < m ? x[i + 1] - x[i] : T(0);
      if (i < m) SCI_NO_UNROLL
      for (int64_t j = begin; j < stop; ++j) d[j] = (here[columns + j] - here[j]) * inverse[i];
      if (i == 0 && periodic) {
        const V* last = y + (n - 2) * columns;
        SCI_NO_UNROLL
        for (int64_t j = begin; j < stop; ++j)
          right[j] = ((last[columns + j] - last[j]) * inverse[m - 1] * h + d[j] * before) * T(3) * p;
      } else if (i == 0) {
        T next = x[2] - x[1], both = h + next, weight = (h + T(2) * both) * next / both, other = h * h / both;
        SCI_NO_UNROLL
        for (int64_t j = begin; j < stop; ++j) {
          if (start == spline_not_a_knot) {
            V d_next = (here[2 * columns + j] - here[columns + j]) * inverse[1];
            right[j] = (d[j] * weight + d_next * other) * p;
          } else if (start == spline_first_derivative) {
            right[j] = boundary[j] * p;
          } else {
            right[j] = (d[j] * T(3) - boundary[j] * (h / T(2))) * p;
          }
        }
      } else if (i == m) {
        T previous = x[n - 2] - x[n - 3], both = before + previous;
        T weight = (before + T(2) * both) * previous / both, other = before * before / both;
        T low = end == spline_not_a_knot ? both : end == spline_first_derivative ? T(0) : T(1);
        SCI_NO_UNROLL
        for (int64_t j = begin; j < stop; ++j) {
          V value;
          if (end == spline_not_a_knot)
            value = d_before[j] * weight + d_before[j - columns] * other;
          else if (end == spline_first_derivative)
            value = boundary[columns + j];
          else
            value = d_before[j] * T(3) + boundary[columns + j] * (before / T(2));
          right[j] = (value - right_before[j] * low) * p;
        }
      } else {
        SCI_NO_UNROLL
        for (int64_t j = begin; j < stop; ++j)
          right[j] = ((d_before[j] * h + d[j] * before) * T(3) - right_before[j] * h) * p;
      }
      before = h;
    }
    SCI_NO_UNROLL
    for (int64_t i = rows - 2; i >= 0; --i) {
      V* s = slope + i * columns;
      const V* after = i + 1 < m ? s + columns : tail;
      T u = upper[i];
      SCI_NO_UNROLL
      for (int64_t j = begin; j < stop; ++j) s[j] -= after[j] * u;
      if (!periodic) finish(i, begin, stop, s, after, inverse[i]);
    }
    if (!periodic) return;
    // s = b - q (v . b) / (1 + v . q)
    T ratio = -first / (T(2) * (first + x[n - 1] - x[n - 2]));
    T scale = T(1) / (T(1) + corner[0] + ratio * corner[m - 1]);
    SCI_NO_UNROLL
    for (int64_t j = begin; j < stop; ++j) {
      tail[j] = (slope[j] + slope[(m - 1) * columns + j] * ratio) * scale;
      slope[j] -= tail[j] * corner[0];
    }
    SCI_NO_UNROLL
    for (int64_t i = 0; i < m; ++i) {
      V* after = slope + (i + 1 < m ? i + 1 : 0) * columns;
      if (i + 1 < m) SCI_NO_UNROLL
      for (int64_t j = begin; j < stop; ++j) after[j] -= tail[j] * corner[i + 1];
      finish(i, begin, stop, slope + i * columns, after, inverse[i]);
    }
  }

  /// The coefficients of interval i; that of the first power, the slope, is in place.
  SCI_HD void finish(int64_t i, int64_t begin, int64_t stop, const V* s, const V* after, T inverse) const {
    int64_t plane = (n - 1) * columns;
    V* to = out + i * columns;
    const V* value = y + i * columns;
    SCI_NO_UNROLL
    for (int64_t j = begin; j < stop; ++j) {
      V d = to[plane + j];
      V t = (s[j] + after[j] - d * T(2)) * inverse;
      to[j] = t * inverse;
      to[plane + j] = (d - s[j]) * inverse - t;
      to[3 * plane + j] = value[j];
    }
  }
};

}  // namespace sci
