// What the operators of interpolate share: leading dimensions that broadcast, blocks of work, a stable sort.
#pragma once
#include "interpolate/interval.h"
#include "runtime/operator.h"

namespace sci {

/// The tensor, or a row-major copy of it.
inline Tensor as_contiguous(const Tensor& x) { return x.is_contiguous() ? x : torch::stable::contiguous(x); }

/// The leading dimensions of several tensors, broadcast together: all but the last `core` of each.
class Batch {
 public:
  void add(const Tensor& x, int64_t core, const char* where) {
    STD_TORCH_CHECK(x.dim() >= core, where, ": expected at least ", core, " dimensions, got ", x.dim());
    size_t lead = size_t(x.dim() - core);
    if (lead > size_.size()) size_.insert(size_.begin(), lead - size_.size(), 1);
    STD_TORCH_CHECK(size_.size() <= size_t(BatchSteps::max_dims), where, ": more than ", int(BatchSteps::max_dims),
                    " batch dimensions");
    for (size_t k = 0; k < lead; ++k) {
      int64_t n = x.size(int64_t(k));
      int64_t& known = size_[size_.size() - lead + k];
      STD_TORCH_CHECK(n == known || n == 1 || known == 1, where, ": batch dimensions do not broadcast");
      if (n != 1) known = n;
    }
  }
  int64_t count() const {
    int64_t n = 1;
    for (int64_t s : size_) n *= s;
    return n;
  }
  /// How to find the batch elements of a contiguous tensor.
  BatchSteps steps(const Tensor& x, int64_t core) const {
    BatchSteps s;
    s.dims = int(size_.size());
    int64_t lead = x.dim() - core, step = 1;
    for (int64_t k = lead; k < x.dim(); ++k) step *= x.size(k);
    for (int64_t k = s.dims - 1, j = lead - 1; k >= 0; --k, --j) {
      s.size[k] = size_[size_t(k)];
      int64_t n = j >= 0 ? x.size(j) : 1;
      s.step[k] = n == 1 ? 0 : step;
      step *= n;
    }
    return s;
  }
  std::vector<int64_t> shape(std::initializer_list<int64_t> core) const {
    std::vector<int64_t> all = size_;
    all.insert(all.end(), core);
    return all;
  }

 private:
  std::vector<int64_t> size_;
};

/// How many neighbours one item of work takes: a run of them on the CPU, each its own thread on CUDA.
inline int64_t block_for(const Tensor& x, int64_t cpu) { return x.is_cuda() ? 1 : cpu; }

/// How many threads, as a power of two, share the columns of a query: on CUDA as many as write a sector of memory, 32
/// bytes, side by side.
inline int part_bits_for(const Tensor& x, int64_t columns) {
  int bits = 0;
  while (x.is_cuda() && int64_t(2) << bits <= std::min<int64_t>(columns, 32 / int64_t(x.element_size()))) ++bits;
  return bits;
}

/// Runs a body that the CPU alone has, so that none is compiled for CUDA: as `parallel_for`, an item at least a thread.
template <class Body>
void parallel_on_cpu(int64_t n, const Body& body) {
  torch::stable::parallel_for(0, n, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

inline int64_t blocks_of(int64_t count, int64_t block) { return (count + block - 1) / block; }

/// The last dimension sorted, equal values in their old order, and where each value was.
inline std::tuple<Tensor, Tensor> stable_sort(const Tensor& x) {
  using torch::stable::detail::from;
  using torch::stable::detail::to;
  std::array<StableIValue, 4> stack{from(x), from(std::optional<bool>(true)), from(int64_t(-1)), from(false)};
  TORCH_ERROR_CODE_CHECK(torch_call_dispatcher("aten::sort", "stable", stack.data(), TORCH_ABI_VERSION));
  return {to<Tensor>(stack[0]), to<Tensor>(stack[1])};
}

}  // namespace sci
