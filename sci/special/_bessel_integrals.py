"""Integrals of Bessel and Struve functions of order 0."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near
from sci._core.dispatch import elementwise

from ._bessel_order01 import j0, j1, y0
from ._modified_order01 import i0, i1, k0
from ._struve import modstruve, struve

# ---- references: the ascending series, integrated term by term -------------------------------------------------------


def _digits(mp: Any, x: Any) -> int:
    return int(mp.dps + 2 * abs(x) + 10)


def _series(mp: Any, x: Any, sign: int) -> tuple[Any, Any, Any, Any]:
    """Return int_0^x J_0 and Y_0 (sign -1) or I_0 and K_0, and the integrals over t of it2j0y0 or it2i0k0."""
    with mp.workdps(_digits(mp, x)):
        log = mp.log(x / 2) + mp.euler
        one = second = over = second_over = harmonic = mp.mpf(0)
        term, k = mp.mpf(1), 0
        while k < 5 or abs(term) > mp.eps * mp.mpf(10) ** -10:
            m = 2 * k + 1
            one += term / m
            second += term / m * (log - mp.mpf(1) / m - harmonic)
            if k:
                over += term / (2 * k)
                second_over += term * ((log - harmonic) / (2 * k) - mp.mpf(1) / (4 * k * k))
            k += 1
            harmonic += mp.mpf(1) / k
            term *= sign * x * x / (4 * k * k)
        c = -2 / mp.pi
        logs = log * log / 2 + second_over
        if sign > 0:
            return x * one, -x * second, over, logs + mp.pi**2 / 24
        return x * one, -c * x * second, -over, c * (logs - mp.pi**2 / 12)


def _struve_series(mp: Any, x: Any, sign: int) -> tuple[Any, Any]:
    """Return int_0^x H_0 (sign -1) or L_0, and int_0^x H_0/t."""
    with mp.workdps(_digits(mp, x)):
        term, k, plain, over = 2 * x / mp.pi, 0, mp.mpf(0), mp.mpf(0)
        while k < 5 or abs(term) > mp.eps * mp.mpf(10) ** -10 * abs(x):
            plain += term * x / (2 * k + 2)
            over += term / (2 * k + 1)
            k += 1
            term *= sign * x * x / (2 * k + 1) ** 2
        return plain, over


def _ordinary(mp: Any, x: Any) -> tuple[Any, Any]:
    return _series(mp, x, -1)[:2]


def _ordinary_over(mp: Any, x: Any) -> tuple[Any, Any]:
    return _series(mp, x, -1)[2:]


def _modified(mp: Any, x: Any) -> tuple[Any, Any]:
    return _series(mp, x, 1)[:2]


def _modified_over(mp: Any, x: Any) -> tuple[Any, Any]:
    return _series(mp, x, 1)[2:]


def _deficit(mp: Any, x: Any, sign: int) -> Any:
    with mp.workdps(int(mp.dps + 2 * abs(mp.log10(abs(x))) + abs(x) + 10)):
        return sign * ((mp.besseli if sign > 0 else mp.besselj)(0, x) - 1) / x


def _tail(mp: Any, x: Any) -> Any:
    with mp.workdps(_digits(mp, x)):
        return mp.pi / 2 - _struve_series(mp, x, -1)[1]


_POSITIVE = (
    Group("core", x=logarithmic(0.01, 60), count=40),
    Group("tiny", x=logarithmic(1e-30, 0.01), count=6),
    Group("seams", x=near(1.5, 2.5, 20.5, 48.0)),
)
_BOTH = (
    Group("core", x=linear(-50, 60), count=40),
    Group("tiny", x=logarithmic(1e-10, 0.01), count=6),
    Group("seams", x=near(1.5, 20.5, 48.0)),
)
_FAR = Group("large", x=logarithmic(60, 400), count=8, dtypes=("float64",))


def _over(numerator: Tensor, x: Tensor, at_zero: float) -> Tensor:
    zero = x == 0
    return torch.where(zero, at_zero, numerator / torch.where(zero, torch.ones_like(x), x))


def _struve_over(x: Tensor) -> Tensor:
    """Return H_0(x) / x, for small x by DLMF 11.2.1, as the derivative of the quotient cancels there."""
    small = x.abs() < 1
    near, far = torch.where(small, x, 0.0), torch.where(small, 1.0, x)
    square, inner = near * near, torch.ones_like(x)
    for k in range(9, 0, -1):
        inner = 1 - square * inner / (2 * k + 1) ** 2
    return torch.where(small, inner * (2 / math.pi), struve(0.0, far) / far)


@elementwise(
    "special/bessel_integrals.h",
    "r -> r r",
    partials=(lambda x, j, y: (j0(x), y0(x)),),
    reference=_ordinary,
    samples=(*_POSITIVE, _FAR),
    special=((0.0, (0.0, 0.0)), (inf, (1.0, 0.0)), (-inf, (-1.0, nan)), (nan, (nan, nan))),
    ulp=Ulp(float64=16, float32=16, partials=32),
    sorted=True,
)
def itj0y0(x: Any, /, *, out: Any = None) -> Any:
    r"""
    Integrals of the Bessel functions of order 0.

    Parameters
    ----------
    x : array_like
        Real argument. The first result is odd, the second NaN for `x` < 0.
    out : tuple of Tensor, optional
        Where to put the two results.

    Returns
    -------
    ij0, iy0 : Tensor
        :math:`\int_0^x J_0(t)\,dt` and :math:`\int_0^x Y_0(t)\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. SciPy's errors
    reach 1e-9 for large `x`. The derivatives are :math:`J_0` and :math:`Y_0`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import itj0y0
    >>> itj0y0(torch.tensor([1.0, 50.0], dtype=torch.float64))[0]
    tensor([0.9197, 0.9014], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r r",
    partials=(lambda x, j, y: (j0_deficit(x), -y0(x) / x),),
    reference=_ordinary_over,
    samples=(*_POSITIVE, _FAR),
    special=((0.0, (0.0, -inf)), (nan, (nan, nan))),
    ulp=Ulp(float64=16, float32=16, partials=32),
    sorted=True,
)
def it2j0y0(x: Any, /, *, out: Any = None) -> Any:
    r"""
    Integrals of the Bessel functions of order 0 over their argument.

    Parameters
    ----------
    x : array_like
        Real argument. The first result is even, the second NaN for `x` < 0.
    out : tuple of Tensor, optional
        Where to put the two results.

    Returns
    -------
    ij0, iy0 : Tensor
        :math:`\int_0^x \frac{1 - J_0(t)}{t}\,dt` and :math:`\int_x^\infty \frac{Y_0(t)}{t}\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. The
    derivatives are :math:`(1 - J_0)/x`, a kernel of its own, and :math:`-Y_0/x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import it2j0y0
    >>> it2j0y0(torch.tensor([1.0, 50.0], dtype=torch.float64))[0]
    tensor([0.1212, 3.7981], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r r",
    partials=(lambda x, i, k: (i0(x), k0(x)),),
    reference=_modified,
    samples=(*_POSITIVE, _FAR),
    special=((0.0, (0.0, 0.0)), (inf, (inf, 1.5707963267948966)), (-inf, (-inf, nan)), (nan, (nan, nan))),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def iti0k0(x: Any, /, *, out: Any = None) -> Any:
    r"""
    Integrals of the modified Bessel functions of order 0.

    Parameters
    ----------
    x : array_like
        Real argument. The first result is odd, the second NaN for `x` < 0.
    out : tuple of Tensor, optional
        Where to put the two results.

    Returns
    -------
    ii0, ik0 : Tensor
        :math:`\int_0^x I_0(t)\,dt` and :math:`\int_0^x K_0(t)\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. The
    derivatives are :math:`I_0` and :math:`K_0`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import iti0k0
    >>> iti0k0(torch.tensor([1.0, 50.0], dtype=torch.float64))[0]
    tensor([1.0865e+00, 2.9630e+20], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r r",
    partials=(lambda x, i, k: (i0_excess(x), -k0(x) / x),),
    reference=_modified_over,
    samples=(*_POSITIVE, _FAR),
    special=((0.0, (0.0, inf)), (nan, (nan, nan))),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def it2i0k0(x: Any, /, *, out: Any = None) -> Any:
    r"""
    Integrals of the modified Bessel functions of order 0 over their argument.

    Parameters
    ----------
    x : array_like
        Real argument. The first result is even, the second NaN for `x` < 0.
    out : tuple of Tensor, optional
        Where to put the two results.

    Returns
    -------
    ii0, ik0 : Tensor
        :math:`\int_0^x \frac{I_0(t) - 1}{t}\,dt` and :math:`\int_x^\infty \frac{K_0(t)}{t}\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. The
    derivatives are :math:`(I_0 - 1)/x`, a kernel of its own, and :math:`-K_0/x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import it2i0k0
    >>> it2i0k0(torch.tensor([1.0, 50.0], dtype=torch.float64))[0]
    tensor([1.2898e-01, 6.0509e+18], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r",
    partials=(lambda x, out: struve(0.0, x),),
    reference=lambda mp, x: _struve_series(mp, x, -1)[0],
    samples=(*_BOTH, _FAR),
    special=((0.0, 0.0), (inf, inf), (nan, nan)),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def itstruve0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Integral of the Struve function of order 0.

    Parameters
    ----------
    x : array_like
        Real argument. The result is even in it.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    i : Tensor
        :math:`\int_0^x \mathbf H_0(t)\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. SciPy's errors grow from 1e-8
    beyond 20. The derivative is :math:`\mathbf H_0`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import itstruve0
    >>> itstruve0(torch.tensor([1.0, 50.0], dtype=torch.float64))
    tensor([0.3011, 3.2445], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r",
    partials=(lambda x, out: -_struve_over(x),),
    reference=_tail,
    samples=(*_BOTH, _FAR),
    special=((0.0, 1.5707963267948966), (inf, 0.0), (nan, nan)),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def it2struve0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Integral of the Struve function of order 0 over its argument.

    Parameters
    ----------
    x : array_like
        Real argument. For `x` < 0 it is :math:`\pi` less the result for `-x`.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    i : Tensor
        :math:`\int_x^\infty \frac{\mathbf H_0(t)}{t}\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. The
    derivative is :math:`-\mathbf H_0/x`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import it2struve0
    >>> it2struve0(torch.tensor([1.0, 50.0], dtype=torch.float64))
    tensor([0.9572, 0.0138], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r",
    partials=(lambda x, out: modstruve(0.0, x),),
    reference=lambda mp, x: _struve_series(mp, x, 1)[0],
    samples=(*_BOTH, _FAR),
    special=((0.0, 0.0), (inf, inf), (nan, nan)),
    ulp=Ulp(float64=16, float32=16, partials=64),
    sorted=True,
)
def itmodstruve0(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Integral of the modified Struve function of order 0.

    Parameters
    ----------
    x : array_like
        Real argument. The result is even in it.
    out : Tensor, optional
        Where to put the result.

    Returns
    -------
    i : Tensor
        :math:`\int_0^x \mathbf L_0(t)\,dt`.

    Raises
    ------
    TypeError
        Where `x` is complex or holds no numbers.

    Notes
    -----
    The ascending series below 1.5, Taylor series from a table of values at whole numbers up to 48, and the integrated
    asymptotic expansion beyond. The
    derivative is :math:`\mathbf L_0`.

    Examples
    --------
    >>> import torch
    >>> from sci.special import itmodstruve0
    >>> itmodstruve0(torch.tensor([1.0, 50.0], dtype=torch.float64))
    tensor([3.3647e-01, 2.9630e+20], dtype=torch.float64)
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r",
    partials=(lambda x, out: _over(j1(x) - out, x, 0.25),),
    reference=lambda mp, x: _deficit(mp, x, -1),
    samples=(
        Group("core", x=linear(-30, 40), count=24),
        Group("tiny", x=logarithmic(1e-30, 0.1), count=8),
        Group("seams", x=near(2.5)),
    ),
    special=((0.0, 0.0), (inf, 0.0)),
    ulp=Ulp(float64=12, float32=12, partials=64),
    public=False,
)
def j0_deficit(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    :math:`(1 - J_0(x))/x`.

    The derivative of the first result of :func:`it2j0y0`, by its series for arguments below 2.5, where the
    difference would cancel, and as written beyond. At 0 it is 0.
    """


@elementwise(
    "special/bessel_integrals.h",
    "r -> r",
    partials=(lambda x, out: _over(i1(x) - out, x, 0.25),),
    reference=lambda mp, x: _deficit(mp, x, 1),
    samples=(
        Group("core", x=linear(-30, 40), count=24),
        Group("tiny", x=logarithmic(1e-30, 0.1), count=8),
        Group("seams", x=near(2.5)),
    ),
    special=((0.0, 0.0),),
    ulp=Ulp(float64=12, float32=12, partials=64),
    public=False,
    sorted=True,
)
def i0_excess(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    :math:`(I_0(x) - 1)/x`.

    The derivative of the first result of :func:`it2i0k0`, by its series for arguments below 2.5, where the
    difference would cancel, and as written beyond. At 0 it is 0.
    """
