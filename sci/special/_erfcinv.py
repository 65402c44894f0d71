"""Inverses of the complementary error function and of the normal distribution function."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, values
from sci._core.dispatch import elementwise

from ._erfcx import erfcx


def _erfcinv(mp: Any, c: Any) -> Any:
    """Solve erfc(y) = c for 0 < c < 2 by Halley's iteration."""
    if c > 1:
        return -_erfcinv(mp, 2 - c)
    with mp.workdps(mp.dps + 10):
        y = mp.sqrt(-mp.log(c * (2 - c))) if c > mp.mpf("0.1") else mp.sqrt(-mp.log(c * mp.sqrt(-mp.pi * mp.log(c))))
        for _ in range(60):
            step = (mp.erfc(y) - c) * mp.exp(y * y) * mp.sqrt(mp.pi) / 2
            step /= 1 - step * y
            y += step
            if abs(step) <= mp.mpf(10) ** (-mp.dps // 2) * abs(y):
                # Halley's steps treble the digits.
                step = (mp.erfc(y) - c) * mp.exp(y * y) * mp.sqrt(mp.pi) / 2
                return y + step / (1 - step * y)
        return y


def _erfcinv_reference(mp: Any, c: Any) -> Any:
    with mp.workdps(mp.dps + 2 * int(max(0, -mp.log10(abs(1 - c) + mp.mpf(10) ** -40)))):
        return _erfcinv(mp, c) if c != 1 else mp.mpf(0)


def _ndtri_reference(mp: Any, p: Any) -> Any:
    return -mp.sqrt(2) * _erfcinv_reference(mp, 2 * p)


def _ndtri_exp_reference(mp: Any, y: Any) -> Any:
    with mp.workdps(mp.dps + 20 + 2 * int(max(0, -mp.log10(abs(y))))):
        if y > -mp.mpf("0.5"):  # near 1: the complement
            return mp.sqrt(2) * _erfcinv(mp, -2 * mp.expm1(y))
        return -mp.sqrt(2) * _erfcinv(mp, 2 * mp.exp(y))


def _mills_ratio(x: Tensor) -> Tensor:
    """The tail beyond abs(x) over the density, which hardly depends on the rounding of x."""
    return math.sqrt(math.pi / 2) * erfcx(x.abs() * math.sqrt(0.5))


def _exp_slope(y: Tensor, out: Tensor) -> Tensor:
    """exp(y) over the density; the upper tail is 1 - exp(y)."""
    odds = 1 / torch.expm1(-torch.where(out > 0, y, -torch.ones_like(y)))
    return _mills_ratio(out) * torch.where(out > 0, odds, torch.ones_like(y))


@elementwise(
    "special/erfcinv.h",
    "r -> r",
    # exp(y^2) by the tail, erfcx(|y|) / erfc(|y|): y's own rounding would be enlarged y^2 times.
    partials=(lambda x, out: -math.sqrt(math.pi) / 2 * erfcx(out.abs()) / torch.minimum(x, 2 - x),),
    reference=_erfcinv_reference,
    samples=(
        Group("core", x=linear(0.01, 1.99)),
        Group("tail", x=logarithmic(1e-300, 1e-2), dtypes=("float64",)),
        Group("tail", x=logarithmic(1e-36, 1e-2), count=32, dtypes=("float32",)),
        Group("subnormal", x=values(5e-324, 1e-320, 3e-310), dtypes=("float64",)),
        Group("beside 2", x=values(*(2 - 2.0**-k for k in range(4, 52, 4))), dtypes=("float64",)),
        Group("seams", x=near(3.354626279e-4, 1.68e-17, 6.9e-35, 1e-60), dtypes=("float64",)),
        Group("beside the zero", x=near(1.0)),
    ),
    special=((0.0, inf), (2.0, -inf), (1.0, -0.0), (-0.5, nan), (2.5, nan), (nan, nan), (inf, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def erfcinv(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Inverse of the complementary error function.

    Parameters
    ----------
    x : tensor_like
        Real argument in [0, 2].
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The number `y` with ``erfc(y) = x``: ``inf`` at 0, ``-inf`` at 2, NaN outside.

    See Also
    --------
    erfc : complementary error function
    erfinv : inverse of the error function

    Notes
    -----
    ``1 - x`` times a piecewise polynomial in :math:`w = -\log(x (2 - x))` or its square root [1]_; within 3 ulp down to
    the smallest subnormal number.

    The derivative is :math:`-\frac{\sqrt\pi}{2} e^{y^2}`.

    References
    ----------
    .. [1] M. B. Giles, "Approximating the erfinv function", GPU Computing Gems Jade Edition (2011), chapter 10.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.erfcinv(torch.tensor([1e-300, 0.5, 1.0], dtype=torch.float64))
    tensor([26.2095,  0.4769, -0.0000], dtype=torch.float64)
    """


@elementwise(
    "special/erfcinv.h",
    "r -> r",
    partials=(lambda p, out: _mills_ratio(out) / torch.minimum(p, 1 - p),),
    reference=_ndtri_reference,
    samples=(
        Group("core", p=linear(0.005, 0.995)),
        Group("lower tail", p=logarithmic(1e-300, 1e-2), dtypes=("float64",)),
        Group("lower tail", p=logarithmic(1e-36, 1e-2), count=32, dtypes=("float32",)),
        Group("subnormal", p=values(5e-324, 1e-320, 3e-310), dtypes=("float64",)),
        Group("upper tail", p=values(*(1 - 2.0**-k for k in range(4, 53, 4))), dtypes=("float64",)),
        Group("upper tail", p=values(*(1 - 2.0**-k for k in range(4, 24, 4))), dtypes=("float32",)),
        Group("beside the zero", p=near(0.5)),
    ),
    special=((0.0, -inf), (1.0, inf), (0.5, 0.0), (-0.5, nan), (1.5, nan), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, partials=16),
    wide=True,
)
def ndtri(p: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Quantiles of the standard normal distribution, the inverse of `ndtr`.

    Parameters
    ----------
    p : tensor_like
        Probability, real, in [0, 1].
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The number `x` with ``ndtr(x) = p``: ``-inf`` at 0, ``inf`` at 1, NaN outside.

    See Also
    --------
    ndtr : the distribution function
    ndtri_exp : of the probability's logarithm

    Notes
    -----
    ``2 p - 1`` times a piecewise polynomial in :math:`w = -\log(4 p (1 - p))` or its square root; within 4 ulp in both
    tails.

    The derivative is :math:`\sqrt{2 \pi} e^{x^2/2}`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.ndtri(torch.tensor([1e-300, 0.5, 0.975], dtype=torch.float64))
    tensor([-37.0471,   0.0000,   1.9600], dtype=torch.float64)
    """


@elementwise(
    "special/erfcinv.h",
    "r -> r",
    partials=(_exp_slope,),
    reference=_ndtri_exp_reference,
    samples=(
        Group("core", y=linear(-6, -0.02)),
        Group("lower tail", y=logarithmic(-1e6, -6)),
        Group("far", y=logarithmic(-1e30, -1e6), count=12),
        Group("upper tail", y=logarithmic(-1e-2, -1e-300), count=32, dtypes=("float64",)),
        Group("upper tail", y=logarithmic(-1e-2, -1e-30), count=24, dtypes=("float32",)),
        Group("seams", y=near(-700.0, -1.0, -80.0, -8.0)),
        Group("beside the zero", y=near(-0.69314718055994530942)),
    ),
    special=((0.0, inf), (-inf, -inf), (1.0, nan), (nan, nan)),
    ulp=Ulp(float64=6, float32=6, partials=32),
)
def ndtri_exp(y: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Quantiles of the standard normal distribution from logarithms of probabilities, the inverse of `log_ndtr`.

    Parameters
    ----------
    y : tensor_like
        Logarithm of a probability, real, not positive.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The number `x` with ``log_ndtr(x) = y``: ``-inf`` at ``-inf``, ``inf`` at 0, NaN for positive `y`.

    See Also
    --------
    log_ndtr : inverse function
    ndtri : of the probability itself

    Notes
    -----
    The polynomials of `ndtri` with the probability and its complement from ``exp`` and ``expm1``; below -700, where the
    probability underflows, Newton's iteration for the scaled function. Within 5 ulp, and beside the zero at
    ``-log(2)`` as one rounding of `y` allows.

    The derivative is :math:`\sqrt{\pi/2} \, \mathrm{erfcx}(-x / \sqrt 2)`.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.ndtri_exp(torch.tensor([-1e6, -1.0, -1e-300], dtype=torch.float64))
    tensor([-1.4142e+03, -3.3747e-01,  3.7047e+01], dtype=torch.float64)
    """
