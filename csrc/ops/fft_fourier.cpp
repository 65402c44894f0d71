// The operator behind sci.fft's Fourier transforms, over one axis or several.
//
// On the CPU rows go through our own complex transform (lanes_fft.h, long_fft.h): its plans are kept, while torch makes
// MKL plan each call anew, and it has AVX2 and AVX-512 on every processor that has them. On CUDA it is torch's (cuFFT);
// a second operator does the same on the CPU, and a third takes vectors of a width, for the tests.
#include "fft/fourier_weights.h"
#include "ops/fft_jobs.h"
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

/// `bytes`: of the vectors on the CPU, or 0 for torch's transform.
Tensor transform(const Tensor& given, const Size& places, const Arguments& a, int bytes) {
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
    if (bytes == 0) return torch_transform<T>(x, size, out_size, axes, a);
    Tensor out = empty_as(x, out_size, out_type);
    Tensor between = to_real && axes.size() > 1 ? empty_as(x, size) : out;
    const FourierJob job{a.kind,
                         a.inverse,
                         a.scale,
                         a.middle,
                         size,
                         out_size,
                         axes,
                         x.const_data_ptr(),
                         out.mutable_data_ptr(),
                         between.mutable_data_ptr()};
    if (bytes == 64)
      fourier_in_lanes<T, 64>(job);
    else
      fourier_in_lanes<T, 32>(job);
    return out;
  };
  return wide ? compute(type_tag<double>{}) : compute(type_tag<float>{});
}

Tensor fourier_transform(const Tensor& x, std::vector<int64_t> axes, int64_t kind, bool inverse, bool odd, double scale,
                         double middle) {
  return transform(x, axes, {FourierKind(kind), inverse, odd, scale, middle}, x.is_cuda() ? 0 : lane_bytes());
}
Tensor fourier_transform_by_torch(const Tensor& x, std::vector<int64_t> axes, int64_t kind, bool inverse, bool odd,
                                  double scale, double middle) {
  return transform(x, axes, {FourierKind(kind), inverse, odd, scale, middle}, 0);
}
Tensor fourier_transform_of_width(const Tensor& x, std::vector<int64_t> axes, int64_t kind, bool inverse, bool odd,
                                  double scale, double middle, int64_t bytes) {
  STD_TORCH_CHECK(!x.is_cuda() && (bytes == 32 || bytes == 64) && bytes <= lane_bytes(),
                  "fourier_transform_of_width: no vectors of ", bytes, " bytes here");
  return transform(x, axes, {FourierKind(kind), inverse, odd, scale, middle}, int(bytes));
}

// A call on a short row costs more in passing seven arguments than in the transform: `code` is kind + 4 inverse + 8 odd
// + 16 (divide by the length), along the last axis.
Tensor fourier_row(const Tensor& x, int64_t code) {
  Size size(x.sizes().begin(), x.sizes().end()), out_size = size, axes{int64_t(size.size()) - 1};
  const FourierKind kind = FourierKind(code % 4);
  const bool odd = code & 8, to_real = kind == FourierKind::from_half;
  if (x.is_cuda() || lane_bytes() == 0 || !x.is_contiguous() || size.empty() || x.numel() == 0 ||
      (to_real && size.back() < 2 && !odd)) {
    const int64_t last = size.empty() ? 1 : size.back(), n = to_real ? 2 * (last - 1) + (odd ? 1 : 0) : last;
    return fourier_transform(x, {-1}, code % 4, code & 4, odd, code & 16 ? 1 / double(n) : 1.0, 1.0);
  }
  if (kind == FourierKind::to_half) out_size.back() = size.back() / 2 + 1;
  if (to_real) out_size.back() = 2 * (size.back() - 1) + (odd ? 1 : 0);
  const ScalarType given = x.scalar_type();
  const bool wide = given == ScalarType::Double || given == ScalarType::ComplexDouble;
  const bool real_in = given == ScalarType::Double || given == ScalarType::Float;
  STD_TORCH_CHECK((real_in || given == ScalarType::ComplexDouble || given == ScalarType::ComplexFloat) &&
                      real_in == (kind == FourierKind::to_half),
                  "fourier_row: dtype ", torch::headeronly::toString(given));
  const ScalarType real = wide ? ScalarType::Double : ScalarType::Float;
  Tensor out = empty_as(x, out_size, to_real ? real : wide ? ScalarType::ComplexDouble : ScalarType::ComplexFloat);
  const double scale = code & 16 ? 1 / double(to_real ? out_size.back() : size.back()) : 1.0;
  const void* in = x.const_data_ptr();
  void* to = out.mutable_data_ptr();
  const FourierJob job{kind, bool(code & 4), scale, 1.0, std::move(size), std::move(out_size), std::move(axes), in,
                       to,   nullptr};
  if (wide)
    lane_bytes() == 64 ? fourier_in_lanes<double, 64>(job) : fourier_in_lanes<double, 32>(job);
  else
    lane_bytes() == 64 ? fourier_in_lanes<float, 64>(job) : fourier_in_lanes<float, 32>(job);
  return out;
}

#define SCI_TRANSFORM_ARGUMENTS "(Tensor x, int[] axes, int kind, bool inverse, bool odd, float scale, float middle"
SCI_OPERATOR("fourier_transform" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", fourier_transform)
SCI_OPERATOR("fourier_row(Tensor x, int code) -> Tensor", fourier_row)
SCI_OPERATOR("fourier_transform_by_torch" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", fourier_transform_by_torch)
SCI_OPERATOR("fourier_transform_of_width" SCI_TRANSFORM_ARGUMENTS ", int bytes) -> Tensor", fourier_transform_of_width)

}  // namespace
}  // namespace sci
