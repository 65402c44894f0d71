"""Shortest paths: `shortest_path` and the methods by name."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, flag, real
from .._base import SparseBase
from .._csr import csr_array
from ._conversions import dense_weights
from ._graph import NO_NODE, Graph, as_square, is_masked
from ._search import pairs, search
from ._trees import roots

__all__ = ["bellman_ford", "dijkstra", "floyd_warshall", "johnson", "shortest_path"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    # Two components, an empty row, a duplicate, unsorted columns.
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0, 5, 5], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7, 9, 9], device=device)
    for index in (indices.dtype, torch.int32):
        weights = 0.5 + torch.rand(9, generator=generator, dtype=dtype, device=device)
        yield Sample(weights, indices.to(index), indptr.to(index))


def _distinct_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 3, 2, 3, 0, 5, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 6, 8, 8], device=device)
    weights = 0.5 + torch.rand(8, generator=generator, dtype=dtype, device=device)
    yield Sample(weights, indices, indptr)


def _call(method: Any, data: Any, indices: Any, indptr: Any) -> Any:
    A = csr_array((data, indices, indptr), shape=(6, 6))
    # A path that is not there is infinitely long, whatever the weights.
    return method(A).nan_to_num(posinf=0.0), method(A, directed=False).nan_to_num(posinf=0.0)


def _sources(indices: Any, nodes: int, device: torch.device, name: str) -> tuple[Tensor, tuple[int, ...]]:
    """Return the sources as one row of int32, and their shape."""
    if indices is None:
        return torch.arange(nodes, dtype=torch.int32, device=device), (nodes,)
    found = as_tensor(indices, "indices", name, device)
    if found.is_floating_point() or found.is_complex() or found.dtype is torch.bool:
        raise bad_argument(name, "indices", "an array of integers", indices, TypeError)
    flat = found.to(device=device, dtype=torch.int64).reshape(-1)
    flat = torch.where(flat < 0, flat + nodes, flat)
    if not torch.compiler.is_compiling() and flat.shape[0] and bool(((flat < 0) | (flat >= nodes)).any()):
        raise ValueError(f"{name}: indices out of range 0...{nodes}, got {found.reshape(-1).tolist()}")
    return flat.to(torch.int32), tuple(found.shape)


def _found(
    graph: Graph, method: str, indices: Any, return_predecessors: bool, name: str, nearest: bool, limit: float
) -> Any:
    """Search from the sources, and give the results their shapes."""
    sources, shape = _sources(indices, graph.nodes, graph.device, name)
    if nearest:
        shape = ()
    inner = (graph.weights, graph.pattern.indptr, graph.pattern.indices, sources, method, nearest, limit)
    lengths, predecessors, _ = search(*inner)
    shape = (*shape, graph.nodes)
    if not return_predecessors:
        return lengths.reshape(shape)
    if not nearest:
        return lengths.reshape(shape), predecessors.reshape(shape)
    from_where = torch.where(lengths.detach().isfinite(), roots(predecessors), NO_NODE).to(torch.int32)
    return lengths.reshape(shape), predecessors.reshape(shape), from_where.reshape(shape)


@function(differentiable=("csgraph",), samples=_samples, call=_call, complex=False, synchronizes=True)
def dijkstra(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
    limit: float = math.inf,
    min_only: bool = False,
) -> Any:
    r"""Find shortest path lengths in a graph with non-negative weights.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The weight of the edge from i to j at ``[i, j]``; stored zeros are edges, zeros, infinities and NaN of a dense
        array are none.
    directed : bool
        Follow edges in their own direction only.
    indices : int or array-like of integers, optional
        The sources; all nodes by default.
    return_predecessors : bool
        Return the predecessors, too.
    unweighted : bool
        Count edges instead of adding weights.
    limit : float
        Paths longer than this count as none.
    min_only : bool
        Find for each node the path from the nearest source only.

    Returns
    -------
    dist_matrix : Tensor ``(*indices.shape, N)``, or ``(N,)`` for `min_only`
        Lengths in the dtype of the weights (integers give the default dtype), infinite where there is no path.
    predecessors : Tensor of int32, of the same shape
        The node before each on its path, -9999 where there is none.
    sources : Tensor of int32, ``(N,)``
        For `min_only` with predecessors: from which source each path comes, -9999 where there is none.

    Raises
    ------
    ValueError
        For a graph that is not square, and for sources outside of it.
    NegativeCycleError
        Where negative weights make a cycle of negative length.

    Notes
    -----
    With weights W, along the tree of shortest paths that is returned,

    .. math:: d_v = \sum_{e \in \mathrm{path}(v)} W_e, \quad \bar W_e = \sum_{v:\, e \in \mathrm{path}(v)} \bar d_v.

    Where several shortest paths tie, this is a subgradient: the derivative along the path whose nodes come first.
    Predecessors are, of the nodes one edge nearer to the source on shortest paths, the first; every method and device
    finds the same. On the CPU a heap orders the nodes [1]_, on CUDA they are taken in steps of length [2]_.

    Negative weights give a warning, and Johnson's method.

    References
    ----------
    .. [1] E. W. Dijkstra, "A note on two problems in connexion with graphs", Numerische Mathematik 1, 1959.
    .. [2] U. Meyer and P. Sanders, "Delta-stepping: a parallelizable shortest path algorithm", J. Algorithms 49, 2003.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import dijkstra
    >>> A = csr_array(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]]))
    >>> dijkstra(A, indices=0)
    tensor([0., 1., 3.])
    >>> torch.func.grad(lambda A: dijkstra(A, indices=0)[2])(A).toarray()
    tensor([[0., 1., 0.],
            [0., 0., 1.],
            [0., 0., 0.]])
    """
    graph = Graph(csgraph, "dijkstra", directed, unweighted)
    if not real("dijkstra", "limit", limit) >= 0:
        raise bad_argument("dijkstra", "limit", "at least 0", limit)
    return _found(graph, "dijkstra", indices, return_predecessors, "dijkstra", min_only, float(limit))


@function(differentiable=("csgraph",), samples=_samples, call=_call, complex=False, synchronizes=True)
def bellman_ford(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    r"""Find shortest path lengths in a graph that may have negative weights, by Bellman and Ford's method.

    Parameters
    ----------
    csgraph, directed, indices, return_predecessors, unweighted
        As for `dijkstra`.

    Returns
    -------
    dist_matrix, predecessors
        As for `dijkstra`.

    Raises
    ------
    NegativeCycleError
        Where a source reaches a cycle of negative length.

    Notes
    -----
    Lengths differentiate along the tree of shortest paths, as those of `dijkstra`. Nodes whose lengths have changed
    offer theirs to those that they lead to, all at once, until none changes: at most N times where there is no negative
    cycle.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import bellman_ford
    >>> bellman_ford(torch.tensor([[0.0, 3.0, 1.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.0]]), indices=0)
    tensor([0., 0., 1.])
    """
    graph = Graph(csgraph, "bellman_ford", directed, unweighted)
    return _found(graph, "bellman_ford", indices, return_predecessors, "bellman_ford", False, math.inf)


@function(differentiable=("csgraph",), samples=_samples, call=_call, complex=False, synchronizes=True)
def johnson(
    csgraph: Any,
    directed: bool = True,
    indices: Any = None,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    r"""Find shortest path lengths in a graph that may have negative weights, by Johnson's method.

    Parameters
    ----------
    csgraph, directed, indices, return_predecessors, unweighted
        As for `dijkstra`.

    Returns
    -------
    dist_matrix, predecessors
        As for `dijkstra`.

    Raises
    ------
    NegativeCycleError
        If the graph has a cycle of negative length.

    Notes
    -----
    One search with negative weights finds levels h; then ``W[i, j] + h[i] - h[j]`` is never negative, and has the same
    shortest paths [1]_. Their lengths are summed with W itself. They differentiate as those of `dijkstra`.

    References
    ----------
    .. [1] D. B. Johnson, "Efficient algorithms for shortest paths in sparse networks", J. ACM 24, 1977.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import johnson
    >>> johnson(torch.tensor([[0.0, 3.0, 1.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.0]]))
    tensor([[ 0.,  0.,  1.],
            [inf,  0., inf],
            [inf, -1.,  0.]])
    """
    graph = Graph(csgraph, "johnson", directed, unweighted)
    return _found(graph, "johnson", indices, return_predecessors, "johnson", False, math.inf)


@function(differentiable=("csgraph",), samples=_distinct_samples, call=_call, complex=False, synchronizes=True)
def floyd_warshall(
    csgraph: Any,
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
    overwrite: bool = False,
) -> Any:
    r"""Find shortest path lengths between all pairs of nodes, by Floyd and Warshall's method on the full matrix.

    Parameters
    ----------
    csgraph, directed, return_predecessors, unweighted
        As for `dijkstra`.
    overwrite : bool
        Write the lengths over a dense tensor of their dtype for which no gradient is recorded.

    Returns
    -------
    dist_matrix : Tensor ``(N, N)``
        Lengths, infinite where there is no path.
    predecessors : Tensor of int32, ``(N, N)``
        The node before each on its path, -9999 where there is none.

    Raises
    ------
    NegativeCycleError
        If the graph has a cycle of negative length.

    Notes
    -----
    The work grows with the cube of N. Lengths differentiate along the paths that are returned, as those of `dijkstra`.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import floyd_warshall
    >>> floyd_warshall(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]]))
    tensor([[0., 1., 3.],
            [3., 0., 2.],
            [1., 2., 0.]])
    """
    name = "floyd_warshall"
    dense = dense_weights(csgraph, name, flag(name, "unweighted", unweighted))
    if not flag(name, "directed", directed):
        dense = torch.where(dense.mT < dense, dense.mT, dense)
    lengths, predecessors = pairs(dense)
    if overwrite and isinstance(csgraph, Tensor) and csgraph.dtype is lengths.dtype and not lengths.requires_grad:
        lengths = csgraph.copy_(lengths)
    return (lengths, predecessors) if return_predecessors else lengths


_METHODS = {"FW": "floyd_warshall", "D": "dijkstra", "BF": "bellman_ford", "J": "johnson"}


@function(differentiable=("csgraph",), samples=_distinct_samples, call=_call, complex=False, synchronizes=True)
def shortest_path(
    csgraph: Any,
    method: str = "auto",
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
    overwrite: bool = False,
    indices: Any = None,
) -> Any:
    r"""Find shortest path lengths between the nodes of a graph.

    Parameters
    ----------
    csgraph, directed, return_predecessors, unweighted, indices
        As for `dijkstra`.
    method : {"auto", "FW", "D", "BF", "J"}
        `floyd_warshall`, `dijkstra`, `bellman_ford` or `johnson`; by default the first for dense graphs and all
        sources, else the second, or the last where there are negative weights.
    overwrite : bool
        As for `floyd_warshall`.

    Returns
    -------
    dist_matrix, predecessors
        As for `dijkstra`.

    Raises
    ------
    NegativeCycleError
        If the graph has a cycle of negative length.
    ValueError
        For an unknown method, for sources with "FW" and for a graph that is not square.

    Notes
    -----
    Lengths differentiate along the paths that are returned; at ties this is a subgradient (see `dijkstra`).

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import shortest_path
    >>> shortest_path(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [1.0, 0.0, 0.0]]))
    tensor([[0., 1., 3.],
            [3., 0., 2.],
            [1., 2., 0.]])
    """
    if method != "auto" and method not in _METHODS:
        raise bad_argument("shortest_path", "method", f"'auto' or one of {', '.join(_METHODS)}", method)
    if method == "FW" and indices is not None:
        raise ValueError("shortest_path: indices cannot be given with method 'FW', which finds all pairs")
    if method == "auto" and indices is None:
        found = as_square(csgraph, "shortest_path")
        n = found.shape[0]
        if isinstance(found, SparseBase):
            filled = found.nnz
        elif is_masked(found) or torch.compiler.is_compiling():
            filled = n * n
        else:
            filled = int(((found != 0) & found.isfinite()).sum())
        method = "FW" if 4 * filled >= n * n and n <= 2048 else "auto"
    if method == "FW":
        return floyd_warshall(csgraph, directed, return_predecessors, unweighted, overwrite)
    graph = Graph(csgraph, "shortest_path", directed, unweighted)
    name = _METHODS["J" if method == "auto" else method]  # which is Dijkstra's where no weight is negative
    return _found(graph, name, indices, return_predecessors, "shortest_path", False, math.inf)
