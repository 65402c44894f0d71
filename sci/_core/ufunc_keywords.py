"""Keyword arguments that SciPy's functions have of NumPy's ufuncs: ``where``, ``dtype``, ``signature`` and ``sig``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from .arrays import COMPLEX_OF, REAL_OF, as_tensor
from .errors import bad_argument, describe

F = TypeVar("F", bound=Callable[..., Any])
_KNOWN = ("where", "dtype", "signature", "sig")


def accepts_ufunc_keywords(function: F) -> F:
    """Let a function ``f(*arrays, out=None)`` that is not elementwise by its card take the keywords as well."""

    @functools.wraps(function)
    def call(*args: Any, out: Any = None, **keywords: Any) -> Any:
        if keywords:
            return call_with_keywords(function, args, out, keywords)
        return function(*args, out=out)

    return call  # type: ignore[return-value]


def call_with_keywords(function: Callable[..., Any], args: tuple[Any, ...], out: Any, keywords: dict[str, Any]) -> Any:
    """Call ``function(*args)`` with arguments cast as `dtype` or `signature` say, and keep the result where `where` is.

    Elsewhere the result is that of `out`, or 0 (NumPy leaves there whatever was in memory), and no gradient flows.
    """
    name = function.__name__
    for key in keywords:
        if key not in _KNOWN:
            raise TypeError(f"{name}() got an unexpected keyword argument {key!r}")
    given = [key for key in ("dtype", "signature", "sig") if keywords.get(key) is not None]
    if len(given) > 1:
        raise TypeError(f"{name}: {given[0]} and {given[1]} say the same, give one")
    if given:
        types = _argument_types(name, given[0], keywords[given[0]], args)
        args = tuple(x if t is None else _cast(name, i, x, t) for i, (x, t) in enumerate(zip(args, types, strict=True)))
    where = keywords.get("where", True)
    if where is True:
        return function(*args, out=out)
    mask = as_tensor(where, "where", name)
    if mask.dtype is not torch.bool:
        raise bad_argument(name, "where", "of bool", where, TypeError)
    # Left-out elements keep their values and lose their gradient, so that an infinite derivative there is no NaN.
    found = [as_tensor(x, f"argument {i + 1}", name) for i, x in enumerate(args)]
    result = function(
        *(torch.where(mask, x, x.detach()) if x.is_floating_point() or x.is_complex() else x for x in found)
    )
    several = isinstance(result, tuple)
    results = result if several else (result,)
    outs = (None,) * len(results) if out is None else out if isinstance(out, tuple) else (out,)
    if len(outs) != len(results):
        raise TypeError(f"{name}: out must hold {len(results)} tensors, got {len(outs)}")
    kept = tuple(torch.where(mask, r, torch.zeros_like(r) if o is None else o) for r, o in zip(results, outs))
    if out is None:
        return kept if several else kept[0]
    from .dispatch import write_out  # which imports this module

    return write_out(name, kept, out)


def _argument_types(name: str, keyword: str, value: Any, args: tuple[Any, ...]) -> list[torch.dtype | None]:
    """Return the dtype of each argument, None for one to be left as it is."""
    if keyword == "dtype":
        return _of_one_precision(_dtype(name, keyword, value), args)
    # A tuple has the types of the results as well, which follow from those of the arguments.
    inputs = tuple(value.split("->")[0]) if isinstance(value, str) else value[: len(args)]
    if len(inputs) != len(args):
        raise bad_argument(name, keyword, f"the types of {len(args)} arguments, such as {'d' * len(args)}->d", value)
    return [None if t is None else _dtype(name, keyword, t) for t in inputs]


def _of_one_precision(dtype: torch.dtype, args: tuple[Any, ...]) -> list[torch.dtype | None]:
    """Real arguments of the precision of `dtype`, complex ones too; the last is complex where `dtype` is.

    Integers stay: they are orders, or become real beside the others.
    """
    real = REAL_OF.get(dtype, dtype)
    types: list[torch.dtype | None] = []
    for i, x in enumerate(args):
        kind = as_tensor(x)
        if i == len(args) - 1 and not kind.is_complex():
            types.append(dtype)
        else:
            types.append(COMPLEX_OF[real] if kind.is_complex() else real if kind.is_floating_point() else None)
    return types


def _dtype(name: str, keyword: str, value: Any) -> torch.dtype:
    if isinstance(value, torch.dtype):
        return value
    try:
        return torch.from_numpy(np.empty(0, np.dtype(value))).dtype
    except TypeError:
        raise bad_argument(name, keyword, "of types that torch has", value, TypeError) from None


def _cast(name: str, index: int, x: Any, dtype: torch.dtype) -> Tensor:
    tensor = as_tensor(x, f"argument {index + 1}", name)
    given = tensor.dtype
    if given.is_complex > dtype.is_complex or given.is_floating_point > (dtype.is_floating_point or dtype.is_complex):
        raise TypeError(f"{name}: argument {index + 1}, {describe(x)}, cannot be cast to {dtype}")
    # A Python number is rounded once.
    return torch.tensor(x, dtype=dtype, device="cpu") if isinstance(x, (int, float, complex)) else tensor.to(dtype)
