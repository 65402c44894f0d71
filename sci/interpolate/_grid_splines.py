r"""Splines along the axes of a grid: knots and coefficients of tensor-product interpolation.

Interpolation by splines of odd degree K at the sites x[0..n-1], not-a-knot: the knots are the ends K + 1 times and the
sites between, but for the first and last (K - 1) / 2 inner ones. The collocation matrix ``B[i, j] = B_j(x[i])`` has
K - 1 diagonals on either side and is totally positive (de Boor, A Practical Guide to Splines, chapter XIII), so that it
is solved without pivoting, once along each axis of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from ._banded import solve
from ._collocation import band_of, rows_at
from ._knots import not_a_knot


def coefficients(values: Tensor, points: Sequence[Tensor], degree: int) -> Tensor:
    """Return the B-spline coefficients of the interpolant of values (n_1, ..., n_d, columns)."""
    if degree == 1:
        return values
    for axis, x in enumerate(points):
        moved = values.movedim(axis, 0)
        flat = moved.reshape(moved.shape[0], moved.shape[1:].numel())
        band, _ = band_of(rows_at(not_a_knot(x, degree), x, degree), degree - 1)
        values = solve(band, flat).reshape(moved.shape).movedim(0, axis)
    return values
