"""Parts of sparse arrays: `find`, `tril`, `triu`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.cards import Sample, function
from .._core.errors import integer
from ._base import SparseBase, sparray
from ._coo import coo_array, coo_matrix
from ._csr import csr_array
from ._pattern import Coordinates, structural
from ._stacking import dense

__all__ = ["find", "tril", "triu"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(torch.randn(3, 4, generator=generator, dtype=dtype, device=device))


def _call(act: Any, a: Any) -> Any:
    return act(csr_array(a), 1).toarray()


def _find_call(find: Any, a: Any) -> Any:
    return find(csr_array(a))[2]


@function(differentiable=("A",), samples=_samples, call=_find_call, batch=False, compiles=False, synchronizes=True)
def find(A: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Return rows, columns and values of the elements that are not zero.

    Parameters
    ----------
    A : sparse array or dense array, two-dimensional

    Returns
    -------
    I, J, V : Tensor
        Duplicates are added up.

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, find
    >>> find(csr_array(torch.tensor([[7.0, 8.0], [0.0, 9.0]])))[2]
    tensor([7., 8., 9.])
    """
    made = coo_array(dense(A, "A", "find"), copy=False)
    made.sum_duplicates()
    keep = (made._data.detach() != 0).nonzero()[:, 0]
    row, column = (x.index_select(0, keep) for x in made.coords)
    return row, column, made._data.index_select(-1, keep)


def _part(name: str, A: Any, k: int, format: str | None, keep: Callable[[Tensor], Tensor]) -> Any:
    made = A.tocoo()._array() if isinstance(A, SparseBase) else coo_array(dense(A, "A", name))
    k = integer(name, "k", k)
    if made.ndim != 2:
        raise ValueError(f"{name}: A must have two dimensions, got shape {made.shape}")
    with structural(*made.coords):
        row, column = made.coords
        kept = keep(column.to(torch.int64) - row - k).nonzero()[:, 0]
        coords = [row.index_select(0, kept), column.index_select(0, kept)]
    places = Coordinates(coords, made.shape, made._pattern.canonical, made._pattern.ordered)
    cls = coo_array if isinstance(A, sparray) else coo_matrix
    return cls._make(made._data.index_select(-1, kept), places).asformat(format)


@function(differentiable=("A",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def tril(A: Any, k: int = 0, format: str | None = None) -> Any:
    """Return the lower triangle of a matrix.

    Parameters
    ----------
    A : sparse array or dense array, two-dimensional
    k : int
        The highest diagonal that is kept: 0 the main one, positive above it.
    format : str, optional
        By default "coo".

    Returns
    -------
    sparse array, or sparse matrix where `A` is no array

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, tril
    >>> tril(csr_array(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))).toarray()
    tensor([[1., 0.],
            [3., 4.]])
    """
    return _part("tril", A, k, format, lambda over: over <= 0)


@function(differentiable=("A",), samples=_samples, call=_call, batch=False, compiles=False, synchronizes=True)
def triu(A: Any, k: int = 0, format: str | None = None) -> Any:
    """Return the upper triangle of a matrix.

    Parameters
    ----------
    A : sparse array or dense array, two-dimensional
    k : int
        The lowest diagonal that is kept: 0 the main one, positive above it.
    format : str, optional
        By default "coo".

    Returns
    -------
    sparse array, or sparse matrix where `A` is no array

    Examples
    --------
    >>> import torch
    >>> from sci.sparse import csr_array, triu
    >>> triu(csr_array(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))).toarray()
    tensor([[1., 2.],
            [0., 4.]])
    """
    return _part("triu", A, k, format, lambda over: over >= 0)
