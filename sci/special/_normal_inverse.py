"""The normal distribution function's inverses in the mean and the standard deviation."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from sci._core.cards import Group, Ulp, inf, linear, logarithmic, nan
from sci._core.dispatch import elementwise

from ._erfcinv import ndtri


def _quantile(mp: Any, p: Any) -> Any:
    """Reference: ndtri; the smaller tail by Newton's method in its logarithm."""
    p = mp.mpf(p)
    if p == 0.5:
        return mp.mpf(0)
    tail = min(p, 1 - p)
    with mp.workdps(mp.dps + 10):
        z = mp.findroot(lambda z: mp.log(mp.ncdf(z) / tail), -mp.sqrt(-2 * mp.log(2 * tail)) - mp.mpf("0.01"))
    return z if p < 0.5 else -z


def _slope(z: Any) -> Any:
    """Derivative of ndtri where it is z."""
    return math.sqrt(2 * math.pi) * torch.exp(z * z / 2)


@elementwise(
    "special/normal_inverse.h",
    "r r r -> r",
    partials=(
        lambda p, std, x, out: -std * _slope(ndtri(p)) + 0 * out,
        lambda p, std, x, out: -ndtri(p) + 0 * out,
        lambda p, std, x, out: torch.ones_like(out) + 0 * out,
    ),
    reference=lambda mp, p, std, x: x - std * _quantile(mp, p),
    samples=(
        Group("body", p=linear(0.01, 0.99), std=linear(0.1, 4), x=linear(-6, 6), count=16),
        Group("tail", p=logarithmic(1e-30, 1e-2), std=logarithmic(1e-3, 1e3), x=linear(-6, 6), count=8),
    ),
    special=(
        (0.5, 1.0, 2.0, 2.0),
        (0.0, 1.0, 2.0, nan),
        (1.0, 1.0, 2.0, nan),
        (0.3, 0.0, 2.0, nan),
        (0.3, -1.0, 2.0, nan),
        (nan, 1.0, 1.0, nan),
        (0.5, nan, 1.0, nan),
        (0.5, 1.0, nan, nan),
    ),
    # The exponential of the quantile's square magnifies its rounding.
    ulp=Ulp(float64=8, float32=8, partials=256),
    pullback=True,
)
def nrdtrimn(p: Any, std: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Mean of the normal distribution from a probability.

    Parameters
    ----------
    p : tensor_like
        Probability, strictly between 0 and 1.
    std : tensor_like
        Standard deviation, positive.
    x : tensor_like
        Quantile: where the distribution function is `p`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The mean, ``x - std * ndtri(p)``, in the promoted dtype and the broadcast shape; NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nrdtrisd : the standard deviation
    ndtri : the standard quantile

    Notes
    -----
    The derivatives are :math:`-\sigma \sqrt{2\pi}\, e^{z^2/2}`, :math:`-z` and 1, with z the standard quantile.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nrdtrimn(torch.tensor([0.1, 0.5], dtype=torch.float64), 1.0, 2.0)
    tensor([3.2816, 2.0000], dtype=torch.float64)
    """


@elementwise(
    "special/normal_inverse.h",
    "r r r -> r",
    partials=(
        lambda mn, p, x, out: torch.where(out.isnan(), out, -1 / ndtri(p)),
        lambda mn, p, x, out: torch.where(x == mn, 0 * out, -out * _slope(ndtri(p)) / ndtri(p)),
        lambda mn, p, x, out: torch.where(out.isnan(), out, 1 / ndtri(p)),
    ),
    reference=lambda mp, mn, p, x: (x - mn) / _quantile(mp, p),
    samples=(
        Group("body", mn=linear(-4, 4), p=linear(0.01, 0.45), x=linear(-6, 6), count=16),
        Group("tail", mn=linear(-4, 4), p=logarithmic(1e-30, 1e-2), x=linear(-6, 6), count=8),
    ),
    special=(
        (0.0, 0.5, 1.0, inf),
        (1.0, 0.5, 1.0, 0.0),
        (0.0, 0.0, 1.0, nan),
        (0.0, 1.0, 1.0, nan),
        (nan, 0.3, 1.0, nan),
        (0.5, nan, 1.0, nan),
        (0.5, 0.3, nan, nan),
    ),
    # The exponential of the quantile's square magnifies its rounding.
    ulp=Ulp(float64=8, float32=8, partials=256),
    pullback=True,
)
def nrdtrisd(mn: Any, p: Any, x: Any, /, *, out: Tensor | None = None) -> Tensor:
    r"""
    Standard deviation of the normal distribution from a probability.

    Parameters
    ----------
    mn : tensor_like
        Mean.
    p : tensor_like
        Probability, strictly between 0 and 1.
    x : tensor_like
        Quantile: where the distribution function is `p`.
    out : Tensor, optional
        Where to write the result.

    Returns
    -------
    Tensor
        The standard deviation, ``(x - mn) / ndtri(p)``, in the promoted dtype and the broadcast shape. As in SciPy it
        is negative where `x` is not on the side of `mn` that `p` asks for. NaN outside the domain.

    Raises
    ------
    TypeError
        Where an argument is not real.

    See Also
    --------
    nrdtrimn : the mean
    ndtri : the standard quantile

    Notes
    -----
    The derivatives are :math:`-1/z`, :math:`-\sigma \sqrt{2\pi}\, e^{z^2/2} / z` and :math:`1/z`, with z the standard
    quantile.

    Examples
    --------
    >>> import torch, sci
    >>> sci.special.nrdtrisd(0.0, torch.tensor([0.1, 0.3], dtype=torch.float64), -2.0)
    tensor([1.5606, 3.8139], dtype=torch.float64)
    """
