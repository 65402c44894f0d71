// Trace of M^-1 B for symmetric matrices with two diagonals on either side        operator: sci/interpolate/_reinsch.py
//
// Method   The trace is the derivative of log det(M + t B) at t = 0 (Jacobi's formula), and so the sum of d' / d over
//          the pivots of an elimination in dual numbers; nothing of the inverse is needed. Rows are taken two by two: M
//          is block tridiagonal. On a GPU a long one is cut into parts that are eliminated side by side, all blocks of
//          each but the last: what is left are these last blocks, block tridiagonal again, which are cut in their turn
//          [1]. No pivoting: M is positive definite.
// Error    as of the central diagonals of the inverse, backwards from the last one [2], against which it was compared
// Source   [1] H. H. Wang, A parallel method for tridiagonal equations, ACM Trans. Math. Softw. 7 (1981) 170.
//          [2] M. F. Hutchinson, F. R. de Hoog, Smoothing noisy data with spline functions, Numer. Math. 47 (1985) 99.
#pragma once
#include "core/dual.h"
#include "interpolate/interval.h"

namespace sci {

/// Block j of a matrix M + t B of 2 x 2 blocks that was left by parts.
template <class T>
struct BandTraceBlock {
  dual<T> diagonal[3];  // [0 0], [1 0], [1 1] of block (j, j)
  dual<T> side[4];      // block (j, j - 1) by rows
  dual<T> before[3];    // what part j adds to block (j - 1, j - 1)
  T sum;                // of the pivots of part j
};

/// Item: a part of `length` blocks of a batch element.
template <class T>
struct BandInverseTrace {
  using N = dual<T>;
  using Block = BandTraceBlock<T>;
  const T* m;  // diagonals 0, 1, 2 below the main one, (3, n): row d, place j is entry [j + d, j]
  const T* b;
  BatchSteps m_at, b_at;
  const Block* blocks;  // (members, count), in place of m and b after the first round
  Block* left;          // (members, parts)
  T* out;               // (members): written where there is one part
  int64_t n, count, length;

  SCI_HD int64_t parts() const { return (count + length - 1) / length; }

  SCI_HD Block load(int64_t member, int64_t j) const {
    if (blocks) {
      Block block = blocks[member * count + j];
      if (j + 1 < count)
        for (int k = 0; k < 3; ++k) block.diagonal[k] += blocks[member * count + j + 1].before[k];
      return block;
    }
    const T *own = m + m_at(member), *right = b + b_at(member);
    auto entry = [&](int64_t d, int64_t column) { return N(own[d * n + column], right[d * n + column]); };
    const int64_t row = 2 * j;
    const bool two = row + 1 < n;
    Block block{{entry(0, row), two ? entry(1, row) : N(0), two ? entry(0, row + 1) : N(1)}, {}, {}, T(0)};
    if (j > 0) {
      block.side[0] = entry(2, row - 2);
      block.side[1] = entry(1, row - 1);
      if (two) block.side[3] = entry(2, row - 1);
    }
    return block;
  }

  /// Of a pivot, whose part of the trace is added to the sum.
  SCI_HD static N reciprocal(N pivot, T& sum) {
    const T r = T(1) / pivot.v, change = pivot.d * r;
    sum += change;
    return {r, -change * r};
  }

  SCI_HD void operator()(int64_t item) const {
    const int64_t member = item / parts(), begin = (item - member * parts()) * length;
    const int64_t stop = min(begin + length, count);
    // `now.side` couples block j and the last block before this part.
    Block now = load(member, begin);
    T sum = now.sum;
    N before[3] = {};
    SCI_NO_UNROLL
    for (int64_t j = begin; j + 1 < stop; ++j) {
      Block next = load(member, j + 1);
      sum += next.sum;
      // The block is [1 0; l 1] diag(p, q) [1 l; 0 1]; `down` and `up` are its neighbours times [1 0; l 1]^-1.
      const N over_p = reciprocal(now.diagonal[0], sum), l = now.diagonal[1] * over_p;
      const N over_q = reciprocal(now.diagonal[2] - l * now.diagonal[1], sum);
      auto inner = [&](const N* x, const N* y) { return x[0] * y[0] * over_p + x[1] * y[1] * over_q; };
      const N down[2][2] = {{next.side[0], next.side[1] - l * next.side[0]},
                            {next.side[2], next.side[3] - l * next.side[2]}};
      next.diagonal[0] -= inner(down[0], down[0]);
      next.diagonal[1] -= inner(down[1], down[0]);
      next.diagonal[2] -= inner(down[1], down[1]);
      if (begin > 0) {
        const N up[2][2] = {{now.side[0], now.side[2] - l * now.side[0]}, {now.side[1], now.side[3] - l * now.side[1]}};
        before[0] -= inner(up[0], up[0]);
        before[1] -= inner(up[1], up[0]);
        before[2] -= inner(up[1], up[1]);
        for (int k = 0; k < 4; ++k) next.side[k] = -inner(down[k / 2], up[k % 2]);
      }
      now = next;
    }
    if (parts() > 1) {
      for (int k = 0; k < 3; ++k) now.before[k] = before[k];
      now.sum = sum;
      left[item] = now;
    } else {
      const N l = now.diagonal[1] * reciprocal(now.diagonal[0], sum);
      reciprocal(now.diagonal[2] - l * now.diagonal[1], sum);
      out[item] = sum;
    }
  }
};

}  // namespace sci
