"""Splines of two variables in FITPACK's form ``(tx, ty, c, kx, ky)``, and the interpolating one on a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.errors import integer, items, real, take_host_route, warn
from ._bspline_algebra import differentiated
from ._checks import holds, require_ends, shape_text
from ._collocation import interpolate as solve_collocation
from ._collocation import rows_at
from ._grid_smoothing import smooth_grid
from ._knots import not_a_knot
from ._ndbspline import grid_values
from ._tensor_spline import basis_functions, knot_interval

_SEARCH = "the search for knots branches on the data (s > 0 only)"


def _parts(name: str, tck: Any, x: Any, y: Any) -> tuple[Tensor, Tensor, Tensor, tuple[int, int], Tensor, Tensor]:
    tx, ty, c, kx, ky = items(name, "tck", tck, "(tx, ty, c, kx, ky)", 5)
    tx, ty, c, x, y = promote(name, allow_complex=False, tx=tx, ty=ty, c=c, x=x, y=y)
    shape = (tx.shape[0] - kx - 1, ty.shape[0] - ky - 1)
    return tx, ty, c.reshape(shape), (int(kx), int(ky)), x, y


def _at_points(parts: tuple[Any, ...], x: Tensor, y: Tensor, dx: int, dy: int) -> Tensor:
    """Evaluate at pairs of coordinates; outside, the value at the nearest point of the rectangle, as FITPACK does."""
    tx, ty, c, (kx, ky) = parts
    x = torch.minimum(torch.maximum(x, tx[kx]), tx[-kx - 1])
    y = torch.minimum(torch.maximum(y, ty[ky]), ty[-ky - 1])
    return grid_values((tx, ty), c, (kx, ky), torch.stack((x, y), -1), (dx, dy), True)


def _on_grid(parts: tuple[Any, ...], x: Tensor, y: Tensor, dx: int, dy: int) -> Tensor:
    """Evaluate on the grid of all x and all y: a matrix from either side."""
    tx, ty, c, (kx, ky) = parts
    sides = []
    for t, at, k, order in ((tx, x, kx, dx), (ty, y, ky, dy)):
        at = torch.minimum(torch.maximum(at, t[k]), t[-k - 1])
        interval = knot_interval(t, at, k)
        basis, _ = basis_functions(t, at, interval, k, order)
        columns = (interval - k)[:, None] + torch.arange(k + 1, device=at.device)
        row = at.new_zeros(at.shape[0], t.shape[0] - k - 1)
        sides.append(row.scatter(1, columns, basis))
    return sides[0] @ c @ sides[1].mT


def _sorted(name: str, **grids: Tensor) -> None:
    for label, v in grids.items():
        if not holds((v.diff() >= 0).all()):
            raise ValueError(f"{name}: {label} must be strictly increasing when `grid` is True, or repeat")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    t = torch.tensor([-2.0, -1.6, -1.3, -1.0, 0.2, 0.8, 1.4, 2.0, 2.2], dtype=dtype, device=device)
    x = torch.tensor([-0.8, -0.1, 0.6], dtype=dtype, device=device)
    yield Sample(x, x[:2], (t, t[:-1], torch.randn(25, dtype=dtype, generator=generator).to(device), 3, 2))


@function(differentiable=("x", "y", "tck"), samples=_samples, complex=False)
def bisplev(x: Any, y: Any, tck: Any, dx: int = 0, dy: int = 0) -> Tensor:
    """Evaluate a spline of two variables, or a derivative, on a grid.

    Equivalent to `scipy.interpolate.bisplev`.

    Parameters
    ----------
    x, y : array_like, shape (nx,) and (ny,) or number
        Coordinates of the grid, ascending.
    tck : tuple
        ``(tx, ty, c, kx, ky)``: knots, coefficients and degrees.
    dx, dy : int, optional
        Orders of the partial derivatives, below the degrees. Default is 0.

    Returns
    -------
    Tensor, shape (nx, ny)
        Values, without the dimensions in which a number was given.

    Raises
    ------
    ValueError
        If the shapes, orders or the order of the coordinates do not fit.

    Notes
    -----
    Outside of the knots' rectangle the value is that at its nearest point. The value is a matrix of B-splines from
    either side of the coefficients, differentiated as it stands.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import bisplev
    >>> t = torch.tensor([0.0, 0, 1, 1], dtype=torch.float64)
    >>> bisplev(0.5, [0.0, 1.0], (t, t, torch.tensor([0.0, 1.0, 2.0, 3.0], dtype=torch.float64), 1, 1))
    tensor([1., 2.], dtype=torch.float64)
    """
    tx, ty, c, k, at, to = _parts("bisplev", tck, x, y)
    for label, order, degree in (("dx", dx, k[0]), ("dy", dy, k[1])):
        if not 0 <= integer("bisplev", label, order) < max(degree, 1):
            raise ValueError(f"0 <= {label} = {order} < {degree} must hold")
    if at.dim() > 1 or to.dim() > 1:
        raise ValueError(
            f"bisplev: x and y must have at most one dimension, got {shape_text(at.shape)} and {shape_text(to.shape)}"
        )
    _sorted("bisplev", x=at.reshape(-1), y=to.reshape(-1))
    out = _on_grid((tx, ty, c, k), at.reshape(-1), to.reshape(-1), dx, dy)
    return out.reshape(at.shape + to.shape)


class BivariateSpline:
    """Spline of two variables: base of `RectBivariateSpline`.

    Equivalent to `scipy.interpolate.BivariateSpline`. It has no constructor of its own.

    Examples
    --------
    >>> from sci.interpolate import BivariateSpline, RectBivariateSpline
    >>> issubclass(RectBivariateSpline, BivariateSpline)
    True
    """

    tck: tuple[Tensor, Tensor, Tensor]
    degrees: tuple[int, int]
    fp: Tensor

    def _assign(self, tx: Tensor, ty: Tensor, c: Tensor, degrees: tuple[int, int], fp: Tensor | None) -> None:
        self.tck, self.degrees = (tx, ty, c), degrees
        if fp is not None:
            self.fp = fp

    def __call__(self, x: Any, y: Any, dx: int = 0, dy: int = 0, grid: bool = True) -> Tensor:
        """Evaluate the spline or a derivative.

        Parameters
        ----------
        x, y : array_like
            Coordinates: of a grid, ascending, or of points, which broadcast.
        dx, dy : int, optional
            Orders of the partial derivatives. Default is 0.
        grid : bool, optional
            Whether they span a grid. Default is True.

        Returns
        -------
        Tensor
            Values; outside, that at the nearest point of the rectangle.
        """
        name = type(self).__name__
        tx, ty, c, k, at, to = _parts(name, (*self.tck, *self.degrees), x, y)
        if not dx >= 0 or not dy >= 0:
            raise ValueError(f"{name}: order of derivative must be positive or zero, got {dx} and {dy}")
        if not grid:
            at, to = torch.broadcast_tensors(at, to)  # type: ignore[no-untyped-call]
            return _at_points((tx, ty, c, k), at, to, dx, dy)
        if at.dim() > 1 or to.dim() > 1:
            raise ValueError(f"{name}: x and y must be 1-dimensional for a grid")
        at, to = at.reshape(-1), to.reshape(-1)
        _sorted(name, x=at, y=to)
        return _on_grid((tx, ty, c, k), at, to, dx, dy)

    def ev(self, xi: Any, yi: Any, dx: int = 0, dy: int = 0) -> Tensor:
        """Evaluate the spline or a derivative at points, whose coordinates broadcast."""
        return self(xi, yi, dx, dy, grid=False)

    def get_knots(self) -> tuple[Tensor, Tensor]:
        """Return the knots in both dimensions."""
        return self.tck[:2]

    def get_coeffs(self) -> Tensor:
        """Return the coefficients, row by row."""
        return self.tck[2]

    def get_residual(self) -> Tensor:
        """Return the weighted sum of squared residuals; a derivative has none."""
        return self.fp

    def integral(self, xa: Any, xb: Any, ya: Any, yb: Any) -> Tensor:
        """Return the integral over a rectangle; the spline counts as zero outside of its knots.

        Parameters
        ----------
        xa, xb, ya, yb : float
            Bounds.

        Returns
        -------
        Tensor
            The integral.
        """
        from ._bspline import BSpline

        tx, ty, c = self.tck
        kx, ky = self.degrees
        c = c.reshape(tx.shape[0] - kx - 1, ty.shape[0] - ky - 1)
        rows = BSpline.construct_fast(tx, c, kx).integrate(xa, xb, False)
        return BSpline.construct_fast(ty, rows, ky).integrate(ya, yb, False)

    def partial_derivative(self, dx: int, dy: int) -> BivariateSpline:
        """Return a partial derivative as a spline.

        Parameters
        ----------
        dx, dy : int
            Orders, at most the degrees.

        Returns
        -------
        BivariateSpline
            Of lower degrees.
        """
        tx, ty, c = self.tck
        kx, ky = self.degrees
        if not (0 <= dx <= kx and 0 <= dy <= ky):
            raise ValueError(f"order of derivative must be between 0 and the degree, got {dx} and {dy}")
        c = c.reshape(tx.shape[0] - kx - 1, ty.shape[0] - ky - 1)
        for _ in range(dx):
            tx, c, kx = differentiated(tx, c, kx, jumps=True)
            c = c[: tx.shape[0] - kx - 1]
        c = c.mT
        for _ in range(dy):
            ty, c, ky = differentiated(ty, c, ky, jumps=True)
            c = c[: ty.shape[0] - ky - 1]
        done = object.__new__(BivariateSpline)
        done._assign(tx, ty, c.mT.reshape(-1), (kx, ky), None)
        return done


def _rect_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.tensor([-1.0, -0.6, 0.0, 0.3, 1.0, 1.4], dtype=dtype, device=device)
    y = torch.tensor([0.0, 0.5, 0.7, 1.0, 1.9], dtype=dtype, device=device)
    yield Sample(x, y, torch.randn(6, 5, dtype=dtype, generator=generator).to(device))


def _use(thing: Any, x: Tensor, y: Tensor, z: Tensor) -> tuple[Tensor, ...]:
    spline = thing(x, y, z, bbox=[-1.1, 1.5, -0.1, 2.0], ky=2)
    at = made_there([-0.83, 0.11, 1.2], dtype=x.dtype, device=x.device)
    return spline(at, at[1:]), spline.ev(at, at.abs(), 1, 0), spline.integral(-0.5, 0.7, 0.1, 1.1)


@function(differentiable=("x", "y", "z"), samples=_rect_samples, call=_use, complex=False, host_route=_SEARCH)
class RectBivariateSpline(BivariateSpline):
    """Interpolating or smoothing spline of two variables on a rectangular grid.

    Equivalent to `scipy.interpolate.RectBivariateSpline`, on tensors and differentiable in grid, values and condition.

    Parameters
    ----------
    x, y : array_like, shape (m,) and (n,)
        The grid, strictly ascending.
    z : array_like, shape (m, n)
        Values, real.
    bbox : sequence of 4, optional
        Ends ``[xb, xe, yb, ye]`` of the knots' rectangle. Default: those of the grid.
    kx, ky : int, optional
        Degrees. Default is 3.
    s : float, optional
        The smoothing condition ``sum((z - S(x, y))**2) <= s``. Default is 0: the spline interpolates.
    maxit : int, optional
        The most iterations in the search for the smoothing parameter. Default is 20.

    Raises
    ------
    ValueError
        If shapes do not fit, the grid is not strictly ascending, or `s` is not 0.

    Notes
    -----
    With ``s=0`` knots are not-a-knot, and the coefficients solve a banded collocation system along either axis, as in
    `make_interp_spline`; all of it is differentiated. With ``s > 0`` knots are found by Dierckx's search [1]_, on the
    host; derivatives are those with these knots held fixed, the smoothing parameter an implicit function.

    References
    ----------
    .. [1] P. Dierckx, *Curve and Surface Fitting with Splines*, Oxford University Press, 1993, chapter 5.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import RectBivariateSpline
    >>> x = torch.linspace(0, 3, 7, dtype=torch.float64)
    >>> spline = RectBivariateSpline(x, x, x[:, None] ** 2 * x)
    >>> round(spline.ev(1.2, 2.5).item(), 9)
    3.6
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        z: Any,
        bbox: Sequence[Any] = (None, None, None, None),
        kx: int = 3,
        ky: int = 3,
        s: Any = 0,
        maxit: int = 20,
    ) -> None:
        name = type(self).__name__
        require_ends(bbox, 4)
        kx, ky = integer(name, "kx", kx), integer(name, "ky", ky)
        if not real(name, "s", s) >= 0:
            raise ValueError(f"s should be s >= 0.0, got {s}")
        given = {f"bbox[{i}]": v for i, v in enumerate(bbox) if v is not None}
        x, y, z, *rest = promote(name, allow_complex=False, **{"x": x, "y": y, "z": z, **given})
        ends = dict(zip(given, rest, strict=True))
        for label, v, axis, k in (("x", x, 0, kx), ("y", y, 1, ky)):
            if v.dim() != 1 or not holds((v.diff() > 0).all()):
                raise ValueError(f"{label} must be strictly increasing")
            if z.dim() != 2 or z.shape[axis] != v.shape[0]:
                raise ValueError(
                    f"{label} dimension of z must have same number of elements as {label}, got "
                    f"{shape_text(z.shape)} and {v.shape[0]}"
                )
            if not 1 <= k <= 5 or v.shape[0] <= k:
                raise ValueError(f"{name}: k{label} must be 1 to 5 and less than the {v.shape[0]} points, got {k}")
        if s != 0:
            take_host_route(name, x.device, _SEARCH)
            bounds = tuple(
                ends.get(f"bbox[{i}]", default).reshape(()) for i, default in enumerate((x[0], x[-1], y[0], y[-1]))
            )
            condition = torch.as_tensor(s, dtype=z.dtype, device=z.device)
            tx, ty, c, fp, ier = smooth_grid(x, y, z, bounds, (kx, ky), condition, maxit)
            if ier > 0:
                warn(f"{name}: no smoothing parameter gave fp = s to 0.1 %", UserWarning)
            self._assign(tx, ty, c.reshape(-1), (kx, ky), fp)
            return
        knots, c = [], z
        for i, (v, k) in enumerate(((x, kx), (y, ky))):
            low, high = ends.get(f"bbox[{2 * i}]", v[0]), ends.get(f"bbox[{2 * i + 1}]", v[-1])
            inner = not_a_knot(v, k)[k + 1 : -k - 1]
            knots.append(torch.cat((low.reshape(1).expand(k + 1), inner, high.reshape(1).expand(k + 1))))
            c = solve_collocation(rows_at(knots[-1], v, k), c, k, False).mT
        self._assign(knots[0], knots[1], c.reshape(-1), (kx, ky), z.new_zeros(()))
