"""Formats made for building an array element by element: assignments are collected, and stored all at once.

``A[i, j] = x`` puts x, a number or a tensor without dimensions, under the place's number; whatever needs the stored
values merges what has been collected first, in one sort. So n assignments cost O(n log n) in all, and gradients flow
through every one.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor
from ._assignment import _replace, set_item
from ._base import SparseBase


class Editable(SparseBase):
    """Values and a pattern, and assignments that wait to become part of them. Zeros are not stored."""

    _stored: Tensor
    _stored_pattern: Any
    _edits: dict[int, Any]

    @property
    def _data(self) -> Tensor:  # type: ignore[override]
        self._merge()
        return self._stored

    @_data.setter
    def _data(self, data: Tensor) -> None:
        self._stored = data

    @property
    def _pattern(self) -> Any:  # type: ignore[override]
        self._merge()
        return self._stored_pattern

    @_pattern.setter
    def _pattern(self, pattern: Any) -> None:
        self._stored_pattern = pattern
        self._edits = {}

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array; setting that of a matrix reshapes it in place."""
        shape: tuple[int, ...] = self._stored_pattern.shape
        return shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        SparseBase.shape.fset(self, shape)  # type: ignore[attr-defined]

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self._stored_pattern.shape)

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the values."""
        return self._stored.dtype

    @property
    def device(self) -> torch.device:
        """The device of values and indices."""
        return self._stored.device

    def _merge(self) -> None:
        edits = self._edits
        if not edits:
            return
        self._edits = {}
        where = torch.tensor(list(edits), dtype=torch.int64, device=self._stored.device)
        values = list(edits.values())
        if any(isinstance(x, Tensor) for x in values):
            joined = torch.stack([as_tensor(x, "value", "sparse").to(self._stored) for x in values])
        else:
            joined = torch.tensor(values, dtype=self._stored.dtype, device=self._stored.device)
        _replace(self, where, joined, None, True)

    def _element_number(self, key: Any) -> int | None:
        """Return the number of the element that a key of plain integers names; None for any other key."""
        keys = key if isinstance(key, tuple) else (key,)
        shape = self.shape
        if len(keys) != len(shape) or any(type(k) is not int for k in keys):
            return None
        number = 0
        for d, (k, n) in enumerate(zip(keys, shape, strict=True)):
            if not -n <= k < n:
                raise IndexError(f"index ({k}) out of range: out of bounds for dimension {d} of size {n}")
            number = number * n + (k + n if k < 0 else k)
        return number

    def __setitem__(self, key: Any, value: Any) -> None:
        number = self._element_number(key)
        if number is not None:
            if isinstance(value, (bool, int, float)) or (isinstance(value, complex) and self.dtype.is_complex):
                self._edits[number] = value
                return
            if isinstance(value, Tensor) and value.dim() == 0 and (self.dtype.is_complex or not value.is_complex()):
                self._edits[number] = value
                return
        set_item(self, key, value, drop_zeros=True)

    def _pending(self, key: Any) -> Tensor | None:
        """Return an element that waits to be stored."""
        if not self._edits:
            return None
        number = self._element_number(key)
        value = None if number is None else self._edits.get(number)
        return None if value is None else as_tensor(value, "value", "sparse").to(self._stored)

    def _become(self, made: Any) -> Any:
        """Take over the values and the pattern of a result, in place, where it is a sparse array."""
        if not isinstance(made, SparseBase):
            return made
        made = self._as(made, self.format)
        self._data, self._pattern = made._data, made._pattern
        return self

    def __iadd__(self, other: Any) -> Any:
        return self._become(self + other)

    def __isub__(self, other: Any) -> Any:
        return self._become(self - other)

    def __imul__(self, other: Any) -> Any:
        return self._become(self * other)

    def __itruediv__(self, other: Any) -> Any:
        return self._become(self / other)

    def copy(self) -> Any:
        """Return a copy."""
        self._merge()
        return super().copy()

    def _places(self) -> Any:
        self._merge()
        return super()._places()
