"""Reading by index: ``A[key]`` for every kind of key and any number of dimensions."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ._keys import ARRAYS, NEW, Key, parse
from ._pattern import CompressedRows, Coordinates, index_dtype, structural

Part = tuple[Tensor, Coordinates]


def get(A: Any, key: Any) -> Any:
    """Return ``A[key]``: a scalar, or an array in compressed rows or columns where `A` is and that holds it."""
    if isinstance(key, tuple) and len(key) == 2 and type(key[0]) is int and type(key[1]) is int and A.ndim == 2:
        return _element(A, *key)
    parsed = parse(key, A.shape, A.device)
    result = parsed.result
    if len(result) > 2 and A.format != "coo":
        raise IndexError(f"an index that gives >2D is not supported for {A.format}: {len(result)} dimensions")
    if not A._is_array and len(result) == 1:  # a column where its index is an integer, else a row
        result = (*result, 1) if 1 in parsed.integers and 0 not in parsed.integers else (1, *result)
    if A.format in ("csr", "csc", "lil") and A.ndim == 2:
        data, places, parsed = _by_major(A, parsed)
    else:
        data, places = A._places()
    data, found = select(data, places, parsed)
    from ._coo import coo_array

    if not result and not parsed.layout:
        return data.sum(-1)
    made = coo_array._make(data, found)
    return made if made.shape == result else made.reshape(result)


def _kept(A: Any) -> CompressedRows:
    """Return what is kept together: rows, or for csc columns; nobody writes to the indices of a lil array."""
    rows: CompressedRows = A._pattern if A.format == "lil" else A._valid()
    return rows


def _element(A: Any, i: int, j: int) -> Tensor:
    """Return one element of a matrix."""
    for place, size in ((i, A.shape[0]), (j, A.shape[1])):
        if not -size <= place < size:
            raise IndexError(f"index ({place}) out of range: out of bounds for size {size}")
    i, j = i % A.shape[0], j % A.shape[1]
    if A.format in ("csr", "csc", "lil"):
        rows = _kept(A)
        if A.format == "csc":
            i, j = j, i
        begin, end = rows.indptr[i : i + 2].tolist()
        hit = rows.indices[begin:end] == j
        values = A._data[..., begin:end]
    else:
        values, places = A._places()
        hit = (places.coords[0] == i) & (places.coords[1] == j)
    return torch.where(hit, values, torch.zeros((), dtype=values.dtype, device=values.device)).sum(
        -1, dtype=values.dtype
    )


def _by_major(A: Any, key: Key) -> tuple[Tensor, Coordinates, Key]:
    """Take whole rows (or columns, where these are kept) first: that costs what the result holds, not what `A` does."""
    axis = 1 if A.format == "csc" else 0
    rows = _kept(A)
    data = A._data
    if key.full(axis) or key.layout.count(NEW) or (axis in key.arrays and len(key.arrays) > 1):
        return (*A._places(), key)
    if axis in key.integers:
        wanted = torch.full((1,), key.integers[axis], device=A.device)
    elif axis in key.spans:
        start, step, length = key.spans[axis]
        wanted = torch.arange(length, device=A.device) * step + start
    else:
        wanted = key.arrays[axis].reshape(-1)
    taken, source = take_rows(rows, wanted)
    data = data.index_select(-1, source)
    with structural(taken.indices):
        major, minor = taken.rows, taken.indices
    shape = [0, 0]
    shape[axis], shape[1 - axis] = taken.grid
    # The rows are in place now: what is left of the key takes them as they are.
    rest = Key(tuple(shape), dict(key.integers), dict(key.spans), dict(key.arrays), key.array_shape, list(key.layout))
    if axis in key.integers:
        rest.integers[axis] = 0
    elif axis in key.spans:
        rest.spans[axis] = (0, 1, taken.grid[0])
    else:
        rest.arrays[axis] = torch.arange(taken.grid[0], device=A.device).reshape(key.arrays[axis].shape)
    return (
        data,
        Coordinates((minor, major) if axis else (major, minor), shape, bool(rows._canonical), ordered=False),
        rest,
    )


def take_rows(pattern: CompressedRows, rows: Tensor) -> tuple[CompressedRows, Tensor]:
    """Return the pattern of the given rows, and which entries they hold."""
    with structural(pattern.indptr):
        begins = pattern.indptr[rows]
        counts = pattern.indptr[rows + 1] - begins
        indptr = torch.zeros(rows.shape[0] + 1, dtype=pattern.indptr.dtype, device=rows.device)
        indptr[1:] = counts.cumsum(0)
        source = torch.repeat_interleave(begins - indptr[:-1], counts)
        source = source + torch.arange(source.shape[0], device=rows.device, dtype=source.dtype)
        taken = CompressedRows(indptr, pattern.indices[source], (rows.shape[0], pattern.grid[1]), pattern._canonical)
    taken._sorted = pattern._sorted
    return taken, source


def select(data: Tensor, places: Coordinates, key: Key) -> Part:
    """Return the entries that a key asks for, and where they are in the result."""
    coords = list(places.coords)
    with structural(*coords):
        keep: Tensor | None = None
        for d, place in key.integers.items():
            keep = _both(keep, coords[d] == place)
        for d, (start, step, length) in key.spans.items():
            if key.full(d):
                continue
            offset = coords[d] - start
            inside = (offset % step == 0) & (offset // step >= 0) & (offset // step < length)
            keep = _both(keep, inside)
        source: Tensor | None = None
        if keep is not None:
            source = keep.nonzero()[:, 0]
            coords = [x.index_select(0, source) for x in coords]
        for d, (start, step, _) in key.spans.items():
            if not key.full(d):
                coords[d] = (coords[d] - start) // step
        found: dict[int, Tensor] = {}
        if key.arrays:
            for axes in _groups(key):
                entries, at = _join([coords[d] for d in axes], axes, key)
                coords = [x.index_select(0, entries) for x in coords]
                found = {d: x.index_select(0, entries) for d, x in found.items()}
                source = entries if source is None else source.index_select(0, entries)
                shape = torch.broadcast_shapes(*(key.arrays[d].shape for d in axes))
                for d, size in reversed(list(enumerate(shape))):
                    if size != 1 or d not in found:
                        found[d] = at % max(size, 1)
                    at = at // max(size, 1)
        shape = key.result
        index = index_dtype(*shape)
        out: list[Tensor] = []
        count = coords[0].shape[0]
        for item in key.layout:
            if item == ARRAYS:
                out += [found[d].to(index) for d in range(len(key.array_shape))]
            elif item == NEW:
                out.append(torch.zeros(count, dtype=index, device=data.device))
            else:
                out.append(coords[item].to(index))
    if source is not None:
        data = data.index_select(-1, source)
    if not out:
        return data, Coordinates([torch.zeros(count, dtype=index, device=data.device)], (1,))
    return data, Coordinates(out, shape, places.canonical, ordered=False)


def _both(a: Tensor | None, b: Tensor) -> Tensor:
    return b if a is None else a & b


def _groups(key: Key) -> list[list[int]]:
    """Return the dimensions with index arrays that have to be looked up together: all, unless they form a block."""
    shapes = [x.shape for x in key.arrays.values()]
    block = all(sum(shape[d] != 1 for shape in shapes) <= 1 for d in range(len(key.array_shape)))
    return [[d] for d in key.arrays] if block else [list(key.arrays)]


def _join(coords: list[Tensor], axes: list[int], key: Key) -> tuple[Tensor, Tensor]:
    """Pair entries with the elements of index arrays that ask for them: which entry, which element."""
    entry = torch.zeros_like(coords[0], dtype=torch.int64)
    shape = torch.broadcast_shapes(*(key.arrays[d].shape for d in axes))
    together = torch.zeros(shape, dtype=torch.int64, device=entry.device)
    for d, places in zip(axes, coords, strict=True):
        entry = entry * key.shape[d] + places
        together = together * key.shape[d] + key.arrays[d]
    wanted = together.reshape(-1)
    ordered, order = torch.sort(wanted, stable=True)
    low = torch.searchsorted(ordered, entry)
    counts = torch.searchsorted(ordered, entry, right=True) - low
    entries = torch.repeat_interleave(torch.arange(entry.shape[0], device=entry.device), counts)
    begins = counts.cumsum(0) - counts
    at = torch.arange(entries.shape[0], device=entry.device) - begins[entries] + low[entries]
    return entries, order[at]


def pairs(key: Any) -> bool:
    """Does a key name single elements of a matrix, by a mask or by two index arrays?"""
    from ._base import SparseBase

    if isinstance(key, (SparseBase, Tensor)) or hasattr(key, "dtype"):
        return getattr(key, "ndim", 0) == 2 and str(key.dtype).rpartition(".")[2] == "bool"
    if isinstance(key, list) and key and isinstance(key[0], list) and key[0]:
        return isinstance(key[0][0], bool)
    if not isinstance(key, tuple):
        return False
    return len(key) == 2 and all(isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) > 0 for x in key)


def flat_pairs(key: Any) -> bool:
    """Are the index arrays of such a key one-dimensional, or a mask?"""
    if not isinstance(key, tuple):
        return True
    return all(torch.as_tensor(x).dim() <= 1 for x in key)
