"""`maximum_flow`, differentiable by its minimum cut."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, integer, take_host_route
from .._base import SparseBase
from .._convert import is_scipy
from .._csr import csr_array
from .._pattern import CompressedRows
from .._reductions import summed_at
from ._graph import as_square

__all__ = ["maximum_flow"]

_WHY = "augmenting paths are found one after the other"


class MaximumFlowResult:
    """A maximum flow: `flow_value` and the matrix `flow`."""

    def __init__(self, flow_value: Any, flow: Any) -> None:
        self.flow_value, self.flow = flow_value, flow

    def __repr__(self) -> str:
        return f"MaximumFlowResult with value of {self.flow_value}"


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 3, 3, 0, 0], device=device)
    indptr = torch.tensor([0, 2, 4, 5, 7], device=device)
    yield Sample(1 + torch.rand(7, generator=generator, dtype=dtype, device=device), indices, indptr)


def _call(f: Any, data: Any, indices: Any, indptr: Any) -> Any:
    return f(csr_array((data, indices, indptr), shape=(4, 4)), 0, 3).flow_value


def _compressed(csgraph: Any) -> Any:
    """Return the graph without duplicates, of numbers that flow."""
    if not (isinstance(csgraph, SparseBase) or is_scipy(csgraph)) or csgraph.format != "csr":
        raise bad_argument("maximum_flow", "csgraph", "in csr format", csgraph, TypeError)
    graph = as_square(csgraph, "maximum_flow")
    if graph.dtype.is_complex or graph.dtype is torch.bool:
        raise bad_argument("maximum_flow", "csgraph", "of real numbers", graph._data)
    return graph


@function(
    differentiable=("csgraph",),
    samples=_samples,
    call=_call,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
    synchronizes=True,
)
def maximum_flow(csgraph: Any, source: int, sink: int, *, method: str = "dinic") -> MaximumFlowResult:
    r"""Maximise the flow between two nodes.

    Parameters
    ----------
    csgraph : csr_array ``(N, N)``
        The capacities, integers or real numbers; negative ones count as 0.
    source, sink : int
        The nodes between which it flows.
    method : {"dinic", "edmonds_karp"}
        Dinic's method [1]_ serves both.

    Returns
    -------
    res : MaximumFlowResult
        With `flow_value`, an int for integers, else a differentiable 0-d tensor, and `flow`, a csr_array (csr_matrix
        for a matrix) of the flow from i to j at ``[i, j]`` and its opposite at ``[j, i]``. Of several maximum flows it
        is one, and is not differentiated.

    Raises
    ------
    TypeError
        For what is not in csr format.
    ValueError
        For nodes outside of the graph, equal nodes, and a graph that is not square.

    Notes
    -----
    The value is the sum of the capacities C over the minimum cut that is nearest to the source [2]_, so

    .. math:: \bar C_e = \bar v \text{ for edges } e \text{ of the cut, else } 0,

    where several cuts are minimal a subgradient.

    References
    ----------
    .. [1] E. A. Dinic, "Algorithm for solution of a problem of maximum flow in a network with power estimation", Soviet
       Math. Doklady 11, 1970.
    .. [2] L. R. Ford and D. R. Fulkerson, "Maximal flow through a network", Canadian J. Math. 8, 1956.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import maximum_flow
    >>> A = csr_array(torch.tensor([[0.0, 5.0, 0.0], [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]]))
    >>> maximum_flow(A, 0, 2).flow_value
    tensor(3.)
    >>> torch.func.grad(lambda A: maximum_flow(A, 0, 2).flow_value)(A).data
    tensor([0., 1.])
    """
    if method not in ("dinic", "edmonds_karp"):
        raise bad_argument("maximum_flow", "method", "'dinic' or 'edmonds_karp'", method)
    graph = _compressed(csgraph)
    n = graph.shape[0]
    source, sink = integer("maximum_flow", "source", source), integer("maximum_flow", "sink", sink)
    for name, node in (("source", source), ("sink", sink)):
        if not 0 <= node < n:
            raise bad_argument("maximum_flow", name, f"a node in [0, {n})", node)
    if source == sink:
        raise ValueError(f"maximum_flow: source and sink must differ, got {source} twice")
    data, pattern = graph._rows()
    device = data.device
    if device.type == "cuda":
        take_host_route("sparse.csgraph.maximum_flow", device, _WHY)
    rows, columns = (x.to(torch.int64).cpu() for x in (pattern.rows, pattern.indices))
    # Every place that an edge or its reverse is at, in order; what is there, and where the reverse is.
    keys, place = torch.unique(torch.cat([rows * n + columns, columns * n + rows]), return_inverse=True)
    place = place[: rows.shape[0]]
    start, stop = keys // max(n, 1), keys % max(n, 1)
    reverse = torch.searchsorted(keys, stop * n + start)
    indptr = torch.searchsorted(start, torch.arange(n + 1, device="cpu"))
    inexact = data.is_floating_point()
    exact = data.detach().cpu().to(torch.promote_types(data.dtype, torch.float32) if inexact else torch.int64)
    capacities = summed_at(exact.clamp(min=0), place, keys.shape[0]) * (start != stop)
    left, levels = torch.ops.sci.graph_flow(capacities, indptr, stop, reverse, source, sink)
    sent = capacities - left
    sent = torch.where(start < stop, sent, -sent[reverse]) * (start != stop)
    index = pattern.indices.dtype
    found = CompressedRows(indptr.to(device, index), stop.to(device, index), pattern.grid, canonical=True)
    flow = graph._as(csr_array._make(sent.to(device, data.dtype), found))
    if not inexact:
        return MaximumFlowResult(int(sent[indptr[source] : indptr[source + 1]].sum()), flow)
    cut: Tensor = (levels[rows] >= 0) & (levels[columns] < 0) & (data.detach().cpu() > 0)
    return MaximumFlowResult(data.index_select(0, cut.nonzero()[:, 0].to(device)).sum(), flow)
