// A tensor's handle that deletes itself.
#pragma once
#include <torch/csrc/stable/tensor.h>

#include <utility>

namespace sci {

/// For small calls: torch::stable::Tensor allocates twice, which a call on five numbers would feel.
struct Owned {
  AtenTensorHandle handle = nullptr;
  Owned() = default;
  explicit Owned(AtenTensorHandle taken) : handle(taken) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (handle) aoti_torch_delete_tensor_object(handle);
  }
  AtenTensorHandle release() { return std::exchange(handle, nullptr); }
};

}  // namespace sci
