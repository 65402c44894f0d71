"""Interpolation on regular grids: nearest, linear, tensor-product splines and PCHIP, in any number of dimensions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import as_tensor, floating, made_there
from .._core.cards import Sample, function
from .._core.checks import known
from .._core.dispatch import operator
from .._core.errors import bad_argument, describe, items
from .._core.torch_private import fake_mode_active
from . import _piecewise, _tensor_spline
from ._checks import (
    batch_shape,
    flatten_trailing,
    holds,
    nothing_differentiates,
    promote_over_real,
    ready,
    same_kind,
    shape_text,
)
from ._cubic import _hermite
from ._grid_splines import coefficients
from ._knots import not_a_knot
from ._spline_slopes import pchip_slopes

_DEGREES = {"slinear": 1, "cubic": 3, "quintic": 5}
_METHODS = ("linear", "nearest", "slinear", "cubic", "quintic", "pchip")
# SciPy's older implementations of the same interpolants.
_LEGACY = {"slinear_legacy": "slinear", "cubic_legacy": "cubic", "quintic_legacy": "quintic"}
# The fewest points per dimension.
_FEWEST = {"slinear": 2, "cubic": 4, "quintic": 6, "pchip": 4}

runtime.load_library()


def _places_fake(query: Tensor, ends: Tensor) -> Tensor:
    return query.new_empty((*batch_shape((query, 2), (ends, 2)), query.shape[-2]), dtype=torch.uint8)


def _nearest_fake(points: Tensor, query: Tensor, sizes: list[int]) -> Tensor:
    return query.new_empty((*batch_shape((points, 1), (query, 2)), query.shape[-2]), dtype=torch.int64)


# places(query (*, n, d), ends (*, 2, d)) -> (*, n): 0 inside, 1 outside, 2 and 3 the same with a NaN
_grid_places: Callable[..., Tensor] = operator("grid_places", fake=_places_fake, core_dims=(2, 2))
# nearest(points (*, all), query (*, n, d), sizes) -> (*, n): the number of the nearest grid point
_grid_nearest: Callable[..., Tensor] = operator("grid_nearest", fake=_nearest_fake, core_dims=(1, 2))
# grid_linear(points of each dimension) -> knots of degree 1, ends (2, d), whether all ascend; on the CPU
_grid_linear = torch.ops.sci.grid_linear.default


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=dtype, generator=generator).to(device)

    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([0.0, 0.3, 1.0, 1.4, 2.0, 2.1], dtype=real, device=device)
    y = torch.tensor([0.0, 0.5, 1.0, 2.5, 3.0], dtype=real, device=device)
    for method in ("linear", "slinear", "cubic", "pchip"):
        if method != "pchip" or not dtype.is_complex:
            yield Sample((x, y), random(6, 5), method)
    yield Sample((x,), random(6, 2), "quintic")
    yield Sample((x, y), random(6, 5, 2), "linear", bounds_error=False)


def _use(thing: Any, points: tuple[Tensor, ...], values: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    at = made_there([[0.1, 0.2], [1.9, 2.4], [1.2, 1.7]], dtype=points[0].dtype, device=values.device)
    result: Tensor = thing(points, values, *args, **kwargs)(at[:, : len(points)])
    return result


@function(differentiable=("points", "values"), samples=_samples, call=_use)
class RegularGridInterpolator:
    r"""Interpolator of specified order on a rectilinear grid in N >= 1 dimensions.

    Equivalent to `scipy.interpolate.RegularGridInterpolator`, on tensors and differentiable in grid points,
    values and query points.

    Parameters
    ----------
    points : tuple of array_like, of shapes (m1,), ..., (mn,)
        The grid in each dimension, real, strictly ascending or descending.
    values : array_like, shape (m1, ..., mn, ...)
        The data on the grid, real or complex; trailing dimensions are interpolated alike.
    method : str, optional
        "linear" (default), "nearest", "slinear", "cubic", "quintic" or "pchip". It becomes the default of calls.
    bounds_error : bool, optional
        If True (default), a query outside of the grid raises; if False, `fill_value` is used.
    fill_value : float or None, optional
        Value outside of the grid, NaN by default. None extrapolates.
    solver, solver_args : optional
        SciPy's choice of an iterative solver. Here coefficients are found directly, and anything but None raises.

    Attributes
    ----------
    grid : tuple of Tensor
        The points, ascending.
    values : Tensor
        The data, in the order of `grid`.
    method : str
        Interpolation method.
    fill_value : float or None
        Value outside of the grid.
    bounds_error : bool
        Whether queries outside of the grid raise.

    Raises
    ------
    ValueError
        If shapes do not fit, points are not strictly monotonic (data: not checked in compiled code and under
        `torch.func.vmap`), `method` is unknown, a dimension has too few points for the method, values are complex for
        "pchip", or `fill_value` is complex for real values.
    TypeError
        If an argument holds no numbers, or `solver` is given for a spline method.

    Notes
    -----
    "linear" and the spline methods "slinear", "cubic" and "quintic" (degrees 1, 3, 5, not-a-knot) are tensor products
    of B-splines [1]_: one kernel finds the cell, the (degree + 1) B-splines of each dimension and their product with
    the coefficients. These solve a banded system along each axis; "linear" has the values themselves. "pchip"
    interpolates along the last dimension first, then along the one before.

    Derivatives: in coordinate k of a query, the partial derivative of the interpolant, computed like the value; in
    the values, the adjoint map, summed in the order of the queries, so that results are reproducible on CUDA too,
    followed for splines by the transposed solves. All orders exist; at a grid point "linear" has the derivative on its
    right. "nearest" is piecewise constant: its gradient in the values selects, and it has none in the queries.
    Derivatives in the grid points go through the recurrence of the B-splines, differentiated; they are computed only
    when asked for, in several passes over all queries.

    ``bounds_error=True`` reads the queries' extremes, which on CUDA waits for the device at each call.

    References
    ----------
    .. [1] C. de Boor, *A Practical Guide to Splines*, revised edition, Springer, 2001, chapters IX, X, XIII, XVII.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import RegularGridInterpolator
    >>> x = torch.linspace(0, 4, 9, dtype=torch.float64)
    >>> y = torch.linspace(0, 5, 11, dtype=torch.float64)
    >>> interpolate = RegularGridInterpolator((x, y), x[:, None] ** 2 + 3 * y, method="cubic")
    >>> query = torch.tensor([[1.1, 2.2], [3.3, 0.4]], dtype=torch.float64, requires_grad=True)
    >>> interpolate(query)
    tensor([ 7.8100, 12.0900], dtype=torch.float64, grad_fn=<...>)
    >>> torch.autograd.grad(interpolate(query).sum(), query)[0]  # (2 x, 3)
    tensor([[2.2000, 3.0000],
            [6.6000, 3.0000]], dtype=torch.float64)
    """

    def __init__(
        self,
        points: Sequence[Any],
        values: Any,
        method: str = "linear",
        bounds_error: bool = True,
        fill_value: Any = float("nan"),
        *,
        solver: Any = None,
        solver_args: Any = None,
    ) -> None:
        name = type(self).__name__
        method = _known_method(name, method)
        if solver is not None or solver_args is not None:
            argument, got = ("solver", solver) if solver is not None else ("solver_args", solver_args)
            kind = TypeError if method in _DEGREES else ValueError
            raise bad_argument(
                name,
                argument,
                "None (spline coefficients are found directly)",
                got,
                kind,
            )
        self.method = method
        self.bounds_error = bounds_error
        if isinstance(points, Tensor):
            points = tuple(points.unbind())
        arrays = items(name, "points", points, "a sequence of arrays, one per dimension")
        if ready(*arrays, values):
            grid, data = arrays, values
        else:
            given = {f"points[{k}]": p for k, p in enumerate(arrays)}
            *grid, data = promote_over_real(name, given, {"values": values})
        shape = data.shape
        if len(grid) > len(shape):
            raise ValueError(f"{name}: there are {len(grid)} point arrays, but values has {len(shape)} dimensions")
        for k, p in enumerate(grid):
            size = p.shape
            if len(size) != 1:
                raise ValueError(f"{name}: the points in dimension {k} must be 1-dimensional, got {shape_text(size)}")
            if size[0] != shape[k]:
                text = f"there are {size[0]} points and {shape[k]} values along dimension {k}"
                raise ValueError(f"{name}: {text}")
        self.fill_value = fill_value if fill_value is None else _fill(name, fill_value, data)
        made = _linear(grid) if method == "linear" else None
        if made is not None:
            self.grid, self.values = tuple(grid), data
            knots, self._ends = made
            rows, columns = math.prod(shape[: len(grid)]), math.prod(shape[len(grid) :])
            self._prepared = {method: (data.reshape(rows, columns), knots)}
            return
        if not _ascending(grid):
            for k, p in enumerate(grid):
                step = p.diff()
                if not holds((step > 0).all()):
                    if not holds((step < 0).all()):
                        text = f"the points in dimension {k} must be strictly ascending or descending"
                        raise ValueError(f"{name}: {text}")
                    grid[k], data = p.flip(0), data.flip(k)
        self.grid, self.values = tuple(grid), data
        self._check_sizes(method)
        self._ends = torch.cat([p[:1] for p in grid] + [p[-1:] for p in grid]).detach().reshape(2, len(grid))
        self._prepared = {method: self._prepare(method)}

    def __call__(self, xi: Any, method: str | None = None, *, nu: Sequence[int] | None = None) -> Tensor:
        """Interpolate at points.

        Parameters
        ----------
        xi : array_like, shape (..., ndim), or tuple of ndim arrays
            The coordinates; the arrays of a tuple broadcast. In one dimension (n,) is taken as (n, 1); in more, (ndim,)
            as (1, ndim).
        method : str, optional
            Interpolation method; that of the object if None.
        nu : sequence of int, length ndim, optional
            Orders of the partial derivatives to evaluate; for "slinear", "cubic" and "quintic".

        Returns
        -------
        Tensor
            Values, of shape ``xi.shape[:-1] + values.shape[ndim:]``. NaN where a coordinate is NaN.
        """
        name = type(self).__name__
        method = self.method if method is None else _known_method(name, method)
        ndim = len(self.grid)
        orders = [0] * ndim
        if nu is not None:
            if method not in _DEGREES:
                raise ValueError(
                    f"{name}: method {method!r} cannot compute derivatives nu; use one of {list(_DEGREES)}"
                )
            if isinstance(nu, int) or len(nu) != ndim or any(order < 0 for order in nu):
                raise ValueError(f"{name}: nu must be {ndim} non-negative orders of derivatives, got {nu!r}")
            orders = [int(order) for order in nu]
        if method in self._prepared:
            c, grid = self._prepared[method]
        else:  # not kept, so that a call changes nothing that others see
            self._check_sizes(method)
            c, grid = self._prepare(method)
        ends = self._ends
        if same_kind(xi, ends) and xi.dim() >= 2 and xi.shape[-1] == ndim:
            query = xi
        else:
            xi = coordinates(name, xi, ndim, ends.device)
            query, ends, grid, c = promote_over_real(name, {"xi": xi, "points": ends, "grid": grid}, {"values": c})
        flat = query if query.dim() == 2 else query.reshape(query.shape[:-1].numel(), ndim)
        fills = not self.bounds_error and self.fill_value is not None
        if self.bounds_error or fills:
            places = _grid_places(flat.detach(), ends)
        if self.bounds_error and flat.shape[0] and not holds(places.amax() == 0):
            raise ValueError(_out_of_bounds(flat, ends))
        sizes = [p.shape[0] for p in self.grid]
        if method == "nearest":
            out = c[_grid_nearest(grid.detach(), flat.detach(), sizes)]
            out = torch.where(torch.isnan(flat.detach()).any(-1, keepdim=True), float("nan"), out)
        elif method == "pchip":
            parts = torch.split(grid, sizes)  # type: ignore[no-untyped-call]
            out = _pchip(parts, c.reshape(*sizes, c.shape[-1]), flat)
        else:
            sizes = [max(size, 2) for size in sizes]
            out = _tensor_spline.evaluate(c, grid, flat, sizes, orders, [_DEGREES.get(method, 1)] * ndim)
        if fills:
            given = self.fill_value
            make = made_there if isinstance(given, (int, float, complex)) else torch.as_tensor
            fill = make(given, dtype=out.dtype, device=out.device)
            out = torch.where((places == 1).unsqueeze(-1), fill, out)
        return out.reshape(query.shape[:-1] + self.values.shape[ndim:])

    def _prepare(self, method: str) -> tuple[Tensor, Tensor]:
        """Return what the kernel of a method reads: coefficients (size, columns), and all knots or points in a row."""
        ndim, grid = len(self.grid), list(self.grid)
        values = flatten_trailing(self.values, ndim)
        if method in ("nearest", "pchip"):
            return values.reshape(values.shape[:-1].numel(), values.shape[-1]), torch.cat(grid)
        degree = _DEGREES.get(method, 1)
        for k, p in enumerate(grid):
            if p.shape[0] == 1:  # linear, and constant along this dimension: two equal rows, anywhere
                grid[k] = torch.cat((p, p + 1))
                values = values.expand(*values.shape[:k], 2, *values.shape[k + 1 :])
        c = coefficients(values, grid, degree)
        return c.reshape(c.shape[:-1].numel(), c.shape[-1]), torch.cat([not_a_knot(p, degree) for p in grid])

    def _check_sizes(self, method: str) -> None:
        fewest = _FEWEST.get(method, 1)
        for k, p in enumerate(self.grid):
            if p.shape[0] < fewest:
                text = f"there are {p.shape[0]} points in dimension {k}, but method {method} requires at least {fewest}"
                raise ValueError(f"{type(self).__name__}: {text} points in dimension {k}")
        if method == "pchip" and self.values.is_complex():
            raise ValueError(f"{type(self).__name__}: values must be real for method 'pchip', got {self.values.dtype}")


def _samples_interpn(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    x = torch.tensor([0.0, 0.3, 1.0, 1.4, 2.0], dtype=real, device=device)
    y = torch.tensor([0.0, 0.5, 1.0, 1.2, 2.5, 3.0], dtype=real, device=device)
    values = torch.randn(5, 6, dtype=dtype, generator=generator).to(device)
    query = (0.1 + 1.8 * torch.rand(4, 2, dtype=real, generator=generator)).to(device)
    for method in ("linear", "cubic"):
        yield Sample((x, y), values, query, method)


@function(differentiable=("points", "values", "xi"), samples=_samples_interpn)
def interpn(
    points: Sequence[Any],
    values: Any,
    xi: Any,
    method: str = "linear",
    bounds_error: bool = True,
    fill_value: Any = float("nan"),
) -> Tensor:
    """Interpolate on a rectilinear grid, in one call.

    Equivalent to `scipy.interpolate.interpn`.

    Parameters
    ----------
    points, values
        The grid and the data on it, as for `RegularGridInterpolator`.
    xi : array_like, shape (..., ndim), or tuple of ndim arrays
        The coordinates to interpolate at.
    method : str, optional
        A method of `RegularGridInterpolator`, or "splinef2d", bicubic for real data in two dimensions, without
        extrapolation.
    bounds_error : bool, optional
        If True (default), a query outside of the grid raises.
    fill_value : float or None, optional
        Value outside of the grid, NaN by default; None extrapolates.

    Returns
    -------
    Tensor
        Values, of shape ``xi.shape[:-1] + values.shape[ndim:]``.

    Raises
    ------
    ValueError
        As `RegularGridInterpolator`.

    Notes
    -----
    Its derivatives are those of `RegularGridInterpolator`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import interpn
    >>> x = torch.tensor([0.0, 1.0, 3.0], dtype=torch.float64)
    >>> interpn((x, x), x[:, None] + 10 * x, torch.tensor([0.5, 2.0], dtype=torch.float64))
    tensor([20.5000], dtype=torch.float64)
    """
    if method == "splinef2d":
        if len(points) != 2:
            raise ValueError(f"interpn: method 'splinef2d' can only be used for 2-dimensional input, got {len(points)}")
        data = as_tensor(values, "values", "interpn")
        if data.dim() != 2 or data.is_complex():
            raise bad_argument("interpn", "values", "2-dimensional and real for method 'splinef2d'", values)
        if not bounds_error and fill_value is None:
            raise ValueError("interpn: method 'splinef2d' does not support extrapolation, fill_value cannot be None")
        method = "cubic"
    else:
        method = _known_method("interpn", method)
    return RegularGridInterpolator(points, values, method, bounds_error, fill_value)(xi)


def _known_method(name: str, method: Any) -> str:
    if isinstance(method, str):
        known = _LEGACY.get(method, method)
        if known in _METHODS:
            return known
    raise bad_argument(name, "method", f"one of {_METHODS}", method)


def _ascending(grid: Sequence[Tensor]) -> bool:
    """Return whether the points ascend in every dimension, found with one transfer; see `holds`."""
    steps = [p.diff() for p in grid if p.shape[0] > 1]
    lowest = known(torch.cat(steps).min()) if steps else None
    return lowest is None or lowest > 0


def _linear(grid: Sequence[Tensor]) -> tuple[Tensor, Tensor] | None:
    """Return knots and ends in one call where nothing differentiates; None there, and where points do not ascend."""
    if not grid[0].is_cpu or not nothing_differentiates(*grid) or fake_mode_active():
        return None
    for p in grid:
        if p.shape[0] < 2:
            return None
    knots, ends, ascending = _grid_linear(grid)
    return (knots, ends) if ascending else None


def _fill(name: str, fill_value: Any, values: Tensor) -> Any:
    if isinstance(fill_value, (int, float)):
        return fill_value
    fill = as_tensor(fill_value, "fill_value", name)
    if fill.numel() != 1 or (fill.is_complex() and not values.is_complex()):
        text = f"fill_value must be either None or a number of a type compatible with values ({values.dtype})"
        raise ValueError(f"{name}: {text}, got {describe(fill_value)}")
    return fill_value if not isinstance(fill_value, Tensor) else fill.reshape(())


def coordinates(name: str, xi: Any, ndim: int, device: torch.device) -> Tensor:
    """Return queries as one tensor (..., ndim)."""
    if isinstance(xi, tuple) and len(xi) == 1:
        xi = xi[0]
    if isinstance(xi, tuple):
        parts = [as_tensor(part, f"xi[{k}]", name, device) for k, part in enumerate(xi)]
        shape = torch.broadcast_shapes(*(part.shape for part in parts))  # type: ignore[no-untyped-call]
        dtype = parts[0].dtype
        for part in parts[1:]:
            dtype = torch.promote_types(dtype, part.dtype)
        x = torch.stack([part.to(floating(dtype)).expand(shape) for part in parts], -1)
    else:
        x = as_tensor(xi, "xi", name, device)
        if x.dim() == 0:
            x = x[None]
        if x.dim() == 1:
            x = x[:, None] if ndim == 1 else x[None]
    if x.shape[-1] != ndim:
        text = f"The requested sample points xi have dimension {x.shape[-1]}, but this {name} has dimension {ndim}"
        raise ValueError(text)
    return x


def _out_of_bounds(x: Tensor, ends: Tensor) -> str:
    inside = ((x >= ends[0]) & (x <= ends[1])).all(0).tolist()
    return f"One of the requested xi is out of bounds in dimension {inside.index(False)}"


def _pchip(grid: Sequence[Tensor], values: Tensor, x: Tensor) -> Tensor:
    """Interpolate monotonically along the last dimension, then the one before, and so on, at x (n, d)."""
    ndim, count = len(grid), x.shape[0]
    columns = flatten_trailing(values, ndim)
    y = columns.movedim(ndim - 1, 0)  # (m, ..., columns)
    h = grid[-1].diff()
    c = _hermite(grid[-1], y, pchip_slopes(h, flatten_trailing(y, 1)).reshape(y.shape))
    out = _piecewise.evaluate(flatten_trailing(c, 2), grid[-1], x[:, -1], 0, True)
    out = out.reshape(count, *y.shape[1:])
    for k in range(ndim - 2, -1, -1):  # out: (n, m_0, ..., m_k, columns), a set of data of its own for each query
        y = out.movedim(k + 1, 0)
        flat = flatten_trailing(y, 1)
        c = _hermite(grid[k], y, pchip_slopes(grid[k].diff(), flat).reshape(y.shape))
        c = flatten_trailing(c, 3).movedim(2, 0)  # (n, 4, m - 1, rest)
        out = _piecewise.evaluate(c, grid[k], x[:, k : k + 1], 0, True).reshape(count, *y.shape[2:])
    return out
