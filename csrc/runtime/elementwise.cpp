// One operator for all elementwise functions: shapes broadcast, outputs are row-major, the loop is strided.
#include "runtime/elementwise.h"

#include <torch/csrc/stable/library.h>
#include <torch/csrc/stable/tensor.h>

#include <cstring>
#include <string>

#include "core/cpu.h"
#include "runtime/cuda.h"
#include "runtime/elementwise_call.h"
#include "runtime/operator.h"
#include "runtime/owned.h"

namespace sci {
namespace {

constexpr int max_rank = 64;

char letter_of(int32_t dtype) {
  static const int32_t f = aoti_torch_dtype_float32(), d = aoti_torch_dtype_float64(), F = aoti_torch_dtype_complex64(),
                       D = aoti_torch_dtype_complex128(), l = aoti_torch_dtype_int64();
  return dtype == d ? 'd' : dtype == f ? 'f' : dtype == D ? 'D' : dtype == F ? 'F' : dtype == l ? 'l' : '?';
}
int32_t dtype_of(char letter) {
  switch (letter) {
    case 'f': return aoti_torch_dtype_float32();
    case 'd': return aoti_torch_dtype_float64();
    case 'F': return aoti_torch_dtype_complex64();
    default: return aoti_torch_dtype_complex128();
  }
}
int64_t size_of(char letter) { return letter == 'f' ? 4 : letter == 'D' ? 16 : 8; }

struct Operand {
  int64_t rank = 0;
  int64_t* size;
  int64_t* stride;
  char letter;
  alignas(8) char number[16];  // where it is none of a tensor

  /// What an argument is: a tensor's dtype, or a number.
  static char letter_for(const ElementwiseArgument& argument) {
    if (!argument.tensor) return argument.whole ? whole_number : any_number;
    int32_t dtype;
    aoti_torch_get_dtype(argument.tensor, &dtype);
    return letter_of(dtype);
  }
  /// A Python number fits whatever its function computes in, but for a fraction beside integers.
  bool fits(char wanted) const {
    return letter == wanted || letter == whole_number || (letter == any_number && wanted != 'l');
  }
  static constexpr char whole_number = 'w', any_number = 'n';
};

struct Iteration {
  int dims = 0;
  int64_t size[max_rank];
  int64_t stride[max_operands][max_rank];  // bytes, outputs first
};

/// Drop dimensions of size 1 and join neighbours that every operand walks through in one stride.
void coalesce(Iteration& it, int operands) {
  int kept = 0;
  for (int d = 0; d < it.dims; ++d) {
    if (it.size[d] == 1) continue;
    bool joins = kept > 0;
    for (int k = 0; joins && k < operands; ++k) joins = it.stride[k][kept - 1] == it.stride[k][d] * it.size[d];
    int to = joins ? kept - 1 : kept++;
    it.size[to] = joins ? it.size[to] * it.size[d] : it.size[d];
    for (int k = 0; k < operands; ++k) it.stride[k][to] = it.stride[k][d];
  }
  if (kept == 0) {
    it.size[0] = 1;
    for (int k = 0; k < operands; ++k) it.stride[k][0] = 0;
    kept = 1;
  }
  it.dims = kept;
}

void run_cpu(const ElementwiseVariant& variant, const Iteration& it, char* const* data, int operands, int64_t count) {
  int last = it.dims - 1;
  int64_t inner = it.size[last];
  int64_t step[max_operands];
  for (int k = 0; k < operands; ++k) step[k] = it.stride[k][last];
  // A range of flat indices: whole rows of the innermost dimension but for its two ends.
  auto range = [&](int64_t begin, int64_t end) {
    while (begin < end) {
      int64_t rest = begin / inner, start = begin - rest * inner, n = min(inner - start, end - begin);
      char* at[max_operands];
      for (int k = 0; k < operands; ++k) at[k] = data[k] + start * step[k];
      for (int d = last - 1; d >= 0; --d) {
        int64_t next = rest / it.size[d], index = rest - next * it.size[d];
        for (int k = 0; k < operands; ++k) at[k] += index * it.stride[k][d];
        rest = next;
      }
      variant.row(at, step, n);
      begin += n;
    }
  };
  constexpr int64_t grain = 1024;
  if (count <= grain) return range(0, count);
  torch::stable::parallel_for(0, count, grain, range);
}

/// GPU threads for `count` elements: one each until the GPU is full, then one for 16 bytes of inputs as run_thread in
/// core/elementwise.h has it.
int64_t threads_for(const char* inputs, const Iteration& it, int64_t count) {
  constexpr int64_t full = int64_t(1) << 17;  // resident threads of half an H200
  int64_t bytes = 0;
  for (const char* letter = inputs; *letter; ++letter) bytes += size_of(*letter);
  const int64_t each = it.dims == 1 && bytes <= 16 ? 16 / bytes : 1;
  return count < full * each ? count : (count + each - 1) / each;
}

/// The same for kernels of core/sorted.h: then one for two to eight elements, which blocks sort.
void launch_sorted(Kernel& kernel, const char* inputs, int64_t count, int device, const void* body) {
  constexpr int64_t full = int64_t(1) << 16;  // resident threads of 128 registers
  const int64_t each = max(min(count / full, int64_t(sorted_each)), int64_t(1));
  int numbers = kernel.entry == sorted_pullback_entry ? -2 : 0;
  for (const char* letter = inputs; *letter; ++letter) numbers += *letter == 'F' || *letter == 'D' ? 2 : 1;
  launch_cuda(kernel, device, count, (count + each - 1) / each, body,
              each > 1 ? sorted_bytes(numbers) : unsorted_bytes);
}

void run_cuda(ElementwiseOperator& op, ElementwiseVariant& variant, const Iteration& it, char* const* data,
              int64_t count, int device) {
  const int operands = op.outputs + op.inputs;
  if (it.dims > max_dims) {  // a launch for each index of the first: kernels write their outputs one after the other
    Iteration rest = it;
    rest.dims = it.dims - 1;
    std::memmove(rest.size, it.size + 1, sizeof(int64_t) * rest.dims);
    for (int k = 0; k < operands; ++k) std::memmove(rest.stride[k], it.stride[k] + 1, sizeof(int64_t) * rest.dims);
    char* at[max_operands];
    for (int64_t i = 0; i < it.size[0]; ++i) {
      for (int k = 0; k < operands; ++k) at[k] = data[k] + i * it.stride[k][0];
      run_cuda(op, variant, rest, at, count / it.size[0], device);
    }
    return;
  }
  // The layout of Elementwise<...>: operand pointers, dims, sizes, strides.
  struct {
    alignas(8) char bytes[8 * (max_operands + 1 + max_dims + max_operands * max_dims)];
  } body;
  char* to = body.bytes;
  auto put = [&](const void* from, size_t n) {
    std::memcpy(to, from, n);
    to += n;
  };
  put(data, sizeof(char*) * operands);
  int64_t dims = it.dims;
  put(&dims, sizeof dims);  // an int and its padding, little endian
  int64_t padded[max_dims] = {};
  std::memcpy(padded, it.size, sizeof(int64_t) * it.dims);
  put(padded, sizeof padded);
  for (int k = 0; k < operands; ++k) {
    std::memcpy(padded, it.stride[k], sizeof(int64_t) * it.dims);
    put(padded, sizeof padded);
  }
  const char* inputs = variant.dtypes + op.outputs;
  if (is_sorted(variant.kernel)) return launch_sorted(variant.kernel, inputs, count, device, body.bytes);
  launch_cuda(variant.kernel, device, count, threads_for(inputs, it, count), body.bytes);
}

/// The variant for these dtypes; null where there is none.
ElementwiseVariant* variant_for(ElementwiseOperator& op, const Operand* in) {
  for (int i = 0; i < op.count; ++i) {
    const char* dtypes = op.variants[i].dtypes + op.outputs;
    bool same = true;
    for (int k = 0; same && k < op.inputs; ++k) same = in[k].fits(dtypes[k]);
    if (same) return &op.variants[i];
  }
  return nullptr;
}

ElementwiseVariant& find_variant(ElementwiseOperator& op, const Operand* in) {
  if (ElementwiseVariant* variant = variant_for(op, in)) return *variant;
  std::string got;
  for (int k = 0; k < op.inputs; ++k) got += in[k].letter;
  STD_TORCH_CHECK(false, "sci.", op.name, ": no kernel for inputs of dtypes '", got,
                  "' (f float32, d float64, F complex64, D complex128, l int64)");
}

/// Give a Python number the memory and the type of an element.
char* write_number(Operand& in, char letter, double number) {
  auto put = [&](auto value) {
    std::memset(in.number, 0, sizeof in.number);  // an imaginary part
    std::memcpy(in.number, &value, sizeof value);
  };
  if (letter == 'l')
    put(int64_t(number));
  else if (letter == 'f' || letter == 'F')
    put(float(number));
  else
    put(number);
  return in.number;
}

}  // namespace

bool has_variant(ElementwiseOperator& op, const ElementwiseArgument* argument) {
  Operand in[max_operands];
  for (int k = 0; k < op.inputs; ++k) in[k].letter = Operand::letter_for(argument[k]);
  return variant_for(op, in);
}

void compute_elementwise(ElementwiseOperator& op, const ElementwiseArgument* argument, AtenTensorHandle* result) {
  Operand in[max_operands];
  int64_t rank = 0;
  int32_t device_type = 0, device_index = 0;
  bool found = false;
  for (int k = 0; k < op.inputs; ++k) {
    in[k].letter = Operand::letter_for(argument[k]);
    AtenTensorHandle h = argument[k].tensor;
    if (!h) continue;
    int32_t type, index;
    aoti_torch_get_dim(h, &in[k].rank);
    aoti_torch_get_sizes(h, &in[k].size);
    aoti_torch_get_strides(h, &in[k].stride);
    aoti_torch_get_device_type(h, &type);
    aoti_torch_get_device_index(h, &index);
    if (!found) device_type = type, device_index = index, found = true;
    STD_TORCH_CHECK(type == device_type && index == device_index, "sci.", op.name,
                    ": all tensors must be on one device");
    rank = max(rank, in[k].rank);
  }
  STD_TORCH_CHECK(rank <= max_rank, "sci.", op.name, ": more than 64 dimensions");
  ElementwiseVariant& variant = find_variant(op, in);

  // Broadcast.
  Iteration it;
  it.dims = int(rank);
  int64_t count = 1, contiguous[max_rank];
  for (int64_t d = rank - 1; d >= 0; --d) {
    int64_t size = 1;
    for (int k = 0; k < op.inputs; ++k) {
      int64_t own = d - (rank - in[k].rank);
      int64_t s = own >= 0 ? in[k].size[own] : 1;
      STD_TORCH_CHECK(s == size || s == 1 || size == 1, "sci.", op.name, ": shapes do not broadcast: sizes ", size,
                      " and ", s, " at dimension ", d);
      if (s != 1) size = s;
    }
    it.size[d] = size;
    contiguous[d] = count;
    count *= size;
  }
  for (int k = 0; k < op.inputs; ++k) {
    int64_t bytes = size_of(in[k].letter);
    for (int64_t d = 0; d < rank; ++d) {
      int64_t own = d - (rank - in[k].rank);
      it.stride[op.outputs + k][d] = own >= 0 && in[k].size[own] != 1 ? in[k].stride[own] * bytes : 0;
    }
  }

  char* data[max_operands];
  Owned out[max_operands];
  for (int k = 0; k < op.outputs; ++k) {
    char letter = variant.dtypes[k];
    STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_empty_strided(rank, it.size, contiguous, dtype_of(letter), device_type,
                                                           device_index, &out[k].handle));
    for (int64_t d = 0; d < rank; ++d) it.stride[k][d] = contiguous[d] * size_of(letter);
    void* pointer;
    STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_data_ptr(out[k].handle, &pointer));
    data[k] = static_cast<char*>(pointer);
  }
  if (count > 0) {
    for (int k = 0; k < op.inputs; ++k) {
      if (!argument[k].tensor) {
        data[op.outputs + k] = write_number(in[k], variant.dtypes[op.outputs + k], argument[k].number);
        continue;
      }
      const void* pointer;
      STABLE_TORCH_ERROR_CODE_CHECK(torch_get_const_data_ptr(argument[k].tensor, &pointer));
      data[op.outputs + k] = static_cast<char*>(const_cast<void*>(pointer));
    }
    int operands = op.outputs + op.inputs;
    coalesce(it, operands);
    if (device_type == aoti_torch_device_type_cpu())
      run_cpu(variant, it, data, operands, count);
    else
      run_cuda(op, variant, it, data, count, device_index);
  }
  for (int k = 0; k < op.outputs; ++k) result[k] = out[k].release();
}

void call_elementwise(ElementwiseOperator& op, uint64_t* stack) {
  Owned held[max_operands];
  ElementwiseArgument argument[max_operands];
  AtenTensorHandle result[max_operands];
  for (int k = 0; k < op.inputs; ++k)
    argument[k].tensor = held[k].handle = torch::stable::detail::to<AtenTensorHandle>(stack[k]);
  compute_elementwise(op, argument, result);
  for (int k = 0; k < op.outputs; ++k) stack[k] = torch::stable::detail::from(result[k]);
}

/// Generated: those whose cards say `sorted`, a null pointer at the end.
extern ElementwiseOperator* const sorted_operators[];

namespace {

bool register_all() {
  const int level = cpu_level();
  for (ElementwiseOperator* const* op = sorted_operators; *op; ++op) {
    const bool pullback = std::strstr((*op)->name, "_pullback");
    for (int i = 0; i < (*op)->count; ++i)
      (*op)->variants[i].kernel.entry = pullback ? sorted_pullback_entry : sorted_entry;
  }
  for (ElementwiseOperator* const* op = elementwise_operators; *op; ++op) {
    if (const ElementwiseRow* rows = level ? (*op)->wide[level - 1] : nullptr)
      for (int i = 0; i < (*op)->count; ++i)
        if (rows[i]) (*op)->variants[i].row = rows[i];
    register_operator((*op)->schema, (*op)->boxed);
    for (int i = 0; i < (*op)->count; ++i) kernel_list.add(&(*op)->variants[i].kernel);
  }
  return true;
}
const bool registered = register_all();

}  // namespace
}  // namespace sci
