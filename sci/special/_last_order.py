"""The last one of a sequence of real orders, which has to be at hand: how many there are depends on it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.arrays import as_tensor, compute_dtype, promote
from sci._core.errors import bad_argument


def last_order(name: str, v: Any, x: Any) -> tuple[Tensor, Tensor, Tensor, torch.dtype]:
    """Return the order `v` and `x` in the dtype to compute in, the order to be read, and the dtype of the result."""
    given = as_tensor(v, "v", name)
    if given.numel() != 1 or given.is_meta:
        raise bad_argument(name, "v", "one number", v)
    order, t = promote(name, allow_complex=False, half=True, v=v, x=x)
    order, z = (y.to(compute_dtype(t.dtype)) for y in (order.reshape(()), t))
    return order, z, (given if order.is_meta else order).detach(), t.dtype
