// Components and spanning trees with disjoint sets that all threads join at once: a set's root is its smallest node,
// and joining replaces a root by a smaller one atomically (Jayanti and Tarjan, PODC 2016), so no order of the threads
// changes the result.
//
//   GraphJoin      an item is an edge: its ends are in one set from now on
//   GraphRoots     an item is a node: its set's root
//   GraphCheapest  an item is an edge: an offer to both sets that it leads out of (Boruvka's method; Nesetril, Milkova,
//                  Nesetrilova, Discrete Math. 233, 2001). Edges are ordered by rank, which is unique: no cycles.
//   GraphChosen    an item is a node: the root of a set takes the cheapest edge and joins the sets
//   graph_components, graph_spanning  the same by one CPU thread, which needs no atomics, and forgets edges within a
//   set
#pragma once
#include "core/atomic.h"
#include "core/platform.h"

namespace sci {

struct GraphSets {
  int32_t* parents;  // parents[v] <= v
  int64_t nodes;

  SCI_HD int32_t root(int32_t v) const {
    for (int64_t step = 0; step < nodes; ++step) {
      int32_t parent = atomic_load(parents + v);
      if (parent == v) return v;
      int32_t above = atomic_load(parents + parent);
      if (above != parent) atomic_replace(parents + v, parent, above);  // the way gets shorter
      v = above;
    }
    return v;
  }
  SCI_HD void join(int32_t u, int32_t v) const {
    // Each round that fails finds a root that was replaced by a smaller one.
    for (int64_t round = 0; round < nodes; ++round) {
      u = root(u);
      v = root(v);
      if (u == v) return;
      if (u < v) swap(u, v);
      if (atomic_replace(parents + u, u, v) == u) return;
    }
  }
};

template <class I>
struct GraphJoin {
  const I* from;
  const I* to;
  GraphSets sets;
  SCI_HD void operator()(int64_t item) const { sets.join(int32_t(from[item]), int32_t(to[item])); }
};

struct GraphRoots {
  GraphSets sets;
  int32_t* roots;
  SCI_HD void operator()(int64_t item) const { roots[item] = sets.root(int32_t(item)); }
};

template <class I>
struct GraphCheapest {
  const I* from;
  const I* to;
  const int32_t* roots;
  const int64_t* ranks;
  int64_t* best;  // of each root, a rank
  SCI_HD void operator()(int64_t item) const {
    int32_t u = roots[from[item]], v = roots[to[item]];
    if (u == v) return;
    int64_t rank = ranks[item];
    if (rank < atomic_load(best + u)) atomic_min(best + u, rank);
    if (rank < atomic_load(best + v)) atomic_min(best + v, rank);
  }
};

template <class I>
struct GraphChosen {
  const I* from;
  const I* to;
  const int64_t* order;  // the edge of each rank
  const int64_t* best;
  int64_t edges;
  GraphSets sets;
  int32_t* chosen;
  SCI_HD void operator()(int64_t item) const {
    if (best[item] >= edges) return;
    int64_t edge = order[best[item]];
    atomic_exchange(chosen + edge, 1);
    sets.join(int32_t(from[edge]), int32_t(to[edge]));
  }
};

#if !SCI_DEVICE

inline int32_t graph_root(int32_t* parents, int32_t v) {
  while (parents[v] != v) {
    parents[v] = parents[parents[v]];
    v = parents[v];
  }
  return v;
}

/// Returns whether the ends were apart; the smaller root stays.
inline bool graph_unite(int32_t* parents, int32_t u, int32_t v) {
  u = graph_root(parents, u);
  v = graph_root(parents, v);
  if (u < v) parents[v] = u;
  if (v < u) parents[u] = v;
  return u != v;
}

/// `roots` becomes the smallest node of each node's component.
template <class I>
inline void graph_components(const I* indptr, const I* indices, int64_t nodes, int32_t* roots) {
  for (int64_t v = 0; v < nodes; ++v) roots[v] = int32_t(v);
  for (int64_t u = 0; u < nodes; ++u)
    for (I p = indptr[u], end = indptr[u + 1]; p < end; ++p)
      if (roots[u] != roots[indices[p]]) graph_unite(roots, int32_t(u), int32_t(indices[p]));
  // Parents are smaller than their children.
  for (int64_t v = 0; v < nodes; ++v) roots[v] = roots[roots[v]];
}

/// An edge between two sets; its weight is that of the matrix's entry.
template <class I>
struct GraphEdge {
  int32_t from, to;
  I entry;
};

/// The cheapest edge that leads out of a set, by its number, -1 for none.
template <class T>
struct GraphOffer {
  order_key<T> weight;
  int64_t edge;
  void take(order_key<T> other, int64_t number) {
    // Edges come in the order of the entries, so of equal weights the first is kept.
    if (edge < 0 || other < weight) *this = {other, number};
  }
};

/// Marks the entries of a minimum spanning forest. `edges` has room for every entry, `sets` and `best` for every node.
template <class T, class I>
inline void graph_spanning(const T* weights, const I* indptr, const I* indices, int64_t nodes, GraphEdge<I>* edges,
                           int32_t* sets, GraphOffer<T>* best, uint8_t* chosen) {
  int64_t count = 0;
  for (int64_t v = 0; v < nodes; ++v) sets[v] = int32_t(v);
  for (int64_t u = 0; u < nodes; ++u)
    for (I p = indptr[u]; p < indptr[u + 1]; ++p) {
      edges[count] = {int32_t(u), int32_t(indices[p]), p};
      count += indices[p] != u;
    }
  while (count > 0) {  // each round at least halves the sets that have edges to others
    int64_t kept = 0;
    for (int64_t v = 0; v < nodes; ++v) best[v].edge = -1;
    for (int64_t e = 0; e < count; ++e) {
      const I entry = edges[e].entry;
      const int32_t from = sets[edges[e].from], to = sets[edges[e].to];
      if (from == to) continue;
      const order_key<T> weight = to_order(weights[entry] + T(0));
      edges[kept] = {from, to, entry};
      best[from].take(weight, kept);
      best[to].take(weight, kept);
      ++kept;
    }
    for (int64_t v = 0; v < nodes; ++v)
      if (best[v].edge >= 0) {
        const GraphEdge<I> edge = edges[best[v].edge];
        chosen[edge.entry] = 1;
        graph_unite(sets, edge.from, edge.to);
      }
    for (int64_t v = 0; v < nodes; ++v) sets[v] = sets[sets[v]];  // parents are smaller than their children
    count = kept;
  }
}

#endif

}  // namespace sci
