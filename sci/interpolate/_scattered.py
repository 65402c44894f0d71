"""Scattered data: linear on triangles, and the nearest value."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from .._core import runtime
from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import bad_argument, take_host_route
from .._core.torch_private import is_wrapped
from ._checks import flatten_trailing, holds, nothing_differentiates, promote_over_real, shape_text
from ._interp1d import interp1d
from ._nearest import Cells, by_distances
from ._rgi import coordinates

runtime.load_library()

_WHY = "the triangulation and the search in it are Qhull's"


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    real = dtype.to_real() if dtype.is_complex else dtype
    points = torch.rand(12, 2, dtype=real, generator=generator).to(device)
    yield Sample(points, torch.randn(12, 2, dtype=dtype, generator=generator).to(device))


def _use(thing: Any, points: Tensor, values: Tensor) -> Tensor:
    at = made_there([[0.52, 0.53], [0.43, 0.6]], dtype=points.dtype, device=points.device)
    out: Tensor = thing(points, values)(at)
    return out


def _use_griddata(f: Any, points: Tensor, values: Tensor) -> Tensor:
    out: Tensor = f(points, values, made_there([[0.52, 0.53]], dtype=points.dtype, device=points.device))
    return out


def _host(x: Tensor) -> np.ndarray[Any, Any]:
    x = x.detach().to("cpu", torch.float64)
    # A tensor under a transform has no memory of its own.
    return np.asarray(x.tolist()).reshape(x.shape) if is_wrapped(x) else x.numpy()


def _arrays(
    name: str, points: Any, values: Any, fewest: int, called: tuple[str, str] = ("points", "values")
) -> tuple[Tensor, Tensor]:
    if isinstance(points, tuple):
        points = torch.stack(promote_over_real(name, {f"points[{k}]": p for k, p in enumerate(points)}, {}), -1)
    points, values = promote_over_real(name, {called[0]: points}, {called[1]: values})
    points = points[:, None] if points.dim() == 1 and fewest == 1 else points
    if points.dim() != 2:
        raise ValueError(f"{name}: points must have shape (n, ndim), got {shape_text(points.shape)}")
    if values.dim() == 0 or values.shape[0] != points.shape[0]:
        raise ValueError(
            f"{name}: different number of values and points: {shape_text(values.shape)} and {shape_text(points.shape)}"
        )
    if points.shape[1] < fewest:
        raise ValueError(f"{name}: input data must be at least {fewest}-D, got {points.shape[1]} dimensions")
    return points, values


def _rescaling(points: Tensor, rescale: bool) -> tuple[Tensor, Tensor]:
    """Return offset and scale of the coordinates."""
    if not rescale:
        return points.new_zeros(points.shape[1]), points.new_ones(points.shape[1])
    spread = points.amax(0) - points.amin(0)
    return points.mean(0), torch.where(spread > 0, spread, 1)


class Triangulation:
    """Points, values and their Delaunay triangulation, which Qhull makes on the host."""

    def __init__(self, name: str, points: Any, values: Any, rescale: bool) -> None:
        from scipy.spatial import Delaunay

        given = points if isinstance(points, Delaunay) else None
        if given is not None and rescale:
            raise ValueError(f"{name}: Rescaling is not supported when passing a Delaunay triangulation as points.")
        self.points, self.values = _arrays(name, given.points if given is not None else points, values, 2)
        self.offset, self.scale = _rescaling(self.points, rescale)
        take_host_route(name, self.points.device, _WHY)
        self.scaled = (self.points - self.offset) / self.scale
        self.tri = given if given is not None else Delaunay(_host(self.scaled))
        self.simplices = torch.as_tensor(self.tri.simplices, dtype=torch.int64, device=self.points.device)
        self.corners = self.scaled[self.simplices]  # (simplices, ndim + 1, ndim)
        self.inverse = torch.linalg.inv_ex((self.corners[:, :-1] - self.corners[:, -1:]).mT)[0]
        self._grid: tuple[tuple[Tensor, ...], int] | None = None

    def locate(self, at: Tensor) -> tuple[Tensor, Tensor]:
        """Return the simplices of points (n, ndim), -1 outside, and the barycentric coordinates there (n, ndim + 1)."""
        q = (at - self.offset) / self.scale
        if q.shape[1] <= 4 and not is_wrapped(q):
            found, weights = self._walk(q.detach().to(self.corners.dtype))
            if nothing_differentiates(q, self.corners) and weights.dtype is q.dtype:
                return found, weights
        else:
            found = torch.as_tensor(self.tri.find_simplex(_host(q)), dtype=torch.int64, device=q.device)
        simplex = found.clamp(min=0)
        first = (self.inverse[simplex] @ (q - self.corners[simplex, -1]).unsqueeze(-1)).squeeze(-1)
        return found, torch.cat((first, 1 - first.sum(-1, keepdim=True)), -1)

    def _walk(self, q: Tensor) -> tuple[Tensor, Tensor]:
        if self._grid is None:
            self._grid = self._cells()
        found, weights = torch.ops.sci.simplex_walk.default(*self._grid[0], q, self._grid[1])
        lost = torch.nonzero(found == -2).reshape(-1)  # simplices without volume: Qhull's own search
        if lost.shape[0]:
            found[lost] = torch.as_tensor(self.tri.find_simplex(_host(q[lost])), dtype=torch.int64, device=q.device)
            own = found[lost].clamp(min=0)
            first = (self.inverse.detach()[own] @ (q[lost] - self.corners.detach()[own, -1]).unsqueeze(-1)).squeeze(-1)
            weights[lost] = torch.cat((first, 1 - first.sum(-1, keepdim=True)), -1)
        return found, weights

    def _cells(self) -> tuple[tuple[Tensor, ...], int]:
        """Return what the walk needs: the simplices, and a grid of cells with a simplex near the middle of each."""
        inverse, corners = self.inverse.detach(), self.corners.detach()
        d = corners.shape[-1]
        neighbors = torch.as_tensor(self.tri.neighbors, dtype=torch.int64, device=corners.device)
        low, high = corners.amin((0, 1)), corners.amax((0, 1))
        cells = max(1, round(corners.shape[0] ** (1 / d)))
        scale = cells / torch.where(high > low, high - low, 1)
        parts = (inverse, corners[:, -1], neighbors)
        coarse = (low, torch.zeros_like(scale), torch.zeros(1, dtype=torch.int64, device=low.device))
        middle = torch.cartesian_prod(
            *[(torch.arange(cells, device=low.device) + 0.5) / scale[k] + low[k] for k in range(d)]
        )
        starts, _ = torch.ops.sci.simplex_walk.default(*parts, *coarse, middle.reshape(-1, d).to(low), 1)
        return (*parts, low, scale, starts), cells


@function(
    differentiable=("points", "values"), samples=_samples, call=_use, batch=False, compiles=False, host_route=_WHY
)
class LinearNDInterpolator:
    """Piecewise linear interpolation of scattered data in N > 1 dimensions.

    Equivalent to `scipy.interpolate.LinearNDInterpolator`, on tensors and differentiable in points, values and queries.

    Parameters
    ----------
    points : array_like, shape (npoints, ndims), or scipy.spatial.Delaunay
        Data points, or their triangulation.
    values : array_like, shape (npoints, ...)
        Values, real or complex.
    fill_value : float, optional
        Value outside of the convex hull. Default is NaN.
    rescale : bool, optional
        Whether to bring the coordinates to unit size before the triangulation.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Notes
    -----
    Qhull triangulates, and finds the simplex of each query, on the host [1]_. What follows is on the data's device: the
    barycentric coordinates in that simplex, and the values' mean with them as weights. Derivatives are those with the
    triangulation held fixed, exact as long as it does not change.

    References
    ----------
    .. [1] http://www.qhull.org/

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import LinearNDInterpolator
    >>> points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> LinearNDInterpolator(points, points[:, 0] - points[:, 1])(0.5, 0.25)
    tensor(0.2500)
    """

    def __init__(self, points: Any, values: Any, fill_value: Any = float("nan"), rescale: bool = False) -> None:
        name = type(self).__name__
        self._mesh = Triangulation(name, points, values, rescale)
        self.points, self.values, self.tri = self._mesh.points, self._mesh.values, self._mesh.tri
        self.is_complex = self.values.is_complex()
        self.fill_value = fill_value

    def __call__(self, *args: Any) -> Tensor:
        """Evaluate the interpolant.

        Parameters
        ----------
        *args : array_like
            Points of shape (..., ndims), or one array per coordinate, which broadcast.

        Returns
        -------
        Tensor
            Values.
        """
        name, d = type(self).__name__, self.points.shape[1]
        at = coordinates(name, args[0] if len(args) == 1 else args, d, self.points.device)
        at, values = promote_over_real(name, {"xi": at}, {"values": self.values})
        found, weights = self._mesh.locate(at.reshape(math.prod(at.shape[:-1]), d))
        vertices = self._mesh.simplices[found.clamp(min=0)]
        out = (weights.unsqueeze(-1) * flatten_trailing(values, 1)[vertices]).sum(1)
        out = torch.where((found < 0)[:, None], self.fill_value, out)
        return out.reshape(at.shape[:-1] + values.shape[1:])


@function(
    differentiable=("y",),
    samples=lambda g, dtype, device: _samples(g, dtype, device),
    call=lambda thing, points, values: _use(thing, points.detach(), values),
    batch=False,
    compiles=False,
    host_route="a k-d tree finds neighbours of points that crowd in few places, or have five and more coordinates",
)
class NearestNDInterpolator:
    """The value of the nearest of scattered points.

    Equivalent to `scipy.interpolate.NearestNDInterpolator`, on tensors and differentiable in the values.

    Parameters
    ----------
    x : array_like, shape (npoints, ndims)
        Data points.
    y : array_like, shape (npoints, ...)
        Values.
    rescale : bool, optional
        Whether to bring the coordinates to unit size first.
    tree_options : dict, optional
        Options of SciPy's k-d tree.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Notes
    -----
    In up to four dimensions a grid of cells holds the points, about two in each, and the search goes from the query's
    cell outwards. Where points crowd in few cells, or dimensions are more, SciPy's k-d tree finds the neighbours on the
    CPU, and on CUDA all distances are compared. Of neighbours equally near the first one counts. The result is
    piecewise constant in points and queries, which have no derivative.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import NearestNDInterpolator
    >>> nearest = NearestNDInterpolator(torch.tensor([[0.0, 0.0], [1.0, 1.0]]), torch.tensor([3.0, 5.0]))
    >>> nearest(0.9, 0.7)
    tensor(5.)
    """

    def __init__(self, x: Any, y: Any, rescale: bool = False, tree_options: Any = None) -> None:
        name = type(self).__name__
        self.points, self.values = _arrays(name, x, y, 1, ("x", "y"))
        self.offset, self.scale = _rescaling(self.points, rescale)
        self._scaled = ((self.points - self.offset) / self.scale).detach()
        self._cells = Cells(self._scaled)
        self._tree_options = tree_options

    @functools.cached_property
    def tree(self) -> Any:
        """SciPy's k-d tree of the points, made when it is asked for."""
        from scipy.spatial import KDTree

        return KDTree(_host(self._scaled), **(self._tree_options or {}))

    def __call__(self, *args: Any, **query_options: Any) -> Tensor:
        """Evaluate the interpolant.

        Parameters
        ----------
        *args : array_like
            Points of shape (..., ndims), or one array per coordinate, which broadcast.
        **query_options : optional
            Options of the k-d tree's query, for tensors on the CPU.

        Returns
        -------
        Tensor
            Values, NaN where there is no neighbour within ``distance_upper_bound``.
        """
        name, d = type(self).__name__, self.points.shape[1]
        at = coordinates(name, args[0] if len(args) == 1 else args, d, self.points.device)
        (at,) = promote_over_real(name, {"xi": at}, {})
        q = ((at.detach() - self.offset) / self.scale).reshape(math.prod(at.shape[:-1]), d)
        columns = flatten_trailing(self.values, 1)
        if not holds(torch.isfinite(q).all()):
            raise ValueError(f"{name}: 'x' must be finite, check for nan or inf values")
        on_host = not self.points.is_cuda
        if query_options and not on_host:
            raise bad_argument(name, "query_options", "empty on CUDA", sorted(query_options))
        if not self._cells.crowded and not query_options:
            place = self._cells.nearest(q)
        elif on_host:
            place = torch.as_tensor(self.tree.query(_host(q), **query_options)[1], dtype=torch.int64, device=q.device)
        else:
            place = by_distances(self._scaled, q)
        known = place < columns.shape[0]
        out = columns[place.clamp(max=columns.shape[0] - 1)]
        out = torch.where(known[:, None], out, torch.nan)
        return out.reshape(at.shape[:-1] + self.values.shape[1:])


@function(
    differentiable=("points", "values"),
    samples=_samples,
    call=_use_griddata,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
def griddata(
    points: Any, values: Any, xi: Any, method: str = "linear", fill_value: Any = float("nan"), rescale: bool = False
) -> Tensor:
    """Interpolate scattered data, in one call.

    Equivalent to `scipy.interpolate.griddata`.

    Parameters
    ----------
    points : array_like, shape (n, ndims), or tuple of ndims arrays
        Data points.
    values : array_like, shape (n, ...)
        Values.
    xi : array_like, shape (..., ndims), or tuple of ndims arrays
        Points to interpolate at; the arrays of a tuple broadcast.
    method : {'linear', 'nearest', 'cubic'}, optional
        'cubic' in one and two dimensions only.
    fill_value : float, optional
        Value outside of the convex hull, NaN by default; not for 'nearest'.
    rescale : bool, optional
        Whether to bring the coordinates to unit size first.

    Returns
    -------
    Tensor
        Values.

    Raises
    ------
    ValueError
        If `method` is unknown for that number of dimensions, or shapes do not fit.

    Notes
    -----
    Derivatives are those of `LinearNDInterpolator`, `CloughTocher2DInterpolator`, `NearestNDInterpolator` and
    `interp1d`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import griddata
    >>> points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    >>> griddata(points, points[:, 0], torch.tensor([[0.25, 0.5]]))
    tensor([0.2500])
    """
    points, data = _arrays("griddata", points, values, 1)
    ndim = points.shape[1]
    if ndim == 1 and method in ("nearest", "linear", "cubic"):
        at = xi[0] if isinstance(xi, tuple) else xi
        fill = "extrapolate" if method == "nearest" else fill_value
        out = interp1d(points[:, 0], data, method, axis=0, bounds_error=False, fill_value=fill)(at)
        return out
    if method == "nearest":
        return NearestNDInterpolator(points, data, rescale)(xi)
    if method == "linear":
        return LinearNDInterpolator(points, data, fill_value, rescale)(xi)
    if method == "cubic" and ndim == 2:
        from ._clough_tocher import CloughTocher2DInterpolator  # which stands on this module

        return CloughTocher2DInterpolator(points, data, fill_value, rescale=rescale)(xi)
    raise ValueError(f"griddata: Unknown interpolation method {method!r} for {ndim} dimensional data")
