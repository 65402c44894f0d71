"""Errors and warnings of the library, and the one way their texts are put together."""

from __future__ import annotations

import contextlib
import math
import numbers
import operator
import os
import pathlib
import reprlib
import sys
import warnings
from collections.abc import Callable
from typing import Any

import torch


class HostRouteWarning(UserWarning):
    """A function with CUDA input computed on the host, since its algorithm has no GPU form yet."""


_short = reprlib.Repr()
_short.maxlist = _short.maxtuple = _short.maxdict = 4
_short.maxother = _short.maxstring = 20


def describe(value: Any) -> str:
    """Say in a few words what a value is, for an error text."""
    if isinstance(value, torch.Tensor):
        return f"a {value.dtype} tensor of shape {tuple(value.shape)} on {value.device}"
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        return f"a {type(value).__name__} of dtype {value.dtype} and shape {tuple(value.shape)}"
    if isinstance(value, (bool, int, float, complex, str, type(None))):
        return repr(value)
    if isinstance(value, (list, tuple, dict)):
        return f"the {type(value).__name__} {_short.repr(value)}"
    return f"an object of type {type(value).__name__}"


_OWN = (
    *(str(pathlib.Path(file).parent) + os.sep for file in (torch.__file__, pathlib.Path(__file__).parent)),
    contextlib.__file__,
)


def warn(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn in the name of the line that calls the library: the innermost one that is neither its own nor torch's."""
    level = 2
    if not torch.compiler.is_compiling():
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename.startswith(_OWN):
            frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)


def bad_argument(
    function: str, argument: str, expected: str, got: Any, kind: type[Exception] = ValueError
) -> Exception:
    """Build the error for a bad argument: which function, which argument, what was expected, what it got."""
    return kind(f"{function}: {argument} must be {expected}, got {describe(got)}")


def integer(function: str, argument: str, x: Any) -> int:
    """Return an integer argument; anything else, 2.0 included, raises."""
    try:
        return operator.index(x)
    except TypeError:
        raise bad_argument(function, argument, "an integer", x, TypeError) from None


def one_number(x: Any) -> Any:
    """Return the number that a tensor or an array of one holds, None where it holds more or none that can be read."""
    if not hasattr(x, "shape") or not hasattr(x, "item"):
        return x
    return x.item() if math.prod(x.shape) == 1 and not getattr(x, "is_meta", False) else None


def whole_number(function: str, argument: str, x: Any, least: float, most: float = math.inf, expected: str = "") -> int:
    """Return a whole number, given as an integer, a float, or a tensor or an array of one; anything else raises."""
    number = one_number(x)
    plain = isinstance(number, (int, float)) and not isinstance(number, bool)
    if not plain or number % 1 != 0 or not least <= number <= most:
        raise bad_argument(function, argument, expected or f"a whole number of at least {least}", x)
    return int(number)


def under_name(function: str, call: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call another function with arguments of the same names; its errors bear the name of this one."""
    try:
        return call(*args, **keywords)
    except (TypeError, ValueError, RuntimeError) as error:
        inner, found, text = str(error).partition(": ")
        if not found or not inner.isidentifier():
            raise
        raise type(error)(f"{function}: {text}") from None


def real(function: str, argument: str, x: Any) -> Any:
    """Return a real number, or a tensor in its place, as it is; anything else raises."""
    if not isinstance(x, (numbers.Real, torch.Tensor)):
        raise bad_argument(function, argument, "a real number", x, TypeError)
    return x


def flag(function: str, argument: str, x: Any) -> bool:
    """Return an option that is true or false; a string or an array, true whatever it says, raises."""
    if x is True or x is False:
        return x
    if x is None or isinstance(x, numbers.Real) or getattr(x, "shape", None) == ():
        return bool(x)
    raise bad_argument(function, argument, "true or false", x, TypeError)


def items(function: str, argument: str, x: Any, expected: str, count: int | None = None) -> list[Any]:
    """Return the items of a sequence argument, `count` of them; anything else raises, saying what is `expected`."""
    try:
        found = list(x)
    except TypeError:
        raise bad_argument(function, argument, expected, x, TypeError) from None
    if count is not None and len(found) != count:
        raise bad_argument(function, argument, expected, x)
    return found


_routes_taken: dict[str, int] = {}


def take_host_route(function: str, device: torch.device, why: str) -> None:
    """Note that `function` computes on the host; on CUDA say so once per process and function."""
    _routes_taken[function] = _routes_taken.get(function, 0) + 1
    if device.type == "cuda" and _routes_taken[function] == 1:
        text = f"sci.{function} computes on the CPU and copies the result back to {device}: {why}"
        warn(text, HostRouteWarning)


def host_routes_taken() -> dict[str, int]:
    """Return how often each host route was taken in this process."""
    return dict(_routes_taken)
