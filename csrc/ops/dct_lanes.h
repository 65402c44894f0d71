// The CPU's cosine and sine transforms along axes: which rows go side by side, and which one by one.
#pragma once
#define SCI_LANES_ONLY_WIDE  // before fft/lanes.h
#include <utility>

#include "fft/dct_halves.h"
#include "ops/dct_plan.h"

namespace sci {
inline namespace SCI_LANES_NAMESPACE {

template <class T, int Kind>
void transform_rows(const DctPlan<T, true>& plan, const DctRule<T>& rule, const T* in, T* out, int64_t rows) {
  constexpr int L = FftVector<T>::L;
  const FftPlan<T>& fft = *plan.fft;
  const int64_t beside = fft.rows_beside(rows, rule.stride == 1);
  const bool odd = Kind > 20 && fft.odd;
  const FftPasses<T>* passes = fft.passes_of_rows(odd);
  if (beside > 0) {
    DctShortRows<T, Kind> task{rule, passes, odd, in, out, beside};
    on_threads<T>(task, (beside + L - 1) / L, fft_work / (L * rule.n) + 1, task.size());
  }
  if (beside == rows) return;
  const FourierKind side = Kind == 23  ? FourierKind::from_half
                           : Kind > 20 ? FourierKind::to_half
                                       : FourierKind::complex;
  const int64_t part = rule.h + 16, own = fft_row_scratch(fft, side);
  Scratch<T> scratch(0, own + 2 * part);
  T *memory = scratch.get(), *re = memory + own, *im = re + part;
  const FftPartsSink<T> sink(re, im);
  auto run = [&](const auto& source) {
    if constexpr (Kind == 23)
      odd_row_back(fft, memory, source, sink);
    else if constexpr (Kind > 20)
      odd_row(fft, memory, source, sink);
    else
      fft_row(fft, memory, fft_input<T>(source), fft_output<T>(sink));
  };
  for (int64_t r = beside; r < rows; ++r) {
    DctRow<T> row(rule, in, out, r, rows);
    bool swept = false;
    if constexpr (Kind == 3 || Kind == 4 || Kind == 23) {
      swept = !fft.chirp && rule.h >= plan.sweep_from;
      if (swept) {
        const DctLongBefore<T, Kind> before{row, re, im};
        sweep<T>(before, before.count());
        run(FftPartsSource<T>(re, im));
      }
    }
    if (!swept) run(DctLongSource<T, Kind>{row});
    sweep<T>(DctLongAfter<T, Kind>{row, re, im}, row.template steps<Kind>());
  }
}

/// Type 1 by halves down to this many numbers; the rest by its even or odd extension.
constexpr int64_t dct_halves_from = 512;

template <class T>
void one_axis(const DctJob& job, const T* in, T* out, int64_t n, int64_t inner, int64_t rows, double scale);

/// Type 1 of a length whose N is even (dct_halves.h). `in` may be `out`.
template <class T>
void by_halves(const DctJob& job, const T* in, T* out, int64_t n, int64_t inner, int64_t rows, double scale) {
  const bool sine = job.sine;
  const int64_t outer = rows / inner, whole = sine ? n + 1 : n - 1;
  // The odd parts, one behind the other, and the even parts in two places by turns.
  Scratch<T> scratch(2, 2 * (n + 2) * rows);
  T *at = scratch.get(), *odd[64], *even = at + (n + 1) * rows, *next = even + (n / 2 + 1) * rows;
  DctJob second = job;
  second.type = 2;
  second.end_in = second.end_out = 1;
  int levels = 0;
  int64_t left = whole, rest = n;
  for (const T* from = in; left % 2 == 0 && left >= dct_halves_from; from = even) {
    odd[levels++] = at;
    // A sine transform's places count from 1, so its odd ones are 0, 2, ...
    const DctPart<T> task{from, sine ? at : next, sine ? next : at, rest, inner};
    on_threads<T>(task, outer * task.pieces(), fft_work / (2 * task.chunk * inner) + 1, 0);
    std::swap(even, next);
    left /= 2;
    rest = sine ? left - 1 : left + 1;
    at += left * rows;
  }
  for (int l = 0; l < levels; ++l) one_axis<T>(second, odd[l], odd[l], whole >> (l + 1), inner, rows, scale);
  DctJob first = job;
  first.end_out = 1;
  one_axis<T>(first, even, even, rest, inner, rows, scale);
  for (int l = levels; l-- > 0;) {
    const bool deepest = l == levels - 1;
    const DctMerge<T> task{
        deepest ? even : out,          odd[l], out, whole >> (l + 1), n, deepest ? rest : n, inner, sine,
        l == 0 ? T(job.end_out) : T(1)};
    on_threads<T>(task, outer * task.pieces(), fft_work / min(task.chunk, task.half * inner) + 1, 0);
  }
}

template <class T>
void one_axis(const DctJob& job, const T* in, T* out, int64_t n, int64_t inner, int64_t rows, double scale) {
  const int64_t whole = job.sine ? n + 1 : n - 1;
  if (job.type == 1 && whole % 2 == 0 && whole >= dct_halves_from)
    return by_halves(job, in, out, n, inner, rows, scale);
  const int kind = job.type > 1 && n % 2 ? job.type + 20 : job.type;
  auto plan = dct_plan<T, true>(kind, job.odd(), n);
  const DctRule<T> rule{n,        plan->h,       inner,          job.odd(),          job.before(), job.after(),
                        T(scale), T(job.end_in), T(job.end_out), plan->table.data(), plan->part};
  switch (kind) {
    case 1: return transform_rows<T, 1>(*plan, rule, in, out, rows);
    case 2: return transform_rows<T, 2>(*plan, rule, in, out, rows);
    case 3: return transform_rows<T, 3>(*plan, rule, in, out, rows);
    case 4: return transform_rows<T, 4>(*plan, rule, in, out, rows);
    case 22: return transform_rows<T, 22>(*plan, rule, in, out, rows);
    case 23: return transform_rows<T, 23>(*plan, rule, in, out, rows);
    default: return transform_rows<T, 24>(*plan, rule, in, out, rows);
  }
}

template <class T>
void cosine(const DctJob& job) {
  const T* in = static_cast<const T*>(job.in);
  T* out = static_cast<T*>(job.out);
  const size_t dims = job.size.size();
  const int64_t numbers = product(job.size, 0, dims);
  want_large_pages(out, size_t(numbers) * sizeof(T));
  double scale = job.scale;
  for (int64_t axis : job.axes) {
    const int64_t n = job.size[axis];
    one_axis<T>(job, in, out, n, product(job.size, axis + 1, dims), numbers / n, scale);
    in = out;
    scale = 1;
  }
}

}  // namespace SCI_LANES_NAMESPACE
}  // namespace sci
