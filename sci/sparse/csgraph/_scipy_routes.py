"""Orderings, matchings and the k shortest paths: SciPy's, on the CPU; what is differentiable stays so."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..._core.cards import Sample, function
from ..._core.dispatch import operator
from ..._core.errors import bad_argument, integer, take_host_route
from .._base import SparseBase
from .._convert import is_scipy
from .._csr import csr_array
from ._graph import Graph, edge_entries, lightest, real_weights
from ._search import NegativeCycleError
from ._trees import path_sums

__all__ = [
    "maximum_bipartite_matching",
    "min_weight_full_bipartite_matching",
    "reverse_cuthill_mckee",
    "structural_rank",
    "yen",
]

_WHY = "the algorithm is SciPy's, which runs on the CPU"


def _to_scipy(graph: Any, name: str, formats: tuple[str, ...]) -> tuple[Any, torch.device]:
    """Return the graph as SciPy's, detached, and the device it is from."""
    take = graph
    if is_scipy(graph):
        take = csr_array(graph) if graph.format == "csr" else csr_array(graph).asformat(graph.format)
    if not isinstance(take, SparseBase) or take.format not in formats:
        raise bad_argument(name, "graph", f"in one of the formats {', '.join(formats)}", graph, TypeError)
    device = take.device
    take_host_route(f"sparse.csgraph.{name}", device, _WHY)
    return take.detach().to("cpu").to_scipy(), device


def _integers(x: Any, device: torch.device) -> Tensor:
    return torch.from_numpy(np.array(x)).to(device)  # a copy: an order may be a view that runs backwards


@function(complex=False, batch=False, compiles=False, host_route=_WHY, synchronizes=True)
def reverse_cuthill_mckee(graph: Any, symmetric_mode: bool = False) -> Tensor:
    """Order the rows and columns of a matrix so that its entries come near to the diagonal.

    Parameters
    ----------
    graph : csr_array or csc_array ``(N, N)``
        The matrix; values do not count.
    symmetric_mode : bool
        The pattern is known to be symmetric; by default that of ``A + A.T`` is ordered.

    Returns
    -------
    perm : Tensor of int32, ``(N,)``
        The rows and columns in their new order [1]_.

    Raises
    ------
    TypeError
        For other formats.

    References
    ----------
    .. [1] E. Cuthill and J. McKee, "Reducing the bandwidth of sparse symmetric matrices", Proc. ACM National Conf.,
       1969.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import reverse_cuthill_mckee
    >>> reverse_cuthill_mckee(csr_array(torch.tensor([[0.0, 0.0, 1.0], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]])))
    tensor([1, 2, 0], dtype=torch.int32)
    """
    from scipy.sparse.csgraph import reverse_cuthill_mckee as scipy_order

    A, device = _to_scipy(graph, "reverse_cuthill_mckee", ("csr", "csc"))
    return _integers(scipy_order(A, symmetric_mode), device)


@function(complex=False, batch=False, compiles=False, host_route=_WHY, synchronizes=True)
def structural_rank(graph: Any) -> int:
    """Return the largest rank that a matrix of this pattern can have.

    Parameters
    ----------
    graph : sparse array ``(M, N)``
        The matrix; values do not count.

    Returns
    -------
    rank : int
        The number of entries no two of which share a row or a column, at most [1]_.

    Raises
    ------
    TypeError
        For what is not sparse.

    References
    ----------
    .. [1] I. S. Duff, "Computing the structural index", SIAM J. Alg. Disc. Meth. 7, 1986.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import structural_rank
    >>> structural_rank(csr_array(torch.tensor([[1.0, 2.0], [0.0, 0.0]])))
    1
    """
    from scipy.sparse.csgraph import structural_rank as scipy_rank

    A, _ = _to_scipy(graph, "structural_rank", ("csr", "csc", "coo", "bsr", "dia", "lil", "dok"))
    return int(scipy_rank(A.tocsr()))


@function(complex=False, batch=False, compiles=False, host_route=_WHY, synchronizes=True)
def maximum_bipartite_matching(graph: Any, perm_type: str = "row") -> Tensor:
    """Pair as many rows with columns as the entries allow.

    Parameters
    ----------
    graph : csr_array, csc_array or coo_array ``(M, N)``
        The matrix whose entries join rows and columns; values do not count.
    perm_type : {"row", "column"}
        Return the row of each column, or the column of each row.

    Returns
    -------
    perm : Tensor of int32
        The partners, -1 where there is none [1]_.

    Raises
    ------
    TypeError
        For what is not sparse.
    ValueError
        For another `perm_type`.

    References
    ----------
    .. [1] J. E. Hopcroft and R. M. Karp, "An n^{5/2} algorithm for maximum matchings in bipartite graphs", SIAM J.
       Comput. 2, 1973.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import maximum_bipartite_matching
    >>> maximum_bipartite_matching(csr_array(torch.tensor([[1.0, 1.0], [1.0, 0.0]])), "column")
    tensor([1, 0], dtype=torch.int32)
    """
    from scipy.sparse.csgraph import maximum_bipartite_matching as scipy_matching

    if perm_type not in ("row", "column"):
        raise bad_argument("maximum_bipartite_matching", "perm_type", "'row' or 'column'", perm_type)
    A, device = _to_scipy(graph, "maximum_bipartite_matching", ("csr", "csc", "coo"))
    return _integers(scipy_matching(A, perm_type), device)


def _matching_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([0, 1, 2, 0, 2, 1, 2], device=device)
    indptr = torch.tensor([0, 3, 5, 7], device=device)
    yield Sample(torch.randn(7, generator=generator, dtype=dtype, device=device), indices, indptr)


def _matching_call(f: Any, data: Any, indices: Any, indptr: Any) -> Any:
    A = csr_array((data, indices, indptr), shape=(3, 3))
    rows, columns = f(A)
    return A[rows, columns].sum()


def _matching_kernel(
    data: Tensor, indptr: Tensor, indices: Tensor, columns: int, maximize: bool
) -> tuple[Tensor, Tensor]:
    import scipy.sparse.csgraph

    plain = [x.numpy(force=True) for x in (data, indices, indptr)]
    A = scipy.sparse.csr_array(tuple(plain), shape=(indptr.shape[0] - 1, columns))
    rows, partners = scipy.sparse.csgraph.min_weight_full_bipartite_matching(A, maximize)
    return _integers(rows, data.device), _integers(partners, data.device)


def _no_fake(*args: Any) -> Any:
    raise NotImplementedError("how many there are is not known before they are found")


_matching = operator(
    "graph_matching(Tensor data, Tensor indptr, Tensor indices, int columns, bool maximize) -> (Tensor, Tensor)",
    kernel=_matching_kernel,
    fake=_no_fake,
    backward=lambda inputs, outputs, grads, needs: [None] * 5,
    jvp=lambda inputs, outputs, tangents: (None, None),
)


@function(
    samples=_matching_samples,
    call=_matching_call,
    differentiable=("biadjacency",),
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
    synchronizes=True,
)
def min_weight_full_bipartite_matching(biadjacency: Any, maximize: bool = False) -> tuple[Tensor, Tensor]:
    r"""Pair all rows (or all columns, where these are fewer) with columns at the smallest total weight.

    Parameters
    ----------
    biadjacency : csr_array, csc_array or coo_array ``(M, N)``
        The weights; zeros are no edges.
    maximize : bool
        Look for the largest total weight.

    Returns
    -------
    row_ind, col_ind : Tensor of int32
        The pairs, in the order of the rows.

    Raises
    ------
    ValueError
        If no full matching exists.
    TypeError
        For what is not sparse.

    Notes
    -----
    The indices are piecewise constant. The weight of the matching is ``v = A[row_ind, col_ind].sum()``, whose
    derivative is that of the minimum,

    .. math:: \bar A_{ij} = \bar v \text{ for pairs } (i, j), \text{ else } 0,

    where several matchings tie a subgradient. The method is that of [1]_.

    References
    ----------
    .. [1] R. Jonker and A. Volgenant, "A shortest augmenting path algorithm for dense and sparse linear assignment
       problems", Computing 38, 1987.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import min_weight_full_bipartite_matching
    >>> A = csr_array(torch.tensor([[3.0, 1.0], [1.0, 2.0]]))
    >>> rows, columns = min_weight_full_bipartite_matching(A)
    >>> A[rows, columns].sum()
    tensor(2.)
    """
    name = "min_weight_full_bipartite_matching"
    graph = csr_array(biadjacency) if is_scipy(biadjacency) else biadjacency
    if not isinstance(graph, SparseBase) or graph.format not in ("csr", "csc", "coo"):
        raise bad_argument(name, "biadjacency", "in csr, csc or coo format", biadjacency, TypeError)
    take_host_route(f"sparse.csgraph.{name}", graph.device, _WHY)
    data, pattern = graph.tocsr()._rows()
    rows, columns = _matching(
        real_weights(data, name), pattern.indptr, pattern.indices, pattern.grid[1], bool(maximize)
    )
    return rows, columns


def _yen_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7], device=device)
    yield Sample(1 + torch.rand(7, generator=generator, dtype=dtype, device=device), indices, indptr)


def _yen_kernel(
    weights: Tensor, rows: Tensor, columns: Tensor, nodes: int, source: int, sink: int, count: int
) -> Tensor:
    import scipy.sparse.csgraph

    places = tuple(x.cpu().numpy().astype(np.int32) for x in (rows, columns))
    A = scipy.sparse.csr_array((weights.detach().cpu().to(torch.float64).numpy(), places), shape=(nodes, nodes))
    try:
        _, before = scipy.sparse.csgraph.yen(A, source, sink, count, return_predecessors=True)
    except scipy.sparse.csgraph.NegativeCycleError as error:
        raise NegativeCycleError("yen: the graph has a negative cycle") from error
    return _integers(before, weights.device)


_yen = operator(
    "graph_yen(Tensor weights, Tensor start, Tensor stop, int nodes, int source, int sink, int count) -> Tensor",
    kernel=_yen_kernel,
    fake=_no_fake,
    backward=lambda inputs, outputs, grads, needs: [None] * 7,
    jvp=lambda inputs, outputs, tangents: None,
)


@function(
    samples=_yen_samples,
    call=lambda f, data, indices, indptr: f(csr_array((data, indices, indptr), shape=(4, 4)), 0, 3, 3),
    differentiable=("csgraph",),
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
    synchronizes=True,
)
def yen(
    csgraph: Any,
    source: int,
    sink: int,
    K: int,
    *,
    directed: bool = True,
    return_predecessors: bool = False,
    unweighted: bool = False,
) -> Any:
    r"""Find the K shortest paths without loops from one node to another.

    Parameters
    ----------
    csgraph : sparse array, dense tensor, masked array or array-like ``(N, N)``
        The graph, as for `dijkstra`.
    source, sink : int
        The ends of the paths.
    K : int
        How many paths to look for.
    directed, return_predecessors, unweighted
        As for `dijkstra`.

    Returns
    -------
    dist_array : Tensor ``(M,)``
        The lengths of the M <= K paths that there are, in order, differentiable in the weights along each path.
    predecessors : Tensor of int32, ``(M, N)``
        The node before each on each path, -9999 where there is none.

    Raises
    ------
    ValueError
        For nodes outside of the graph, and for a graph that is not square.
    NegativeCycleError
        If the graph has a cycle of negative length.

    Notes
    -----
    SciPy finds the paths, by Yen's method [1]_; their lengths are summed from the weights.

    References
    ----------
    .. [1] J. Y. Yen, "An algorithm for finding shortest routes from all source nodes to a given destination in general
       networks", Quarterly of Applied Mathematics 27, 1970.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import yen
    >>> yen(torch.tensor([[0.0, 1.0, 4.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]]), 0, 2, 2)
    tensor([3., 4.])
    """
    graph = Graph(csgraph, "yen", directed, unweighted)
    source, sink, K = (integer("yen", name, x) for name, x in (("source", source), ("sink", sink), ("K", K)))
    for name, node in (("source", source), ("sink", sink)):
        if not 0 <= node < graph.nodes:
            raise ValueError(f"yen: {name} must have 0 <= {name} < {graph.nodes}, got {node}")
    chosen = lightest(graph.weights, graph.pattern.keys())  # no parallel edges
    take_host_route("sparse.csgraph.yen", graph.device, _WHY)
    edges = (graph.weights[chosen], graph.pattern.rows[chosen], graph.pattern.indices[chosen])
    predecessors = _yen(*edges, graph.nodes, source, sink, K)
    nodes = torch.arange(graph.nodes, device=graph.device).expand(predecessors.shape)
    entries = torch.where(predecessors < 0, -1, edge_entries(graph, predecessors.clamp(min=0), nodes))
    lengths = path_sums(graph.weights, predecessors, entries)[:, sink]
    return (lengths, predecessors) if return_predecessors else lengths
