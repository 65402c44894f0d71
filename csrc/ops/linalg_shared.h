// What the files linalg_*.cpp share: batches of matrices, row-major copies, the four number types.
#pragma once
#include "core/cpu.h"
#include "runtime/operator.h"

#define SCI_FOUR_KERNELS(HEADER, BODY)               \
  SCI_KERNEL(HEADER, sci::BODY<float>)               \
  SCI_KERNEL(HEADER, sci::BODY<double>)              \
  SCI_KERNEL(HEADER, sci::BODY<sci::complex<float>>) \
  SCI_KERNEL(HEADER, sci::BODY<sci::complex<double>>)

namespace sci {
namespace {

/// A row-major copy.
[[maybe_unused]] Tensor fresh_copy(const Tensor& x) {
  std::vector<int64_t> size(x.sizes().begin(), x.sizes().end());
  Tensor out = empty_as(x, size);
  torch::stable::copy_(out, x);
  return out;
}

/// The tensor itself where it is row-major.
[[maybe_unused]] Tensor row_major(const Tensor& x) { return x.is_contiguous() ? x : fresh_copy(x); }

struct Batch {
  std::vector<int64_t> size;  // of the leading dimensions
  int64_t count = 1, n;
};
[[maybe_unused]] Batch batch_of(const Tensor& x) {
  Batch b{{x.sizes().begin(), x.sizes().end() - 2}};
  for (int64_t k : b.size) b.count *= k;
  b.n = x.size(-1);
  return b;
}

/// Matrices per CPU thread, from the work that one is.
[[maybe_unused]] int64_t matrices_at_least(int64_t n) { return std::max<int64_t>(1, 32768 / (n * n * n + 1)); }

[[maybe_unused]] std::vector<int64_t> with_last(std::vector<int64_t> size, int64_t last) {
  size.push_back(last);
  return size;
}
[[maybe_unused]] std::vector<int64_t> with_last(std::vector<int64_t> size, int64_t rows, int64_t columns) {
  size.push_back(rows);
  size.push_back(columns);
  return size;
}

[[maybe_unused]] bool is_complex_type(ScalarType type) {
  return type == ScalarType::ComplexDouble || type == ScalarType::ComplexFloat;
}
[[maybe_unused]] ScalarType real_type(ScalarType type) {
  return type == ScalarType::ComplexDouble  ? ScalarType::Double
         : type == ScalarType::ComplexFloat ? ScalarType::Float
                                            : type;
}

}  // namespace
}  // namespace sci
