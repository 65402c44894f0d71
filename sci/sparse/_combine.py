"""Two patterns of one shape: their union and their intersection, and the values of both arrays there."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ._pattern import CompressedRows, Coordinates, index_dtype, known_count, on_plain_cpu, same_index_dtype, structural
from ._products import is_plain, segment_sum

Part = tuple[Tensor, CompressedRows]
_INT32_LIMIT = 2**31 - 1


@dataclasses.dataclass
class Aligned:
    """Values and compressed rows of two arrays, both by rows or both by columns, and what results are made into."""

    left: Part
    right: Part
    kind: str  # "csr", "csc" or, for more dimensions as one long row, "coo"
    shape: tuple[int, ...]

    @property
    def same(self) -> bool:
        """Are these the same places, as far as can be told without reading them?"""
        a, b = self.left[1], self.right[1]
        return a is b or (a.indices is b.indices and a.indptr is b.indptr)

    def array(self, data: Tensor, pattern: CompressedRows) -> Any:
        """Return an array of these values and this pattern."""
        from ._coo import coo_array
        from ._csc import csc_array
        from ._csr import csr_array
        from ._layouts import CompressedColumns

        if self.kind == "csr":
            return csr_array._make(data, pattern)
        if self.kind == "csc":
            return csc_array._make(data, CompressedColumns(pattern))
        return coo_array._make(data, Coordinates(coordinates_of(pattern.indices, self.shape), self.shape, True))


def coordinates_of(keys: Tensor, shape: Sequence[int]) -> list[Tensor]:
    """Return the coordinates of places in row-major order."""
    coords, rest, index = [], keys, index_dtype(*shape, keys.shape[0])
    with structural(keys):
        for n in reversed(shape):
            coords.append((rest % max(n, 1)).to(index))
            rest = rest // max(n, 1)
    return coords[::-1]


def _one_row(A: Any) -> Part:
    """Return an array of many dimensions as one long compressed row."""
    data, places = A._places()
    total = 1
    for n in A.shape:
        total *= n
    with structural(*places.coords):
        keys, order = torch.sort(places.keys(), stable=True)
        indptr = torch.arange(2, device=keys.device) * keys.shape[0]
    pattern = CompressedRows(indptr, keys, (1, total))
    pattern._sorted = True
    return data.index_select(-1, order), pattern


def align(A: Any, B: Any) -> Aligned:
    """Return two arrays of one shape in one orientation: the first one's, where that is by columns."""
    if A.ndim > 2:
        return Aligned(_one_row(A), _one_row(B), "coo", A.shape)
    if A.format == "csc":
        B = B.tocsc()
        return Aligned((A._data, A._valid()), (B._data, B._valid()), "csc", A.shape)
    if B.format == "csc":
        B = B.tocsr()  # moves values at once, where `_rows` would work out an order to keep
    return Aligned(A._rows(), B._rows(), "csr", A.shape)


def canonical(part: Part) -> Part:
    """Return a part with entries in order and without duplicates."""
    data, pattern = part
    if pattern.canonical:
        return part
    if not pattern.sorted:
        data, pattern = pattern.sort(data)
    return without_duplicates(data, pattern)


def without_duplicates(data: Tensor, pattern: CompressedRows) -> Part:
    """Add up neighbours at one place."""
    if pattern.canonical:
        return data, pattern
    if is_plain(data) and on_plain_cpu(pattern.indptr, pattern.indices):
        data, indptr, indices = torch.ops.sci.csr_merge(data, pattern.indptr, pattern.indices)
        return data, CompressedRows(indptr, indices, pattern.grid, True, pattern.flat)
    pattern, target = pattern.merge()
    return segment_sum(data, target, pattern.nnz), pattern


def _from_keys(keys: Tensor, like: CompressedRows) -> CompressedRows:
    """Return the pattern of sorted distinct places."""
    rows, columns = like.grid
    index = torch.int64 if like.indices.dtype is torch.int64 else index_dtype(rows, columns, known_count(keys.shape[0]))
    row, column = (keys // max(columns, 1)).to(index), (keys % max(columns, 1)).to(index)
    borders = torch.arange(rows + 1, device=keys.device, dtype=index)
    indptr = torch.searchsorted(row, borders, out_int32=index is torch.int32)
    return CompressedRows(indptr, column, like.grid, True, like.flat)


def _index_parts(left: CompressedRows, right: CompressedRows) -> list[Tensor]:
    """Return the index tensors of both patterns in a dtype that their union fits."""
    parts = [left.indptr, left.indices, right.indptr, right.indices]
    if left.nnz + right.nnz > _INT32_LIMIT:
        parts = [x.to(torch.int64) for x in parts]
    return [x.contiguous() for x in same_index_dtype(*parts)]


def _or_zero(data: Tensor, source: Tensor) -> Tensor:
    """Return values by place, where the place behind the last one is a zero."""
    return torch.cat([data, data.new_zeros((*data.shape[:-1], 1))], -1).index_select(-1, source)


def quick_sum(pair: Aligned, sign: int) -> Part | None:
    """Return ``left + sign * right`` where nothing differentiates and nothing has to be converted; else None."""
    (a, left), (b, right) = pair.left, pair.right
    if pair.same or not is_plain(a, b) or not on_plain_cpu(left.indices, right.indices):
        return None
    (a, left), (b, right) = canonical(pair.left), canonical(pair.right)
    pa, ia, pb, ib = _index_parts(left, right)
    data, indptr, indices = torch.ops.sci.csr_sum(a, pa, ia, b, pb, ib, sign)
    return data, CompressedRows(indptr, indices, left.grid, True, left.flat)


def union(pair: Aligned) -> tuple[Tensor, Tensor, CompressedRows]:
    """Return the values of two arrays on the union of their patterns."""
    dtype = torch.promote_types(pair.left[0].dtype, pair.right[0].dtype)
    if pair.same:
        return pair.left[0].to(dtype), pair.right[0].to(dtype), pair.left[1]
    (a, left), (b, right) = canonical(pair.left), canonical(pair.right)
    if on_plain_cpu(left.indices, right.indices):
        with structural(left.indices, right.indices):
            parts = _index_parts(left, right)
            indptr, indices, from_a, from_b = torch.ops.sci.csr_union(*parts)
        pattern = CompressedRows(indptr, indices, left.grid, True, left.flat)
        return _or_zero(a.to(dtype), from_a), _or_zero(b.to(dtype), from_b), pattern
    with structural(left.keys(), right.keys()):
        keys, places = torch.unique(torch.cat([left.keys(), right.keys()]), return_inverse=True)
        pattern = _from_keys(keys, left)
        to_a, to_b = places[: left.nnz], places[left.nnz :]
    count = keys.shape[0]
    return segment_sum(a.to(dtype), to_a, count), segment_sum(b.to(dtype), to_b, count), pattern


def intersection(pair: Aligned, act: Callable[[Any, Any], Any]) -> Part:
    """Combine the values of two arrays where both have an entry."""
    (u, left), (v, right) = canonical(pair.left), canonical(pair.right)
    with structural(left.keys(), right.keys()):
        a, b = left.keys(), right.keys()
        near = torch.searchsorted(b, a)
        ended = torch.cat([b, b.new_full((1,), -1)])  # what is behind the last one is equal to none
        in_a = (ended[near] == a).nonzero()[:, 0]
        in_b = near[in_a]
        pattern = _from_keys(a[in_a], left)
    return act(u.index_select(-1, in_a), v.index_select(-1, in_b)), pattern
