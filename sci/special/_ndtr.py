"""The normal distribution function and its logarithm."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan, near, polar, rectangle
from sci._core.dispatch import elementwise

from ._erfcx import erfcx
from ._gaussian import gaussian, with_digits


def normal_density(z: Tensor) -> Tensor:
    """exp(-z^2 / 2) / sqrt(2 pi), as a square since z/2 is exact."""
    root = gaussian(z / 2)
    return root * root * (1 / math.sqrt(2 * math.pi))


def _log_slope(x: Tensor, out: Tensor) -> Tensor:
    """The density over the distribution function; by the scaled function where both vanish or overflow."""
    right = x.real > x.imag.abs() if x.is_complex() else x > 0
    nothing = torch.zeros_like(x)
    left = math.sqrt(2 / math.pi) / erfcx(torch.where(right, nothing, x) * -math.sqrt(0.5))
    x = torch.where(right, x, nothing)
    return torch.where(right, normal_density(x) / ndtr(x), left)


def _ndtr_reference(mp: Any, z: Any) -> Any:
    return with_digits(mp, lambda z: mp.erfc(-z / mp.sqrt(2)) / 2, z, per_square=0.5)


def _log_reference(mp: Any, z: Any) -> Any:
    with mp.workdps(mp.dps + 20 + int(0.5 * min(abs(z), 60) ** 2)):
        if mp.re(z) > 0:
            return mp.log1p(-mp.erfc(z / mp.sqrt(2)) / 2)
        return mp.log(mp.erfc(-z / mp.sqrt(2)) / 2)


@elementwise(
    "special/ndtr.h",
    "r -> r, c -> c",
    partials=(lambda x, out: normal_density(x),),
    reference=_ndtr_reference,
    samples=(
        Group("core", x=linear(-6, 6)),
        Group("tail", x=linear(-37.6, -6), dtypes=("float64",)),
        Group("tail", x=linear(-13, -5), dtypes=("float32",)),
        Group("subnormal values", x=linear(-38.4, -37.6), count=12, dtypes=("float64",)),
        Group("seams", x=near(-1.0, 1.0, 0.0)),
        Group("tiny", x=logarithmic(1e-30, 1e-3), count=8),
        Group("plane", x=polar(1e-2, 8), count=32),
        Group("near the real axis", x=rectangle((-6, 6), (-1e-9, 1e-9)), count=12),
    ),
    special=((0.0, 0.5), (inf, 1.0), (-inf, 0.0), (nan, nan), (1.0, 0.84134474606854294859)),
    ulp=Ulp(float64=4, float32=4, complex128=8, complex64=8, partials=8),
    wide=True,
)
def ndtr(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Cumulative distribution of the standard normal distribution.

    .. math:: \mathrm{ndtr}(x) = \frac{1}{\sqrt{2 \pi}} \int_{-\infty}^x e^{-t^2/2} \, dt

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The probability of values up to `x`.

    See Also
    --------
    log_ndtr : its logarithm
    ndtri : its inverse
    erfc

    Notes
    -----
    ``erfc(-x / sqrt(2)) / 2`` with the square in the exponent kept with its rounding error: within 3 ulp down to the
    underflow, where the formula as written loses some 700. The derivative is the normal density, accurate likewise.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.ndtr(torch.tensor([-30.0, 0.0, 1.0], dtype=torch.float64))
    tensor([4.9067e-198,  5.0000e-01,  8.4134e-01], dtype=torch.float64)
    """


@elementwise(
    "special/ndtr.h",
    "r -> r, c -> c",
    partials=(_log_slope,),
    reference=_log_reference,
    samples=(
        Group("core", x=linear(-6, 6)),
        Group("tail", x=logarithmic(-1e100, -6), count=24, dtypes=("float64",)),
        Group("tail", x=logarithmic(-1e15, -6), count=16, dtypes=("float32",)),
        Group("right tail", x=linear(6, 37), count=24, dtypes=("float64",)),
        Group("right tail", x=linear(5, 12.5), count=16, dtypes=("float32",)),
        Group("seams", x=near(-38.0, -1.4142135623730951, 1.4142135623730951, 0.0)),
        Group("plane", x=polar(1e-2, 8), count=32),
        Group("plane, far out", x=rectangle((-30, 5), (-20, 20)), count=24),
    ),
    special=((0.0, -0.69314718055994530942), (inf, -0.0), (-inf, -inf), (nan, nan)),
    ulp=Ulp(float64=4, float32=4, complex128=16, complex64=16, partials=32),
    wide=True,
)
def log_ndtr(x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Logarithm of the cumulative distribution of the standard normal distribution.

    Parameters
    ----------
    x : tensor_like
        Real or complex argument.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        ``log(ndtr(x))``, accurate in both tails; of complex arguments the principal value.

    See Also
    --------
    ndtr : the function itself
    ndtri_exp : inverse function

    Notes
    -----
    ``log1p(-ndtr(-x))`` on the right, ``log(ndtr(x))`` where that is no tail and :math:`-x^2/2 +
    \log(\mathrm{erfcx}(-x / \sqrt 2) / 2)` on the left; within 4 ulp for real `x`.

    The derivative is :math:`\sqrt{2/\pi} / \mathrm{erfcx}(-x / \sqrt 2)`, on the right the density over `ndtr`:
    finite and accurate in both tails.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.log_ndtr(torch.tensor([-1e3, 0.0, 10.0], dtype=torch.float64))
    tensor([-5.0001e+05, -6.9315e-01, -7.6199e-24], dtype=torch.float64)
    """
