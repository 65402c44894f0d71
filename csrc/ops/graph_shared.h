// What the operators on graphs share.
#pragma once
#include "ops/sparse_shared.h"
#include "sparse/csr_guard.h"

namespace sci {

/// Row starts and columns of a square pattern. On the CPU they are checked here, unless the kernel checks what it
/// reads.
struct Graph {
  Tensor indptr, indices;
  int64_t nodes, edges;

  Graph(const Tensor& indptr_, const Tensor& indices_, const char* where, bool check = true)
      : indptr(torch::stable::contiguous(indptr_)),
        indices(torch::stable::contiguous(indices_)),
        nodes(indptr_.size(0) - 1),
        edges(indices_.size(0)) {
    STD_TORCH_CHECK(indptr.scalar_type() == indices.scalar_type(), where, ": indptr and indices differ in dtype");
    STD_TORCH_CHECK(nodes < (int64_t(1) << 31) - 1, where, ": more nodes than int32 counts");
    if (indptr.is_cuda() || !check) return;
    dispatch_index(indptr, where, [&](auto index) {
      using I = typename decltype(index)::type;
      const I *starts = rows<I>(), *places = columns<I>();
      int32_t failed = 0;
      bool holds = starts[0] == 0 && starts[nodes] <= edges;
      for (int64_t v = 0; v < nodes; ++v) holds &= starts[v] <= starts[v + 1];
      holds &= CsrGuard<I>::of(nodes, edges, &failed).block(places, 0, I(edges));
      check_inside(holds, where);
    });
  }
  template <class I>
  const I* rows() const {
    return data<I>(indptr);
  }
  template <class I>
  const I* columns() const {
    return data<I>(indices);
  }
};

inline void check_values(const Tensor& weights, const Graph& graph, const char* where) {
  STD_TORCH_CHECK(weights.dim() == 1 && weights.size(0) >= graph.edges && weights.is_contiguous(), where,
                  ": weights must be one row of numbers, one for each entry");
}

inline void check_nodes(const Tensor& x, int64_t nodes, const char* where) {
  STD_TORCH_CHECK(x.scalar_type() == ScalarType::Int && x.is_contiguous(), where, ": nodes must be int32");
  if (x.is_cuda()) return;
  const int32_t* node = data<int32_t>(x);
  for (int64_t k = 0; k < x.numel(); ++k) check_inside(uint32_t(node[k]) < uint64_t(nodes), where);
}

}  // namespace sci
