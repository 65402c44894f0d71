"""Dimensions of sparse arrays: `expand_dims`, `swapaxes`, `permute_dims`."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any

import torch

from .._core.cards import Sample, function
from .._core.errors import bad_argument
from ._base import SparseBase
from ._coo import coo_array

__all__ = ["expand_dims", "permute_dims", "swapaxes"]


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    yield Sample(coo_array(torch.randn(2, 3, generator=generator, dtype=dtype, device=device)))


def _permute_call(act: Any, a: Any) -> Any:
    return act(a).toarray()


def _axis_call(act: Any, a: Any) -> Any:
    return act(a, axis=1).toarray()


def _swap_call(act: Any, a: Any) -> Any:
    return act(a, 0, 1).toarray()


def _coordinates(A: Any, name: str) -> Any:
    if not isinstance(A, SparseBase):
        raise bad_argument(name, "A", "a sparse array", A, TypeError)
    return A.tocoo()


def _axis(argument: str, axis: Any, ndim: int) -> int:
    try:
        place = operator.index(axis)
    except TypeError:
        raise ValueError(f"Invalid axis {axis!r}: {argument} must be an integer") from None
    if not -ndim <= place < ndim:
        raise ValueError(f"Invalid axis {axis}: {argument} is not one of {ndim} dimensions")
    return place % ndim


@function(differentiable=("A",), samples=_samples, call=_axis_call, batch=False, compiles=False)
def expand_dims(A: Any, /, *, axis: int = 0) -> Any:
    """Return a sparse array with a dimension of size one put in.

    Parameters
    ----------
    A : sparse array
    axis : int
        Where the new dimension is in the result.

    Returns
    -------
    coo_array

    Raises
    ------
    ValueError
        For an axis that the result does not have.

    Examples
    --------
    >>> from sci.sparse import eye_array, expand_dims
    >>> expand_dims(eye_array(2), axis=1).shape
    (2, 1, 2)
    """
    made = _coordinates(A, "expand_dims")._array()
    place = _axis("axis", axis, made.ndim + 1)
    return made.reshape(made.shape[:place] + (1,) + made.shape[place:])


@function(differentiable=("A",), samples=_samples, call=_swap_call, batch=False, compiles=False)
def swapaxes(A: Any, axis1: int, axis2: int) -> Any:
    """Return a sparse array with two dimensions exchanged.

    Parameters
    ----------
    A : sparse array
    axis1, axis2 : int

    Returns
    -------
    coo_array

    Raises
    ------
    ValueError
        For an axis that `A` does not have.

    Examples
    --------
    >>> from sci.sparse import eye_array, swapaxes
    >>> swapaxes(eye_array(2, 3), 0, 1).shape
    (3, 2)
    """
    made = _coordinates(A, "swapaxes")
    order = list(range(made.ndim))
    i, j = _axis("axis1", axis1, made.ndim), _axis("axis2", axis2, made.ndim)
    order[i], order[j] = j, i
    return made.transpose(tuple(order))


@function(differentiable=("A",), samples=_samples, call=_permute_call, batch=False, compiles=False)
def permute_dims(A: Any, axes: Any = None, copy: bool = False) -> Any:
    """Return a sparse array with its dimensions in another order.

    Parameters
    ----------
    A : sparse array
    axes : tuple of ints, optional
        The order; by default reversed.
    copy : bool
        Copy the values.

    Returns
    -------
    coo_array

    Raises
    ------
    ValueError
        For axes that are no permutation.

    Examples
    --------
    >>> from sci.sparse import eye_array, permute_dims
    >>> permute_dims(eye_array(2, 3)).shape
    (3, 2)
    """
    made = _coordinates(A, "permute_dims")
    if axes is None:
        order = tuple(range(made.ndim))[::-1]
    else:
        if not isinstance(axes, (tuple, list)):
            raise TypeError(f"permute_dims: axis must be an integer/tuple of integers, axes is a {type(axes).__name__}")
        try:
            order = tuple(operator.index(d) for d in axes)
        except TypeError:
            raise TypeError(f"permute_dims: axis must be an integer, got {axes}") from None
        if len(order) != made.ndim:
            raise ValueError(f"Incorrect number of axes: {made.ndim} instead of {len(order)}")
        if any(not -made.ndim <= d < made.ndim for d in order):
            raise ValueError(f"permute_dims: axis out of range: {axes} for {made.ndim} dimensions")
        order = tuple(d % made.ndim for d in order)
        if len(set(order)) != len(order):
            raise ValueError(f"permute_dims: duplicate value in axis: {axes}")
    return made.transpose(order, copy=copy)
