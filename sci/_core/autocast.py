"""Automatic mixed precision: under `torch.autocast` the library computes in the precision of its arguments.

What torch makes faster there, products of matrices, would take the digits of decompositions, solvers and splines, and
kernels would meet bfloat16. Torch's own `linalg` does not compute in lower precision either.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import torch

from .torch_private import any_autocast

_Thing = TypeVar("_Thing")
_PACKAGE = __name__.split(".")[0]
_classes: set[type] = set()


def without_autocast(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function that is to compute in the precision of its arguments."""
    if not any_autocast():
        return function(*args, **kwargs)
    with torch.autocast("cpu", enabled=False), torch.autocast("cuda", enabled=False):
        return function(*args, **kwargs)


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not any_autocast():  # asked here too: what nearly all calls take is short
            return function(*args, **kwargs)
        return without_autocast(function, *args, **kwargs)

    return run


def in_full_precision(thing: _Thing) -> _Thing:
    """Return a function, or a class with its methods and those of its bases here, that autocast does not reach."""
    if not inspect.isclass(thing):
        return _guarded(thing)  # type: ignore[arg-type, return-value]
    for cls in thing.__mro__:
        if cls in _classes or not cls.__module__.startswith(f"{_PACKAGE}."):
            continue
        _classes.add(cls)
        for name, method in vars(cls).copy().items():
            if inspect.isfunction(method) and (not name.startswith("_") or name in ("__init__", "__call__")):
                setattr(cls, name, _guarded(method))
    return thing
