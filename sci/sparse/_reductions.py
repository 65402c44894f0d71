"""Sums, means, counts and diagonals of sparse arrays."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .._core.dispatch import write_out
from .._core.errors import describe
from ._pattern import Coordinates
from ._products import oriented, product, quick_product

if TYPE_CHECKING:
    from ._base import SparseBase


def as_axes(A: SparseBase, axis: Any, function: str) -> tuple[int, ...]:
    """Return the axes to reduce, in order: all for None."""
    if axis is None:
        return tuple(range(A.ndim))
    try:
        given = tuple(operator.index(d) for d in (axis if isinstance(axis, tuple) else (axis,)))
    except TypeError:
        text = f"{function}: axis must be an integer, a tuple of integers or None, got {axis!r}"
        raise TypeError(text) from None
    if any(d < -A.ndim or d >= A.ndim for d in given):
        raise ValueError(f"{function}: axis out of range: {axis} for {A.ndim} dimensions")
    axes = tuple(sorted(d % A.ndim for d in given))
    if len(set(axes)) != len(axes):
        raise ValueError(f"{function}: duplicate value in axis: {axis}")
    return axes


def kept(places: Coordinates, axes: tuple[int, ...]) -> tuple[Coordinates, int]:
    """Return the coordinates along the dimensions that stay, and the number of places there."""
    keep = [d for d in range(len(places.shape)) if d not in axes]
    size = 1
    for d in keep:
        size *= places.shape[d]
    return Coordinates([places.coords[d] for d in keep], [places.shape[d] for d in keep]), size


def shaped(A: Any, result: Tensor, axes: tuple[int, ...], shape: tuple[int, ...]) -> Tensor:
    """Give a reduction its shape: for matrices the reduced dimension stays, unless all are reduced."""
    if not A._is_array and len(axes) == 1 and len(shape) == 1:
        return result.reshape(*result.shape[:-1], *((1, -1) if axes[0] == 0 else (-1, 1)))
    return result.reshape(*result.shape[:-1], *shape)


# torch does not add these; integers of the same bits with a sign add up to the same bits.
SIGNED = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}


def summed_at(data: Tensor, keys: Tensor, size: int) -> Tensor:
    """Sum values that belong to `size` places; booleans are joined by or."""
    if data.dtype is torch.bool:
        counts: Tensor = summed_at(data.to(torch.int32), keys, size)
        return counts != 0
    if data.dtype in SIGNED:
        bits: Tensor = summed_at(data.view(SIGNED[data.dtype]), keys, size)
        return bits.view(data.dtype)
    return data.new_zeros((*data.shape[:-1], size)).index_add(-1, keys, data)


def total(A: Any, axis: Any, dtype: torch.dtype | None, out: Tensor | None) -> Tensor:
    """Sum over axes."""
    axes = as_axes(A, axis, "sum")
    compressed = A.format in ("csr", "csc")
    places = None
    if compressed or (len(axes) == A.ndim and A.format not in ("bsr", "dia")):
        data = A._data
    else:
        data, places = A._places()
    if dtype is not None:
        data = data.to(dtype)
    elif not (data.is_floating_point() or data.is_complex()):
        data = data.to(torch.int64)
    inexact = data.is_floating_point() or data.is_complex()
    if len(axes) == A.ndim:
        result = data.sum(-1, dtype=data.dtype)
    elif compressed and inexact and A.shape[axes[0]] <= 64 * A._data.shape[-1] + 2**20:
        _, pattern, turned = oriented(A)
        ones = torch.ones(A.shape[axes[0]], dtype=data.dtype, device=data.device)
        transposed = (axes[0] == 0) != turned
        result = quick_product(A, pattern, ones, transposed)
        if result is None and data.dim() > 1:
            result = product(pattern, data, ones.unsqueeze(-1), transposed=transposed).squeeze(-1)
        elif result is None:
            result = product(pattern, data, ones, transposed=transposed)
        result = shaped(A, result, axes, (result.shape[-1],))
    else:
        staying, size = kept(A._places()[1] if places is None else places, axes)
        result = shaped(A, summed_at(data, staying.keys(), size), axes, staying.shape)
    return result if out is None else written("sum", result, out)


def written(function: str, result: Tensor, out: Any) -> Tensor:
    """Write a result into `out`, which has to have its shape."""
    if not isinstance(out, Tensor) or out.shape != result.shape:
        text = f"{function}: output parameter 'out' has the wrong number of dimensions or does not match shape"
        raise ValueError(f"{text} {tuple(result.shape)}, got {describe(out)}")
    made: Tensor = write_out(function, result.to(out.dtype), out)
    return made


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
    return result if out is None else written("mean", result, out)


def count(A: Any, axis: Any, explicit: bool) -> Any:
    """Count entries, or those that are not zero."""
    from ._arithmetic import summed

    if axis is None and explicit:
        return A.nnz
    if not explicit:
        A = summed(A)
    data, places = A._places()
    ones = torch.ones_like(data, dtype=torch.int64) if explicit else (data != 0).to(torch.int64)
    axes = as_axes(A, axis, "count_nonzero")
    if len(axes) == A.ndim:
        return int(ones.sum().item())
    staying, size = kept(places, axes)
    return ones.new_zeros(size).index_add(0, staying.keys(), ones).reshape(staying.shape)


def diagonal(A: Any, k: int) -> Tensor:
    """Return the k-th diagonal: entries off it add zero to some element, so that no shape depends on the data."""
    if A.ndim != 2:
        raise ValueError(f"diagonal requires two dimensions, got shape {A.shape}")
    rows, columns = A.shape
    data, places = A._places()
    size = max(0, min(rows + min(k, 0), columns - max(k, 0)))
    if size == 0:
        return data.new_zeros((*data.shape[:-1], 0))
    row, column = places.coords
    on = column - row == k
    place = torch.where(on, row + min(k, 0), torch.zeros_like(row))
    terms = torch.where(on, data, torch.zeros((), dtype=data.dtype, device=data.device))
    return summed_at(terms, place, size)
