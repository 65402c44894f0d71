// A step of Arnoldi's iteration on CUDA: a vector w is made orthogonal to the rows of a basis by two passes of Gram and
// Schmidt, and one of length 1, in four launches whatever the number of rows; nothing comes to the host.
//
//   ArnoldiPass 0   h = V^* w
//   ArnoldiPass 1   w = w - V^T h, and of the new w: left = V^* w
//   ArnoldiPass 2   w = w - V^T left, and w^H w, of which the last block to arrive makes the column of H, and what the
//                   least squares problem needs of it (sci/sparse/linalg/_arnoldi.py)
//   ArnoldiScale    the next row = w / |w|
//
// An item of a pass is a block of columns of one member. Threads take columns to subtract, warps rows to multiply.
#pragma once
#include "core/block_total.h"
#include "sparse/csr_matmul.h"

namespace sci {

template <class T>
struct ArnoldiState {
  T* rows;         // (members, room, n): C, then the rows of V
  T* w;            // (members, n)
  T* H;            // (members, steps + 1, steps)
  T* B;            // (members, before, steps)
  T* work;         // (members, 3, room): h, left, and the vector that annihilates the columns of H
  double* report;  // (members, 3): the residual's share, 1 where stuck, 1 / |w|
  int64_t n, room, steps, before;
  int64_t step;

  SCI_HD int64_t count() const { return before + step + 1; }  // rows that there are
};

template <class T>
struct ArnoldiPass : ArnoldiState<T> {
  using R = real_of<T>;
  static constexpr int team_size = 256, length = 1024;
  T* parts;  // (members, room, blocks)
  int32_t* arrived;
  int64_t blocks;
  int pass;

  SCI_HD int64_t shared_bytes() const { return (length + this->room) * int64_t(sizeof(T)); }

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char* shared) const {
    const int64_t n = this->n, room = this->room, member = item / blocks, block = item - member * blocks;
    const int64_t begin = block * length;
    const int width = int(min(int64_t(length), n - begin)), count = int(this->count());
    const T* V = this->rows + member * room * n + begin;
    T *w = this->w + member * n + begin, *work = this->work + member * 3 * room;
    T *part = reinterpret_cast<T*>(shared), *h = part + length;
    if (pass > 0) copy(team, work + (pass - 1) * room, h, count);
    team.sync();
    T sums[1] = {T(0)};
    for (int i = team.lane; i < width; i += team.size) {
      T value = w[i];
      if (pass > 0) {
        T all = T(0);
#pragma unroll 4
        for (int j = 0; j < count; ++j) csr_add(all, h[j], V[j * n + i]);
        w[i] = value = value - all;
      }
      part[i] = value;
      csr_add(sums[0], conj(value), value);
    }
    team.sync();
    if (pass == 2) {
      if (block_total(team, sums, 1, parts + member * room * blocks, block, blocks, arrived + member) && team.lane == 0)
        finish(member, sqrt(real(sums[0])));
      return;
    }
    // A warp for each row: v_j^H w over the block's columns, then, by the last block, over all blocks.
    T* own_parts = parts + member * room * blocks;
    const int lane = team.lane % 32, warp = team.lane / 32, warps = team.size / 32;
    for (int j = warp; j < count; j += warps) {
      T sum = T(0);
#pragma unroll 4
      for (int i = lane; i < width; i += 32) csr_add(sum, conj(V[j * n + i]), part[i]);
      store_sum(sum, lane, own_parts + j * blocks + block);
    }
    if (!last_block(team, blocks, arrived + member)) return;
    for (int j = warp; j < count; j += warps) {
      T sum = T(0);
      for (int64_t i = lane; i < blocks; i += 32) sum += detail::written(own_parts + j * blocks + i);
      store_sum(sum, lane, work + pass * room + j);
    }
  }

  /// Stores the sum over a warp's lanes.
  __device__ static void store_sum(T sum, int lane, T* to) {
    for (int by = 16; by > 0; by >>= 1) sum += csr_shift_down(sum, by);
    if (lane == 0) *to = sum;
  }

  /// With h and c such that c^H H = 0 and c_0 = 1, the residual's share is 1 / |c| (Ayachour 2003).
  __device__ void finish(int64_t member, R after) const {
    const int64_t room = this->room, steps = this->steps, before = this->before, step = this->step;
    const T *h = this->work + member * 3 * room, *left = h + room;
    T* null = this->work + (member * 3 + 2) * room;
    double* report = this->report + member * 3;
    T missing = T(0);
    R largest = R(0);
    double size = double(after) * double(after), squares = 1;
    if (step == 0) null[0] = T(1);
    for (int64_t j = 0; j < before + step + 1; ++j) {
      const T value = h[j] + left[j];
      size += double(norm(complex<R>(value)));
      if (j < before) {
        this->B[(member * before + j) * steps + step] = value;
        continue;
      }
      const int64_t row = j - before;
      this->H[(member * (steps + 1) + row) * steps + step] = value;
      missing += null[row] * value;
      largest = max(largest, R(abs(value)));
      if (row > 0) squares += double(norm(complex<double>(complex<R>(null[row]))));
    }
    const bool small = double(after) <= double(limits<R>::epsilon) * sqrt(size);
    if (small) after = R(0);
    this->H[(member * (steps + 1) + step + 1) * steps + step] = T(after);
    const R eps = limits<R>::epsilon, huge = R(1) / (eps * eps * eps * eps);
    const bool flat = abs(missing) <= R(10) * eps * largest;
    const T next = !small ? -missing / T(after) : flat ? T(0) : T(huge);
    null[step + 1] = next;
    squares += double(norm(complex<double>(complex<R>(next))));
    report[0] = 1 / sqrt(squares);
    report[1] = small || (step > 0 && report[1] != 0) ? 1 : 0;
    report[2] = small ? 0 : 1 / double(after);
  }
#endif
};

template <class T>
struct ArnoldiScale : ArnoldiState<T> {
  SCI_HD void operator()(int64_t item) const {
    const int64_t member = item < this->n ? 0 : item / this->n, column = item - member * this->n;
    this->rows[(member * this->room + this->count()) * this->n + column] =
        real_of<T>(this->report[member * 3 + 2]) * this->w[item];
  }
};

}  // namespace sci
