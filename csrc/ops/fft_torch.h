// torch's Fourier transforms, for CUDA: cuFFT behind them.
#pragma once
#include <torch/csrc/stable/ops.h>

#include "runtime/operator.h"

namespace sci {

/// aten::_fft_r2c, _fft_c2r or _fft_c2c over `dims`, not normalised; `last` is the operator's last argument.
inline Tensor fft_of_torch(const char* name, const Tensor& x, const std::vector<int64_t>& dims, StableIValue last) {
  std::array<StableIValue, 4> stack{
      torch::stable::detail::from(x),
      torch::stable::detail::from(torch::headeronly::IntHeaderOnlyArrayRef(dims.data(), dims.size())),
      torch::stable::detail::from(int64_t(0)), last};
  STABLE_TORCH_ERROR_CODE_CHECK(torch_call_dispatcher(name, "", stack.data(), TORCH_ABI_VERSION));
  return torch::stable::contiguous(torch::stable::detail::to<Tensor>(stack[0]));
}
inline Tensor real_to_half(const Tensor& x, const std::vector<int64_t>& dims) {
  return fft_of_torch("aten::_fft_r2c", x, dims, torch::stable::detail::from(true));
}
inline Tensor half_to_real(const Tensor& x, int64_t dim, int64_t n) {
  return fft_of_torch("aten::_fft_c2r", x, {dim}, torch::stable::detail::from(n));
}
inline Tensor complex_fft(const Tensor& x, const std::vector<int64_t>& dims, bool forward) {
  return fft_of_torch("aten::_fft_c2c", x, dims, torch::stable::detail::from(forward));
}

}  // namespace sci
