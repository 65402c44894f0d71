// What is asked of csrc/ops/linalg_lanes_gradients_*.cpp: gradients of decompositions of small matrices.
#pragma once
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

  int64_t out_size() const { return kind == GradientKind::eig && option ? n * n : n * n * parts; }
  /// Numbers of type T that one matrix takes.
  int64_t memory() const {
    int64_t reals = 0;
    for (int64_t s : size) reals += s;
    return (reals + parts - 1) / parts + n * (4 * n + 1);
  }

  /// The gradient of one matrix, or of one in each lane, with its arrays one after the other at `from`; `to` becomes
  /// where it stands. Returned is the rule's flag.
  template <class V>
  SCI_HD real_of<V> run(real_of<V>* from, real_of<V>** to) const {
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
    switch (kind) {
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
      if (kind == GradientKind::eig) {
        eig_gradient<V>(number(0), number(1), number(2), number(3), out, work, n, judged, &flag);
        for (int64_t k = 0; k < n * n && option; ++k) from[k] = out[k].re;
      }
    return flag;
  }
};

/// With vectors of so many bytes: 64 only where cpu_level() is 2, 32 where it is 1 or this is no x86.
template <class T, int bytes>
void gradients_in_lanes(const GradientJob<T>& job);

}  // namespace sci
