"""Patterns of the other formats: by columns, by blocks, by diagonals.

Like `CompressedRows` and `Coordinates` each of them says where its values are in compressed rows and in coordinates;
what it finds out is kept, so a product in such a format costs one gather of the values more than in compressed rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ._pattern import (
    CompressedRows,
    Coordinates,
    Shape,
    compress_order,
    index_dtype,
    keepable,
    known_count,
    on_plain_cpu,
    structural,
)


class CompressedColumns:
    """The pattern of a matrix by columns: the compressed rows of its transpose."""

    def __init__(self, turned: CompressedRows) -> None:
        self.turned = turned

    @property
    def shape(self) -> Shape:
        return self.turned.grid[::-1]

    @property
    def nnz(self) -> int:
        return self.turned.nnz

    def compressed(self) -> tuple[CompressedRows, Tensor]:
        return self.turned.transpose()

    def coordinates(self) -> tuple[Coordinates, None]:
        coords = (self.turned.indices, self.turned.rows)
        return Coordinates(coords, self.shape, bool(self.turned._canonical), ordered=False), None

    def copy(self) -> CompressedColumns:
        return CompressedColumns(self.turned.copy())

    def to(self, device: torch.device) -> CompressedColumns:
        moved = self.turned.to(device)
        return self if moved is self.turned else CompressedColumns(moved)


class Blocks:
    """The pattern of a matrix of dense blocks: block p of row i lies at block column ``rows.indices[p]``."""

    def __init__(self, rows: CompressedRows, blocksize: Sequence[int]) -> None:
        self.rows, self.blocksize = rows, (int(blocksize[0]), int(blocksize[1]))
        self._compressed: tuple[CompressedRows, Tensor] | None = None

    @property
    def shape(self) -> Shape:
        return (self.rows.grid[0] * self.blocksize[0], self.rows.grid[1] * self.blocksize[1])

    @property
    def nnz(self) -> int:
        return self.rows.nnz * self.blocksize[0] * self.blocksize[1]

    def coordinates(self) -> tuple[Coordinates, None]:
        height, width = self.blocksize
        with structural(self.rows.indices):
            index = index_dtype(*self.shape, known_count(self.nnz))
            row = torch.arange(height, dtype=index, device=self.rows.indices.device)
            column = torch.arange(width, dtype=index, device=self.rows.indices.device)
            rows = (self.rows.rows.to(index) * height).reshape(-1, 1, 1) + row.reshape(1, -1, 1)
            columns = (self.rows.indices.to(index) * width).reshape(-1, 1, 1) + column.reshape(1, 1, -1)
            size = (self.rows.nnz, height, width)
            coords = (rows.expand(size).reshape(-1), columns.expand(size).reshape(-1))
        ordered = bool(self.rows._canonical) and (width, height) == (1, 1)
        return Coordinates(coords, self.shape, bool(self.rows._canonical), ordered), None

    def compressed(self) -> tuple[CompressedRows, Tensor]:
        if self._compressed is not None:
            return self._compressed
        kept = self.rows
        if on_plain_cpu(kept.indptr, kept.indices):
            index = index_dtype(*self.shape, known_count(self.nnz))
            with structural(kept.indptr, kept.indices):
                wide = kept.indptr.to(index), kept.indices.to(index)
                indptr, indices, order = torch.ops.sci.blocks_to_csr(*wide, *self.blocksize)
            rows = CompressedRows(indptr, indices, self.shape, canonical=bool(kept._canonical))
            rows._sorted = kept._sorted
            found = rows, order
        else:
            found = self.coordinates()[0].compressed()
        if keepable(found[1]):
            self._compressed = found
        return found

    def copy(self) -> Blocks:
        return Blocks(self.rows.copy(), self.blocksize)

    def to(self, device: torch.device) -> Blocks:
        moved = self.rows.to(device)
        return self if moved is self.rows else Blocks(moved, self.blocksize)


class Diagonals:
    """The pattern of a matrix by diagonals: ``data[d, j]`` lies at row ``j - offsets[d]`` and column ``j``."""

    def __init__(self, offsets: Tensor, shape: Sequence[int], width: int, places: Sequence[int] | None = None) -> None:
        self.offsets, self.width = offsets, int(width)
        self.shape: Shape = (int(shape[0]), int(shape[1]))
        self._coordinates: tuple[Coordinates, Tensor] | None = None
        self._compressed: tuple[CompressedRows, Tensor] | None = None
        self._offsets: list[int] | None = None if places is None else list(places)
        if places is None and not torch.compiler.is_compiling() and offsets.is_cpu and keepable(offsets):
            self._offsets = offsets.tolist()  # the compiler could not read them

    @property
    def places(self) -> list[int]:
        """The offsets as numbers."""
        if self._offsets is None:
            self._offsets = self.offsets.tolist()
        return self._offsets

    def span(self, k: int) -> tuple[int, int]:
        """Return the first column of diagonal k that is inside, and how many elements it has."""
        first = max(0, k)
        return first, max(0, min(self.shape[0] + k, self.shape[1], self.width) - first)

    @property
    def nnz(self) -> int:
        return sum(self.span(k)[1] for k in self.places)

    def coordinates(self) -> tuple[Coordinates, Tensor]:
        if self._coordinates is not None:
            return self._coordinates
        device, index = self.offsets.device, index_dtype(*self.shape, len(self.places) * self.width)
        spans = [self.span(k) for k in self.places]
        with structural(self.offsets):

            def every(shift: Sequence[int]) -> Tensor:
                """Return the columns of all diagonals one after the other, each shifted."""
                parts = [
                    torch.arange(first + s, first + s + length, dtype=index, device=device)
                    for (first, length), s in zip(spans, shift, strict=True)
                ]
                return torch.cat(parts) if parts else torch.zeros(0, dtype=index, device=device)

            coords = (every([-k for k in self.places]), every([0] * len(spans)))
            source = every([d * self.width for d in range(len(spans))])
        found = Coordinates(coords, self.shape, len(set(self.places)) == len(self.places), ordered=False), source
        if keepable(source):
            self._coordinates = found
        return found

    def compressed(self) -> tuple[CompressedRows, Tensor]:
        if self._compressed is not None:
            return self._compressed
        if on_plain_cpu(self.offsets) and len(set(self.places)) == len(self.places):
            index = index_dtype(*self.shape, len(self.places) * self.width)
            with structural(self.offsets):
                sizes = (*self.shape, self.width, self.nnz)
                indptr, indices, order = torch.ops.sci.diagonals_to_csr(self.offsets.to(index), *sizes)
            self._compressed = CompressedRows(indptr, indices, self.shape, canonical=True), order
            return self._compressed
        places, source = self.coordinates()
        rows, order = compress_order(places.coords[0], places.coords[1], self.shape)
        rows._canonical = True if places.canonical else None
        with structural(source):
            found = rows, source.index_select(0, order)
        if keepable(found[1]):
            self._compressed = found
        return found

    def copy(self) -> Diagonals:
        with structural(self.offsets):
            return Diagonals(self.offsets.clone(), self.shape, self.width, self._offsets)

    def to(self, device: torch.device) -> Diagonals:
        if device == self.offsets.device:
            return self
        return Diagonals(self.offsets.to(device), self.shape, self.width, self._offsets)
