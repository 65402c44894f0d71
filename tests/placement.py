"""Tests that know of no device, run on CUDA tensors: ``pytest --device cuda --moved``.

What such a test makes (`torch.tensor`, `torch.rand`, arrays of NumPy's) is moved, and what it hands to NumPy is brought
back. The library's own calls are left as they are: a tensor that it makes on the wrong device is an error to be found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

MADE = ("arange", "as_tensor", "empty", "eye", "from_numpy", "full", "linspace", "logspace", "normal", "ones", "rand")
MADE = (*MADE, "randint", "randn", "randperm", "sparse_coo_tensor", "tensor", "tril_indices", "triu_indices", "zeros")
READ = ("numpy", "__array__")


def _of_a_test() -> bool:
    return str(sys._getframe(2).f_globals.get("__name__", "")).split(".")[0] not in ("sci", "torch", "numpy", "scipy")


def _moved(make: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    def made(*args: Any, **keywords: Any) -> Any:
        if not _of_a_test() or keywords.get("device") is not None or "out" in keywords:
            return make(*args, **keywords)
        grad = keywords.pop("requires_grad", False)
        return make(*args, **keywords).to(device).requires_grad_(grad)

    return made


def _back(read: Callable[..., Any]) -> Callable[..., Any]:
    def brought(x: torch.Tensor, *args: Any, **keywords: Any) -> np.ndarray:
        return read(x.cpu(), *args, **keywords)  # type: ignore[no-any-return]

    return brought


@contextmanager
def moved(device: torch.device) -> Iterator[None]:
    """Have tests make their tensors on a device."""
    kept = [(torch, name, getattr(torch, name)) for name in MADE]
    kept += [(torch.Tensor, name, getattr(torch.Tensor, name)) for name in READ]
    for place, name, own in kept:
        setattr(place, name, _moved(own, device) if place is torch else _back(own))
    try:
        yield
    finally:
        for place, name, own in kept:
            setattr(place, name, own)
