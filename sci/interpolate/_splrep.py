"""Smoothing splines and interpolating ones, in FITPACK's form ``(t, c, k)``, of functions and of curves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import as_tensor, made_there, promote, running_sum
from .._core.cards import Sample, function
from .._core.errors import integer, items, real, take_host_route, warn
from ._checks import holds, shape_text
from ._fitpack import splev
from ._knots import not_a_knot
from ._make_splines import make_interp_spline
from ._smoothing_search import (
    KNOTS,
    LEAST_SQUARES,
    PARAMETER,
    Outcome,
    fitted,
    laid_out,
    require_schoenberg_whitney,
    smooth,
)

_WHY = "knots and smoothing parameter are found by a search that branches on the data"
_MESSAGES = {
    0: "The spline has a residual sum of squares fp such that abs(fp-s)/s<=0.001",
    -1: "The spline is an interpolating spline (fp=0)",
    -2: "The spline is a weighted least-squares polynomial of degree k",
    1: "The knots did not suffice for the smoothness asked for: nest or s is too small (fp>s)",
    2: "No smoothing parameter was found; the spline does not satisfy the condition abs(fp-s)/s < tol: s is too small",
    3: "The search for the smoothing parameter ended after 20 iterations; the spline does not satisfy the condition "
    "abs(fp-s)/s < tol: s is too small",
}


def fit(
    name: str,
    x: Tensor,
    y: Tensor,
    w: Tensor,
    ends: tuple[Tensor, Tensor],
    k: int,
    s: Any,
    *,
    inner: Tensor | None = None,
    smooth_on_knots: bool = False,
    nest: Any = None,
    periodic: bool = False,
    pause: int = 0,
) -> Outcome:
    """Fit data y (m, columns): on `inner` knots by least squares or, if asked, smoothed; else on knots to be found."""
    if inner is None and s == 0:  # through the data
        m = x.shape[0]
        if periodic:
            spline = make_interp_spline(x, torch.cat((y[:-1], y[:1])), k, bc_type="periodic")
            t, c = spline.t, spline.c
        else:
            t = laid_out(not_a_knot(x, k)[k + 1 : -k - 1], ends, k)
            c = make_interp_spline(x, y, k, t).c
        nothing = torch.zeros(0, dtype=torch.int64, device="cpu")
        return Outcome(t, c, x.new_zeros(()), None, -1, None, nothing, [m])
    if inner is not None and not (smooth_on_knots or periodic) and x.device.type != "cpu":  # nothing to search for
        t = laid_out(inner, ends, k, False)
        c, fp = smooth(x, y, w, t, k, x.new_zeros(()), None)
        return Outcome(t, c, fp, None, 0, None, torch.zeros(0, dtype=torch.int64, device="cpu"), [])
    take_host_route(name, x.device, _WHY)
    mode = KNOTS if inner is None else PARAMETER if smooth_on_knots else LEAST_SQUARES
    return fitted(x, y, w, ends, k, s, mode=mode, inner=inner, most=nest, periodic=periodic, pause=pause)


def _report(ier: int, quiet: Any, full_output: Any, kind: type[Warning] = RuntimeWarning) -> None:
    if ier > 0 and not full_output:
        warn(_MESSAGES[ier], kind)
    elif ier <= 0 and not quiet:
        print(_MESSAGES[ier])


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x = torch.linspace(0, 3, 14, dtype=dtype, device=device)
    y = torch.sin(2 * x) + 0.1 * torch.randn(14, dtype=dtype, generator=generator).to(device)
    yield Sample(x, y, s=0.03)


def _use(f: Any, x: Tensor, y: Tensor, **kwargs: Any) -> Tensor:
    t, c, k = f(x, y, xb=-0.1, xe=3.1, **kwargs)
    at = made_there([0.1, 1.3, 2.2], dtype=x.dtype, device=x.device)
    out: Tensor = splev(at, (t, c, k))
    return out


@function(
    differentiable=("x", "y", "w", "s"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
def splrep(
    x: Any,
    y: Any,
    w: Any = None,
    xb: Any = None,
    xe: Any = None,
    k: int = 3,
    task: int = 0,
    s: Any = None,
    t: Any = None,
    full_output: Any = 0,
    per: Any = 0,
    quiet: Any = 1,
) -> Any:
    """Find the B-spline representation of a curve ``y = S(x)``: through the data, near them, or on given knots.

    Equivalent to `scipy.interpolate.splrep`.

    Parameters
    ----------
    x, y : array_like, shape (m,)
        Sites in ascending order, and values; real.
    w : array_like, shape (m,), optional
        Positive weights. Default is 1.
    xb, xe : float, optional
        Ends of the base interval. Default: the first and last site.
    k : int, optional
        Degree, 1 to 5. Default is 3.
    task : {0, 1, -1}, optional
        0 finds the smoothing spline; 1 does the same (SciPy starts from the knots of the call before, this library
        keeps no state); -1 is the least squares spline on the knots `t`, and implied by them.
    s : float, optional
        The smoothing condition ``sum((w * (y - S(x)))**2) <= s``. Default is 0 (interpolation) without `w` and
        ``m - sqrt(2 * m)`` with it.
    t : array_like, optional
        Inner knots for ``task=-1``.
    full_output : bool, optional
        Whether to return the residual, a flag and a message as well.
    per : bool, optional
        Whether the spline is periodic; `y[m - 1]` is not used.
    quiet : bool, optional
        Whether not to print how it ended. Default is True.

    Returns
    -------
    tck : tuple
        Knots, coefficients (with k + 1 zeros behind) and degree.
    fp, ier, msg : Tensor, int, str
        With `full_output`: the sum of squared residuals, a flag that is positive if the condition was not met, and what
        it means.

    Raises
    ------
    ValueError, TypeError
        If shapes do not fit, sites are not sorted, there are too few of them, or the degree is not supported.

    Notes
    -----
    Which sites become knots, and the smoothing parameter, are found by Dierckx's search [1]_, on the host for
    ``s > 0``. On these knots the coefficients are differentiable functions of sites, values, weights and `s`: the
    smoothing parameter is the implicit function that keeps the residual where the search left it. The search leaves it
    within a thousandth of `s`, so differences of two calls are only as near to these derivatives.

    References
    ----------
    .. [1] P. Dierckx, *Curve and Surface Fitting with Splines*, Oxford University Press, 1993.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splev, splrep
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> round(splev(1.5, splrep(x, x**3)).item(), 9)
    3.375
    """
    name = "splrep"
    given = {n: v for n, v in (("w", w), ("xb", xb), ("xe", xe), ("t", t)) if v is not None}
    x, y, *rest = promote(name, allow_complex=False, x=x, y=y, **given)
    extra = dict(zip(given, rest, strict=True))
    m = x.shape[0] if x.dim() == 1 else 0
    weight = extra.get("w", torch.ones_like(x))
    if x.dim() == 1 and y.dim() > 1:
        raise ValueError(f"{name}: y must be 1-dimensional, got shape {shape_text(y.shape)}; curves are for splprep")
    if x.dim() != 1 or y.shape != x.shape or weight.shape != x.shape:
        shapes = ", ".join(shape_text(v.shape) for v in (x, y, weight))
        raise TypeError(f"{name}: x, y and w must be 1-dimensional and of one length, got {shapes}")
    if not 1 <= integer(name, "k", k) <= 5:
        raise TypeError(f"Given degree of the spline (k={k}) is not supported. (1<=k<=5)")
    if m <= k:
        raise TypeError(f"m > k must hold, got m={m} and k={k}")
    if task not in (-1, 0, 1):
        raise TypeError("task must be -1, 0 or 1")
    s = real(name, "s", s) if s is not None else 0.0 if w is None else m - math.sqrt(2 * m)
    low, high = extra.get("xb", x[0]).reshape(()), extra.get("xe", x[-1]).reshape(())
    step = x.diff()
    if not holds((step > 0).all() if s == 0 else (step >= 0).all()) or not holds((low <= x[0]) & (x[-1] <= high)):
        raise ValueError("Error on input data: sites must be sorted and within the ends")
    if s < 0:
        raise ValueError(f"{name}: s must not be negative, got {s}")
    if task == -1 and t is None:
        raise TypeError("Knots must be given for task=-1")
    inner = extra.get("t")
    if inner is not None and not per:
        require_schoenberg_whitney(name, laid_out(inner, (low, high), k), x, k)
    found = fit(name, x, y[:, None], weight, (low, high), k, s, inner=inner, periodic=bool(per))
    knots, c, fp, ier = found.t, found.c[:, 0], found.fp, found.ier
    tck = (knots, torch.cat((c, c.new_zeros(k + 1))), k)
    _report(ier, quiet, full_output)
    return (tck, fp, ier, _MESSAGES[ier]) if full_output else tck


def _curve_samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    u = torch.linspace(0, 3, 12, dtype=dtype, device=device)
    noise = 0.05 * torch.randn(2, 12, dtype=dtype, generator=generator).to(device)
    yield Sample(torch.stack((torch.sin(u), u * u / 4)) + noise, s=0.02)


def _use_curve(f: Any, x: Tensor, **kwargs: Any) -> Tensor:
    (t, c, k), _ = f(list(x), **kwargs)
    at = made_there([0.1, 0.45, 0.8], dtype=x.dtype, device=x.device)
    return torch.stack(splev(at, (t, c, k)))


@function(
    differentiable=("x", "w", "u"),
    samples=_curve_samples,
    call=_use_curve,
    complex=False,
    batch=False,
    compiles=False,
    host_route=_WHY,
)
def splprep(
    x: Any,
    w: Any = None,
    u: Any = None,
    ub: Any = None,
    ue: Any = None,
    k: int = 3,
    task: int = 0,
    s: Any = None,
    t: Any = None,
    full_output: Any = 0,
    nest: Any = None,
    per: Any = 0,
    quiet: Any = 1,
) -> Any:
    """Find the B-spline representation of a curve in several dimensions.

    Equivalent to `scipy.interpolate.splprep`.

    Parameters
    ----------
    x : list of array_like, each of shape (m,)
        Coordinates of the points of the curve.
    w : array_like, shape (m,), optional
        Positive weights.
    u : array_like, shape (m,), optional
        Parameters. Default: the length of the polygon up to each point, over the whole.
    ub, ue : float, optional
        Ends of the parameters. Default: the first and last.
    k : int, optional
        Degree, 1 to 5. Default is 3.
    task : {0, 1, -1}, optional
        As for `splrep`.
    s : float, optional
        Smoothing condition, for the sum over all coordinates. Default is ``m - sqrt(2 * m)``.
    t : array_like, optional
        Inner knots for ``task=-1``.
    full_output, nest, quiet : optional
        As for `splrep`; `nest` is the largest number of knots.
    per : bool, optional
        Whether the curve is closed; the last point is not used.

    Returns
    -------
    tck : tuple
        Knots, list of coefficients, degree.
    u : Tensor
        The parameters.
    fp, ier, msg
        With `full_output`, as for `splrep`.

    Raises
    ------
    ValueError, TypeError
        As `splrep`.

    Notes
    -----
    See `splrep`. The parameters are differentiable functions of the points.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splev, splprep
    >>> angle = torch.linspace(0, 3, 20, dtype=torch.float64)
    >>> tck, u = splprep([angle.cos(), angle.sin()], s=0)
    >>> torch.stack(splev(0.5, tck)).norm()
    tensor(1.000..., dtype=torch.float64)
    """
    name = "splprep"
    curve = items(name, "x", x, "a sequence of arrays")
    parts = {f"x[{i}]": as_tensor(part, f"x[{i}]", name) for i, part in enumerate(curve)}
    given = {n: v for n, v in (("w", w), ("u", u), ("ub", ub), ("ue", ue), ("t", t)) if v is not None}
    done = promote(name, allow_complex=False, **{**parts, **given})
    points, extra = torch.stack(done[: len(parts)]), dict(zip(given, done[len(parts) :], strict=True))
    if not 0 < points.shape[0] < 11:
        raise TypeError(f"0 < idim < 11 must hold, got {points.shape[0]}")
    if points.dim() != 2:
        text = "too many values to unpack: " if points.dim() > 2 else ""
        raise ValueError(
            f"{name}: {text}the coordinates must be 1-dimensional, got shape {shape_text(points.shape[1:])}"
        )
    if not 1 <= integer(name, "k", k) <= 5:
        raise TypeError(f"1 <= k= {k} <=5 must hold")
    nest = nest if nest is None else integer(name, "nest", nest)
    m = points.shape[1]
    if m <= k:
        raise TypeError(f"m > k must hold, got m={m} and k={k}")
    if u is None:
        length = torch.cat((points.new_zeros(1), running_sum(points.diff().square().sum(0).sqrt())))
        parameter = length / length[-1]
    else:
        parameter = extra["u"]
    weight = extra.get("w", torch.ones_like(parameter))
    if parameter.shape != (m,) or weight.shape != (m,):
        raise TypeError(
            f"{name}: u and w must have shape ({m},), got {shape_text(parameter.shape)} and {shape_text(weight.shape)}"
        )
    s = real(name, "s", s) if s is not None else m - math.sqrt(2 * m)
    if not holds((parameter.diff() > 0).all()) or s < 0 or (task == -1 and t is None):
        raise ValueError("Invalid inputs: parameters must rise, s must not be negative, task=-1 needs knots")
    low, high = extra.get("ub", parameter[0]).reshape(()), extra.get("ue", parameter[-1]).reshape(())
    inner = extra.get("t")
    found = fit(name, parameter, points.T, weight, (low, high), k, s, inner=inner, nest=nest, periodic=bool(per))
    knots, c, fp, ier = found.t, found.c, found.fp, found.ier
    tck = (knots, list(c.T), k)
    _report(ier, quiet, full_output)
    return ((tck, parameter), fp, ier, _MESSAGES[ier]) if full_output else (tck, parameter)
