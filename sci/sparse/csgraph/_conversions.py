"""Graphs as dense, masked and sparse arrays."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ..._core.arrays import as_tensor
from ..._core.cards import Sample, function
from ..._core.errors import bad_argument, real
from ..._core.torch_private import transforms_active
from .._base import SparseBase
from .._convert import is_scipy
from .._csr import csr_array
from .._pattern import CompressedRows
from ._graph import as_square, edges_of, from_places, is_masked, lightest, masked_parts, real_weights

__all__ = [
    "csgraph_from_dense",
    "csgraph_from_masked",
    "csgraph_masked_from_dense",
    "csgraph_to_dense",
    "csgraph_to_masked",
]


def _square(values: Tensor, name: str) -> Tensor:
    if values.dim() != 2 or values.shape[0] != values.shape[1]:
        raise ValueError(f"{name}: graph must be a square matrix (N, N), got shape {tuple(values.shape)}")
    return values


def _present(name: str, values: Tensor, null_value: float | None, nan_null: bool, infinity_null: bool) -> Tensor:
    """Return where a dense graph has an edge."""
    x = values.detach()
    found = torch.ones_like(x, dtype=torch.bool)
    if null_value is not None and not math.isnan(real(name, "null_value", null_value)):
        found = x != null_value
    if nan_null or (null_value is not None and math.isnan(null_value)):
        found = found & ~x.isnan()
    if infinity_null or (null_value is not None and math.isinf(null_value)):
        found = found & ~x.isinf()
    return found


def _scatter(data: Tensor, pattern: CompressedRows, null_value: float) -> tuple[Tensor, Tensor]:
    """Return a full matrix, with the smallest of the weights at the same place, and where there is one."""
    keys = pattern.keys()
    n, m = pattern.grid
    if torch.compiler.is_compiling() or transforms_active():  # where nothing can be read of values and indices
        far = torch.full((n * m,), null_value, dtype=data.dtype, device=data.device)
        full = far.scatter_reduce(0, keys, data, "amin", include_self=False)
        return full.reshape(n, m), torch.zeros_like(far, dtype=torch.bool).index_fill(0, keys, True).reshape(n, m)
    if not pattern.canonical:
        chosen = lightest(data, keys)
        keys, data = keys[chosen], data.index_select(-1, chosen)
    full = torch.full((n * m,), null_value, dtype=data.dtype, device=data.device).scatter(0, keys, data)
    there = torch.zeros_like(full, dtype=torch.bool).index_fill(0, keys, True)
    return full.reshape(n, m), there.reshape(n, m)


def dense_weights(csgraph: Any, name: str, unweighted: bool) -> Tensor:
    """Return the weights of a graph as a full matrix, infinite where there is no edge."""
    found = as_square(csgraph, name)
    if isinstance(found, SparseBase):
        data, pattern = edges_of(found)
        data = real_weights(data, name)
        return _scatter(torch.ones_like(data) if unweighted else data, pattern, math.inf)[0]
    if is_masked(found):
        values, there = masked_parts(found, name)
    else:
        values, there = found, _present(name, found, 0, True, True)
    values = real_weights(values, name)
    return torch.where(there, torch.ones_like(values) if unweighted else values, math.inf)


def _dense_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.randn(4, 4, generator=generator, dtype=dtype, device=device)
    yield Sample(x)


@function(
    differentiable=("graph",),
    samples=_dense_samples,
    call=lambda f, x: f(x).data,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def csgraph_from_dense(
    graph: Any, null_value: float | None = 0, nan_null: bool = True, infinity_null: bool = True
) -> csr_array:
    """Return the graph of a dense matrix in compressed rows.

    Parameters
    ----------
    graph : Tensor or array-like ``(N, N)``
        The weights.
    null_value : float, optional
        Elements of this value are no edges; None for none such.
    nan_null, infinity_null : bool
        NaN and infinite elements are no edges.

    Returns
    -------
    csgraph : csr_array
        The weights at the edges, zeros among them where `null_value` is not 0; integers become the default dtype.

    Raises
    ------
    ValueError
        For a matrix that is not square.

    Notes
    -----
    Gradients flow to the elements that are edges. An element is compared with `null_value` exactly.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import csgraph_from_dense
    >>> inf = float("inf")
    >>> csgraph_from_dense(torch.tensor([[inf, 2.0, 0.0], [2.0, inf, inf], [0.0, inf, inf]]), null_value=inf).data
    tensor([2., 0., 2., 0.])
    """
    name = "csgraph_from_dense"
    values = _square(real_weights(as_tensor(graph, "graph", name), name), name)
    return from_places(values, _present(name, values, null_value, nan_null, infinity_null))


@function(compiles=False, batch=False, complex=False, synchronizes=True)
def csgraph_from_masked(graph: Any) -> csr_array:
    """Return the graph of a masked array in compressed rows.

    Parameters
    ----------
    graph : torch.masked.MaskedTensor or numpy.ma.MaskedArray ``(N, N)``
        The weights, masked where there is no edge.

    Returns
    -------
    csgraph : csr_array
        The weights at the edges; integers become the default dtype.

    Raises
    ------
    TypeError
        For what is no masked array.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import csgraph_from_masked, csgraph_masked_from_dense
    >>> csgraph_from_masked(csgraph_masked_from_dense(torch.tensor([[0.0, 2.0], [1.0, 0.0]]))).data
    tensor([2., 1.])
    """
    if not is_masked(graph):
        raise bad_argument("csgraph_from_masked", "graph", "a masked array", graph, TypeError)
    values, there = masked_parts(graph, "csgraph_from_masked")
    return from_places(_square(real_weights(values, "csgraph_from_masked"), "csgraph_from_masked"), there)


def _as_masked(values: Tensor, there: Tensor) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MaskedTensor is a prototype
        return torch.masked.as_masked_tensor(values, there)


@function(compiles=False, batch=False, complex=False)
def csgraph_masked_from_dense(
    graph: Any, null_value: float | None = 0, nan_null: bool = True, infinity_null: bool = True, copy: bool = True
) -> Any:
    """Return a dense graph as a masked tensor.

    Parameters
    ----------
    graph, null_value, nan_null, infinity_null
        As for `csgraph_from_dense`.
    copy : bool
        Copy the values, where they would be shared otherwise.

    Returns
    -------
    csgraph : torch.masked.MaskedTensor
        The weights, whose mask is True at the edges.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse.csgraph import csgraph_masked_from_dense
    >>> csgraph_masked_from_dense(torch.tensor([[0.0, 2.0], [1.0, 0.0]])).get_mask()
    tensor([[False,  True],
            [ True, False]])
    """
    name = "csgraph_masked_from_dense"
    given = as_tensor(graph, "graph", name)
    values = _square(real_weights(given, name), name)
    if copy and values is given:
        values = values.clone()
    return _as_masked(values, _present(name, values, null_value, nan_null, infinity_null))


def _sparse_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    indices = torch.tensor([2, 1, 2, 0], device=device)
    indptr = torch.tensor([0, 3, 3, 4], device=device)
    data = torch.randn(4, generator=generator, dtype=dtype, device=device)
    yield Sample(csr_array((data, indices, indptr), shape=(3, 3)))


def _compressed(csgraph: Any, name: str) -> tuple[Tensor, CompressedRows]:
    if not (isinstance(csgraph, SparseBase) or is_scipy(csgraph)):
        raise bad_argument(name, "csgraph", "a sparse array", csgraph, ValueError)
    data, pattern = edges_of(as_square(csgraph, name))
    return real_weights(data, name), pattern


@function(
    differentiable=("csgraph",),
    samples=_sparse_samples,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
def csgraph_to_dense(csgraph: Any, null_value: float = 0) -> Tensor:
    """Return a sparse graph as a dense matrix.

    Parameters
    ----------
    csgraph : sparse array ``(N, N)``
        The graph; of several edges from one node to another the one of the smallest weight counts.
    null_value : float
        What to put where there is no edge.

    Returns
    -------
    graph : Tensor ``(N, N)``
        The weights; integers become the default dtype.

    Raises
    ------
    ValueError
        For what is not sparse or not square.

    Notes
    -----
    The gradient of an element goes to the edge that it holds.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import csgraph_to_dense
    >>> A = csr_array((torch.tensor([2.0, 3.0]), torch.tensor([1, 1]), torch.tensor([0, 2, 2])), shape=(2, 2))
    >>> csgraph_to_dense(A)
    tensor([[0., 2.],
            [0., 0.]])
    """
    data, pattern = _compressed(csgraph, "csgraph_to_dense")
    return _scatter(data, pattern, real("csgraph_to_dense", "null_value", null_value))[0]


@function(compiles=False, batch=False, complex=False, synchronizes=True)
def csgraph_to_masked(csgraph: Any) -> Any:
    """Return a sparse graph as a masked tensor.

    Parameters
    ----------
    csgraph : sparse array ``(N, N)``
        The graph; of several edges from one node to another the one of the smallest weight counts.

    Returns
    -------
    graph : torch.masked.MaskedTensor
        The weights, whose mask is True at the edges; masked elements are NaN.

    Raises
    ------
    ValueError
        For what is not sparse or not square.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array
    >>> from sci.sparse.csgraph import csgraph_to_masked
    >>> csgraph_to_masked(csr_array(torch.tensor([[0.0, 2.0], [1.0, 0.0]]))).get_mask()
    tensor([[False,  True],
            [ True, False]])
    """
    data, pattern = _compressed(csgraph, "csgraph_to_masked")
    return _as_masked(*_scatter(data, pattern, math.nan))
