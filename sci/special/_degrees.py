"""Trigonometric functions of degrees, angles as radians, and rounding."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, discrete, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

_DEGREE = math.pi / 180
_LINE = (
    Group("core", x=linear(-720, 720), count=64),
    Group("beside multiples of 45", x=near(30.0, 45.0, 60.0, 135.0, 225.0, -45.0, 330.0)),
    Group("large", x=linear(-1e7, 1e7)),
    Group("huge", x=logarithmic(1e10, 1e17), dtypes=("float64",), count=16),
    Group("small", x=logarithmic(-1e-30, -1e-3), count=12),
)
# Large float32 numbers are whole, and may be poles.
_OFF_POLES = tuple(Group("large", x=linear(-1e5, 1e5)) if group.name == "large" else group for group in _LINE)


def _angle(mp: Any, x: Any) -> Any:
    """The angle in radians, with digits to spare for the reduction of a large one."""
    return mp.mpf(x) * mp.pi / 180


@elementwise(
    "special/degrees.h",
    "r -> r",
    partials=(lambda x, out: _DEGREE * cosdg(x),),
    reference=lambda mp, x: mp.sin(_angle(mp, x)),
    samples=_LINE,
    special=((0.0, 0.0), (-0.0, -0.0), (30.0, 0.5), (90.0, 1.0), (-90.0, -1.0), (360.0, 0.0), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=2, float32=2, partials=3),
    wide=True,
)
def sindg(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Sine of an angle in degrees.

    .. math:: \mathrm{sindg}(x) = \sin(\pi x / 180)

    Parameters
    ----------
    x : tensor_like
        Angle in degrees, of any size.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The sine, exact at multiples of 30 and 90 degrees; NaN at infinity.

    See Also
    --------
    cosdg, tandg, cotdg

    Notes
    -----
    The angle is reduced exactly, so the result is within 2 ulp for every `x`; SciPy returns 0 beyond 1e14. The
    derivative is ``pi / 180 * cosdg(x)``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.sindg(torch.tensor([0.0, 30.0, 90.0, 180.0], dtype=torch.float64))
    tensor([0.0000, 0.5000, 1.0000, 0.0000], dtype=torch.float64)
    """


@elementwise(
    "special/degrees.h",
    "r -> r",
    partials=(lambda x, out: -_DEGREE * sindg(x),),
    reference=lambda mp, x: mp.cos(_angle(mp, x)),
    samples=_LINE,
    special=((0.0, 1.0), (60.0, 0.5), (90.0, 0.0), (180.0, -1.0), (-270.0, 0.0), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=2, float32=2, partials=3),
    wide=True,
)
def cosdg(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Cosine of an angle in degrees.

    .. math:: \mathrm{cosdg}(x) = \cos(\pi x / 180)

    Parameters
    ----------
    x : tensor_like
        Angle in degrees, of any size.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The cosine, exact at multiples of 60 and 90 degrees; NaN at infinity.

    See Also
    --------
    sindg, tandg, cotdg

    Notes
    -----
    The angle is reduced exactly, so the result is within 2 ulp for every `x`; SciPy returns 0 beyond 1e14. The
    derivative is ``-pi / 180 * sindg(x)``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.cosdg(torch.tensor([0.0, 60.0, 90.0, 180.0], dtype=torch.float64))
    tensor([ 1.0000,  0.5000,  0.0000, -1.0000], dtype=torch.float64)
    """


@elementwise(
    "special/degrees.h",
    "r -> r",
    partials=(lambda x, out: _DEGREE * out * out + _DEGREE,),
    reference=lambda mp, x: mp.tan(_angle(mp, x)),
    samples=(*_OFF_POLES, Group("beside a pole", x=values(89.999, 90.001, 269.99))),
    special=((0.0, 0.0), (45.0, 1.0), (135.0, -1.0), (90.0, inf), (270.0, inf), (180.0, 0.0), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=8),
    wide=True,
    pullback=True,
)
def tandg(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Tangent of an angle in degrees.

    .. math:: \mathrm{tandg}(x) = \tan(\pi x / 180)

    Parameters
    ----------
    x : tensor_like
        Angle in degrees, of any size.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The tangent, exact at multiples of 45 degrees; ``inf`` at its poles 90, 270, ..., NaN at infinity.

    See Also
    --------
    cotdg, sindg, cosdg

    Notes
    -----
    Within 3 ulp for every `x`. The derivative is ``pi / 180 * (1 + tandg(x)**2)``, ``inf`` at the poles.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.tandg(torch.tensor([0.0, 45.0, 90.0, 135.0], dtype=torch.float64))
    tensor([ 0.,  1., inf, -1.], dtype=torch.float64)
    """


@elementwise(
    "special/degrees.h",
    "r -> r",
    partials=(lambda x, out: -(_DEGREE * out * out + _DEGREE),),
    reference=lambda mp, x: mp.cot(_angle(mp, x)),
    samples=(*_OFF_POLES, Group("beside a pole", x=values(0.001, 179.99, 180.01))),
    special=((0.0, inf), (45.0, 1.0), (135.0, -1.0), (90.0, 0.0), (180.0, inf), (inf, nan), (nan, nan)),
    ulp=Ulp(float64=3, float32=3, partials=8),
    wide=True,
    pullback=True,
)
def cotdg(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Cotangent of an angle in degrees.

    .. math:: \mathrm{cotdg}(x) = \cot(\pi x / 180)

    Parameters
    ----------
    x : tensor_like
        Angle in degrees, of any size.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The cotangent, exact at multiples of 45 degrees; ``inf`` at its poles 0, 180, ..., NaN at infinity.

    See Also
    --------
    tandg, sindg, cosdg

    Notes
    -----
    Within 3 ulp for every `x`. The derivative is ``-pi / 180 * (1 + cotdg(x)**2)``, ``-inf`` at the poles.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.cotdg(torch.tensor([0.0, 45.0, 90.0, 135.0], dtype=torch.float64))
    tensor([inf,  1.,  0., -1.], dtype=torch.float64)
    """


@elementwise(
    "special/degrees.h",
    "r r r -> r",
    partials=(
        lambda d, m, s, out: torch.full_like(out, _DEGREE),
        lambda d, m, s, out: torch.full_like(out, _DEGREE / 60),
        lambda d, m, s, out: torch.full_like(out, _DEGREE / 3600),
    ),
    reference=lambda mp, d, m, s: (d + (m + s / 60) / 60) * mp.pi / 180,
    samples=(
        Group("core", d=linear(-360, 360), m=linear(0, 60), s=linear(0, 60)),
        Group("seconds", d=values(0.0), m=values(0.0), s=logarithmic(1e-6, 60), count=12),
        Group("large", d=linear(0.1, 10), m=linear(1e3, 1e5), s=linear(1e3, 1e8), count=16),
        Group("moderate", d=linear(5, 10), m=linear(5, 10), s=linear(5, 10), count=8),
    ),
    special=((180.0, 0.0, 0.0, math.pi), (0.0, 0.0, 0.0, 0.0), (inf, 0.0, 0.0, inf), (nan, 0.0, 0.0, nan)),
    ulp=Ulp(float64=4, float32=4, partials=2),
    wide=True,
    pullback="arguments",
)
def radian(d: Any, m: Any, s: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Angle in radians from degrees, minutes and seconds.

    .. math:: \mathrm{radian}(d, m, s) = \frac{\pi}{180} \left(d + \frac{m}{60} + \frac{s}{3600}\right)

    Parameters
    ----------
    d, m, s : tensor_like
        Degrees, minutes and seconds, real, of any size.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The angle ``(d + m / 60 + s / 3600) * pi / 180``.

    See Also
    --------
    sindg, cosdg

    Notes
    -----
    The derivatives are the constants pi/180, pi/10800 and pi/648000.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.radian(torch.tensor(90.0, dtype=torch.float64), 30.0, 0.0)
    tensor(1.5795, dtype=torch.float64)
    """


@elementwise(
    "special/degrees.h",
    "r -> r",
    partials=(discrete,),
    reference=lambda mp, x: mp.nint(x),
    samples=(
        Group("core", x=linear(-20, 20)),
        Group("halves", x=near(0.5, 1.5, 2.5, -0.5, -1.5)),
        Group("large", x=linear(-1e6, 1e6)),
    ),
    special=((0.5, 0.0), (-0.5, 0.0), (-0.0, -0.0), (1.5, 2.0), (-2.5, -2.0), (inf, inf), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=0, float32=0),
    wide=True,
)
def round(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Round to the nearest integer, halves to the even one.

    .. math:: \mathrm{round}(x) = \lfloor x + 1/2 \rfloor, \text{ to the even neighbour where } x \text{ is halfway}

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The nearest integer, in the dtype of `x`.

    Notes
    -----
    The function is piecewise constant: no gradient passes through it, and none is recorded.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.round(torch.tensor([0.5, 1.5, 2.4, -2.6], dtype=torch.float64))
    tensor([ 0.,  2.,  2., -3.], dtype=torch.float64)
    """
