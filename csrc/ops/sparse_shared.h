// What the operators on sparse patterns share.
#pragma once
#include "core/cpu.h"
#include "runtime/kept_memory.h"
#include "runtime/operator.h"

namespace sci {

inline Tensor on_cpu(const Tensor& x) {
  STD_TORCH_CHECK(!x.is_cuda(), "csr: patterns are worked on by these operators on the CPU alone");
  return x.is_contiguous() ? x : torch::stable::contiguous(x);
}

/// A new tensor, on the CPU in memory that is kept where it is long: allocating would take longer than the operators
/// here do. There it does not go through the dispatcher either, which takes as long as the product of a small matrix.
inline Tensor room_as(const Tensor& like, std::vector<int64_t> size, std::optional<ScalarType> dtype = std::nullopt) {
  if (like.is_cuda()) return empty_as(like, std::move(size), dtype);
  int32_t type = 0, place = 0;
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_dtype(like.get(), &type));
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_get_device_index(like.get(), &place));
  if (dtype) type = torch::stable::detail::to<int32_t>(torch::stable::detail::from(*dtype));
  std::vector<int64_t> strides(size.size());
  int64_t count = 1;
  for (size_t d = size.size(); d-- > 0; count *= size[d] > 1 ? size[d] : 1) strides[d] = count;
  AtenTensorHandle handle = nullptr;
  size_t given = 0, bytes = aoti_torch_dtype_element_size(type);
  for (int64_t n : size) bytes *= size_t(n);
  if (bytes >= kept_from) {
    if (void* memory = take_memory(bytes, given)) {
      auto give_back = [](void* from, void* size) { keep_memory(from, reinterpret_cast<size_t>(size)); };
      STABLE_TORCH_ERROR_CODE_CHECK(torch_from_blob(
          memory, int64_t(size.size()), size.data(), strides.data(), 0, type, aoti_torch_device_type_cpu(), place,
          &handle, aoti_torch_layout_strided(), nullptr, 0, give_back, reinterpret_cast<void*>(given)));
      return Tensor(handle);
    }
  }
  STABLE_TORCH_ERROR_CODE_CHECK(aoti_torch_empty_strided(int64_t(size.size()), size.data(), strides.data(), type,
                                                         aoti_torch_device_type_cpu(), place, &handle));
  return Tensor(handle);
}

/// Room for values that an operator works with, from the same memory; nothing is constructed in it.
template <class V>
class Room {
 public:
  Room(const Tensor& like, int64_t count) : bytes_(room_as(like, {count * int64_t(sizeof(V))}, ScalarType::Byte)) {}
  V* get() { return static_cast<V*>(bytes_.mutable_data_ptr()); }

 private:
  Tensor bytes_;
};

inline void check_inside(bool holds, const char* where) {
  STD_TORCH_CHECK(holds, where,
                  ": an index lies outside of the array, or indptr decreases; it was changed after it was checked");
}

#ifdef SCI_AVX2
template <class Body>
SCI_AVX2 inline void run_wide(int64_t begin, int64_t end, const Body& body) {
  for (int64_t i = begin; i < end; ++i) body(i);
}
#endif

/// Items of a body, with the vector instructions that the CPU has.
template <class Body>
void run_items(int64_t begin, int64_t end, const Body& body) {
#ifdef SCI_AVX2
  if (cpu_level() >= 1) return run_wide(begin, end, body);
#endif
  for (int64_t i = begin; i < end; ++i) body(i);
}

/// Values that are moved and not computed with: one type per size.
struct bytes16 {
  uint64_t part[2];
};

template <class F>
auto dispatch_bytes(const Tensor& x, F&& f) {
  switch (x.element_size()) {
    case 1: return f(type_tag<uint8_t>{});
    case 2: return f(type_tag<uint16_t>{});
    case 4: return f(type_tag<uint32_t>{});
    case 8: return f(type_tag<uint64_t>{});
    default: return f(type_tag<bytes16>{});
  }
}

}  // namespace sci
