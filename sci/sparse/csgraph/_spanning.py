"""`minimum_spanning_tree`, by Boruvka's method."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.cards import Sample, function
from .._csr import csr_array
from .._pattern import CompressedRows
from ._graph import Graph

__all__ = ["minimum_spanning_tree"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7], device=device)
    yield Sample(torch.randn(7, generator=generator, dtype=dtype, device=device), indices, indptr)
    yield Sample(torch.randn(7, generator=generator, dtype=dtype, device=device), indices.int(), indptr.int())


def boruvka(weights: Tensor, pattern: CompressedRows) -> Tensor:
    """Return 1 for the entries of a minimum spanning forest, else 0: each round all components choose at once."""
    nodes, count, device = pattern.grid[0], pattern.nnz, weights.device
    start, stop = pattern.rows.contiguous(), pattern.indices.contiguous()
    order = torch.argsort(weights, stable=True)
    ranks = torch.empty_like(order)
    ranks[order] = torch.arange(count, device=device)
    parents = torch.arange(nodes, dtype=torch.int32, device=device)
    chosen = torch.zeros(count, dtype=torch.int32, device=device)
    for _ in range(nodes.bit_length()):  # each round halves the components that are not complete
        best = torch.full((nodes,), count, dtype=torch.int64, device=device)
        roots = torch.ops.sci.graph_roots(parents)
        torch.ops.sci.graph_cheapest(start, stop, roots, ranks, best)
        if not bool((best < count).any()):
            break
        torch.ops.sci.graph_chosen(start, stop, order, best, parents, chosen)
    return chosen


@function(
    differentiable=("csgraph",),
    samples=_samples,
    call=lambda f, data, indices, indptr: f(csr_array((data, indices, indptr), shape=(4, 4))).data,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def minimum_spanning_tree(csgraph: Any, overwrite: bool = False) -> Any:
    r"""Return a minimum spanning tree of an undirected graph, or a forest where it is not connected.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`: i and j are joined by the smaller of the weights at ``[i, j]`` and ``[j, i]``.
    overwrite : bool
        Accepted, and without effect.

    Returns
    -------
    span_tree : csr_array, or csr_matrix for a matrix
        The chosen entries with their weights, those of weight 0, too.

    Raises
    ------
    ValueError
        For a graph that is not square.

    Notes
    -----
    Each component takes the cheapest edge that leads out of it, all at once, until none does [1]_; of equal weights
    those of entries that come first are cheaper. The derivative of the tree's weight ``w``, the sum of its entries, is

    .. math:: \bar W_e = \bar w \text{ for chosen entries } e, \text{ else } 0,

    at ties a subgradient.

    References
    ----------
    .. [1] J. Nesetril, E. Milkova, H. Nesetrilova, "Otakar Boruvka on minimum spanning tree problem", Discrete
       Mathematics 233, 2001.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import minimum_spanning_tree
    >>> minimum_spanning_tree(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])).toarray()
    tensor([[0., 1., 0.],
            [0., 0., 2.],
            [0., 0., 0.]])
    """
    graph = Graph(csgraph, "minimum_spanning_tree")
    pattern, weights = graph.pattern, graph.weights.detach()
    if weights.is_cuda:
        chosen = boruvka(weights, pattern)
        entries = chosen.nonzero()[:, 0]
        taken = torch.nn.functional.pad(chosen.cumsum(0), (1, 0)).to(pattern.indptr.dtype)
        indptr = taken[pattern.indptr.to(torch.int64)]
    else:
        entries, indptr = torch.ops.sci.graph_spanning(weights.contiguous(), pattern.indptr, pattern.indices)
    found = CompressedRows(indptr, pattern.indices.index_select(0, entries), pattern.grid)
    return graph.sparse(graph.weights.index_select(0, entries), found)
