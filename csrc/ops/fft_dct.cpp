// The operator behind sci.fft's cosine and sine transforms: real transforms of types 1 to 4 along one dimension.
//
// On the CPU rows go through our own complex transform (dct_rows.h): its plans are kept, while torch makes MKL plan
// each call anew, which for long rows costs more than the transform. On CUDA it is one transform of torch (cuFFT)
// between the steps of dct.h; a second operator does the same on the CPU, for the tests.
#include "ops/dct_plan.h"
#include "ops/fft_torch.h"
#include "runtime/operator.h"

#define SCI_DCT_KERNEL(STEP)                                   \
  SCI_WARP_KERNEL("fft/dct.h", sci::DctRows<sci::STEP<float>>) \
  SCI_WARP_KERNEL("fft/dct.h", sci::DctRows<sci::STEP<double>>)
SCI_DCT_KERNEL(DctPermute)
SCI_DCT_KERNEL(DctFromHalf)
SCI_DCT_KERNEL(DctToHalf)
SCI_DCT_KERNEL(DctUnpermute)
SCI_DCT_KERNEL(DctPack)
SCI_DCT_KERNEL(DctUnpack)
SCI_DCT_KERNEL(DctSigned)
SCI_DCT_KERNEL(DctUnsigned)
SCI_DCT_KERNEL(DctExtend)
SCI_DCT_KERNEL(DctRestrict)

namespace sci {
namespace {

struct Arguments {
  int type;
  bool sine;
  double scale, end_in, end_out;
  DctOrder before() const {
    if (!sine || type == 1) return DctOrder::plain;
    return type == 2 ? DctOrder::alternating : DctOrder::reversed;
  }
  DctOrder after() const {
    if (!sine || type == 1) return DctOrder::plain;
    return type == 2 ? DctOrder::reversed : DctOrder::alternating;
  }
  bool odd() const { return sine && type == 1; }
};

// ---- our own transform, on the CPU ---------------------------------------------------------------------------------

template <class T, int Kind>
void transform_rows(const DctPlan<T>& plan, const DctRule<T>& rule, const T* in, T* out, int64_t rows) {
  constexpr int L = FftLong<T>::L;
  const FftPlan<T>& fft = *plan.fft;
  if (fft.passes && rows > 1) {
    DctShortRows<T, L, Kind> task{rule, &fft.passes->passes, in, out, rows};
    return on_threads<T>(task, (rows + L - 1) / L, fft_work / (L * rule.n) + 1, 4 * L * (rule.h + 8));
  }
  if (!fft.split) {
    DctShortRows<T, 1, Kind> task{rule, &fft.passes->passes, in, out, rows};
    return on_threads<T>(task, rows, fft_work / rule.n + 1, 4 * (rule.h + 8));
  }
  const int64_t part = rule.h + 16, own = fft_row_scratch(fft);
  Scratch<T> scratch(0, own + 2 * part);
  T *memory = scratch.get(), *re = memory + own, *im = re + part;
  for (int64_t r = 0; r < rows; ++r) {
    DctRow<T> row(rule, in, out, r, rows);
    const FftPartsSink<T> sink(re, im);
    if (!fft.chirp && rule.h >= plan.sweep_from && (Kind == 3 || Kind == 4 || Kind == 23)) {
      sweep<T>(DctLongBefore<T, Kind>{row, re, im}, rule.h);
      fft_row(fft, memory, FftPartsSource<T>(re, im), sink);
    } else {
      fft_row(fft, memory, DctLongSource<T, Kind>{row}, sink);
    }
    sweep<T>(DctLongAfter<T, Kind>{row, re, im}, row.template steps<Kind>());
  }
}

template <class T>
void own_transform(const Tensor& x, Tensor& out, int64_t n, int64_t inner, const Arguments& a) {
  const int kind = a.type > 1 && n % 2 ? a.type + 20 : a.type;
  auto plan = dct_plan<T>(kind, a.odd(), true, n);
  DctRule<T> rule{n,         plan->h,    inner,       a.odd(),      a.before(),
                  a.after(), T(a.scale), T(a.end_in), T(a.end_out), plan->table.data(),
                  plan->part};
  const T* in = data<T>(x);
  T* to = data<T>(out);
  int64_t rows = x.numel() / n;
  switch (kind) {
    case 1: return transform_rows<T, 1>(*plan, rule, in, to, rows);
    case 2: return transform_rows<T, 2>(*plan, rule, in, to, rows);
    case 3: return transform_rows<T, 3>(*plan, rule, in, to, rows);
    case 4: return transform_rows<T, 4>(*plan, rule, in, to, rows);
    case 22: return transform_rows<T, 22>(*plan, rule, in, to, rows);
    case 23: return transform_rows<T, 23>(*plan, rule, in, to, rows);
    default: return transform_rows<T, 24>(*plan, rule, in, to, rows);
  }
}

// ---- a transform of torch between two steps ------------------------------------------------------------------------

template <class Step>
void run_step(const Tensor& like, const Step& step, int64_t rows, int64_t count) {
  int64_t chunk = like.is_cuda() ? 128 : 1024, chunks = (count + chunk - 1) / chunk;
  parallel_for(like, rows * chunks, DctRows<Step>{step, count, chunk, chunks}, 16);
}

/// x and the result are (rows, n).
template <class T>
Tensor torch_transform(const Tensor& x, int64_t rows, int64_t n, const Arguments& a) {
  ScalarType complex_type = sizeof(T) == 8 ? ScalarType::ComplexDouble : ScalarType::ComplexFloat;
  std::shared_ptr<const DctPlan<T>> plan;
  const complex<T>* table = nullptr;  // on CUDA twiddles are cheaper to compute than to read
  if (!x.is_cuda()) {
    plan = dct_plan<T>(a.type, a.odd(), false, n);
    if (!plan->table.empty()) table = reinterpret_cast<const complex<T>*>(plan->table.data());
  }
  Tensor out = empty_as(x, {rows, n});
  DctSource<T> source{data<T>(x), n, a.before(), T(a.end_in)};
  DctSink<T> sink{data<T>(out), n, a.after(), T(a.scale), T(a.end_out)};
  if (a.type == 1) {
    int64_t length = 2 * (a.odd() ? n + 1 : n - 1);
    Tensor v = empty_as(x, {rows, length});
    run_step(x, DctExtend<T>{source, data<T>(v), a.odd()}, rows, length);
    Tensor half = real_to_half(v, {1});
    run_step(x, DctRestrict<T>{data<complex<T>>(std::as_const(half)), sink, a.odd()}, rows, n);
  } else if (a.type == 2) {
    Tensor v = empty_as(x, {rows, n});
    run_step(x, DctPermute<T>{source, data<T>(v)}, rows, n);
    Tensor half = real_to_half(v, {1});
    run_step(x, DctFromHalf<T>{data<complex<T>>(std::as_const(half)), table, sink}, rows, n / 2 + 1);
  } else if (a.type == 3) {
    Tensor half = empty_as(x, {rows, n / 2 + 1}, complex_type);
    run_step(x, DctToHalf<T>{source, data<complex<T>>(half), table}, rows, n / 2 + 1);
    Tensor v = half_to_real(half, 1, n);
    run_step(x, DctUnpermute<T>{data<T>(std::as_const(v)), sink}, rows, n);
  } else if (n % 2 == 0) {
    Tensor z = empty_as(x, {rows, n / 2}, complex_type);
    run_step(x, DctPack<T>{source, data<complex<T>>(z), table}, rows, n / 2);
    Tensor transformed = complex_fft(z, {1}, true);
    run_step(x, DctUnpack<T>{data<complex<T>>(std::as_const(transformed)), table, sink}, rows, n / 2);
  } else {
    Tensor v = empty_as(x, {rows, n});
    run_step(x, DctSigned<T>{source, data<T>(v)}, rows, n);
    Tensor half = real_to_half(v, {1});
    run_step(x, DctUnsigned<T>{data<complex<T>>(std::as_const(half)), sink}, rows, n);
  }
  return out;
}

// ---- the operator ----------------------------------------------------------------------------------------------

Tensor transform(const Tensor& given, const Arguments& a, int64_t axis, bool own) {
  const int64_t dims = given.dim();
  STD_TORCH_CHECK(a.type >= 1 && a.type <= 4, "trigonometric_transform: no type ", a.type);
  STD_TORCH_CHECK(axis < 0 && axis >= -dims, "trigonometric_transform: no axis ", axis);
  std::vector<int64_t> size(given.sizes().begin(), given.sizes().end());
  const int64_t n = size[dims + axis];
  STD_TORCH_CHECK(n >= 1 && (a.type > 1 || a.sine || n >= 2), "trigonometric_transform: length ", n);
  int64_t inner = 1;
  for (int64_t d = dims + axis + 1; d < dims; ++d) inner *= size[d];
  Tensor x = given.is_contiguous() ? given : torch::stable::contiguous(given);
  if (x.numel() == 0) return empty_as(x, size);
  return dispatch_real(x, "trigonometric_transform", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (own) {
      Tensor out = empty_as(x, size);
      want_large_pages(out.mutable_data_ptr(), size_t(out.numel()) * sizeof(T));
      own_transform<T>(x, out, n, inner, a);
      return out;
    }
    const int64_t rows = x.numel() / n;
    if (inner == 1) return torch::stable::reshape(torch_transform<T>(x, rows, n, a), size);
    Tensor blocks = torch::stable::reshape(x, {rows / inner, n, inner});
    Tensor turned = torch::stable::contiguous(torch::stable::transpose(blocks, 1, 2));
    Tensor done = torch::stable::reshape(torch_transform<T>(turned, rows, n, a), {rows / inner, inner, n});
    return torch::stable::reshape(torch::stable::contiguous(torch::stable::transpose(done, 1, 2)), size);
  });
}

Tensor trigonometric_transform(const Tensor& x, int64_t type, bool sine, int64_t axis, double scale, double end_in,
                               double end_out) {
  return transform(x, {int(type), sine, scale, end_in, end_out}, axis, !x.is_cuda());
}
Tensor trigonometric_transform_by_steps(const Tensor& x, int64_t type, bool sine, int64_t axis, double scale,
                                        double end_in, double end_out) {
  return transform(x, {int(type), sine, scale, end_in, end_out}, axis, false);
}

#define SCI_TRANSFORM_ARGUMENTS \
  "(Tensor x, int type, bool sine, int axis, float scale, float end_in, float end_out) -> Tensor"
SCI_OPERATOR("trigonometric_transform" SCI_TRANSFORM_ARGUMENTS, trigonometric_transform)
SCI_OPERATOR("trigonometric_transform_by_steps" SCI_TRANSFORM_ARGUMENTS, trigonometric_transform_by_steps)

}  // namespace
}  // namespace sci
