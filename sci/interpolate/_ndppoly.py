"""Piecewise polynomials of several variables."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Self

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import items
from ._checks import constant, flatten_trailing, holds, nothing_differentiates, promote_over_real, shape_text
from ._ppoly import PPoly
from ._rgi import coordinates
from ._tensor_spline import knot_interval


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-1.0, 0.5, 2.0], dtype=real, device=device)
    y = torch.tensor([0.0, 0.7, 1.0, 2.0], dtype=real, device=device)
    yield Sample(torch.randn(4, 3, 2, 3, dtype=dtype, generator=generator).to(device), (x, y))


def _use(thing: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    p = thing(*args, **kwargs)
    at = made_there([[-0.93, 0.1], [0.61, 0.9], [1.83, 1.4]], dtype=p.x[0].dtype, device=p.x[0].device)
    return p(at), p(at, (1, 0)), p.integrate(((-0.3, 1.1), (0.2, 1.7)))


def _evaluated(c: Tensor, x: Sequence[Tensor], query: Tensor, orders: list[int], extrapolate: bool) -> Tensor:
    """Return the values (n, columns) of coefficients c at queries (n, d), without derivatives."""
    d = len(x)
    flat = flatten_trailing(c, 2 * d)  # (powers, cells, columns)
    turned = query.shape[0] > math.prod(flat.shape[d:-1])
    if turned:  # many queries: the coefficients of a cell side by side
        flat = flat.permute(*range(d, 2 * d + 1), *range(d))
    flat = flat.contiguous()
    steps = list(flat.stride())
    steps = steps[d + 1 :] + steps[: d + 1] if turned else steps
    out: Tensor = torch.ops.sci.nd_polynomial.default(
        flat, torch.cat(tuple(x)), query, list(c.shape[: 2 * d]), steps, orders, c.shape[2 * d :].numel(), extrapolate
    )
    return out


@function(differentiable=("c", "x"), samples=_samples, call=_use)
class NdPPoly:
    """Piecewise tensor product polynomial of several variables.

    Equivalent to `scipy.interpolate.NdPPoly`, on tensors and differentiable in coefficients, breakpoints and points.

    Parameters
    ----------
    c : array_like, shape (kx, ky, ..., mx, my, ...)
        Coefficients, real or complex: of orders kx, ky, ... on mx, my, ... intervals, highest power first; trailing
        dimensions are values.
    x : sequence of array_like, of shapes (mx + 1,), (my + 1,), ...
        Breakpoints in each dimension, strictly increasing.
    extrapolate : bool, optional
        Whether to continue the outer polynomials (True or None, the default) or to return NaN outside.

    Attributes
    ----------
    x : tuple of Tensor
        Breakpoints.
    c : Tensor
        Coefficients.

    Raises
    ------
    ValueError
        If the shapes of `c` and `x` do not fit, or breakpoints are not strictly increasing.

    Notes
    -----
    Horner's rule in one dimension after the other, by one kernel where nothing is differentiated; else from the
    coefficients of each point's cell, gathered, in operations that are.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import NdPPoly
    >>> p = NdPPoly([[[[1.0]], [[0.0]]], [[[0.0]], [[2.0]]]], ([0.0, 1.0], [0.0, 1.0]))  # x y + 2
    >>> p(torch.tensor([[0.5, 0.5]], dtype=torch.float64))
    tensor([2.2500], dtype=torch.float64)
    """

    c: Tensor
    x: tuple[Tensor, ...]
    extrapolate: bool

    def __init__(self, c: Any, x: Sequence[Any], extrapolate: bool | None = None) -> None:
        name = type(self).__name__
        grids = {f"x[{k}]": v for k, v in enumerate(items(name, "x", x, "a sequence of arrays"))}
        *grid, c = promote_over_real(name, grids, {"c": c})
        d = len(grid)
        if any(v.dim() != 1 for v in grid):
            raise ValueError(f"{name}: x arrays must all be 1-dimensional")
        if any(v.shape[0] < 2 for v in grid):
            raise ValueError(f"{name}: x arrays must all contain at least 2 points")
        if c.dim() < 2 * d:
            raise ValueError(f"{name}: c must have at least {2 * d} dimensions, got shape {shape_text(c.shape)}")
        if any(not holds((v.diff() > 0).all()) for v in grid):
            raise ValueError(f"{name}: x-coordinates are not in increasing order")
        if any(c.shape[d + k] != v.shape[0] - 1 for k, v in enumerate(grid)):
            raise ValueError(f"{name}: x and c do not agree on the number of intervals")
        self._assign(c, tuple(grid), extrapolate)

    def _assign(self, c: Tensor, x: tuple[Tensor, ...], extrapolate: bool | None) -> None:
        self.c, self.x, self.extrapolate = c, x, True if extrapolate is None else bool(extrapolate)

    @classmethod
    def construct_fast(cls: type[Self], c: Tensor, x: Sequence[Tensor], extrapolate: bool | None = None) -> Self:
        """Make a piecewise polynomial without checks.

        Parameters
        ----------
        c, x, extrapolate
            As for the class.

        Returns
        -------
        NdPPoly
            An object of this class.
        """
        self = object.__new__(cls)
        self._assign(c, tuple(x), extrapolate)
        return self

    def __call__(self, x: Any, nu: Sequence[int] | None = None, extrapolate: bool | None = None) -> Tensor:
        """Evaluate the polynomial or a partial derivative.

        Parameters
        ----------
        x : array_like, shape (..., d)
            Points.
        nu : sequence of int, optional
            Orders of the partial derivatives, one per dimension.
        extrapolate : bool, optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            Values, of shape ``x.shape[:-1] + c.shape[2 * d:]``.
        """
        name, d = type(self).__name__, len(self.x)
        inside = self.extrapolate if extrapolate is None else bool(extrapolate)
        x = coordinates(name, x, d, self.c.device)
        *grid, points, c = promote_over_real(
            name, {**{f"x[{k}]": v for k, v in enumerate(self.x)}, "x": x}, {"c": self.c}
        )
        orders = [0] * d if nu is None else [int(order) for order in nu]
        if len(orders) != d or min(orders) < 0:
            raise ValueError(f"{name}: nu must be {d} non-negative orders of derivatives, got {nu!r}")
        q = points.reshape(math.prod(points.shape[:-1]), d)
        if nothing_differentiates(c, q, *grid):
            out = _evaluated(c, grid, q, orders, inside)
            return out.reshape(points.shape[:-1] + self.c.shape[2 * d :])
        cell = [knot_interval(v, q[:, k], 0) for k, v in enumerate(grid)]
        value = flatten_trailing(c, 2 * d)[(slice(None),) * d + tuple(cell)]  # (k_0, ..., k_d-1, n, columns)
        for k, v in enumerate(grid):
            step, start = q[:, k] - v[cell[k]], constant(value.shape[0])
            total = value[:0].sum(0) + step[:0].sum()  # zeros that know of what they are to be differentiated by
            for j in range(start - orders[k]):
                total = total * step[:, None] + value[j] * math.perm(start - 1 - j, orders[k])
            value = total
        known = ~torch.isnan(q).any(-1)
        if not inside:
            for k, v in enumerate(grid):
                known = known & (q[:, k] >= v[0]) & (q[:, k] <= v[-1])
        value = torch.where(known[:, None], value, torch.nan)
        return value.reshape(points.shape[:-1] + self.c.shape[2 * d :])

    def _each(self, nu: Sequence[int], sign: int) -> NdPPoly:
        p: NdPPoly = self
        for axis, order in enumerate(nu):
            one = PPoly.construct_fast(p._in_front(axis), p.x[axis]).derivative(sign * order)
            p = type(self).construct_fast(p._back(one.c, axis), p.x, self.extrapolate)
        return p

    def derivative(self, nu: Sequence[int]) -> NdPPoly:
        """Return a new piecewise polynomial, the partial derivative.

        Parameters
        ----------
        nu : sequence of int
            Orders, one per dimension; negative ones are antiderivatives.

        Returns
        -------
        NdPPoly
            The derivative.
        """
        return self._each(nu, 1)

    def antiderivative(self, nu: Sequence[int]) -> NdPPoly:
        """Return a new piecewise polynomial, the antiderivative, zero at the first breakpoints.

        Parameters
        ----------
        nu : sequence of int
            Orders, one per dimension; negative ones are derivatives.

        Returns
        -------
        NdPPoly
            The antiderivative.
        """
        return self._each(nu, -1)

    def _in_front(self, axis: int) -> Tensor:
        d = len(self.x)
        return self.c.movedim((axis, d + axis), (0, 1))

    def _back(self, c: Tensor, axis: int) -> Tensor:
        return c.movedim((0, 1), (axis, len(self.x) + axis))

    def integrate_1d(self, a: Any, b: Any, axis: int, extrapolate: bool | None = None) -> PPoly | NdPPoly:
        """Integrate over one dimension.

        Parameters
        ----------
        a, b : float
            Lower and upper bound.
        axis : int
            The dimension.
        extrapolate : bool, optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        NdPPoly
            Of one variable less.
        """
        d = len(self.x)
        if not -d <= axis < d:
            raise ValueError(f"{type(self).__name__}: axis {axis} is out of bounds for {d} dimensions")
        axis %= d
        mode = self.extrapolate if extrapolate is None else bool(extrapolate)
        c = PPoly.construct_fast(self._in_front(axis), self.x[axis], mode).integrate(a, b)
        rest = self.x[:axis] + self.x[axis + 1 :]
        return type(self).construct_fast(c, rest, mode)

    def integrate(self, ranges: Sequence[Sequence[Any]], extrapolate: bool | None = None) -> Tensor:
        """Compute a definite integral over a box.

        Parameters
        ----------
        ranges : sequence of pairs
            Lower and upper bound in each dimension.
        extrapolate : bool, optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            The integral, of shape ``c.shape[2 * d:]``.
        """
        if len(ranges) != len(self.x):
            raise ValueError(f"{type(self).__name__}: Range not a sequence of {len(self.x)} pairs")
        p: Any = self
        for a, b in ranges:
            p = p.integrate_1d(a, b, 0, extrapolate)
        out: Tensor = p.c
        return out
