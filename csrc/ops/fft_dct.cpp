// The operator behind sci.fft's cosine and sine transforms: real transforms of types 1 to 4 along one dimension.
//
// On the CPU rows go through our own complex transform (dct_rows.h): its plans are kept, while torch makes MKL plan
// each call anew, which for long rows costs more than the transform. On CUDA it is one kernel where the length has no
// prime factor above 13 and a column fits in shared memory (dct_block.h), two for long rows (dct_two.h), else a
// transform of torch (cuFFT) between the steps of dct.h. For the tests, operators take either way on the CPU, and
// vectors of a width.
#include "ops/dct_plan.h"
#include "ops/fft_brief.h"
#include "ops/fft_torch.h"
#include "runtime/operator.h"
// A GPU's kernels, which the CPU runs for tests alone: compiled in the shortest time.
#pragma GCC push_options
#pragma GCC optimize("O0")
#include "ops/dct_block_plan.h"
#pragma GCC pop_options

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
#define SCI_DCT_BLOCKS(T)                                            \
  SCI_TEAM_KERNEL("fft/dct_block.h", sci::DctBlock<T, false, false>) \
  SCI_TEAM_KERNEL("fft/dct_block.h", sci::DctBlock<T, false, true>)  \
  SCI_TEAM_KERNEL("fft/dct_block.h", sci::DctBlock<T, true, false>)  \
  SCI_TEAM_KERNEL("fft/dct_block.h", sci::DctBlock<T, true, true>)
SCI_DCT_BLOCKS(float)
SCI_DCT_BLOCKS(double)
SCI_TEAM_KERNEL("fft/dct_two.h", sci::DctFirstHalf<float>)
SCI_TEAM_KERNEL("fft/dct_two.h", sci::DctFirstHalf<double>)
SCI_TEAM_KERNEL("fft/dct_two.h", sci::DctSecondHalf<float>)
SCI_TEAM_KERNEL("fft/dct_two.h", sci::DctSecondHalf<double>)

namespace sci {
namespace {

// ---- a transform of torch between two steps ------------------------------------------------------------------------

template <class Step>
void run_step(const Tensor& like, const Step& step, int64_t rows, int64_t count) {
  int64_t chunk = like.is_cuda() ? 128 : 1024, chunks = (count + chunk - 1) / chunk;
  parallel_for(like, rows * chunks, DctRows<Step>{step, count, chunk, chunks}, 16);
}

/// x and the result are (rows, n).
template <class T>
Tensor torch_transform(const Tensor& x, int64_t rows, int64_t n, const DctJob& a) {
  ScalarType complex_type = sizeof(T) == 8 ? ScalarType::ComplexDouble : ScalarType::ComplexFloat;
  std::shared_ptr<const DctPlan<T, false>> plan;
  const complex<T>* table = nullptr;  // on CUDA twiddles are cheaper to compute than to read
  if (!x.is_cuda()) {
    plan = dct_plan<T, false>(a.type, a.odd(), n);
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
    run_step(x, DctPack<T>{source, data<complex<T>>(z), table}, rows, (n + 2) / 4);
    Tensor transformed = complex_fft(z, {1}, true);
    run_step(x, DctUnpack<T>{data<complex<T>>(std::as_const(transformed)), table, sink}, rows, (n + 2) / 4);
  } else {
    Tensor v = empty_as(x, {rows, n});
    run_step(x, DctSigned<T>{source, data<T>(v)}, rows, n);
    Tensor half = real_to_half(v, {1});
    run_step(x, DctUnsigned<T>{data<complex<T>>(std::as_const(half)), sink}, rows, n);
  }
  return out;
}

// ---- one kernel, or two ------------------------------------------------------------------------------------------

template <class T>
void set_form(DctForm<T>& form, const DctJob& job, bool aligned) {
  form.before = job.before();
  form.after = job.after();
  form.scale = T(job.scale);
  form.end_in = T(job.end_in);
  form.end_out = T(job.end_out);
  form.aligned = aligned;
}

/// Teams on CUDA; on a CPU, for the tests, one thread.
template <class Body>
void run_teams(const Tensor& like, Body body, int64_t items) {
  std::vector<char> room(like.is_cuda() ? 0 : body.shared_bytes());
  body.room = room.data();
  parallel_for(like, items, body, items);
}

/// Along the middle axis of x and out, (outers, n, inner), with at most `limit` bytes of shared memory for a team;
/// false where there are no such kernels.
template <class T>
bool block_transform(const Tensor& x, Tensor& out, int64_t outers, int64_t n, int64_t inner, const DctJob& job,
                     int64_t limit) {
  const bool aligned = inner == 1 && n % 4 == 0 && reinterpret_cast<uintptr_t>(x.const_data_ptr()) % 16 == 0;
  if (auto call = dct_block<T>(x, job.type, job.odd(), outers, n, inner, limit)) {
    DctColumns<T>& columns = call->columns;
    columns.x = data<T>(x);
    columns.y = data<T>(out);
    set_form(columns.form, job, aligned);
    auto run = [&](auto body) { run_teams(x, body, call->items); };
    const bool single = columns.bundle == 1 && inner == 1;
    if (call->large)
      single ? run(DctBlock<T, true, true>{columns}) : run(DctBlock<T, true, false>{columns});
    else
      single ? run(DctBlock<T, false, true>{columns}) : run(DctBlock<T, false, false>{columns});
    return true;
  }
  if (inner > 1) return false;
  auto call = dct_two<T>(x, job.type, job.odd(), outers, n, limit);
  if (!call) return false;
  Tensor between = empty_as(x, {outers, 2 * int64_t(call->first.form.N)});
  auto run = [&](auto& half) {
    half.x = data<T>(x);
    half.y = data<T>(out);
    half.between = reinterpret_cast<DctPair<T>*>(data<T>(between));
    set_form(half.form, job, aligned);
    run_teams(x, half, outers * half.tiles);
  };
  run(call->first);
  run(call->second);
  return true;
}

// ---- the operator ----------------------------------------------------------------------------------------------

enum class Way { lanes, steps, blocks };  // of the CPU; around a transform of torch; one kernel, or else steps

/// `bytes`: of the vectors on the CPU, or at most of a team's shared memory (0: what the device has).
Tensor transform(const Tensor& given, DctJob job, Way way, int64_t bytes = 0) {
  const int64_t dims = given.dim();
  STD_TORCH_CHECK(job.type >= 1 && job.type <= 4, "trigonometric_transform: no type ", job.type);
  job.size.assign(given.sizes().begin(), given.sizes().end());
  for (int64_t& axis : job.axes) {
    STD_TORCH_CHECK(axis < 0 && axis >= -dims, "trigonometric_transform: no axis ", axis);
    axis += dims;
    const int64_t n = job.size[axis];
    STD_TORCH_CHECK(n >= 1 && (job.type > 1 || job.sine || n >= 2), "trigonometric_transform: length ", n);
  }
  STD_TORCH_CHECK(!job.axes.empty(), "trigonometric_transform: no axes");
  Tensor x = given.is_contiguous() ? given : torch::stable::contiguous(given);
  if (x.numel() == 0) return empty_as(x, job.size);
  return dispatch_real(x, "trigonometric_transform", [&](auto tag) {
    using T = typename decltype(tag)::type;
    if (way == Way::lanes) {
      Tensor out = empty_as(x, job.size);
      job.in = x.const_data_ptr();
      job.out = out.mutable_data_ptr();
      if (bytes == 64)
        dct_in_lanes<T, 64>(job);
      else
        dct_in_lanes<T, 32>(job);
      return out;
    }
    const int64_t limit = bytes > 0 ? bytes : x.is_cuda() ? shared_bytes_of_team(x.get_device()) : 98304;
    bool first = true;
    for (int64_t axis : job.axes) {
      const int64_t n = job.size[axis], rows = x.numel() / n, inner = product(job.size, axis + 1, dims);
      if (!first) job.scale = 1;
      Tensor out = first ? empty_as(x, job.size) : x;  // a team reads all that it overwrites before
      first = false;
      if (way == Way::blocks && block_transform<T>(x, out, rows / inner, n, inner, job, limit)) {
        x = out;
        continue;
      }
      Tensor blocks = torch::stable::reshape(x, {rows / inner, n, inner});
      Tensor turned = torch::stable::contiguous(torch::stable::transpose(blocks, 1, 2));
      Tensor done = out;
      if (way != Way::blocks || inner == 1 || !block_transform<T>(turned, done, rows, n, 1, job, limit))
        done = torch_transform<T>(turned, rows, n, job);
      done = torch::stable::reshape(done, {rows / inner, inner, n});
      x = torch::stable::reshape(torch::stable::contiguous(torch::stable::transpose(done, 1, 2)), job.size);
    }
    return x;
  });
}

DctJob job_of(std::vector<int64_t> axes, int64_t type, bool sine, double scale, double end_in, double end_out) {
  return {int(type), sine, scale, end_in, end_out, {}, std::move(axes), nullptr, nullptr};
}
#define SCI_TRANSFORM_PARAMETERS \
  const Tensor &x, std::vector<int64_t> axes, int64_t type, bool sine, double scale, double end_in, double end_out
#define SCI_TRANSFORM_JOB job_of(std::move(axes), type, sine, scale, end_in, end_out)

Tensor trigonometric_transform(SCI_TRANSFORM_PARAMETERS) {
  const int bytes = x.is_cuda() ? 0 : lane_bytes();
  return transform(x, SCI_TRANSFORM_JOB, x.is_cuda() ? Way::blocks : bytes ? Way::lanes : Way::steps, bytes);
}
// code: type + 8 sine + 16 norm + 64 orthogonal (ends weighted as sci.fft does) + 128 axes (fft_brief.h).
Tensor trigonometric_in_brief(const Tensor& x, int64_t code) {
  const int64_t type = code % 8, norm = code / 16 % 4;
  const bool sine = code & 8, weighted = (code & 64) && type < 4 && !(sine && type == 1);
  const Size axes = brief_axes(code / 128, x.dim());
  double scale = 1;
  for (int64_t axis : axes) {
    STD_TORCH_CHECK(axis < 0 && axis >= -x.dim(), "trigonometric_in_brief: no axis ", axis);
    const int64_t n = x.size(axis + x.dim());
    scale *= brief_scale(norm, double(2 * (type > 1 ? n : sine ? n + 1 : n - 1)));
  }
  const double end_in = weighted && type != 2 ? std::sqrt(2.0) : 1,
               end_out = weighted && type != 3 ? std::sqrt(0.5) : 1;
  return trigonometric_transform(x, axes, type, sine, scale, end_in, end_out);
}
Tensor trigonometric_transform_by_steps(SCI_TRANSFORM_PARAMETERS) {
  return transform(x, SCI_TRANSFORM_JOB, Way::steps);
}
Tensor trigonometric_transform_in_blocks(SCI_TRANSFORM_PARAMETERS, int64_t bytes) {
  return transform(x, SCI_TRANSFORM_JOB, Way::blocks, bytes);
}
Tensor trigonometric_transform_of_width(SCI_TRANSFORM_PARAMETERS, int64_t bytes) {
  STD_TORCH_CHECK(!x.is_cuda() && (bytes == 32 || bytes == 64) && bytes <= lane_bytes(),
                  "trigonometric_transform_of_width: no vectors of ", bytes, " bytes here");
  return transform(x, SCI_TRANSFORM_JOB, Way::lanes, bytes);
}

#define SCI_TRANSFORM_ARGUMENTS "(Tensor x, int[] axes, int type, bool sine, float scale, float end_in, float end_out"
SCI_OPERATOR("trigonometric_transform" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", trigonometric_transform)
SCI_OPERATOR("trigonometric_in_brief(Tensor x, int code) -> Tensor", trigonometric_in_brief)
SCI_OPERATOR("trigonometric_transform_by_steps" SCI_TRANSFORM_ARGUMENTS ") -> Tensor", trigonometric_transform_by_steps)
SCI_OPERATOR("trigonometric_transform_in_blocks" SCI_TRANSFORM_ARGUMENTS ", int bytes=0) -> Tensor",
             trigonometric_transform_in_blocks)
SCI_OPERATOR("trigonometric_transform_of_width" SCI_TRANSFORM_ARGUMENTS ", int bytes) -> Tensor",
             trigonometric_transform_of_width)

}  // namespace
}  // namespace sci
