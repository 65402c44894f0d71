"""What FITPACK's functions do with a spline ``(t, c, k)``: values, derivatives, integrals, roots, knots."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there
from .._core.cards import Sample, function
from .._core.errors import integer, items, warn
from ._bspline import BSpline, _periodic_insertion
from ._bspline_algebra import differentiated, integrated, padded, spline_values, with_knot
from ._checks import holds, promote_over_real, shape_text
from ._ppoly import PPoly

Tck = Any


def _spline(name: str, tck: Tck, along_last: bool = True, **points: Any) -> tuple[Tensor, Any, int, list[Tensor]]:
    """Return knots, coefficients (a list of them for a curve), degree and points, in one precision.

    In a tuple coefficients of several dimensions stand along the last axis, and count as a list.
    """
    along_last = along_last and not isinstance(tck, BSpline)
    if isinstance(tck, BSpline):
        tck = tck.tck
    t, c, k = items(name, "tck", tck, "knots, coefficients and degree, or a BSpline", 3)
    if isinstance(c, (list, tuple)) and c and not isinstance(c[0], (int, float)):
        t, *rest = promote_over_real(name, {"t": t, **points}, {f"c[{i}]": part for i, part in enumerate(c)})
        return t, list(rest[len(points) :]), int(k), list(rest[: len(points)])
    t, *rest = promote_over_real(name, {"t": t, **points}, {"c": c})
    c = rest[-1]
    return t, list(c) if c.dim() > 1 and along_last else c, int(k), list(rest[:-1])


def _knots(dtype: torch.dtype, device: torch.device) -> Tensor:
    real = dtype.to_real() if dtype.is_complex else dtype
    return torch.tensor([-2.0, -1.6, -1.3, -1.0, 0.2, 0.8, 1.4, 2.0, 2.2, 2.9, 3.1], dtype=real, device=device)


def _tck_samples(k: int, *rest: Any) -> Any:
    def samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
        t = _knots(dtype, device)
        c = torch.randn(10 - k, dtype=dtype, generator=generator).to(device)
        at = made_there([-0.93, 0.11, 0.53, 1.27], dtype=t.dtype, device=device)
        yield Sample((t, c, k), at, *rest)

    return samples


def _call(f: Any, tck: Any, x: Tensor, *rest: Any) -> Any:
    return f(x, tck, *rest)


@function(differentiable=("x", "tck"), samples=_tck_samples(3), call=_call)
def splev(x: Any, tck: Tck, der: int = 0, ext: int = 0) -> Any:
    """Evaluate a spline or its derivatives.

    Equivalent to `scipy.interpolate.splev`.

    Parameters
    ----------
    x : array_like
        Points.
    tck : tuple or BSpline
        Knots, coefficients and degree; a list of coefficient arrays is a curve, as `splprep` makes.
    der : int, optional
        Order of the derivative, at most k. Default is 0.
    ext : int, optional
        Outside of the base interval: 0 extrapolates (default), 1 gives 0, 2 raises, 3 gives the value at the boundary
        (derivatives are those of 0).

    Returns
    -------
    Tensor or list of Tensor
        Values of the shape of `x`; for a curve a list of them.

    Raises
    ------
    ValueError
        For orders of derivatives and modes that do not exist, and with ``ext=2`` for points outside.

    Notes
    -----
    Derivatives in knots, coefficients and points are those of `BSpline`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splrep, splev
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> splev(torch.tensor([0.5, 2.5], dtype=torch.float64), splrep(x, x**2))
    tensor([0.2500, 6.2500], dtype=torch.float64)
    """
    if isinstance(tck, BSpline):
        if tck.c.dim() > 1:
            raise ValueError(
                "Calling splev() with BSpline objects with c.ndim > 1 is not allowed. Use BSpline.__call__(x) instead."
            )
        if ext != 0:
            raise ValueError(f"Extrapolation mode {ext} is not supported by BSpline.")
        return tck(x, der, True)
    t, c, k, (points,) = _spline("splev", tck, x=x)
    if isinstance(c, list):
        return [splev(points, (t, part, k), der, ext) for part in c]
    if not 0 <= integer("splev", "der", der) <= k:
        raise ValueError(f"0<=der={der}<=k={k} must hold")
    if ext not in (0, 1, 2, 3):
        raise ValueError(f"ext = {ext} not in (0, 1, 2, 3) ")
    low, high = t[k], t[t.shape[0] - k - 1]
    outside = (points < low) | (points > high)
    if ext == 2 and not holds(~outside.any()):
        raise ValueError("splev: x has points outside of the base interval of the spline")
    if ext == 3 and der == 0:
        points = torch.minimum(torch.maximum(points, low), high)
    out = spline_values(t, c, k, points, der)
    return torch.where(outside, 0, out) if ext == 1 else out


@function(differentiable=("tck",), samples=_tck_samples(3), call=lambda f, tck, x: f(x[0], x[3], tck))
def splint(a: Any, b: Any, tck: Tck, full_output: Any = 0) -> Any:
    """Integrate a spline between two points; it counts as zero outside of its base interval.

    Equivalent to `scipy.interpolate.splint`.

    Parameters
    ----------
    a, b : array_like
        Lower and upper bound.
    tck : tuple or BSpline
        Knots, coefficients and degree.
    full_output : bool, optional
        Whether to return the integrals of the B-splines too.

    Returns
    -------
    Tensor, or list of Tensor for a curve, or tuple of Tensor
        The integral; with `full_output` also those of the B-splines.

    Notes
    -----
    Differentiable in bounds, knots and coefficients.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splrep, splint
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> round(splint(0, 3, splrep(x, x**2)).item(), 9)
    9.0
    """
    if isinstance(tck, BSpline) and tck.c.dim() > 1:
        raise ValueError(
            "Calling splint() with BSpline objects with c.ndim > 1 is not allowed. Use BSpline.integrate() instead."
        )
    t, c, k, (lower, upper) = _spline("splint", tck, a=a, b=b)
    if isinstance(c, list):
        return [splint(lower, upper, (t, part, k), full_output) for part in c]
    n = t.shape[0] - k - 1
    if c.shape[0] < n:
        raise ValueError(f"splint: len(c) >=n-k-1 must hold, got {c.shape[0]} with n={t.shape[0]} and k={k}")
    out = BSpline.construct_fast(t, c, k).integrate(lower, upper, False)
    if not full_output:
        return out
    each = BSpline.construct_fast(t, torch.eye(n, dtype=t.dtype, device=t.device), k).integrate(lower, upper, False)
    return out, each


@function(compiles=False, batch=False)
def sproot(tck: Tck, mest: int = 10) -> Any:
    """Find the roots of a cubic spline in its base interval.

    Equivalent to `scipy.interpolate.sproot`.

    Parameters
    ----------
    tck : tuple or BSpline
        Knots, coefficients and degree, which must be 3.
    mest : int, optional
        The most roots to return; more give a warning. Default is 10.

    Returns
    -------
    Tensor or list of Tensor
        The roots, ascending; for a curve a list of them.

    Notes
    -----
    Roots are those of `PPoly.roots`, and have its derivatives. Their number depends on the data: this cannot be
    compiled.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splrep, sproot
    >>> x = torch.linspace(0, 5, 20, dtype=torch.float64)
    >>> sproot(splrep(x, torch.sin(x - 0.5)))
    tensor([0.5000, 3.6416], dtype=torch.float64)
    """
    if isinstance(tck, BSpline) and tck.c.dim() > 1:
        raise ValueError("Calling sproot() with BSpline objects with c.ndim > 1 is not allowed.")
    t, c, k, _ = _spline("sproot", tck)
    if k != 3:
        raise ValueError("sproot works only for cubic (k=3) splines")
    if isinstance(c, list):
        return [sproot((t, part, k), mest) for part in c]
    if t.shape[0] < 8:
        raise TypeError(f"The number of knots {t.shape[0]}>=8")
    n = t.shape[0] - 4
    if not holds((t.diff() >= 0).all()):
        raise ValueError("Invalid input data. t1<=..<=t4<t5<..<tn-3<=..<=tn must hold.")
    breaks = t[3 : n + 1]
    full = breaks.diff() > 0
    start = breaks[:-1][full]
    pieces = torch.stack([spline_values(t, c, k, start, p) / math.factorial(p) for p in range(3, -1, -1)])
    roots = PPoly.construct_fast(pieces, torch.cat((start, breaks[-1:]))).roots(False, False)
    if isinstance(roots, Tensor) and roots.shape[0] > 1:  # a root on a knot is one of both its intervals
        near = roots.detach().diff().abs() <= 8 * torch.finfo(t.dtype).eps * (breaks[-1] - breaks[0])
        roots = roots[~torch.cat((near.new_zeros(1), near))]
    if roots.shape[0] > mest:
        warn("sproot: the number of zeros exceeds mest", RuntimeWarning)
    return roots[:mest]


@function(differentiable=("x", "tck"), samples=_tck_samples(3), call=_call)
def spalde(x: Any, tck: Tck) -> Any:
    """Evaluate all derivatives of a spline.

    Equivalent to `scipy.interpolate.spalde`.

    Parameters
    ----------
    x : array_like
        Points of the base interval.
    tck : tuple or BSpline
        Knots, coefficients and degree.

    Returns
    -------
    Tensor or list of Tensor
        Derivatives of order 0 to k at a point; a list of them for several points, and of those for a curve.

    Notes
    -----
    Derivatives are those of `BSpline`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splrep, spalde
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> spalde(1.0, splrep(x, x**3))
    tensor([1.0000, 3.0000, 6.0000, 6.0000], dtype=torch.float64)
    """
    if isinstance(tck, BSpline):
        raise TypeError("spalde does not accept BSpline instances.")
    t, c, k, (points,) = _spline("spalde", tck, x=x)
    if isinstance(c, list):
        return [spalde(points, (t, part, k)) for part in c]
    if not holds(((points >= t[k]) & (points <= t[t.shape[0] - k - 1])).all()):
        raise ValueError("Invalid input data. t(k)<=x<=t(n-k+1) must hold.")
    out = torch.stack([spline_values(t, c, k, points, order) for order in range(k + 1)], -1)
    return out if out.dim() == 1 else list(out.reshape(-1, k + 1).unbind()) if out.shape[0] > 1 else out[0]


@function(differentiable=("tck",), samples=_tck_samples(3), call=lambda f, tck, x: f(tck, 2)[1])
def splder(tck: Tck, n: int = 1) -> Any:
    """Return the spline that is the derivative of a spline.

    Equivalent to `scipy.interpolate.splder`.

    Parameters
    ----------
    tck : tuple or BSpline
        Knots, coefficients and degree.
    n : int, optional
        Order of the derivative, at most k. Default is 1.

    Returns
    -------
    tuple or BSpline
        Knots, coefficients (as many as before, the last ones zero) and degree ``k - n``.

    Notes
    -----
    The coefficients are differences of those given, differentiable in them and in the knots.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splder, splev, splrep
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> round(splev(1.0, splder(splrep(x, x**2))).item(), 9)
    2.0
    """
    if isinstance(tck, BSpline):
        return tck.derivative(n)
    n = integer("splder", "n", n)
    if n < 0:
        return splantider(tck, -n)
    t, c, k, _ = _spline("splder", tck, along_last=False)
    if n > k:
        raise ValueError(f"Order of derivative (n = {n}) must be <= order of spline (k = {k})")
    c = padded(c, t.shape[0])
    for _ in range(n):
        t, c, k = differentiated(t, c, k)
    return t, c, k


@function(differentiable=("tck",), samples=_tck_samples(3), call=lambda f, tck, x: f(tck, 2)[1])
def splantider(tck: Tck, n: int = 1) -> Any:
    """Return the spline that is the antiderivative of a spline, zero at the first knot.

    Equivalent to `scipy.interpolate.splantider`.

    Parameters
    ----------
    tck : tuple or BSpline
        Knots, coefficients and degree.
    n : int, optional
        How often to integrate. Default is 1.

    Returns
    -------
    tuple or BSpline
        Knots, coefficients and degree ``k + n``.

    Notes
    -----
    The coefficients are sums of those given, differentiable in them and in the knots.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import splantider, splev, splrep
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> round(splev(3.0, splantider(splrep(x, x**2))).item(), 9)
    9.0
    """
    if isinstance(tck, BSpline):
        return tck.antiderivative(n)
    n = integer("splantider", "n", n)
    if n < 0:
        return splder(tck, -n)
    t, c, k, _ = _spline("splantider", tck, along_last=False)
    c = padded(c, t.shape[0])
    for _ in range(n):
        t, c, k = integrated(t, c, k)
    return t, c, k


@function(
    differentiable=("x", "tck"),
    samples=_tck_samples(3),
    call=lambda f, tck, x: f(x[1], tck)[1],
    compiles=False,
    batch=False,
    synchronizes=True,
)
def insert(x: Any, tck: Tck, m: int = 1, per: Any = 0) -> Any:
    """Insert a knot into a spline and keep the function.

    Equivalent to `scipy.interpolate.insert`.

    Parameters
    ----------
    x : float
        The new knot, in the base interval.
    tck : tuple or BSpline
        Knots, coefficients and degree.
    m : int, optional
        How often. Default is 1.
    per : bool, optional
        Whether the spline is periodic, so that the knot is inserted in every period.

    Returns
    -------
    tuple or BSpline
        With more knots.

    Notes
    -----
    Boehm's algorithm; differentiable in all arguments. The new knot's place depends on the data: this cannot
    be compiled.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import insert, splev, splrep
    >>> x = torch.linspace(0, 3, 10, dtype=torch.float64)
    >>> round(splev(1.0, insert(1.5, splrep(x, x**2))).item(), 9)
    1.0
    """
    if isinstance(tck, BSpline):
        t, c, k = tck.tck
        spline = BSpline.construct_fast(t, c, k, "periodic" if per else tck.extrapolate, tck.axis)
        done = spline.insert_knot(x, m)
        done.extrapolate = tck.extrapolate
        return done
    t, c, k, (knot,) = _spline("insert", tck, x=x)
    if isinstance(c, list):
        parts = [insert(knot, (t, part, k), m, per) for part in c]
        return parts[0][0], [part[1] for part in parts], k
    if knot.dim():
        raise ValueError(f"insert: x must be a number, got shape {shape_text(knot.shape)}")
    if integer("insert", "m", m) < 1 or not holds((knot >= t[k]) & (knot <= t[t.shape[0] - k - 1])):
        raise ValueError(f"insert: Cannot insert the knot {knot.item()}, {m} times")
    for _ in range(m):
        t, c = _periodic_insertion(t, c, k, knot) if per else with_knot(t, c, k, knot)
    return t, padded(c, t.shape[0]), k
