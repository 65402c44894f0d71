"""Rows, columns and boxes of compressed arrays: the keys ``A[key]`` that kernels of their own serve on the CPU.

Each of the two dimensions has an integer, a slice, a list, or nothing in its place of the key; what is kept together
(rows, for csc columns) is the major dimension. Everything else is `_indexing`'s.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ._keys import checked
from ._pattern import CompressedRows, Coordinates, moved, on_plain_cpu, structural

_ALL = slice(None)
_csr_rows = torch.ops.sci.csr_rows.default
_csr_columns = torch.ops.sci.csr_columns.default
Span = tuple[int, int, int]  # first, step, count


def take(A: Any, key: Any) -> Any:
    """Return ``A[key]`` of a matrix by rows or columns, or None for a key that is not one of the common ones."""
    parts = key if isinstance(key, tuple) else (key,)
    if len(parts) > 2 or A.ndim != 2:
        return None
    asked = [_part(part, size, axis) for axis, (part, size) in enumerate(zip((*parts, _ALL), A.shape, strict=False))]
    wanted = [part for part in asked if part is not None]
    if len(wanted) < 2:
        return None
    integers = [type(part) is int for part in parts]
    lists = sum(isinstance(part, Tensor) for part in wanted)
    if sum(integers) + lists > 1:  # one element, or pairs of indices
        return None
    rows = A._fitting()
    if not on_plain_cpu(rows.indptr, rows.indices):
        return None
    by_columns = A.format == "csc"
    major, minor = wanted[::-1] if by_columns else wanted
    if not _contiguous(minor) and rows.grid[1] > 64 * rows.nnz + 2**20:  # a list needs a place for every column
        return None
    try:
        data, found = _minor(*_major(A._data, rows, major, minor), minor)
    except RuntimeError:
        for axis, part in enumerate(wanted):
            if isinstance(part, Tensor):
                checked(part, A.shape[axis], axis)
        with rows.explained(A._data):
            raise
    if A._is_array and any(integers):
        return _vector(A, data, found, integers[0] is by_columns)
    made = object.__new__(type(A))
    made._data = data
    made._set_rows(found)
    return made


def _part(part: Any, size: int, axis: int) -> Span | Tensor | None:
    """Return a span or a list of places, which the kernels check; None for what is neither."""
    if type(part) is slice:
        start, stop, step = part.indices(size)
        return start, step, max(0, (stop - start + step - (1 if step > 0 else -1)) // step)
    if type(part) is int:
        if not -size <= part < size:
            raise IndexError(f"index ({part}) out of range: out of bounds for dimension {axis} of size {size}")
        return part % size, 1, 1
    if isinstance(part, np.ndarray):
        if part.ndim != 1 or part.dtype not in (np.int64, np.int32) or not part.size:
            return None
        part = torch.from_numpy(np.array(part))  # a copy: it may be read-only or run backwards
    elif type(part) is list:
        if not part or not all(type(x) is int for x in part):
            return None
        part = torch.tensor(part, device="cpu")
    if type(part) is not Tensor or part.dim() != 1 or not part.is_cpu or part.dtype not in (torch.int32, torch.int64):
        return None
    return part.to(torch.int64) if on_plain_cpu(part) else None


def _full(part: Span | Tensor, size: int) -> bool:
    return not isinstance(part, Tensor) and part == (0, 1, size)


def _contiguous(part: Span | Tensor) -> bool:
    return not isinstance(part, Tensor) and part[1] == 1


def _major(data: Tensor, rows: CompressedRows, major: Any, minor: Any) -> tuple[Tensor, CompressedRows]:
    """Return the rows of the key, of them a contiguous part where the minor key is one."""
    window = _contiguous(minor) and not _full(minor, rows.grid[1])
    if _full(major, rows.grid[0]) and not window and not _full(minor, rows.grid[1]):
        return data, rows
    low, high = (minor[0], minor[0] + minor[2]) if window else (0, rows.grid[1])
    chosen = (major, 0, 1, major.shape[0]) if isinstance(major, Tensor) else (None, *major)
    data, indptr, indices = moved(
        _csr_rows, data, rows.indptr, rows.indices, *chosen, not window, low, high, bool(rows._sorted)
    )
    found = CompressedRows(indptr, indices, (chosen[3], high - low), rows._canonical)
    found._sorted = rows._sorted
    return data, found


def _minor(data: Tensor, rows: CompressedRows, minor: Any) -> tuple[Tensor, CompressedRows]:
    """Return the columns of the key, where these are a list or a slice with a step."""
    if _contiguous(minor):
        return data, rows
    if isinstance(minor, Tensor):
        places, rising = minor, False
    else:
        first, step, count = minor
        with structural():
            places = torch.arange(count, device=rows.indices.device) * step + first
        rising = step > 0
    data, indptr, indices = moved(_csr_columns, data, rows.indptr, rows.indices, places, rows.grid[1])
    grid = (rows.grid[0], places.shape[0])
    return data, CompressedRows(indptr, indices, grid, True if rising and rows._canonical else None)


def _vector(A: Any, data: Tensor, rows: CompressedRows, down: bool) -> Any:
    """Return one row or column as a one-dimensional array; `down` where it lies across what is kept together."""
    from ._coo import coo_array

    with structural(rows.indices):
        places = rows.rows if down else rows.indices
    size = rows.grid[0] if down else rows.grid[1]
    ordered = down or bool(rows._sorted)
    return coo_array._make(data, Coordinates((places,), (size,), bool(rows._canonical), ordered))
