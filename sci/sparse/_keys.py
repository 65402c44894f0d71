"""Index expressions: what ``A[key]`` and ``A[key] = x`` ask for, worked out from the key and the shape alone.

The rules are NumPy's: integers drop their dimension, slices keep it, None adds one; index arrays broadcast against each
other, and their dimensions come first in the result where a slice separates them, in their place otherwise.
"""

from __future__ import annotations

import dataclasses
import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core.arrays import as_tensor
from .._core.errors import describe

Span = tuple[int, int, int]  # start, step, length


@dataclasses.dataclass
class Key:
    """A parsed index: per dimension an integer, a span or an index array; and how the result's dimensions follow."""

    shape: tuple[int, ...]
    integers: dict[int, int]
    spans: dict[int, Span]
    arrays: dict[int, Tensor]  # of as many dimensions as they have together, not expanded
    array_shape: tuple[int, ...]
    layout: list[int]  # a dimension's span, NEW, or ARRAYS

    @property
    def result(self) -> tuple[int, ...]:
        """The shape of ``A[key]``."""
        sizes: list[int] = []
        for item in self.layout:
            sizes += self.array_shape if item == ARRAYS else [1 if item == NEW else self.spans[item][2]]
        return tuple(sizes)

    def full(self, axis: int) -> bool:
        """Does the key take all of a dimension, in order?"""
        return self.spans.get(axis) == (0, 1, self.shape[axis])


NEW, ARRAYS = -1, -2


def _too_many(ndim: int, count: int) -> IndexError:
    return IndexError(f"Too many indices for array of {ndim} dimensions: {count}, tuple index out of range")


def _bad(item: Any) -> IndexError:
    text = "Index dimension must be 1 or 2 for an array, which holds only integers or booleans, or a slice or integer"
    return IndexError(f"{text}, got {describe(item)}")


def _items(key: Any, ndim: int, device: torch.device) -> list[Any]:
    """Return the parts of a key, one per dimension (and None), with masks turned into index arrays."""
    from ._base import SparseBase

    parts: list[Any] = []
    given = key if isinstance(key, tuple) else (key,)
    if sum(x is not None and x is not Ellipsis for x in given) > ndim:
        raise _too_many(ndim, len(given))
    for item in given:
        if isinstance(item, SparseBase):
            if item.dtype is not torch.bool:
                raise IndexError("a sparse index must be boolean")
            parts += [_Mask(item.shape, d, x) for d, x in enumerate(item.nonzero())]
        elif item is None or item is Ellipsis or (isinstance(item, (slice, int)) and not isinstance(item, bool)):
            parts.append(item)
        elif isinstance(item, (Tensor, np.ndarray, np.generic, list, tuple, bool)):
            x = _index_array(item, device)
            if x.dtype is torch.bool:
                parts += [_Mask(tuple(x.shape), d, places) for d, places in enumerate(x.nonzero(as_tuple=True))]
            else:
                parts.append(int(x) if x.dim() == 0 else x)
        else:
            try:
                parts.append(operator.index(item))
            except TypeError:
                raise _bad(item) from None
    if sum(x is Ellipsis for x in parts) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    taken = sum(x is not None and x is not Ellipsis for x in parts)
    if taken > ndim:
        raise _too_many(ndim, taken)
    rest: list[Any] = [slice(None)] * (ndim - taken)
    for place, item in enumerate(parts):
        if item is Ellipsis:
            return parts[:place] + rest + parts[place + 1 :]
    return parts + rest


class _Mask:
    """One dimension's indices of a boolean mask."""

    def __init__(self, shape: tuple[int, ...], axis: int, places: Tensor) -> None:
        self.shape, self.axis, self.places = shape, axis, places


def _index_array(item: Any, device: torch.device) -> Tensor:
    if torch.compiler.is_compiling() and isinstance(item, list):  # the compiler's NumPy arrays have no dtype
        return torch.tensor(item, device=device)
    try:
        x = as_tensor(item, "index", "indexing", device)
    except (TypeError, RuntimeError, ValueError):
        raise _bad(item) from None
    if x.numel() == 0 and x.is_floating_point() and not isinstance(item, Tensor):
        return x.to(torch.int64)
    if x.is_floating_point() or x.is_complex():
        raise _bad(item)
    return x.to(device)


def checked(x: Tensor, size: int, axis: int) -> Tensor:
    """Return indices counted from the front; they must lie inside."""
    x = x.to(torch.int64)
    if x.numel() and not torch.compiler.is_compiling():
        low, high = torch.stack(torch.aminmax(x)).tolist()
        if low < -size or high >= size:
            worst = low if low < -size else high
            raise IndexError(f"index ({worst}) out of range: out of bounds for dimension {axis} of size {size}")
    return torch.where(x < 0, x + size, x)


def parse(key: Any, shape: Sequence[int], device: torch.device) -> Key:
    """Work out an index."""
    parts = _items(key, len(shape), device)
    integers: dict[int, int] = {}
    spans: dict[int, Span] = {}
    arrays: dict[int, Tensor] = {}
    kinds: list[tuple[str, int]] = []
    axis = 0
    for item in parts:
        if item is None:
            kinds.append(("new", NEW))
            continue
        size = shape[axis]
        if isinstance(item, slice):
            start, stop, step = item.indices(size)
            spans[axis] = (start, step, max(0, (stop - start + step - (1 if step > 0 else -1)) // step))
            kinds.append(("span", axis))
        elif isinstance(item, int):
            if not -size <= item < size:
                raise IndexError(f"index ({item}) out of range: out of bounds for dimension {axis} of size {size}")
            place = item + size if item < 0 else item
            integers[axis] = place
            kinds.append(("integer", axis))
        elif isinstance(item, _Mask):
            if item.shape[item.axis] != size:
                text = f"bool index {axis} has shape {item.shape} instead of a size of {size}"
                raise IndexError(text)
            arrays[axis] = item.places
            kinds.append(("array", axis))
        else:
            arrays[axis] = checked(item, size, axis)
            kinds.append(("array", axis))
        axis += 1
    array_shape: tuple[int, ...] = ()
    if arrays:
        try:
            wide = torch.broadcast_tensors(*arrays.values())
        except RuntimeError:
            shapes = [tuple(x.shape) for x in arrays.values()]
            raise IndexError(f"shape mismatch: index arrays of shapes {shapes} do not broadcast") from None
        array_shape = tuple(wide[0].shape)
        # Not expanded: a column of rows and a row of columns ask for a whole block.
        arrays = {d: x.reshape((1,) * (len(array_shape) - x.dim()) + tuple(x.shape)) for d, x in arrays.items()}
    return Key(tuple(shape), integers, spans, arrays, array_shape, _layout(kinds))


def _layout(kinds: list[tuple[str, int]]) -> list[int]:
    """Return the order of the result's dimensions."""
    if not any(kind == "array" for kind, _ in kinds):
        return [axis for kind, axis in kinds if kind != "integer"]
    advanced = [i for i, (kind, _) in enumerate(kinds) if kind in ("array", "integer")]
    together = advanced[-1] - advanced[0] + 1 == len(advanced)
    layout: list[int] = []
    for i, (kind, axis) in enumerate(kinds):
        if kind in ("span", "new"):
            layout.append(axis)
        elif together and i == advanced[0]:
            layout.append(ARRAYS)
    return layout if together else [ARRAYS, *layout]


def targets(key: Key, device: torch.device) -> Tensor:
    """Return the place of every element of ``A[key]`` in the row-major order of A, in the order of the result."""
    result = key.result
    flat = torch.zeros(result, dtype=torch.int64, device=device)
    strides = [math.prod(key.shape[d + 1 :]) for d in range(len(key.shape))]
    flat += sum(place * strides[d] for d, place in key.integers.items())
    at = 0
    for item in key.layout:
        if item == ARRAYS:
            width = len(key.array_shape)
            offset = torch.zeros(key.array_shape, dtype=torch.int64, device=device)
            for d, x in key.arrays.items():
                offset = offset + x * strides[d]
            flat = flat + offset.reshape(*key.array_shape, *([1] * (len(result) - at - width)))
            at += width
            continue
        if item != NEW:
            start, step, length = key.spans[item]
            along = (torch.arange(length, device=device) * step + start) * strides[item]
            flat = flat + along.reshape(-1, *([1] * (len(result) - at - 1)))
        at += 1
    return flat.reshape(-1)
