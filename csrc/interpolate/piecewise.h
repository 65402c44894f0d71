// Piecewise polynomials: values, derivatives and their adjoint            operators: sci/interpolate/_piecewise.py
//
// Interval i of the breakpoints x has the polynomial sum_j c[j, i] (t - x[i])^(k-1-j); c is (k, m, columns).
//
// Method     Interval search (interval.h), then Horner's rule on the coefficients times the falling factorials of nu.
//            The adjoint (gradient in c) adds what the queries of an interval send to it, always in the order of the
//            queries, so that its result is the same in every run and on every device: the CPU walks through the
//            queries; CUDA sorts them by interval first (stable) and lets a thread own one coefficient.
// Error      Horner: within (k - 1) ulp of sum_j |c_j| |t - x_i|^(k-1-j).
// Weak spot  CUDA adjoint: the queries of one interval are added by one thread per coefficient.
#pragma once
#include "core/complex.h"
#include "interpolate/interval.h"

namespace sci {

/// (power)(power - 1) ... (power - nu + 1)
template <class T>
SCI_HD T falling_factorial(int64_t power, int64_t nu) {
  T product = T(1);
  for (int64_t i = 0; i < nu; ++i) product *= T(power - i);
  return product;
}

/// Item: a block of queries of one batch element, and of their columns every 2^part_bits-th. T is real, V the type of
/// the coefficients.
template <class T, class V>
struct PiecewiseEvaluate {
  const V* c;
  const T* x;
  const T* query;
  V* out;
  BatchSteps c_at, x_at, query_at;
  int64_t k, m, columns, count, block, blocks, nu;
  bool extrapolate;
  int part_bits;

  SCI_HD void operator()(int64_t item) const {
    const int64_t parts = int64_t(1) << part_bits, part = item & (parts - 1);
    item >>= part_bits;
    const int64_t batch = item < blocks ? 0 : item / blocks, first = (item - batch * blocks) * block;
    int64_t last = first + block < count ? first + block : count;
    const V* coefficients = c + c_at(batch);
    const T* knots = x + x_at(batch);
    const T* queries = query + query_at(batch);
    V* to = out + (batch * count + first) * columns;
    T low = min(knots[0], knots[m]), high = max(knots[0], knots[m]);
    const int64_t row = m * columns;
    int64_t intervals[search_block];
    find_intervals(knots, m, queries + first, last - first, int64_t(1), intervals);
    SCI_NO_UNROLL
    for (int64_t q = first; q < last; ++q, to += columns) {
      T t = queries[q];
      if (isnan(t) || (!extrapolate && !(t >= low && t <= high))) {
        SCI_NO_UNROLL
        for (int64_t j = part; j < columns; j += parts) to[j] = V(limits<T>::nan);
        continue;
      }
      int64_t i = intervals[q - first];
      T s = t - knots[i];
      const V* a = coefficients + i * columns;
      if (k <= nu) {
        SCI_NO_UNROLL
        for (int64_t j = part; j < columns; j += parts) to[j] = V(T(0));
      } else if (columns == 1 || parts > 1) {
        SCI_NO_UNROLL
        for (int64_t j = part; j < columns; j += parts) to[j] = one(a + j, row, s);
      } else if (nu == 0 && k == 4) {
        SCI_NO_UNROLL
        for (int64_t j = 0; j < columns; ++j, ++a) to[j] = ((a[0] * s + a[row]) * s + a[2 * row]) * s + a[3 * row];
      } else if (nu == 1 && k == 4) {
        SCI_NO_UNROLL
        for (int64_t j = 0; j < columns; ++j) to[j] = one(a + j, row, s);
      } else {
        T factor = falling_factorial<T>(k - 1, nu);
        SCI_NO_UNROLL
        for (int64_t j = 0; j < columns; ++j) to[j] = a[j] * factor;
        SCI_NO_UNROLL
        for (int64_t p = 1; p < k - nu; ++p) {
          a += row;
          if (nu) factor = falling_factorial<T>(k - 1 - p, nu);
          SCI_NO_UNROLL
          for (int64_t j = 0; j < columns; ++j) to[j] = to[j] * s + a[j] * factor;
        }
      }
    }
  }

  /// Of one column, in registers.
  SCI_HD V one(const V* a, int64_t row, T s) const {
    if (nu == 1 && k == 4) return a[0] * (T(3) * s * s) + a[row] * (T(2) * s) + a[2 * row];
    V sum = nu ? a[0] * falling_factorial<T>(k - 1, nu) : a[0];
    for (int64_t p = 1; p < k - nu; ++p) {
      V next = a[p * row];
      if (nu) next = next * falling_factorial<T>(k - 1 - p, nu);
      sum = sum * s + next;
    }
    return sum;
  }
};

/// The adjoint on the CPU. Item: a block of columns of one batch element; `to` (k, m, columns) starts as zero.
template <class T, class V>
struct PiecewiseScatter {
  const V* grad;
  const T* x;
  const T* query;
  V* out;
  BatchSteps grad_at, x_at, query_at;
  int64_t k, m, columns, count, block, blocks, nu;
  bool extrapolate;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / blocks, first = item % blocks * block;
    int64_t last = first + block < columns ? first + block : columns;
    const V* from = grad + grad_at(batch);
    const T* knots = x + x_at(batch);
    const T* queries = query + query_at(batch);
    V* to = out + batch * k * m * columns;
    T low = min(knots[0], knots[m]), high = max(knots[0], knots[m]);
    int64_t intervals[search_block];
    SCI_NO_UNROLL
    for (int64_t q = 0; q < count; ++q, from += columns) {
      if (q % search_block == 0)
        find_intervals(knots, m, queries + q, count - q < search_block ? count - q : search_block, int64_t(1),
                       intervals);
      T t = queries[q];
      if (isnan(t) || (!extrapolate && !(t >= low && t <= high))) continue;
      int64_t i = intervals[q % search_block];
      T s = t - knots[i], power = T(1);
      SCI_NO_UNROLL
      for (int64_t p = k - 1 - nu; p >= 0; --p, power *= s) {
        T factor = nu ? power * falling_factorial<T>(k - 1 - p, nu) : power;
        V* row = to + (p * m + i) * columns;
        SCI_NO_UNROLL
        for (int64_t j = first; j < last; ++j) row[j] += from[j] * factor;
      }
    }
  }
};

/// Item: a query. Its interval, or m where it has none.
template <class T>
struct PiecewiseInterval {
  const T* x;
  const T* query;
  int64_t* out;
  BatchSteps x_at, query_at;
  int64_t m, count;
  bool extrapolate;

  SCI_HD void operator()(int64_t item) const {
    int64_t batch = item / count;
    const T* knots = x + x_at(batch);
    T t = query[query_at(batch) + item % count];
    bool inside = t >= min(knots[0], knots[m]) && t <= max(knots[0], knots[m]);
    T scale = T(m) / (knots[m] - knots[0]);
    out[item] =
        isnan(t) || (!extrapolate && !inside) ? m : find_interval(knots, m, t, guess_interval(knots, m, scale, t));
  }
};

/// The first place in the sorted values v of length n that is not below `value`.
SCI_HD int64_t first_not_below(const int64_t* v, int64_t n, int64_t value) {
  int64_t low = 0;
  while (n > 0) {
    int64_t half = n / 2;
    if (v[low + half] < value) {
      low += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return low;
}

/// The adjoint on CUDA, with the queries sorted by interval. Item: one coefficient of one batch element.
template <class T, class V>
struct PiecewiseGather {
  const V* grad;
  const T* x;
  const T* query;
  const int64_t* interval;  // sorted
  const int64_t* order;     // the query in each place
  V* out;
  BatchSteps grad_at, x_at, query_at;
  int64_t k, m, columns, count, nu;

  SCI_HD void operator()(int64_t item) const {
    int64_t column = item % columns, i = item / columns % m, p = item / columns / m % k, batch = item / columns / m / k;
    int64_t power = k - 1 - p - nu;
    V sum = V(T(0));
    if (power >= 0) {
      T origin = x[x_at(batch) + i], factor = falling_factorial<T>(k - 1 - p, nu);
      const int64_t* places = interval + batch * count;
      const V* from = grad + grad_at(batch) + column;
      const T* queries = query + query_at(batch);
      for (int64_t at = first_not_below(places, count, i); at < count && places[at] == i; ++at) {
        int64_t q = order[batch * count + at];
        T s = queries[q] - origin, product = T(1);
        SCI_NO_UNROLL
        for (int64_t e = 0; e < power; ++e) product *= s;
        sum += from[q * columns] * (nu ? product * factor : product);
      }
    }
    out[item] = sum;
  }
};

}  // namespace sci
