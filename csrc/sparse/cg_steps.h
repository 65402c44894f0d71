// Iterations of conjugate gradients on CUDA, on compressed rows for matrix and preconditioner, for several right-hand
// sides at once: three kernels each, a fourth with a preconditioner, and no wait for the host between them.
//
//   CgTimes    q = A p, p^H q          an item is a block of rows
//   CgReduce   r = r - alpha q, r^H r  an item is a block of r
//   CgTimes    z = M r, r^H z          without M, z is r
//   CgAdvance  x = x + alpha p, p = z + beta p, one pass for both; an item is an element
//
// x is one step behind, as in csr_cg.h. The block that is the last to arrive adds up the blocks' parts of an inner
// product, in their order, and makes of it the factors of the next step: results do not depend on which one that is. A
// system that is done stands still, whatever is launched after: the host may look as late as it likes.
#pragma once
#include "core/block_total.h"
#include "core/team.h"
#include "sparse/csr_matmul.h"

namespace sci {

enum CgNumber : int { cg_square, cg_rho, cg_alpha, cg_beta, cg_numbers };
enum CgFlag : int { cg_active, cg_count, cg_arrived, cg_flags };

/// Re(conj(a) b).
template <class T>
SCI_HD T cg_product(T a, T b) {
  return a * b;
}
template <class T>
SCI_HD T cg_product(complex<T> a, complex<T> b) {
  return a.re * b.re + a.im * b.im;
}

template <class T>
struct CgSystems {
  using R = real_of<T>;
  static constexpr int team_size = 256;
  static constexpr int64_t most_blocks = 2048;
  T *x, *r, *p, *q, *z;  // (members, n)
  R* numbers;            // (members, cg_numbers)
  const double* limits;  // of r^H r
  int32_t* flags;        // (members, cg_flags)
  R* parts;              // (members, room)
  int64_t n, room;
  int64_t blocks;  // per member
  int32_t most;    // steps
  bool preconditioned;

  SCI_HD int64_t shared_bytes() const { return 0; }

#if SCI_DEVICE
  /// The sum of all blocks' parts goes to finish(numbers, flags, sum), once.
  template <class Finish>
  __device__ void total(int64_t member, int64_t block, Team team, R part, const Finish& finish) const {
    R sums[1] = {part};
    int32_t* flag = flags + member * cg_flags;
    if (!block_total(team, sums, 1, parts + member * room, block, blocks, flag + cg_arrived) || team.lane != 0) return;
    finish(numbers + member * cg_numbers, flag, sums[0]);
  }
#endif
};

/// `matrix` multiplies p, or, where it is the preconditioner, r.
template <class T, class I>
struct CgTimes : CgSystems<T> {
  using R = real_of<T>;
  CsrMatvecWarp<T, I> matrix;
  bool second;  // the preconditioner

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char*) const {
    const int64_t member = item / this->blocks, block = item - member * this->blocks;
    if (!this->flags[member * cg_flags + cg_active]) return;
    const T* from = (second ? this->r : this->p) + member * this->n;
    T* to = (second ? this->z : this->q) + member * this->n;
    const int64_t warps = this->blocks * (team.size / 32);
    R part = R(0);
    SCI_NO_UNROLL
    for (int64_t piece = block * (team.size / 32) + team.lane / 32; piece < matrix.pieces; piece += warps)
      matrix.some_rows(piece, team.lane % 32, matrix.data, from, [&](int64_t row, T value) {
        to[row] = value;
        part += cg_product(from[row], value);
      });
    const bool is_second = second;
    this->total(member, block, team, part, [is_second](R* number, int32_t* flag, R sum) {
      if (is_second) {
        number[cg_beta] = number[cg_rho] == R(0) ? R(0) : sum / number[cg_rho];
        number[cg_rho] = sum;
      } else {
        const bool whole = sum != R(0);
        number[cg_alpha] = whole ? number[cg_rho] / sum : R(0);
        if (!whole) flag[cg_active] = 0;
      }
    });
  }
#endif
};

template <class T>
struct CgReduce : CgSystems<T> {
  using R = real_of<T>;

#if SCI_DEVICE
  __device__ void team(int64_t item, Team team, char*) const {
    const int64_t member = item / this->blocks, block = item - member * this->blocks;
    if (!this->flags[member * cg_flags + cg_active]) return;
    const R alpha = this->numbers[member * cg_numbers + cg_alpha];
    T* r = this->r + member * this->n;
    const T* q = this->q + member * this->n;
    R part = R(0);
    // Four at a time, so that a thread does not wait for each.
    SCI_NO_UNROLL
    for (int64_t i = block * team.size + team.lane; i < this->n; i += 4 * this->blocks * team.size)
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        const int64_t j = i + k * this->blocks * team.size;
        if (j >= this->n) continue;
        const T rest = r[j] - alpha * q[j];
        r[j] = rest;
        part += cg_product(rest, rest);
      }
    const double limit = this->limits[member];
    const bool second = this->preconditioned;
    const int32_t most = this->most;
    this->total(member, block, team, part, [limit, second, most](R* number, int32_t* flag, R sum) {
      number[cg_square] = sum;
      if (!second) {
        number[cg_beta] = sum / number[cg_rho];
        number[cg_rho] = sum;
      }
      if (++flag[cg_count] >= most || !(double(sum) > limit) || !isfinite(sum)) flag[cg_active] = 0;
    });
  }
#endif
};

template <class T>
struct CgAdvanceAll : CgSystems<T> {
#if SCI_DEVICE
  __device__ void operator()(int64_t item) const {
    const int64_t member = item < this->n ? 0 : item / this->n;
    if (!this->flags[member * cg_flags + cg_active]) return;
    const auto* number = this->numbers + member * cg_numbers;
    const T p = this->p[item];
    this->x[item] = this->x[item] + number[cg_alpha] * p;
    this->p[item] = this->z[item] + number[cg_beta] * p;
  }
#endif
};

}  // namespace sci
