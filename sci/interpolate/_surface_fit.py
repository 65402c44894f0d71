r"""Smoothing surfaces through scattered data: a search for knots and parameter, and its derivatives.

As for curves (`_smoothing_search`), after P. Dierckx, *Curve and Surface Fitting with Splines*, Oxford University
Press, 1993, chapters 6 and 7. Least squares splines are given knots one by one: in that interval of x or y whose
residuals are the largest, at their weighted mean. On the knots found the coefficients minimise ``F + q |D c|**2``, D
the jumps of the highest derivatives at the knots, where q is the number with F = s.

The normal equations are factored by Cholesky's method, or by their eigenvalues where they are (numerically) singular:
then the solution is the shortest one. Refinement in the residual brings back what squaring the matrix lost, and gives
the coefficients their derivatives: a step of it is a Newton step, exact for one order more each time.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor

from .._core import runtime
from .._core.errors import take_host_route
from ._checks import nothing_differentiates
from ._collocation import rows_at
from ._smoothing_search import as_matrix, held_number, jumps, on_host

runtime.load_library()

_TOLERANCE = 0.001
_ITERATIONS = 20
WHY = "knots and smoothing parameter are found by a search that branches on the data"


class Points(NamedTuple):
    """Scattered data (m,), with weights."""

    x: Tensor
    y: Tensor
    z: Tensor
    w: Tensor


class Space(Protocol):
    """A space of splines on given knots: how its coefficients are those of a tensor product."""

    tx: Tensor
    ty: Tensor
    degrees: tuple[int, int]

    def expand(self) -> Tensor | None:
        """Return the matrix that makes tensor-product coefficients of the free ones; None where they are the same."""

    def columns(self) -> int:
        """Return how many B-splines in y there are."""

    def roughness(self) -> Tensor:
        """Return ``D^T D`` for tensor-product coefficients."""


@dataclasses.dataclass
class Rectangle:
    """All tensor-product splines on a rectangle."""

    tx: Tensor
    ty: Tensor
    degrees: tuple[int, int]

    def expand(self) -> Tensor | None:
        """Return None: every coefficient is free."""
        return None

    def columns(self) -> int:
        """Return how many B-splines in y there are."""
        return self.ty.shape[0] - self.degrees[1] - 1

    def roughness(self) -> Tensor:
        """Return ``D^T D``: jumps across the knots of x at each B-spline of y, and the other way round."""
        nx, ny = self.tx.shape[0] - self.degrees[0] - 1, self.columns()
        dx, dy = (
            as_matrix(jumps(t, k), n) if n > k + 1 else t.new_zeros(0, n)
            for t, k, n in ((self.tx, self.degrees[0], nx), (self.ty, self.degrees[1], ny))
        )
        return both_ways(dx, dy)


def both_ways(dx: Tensor, dy: Tensor) -> Tensor:
    """Return ``Dx^T Dx (x) 1 + 1 (x) Dy^T Dy``."""
    eye_x, eye_y = (torch.eye(d.shape[1], dtype=d.dtype, device=d.device) for d in (dx, dy))
    return torch.kron((dx.mT @ dx).contiguous(), eye_y) + torch.kron(eye_x, (dy.mT @ dy).contiguous())


class System:
    """The equations of a space for data: entries of the rows, the normal matrix, and what solves it."""

    def __init__(self, space: Space, data: Points) -> None:
        self.space, self.data = space, data
        kx, ky = space.degrees
        rx, ry = rows_at(space.tx, data.x, kx), rows_at(space.ty, data.y, ky)
        n = space.columns()
        self.size = (space.tx.shape[0] - kx - 1) * n
        self.place = (rx.columns()[:, :, None] * n + (ry.columns() % n)[:, None, :]).flatten(1)
        self.entries = (rx.values[:, :, None] * ry.values[:, None, :]).flatten(1)
        self.expand = space.expand()
        weighted = self.entries * data.w[:, None]
        products = (weighted[:, :, None] * weighted[:, None, :]).flatten()
        at = (self.place[:, :, None] * self.size + self.place[:, None, :]).flatten()
        normal = products.new_zeros(self.size * self.size).scatter_add(0, at, products).reshape(self.size, self.size)
        self.normal = self.reduce(self.reduce(normal).mT)

    def reduce(self, v: Tensor) -> Tensor:
        """Return the adjoint of the expansion, of v (size, ...)."""
        return v if self.expand is None else self.expand.mT @ v

    def full(self, c: Tensor) -> Tensor:
        """Return tensor-product coefficients."""
        return c if self.expand is None else self.expand @ c

    def residual(self, c: Tensor) -> Tensor:
        """Return the weighted residuals (m,) of free coefficients."""
        return self.data.w * (self.data.z - (self.entries * self.full(c)[self.place]).sum(1))

    def pull(self, r: Tensor) -> Tensor:
        """Return the adjoint of the weighted matrix, of r (m,)."""
        parts = (self.entries * (self.data.w * r)[:, None]).flatten()
        return self.reduce(parts.new_zeros(self.size).scatter_add(0, self.place.flatten(), parts))


class Inverse(NamedTuple):
    """What applies the inverse of a symmetric matrix, its rank, and the sum of its Cholesky factor's diagonal."""

    apply: Callable[[Tensor], Tensor]
    rank: int
    diagonal: float


def inverse_of(matrix: Tensor) -> Inverse:
    """Factor a symmetric, positive semidefinite matrix."""
    factor, info = torch.linalg.cholesky_ex(matrix)
    diagonal = factor.diagonal()
    n = matrix.shape[0]
    if int(info) == 0 and float(diagonal.amin()) > 1e-7 * float(diagonal.amax()):
        return Inverse(lambda v: torch.cholesky_solve(v[:, None], factor)[:, 0], n, float(diagonal.sum()))
    values, vectors = torch.linalg.eigh(matrix)
    kept = values > values[-1] * n * torch.finfo(matrix.dtype).eps
    scale = torch.where(kept, 1 / torch.where(kept, values, 1), 0)
    root = float(values.clamp(min=0).sqrt().sum())
    return Inverse(lambda v: vectors @ (scale * (vectors.mT @ v)), int(kept.sum()), root)


def _refined(system: System, inverse: Inverse, rough: Tensor, q: Tensor | float, c: Tensor) -> Tensor:
    """Return c after two steps of refinement, with its derivatives."""
    for _ in range(2):
        c = c + inverse.apply(system.pull(system.residual(c)) - q * (rough @ c))
    return c


@dataclasses.dataclass
class Surface:
    """What was found: the space, tensor-product coefficients, F, how it ended, and the rank where it is not full."""

    space: Space
    c: Tensor
    fp: Tensor
    ier: int
    missing: int


def _solve(system: System, rough: Tensor, q: float) -> tuple[Tensor, Tensor, Inverse]:
    inverse = inverse_of(system.normal + q * rough)
    c = _refined(system, inverse, rough, q, torch.zeros_like(rough[0]))
    return c, system.residual(c), inverse


def _roughness(system: System) -> Tensor:
    rough = system.space.roughness()
    return system.reduce(system.reduce(rough).mT)


def rectangle(
    like: Tensor, inner_x: Sequence[float], inner_y: Sequence[float], ends: Sequence[float], k: tuple[int, int]
) -> Rectangle:
    """Return the splines with these inner knots, of the dtype and on the device of `like`."""

    def knots(inner: Sequence[float], low: float, high: float, degree: int) -> Tensor:
        every = [*[low] * (degree + 1), *inner, *[high] * (degree + 1)]
        return torch.tensor(every, dtype=like.dtype, device=like.device)

    return Rectangle(knots(inner_x, ends[0], ends[1], k[0]), knots(inner_y, ends[2], ends[3], k[1]), k)


def find_parameter(
    f_of: Callable[[float], float], start: float, at_zero: float, at_infinity: float, accept: float, rounds: int
) -> tuple[float, int]:
    """Return the p with ``f_of(p) = 0``, a falling function, and 0, 2 or 3; see ``csrc/ops/band_rotations.h``."""
    p, p1, f1, p3, f3 = start, 0.0, at_zero, -1.0, at_infinity
    below = above = False
    for _ in range(rounds):
        f2 = f_of(p)
        if abs(f2) < accept:
            return p, 0
        p2 = p
        if not below:
            if f2 - f3 <= accept:
                p3, f3 = p2, f2
                p *= 0.04
                p = p if p > p1 else 0.9 * p1 + 0.1 * p2
                continue
            below = f2 < 0
        if not above:
            if f1 - f2 <= accept:
                p1, f1 = p2, f2
                p /= 0.04
                p = 0.1 * p2 + 0.9 * p3 if 0 <= p3 <= p else p
                continue
            above = f2 > 0
        if f2 >= f1 or f2 <= f3:
            return p, 2
        h1, h2, h3 = f1 * (f2 - f3), f2 * (f3 - f1), f3 * (f1 - f2)
        if p3 < 0:
            p = (p1 * (f1 - f3) * f2 - p2 * (f2 - f3) * f1) / h3
        else:
            p = -(p1 * p2 * h3 + p2 * p3 * h1 + p3 * p1 * h2) / (p1 * h1 + p2 * h2 + p3 * h3)
        if f2 < 0:
            p3, f3 = p2, f2
        else:
            p1, f1 = p2, f2
    return p, 3


def least_squares(space: Space, data: Points) -> Surface:
    """Return the spline of least squares in a space, with derivatives."""
    system = System(space, data)
    held = System(space, Points(*(v.detach() for v in data)))
    inverse = inverse_of(held.normal.detach())
    nothing = torch.zeros_like(held.normal)
    c = _refined(held, inverse, nothing, 0.0, torch.zeros_like(nothing[0])).detach()
    c = _refined(system, inverse, nothing, 0.0, c)
    missing = nothing.shape[0] - inverse.rank
    return Surface(space, system.full(c), system.residual(c).square().sum(), -inverse.rank if missing else 0, missing)


def search_rectangle(
    name: str, data: Points, ends: Sequence[float], k: tuple[int, int], s: Any, most: tuple[int, int]
) -> Surface:
    """Do what `search` does, on a rectangle: on the host, by ``csrc/ops/surface_search.h``.

    Where the points do not determine the coefficients `search` itself finds the shortest ones.
    """
    take_host_route(
        name, data.x.device, "knots and smoothing parameter are found by a search that branches on the data"
    )
    found = torch.ops.sci.surface_smoothing_search.default(*map(on_host, data), list(ends), k, most, held_number(s))
    tx, ty, c, numbers = found
    _, q, ier, determined = numbers.tolist()
    if not determined:
        return search(data, lambda a, b: rectangle(data.x, a, b, ends, k), s, most)
    space = rectangle(data.x, tx.tolist(), ty.tolist(), ends, k)
    given = (*data, s) if isinstance(s, Tensor) else data
    if nothing_differentiates(*given):
        return Surface(space, c.to(data.z), numbers[0].to(data.z), int(ier), 0)
    return _with_derivatives(space, data, s, None if q < 0 else q, int(ier), 0)


def search(
    data: Points,
    make: Callable[[list[float], list[float]], Space],
    s: float,
    most: tuple[int, int],
    start: tuple[list[float], list[float]] = ([], []),
    constant: float | None = None,
) -> Surface:
    """Find inner knots and the parameter, and return the surface with derivatives in the data and in s.

    `make` makes the space of inner knots; `most` says how many there can be; `constant` is the F with which to compare,
    that of the first space by default.
    """
    held = Points(*(v.detach() for v in data))
    inner = (list(start[0]), list(start[1]))
    accept = _TOLERANCE * float(s)
    polynomial, found, ier = constant, None, 0
    m = data.x.shape[0]
    for _ in range(m + 1):
        space = make(*inner)
        system = System(space, held)
        rough = torch.zeros_like(system.normal)
        c, r, inverse = _solve(system, rough, 0.0)
        fp = float(r.square().sum())
        polynomial = fp if polynomial is None else polynomial
        found = system, c, r, inverse, fp
        excess = fp - float(s)
        if abs(excess) <= accept:
            break
        if excess < 0:
            ier = 0 if inner != start or constant is not None else -2
            break
        if inverse.rank > m or rough.shape[0] > m:
            ier = 4
            break
        ier = _add_knot(space, held, r.square(), inner, most)
        if ier:
            break
    assert found is not None
    system, c, r, inverse, fp = found
    rank = inverse.rank if inverse.rank < rough.shape[0] else 0
    missing = rough.shape[0] - inverse.rank
    q = None
    if fp - float(s) < -accept and ier == 0 and polynomial is not None and polynomial > float(s):
        rough = _roughness(system)

        def excess_at(p: float) -> float:
            nonlocal missing
            _, rest, used = _solve(system, rough, 1 / (p * p))
            missing = rough.shape[0] - used.rank
            return float(rest.square().sum()) - float(s)

        first = rough.shape[0] / inverse.diagonal
        p, ier = find_parameter(excess_at, first, polynomial - float(s), fp - float(s), accept, _ITERATIONS)
        q = 1 / (p * p)
        rank = 0
    if ier == 0 and rank:
        ier = -rank
    return _with_derivatives(system.space, data, s, q, ier, missing if ier < -2 else 0)


def _with_derivatives(
    space: Space, data: Points, s: float | Tensor, q: float | None, ier: int, missing: int
) -> Surface:
    held = System(space, Points(*(v.detach() for v in data)))
    rough = torch.zeros_like(held.normal) if q is None else _roughness(held)
    c, r, inverse = _solve(held, rough, q or 0.0)
    given = (*data, s) if isinstance(s, Tensor) else data
    if nothing_differentiates(*given):
        return Surface(space, held.full(c), r.square().sum(), ier, missing)
    system = System(space, data)
    value: Tensor | float = 0.0
    if q is not None:
        value = torch.full((), q, dtype=c.dtype, device=c.device)
        bent = rough @ c
        slope = 2 * q * (bent * inverse.apply(bent)).sum()
        for _ in range(2):
            excess = system.residual(_refined(system, inverse, rough, value, c)).square().sum() - s
            value = value - (excess - excess.detach()) / slope
    done = _refined(system, inverse, rough, value, c)
    return Surface(space, system.full(done), system.residual(done).square().sum(), ier, missing)


def _add_knot(
    space: Space, data: Points, square: Tensor, inner: tuple[list[float], list[float]], most: tuple[int, int]
) -> int:
    """Insert a knot where the residuals are largest, at their mean; return 1 or 5 where that cannot be."""
    candidates = []
    for axis, (t, k, at) in enumerate(((space.tx, space.degrees[0], data.x), (space.ty, space.degrees[1], data.y))):
        if len(inner[axis]) >= most[axis]:
            continue
        breaks = t[k : t.shape[0] - k].contiguous()
        cell = (torch.searchsorted(breaks, at.contiguous(), right=True) - 1).clamp(0, breaks.shape[0] - 2)
        zero = square.new_zeros(breaks.shape[0] - 1)
        total = zero.scatter_add(0, cell, square)
        moment = zero.scatter_add(0, cell, square * at)
        ends = zip(total.tolist(), moment.tolist(), breaks.tolist()[:-1], breaks.tolist()[1:], strict=True)
        candidates += [(part, axis, first / part, low, high) for part, first, low, high in ends if part > 0]
    for _, axis, place, low, high in sorted(candidates, key=lambda entry: -entry[0]):
        left, right = place - low, high - place
        if left > 0 and right > 0 and left <= 10 * right and right <= 10 * left:
            inner[axis].append(place)
            inner[axis].sort()
            return 0
    return 5 if candidates else 1


def default_most(m: int, k: int) -> int:
    """Return the number of inner knots that FITPACK's wrappers leave room for."""
    return max(int(k + 1 + math.sqrt(m / 2)), 2 * k + 3) - 2 * k - 2
