// A recurrence of vectors: a sequence of updates "to = a u + b v" and inner products "u^H v", run block by block, so
// that a vector is read from memory and written once however often the sequence uses it. An item is a block of one
// member of a batch; on CUDA a warp shares it. Blocks' parts of the inner products are stored apart, so that results do
// not depend on the number of threads.
//
//   step kinds  0: to = u + b v    1: to = a u + b v    2: to = b v    3: u^H v
#pragma once
#include "sparse/csr_matmul.h"
#include "sparse/vector_lanes.h"

namespace sci {

struct RecurrenceStep {
  int32_t kind, to, u, v, a, b;  // places of vectors and factors; of the inner product in `to`
};

template <class T>
struct Recurrence {
  static constexpr int64_t length = 1024;
  static constexpr int most_vectors = 16, most_steps = 16, most_inners = 8;
  T* vectors[most_vectors];  // (members, n) each
  RecurrenceStep steps[most_steps];
  const T* factors;  // (members, factor_count)
  T* parts;          // (members, blocks, inner_count)
  int64_t n, blocks;
  int step_count, factor_count, inner_count;

#if !SCI_DEVICE
  void operator()(int64_t item) const {
    int64_t member = item / blocks, begin = (item - member * blocks) * length, count = min(length, n - begin);
    const T* factor = factors + member * factor_count;
    for (int s = 0; s < step_count; ++s) {
      const RecurrenceStep& step = steps[s];
      T* to = step.kind == 3 ? nullptr : vectors[step.to] + member * n + begin;
      const T *u = vectors[step.u] + member * n + begin, *v = vectors[step.v] + member * n + begin;
      if (step.kind == 0)
        vector_add(u, factor[step.b], v, to, count);
      else if (step.kind == 1)
        vector_combine(factor[step.a], u, factor[step.b], v, to, count);
      else if (step.kind == 2)
        vector_scale(factor[step.b], v, to, count);
      else
        parts[item * inner_count + step.to] = vector_inner(u, v, count);
    }
  }
#else
  __device__ void warp(int64_t item, int lane) const {
    int64_t member = item / blocks, begin = (item - member * blocks) * length, end = min(begin + length, n);
    const T* factor = factors + member * factor_count;
    T sums[most_inners] = {};
    for (int64_t i = member * n + begin + lane; i < member * n + end; i += 32)
      for (int s = 0; s < step_count; ++s) {
        RecurrenceStep step = steps[s];
        T u = vectors[step.u][i], v = vectors[step.v][i];
        if (step.kind == 3)
          sums[step.to] = sums[step.to] + conj(u) * v;
        else
          vectors[step.to][i] = step.kind == 0   ? u + factor[step.b] * v
                                : step.kind == 1 ? factor[step.a] * u + factor[step.b] * v
                                                 : factor[step.b] * v;
      }
    for (int k = 0; k < inner_count; ++k) {
      for (int by = 16; by > 0; by >>= 1) sums[k] = sums[k] + csr_shift_down(sums[k], by);
      if (lane == 0) parts[item * inner_count + k] = sums[k];
    }
  }
#endif
};

}  // namespace sci
