"""Sums, means, extremes, counts and diagonals of sparse arrays."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .._core.dispatch import write_out
from .._core.errors import bad_argument
from ._pattern import Coordinates
from ._products import product

if TYPE_CHECKING:
    from ._base import sparray


def as_axes(A: sparray, axis: Any, function: str) -> tuple[int, ...]:
    """Return the axes to reduce, in order: all for None."""
    if axis is None:
        return tuple(range(A.ndim))
    try:
        given = tuple(operator.index(d) for d in (axis if isinstance(axis, tuple) else (axis,)))
    except TypeError:
        raise bad_argument(function, "axis", "None, an integer or a tuple of integers", axis, TypeError) from None
    if any(d < -A.ndim or d >= A.ndim for d in given):
        raise ValueError(f"{function}: axis out of range: {axis} for {A.ndim} dimensions")
    axes = tuple(sorted(d % A.ndim for d in given))
    if len(set(axes)) != len(axes):
        raise ValueError(f"{function}: axis {axis} names a dimension twice")
    return axes


def _kept(A: sparray, axes: tuple[int, ...]) -> tuple[Coordinates, int]:
    """Return the coordinates along the dimensions that stay, and the number of places there."""
    places = A._coordinates()
    keep = [d for d in range(A.ndim) if d not in axes]
    size = 1
    for d in keep:
        size *= A.shape[d]
    return Coordinates([places.coords[d] for d in keep], [A.shape[d] for d in keep]), size


def total(A: Any, axis: Any, dtype: torch.dtype | None, out: Tensor | None) -> Tensor:
    """Sum over axes."""
    axes = as_axes(A, axis, "sum")
    data = A._data
    if dtype is not None:
        data = data.to(dtype)
    elif not (data.is_floating_point() or data.is_complex()):
        data = data.to(torch.int64)
    if len(axes) == A.ndim:
        result = data.sum(-1)
    elif A.ndim == 2 and A.format == "csr" and (data.is_floating_point() or data.is_complex()):
        ones = torch.ones(A.shape[axes[0]], dtype=data.dtype, device=data.device)
        if data.dim() > 1:
            result = product(A._pattern, data, ones.unsqueeze(-1), transposed=axes[0] == 0).squeeze(-1)
        else:
            result = product(A._pattern, data, ones, transposed=axes[0] == 0)
    else:
        places, size = _kept(A, axes)
        flat = data.new_zeros((*data.shape[:-1], size)).index_add(-1, places.keys(), data)
        result = flat.reshape(*data.shape[:-1], *places.shape)
    return result if out is None else _written("sum", result, out)


def _written(function: str, result: Tensor, out: Tensor) -> Tensor:
    written: Tensor = write_out(function, result, out)
    return written


def mean(A: Any, axis: Any, dtype: torch.dtype | None, out: Tensor | None) -> Tensor:
    """Average over axes."""
    axes = as_axes(A, axis, "mean")
    count = 1
    for d in axes:
        count *= A.shape[d]
    inexact = A.dtype.is_floating_point or A.dtype.is_complex
    wanted = dtype if dtype is not None else (A.dtype if inexact else torch.get_default_dtype())
    work = wanted if wanted.is_floating_point or wanted.is_complex else torch.get_default_dtype()
    result = (total(A, axis, work, None) / count).to(wanted)
    return result if out is None else _written("mean", result, out)


def extreme(A: Any, axis: Any, out: Any, explicit: bool, kind: str) -> Any:
    """Return the maximum or minimum, over all elements or as a sparse array along an axis."""
    from ._arithmetic import summed
    from ._coo import coo_array

    name = kind[1:]
    if out is not None:
        raise ValueError(f"{name}: sparse arrays do not support an out parameter")
    if A.dtype.is_complex:
        raise TypeError(f"{name}: complex numbers are not ordered")
    axes = as_axes(A, axis, name)
    A = summed(A)
    zero = A._data.new_zeros(1)
    size = 1
    for d in axes:
        size *= A.shape[d]
    if size == 0 and not explicit:
        raise ValueError(f"{name}: zero-size array to reduction operation")
    if len(axes) == A.ndim:
        values = A._data if explicit or A.nnz == size else torch.cat([A._data, zero])
        if values.shape[0] == 0:
            return zero[0]
        return values.amax() if kind == "amax" else values.amin()
    places, count = _kept(A, axes)
    keys = places.keys()
    filled = torch.zeros(count, dtype=torch.int64, device=A.device).index_add(0, keys, torch.ones_like(keys))
    limit = torch.full((count,), _worst(A.dtype, kind), dtype=A.dtype, device=A.device)
    found = limit.scatter_reduce(0, keys, A._data, kind, include_self=False)
    with_zero = found.clamp(min=0) if kind == "amax" else found.clamp(max=0)
    found = torch.where(filled > 0, found if explicit else torch.where(filled < size, with_zero, found), zero)
    return coo_array(found.reshape(places.shape))


def _worst(dtype: torch.dtype, kind: str) -> Any:
    if dtype is torch.bool:
        return kind == "amin"
    info = torch.finfo(dtype) if dtype.is_floating_point else torch.iinfo(dtype)
    return info.min if kind == "amax" else info.max


def count(A: Any, axis: int | None, explicit: bool) -> Any:
    """Count entries, or those that are not zero."""
    from ._arithmetic import summed

    if axis is None and explicit:
        return A.nnz
    if not explicit:
        A = summed(A)
    ones = torch.ones_like(A._data, dtype=torch.int64) if explicit else (A._data != 0).to(torch.int64)
    if axis is None:
        return int(ones.sum().item())
    axes = as_axes(A, axis, "count_nonzero")
    places, size = _kept(A, axes)
    return ones.new_zeros(size).index_add(0, places.keys(), ones).reshape(places.shape)


def diagonal(A: Any, k: int) -> Tensor:
    """Return the k-th diagonal: entries off it add zero to some element, so that no shape depends on the data."""
    if A.ndim != 2:
        raise ValueError(f"diagonal: the array must have two dimensions, got shape {A.shape}")
    rows, columns = A.shape
    size = max(0, min(rows + min(k, 0), columns - max(k, 0)))
    data = A._data
    if size == 0:
        return data.new_zeros((*data.shape[:-1], 0))
    row, column = A._coordinates().coords
    on = column - row == k
    place = torch.where(on, row + min(k, 0), torch.zeros_like(row))
    terms = torch.where(on, data, torch.zeros((), dtype=data.dtype, device=data.device))
    return data.new_zeros((*data.shape[:-1], size)).index_add(-1, place, terms)
