// The operator behind sci.fft's cosine and sine transforms: real transforms of types 1 to 4 along one dimension.
//
// On the CPU rows go through our own complex transform (dct_rows.h): its plans are kept, while torch makes MKL plan
// each call anew, which for long rows costs more than the transform. On CUDA it is one transform of torch (cuFFT)
// between the steps of dct.h; a second operator does the same on the CPU, for the tests.
#include <cstdlib>

#include "fft/dct_long.h"
#include "ops/fft_plan.h"
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

#if defined(__x86_64__)
#define SCI_WIDE __attribute__((target("avx2"), flatten))
#endif

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

/// Memory that a thread keeps between calls, up to 64 MiB: the system takes longer to give new memory than it takes to
/// fill it.
template <class T>
class Scratch {
 public:
  explicit Scratch(int which, int64_t count) : slot_(slots()[which]) {
    size_t size = size_t(count) * sizeof(T) + 64;
    if (slot_.size < size) {
      std::free(slot_.memory);
      slot_.memory = std::aligned_alloc(64, (size + 63) / 64 * 64);
      slot_.size = slot_.memory ? size : 0;
      STD_TORCH_CHECK(slot_.memory, "sci: out of memory for a transform");
    }
  }
  ~Scratch() {
    if (slot_.size > (size_t(1) << 26)) slot_.release();
  }
  T* get() const { return static_cast<T*>(slot_.memory); }

 private:
  struct Slot {
    void* memory = nullptr;
    size_t size = 0;
    void release() {
      std::free(memory);
      memory = nullptr;
      size = 0;
    }
    ~Slot() { release(); }
  };
  static Slot* slots() {
    static thread_local Slot all[2];
    return all;
  }
  Slot& slot_;
};

template <class Task, class T>
void run_plain(const Task& task, int64_t begin, int64_t end, T* buffer) {
  for (int64_t i = begin; i < end; ++i) task(i, buffer);
}

#ifdef SCI_WIDE
template <class Task, class T>
SCI_WIDE void run_wide(const Task& task, int64_t begin, int64_t end, T* buffer) {
  for (int64_t i = begin; i < end; ++i) task(i, buffer);
}
#endif

template <class Task, class T>
void run_items(const Task& task, int64_t begin, int64_t end, T* buffer) {
#ifdef SCI_WIDE
  static const bool wide = __builtin_cpu_supports("avx2");
  if (wide) return run_wide(task, begin, end, buffer);
#endif
  run_plain(task, begin, end, buffer);
}

/// Runs task(item, buffer) for all items; each thread has a buffer of `size` numbers.
template <class T, class Task>
void on_threads(const Task& task, int64_t items, int64_t grain, int64_t size) {
  if (items <= grain) {
    Scratch<T> scratch(1, size);
    return run_items(task, 0, items, scratch.get());
  }
  torch::stable::parallel_for(0, items, grain, [&](int64_t begin, int64_t end) {
    Scratch<T> scratch(1, size);
    run_items(task, begin, end, scratch.get());
  });
}

template <class T, int Kind>
void transform_rows(const DctPlan<T>& plan, const DctRule<T>& rule, const T* in, T* out, int64_t rows) {
  constexpr int L = FftLong<T>::L;
  constexpr int64_t work = 32768;  // numbers that a thread takes at least
  if (plan.passes && rows > 1) {
    DctShortRows<T, L, Kind> task{rule, &plan.passes->passes, in, out, rows};
    return on_threads<T>(task, (rows + L - 1) / L, work / (L * rule.n) + 1, 4 * L * (rule.h + 8));
  }
  if (!plan.split) {
    DctShortRows<T, 1, Kind> task{rule, &plan.passes->passes, in, out, rows};
    return on_threads<T>(task, rows, work / rule.n + 1, 4 * (rule.h + 8));
  }
  const FftLong<T>& fft = plan.split->fft;
  const int64_t grain = work / (FftLong<T>::wide * max(fft.rows, fft.columns)) + 1, part = fft.n + 8;
  Scratch<T> scratch(0, fft.matrix() + (plan.chirp ? 4 : 2) * part);
  T *matrix = scratch.get(), *re = matrix + fft.matrix(), *im = re + part;
  auto columns = [&](const auto& task) { on_threads<T>(task, fft.column_groups(), grain, fft.buffer()); };
  auto values = [&](const auto& task, int64_t count) {
    on_threads<T>(task, (count + task.chunk - 1) / task.chunk, work / task.chunk, 0);
  };
  auto rest = [&](T* to_re, T* to_im) {
    on_threads<T>(DctLongRows<T>{&fft, matrix, to_re, to_im}, fft.row_groups(), grain, fft.buffer());
  };
  for (int64_t r = 0; r < rows; ++r) {
    DctRow<T> row(rule, in, out, r, rows);
    if (plan.chirp) {
      T *product_re = im + part, *product_im = product_re + part;
      columns(DctChirpColumns<T, Kind>{row, &fft, plan.chirp->chirp, matrix});
      rest(product_re, product_im);
      columns(DctChirpProduct<T>{&fft, plan.chirp->chirp, product_re, product_im, matrix});
      rest(im, re);
      values(DctChirpAfter<T>{plan.chirp->chirp, re, im}, rule.h);
    } else if (rule.h >= plan.sweep_from && (Kind == 3 || Kind == 4 || Kind == 23)) {
      values(DctLongBefore<T, Kind>{row, re, im}, rule.h);
      columns(DctLongCopied<T>{&fft, re, im, matrix});
      rest(re, im);
    } else {
      columns(DctLongColumns<T, Kind>{row, &fft, matrix});
      rest(re, im);
    }
    values(DctLongAfter<T, Kind>{row, re, im}, row.template steps<Kind>());
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

Tensor torch_fft(const char* name, const Tensor& x, StableIValue last) {
  std::vector<int64_t> dim{int64_t(x.dim()) - 1};
  std::array<StableIValue, 4> stack{
      torch::stable::detail::from(x),
      torch::stable::detail::from(torch::headeronly::IntHeaderOnlyArrayRef(dim.data(), 1)),
      torch::stable::detail::from(int64_t(0)), last};
  STABLE_TORCH_ERROR_CODE_CHECK(torch_call_dispatcher(name, "", stack.data(), TORCH_ABI_VERSION));
  return torch::stable::contiguous(torch::stable::detail::to<Tensor>(stack[0]));
}
Tensor real_to_half(const Tensor& x) { return torch_fft("aten::_fft_r2c", x, torch::stable::detail::from(true)); }
Tensor half_to_real(const Tensor& x, int64_t n) {
  return torch_fft("aten::_fft_c2r", x, torch::stable::detail::from(n));
}
Tensor complex_fft(const Tensor& x) { return torch_fft("aten::_fft_c2c", x, torch::stable::detail::from(true)); }

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
    Tensor half = real_to_half(v);
    run_step(x, DctRestrict<T>{data<complex<T>>(std::as_const(half)), sink, a.odd()}, rows, n);
  } else if (a.type == 2) {
    Tensor v = empty_as(x, {rows, n});
    run_step(x, DctPermute<T>{source, data<T>(v)}, rows, n);
    Tensor half = real_to_half(v);
    run_step(x, DctFromHalf<T>{data<complex<T>>(std::as_const(half)), table, sink}, rows, n / 2 + 1);
  } else if (a.type == 3) {
    Tensor half = empty_as(x, {rows, n / 2 + 1}, complex_type);
    run_step(x, DctToHalf<T>{source, data<complex<T>>(half), table}, rows, n / 2 + 1);
    Tensor v = half_to_real(half, n);
    run_step(x, DctUnpermute<T>{data<T>(std::as_const(v)), sink}, rows, n);
  } else if (n % 2 == 0) {
    Tensor z = empty_as(x, {rows, n / 2}, complex_type);
    run_step(x, DctPack<T>{source, data<complex<T>>(z), table}, rows, n / 2);
    Tensor transformed = complex_fft(z);
    run_step(x, DctUnpack<T>{data<complex<T>>(std::as_const(transformed)), table, sink}, rows, n / 2);
  } else {
    Tensor v = empty_as(x, {rows, n});
    run_step(x, DctSigned<T>{source, data<T>(v)}, rows, n);
    Tensor half = real_to_half(v);
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
