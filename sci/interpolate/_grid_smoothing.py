r"""Smoothing of data on a rectangular grid by tensor-product splines.

Sought is the C that minimises ``|[Ax; sqrt(q) Dx] C [Ay; sqrt(q) Dy]^T - [Z 0; 0 0]|``: two problems of one variable,
one for the columns of Z and then one for the rows of what comes of it (P. Dierckx, A fast algorithm for smoothing data
on a rectangular grid while using spline functions, SIAM J. Numer. Anal. 19 (1982) 1286). Knots and q are found on the
host, by ``csrc/ops/grid_search.h``; derivatives go through the same problem once more, with dense matrices.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import made_there
from ._checks import nothing_differentiates
from ._collocation import rows_at
from ._knots import not_a_knot
from ._smoothing_search import as_matrix, jumps, laid_out, on_host

runtime.load_library()


class _Side(NamedTuple):
    """One dimension: sites, ends, degree, and which sites are inner knots."""

    x: Tensor
    ends: tuple[Tensor, Tensor]
    k: int
    inner: Tensor

    def matrices(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return knots, the matrix of B-splines (m, n), and the jumps at the inner knots."""
        count = self.inner.shape[0]
        if count >= self.x.shape[0] - self.k - 1:
            middle = not_a_knot(self.x, self.k)[self.k + 1 : -self.k - 1]
        else:
            middle = self.x[self.inner.to(self.x.device)]
        t = laid_out(middle, self.ends, self.k)
        n = t.shape[0] - self.k - 1
        d = as_matrix(jumps(t, self.k), n) if count else t.new_zeros(0, n)
        return t, as_matrix(rows_at(t, self.x, self.k), n), d


class _Fit:
    """The problem on given knots, for any q."""

    def __init__(self, sides: tuple[_Side, _Side], z: Tensor) -> None:
        (self.tx, self.ax, self.dx), (self.ty, self.ay, self.dy) = (side.matrices() for side in sides)
        self.z = z

    def solve(self, q: Tensor | float) -> Tensor:
        """Return C by QR decompositions."""
        c = self.z
        for a, d in ((self.ax, self.dx), (self.ay, self.dy)):
            whole = a if isinstance(q, float) and q == 0 else torch.cat((a, d * q**0.5))
            unitary, factor = torch.linalg.qr(whole)
            c = torch.linalg.solve_triangular(factor, unitary[: a.shape[0]].mT @ c, upper=True).mT
        return c

    def residual(self, c: Tensor) -> Tensor:
        return self.z - self.ax @ c @ self.ay.mT


def smooth_grid(
    x: Tensor,
    y: Tensor,
    z: Tensor,
    ends: tuple[Tensor, Tensor, Tensor, Tensor],
    k: tuple[int, int],
    s: Tensor,
    maxit: int,
) -> tuple[Tensor, Tensor, Tensor, Tensor, int]:
    """Return knots, coefficients (nx, ny), F and how it ended, for values z (mx, my), with derivatives."""
    held = [on_host(v) for v in (x, y, z)]
    tx, ty, *inner, c, numbers = torch.ops.sci.grid_smoothing_search.default(
        *held, [float(v.detach()) for v in ends], k, float(s.detach()), maxit
    )
    fp, q, ier = numbers.tolist()
    if nothing_differentiates(x, y, z, *ends, s):
        return tx.to(x), ty.to(y), c.to(z), made_there(fp, z.dtype, z.device), int(ier)

    def problem(x: Tensor, y: Tensor, z: Tensor, *ends: Tensor) -> _Fit:
        low_x, high_x, low_y, high_y = ends
        return _Fit((_Side(x, (low_x, high_x), k[0], inner[0]), _Side(y, (low_y, high_y), k[1], inner[1])), z)

    full = problem(x, y, z, *ends)
    value: Tensor | float = 0.0
    if q > 0:
        fit = problem(*(v.detach() for v in (x, y, z, *ends)))
        value = torch.full((), q, dtype=z.dtype, device=z.device)

        def held_excess(v: Tensor) -> Tensor:
            return fit.residual(fit.solve(v)).square().sum()

        slope = torch.func.grad(held_excess)(value)
        for _ in range(2):  # Newton steps that change no value
            excess_now = full.residual(full.solve(value)).square().sum() - s
            value = value - (excess_now - excess_now.detach()) / slope.detach()
    c = full.solve(value)
    return full.tx, full.ty, c, full.residual(c).square().sum(), int(ier)
