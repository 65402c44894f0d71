// Operators of searches, components, spanning trees and flows.
#include <memory>

#include "ops/graph_shared.h"
#include "sparse/graph_flow.h"
#include "sparse/graph_search.h"
#include "sparse/graph_union.h"

#define SCI_GRAPH_KERNELS(I)                                \
  SCI_KERNEL("sparse/graph_union.h", sci::GraphJoin<I>)     \
  SCI_KERNEL("sparse/graph_union.h", sci::GraphCheapest<I>) \
  SCI_KERNEL("sparse/graph_union.h", sci::GraphChosen<I>)   \
  SCI_KERNEL("sparse/graph_search.h", sci::GraphClaim<I>)   \
  SCI_KERNEL("sparse/graph_search.h", sci::GraphCount<I>)   \
  SCI_KERNEL("sparse/graph_search.h", sci::GraphWrite<I>)
SCI_GRAPH_KERNELS(int32_t)
SCI_GRAPH_KERNELS(int64_t)
SCI_KERNEL("sparse/graph_union.h", sci::GraphRoots)

namespace sci {
namespace {

void check_ends(const Tensor& from, const Tensor& to, int64_t nodes, const char* where) {
  STD_TORCH_CHECK(from.is_contiguous() && to.is_contiguous() && from.scalar_type() == to.scalar_type() &&
                      from.size(0) == to.size(0),
                  where, ": the ends of the edges do not fit");
  if (from.is_cuda()) return;
  dispatch_index(from, where, [&](auto index) {
    using I = typename decltype(index)::type;
    bool holds = true;
    for (const Tensor* x : {&from, &to})
      for (int64_t p = 0; p < from.size(0); ++p) holds &= uint64_t(data<I>(*x)[p]) < uint64_t(nodes);
    check_inside(holds, where);
  });
}

void graph_join(Tensor parents, const Tensor& from, const Tensor& to) {
  check_ends(from, to, parents.size(0), "graph_join");
  GraphSets sets{data<int32_t>(parents), parents.size(0)};
  dispatch_index(from, "graph_join", [&](auto index) {
    using I = typename decltype(index)::type;
    parallel_for(parents, from.size(0), GraphJoin<I>{data<I>(from), data<I>(to), sets});
  });
}

Tensor graph_roots(const Tensor& parents_) {
  Tensor parents = parents_, roots = empty_as(parents, {parents.size(0)});
  GraphRoots body{{data<int32_t>(parents), parents.size(0)}, data<int32_t>(roots)};
  parallel_for(parents, parents.size(0), body);
  return roots;
}

/// The smallest node of each node's component, by one CPU thread.
Tensor graph_components_(const Tensor& indptr, const Tensor& indices) {
  Graph graph(dense(indptr), dense(indices), "graph_components");
  Tensor roots = empty_as(indptr, {graph.nodes}, ScalarType::Int);
  dispatch_index(graph.indices, "graph_components", [&](auto index) {
    using I = typename decltype(index)::type;
    graph_components(graph.rows<I>(), graph.columns<I>(), graph.nodes, data<int32_t>(roots));
  });
  return roots;
}

/// The entries of a minimum spanning forest, in order, and where those of each row begin; by one CPU thread.
std::tuple<Tensor, Tensor> graph_spanning_(const Tensor& weights, const Tensor& indptr, const Tensor& indices) {
  Graph graph(dense(indptr), dense(indices), "graph_spanning");
  check_values(weights, graph, "graph_spanning");
  std::unique_ptr<uint8_t[]> chosen(new uint8_t[graph.edges + 1]());
  Tensor starts = room_as(graph.indptr, {graph.nodes + 1}), entries = room_as(indptr, {0}, ScalarType::Long);
  dispatch_real(weights, "graph_spanning", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(graph.indices, "graph_spanning", [&](auto index) {
      using I = typename decltype(index)::type;
      const I* rows = graph.rows<I>();
      std::unique_ptr<GraphEdge<I>[]> edges(new GraphEdge<I>[graph.edges + 1]);
      std::unique_ptr<int32_t[]> sets(new int32_t[graph.nodes]);
      std::unique_ptr<GraphOffer<T>[]> best(new GraphOffer<T>[graph.nodes]);
      graph_spanning(data<T>(weights), rows, graph.columns<I>(), graph.nodes, edges.get(), sets.get(), best.get(),
                     chosen.get());
      I* to = data<I>(starts);
      to[0] = 0;
      for (int64_t u = 0; u < graph.nodes; ++u) {
        I count = to[u];
        for (I p = rows[u]; p < rows[u + 1]; ++p) count += chosen[p];
        to[u + 1] = count;
      }
      entries = room_as(indptr, {to[graph.nodes] + 1}, ScalarType::Long);
      int64_t *found = data<int64_t>(entries), count = 0;
      for (int64_t p = 0; p < graph.edges; ++p) {
        found[count] = p;
        count += chosen[p];
      }
      entries = torch::stable::narrow(entries, 0, 0, count);
    });
  });
  return {entries, starts};
}

void graph_cheapest(const Tensor& from, const Tensor& to, const Tensor& roots, const Tensor& ranks, Tensor best) {
  check_ends(from, to, roots.size(0), "graph_cheapest");
  STD_TORCH_CHECK(best.size(0) == roots.size(0) && ranks.size(0) == from.size(0), "graph_cheapest: shapes do not fit");
  dispatch_index(from, "graph_cheapest", [&](auto index) {
    using I = typename decltype(index)::type;
    GraphCheapest<I> body{data<I>(from), data<I>(to), data<int32_t>(roots), data<int64_t>(ranks), data<int64_t>(best)};
    parallel_for(from, from.size(0), body);
  });
}

void graph_chosen(const Tensor& from, const Tensor& to, const Tensor& order, const Tensor& best, Tensor parents,
                  Tensor chosen) {
  check_ends(from, to, parents.size(0), "graph_chosen");
  STD_TORCH_CHECK(best.size(0) == parents.size(0) && order.size(0) == from.size(0) && chosen.size(0) == from.size(0),
                  "graph_chosen: shapes do not fit");
  dispatch_index(from, "graph_chosen", [&](auto index) {
    using I = typename decltype(index)::type;
    GraphChosen<I> body{data<I>(from),        data<I>(to),  data<int64_t>(order),
                        data<int64_t>(best),  from.size(0), {data<int32_t>(parents), parents.size(0)},
                        data<int32_t>(chosen)};
    parallel_for(from, best.size(0), body);
  });
}

/// The nodes in the order they are reached in, and each one's predecessor.
std::tuple<Tensor, Tensor> graph_order(const Tensor& indptr, const Tensor& indices, int64_t start, bool breadth) {
  Graph graph(dense(indptr), dense(indices), "graph_order", !breadth);
  check_inside(start >= 0 && start < graph.nodes, "graph_order");
  int64_t n = graph.nodes, count = 0;
  Tensor order = room_as(indptr, {n}, ScalarType::Int), predecessors = room_as(indptr, {n}, ScalarType::Int);
  std::fill_n(data<int32_t>(predecessors), n, graph_no_node);
  int32_t failed = 0;
  dispatch_index(graph.indices, "graph_order", [&](auto index) {
    using I = typename decltype(index)::type;
    const I *starts = graph.rows<I>(), *places = graph.columns<I>();
    int32_t *to = data<int32_t>(order), *before = data<int32_t>(predecessors);
    if (breadth) {
      count =
          graph_breadth(starts, places, int32_t(start), to, before, CsrGuard<I>::of(graph.nodes, graph.edges, &failed));
      return;
    }
    std::vector<char> visited(n);
    std::vector<int32_t> stack(n);
    std::vector<I> next(starts, starts + n);
    count = graph_depth(starts, places, int32_t(start), to, before, visited.data(), stack.data(), next.data());
  });
  check_inside(count >= 0, "graph_order");
  return {torch::stable::narrow(order, 0, 0, count), predecessors};
}

/// Which edges a tree of predecessors takes, in compressed rows: their entries (-1 for none), row starts and columns.
std::tuple<Tensor, Tensor, Tensor> graph_tree_edges_(const Tensor& weights, const Tensor& indptr, const Tensor& indices,
                                                     const Tensor& predecessors) {
  Graph graph(dense(indptr), dense(indices), "graph_tree_edges");
  check_values(weights, graph, "graph_tree_edges");
  STD_TORCH_CHECK(predecessors.scalar_type() == ScalarType::Int && predecessors.is_contiguous() &&
                      predecessors.numel() == graph.nodes,
                  "graph_tree: predecessors must be int32, one for each node");
  const int32_t* before = data<int32_t>(predecessors);
  int64_t count = 0;
  for (int64_t v = 0; v < graph.nodes; ++v) {
    check_inside(before[v] < graph.nodes, "graph_tree_edges");
    count += before[v] >= 0;
  }
  Tensor entries = room_as(indptr, {count}, ScalarType::Long), starts = room_as(indptr, {graph.nodes + 1}),
         columns = room_as(indptr, {count});
  std::unique_ptr<int64_t[]> best(new int64_t[graph.nodes + 1]);
  dispatch_real(weights, "graph_tree_edges", [&](auto number) {
    using T = typename decltype(number)::type;
    dispatch_index(graph.indices, "graph_tree_edges", [&](auto index) {
      using I = typename decltype(index)::type;
      graph_tree_edges(data<T>(weights), graph.rows<I>(), graph.columns<I>(), graph.nodes, before, best.get(),
                       data<I>(starts), data<I>(columns), data<int64_t>(entries));
    });
  });
  return {entries, starts, columns};
}

/// How many nodes each node of the frontier finds; `graph_found` lists them.
Tensor graph_claim(const Tensor& indptr, const Tensor& indices, const Tensor& frontier, Tensor claims) {
  Graph graph(indptr, indices, "graph_claim");
  check_nodes(frontier, graph.nodes, "graph_claim");
  Tensor counts = empty_as(frontier, {frontier.size(0)}, ScalarType::Long);
  dispatch_index(graph.indices, "graph_claim", [&](auto index) {
    using I = typename decltype(index)::type;
    const int32_t* from = data<int32_t>(frontier);
    int32_t* claim = data<int32_t>(claims);
    parallel_for(claims, frontier.size(0), GraphClaim<I>{graph.rows<I>(), graph.columns<I>(), from, claim});
    GraphCount<I> body{graph.rows<I>(), graph.columns<I>(), from, claim, data<int64_t>(counts)};
    parallel_for(claims, frontier.size(0), body);
  });
  return counts;
}

Tensor graph_found(const Tensor& indptr, const Tensor& indices, const Tensor& frontier, const Tensor& counts,
                   const Tensor& ends, int64_t total, Tensor claims, Tensor predecessors) {
  Graph graph(indptr, indices, "graph_found");
  check_nodes(frontier, graph.nodes, "graph_found");
  Tensor found = empty_as(frontier, {total});
  dispatch_index(graph.indices, "graph_found", [&](auto index) {
    using I = typename decltype(index)::type;
    GraphWrite<I> body{graph.rows<I>(),       graph.columns<I>(),    data<int32_t>(frontier),     data<int64_t>(ends),
                       data<int64_t>(counts), data<int32_t>(claims), data<int32_t>(predecessors), data<int32_t>(found)};
    parallel_for(claims, frontier.size(0), body);
  });
  return found;
}

std::tuple<int64_t, Tensor> graph_strong_(const Tensor& indptr, const Tensor& indices) {
  Graph graph(dense(indptr), dense(indices), "graph_strong");
  int64_t n = graph.nodes, components = 0;
  Tensor labels = empty_as(indptr, {n}, ScalarType::Int);
  std::vector<int32_t> low(n), stack(n), open(n);
  dispatch_index(graph.indices, "graph_strong", [&](auto index) {
    using I = typename decltype(index)::type;
    const I* starts = graph.rows<I>();
    std::vector<I> next(starts, starts + n);
    components = graph_strong(starts, graph.columns<I>(), n, data<int32_t>(labels), low.data(), stack.data(),
                              open.data(), next.data());
  });
  return {components, labels};
}

/// What is left of each capacity after a maximum flow, and the level of each node, -1 behind a minimum cut.
std::tuple<Tensor, Tensor> graph_flow(const Tensor& capacities, const Tensor& indptr, const Tensor& indices,
                                      const Tensor& reverse, int64_t source, int64_t sink) {
  Graph graph(dense(indptr), dense(indices), "graph_flow");
  int64_t n = graph.nodes;
  STD_TORCH_CHECK(capacities.size(0) == graph.edges && reverse.size(0) == graph.edges &&
                      reverse.scalar_type() == graph.indices.scalar_type() && capacities.is_contiguous() &&
                      reverse.is_contiguous(),
                  "graph_flow: shapes or dtypes do not fit");
  check_inside(source >= 0 && source < n && sink >= 0 && sink < n && source != sink, "graph_flow");
  Tensor left = torch::stable::clone(capacities), levels = empty_as(capacities, {n}, ScalarType::Int);
  dispatch_index(graph.indices, "graph_flow", [&](auto index) {
    using I = typename decltype(index)::type;
    const I* back = data<I>(reverse);
    for (int64_t p = 0; p < graph.edges; ++p) check_inside(uint64_t(back[p]) < uint64_t(graph.edges), "graph_flow");
    std::vector<int32_t> queue(n);
    std::vector<I> next(n), path(n);
    auto run = [&](auto number) {
      using T = typename decltype(number)::type;
      GraphFlow<T, I>{graph.rows<I>(),       graph.columns<I>(), back,        data<T>(left), n, source, sink,
                      data<int32_t>(levels), queue.data(),       next.data(), path.data()}
          .run();
    };
    if (capacities.scalar_type() == ScalarType::Long)
      run(type_tag<int64_t>{});
    else
      dispatch_real(capacities, "graph_flow", run);
  });
  return {left, levels};
}

SCI_OPERATOR("graph_join(Tensor(a!) parents, Tensor start, Tensor stop) -> ()", graph_join)
SCI_OPERATOR("graph_roots(Tensor parents) -> Tensor", graph_roots)
SCI_CPU_OPERATOR("graph_components(Tensor indptr, Tensor indices) -> Tensor", graph_components_)
SCI_CPU_OPERATOR("graph_spanning(Tensor weights, Tensor indptr, Tensor indices) -> (Tensor, Tensor)", graph_spanning_)
SCI_OPERATOR("graph_cheapest(Tensor start, Tensor stop, Tensor roots, Tensor ranks, Tensor(a!) best) -> ()",
             graph_cheapest)
SCI_OPERATOR(
    "graph_chosen(Tensor start, Tensor stop, Tensor order, Tensor best, Tensor(a!) parents, Tensor(b!) chosen) -> ()",
    graph_chosen)
SCI_CPU_OPERATOR("graph_order(Tensor indptr, Tensor indices, int start, bool breadth) -> (Tensor, Tensor)", graph_order)
SCI_CPU_OPERATOR(
    "graph_tree_edges(Tensor weights, Tensor indptr, Tensor indices, Tensor predecessors) -> (Tensor, Tensor, Tensor)",
    graph_tree_edges_)
SCI_OPERATOR("graph_claim(Tensor indptr, Tensor indices, Tensor frontier, Tensor(a!) claims) -> Tensor", graph_claim)
SCI_OPERATOR(
    "graph_found(Tensor indptr, Tensor indices, Tensor frontier, Tensor counts, Tensor ends, int total, Tensor(a!) "
    "claims, Tensor(b!) predecessors) -> Tensor",
    graph_found)
SCI_CPU_OPERATOR("graph_strong(Tensor indptr, Tensor indices) -> (int, Tensor)", graph_strong_)
SCI_CPU_OPERATOR(
    "graph_flow(Tensor capacities, Tensor indptr, Tensor indices, Tensor reverse, int source, int sink) -> (Tensor, "
    "Tensor)",
    graph_flow)

}  // namespace
}  // namespace sci
