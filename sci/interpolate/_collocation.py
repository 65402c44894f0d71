"""Matrices of B-splines at sites, in band storage, and the systems of interpolation and least squares with them.

A row holds the k + 1 B-splines that are not zero at its site, and where the first of them stands.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .._core import runtime
from ..linalg import LinAlgError
from ._banded import solve
from ._checks import holds, nothing_differentiates
from ._tensor_spline import basis_functions, knot_interval

runtime.load_library()


class Rows(NamedTuple):
    """Rows of a matrix with n columns: the first column (m,), and the entries from there on (m, k + 1)."""

    first: Tensor
    values: Tensor
    n: int

    def __matmul__(self, c: Tensor) -> Tensor:
        """Return the product with c (n, columns)."""
        return (self.values.unsqueeze(-1) * c[self.columns()]).sum(-2)

    def columns(self) -> Tensor:
        """Return the columns of all entries (m, k + 1)."""
        return self.first.unsqueeze(-1) + torch.arange(self.values.shape[-1], device=self.first.device)

    def adjoint(self, y: Tensor) -> Tensor:
        """Return the transposed matrix times y (m, columns)."""
        parts = (self.values.unsqueeze(-1) * y.unsqueeze(-2)).flatten(0, 1)
        return parts.new_zeros(self.n, y.shape[-1]).index_put((self.columns().flatten(),), parts, accumulate=True)


def rows_at(t: Tensor, x: Tensor, k: int, order: int = 0) -> Rows:
    """Return the rows of the derivative of that order at sites x (m,), for knots t."""
    if nothing_differentiates(t, x) and t.dtype is x.dtype:
        interval, entries = torch.ops.sci.spline_rows.default(t, x, k, order)
        return Rows(interval - k, entries, t.shape[-1] - k - 1)
    interval = knot_interval(t, x, k)
    values, _ = basis_functions(t, x, interval, k, order)
    return Rows(interval - k, values, t.shape[-1] - k - 1)


def stacked(parts: list[Rows]) -> Rows:
    """Return the rows below each other."""
    if len(parts) == 1:
        return parts[0]
    return Rows(torch.cat([p.first for p in parts]), torch.cat([p.values for p in parts]), parts[0].n)


def band_of(rows: Rows, w: int) -> tuple[Tensor, Tensor]:
    """Return a square matrix in band storage (2 w + 1, n), and whether all its entries found a place in it."""
    n = rows.n
    column = rows.columns()
    place = w + torch.arange(n, device=column.device).unsqueeze(-1) - column
    inside = (place >= 0) & (place <= 2 * w) & (column >= 0) & (column < n)
    entry = torch.where(inside, place * n + column, (2 * w + 1) * n)
    flat = rows.values.new_zeros((2 * w + 1) * n + 1).index_put((entry.flatten(),), rows.values.flatten())
    return flat[:-1].reshape(2 * w + 1, n), (inside | (rows.values == 0)).all()


def interpolate(rows: Rows, y: Tensor, w: int, exchange: bool) -> Tensor:
    """Return c with ``rows @ c = y``, or raise LinAlgError if there is none."""
    band, complete = band_of(rows, w)
    c = solve(band, y, exchange)
    if not holds(complete & torch.isfinite(c).all()):
        raise LinAlgError("make_interp_spline: Collocation matrix is singular.")
    return c


def normal_band(rows: Rows, weight: Tensor) -> Tensor:
    """Return ``A^T W A`` (2 k + 1, n) for rows A and weights (m,), symmetric in band storage with w = k."""
    k, n = rows.values.shape[-1] - 1, rows.n
    # Diagonal d below the main one has the products of neighbours that far apart, at the column of the left one.
    columns = rows.columns()
    weighted = rows.values * weight.unsqueeze(-1)
    lower = []
    for d in range(k + 1):
        products = (weighted[:, : k + 1 - d] * rows.values[:, d:]).flatten()
        start = products.new_zeros(n)
        lower.append(start.index_put((columns[:, : k + 1 - d].flatten(),), products, accumulate=True))
    return symmetric_band(lower)


def symmetric_band(lower: list[Tensor]) -> Tensor:
    """Return band storage of a symmetric matrix from its diagonals: ``lower[d][j] = A[j + d, j]``."""
    upper = [torch.cat((x.new_zeros(d), x[: x.shape[0] - d])) for d, x in enumerate(lower)]
    return torch.stack([*upper[:0:-1], *lower])


def least_squares(rows: Rows, y: Tensor, w: Tensor) -> Tensor:
    """Return c that minimises ``sum(w**2 |y - rows @ c|**2)``.

    The normal equations lose half the digits of an ill-conditioned matrix; one step of refinement in the residual
    brings them back (A. Bjorck, Stability analysis of the method of seminormal equations, Linear Algebra Appl. 88
    (1987) 31).
    """
    weight = (w * w).unsqueeze(-1)
    band = normal_band(rows, w * w)
    c = solve(band, rows.adjoint(weight * y), True)
    return c + solve(band, rows.adjoint(weight * (y - rows @ c)), True)
