// Shortest path lengths and trees on compressed rows: row u lists the edges that leave node u. All sums run along the
// path from its source, rounded step by step; rounding is monotone, so the lengths are the same numbers whichever way
// they are found, and so are the trees: a node's predecessor is the first node (by number) among those one edge nearer
// to the source in the graph of the tight edges, d[u] + w == d[v].
//
//   GraphRelax     an item is (source, node): a node that waits offers its length to those it leads to. With bounds
//                  that rise by steps, delta-stepping (Meyer and Sanders, J. Algorithms 49, 2003), with the near and
//                  far nodes of Davidson et al. (IPDPS 2014); without bounds, Bellman and Ford's method.
//   GraphTight     an item is (source, node): one level of the tree, breadth first over tight edges
//   GraphEntry     an item is (source, node): which entry is the edge from the predecessor
//   GraphDijkstra  an item is a source: Dijkstra's method with a heap, then the tree with a queue (CPU)
//   GraphDense, GraphDenseRow  one step of Floyd and Warshall's method on a full matrix: an element, a row (CPU)
#pragma once
#include "core/atomic.h"
#include "core/platform.h"

namespace sci {

constexpr int32_t no_node = -9999;  // SciPy's mark of a node without predecessor

template <class T, class I>
struct GraphRelax {
  const T* weights;
  const I* indptr;
  const I* indices;
  order_key<T>* lengths;  // (sources, nodes), as integers in order
  int32_t* waiting;       // (sources, nodes)
  const T* bounds;        // one for each source: nodes beyond wait on
  int64_t nodes;
  T limit;

  SCI_HD void operator()(int64_t item) const {
    int64_t source = item / nodes, node = item - source * nodes;
    if (!atomic_load(waiting + item) || !(from_order<T>(atomic_load(lengths + item)) < bounds[source])) return;
    // First no longer waiting, then the length is read: an offer in between makes the node wait again.
    atomic_exchange(waiting + item, 0);
    T length = from_order<T>(atomic_load(lengths + item));
    for (I p = indptr[node]; p < indptr[node + 1]; ++p) {
      T offer = length + weights[p];
      if (!(offer <= limit)) continue;  // NaN as well
      int64_t to = source * nodes + indices[p];
      order_key<T> key = to_order(offer + T(0));  // no -0
      if (atomic_load(lengths + to) <= key || atomic_min(lengths + to, key) <= key) continue;
      memory_fence();
      atomic_exchange(waiting + to, 1);
    }
  }
};

/// Is this offer what the node's length comes from? An infinite length comes from nowhere.
template <class T>
SCI_HD bool graph_tight(T offer, T length) {
  return offer == length && length <= limits<T>::max;
}

template <class T, class I>
struct GraphTight {
  const T* weights;
  const I* indptr;
  const I* indices;
  const T* lengths;
  int32_t* levels;        // -1 where the tree has not been yet
  int32_t* predecessors;  // larger than every node at first
  int64_t nodes;
  int32_t level;

  SCI_HD void operator()(int64_t item) const {
    if (levels[item] != level) return;
    int64_t source = item / nodes, node = item - source * nodes;
    for (I p = indptr[node]; p < indptr[node + 1]; ++p) {
      int64_t to = source * nodes + indices[p];
      int32_t seen = atomic_load(levels + to);
      if ((seen != -1 && seen != level + 1) || !graph_tight(lengths[item] + weights[p], lengths[to])) continue;
      atomic_min(predecessors + to, int32_t(node));
      atomic_exchange(levels + to, level + 1);
    }
  }
};

/// The entry of row u that is the tight edge to v: the first one, or -1.
template <class T, class I>
SCI_HD int64_t graph_entry(const T* weights, const I* indptr, const I* indices, const T* lengths, int64_t u,
                           int64_t v) {
  for (I p = indptr[u]; p < indptr[u + 1]; ++p)
    if (indices[p] == v && lengths[u] + weights[p] == lengths[v]) return p;
  return -1;
}

template <class T, class I>
struct GraphEntry {
  const T* weights;
  const I* indptr;
  const I* indices;
  const T* lengths;
  const int32_t* predecessors;
  int64_t* entries;
  int64_t nodes;

  SCI_HD void operator()(int64_t item) const {
    int64_t source = item / nodes, node = item - source * nodes, u = predecessors[item];
    entries[item] = u < 0 ? -1 : graph_entry(weights, indptr, indices, lengths + source * nodes, u, node);
  }
};

template <class T>
struct GraphDense {
  T* lengths;
  int32_t* predecessors;
  int64_t nodes, middle;

  SCI_HD void operator()(int64_t item) const {
    int64_t i = item / nodes, j = item - i * nodes;
    T offer = lengths[i * nodes + middle] + lengths[middle * nodes + j];
    if (!(offer < lengths[item])) return;
    lengths[item] = offer;
    predecessors[item] = predecessors[middle * nodes + j];
  }
};

template <class T>
struct GraphDenseRow {
  T* lengths;
  int32_t* predecessors;
  int64_t nodes, middle;

  SCI_HD void operator()(int64_t i) const {
    T* row = lengths + i * nodes;
    int32_t* before = predecessors + i * nodes;
    const T* through = lengths + middle * nodes;
    const int32_t* last = predecessors + middle * nodes;
    T first = row[middle];
    if (!(first <= limits<T>::max)) return;
    for (int64_t j = 0; j < nodes; ++j) {
      T offer = first + through[j];
      bool nearer = offer < row[j];
      row[j] = nearer ? offer : row[j];
      before[j] = nearer ? last[j] : before[j];
    }
  }
};

#if !SCI_DEVICE

/// A heap of nodes with four children each, ordered by length, in which a node's place is known.
template <class T>
struct GraphHeap {
  const T* lengths;
  int32_t* nodes;
  int32_t* places;  // -1: never there, -2: gone
  int64_t size = 0;

  void put(int64_t at, int32_t node) {
    nodes[at] = node;
    places[node] = int32_t(at);
  }
  void rise(int64_t at, int32_t node) {
    while (at > 0) {
      int64_t parent = (at - 1) / 4;
      if (!(lengths[node] < lengths[nodes[parent]])) break;
      put(at, nodes[parent]);
      at = parent;
    }
    put(at, node);
  }
  void offer(int32_t node) { rise(places[node] >= 0 ? places[node] : size++, node); }
  int32_t take() {
    int32_t top = nodes[0], last = nodes[--size];
    places[top] = -2;
    int64_t at = 0;
    for (int64_t child = 1; child < size; child = 4 * at + 1) {
      int64_t best = child, stop = min(child + 4, size);
      for (int64_t c = child + 1; c < stop; ++c)
        if (lengths[nodes[c]] < lengths[nodes[best]]) best = c;
      if (!(lengths[nodes[best]] < lengths[last])) break;
      put(at, nodes[best]);
      at = best;
    }
    if (size > 0) put(at, last);
    return top;
  }
};

/// One search: lengths are infinite at first but for the sources, and `roots` says how many of `queue` those are.
template <class T, class I>
struct GraphDijkstra {
  const T* weights;
  const I* indptr;
  const I* indices;
  int64_t nodes;
  T limit;

  void lengths(const int32_t* sources, int64_t count, T* found, int32_t* places, int32_t* heap_nodes) const {
    GraphHeap<T> heap{found, heap_nodes, places};
    for (int64_t v = 0; v < nodes; ++v) found[v] = limits<T>::infinity, places[v] = -1;
    for (int64_t k = 0; k < count; ++k) {
      if (places[sources[k]] != -1) continue;
      found[sources[k]] = 0;
      heap.offer(sources[k]);
    }
    while (heap.size > 0) {  // every node is taken at most once
      int32_t u = heap.take();
      for (I p = indptr[u]; p < indptr[u + 1]; ++p) {
        I v = indices[p];
        T offer = found[u] + weights[p];
        if (!(offer < found[v]) || !(offer <= limit) || places[v] == -2) continue;
        found[v] = offer;
        heap.offer(int32_t(v));
      }
    }
  }

  /// `levels` and `queue` are room for a number per node.
  void tree(const int32_t* sources, int64_t count, const T* found, int32_t* predecessors, int64_t* entries,
            int32_t* levels, int32_t* queue) const {
    int64_t end = 0;
    for (int64_t v = 0; v < nodes; ++v) levels[v] = -1, predecessors[v] = no_node, entries[v] = -1;
    for (int64_t k = 0; k < count; ++k) {
      if (levels[sources[k]] == 0) continue;
      levels[sources[k]] = 0;
      queue[end++] = sources[k];
    }
    for (int64_t at = 0; at < end; ++at) {
      int32_t u = queue[at], next = levels[u] + 1;
      for (I p = indptr[u]; p < indptr[u + 1]; ++p) {
        I v = indices[p];
        if ((levels[v] != -1 && (levels[v] != next || predecessors[v] <= u)) ||
            !graph_tight(found[u] + weights[p], found[v]))
          continue;
        if (levels[v] == -1) queue[end++] = int32_t(v);
        levels[v] = next;
        predecessors[v] = u;
        entries[v] = p;
      }
    }
  }
};

#endif

}  // namespace sci
