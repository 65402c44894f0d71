"""Modified Bessel functions of the orders 0 and 1, for real arguments, plain and scaled."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near
from sci._core.dispatch import elementwise

from ._bessel_i import iv
from ._bessel_ie import ive_dz
from ._bessel_k import _reference_k, kve_dz
from ._bessel_order01 import order_2_over

_BOTH = (
    Group("core", x=linear(-12, 12), count=24),
    Group("tiny", x=logarithmic(1e-30, 0.1), count=8),
    Group("seams", x=near(4.0, -8.0)),
    Group("large", x=logarithmic(12, 80), count=12),
)
_POSITIVE = (
    Group("core", x=logarithmic(0.01, 12), count=24),
    Group("tiny", x=logarithmic(1e-30, 0.01), count=8),
    Group("seams", x=near(1.0, 3.0, 8.0)),
    Group("large", x=logarithmic(12, 80), count=12),
)
_FAR = Group("far", x=logarithmic(100, 1e5), count=6)


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: i1(x),),
    reference=lambda mp, x: mp.besseli(0, x),
    samples=_BOTH,
    special=((0.0, 1.0), (inf, inf), (-inf, inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def i0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the first kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`I_0(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``iv(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    iv : any order, complex argument

    Notes
    -----
    The ascending series (DLMF 10.25.2) below 8, a polynomial in :math:`1/x` beyond.
    The derivative is :math:`I_1(x)`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import i0
    >>> i0(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([1.0635e+00, 1.2661e+00, 2.8157e+03], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: ive_dz(torch.full_like(x, 0.0), x),),
    reference=lambda mp, x: mp.besseli(0, x) * mp.exp(-abs(x)),
    samples=(*_BOTH, _FAR),
    special=((0.0, 1.0), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=1000),
    wide=True,
)
def i0e(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the first kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`e^{-|x|} I_0(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``ive(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    ive : any order, complex argument

    Notes
    -----
    The ascending series (DLMF 10.25.2) below 8, a polynomial in :math:`1/x` beyond.
    The derivative is a kernel of its own, since :math:`e^{-|x|} I_0'` and the derivative of the factor cancel
    for large `x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import i0e
    >>> i0e(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([0.6450, 0.4658, 0.1278], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: order_2_over(iv(2.0, x), x, 1),),
    reference=lambda mp, x: mp.besseli(1, x) / x if x else mp.mpf(0.5),
    samples=_BOTH,
    special=((0.0, 0.5), (inf, inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=64),
    wide=True,
    public=False,
)
def i1_over(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    :math:`I_1(x)/x`, a function of its own since the derivative of the quotient cancels for small `x`.

    Parameters
    ----------
    x : tensor_like
        Real argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The quotient, 1/2 at 0. Its derivative is :math:`I_2(x)/x`, DLMF 10.29.4.
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: i0(x) - i1_over(x),),
    reference=lambda mp, x: mp.besseli(1, x),
    samples=_BOTH,
    special=((0.0, 0.0), (inf, inf), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def i1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the first kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`I_1(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``iv(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    iv : any order, complex argument

    Notes
    -----
    The ascending series (DLMF 10.25.2) below 8, a polynomial in :math:`1/x` beyond.
    The derivative is :math:`I_0(x) - I_1(x)/x` (DLMF 10.29.2).

    Examples
    --------
    >>> import torch
    >>> from sci.special import i1
    >>> i1(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([2.5789e-01, 5.6516e-01, 2.6710e+03], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: ive_dz(torch.full_like(x, 1.0), x),),
    reference=lambda mp, x: mp.besseli(1, x) * mp.exp(-abs(x)),
    samples=(*_BOTH, _FAR),
    special=((0.0, 0.0), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=1000),
    wide=True,
)
def i1e(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the first kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`e^{-|x|} I_1(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``ive(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    ive : any order, complex argument

    Notes
    -----
    The ascending series (DLMF 10.25.2) below 8, a polynomial in :math:`1/x` beyond.
    The derivative is a kernel of its own, since :math:`e^{-|x|} I_1'` and the derivative of the factor cancel
    for large `x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import i1e
    >>> i1e(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([0.1564, 0.2079, 0.1213], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: -k1(x),),
    reference=lambda mp, x: mp.besselk(0, x),
    samples=_POSITIVE,
    special=((0.0, inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def k0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the second kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`K_0(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``kv(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    kv : any order, complex argument

    Notes
    -----
    Logarithm and polynomials (DLMF 10.31.2) below 1, polynomials in :math:`1/x` beyond.
    The derivative is :math:`-K_1(x)`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import k0
    >>> k0(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([9.2442e-01, 4.2102e-01, 1.7780e-05], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: kve_dz(torch.full_like(x, 0.0), x),),
    reference=lambda mp, x: mp.besselk(0, x) * mp.exp(x),
    samples=(*_POSITIVE, _FAR),
    special=((0.0, inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=1000),
    wide=True,
)
def k0e(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the second kind of order 0.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`e^x K_0(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``kve(0, x)`` takes it) or holds no numbers.

    See Also
    --------
    kve : any order, complex argument

    Notes
    -----
    Logarithm and polynomials (DLMF 10.31.2) below 1, polynomials in :math:`1/x` beyond.
    The derivative is a kernel of its own, since :math:`e^x K_0'` and the derivative of the factor cancel for
    large `x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import k0e
    >>> k0e(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([1.5241, 1.1445, 0.3916], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: -k0(x) - out / x,),
    reference=lambda mp, x: _reference_k(mp, mp.mpf(1), x),
    samples=_POSITIVE,
    special=((0.0, inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def k1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Modified Bessel function of the second kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`K_1(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``kv(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    kv : any order, complex argument

    Notes
    -----
    Logarithm and polynomials (DLMF 10.31.2) below 1, polynomials in :math:`1/x` beyond.
    The derivative is :math:`-K_0(x) - K_1(x)/x` (DLMF 10.29.2).

    Examples
    --------
    >>> import torch
    >>> from sci.special import k1
    >>> k1(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([1.6564e+00, 6.0191e-01, 1.8649e-05], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_order01.h",
    "r -> r",
    partials=(lambda x, out: kve_dz(torch.full_like(x, 1.0), x),),
    reference=lambda mp, x: _reference_k(mp, mp.mpf(1), x, True),
    samples=(*_POSITIVE, _FAR),
    special=((0.0, inf), (inf, 0.0), (-1.0, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=1000),
    wide=True,
)
def k1e(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponentially scaled modified Bessel function of the second kind of order 1.

    Parameters
    ----------
    x : array_like
        Real argument; NaN where it is negative.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    Tensor
        :math:`e^x K_1(x)`.

    Raises
    ------
    TypeError
        Where `x` is complex (``kve(1, x)`` takes it) or holds no numbers.

    See Also
    --------
    kve : any order, complex argument

    Notes
    -----
    Logarithm and polynomials (DLMF 10.31.2) below 1, polynomials in :math:`1/x` beyond.
    The derivative is a kernel of its own, since :math:`e^x K_1'` and the derivative of the factor cancel for
    large `x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import k1e
    >>> k1e(torch.tensor([0.5, 1.0, 10.0], dtype=torch.float64))
    tensor([2.7310, 1.6362, 0.4108], dtype=torch.float64)
    """
