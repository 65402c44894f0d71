r"""Splines along the axes of a grid: knots and coefficients of tensor-product interpolation.

Interpolation by splines of odd degree K at the sites x[0..n-1], not-a-knot: the knots are the ends K + 1 times and the
sites between, but for the first and last (K - 1) / 2 inner ones. The collocation matrix ``B[i, j] = B_j(x[i])`` has
K - 1 diagonals on either side and is totally positive (de Boor, A Practical Guide to Splines, chapter XIII), so that it
is solved without pivoting, once along each axis of the grid.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ._banded import solve


def knots(x: Tensor, degree: int) -> Tensor:
    """Return the n + degree + 1 knots for sites x (n,); for degree 1 these are the sites, the ends twice."""
    n, skip = x.shape[0], (degree + 1) // 2
    return torch.cat((x[:1].expand(degree + 1), x[skip : n - skip], x[-1:].expand(degree + 1)))


def coefficients(values: Tensor, points: Sequence[Tensor], degree: int) -> Tensor:
    """Return the B-spline coefficients of the interpolant of values (n_1, ..., n_d, columns)."""
    if degree == 1:
        return values
    for axis, x in enumerate(points):
        moved = values.movedim(axis, 0)
        flat = moved.reshape(moved.shape[0], moved.shape[1:].numel())
        values = solve(_collocation(x, degree), flat).reshape(moved.shape).movedim(0, axis)
    return values


def _collocation(x: Tensor, degree: int) -> Tensor:
    """Return the band (2 (degree - 1) + 1, n) of the collocation matrix at the sites x (n,)."""
    n, w = x.shape[0], degree - 1
    t = knots(x, degree)
    site = torch.arange(n, device=x.device)
    interval = (degree + 1 + site - (degree + 1) // 2).clamp(degree, n - 1)  # t[interval] <= x < t[interval + 1]
    basis = [torch.ones_like(x)]  # the recurrence of de Boor and Cox, for all sites at once
    for d in range(1, degree + 1):
        carry = torch.zeros_like(x)
        raised = []
        for j, b in enumerate(basis):
            left, right = t[interval + 1 - d + j], t[interval + 1 + j]
            part = b / (right - left)
            raised.append(carry + (right - x) * part)
            carry = (x - left) * part
        basis = [*raised, carry]
    # Site i has the B-splines j = interval - degree .. interval; entry (i, j) is stored in row w + i - j of column j.
    column = torch.stack([interval - degree + k for k in range(degree + 1)])
    row = w + site - column
    inside = (row >= 0) & (row <= 2 * w)  # those outside are zero: a B-spline that ends at this very site
    entry = torch.where(inside, row * n + column, (2 * w + 1) * n)
    band = x.new_zeros((2 * w + 1) * n + 1).index_put((entry.reshape(-1),), torch.stack(basis).reshape(-1))
    return band[:-1].reshape(2 * w + 1, n)
