"""Functions of the elements that keep zeros: they act on the stored values alone."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import floating
from ._convert import as_dtype

_POWER_TEXT = "zero power is not supported as it would densify the matrix; use torch.ones(A.shape) instead"


def _deduplicated(A: Any) -> Any:
    if A._is_canonical():
        return A
    A = A._with_data(A._data)
    A.sum_duplicates()
    return A


def _of_values(name: str, act: Callable[[Tensor], Tensor], inexact: bool = True) -> Any:
    def method(self: Any) -> Any:
        A = _deduplicated(self)
        data = A._data
        if inexact:
            data = data.to(floating(data.dtype))
        return A._with_data(act(data))

    method.__name__ = name
    method.__doc__ = f"Return the array with `{name}` of each element."
    return method


def _unless_whole(act: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """Return a rounding function that leaves integers, which torch does not round, as they are."""
    return lambda x: act(x) if x.is_floating_point() else x


class Elementwise:
    """Methods named after functions of one real or complex number that map 0 to 0."""

    _data: Tensor

    sin = _of_values("sin", torch.sin)
    tan = _of_values("tan", torch.tan)
    arcsin = _of_values("arcsin", torch.asin)
    arctan = _of_values("arctan", torch.atan)
    sinh = _of_values("sinh", torch.sinh)
    tanh = _of_values("tanh", torch.tanh)
    arcsinh = _of_values("arcsinh", torch.asinh)
    arctanh = _of_values("arctanh", torch.atanh)
    sqrt = _of_values("sqrt", torch.sqrt)
    expm1 = _of_values("expm1", torch.expm1)
    log1p = _of_values("log1p", torch.log1p)
    deg2rad = _of_values("deg2rad", torch.deg2rad)
    rad2deg = _of_values("rad2deg", torch.rad2deg)
    sign = _of_values("sign", lambda x: torch.sgn(x) if x.is_complex() else torch.sign(x), inexact=False)
    rint = _of_values("rint", _unless_whole(torch.round))
    floor = _of_values("floor", _unless_whole(torch.floor), inexact=False)
    ceil = _of_values("ceil", _unless_whole(torch.ceil), inexact=False)
    trunc = _of_values("trunc", _unless_whole(torch.trunc), inexact=False)

    def __neg__(self: Any) -> Any:
        if self._data.dtype is torch.bool:
            raise NotImplementedError("negating a boolean sparse array is not supported.")
        return self._with_data(-self._data)

    def __pos__(self: Any) -> Any:
        return self

    def __abs__(self: Any) -> Any:
        A = _deduplicated(self)
        return A._with_data(A._data if A._data.dtype is torch.bool else A._data.abs())

    def __round__(self: Any, ndigits: int = 0) -> Any:
        A = _deduplicated(self)
        if not A._data.is_floating_point():
            return A._with_data(A._data)
        return A._with_data(torch.round(A._data, decimals=ndigits))

    def power(self: Any, n: Any, dtype: Any = None) -> Any:
        """Raise each element to the power `n`, a number other than zero."""
        from ._arithmetic import is_scalar

        if not is_scalar(n):
            raise NotImplementedError("input is not scalar")
        if not n:
            raise NotImplementedError(_POWER_TEXT)
        A = _deduplicated(self)
        wanted = as_dtype(dtype, "power")
        data = A._data if wanted is None else A._data.to(wanted)
        if not (data.is_floating_point() or data.is_complex()) and isinstance(n, int) and n < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        return A._with_data(operator.pow(data, n))
