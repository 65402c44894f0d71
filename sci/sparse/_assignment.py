"""Writing by index: ``A[key] = x`` gives the array new values and a new pattern; gradients flow through both.

Entries that the key names are replaced, the others stay. Where a key names a place more than once, its last value
counts. A sparse `x` clears what the key names, and only its entries are stored; zeros of a dense `x` are stored.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.errors import bad_argument
from ._combine import coordinates_of
from ._keys import Key, parse, targets
from ._pattern import Coordinates, structural

Part = tuple[Tensor, Coordinates]


def set_item(A: Any, key: Any, value: Any, drop_zeros: bool = False) -> None:
    """Do ``A[key] = value``, in place."""
    from ._arithmetic import is_sparse, operand

    parsed = parse(key, A.shape, A.device)
    x: Any = list(value) if isinstance(value, range) else value
    if not isinstance(value, (bool, int, float, complex)):
        x = operand(x, A, "value")
        if x is None:
            raise bad_argument(type(A).__name__, "value", "a number or an array", value, TypeError)
    places = targets(parsed, A.device)
    result = parsed.result
    if not result and is_sparse(x):
        if any(n != 1 for n in x.shape):
            raise ValueError(f"Trying to assign a sequence to an item: a value of shape {x.shape}")
        x = x.sum().to(x.dtype)
    if is_sparse(x):
        where, values = _sparse_values(x, parsed, places)
        clear: Tensor | None = places
    else:
        dense = as_tensor(x, "value", type(A).__name__, A.device).to(A.device)
        if not result and dense.numel() != 1:
            raise ValueError(f"Trying to assign a sequence to an item: a value of shape {tuple(dense.shape)}")
        try:
            values = _fitted(dense, result).expand(result).reshape(-1)
        except RuntimeError:
            text = f"shape mismatch: shapes {tuple(dense.shape)} and {result} could not be broadcast together"
            raise ValueError(text) from None
        where, clear = places, None
    if values.is_complex() and not A.dtype.is_complex:
        raise TypeError(f"{type(A).__name__}: a complex value cannot be stored in an array of dtype {A.dtype}")
    _replace(A, where, values.to(A.dtype), clear, drop_zeros)


def _fitted(x: Any, result: tuple[int, ...]) -> Any:
    """Drop dimensions of size one that are too many: a column of values fits a vector of places."""
    shape = tuple(x.shape)
    fits = len(shape) <= len(result) and all(
        n in (1, m) for n, m in zip(reversed(shape), reversed(result), strict=False)
    )
    if fits:
        return x
    kept = [n for n in shape if n != 1]
    wanted = [n for n in result if n != 1]
    return x.reshape(result) if kept == wanted else x.reshape(kept or ((1,) if len(result) else ()))


def _sparse_values(x: Any, key: Key, places: Tensor) -> tuple[Tensor, Tensor]:
    """Return the places that a sparse value fills, and its entries there."""
    result = key.result
    x = x.tocoo()
    if x.shape != result:
        from ._tensors import _broadcast_batch

        x = _fitted(x, result)
        own = (1,) * (len(result) - x.ndim) + x.shape
        if x.ndim > len(result) or any(n not in (1, m) for n, m in zip(own, result, strict=True)):
            raise ValueError(f"shape mismatch: shapes {x.shape} and {result} could not be broadcast together")
        x = _broadcast_batch(x.reshape((*own, 1, 1)), result).reshape(result)
    if not x._pattern.canonical:
        x = x.copy()
        x.sum_duplicates()
    with structural(places):
        return places.index_select(0, x._pattern.keys()), x._data


def _replace(A: Any, where: Tensor, values: Tensor, clear: Tensor | None, drop_zeros: bool) -> None:
    """Give `A` the values at places in row-major order, in which the last of equal ones counts."""
    from ._arithmetic import summed
    from ._coo import coo_array

    data, pattern = summed(A)._places()
    with structural(where, *pattern.coords):
        own = pattern.keys()
        cleared = where if clear is None else clear
        stay = (~torch.isin(own, cleared)).nonzero()[:, 0]
        keys = torch.cat([own.index_select(0, stay), where])
        ordered, order = torch.sort(keys, stable=True)
        last = torch.ones_like(ordered, dtype=torch.bool)
        last[:-1] = ordered[1:] != ordered[:-1]
        order, ordered = order[last], ordered[last]
    merged = torch.cat([data.index_select(-1, stay), values]).index_select(-1, order)
    if drop_zeros:
        keep = (merged.detach() != 0).nonzero()[:, 0]
        merged, ordered = merged.index_select(-1, keep), ordered.index_select(0, keep)
    found = Coordinates(coordinates_of(ordered, A.shape), A.shape, True)
    made = A._as(coo_array._make(merged, found), A.format)
    A._data, A._pattern = made._data, made._pattern


def set_diagonal(A: Any, values: Any, k: int) -> None:
    """Set a diagonal, in place."""
    if A.ndim != 2:
        raise ValueError(f"setdiag requires two dimensions, got shape {A.shape}")
    rows, columns = A.shape
    if k <= -rows or k >= columns:
        raise ValueError("k exceeds array dimensions")
    x = as_tensor(values, "values", "setdiag", A.device).to(A.device)
    if x.dim() > 1:
        raise ValueError(f"setdiag: values must be a number or one-dimensional, got shape {tuple(x.shape)}")
    length = min(rows + min(k, 0), columns - max(k, 0))
    if x.dim():
        length = min(length, x.shape[0])
        x = x[:length]
    along = torch.arange(length, device=A.device)
    where = (along + max(0, -k)) * columns + along + max(0, k)
    _replace(A, where, x.to(A.dtype).expand(length), None, A.format in ("dok", "lil"))
