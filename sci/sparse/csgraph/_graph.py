"""What the functions on graphs take: a graph as edges with weights, from sparse, dense and masked arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..._core.arrays import as_tensor, compute_dtype, floating
from ..._core.errors import bad_argument, flag
from .._base import SparseBase, classes
from .._convert import is_scipy
from .._csr import csr_array
from .._pattern import CompressedRows, Coordinates, bucket_sort, index_dtype, structural

__all__: list[str] = []

NO_NODE = -9999


def is_masked(x: Any) -> bool:
    """Is this a masked array of NumPy or of torch?"""
    return isinstance(x, np.ma.MaskedArray) or type(x).__name__ == "MaskedTensor"


def masked_parts(graph: Any, name: str) -> tuple[Tensor, Tensor]:
    """Return the values of a masked array and where they count (NumPy's mask says where not, torch's where)."""
    if isinstance(graph, np.ma.MaskedArray):
        return as_tensor(graph.data, "graph", name), ~torch.from_numpy(np.ma.getmaskarray(graph))
    return graph.get_data(), graph.get_mask()


def real_weights(data: Tensor, name: str) -> Tensor:
    """Return weights in the dtype that kernels compute in."""
    if data.is_complex():
        raise bad_argument(name, "csgraph", "real", data, TypeError)
    return data.to(compute_dtype(floating(data.dtype)))


def from_places(values: Tensor, present: Tensor) -> csr_array:
    """Return the elements of a square matrix that are `present`, in compressed rows."""
    places = present.nonzero(as_tuple=True)
    wanted = index_dtype(*values.shape, places[0].shape[0])
    pattern, _ = Coordinates([x.to(wanted) for x in places], values.shape, canonical=True).compressed()
    made: csr_array = csr_array._make(values[places], pattern)
    return made


def as_square(csgraph: Any, name: str, argument: str = "csgraph") -> Any:
    """Return the graph as a sparse array of this library, or as a dense tensor, or as it is where it is masked."""
    if isinstance(csgraph, SparseBase) or is_masked(csgraph):
        found = csgraph
    elif is_scipy(csgraph):
        made = csr_array(csgraph)
        found = (
            made
            if type(csgraph).__name__.endswith("_array")
            else classes["csr", False]._make(made._data, made._pattern)
        )
    elif isinstance(csgraph, Tensor) and csgraph.layout is not torch.strided:
        found = csr_array(csgraph)
    else:
        found = as_tensor(csgraph, argument, name)
    if found.ndim != 2 or found.shape[0] != found.shape[1]:
        raise ValueError(f"{name}: {argument} must be a square matrix (N, N), got shape {tuple(found.shape)}")
    return found


def edges_of(graph: SparseBase) -> tuple[Tensor, CompressedRows]:
    """Return the entries in compressed rows, without zeros that only fill the diagonals of format dia: no edges."""
    rows = graph.tocsr()
    if graph.format == "dia":
        rows.eliminate_zeros()
    found: tuple[Tensor, CompressedRows] = rows._rows()
    return found


class Graph:
    """Edges with weights: the entries of compressed rows, where an entry of weight 0 is an edge, too."""

    def __init__(
        self, csgraph: Any, name: str, directed: bool = True, unweighted: bool = False, argument: str = "csgraph"
    ) -> None:
        found = as_square(csgraph, name, argument)
        self.is_array = not isinstance(found, SparseBase) or found._is_array
        if is_masked(found):
            found = from_places(*masked_parts(found, name))
        elif not isinstance(found, SparseBase):
            found = from_places(found, (found.detach() != 0) & found.detach().isfinite())
        data, self.pattern = edges_of(found)
        self.weights = real_weights(data, name)
        if flag(name, "unweighted", unweighted):
            self.weights = torch.ones_like(self.weights)
        if not flag(name, "directed", directed):
            self.weights, self.pattern = both_ways(self.weights, self.pattern)

    @property
    def nodes(self) -> int:
        return self.pattern.grid[0]

    @property
    def device(self) -> torch.device:
        return self.weights.device

    def sparse(self, data: Tensor, pattern: CompressedRows) -> Any:
        """Return a result in compressed rows, array or matrix as the graph was."""
        return classes["csr", self.is_array]._make(data, pattern)


def both_ways(weights: Tensor, pattern: CompressedRows) -> tuple[Tensor, CompressedRows]:
    """Return every edge in both directions; in a row the entries of the matrix come before those of its transpose."""
    count = pattern.nnz
    with structural(pattern.indptr, pattern.indices):
        rows = torch.cat([pattern.rows, pattern.indices])
        columns = torch.cat([pattern.indices, pattern.rows])
        indptr, order = bucket_sort(rows, pattern.grid[0])
        found = CompressedRows(indptr, columns.index_select(0, order), pattern.grid)
        entries = torch.where(order < count, order, order - count)
    return weights.index_select(-1, entries), found


def lightest(weights: Tensor, keys: Tensor) -> Tensor:
    """Return, for each of the different keys in order, the entry of the smallest weight (the first of those)."""
    with structural(keys):
        order = torch.argsort(weights.detach(), stable=True)
        order = order[torch.argsort(keys[order], stable=True)]
        ordered = keys[order]
        first = torch.ones_like(ordered, dtype=torch.bool)
        first[1:] = ordered[1:] != ordered[:-1]
        return order[first]


def edge_entries(graph: Graph, start: Tensor, stop: Tensor) -> Tensor:
    """Return the entry of the lightest edge from each start to each stop, -1 where there is none."""
    keys = graph.pattern.keys()
    chosen = lightest(graph.weights, keys)
    known = keys[chosen]
    wanted = start.to(torch.int64) * graph.nodes + stop
    if not known.shape[0]:
        return torch.full_like(wanted, -1)
    place = torch.searchsorted(known, wanted).clamp(max=known.shape[0] - 1)
    return torch.where(known[place] == wanted, chosen[place], -1)
