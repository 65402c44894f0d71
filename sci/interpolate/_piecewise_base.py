"""What all piecewise polynomials of one variable share: breakpoints, coefficients per interval, evaluation, growth."""

from __future__ import annotations

import math
from typing import Any, Literal, Self

import torch
from torch import Tensor

from .._core.errors import integer
from ._checks import flatten_trailing, holds, promote_over_real, same_kind, shape_text
from ._modes import Extrapolate, base_interval, mode_of


class PiecewiseBase:
    """Coefficients c (k, m, ...) on the m intervals of breakpoints x (m + 1,), in a basis that the subclass knows."""

    c: Tensor
    x: Tensor
    extrapolate: bool | Literal["periodic"]
    axis: int

    def __init__(self, c: Any, x: Any, extrapolate: Extrapolate = None, axis: int = 0) -> None:
        name = type(self).__name__
        x, c = promote_over_real(name, {"x": x}, {"c": c})
        if c.dim() < 2:
            raise ValueError(f"{name}: c must have at least 2 dimensions, got shape {shape_text(c.shape)}")
        axis = integer(name, "axis", axis)
        if not 0 <= axis < c.dim() - 1:
            raise ValueError(f"{name}: axis must be between 0 and {c.dim() - 2}, got {axis}")
        if axis:  # the (k, m) axes in front, the others in their order behind
            c = c.movedim((axis, axis + 1), (0, 1))
        if x.dim() != 1:
            raise ValueError(f"{name}: x must be 1-dimensional, got shape {shape_text(x.shape)}")
        if x.shape[0] < 2:
            raise ValueError(f"{name}: at least 2 breakpoints are needed, got {x.shape[0]}")
        if c.shape[0] == 0:
            raise ValueError(f"{name}: polynomial must be at least of order 0, got c of shape {shape_text(c.shape)}")
        if c.shape[1] != x.shape[0] - 1:
            text = f"number of coefficients {c.shape[1]} != len(x) - 1 = {x.shape[0] - 1}"
            raise ValueError(f"{name}: {text}")
        step = x.diff()
        if not holds((step > 0).all() | (step < 0).all()):
            raise ValueError(f"{name}: x must be strictly increasing or decreasing.")
        self._assign(c, x, extrapolate, axis)

    def _assign(self, c: Tensor, x: Tensor, extrapolate: Extrapolate, axis: int) -> None:
        self.c = c
        self.x = x
        self.extrapolate = mode_of(type(self).__name__, True if extrapolate is None else extrapolate)
        self.axis = axis

    @classmethod
    def construct_fast(
        cls: type[Self],
        c: Tensor,
        x: Tensor,
        extrapolate: Extrapolate = None,
        axis: int = 0,
    ) -> Self:
        """Make a piecewise polynomial without checks: `c` and `x` are tensors of fitting shape, dtype and device.

        Parameters
        ----------
        c, x, extrapolate, axis
            As for the class, with the axes (k, m) of `c` in front whatever `axis` is.

        Returns
        -------
        PPoly
            An object of this class.
        """
        self = object.__new__(cls)
        self._assign(c, x, extrapolate, axis)
        return self

    @staticmethod
    def _evaluate(c: Tensor, x: Tensor, points: Tensor, nu: int, extrapolate: bool) -> Tensor:
        """Return values (n, columns) of the derivative of order nu, for c (k, m, columns) and points (n,)."""
        raise TypeError("a piecewise polynomial needs a basis")

    @staticmethod
    def _of_order(c: Tensor, k: int) -> Tensor:
        """Return coefficients of the same polynomials with k of them per interval."""
        raise TypeError("a piecewise polynomial needs a basis")

    def __call__(self, x: Any, nu: int = 0, extrapolate: Extrapolate = None) -> Tensor:
        """Evaluate the piecewise polynomial or its derivative.

        Parameters
        ----------
        x : array_like
            Points, real.
        nu : int, optional
            Order of the derivative; at a breakpoint, the one on its right. Default is 0.
        extrapolate : bool or 'periodic', optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            Values; the interpolation axis of the coefficients is replaced by the shape of `x`. NaN for NaN.
        """
        name = type(self).__name__
        nu = integer(name, "nu", nu)
        if nu < 0:
            raise ValueError(f"{name}: order of derivative nu cannot be negative, got {nu}")
        extrapolate = self.extrapolate if extrapolate is None else mode_of(name, extrapolate)
        breaks, c = self.x, self.c
        if same_kind(x, breaks) and (c.dtype is breaks.dtype or c.is_complex()):
            points = x
        else:
            breaks, points, c = promote_over_real(name, {"the breakpoints": breaks, "x": x}, {"c": c})
        if extrapolate == "periodic":
            points = base_interval(points, breaks[0], breaks[-1])
        if points.dim() == 1 and c.dim() == 2:  # the common case, without reshaping
            return self._evaluate(c.unsqueeze(-1), breaks, points, nu, extrapolate is True).squeeze(-1)
        out = self._evaluate(
            flatten_trailing(c, 2), breaks, points.reshape(math.prod(points.shape)), nu, extrapolate is True
        )
        out = out.reshape(points.shape + c.shape[2:])
        if self.axis and points.dim() != 1:
            out = out.movedim(
                tuple(range(points.dim())),
                tuple(range(self.axis, self.axis + points.dim())),
            )
        elif self.axis:
            out = out.movedim(0, self.axis)
        return out

    def extend(self, c: Any, x: Any) -> None:
        """Add breakpoints and coefficients at either end, in place.

        Parameters
        ----------
        c : array_like, shape (k, m, ...)
            Coefficients of the new intervals, relative to the new breakpoints' left ends; orders may differ.
        x : array_like, shape (m,)
            New breakpoints, all to the right of the old ones or all to the left.
        """
        name = type(self).__name__
        new_x, old_x, c, old = promote_over_real(name, {"x": x, "the breakpoints": self.x}, {"c": c, "self.c": self.c})
        if c.dim() < 2 or new_x.dim() != 1 or new_x.shape[0] != c.shape[1]:
            text = f"shapes of x {shape_text(new_x.shape)} and c {shape_text(c.shape)} are incompatible"
            raise ValueError(f"{name}: {text}")
        if c.shape[2:] != old.shape[2:]:
            text = f"shapes of c {shape_text(c.shape)} and self.c {shape_text(old.shape)} are incompatible"
            raise ValueError(f"{name}: {text}")
        if c.shape[1] == 0:
            return
        step = new_x.diff()
        rising = (old_x[-1] >= old_x[0]).item()
        if not holds((step > 0).all() if rising else (step < 0).all()):
            raise ValueError(f"{name}: x must be in the order of self.x, and strictly so.")
        sign = 1 if rising else -1
        if holds(sign * new_x[0] >= sign * old_x[-1]):
            after = True
        elif holds(sign * new_x[-1] <= sign * old_x[0]):
            after = False
        else:
            raise ValueError(f"{name}: x is neither on the left or on the right from self.x.")
        k = max(c.shape[0], old.shape[0])

        first, second = (old, c) if after else (c, old)
        self.c = torch.cat((self._of_order(first, k), self._of_order(second, k)), 1)
        self.x = torch.cat((old_x, new_x) if after else (new_x, old_x))

    def __repr__(self) -> str:
        k, m = self.c.shape[:2]
        return f"{type(self).__name__}({m} intervals of order {k}, trailing shape {shape_text(self.c.shape[2:])})"
