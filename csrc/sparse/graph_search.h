// Searches from a node over compressed rows, in the order of the entries.
//
//   graph_breadth  breadth first with a queue (CPU)
//   graph_tree_edges     the rows of a tree of predecessors, and which edges they are (CPU)
//   GraphClaim, GraphCount, GraphWrite  one level of the same order for many threads: a node belongs to the first of
//                  the frontier that leads to it; an item is a place in the frontier
//   graph_depth    depth first: from each node on to its first neighbour that has not been visited (CPU)
//   graph_strong   strongly connected components (Tarjan, SIAM J. Comput. 1, 1972), numbered as they are completed
#pragma once
#include "core/atomic.h"
#include "core/platform.h"
#include "sparse/csr_guard.h"

namespace sci {

constexpr int32_t graph_visited = int32_t(0x80000000);

/// `claims` of each node: the largest number while it is free, the place in the frontier of the node that claims it,
/// ~place once counted, visited.
template <class I>
struct GraphClaim {
  const I* indptr;
  const I* indices;
  const int32_t* frontier;
  int32_t* claims;
  SCI_HD void operator()(int64_t item) const {
    int32_t u = frontier[item];
    for (I p = indptr[u]; p < indptr[u + 1]; ++p)
      if (atomic_load(claims + indices[p]) > item) atomic_min(claims + indices[p], int32_t(item));
  }
};

template <class I>
struct GraphCount {
  const I* indptr;
  const I* indices;
  const int32_t* frontier;
  int32_t* claims;
  int64_t* counts;
  SCI_HD void operator()(int64_t item) const {
    int32_t u = frontier[item];
    int64_t count = 0;
    for (I p = indptr[u]; p < indptr[u + 1]; ++p)
      if (claims[indices[p]] == item) {
        claims[indices[p]] = ~int32_t(item);  // a second edge to it does not count
        ++count;
      }
    counts[item] = count;
  }
};

template <class I>
struct GraphWrite {
  const I* indptr;
  const I* indices;
  const int32_t* frontier;
  const int64_t* ends;  // where the nodes found from here end
  const int64_t* counts;
  int32_t* claims;
  int32_t* predecessors;
  int32_t* found;
  SCI_HD void operator()(int64_t item) const {
    int32_t u = frontier[item];
    int64_t to = ends[item] - counts[item];
    for (I p = indptr[u]; p < indptr[u + 1]; ++p)
      if (claims[indices[p]] == ~int32_t(item)) {
        claims[indices[p]] = graph_visited;
        predecessors[indices[p]] = u;
        found[to++] = int32_t(indices[p]);
      }
  }
};

#if !SCI_DEVICE

constexpr int32_t graph_no_node = -9999;

/// Fills `order` and `predecessors` (`graph_no_node` at first) and returns how many nodes were reached, or -1 for
/// indices outside: `guard` checks those that are read.
template <class I>
inline int64_t graph_breadth(const I* indptr, const I* indices, int32_t start, int32_t* order, int32_t* predecessors,
                             const CsrGuard<I> guard) {
  using U = typename CsrGuard<I>::U;
  const U nodes = guard.columns, entries = guard.entries;
  int64_t end = 1;
  order[0] = predecessors[start] = start;
  for (int64_t at = 0; at < end; ++at) {
    if (at + 16 < end) {  // rows may lie anywhere
      __builtin_prefetch(indptr + order[at + 16]);
      __builtin_prefetch(indices + indptr[order[at + 8]]);
    }
    const int32_t u = order[at];
    const U stop = U(indptr[u + 1]);
    U p = U(indptr[u]);
    if (p > stop || stop > entries) return -1;
#pragma GCC unroll 4
    for (; p < stop; ++p) {
      const U v = U(indices[p]);
      if (__builtin_expect(v >= nodes, 0)) return -1;
      if (__builtin_expect(predecessors[v] == graph_no_node, 0)) {  // most edges lead to nodes that are known
        predecessors[v] = u;
        order[end++] = int32_t(v);
      }
    }
  }
  predecessors[start] = graph_no_node;
  return end;
}

/// The edges from each node to those it precedes in compressed rows (`starts`, `columns`): `entries` are the lightest
/// of the graph's edges between them, of those the first, or -1 where it has none. `best` is room for one per node.
/// The pattern and the predecessors, negative for none, have been checked.
template <class T, class I>
inline void graph_tree_edges(const T* weights, const I* indptr, const I* indices, int64_t nodes,
                             const int32_t* predecessors, int64_t* best, I* starts, I* columns, int64_t* entries) {
  for (int64_t v = 0; v < nodes; ++v) best[v] = -1;
  for (int64_t u = 0; u < nodes; ++u)
    for (I p = indptr[u]; p < indptr[u + 1]; ++p) {
      const I v = indices[p];
      if (predecessors[v] != u) continue;
      const int64_t q = best[v];
      if (q < 0 || weights[p] < weights[q] || (weights[q] != weights[q] && weights[p] == weights[p])) best[v] = p;
    }
  for (int64_t u = 0; u <= nodes; ++u) starts[u] = 0;
  for (int64_t v = 0; v < nodes; ++v)
    if (predecessors[v] >= 0) ++starts[predecessors[v] + 1];
  for (int64_t u = 0; u < nodes; ++u) starts[u + 1] += starts[u];
  for (int64_t v = 0; v < nodes; ++v) {
    if (predecessors[v] < 0) continue;
    const I to = starts[predecessors[v]]++;
    columns[to] = I(v);
    entries[to] = best[v];
  }
  for (int64_t u = nodes; u > 0; --u) starts[u] = starts[u - 1];
  starts[0] = 0;
}

/// `next` is the row starts at first: where the search in each row goes on.
template <class I>
inline int64_t graph_depth(const I* indptr, const I* indices, int32_t start, int32_t* order, int32_t* predecessors,
                           char* visited, int32_t* stack, I* next) {
  int64_t end = 0, depth = 0;
  visited[start] = 1;
  order[end++] = start;
  stack[depth++] = start;
  while (depth > 0) {  // every edge is followed once
    int32_t u = stack[depth - 1];
    if (next[u] == indptr[u + 1]) {
      --depth;
      continue;
    }
    I v = indices[next[u]++];
    if (visited[v]) continue;
    visited[v] = 1;
    predecessors[v] = u;
    order[end++] = int32_t(v);
    stack[depth++] = int32_t(v);
  }
  return end;
}

/// Returns how many components there are; `low` is room for a number per node, `labels` is -1 at first.
template <class I>
inline int32_t graph_strong(const I* indptr, const I* indices, int64_t nodes, int32_t* labels, int32_t* low,
                            int32_t* stack, int32_t* open, I* next) {
  int32_t components = 0, clock = 0;
  for (int64_t v = 0; v < nodes; ++v) low[v] = -1;
  int64_t depth = 0, kept = 0;
  auto enter = [&](int64_t v) {
    low[v] = clock++;
    stack[depth++] = int32_t(v);
    open[kept++] = int32_t(v);
  };
  for (int64_t root = 0; root < nodes; ++root) {
    if (low[root] >= 0) continue;
    // The first node of a component is entered first: its own time is on a stack of its own, `labels`, as -2 - time.
    enter(root);
    labels[root] = -2 - low[root];
    while (depth > 0) {
      int32_t u = stack[depth - 1];
      if (next[u] < indptr[u + 1]) {
        I v = indices[next[u]++];
        if (low[v] < 0) {
          enter(v);
          labels[v] = -2 - low[v];
        } else if (labels[v] < 0) {
          low[u] = min(low[u], low[v]);
        }
        continue;
      }
      --depth;
      if (depth > 0) low[stack[depth - 1]] = min(low[stack[depth - 1]], low[u]);
      if (low[u] != -2 - labels[u]) continue;
      for (int32_t v = -1; v != u;) {
        v = open[--kept];
        labels[v] = components;
      }
      ++components;
    }
  }
  return components;
}

#endif

}  // namespace sci
