"""Cubic splines: Hermite, monotone (PCHIP), and twice continuously differentiable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from ..linalg._band_parts import are_long
from ._checks import (
    all_hold,
    flatten_trailing,
    holds,
    normalize_axis,
    nothing_differentiates,
    promote_over_real,
    shape_text,
)
from ._modes import Extrapolate
from ._ppoly import PPoly
from ._spline_build import build
from ._spline_slopes import Condition, pchip_slopes, periodic_slopes, spline_slopes


def _knots(dtype: torch.dtype, device: torch.device) -> Tensor:
    real = dtype.to_real() if dtype.is_complex else dtype
    return torch.tensor([-1.0, -0.2, 0.5, 0.9, 2.0], dtype=real, device=device)


def _use(thing: Any, *args: Any, **kwargs: Any) -> tuple[Tensor, ...]:
    spline = thing(*args, **kwargs)
    at = made_there([-0.93, -0.41, 0.13, 0.71, 1.27, 1.83], dtype=spline.x.dtype, device=spline.x.device)
    return spline(at), spline(at, 1), spline.integrate(-0.3, 1.1)


def _hermite_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    x = _knots(dtype, device)
    yield Sample(x, random(5), random(5))
    yield Sample(x, random(2, 5, 2), random(2, 5, 2), axis=1)


def _pchip_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    # Away from the kinks of the method: no two neighbouring slopes of opposite sign but tiny.
    rising = torch.tensor([0.1, 0.5, 0.6, 1.4, 1.5], dtype=dtype, device=device)
    turning = torch.tensor([0.1, 1.0, 0.2, -0.7, 0.4], dtype=dtype, device=device)
    yield Sample(_knots(dtype, device), rising)
    yield Sample(_knots(dtype, device), torch.stack((rising, turning)), axis=1)


def _spline_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    x = _knots(dtype, device)
    yield Sample(x, random(5))
    yield Sample(x, random(2, 5, 2), axis=1, bc_type="natural")
    yield Sample(x, random(5, 2), bc_type=((1, random(2)), (2, random(2))))
    yield Sample(x[:3], random(3))
    yield Sample(x[:2], random(2), bc_type=("clamped", "not-a-knot"))


def _data(name: str, x: Any, y: Any, axis: int, dydx: Any = None) -> tuple[Tensor, Tensor, Tensor | None, int]:
    """Check knots and values; return them with the interpolation axis of the values in front."""
    values = {"y": y} if dydx is None else {"y": y, "dydx": dydx}
    try:
        x, y, *rest = promote_over_real(name, {"x": x}, values)
    except TypeError as error:
        if "x must be real" in str(error):
            raise ValueError(str(error)) from None  # SciPy's class for this
        raise
    slopes = rest[0] if rest else None
    if x.dim() != 1:
        raise ValueError(f"{name}: x must be 1-dimensional, got shape {shape_text(x.shape)}")
    if x.shape[0] < 2:
        raise ValueError(f"{name}: x must contain at least 2 elements, got {x.shape[0]}")
    if y.dim() == 0:
        raise ValueError(f"{name}: y must have at least 1 dimension, got a number")
    axis = normalize_axis(name, axis, y.dim())
    if x.shape[0] != y.shape[axis]:
        text = f"the length of y along axis={axis}, {y.shape[axis]}, doesn't match the length of x, {x.shape[0]}"
        raise ValueError(f"{name}: {text}")
    if slopes is not None and slopes.shape != y.shape:
        text = f"the shapes of y {shape_text(y.shape)} and dydx {shape_text(slopes.shape)} must be identical"
        raise ValueError(f"{name}: {text}")
    if not all_hold(x.diff().amin(), finite=(x, y) if slopes is None else (x, y, slopes)):
        for argument, value in (("x", x), ("y", y), ("dydx", slopes)):
            if value is not None and not holds(torch.isfinite(value).all()):
                raise ValueError(f"{name}: {argument} must contain only finite values.")
        raise ValueError(f"{name}: x must be a strictly increasing sequence.")
    if axis:
        y = y.movedim(axis, 0)
        slopes = slopes if slopes is None else slopes.movedim(axis, 0)
    return x, y, slopes, axis


def _hermite(x: Tensor, y: Tensor, dydx: Tensor) -> Tensor:
    """Return the coefficients (4, n - 1, ...) of the cubics with values y and slopes dydx at the knots."""
    h = x.diff().reshape(-1, *(1,) * (y.dim() - 1))
    slope = y.diff(dim=0) / h
    t = (dydx[:-1] + dydx[1:] - 2 * slope) / h
    return torch.stack((t / h, (slope - dydx[:-1]) / h - t, dydx[:-1], y[:-1]))


@function(differentiable=("x", "y", "dydx"), samples=_hermite_samples, call=_use)
class CubicHermiteSpline(PPoly):
    """Piecewise cubic interpolator to fit values and first derivatives (C1 smooth).

    Equivalent to `scipy.interpolate.CubicHermiteSpline`, on tensors and differentiable in all of them.

    Parameters
    ----------
    x : array_like, shape (n,)
        Knots, real, strictly increasing.
    y : array_like
        Values, real or complex, of any dimension; along `axis` as long as `x`.
    dydx : array_like
        Derivatives, of the shape of `y`.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    extrapolate : bool or 'periodic', optional
        See `PPoly`. Default is True.

    Attributes
    ----------
    x : Tensor
        Knots.
    c : Tensor
        Coefficients, see `PPoly`.
    axis : int
        Interpolation axis.

    Raises
    ------
    ValueError
        If shapes do not fit, `x` is complex or not strictly increasing, or a value is not finite. What depends on the
        data is not checked in compiled code and under `torch.func.vmap`.

    Notes
    -----
    The coefficients are elementary functions of x, y and dydx, differentiated as such; the evaluation's derivatives are
    those of `PPoly`.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001, chapter IV.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import CubicHermiteSpline
    >>> x = torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64)
    >>> spline = CubicHermiteSpline(x, x**3, 3 * x**2)
    >>> spline(torch.tensor(1.5, dtype=torch.float64))
    tensor(3.3750, dtype=torch.float64)
    """

    def __init__(self, x: Any, y: Any, dydx: Any, axis: int = 0, extrapolate: Extrapolate = None) -> None:
        x, y, dydx, axis = _data(type(self).__name__, x, y, axis, dydx)
        self._assign(_hermite(x, y, dydx), x, extrapolate, axis)


@function(differentiable=("x", "y"), samples=_pchip_samples, call=_use, complex=False)
class PchipInterpolator(CubicHermiteSpline):
    """Monotone cubic interpolation (PCHIP, C1 smooth): rises where the data rise, and never overshoots.

    Equivalent to `scipy.interpolate.PchipInterpolator`, on tensors and differentiable in knots and values.

    Parameters
    ----------
    x : array_like, shape (n,)
        Knots, real, strictly increasing.
    y : array_like
        Values, real, of any dimension; along `axis` as long as `x`.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    extrapolate : bool or 'periodic', optional
        See `PPoly`. Default is True.

    Raises
    ------
    ValueError
        As `CubicHermiteSpline`, and if `y` is complex.

    Notes
    -----
    The slope at an inner knot is the weighted harmonic mean of the neighbouring differences [1]_ where they have one
    sign, else zero; at the ends a three-point formula limited to keep the shape [2]_. It is a continuous function of
    the data whose derivative jumps where a difference changes its sign: there the gradient is that of one side.

    References
    ----------
    .. [1] F. N. Fritsch, J. Butland, A method for constructing local monotone piecewise cubic interpolants,
       SIAM J. Sci. Comput. 5 (1984) 300.
    .. [2] C. Moler, *Numerical Computing with Matlab*, SIAM, 2004, section 3.4.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import PchipInterpolator
    >>> spline = PchipInterpolator([0.0, 1.0, 2.0, 3.0], [0.0, 0.0, 1.0, 1.0])
    >>> spline(torch.tensor([0.5, 1.5, 2.5], dtype=torch.float64))
    tensor([0.0000, 0.5000, 1.0000], dtype=torch.float64)
    """

    def __init__(self, x: Any, y: Any, axis: int = 0, extrapolate: Extrapolate = None) -> None:
        name = type(self).__name__
        x, y, _, axis = _data(name, x, y, axis)
        if y.is_complex():
            raise ValueError(f"{name}: y must contain real values, got {y.dtype}")
        slopes = pchip_slopes(x.diff(), flatten_trailing(y, 1)).reshape(y.shape)
        self._assign(_hermite(x, y, slopes), x, extrapolate, axis)


@function(differentiable=("x", "y", "bc_type"), samples=_spline_samples, call=_use)
class CubicSpline(CubicHermiteSpline):
    r"""Cubic spline interpolator (C2 smooth).

    Equivalent to `scipy.interpolate.CubicSpline`, on tensors and differentiable in knots, values and boundary values.

    Parameters
    ----------
    x : array_like, shape (n,)
        Knots, real, strictly increasing. n >= 2.
    y : array_like
        Values, real or complex, of any dimension; along `axis` as long as `x`.
    axis : int, optional
        Axis of `y` that goes with `x`. Default is 0.
    bc_type : str or 2-tuple, optional
        Boundary conditions, one for both ends or a pair:

        - 'not-a-knot' (default): the first and second polynomial at an end are the same. With two knots the spline is
          the straight line, with three the parabola;
        - 'periodic': value and two derivatives agree at the ends; the first and last `y` must be identical. Default of
          `extrapolate` is then 'periodic';
        - 'clamped': zero first derivative;
        - 'natural': zero second derivative;
        - ``(order, value)``: the derivative of order 1 or 2 is `value`, of the shape of `y` without `axis`.
    extrapolate : bool or 'periodic', optional
        See `PPoly`. Default is True, but 'periodic' for ``bc_type='periodic'``.

    Attributes
    ----------
    x : Tensor
        Knots.
    c : Tensor
        Coefficients, see `PPoly`.
    axis : int
        Interpolation axis.

    Raises
    ------
    ValueError
        If shapes do not fit, `x` is complex or not strictly increasing, a value is not finite, `bc_type` is not
        allowed, or `y` is not periodic. What depends on the data is not checked in compiled code and under
        `torch.func.vmap`.

    Notes
    -----
    The slopes at the knots solve a tridiagonal system [1]_, the same for all columns of `y`: one kernel, Thomas'
    algorithm (the systems are diagonally dominant), for 'periodic' with the formula of Sherman and Morrison.
    Derivatives: with ``A(x) s = b(x, y)``, ``ds = A^-1 (db - dA s)`` and in reverse one solve with the transposed
    matrix; from there to coefficients and values see `PPoly`. Batches of `y` are columns of one solve; different knots
    per batch element are `torch.func.vmap`.

    Making the object checks the data, which on CUDA waits for the device once. The solve is sequential along `x`: on
    CUDA it gains by many columns, not by long ones.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001, chapter IV.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import CubicSpline
    >>> x = torch.linspace(0, 6, 13, dtype=torch.float64)
    >>> y = torch.sin(x).requires_grad_()
    >>> spline = CubicSpline(x, y)
    >>> spline(1.2).item()  # sin(1.2) is 0.932039...
    0.93...
    >>> (gradient,) = torch.autograd.grad(spline(x), y, torch.ones_like(x))
    >>> torch.allclose(gradient, torch.ones_like(x))  # interpolation: the value at a knot is that knot's y
    True
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        axis: int = 0,
        bc_type: Any = "not-a-knot",
        extrapolate: Extrapolate = None,
    ) -> None:
        name = type(self).__name__
        ends = _conditions(name, bc_type)
        boundary = {f"bc_type[{i}]": end[1] for i, end in enumerate(ends) if isinstance(end, tuple)}
        x, y, _, axis = _data(name, x, y, axis)
        if boundary:
            x, y, *given = promote_over_real(name, {"x": x}, {"y": y, **boundary})
            for label, value in zip(boundary, given, strict=True):
                if value.shape != y.shape[1:]:
                    text = (
                        f"the value of {label} has shape {shape_text(value.shape)}, expected {shape_text(y.shape[1:])}"
                    )
                    raise ValueError(f"{name}: {text}")
        else:
            given = []
        periodic = ends[0] == "periodic"
        if periodic:
            extrapolate = "periodic" if extrapolate is None else extrapolate
            tolerance = 5 * torch.finfo(x.dtype).eps
            if not holds(((y[0] - y[-1]).abs() <= tolerance * (1 + y[-1].abs())).all()):
                text = f"the first and last y along axis {axis} must be identical (within machine precision)"
                raise ValueError(f"{name}: {text} when bc_type='periodic'.")
        columns = flatten_trailing(y, 1)
        left = iter([value.reshape(-1) for value in given])
        start, end = ((e[0], next(left)) if isinstance(e, tuple) else _named(e, columns) for e in ends)
        if x.shape[0] >= 4 and not are_long(x[None]) and nothing_differentiates(x, columns, *given):
            c = build(x, columns, start, end, periodic).reshape(4, x.shape[0] - 1, *y.shape[1:])
            self._assign(c, x, extrapolate, axis)
            return
        slopes = periodic_slopes(x.diff(), columns) if periodic else spline_slopes(x.diff(), columns, start, end)
        self._assign(_hermite(x, y, slopes.reshape(y.shape)), x, extrapolate, axis)


def _named(condition: str, columns: Tensor) -> Condition:
    if condition in ("not-a-knot", "periodic"):
        return None
    return (1 if condition == "clamped" else 2), columns.new_zeros(columns.shape[1])


def _conditions(name: str, bc_type: Any) -> list[str | tuple[int, Any]]:
    """Return the boundary conditions of both ends, each a name or (order, value)."""
    allowed = ("not-a-knot", "clamped", "natural", "periodic")
    if isinstance(bc_type, str):
        ends: Sequence[Any] = (bc_type, bc_type)
    else:
        if not isinstance(bc_type, (tuple, list)) or len(bc_type) != 2:
            text = "must be a name, or contain 2 elements to specify start and end conditions"
            raise ValueError(f"{name}: bc_type {text}, got {bc_type!r}")
        if any(isinstance(end, str) and end == "periodic" for end in bc_type):
            text = "'periodic' is defined for both curve ends and cannot be used with other boundary conditions"
            raise ValueError(f"{name}: bc_type {text}, got {bc_type!r}")
        ends = bc_type
    out: list[str | tuple[int, Any]] = []
    for end in ends:
        if isinstance(end, str):
            if end not in allowed:
                raise ValueError(f"{name}: bc_type {end!r} is not allowed, it must be one of {allowed}")
            out.append(end)
            continue
        if not isinstance(end, (tuple, list)) or len(end) != 2:
            text = "a specified derivative value must be given in the form (order, value)"
            raise ValueError(f"{name}: bc_type: {text}, got {end!r}")
        order, value = end
        if order not in (1, 2):
            raise ValueError(f"{name}: bc_type: the specified derivative order must be 1 or 2, got {order!r}")
        out.append((int(order), value))
    return out
