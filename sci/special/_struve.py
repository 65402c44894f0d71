"""Struve functions, plain and modified, and their derivatives in the order."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._bessel_i import THIRD, difference
from ._rgamma import rgamma, rgamma_slope


def _slope_beside_minus_1(v: Tensor, x: Tensor, sign: int) -> Tensor:
    """Return the derivative for |v + 1| < 1/2, |x| < 1, term by term of DLMF 11.2.1-2:
    (x/2)^v / (sqrt(pi) Gamma(v + 3/2)) sum_k (v + 1 + 2k) (sign x^2/4)^k / ((3/2)_k (v + 3/2)_k)."""
    half, order = x / 2, v + 1
    square, rest = sign * half**2, torch.zeros_like(x)  # the sum from k = 1 on, over x^2/4
    for k in range(9, 0, -1):
        rest = (order + 2 * k + square * rest) / ((k + 0.5) * (v + k + 0.5))
    return (half**v * order + half ** (v + 2) * (sign * rest)) * rgamma(v + 1.5) * (1 / math.sqrt(math.pi))


def _slope(f: Callable[..., Tensor], v: Tensor, x: Tensor, out: Tensor, sign: int) -> Tensor:
    """Return f_{v-1} - v/x f_v, DLMF 11.4.27-30; at x = 0 the second term is 0 where the first is finite, and the slope
    of f_{-1} = 2/pi -+ f_1 is. Beside v = -1, where these cancel for small x, by the series."""
    beside = (x != 0) & (x.abs() < 1) & torch.where(x < 0, v == -1, (v + 1).abs() < 0.5)
    series = _slope_beside_minus_1(torch.where(beside, v, -1.0), torch.where(beside, x, 0.5), sign)
    zero, v = x == 0, torch.where(beside | ((x == 0) & (v == -1)), 1.0, v)
    x, out = torch.where(beside, 1.0, x), torch.where(beside, 1.0, out)
    slope = f(v - 1, x) - torch.where(zero, 0.0, v / torch.where(zero, torch.ones_like(x), x) * out)
    return torch.where(beside, series, torch.where(out.isinf() & slope.isnan(), out, slope))


def _mixed(f: Callable[..., Tensor], f_dv: Callable[..., Tensor], v: Tensor, x: Tensor, out: Tensor) -> Tensor:
    """Return the derivative of that in v."""
    return f_dv(v - 1, x) - f(v, x) / x - v / x * out


def _mixed_at_zero(v: Tensor) -> Tensor:
    """Return the limit at x = 0, of (v + 1) (x/2)^v [log(x/2) r(v + 3/2) + r'(v + 3/2)] with r = 1/Gamma."""
    r = rgamma(v + 1.5)
    size = (v + 1) * torch.where(r == 0, rgamma_slope(v + 1.5), -r)
    infinite = torch.where(v == -1, 1.0, size.sign()) * torch.inf
    return torch.where(v > 0, 0.0, infinite)


def _mixed_slope(inside: Callable[[Tensor, Tensor], Tensor], v: Tensor, x: Tensor) -> Tensor:
    zero = x == 0
    return torch.where(zero, _mixed_at_zero(v), inside(v, torch.where(zero, 1.0, x)))


def _slope_reference(mp: Any, v: Any, x: Any) -> Any:
    return mp.struvel(v - 1, x) - v / x * mp.struvel(v, x)


_CORE = (
    Group("core", v=linear(-4, 8), x=logarithmic(0.05, 60), count=40),
    Group("whole orders", v=values(0.0, 1.0, 2.0, -1.0, -3.0), x=linear(0.2, 50), count=20),
    Group("half orders", v=values(-2.5, -0.5, 0.5, 1.5), x=values(0.01, 1.0, 4.0, 27.0)),
    Group("seams", v=values(0.0, 1.0), x=near(3.1622776601683795, 36.0)),
    Group("transition", v=linear(5, 60), x=linear(5, 60), count=20),
    Group("large argument", v=linear(-3, 20), x=logarithmic(60, 300), count=8),
)
_WIDE = (
    Group("larger orders", v=logarithmic(20, 130), x=logarithmic(2, 200), count=12, dtypes=("float64",)),
    Group("very negative orders", v=linear(-30, -5), x=logarithmic(0.5, 60), count=12, dtypes=("float64",)),
    Group("small", v=linear(-1, 3), x=logarithmic(1e-30, 1e-3), count=6, dtypes=("float64",)),
    Group("negative argument", v=values(0.0, 1.0, 2.0), x=linear(-30, -0.1), count=8),
)
_FEW = (
    Group("core", v=linear(-3, 6), x=logarithmic(0.1, 50), count=14),
    Group("whole orders", v=values(0.0, 1.0, -2.0), x=linear(0.3, 30), count=8),
    Group("transition", v=linear(5, 30), x=linear(5, 30), count=6),
)
_SPECIAL = (
    (0.0, 0.0, 0.0),
    (-1.0, 0.0, 0.6366197723675814),
    (0.5, -1.0, nan),
    (nan, 1.0, nan),
    (1.0, nan, nan),
)


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(lambda v, x, out: struve_dv(v, x), lambda v, x, out: _slope(struve, v, x, out, -1)),
    reference=lambda mp, v, x: mp.struveh(v, x),
    samples=(*_CORE, *_WIDE),
    special=(*_SPECIAL, (0.0, inf, 0.0)),
    ulp=Ulp(float64=48, float32=8, partials=400),
    sorted=True,
)
def struve(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Struve function.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    x : array_like
        Real argument; for `x` < 0 the result is NaN unless `v` is a whole number.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\mathbf H_v(x)`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    modstruve : the modified function
    itstruve0, it2struve0 : integrals

    Notes
    -----
    .. math::
        \mathbf H_v(x) = \left(\frac x2\right)^{v+1}
        \sum_{k=0}^\infty \frac{(-x^2/4)^k}{\Gamma(k + \frac32)\, \Gamma(k + v + \frac32)}.

    By this series [1]_ where :math:`x^2/4 \leq 2.5 + 0.75 |v|`; for :math:`x > v` by :math:`Y_v` and an integral
    (11.5.2) or its asymptotic expansion (11.6.1); by an integral through a saddle point else. Double exponential
    quadrature has fixed nodes. Derivatives: :math:`\mathbf H_v' = \mathbf H_{v-1} - \frac vx \mathbf H_v`, in the order
    by the same algorithms on dual numbers, twice; a third derivative in the order raises.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 11, https://dlmf.nist.gov/11

    Examples
    --------
    >>> import torch
    >>> from sci.special import struve
    >>> struve(0.5, torch.tensor([0.5, 1.0, 20.0], dtype=torch.float64))
    tensor([0.1381, 0.3668, 0.1056], dtype=torch.float64)
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(lambda v, x, out: modstruve_dv(v, x), lambda v, x, out: _slope(modstruve, v, x, out, 1)),
    reference=lambda mp, v, x: mp.struvel(v, x),
    samples=(*_CORE, *_WIDE),
    special=(*_SPECIAL, (0.0, inf, inf)),
    ulp=Ulp(float64=48, float32=8, partials=1000),
    sorted=True,
)
def modstruve(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Struve function.

    Parameters
    ----------
    v : array_like
        Order: any real number.
    x : array_like
        Real argument; for `x` < 0 the result is NaN unless `v` is a whole number.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`\mathbf L_v(x)`.

    Raises
    ------
    TypeError
        Where an argument is complex or holds no numbers.

    See Also
    --------
    struve : the function without the modification
    itmodstruve0 : its integral

    Notes
    -----
    :math:`\mathbf L_v(x) = -i e^{-i\pi v/2} \mathbf H_v(ix)`: the series of :func:`struve` without its signs [1]_,
    which does not cancel for :math:`v \geq -\frac12`; for large arguments :math:`I_v` less an algebraic expansion
    (11.6.2), and for lower orders :math:`I_{-v}` less an integral (11.5.6). Derivatives as for :func:`struve`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 11, https://dlmf.nist.gov/11

    Examples
    --------
    >>> import torch
    >>> from sci.special import modstruve
    >>> modstruve(0.0, torch.tensor([0.5, 1.0, 20.0], dtype=torch.float64))
    tensor([3.2724e-01, 7.1024e-01, 4.3558e+07], dtype=torch.float64)
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(
        lambda v, x, out: struve_dv2(v, x),
        lambda v, x, out: _mixed_slope(lambda v, x: _mixed(struve, struve_dv, v, x, out), v, x),
    ),
    reference=lambda mp, v, x: difference(mp, lambda h: mp.struveh(v + h, x), 1),
    samples=_FEW,
    special=((0.0, -1.0, nan),),
    ulp=Ulp(float64=200, float32=8, partials=2000),
    public=False,
    sorted=True,
)
def struve_dv(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`struve` in the order, for arguments that are not negative.

    By the series, the quadratures and expansions of the function on dual numbers, in double for float32 arguments. NaN
    for negative arguments, where the power of the argument has no real derivative.
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(THIRD, lambda v, x, out: _mixed(struve_dv, struve_dv2, v, x, out) - struve_dv(v, x) / x),
    reference=lambda mp, v, x: difference(mp, lambda h: mp.struveh(v + h, x), 2),
    samples=_FEW,
    special=((0.0, -1.0, nan),),
    ulp=Ulp(float64=1000, float32=8, partials=4000),
    public=False,
    sorted=True,
)
def struve_dv2(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`struve` in the order, for arguments that are not negative.

    By the algorithms of the function on nested dual numbers, in double for float32 arguments. It serves second-order
    gradients; its own derivative in `v` raises.
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(lambda v, x, out: modstruve_dv2(v, x), lambda v, x, out: _mixed_slope(modstruve_dvdx, v, x)),
    reference=lambda mp, v, x: difference(mp, lambda h: mp.struvel(v + h, x), 1),
    samples=_FEW,
    special=((0.0, -1.0, nan),),
    ulp=Ulp(float64=1000, float32=8, partials=4000),
    public=False,
    sorted=True,
)
def modstruve_dv(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Derivative of :func:`modstruve` in the order, for arguments that are not negative.

    By the algorithms of the function on dual numbers, in double for float32 arguments. Near order 0, where it is much
    smaller than the function, by :math:`I_v` and an integral that is small itself.
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(THIRD, THIRD),
    reference=lambda mp, v, x: difference(mp, lambda h: mp.struvel(v + h, x), 2),
    samples=_FEW,
    special=((0.0, -1.0, nan),),
    ulp=Ulp(float64=2000, float32=8, partials=8000),
    public=False,
    sorted=True,
)
def modstruve_dv2(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Second derivative of :func:`modstruve` in the order, for arguments that are not negative.

    By the algorithms of the function on nested dual numbers, in double for float32 arguments. It serves second-order
    gradients; its own derivative in `v` raises.
    """


@elementwise(
    "special/struve.h",
    "r r -> r",
    partials=(THIRD, THIRD),
    reference=lambda mp, v, x: difference(mp, lambda h: _slope_reference(mp, v + h, x), 1),
    samples=_FEW,
    special=((0.0, -1.0, nan),),
    ulp=Ulp(float64=4000, float32=8),
    public=False,
    sorted=True,
)
def modstruve_dvdx(v: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mixed second derivative of :func:`modstruve` in the order and the argument.

    By nested dual numbers: near order 0 it is much smaller than the derivatives of neighbouring orders, whose
    difference would cancel. Third derivatives raise.
    """
