r"""Smoothing splines of one variable, open or periodic: a search for knots and parameter, and its derivatives.

Sought is the smoothest spline with ``F = sum(w**2 |y - S(x)|**2) <= s``, smoothness being the sum of the squared jumps
of its k-th derivative at the knots. The search, ``csrc/ops/smoothing_search.h``, reads the data and branches on them,
so it runs on the host in float64. On the knots found the coefficients minimise ``F + q |D c|**2``, where q is the
number with F = s: an implicit function of data and s, and `smooth` computes it, with all derivatives, in differentiable
operations on the data's device.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.torch_private import is_wrapped
from ..linalg import LinAlgError
from . import _knots
from ._banded import matvec, solve
from ._checks import holds, nothing_differentiates
from ._collocation import Rows, least_squares, normal_band, rows_at

runtime.load_library()

LEAST_SQUARES, PARAMETER, KNOTS = 0, 1, 2


@dataclasses.dataclass
class Outcome:
    """What a search found: knots, coefficients (n, columns), F, 1 / p**2 (None: least squares), and how it ended.

    `ier` is 0 for a smoothing spline, -1 for interpolation, -2 for a polynomial (a constant if periodic), 1 where knots
    ran out, 2 and 3 where p was not found. `inner` are the sites that became knots, None for knots of interpolation;
    `stages` the number of them that each stage had, `order` in which order they came.
    """

    t: Tensor
    c: Tensor
    fp: Tensor
    q: float | None
    ier: int
    inner: Tensor | None
    order: Tensor
    stages: list[int]


def on_host(x: Tensor) -> Tensor:
    """Return the values of a tensor in float64 on the CPU."""
    x = x.detach()
    if is_wrapped(x):  # no memory of its own
        x = torch.tensor(x.tolist(), dtype=torch.float64, device="cpu").reshape(x.shape)
    return x.to("cpu", torch.float64)


def held_number(x: Any) -> float:
    """Return a number, or that of a tensor."""
    return float(x.detach() if isinstance(x, Tensor) else x)


def search(
    x: Tensor,
    y: Tensor,
    w: Tensor,
    ends: tuple[Tensor, Tensor],
    k: int,
    s: Any,
    *,
    mode: int = KNOTS,
    inner: Tensor | None = None,
    most: int | None = None,
    periodic: bool = False,
    pause: int = 0,
) -> Outcome:
    """Fit data y (m, columns); with `mode` PARAMETER or LEAST_SQUARES on the inner knots given. No derivatives.

    With `pause`, knots being added stop at this number of them for a fit, after which they come one by one again.
    """
    hx, hy, hw, low, high = (on_host(v) for v in (x, y, w, *ends))
    hi = hx[:0] if inner is None else on_host(inner)
    most = x.shape[0] + 2 * k + 2 if most is None else most
    t, c, order, stages, numbers = torch.ops.sci.spline_smoothing_search.default(
        hx, hy, hw, hi, float(low), float(high), k, held_number(s), most, periodic, mode, pause
    )
    _, q, ier, interpolates = numbers.tolist()
    if periodic:
        c = c[torch.arange(c.shape[0] + k, device="cpu") % c.shape[0]]
    return Outcome(
        t.to(x),
        c.to(y),
        numbers[0].to(x),
        None if q < 0 else q,
        int(ier),
        None if interpolates else order.sort().values,
        order,
        stages.tolist(),
    )


def fitted(
    x: Tensor,
    y: Tensor,
    w: Tensor,
    ends: tuple[Tensor, Tensor],
    k: int,
    s: Any,
    *,
    mode: int = KNOTS,
    inner: Tensor | None = None,
    most: int | None = None,
    periodic: bool = False,
    pause: int = 0,
) -> Outcome:
    """Do what `search` does, with derivatives in all tensors."""
    found = search(x, y, w, ends, k, s, mode=mode, inner=inner, most=most, periodic=periodic, pause=pause)
    given = [v for v in (x, y, w, *ends, inner, s) if isinstance(v, Tensor)]
    if nothing_differentiates(*given):
        return found
    if mode != KNOTS:
        middle = inner if inner is not None else x[:0]
    elif found.inner is None:
        middle = _interpolation_knots(x, k, periodic)
    else:
        middle = x[found.inner.to(x.device)]
    t = laid_out(middle, ends, k, periodic)
    condition = torch.as_tensor(s, dtype=x.dtype, device=x.device)
    if periodic:
        c, fp = _smooth_periodic(x[:-1], y[:-1], w[:-1], t, k, condition, found)
    else:
        c, fp = smooth(x, y, w, t, k, condition, found.q)
    return dataclasses.replace(found, t=t, c=c, fp=fp)


def _interpolation_knots(x: Tensor, k: int, periodic: bool) -> Tensor:
    if not periodic:
        return _knots.not_a_knot(x, k)[k + 1 : -k - 1]
    return x[1:-1] if k % 2 else (x[1:-1] + x[:-2]) / 2


def laid_out(inner: Tensor, ends: tuple[Tensor, Tensor], k: int, periodic: bool = False) -> Tensor:
    """Return the knots: the ends k + 1 times around the inner ones, or continued periodically."""
    low, high = (end.reshape(1) for end in ends)
    if not periodic:
        return torch.cat((low.expand(k + 1), inner, high.expand(k + 1)))
    middle = torch.cat((low, inner))
    turn, period = middle.shape[0], high - low
    place = torch.arange(-k, turn + k + 1, device=inner.device)
    return middle[place % turn] + period * torch.div(place, turn, rounding_mode="floor")


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


def _residual(rows: Rows | Tensor, c: Tensor, y: Tensor, w: Tensor) -> Tensor:
    return (w.unsqueeze(-1) * (y - rows @ c)).square().sum()


def smooth(x: Tensor, y: Tensor, w: Tensor, t: Tensor, k: int, s: Tensor, q: float | None) -> tuple[Tensor, Tensor]:
    """Return the coefficients on knots t for y (m, columns), and F, with all their derivatives.

    With a parameter q this is where F has the value it has: q is an implicit function of the data and of s. Two steps
    of Newton's method that change no value give it its first and second derivative.
    """
    rows = rows_at(t, x, k)
    if q is None:
        c = least_squares(rows, y, w)
        return c, _residual(rows, c, y, w)
    square = (w * w).unsqueeze(-1)
    d = jumps(t, k)
    penalty = normal_band(d, torch.ones_like(d.values[:, 0]))
    data = torch.nn.functional.pad(normal_band(rows, w * w), (0, 0, 1, 1))
    right = rows.adjoint(square * y)

    def fit(value: Tensor) -> tuple[Tensor, Tensor]:
        """Return the band and the c that it gives, refined once."""
        band = data + value * penalty
        c = solve(band, right, True)
        rest = rows.adjoint(square * (y - rows @ c)) - value * matvec(penalty, c)
        return band, c + solve(band, rest, True)

    value: Tensor = torch.full((), q, dtype=t.dtype, device=t.device)
    for _ in range(2):
        band, c = fit(value)
        rough = matvec(penalty, c)
        slope = 2 * value * (rough * solve(band, rough, True)).sum()
        value = _moved(value, _residual(rows, c, y, w) - s, slope)
    _, c = fit(value)
    return c, _residual(rows, c, y, w)


def _moved(value: Tensor, excess: Tensor, slope: Tensor) -> Tensor:
    """Return value with the derivatives that keep `excess` where it is."""
    return value - (excess - excess.detach()) / slope


def dense_smooth(a: Tensor, y: Tensor, w: Tensor, penalty: Tensor, s: Tensor, q: float | None) -> tuple[Tensor, Tensor]:
    """Return the same as `smooth` for a matrix a (m, n) and a penalty (n, n) that are dense."""
    weighted = a * w.unsqueeze(-1)
    data, right = weighted.mT @ weighted, weighted.mT @ (w.unsqueeze(-1) * y)

    def fit(value: Tensor | float) -> tuple[Tensor, Tensor]:
        normal = data + value * penalty
        factor = torch.linalg.cholesky_ex(normal)[0]
        c = torch.cholesky_solve(right, factor)
        rest = weighted.mT @ (w.unsqueeze(-1) * (y - a @ c)) - value * (penalty @ c)
        return factor, c + torch.cholesky_solve(rest, factor)

    value: Tensor | float = 0.0
    if q is not None:
        value = torch.full((), q, dtype=a.dtype, device=a.device)
        for _ in range(2):
            factor, c = fit(value)
            rough = penalty @ c
            slope = 2 * value * (rough * torch.cholesky_solve(rough, factor)).sum()
            value = _moved(value, _residual(a, c, y, w) - s, slope)
    _, c = fit(value)
    return c, _residual(a, c, y, w)


def as_matrix(rows: Rows, n: int) -> Tensor:
    """Return rows as a dense matrix with n columns, to which columns beyond wrap around."""
    columns = rows.columns() % n
    place = torch.arange(columns.shape[0], device=columns.device)[:, None].expand_as(columns)
    return rows.values.new_zeros(columns.shape[0], n).index_put((place, columns), rows.values, accumulate=True)


def _smooth_periodic(
    x: Tensor, y: Tensor, w: Tensor, t: Tensor, k: int, s: Tensor, found: Outcome
) -> tuple[Tensor, Tensor]:
    n = t.shape[0] - 2 * k - 1
    a, d = as_matrix(rows_at(t, x, k), n), as_matrix(jumps(t, k), n)
    c, fp = dense_smooth(a, y, w, d.mT @ d, s, found.q)
    return c[torch.arange(n + k, device=c.device) % n], fp


def require_schoenberg_whitney(name: str, t: Tensor, x: Tensor, k: int) -> None:
    """Raise ValueError unless the sites x determine a spline of degree k on knots t."""
    n = t.shape[0] - k - 1
    text = f"{name}: Interior knots t must satisfy Schoenberg-Whitney conditions"
    if not holds((t[k + 1 :] > t[:n]).all()) or not holds((t.diff() >= 0).all()):
        raise ValueError(text)
    # Greedily: the first sites that lie inside of each B-spline, in order.
    reached, sites = -1, x.detach().tolist()
    for low, high in zip(t[:n].tolist(), t[k + 1 :].tolist(), strict=True):
        reached += 1
        closed = low == sites[0] or high == sites[-1]
        while reached < len(sites) and not (low < sites[reached] < high or (closed and low <= sites[reached] <= high)):
            reached += 1
        if reached >= len(sites):
            raise ValueError(text)


__all__ = [
    "KNOTS",
    "LEAST_SQUARES",
    "PARAMETER",
    "LinAlgError",
    "Outcome",
    "as_matrix",
    "dense_smooth",
    "fitted",
    "held_number",
    "jumps",
    "laid_out",
    "on_host",
    "require_schoenberg_whitney",
    "search",
    "smooth",
]
