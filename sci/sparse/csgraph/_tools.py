"""Paths and lengths from predecessors: `construct_dist_matrix`, `reconstruct_path`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, real
from .._csr import csr_array
from .._pattern import CompressedRows, compress, on_plain_cpu, same_index_dtype
from ._graph import Graph, edge_entries
from ._trees import path_sums

__all__ = ["construct_dist_matrix", "reconstruct_path"]


def _predecessors(predecessors: Any, shape: tuple[int, ...], name: str, device: torch.device) -> Tensor:
    found = as_tensor(predecessors, "predecessors", name, device).to(device)
    if found.dtype is not torch.int32:
        raise bad_argument(name, "predecessors", "of dtype int32", predecessors, TypeError)
    if tuple(found.shape) != shape:
        raise bad_argument(name, "predecessors", f"of shape {shape}", predecessors)
    if found.numel() and int(found.max()) >= shape[-1]:
        raise bad_argument(name, "predecessors", f"nodes in [0, {shape[-1]}), or negative for none", predecessors)
    return found


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7], device=device)
    yield Sample(1 + torch.rand(7, generator=generator, dtype=dtype, device=device), indices, indptr)


def _dist_call(f: Any, data: Any, indices: Any, indptr: Any) -> Any:
    from ._shortest_path import dijkstra

    A = csr_array((data, indices, indptr), shape=(4, 4))
    return f(A, dijkstra(A, return_predecessors=True)[1], null_value=0)


@function(
    differentiable=("graph",),
    samples=_samples,
    call=_dist_call,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def construct_dist_matrix(graph: Any, predecessors: Any, directed: bool = True, null_value: float = math.inf) -> Tensor:
    """Return the lengths of the paths that a matrix of predecessors describes.

    Parameters
    ----------
    graph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`.
    predecessors : Tensor or array-like of int32, ``(N, N)``
        At ``[i, j]`` the node before j on the path from i, negative where there is none; as `shortest_path` gives them.
    directed : bool
        Paths follow edges in their own direction only.
    null_value : float
        The length where there is no path.

    Returns
    -------
    dist_matrix : Tensor ``(N, N)``
        The lengths, differentiable in the weights; infinite where a path takes an edge that is not there.

    Raises
    ------
    TypeError
        For predecessors that are not int32.
    ValueError
        For shapes that do not fit, and for nodes outside of the graph.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import construct_dist_matrix, shortest_path
    >>> G = torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    >>> construct_dist_matrix(G, shortest_path(G, return_predecessors=True)[1])
    tensor([[0., 1., 3.],
            [inf, 0., 2.],
            [inf, inf, 0.]])
    """
    name = "construct_dist_matrix"
    found = Graph(graph, name, directed, argument="graph")
    n = found.nodes
    before = _predecessors(predecessors, (n, n), name, found.device)
    nodes = torch.arange(n, device=before.device).expand(n, n)
    entries = torch.where(before < 0, -1, edge_entries(found, before.clamp(min=0), nodes))
    missing = (before >= 0) & (entries < 0)
    steps = torch.where(missing, math.inf, 0.0).to(found.weights.dtype)
    blocked = path_sums(steps.reshape(-1), before, torch.arange(n * n, device=before.device).reshape(n, n))
    lengths = path_sums(found.weights, before, entries) + blocked
    apart = (before < 0) & (nodes != nodes.mT)
    return torch.where(apart, real("construct_dist_matrix", "null_value", null_value), lengths)


@function(
    differentiable=("csgraph",),
    samples=_samples,
    call=lambda f, data, indices, indptr: (
        f(
            csr_array((data, indices, indptr), shape=(4, 4)),
            torch.tensor([-9999, 0, 0, 1], dtype=torch.int32, device=data.device),
        ).data
    ),
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def reconstruct_path(csgraph: Any, predecessors: Any, directed: bool = True) -> Any:
    """Return the tree that a row of predecessors describes, with the graph's weights.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`.
    predecessors : Tensor or array-like of int32, ``(N,)``
        Each node's predecessor, negative where there is none.
    directed : bool
        The tree's edges are edges in their own direction only.

    Returns
    -------
    cstree : csr_array, or csr_matrix for a matrix
        The edges from the predecessors, with their weights (0 where the graph has no such edge), to which gradients
        flow.

    Raises
    ------
    TypeError
        For predecessors that are not int32.
    ValueError
        For shapes that do not fit, and for nodes outside of the graph.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import dijkstra, reconstruct_path
    >>> G = torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    >>> _, predecessors = dijkstra(G, indices=0, return_predecessors=True)
    >>> reconstruct_path(G, predecessors).toarray()
    tensor([[0., 1., 0.],
            [0., 0., 2.],
            [0., 0., 0.]])
    """
    graph = Graph(csgraph, "reconstruct_path", directed)
    return tree(graph, _predecessors(predecessors, (graph.nodes,), "reconstruct_path", graph.device))


def tree(graph: Graph, before: Tensor) -> Any:
    """Return the tree of each node's predecessor, negative where there is none."""
    indptr, indices = graph.pattern.indptr, graph.pattern.indices
    if on_plain_cpu(indptr, indices, before, graph.weights):
        indptr, indices = same_index_dtype(indptr, indices)
        known = graph.weights.detach().contiguous()
        entries, indptr, indices = torch.ops.sci.graph_tree_edges(known, indptr, indices, before.contiguous())
        return graph.sparse(_weights(graph, entries), CompressedRows(indptr, indices, graph.pattern.grid, True))
    stop = (before >= 0).nonzero()[:, 0]
    start = before[stop]
    weights = _weights(graph, edge_entries(graph, start, stop))
    index = indices.dtype
    return graph.sparse(*compress(weights, start.to(index), stop.to(index), graph.pattern.grid))


def _weights(graph: Graph, entries: Tensor) -> Tensor:
    """Return the weights of edges, 0 where there is none."""
    if not graph.pattern.nnz:
        return graph.weights.new_zeros(entries.shape)
    found = graph.weights.index_select(0, entries.clamp(min=0))
    return torch.where(entries < 0, torch.zeros_like(found), found)
