// The nearest of scattered points, which a grid of cells holds                          used by: _nearest.py
//
// Method   The cell of the query, then rings of cells around it, until the nearest point found is nearer than anything
//          outside the box of rings can be: O(1) where points fill their box about evenly. Of points at equal distances
//          the one with the lowest number. Bentley, Weide, Yao, Optimal expected-time algorithms for closest point
//          problems, ACM Trans. Math. Softw. 6 (1980) 563.
// Edges    A query outside starts from the cell nearest to it. `n` where no distance is a finite number.
#pragma once
#include "core/platform.h"

namespace sci {

/// Item: a query (d,). `points` are sorted by cell, `order` says their numbers, cell i has those of starts[i] ..
/// starts[i + 1].
template <class T>
struct NearestPoint {
  static constexpr int max_dims = 4;
  const T* points;
  const int64_t* order;
  const int64_t* starts;
  const T* low;    // of the grid
  const T* scale;  // cells per unit of length
  const T* query;
  int64_t* out;
  int64_t n, d, cells;

  SCI_HD void operator()(int64_t item) const {
    const T* x = query + item * d;
    int64_t home[max_dims] = {};
    bool known = true;
    for (int64_t k = 0; k < d; ++k) {
      T place = (x[k] - low[k]) * scale[k];
      known = known && !isnan(place);
      home[k] = place > T(0) ? (place < T(cells) ? int64_t(place) : cells - 1) : 0;
    }
    T least = limits<T>::infinity;
    int64_t best = n;
    SCI_NO_UNROLL
    for (int64_t ring = 0; known && ring < cells; ++ring) {
      visit_ring(x, home, ring, least, best);
      T room = gap(x, home, ring);
      if (room == limits<T>::infinity || (room > T(0) && least <= room * room)) break;
    }
    out[item] = best;
  }

 private:
  /// How near a point outside the rings can be, less rounding; infinity where there are none.
  SCI_HD T gap(const T* x, const int64_t* home, int64_t ring) const {
    T room = limits<T>::infinity;
    for (int64_t k = 0; k < d; ++k) {
      T width = T(cells) / scale[k], slack = T(8) * limits<T>::epsilon * (fabs(low[k]) + width);
      int64_t first = home[k] - ring, last = home[k] + ring + 1;
      if (first > 0) {
        T face = x[k] - (low[k] + T(first) / scale[k]) - slack;
        room = face < room ? face : room;
      }
      if (last < cells) {
        T face = low[k] + T(last) / scale[k] - x[k] - slack;
        room = face < room ? face : room;
      }
    }
    return room;
  }

  /// All cells whose largest distance from `home`, over the dimensions, is `ring`.
  SCI_HD void visit_ring(const T* x, const int64_t* home, int64_t ring, T& least, int64_t& best) const {
    int64_t at[max_dims], first[max_dims], last[max_dims];
    for (int64_t k = 0; k < d; ++k) {
      first[k] = home[k] - ring < 0 ? 0 : home[k] - ring;
      last[k] = home[k] + ring >= cells ? cells - 1 : home[k] + ring;
      at[k] = first[k];
    }
    const int64_t end = d - 1;
    SCI_NO_UNROLL
    for (;;) {
      int64_t row = 0;
      bool face = false;  // of the box: then the whole row belongs to the ring, else its two ends
      for (int64_t k = 0; k < end; ++k) {
        row = (row + at[k]) * cells;
        face = face || at[k] == home[k] - ring || at[k] == home[k] + ring;
      }
      if (face || ring == 0) {
        visit(x, row + first[end], row + last[end], least, best);
      } else {
        if (home[end] - ring >= 0) visit(x, row + first[end], row + first[end], least, best);
        if (home[end] + ring < cells) visit(x, row + last[end], row + last[end], least, best);
      }
      int64_t k = end - 1;
      SCI_NO_UNROLL
      for (; k >= 0 && ++at[k] > last[k]; --k) at[k] = first[k];
      if (k < 0) return;
    }
  }

  SCI_HD void visit(const T* x, int64_t first, int64_t last, T& least, int64_t& best) const {
    SCI_NO_UNROLL
    for (int64_t i = starts[first]; i < starts[last + 1]; ++i) {
      T sum = T(0);
      for (int64_t k = 0; k < d; ++k) {
        T step = x[k] - points[i * d + k];
        sum += step * step;
      }
      if (sum < least || (sum == least && order[i] < best && sum < limits<T>::infinity)) {
        least = sum;
        best = order[i];
      }
    }
  }
};

}  // namespace sci
