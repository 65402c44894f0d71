// What is asked of batches of gradients of small matrices (linalg/gradients.h), and those of at most 4 columns on a
// GPU.
//
// A lane has a whole matrix there, as a team's tiles would leave lanes idle: in shared memory, an odd number of words
// from its neighbour's. 32 of them come and go as one piece, of which neighbouring lanes move neighbouring numbers.
#pragma once
#include "core/team.h"
#include "linalg/gradients.h"

namespace sci {

/// Arrays of one kind hold so many real numbers for each matrix; those that a rule has no gradient for are null.
template <class T>
struct GradientJob {
  using R = real_of<T>;
  static constexpr int64_t parts = int64_t(sizeof(T) / sizeof(R));
  const R* in[6] = {};
  int64_t size[6] = {};
  R* out = nullptr;
  int32_t* flags = nullptr;
  int64_t n = 0, count = 0;
  GradientKind kind = GradientKind::eigh;
  bool option = false;  // eig: real matrices, cholesky: an upper factor
  bool judged = false;  // whether matrices are flagged that may depend on the basis of vectors of equal values

  SCI_HD int64_t out_size() const { return kind == GradientKind::eig && option ? n * n : n * n * parts; }
  /// Real numbers of what is read of one matrix.
  SCI_HD int64_t given() const { return size[0] + size[1] + size[2] + size[3] + size[4] + size[5]; }
  /// Numbers of type T that one matrix takes.
  SCI_HD int64_t memory() const {
    const int64_t work = kind == GradientKind::eigh ? n + 1 : 3 * n + 2;
    return (given() + parts - 1) / parts + n * (n + work);
  }

  /// The gradient of one matrix, or of one in each lane, with its arrays one after the other at `from`; `to` becomes
  /// where it stands. Returned is the rule's flag; `what` is the kind.
  template <class V>
  SCI_HD real_of<V> run(GradientKind what, real_of<V>* from, real_of<V>** to) const {
    using X = real_of<V>;
    X* part[6];
    for (int k = 0; k < 6; ++k) {
      part[k] = in[k] ? from : nullptr;
      from += size[k];
    }
    V *out = reinterpret_cast<V*>(from), *work = out + n * n;
    *to = from;
    const auto number = [&](int k) { return reinterpret_cast<V*>(part[k]); };
    // Flags come by a pointer: GCC laid Pack out for an instruction set without vectors of 32 bytes, and of one that a
    // function returns by value the upper half is lost.
    X flag = X(0);
    switch (what) {
      case GradientKind::eigh:
        eigh_gradient<V>(part[0], number(1), part[2], number(3), out, work, n, judged, &flag);
        break;
      case GradientKind::svd:
        svd_gradient<V>(number(0), part[1], number(2), number(3), part[4], number(5), out, work, n, judged, &flag);
        break;
      case GradientKind::cholesky:
        if (option)
          for (int k = 0; k < 2; ++k) {
            detail::adjoint_of(number(k), work, n);
            for (int64_t i = 0; i < n * n; ++i) number(k)[i] = work[i];
          }
        cholesky_gradient<V>(number(0), number(1), out, work, n, &flag);
        break;
      case GradientKind::qr: qr_gradient<V>(number(0), number(1), number(2), number(3), out, work, n, &flag); break;
      case GradientKind::det: det_gradient<V>(number(0), number(1), out, work, n, &flag); break;
      case GradientKind::inverse: inverse_gradient<V>(number(0), number(1), out, work, n); break;
      case GradientKind::lu: lu_gradient<V>(number(0), number(1), part[2], out, n, &flag); break;
      case GradientKind::eig: break;
    }
    if constexpr (is_complex<V>)
      if (what == GradientKind::eig) {
        eig_gradient<V>(number(0), number(1), number(2), number(3), out, work, n, judged, &flag);
        for (int64_t k = 0; k < n * n && option; ++k) from[k] = out[k].re;
      }
    return flag;
  }
};

/// 32 of the matrices per item, on CUDA alone.
template <GradientKind what, class T>
struct GradientLanes : GradientJob<T> {
  using R = real_of<T>;
  static constexpr int team_size = 32;

  SCI_HD int64_t room() const { return this->memory() * this->parts | 1; }
  SCI_HD int64_t shared_bytes() const { return team_size * room() * int64_t(sizeof(R)); }
  /// f(place in memory, place in shared memory) for `size` real numbers of each matrix, in shared memory from `at` on.
  template <class F>
  SCI_HD void each(Team team, int64_t item, int64_t size, int64_t at, const F& f) const {
    const int64_t first = item * team_size;
    const int numbers = int(size), step = int(room());
    for_entries(team, int(min(this->count - first, int64_t(team_size))) * numbers, numbers,
                [&](int k, int matrix, int number) { f(first * size + k, at + matrix * step + number); });
  }
  SCI_HD void team(int64_t item, Team team, char* shared) const {
    R* all = reinterpret_cast<R*>(shared);
    int64_t at = 0;
    for (int k = 0; k < 6; at += this->size[k++])
      if (const R* from = this->in[k]; from && this->size[k])
        each(team, item, this->size[k], at, [&](int64_t there, int64_t here) { all[here] = from[there]; });
    team.sync();
    const int64_t own = item * team_size + team.lane;
    if (own < this->count) {
      R* found;
      this->flags[own] = this->template run<T>(what, all + team.lane * room(), &found) > R(0);
    }
    team.sync();
    R* to = this->out;
    each(team, item, this->out_size(), at, [&](int64_t there, int64_t here) { to[there] = all[here]; });
  }
};

}  // namespace sci
