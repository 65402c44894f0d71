"""Exact integers as arrays: int64 where they fit."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

_INT64_MAX = 2**63 - 1


def exact_integers(found: list[int], place: Tensor) -> Tensor | np.ndarray:
    """Return the integers at `place`: a tensor of int64, or where one does not fit a NumPy array of Python integers."""
    if max(found, default=0) <= _INT64_MAX:
        return torch.tensor(found, dtype=torch.int64, device=place.device)[place]
    objects = np.empty(len(found), dtype=object)
    objects[:] = found
    return objects[place.numpy(force=True)]
