// Calls in brief: what a public function asks of a plain tensor in one number, since an operator's arguments cost more
// in passing than the transform of a short row.
#pragma once
#include <cmath>
#include <vector>

#include "core/platform.h"

namespace sci {

/// Axes counted from the end. place: 0 the last, 1 all, 2 the last two, 3 + a the axis a.
inline std::vector<int64_t> brief_axes(int64_t place, int64_t dims) {
  if (place == 0 || dims == 0) return {-1};
  if (place == 2) return {-2, -1};
  if (place > 2) return {place - 3 - dims};
  std::vector<int64_t> axes;
  for (int64_t axis = -dims; axis < 0; ++axis) axes.push_back(axis);
  return axes;
}

/// A norm's factor for the length or period n; norm: 0 none, 1 1 / n, 2 its root.
inline double brief_scale(int64_t norm, double n) { return norm == 0 ? 1 : 1 / (norm == 1 ? n : std::sqrt(n)); }

}  // namespace sci
