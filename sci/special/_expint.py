"""The exponential integrals."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from sci._core.cards import (
    Group,
    Ulp,
    discrete,
    inf,
    integers,
    linear,
    logarithmic,
    nan,
    near,
    polar,
    values,
)
from sci._core.dispatch import elementwise


def _exp1_reference(mp: Any, z: Any) -> Any:
    """E_1; mpmath's loses digits beside the negative axis, which the series of Ein does not."""
    if mp.im(z) == 0 or mp.re(z) > 0:
        return mp.e1(z)
    with mp.workdps(mp.dps + 20 + int(2 * abs(z))):
        total, term, k = mp.mpf(0), mp.mpf(1), 0
        while k < 10000:
            k += 1
            term *= -z / k
            total += term / k
            if abs(term) < mp.eps and k > abs(z):
                break
        return -mp.euler - mp.log(z) - total


def _expi_reference(mp: Any, z: Any) -> Any:
    if mp.im(z) == 0:
        return mp.ei(mp.re(z))
    return -_exp1_reference(mp, -z) + mp.mpc(0, mp.pi if mp.im(z) > 0 else -mp.pi)


_POSITIVE = (
    Group("core", x=linear(0.01, 8)),
    Group("large", x=logarithmic(8, 700), count=32, dtypes=("float64",)),
    Group("large", x=logarithmic(8, 85), count=24, dtypes=("float32",)),
    Group("tiny", x=logarithmic(1e-300, 1e-2), count=16, dtypes=("float64",)),
    Group("tiny", x=logarithmic(1e-36, 1e-2), count=16, dtypes=("float32",)),
    Group("seams", x=near(1.0, 2.0, 8.0, 64.0)),
    Group("plane, right", x=polar(0.05, 60, -0.5, 0.5), count=48),
    Group("plane, left", x=polar(0.05, 60, 0.5, 1.0), count=32),
    Group("beside the cut", x=polar(0.5, 80, 0.97, 0.9999), count=24),
    Group("seams of the plane", x=polar(0.7, 3.5, -0.9, 0.9), count=32),
    Group("seam of the asymptotic series", x=polar(42.9, 43.1, 0.0, 1.0), count=16, dtypes=("float64",)),
    Group("seam of the asymptotic series", x=polar(21.9, 22.1, 0.0, 1.0), count=16, dtypes=("float32",)),
)
_END = (
    Group("end of the exponential", x=linear(700, 738), count=12, dtypes=("float64",)),
    Group("end of the exponential", x=linear(85, 96), count=8, dtypes=("float32",)),
)


@elementwise(
    "special/expint.h",
    "r -> r, c -> c",
    partials=(lambda x, out: -torch.exp(-x) / x,),
    reference=_exp1_reference,
    samples=(*_POSITIVE, *_END),
    special=((0.0, inf), (-1.0, nan), (inf, 0.0), (nan, nan), (1.0, 0.21938393439552027368)),
    ulp=Ulp(float64=6, float32=6, complex128=16, complex64=16, partials=8),
)
def exp1(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponential integral :math:`E_1`.

    .. math:: E_1(x) = \int_x^\infty \frac{e^{-t}}{t} \, dt

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The exponential integral, ``inf`` at 0; NaN for negative real `x`. Of complex arguments the principal value with
        its cut along the negative axis, the sign of a zero imaginary part telling the side.

    See Also
    --------
    expi : the integral Ei
    expn : of any order

    Notes
    -----
    Real `x`: a power series below 1, piecewise polynomials beyond. Complex `x`: the power series where it cancels
    little, the continued fraction elsewhere, and the asymptotic series from \|x\| = 43 on [1]_. Within 4 ulp on the
    real line, in the plane within 10 eps of the modulus.

    The derivative is ``-exp(-x) / x``.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, chapter 6. https://dlmf.nist.gov/6

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.exp1(torch.tensor([0.0, 1.0, 10.0], dtype=torch.float64))
    tensor([       inf, 2.1938e-01, 4.1570e-06], dtype=torch.float64)
    """


@elementwise(
    "special/expint.h",
    "r -> r, c -> c",
    partials=(lambda x, out: torch.exp(x) / x,),
    reference=_expi_reference,
    samples=(
        *_POSITIVE,
        Group("negative", x=linear(-8, -0.01), count=32),
        Group("large negative", x=logarithmic(-700, -8), count=16, dtypes=("float64",)),
        Group("about the zero", x=linear(0.36, 0.39), count=16),
        Group("seams below", x=near(-1.0, -64.0)),
    ),
    special=((0.0, -inf), (inf, inf), (-inf, -0.0), (nan, nan), (1.0, 1.8951178163559367555)),
    ulp=Ulp(float64=6, float32=6, complex128=16, complex64=16, partials=8),
)
def expi(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Exponential integral Ei.

    .. math:: \mathrm{Ei}(x) = \int_{-\infty}^x \frac{e^t}{t} \, dt

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The principal value of the integral, ``-inf`` at 0. Of complex arguments ``-exp1(-x)`` with ``i pi`` times the
        sign of the imaginary part added; on the negative axis the mean of the two sides, which is real.

    See Also
    --------
    exp1, expn

    Notes
    -----
    The methods of `exp1`; within 4 ulp on the real line, and beside the zero at 0.3725 as one rounding of `x` allows.

    The derivative is ``exp(x) / x``.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.expi(torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64))
    tensor([-0.2194,    -inf,  1.8951], dtype=torch.float64)
    """


def _expn_slope(n: Tensor, x: Tensor, out: Tensor) -> Tensor:
    """-E_(n-1); that of order 0 is -E_0 (1 + 1 / x)."""
    return torch.where(n == 0, -out * (1 + 1 / x), -expn((n - 1).clamp(min=0), x))


@elementwise(
    "special/expint.h",
    "i r -> r",
    partials=(discrete, _expn_slope),
    reference=lambda mp, n, x: mp.expint(int(n), x),
    samples=(
        Group("small orders", n=integers(0, 6), x=logarithmic(1e-3, 30), count=64),
        Group("larger orders", n=integers(7, 60), x=logarithmic(1e-2, 50), count=32),
        Group("large orders", n=values(100, 1000, 100000), x=logarithmic(1e-2, 100), count=12, dtypes=("float64",)),
        Group("large orders", n=values(100, 1000), x=logarithmic(1e-2, 60), count=12, dtypes=("float32",)),
        Group("large", n=integers(0, 20), x=linear(50, 680), count=24, dtypes=("float64",)),
        Group("seams", n=values(2, 3, 39, 40), x=near(1.0)),
        Group("tiny", n=values(0, 2, 3, 5), x=logarithmic(1e-30, 1e-3), count=12),
    ),
    special=(
        (0, 0.0, inf),
        (1, 0.0, inf),
        (2, 0.0, 1.0),
        (5, 0.0, 0.25),
        (-1, 1.0, nan),
        (2, -1.0, nan),
        (2, inf, 0.0),
        (2, nan, nan),
    ),
    ulp=Ulp(float64=8, float32=8, partials=16),
    sorted=True,
)
def expn(n: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Generalized exponential integral :math:`E_n`.

    .. math:: E_n(x) = \int_1^\infty \frac{e^{-x t}}{t^n} \, dt

    Parameters
    ----------
    n : tensor_like of integers
        Order, not negative; NaN results where it is.
    x : tensor_like
        Real argument, not negative; NaN results where it is.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The exponential integral; at 0 it is ``inf`` for the orders 0 and 1, else ``1 / (n - 1)``.

    See Also
    --------
    exp1, expi

    Notes
    -----
    Order 1 is `exp1`. For `x` up to 1 the power series, beyond the continued fraction [1]_. Within 6 ulp.

    The derivative is :math:`-E_{n-1}(x)`.

    References
    ----------
    .. [1] NIST Digital Library of Mathematical Functions, section 8.19. https://dlmf.nist.gov/8.19

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.expn(torch.tensor([0, 1, 4]), torch.tensor(0.5, dtype=torch.float64))
    tensor([1.2131, 0.5598, 0.1652], dtype=torch.float64)
    """
