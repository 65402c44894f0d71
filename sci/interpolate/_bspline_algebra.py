r"""What one does to a spline's knots and coefficients: differentiate, integrate, insert a knot, change the basis.

Everything here is composed of differentiable operations on t (m,) and c (n or more, ...), n = m - k - 1. FITPACK's
convention lets c be longer than n; derivatives and integrals keep its length that way, as SciPy's do.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from .._core.arrays import running_sum
from ._checks import holds
from ._tensor_spline import evaluate, knot_interval


def spline_values(t: Tensor, c: Tensor, k: int, x: Tensor, nu: int = 0) -> Tensor:
    """Return the spline, or its derivative of order nu, at x (any shape): ``x.shape + c.shape[1:]``."""
    n = t.shape[0] - k - 1
    c = c if c.shape[0] == n else c[:n]
    if c.dim() == 1 and x.dim() == 1:  # the common case, with fewer reshapes
        return evaluate(c.unsqueeze(-1), t, x.unsqueeze(-1), [n], [nu], [k]).squeeze(-1)
    columns = c.reshape(n, math.prod(c.shape[1:]))
    out = evaluate(columns, t, x.reshape(math.prod(x.shape), 1), [n], [nu], [k])
    return out.reshape(x.shape + c.shape[1:])


def along_rows(h: Tensor, like: Tensor) -> Tensor:
    """Return h (m,) with as many dimensions as `like` has."""
    return h.reshape(-1, *(1,) * (like.dim() - 1))


def padded(c: Tensor, rows: int) -> Tensor:
    """Return c with zeros behind, up to `rows`."""
    return c if c.shape[0] >= rows else torch.cat((c, c.new_zeros(rows - c.shape[0], *c.shape[1:])))


def differentiated(t: Tensor, c: Tensor, k: int, jumps: bool = False) -> tuple[Tensor, Tensor, int]:
    """Return the derivative: coefficients ``k (c[i + 1] - c[i]) / (t[i + k + 1] - t[i + 1])`` [de Boor, X (15)].

    At k + 1 equal knots the spline jumps: that raises or, with `jumps`, is left out; the B-spline there is zero.
    """
    n = t.shape[0] - k - 1
    width = t[k + 1 : -1] - t[1:n]
    if jumps:
        width = torch.where(width > 0, width, torch.inf)
    elif not holds((width > 0).all()):
        raise ValueError("The spline has internal repeated knots and is not differentiable there")
    slope = c[:n].diff(dim=0) * k / along_rows(width, c)
    return t[1:-1], torch.cat((slope, slope.new_zeros(k, *c.shape[1:]))), k - 1


def integrated(t: Tensor, c: Tensor, k: int) -> tuple[Tensor, Tensor, int]:
    """Return the antiderivative that is zero at the first knot: sums of ``c[i] (t[i + k + 1] - t[i]) / (k + 1)``."""
    n = t.shape[0] - k - 1
    over = c[:n] * along_rows((t[k + 1 :] - t[:n]) / (k + 1), c)
    over = running_sum(over)
    tail = over[-1:].expand(k + 2, *over.shape[1:])
    return torch.cat((t[:1], t, t[-1:])), torch.cat((torch.zeros_like(over[:1]), over, tail)), k + 1


def with_knot(t: Tensor, c: Tensor, k: int, x: Tensor) -> tuple[Tensor, Tensor]:
    """Insert the knot x once, where ``t[k] <= x <= t[n]``; the spline stays the same.

    W. Boehm, Inserting new knots into B-spline curves, Computer-Aided Design 12 (1980) 199.
    """
    n = t.shape[0] - k - 1
    place = int(knot_interval(t, x.reshape(1), k)[0])
    i = torch.arange(n + 1, device=t.device)
    left = t[i.clamp(max=n - 1)]
    width = t[(i + k).clamp(max=t.shape[0] - 1)] - left
    inner = (i > place - k) & (i <= place) & (width > 0)
    share = torch.where(inner, (x - left) / torch.where(inner, width, 1), (i <= place - k).to(t.dtype))
    share = along_rows(share, c)
    zero = torch.zeros_like(c[:1])
    new = share * torch.cat((c[:n], zero)) + (1 - share) * torch.cat((zero, c[:n]))
    return torch.cat((t[: place + 1], x.reshape(1), t[place + 1 :])), new


def power_coefficients(t: Tensor, c: Tensor, k: int) -> Tensor:
    """Return the coefficients (k + 1, m - 1, ...) of the polynomials on all intervals of the knots."""
    start = t[:-1]
    return torch.stack([spline_values(t, c, k, start, p) / math.factorial(p) for p in range(k, -1, -1)])


def blossomed(a: Tensor, x: Tensor, t: Tensor, k: int) -> Tensor:
    """Return the B-spline coefficients on knots t of the piecewise polynomial with coefficients a (k + 1, m, ...).

    Coefficient i is the blossom of one of the polynomials of its support, at ``t[i + 1], ..., t[i + k]`` (L. Ramshaw,
    Blossoms are polar forms, CAGD 6 (1989) 323): of ``s**j`` the elementary symmetric polynomial of degree j over its
    number of terms. The intervals of x must be unions of nothing: each knot of x is one of t or smooth to order k.
    """
    n, m = t.shape[0] - k - 1, x.shape[0] - 1
    i = torch.arange(n, device=t.device)
    middle = (t[i + (k + 1) // 2] + t[i + (k + 1) // 2 + (k + 1) % 2]) / 2
    interval = (torch.searchsorted(x.detach().contiguous(), middle.detach().contiguous(), right=True) - 1).clamp(
        0, m - 1
    )
    local = torch.stack([t[i + j] - x[interval] for j in range(1, k + 1)])
    symmetric = [torch.ones_like(middle)] + [torch.zeros_like(middle)] * k
    for u in local:
        symmetric = [symmetric[0]] + [symmetric[j] + u * symmetric[j - 1] for j in range(1, k + 1)]
    total = torch.zeros_like(a[0, interval])
    for j, e in enumerate(symmetric):
        total = total + a[k - j, interval] * along_rows(e / math.comb(k, j), total)
    return total
