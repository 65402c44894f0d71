"""Splines of two variables near scattered data, by smoothing or on given knots."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import torch
from torch import Tensor

from .._core.arrays import made_there, promote
from .._core.cards import Sample, function
from .._core.errors import integer, real, warn
from ._bivariate import BivariateSpline
from ._checks import holds, require_ends, shape_text
from ._surface_fit import WHY, Points, Surface, default_most, least_squares, rectangle, search_rectangle

MESSAGES = {
    0: "The spline has a residual sum of squares fp such that abs(fp-s)/s<=0.001",
    -1: "The spline is an interpolating spline (fp=0)",
    -2: "The spline is the least-squares polynomial of degrees kx and ky",
    1: "\nThe required storage space exceeds the available storage space: nxest or nyest too small, or s too small.",
    2: "\nA theoretically impossible result when finding a smoothing spline with fp = s: s too small, or bad eps.",
    3: "\nThe maximal number of iterations (20) allowed for finding the smoothing spline with fp=s has been reached: s "
    "too small.",
    4: "\nNo more knots can be added because the number of B-spline coefficients already exceeds the number of data "
    "points m: either s or m too small.",
    5: "\nNo more knots can be added because the additional knot would coincide with an old one: s too small or too "
    "large a weight to an inaccurate data point.",
    -3: "\nThe coefficients of the spline returned have been computed as the minimal norm least-squares solution of a "
    "(numerically) rank deficient system",
}


def warn_of(surface: Surface) -> None:
    """Warn of a search that did not end well, as SciPy's classes do."""
    if surface.ier > 0:
        warn(MESSAGES[surface.ier], UserWarning)
    elif surface.ier < -2:
        text = f"{MESSAGES[-3]} (deficiency={surface.missing})."
        warn(text, UserWarning)


def scattered(
    name: str, x: Any, y: Any, z: Any, w: Any, labels: tuple[str, str, str] = ("x", "y", "z"), **more: Any
) -> tuple[Points, dict[str, Tensor]]:
    """Return the data, checked, and further real arguments in their precision."""
    given = {n: v for n, v in {"w": w, **more}.items() if v is not None}
    done = promote(name, allow_complex=False, **{labels[0]: x, labels[1]: y, labels[2]: z, **given})
    extra = dict(zip(given, done[3:], strict=True))
    x, y, z = (v.reshape(-1) for v in done[:3])
    weight = extra.pop("w", torch.ones_like(x)).reshape(-1)
    if not x.shape == y.shape == z.shape:
        raise ValueError(
            f"{labels[0]}, {labels[1]}, and {labels[2]} should have a same length, got "
            f"{', '.join(shape_text(v.shape) for v in (x, y, z))}"
        )
    if weight.shape != x.shape:
        raise ValueError(
            f"{', '.join(labels)}, and w should have a same length, got {shape_text(x.shape)} and "
            f"{shape_text(weight.shape)}"
        )
    if not holds((weight >= 0).all()):
        raise ValueError("w should be positive")
    return Points(x, y, z, weight), extra


def _bounds(name: str, data: Points, **given: Any) -> tuple[float, float, float, float]:
    found = data.x.amin(), data.x.amax(), data.y.amin(), data.y.amax()
    xb, xe, yb, ye = (
        float(end.detach()) if b is None else float(real(name, argument, b))
        for (argument, b), end in zip(given.items(), found, strict=True)
    )
    return xb, xe, yb, ye


def _check(name: str, data: Points, bbox: Sequence[Any], kx: Any, ky: Any, eps: Any) -> None:
    require_ends(bbox, 4)
    k = integer(name, "kx", kx), integer(name, "ky", ky)
    if data.x.shape[0] < (k[0] + 1) * (k[1] + 1):
        raise ValueError("The length of x, y and z should be at least (kx+1) * (ky+1)")
    if not all(1 <= degree <= 5 for degree in k):
        raise ValueError(f"kx and ky must be 1 to 5, got {k[0]} and {k[1]}")
    if eps is not None and not 0.0 < real(name, "eps", eps) < 1.0:
        raise ValueError("eps should be between (0, 1)")


def _samples(generator: torch.Generator, dtype: torch.dtype, device: torch.device) -> Iterable[Sample]:
    x, y = torch.rand(2, 40, dtype=dtype, generator=generator).to(device)
    noise = 0.1 * torch.randn(40, dtype=dtype, generator=generator).to(device)
    yield Sample(x, y, torch.sin(3 * x) * y + noise)


def _use(thing: Any, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    options: dict[str, Any] = {"kx": 2, "ky": 2, "bbox": [0, 1, 0, 1]}
    if thing.__name__ == "SmoothBivariateSpline":
        spline = thing(x, y, z, s=0.3, **options)
    else:
        inner = made_there([0.5], dtype=x.dtype, device=x.device)
        spline = thing(x, y, z, inner, inner, **options)
    at = made_there([0.2, 0.45, 0.8], dtype=x.dtype, device=x.device)
    out: Tensor = spline.ev(at, at.flip(0))
    return out


@function(
    differentiable=("z", "w", "s"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    host_route=WHY,
)
class SmoothBivariateSpline(BivariateSpline):
    """Smoothing spline of two variables near scattered data.

    Equivalent to `scipy.interpolate.SmoothBivariateSpline`, on tensors and differentiable.

    Parameters
    ----------
    x, y, z : array_like, shape (m,)
        Coordinates and values, real.
    w : array_like, shape (m,), optional
        Weights, not negative. Default is 1.
    bbox : sequence of 4, optional
        Ends ``[xb, xe, yb, ye]`` of the rectangle. Default: those of the data.
    kx, ky : int, optional
        Degrees, 1 to 5. Default is 3.
    s : float, optional
        The smoothing condition ``sum((w * (z - S(x, y)))**2) <= s``. Default is m.
    eps : float, optional
        Must lie between 0 and 1; the numerical rank is that of the working precision.

    Raises
    ------
    ValueError
        If shapes do not fit, there are fewer than ``(kx + 1) * (ky + 1)`` points, or an option is out of range.

    Warns
    -----
    UserWarning
        If the condition could not be met.

    Notes
    -----
    Knots are added one by one where the residuals are largest [1]_; on them the smoothing parameter is the one that
    meets the condition to 0.1 %. Derivatives are those with these knots held fixed, with the parameter as an implicit
    function of the data.

    References
    ----------
    .. [1] P. Dierckx, *Curve and Surface Fitting with Splines*, Oxford University Press, 1993, chapter 7.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import SmoothBivariateSpline
    >>> side = torch.linspace(0, 1, 6, dtype=torch.float64)
    >>> x, y = torch.meshgrid(side, side, indexing="ij")
    >>> spline = SmoothBivariateSpline(x, y, x + 2 * y)
    >>> round(spline.ev(0.25, 0.5).item(), 9)
    1.25
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        z: Any,
        w: Any = None,
        bbox: Sequence[Any] = (None, None, None, None),
        kx: int = 3,
        ky: int = 3,
        s: Any = None,
        eps: Any = 1e-16,
    ) -> None:
        name = type(self).__name__
        data, _ = scattered(name, x, y, z, w)
        _check(name, data, bbox, kx, ky, eps)
        if s is not None and not real(name, "s", s) >= 0:
            raise ValueError("s should be s >= 0.0")
        m = data.x.shape[0]
        ends = _bounds(name, data, **{f"bbox[{i}]": end for i, end in enumerate(bbox)})
        most = (default_most(m, kx), default_most(m, ky))
        found = search_rectangle(name, data, ends, (kx, ky), m if s is None else s, most)
        warn_of(found)
        self._assign(found.space.tx, found.space.ty, found.c, (kx, ky), found.fp)


@function(
    differentiable=("x", "y", "z", "w"),
    samples=_samples,
    call=_use,
    complex=False,
    batch=False,
    compiles=False,
    synchronizes=True,
)
class LSQBivariateSpline(BivariateSpline):
    """Least squares spline of two variables on given knots, near scattered data.

    Equivalent to `scipy.interpolate.LSQBivariateSpline`, on tensors and differentiable.

    Parameters
    ----------
    x, y, z : array_like, shape (m,)
        Coordinates and values, real.
    tx, ty : array_like
        Inner knots, ascending.
    w, bbox, kx, ky, eps : optional
        As for `SmoothBivariateSpline`.

    Raises
    ------
    ValueError
        As for `SmoothBivariateSpline`.

    Warns
    -----
    UserWarning
        If the data do not determine all coefficients; then they are the shortest solution.

    Notes
    -----
    Normal equations with refinement in the residual. Where they are singular the derivatives are those of a generalized
    inverse of fixed rank, in `z` exactly.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import LSQBivariateSpline
    >>> x, y = torch.meshgrid(torch.linspace(0, 1, 9), torch.linspace(0, 1, 9), indexing="ij")
    >>> data = (v.flatten().double() for v in (x, y, x * y))
    >>> round(LSQBivariateSpline(*data, [0.5], [0.5]).ev(0.25, 0.5).item(), 9)
    0.125
    """

    def __init__(
        self,
        x: Any,
        y: Any,
        z: Any,
        tx: Any,
        ty: Any,
        w: Any = None,
        bbox: Sequence[Any] = (None, None, None, None),
        kx: int = 3,
        ky: int = 3,
        eps: Any = None,
    ) -> None:
        name = type(self).__name__
        data, extra = scattered(name, x, y, z, w, tx=tx, ty=ty)
        _check(name, data, bbox, kx, ky, eps)
        ends = _bounds(name, data, **{f"bbox[{i}]": end for i, end in enumerate(bbox)})
        inner = [sorted(v.detach().reshape(-1).tolist()) for v in (extra["tx"], extra["ty"])]
        found = least_squares(rectangle(data.x, inner[0], inner[1], ends, (kx, ky)), data)
        warn_of(found)
        self._assign(found.space.tx, found.space.ty, found.c, (kx, ky), found.fp)


def _use_tck(f: Any, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    tck = f(x, y, z, kx=2, ky=2, s=0.3, xb=0, xe=1, yb=0, ye=1)
    return tck[2]  # type: ignore[no-any-return]


@function(
    differentiable=("z", "w", "s"),
    samples=_samples,
    call=_use_tck,
    complex=False,
    batch=False,
    compiles=False,
    host_route=WHY,
)
def bisplrep(
    x: Any,
    y: Any,
    z: Any,
    w: Any = None,
    xb: Any = None,
    xe: Any = None,
    yb: Any = None,
    ye: Any = None,
    kx: int = 3,
    ky: int = 3,
    task: int = 0,
    s: Any = None,
    eps: Any = 1e-16,
    tx: Any = None,
    ty: Any = None,
    full_output: Any = 0,
    nxest: Any = None,
    nyest: Any = None,
    quiet: Any = 1,
) -> Any:
    """Find a spline of two variables near scattered data.

    Equivalent to `scipy.interpolate.bisplrep`.

    Parameters
    ----------
    x, y, z : array_like, shape (m,)
        Coordinates and values, real.
    w : array_like, shape (m,), optional
        Weights, not negative. Default is 1.
    xb, xe, yb, ye : float, optional
        Ends of the rectangle. Default: those of the data.
    kx, ky : int, optional
        Degrees, 1 to 5. Default is 3.
    task : {0, 1, -1}, optional
        0 finds the smoothing spline; 1 does the same (this library keeps no state); -1 is the least squares spline on
        the knots `tx`, `ty`.
    s : float, optional
        The smoothing condition. Default is ``m - sqrt(2 * m)`` with weights and 0 without.
    eps, quiet : optional
        Have no effect.
    tx, ty : array_like, optional
        All knots for ``task=-1``.
    full_output : bool, optional
        Whether to return the residual, a flag and a message as well.
    nxest, nyest : int, optional
        The largest numbers of knots.

    Returns
    -------
    tck : list
        ``[tx, ty, c, kx, ky]``.
    fp, ier, msg
        With `full_output`: the weighted sum of squared residuals, a flag that is positive if the condition was not met
        and less than -2 if the system was singular, and what it means.

    Raises
    ------
    TypeError, ValueError
        If shapes do not fit or an option is out of range.

    Notes
    -----
    See `SmoothBivariateSpline`.

    Examples
    --------
    >>> import torch
    >>> from sci.interpolate import bisplev, bisplrep
    >>> x, y = torch.meshgrid(torch.linspace(0, 1, 6), torch.linspace(0, 1, 6), indexing="ij")
    >>> tck = bisplrep(x.flatten().double(), y.flatten().double(), (x * y).flatten().double(), s=1e-8)
    >>> round(bisplev(0.5, 0.4, tck).item(), 5)
    0.2
    """
    name = "bisplrep"
    data, extra = scattered(name, x, y, z, w, tx=tx, ty=ty)
    m = data.x.shape[0]
    kx, ky = integer(name, "kx", kx), integer(name, "ky", ky)
    if not -1 <= integer(name, "task", task) <= 1:
        raise TypeError("task must be either -1, 0 or 1")
    if not 1 <= kx <= 5 or not 1 <= ky <= 5:
        raise TypeError(f"Given degree of the spline (kx,ky={kx},{ky}) is not supported. (1<=k<=5)")
    if m < (kx + 1) * (ky + 1):
        raise TypeError(f"m >= (kx+1)(ky+1) must hold, got m={m}")
    if task == -1 and (tx is None or ty is None):
        raise TypeError(f"{name}: task=-1 needs the knots tx and ty")
    s = real(name, "s", s) if s is not None else 0.0 if w is None else m - math.sqrt(2 * m)
    ends = _bounds(name, data, xb=xb, xe=xe, yb=yb, ye=ye)
    if task == -1:
        knots = (extra["tx"].detach(), extra["ty"].detach())
        if knots[0].shape[0] < 2 * kx + 2 or knots[1].shape[0] < 2 * ky + 2:
            raise TypeError(f"There must be at least 2*kx+2 and 2*ky+2 knots for task=-1, got {len(tx)} and {len(ty)}")
        inner = [t[k + 1 : t.shape[0] - k - 1].tolist() for t, k in zip(knots, (kx, ky), strict=True)]
        found = least_squares(rectangle(data.x, inner[0], inner[1], ends, (kx, ky)), data)
    else:
        room = [
            max(int(k + math.sqrt(m / 2)), 2 * k + 3) if given is None else integer(name, label, given)
            for label, k, given in (("nxest", kx, nxest), ("nyest", ky, nyest))
        ]
        most = (room[0] - 2 * kx - 2, room[1] - 2 * ky - 2)
        found = search_rectangle(name, data, ends, (kx, ky), s, most)
    tck = [found.space.tx, found.space.ty, found.c, kx, ky]
    message = MESSAGES[-3 if found.ier < -2 else found.ier].strip()
    if not full_output:
        if found.ier > 0:
            warn(message, RuntimeWarning)
        return tck
    return tck, found.fp, found.ier, message
