"""Cubic splines in one kernel, for where nothing differentiates: ``csrc/interpolate/cubic_spline.h``."""

from __future__ import annotations

import torch
from torch import Tensor

from .._core import runtime
from .._core.dispatch import operator
from ._spline_slopes import Condition

runtime.load_library()


def _fake(x: Tensor, y: Tensor, boundary: Tensor, start: int, end: int, periodic: bool) -> Tensor:
    return y.new_empty((4, y.shape[0] - 1, y.shape[1]))


_build = operator("cubic_spline_build", fake=_fake)


def build(x: Tensor, y: Tensor, start: Condition, end: Condition, periodic: bool) -> Tensor:
    """Return the coefficients (4, n - 1, columns) of the splines through y (n, columns), n >= 4."""
    boundary = y
    if start is not None or end is not None:
        given = [y.new_zeros(y.shape[1]) if condition is None else condition[1] for condition in (start, end)]
        boundary = torch.stack(given)
    kinds = [0 if condition is None else condition[0] for condition in (start, end)]
    coefficients: Tensor = _build(x, y, boundary, kinds[0], kinds[1], periodic)
    return coefficients
