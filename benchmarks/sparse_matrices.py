"""Matrices of the usual kinds, as (data, indices, indptr) of compressed rows in order, without duplicates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Parts = tuple[Array, Array, Array]


def _compressed(row: Array, column: Array, size: int) -> Parts:
    """Return normal values at distinct places, every row in order."""
    keys = np.sort(row.astype(np.int64) * size + column)
    keys = keys[np.append(True, keys[1:] != keys[:-1])]
    row, column = keys // size, keys % size
    indptr = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=size))])
    data = np.random.default_rng(0).standard_normal(keys.size)
    return data, column.astype(np.int32), indptr.astype(np.int32)


def laplacian(n: int, dimensions: int) -> Parts:
    """Return the pattern of the (2 d + 1)-point Laplacian on a grid of n points a side, diagonally dominant."""
    cell = np.arange(n**dimensions)
    rows, columns = [cell], [cell]
    for d in range(dimensions):
        place = cell // n**d % n
        for step in (-1, 1):
            inside = (place + step >= 0) & (place + step < n)
            rows.append(cell[inside])
            columns.append(cell[inside] + step * n**d)
    _, indices, indptr = _compressed(np.concatenate(rows), np.concatenate(columns), cell.size)
    row = np.repeat(cell, np.diff(indptr))
    return np.where(row == indices, 2.0 * dimensions + 1, -1.0), indices, indptr


def power_law(size: int, degree: int) -> Parts:
    """Return a graph whose degrees follow a power law with exponent 2.2: few rows hold many of the entries."""
    rng = np.random.default_rng(1)
    weights = (np.arange(1, size + 1) ** -(1 / 1.2)).cumsum()
    rows, columns = (
        rng.permutation(size)[np.searchsorted(weights, rng.random(size * degree) * weights[-1])] for _ in range(2)
    )
    return _compressed(rows, columns, size)


def banded(size: int, width: int) -> Parts:
    """Return a matrix with all diagonals up to `width` on both sides."""
    row = np.repeat(np.arange(size), 2 * width + 1)
    column = row + np.tile(np.arange(-width, width + 1), size)
    inside = (column >= 0) & (column < size)
    return _compressed(row[inside], column[inside], size)


def random(size: int, degree: int) -> Parts:
    """Return a matrix with entries at places drawn uniformly."""
    rng = np.random.default_rng(2)
    return _compressed(rng.integers(size, size=size * degree), rng.integers(size, size=size * degree), size)


# Name, how to make it, entries in a small and a large one (1e5 to 1e7).
KINDS: dict[str, tuple[Callable[[], Parts], ...]] = {
    "2-D Laplacian": (lambda: laplacian(200, 2), lambda: laplacian(1000, 2)),
    "3-D Laplacian": (lambda: laplacian(40, 3), lambda: laplacian(100, 3)),
    "power-law graph": (lambda: power_law(30_000, 8), lambda: power_law(400_000, 12)),
    "banded": (lambda: banded(20_000, 10), lambda: banded(450_000, 10)),
    "random": (lambda: random(30_000, 10), lambda: random(1_000_000, 5)),
}
