"""The arguments that the functions of `sci.fft` have in common, checked by SciPy's rules."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import promote
from .._core.errors import bad_argument, integer
from ._workers import count_workers

_NORMS = (None, "backward", "ortho", "forward")
_REVERSED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
_DIRECT = (torch.float32, torch.float64, torch.complex64, torch.complex128)


def transform_input(function: str, x: Any, *, real: bool = False) -> Tensor:
    """Return `x` as a tensor of float32, float64 or their complex dtypes; with `real`, complex numbers raise."""
    if not (type(x) is Tensor and x.dtype in _DIRECT and x.layout is torch.strided):
        (x,) = promote(function, x=x)
    if real and x.is_complex():
        raise bad_argument(function, "x", "a real sequence", x, TypeError)
    assert isinstance(x, Tensor)
    return x


def check_options(function: str, norm: str | None, workers: int | None, plan: object = None) -> None:
    """Check the arguments that choose nothing here but must still make sense: torch has its own threads and plans."""
    if not (norm is None or isinstance(norm, str)) or norm not in _NORMS:
        text = f'{function}: Invalid norm value {norm!r}, should be "backward", "ortho" or "forward"'
        raise ValueError(text)
    if workers is not None:
        count_workers(function, workers)
    if plan is not None:
        raise NotImplementedError(f"{function}: passing a precomputed plan is not supported; torch keeps its own plans")


def reversed_norm(norm: str | None) -> str:
    """Return the norm with which a transform's inverse scales as the transform does with `norm`."""
    return _REVERSED[norm]


def check_axis(function: str, x: Tensor, axis: int) -> int:
    """Return `axis` as a negative number, so that it stays right when dimensions are added in front."""
    axis = integer(function, "axis", axis)
    ndim = x.dim()
    if not -ndim <= axis < ndim:
        raise np.exceptions.AxisError(axis, ndim)
    return axis if axis < 0 else axis - ndim


def check_length(function: str, n: Any) -> int:
    """Return the length `n` of a transform, which must be an integer of 1 or more."""
    if not isinstance(n, (int, torch.SymInt)):
        n = integer(function, "n", n)
    if n < 1:
        raise ValueError(f"{function}: invalid number of data points ({n}) specified")
    return n  # type: ignore[no-any-return]


def _integers(function: str, name: str, values: Any) -> list[int]:
    if not isinstance(values, Iterable):
        values = (values,)
    try:
        return [v if isinstance(v, torch.SymInt) else operator.index(v) for v in values]  # type: ignore[misc]
    except TypeError:
        raise bad_argument(function, name, "an integer or a sequence of integers", values) from None


def shape_and_axes(function: str, x: Tensor, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """Return the lengths and the (negative) axes of a transform over several axes, by SciPy's rules.

    `s` of None means the lengths of `x`, -1 in `s` that of its axis; `axes` of None means the last ``len(s)`` axes.
    """
    ndim = x.dim()
    places: Sequence[int]
    if axes is None:
        places = list(range(-ndim, 0))
    else:
        given = _integers(function, "axes", axes)
        places = [a if a < 0 else a - ndim for a in given]
        if any(not -ndim <= a < 0 for a in places):
            raise ValueError(f"{function}: axes exceeds dimensionality of input: axes {given}, {ndim} dimensions")
        if len(set(places)) != len(places):
            raise ValueError(f"{function}: all axes must be unique, got {given}")
    if s is None:
        shape = [x.shape[a] for a in places]
    else:
        shape = _integers(function, "s", s)
        if axes is None:
            if len(shape) > ndim:
                raise ValueError(f"{function}: shape requires more axes than are present: s {shape}, {ndim} dimensions")
            places = places[ndim - len(shape) :]
        elif len(places) != len(shape):
            text = f"when given, axes and shape arguments have to be of the same length: axes {axes}, s {shape}"
            raise ValueError(f"{function}: {text}")
        shape = [x.shape[a] if n == -1 else n for n, a in zip(shape, places, strict=True)]
    if any(n < 1 for n in shape):
        raise ValueError(f"{function}: invalid number of data points ({shape}) specified")
    return shape, list(places)
