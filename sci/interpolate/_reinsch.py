r"""Natural cubic smoothing splines, and their parameter by generalized cross-validation.

The minimum of ``sum(w |y - f|**2) + lam integral(f''**2)`` is a natural cubic spline with the sites as knots [1]_. Its
second derivatives g at the inner sites solve ``(R + lam Q^T W^-1 Q) g = Q^T y``, R tridiagonal and ``Q^T`` second
divided differences; the values are ``f = y - lam W^-1 Q g``.

The score of a parameter is ``n sum(|y - f|**2) / tr(I - A)**2``, A the map from y to f, and
``tr(I - A) = lam tr((R + lam B)^-1 B)`` with ``B = Q^T W^-1 Q``: ``csrc/interpolate/band_trace.h``.

.. [1] P. J. Green, B. W. Silverman, *Nonparametric Regression and Generalized Linear Models*, Chapman & Hall, 1994,
   chapters 2 and 3.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from .._core import runtime
from .._core.dispatch import operator
from ..linalg._band_parts import are_long
from ._banded import solve
from ._checks import batch_shape, nothing_differentiates, solve_dense

runtime.load_library()

_POINTS = 21  # of the polynomial beside the lowest score
_AT_ONCE = 2**18  # numbers of all values that scores are computed for together


def _trace_fake(m: Tensor, b: Tensor, rows: int) -> Tensor:
    return m.new_empty(batch_shape((m, 2), (b, 2)))


_trace_operator = operator("spline_band_trace", fake=_trace_fake)


def _band_trace(m: Tensor, b: Tensor) -> Tensor:
    """Return the traces of ``m^-1 b``, on a GPU by parts where solutions are, too."""
    traces: Tensor = _trace_operator(m, b, 32 if are_long(m) else 0)
    return traces


class Penalty(NamedTuple):
    """The matrices of a set of sites: steps (n - 1,), diagonals (3, n - 2) of R and B, and 1 / weights (n,)."""

    h: Tensor
    r: Tensor
    b: Tensor
    inverse_weight: Tensor

    def differences(self, y: Tensor) -> Tensor:
        """Return ``Q^T y`` for y (columns, n)."""
        return (y.diff(dim=-1) / self.h).diff(dim=-1)

    def spread(self, g: Tensor) -> Tensor:
        """Return ``W^-1 Q g`` for g (columns, n - 2)."""
        slope = torch.nn.functional.pad(g, (1, 1)).diff(dim=-1) / self.h
        return torch.nn.functional.pad(slope, (1, 1)).diff(dim=-1) * self.inverse_weight

    def curvature(self, lam: Tensor, y: Tensor) -> Tensor:
        """Return g (columns, n - 2) for parameters (columns,)."""
        lower = self.r + lam[:, None, None] * self.b  # (columns, 3, n - 2)
        upper = [torch.nn.functional.pad(lower[:, d, : lower.shape[-1] - d], (d, 0)) for d in (2, 1)]
        band = torch.stack([*upper, *lower.unbind(1)], 1)
        g = solve(band, self.differences(y).unsqueeze(-1), True).squeeze(-1)
        for _ in range(2):  # with B as the product that it is, whose entries have lost digits where sites are close
            rest = self.differences(y - lam[:, None] * self.spread(g)) - self.bent(g)
            g = g + solve(band, rest.unsqueeze(-1), True).squeeze(-1)
        return g

    def bent(self, g: Tensor) -> Tensor:
        """Return ``R g``."""
        side = self.r[1, :-1] * g[:, 1:], self.r[1, :-1] * g[:, :-1]
        return self.r[0] * g + torch.nn.functional.pad(side[0], (0, 1)) + torch.nn.functional.pad(side[1], (1, 0))


def penalty_of(x: Tensor, w: Tensor) -> Penalty:
    """Return the matrices for sites x (n,) and weights w (n,)."""
    h, v = x.diff(), 1 / w
    zero = h.new_zeros(1)
    q0, q2 = 1 / h[:-1], 1 / h[1:]
    q1 = -(q0 + q2)
    r = torch.stack(((h[:-1] + h[1:]) / 3, torch.cat((h[1:-1] / 6, zero)), torch.zeros_like(q0)))
    b0 = q0 * q0 * v[:-2] + q1 * q1 * v[1:-1] + q2 * q2 * v[2:]
    b1 = q1[:-1] * q0[1:] * v[1:-2] + q2[:-1] * q1[1:] * v[2:-1]
    b2 = q2[:-2] * q0[2:] * v[2:-2]
    b = torch.stack((b0, torch.cat((b1, zero)), torch.cat((b2, zero, zero))))
    return Penalty(h, r, b, v)


def _score(p: Penalty, y: Tensor, lam: Tensor) -> Tensor:
    rest = lam[:, None] * p.spread(p.curvature(lam, y))
    trace = lam * _band_trace(p.r + lam[:, None, None] * p.b, p.b)
    return y.shape[-1] * (rest * rest).sum(-1) / (trace * trace)


def _scores(p: Penalty, y: Tensor, u: Tensor) -> Tensor:
    """Return the scores (count, columns) of parameters ``exp(u)`` of that shape, as many at once as memory is for."""
    n, columns = y.shape[-1], y.shape[0]
    parts = u.split(max(1, _AT_ONCE // (n * columns)))  # type: ignore[no-untyped-call]
    wide = [_score(p, y.repeat(part.shape[0], 1), part.flatten().exp()).reshape(part.shape) for part in parts]
    return torch.cat(wide)


def _lowest(values: Tensor, angles: Tensor) -> Tensor:
    """Return where in [-1, 1] the polynomials through values (count, columns) at ``cos(angles)`` are lowest.

    The angles are those of the zeros of a Chebyshev polynomial [1]_, so that coefficients are cosine sums. Of places
    side by side the lowest is taken, then Newton's method goes to the zero of the slope there, within their distance.

    .. [1] L. N. Trefethen, *Approximation Theory and Approximation Practice*, SIAM, 2013, chapters 3 and 4.
    """
    count = values.shape[0]
    degree = torch.arange(count, dtype=values.dtype, device=values.device)
    c = torch.cos(degree[:, None] * angles) @ values * (2 / count)
    c[0] /= 2

    looked_at = torch.linspace(0, math.pi, 8 * count + 1, dtype=values.dtype, device=values.device)
    found = torch.cos(looked_at[:, None] * degree) @ c
    angle = looked_at[torch.where(torch.isnan(found), torch.inf, found).argmin(0)]
    low, high = angle - looked_at[1], angle + looked_at[1]
    for _ in range(6):
        first = -(degree[:, None] * torch.sin(degree[:, None] * angle) * c).sum(0)
        second = -(degree[:, None] ** 2 * torch.cos(degree[:, None] * angle) * c).sum(0)
        step = torch.where(second > 0, -first / second, 0)
        angle = torch.maximum(low, torch.minimum(high, angle + step))
    return torch.cos(angle.clamp(0, math.pi))


def best_parameter(x: Tensor, y: Tensor, w: Tensor) -> Tensor:
    """Return the parameters (columns,) of the least score in (0, n], for y (columns, n), with their derivatives.

    Beside the lowest of a grid the score is a polynomial in the logarithm u of the parameter: ``tr(I - A)`` is a sum of
    logistic functions of u and the score analytic for ``|Im u| < pi / 2``, so that through 21 points of an interval of
    length 1.3 it has all digits. Its slope's zero is found to many more of them than values of the score can tell.
    """
    n = x.shape[0]
    with torch.no_grad():
        x_, y_, w_ = x.detach(), y.detach(), w.detach()
        p = penalty_of(x_, w_)
        top = x.new_full((), math.log(n))
        bottom = torch.minimum((p.r[0].sum() / p.b[0].sum()).log() - 23, top - 1)
        grid = bottom + (top - bottom) * torch.linspace(0, 1, 49, dtype=x.dtype, device=x.device)
        scores = _scores(p, y_, grid[:, None].expand(-1, y.shape[0]))
        best = torch.where(torch.isnan(scores), torch.inf, scores).argmin(0)
        low, high = grid[(best - 1).clamp(min=0)], grid[(best + 1).clamp(max=48)]
        middle, half = (low + high) / 2, (high - low) / 2
        angles = (torch.arange(_POINTS, dtype=x.dtype, device=x.device) + 0.5) * (math.pi / _POINTS)
        near = _scores(p, y_, middle + half * angles.cos()[:, None])
        scaled = near / near.amax(0).clamp(min=torch.finfo(x.dtype).tiny)  # all are 0 of data on a straight line
        u = middle + half * _lowest(scaled, angles)
        u = torch.where(u.isfinite(), u, grid[best])  # near a parameter without a score
    if nothing_differentiates(x, y, w):
        return u.exp()
    return _implicit(x, y, w, u, (u > bottom + 1e-3) & (u < top - 1e-3)).exp()


def _implicit(x: Tensor, y: Tensor, w: Tensor, u: Tensor, inside: Tensor) -> Tensor:
    """Return u, the logarithm of the parameter, with the derivatives of the place where the score's slope is zero.

    Two steps of Newton's method that change no value; at the ends of the search the parameter does not move. The
    matrices are dense here.
    """
    p = penalty_of(x, w)
    dense_r, dense_b = (_dense(part) for part in (p.r, p.b))
    data = p.differences(y)

    def score(v: Tensor) -> Tensor:
        lam = v.exp()
        m = dense_r + lam[:, None, None] * dense_b
        both = torch.cat((data.unsqueeze(-1), dense_b.expand(m.shape)), -1)
        solved = solve_dense("make_smoothing_spline", m, both)
        rest = lam[:, None] * p.spread(solved[..., 0])
        trace = lam * solved[..., 1:].diagonal(dim1=-2, dim2=-1).sum(-1)
        return ((rest * rest).sum(-1) / (trace * trace)).log()

    slope = torch.func.grad(lambda v: score(v).sum())
    for _ in range(2):
        first, second = _with_slope(slope, u)
        step = (first - first.detach()) / second.detach()
        u = u - torch.where(inside, step, torch.zeros_like(step))
    return u


def _with_slope(f: Callable[[Tensor], Tensor], u: Tensor) -> tuple[Tensor, Tensor]:
    value, slope = torch.func.jvp(f, (u,), (torch.ones_like(u),))[:2]
    return value, slope


def _dense(lower: Tensor) -> Tensor:
    n = lower.shape[-1]
    parts = torch.diag(lower[0])
    for d in (1, 2):
        if n > d:
            off = torch.diag(lower[d, : n - d], -d)
            parts = parts + off + off.mT
    return parts


def fitted_values(x: Tensor, y: Tensor, w: Tensor, lam: Tensor) -> tuple[Tensor, Tensor]:
    """Return values (columns, n) and second derivatives (columns, n), zero at the ends, for y (columns, n)."""
    p = penalty_of(x, w)
    g = p.curvature(lam, y)
    return y - lam[:, None] * p.spread(g), torch.nn.functional.pad(g, (1, 1))
