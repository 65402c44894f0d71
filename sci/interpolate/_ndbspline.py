"""Tensor-product splines in the B-spline basis, in any number of dimensions."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import integer, items
from ..sparse import csr_array
from ._bspline import check_knots
from ._bspline_algebra import differentiated
from ._checks import flatten_trailing, holds, promote_over_real, shape_text
from ._rgi import coordinates
from ._tensor_spline import _weights_and_places, evaluate


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([-2.0, -1.6, -1.3, -1.0, 0.2, 0.8, 1.4, 2.0], dtype=real, device=device)
    y = torch.tensor([-1.0, 0.0, 0.3, 1.0, 1.7, 2.0, 2.5], dtype=real, device=device)
    yield Sample((x, y), torch.randn(4, 4, 2, dtype=dtype, generator=generator).to(device), (3, 2))


def _use(thing: Any, t: Any, c: Tensor, k: Any) -> tuple[Tensor, ...]:
    spline = thing(t, c, k)
    at = made_there([[-0.93, 0.4], [0.11, 1.2]], dtype=t[0].dtype, device=c.device)
    return spline(at), spline(at, nu=(1, 0))


def _degrees(name: str, t: Sequence[Any], k: Any) -> list[int]:
    """Return a degree per dimension; one number is for all."""
    if hasattr(k, "__index__"):
        return [integer(name, "k", k)] * len(t)
    return [integer(name, "k", one) for one in items(name, "k", k, "a degree, or one per dimension")]


@function(differentiable=("t", "c"), samples=_samples, call=_use)
class NdBSpline:
    """Tensor product spline.

    ``S(x) = sum(c[i, j, ...] * B_i(x[0]) * B_j(x[1]) * ...)``. Equivalent to `scipy.interpolate.NdBSpline`, on tensors
    and differentiable in knots, coefficients and points.

    Parameters
    ----------
    t : sequence of array_like, of shapes (n1 + k1 + 1,), (n2 + k2 + 1,), ...
        Knots in each dimension.
    c : array_like, shape (n1, n2, ..., ...)
        Coefficients, real or complex; trailing dimensions are values.
    k : int or sequence of int
        Degrees.
    extrapolate : bool, optional
        Whether to continue the outer polynomials (True or None, the default) or to return NaN outside.

    Attributes
    ----------
    t : tuple of Tensor
        Knots.
    c : Tensor
        Coefficients.
    k : tuple of int
        Degrees.

    Raises
    ------
    ValueError
        If the shapes of `t`, `c` and `k` do not fit, or knots are not sorted.

    Notes
    -----
    Values and derivatives come of the kernel of `BSpline`, with products over the dimensions.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import NdBSpline
    >>> t = torch.tensor([0.0, 0, 1, 1], dtype=torch.float64)
    >>> NdBSpline((t, t), torch.tensor([[0.0, 1.0], [2.0, 3.0]], dtype=torch.float64), 1)([[0.5, 0.5]])
    tensor([1.5000], dtype=torch.float64)
    """

    def __init__(self, t: Sequence[Any], c: Any, k: Any, *, extrapolate: bool | None = None) -> None:
        name = type(self).__name__
        t = items(name, "t", t, "knots, one array per dimension")
        degrees = _degrees(name, t, k)
        if len(degrees) != len(t):
            raise ValueError(f"{name}: len(t) = {len(t)} != len(k) = {len(degrees)}.")
        *knots, c = promote_over_real(name, {f"t[{i}]": v for i, v in enumerate(t)}, {"c": c})
        for i, (v, degree) in enumerate(zip(knots, degrees, strict=True)):
            check_knots(name, v, degree)
            if c.dim() <= i:
                raise ValueError(f"{name}: Coefficients must be at least {len(knots)}-dimensional, got {c.dim()}.")
            n = v.shape[0] - degree - 1
            if c.shape[i] != n:
                text = f"{v.shape[0]} knots, degree {degree} and {c.shape[i]} coefficients in dimension {i}"
                raise ValueError(f"{name}: Knots, coefficients and degree are inconsistent: {text}")
        self.t, self.c, self.k = tuple(knots), c, tuple(degrees)
        self.extrapolate = True if extrapolate is None else bool(extrapolate)

    def __call__(self, xi: Any, *, nu: Sequence[int] | None = None, extrapolate: bool | None = None) -> Tensor:
        """Evaluate the spline or a partial derivative.

        Parameters
        ----------
        xi : array_like, shape (..., ndim)
            Points.
        nu : sequence of int, optional
            Orders of the partial derivatives, one per dimension.
        extrapolate : bool, optional
            Mode of extrapolation; that of the object if None.

        Returns
        -------
        Tensor
            Values, of shape ``xi.shape[:-1] + c.shape[ndim:]``.
        """
        name, d = type(self).__name__, len(self.t)
        mode = self.extrapolate if extrapolate is None else bool(extrapolate)
        orders = [0] * d if nu is None else [operator.index(order) for order in nu]
        if len(orders) != d or min(orders) < 0:
            raise ValueError(f"{name}: nu must be {d} non-negative orders of derivatives, got {nu!r}")
        at = coordinates(name, xi, d, self.c.device)
        *t, at, c = promote_over_real(name, {**{f"t[{i}]": v for i, v in enumerate(self.t)}, "xi": at}, {"c": self.c})
        return grid_values(t, c, self.k, at, orders, mode)

    def derivative(self, nu: Sequence[int]) -> NdBSpline:
        """Return a new spline, the partial derivative.

        Parameters
        ----------
        nu : sequence of int
            Orders, one per dimension.

        Returns
        -------
        NdBSpline
            Of lower degrees.
        """
        orders = [operator.index(order) for order in nu]
        if len(orders) != len(self.t) or min(orders) < 0:
            raise ValueError(f"nu must be {len(self.t)} non-negative orders of derivatives, got {nu!r}")
        t, c, k = list(self.t), self.c, list(self.k)
        for axis, order in enumerate(orders):
            for _ in range(order):
                if k[axis] == 0:
                    c = torch.zeros_like(c)
                    break
                t[axis], moved, k[axis] = differentiated(t[axis], c.movedim(axis, 0), k[axis])
                c = moved[: t[axis].shape[0] - k[axis] - 1].movedim(0, axis)
        return NdBSpline(t, c, k, extrapolate=self.extrapolate)

    @classmethod
    def design_matrix(cls, xvals: Any, t: Sequence[Any], k: Any, extrapolate: bool = True) -> csr_array:
        """Return the matrix of all products of B-splines at all points, as a sparse array.

        Parameters
        ----------
        xvals : array_like, shape (npts, ndim)
            Points.
        t : sequence of array_like
            Knots.
        k : int or sequence of int
            Degrees.
        extrapolate : bool, optional
            Whether points outside of the base intervals are accepted. Default is True.

        Returns
        -------
        csr_array
            Of shape ``(npts, n1 * n2 * ...)``.
        """
        name = cls.__name__
        degrees = _degrees(name, t, k)
        *knots, x = promote_over_real(name, {**{f"t[{i}]": v for i, v in enumerate(t)}, "xvals": xvals}, {})
        if x.dim() != 2 or x.shape[1] != len(knots):
            raise ValueError(
                f"{name}: Data and knots are inconsistent: len(t) = {len(knots)} for points of shape "
                f"{shape_text(x.shape)}"
            )
        for v, degree in zip(knots, degrees, strict=True):
            check_knots(name, v, degree)
        inside = torch.stack(
            [(x[:, i] >= v[degrees[i]]) & (x[:, i] <= v[-degrees[i] - 1]) for i, v in enumerate(knots)]
        )
        if not extrapolate and not holds(inside.all()):
            raise ValueError(f"{name}: Out of bounds w/ xvals = {x.detach().tolist()}")
        sizes = [v.shape[0] - degree - 1 for v, degree in zip(knots, degrees, strict=True)]
        weights, places = _weights_and_places(torch.cat(knots), None, x, sizes, [0] * len(knots), degrees)
        rows = torch.arange(x.shape[0] + 1, device=x.device) * weights.shape[1]
        return csr_array((weights.reshape(-1), places.reshape(-1), rows), shape=(x.shape[0], math.prod(sizes)))


def grid_values(
    t: Sequence[Tensor], c: Tensor, k: Sequence[int], at: Tensor, orders: Sequence[int], extrapolate: bool
) -> Tensor:
    """Return the spline's values at points (..., d)."""
    d = len(t)
    sizes = [v.shape[0] - degree - 1 for v, degree in zip(t, k, strict=True)]
    flat = at.reshape(math.prod(at.shape[:-1]), d)
    columns = flatten_trailing(c, d).reshape(math.prod(sizes), math.prod(c.shape[d:]))
    out = evaluate(columns, torch.cat(list(t)), flat, sizes, list(orders), list(k))
    if not extrapolate:
        low = torch.stack([v[degree] for v, degree in zip(t, k, strict=True)])
        high = torch.stack([v[v.shape[0] - degree - 1] for v, degree in zip(t, k, strict=True)])
        out = torch.where(((flat >= low) & (flat <= high)).all(-1, keepdim=True), out, torch.nan)
    return out.reshape(at.shape[:-1] + c.shape[d:])
