r"""Knots and smoothing parameter of smoothing splines: the search of P. Dierckx.

Sought is the smoothest spline with ``F = sum(w**2 |y - S(x)|**2) <= s``, smoothness being the sum of the squared jumps
of its k-th derivative at the knots. First, least squares splines are given more and more knots, each a site in the
middle of the interval with the largest residual, until F falls below s. Then, on these knots, the minimum of
``F + |D c|**2 / p**2`` is a function of p whose F decreases; rational interpolation finds where it is s, to 0.1 %.

P. Dierckx, Curve and Surface Fitting with Splines, Oxford University Press 1993, chapters 4 and 5; An algorithm for
smoothing, differentiation and integration of experimental data using spline functions, J. Comp. Appl. Math. 1 (1975)
165.

The search reads the data and branches on them, so it runs on the host, on detached data in float64. `smooth` then
computes the coefficients from its outcome in differentiable operations on the data's device.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import torch
from torch import Tensor

from ..linalg import cholesky_banded
from ._banded import matvec, solve
from ._collocation import Rows, least_squares, normal_band, rows_at
from ._knots import not_a_knot

_TOLERANCE = 0.001
_ITERATIONS = 20


@dataclasses.dataclass
class Outcome:
    """Sites that are inner knots (None: those of interpolation), 1 / p**2 (None: least squares), F, and how it ended.

    `ier` is 0 for a smoothing spline, -1 for interpolation, -2 for a polynomial, 1 where knots ran out, 2 and 3 where p
    was not found.
    """

    inner: list[int] | None
    q: float | None
    fp: float
    ier: int


def knots_of(inner: list[int] | None, x: Tensor, xb: Tensor, xe: Tensor, k: int) -> Tensor:
    """Return the knots: inner ones at these sites, the ends k + 1 times."""
    if inner is None:
        middle = not_a_knot(x, k)[k + 1 : -k - 1]
    else:
        middle = x[torch.tensor(inner, dtype=torch.int64, device=x.device)]
    return torch.cat((xb.reshape(1).expand(k + 1), middle, xe.reshape(1).expand(k + 1)))


def jumps(t: Tensor, k: int) -> Rows:
    """Return the jumps of the k-th derivative of the B-splines at the inner knots, in Dierckx's scaling.

    The B-spline is a divided difference of truncated powers, whose coefficient at its knot ``t[l]`` is
    ``(t[j + k + 1] - t[j]) / prod(t[l] - t[i] for i != l)``; lengths are in units of the mean interval.
    """
    n = t.shape[0] - k - 1
    count = n - k - 1  # inner knots
    scale = (n - k) / (t[n] - t[k])
    at = torch.arange(k + 1, n, device=t.device)
    first = torch.arange(count, device=t.device)
    columns = []
    for j in range(k + 2):
        left = first + j
        product = torch.ones_like(t[:count])
        for i in range(k + 2):
            other = left + i
            factor = (t[at] - t[other]) * scale
            product = product * torch.where(other == at, 1, factor)
        columns.append((t[left + k + 1] - t[left]) * scale / product)  # k of the factors are scaled
    return Rows(first, torch.stack(columns, -1), n)


def _penalty_band(t: Tensor, k: int) -> Tensor:
    d = jumps(t, k)
    return normal_band(d, torch.ones_like(d.values[:, 0]))


def _penalized(rows: Rows, y: Tensor, w: Tensor, penalty: Tensor, q: Tensor | float) -> tuple[Tensor, Tensor]:
    """Return the band (2 (k + 1) + 1, n) of ``A^T W^2 A + q D^T D`` and the c that it gives, refined once."""
    square = (w * w).unsqueeze(-1)
    data = torch.nn.functional.pad(normal_band(rows, w * w), (0, 0, 1, 1))
    band = data + q * penalty
    c = solve(band, rows.adjoint(square * y), True)
    rest = rows.adjoint(square * (y - rows @ c)) - q * matvec(penalty, c)
    return band, c + solve(band, rest, True)


def _residuals(rows: Rows, c: Tensor, y: Tensor, w: Tensor) -> Tensor:
    difference = y - rows @ c
    square = (difference * difference.conj()).real if difference.is_complex() else difference * difference
    return (w * w) * square.sum(-1)


def _fit(x: Tensor, y: Tensor, w: Tensor, t: Tensor, k: int) -> tuple[Rows, Tensor, Tensor]:
    rows = rows_at(t, x, k)
    c = least_squares(rows, y, w)
    return rows, c, _residuals(rows, c, y, w)


def _host(*tensors: Tensor) -> list[Tensor]:
    double = torch.complex128 if any(t.is_complex() for t in tensors) else torch.float64
    return [t.detach().to("cpu", double if t.is_complex() else torch.float64) for t in tensors]


def grow(
    x: Tensor, y: Tensor, w: Tensor, xb: Tensor, xe: Tensor, k: int, s: float, most: int
) -> Iterator[tuple[list[int] | None, float, int]]:
    """Yield the inner knots (as numbers of sites), F and the state of each stage, until F is below s.

    The state is 0 as long as it goes on, 1 where `most` knots are reached, -1 for interpolation.
    """
    m = x.shape[0]
    inner: list[int] = []
    between = [m - 2]  # how many sites lie strictly inside of each interval
    accept = _TOLERANCE * s
    old, plus = 0.0, 0
    for _ in range(m):
        t = knots_of(inner, x, xb, xe, k)
        _, _, residual = _fit(x, y, w, t, k)
        fp = float(residual.sum())
        excess = fp - s
        if len(inner) == m - k - 1:
            yield None, fp, -1
            return
        full = t.shape[0] >= most
        yield inner, fp, 1 if full and excess >= accept else 0
        if abs(excess) < accept or excess < 0 or full:
            return
        if plus == 0:
            plus = 1
        else:
            wanted = int(plus * excess / (old - fp)) if old - fp > accept else 2 * plus
            plus = min(2 * plus, max(wanted, plus // 2, 1))
        old = fp
        parts = _parts(residual.tolist(), inner)
        for _ in range(plus):
            best, largest = -1, 0.0
            for j, (part, sites) in enumerate(zip(parts, between, strict=True)):
                if sites and part > largest:
                    best, largest = j, part
            if best < 0:
                break
            sites = between[best]
            left = sites // 2
            start = 0 if best == 0 else inner[best - 1]
            inner = [*inner[:best], start + left + 1, *inner[best:]]
            right = sites - left - 1
            between[best : best + 1] = [left, right]
            parts[best : best + 1] = [largest * left / sites, largest * right / sites]
            if len(inner) == m - k - 1:
                fp = float(_fit(x, y, w, knots_of(None, x, xb, xe, k), k)[2].sum())
                yield None, fp, -1
                return
            if len(inner) + 2 * k + 2 == most:
                break


def _parts(residual: list[float], inner: list[int]) -> list[float]:
    """Sum the residuals over each interval; that of a site which is a knot goes to both sides, half each."""
    ends = [*inner, len(residual)]
    parts, start, carried = [], 0, 0.0
    for end in ends:
        total = carried + sum(residual[start:end])
        if end < len(residual):
            carried = residual[end] / 2
            total += carried
        parts.append(total)
        start = end + 1
    return parts


def search(x: Tensor, y: Tensor, w: Tensor, xb: Tensor, xe: Tensor, k: int, s: float, most: int | None) -> Outcome:
    """Find knots and smoothing parameter for data y (m, columns)."""
    x, y, w, xb, xe = _host(x, y, w, xb, xe)
    m = x.shape[0]
    if s == 0:
        return Outcome(None, None, 0.0, -1)
    stages = list(grow(x, y, w, xb, xe, k, s, m + k + 1 if most is None else most))
    inner, fp, state = stages[-1]
    polynomial = stages[0][1]
    if state == 1 or (inner is None and fp - s > _TOLERANCE * s):
        return Outcome(inner, None, fp, state)
    if abs(fp - s) < _TOLERANCE * s or inner == []:
        return Outcome(inner, None, fp, -2 if inner == [] else state)
    return on_knots(x, y, w, inner, knots_of(inner, x, xb, xe, k), k, s, polynomial, fp)


def on_knots(
    x: Tensor, y: Tensor, w: Tensor, inner: list[int] | None, t: Tensor, k: int, s: float, fp0: float, fp: float
) -> Outcome:
    """Find the smoothing parameter on given knots, where ``fp < s < fp0``."""
    accept = _TOLERANCE * s
    rows, penalty = rows_at(t, x, k), _penalty_band(t, k)
    lower = normal_band(rows, w * w)[k:]
    p = rows.n / float(cholesky_banded(lower, lower=True)[0].sum())
    p1, f1, p3, f3 = 0.0, fp0 - s, math.inf, fp - s
    below = above = False
    for _ in range(_ITERATIONS):
        _, c = _penalized(rows, y, w, penalty, 1 / (p * p))
        fp = float(_residuals(rows, c, y, w).sum())
        f2 = fp - s
        if abs(f2) < accept:
            return Outcome(inner, 1 / (p * p), fp, 0)
        p2 = p
        if not below:
            if f2 - f3 <= accept:  # p is so large that F is that of least squares
                p3, f3 = p2, f2
                p *= 0.04
                p = p if p > p1 else 0.9 * p1 + 0.1 * p2
                continue
            below = f2 < 0
        if not above:
            if f1 - f2 <= accept:  # so small that it is that of the polynomial
                p1, f1 = p2, f2
                p /= 0.04
                p = 0.1 * p2 + 0.9 * p3 if p >= p3 else p
                continue
            above = f2 > 0
        if f2 >= f1 or f2 <= f3:
            return Outcome(inner, 1 / (p * p), fp, 2)
        # The zero of (u p + v) / (p + w) through the three points
        h1, h2, h3 = f1 * (f2 - f3), f2 * (f3 - f1), f3 * (f1 - f2)
        if math.isinf(p3):
            p = (p1 * (f1 - f3) * f2 - p2 * (f2 - f3) * f1) / h3
        else:
            p = -(p1 * p2 * h3 + p2 * p3 * h1 + p3 * p1 * h2) / (p1 * h1 + p2 * h2 + p3 * h3)
        if f2 < 0:
            p3, f3 = p2, f2
        else:
            p1, f1 = p2, f2
    return Outcome(inner, 1 / (p * p), fp, 3)


def smooth(x: Tensor, y: Tensor, w: Tensor, t: Tensor, k: int, s: Tensor, q: float | None) -> tuple[Tensor, Tensor]:
    """Return the coefficients on knots t for y (m, columns), and F, with all their derivatives.

    With a parameter q this is where F has the value it has: q is an implicit function of the data and of s. Two steps
    of Newton's method that change no value give it its first and second derivative.
    """
    rows = rows_at(t, x, k)
    if q is None:
        c = least_squares(rows, y, w)
        return c, _residuals(rows, c, y, w).sum()
    penalty = _penalty_band(t, k)
    value: Tensor = torch.full((), q, dtype=t.dtype, device=t.device)
    for _ in range(2):
        band, c = _penalized(rows, y, w, penalty, value)
        fp = _residuals(rows, c, y, w).sum()
        rough = matvec(penalty, c)
        change = solve(band, rough, True)
        slope = 2 * value * ((rough.conj() * change).real if c.is_complex() else rough * change).sum()
        excess = fp - s
        value = value - (excess - excess.detach()) / slope
    _, c = _penalized(rows, y, w, penalty, value)
    return c, _residuals(rows, c, y, w).sum()


__all__ = ["Outcome", "grow", "jumps", "knots_of", "on_knots", "search", "smooth"]
