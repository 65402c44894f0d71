"""Indexing of compressed rows: rows and columns by integers, slices, index arrays and masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.errors import describe
from ._pattern import CompressedRows, Coordinates, structural

if TYPE_CHECKING:
    from ._csr import csr_array


def get(A: csr_array, key: Any) -> Any:
    """Return ``A[key]``: a scalar, a one-dimensional coo_array or a csr_array."""
    from ._coo import coo_array
    from ._csr import csr_array

    keys = key if isinstance(key, tuple) else (key,)
    if Ellipsis in [k for k in keys if k is Ellipsis]:
        keys = tuple(slice(None) if k is Ellipsis else k for k in keys)
    if len(keys) > 2:
        raise IndexError(f"too many indices for an array of 2 dimensions: {len(keys)}")
    row, column = (*keys, slice(None))[:2]
    rows, one_row = _select(row, A.shape[0], "row", A)
    columns, one_column = _select(column, A.shape[1], "column", A)
    if rows is not None and columns is not None and not (one_row and one_column):
        if not (one_row or one_column or isinstance(row, slice) or isinstance(column, slice)):
            return _pairs(A, rows, columns)
    pattern, data = A._pattern, A._data
    if rows is not None:
        pattern, order = _take(pattern, rows)
        data = data.index_select(-1, order)
    if columns is not None:
        turned, order = pattern.transpose()
        taken, more = _take(turned, columns)
        back, last = taken.transpose()
        pattern, data = back, data.index_select(-1, order[more][last])
    result = csr_array._make(data, pattern)
    if one_row and one_column:
        return data.sum(-1)
    if one_row:
        return coo_array._make(data, Coordinates([pattern.indices], pattern.shape[1:], bool(pattern._canonical)))
    if one_column:
        return coo_array._make(data, Coordinates([pattern.rows], pattern.shape[:1], bool(pattern._canonical)))
    return result


def _select(key: Any, size: int, name: str, A: csr_array) -> tuple[Tensor | None, bool]:
    """Return the selected places along a dimension (None for all), and whether the dimension goes."""
    if isinstance(key, slice):
        if key == slice(None):
            return None, False
        return torch.arange(*key.indices(size), device=A.device), False
    if key is None or isinstance(key, (str, float, complex)):
        raise IndexError(f"a {name} index must be an integer, a slice or an array of integers, got {describe(key)}")
    places = as_tensor(key, f"{name} index", "csr_array", A.device)
    if places.dtype is torch.bool:
        if places.shape != (size,):
            raise IndexError(f"a {name} mask must have shape ({size},), got {tuple(places.shape)}")
        return places.nonzero()[:, 0], False
    if places.is_floating_point() or places.is_complex():
        raise IndexError(f"a {name} index must be an integer, a slice or an array of integers, got {describe(key)}")
    if places.dim() > 1:
        raise IndexError(f"a {name} index must have at most one dimension, got {tuple(places.shape)}")
    flat = places.reshape(-1).to(torch.int64)
    if flat.shape[0] and not torch.compiler.is_compiling():
        low, high = torch.stack(torch.aminmax(flat)).tolist()
        if low < -size or high >= size:
            worst = low if low < -size else high
            raise IndexError(f"{name} index {worst} is out of bounds for size {size}")
    return torch.where(flat < 0, flat + size, flat), places.dim() == 0


def _take(pattern: CompressedRows, rows: Tensor) -> tuple[CompressedRows, Tensor]:
    """Return the pattern of the given rows, and which entries they hold."""
    with structural(pattern.indptr):
        begins = pattern.indptr[rows]
        counts = pattern.indptr[rows + 1] - begins
        indptr = torch.zeros(rows.shape[0] + 1, dtype=pattern.indptr.dtype, device=rows.device)
        indptr[1:] = counts.cumsum(0)
        source = torch.repeat_interleave(begins - indptr[:-1], counts)
        source = source + torch.arange(source.shape[0], device=rows.device, dtype=source.dtype)
        taken = CompressedRows(indptr, pattern.indices[source], (rows.shape[0], pattern.shape[1]), pattern._canonical)
    taken._sorted = pattern._sorted
    return taken, source


def _pairs(A: csr_array, rows: Tensor, columns: Tensor) -> Any:
    """Return the elements at pairs of a row and a column, as a one-dimensional sparse array."""
    from ._arithmetic import summed
    from ._coo import coo_array

    rows, columns = torch.broadcast_tensors(rows, columns)
    A = summed(A)
    with structural(A._pattern.indices):
        keys, wanted = A._pattern.keys(), rows * A.shape[1] + columns
        if keys.shape[0]:
            near = torch.searchsorted(keys, wanted).clamp(max=keys.shape[0] - 1)
            found = (keys[near] == wanted).nonzero()[:, 0]
            source = near[found]
        else:
            found = source = keys
    return coo_array._make(A._data.index_select(-1, source), Coordinates([found], rows.shape, canonical=True))
