// Leading batch dimensions of up to three operands that broadcast against each other, for the bodies in csrc/sparse.
#pragma once
#include "core/platform.h"

namespace sci {

/// Where batch member i of each operand begins, in elements. A broadcast dimension has stride 0.
struct SparseBatch {
  static constexpr int max_rank = 8, operands = 2;
  int rank = 0;
  int64_t size[max_rank];
  int64_t stride[operands][max_rank];

  SCI_HD int64_t offset(int operand, int64_t i) const {
    int64_t found = 0;
    SCI_NO_UNROLL
    for (int d = rank - 1; d >= 0; --d) {
      found += i % size[d] * stride[operand][d];
      i /= size[d];
    }
    return found;
  }
};

}  // namespace sci
