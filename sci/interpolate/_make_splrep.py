"""Smoothing splines as `BSpline` objects, the stages of their knots, and those that penalize the second derivative."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor, made_there, promote, running_sum
from .._core.cards import Sample, function
from .._core.errors import bad_argument, integer, items, real
from ._bspline import BSpline
from ._checks import holds, shape_text
from ._knots import not_a_knot, periodic
from ._make_splines import make_interp_spline
from ._modes import Extrapolate
from ._smoothing_search import Outcome, laid_out, search
from ._splrep import _WHY, _report, fit


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.linspace(0, 3, 14, dtype=dtype, device=device)
    yield Sample(x, torch.sin(2 * x) + 0.1 * torch.randn(14, dtype=dtype, generator=generator).to(device))


def _use(f: Any, x: Tensor, y: Tensor) -> Tensor:
    out: Tensor = f(x, y, s=0.03, xb=-0.1, xe=3.1)(made_there([0.1, 1.3, 2.2], dtype=x.dtype, device=x.device))
    return out


def _data(name: str, x: Any, y: Any, w: Any, low: Any, high: Any, k: int, s: Any, bc_type: Any) -> tuple[Any, ...]:
    if bc_type not in (None, "not-a-knot", "periodic"):
        raise bad_argument(name, "bc_type", "None, 'not-a-knot' or 'periodic'", bc_type)
    k = integer(name, "k", k)
    if not 1 <= k < 20:
        raise ValueError(f"{name}: k must be 1 to 19, got {k}")
    if not real(name, "s", s) >= 0:
        raise ValueError(f"{name}: `s` must be non-negative. Got s = {s}")
    given = {n: v for n, v in (("w", w), ("xb", low), ("xe", high)) if v is not None}
    x, y, *rest = promote(name, allow_complex=False, **{"x": x, "y": y, **given})
    extra = dict(zip(given, rest, strict=True))
    weight = extra.get("w", torch.ones_like(x))
    if x.dim() != 1 or y.shape[:1] != x.shape or weight.shape != x.shape:
        shapes = ", ".join(shape_text(v.shape) for v in (x, y, weight))
        raise ValueError(f"{name}: x, y and w must be of one length, got shapes {shapes}")
    if x.shape[0] <= k and bc_type != "periodic":
        raise ValueError(f"{name}: more than k={k} sites are needed, got {x.shape[0]}")
    if not holds((x.diff() > 0).all() if s == 0 else (x.diff() >= 0).all()):
        raise ValueError(f"{name}: Expect `x` to be an ordered 1D sequence.")
    if not holds((weight >= 0).all()):
        raise ValueError(f"{name}: Weights must be positive")
    if not holds((weight > 0).any()):
        raise ValueError(f"{name}: All weights are zero.")
    ends_meet = (y[-1] - y[0]).abs() <= 1e-15 + 1e-5 * y[0].abs()
    if bc_type == "periodic" and not holds(ends_meet.all()):
        raise ValueError(f"{name}: First and last points does not match which is required for `bc_type='periodic'`.")
    if bc_type == "periodic":
        extra = {}  # the period is that of the sites
    first, last = extra.get("xb", x[0]).reshape(()), extra.get("xe", x[-1]).reshape(())
    if not holds((first <= x[0]) & (x[-1] <= last)):
        raise ValueError(f"{name}: all sites must lie between xb and xe")
    return x, y, weight, (first, last)


def _fit(
    name: str,
    x: Tensor,
    y: Tensor,
    w: Tensor,
    ends: tuple[Tensor, Tensor],
    k: int,
    s: Any,
    t: Any,
    nest: int | None,
    bc_type: Any,
) -> Outcome:
    if nest is not None and (integer(name, "nest", nest) < 2 * k + 2 or s == 0):
        raise ValueError(f"{name}: nest must be at least 2 * k + 2 = {2 * k + 2}, and s > 0; got nest={nest}, s={s}")
    inner = None if t is None else as_tensor(t, "t", name).to(x)[k + 1 : -k - 1]
    found = fit(name, x, y, w, ends, k, s, inner=inner, smooth_on_knots=True, nest=nest, periodic=bc_type == "periodic")
    _report(found.ier, True, False)
    return found


@function(
    differentiable=("x", "y", "w", "s"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
def make_splrep(
    x: Any,
    y: Any,
    *,
    w: Any = None,
    xb: Any = None,
    xe: Any = None,
    k: int = 3,
    s: Any = 0,
    t: Any = None,
    nest: int | None = None,
    bc_type: Any = None,
) -> BSpline:
    """Find the smoothing spline of data.

    Equivalent to `scipy.interpolate.make_splrep`, on tensors and differentiable.

    Parameters
    ----------
    x, y : array_like, shape (m,)
        Sites, ascending, and values; real.
    w : array_like, shape (m,), optional
        Positive weights. Default is 1.
    xb, xe : float, optional
        Ends of the base interval. Default: the first and last site.
    k : int, optional
        Degree. Default is 3.
    s : float, optional
        The smoothing condition ``sum((w * (y - S(x)))**2) <= s``. Default is 0, interpolation.
    t : array_like, optional
        All knots: the smoothing spline on them.
    nest : int, optional
        The largest number of knots.
    bc_type : {None, 'not-a-knot', 'periodic'}, optional
        Whether the spline is periodic; the first and last value must then be equal. Default is that it is not.

    Returns
    -------
    BSpline
        The spline.

    Raises
    ------
    ValueError
        If shapes do not fit, or an option is out of range.

    Notes
    -----
    The search and the derivatives are those of `splrep`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import make_splrep
    >>> x = torch.linspace(0, 3, 30, dtype=torch.float64)
    >>> spline = make_splrep(x, torch.sin(x), s=1e-6)
    >>> ((spline(x) - torch.sin(x)) ** 2).sum() < 1.01e-6
    tensor(True)
    """
    name = "make_splrep"
    x, y, w_, ends = _data(name, x, y, w, xb, xe, k, s, bc_type)
    if y.dim() != 1:
        raise ValueError(f"{name}: y must be 1-dimensional, got shape {shape_text(y.shape)}")
    if s == 0:
        if t is not None or w is not None or nest is not None:
            raise ValueError(f"{name}: s==0 is for interpolation only, without t, w and nest")
        return make_interp_spline(x, y, k, bc_type=bc_type)
    found = _fit(name, x, y[:, None], w_, ends, k, s, t, nest, bc_type)
    return BSpline.construct_fast(found.t, found.c[:, 0], k, "periodic" if bc_type == "periodic" else True)


def _curve_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    u = torch.linspace(0, 3, 12, dtype=dtype, device=device)
    noise = 0.05 * torch.randn(2, 12, dtype=dtype, generator=generator).to(device)
    yield Sample(torch.stack((torch.sin(u), u * u / 4)) + noise)


def _use_curve(f: Any, x: Tensor) -> Tensor:
    spline, _ = f(list(x), s=0.02)
    out: Tensor = spline(made_there([0.1, 0.45, 0.8], dtype=x.dtype, device=x.device))
    return out


@function(
    differentiable=("x", "w", "u"),
    samples=_curve_samples,
    call=_use_curve,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
def make_splprep(
    x: Any,
    *,
    w: Any = None,
    u: Any = None,
    ub: Any = None,
    ue: Any = None,
    k: int = 3,
    s: Any = 0,
    t: Any = None,
    nest: int | None = None,
    bc_type: Any = None,
) -> tuple[BSpline, Tensor]:
    """Find the smoothing spline of a curve in several dimensions.

    Equivalent to `scipy.interpolate.make_splprep`, on tensors and differentiable.

    Parameters
    ----------
    x : list of array_like, each of shape (m,)
        Coordinates of the points of the curve.
    w, k, s, t, nest, bc_type : optional
        As for `make_splrep`.
    u : array_like, shape (m,), optional
        Parameters. Default: the length of the polygon up to each point, over the whole.
    ub, ue : float, optional
        Ends of the parameters.

    Returns
    -------
    spl : BSpline
        The curve; its values have the coordinates in front.
    u : Tensor
        The parameters.

    Raises
    ------
    ValueError
        If shapes do not fit, or an option is out of range.

    Notes
    -----
    See `splprep`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import make_splprep
    >>> angle = torch.linspace(0, 3, 20, dtype=torch.float64)
    >>> spline, u = make_splprep([angle.cos(), angle.sin()])
    >>> round(spline(0.5).norm().item(), 4)
    1.0
    """
    name = "make_splprep"
    parts = items(name, "x", x, "a sequence of arrays")
    points = torch.stack(promote(name, allow_complex=False, **{f"x[{i}]": part for i, part in enumerate(parts)}))
    if not 0 < points.shape[0] < 11:
        raise ValueError(f"{name}: there must be 1 to 10 coordinates, got {points.shape[0]}")
    if points.dim() != 2:
        raise ValueError(f"{name}: the coordinates must be 1-dimensional, got shape {shape_text(points.shape[1:])}")
    if u is None:
        length = torch.cat((points.new_zeros(1), running_sum(points.diff().square().sum(0).sqrt())))
        u = length / length[-1]
    u, y, w_, ends = _data(name, u, points.T, w, ub, ue, k, s, bc_type)
    mode: Extrapolate = "periodic" if bc_type == "periodic" else True
    if s == 0:
        if t is not None or w is not None or nest is not None:
            raise ValueError(f"{name}: s==0 is for interpolation only, without t, w and nest")
        return BSpline.construct_fast(*make_interp_spline(u, y, k, bc_type=bc_type).tck, mode, axis=1), u
    found = _fit(name, u, y, w_, ends, k, s, t, nest, bc_type)
    return BSpline.construct_fast(found.t, found.c, k, mode, axis=1), u


@function(samples=None, complex=False, batch=False, compiles=False, host_route=_WHY)
def generate_knots(
    x: Any,
    y: Any,
    *,
    w: Any = None,
    xb: Any = None,
    xe: Any = None,
    k: int = 3,
    s: Any = 0,
    nest: int | None = None,
    bc_type: Any = None,
) -> Iterator[Tensor]:
    """Generate the knots of the stages of the search for a smoothing spline.

    Equivalent to `scipy.interpolate.generate_knots`.

    Parameters
    ----------
    x, y, w, xb, xe, k, s, nest, bc_type
        As for `make_splrep`; `y` may have several columns.

    Yields
    ------
    t : Tensor
        Knots, more at each stage; the last ones satisfy the smoothing condition.

    Notes
    -----
    Least squares splines are given knots where their residuals are largest, see `splrep`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import generate_knots
    >>> x = torch.linspace(0, 7, 8, dtype=torch.float64)
    >>> [len(t) for t in generate_knots(x, torch.sin(x), s=0.1)]
    [8, 9]
    """
    name = "generate_knots"
    x, y, w, ends = _data(name, x, y, w, xb, xe, k, s, bc_type)
    closed = bc_type == "periodic"
    if nest is not None and (integer(name, "nest", nest) < 2 * k + 2 or s == 0):
        raise ValueError(f"{name}: nest must be at least 2 * k + 2 = {2 * k + 2}, and s > 0; got nest={nest}, s={s}")
    if s == 0:
        yield periodic(x, k) if closed else laid_out(not_a_knot(x, k)[k + 1 : -k - 1], ends, k)
        return
    found = search(x, y.reshape(y.shape[0], -1), w, ends, k, s, most=nest, periodic=closed)
    for count in found.stages[:-1] if found.inner is None else found.stages:
        yield laid_out(x[found.order[:count].sort().values.to(x.device)], ends, k, closed)
    if found.inner is None or not found.stages:  # those of interpolation, or none
        yield found.t
