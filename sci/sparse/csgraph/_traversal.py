"""Searches through a graph and its connected components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, integer, take_host_route
from .._csr import csr_array
from ._graph import NO_NODE, Graph
from ._tools import tree

__all__ = [
    "breadth_first_order",
    "breadth_first_tree",
    "connected_components",
    "depth_first_order",
    "depth_first_tree",
]

_DEPTH = "a search depth first follows one edge after the other"
_STRONG = "strongly connected components are found by a search depth first"


def _start(graph: Graph, i_start: Any, name: str) -> int:
    start = integer(name, "i_start", i_start)
    if not 0 <= start < graph.nodes:
        raise bad_argument(name, "i_start", f"a node in [0, {graph.nodes})", i_start)
    return start


def breadth_by_levels(indptr: Tensor, indices: Tensor, start: int) -> tuple[Tensor, Tensor]:
    """Return nodes and predecessors of a search breadth first, all nodes of a level at once."""
    nodes = indptr.shape[0] - 1
    claims = torch.full((nodes,), 2**31 - 1, dtype=torch.int32, device=indptr.device)
    claims[start] = -(2**31)
    predecessors = torch.full_like(claims, NO_NODE)
    frontier = torch.full((1,), start, dtype=torch.int32, device=indptr.device)
    levels = [frontier]
    for _ in range(nodes):
        counts = torch.ops.sci.graph_claim(indptr, indices, frontier, claims)
        ends = counts.cumsum(0)
        total = int(ends[-1])
        if total == 0:
            break
        frontier = torch.ops.sci.graph_found(indptr, indices, frontier, counts, ends, total, claims, predecessors)
        levels.append(frontier)
    return torch.cat(levels), predecessors


def _search(graph: Graph, i_start: Any, breadth: bool, name: str) -> tuple[Tensor, Tensor]:
    start = _start(graph, i_start, name)
    indptr, indices = graph.pattern.indptr, graph.pattern.indices
    if breadth and indptr.is_cuda:
        return breadth_by_levels(indptr, indices, start)
    if indptr.is_cuda:
        take_host_route(f"sparse.csgraph.{name}", indptr.device, _DEPTH)
    order, predecessors = torch.ops.sci.graph_order(indptr.cpu(), indices.cpu(), start, breadth)
    return order.to(indptr.device), predecessors.to(indptr.device)


@function(complex=False, batch=False, compiles=False, synchronizes=True)
def breadth_first_order(csgraph: Any, i_start: int, directed: bool = True, return_predecessors: bool = True) -> Any:
    """List the nodes of a graph breadth first from a node.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`.
    i_start : int
        The node to start from.
    directed : bool
        Follow edges in their own direction only.
    return_predecessors : bool
        Return the predecessors, too.

    Returns
    -------
    node_array : Tensor of int32
        The nodes that are reached, in order; those found from one node in the order of its entries.
    predecessors : Tensor of int32, ``(N,)``
        The node that each was found from, -9999 where there is none.

    Raises
    ------
    ValueError
        For a node outside of the graph, and for a graph that is not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import breadth_first_order
    >>> breadth_first_order(torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), 0)
    (tensor([0, 1, 2], dtype=torch.int32), tensor([-9999, 0, 0], dtype=torch.int32))
    """
    found = _search(Graph(csgraph, "breadth_first_order", directed), i_start, True, "breadth_first_order")
    return found if return_predecessors else found[0]


@function(complex=False, batch=False, compiles=False, host_route=_DEPTH, synchronizes=True)
def depth_first_order(csgraph: Any, i_start: int, directed: bool = True, return_predecessors: bool = True) -> Any:
    """List the nodes of a graph depth first from a node.

    Parameters
    ----------
    csgraph, i_start, directed, return_predecessors
        As for `breadth_first_order`.

    Returns
    -------
    node_array : Tensor of int32
        The nodes that are reached, in order; from each the search goes on to its first neighbour not yet reached.
    predecessors : Tensor of int32, ``(N,)``
        The node that each was found from, -9999 where there is none.

    Raises
    ------
    ValueError
        For a node outside of the graph, and for a graph that is not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import depth_first_order
    >>> depth_first_order(torch.tensor([[0.0, 1.0, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]]), 0)
    (tensor([0, 1, 2], dtype=torch.int32), tensor([-9999, 0, 1], dtype=torch.int32))
    """
    found = _search(Graph(csgraph, "depth_first_order", directed), i_start, False, "depth_first_order")
    return found if return_predecessors else found[0]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7], device=device)
    yield Sample(torch.randn(7, generator=generator, dtype=dtype, device=device), indices, indptr)


def _call(f: Any, data: Any, indices: Any, indptr: Any) -> Any:
    return f(csr_array((data, indices, indptr), shape=(4, 4)), 0).data


@function(
    differentiable=("csgraph",),
    samples=_samples,
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def breadth_first_tree(csgraph: Any, i_start: int, directed: bool = True) -> Any:
    """Return the tree of a search breadth first.

    Parameters
    ----------
    csgraph, i_start, directed
        As for `breadth_first_order`.

    Returns
    -------
    cstree : csr_array, or csr_matrix for a matrix
        The edges from each node to those found from it, with their weights; gradients flow to these.

    Raises
    ------
    ValueError
        For a node outside of the graph, and for a graph that is not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import breadth_first_tree
    >>> breadth_first_tree(torch.tensor([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]), 0).toarray()
    tensor([[0., 1., 2.],
            [0., 0., 0.],
            [0., 0., 0.]])
    """
    graph = Graph(csgraph, "breadth_first_tree", directed)
    return tree(graph, _search(graph, i_start, True, "breadth_first_tree")[1])


@function(
    differentiable=("csgraph",),
    samples=_samples,
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_DEPTH,
    synchronizes=True,
)
def depth_first_tree(csgraph: Any, i_start: int, directed: bool = True) -> Any:
    """Return the tree of a search depth first.

    Parameters
    ----------
    csgraph, i_start, directed
        As for `breadth_first_order`.

    Returns
    -------
    cstree : csr_array, or csr_matrix for a matrix
        The edges from each node to those found from it, with their weights; gradients flow to these.

    Raises
    ------
    ValueError
        For a node outside of the graph, and for a graph that is not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import depth_first_tree
    >>> depth_first_tree(torch.tensor([[0.0, 1.0, 2.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]), 0).toarray()
    tensor([[0., 1., 0.],
            [0., 0., 3.],
            [0., 0., 0.]])
    """
    graph = Graph(csgraph, "depth_first_tree", directed)
    return tree(graph, _search(graph, i_start, False, "depth_first_tree")[1])


def joined(nodes: int, start: Tensor, stop: Tensor) -> Tensor:
    """Return the smallest node of each node's component."""
    parents = torch.arange(nodes, dtype=torch.int32, device=start.device)
    torch.ops.sci.graph_join(parents, start.contiguous(), stop.contiguous())
    found: Tensor = torch.ops.sci.graph_roots(parents)
    return found


@function(complex=False, batch=False, compiles=False, host_route=_STRONG, synchronizes=True)
def connected_components(
    csgraph: Any, directed: bool = True, connection: str = "weak", return_labels: bool = True
) -> Any:
    """Find the connected components of a graph.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`.
    directed : bool
        Heed the directions of edges, where `connection` is "strong".
    connection : {"weak", "strong"}
        Are two nodes connected by edges of any direction, or by paths both ways?
    return_labels : bool
        Return the labels, too.

    Returns
    -------
    n_components : int
        How many components there are.
    labels : Tensor of int32, ``(N,)``
        Each node's component. Weak ones are numbered by their first nodes, strong ones as a search depth first
        completes them.

    Raises
    ------
    ValueError
        For another `connection`, and for a graph that is not square.

    Notes
    -----
    On CUDA weak components are joined by all threads at once [1]_; strong ones are found on the CPU [2]_.

    References
    ----------
    .. [1] S. V. Jayanti and R. E. Tarjan, "A randomized concurrent algorithm for disjoint set union", PODC 2016.
    .. [2] R. Tarjan, "Depth-first search and linear graph algorithms", SIAM J. Comput. 1, 1972.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import connected_components
    >>> connected_components(torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    (2, tensor([0, 0, 1], dtype=torch.int32))
    """
    if str(connection).lower() not in ("weak", "strong"):
        raise bad_argument("connected_components", "connection", "'weak' or 'strong'", connection)
    graph = Graph(csgraph, "connected_components")
    pattern = graph.pattern
    if directed and str(connection).lower() == "strong":
        if pattern.indptr.is_cuda:
            take_host_route("sparse.csgraph.connected_components", graph.device, _STRONG)
        count, labels = torch.ops.sci.graph_strong(pattern.indptr.cpu(), pattern.indices.cpu())
        labels = labels.to(graph.device)
    else:
        if pattern.indptr.is_cuda:
            found = joined(graph.nodes, pattern.rows, pattern.indices)
        else:
            found = torch.ops.sci.graph_components(pattern.indptr, pattern.indices)
        first = found == torch.arange(graph.nodes, device=found.device)
        labels = (first.cumsum(0) - 1).to(torch.int32)[found.to(torch.int64)]
        count = int(first.sum())
    return (count, labels) if return_labels else count
