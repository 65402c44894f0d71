"""Knots that suit the sites of an interpolating spline."""

from __future__ import annotations

import torch
from torch import Tensor

from .._core.arrays import running_sum


def augmented(x: Tensor, k: int) -> Tensor:
    """Return the sites as knots, the ends k + 1 times."""
    return torch.cat((x[:1].expand(k), x, x[-1:].expand(k)))


def not_a_knot(x: Tensor, k: int) -> Tensor:
    """Return len(x) + k + 1 knots: the inner sites but for the outermost, for even k the middles between sites."""
    if k == 1:
        return torch.cat((x[:1], x, x[-1:]))
    skip = (k + 1) // 2
    inner = x if k % 2 else (x[1:] + x[:-1]) / 2
    return torch.cat((x[:1].expand(k + 1), inner[skip : inner.shape[0] - skip], x[-1:].expand(k + 1)))


def periodic(x: Tensor, k: int) -> Tensor:
    """Return the sites (for even k the inner ones half an interval to the left) and k more on either side."""
    n = x.shape[0] - 1
    inner = x if k % 2 else torch.cat((x[:1], x[1:-1] - x.diff()[:-1] / 2, x[-1:]))
    if not k:
        return inner
    step = inner.diff()
    turns = torch.cat([step] * (1 + k // n)) if n else step
    right = x[-1] + running_sum(turns[:k])
    left = x[0] - running_sum(turns.flip(0)[:k]).flip(0)
    return torch.cat((left, inner, right))
