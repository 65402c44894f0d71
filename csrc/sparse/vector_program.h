// A step of an iteration on CUDA in one launch, for several systems at once: numbers are computed of numbers, vectors
// are updated by such factors, and inner products become numbers again. All numbers stay on the device: the host asks
// for one step after another and waits for none (sci/sparse/linalg/_device_steps.py).
//
// An item is a block of one member's vectors. Each block computes the numbers for itself, in shared memory; the first
// writes them back, to places that no block of this launch reads (the host sees to it). Then come the vectors' steps,
// which are those of recurrence.h and 4, `to = a ? u : v`, and the block that arrives last adds up the blocks' parts of
// the inner products in their order, so that results do not depend on which one that is.
#pragma once
#include "core/block_total.h"
#include "sparse/recurrence.h"

namespace sci {

enum NumberOperation : unsigned char {
  number_constant,
  number_add,
  number_subtract,
  number_multiply,
  number_divide,
  number_negative,
  number_conjugate,
  number_real,
  number_absolute,
  number_root,
  number_largest,
  number_least,
  number_hypotenuse,
  number_equal,
  number_less,
  number_at_most,
  number_and,
  number_or,
  number_not,
  number_where,
  number_with_sign,
  number_finite,
  number_operations
};

struct NumberStep {
  unsigned char operation, to, a, b, c;  // places; a constant's is `a`
};

/// Numbers that stand for real ones have no imaginary part, and 1 and 0 stand for true and false. Nothing but products,
/// quotients and what is said to be complex looks at imaginary parts.
template <class T>
SCI_HD T number_result(NumberStep step, const T* numbers, const double* constants) {
  using R = real_of<T>;
  if (step.operation == number_constant) return T(R(constants[step.a]));
  const T a = numbers[step.a], b = numbers[step.b];
  const R x = real(a), y = real(b);
  switch (step.operation) {
    case number_add: return a + b;
    case number_subtract: return a - b;
    case number_multiply: return a * b;
    case number_divide: return a / b;
    case number_negative: return -a;
    case number_conjugate: return conj(a);
    case number_real: return T(x);
    case number_absolute: return T(abs(a));
    case number_root: return T(sqrt(x));
    case number_largest: return T(isnan(x) || x > y ? x : y);
    case number_least: return T(isnan(x) || x < y ? x : y);
    case number_hypotenuse: return T(hypot(x, y));
    case number_equal: return T(R(a == b));
    case number_less: return T(R(x < y));
    case number_at_most: return T(R(x <= y));
    case number_and: return T(R(x != R(0) && y != R(0)));
    case number_or: return T(R(x != R(0) || y != R(0)));
    case number_not: return T(R(x == R(0)));
    case number_where: return x != R(0) ? b : numbers[step.c];
    case number_with_sign: return T(copysign(x, y));
    case number_finite: return T(R(isfinite(a)));
  }
  return T(limits<R>::nan);
}

template <class T>
struct VectorProgram {
  static constexpr int team_size = 256, each = 4, places = 256;
  static constexpr int most_vectors = 16, most_steps = 16, most_inners = 4, most_numbers = 128, most_constants = 32;
  static constexpr int64_t most_blocks = 512;
  T* vectors[most_vectors];          // (members, n) each
  RecurrenceStep steps[most_steps];  // a, b and the inner products are places of numbers
  NumberStep operations[most_numbers];
  double constants[most_constants];
  T* numbers;        // (members, places)
  T* parts;          // (members, blocks, inner_count)
  int32_t* arrived;  // (members)
  int64_t n, blocks;
  int step_count, operation_count, inner_count;
  int inner_places[most_inners];

  SCI_HD int64_t shared_bytes() const { return places * int64_t(sizeof(T)); }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char* shared) const {
    const int64_t member = item / blocks, block = item - member * blocks;
    T* number = reinterpret_cast<T*>(shared);
    T* all = numbers + member * places;
    copy(team, all, number, places);
    team.sync();
    if (team.lane == 0) {
      SCI_NO_UNROLL
      for (int s = 0; s < operation_count; ++s)
        number[operations[s].to] = number_result(operations[s], number, constants);
    }
    team.sync();
    if (block == 0)
      for (int s = team.lane; s < operation_count; s += team.size) all[operations[s].to] = number[operations[s].to];
    T sums[most_inners] = {};
    SCI_NO_UNROLL
    for (int64_t i = block * team.size + team.lane; i < n; i += each * blocks * team.size) {
      SCI_NO_UNROLL
      for (int s = 0; s < step_count; ++s) some(steps[s], member, i, number, sums, team.size);
    }
    if (inner_count == 0 ||
        !block_total(team, sums, inner_count, parts + member * blocks * inner_count, block, blocks, arrived + member))
      return;
    if (team.lane != 0) return;
#pragma unroll
    for (int k = 0; k < most_inners; ++k)
      if (k < inner_count) all[inner_places[k]] = sums[k];
  }

  /// A step at four elements, so that a thread does not wait for each.
  __device__ void some(RecurrenceStep step, int64_t member, int64_t i, const T* number, T* sums, int size) const {
    const T *u = vectors[step.u] + member * n, *v = vectors[step.v] + member * n;
    const int64_t distance = blocks * size;
    T left[each], right[each];
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int64_t j = i + k * distance;
      left[k] = j < n && step.kind != 2 ? u[j] : T(0);
      right[k] = j < n ? v[j] : T(0);
    }
    if (step.kind == 3) {
      T sum = T(0);
#pragma unroll
      for (int k = 0; k < each; ++k) sum += conj(left[k]) * right[k];
#pragma unroll
      for (int k = 0; k < most_inners; ++k)
        if (k == step.to) sums[k] += sum;
      return;
    }
    T* to = vectors[step.to] + member * n;
    const T a = number[step.a], b = number[step.b];
#pragma unroll
    for (int k = 0; k < each; ++k) {
      const int64_t j = i + k * distance;
      if (j >= n) continue;
      to[j] = step.kind == 0   ? left[k] + b * right[k]
              : step.kind == 1 ? a * left[k] + b * right[k]
              : step.kind == 2 ? b * right[k]
              : real(a) != 0   ? left[k]
                               : right[k];
    }
  }
#endif
};

}  // namespace sci
