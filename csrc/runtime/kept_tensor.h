// Tensors in memory that is kept (runtime/kept_memory.h).
#pragma once
#include "runtime/kept_memory.h"
#include "runtime/operator.h"

namespace sci {

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

}  // namespace sci
