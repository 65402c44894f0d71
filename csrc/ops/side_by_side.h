// Matrices of a batch side by side on the CPU's lanes: where the numbers of one stand, and how items run on threads. A
// unit that includes this works with vectors of SCI_LANE_BYTES (fft/lanes.h).
#pragma once
#include "core/pack.h"
#include "fft_threads.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T>
struct lane_number {
  static constexpr int L = SCI_LANE_BYTES / sizeof(T);
  using type = Pack<T, L>;
};
template <class T>
struct lane_number<complex<T>> {
  static constexpr int L = lane_number<T>::L;
  using type = complex<Pack<T, L>>;
};

/// Twice as many.
template <class T>
struct twin_number {
  static constexpr int L = 2 * lane_number<T>::L;
  using type = Twin<typename lane_number<T>::type>;
};
template <class T>
struct twin_number<complex<T>> {
  static constexpr int L = twin_number<T>::L;
  using type = complex<typename twin_number<T>::type>;
};

/// The numbers of matrix `l` among those side by side in x.
template <class T, class Number = lane_number<T>>
struct Lane {
  using R = real_of<T>;
  static constexpr int L = Number::L;
  using V = typename Number::type;
  R* x;
  Lane(V* first, int l) : x(reinterpret_cast<R*>(first) + l) {}
  T get(int64_t k) const {
    if constexpr (is_complex<T>)
      return {x[2 * k * L], x[(2 * k + 1) * L]};
    else
      return x[k * L];
  }
  void set(int64_t k, T value) const {
    if constexpr (is_complex<T>) {
      x[2 * k * L] = value.re;
      x[(2 * k + 1) * L] = value.im;
    } else {
      x[k * L] = value;
    }
  }
};
/// The same of real numbers.
template <class T>
const real_of<T>* lane_of_reals(const real_of<typename lane_number<T>::type>* first, int l) {
  return reinterpret_cast<const real_of<T>*>(first) + l;
}

/// `size` real numbers of each of L matrices, from number `first` of `count` on, to the lanes of x; past the end the
/// last matrix again.
template <class R>
void to_lanes(const R* in, int64_t first, int64_t count, int64_t size, R* x) {
  constexpr int L = FftVector<R>::L;
  int64_t k = 0;
  for (; k + L <= size; k += L) {
    typename FftVector<R>::W block[L];
    for (int l = 0; l < L; ++l) block[l] = FftVector<R>::at(in + min(first + l, count - 1) * size + k);
    FftVector<R>::transpose(block);
    for (int q = 0; q < L; ++q) FftVector<R>::at(x + (k + q) * L) = block[q];
  }
  for (; k < size; ++k)
    for (int l = 0; l < L; ++l) x[k * L + l] = in[min(first + l, count - 1) * size + k];
}
template <class R>
void from_lanes(const R* x, int64_t first, int64_t count, int64_t size, R* out) {
  constexpr int L = FftVector<R>::L;
  int64_t k = 0;
  for (; k + L <= size; k += L) {
    typename FftVector<R>::W block[L];
    for (int q = 0; q < L; ++q) block[q] = FftVector<R>::at(x + (k + q) * L);
    FftVector<R>::transpose(block);
    for (int l = 0; l < L && first + l < count; ++l) FftVector<R>::at(out + (first + l) * size + k) = block[l];
  }
  for (; k < size; ++k)
    for (int l = 0; l < L && first + l < count; ++l) out[(first + l) * size + k] = x[k * L + l];
}

/// A task works on `L` matrices, in `vectors` numbers.
template <class T, class Number = lane_number<T>, class Task>
void run_side_by_side(const Task& task, int64_t count, int64_t vectors, int64_t work) {
  constexpr int L = Number::L;
  int64_t numbers = vectors * int64_t(sizeof(typename Number::type) / sizeof(real_of<T>));
  on_threads<real_of<T>>(task, (count + L - 1) / L, std::max<int64_t>(1, 65536 / (L * work + 1)), numbers);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
