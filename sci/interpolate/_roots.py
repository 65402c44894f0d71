r"""Real roots of piecewise polynomials.

Each interval's polynomial, in its own coordinate ``s = t - x[i]``, is solved by its true degree: degree 1 and 2 by
closed forms that do not cancel, higher ones by the eigenvalues of companion matrices, batched; then Newton steps
polish, and what lies in the interval (in the first and last one also beyond, when extrapolating) is a root.

Roots have derivatives by the implicit function theorem: the finished root is given a graph by two Newton steps on the
polynomial of its interval, which add nothing to its value but carry its derivatives, the first after one step and the
second after two (a Newton step doubles the number of terms of a Taylor expansion that are right).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor


class _Entry(NamedTuple):
    """One line of the answer, in the order of its sorting: what it is, and the value that it prints."""

    interval: int
    place: int  # 0: a jump at the interval's start, 1: a root or the start of a zero interval, 2: the NaN behind that
    root: int  # the number of the root, or none
    value: float


_NONE = -1


def roots_of(c: Tensor, x: Tensor, y: Tensor, discontinuity: bool, extrapolate: bool) -> Any:
    """Solve ``pp(t) == y``: a tensor of roots, or nested lists of them along the trailing dimensions of c."""
    c = torch.cat((c[:-1], c[-1:] - y))
    if c.dim() == 2:
        return _of_one(c, x, discontinuity, extrapolate)
    return [roots_of(c[:, :, j], x, torch.zeros_like(y), discontinuity, extrapolate) for j in range(c.shape[2])]


def _of_one(c: Tensor, x: Tensor, discontinuity: bool, extrapolate: bool) -> Tensor:
    """Return the roots of one piecewise polynomial, c (k, m), in the order of the intervals."""
    values, breaks = c.detach(), x.detach()
    m = values.shape[1]
    zero = (values == 0).all(0)
    s, interval = _local_roots(values)
    t = breaks[interval] + s
    low, high = (
        torch.minimum(breaks[:-1], breaks[1:]),
        torch.maximum(breaks[:-1], breaks[1:]),
    )
    if extrapolate:
        ends = torch.stack((low.argmin(), high.argmax()))
        low[ends[0]], high[ends[1]] = -torch.inf, torch.inf
    inside = (t >= low[interval]) & (t <= high[interval])
    s, t, interval = s[inside], t[inside], interval[inside]

    places = breaks.tolist()
    entries = [_Entry(i, 1, j, value) for j, (i, value) in enumerate(zip(interval.tolist(), t.tolist(), strict=True))]
    for i in torch.nonzero(zero).reshape(-1).tolist():
        entries += [_Entry(i, 1, _NONE, places[i]), _Entry(i, 2, _NONE, float("nan"))]
    if discontinuity and m > 1:
        left = _horner(values[:, :-1], breaks.diff()[:-1])
        jumps = torch.nonzero(left * values[-1, 1:] < 0).reshape(-1) + 1
        entries += [_Entry(i, 0, _NONE, places[i]) for i in jumps.tolist()]
    entries.sort(key=lambda entry: entry[:3])
    # A root at a breakpoint is claimed by two intervals, and counts once.
    kept = [entry for n, entry in enumerate(entries) if n == 0 or entry.value != entries[n - 1].value]
    return _with_derivatives(c, x, s, interval, kept)


def _with_derivatives(c: Tensor, x: Tensor, s: Tensor, interval: Tensor, kept: list[_Entry]) -> Tensor:
    """Return the entries as a tensor; roots carry their derivatives, jumps those of their breakpoints."""
    device = x.device
    out = x[torch.tensor([entry.interval for entry in kept], dtype=torch.int64, device=device)]
    nothing = torch.tensor([entry.place == 2 for entry in kept], dtype=torch.bool, device=device)
    out = out.masked_fill(nothing, float("nan"))
    number = torch.tensor([entry.root for entry in kept], dtype=torch.int64, device=device)
    chosen = number[number != _NONE]
    if not chosen.numel():
        return out
    s, i = s[chosen], interval[chosen]
    own, slope = c[:, i], _derivative(c)[:, i]
    for _ in range(2):
        value = _horner(own, s)
        change = value - value.detach()
        steep = _horner(slope, s)
        multiple = steep.detach() == 0
        # sqrt(change^2) is 0 and has a NaN derivative: a multiple root has a value but no derivative.
        step = change / steep.masked_fill(multiple, 1)
        s = s - (torch.where(multiple, torch.sqrt(change * change), step) if bool(multiple.any()) else step)
    return out.masked_scatter(number != _NONE, x[i] + s)


def _local_roots(c: Tensor) -> tuple[Tensor, Tensor]:
    """Return the real roots of the columns of c (k, m), and whose they are."""
    k, _ = c.shape
    nonzero = c != 0
    degree = torch.where(nonzero.any(0), k - 1 - nonzero.to(torch.int8).argmax(0), 0)
    roots, owners = (
        [c.new_empty(0)],
        [torch.empty(0, dtype=torch.int64, device=c.device)],
    )
    for d in range(1, k):
        columns = torch.nonzero(degree == d).reshape(-1)
        if not columns.numel():
            continue
        own = c[k - 1 - d :, columns]
        found, real = _linear(own) if d == 1 else _quadratic(own) if d == 2 else _companion(own)
        roots.append(_polish(own, found)[real])
        owners.append(columns.expand_as(found)[real])
    return torch.cat(roots), torch.cat(owners)


def _linear(c: Tensor) -> tuple[Tensor, Tensor]:
    return (-c[1] / c[0])[None], torch.ones_like(c[:1], dtype=torch.bool)


def _quadratic(c: Tensor) -> tuple[Tensor, Tensor]:
    """Roots ``(-b -+ sqrt(D)) / 2 a`` in this order; the one that would cancel from the product of both, ``c / a``."""
    a, b, constant = c
    discriminant = b * b - 4 * a * constant
    root = discriminant.clamp(min=0).sqrt()
    q = -0.5 * (b + torch.where(b < 0, -root, root))  # no cancellation: both terms have one sign
    one = q / a
    other = torch.where(q == 0, torch.zeros_like(q), constant / q)
    first, second = torch.where(b < 0, other, one), torch.where(b < 0, one, other)
    return torch.stack((first, second)), (discriminant >= 0).expand(2, -1)


def _companion(c: Tensor) -> tuple[Tensor, Tensor]:
    d = c.shape[0] - 1
    matrix = torch.diag_embed(c.new_ones(c.shape[1], d - 1), -1)
    matrix[:, 0, :] = -(c[1:] / c[0]).T
    finite = torch.isfinite(matrix).all(-1).all(-1)
    values = torch.linalg.eigvals(torch.where(finite[:, None, None], matrix, torch.zeros_like(matrix))).T
    # In ascending order; whatever is not real goes to the end.
    real = torch.where((values.imag == 0) & finite, values.real, torch.inf).sort(0).values
    return real.nan_to_num(posinf=0.0), real < torch.inf


def _polish(c: Tensor, s: Tensor) -> Tensor:
    """Take Newton steps as long as they make the polynomial's value smaller."""
    slope = _derivative(c)
    value = _horner(c, s)
    for _ in range(3):
        steep = _horner(slope, s)
        better = s - value / torch.where(steep == 0, torch.ones_like(steep), steep)
        value_there = _horner(c, better)
        accept = (steep != 0) & (value_there.abs() < value.abs())
        s, value = (
            torch.where(accept, better, s),
            torch.where(accept, value_there, value),
        )
    return s


def _horner(c: Tensor, s: Tensor) -> Tensor:
    value = torch.zeros_like(s)
    for row in c:
        value = value * s + row
    return value


def _derivative(c: Tensor) -> Tensor:
    k = c.shape[0]
    if k == 1:
        return torch.zeros_like(c)
    return c[:-1] * torch.arange(k - 1, 0, -1, dtype=c.dtype, device=c.device)[:, None]
