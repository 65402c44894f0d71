"""Graphs as sparse arrays: shortest paths, searches, components, trees, flows and matchings, with gradients."""

from __future__ import annotations

from ._conversions import (
    csgraph_from_dense,
    csgraph_from_masked,
    csgraph_masked_from_dense,
    csgraph_to_dense,
    csgraph_to_masked,
)
from ._flow import maximum_flow
from ._laplacian import laplacian
from ._scipy_routes import (
    maximum_bipartite_matching,
    min_weight_full_bipartite_matching,
    reverse_cuthill_mckee,
    structural_rank,
    yen,
)
from ._search import NegativeCycleError
from ._shortest_path import bellman_ford, dijkstra, floyd_warshall, johnson, shortest_path
from ._spanning import minimum_spanning_tree
from ._tools import construct_dist_matrix, reconstruct_path
from ._traversal import (
    breadth_first_order,
    breadth_first_tree,
    connected_components,
    depth_first_order,
    depth_first_tree,
)

__all__ = [
    "NegativeCycleError",
    "bellman_ford",
    "breadth_first_order",
    "breadth_first_tree",
    "connected_components",
    "construct_dist_matrix",
    "csgraph_from_dense",
    "csgraph_from_masked",
    "csgraph_masked_from_dense",
    "csgraph_to_dense",
    "csgraph_to_masked",
    "depth_first_order",
    "depth_first_tree",
    "dijkstra",
    "floyd_warshall",
    "johnson",
    "laplacian",
    "maximum_bipartite_matching",
    "maximum_flow",
    "min_weight_full_bipartite_matching",
    "minimum_spanning_tree",
    "reconstruct_path",
    "reverse_cuthill_mckee",
    "shortest_path",
    "structural_rank",
    "yen",
]
