// What a file in csrc/ops needs: tensors of the stable ABI, parallel_for, dtype dispatch, registration.
#pragma once
#include "core/complex.h"
#include "runtime/parallel.h"
#include "runtime/torch.h"

namespace sci {

using torch::headeronly::ScalarType;

/// Registers a C++ function for both devices: SCI_OPERATOR("dct_before(Tensor x, int type) -> Tensor", dct_before).
#define SCI_OPERATOR(SCHEMA, FUNCTION) SCI_OPERATOR_(SCHEMA, FUNCTION, true, SCI_UNIQUE(sci_register_))
/// The same for the CPU alone: torch refuses a call with a GPU's tensors, whose memory the function would read.
#define SCI_CPU_OPERATOR(SCHEMA, FUNCTION) SCI_OPERATOR_(SCHEMA, FUNCTION, false, SCI_UNIQUE(sci_register_))
#define SCI_OPERATOR_(SCHEMA, FUNCTION, ON_CUDA, NAME) \
  static const bool NAME = ::sci::register_operator(SCHEMA, TORCH_BOX(&FUNCTION), ON_CUDA);

inline bool register_operator(const char* schema, void (*function)(StableIValue*, uint64_t, uint64_t),
                              bool on_cuda = true) {
  using torch::stable::detail::StableLibrary;
  // Libraries unregister what they hold when they are deleted, so these live as long as the process.
  static StableLibrary& define = *new StableLibrary(StableLibrary::Kind::FRAGMENT, "sci", nullptr, __FILE__, __LINE__);
  static StableLibrary& cpu = *new StableLibrary(StableLibrary::Kind::IMPL, "sci", "CPU", __FILE__, __LINE__);
  static StableLibrary& cuda = *new StableLibrary(StableLibrary::Kind::IMPL, "sci", "CUDA", __FILE__, __LINE__);
  std::string text(schema), name = text.substr(0, text.find('('));
  define.def(schema);
  cpu.impl(name.c_str(), function);
  if (on_cuda) cuda.impl(name.c_str(), function);
  return true;
}

/// A type as a value: `dispatch_real(x, "dct", [&](auto tag) { using T = typename decltype(tag)::type; ... })`.
template <class T>
struct type_tag {
  using type = T;
};

template <class F>
auto dispatch_real(const Tensor& x, const char* where, F&& f) {
  switch (x.scalar_type()) {
    case ScalarType::Double: return f(type_tag<double>{});
    case ScalarType::Float: return f(type_tag<float>{});
    default:
      STD_TORCH_CHECK(false, where, ": expected float32 or float64, got ",
                      torch::headeronly::toString(x.scalar_type()));
  }
}

template <class F>
auto dispatch_number(const Tensor& x, const char* where, F&& f) {
  switch (x.scalar_type()) {
    case ScalarType::Double: return f(type_tag<double>{});
    case ScalarType::Float: return f(type_tag<float>{});
    case ScalarType::ComplexDouble: return f(type_tag<complex<double>>{});
    case ScalarType::ComplexFloat: return f(type_tag<complex<float>>{});
    default:
      STD_TORCH_CHECK(false, where, ": expected a real or complex tensor of 32 or 64 bits per part, got ",
                      torch::headeronly::toString(x.scalar_type()));
  }
}

template <class F>
auto dispatch_index(const Tensor& x, const char* where, F&& f) {
  switch (x.scalar_type()) {
    case ScalarType::Int: return f(type_tag<int32_t>{});
    case ScalarType::Long: return f(type_tag<int64_t>{});
    default:
      STD_TORCH_CHECK(false, where, ": expected int32 or int64 indices, got ",
                      torch::headeronly::toString(x.scalar_type()));
  }
}

/// Data pointers, for a type that the caller has dispatched on.
template <class T>
T* data(Tensor& x) {
  return static_cast<T*>(x.mutable_data_ptr());
}
template <class T>
const T* data(const Tensor& x) {
  return static_cast<const T*>(x.const_data_ptr());
}

/// A new row-major tensor on the device of `like`.
inline Tensor empty_as(const Tensor& like, std::vector<int64_t> size, std::optional<ScalarType> dtype = std::nullopt) {
  // By the allocator's own door: through the dispatcher a small tensor takes as long as its computation.
  constexpr size_t max_rank = 64;
  STD_TORCH_CHECK(size.size() <= max_rank, "sci: more than 64 dimensions");
  int64_t stride[max_rank], count = 1;
  for (size_t d = size.size(); d-- > 0; count *= std::max<int64_t>(size[d], 1)) stride[d] = count;
  int32_t type, device, index;
  if (dtype)
    type = torch::stable::detail::to<int32_t>(torch::stable::detail::from(*dtype));
  else
    STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_dtype(like.get(), &type));
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_device_type(like.get(), &device));
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_device_index(like.get(), &index));
  AtenTensorHandle made;
  STABLE_TORCH_ERROR_CODE_CHECK(
      aoti_torch_empty_strided(int64_t(size.size()), size.data(), stride, type, device, index, &made));
  return Tensor(made);
}

}  // namespace sci
