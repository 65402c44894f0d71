"""Modes of extrapolation: what they are called and what periodic ones do."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from .._core.errors import bad_argument

Extrapolate = bool | Literal["periodic"] | None


def mode_of(function: str, extrapolate: Any) -> bool | Literal["periodic"]:
    """Return a mode of extrapolation, or raise ValueError."""
    if isinstance(extrapolate, str) and extrapolate == "periodic":
        return "periodic"
    if isinstance(extrapolate, str):
        raise bad_argument(function, "extrapolate", "a bool or 'periodic'", extrapolate)
    return bool(extrapolate)


def base_interval(x: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Return x shifted by periods into ``[low, high)``."""
    return low + torch.remainder(x - low, high - low)
