// Maximum flow by Dinic's method (Soviet Math. Doklady 11, 1970) on compressed rows in which every edge has its
// reverse: levels from a breadth-first search, then paths along them until none is left; the level of the sink rises
// each time, so there are less than `nodes` phases, whatever the capacities. On the CPU.
#pragma once
#include "core/platform.h"

namespace sci {

#if !SCI_DEVICE

template <class T, class I>
struct GraphFlow {
  const I* indptr;
  const I* indices;
  const I* reverse;  // of each entry, the one that leads back
  T* left;           // what of each capacity is left
  int64_t nodes, source, sink;
  int32_t* levels;
  int32_t* queue;
  I* next;
  I* path;

  bool search() const {
    for (int64_t v = 0; v < nodes; ++v) levels[v] = -1, next[v] = indptr[v];
    int64_t end = 0;
    levels[source] = 0;
    queue[end++] = int32_t(source);
    for (int64_t at = 0; at < end; ++at) {
      int32_t u = queue[at];
      for (I p = indptr[u]; p < indptr[u + 1]; ++p) {
        I v = indices[p];
        if (!(left[p] > T(0)) || levels[v] >= 0) continue;
        levels[v] = levels[u] + 1;
        queue[end++] = int32_t(v);
      }
    }
    return levels[sink] >= 0;
  }

  void block() const {
    int64_t depth = 0, u = source;
    while (true) {  // each step moves `next` of a node on or empties an edge of its level
      if (u == sink) {
        T least = left[path[0]];
        for (int64_t k = 1; k < depth; ++k) least = min(least, left[path[k]]);
        int64_t first = depth;
        for (int64_t k = depth - 1; k >= 0; --k) {
          left[path[k]] -= least;
          left[reverse[path[k]]] += least;
          if (!(left[path[k]] > T(0))) first = k;
        }
        depth = first;
        u = indices[reverse[path[first]]];
        continue;
      }
      I p = next[u], end = indptr[u + 1];
      while (p < end && (!(left[p] > T(0)) || levels[indices[p]] != levels[u] + 1)) ++p;
      next[u] = p;
      if (p < end) {
        path[depth++] = p;
        u = indices[p];
      } else if (depth > 0) {
        u = indices[reverse[path[--depth]]];
        ++next[u];
      } else {
        return;
      }
    }
  }

  /// Afterwards `levels` is -1 for the nodes behind a minimum cut.
  void run() const {
    for (int64_t phase = 0; phase <= nodes && search(); ++phase) block();
  }
};

#endif

}  // namespace sci
