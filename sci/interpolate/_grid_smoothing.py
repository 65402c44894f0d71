r"""Smoothing of data on a rectangular grid by tensor-product splines.

Sought is the C that minimises ``|[Ax; sqrt(q) Dx] C [Ay; sqrt(q) Dy]^T - [Z 0; 0 0]|``: two problems of one variable,
one for the columns of Z and then one for the rows of what comes of it (P. Dierckx, A fast algorithm for smoothing data
on a rectangular grid while using spline functions, SIAM J. Numer. Anal. 19 (1982) 1286). Knots are added in x or y,
whichever promises more, at grid points in the middle of the intervals with the largest residuals; as many as
interpolation has are those of interpolation.
"""

from __future__ import annotations

import dataclasses

import torch
from torch import Tensor

from ._checks import nothing_differentiates
from ._collocation import rows_at
from ._knots import not_a_knot
from ._smoothing_search import as_matrix, jumps, laid_out
from ._surface_fit import find_parameter

_TOLERANCE = 0.001


@dataclasses.dataclass
class _Side:
    """One dimension: sites, ends, degree, which sites are inner knots, how many lie between, and what comes of it."""

    x: Tensor
    ends: tuple[Tensor, Tensor]
    k: int
    inner: list[int]
    between: list[int]
    plus: int = 0
    gain: float = 0.0

    def matrices(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return knots, the matrix of B-splines (m, n), and the jumps at the inner knots."""
        if len(self.inner) >= self.most():
            middle = not_a_knot(self.x, self.k)[self.k + 1 : -self.k - 1]
        else:
            middle = self.x[torch.tensor(self.inner, dtype=torch.int64, device=self.x.device)]
        t = laid_out(middle, self.ends, self.k)
        n = t.shape[0] - self.k - 1
        d = as_matrix(jumps(t, self.k), n) if self.inner else t.new_zeros(0, n)
        return t, as_matrix(rows_at(t, self.x, self.k), n), d

    def most(self) -> int:
        return self.x.shape[0] - self.k - 1

    def add(self, square: list[float]) -> None:
        """Insert `plus` knots, for residuals summed over the other dimension."""
        parts, start, carried = [], 0, 0.0
        for end in [*self.inner, len(square)]:
            part = carried + sum(square[start:end])
            carried = square[end] / 2 if end < len(square) else 0.0
            parts.append(part + carried)
            start = end + 1
        for _ in range(self.plus):
            free = [j for j, sites in enumerate(self.between) if sites and parts[j] > 0]
            if not free or len(self.inner) >= self.most():
                return
            best = max(free, key=lambda j: parts[j])
            sites, largest = self.between[best], parts[best]
            left = sites // 2
            right = sites - left - 1
            start = 0 if best == 0 else self.inner[best - 1]
            self.inner.insert(best, start + left + 1)
            self.between[best : best + 1] = [left, right]
            parts[best : best + 1] = [largest * left / sites, largest * right / sites]


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


def _wanted(side: _Side, excess: float, accept: float) -> int:
    if not side.inner:
        return 1
    wanted = side.plus * excess / side.gain if side.gain > accept else 2 * side.plus
    return int(min(2 * side.plus, max(int(wanted), side.plus // 2, 1)))


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
    target = float(s.detach())
    accept = _TOLERANCE * target

    def side(v: Tensor, low: Tensor, high: Tensor, degree: int) -> _Side:
        return _Side(v, (low, high), degree, [], [v.shape[0] - 2])

    held = [v.detach() for v in (x, y, z, *ends)]
    sides = side(held[0], held[3], held[4], k[0]), side(held[1], held[5], held[6], k[1])
    polynomial, old, last = None, 0.0, None
    ier = 0
    for _ in range(x.shape[0] + y.shape[0]):
        fit = _Fit(sides, held[2])
        square = fit.residual(fit.solve(0.0)).square()
        fp = float(square.sum())
        polynomial = fp if polynomial is None else polynomial
        excess = fp - target
        if abs(excess) < accept or excess < 0:
            ier = -2 if last is None and excess < 0 else 0
            break
        if all(len(one.inner) >= one.most() for one in sides):
            ier = -1
            break
        if last is not None:
            last.gain = old - fp
        old = fp
        counts = [_wanted(one, excess, accept) for one in sides]
        turn_to_y = counts[1] < counts[0] or (counts[0] == counts[1] and last is sides[0])
        chosen = sides[1] if turn_to_y else sides[0]
        if len(chosen.inner) >= chosen.most():
            chosen = sides[0] if turn_to_y else sides[1]
        last, before = chosen, len(chosen.inner)
        chosen.plus = counts[0] if chosen is sides[0] else counts[1]
        chosen.add(square.sum(1 if chosen is sides[0] else 0).tolist())
        if len(chosen.inner) == before:
            ier = 1
            break
    q = None
    if ier == 0 and fp - target < -accept:

        def excess_at(p: float) -> float:
            return float(fit.residual(fit.solve(1 / (p * p))).square().sum()) - target

        assert polynomial is not None
        p, ier = find_parameter(excess_at, 1.0, polynomial - target, fp - target, accept, maxit)
        q = 1 / (p * p)
    if nothing_differentiates(x, y, z, *ends, s):
        c = fit.solve(q or 0.0)
        return fit.tx, fit.ty, c, fit.residual(c).square().sum(), ier
    full = _Fit(
        (
            _Side(x, (ends[0], ends[1]), k[0], sides[0].inner, []),
            _Side(y, (ends[2], ends[3]), k[1], sides[1].inner, []),
        ),
        z,
    )
    value: Tensor | float = 0.0
    if q is not None:
        value = torch.full((), q, dtype=z.dtype, device=z.device)

        def held_excess(v: Tensor) -> Tensor:
            return fit.residual(fit.solve(v)).square().sum()

        slope = torch.func.grad(held_excess)(value)
        for _ in range(2):  # Newton steps that change no value
            excess_now = full.residual(full.solve(value)).square().sum() - s
            value = value - (excess_now - excess_now.detach()) / slope.detach()
    c = full.solve(value)
    return full.tx, full.ty, c, full.residual(c).square().sum(), ier
