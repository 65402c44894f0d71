"""The nearest of scattered points: a grid of cells that holds them, and what else there is where that does not do."""

from __future__ import annotations

import torch
from torch import Tensor

from .._core import runtime
from ._rbf import squared_distances

runtime.load_library()

_DIMENSIONS = 4  # beyond, too many cells surround one
_PER_CELL = 2
_CROWDED = 64
_AT_A_TIME = 1 << 24


class Cells:
    """Points (n, d) sorted into the cells of a grid with two of them per cell, as `torch.ops.sci.nearest_point` reads.

    `crowded` says that they fill their box so unevenly, or with so many dimensions, that the grid is of no use.
    """

    def __init__(self, points: Tensor) -> None:
        n, d = points.shape
        self.crowded = d > _DIMENSIONS or n == 0
        if self.crowded:
            return
        self._count = max(1, int((n / _PER_CELL) ** (1 / d)))
        self._low = points.amin(0)
        extent = points.amax(0) - self._low
        self._scale = self._count / torch.where(extent > 0, extent, 1)
        place = ((points - self._low) * self._scale).long().clamp(0, self._count - 1)
        steps = self._count ** torch.arange(d - 1, -1, -1, device=points.device)
        cell, self._order = (place * steps).sum(1).sort(stable=True)
        ends = torch.arange(self._count**d + 1, device=points.device)
        self._starts = torch.searchsorted(cell, ends)
        self._points = points[self._order]
        self.crowded = int(self._starts.diff().amax()) > _CROWDED

    def nearest(self, query: Tensor) -> Tensor:
        """Return the number of the point nearest to each query (count, d); n where no distance is finite."""
        dtype = torch.promote_types(query.dtype, self._points.dtype)
        sides = (v.to(dtype) for v in (self._low, self._scale, query))
        out: Tensor = torch.ops.sci.nearest_point.default(
            self._points.to(dtype), self._order, self._starts, *sides, self._count
        )
        return out


def by_distances(points: Tensor, query: Tensor) -> Tensor:
    """Return the same from all distances, some queries at a time."""
    rows = max(1, _AT_A_TIME // points.shape[0])
    parts = query.to(points.dtype).split(rows)  # type: ignore[no-untyped-call]
    return torch.cat([squared_distances(part, points).argmin(1) for part in parts])
