// Banded and Toeplitz systems (linalg/banded_lu.h, banded_cholesky.h, levinson.h) side by side.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "linalg/substitution.h"
#include "ops/banded_jobs.h"
#include "ops/side_by_side.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// A diagonal of L matrices, `size` numbers from `in` on and from there `apart`, to every `step`-th number of x; past
/// the last of `present` matrices that one again.
template <class T>
void diagonal_to_lanes(const T* in, int64_t apart, int present, int64_t size, typename lane_number<T>::type* x,
                       int64_t step) {
  using R = real_of<T>;
  constexpr int L = lane_number<T>::L;
  constexpr int64_t parts = is_complex<T> ? 2 : 1;
  const R* from[L];
  for (int l = 0; l < L; ++l) from[l] = reinterpret_cast<const R*>(in + min(l, present - 1) * apart);
  R* to = reinterpret_cast<R*>(x);
  int64_t k = 0;
  for (; k + L <= parts * size; k += L) {
    typename FftVector<R>::W block[L];
    for (int l = 0; l < L; ++l) block[l] = FftVector<R>::at(from[l] + k);
    FftVector<R>::transpose(block);
    for (int q = 0; q < L; ++q)
      FftVector<R>::at(to + ((k + q) / parts * step * parts + (k + q) % parts) * L) = block[q];
  }
  for (; k < parts * size; ++k)
    for (int l = 0; l < L; ++l) to[(k / parts * step * parts + k % parts) * L + l] = from[l][k];
}
template <class T>
void diagonal_from_lanes(const typename lane_number<T>::type* x, int64_t step, T* out, int64_t apart, int present,
                         int64_t size) {
  using R = real_of<T>;
  constexpr int L = lane_number<T>::L;
  constexpr int64_t parts = is_complex<T> ? 2 : 1;
  const R* from = reinterpret_cast<const R*>(x);
  int64_t k = 0;
  for (; k + L <= parts * size; k += L) {
    typename FftVector<R>::W block[L];
    for (int q = 0; q < L; ++q)
      block[q] = FftVector<R>::at(from + ((k + q) / parts * step * parts + (k + q) % parts) * L);
    FftVector<R>::transpose(block);
    for (int l = 0; l < present; ++l) FftVector<R>::at(reinterpret_cast<R*>(out + l * apart) + k) = block[l];
  }
  for (; k < parts * size; ++k)
    for (int l = 0; l < present; ++l)
      reinterpret_cast<R*>(out + l * apart)[k] = from[(k / parts * step * parts + k % parts) * L + l];
}
template <class V>
void conjugate(V* x, int64_t size, int64_t step) {
  if constexpr (is_complex<V>)
    for (int64_t k = 0; k < size; ++k) x[k * step] = conj(x[k * step]);
}

/// What the tasks share: item k is the matrices from k L on.
template <class T>
struct LanesOf {
  using V = typename lane_number<T>::type;
  static constexpr int L = lane_number<T>::L;
  int64_t count;
  int present(int64_t item) const { return int(min(int64_t(L), count - item * L)); }
  void report(real_of<V> outcome, int64_t item, int32_t* info) const {
    for (int l = 0; l < present(item); ++l) info[item * L + l] = int32_t(outcome.v[l]);
  }
};

template <class T>
struct LanesBandedSolve : BandedSolveItem<T>, LanesOf<T> {
  using typename LanesOf<T>::V;
  using LanesOf<T>::L;
  using BandedSolveItem<T>::ab, BandedSolveItem<T>::b, BandedSolveItem<T>::x, BandedSolveItem<T>::info,
      BandedSolveItem<T>::n, BandedSolveItem<T>::m, BandedSolveItem<T>::l, BandedSolveItem<T>::u,
      BandedSolveItem<T>::adjoint;
  void operator()(int64_t item, real_of<T>* memory) const {
    const int64_t width = 2 * l + u + 1, size = (l + u + 1) * n;
    const int present = this->present(item);
    V *a = reinterpret_cast<V*>(memory), *y = a + n * width;
    const T* from = ab + item * L * size;
    for (int64_t k = 0; k < n * width; ++k) a[k] = V(real_of<V>(real_of<T>(0)));
    for (int64_t r = 0; r < l + u + 1; ++r) {
      const int64_t first = max(u - r, int64_t(0)), end = min(n, n + u - r);
      V* to = a + first * width + l + r;
      diagonal_to_lanes(from + (adjoint ? (l + u - r) * n + first + r - u : r * n + first), size, present,
                        max(end - first, int64_t(0)), to, width);
      if (adjoint) conjugate(to, end - first, width);
    }
    diagonal_to_lanes(b + item * L * n * m, n * m, present, n * m, y, 1);
    this->report(banded_lu_solve(a, y, n, m, l, u), item, info);
    diagonal_from_lanes(y, 1, x + item * L * n * m, n * m, present, n * m);
  }
};

template <class T>
struct LanesPositiveBanded : PositiveBandedItem<T>, LanesOf<T> {
  using typename LanesOf<T>::V;
  using LanesOf<T>::L;
  using PositiveBandedItem<T>::ab, PositiveBandedItem<T>::b, PositiveBandedItem<T>::factor, PositiveBandedItem<T>::x,
      PositiveBandedItem<T>::info, PositiveBandedItem<T>::n, PositiveBandedItem<T>::m, PositiveBandedItem<T>::w,
      PositiveBandedItem<T>::lower, PositiveBandedItem<T>::factored;
  void operator()(int64_t item, real_of<T>* memory) const {
    using R = real_of<V>;
    const int64_t width = w + 1, size = width * n;
    const int present = this->present(item);
    const BandForm form{n, w, lower};
    V *c = reinterpret_cast<V*>(memory), *y = c + n * width;
    for (int64_t r = 0; r <= w; ++r) {
      diagonal_to_lanes(ab + item * L * size + form.start(r), size, present, form.length(r), c + r, width);
      if (!lower) conjugate(c + r, form.length(r), width);
    }
    const R nothing = R(real_of<T>(0));
    R outcome = factored ? nothing : banded_ldl(c, n, w);
    if (factor) {
      cholesky_of_ldl(c, n, w);
      T* out = factor + item * L * size;
      for (int64_t r = 0; r <= w; ++r) {
        if (!lower && r > 0) conjugate(c + r, form.length(r), width);
        diagonal_from_lanes(c + r, width, out + form.start(r), size, present, form.length(r));
        for (int l = 0; l < present; ++l)
          for (int64_t j = 0; j < min(r, n); ++j) out[l * size + form.corner(r) + j] = T(0);
      }
    }
    if (x) {
      diagonal_to_lanes(b + item * L * n * m, n * m, present, n * m, y, 1);
      const R probes = banded_substitute(c, y, n, m, w, factored);
      outcome = choose(outcome == nothing, detail::banded_outcome(nothing, probes), outcome);
      diagonal_from_lanes(y, 1, x + item * L * n * m, n * m, present, n * m);
    }
    this->report(outcome, item, info);
  }
};

template <class T>
struct LanesLevinson : LevinsonItem<T>, LanesOf<T> {
  using typename LanesOf<T>::V;
  using LanesOf<T>::L;
  using LevinsonItem<T>::c, LevinsonItem<T>::b, LevinsonItem<T>::x, LevinsonItem<T>::info, LevinsonItem<T>::n,
      LevinsonItem<T>::m;
  void operator()(int64_t item, real_of<T>* memory) const {
    const int64_t size = 2 * n - 1, right = n * m;
    const int present = this->present(item);
    V *t = reinterpret_cast<V*>(memory), *given = t + 2 * n, *y = given + right, *work = y + right;
    diagonal_to_lanes(c + item * L * size, size, present, size, t, 1);
    diagonal_to_lanes(b + item * L * right, right, present, right, given, 1);
    this->report(levinson<V, PlainSums>(t, given, y, work, n, m), item, info);
    diagonal_from_lanes(y, 1, x + item * L * right, right, present, right);
  }
};

struct LanesSums {
  static constexpr bool turns = false;
  template <class T>
  static T of(const T* x, const T* y, int64_t k) {
    return lanes_dot(x, y, k);
  }
  template <class T>
  static void of(const T* last, const T* f, const T* x, int64_t k, T& ef, T& ex) {
    ef = lanes_dot(last, f, k);
    ex = lanes_dot(last, x, k);
  }
};
template <class T>
struct LevinsonAlone : LevinsonItem<T> {
  using LevinsonItem<T>::c, LevinsonItem<T>::b, LevinsonItem<T>::x, LevinsonItem<T>::info, LevinsonItem<T>::n,
      LevinsonItem<T>::m;
  void operator()(int64_t, real_of<T>* memory) const {
    *info = int32_t(levinson<T, LanesSums>(c, b, x, reinterpret_cast<T*>(memory), n, m));
  }
};

/// A task works on L matrices, in `numbers` vectors.
template <class T, class Task>
void run_banded(const Task& task, int64_t items, int64_t numbers, int64_t work) {
  using R = real_of<T>;
  auto piece = [&](int64_t begin, int64_t end) {
    Scratch<R> scratch(1, numbers);
    run_items(task, begin, end, scratch.get());
  };
  const int64_t grain = std::max<int64_t>(1, 65536 / (work + 1));
  items <= grain ? piece(0, items) : torch::stable::parallel_for(0, items, grain, piece);
}
template <class T, class Task>
void run_lanes(const Task& task, int64_t count, int64_t vectors, int64_t work) {
  constexpr int L = lane_number<T>::L;
  constexpr int64_t reals = sizeof(typename lane_number<T>::type) / sizeof(real_of<T>);
  run_banded<T>(task, (count + L - 1) / L, vectors * reals, L * work);
}

}  // namespace SCI_LANES_NAMESPACE

}  // namespace sci

#define SCI_LEVINSON_LANES(T)                                                                                  \
  template <>                                                                                                  \
  void sci::levinson_in_lanes<T, SCI_LANE_BYTES>(const LevinsonItem<T>& job, int64_t count) {                  \
    if (count == 1 && job.n > 64)                                                                              \
      return run_banded<T>(LevinsonAlone<T>{job}, 1, 4 * job.n * (sci::is_complex<T> ? 2 : 1), 65536);         \
    run_lanes<T>(LanesLevinson<T>{job, {count}}, count, job.n * (6 + 2 * job.m), job.n * job.n * (job.m + 2)); \
  }
SCI_LEVINSON_LANES(float)
SCI_LEVINSON_LANES(double)
SCI_LEVINSON_LANES(sci::complex<float>)
SCI_LEVINSON_LANES(sci::complex<double>)
