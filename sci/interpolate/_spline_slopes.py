r"""Slopes at the knots, from which cubic Hermite interpolation makes a spline.

With ``h[i] = x[i + 1] - x[i]`` and ``m[i] = (y[i + 1] - y[i]) / h[i]``, a continuous second derivative at inner knots
means

    h[i] s[i - 1] + 2 (h[i - 1] + h[i]) s[i] + h[i - 1] s[i + 1] = 3 (h[i] m[i - 1] + h[i - 1] m[i])

(de Boor, A Practical Guide to Splines, chapter IV); the ends add one equation each.
"""

from __future__ import annotations

import torch
from torch import Tensor

from ._banded import solve

# What holds at an end: None for not-a-knot, or the order (1, 2) of a derivative and its values (columns,).
Condition = tuple[int, Tensor] | None


def spline_slopes(h: Tensor, y: Tensor, start: Condition, end: Condition) -> Tensor:
    """Return the slopes (n, columns) of the cubic splines through y (n, columns)."""
    n = y.shape[0]
    m = y.diff(dim=0) / h[:, None]
    if n == 2:  # not-a-knot needs a third knot: the slope is that of the data
        start = start or (1, m[0])
        end = end or (1, m[0])
    if n == 3 and start is None and end is None:  # one polynomial: the parabola
        bend = (m[1] - m[0]) / (h[0] + h[1])
        return torch.stack((m[0] - h[0] * bend, m[0] + h[0] * bend, m[1] + h[1] * bend))
    first, second, right_start = _end_row(h, m, start, 0, 1, -1)
    last, before, right_end = _end_row(h, m, end, -1, -2, 1)
    none = torch.zeros_like(first)
    band = torch.stack(
        (
            torch.cat((none, second, h[:-1])),  # A[j - 1, j]
            torch.cat((first, 2 * (h[:-1] + h[1:]), last)),
            torch.cat((h[1:], before, none)),  # A[j + 1, j]
        )
    )
    inner = 3 * (h[1:, None] * m[:-1] + h[:-1, None] * m[1:])
    return solve(band, torch.cat((right_start, inner, right_end)))


def _end_row(
    h: Tensor, m: Tensor, condition: Condition, at: int, next_to_it: int, sign: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Return an end's equation: its entry on the diagonal, the one beside it (both (1,)) and its right side."""
    one = torch.ones_like(h[:1])
    if condition is None:
        h0, h1 = h[at], h[next_to_it]
        both = h0 + h1
        right = ((h0 + 2 * both) * h1 * m[at] + h0 * h0 * m[next_to_it]) / both
        return h1[None], both[None], right[None]
    order, value = condition
    if order == 1:
        return one, 0 * one, value[None]
    return 2 * one, one, (3 * m[at] + sign * h[at] * value / 2)[None]


def periodic_slopes(h: Tensor, y: Tensor) -> Tensor:
    """Return the slopes of the periodic cubic splines through y, whose first and last row are the same."""
    n = y.shape[0]
    m = y.diff(dim=0) / h[:, None]
    if n == 2:
        return torch.zeros_like(y)
    before, m_before = h.roll(1), m.roll(1, 0)
    right = 3 * (h[:, None] * m_before + before[:, None] * m)
    if n == 3:  # two unknowns with the same equation
        slope = right[:1] / (3 * (h[0] + h[1]))
        return slope.expand(3, -1)
    # Cyclic: A = T + u v^T with the corners in u = (g, 0, ..., 0, low) and v = (1, 0, ..., 0, high / g); g = -A[0, 0]
    # keeps T diagonally dominant. Then A^-1 b = T^-1 b - T^-1 u (v . T^-1 b) / (1 + v . T^-1 u) (Sherman, Morrison).
    diagonal = 2 * (before + h)
    high, low, g = h[:1], h[-2:-1], -diagonal[:1]
    band = torch.stack(
        (
            torch.cat((torch.zeros_like(g), before[:-1])),
            torch.cat((diagonal[:1] - g, diagonal[1:-1], diagonal[-1:] - low * high / g)),
            torch.cat((h[1:], torch.zeros_like(g))),
        )
    )
    u = torch.cat((g, torch.zeros_like(h[1:-1]), low)).to(right.dtype)
    solution = solve(band, torch.cat((right, u[:, None]), 1))
    b, q = solution[:, :-1], solution[:, -1:]
    ratio = high / g
    slopes = b - q * ((b[:1] + ratio * b[-1:]) / (1 + q[:1] + ratio * q[-1:]))
    return torch.cat((slopes, slopes[:1]))


def pchip_slopes(h: Tensor, y: Tensor) -> Tensor:
    """Return the slopes (n, columns) of monotone cubic interpolation of y (n, columns)."""
    m = y.diff(dim=0) / h[:, None]
    if y.shape[0] == 2:
        return m.expand(2, -1)
    h0, h1 = h[:-1, None], h[1:, None]
    m0, m1 = m[:-1], m[1:]
    w0, w1 = h0 + 2 * h1, 2 * h0 + h1
    one_sign = m0 * m1 > 0
    # Zero differences are replaced before the division, so that the branch not taken has finite derivatives.
    safe0, safe1 = torch.where(one_sign, m0, 1), torch.where(one_sign, m1, 1)
    inner = torch.where(one_sign, (w0 + w1) / (w0 / safe0 + w1 / safe1), 0)
    start = _pchip_end(h[0], h[1], m[0], m[1])
    end = _pchip_end(h[-1], h[-2], m[-1], m[-2])
    return torch.cat((start[None], inner, end[None]))


def _pchip_end(h0: Tensor, h1: Tensor, m0: Tensor, m1: Tensor) -> Tensor:
    slope = ((2 * h0 + h1) * m0 - h0 * m1) / (h0 + h1)
    limited = torch.where((m0.sign() != m1.sign()) & (slope.abs() > 3 * m0.abs()), 3 * m0, slope)
    return torch.where(slope.sign() == m0.sign(), limited, 0)


def akima_slopes(h: Tensor, y: Tensor, modified: bool) -> Tensor:
    """Return the slopes (n, columns) of Akima's interpolation of y (n, columns), or of its modification ("makima").

    A slope is the mean of the neighbouring differences, weighted by how much the differences change on the other side;
    two more differences at either end continue them linearly (H. Akima, J. ACM 17 (1970) 589).
    """
    m = y.diff(dim=0) / h[:, None]
    if y.shape[0] == 2:
        return m.expand(2, -1)
    before, after = 2 * m[:1] - m[1:2], 2 * m[-1:] - m[-2:-1]
    m = torch.cat((2 * before - m[:1], before, m, after, 2 * after - m[-1:]))
    change = m.diff(dim=0).abs()
    weight = change + (m[1:] + m[:-1]).abs() / 2 if modified else change
    right, left = weight[2:], weight[:-2]  # weights of the difference on the left and on the right
    total = right + left
    # Where no difference changes, the weights say nothing; the middle is what smooth data approach.
    known = total > 1e-9 * total.amax(0, keepdim=True)  # each column by its own size
    safe = torch.where(known, total, 1)
    inner = right / safe * m[1:-2] + left / safe * m[2:-1]  # the quotients first: products of large data overflow
    return torch.where(known, inner, (m[3:] + m[:-3]) / 2)
