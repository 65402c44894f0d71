r"""Splines on the sphere: in colatitude and longitude, one value and, if asked, one tangent plane at each pole.

The tensor products are cubic, in longitude periodic. At a pole all coefficients of the first row are one number; for
continuous derivatives those of the second row are that number plus ``a cos(phi) + b sin(phi)``, by the coefficients of
the splines through cosine and sine at the knots (P. Dierckx, Algorithms for smoothing data on the sphere with tensor
product splines, Computing 32 (1984) 319). The free coefficients are fitted as on a rectangle, `_surface_fit`.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.errors import real
from ._bivariate import BivariateSpline
from ._checks import holds, shape_text
from ._collocation import rows_at
from ._smoothing_search import as_matrix, jumps, laid_out
from ._surface_fit import WHY, Points, Space, both_ways, default_most, least_squares, search
from ._surfaces import scattered, warn_of


@dataclasses.dataclass
class Sphere:
    """Splines on the sphere; per pole: whether it has a tangent plane, and whether that is flat."""

    tx: Tensor
    ty: Tensor
    smooth: tuple[bool, bool] = (True, True)
    flat: tuple[bool, bool] = (False, False)
    degrees: tuple[int, int] = (3, 3)

    def columns(self) -> int:
        """Return how many periodic B-splines there are."""
        return self.ty.shape[0] - 7

    def _waves(self) -> Tensor:
        """Return the coefficients (n, 2) of the periodic splines through cosine and sine at the knots."""
        n = self.columns()
        at = self.ty[3 : 3 + n]
        matrix = as_matrix(rows_at(self.ty, at, 3), n)
        return torch.linalg.solve(matrix, torch.stack((at.cos(), at.sin()), 1))

    def modes(self) -> tuple[list[Tensor], Tensor]:
        """Return what can be chosen at the poles, and which rows of coefficients are free (rows,).

        The former are coefficients (rows, n, choices), for each pole that of its value, one choice, and that of its
        tangent plane, two.
        """
        rows, n = self.tx.shape[0] - 4, self.columns()
        parts, waves = [], self._waves()
        free = torch.ones(rows, dtype=torch.bool, device=self.tx.device)
        for pole, (first, second) in enumerate(((0, 1), (rows - 1, rows - 2))):
            value = self.tx.new_zeros(rows, n, 1)
            value[first] = 1
            free[first] = False
            if self.smooth[pole]:
                value[second] = 1
                free[second] = False
            parts.append(value)
            if self.smooth[pole] and not self.flat[pole]:
                tilt = self.tx.new_zeros(rows, n, 2)
                tilt[second] = waves
                parts.append(tilt)
        return parts, free

    def expand(self) -> Tensor:
        """Return the matrix (rows * n, free) from free coefficients to tensor-product ones."""
        parts, free = self.modes()
        rows, n = free.shape[0], self.columns()
        inner = torch.eye(rows * n, dtype=self.tx.dtype, device=self.tx.device).reshape(rows * n, rows, n)
        return torch.cat((*(part.flatten(0, 1) for part in parts), inner[:, free].reshape(rows * n, -1)), 1)

    def roughness(self) -> Tensor:
        """Return ``D^T D`` of the jumps at the inner knots of colatitude and at all knots of longitude but one."""
        return both_ways(*self.jumps())

    def jumps(self) -> tuple[Tensor, Tensor]:
        """Return the matrices of these jumps, for the coefficients of one column and of one row."""
        rows, n = self.tx.shape[0] - 4, self.columns()
        dx, dy = (
            as_matrix(jumps(t, 3), size) if count else t.new_zeros(0, size)
            for t, size, count in ((self.tx, rows, rows - 4), (self.ty, n, n - 1))
        )
        return dx, dy


def _space(
    like: Tensor, inner_theta: Sequence[float], inner_phi: Sequence[float], low: float = 0.0, **more: Any
) -> Sphere:
    def there(x: Any) -> Tensor:
        return made_there(x, like.dtype, like.device)

    def ends(a: float, b: float) -> tuple[Tensor, Tensor]:
        return there(a), there(b)

    tx = laid_out(there(list(inner_theta)), ends(0.0, math.pi), 3)
    ty = laid_out(there(list(inner_phi)), ends(low, low + 2 * math.pi), 3, periodic=True)
    return Sphere(tx, ty, **more)


def _refuse_gradients(name: str, **places: Tensor) -> None:
    """Raise where a gradient in places is asked for, which is not there."""
    for label, x in places.items():
        if x.requires_grad:
            raise NotImplementedError(f"{name}: there is no derivative in {label}; detach it")


def _wrapped(space: Space, c: Tensor) -> Tensor:
    """Return the coefficients with the first three columns repeated at the end, row by row."""
    c = c.reshape(-1, space.columns())
    return c[:, torch.arange(space.columns() + 3, device=c.device) % space.columns()].reshape(-1)


class SphereBivariateSpline(BivariateSpline):
    """Spline of colatitude and longitude: base of the classes on the sphere."""

    def __call__(self, theta: Any, phi: Any, dtheta: int = 0, dphi: int = 0, grid: bool = True) -> Tensor:
        """Evaluate the spline or a derivative.

        Parameters
        ----------
        theta, phi : array_like
            Colatitudes from 0 to pi and longitudes: of a grid, ascending, or of points, which broadcast.
        dtheta, dphi : int, optional
            Orders of the partial derivatives. Default is 0.
        grid : bool, optional
            Whether they span a grid. Default is True.

        Returns
        -------
        Tensor
            Values.
        """
        (theta,) = promote(type(self).__name__, allow_complex=False, theta=theta)
        if theta.numel() and not holds(((theta >= 0) & (theta <= math.pi)).all()):
            raise ValueError("requested theta out of bounds.")
        return super().__call__(theta, phi, dtheta, dphi, grid)

    def ev(self, theta: Any, phi: Any, dtheta: int = 0, dphi: int = 0) -> Tensor:
        """Evaluate the spline or a derivative at points, whose coordinates broadcast."""
        return self(theta, phi, dtheta, dphi, grid=False)


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    theta, phi = torch.rand(2, 70, dtype=dtype, generator=generator).to(device)
    theta, phi = 0.2 + 2.7 * theta, 0.1 + 6 * phi
    noise = 0.1 * torch.randn(70, dtype=dtype, generator=generator).to(device)
    yield Sample(theta, phi, torch.cos(theta) + torch.sin(theta) * torch.sin(phi) + noise)


def _smooth_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    for sample in _samples(generator, dtype, device):
        theta, phi, r = sample.args
        yield Sample(theta.tolist(), phi.tolist(), r)


def _places(given: Any, r: Tensor) -> Tensor:
    """Take places from the samples' lists, in the values' dtype."""
    return given if isinstance(given, Tensor) else made_there(given, r.dtype, r.device)


def _use(thing: Any, theta: Any, phi: Any, r: Tensor) -> Tensor:
    theta, phi = _places(theta, r), _places(phi, r)
    if thing.__name__ == "SmoothSphereBivariateSpline":
        spline = thing(theta, phi, r, s=5.0)
    else:
        spline = thing(theta, phi, r, _places([1.5], r), _places([1.5, 3.1, 4.6], r))
    at = made_there([0.4, 1.4, 2.2], dtype=r.dtype, device=r.device)
    out: Tensor = spline.ev(at, 2 * at)
    return out


def _data(name: str, theta: Any, phi: Any, r: Any, w: Any, eps: Any, **more: Any) -> tuple[Points, dict[str, Tensor]]:
    for label, places, top, text in (("theta", theta, math.pi, "pi"), ("phi", phi, 2 * math.pi, "2pi")):
        (at,) = promote(name, allow_complex=False, **{label: places})
        if not holds(((at >= 0) & (at <= top)).all()):
            raise ValueError(f"{label} should be between [0, {text}]")
    data, extra = scattered(name, theta, phi, r, w, ("theta", "phi", "r"), **more)
    if not 0.0 < real(name, "eps", eps) < 1.0:
        raise ValueError("eps should be between (0, 1)")
    return data, extra


@function(
    differentiable=("r", "w", "s"),
    samples=_smooth_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    host_route=WHY,
)
class SmoothSphereBivariateSpline(SphereBivariateSpline):
    """Smoothing spline on the sphere near scattered data.

    Equivalent to `scipy.interpolate.SmoothSphereBivariateSpline`, on tensors and differentiable.

    Parameters
    ----------
    theta, phi, r : array_like, shape (m,)
        Colatitudes from 0 to pi, longitudes from 0 to 2 pi, and values.
    w : array_like, shape (m,), optional
        Weights, not negative. Default is 1.
    s : float, optional
        The smoothing condition ``sum((w * (r - S))**2) <= s``. Default is 0.
    eps : float, optional
        Must lie between 0 and 1; the numerical rank is that of the working precision.

    Raises
    ------
    ValueError
        If shapes do not fit, coordinates are out of range, or an option is.

    Warns
    -----
    UserWarning
        If the condition could not be met.

    Notes
    -----
    The spline has one value and one tangent plane at each pole. Knots are added one by one where the residuals are
    largest [1]_, beginning with the cubic of colatitude that is level at both poles, then with one knot of colatitude
    and three of longitude. Derivatives are those with the knots held fixed; in `theta` and `phi` there are none, asking
    for them raises.

    References
    ----------
    .. [1] P. Dierckx, Algorithms for smoothing data on the sphere with tensor product splines, Computing 32 (1984) 319.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import SmoothSphereBivariateSpline
    >>> theta = torch.linspace(0.3, 2.8, 20, dtype=torch.float64)
    >>> spline = SmoothSphereBivariateSpline(theta, 2 * theta, 0 * theta + 3, s=1.0)
    >>> round(spline.ev(1.0, 1.0).item(), 9)
    3.0
    """

    def __init__(self, theta: Any, phi: Any, r: Any, w: Any = None, s: Any = 0.0, eps: Any = 1e-16) -> None:
        data, _ = _data(type(self).__name__, theta, phi, r, w, eps)
        _refuse_gradients(type(self).__name__, theta=data.x, phi=data.y)
        if not real(type(self).__name__, "s", s) >= 0:
            raise ValueError("s should be positive")
        # Without knots of longitude there are no waves around the poles: a cubic of colatitude, level at both.
        found = least_squares(_space(data.x, [], [], flat=(True, True)), data)
        smoothest = float(found.fp.detach())
        if smoothest > float(s):
            m = data.x.shape[0]
            most = (default_most(m, 3), default_most(m, 3) + 4)
            start = ([math.pi / 2], [math.pi / 2, math.pi, 1.5 * math.pi])
            found = search(data, lambda a, b: _space(data.x, a, b), s, most, start, smoothest)
            warn_of(found)
        self._assign(found.space.tx, found.space.ty, _wrapped(found.space, found.c), (3, 3), found.fp)


@function(
    differentiable=("theta", "phi", "r", "w"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
class LSQSphereBivariateSpline(SphereBivariateSpline):
    """Least squares spline on the sphere on given knots.

    Equivalent to `scipy.interpolate.LSQSphereBivariateSpline`, on tensors and differentiable.

    Parameters
    ----------
    theta, phi, r : array_like, shape (m,)
        Colatitudes from 0 to pi, longitudes from 0 to 2 pi, and values.
    tt, tp : array_like
        Inner knots, strictly between 0 and pi, and 0 and 2 pi.
    w, eps : optional
        As for `SmoothSphereBivariateSpline`.

    Raises
    ------
    ValueError
        As for `SmoothSphereBivariateSpline`, and if knots are out of range.

    Warns
    -----
    UserWarning
        If the data do not determine all coefficients; then they are the shortest solution.

    Notes
    -----
    See `LSQBivariateSpline` and `SmoothSphereBivariateSpline`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import LSQSphereBivariateSpline
    >>> side = torch.linspace(0.1, 3.0, 12, dtype=torch.float64)
    >>> theta, phi = torch.meshgrid(side, 2 * side, indexing="ij")
    >>> spline = LSQSphereBivariateSpline(theta, phi, 0 * theta + 2, [1.5], [1.5, 3.0, 4.5])
    >>> round(spline.ev(1.0, 1.0).item(), 9)
    2.0
    """

    def __init__(self, theta: Any, phi: Any, r: Any, tt: Any, tp: Any, w: Any = None, eps: Any = 1e-16) -> None:
        data, extra = _data(type(self).__name__, theta, phi, r, w, eps, tt=tt, tp=tp)
        for label, top, t, text in (("tt", math.pi, extra["tt"], "pi"), ("tp", 2 * math.pi, extra["tp"], "2pi")):
            if not holds(((t > 0) & (t < top)).all()):
                raise ValueError(f"{label} should be between (0, {text})")
        inner = [sorted(extra[label].detach().reshape(-1).tolist()) for label in ("tt", "tp")]
        space = _space(data.x, inner[0], inner[1])
        found = least_squares(space, data)
        warn_of(found)
        self._assign(space.tx, space.ty, _wrapped(space, found.c), (3, 3), found.fp)


def _grid_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    u = torch.tensor([0.4, 0.9, 1.5, 2.1, 2.7], dtype=dtype, device=device)
    v = torch.tensor([0.1, 1.0, 2.2, 3.3, 4.1, 5.4], dtype=dtype, device=device)
    # Lists: the grid has no derivatives.
    yield Sample(u.tolist(), v.tolist(), torch.randn(5, 6, dtype=dtype, generator=generator).to(device))


def _use_grid(thing: Any, u: list[float], v: list[float], r: Tensor) -> Tensor:
    at = made_there([0.5, 1.4, 2.2], dtype=r.dtype, device=r.device)
    out: Tensor = thing(_places(u, r), _places(v, r), r, pole_continuity=True).ev(at, 2 * at)
    return out


def _number_like(value: Any, r: Tensor) -> Tensor:
    return value.to(r) if isinstance(value, Tensor) else made_there(value, r.dtype, r.device)


def _pair(name: str, value: Any) -> tuple[Any, Any]:
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} should have 2 elements, got {len(value)}")
        return value[0], value[1]
    return value, value


@function(
    differentiable=("r",),
    samples=_grid_samples,
    call=_use_grid,
    complex=False,
    batch=False,
    compiles=False,
    host_route=WHY,
)
class RectSphereBivariateSpline(SphereBivariateSpline):
    """Interpolating or smoothing spline on the sphere through data on a grid of colatitudes and longitudes.

    Equivalent to `scipy.interpolate.RectSphereBivariateSpline`, on tensors and differentiable in the values.

    Parameters
    ----------
    u : array_like, shape (m,)
        Colatitudes, strictly ascending, between 0 and pi.
    v : array_like, shape (n,)
        Longitudes, strictly ascending, ``-pi <= v[0] < pi`` and ``v[-1] <= v[0] + 2 * pi``.
    r : array_like, shape (m, n)
        Values, real.
    s : float, optional
        The smoothing condition ``sum((r - S)**2) <= s``. Default is 0: the spline interpolates.
    pole_continuity : bool or pair of bool, optional
        Whether the spline has a tangent plane at the poles. Default is False.
    pole_values : float or pair of float, optional
        Values at the poles, or None. Default is None.
    pole_exact : bool or pair of bool, optional
        Whether these values are taken, or count as data. Default is False.
    pole_flat : bool or pair of bool, optional
        Whether the tangent planes at the poles are level; then there must be tangent planes. Default is False.

    Raises
    ------
    ValueError
        If shapes do not fit, coordinates are out of range, options do not go together, or there are fewer than four
        longitudes or colatitudes; a pole's value, or flatness, counts as one colatitude.

    Notes
    -----
    With ``s=0`` all grid points are knots; what the data leave open, values and slopes at the poles, makes the jumps of
    the third derivatives at the knots as small as they can be. With ``s > 0`` knots are found as for
    `SmoothSphereBivariateSpline`. There are no derivatives in the
    grid, asking for them raises.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import RectSphereBivariateSpline
    >>> u, v = torch.linspace(0.3, 2.8, 6).double(), torch.linspace(0, 5, 7).double()
    >>> spline = RectSphereBivariateSpline(u, v, u[:, None] * torch.ones(7))
    >>> torch.allclose(spline(u, v)[:, 0], u)
    True
    """

    def __init__(
        self,
        u: Any,
        v: Any,
        r: Any,
        s: Any = 0.0,
        pole_continuity: Any = False,
        pole_values: Any = None,
        pole_exact: Any = False,
        pole_flat: Any = False,
    ) -> None:
        name = type(self).__name__
        u, v, r = promote(name, allow_complex=False, u=u, v=v, r=r)
        _refuse_gradients(name, u=u, v=v)
        values, smooth, exact, flat = (
            _pair(label, value)
            for label, value in (
                ("pole_values", pole_values),
                ("pole_continuity", pole_continuity),
                ("pole_exact", pole_exact),
                ("pole_flat", pole_flat),
            )
        )
        if not holds(((u > 0) & (u < math.pi)).all()):
            raise ValueError("u should be between (0, pi)")
        if not holds((v[0] >= -math.pi) & (v[0] < math.pi)):
            raise ValueError("v[0] should be between [-pi, pi)")
        if not holds(v[-1] <= v[0] + 2 * math.pi):
            raise ValueError("v[-1] should be v[0] + 2pi or less ")
        if not real(type(self).__name__, "s", s) >= 0:
            raise ValueError("s should be positive")
        for label, at in (("x", u), ("y", v)):
            if at.dim() != 1 or not holds((at.diff() > 0).all()):
                raise ValueError(f"{label} must be strictly increasing")
        if r.numel() != u.shape[0] * v.shape[0]:
            raise ValueError(f"r should have shape ({u.shape[0]}, {v.shape[0]}), got {shape_text(r.shape)}")
        fewest = 4 - sum(value is not None for value in values) - sum(bool(level) for level in flat)
        if u.shape[0] < fewest or v.shape[0] < 4:
            text = f"at least {fewest} colatitudes and 4 longitudes are needed"
            raise ValueError(f"{name}: {text}, got {u.shape[0]} and {v.shape[0]}")
        if any(level and not continuous for level, continuous in zip(flat, smooth, strict=True)):
            raise ValueError("if pole_continuity is False, so must be pole_flat")
        r = r.reshape(u.shape[0], v.shape[0])
        low = float(v[0].detach())
        options = {"smooth": (bool(smooth[0]), bool(smooth[1])), "flat": (bool(flat[0]), bool(flat[1]))}
        theta, phi = torch.meshgrid(u.detach(), v.detach(), indexing="ij")
        known = [(0.0 if i == 0 else math.pi, value) for i, value in enumerate(values) if value is not None]
        weight = torch.cat(
            [torch.ones_like(r).reshape(-1)]
            + [r.new_full((1,), 1e4 if exact[0 if at == 0 else 1] else 1.0) for at, _ in known]
        )
        data = Points(
            torch.cat([theta.reshape(-1), *(r.new_full((1,), at) for at, _ in known)]),
            torch.cat([phi.reshape(-1), *(r.new_full((1,), low) for _ in known)]),
            torch.cat([r.reshape(-1), *(_number_like(value, r).reshape(1) for _, value in known)]),
            weight,
        )
        if s == 0:
            inner = u.detach().tolist()
            inner = inner[(0 if options["smooth"][0] else 1) : len(inner) - (0 if options["smooth"][1] else 1)]
            sites, columns = v.detach(), r
            if not holds(v[-1] < v[0] + 2 * math.pi):  # the first meridian twice
                sites, columns = sites[:-1], torch.cat(((r[:, :1] + r[:, -1:]) / 2, r[:, 1:-1]), 1)
            space = _space(data.x, inner, sites.tolist()[1:], low, **options)
            c, fp = _through(space, u.detach(), sites, columns, values)
            fp = fp + (r[:, -1] - r[:, 0]).square().sum() / 2 * (sites.shape[0] < v.shape[0])
        else:
            mean = r.detach().mean()
            rest = float((r.detach() - mean).square().sum())
            start = ([math.pi / 2], [low + math.pi / 2, low + math.pi, low + 1.5 * math.pi])
            found = search(data, lambda a, b: _space(data.x, a, b, low, **options), s, r.shape, start, rest)
            warn_of(found)
            self._assign(found.space.tx, found.space.ty, _wrapped(found.space, found.c), (3, 3), found.fp)
            return
        self._assign(space.tx, space.ty, _wrapped(space, c), (3, 3), fp)


def _through(space: Sphere, u: Tensor, v: Tensor, r: Tensor, values: tuple[Any, Any]) -> tuple[Tensor, Tensor]:
    """Return tensor-product coefficients through r (m, n) and the poles' values, with the smallest jumps, and F.

    Along the longitudes first, then along the colatitudes: for any choice at the poles the free rows are determined.
    What the values leave open minimises the jumps, a problem of at most six unknowns. All of it is linear in r.
    """
    ax = as_matrix(rows_at(space.tx, u, 3), space.tx.shape[0] - 4)
    ay = as_matrix(rows_at(space.ty, v, 3), space.columns())
    parts, free = space.modes()
    along = torch.linalg.solve(ay, r.mT).mT
    given = r.new_zeros(free.shape[0], along.shape[1])
    left = []
    for part in parts:
        pole = 0 if bool((part[0] != 0).any()) or bool((part[1] != 0).any()) else 1
        value = values[pole] if part.shape[-1] == 1 else None
        if value is None:
            left.append(part)
        else:
            given = given + part[..., 0] * _number_like(value, r)
    inverse = torch.linalg.inv(ax[:, free])

    def completed(c: Tensor, at_sites: Tensor | float) -> Tensor:
        """Return c (rows, n, choices) with the free rows that make the values at the sites (m, n, choices)."""
        rest = at_sites - torch.tensordot(ax, c, 1)
        return c.index_put((free,), torch.tensordot(inverse, rest, 1))

    c = completed(given[..., None], along[..., None])
    if left:
        choices = completed(torch.cat(left, -1), 0.0)
        dx, dy = space.jumps()

        def bends(c: Tensor) -> Tensor:
            return torch.cat(
                (torch.tensordot(dx, c, 1).flatten(0, 1), torch.tensordot(dy, c, ([1], [1])).flatten(0, 1))
            )

        bent = bends(choices)
        size = torch.linalg.vector_norm(bent, dim=0)
        size = torch.where(size > 0, size, 1)
        unitary, factor = torch.linalg.qr(bent / size)
        nearest = torch.linalg.pinv(factor, rtol=1e-11) @ (unitary.mT @ bends(c))
        c = c - choices @ (nearest / size[:, None])
    c = c[..., 0]
    return c.reshape(-1), (r - ax @ c @ ay.mT).square().sum()
