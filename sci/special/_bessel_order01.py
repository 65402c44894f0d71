"""Bessel functions of the orders 0 and 1, for real arguments: J, Y, I, K and the scaled I and K."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near
from sci._core.dispatch import elementwise

from ._bessel_jy import jv


def order_2_over(y: Tensor, x: Tensor, sign: int) -> Tensor:
    """Return y/x, y = J_2(x) (sign -1) or I_2(x) (sign 1); by two terms of the series where y may underflow."""
    tiny = x.abs() < 1e-4
    return torch.where(tiny, x / 8 * (1 + sign * x * x / 12), y / torch.where(tiny, torch.ones_like(x), x))


_BOTH = (
    Group("core", x=linear(-12, 12), count=24),
    Group("tiny", x=logarithmic(1e-30, 0.1), count=8),
    Group("seams", x=near(4.0, -8.0)),
    Group("large", x=logarithmic(12, 85), count=12),
)
_POSITIVE = (
    Group("core", x=logarithmic(0.01, 12), count=24),
    Group("tiny", x=logarithmic(1e-30, 0.01), count=8),
    Group("seams", x=near(1.0, 3.0, 4.0, 8.0)),
    Group("large", x=logarithmic(12, 85), count=12),
)
_FAR = Group("far", x=logarithmic(100, 1e8), count=8)


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: -j1(x),),
    reference=lambda mp, x: mp.besselj(0, x),
    samples=(*_BOTH, _FAR),
    special=((0.0, 1.0), (inf, 0.0), (-inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=6, partials=8),
    wide=True,
)
def j0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the first kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`J_0(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``jv(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    jv : any order, complex argument

    Notes
    -----
    Polynomials below 8, with the zeros divided out, and Hankel's expansion beyond [1]_. The derivative is
    :math:`-J_1(x)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, 10.17.3, https://dlmf.nist.gov/10.17

    Examples
    --------
    >>> import torch
    >>> from sci.special import j0
    >>> j0(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64))
    tensor([ 1.0000,  0.7652, -0.2459], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: -order_2_over(jv(2.0, x), x, -1),),
    reference=lambda mp, x: mp.besselj(1, x) / x if x else mp.mpf(0.5),
    samples=(*_BOTH, _FAR),
    special=((0.0, 0.5), (inf, 0.0), (-inf, -0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=64),
    public=False,
)
def j1_over(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    :math:`J_1(x)/x`, a function of its own since the derivative of the quotient cancels for small `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The quotient, 1/2 at 0. Its derivative is :math:`-J_2(x)/x`, DLMF 10.6.6.
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: j0(x) - j1_over(x),),
    reference=lambda mp, x: mp.besselj(1, x),
    samples=(*_BOTH, _FAR),
    special=((0.0, 0.0), (-0.0, -0.0), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def j1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the first kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`J_1(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``jv(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    j0 : the method is described there

    Notes
    -----
    The derivative is :math:`J_0(x) - J_1(x)/x` (DLMF 10.6.2).

    Examples
    --------
    >>> import torch
    >>> from sci.special import j1
    >>> j1(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64))
    tensor([0.0000, 0.4401, 0.0435], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: -y1(x),),
    reference=lambda mp, x: mp.bessely(0, x),
    samples=(*_POSITIVE, _FAR),
    special=((0.0, -inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=12, float32=12, partials=16),
    wide=True,
)
def y0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the second kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`Y_0(x)`, minus infinity at 0.

    Raises
    ------
    TypeError
        Where `x` is complex (``yv(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    yv : any order, complex argument

    Notes
    -----
    Below 8 :math:`\tfrac{2}{\pi} \ln(x) J_0(x)` and a polynomial in :math:`x^2` (DLMF 10.8.2), Hankel's expansion
    beyond: 4 units in the last place of the modulus, so that relative errors grow near zeros. The derivative is
    :math:`-Y_1(x)`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import y0
    >>> y0(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([-0.4445,  0.0883,  0.0557], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: y0(x) - out / x,),
    reference=lambda mp, x: mp.bessely(1, x),
    samples=(*_POSITIVE, _FAR),
    special=((0.0, -inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=6, float32=6, partials=16),
    wide=True,
)
def y1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Bessel function of the second kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`Y_1(x)`, minus infinity at 0.

    Raises
    ------
    TypeError
        Where `x` is complex (``yv(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    y0 : the method is described there

    Notes
    -----
    The derivative is :math:`Y_0(x) - Y_1(x)/x` (DLMF 10.6.2).

    Examples
    --------
    >>> import torch
    >>> from sci.special import y1
    >>> y1(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([-1.4715, -0.7812,  0.2490], dtype=torch.float64)
    """
