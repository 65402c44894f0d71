"""Automatic mixed precision: under `torch.autocast` the library computes in the precision of its arguments.

What torch makes faster there, products of matrices, would take the digits of decompositions, solvers and splines, and
kernels would meet bfloat16. Torch's own `linalg` does not compute in lower precision either.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import torch

from .torch_private import any_autocast

_Thing = TypeVar("_Thing")
_DEVICES = ("cpu", "cuda")
_PACKAGE = __name__.split(".")[0]
_classes: set[type] = set()


@contextlib.contextmanager
def autocast_off() -> Iterator[None]:
    """Compute in the precision of the arguments."""
    with contextlib.ExitStack() as stack:
        for device in _DEVICES:
            if torch.is_autocast_enabled(device):
                stack.enter_context(torch.autocast(device, enabled=False))
        yield


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def run(*args: Any, **kwargs: Any) -> Any:
        if not any_autocast():
            return function(*args, **kwargs)
        with autocast_off():
            return function(*args, **kwargs)

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
