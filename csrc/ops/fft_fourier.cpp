// The operator behind sci.fft's Fourier transforms, over one axis or several.
//
// On the CPU rows go through our own complex transform (lanes_fft.h, long_fft.h): its plans are kept, while torch makes
// MKL plan each call anew, and it has AVX2 on every processor that has it. On CUDA it is torch's (cuFFT); a second
// operator does the same on the CPU, for the tests.
#include "fft/fourier_rows.h"
#include "fft/fourier_weights.h"
#include "ops/fft_plan.h"
#include "ops/fft_torch.h"

SCI_KERNEL("fft/fourier_weights.h", sci::FourierWeights<float>)
SCI_KERNEL("fft/fourier_weights.h", sci::FourierWeights<double>)

namespace sci {
namespace {

struct Arguments {
  FourierKind kind;
  bool inverse, odd;  // odd: of the real numbers that a half spectrum stands for
  double scale, middle;
};

// ---- our own transform, on the CPU ---------------------------------------------------------------------------------

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
  const int64_t inner = rule.inner, part = rule.h + 16, own = fft_row_scratch(plan);
  const bool before = kind == FourierKind::from_half && rule.even();
  Scratch<T> scratch(0, own + (before ? 2 * part : 0));
  T* memory = scratch.get();
  auto pairs = [&](const T* x, bool real, bool swapped) {
    return FourierPairs<T>{const_cast<T*>(x), 2 * inner, real ? inner : 1, swapped, rule.scale};
  };
  if (kind == FourierKind::complex) {
    fft_row(plan, memory, FourierPairsSource<T>(pairs(in, false, rule.inverse)),
            FourierPairsSink<T>(pairs(out, false, rule.inverse)));
  } else if (kind == FourierKind::to_half && rule.even()) {
    fft_row(plan, memory, FourierPairsSource<T>(pairs(in, true, false)), FourierPairsSink<T>(pairs(out, false, false)));
    const FourierAfter<T> after{rule, out, 2 * inner};
    sweep<T>(after, after.count());
  } else if (kind == FourierKind::to_half) {
    fft_row(plan, memory, FourierRealSource<T>{in, inner}, FourierHalfSink<T>{out, 2 * inner, rule});
  } else if (before) {
    T *re = memory + own, *im = re + part;
    const FourierBefore<T> task{rule, in, 2 * inner, re, im};
    sweep<T>(task, task.count());
    fft_row(plan, memory, FftPartsSource<T>(im, re), FourierPairsSink<T>(pairs(out, true, true)));
  } else {
    fft_row(plan, memory, FourierHalfSource<T>{in, 2 * inner, rule}, FourierRealSink<T>{out, inner, rule.scale});
  }
}

template <class T, FourierKind Kind>
void transform_rows(const FftPlan<T>& plan, const FourierRule<T>& rule, const T* in, T* out, int64_t rows) {
  constexpr int L = FftVector<T>::L;
  if (plan.passes && (rows >= L - 1 || (rows > 1 && !plan.split))) {
    FourierShortRows<T, L, Kind> task{rule, &plan.passes->passes, in, out, rows};
    return on_threads<T>(task, (rows + L - 1) / L, fft_work / (L * rule.n) + 1, 4 * L * (rule.h + 8));
  }
  if (!plan.split) {
    FourierShortRows<T, 1, Kind> task{rule, &plan.passes->passes, in, out, rows};
    return on_threads<T>(task, rows, fft_work / rule.n + 1, 4 * (rule.h + 8));
  }
  const int64_t inner = rule.inner, from = Kind == FourierKind::from_half ? rule.half() : rule.n;
  const int64_t to = Kind == FourierKind::to_half ? rule.half() : rule.n;
  for (int64_t r = 0; r < rows; ++r) {
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

using Size = std::vector<int64_t>;

int64_t product(const Size& size, size_t from, size_t to) {
  int64_t p = 1;
  for (size_t d = from; d < to; ++d) p *= size[d];
  return p;
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
T* fresh(Tensor& x, int64_t numbers) {
  T* memory = static_cast<T*>(x.mutable_data_ptr());
  want_large_pages(memory, size_t(numbers) * sizeof(T));
  return memory;
}

template <class T>
void own_transform(const Tensor& x, Tensor& out, const Size& size, const Size& out_size, const Size& axes,
                   const Arguments& a) {
  const T* in = static_cast<const T*>(x.const_data_ptr());
  const int64_t complex_out = a.kind == FourierKind::from_half ? 1 : 2;
  T* to = fresh<T>(out, complex_out * product(out_size, 0, out_size.size()));
  if (a.kind == FourierKind::complex) return complex_axes<T>(in, to, size, axes, a.inverse, a.scale);
  const int64_t last = axes.back(), inner = product(size, last + 1, size.size());
  const int64_t n = a.kind == FourierKind::to_half ? size[last] : out_size[last], rows = x.numel() / size[last];
  const Size others(axes.begin(), axes.end() - 1);
  if (a.kind == FourierKind::to_half) {
    one_axis<T>(a.kind, in, to, n, inner, rows, a.inverse, a.scale, a.middle);
    return complex_axes<T>(to, to, out_size, others, a.inverse, 1.0);
  }
  if (others.empty()) return one_axis<T>(a.kind, in, to, n, inner, rows, a.inverse, a.scale, a.middle);
  Tensor between = empty_as(x, size);
  T* memory = fresh<T>(between, 2 * x.numel());
  complex_axes<T>(in, memory, size, others, a.inverse, 1.0);
  one_axis<T>(a.kind, memory, to, n, inner, rows, a.inverse, a.scale, a.middle);
}

// ---- torch's transform, on CUDA ------------------------------------------------------------------------------------

template <class T>
void weigh(Tensor& x, const Size& size, int64_t axis, int64_t n, double scale, double middle, bool conjugate,
           bool clear) {
  FourierWeights<T> body{data<complex<T>>(x), size[axis], product(size, axis + 1, size.size()), n, T(scale), T(middle),
                         conjugate,           clear};
  parallel_for(x, x.numel(), body);
}

template <class T>
Tensor torch_transform(const Tensor& x, const Size& size, const Size& out_size, const Size& axes, const Arguments& a) {
  const int64_t last = axes.back();
  if (a.kind == FourierKind::complex) {
    Tensor out = complex_fft(x, axes, !a.inverse);
    if (a.scale != 1) weigh<T>(out, size, last, 0, a.scale, 1, false, false);
    return out;
  }
  if (a.kind == FourierKind::to_half) {
    Tensor out = real_to_half(x, axes);
    if (a.scale != 1 || a.middle != 1 || a.inverse)
      weigh<T>(out, out_size, last, size[last], a.scale, a.middle, a.inverse, false);
    return out;
  }
  const Size others(axes.begin(), axes.end() - 1);
  Tensor half = others.empty() ? torch::stable::clone(x) : complex_fft(x, others, !a.inverse);
  // cuFFT's result depends, for some lengths, on imaginary parts that have no place in the transform of real numbers.
  weigh<T>(half, size, last, out_size[last], a.scale, a.middle, !a.inverse, true);
  return half_to_real(half, last, out_size[last]);
}

// ---- the operator ----------------------------------------------------------------------------------------------

Tensor transform(const Tensor& given, const Size& places, const Arguments& a, bool own) {
  const int64_t dims = given.dim();
  Size size(given.sizes().begin(), given.sizes().end()), axes, out_size = size;
  STD_TORCH_CHECK(!places.empty(), "fourier_transform: no axes");
  for (int64_t axis : places) {
    STD_TORCH_CHECK(axis < 0 && axis >= -dims, "fourier_transform: no axis ", axis);
    axes.push_back(axis + dims);
    STD_TORCH_CHECK(size[axes.back()] >= 1, "fourier_transform: length 0");
  }
  const int64_t last = axes.back();
  const bool to_real = a.kind == FourierKind::from_half;
  if (a.kind == FourierKind::to_half) out_size[last] = size[last] / 2 + 1;
  if (to_real) out_size[last] = 2 * (size[last] - 1) + (a.odd ? 1 : 0);
  STD_TORCH_CHECK(out_size[last] >= 1, "fourier_transform: length 0");
  const ScalarType in_type = given.scalar_type();
  const bool wide = in_type == ScalarType::Double || in_type == ScalarType::ComplexDouble;
  const ScalarType real = wide ? ScalarType::Double : ScalarType::Float;
  const ScalarType cplx = wide ? ScalarType::ComplexDouble : ScalarType::ComplexFloat;
  STD_TORCH_CHECK(in_type == (a.kind == FourierKind::to_half ? real : cplx), "fourier_transform: dtype ",
                  torch::headeronly::toString(in_type));
  Tensor x = given.is_contiguous() ? given : torch::stable::contiguous(given);
  const ScalarType out_type = to_real ? real : cplx;
  if (x.numel() == 0) return empty_as(x, out_size, out_type);
  auto compute = [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (!own) return torch_transform<T>(x, size, out_size, axes, a);
    Tensor out = empty_as(x, out_size, out_type);
    own_transform<T>(x, out, size, out_size, axes, a);
    return out;
  };
  return wide ? compute(type_tag<double>{}) : compute(type_tag<float>{});
}

Tensor fourier_transform(const Tensor& x, std::vector<int64_t> axes, int64_t kind, bool inverse, bool odd, double scale,
                         double middle) {
  return transform(x, axes, {FourierKind(kind), inverse, odd, scale, middle}, !x.is_cuda());
}
Tensor fourier_transform_by_torch(const Tensor& x, std::vector<int64_t> axes, int64_t kind, bool inverse, bool odd,
                                  double scale, double middle) {
  return transform(x, axes, {FourierKind(kind), inverse, odd, scale, middle}, false);
}

#define SCI_TRANSFORM_ARGUMENTS \
  "(Tensor x, int[] axes, int kind, bool inverse, bool odd, float scale, float middle) -> Tensor"
SCI_OPERATOR("fourier_transform" SCI_TRANSFORM_ARGUMENTS, fourier_transform)
SCI_OPERATOR("fourier_transform_by_torch" SCI_TRANSFORM_ARGUMENTS, fourier_transform_by_torch)

}  // namespace
}  // namespace sci
