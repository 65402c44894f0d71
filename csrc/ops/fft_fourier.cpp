// The operator behind sci.fft's Fourier transforms, over one axis or several.
//
// On the CPU rows go through our own complex transform (lanes_fft.h, long_fft.h): its plans are kept, while torch makes
// MKL plan each call anew, and it has AVX2 and AVX-512 on every processor that has them. On CUDA it is torch's (cuFFT);
// a second operator does the same on the CPU, and a third takes vectors of a width, for the tests.
#include "fft/fourier_weights.h"
#include "ops/fft_brief.h"
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
void weigh(const Tensor& x, Tensor& out, const Size& size, int64_t axis, int64_t n, double scale, double middle,
           bool conjugate, bool clear) {
  FourierWeights<T> body{data<complex<T>>(x),
                         data<complex<T>>(out),
                         size[axis],
                         product(size, axis + 1, size.size()),
                         n,
                         T(scale),
                         T(middle),
                         conjugate,
                         clear};
  parallel_for(x, x.numel(), body);
}

template <class T>
Tensor torch_transform(const Tensor& x, const Size& size, const Size& out_size, const Size& axes, const Arguments& a) {
  const int64_t last = axes.back();
  if (a.kind == FourierKind::complex) {
    Tensor out = complex_fft(x, axes, !a.inverse);
    if (a.scale != 1) weigh<T>(out, out, size, last, 0, a.scale, 1, false, false);
    return out;
  }
  if (a.kind == FourierKind::to_half) {
    Tensor out = real_to_half(x, axes);
    if (a.scale != 1 || a.middle != 1 || a.inverse)
      weigh<T>(out, out, out_size, last, size[last], a.scale, a.middle, a.inverse, false);
    return out;
  }
  const Size others(axes.begin(), axes.end() - 1);
  const Tensor half = others.empty() ? x : complex_fft(x, others, !a.inverse);
  Tensor weighed = empty_as(x, size);
  // cuFFT's result depends, for some lengths, on imaginary parts that have no place in the transform of real numbers.
  weigh<T>(half, weighed, size, last, out_size[last], a.scale, a.middle, !a.inverse, true);
  return half_to_real(weighed, last, out_size[last]);
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

/// Real numbers on the CPU as complex ones.
Tensor as_complex(const Tensor& given) {
  const Tensor x = given.is_contiguous() ? given : torch::stable::contiguous(given);
  return dispatch_real(x, "fourier_in_brief", [&](auto tag) {
    using T = typename decltype(tag)::type;
    Tensor z = empty_as(x, Size(x.sizes().begin(), x.sizes().end()),
                        sizeof(T) == 8 ? ScalarType::ComplexDouble : ScalarType::ComplexFloat);
    const T* from = data<T>(x);
    auto* to = data<complex<T>>(z);
    torch::stable::parallel_for(0, x.numel(), 1 << 15, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) to[i] = {from[i], T(0)};
    });
    return z;
  });
}

// code: kind + 4 inverse + 8 odd + 16 norm + 64 axes (fft_brief.h).
Tensor fourier_in_brief(const Tensor& given, int64_t code) {
  const ScalarType type = given.scalar_type();
  const bool real = type == ScalarType::Float || type == ScalarType::Double;
  const Tensor x = real && code % 4 == int(FourierKind::complex) && !given.is_cuda() ? as_complex(given) : given;
  const Size axes = brief_axes(code / 64, x.dim());
  const FourierKind kind = FourierKind(code % 4);
  const bool odd = code & 8;
  double n = 1;
  for (int64_t axis : axes) {
    STD_TORCH_CHECK(axis < 0 && axis >= -x.dim(), "fourier_in_brief: no axis ", axis);
    const int64_t size = x.size(axis + x.dim());
    n *= double(kind == FourierKind::from_half && axis == axes.back() ? 2 * (size - 1) + (odd ? 1 : 0) : size);
  }
  return transform(x, axes, {kind, bool(code & 4), odd, brief_scale(code / 16 % 4, n), 1.0},
                   x.is_cuda() ? 0 : lane_bytes());
}

#define SCI_TRANSFORM_ARGUMENTS "(Tensor x, int[] axes, int kind, bool inverse, bool odd, float scale, float middle"
SCI_OPERATOR("fourier_transform" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", fourier_transform)
SCI_OPERATOR("fourier_in_brief(Tensor x, int code) -> Tensor", fourier_in_brief)
SCI_OPERATOR("fourier_transform_by_torch" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", fourier_transform_by_torch)
SCI_OPERATOR("fourier_transform_of_width" SCI_TRANSFORM_ARGUMENTS ", int bytes) -> Tensor", fourier_transform_of_width)

}  // namespace
}  // namespace sci
