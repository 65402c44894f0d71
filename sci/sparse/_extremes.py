"""Largest and smallest elements of sparse arrays, and where they are; implicit zeros count unless `explicit`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ._reductions import as_axes, kept, shaped


class Extremes:
    """`max`, `min` and their relatives."""

    def max(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the maximum, implicit zeros included unless `explicit`: a scalar, or sparse over an axis."""
        return _extreme(self, axis, out, explicit, "amax", False)

    def min(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the minimum, implicit zeros included unless `explicit`: a scalar, or sparse over an axis."""
        return _extreme(self, axis, out, explicit, "amin", False)

    def nanmax(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the maximum of what is no NaN: a scalar, or sparse over an axis."""
        return _extreme(self, axis, out, explicit, "amax", True)

    def nanmin(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return the minimum of what is no NaN: a scalar, or sparse over an axis."""
        return _extreme(self, axis, out, explicit, "amin", True)

    def argmax(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return where the first maximum is: an index of the flattened array, or a tensor of indices along an axis."""
        return _place(self, axis, out, explicit, "amax")

    def argmin(self, axis: Any = None, out: None = None, *, explicit: bool = False) -> Any:
        """Return where the first minimum is: an index of the flattened array, or a tensor of indices along an axis."""
        return _place(self, axis, out, explicit, "amin")


def _prepared(A: Any, axis: Any, out: Any, name: str) -> tuple[Any, tuple[int, ...], int]:
    from ._arithmetic import summed

    if out is not None:
        raise ValueError("Sparse arrays do not support an 'out' parameter.")
    if A.dtype.is_complex and name.startswith("arg"):
        raise TypeError(f"{name}: complex numbers are not ordered; take that of the real or the imaginary part")
    axes = as_axes(A, axis, name)
    size = 1
    for d in axes:
        size *= A.shape[d]
    return summed(A), axes, size


def _extreme(A: Any, axis: Any, out: Any, explicit: bool, kind: str, skip_nan: bool) -> Any:
    from ._coo import coo_array

    array = A
    A, axes, size = _prepared(A, axis, out, kind[1:])
    if size == 0:
        raise ValueError("zero-size array to reduction operation")
    data, places = A._places()
    if A.dtype.is_complex:
        found = _complex_extreme(data, places, axes, explicit, size, kind)
        return found[0] if len(axes) == A.ndim else array._as(coo_array(shaped(array, found, axes, found.shape)))
    worst = _worst(A.dtype, kind)
    missing = data.isnan() if skip_nan and data.is_floating_point() else None
    if missing is not None:
        data = torch.where(missing, torch.full_like(data, worst), data)
    zero = data.new_zeros(1)
    if len(axes) == A.ndim:
        values = data if explicit or A.nnz == size else torch.cat([data, zero])
        if values.shape[0] == 0:
            return zero[0]
        found = values.amax() if kind == "amax" else values.amin()
        return _or_nan(found, missing, values.shape[0] == data.shape[0])
    staying, count = kept(places, axes)
    keys = staying.keys()
    filled = torch.zeros(count, dtype=torch.int64, device=A.device).index_add(0, keys, torch.ones_like(keys))
    limit = torch.full((count,), worst, dtype=A.dtype, device=A.device)
    found = limit.scatter_reduce(0, keys, data, kind, include_self=False)
    with_zero = (found.clamp(min=0) if kind == "amax" else found.clamp(max=0)).to(A.dtype)  # of truth values too
    if missing is not None:  # where nothing but NaN is, NaN it is
        present = filled.index_add(0, keys, -missing.to(torch.int64))
        only = (present == 0) & (filled > 0) & ((filled == size) if not explicit else (filled > 0))
        found = torch.where(only, torch.full_like(found, float("nan")), found)
    result = torch.where(filled > 0, found if explicit else torch.where(filled < size, with_zero, found), zero)
    made = coo_array(shaped(array, result, axes, staying.shape))
    return array._as(made)


def _complex_extreme(data: Tensor, places: Any, axes: tuple[int, ...], explicit: bool, size: int, kind: str) -> Tensor:
    """Return extremes in NumPy's order of complex numbers: by the real part, then by the imaginary part."""
    if len(axes) == len(places.shape):
        shape: tuple[int, ...] = (1,)
        keys, count = torch.zeros(data.shape[0], dtype=torch.int64, device=data.device), 1
    else:
        staying, count = kept(places, axes)
        keys, shape = staying.keys(), staying.shape
    filled = torch.bincount(keys, minlength=count)
    if not explicit:  # one zero stands for all that are not stored
        short = (filled < size).nonzero()[:, 0]
        keys, data = torch.cat([keys, short]), torch.cat([data, data.new_zeros(short.shape[0])])
    worst = _worst(data.real.dtype, kind)
    limit = torch.full((count,), worst, dtype=data.real.dtype, device=data.device)
    real = limit.scatter_reduce(0, keys, data.real, kind)
    rest = torch.where(data.real == real[keys], data.imag, torch.full_like(data.imag, worst))
    imag = limit.scatter_reduce(0, keys, rest, kind)
    empty = torch.bincount(keys, minlength=count) == 0
    zero = torch.zeros((), dtype=data.dtype, device=data.device)
    return torch.where(empty, zero, torch.complex(real, imag)).reshape(shape)


def _or_nan(found: Tensor, missing: Tensor | None, all_stored: bool) -> Tensor:
    if missing is None or not all_stored or not missing.shape[0]:
        return found
    return torch.where(missing.all(), torch.full_like(found, float("nan")), found)


def _worst(dtype: torch.dtype, kind: str) -> Any:
    if dtype is torch.bool:
        return kind == "amin"
    if dtype.is_floating_point:
        return -float("inf") if kind == "amax" else float("inf")
    info = torch.iinfo(dtype)
    return info.min if kind == "amax" else info.max


def _place(A: Any, axis: Any, out: Any, explicit: bool, kind: str) -> Any:
    """Find the first place of the extreme along one axis, or in the flattened array."""
    array = A
    A, axes, size = _prepared(A, axis, out, "arg" + kind[1:])
    if size == 0:
        raise ValueError("Cannot apply operation to an empty matrix: a dimension has size zero")
    data, places = A._places()
    if len(axes) == A.ndim:
        group = torch.zeros_like(data, dtype=torch.int64)
        staying_shape: tuple[int, ...] = ()
        along, count = places.keys(), 1
    elif len(axes) > 1:
        raise ValueError(f"arg{kind[1:]}: axis must be None or one integer, got {axis}")
    else:
        staying, count = kept(places, axes)
        group, along, staying_shape = staying.keys(), places.coords[axes[0]].to(torch.int64), staying.shape
    if explicit and len(axes) == A.ndim and not data.shape[0]:
        raise ValueError(f"Cannot apply arg{kind[1:]} to zero matrix when explicit=True.")
    first = _first_extreme(data.detach(), group, along, count, size, explicit, kind)
    if len(axes) == A.ndim:
        return int(first.item())
    return shaped(array, first, axes, staying_shape)


def _first_extreme(
    data: Tensor, group: Tensor, along: Tensor, count: int, size: int, explicit: bool, kind: str
) -> Tensor:
    """Return for each group the smallest place of its extreme; a NaN is more extreme than any number.

    Of a group without entries, where only those count, it is 0, as in SciPy.
    """
    filled = torch.zeros(count, dtype=torch.int64, device=data.device).index_add(0, group, torch.ones_like(group))
    # The first place of a group that holds no entry: places up to there are all taken.
    order = torch.argsort(along, stable=True)
    order = order[torch.argsort(group[order], stable=True)]
    begins = filled.cumsum(0) - filled
    rank = torch.arange(order.shape[0], device=data.device) - begins[group[order]]
    taken = (along[order] == rank).to(torch.int64)
    hole = torch.zeros(count, dtype=torch.int64, device=data.device).index_add(0, group[order], taken)
    values = data.to(torch.int64) if data.dtype is torch.bool else data
    nan = values.isnan() if values.is_floating_point() else torch.zeros_like(values, dtype=torch.bool)
    limit = torch.full((count,), _worst(values.dtype, kind), dtype=values.dtype, device=data.device)
    best = limit.scatter_reduce(0, group, torch.where(nan, _worst(values.dtype, kind), values), kind)
    if not explicit:
        with_zero = best.clamp(min=0) if kind == "amax" else best.clamp(max=0)
        best = torch.where(filled < size, with_zero, best)
    far = torch.full((count,), size, dtype=torch.int64, device=data.device)
    any_nan = torch.zeros(count, dtype=torch.int64, device=data.device).index_add(0, group, nan.to(torch.int64)) > 0
    hit = torch.where(any_nan[group], nan, values == best[group])
    first = far.scatter_reduce(0, group, torch.where(hit, along, size), "amin")
    if not explicit:
        zero_wins = (best == 0) & (filled < size) & ~any_nan
        return torch.where(zero_wins, torch.minimum(first, hole), first)
    return torch.where(filled == 0, 0, first)
