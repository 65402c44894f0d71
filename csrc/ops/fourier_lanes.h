// The CPU's Fourier transforms along one axis or several: which rows go side by side, and which one by one.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include "fft/fourier_rows.h"
#include "ops/fft_plan.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

/// A real transform's complex one, and its twiddles.
template <class T>
struct RealPlan {
  int64_t n;
  std::vector<T> re, im;  // exp(-2 pi i k / n), for even n
  std::shared_ptr<const FftPlan<T>> fft;

  explicit RealPlan(int64_t n_) : n(n_), fft(PlanCache<FftPlan<T>>::get(n_ % 2 ? n_ : n_ / 2)) {
    if (n % 2) return;
    const int64_t count = n / 4 + 1;
    re.resize(count + FftVector<T>::L);
    im.resize(re.size());
    FftRoots root(n, count);
    for (int64_t k = 0; k < count; ++k) {
      T value[2];
      root.write(k, value);
      re[k] = value[0];
      im[k] = value[1];
    }
  }
  bool is(int64_t length) const { return n == length; }
  int64_t numbers() const { return int64_t(2 * re.size()) + fft->numbers(); }
};

template <class T>
void long_row(const FftPlan<T>& plan, const FourierRule<T>& rule, FourierKind kind, const T* in, T* out) {
  const int64_t inner = rule.inner, part = rule.h + 16, own = fft_row_scratch(plan, kind);
  const bool before = kind == FourierKind::from_half && rule.even();
  Scratch<T> scratch(0, own + (before ? 2 * part : 0));
  T* memory = scratch.get();
  auto pairs = [&](const T* x, bool real, bool swapped) {
    return FourierPairs<T>{const_cast<T*>(x), 2 * inner, real ? inner : 1, swapped, rule.scale};
  };
  auto complex_row = [&](const auto& source, const FourierPairs<T>& to) {
    const FourierPairsSink<T> sink(to);
    fft_row(plan, memory, fft_input<T>(source), fft_output<T>(sink));
  };
  if (kind == FourierKind::complex) {
    complex_row(FourierPairsSource<T>(pairs(in, false, rule.inverse)), pairs(out, false, rule.inverse));
  } else if (kind == FourierKind::to_half && rule.even()) {
    complex_row(FourierPairsSource<T>(pairs(in, true, false)), pairs(out, false, false));
    const FourierAfter<T> after{rule, out, 2 * inner};
    sweep<T>(after, after.count());
  } else if (kind == FourierKind::to_half) {
    odd_row(plan, memory, FourierRealSource<T>{in, inner}, FourierHalfSink<T>{out, 2 * inner, rule});
  } else if (before) {
    T *re = memory + own, *im = re + part;
    const FourierBefore<T> task{rule, in, 2 * inner, re, im};
    sweep<T>(task, task.count());
    complex_row(FftPartsSource<T>(im, re), pairs(out, true, true));
  } else {
    odd_row_back(plan, memory, FourierHalfSource<T>{in, 2 * inner, rule}, FourierRealSink<T>{out, inner, rule.scale});
  }
}

template <class T, FourierKind Kind>
void transform_rows(const FftPlan<T>& plan, const FourierRule<T>& rule, const T* in, T* out, int64_t rows) {
  constexpr int L = FftVector<T>::L;
  const int64_t beside = plan.rows_beside(rows, rule.inner == 1);
  const bool odd = Kind != FourierKind::complex && !rule.even() && plan.odd;
  const FftPasses<T>* passes = plan.passes_of_rows(odd);
  if (beside > 0) {
    FourierShortRows<T, Kind> task{rule, passes, odd, in, out, beside};
    on_threads<T>(task, (beside + L - 1) / L, fft_work / (L * rule.n) + 1, L * passes->buffer());
  }
  if (beside == rows) return;
  const int64_t inner = rule.inner, from = Kind == FourierKind::from_half ? rule.half() : rule.n;
  const int64_t to = Kind == FourierKind::to_half ? rule.half() : rule.n;
  for (int64_t r = beside; r < rows; ++r) {
    const int64_t block = r / inner * inner, place = r % inner;
    long_row(plan, rule, Kind, in + (block * from + place) * (Kind == FourierKind::to_half ? 1 : 2),
             out + (block * to + place) * (Kind == FourierKind::from_half ? 1 : 2));
  }
}

/// A transform along one axis; rows of `n` numbers (of the longer side), `inner` apart.
template <class T>
void one_axis(FourierKind kind, const T* in, T* out, int64_t n, int64_t inner, int64_t rows, bool inverse, double scale,
              double middle) {
  FourierRule<T> rule{n, n, inner, inverse, T(scale), T(middle), nullptr, nullptr};
  if (kind == FourierKind::complex)
    return transform_rows<T, FourierKind::complex>(*PlanCache<FftPlan<T>>::get(n), rule, in, out, rows);
  const auto plan = PlanCache<RealPlan<T>>::get(n);
  if (n % 2 == 0) rule.h = n / 2;
  rule.wr = plan->re.data();
  rule.wi = plan->im.data();
  if (kind == FourierKind::to_half)
    transform_rows<T, FourierKind::to_half>(*plan->fft, rule, in, out, rows);
  else
    transform_rows<T, FourierKind::from_half>(*plan->fft, rule, in, out, rows);
}

/// Complex transforms along axes, from `in` to `out`, which may be the same.
template <class T>
void complex_axes(const T* in, T* out, const Size& size, const Size& axes, bool inverse, double scale) {
  const int64_t numbers = product(size, 0, size.size());
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t n = size[axes[i]], inner = product(size, axes[i] + 1, size.size());
    one_axis<T>(FourierKind::complex, i ? out : in, out, n, inner, numbers / n, inverse, i ? 1.0 : scale, 1.0);
  }
}

template <class T>
void fourier(const FourierJob& job) {
  const T* in = static_cast<const T*>(job.in);
  T* out = static_cast<T*>(job.out);
  const Size& axes = job.axes;
  const int64_t out_numbers = product(job.out_size, 0, job.out_size.size());
  want_large_pages(out, size_t(job.kind == FourierKind::from_half ? 1 : 2) * out_numbers * sizeof(T));
  if (job.kind == FourierKind::complex) return complex_axes<T>(in, out, job.size, axes, job.inverse, job.scale);
  const int64_t last = axes.back(), inner = product(job.size, last + 1, job.size.size());
  const int64_t n = job.kind == FourierKind::to_half ? job.size[last] : job.out_size[last];
  const int64_t rows = product(job.size, 0, job.size.size()) / job.size[last];
  const Size others(axes.begin(), axes.end() - 1);
  if (job.kind == FourierKind::to_half) {
    one_axis<T>(job.kind, in, out, n, inner, rows, job.inverse, job.scale, job.middle);
    return complex_axes<T>(out, out, job.out_size, others, job.inverse, 1.0);
  }
  if (!others.empty()) {
    T* between = static_cast<T*>(job.between);
    want_large_pages(between, size_t(2) * rows * job.size[last] * sizeof(T));
    complex_axes<T>(in, between, job.size, others, job.inverse, 1.0);
    in = between;
  }
  one_axis<T>(job.kind, in, out, n, inner, rows, job.inverse, job.scale, job.middle);
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
