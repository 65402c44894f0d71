// Operators of shortest paths. Those that change their arguments in place work on what sci/sparse/csgraph has made.
#include "ops/graph_shared.h"
#include "sparse/graph_paths.h"

#define SCI_GRAPH_KERNELS(T, I)                             \
  SCI_KERNEL("sparse/graph_paths.h", sci::GraphRelax<T, I>) \
  SCI_KERNEL("sparse/graph_paths.h", sci::GraphTight<T, I>) \
  SCI_KERNEL("sparse/graph_paths.h", sci::GraphEntry<T, I>)
SCI_GRAPH_KERNELS(float, int32_t)
SCI_GRAPH_KERNELS(float, int64_t)
SCI_GRAPH_KERNELS(double, int32_t)
SCI_GRAPH_KERNELS(double, int64_t)
SCI_KERNEL("sparse/graph_paths.h", sci::GraphDense<float>)
SCI_KERNEL("sparse/graph_paths.h", sci::GraphDense<double>)

namespace sci {
namespace {

template <class F>
void dispatch_graph(const Tensor& weights, const Graph& graph, const char* where, F&& f) {
  dispatch_real(weights, where,
                [&](auto number) { dispatch_index(graph.indices, where, [&](auto index) { f(number, index); }); });
}

/// Lengths (sources, nodes) from each source, or (1, nodes) from the nearest.
Tensor graph_dijkstra(const Tensor& weights, const Tensor& indptr, const Tensor& indices, const Tensor& sources,
                      bool nearest, double limit) {
  constexpr const char* where = "graph_dijkstra";
  Graph graph(dense(indptr), dense(indices), where);
  check_values(weights, graph, where);
  check_nodes(sources, graph.nodes, where);
  int64_t n = graph.nodes, searches = nearest ? 1 : sources.size(0), each = nearest ? sources.size(0) : 1;
  Tensor out = empty_as(weights, {searches, n});
  dispatch_graph(weights, graph, where, [&](auto number, auto index) {
    using T = typename decltype(number)::type;
    using I = typename decltype(index)::type;
    GraphDijkstra<T, I> body{data<T>(weights), graph.rows<I>(), graph.columns<I>(), n, T(limit)};
    const int32_t* from = data<int32_t>(sources);
    T* to = data<T>(out);
    torch::stable::parallel_for(0, searches, 1, [&](int64_t begin, int64_t end) {
      std::vector<int32_t> places(n), heap(n);
      for (int64_t s = begin; s < end; ++s) body.lengths(from + s, each, to + s * n, places.data(), heap.data());
    });
  });
  return out;
}

/// Predecessors and the entries that are the edges from them, of lengths that are right.
std::tuple<Tensor, Tensor> graph_tree(const Tensor& weights, const Tensor& indptr, const Tensor& indices,
                                      const Tensor& sources, const Tensor& lengths) {
  constexpr const char* where = "graph_tree";
  Graph graph(dense(indptr), dense(indices), where);
  check_values(weights, graph, where);
  check_nodes(sources, graph.nodes, where);
  int64_t n = graph.nodes, searches = lengths.size(0);
  STD_TORCH_CHECK(lengths.is_contiguous() && lengths.size(1) == n && (searches == 1 || searches == sources.size(0)),
                  "graph_tree: shapes do not fit");
  int64_t each = searches == sources.size(0) ? 1 : sources.size(0);
  Tensor predecessors = empty_as(weights, {searches, n}, ScalarType::Int);
  Tensor entries = empty_as(weights, {searches, n}, ScalarType::Long);
  dispatch_graph(weights, graph, where, [&](auto number, auto index) {
    using T = typename decltype(number)::type;
    using I = typename decltype(index)::type;
    GraphDijkstra<T, I> body{data<T>(weights), graph.rows<I>(), graph.columns<I>(), n, limits<T>::infinity};
    const int32_t* from = data<int32_t>(sources);
    const T* found = data<T>(lengths);
    int32_t* before = data<int32_t>(predecessors);
    int64_t* edge = data<int64_t>(entries);
    torch::stable::parallel_for(0, searches, 1, [&](int64_t begin, int64_t end) {
      std::vector<int32_t> levels(n), queue(n);
      for (int64_t s = begin; s < end; ++s)
        body.tree(from + s, each, found + s * n, before + s * n, edge + s * n, levels.data(), queue.data());
    });
  });
  return {predecessors, entries};
}

void graph_relax(const Tensor& weights, const Tensor& indptr, const Tensor& indices, Tensor lengths, Tensor waiting,
                 const Tensor& bounds, double limit) {
  constexpr const char* where = "graph_relax";
  Graph graph(indptr, indices, where);
  check_values(weights, graph, where);
  STD_TORCH_CHECK(lengths.is_contiguous() && waiting.is_contiguous() && lengths.numel() == waiting.numel() &&
                      lengths.numel() == bounds.size(0) * graph.nodes &&
                      lengths.element_size() == weights.element_size() && waiting.scalar_type() == ScalarType::Int &&
                      bounds.scalar_type() == weights.scalar_type(),
                  "graph_relax: shapes or dtypes do not fit");
  dispatch_graph(weights, graph, where, [&](auto number, auto index) {
    using T = typename decltype(number)::type;
    using I = typename decltype(index)::type;
    GraphRelax<T, I> body{data<T>(weights),       graph.rows<I>(), graph.columns<I>(), data<order_key<T>>(lengths),
                          data<int32_t>(waiting), data<T>(bounds), graph.nodes,        T(limit)};
    parallel_for(weights, lengths.numel(), body);
  });
}

void graph_tight(const Tensor& weights, const Tensor& indptr, const Tensor& indices, const Tensor& lengths,
                 Tensor levels, Tensor predecessors, int64_t level) {
  constexpr const char* where = "graph_tight";
  Graph graph(indptr, indices, where);
  check_values(weights, graph, where);
  int64_t count = lengths.numel();
  STD_TORCH_CHECK(lengths.is_contiguous() && levels.is_contiguous() && predecessors.is_contiguous() &&
                      levels.numel() == count && predecessors.numel() == count &&
                      levels.scalar_type() == ScalarType::Int && predecessors.scalar_type() == ScalarType::Int &&
                      lengths.scalar_type() == weights.scalar_type(),
                  "graph_tight: shapes or dtypes do not fit");
  dispatch_graph(weights, graph, where, [&](auto number, auto index) {
    using T = typename decltype(number)::type;
    using I = typename decltype(index)::type;
    GraphTight<T, I> body{data<T>(weights), graph.rows<I>(),       graph.columns<I>(),
                          data<T>(lengths), data<int32_t>(levels), data<int32_t>(predecessors),
                          graph.nodes,      int32_t(level)};
    parallel_for(weights, count, body);
  });
}

Tensor graph_entries(const Tensor& weights, const Tensor& indptr, const Tensor& indices, const Tensor& lengths,
                     const Tensor& predecessors) {
  constexpr const char* where = "graph_entries";
  Graph graph(indptr, indices, where);
  check_values(weights, graph, where);
  STD_TORCH_CHECK(lengths.is_contiguous() && predecessors.is_contiguous() && lengths.numel() == predecessors.numel() &&
                      predecessors.scalar_type() == ScalarType::Int,
                  "graph_entries: shapes or dtypes do not fit");
  Tensor entries = empty_as(predecessors, {lengths.size(0), graph.nodes}, ScalarType::Long);
  dispatch_graph(weights, graph, where, [&](auto number, auto index) {
    using T = typename decltype(number)::type;
    using I = typename decltype(index)::type;
    GraphEntry<T, I> body{
        data<T>(weights),       graph.rows<I>(), graph.columns<I>(), data<T>(lengths), data<int32_t>(predecessors),
        data<int64_t>(entries), graph.nodes};
    parallel_for(weights, lengths.numel(), body);
  });
  return entries;
}

/// Floyd and Warshall's method in place.
void graph_dense(Tensor lengths, Tensor predecessors) {
  int64_t n = lengths.size(0);
  STD_TORCH_CHECK(lengths.is_contiguous() && predecessors.is_contiguous() && lengths.size(1) == n &&
                      predecessors.numel() == n * n && predecessors.scalar_type() == ScalarType::Int,
                  "graph_dense: expected square matrices");
  dispatch_real(lengths, "graph_dense", [&](auto number) {
    using T = typename decltype(number)::type;
    T* found = data<T>(lengths);
    int32_t* before = data<int32_t>(predecessors);
    for (int64_t middle = 0; middle < n; ++middle) {
      if (lengths.is_cuda()) {
        parallel_for(lengths, n * n, GraphDense<T>{found, before, n, middle});
        continue;
      }
      GraphDenseRow<T> body{found, before, n, middle};
      torch::stable::parallel_for(0, n, max(int64_t(1), int64_t(16384) / n), [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) body(i);
      });
    }
  });
}

SCI_CPU_OPERATOR(
    "graph_dijkstra(Tensor weights, Tensor indptr, Tensor indices, Tensor sources, bool nearest, float limit) -> "
    "Tensor",
    graph_dijkstra)
SCI_CPU_OPERATOR(
    "graph_tree(Tensor weights, Tensor indptr, Tensor indices, Tensor sources, Tensor lengths) -> (Tensor, Tensor)",
    graph_tree)
SCI_OPERATOR(
    "graph_relax(Tensor weights, Tensor indptr, Tensor indices, Tensor(a!) lengths, Tensor(b!) waiting, Tensor bounds, "
    "float limit) -> ()",
    graph_relax)
SCI_OPERATOR(
    "graph_tight(Tensor weights, Tensor indptr, Tensor indices, Tensor lengths, Tensor(a!) levels, Tensor(b!) "
    "predecessors, int level) -> ()",
    graph_tight)
SCI_OPERATOR(
    "graph_entries(Tensor weights, Tensor indptr, Tensor indices, Tensor lengths, Tensor predecessors) -> Tensor",
    graph_entries)
SCI_OPERATOR("graph_dense(Tensor(a!) lengths, Tensor(b!) predecessors) -> ()", graph_dense)

}  // namespace
}  // namespace sci
